/* diff.h: two sessions side by side, aligned by what happened rather than by time.
 *
 * Connections are matched first: those between the same endpoints with the same first numbers; then, in their
 * order, those of which the same came (how they opened and ended, how many bytes each side sent, the server's
 * port); then what is left between two such pairs, by the server's port. Where both sessions have one
 * server's port only, as a lab has, ports count for nothing. Each pair is a part; so is a connection that
 * only one session has, and what belongs to no connection.
 *
 * Within a part, rows stand in lanes: the segments, the calls of each program, what the wire did towards each
 * side. In its lane a row stands beside the one that says the same of it, as many as possible in order
 * (core/align.h); what is left between two such pairs stands beside its like in kind, and differs. Lanes are
 * aligned apart because the order of a call and of a segment that come within microseconds is chance.
 *
 * What is compared of a row: its side, flags, labels, length or bytes acknowledged, the states that it
 * changed, a SYN's options; of a call its name, arguments and result, but for descriptors and endpoints.
 * Times, numbers, windows and what the bytes say are not. Calls are left out where only one session knows
 * any (the other is a capture), and so is what the wire did. */
#ifndef TCPVIZ_SESSION_DIFF_H
#define TCPVIZ_SESSION_DIFF_H

#include "session/session.h"

enum diff_kind { DIFF_ALIKE, DIFF_DIFFERS, DIFF_LEFT, DIFF_RIGHT, DIFF_KINDS };
enum { DIFF_SIDES = 2 };

struct diff_item {
    uint32_t row[DIFF_SIDES];  /* NO_ROW: that session has none */
    uint8_t edges[DIFF_SIDES]; /* states that it changed, as in struct row; 0: none */
    uint8_t kind;              /* enum diff_kind */
};

struct diff_part {
    uint32_t conn[DIFF_SIDES]; /* NO_CONN in both: what belongs to no connection */
    size_t first, end;         /* items */
};

/* In what two rows differ. */
enum {
    DIFFERS_FLAGS = 1,
    DIFFERS_LENGTH = 2,
    DIFFERS_ACKED = 4,
    DIFFERS_LABELS = 8,
    DIFFERS_STATES = 16,
    DIFFERS_OPTIONS = 32,
    DIFFERS_RESULT = 64,
    DIFFERS_ARGUMENTS = 128,
    DIFFERS_OTHER = 256
};

struct diff;
/* Compares two sessions that do not change any more, and outlive it. NULL: no memory. */
struct diff *diff_new(const struct mem *m, const struct session *left, const struct session *right);
void diff_free(struct diff *d); /* NULL is allowed */

const struct session *diff_session(const struct diff *d, unsigned side);
size_t diff_parts(const struct diff *d);
const struct diff_part *diff_part(const struct diff *d, size_t i);
size_t diff_items(const struct diff *d);
const struct diff_item *diff_item(const struct diff *d, size_t i);
size_t diff_count(const struct diff *d, enum diff_kind k);
/* In what the rows of an item that has two differ: bits DIFFERS_. */
unsigned diff_why(const struct diff *d, const struct diff_item *item);
/* Whether so much differs somewhere that rows there may not stand beside their likes. */
bool diff_rough(const struct diff *d);
/* Whether calls, what the wire did, are left out because only one session knows of any. */
bool diff_without_calls(const struct diff *d);
bool diff_without_wire(const struct diff *d);
/* The options that a SYN's row offers; false: it is none, or cannot be decoded any more. */
bool diff_options(const struct session *s, const struct row *r, struct tcp_options *out);

#endif
