/* judge_ack.c: what a segment acknowledges.
 *
 * An ACK that moves covers segments; the row that it answers is the newest of them, as it was first sent,
 * unless the timestamp, a duplicate SACK or a filled gap tells that a copy was answered. One that does not
 * move is, in this order: overtaken, a challenge, an answer to a probe (which may open the window), a window
 * update, and else a duplicate ACK. */
#include "core/judge.h"

#define MS UINT64_C(1000000)

enum { MPTCP_DSS = 1 << 2 /* of the subtypes (RFC 8684 3) the one that goes with data */ };

/* The other side's FIN is covered by its ACK. */
static bool covers_fin(const struct look *k)
{
    return k->r->fin && seq_upto(k->r->fin_end, k->s->ack);
}

/* The other side's newest segment that this one can answer. */
static uint32_t newest_of_peer(const struct look *k)
{
    return k->came ? k->came->frame : k->r->last_frame;
}

static void measure(struct flow *f, uint64_t rtt)
{
    struct flow_count *s = &f->count;
    s->rtt_min_ns = !s->rtt_samples || rtt < s->rtt_min_ns ? rtt : s->rtt_min_ns;
    s->rtt_max_ns = rtt > s->rtt_max_ns ? rtt : s->rtt_max_ns;
    s->rtt_sum_ns += rtt;
    s->rtt_samples++;
    uint32_t us = (uint32_t)(rtt / 1000);
    f->srtt_us = f->srtt_us ? f->srtt_us - f->srtt_us / 8 + us / 8 : us;
}

/* The copy was answered, as far as numbers and stamps tell: the original is known to be lost, the timestamp
 * echoes the copy, or it filled the gap behind which more had arrived. */
static bool copy_answered(const struct look *k, const struct sent *s, bool gap)
{
    if (!s->copy)
        return false;
    if (s->lost)
        return true;
    if (k->s->opt.timestamps && s->tsval != s->copy_tsval)
        return k->s->opt.tsecr == s->copy_tsval;
    return gap;
}

/* The frame of that segment which is answered. */
static uint32_t frame_answered(const struct look *k, const struct sent *s, bool gap)
{
    if (k->came && s->came)
        return s->came;
    return copy_answered(k, s, gap) ? s->copy : s->frame;
}

/* Whether the ACK of what began at `left` and was sent once, at first_ns, came at once: not if something
 * before it was sent after it, a copy or late, for then the ACK may have waited for that. */
static bool answered_at_once(const struct flow *r, seq_t left, uint64_t first_ns)
{
    const struct flow_odd *odd = flow_odd(r);
    return odd->below_ns <= first_ns || !seq_before(odd->below, left);
}

/* Takes what is acknowledged from the segments that are out. The round trip is measured on the one that the
 * ACK ends with, where none of them was sent twice (Karn). */
static void take_ack(struct look *k)
{
    struct flow *r = k->r;
    uint32_t newest = 0;
    bool gap = flow_odd(k->f)->sacked_bytes || flow_odd(k->f)->dup_acks, copies = false;
    seq_t left = k->s->ack, right = seq_add(k->s->ack, 1); /* of the last one that it covers */
    uint64_t first_ns = 0;
    struct sent_pool *pool = &k->t->sent;
    for (const struct sent *s = sent_at(pool, r->sent.unacked), *next; s && seq_before(s->left, k->s->ack);
         s = next) {
        next = sent_next(pool, s);
        const uint32_t frame = frame_answered(k, s, gap);
        newest = frame > newest ? frame : newest;
        copies = copies || s->copies;
        left = s->left;
        right = s->right;
        first_ns = s->first_ns;
        if (seq_after(right, k->s->ack))
            break;
        sent_acked(pool, &r->sent);
    }
    k->v->acks_frame = newest;
    const uint64_t rtt = k->s->time_ns - first_ns;
    if (!copies && seq_eq(right, k->s->ack) && rtt < UINT64_C(60000) * MS &&
        answered_at_once(r, left, first_ns))
        measure(r, rtt);
}

