/* Frames that are under way for longer than a line, over the lines that come meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "plat/heap.h"
#include "tui/canvas.h"
#include "tui/lanes.h"
#include "tui/slant.h"

enum { ROWS = 5, COLS = 20 };

/* The ladder between two lines, five lines of it; then each of the frames. */
static void expect(const struct slant *frames, size_t count, bool ascii, const char *want)
{
    const struct ladder_columns col = {
        .left = 0, .right = COLS - 1, .server = COLS, .sentence = COLS, .cols = COLS};
    struct canvas *c = canvas_new(heap_mem(), ROWS, COLS);
    struct str out;
    str_init(&out, heap_mem());
    for (int y = 0; y < ROWS; y++) {
        canvas_put(c, canvas_rect(c), y, col.left, LOOK_TEXT, 0, ascii ? "|" : "│");
        canvas_put(c, canvas_rect(c), y, col.right, LOOK_TEXT, 0, ascii ? "|" : "│");
    }
    for (size_t i = 0; i < count; i++)
        slant_paint(c, canvas_rect(c), &col, &frames[i], ascii);
    canvas_text(c, &out);
    if (strcmp(out.at, want) != 0)
        fail_msg("got\n%swanted\n%s", out.at, want);
    str_release(&out);
    canvas_free(c);
}

static const uint16_t even[] = {0, 250, 500, 750, 1000};

static void one_arrives(void **state)
{
    (void)state;
    const struct slant right = {.from = SIDE_CLIENT, .last = 4, .words = 4, .come = even};
    const struct slant left = {.from = SIDE_SERVER, .last = 4, .words = 4, .come = even};
    expect(&right, 1, false,
           "│    ─╮            │\n"
           "│     ╰──╮         │\n"
           "│        ╰──╮      │\n"
           "│           ╰──╮   │\n"
           "│              ╰───▶\n");
    expect(&left, 1, false,
           "│            ╭─    │\n"
           "│         ╭──╯     │\n"
           "│      ╭──╯        │\n"
           "│   ╭──╯           │\n"
           "◀───╯              │\n");
    expect(&left, 1, true,
           "|            .-    |\n"
           "|         .--'     |\n"
           "|      .--'        |\n"
           "|   .--'           |\n"
           "<---'              |\n");
}

static void two_cross(void **state)
{
    (void)state;
    const struct slant both[] = {{.from = SIDE_CLIENT, .last = 4, .words = 2, .come = even},
                                 {.from = SIDE_SERVER, .last = 4, .words = 2, .come = even}};
    expect(both, 2, false,
           "│  ─╮          ╭─  │\n"
           "│   ╰──╮    ╭──╯   │\n"
           "│      ╰┬──┬╯      │\n"
           "│   ╭───╯  ╰───╮   │\n"
           "◀───╯          ╰───▶\n");
    expect(both, 2, true,
           "|  -.          .-  |\n"
           "|   `--.    .--'   |\n"
           "|      `+--+'      |\n"
           "|   .---'  `---.   |\n"
           "<---'          `--->\n");
}

static void what_becomes_of_it(void **state)
{
    (void)state;
    static const uint16_t stays[] = {0, 500, 500, 500};
    const struct slant lost = {
        .from = SIDE_CLIENT, .end = SLANT_LOST, .first = 1, .last = 2, .words = 4, .come = even};
    const struct slant at_once = {
        .from = SIDE_CLIENT, .end = SLANT_LOST, .first = 1, .last = 1, .words = 4, .come = even};
    const struct slant flies = {.from = SIDE_SERVER, .end = SLANT_FLIES, .last = 3, .words = 4, .come = even};
    const struct slant held = {.from = SIDE_SERVER, .end = SLANT_HELD, .last = 3, .words = 4, .come = stays};
    expect(&lost, 1, false,
           "│                  │\n"
           "│    ─╮            │\n"
           "│     ╰─✗          │\n"
           "│                  │\n"
           "│                  │\n");
    expect(&at_once, 1, false,
           "│                  │\n"
           "│    ──✗           │\n"
           "│                  │\n"
           "│                  │\n"
           "│                  │\n");
    expect(&flies, 1, false,
           "│            ╭─    │\n"
           "│         ╭──╯     │\n"
           "│      ╭──╯        │\n"
           "│   ◉──╯           │\n"
           "│                  │\n");
    expect(&held, 1, false,
           "│            ╭─    │\n"
           "│      ╭─────╯     │\n"
           "│      │           │\n"
           "│      ◉           │\n"
           "│                  │\n");
    expect(&held, 1, true,
           "|            .-    |\n"
           "|      .-----'     |\n"
           "|      |           |\n"
           "|      o           |\n"
           "|                  |\n");
}

