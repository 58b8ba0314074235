/* conn.h: what is remembered of a connection. For the files of the tracker only (track, judge, machine,
 * calls).
 *
 * Numbers are raw here and become relative on the way out. A flow is one direction: what its side sent. Two
 * counts are kept apart: what a side sent (seen, nxt) and what has reached the other (rcv); on a wire whose
 * arrivals are told they differ, elsewhere a segment is received at once. A capture may hold a hundred
 * thousand connections: bytes count here, and what each segment needs stands in front. */
#ifndef TCPVIZ_CORE_CONN_H
#define TCPVIZ_CORE_CONN_H

#include "core/chunks.h"
#include "core/flight.h"
#include "core/fsm.h"
#include "core/ranges.h"
#include "core/sent.h"
#include "core/track.h"
#include "core/wireshark.h"

enum {
    RANGES_KEPT = 1024, /* gaps in a direction */
    REPEATS_MOST = 64,  /* frames that one copy is said to repeat */
    WRITES_KEPT = 256   /* calls of write() whose bytes may still be sent */
};

/* What few directions ever have: of most connections each line of memory that is not touched is time saved,
 * and of a hundred thousand each byte. */
struct flow_odd {
    uint32_t dup_acks;     /* in a row */
    uint32_t sacked_bytes; /* that its last ACK named beyond */
    uint16_t probes, timeouts;
    seq_t recover;         /* end of what was out when a recovery began */
    seq_t below;           /* number of the last segment that began below the highest, sent at below_ns */
    uint64_t below_ns;     /* 0: none */
    uint32_t probe_frame;  /* its last probe that has no answer yet */
    uint32_t probed_frame; /* that sent the byte at nxt as a probe of a zero window; it may yet be taken */
    uint32_t reject_frame; /* its last segment that the other side does not believe */
    uint32_t spoken_ms;    /* how long before last_ns its last segment was that was no probe */
    uint64_t too_large_ns; /* when ICMP said so; 0: never */
    uint32_t more_syns, more_fins; /* than the first */
    bool stray;                    /* base is a SYN ACK's that came when another had been acknowledged */
    struct {
        uint64_t retransmitted_bytes, probe_bytes;
        uint32_t retransmitted_segments, out_of_order, zero_windows, keep_alives, dup_acks, resets;
    } stats; /* as in struct flow_stats */
};

/* As in struct flow_stats. */
struct flow_count {
    uint64_t unique_bytes, rtt_min_ns, rtt_max_ns, rtt_sum_ns;
    uint32_t rtt_samples, segments, data_segments, pure_acks;
};

/* Frames are 0 where there is none. */
struct flow {
    seq_t base;     /* relative 0, where base_known */
    seq_t nxt, una; /* highest end sent; highest ACK that the other side sent for it */
    seq_t rcv;      /* what the other side has in order ends here */
    seq_t last_ack; /* that this side sent, where ack_seen */
    uint32_t win;   /* that it last advertised, bytes */
    uint64_t last_ns;
    struct sent_list sent;
    struct ranges seen;
    struct flow_odd *odd; /* NULL: nothing of it has happened; flow_odd() reads, flow_odd_of() writes */
    uint32_t ts_echo;     /* last TSecr: the newest timestamp that it took */
    uint32_t last_frame;
    uint32_t
        since_frame; /* its first segment, not a RST, of those at once that nothing came back to; 0: none */
    uint16_t mss;
    uint16_t ip_id; /* of its last segment */
    uint8_t state;  /* enum tcp_state */
    bool any : 1, base_known : 1, syn : 1, ack_seen : 1, una_known : 1, win_known : 1, echo_known : 1,
        sack_ok : 1;
    bool syn_acked : 1, syn_ack : 1, fin : 1, fin_got : 1, fin_acked : 1, fin_ack_got : 1, fin_repeated : 1;
    bool recovering : 1, probe_window : 1, syn_repeated : 1, since_ack : 1; /* of since_frame */
    bool far : 1;        /* its numbers have come so far that `base` cannot be compared with any more */
    bool challenges : 1; /* the answer to reject_frame is a challenge */
    bool counted_syn : 1, counted_fin : 1; /* one was sent; more are counted in flow_odd */
    seq_t fin_end;                         /* number after its FIN */
    uint32_t fin_frame, syn_frame;
    uint32_t flight_most; /* bytes that were out at once, at most */
    uint32_t srtt_us;     /* smoothed, 0: none measured */
    struct flow_count count;
};

/* What the programs did, where their calls are known. Offsets count bytes of the stream from 0. */
struct write_call {
    uint32_t from, to, row;
};
struct calls {
    bool known;
    bool unread; /* the abort was a close() with unread bytes */
    bool half;   /* the close was a shutdown(WR): the socket still reads */
    uint32_t connect_row, close_row, abort_row;
    uint32_t written;      /* bytes */
    uint32_t count, first; /* of writes */
    size_t cap;
    struct write_call *writes;
};

