/* The screen without a terminal: layout at every size, the line editor, the dialog, the table of keys, the
 * ladder's lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "app/keymap.h"
#include "plat/heap.h"
#include "tui/clip.h"
#include "tui/dialog.h"
#include "tui/ladder_paint.h"
#include "tui/page.h"
#include "tui/prompt.h"
#include "tui/screen.h"

static bool inside(struct rect r, int rows, int cols)
{
    return r.y >= 0 && r.x >= 0 && r.rows >= 0 && r.cols >= 0 && r.y + r.rows <= rows && r.x + r.cols <= cols;
}

/* From top to bottom nothing overlaps and nothing is left out. */
static void check_layout(int rows, int cols, int box, int said)
{
    struct layout l;
    layout_make(&l, &(struct layout_wants){.rows = rows,
                                           .cols = cols,
                                           .number_cells = 4,
                                           .time_cells = 10,
                                           .box_lines = box,
                                           .said_lines = said});
    if (rows < LAYOUT_MIN_ROWS || cols < LAYOUT_MIN_COLS) {
        assert_true(l.tiny);
        return;
    }
    const struct rect all[] = {l.title, l.head, l.rows,    l.box,     l.said,
                               l.bar,   l.foot, l.side[0], l.side[1], l.body};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        assert_true(inside(all[i], rows, cols));
    assert_false(l.tiny);
    assert_int_equal(l.side[1].y + l.side[1].rows, l.head.y);
    assert_int_equal(l.head.y + 1, l.rows.y);
    assert_int_equal(l.rows.y + l.rows.rows, l.box.y);
    assert_int_equal(l.box.y + l.box.rows, l.said.y);
    assert_int_equal(l.said.y + l.said.rows, l.bar.y);
    assert_int_equal(l.foot.y, rows - 1);
    assert_true(l.rows.rows >= 3);
    assert_true(l.box.rows >= 3);
    const struct ladder_columns *c = &l.columns;
    assert_true(c->number_end < c->time_end && c->time_end < c->client_end && c->client_end < c->left);
    assert_true(c->right - c->left >= 12);
    assert_true(c->right < c->server && c->server <= c->sentence && c->sentence <= cols);
}

static void layout_fits_every_size(void **state)
{
    (void)state;
    for (int rows = 1; rows <= 70; rows++)
        for (int cols = 1; cols <= 250; cols++) {
            check_layout(rows, cols, 0, 0);
            check_layout(rows, cols, 9, 2);
        }
}

static void layout_is_the_drawn_one(void **state)
{
    (void)state;
    struct layout l;
    layout_make(&l, &(struct layout_wants){.rows = 40, .cols = 120, .number_cells = 1, .time_cells = 9});
    assert_true(l.panels);
    assert_int_equal(l.columns.number_end, 4);
    assert_int_equal(l.columns.time_end, 14);
    assert_int_equal(l.columns.left, 28);
    assert_int_equal(l.columns.right, 61);
    assert_int_equal(l.columns.server, 63);
    assert_int_equal(l.columns.sentence, 76);
    layout_make(&l, &(struct layout_wants){.rows = 24, .cols = 80, .number_cells = 1, .time_cells = 9});
    assert_false(l.panels);
    assert_int_equal(l.columns.sentence, 80);
}

static void type(struct prompt *p, const char *text)
{
    for (; *text != '\0';) {
        uint32_t ch;
        char one[8] = "";
        size_t n = utf8_next(text, strlen(text), &ch);
        memcpy(one, text, n);
        assert_int_equal(prompt_key(p, ch == ' ' ? "Space" : one, true), PROMPT_EDITED);
        text += n;
    }
}

static void edits_a_line(void **state)
{
    (void)state;
    struct prompt p;
    prompt_init(&p, heap_mem());
    prompt_start(&p, "send 5");
    type(&p, " 握");
    assert_string_equal(p.text.at, "send 5 握");
    assert_int_equal(prompt_key(&p, "Left", false), PROMPT_MOVED);
    type(&p, "a");
    assert_string_equal(p.text.at, "send 5 a握");
    assert_int_equal(prompt_key(&p, "Delete", false), PROMPT_EDITED);
    assert_string_equal(p.text.at, "send 5 a");
    assert_int_equal(prompt_key(&p, "C-w", false), PROMPT_EDITED);
    assert_string_equal(p.text.at, "send 5 ");
    assert_int_equal(prompt_key(&p, "C-w", false), PROMPT_EDITED); /* the blank goes with its word */
    assert_string_equal(p.text.at, "send ");
    prompt_key(&p, "Home", false);
    prompt_key(&p, "C-k", false);
    assert_int_equal(p.text.len, 0);
    type(&p, "e\u0301x");
    prompt_key(&p, "Left", false);
    assert_int_equal(prompt_key(&p, "Backspace", false), PROMPT_EDITED);
    assert_string_equal(p.text.at, "x");
    prompt_key(&p, "End", false);
    prompt_key(&p, "Backspace", false);
    assert_int_equal(prompt_key(&p, "Backspace", false), PROMPT_CANCEL);
    assert_int_equal(prompt_key(&p, "Enter", false), PROMPT_DONE);
    assert_int_equal(prompt_key(&p, "F7", false), PROMPT_IGNORED);
    prompt_release(&p);
}

