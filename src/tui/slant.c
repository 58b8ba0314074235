/* slant.c: every cell has up to four arms, and the glyph is the one that has them: so lines that cross,
 * cross. A cell that holds words stays as it is. */
#include "tui/slant.h"

enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8, ARMS = 16 };

static const uint32_t fancy[ARMS] = {
    [UP] = 0x2575,
    [DOWN] = 0x2577,
    [UP | DOWN] = 0x2502,
    [LEFT] = 0x2574,
    [UP | LEFT] = 0x256f,
    [DOWN | LEFT] = 0x256e,
    [UP | DOWN | LEFT] = 0x2524,
    [RIGHT] = 0x2576,
    [UP | RIGHT] = 0x2570,
    [DOWN | RIGHT] = 0x256d,
    [UP | DOWN | RIGHT] = 0x251c,
    [LEFT | RIGHT] = 0x2500,
    [UP | LEFT | RIGHT] = 0x2534,
    [DOWN | LEFT | RIGHT] = 0x252c,
    [UP | DOWN | LEFT | RIGHT] = 0x253c,
};
static const uint32_t plain[ARMS] = {
    [UP] = '|',
    [DOWN] = '|',
    [UP | DOWN] = '|',
    [LEFT] = '-',
    [UP | LEFT] = '\'',
    [DOWN | LEFT] = '.',
    [UP | DOWN | LEFT] = '+',
    [RIGHT] = '-',
    [UP | RIGHT] = '`',
    [DOWN | RIGHT] = '.',
    [UP | DOWN | RIGHT] = '+',
    [LEFT | RIGHT] = '-',
    [UP | LEFT | RIGHT] = '+',
    [DOWN | LEFT | RIGHT] = '+',
    [UP | DOWN | LEFT | RIGHT] = '+',
};

/* Where it is painted. */
struct brush {
    struct canvas *c;
    struct rect r;
    const struct ladder_columns *col;
    const struct slant *s;
    bool ascii;
};

static struct cell *cell_of(const struct brush *b, int y, int way)
{
    const int x = b->s->from == SIDE_CLIENT ? b->col->left + way : b->col->right - way;
    return y >= 0 && y < b->r.rows ? canvas_at(b->c, b->r.y + y, b->r.x + x) : NULL;
}

static unsigned arms_of(const struct brush *b, uint32_t ch)
{
    const uint32_t *glyphs = b->ascii ? plain : fancy;
    unsigned arms = ARMS - 1;
    while (arms > 0 && glyphs[arms] != ch)
        arms--;
    return arms;
}

/* ahead: towards the receiver. */
static void add(const struct brush *b, int y, int way, bool up, bool down, bool behind, bool ahead)
{
    struct cell *cell = cell_of(b, y, way);
    const bool right = b->s->from == SIDE_CLIENT;
    if (!cell)
        return;
    const unsigned there = arms_of(b, cell->ch);
    if (there == 0 && (cell->ch != ' ' || cell->look != LOOK_TEXT))
        return; /* words, or between two */
    const unsigned arms = there | (up ? UP : 0) | (down ? DOWN : 0) | (behind ? (right ? LEFT : RIGHT) : 0) |
                          (ahead ? (right ? RIGHT : LEFT) : 0);
    cell->ch = b->ascii ? plain[arms] : fancy[arms];
    cell->look = (uint8_t)b->s->look;
    cell->attr = 0;
}

static void mark(const struct brush *b, int y, int way, uint32_t ch, uint8_t attr)
{
    struct cell *cell = cell_of(b, y, way);
    if (!cell)
        return;
    cell->ch = ch;
    cell->look = (uint8_t)b->s->look;
    cell->attr = attr;
}

/* From the corner at `from` to just before `to`. */
static void run(const struct brush *b, int y, int from, int to, bool enters)
{
    if (enters)
        add(b, y, from, true, false, false, true);
    for (int way = from + enters; way < to; way++)
        add(b, y, way, false, false, true, true);
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

int slant_way(const struct slant *s, int whole, int line)
{
    const int start = s->words + 2 < whole - 2 ? s->words + 2 : whole - 2;
    const int at = start + (whole - start) * s->come[line - s->first] / SLANT_WHOLE;
    return at < whole ? at : whole - 1;
}

static int way_at(const struct brush *b, int line)
{
    const struct slant *s = b->s;
    return s->place != NULL ? s->place[line - s->first] : slant_way(s, b->col->right - b->col->left, line);
}

/* Where a lost one ends: two cells on, or as many as are free beside who goes on. */
static int lost_at(const struct brush *b, int y, int from)
{
    const int whole = b->col->right - b->col->left;
    int at = from;
    while (at < from + 2 && at + 1 < whole) {
        const struct cell *next = cell_of(b, y, at + 1);
        if (next != NULL && next->ch != ' ')
            break;
        at++;
    }
    return at;
}

static void paint_end(const struct brush *b, int y, int from, bool enters)
{
    const struct slant *s = b->s;
    const int whole = b->col->right - b->col->left;
    const bool client = s->from == SIDE_CLIENT;
    int at = enters ? most(from, way_at(b, s->last)) : most(from + 1, way_at(b, s->last));
    switch (s->end) {
    case SLANT_ARRIVES:
        run(b, y, from, whole, enters);
        mark(b, y, whole, b->ascii ? (client ? '>' : '<') : client ? 0x25b6 : 0x25c0, 0);
        return;
    case SLANT_LOST:
        at = lost_at(b, y, from);
        run(b, y, from, at, enters);
        mark(b, y, at, b->ascii ? 'X' : 0x2717, CELL_BOLD);
        return;
    case SLANT_FLIES:
    case SLANT_HELD:
        run(b, y, from, at, enters && at > from);
        mark(b, y, at, b->ascii ? 'o' : 0x25c9, s->end == SLANT_HELD ? CELL_BOLD | CELL_BLINK : CELL_BOLD);
        return;
    }
}

void slant_paint(struct canvas *c, struct rect r, const struct ladder_columns *col, const struct slant *s,
                 bool ascii)
{
    const struct brush b = {c, r, col, s, ascii};
    const int end = col->right - col->left - 1;
    int at = least(s->words + 1, end);
    if (s->first == s->last) {
        paint_end(&b, s->first, at, false);
        return;
    }
    for (int y = s->first; y < s->last; y++) {
        const bool enters = y > s->first;
        const int to = least(most(way_at(&b, y), at + !enters), end);
        if (enters && to == at) {
            add(&b, y, at, true, true, false, false);
        } else {
            run(&b, y, at, to, enters);
            add(&b, y, to, false, true, true, false);
        }
        at = to;
    }
    paint_end(&b, s->last, at, true);
}
