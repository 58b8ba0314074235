/* event.h: everything that happens is an event on one timeline. Sources make events, session_apply takes
 * them. Times are ns since the epoch on the capture's clock (CLOCK_REALTIME where it is live). Texts and
 * bytes are borrowed for the length of the call that takes the event. */
#ifndef TCPVIZ_CORE_EVENT_H
#define TCPVIZ_CORE_EVENT_H

#include "core/seq.h"
#include "core/types.h"

enum event_kind {
    EVENT_SEGMENT,  /* what the sniffer saw */
    EVENT_CALL,     /* a system call of one of the two programs */
    EVENT_SAMPLE,   /* the kernel's view of a socket */
    EVENT_LISTENER, /* the kernel's view of the listening socket */
    EVENT_WIRE,     /* what became of a frame on the wire */
    EVENT_STAMP,    /* a time measured in a layer (SO_TIMESTAMPING) */
    EVENT_COUNTER,  /* a counter of the namespace moved */
    EVENT_NOTE,     /* a line of teaching, a teacher's remark */
    EVENT_GONE,     /* the kernel has no socket for this endpoint any more */
    EVENT_KINDS
};

/* Which connection an event belongs to, where it is not a segment. The session finds the newest connection of
 * that tuple. `serial` is given by a lab's client: one number for each connection that it opens, so that a
 * call that comes before its SYN belongs to the new connection even where the ports are used again; 0
 * elsewhere. */
struct event_key {
    bool known; /* false: no connection (the listener's socket, bind …) */
    struct tuple tuple;
    uint32_t serial;
};

/* Calls whose meaning the machine knows; the rest are CALL_OTHER. */
enum call_kind {
    CALL_OTHER,
    CALL_SOCKET,
    CALL_BIND,
    CALL_LISTEN,
    CALL_CONNECT,
    CALL_ACCEPT,
    CALL_READ,
    CALL_WRITE,
    CALL_CLOSE,
    CALL_SHUTDOWN_RD,
    CALL_SHUTDOWN_WR,
    CALL_SHUTDOWN_RDWR,
    CALL_ABORT, /* the close() of SO_LINGER 0 */
    CALL_CRASH,
    CALL_KINDS
};

struct event_call {
    enum side side;
    enum call_kind kind;
    const char *name;    /* "write" */
    const char *args;    /* "7, \"HTTP/1.1 200 OK…\", 431": safe text (no control characters) */
    int fd;              /* the descriptor it was made on; -1 where there is none */
    int64_t result;      /* what it returned; meaningless where err is set */
    int err;             /* errno, 0 where it succeeded */
    const char *errname; /* "EINPROGRESS", NULL where it succeeded */
    uint64_t took_ns;
    int value;        /* listen: the backlog in force, min(backlog, somaxconn); accept: -1 */
    const char *data; /* read: the bytes that it returned (raw), or their beginning; NULL elsewhere */
    size_t data_len;
    bool unread; /* close: bytes were unread in the receive buffer (Linux then sends RST, RFC 2525 2.17) */
};

enum timer_kind {
    TIMER_NONE,
    TIMER_RETRANSMIT,
    TIMER_KEEPALIVE,
    TIMER_TIME_WAIT,
    TIMER_PERSIST,
    TIMER_DELAYED_ACK
};

/* -1 where the kernel did not say (DESIGN 8: null). Bytes, segments, µs, ms as named. */
struct event_sample {
    enum side side;
    enum tcp_state state;   /* the kernel's */
    int64_t recv_q, send_q; /* bytes, as in ss */
    int64_t unsent;         /* bytes of send_q that were never sent */
    int64_t cwnd, ssthresh; /* segments */
    int64_t rtt_us, rto_us;
    int64_t rcvbuf, sndbuf;     /* room of the buffers, bytes */
    int64_t mss;                /* bytes a segment that it sends may hold */
    int64_t snd_wnd;            /* the peer's window, bytes */
    int64_t timer_ms;           /* until it fires */
    int64_t probes, probes_max; /* keepalive or zero-window probes out; the most there may be */
    int64_t backoff;
    enum timer_kind timer;
};

struct event_listener {
    enum tcp_state state;
    int64_t syn_q, accept_q, backlog;
};

enum wire_event {
    WIRE_HELD,
    WIRE_RELEASED,
    WIRE_ARRIVED,
    WIRE_DROPPED,
    WIRE_DUPLICATED,
    WIRE_CORRUPTED,
    WIRE_EVENTS
};

/* Why the wire did it. */
enum wire_why {
    WIRE_BY_HAND, /* a command, a key */
    WIRE_BY_CHANCE,
    WIRE_BY_HOLD, /* all frames are held */
    WIRE_QUEUE_FULL,
    WIRE_CUT,
    WIRE_TOO_LARGE,
    WIRE_WHYS
};

enum stamp_point { STAMP_QDISC, STAMP_DRIVER, STAMP_SOFTIRQ, STAMP_ACKED, STAMP_READ, STAMP_POINTS };

/* A stamp names its segment by the last byte it covers. */
struct event_stamp {
    enum side side; /* the side whose kernel measured it */
    enum stamp_point point;
    enum side sender;   /* whose bytes */
    uint64_t last_byte; /* offset in the stream of the sender: the first byte is 0 */
};

/* A tally of a namespace; where the event has a key it is what the kernel said at a tracepoint of one
 * connection, whose name then has ":" and its reason behind it. */
struct event_counter {
    enum side side;
    const char *name;
    int64_t delta;
};

/* Tallies have a capital at their beginning, tracepoints none. */
static inline bool counter_is_said(const struct event_counter *c)
{
    return c->name[0] >= 'a' && c->name[0] <= 'z';
}

struct event_wire {
    uint32_t frame;
    enum wire_event what;
    enum wire_why why; /* dropped, held, duplicated, corrupted */
    uint8_t copy;      /* 0 is the frame itself, others are its duplicates */
};

struct event_segment {
    int linktype;
    const uint8_t *bytes;
    uint32_t caplen, wirelen;
    uint32_t frame;  /* its number in the capture, growing; 0: the one after the last */
    uint64_t record; /* where it stands in a file that stays open (session_frames_from), + 1; 0: nowhere */
    bool injected;
    bool cut;      /* all of it was captured, and its end was not kept: what follows is of the whole frame */
    uint8_t cksum; /* enum cksum_verdict */
};

struct event {
    enum event_kind kind;
    uint64_t time_ns;
    struct event_key key;
    union {
        struct event_segment segment;
        struct event_call call;
        struct event_sample sample;
        struct event_listener listener;
        struct event_stamp stamp;
        struct event_counter counter;
        struct event_wire wire;
        struct {
            const char *text;
            size_t len;
            bool said; /* `say` of a script, not `note` */
        } note;
        enum side gone;
    } u;
};

/* Who wants to hear of events. */
struct event_sink {
    void (*take)(void *ctx, const struct event *e);
    void *ctx;
};

/* Names of the export: "segment", "arrived", "qdisc", "keepalive" … */
const char *event_kind_name(enum event_kind k);
const char *call_kind_name(enum call_kind k); /* "shutdown-wr"; "other" for CALL_OTHER */
const char *wire_event_name(enum wire_event w);
const char *wire_why_name(enum wire_why w); /* "hold" */
const char *stamp_point_name(enum stamp_point p);
const char *timer_name(enum timer_kind t); /* NULL for TIMER_NONE */

#endif
