/* sample.h: what the kernel told, as words: a socket's sample, the listener's, a counter that moved. */
#ifndef TCPVIZ_SCENE_SAMPLE_H
#define TCPVIZ_SCENE_SAMPLE_H

#include "scene/say.h"

/* "keepalive in 7.5 s", brief "ka 7.5 s": the timer that runs; time: when it ends, as words. */
void say_timer(struct str *out, const struct voice *v, const struct event_sample *k, const char *time,
               bool brief);
/* "send queue 343, receive queue 0"; nothing where the kernel did not say. */
void say_queues(struct str *out, const struct voice *v, const struct event_sample *k);
/* "the client's socket: ESTABLISHED, cwnd 10, rtt 46 µs, rto 204 ms, keepalive in 7.5 s": all but the
 * queues. */
void say_sample(struct str *out, const struct voice *v, const struct event_sample *k);
/* "the listening socket: LISTEN, syn queue 0, accept queue 1 of 128" */
void say_listener(struct str *out, const struct voice *v, const struct event_listener *k);
/* "the kernel's counter TCPLossProbes + 1" */
void say_counter(struct str *out, const struct voice *v, const struct event_counter *c);
/* Any row that is no line of the ladder: the sample with its queues, the listener, the counter. False: it is
 * none of them, and nothing was put. */
bool say_measured(struct str *out, const struct voice *v, const struct session *s, const struct row *r);

#endif
