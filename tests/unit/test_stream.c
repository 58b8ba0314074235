/* What both sides said, from segments in any order: each byte once, holes where they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "session/stream.h"
#include "unit/timeline.h"

enum { PSH_ACK = TCP_PSH | TCP_ACK };

static struct session *captured(void)
{
    struct session_options o = {.source = "a.pcap", .started_ns = 7, .mem = heap_mem()};
    return session_new(&o);
}

static uint64_t now_us;

static void say_raw(struct session *s, enum side from, unsigned flags, uint32_t seq, uint32_t ack,
                    const char *text, uint32_t len)
{
    struct made m;
    make_frame(&m, at_us(now_us += 10), from, CLIENT_PORT, flags, seq, ack, len);
    memcpy(m.bytes + 40, text, len);
    seal_frame(&m, len);
    session_apply(s, &m.event);
}

static void say(struct session *s, enum side from, uint32_t seq, uint32_t ack, const char *text)
{
    say_raw(s, from, PSH_ACK, seq, ack, text, (uint32_t)strlen(text));
}

/* As one text: "C:abc S:x [3] …"; a new word where the side changes or bytes are missing. */
static const char *told(struct session *s, bool ends)
{
    static char text[4000];
    size_t n = 0;
    enum side before = SIDE_NONE;
    struct stream *t = stream_new(heap_mem(), s, 0);
    while (stream_work(t, 0))
        ;
    if (ends)
        stream_finish(t);
    for (size_t i = 0; i < stream_pieces(t); i++) {
        const struct stream_piece *p = stream_piece(t, i);
        uint32_t len;
        if (p->side != before)
            n += (size_t)sprintf(text + n, "%s%s", n ? " " : "", p->side == SIDE_CLIENT ? "C:" : "S:");
        before = p->side;
        if (p->row == NO_ROW) {
            n += (size_t)sprintf(text + n, "[%u]", p->len);
            continue;
        }
        const uint8_t *bytes = stream_bytes(t, p, 0, &len);
        assert_int_equal(len, p->len);
        memcpy(text + n, bytes, len);
        n += len;
        text[n] = 0;
        assert_true(len < 2 || stream_bytes(t, p, 1, &len) == bytes + 1);
    }
    stream_free(t);
    text[n] = 0;
    return text;
}

static void test_in_order(void **state)
{
    (void)state;
    struct session *s = captured();
    shake_hands(s);
    say(s, SIDE_CLIENT, 1, 1, "hello ");
    say(s, SIDE_CLIENT, 7, 1, "there");
    say_raw(s, SIDE_SERVER, TCP_ACK, 1, 12, "", 0);
    say(s, SIDE_SERVER, 1, 12, "yes?");
    say(s, SIDE_CLIENT, 12, 5, "bye");
    assert_string_equal(told(s, false), "C:hello there S:yes? C:bye");
    session_free(s);
}

/* Again, again with more behind it, overlapping both ends, and a keep-alive's byte. */
static void test_bytes_that_come_twice_stand_once(void **state)
{
    (void)state;
    struct session *s = captured();
    shake_hands(s);
    say(s, SIDE_CLIENT, 1, 1, "abcd");
    say(s, SIDE_CLIENT, 1, 1, "abcd");
    say(s, SIDE_CLIENT, 3, 1, "cdef");
    say(s, SIDE_CLIENT, 6, 1, "?");
    say(s, SIDE_CLIENT, 0, 1, "?");
    say(s, SIDE_CLIENT, 9, 1, "ij"); /* gh are late, and come with both neighbours */
    say(s, SIDE_CLIENT, 13, 1, "mn");
    say(s, SIDE_CLIENT, 6, 1, "fghijklmnop");
    assert_string_equal(told(s, false), "C:abcdefghijklmnop");
    session_free(s);
}

/* What is missing is waited for, until the other side has acknowledged it and time has passed, or nothing
 * more comes. */
