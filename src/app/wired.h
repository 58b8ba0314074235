/* wired.h: what the app holds of the wire: the two hosts, the wire itself, and who looks into each host's
 * kernel. */
#ifndef TCPVIZ_APP_WIRED_H
#define TCPVIZ_APP_WIRED_H

#include "app/app.h"
#include "lab/wire.h"

struct wired {
    struct app *app;
    struct hosts hosts;
    struct wire *wire;
    struct diag *diag[SIDE_COUNT];
    struct counters *counters[SIDE_COUNT];
    uint64_t fresh_ns;  /* since when something waits to be observed, CLOCK_MONOTONIC; 0: nothing does */
    uint64_t rest_ns;   /* not before, CLOCK_MONOTONIC */
    uint64_t settle_ns; /* so long may be judged in this turn, CLOCK_MONOTONIC */
    unsigned breaths;
    uint64_t observed_ns; /* when counters were last read, CLOCK_REALTIME: what came before is told of */
    bool seed_told, gone_told;
};

/* NULL: no memory. */
struct wired *wired_new(struct app *a);
void wired_free(struct wired *w); /* NULL is allowed */
/* The wire, once loop and turn are there; then the observers, before the lab's sockets. */
bool wired_wire_up(struct wired *w, struct fail *f);
bool wired_observers_up(struct wired *w, struct fail *f);
bool wired_sampler_up(struct wired *w, struct fail *f);

/* Frames first: they go on in every turn. Observing costs more than a frame's whole way, so it is done once
 * for all that came within a millisecond. False, once: a host is gone. */
bool wired_pump(struct wired *w);
/* When it is time to observe, counters are read, and what is settled is judged; where that is much, some of
 * it, and frames go on in between. Returns how many events were judged. */
size_t wired_settle(struct wired *w, uint64_t now_ns, uint64_t steady_ns);
/* Whether there is more to judge already. */
bool wired_behind(const struct wired *w);
/* In how many ns it is time; 0: nothing waits. */
uint64_t wired_wait(struct wired *w, uint64_t steady_ns);

#endif
