/* lane.c: one direction of the wire.
 *
 * A frame waits in the queue until the line is free, is on the line for as long as its bits take, and is then
 * under way for the delay. None of this needs a clock of its own: when a frame enters, all of its times are
 * known, and it stands in the order of its arrival in one list. It enters at the end, but where one that was
 * held goes on, so nothing is searched. */
#include "lab/fate.h"
#include "lab/wire_state.h"

void wlist_add(struct wlist *l, struct wframe *f)
{
    f->before = l->last;
    f->next = NULL;
    *(l->last ? &l->last->next : &l->first) = f;
    l->last = f;
    l->count++;
}

void wlist_take(struct wlist *l, struct wframe *f)
{
    *(f->before ? &f->before->next : &l->first) = f->next;
    *(f->next ? &f->next->before : &l->last) = f->before;
    f->before = f->next = NULL;
    l->count--;
}

/* By the time it is due, behind its equals. */
static void sort_in(struct wlist *l, struct wframe *f)
{
    struct wframe *at = l->last;
    while (at && at->due_ns > f->due_ns)
        at = at->before;
    f->before = at;
    f->next = at ? at->next : l->first;
    *(at ? &at->next : &l->first) = f;
    *(f->next ? &f->next->before : &l->last) = f;
    l->count++;
}

static uint64_t bits_ns(const struct lane *l, const struct wframe *f)
{
    enum { BITS = 8 };
    return (uint64_t)f->len * BITS * 1000000 / l->set[WIRE_RATE];
}

static void enqueue(struct lane *l, struct wframe *f)
{
    f->waiting = true;
    f->next_waiting = NULL;
    *(l->queue_end ? &l->queue_end->next_waiting : &l->queue) = f;
    l->queue_end = f;
    l->queued++;
}

static void dequeue(struct lane *l)
{
    struct wframe *f = l->queue;
    l->queue = f->next_waiting;
    if (!l->queue)
        l->queue_end = NULL;
    f->waiting = false;
    l->queued--;
}

void lane_unqueue(struct lane *l, struct wframe *f)
{
    struct wframe *before = NULL;
    if (!f->waiting)
        return;
    for (struct wframe *q = l->queue; q != f; q = q->next_waiting)
        before = q;
    *(before ? &before->next_waiting : &l->queue) = f->next_waiting;
    if (l->queue_end == f)
        l->queue_end = before;
    f->waiting = false;
    l->queued--;
}

void lane_advance(struct lane *l, uint64_t now_ns)
{
    while (l->queue && l->queue->sent_ns <= now_ns)
        dequeue(l);
}

/* When the line has taken all of it. */
static void set_sent(struct lane *l, struct wframe *f, uint64_t now_ns)
{
    const uint64_t start = l->busy_ns > now_ns ? l->busy_ns : now_ns;
    f->sent_ns = now_ns;
    if (!l->set[WIRE_RATE])
        return;
    f->sent_ns = l->busy_ns = start + bits_ns(l, f);
    enqueue(l, f);
}

/* When it arrives. Jitter is no overtaking. */
static void set_due(const struct wire *w, struct lane *l, struct wframe *f)
{
    const struct wframe *last = l->way.last;
    const int64_t delay =
        (int64_t)l->set[WIRE_DELAY] + fate_jitter(w->o.seed, f->from, f->number, l->set[WIRE_JITTER]);
    f->due_ns = f->sent_ns + (delay > 0 ? (uint64_t)delay * 1000 : 0);
    if (last && !last->released && last->due_ns > f->due_ns)
        f->due_ns = last->due_ns;
    f->way_ns = f->due_ns - f->sent_ns;
    sort_in(&l->way, f);
}

void lane_go(struct wire *w, struct wframe *f, uint64_t now_ns)
{
    struct lane *l = &w->lane[f->from];
    lane_advance(l, now_ns);
    /* One is on the line, the others wait. */
    if (l->set[WIRE_RATE] && l->set[WIRE_QUEUE] && l->queued > l->set[WIRE_QUEUE]) {
        wire_drop(w, f, WIRE_QUEUE_FULL);
        return;
    }
    f->place = PLACE_WAY;
    set_sent(l, f, now_ns);
    set_due(w, l, f);
}

void lane_go_on(struct wire *w, struct wframe *f, uint64_t now_ns)
{
    f->place = PLACE_WAY;
    f->released = true;
    f->sent_ns = now_ns;
    f->due_ns = now_ns + f->rest_ns;
    sort_in(&w->lane[f->from].way, f);
}

void lane_behind(struct wire *w, struct wframe *f, struct wframe *of)
{
    f->place = PLACE_WAY;
    f->released = true;
    f->sent_ns = of->sent_ns;
    f->due_ns = of->due_ns;
    f->way_ns = of->way_ns;
    sort_in(&w->lane[f->from].way, f);
}

void lane_reset_times(struct wire *w, struct lane *l, uint64_t now_ns)
{
    const struct wlist all = l->way;
    lane_advance(l, now_ns);
    l->way = (struct wlist){0};
    l->queue = l->queue_end = NULL;
    l->queued = 0;
    l->busy_ns = 0;
    for (struct wframe *f = all.first, *next; f; f = next) {
        next = f->next;
        if (f->waiting) {
            f->waiting = false;
            set_sent(l, f, now_ns);
        }
        if (f->released)
            sort_in(&l->way, f);
        else
            set_due(w, l, f);
    }
}
