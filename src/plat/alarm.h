/* alarm.h: a timer to the nanosecond (timerfd_create(2)), where the loop's own are whole milliseconds. */
#ifndef TCPVIZ_PLAT_ALARM_H
#define TCPVIZ_PLAT_ALARM_H

#include "plat/loop.h"

struct alarm;

/* Not set. NULL: f says why. */
struct alarm *alarm_new(struct loop *l, void (*fired)(void *ctx), void *ctx, struct fail *f);
void alarm_free(struct alarm *a); /* NULL is allowed */
/* Goes off once at that time of CLOCK_MONOTONIC, ns, or at once where it is past; 0: not at all. */
void alarm_set(struct alarm *a, uint64_t steady_ns);

#endif
