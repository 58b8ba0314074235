/* bell.h: hears of a frame the moment it passes (packet(7): a socket with a queue), where the sniffer's ring
 * keeps frames for a millisecond. It wakes the program once a frame, so it is for quiet times: under load it
 * is put out of the way, and then costs the kernel one instruction a frame. What it lacks, the ring has. */
#ifndef TCPVIZ_PLAT_BELL_H
#define TCPVIZ_PLAT_BELL_H

#include <stdbool.h>
#include <stdint.h>

struct bell;
struct sock_fprog;

enum { BELL_MOST = 32 /* frames at once */ };

struct bell_frame {
    uint64_t time_ns; /* CLOCK_REALTIME, the kernel's */
    const uint8_t *bytes;
    uint32_t caplen, wirelen;
};

/* On an Ethernet or loopback interface, silent. Open it before the sniffer: of two sockets the kernel serves
 * the younger first, so the ring has what the bell has. inward: without what leaves. NULL: it cannot be had.
 */
struct bell *bell_open(const char *iface, bool inward);
void bell_close(struct bell *b); /* NULL is allowed */
int bell_fd(const struct bell *b);
/* Lets through what passes the filter (BPF; its result is how many bytes of a frame). False: refused, and it
 * is as before. */
bool bell_on(struct bell *b, const struct sock_fprog *filter);
/* Lets nothing through, and forgets what waits. */
void bell_off(struct bell *b);
/* Forgets what waits, and that the interface went down: else the descriptor stays readable. */
void bell_forget(struct bell *b);
/* What waits, without waiting, behind the `have` frames that were taken and are kept. Returns how many there
 * are now, all valid until it is called with 0; -1: too many, or one that the sniffer has in another form:
 * bell_off is next. */
int bell_take(struct bell *b, int have, const struct bell_frame **out);

#endif
