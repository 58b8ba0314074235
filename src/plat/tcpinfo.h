/* tcpinfo.h: the kernel's struct tcp_info and socket memory, as a sample has them. */
#ifndef TCPVIZ_PLAT_TCPINFO_H
#define TCPVIZ_PLAT_TCPINFO_H

#include <stddef.h>
#include "core/event.h"

/* A sample of which nothing is known but its state. */
void sample_init(struct event_sample *out, enum tcp_state state);
/* Fills congestion, times, windows from a struct tcp_info of len bytes (older kernels give less). Nothing for
 * CLOSED and TIME-WAIT, where these are leftovers. */
void sample_tcp_info(struct event_sample *out, const void *info, size_t len);
/* Fills the buffers' room from len bytes of SO_MEMINFO's array. */
void sample_meminfo(struct event_sample *out, const void *meminfo, size_t len);

#endif
