/* packet.h: frames of one interface, taken and sent as they are (packet(7)): what comes in, not what goes
 * out; with the time at which the kernel received them. */
#ifndef TCPVIZ_PLAT_PACKET_H
#define TCPVIZ_PLAT_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "plat/fail.h"

struct packets;

enum {
    PACKET_BYTES = 2048, /* of a frame; longer ones do not come from a card without offloads */
    PACKETS_AT_ONCE = 64
};

struct packet {
    uint64_t time_ns; /* CLOCK_REALTIME; not used for sending */
    uint8_t *bytes;
    uint32_t len;
};

/* Opens and takes what comes from now on. NULL: f (status 3) says why. */
struct packets *packets_open(unsigned ifindex, struct fail *f);
void packets_close(struct packets *p); /* NULL is allowed */
int packets_fd(const struct packets *p);
/* What waits, at most PACKETS_AT_ONCE frames, without waiting; out and its bytes are valid until the next
 * call. Returns how many, -1 where the interface is gone. */
int packets_take(struct packets *p, struct packet **out);
/* Sends up to PACKETS_AT_ONCE frames, in order. Returns how many the kernel took. */
int packets_send(struct packets *p, const struct packet *out, int count);
/* Frames that came and found no room, or none for all of their bytes, since it was opened: they are not among
 * those that were taken. */
uint64_t packets_lost(struct packets *p);

#endif
