/* chunks.h: an array that grows without moving what it holds: items in chunks, pointers to them stay good.
 * Its oldest items may be given up; the others keep their numbers. */
#ifndef TCPVIZ_CORE_CHUNKS_H
#define TCPVIZ_CORE_CHUNKS_H

#include <stdint.h>
#include "core/mem.h"

struct chunks {
    const struct mem *mem;
    uint32_t item, shift; /* bytes of one; a chunk holds 1 << shift */
    size_t count;         /* items added so far */
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
size_t chunks_used(const struct chunks *c); /* bytes held */

/* Item i; NULL past the end, and where it was given up. */
static inline void *chunks_at(const struct chunks *c, size_t i)
{
    if (i >= c->count)
        return NULL;
    unsigned char *at = c->chunk[i >> c->shift];
    return at ? at + (i & (((size_t)1 << c->shift) - 1)) * c->item : NULL;
}

#endif
