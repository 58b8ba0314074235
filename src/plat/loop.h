/* loop.h: the one event loop (libuv, known only here). Nothing else waits; no threads but the one that writes
 * for loop_write.
 *
 * A source is a descriptor, a timer or a signal; its callback does its work and returns. After each round in
 * which anything was called, the `turn` callback is called once: there the program takes its turn (RULES). */
#ifndef TCPVIZ_PLAT_LOOP_H
#define TCPVIZ_PLAT_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "plat/fail.h"

struct loop;
struct source;

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

struct loop *loop_new(struct fail *f); /* NULL: f says why */
void loop_free(struct loop *l);        /* closes what sources are left */
void loop_turn(struct loop *l, void (*turn)(void *ctx), void *ctx);
/* Runs until loop_stop. */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);

/* Watches fd (not owned) for events (LOOP_READ | LOOP_WRITE, or 0 for none yet). NULL: no memory or fd cannot
 * be watched (a regular file). The source must be closed before its fd is. */
struct source *loop_fd(struct loop *l, int fd, int events, void (*ready)(void *ctx, int events), void *ctx);
void source_watch(struct source *s, int events); /* changes what is watched */

/* A timer, not started. Times are ms; repeat_ms 0: once. Starting it again moves it. */
struct source *loop_timer(struct loop *l, void (*fired)(void *ctx), void *ctx);
void source_start(struct source *s, uint64_t after_ms, uint64_t repeat_ms);
void source_stop(struct source *s);

struct source *loop_signal(struct loop *l, int signum, void (*caught)(void *ctx, int signum), void *ctx);

/* Writes to a regular file without waiting for its disk: at its end, in the background, while the loop runs;
 * the bytes are borrowed until done is called, with how many were written (fewer only before a failure) and
 * an errno or 0. One at a time for each file; the order of two is not known. False: it could not be begun. */
bool loop_write(struct loop *l, int fd, const char *bytes, size_t len,
                void (*done)(void *ctx, size_t written, int err), void *ctx);
/* The end: no turn is taken any more. Runs the loop until nothing is being written in the background, or so
 * much time has passed. */
void loop_written(struct loop *l, uint64_t most_ms);

/* Ends a source; its callback is not called again. NULL is allowed. */
void source_close(struct source *s);

/* CLOCK_REALTIME now, ns. */
uint64_t clock_now(void);
/* CLOCK_MONOTONIC now, ns. */
uint64_t clock_steady(void);

#endif
