/* act.c: the commands that act on the lab, one small function each: arguments in, a verb of lab.h out. */
#include <stdio.h>
#include <string.h>

#include "app/choose.h"
#include "app/line.h"
#include "app/run.h"
#include "app/wire_run.h"
#include "app/wired.h"

static enum side side_of(const struct cmd *c)
{
    return cmd_get(c, "server") ? SIDE_SERVER : SIDE_CLIENT;
}

static bool is_on(const struct cmd *c)
{
    return cmd_get(c, "on") != NULL;
}

static bool chosen(const struct app *a, struct tuple *t, struct fail *f)
{
    return app_tuple(a, t) ||
           line_fail(a, FAIL_EXPECT, NULL, f, N_("no connection yet: connect"), NULL, NULL);
}

static bool run_connect(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *count = cmd_get(c, "COUNT");
    struct tuple last;
    if (!lab_connect(a->lab, count ? (int)count->number : 1, &last, f))
        return false;
    if (!last.end[SIDE_CLIENT].addr.family)
        return true; /* no port was free */
    a->choice.tuple = last;
    a->choice.awaited = true;
    a->choice.conns = (uint32_t)session_conns(a->session);
    return true;
}

static bool run_connect_both(struct app *a, const struct cmd *c, struct fail *f)
{
    struct tuple made;
    (void)c;
    if (!lab_connect_both(a->lab, &made, f))
        return false;
    a->choice.tuple = made;
    a->choice.awaited = true;
    a->choice.conns = (uint32_t)session_conns(a->session);
    return true;
}

/* What the host says while its kernel is cleared away is not part of the game. */
static bool run_reboot(struct app *a, const struct cmd *c, struct fail *f)
{
    const enum side side = side_of(c);
    wire_pump(a->wired->wire);
    const bool good = lab_reboot(a->lab, side, f);
    wire_unhear(a->wired->wire, side);
    return good;
}

/* Without a number a POST has a body of five letters, whose answer is as long as the usual one; a GET has
 * none. */
static bool run_send(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *n = cmd_get(c, "N");
    const bool post = !cmd_get(c, "get");
    struct tuple t;
    struct str fill;
    if (!chosen(a, &t, f))
        return false;
    arg_text(&fill, cmd_get(c, "CHAR"), "a");
    const bool good = lab_send(a->lab, &t, n ? (uint64_t)n->number : post ? 5 : 0, fill.at, post, f);
    str_release(&fill);
    return good;
}

static bool run_write(struct app *a, const struct cmd *c, struct fail *f)
{
    struct tuple t;
    const uint64_t bytes = (uint64_t)cmd_get(c, "N")->number;
    if (!chosen(a, &t, f))
        return false;
    return cmd_get(c, "urgent") ? lab_urgent(a->lab, &t, side_of(c), bytes, f)
                                : lab_write(a->lab, &t, side_of(c), bytes, f);
}

static bool run_respond(struct app *a, const struct cmd *c, struct fail *f)
{
    static const char usual[] = "great";
    const struct cmd_arg *text = cmd_get(c, "TEXT");
    struct tuple t;
    return chosen(a, &t, f) &&
           lab_respond(a->lab, &t, text ? text->text : usual, text ? text->len : sizeof usual - 1, f);
}

static bool run_auto(struct app *a, const struct cmd *c, struct fail *f)
{
    return lab_auto(a->lab, is_on(c), f);
}

static bool run_read(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *n = cmd_get(c, "N");
    struct tuple t;
    const bool has = app_tuple(a, &t);
    return lab_read(a->lab, has ? &t : NULL, side_of(c), n ? n->number : is_on(c) ? -1 : 0, f);
}

static bool run_accept(struct app *a, const struct cmd *c, struct fail *f)
{
    return lab_accept(a->lab, is_on(c), f);
}

static bool run_listen(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *backlog = cmd_get(c, "BACKLOG");
    return lab_listen(a->lab, backlog ? (int)backlog->number : -1, f);
}

static bool end(struct app *a, const struct cmd *c, enum lab_end how, struct fail *f)
{
    struct tuple t;
    return chosen(a, &t, f) && lab_end(a->lab, &t, side_of(c), how, f);
}

static bool run_shutdown(struct app *a, const struct cmd *c, struct fail *f)
{
    return end(a, c,
               cmd_get(c, "rd")   ? LAB_SHUTDOWN_RD
               : cmd_get(c, "wr") ? LAB_SHUTDOWN_WR
                                  : LAB_SHUTDOWN_RDWR,
               f);
}

