/* caps.h: privileges are held only until the sniffer is open. */
#ifndef TCPVIZ_PLAT_CAPS_H
#define TCPVIZ_PLAT_CAPS_H

#include <stdbool.h>
#include "plat/fail.h"

/* Whether the sniffer may be opened on the machine's own interfaces. */
bool caps_have_net_raw(void);

/* Gives up every capability for good and, under sudo, becomes the user who called it (SUDO_UID, SUDO_GID,
 * with that user's groups). Root without sudo stays user 0, but without capabilities. False: some privilege
 * is still held; the caller must not go on. */
bool caps_drop(struct fail *f);
/* The same, but keeps CAP_NET_ADMIN, which the private lab needs for `sysctl` and `crash`. A process in a
 * network namespace of its own cannot reach the machine's network with it (setns needs CAP_SYS_ADMIN). */
bool caps_drop_but_net_admin(struct fail *f);
/* The same, but keeps what the two hosts of the wire need: CAP_NET_ADMIN and, to go from one namespace to the
 * other, CAP_SYS_ADMIN. */
bool caps_drop_but_hosts(struct fail *f);
/* Before namespaces are made, under sudo: becomes the caller, with no more than CAP_SYS_ADMIN, so that they
 * are made as that user even where ordinary users may not. Else does nothing. */
bool caps_step_down(struct fail *f);

#endif
