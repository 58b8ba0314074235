/* hooks.c: what the screen asks of the app. */
#include "app/exporting.h"
#include "app/keymap.h"
#include "app/parts.h"
#include "app/reader.h"
#include "app/wired.h"
#include "export/export.h"
#include "plat/crash.h"
#include "plat/state.h"

enum { SHOWN_NS = 500000000 }; /* an export that takes longer shows how far it is */

static enum screen_ran hook_run(void *ctx, const char *line, size_t len, struct str *error)
{
    struct app *a = ctx;
    struct fail f = {0};
    const bool good = app_run_line(a, line, len, ORIGIN_PROMPT, &f);

    const enum screen_ran ran = good ? SCREEN_RAN : f.status == FAIL_EXPECT ? SCREEN_REFUSED : SCREEN_WRONG;

    if (!good)
        fail_words(error, &f, &a->voice);
    fail_release(&f);
    return ran;
}

static void hook_complete(void *ctx, const char *line, size_t len, void (*offer)(void *to, const char *word),
                          void *to)
{
    app_complete(ctx, line, len, offer, to);
}

static const char *place_of(struct app *a)
{
    struct endpoint server;

    if (a->reread) {
        const char *slash = strrchr(a->options->read, '/');
        return slash && slash[1] ? slash + 1 : a->options->read;
    }
    if (!a->lab)
        return NULL;
    lab_server(a->lab, &server);
    str_clear(&a->place);
    if (a->wired) {
        str_put_addr(&a->place, &a->wired->hosts.addr[SIDE_CLIENT]);
        str_put(&a->place, a->voice.ascii ? " <-> " : " ⇄ ");
    }
    str_put_endpoint(&a->place, &server);
    return a->place.at;
}

uint64_t app_drops(const struct app *a)
{
    struct capture_counts n = {0};

    if (a->capture)
        capture_counts(a->capture, &n);
    if (a->wired)
        n.dropped = wire_lost(a->wired->wire);
    return n.dropped + n.interface_dropped;
}

static void hook_info(void *ctx, struct screen_info *out)
{
    struct app *a = ctx;
    unsigned done = 0;
    uint64_t ns = 0;
    const char *file = exporting_file(a->exporting, &done, &ns);

    if (a->reader)
        reader_progress(a->reader, &a->read, &a->whole);
    *out = (struct screen_info){
        .reading = a->reader != NULL,
        .waiting = a->reader != NULL && a->read_waits,
        .read = a->read,
        .whole = a->whole,
        .source = session_source(a->session),
        .place = place_of(a),
        .said = a->said.len ? a->said.at : NULL,
        .selected = a->selected,
        .first = a->view_start,
        .drops = app_drops(a),
        .replay = a->reread,
        .lab = a->lab != NULL,
        .live = a->capture || a->wired,
        .unsaved = app_unsaved(a),
        .accepting = a->lab && lab_listening(a->lab) && lab_accepting(a->lab),
        .exporting = file,
        .export_done = done,
        .export_shown = file && ns > SHOWN_NS,
        .keepalive_ms = a->lab ? (uint64_t)a->options->keepalive_s * 1000 : 0,
    };
}

static bool hook_program(void *ctx, uint32_t conn, enum side side, struct lab_program *out)
{
    const struct app *a = ctx;
    struct conn_view c;

    return a->lab && conn != NO_CONN && session_conn(a->session, conn, &c) &&
           lab_program(a->lab, &c.tuple, side, out);
}

static bool hook_wire(void *ctx, struct wire_view *out)
{
    const struct app *a = ctx;
    if (!a->wired)
        return false;
    const struct wire *w = a->wired->wire;
    *out = (struct wire_view){.holds = wire_holds(w), .cut_ns = wire_cut_left(w), .seed = wire_seed(w)};
    out->mtu = wire_mtu_now(w, &out->silent);
    for (enum side to = SIDE_CLIENT; to < SIDE_COUNT; to++) {
        out->to[to].count = wire_frames(w, to, out->to[to].seen, WIRE_SEEN);
        wire_counts(w, to, &out->to[to].counts);
        for (int i = 0; i < WIRE_SETTINGS; i++)
            out->to[to].set[i] = wire_get(w, (enum wire_setting)i, to);
    }
    return true;
}

static bool hook_wire_frame(void *ctx, uint32_t frame, struct wire_seen *out)
{
    const struct app *a = ctx;
    return a->wired && wire_frame(a->wired->wire, frame, out);
}

static bool hook_export(void *ctx, const char *spec, bool filtered, struct str *error)
{
    struct app *a = ctx;
    struct fail f = {0};
    const bool good = exporting_start(a->exporting, spec, filtered, &f);

    if (!good)
        fail_words(error, &f, &a->voice);
    fail_release(&f);
    return good;
}

static void hook_stop(void *ctx)
{
    app_read_no_more(ctx);
}

static void hook_export_stop(void *ctx)
{
    const struct app *a = ctx;
    exporting_stop(a->exporting);
}

static void hook_gone(void *ctx)
{
    app_quit(ctx, FAIL_SYSTEM);
}

/* What gives the terminal back in a signal handler, which can be handed nothing: the one thing here that
 * outlives a call. Written once, before it is armed. */
static struct screen_rescue rescue;

static void rescue_terminal(void)
{
    screen_rescue_do(&rescue);
}

enum screen_color app_screen_color(const struct options *o)
{
    return o->color == COLOR_ALWAYS  ? SCREEN_COLOR_ALWAYS
           : o->color == COLOR_NEVER ? SCREEN_COLOR_NEVER
                                     : SCREEN_COLOR_AUTO;
}

void app_rescue_with(const struct screen_rescue *r)
{
    rescue = *r;
    crash_restore_with(rescue_terminal);
}

bool app_screen_up(struct app *a, struct fail *f)
{
    const struct options *o = a->options;
    size_t formats = 0;

    for (const struct export_format *e; (e = export_format_at(formats)) && formats < COUNT_OF(a->formats);)
        a->formats[formats++] = (struct dialog_format){e->name, e->suffix, e->words};
    if (screen_ascii()) { /* neither the ladder's glyphs nor another script than Latin can be shown */
        a->voice.ascii = true;
        a->voice.lang = LANG_EN;
    }
    a->screen = screen_new(
        &(struct screen_options){
            .mem = a->mem,
            .loop = a->loop,
            .session = a->session,
            .voice = a->voice,
            .color = app_screen_color(o),
            .theme = NULL,
            .steady = a->steady,
            .first_run = a->lab && state_first("tip-seen"),
            .start = a->reread && session_track(a->session)->live ? SCREEN_REPLAY
                     : o->mode == MODE_READ                       ? SCREEN_LIST
                     : o->mode == MODE_WATCH                      ? SCREEN_ALL_ROWS
                                                                  : SCREEN_ROWS,
            .keys = keymap,
            .key_count = keymap_count,
            .formats = a->formats,
            .format_count = formats,
            .hooks = {hook_run, hook_complete, hook_info, hook_program, hook_wire, hook_wire_frame,
                      hook_export, hook_export_stop, hook_stop, hook_gone, a},
        },
        f);
    if (!a->screen)
        return false;
    struct screen_rescue way;
    screen_rescue_get(a->screen, &way);
    app_rescue_with(&way);
    return true;
}
