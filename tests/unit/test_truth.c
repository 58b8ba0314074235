/* Random connections made by a simulation that knows the truth: two ends, a network between them that loses,
 * delays, doubles and reorders, and a tap in its middle. What can truly be counted at the tap is counted
 * there with 64-bit offsets and a plain list, and must be exactly what the tracker counts with sequence
 * numbers that wrap; and what the tracker says of each segment must be possible. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/fsm.h"
#include "core/track.h"
#include "plat/heap.h"

#define MS UINT64_C(1000000)

enum { FLYING = 256, PIECES = 4096, HOLES = 40 };

/* A set of offsets, as a plain sorted list. */
struct pieces {
    struct {
        uint64_t left, right;
    } at[PIECES];
    size_t count;
};

static uint64_t overlap(const struct pieces *p, uint64_t left, uint64_t right)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < p->count; i++) {
        uint64_t from = p->at[i].left > left ? p->at[i].left : left;
        uint64_t to = p->at[i].right < right ? p->at[i].right : right;
        sum += to > from ? to - from : 0;
    }
    return sum;
}

static void insert(struct pieces *p, uint64_t left, uint64_t right)
{
    size_t kept = 0, place = 0;
    if (left >= right)
        return;
    for (size_t i = 0; i < p->count; i++) {
        if (p->at[i].right < left || p->at[i].left > right) {
            place += p->at[i].right < left;
            p->at[kept++] = p->at[i];
            continue;
        }
        left = p->at[i].left < left ? p->at[i].left : left;
        right = p->at[i].right > right ? p->at[i].right : right;
    }
    assert_true(kept < PIECES);
    memmove(&p->at[place + 1], &p->at[place], (kept - place) * sizeof p->at[0]);
    p->at[place].left = left;
    p->at[place].right = right;
    p->count = kept + 1;
}

/* One segment on its way. Offsets: the SYN is 0, the first byte 1. */
struct packet {
    uint64_t due, left, ack;
    uint64_t sack[4][2];
    uint32_t len, tsval, tsecr;
    uint16_t win;
    int from, sacks;
    bool syn, fin, rst, has_ack, tapped;
};

/* One end: what it sends, and what it has got. */
struct end {
    uint32_t isn, ts_start, ts_recent;
    uint64_t nxt, una, fin, peer_win; /* fin: the offset of its FIN, 0 while there is none */
    uint64_t probed;                  /* the end of a byte that was sent as a probe */
    struct pieces got;
    uint64_t rcv;
    bool reading, twice; /* its last segment brought nothing new: a duplicate SACK is due */
    uint64_t twice_left, twice_right;
};

/* What was counted at the tap, one direction. */
struct truth {
    struct pieces seen;
    bool any, echoed;
    bool asked;    /* the byte at `top` was sent to ask for a window; it may yet be taken */
    uint32_t echo; /* the newest timestamp that the other end has said it took */
    uint64_t top, acked, bytes;
    struct flow_stats n;
};

/* The receiver takes it for an old duplicate (RFC 7323 5.3, with the tick that Linux allows). */
static bool outdated(uint32_t tsval, uint32_t recent)
{
    return (int32_t)(tsval - recent) < -1;
}

struct sim {
    uint64_t random, now, seed;
    struct end end[2];
    struct truth truth[2];
    struct packet flying[FLYING];
    size_t count;
    uint32_t frame, frames[2]; /* frames[side]: the newest of that side's */
    uint8_t *sender;           /* of each frame */
    /* The kind of connection, and of network. */
    uint32_t mss, shift;
    unsigned lost_before, lost_after, late, doubled; /* per mille */
    bool timestamps, sack, deaf[2];                  /* the tap does not hear that side */
    uint64_t begins;                                 /* when the tap is opened */
    struct track *track;
    enum tcp_state state[2];
};

static uint64_t roll(struct sim *m, uint64_t below)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return m->random % below;
}

static bool chance(struct sim *m, unsigned per_mille)
{
    return roll(m, 1000) < per_mille;
}

/* --- what the tracker may say -------------------------------------------------------------------------- */

/* What is looked at, for the messages. */
static const struct sim *judging;
static struct packet judged;
static uint64_t said;

