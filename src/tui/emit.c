/* emit.c: rows that moved are moved by the terminal (the ladder scrolls); of every other row the cells that
 * differ are written. Going to another cell costs fewer bytes than taking another pen, so what one pen writes
 * is written together, from the top to the foot, and then what the next one does. Between two runs the cursor
 * jumps, where that is shorter than writing what stands there. Blanks have no pen of their own: whichever
 * passes writes them, and a blank end of a row is erased. A row that did not change costs one comparison of
 * memory a pen.
 *
 * Of most characters terminals do not agree how wide they are, or join them to the one before: data that are
 * no text have such. None is trusted: where one comes, its cells are blank first, and what stands behind it
 * is written where it belongs. */
#include "tui/emit.h"

#include <string.h>
#include "core/types.h"
#include "tui/emit_cursor.h"
#include "tui/plain.h"
#include "tui/shift.h"

enum {
    ERASE = 4,      /* so many blanks are rather written than erased */
    ERASE_JUMP = 8, /* where the cursor must go on behind them */
    JUMP = 4,       /* unchanged cells that are rather written than jumped over */
    REPLACED = 0xfffd,
    RUNS = 512, /* that are sorted by their pens, at once */
    DETOUR = 9  /* bytes for another pen and back that are fewer than coming again */
};

static const struct cell empty = {' ', LOOK_TEXT, 0, 0};

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

/* ---- pens ---- */

static const struct pen *pen_of(const struct emit *e, const struct cell *c)
{
    unsigned attr = c->attr % EMIT_ATTRS;
    const struct pen **pen = &e->caps->pen[c->look][attr];
    if (*pen == NULL)
        *pen = e->caps->make_pen(e->caps->ctx, (enum look)c->look, attr);
    return *pen;
}

/* The shortest that leads from one pen to another; from NULL: whatever it was. */
static const char *change(const struct emit *e, const struct pen *from, const struct pen *to)
{
    if (from == NULL)
        return to->text;
    const bool hue = from->fg == to->fg && from->bg == to->bg;
    const unsigned less = from->attr & ~(unsigned)to->attr, more = to->attr & ~(unsigned)from->attr;
    if (hue && !more && e->caps->faint != NULL && !(less & ~(unsigned)(CELL_BOLD | CELL_DIM)) &&
        !(to->attr & (CELL_BOLD | CELL_DIM)))
        return e->caps->faint;
    if (less || (from->fg >= 0 && to->fg < 0) || (from->bg >= 0 && to->bg < 0))
        return to->text;
    return hue ? to->attrs : more ? to->both : to->colors;
}

static void take_pen(struct emit *e, const struct pen *pen)
{
    if (pen == e->pen)
        return;
    str_put(&e->out, change(e, e->pen, pen));
    e->pen = pen;
}

/* Whether another pen is taken where it comes up, in the midst of what this one writes. */
static bool is_near(const struct emit *e, const struct pen *pen, const struct pen *other)
{
    return strlen(change(e, pen, other)) + strlen(change(e, other, pen)) <= DETOUR;
}

/* ---- cells ---- */

static bool is_blank(const struct emit *e, const struct cell *c)
{
    return c->ch == ' ' && c->mark == 0 && pen_of(e, c)->plain;
}

/* Whether the cell that is shown looks as the other one would. */
static bool same(const struct emit *e, const struct cell *want, const struct cell *shown)
{
    return memcmp(want, shown, sizeof *want) == 0 ||
           (shown->ch == ' ' && want->ch == ' ' && is_blank(e, want) && is_blank(e, shown));
}

/* A row while it is brought to what it must be: cells that are right are in `shown`. */
struct row {
    const struct cell *want;
    struct cell *shown;
    int y;
    int end;  /* cells that can be written */
    int tail; /* from there on it is blank and can be erased; end: nothing is */
};

/* The characters that every terminal takes for as wide as we do: those of our own texts, and of most others.
 */
static bool is_odd(const struct emit *e, const struct cell *c)
{
    static const struct {
        uint32_t first, last;
    } even[] = {{0x00, 0x7f},        {0x2500, 0x25ff}, {0x4e00, 0x9fa5}, {0xa0, 0xac},     {0xae, 0x2ff},
                {0x388, 0x38a},      {0x38e, 0x3a1},   {0x3a3, 0x482},   {0x48a, 0x52f},   {0x2010, 0x2027},
                {0x2030, 0x205e},    {0x2190, 0x22ff}, {0x2400, 0x2426}, {0x2701, 0x2704}, {0x2713, 0x2718},
                {0x3001, 0x3029},    {0x3041, 0x3096}, {0x30a1, 0x30fa}, {0xac00, 0xd7a3}, {0xff01, 0xff60},
                {REPLACED, REPLACED}};
    if (e->caps->ascii)
        return false;
    for (size_t i = 0; i < COUNT_OF(even); i++)
        if (c->ch >= even[i].first && c->ch <= even[i].last)
            return c->mark != 0;
    return true;
}