/* What left before the first line that is seen, or arrives behind the last, is cut there. */
static void only_what_is_seen(void **state)
{
    (void)state;
    static const uint16_t long_way[] = {0, 100, 200, 300, 400, 500, 600, 700, 800, 1000};
    const struct slant s = {.from = SIDE_CLIENT, .first = -2, .last = 7, .come = long_way};
    expect(&s, 1, false,
           "│  ╰─╮             │\n"
           "│    ╰─╮           │\n"
           "│      ╰╮          │\n"
           "│       ╰─╮        │\n"
           "│         ╰─╮      │\n");
}

/* Words take nearly the whole line; a frame goes on from their end. */
static void no_room_beside_words(void **state)
{
    (void)state;
    const struct slant s = {.from = SIDE_CLIENT, .last = 3, .words = COLS, .come = even};
    expect(&s, 1, false,
           "│                 ╮│\n"
           "│                 ││\n"
           "│                 ││\n"
           "│                 ╰▶\n"
           "│                  │\n");
}

/* The same with a column for each of those that are under way at once. */
static void expect_lanes(const struct slant *frames, size_t count, const char *want)
{
    enum { MOST = 8 };
    static struct lane lane[MOST];
    struct slant placed[MOST];
    assert_true(count <= MOST);
    for (size_t i = 0; i < count; i++) {
        lane[i].slant = frames[i];
        memcpy(lane[i].come, frames[i].come,
               (size_t)(frames[i].last - frames[i].first + 1) * sizeof *frames[i].come);
    }
    lanes_place(lane, count, COLS - 1, ROWS);
    for (size_t i = 0; i < count; i++)
        placed[i] = lane[i].slant;
    expect(placed, count, false, want);
}

static const uint16_t still[ROWS];

static void those_that_are_held_are_told_apart(void **state)
{
    (void)state;
    const struct slant right[] = {
        {.from = SIDE_CLIENT, .end = SLANT_HELD, .first = 0, .last = 4, .words = 2, .come = still},
        {.from = SIDE_CLIENT, .end = SLANT_HELD, .first = 1, .last = 4, .words = 4, .come = still},
        {.from = SIDE_CLIENT, .end = SLANT_HELD, .first = 3, .last = 4, .words = 2, .come = still}};
    const struct slant left[] = {
        {.from = SIDE_SERVER, .end = SLANT_HELD, .first = 0, .last = 4, .words = 2, .come = still},
        {.from = SIDE_SERVER, .end = SLANT_HELD, .first = 2, .last = 4, .words = 2, .come = still}};
    expect_lanes(right, 3,
                 "│  ─────╮          │\n"
                 "│    ─╮ │          │\n"
                 "│     │ │          │\n"
                 "│  ─╮ │ │          │\n"
                 "│   ◉ ◉ ◉          │\n");
    expect_lanes(left, 2,
                 "│            ╭───  │\n"
                 "│            │     │\n"
                 "│            │ ╭─  │\n"
                 "│            │ │   │\n"
                 "│            ◉ ◉   │\n");
}

