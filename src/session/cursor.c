#include "session/cursor.h"

#include <string.h>

#include "core/chunks.h"
#include "plat/loop.h"

enum {
    EVERY = 64,   /* rows of a connection between two of its checks */
    SLICE = 1024, /* rows between two looks at the clock */
    CONNS_SHIFT = 3
};

/* What the newest rows of each kind are, of one connection. */
struct newest {
    uint32_t sample[SIDE_COUNT], read[SIDE_COUNT]; /* rows, NO_ROW */
};

/* After row `row`, which is one of its connection. */
struct check {
    uint32_t row;
    struct newest newest;
};

struct conn_checks {
    struct check *check;  /* in order */
    uint32_t count, last; /* of rows of the connection; the newest of them, NO_ROW */
    size_t checks, cap;
    struct newest newest;
};

/* What became of the listener, in the order of rows. */
struct listener_change {
    uint32_t row, sample; /* the newest sample, NO_ROW */
    enum tcp_state state;
};

struct cursor {
    const struct mem *mem;
    const struct session *session;
    size_t next;         /* the first row that was not taken in */
    struct chunks conns; /* struct conn_checks */
    struct listener_change *listener;
    size_t changes, cap;
    size_t used;
};

static const struct newest nothing = {{NO_ROW, NO_ROW}, {NO_ROW, NO_ROW}};

struct cursor *cursor_new(const struct mem *m, const struct session *s)
{
    struct cursor *c = mem_new(m, sizeof *c);
    if (!c)
        return NULL;
    c->mem = m;
    c->session = s;
    chunks_init(&c->conns, m, sizeof(struct conn_checks), CONNS_SHIFT);
    return c;
}

void cursor_free(struct cursor *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->conns.count; i++) {
        struct conn_checks *k = chunks_at(&c->conns, i);
        mem_free(c->mem, k->check, k->cap * sizeof *k->check);
    }
    chunks_release(&c->conns);
    mem_free(c->mem, c->listener, c->cap * sizeof *c->listener);
    mem_free(c->mem, c, sizeof *c);
}

/* The row becomes the newest of its kind. */
static void take(struct newest *n, const struct session *s, const struct row *r, uint32_t row)
{
    if (r->kind == EVENT_SAMPLE && r->side < SIDE_COUNT) {
        n->sample[r->side] = row;
    } else if (r->kind == EVENT_CALL && r->side < SIDE_COUNT) {
        const struct event_call *call = session_call(s, r);
        if (session_reads(call))
            n->read[r->side] = row;
    }
}

static struct conn_checks *checks_of(struct cursor *c, uint32_t conn)
{
    while (c->conns.count <= conn) {
        struct conn_checks *k = chunks_add(&c->conns);
        if (!k)
            return NULL;
        k->newest = nothing;
        k->last = NO_ROW;
    }
    return chunks_at(&c->conns, conn);
}

static void take_conn(struct cursor *c, const struct row *r, uint32_t row)
{
    struct conn_checks *k = checks_of(c, r->conn);
    if (!k)
        return;
    take(&k->newest, c->session, r, row);
    k->last = row;
    if (++k->count % EVERY)
        return;
    void *grown = k->check;
    const size_t before = k->cap;
    if (!mem_grow(c->mem, &grown, &k->cap, k->checks + 1, sizeof *k->check))
        return;
    c->used += (k->cap - before) * sizeof *k->check;
    k->check = grown;
    k->check[k->checks++] = (struct check){row, k->newest};
}

static void take_listener(struct cursor *c, const struct row *r, uint32_t row)
{
    const struct listener_change *last = c->changes ? &c->listener[c->changes - 1] : NULL;
    const struct listener_change now = {row,
                                        r->kind == EVENT_LISTENER ? row
                                        : last                    ? last->sample
                                                                  : NO_ROW,
                                        row_state(r, SIDE_SERVER)};
    if (last ? last->sample == now.sample && last->state == now.state
             : now.sample == NO_ROW && now.state == STATE_UNKNOWN)
        return;
    void *grown = c->listener;
    if (!mem_grow(c->mem, &grown, &c->cap, c->changes + 1, sizeof *c->listener))
        return;
    c->listener = grown;
    c->listener[c->changes++] = now;
}

bool cursor_extend(struct cursor *c, uint64_t until_ns)
{
    const size_t rows = session_rows(c->session);
    if (c->next < session_first(c->session))
        c->next = session_first(c->session);
    for (size_t taken = 0; c->next < rows; c->next++, taken++) {
        const struct row *r = session_row(c->session, c->next);
        if (taken == SLICE && until_ns != UINT64_MAX) {
            if (clock_steady() > until_ns)
                return true;
            taken = 0;
        }
        if (r->conn == NO_CONN)
            take_listener(c, r, (uint32_t)c->next);
        else
            take_conn(c, r, (uint32_t)c->next);
    }
    return false;
}

