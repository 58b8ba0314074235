/* judge.c: the numbers that a segment takes.
 *
 * A segment is a retransmission when bytes that it carries were sent before, or must have been: it fills a
 * gap too late to have been overtaken. That it was needless is known only if all had been acknowledged. Which
 * timer sent a copy is told by the kernel's counters in a lab; from the wire alone it is inferred: a copy of
 * the tail after two round trips is a loss probe, one that follows duplicate ACKs at once is a fast
 * retransmission, one after at least 0.2 s of silence is the timer's. */
#include "core/judge.h"

#define MS        UINT64_C(1000000)
#define RTO_MIN   (180 * MS) /* Linux: 200 ms; a tick less */
#define AT_ONCE   (50 * MS)  /* a kernel's answer; no timer is as short */
#define FAST_MOST (150 * MS) /* after the last ACK: the retransmission timer cannot have run out */

void judge_remember(struct look *k)
{
    struct flow *f = k->f;
    struct sent *s =
        conn_saw(k->t, f, k->left, k->right) ? sent_add(&k->t->sent, &f->sent, k->left, k->right) : NULL;
    if (!s) {
        k->t->starved = true;
        return;
    }
    s->frame = k->receipt.frame;
    s->first_ns = s->last_ns = k->s->time_ns;
    s->tsval = k->s->opt.tsval;
    s->flags = k->s->flags & (TCP_SYN | TCP_FIN);
    if (!f->any || seq_after(k->right, f->nxt)) {
        f->nxt = k->right;
        if (f->odd)
            f->odd->probed_frame = 0;
        f->far |= seq_dist(f->base, f->nxt) > RANGES_SPAN;
        const uint32_t open = !f->una_known; /* the SYN's number, seen or not, is no byte */
        uint32_t out = seq_dist(f->una_known ? f->una : f->base, f->nxt) - open - k->fin;
        if (out < RANGES_SPAN && out > f->flight_most)
            f->flight_most = out;
    }
}

/* A connection that is over has forgotten its segments (judge_ack); its SYN and FIN may come again all the
 * same. */
static void recall(struct look *k)
{
    struct flow *f = k->f;
    bool again = k->syn || (k->fin && f->fin && seq_eq(k->right, f->fin_end));
    const struct sent *there = sent_search(&k->t->sent, &f->sent, k->left);
    if (!again || (there && seq_before(there->left, k->right)))
        return;
    struct sent *s = sent_add(&k->t->sent, &f->sent, k->left, k->right);
    if (!s) {
        k->t->starved = true;
        return;
    }
    s->frame = k->syn ? f->syn_frame : f->fin_frame;
    s->first_ns = s->last_ns = f->last_ns;
    s->flags = k->syn ? TCP_SYN : TCP_FIN;
}

/* What of its numbers is new. Whether nothing is. The byte of a window probe does not count as taken. */
bool judge_weigh(struct look *k)
{
    struct flow *f = k->f;
    if (!f->any || !seq_before(k->left, f->nxt)) {
        k->fresh = k->s->len;
        return false;
    }
    uint32_t taken = ranges_overlap(&f->seen, k->left, k->right);
    k->again = taken ? ranges_overlap(&f->seen, k->left, seq_add(k->left, k->s->len)) : 0;
    k->fresh = k->s->len - k->again;
    k->repeated = taken > 0;
    seq_t top = seq_before(k->right, f->nxt) ? k->right : f->nxt;
    k->overtaken = taken < seq_dist(k->left, top);
    return taken == seq_dist(k->left, k->right);
}

/* Marks the segments that this one repeats. Returns the first of them; *since: how long ago it was sent last.
 */
