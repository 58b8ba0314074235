/* emit_cursor.c: the shortest way of the cursor to a cell. */
#include "tui/emit_cursor.h"

static int digits(int n)
{
    return n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : 5;
}

void emit_control(struct emit *e, int n, char what)
{
    str_put(&e->out, "\033[");
    if (n != 1)
        str_put_u64(&e->out, (uint64_t)n);
    str_put_char(&e->out, what);
}

void emit_repeat(struct emit *e, int n, char what)
{
    for (; n > 0; n--)
        str_put_char(&e->out, what);
}

enum way { WAY_PLACE, WAY_STAY, WAY_RETURN, WAY_BACK, WAY_AHEAD, WAY_COLUMN };

/* How the cursor comes to a column of the row it is in, and what that costs. */
static enum way way_along(const struct emit *e, int x, int *cost)
{
    const struct emit_caps *c = e->caps;
    enum way way = WAY_PLACE;
    *cost = 100;
    if (x == e->x || x == 0) {
        *cost = x == e->x ? 0 : 1;
        return x == e->x ? WAY_STAY : WAY_RETURN;
    }
    if (c->ahead && x > e->x) {
        *cost = x - e->x == 1 ? 3 : 3 + digits(x - e->x);
        way = WAY_AHEAD;
    } else if (c->back && x < e->x) {
        *cost = e->x - x;
        way = WAY_BACK;
    }
    if (c->column && 3 + digits(x + 1) < *cost) {
        *cost = 3 + digits(x + 1);
        way = WAY_COLUMN;
    }
    return way;
}

static void go_along(struct emit *e, enum way way, int x)
{
    if (way == WAY_RETURN)
        str_put_char(&e->out, '\r');
    else if (way == WAY_BACK)
        emit_repeat(e, e->x - x, '\b');
    else if (way == WAY_AHEAD)
        emit_control(e, x - e->x, 'C');
    else if (way == WAY_COLUMN)
        emit_control(e, x + 1, 'G');
}

void emit_place(struct emit *e, int y, int x)
{
    int cost, rows = y - e->y;
    enum way way = WAY_PLACE;
    if (e->y >= 0 && (rows == 0 || (rows > 0 && e->caps->below)))
        way = way_along(e, x, &cost);
    if (way != WAY_PLACE && rows + cost < 4 + digits(y + 1) + digits(x + 1)) {
        emit_repeat(e, rows, '\n');
        go_along(e, way, x);
    } else if (e->caps->place != NULL) {
        str_put(&e->out, e->caps->place(y, x));
    } else {
        str_put(&e->out, "\033[");
        str_put_u64(&e->out, (uint64_t)y + 1);
        str_put_char(&e->out, ';');
        str_put_u64(&e->out, (uint64_t)x + 1);
        str_put_char(&e->out, 'H');
    }
    e->y = y;
    e->x = x;
}
