/* picks.h: a set of connections: those that are marked. All but some, or some: so that taking all of them
 * costs nothing, however many there are and come. */
#ifndef TCPVIZ_SESSION_PICKS_H
#define TCPVIZ_SESSION_PICKS_H

#include "core/mem.h"
#include "core/types.h"

struct picks {
    const struct mem *mem;
    uint64_t *bits; /* a bit for each connection that is not as `all` says */
    size_t words;
    uint32_t flipped; /* bits that are set */
    bool all;
};

void picks_init(struct picks *p, const struct mem *m);
void picks_release(struct picks *p);
void picks_set(struct picks *p, bool all); /* all of them, or none */
bool picks_has(const struct picks *p, uint32_t conn);
void picks_flip(struct picks *p, uint32_t conn);             /* nothing where there is no memory */
uint32_t picks_count(const struct picks *p, uint32_t conns); /* how many of so many connections */
bool picks_copy(struct picks *to, const struct picks *from); /* false: no memory, and `to` is empty */
/* The first one from conn on, where not all are meant; NO_CONN: none. */
uint32_t picks_next(const struct picks *p, uint32_t conn);

#endif
