/* conns.c: each connection's rank is made a number of 64 bits, and the numbers are sorted byte by byte, the
 * lowest byte first: that takes a time in proportion to how many there are, keeps those of equal rank in the
 * order of their numbers, and can be put down between two passes. An address of IPv6 takes three numbers,
 * which are sorted one after the other, the least significant first. */
#include "session/conns.h"

#include <string.h>

#include "plat/loop.h"

enum { LOOK_AGAIN = 64 /* connections between two looks at the clock */, BYTES = 8, PARTS = 3 };

struct ranked {
    uint64_t rank;
    uint32_t conn;
};

/* What is set, and what is shown; of `order` only where numbers alone do not say it. */
struct wanted {
    enum conns_column order;
    bool down;
    const struct filter *filter;
};

struct conns {
    const struct mem *mem;
    const struct session *session;
    struct wanted set, shown;
    uint32_t *conn; /* in order; NULL: by number, all */
    size_t count, cap;
    uint64_t made, cost_ns;

    bool works;
    size_t at, end;           /* which of how many connections is ranked next */
    struct ranked *from, *to; /* from[0 .. found) have passed; the other one takes a pass */
    size_t from_cap, to_cap, found;
    uint64_t same, first; /* bits that no rank has other than the first */
    int part, byte;
    bool ranking, ipv6;
    uint64_t worked_ns;
};

static bool by_number(const struct wanted *w)
{
    return w->order == CONNS_NUMBER && !w->filter;
}

struct conns *conns_new(const struct mem *m, const struct session *s)
{
    struct conns *c = mem_new(m, sizeof *c);
    if (c) {
        c->mem = m;
        c->session = s;
    }
    return c;
}

static void drop_work(struct conns *c)
{
    mem_free(c->mem, c->from, c->from_cap * sizeof *c->from);
    mem_free(c->mem, c->to, c->to_cap * sizeof *c->to);
    c->from = c->to = NULL;
    c->from_cap = c->to_cap = 0;
    c->works = false;
}

static void drop_list(struct conns *c)
{
    mem_free(c->mem, c->conn, c->cap * sizeof *c->conn);
    c->conn = NULL;
    c->count = c->cap = 0;
}

void conns_free(struct conns *c)
{
    if (!c)
        return;
    drop_work(c);
    drop_list(c);
    mem_free(c->mem, c, sizeof *c);
}

static void begin(struct conns *c)
{
    drop_work(c);
    c->worked_ns = 0;
    c->ipv6 = false;
    if (by_number(&c->set)) {
        drop_list(c);
        c->shown = c->set;
        c->made++;
        return;
    }
    c->works = c->ranking = true;
    c->at = c->found = 0;
    c->part = c->byte = 0;
    c->end = session_conns(c->session);
}

void conns_set(struct conns *c, enum conns_column order, bool down, const struct filter *filter)
{
    c->set = (struct wanted){order, down, filter};
    begin(c);
}

void conns_renew(struct conns *c)
{
    if (!c->works && !by_number(&c->set))
        begin(c);
}

static uint64_t bytes_of(const uint8_t *at, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | at[i];
    return v;
}

/* An endpoint: the port counts least, then the address from its end; IPv4 stands before IPv6. */
static uint64_t endpoint_rank(struct conns *c, const struct endpoint *e)
{
    if (e->addr.family != 6)
        return c->part == 0 ? bytes_of(e->addr.at, 4) << 16 | e->port : 0;
    c->ipv6 = true;
    switch (c->part) {
    case 0: return bytes_of(e->addr.at + 10, 6) << 16 | e->port;
    case 1: return bytes_of(e->addr.at + 2, 8);
    default: return UINT64_C(1) << 16 | bytes_of(e->addr.at, 2);
    }
}

static uint64_t rank_of(struct conns *c, uint32_t conn)
{
    struct conn_view v;
    if (!session_conn(c->session, conn, &v))
        return 0;
    const struct flow_stats *a = &v.stats[SIDE_CLIENT], *b = &v.stats[SIDE_SERVER];
    switch (c->set.order) {
    case CONNS_NUMBER: return conn;
    case CONNS_CLIENT: return endpoint_rank(c, &v.tuple.end[SIDE_CLIENT]);
    case CONNS_SERVER: return endpoint_rank(c, &v.tuple.end[SIDE_SERVER]);
    case CONNS_STATE: return conn_state(&v);
    case CONNS_SEGMENTS: return (uint64_t)a->segments + b->segments;
    case CONNS_BYTES: return flow_bytes(a) + flow_bytes(b);
    case CONNS_TIME: return v.last_ns > v.first_ns ? v.last_ns - v.first_ns : 0;
    case CONNS_REXMT: return conn_rexmt(&v);
    case CONNS_ZERO: return (uint64_t)a->zero_windows + b->zero_windows;
    case CONNS_RTT: return conn_rtt_ns(&v);
    case CONNS_ACTIVITY: return v.last_ns;
    case CONNS_COLUMNS: break;
    }
    return 0;
}

