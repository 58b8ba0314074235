#include "tui/layout.h"

enum { PANEL_MIN_COLS = 100, PANEL_MIN_ROWS = 30, PANEL_TALL_ROWS = 40, STATE_CELLS = 12, STATE_BRIEF = 8 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

/* A sentence takes 44 cells; below 120 columns it gets less, and the box has it whole. Of more columns two
 * thirds go to the sentence (calls and notes are long), the rest to the arrow. */
static void make_columns(struct ladder_columns *c, const struct layout_wants *w)
{
    int cols = w->cols;
    int sentence = 0;
    c->cols = cols;
    c->brief_states = cols < 120;
    int state = c->brief_states ? STATE_BRIEF : STATE_CELLS;
    c->number_end = most(4, w->number_cells + 1);
    c->conn_end = w->conn_cells > 0 ? c->number_end + 1 + most(4, w->conn_cells) : 0;
    c->time_end = most(c->number_end, c->conn_end) + 1 + most(cols < PANEL_MIN_COLS ? 8 : 9, w->time_cells);
    c->client_end = c->time_end + 1 + state;
    c->left = c->client_end + 1;
    if (cols >= 120)
        sentence = 44 + (cols - 120) * 2 / 3;
    else if (cols >= PANEL_MIN_COLS)
        sentence = 36 + (cols - PANEL_MIN_COLS) * 8 / 20;
    c->sentence = cols - sentence;
    c->right = sentence > 0 ? c->sentence - state - 3 : least(cols - state - 2, c->left + 46);
    /* an arrow needs room for its head, its glyph and a few letters: the state on the right may give way */
    c->right = least(most(c->right, c->left + 12), cols - 1);
    c->server = c->right + 2;
    c->sentence = sentence > 0 ? most(c->sentence, c->server + state + 1) : cols;
    c->sentence = least(c->sentence, cols);
}

static struct rect take(int *y, int rows, int cols)
{
    struct rect r = {*y, 0, rows, cols};
    *y += rows;
    return r;
}

void layout_make(struct layout *l, const struct layout_wants *w)
{
    int cols = w->cols;
    int y = 0;
    *l = (struct layout){0};
    l->tiny = w->rows < LAYOUT_MIN_ROWS || cols < LAYOUT_MIN_COLS;
    l->panels = cols >= PANEL_MIN_COLS && w->rows >= PANEL_MIN_ROWS && !w->lines;
    l->title = take(&y, 1, cols);
    if (l->panels) {
        int tall = w->rows >= PANEL_TALL_ROWS ? 9 : 8;
        struct rect both = take(&y, tall, cols);
        l->side[0] = (struct rect){both.y, 0, tall, cols / 2};
        l->side[1] = (struct rect){both.y, cols / 2, tall, cols - cols / 2};
    } else {
        l->side[0] = take(&y, 1, cols);
        l->side[1] = take(&y, 1, cols);
    }
    l->wire = take(&y, !w->wire ? 0 : l->panels ? 3 : 1, cols);
    l->head = take(&y, 1, cols);
    int usual = w->rows >= PANEL_TALL_ROWS ? 3 : 2;
    int timeline = w->timeline && !l->tiny;
    int room = w->rows - y - 2 - timeline;
    int said = least(w->said_lines, most(0, room - 7));
    int lines = least(most(usual, w->box_lines), most(1, room - said - 2 - 3));
    int rows = most(0, room - said - lines - 2);
    l->rows = take(&y, rows, cols);
    l->box = take(&y, lines + 2, cols);
    l->timeline = take(&y, timeline, cols);
    l->said = take(&y, said, cols);
    int from = 1;
    l->troubles = take(&from, 1, cols);
    l->list_head = take(&from, 1, cols);
    l->list = take(&from, most(0, w->rows - 5), cols);
    l->body = (struct rect){1, 0, most(0, w->rows - 3), cols};
    y = most(0, w->rows - 2);
    l->bar = take(&y, 1, cols);
    l->foot = take(&y, 1, cols);
    make_columns(&l->columns, w);
}
