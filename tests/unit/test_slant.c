/* Frames that are under way for longer than a line, over the lines that come meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "plat/heap.h"
#include "tui/canvas.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_arrives), cmocka_unit_test(two_cross), cmocka_unit_test(what_becomes_of_it),
        cmocka_unit_test(only_what_is_seen), cmocka_unit_test(no_room_beside_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
