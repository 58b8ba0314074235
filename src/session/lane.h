/* lane.h: what stands in one order on both sides is put side by side: first what is the same, then, between
 * two such pairs, what is alike. For diff*.c only. */
#ifndef TCPVIZ_SESSION_LANE_H
#define TCPVIZ_SESSION_LANE_H

#include "core/align.h"
#include "session/diff.h"

struct lane {
    const struct mem *mem;
    struct align align;
    struct lane_side {
        uint32_t *at;            /* who it is, for the caller */
        uint64_t *key, *like;    /* the same where it is the same; where it is alike */
        uint8_t *alone, *odd;    /* nothing is the same; and nothing is alike either */
        size_t count, cap[5], i; /* i: where lane_next is */
    } side[DIFF_SIDES];
};

void lane_init(struct lane *l, const struct mem *m);
void lane_release(struct lane *l);
void lane_clear(struct lane *l);
bool lane_add(struct lane *l, unsigned side, uint32_t at, uint64_t key, uint64_t like); /* false: no memory */
/* Puts them side by side. False: no memory. */
bool lane_match(struct lane *l);
/* The next pair, or one that is alone, in order; false: there is no more. at: NO_ROW where one is alone. */
bool lane_next(struct lane *l, enum diff_kind *kind, uint32_t at[DIFF_SIDES]);

#endif
