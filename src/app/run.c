/* run.c: from a command to the function that does it, and the commands that change what is looked at. */
#include "app/run.h"

#include <errno.h>
#include <string.h>

#include "app/afterwards.h"
#include "app/choose.h"
#include "app/exporting.h"
#include "app/line.h"
#include "plat/heap.h"
#include "tui/screen.h"

void arg_text(struct str *out, const struct cmd_arg *arg, const char *otherwise)
{
    str_init(out, heap_mem());
    if (arg)
        str_put_n(out, arg->text, arg->len);
    else
        str_put(out, otherwise);
}

static bool needs_screen(const struct app *a, const struct cmd *c, struct fail *f)
{
    return a->screen ||
           line_fail(a, FAIL_EXPECT, NULL, f, N_("{command} needs a screen"), "command", c->spec->name);
}

static bool run_select(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *n = cmd_get(c, "CONN");
    struct str count;
    app_settled(a);
    if (n->number <= (int64_t)session_conns(a->session)) {
        a->selected = (uint32_t)n->number - 1;
        a->choice.awaited = false;
        a->choice.made = true;
        if (a->screen)
            screen_selected(a->screen, a->selected);
        return true;
    }
    str_init(&count, heap_mem());
    str_put_u64(&count, session_conns(a->session));
    line_fail(a, FAIL_EXPECT, NULL, f, N_("there is no such connection; there are {count}"), "count",
              count.at);
    str_release(&count);
    return false;
}

static bool run_say(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *text = cmd_get(c, "TEXT");
    const bool said = c->spec->id == COMMAND_SAY;
    if (a->labs == LABS_FILE && a->origin != ORIGIN_SCRIPT)
        return afterwards_note(a, text->text, text->len, said, f);
    app_note(a, text->text, text->len, said);
    return true;
}

static bool run_export(struct app *a, const struct cmd *c, struct fail *f)
{
    struct str file;
    arg_text(&file, cmd_get(c, "FILE"), "");
    const bool good = exporting_start(a->exporting, file.at, false, f);
    str_release(&file);
    return good;
}

/* A name that is given again moves. A 0 byte ends a name, so that two names that look alike are alike. */
static bool run_mark(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *name = cmd_get(c, "NAME");
    const size_t len = strnlen(name->text, name->len);
    uint32_t row = a->screen && a->origin != ORIGIN_SCRIPT ? screen_row(a->screen) : NO_ROW;
    if (row == NO_ROW)
        row = (uint32_t)session_rows(a->session);
    return afterwards_mark(a, name->text, len, row, f) &&
           (session_mark(a->session, name->text, len, row) || fail_errno(f, ENOMEM, NULL, "%s", "mark"));
}

static bool run_quit(struct app *a, const struct cmd *c, struct fail *f)
{
    (void)c;
    (void)f;
    app_quit(a, a->status);
    return true;
}

/* Without a screen nothing is revealed, so there is nothing to slow down. */
static bool run_pace(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *seconds = cmd_get(c, "SECONDS");
    (void)f;
    if (!a->screen)
        return true;
    if (seconds && seconds->number > 0)
        screen_pace(a->screen, seconds->number);
    else
        screen_pace(a->screen, cmd_get(c, "key") ? PACE_KEY : PACE_OFF);
    return true;
}

static bool run_pause(struct app *a, const struct cmd *c, struct fail *f)
{
    (void)c;
    (void)f;
    if (a->screen)
        screen_pause(a->screen, true);
    return true;
}

static bool run_play(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *speed = cmd_get(c, "SPEED");
    if (speed && speed->number == 0)
        return line_fail(a, FAIL_USAGE, NULL, f, N_("a speed is a number from 0.1 to 1000"), NULL, NULL);
    if (!a->screen || screen_play(a->screen, speed ? (unsigned)speed->number : 0))
        return true;
    screen_pause(a->screen, false);
    screen_pace(a->screen, speed ? 10000 / speed->number : PACE_OFF);
    return true;
}

/* The first row at or behind that time; rows are in order of time. */
static uint32_t row_at(const struct session *s, uint64_t time_ns)
{
    size_t low = 0, high = session_rows(s);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (session_row(s, middle)->time_ns < time_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static bool run_at(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *what = &c->arg[0];
    const struct session_mark *m;
    uint32_t row;
    if (!needs_screen(a, c, f))
        return false;
    if (cmd_get(c, "SECONDS")) {
        row = row_at(a->session, session_start(a->session) + (uint64_t)what->number * 1000000);
    } else if (cmd_get(c, "#FRAME")) {
        row = session_numbered(a->session, (uint32_t)what->number);
    } else {
        m = session_mark_find(a->session, what->text, what->len);
        row = m ? m->row : NO_ROW;
    }
    if (row != NO_ROW)
        return screen_at(a->screen, row, f);
    struct str name;
    arg_text(&name, what, "");
    line_fail(a, FAIL_EXPECT, NULL, f, N_("there is no frame or mark {name}"), "name", name.at);
    str_release(&name);
    return false;
}

static bool run_filter(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *text = cmd_get(c, "TEXT");
    return needs_screen(a, c, f) &&
           screen_filter_set(a->screen, text ? text->text : "", text ? text->len : 0, f);
}

static bool run_find(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *text = cmd_get(c, "TEXT");
    return needs_screen(a, c, f) && screen_find(a->screen, text->text, text->len, f);
}

static bool run_view(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *name = cmd_get(c, "NAME");
    return needs_screen(a, c, f) && screen_view(a->screen, name->text, name->len, f);
}

static run_fn *look_of(int command)
{
    static run_fn *const look[COMMAND_COUNT] = {
        [COMMAND_SELECT] = run_select, [COMMAND_SAY] = run_say,       [COMMAND_NOTE] = run_say,
        [COMMAND_EXPORT] = run_export, [COMMAND_MARK] = run_mark,     [COMMAND_QUIT] = run_quit,
        [COMMAND_PACE] = run_pace,     [COMMAND_PAUSE] = run_pause,   [COMMAND_PLAY] = run_play,
        [COMMAND_AT] = run_at,         [COMMAND_FILTER] = run_filter, [COMMAND_FIND] = run_find,
        [COMMAND_VIEW] = run_view,
    };
    return look[command];
}

bool app_run(struct app *a, const struct cmd *c, enum origin from, struct fail *f)
{
    run_fn *run = act_of(c->spec->id);
    a->origin = from;
    if (!run)
        run = look_of(c->spec->id);
    if (!run)
        return line_fail(a, FAIL_USAGE, NULL, f, N_("{command} belongs to a script"), "command",
                         c->spec->name);
    /* Conditions that come now look at what this command brings (RULES 21). */
    if (c->spec->acts && a->window_moves) {
        a->window = a->acted = (uint32_t)session_rows(a->session);
        a->window_moves = false;
    }
    return run(a, c, f);
}
