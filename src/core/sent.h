/* sent.h: the segments of one direction that took sequence numbers: those that wait for an ACK, and the last
 * acknowledged ones, for copies that come late. In the order of their numbers. All directions take their
 * segments from one pool, so that a connection at rest costs next to nothing. */
#ifndef TCPVIZ_CORE_SENT_H
#define TCPVIZ_CORE_SENT_H

#include "core/mem.h"
#include "core/seq.h"

enum {
    SENT_KEPT =
        1024,     /* segments of a direction that are remembered, the newest, until they are acknowledged */
    SENT_PAST = 8 /* and acknowledged ones after that */
};

/* A segment as first sent; and its newest copy. Links are places in the pool, 0: none. */
struct sent {
    seq_t left, right;
    uint32_t frame, copy; /* copy: 0 while there is none */
    uint64_t first_ns, last_ns;
    uint32_t tsval, copy_tsval;
    uint32_t before, after;
    uint32_t came; /* on the wire: which of all its frames brought what was new of it; 0: none yet */
    uint16_t copies;
    uint16_t flags : 15, lost : 1; /* TCP_SYN, TCP_FIN; known to have been lost, the copies aside */
};

struct sent_pool {
    const struct mem *mem;
    struct sent *item; /* item 0 stands for none; moves when sent_add makes room */
    size_t count, cap;
    uint32_t free; /* a chain by `after` */
};

/* Zeroed: none. */
struct sent_list {
    uint32_t first, last;
    uint32_t unacked;    /* the first that is not acknowledged */
    uint16_t count, out; /* all; those not acknowledged */
};

void sent_pool_init(struct sent_pool *p, const struct mem *m);
void sent_pool_release(struct sent_pool *p);

/* Adds one where its numbers belong; all else of it is 0. Where there are too many, the oldest gives way.
 * NULL: no memory. Good until the next sent_add. */
struct sent *sent_add(struct sent_pool *p, struct sent_list *l, seq_t left, seq_t right);
/* The first one that ends after `seq`; NULL where there is none. Good until the next sent_add. */
struct sent *sent_search(const struct sent_pool *p, const struct sent_list *l, seq_t seq);
/* The first one that is not acknowledged becomes the one after it; older ones are forgotten. */
void sent_acked(struct sent_pool *p, struct sent_list *l);
void sent_clear(struct sent_pool *p, struct sent_list *l);
size_t sent_pool_used(const struct sent_pool *p); /* bytes held */

/* The one at a place; NULL for 0. Good until the next sent_add. */
static inline struct sent *sent_at(const struct sent_pool *p, uint32_t at)
{
    return at ? p->item + at : NULL;
}

static inline struct sent *sent_next(const struct sent_pool *p, const struct sent *s)
{
    return sent_at(p, s->after);
}

#endif
