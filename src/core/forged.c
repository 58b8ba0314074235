/* forged.c: a segment that the class has made up and handed to one side, in a connection that is there.
 *
 * Its sender has not sent it and does not know of it. Whether the receiver takes it is decided as TCP decides
 * it (RFC 9293 3.10.7.4, with what RFC 5961 and RFC 7323 add): only what is taken counts as sent, so that the
 * numbers of the true sender stay what they are. What answer is due follows from why it is not taken. */
#include "core/judge.h"

static void refuse(struct look *k, enum forged why)
{
    k->forged = why;
    k->refused = true;
}

/* The answer challenges its sender, or says again what is expected. */
static void expect_answer(struct look *k, bool challenge)
{
    k->receipt.demand = challenge ? DEMAND_CHALLENGE : DEMAND_ACK;
}

static void judge_flags(struct look *k)
{
    if (k->s->len)
        look_label(k, LBL(DATA));
    if (k->fin)
        look_label(k, LBL(FIN));
    if (k->rst)
        look_label(k, LBL(RST));
    else if (k->syn)
        look_label(k, k->ack ? LBL(SYN_ACK) : LBL(SYN));
}

/* Only the exact number resets (RFC 5961 3.2): the next one, or on Linux the one behind all that came out of
 * order. */
static void judge_reset(struct look *k, seq_t rcv, seq_t edge)
{
    const struct ranges *got = k->c->lab ? k->c->lab->got[k->from] : NULL;
    if (seq_eq(k->left, rcv) || (got && seq_eq(k->left, ranges_end(got, rcv)))) {
        k->forged = FORGED_RST;
    } else if (seq_after(k->left, rcv) && seq_before(k->left, edge)) {
        refuse(k, FORGED_RST_NEAR);
        expect_answer(k, true);
    } else {
        refuse(k, FORGED_RST_FAR);
    }
}

void judge_forged(struct look *k)
{
    const struct seg *s = k->s;
    const struct flow *r = k->r;
    const seq_t rcv = k->f->rcv, edge = seq_add(r->ack_seen ? r->last_ack : rcv, r->win);
    const bool empty = !s->len && !k->fin && !k->syn;
    judge_flags(k);
    if (k->rst) {
        judge_reset(k, rcv, edge);
    } else if (k->syn) {
        if (r->state == STATE_SYN_SENT) {
            k->forged = FORGED_OTHER;
            return;
        }
        refuse(k, FORGED_SYN);
        expect_answer(k, true);
    } else if (!k->ack) {
        refuse(k, FORGED_NO_ACK);
    } else if (s->opt.timestamps && r->echo_known && (int32_t)(s->opt.tsval - r->ts_echo) < 0) {
        look_label(k, LBL(PAWS_REJECT));
        refuse(k, FORGED_PAWS);
        expect_answer(k, false);
    } else if (empty ? seq_before(k->left, rcv) : seq_upto(k->right, rcv)) {
        look_label(k, LBL(OUT_OF_ORDER));
        refuse(k, FORGED_OLD);
        expect_answer(k, false);
    } else if (seq_after(k->left, rcv) && !seq_before(k->left, edge)) {
        look_label(k, LBL(LOST_SEGMENT));
        refuse(k, FORGED_AHEAD);
        expect_answer(k, false);
    } else if (r->any && seq_after(s->ack, r->nxt)) {
        look_label(k, LBL(ACK_LOST_SEGMENT));
        refuse(k, FORGED_ACK_AHEAD);
        expect_answer(k, true);
    } else {
        k->forged = FORGED_TAKEN;
        judge_numbers(k);
        judge_ack(k);
    }
}