static void test_holes(void **state)
{
    (void)state;
    struct session *s = captured();
    shake_hands(s);
    say(s, SIDE_CLIENT, 1, 1, "ab");
    say(s, SIDE_CLIENT, 6, 1, "fg");
    say(s, SIDE_CLIENT, 10, 1, "jk");
    say(s, SIDE_SERVER, 1, 8, "got it");
    assert_string_equal(told(s, false), "C:ab S:got it");
    assert_string_equal(told(s, true), "C:ab S:got it C:[3]fg[2]jk");
    for (uint32_t i = 0; i < 20; i++)
        say_raw(s, SIDE_SERVER, TCP_ACK, 7, 8, "", 0);
    assert_string_equal(told(s, false), "C:ab S:got it C:[3]fg"); /* hi is not acknowledged */
    say(s, SIDE_CLIENT, 8, 1, "hi");
    assert_string_equal(told(s, false), "C:ab S:got it C:[3]fghijk");
    session_free(s);
}

/* One whose checksum is wrong. */
static void say_badly(struct session *s, uint32_t seq, uint32_t len, char with)
{
    struct made m;
    make_frame(&m, at_us(now_us += 10), SIDE_CLIENT, CLIENT_PORT, PSH_ACK, seq, 1, len);
    memset(m.bytes + 40, with, len);
    session_apply(s, &m.event);
}

/* A receiver drops a segment whose checksum is wrong, and takes the one that repairs it; but what it
 * acknowledges it has taken, and in the end it is all that is known. */
static void test_wrong_checksums(void **state)
{
    (void)state;
    struct session *s = captured();
    shake_hands(s);
    say_badly(s, 1, 3, '?');
    assert_string_equal(told(s, false), "");
    assert_string_equal(told(s, true), "C:???");
    say(s, SIDE_CLIENT, 1, 1, "abc");
    assert_string_equal(told(s, true), "C:abc");
    say_badly(s, 4, 3, 'd');
    say(s, SIDE_CLIENT, 7, 1, "gh");
    say_badly(s, 9, 4, '?');
    assert_string_equal(told(s, false), "C:abc");
    say_raw(s, SIDE_SERVER, TCP_ACK, 1, 9, "", 0);
    assert_string_equal(told(s, false), "C:abcdddgh");
    say(s, SIDE_CLIENT, 9, 1, "ij");
    assert_string_equal(told(s, false), "C:abcdddghij");
    say(s, SIDE_CLIENT, 15, 1, "op");
    assert_string_equal(told(s, true), "C:abcdddghij??[2]op");
    session_free(s);
}

