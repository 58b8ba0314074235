/* conn.c: where connections live, and how the one of a segment is found.
 *
 * Connections stand in an array and are never removed; a table with open addressing leads from a pair of
 * endpoints (in either order) to the newest connection of that pair, which leads to the older ones.
 *
 * Whoever sends segments chooses their endpoints. Were the hash known, he could choose many that meet in one
 * slot, and each search would pass all of them: so it has a key that he does not know. */
#include "core/conn.h"

#include <string.h>

/* Callers put a part of the key into each factor: nobody can then choose one that is 0. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

void conn_key(struct track *t, uint64_t seed)
{
    for (size_t i = 0; i < COUNT_OF(t->key); i++) { /* splitmix64: a word that is far from the one before */
        uint64_t word = seed += UINT64_C(0x9e3779b97f4a7c15);
        word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
        t->key[i] = word ^ word >> 31;
    }
}

/* Bytes behind an IPv4 address are 0. The port has a factor of its own: put into the address, it would be
 * undone by another address. */
static uint64_t hash_endpoint(const uint64_t *key, const struct endpoint *e)
{
    uint64_t part[2];
    memcpy(part, e->addr.at, sizeof part);
    return mix(part[0] ^ key[0], part[1] ^ key[1]) + e->port * (key[2] | 1);
}

/* The same for both orders of the ends. */
static uint32_t hash_pair(const struct track *t, const struct endpoint *a, const struct endpoint *b)
{
    uint64_t first = hash_endpoint(t->key, a), second = hash_endpoint(t->key, b);
    return (uint32_t)mix((first + second) ^ t->key[2], (first ^ second) ^ t->key[3]);
}

static bool same_pair(const struct tuple *t, const struct endpoint *a, const struct endpoint *b)
{
    return (endpoint_equal(&t->end[0], a) && endpoint_equal(&t->end[1], b)) ||
           (endpoint_equal(&t->end[0], b) && endpoint_equal(&t->end[1], a));
}

/* A connection is looked at by the segment that found it, all of it: its lines are asked for together. */
static void fetch(const struct conn *c)
{
    for (size_t line = 0; line < sizeof *c; line += 64)
        __builtin_prefetch((const char *)c + line);
}

/* The slot of that pair, or the free one where it belongs. */
static size_t slot_of(const struct track *t, const struct endpoint *a, const struct endpoint *b,
                      uint32_t hash)
{
    size_t at = hash & (t->slot_cap - 1);
    for (; t->slots[at].conn; at = (at + 1) & (t->slot_cap - 1)) {
        if (t->slots[at].hash != hash)
            continue;
        const struct conn *c = conn_at(t, t->slots[at].conn - 1);
        fetch(c);
        if (same_pair(&c->tuple, a, b))
            break;
    }
    return at;
}

static uint32_t find(struct track *t, const struct endpoint *a, const struct endpoint *b, uint32_t hash)
{
    struct conn_slot *recent = &t->recent[hash % RECENT];
    if (recent->conn && recent->hash == hash) {
        const struct conn *c = conn_at(t, recent->conn - 1);
        fetch(c);
        if (same_pair(&c->tuple, a, b))
            return recent->conn - 1;
    }
    const struct conn_slot *slot = t->slot_cap ? &t->slots[slot_of(t, a, b, hash)] : NULL;
    if (!slot || !slot->conn)
        return NO_CONN;
    *recent = *slot;
    return slot->conn - 1;
}

uint32_t track_expect(const struct track *t, struct seg *s)
{
    s->pair = hash_pair(t, &s->src, &s->dst);
    const struct conn_slot *recent = &t->recent[s->pair % RECENT];
    if (recent->conn && recent->hash == s->pair) {
        fetch(conn_at(t, recent->conn - 1));
        return recent->conn - 1;
    }
    if (t->slot_cap)
        __builtin_prefetch(&t->slots[s->pair & (t->slot_cap - 1)]);
    return NO_CONN;
}

uint32_t conn_find(struct track *t, const struct endpoint *a, const struct endpoint *b)
{
    return find(t, a, b, hash_pair(t, a, b));
}

uint32_t conn_of(struct track *t, const struct seg *s)
{
    return find(t, &s->src, &s->dst, s->pair ? s->pair : hash_pair(t, &s->src, &s->dst));
}

/* At most two thirds of the slots are used. */
static bool make_slots(struct track *t)
{
    if (t->slot_cap && t->slot_used * 3 < t->slot_cap * 2)
        return true;
    size_t old_cap = t->slot_cap, cap = old_cap ? old_cap * 2 : 16;
    struct conn_slot *old = t->slots, *slots = mem_new(t->mem, cap * sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < old_cap; i++) {
        size_t at = old[i].hash & (cap - 1);
        if (!old[i].conn)
            continue;
        while (slots[at].conn)
            at = (at + 1) & (cap - 1);
        slots[at] = old[i];
    }
    t->slots = slots;
    t->slot_cap = cap;
    mem_free(t->mem, old, old_cap * sizeof *old);
    return true;
}

uint32_t conn_new(struct track *t, const struct tuple *tuple)
{
    if (t->conns.count >= NO_CONN - 1 || !make_slots(t))
        return NO_CONN;
    struct conn *c = chunks_add(&t->conns);
    if (!c)
        return NO_CONN;
    c->tuple = *tuple;
    c->self = endpoint_equal(&tuple->end[0], &tuple->end[1]);
    c->older = NO_CONN;
    for (int i = 0; i < SIDE_COUNT; i++)
        ranges_init(&c->flow[i].seen, RANGES_KEPT);
    uint32_t hash = hash_pair(t, &tuple->end[0], &tuple->end[1]);
    struct conn_slot *slot = &t->slots[slot_of(t, &tuple->end[0], &tuple->end[1], hash)];
    if (slot->conn) {
        c->older = slot->conn - 1;
        conn_at(t, c->older)->newer = true;
    } else {
        t->slot_used++;
    }
    *slot = (struct conn_slot){hash, (uint32_t)t->conns.count};
    t->recent[hash % RECENT] = *slot;
    return (uint32_t)t->conns.count - 1;
}

struct conn_lab *conn_lab(struct track *t, struct conn *c)
{
    if (!c->lab)
        c->lab = mem_new(t->mem, sizeof *c->lab);
    t->owns |= c->lab != NULL;
    return c->lab;
}

static void lab_release(struct track *t, struct conn_lab *lab)
{
    for (int i = 0; i < SIDE_COUNT; i++) {
        struct calls *calls = lab->calls[i];
        if (calls)
            mem_free(t->mem, calls->writes, calls->cap * sizeof *calls->writes);
        mem_free(t->mem, calls, sizeof *calls);
        if (lab->got[i])
            ranges_release(lab->got[i], t->mem);
        mem_free(t->mem, lab->got[i], sizeof *lab->got[i]);
    }
    mem_free(t->mem, lab, sizeof *lab);
}

void conn_release(struct track *t, struct conn *c)
{
    for (int i = 0; i < SIDE_COUNT; i++)
        ranges_release(&c->flow[i].seen, t->mem);
    if (c->lab)
        lab_release(t, c->lab);
}
