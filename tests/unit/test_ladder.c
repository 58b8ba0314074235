/* Rows as lines of the ladder: numbers, times, arrows, and states where they change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "scene/ladder.h"
#include "unit/timeline.h"

struct fixture {
    struct session *session;
    struct ladder_line line;
    struct ladder_style style;
};

static struct fixture fixture;

static int up(void **state)
{
    struct fixture *f = *state = &fixture;
    *f = (struct fixture){.session = a_session(heap_mem())};
    ladder_line_init(&f->line, heap_mem());
    shake_hands(f->session);
    return f->session ? 0 : -1;
}

static int down(void **state)
{
    struct fixture *f = *state;
    ladder_line_release(&f->line);
    session_free(f->session);
    return 0;
}

static struct ladder_line *line(struct fixture *f, uint32_t row, uint32_t before)
{
    ladder_line_of(&f->line, f->session, row, before, &f->style);
    return &f->line;
}

static void test_a_handshake_in_lines(void **state)
{
    struct fixture *f = *state;
    struct ladder_line *l = line(f, 0, NO_ROW);
    assert_string_equal(l->number.at, "1");
    assert_string_equal(l->time.at, "0.000000");
    assert_string_equal(l->arrow.at, "SYN  seq 0");
    assert_int_equal(l->tone, TONE_OPEN);
    assert_int_equal(l->from, SIDE_CLIENT);
    assert_int_equal(l->shown[SIDE_CLIENT], STATE_SYN_SENT);
    l = line(f, 1, 0);
    assert_string_equal(l->time.at, "0.000020");
    assert_string_equal(l->arrow.at, "SYN ACK  seq 0  ack 1");
    assert_int_equal(l->from, SIDE_SERVER);
    assert_int_equal(l->shown[SIDE_SERVER], STATE_SYN_RECEIVED);
    l = line(f, 2, 1);
    assert_string_equal(l->arrow.at, "ACK  ack 1");
    assert_int_equal(l->tone, TONE_ACK);
    assert_int_equal(l->shown[SIDE_CLIENT], STATE_UNKNOWN);
    assert_int_equal(l->shown[SIDE_SERVER], STATE_ESTABLISHED);
}

static void test_data_says_how_many_bytes(void **state)
{
    struct fixture *f = *state;
    see(f->session, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 137);
    see(f->session, at_us(70), SIDE_SERVER, TCP_ACK, 1, 138, 0);
    struct ladder_line *l = line(f, 3, 2);
    assert_string_equal(l->arrow.at, "PSH ACK  137 bytes  seq 1");
    assert_string_equal(l->arrow_short.at, "PSH ACK  137 B  seq 1");
    assert_int_equal(l->tone, TONE_DATA);
    assert_int_equal(l->shown[SIDE_CLIENT], STATE_UNKNOWN);
    assert_int_equal(l->shown[SIDE_SERVER], STATE_UNKNOWN);
    f->style.voice.lang = LANG_ZH;
    assert_string_equal(line(f, 3, 2)->arrow.at, "PSH ACK  137 字节  seq 1");
}

static void test_one_byte_is_no_bytes(void **state)
{
    struct fixture *f = *state;
    see(f->session, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 1);
    assert_string_equal(line(f, 3, 2)->arrow.at, "PSH ACK  1 byte  seq 1");
}

static void test_what_happened_again_looks_different(void **state)
{
    struct fixture *f = *state;
    see(f->session, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 137);
    see(f->session, at_us(400000), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 137);
    see(f->session, at_us(400100), SIDE_SERVER, TCP_RST, 1, 0, 0);
    assert_true(line(f, 4, 3)->tone == TONE_AGAIN || f->line.tone == TONE_PROBE);
    struct ladder_line *l = line(f, 5, 4);
    assert_int_equal(l->tone, TONE_RST);
    assert_string_equal(l->arrow.at, "RST  seq 1");
}

static void test_times_are_told_three_ways(void **state)
{
    struct fixture *f = *state;
    f->style.time = TIME_DELTA;
    assert_string_equal(line(f, 2, 1)->time.at, "0.000020");
    assert_string_equal(line(f, 1, 2)->time.at, "0.000000"); /* never negative */
    assert_string_equal(line(f, 2, NO_ROW)->time.at, "0.000000");
    f->style.time = TIME_OF_DAY;
    assert_int_equal(strlen(line(f, 1, 0)->time.at), strlen("14:03:50.000020"));
    assert_string_equal(f->line.time.at + 8, ".000020");
    f->style.steady = true;
    assert_string_equal(line(f, 2, 1)->time.at, "0.000000");
}

