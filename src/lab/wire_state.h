/* wire_state.h: what is on the wire. For the files of the wire only: wire.c (what comes and goes), lane.c
 * (one direction), wire_hand.c (by hand), wire_look.c (what is to be seen). */
#ifndef TCPVIZ_LAB_WIRE_STATE_H
#define TCPVIZ_LAB_WIRE_STATE_H

#include "lab/wire.h"
#include "plat/alarm.h"
#include "plat/packet.h"

enum {
    FRAMES_MOST = 1 << 17, /* on the wire: more than any queue is likely to be wanted */
    COPIES_MOST = 8,       /* of one frame, itself included */
    BUCKETS = 4096
};

/* Where a frame is. */
enum place { PLACE_NONE, PLACE_GATE, PLACE_HELD, PLACE_WAY, PLACE_ASIDE };

/* Times are CLOCK_MONOTONIC, ns. */
struct wframe {
    struct wframe *before, *next; /* in its list */
    struct wframe *next_waiting;  /* in the queue for the line */
    struct wframe *same_bucket;
    enum side from;
    enum place place;
    bool waiting, corrupted;
    bool released; /* it was held on its way: settings change nothing for it any more */
    bool own;      /* of the wire's making: no chance befalls it */
    uint8_t copy;
    uint32_t id;      /* in the capture */
    uint64_t number;  /* in its direction */
    uint64_t left_ns; /* when it entered */
    uint64_t sent_ns; /* when the line has taken all of it */
    uint64_t due_ns;
    uint64_t way_ns;    /* how long its way is, from sent to due */
    uint64_t rest_ns;   /* held: what is left of it; UINT64_MAX: all */
    uint32_t tcp, data; /* where header and payload of TCP begin; 0: it is none */
    uint16_t flags;     /* of TCP */
    uint32_t len;
    uint8_t bytes[];
};

struct wlist {
    struct wframe *first, *last;
    uint32_t count;
};

/* One direction: what `from` sends. */
struct lane {
    enum side from;
    uint32_t set[WIRE_SETTINGS];
    uint64_t number;
    struct wlist gate;                /* waits to be judged */
    struct wlist way;                 /* by the time when they are due */
    struct wframe *queue, *queue_end; /* of the way: those that wait for the line */
    uint32_t queued, held;
    uint64_t busy_ns;     /* the line is busy until then */
    struct wframe *aside; /* waits to be overtaken */
    uint64_t aside_ns;    /* until then at most */
    uint64_t arrived, dropped;
};

/* What is to be done with the next frame that meets a condition. */
struct rule {
    struct rule *next;
    enum wire_act act;
    void *condition;
};

struct wire {
    struct wire_options o;
    struct packets *port[SIDE_COUNT]; /* the cable of that host */
    struct source *ready[SIDE_COUNT];
    struct alarm *alarm;
    struct lane lane[SIDE_COUNT]; /* by the side that sends */
    struct wlist held;            /* of both, oldest first */
    struct rule *rules;
    struct wframe *bucket[BUCKETS];
    uint32_t frames, on_wire;
    bool holding, silent;
    bool gone; /* the interface of a host */
    uint32_t mtu;
    uint64_t cut_ns;                /* it is cut until then */
    uint64_t flood_ns, flood_bytes; /* a measure of what entered, which sinks with time */
    uint64_t newest_ns; /* when the newest frame left, CLOCK_REALTIME: numbers and times grow together */
};

void wlist_add(struct wlist *l, struct wframe *f);
void wlist_take(struct wlist *l, struct wframe *f);

/* A frame as it enters; NULL: no memory. */
struct wframe *wframe_new(struct wire *w, enum side from, const uint8_t *bytes, uint32_t len);
/* Another one of the same, right behind it in number; NULL: no memory, or there are too many. */
struct wframe *wframe_copy(struct wire *w, const struct wframe *f);
void wframe_free(struct wire *w, struct wframe *f);
struct wframe *wframe_find(const struct wire *w, uint32_t id);
void wframe_flip(struct wire *w, struct wframe *f);

/* Tells what became of it. */
void wire_tell(struct wire *w, const struct wframe *f, enum wire_event what, enum wire_why why,
               uint64_t time_ns);
/* The end of a frame that is in no list. */
void wire_drop(struct wire *w, struct wframe *f, enum wire_why why);
/* Out of whatever list it is in. */
void wire_pull(struct wire *w, struct wframe *f);
/* Into the held ones. */
void wire_keep(struct wire *w, struct wframe *f);
/* A held frame goes on. */
void wire_release(struct wire *w, struct wframe *f, uint64_t now_ns);
/* When something is due next. */
void wire_wind(struct wire *w);

/* lane.c: a frame gets its place on the way; it may be dropped by a full queue. */
void lane_go(struct wire *w, struct wframe *f, uint64_t now_ns);
/* The same for one that was held on its way. */
void lane_go_on(struct wire *w, struct wframe *f, uint64_t now_ns);
/* Behind another one that is on its way. */
void lane_behind(struct wire *w, struct wframe *f, struct wframe *of);
/* Its settings have changed: all on the way are due anew. */
void lane_reset_times(struct wire *w, struct lane *l, uint64_t now_ns);
/* Frames that the line has taken by now wait no more. */
void lane_advance(struct lane *l, uint64_t now_ns);
void lane_unqueue(struct lane *l, struct wframe *f);

/* too_big.c: the message of a router (ICMP, ICMPv6) to the sender of a packet that is too large, as a frame
 * in `out` (room bytes); its length, 0 where none is due (fragments may be made of it). */
uint32_t too_big_reply(const uint8_t *frame, uint32_t len, uint32_t mtu, uint8_t *out, uint32_t room);
/* Bytes of the IP packet in a frame; 0: it is none. */
uint32_t ip_packet_len(const uint8_t *frame, uint32_t len);

#endif
