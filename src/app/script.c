/* script.c: a script is a list of steps. Commands follow each other within one turn. A condition is judged
 * only when what the commands before it did has been seen: otherwise `close client` and then `expect server
 * is ESTABLISHED` would hold, for the FIN is still on its way. So after commands the script rests for one
 * turn; the same before an export, and at its end, where the programs may still act on what came last. */
#include "app/script.h"

#include <errno.h>
#include <string.h>

#include "app/line.h"
#include "app/parse.h"
#include "plat/heap.h"

/* When to look again at the latest, if nothing else happens after a command. */
static const uint64_t settle_ns = 5000000;

struct script *script_new(struct app *a, const char *name, const char *text, size_t len, struct fail *f)
{
    struct script *s = mem_new(a->mem, sizeof *s);
    struct arena *arena = arena_new(a->mem);
    if (!s || !arena) {
        mem_free(a->mem, s, s ? sizeof *s : 0);
        arena_free(arena);
        fail_errno(f, ENOMEM, NULL, "%s", name ? name : "script");
        return NULL;
    }
    *s = (struct script){.app = a, .arena = arena};
    s->end = &s->first;
    if (!parse_steps(s, name, text, len, 0, f)) {
        script_free(s);
        return NULL;
    }
    s->now = s->first;
    return s;
}

void script_free(struct script *s)
{
    if (!s)
        return;
    for (struct stage *t = s->first; t; t = t->next)
        cond_free(t->cond);
    arena_free(s->arena);
    mem_free(s->app->mem, s, sizeof *s);
}

static uint32_t row_of_mark(void *ctx, const char *name, size_t len)
{
    const struct app *a = ctx;
    const struct session_mark *m = session_mark_find(a->session, name, len);
    return m ? m->row : NO_ROW;
}

static struct cond_window window_of(struct app *a)
{
    return (struct cond_window){a->window, a->acted, app_selected(a), row_of_mark, a};
}

static void advance(struct script *s)
{
    s->now = s->now->next;
    s->begun = false;
    s->deadline = 0;
}

/* "expected server is CLOSE-WAIT within 1 s; it is ESTABLISHED" */
static bool not_met(struct script *s, struct fail *f)
{
    const struct stage *t = s->now;
    const struct cmd_arg *text = cmd_get(&t->cmd, "CONDITION"), *limit = cmd_get(&t->cmd, "SECONDS");
    const struct cond_window w = window_of(s->app);
    const struct voice *v = &s->app->voice;
    const bool waited = t->cmd.spec->id == COMMAND_WAIT_UNTIL;
    enum { CONDITION, SECONDS, VALUE, WORDS, PLACE, TEXTS };
    struct str put[TEXTS];
    for (size_t i = 0; i < TEXTS; i++)
        str_init(&put[i], heap_mem());
    str_put_safe(&put[CONDITION], text->text, text->len, v->ascii);
    if (limit)
        str_put_n(&put[SECONDS], limit->text, limit->len);
    say_fill(&put[WORDS],
             say(v, !limit   ? N_("expected {condition}; ")
                    : waited ? N_("waited {seconds} s for {condition}; ")
                             : N_("expected {condition} within {seconds} s; ")),
             "condition", put[CONDITION].at, "seconds", put[SECONDS].at, NULL);
    const char *instead = cond_instead(t->cond, s->app->session, &w, &put[VALUE]);
    say_fill(&put[WORDS], say(v, instead), "value", put[VALUE].at, NULL);
    step_place(t, &put[PLACE]);
    if (t->file)
        fail_set(f, FAIL_EXPECT, put[WORDS].at, NULL, "%s", put[PLACE].at);
    else
        fail_set(f, FAIL_EXPECT, NULL, NULL, "%s", put[WORDS].at);
    for (size_t i = 0; i < TEXTS; i++)
        str_release(&put[i]);
    return false;
}

