/* Cells: clipping, double width, bars, boxes, themes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "core/types.h"
#include "plat/heap.h"
#include "tui/canvas.h"
#include "tui/theme.h"

static void expect_text(const struct canvas *c, const char *want)
{
    struct str out;
    str_init(&out, heap_mem());
    canvas_text(c, &out);
    assert_string_equal(out.at, want);
    str_release(&out);
}

static void clips_at_every_edge(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(heap_mem(), 3, 8);
    struct rect r = {1, 2, 1, 4};
    assert_int_equal(canvas_put(c, r, 0, 0, LOOK_TEXT, 0, "abcdefgh"), 4);
    canvas_put(c, r, 0, -2, LOOK_TEXT, 0, "xyZ");
    canvas_put(c, r, 1, 0, LOOK_TEXT, 0, "below");
    canvas_put(c, r, -1, 0, LOOK_TEXT, 0, "above");
    expect_text(c, "\n  Zbcd\n\n");
    struct rect outside = {-1, 5, 9, 9};
    canvas_put(c, outside, 1, 0, LOOK_TEXT, 0, "wxyz");
    canvas_put(c, outside, 8, 0, LOOK_TEXT, 0, "no");
    expect_text(c, "     wxy\n  Zbcd\n\n");
    canvas_free(c);
}

static void cuts_no_wide_character_in_two(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(heap_mem(), 2, 6);
    struct rect five = {0, 0, 1, 5};
    assert_int_equal(canvas_put(c, five, 0, 0, LOOK_TEXT, 0, "握手x三"), 5);
    expect_text(c, "握手x\n\n");
    assert_int_equal(canvas_at(c, 0, 1)->ch, 0);
    /* one half is overwritten: the other becomes a blank */
    canvas_put(c, five, 0, 1, LOOK_TEXT, 0, "a");
    expect_text(c, " a手x\n\n");
    canvas_put(c, five, 0, 2, LOOK_TEXT, 0, "b");
    expect_text(c, " ab x\n\n");
    struct rect low = {1, 0, 1, 6};
    canvas_put(c, low, 0, 0, LOOK_TEXT, 0, "一二三");
    canvas_put(c, low, 0, 1, LOOK_TEXT, 0, "手");
    expect_text(c, " ab x\n 手 三\n");
    canvas_free(c);
}

static void marks_where_a_text_ends_early(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(heap_mem(), 5, 12);
    const struct rect r = canvas_rect(c);
    assert_int_equal(canvas_put_cut(c, r, 0, 1, LOOK_TEXT, 0, "accept read", false), 11);
    assert_int_equal(canvas_put_cut(c, r, 1, 1, LOOK_TEXT, 0, "accept listen", false), 7);
    canvas_put_cut(c, r, 2, 1, LOOK_TEXT, 0, "accept listen", true);
    canvas_put_cut(c, r, 3, 1, LOOK_TEXT, 0, "一二三四五六", false);
    canvas_put_cut(c, r, 4, 12, LOOK_TEXT, 0, "no room", false);
    expect_text(c, " accept read\n accept…\n accept~\n 一二三四五…\n\n");
    canvas_free(c);
}

static void makes_controls_harmless(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(heap_mem(), 1, 12);
    canvas_put(c, canvas_rect(c), 0, 0, LOOK_TEXT, 0,
               "a\033[2Jb\tc\u202ed\xc2\x85"
               "e");
    expect_text(c, "a [2Jb c d e\n");
    canvas_free(c);
}

static void keeps_combining_marks(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(heap_mem(), 1, 4);
    assert_int_equal(canvas_put(c, canvas_rect(c), 0, 0, LOOK_TEXT, 0, "e\u0301x"), 2);
    expect_text(c, "e\u0301x\n");
    canvas_free(c);
}

static void puts_right_and_cuts(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(heap_mem(), 1, 10);
    canvas_put_right(c, canvas_rect(c), 0, 8, LOOK_TEXT, "三次");
    expect_text(c, "    三次\n");
    canvas_clear(c, canvas_rect(c), LOOK_TEXT);
    canvas_put_right(c, canvas_rect(c), 0, 3, LOOK_TEXT, "123456");
    expect_text(c, "123\n");
    canvas_free(c);
}

static void draws_boxes_and_bars(void **state)
{
    (void)state;
    struct canvas *c = canvas_new(heap_mem(), 4, 16);
    canvas_box(c, (struct rect){0, 0, 3, 16}, LOOK_FRAME, "#4", "13 us", true);
    canvas_bar(c, canvas_rect(c), 3, 0, 10, LOOK_QUEUE, 1, 2, true);
    expect_text(c, "+ #4 --- 13 us +\n|              |\n+--------------+\n[####    ]\n");
    canvas_clear(c, canvas_rect(c), LOOK_TEXT);
    canvas_box(c, (struct rect){0, 0, 2, 8}, LOOK_FRAME, "a long title", "right", false);
    canvas_bar(c, canvas_rect(c), 2, 0, 4, LOOK_QUEUE, 1, UINT64_MAX, false);
    canvas_bar(c, canvas_rect(c), 3, 0, 4, LOOK_QUEUE, UINT64_MAX, UINT64_MAX - 1, false);
    expect_text(c, "╭ a l ─╮\n╰──────╯\n▕▏ ▏\n▕██▏\n");
    canvas_free(c);
}

static void themes_are_whole(void **state)
{
    (void)state;
    static const char *const names[] = {"dark", "light", "mono"};
    static const int colors[] = {0, 8, 16, 256};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        for (size_t k = 0; k < COUNT_OF(colors); k++) {
            struct theme t;
            assert_true(theme_load(&t, names[i], colors[k]));
            for (int l = 0; l < LOOK_COUNT; l++) {
                assert_true(t.look[l].fg < colors[k] || t.look[l].fg == -1);
                assert_true(t.look[l].bg < colors[k] || t.look[l].bg == -1);
            }
        }
    struct theme t;
    int line = 0;
    assert_false(theme_load(&t, "nope", 8));
    assert_true(theme_parse(&t, "fin 215/11/3 - bold # x\n", 24, 16, &line));
    assert_int_equal(t.look[LOOK_FIN].fg, 11);
    assert_int_equal(t.look[LOOK_FIN].attr, CELL_BOLD);
    assert_false(theme_parse(&t, "text - -\nfin 999 -\n", 19, 16, &line));
    assert_int_equal(line, 2);
    assert_string_equal(theme_next("dark"), "light");
    assert_string_equal(theme_next("mono"), "dark");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clips_at_every_edge),           cmocka_unit_test(cuts_no_wide_character_in_two),
        cmocka_unit_test(marks_where_a_text_ends_early), cmocka_unit_test(makes_controls_harmless),
        cmocka_unit_test(keeps_combining_marks),         cmocka_unit_test(puts_right_and_cuts),
        cmocka_unit_test(draws_boxes_and_bars),          cmocka_unit_test(themes_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
