/* happened.h: what a row says of what happened, without when: so that rows of two sessions can be compared.
 * For diff*.c only. */
#ifndef TCPVIZ_SESSION_HAPPENED_H
#define TCPVIZ_SESSION_HAPPENED_H

#include "session/diff.h"

/* In which order of its own a row stands. */
enum {
    LANE_SEGMENTS,
    LANE_CALLS,
    LANE_WIRE = LANE_CALLS + SIDE_COUNT + 1,
    LANES = LANE_WIRE + SIDE_COUNT + 1
};

/* No padding but at the end: it is compared as bytes. */
struct happened {
    uint64_t labels, arguments; /* arguments: a sum of those of a call */
    int64_t result;
    uint64_t options; /* of a SYN, as they were offered */
    uint32_t length, acked;
    uint16_t flags;
    uint8_t kind, side, what, edges, injected, unread;
};

_Static_assert(sizeof(struct happened) == 48, "no byte of it is left to chance");

/* edges: the states that it changed. */
void happened_of(struct happened *h, const struct session *s, const struct row *r, uint8_t edges);
/* The lane that a row of that kind stands in. */
unsigned happened_lane(const struct row *r);
/* A sum of all of it; and of what it has in common with those that it may stand beside though they differ. */
uint64_t happened_key(const struct happened *h);
uint64_t happened_like(const struct session *s, const struct row *r, const struct happened *h);
/* A sum of bytes. */
uint64_t happened_sum(uint64_t sum, const void *bytes, size_t len);

#endif
