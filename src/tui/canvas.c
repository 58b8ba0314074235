/* canvas.c: cells in one array, row by row. A double-width character takes a cell with the character and one
 * with 0; whoever overwrites one half blanks the other, so that the array can always be shown as it is. */
#include "tui/canvas.h"

#include <string.h>
#include "scene/say.h"

struct canvas {
    const struct mem *mem;
    int rows, cols;
    struct cell cell[];
};

static size_t canvas_size(int rows, int cols)
{
    return sizeof(struct canvas) + (size_t)rows * (size_t)cols * sizeof(struct cell);
}

struct canvas *canvas_new(const struct mem *m, int rows, int cols)
{
    if (rows < 1 || cols < 1)
        return NULL;
    struct canvas *c = mem_new(m, canvas_size(rows, cols));
    if (c == NULL)
        return NULL;
    c->mem = m;
    c->rows = rows;
    c->cols = cols;
    canvas_clear(c, canvas_rect(c), LOOK_TEXT);
    return c;
}

void canvas_free(struct canvas *c)
{
    if (c != NULL)
        mem_free(c->mem, c, canvas_size(c->rows, c->cols));
}

struct rect canvas_rect(const struct canvas *c)
{
    return (struct rect){0, 0, c->rows, c->cols};
}

struct cell *canvas_at(struct canvas *c, int y, int x)
{
    if (y < 0 || x < 0 || y >= c->rows || x >= c->cols)
        return NULL;
    return &c->cell[y * c->cols + x];
}

/* The part of r that lies on the canvas. */
static struct rect clip(const struct canvas *c, struct rect r)
{
    if (r.y < 0) {
        r.rows += r.y;
        r.y = 0;
    }
    if (r.x < 0) {
        r.cols += r.x;
        r.x = 0;
    }
    if (r.rows > c->rows - r.y)
        r.rows = c->rows - r.y;
    if (r.cols > c->cols - r.x)
        r.cols = c->cols - r.x;
    return r;
}

/* Sets one cell; a half of a wide character that loses its other half becomes a blank. */
static void set_cell(struct canvas *c, int y, int x, struct cell v)
{
    if (y < 0 || x < 0 || y >= c->rows || x >= c->cols)
        return;
    struct cell *at = &c->cell[y * c->cols + x];
    if (at->ch == 0 && v.ch != 0 && x > 0)
        at[-1].ch = ' ';
    if (x + 1 < c->cols && at[1].ch == 0 && at->ch != 0)
        at[1].ch = ' ';
    *at = v;
}

void canvas_clear(struct canvas *c, struct rect r, enum look look)
{
    const struct cell blank = {' ', (uint8_t)look, 0, 0};
    r = clip(c, r);
    if (r.cols <= 0)
        return;
    for (int y = r.y; y < r.y + r.rows; y++) {
        /* Only at the edges can a wide character be cut in two. */
        set_cell(c, y, r.x, blank);
        set_cell(c, y, r.x + r.cols - 1, blank);
        struct cell *at = canvas_at(c, y, r.x);
        for (int x = 0; x < r.cols; x++)
            at[x] = blank;
    }
}

/* A character that may stand in a cell: control characters (C0, DEL, C1) and the bidirectional controls,
 * which would turn the rest of a line around, become blanks. */
static uint32_t printable(uint32_t ch)
{
    bool control = ch < 0x20 || (ch >= 0x7f && ch < 0xa0);
    bool turns =
        (ch >= 0x202a && ch <= 0x202e) || (ch >= 0x2066 && ch <= 0x2069) || ch == 0x200e || ch == 0x200f;
    return control || turns ? ' ' : ch;
}

/* Puts a combining character on the one before it. */
static void put_mark(struct canvas *c, int y, int x, uint32_t ch)
{
    struct cell *at = canvas_at(c, y, x);
    if (at != NULL && at->ch == 0)
        at = canvas_at(c, y, x - 1);
    if (at != NULL && ch <= UINT16_MAX)
        at->mark = (uint16_t)ch;
}

