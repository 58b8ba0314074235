/* diff_screen.c: life and keys. A key runs a line of the command language, as everywhere; here those are
 * views alone. */
#include "tui/diff_screen.h"

#include <signal.h>
#include <string.h>
#include "tui/compared.h"
#include "tui/diff_state.h"

enum view {
#define VIEW(id, name, help) VIEW_##id,
#include "tui/view.def"
    VIEWS
};

static const char *const view_names[VIEWS] = {
#define VIEW(id, name, help) [VIEW_##id] = (name),
#include "tui/view.def"
};

static void say_that(struct diff_screen *s, const char *english, bool wrong)
{
    str_clear(&s->message);
    str_put(&s->message, say(&s->voice, english));
    s->message_wrong = wrong;
}

/* Lines for the width that there is; the cursor stays on what it stands on, at its height of the screen. */
static void lay(struct diff_screen *s)
{
    const size_t high = s->cursor > s->top ? s->cursor - s->top : 0,
                 cols = (size_t)canvas_rect(s->canvas).cols;
    struct diff_spot spot;
    diff_view_spot(s->view, s->cursor, &spot);
    s->laid = diff_view_lay(s->view, &s->voice, cols - 1);
    s->cursor = diff_view_at(s->view, &spot);
    s->top = s->cursor > high ? s->cursor - high : 0;
}

/* The cursor stays among the lines, and they in view. */
static void clip(struct diff_screen *s)
{
    struct diff_layout l;
    const size_t lines = diff_view_lines(s->view);
    diff_layout(s, &l);
    const size_t seen = l.rows.rows > 0 ? (size_t)l.rows.rows : 1;
    if (s->cursor >= lines)
        s->cursor = lines ? lines - 1 : 0;
    if (s->top + seen > lines)
        s->top = lines > seen ? lines - seen : 0;
    if (s->top > s->cursor)
        s->top = s->cursor;
    if (s->cursor >= s->top + seen)
        s->top = s->cursor - seen + 1;
}

static void make_compared(struct diff_screen *s, const struct diff_item *item)
{
    struct detail d[DIFF_SIDES];
    for (unsigned side = 0; side < DIFF_SIDES; side++) {
        detail_init(&d[side], s->o.mem);
        if (item->row[side] != NO_ROW)
            (void)detail_of(&d[side], &s->voice, diff_session(s->o.diff, side), item->row[side],
                            s->voice.steady);
    }
    str_put(&s->page.title, say(&s->voice, N_("two rows compared")));
    compared_page(&s->page, &s->voice, &d[0], &d[1]);
    for (unsigned side = 0; side < DIFF_SIDES; side++)
        detail_release(&d[side]);
}

static void open_page(struct diff_screen *s, enum diff_open what)
{
    const struct keylist keys = diff_keys(s);
    const bool item = diff_view_line(s->view, s->cursor, &s->line) && s->line.kind == DIFF_LINE_ITEM;
    if (what == DIFF_COMPARED && !item) {
        say_that(s, N_("Go to a row first: it is compared with the one beside it."), true);
        return;
    }
    page_clear(&s->page, canvas_rect(s->canvas).cols - 4);
    s->page.top = 0;
    s->open = what;
    if (what == DIFF_COMPARED) {
        make_compared(s, s->line.item);
        return;
    }
    str_put(&s->page.title, say(&s->voice, N_("keys of two sessions side by side")));
    keylist_page(&keys, V_DIFF, &s->page);
    page_add(&s->page, LOOK_TEXT, "");
    str_clear(&s->scratch);
    diff_view_legend(s->view, &s->scratch);
    page_add(&s->page, LOOK_DIM, s->scratch.at);
}

static void move(struct diff_screen *s, long by)
{
    struct diff_layout l;
    diff_layout(s, &l);
    if (s->open != DIFF_ROWS)
        page_move(&s->page, (int)by, l.body.rows - 2);
    else if (by < 0)
        s->cursor = s->cursor > (size_t)-by ? s->cursor - (size_t)-by : 0;
    else
        s->cursor += (size_t)by;
}

