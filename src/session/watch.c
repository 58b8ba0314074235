#include "session/watch.h"

void watches_init(struct watches *ws, const struct mem *m)
{
    *ws = (struct watches){.mem = m};
}

void watches_release(struct watches *ws)
{
    for (size_t i = 0; i < ws->known; i++)
        if (ws->of[i].watch != &ws->over)
            mem_free(ws->mem, ws->of[i].watch, sizeof(struct watch));
    mem_free(ws->mem, ws->of, ws->cap * sizeof *ws->of);
}

struct watch *watches_find(const struct watches *ws, uint32_t conn, bool *over)
{
    struct watch *w = conn < ws->known ? ws->of[conn].watch : NULL;
    *over = w == &ws->over;
    return *over ? NULL : w;
}

struct watch *watches_add(struct watches *ws, uint32_t conn, const struct tuple *t)
{
    void *grown = ws->of;
    if (!mem_grow(ws->mem, &grown, &ws->cap, (size_t)conn + 1, sizeof *ws->of))
        return NULL;
    ws->of = grown;
    while (ws->known <= conn)
        ws->of[ws->known++].watch = NULL;
    struct watch *w = mem_new(ws->mem, sizeof *w);
    if (!w)
        return NULL;
    w->conn = conn;
    w->tuple = *t;
    ws->of[conn].watch = w;
    return w;
}

void watches_drop(struct watches *ws, struct watch *w)
{
    for (int list = 0; list < WATCH_LISTS; list++)
        watches_take(ws, (enum watch_list)list, w);
    if (w->syn_received)
        ws->syn_received--;
    ws->of[w->conn].watch = &ws->over;
    mem_free(ws->mem, w, sizeof *w);
}

void watches_put(struct watches *ws, enum watch_list list, struct watch *w)
{
    if (w->link[list].in)
        return;
    struct watch *last = ws->list[list].last;
    w->link[list].in = true;
    w->link[list].before = last;
    w->link[list].after = NULL;
    *(last ? &last->link[list].after : &ws->list[list].first) = w;
    ws->list[list].last = w;
    ws->list[list].count++;
}

void watches_take(struct watches *ws, enum watch_list list, struct watch *w)
{
    if (!w->link[list].in)
        return;
    struct watch *before = w->link[list].before, *after = w->link[list].after;
    w->link[list].in = false;
    *(before ? &before->link[list].after : &ws->list[list].first) = after;
    *(after ? &after->link[list].before : &ws->list[list].last) = before;
    ws->list[list].count--;
}

static uint64_t odd_since(const struct watch *w)
{
    uint64_t since = UINT64_MAX;
    for (int side = 0; side < SIDE_COUNT; side++)
        if (w->side[side].odd && w->side[side].odd_ns < since)
            since = w->side[side].odd_ns;
    return since;
}

void watches_update(struct watches *ws, struct watch *w)
{
    bool odd = false, timer = false, received = false;
    for (int side = 0; side < SIDE_COUNT; side++) {
        odd = odd || w->side[side].odd;
        timer = timer || w->side[side].timer;
        received = received || w->side[side].syn_received;
    }
    watches_take(ws, WATCH_ODD, w);
    if (odd)
        watches_put(ws, WATCH_ODD, w);
    if (timer)
        watches_put(ws, WATCH_TIMER, w);
    else
        watches_take(ws, WATCH_TIMER, w);
    if (received != w->syn_received)
        ws->syn_received += received ? 1 : (size_t)-1;
    w->syn_received = received;
}

uint64_t watches_odd_since(const struct watches *ws)
{
    return ws->list[WATCH_ODD].first ? odd_since(ws->list[WATCH_ODD].first) : 0;
}

bool sample_same(const struct event_sample *a, const struct event_sample *b)
{
    return a->side == b->side && a->state == b->state && a->recv_q == b->recv_q && a->send_q == b->send_q &&
           a->unsent == b->unsent && a->cwnd == b->cwnd && a->ssthresh == b->ssthresh &&
           a->rtt_us == b->rtt_us && a->rto_us == b->rto_us && a->rcvbuf == b->rcvbuf &&
           a->sndbuf == b->sndbuf && a->mss == b->mss && a->snd_wnd == b->snd_wnd && a->probes == b->probes &&
           a->probes_max == b->probes_max && a->backoff == b->backoff && a->timer == b->timer;
}

bool listener_same(const struct event_listener *a, const struct event_listener *b)
{
    return a->state == b->state && a->syn_q == b->syn_q && a->accept_q == b->accept_q &&
           a->backlog == b->backlog;
}
