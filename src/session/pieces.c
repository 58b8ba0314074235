#include "session/pieces.h"

#include <string.h>

enum { MOST = 128 /* pieces in a block */ };

struct block {
    uint32_t first, count;
    uint64_t bytes; /* that its pieces have together */
    struct stream_piece at[MOST];
};

/* Piece i of block b; (count, 0): behind the last one. */
struct place {
    size_t b, i;
};

static uint64_t end_of(const struct stream_piece *p)
{
    return p->at + p->len;
}

static struct stream_piece *piece(struct block *b, size_t i)
{
    return b->at + b->first + i;
}

static uint64_t block_end(struct block *b)
{
    return end_of(piece(b, b->count - 1));
}

bool piece_clip(struct stream_piece *p, uint64_t next)
{
    if (end_of(p) <= next)
        return false;
    uint32_t old = next > p->at ? (uint32_t)(next - p->at) : 0;
    p->at += old;
    p->skip += old;
    p->len -= old;
    return true;
}

void pieces_release(struct pieces *p)
{
    for (size_t b = 0; b < p->count; b++)
        mem_free(p->mem, p->block[b], sizeof **p->block);
    mem_free(p->mem, p->block, p->cap * sizeof *p->block);
    *p = (struct pieces){.mem = p->mem};
}

/* Where the first piece stands that ends behind that byte. */
static struct place search(const struct pieces *p, uint64_t byte)
{
    size_t low = 0, high = p->count, b;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (block_end(p->block[middle]) <= byte)
            low = middle + 1;
        else
            high = middle;
    }
    b = low;
    low = 0;
    high = b < p->count ? p->block[b]->count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (end_of(piece(p->block[b], middle)) <= byte)
            low = middle + 1;
        else
            high = middle;
    }
    return (struct place){b, low};
}

static const struct stream_piece *at_place(const struct pieces *p, struct place at)
{
    return at.b < p->count ? piece(p->block[at.b], at.i) : NULL;
}

const struct stream_piece *pieces_find(const struct pieces *p, uint64_t byte)
{
    return at_place(p, search(p, byte));
}

uint64_t pieces_end(const struct pieces *p)
{
    return p->count > 0 ? block_end(p->block[p->count - 1]) : 0;
}

/* An empty block becomes the one at `b`: it has to be filled. */
static struct block *add_block(struct pieces *p, size_t b)
{
    void *items = p->block;
    if (!mem_grow(p->mem, &items, &p->cap, p->count + 1, sizeof *p->block))
        return NULL;
    p->block = items;
    struct block *added = mem_new(p->mem, sizeof *added);
    if (!added)
        return NULL;
    memmove(p->block + b + 1, p->block + b, (p->count++ - b) * sizeof *p->block);
    p->block[b] = added;
    return added;
}

/* Makes room in the block where a piece shall stand before the place `at`, and leads `at` there: a full one
 * is halved, but one that is only ever added to stays full. */
static bool make_room(struct pieces *p, struct place *at)
{
    if (at->b == p->count && at->b > 0)
        *at = (struct place){at->b - 1, p->block[at->b - 1]->count};
    struct block *b = at->b < p->count ? p->block[at->b] : NULL;
    if (b && b->count < MOST)
        return true;
    struct block *added = add_block(p, b ? at->b + 1 : at->b);
    if (!added)
        return false;
    const uint32_t stay = !b ? 0 : at->b + 2 == p->count && at->i == MOST ? MOST : MOST / 2;
    for (uint32_t i = stay; b && i < MOST; i++) {
        added->at[added->count++] = *piece(b, i);
        added->bytes += piece(b, i)->len;
    }
    if (b) {
        b->count = stay;
        b->bytes -= added->bytes;
        if (at->i >= stay)
            *at = (struct place){at->b + 1, at->i - stay};
    }
    return true;
}

/* Before the place `at`, which then is the one behind it. */
static bool insert(struct pieces *p, struct place *at, const struct stream_piece *new)
{
    if (!make_room(p, at))
        return false;
    struct block *b = p->block[at->b];
    if (b->first > 0) { /* what came before gives way: there was something that left */
        memmove(b->at + b->first - 1, b->at + b->first, at->i * sizeof *b->at);
        b->first--;
    } else {
        memmove(b->at + at->i + 1, b->at + at->i, (b->count - at->i) * sizeof *b->at);
    }
    b->count++;
    b->bytes += new->len;
    *piece(b, at->i++) = *new;
    if (at->i == b->count)
        *at = (struct place){at->b + 1, 0};
    return true;
}

/* Moves on over a piece, or over all of a block that has no gap, so that a long segment does not walk over
 * the many short ones again that it repeats. Returns where what was passed ends. */
static uint64_t pass(const struct pieces *p, struct place *at)
{
    struct block *b = p->block[at->b];
    const uint64_t end = end_of(piece(b, at->i)), whole = block_end(b);
    if (at->i == 0 && b->bytes == whole - piece(b, 0)->at) {
        *at = (struct place){at->b + 1, 0};
        return whole;
    }
    if (++at->i == b->count)
        *at = (struct place){at->b + 1, 0};
    return end;
}

bool pieces_add(struct pieces *p, struct stream_piece new)
{
    for (struct place at = search(p, new.at); new.len > 0;) {
        const struct stream_piece *there = at_place(p, at);
        if (!there || there->at > new.at) {
            struct stream_piece part = new;
            if (there && part.len > there->at - new.at)
                part.len = (uint32_t)(there->at - new.at);
            if (!insert(p, &at, &part))
                return false;
            if (!piece_clip(&new, end_of(&part)))
                return true;
        }
        if (!piece_clip(&new, pass(p, &at)))
            return true;
    }
    return true;
}

bool pieces_drop(struct pieces *p, uint64_t byte)
{
    const struct place end = search(p, byte);
    for (size_t b = 0; b < end.b; b++)
        mem_free(p->mem, p->block[b], sizeof **p->block);
    if (end.b > 0) {
        p->count -= end.b;
        memmove(p->block, p->block + end.b, p->count * sizeof *p->block);
    }
    if (end.i > 0) {
        struct block *b = p->block[0];
        for (size_t i = 0; i < end.i; i++)
            b->bytes -= piece(b, i)->len;
        b->first += (uint32_t)end.i;
        b->count -= (uint32_t)end.i;
    }
    return end.b > 0 || end.i > 0;
}
