/* wire.h: the wire between the two hosts, which is this program: every frame that one host sends comes out
 * here, and reaches the other when it is handed on.
 *
 * The wire is the sniffer too: a frame becomes an event (a segment, with the kernel's time of its leaving) as
 * it enters, and what becomes of it are further events. Its number is that of the capture. A frame keeps its
 * bytes and checksums, but where it is corrupted on purpose. Frames of one direction do not overtake each
 * other, but where one is told to. Nothing here waits; with nothing on the wire nobody is woken. */
#ifndef TCPVIZ_LAB_WIRE_H
#define TCPVIZ_LAB_WIRE_H

#include "core/event.h"
#include "core/mem.h"
#include "plat/fail.h"
#include "plat/hosts.h"
#include "plat/loop.h"

struct wire;

/* Whether a frame meets a condition: that is known only when it has been judged. */
enum wire_meets { MEETS_NOT, MEETS, MEETS_LATER };

struct wire_hooks {
    /* condition NULL is none: it is not asked for. */
    enum wire_meets (*meets)(void *ctx, void *condition, uint32_t frame);
    void (*forget)(void *ctx, void *condition);
    /* A frame of len bytes that is neither a segment of TCP nor an error about one. */
    void (*other)(void *ctx, enum side from, uint32_t frame, const uint8_t *bytes, uint32_t len);
    void *ctx;
};

/* Settings of a direction. Times are µs, the rate kbit/s (0: as fast as it goes), the queue frames that may
 * wait for the line (0: any number), chances thousandths of a percent. */
enum wire_setting {
    WIRE_DELAY,
    WIRE_JITTER,
    WIRE_RATE,
    WIRE_QUEUE,
    WIRE_LOSS,
    WIRE_DUPLICATE,
    WIRE_REORDER,
    WIRE_CORRUPT,
    WIRE_SETTINGS
};

struct wire_options {
    const struct mem *mem;
    struct loop *loop;
    struct event_sink sink;
    const struct hosts *hosts; /* borrowed */
    struct wire_hooks hooks;
    uint64_t seed;
    uint32_t delay_us; /* at the start and after wire_reset, in both directions */
};

/* Frames are taken from now on. NULL: f says why. */
struct wire *wire_new(const struct wire_options *o, struct fail *f);
void wire_free(struct wire *w);
/* Takes what has come and hands on what is due. It does so by itself when frames come; a long turn calls it
 * in between. */
void wire_pump(struct wire *w);
/* Whether the interface of a host has gone away: nothing comes and nothing goes on any more. */
bool wire_gone(const struct wire *w);
/* The same, but for some frames only. */
void wire_breathe(struct wire *w);
/* More has been judged: decides what waited for it (`drop next CONDITION`). */
void wire_judged(struct wire *w);
/* Whether frames wait to be judged. */
bool wire_asks(const struct wire *w);
/* Frames that the kernel had no room for. */
uint64_t wire_lost(struct wire *w);

/* A setting of what goes to that side; SIDE_NONE: of both directions. It holds for what is on its way too. */
void wire_set(struct wire *w, enum wire_setting what, enum side to, uint32_t value);
uint32_t wire_get(const struct wire *w, enum wire_setting what, enum side to);
/* Nothing moves, nor what is on its way; or all goes on. */
void wire_hold(struct wire *w, bool on);
bool wire_holds(const struct wire *w);
/* Nothing enters for so long. */
void wire_cut(struct wire *w, uint64_t ns);
/* Larger IP packets are dropped; unless silent, the sender is told, as a router would. */
void wire_mtu(struct wire *w, uint32_t bytes, bool silent);
/* As at the start: nothing on it, nothing set. */
void wire_reset(struct wire *w);

/* By hand. False: f (status 1) says why it cannot be done. */
enum wire_act { ACT_RELEASE, ACT_DROP, ACT_DUPLICATE, ACT_CORRUPT };
bool wire_do(struct wire *w, enum wire_act act, uint32_t frame, struct fail *f);
/* The oldest held frame that meets the condition, else the next to come that does; the wire takes over the
 * condition (NULL: any frame). */
bool wire_next(struct wire *w, enum wire_act act, void *condition, struct fail *f);
/* Lets the `count` oldest held frames go. */
bool wire_step(struct wire *w, uint32_t count, struct fail *f);
/* Hands a frame of the class's own making to that side, at once; *frame is its number. False: the kernel did
 * not take it. */
bool wire_inject(struct wire *w, enum side to, const uint8_t *bytes, uint32_t len, uint32_t *frame);
/* What that host says now nobody hears: it is thrown away unseen. To be called after wire_pump. */
void wire_unhear(struct wire *w, enum side from);

/* What is to be seen. */
struct wire_seen {
    uint32_t frame;
    enum side from;
    bool held, corrupted, waiting; /* waiting: in the queue for the line */
    uint64_t passed_ns, whole_ns;  /* of its way, from its leaving to its arrival; whole 0: it has no end */
};
/* A frame that is on the wire; false: it is not. */
bool wire_frame(const struct wire *w, uint32_t frame, struct wire_seen *out);
/* The first `most` frames to that side, in the order in which they arrive, then those that are held; returns
 * how many. */
size_t wire_frames(const struct wire *w, enum side to, struct wire_seen *out, size_t most);

struct wire_counts {
    uint32_t on_way, held, queued; /* now; queued: of those on their way, waiting for the line */
    uint64_t arrived, dropped;     /* since the start */
};
void wire_counts(const struct wire *w, enum side to, struct wire_counts *out);
/* How long it still is cut, ns; 0: it is whole. */
uint64_t wire_cut_left(const struct wire *w);
/* 0: as large as Ethernet's. */
uint32_t wire_mtu_now(const struct wire *w, bool *silent);
uint64_t wire_seed(const struct wire *w);

#endif