static bool run_close(struct app *a, const struct cmd *c, struct fail *f)
{
    return end(a, c, LAB_CLOSE, f);
}

static bool run_abort(struct app *a, const struct cmd *c, struct fail *f)
{
    return end(a, c, LAB_ABORT, f);
}

static bool run_crash(struct app *a, const struct cmd *c, struct fail *f)
{
    return end(a, c, LAB_CRASH, f);
}

static int number_of(const struct cmd *c, const char *param)
{
    const struct cmd_arg *n = cmd_get(c, param);
    return n ? (int)n->number : 0;
}

/* Both forms: `off` has no number, which is 0. */
static bool run_keepalive(struct app *a, const struct cmd *c, struct fail *f)
{
    struct tuple t;
    const bool has = app_tuple(a, &t);
    return lab_keepalive(a->lab, has ? &t : NULL, side_of(c), number_of(c, "IDLE"), number_of(c, "INTERVAL"),
                         number_of(c, "TIMES"), f);
}

static bool run_set(struct app *a, const struct cmd *c, struct fail *f)
{
    struct str option, value;
    struct tuple t;
    const bool has = app_tuple(a, &t);
    arg_text(&option, cmd_get(c, "OPTION"), "");
    arg_text(&value, cmd_get(c, "VALUE"), "");
    const bool good = lab_set(a->lab, has ? &t : NULL, side_of(c), option.at, value.at, f);
    str_release(&option);
    str_release(&value);
    return good;
}

static bool run_sysctl(struct app *a, const struct cmd *c, struct fail *f)
{
    struct str name, value;
    const bool sided = cmd_get(c, "client") || cmd_get(c, "server");
    if (sided && !a->wired)
        return line_fail(a, FAIL_USAGE, NULL, f,
                         N_("sysctl: one kernel serves both sides here: leave the side out"), NULL, NULL);
    arg_text(&name, cmd_get(c, "NAME"), "");
    arg_text(&value, cmd_get(c, "VALUES"), "");
    const bool good = lab_sysctl(a->lab, sided ? side_of(c) : SIDE_NONE, name.at, value.at, f);
    str_release(&name);
    str_release(&value);
    return good;
}

/* The note comes behind what the kernel sends while everything is torn down, so the clean view begins with
 * it. */
static bool run_reset(struct app *a, const struct cmd *c, struct fail *f)
{
    const char *words = say(&a->voice, N_("a clean lab: connections gone, settings as at the start"));
    (void)c;
    (void)f;
    if (a->wired) { /* the resets of the old connections pass at once, and then nothing of them is left */
        wire_reset(a->wired->wire);
        wire_set(a->wired->wire, WIRE_DELAY, SIDE_NONE, 0);
    }
    lab_reset(a->lab);
    if (a->wired) {
        wire_pump(a->wired->wire);
        wire_reset(a->wired->wire);
    }
    const struct event e = {.kind = EVENT_NOTE,
                            .time_ns = clock_now(),
                            .u.note = {.text = words, .len = strlen(words), .said = false}};
    const struct event_sink sink = turn_sink(a->turn);
    sink.take(sink.ctx, &e);
    a->selected = NO_CONN;
    a->choice.awaited = false;
    a->choice.reset_ns = e.time_ns;
    a->choice.reset_from = (uint32_t)session_rows(a->session);
    return true;
}

run_fn *act_of(int command)
{
    static run_fn *const act[COMMAND_COUNT] = {
        [COMMAND_CONNECT] = run_connect,
        [COMMAND_CONNECT_BOTH] = run_connect_both,
        [COMMAND_REBOOT] = run_reboot,
        [COMMAND_SEND] = run_send,
        [COMMAND_WRITE] = run_write,
        [COMMAND_RESPOND] = run_respond,
        [COMMAND_AUTO] = run_auto,
        [COMMAND_READ] = run_read,
        [COMMAND_ACCEPT] = run_accept,
        [COMMAND_LISTEN] = run_listen,
        [COMMAND_SHUTDOWN] = run_shutdown,
        [COMMAND_CLOSE] = run_close,
        [COMMAND_ABORT] = run_abort,
        [COMMAND_CRASH] = run_crash,
        [COMMAND_KEEPALIVE] = run_keepalive,
        [COMMAND_KEEPALIVE_OFF] = run_keepalive,
        [COMMAND_SET] = run_set,
        [COMMAND_SYSCTL] = run_sysctl,
        [COMMAND_RESET] = run_reset,
    };
    return act[command] ? act[command] : wire_act_of(command);
}