static void remembers_lines(void **state)
{
    (void)state;
    struct prompt p;
    prompt_init(&p, heap_mem());
    for (int i = 0; i < PROMPT_HISTORY + 3; i++) {
        prompt_start(&p, i % 2 ? "odd" : "even");
        prompt_remember(&p);
        prompt_remember(&p);
    }
    assert_int_equal(p.lines, PROMPT_HISTORY);
    prompt_start(&p, "draft");
    prompt_key(&p, "Up", false);
    assert_string_equal(p.text.at, "even");
    prompt_key(&p, "Up", false);
    assert_string_equal(p.text.at, "odd");
    prompt_key(&p, "Down", false);
    prompt_key(&p, "Down", false);
    assert_string_equal(p.text.at, "draft");
    assert_int_equal(prompt_key(&p, "Down", false), PROMPT_IGNORED);
    prompt_release(&p);
}

static void completes_words(void **state)
{
    (void)state;
    struct prompt p;
    struct completion c;
    prompt_init(&p, heap_mem());
    completion_init(&c, heap_mem());
    prompt_start(&p, "close cl");
    completion_offer(&c, "client");
    assert_true(prompt_complete(&p, &c));
    assert_string_equal(p.text.at, "close client ");
    completion_release(&c);
    completion_init(&c, heap_mem());
    prompt_start(&p, "s");
    completion_offer(&c, "select");
    completion_offer(&c, "send");
    assert_true(prompt_complete(&p, &c));
    assert_string_equal(p.text.at, "se");
    assert_string_equal(c.all.at, "select send");
    assert_false(prompt_complete(&p, &c));
    completion_release(&c);
    prompt_release(&p);
}

static void asks_before_it_overwrites(void **state)
{
    (void)state;
    static const struct dialog_format formats[] = {{"txt", ".txt", "text"}, {"mermaid", ".mmd", "diagram"}};
    char name[] = "/tmp/tcpviz-dialog-XXXXXX";
    int fd = mkstemp(name);
    struct dialog d;
    dialog_init(&d, heap_mem(), formats, COUNT_OF(formats));
    dialog_open(&d);
    assert_string_equal(d.place.text.at, "tcpviz.txt");
    assert_int_equal(dialog_key(&d, "Right", false), DIALOG_GOES_ON);
    assert_string_equal(d.place.text.at, "tcpviz.mmd");
    assert_int_equal(dialog_key(&d, "Left", false), DIALOG_GOES_ON);
    prompt_start(&d.place, name);
    assert_int_equal(dialog_key(&d, "Enter", false), DIALOG_GOES_ON);
    assert_true(d.exists);
    assert_int_equal(dialog_key(&d, "Tab", false), DIALOG_GOES_ON);
    assert_false(d.exists);
    assert_int_equal(dialog_key(&d, "Enter", false), DIALOG_GOES_ON);
    assert_int_equal(dialog_key(&d, "Enter", false), DIALOG_EXPORT);
    struct str spec;
    str_init(&spec, heap_mem());
    dialog_spec(&d, &spec);
    assert_memory_equal(spec.at, "txt:/tmp/tcpviz-dialog-", 23);
    str_release(&spec);
    assert_int_equal(dialog_key(&d, "Esc", false), DIALOG_CLOSE);
    dialog_release(&d);
    close(fd);
    unlink(name);
}

/* No key means two things in one view, but that what only a wire, or a session that is read again, has goes
 * before what is otherwise so; and the words of `view` that keys say exist. */
