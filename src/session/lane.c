#include "session/lane.h"

#include <string.h>

void lane_init(struct lane *l, const struct mem *m)
{
    *l = (struct lane){.mem = m};
    align_init(&l->align, m);
}

void lane_release(struct lane *l)
{
    for (unsigned i = 0; i < DIFF_SIDES; i++) {
        struct lane_side *s = &l->side[i];
        mem_free(l->mem, s->at, s->cap[0] * sizeof *s->at);
        mem_free(l->mem, s->key, s->cap[1] * sizeof *s->key);
        mem_free(l->mem, s->like, s->cap[2] * sizeof *s->like);
        mem_free(l->mem, s->alone, s->cap[3]);
        mem_free(l->mem, s->odd, s->cap[4]);
    }
    align_release(&l->align);
}

void lane_clear(struct lane *l)
{
    for (unsigned i = 0; i < DIFF_SIDES; i++)
        l->side[i].count = l->side[i].i = 0;
}

bool lane_add(struct lane *l, unsigned side, uint32_t at, uint64_t key, uint64_t like)
{
    struct lane_side *s = &l->side[side];
    void *array[] = {s->at, s->key, s->like, s->alone, s->odd};
    static const size_t size[] = {sizeof *s->at, sizeof *s->key, sizeof *s->like, 1, 1};
    bool good = true;
    for (size_t i = 0; i < COUNT_OF(array); i++)
        good = good && mem_grow(l->mem, &array[i], &s->cap[i], s->count + 1, size[i]);
    s->at = array[0];
    s->key = array[1];
    s->like = array[2];
    s->alone = array[3];
    s->odd = array[4];
    if (!good)
        return false;
    s->at[s->count] = at;
    s->key[s->count] = key;
    s->like[s->count] = like;
    s->alone[s->count] = s->odd[s->count] = 0;
    s->count++;
    return true;
}

/* What is left between two pairs, by what is alike. */
static bool match_gap(struct lane *l, const size_t from[DIFF_SIDES], const size_t to[DIFF_SIDES])
{
    struct align_keys keys[DIFF_SIDES];
    for (unsigned i = 0; i < DIFF_SIDES; i++)
        keys[i] = (struct align_keys){l->side[i].like + from[i], l->side[i].odd + from[i], to[i] - from[i]};
    return align_keys(&l->align, &keys[0], &keys[1]);
}

bool lane_match(struct lane *l)
{
    const struct lane_side *a = &l->side[0], *b = &l->side[1];
    const struct align_keys left = {a->key, a->alone, a->count}, right = {b->key, b->alone, b->count};
    size_t at[DIFF_SIDES] = {0, 0};
    if (a->count + b->count == 0)
        return true;
    if (!align_keys(&l->align, &left, &right))
        return false;
    while (at[0] < a->count || at[1] < b->count) {
        size_t to[DIFF_SIDES] = {at[0], at[1]};
        while (to[0] < a->count && a->alone[to[0]])
            to[0]++;
        while (to[1] < b->count && b->alone[to[1]])
            to[1]++;
        if (!match_gap(l, at, to))
            return false;
        at[0] = to[0] + 1; /* behind the pair */
        at[1] = to[1] + 1;
    }
    return true;
}

bool lane_next(struct lane *l, enum diff_kind *kind, uint32_t at[DIFF_SIDES])
{
    struct lane_side *a = &l->side[0], *b = &l->side[1];
    at[0] = at[1] = NO_ROW;
    if (a->i < a->count && a->odd[a->i]) {
        *kind = DIFF_LEFT;
        at[0] = a->at[a->i++];
    } else if (b->i < b->count && b->odd[b->i]) {
        *kind = DIFF_RIGHT;
        at[1] = b->at[b->i++];
    } else if (a->i < a->count && b->i < b->count) {
        *kind = a->alone[a->i] ? DIFF_DIFFERS : DIFF_ALIKE;
        at[0] = a->at[a->i++];
        at[1] = b->at[b->i++];
    } else {
        return false;
    }
    return true;
}
