/* lanes.c: each frame wishes to stand where it has come to. Those of one direction are put into the order in
 * which they get to the end of their way; from the front to the back nobody passes whom it follows, then from
 * the back to the front each makes room for who follows. On a line a frame goes from its place on the line
 * before to its own: who follows comes at most as far as where it begins. So no two lines touch, and none
 * crosses another but where a frame overtakes. */
#include "tui/lanes.h"

#include <limits.h>

enum { MOST = 128 /* frames of a direction that are told apart */, ROWS = LANE_LINES + 1 };

/* Of one direction; lines are counted from the one above the first that is seen. */
struct road {
    struct lane *order[MOST]; /* the foremost first */
    size_t count;
    int whole, rows, gap;
    int limit[ROWS];
};

static bool ends(const struct slant *s)
{
    return s->end == SLANT_ARRIVES || s->end == SLANT_LOST;
}

/* Whether a, that left later, is nevertheless there first. One that is lost stays between its neighbours. */
static bool overtakes(const struct lane *a, const struct lane *b)
{
    const struct slant *x = &a->slant, *y = &b->slant;
    if (x->end == SLANT_LOST || y->end == SLANT_LOST)
        return false;
    if (x->last != y->last || ends(x) != ends(y))
        return x->last < y->last;
    return a->come[x->last - x->first] > b->come[y->last - y->first];
}

static void add(struct road *r, struct lane *l)
{
    size_t at = r->count;
    if (r->count == MOST)
        return;
    r->count++;
    for (; at > 0 && overtakes(l, r->order[at - 1]); at--)
        r->order[at] = r->order[at - 1];
    r->order[at] = l;
}

/* The lines of a frame that are seen, and the one above. */
static int first_of(const struct lane *l)
{
    return l->slant.first > -1 ? l->slant.first : -1;
}

static int last_of(const struct road *r, const struct lane *l)
{
    return l->slant.last < r->rows ? l->slant.last : r->rows - 1;
}

static int16_t *place_of(struct lane *l, int y)
{
    return &l->place[y - l->slant.first];
}

/* A frame never goes back. */
static void only_forward(struct lane *l)
{
    for (int i = 1; i <= l->slant.last - l->slant.first; i++)
        if (l->place[i] < l->place[i - 1])
            l->place[i] = l->place[i - 1];
}

static void stay_behind(struct road *r)
{
    for (int i = 0; i < ROWS; i++)
        r->limit[i] = INT_MAX;
    for (size_t n = 0; n < r->count; n++) {
        struct lane *l = r->order[n];
        for (int y = first_of(l); y <= last_of(r, l); y++) {
            const int most = r->limit[y + 1] > l->place[0] ? r->limit[y + 1] : l->place[0];
            if (*place_of(l, y) > most)
                *place_of(l, y) = (int16_t)most;
        }
        only_forward(l);
        for (int y = first_of(l); y <= last_of(r, l); y++) {
            const int most = *place_of(l, y > first_of(l) ? y - 1 : y) - r->gap;
            if (most < r->limit[y + 1])
                r->limit[y + 1] = most;
        }
    }
}

/* What follows has come to limit - gap at each line. Who stands still does not step aside, it is there
 * before. */
static void give_way(struct road *r, struct lane *l)
{
    const bool leaves = ends(&l->slant);
    for (int y = last_of(r, l); y >= first_of(l); y--) {
        const int i = y - l->slant.first;
        const bool last = y == l->slant.last;
        int least = last && leaves ? 0 : r->limit[y + 1];
        if (y < last_of(r, l)) {
            if (r->limit[y + 2] > least)
                least = r->limit[y + 2];
            if (l->come[i] == l->come[i + 1] && !(leaves && y + 1 == l->slant.last) &&
                l->place[i + 1] > least)
                least = l->place[i + 1];
        }
        if (least > r->whole - 1)
            least = r->whole - 1;
        if (l->place[i] < least)
            l->place[i] = (int16_t)least;
    }
}

static void make_room(struct road *r)
{
    for (int i = 0; i < ROWS; i++)
        r->limit[i] = 0;
    for (size_t n = r->count; n-- > 0;) {
        struct lane *l = r->order[n];
        give_way(r, l);
        only_forward(l);
        for (int y = first_of(l); y <= last_of(r, l); y++)
            if (*place_of(l, y) + r->gap > r->limit[y + 1])
                r->limit[y + 1] = *place_of(l, y) + r->gap;
    }
}

/* Two columns from one to the next, or one where many are under way at once. */
static int gap_of(const struct road *r)
{
    int least = 0, most = 0;
    for (int y = 0; y < r->rows; y++) {
        int here = 0;
        for (size_t n = 0; n < r->count; n++)
            here += y >= r->order[n]->slant.first && y <= r->order[n]->slant.last;
        most = here > most ? here : most;
    }
    for (size_t n = 0; n < r->count; n++)
        least = r->order[n]->place[0] > least ? r->order[n]->place[0] : least;
    return least + 2 * (most - 1) < r->whole ? 2 : 1;
}

void lanes_place(struct lane *lane, size_t count, int whole, int rows)
{
    for (size_t i = 0; i < count; i++) {
        struct slant *s = &lane[i].slant;
        s->come = lane[i].come;
        for (int y = s->first; y <= s->last; y++)
            lane[i].place[y - s->first] = (int16_t)slant_way(s, whole, y);
        s->place = lane[i].place;
    }
    for (int side = 0; side < SIDE_COUNT; side++) {
        struct road r = {.whole = whole, .rows = rows < ROWS - 1 ? rows : ROWS - 1};
        for (size_t i = 0; i < count; i++)
            if ((int)lane[i].slant.from == side)
                add(&r, &lane[i]);
        r.gap = gap_of(&r);
        stay_behind(&r);
        make_room(&r);
    }
}