static const struct sent *mark_copies(struct look *k, uint64_t *since)
{
    struct flow *f = k->f;
    struct sent_pool *pool = &k->t->sent;
    recall(k);
    struct sent *first = sent_search(pool, &f->sent, k->left);
    *since = look_since(k, f->last_ns);
    k->v->repeats = k->t->repeats;
    for (struct sent *s = first; s && seq_before(s->left, k->right); s = sent_next(pool, s)) {
        if (s == first)
            *since = look_since(k, s->last_ns);
        if (k->v->repeats_count < REPEATS_MOST)
            k->t->repeats[k->v->repeats_count++] = s->frame;
        s->copies++;
        s->copy = k->receipt.frame;
        s->copy_tsval = k->s->opt.tsval;
        s->last_ns = k->s->time_ns;
    }
    return k->v->repeats_count ? first : NULL;
}

/* What its sender has heard of duplicate ACKs and of bytes beyond a gap. */
static uint32_t sacked_of(const struct look *k)
{
    return k->came ? k->came->sacked_bytes : flow_odd(k->r)->sacked_bytes;
}

static bool hears_of_loss(const struct look *k)
{
    const uint64_t heard_ns = k->came ? k->came->any_ns : k->r->last_ns;
    const uint64_t rtt =
        k->c->ws.rtt_ns < 2000 * MS ? k->c->ws.rtt_ns : 0; /* where the sniffer is far away */
    const uint64_t most = rtt + rtt / 2 > FAST_MOST ? rtt + rtt / 2 : FAST_MOST;
    return (judge_dup_acks(k) >= 3 || sacked_of(k)) && look_since(k, heard_ns) < most && !k->c->self;
}

/* A tail loss probe repeats the newest segment, once, after two round trips (RFC 8985 7.2); with one segment
 * out Linux adds the 200 ms that a delayed ACK may take. */
static bool is_loss_probe(const struct look *k, const struct sent *s, uint64_t since)
{
    const struct flow *f = k->f;
    uint32_t out = f->sent.out;
    if (!s || s->copies > 1 || f->recovering || !seq_eq(k->right, f->nxt) || sacked_of(k) ||
        (f->syn && !f->sack_ok) || (k->r->syn && !k->r->sack_ok))
        return false;
    uint64_t rtt = 2000 * (uint64_t)f->srtt_us;
    if (out > 1)
        return since >= 4 * MS && since < RTO_MIN + rtt;
    return since >= RTO_MIN && since < 280 * MS + rtt;
}

static enum copy_kind kind_by_counter(struct tally *t)
{
    if (t->loss_probes) {
        t->loss_probes--;
        return COPY_TLP;
    }
    if (t->timeouts) {
        t->timeouts--;
        return COPY_RTO;
    }
    return COPY_NONE;
}

static enum copy_kind kind_of_copy(struct look *k, const struct sent *s, uint64_t since)
{
    const struct flow *f = k->f;
    enum copy_kind told = kind_by_counter(tally_of(k->t, k->from));
    if (told != COPY_NONE)
        return told;
    if (hears_of_loss(k))
        return f->recovering && !(f->una_known && seq_eq(k->left, f->una)) ? COPY_RECOVERY : COPY_FAST;
    if (is_loss_probe(k, s, since))
        return COPY_TLP;
    if (s && since >= RTO_MIN && since / 1000 >= f->srtt_us)
        return COPY_RTO;
    return f->recovering ? COPY_RECOVERY : COPY_PLAIN;
}

/* The frame before of that side once more, unchanged: no host gives two packets one identification so soon;
 * where there is none, no timer is as short, and nobody has asked for a copy. */
static bool is_twice(const struct look *k, uint64_t since)
{
    const struct flow *f = k->f;
    if (k->came || k->t->options.live || k->v->repeats_count == 0 || f->ip_id != k->s->ip_id)
        return false;
    if (k->s->ip_id)
        return since < 10 * MS;
    return since < MS && !judge_dup_acks(k) && !sacked_of(k) &&
           k->v->repeats[k->v->repeats_count - 1] == f->last_frame;
}

