/* What is written for a frame, read again by a small terminal: it must then show the frame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "plat/heap.h"
#include "tui/emit.h"

enum { ROWS = 12, COLS = 30 };

enum { ODD = 0x603, WIDE_ODD = 0x1f980 /* terminals do not agree how wide they are */ };

/* A terminal: cells, a cursor that hangs behind the last column, a pen, a region. */
struct screen {
    struct cell cell[ROWS][COLS];
    int y, x, top, bottom, look, attr;
    int odd; /* so many cells it gives to an odd character; 0: it joins it to the one before */
};

/* LOOK_BAR is on a ground of its own; so is what is underlined no erased cell. */
static bool is_plain(int look, int attr)
{
    return look != LOOK_BAR && (attr & CELL_UNDERLINE) == 0;
}

/* "\033P<look>,<attr>;" takes a pen whatever was before, "\033F<look>;" its colours, "\033A<attr>;" more
 * attributes, "\033N;" takes bold away. */
static const struct pen *make_pen(void *ctx, enum look look, unsigned attr)
{
    static struct pen pens[LOOK_COUNT][EMIT_ATTRS];
    struct pen *p = &pens[look][attr];
    (void)ctx;
    p->fg = look == LOOK_TEXT ? -1 : (int16_t)look;
    p->bg = look == LOOK_BAR ? 0 : -1;
    p->attr = (uint8_t)attr;
    p->plain = is_plain((int)look, (int)attr);
    snprintf(p->text, sizeof p->text, "\033P%d,%u;", (int)look, attr);
    snprintf(p->colors, sizeof p->colors, "\033F%d;", (int)look);
    snprintf(p->attrs, sizeof p->attrs, "\033A%u;", attr);
    snprintf(p->both, sizeof p->both, "\033F%d;\033A%u;", (int)look, attr);
    return p;
}

/* What an erased cell is, with the pen in hand. */
static void blank(struct screen *s, int y, int from, int end)
{
    for (int x = from; x < end; x++)
        s->cell[y][x] = (struct cell){' ', (uint8_t)s->look, (uint8_t)s->attr, 0};
}

static void move_rows(struct screen *s, int by)
{
    int keep = s->bottom - s->top;
    memmove(s->cell[by > 0 ? s->top : s->top + 1], s->cell[by > 0 ? s->top + 1 : s->top],
            (size_t)keep * sizeof s->cell[0]);
    blank(s, by > 0 ? s->bottom : s->top, 0, COLS);
}

/* "\033[n<what>" and "\033[n;m<what>"; a number that is left out is 1. */
static bool moves(struct screen *s, const char *at, int *n)
{
    int a = 1, b = 1;
    char c;
    if (sscanf(at, "\033[%d;%d%c%n", &a, &b, &c, n) == 3 && (c == 'H' || c == 'r')) {
        if (c == 'r')
            s->top = a - 1, s->bottom = b - 1;
        s->y = c == 'H' ? a - 1 : 0;
        s->x = c == 'H' ? b - 1 : 0;
        return true;
    }
    if (sscanf(at, "\033[%d%c%n", &a, &c, n) != 2 && sscanf(at, "\033[%c%n", &c, n) != 1)
        return false;
    if (c == 'C')
        s->x += a;
    else if (c == 'G')
        s->x = a - 1;
    else if (c == 'X')
        blank(s, s->y, s->x, s->x + a);
    else if (c == 'K')
        blank(s, s->y, s->x, COLS);
    else
        return false;
    return true;
}

static const char *sequence(struct screen *s, const char *at)
{
    int more, n = 0;
    if (sscanf(at, "\033P%d,%d;%n", &s->look, &s->attr, &n) == 2 && n > 0)
        return at + n;
    if (sscanf(at, "\033F%d;%n", &s->look, &n) == 1 && n > 0)
        return at + n;
    if (sscanf(at, "\033A%d;%n", &more, &n) == 1 && n > 0) {
        s->attr |= more;
        return at + n;
    }
    if (strncmp(at, "\033N;", 3) == 0) {
        s->attr &= ~(CELL_BOLD | CELL_DIM);
        return at + 3;
    }
    if (moves(s, at, &n))
        return at + n;
    assert_memory_equal(at, "\033M", 2);
    assert_int_equal(s->y, s->top);
    move_rows(s, -1);
    return at + 2;
}

static void control(struct screen *s, char c)
{
    assert_true(c == '\r' || (s->x < COLS && s->y < ROWS));
    if (c == '\r')
        s->x = 0;
    else if (c == '\b')
        s->x--;
    else if (s->y == s->bottom)
        move_rows(s, 1);
    else
        s->y++;
}