static void judge_sack(struct look *k)
{
    const struct tcp_options *o = &k->s->opt;
    struct flow *f = k->f;
    if (f->odd)
        f->odd->sacked_bytes = 0;
    for (uint8_t i = 0; i < o->sacks; i++) {
        seq_t left = o->sack[i].left, right = o->sack[i].right;
        bool inside =
            i == 0 && o->sacks > 1 && seq_upto(o->sack[1].left, left) && seq_upto(right, o->sack[1].right);
        if (i == 0 && (seq_upto(right, k->s->ack) || inside)) { /* RFC 2883 4 */
            look_label(k, LBL(DSACK));
            const struct sent *s = sent_search(&k->t->sent, &k->r->sent, left);
            if (s && s->copy && !k->v->acks_frame)
                k->v->acks_frame = k->came ? k->came->frame : s->copy;
            continue;
        }
        look_label(k, LBL(SACK));
        flow_odd_of(k->t, f)->sacked_bytes += seq_dist(left, right);
    }
}

/* A close: at the first FIN nobody knows how many segments it will take. */
static void judge_close(struct look *k, bool acks_fin)
{
    struct conn *c = k->c;
    bool other = k->from != (enum side)c->closer && !c->self;
    switch ((enum close_at)c->close_at) {
    case CLOSE_NONE:
        if (!k->first_fin)
            return;
        c->closer = (uint8_t)k->from;
        c->close_at = CLOSE_ONE;
        k->v->step = STEP_CLOSE_1;
        return;
    case CLOSE_ONE:
        if (k->first_fin && other) {
            k->v->step = covers_fin(k) && k->ack ? STEP_CLOSE_2_OF_3 : STEP_CLOSE_2_OF_4;
            c->close_at = k->v->step == STEP_CLOSE_2_OF_3 ? CLOSE_BOTH_3 : CLOSE_CROSS;
            c->fins_crossed = c->close_at == CLOSE_CROSS;
            if (c->fins_crossed)
                look_label(k, LBL(SIMULTANEOUS_CLOSE));
        } else if (acks_fin && other) {
            c->close_at = CLOSE_ONE_ACKED;
            k->v->step = STEP_CLOSE_2_OF_4;
        }
        return;
    case CLOSE_ONE_ACKED:
        if (!k->first_fin || !other)
            return;
        c->close_at = CLOSE_BOTH_4;
        k->v->step = STEP_CLOSE_3_OF_4;
        return;
    case CLOSE_BOTH_3:
    case CLOSE_BOTH_4:
        if (!acks_fin || other)
            return;
        k->v->step = c->close_at == CLOSE_BOTH_3 ? STEP_CLOSE_3_OF_3 : STEP_CLOSE_4_OF_4;
        c->close_at = CLOSE_DONE;
        return;
    case CLOSE_CROSS:
    case CLOSE_CROSS_ONE:
        if (!acks_fin)
            return;
        k->v->step = c->close_at == CLOSE_CROSS ? STEP_CLOSE_3_OF_4 : STEP_CLOSE_4_OF_4;
        c->close_at = c->close_at == CLOSE_CROSS ? CLOSE_CROSS_ONE : CLOSE_DONE;
        return;
    case CLOSE_DONE: return;
    }
}

/* The ACK of the SYN ACK, with data or without; on the wire also the answer to one that came again. */
static bool judge_handshake(struct look *k)
{
    struct flow *r = k->r;
    struct conn *c = k->c;
    if (k->syn || k->fin || !r->syn || !r->syn_ack || !seq_after(k->s->ack, r->base))
        return false;
    bool waiting = r->state == STATE_SYN_RECEIVED && k->pure;
    if (r->syn_acked && !(waiting && seq_eq(k->s->ack, seq_add(r->base, 1))) &&
        !(c->crossing && !c->open && k->pure))
        return false;
    if (c->crossing)
        look_label(k, LBL(SIMULTANEOUS_OPEN));
    else
        k->v->step = STEP_OPEN_3;
    look_label(k, LBL(HANDSHAKE_ACK));
    k->open_again = r->syn_acked;
    if (!k->v->acks_frame)
        k->v->acks_frame = r->syn_acked ? newest_of_peer(k) : r->syn_frame;
    k->full = r->state == STATE_SYN_RECEIVED && k->t->queue_known && !c->crossing && !c->queued &&
              !c->accepted && k->from == SIDE_CLIENT && k->t->queued > k->t->backlog;
    r->syn_acked = true;
    c->open = true;
    return true;
}