static void blame(const char *condition)
{
    const struct packet *p = &judged;
    char labels[400] = "";
    for (int i = 0; i < LABEL_COUNT; i++)
        if (said >> i & 1)
            strcat(strcat(labels, " "), label_name((enum label)i));
    fail_msg("seed %" PRIu64 ", frame %u: %s %s%s%s%s %" PRIu64 ":%" PRIu64 "(%u) ack %" PRIu64
             " win %u is%s; not so: %s",
             judging->seed, judging->frame, p->from ? "server" : "client", p->syn ? "S" : "",
             p->fin ? "F" : "", p->rst ? "R" : "", p->has_ack ? "." : "", p->left,
             p->left + p->len + p->syn + p->fin, p->len, p->ack, p->win, labels, condition);
}
#define must(condition) ((condition) ? (void)0 : blame(#condition))

/* Whether a machine can come from one state to another by one segment: sent and received are two edges at
 * most, and an end of which nothing was known may turn out to be anything. */
static bool reachable(enum tcp_state from, enum tcp_state to, int edges)
{
    struct fsm_edge e;
    if (from == to || from == STATE_UNKNOWN)
        return true;
    for (size_t i = 0; edges > 0 && fsm_edge_at(i, &e); i++)
        if (e.from == from && reachable(e.to, to, edges - 1))
            return true;
    return false;
}

static bool all_of(uint64_t labels, uint64_t some)
{
    return (labels & some) == some;
}

/* What follows from the label alone, and from what the segment is. */
static void check_labels(const struct packet *p, const struct verdict *v, const struct truth *t,
                         const struct truth *other)
{
    uint64_t l = v->labels,
             copies = LBL(TAIL_LOSS_PROBE) | LBL(FAST_RETRANSMISSION) | LBL(SPURIOUS_RETRANSMISSION);
    uint64_t right = p->left + p->len + p->syn + p->fin, taken = overlap(&t->seen, p->left, right);
    bool numbers = right > p->left && !p->rst, probe = l & (LBL(KEEP_ALIVE) | LBL(ZERO_WINDOW_PROBE));
    bool pure = p->has_ack && right == p->left && !p->rst;
    bool refused = t->echoed && right > p->left && !p->syn && !p->rst && outdated(p->tsval, t->echo);
    must(l != 0);
    must(!(l & LBL(PAWS_REJECT)) == !refused);
    must(!(l & LBL(DATA)) == !p->len);
    must(!(l & LBL(SYN)) == !(p->syn && !p->has_ack));
    must(!(l & LBL(SYN_ACK)) == !(p->syn && p->has_ack));
    must(!(l & LBL(FIN)) == !p->fin);
    must(!(l & LBL(RST)) == !p->rst);
    must(!(l & LBL(ZERO_WINDOW)) || !p->win);
    must(!(l & copies) || l & LBL(RETRANSMISSION));
    must(!all_of(l, LBL(RETRANSMISSION) | LBL(OUT_OF_ORDER)));
    must(!all_of(l, LBL(KEEP_ALIVE) | LBL(ZERO_WINDOW_PROBE)));
    must(!(l & (LBL(ACK) | LBL(DUP_ACK) | LBL(WINDOW_UPDATE) | LBL(HANDSHAKE_ACK))) || p->has_ack);
    must(!(l & (LBL(ACK) | LBL(DUP_ACK) | LBL(WINDOW_UPDATE))) || pure);
    must(!(l & (LBL(SACK) | LBL(DSACK))) || p->sacks);
    must(!(l & LBL(LOST_SEGMENT)) || (numbers && t->any && p->left > t->top));
    must(!(l & LBL(RETRANSMISSION)) || (numbers && t->any && p->left < t->top));
    must(!(l & LBL(OUT_OF_ORDER)) || pure || (numbers && p->left < t->top && taken == 0));
    must(!(l & LBL(SPURIOUS_RETRANSMISSION)) || (taken == right - p->left && right <= t->acked));
    must(!(l & LBL(KEEP_ALIVE)) || ((p->left < t->top || p->left < t->acked) && p->len <= 1));
    must(!(l & LBL(ACK_LOST_SEGMENT)) || p->ack > other->top);
    if (numbers && !probe && !refused) {
        must(taken < right - p->left || l & (LBL(RETRANSMISSION) | LBL(SIMULTANEOUS_OPEN)));
        must(!t->any || p->left <= t->top || l & LBL(LOST_SEGMENT));
    }
}

