/* What was said as lines: where they end, what they make of foreign bytes, and that any line can be asked
 * for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "scene/transcript.h"
#include "unit/timeline.h"

static uint64_t now_us;
static uint32_t said[SIDE_COUNT];

static struct session *captured(void)
{
    struct session_options o = {.source = "a.pcap", .started_ns = 7, .mem = heap_mem()};
    struct session *s = session_new(&o);
    said[SIDE_CLIENT] = said[SIDE_SERVER] = 1;
    shake_hands(s);
    return s;
}

/* One segment; `lost` bytes before it are never seen. */
static void say_n(struct session *s, enum side from, const char *text, uint32_t len, uint32_t lost)
{
    struct made m;
    make_frame(&m, at_us(now_us += 10), from, CLIENT_PORT, TCP_PSH | TCP_ACK, said[from] + lost,
               said[side_other(from)], len);
    memcpy(m.bytes + 40, text, len);
    seal_frame(&m, len);
    session_apply(s, &m.event);
    said[from] += lost + len;
}

static void say_text(struct session *s, enum side from, const char *text)
{
    say_n(s, from, text, (uint32_t)strlen(text), 0);
}

static void make(struct transcript *t, const struct transcript_style *style)
{
    transcript_set(t, style);
    while (transcript_work(t, 0, true))
        ;
}

/* All lines, each ended by | and begun by who said it: > the client, < the server; a remark by !. */
static const char *lines_of(struct session *s, const struct transcript_style *style)
{
    static char all[8000];
    size_t n = 0;
    struct transcript *t = transcript_new(heap_mem(), s, 0);
    struct transcript_line l = {0};
    str_init(&l.text, heap_mem());
    make(t, style);
    for (size_t i = 0; transcript_line(t, i, &l); i++)
        n += (size_t)sprintf(all + n, "%s%s%s|", l.remark ? "!" : "", l.side == SIDE_CLIENT ? ">" : "<",
                             l.text.at);
    all[n] = 0;
    str_release(&l.text);
    transcript_free(t);
    return all;
}

static const struct transcript_style both = {.side = SIDE_NONE, .width = 20};

static void test_lines_and_turns(void **state)
{
    (void)state;
    struct session *s = captured();
    say_text(s, SIDE_CLIENT, "GET / HTTP/1.1\r\nHos");
    say_text(s, SIDE_CLIENT, "t: a\r");
    say_text(s, SIDE_CLIENT, "\n\r\n");
    say_text(s, SIDE_SERVER, "HTTP/1.1 200 OK\n\na line that is too long for so narrow a window\nend");
    say_text(s, SIDE_CLIENT, "more");
    assert_string_equal(lines_of(s, &both),
                        ">GET / HTTP/1.1|>Host: a|>|<HTTP/1.1 200 OK|<|<a line that is too l|"
                        "<ong for so narrow a |<window|<end|>more|");
    struct transcript_style one = both;
    one.side = SIDE_CLIENT;
    assert_string_equal(lines_of(s, &one), ">GET / HTTP/1.1|>Host: a|>|>more|");
    session_free(s);
}

/* Escapes, tabs, bytes that are no text, wide characters, and a character cut in two by the segments. */
static void test_foreign_bytes(void **state)
{
    (void)state;
    struct session *s = captured();
    say_text(s, SIDE_CLIENT, "\x1b[2Ja\tb\rc\n\xff\xfe\n");
    say_text(s, SIDE_CLIENT, "\xe4\xbd");
    say_text(s, SIDE_CLIENT,
             "\xa0\xe5\xa5\xbd 0123456789 \xe5\xa5\xbd\xe5\xa5\xbd\xe5\xa5\xbd\n\xe2\x80\xae");
    assert_string_equal(lines_of(s, &both), ">␛[2Ja   b␍c|>��|>你好 0123456789 好好|>好|><U+202E>|");
    struct transcript_style plain = both;
    plain.voice.ascii = true;
    assert_string_equal(lines_of(s, &plain), ">^[[2Ja  b^Mc|>??|>?? 0123456789 ???|><U+202E>|");
    session_free(s);
}

