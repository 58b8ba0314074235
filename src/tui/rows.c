/* rows.c: which rows are looked at. The selection gives the rows that pass; a pause and the pace each hide
 * all rows from some row of the session on, so what is shown is a beginning of the selection, found by
 * bisection. The cursor is an index into it and follows the newest row until it is moved away from there. */
#include <stdlib.h>
#include <string.h>
#include "tui/state.h"

enum { FIND_SLICE = 300 };

static uint32_t limit_of(const struct screen *s)
{
    return s->frozen < s->revealed ? s->frozen : s->revealed;
}

static void count_rows(struct screen *s)
{
    uint32_t limit = limit_of(s);
    size_t all = selection_count(s->rows);
    s->count = limit == NO_ROW ? all : selection_near(s->rows, limit);
    if (s->count > all)
        s->count = all;
}

uint32_t rows_cursor(const struct screen *s)
{
    return s->cursor < s->count ? selection_at(s->rows, s->cursor) : NO_ROW;
}

/* Where the cursor rests while it follows: on the newest segment, which tells more than the calls right
 * behind it; but not so far back that it is out of sight. */
static size_t newest(const struct screen *s)
{
    enum { CALLS_PASSED = 8 };
    size_t last = s->count == 0 ? 0 : s->count - 1;
    for (size_t i = last; s->count > 0 && i + CALLS_PASSED > last; i--) {
        const struct row *r = session_row(s->o.session, selection_at(s->rows, i));
        if (r == NULL || r->kind != EVENT_CALL)
            return i;
        if (i == 0)
            break;
    }
    return last;
}

void rows_sync(struct screen *s)
{
    s->o.hooks.info(s->o.hooks.ctx, &s->info);
    uint32_t conn = s->all ? NO_CONN : s->info.selected;
    uint32_t keep = NO_ROW;
    if (s->stale || conn != s->conn || s->info.first != s->first) {
        keep = s->follow ? NO_ROW : rows_cursor(s);
        s->conn = conn;
        s->first = s->info.first;
        s->stale = false;
        selection_set(s->rows, s->first, conn, s->filter, s->calls);
    }
    selection_extend(s->rows);
    count_rows(s);
    if (keep != NO_ROW)
        s->cursor = selection_near(s->rows, keep);
    if (s->follow || s->cursor >= s->count)
        s->cursor = newest(s);
    if (s->follow)
        s->seen = s->count;
}

void rows_go(struct screen *s, size_t at)
{
    if (s->count == 0)
        return;
    s->cursor = at < s->count ? at : s->count - 1;
    bool follows = s->cursor == newest(s);
    if (s->follow && !follows)
        s->seen = s->count;
    s->follow = follows;
}

void rows_move(struct screen *s, long by)
{
    long to = (long)s->cursor + by;
    rows_go(s, to < 0 ? 0 : (size_t)to);
}

void rows_pause(struct screen *s, bool on)
{
    s->paused = on;
    s->frozen = on ? (uint32_t)session_rows(s->o.session) : NO_ROW;
    s->dirty = true;
}

void rows_live(struct screen *s)
{
    rows_pause(s, false);
    s->follow = true;
    rows_sync(s);
}

void rows_pace(struct screen *s, int64_t ms)
{
    if (s->pace_ms == PACE_OFF && ms != PACE_OFF)
        s->revealed = (uint32_t)session_rows(s->o.session);
    if (ms == PACE_OFF)
        s->revealed = NO_ROW;
    s->pace_ms = ms;
    source_stop(s->pacer);
    if (ms > 0)
        source_start(s->pacer, (uint64_t)ms, (uint64_t)ms);
    s->dirty = true;
}

void rows_reveal(struct screen *s)
{
    if (s->revealed == NO_ROW)
        return;
    selection_extend(s->rows);
    size_t next = selection_near(s->rows, s->revealed);
    if (next >= selection_count(s->rows))
        return;
    s->revealed = selection_at(s->rows, next) + 1;
    s->dirty = true;
}

/* What a "text" of a filter is looked for in: the words that stand on the screen, and the longer ones of the
 * export. */
static void words_of(void *ctx, const struct session *session, const struct row *r, struct str *out)
{
    const struct screen *s = ctx;
    const struct event_call *call = session_call(session, r);
    size_t len;
    const char *note = session_note(session, r, &len, NULL);

    if (call != NULL) {
        say_call(out, &s->voice, call);
    } else if (note != NULL) {
        str_put_n(out, note, len);
    } else if (r->kind == EVENT_SEGMENT) {
        say_brief(out, &s->voice, session, r);
        str_put_char(out, '\n');
        say_note(out, &s->voice, session, r);
    }
}

