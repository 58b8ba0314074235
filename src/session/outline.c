/* outline.c: what is kept of a connection as its segments come. The spans of activity double in width when a
 * segment comes behind the last one: two become one, so that few bytes tell of a life of any length. A span
 * that is full halves all of them, and from then on only every second frame is counted, and so on. */
#include "session/outline.h"

#include <string.h>

#include "core/str.h"
#include "session/facts.h"

enum {
    BACK_MOST = 64,  /* rows that are looked at for the data before a RST */
    FIRST_WIDTH = 17 /* 131 µs: so short a life is no bar anyway */
};

/* The segment before of its connection, NULL: none. */
static const struct row *segment_before(const struct session *s, const struct row *r)
{
    for (int i = 0; i < BACK_MOST && r && r->before != NO_ROW; i++) {
        r = session_row(s, r->before);
        if (r && r->kind == EVENT_SEGMENT)
            return r;
    }
    return NULL;
}

bool row_troubled(const struct session *s, const struct row *r)
{
    uint32_t quotes;
    if (r->kind != EVENT_SEGMENT)
        return session_icmp(s, r, &quotes) != NULL;
    if (r->labels & TROUBLE_LABELS)
        return true;
    if (!(r->labels & LBL(DUP_ACK)))
        return false;
    const struct row *b = segment_before(s, r);
    for (int i = 0; i < BACK_MOST && b && b->side != r->side; i++)
        b = segment_before(s, b);
    return !b || !(b->labels & LBL(DUP_ACK));
}

static void halve(struct conn_facts *c)
{
    for (size_t i = 0; i < ACTIVITY_BINS; i++)
        c->busy[i] = (uint8_t)((c->busy[i] + 1) / 2);
    c->scale++;
}

/* Spans become 2^by times as wide. */
static void widen(struct conn_facts *c, unsigned by)
{
    uint32_t sum[ACTIVITY_BINS] = {0}, most = 0;
    for (size_t i = 0; i < ACTIVITY_BINS; i++)
        sum[by < 8 ? i >> by : 0] += c->busy[i];
    for (size_t i = 0; i < ACTIVITY_BINS; i++)
        most = sum[i] > most ? sum[i] : most;
    unsigned down = 0;
    while (most >> down > UINT8_MAX)
        down++;
    for (size_t i = 0; i < ACTIVITY_BINS; i++)
        c->busy[i] = (uint8_t)(sum[i] >> down | (sum[i] > 0 && sum[i] >> down == 0));
    down += c->scale;
    c->scale = (down < 15 ? down : 15) & 15;
    c->width += by & 63;
}

static void keep_busy(struct conn_facts *c, uint64_t first_ns, const struct row *r)
{
    uint64_t age = r->time_ns > first_ns ? r->time_ns - first_ns : 0;
    unsigned by = 0;
    while (age >> c->width >> by >= ACTIVITY_BINS)
        by++;
    if (by > 0)
        widen(c, by);
    uint8_t *bin = &c->busy[age >> c->width];
    if (*bin && r->frame & ((1u << c->scale) - 1))
        return;
    if (*bin == UINT8_MAX && c->scale < 15)
        halve(c);
    if (*bin < UINT8_MAX)
        ++*bin;
}

static void set_trouble(struct session *s, struct conn_facts *c, enum trouble t, bool on)
{
    if ((c->trouble >> t & 1) == on)
        return;
    c->trouble = (c->trouble ^ 1u << t) & 15;
    s->troubled[t] += on ? 1 : UINT32_MAX;
}

/* More than one segment in a hundred: only a retransmission can make it so, and any segment can end it. */
static bool retransmitted(const struct session *s, uint32_t conn)
{
    struct flow_stats a, b;
    track_stats(s->track, conn, SIDE_CLIENT, &a);
    track_stats(s->track, conn, SIDE_SERVER, &b);
    return (a.retransmitted_segments + b.retransmitted_segments) * 100 > a.segments + b.segments;
}

/* An end that has said all it had to say: no window can stop it. */
static bool done(enum tcp_state s)
{
    return s == STATE_FIN_WAIT_1 || s == STATE_FIN_WAIT_2 || s == STATE_CLOSING || s == STATE_LAST_ACK ||
           s == STATE_TIME_WAIT || s == STATE_CLOSED;
}

static bool over(const struct row *r)
{
    return row_state(r, SIDE_CLIENT) == STATE_CLOSED && row_state(r, SIDE_SERVER) == STATE_CLOSED;
}

/* Whether who sent this RST has probably not read all it got: it breaks off, the last data are the other
 * side's, and neither had said that it was done. */
static bool unread(const struct session *s, const struct row *rst)
{
    if (rst->annot == ANNOT_RST_UNREAD)
        return true;
    if (rst->annot != ANNOT_RST)
        return false;
    const struct row *r = rst;
    for (int i = 0; i < BACK_MOST && (r = segment_before(s, r)) != NULL; i++) {
        if (r->flags & TCP_FIN)
            return false;
        if (row_len(r) > 0)
            return r->side != rst->side;
    }
    return false;
}

static void keep_rst(struct session *s, struct conn_facts *c, const struct row *r)
{
    const struct row *before = segment_before(s, r);
    if (r->annot == ANNOT_RST_BLIND || c->reset || (before && over(before)))
        return;
    if (r->annot == ANNOT_RST_REFUSED) {
        set_trouble(s, c, TROUBLE_REFUSED, true);
        return;
    }
    c->reset = true;
    if (unread(s, r))
        set_trouble(s, c, TROUBLE_UNREAD, true);
}

