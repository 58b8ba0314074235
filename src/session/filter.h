/* filter.h: what of a timeline is looked at (DESIGN 9):
 *   state:established from:client flag:syn label:retransmission len>0 conn:2 host:10.0.0.0/8 "text in the
 * sentence" Terms are joined by `and` (or a blank), `or`, `not`, parentheses. The fields are the rows of
 * fields.def; names take : = !=, numbers also < > <= >= and units (1M, 30ms). The name of a label alone is
 * that label. A filter is asked of rows, or of connections: what is asked of rows holds for a connection if
 * it holds for one of its rows, as far as the session keeps that (outline.h). */
#ifndef TCPVIZ_SESSION_FILTER_H
#define TCPVIZ_SESSION_FILTER_H

#include "core/cmd.h"
#include "session/outline.h"

struct filter;
/* NULL with *e set: not valid (yet); an empty text is a filter that lets everything through. */
struct filter *filter_parse(const struct mem *m, const char *text, size_t len, struct cmd_error *e);
void filter_free(struct filter *f);

/* The words that a "text" is looked for in (a sentence as the screen shows it), put into out. */
typedef void (*row_words)(void *ctx, const struct session *s, const struct row *r, struct str *out);
typedef void (*conn_words)(void *ctx, const struct session *s, uint32_t conn, struct str *out);
/* Who says them; NULL: nobody. Without them a filter looks into the English pattern of a segment's sentence,
 * a call's name and arguments, a note; and into the endpoints of a connection. */
void filter_words(struct filter *f, row_words rows, conn_words conns, void *ctx);

/* Whether it can be asked of connections; false: *e names the first term that is for rows alone. */
bool filter_of_conns(const struct filter *f, struct cmd_error *e);
bool filter_passes_conn(const struct filter *f, const struct session *s, uint32_t conn);
bool filter_passes(const struct filter *f, const struct session *s, const struct row *r);

/* What may be asked, a row of fields.def. False: past the end. */
struct filter_field {
    const char *name, *sign, *help;
    bool of_conns; /* also of connections */
};
bool filter_field(size_t i, struct filter_field *out);
/* Offers what the last word of a filter may become; of_conns: of one that is asked of connections. */
void filter_complete(const char *line, size_t len, bool of_conns, void (*offer)(void *ctx, const char *word),
                     void *ctx);

#endif