static void check_verdict(struct sim *m, const struct packet *p, const struct verdict *v)
{
    int other = 1 - p->from;
    must(v->conn == 0 && (int)v->from == p->from);
    must(v->acks_frame < m->frame && (!v->acks_frame || m->sender[v->acks_frame] == other));
    must(!v->repeats_count || v->labels & (LBL(RETRANSMISSION) | LBL(SIMULTANEOUS_OPEN)));
    for (uint32_t i = 0; i < v->repeats_count; i++)
        must(v->repeats[i] && v->repeats[i] < m->frame && m->sender[v->repeats[i]] == p->from);
    for (int side = 0; side < 2; side++) {
        must(reachable(m->state[side], v->state[side], 3));
        m->state[side] = v->state[side];
    }
    must(!(annot_labels(v->annot.id) & ~v->labels));
    check_labels(p, v, &m->truth[p->from], &m->truth[other]);
}

/* --- the tap ------------------------------------------------------------------------------------------- */

/* The byte of a probe has become one of the stream. */
static void take_probe(struct truth *t)
{
    insert(&t->seen, t->top, t->top + 1);
    t->top++;
    t->asked = false;
}

/* What goes on behind such a byte, or acknowledges it, tells that it was taken. */
static void take_probes(struct sim *m, const struct packet *p, bool refused)
{
    struct truth *t = &m->truth[p->from], *other = &m->truth[1 - p->from];
    if (t->asked && !p->rst && (p->len || p->fin) && p->left > t->top)
        take_probe(t);
    if (other->asked && !p->rst && !refused && p->has_ack && p->ack == other->top + 1)
        take_probe(other);
}

static void count_truth(struct sim *m, const struct packet *p, bool refused, bool asks)
{
    struct truth *t = &m->truth[p->from], *other = &m->truth[1 - p->from];
    uint64_t first = p->left + p->syn, end = first + p->len, right = end + p->fin;
    uint64_t again = overlap(&t->seen, first, end), taken = overlap(&t->seen, p->left, right);
    uint64_t below = right < t->top ? right : t->top;
    bool numbers = right > p->left && !p->rst && !asks;
    t->n.segments++;
    t->bytes += p->len;
    t->n.data_segments += p->len > 0;
    t->n.pure_acks += p->has_ack && !p->len && !p->syn && !p->fin && !p->rst;
    t->n.syns += p->syn;
    t->n.fins += p->fin;
    t->n.resets += p->rst;
    t->n.zero_windows += !p->win && !p->rst;
    t->n.unique_bytes += asks ? 0 : p->len - again;
    t->n.retransmitted_bytes += again;
    t->n.probe_bytes += asks ? p->len : 0;
    t->n.retransmitted_segments += numbers && taken;
    t->n.out_of_order +=
        numbers && t->any && p->left < below && overlap(&t->seen, p->left, below) < below - p->left;
    if (!t->any || (numbers && !refused && right > t->top)) {
        t->top = numbers ? right : p->left;
        t->asked = false;
    }
    t->asked |= asks;
    t->any = true;
    if (numbers && !refused)
        insert(&t->seen, p->left, right);
    if (p->has_ack && p->ack > other->acked)
        other->acked = p->ack;
    if (m->timestamps && p->has_ack && p->tsecr && !p->rst && !refused) {
        other->echoed = true;
        other->echo = p->tsecr;
    }
}