static void go_difference(struct diff_screen *s, bool up)
{
    struct diff_layout l;
    const size_t to = diff_view_next(s->view, s->cursor, up);
    if (to == SIZE_MAX) {
        say_that(s, up ? N_("no difference before this") : N_("no difference after this"), true);
        return;
    }
    diff_layout(s, &l);
    s->cursor = to;
    if (to < s->top || to >= s->top + (size_t)l.rows.rows) /* what led to it is in view too */
        s->top = to > (size_t)l.rows.rows / 3 ? to - (size_t)l.rows.rows / 3 : 0;
}

static int page_rows(const struct diff_screen *s)
{
    struct diff_layout l;
    diff_layout(s, &l);
    const int rows = s->open == DIFF_ROWS ? l.rows.rows : l.body.rows - 2;
    return rows > 2 ? rows - 1 : 1;
}

/* A page on shows what was not in view, the cursor at the same height of it. */
static void turn_page(struct diff_screen *s, int by)
{
    const size_t top = s->top;
    move(s, by);
    if (s->open == DIFF_ROWS)
        s->top = by > 0 ? top + (size_t)by : top > (size_t)-by ? top - (size_t)-by : 0;
}

static void next_theme(struct diff_screen *s, const char *name)
{
    s->theme_name = name;
    theme_for(&s->theme, name, s->o.color == SCREEN_COLOR_NEVER, s->o.color == SCREEN_COLOR_ALWAYS,
              term_colors(s->term));
    term_theme(s->term, &s->theme);
}

static void run_view(struct diff_screen *s, enum view what)
{
    enum { ALL = INT32_MAX / 2 };
    switch (what) {
    case VIEW_UP: move(s, -1); break;
    case VIEW_DOWN: move(s, 1); break;
    case VIEW_PAGE_UP: turn_page(s, -page_rows(s)); break;
    case VIEW_PAGE_DOWN: turn_page(s, page_rows(s)); break;
    case VIEW_HOME: move(s, -ALL); break;
    case VIEW_END: move(s, ALL); break;
    case VIEW_DIFF_NEXT: go_difference(s, false); break;
    case VIEW_DIFF_PREV: go_difference(s, true); break;
    case VIEW_COMPARE: open_page(s, DIFF_COMPARED); break;
    case VIEW_HELP: open_page(s, DIFF_HELP); break;
    case VIEW_BACK: s->open = DIFF_ROWS; break;
    case VIEW_THEME: next_theme(s, theme_next(s->theme_name)); break;
    case VIEW_REDRAW: term_redraw(s->term); break;
    case VIEW_QUIT: s->o.left(s->o.ctx, false); break;
    default: break;
    }
}

static void run_key(struct diff_screen *s, const char *line)
{
    static const char begin[] = "view ";
    if (strncmp(line, begin, sizeof begin - 1) != 0)
        return;
    for (int i = 0; i < VIEWS; i++)
        if (strcmp(line + sizeof begin - 1, view_names[i]) == 0)
            run_view(s, (enum view)i);
}

/* A click goes to a line, or does what the words of the key bar say. */
static void click(struct diff_screen *s, int y, int x)
{
    const struct keylist keys = diff_keys(s);
    struct diff_layout l;
    diff_layout(s, &l);
    const struct key_row *k = y == l.bar.y ? keylist_bar(&keys, NULL, l.bar, x) : NULL;
    if (k != NULL)
        run_key(s, k->line);
    else if (s->open == DIFF_ROWS && y >= l.rows.y && y < l.rows.y + l.rows.rows)
        s->cursor = s->top + (size_t)(y - l.rows.y);
}

static void take(struct diff_screen *s, const struct term_event *e)
{
    const struct keylist keys = diff_keys(s);
    const struct key_row *k = key_find(keys.rows, keys.count, keys.views, e->name);
    str_clear(&s->message);
    if (e->kind == TERM_CLICK) {
        click(s, e->y, e->x);
    } else if (e->kind == TERM_WHEEL) {
        move(s, e->by);
    } else if (k != NULL) {
        run_key(s, k->line);
    } else if (e->kind != TERM_OTHER) {
        str_clear(&s->scratch);
        str_put_safe(&s->scratch, e->name, strlen(e->name), s->voice.ascii);
        say_fill(&s->message, say(&s->voice, N_("{key} is no key here; ? shows those that are")), "key",
                 s->scratch.at, NULL);
        s->message_wrong = true;
    }
}