static void judge_copy(struct look *k)
{
    uint64_t since;
    struct flow *f = k->f;
    const struct sent *s = mark_copies(k, &since);
    k->silence_ns = since;
    look_label(k, LBL(RETRANSMISSION));
    if (f->una_known && seq_upto(k->right, f->una))
        look_label(k, LBL(SPURIOUS_RETRANSMISSION));
    k->twice = is_twice(k, since);
    k->smaller = flow_odd(f)->too_large_ns && look_since(k, flow_odd(f)->too_large_ns) < 1000 * MS;
    if (k->twice || k->smaller) {
        k->copy = COPY_PLAIN;
        return;
    }
    k->copy = kind_of_copy(k, s, since);
    switch (k->copy) {
    case COPY_RTO:
        k->v->cause = CAUSE_RTO;
        flow_odd_of(k->t, f)->timeouts++;
        break;
    case COPY_TLP:
        k->v->cause = CAUSE_TLP;
        look_label(k, LBL(TAIL_LOSS_PROBE));
        break;
    case COPY_FAST: look_label(k, LBL(FAST_RETRANSMISSION)); break;
    case COPY_NONE:
    case COPY_PLAIN:
    case COPY_RECOVERY: break;
    }
    if (!f->recovering && (k->copy == COPY_RTO || k->copy == COPY_FAST)) {
        f->recovering = true;
        flow_odd_of(k->t, f)->recover = f->nxt;
    }
    k->t->retry_conn = k->receipt.conn;
    k->t->retry_side = k->from;
}

/* Bytes below the highest number that were not seen before: overtaken, if it is too soon for anything else.
 */
static void judge_late(struct look *k)
{
    const uint64_t initial = k->c->ws.rtt_ns;
    const uint64_t rtt = initial && initial < UINT64_C(60000) * MS ? initial : 3 * MS; /* clocks go back */
    k->late = true;
    if (k->repeated) { /* old bytes and new ones in one segment */
        uint64_t since;
        mark_copies(k, &since);
        k->silence_ns = since;
        look_label(k, LBL(RETRANSMISSION));
        k->copy = COPY_PLAIN;
        return;
    }
    if (k->s->time_ns - k->c->ws.flow[k->from].next_ns < rtt) {
        look_label(k, LBL(OUT_OF_ORDER));
        return;
    }
    look_label(k, LBL(RETRANSMISSION));
    k->copy = COPY_PLAIN;
}

static void judge_window(struct look *k)
{
    const struct flow *r = k->r;
    seq_t end = seq_add(k->left, k->s->len);
    if (k->s->len && r->ack_seen && r->win_known && r->win && !k->refused &&
        ws_shift(&k->c->ws, side_other(k->from)) >= 0 && seq_eq(end, seq_add(r->last_ack, r->win)))
        look_label(k, LBL(WINDOW_FULL));
}

static void judge_bytes(struct look *k)
{
    struct flow *f = k->f;
    if (k->s->len)
        look_label(k, LBL(DATA));
    if (k->fin)
        look_label(k, LBL(FIN));
    if (flow_odd(f)->probed_frame && seq_after(k->left, f->nxt))
        judge_probe_taken(k, f); /* what follows the byte of a probe shows that it was sent for good */
    bool seen = judge_weigh(k);
    if (k->refused)
        return;
    const bool below = f->any && seq_before(k->left, f->nxt);
    if (below) {
        struct flow_odd *odd = flow_odd_of(k->t, f);
        odd->below = k->left;
        odd->below_ns = k->s->time_ns;
    }
    if (seen) {
        judge_copy(k);
    } else if (below) {
        judge_late(k);
    } else if (f->any && seq_after(k->left, f->nxt)) {
        look_label(k, LBL(LOST_SEGMENT));
    }
    judge_window(k);
    if (!seen)
        judge_remember(k);
    k->first_fin = k->fin && !f->fin;
    if (k->first_fin) {
        f->fin = true;
        f->fin_end = k->right;
        f->fin_frame = k->receipt.frame;
    }
    if (seen)
        return;
    uint32_t row = calls_row(k->c, k->from, k->left, seq_add(k->left, k->s->len), &k->call_bytes);
    const struct calls *calls = conn_calls(k->c, k->from);
    if (k->first_fin && calls && calls->close_row != NO_ROW)
        row = calls->close_row;
    if (row != NO_ROW && (k->s->len || k->first_fin)) {
        k->v->cause = CAUSE_CALL;
        k->v->cause_row = row;
    }
}

