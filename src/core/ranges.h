/* ranges.h: which sequence numbers of one direction were seen: a set of ranges [left, right), in order, none
 * touching another. Their number is bounded: where one more would be too many, the oldest (leftmost) gives
 * way, and so does what lies more than RANGES_SPAN bytes before the newest number, since beyond that "before"
 * and "after" lose their meaning. So a long stream costs no more than a short one. The struct may be moved.
 */
#ifndef TCPVIZ_CORE_RANGES_H
#define TCPVIZ_CORE_RANGES_H

#include "core/mem.h"
#include "core/seq.h"

#define RANGES_SPAN UINT32_C(0x40000000)

struct range {
    seq_t left, right; /* first number, first number after it; never equal */
};

struct ranges {
    union {
        struct range *more;
        struct range few[1]; /* most directions never need a second */
    };
    uint16_t cap; /* of more; 0: they stand in few */
    uint16_t count, most;
};

/* An empty set of at most `most` ranges (at least 2). Its memory comes from the same m always. */
void ranges_init(struct ranges *r, uint16_t most);
void ranges_release(struct ranges *r, const struct mem *m); /* contents; it is then empty */
void ranges_clear(struct ranges *r);                        /* to the empty set */

/* Adds [left, right); nothing where right is not after left. *fresh, where it is not NULL: how many of its
 * bytes were not in the set before. False: no memory; the set is what it was, *fresh is set all the same. */
bool ranges_add(struct ranges *r, const struct mem *m, seq_t left, seq_t right, uint32_t *fresh);
/* How many bytes of [left, right) are in the set. */
uint32_t ranges_overlap(const struct ranges *r, seq_t left, seq_t right);
/* Whether all of [left, right) is in the set; true for an empty one. */
bool ranges_covers(const struct ranges *r, seq_t left, seq_t right);
/* The first number from `from` on that is not in the set: `from` itself, or the end of the range it lies in.
 */
seq_t ranges_gap(const struct ranges *r, seq_t from);
/* The end of the last range; `otherwise` where the set is empty. */
seq_t ranges_end(const struct ranges *r, seq_t otherwise);
/* Forgets everything before `left`. */
void ranges_trim(struct ranges *r, seq_t left);

#endif
