#include "core/align.h"

#include <string.h>

enum { COST_LEAST = 1024, COST_FACTOR = 4 /* how far a search goes */ };

struct align_box {
    int64_t a, a_end, b, b_end;
};

struct point {
    int64_t a, b;
};

/* A search for the middle of a box. A diagonal is a - b; reach is indexed from the lowest one. */
struct search {
    const uint64_t *a, *b;
    struct align_box box;
    int64_t *ahead, *back;           /* by diagonal: the a that was reached on it from either end */
    int64_t least, most;             /* diagonals of the box */
    int64_t ahead_least, ahead_most; /* those that were reached */
    int64_t back_least, back_most;
    bool odd; /* the ends' diagonals differ by an odd number: paths meet while going ahead */
};

void align_init(struct align *al, const struct mem *m)
{
    *al = (struct align){.mem = m};
}

void align_release(struct align *al)
{
    mem_free(al->mem, al->reach, al->cap * sizeof *al->reach);
    mem_free(al->mem, al->box, al->box_cap * sizeof *al->box);
    *al = (struct align){.mem = al->mem};
}

/* One step of every path from the beginning; true: one has met those from the end, at *met. */
static bool go_ahead(struct search *s, struct point *met)
{
    int64_t *reach = s->ahead;
    if (s->ahead_least > s->least)
        reach[--s->ahead_least - 1] = -1;
    else
        s->ahead_least++;
    if (s->ahead_most < s->most)
        reach[++s->ahead_most + 1] = -1;
    else
        s->ahead_most--;
    for (int64_t d = s->ahead_most; d >= s->ahead_least; d -= 2) {
        int64_t a = reach[d - 1] >= reach[d + 1] ? reach[d - 1] + 1 : reach[d + 1];
        int64_t b = a - d;
        while (a < s->box.a_end && b < s->box.b_end && s->a[a] == s->b[b])
            a++, b++;
        reach[d] = a;
        if (s->odd && s->back_least <= d && d <= s->back_most && s->back[d] <= a) {
            *met = (struct point){a, b};
            return true;
        }
    }
    return false;
}

/* The same from the end. */
static bool go_back(struct search *s, struct point *met)
{
    int64_t *reach = s->back;
    if (s->back_least > s->least)
        reach[--s->back_least - 1] = INT64_MAX;
    else
        s->back_least++;
    if (s->back_most < s->most)
        reach[++s->back_most + 1] = INT64_MAX;
    else
        s->back_most--;
    for (int64_t d = s->back_most; d >= s->back_least; d -= 2) {
        int64_t a = reach[d - 1] < reach[d + 1] ? reach[d - 1] : reach[d + 1] - 1;
        int64_t b = a - d;
        while (a > s->box.a && b > s->box.b && s->a[a - 1] == s->b[b - 1])
            a--, b--;
        reach[d] = a;
        if (!s->odd && s->ahead_least <= d && d <= s->ahead_most && a <= s->ahead[d]) {
            *met = (struct point){a, b};
            return true;
        }
    }
    return false;
}

/* The point inside the box that was reached with the most keys behind it, from whichever end that is. */
static struct point farthest(const struct search *s)
{
    const struct align_box *x = &s->box;
    struct point ahead = {x->a, x->b}, back = {x->a_end, x->b_end};
    for (int64_t d = s->ahead_most; d >= s->ahead_least; d -= 2) {
        int64_t a = s->ahead[d] < x->a_end ? s->ahead[d] : x->a_end, b = a - d;
        if (b > x->b_end)
            b = x->b_end, a = b + d;
        if (a + b > ahead.a + ahead.b)
            ahead = (struct point){a, b};
    }
    for (int64_t d = s->back_most; d >= s->back_least; d -= 2) {
        int64_t a = s->back[d] > x->a ? s->back[d] : x->a, b = a - d;
        if (b < x->b)
            b = x->b, a = b + d;
        if (a + b < back.a + back.b)
            back = (struct point){a, b};
    }
    return x->a_end + x->b_end - back.a - back.b < ahead.a + ahead.b - x->a - x->b ? ahead : back;
}

/* Where a box is parted in two. */
static struct point middle(struct align *al, struct search *s, size_t cost)
{
    const struct align_box *x = &s->box;
    const int64_t from = x->a - x->b, to = x->a_end - x->b_end;
    struct point met;
    s->least = x->a - x->b_end;
    s->most = x->a_end - x->b;
    s->ahead_least = s->ahead_most = from;
    s->back_least = s->back_most = to;
    s->odd = (from - to) & 1;
    s->ahead[from] = x->a;
    s->back[to] = x->a_end;
    for (size_t i = 0; i < cost; i++)
        if (go_ahead(s, &met) || go_back(s, &met))
            return met;
    al->rough = true;
    return farthest(s);
}

static bool push(struct align *al, const struct align_box *x)
{
    void *boxes = al->box;
    if (!mem_grow(al->mem, &boxes, &al->box_cap, al->boxes + 1, sizeof *al->box))
        return false;
    al->box = boxes;
    al->box[al->boxes++] = *x;
    return true;
}

/* Takes away what is alike at both ends. Whether something of both is left; if not, what is left is alone. */
static bool shrink(struct align_box *x, const struct align_keys *a, const struct align_keys *b)
{
    while (x->a < x->a_end && x->b < x->b_end && a->key[x->a] == b->key[x->b])
        x->a++, x->b++;
    while (x->a < x->a_end && x->b < x->b_end && a->key[x->a_end - 1] == b->key[x->b_end - 1])
        x->a_end--, x->b_end--;
    if (x->a < x->a_end && x->b < x->b_end)
        return true;
    if (x->a < x->a_end)
        memset(a->alone + x->a, 1, (size_t)(x->a_end - x->a));
    if (x->b < x->b_end)
        memset(b->alone + x->b, 1, (size_t)(x->b_end - x->b));
    return false;
}

/* So far that a stretch of so many keys that differ is still aligned as well as can be. */
static size_t cost_of(size_t keys)
{
    size_t root = COST_LEAST / COST_FACTOR;
    while (root * root < keys)
        root += root / 2;
    return root * COST_FACTOR;
}

bool align_keys(struct align *al, const struct align_keys *a, const struct align_keys *b)
{
    const size_t diagonals = a->count + b->count + 3, cost = cost_of(a->count + b->count);
    struct align_box x = {0, (int64_t)a->count, 0, (int64_t)b->count};
    void *reach = al->reach;
    al->boxes = 0;
    if (!shrink(&x, a, b))
        return true;
    if (!mem_grow(al->mem, &reach, &al->cap, 2 * diagonals, sizeof *al->reach))
        return false;
    al->reach = reach;
    struct search s = {.a = a->key, .b = b->key};
    s.ahead = al->reach + b->count + 1;
    s.back = s.ahead + diagonals;
    if (!push(al, &x))
        return false;
    while (al->boxes > 0) {
        x = al->box[--al->boxes];
        if (!shrink(&x, a, b))
            continue;
        s.box = x;
        const struct point at = middle(al, &s, cost);
        if (!push(al, &(struct align_box){x.a, at.a, x.b, at.b}) ||
            !push(al, &(struct align_box){at.a, x.a_end, at.b, x.b_end}))
            return false;
    }
    return true;
}
