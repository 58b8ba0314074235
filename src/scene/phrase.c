#include "scene/phrase.h"

enum { KEPT_BITS = 8, KEPT = 1 << KEPT_BITS, NEAR = 8 /* a capture has some dozens */ };

struct phrases {
    const struct mem *mem;
    const char *english[KEPT]; /* those of `kept`: close together, since they are looked through */
    struct phrase kept[KEPT];
};

struct phrases *phrases_new(const struct mem *m)
{
    struct phrases *p = mem_new(m, sizeof *p);
    if (p)
        p->mem = m;
    return p;
}

void phrases_free(struct phrases *p)
{
    if (p)
        mem_free(p->mem, p, sizeof *p);
}

/* The name of a place as one number. */
#define KEY(a, b, c, d, e, f, g, h)                                                                          \
    ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 | (uint64_t)(e) << 32 |  \
     (uint64_t)(f) << 40 | (uint64_t)(g) << 48 | (uint64_t)(h) << 56)

/* The place that begins at a bracket; *past: what stands behind it. Any other word in brackets is none, and
 * stays as it was written. */
static enum place place_at(const char *bracket, const char **past)
{
    const char *at = bracket + 1;
    uint64_t key = 0;
    for (unsigned bits = 0; bits < 64 && ((*at >= 'a' && *at <= 'z') || *at == '_'); bits += 8, at++)
        key |= (uint64_t)(unsigned char)*at << bits;
    *past = *at == '}' ? at + 1 : bracket + 1;
    switch (*at == '}' ? key : 0) {
#define PLACE(id, a, b, c, d, e, f, g, h)                                                                    \
    case KEY(a, b, c, d, e, f, g, h): return PLACE_##id;
        PLACES(PLACE)
#undef PLACE
    default: return PLACE_NONE;
    }
}

void phrase_take(struct phrase *p, const char *text)
{
    const char *from = text;
    p->count = 0;
    for (const char *past = text; *from && p->count < PHRASE_PIECES;) {
        const char *bracket = strchrnul(past, '{');
        const enum place place = *bracket ? place_at(bracket, &past) : PLACE_NONE;
        if (*bracket && !place)
            continue;
        p->piece[p->count++] = (struct piece){from, (uint32_t)(bracket - from), place};
        from = *bracket ? past : bracket;
    }
    p->rest = from;
}

/* Where a text stands or may stand: its own slot, or one soon after. Where all are taken, the first gives
 * way. */
static size_t slot_of(const struct phrases *k, const char *english)
{
    const uint64_t mixed = (uint64_t)(uintptr_t)english * UINT64_C(0x9E3779B97F4A7C15);
    const size_t home = (size_t)(mixed >> (64 - KEPT_BITS));
    for (size_t i = home; i < home + NEAR; i++)
        if (k->english[i % KEPT] == english || !k->english[i % KEPT])
            return i % KEPT;
    return home;
}

const struct phrase *phrase_of(const struct voice *v, const char *english, struct phrase *own)
{
    struct phrases *k = v->phrases;
    if (!english)
        english = "";
    if (!k) {
        phrase_take(own, say(v, english));
        return own;
    }
    const size_t slot = slot_of(k, english);
    if (k->english[slot] != english) {
        k->english[slot] = english;
        phrase_take(&k->kept[slot], say(v, english));
    }
    return &k->kept[slot];
}
