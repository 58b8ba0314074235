#include "session/chunks.h"

enum { CHUNK_ITEMS = 1024 };

void chunks_init(struct chunks *c, const struct mem *m, size_t item_size)
{
    *c = (struct chunks){.mem = m, .item = item_size};
}

void chunks_release(struct chunks *c)
{
    for (size_t i = 0; i < c->chunks; i++)
        mem_free(c->mem, c->chunk[i], c->item * CHUNK_ITEMS);
    mem_free(c->mem, c->chunk, c->cap * sizeof *c->chunk);
    chunks_init(c, c->mem, c->item);
}

void *chunks_add(struct chunks *c)
{
    if (c->count == c->chunks * CHUNK_ITEMS) {
        void *grown = c->chunk;
        if (!mem_grow(c->mem, &grown, &c->cap, c->chunks + 1, sizeof *c->chunk))
            return NULL;
        c->chunk = grown;
        void *fresh = mem_new(c->mem, c->item * CHUNK_ITEMS);
        if (!fresh)
            return NULL;
        c->chunk[c->chunks++] = fresh;
    }
    c->count++;
    return chunks_at(c, c->count - 1);
}

void chunks_drop(struct chunks *c)
{
    unsigned char *last = chunks_at(c, c->count - 1);
    for (size_t i = 0; last && i < c->item; i++)
        last[i] = 0;
    if (last)
        c->count--;
}

void *chunks_at(const struct chunks *c, size_t i)
{
    if (i >= c->count)
        return NULL;
    return (unsigned char *)c->chunk[i / CHUNK_ITEMS] + i % CHUNK_ITEMS * c->item;
}
