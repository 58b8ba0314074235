/* ranges.c: a sorted array; a search by bisection. Comparisons modulo 2^32 order it rightly only while
 * everything lies within half the number space, so that RANGES_SPAN is kept first of all. What is older than
 * the span and comes anyway (a very old copy) is not stored. */
#include "core/ranges.h"

#include <string.h>

static struct range *items(struct ranges *r)
{
    return r->cap ? r->more : r->few;
}

static const struct range *items_const(const struct ranges *r)
{
    return r->cap ? r->more : r->few;
}

void ranges_init(struct ranges *r, uint16_t most)
{
    *r = (struct ranges){.most = most < 2 ? 2 : most};
}

void ranges_release(struct ranges *r, const struct mem *m)
{
    if (r->cap)
        mem_free(m, r->more, r->cap * sizeof *r->more);
    ranges_init(r, r->most);
}

void ranges_clear(struct ranges *r)
{
    r->count = 0;
}

/* The first range whose end lies after `seq` (`touching`: or at it); count if there is none. */
static uint32_t first_ending_after(const struct ranges *r, seq_t seq, bool touching)
{
    const struct range *at = items_const(r);
    uint32_t low = 0, high = r->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (seq_after(at[middle].right, seq) || (touching && seq_eq(at[middle].right, seq)))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

uint32_t ranges_overlap(const struct ranges *r, seq_t left, seq_t right)
{
    const struct range *at = items_const(r);
    uint32_t bytes = 0;
    if (!seq_before(left, right))
        return 0;
    for (uint32_t i = first_ending_after(r, left, false); i < r->count && seq_before(at[i].left, right);
         i++) {
        seq_t from = seq_max(at[i].left, left);
        seq_t to = seq_before(at[i].right, right) ? at[i].right : right;
        bytes += seq_dist(from, to);
    }
    return bytes;
}

bool ranges_covers(const struct ranges *r, seq_t left, seq_t right)
{
    return !seq_before(left, right) || ranges_overlap(r, left, right) == seq_dist(left, right);
}

seq_t ranges_gap(const struct ranges *r, seq_t from)
{
    const struct range *at = items_const(r);
    uint32_t i = r->count < 2 ? r->count && !seq_after(at->right, from) : first_ending_after(r, from, false);
    return i < r->count && seq_upto(at[i].left, from) ? at[i].right : from;
}

seq_t ranges_end(const struct ranges *r, seq_t otherwise)
{
    return r->count ? items_const(r)[r->count - 1].right : otherwise;
}

static void remove_first(struct ranges *r, uint32_t n)
{
    struct range *at = items(r);
    r->count = (uint16_t)(r->count - n);
    memmove(at, at + n, r->count * sizeof *at);
}

void ranges_trim(struct ranges *r, seq_t left)
{
    remove_first(r, first_ending_after(r, left, false));
    struct range *at = items(r);
    if (r->count && seq_before(at->left, left))
        at->left = left;
}

/* Room for one range more: by memory, or by letting the oldest go. */
static bool make_room(struct ranges *r, const struct mem *m)
{
    if (r->count == r->most) {
        remove_first(r, 1);
        return true;
    }
    if (r->count < (r->cap ? r->cap : sizeof r->few / sizeof *r->few))
        return true;
    void *grown = r->cap ? r->more : NULL;
    size_t cap = r->cap;
    if (!mem_grow(m, &grown, &cap, r->count + 1u, sizeof *r->more))
        return false;
    if (!r->cap)
        memcpy(grown, r->few, r->count * sizeof *r->more);
    r->more = grown;
    r->cap = (uint16_t)cap;
    return true;
}

/* Brings [*left, right) and the set within one span. False: the range is too old to be kept. */
static bool keep_span(struct ranges *r, seq_t *left, seq_t right)
{
    seq_t end = right;
    if (r->count)
        end = seq_max(items(r)[r->count - 1].right, right);
    seq_t oldest = seq_of(end.v - RANGES_SPAN);
    if (r->count && seq_before(items(r)->left, oldest)) /* some more at once, so that it is seldom */
        ranges_trim(r, seq_add(oldest, RANGES_SPAN / 4));
    if (!seq_after(right, oldest))
        return false;
    *left = seq_max(*left, oldest);
    return true;
}

/* What follows the newest number makes the newest range longer: nearly always. */
static bool extend(struct ranges *r, seq_t left, seq_t right, uint32_t *fresh)
{
    struct range *at = items(r);
    if (!r->count || !seq_eq(at[r->count - 1].right, left) || !seq_before(left, right) ||
        seq_dist(at->left, right) > RANGES_SPAN)
        return false;
    at[r->count - 1].right = right;
    if (fresh)
        *fresh = seq_dist(left, right);
    return true;
}

bool ranges_add(struct ranges *r, const struct mem *m, seq_t left, seq_t right, uint32_t *fresh)
{
    if (extend(r, left, right, fresh))
        return true;
    uint32_t known = ranges_overlap(r, left, right);
    if (fresh)
        *fresh = seq_before(left, right) ? seq_dist(left, right) - known : 0;
    if (!seq_before(left, right) || known == seq_dist(left, right) || !keep_span(r, &left, right))
        return true;

    uint32_t first = first_ending_after(r, left, true), past = first;
    struct range *at = items(r);
    while (past < r->count && seq_upto(at[past].left, right))
        past++;
    if (past > first) { /* touches ranges first … past - 1: they become one */
        seq_t last = at[past - 1].right;
        at[first].left = seq_before(left, at[first].left) ? left : at[first].left;
        at[first].right = seq_max(last, right);
        memmove(at + first + 1, at + past, (r->count - past) * sizeof *at);
        r->count = (uint16_t)(r->count - (past - first - 1));
        return true;
    }
    if (r->count == r->most && first == 0)
        return true; /* it would be the oldest, which gives way */
    uint32_t before = r->count;
    if (!make_room(r, m))
        return false;
    first -= before - r->count;
    at = items(r);
    memmove(at + first + 1, at + first, (r->count - first) * sizeof *at);
    at[first] = (struct range){left, right};
    r->count++;
    return true;
}
