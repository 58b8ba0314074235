/* file.h: files are written whole or not at all, and read whole. */
#ifndef TCPVIZ_PLAT_FILE_H
#define TCPVIZ_PLAT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include "core/mem.h"
#include "plat/fail.h"

/* A regular file, or one that does not exist yet, is written without a name, or a temporary one, in its
 * folder and renamed at commit (with the mode the old one had); of a symbolic link the target is replaced.
 * What is no regular file (a pipe, /dev/null, "-" for standard output) is written directly. The caller
 * ignores SIGPIPE. */
struct outfile;

/* NULL: f (status 3, what is the path) says why. */
struct outfile *outfile_open(const char *path, struct fail *f);
/* Whether it is written directly: then text can be streamed, and abandoning takes nothing back. */
bool outfile_direct(const struct outfile *o);
/* Buffered. False once something failed: nothing more is written, and commit says what it was. */
bool outfile_write(struct outfile *o, const void *bytes, size_t len);
/* What is buffered goes out now, as far as to that file; into a pipe only what it takes without
 * waiting for its reader (up to 64 MiB then wait in memory): outfile_lags says whether to flush again later.
 */
bool outfile_flush(struct outfile *o);
/* Whether nothing has failed so far. */
bool outfile_sound(const struct outfile *o);
bool outfile_lags(const struct outfile *o);
/* Both end and free o. Commit, true: the file is there, whole. False: f says why, and an old file is as it
 * was. */
bool outfile_commit(struct outfile *o, struct fail *f);
void outfile_abandon(struct outfile *o); /* NULL is allowed */

enum { FILE_READ_MOST = 16 << 20 };
/* The whole file ("-": standard input), at most FILE_READ_MOST bytes, from m, with a 0 behind it that len
 * does not count: free it with mem_free(m, *out, *len + 1). False: f (status 3, what is the path) says why.
 */
bool file_read_all(const char *path, const struct mem *m, char **out, size_t *len, struct fail *f);

#endif
