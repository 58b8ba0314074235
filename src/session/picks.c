#include "session/picks.h"

#include <string.h>

void picks_init(struct picks *p, const struct mem *m)
{
    *p = (struct picks){.mem = m};
}

void picks_release(struct picks *p)
{
    mem_free(p->mem, p->bits, p->words * sizeof *p->bits);
    picks_init(p, p->mem);
}

void picks_set(struct picks *p, bool all)
{
    picks_release(p);
    p->all = all;
}

static bool flipped(const struct picks *p, uint32_t conn)
{
    return conn / 64 < p->words && p->bits[conn / 64] >> conn % 64 & 1;
}

bool picks_has(const struct picks *p, uint32_t conn)
{
    return conn != NO_CONN && flipped(p, conn) != p->all;
}

void picks_flip(struct picks *p, uint32_t conn)
{
    size_t had = p->words;
    void *bits = p->bits;
    if (conn == NO_CONN)
        return;
    if (conn / 64 >= had) {
        if (!mem_grow(p->mem, &bits, &p->words, conn / 64 + 1, sizeof *p->bits))
            return;
        p->bits = bits;
        memset(p->bits + had, 0, (p->words - had) * sizeof *p->bits);
    }
    p->bits[conn / 64] ^= UINT64_C(1) << conn % 64;
    p->flipped += flipped(p, conn) ? 1 : UINT32_MAX;
}

uint32_t picks_count(const struct picks *p, uint32_t conns)
{
    return p->all ? conns - p->flipped : p->flipped;
}

bool picks_copy(struct picks *to, const struct picks *from)
{
    picks_set(to, from->all);
    if (from->words == 0)
        return true;
    to->bits = mem_new(to->mem, from->words * sizeof *to->bits);
    if (!to->bits) {
        to->all = false;
        return false;
    }
    to->words = from->words;
    to->flipped = from->flipped;
    memcpy(to->bits, from->bits, from->words * sizeof *to->bits);
    return true;
}

uint32_t picks_next(const struct picks *p, uint32_t conn)
{
    for (size_t i = conn / 64; i < p->words; i++) {
        uint64_t left = p->bits[i] & (i == conn / 64 ? UINT64_MAX << conn % 64 : UINT64_MAX);
        if (left != 0)
            return (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(left);
    }
    return NO_CONN;
}
