/* app.c: a turn, as RULES have it: the programs act until neither has anything ready; the sniffer is drained
 * and its segments join the calls on the timeline; the session judges what nothing unseen can precede any
 * more; the kernel is asked; then conditions are judged and commands run; at last the screen draws.
 *
 * A turn is taken after every round of the loop in which something happened. Nothing wakes the program while
 * no connection exists: the timer is set only for what waits (events that settle, a second look at the
 * kernel, a countdown that is shown, a script's deadline). */
#include "app/parts.h"

#include <stdio.h>
#include "app/exporting.h"
#include "app/kept.h"
#include "app/outlet.h"
#include "app/script.h"
#include "app/wired.h"
#include "plat/counters.h"
#include "plat/ktrace.h"
#include "session/sampler.h"

enum {
    DRAIN_MOST = 20000,     /* frames a turn, so that keys are answered in a flood */
    LAG_MS = 20,            /* a pipe whose reader is slow is tried again */
    COUNTED_NS = 500000000, /* between two looks at the counters while only a timer runs */
    STARVED_NS = 20000000   /* under steady traffic conditions wait for the events of so long after a step */
};

static void take_frame(void *ctx, uint64_t time_ns, const uint8_t *bytes, uint32_t caplen, uint32_t wirelen)
{
    struct app *a = ctx;
    const struct event e = {
        .kind = EVENT_SEGMENT,
        .time_ns = time_ns,
        .u.segment = {.linktype = a->linktype, .bytes = bytes, .caplen = caplen, .wirelen = wirelen},
    };
    if (!a->lab && turn_empty(a->turn)) { /* nothing but the sniffer speaks, and it speaks in order */
        session_apply(a->session, &e);
        return;
    }
    const struct event_sink sink = turn_sink(a->turn);
    sink.take(sink.ctx, &e);
}

void app_counter(struct app *a, enum side side, const char *name, int64_t delta)
{
    const struct event e = {
        .kind = EVENT_COUNTER,
        .time_ns = clock_now(),
        .u.counter = {.side = side, .name = name, .delta = delta},
    };
    const struct event_sink sink = turn_sink(a->turn);
    sink.take(sink.ctx, &e);
}

static void take_counter(void *ctx, const char *name, int64_t delta)
{
    app_counter(ctx, SIDE_NONE, name, delta);
}

static void take_said(void *ctx, uint64_t time_ns, const char *name, const struct endpoint *local,
                      const struct endpoint *remote)
{
    struct app *a = ctx;
    const bool server = local->port == a->options->port;
    const struct event e = {
        .kind = EVENT_COUNTER,
        .time_ns = time_ns,
        .key = {.known = true,
                .tuple.end =
                    {[SIDE_CLIENT] = server ? *remote : *local, [SIDE_SERVER] = server ? *local : *remote}},
        .u.counter = {.side = server ? SIDE_SERVER : SIDE_CLIENT, .name = name, .delta = 1},
    };
    const struct event_sink sink = turn_sink(a->turn);
    sink.take(sink.ctx, &e);
}

void app_listen(struct app *a)
{
    if (a->ktrace)
        ktrace_drain(a->ktrace, take_said, a);
}

int app_sniff(struct app *a)
{
    if (a->wired)
        return wired_pump(a->wired) ? 0 : -1;
    if (!a->capture)
        return 0;
    const int frames = capture_drain(a->capture, DRAIN_MOST, take_frame, a);
    if (frames >= 0)
        turn_heard(a->turn, capture_heard(a->capture));
    return frames;
}

void app_note(struct app *a, const char *text, size_t len, bool said)
{
    const struct event e = {
        .kind = EVENT_NOTE,
        .time_ns = clock_now(),
        .key = {.known = false},
        .u.note = {.text = text, .len = len, .said = said},
    };
    const struct event_sink sink = turn_sink(a->turn);
    sink.take(sink.ctx, &e);
    if (said) {
        str_clear(&a->said);
        str_put_safe(&a->said, text, len, a->voice.ascii);
    }
}

static bool app_feed(struct app *a, uint64_t sniffed_ns)
{
    const uint64_t until = a->options->mode == MODE_READ ? 0 : turn_reached(a->turn, sniffed_ns);

    for (size_t i = 0; i < a->outlet_count; i++)
        if (!outlet_feed(a->outlets[i], until))
            return false;
    return true;
}

/* Judges the script's condition and runs what may run now: when all that followed from the last step is on
 * the timeline. */
static void app_step(struct app *a, uint64_t steady_ns)
{
    struct fail f = {0};

    if (!a->script || app_is_reading(a)) /* a capture is whole before a script looks at it */
        return;
    const uint64_t waiting = turn_oldest(a->turn);
    if (waiting != UINT64_MAX && waiting < a->stepped_ns + STARVED_NS)
        return;
    a->stepped_ns = clock_now();
    const enum script_result r = script_step(a->script, steady_ns, &f);
    if (r == SCRIPT_WAITS)
        return;
    script_free(a->script);
    a->script = NULL;
    if (r == SCRIPT_FAILED)
        app_tell(a, &f);
    if (!a->screen)
        app_quit(a, r == SCRIPT_FAILED ? (int)f.status : 0);
    fail_release(&f);
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a && (!b || a < b) ? a : b;
}

