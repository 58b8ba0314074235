/* chunks.h: an array that grows without moving what it holds: items in chunks, pointers to them stay good. */
#ifndef TCPVIZ_SESSION_CHUNKS_H
#define TCPVIZ_SESSION_CHUNKS_H

#include <stdint.h>
#include "core/mem.h"

struct chunks {
    const struct mem *mem;
    size_t item;  /* bytes */
    size_t count; /* items in use */
    void **chunk; /* each holds the same number of items */
    size_t chunks, cap;
};

void chunks_init(struct chunks *c, const struct mem *m, size_t item_size);
void chunks_release(struct chunks *c);
/* Room for one more item at the end, zeroed, and counted. NULL: no memory. */
void *chunks_add(struct chunks *c);
/* Takes the last item away again. */
void chunks_drop(struct chunks *c);
/* Item i; NULL past the end. */
void *chunks_at(const struct chunks *c, size_t i);

#endif