static bool is_wide(const struct emit *e, const struct cell *want, int x)
{
    return x + 1 < e->cols && want[x + 1].ch == 0;
}

/* Whether the cell must be written; of a wide character both halves are with the left one. What goes from
 * behind it may have been joined to it. */
static bool differs(const struct emit *e, const struct row *r, int x)
{
    if (r->want[x].ch == 0)
        return false;
    const int next = x + (is_wide(e, r->want, x) ? 2 : 1);
    return !same(e, &r->want[x], &r->shown[x]) ||
           (next == x + 2 && !same(e, &r->want[x + 1], &r->shown[x + 1])) ||
           (next < r->end && is_odd(e, &r->shown[next]) && !same(e, &r->want[next], &r->shown[next]));
}

/* Whether the blank end of the row must be erased. */
static bool tail_differs(const struct emit *e, const struct row *r)
{
    for (int x = r->tail; x < r->end; x++)
        if (!same(e, &r->want[x], &r->shown[x]))
            return true;
    return false;
}

/* Writes one character, with the pen in hand. */
static void put_glyph(struct emit *e, const struct cell *c, int cells)
{
    if (e->caps->ascii) {
        str_put_utf8(&e->out, plain_glyph(c->ch));
        emit_repeat(e, cells - 1, '?');
        return;
    }
    str_put_utf8(&e->out, c->ch);
    if (c->mark != 0)
        str_put_utf8(&e->out, c->mark);
}

/* The same of an odd one, after which the cursor is anywhere; at the edge it might go on in the next row. */
static void put_odd(struct emit *e, const struct row *r, int x, int cells)
{
    static const struct cell replaced = {REPLACED, LOOK_TEXT, 0, 0};
    emit_repeat(e, cells, ' ');
    e->y = -1;
    emit_place(e, r->y, x);
    put_glyph(e, x + cells < e->cols ? &r->want[x] : &replaced, 1);
    e->y = -1;
}

/* Writes the cell at the cursor, of a wide character both halves, and what stands behind an odd one. Returns
 * how many cells that were. */
static int put_cell(struct emit *e, const struct row *r, int x)
{
    const struct cell *c = &r->want[x];
    const int cells = is_wide(e, r->want, x) ? 2 : 1, next = x + cells;
    if (!(is_blank(e, c) && e->pen != NULL && e->pen->plain))
        take_pen(e, pen_of(e, c));
    memcpy(&r->shown[x], c, (size_t)cells * sizeof *c);
    if (is_odd(e, c)) {
        put_odd(e, r, x, cells);
        if (next >= r->end)
            return cells;
        emit_place(e, r->y, next);
        return cells + put_cell(e, r, next);
    }
    put_glyph(e, c, cells);
    e->x += cells;
    if (e->x >= e->cols)
        e->y = -1; /* it hangs behind the last column until something is written */
    return cells;
}

/* Brings the cursor to a cell: over a few cells that stand there already by writing them again. */
static void go_on(struct emit *e, const struct row *r, int x)
{
    bool near = e->y == r->y && e->x < x && x - e->x <= JUMP && e->pen != NULL;
    for (int i = e->x; near && i < x; i++)
        near = r->want[i].ch != 0 && r->want[i].ch < 0x80 && r->want[i].mark == 0 &&
               !is_wide(e, r->want, i) && same(e, &r->want[i], &r->shown[i]) &&
               (pen_of(e, &r->want[i]) == e->pen || (e->pen->plain && is_blank(e, &r->want[i])));
    while (near && e->x < x)
        (void)put_cell(e, r, e->x);
    emit_place(e, r->y, x);
}

/* Blanks of a run that are rather erased: how many. Where more follows the cursor must jump over them. */
static int erased(const struct emit *e, const struct row *r, int x, int end)
{
    int n = 0;
    while (x + n < end && is_blank(e, &r->want[x + n]))
        n++;
    return e->caps->erases && n > (x + n == end ? ERASE : ERASE_JUMP) ? n : 0;
}

/* Cells side by side, with pen or one near to it. An erased cell takes the background of the pen in hand. */
static void put_run(struct emit *e, const struct row *r, int x, int end, const struct pen *pen)
{
    go_on(e, r, x);
    while (x < end) {
        const int gap = x >= r->tail ? end - x : erased(e, r, x, end);
        if (gap == 0) {
            x += put_cell(e, r, x);
            continue;
        }
        if (e->pen == NULL || !e->pen->plain)
            take_pen(e, pen);
        if (x >= r->tail)
            str_put(&e->out, e->caps->clear_to_end);
        else
            emit_control(e, gap, 'X');
        memcpy(&r->shown[x], &r->want[x], (size_t)gap * sizeof *r->want);
        x += gap;
        if (x < end)
            emit_place(e, r->y, x);
    }
}

