/* session.h: what happened. session_apply is the only writer of facts; everybody else reads.
 *
 * The timeline is an array of rows of 56 bytes, in order of time; what does not fit into one stands in the
 * store or in the session's arena and is fetched by row. Pointers handed out live as long as the session.
 * Nothing here blocks. */
#ifndef TCPVIZ_SESSION_SESSION_H
#define TCPVIZ_SESSION_SESSION_H

#include "core/icmp.h"
#include "core/track.h"

struct session;

struct session_options {
    const char *source;         /* "private loopback", "host loopback", "the wire", file name, interface */
    uint64_t started_ns;        /* since the epoch */
    struct track_options track; /* seed 0: one is drawn, and not told */
    uint32_t keep;              /* bytes of a frame that are kept once it was judged whole; 0: all */
    bool rowless;               /* only the connections are wanted: no row is kept */
    bool unlisted;   /* nobody asks what connections look like at a glance: no outline (outline.h) is kept */
    bool ahead;      /* a segment becomes a row when the next event has come, or by session_finish */
    uint32_t most;   /* rows that are kept at least; older ones give way. 0: all */
    uint64_t memory; /* bytes that rows and frames may take; past it the oldest give way. 0: all there are */
    const struct mem *mem;
};

struct session *session_new(const struct session_options *o); /* NULL: no memory */
void session_free(struct session *s);

/* Takes one event; the bytes and texts it points to are copied. Events come in the order of the timeline
 * (turn.h sorts them). False: there was no memory for it, and session_out_of_memory() stays true. */
bool session_apply(struct session *s, const struct event *e);

/* Where frames are asked for that came with a record of a file (event_segment.record): get fills the frame of
 * that record, false where it cannot. For the session's life. */
struct frame;
void session_frames_from(struct session *s, bool (*get)(void *ctx, uint64_t record, struct frame *out),
                         void *ctx);

/* All events were given, for now: where a session is `ahead`, or without rows, the last segment counts only
 * by this. False: no memory. */
bool session_finish(struct session *s);
/* The same in the past: e, which says nothing of any connection (a note), becomes row `row`; what stood there
 * and behind it moves by one, and every pointer that was handed out is stale. Costs as much as reading the
 * session did. False: there is no memory for it, or rows were given up; nothing has changed. */
bool session_insert(struct session *s, uint32_t row, const struct event *e);

/* One row of the timeline. Segments use all of it; other kinds time_ns, kind, side, conn, before and kept. */
struct row {
    uint64_t time_ns;
    union {
        uint64_t kept; /* no segment: see session_call() and friends */
        struct {
            uint64_t place : 43;    /* in the store */
            uint64_t has_extra : 1; /* cause, repeated rows, further values: session_extra */
            uint64_t shift : 4;     /* of the window, as it was in force */
            uint64_t window : 16;   /* as sent; scaled: row_win */
        };
    };
    uint64_t labels : 41, wireshark : 18, step : 4;
    uint64_t bare : 1; /* no payload: amount is bytes acknowledged */
    uint32_t seq, ack; /* relative */
    uint32_t amount;   /* payload bytes; for a bare ACK the bytes it acknowledges for the first time */
    uint32_t frame;    /* 0 where it is not a segment, nor an ICMP error */
    uint32_t conn;     /* NO_CONN: none */
    uint32_t acks;     /* frame that it acknowledges, 0: none that is known */
    uint32_t before;   /* the row before of this connection, NO_ROW */
    uint16_t flags : 9, side : 2, kind : 4, injected : 1;
    uint8_t annot;
    uint8_t states; /* enum tcp_state of the client in the low four bits, of the server in the high */
};
_Static_assert(sizeof(struct row) == 56, "there may be a hundred million of them");

/* The window that it offers, bytes. */
static inline uint32_t row_win(const struct row *r)
{
    return (uint32_t)r->window << r->shift;
}

static inline uint32_t row_len(const struct row *r)
{
    return r->bare ? 0 : r->amount;
}

/* One of the two states that are packed so. */
static inline enum tcp_state state_in(uint8_t states, enum side side)
{
    return (enum tcp_state)(side == SIDE_CLIENT ? states & 15 : states >> 4);
}

static inline enum tcp_state row_state(const struct row *r, enum side side)
{
    return state_in(r->states, side);
}

struct row_extra {
    enum cause cause;
    const struct event_call *call; /* CAUSE_CALL; NULL: it is not known */
    uint32_t cause_row;            /* its row, which may have been given up */
    struct annot annot;
    const uint32_t *repeats; /* frames */
    uint32_t repeats_count;
};