int canvas_put_n(struct canvas *c, struct rect r, int y, int x, enum look look, int attr, const char *text,
                 size_t len)
{
    struct rect visible = clip(c, r);
    int at = r.x + x;
    int row = r.y + y;
    int end = visible.x + visible.cols;
    bool in_rows = row >= visible.y && row < visible.y + visible.rows;
    for (size_t i = 0; i < len;) {
        uint32_t ch = (unsigned char)text[i];
        if (ch >= 0x20 && ch < 0x7f) { /* most of what is painted */
            if (at >= r.x + r.cols)
                break;
            if (in_rows && at >= visible.x && at < end)
                set_cell(c, row, at, (struct cell){ch, (uint8_t)look, (uint8_t)attr, 0});
            at++;
            i++;
            continue;
        }
        size_t bytes = utf8_next(text + i, len - i, &ch);
        uint32_t shown = printable(ch);
        int width = shown == ' ' ? 1 : (int)cells_of(text + i, bytes);
        i += bytes;
        if (width == 0) {
            if (in_rows && at > visible.x && at <= end)
                put_mark(c, row, at - 1, shown);
            continue;
        }
        if (at >= r.x + r.cols)
            break;
        struct cell v = {shown, (uint8_t)look, (uint8_t)attr, 0};
        bool whole = in_rows && at >= visible.x && at + width <= end;
        if (width == 2 && !whole)
            v.ch = ' ';
        if (in_rows && at >= visible.x && at < end)
            set_cell(c, row, at, v);
        if (width == 2 && in_rows && at + 1 >= visible.x && at + 1 < end) {
            v.ch = whole ? 0 : ' ';
            set_cell(c, row, at + 1, v);
        }
        at += width;
    }
    int limit = r.x + r.cols;
    int taken = (at > limit ? limit : at) - (r.x + x);
    return taken > 0 ? taken : 0;
}

int canvas_put(struct canvas *c, struct rect r, int y, int x, enum look look, int attr, const char *text)
{
    return text == NULL ? 0 : canvas_put_n(c, r, y, x, look, attr, text, strlen(text));
}

int canvas_put_cut(struct canvas *c, struct rect r, int y, int x, enum look look, int attr, const char *text,
                   bool ascii)
{
    size_t len = strlen(text);
    if (x + (int)cells_of(text, len) <= r.cols || x >= r.cols)
        return canvas_put_n(c, r, y, x, look, attr, text, len);
    len = cells_cut(text, len, (size_t)(r.cols - x - 1));
    size_t word = len;
    while (word > 0 && text[word] != ' ')
        word--;
    /* a text without blanks, as Chinese is, is cut where the room ends */
    len = word > len / 2 ? word : len;
    const int used = canvas_put_n(c, r, y, x, look, attr, text, len);
    return used + canvas_put(c, r, y, x + used, look, attr, ascii ? "~" : "…");
}

int canvas_put_right(struct canvas *c, struct rect r, int y, int end, enum look look, const char *text)
{
    size_t len = text == NULL ? 0 : strlen(text);
    int width = (int)cells_of(text == NULL ? "" : text, len);
    if (width > end) {
        /* what stands on the left is what tells numbers apart; the end is cut */
        len = cells_cut(text, len, (size_t)(end > 0 ? end : 0));
        width = (int)cells_of(text, len);
    }
    return len == 0 ? 0 : canvas_put_n(c, r, y, end - width, look, 0, text, len);
}

void canvas_fill(struct canvas *c, struct rect r, int y, int x, int cols, enum look look, const char *glyph)
{
    struct rect visible = clip(c, r);
    uint32_t ch;
    size_t len = strlen(glyph);
    (void)utf8_next(glyph, len, &ch);
    int from = r.x + x, end = r.x + x + cols, limit = visible.x + visible.cols;
    from = from < visible.x ? visible.x : from;
    end = end > limit ? limit : end;
    if (len == 0 || r.y + y < visible.y || r.y + y >= visible.y + visible.rows)
        return;
    for (int i = from; i < end; i++)
        set_cell(c, r.y + y, i, (struct cell){ch, (uint8_t)look, 0, 0});
}

