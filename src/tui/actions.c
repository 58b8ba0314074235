/* actions.c: the words of `view`, one function a row of view.def where there is more to do than a line. */
#include <string.h>
#include "tui/state.h"

void screen_run(struct screen *s, const char *line, size_t len)
{
    struct str error;
    str_init(&error, s->o.mem);
    if (!s->o.hooks.run(s->o.hooks.ctx, line, len, &error))
        screen_say(s, error.len > 0 ? error.at : say(&s->voice, N_("that did not work")), true);
    str_release(&error);
    s->dirty = true;
}

void screen_ask(struct screen *s, enum asking what, const char *text)
{
    s->asking = what;
    prompt_start(&s->prompt[what], text);
    str_clear(&s->message);
    s->dirty = true;
}

void screen_back(struct screen *s)
{
    s->dirty = true;
    if (s->mode == MODE_PAGE || s->mode == MODE_DIALOG)
        s->mode = s->under;
    else if (s->mode == MODE_DETAIL)
        s->mode = MODE_LADDER;
    else
        s->quit_asked = false;
}

static void quit(struct screen *s)
{
    if (s->info.unsaved && !s->quit_asked) {
        s->quit_asked = true;
        screen_say(s, say(&s->voice, N_("The session is not saved: q again leaves, e exports it")), true);
        return;
    }
    screen_run(s, "quit", 4);
}

static void copy(struct screen *s)
{
    uint32_t row = rows_cursor(s);
    if (row == NO_ROW)
        return;
    rows_line(s, s->cursor);
    const struct str *parts[] = {&s->line.number, &s->line.time, &s->line.arrow, &s->line.sentence};
    str_clear(&s->scratch);
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (s->scratch.len > 0 && parts[i]->len > 0)
            str_put(&s->scratch, "  ");
        str_put_n(&s->scratch, parts[i]->at, parts[i]->len);
    }
    bool good = term_copy(s->term, s->scratch.at, s->scratch.len);
    screen_say(s, say(&s->voice, good ? N_("copied") : N_("this terminal has no clipboard")), !good);
}

/* The next connection in a circle, by the command that selects it. */
static void next_conn(struct screen *s, int by)
{
    size_t count = session_conns(s->o.session);
    if (count < 2)
        return;
    size_t now = s->info.selected == NO_CONN ? 0 : s->info.selected;
    size_t next = (now + (by > 0 ? 1 : count - 1)) % count;
    struct str line;
    str_init(&line, s->o.mem);
    str_put(&line, "select ");
    str_put_u64(&line, next + 1);
    screen_run(s, line.at, line.len);
    str_release(&line);
}

static void cycle_pace(struct screen *s)
{
    const char *line = s->pace_ms == PACE_OFF ? "pace key" : s->pace_ms == PACE_KEY ? "pace 1" : "pace off";
    screen_run(s, line, strlen(line));
}

static void step(struct screen *s, int by)
{
    rows_move(s, by);
    s->field = SIZE_MAX;
    s->way.top = 0;
}

static int page_rows(const struct screen *s)
{
    int rows = s->mode == MODE_PAGE ? s->layout.body.rows - 2 : s->layout.rows.rows;
    return rows > 2 ? rows - 1 : 1;
}

/* Up, down and their like, in what is open. */
static void go(struct screen *s, long by)
{
    if (s->mode == MODE_PAGE)
        page_move(&s->page,
                  by > INT32_MAX    ? INT32_MAX / 2
                  : by < -INT32_MAX ? -INT32_MAX / 2
                                    : (int)by,
                  s->layout.body.rows - 2);
    else if (s->mode == MODE_DETAIL)
        detail_scroll(s, (int)by);
    else
        rows_move(s, by);
}

static void open_detail(struct screen *s)
{
    if (rows_cursor(s) == NO_ROW)
        return;
    s->mode = MODE_DETAIL;
    s->field = SIZE_MAX;
    s->way.top = 0;
}