/* The one between two that are held: its end touches neither. */
static void one_of_several_is_lost(void **state)
{
    (void)state;
    const struct slant frames[] = {
        {.from = SIDE_CLIENT, .end = SLANT_HELD, .first = 0, .last = 4, .words = 2, .come = still},
        {.from = SIDE_CLIENT, .end = SLANT_LOST, .first = 1, .last = 3, .words = 2, .come = even},
        {.from = SIDE_CLIENT, .end = SLANT_HELD, .first = 2, .last = 4, .words = 2, .come = still}};
    expect_lanes(frames, 3,
                 "│  ─────╮          │\n"
                 "│  ───╮ │          │\n"
                 "│  ─╮ │ │          │\n"
                 "│   │ ╰✗│          │\n"
                 "│   ◉   ◉          │\n");
}

/* Those that left one after the other arrive so, and their lines never touch. */
static void a_flight_arrives(void **state)
{
    (void)state;
    static const uint16_t first[] = {0, 300, 1000}, second[] = {0, 990, 1000}, third[] = {0, 990, 1000};
    const struct slant frames[] = {{.from = SIDE_CLIENT, .first = 0, .last = 2, .words = 2, .come = first},
                                   {.from = SIDE_CLIENT, .first = 1, .last = 3, .words = 2, .come = second},
                                   {.from = SIDE_CLIENT, .first = 2, .last = 4, .words = 2, .come = third}};
    expect_lanes(frames, 3,
                 "│  ─────╮          │\n"
                 "│  ───╮ │          │\n"
                 "│  ─╮ │ ╰──────────▶\n"
                 "│   │ ╰────────────▶\n"
                 "│   ╰──────────────▶\n");
}

/* The later one is let go first: it crosses who is held, once. */
static void one_overtakes(void **state)
{
    (void)state;
    static const uint16_t goes[] = {0, 600, 800, 900};
    const struct slant frames[] = {
        {.from = SIDE_CLIENT, .end = SLANT_HELD, .first = 0, .last = 4, .words = 2, .come = still},
        {.from = SIDE_CLIENT, .end = SLANT_FLIES, .first = 1, .last = 4, .words = 2, .come = goes}};
    expect_lanes(frames, 2,
                 "│  ─╮              │\n"
                 "│  ─┼─╮            │\n"
                 "│   │ ╰──────╮     │\n"
                 "│   │        ╰──╮  │\n"
                 "│   ◉           ╰◉ │\n");
}

/* More than there are columns: all are drawn within the two lines. */
static void more_than_fit(void **state)
{
    (void)state;
    struct slant frames[] = {
        {.from = SIDE_CLIENT, .end = SLANT_HELD, .first = 0, .last = 4, .words = 11, .come = still},
        {.from = SIDE_CLIENT, .end = SLANT_HELD, .first = 1, .last = 4, .words = 11, .come = still},
        {.from = SIDE_CLIENT, .end = SLANT_HELD, .first = 2, .last = 4, .words = 11, .come = still},
        {.from = SIDE_CLIENT, .end = SLANT_HELD, .first = 3, .last = 4, .words = 11, .come = still}};
    expect_lanes(frames, 4,
                 "│           ────╮  │\n"
                 "│           ───╮│  │\n"
                 "│           ──╮││  │\n"
                 "│           ─╮│││  │\n"
                 "│            ◉◉◉◉  │\n");
    for (size_t i = 0; i < 4; i++)
        frames[i].words = 15;
    expect_lanes(frames, 4,
                 "│               ──╮│\n"
                 "│               ──┤│\n"
                 "│               ──┤│\n"
                 "│               ─╮││\n"
                 "│                ◉◉│\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_arrives),
                                       cmocka_unit_test(two_cross),
                                       cmocka_unit_test(what_becomes_of_it),
                                       cmocka_unit_test(only_what_is_seen),
                                       cmocka_unit_test(no_room_beside_words),
                                       cmocka_unit_test(those_that_are_held_are_told_apart),
                                       cmocka_unit_test(one_of_several_is_lost),
                                       cmocka_unit_test(a_flight_arrives),
                                       cmocka_unit_test(one_overtakes),
                                       cmocka_unit_test(more_than_fit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
