/* path.h: the way of a segment's bytes through the layers, down on the sender's side and up on the
 * receiver's, with the times that the kernel measured (SO_TIMESTAMPING). A layer without a measured time says
 * so. */
#ifndef TCPVIZ_SCENE_PATH_H
#define TCPVIZ_SCENE_PATH_H

#include "scene/say.h"

enum { PATH_STEPS = 9 };

struct path_step {
    struct str name;     /* "write(431)", "TCP", "queueing discipline" */
    struct str adds;     /* what it adds or holds: "+ 32, sk_buff", "431 bytes"; may be empty */
    struct str time;     /* "3.0 µs" after the first step; "–" where not measured */
    struct str sentence; /* what happens here, one sentence */
    bool measured;
    bool absent; /* on loopback this step does not exist: a real card would add it */
};

/* Both columns from the program's end down to the wire's. */
struct path {
    struct path_step down[PATH_STEPS], up[PATH_STEPS];
    size_t downs, ups;
    enum side from;
    bool loopback;
    struct str note;         /* on loopback: which steps a card would add; else empty */
    struct str acknowledged; /* "acknowledged by #5 after 8.4 µs"; empty where it is not known */
};
void path_init(struct path *p, const struct mem *m);
void path_release(struct path *p);
/* Fills p for a segment row; steady: times as constants. */
void path_of(struct path *p, const struct voice *v, const struct session *s, uint32_t row, bool steady);

#endif
