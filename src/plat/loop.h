/* loop.h: the one event loop (libuv, known only here). Nothing else waits; no threads.
 *
 * A source is a descriptor, a timer or a signal; its callback does its work and returns. After each round in
 * which anything was called, the `turn` callback is called once: there the program takes its turn (RULES). */
#ifndef TCPVIZ_PLAT_LOOP_H
#define TCPVIZ_PLAT_LOOP_H

#include <stdbool.h>
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

/* Ends a source; its callback is not called again. NULL is allowed. */
void source_close(struct source *s);

/* CLOCK_REALTIME now, ns. */
uint64_t clock_now(void);
/* CLOCK_MONOTONIC now, ns. */
uint64_t clock_steady(void);

#endif
