/* nl.h: one question and its answers over netlink (libmnl). The kernel answers while it is asked: nothing
 * here waits. */
#ifndef TCPVIZ_PLAT_NL_H
#define TCPVIZ_PLAT_NL_H

#include <libmnl/libmnl.h>
#include "plat/fail.h"

struct nl;

/* bus: NETLINK_ROUTE, NETLINK_SOCK_DIAG; of the namespace that the process is in. NULL: f says why. */
struct nl *nl_open(int bus, struct fail *f);
void nl_close(struct nl *n); /* NULL is allowed */
/* Sends the request (its number is set here) and gives each answer to `answer` (NULL: an acknowledgement is
 * all that is expected), which returns MNL_CB_OK to hear more or MNL_CB_STOP. Returns 0 or a negative errno.
 */
int nl_ask(struct nl *n, struct nlmsghdr *request, int (*answer)(const struct nlmsghdr *m, void *ctx),
           void *ctx);

#endif
