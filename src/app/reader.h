/* reader.h: the file of -r, taken in a slice a turn, so that keys are answered meanwhile. */
#ifndef TCPVIZ_APP_READER_H
#define TCPVIZ_APP_READER_H

#include "core/mem.h"
#include "plat/fail.h"
#include "session/session.h"

struct reader;

/* Opens the file ('-': standard input). filter: BPF, NULL for all. follow: its end is not the end. Texts are
 * borrowed. NULL: f says why. */
struct reader *reader_open(const char *path, const char *filter, bool follow, const struct mem *m,
                           struct fail *f);
/* Whether its bytes stay where they are until it is closed: then frames need not be copied, reader_frame
 * gives them again. */
bool reader_lasting(const struct reader *r);
struct frame;
bool reader_frame(void *reader, uint64_t record, struct frame *out);
void reader_close(struct reader *r); /* NULL is allowed */
/* Looks at the beginning of the file (of a pipe it waits for that): where it is a session's journal, *o has
 * what that session began with. Texts live as long as r. False: f says why it cannot be read. */
bool reader_head(struct reader *r, struct session_options *o, struct fail *f);

/* Whether it is one, once that was looked at; and whether something can be added to its end. */
bool reader_of_session(const struct reader *r);
bool reader_can_add(const struct reader *r);

enum reader_state {
    READER_READS, /* there may be more at once */
    READER_WAITS, /* not before reader_fd is readable */
    READER_ENDED
};
/* Gives the session some frames more. READER_ENDED: f says what was wrong with the file, if anything (status
 * 1 where it is damaged: what was whole was given; 3 where it is no capture), or what is to be said of it
 * (status 0). */
enum reader_state reader_some(struct reader *r, struct session *s, struct fail *f);
/* To wait for after READER_WAITS. */
int reader_fd(const struct reader *r);

/* How many bytes of the file were read, of how many; *whole is 0 while that is not known (a pipe). */
void reader_progress(const struct reader *r, uint64_t *read, uint64_t *whole);

#endif