static uint32_t dice(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

/* A text cut into segments that overlap, are mixed up and repeated, over numbers that wrap: it comes out
 * whole. */
static void test_any_order(void **state)
{
    (void)state;
    static const char text[] = "The quick brown fox jumps over the lazy dog, and back again, and once more.";
    for (uint32_t round = 1; round < 60; round++) {
        uint32_t seed = round, at[200], len[200], n = 0, whole = sizeof text - 1;
        for (uint32_t i = 0; i < whole; i += len[n++]) {
            at[n] = i;
            len[n] = 1 + dice(&seed, whole - i < 9 ? whole - i : 9);
        }
        for (uint32_t i = 0; i < 40; i++, n++) { /* copies that are cut otherwise */
            at[n] = dice(&seed, whole);
            len[n] = 1 + dice(&seed, whole - at[n]);
        }
        for (uint32_t i = n - 1; i > 0; i--) {
            uint32_t k = dice(&seed, i + 1), a = at[i], l = len[i];
            at[i] = at[k], len[i] = len[k], at[k] = a, len[k] = l;
        }
        struct session *s = captured();
        shake_hands(s);
        for (uint32_t i = 0; i < n; i++)
            say_raw(s, SIDE_CLIENT, PSH_ACK, 1 + at[i], 1, text + at[i], len[i]);
        char want[sizeof text + 2];
        sprintf(want, "C:%s", text);
        assert_string_equal(told(s, false), want);
        session_free(s);
    }
}

/* What a side said, all of it, without holes. */
static void assert_said(struct session *s, const char *text, uint32_t whole)
{
    struct stream *t = stream_new(heap_mem(), s, 0);
    uint64_t at = 0;
    while (stream_work(t, UINT64_MAX))
        ;
    for (size_t i = 0; i < stream_pieces(t); i++) {
        const struct stream_piece *p = stream_piece(t, i);
        uint32_t len;
        const uint8_t *bytes = stream_bytes(t, p, 0, &len);
        assert_non_null(bytes);
        assert_true(p->at == at && p->len == len && at + len <= whole);
        assert_memory_equal(bytes, text + at, len);
        at += len;
    }
    assert_true(at == whole && stream_said(t, SIDE_CLIENT) == whole);
    stream_free(t);
}

/* Thousands of short segments wait for the first byte, in any order, forwards or backwards, with gaps; long
 * ones fill the gaps. */
static void test_many_wait(void **state)
{
    (void)state;
    enum { WHOLE = 12000, LONG = 700 };
    static char text[WHOLE];
    static uint32_t at[WHOLE];
    for (uint32_t round = 0; round < 6; round++) {
        uint32_t seed = round, n = 0;
        for (uint32_t i = 0; i < WHOLE; i++)
            text[i] = (char)(' ' + dice(&seed, 90));
        for (uint32_t i = 1; i + 2 < WHOLE; i += 1 + dice(&seed, 4))
            at[n++] = i;
        for (uint32_t i = n - 1; i > 0 && round > 0; i--) {
            uint32_t k = round == 1 ? n - 1 - i : dice(&seed, i + 1), a = at[i];
            if (round > 1 || k < i) /* backwards is half of them with the other half */
                at[i] = at[k], at[k] = a;
        }
        struct session *s = captured();
        shake_hands(s);
        for (uint32_t i = 0; i < n; i++)
            say_raw(s, SIDE_CLIENT, PSH_ACK, 1 + at[i], 1, text + at[i], 1 + dice(&seed, 2));
        for (uint32_t i = 0; i < 40; i++) { /* some are filled, and filled again */
            uint32_t from = 1 + dice(&seed, WHOLE - 1), most = WHOLE - from < LONG ? WHOLE - from : LONG;
            say_raw(s, SIDE_CLIENT, PSH_ACK, 1 + from, 1, text + from, 1 + dice(&seed, most));
        }
        for (uint32_t i = 0; i < WHOLE; i += LONG / 2) /* the first ones give what waits the way */
            say_raw(s, SIDE_CLIENT, PSH_ACK, 1 + i, 1, text + i, WHOLE - i < LONG ? WHOLE - i : LONG);
        assert_said(s, text, WHOLE);
        session_free(s);
    }
}

/* More than 2^32 bytes, in steps that a receiver could follow. */
static void test_numbers_wrap(void **state)
{
    (void)state;
    struct session *s = captured();
    shake_hands(s);
    struct stream *t = stream_new(heap_mem(), s, 0);
    uint64_t at = 0;
    for (uint32_t i = 0; i < 9; i++) {
        say_raw(s, SIDE_CLIENT, PSH_ACK, (uint32_t)(1 + at), 1, "x", 1);
        at += UINT64_C(0x30000000);
        say_raw(s, SIDE_SERVER, TCP_ACK, 1, (uint32_t)(1 + at), "", 0);
        while (stream_work(t, UINT64_MAX))
            ;
        stream_finish(t);
    }
    const struct stream_piece *last = stream_piece(t, stream_pieces(t) - 1);
    assert_non_null(last);
    assert_true(last->at == UINT64_C(0x30000000) * 8);
    assert_int_equal(last->len, 1);
    assert_int_equal(stream_said(t, SIDE_CLIENT), 9);
    stream_free(t);
    session_free(s);
}

static void test_fewer_bytes_captured(void **state)
{
    (void)state;
    struct session *s = captured();
    struct made m;
    uint32_t len;
    shake_hands(s);
    make_frame(&m, at_us(now_us += 10), SIDE_CLIENT, CLIENT_PORT, PSH_ACK, 1, 1, 100);
    m.event.u.segment.caplen = 40 + 30;
    session_apply(s, &m.event);
    struct stream *t = stream_new(heap_mem(), s, 0);
    stream_work(t, UINT64_MAX);
    assert_int_equal(stream_pieces(t), 1);
    assert_int_equal(stream_piece(t, 0)->len, 100);
    assert_non_null(stream_bytes(t, stream_piece(t, 0), 10, &len));
    assert_int_equal(len, 20);
    assert_null(stream_bytes(t, stream_piece(t, 0), 30, &len));
    assert_int_equal(len, 0);
    stream_free(t);
    session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_order),     cmocka_unit_test(test_bytes_that_come_twice_stand_once),
        cmocka_unit_test(test_holes),        cmocka_unit_test(test_wrong_checksums),
        cmocka_unit_test(test_any_order),    cmocka_unit_test(test_many_wait),
        cmocka_unit_test(test_numbers_wrap), cmocka_unit_test(test_fewer_bytes_captured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
