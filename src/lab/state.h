/* state.h: what a lab consists of: the listener, the connections, the defaults. For files of src/lab only. */
#ifndef TCPVIZ_LAB_STATE_H
#define TCPVIZ_LAB_STATE_H

#include "lab/lab.h"
#include "lab/peer.h"
#include "lab/sockopt.h"

enum { TUPLE_BUCKETS = 256, ENDED_KEPT = 32, SERVER_READS = 6148 };

/* A connection: the ends that are ours. An outside client's has a server's end only. In `ended` stand those
 * of which no descriptor is left; the last ENDED_KEPT of them, so that a panel still shows what was read. */
struct pair {
    struct tuple tuple;
    uint32_t serial; /* 0: an outside client's */
    struct peer end[SIDE_COUNT];
    struct pair *same_bucket;
    struct pair *before, *after; /* in its list */
    bool is_ended;
};

struct pair_list {
    struct pair *first, *last;
    size_t count;
};

/* What connections to come get. */
struct defaults {
    bool set[SOCKOPT_COUNT];
    struct sockopt_value value[SOCKOPT_COUNT];
    int64_t may_read;
    int idle_s, interval_s, count; /* keepalive; idle_s 0: off */
};

struct lab {
    struct lab_options o;
    struct hosts hosts; /* HOSTS_NONE but on the wire */
    struct desk desk;
    struct source *wake; /* the epoll in the loop */
    struct endpoint server;
    struct caller listener;
    int listen_fd; /* -1: listen off */
    int backlog;
    bool accepting, accept_failed, listener_watched;
    bool answers; /* auto on */
    struct defaults defaults[SIDE_COUNT];
    uint32_t serials;
    struct pair *bucket[TUPLE_BUCKETS];
    struct pair_list live, ended;
    struct knob *knobs; /* settings of the kernel as they were */
};

/* pairs.c: the newest connection of that tuple, or NULL. */
struct pair *pair_find(const struct lab *l, const struct tuple *t);
struct pair *pair_new(struct lab *l); /* without a name yet; NULL: no memory */
void pair_name(struct lab *l, struct pair *c, const struct tuple *t);
/* To be called when a descriptor of it was opened or closed: moves it between the lists. */
void pair_settle(struct lab *l, struct pair *c);
/* Gives back the connections that ended long ago. Pointers to them end here. */
void pairs_sweep(struct lab *l, size_t keep);
void pair_free(struct lab *l, struct pair *c);

/* server.c: the listener and its connections. */
bool server_listen(struct lab *l, struct fail *f);
void server_unlisten(struct lab *l);
void server_watch(struct lab *l);
bool server_accept(struct lab *l);
/* Its end of a connection is readable or writable. Return whether a call was made. */
bool server_read(struct lab *l, struct peer *p);
bool server_write(struct lab *l, struct peer *p);
bool server_answer(struct lab *l, struct peer *p, const char *text, size_t len);
/* What auto does: answers what waits, closes what its client has closed. */
void server_auto(struct lab *l, struct peer *p);

/* client.c */
bool client_connect(struct lab *l, struct tuple *named, struct fail *f);

/* settings.c: what a socket gets. idle_s 0: no keepalive; count 0: the system's. */
void keepalive_apply(struct caller *w, int fd, int idle_s, int interval_s, int count);
/* The options that were `set` for connections to come, on a socket of that side. */
void defaults_apply(struct lab *l, struct caller *w, int fd, enum side side);
void defaults_reset(struct lab *l);

/* knobs.c: settings of the kernel that were changed are forgotten, or put back first. */
void knobs_reset(struct lab *l, bool put_back);

/* verbs.c: close() and what it means for the lab. */
void lab_close_peer(struct lab *l, struct peer *p, enum call_kind kind);
/* That side's end of a connection; NULL: there is none that is open, and f says so in the name of `verb`. */
struct peer *lab_peer(struct lab *l, const struct tuple *t, enum side side, const char *verb, struct fail *f);
/* The same without a word. */
struct peer *lab_peer_if_open(struct lab *l, const struct tuple *t, enum side side);

#endif
