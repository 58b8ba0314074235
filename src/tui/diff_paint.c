#include "tui/diff_state.h"

#include <string.h>
#include "tui/ladder_paint.h"
#include "tui/layout.h"

enum { BOX_HIGH = 7, BOX_LOW = 5, HIGH = 30 /* rows of the terminal from which on the box is higher */ };

void diff_layout(const struct diff_screen *s, struct diff_layout *l)
{
    const struct rect all = canvas_rect(s->canvas);
    const int box = all.rows >= HIGH ? BOX_HIGH : BOX_LOW;
    l->tiny = all.rows < LAYOUT_MIN_ROWS || all.cols < LAYOUT_MIN_COLS;
    l->title = (struct rect){0, 0, 1, all.cols};
    l->names = (struct rect){1, 0, 1, all.cols};
    l->rows = (struct rect){2, 0, all.rows - 4 - box, all.cols};
    l->box = (struct rect){all.rows - 2 - box, 0, box, all.cols};
    l->bar = (struct rect){all.rows - 2, 0, 1, all.cols};
    l->foot = (struct rect){all.rows - 1, 0, 1, all.cols};
    l->body = (struct rect){1, 0, all.rows - 3, all.cols};
}

struct keylist diff_keys(const struct diff_screen *s)
{
    return (struct keylist){s->o.keys, s->o.key_count, s->open == DIFF_ROWS ? V_DIFF : V_PAGE, &s->voice};
}

/* How many rows differ, in a word or two. */
static void put_sum(struct diff_screen *s, struct str *out)
{
    const struct diff *d = s->o.diff;
    struct str n;
    str_init(&n, s->o.mem);
    str_put_grouped(&n, diff_items(d) - diff_count(d, DIFF_ALIKE));
    say_fill(out,
             say(&s->voice,
                 diff_items(d) > diff_count(d, DIFF_ALIKE) ? N_("rows not alike: {n}") : N_("no difference")),
             "n", n.at, NULL);
    out->failed = out->failed || n.failed;
    str_release(&n);
}

static void paint_title(struct diff_screen *s, struct rect r)
{
    struct canvas *c = s->canvas;
    const char *help = say(&s->voice, N_("? help"));
    canvas_clear(c, r, LOOK_BAR);
    canvas_put_right(c, r, 0, r.cols - 1, LOOK_BAR, help);
    const int end = r.cols - 1 - (int)cells_of(help, strlen(help)) - 3;
    str_clear(&s->scratch);
    put_sum(s, &s->scratch);
    canvas_put_right(c, r, 0, end, LOOK_BAR, s->scratch.at);
    int x = 1 + canvas_put(c, r, 0, 1, LOOK_BAR, CELL_BOLD, "tcpviz") + 2;
    const struct rect left = {r.y, 0, 1, end - (int)cells_of(s->scratch.at, s->scratch.len) - 1};
    canvas_put(c, left, 0, x, LOOK_BAR, 0, say(&s->voice, N_("two sessions side by side")));
}

/* Left edge of a column; column 0 of the screen is the cursor's. */
static int column_at(const struct diff_screen *s, unsigned side)
{
    return 1 + (int)side * ((int)diff_view_column(s->view) + DIFF_GAP);
}

static void paint_names(struct diff_screen *s, struct rect r)
{
    for (unsigned side = 0; side < DIFF_SIDES; side++) {
        const char *slash = strrchr(s->o.name[side], '/'),
                   *name = slash != NULL && slash[1] != '\0' ? slash + 1 : s->o.name[side];
        const struct rect column = {r.y, column_at(s, side), 1, (int)diff_view_column(s->view)};
        str_clear(&s->scratch);
        str_put_safe(&s->scratch, name, strlen(name), s->voice.ascii);
        const int x = canvas_put(s->canvas, column, 0, 0, LOOK_KEY, CELL_BOLD, diff_letter(side));
        canvas_put(s->canvas, column, 0, x, LOOK_TITLE, CELL_BOLD, s->scratch.at);
    }
}

