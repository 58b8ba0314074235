/* wireshark.h: what Wireshark's TCP analysis calls a segment: the tcp.analysis fields that tshark 4.0 sets.
 *
 * Its names are kept beside our own labels so that a student can look at both programs; where they differ,
 * ours say what happened and these say what Wireshark shows. */
#ifndef TCPVIZ_CORE_WIRESHARK_H
#define TCPVIZ_CORE_WIRESHARK_H

#include "core/decode.h"

/* What the analysis remembers of one direction. Numbers are raw; 0 is "unknown", as in Wireshark itself. */
struct ws_flow {
    uint64_t next_ns;  /* when `next` was last raised */
    uint64_t last_ns;  /* its last segment */
    uint32_t next;     /* next expected number: the highest end seen */
    uint32_t last_ack; /* acknowledgment field of its last segment */
    uint32_t mark;     /* up to where the other side may acknowledge */
    uint32_t base;     /* what its relative numbers count from, where based */
    uint16_t win;      /* window of its last segment, unscaled, where spoken */
    uint16_t dup_acks; /* duplicate ACKs in a row; see acks_unseen for its use besides */
    uint16_t paths;    /* ws_conn.paths as of its last segment */
    uint8_t scale;     /* see ws_shift */
    bool based : 1, spoken : 1;
    bool keep_alive : 1, probe : 1; /* what its last segment was */
    bool unscaled : 1;              /* its window is still that of its SYN */
};

/* One stream. Zeroed is a new one. */
struct ws_conn {
    struct ws_flow flow[SIDE_COUNT];
    uint64_t syn_ns; /* the last SYN without ACK; 0: none was seen */
    uint64_t rtt_ns; /* from there to the first ACK without SYN; 0: unknown */
    uint16_t paths;  /* one bit for each subtype of MPTCP that was seen */
    bool tfo_syn;    /* it had a SYN with data and a cookie */
};
_Static_assert(sizeof(struct ws_conn) <= 104, "one for each connection");

/* Judges one segment, sent by `from`, and remembers it. labels gets WS_BIT()s; NULL: nobody asks what any
 * segment of the stream is called, and only the times and shifts are kept up. The caller decides what a
 * stream is; reused: this SYN began a new stream on ports that had one, or this SYN ACK begins with another
 * number than the one before it in the same stream. What has no length of its own (a first IP fragment, a
 * broken header) is not analysed. */
void ws_segment(struct ws_conn *c, enum side from, const struct seg *s, bool reused, uint32_t *labels);

/* The shift that Wireshark scales that side's windows by (SYN segments are never scaled): -1 where it is
 * unknown, 0 where it is known to be unused. */
int ws_shift(const struct ws_conn *c, enum side side);

#endif
