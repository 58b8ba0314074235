/* offload.h: what a card, or the loopback in its place, does for TCP: all of it off, so that segments are
 * seen as they go over an Ethernet. */
#ifndef TCPVIZ_PLAT_OFFLOAD_H
#define TCPVIZ_PLAT_OFFLOAD_H

/* Turns off what the interface lets be turned off: segmentation (TSO, GSO), merging (GRO, LRO), checksums,
 * scattered frames. Returns 0 or a negative errno (-EPERM …); that an interface has no such switch is no
 * error. */
int offload_off(const char *iface);

#endif
