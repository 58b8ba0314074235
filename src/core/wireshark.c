/* wireshark.c: the TCP analysis of Wireshark 4.0, as its published rules and measurements of tshark have it.
 *
 * Wireshark judges from very little: of each direction the next expected number, the last acknowledgment and
 * window, a count of duplicate ACKs, and what the last segment was called. It knows no sockets, so a probe of
 * Linux (no byte, one number too low) is a keep-alive to it whatever the window is. Its quirks are followed
 * on purpose:
 *  - raw 0 means "unknown", for the next number and for the mark; the acknowledgment field counts even
 * without the flag;
 *  - windows are compared as sent, from one segment to the next;
 *  - time is an unsigned difference: where it runs backwards a segment is neither fast nor out of order;
 *  - `retransmission` stands beside fast and spurious ones, not beside `out_of_order`. */
#include "core/wireshark.h"

#include "core/seq.h"

enum {
    FAST_NS = 20000000, /* a fast retransmission comes within 20 ms of the ACK that asked for it */
    ORDER_NS = 3000000, /* how late a segment out of order may be while the round-trip time is unknown */
    NOT_PLAIN = TCP_SYN | TCP_FIN | TCP_RST,
    SHIFT_MAX = 14,   /* RFC 7323 2.3 */
    MANY = UINT16_MAX /* ws_flow.dup_acks: see acks_unseen */
};

/* ws_flow.scale: what the SYNs said of window scaling. SCALE_SHIFT + n: a shift of n is in force. */
enum { SCALE_UNSEEN, SCALE_UNUSED, SCALE_SHIFT };

static bool before(uint32_t a, uint32_t b)
{
    return seq_before(seq_of(a), seq_of(b));
}