static void keys_are_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < keymap_count; i++) {
        for (size_t k = i + 1; k < keymap_count; k++)
            if ((keymap[i].views & keymap[k].views & V_VIEWS) &&
                (keymap[i].views & (V_WIRE | V_PLAY)) == (keymap[k].views & (V_WIRE | V_PLAY)))
                assert_string_not_equal(keymap[i].key, keymap[k].key);
        if (strncmp(keymap[i].line, "view ", 5) == 0) {
            size_t n = 0;
            while (screen_view_name(n) != NULL && strcmp(screen_view_name(n), keymap[i].line + 5) != 0)
                n++;
            assert_non_null(screen_view_name(n));
        }
    }
    assert_string_equal(key_find(keymap, keymap_count, V_LADDER | V_LAB, "c")->line, "connect");
    assert_string_equal(key_find(keymap, keymap_count, V_LADDER | V_LAB | V_WIRE, "g")->line,
                        "wire release #?");
    assert_string_equal(key_find(keymap, keymap_count, V_LADDER | V_LAB, "g")->line, "view glossary");
    assert_null(key_find(keymap, keymap_count, V_LADDER | V_LAB, "H"));
    assert_null(key_find(keymap, keymap_count, V_LADDER, "c"));
    assert_null(key_find(keymap, keymap_count, V_PAGE | V_LAB, "c"));
}

static void expect_line(const struct ladder_line *l, int cols, bool ascii, const char *want)
{
    struct voice voice = {LANG_EN, ascii, false, NULL};
    struct layout lay;
    struct str out;
    layout_make(&lay, &(struct layout_wants){.rows = 40, .cols = cols, .number_cells = 1, .time_cells = 9});
    struct canvas *c = canvas_new(heap_mem(), 1, cols);
    ladder_paint(c, canvas_rect(c), 0, &lay.columns, l, &(struct ladder_look){.cursor = true}, &voice);
    str_init(&out, heap_mem());
    canvas_text(c, &out);
    assert_string_equal(out.at, want);
    str_release(&out);
    canvas_free(c);
}

static void draws_a_line(void **state)
{
    (void)state;
    struct ladder_line l;
    memset(&l, 0, sizeof l);
    ladder_line_init(&l, heap_mem());
    l.kind = EVENT_SEGMENT;
    l.tone = TONE_OPEN;
    l.from = SIDE_SERVER;
    l.shown[SIDE_CLIENT] = STATE_ESTABLISHED;
    l.shown[SIDE_SERVER] = STATE_SYN_RECEIVED;
    str_put(&l.number, "2");
    str_put(&l.time, "0.000017");
    str_put(&l.arrow, "SYN ACK  seq 0  ack 1");
    str_put(&l.arrow_short, "SYN ACK");
    str_put(&l.sentence, "Handshake 2/3");
    expect_line(
        &l, 120, false,
        "▌  2  0.000017  ESTABLISHED ◀───── ▲ SYN ACK  seq 0  ack 1 ──┤ SYN-RECEIVED Handshake 2/3\n");
    expect_line(
        &l, 120, true,
        ">  2  0.000017  ESTABLISHED <----- ^ SYN ACK  seq 0  ack 1 --| SYN-RECEIVED Handshake 2/3\n");
    l.from = SIDE_CLIENT;
    expect_line(&l, 60, false, "▌  2  0.000017    ESTAB ├── ▲ SYN ACK ────────────▶ SYN-RCVD\n");
    l.kind = EVENT_CALL;
    l.tone = TONE_CALL;
    l.shown[SIDE_CLIENT] = l.shown[SIDE_SERVER] = STATE_UNKNOWN;
    str_clear(&l.number);
    str_clear(&l.time);
    expect_line(&l, 60, false, "▌                       ╞ Handshake 2/3           │\n");
    ladder_line_release(&l);
}

static void pages_scroll_within(void **state)
{
    (void)state;
    struct page p;
    page_init(&p, heap_mem());
    page_clear(&p, 10);
    page_add(&p, LOOK_TEXT, "one two three four");
    page_add(&p, LOOK_TEXT, "");
    page_add(&p, LOOK_TEXT, "五六七八九十");
    assert_int_equal(p.lines, 5);
    page_move(&p, 100, 2);
    assert_int_equal(p.top, 3);
    page_move(&p, -100, 2);
    assert_int_equal(p.top, 0);
    page_release(&p);
}

static void clipboard_is_base64(void **state)
{
    (void)state;
    struct str out;
    str_init(&out, heap_mem());
    clip_put(&out, "a", 1);
    clip_put(&out, "ab", 2);
    clip_put(&out, "abc", 3);
    assert_string_equal(out.at, "\033]52;c;YQ==\a\033]52;c;YWI=\a\033]52;c;YWJj\a");
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layout_fits_every_size), cmocka_unit_test(layout_is_the_drawn_one),
        cmocka_unit_test(edits_a_line),           cmocka_unit_test(remembers_lines),
        cmocka_unit_test(completes_words),        cmocka_unit_test(asks_before_it_overwrites),
        cmocka_unit_test(keys_are_sound),         cmocka_unit_test(draws_a_line),
        cmocka_unit_test(pages_scroll_within),    cmocka_unit_test(clipboard_is_base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
