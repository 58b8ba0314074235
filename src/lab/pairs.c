/* pairs.c: the connections of a lab, found by their tuple. Nothing here walks all of them. */
#include "lab/state.h"

static size_t bucket_of(const struct tuple *t)
{
    uint32_t h = 2166136261U; /* FNV-1a over what differs between the connections of one server */
    const struct endpoint *c = &t->end[SIDE_CLIENT];
    for (size_t i = 0; i < sizeof c->addr.at; i++)
        h = (h ^ c->addr.at[i]) * 16777619U;
    h = (h ^ (c->port & 0xffU)) * 16777619U;
    h = (h ^ (uint32_t)(c->port >> 8)) * 16777619U;
    return (h ^ h >> 15) % TUPLE_BUCKETS;
}

static bool tuple_equal(const struct tuple *a, const struct tuple *b)
{
    return endpoint_equal(&a->end[SIDE_CLIENT], &b->end[SIDE_CLIENT]) &&
           endpoint_equal(&a->end[SIDE_SERVER], &b->end[SIDE_SERVER]);
}

struct pair *pair_find(const struct lab *l, const struct tuple *t)
{
    struct pair *c = l->bucket[bucket_of(t)];
    while (c != NULL && !tuple_equal(&c->tuple, t))
        c = c->same_bucket;
    return c;
}

static void list_add(struct pair_list *list, struct pair *c)
{
    c->before = list->last;
    c->after = NULL;
    if (list->last != NULL)
        list->last->after = c;
    else
        list->first = c;
    list->last = c;
    list->count++;
}

static void list_take(struct pair_list *list, struct pair *c)
{
    if (c->before != NULL)
        c->before->after = c->after;
    else
        list->first = c->after;
    if (c->after != NULL)
        c->after->before = c->before;
    else
        list->last = c->before;
    list->count--;
}

struct pair *pair_new(struct lab *l)
{
    struct pair *c = mem_new(l->o.mem, sizeof *c);
    if (c == NULL)
        return NULL;
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++)
        peer_init(&c->end[s], &l->desk, c, s);
    list_add(&l->live, c);
    return c;
}

void pair_name(struct lab *l, struct pair *c, const struct tuple *t)
{
    c->tuple = *t;
    struct pair **bucket = &l->bucket[bucket_of(t)];
    c->same_bucket = *bucket;
    *bucket = c;
}

void pair_settle(struct lab *l, struct pair *c)
{
    bool is_ended = !peer_is_open(&c->end[SIDE_CLIENT]) && !peer_is_open(&c->end[SIDE_SERVER]);
    if (is_ended == c->is_ended)
        return;
    list_take(c->is_ended ? &l->ended : &l->live, c);
    list_add(is_ended ? &l->ended : &l->live, c);
    c->is_ended = is_ended;
}

void pair_free(struct lab *l, struct pair *c)
{
    for (struct pair **at = &l->bucket[bucket_of(&c->tuple)]; *at != NULL; at = &(*at)->same_bucket)
        if (*at == c) {
            *at = c->same_bucket;
            break;
        }
    list_take(c->is_ended ? &l->ended : &l->live, c);
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++)
        peer_release(&c->end[s]);
    mem_free(l->o.mem, c, sizeof *c);
}

void pairs_sweep(struct lab *l, size_t keep)
{
    while (l->ended.count > keep && l->ended.first != NULL)
        pair_free(l, l->ended.first);
}
