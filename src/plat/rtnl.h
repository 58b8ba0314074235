/* rtnl.h: links, by rtnetlink. */
#ifndef TCPVIZ_PLAT_RTNL_H
#define TCPVIZ_PLAT_RTNL_H

/* Sets the MTU (bytes) of an interface and takes it up. Returns 0 or a negative errno. */
int rtnl_link_up(unsigned ifindex, int mtu);

#endif