/* Where a close stands. */
enum close_at {
    CLOSE_NONE,
    CLOSE_ONE,
    CLOSE_ONE_ACKED,
    CLOSE_BOTH_3,
    CLOSE_BOTH_4,
    CLOSE_CROSS,
    CLOSE_CROSS_ONE,
    CLOSE_DONE
};

/* On the wire: what of a side's segments has come to the other, who knows of nothing else. */
struct came {
    uint64_t any_ns;     /* when the newest came, */
    uint64_t spoken_ns;  /* and the newest that was no probe */
    uint64_t waiting_ns; /* since when bytes or a FIN wait there for an ACK; 0: none does */
    uint64_t syn_ns;     /* when its SYN came */
    uint32_t frame;      /* the newest */
    uint32_t syn_frame;  /* its SYN that has had no SYN ACK; 0: none */
    uint32_t dup_acks, sacked_bytes;
    seq_t ack; /* the highest, where acked */
    bool acked;
};

/* What only a lab has. */
struct conn_lab {
    struct came came[SIDE_COUNT];
    struct calls *calls[SIDE_COUNT]; /* NULL: none was made */
    struct ranges *got[SIDE_COUNT];  /* on the wire: what arrived of that side's; NULL elsewhere */
    seq_t own[SIDE_COUNT];           /* on the wire: the end of what that side's host has sent itself */
    bool own_known[SIDE_COUNT];
    bool fin_came[SIDE_COUNT]; /* on the wire: that side's FIN arrived where it was still expected */
    uint32_t serial;
};

struct conn {
    struct tuple tuple;
    struct ws_conn ws;
    struct flow flow[SIDE_COUNT];
    struct conn_lab *lab;          /* NULL in captures */
    uint64_t first_ns, silence_ns; /* the longest silence */
    uint32_t first_frame;
    uint32_t older;                      /* the connection before it on the same tuple, NO_CONN */
    uint8_t close_at;                    /* enum close_at */
    uint8_t closer;                      /* enum side of the first FIN */
    bool self : 1;                       /* both ends are one socket */
    bool newer : 1;                      /* another connection has taken its ports */
    bool crossing : 1;                   /* a simultaneous open */
    bool open : 1;                       /* the handshake is over */
    bool queued : 1;                     /* child in the accept queue */
    bool accepted : 1;                   /* fetched from it */
    bool fins_crossed : 1;               /* a simultaneous close */
    bool doubtful : 1;                   /* its SYN came while the older connection was open */
    bool reset : 1;                      /* by a RST that was believed; */
    bool resetter : 1;                   /* enum side of it */
    bool acc_ecn_asked : 1, acc_ecn : 1; /* RFC 9768: what was ECE and CWR counts marks */
    bool challenged : 1;                 /* and the older one has answered: the numbers are its own */
};

/* Where the newest connection of a tuple stands: its index + 1; 0: the slot is free. */
struct conn_slot {
    uint32_t hash, conn;
};

enum { RECENT = 4096 /* places for connections that were looked for lately */ };

/* Counters of a host that moved and whose segment has not come. Off the wire both sides have one host, the
 * first. */
struct tally {
    uint32_t timeouts, loss_probes, delayed_acks;
};

struct track {
    const struct mem *mem;
    struct track_options options;
    struct chunks conns;   /* struct conn */
    struct chunks odds;    /* struct flow_odd */
    struct flow_odd scrap; /* what is written where there was no memory for one */
    struct sent_pool sent;
    struct conn_slot *slots; /* open addressing */
    struct conn_slot
        recent[RECENT]; /* one for each hash: few connections speak at a time, whatever the table holds */
    size_t slot_cap, slot_used;
    uint64_t key[4]; /* of the hash (conn_key) */
    uint32_t repeats[REPEATS_MOST];
    enum tcp_state listener;
    int listener_fd;
    uint32_t listener_close_row;
    uint8_t names[ANNOT_COUNT]; /* which values a sentence names (explain.c) */
    bool owns;                  /* some connection has memory of its own */
    bool starved;               /* there was no memory for something: track_segment and the like say so */
    uint32_t backlog, queued;   /* of the accept queue */
    bool queue_known;
    uint64_t counter_ns; /* when a counter moved last */
    struct tally tally[SIDE_COUNT];
    uint32_t retry_conn; /* who resent last, for TCPAbortOnTimeout */
    enum side retry_side;
    struct flights flying; /* on the wire: sent, not arrived */
};

