/* cursor.h: the facts as they were after any row, for panels that show the past. A session keeps what is now
 * known of a connection; what was known then stands in its rows, and here is where to find the right ones
 * without going through all of them.
 *
 * A cursor takes in the rows of a session as they come, once, and remembers of each connection every so many
 * rows which sample and which read() were the newest: 20 bytes for 64 rows. Asking costs as much as looking
 * at some dozen rows, whatever the session holds. */
#ifndef TCPVIZ_SESSION_CURSOR_H
#define TCPVIZ_SESSION_CURSOR_H

#include "session/session.h"

struct cursor;

/* One connection after a row. Pointers live as long as the session. */
struct moment {
    uint32_t row;                                  /* its newest row then, NO_ROW: there was none */
    enum tcp_state state[SIDE_COUNT];              /* the machine's */
    const struct event_sample *kernel[SIDE_COUNT]; /* the newest answer; NULL: there was none */
    uint64_t kernel_ns[SIDE_COUNT];                /* when it was taken */
    const struct event_call *read[SIDE_COUNT];     /* session_reads(); NULL: nothing was read */
    const struct event_listener *listener;         /* NULL: nothing was known of it */
    enum tcp_state listener_state;                 /* the machine's */
};

struct cursor *cursor_new(const struct mem *m, const struct session *s); /* NULL: no memory */
void cursor_free(struct cursor *c);                                      /* NULL is allowed */
/* Takes in rows that are new, until that time (CLOCK_MONOTONIC; UINT64_MAX: all). True: there are more. Rows
 * for which there is no memory are found all the same, only slower. */
bool cursor_extend(struct cursor *c, uint64_t until_ns);
/* The moment after row `row`. conn NO_CONN: only the listener is told of. Rows behind those that were taken
 * in are looked at one by one. */
void cursor_at(const struct cursor *c, uint32_t conn, uint32_t row, struct moment *out);
size_t cursor_used(const struct cursor *c); /* bytes */

#endif
