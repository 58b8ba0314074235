/* selection.c: indices of the rows that are shown, in order. What has been looked at is never looked at again
 * until the choice changes.
 *
 * Three ways lead to them. Where all rows are meant and a ladder shows them, a row's index is its place.
 * Where few are meant, the chains of their connections are followed back from their newest rows, and what was
 * found is put in order. Else rows are looked at from the first on, as also those are that come later. */
#include "session/selection.h"

#include <string.h>

#include "plat/loop.h"

enum {
    LOOK_AGAIN = 64,   /* rows between two looks at the clock */
    FEW = 8,           /* chains are followed for less than one row in so many */
    CONNS_MOST = 1000, /* and for so many connections at most */
    ROWS_MOST = 200000
};

struct selection {
    const struct mem *mem;
    const struct session *session;
    struct selection_of of;
    uint32_t *row;
    size_t from, count, cap; /* row[from .. count); those before are given up */
    size_t next;             /* the first row that has not been looked at */
    bool plain;              /* rows [of.first, next) are shown, and stand nowhere */
    bool chains;             /* chains are followed: rows are not in order yet */
    uint32_t conn, back;     /* the connection whose chain it is; its next row, NO_ROW: at its end */
};

struct selection *selection_new(const struct mem *m, const struct session *s)
{
    struct selection *v = mem_new(m, sizeof *v);
    if (v) {
        v->mem = m;
        v->session = s;
        selection_start(v, &(struct selection_of){.conn = NO_CONN, .calls = true});
    }
    return v;
}

void selection_free(struct selection *v)
{
    if (!v)
        return;
    mem_free(v->mem, v->row, v->cap * sizeof *v->row);
    mem_free(v->mem, v, sizeof *v);
}

static bool all_conns(const struct selection_of *of)
{
    return of->conn == NO_CONN && (!of->picks || (of->picks->all && of->picks->flipped == 0));
}

static uint64_t segments_of(const struct session *s, uint32_t conn)
{
    struct conn_view view;
    if (!session_conn(s, conn, &view))
        return 0;
    return view.stats[SIDE_CLIENT].segments + view.stats[SIDE_SERVER].segments;
}

/* The connection whose chain is next after `conn` (NO_CONN: the first), NO_CONN: none. */
static uint32_t next_chain(const struct selection *v, uint32_t conn)
{
    if (v->of.conn != NO_CONN)
        return conn == NO_CONN ? v->of.conn : NO_CONN;
    return picks_next(v->of.picks, conn == NO_CONN ? 0 : conn + 1);
}

static bool worth_chains(const struct selection *v)
{
    const struct selection_of *of = &v->of;
    uint64_t most = session_rows(v->session) / FEW, rows = 0;
    if (all_conns(of) || (of->conn == NO_CONN && of->picks->all) || !session_all_linked(v->session))
        return false;
    most = most < ROWS_MOST ? most : ROWS_MOST;
    int conns = 0;
    for (uint32_t c = next_chain(v, NO_CONN); c != NO_CONN && rows <= most; c = next_chain(v, c)) {
        rows += segments_of(v->session, c);
        if (++conns > CONNS_MOST)
            return false;
    }
    return rows <= most;
}

void selection_start(struct selection *v, const struct selection_of *of)
{
    v->of = *of;
    v->from = v->count = 0;
    v->next = of->first;
    v->chains = false;
    v->plain = all_conns(of) && !of->filter && session_all_shown(v->session, of->calls);
    if (v->plain || !worth_chains(v))
        return;
    v->chains = true;
    v->next = session_rows(v->session);
    v->conn = next_chain(v, NO_CONN);
    v->back = v->conn == NO_CONN ? NO_ROW : session_conn_last(v->session, v->conn);
}

/* Notes and what belongs to no connection (listen) stay where some connections are looked at. */
static bool shown(const struct selection *v, const struct row *r)
{
    const struct selection_of *of = &v->of;
    bool kind = session_shown(v->session, r) && (r->kind != EVENT_CALL || of->calls);
    bool conn = r->conn == NO_CONN ||
                (of->conn != NO_CONN ? r->conn == of->conn : !of->picks || picks_has(of->picks, r->conn));
    return kind && conn && (!of->filter || filter_passes(of->filter, v->session, r));
}

static bool add(struct selection *v, uint32_t row)
{
    void *grown = v->row;
    if (!mem_grow(v->mem, &grown, &v->cap, v->count + 1, sizeof *v->row))
        return false;
    v->row = grown;
    v->row[v->count++] = row;
    return true;
}

