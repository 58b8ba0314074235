/* emit.c: rows that moved are moved by the terminal (the ladder scrolls); of every other row the cells that
 * differ are written. Between two of them the cursor jumps, where that is shorter than writing what stands
 * there; a blank end of a row is erased. A row that did not change costs one comparison of memory. */
#include "tui/emit.h"

#include <string.h>
#include "core/types.h"
#include "tui/plain.h"

enum {
    ERASE = 7,       /* blanks that are rather erased than written */
    JUMP = 4,        /* unchanged cells that are rather written than jumped over */
    SCROLL_LEAST = 3 /* rows that must move for a scroll to be worth its bytes */
};

void emit_init(struct emit *e, const struct mem *m, struct emit_caps *caps)
{
    *e = (struct emit){.caps = caps, .y = -1};
    str_init(&e->out, m);
}

static size_t size_of(int rows, int cols)
{
    return (size_t)rows * (size_t)cols * sizeof(struct cell);
}

void emit_release(struct emit *e)
{
    if (e->shown != NULL)
        mem_free(e->out.mem, e->shown, size_of(e->rows, e->cols));
    str_release(&e->out);
    e->shown = NULL;
}

void emit_forget(struct emit *e)
{
    memset(e->shown, 0xff, size_of(e->rows, e->cols));
    e->y = -1;
    e->pen = NULL;
}

bool emit_size(struct emit *e, int rows, int cols)
{
    struct cell *room = mem_new(e->out.mem, size_of(rows, cols));
    if (room == NULL)
        return false;
    if (e->shown != NULL)
        mem_free(e->out.mem, e->shown, size_of(e->rows, e->cols));
    e->shown = room;
    e->rows = rows;
    e->cols = cols;
    emit_forget(e);
    return true;
}

void emit_place(struct emit *e, int y, int x)
{
    struct str *out = &e->out;
    if (e->y == y && e->x == x)
        return;
    if (e->y == y && e->x < x && e->caps->ahead) {
        str_put(out, "\033[");
        str_put_u64(out, (uint64_t)(x - e->x));
        str_put_char(out, 'C');
    } else if (e->caps->place != NULL) {
        str_put(out, e->caps->place(y, x));
    } else {
        str_put(out, "\033[");
        str_put_u64(out, (uint64_t)y + 1);
        str_put_char(out, ';');
        str_put_u64(out, (uint64_t)x + 1);
        str_put_char(out, 'H');
    }
    e->y = y;
    e->x = x;
}

static const char *pen_of(const struct emit *e, const struct cell *c)
{
    unsigned attr = c->attr % EMIT_ATTRS;
    const char **pen = &e->caps->pen[c->look][attr];
    if (*pen == NULL)
        *pen = e->caps->make_pen(e->caps->ctx, (enum look)c->look, attr);
    return *pen;
}

static void take_pen(struct emit *e, const struct cell *c)
{
    const char *pen = pen_of(e, c);
    if (pen == e->pen)
        return;
    str_put(&e->out, pen);
    e->pen = pen;
}

/* Writes the cell at the cursor, of a wide character both halves. Returns how many cells that were. */
static int put_cell(struct emit *e, const struct cell *c, bool wide)
{
    take_pen(e, c);
    str_put_utf8(&e->out, e->caps->ascii ? plain_glyph(c->ch) : c->ch);
    if (c->mark != 0 && !e->caps->ascii)
        str_put_utf8(&e->out, c->mark);
    if (wide && e->caps->ascii)
        str_put_char(&e->out, '?');
    e->x += wide ? 2 : 1;
    if (e->x >= e->cols)
        e->y = -1; /* it hangs behind the last column until something is written */
    return wide ? 2 : 1;
}

