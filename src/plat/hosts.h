/* hosts.h: two hosts and the cables between them. Each host is a network namespace with one Ethernet card
 * (eth0), and the process is in a third one, which holds the other end of both cables: what one host sends
 * comes out there, and reaches the other only by whoever hands it on.
 *
 * All of it comes before any thread exists. Namespaces last as long as the process or the descriptors here:
 * nothing has to be tidied up, even after a crash. */
#ifndef TCPVIZ_PLAT_HOSTS_H
#define TCPVIZ_PLAT_HOSTS_H

#include "core/types.h"
#include "plat/fail.h"
#include "plat/rtnl.h"

struct hosts {
    int home;                 /* descriptors of the namespaces: where the process is, */
    int of[SIDE_COUNT];       /* and those of the hosts; -1: none */
    unsigned end[SIDE_COUNT]; /* interface of the cable's other end, in home */
    struct addr addr[SIDE_COUNT];
};

/* Ethernet's. */
enum { HOSTS_MTU = 1500 };

/* New namespaces with this user in them, cables, addresses (10.0.0.1 and 10.0.0.2, or fd00::1 and fd00::2).
 * Offloads are off, neighbours are known, nobody asks or tells anything by itself. The descriptors are high
 * ones (descr.h). False: f (status 3) has the ways out. */
bool hosts_up(struct hosts *h, bool ipv6, struct fail *f);
void hosts_down(struct hosts *h); /* closes the descriptors */
#define HOSTS_NONE ((struct hosts){.home = -1, .of = {-1, -1}})

/* Whether there are any: else all sockets are of the namespace that the process is in. */
static inline bool hosts_exist(const struct hosts *h)
{
    return h->home >= 0;
}

/* The process goes into the namespace of that host; hosts_leave brings it back. Between them only sockets,
 * files of /proc and the like are opened: they stay of that host. Without hosts both do nothing. errno is
 * kept. */
void hosts_visit(const struct hosts *h, enum side side);
void hosts_leave(const struct hosts *h);

/* The card of that host, as frames name it. */
void hosts_mac(enum side side, uint8_t out[MAC_BYTES]);

#endif
