/* cond.h: conditions of `wait until` and `expect` (DESIGN 7, RULES 20 to 22): labels, states, counts, queues,
 * joined by `and`.
 *   keep-alive from server     from client     syn and client is ESTABLISHED     segments = 4 since NAME
 *   server recv-q > 0          accept-q = 2    client is FIN-WAIT-2              syn-q > 0 */
#ifndef TCPVIZ_SESSION_COND_H
#define TCPVIZ_SESSION_COND_H

#include "core/cmd.h"
#include "session/session.h"

struct cond;

/* Parses; text is copied. NULL: *e says what is wrong (positions within text), or message is NULL: no memory.
 */
struct cond *cond_parse(const struct mem *m, const char *text, size_t len, struct cmd_error *e);
void cond_free(struct cond *c);

/* Where a condition looks: rows from `from` on. */
struct cond_window {
    uint32_t from;  /* first row that counts for a label (RULES 21) */
    uint32_t acted; /* first row that counts for a counter: it is read after the segment that it tells of, and
                       stands before it */
    uint32_t conn;  /* the selected connection, NO_CONN */
    /* The row of a mark (`since NAME`): NO_ROW if there is none of that name. */
    uint32_t (*mark)(void *ctx, const char *name, size_t len);
    void *ctx;
};

/* Whether it holds now. *matched: one past the last row that a label matched, or `from` where none was asked
 * for. A state is the machine's, of the selected connection. Labels and counts are those of all connections:
 * the segment that is waited for may be the first of one that does not exist yet. Rows that were looked at
 * are not looked at again. */
bool cond_holds(const struct cond *c, const struct session *s, const struct cond_window *w,
                uint32_t *matched);

/* Whether it asks what the kernel says of a socket (a queue, a window): that is to be asked for first. */
bool cond_asks_kernel(const struct cond *c);

/* Whether it holds of one segment, the one of that row: labels are this segment's, the rest is as of now. */
bool cond_meets(const struct cond *c, const struct session *s, const struct cond_window *w, uint32_t row);

/* For the message when it did not hold: what is there instead, as an N_() text with {value}, which is put
 * into value. Of several parts the first that does not hold. */
const char *cond_instead(const struct cond *c, const struct session *s, const struct cond_window *w,
                         struct str *value);

/* The i-th word that conditions are made of, for completion and the nearest one; NULL past the end. */
const char *cond_word(size_t i);

#endif
