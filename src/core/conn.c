/* conn.c: where connections live, and how the one of a segment is found.
 *
 * Connections stand in an array and are never removed; a table with open addressing leads from a pair of
 * endpoints (in either order) to the newest connection of that pair, which leads to the older ones. */
#include "core/conn.h"

#include <string.h>

static uint64_t hash_endpoint(const struct endpoint *e)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325) ^ e->port;
    size_t n = e->addr.family == 6 ? 16 : 4;
    for (size_t i = 0; i < n; i++)
        h = (h ^ e->addr.at[i]) * UINT64_C(0x100000001b3);
    return (h ^ e->port) * UINT64_C(0x9e3779b97f4a7c15);
}

/* The same for both orders of the ends. */
static size_t hash_pair(const struct endpoint *a, const struct endpoint *b)
{
    uint64_t h = hash_endpoint(a) + hash_endpoint(b);
    return (size_t)(h ^ h >> 29);
}

static bool same_pair(const struct tuple *t, const struct endpoint *a, const struct endpoint *b)
{
    return (endpoint_equal(&t->end[0], a) && endpoint_equal(&t->end[1], b)) ||
           (endpoint_equal(&t->end[0], b) && endpoint_equal(&t->end[1], a));
}

/* The slot of that pair, or the free one where it belongs. */
static size_t slot_of(const struct track *t, const struct endpoint *a, const struct endpoint *b)
{
    size_t at = hash_pair(a, b) & (t->slot_cap - 1);
    while (t->slots[at] && !same_pair(&t->conns[t->slots[at] - 1].tuple, a, b))
        at = (at + 1) & (t->slot_cap - 1);
    return at;
}

uint32_t conn_find(const struct track *t, const struct endpoint *a, const struct endpoint *b)
{
    return t->slot_cap ? t->slots[slot_of(t, a, b)] - 1 : NO_CONN;
}

/* At most two thirds of the slots are used. */
static bool make_slots(struct track *t)
{
    if (t->slot_cap && t->slot_used * 3 < t->slot_cap * 2)
        return true;
    size_t cap = t->slot_cap ? t->slot_cap * 2 : 16;
    uint32_t *old = t->slots, *slots = mem_new(t->mem, cap * sizeof *slots);
    size_t old_cap = t->slot_cap;
    if (!slots)
        return false;
    t->slots = slots;
    t->slot_cap = cap;
    for (size_t i = 0; i < old_cap; i++) {
        if (!old[i])
            continue;
        const struct tuple *pair = &t->conns[old[i] - 1].tuple;
        slots[slot_of(t, &pair->end[0], &pair->end[1])] = old[i];
    }
    mem_free(t->mem, old, old_cap * sizeof *old);
    return true;
}

uint32_t conn_new(struct track *t, const struct tuple *tuple)
{
    void *items = t->conns;
    if (t->count >= NO_CONN - 1 || !make_slots(t) ||
        !mem_grow(t->mem, &items, &t->cap, t->count + 1, sizeof *t->conns))
        return NO_CONN;
    t->conns = items;
    struct conn *c = &t->conns[t->count];
    memset(c, 0, sizeof *c);
    c->tuple = *tuple;
    c->self = endpoint_equal(&tuple->end[0], &tuple->end[1]);
    c->older = NO_CONN;
    for (int i = 0; i < SIDE_COUNT; i++) {
        struct flow *f = &c->flow[i];
        ranges_init(&f->seen, t->mem, RANGES_KEPT);
        f->stats.rtt_min_ns = UINT64_MAX;
    }
    size_t at = slot_of(t, &tuple->end[0], &tuple->end[1]);
    if (t->slots[at]) {
        c->older = t->slots[at] - 1;
        t->conns[c->older].newer = true;
    } else {
        t->slot_used++;
    }
    t->slots[at] = (uint32_t)++t->count;
    return (uint32_t)t->count - 1;
}

void conn_release(struct track *t, struct conn *c)
{
    for (int i = 0; i < SIDE_COUNT; i++) {
        struct flow *f = &c->flow[i];
        ranges_release(&f->seen);
        if (f->got)
            ranges_release(f->got);
        mem_free(t->mem, f->got, sizeof *f->got);
        mem_free(t->mem, f->sent, f->cap * sizeof *f->sent);
        if (c->calls[i])
            mem_free(t->mem, c->calls[i]->writes, c->calls[i]->cap * sizeof *c->calls[i]->writes);
        mem_free(t->mem, c->calls[i], sizeof *c->calls[i]);
    }
}

uint32_t flow_search(const struct flow *f, seq_t seq)
{
    uint32_t low = 0, high = f->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (seq_after(f->sent[middle].right, seq))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Lets the oldest segments go: all acknowledged ones but the newest few, if that is worth the moving, or
 * else, where there are too many, the oldest half. */
static void forget_sent(struct flow *f)
{
    uint32_t n = f->una_at > SENT_PAST ? f->una_at - SENT_PAST : 0;
    if (n < f->count / 4)
        n = f->count >= SENT_KEPT ? f->count / 2 : 0;
    f->count -= n;
    f->una_at = f->una_at > n ? f->una_at - n : 0;
    memmove(f->sent, f->sent + n, f->count * sizeof *f->sent);
}

bool flow_sent(struct track *t, struct flow *f, const struct sent *s)
{
    void *items = f->sent;
    if (f->count == f->cap && f->count)
        forget_sent(f);
    if (!mem_grow(t->mem, &items, &f->cap, f->count + 1, sizeof *f->sent))
        return false;
    f->sent = items;
    uint32_t at = flow_search(f, s->left);
    memmove(f->sent + at + 1, f->sent + at, (f->count - at) * sizeof *f->sent);
    f->sent[at] = *s;
    f->count++;
    if (at < f->una_at)
        f->una_at++;
    return true;
}
