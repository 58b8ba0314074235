/* netns.h: the namespaces of the private lab. All of it comes before any thread exists (unshare fails
 * afterwards).
 *
 * As an ordinary user the network namespace hangs in a user namespace of its own, in which the program keeps
 * its own user and group ids; as root no user namespace is needed. What counts is a completed set-up:
 * Ubuntu's AppArmor lets unshare() succeed and then denies the capabilities, so every step that fails gives
 * the same three ways out. */
#ifndef TCPVIZ_PLAT_NETNS_H
#define TCPVIZ_PLAT_NETNS_H

#include <stdbool.h>
#include "plat/fail.h"

struct netns_options {
    int mtu; /* of lo, bytes; 0: 1500, so that segments are as large as on Ethernet */
};

/* The process gets a network namespace whose lo is up and cuts segments itself. False: f (status 3) has the
 * ways out; the process may then already be in a namespace without a network. */
bool netns_private(const struct netns_options *o, struct fail *f);

/* Whether netns_private would succeed, tried in a child (some ms): there is no way back from a set-up that
 * failed half way, so who has another place to go (the machine's loopback, with CAP_NET_RAW) asks first. */
bool netns_possible(void);

/* Its two halves: new namespaces with this user in them; then lo in the namespace the process is in. */
bool netns_enter(struct fail *f);
bool netns_loopback(const struct netns_options *o, struct fail *f);

/* More than one: after netns_enter the process goes on into another new network namespace. */
bool netns_another(struct fail *f);
/* A descriptor that holds the network namespace the process is in; -1 with errno. */
int netns_hold(void);
/* The process goes into the namespace that ns holds (it needs CAP_SYS_ADMIN there). 0 or an errno. */
int netns_go(int ns);
/* That a step of a set-up failed, in words, with the ways out. Returns false. */
bool netns_forbidden(int err, struct fail *f);

#endif
