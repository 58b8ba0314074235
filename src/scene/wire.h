/* wire.h: the wire in words, without a device. */
#ifndef TCPVIZ_SCENE_WIRE_H
#define TCPVIZ_SCENE_WIRE_H

#include "lab/wire.h"
#include "scene/queues.h"

/* What became of a frame, of a row that is a wire event: short for the ladder, and whole. */
void say_wire(struct str *out, const struct voice *v, const struct session *s, const struct row *r);
void say_wire_whole(struct str *out, const struct voice *v, const struct session *s, const struct row *r);

/* What the kernels of the two hosts counted when that segment was sent or came in, a sentence each; nothing
 * where nothing is known of it. */
void say_counted(struct str *out, const struct voice *v, const struct session *s, const struct row *r);
/* What they said of it at their tracepoints, with the reason that they name. */
void say_traced(struct str *out, const struct voice *v, const struct session *s, const struct row *r);
/* Of a RST whose reason was not heard: that, and who might have heard it. */
void say_unheard(struct str *out, const struct voice *v, const struct session *s, const struct row *r);

/* The wire as it is at a moment. */
enum { WIRE_SEEN = 6 };
struct wire_view {
    struct {
        struct wire_seen seen[WIRE_SEEN]; /* the first of what goes to that side */
        size_t count;
        struct wire_counts counts;
        uint32_t set[WIRE_SETTINGS];
    } to[SIDE_COUNT];
    bool holds, silent;
    uint32_t mtu; /* 0: as large as Ethernet's */
    uint64_t cut_ns, seed;
};

struct wire_panel {
    struct str badge;           /* "▶ FLOWING", "‖ HELD", "✂ CUT 2.1 s" */
    bool stopped;               /* it is no flow */
    struct str settings;        /* "delay 600 ms  loss 10 %  seed 7"; empty where nothing is set */
    struct str way[SIDE_COUNT]; /* what goes to that side: "#5 SYN ACK arrives in 0.21 s", "nothing" */
    struct str counts;          /* "arrived 4  dropped 1" */
    bool has_queue;
    struct gauge queue; /* the fuller one */
    struct str queue_text;
    bool moves; /* something is on its way: it looks different soon */
};
void wire_panel_init(struct wire_panel *p, const struct mem *m);
void wire_panel_release(struct wire_panel *p);
/* Costs the same whatever is on the wire. steady: measured times as constants. */
void wire_panel_fill(struct wire_panel *p, const struct voice *v, const struct session *s,
                     const struct wire_view *w);

#endif
