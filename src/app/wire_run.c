/* wire_run.c: the commands that act on the wire, one small function each: arguments in, a verb of wire.h
 * out. */
#include "app/wire_run.h"

#include <errno.h>
#include <string.h>

#include "app/line.h"
#include "app/wired.h"
#include "session/cond.h"

/* Whom the direction leads to; without one both are meant. */
static enum side direction_of(const struct cmd *c)
{
    return cmd_get(c, "client") ? SIDE_CLIENT : cmd_get(c, "server") ? SIDE_SERVER : SIDE_NONE;
}

static uint32_t number_of(const struct cmd *c, const char *param)
{
    return (uint32_t)cmd_get(c, param)->number;
}

static enum wire_setting setting_of(const struct cmd *c)
{
    static const struct {
        const char *name;
        enum wire_setting setting;
    } settings[] = {
        {"delay", WIRE_DELAY},     {"jitter", WIRE_JITTER},   {"rate", WIRE_RATE},
        {"queue", WIRE_QUEUE},     {"loss", WIRE_LOSS},       {"duplicate", WIRE_DUPLICATE},
        {"reorder", WIRE_REORDER}, {"corrupt", WIRE_CORRUPT},
    };
    _Static_assert(COUNT_OF(settings) == WIRE_SETTINGS, "every setting has a name");
    size_t i = 0;
    while (!cmd_get(c, settings[i].name))
        i++;
    return settings[i].setting;
}

/* What chance did can be done again by whoever knows the seed. */
static void tell_seed(struct app *a)
{
    struct wired *w = a->wired;
    struct str number, words;
    if (w->seed_told)
        return;
    w->seed_told = true;
    str_init(&number, a->mem);
    str_init(&words, a->mem);
    str_put_u64(&number, wire_seed(w->wire));
    say_fill(&words, say(&a->voice, N_("--seed {n} decides what chance does")), "n", number.at, NULL);
    app_note(a, words.at, words.len, false);
    str_release(&number);
    str_release(&words);
}

static bool run_setting(struct app *a, const struct cmd *c, struct fail *f)
{
    static const char *const params[WIRE_SETTINGS] = {
        [WIRE_DELAY] = "MS",        [WIRE_JITTER] = "MS",       [WIRE_RATE] = "KBITS",
        [WIRE_QUEUE] = "FRAMES",    [WIRE_LOSS] = "PERCENT",    [WIRE_DUPLICATE] = "PERCENT",
        [WIRE_REORDER] = "PERCENT", [WIRE_CORRUPT] = "PERCENT",
    };
    const enum wire_setting what = setting_of(c);
    (void)f;
    if (what != WIRE_DELAY && what != WIRE_RATE && what != WIRE_QUEUE && number_of(c, params[what]) > 0)
        tell_seed(a);
    wire_set(a->wired->wire, what, direction_of(c), number_of(c, params[what]));
    return true;
}

static bool run_hold(struct app *a, const struct cmd *c, struct fail *f)
{
    (void)f;
    wire_hold(a->wired->wire, cmd_get(c, "hold") != NULL);
    return true;
}

static bool run_step(struct app *a, const struct cmd *c, struct fail *f)
{
    return wire_step(a->wired->wire, cmd_get(c, "COUNT") ? number_of(c, "COUNT") : 1, f);
}

static enum wire_act act_named(const struct cmd *c)
{
    return cmd_get(c, "release")     ? ACT_RELEASE
           : cmd_get(c, "drop")      ? ACT_DROP
           : cmd_get(c, "duplicate") ? ACT_DUPLICATE
                                     : ACT_CORRUPT;
}

static bool run_frame(struct app *a, const struct cmd *c, struct fail *f)
{
    return wire_do(a->wired->wire, act_named(c), number_of(c, "#FRAME"), f);
}

/* The condition is one of `expect`, asked of a frame. */
static bool run_next(struct app *a, const struct cmd *c, struct fail *f)
{
    const struct cmd_arg *text = cmd_get(c, "CONDITION");
    struct cond *cond = NULL;
    struct cmd_error e;
    if (text) {
        cond = cond_parse(a->mem, text->text, text->len, &e);
        if (!cond)
            return e.message ? line_wrong(a, &e, text->text, NULL, NULL, f)
                             : fail_errno(f, ENOMEM, NULL, "wire");
    }
    return wire_next(a->wired->wire, act_named(c), cond, f);
}

static bool run_cut(struct app *a, const struct cmd *c, struct fail *f)
{
    (void)f;
    wire_cut(a->wired->wire, (uint64_t)cmd_get(c, "SECONDS")->number * 1000000);
    return true;
}

static bool run_mtu(struct app *a, const struct cmd *c, struct fail *f)
{
    (void)f;
    wire_mtu(a->wired->wire, number_of(c, "BYTES"), cmd_get(c, "silent") != NULL);
    return true;
}

run_fn *wire_act_of(int command)
{
    static run_fn *const act[COMMAND_COUNT] = {
        [COMMAND_WIRE_TIME] = run_setting,  [COMMAND_WIRE_RATE] = run_setting,
        [COMMAND_WIRE_QUEUE] = run_setting, [COMMAND_WIRE_CHANCE] = run_setting,
        [COMMAND_WIRE_HOLD] = run_hold,     [COMMAND_WIRE_STEP] = run_step,
        [COMMAND_WIRE_FRAME] = run_frame,   [COMMAND_WIRE_NEXT] = run_next,
        [COMMAND_WIRE_CUT] = run_cut,       [COMMAND_WIRE_MTU] = run_mtu,
        [COMMAND_INJECT] = run_inject,
    };
    return act[command];
}
