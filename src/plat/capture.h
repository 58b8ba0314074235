/* capture.h: the sniffer (libpcap, known only here): TPACKET_V3 with a 1-ms timeout, nanosecond stamps, full
 * frames. */
#ifndef TCPVIZ_PLAT_CAPTURE_H
#define TCPVIZ_PLAT_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "plat/fail.h"

struct capture;

struct capture_options {
    const char *iface;
    const char *filter; /* BPF, NULL: everything */
    int snaplen;        /* bytes of a frame to keep; 0: all */
    int buffer_bytes;   /* of the ring; 0: a small default (a quiet lab must stay under 8 MB in all) */
    bool at_once;       /* in quiet times a frame need not wait for the ring's timer */
};

/* Opens and starts at once. NULL: f says why (status 2 for a wrong filter with libpcap's words, 3 otherwise).
 */
struct capture *capture_open(const struct capture_options *o, struct fail *f);
int capture_fd(const struct capture *c);
/* Another descriptor that becomes readable when capture_drain has something to do; -1: there is none. */
int capture_bell(const struct capture *c);
int capture_linktype(const struct capture *c);
/* Hands over what the ring holds, without waiting: bytes are valid during the call. Returns how many frames,
 * -1 where the interface is gone. At most `most` frames (0: all there are). */
int capture_drain(struct capture *c, int most,
                  void (*frame)(void *ctx, uint64_t time_ns, const uint8_t *bytes, uint32_t caplen,
                                uint32_t wirelen),
                  void *ctx);
/* The time (CLOCK_REALTIME) up to which everything that passed has been handed over: now, unless the kernel
 * has counted frames (PACKET_STATISTICS) that the ring still holds back, or that wait for a processor. Ask it
 * after capture_drain. Where the kernel's counts say nothing, it is now. */
uint64_t capture_heard(struct capture *c);
struct capture_counts {
    uint64_t seen, dropped, interface_dropped;
};
/* Counts since it was opened. */
void capture_counts(struct capture *c, struct capture_counts *out);
/* How long after a frame has passed the ring may still hold it back on a machine that is not loaded, ns: what
 * the kernel's timer makes of the 1 ms that was asked for. */
uint64_t capture_lag_ns(void);
void capture_close(struct capture *c);

/* A BPF filter for frames that come from elsewhere, compiled for one link type. NULL: f has status 2 and
 * libpcap's words. */
struct packet_filter;
struct packet_filter *packet_filter_new(const char *text, int linktype, struct fail *f);
bool packet_filter_passes(const struct packet_filter *p, const uint8_t *bytes, uint32_t caplen,
                          uint32_t wirelen);
void packet_filter_free(struct packet_filter *p); /* NULL is allowed */

#endif