static bool same(const struct cell *a, const struct cell *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* From where on a row is blank and looks like an erased one; cols where it is not. */
static int blank_from(const struct emit *e, const struct cell *want)
{
    int end = e->cols;
    if (e->caps->clear_to_end == NULL)
        return end;
    while (end > 0 && want[end - 1].ch == ' ' && want[end - 1].mark == 0 &&
           e->caps->plain[want[end - 1].look][want[end - 1].attr % EMIT_ATTRS])
        end--;
    return end;
}

static bool is_wide(const struct emit *e, const struct cell *want, int x)
{
    return x + 1 < e->cols && want[x + 1].ch == 0;
}

/* Brings the cursor to x of row y: over a few cells that stand there already by writing them again. */
static void go_on(struct emit *e, const struct cell *want, int y, int x)
{
    bool near = e->y == y && e->x < x && x - e->x <= JUMP;
    for (int i = e->x; near && i < x; i++)
        near = want[i].ch != 0 && want[i].ch < 0x80 && want[i].mark == 0 && !is_wide(e, want, i) &&
               pen_of(e, &want[i]) == e->pen;
    while (near && e->x < x)
        (void)put_cell(e, &want[e->x], false);
    emit_place(e, y, x);
}

/* How many cells from x on, before `end`, are blank and look like erased ones. */
static int blanks(const struct emit *e, const struct cell *want, int x, int end)
{
    int from = x;
    while (x < end && want[x].ch == ' ' && want[x].mark == 0 &&
           e->caps->plain[want[x].look][want[x].attr % EMIT_ATTRS])
        x++;
    return x - from;
}

static void erase(struct emit *e, const struct cell *first, int cells)
{
    take_pen(e, first);
    str_put(&e->out, "\033[");
    str_put_u64(&e->out, (uint64_t)cells);
    str_put_char(&e->out, 'X');
}

static void emit_row(struct emit *e, const struct cell *want, int y)
{
    struct cell *shown = &e->shown[y * e->cols];
    int blank = blank_from(e, want);
    int most = y == e->rows - 1 && !e->caps->corner ? e->cols - 1 : e->cols;
    int last = most;
    while (last > 0 && same(&want[last - 1], &shown[last - 1]))
        last--;
    int end = last > blank ? blank : last; /* behind it the row is erased, where anything differs */
    for (int x = 0; x < end;) {
        bool wide = is_wide(e, want, x);
        if (want[x].ch == 0 || (same(&want[x], &shown[x]) && (!wide || same(&want[x + 1], &shown[x + 1])))) {
            x++;
            continue;
        }
        go_on(e, want, y, x);
        int gap = e->caps->erases ? blanks(e, want, x, end) : 0;
        if (gap >= ERASE) {
            erase(e, &want[x], gap);
            x += gap;
        } else {
            x += put_cell(e, &want[x], wide);
        }
    }
    if (last > blank) {
        go_on(e, want, y, blank);
        take_pen(e, &want[blank]);
        str_put(&e->out, e->caps->clear_to_end);
    }
    memcpy(shown, want, (size_t)e->cols * sizeof *want);
}

static bool row_same(const struct emit *e, const struct cell *want, int y, int shown_y)
{
    return memcmp(&want[y * e->cols], &e->shown[shown_y * e->cols], (size_t)e->cols * sizeof *want) == 0;
}

/* The rows [first, last] and how far they went up (down: negative) so that most of them are right. */
struct shift {
    int first, last, by, right;
};

/* How many rows of [first, last] would be right after a scroll. */
static int right_after(const struct emit *e, const struct cell *want, int first, int last, int by)
{
    int n = 0;
    for (int y = first; y <= last; y++)
        if (y + by >= first && y + by <= last && !row_same(e, want, y, y) && row_same(e, want, y, y + by))
            n++;
    return n;
}

/* Looks for a block of rows that moved: first those that moved together, then by how much. A row that stands
 * where it stood ends the block, for moving it would have to be undone. */
static struct shift find_shift(const struct emit *e, const struct cell *want)
{
    struct shift best = {.right = 0};
    for (int first = 0, last; first < e->rows; first = last + 1) {
        for (last = first; last < e->rows && !row_same(e, want, last, last); last++)
            ;
        last -= 1;
        if (last - first + 1 < SCROLL_LEAST) {
            last = last < first ? first : last;
            continue;
        }
        for (int by = -(last - first); by <= last - first; by++) {
            int right = by == 0 ? 0 : right_after(e, want, first, last, by);
            if (right > best.right)
                best = (struct shift){first, last, by, right};
        }
    }
    return best;
}

/* Whether most of a row would be right: the row under the cursor has another mark than before. */
static bool nearly(const struct emit *e, const struct cell *want, int y, int shown_y)
{
    int right = 0;
    for (int x = 0; x < e->cols; x++)
        right += same(&want[y * e->cols + x], &e->shown[shown_y * e->cols + x]);
    return right * 4 > e->cols * 3;
}

/* The block ends where its rows stop being right, so that rows around it that are no part of it stay. */
static void narrow(const struct emit *e, const struct cell *want, struct shift *s)
{
    int low = s->last, high = s->first;
    for (int y = s->first; y <= s->last; y++) {
        int from = y + s->by;
        if (from < s->first || from > s->last || !row_same(e, want, y, from))
            continue;
        low = y < low ? y : low;
        high = y > high ? y : high;
    }
    while (low > s->first && low - 1 + s->by >= s->first && nearly(e, want, low - 1, low - 1 + s->by))
        low--;
    while (high < s->last && high + 1 + s->by <= s->last && nearly(e, want, high + 1, high + 1 + s->by))
        high++;
    s->first = s->by > 0 ? low : low + s->by;
    s->last = s->by > 0 ? high + s->by : high;
}

static void set_region(struct emit *e, int top, int bottom)
{
    str_put(&e->out, "\033[");
    str_put_u64(&e->out, (uint64_t)top + 1);
    str_put_char(&e->out, ';');
    str_put_u64(&e->out, (uint64_t)bottom + 1);
    str_put_char(&e->out, 'r');
    e->y = -1;
}

/* Rows that come in are erased: with the pen of a plain blank, or they would take the last colour. */
static void scroll(struct emit *e, const struct shift *s)
{
    static const struct cell blank = {' ', LOOK_TEXT, 0, 0};
    int by = s->by < 0 ? -s->by : s->by;
    int keep = s->last - s->first + 1 - by;
    size_t row = (size_t)e->cols;
    struct cell *top = &e->shown[(size_t)s->first * row];
    take_pen(e, &blank);
    set_region(e, s->first, s->last);
    emit_place(e, s->by > 0 ? s->last : s->first, 0);
    for (int i = 0; i < by; i++)
        str_put(&e->out, s->by > 0 ? e->caps->up : e->caps->down);
    set_region(e, 0, e->rows - 1);
    memmove(s->by > 0 ? top : top + (size_t)by * row, s->by > 0 ? top + (size_t)by * row : top,
            (size_t)keep * row * sizeof *top);
    struct cell *fresh = s->by > 0 ? top + (size_t)keep * row : top;
    for (size_t i = 0; i < (size_t)by * row; i++)
        fresh[i] = blank;
}

bool emit_frame(struct emit *e, const struct cell *want)
{
    if (memcmp(want, e->shown, size_of(e->rows, e->cols)) == 0)
        return false;
    bool scrolls =
        e->caps->region && e->caps->up != NULL && e->caps->down != NULL && e->caps->plain[LOOK_TEXT][0];
    struct shift s = scrolls ? find_shift(e, want) : (struct shift){.right = 0};
    if (s.right >= SCROLL_LEAST) {
        narrow(e, want, &s);
        scroll(e, &s);
    }
    for (int y = 0; y < e->rows; y++)
        if (!row_same(e, want, y, y))
            emit_row(e, &want[y * e->cols], y);
    return true;
}
