/* pages.c: what is read rather than watched: the keys, the terms, what a program read, two rows compared. */
#include <string.h>
#include "scene/sheet.h"
#include "tui/compared.h"
#include "tui/keylist.h"
#include "tui/state.h"

struct term_row {
    uint64_t labels;
    enum tcp_state state;
    const char *name, *words;
};

static const struct term_row terms[] = {
#define TERM(labels, state, name, words) {labels, state, name, words},
#include "tui/glossary.def"
};

/* What a filter may ask, where there is one. */
static void add_fields(struct screen *s, bool of_conns)
{
    struct filter_field f;
    struct str line;
    str_init(&line, s->o.mem);
    page_add(&s->page, LOOK_TEXT, "");
    page_add(&s->page, LOOK_KEY,
             say(&s->voice, of_conns ? N_("A filter of connections: terms joined by and, or, not, ( )")
                                     : N_("A filter of rows: terms joined by and, or, not, ( )")));
    for (size_t i = 0; filter_field(i, &f); i++) {
        if (of_conns && !f.of_conns)
            continue;
        str_clear(&line);
        str_put(&line, f.name);
        str_put(&line, f.sign);
        size_t width = cells_of(line.at, line.len);
        str_put_rep(&line, " ", width < 16 ? 16 - width : 1);
        str_put(&line, say(&s->voice, f.help));
        page_add(&s->page, LOOK_TEXT, line.at);
    }
    str_release(&line);
}

static void end_help(struct screen *s)
{
    page_add(
        &s->page, LOOK_DIM,
        say(&s->voice, N_("Every key runs the command beside it; ':' takes any command, Tab completes it.")));
    if (s->under != MODE_TALK)
        add_fields(s, s->under == MODE_LIST);
}

static void make_help(struct screen *s)
{
    static const struct {
        unsigned view;
        const char *title;
    } of[] = {[MODE_LIST] = {V_LIST, N_("keys of the list of connections")},
              [MODE_LADDER] = {V_LADDER, N_("keys of the ladder")},
              [MODE_DETAIL] = {V_DETAIL, N_("keys of a row, whole")},
              [MODE_TALK] = {V_TALK, N_("keys of what was said")}};
    const unsigned views = of[s->under].view | (screen_views(s) & V_WITH);
    struct page *p = &s->page;
    str_put(&p->title, say(&s->voice, of[s->under].title));
    keylist_page(&(struct keylist){s->o.keys, s->o.key_count, views, &s->voice}, views, p);
    if (s->under == MODE_LIST || s->under == MODE_TALK) {
        end_help(s);
        return;
    }
    static const char *const marks[TONE_COUNT] = {
        [TONE_OPEN] = N_("opens"),  [TONE_DATA] = N_("data"),        [TONE_ACK] = N_("ACK"),
        [TONE_PROBE] = N_("probe"), [TONE_FIN] = N_("FIN"),          [TONE_RST] = N_("RST"),
        [TONE_AGAIN] = N_("again"), [TONE_CALL] = N_("system call"), [TONE_NOTE] = N_("note")};
    page_add(p, LOOK_TEXT, "");
    str_clear(&s->scratch);
    for (int t = 0; t <= TONE_AGAIN; t++) {
        str_put(&s->scratch, tone_glyph((enum tone)t, s->voice.ascii));
        str_put_char(&s->scratch, ' ');
        str_put(&s->scratch, say(&s->voice, marks[t]));
        str_put(&s->scratch, "   ");
    }
    page_add(p, LOOK_TEXT, s->scratch.at);
    end_help(s);
}

/* Where the cursor is: what labels and states the row has, or the connection. */
struct under_cursor {
    uint64_t labels;
    enum tcp_state state[SIDE_COUNT];
    bool listed;
};

static struct under_cursor under_cursor(const struct screen *s)
{
    struct under_cursor u = {.listed = base_mode(s) == MODE_LIST};
    struct conn_view v;
    struct outline o;
    uint32_t at = u.listed ? NO_ROW : rows_cursor(s);
    const struct row *r = at == NO_ROW ? NULL : session_row(s->o.session, at);
    if (r != NULL && r->kind == EVENT_SEGMENT) {
        u.labels = r->labels;
        u.state[SIDE_CLIENT] = row_state(r, SIDE_CLIENT);
        u.state[SIDE_SERVER] = row_state(r, SIDE_SERVER);
    } else if (u.listed && session_conn(s->o.session, list_cursor(s), &v) &&
               session_outline(s->o.session, list_cursor(s), &o)) {
        u.labels = o.labels & TROUBLE_LABELS;
        memcpy(u.state, v.state, sizeof u.state);
    }
    return u;
}

/* STATE_COUNT stands for a word of the list. */
static bool term_fits(const struct term_row *t, const struct under_cursor *u)
{
    if (t->state == STATE_COUNT)
        return u->listed;
    if (t->state != STATE_UNKNOWN)
        return u->state[SIDE_CLIENT] == t->state || u->state[SIDE_SERVER] == t->state;
    return (u->labels & t->labels) != 0;
}

static void add_term(struct screen *s, const struct term_row *t)
{
    page_add(&s->page, LOOK_KEY, say(&s->voice, t->name));
    page_add(&s->page, LOOK_TEXT, say(&s->voice, t->words));
    page_add(&s->page, LOOK_TEXT, "");
}

