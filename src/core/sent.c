#include "core/sent.h"

void sent_pool_init(struct sent_pool *p, const struct mem *m)
{
    *p = (struct sent_pool){.mem = m};
}

void sent_pool_release(struct sent_pool *p)
{
    mem_free(p->mem, p->item, p->cap * sizeof *p->item);
    sent_pool_init(p, p->mem);
}

size_t sent_pool_used(const struct sent_pool *p)
{
    return p->cap * sizeof *p->item;
}

/* A free place; 0: no memory. */
static uint32_t take(struct sent_pool *p)
{
    void *items = p->item;
    uint32_t at = p->free;
    if (at) {
        p->free = p->item[at].after;
        return at;
    }
    size_t next = p->count ? p->count : 1;
    if (next > UINT32_MAX || !mem_grow(p->mem, &items, &p->cap, next + 1, sizeof *p->item))
        return 0;
    p->item = items;
    p->count = next + 1;
    return (uint32_t)next;
}

static void forget_first(struct sent_pool *p, struct sent_list *l)
{
    uint32_t at = l->first;
    struct sent *s = sent_at(p, at);
    if (l->unacked == at) {
        l->unacked = s->after;
        l->out--;
    }
    l->first = s->after;
    if (l->first)
        sent_at(p, l->first)->before = 0;
    else
        l->last = 0;
    l->count--;
    s->after = p->free;
    p->free = at;
}

/* Where a segment that begins at `left` belongs: in front of that one; 0: at the end. *acked: everything from
 * there on has been acknowledged. */
static uint32_t place(const struct sent_pool *p, const struct sent_list *l, seq_t left, bool *acked)
{
    uint32_t after = 0;
    *acked = false;
    for (uint32_t at = l->last; at; at = sent_at(p, at)->before) {
        if (!seq_after(sent_at(p, at)->right, left))
            break;
        *acked = *acked || (l->unacked ? sent_at(p, l->unacked)->before == at : at == l->last);
        after = at;
    }
    return after;
}

struct sent *sent_add(struct sent_pool *p, struct sent_list *l, seq_t left, seq_t right)
{
    bool acked;
    if (l->count == SENT_KEPT)
        forget_first(p, l);
    uint32_t at = take(p);
    if (!at)
        return NULL;
    uint32_t after = place(p, l, left, &acked);
    uint32_t before = after ? sent_at(p, after)->before : l->last;
    struct sent *made = sent_at(p, at);
    *made = (struct sent){.left = left, .right = right, .before = before, .after = after};
    *(before ? &sent_at(p, before)->after : &l->first) = at;
    *(after ? &sent_at(p, after)->before : &l->last) = at;
    l->count++;
    if (!acked) {
        if (l->unacked == after)
            l->unacked = at;
        l->out++;
    }
    return made;
}

struct sent *sent_search(const struct sent_pool *p, const struct sent_list *l, seq_t seq)
{
    struct sent *s = sent_at(p, l->unacked);
    if (!s || seq_before(seq, s->left))
        s = sent_at(p, l->first);
    while (s && !seq_after(s->right, seq))
        s = sent_next(p, s);
    return s;
}

void sent_acked(struct sent_pool *p, struct sent_list *l)
{
    l->unacked = sent_at(p, l->unacked)->after;
    l->out--;
    while (l->count - l->out > SENT_PAST)
        forget_first(p, l);
}

/* All of them are a chain already: it goes in front of the free ones. */
void sent_clear(struct sent_pool *p, struct sent_list *l)
{
    if (!l->first)
        return;
    sent_at(p, l->last)->after = p->free;
    p->free = l->first;
    *l = (struct sent_list){0};
}
