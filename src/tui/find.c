/* find.c: search goes on from the cursor, around the end, until something is found or all was looked at.
 * Words of a row are made when they are needed, so a search makes them too: some at a time. */
#include <string.h>
#include "tui/state.h"

enum { CLOCK_EVERY = 16 /* lines between two looks at the clock */ };

/* The list is searched while it is shown, else the rows. */
static bool in_list(const struct screen *s)
{
    return base_mode(s) == MODE_LIST;
}

static size_t lines_of(const struct screen *s)
{
    return in_list(s) ? conns_count(s->list.conns) : s->count;
}

/* A text that has a field in it, and reads as a filter, is one. */
struct filter *find_terms(struct screen *s, const char *text, size_t len)
{
    struct cmd_error e;
    if (strcspn(text, ":=<>") == strlen(text))
        return NULL;
    return filter_parse(s->o.mem, text, len, &e);
}

bool find_set(struct screen *s, const char *text, size_t len)
{
    struct finding *f = &s->find;
    str_clear(&f->text);
    str_put_n(&f->text, text, len);
    filter_free(f->terms);
    f->terms = find_terms(s, f->text.at, f->text.len);
    f->found = SIZE_MAX;
    return f->text.len == len;
}

static bool row_holds(struct screen *s, size_t at)
{
    const struct row *r = session_row(s->o.session, selection_at(s->rows, at));
    if (r == NULL)
        return false;
    if (s->find.what == FIND_TROUBLE)
        return row_troubled(s->o.session, r);
    if (s->find.terms != NULL)
        return filter_passes(s->find.terms, s->o.session, r);
    rows_line(s, at);
    return strcasestr(s->line.sentence.at, s->find.text.at) != NULL ||
           strcasestr(s->line.arrow.at, s->find.text.at) != NULL;
}

static bool holds(struct screen *s, size_t at)
{
    if (!in_list(s))
        return row_holds(s, at);
    if (s->find.what == FIND_TROUBLE)
        return conn_troubled(s->o.session, conns_at(s->list.conns, at));
    return list_holds(s, at);
}

void find_start(struct screen *s, enum find_what what, bool up)
{
    struct finding *f = &s->find;
    struct cmd_error e;
    f->what = what;
    f->at = in_list(s) ? s->list.cursor : s->cursor;
    f->left = lines_of(s);
    f->up = up;
    f->on = f->left > 0 && (what == FIND_TROUBLE || f->text.len > 0);
    if (f->on && what == FIND_TEXT && in_list(s) && f->terms != NULL && !filter_of_conns(f->terms, &e)) {
        f->on = false;
        screen_say(s, say(&s->voice, N_("that is asked of rows: open the ladder first")), true);
    }
    (void)find_work(s, clock_steady() + WORK_NS);
    if (f->on)
        work_start(s);
}

static void not_found(struct screen *s)
{
    s->find.on = false;
    if (s->find.what == FIND_TROUBLE) {
        screen_say(s, say(&s->voice, N_("nothing here looks wrong")), false);
        return;
    }
    str_clear(&s->scratch);
    say_fill(&s->scratch, say(&s->voice, N_("not found: {text}")), "text", s->find.text.at, NULL);
    screen_say(s, s->scratch.at, true);
}

/* What is found out of sight comes to the middle, so that what stands around it is seen. */
static void centre(size_t *top, size_t at, int rows)
{
    size_t seen = rows > 0 ? (size_t)rows : 1;
    if (at < *top || at >= *top + seen)
        *top = at > seen / 2 ? at - seen / 2 : 0;
}

static void found(struct screen *s)
{
    struct finding *f = &s->find;
    f->on = false;
    f->found = f->what == FIND_TEXT ? f->at : SIZE_MAX;
    f->of_list = in_list(s);
    s->dirty = true;
    if (in_list(s)) {
        list_go(s, f->at);
        centre(&s->list.top, f->at, s->layout.list.rows);
    } else {
        rows_go(s, f->at);
        centre(&s->top, f->at, s->layout.rows.rows);
    }
}

/* The next line in a circle. */
static void next(struct screen *s, size_t lines)
{
    struct finding *f = &s->find;
    bool edge = f->up ? f->at == 0 : f->at + 1 >= lines;
    if (edge)
        screen_say(s,
                   say(&s->voice, f->up ? N_("goes on from the last row") : N_("goes on from the first row")),
                   false);
    f->at = edge ? (f->up ? lines - 1 : 0) : f->up ? f->at - 1 : f->at + 1;
}

bool find_work(struct screen *s, uint64_t until_ns)
{
    struct finding *f = &s->find;
    size_t lines = lines_of(s);
    for (int i = 1; f->on; i++) {
        if (f->left-- == 0 || lines == 0) {
            not_found(s);
            return false;
        }
        next(s, lines);
        if (holds(s, f->at)) {
            found(s);
            return false;
        }
        if (i % CLOCK_EVERY == 0 && clock_steady() >= until_ns)
            return true;
    }
    return false;
}