/* Every frame 30 µs before the one above it, in a capture and in a lab. */
static struct session *backwards(bool live)
{
    const struct session_options o = {
        .source = "b.pcap", .track = {.live = live, .server_port = SERVER_PORT}, .mem = heap_mem()};
    struct session *s = session_new(&o);
    see(s, at_us(100), SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    see(s, at_us(70), SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    see(s, at_us(40), SIDE_CLIENT, TCP_ACK, 1, 1, 0);
    return s;
}

static void test_times_that_go_back_are_negative(void **state)
{
    struct fixture *f = *state;
    session_free(f->session);
    f->session = backwards(false);
    assert_string_equal(line(f, 0, NO_ROW)->time.at, "0.000000");
    assert_string_equal(line(f, 2, 1)->time.at, "−0.000060");
    f->style.voice.ascii = true;
    assert_string_equal(line(f, 2, 1)->time.at, "-0.000060");
    assert_int_equal(cells_of("−0.000060", strlen("−0.000060")), 9);
}

static void test_a_clock_that_went_back_is_told(void **state)
{
    struct fixture *f = *state;
    struct session *lab = backwards(true);
    struct str text;
    session_free(f->session);
    f->session = backwards(false);
    str_init(&text, heap_mem());
    say_note(&text, &f->style.voice, f->session, session_row(f->session, 0));
    assert_null(strstr(text.at, "went back"));
    say_note(&text, &f->style.voice, f->session, session_row(f->session, 1));
    assert_non_null(strstr(text.at, "whose time is 30 µs later: the capture's clock went back"));
    str_clear(&text);
    say_note(&text, &f->style.voice, lab, session_row(lab, 1));
    assert_null(strstr(text.at, "went back"));
    str_release(&text);
    session_free(lab);
}

static void test_raw_numbers_are_those_of_the_wire(void **state)
{
    struct fixture *f = *state;
    f->style.absolute = true;
    assert_string_equal(line(f, 1, 0)->arrow.at, "SYN ACK  seq 2000  ack 1001");
}

static void test_calls_and_notes_are_thin(void **state)
{
    struct fixture *f = *state;
    struct event call = {.kind = EVENT_CALL,
                         .time_ns = at_us(50),
                         .key = a_key(CLIENT_PORT),
                         .u.call = {.side = SIDE_CLIENT,
                                    .kind = CALL_READ,
                                    .name = "read",
                                    .args = "5, 6148",
                                    .fd = 5,
                                    .result = 12}};
    struct event note = {.kind = EVENT_NOTE, .time_ns = at_us(51), .u.note = {"look\x1b[1m here", 13, false}};
    assert_true(session_apply(f->session, &call));
    assert_true(session_apply(f->session, &note));
    struct ladder_line *l = line(f, 3, 2);
    assert_string_equal(l->sentence.at, "read(5, 6148) = 12");
    assert_string_equal(l->number.at, "");
    assert_int_equal(l->from, SIDE_CLIENT);
    assert_int_equal(l->tone, TONE_CALL);
    l = line(f, 4, 3);
    assert_int_equal(l->tone, TONE_NOTE);
    assert_int_equal(l->from, SIDE_NONE);
    assert_null(strchr(l->sentence.at, 0x1b));
    assert_non_null(strstr(l->sentence.at, "here"));
    line(f, 99, 4);
    assert_string_equal(f->line.sentence.at, "");
}

static void test_a_state_stands_at_the_segment_not_at_the_call(void **state)
{
    struct fixture *f = *state;
    struct event call = {
        .kind = EVENT_CALL,
        .time_ns = at_us(50),
        .key = a_key(CLIENT_PORT),
        .u.call = {.side = SIDE_CLIENT, .kind = CALL_CLOSE, .name = "close", .args = "5", .fd = 5}};
    assert_true(session_apply(f->session, &call));
    see(f->session, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_FIN, 1, 1, 0);
    assert_int_equal(line(f, 3, 2)->shown[SIDE_CLIENT], STATE_UNKNOWN);
    assert_int_equal(line(f, 4, 3)->shown[SIDE_CLIENT], STATE_FIN_WAIT_1);
}

static void test_every_tone_has_its_glyph(void **state)
{
    (void)state;
    for (enum tone a = 0; a < TONE_CALL; a++) {
        assert_int_equal(cells_of(tone_glyph(a, false), strlen(tone_glyph(a, false))), 1);
        assert_int_equal(strlen(tone_glyph(a, true)), 1);
        assert_true((unsigned char)*tone_glyph(a, true) < 0x80);
        for (enum tone b = 0; b < a; b++) {
            assert_string_not_equal(tone_glyph(a, false), tone_glyph(b, false));
            assert_string_not_equal(tone_glyph(a, true), tone_glyph(b, true));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_handshake_in_lines, up, down),
        cmocka_unit_test_setup_teardown(test_data_says_how_many_bytes, up, down),
        cmocka_unit_test_setup_teardown(test_one_byte_is_no_bytes, up, down),
        cmocka_unit_test_setup_teardown(test_what_happened_again_looks_different, up, down),
        cmocka_unit_test_setup_teardown(test_times_are_told_three_ways, up, down),
        cmocka_unit_test_setup_teardown(test_times_that_go_back_are_negative, up, down),
        cmocka_unit_test_setup_teardown(test_a_clock_that_went_back_is_told, up, down),
        cmocka_unit_test_setup_teardown(test_raw_numbers_are_those_of_the_wire, up, down),
        cmocka_unit_test_setup_teardown(test_calls_and_notes_are_thin, up, down),
        cmocka_unit_test_setup_teardown(test_a_state_stands_at_the_segment_not_at_the_call, up, down),
        cmocka_unit_test(test_every_tone_has_its_glyph),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
