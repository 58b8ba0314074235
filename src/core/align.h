/* align.h: two rows of keys side by side, so that as many as possible stand beside their like, in order.
 *
 * It is Myers' shortest edit script ("An O(ND) Difference Algorithm", 1986) in linear space: a path is looked
 * for from both ends until the two meet, and both halves are aligned likewise. Time grows with the product of
 * length and difference, so a search that has gone far is given up: the halves are then parted at the point
 * that lies farthest from where they began, and what is said is still true, only not the shortest there is.
 * So n keys cost some n * sqrt(n) steps at most, whatever they are: 2 * 100,000 less than a second; memory is
 * 16 n bytes. */
#ifndef TCPVIZ_CORE_ALIGN_H
#define TCPVIZ_CORE_ALIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/mem.h"

struct align_box; /* a stretch of both that is yet to be aligned */

/* What is kept from one use to the next. */
struct align {
    const struct mem *mem;
    int64_t *reach; /* of each diagonal: how far it was come, from the beginning and from the end */
    size_t cap;
    struct align_box *box;
    size_t boxes, box_cap;
    bool rough; /* a search was given up: there may be a shorter answer */
};
void align_init(struct align *al, const struct mem *m);
void align_release(struct align *al);

/* One of the two rows. alone: one for each key, zeroed before; set to 1 for a key that has no like: the
 * others of both rows are as many, and the i-th of one is the like of the i-th of the other. */
struct align_keys {
    const uint64_t *key;
    uint8_t *alone;
    size_t count;
};
/* False: no memory. */
bool align_keys(struct align *al, const struct align_keys *a, const struct align_keys *b);

#endif
