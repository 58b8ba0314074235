#include "app/exporting.h"

#include <errno.h>
#include "app/outlet.h"
#include "app/parts.h"

enum { SLICE_NS = 10000000, SLICE_ROWS = 128 };

struct exporting {
    struct app *app;
    struct outlet *outlet; /* NULL: none runs */
    struct str spec;       /* of this one or the last one; empty: there was none */
    bool filtered;
    struct selection *only; /* the rows that are meant, NULL: all */
    struct selection_of of; /* what the selection was made from, while it is worked */
    bool writing;           /* the rows are known: they are being written */
    uint32_t end;           /* rows from here on came later */
    uint64_t began_ns;
};

struct exporting *exporting_new(struct app *a)
{
    struct exporting *x = mem_new(a->mem, sizeof *x);
    if (!x)
        return NULL;
    x->app = a;
    str_init(&x->spec, a->mem);
    return x;
}

/* Nothing of the one that runs is left, unless it was finished. */
static void let_go(struct exporting *x)
{
    outlet_free(x->outlet);
    selection_free(x->only);
    x->outlet = NULL;
    x->only = NULL;
}

void exporting_free(struct exporting *x)
{
    if (!x)
        return;
    let_go(x);
    str_release(&x->spec);
    mem_free(x->app->mem, x, sizeof *x);
}

/* A line on the screen with the file's name in it. */
static void tell_file(struct exporting *x, const char *english, bool wrong)
{
    struct app *a = x->app;
    struct str text;
    str_init(&text, a->mem);
    say_fill(&text, say(&a->voice, english), "file", outlet_path(x->spec.at), NULL);
    if (a->screen)
        screen_say(a->screen, text.at, wrong);
    str_release(&text);
}

/* It is at its end: the file comes to its place. */
static bool finish(struct exporting *x, struct fail *f)
{
    const bool good = outlet_finish(x->outlet, f);
    let_go(x);
    if (!good)
        return false;
    if (!x->filtered)
        x->app->saved = x->end;
    tell_file(x, N_("exported to {file}"), false);
    return true;
}

/* Whether it goes on. */
static bool slice(struct exporting *x, uint64_t until_ns)
{
    if (!x->writing && x->only && selection_work(x->only, until_ns))
        return true;
    if (!x->writing) {
        const struct export_range range = {.end = x->end, .only = x->only};
        outlet_over(x->outlet, x->app->session, &range);
        x->writing = true;
    }
    enum export_step step = EXPORT_GOES_ON;
    while (step == EXPORT_GOES_ON && clock_steady() < until_ns)
        step = outlet_some(x->outlet, SLICE_ROWS);
    return step == EXPORT_GOES_ON;
}

/* Takes note of what is wanted: for this time and the next. */
static bool remember(struct exporting *x, const char *spec, bool filtered, struct fail *f)
{
    if (!spec && x->spec.len == 0)
        return fail_set(f, FAIL_EXPECT, N_("nothing was exported yet"), NULL, "%s", "export");
    if (!spec)
        return true;
    str_clear(&x->spec);
    str_put(&x->spec, spec);
    x->filtered = filtered && x->app->screen;
    return !x->spec.failed || fail_errno(f, ENOMEM, NULL, "%s", spec);
}

static bool choose_rows(struct exporting *x, struct fail *f)
{
    if (!x->filtered)
        return true;
    screen_shown(x->app->screen, &x->of);
    x->only = selection_new(x->app->mem, x->app->session);
    if (!x->only)
        return fail_errno(f, ENOMEM, NULL, "%s", x->spec.at);
    selection_start(x->only, &x->of);
    return true;
}

bool exporting_start(struct exporting *x, const char *spec, bool filtered, struct fail *f)
{
    struct app *a = x->app;
    const struct outlet_options options = {a->mem, a->voice, a->steady};

    if (x->outlet) {
        slice(x, UINT64_MAX);
        if (!finish(x, f))
            return false;
    }
    if (!remember(x, spec, filtered, f))
        return false;
    x->outlet = outlet_open(x->spec.at, &options, f);
    if (!x->outlet || !choose_rows(x, f)) {
        let_go(x);
        return false;
    }
    x->writing = false;
    x->end = (uint32_t)session_rows(a->session);
    x->began_ns = clock_steady();
    return slice(x, a->screen ? x->began_ns + SLICE_NS : UINT64_MAX) || finish(x, f);
}

/* Whether the screen shows other rows by now than those that are being looked for: half of them by one choice
 * and half by another would be neither. */
static bool chosen_anew(const struct exporting *x)
{
    struct selection_of now;
    if (!x->only || x->writing)
        return false;
    screen_shown(x->app->screen, &now);
    return now.first != x->of.first || now.conn != x->of.conn || now.picks != x->of.picks ||
           now.filter != x->of.filter || now.calls != x->of.calls;
}

void exporting_step(struct exporting *x)
{
    struct fail f = {0};
    if (!x->outlet)
        return;
    if (chosen_anew(x)) {
        exporting_stop(x);
        return;
    }
    if (!slice(x, clock_steady() + SLICE_NS) && !finish(x, &f))
        app_tell(x->app, &f);
    fail_release(&f);
    if (x->app->screen)
        screen_changed(x->app->screen);
}

void exporting_stop(struct exporting *x)
{
    if (!x->outlet)
        return;
    let_go(x);
    tell_file(x, N_("{file}: stopped, nothing was written"), true);
}

const char *exporting_file(const struct exporting *x, unsigned *done, uint64_t *ns)
{
    if (!x->outlet)
        return NULL;
    *done = outlet_done(x->outlet);
    if (x->only) { /* the first half is to find the rows */
        size_t rows, of;
        selection_done(x->only, &rows, &of);
        *done = x->writing ? 500 + *done / 2 : of > 0 ? (unsigned)(rows * 500 / of) : 0;
    }
    *ns = clock_steady() - x->began_ns;
    return outlet_path(x->spec.at);
}