/* Who overwrites one half of a wide character blanks the other. */
static void put(struct screen *s, uint32_t ch, int width)
{
    struct cell *at = &s->cell[s->y][s->x];
    if (at->ch == 0 && s->x > 0)
        at[-1].ch = ' ';
    if (s->x + width < COLS && at[width].ch == 0)
        at[width].ch = ' ';
    for (int i = 0; i < width; i++)
        at[i] = (struct cell){i > 0 ? 0 : ch, (uint8_t)s->look, (uint8_t)s->attr, 0};
}

static void show(struct screen *s, const char *at)
{
    while (*at != '\0') {
        uint32_t ch;
        if (*at == '\033') {
            at = sequence(s, at);
            continue;
        }
        if (*at == '\n' || *at == '\r' || *at == '\b') {
            control(s, *at++);
            continue;
        }
        at += utf8_next(at, strlen(at), &ch);
        int width = ch == ODD || ch == WIDE_ODD ? s->odd : ch >= 0x4e00 && ch < 0xa000 ? 2 : 1;
        assert_true(s->y >= 0 && s->y < ROWS && s->x >= 0 && s->x + width <= COLS);
        if (width == 0 && s->x > 0)
            s->cell[s->y][s->x - 1].mark = 1;
        if (width > 0)
            put(s, ch, width);
        s->x += width;
    }
}

static void looks_like(const struct cell *is, const struct cell *want)
{
    const bool blanks = is->ch == ' ' && want->ch == ' ' && is_plain(is->look, is->attr);
    if (!blanks || !is_plain(want->look, want->attr))
        assert_memory_equal(is, want, sizeof *is);
}

static struct emit_caps capable(void)
{
    struct emit_caps c = {.clear_to_end = "\033[K",
                          .up = "\n",
                          .down = "\033M",
                          .region = true,
                          .faint = "\033N;",
                          .ahead = true,
                          .column = true,
                          .back = true,
                          .below = true,
                          .erases = true,
                          .corner = true,
                          .make_pen = make_pen};
    return c;
}

static unsigned seed;

static int any(int below)
{
    seed = seed * 1103515245 + 12345;
    return (int)(seed >> 16) % below;
}

static void write_any(struct cell *row)
{
    for (int x = 0; x < COLS; x++)
        row[x] = (struct cell){' ', LOOK_TEXT, 0, 0};
    int end = any(COLS + 1);
    int hole = any(COLS), behind = any(3) == 0 ? hole + any(COLS) : hole; /* blank in between */
    for (int x = any(5); x < end; x++) {
        if (x >= hole && x < behind)
            continue;
        bool wide = any(9) == 0 && x + 1 < end;
        uint8_t look = (uint8_t)(any(4) == 0 ? any(3) : LOOK_TEXT);
        uint8_t attr = any(8) == 0 ? CELL_BOLD : any(20) == 0 ? CELL_UNDERLINE : 0;
        uint32_t ch = any(6) == 0 ? ' ' : (uint32_t)('a' + any(26));
        row[x] = (struct cell){wide ? 0x4e2d : ch, look, attr, 0};
        if (wide) {
            row[x + 1] = row[x];
            row[++x].ch = 0;
        }
    }
}

/* A block moves, some rows are new, some cells change: what a ladder does. */
static void next_frame(struct cell want[ROWS][COLS])
{
    int first = any(ROWS), last = first + any(ROWS - first), by = any(7) - 3;
    struct cell old[ROWS][COLS];
    memcpy(old, want, sizeof old);
    for (int y = first; y <= last; y++) {
        if (y + by >= first && y + by <= last)
            memcpy(want[y], old[y + by], sizeof want[y]);
        else if (any(2) == 0)
            write_any(want[y]);
    }
    int y = any(ROWS);
    if (want[y][0].ch != 0 && want[y][1].ch != 0)
        want[y][0] = (struct cell){'#', LOOK_DIM, 0, 0};
}

static void frames_read_back(struct emit_caps *caps)
{
    struct emit e;
    struct screen s = {.bottom = ROWS - 1};
    struct cell want[ROWS][COLS];
    emit_init(&e, heap_mem(), caps);
    assert_true(emit_size(&e, ROWS, COLS));
    for (int y = 0; y < ROWS; y++)
        write_any(want[y]);
    for (int i = 0; i < 3000; i++) {
        str_clear(&e.out);
        (void)emit_frame(&e, &want[0][0]);
        show(&s, e.out.at);
        for (int at = 0; at < ROWS * COLS - !caps->corner; at++)
            looks_like(&s.cell[at / COLS][at % COLS], &want[at / COLS][at % COLS]);
        next_frame(want);
    }
    emit_release(&e);
}

static void the_terminal_shows_what_was_painted(void **state)
{
    (void)state;
    struct emit_caps all = capable(), few = {.corner = true, .make_pen = make_pen};
    frames_read_back(&all);
    frames_read_back(&few);
    few.corner = false;
    few.clear_to_end = "\033[K";
    frames_read_back(&few);
}

/* Data that are no text have characters of which terminals do not agree how wide they are: whatever this one
 * does with them, all others stand where they belong, and nothing stays of what went. */
