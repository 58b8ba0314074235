/* chunks.h: an array that grows without moving what it holds: items in chunks, pointers to them stay good.
 * Its oldest items may be given up; the others keep their numbers. The first chunk is small, each of the next
 * ones twice the one before, CHUNK_DOUBLINGS times: a quiet lab stays small, a large capture asks seldom. */
#ifndef TCPVIZ_CORE_CHUNKS_H
#define TCPVIZ_CORE_CHUNKS_H

#include <stdint.h>
#include "core/mem.h"

enum { CHUNK_DOUBLINGS = 9 };

struct chunks {
    const struct mem *mem;
    uint32_t item, shift; /* bytes of one; the first chunk holds 1 << shift */
    size_t count, room;   /* items added so far; how many the chunks hold, those that are gone counted */
    void **chunk;         /* NULL where it was given up */
    size_t chunks, cap, gone;
};

void chunks_init(struct chunks *c, const struct mem *m, size_t item_size, unsigned shift);
void chunks_release(struct chunks *c);
/* Room for one more item at the end, zeroed, and counted. NULL: no memory. */
void *chunks_add(struct chunks *c);
/* Takes the last item away again. */
void chunks_drop(struct chunks *c);
/* Gives up chunks that hold nothing from item `first` on; the newest one stays. */
void chunks_trim(struct chunks *c, size_t first);
/* The first item that is still there; count where there is none. */
size_t chunks_first(const struct chunks *c);
/* How many items stand next to each other in memory from item i on, i counted. */
size_t chunks_room(const struct chunks *c, size_t i);
size_t chunks_used(const struct chunks *c); /* bytes held */

/* The chunk of item i, and where in it the item stands. In first chunks, chunk k begins at 2^k - 1. */
static inline size_t chunks_place(const struct chunks *c, size_t i, size_t *within)
{
    const size_t large = ((size_t)1 << CHUNK_DOUBLINGS) - 1, unit = i >> c->shift;
    if (unit >= large) {
        size_t from = i - (large << c->shift), shift = c->shift + CHUNK_DOUBLINGS;
        *within = from & (((size_t)1 << shift) - 1);
        return CHUNK_DOUBLINGS + (from >> shift);
    }
    size_t k = (size_t)(63 - __builtin_clzll(unit + 1));
    *within = i - ((((size_t)1 << k) - 1) << c->shift);
    return k;
}

/* Item i; NULL past the end, and where it was given up. */
static inline void *chunks_at(const struct chunks *c, size_t i)
{
    if (i >= c->count)
        return NULL;
    size_t within, k = chunks_place(c, i, &within);
    unsigned char *at = c->chunk[k];
    return at ? at + within * c->item : NULL;
}

#endif
