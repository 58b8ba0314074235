/* selection.h: the rows that are shown: indices of segments, calls, notes (samples, stamps and counters are
 * no rows of a ladder), in order, kept up as rows come: extending costs what is new, not what is there.
 *
 * Where all rows are shown, as those of most captures, nothing is kept for them. A connection's rows are
 * found by their chain, not among all others. What takes longer is done in slices.
 *
 * Rows that the session gives up are given up with the next work; the others then have other places. */
#ifndef TCPVIZ_SESSION_SELECTION_H
#define TCPVIZ_SESSION_SELECTION_H

#include "session/filter.h"
#include "session/picks.h"

/* Which rows. picks and filter are borrowed until the next choice. */
struct selection_of {
    uint32_t first;              /* from this row on */
    uint32_t conn;               /* of one connection; NO_CONN: of those in picks */
    const struct picks *picks;   /* NULL: of all */
    const struct filter *filter; /* that pass; NULL: all */
    bool calls;                  /* calls too */
};

struct selection;
struct selection *selection_new(const struct mem *m,
                                const struct session *s); /* of all rows; NULL: no memory */
void selection_free(struct selection *v);
/* Chooses; the rows come with the next work. */
void selection_start(struct selection *v, const struct selection_of *of);
/* Looks for rows until about that time (clock_steady); false: all that there are now are looked at. */
bool selection_work(struct selection *v, uint64_t until_ns);
void selection_extend(struct selection *v); /* works until all are looked at */
/* Chooses one connection or all (NO_CONN) and works until all rows are looked at. */
void selection_set(struct selection *v, uint32_t first, uint32_t conn, const struct filter *f, bool calls);

size_t selection_count(const struct selection *v);
uint32_t selection_at(const struct selection *v, size_t i);     /* NO_ROW past the end */
size_t selection_near(const struct selection *v, uint32_t row); /* where that row is, or the next after it */
/* How much of the session was looked at, of so much. */
void selection_done(const struct selection *v, size_t *rows, size_t *of);

#endif
