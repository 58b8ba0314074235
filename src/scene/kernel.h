/* kernel.h: which rows a kernel's word may be about. For counted.c and traced.c. */
#ifndef TCPVIZ_SCENE_KERNEL_H
#define TCPVIZ_SCENE_KERNEL_H

#include "session/session.h"

enum { NEAR_ROWS = 80 /* on each side of a segment no more are looked at, however close they are */ };

static inline uint64_t rows_apart_ns(const struct row *a, const struct row *b)
{
    return a->time_ns > b->time_ns ? a->time_ns - b->time_ns : b->time_ns - a->time_ns;
}

#endif