/* A command that could not be done now, with its place before it. */
static enum script_result refused(const struct script *s, struct fail *f)
{
    struct str place;
    str_init(&place, heap_mem());
    step_place(s->now, &place);
    if (s->now->file)
        fail_set(f, f->status, f->why, f->way, "%s: %s", place.at, f->what ? f->what : "");
    str_release(&place);
    return SCRIPT_FAILED;
}

/* Begins to wait, once for each step. within: the limit in ms, NULL for none. */
static void begin(struct script *s, uint64_t now_ns, const struct cmd_arg *within)
{
    if (s->begun)
        return;
    s->begun = true;
    s->deadline = within ? now_ns + (uint64_t)within->number * 1000000 : 0;
}

static enum script_result step_wait(struct script *s, uint64_t now_ns)
{
    begin(s, now_ns, cmd_get(&s->now->cmd, "SECONDS"));
    if (now_ns < s->deadline)
        return SCRIPT_WAITS;
    s->app->window_moves = true;
    advance(s);
    return SCRIPT_DONE;
}

/* Where a condition holds, the next one on a label looks at the rows behind the one that matched (RULES 21).
 */
static enum script_result step_condition(struct script *s, uint64_t now_ns, struct fail *f)
{
    struct app *a = s->app;
    const struct cmd_arg *within = cmd_get(&s->now->cmd, "SECONDS");
    const struct cond_window w = window_of(a);
    uint32_t matched;
    begin(s, now_ns, within);
    if (s->unsettled)
        return SCRIPT_WAITS;
    if (a->sampler && w.conn != NO_CONN && cond_asks_kernel(s->now->cond))
        sampler_refresh(a->sampler, w.conn, clock_now());
    if (cond_holds(s->now->cond, a->session, &w, &matched)) {
        a->window = matched;
        a->window_moves = true;
        advance(s);
        return SCRIPT_DONE;
    }
    if (within ? now_ns < s->deadline : s->now->cmd.spec->id == COMMAND_WAIT_UNTIL)
        return SCRIPT_WAITS;
    not_met(s, f);
    return SCRIPT_FAILED;
}

/* One step: DONE means that the next one may come. */
static enum script_result take_step(struct script *s, uint64_t now_ns, bool *ran, struct fail *f)
{
    switch (s->now->cmd.spec->id) {
    case COMMAND_WAIT: return step_wait(s, now_ns);
    case COMMAND_WAIT_UNTIL:
    case COMMAND_EXPECT: return step_condition(s, now_ns, f);
    case COMMAND_SELECT: /* of connections that `connect` has just made, the session is yet to hear */
    case COMMAND_MARK:   /* what was done before it belongs before it */
    case COMMAND_EXPORT:
        if (s->unsettled)
            return SCRIPT_WAITS;
        break;
    default: break;
    }
    if (!app_run(s->app, &s->now->cmd, ORIGIN_SCRIPT, f))
        return refused(s, f);
    const int id = s->now->cmd.spec->id;
    *ran = true;
    if (id != COMMAND_SELECT && id != COMMAND_MARK) /* they make no events */
        s->unsettled = true;
    advance(s);
    return SCRIPT_DONE;
}

enum script_result script_step(struct script *s, uint64_t now_ns, struct fail *f)
{
    bool ran = false;
    s->unsettled = false;
    app_settled(s->app);
    while (s->now && !s->app->stopping) {
        enum script_result r = take_step(s, now_ns, &ran, f);
        if (r != SCRIPT_DONE) {
            if (r == SCRIPT_WAITS && s->unsettled && (!s->deadline || s->deadline > now_ns + settle_ns))
                s->wake = now_ns + settle_ns;
            else
                s->wake = s->deadline;
            return r;
        }
    }
    s->wake = now_ns + settle_ns;
    return ran && !s->app->stopping ? SCRIPT_WAITS : SCRIPT_DONE;
}

uint64_t script_deadline(const struct script *s)
{
    return s->wake;
}

const char *script_line(const struct script *s, int *number)
{
    if (!s->now)
        return NULL;
    *number = s->now->number;
    return s->now->text;
}