/* Where the cells that differ from x on end and that are written in one go. *pen: with which; NULL: with any
 * whose blanks are erased cells. */
static int run_end(const struct emit *e, const struct row *r, int x, const struct pen **pen)
{
    const int first = x;
    *pen = NULL;
    while (x < r->end && (x < r->tail ? differs(e, r, x) : tail_differs(e, r))) {
        const struct pen *own = pen_of(e, &r->want[x]);
        const bool blank = is_blank(e, &r->want[x]);
        if (*pen == NULL ? !blank && x > first && !own->plain
            : blank      ? !(*pen)->plain
                         : own != *pen && !is_near(e, *pen, own))
            break;
        if (*pen == NULL && !blank)
            *pen = own;
        x = x >= r->tail ? r->end : x + (is_wide(e, r->want, x) ? 2 : 1);
    }
    return x;
}

/* The runs of some rows. */
struct runs {
    struct {
        struct row row;
        int x, end; /* end 0: it is written */
        const struct pen *pen;
    } run[RUNS];
    int count;
};

static void write_all_of(struct emit *e, struct runs *s, int first, const struct pen *pen)
{
    const struct pen *hand = e->pen != NULL && e->pen->plain ? e->pen : pen_of(e, &empty);
    for (int i = first; i < s->count; i++)
        if (s->run[i].pen == pen && s->run[i].end > 0) {
            put_run(e, &s->run[i].row, s->run[i].x, s->run[i].end, pen != NULL ? pen : hand);
            s->run[i].end = 0;
        }
}

/* First what the pen in hand writes; last what any can. */
static void write_runs(struct emit *e, struct runs *s)
{
    if (e->pen != NULL)
        write_all_of(e, s, 0, e->pen);
    for (int i = 0; i < s->count; i++)
        if (s->run[i].pen != NULL && s->run[i].end > 0)
            write_all_of(e, s, i, s->run[i].pen);
    write_all_of(e, s, 0, NULL);
    s->count = 0;
}

static struct row row_of(const struct emit *e, const struct cell *want, int y)
{
    const bool corner = y < e->rows - 1 || e->caps->corner;
    struct row r = {&want[y * e->cols], &e->shown[y * e->cols], y, corner ? e->cols : e->cols - 1, 0};
    r.tail = r.end;
    while (corner && e->caps->clear_to_end != NULL && r.tail > 0 && is_blank(e, &r.want[r.tail - 1]))
        r.tail--;
    return r;
}

static void emit_cells(struct emit *e, const struct cell *want)
{
    struct runs s;
    s.count = 0;
    for (int y = 0; y < e->rows; y++) {
        const struct row r = row_of(e, want, y);
        if (memcmp(r.want, r.shown, (size_t)e->cols * sizeof *want) == 0)
            continue;
        for (int x = 0, end; x<r.end; x = end> x ? end : x + 1) {
            const struct pen *pen;
            end = run_end(e, &r, x, &pen);
            if (end == x)
                continue;
            if (s.count == RUNS)
                write_runs(e, &s);
            s.run[s.count].row = r;
            s.run[s.count].x = x;
            s.run[s.count].end = end;
            s.run[s.count++].pen = pen;
        }
    }
    write_runs(e, &s);
    memcpy(e->shown, want, size_of(e->rows, e->cols));
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

/* Rows that come in are erased: with a pen whose blanks are, or they would take the last colour. */
static void scroll(struct emit *e, const struct shift *s)
{
    int by = s->by < 0 ? -s->by : s->by;
    int keep = s->last - s->first + 1 - by;
    size_t row = (size_t)e->cols;
    struct cell *top = &e->shown[(size_t)s->first * row];
    if (e->pen == NULL || !e->pen->plain)
        take_pen(e, pen_of(e, &empty));
    set_region(e, s->first, s->last);
    emit_place(e, s->by > 0 ? s->last : s->first, 0);
    for (int i = 0; i < by; i++)
        str_put(&e->out, s->by > 0 ? e->caps->up : e->caps->down);
    set_region(e, 0, e->rows - 1);
    memmove(s->by > 0 ? top : top + (size_t)by * row, s->by > 0 ? top + (size_t)by * row : top,
            (size_t)keep * row * sizeof *top);
    struct cell *fresh = s->by > 0 ? top + (size_t)keep * row : top;
    for (size_t i = 0; i < (size_t)by * row; i++)
        fresh[i] = empty;
}

bool emit_frame(struct emit *e, const struct cell *want)
{
    if (memcmp(want, e->shown, size_of(e->rows, e->cols)) == 0)
        return false;
    if (e->caps->region && e->caps->up != NULL && e->caps->down != NULL && pen_of(e, &empty)->plain) {
        const struct shift s = shift_find(e->shown, want, e->rows, e->cols);
        if (s.right > 0)
            scroll(e, &s);
    }
    emit_cells(e, want);
    return true;
}
