/* wired.c: the wire in a turn.
 *
 * What is seen of a frame is judged about a millisecond after it has gone on, later where news never end
 * (OBSERVE_NS, OBSERVE_SHARE): by then all that both hosts said before has been read, and their counters
 * after it, which turn_counted puts before the segments that moved them. */
#include "app/wired.h"

#include <errno.h>
#include <string.h>

#include "app/parts.h"
#include "plat/counters.h"
#include "plat/diag.h"
#include "plat/heap.h"
#include "plat/slice.h"
#include "session/cond.h"

enum {
    LAG_NS = 200000,       /* what a host has said is in our hands by then */
    OBSERVE_NS = 1000000,  /* after the first news */
    OBSERVE_SHARE = 20,    /* of the time, at most, where news never end */
    SLICE_NS = 100000,     /* of the processor: a frame is due at its time */
    SETTLE_NS = 4000000,   /* judging may take in a turn: keys and the screen wait for it */
    BEHIND_MOST = 1 << 18, /* events that may wait to be judged; then frames wait too */
    BREATHS_BEHIND = 16,   /* of so many, they have one */
    COUNTED_NS = 500000000 /* while only timers run */
};

static enum wire_meets meets(void *ctx, void *condition, uint32_t frame)
{
    const struct wired *w = ctx;
    const struct session *s = w->app->session;
    const struct cond_window window = {0, 0, app_selected(w->app), NULL, NULL};
    if (session_frames(s) < frame)
        return MEETS_LATER;
    const uint32_t row = session_frame(s, frame);
    return row != NO_ROW && cond_meets(condition, s, &window, row) ? MEETS : MEETS_NOT;
}

static void forget(void *ctx, void *condition)
{
    (void)ctx;
    cond_free(condition);
}

/* The protocol that a frame carries, as its headers name it. */
static void put_protocol(struct str *out, const uint8_t *bytes, uint32_t len)
{
    enum { TYPE = 12, PROTOCOL4 = 14 + 9, PROTOCOL6 = 14 + 6, IP4 = 0x0800, IP6 = 0x86dd, ARP = 0x0806 };
    const unsigned type = len >= TYPE + 2 ? (unsigned)bytes[TYPE] << 8 | bytes[TYPE + 1] : 0;
    const uint32_t at = type == IP4 ? PROTOCOL4 : PROTOCOL6;
    if ((type != IP4 && type != IP6) || len <= at) {
        str_put(out, type == ARP ? "ARP" : "Ethernet ");
        if (type != ARP)
            str_put_u64(out, type);
        return;
    }
    switch (bytes[at]) {
    case 1: str_put(out, "ICMP"); break;
    case 17: str_put(out, "UDP"); break;
    case 58: str_put(out, "ICMPv6"); break;
    default:
        str_put(out, "IP ");
        str_put_u64(out, bytes[at]);
        break;
    }
}

/* The ladder is TCP's: another frame is a remark on the timeline. */
static void other(void *ctx, enum side from, uint32_t frame, const uint8_t *bytes, uint32_t len)
{
    struct wired *w = ctx;
    const struct voice *v = &w->app->voice;
    struct str number, value, protocol, words;
    str_init(&number, heap_mem());
    str_init(&value, heap_mem());
    str_init(&protocol, heap_mem());
    str_init(&words, heap_mem());
    str_put_u64(&number, frame);
    str_put_u64(&value, len);
    put_protocol(&protocol, bytes, len);
    say_fill(&words, say(v, N_("#{n}: no TCP but {protocol}, {bytes} bytes, to the {side}")), "n", number.at,
             "protocol", protocol.at, "side", say(v, side_name(side_other(from))), "bytes", value.at, NULL);
    app_note(w->app, words.at, words.len, false);
    str_release(&number);
    str_release(&value);
    str_release(&protocol);
    str_release(&words);
}

struct wired *wired_new(struct app *a)
{
    struct wired *w = mem_new(a->mem, sizeof *w);
    if (w) {
        w->app = a;
        w->hosts = HOSTS_NONE;
    }
    return w;
}

void wired_free(struct wired *w)
{
    if (!w)
        return;
    wire_free(w->wire);
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        diag_close(w->diag[s]);
        counters_close(w->counters[s]);
    }
    hosts_down(&w->hosts);
    mem_free(w->app->mem, w, sizeof *w);
}

static uint64_t seed_of(const struct options *o)
{
    return o->seed >= 0 ? (uint64_t)o->seed : clock_now() / 1000 % 100000;
}

/* Frames go on while others are judged: as many as come, unless more wait to be judged than should. */
static bool breathe(void *ctx)
{
    struct wired *w = ctx;
    if (turn_waiting(w->app->turn) < BEHIND_MOST || ++w->breaths % BREATHS_BEHIND == 0)
        wire_breathe(w->wire);
    return clock_steady() < w->settle_ns;
}

bool wired_wire_up(struct wired *w, struct fail *f)
{
    const struct app *a = w->app;
    const struct wire_options o = {.mem = a->mem,
                                   .loop = a->loop,
                                   .sink = turn_sink(a->turn),
                                   .hosts = &w->hosts,
                                   .hooks = {meets, forget, other, w},
                                   .seed = seed_of(a->options),
                                   .delay_us = (uint32_t)a->options->delay_ms * 1000};
    turn_several(a->turn);
    turn_lag(a->turn, LAG_NS);
    w->wire = wire_new(&o, f);
    if (!w->wire)
        return false;
    turn_breathe(a->turn, breathe, w);
    slice_short(SLICE_NS);
    heap_hoard();
    return true;
}

