/* filter.h: what of a timeline is looked at (DESIGN 9):
 *   state:established from:client flag:syn label:retransmission len>0 conn:2 port:3344 "text in the sentence"
 * Terms are joined by `and` (or a blank), `or`, `not`, parentheses. Fields: state client server (states),
 * from, flag, label, wireshark, kind (segment, call, note), text; numbers with : = != < > <= >= are conn,
 * port, len, win, seq, ack, frame and time (seconds since the start). The name of a label alone is that
 * label. */
#ifndef TCPVIZ_SESSION_FILTER_H
#define TCPVIZ_SESSION_FILTER_H

#include "core/cmd.h"
#include "session/session.h"

struct filter;
/* NULL with *e set: not valid (yet); an empty text is a filter that lets everything through. */
struct filter *filter_parse(const struct mem *m, const char *text, size_t len, struct cmd_error *e);
void filter_free(struct filter *f);
/* Who says the words that a "text" is looked for in (the sentence of a row as the screen shows it): words
 * puts them into out. Without it a filter looks into the English pattern of a segment's sentence, a call's
 * name and arguments, a note. */
void filter_words(struct filter *f,
                  void (*words)(void *ctx, const struct session *s, const struct row *r, struct str *out),
                  void *ctx);
bool filter_passes(const struct filter *f, const struct session *s, const struct row *r);
void filter_complete(const char *line, size_t len, void (*offer)(void *ctx, const char *word), void *ctx);

/* The rows that are shown: indices of segments, calls, notes (samples, stamps and counters are no rows of a
 * ladder) that pass a filter, kept up as rows come: extending costs what is new, not what is there. */
struct selection;
struct selection *selection_new(const struct mem *m, const struct session *s);
void selection_free(struct selection *v);
/* Shows from this row on, one connection or NO_CONN for all, those that pass f (borrowed; NULL: all), calls
 * or not. */
void selection_set(struct selection *v, uint32_t first, uint32_t conn, const struct filter *f, bool calls);
void selection_extend(struct selection *v); /* takes in what the session has got since */
size_t selection_count(const struct selection *v);
uint32_t selection_at(const struct selection *v, size_t i);
size_t selection_near(const struct selection *v, uint32_t row); /* where that row is, or the next after it */

#endif