/* Sets the one timer for the first of what waits. */
static void app_schedule(struct app *a, uint64_t now_ns, uint64_t steady_ns)
{
    uint64_t wait_ns = turn_wait(a->turn, now_ns);
    const uint64_t deadline = a->script ? script_deadline(a->script) : 0;

    if (a->wired)
        wait_ns = wired_wait(a->wired, steady_ns);
    if (a->sampler)
        wait_ns = sooner(sampler_wait(a->sampler, now_ns), wait_ns);
    if (deadline)
        wait_ns = sooner(deadline > steady_ns ? deadline - steady_ns : 1, wait_ns);
    for (size_t i = 0; i < a->outlet_count; i++)
        if (outlet_lags(a->outlets[i]))
            wait_ns = sooner((uint64_t)LAG_MS * 1000000, wait_ns);
    if (kept_lags(a->kept))
        wait_ns = sooner((uint64_t)LAG_MS * 1000000, wait_ns);
    unsigned done;
    uint64_t ns;
    if ((a->reader && !a->read_waits) || exporting_file(a->exporting, &done, &ns) ||
        (a->wired && wired_behind(a->wired)))
        source_start(a->timer, 0, 0);
    else if (wait_ns)
        source_start(a->timer, (wait_ns + 999999) / 1000000, 0);
    else
        source_stop(a->timer);
}

/* What only a lab has: its programs act, its counters and sockets are looked at. */
static bool app_observe(struct app *a, uint64_t now_ns)
{
    return a->sampler && sampler_run(a->sampler, now_ns);
}

/* The interface is gone: what came is kept. */
static void app_lost(struct app *a)
{
    struct fail f = {0};

    source_close(a->sniffed);
    source_close(a->rung);
    a->sniffed = a->rung = NULL;
    capture_close(a->capture);
    a->capture = NULL;
    turn_heard(a->turn, UINT64_MAX);
    fail_set(&f, FAIL_SYSTEM, N_("the interface is gone"), NULL, "%s", session_source(a->session));
    app_tell(a, &f);
    if (!a->screen)
        app_quit(a, FAIL_SYSTEM);
    fail_release(&f);
}

/* What there was no memory for is missing from the timeline: that is said, once, and not passed over. */
static void app_starved(struct app *a)
{
    struct fail f = {0};

    if (a->starved || !(session_out_of_memory(a->session) || turn_failed(a->turn) ||
                        (a->sampler && sampler_failed(a->sampler))))
        return;
    a->starved = true;
    fail_set(&f, FAIL_SYSTEM, N_("out of memory"), NULL, "%s", session_source(a->session));
    app_tell(a, &f);
    if (!a->screen)
        app_quit(a, FAIL_SYSTEM);
    fail_release(&f);
}

/* What is asked for and not there any more: that is said, once. */
static void app_gave_way(struct app *a)
{
    const char *words = N_("the oldest rows have given way: more memory for them with --memory");

    if (a->gave_way || !session_first(a->session) || streams(a->options))
        return;
    a->gave_way = true;
    if (a->screen)
        screen_say(a->screen, say(&a->voice, words), true);
    else
        fprintf(stderr, "tcpviz: %s\n", say(&a->voice, words));
}

/* Counters first, then what nothing unseen can precede any more. Returns how many events were applied. */
static size_t app_settle(struct app *a, bool news, uint64_t sniffed_ns)
{
    /* they cost as much as a frame of the screen; a timer that moves one also sends, or is seen soon */
    const uint64_t steady = clock_steady();
    const bool due = a->sampler && sampler_timer_runs(a->sampler) && steady - a->counted_ns >= COUNTED_NS;
    if (a->wired)
        return wired_settle(a->wired, sniffed_ns, steady);
    if (a->counters && (news || due)) {
        a->counted_ns = steady;
        counters_read(a->counters, take_counter, a);
    }
    app_listen(a);
    return turn_settle(a->turn, sniffed_ns);
}

void app_turn(void *ctx)
{
    struct app *a = ctx;

    if (a->leaving)
        return;
    const bool acted = a->lab && lab_act(a->lab);
    const uint64_t sniffed = clock_now();
    const int frames = app_sniff(a);
    if (frames < 0)
        app_lost(a);
    const size_t applied = app_settle(a, acted || frames > 0, sniffed);
    const bool read = app_read(a);
    app_settled(a);
    const bool seen = app_observe(a, clock_now());
    const uint64_t steady = clock_steady();
    app_starved(a);
    app_gave_way(a);
    app_step(a, steady);
    kept_feed(a->kept);
    if (!app_feed(a, sniffed))
        app_quit(a, FAIL_SYSTEM);
    exporting_step(a->exporting);
    if (a->screen) {
        if (applied || frames > 0 || seen || read || acted)
            screen_changed(a->screen);
        screen_draw(a->screen);
    }
    if (a->stopping)
        loop_stop(a->loop);
    else
        app_schedule(a, clock_now(), steady);
}

void app_quit(struct app *a, int status)
{
    a->stopping = true;
    if (!a->status)
        a->status = status;
}

bool app_unsaved(const struct app *a)
{
    return a->options->mode != MODE_READ && session_segments(a->session) > 0 &&
           session_rows(a->session) > a->saved && !kept_whole(a->kept);
}