bool wired_observers_up(struct wired *w, struct fail *f)
{
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        hosts_visit(&w->hosts, s);
        w->diag[s] = diag_open(f);
        w->counters[s] = w->diag[s] ? counters_open(w->app->mem, f) : NULL;
        hosts_leave(&w->hosts);
        if (!w->counters[s])
            return false;
    }
    return true;
}

/* Each socket is asked for in the host that has its address. */
static bool ask(void *ctx, const struct endpoint *local, const struct endpoint *remote,
                struct event_sample *out)
{
    const struct wired *w = ctx;
    const bool server = addr_equal(&local->addr, &w->hosts.addr[SIDE_SERVER]);
    return diag_socket(w->diag[server ? SIDE_SERVER : SIDE_CLIENT], local, remote, out);
}

static bool ask_listener(void *ctx, const struct endpoint *local, struct event_listener *out)
{
    return diag_listener(((struct wired *)ctx)->diag[SIDE_SERVER], local, out);
}

static int64_t ask_syn_queue(void *ctx, const struct endpoint *local)
{
    return diag_syn_queue(((struct wired *)ctx)->diag[SIDE_SERVER], local);
}

static int descriptor(void *ctx, const struct tuple *t, enum side side)
{
    return app_descriptor(((struct wired *)ctx)->app, t, side);
}

bool wired_sampler_up(struct wired *w, struct fail *f)
{
    struct app *a = w->app;
    struct endpoint server;
    const struct sampler_hooks hooks = {ask, ask_listener, ask_syn_queue, descriptor, tcpinfo_add, w};
    lab_server(a->lab, &server);
    a->sampler = sampler_new(a->mem, a->session, &hooks, &server);
    if (!a->sampler)
        return fail_errno(f, ENOMEM, NULL, "tcpviz");
    sampler_follow(a->sampler, a->turn);
    return true;
}

bool wired_pump(struct wired *w)
{
    wire_pump(w->wire);
    if (!wire_gone(w->wire) || w->gone_told)
        return true;
    w->gone_told = true;
    return false;
}

struct counting {
    struct app *app;
    enum side side;
};

static void moved(void *ctx, const char *name, int64_t delta)
{
    const struct counting *c = ctx;
    app_counter(c->app, c->side, name, delta);
}

/* What it costs decides how soon it may be done again. */
static void count(struct wired *w, uint64_t since_ns)
{
    uint64_t cost_ns = 0, begin_ns = 0;
    for (enum side s = SIDE_CLIENT; s < SIDE_COUNT; s++) {
        begin_ns = clock_steady();
        counters_read(w->counters[s], moved, &(struct counting){w->app, s});
        cost_ns += clock_steady() - begin_ns;
        wire_breathe(w->wire);
    }
    app_listen(w->app);
    turn_counted(w->app->turn, since_ns > LAG_NS ? since_ns - LAG_NS : 0);
    w->rest_ns = begin_ns + cost_ns * OBSERVE_SHARE;
}

static uint64_t due(const struct wired *w)
{
    const uint64_t due_ns = w->fresh_ns + OBSERVE_NS;
    return due_ns > w->rest_ns ? due_ns : w->rest_ns;
}

/* Something waits to be judged: since now, if it was not known before. */
static void note_news(struct wired *w, uint64_t steady_ns)
{
    if (w->fresh_ns == 0 && !turn_empty(w->app->turn))
        w->fresh_ns = steady_ns;
}

/* Whether it is time to observe; then counters are read, and what was LAG_NS before observed_ns may be
 * judged.
 */
static bool observe(struct wired *w, uint64_t now_ns, uint64_t steady_ns)
{
    const bool timers = w->app->sampler && sampler_timer_runs(w->app->sampler);
    const uint64_t before_ns = w->observed_ns;
    note_news(w, steady_ns);
    const bool fresh = w->fresh_ns && (steady_ns >= due(w) || wire_asks(w->wire));
    if (!fresh && !(timers && now_ns - before_ns >= COUNTED_NS))
        return false;
    w->fresh_ns = 0;
    w->observed_ns = now_ns;
    count(w, before_ns);
    return true;
}

bool wired_behind(const struct wired *w)
{
    const uint64_t oldest = turn_oldest(w->app->turn);
    return oldest != UINT64_MAX && oldest + LAG_NS <= w->observed_ns;
}

size_t wired_settle(struct wired *w, uint64_t now_ns, uint64_t steady_ns)
{
    size_t applied = 0;
    if (observe(w, now_ns, steady_ns) || wired_behind(w)) {
        w->settle_ns = clock_steady() + SETTLE_NS;
        applied = turn_settle(w->app->turn, w->observed_ns);
    }
    wire_judged(w->wire);
    return applied;
}

uint64_t wired_wait(struct wired *w, uint64_t steady_ns)
{
    note_news(w, steady_ns); /* the sampler's, at the end of a turn */
    if (!w->fresh_ns)
        return 0;
    return due(w) > steady_ns ? due(w) - steady_ns : 1;
}
