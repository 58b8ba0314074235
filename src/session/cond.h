/* cond.h: conditions of `wait until` and `expect` (DESIGN 7, RULES 20 to 22): labels, states, counts, queues, joined
 * by `and`.
 *   keep-alive from server     syn and client is ESTABLISHED     segments = 4 since NAME     server recv-q > 0
 *   accept-q = 2               syn-q > 0                          client is FIN-WAIT-2 */
#ifndef TCPVIZ_SESSION_COND_H
#define TCPVIZ_SESSION_COND_H

#include "core/cmd.h"
#include "session/session.h"

struct cond;

/* Parses; text is copied. NULL: *e says what is wrong (positions within text), or message is NULL: no memory. */
struct cond *cond_parse(const struct mem *m, const char *text, size_t len, struct cmd_error *e);
void cond_free(struct cond *c);

/* Where a condition looks: rows from `from` on. */
struct cond_window {
    uint32_t from;         /* first row that counts for a label (RULES 21) */
    uint32_t conn;         /* the selected connection, NO_CONN */
    /* The row of a mark (`since NAME`): NO_ROW if there is none of that name. */
    uint32_t (*mark)(void *ctx, const char *name, size_t len);
    void *ctx;
};

/* Whether it holds now. *matched: one past the last row that a label matched, or `from` where none was asked for. */
bool cond_holds(const struct cond *c, const struct session *s, const struct cond_window *w, uint32_t *matched);

#endif
