/* tstamp.h: when bytes passed the layers of the kernel (SO_TIMESTAMPING,
 * Documentation/networking/timestamping). Times are CLOCK_REALTIME, ns. */
#ifndef TCPVIZ_PLAT_TSTAMP_H
#define TCPVIZ_PLAT_TSTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/event.h"

/* Asks for stamps on a connected TCP socket: each write() made from now on gives a stamp at the queueing
 * discipline, the driver and the ACK of its last byte. Enable it once the handshake is done: ids count from
 * there, and a socket that was not connected yet is refused (false). */
bool tstamp_enable(int fd);

/* Hands over the stamps that wait (STAMP_QDISC, STAMP_DRIVER, STAMP_ACKED) and empties the error queue, so
 * that polling does not report it again. id: how many bytes were sent, since enabling, before the byte that
 * is stamped; it wraps at 2^32. A repeated segment gives its points again. Returns how many
 * messages there were, those without a stamp too: of what was sent while stamps were still asked for. */
int tstamp_read_tx(int fd, void (*stamp)(void *ctx, enum stamp_point point, uint64_t time_ns, uint32_t id),
                   void *ctx);
/* The offset whose low 32 bits are id and that is nearest to `near` (bytes written so far). */
uint64_t tstamp_offset(uint64_t near, uint32_t id);

/* Like recv(fd, buf, len, 0). *softirq_ns: when the last bytes of it came in by softirq; 0: not known. */
ssize_t tstamp_recv(int fd, void *buf, size_t len, uint64_t *softirq_ns);

#endif
