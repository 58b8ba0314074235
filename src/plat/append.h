/* append.h: a file that grows while the program runs, and never makes it wait: what is handed over is written
 * in the background (a regular file) or as far as its reader takes it (a pipe). */
#ifndef TCPVIZ_PLAT_APPEND_H
#define TCPVIZ_PLAT_APPEND_H

#include "plat/fail.h"
#include "plat/loop.h"

struct append;

/* Opens path ("-": standard output), empties it, and locks it: while it is open no other tcpviz takes it for
 * a file that nobody needs. A new one can be read by its owner only. fresh: there must be none of that name.
 * NULL: f (status 3, what is the path) says why. */
struct append *append_open(struct loop *l, const char *path, bool fresh, struct fail *f);
/* Whether what was handed over last is still on its way; while it is, nothing more can be. A pipe is tried
 * again by asking. */
bool append_busy(struct append *a);
/* Whether it is a pipe that has not taken everything: nothing but asking moves it on. */
bool append_waits(const struct append *a);
/* Hands over some bytes, which stay the caller's and must stay there while append_busy. */
void append_write(struct append *a, const char *bytes, size_t len);
/* The first errno; nothing is written after it. */
int append_error(const struct append *a);
/* How many bytes are in the file. */
uint64_t append_length(const struct append *a);
/* Takes away from a regular file what stands behind its first `len` bytes. */
void append_cut(struct append *a, uint64_t len);
/* Waits for what is on its way, at most so long; what is not out by then is not. The loop takes no turns any
 * more. */
void append_flush(struct append *a, uint64_t most_ms);
/* NULL is allowed. What a pipe has not taken is dropped. */
void append_close(struct append *a);

/* Adds bytes behind the end of a file that is there and that no running tcpviz appends to; all of them or
 * none. False: f (status 3, what is the path) says why. */
bool append_more(const char *path, const char *bytes, size_t len, struct fail *f);
/* Whether an open file is one that a running tcpviz appends to. */
bool append_locked(int fd);

#endif
