/* setup.c: from options to a running program, and back. The order matters: namespaces before any thread, the
 * sniffer before the server listens, privileges given up before a file is opened (DESIGN 2, RULES 4). */
#include "app/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "app/exporting.h"
#include "app/kept.h"
#include "app/outlet.h"
#include "app/reader.h"
#include "app/script.h"
#include "app/wired.h"
#include "plat/caps.h"
#include "plat/counters.h"
#include "plat/ktrace.h"
#include "plat/crash.h"
#include "plat/descr.h"
#include "plat/diag.h"
#include "plat/file.h"
#include "plat/heap.h"
#include "plat/netns.h"
#include "session/sampler.h"

enum {
    LIVE_RING = 32 << 20,  /* outside clients do not wait: 128 blocks of a ms each without a processor */
    WATCH_RING = 16 << 20, /* 40 ms of 400,000 segments a second that the screen may take */
    STEADY_PORT = 54230,
    KEEP_LIVE = 2048,
    KEEP_ROWS = 16384, /* a slice of the reader and more */
};

static bool is_live(const struct options *o)
{
    return o->mode == MODE_LAB || o->mode == MODE_HOST || o->mode == MODE_WIRE;
}

static void warn(void *ctx, const char *line)
{
    (void)ctx;
    fprintf(stderr, "tcpviz: %s\n", line);
}

static void caught(void *ctx, int signum)
{
    struct app *a = ctx;
    a->last_signal = signum;
    app_quit(a, 128 + signum);
}

static void said_much(void *ctx, int events)
{
    app_listen(ctx);
    (void)events;
}

/* The kernel's rings are emptied before they are full. */
static bool listener_up(struct app *a, struct fail *f)
{
    int fd = a->ktrace ? ktrace_fd(a->ktrace, 0) : -1;
    for (size_t i = 0; fd >= 0; fd = ktrace_fd(a->ktrace, ++i))
        if (!loop_fd(a->loop, fd, LOOP_READ, said_much, a))
            return fail_errno(f, ENOMEM, NULL, "tcpviz");
    return true;
}

static void woke(void *ctx)
{
    (void)ctx; /* the turn that follows does the work */
}

static void readable(void *ctx, int events)
{
    (void)ctx;
    (void)events;
}

static struct lab_options lab_options_of(struct app *a)
{
    const struct options *o = a->options;
    return (struct lab_options){
        .kind = o->mode == MODE_HOST   ? LAB_HOST
                : o->mode == MODE_WIRE ? LAB_WIRE
                                       : LAB_PRIVATE,
        .ipv6 = o->ipv6,
        .port = (uint16_t)o->port,
        .backlog = o->backlog,
        .keepalive_s = o->keepalive_s,
        .client_port = a->steady ? STEADY_PORT : 0,
        .mem = a->mem,
        .loop = a->loop,
        .sink = a->turn ? turn_sink(a->turn) : (struct event_sink){0},
        .hosts = a->wired ? &a->wired->hosts : NULL,
    };
}

/* Only the lab's own port on the machine's loopback: its other traffic is nobody's business here. */
static bool sniffer_up(struct app *a, struct fail *f)
{
    const struct options *o = a->options;
    char port[32];
    struct capture_options c = {.iface = "lo", .snaplen = o->snaplen};

    if (o->mode == MODE_WIRE)
        return wired_wire_up(a->wired, f);
    if (o->mode == MODE_WATCH) {
        c.iface = o->iface;
        c.filter = o->filter;
        c.buffer_bytes = WATCH_RING;
        c.at_once = true;
    } else if (o->mode == MODE_HOST) {
        snprintf(port, sizeof port, "tcp port %d", o->port);
        c.filter = port;
        c.buffer_bytes = LIVE_RING;
    }
    a->capture = capture_open(&c, f);
    if (!a->capture)
        return false;
    a->linktype = capture_linktype(a->capture);
    return true;
}

static bool privileges_down(const struct app *a, struct fail *f)
{
    const enum mode mode = a->options->mode;
    if (mode != MODE_LAB && mode != MODE_WIRE)
        return caps_drop(f);
    /* The user namespace gave an ordinary user every capability, also to write into read-only folders. */
    if (geteuid() == 0 && !getenv("SUDO_UID"))
        return true;
    return mode == MODE_WIRE ? caps_drop_but_hosts(f) : caps_drop_but_net_admin(f);
}

/* Whether keys can be read though standard input is none: it brings the capture, and a terminal is there. */
static bool has_keys_beside(const struct options *o)
{
    if (strcmp(o->read, "-") != 0)
        return false;
    const int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
    return fd >= 0 && close(fd) == 0;
}

/* A capture, no export asked for and no terminal: the ladder goes to standard output. */
static bool prints_text(const struct options *o)
{
    return o->mode == MODE_READ && !o->export_count && !o->script && !app_reports(o) &&
           !(isatty(STDOUT_FILENO) && (isatty(STDIN_FILENO) || has_keys_beside(o)));
}

