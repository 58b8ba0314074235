/* turn.c: a queue in order of time. Events come nearly in order, so a new one is put in its place from the
 * end.
 *
 * What can still precede an event? Calls, notes and samples are known at once, and what the kernel says at
 * its tracepoints is fetched just before turn_settle; only the sniffer is late. One sniffer speaks in order
 * (but for the microseconds by which the stamps of two processors cross): so everything up to the newest
 * segment is settled, and the rest once it has had its time; on a loaded machine that is when it says that it
 * holds nothing back. Where there are several, each has to have had its time.
 *
 * Counters are read after the segments that moved them; they go before the first segment that has not been
 * applied, or that came since they were read before (turn_counted), and take its time, so that the timeline
 * never runs backwards. */
#include "session/turn.h"

#include <string.h>

#include "session/pack.h"

enum { LAG_NS = 3000000, BREATH = 32 /* events that are applied at once */ };

struct waiting {
    uint64_t time_ns;
    struct event *event; /* followed by its texts */
    size_t size;         /* of that memory */
    int rank;
};

struct turn {
    const struct mem *mem;
    struct session *session;
    struct waiting *queue;
    size_t first, count, cap; /* queue[first .. first + count) */
    uint64_t newest_segment, lag_ns, heard_ns;
    bool several, failed;
    bool (*breathe)(void *ctx); /* NULL: nothing is so urgent */
    void *breathe_ctx;
};

/* The order at equal times. */
static int rank_of(enum event_kind k)
{
    switch (k) {
    case EVENT_COUNTER: return 0;
    case EVENT_CALL:
    case EVENT_NOTE: return 1;
    case EVENT_SEGMENT: return 2;
    case EVENT_SAMPLE:
    case EVENT_LISTENER:
    case EVENT_WIRE:
    case EVENT_STAMP:
    case EVENT_GONE:
    case EVENT_KINDS: break;
    }
    return 3;
}

struct turn *turn_new(const struct mem *m, struct session *s)
{
    struct turn *t = mem_new(m, sizeof *t);
    if (t) {
        t->mem = m;
        t->session = s;
        t->lag_ns = LAG_NS;
        t->heard_ns = UINT64_MAX;
    }
    return t;
}

void turn_lag(struct turn *t, uint64_t ns)
{
    t->lag_ns = ns;
}

void turn_heard(struct turn *t, uint64_t until_ns)
{
    t->heard_ns = until_ns;
}

uint64_t turn_heard_until(const struct turn *t)
{
    return t->heard_ns;
}

void turn_several(struct turn *t)
{
    t->several = true;
}

void turn_breathe(struct turn *t, bool (*breathe)(void *ctx), void *ctx)
{
    t->breathe = breathe;
    t->breathe_ctx = ctx;
}

void turn_free(struct turn *t)
{
    if (!t)
        return;
    for (size_t i = t->first; i < t->first + t->count; i++)
        mem_free(t->mem, t->queue[i].event, t->queue[i].size);
    mem_free(t->mem, t->queue, t->cap * sizeof *t->queue);
    mem_free(t->mem, t, sizeof *t);
}

static bool precedes(const struct waiting *a, const struct waiting *b)
{
    return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->rank < b->rank;
}

/* Room for one more at the end of the queue. */
static bool room_for_one(struct turn *t)
{
    if (t->first > t->count) {
        memmove(t->queue, t->queue + t->first, t->count * sizeof *t->queue);
        t->first = 0;
    }
    void *grown = t->queue;
    bool done = mem_grow(t->mem, &grown, &t->cap, t->first + t->count + 1, sizeof *t->queue);
    t->queue = grown;
    return done;
}

/* Moves the event at `at` forward to its place, behind its equals. */
static void sort_in(struct turn *t, size_t at)
{
    struct waiting w = t->queue[at];
    for (; at > t->first && precedes(&w, &t->queue[at - 1]); at--)
        t->queue[at] = t->queue[at - 1];
    t->queue[at] = w;
}