static void tap(struct sim *m, const struct packet *p)
{
    static const struct endpoint ends[2] = {{{4, {10, 0, 0, 1}}, 40000}, {{4, {10, 0, 0, 2}}, 3344}};
    const struct end *me = &m->end[p->from], *peer = &m->end[1 - p->from];
    struct verdict v;
    if (m->now < m->begins || m->deaf[p->from])
        return;
    struct seg s = {.time_ns = UINT64_C(1700000000000000000) + m->now,
                    .frame = ++m->frame,
                    .src = ends[p->from],
                    .dst = ends[1 - p->from],
                    .seq = seq_of(me->isn + (uint32_t)p->left),
                    .ack = seq_of(p->has_ack ? peer->isn + (uint32_t)p->ack : 0),
                    .len = p->len,
                    .win = p->win,
                    .cksum = CKSUM_GOOD};
    s.flags = (uint16_t)((p->syn ? TCP_SYN : 0) | (p->fin ? TCP_FIN : 0) | (p->rst ? TCP_RST : 0) |
                         (p->has_ack ? TCP_ACK : 0));
    s.opt = (struct tcp_options){.mss = p->syn,
                                 .mss_value = (uint16_t)m->mss,
                                 .wscale = p->syn && m->shift,
                                 .shift = (uint8_t)m->shift,
                                 .sack_permitted = p->syn && m->sack,
                                 .timestamps = m->timestamps,
                                 .tsval = p->tsval,
                                 .tsecr = p->tsecr};
    for (int i = 0; i < p->sacks; i++) {
        s.opt.sack[i].left = seq_of(peer->isn + (uint32_t)p->sack[i][0]);
        s.opt.sack[i].right = seq_of(peer->isn + (uint32_t)p->sack[i][1]);
    }
    s.opt.sacks = (uint8_t)p->sacks;
    m->sender[m->frame] = (uint8_t)p->from;
    judged = *p;
    must(track_segment(m->track, &s, &v));
    said = v.labels;
    const bool refused = v.labels & LBL(PAWS_REJECT);
    const struct truth *t = &m->truth[p->from];
    take_probes(m, p, refused);
    check_verdict(m, p, &v);
    count_truth(m, p, refused, v.labels & LBL(ZERO_WINDOW_PROBE) && p->len && p->left == t->top);
}

/* --- the ends and the network -------------------------------------------------------------------------- */

static void launch(struct sim *m, struct packet *p)
{
    struct end *me = &m->end[p->from];
    p->win = p->syn ? 60000 : me->reading ? (uint16_t)(20000 + roll(m, 40000)) : 0;
    p->tsval = me->ts_start + (uint32_t)(m->now / MS);
    p->tsecr = p->has_ack ? me->ts_recent : 0;
    if (m->count == FLYING || chance(m, m->lost_before))
        return;
    int copies = 1 + chance(m, m->doubled);
    for (; copies > 0 && m->count < FLYING; copies--) {
        p->due = m->now + 1000 + roll(m, 5000) + (chance(m, m->late) ? roll(m, 20 * MS) : 0);
        m->flying[m->count++] = *p;
    }
}

static void acknowledge(struct sim *m, int side)
{
    struct end *me = &m->end[side];
    struct packet p = {.from = side, .left = me->nxt, .ack = me->rcv, .has_ack = true};
    if (m->sack && me->twice) {
        p.sack[0][0] = me->twice_left;
        p.sack[p.sacks++][1] = me->twice_right;
    }
    me->twice = false;
    for (size_t i = me->got.count; m->sack && i-- > 0 && p.sacks < 3;)
        if (me->got.at[i].left > me->rcv) {
            p.sack[p.sacks][0] = me->got.at[i].left;
            p.sack[p.sacks++][1] = me->got.at[i].right;
        }
    launch(m, &p);
}

/* Bytes [left, left + len) of a side, and its FIN where they reach it. */
static void send_bytes(struct sim *m, int side, uint64_t left, uint64_t len)
{
    struct end *me = &m->end[side];
    struct packet p = {.from = side, .left = left, .len = (uint32_t)len, .has_ack = true, .ack = me->rcv};
    p.fin = me->fin && left + len == me->fin;
    if (!len && !p.fin)
        return;
    launch(m, &p);
    if (left + len + p.fin > me->nxt)
        me->nxt = left + len + p.fin;
}

static void receive(struct sim *m, const struct packet *p)
{
    int side = 1 - p->from;
    struct end *me = &m->end[side];
    uint64_t right = p->left + p->len + p->syn + p->fin;
    if (m->timestamps && right > p->left && !p->syn && outdated(p->tsval, me->ts_recent)) {
        acknowledge(m, side);
        return;
    }
    if (p->has_ack && p->ack > me->una)
        me->una = p->ack;
    if (me->nxt < me->una)
        me->nxt = me->una; /* the byte of a probe was taken */
    me->peer_win = (uint64_t)p->win << (p->syn ? 0 : m->shift);
    if (p->left <= me->rcv && right >= me->rcv && p->tsval)
        me->ts_recent = p->tsval;
    if (right == p->left) {
        if (p->left < me->rcv) /* a probe */
            acknowledge(m, side);
        return;
    }
    me->twice = overlap(&me->got, p->left, right) == right - p->left;
    me->twice_left = p->left;
    me->twice_right = right;
    insert(&me->got, p->left, right);
    me->rcv = me->got.at[0].left ? 0 : me->got.at[0].right;
    if (!p->syn && chance(m, 700))
        acknowledge(m, side);
}