/* A script, an export of a capture or a capture to print need no terminal. */
bool wants_screen(const struct options *o)
{
    return !o->script && !(o->mode == MODE_READ && (o->export_count || app_reports(o))) && !prints_text(o);
}

static bool outlets_up(struct app *a, struct fail *f)
{
    const struct options *o = a->options;
    const struct outlet_options options = {a->mem, a->voice, a->steady};

    const size_t count = prints_text(o) ? 1 : o->export_count;

    a->outlets = calloc(count ? count : 1, sizeof *a->outlets);
    if (!a->outlets)
        return fail_errno(f, ENOMEM, NULL, "export");
    for (size_t i = 0; i < count; i++) {
        const char *spec = prints_text(o) ? "txt:-" : o->exports[i];
        struct outlet *outlet = outlet_open(spec, &options, f);
        if (!outlet)
            return false;
        a->outlets[a->outlet_count++] = outlet;
        if (!outlet_begin(outlet, a->session, 0))
            return fail_errno(f, ENOMEM, NULL, "%s", spec);
    }
    return true;
}

static bool script_up(struct app *a, struct fail *f)
{
    char *text = NULL;
    size_t len = 0;

    if (!a->options->script)
        return true;
    if (!script_load(a, a->options->script, &text, &len, f))
        return false;
    a->script = script_new(a, a->options->script, text, len, f);
    mem_free(a->mem, text, len + 1);
    return a->script != NULL;
}

static const char *source_words(const struct options *o)
{
    switch (o->mode) {
    case MODE_LAB: return N_("private loopback");
    case MODE_HOST: return N_("host loopback");
    case MODE_WIRE: return N_("the wire");
    case MODE_READ: return o->read;
    case MODE_WATCH: return o->iface;
    case MODE_SESSIONS:
    case MODE_DIFF:
    case MODE_HELP:
    case MODE_VERSION: break;
    }
    return "";
}

bool streams(const struct options *o)
{
    bool twice = false;
    for (size_t i = 0; i < o->export_count; i++)
        twice = twice || outlet_looks_twice(o->exports[i]);
    return o->mode == MODE_READ && !o->script && !wants_screen(o) && !o->labsheet && !twice;
}

static bool session_up(struct app *a, struct fail *f)
{
    const struct options *o = a->options;
    struct session_options s = {
        .source = source_words(o),
        .started_ns = clock_now(),
        .track = {.live = is_live(o),
                  .server_port = is_live(o) ? (uint16_t)o->port : 0,
                  .wire = o->mode == MODE_WIRE},
        .keep = is_live(o) ? KEEP_LIVE : 0,
        .rowless = o->summary != SUMMARY_NONE,
        .unlisted = streams(o),
        .most = streams(o) ? KEEP_ROWS : 0,
        .memory = is_live(o)  ? 0
                  : o->memory ? o->memory
                              : memory_half(),
        .mem = a->mem,
    };
    if (a->reader && !reader_head(a->reader, &s, f))
        return false;
    a->reread = a->reader && reader_of_session(a->reader);
    a->can_add = a->reader && reader_can_add(a->reader);
    s.ahead = a->reader && !a->reread; /* what stands beside a journal's segments is of the last one */
    a->session = session_new(&s);
    if (a->session && a->reader)
        session_frames_from(a->session, reader_frame, a->reader);
    a->turn = a->session ? turn_new(a->mem, a->session) : NULL;
    if (!a->turn)
        return fail_errno(f, ENOMEM, NULL, "tcpviz");
    turn_lag(a->turn, capture_lag_ns());
    return true;
}

static bool signals_up(struct app *a, struct fail *f)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (!loop_signal(a->loop, ends[i], caught, a))
            return fail_errno(f, ENOMEM, NULL, "signals");
    return true;
}

int app_descriptor(const struct app *a, const struct tuple *t, enum side side)
{
    struct lab_program p;
    return lab_program(a->lab, t, side, &p) && p.open ? p.fd : -1;
}

static int descriptor_of(void *ctx, const struct tuple *t, enum side side)
{
    return app_descriptor(ctx, t, side);
}

/* Who looks at the lab's namespace from beside. */
static bool observers_up(struct app *a, struct fail *f)
{
    if (a->wired)
        return wired_observers_up(a->wired, f);
    a->diag = diag_open(f);
    if (!a->diag)
        return false;
    if (a->options->mode == MODE_LAB) {
        a->counters = counters_open(a->mem, f);
        if (!a->counters)
            return false;
    }
    return true;
}

static bool sampler_up(struct app *a, struct fail *f)
{
    if (a->wired)
        return wired_sampler_up(a->wired, f);
    struct endpoint server;
    lab_server(a->lab, &server);
    struct sampler_hooks hooks;
    a->kernel = (struct sampler_kernel){a->diag, descriptor_of, a};
    sampler_hooks_kernel(&hooks, &a->kernel);
    a->sampler = sampler_new(a->mem, a->session, &hooks, &server);
    if (!a->sampler)
        return fail_errno(f, ENOMEM, NULL, "tcpviz");
    sampler_follow(a->sampler, a->turn);
    sampler_lag(a->sampler, capture_lag_ns());
    return true;
}

