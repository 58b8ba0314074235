/* loop.c: libuv as the one thing that waits.
 *
 * libuv runs timers, then prepare handles, then polls (descriptors and signals), then check handles. Timers
 * would thus have to wait for the next poll to get their turn if it were taken in `check` alone, and
 * descriptors for the next round in `prepare` alone: so the turn is taken in both, where a source was called
 * since the last one. Neither handle keeps the loop awake.
 *
 * A disk may take its time, so files that are written while the program runs are written by libuv's pool: of
 * one thread, which begins with the first write (namespaces are made before, which threads would forbid). */
#include "plat/loop.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <uv.h>
#include "plat/reserve.h"

struct source {
    union {
        uv_handle_t handle;
        uv_poll_t poll;
        uv_timer_t timer;
        uv_signal_t signal;
    } u;
    struct loop *loop;
    int events; /* what is watched of a descriptor */
    void (*ready)(void *ctx, int what);
    void (*fired)(void *ctx);
    void *ctx;
};

struct loop {
    uv_loop_t uv;
    uv_prepare_t before_poll;
    uv_check_t after_poll;
    void (*turn)(void *ctx);
    void *turn_ctx;
    bool called; /* a source was called since the last turn */
    int writing; /* jobs of loop_write */
};

/* One job of loop_write. */
struct writing {
    uv_fs_t request;
    struct loop *loop;
    int fd;
    const char *bytes;
    size_t len, written;
    void (*done)(void *ctx, size_t written, int err);
    void *ctx;
};

static void take_turn(struct loop *l)
{
    if (!l->called)
        return;
    l->called = false;
    if (l->turn)
        l->turn(l->turn_ctx);
}

static void before_poll(uv_prepare_t *h)
{
    take_turn(h->data);
}

static void after_poll(uv_check_t *h)
{
    take_turn(h->data);
}

/* libuv 1.45 to 1.48 write by io_uring: a file that was closed stays locked until the ring lets go of it, a
 * write that found the disk full is not told of where it ended, and a thread of the kernel polls while
 * nothing happens. Later ones do it only where they are asked to. */
static void write_by_threads(void)
{
    (void)setenv("UV_USE_IO_URING", "0", 0);
}

struct loop *loop_new(struct fail *f)
{
    write_by_threads();
    (void)uv_replace_allocator(malloc, reserve_resize, calloc, reserve_free);
    struct loop *l = calloc(1, sizeof *l);
    int err = l ? uv_loop_init(&l->uv) : UV_ENOMEM;
    if (err) {
        fail_errno(f, -err, NULL, "%s", "event loop");
        free(l);
        return NULL;
    }
    l->before_poll.data = l->after_poll.data = l;
    uv_prepare_init(&l->uv, &l->before_poll);
    uv_check_init(&l->uv, &l->after_poll);
    uv_prepare_start(&l->before_poll, before_poll);
    uv_check_start(&l->after_poll, after_poll);
    /* Without sources there is nothing to run for. */
    uv_unref((uv_handle_t *)&l->before_poll);
    uv_unref((uv_handle_t *)&l->after_poll);
    return l;
}

static void closed(uv_handle_t *h)
{
    free(h->data);
}

static void close_rest(uv_handle_t *h, void *ctx)
{
    struct loop *l = ctx;
    if (uv_is_closing(h))
        return;
    bool own = h == (uv_handle_t *)&l->before_poll || h == (uv_handle_t *)&l->after_poll;
    uv_close(h, own ? NULL : closed);
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    l->turn = NULL;
    uv_walk(&l->uv, close_rest, l);
    uv_run(&l->uv, UV_RUN_DEFAULT);
    uv_loop_close(&l->uv);
    free(l);
}

void loop_turn(struct loop *l, void (*turn)(void *ctx), void *ctx)
{
    l->turn = turn;
    l->turn_ctx = ctx;
}