/* Everything that is due by now moves on, the earliest first: to the tap, and from there to its end. */
static void move(struct sim *m)
{
    uint64_t now = m->now;
    for (;;) {
        size_t first = m->count;
        for (size_t i = 0; i < m->count; i++)
            if (m->flying[i].due <= now && (first == m->count || m->flying[i].due < m->flying[first].due))
                first = i;
        if (first == m->count)
            break;
        struct packet p = m->flying[first];
        m->now = p.due;
        if (!p.tapped) {
            tap(m, &p);
            m->flying[first].tapped = true;
            m->flying[first].due = p.due + 1000 + roll(m, 5000);
            if (!chance(m, m->lost_after))
                continue;
        }
        m->flying[first] = m->flying[--m->count];
        if (p.tapped)
            receive(m, &p);
    }
    m->now = now;
}

static void handshake(struct sim *m)
{
    struct packet syn = {.from = 0, .syn = true},
                  answer = {.from = 1, .syn = true, .has_ack = true, .ack = 1};
    if (chance(m, 100) && !m->begins && !m->lost_before && !m->late)
        syn.len = 1 + (uint32_t)roll(m, 500); /* fast open */
    launch(m, &syn);
    if (chance(m, 200)) {
        m->now += 1000 * MS;
        move(m);
        launch(m, &syn);
    }
    m->now += 10 * MS;
    move(m);
    m->end[0].nxt = 1 + syn.len;
    insert(&m->end[1].got, 0, 1 + syn.len);
    m->end[1].rcv = answer.ack = 1 + syn.len;
    launch(m, &answer);
    m->end[1].nxt = 1;
    m->now += 10 * MS;
    move(m);
    insert(&m->end[0].got, 0, 1);
    m->end[0].rcv = 1;
    m->end[0].una = 1 + syn.len;
    m->end[0].peer_win = m->end[1].peer_win = 60000;
    acknowledge(m, 0);
    m->now += 10 * MS;
    move(m);
}

/* Some of what was sent, whole or in other pieces, acknowledged or not. */
static void resend(struct sim *m, int side)
{
    struct end *me = &m->end[side];
    uint64_t from = chance(m, 800) || me->una < 3 * m->mss ? me->una : me->una - 1 - roll(m, 2 * m->mss);
    uint64_t end = me->fin && me->nxt > me->fin ? me->fin : me->nxt;
    from = from ? from : 1;
    if (from > end)
        return;
    if (chance(m, 300))
        from += roll(m, end - from + 1);
    uint64_t most = chance(m, 800) ? m->mss : 3 * m->mss, len = end - from < most ? end - from : most;
    if (len && chance(m, 200))
        len = 1 + roll(m, len);
    send_bytes(m, side, from, len);
}

static void send_more(struct sim *m, int side)
{
    struct end *me = &m->end[side];
    if (me->fin || (me->nxt >= me->una + me->peer_win && chance(m, 950)))
        return;
    for (uint64_t burst = 1 + roll(m, 6); burst > 0 && me->nxt - me->una < UINT32_C(1) << 29; burst--)
        send_bytes(m, side, me->nxt, chance(m, 700) ? m->mss : 1 + roll(m, m->mss));
}

/* A keep-alive, or a probe of a zero window: without a byte, with an old one, with the next one. */
static void probe(struct sim *m, int side)
{
    struct end *me = &m->end[side];
    struct packet p = {.from = side, .left = me->nxt - 1, .has_ack = true, .ack = me->rcv};
    if (chance(m, 300))
        p.len = 1;
    if (!me->peer_win && !me->fin && chance(m, 500)) {
        p.left = me->nxt;
        p.len = 1;
        me->probed = me->nxt + 1;
    }
    if (me->fin && p.left + p.len > me->fin)
        return;
    launch(m, &p);
}

static void act(struct sim *m, int side)
{
    struct end *me = &m->end[side];
    uint64_t what = roll(m, 100);
    if (what < 55)
        send_more(m, side);
    else if (what < 75)
        resend(m, side);
    else if (what < 85)
        acknowledge(m, side);
    else if (what < 89)
        probe(m, side);
    else if (what < 94)
        me->reading = me->reading ? !chance(m, 300) : true;
    else if (what < 95 && !me->fin && me->nxt > 1 && me->nxt >= me->probed && chance(m, 200)) {
        me->fin = me->nxt;
        send_bytes(m, side, me->nxt, 0);
    }
}