/* How many of the checks are of rows up to `row`. */
static size_t checks_upto(const struct conn_checks *k, uint32_t row)
{
    size_t low = 0, high = k->checks;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (k->check[middle].row <= row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The rows of a connection, backwards from `row`, as far as the check before: which were the newest. Returns
 * the first of them at or before `upto`. */
static uint32_t look_back(const struct cursor *c, uint32_t row, uint32_t upto, const struct check *check,
                          struct newest *n)
{
    uint32_t found = NO_ROW;
    *n = nothing;
    for (const struct row *r; row != NO_ROW && (r = session_row(c->session, row)) != NULL; row = r->before) {
        struct newest here = nothing;
        if (row > upto)
            continue;
        if (found == NO_ROW)
            found = row;
        if (check && row <= check->row)
            here = check->newest;
        else
            take(&here, c->session, r, row);
        for (int side = 0; side < SIDE_COUNT; side++) {
            n->sample[side] = n->sample[side] == NO_ROW ? here.sample[side] : n->sample[side];
            n->read[side] = n->read[side] == NO_ROW ? here.read[side] : n->read[side];
        }
        if (check && row <= check->row)
            break;
    }
    return found;
}

/* From which row of the connection to look back: the next check behind the moment, or its newest row. Rows
 * that were not taken in yet are gone through. */
static uint32_t start_of(const struct cursor *c, const struct conn_checks *k, size_t upto, uint32_t conn,
                         uint32_t row)
{
    uint32_t start = k ? (upto < k->checks ? k->check[upto].row : k->last) : NO_ROW;
    if (row < c->next)
        return start;
    const size_t rows = session_rows(c->session);
    for (size_t i = c->next; i < rows && i <= row; i++)
        if (session_row(c->session, i)->conn == conn)
            start = (uint32_t)i;
    return start;
}

static void put_conn(const struct cursor *c, uint32_t conn, uint32_t row, struct moment *out)
{
    const struct session *s = c->session;
    const struct conn_checks *k = chunks_at(&c->conns, conn);
    const size_t upto = k ? checks_upto(k, row) : 0;
    struct newest n;
    out->row = look_back(c, start_of(c, k, upto, conn, row), row, upto ? &k->check[upto - 1] : NULL, &n);
    const struct row *at = out->row == NO_ROW ? NULL : session_row(s, out->row);
    for (int side = 0; side < SIDE_COUNT; side++) {
        const struct row *sample = n.sample[side] == NO_ROW ? NULL : session_row(s, n.sample[side]);
        const struct row *read = n.read[side] == NO_ROW ? NULL : session_row(s, n.read[side]);
        out->state[side] = at ? row_state(at, (enum side)side) : STATE_UNKNOWN;
        out->kernel[side] = sample ? session_sample(s, sample) : NULL;
        out->kernel_ns[side] = sample ? sample->time_ns : 0;
        out->read[side] = read ? session_call(s, read) : NULL;
    }
}

static void put_listener(const struct cursor *c, uint32_t row, struct moment *out)
{
    size_t low = 0, high = c->changes;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (c->listener[middle].row <= row)
            low = middle + 1;
        else
            high = middle;
    }
    uint32_t sample = low ? c->listener[low - 1].sample : NO_ROW;
    out->listener_state = low ? c->listener[low - 1].state : STATE_UNKNOWN;
    for (size_t i = c->next; i < session_rows(c->session) && i <= row; i++) {
        const struct row *r = session_row(c->session, i);
        if (r->conn != NO_CONN)
            continue;
        out->listener_state = row_state(r, SIDE_SERVER);
        sample = r->kind == EVENT_LISTENER ? (uint32_t)i : sample;
    }
    const struct row *r = sample == NO_ROW ? NULL : session_row(c->session, sample);
    out->listener = r ? session_listener_at(c->session, r) : NULL;
}

void cursor_at(const struct cursor *c, uint32_t conn, uint32_t row, struct moment *out)
{
    *out = (struct moment){.row = NO_ROW};
    if (conn != NO_CONN)
        put_conn(c, conn, row, out);
    put_listener(c, row, out);
}

size_t cursor_used(const struct cursor *c)
{
    return sizeof *c + chunks_used(&c->conns) + c->cap * sizeof *c->listener + c->used;
}