static void words_of_conn(void *ctx, const struct session *session, uint32_t conn, struct str *out)
{
    struct conn_view v;
    (void)ctx;
    if (!session_conn(session, conn, &v))
        return;
    str_put_endpoint(out, &v.tuple.end[SIDE_CLIENT]);
    str_put_char(out, ' ');
    str_put_endpoint(out, &v.tuple.end[SIDE_SERVER]);
}

bool rows_filter(struct screen *s, const char *text, size_t len, struct cmd_error *e)
{
    struct filter *f = filter_parse(s->o.mem, text, len, e);
    if (f == NULL)
        return false;
    filter_words(f, words_of, words_of_conn, s);
    str_clear(&s->filter_text);
    str_put_n(&s->filter_text, text, len);
    struct filter *old = s->filter;
    s->filter = len == 0 ? NULL : f;
    s->stale = true;
    rows_sync(s);
    filter_free(old);
    if (len == 0)
        filter_free(f);
    s->dirty = true;
    return true;
}

uint32_t rows_new(const struct screen *s)
{
    size_t seen = s->follow ? s->count : s->seen < s->count ? s->seen : s->count;
    return (uint32_t)(selection_count(s->rows) - seen);
}

void rows_line(struct screen *s, size_t at)
{
    struct ladder_style style = {s->voice, s->time, s->absolute, s->layout.columns.brief_states, s->o.steady};
    uint32_t before = at > 0 ? selection_at(s->rows, at - 1) : NO_ROW;
    ladder_line_of(&s->line, s->o.session, selection_at(s->rows, at), before, &style);
}

static bool line_holds(struct screen *s, size_t at)
{
    rows_line(s, at);
    return strcasestr(s->line.sentence.at, s->find_text.at) != NULL ||
           strcasestr(s->line.arrow.at, s->find_text.at) != NULL;
}

void rows_find(struct screen *s, bool up)
{
    s->find_at = s->cursor;
    s->find_left = s->count;
    s->find_up = up;
    s->finding = s->find_text.len > 0 && s->count > 0;
    rows_find_on(s);
}

/* Words of a row are made when they are needed, so a search makes them too: some hundred at a time, with keys
 * and rows served in between. */
void rows_find_on(void *ctx)
{
    struct screen *s = ctx;
    for (int i = 0; s->finding && i < FIND_SLICE; i++) {
        if (s->find_left-- == 0) {
            s->finding = false;
            str_clear(&s->scratch);
            say_fill(&s->scratch, say(&s->voice, N_("not found: {text}")), "text", s->find_text.at, NULL);
            screen_say(s, s->scratch.at, true);
            return;
        }
        bool edge = s->find_up ? s->find_at == 0 : s->find_at + 1 >= s->count;
        if (edge)
            screen_say(s,
                       say(&s->voice,
                           s->find_up ? N_("goes on from the last row") : N_("goes on from the first row")),
                       false);
        s->find_at = edge ? (s->find_up ? s->count - 1 : 0) : s->find_up ? s->find_at - 1 : s->find_at + 1;
        if (line_holds(s, s->find_at)) {
            s->finding = false;
            rows_go(s, s->find_at);
            s->dirty = true;
        }
    }
    if (s->finding)
        source_start(s->search, 0, 0);
}

static int by_row(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

bool rows_marked(const struct screen *s, uint32_t row)
{
    if (s->mark_all)
        return true;
    return s->marks > 0 && bsearch(&row, s->mark, s->marks, sizeof *s->mark, by_row) != NULL;
}

void rows_mark(struct screen *s, uint32_t row)
{
    size_t at = 0;
    while (at < s->marks && s->mark[at] < row)
        at++;
    if (at < s->marks && s->mark[at] == row) {
        memmove(&s->mark[at], &s->mark[at + 1], (s->marks - at - 1) * sizeof *s->mark);
        s->marks--;
        return;
    }
    void *room = s->mark;
    if (!mem_grow(s->o.mem, &room, &s->mark_cap, s->marks + 1, sizeof *s->mark))
        return;
    s->mark = room;
    memmove(&s->mark[at + 1], &s->mark[at], (s->marks - at) * sizeof *s->mark);
    s->mark[at] = row;
    s->marks++;
}
