/* counters.h: the namespace's own tallies of TCP (/proc/net/netstat and snmp): why a segment was sent, or
 * none was. */
#ifndef TCPVIZ_PLAT_COUNTERS_H
#define TCPVIZ_PLAT_COUNTERS_H

#include <stdint.h>
#include "core/mem.h"
#include "plat/fail.h"

struct counters;

/* Of the namespace that the process is in now; counts from here. NULL: f says why. */
struct counters *counters_open(const struct mem *m, struct fail *f);
void counters_close(struct counters *c);
/* Calls moved for each counter that changed since the last call (70 µs). Names as in the file
 * ("TCPLossProbes", "RetransSegs"), static until counters_close. Left out: gauges, and what moves with every
 * segment and so explains none (InSegs, OutSegs, TCPHPHits, TCPOrigDataSent …). */
void counters_read(struct counters *c, void (*moved)(void *ctx, const char *name, int64_t delta), void *ctx);

#endif