static unsigned digits(unsigned v)
{
    return v < 10 ? 1 : v < 100 ? 2 : v < 1000 ? 3 : v < 10000 ? 4 : 5;
}

/* As long as str_put_endpoint makes them. */
static unsigned length_of(const struct session *s, const struct endpoint *e)
{
    struct str text;
    unsigned n = 4; /* three points, a colon */
    if (e->addr.family == 6) {
        str_init(&text, s->mem);
        str_put_endpoint(&text, e);
        n = (unsigned)text.len;
        str_release(&text);
        return n;
    }
    for (int i = 0; i < 4; i++)
        n += digits(e->addr.at[i]);
    return n + digits(e->port);
}

static void keep_length(struct session *s, const struct tuple *t)
{
    for (int i = 0; i < SIDE_COUNT; i++) {
        unsigned n = length_of(s, &t->end[i]);
        if (n > s->end_length[i])
            s->end_length[i] = (uint8_t)n;
    }
}

void facts_outline(struct session *s, const struct row *r)
{
    struct conn_facts *c = chunks_at(&s->conns, r->conn);
    c->labels |= r->labels;
    c->wireshark |= r->wireshark;
    c->flags |= r->flags;
    if (c->width == 0) { /* its first */
        c->width = FIRST_WIDTH;
        keep_length(s, track_tuple(s->track, r->conn));
    }
    keep_busy(c, track_first_ns(s->track, r->conn), r);
    if (r->labels & LBL(ZERO_WINDOW) && !done(row_state(r, side_other((enum side)r->side))))
        set_trouble(s, c, TROUBLE_ZERO_WINDOW, true);
    if (c->trouble >> TROUBLE_RETRANSMITTED & 1 || r->labels & LBL(RETRANSMISSION))
        set_trouble(s, c, TROUBLE_RETRANSMITTED, retransmitted(s, r->conn));
    if (r->flags & TCP_RST)
        keep_rst(s, c, r);
}

bool session_outline(const struct session *s, uint32_t conn, struct outline *out)
{
    const struct conn_facts *c = s->unlisted ? NULL : chunks_at(&s->conns, conn);
    *out = (struct outline){0};
    if (!c)
        return false;
    *out = (struct outline){c->labels, c->wireshark, c->flags, c->trouble, c->reset};
    return true;
}

uint32_t session_troubled(const struct session *s, enum trouble t)
{
    return t < TROUBLES ? s->troubled[t] : 0;
}

unsigned conn_state(const struct conn_view *v)
{
    static const uint8_t tells[STATE_COUNT] = {
        [STATE_CLOSED] = 1,     [STATE_TIME_WAIT] = 2,  [STATE_LISTEN] = 3,       [STATE_ESTABLISHED] = 4,
        [STATE_FIN_WAIT_2] = 5, [STATE_FIN_WAIT_1] = 6, [STATE_LAST_ACK] = 7,     [STATE_CLOSE_WAIT] = 8,
        [STATE_CLOSING] = 9,    [STATE_SYN_SENT] = 10,  [STATE_SYN_RECEIVED] = 11};
    enum tcp_state a = v->state[SIDE_CLIENT], b = v->state[SIDE_SERVER];
    if (v->end == END_REFUSED)
        return CONN_REFUSED;
    if (v->end == END_RESET)
        return CONN_RESET;
    if (tells[a] <= tells[STATE_TIME_WAIT] && tells[b] <= tells[STATE_TIME_WAIT] && (a || b))
        return STATE_CLOSED;
    return tells[a] > tells[b] ? a : b;
}

uint64_t conn_rtt_ns(const struct conn_view *v)
{
    uint64_t sum = 0;
    if (v->irtt_ns > 0)
        return v->irtt_ns;
    for (int i = 0; i < SIDE_COUNT; i++)
        sum += v->stats[i].rtt_samples > 0 ? v->stats[i].rtt_min_ns : 0;
    return sum;
}

uint64_t conn_rexmt(const struct conn_view *v)
{
    uint64_t all = v->stats[SIDE_CLIENT].segments + v->stats[SIDE_SERVER].segments;
    uint64_t again =
        v->stats[SIDE_CLIENT].retransmitted_segments + v->stats[SIDE_SERVER].retransmitted_segments;
    return all == 0 ? 0 : again * 100000 / all;
}

size_t session_activity(const struct session *s, uint32_t conn, uint8_t bins[ACTIVITY_BINS])
{
    const struct conn_facts *c = s->unlisted ? NULL : chunks_at(&s->conns, conn);
    size_t n = ACTIVITY_BINS;
    memset(bins, 0, ACTIVITY_BINS);
    if (!c)
        return 0;
    memcpy(bins, c->busy, ACTIVITY_BINS);
    while (n > 0 && bins[n - 1] == 0)
        n--;
    return n;
}

void facts_row_added(struct session *s, const struct row *r)
{
    s->unseen += r->kind != EVENT_SEGMENT && r->kind != EVENT_NOTE && r->kind != EVENT_CALL;
    s->calls += r->kind == EVENT_CALL;
    s->loose += r->conn == NO_CONN;
}

bool session_all_shown(const struct session *s, bool calls)
{
    return s->unseen == 0 && (calls || s->calls == 0);
}

bool session_all_linked(const struct session *s)
{
    return s->loose == 0;
}

unsigned session_end_length(const struct session *s, enum side side)
{
    return s->end_length[side];
}

uint32_t session_conn_last(const struct session *s, uint32_t conn)
{
    const uint32_t *last = chunks_at(&s->conns, conn);
    return last ? *last : NO_ROW;
}
