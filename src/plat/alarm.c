#include "plat/alarm.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "plat/descr.h"

struct alarm {
    int fd;
    uint64_t set_ns;
    struct source *source;
    void (*fired)(void *ctx);
    void *ctx;
};

static void ready(void *ctx, int events)
{
    struct alarm *a = ctx;
    uint64_t times;
    (void)events;
    if (read(a->fd, &times, sizeof times) < 0)
        return;
    a->set_ns = 0;
    a->fired(a->ctx);
}

struct alarm *alarm_new(struct loop *l, void (*fired)(void *ctx), void *ctx, struct fail *f)
{
    struct alarm *a = calloc(1, sizeof *a);
    if (!a) {
        fail_errno(f, ENOMEM, NULL, "%s", "timerfd");
        return NULL;
    }
    a->fired = fired;
    a->ctx = ctx;
    a->fd = descr_high(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    a->source = a->fd < 0 ? NULL : loop_fd(l, a->fd, LOOP_READ, ready, a);
    if (a->source)
        return a;
    fail_errno(f, a->fd < 0 ? errno : ENOMEM, NULL, "%s", "timerfd");
    alarm_free(a);
    return NULL;
}

void alarm_free(struct alarm *a)
{
    if (!a)
        return;
    source_close(a->source);
    if (a->fd >= 0)
        close(a->fd);
    free(a);
}

void alarm_set(struct alarm *a, uint64_t steady_ns)
{
    const struct itimerspec at = {
        .it_value = {(time_t)(steady_ns / 1000000000), (long)(steady_ns % 1000000000)}};
    if (steady_ns == a->set_ns)
        return;
    a->set_ns = steady_ns;
    timerfd_settime(a->fd, TFD_TIMER_ABSTIME, &at, NULL);
}
