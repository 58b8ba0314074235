/* facts.h: what stands behind session.h: only files of session/ that write or read the facts include it. */
#ifndef TCPVIZ_SESSION_FACTS_H
#define TCPVIZ_SESSION_FACTS_H

#include "core/chunks.h"
#include "core/icmp.h"
#include "session/outline.h"
#include "session/store.h"

/* What was measured of a segment in a lab. */
struct measured {
    uint64_t stamps[STAMP_POINTS]; /* 0: not known */
    struct session_flight flight;
    bool on_wire; /* it passed the wire: flight is known */
};

/* What a segment row has beyond its 64 bytes; most rows have none. */
struct extra {
    uint32_t frame; /* whose it is */
    uint32_t cause_row;
    struct measured *measured; /* in the arena, NULL: nothing */
    const struct event *call;  /* that was the cause, in the arena: its row may be gone. NULL: none was */
    uint64_t silence_us;
    uint32_t acked, number, limit; /* as in struct annot */
    uint32_t repeats;              /* where they begin in session.repeats */
    uint8_t repeats_count, cause;
    bool probably;
};

/* A stamp's row points here. */
struct stamp_fact {
    uint64_t time_ns, last_byte;
    uint32_t segment; /* row, NO_ROW while it is not known */
    uint32_t serial;  /* of its key */
    uint8_t point, sender;
};

/* An ICMP error's row points here. */
struct icmp_fact {
    struct icmp_error error;
    uint64_t place;  /* of its frame in the store */
    uint32_t quotes; /* frame, 0: not known */
};

/* Frames of a link type that is not known. */
struct link_fact {
    int linktype;
    uint64_t frames;
};

/* How many stamps wait for their segments, and how long after them those may come: the sniffer sees a segment
 * some microseconds after the stamps that are taken before it. */
/* What a row says may depend on rows that come so soon after it, not on later ones. */
enum { STAMPS_WAITING = 16, FACTS_WAIT_NS = 5000000 };

/* What only a live connection has. */
struct conn_live {
    struct event_sample kernel[SIDE_COUNT];     /* the newest answer */
    uint64_t kernel_ns[SIDE_COUNT];             /* when it was taken; 0: there is none */
    const char *last_read[SIDE_COUNT];          /* its first line */
    uint32_t last_len[SIDE_COUNT];              /* how many bytes it returned */
    struct stamp_fact *waiting[STAMPS_WAITING]; /* stamps whose segment has not come yet, oldest first */
    size_t waiting_count;
};

/* From when to when. */
struct extent {
    uint64_t oldest_ns, newest_ns;
};

struct conn_facts {
    uint32_t last;                      /* its newest row, NO_ROW */
    uint32_t wireshark : 18, reset : 1; /* as in struct outline, as all that follows */
    uint64_t labels : 41, flags : 9, trouble : TROUBLES;
    uint64_t width : 6;          /* a span of activity is 2^width ns */
    uint64_t scale : 4;          /* one of 2^scale frames is counted */
    uint8_t busy[ACTIVITY_BINS]; /* those frames, by span */
};
_Static_assert(sizeof(struct conn_facts) == 32, "there may be a million of them");
_Static_assert(offsetof(struct conn_facts, last) == 0, "facts_last() takes it for the whole");

