/* actions.c: the words of `view`, one function a row of view.def where there is more to do than a line. */
#include <string.h>
#include "tui/state.h"

enum screen_ran screen_run(struct screen *s, const char *line, size_t len)
{
    struct str error;
    str_init(&error, s->o.mem);
    const enum screen_ran ran = s->o.hooks.run(s->o.hooks.ctx, line, len, &error);
    if (ran != SCREEN_RAN)
        screen_say(s, error.len > 0 ? error.at : say(&s->voice, N_("that did not work")), true);
    str_release(&error);
    s->dirty = true;
    return ran;
}

void screen_ask(struct screen *s, enum asking what, const char *text)
{
    s->asking = what;
    prompt_start(&s->prompt[what], text);
    str_clear(&s->message);
    s->dirty = true;
}

static void ask_filter(struct screen *s)
{
    bool listed = base_mode(s) == MODE_LIST;
    screen_ask(s, ASK_FILTER, listed ? s->list.filter_text.at : s->filter_text.at);
    if (listed)
        list_preview(s);
}

void screen_back(struct screen *s)
{
    s->dirty = true;
    if (s->info.exporting != NULL)
        s->o.hooks.export_stop(s->o.hooks.ctx);
    else if (s->mode == MODE_PAGE || s->mode == MODE_DIALOG)
        s->mode = s->under;
    else if (s->mode == MODE_TALK)
        talk_close(s);
    else if (s->mode == MODE_DETAIL)
        s->mode = MODE_LADDER;
    else if (s->mode == MODE_LADDER && s->from_list)
        s->mode = MODE_LIST;
    else if (s->mode == MODE_LIST && s->o.start != SCREEN_LIST)
        s->mode = MODE_LADDER, s->from_list = false;
    else
        s->quit_asked = false;
    s->find.on = false;
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

static void put_parts(struct str *out, const struct str *const *parts, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (any && parts[i]->len > 0)
            str_put(out, "  ");
        str_put_n(out, parts[i]->at, parts[i]->len);
        any = any || parts[i]->len > 0;
    }
}

/* The row as a line of text. */
static void put_row(struct screen *s, size_t at, struct str *out)
{
    const struct str *row[] = {&s->line.number, &s->line.time, &s->line.arrow, &s->line.sentence};
    rows_line(s, at);
    put_parts(out, row, COUNT_OF(row));
}

static void put_conn(struct screen *s, struct str *out)
{
    const struct str *conn[CONNS_COLUMNS];
    struct conn_style style = {s->voice, {SIZE_MAX, SIZE_MAX}, 0, false};
    for (int i = 0; i < CONNS_COLUMNS; i++)
        conn[i] = &s->list.line.cell[i];
    if (conn_line_of(&s->list.line, s->o.session, list_cursor(s), &style))
        put_parts(out, conn, CONNS_COLUMNS);
}

/* The marked rows of those that are shown, a line each; a terminal takes only so much. Returns how many. */
static size_t put_marked(struct screen *s, struct str *out, bool *all)
{
    enum { ROOM = 65536 };
    size_t marked = s->mark_all ? s->count : s->marks, n = 0;
    for (size_t i = 0; i < marked && out->len < ROOM; i++) {
        size_t at = s->mark_all ? i : selection_near(s->rows, s->mark[i]);
        if (at >= s->count || (!s->mark_all && selection_at(s->rows, at) != s->mark[i]))
            continue;
        put_row(s, at, out);
        str_put_char(out, '\n');
        n++;
    }
    *all = out->len < ROOM;
    return n;
}

