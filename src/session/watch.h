/* watch.h: the connections that the sampler still asks about, in lists of what is to be done with them. For
 * sampler.c alone. */
#ifndef TCPVIZ_SESSION_WATCH_H
#define TCPVIZ_SESSION_WATCH_H

#include "core/event.h"
#include "core/mem.h"

/* One side of a connection, as far as the sampler has got. */
struct side_watch {
    struct event_sample last; /* as written, with the machine's state then */
    enum tcp_state machine;
    enum tcp_state odd_kernel, odd_machine; /* a pair that differs and waits to be seen again */
    uint64_t odd_ns;                        /* when it was seen first */
    bool written, odd, timer, syn_received;
};

enum watch_list { WATCH_TOUCHED, WATCH_ODD, WATCH_TIMER, WATCH_LISTS };

struct watch {
    uint32_t conn;
    bool syn_received;
    struct tuple tuple;
    struct side_watch side[SIDE_COUNT];
    struct {
        struct watch *before, *after;
        bool in;
    } link[WATCH_LISTS];
};

struct watches {
    const struct mem *mem;
    struct {
        struct watch *watch; /* NULL: not met yet, &over: done with */
    } * of;                  /* by connection */
    size_t known, cap;
    struct watch over;
    struct {
        struct watch *first, *last;
        size_t count;
    } list[WATCH_LISTS];
    size_t syn_received; /* connections with a side in SYN-RECEIVED */
};

void watches_init(struct watches *ws, const struct mem *m);
void watches_release(struct watches *ws);
/* The watch of a connection: NULL where there is none; over says whether that is for good. */
struct watch *watches_find(const struct watches *ws, uint32_t conn, bool *over);
struct watch *watches_add(struct watches *ws, uint32_t conn, const struct tuple *t); /* NULL: no memory */
/* Ends a watch for good. */
void watches_drop(struct watches *ws, struct watch *w);

/* At the end of a list, if it is not in it; out of a list, if it is. */
void watches_put(struct watches *ws, enum watch_list list, struct watch *w);
void watches_take(struct watches *ws, enum watch_list list, struct watch *w);
/* Puts it into the lists that its sides ask for. */
void watches_update(struct watches *ws, struct watch *w);
/* When the oldest difference was seen; 0: there is none. */
uint64_t watches_odd_since(const struct watches *ws);

/* Whether two samples say the same; a timer that only ran down is no change. */
bool sample_same(const struct event_sample *a, const struct event_sample *b);
bool listener_same(const struct event_listener *a, const struct event_listener *b);

#endif