static void move_field(struct screen *s, int by)
{
    size_t count = s->detail.fields;
    if (s->mode == MODE_DETAIL && count > 0)
        s->field = (s->field + (by > 0 ? 1 : count - 1)) % count;
}

static void mark(struct screen *s)
{
    uint32_t row = rows_cursor(s);
    if (row != NO_ROW)
        rows_mark(s, row);
}

static void mark_all(struct screen *s)
{
    s->mark_all = !s->mark_all;
    s->marks = 0;
}

static void open_dialog(struct screen *s)
{
    if (s->dialog.formats[0] == NULL || s->mode == MODE_DIALOG)
        return;
    if (s->mode != MODE_PAGE)
        s->under = s->mode;
    s->mode = MODE_DIALOG;
    dialog_open(&s->dialog);
}

static bool do_look(struct screen *s, enum view_id what)
{
    switch (what) {
    case VIEW_TIME: s->time = (enum time_format)((s->time + 1) % TIME_FORMATS); return true;
    case VIEW_ABSOLUTE: s->absolute = !s->absolute; return true;
    case VIEW_CALLS: s->calls = !s->calls, s->stale = true; return true;
    case VIEW_ALL: s->all = !s->all; return true;
    case VIEW_THEME: screen_theme_next(s); return true;
    case VIEW_REDRAW: term_redraw(s->term); return true;
    case VIEW_HELP: page_show(s, PAGE_HELP); return true;
    case VIEW_GLOSSARY: page_show(s, PAGE_GLOSSARY); return true;
    case VIEW_COMPARE: page_show(s, PAGE_COMPARE); return true;
    case VIEW_TEXT: page_show(s, PAGE_TEXT); return true;
    case VIEW_DETAIL: open_detail(s); return true;
    case VIEW_EXPORT: open_dialog(s); return true;
    case VIEW_PROMPT: screen_ask(s, ASK_COMMAND, ""); return true;
    case VIEW_FIND: screen_ask(s, ASK_FIND, ""); return true;
    case VIEW_FILTER: screen_ask(s, ASK_FILTER, s->filter_text.at); return true;
    default: return false;
    }
}

bool screen_do(struct screen *s, enum view_id what)
{
    s->dirty = true;
    switch (what) {
    case VIEW_UP: go(s, -1); return true;
    case VIEW_DOWN: go(s, 1); return true;
    case VIEW_PAGE_UP: go(s, -page_rows(s)); return true;
    case VIEW_PAGE_DOWN: go(s, page_rows(s)); return true;
    case VIEW_HOME: go(s, INT32_MIN); return true;
    case VIEW_END:
        if (s->mode == MODE_PAGE)
            go(s, INT32_MAX);
        else
            rows_live(s);
        return true;
    case VIEW_LEFT: step(s, -1); return true;
    case VIEW_RIGHT: step(s, 1); return true;
    case VIEW_FIELD_NEXT: move_field(s, 1); return true;
    case VIEW_FIELD_PREV: move_field(s, -1); return true;
    case VIEW_BACK: screen_back(s); return true;
    case VIEW_MARK: mark(s); return true;
    case VIEW_MARK_ALL: mark_all(s); return true;
    case VIEW_COPY: copy(s); return true;
    case VIEW_PAUSE:
        if (s->pace_ms == PACE_KEY)
            rows_reveal(s);
        else
            rows_pause(s, !s->paused);
        return true;
    case VIEW_PACE: cycle_pace(s); return true;
    case VIEW_FIND_NEXT: rows_find(s, false); return true;
    case VIEW_FIND_PREV: rows_find(s, true); return true;
    case VIEW_NEXT_CONN: next_conn(s, 1); return true;
    case VIEW_PREV_CONN: next_conn(s, -1); return true;
    case VIEW_QUIT: quit(s); return true;
    default: return do_look(s, what);
    }
}