static const uint32_t numbers[] = {
    0, 1, UINT32_MAX, UINT32_MAX - 1000, INT32_MAX, UINT32_C(0x80000000) - 70000};

static void begin(struct sim *m, uint64_t seed, uint8_t *sender)
{
    *m = (struct sim){.random = seed * UINT64_C(0x9E3779B97F4A7C15) | 1, .seed = seed, .sender = sender};
    judging = m;
    for (int i = 0; i < 20; i++)
        roll(m, 2);
    static const uint32_t sizes[] = {1, 100, 536, 1460, 65000, 1 << 20, 1 << 24};
    m->mss = sizes[roll(m, 7)];
    m->shift = chance(m, 700) ? (uint32_t)roll(m, 15) : 0;
    m->timestamps = chance(m, 500);
    m->sack = chance(m, 700);
    m->lost_before = chance(m, 500) ? (unsigned)roll(m, 60) : 0;
    m->lost_after = chance(m, 500) ? (unsigned)roll(m, 60) : 0;
    m->late = chance(m, 400) ? (unsigned)roll(m, 100) : 0;
    m->doubled = chance(m, 300) ? (unsigned)roll(m, 50) : 0;
    m->deaf[roll(m, 2)] = chance(m, 100);
    m->begins = chance(m, 250) ? roll(m, 2000 * MS) : 0;
    for (int side = 0; side < 2; side++) {
        struct end *e = &m->end[side];
        e->isn = chance(m, 500) ? numbers[roll(m, COUNT_OF(numbers))] : (uint32_t)roll(m, UINT32_MAX);
        e->ts_start =
            chance(m, 500) ? UINT32_MAX - (uint32_t)roll(m, 3000) : 1 + (uint32_t)roll(m, UINT32_MAX);
        e->reading = true;
    }
    m->track = track_new(heap_mem(), &(struct track_options){.server_port = 3344});
}

static void compare(const struct sim *m)
{
    struct conn_view c;
    if (!track_view(m->track, 0, &c))
        return;
    for (int side = 0; side < 2; side++) {
        const struct flow_stats *want = &m->truth[side].n, *got = &c.stats[side];
        must(got->segments == want->segments && got->data_segments == want->data_segments);
        must(got->pure_acks == want->pure_acks);
        must(got->syns == want->syns && got->fins == want->fins && got->resets == want->resets);
        must(got->zero_windows == want->zero_windows);
        must(flow_bytes(got) == m->truth[side].bytes);
        must(got->unique_bytes == want->unique_bytes);
        must(got->retransmitted_bytes == want->retransmitted_bytes);
        must(got->retransmitted_segments == want->retransmitted_segments);
        must(got->out_of_order == want->out_of_order);
    }
}

enum { STEPS = 400, FRAMES_MOST = 40000 };

static void live(uint64_t seed, int steps)
{
    static struct sim m;
    static uint8_t sender[FRAMES_MOST];
    begin(&m, seed, sender);
    handshake(&m);
    for (int i = 0; i < steps && m.frame < FRAMES_MOST - 2 * FLYING; i++) {
        m.now += chance(&m, 900)   ? roll(&m, 3 * MS)
                 : chance(&m, 800) ? roll(&m, 300 * MS)
                                   : roll(&m, 8000 * MS);
        move(&m);
        act(&m, (int)roll(&m, 2));
        if (m.truth[0].seen.count > HOLES || m.truth[1].seen.count > HOLES)
            break; /* the tracker keeps so many gaps, and says so */
    }
    if (chance(&m, 200)) {
        struct packet reset = {.from = (int)roll(&m, 2), .rst = true, .has_ack = true};
        reset.left = m.end[reset.from].nxt;
        reset.ack = m.end[reset.from].rcv;
        launch(&m, &reset);
    }
    m.now += 1000 * MS;
    move(&m);
    compare(&m);
    track_free(m.track);
}

static void counts_are_the_truth(void **state)
{
    (void)state;
    const char *one = getenv("SEED");
    for (uint64_t seed = one ? strtoull(one, NULL, 10) : 1; seed <= (one ? strtoull(one, NULL, 10) : 1500);
         seed++)
        live(seed, STEPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_the_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
