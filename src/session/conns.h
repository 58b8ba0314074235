/* conns.h: the connections that pass a filter, in an order, for as many as there are: what is worked out is
 * an array of their numbers, made in slices beside the one that is shown until it is whole. In the order of
 * their numbers and without a filter nothing needs to be made. Facts change while a list is shown: it is made
 * anew when it is told to, not by itself. */
#ifndef TCPVIZ_SESSION_CONNS_H
#define TCPVIZ_SESSION_CONNS_H

#include "session/filter.h"

enum conns_column {
#define COLUMN(id, head, down) CONNS_##id,
#include "session/columns.def"
    CONNS_COLUMNS
};

struct conns;
struct conns *conns_new(const struct mem *m, const struct session *s); /* all, by number; NULL: no memory */
void conns_free(struct conns *c);
/* Which connections (filter borrowed until the next call, NULL: all), in which order; down: from the largest.
 * Those of equal rank stand by their numbers. What was worked out before is shown until the work is done. */
void conns_set(struct conns *c, enum conns_column order, bool down, const struct filter *filter);
/* The session has changed: the list is made anew, unless it is being made. */
void conns_renew(struct conns *c);
/* Works until about that time (clock_steady); false: nothing is left to do. */
bool conns_work(struct conns *c, uint64_t until_ns);
bool conns_busy(const struct conns *c);        /* what is shown is not what was set */
uint64_t conns_made(const struct conns *c);    /* counts the lists that became whole */
uint64_t conns_cost_ns(const struct conns *c); /* how long the last one took */

size_t conns_count(const struct conns *c);
uint32_t conns_at(const struct conns *c, size_t i); /* NO_CONN past the end */
size_t conns_place(const struct conns *c,
                   uint32_t conn); /* SIZE_MAX: it is not shown. May look at all that are */

#endif
