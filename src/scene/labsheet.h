/* labsheet.h: what the classic questions of a TCP lab ask of one connection: its handshake, the first
 * segments with data and their ACKs, the window, what was sent again, what the ACKs cover, the throughput.
 * Facts only. */
#ifndef TCPVIZ_SCENE_LABSHEET_H
#define TCPVIZ_SCENE_LABSHEET_H

#include "session/session.h"

enum { LAB_FIRST = 6, LAB_AGAIN = 8 };

/* A segment with data, and the ACK that first covered it; ack_frame 0: none came. */
struct lab_segment {
    uint32_t frame, seq, len, header; /* header: bytes of the TCP header, 0 where it was cut */
    uint64_t sent_ns, ack_ns;
    uint32_t ack_frame;
    /* Why its round trip is no sample: it was sent again before that ACK (RFC 6298 3), or the ACK covers
     * something that was, for which the receiver may have waited. */
    bool again, behind;
};

struct labsheet {
    uint32_t conn; /* the connection with the most data; NO_CONN: there is none */
    struct conn_view view;
    enum side sender;                /* who sent more data */
    uint32_t syn_frame, reply_frame; /* SYN and SYN ACK; 0: not captured */
    bool sack[SIDE_COUNT];           /* SACK permitted by that side's SYN */
    struct lab_segment first[LAB_FIRST];
    size_t firsts;
    uint32_t least_window, least_frame; /* that the receiver advertised; frame 0: none */
    uint64_t full;                    /* segments after which the sender had to wait: they fill the window */
    uint64_t zero;                    /* ACKs that close the window */
    uint32_t again[LAB_AGAIN];        /* frames that repeat, the first of them */
    uint64_t repeats;                 /* how many there are */
    uint64_t acks;                    /* that cover new data */
    uint64_t acks_several;            /* more than one segment each */
    uint32_t acked_least, acked_most; /* bytes an ACK covers */
    uint64_t acked_sum;
    uint32_t from_seq, to_ack; /* all that was acknowledged: numbers [from_seq, to_ack) */
    uint64_t from_ns, to_ns;   /* first data; the ACK that came to to_ack */
};

/* Fills *l from a session that has all its rows. False: no memory. */
bool labsheet_of(struct labsheet *l, const struct session *s, const struct mem *m);

#endif
