/* sampler.h: asks the kernel for its view of each socket and writes down what changed.
 *
 * It runs after every turn that had events: endpoints of connections that something happened to are asked by
 * their exact addresses, and where a timer runs, 10 times a second at most. An answer that differs from the
 * machine is not written but asked again; it is written when the same pair was seen twice at least 2 ms
 * apart, the time that the sniffer needs to speak. So what it costs follows from what happens, not from how
 * many connections there are. */
#ifndef TCPVIZ_SESSION_SAMPLER_H
#define TCPVIZ_SESSION_SAMPLER_H

#include "plat/diag.h"
#include "session/turn.h"

struct sampler;

/* Who answers. ask, listener and syn_queue are as diag_socket, diag_listener and diag_syn_queue; add is
 * tcpinfo_add (NULL: nothing is added). fd: the descriptor that the program of that side has for the
 * connection, -1 if none. */
struct sampler_hooks {
    bool (*ask)(void *ctx, const struct endpoint *local, const struct endpoint *remote,
                struct event_sample *out);
    bool (*listener)(void *ctx, const struct endpoint *local, struct event_listener *out);
    int64_t (*syn_queue)(void *ctx, const struct endpoint *local);
    int (*fd)(void *ctx, const struct tuple *t, enum side side);
    void (*add)(int fd, struct event_sample *out);
    void *ctx;
};

/* Hooks that ask the kernel through diag; fd and its ctx are the app's. *ctx must live as long as the
 * sampler. */
struct sampler_kernel {
    struct diag *diag;
    int (*fd)(void *ctx, const struct tuple *t, enum side side);
    void *ctx;
};
void sampler_hooks_kernel(struct sampler_hooks *out, struct sampler_kernel *k);

/* Samples go straight to session_apply, or where sampler_follow says. server: the listener's endpoint; family
 * 0: there is none. NULL: no memory. */
struct sampler *sampler_new(const struct mem *m, struct session *s, const struct sampler_hooks *hooks,
                            const struct endpoint *server);
void sampler_free(struct sampler *p);
/* Lets it ask only when nothing waits in t (borrowed), or has waited for long: so samples stand behind the
 * calls that were made before them. What it finds goes into t too, behind what the sniffer has still to tell.
 */
void sampler_follow(struct sampler *p, struct turn *t);
/* How long the sniffer may take to tell what the kernel has done: a difference between kernel and machine is
 * believed when it has lasted so long. 2 ms if not told. */
void sampler_lag(struct sampler *p, uint64_t ns);
/* Asks what there is to ask now (ns of CLOCK_REALTIME; it becomes the time of the samples). Call it after
 * each turn that had events, and when sampler_wait says so. Returns whether there is anything new to show. */
bool sampler_run(struct sampler *p, uint64_t now_ns);
/* Asks for one connection at once, whatever holds the sampler back, so that session_kernel is as of now;
 * nothing is written. A condition on a queue must not be judged by what stood there before a write(). */
void sampler_refresh(struct sampler *p, uint32_t conn, uint64_t now_ns);
/* In how many ns it wants to be run again: an answer is to be asked again, or a timer runs. 0: not before the
 * next events. */
uint64_t sampler_wait(const struct sampler *p, uint64_t now_ns);
/* Whether the kernel runs a timer on any socket that is watched. */
bool sampler_timer_runs(const struct sampler *p);
/* Whether any answer differs from the machine and has not been confirmed: a test waits until none does. */
bool sampler_unsettled(const struct sampler *p);
bool sampler_failed(const struct sampler *p); /* no memory */

#endif