/* By their bytes, the lowest first; each chain came in falling order. */
static bool put_in_order(struct selection *v)
{
    size_t size = v->count * sizeof *v->row;
    uint32_t *spare = v->count ? mem_new(v->mem, size) : NULL;
    if (!spare)
        return v->count == 0;
    uint32_t *from = v->row, *to = spare;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        size_t start[257] = {0};
        for (size_t i = 0; i < v->count; i++)
            start[(from[i] >> shift & 255) + 1]++;
        for (size_t i = 1; i < 257; i++)
            start[i] += start[i - 1];
        for (size_t i = 0; i < v->count; i++)
            to[start[from[i] >> shift & 255]++] = from[i];
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    mem_free(v->mem, spare, size); /* four passes: all are back where they were */
    return true;
}

/* There is no memory for this way: rows are looked at one by one. */
static void leave_chains(struct selection *v)
{
    v->chains = false;
    v->from = v->count = 0;
    v->next = v->of.first;
}

/* Follows the chains. True: it is time to stop, and they go on. */
static bool follow_chains(struct selection *v, uint64_t until_ns)
{
    for (size_t i = 1; v->conn != NO_CONN; i++) {
        const struct row *r = v->back == NO_ROW ? NULL : session_row(v->session, v->back);
        if (!r || v->back < v->of.first) {
            v->conn = next_chain(v, v->conn);
            v->back = v->conn == NO_CONN ? NO_ROW : session_conn_last(v->session, v->conn);
            continue;
        }
        if (v->back < v->next && shown(v, r) && !add(v, v->back)) {
            leave_chains(v);
            return false;
        }
        v->back = r->before;
        if (i % LOOK_AGAIN == 0 && clock_steady() >= until_ns)
            return true;
    }
    if (put_in_order(v))
        v->chains = false;
    else
        leave_chains(v);
    return false;
}

/* The place of a row in row[], or of the next after it. */
static size_t place_of(const struct selection *v, uint32_t row)
{
    size_t low = v->from, high = v->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (v->row[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Rows that the session has given up are no longer shown. */
static void give_up(struct selection *v)
{
    uint32_t first = (uint32_t)session_first(v->session);
    if (first > v->of.first)
        v->of.first = first;
    if (v->next < first)
        v->next = first;
    if (v->chains || v->plain || v->from == v->count || v->row[v->from] >= first)
        return;
    v->from = place_of(v, first);
    if (v->from < v->count / 2)
        return;
    v->count -= v->from;
    memmove(v->row, v->row + v->from, v->count * sizeof *v->row);
    v->from = 0;
}

bool selection_work(struct selection *v, uint64_t until_ns)
{
    size_t end = session_rows(v->session);
    give_up(v);
    if (v->plain && !session_all_shown(v->session, v->of.calls)) {
        v->plain = false;
        v->next = v->of.first;
    }
    if (v->plain) {
        v->next = end > v->next ? end : v->next;
        return false;
    }
    if (v->chains && follow_chains(v, until_ns))
        return true;
    for (size_t i = 1; v->next < end; i++) {
        if (shown(v, session_row(v->session, v->next)) && !add(v, (uint32_t)v->next))
            return false;
        v->next++;
        if (i % LOOK_AGAIN == 0 && clock_steady() >= until_ns)
            return v->next < end;
    }
    return false;
}

void selection_extend(struct selection *v)
{
    (void)selection_work(v, UINT64_MAX);
}

void selection_set(struct selection *v, uint32_t first, uint32_t conn, const struct filter *f, bool calls)
{
    selection_start(v, &(struct selection_of){.first = first, .conn = conn, .filter = f, .calls = calls});
    selection_extend(v);
}

size_t selection_count(const struct selection *v)
{
    if (v->plain)
        return v->next - v->of.first;
    return v->chains ? 0 : v->count - v->from;
}

uint32_t selection_at(const struct selection *v, size_t i)
{
    if (i >= selection_count(v))
        return NO_ROW;
    return v->plain ? v->of.first + (uint32_t)i : v->row[v->from + i];
}

size_t selection_near(const struct selection *v, uint32_t row)
{
    size_t count = selection_count(v), place = row > v->of.first ? row - v->of.first : 0;
    if (v->plain)
        return place < count ? place : count;
    return count == 0 ? 0 : place_of(v, row) - v->from;
}

void selection_done(const struct selection *v, size_t *rows, size_t *of)
{
    *of = session_rows(v->session);
    *rows = v->chains ? 0 : v->next;
}