struct session {
    const struct mem *mem;
    struct track *track;
    struct arena *arena;
    struct store *store;
    struct chunks rows;     /* struct row */
    struct chunks extras;   /* struct extra */
    struct chunks repeats;  /* uint32_t: frames */
    struct chunks segments; /* uint32_t: the rows that are segments, so that a frame is found by bisection;
                               none while every row is one */
    uint64_t segment_count;
    struct chunks notes;                    /* uint32_t: the rows that are notes */
    struct chunks conns;                    /* struct conn_facts; where no outline is kept its `last` alone */
    struct chunks lives;                    /* struct conn_live *, by connection; only of a lab */
    struct session_mark *marks, *last_mark; /* in the arena, in order of rows */
    uint32_t marks_given;
    uint32_t keep; /* bytes of a frame; 0: all */
    uint32_t most;
    size_t roomy; /* nothing gives way before there are so many rows */
    struct track_options options;
    struct event_listener listener;
    const char *source;
    uint64_t started_ns, start_ns, frames, version;
    struct extent extent;  /* of the frames that are rows */
    struct seg decoded[2]; /* the segment under way, and before it: */
    struct seg *ahead;     /* the last one, where it is not judged yet; or NULL */
    uint64_t ahead_place;  /* of its frame in the store */
    uint64_t memory;
    uint32_t troubled[TROUBLES];        /* connections that have it */
    uint8_t end_length[SIDE_COUNT];     /* characters of the longest endpoint */
    size_t unseen, calls, loose;        /* rows that no ladder shows; calls; rows of no connection */
    bool listener_known, start_segment; /* start_ns is a segment's */
    bool went_back;                     /* a frame that is a row was earlier than one before it */
    bool mixed;                         /* not every row is a segment */
    bool rowless, unlisted, decodes_ahead, live, wired, out_of_memory;
    uint64_t frames_of[FRAME_KINDS];
    struct link_fact links[LINKS_KEPT];
};

/* The newest row of a connection, NO_ROW where it has none; made where it is missing. NULL: no memory. */
uint32_t *facts_last(struct session *s, uint32_t conn);
struct conn_live *facts_live(struct session *s, uint32_t conn);
struct conn_live *facts_live_of(const struct session *s, uint32_t conn); /* NULL: there are none */
/* Where the extra of a frame stands, or would: they are in the order of their frames. */
size_t facts_extra_place(const struct session *s, uint32_t frame);
const struct extra *facts_extra_of(const struct session *s, const struct row *r); /* NULL: it has none */

/* The frame of a segment or of an ICMP error. */
void facts_frame(const struct session *s, const struct row *r, struct frame *out);
/* The event that a row which is no segment was made of; NULL if it is of another kind. */
const struct event *facts_event(const struct row *r, enum event_kind kind);
/* The event of a call's row; NULL where there is none. */
const struct event *facts_call(const struct session *s, uint32_t row);
/* Puts down at the segment's own row what the row of a wire event tells; to: its receiver. False: no memory.
 */
bool facts_flight(struct session *s, const struct row *of, enum side to);
/* A SYN ACK has left: the SYN that it answers was taken on when it arrived. */
void facts_answered(struct session *s, const struct row *r);
/* Whether that row is the arrival of a SYN which is not answered yet. */
bool facts_unanswered(const struct session *s, uint32_t row);
/* What was measured of a row that has an extra, made where it is missing. NULL: no memory. */
struct measured *facts_measured(struct session *s, const struct row *r);

/* How many segments stand before row `row`; where not every row is a segment. */
size_t facts_segment_from(const struct session *s, size_t row);
/* A segment has come: takes it into the outline of its connection. */
void facts_outline(struct session *s, const struct row *r);

/* A frame that becomes a row was seen at that time. */
void facts_time(struct session *s, uint64_t ns);
/* A segment, whose frame stands at `place` of the store: judged, and a row of its own. False: no memory. */
bool facts_add_segment(struct session *s, const struct seg *g, uint64_t place);
/* A row that is not a segment was added: what the others are like. */
void facts_row_added(struct session *s, const struct row *r);
/* The oldest rows go, where there are more than were asked for or they take too much. */
void facts_give_way(struct session *s);

/* A row at the end of the timeline that is not a segment, in its connection's chain; what it points to. NULL,
 * or false: no memory. */
struct row *facts_add_row(struct session *s, const struct event *e, uint32_t conn, enum side side);
void facts_point(struct row *r, const void *at);
/* What an ICMP error's row points to; NULL: it is none. */
const struct icmp_fact *facts_icmp(const struct row *r);
/* A frame that is no segment: counted; one that quotes a segment becomes a row. False: no memory. */
bool facts_aside(struct session *s, const struct event *e, enum frame_kind kind, const struct seg *g);

/* Gives a stamp to its segment, or lets it wait for it. False: no memory. */
bool facts_stamp(struct session *s, uint32_t conn, struct stamp_fact *f);
/* A segment has come (row `row` of connection conn): stamps that waited for it are its own. */
bool facts_stamps_meet(struct session *s, uint32_t conn, uint32_t row);

#endif