static void take(void *ctx, const struct event *e)
{
    struct turn *t = ctx;
    size_t size = sizeof *e + event_room(e);
    struct event *copy = room_for_one(t) ? t->mem->resize(t->mem->ctx, NULL, 0, size) : NULL;
    if (!copy) {
        t->failed = true;
        return;
    }
    event_pack(copy, e, (char *)(copy + 1));
    t->queue[t->first + t->count] = (struct waiting){e->time_ns, copy, size, rank_of(e->kind)};
    sort_in(t, t->first + t->count++);
    if (e->kind == EVENT_SEGMENT && e->time_ns > t->newest_segment)
        t->newest_segment = e->time_ns;
}

struct event_sink turn_sink(struct turn *t)
{
    return (struct event_sink){take, t};
}

static void apply_first(struct turn *t)
{
    struct waiting w = t->queue[t->first++];
    t->count--;
    session_apply(t->session, w.event);
    mem_free(t->mem, w.event, w.size);
}

/* Counters behind the first segment from `at` on go before it; what was said at a tracepoint has a time of
 * its own. */
static void advance_counters(struct turn *t, size_t at)
{
    const size_t end = t->first + t->count;
    while (at < end && t->queue[at].event->kind != EVENT_SEGMENT)
        at++;
    if (at == end)
        return;
    uint64_t time_ns = t->queue[at].time_ns;
    for (size_t i = at + 1; i < end; i++)
        if (t->queue[i].event->kind == EVENT_COUNTER && !counter_is_said(&t->queue[i].event->u.counter)) {
            t->queue[i].time_ns = time_ns;
            t->queue[i].event->time_ns = time_ns;
            sort_in(t, i);
        }
}

void turn_counted(struct turn *t, uint64_t since_ns)
{
    size_t at = t->first + t->count;
    while (at > t->first && t->queue[at - 1].time_ns > since_ns)
        at--;
    advance_counters(t, at);
}

size_t turn_waiting(const struct turn *t)
{
    return t->count;
}

static size_t settle_until(struct turn *t, uint64_t limit_ns)
{
    if (t->count == 0 || t->queue[t->first].time_ns > limit_ns)
        return 0;
    if (!t->several)
        advance_counters(t, t->first);
    size_t applied = 0;
    for (bool on = true; on && t->count > 0 && t->queue[t->first].time_ns <= limit_ns;) {
        apply_first(t);
        if (++applied % BREATH == 0 && t->breathe)
            on = t->breathe(t->breathe_ctx);
    }
    if (t->count == 0)
        t->first = 0;
    return applied;
}

/* The sniffer will tell of nothing that was before that time. */
static uint64_t silent_until(const struct turn *t, uint64_t now_ns)
{
    const uint64_t silent = now_ns > t->lag_ns ? now_ns - t->lag_ns : 0;
    return silent < t->heard_ns ? silent : t->heard_ns;
}

size_t turn_settle(struct turn *t, uint64_t now_ns)
{
    const uint64_t silent = silent_until(t, now_ns);
    return settle_until(t, silent > t->newest_segment || t->several ? silent : t->newest_segment);
}

size_t turn_flush(struct turn *t)
{
    t->breathe = NULL;
    return settle_until(t, UINT64_MAX);
}

uint64_t turn_wait(const struct turn *t, uint64_t now_ns)
{
    if (t->count == 0)
        return 0;
    uint64_t due = t->queue[t->first].time_ns + t->lag_ns;
    return due > now_ns ? due - now_ns : 1; /* a sniffer that is behind tells only when it is asked again */
}

uint64_t turn_oldest(const struct turn *t)
{
    return t->count > 0 ? t->queue[t->first].time_ns : UINT64_MAX;
}

uint64_t turn_reached(const struct turn *t, uint64_t now_ns)
{
    const uint64_t silent = silent_until(t, now_ns), oldest = turn_oldest(t);
    return silent < oldest ? silent : oldest;
}

bool turn_empty(const struct turn *t)
{
    return t->count == 0;
}

bool turn_failed(const struct turn *t)
{
    return t->failed;
}