/* A pure ACK that says nothing new. */
static void judge_same_ack(struct look *k)
{
    struct flow *f = k->f, *r = k->r;
    bool larger = f->win_known && k->v->win > f->win;
    if (seq_before(k->s->ack, f->last_ack)) {
        look_label(k, LBL(OUT_OF_ORDER));
        return;
    }
    if (flow_odd(r)->reject_frame && r->odd->reject_frame == newest_of_peer(k)) {
        k->v->acks_frame = r->odd->reject_frame;
        k->forgery = !r->challenges;
        look_label(k, k->forgery ? LBL(DUP_ACK) : LBL(CHALLENGE_ACK));
        r->odd->reject_frame = 0;
        return;
    }
    if (larger)
        look_label(k, LBL(WINDOW_UPDATE));
    if (flow_odd(r)->probe_frame) {
        if (!r->probe_window)
            look_label(k, LBL(KEEP_ALIVE_ACK));
        else if (!larger)
            look_label(k, LBL(ZERO_WINDOW_PROBE_ACK));
        if (!r->probe_window || !larger)
            k->v->acks_frame = r->odd->probe_frame;
        r->odd->probe_frame = 0;
        return;
    }
    if (larger && !(k->v->labels & (LBL(SACK) | LBL(DSACK))))
        return;
    const bool closes = !k->s->win && f->win_known && f->win;
    if (closes || k->s->opt.mptcp & ~MPTCP_DSS) /* RFC 5681 2, RFC 8684 3.4.1 */
        return;
    look_label(k, LBL(DUP_ACK));
    flow_odd_of(k->t, f)->dup_acks++;
}

/* How long the oldest segment that it covers had waited, told by the counter or by the clock. */
static void judge_delay(struct look *k, uint64_t waited)
{
    struct track *t = k->t;
    if (!k->pure || !(k->v->labels & (LBL(ACK) | LBL(FIN_ACK))))
        return;
    uint64_t least = t->options.live && k->v->labels & LBL(FIN_ACK) ? MS : 20 * MS;
    bool near = t->options.live || k->c->ws.rtt_ns < 20 * MS;
    if (tally_of(t, k->from)->delayed_acks && waited >= MS)
        tally_of(t, k->from)->delayed_acks--;
    else if (t->options.wire || !near || waited < least || waited > 600 * MS)
        return;
    k->v->cause = CAUSE_DELAYED_ACK;
    k->silence_ns = waited;
}

static void judge_new_ack(struct look *k, bool acks_fin)
{
    struct flow *r = k->r;
    seq_t from = r->una_known ? r->una : seq_add(r->base, r->syn ? 0 : 1);
    if (seq_before(k->s->ack, from))
        from = k->s->ack;
    uint32_t numbers = seq_dist(from, k->s->ack);
    uint32_t syn = r->syn && !r->far && seq_upto(from, r->base) && seq_after(k->s->ack, r->base);
    uint32_t bytes = numbers - syn - (acks_fin && numbers > syn);
    const struct sent *una = sent_at(&k->t->sent, r->sent.unacked);
    uint64_t since_ns = k->came ? k->came->waiting_ns : una ? una->first_ns : 0;
    if (!k->came && una) { /* a copy, or what came late, was answered then */
        const struct flow_odd *odd = flow_odd(r);
        since_ns = una->copies ? una->last_ns : since_ns;
        since_ns = odd->below_ns > since_ns && seq_before(odd->below, k->s->ack) ? odd->below_ns : since_ns;
    }
    const uint64_t waited = since_ns ? look_since(k, since_ns) : 0;
    take_ack(k);
    k->v->annot.acked = bytes;
    r->una = k->s->ack;
    r->una_known = true;
    if (r->odd)
        r->odd->probe_frame = 0;
    if (r->odd && !k->came)
        r->odd->timeouts = 0;
    if (k->pure && (bytes || ((!r->any || !k->f->ack_seen) && !(k->v->labels & LBL(HANDSHAKE_ACK)))))
        look_label(k, LBL(ACK));
    if (r->recovering && seq_before(k->s->ack, flow_odd(r)->recover) && bytes && !k->syn)
        look_label(k, LBL(PARTIAL_ACK));
    else if (r->recovering && !seq_before(k->s->ack, flow_odd(r)->recover))
        r->recovering = false;
    judge_delay(k, waited);
}

