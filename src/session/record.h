/* record.h: a session as the blocks of a pcapng file, row by row: segments are Enhanced Packet Blocks with a
 * comment, all else entries of a journal (entry.h). The live journal and the export write the same, and
 * jread.h makes the session again.
 *
 * Which words stand beside a row is the caller's: the session knows facts, not languages. */
#ifndef TCPVIZ_SESSION_RECORD_H
#define TCPVIZ_SESSION_RECORD_H

#include "core/str.h"
#include "session/session.h"

struct record;

struct record_options {
    const struct session *session;
    const char *application; /* "tcpviz 0.1.0" */
    /* Puts what a row says for people; r NULL: what the session as a whole is. A segment may have no words.
     */
    void (*words)(void *ctx, const struct session *s, const struct row *r, struct str *out);
    void *ctx;
    /* Of what was captured elsewhere and earlier: the head waits for the first row, and its block has that
     * one's time, so that others count from there. When the session was begun stands in it all the same. */
    bool late_head;
};

/* NULL: no memory. The strings of o are borrowed. */
struct record *record_new(const struct mem *m, const struct record_options *o);
void record_free(struct record *r); /* NULL is allowed */
/* Appends the head of the file, but where that is late. */
void record_begin(struct record *r, struct str *out);
/* Appends a row. Rows come in order; some may be left out. */
void record_row(struct record *r, uint32_t row, struct str *out);
/* Appends what no row is and came since it was asked last: how many frames were seen that are no rows, and
 * the marks that were given. These name their row, so they may stand anywhere behind the one before it. Cheap
 * where there is nothing. */
void record_rest(struct record *r, struct str *out);

/* What stands beside a frame that is not plain. */
enum { OWN_INJECTED = 1, OWN_CUT = 2, OWN_NUMBERED = 4 };
enum { OWN_FLAGS, OWN_CKSUM, OWN_NUMBER = 4, OWN_LENGTH = 8 }; /* bytes; the number is little-endian */

#endif