/* Before the first search: the hash, which no answer depends on. */
void conn_key(struct track *t, uint64_t seed);
/* The newest connection of that pair of endpoints; NO_CONN if there is none. */
uint32_t conn_find(struct track *t, const struct endpoint *a, const struct endpoint *b);
/* The same for the endpoints of a segment. */
uint32_t conn_of(struct track *t, const struct seg *s);
/* A new one, which the table then finds for its tuple; NO_CONN: no memory. */
uint32_t conn_new(struct track *t, const struct tuple *tuple);
void conn_release(struct track *t, struct conn *c);

static inline struct conn *conn_at(const struct track *t, uint32_t i)
{
    return chunks_at(&t->conns, i);
}

/* Notes what a side has sent. False: no memory. */
static inline bool conn_saw(struct track *t, struct flow *f, seq_t left, seq_t right)
{
    const bool noted = ranges_add(&f->seen, t->mem, left, right, NULL);
    t->owns |= f->seen.cap > 0;
    return noted;
}

/* What few directions have; zeroes where it has none of it. */
static inline const struct flow_odd *flow_odd(const struct flow *f)
{
    static const struct flow_odd none;
    return f->odd ? f->odd : &none;
}

/* The same to write to, made if it is the first; never NULL: where there is no memory, the tracker starves.
 */
struct flow_odd *flow_odd_of(struct track *t, struct flow *f);

/* Its counts, as they are told. */
void flow_stats_of(const struct flow *f, struct flow_stats *out);

/* When its last segment came. */
static inline uint64_t conn_last_ns(const struct conn *c)
{
    const struct flow *client = &c->flow[SIDE_CLIENT], *server = &c->flow[SIDE_SERVER];
    return server->last_frame > client->last_frame ? server->last_ns : client->last_ns;
}

/* What the lab told of a connection, made if it is the first; NULL: no memory. */
struct conn_lab *conn_lab(struct track *t, struct conn *c);

static inline struct tally *tally_of(struct track *t, enum side side)
{
    return &t->tally[t->options.wire && side < SIDE_COUNT ? side : SIDE_CLIENT];
}

/* What of that side's segments the other has; NULL off the wire, where all come at once. */
static inline const struct came *conn_came(const struct track *t, const struct conn *c, enum side side)
{
    static const struct came none;
    if (!t->options.wire)
        return NULL;
    return c->lab ? &c->lab->came[side] : &none;
}

/* The calls of that side; NULL where none is known. */
static inline struct calls *conn_calls(const struct conn *c, enum side side)
{
    return c->lab ? c->lab->calls[side] : NULL;
}

/* The side that receives what `from` sends: a socket connected to itself has one side only. */
static inline enum side conn_peer(const struct conn *c, enum side from)
{
    return c->self ? from : side_other(from);
}

/* What a call means (calls.c). */
uint32_t calls_row(const struct conn *c, enum side side, seq_t left, seq_t right, uint32_t *bytes);
/* Whether bytes wait unsent at that side: 1 yes, 0 no, -1 not known. */
int calls_unsent(const struct conn *c, enum side side);

/* The machine (machine.c). */
void machine_input(struct conn *c, enum side side, enum fsm_input in);
/* Whether a segment is one of the many that move neither machine: data and ACKs of an open connection of
 * which no FIN was seen. What the receiver has is then brought up to date, and nothing else is to be done. */
bool machine_rests(struct track *t, struct conn *c, const struct receipt *r);
void machine_sent(struct track *t, struct conn *c, const struct receipt *r, bool first_fin);
/* A made-up segment is on its way: its sender's machine knows nothing of it. */
void machine_forged(struct conn *c, const struct receipt *r);
void machine_received(struct track *t, const struct receipt *r);
/* What asks for an answer has come to the other side, off the wire as soon as it was sent. */
static inline void flow_asks(struct track *t, struct flow *f, const struct receipt *r)
{
    const uint64_t probes = LBL(KEEP_ALIVE) | LBL(ZERO_WINDOW_PROBE);
    if (!(r->labels & (probes | LBL(RETRANSMISSION))) && !r->demand)
        return;
    if (r->labels & probes) {
        flow_odd_of(t, f)->probe_frame = r->frame;
        f->probe_window = (r->labels & LBL(ZERO_WINDOW_PROBE)) != 0;
    }
    if (r->labels & LBL(RETRANSMISSION)) {
        f->syn_repeated |= (r->labels & LBL(SYN)) != 0;
        f->fin_repeated |= (r->labels & LBL(FIN)) != 0;
    }
    if (r->demand) {
        flow_odd_of(t, f)->reject_frame = r->frame;
        f->challenges = r->demand == DEMAND_CHALLENGE;
    }
}

/* Whether a RST of that side is exact enough to be believed. */
bool machine_rst_counts(const struct conn *c, enum side from, const struct receipt *r);

#endif
