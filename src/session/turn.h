/* turn.h: the events of a turn, put in order of time before the session takes them.
 *
 * Calls are known at once, segments only when the sniffer hands over its block, a millisecond later. So an
 * event waits here until everything before it must have been seen: until a segment with a later time has
 * come, or the sniffer has had its time (turn_lag) after it and has nothing left to tell (turn_heard). A call
 * stands at its start; at equal times, and within a turn, counters come before segments (RULES 3). */
#ifndef TCPVIZ_SESSION_TURN_H
#define TCPVIZ_SESSION_TURN_H

#include "session/session.h"

struct turn;
struct turn *turn_new(const struct mem *m, struct session *s);
void turn_free(struct turn *t);
/* How long after an event the sniffer may still speak of what came before it; 3 ms if not told. */
void turn_lag(struct turn *t, uint64_t ns);
/* The sniffer has told everything that passed until then (capture_heard). Not told: it is never behind. */
void turn_heard(struct turn *t, uint64_t until_ns);
uint64_t turn_heard_until(const struct turn *t);
/* Segments come from more than one place, each in its own order: the newest tells nothing of the others. */
void turn_several(struct turn *t);
/* A sink that copies the event and keeps it for turn_settle. */
struct event_sink turn_sink(struct turn *t);
/* To be called now and then while many events are applied: what cannot wait for all of them. It may take more
 * into the queue. False: the rest can wait for another turn_settle. */
void turn_breathe(struct turn *t, bool (*breathe)(void *ctx), void *ctx);
/* The counters that were just taken moved after since_ns: they stand before the first segment from there on
 * (where turn_several was not said, turn_settle sees to that). */
void turn_counted(struct turn *t, uint64_t since_ns);
/* How many events wait. */
size_t turn_waiting(const struct turn *t);
/* Applies, in order, all events that nothing unseen can precede any more, when the sniffer was drained at
 * `now_ns` (CLOCK_REALTIME, taken before) for the last time.
 * Returns how many. */
size_t turn_settle(struct turn *t, uint64_t now_ns);
/* Applies all that is left, without a breath (the sniffer has been drained and closed, or there is none). */
size_t turn_flush(struct turn *t);
/* How long until turn_settle may have something to do: ns; 0 where nothing waits. 1, which a timer of whole
 * ms makes a millisecond of, while the sniffer is behind: capture_heard believes that for a second at most.
 */
uint64_t turn_wait(const struct turn *t, uint64_t now_ns);
/* Everything before that time is on the timeline, when the sniffer was drained at `now_ns` for the last time.
 */
uint64_t turn_reached(const struct turn *t, uint64_t now_ns);
bool turn_empty(const struct turn *t);
/* The time of the oldest event that waits; UINT64_MAX: none does. */
uint64_t turn_oldest(const struct turn *t);
bool turn_failed(const struct turn *t); /* no memory for an event */

#endif