static void copy(struct screen *s)
{
    struct str text, number;
    bool all = true;
    str_init(&text, s->o.mem);
    str_init(&number, s->o.mem);
    size_t n = s->mode == MODE_LIST ? 0 : put_marked(s, &text, &all);
    str_put_u64(&number, n);
    if (s->mode == MODE_LIST)
        put_conn(s, &text);
    else if (n == 0 && rows_cursor(s) != NO_ROW)
        put_row(s, s->cursor, &text);
    bool good = text.len > 0 && term_copy(s->term, text.at, text.len);
    const char *said = !good    ? N_("this terminal has no clipboard")
                       : n == 0 ? N_("copied")
                       : all    ? N_("copied, rows: {n}")
                                : N_("copied, the first rows: {n}");
    str_clear(&s->scratch);
    say_fill(&s->scratch, say(&s->voice, said), "n", number.at, NULL);
    if (text.len > 0)
        screen_say(s, s->scratch.at, !good);
    str_release(&number);
    str_release(&text);
}

void screen_select(struct screen *s, uint32_t conn)
{
    struct str line;
    str_init(&line, s->o.mem);
    str_put(&line, "select ");
    str_put_u64(&line, (uint64_t)conn + 1);
    screen_run(s, line.at, line.len);
    str_release(&line);
}

/* The next connection in a circle, by the command that selects it. */
static void next_conn(struct screen *s, int by)
{
    size_t count = session_conns(s->o.session);
    if (count < 2)
        return;
    size_t now = s->info.selected == NO_CONN ? 0 : s->info.selected;
    screen_select(s, (uint32_t)((now + (by > 0 ? 1 : count - 1)) % count));
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
    int rows = s->mode == MODE_PAGE || s->mode == MODE_TALK ? s->layout.body.rows - 2
               : s->mode == MODE_LIST                       ? s->layout.list.rows
                                                            : s->layout.rows.rows;
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
    else if (s->mode == MODE_TALK)
        talk_move(s, by);
    else if (s->mode == MODE_LIST)
        list_move(s, by);
    else if (by == 1 && s->replay.on && s->follow && !s->replay.playing)
        replay_step(s);
    else
        rows_move(s, by);
}

static void open_detail(struct screen *s)
{
    if (s->mode != MODE_LADDER || rows_cursor(s) == NO_ROW)
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
    if (s->mode == MODE_LIST)
        list_mark(s);
    else if (row != NO_ROW)
        rows_mark(s, row);
}

static void mark_all(struct screen *s)
{
    if (s->mode == MODE_LIST) {
        list_mark_all(s);
        return;
    }
    s->mark_all = !s->mark_all;
    s->marks = 0;
}

static void open_dialog(struct screen *s)
{
    if (s->dialog.count == 0 || s->mode == MODE_DIALOG)
        return;
    if (s->mode != MODE_PAGE)
        s->under = s->mode;
    s->mode = MODE_DIALOG;
    dialog_open(&s->dialog);
}

static void export_again(struct screen *s)
{
    struct str error;
    str_init(&error, s->o.mem);
    if (!s->o.hooks.export(s->o.hooks.ctx, NULL, false, &error))
        screen_say(s, error.at, true);
    str_release(&error);
}

/* To the list, or from it to the rows; what is open besides is closed. */
static void show_list(struct screen *s)
{
    s->mode = MODE_LIST;
    s->find.on = false;
}

/* Rows of all connections, or those that were looked at before. */
static void toggle_all(struct screen *s)
{
    enum looked chosen = s->picked.all || s->picked.flipped > 0 ? LOOKED_PICKED : LOOKED_ONE;
    s->looked = s->looked == LOOKED_ALL ? chosen : LOOKED_ALL;
    s->stale = true;
    rows_sync(s);
}

/* Ctrl-C: the file is read no further; what was read stays, and can be left by a second one. */
static void stop(struct screen *s)
{
    if (!s->info.reading) {
        quit(s);
        return;
    }
    s->o.hooks.stop(s->o.hooks.ctx);
    screen_say(s, say(&s->voice, N_("reading was stopped: this is what had been read")), false);
}

