/* diff_rows.c: the rows of one part side by side. */
#include "session/diff_made.h"

static bool see(struct diff *d, unsigned side, uint32_t row)
{
    void *seen = d->seen[side];
    if (!mem_grow(d->mem, &seen, &d->seen_cap[side], d->seens[side] + 1, sizeof *d->seen[side]))
        return false;
    d->seen[side] = seen;
    d->seen[side][d->seens[side]++] = (struct diff_seen){.row = row};
    return true;
}

static struct diff_seen *seen_of(struct diff *d, unsigned side, uint32_t row)
{
    size_t low = 0, high = d->seens[side];
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (d->seen[side][middle].row < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < d->seens[side] && d->seen[side][low].row == row ? &d->seen[side][low] : NULL;
}

static void put_edge(struct diff_seen *at, enum side side, enum tcp_state now, enum tcp_state *before)
{
    if (now == STATE_UNKNOWN || now == *before)
        return;
    *before = now;
    if (at)
        at->edges = (uint8_t)(side == SIDE_CLIENT ? (at->edges & 0xf0) | now : (at->edges & 15) | now << 4);
}

/* Whether it opens: what its arrival makes of the receiver stands at the SYN ACK, as where no wire tells of
 * arrivals. */
static bool opens(const struct session *s, uint32_t row)
{
    return (session_row(s, row)->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

/* On the wire a receiver's state changes when a segment arrives; that stands at the segment, so that it does
 * not matter how long it was under way. */
static bool see_row(struct diff *d, unsigned side, uint32_t row, enum tcp_state state[SIDE_COUNT])
{
    const struct session *s = d->session[side];
    const struct row *r = session_row(s, row);
    const struct event_wire *wire = session_wire(s, r);
    if (r->kind == EVENT_SEGMENT) {
        if (!see(d, side, row))
            return false;
        for (int i = 0; i < SIDE_COUNT; i++)
            put_edge(&d->seen[side][d->seens[side] - 1], (enum side)i, row_state(r, (enum side)i), &state[i]);
        return true;
    }
    if (wire && wire->what == WIRE_ARRIVED) {
        const uint32_t of = session_frame(s, wire->frame);
        if (of != NO_ROW && r->side < SIDE_COUNT && !opens(s, of))
            put_edge(seen_of(d, side, of), (enum side)r->side, row_state(r, (enum side)r->side),
                     &state[r->side]);
        return true;
    }
    if (wire)
        return !d->wire || wire->what == WIRE_HELD || wire->what == WIRE_RELEASED || see(d, side, row);
    return (r->kind == EVENT_CALL && !d->calls) || see(d, side, row);
}

static bool see_rows(struct diff *d, unsigned side, uint32_t conn)
{
    size_t count;
    const uint32_t *rows = diff_rows_of(d, side, conn, &count);
    enum tcp_state state[SIDE_COUNT] = {STATE_UNKNOWN, STATE_UNKNOWN};
    d->seens[side] = 0;
    for (size_t i = 0; i < count; i++)
        if (!see_row(d, side, rows[i], state))
            return false;
    return true;
}

/* A lane of the part: who stands in it is told by the index into seen. */
static bool fill_lane(struct diff *d, unsigned lane)
{
    struct happened h;
    lane_clear(&d->lane);
    for (unsigned side = 0; side < DIFF_SIDES; side++) {
        const struct session *s = d->session[side];
        for (size_t i = 0; i < d->seens[side]; i++) {
            const struct diff_seen *at = &d->seen[side][i];
            const struct row *r = session_row(s, at->row);
            if (happened_lane(r) != lane)
                continue;
            happened_of(&h, s, r, at->edges);
            if (!lane_add(&d->lane, side, (uint32_t)i, happened_key(&h), happened_like(s, r, &h)))
                return false;
        }
    }
    return lane_match(&d->lane);
}

static struct diff_item item_of(const struct diff *d, enum diff_kind kind, const uint32_t at[DIFF_SIDES])
{
    struct diff_item item = {.row = {NO_ROW, NO_ROW}, .kind = (uint8_t)kind};
    for (unsigned side = 0; side < DIFF_SIDES; side++) {
        if (at[side] == NO_ROW)
            continue;
        item.row[side] = d->seen[side][at[side]].row;
        item.edges[side] = d->seen[side][at[side]].edges;
    }
    return item;
}

/* Those of the right alone, from the end on: before the next left one of their lane. */
static void hold_back(struct diff *d, size_t from)
{
    uint64_t most = UINT32_MAX;
    for (size_t i = d->place_count; i-- > from;) {
        struct diff_placed *p = &d->placed[i];
        uint64_t behind = p->at >> 32;
        if (p->item.kind == DIFF_RIGHT && behind > most)
            p->at = diff_at(most, p->at & UINT32_MAX);
        most = p->item.kind == DIFF_RIGHT ? p->at >> 32 : behind - 1;
    }
}

/* Places what stands in the lane among all of the part: where its left one stands, or else behind the segment
 * that it stood behind at the right. */
static bool place_lane(struct diff *d)
{
    const size_t from = d->place_count;
    uint64_t behind = 0;
    enum diff_kind kind;
    uint32_t at[DIFF_SIDES];
    while (lane_next(&d->lane, &kind, at)) {
        struct diff_placed p = {.item = item_of(d, kind, at)};
        if (kind == DIFF_RIGHT) {
            if (d->behind[at[1]] > behind)
                behind = d->behind[at[1]];
            p.at = diff_at(behind, at[1] + UINT64_C(1));
        } else {
            behind = at[0] + UINT64_C(1);
            p.at = diff_at(behind, 0);
        }
        if (!diff_place(d, &p))
            return false;
    }
    hold_back(d, from);
    return true;
}

/* After the segments were placed: behind which of the left each row of the right stands, by the pairs. */
static void learn_order(struct diff *d)
{
    uint32_t behind = 0;
    size_t place = 0;
    for (size_t i = 0; i < d->seens[1]; i++) {
        while (place < d->place_count && d->placed[place].item.row[1] == NO_ROW)
            place++;
        if (place < d->place_count && d->placed[place].item.row[1] == d->seen[1][i].row) {
            if (d->placed[place].item.row[0] != NO_ROW)
                behind = (uint32_t)(d->placed[place].at >> 32);
            place++;
        }
        d->behind[i] = behind;
    }
}

static bool keep_items(struct diff *d, struct diff_part *p)
{
    void *items = d->item;
    if (!mem_grow(d->mem, &items, &d->item_cap, d->items + d->place_count, sizeof *d->item))
        return false;
    d->item = items;
    diff_sort_placed(d);
    p->first = d->items;
    for (size_t i = 0; i < d->place_count; i++) {
        d->item[d->items++] = d->placed[i].item;
        d->count[d->placed[i].item.kind]++;
    }
    p->end = d->items;
    return true;
}

bool diff_align_part(struct diff *d, struct diff_part *p)
{
    void *behind = d->behind;
    bool whole = p->conn[0] == NO_CONN && p->conn[1] == NO_CONN;
    d->place_count = 0;
    for (unsigned side = 0; side < DIFF_SIDES; side++) {
        d->seens[side] = 0;
        if ((whole || p->conn[side] != NO_CONN) && !see_rows(d, side, p->conn[side]))
            return false;
    }
    if (!mem_grow(d->mem, &behind, &d->behind_cap, d->seens[1] + 1, sizeof *d->behind))
        return false;
    d->behind = behind;
    for (size_t i = 0; i < d->seens[1]; i++)
        d->behind[i] = 0;
    for (unsigned lane = 0; lane < LANES; lane++) {
        if (!fill_lane(d, lane) || !place_lane(d))
            return false;
        if (lane == LANE_SEGMENTS)
            learn_order(d);
    }
    return keep_items(d, p);
}
