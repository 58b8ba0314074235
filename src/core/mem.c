/* mem.c: an arena is a chain of chunks, each twice the one before up to CHUNK_MOST, so that a small session
 * stays small and a large one asks seldom. What does not fit into a chunk of that size gets one of its own.
 */
#include "core/mem.h"

#include <stdint.h>
#include <string.h>

enum { CHUNK_FIRST = 4096, CHUNK_MOST = 256 * 1024, ALIGN = 8 };

struct chunk {
    struct chunk *next;
    size_t size, used; /* bytes of data */
    _Alignas(ALIGN) unsigned char data[];
};

struct arena {
    const struct mem *mem;
    struct chunk *chunks; /* the first one is filled, the others are full */
    size_t next_size, held;
};

void *mem_new(const struct mem *m, size_t size)
{
    if (m->zeroed)
        return m->zeroed(m->ctx, size);
    void *p = m->resize(m->ctx, NULL, 0, size);
    if (p)
        memset(p, 0, size);
    return p;
}

void mem_free(const struct mem *m, void *p, size_t size)
{
    if (p)
        m->resize(m->ctx, p, size, 0);
}

bool mem_grow(const struct mem *m, void **items, size_t *cap, size_t want, size_t item_size)
{
    if (want <= *cap)
        return true;
    if (want > SIZE_MAX / 2 / item_size)
        return false;
    size_t next = *cap + *cap / 2;
    if (next < want)
        next = want < 8 ? 8 : want;
    if (next > SIZE_MAX / item_size)
        next = want;
    void *grown = m->resize(m->ctx, *items, *cap * item_size, next * item_size);
    if (!grown)
        return false;
    *items = grown;
    *cap = next;
    return true;
}

struct arena *arena_new(const struct mem *m)
{
    struct arena *a = mem_new(m, sizeof *a);
    if (a) {
        a->mem = m;
        a->next_size = CHUNK_FIRST;
        a->held = sizeof *a;
    }
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct chunk *c = a->chunks; c;) {
        struct chunk *next = c->next;
        mem_free(a->mem, c, sizeof *c + c->size);
        c = next;
    }
    mem_free(a->mem, a, sizeof *a);
}

static struct chunk *chunk_add(struct arena *a, size_t size)
{
    struct chunk *c = mem_new(a->mem, sizeof *c + size);
    if (!c)
        return NULL;
    c->size = size;
    a->held += sizeof *c + size;
    return c;
}

void *arena_take(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size = size ? (size + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
    struct chunk *c = a->chunks;
    if (!c || c->size - c->used < size) {
        bool own = size > a->next_size / 4;
        c = chunk_add(a, own ? size : a->next_size);
        if (!c)
            return NULL;
        if (own && a->chunks) { /* behind the first, which still has room */
            c->next = a->chunks->next;
            a->chunks->next = c;
        } else {
            c->next = a->chunks;
            a->chunks = c;
        }
        if (!own && a->next_size < CHUNK_MOST)
            a->next_size *= 2;
    }
    void *p = c->data + c->used;
    c->used += size;
    return p;
}

char *arena_text(struct arena *a, const char *text, size_t len)
{
    char *copy = len < SIZE_MAX ? arena_take(a, len + 1) : NULL;
    if (copy && len)
        memcpy(copy, text, len);
    return copy;
}

size_t arena_used(const struct arena *a)
{
    return a->held;
}