static bool do_list(struct screen *s, enum view_id what)
{
    switch (what) {
    case VIEW_LIST: show_list(s); return true;
    case VIEW_LADDER:
        if (s->mode == MODE_LIST)
            list_open(s);
        return true;
    case VIEW_ORDER: list_order_next(s, 1); return true;
    case VIEW_ORDER_PREV: list_order_next(s, -1); return true;
    case VIEW_REVERSE: list_order(s, s->list.order, !s->list.down); return true;
    case VIEW_FOLLOW: talk_open(s); return true;
    case VIEW_DIRECTION: talk_direction(s); return true;
    case VIEW_HEX: talk_hex(s); return true;
    case VIEW_TROUBLE_NEXT: find_start(s, FIND_TROUBLE, false); return true;
    case VIEW_TROUBLE_PREV: find_start(s, FIND_TROUBLE, true); return true;
    case VIEW_DIFF_NEXT:
    case VIEW_DIFF_PREV:
        screen_say(s, say(&s->voice, N_("two sessions are compared by tcpviz --diff A B")), true);
        return true;
    default: return false;
    }
}

static bool do_replay(struct screen *s, enum view_id what)
{
    switch (what) {
    case VIEW_STEP: replay_step(s); return true;
    case VIEW_PLAY_FASTER: replay_speed(s, 1); return true;
    case VIEW_PLAY_SLOWER: replay_speed(s, -1); return true;
    case VIEW_MARK_NEXT: bookmarks_go(s, false); return true;
    case VIEW_MARK_PREV: bookmarks_go(s, true); return true;
    case VIEW_BOOKMARKS: page_show(s, PAGE_BOOKMARKS); return true;
    default: return do_list(s, what);
    }
}

static bool do_look(struct screen *s, enum view_id what)
{
    switch (what) {
    case VIEW_TIME: s->time = (enum time_format)((s->time + 1) % TIME_FORMATS); return true;
    case VIEW_ABSOLUTE: s->absolute = !s->absolute; return true;
    case VIEW_CALLS: s->calls = !s->calls, s->stale = true; return true;
    case VIEW_ALL: toggle_all(s); return true;
    case VIEW_THEME: screen_theme_next(s); return true;
    case VIEW_REDRAW: term_redraw(s->term); return true;
    case VIEW_HELP: page_show(s, PAGE_HELP); return true;
    case VIEW_GLOSSARY: page_show(s, PAGE_GLOSSARY); return true;
    case VIEW_COMPARE: page_show(s, PAGE_COMPARE); return true;
    case VIEW_TEXT: page_show(s, PAGE_TEXT); return true;
    case VIEW_SHEET: page_show(s, PAGE_SHEET); return true;
    case VIEW_DETAIL: open_detail(s); return true;
    case VIEW_EXPORT: open_dialog(s); return true;
    case VIEW_EXPORT_AGAIN: export_again(s); return true;
    case VIEW_PROMPT: screen_ask(s, ASK_COMMAND, ""); return true;
    case VIEW_FIND: screen_ask(s, ASK_FIND, ""); return true;
    case VIEW_FILTER: ask_filter(s); return true;
    default: return do_replay(s, what);
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
        if (s->mode == MODE_PAGE || s->mode == MODE_LIST || s->mode == MODE_TALK)
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
        if (s->info.replay)
            replay_turn(s);
        else if (s->pace_ms == PACE_KEY)
            rows_reveal(s);
        else
            rows_pause(s, !s->paused);
        return true;
    case VIEW_PACE: cycle_pace(s); return true;
    case VIEW_FIND_NEXT: find_start(s, FIND_TEXT, false); return true;
    case VIEW_FIND_PREV: find_start(s, FIND_TEXT, true); return true;
    case VIEW_HOLD: wire_hold_turn(s); return true;
    case VIEW_SLOWER: wire_delay_step(s, 1); return true;
    case VIEW_FASTER: wire_delay_step(s, -1); return true;
    case VIEW_NEXT_CONN: next_conn(s, 1); return true;
    case VIEW_PREV_CONN: next_conn(s, -1); return true;
    case VIEW_QUIT: quit(s); return true;
    case VIEW_STOP: stop(s); return true;
    default: return do_look(s, what);
    }
}
