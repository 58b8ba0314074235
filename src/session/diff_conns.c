/* diff_conns.c: which connection of one session is which of the other. */
#include <stdlib.h>
#include <string.h>
#include "session/diff_made.h"

/* One connection of one session, by its endpoints and first numbers: the same in two captures of it. */
struct known {
    uint64_t sum;
    uint32_t conn;
};

static int by_sum(const void *a, const void *b)
{
    const struct known *x = a, *y = b;
    if (x->sum != y->sum)
        return x->sum < y->sum ? -1 : 1;
    return x->conn < y->conn ? -1 : x->conn > y->conn;
}

static uint64_t identity_of(const struct conn_view *v)
{
    uint64_t sum = 3;
    for (int i = 0; i < SIDE_COUNT; i++) {
        const struct endpoint *e = &v->tuple.end[i];
        const uint32_t number[] = {e->port, v->isn[i], v->isn_known[i]};
        sum = happened_sum(sum, e->addr.at, sizeof e->addr.at);
        sum = happened_sum(sum, number, sizeof number);
    }
    return sum;
}

static struct known *known_of(const struct diff *d, unsigned side, size_t count)
{
    struct known *k = mem_new(d->mem, (count + 1) * sizeof *k);
    struct conn_view v;
    for (size_t i = 0; k && i < count; i++) {
        session_conn(d->session[side], (uint32_t)i, &v);
        k[i] = (struct known){identity_of(&v), (uint32_t)i};
    }
    if (k)
        qsort(k, count, sizeof *k, by_sum);
    return k;
}

/* The pairs so far: of each connection the other one, NO_CONN. */
struct pairs {
    uint32_t *of[DIFF_SIDES];
    size_t count[DIFF_SIDES];
};

/* Pairs those that are the same. */
static bool pair_known(const struct diff *d, struct pairs *p)
{
    struct known *a = known_of(d, 0, p->count[0]), *b = known_of(d, 1, p->count[1]);
    for (size_t i = 0, j = 0; a && b && i < p->count[0] && j < p->count[1];) {
        if (a[i].sum == b[j].sum) {
            p->of[0][a[i].conn] = b[j].conn;
            p->of[1][b[j].conn] = a[i].conn;
            i++, j++;
        } else if (a[i].sum < b[j].sum) {
            i++;
        } else {
            j++;
        }
    }
    const bool good = a && b;
    mem_free(d->mem, a, (p->count[0] + 1) * sizeof *a);
    mem_free(d->mem, b, (p->count[1] + 1) * sizeof *b);
    return good;
}

/* The one server's port of all connections; 0: there are several. */
static uint16_t only_port(const struct session *s)
{
    uint16_t port = 0;
    for (uint32_t i = 0; i < session_conns(s); i++) {
        const uint16_t its = session_ends(s, i)->end[SIDE_SERVER].port;
        if (i > 0 && its != port)
            return 0;
        port = its;
    }
    return port;
}

/* What came of it. alike: its server's port is the only one of its session, as in a lab. */
static uint64_t outcome_of(const struct conn_view *v, bool alike)
{
    const uint64_t facts[] = {alike ? 0 : v->tuple.end[SIDE_SERVER].port,
                              v->irtt_ns > 0,
                              (uint64_t)v->end,
                              (uint64_t)v->end_by,
                              v->stats[SIDE_CLIENT].unique_bytes,
                              v->stats[SIDE_SERVER].unique_bytes};
    return happened_sum(4, facts, sizeof facts);
}

/* Pairs the others in their order: by what came of them, then by their server's port. */
static bool pair_others(struct diff *d, struct pairs *p)
{
    const bool alike = only_port(d->session[0]) && only_port(d->session[1]);
    struct conn_view v;
    enum diff_kind kind;
    uint32_t at[DIFF_SIDES];
    lane_clear(&d->lane);
    for (unsigned side = 0; side < DIFF_SIDES; side++) {
        for (uint32_t i = 0; i < p->count[side]; i++) {
            if (p->of[side][i] != NO_CONN || !session_conn(d->session[side], i, &v))
                continue;
            if (!lane_add(&d->lane, side, i, outcome_of(&v, alike),
                          alike ? 0 : v.tuple.end[SIDE_SERVER].port))
                return false;
        }
    }
    if (!lane_match(&d->lane))
        return false;
    while (lane_next(&d->lane, &kind, at)) {
        if (at[0] != NO_ROW)
            p->of[0][at[0]] = at[1];
        if (at[1] != NO_ROW)
            p->of[1][at[1]] = at[0];
    }
    return true;
}

static bool add_part(struct diff *d, uint32_t left, uint32_t right)
{
    void *parts = d->part;
    if (!mem_grow(d->mem, &parts, &d->part_cap, d->parts + 1, sizeof *d->part))
        return false;
    d->part = parts;
    d->part[d->parts++] = (struct diff_part){.conn = {left, right}};
    return true;
}

/* In the order of the left one; those that only the right one has behind the pair that was before them. */
static bool add_parts(struct diff *d, const struct pairs *p)
{
    uint64_t behind = 0;
    bool good = true;
    d->place_count = 0;
    for (uint32_t i = 0; good && i < p->count[0]; i++)
        good =
            diff_place(d, &(struct diff_placed){.at = diff_at(i + UINT64_C(1), 0), .conn = {i, p->of[0][i]}});
    for (uint32_t i = 0; good && i < p->count[1]; i++) {
        if (p->of[1][i] == NO_CONN)
            good = diff_place(
                d, &(struct diff_placed){.at = diff_at(behind, i + UINT64_C(1)), .conn = {NO_CONN, i}});
        else
            behind = p->of[1][i] + UINT64_C(1);
    }
    diff_sort_placed(d);
    for (size_t i = 0; good && i < d->place_count; i++)
        good = add_part(d, d->placed[i].conn[0], d->placed[i].conn[1]);
    return good;
}

bool diff_pair_conns(struct diff *d)
{
    struct pairs p = {.count = {session_conns(d->session[0]), session_conns(d->session[1])}};
    bool good = add_part(d, NO_CONN, NO_CONN);
    for (unsigned side = 0; side < DIFF_SIDES; side++) {
        p.of[side] = mem_new(d->mem, (p.count[side] + 1) * sizeof *p.of[side]);
        if (p.of[side])
            memset(p.of[side], 0xff, p.count[side] * sizeof *p.of[side]);
        good = good && p.of[side];
    }
    good = good && pair_known(d, &p) && pair_others(d, &p) && add_parts(d, &p);
    for (unsigned side = 0; side < DIFF_SIDES; side++)
        mem_free(d->mem, p.of[side], (p.count[side] + 1) * sizeof *p.of[side]);
    return good;
}