size_t session_rows(const struct session *s);
/* The first row that is still there: rows keep their numbers when older ones give way. */
size_t session_first(const struct session *s);
const struct row *session_row(const struct session *s, size_t i); /* NULL past the end, or given up */
/* Never NULL: what a row has not is zero. For a row without extra, annot holds id and acked from the row. */
void session_extra(const struct session *s, const struct row *r, struct row_extra *out);
/* The segment of a row, decoded again from the store: addresses, options, header spans.
 * False: not a segment. */
bool session_seg(const struct session *s, const struct row *r, struct seg *out);
/* The same but for the verdict on its checksum, for those who ask for many. */
bool session_head(const struct session *s, const struct row *r, struct seg *out);
/* The captured bytes of a segment row. */
const uint8_t *session_bytes(const struct session *s, const struct row *r, uint32_t *caplen,
                             uint32_t *wirelen, int *linktype);
/* The rest of a row that is not a segment; NULL if it is of another kind. Texts are the session's own copies.
 */
const struct event_call *session_call(const struct session *s, const struct row *r);
const struct event_sample *session_sample(const struct session *s, const struct row *r);
enum tcp_state session_sample_machine(const struct session *s,
                                      const struct row *r); /* the machine's at that moment */
const struct event_listener *session_listener_at(const struct session *s, const struct row *r);
const struct event_counter *session_counter(const struct session *s, const struct row *r);
const struct event_wire *session_wire(const struct session *s, const struct row *r);
/* The row of the i-th note; NO_ROW past the last. */
uint32_t session_note_row(const struct session *s, size_t i);
const char *session_note(const struct session *s, const struct row *r, size_t *len, bool *said);
/* What an ICMP error said of a segment (a row of kind EVENT_NOTE, which is no note then): NULL where it is
 * none. *quotes is the frame of that segment, 0 where it is not known; the row's frame and connection are its
 * own. */
const struct icmp_error *session_icmp(const struct session *s, const struct row *r, uint32_t *quotes);
/* A stamp: the row of its segment (NO_ROW unknown) and its point. */
bool session_stamp(const struct session *s, const struct row *r, uint32_t *segment, enum stamp_point *point);
/* Times measured for one segment row: 0 where not known. */
void session_stamps_of(const struct session *s, uint32_t row, uint64_t at_ns[STAMP_POINTS]);
/* What became of a segment on the wire: its first arrival, or that it was dropped before. */
struct session_flight {
    uint64_t end_ns;  /* 0: it is on its way */
    uint32_t end_row; /* the row that tells of it */
    uint8_t end;      /* enum wire_event: WIRE_ARRIVED or WIRE_DROPPED */
    uint8_t state;    /* enum tcp_state of the receiver then */
    bool held;        /* now */
    bool corrupted, duplicated;
};
/* False: the row is no segment, or nothing is known of its way: it did not pass the wire. */
bool session_flight_of(const struct session *s, const struct row *r, struct session_flight *out);
/* Whether it arrived so soon after it left that nobody sees the difference. */
enum { SESSION_AT_ONCE_NS = 1000000 };
bool session_flight_fast(const struct row *r, const struct session_flight *f);
/* Whether rows that come soon may change what that row says: the arrival of a frame on the wire, the segment
 * of a stamp, the state that a SYN left where it arrived. until_ns: all that was before it is on the
 * timeline; 0: not known. */
bool session_waits(const struct session *s, uint32_t row, uint64_t until_ns);
/* Whether it is a line of the ladder: what happened, not what was measured. */
bool session_shown(const struct session *s, const struct row *r);
/* The event that made this row (of an ICMP error its frame), as session_apply took it: applied in the same
 * order to a session that began with the same options, the events of all rows make all facts again. Texts and
 * bytes are the session's. */
void session_event(const struct session *s, const struct row *r, struct event *out);
/* The row of frame number n, NO_ROW if it is not a segment of the session. By bisection. */
uint32_t session_frame(const struct session *s, uint32_t frame);
/* The same, and the row of an ICMP error too: whatever the ladder shows with that number. */
uint32_t session_numbered(const struct session *s, uint32_t frame);
/* By how much the row of a frame is earlier than the row of a frame before it in a capture: its clock went
 * back. 0: it did not, or it is a lab's, whose frames two processors may hand over crosswise. */
