#include "core/chunks.h"

#include <string.h>

static size_t chunk_bytes(const struct chunks *c)
{
    return (size_t)c->item << c->shift;
}

void chunks_init(struct chunks *c, const struct mem *m, size_t item_size, unsigned shift)
{
    *c = (struct chunks){.mem = m, .item = (uint32_t)item_size, .shift = shift};
}

void chunks_release(struct chunks *c)
{
    for (size_t i = 0; i < c->chunks; i++)
        mem_free(c->mem, c->chunk[i], chunk_bytes(c));
    mem_free(c->mem, c->chunk, c->cap * sizeof *c->chunk);
    chunks_init(c, c->mem, c->item, c->shift);
}

static bool add_chunk(struct chunks *c)
{
    void *grown = c->chunk;
    if (!mem_grow(c->mem, &grown, &c->cap, c->chunks + 1, sizeof *c->chunk))
        return false;
    c->chunk = grown;
    void *fresh = mem_new(c->mem, chunk_bytes(c));
    if (!fresh)
        return false;
    c->chunk[c->chunks++] = fresh;
    return true;
}

void *chunks_add(struct chunks *c)
{
    if (c->count == c->chunks << c->shift && !add_chunk(c))
        return NULL;
    c->count++;
    return chunks_at(c, c->count - 1);
}

void chunks_drop(struct chunks *c)
{
    void *last = c->count ? chunks_at(c, c->count - 1) : NULL;
    if (!last)
        return;
    memset(last, 0, c->item);
    c->count--;
}

void chunks_trim(struct chunks *c, size_t first)
{
    for (; c->gone + 1 < c->chunks && (c->gone + 1) << c->shift <= first; c->gone++) {
        mem_free(c->mem, c->chunk[c->gone], chunk_bytes(c));
        c->chunk[c->gone] = NULL;
    }
}

size_t chunks_first(const struct chunks *c)
{
    size_t first = c->gone << c->shift;
    return first < c->count ? first : c->count;
}

size_t chunks_used(const struct chunks *c)
{
    return (c->chunks - c->gone) * chunk_bytes(c) + c->cap * sizeof *c->chunk;
}
