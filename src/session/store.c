/* store.c: frames one after the other in blocks of memory, each block twice the one before up to BLOCK_MOST:
 * a quiet lab stays small and a long session asks seldom. A place is the number of the block and the offset
 * in it. */
#include "session/store.h"

#include <string.h>

enum { BLOCK_FIRST = 16 * 1024, BLOCK_MOST = 16 * 1024 * 1024, ALIGN = 4, PLACE_BITS = 22 };
_Static_assert(BLOCK_MOST / ALIGN <= 1 << PLACE_BITS, "an offset fits into a place");

struct head {
    uint32_t caplen, wirelen;
    uint16_t linktype; /* pcap has 16 bits for it */
    uint8_t cut, cksum;
};

struct block {
    uint8_t *at;
    size_t size, used;
};

struct store {
    const struct mem *mem;
    struct block *block;
    store_source *source; /* NULL: there is no file */
    void *ctx;
    size_t count, cap, held, gone; /* gone: blocks before that one were given up */
};

struct store *store_new(const struct mem *m)
{
    struct store *s = mem_new(m, sizeof *s);
    if (s)
        s->mem = m;
    return s;
}

void store_free(struct store *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        mem_free(s->mem, s->block[i].at, s->block[i].size);
    mem_free(s->mem, s->block, s->cap * sizeof *s->block);
    mem_free(s->mem, s, sizeof *s);
}

/* A block with room for `size` bytes at its end. */
static struct block *block_for(struct store *s, size_t size)
{
    struct block *last = s->count ? &s->block[s->count - 1] : NULL;
    if (last && last->size - last->used >= size)
        return last;
    size_t next = last ? last->size * 2 : BLOCK_FIRST;
    if (next > BLOCK_MOST)
        next = BLOCK_MOST;
    if (next < size)
        next = size;
    void *grown = s->block;
    if (!mem_grow(s->mem, &grown, &s->cap, s->count + 1, sizeof *s->block))
        return NULL;
    s->block = grown;
    uint8_t *at = s->mem->resize(s->mem->ctx, NULL, 0, next);
    if (!at)
        return NULL;
    s->block[s->count] = (struct block){at, next, 0};
    s->held += next;
    return &s->block[s->count++];
}

bool store_put(struct store *s, const struct frame *f, uint64_t *place)
{
    struct head h = {f->caplen, f->wirelen, (uint16_t)f->linktype, f->cut, f->cksum};
    size_t size = sizeof h + (size_t)f->caplen;
    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    struct block *b = block_for(s, size);
    if (!b)
        return false;
    memcpy(b->at + b->used, &h, sizeof h);
    if (f->caplen)
        memcpy(b->at + b->used + sizeof h, f->bytes, f->caplen);
    *place = (uint64_t)(s->count - 1) << PLACE_BITS | (uint64_t)(b->used / ALIGN);
    b->used += size;
    return true;
}

/* A place with this bit is an offset in the file. */
#define IN_FILE ((uint64_t)1 << 42)

void store_from(struct store *s, store_source *get, void *ctx)
{
    s->source = get;
    s->ctx = ctx;
}

bool store_put_record(struct store *s, uint64_t record, uint64_t *place)
{
    *place = record | IN_FILE;
    return s->source && record < IN_FILE;
}

bool store_is_record(uint64_t place, uint64_t *record)
{
    *record = place & ~IN_FILE;
    return place & IN_FILE;
}

void store_from_same(struct store *s, const struct store *from)
{
    store_from(s, from->source, from->ctx);
}

void store_get(const struct store *s, uint64_t place, struct frame *out)
{
    if (place & IN_FILE) {
        if (!s->source || !s->source(s->ctx, place & ~IN_FILE, out))
            *out = (struct frame){0};
        return;
    }
    const uint8_t *at = s->block[place >> PLACE_BITS].at + (place & ((1u << PLACE_BITS) - 1)) * ALIGN;
    struct head h;
    memcpy(&h, at, sizeof h);
    *out = (struct frame){at + sizeof h, h.caplen, h.wirelen, h.linktype, h.cut, h.cksum};
}

void store_trim(struct store *s, uint64_t place)
{
    if (place & IN_FILE)
        return;
    for (; s->gone < s->count && s->gone < place >> PLACE_BITS; s->gone++) {
        struct block *b = &s->block[s->gone];
        mem_free(s->mem, b->at, b->size);
        s->held -= b->size;
        *b = (struct block){0};
    }
}

size_t store_used(const struct store *s)
{
    return s->held;
}
