/* track.h: all connections of a timeline, and what each event means for them.
 *
 * Causal: what is said of an event depends only on events before it. Later evidence (a DSACK that shows a
 * copy was needless) labels the later segment and links back. The same events give the same verdicts, whether
 * they come live or from a file. Nothing here walks all connections for one event. */
#ifndef TCPVIZ_CORE_TRACK_H
#define TCPVIZ_CORE_TRACK_H

#include "core/annot.h"
#include "core/decode.h"
#include "core/event.h"
#include "core/mem.h"

struct track;

struct track_options {
    bool live;            /* a lab: calls, counters are known, and a sentence need not say "probably" */
    uint16_t server_port; /* the port of the lab's server; 0: whoever sends the first SYN is the client */
    bool wire;            /* a segment is received when track_wire says so, not at once */
    bool wordless;        /* nobody asks for sentences or for Wireshark's names: verdicts have none */
    uint64_t seed;        /* of the hash that finds connections: a number that no sender of segments knows */
};

struct track *track_new(const struct mem *m, const struct track_options *o);
void track_free(struct track *t);

/* What a segment is. Segments are named by their frame's number, calls by their row in the session's
 * timeline. repeats points into the tracker and is valid until the next call. */
struct verdict {
    uint64_t labels;
    uint32_t wireshark;
    uint32_t conn;
    enum side from;
    enum step step;
    enum cause cause;
    uint32_t cause_row;      /* of the call, where cause is CAUSE_CALL */
    uint32_t seq, ack;       /* relative */
    uint8_t shift;           /* of the window; */
    uint32_t win;            /* as scaled (oracle's NOTES) */
    uint32_t acks_frame;     /* 0: acknowledges none that is known */
    const uint32_t *repeats; /* frames */
    uint32_t repeats_count;
    enum tcp_state state[SIDE_COUNT]; /* after it was sent and received */
    struct annot annot;               /* the sentence and its values */
};

/* That segment will come next: what its connection is judged by is fetched meanwhile. Returns which
 * connection it probably is; NO_CONN: none that is known. */
uint32_t track_expect(const struct track *t, struct seg *s);
/* Judges one segment; its frame numbers grow from 1. False: no memory. */
bool track_segment(struct track *t, const struct seg *s, struct verdict *out);
/* Whether there was once no memory for what an event meant: facts are missing. */
bool track_starved(const struct track *t);

/* A call was made (row `row`). Returns its connection, NO_CONN for the listener's and unknown ones. */
uint32_t track_call(struct track *t, const struct event_key *key, const struct event_call *c,
                    uint64_t time_ns, uint32_t row);
/* The connection that a key means, made if its serial is new; NO_CONN if there is none. */
uint32_t track_find(struct track *t, const struct event_key *key);
/* Returns the connection whose state it moves; NO_CONN: none. */
uint32_t track_counter(struct track *t, const struct event_counter *c, uint64_t time_ns, uint32_t row);
/* The kernel has no socket for this endpoint any more: input of the machine in TIME-WAIT and FIN-WAIT-2 only.
 */
void track_gone(struct track *t, uint32_t conn, enum side side);
/* What became of a segment on the wire: a receiver's edge is at `arrived`, and what comes after is judged by
 * what has arrived. Returns its connection and *to, the receiver; NO_CONN and SIDE_NONE where it is not on
 * the wire (any more). */
uint32_t track_wire(struct track *t, const struct event_wire *e, uint64_t time_ns, enum side *to);

/* One direction of a connection: what its sender sent. All counts from the first segment seen. */
struct flow_stats {
    /* Payload as IP's header counts it: seen for the first time; sent before; sent to ask for a window, which
     * is neither, as tcptrace has it: the byte is data when it is sent for good. */
    uint64_t unique_bytes, retransmitted_bytes, probe_bytes;
    uint64_t rtt_min_ns, rtt_max_ns, rtt_sum_ns; /* Karn's rule; min is UINT64_MAX while there is none */
    uint32_t rtt_samples;
    uint32_t segments, data_segments, pure_acks;
    uint32_t retransmitted_segments; /* of which any part, SYN and FIN too, was sent before */
    uint32_t out_of_order;           /* with new data below the highest number seen */
    uint32_t zero_windows, keep_alives, dup_acks;
    uint32_t syns, fins, resets;
};

/* Payload bytes, every copy counted. */
static inline uint64_t flow_bytes(const struct flow_stats *f)
{
    return f->unique_bytes + f->retransmitted_bytes + f->probe_bytes;
}

/* How a connection ended, as far as it did. */
enum conn_end {
    END_OPEN,
    END_HALF,    /* one side has sent a FIN */
    END_CLOSED,  /* both have */
    END_RESET,   /* a RST that was believed */
    END_REFUSED, /* a RST that answered the SYN */
};

/* A connection as known up to the last event. */
struct conn_view {
    struct tuple tuple;
    uint64_t first_ns, last_ns;
    uint32_t first_frame;
    enum tcp_state state[SIDE_COUNT]; /* the machine's */
    uint32_t isn[SIDE_COUNT];         /* raw number that relative 0 stands for */
    bool isn_known[SIDE_COUNT];
    int shift[SIDE_COUNT];    /* window shift in force; -1 unknown or unused */
    uint16_t mss[SIDE_COUNT]; /* announced by that side's SYN; 0 unknown */
    struct flow_stats stats[SIDE_COUNT];
    uint64_t irtt_ns; /* SYN to the handshake's ACK; 0 unknown */
    uint32_t snd_una[SIDE_COUNT], snd_nxt[SIDE_COUNT],
        rcv_wnd[SIDE_COUNT];                              /* relative; window scaled, bytes */
    uint64_t silence_ns;                                  /* the longest in which neither side sent */
    uint32_t flight[SIDE_COUNT], flight_most[SIDE_COUNT]; /* bytes that are out; that were at once, at most */
    uint32_t arrived[SIDE_COUNT];    /* what the other side has in order of it ends here; relative */
    uint32_t last_frame[SIDE_COUNT]; /* its newest segment, 0: none */
    enum conn_end end;
    enum side end_by; /* who sent the first FIN, or the RST; SIDE_NONE while open */
    bool ended;       /* both CLOSED or TIME-WAIT, or its ports have a newer one */
};
size_t track_count(const struct track *t);  /* connections */
size_t track_memory(const struct track *t); /* bytes that they take, but for a lab's calls */
bool track_view(const struct track *t, uint32_t conn, struct conn_view *out);
/* Of a connection that there is: its ends, its first segment's time, and the counts of one direction. */
const struct tuple *track_tuple(const struct track *t, uint32_t conn);
int track_shift(const struct track *t, uint32_t conn, enum side side); /* of its windows; -1: unknown */
uint16_t track_mss(const struct track *t, uint32_t conn,
                   enum side side); /* announced by that side; 0 unknown */
uint64_t track_first_ns(const struct track *t, uint32_t conn);
void track_stats(const struct track *t, uint32_t conn, enum side side, struct flow_stats *out);

/* The frame that last sent the segment of src which begins with that number (raw), as long as it is
 * remembered; 0: none is known. Of a connection that there is. */
uint32_t track_frame_of(const struct track *t, uint32_t conn, const struct endpoint *src, seq_t seq);
/* An ICMP error has told src that a packet was too large: what it sends again next is because of that. */
void track_too_large(struct track *t, uint32_t conn, const struct endpoint *src, uint64_t time_ns);

/* The listener as the machine knows it: STATE_UNKNOWN before listen(). */
enum tcp_state track_listener(const struct track *t);

#endif
