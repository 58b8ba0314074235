/* mapped.h: the bytes of a file that is only read: mapped where it is a file, read into memory where it is a
 * pipe, a terminal or the standard input. */
#ifndef TCPVIZ_PLAT_MAPPED_H
#define TCPVIZ_PLAT_MAPPED_H

#include "core/mem.h"
#include "plat/fail.h"

#include <stdint.h>

struct mapped;

/* Opens path; "-" is the standard input. Memory for what cannot be mapped comes from m. A file's length is
 * what it was when it was opened; it must not be made shorter meanwhile. NULL: f says why. */
struct mapped *mapped_open(const struct mem *m, const char *path, struct fail *f);
void mapped_close(struct mapped *b);
/* What there is so far, and how much; valid until mapped_more or mapped_close. Never NULL. */
const uint8_t *mapped_bytes(const struct mapped *b, size_t *len);
/* Whether all of it is there: always with a file, and once a pipe has ended. */
bool mapped_all(const struct mapped *b);
/* Reads what a pipe has to say next; waits for it unless the descriptor is non-blocking. False: f says why.
 */
bool mapped_more(struct mapped *b, struct fail *f);
/* To wait for before mapped_more; -1 where all of it is there. */
int mapped_fd(const struct mapped *b);

#endif
