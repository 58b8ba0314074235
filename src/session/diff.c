#include "session/diff.h"

#include <stdlib.h>
#include <string.h>
#include "session/diff_made.h"

/* Whether a row tells what happened; arrivals tell of states. */
static bool tells(const struct session *s, const struct row *r)
{
    uint32_t quotes;
    return r->kind == EVENT_SEGMENT || r->kind == EVENT_CALL || r->kind == EVENT_WIRE ||
           (r->kind == EVENT_NOTE && session_icmp(s, r, &quotes));
}

/* The rows of a session by connection: each is counted, then put into its place. */
static bool gather(struct diff *d, unsigned side, bool *calls, bool *wire)
{
    const struct session *s = d->session[side];
    const size_t conns = session_conns(s), end = session_rows(s);
    size_t *from = d->from[side] = mem_new(d->mem, (conns + 2) * sizeof *from);
    if (!from)
        return false;
    for (size_t i = session_first(s); i < end; i++) {
        const struct row *r = session_row(s, i);
        if (!r || !tells(s, r))
            continue;
        from[(r->conn < conns ? r->conn : conns) + 1]++;
        *calls = *calls || r->kind == EVENT_CALL;
        *wire = *wire || r->kind == EVENT_WIRE;
    }
    for (size_t i = 0; i <= conns; i++)
        from[i + 1] += from[i];
    d->rows[side] = from[conns + 1];
    d->row[side] = mem_new(d->mem, (d->rows[side] + 1) * sizeof *d->row[side]);
    if (!d->row[side])
        return false;
    for (size_t i = session_first(s); i < end; i++) {
        const struct row *r = session_row(s, i);
        if (r && tells(s, r))
            d->row[side][from[r->conn < conns ? r->conn : conns]++] = (uint32_t)i;
    }
    memmove(from + 1, from, (conns + 1) * sizeof *from); /* each stands at its end, where the next begins */
    from[0] = 0;
    return true;
}

const uint32_t *diff_rows_of(const struct diff *d, unsigned side, uint32_t conn, size_t *count)
{
    const size_t conns = session_conns(d->session[side]), at = conn < conns ? conn : conns;
    *count = d->from[side][at + 1] - d->from[side][at];
    return d->row[side] + d->from[side][at];
}

bool diff_place(struct diff *d, const struct diff_placed *p)
{
    void *placed = d->placed;
    if (!mem_grow(d->mem, &placed, &d->place_cap, d->place_count + 1, sizeof *d->placed))
        return false;
    d->placed = placed;
    d->placed[d->place_count++] = *p;
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct diff_placed *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

void diff_sort_placed(struct diff *d)
{
    if (d->place_count > 1)
        qsort(d->placed, d->place_count, sizeof *d->placed, by_place);
}

/* A part without items says nothing, unless it is a connection. */
static bool align_parts(struct diff *d)
{
    for (size_t i = 0; i < d->parts; i++)
        if (!diff_align_part(d, &d->part[i]))
            return false;
    if (d->part[0].first == d->part[0].end)
        memmove(d->part, d->part + 1, --d->parts * sizeof *d->part);
    return true;
}

struct diff *diff_new(const struct mem *m, const struct session *left, const struct session *right)
{
    struct diff *d = mem_new(m, sizeof *d);
    bool calls[DIFF_SIDES] = {false, false}, wire[DIFF_SIDES] = {false, false};
    if (!d)
        return NULL;
    d->mem = m;
    d->session[0] = left;
    d->session[1] = right;
    lane_init(&d->lane, m);
    bool good = gather(d, 0, &calls[0], &wire[0]) && gather(d, 1, &calls[1], &wire[1]);
    d->calls = calls[0] == calls[1];
    d->wire = wire[0] == wire[1];
    if (good && diff_pair_conns(d) && align_parts(d))
        return d;
    diff_free(d);
    return NULL;
}

void diff_free(struct diff *d)
{
    if (!d)
        return;
    const struct mem *m = d->mem;
    for (unsigned side = 0; side < DIFF_SIDES; side++) {
        const size_t conns = session_conns(d->session[side]);
        mem_free(m, d->from[side], (conns + 2) * sizeof *d->from[side]);
        mem_free(m, d->row[side], (d->rows[side] + 1) * sizeof *d->row[side]);
        mem_free(m, d->seen[side], d->seen_cap[side] * sizeof *d->seen[side]);
    }
    mem_free(m, d->part, d->part_cap * sizeof *d->part);
    mem_free(m, d->item, d->item_cap * sizeof *d->item);
    mem_free(m, d->behind, d->behind_cap * sizeof *d->behind);
    mem_free(m, d->placed, d->place_cap * sizeof *d->placed);
    lane_release(&d->lane);
    mem_free(m, d, sizeof *d);
}

const struct session *diff_session(const struct diff *d, unsigned side)
{
    return d->session[side];
}

size_t diff_parts(const struct diff *d)
{
    return d->parts;
}

const struct diff_part *diff_part(const struct diff *d, size_t i)
{
    return i < d->parts ? &d->part[i] : NULL;
}

size_t diff_items(const struct diff *d)
{
    return d->items;
}

const struct diff_item *diff_item(const struct diff *d, size_t i)
{
    return i < d->items ? &d->item[i] : NULL;
}

size_t diff_count(const struct diff *d, enum diff_kind k)
{
    return d->count[k];
}

unsigned diff_why(const struct diff *d, const struct diff_item *item)
{
    struct happened a, b;
    if (item->row[0] == NO_ROW || item->row[1] == NO_ROW)
        return 0;
    happened_of(&a, d->session[0], session_row(d->session[0], item->row[0]), item->edges[0]);
    happened_of(&b, d->session[1], session_row(d->session[1], item->row[1]), item->edges[1]);
    return (a.flags != b.flags ? DIFFERS_FLAGS : 0u) | (a.length != b.length ? DIFFERS_LENGTH : 0u) |
           (a.acked != b.acked ? DIFFERS_ACKED : 0u) | (a.labels != b.labels ? DIFFERS_LABELS : 0u) |
           (a.edges != b.edges ? DIFFERS_STATES : 0u) | (a.options != b.options ? DIFFERS_OPTIONS : 0u) |
           (a.result != b.result ? DIFFERS_RESULT : 0u) |
           (a.arguments != b.arguments ? DIFFERS_ARGUMENTS : 0u) |
           (a.what != b.what || a.injected != b.injected || a.unread != b.unread ? DIFFERS_OTHER : 0u);
}

bool diff_rough(const struct diff *d)
{
    return d->lane.align.rough;
}

bool diff_without_calls(const struct diff *d)
{
    return !d->calls;
}

bool diff_without_wire(const struct diff *d)
{
    return !d->wire;
}
