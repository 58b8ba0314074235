#include "tui/list_paint.h"

#include <string.h>

enum {
    WIDE = 100,     /* columns from which states have their whole names */
    ROOMY = 160,    /* and from which a bar of activity has a cell for each span */
    END_LEAST = 14, /* cells of an endpoint: a port and the ends of an address */
    END_MOST = 22   /* that it gets before other columns do: any address of IPv4 */
};

static const struct {
    int cells; /* 0: it depends */
    bool left; /* its text begins at the left edge */
} columns[CONNS_COLUMNS] = {
    [CONNS_CLIENT] = {0, true}, [CONNS_SERVER] = {0, true}, [CONNS_STATE] = {0, true},
    [CONNS_BYTES] = {7, false}, [CONNS_TIME] = {8, false},  [CONNS_REXMT] = {7, false},
    [CONNS_ZERO] = {6, false},  [CONNS_RTT] = {7, false},   [CONNS_ACTIVITY] = {9, true},
};

static const char *const heads[CONNS_COLUMNS] = {
#define COLUMN(id, head, down) [CONNS_##id] = (head),
#include "session/columns.def"
};

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

static int digits_of(uint64_t v, bool grouped)
{
    int n = 1;
    for (; v >= 10; v /= 10)
        n++;
    return grouped ? n + (n - 1) / 3 : n;
}

static int width_of(const struct list_columns *c, const struct list_wants *w)
{
    int x = 0;
    for (int i = 0; i < CONNS_COLUMNS; i++)
        x += c->at[i].cells > 0 ? c->at[i].cells + (i > 0) : 0;
    return x - w->cols;
}

void list_columns_make(struct list_columns *c, const struct list_wants *w)
{
    struct list_column *at = c->at;
    *c = (struct list_columns){.brief_states = w->cols < WIDE};
    for (int i = 0; i < CONNS_COLUMNS; i++)
        at[i].cells = columns[i].cells;
    at[CONNS_NUMBER].cells = most(5, digits_of(w->conns, false) + 1);
    for (int i = 0; i < SIDE_COUNT; i++)
        at[CONNS_CLIENT + i].cells = most(END_LEAST, least(w->end_cells[i], END_MOST));
    at[CONNS_STATE].cells = c->brief_states ? 8 : 12;
    at[CONNS_SEGMENTS].cells = most(6, digits_of(w->segments, true));
    if (w->cols >= ROOMY)
        at[CONNS_ACTIVITY].cells = ACTIVITY_BINS;
    for (int i = CONNS_COLUMNS - 1; i > CONNS_STATE && width_of(c, w) > 0; i--)
        if (i != (int)w->order)
            at[i].cells = 0;
    for (int i = CONNS_COLUMNS - 1; i > CONNS_STATE && width_of(c, w) > 0; i--)
        at[i].cells = 0;
    /* what is left goes to the endpoints, as far as they need it, and a little for the eye */
    int over = -width_of(c, w);
    for (int i = CONNS_CLIENT; i <= CONNS_SERVER; i++) {
        int more = most(over / (i == CONNS_CLIENT ? 2 : 1), -at[i].cells + END_LEAST);
        more = least(more, most(0, w->end_cells[i - CONNS_CLIENT] - at[i].cells) + 2);
        at[i].cells += more;
        over -= more;
    }
    for (int i = 0, x = 0; i < CONNS_COLUMNS; i++) {
        at[i].x = x;
        x += at[i].cells > 0 ? at[i].cells + 1 : 0;
    }
}

static void put_cell(struct canvas *c, struct rect r, int y, const struct list_columns *col, int i,
                     enum look look, const char *text)
{
    const struct list_column *at = &col->at[i];
    struct rect in = {r.y, r.x + at->x, r.rows, at->cells};
    if (at->cells == 0)
        return;
    if (columns[i].left)
        canvas_put(c, in, y, 0, look, 0, text);
    else
        canvas_put_right(c, in, y, at->cells, look, text);
}

/* A number that is there looks like what it counts. */
static enum look look_of(const struct conn_line *line, int i)
{
    char first = line->cell[i].at[0];
    bool number = first == '<' || (first >= '0' && first <= '9');
    switch (i) {
    case CONNS_STATE: return line->broken ? LOOK_RST : LOOK_STATE;
    case CONNS_REXMT: return number ? LOOK_AGAIN : LOOK_DIM;
    case CONNS_ZERO: return number ? LOOK_WARN : LOOK_DIM;
    case CONNS_RTT: return number ? LOOK_TEXT : LOOK_DIM;
    case CONNS_ACTIVITY: return LOOK_DATA;
    default: return LOOK_TEXT;
    }
}

void list_paint(struct canvas *c, struct rect r, int y, const struct list_columns *col,
                const struct conn_line *line, const struct list_look *how, bool ascii)
{
    enum look number = how->found ? LOOK_FOUND : how->cursor ? LOOK_CURSOR : LOOK_DIM;
    for (int i = 0; i < CONNS_COLUMNS; i++)
        put_cell(c, r, y, col, i, i == CONNS_NUMBER ? number : look_of(line, i), line->cell[i].at);
    if (how->marked)
        canvas_put(c, r, y, col->at[CONNS_NUMBER].cells, LOOK_KEY, CELL_BOLD, "*");
    if (how->cursor)
        canvas_put(c, r, y, 0, LOOK_CURSOR, 0, ascii ? ">" : "▌");
}

void list_paint_head(struct canvas *c, struct rect r, const struct list_columns *col, enum conns_column order,
                     bool down, const struct voice *voice)
{
    for (int i = 0; i < CONNS_COLUMNS; i++) {
        char head[64] = "";
        bool here = i == (int)order;
        const char *mark = voice->ascii ? down ? "^" : "v" : down ? "▴" : "▾";
        const char *name = say(voice, heads[i]);
        if (strlen(name) + 4 < sizeof head)
            stpcpy(stpcpy(head, here ? mark : ""), name);
        put_cell(c, r, 0, col, i, here ? LOOK_KEY : LOOK_DIM, head);
    }
}

enum conns_column list_column_at(const struct list_columns *col, int x)
{
    for (int i = CONNS_COLUMNS - 1; i >= 0; i--)
        if (col->at[i].cells > 0 && x >= col->at[i].x - (i > 0))
            return x < col->at[i].x + col->at[i].cells ? (enum conns_column)i : CONNS_COLUMNS;
    return CONNS_COLUMNS;
}