void loop_run(struct loop *l)
{
    uv_run(&l->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *l)
{
    uv_stop(&l->uv);
}

static struct source *source_new(struct loop *l, void *ctx)
{
    struct source *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->loop = l;
    s->ctx = ctx;
    return s;
}

static void fd_ready(uv_poll_t *h, int status, int events)
{
    struct source *s = h->data;
    s->loop->called = true;
    if (status == 0) {
        s->ready(s->ctx, events);
        return;
    }
    /* libuv stops watching at POLLERR. It means either a pending error, which the next read() or write()
     * tells, or a time stamp in the error queue: the owner is called for both, and watching goes on unless it
     * ended that. */
    int watched = s->events;
    s->events = 0;
    source_watch(s, watched);
    s->ready(s->ctx, watched);
}

struct source *loop_fd(struct loop *l, int fd, int events, void (*ready)(void *ctx, int events), void *ctx)
{
    struct source *s = source_new(l, ctx);
    if (!s)
        return NULL;
    /* libuv makes what it polls non-blocking. A terminal is shared with the shell: its mode is put back. */
    int mode = fcntl(fd, F_GETFL);
    if (mode < 0 || uv_poll_init(&l->uv, &s->u.poll, fd) != 0) {
        free(s);
        return NULL;
    }
    if (!(mode & O_NONBLOCK))
        fcntl(fd, F_SETFL, mode);
    s->u.handle.data = s;
    s->ready = ready;
    source_watch(s, events);
    return s;
}

void source_watch(struct source *s, int events)
{
    if (events == s->events)
        return;
    s->events = events;
    if (events)
        uv_poll_start(&s->u.poll, events, fd_ready);
    else
        uv_poll_stop(&s->u.poll);
}
_Static_assert((int)LOOP_READ == (int)UV_READABLE && (int)LOOP_WRITE == (int)UV_WRITABLE,
               "handed on as they are");

static void timer_fired(uv_timer_t *h)
{
    struct source *s = h->data;
    s->loop->called = true;
    s->fired(s->ctx);
}

struct source *loop_timer(struct loop *l, void (*fired)(void *ctx), void *ctx)
{
    struct source *s = source_new(l, ctx);
    if (!s)
        return NULL;
    uv_timer_init(&l->uv, &s->u.timer);
    s->u.handle.data = s;
    s->fired = fired;
    return s;
}

void source_start(struct source *s, uint64_t after_ms, uint64_t repeat_ms)
{
    /* libuv counts from when it last looked at the clock, which a long turn has left behind. */
    uv_update_time(&s->loop->uv);
    uv_timer_start(&s->u.timer, timer_fired, after_ms, repeat_ms);
}

void source_stop(struct source *s)
{
    uv_timer_stop(&s->u.timer);
}

static void signal_caught(uv_signal_t *h, int signum)
{
    struct source *s = h->data;
    s->loop->called = true;
    s->ready(s->ctx, signum);
}

struct source *loop_signal(struct loop *l, int signum, void (*caught)(void *ctx, int signum), void *ctx)
{
    struct source *s = source_new(l, ctx);
    if (!s)
        return NULL;
    uv_signal_init(&l->uv, &s->u.signal);
    s->u.handle.data = s;
    s->ready = caught;
    if (uv_signal_start(&s->u.signal, signal_caught, signum) == 0)
        return s;
    source_close(s);
    return NULL;
}

static int write_rest(struct writing *w);

static void wrote(uv_fs_t *request)
{
    struct writing *w = request->data;
    const ssize_t n = request->result;
    int err = n < 0 ? (int)-n : n == 0 ? EIO : 0;
    uv_fs_req_cleanup(request);
    w->written += n > 0 ? (size_t)n : 0;
    if (!err && w->written < w->len && (err = write_rest(w)) == 0)
        return;
    w->loop->writing--;
    w->loop->called = true;
    w->done(w->ctx, w->written, err);
    free(w);
}

static int write_rest(struct writing *w)
{
    const size_t most = (size_t)1 << 30, left = w->len - w->written;
    const uv_buf_t rest = uv_buf_init((char *)w->bytes + w->written, (unsigned)(left < most ? left : most));
    return -uv_fs_write(&w->loop->uv, &w->request, w->fd, &rest, 1, -1, wrote);
}

bool loop_write(struct loop *l, int fd, const char *bytes, size_t len,
                void (*done)(void *ctx, size_t written, int err), void *ctx)
{
    struct writing *w = calloc(1, sizeof *w);
    if (!w)
        return false;
    setenv("UV_THREADPOOL_SIZE", "1", 0);
    *w = (struct writing){.loop = l, .fd = fd, .bytes = bytes, .len = len, .done = done, .ctx = ctx};
    w->request.data = w;
    if (write_rest(w) == 0) {
        l->writing++;
        return true;
    }
    free(w);
    return false;
}

static void nothing(uv_timer_t *h)
{
    (void)h;
}

void loop_written(struct loop *l, uint64_t most_ms)
{
    const uint64_t end = clock_steady() + most_ms * 1000000;
    uv_timer_t alarm;
    l->turn = NULL;
    uv_timer_init(&l->uv, &alarm);
    uv_timer_start(&alarm, nothing, most_ms, 0);
    while (l->writing > 0 && clock_steady() < end)
        uv_run(&l->uv, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&alarm, NULL);
    uv_run(&l->uv, UV_RUN_NOWAIT);
}

void source_close(struct source *s)
{
    if (s && !uv_is_closing(&s->u.handle))
        uv_close(&s->u.handle, closed);
}

static uint64_t clock_of(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t clock_now(void)
{
    return clock_of(CLOCK_REALTIME);
}

uint64_t clock_steady(void)
{
    return clock_of(CLOCK_MONOTONIC);
}