void canvas_box(struct canvas *c, struct rect r, enum look look, const char *title, const char *right,
                bool ascii)
{
    static const char *const fancy[] = {"╭", "╮", "╰", "╯", "─", "│"};
    static const char *const plain[] = {"+", "+", "+", "+", "-", "|"};
    const char *const *g = ascii ? plain : fancy;
    if (r.rows < 2 || r.cols < 2)
        return;
    int bottom = r.rows - 1;
    int last = r.cols - 1;
    canvas_fill(c, r, 0, 1, last - 1, look, g[4]);
    canvas_fill(c, r, bottom, 1, last - 1, look, g[4]);
    for (int y = 1; y < bottom; y++) {
        canvas_put(c, r, y, 0, look, 0, g[5]);
        canvas_put(c, r, y, last, look, 0, g[5]);
    }
    canvas_put(c, r, 0, 0, look, 0, g[0]);
    canvas_put(c, r, 0, last, look, 0, g[1]);
    canvas_put(c, r, bottom, 0, look, 0, g[2]);
    canvas_put(c, r, bottom, last, look, 0, g[3]);
    struct rect edge = {r.y, r.x + 1, 1, r.cols - 2};
    int taken = 0;
    if (title != NULL && *title != '\0' && edge.cols > 3) {
        struct rect room = {edge.y, edge.x, 1, edge.cols - 2};
        canvas_put(c, room, 0, 0, look, 0, " ");
        taken = 1 + canvas_put(c, room, 0, 1, LOOK_TITLE, CELL_BOLD, title);
        canvas_put(c, edge, 0, taken++, look, 0, " ");
    }
    int need = right == NULL ? 0 : (int)cells_of(right, strlen(right));
    if (need > 0 && need + 3 <= edge.cols - taken) {
        canvas_put(c, edge, 0, edge.cols - need - 2, look, 0, " ");
        canvas_put(c, edge, 0, edge.cols - need - 1, LOOK_TITLE, 0, right);
        canvas_put(c, edge, 0, edge.cols - 1, look, 0, " ");
    }
}

void canvas_bar(struct canvas *c, struct rect r, int y, int x, int cols, enum look look, uint64_t part,
                uint64_t whole, bool ascii)
{
    static const char *const eighth[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int inner = cols - 2;
    if (inner < 1)
        return;
    if (part > whole)
        part = whole;
    /* in floating point, for part * cells may not fit into 64 bits; something in a queue shows as at least
     * one eighth */
    int filled = whole == 0 ? 0 : (int)((double)part / (double)whole * inner * 8);
    if (part > 0 && filled == 0)
        filled = 1;
    canvas_put(c, r, y, x, LOOK_FRAME, 0, ascii ? "[" : "▕");
    for (int i = 0; i < inner; i++) {
        int here = filled - i * 8;
        const char *glyph = here >= 8 ? (ascii ? "#" : "█") : here <= 0 ? " " : ascii ? ":" : eighth[here];
        canvas_put(c, r, y, x + 1 + i, look, 0, glyph);
    }
    canvas_put(c, r, y, x + cols - 1, LOOK_FRAME, 0, ascii ? "]" : "▏");
}

void canvas_text(const struct canvas *c, struct str *out)
{
    for (int y = 0; y < c->rows; y++) {
        const struct cell *row = &c->cell[y * c->cols];
        int end = c->cols;
        while (end > 0 && row[end - 1].ch == ' ')
            end--;
        for (int x = 0; x < end; x++) {
            if (row[x].ch != 0)
                str_put_utf8(out, row[x].ch);
            if (row[x].mark != 0)
                str_put_utf8(out, row[x].mark);
        }
        str_put_char(out, '\n');
    }
}
