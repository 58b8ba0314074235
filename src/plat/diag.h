/* diag.h: the kernel's view of one socket, asked by its exact 4-tuple (inet_diag: 7 µs; a dump would be 491
 * µs). */
#ifndef TCPVIZ_PLAT_DIAG_H
#define TCPVIZ_PLAT_DIAG_H

#include "core/event.h"
#include "plat/fail.h"

struct diag; /* one netlink socket, of the namespace it was opened in */
struct diag *diag_open(struct fail *f);
void diag_close(struct diag *d);

/* The socket whose own end is `local` and whose peer is `remote`. False: the kernel has none (the answer for
 * a vanished child is the LISTEN socket: ports are compared). Fills all that inet_diag knows; the rest stays
 * -1. side is not set. */
bool diag_socket(struct diag *d, const struct endpoint *local, const struct endpoint *remote,
                 struct event_sample *out);
/* The listener on `local`. */
bool diag_listener(struct diag *d, const struct endpoint *local, struct event_listener *out);
/* How many connections of that listener are in SYN-RECEIVED (a dump: ask seldom). -1: not known. */
int64_t diag_syn_queue(struct diag *d, const struct endpoint *local);
/* Ends every socket of TCP in the namespace, what is left of closed ones too (tcp_abort() of the kernel; it
 * may send RST). Where the kernel cannot do that, they stay. */
void diag_end_all(struct diag *d);
/* Adds what only the descriptor tells: TCP_INFO, SIOCOUTQNSD, SO_MEMINFO. Its state is not used. */
void tcpinfo_add(int fd, struct event_sample *out);

#endif
