/* stamps.h: times measured in the layers (SO_TIMESTAMPING), for connections that move little: whoever moves
 * more than STAMPS_MOST bytes without a second of quiet is not stamped, so that cost and number of events
 * stay bounded. */
#ifndef TCPVIZ_LAB_STAMPS_H
#define TCPVIZ_LAB_STAMPS_H

#include "lab/peer.h"

enum { STAMPS_MOST = 64 * 1024 };

/* The kernel stamps what it receives only while somebody wants it, and begins some ms after it was asked. So
 * a socket that asks is held as long as the lab is up; -1: it could not be had, and the first bytes have no
 * softirq stamp. */
int stamps_hold(void);

/* To be called before bytes are moved: decides whether they are stamped. */
void stamps_moving(struct peer *p, uint64_t bytes);
/* Bytes up to p->read_bytes were read: when they came in by softirq, and when read() had them. */
void stamps_read(struct peer *p, uint64_t softirq_ns, uint64_t read_ns);
/* Hands over what waits in the error queue and empties it. Returns how much waited there. */
int stamps_drain(struct peer *p);

#endif