static void paint_line(struct diff_screen *s, struct rect r, int y, size_t at)
{
    const struct diff_line *l = &s->line;
    const bool here = at == s->cursor, plain = l->mark == DIFF_ALIKE;
    if (here)
        canvas_put(s->canvas, r, y, 0, LOOK_CURSOR, 0, s->voice.ascii ? ">" : "▌");
    if (l->kind == DIFF_LINE_WORDS) {
        canvas_put(s->canvas, r, y, 1, LOOK_NOTE, 0, l->text[0].at);
        return;
    }
    for (unsigned side = 0; side < DIFF_SIDES; side++) {
        const struct str *t = &l->text[side];
        const size_t words = l->kind == DIFF_LINE_ITEM && t->len > 0 ? l->words[side] : 0;
        const enum look look = here                        ? LOOK_CURSOR
                               : l->kind == DIFF_LINE_HEAD ? LOOK_TITLE
                               : l->kind != DIFF_LINE_ITEM ? LOOK_TEXT
                               : plain                     ? LOOK_DIM
                                                           : ladder_look_of(l->tone[side]);
        const int x =
            canvas_put_n(s->canvas, r, y, column_at(s, side), here ? LOOK_CURSOR : LOOK_DIM, 0, t->at, words);
        canvas_put_n(s->canvas, r, y, column_at(s, side) + x, look,
                     l->kind == DIFF_LINE_HEAD || !plain ? CELL_BOLD : 0, t->at + words, t->len - words);
    }
    canvas_put(s->canvas, r, y, column_at(s, 1) - 2, LOOK_WARN, CELL_BOLD,
               diff_mark(l->mark, s->voice.ascii));
}

static void paint_words(struct diff_screen *s, struct rect in)
{
    for (int y = 0; y < in.rows && (size_t)y < s->box.lines; y++)
        canvas_put_n(s->canvas, in, y, 0, LOOK_TEXT, 0, s->box.text.at + s->box.line[y].at,
                     s->box.line[y].len);
}

/* One side's sentence, the short one where the whole does not fit. */
static void paint_sentence(struct diff_screen *s, struct rect in, const struct diff_item *item, unsigned side)
{
    for (int brief = 0; brief < 2; brief++) {
        str_clear(&s->scratch);
        page_clear(&s->box, in.cols);
        diff_view_says(s->view, item, side, brief, &s->scratch);
        if (s->scratch.len > 0)
            page_add(&s->box, LOOK_TEXT, s->scratch.at);
        if (s->box.lines <= (size_t)in.rows)
            break;
    }
    paint_words(s, in);
}

/* Both sentences of the line under the cursor, and in what they differ; elsewhere what the marks mean. */
static void paint_box(struct diff_screen *s, struct rect r)
{
    const bool item = diff_view_line(s->view, s->cursor, &s->line) && s->line.kind == DIFF_LINE_ITEM;
    const int middle = column_at(s, 1);
    str_clear(&s->scratch);
    if (item && s->line.mark == DIFF_ALIKE)
        str_put(&s->scratch, say(&s->voice, N_("alike")));
    else if (item)
        diff_view_why(s->view, s->line.item, &s->scratch);
    diff_view_cut(&s->scratch, (size_t)r.cols - 6, s->voice.ascii);
    canvas_box(s->canvas, r, LOOK_FRAME, s->scratch.at, NULL, s->voice.ascii);
    if (item) {
        paint_sentence(s, (struct rect){r.y + 1, 2, r.rows - 2, middle - DIFF_GAP - 2}, s->line.item, 0);
        paint_sentence(s, (struct rect){r.y + 1, middle, r.rows - 2, r.cols - 2 - middle}, s->line.item, 1);
        return;
    }
    str_clear(&s->scratch);
    page_clear(&s->box, r.cols - 4);
    diff_view_legend(s->view, &s->scratch);
    page_add(&s->box, LOOK_DIM, s->scratch.at);
    paint_words(s, (struct rect){r.y + 1, 2, r.rows - 2, r.cols - 4});
}

static void paint_rows(struct diff_screen *s, const struct diff_layout *l)
{
    paint_names(s, l->names);
    for (int y = 0; y < l->rows.rows && diff_view_line(s->view, s->top + (size_t)y, &s->line); y++)
        paint_line(s, l->rows, y, s->top + (size_t)y);
    paint_box(s, l->box);
}

void diff_paint(struct diff_screen *s)
{
    const struct keylist keys = diff_keys(s);
    struct diff_layout l;
    diff_layout(s, &l);
    canvas_clear(s->canvas, canvas_rect(s->canvas), LOOK_TEXT);
    if (l.tiny) {
        canvas_put(s->canvas, canvas_rect(s->canvas), 0, 0, LOOK_WARN, 0,
                   say(&s->voice, N_("tcpviz needs 60 x 16 cells: enlarge it")));
        return;
    }
    paint_title(s, l.title);
    if (s->open == DIFF_ROWS)
        paint_rows(s, &l);
    else
        page_paint(&s->page, s->canvas, l.body, s->voice.ascii);
    (void)keylist_bar(&keys, s->canvas, l.bar, 0);
    canvas_put(s->canvas, l.foot, 0, 1, s->message_wrong ? LOOK_WARN : LOOK_NOTE, 0, s->message.at);
}