static void draw(struct diff_screen *s)
{
    if (!s->laid)
        lay(s);
    clip(s);
    diff_paint(s);
    if (!term_show(s->term, s->canvas, -1, -1)) {
        source_watch(s->tty, 0);
        s->o.left(s->o.ctx, true);
    }
}

static void on_key(void *ctx, int events)
{
    struct diff_screen *s = ctx;
    struct term_event e;
    (void)events;
    for (term_next(s->term, &e); e.kind != TERM_NONE; term_next(s->term, &e)) {
        if (e.kind == TERM_GONE) {
            source_watch(s->tty, 0);
            s->o.left(s->o.ctx, true);
            return;
        }
        take(s, &e);
        clip(s);
    }
    draw(s);
}

/* The page that is open, for another width: what was on top of it stays there, about. */
static void reopen_page(struct diff_screen *s)
{
    const long top = s->page.top, lines = (long)s->page.lines;
    open_page(s, s->open);
    s->page.top = lines > 0 ? (int)(top * (long)s->page.lines / lines) : 0;
}

/* The size of the terminal is another; where there is no memory for it the old one stays. */
static void fit(struct diff_screen *s)
{
    int rows, cols;
    term_size(s->term, &rows, &cols);
    struct canvas *c = canvas_new(s->o.mem, rows, cols);
    if (c == NULL)
        return;
    canvas_free(s->canvas);
    s->canvas = c;
    lay(s);
    if (s->open != DIFF_ROWS)
        reopen_page(s);
}

static void on_winch(void *ctx, int signum)
{
    struct diff_screen *s = ctx;
    (void)signum;
    if (term_resize(s->term))
        fit(s);
    draw(s);
}

static void on_stop(void *ctx, int signum)
{
    struct diff_screen *s = ctx;
    term_stop(s->term);
    on_winch(ctx, signum); /* the terminal may have another size now */
}

static void init_state(struct diff_screen *s, const struct diff_screen_options *o)
{
    s->o = *o;
    s->voice = o->voice;
    diff_line_init(&s->line, o->mem);
    page_init(&s->page, o->mem);
    page_init(&s->box, o->mem);
    str_init(&s->message, o->mem);
    str_init(&s->scratch, o->mem);
}

struct diff_screen *diff_screen_new(const struct diff_screen_options *o, struct fail *f)
{
    struct diff_screen *s = mem_new(o->mem, sizeof *s);
    if (s == NULL) {
        fail_set(f, FAIL_SYSTEM, N_("no memory"), NULL, "%s", N_("screen"));
        return NULL;
    }
    init_state(s, o);
    s->view = diff_view_new(o->mem, o->diff);
    s->term = s->view == NULL ? NULL : term_new(o->mem, s->voice.ascii, f);
    if (s->term != NULL) {
        s->tty = loop_fd(o->loop, term_fd(s->term), LOOP_READ, on_key, s);
        s->winch = loop_signal(o->loop, SIGWINCH, on_winch, s);
        s->stop = loop_signal(o->loop, SIGTSTP, on_stop, s);
        fit(s);
    }
    if (s->term == NULL || s->canvas == NULL || !s->laid || !s->tty || !s->winch || !s->stop) {
        diff_screen_free(s);
        if (f->status == FAIL_NONE)
            fail_set(f, FAIL_SYSTEM, N_("no memory, or the terminal cannot be watched"), NULL, "%s",
                     N_("screen"));
        return NULL;
    }
    next_theme(s, "dark");
    draw(s);
    return s;
}

void diff_screen_free(struct diff_screen *s)
{
    if (s == NULL)
        return;
    source_close(s->tty);
    source_close(s->winch);
    source_close(s->stop);
    term_free(s->term);
    canvas_free(s->canvas);
    diff_view_free(s->view);
    diff_line_release(&s->line);
    page_release(&s->page);
    page_release(&s->box);
    str_release(&s->message);
    str_release(&s->scratch);
    mem_free(s->o.mem, s, sizeof *s);
}

void diff_screen_rescue_get(const struct diff_screen *s, struct screen_rescue *out)
{
    term_rescue(s->term, out);
}
