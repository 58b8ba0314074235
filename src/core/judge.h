/* judge.h: what a segment is. For the files of the tracker only. */
#ifndef TCPVIZ_CORE_JUDGE_H
#define TCPVIZ_CORE_JUDGE_H

#include "core/conn.h"

/* Why a copy was sent, as far as it shows. */
enum copy_kind { COPY_NONE, COPY_PLAIN, COPY_RTO, COPY_TLP, COPY_FAST, COPY_RECOVERY };

/* What the receiver makes of a made-up segment. */
enum forged {
    FORGED_NOT, /* it is none, or it opens a connection of its own */
    FORGED_SYN,
    FORGED_RST,
    FORGED_RST_NEAR, /* in the window, but not the exact number */
    FORGED_RST_FAR,
    FORGED_NO_ACK,
    FORGED_PAWS,
    FORGED_OLD,
    FORGED_AHEAD,     /* beyond the window */
    FORGED_ACK_AHEAD, /* acknowledges what was never sent */
    FORGED_TAKEN,
    FORGED_OTHER
};

/* One segment while it is judged: f is the flow it belongs to, r the other one. */
struct look {
    struct track *t;
    struct conn *c;
    struct flow *f, *r;
    const struct came *came; /* what of r has come to its sender; NULL off the wire */
    const struct seg *s;
    struct verdict *v;
    struct receipt receipt;
    seq_t left, right;   /* the numbers it takes */
    uint64_t idle_ns;    /* since the last segment of the connection */
    uint64_t silence_ns; /* that the sentence speaks of */
    enum side from;
    enum copy_kind copy;
    enum forged forged;
    bool syn, fin, rst, ack; /* flags */
    bool pure;               /* nothing but an ACK */
    bool first_fin, refused, old, probe, late;
    bool smaller;    /* cut anew, for ICMP said that it was too large */
    bool twice;      /* the frame before once more, as a mirrored port shows it */
    bool stray;      /* a SYN ACK with another number than the one that was acknowledged */
    bool answer;     /* a SYN ACK that answers a repeated SYN */
    bool beyond;     /* acknowledges what was not seen */
    bool opens;      /* window from zero */
    bool full;       /* the accept queue has no room for it */
    bool open_again; /* acknowledges a SYN ACK for the second time */
    bool fin_again;  /* acknowledges a FIN for the second time */
    bool forgery;    /* answers a made-up segment that it did not take */
    bool half_open, gone, timed_out, aborted, unread, unaccepted;
    bool asking;           /* a window probe with the next byte, which is not sent for good */
    bool repeated;         /* some of its numbers were taken before */
    bool overtaken;        /* it brings new numbers below the highest */
    uint32_t fresh, again; /* bytes of its payload that are new, that were sent before */
    uint32_t call_bytes;   /* of the write() that made it */
};

static inline void look_label(struct look *k, uint64_t labels)
{
    k->v->labels |= labels;
}

/* How long before this segment that was; 0: not before it. */
static inline uint64_t look_since(const struct look *k, uint64_t ns)
{
    return k->s->time_ns > ns ? k->s->time_ns - ns : 0;
}

/* How many duplicate ACKs its sender has heard in a row. */
static inline uint32_t judge_dup_acks(const struct look *k)
{
    return k->came ? k->came->dup_acks : flow_odd(k->r)->dup_acks;
}

/* The numbers that it takes: SYN, bytes, FIN; retransmissions and their kinds; probes. */
void judge_numbers(struct look *k);
/* Keeps what it sends for comparison: it is new. */
void judge_remember(struct look *k);
/* Whether it is a probe; *window: of a zero window, and not a keep-alive. */
bool judge_is_probe(const struct look *k, bool *window);
void judge_probe(struct look *k, bool window);
/* What of its numbers is new: fresh, again, repeated, overtaken. Returns whether nothing is. */
bool judge_weigh(struct look *k);
/* The byte of a window probe is acknowledged, or followed by others: it counts as sent from here on, by that
 * probe. */
void judge_probe_taken(struct look *k, struct flow *f);
/* What it acknowledges. */
void judge_ack(struct look *k);
void judge_rst(struct look *k);
/* The same for a made-up segment (forged.c). */
void judge_forged(struct look *k);
/* Counts it, when it has been judged. */
void look_count(struct look *k);
/* Whether there is anything for look_marks() to see: mostly there is not. */
static inline bool look_marked(const struct look *k)
{
    const struct seg *s = k->s;
    return s->cksum == CKSUM_BAD || s->truncated || s->fragment || s->ecn == 3 || s->opt.fast_open ||
           s->opt.mptcp || s->flags & (TCP_SYN | TCP_URG | TCP_ECE | TCP_CWR);
}
/* The labels that it has by itself; reused: its ports had a connection before. */
void look_marks(struct look *k, bool reused);
/* Which sentence explains it, with which values. */
void explain(struct look *k);

#endif