static void rank(struct conns *c, struct ranked *r)
{
    uint64_t rank = rank_of(c, r->conn);
    r->rank = c->set.down ? ~rank : rank;
}

static void compare(struct conns *c, size_t i)
{
    uint64_t rank = c->from[i].rank;
    if (i == 0) {
        c->first = rank;
        c->same = UINT64_MAX;
    }
    c->same &= ~(rank ^ c->first);
}

/* One connection more: whether it passes, and its rank. False: no memory. */
static bool take(struct conns *c)
{
    uint32_t conn = (uint32_t)c->at;
    void *items = c->from;
    if (c->set.filter && !filter_passes_conn(c->set.filter, c->session, conn))
        return true;
    if (!mem_grow(c->mem, &items, &c->from_cap, c->found + 1, sizeof *c->from))
        return false;
    c->from = items;
    c->from[c->found].conn = conn;
    rank(c, &c->from[c->found]);
    compare(c, c->found++);
    return true;
}

/* One pass over one byte, those where all are alike left out. False: no memory. */
static bool pass(struct conns *c)
{
    unsigned shift = (unsigned)c->byte * 8;
    if ((c->same >> shift & 255) == 255 || c->found < 2)
        return true;
    if (!c->to) {
        c->to = mem_new(c->mem, c->found * sizeof *c->to);
        if (!c->to)
            return false;
        c->to_cap = c->found;
    }
    size_t start[257] = {0};
    for (size_t i = 0; i < c->found; i++)
        start[(c->from[i].rank >> shift & 255) + 1]++;
    for (size_t i = 1; i < 257; i++)
        start[i] += start[i - 1];
    for (size_t i = 0; i < c->found; i++)
        c->to[start[c->from[i].rank >> shift & 255]++] = c->from[i];
    struct ranked *items = c->from;
    size_t cap = c->from_cap;
    c->from = c->to;
    c->from_cap = c->to_cap;
    c->to = items;
    c->to_cap = cap;
    return true;
}

static bool finish(struct conns *c)
{
    void *items = c->conn;
    if (c->found < c->cap / 4)
        drop_list(c), items = NULL;
    if (!mem_grow(c->mem, &items, &c->cap, c->found ? c->found : 1, sizeof *c->conn))
        return false;
    c->conn = items;
    for (size_t i = 0; i < c->found; i++)
        c->conn[i] = c->from[i].conn;
    c->count = c->found;
    c->shown = c->set;
    c->made++;
    drop_work(c);
    return true;
}

/* The next piece. False: no memory. */
static bool step(struct conns *c)
{
    bool ends = c->set.order == CONNS_CLIENT || c->set.order == CONNS_SERVER;
    if (c->ranking && c->part == 0 && c->at < c->end) {
        bool good = take(c);
        c->at++;
        return good;
    }
    if (c->ranking && c->part > 0 && c->at < c->found) {
        rank(c, &c->from[c->at]);
        compare(c, c->at++);
        return true;
    }
    c->ranking = false;
    /* found by their numbers, so in that order */
    if ((c->set.order != CONNS_NUMBER || c->set.down) && c->byte < BYTES) {
        bool good = pass(c);
        c->byte++;
        return good;
    }
    if (!ends || !c->ipv6 || ++c->part == PARTS)
        return finish(c);
    c->ranking = true;
    c->at = 0;
    c->byte = 0;
    return true;
}

bool conns_work(struct conns *c, uint64_t until_ns)
{
    uint64_t begun = clock_steady();
    for (size_t i = 1; c->works; i++) {
        if (!step(c)) {
            drop_work(c); /* what is shown stays, until it is made anew */
            return false;
        }
        if (!c->works)
            break;
        if ((i % LOOK_AGAIN == 0 || !c->ranking) && clock_steady() >= until_ns)
            break;
    }
    c->worked_ns += clock_steady() - begun;
    if (!c->works)
        c->cost_ns = c->worked_ns;
    return c->works;
}

bool conns_busy(const struct conns *c)
{
    return c->works;
}

uint64_t conns_made(const struct conns *c)
{
    return c->made;
}

uint64_t conns_cost_ns(const struct conns *c)
{
    return c->cost_ns;
}

size_t conns_count(const struct conns *c)
{
    return c->conn ? c->count : session_conns(c->session);
}

uint32_t conns_at(const struct conns *c, size_t i)
{
    size_t count = conns_count(c);
    if (i >= count)
        return NO_CONN;
    if (c->conn)
        return c->conn[i];
    return (uint32_t)(c->shown.down ? count - 1 - i : i);
}

size_t conns_place(const struct conns *c, uint32_t conn)
{
    size_t count = conns_count(c);
    if (!c->conn)
        return conn < count ? c->shown.down ? count - 1 - conn : conn : SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        if (c->conn[i] == conn)
            return i;
    return SIZE_MAX;
}
