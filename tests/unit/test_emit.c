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

/* A terminal: cells, a cursor that hangs behind the last column, a pen ("P<look>,<attr>;"), a region. */
struct screen {
    struct cell cell[ROWS][COLS];
    int y, x, top, bottom, look, attr;
};

static const char *make_pen(void *ctx, enum look look, unsigned attr)
{
    static char text[LOOK_COUNT][EMIT_ATTRS][16];
    (void)ctx;
    snprintf(text[look][attr], sizeof text[look][attr], "\033P%d,%u;", (int)look, attr);
    return text[look][attr];
}

static void blank_row(struct screen *s, int y, int from)
{
    for (int x = from; x < COLS; x++)
        s->cell[y][x] = (struct cell){' ', LOOK_TEXT, 0, 0};
}

static void move_rows(struct screen *s, int by)
{
    int keep = s->bottom - s->top;
    memmove(s->cell[by > 0 ? s->top : s->top + 1], s->cell[by > 0 ? s->top + 1 : s->top],
            (size_t)keep * sizeof s->cell[0]);
    blank_row(s, by > 0 ? s->bottom : s->top, 0);
}

static const char *sequence(struct screen *s, const char *at)
{
    int a, b, n = 0;
    char c;
    if (sscanf(at, "\033P%d,%d;%n", &s->look, &s->attr, &n) == 2 && n > 0)
        return at + n;
    if (sscanf(at, "\033[%d;%d%c%n", &a, &b, &c, &n) == 3 && (c == 'H' || c == 'r')) {
        if (c == 'r')
            s->top = a - 1, s->bottom = b - 1;
        s->y = c == 'H' ? a - 1 : 0;
        s->x = c == 'H' ? b - 1 : 0;
        return at + n;
    }
    if (sscanf(at, "\033[%d%c%n", &a, &c, &n) == 2 && c == 'C') {
        s->x += a;
        return at + n;
    }
    if (sscanf(at, "\033[%d%c%n", &a, &c, &n) == 2 && c == 'X') {
        for (int x = s->x; x < s->x + a; x++)
            s->cell[s->y][x] = (struct cell){' ', LOOK_TEXT, 0, 0};
        return at + n;
    }
    if (strncmp(at, "\033[K", 3) == 0) {
        blank_row(s, s->y, s->x);
        return at + 3;
    }
    assert_memory_equal(at, "\033M", 2);
    assert_int_equal(s->y, s->top);
    move_rows(s, -1);
    return at + 2;
}

static void show(struct screen *s, const char *at)
{
    while (*at != '\0') {
        uint32_t ch;
        if (*at == '\033') {
            at = sequence(s, at);
            continue;
        }
        if (*at == '\n') {
            assert_int_equal(s->y, s->bottom);
            move_rows(s, 1);
            at++;
            continue;
        }
        at += utf8_next(at, strlen(at), &ch);
        int width = ch >= 0x4e00 && ch < 0xa000 ? 2 : 1;
        assert_true(s->y >= 0 && s->y < ROWS && s->x + width <= COLS);
        s->cell[s->y][s->x] = (struct cell){ch, (uint8_t)s->look, (uint8_t)s->attr, 0};
        if (width == 2)
            s->cell[s->y][s->x + 1] = (struct cell){0, (uint8_t)s->look, (uint8_t)s->attr, 0};
        s->x += width;
    }
}

static struct emit_caps capable(void)
{
    struct emit_caps c = {.clear_to_end = "\033[K",
                          .up = "\n",
                          .down = "\033M",
                          .region = true,
                          .ahead = true,
                          .erases = true,
                          .corner = true,
                          .make_pen = make_pen};
    c.plain[LOOK_TEXT][0] = true;
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
        row[x] = (struct cell){wide ? 0x4e2d : (uint32_t)('a' + any(26)), look, (uint8_t)(any(8) == 0), 0};
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
        assert_memory_equal(s.cell, want, sizeof want);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_terminal_shows_what_was_painted),
        cmocka_unit_test(nothing_changed_nothing_written),
        cmocka_unit_test(a_scroll_is_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