/* A SYN ACK that comes again answers a SYN that came again: at once, where it is known when that came. */
static uint32_t syn_answered(const struct look *k)
{
    if (!k->ack)
        return 0;
    if (!k->came)
        return k->r->syn_repeated ? k->r->last_frame : 0;
    return look_since(k, k->came->syn_ns) < AT_ONCE ? k->came->syn_frame : 0;
}

/* The same SYN again; the SYN ACK of a simultaneous open looks like one and is none. */
static void judge_syn_copy(struct look *k)
{
    uint64_t since;
    struct flow *f = k->f;
    if (k->ack && !f->syn_ack) {
        k->c->crossing = true;
        f->syn_frame = k->receipt.frame;
        return;
    }
    k->repeated = true;
    mark_copies(k, &since);
    k->silence_ns = since;
    look_label(k, LBL(RETRANSMISSION));
    if (k->c->challenged && k->r->state == STATE_CLOSED) {
        k->r->state = STATE_LISTEN; /* its old connection is gone, so the SYN meets the listener */
        k->c->challenged = false;
    }
    k->twice = is_twice(k, since);
    const uint32_t answered = syn_answered(k);
    if (k->twice) {
        k->copy = COPY_PLAIN;
    } else if (answered) {
        k->answer = true;
        k->v->acks_frame = answered;
        k->r->syn_repeated = false;
    } else if (since < RTO_MIN && !k->t->options.live) {
        k->copy = COPY_PLAIN;
    } else {
        k->v->cause = CAUSE_RTO;
        k->copy = COPY_RTO;
        flow_odd_of(k->t, f)->timeouts++;
        struct tally *t = tally_of(k->t, k->from);
        if (t->timeouts)
            t->timeouts--;
    }
    if (k->ack)
        f->syn_repeated = false;
    k->t->retry_conn = k->receipt.conn;
    k->t->retry_side = k->from;
}

static void judge_syn(struct look *k)
{
    struct flow *f = k->f, *r = k->r;
    struct conn *c = k->c;
    bool again = f->syn && seq_eq(f->base, k->left);
    look_label(k, k->ack ? LBL(SYN_ACK) : LBL(SYN));
    if (k->s->len)
        look_label(k, LBL(DATA));
    if (k->ack && seq_after(k->s->ack, seq_add(r->base, 1)) && r->syn && r->base_known)
        look_label(k, LBL(FAST_OPEN));
    if (again) {
        k->again = k->s->len;
        judge_syn_copy(k);
    } else {
        k->fresh = k->s->len;
        if (!k->ack && r->syn && !r->syn_ack && !c->self)
            c->crossing = true;
        judge_remember(k);
        f->syn = true;
        f->syn_frame = k->receipt.frame;
        const struct calls *calls = conn_calls(c, k->from);
        if (!k->ack && calls && calls->connect_row != NO_ROW) {
            k->v->cause = CAUSE_CALL;
            k->v->cause_row = calls->connect_row;
        }
    }
    f->syn_ack = f->syn_ack || k->ack;
    f->mss = k->s->opt.mss                ? k->s->opt.mss_value
             : k->s->src.addr.family == 6 ? 1220
                                          : 536; /* RFC 9293 3.7.1 */
    f->sack_ok = k->s->opt.sack_permitted;
    if (c->crossing)
        look_label(k, LBL(SIMULTANEOUS_OPEN));
    else
        k->v->step = k->ack ? STEP_OPEN_2 : STEP_OPEN_1;
    if (k->ack && c->doubtful) {
        c->doubtful = false;
        f->state = STATE_LISTEN; /* it was open no longer */
    }
}

void judge_numbers(struct look *k)
{
    bool window;
    if (k->syn) {
        judge_syn(k);
    } else if (k->s->len <= 1 && !k->refused && judge_is_probe(k, &window)) {
        judge_probe(k, window);
    } else if (k->s->len || k->fin) {
        judge_bytes(k);
    }
}
