/* rows.c: which rows are looked at. The selection gives the rows that pass; a pause and the pace each hide
 * all rows from some row of the session on, so what is shown is a beginning of the selection, found by
 * bisection. The cursor is an index into it and follows the newest row until it is moved away from there, or
 * put on a frame that is held: keys that come later mean that one. */
#include <stdlib.h>
#include <string.h>
#include "tui/state.h"

enum { LOOK_UP = 50 };

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
    if (s->replay.on && !s->replay.playing) /* a step is a row, also where that is a call */
        return last;
    for (size_t i = last; s->count > 0 && i + CALLS_PASSED > last; i--) {
        const struct row *r = session_row(s->o.session, selection_at(s->rows, i));
        if (r == NULL || (r->kind != EVENT_CALL && r->kind != EVENT_WIRE))
            return i;
        if (i == 0)
            break;
    }
    return last;
}

/* Chooses rows anew where something else is to be looked at. */
static void choose(struct screen *s)
{
    uint32_t conn = s->looked == LOOKED_ONE ? s->info.selected : NO_CONN;
    if (!s->stale && conn == s->conn && s->info.first == s->first)
        return;
    s->keep = s->follow || s->begins ? NO_ROW : rows_cursor(s);
    if (s->begins)
        s->cursor = s->top = 0;
    s->begins = false;
    s->conn = conn;
    s->first = s->info.first;
    s->stale = false;
    s->gathering = true;
    selection_start(s->rows,
                    &(struct selection_of){s->first, conn, s->looked == LOOKED_PICKED ? &s->picked : NULL,
                                           s->filter, s->calls});
}

/* Looks for rows, some at a time. Where the session has given up old ones, cursor and view stay where they
 * were. */
static bool look(struct screen *s, uint64_t until_ns)
{
    size_t first = session_first(s->o.session);
    uint32_t cursor = selection_at(s->rows, s->cursor), top = selection_at(s->rows, s->top);
    bool more = selection_work(s->rows, until_ns);
    if (first == s->given_up)
        return more;
    s->given_up = first;
    if (cursor != NO_ROW)
        s->cursor = selection_near(s->rows, cursor);
    if (top != NO_ROW)
        s->top = selection_near(s->rows, top);
    return more;
}

void rows_sync(struct screen *s)
{
    s->o.hooks.info(s->o.hooks.ctx, &s->info);
    choose(s);
    bool more = look(s, clock_steady() + WORK_NS);
    if (s->past != NULL && session_track(s->o.session)->live)
        more = cursor_extend(s->past, clock_steady() + WORK_NS) || more;
    s->gathering = s->gathering && more;
    if (more)
        work_start(s);
    count_rows(s);
    if (s->keep != NO_ROW)
        s->cursor = selection_near(s->rows, s->keep);
    if (!s->gathering)
        s->keep = NO_ROW;
    if (s->follow)
        s->cursor = newest(s);
    else if (s->cursor >= s->count)
        s->cursor = s->count > 0 ? s->count - 1 : 0;
    if (s->follow)
        s->seen = s->count;
}

bool rows_work(struct screen *s, uint64_t until_ns)
{
    bool behind = s->past != NULL && session_track(s->o.session)->live && cursor_extend(s->past, until_ns);
    if (!s->gathering)
        return behind;
    s->gathering = look(s, until_ns);
    s->dirty = true;
    return s->gathering || behind;
}

void rows_look(struct screen *s, enum looked what)
{
    s->looked = what;
    s->stale = true;
    s->begins = !s->info.live;
    s->follow = s->info.live;
    s->dirty = true;
    rows_sync(s); /* the next key may mean them already */
}

bool rows_several(const struct screen *s)
{
    return s->looked != LOOKED_ONE && session_conns(s->o.session) > 1;
}

uint32_t rows_conn(const struct screen *s)
{
    uint32_t at = rows_cursor(s);
    const struct row *r = at == NO_ROW ? NULL : session_row(s->o.session, at);
    if (s->info.lab || s->looked == LOOKED_ONE || r == NULL)
        return s->info.selected;
    /* a note belongs to none: the panels stay */
    for (size_t i = s->cursor; r->conn == NO_CONN && i > 0 && s->cursor - i < LOOK_UP; i--)
        r = session_row(s->o.session, selection_at(s->rows, i - 1));
    return r->conn;
}

void rows_go(struct screen *s, size_t at)
{
    if (s->count == 0)
        return;
    s->keep = NO_ROW;
    s->cursor = at < s->count ? at : s->count - 1;
    bool follows = s->cursor == newest(s) && !wire_in_hand(s, rows_cursor(s));
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
    replay_over(s);
    rows_pause(s, false);
    s->follow = true;
    s->keep = NO_ROW;
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
    } else if (say_icmp(out, &s->voice, session, r)) {
        return;
    } else if (r->kind == EVENT_SEGMENT) {
        say_brief(out, &s->voice, session, r);
        str_put_char(out, '\n');
        say_note(out, &s->voice, session, r);
    }
}

bool rows_filter(struct screen *s, const char *text, size_t len, struct cmd_error *e)
{
    struct filter *f = filter_parse(s->o.mem, text, len, e);
    if (f == NULL)
        return false;
    filter_words(f, words_of, NULL, s);
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
    struct ladder_style style = {.voice = s->voice,
                                 .time = s->time,
                                 .absolute = s->absolute,
                                 .brief_states = s->layout.columns.brief_states,
                                 .steady = s->o.steady};
    uint32_t before = at > 0 ? selection_at(s->rows, at - 1) : NO_ROW;
    ladder_line_of(&s->line, s->o.session, selection_at(s->rows, at), before, &style);
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
