#include "core/chunks.h"

#include <string.h>

/* Chunk k: how many items it holds, and the number of its first. */
static size_t chunk_items(const struct chunks *c, size_t k)
{
    return (size_t)1 << (c->shift + (k < CHUNK_DOUBLINGS ? k : CHUNK_DOUBLINGS));
}

static size_t chunk_begin(const struct chunks *c, size_t k)
{
    size_t doubled = k < CHUNK_DOUBLINGS ? k : CHUNK_DOUBLINGS;
    return ((((size_t)1 << doubled) - 1) << c->shift) + (k - doubled) * chunk_items(c, k);
}

static size_t chunk_bytes(const struct chunks *c, size_t k)
{
    return c->item * chunk_items(c, k);
}

void chunks_init(struct chunks *c, const struct mem *m, size_t item_size, unsigned shift)
{
    *c = (struct chunks){.mem = m, .item = (uint32_t)item_size, .shift = shift};
}

void chunks_release(struct chunks *c)
{
    for (size_t k = c->gone; k < c->chunks; k++)
        mem_free(c->mem, c->chunk[k], chunk_bytes(c, k));
    mem_free(c->mem, c->chunk, c->cap * sizeof *c->chunk);
    chunks_init(c, c->mem, c->item, c->shift);
}

static bool add_chunk(struct chunks *c)
{
    void *grown = c->chunk;
    if (!mem_grow(c->mem, &grown, &c->cap, c->chunks + 1, sizeof *c->chunk))
        return false;
    c->chunk = grown;
    void *fresh = mem_new(c->mem, chunk_bytes(c, c->chunks));
    if (!fresh)
        return false;
    c->chunk[c->chunks++] = fresh;
    c->room = chunk_begin(c, c->chunks);
    return true;
}

void *chunks_add(struct chunks *c)
{
    if (c->count == c->room && !add_chunk(c))
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
    for (; c->gone + 1 < c->chunks && chunk_begin(c, c->gone + 1) <= first; c->gone++) {
        mem_free(c->mem, c->chunk[c->gone], chunk_bytes(c, c->gone));
        c->chunk[c->gone] = NULL;
    }
}

size_t chunks_first(const struct chunks *c)
{
    size_t first = chunk_begin(c, c->gone);
    return first < c->count ? first : c->count;
}

size_t chunks_room(const struct chunks *c, size_t i)
{
    size_t within, k = chunks_place(c, i, &within);
    return chunk_items(c, k) - within;
}

size_t chunks_used(const struct chunks *c)
{
    size_t items = chunk_begin(c, c->chunks) - chunk_begin(c, c->gone);
    return items * c->item + c->cap * sizeof *c->chunk;
}