/* The terms of the row or connection under the cursor first, then the others. */
static void make_glossary(struct screen *s)
{
    const struct under_cursor u = under_cursor(s);
    str_put(&s->page.title, say(&s->voice, N_("terms")));
    for (int fits = 1; fits >= 0; fits--)
        for (size_t i = 0; i < COUNT_OF(terms); i++)
            if (term_fits(&terms[i], &u) == (fits == 1))
                add_term(s, &terms[i]);
}

/* A text that a program read, a line a line, harmless. */
static void add_foreign(struct screen *s, const char *text, size_t len)
{
    while (len > 0) {
        const char *stop = memchr(text, '\n', len);
        size_t line = stop == NULL ? len : (size_t)(stop - text);
        size_t shown = line > 0 && text[line - 1] == '\r' ? line - 1 : line;
        str_clear(&s->scratch);
        str_put_safe(&s->scratch, text, shown, s->voice.ascii);
        page_add(&s->page, LOOK_TEXT, s->scratch.at);
        line += stop == NULL ? 0 : 1;
        text += line;
        len -= line;
    }
}

static void make_text(struct screen *s)
{
    static const char *const heads[SIDE_COUNT] = {N_("what the client's program read last"),
                                                  N_("what the server's program read last")};
    str_put(&s->page.title, say(&s->voice, N_("read, whole")));
    const uint32_t conn = rows_conn(s);
    struct moment moment = {0};
    uint64_t now_ns;
    const bool past = replay_moment(s, conn, &moment, &now_ns);
    bool any = false;
    for (int i = 0; i < SIDE_COUNT; i++) {
        enum side side = i == 0 ? SIDE_SERVER : SIDE_CLIENT;
        struct lab_program program = {0};
        if (conn == NO_CONN || (!s->o.hooks.program(s->o.hooks.ctx, conn, side, &program) && !past))
            continue;
        if (past && moment.read[side] != NULL) {
            program.text = moment.read[side]->data;
            program.text_len = moment.read[side]->data_len;
        }
        if (program.text_len == 0)
            continue;
        any = true;
        page_add(&s->page, LOOK_KEY, say(&s->voice, heads[side]));
        add_foreign(s, program.text, program.text_len);
        page_add(&s->page, LOOK_TEXT, "");
    }
    if (!any)
        page_add(&s->page, LOOK_DIM,
                 say(&s->voice, N_("No program of this connection has read anything yet.")));
}

/* Two marked rows, or the marked one and that under the cursor. */
static void make_compare(struct screen *s)
{
    uint32_t cursor = rows_cursor(s);
    uint32_t a = s->marks >= 2 ? s->mark[s->marks - 2] : s->marks == 1 ? s->mark[0] : NO_ROW;
    uint32_t b = s->marks >= 2 ? s->mark[s->marks - 1] : cursor;
    str_put(&s->page.title, say(&s->voice, N_("two rows compared")));
    if (a == NO_ROW || b == NO_ROW || a == b) {
        page_add(&s->page, LOOK_DIM,
                 say(&s->voice, N_("Mark two rows with m first, or one and go to another.")));
        return;
    }
    struct detail left, right;
    detail_init(&left, s->o.mem);
    detail_init(&right, s->o.mem);
    if (detail_of(&left, &s->voice, s->o.session, a, s->o.steady) &&
        detail_of(&right, &s->voice, s->o.session, b, s->o.steady))
        compared_page(&s->page, &s->voice, &left, &right);
    detail_release(&left);
    detail_release(&right);
}

static void add_sheet_line(void *ctx, const char *text, bool head)
{
    struct screen *s = ctx;
    page_line_add(&s->page, head ? LOOK_TITLE : LOOK_TEXT, text);
}

/* The connection under the cursor, of the list or of the ladder; else the selected one. */
static void make_sheet(struct screen *s)
{
    uint32_t at = s->under == MODE_LIST ? NO_ROW : rows_cursor(s), conn = s->info.selected;
    const struct row *r = at == NO_ROW ? NULL : session_row(s->o.session, at);
    if (s->under == MODE_LIST)
        conn = list_cursor(s);
    else if (r != NULL && r->conn != NO_CONN)
        conn = r->conn;
    str_put(&s->page.title, say(&s->voice, N_("the connection in numbers")));
    if (conn == NO_CONN) {
        page_add(&s->page, LOOK_DIM, say(&s->voice, N_("There is no connection yet.")));
        return;
    }
    struct voice v = s->voice;
    v.steady = s->o.steady;
    sheet_of(&v, s->o.session, conn, add_sheet_line, s);
}

void page_make(struct screen *s)
{
    static void (*const makers[])(struct screen *) = {
        [PAGE_HELP] = make_help, [PAGE_GLOSSARY] = make_glossary, [PAGE_COMPARE] = make_compare,
        [PAGE_TEXT] = make_text, [PAGE_SHEET] = make_sheet,       [PAGE_BOOKMARKS] = bookmarks_make};
    page_clear(&s->page, canvas_rect(s->canvas).cols - 4);
    makers[s->page_kind](s);
}

void page_show(struct screen *s, enum page_kind kind)
{
    if (s->mode != MODE_PAGE && s->mode != MODE_DIALOG)
        s->under = s->mode;
    s->mode = MODE_PAGE;
    s->page_kind = kind;
    s->page.top = 0;
    page_make(s);
}
