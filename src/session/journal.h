/* journal.h: a session written to a file as it happens (record.h), so that nothing is lost with the program.
 *
 * Rows are taken at the end of a turn and handed over in one piece; while the disk is busy with the piece
 * before, they gather. A disk that cannot follow loses rows, a full one all that come: the journal says so
 * once, and the session in memory is untouched. The file ends behind a whole block, whatever happens, but
 * where the program is killed in the middle of a write. */
#ifndef TCPVIZ_SESSION_JOURNAL_H
#define TCPVIZ_SESSION_JOURNAL_H

#include "plat/append.h"
#include "session/record.h"

struct journal;

struct journal_options {
    const struct mem *mem;
    struct record_options record;
    uint64_t most;       /* bytes that the file may have; 0: any */
    size_t waiting_most; /* bytes that may wait for the disk; 0: JOURNAL_WAITING */
};

enum { JOURNAL_WAITING = 64 << 20 };

/* Begins to write to file, which it owns from here on (also where NULL is returned: no memory). */
struct journal *journal_new(const struct journal_options *o, struct append *file);
/* NULL is allowed. What was not handed over is lost: see journal_finish. */
void journal_free(struct journal *j);
/* Takes the rows that are new. Cheap where there are none; never waits. */
void journal_feed(struct journal *j);
/* Whether the reader of a pipe has not taken everything: feed again soon. */
bool journal_lags(const struct journal *j);
/* The end: takes what is left, and waits up to most_ms until it is written. The loop takes no turns any more.
 */
void journal_finish(struct journal *j, uint64_t most_ms);

enum journal_trouble {
    JOURNAL_GOOD,
    JOURNAL_SLOW,   /* rows are missing, others follow */
    JOURNAL_BROKEN, /* journal_error says why: nothing more is written */
    JOURNAL_LONG    /* it has as many bytes as it may: nothing more is written */
};
enum journal_trouble journal_trouble(const struct journal *j);
int journal_error(const struct journal *j);        /* an errno */
uint64_t journal_missing(const struct journal *j); /* rows that a slow disk has cost */

#endif
