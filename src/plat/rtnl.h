/* rtnl.h: links, addresses and neighbours, by rtnetlink; of the namespace that the process is in. All return
 * 0 or a negative errno. */
#ifndef TCPVIZ_PLAT_RTNL_H
#define TCPVIZ_PLAT_RTNL_H

#include <stdint.h>
#include "core/types.h"

enum { MAC_BYTES = 6 };

/* One end of a cable: an interface that is yet to be. */
struct rtnl_end {
    const char *name;
    uint8_t mac[MAC_BYTES];
    int mtu; /* bytes */
};

/* Sets the MTU (bytes) of an interface and takes it up. */
int rtnl_link_up(unsigned ifindex, int mtu);
/* A veth pair (veth(4)): `here` in this namespace, `there` in the one that the descriptor `ns` holds. Both
 * are down. */
int rtnl_cable(const struct rtnl_end *here, const struct rtnl_end *there, int ns);
/* Gives an interface an address with a prefix of so many bits; an IPv6 address is not asked for on the link
 * first (RFC 4862 5.4). */
int rtnl_address(unsigned ifindex, const struct addr *at, unsigned prefix);
/* The link-layer address behind an address of the same link, for good: nobody asks for it. */
int rtnl_neighbour(unsigned ifindex, const struct addr *at, const uint8_t mac[MAC_BYTES]);

#endif
