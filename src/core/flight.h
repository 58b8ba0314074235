/* flight.h: segments on the wire, from their sender to their receiver, by their frame's number. A frame may
 * be there several times, when the wire duplicates it: each copy arrives, or is lost, by itself. */
#ifndef TCPVIZ_CORE_FLIGHT_H
#define TCPVIZ_CORE_FLIGHT_H

#include "core/mem.h"
#include "core/seq.h"

/* The answer that is due to a segment that is not believed. */
enum demand { DEMAND_NONE, DEMAND_ACK, DEMAND_CHALLENGE };

/* A segment as its receiver will see it. */
struct receipt {
    uint32_t frame, conn, len;
    seq_t seq, ack;
    uint64_t labels; /* what it is */
    uint32_t sacked; /* bytes that its SACK blocks name */
    uint16_t flags;
    uint8_t from;   /* enum side */
    uint8_t demand; /* enum demand */
    bool refused;   /* the receiver does not take it */
};

struct flight {
    struct receipt receipt;
    uint8_t alive, spoilt; /* a bit for each copy: is on the wire; was corrupted there */
    bool arrived;          /* one of them has, whole */
};

/* Initialise with zero. */
struct flights {
    struct flight *slot; /* open addressing; frame 0 is a free one */
    size_t cap, count;
};

void flights_release(struct flights *l, const struct mem *m);
/* It is on the wire, once. False: no memory. */
bool flights_put(struct flights *l, const struct mem *m, const struct receipt *r);
/* NULL: it is not there. Valid until the next put or drop. */
struct flight *flights_find(const struct flights *l, uint32_t frame);
void flights_drop(struct flights *l, struct flight *f);

#endif