static void test_hex(void **state)
{
    (void)state;
    struct session *s = captured();
    struct transcript_style hex = {.side = SIDE_NONE, .hex = true, .width = 74};
    say_text(s, SIDE_CLIENT, "0123456789");
    say_text(s, SIDE_CLIENT, "abc\ndefgh");
    say_n(s, SIDE_SERVER, "\0\x1b\xff", 3, 0);
    assert_string_equal(lines_of(s, &hex),
                        ">000000  30 31 32 33 34 35 36 37  38 39 61 62 63 0a 64 65  0123456789abc.de|"
                        ">000010  66 67 68                                          fgh|"
                        "<000000  00 1b ff                                          ...|");
    hex.width = 40;
    hex.side = SIDE_SERVER;
    assert_string_equal(lines_of(s, &hex), "<000000  00 1b ff                 ...|");
    session_free(s);
}

static void test_what_is_not_there(void **state)
{
    (void)state;
    struct session *s = captured();
    struct made m;
    say_text(s, SIDE_CLIENT, "begin\nmid");
    say_n(s, SIDE_CLIENT, "end", 3, 1500);
    assert_string_equal(lines_of(s, &both), ">begin|>mid|!>[1,500 bytes missing]|>end|");
    make_frame(&m, at_us(now_us += 10), SIDE_SERVER, CLIENT_PORT, TCP_PSH | TCP_ACK, 1, said[SIDE_CLIENT],
               100);
    m.event.u.segment.caplen = 40 + 4;
    session_apply(s, &m.event);
    assert_string_equal(lines_of(s, &both),
                        ">begin|>mid|<xxxx|!<[96 bytes not captured]|!>[1,500 bytes missing]|>end|");
    session_free(s);
}

/* Asked for backwards, forwards and after the stream has grown, a line is what it was; and a last line grows.
 */
static void test_any_line_at_any_time(void **state)
{
    (void)state;
    enum { LINES = 300 };
    char text[32], want[32];
    struct session *s = captured();
    struct transcript *t = transcript_new(heap_mem(), s, 0);
    struct transcript_line l = {0};
    str_init(&l.text, heap_mem());
    for (int i = 0; i < LINES; i++) {
        sprintf(text, "line %d\n", i);
        say_text(s, SIDE_CLIENT, text);
        if (i % 50 == 0)
            make(t, &both);
    }
    say_text(s, SIDE_CLIENT, "open");
    make(t, &both);
    assert_int_equal(transcript_lines(t), LINES + 1);
    for (size_t k = 0; k < LINES * 2; k++) {
        size_t i = k < LINES ? LINES - 1 - k : (k * 7) % LINES;
        sprintf(want, "line %zu", i);
        assert_true(transcript_line(t, i, &l));
        assert_string_equal(l.text.at, want);
    }
    assert_true(transcript_line(t, LINES, &l));
    assert_string_equal(l.text.at, "open");
    say_text(s, SIDE_CLIENT, " end");
    make(t, &both);
    assert_int_equal(transcript_lines(t), LINES + 1);
    assert_true(transcript_line(t, LINES, &l));
    assert_string_equal(l.text.at, "open end");
    assert_false(transcript_line(t, LINES + 1, &l));
    assert_int_equal(transcript_said(t, SIDE_NONE), said[SIDE_CLIENT] - 1);
    assert_int_equal(transcript_said(t, SIDE_SERVER), 0);
    struct transcript_style narrow = both;
    narrow.width = 4; /* which is 8 */
    say_text(s, SIDE_CLIENT, "!");
    make(t, &narrow);
    assert_true(transcript_line(t, transcript_lines(t) - 1, &l));
    assert_string_equal(l.text.at, "!");
    str_release(&l.text);
    transcript_free(t);
    session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_and_turns),
        cmocka_unit_test(test_foreign_bytes),
        cmocka_unit_test(test_hex),
        cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_any_line_at_any_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
