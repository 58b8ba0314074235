/* bar.c: the lines at the foot: the keys, and the prompt or what was said last. */
#include "tui/bar.h"

#include <string.h>
#include "tui/keylist.h"

static struct keylist keys_of(const struct screen *s)
{
    return (struct keylist){s->o.keys, s->o.key_count, screen_views(s), &s->voice};
}

/* While a line is written, keys are text: those that are not. */
static void paint_writing(struct screen *s)
{
    static const struct {
        const char *key, *words;
    } keys[] = {
        {"Enter", N_("run")}, {"Esc", N_("close")}, {"Tab", N_("complete")}, {"Up", N_("the line before")}};
    const bool finds = s->asking == ASK_FIND, filters = s->asking == ASK_FILTER;
    struct rect r = s->layout.bar;
    int x = 1;
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        const char *words = i > 0     ? keys[i].words
                            : finds   ? N_("find")
                            : filters ? N_("filter")
                                      : keys[i].words;
        x += canvas_put(s->canvas, r, 0, x, LOOK_KEY, 0, keys[i].key) + 1;
        x += canvas_put(s->canvas, r, 0, x, LOOK_TEXT, 0, say(&s->voice, words)) + (r.cols < 100 ? 1 : 2);
    }
}

void bar_keys(struct screen *s)
{
    const struct painted_key key = {PAINTED_KEYS, NO_ROW, screen_views(s)};
    if (s->asking != ASK_NOTHING && s->message.len > 0)
        canvas_put_cut(s->canvas, s->layout.bar, 0, 1, s->message_wrong ? LOOK_WARN : LOOK_DIM, 0,
                       s->message.at, s->voice.ascii);
    else if (s->asking != ASK_NOTHING)
        paint_writing(s);
    else if (!painted_show(&s->painted, s->canvas, s->layout.bar.y, &key)) {
        const struct keylist k = keys_of(s);
        (void)keylist_bar(&k, s->canvas, s->layout.bar, 0);
        painted_keep(&s->painted, s->canvas, s->layout.bar.y, &key);
    }
}

const struct key_row *bar_key_at(const struct screen *s, int x)
{
    const struct keylist k = keys_of(s);
    return s->asking == ASK_NOTHING ? keylist_bar(&k, NULL, s->layout.bar, x) : NULL;
}

/* "valid, 41 connections": how many the filter lets through, as far as they are counted. */
static void put_passing(struct screen *s, struct str *out, const struct conns *c, bool valid)
{
    struct str number;
    str_init(&number, s->o.mem);
    if (conns_busy(c))
        str_put(&number, s->voice.ascii ? "..." : "…");
    else
        str_put_grouped(&number, conns_count(c));
    bool one = !conns_busy(c) && conns_count(c) == 1;
    if (valid)
        say_fill(out, say(&s->voice, one ? N_("valid, 1 connection") : N_("valid, {n} connections")), "n",
                 number.at, NULL);
    else
        say_fill(out, say(&s->voice, one ? N_("1 connection") : N_("{n} connections")), "n", number.at, NULL);
    str_release(&number);
}

/* Whether the filter being written can be asked of what is shown; NULL: it cannot. */
static struct filter *written_filter(struct screen *s, struct cmd_error *e)
{
    const struct str *t = &s->prompt[ASK_FILTER].text;
    struct filter *f = filter_parse(s->o.mem, t->at, t->len, e);
    if (f != NULL && base_mode(s) == MODE_LIST && !filter_of_conns(f, e)) {
        filter_free(f);
        f = NULL;
    }
    return f;
}

/* Whether the filter being written is one, told while it is typed. */
static void paint_validity(struct screen *s)
{
    struct cmd_error e = {0};
    struct filter *f = written_filter(s, &e);
    const char *words = say(&s->voice, f != NULL ? N_("valid") : N_("not valid yet"));
    str_clear(&s->scratch);
    if (f != NULL && base_mode(s) == MODE_LIST)
        put_passing(s, &s->scratch, s->list.preview, true);
    if (f == NULL && e.nearest != NULL)
        say_fill(&s->scratch, say(&s->voice, N_("not valid yet: {nearest}?")), "nearest", e.nearest, NULL);
    if (s->scratch.len > 0)
        words = s->scratch.at;
    canvas_put_right(s->canvas, s->layout.foot, 0, s->layout.foot.cols - 1, f != NULL ? LOOK_GOOD : LOOK_WARN,
                     words);
    filter_free(f);
}

