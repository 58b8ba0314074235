/* hooks.c: what the screen asks of the app. */
#include "app/keymap.h"
#include "app/outlet.h"
#include "app/parts.h"
#include "plat/crash.h"

#include <stdlib.h>

static bool hook_run(void *ctx, const char *line, size_t len, struct str *error)
{
    struct app *a = ctx;
    struct fail f = {0};
    const bool good = app_run_line(a, line, len, ORIGIN_PROMPT, &f);

    if (!good)
        fail_words(error, &f, &a->voice);
    fail_release(&f);
    return good;
}

static void hook_complete(void *ctx, const char *line, size_t len, void (*offer)(void *to, const char *word), void *to)
{
    app_complete(ctx, line, len, offer, to);
}

static const char *place_of(struct app *a)
{
    struct endpoint server;

    if (!a->lab)
        return NULL;
    lab_server(a->lab, &server);
    str_clear(&a->place);
    str_put_endpoint(&a->place, &server);
    return a->place.at;
}

static bool request_waits(const struct app *a)
{
    struct conn_view c;
    struct lab_program p;

    return a->lab && session_conn(a->session, a->selected, &c) &&
           lab_program(a->lab, &c.tuple, SIDE_SERVER, &p) && p.requests_waiting > 0;
}

static void hook_info(void *ctx, struct screen_info *out)
{
    struct app *a = ctx;
    struct capture_counts n = {0};

    if (a->capture)
        capture_counts(a->capture, &n);
    *out = (struct screen_info){
        .source = session_source(a->session),
        .place = place_of(a),
        .said = a->said.len ? a->said.at : NULL,
        .selected = a->selected,
        .first = a->view_start,
        .drops = n.dropped + n.interface_dropped,
        .lab = a->lab != NULL,
        .live = a->capture != NULL,
        .unsaved = app_unsaved(a),
        .waiting = request_waits(a),
    };
}

/* The lab's words for what a program does are the screen's, one by one. */
static enum screen_waits waits_of(enum lab_waits w)
{
    static const enum screen_waits map[] = {
        [WAITS_NOTHING] = SCREEN_WAITS_NOTHING, [WAITS_ACCEPT] = SCREEN_WAITS_ACCEPT,
        [WAITS_READ] = SCREEN_WAITS_READ,       [WAITS_WRITE] = SCREEN_WAITS_WRITE,
        [WAITS_TEACHER] = SCREEN_WAITS_TEACHER, [WAITS_CONNECT] = SCREEN_WAITS_CONNECT,
        [WAITS_CLOSED] = SCREEN_WAITS_CLOSED,   [WAITS_STOPPED] = SCREEN_WAITS_STOPPED,
    };
    return map[w];
}

static bool hook_program(void *ctx, uint32_t conn, enum side side, struct screen_program *out)
{
    struct app *a = ctx;
    struct conn_view c;
    struct lab_program p;

    if (!a->lab)
        return false;
    if (conn == NO_CONN || !session_conn(a->session, conn, &c)) {
        *out = (struct screen_program){.waits = side == SIDE_SERVER && lab_listening(a->lab) && lab_accepting(a->lab)
                                                    ? SCREEN_WAITS_ACCEPT
                                                    : SCREEN_WAITS_NOTHING};
        return side == SIDE_SERVER;
    }
    if (!lab_program(a->lab, &c.tuple, side, &p))
        return false;
    *out = (struct screen_program){.waits = waits_of(p.waits), .text = p.text, .text_len = p.text_len};
    return true;
}

static bool hook_export(void *ctx, const char *spec, bool filtered, struct str *error)
{
    struct app *a = ctx;
    struct fail f = {0};
    const bool good = app_export(a, spec, filtered, &f);

    if (!good)
        fail_words(error, &f, &a->voice);
    fail_release(&f);
    return good;
}

static void hook_gone(void *ctx)
{
    app_quit(ctx, FAIL_SYSTEM);
}

bool app_export(struct app *a, const char *spec, bool filtered, struct fail *f)
{
    const struct outlet_options options = {a->mem, a->voice, a->steady};
    const struct filter *filter = filtered && a->screen ? screen_filter(a->screen) : NULL;
    struct selection *only = NULL;

    struct outlet *o = outlet_open(spec, &options, f);
    if (!o)
        return false;
    if (filter) {
        only = selection_new(a->mem, a->session);
        if (only) {
            selection_set(only, 0, NO_CONN, filter, true);
            selection_extend(only);
        }
    }
    if (!filter || only)
        outlet_all(o, a->session, 0, only);
    const bool good = outlet_finish(o, f);
    outlet_free(o);
    selection_free(only);
    if (good && !filter)
        a->saved = (uint32_t)session_rows(a->session);
    return good;
}

/* What gives the terminal back in a signal handler, which can be handed nothing: the one thing here that outlives a
 * call. Written once, before it is armed. */
static struct screen_rescue rescue;

static void rescue_terminal(void)
{
    screen_rescue_do(&rescue);
}

bool app_screen_up(struct app *a, struct fail *f)
{
    const struct options *o = a->options;

    a->voice.ascii = a->voice.ascii || screen_ascii();
    a->screen = screen_new(
        &(struct screen_options){
            .mem = a->mem,
            .loop = a->loop,
            .session = a->session,
            .voice = a->voice,
            .color = o->color == COLOR_ALWAYS  ? SCREEN_COLOR_ALWAYS
                     : o->color == COLOR_NEVER ? SCREEN_COLOR_NEVER
                                               : SCREEN_COLOR_AUTO,
            .theme = NULL,
            .steady = a->steady,
            .first_run = true,
            .keys = keymap,
            .key_count = keymap_count,
            .hooks = {hook_run, hook_complete, hook_info, hook_program, hook_export, hook_gone, a},
        },
        f);
    if (!a->screen)
        return false;
    screen_rescue_get(a->screen, &rescue);
    crash_restore_with(rescue_terminal);
    return true;
}