/* The number after a segment. A segment with both SYN and FIN counts one for both. */
static uint32_t end_of(const struct seg *s)
{
    return s->seq.v + s->len + (s->flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
}

int ws_shift(const struct ws_conn *c, enum side side)
{
    uint8_t scale = c->flow[side].scale;
    if (scale >= SCALE_SHIFT)
        return scale - SCALE_SHIFT;
    return scale == SCALE_UNUSED ? 0 : -1;
}

/* Scaling is known from the SYNs: each direction's own shift, unless a SYN has none. */
static void learn_scale(struct ws_flow *fwd, struct ws_flow *rev, const struct seg *s)
{
    if (s->opt.wscale) {
        uint8_t shift = s->opt.shift > SHIFT_MAX ? SHIFT_MAX : s->opt.shift;
        fwd->scale = (uint8_t)(SCALE_SHIFT + shift);
    }
    if (!(s->flags & TCP_SYN) || s->opt.cut)
        return;
    if (fwd->scale == SCALE_UNSEEN)
        fwd->scale = rev->scale = SCALE_UNUSED;
    else if ((s->flags & TCP_ACK) && rev->scale == SCALE_UNUSED)
        fwd->scale = SCALE_UNUSED;
}

/* Whether data in the SYN was taken. Where the segment has no length, its numbers are raw to Wireshark. */
static uint32_t fast_open(const struct ws_conn *c, const struct ws_flow *rev, const struct seg *s)
{
    if ((s->flags & (TCP_SYN | TCP_ACK)) != (TCP_SYN | TCP_ACK))
        return 0;
    uint32_t ack = seg_measured(s) ? s->ack.v - rev->base : s->ack.v;
    return ack > 1 ? WS_BIT(TFO_ACK) : c->tfo_syn ? WS_BIT(TFO_IGNORED) : 0;
}

/* A segment without payload that says again what the one before it said: what its window and the other side's
 * last segment make of it. */
static uint32_t repeated_ack(const struct ws_conn *c, struct ws_flow *fwd, const struct ws_flow *rev,
                             const struct seg *s)
{
    if (s->len > 0 || (s->flags & NOT_PLAIN) || s->seq.v != fwd->next || s->ack.v != fwd->last_ack)
        return 0;
    bool same = fwd->spoken && s->win == fwd->win;
    if (s->win == 0)
        return same && rev->probe ? WS_BIT(ZERO_WINDOW_PROBE_ACK) : 0;
    if (!same)
        return WS_BIT(WINDOW_UPDATE);
    if (rev->keep_alive)
        return WS_BIT(KEEP_ALIVE_ACK);
    if (c->paths != fwd->paths) /* MPTCP has said something new since its last segment */
        return 0;
    if (fwd->dup_acks == MANY)
        fwd->dup_acks = 1;
    else if (fwd->dup_acks < MANY - 1)
        fwd->dup_acks++;
    return WS_BIT(DUPLICATE_ACK);
}

static bool fills_window(const struct ws_flow *rev, const struct seg *s)
{
    if (s->len == 0 || (s->flags & NOT_PLAIN) || rev->scale == SCALE_UNSEEN)
        return false;
    unsigned shift = rev->scale >= SCALE_SHIFT && !rev->unscaled ? rev->scale - SCALE_SHIFT : 0;
    uint32_t win = rev->spoken ? rev->win : UINT32_MAX;
    return s->seq.v + s->len == rev->last_ack + (win << shift);
}

static bool window_probe(const struct ws_flow *fwd, const struct ws_flow *rev, const struct seg *s)
{
    return s->len == 1 && s->seq.v == fwd->next && rev->spoken && rev->win == 0;
}

/* What a segment is by its place after the one before it in its own direction. */
static uint32_t by_place(const struct ws_conn *c, struct ws_flow *fwd, const struct ws_flow *rev,
                         const struct seg *s)
{
    if (window_probe(fwd, rev, s))
        return WS_BIT(ZERO_WINDOW_PROBE);
    uint32_t found = 0;
    if (s->win == 0 && !(s->flags & NOT_PLAIN))
        found |= WS_BIT(ZERO_WINDOW);
    if (fwd->next != 0 && before(fwd->next, s->seq.v) && !(s->flags & TCP_RST))
        found |= WS_BIT(LOST_SEGMENT);
    if (s->len <= 1 && s->seq.v == fwd->next - 1 && !(s->flags & NOT_PLAIN))
        found |= WS_BIT(KEEP_ALIVE);
    if (fills_window(rev, s))
        found |= WS_BIT(WINDOW_FULL);
    return found | repeated_ack(c, fwd, rev, s);
}

/* An ACK of numbers that were never seen. Where nothing beyond the mark is known, it is told once until the
 * other side acknowledges something new: the count of that side's duplicate ACKs serves as the reminder, and
 * is then more than any other to whoever asks for it. */
static uint32_t acks_unseen(struct ws_flow *rev, const struct seg *s)
{
    if (!(s->flags & TCP_ACK) || rev->mark == 0 || !before(rev->mark, s->ack.v))
        return 0;
    bool told = false;
    if (before(rev->mark, rev->next)) {
        rev->mark = rev->next;
    } else {
        told = rev->dup_acks != 0;
        rev->dup_acks = MANY;
    }
    return told ? 0 : WS_BIT(ACK_LOST_SEGMENT);
}

/* A segment that takes numbers below the next expected one. */
static uint32_t sent_again(const struct ws_conn *c, const struct ws_flow *fwd, const struct ws_flow *rev,
                           const struct seg *s)
{
    uint32_t end = s->seq.v + s->len;
    if (s->len > 0 && rev->last_ack != 0 && !before(rev->last_ack, end))
        return WS_BIT(SPURIOUS_RETRANSMISSION) | WS_BIT(RETRANSMISSION);
    bool below = fwd->next != 0 && before(s->seq.v, fwd->next);
    /* The bytes after a probe of one byte that was not taken. */
    if (!below || (s->len > 1 && s->seq.v == fwd->next - 1))
        return 0;
    if (rev->dup_acks >= 2 && rev->last_ack == s->seq.v && s->time_ns - rev->last_ns < FAST_NS)
        return WS_BIT(FAST_RETRANSMISSION) | WS_BIT(RETRANSMISSION);
    uint64_t late = c->rtt_ns != 0 ? c->rtt_ns : ORDER_NS;
    if (s->time_ns - fwd->next_ns < late && end_of(s) != fwd->next)
        return WS_BIT(OUT_OF_ORDER);
    return WS_BIT(RETRANSMISSION);
}

static void remember(const struct ws_conn *c, struct ws_flow *fwd, const struct seg *s, uint32_t found)
{
    uint32_t end = end_of(s);
    bool probe = (found & WS_BIT(ZERO_WINDOW_PROBE)) != 0; /* its byte does not count as sent */
    if (!probe && (fwd->next == 0 || before(fwd->next, end))) {
        fwd->next = end;
        fwd->next_ns = s->time_ns;
    }
    if (!probe && (fwd->mark == 0 || fwd->mark == s->seq.v))
        fwd->mark = fwd->next;
    fwd->win = s->win;
    fwd->spoken = true;
    fwd->last_ack = s->ack.v;
    fwd->last_ns = s->time_ns;
    fwd->paths = c->paths;
    fwd->keep_alive = (found & WS_BIT(KEEP_ALIVE)) != 0;
    fwd->probe = probe;
}

static uint32_t analyse(struct ws_conn *c, struct ws_flow *fwd, struct ws_flow *rev, const struct seg *s)
{
    uint32_t found = by_place(c, fwd, rev, s);
    if (s->ack.v != fwd->last_ack)
        fwd->dup_acks = 0;
    found |= acks_unseen(rev, s);
    if ((s->len > 0 || (s->flags & (TCP_SYN | TCP_FIN))) && !(found & WS_BIT(KEEP_ALIVE)))
        found |= sent_again(c, fwd, rev, s);
    remember(c, fwd, s, found);
    return found;
}

/* The same where nobody asks what the segment is called: only what ws_shift, ws_conn.rtt_ns and
 * ws_flow.next_ns will be. Of what it is, a probe alone changes those. */
static void follow(struct ws_conn *c, struct ws_flow *fwd, struct ws_flow *rev, const struct seg *s)
{
    acks_unseen(rev, s);
    remember(c, fwd, s, window_probe(fwd, rev, s) ? WS_BIT(ZERO_WINDOW_PROBE) : 0);
}

/* What relative numbers count from: the SYN, or one before the first number that is seen or acknowledged. */
static void set_bases(struct ws_flow *fwd, struct ws_flow *rev, const struct seg *s)
{
    bool syn_ack = (s->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
    if (fwd->based ? syn_ack : seg_measured(s)) {
        fwd->base = s->flags & TCP_SYN ? s->seq.v : s->seq.v - 1;
        fwd->based = true;
    }
    if (!rev->based && (s->flags & TCP_ACK) && seg_measured(s)) {
        rev->base = s->ack.v - 1;
        rev->based = true;
    }
}

/* The handshake: when it began and how long it took, scaling, fast open. */
static void learn(struct ws_conn *c, struct ws_flow *fwd, struct ws_flow *rev, const struct seg *s)
{
    if (s->flags & TCP_SYN) {
        fwd->unscaled = true;
        if (!(s->flags & TCP_ACK))
            c->syn_ns = s->time_ns;
    } else if (s->flags & TCP_ACK) {
        fwd->unscaled = false;
        if (c->rtt_ns == 0 && c->syn_ns != 0)
            c->rtt_ns = s->time_ns - c->syn_ns;
    }
    learn_scale(fwd, rev, s);
    if (!s->opt.cut)
        c->paths |= s->opt.mptcp;
}

static void judge(struct ws_conn *c, enum side from, const struct seg *s, bool reused, uint32_t *labels)
{
    /* A socket connected to itself has one direction only. */
    if (endpoint_equal(&s->src, &s->dst))
        from = SIDE_CLIENT;
    struct ws_flow *fwd = &c->flow[from], *rev = &c->flow[side_other(from)];
    uint32_t found = reused ? WS_BIT(REUSED_PORTS) : 0;
    bool syn = (s->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    if (syn && fwd->based && fwd->base == s->seq.v)
        fwd->next = fwd->mark; /* what came between, perhaps a reset with a number of its own, is forgotten */
    set_bases(fwd, rev, s);
    if (!labels) {
        if (seg_measured(s))
            follow(c, fwd, rev, s);
        learn(c, fwd, rev, s);
        return;
    }
    if (seg_measured(s))
        found |= analyse(c, fwd, rev, s);
    *labels = fast_open(c, rev, s);
    if (syn && s->opt.fast_open && s->opt.cookie_len > 0) {
        c->tfo_syn |= s->len > 0;
        *labels |= WS_BIT(TFO_SYN);
    }
    learn(c, fwd, rev, s);
    if (!s->opt.cut) /* it shows the rest only behind the options */
        *labels |= found;
}

void ws_segment(struct ws_conn *c, enum side from, const struct seg *s, bool reused, uint32_t *labels)
{
    if (!s->fcs) {
        judge(c, from, s, reused, labels);
        return;
    }
    struct seg shorter = *s;
    shorter.broken |= s->len < s->fcs;
    shorter.len -= shorter.broken ? 0 : s->fcs;
    judge(c, from, &shorter, reused, labels);
}