uint64_t session_went_back(const struct session *s, const struct row *r);
/* The times of the oldest and the newest frame that is a row, the first and the last but for clocks that go
 * back; 0: there is none. */
void session_extent(const struct session *s, uint64_t *oldest_ns, uint64_t *newest_ns);

/* Connections, numbered from 0 here and from 1 wherever a person sees them. */
size_t session_conns(const struct session *s);
bool session_conn(const struct session *s, uint32_t conn, struct conn_view *out);
/* Of that without the rest: its ends (NULL: there is no such connection), and what a side announced (0:
 * unknown). */
const struct tuple *session_ends(const struct session *s, uint32_t conn);
uint16_t session_mss(const struct session *s, uint32_t conn, enum side side);
/* By how many bits its windows are shifted; -1: its SYN was not seen. */
int session_shift(const struct session *s, uint32_t conn, enum side side);
/* The newest answer of the kernel for one side (the last sample, or a later one that told nothing new); NULL
 * if there was none. The newest listener sample likewise. */
const struct event_sample *session_kernel(const struct session *s, uint32_t conn, enum side side);
const struct event_listener *session_listener(const struct session *s);
/* Takes an answer of the kernel (k->side says whose) as the newest one, without a row: a timer that runs down
 * is shown, but is no change. session_apply does the same for a sample that is one. Only the sampler calls
 * it. */
void session_kernel_set(struct session *s, uint32_t conn, const struct event_sample *k, uint64_t time_ns);
/* When that sample was taken: ns since the epoch. */
uint64_t session_kernel_time(const struct session *s, uint32_t conn, enum side side);
/* The machine's state, as of the last event. */
enum tcp_state session_state(const struct session *s, uint32_t conn, enum side side);
enum tcp_state session_listener_state(const struct session *s);
/* What the program of that side read or said last, as text made safe: the first line of a request … NULL:
 * nothing. */
const char *session_last_read(const struct session *s, uint32_t conn, enum side side, uint32_t *len);

/* Whether a call is what session_last_read tells of, and how: its first line. */
bool session_reads(const struct event_call *c);
struct str;
void session_put_read(struct str *out, const struct event_call *c);

/* A moment that has a name: before row `row`. A name that is given again moves. */
struct session_mark {
    struct session_mark *next; /* in order of rows */
    uint32_t row;
    uint32_t given; /* which one of all that were given, from 1: a mark that moves is given anew */
    size_t len;
    const char *name; /* any bytes; a 0 behind them */
};
/* Names the moment before row `row`, at most the one that comes next. False: no memory. */
bool session_mark(struct session *s, const char *name, size_t len, uint32_t row);
const struct session_mark *session_marks(const struct session *s);
const struct session_mark *session_mark_find(const struct session *s, const char *name, size_t len);
uint32_t session_marks_given(const struct session *s); /* how many times, in all */

/* What the session began with. */
const struct track_options *session_track(const struct session *s);
uint64_t session_start(const struct session *s); /* time of the first segment, before it of the first event; 0
                                                    while there is none */
uint64_t session_started(const struct session *s); /* as given in the options */
const char *session_source(const struct session *s);
/* Bytes that it takes. */
uint64_t session_memory(const struct session *s);
uint64_t session_frames(const struct session *s); /* frames seen, not only segments */
uint64_t session_segments(const struct session *s);
/* How many frames were of that kind. */
uint64_t session_frames_of(const struct session *s, enum frame_kind kind);
/* Link types that are not known, from i = 0 on, and how many frames had them; false past the last. Of very
 * many the last one counts for the rest. */
enum { LINKS_KEPT = 8 };
bool session_unknown_link(const struct session *s, size_t i, int *linktype, uint64_t *frames);
/* So many frames more were of a kind that is no row: a file tells of those without holding them. linktype is
 * that of FRAME_UNKNOWN_LINK. */
void session_aside(struct session *s, enum frame_kind kind, int linktype, uint64_t frames);
/* The first frame came then, if none was applied yet. */
void session_begins(struct session *s, uint64_t time_ns);
/* Where its memory comes from, for those who make texts of it. */
const struct mem *session_mem(const struct session *s);
bool session_out_of_memory(const struct session *s);
/* The tracker's and rows' connection of a key (track_find). */
uint32_t session_find(struct session *s, const struct event_key *key);
/* A sum that changes with every event applied: views compare it to know whether to draw. */
uint64_t session_version(const struct session *s);

#endif