/* Whether what is looked for is a text or the terms of a filter, told while it is typed. */
static void paint_sought(struct screen *s)
{
    const struct str *t = &s->prompt[ASK_FIND].text;
    struct filter *f = find_terms(s, t->at, t->len);
    if (t->len > 0)
        canvas_put_right(s->canvas, s->layout.foot, 0, s->layout.foot.cols - 1,
                         f != NULL ? LOOK_GOOD : LOOK_DIM,
                         say(&s->voice, f != NULL ? N_("as a filter") : N_("as a text")));
    filter_free(f);
}

/* How far an export is: "exporting lesson.html ▕████      ▏ 42 %   Esc stops it". */
static void paint_export(struct screen *s)
{
    enum { CELLS = 20 };
    const bool ascii = s->voice.ascii;
    struct rect r = s->layout.foot;
    struct str file;
    str_init(&file, s->o.mem);
    const char *slash = strrchr(s->info.exporting, '/'),
               *name = slash != NULL ? slash + 1 : s->info.exporting;
    str_put_safe(&file, name, strlen(name), ascii);
    str_clear(&s->scratch);
    say_fill(&s->scratch, say(&s->voice, N_("exporting {file}")), "file", file.at, NULL);
    str_release(&file);
    int x = 1 + canvas_put(s->canvas, r, 0, 1, LOOK_NOTE, 0, s->scratch.at) + 1;
    size_t full = s->info.export_done * CELLS / 1000;
    str_clear(&s->scratch);
    str_put(&s->scratch, ascii ? "[" : "▕");
    str_put_rep(&s->scratch, ascii ? "#" : "█", full);
    str_put_rep(&s->scratch, " ", CELLS - full);
    str_put(&s->scratch, ascii ? "] " : "▏ ");
    str_put_u64(&s->scratch, s->info.export_done / 10);
    str_put(&s->scratch, " %  ");
    str_put(&s->scratch, say(&s->voice, N_("Esc stops it")));
    canvas_put(s->canvas, r, 0, x, LOOK_NOTE, 0, s->scratch.at);
}

void bar_foot(struct screen *s, int *y, int *x)
{
    static const char *const labels[ASK_KINDS] = {"", ":", "/", N_("filter:")};
    struct rect r = s->layout.foot;
    if (s->asking != ASK_NOTHING) {
        *x = prompt_paint(&s->prompt[s->asking], s->canvas, r, say(&s->voice, labels[s->asking]));
        *y = r.y;
        if (s->asking == ASK_FILTER)
            paint_validity(s);
        if (s->asking == ASK_FIND)
            paint_sought(s);
        return;
    }
    bool listed = base_mode(s) == MODE_LIST;
    if (s->info.export_shown) {
        paint_export(s);
    } else if (s->message.len > 0) {
        canvas_put_cut(s->canvas, r, 0, 1, s->message_wrong ? LOOK_WARN : LOOK_NOTE, 0, s->message.at,
                       s->voice.ascii);
    } else if ((listed ? s->list.filter : s->filter) != NULL) {
        const struct str *text = listed ? &s->list.filter_text : &s->filter_text;
        int at = 1 + canvas_put(s->canvas, r, 0, 1, LOOK_KEY, CELL_BOLD, say(&s->voice, N_("filter:")));
        str_clear(&s->scratch);
        str_put_safe(&s->scratch, text->at, text->len, s->voice.ascii);
        canvas_put(s->canvas, r, 0, at + 1, LOOK_TEXT, 0, s->scratch.at);
        str_clear(&s->scratch);
        if (listed)
            put_passing(s, &s->scratch, s->list.conns, false);
        canvas_put_right(s->canvas, r, 0, r.cols - 1, LOOK_GOOD, s->scratch.at);
    } else {
        canvas_put(s->canvas, r, 0, 1, LOOK_DIM, 0, ":");
    }
}