/* The hosts of the wire are made by the user who called, not by the root that sudo lent. */
static bool networks_up(struct app *a, struct fail *f)
{
    if (a->options->mode == MODE_WIRE) {
        a->wired = wired_new(a);
        if (!a->wired)
            return fail_errno(f, ENOMEM, NULL, "tcpviz");
        if (!caps_step_down(f))
            return false;
    }
    const struct lab_options lab = lab_options_of(a);
    return lab_prepare(&lab, warn, NULL, f);
}

static bool app_up(struct app *a, struct fail *f)
{
    const struct options *o = a->options;

    descr_many();
    if (is_live(o))
        a->low = descr_reserve();
    if (is_live(o))
        a->ktrace = ktrace_open(a->mem, (uint16_t)o->port); /* before privileges go */
    if (is_live(o) && !networks_up(a, f))
        return false;
    if (o->mode == MODE_READ && !(a->reader = reader_open(o->read, o->filter, o->follow, a->mem, f)))
        return false;
    a->loop = loop_new(f);
    if (!a->loop || !session_up(a, f))
        return false;
    if (o->mode != MODE_READ && (!sniffer_up(a, f) || !privileges_down(a, f)))
        return false;
    a->exporting = exporting_new(a);
    if (!a->exporting)
        return fail_errno(f, ENOMEM, NULL, "tcpviz");
    if (!signals_up(a, f))
        return false;
    loop_turn(a->loop, app_turn, a);
    a->timer = loop_timer(a->loop, woke, a);
    a->sniffed = a->capture ? loop_fd(a->loop, capture_fd(a->capture), LOOP_READ, readable, a) : NULL;
    if (a->capture && capture_bell(a->capture) >= 0)
        a->rung = loop_fd(a->loop, capture_bell(a->capture), LOOP_READ, readable, a);
    if (!a->timer || (a->capture && !a->sniffed))
        return fail_errno(f, ENOMEM, NULL, "tcpviz");
    if (!listener_up(a, f) || !script_up(a, f) || !outlets_up(a, f) || !kept_open(a, &a->kept, f))
        return false;
    if (is_live(o)) {
        const struct lab_options lab = lab_options_of(a);
        if (!observers_up(a, f))
            return false;
        descr_release(a->low);
        a->low = 0;
        a->lab = lab_up(&lab, f);
        if (!a->lab || !sampler_up(a, f))
            return false;
    }
    return !wants_screen(o) || app_screen_up(a, f);
}

static void app_down(struct app *a)
{
    descr_release(a->low);
    crash_restore_with(NULL);
    screen_free(a->screen);
    script_free(a->script);
    sampler_free(a->sampler);
    counters_close(a->counters);
    lab_down(a->lab);
    wired_free(a->wired);
    diag_close(a->diag);
    source_close(a->filled);
    reader_close(a->reader);
    reader_close(a->filed);
    exporting_free(a->exporting);
    for (size_t i = 0; i < a->outlet_count; i++)
        outlet_free(a->outlets[i]);
    free(a->outlets);
    kept_close(a->kept, &(struct fail){.status = FAIL_SYSTEM}); /* it did not come to a session */
    source_close(a->sniffed);
    source_close(a->rung);
    source_close(a->timer);
    loop_free(a->loop);
    ktrace_close(a->ktrace);
    capture_close(a->capture);
    turn_free(a->turn);
    session_free(a->session);
    str_release(&a->said);
    str_release(&a->place);
}

/* Where namespaces are forbidden and the sniffer is allowed, the machine's own loopback serves. */
static bool falls_back(const struct options *o)
{
    return o->mode == MODE_LAB && caps_have_net_raw() && !netns_possible();
}

int app_main(struct options *o, const struct voice *v, struct fail *f)
{
    if (falls_back(o)) {
        o->mode = MODE_HOST;
        warn(NULL, "no private loopback here (namespaces are forbidden): using the host's");
    }
    struct app a = {
        .options = o,
        .mem = heap_mem(),
        .voice = *v,
        .selected = NO_CONN,
        .steady = getenv("TCPVIZ_STEADY") != NULL && o->mode != MODE_READ, /* a file is always the same */
        .labs = o->mode == MODE_LAB    ? LABS_LOOPBACK
                : o->mode == MODE_HOST ? LABS_HOST
                : o->mode == MODE_WIRE ? LABS_WIRE
                : o->mode == MODE_READ ? LABS_FILE
                                       : LABS_WATCH,
    };

    a.voice.steady = a.steady;
    str_init(&a.said, a.mem);
    str_init(&a.place, a.mem);
    if (app_up(&a, f)) {
        source_start(a.timer, 0, 0);
        loop_run(a.loop);
        app_drain(&a);
        screen_free(a.screen);
        a.screen = NULL;
        app_finish(&a, f);
    } else if (!a.status) {
        a.status = (int)f->status;
    }
    const int status = a.status;
    app_down(&a);
    return status;
}
