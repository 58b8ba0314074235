/* ktrace.h: what the kernel says of single segments at its tracepoints, where it may be heard (root, tracefs
 * mounted): tcp:tcp_retransmit_skb, tcp:tcp_send_reset with its reason, skb:kfree_skb with the reason for
 * which a segment was thrown away. The names are this kernel's own; an older one tells less.
 *
 * It is heard through perf events: they end with the process, whatever its end. */
#ifndef TCPVIZ_PLAT_KTRACE_H
#define TCPVIZ_PLAT_KTRACE_H

#include "core/types.h"
#include "core/mem.h"

struct ktrace;

/* Of connections that have this port (host order) on one side. NULL: it may not be heard here, which is no
 * failure. No privilege is needed any more once it is open. */
struct ktrace *ktrace_open(const struct mem *m, uint16_t port);
void ktrace_close(struct ktrace *k); /* NULL is allowed */

/* Something was said; time: CLOCK_REALTIME, ns. name: of the tracepoint, ":" and its reason where it has one
 * ("tcp_send_reset:NO_SOCKET"), valid for the call. local: whose kernel said it. */
typedef void ktrace_say(void *ctx, uint64_t time_ns, const char *name, const struct endpoint *local,
                        const struct endpoint *remote);
/* What can be waited for: a processor's ring that is half full, the i-th of them; -1: there are no more.
 * Nobody has to wait: a ring that is full loses what comes. */
int ktrace_fd(const struct ktrace *k, size_t i);
/* Tells what was said since the last time, in order. */
void ktrace_drain(struct ktrace *k, ktrace_say *say, void *ctx);

#endif
