/* queues.h: how full the queues of a socket are, as numbers for bars and as short texts beside them. */
#ifndef TCPVIZ_SCENE_QUEUES_H
#define TCPVIZ_SCENE_QUEUES_H

#include "scene/say.h"

/* A bar: part of whole. known is false where the kernel did not say; then nothing is drawn. whole 0: no bar.
 */
struct gauge {
    bool known;
    uint64_t part, whole;
};

/* Both queues of one socket, as the kernel's last sample has them. Bytes. */
struct queues {
    struct gauge send, recv;  /* of the buffer's room */
    uint64_t unsent, unacked; /* what the send queue is made of */
    struct str send_text;     /* "0 of 2.5 M  unacked 0" */
    struct str recv_text;     /* "0 of 128 K" */
    struct str send_short;    /* "0", "43 K" */
    struct str recv_short;
};
void queues_init(struct queues *q, const struct mem *m);
void queues_release(struct queues *q);
/* Fills q from a sample; k NULL: nothing is known, the texts are "–". */
void queues_of(struct queues *q, const struct voice *v, const struct event_sample *k);

/* The listening socket: connections not yet open, and open ones that accept() has not fetched. */
struct listener_queues {
    bool known;
    const char *state;   /* "LISTEN" */
    struct gauge accept; /* of the backlog */
    uint64_t syn;
    struct str syn_text;    /* "syn queue 0" */
    struct str accept_text; /* "0 of 128" */
};
void listener_queues_init(struct listener_queues *q, const struct mem *m);
void listener_queues_release(struct listener_queues *q);
/* k: what the kernel said of it, NULL: nothing; state: the machine's. */
void listener_queues_of(struct listener_queues *q, const struct voice *v, const struct event_listener *k,
                        enum tcp_state state);

#endif