static void odd_characters_move_nothing(int width)
{
    struct emit_caps caps = capable();
    struct emit e;
    struct screen s = {.bottom = ROWS - 1, .odd = width};
    struct cell want[ROWS][COLS];
    emit_init(&e, heap_mem(), &caps);
    assert_true(emit_size(&e, ROWS, COLS));
    for (int frame = 0; frame < 3000; frame++) {
        for (int y = 0; y < ROWS; y++) {
            if (any(3) > 0 || frame == 0)
                write_any(want[y]);
            for (int x = 0; any(2) == 0 && x + 1 < COLS; x += 1 + any(9))
                if (want[y][x].ch != 0 && want[y][x + 1].ch != 0)
                    want[y][x].ch = ODD;
                else if (want[y][x].ch != 0 && want[y][x].ch != ODD)
                    want[y][x].ch = WIDE_ODD;
        }
        str_clear(&e.out);
        (void)emit_frame(&e, &want[0][0]);
        show(&s, e.out.at);
        for (int at = 0; at < ROWS * COLS; at++) {
            const struct cell *is = &s.cell[at / COLS][at % COLS], *meant = &want[at / COLS][at % COLS];
            struct cell whole = *is;
            const bool behind = at % COLS + 1 < COLS && (meant[1].ch == ODD || meant[1].ch == WIDE_ODD);
            if (width == 0 && behind)
                whole.mark = 0; /* joined */
            if (meant->ch != ODD && meant->ch != WIDE_ODD && meant->ch != 0)
                looks_like(&whole, meant);
        }
    }
    emit_release(&e);
}

static void odd_characters(void **state)
{
    (void)state;
    for (int width = 0; width <= 2; width++)
        odd_characters_move_nothing(width);
}

static void nothing_changed_nothing_written(void **state)
{
    (void)state;
    struct emit_caps caps = capable();
    struct emit e;
    struct cell want[ROWS][COLS];
    emit_init(&e, heap_mem(), &caps);
    assert_true(emit_size(&e, ROWS, COLS));
    for (int y = 0; y < ROWS; y++)
        write_any(want[y]);
    assert_true(emit_frame(&e, &want[0][0]));
    str_clear(&e.out);
    assert_false(emit_frame(&e, &want[0][0]));
    assert_int_equal(e.out.len, 0);
    emit_release(&e);
}

/* Rows that go up cost the sequences of a scroll and the new row, not all rows again. */
static void a_scroll_is_cheap(void **state)
{
    (void)state;
    struct emit_caps caps = capable();
    struct emit e;
    struct cell want[ROWS][COLS];
    emit_init(&e, heap_mem(), &caps);
    assert_true(emit_size(&e, ROWS, COLS));
    for (int y = 0; y < ROWS; y++)
        for (int x = 0; x < COLS; x++)
            want[y][x] = (struct cell){(uint32_t)('a' + (x * 7 + y) % 26), LOOK_TEXT, 0, 0};
    (void)emit_frame(&e, &want[0][0]);
    memmove(want[0], want[1], sizeof want - sizeof want[0]);
    for (int x = 0; x < COLS; x++)
        want[ROWS - 1][x].ch = '0';
    str_clear(&e.out);
    (void)emit_frame(&e, &want[0][0]);
    assert_in_range(e.out.len, COLS, COLS + 40);
    emit_release(&e);
}

/* Another page of a ladder: columns of a colour each are written column by column, so that a pen is taken
 * once and not once a row. */
static void a_pen_is_taken_once_a_frame(void **state)
{
    (void)state;
    struct emit_caps caps = capable();
    struct emit e;
    struct cell want[ROWS][COLS];
    emit_init(&e, heap_mem(), &caps);
    assert_true(emit_size(&e, ROWS, COLS));
    for (int frame = 0; frame < 2; frame++) {
        for (int y = 0; y < ROWS; y++)
            for (int x = 0; x < COLS; x++)
                want[y][x] =
                    (struct cell){x % 6 == 5 ? ' ' : (uint32_t)('a' + frame), (uint8_t)(10 + x / 6), 0, 0};
        str_clear(&e.out);
        (void)emit_frame(&e, &want[0][0]);
    }
    for (int look = 10; look < 10 + COLS / 6; look++) {
        char pen[16];
        snprintf(pen, sizeof pen, "F%d;", look);
        const char *first = strstr(e.out.at, pen);
        assert_true(look == 14 || (first != NULL && strstr(first + 1, pen) == NULL)); /* 14 was in hand */
    }
    assert_in_range(e.out.len, ROWS * COLS / 6 * 5, ROWS * COLS / 6 * 5 + ROWS * 5 * 6);
    emit_release(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_terminal_shows_what_was_painted), cmocka_unit_test(odd_characters),
        cmocka_unit_test(nothing_changed_nothing_written),     cmocka_unit_test(a_scroll_is_cheap),
        cmocka_unit_test(a_pen_is_taken_once_a_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