void judge_ack(struct look *k)
{
    struct flow *f = k->f, *r = k->r;
    bool news = !r->una_known || seq_after(k->s->ack, r->una);
    if (!k->ack || k->refused) {
        if (k->first_fin)
            judge_close(k, false);
        return;
    }
    if (flow_odd(r)->probed_frame && seq_eq(k->s->ack, seq_add(r->nxt, 1)))
        judge_probe_taken(k, r);
    k->beyond = r->any && seq_after(k->s->ack, r->nxt);
    k->opens = f->win_known && !f->win;
    bool handshake = !k->beyond && judge_handshake(k);
    bool acks_fin = !k->beyond && covers_fin(k) && !r->fin_acked;
    k->fin_again = !k->beyond && covers_fin(k) && r->fin_acked && r->fin_repeated && k->pure;
    if (acks_fin || k->fin_again)
        look_label(k, LBL(FIN_ACK));
    if (!k->s->win && !k->syn && !k->fin)
        look_label(k, LBL(ZERO_WINDOW));
    if (k->beyond)
        look_label(k, LBL(ACK_LOST_SEGMENT));
    else if (news)
        judge_new_ack(k, acks_fin);
    judge_sack(k);
    if (k->fin_again) {
        const struct sent *s = sent_search(&k->t->sent, &r->sent, seq_of(r->fin_end.v - 1));
        k->v->acks_frame = k->came ? k->came->frame : s && s->copy ? s->copy : r->fin_frame;
        r->fin_repeated = false;
    } else if (!news && !k->beyond && k->pure && !handshake && !k->probe) {
        if (f->ack_seen)
            judge_same_ack(k);
        else
            look_label(k, LBL(ACK));
    }
    if (news && !k->beyond && f->odd)
        f->odd->dup_acks = 0;
    r->fin_acked = r->fin_acked || acks_fin;
    if (k->v->acks_frame == k->receipt.frame)
        k->v->acks_frame = 0; /* connected to itself, it may cover what it carries */
    judge_close(k, acks_fin);
    bool quiet = !f->sent.out && !r->sent.out && !f->fin_repeated && !r->fin_repeated;
    if (k->c->close_at == CLOSE_DONE && quiet) { /* of all that was sent only a FIN may come again */
        sent_clear(&k->t->sent, &f->sent);
        sent_clear(&k->t->sent, &r->sent);
    }
}

/* What a RST answers, or which call made it. */
/* The segment that a RST can be the answer to: one with an ACK gets a RST without, and the other way round; a
 * RST gets none (RFC 9293 3.10.7.1). Returns whether there is one; *frame 0: it cannot be told which, others
 * before got theirs. */
static bool asks_for_rst(const struct look *k, uint32_t *frame)
{
    const struct flow *r = k->r;
    *frame = k->came ? k->came->frame : r->since_frame;
    if (k->came)
        return *frame && (!k->ack || !r->ack_seen);
    const bool before = k->c->reset && k->c->resetter == (k->from == SIDE_SERVER);
    return *frame ? k->ack != r->since_ack : before && !k->ack && r->last_frame;
}

void judge_rst(struct look *k)
{
    const struct flow *f = k->f;
    struct calls *calls = conn_calls(k->c, k->from);
    look_label(k, LBL(RST));
    if (k->s->len)
        look_label(k, LBL(DATA));
    judge_weigh(k);
    if (!machine_rst_counts(k->c, k->from, &k->receipt)) {
        k->receipt.demand = DEMAND_CHALLENGE;
        k->refused = true;
        return;
    }
    if (calls && calls->abort_row != NO_ROW) {
        k->aborted = true;
        k->unread = calls->unread;
        k->v->cause = CAUSE_CALL;
        k->v->cause_row = calls->abort_row;
        calls->abort_row = NO_ROW;
        return;
    }
    if (k->from == SIDE_SERVER && k->c->queued && !k->c->accepted && k->t->listener_close_row != NO_ROW) {
        k->unaccepted = true;
        k->v->cause = CAUSE_CALL;
        k->v->cause_row = k->t->listener_close_row;
        return;
    }
    k->timed_out = flow_odd(f)->probes > 0 && !f->probe_window && k->ack && f->state != STATE_UNKNOWN;
    k->half_open = f->state == STATE_SYN_SENT;
    bool closed = f->state == STATE_CLOSED || f->state == STATE_TIME_WAIT || f->state == STATE_FIN_WAIT_2;
    const uint64_t idle_ns = k->came ? look_since(k, k->came->any_ns) : k->idle_ns;
    uint32_t asked;
    k->gone = !k->timed_out && asks_for_rst(k, &asked) && (!f->any || closed || k->half_open || !k->ack) &&
              idle_ns < 500 * MS;
    if (k->gone)
        k->v->acks_frame = asked;
}
