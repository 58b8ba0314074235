/* Text, names, arena: what everybody relies on. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/event.h"
#include "core/mem.h"
#include "core/str.h"
#include "core/types.h"

/* Memory that counts what it holds, and gives nothing from the Nth request on. */
struct counted {
    size_t held, requests, fail_at; /* fail_at 0: never */
};

static void *counted_resize(void *ctx, void *old, size_t old_size, size_t new_size)
{
    struct counted *c = ctx;
    if (!new_size) {
        free(old);
        c->held -= old_size;
        return NULL;
    }
    if (++c->requests >= c->fail_at && c->fail_at)
        return NULL;
    void *p = realloc(old, new_size);
    c->held += new_size - old_size;
    return p;
}

static struct counted counted;
static const struct mem mem = {.resize = counted_resize, .ctx = &counted};

static int set_up(void **state)
{
    (void)state;
    counted = (struct counted){0};
    return 0;
}

static int nothing_is_held(void **state)
{
    (void)state;
    return counted.held != 0;
}

static void text_grows_and_is_cut(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, &mem);
    assert_string_equal(s.at, "");
    str_clear(&s);
    str_put(&s, NULL);
    assert_int_equal(s.len, 0);
    str_put(&s, "ab");
    str_put_n(&s, "cdef", 2);
    str_put_char(&s, '!');
    str_put_rep(&s, "xy", 3);
    str_put_rep(&s, "xy", 0);
    str_put_rep(&s, "", 3);
    assert_string_equal(s.at, "abcd!xyxyxy");
    assert_int_equal(s.len, 11);
    str_cut(&s, 20);
    assert_int_equal(s.len, 11);
    str_cut(&s, 2);
    assert_string_equal(s.at, "ab");
    for (int i = 0; i < 1000; i++)
        str_put(&s, "0123456789");
    assert_int_equal(s.len, 10002);
    assert_int_equal(strlen(s.at), 10002);
    assert_false(s.failed);
    str_release(&s);
    assert_string_equal(s.at, "");
}

static void without_memory_text_stays(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, &mem);
    counted.fail_at = 2;
    str_put(&s, "kept");
    for (int i = 0; i < 100; i++)
        str_put(&s, "a longer piece of text");
    assert_true(s.failed);
    assert_memory_equal(s.at, "kept", 4);
    assert_int_equal(strlen(s.at), s.len);
    size_t len = s.len;
    str_put_rep(&s, "a piece that cannot fit any more, whatever the room was", 1000000);
    assert_int_equal(s.len, len);
    str_clear(&s);
    assert_true(s.failed);
    str_release(&s);
}

#define CHECK(want, call)                                                                                    \
    do {                                                                                                     \
        struct str s;                                                                                        \
        str_init(&s, &mem);                                                                                  \
        call;                                                                                                \
        assert_string_equal(s.at, want);                                                                     \
        str_release(&s);                                                                                     \
    } while (0)

static void numbers(void **state)
{
    (void)state;
    CHECK("0", str_put_u64(&s, 0));
    CHECK("18446744073709551615", str_put_u64(&s, UINT64_MAX));
    CHECK("-9223372036854775808", str_put_i64(&s, INT64_MIN));
    CHECK("7", str_put_i64(&s, 7));
    CHECK("00ff", str_put_hex(&s, 255, 4));
    CHECK("1ff", str_put_hex(&s, 0x1ff, 2));
    CHECK("0", str_put_hex(&s, 0, 0));
    CHECK("1.500", str_put_fixed(&s, 1500, 3));
    CHECK("0.005", str_put_fixed(&s, 5, 3));
    CHECK("0.000", str_put_fixed(&s, 0, 3));
    CHECK("12", str_put_fixed(&s, 12, 0));
    CHECK("1795347330.018499000", str_put_fixed(&s, UINT64_C(1795347330018499000), 9));
    CHECK("9,600,000", str_put_grouped(&s, 9600000));
    CHECK("999", str_put_grouped(&s, 999));
    CHECK("1,000", str_put_grouped(&s, 1000));
}

/* All lengths, and where each goes over to the next: as printf has them. */
static void numbers_as_printf_has_them(void **state)
{
    (void)state;
    char want[64];
    uint64_t power = 1, random = 88172645463325252u;
    for (int digits = 1; digits <= 20; digits++, power *= 10)
        for (int i = 0; i < 1000; i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            const uint64_t v = i < 3 ? power - 1 + (uint64_t)i : power + random % power;
            snprintf(want, sizeof want, "%" PRIu64, v);
            CHECK(want, str_put_u64(&s, v));
            for (unsigned d = 1, unit = 10; d <= 9; d++, unit *= 10) {
                snprintf(want, sizeof want, "%" PRIu64 ".%0*" PRIu64, v / unit, (int)d, v % unit);
                CHECK(want, str_put_fixed(&s, v, d));
            }
        }
    CHECK("18,446,744,073,709,551,615", str_put_grouped(&s, UINT64_MAX));
    CHECK("12,345,678", str_put_grouped(&s, 12345678));
}

static void sizes_and_spans(void **state)
{
    (void)state;
    CHECK("431", str_put_size(&s, 431));
    CHECK("9,999", str_put_size(&s, 9999));
    CHECK("64 K", str_put_size(&s, 65536));
    CHECK("9.8 K", str_put_size(&s, 10000));
    CHECK("2.5 M", str_put_size(&s, 5 << 19));
    CHECK("1 M", str_put_size(&s, 1 << 20));
    CHECK("1.0 M", str_put_size(&s, (1 << 20) - 1));
    CHECK("16 E", str_put_size(&s, UINT64_MAX));
    CHECK("0 ns", str_put_span(&s, 0, false));
    CHECK("999 ns", str_put_span(&s, 999, false));
    CHECK("3.7 µs", str_put_span(&s, 3700, false));
    CHECK("46 us", str_put_span(&s, 46000, true));
    CHECK("1.0 ms", str_put_span(&s, 999700, false));
    CHECK("203 ms", str_put_span(&s, 203100000, false));
    CHECK("8.0 s", str_put_span(&s, UINT64_C(8000000000), false));
    CHECK("12 min", str_put_span(&s, UINT64_C(720000000000), false));
    CHECK("2 h", str_put_span(&s, UINT64_C(7200000000000), false));
    CHECK("2 h", str_put_span(&s, UINT64_C(7199900000000), false)); /* the nearest, not what is below */
    CHECK("3 min", str_put_span(&s, UINT64_C(179000000000), false));
    CHECK("213504 d", str_put_span(&s, UINT64_MAX, false));
}

static struct addr addr6(const uint16_t (*groups)[8])
{
    struct addr a = {.family = 6};
    for (int i = 0; i < 8; i++) {
        a.at[2 * i] = (uint8_t)((*groups)[i] >> 8);
        a.at[2 * i + 1] = (uint8_t)(*groups)[i];
    }
    return a;
}

#define ADDR6(...) addr6(&(const uint16_t[8]){__VA_ARGS__})
#define CHECK_ADDR6(want, ...)                                                                               \
    do {                                                                                                     \
        struct addr a = ADDR6(__VA_ARGS__);                                                                  \
        CHECK(want, str_put_addr(&s, &a));                                                                   \
    } while (0)

/* RFC 5952 4 */
static void addresses(void **state)
{
    (void)state;
    struct endpoint e = {.addr = {.family = 4, .at = {127, 0, 0, 1}}, .port = 3344};
    CHECK("127.0.0.1:3344", str_put_endpoint(&s, &e));
    struct endpoint six = {.addr = ADDR6(0, 0, 0, 0, 0, 0, 0, 1), .port = 3344};
    CHECK("[::1]:3344", str_put_endpoint(&s, &six));
    struct endpoint none = {.port = 1};
    CHECK("?", str_put_endpoint(&s, &none));
    CHECK_ADDR6("::", 0);
    CHECK_ADDR6("2001:db8::1", 0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
    CHECK_ADDR6("2001:db8:0:1:1:1:1:1", 0x2001, 0xdb8, 0, 1, 1, 1, 1, 1);
    CHECK_ADDR6("2001:0:0:1::1", 0x2001, 0, 0, 1, 0, 0, 0, 1);
    CHECK_ADDR6("2001:db8::1:0:0:1", 0x2001, 0xdb8, 0, 0, 1, 0, 0, 1);
    CHECK_ADDR6("fe80::", 0xfe80);
    CHECK_ADDR6("1:2:3:4:5:6:7:8", 1, 2, 3, 4, 5, 6, 7, 8);
    CHECK_ADDR6("::ffff:10.0.0.1", 0, 0, 0, 0, 0, 0xffff, 0x0a00, 1);
    assert_true(
        endpoint_equal(&e, &(struct endpoint){.addr = {.family = 4, .at = {127, 0, 0, 1}}, .port = 3344}));
    assert_false(endpoint_equal(&e, &six));
    assert_false(
        endpoint_equal(&six, &(struct endpoint){.addr = ADDR6(0, 0, 0, 0, 0, 0, 0, 2), .port = 3344}));
}

static void utf8_is_strict(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t takes;
        uint32_t is;
    } rows[] = {
        {"a", 1, 'a'},
        {"\xC2\xB5", 2, 0xB5},
        {"\xE4\xBD\xA0", 3, 0x4F60},
        {"\xF0\x9F\x98\x80", 4, 0x1F600},
        {"\xF4\x8F\xBF\xBF", 4, 0x10FFFF},
        {"\xEF\xBF\xBD", 3, 0xFFFD},
        {"\x80", 1, 0xFFFD},     /* a continuation alone */
        {"\xC0\xAF", 1, 0xFFFD}, /* overlong */
        {"\xC1\xBF", 1, 0xFFFD},
        {"\xE0\x9F\xBF", 1, 0xFFFD},
        {"\xF0\x8F\xBF\xBF", 1, 0xFFFD},
        {"\xED\xA0\x80", 1, 0xFFFD},     /* a surrogate */
        {"\xF4\x90\x80\x80", 1, 0xFFFD}, /* above 10FFFF */
        {"\xF5\x80\x80\x80", 1, 0xFFFD},
        {"\xE4\xBD", 1, 0xFFFD}, /* cut */
        {"\xE4\xBDz", 1, 0xFFFD},
        {"\xF0\x9F\x98z", 1, 0xFFFD},
        {"\xFF", 1, 0xFFFD},
    };
    uint32_t ch;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(utf8_next(rows[i].bytes, strlen(rows[i].bytes), &ch), rows[i].takes);
        assert_int_equal(ch, rows[i].is);
    }
    assert_int_equal(utf8_next("", 0, &ch), 0);
}

#define SAFE(want, bytes, ascii) CHECK(want, str_put_safe(&s, bytes, sizeof(bytes) - 1, ascii))
#define JSON(want, bytes)        CHECK(want, str_put_json(&s, bytes, sizeof(bytes) - 1))

static void foreign_bytes_are_harmless(void **state)
{
    (void)state;
    SAFE("plain text ~", "plain text ~", false);
    SAFE("␛[31m", "\x1b[31m", false);
    SAFE("^[[31m^M^J^?^@", "\x1b[31m\r\n\x7f\0", true);
    SAFE("␀␊␡", "\0\n\x7f", false);
    SAFE("<U+009B>31m",
         "\xC2\x9B"
         "31m",
         false); /* C1: CSI */
    SAFE("a<U+202E>b<U+2066><U+2069><U+200E><U+200F>", "a\u202Eb\u2066\u2069\u200E\u200F", false);
    SAFE("<U+202A><U+061C><U+FEFF><U+E0041>", "\u202A\u061C\uFEFF\U000E0041", false);
    SAFE("<U+202E>", "\u202E", true);
    SAFE("你好\uFFFDx", "你好\xE4x", false);
    SAFE("??x", "你\xFFx", true);
    SAFE("\uFFFD\uFFFD\uFFFD", "\xED\xA0\x80", false);
    SAFE("\uFFFD[0m", "\x9B[0m", false); /* a C1 byte alone is no UTF-8 */
}

static void json_is_valid(void **state)
{
    (void)state;
    JSON("a \\\"b\\\" c:\\\\d", "a \"b\" c:\\d");
    JSON("\\n\\r\\t\\b\\f\\u0000\\u001b\\u007f", "\n\r\t\b\f\0\x1b\x7f");
    JSON("你好\uFFFD\uFFFD", "你好\xC0\xAF");
    JSON("\\u009b\\u202e\\u2028", "\xC2\x9B\u202E\u2028");
    JSON("\\udb40\\udc41", "\U000E0041");
    JSON("\U0001F600", "\U0001F600");
}

/* Whatever the bytes: what comes out is UTF-8 without controls. */
static void no_byte_pair_gets_through(void **state)
{
    (void)state;
    for (unsigned pair = 0; pair < 0x10000; pair++) {
        char bytes[3] = {(char)(pair >> 8), (char)pair, 'm'};
        struct str out[3];
        for (int kind = 0; kind < 3; kind++) {
            struct str *s = &out[kind];
            str_init(s, &mem);
            if (kind == 2)
                str_put_json(s, bytes, 3);
            else
                str_put_safe(s, bytes, 3, kind == 1);
            uint32_t ch;
            for (size_t at = 0, n; at < s->len; at += n) {
                n = utf8_next(s->at + at, s->len - at, &ch);
                assert_true(ch >= 0x20 && (ch < 0x7F || ch > 0x9F));
                assert_true(kind != 1 || ch < 0x7F);
                assert_true(ch != 0xFFFD || n == 3);
            }
            str_release(s);
        }
    }
}

static void names(void **state)
{
    (void)state;
    enum label l;
    enum tcp_state t;
    enum side side;
    assert_null(state_name(STATE_UNKNOWN));
    assert_null(step_name(STEP_NONE));
    assert_null(cause_name(CAUSE_UNKNOWN));
    assert_null(side_name(SIDE_NONE));
    assert_null(timer_name(TIMER_NONE));
    assert_string_equal(state_name(STATE_SYN_RECEIVED), "SYN-RECEIVED");
    assert_string_equal(state_brief(STATE_ESTABLISHED), "ESTAB");
    assert_string_equal(label_words(LABEL_DUP_ACK), "duplicate ACK");
    assert_string_equal(ws_name(WS_TFO_IGNORED), "tfo_ignored");
    assert_string_equal(step_name(STEP_CLOSE_3_OF_3), "close 3 of 3");
    assert_string_equal(cause_name(CAUSE_DELAYED_ACK), "delayed-ack");
    assert_string_equal(side_name(SIDE_SERVER), "server");
    for (int i = 0; i < LABEL_COUNT; i++) {
        assert_true(label_find(label_name((enum label)i), strlen(label_name((enum label)i)), &l));
        assert_int_equal(l, i);
    }
    assert_true(state_find("fin-wait-2 and more", 10, &t));
    assert_int_equal(t, STATE_FIN_WAIT_2);
    assert_false(state_find("FIN-WAIT", 8, &t));
    assert_false(label_find("SYN", 3, &l));
    assert_true(side_find("client", 6, &side));
    assert_false(side_find("clien", 5, &side));
    for (int i = 0; i < EVENT_KINDS; i++)
        assert_non_null(event_kind_name((enum event_kind)i));
    assert_string_equal(wire_event_name(WIRE_DUPLICATED), "duplicated");
    assert_string_equal(stamp_point_name(STAMP_SOFTIRQ), "softirq");
    assert_string_equal(timer_name(TIMER_KEEPALIVE), "keepalive");
}

static void arena_gives_zeroed_memory(void **state)
{
    (void)state;
    struct arena *a = arena_new(&mem);
    unsigned char *last = NULL;
    for (size_t i = 0; i < 3000; i++) {
        size_t size = i % 700 == 699 ? 300000 : i % 97;
        unsigned char *p = arena_take(a, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 8, 0);
        assert_ptr_not_equal(p, last);
        for (size_t n = 0; n < size; n++)
            assert_int_equal(p[n], 0);
        memset(p, 0xAA, size);
        last = p;
    }
    assert_string_equal(arena_text(a, "text and more", 4), "text");
    assert_string_equal(arena_text(a, NULL, 0), "");
    assert_int_equal(arena_used(a), counted.held);
    assert_null(arena_take(a, SIZE_MAX));
    counted.fail_at = 1;
    assert_null(arena_take(a, 1 << 20));
    arena_free(a);
    assert_null(arena_new(&mem));
    arena_free(NULL);
}

static void items_grow_or_stay(void **state)
{
    (void)state;
    void *items = NULL;
    size_t cap = 0;
    assert_true(mem_grow(&mem, &items, &cap, 3, 12));
    assert_true(cap >= 3);
    size_t before = cap;
    assert_true(mem_grow(&mem, &items, &cap, cap, 12));
    assert_int_equal(cap, before);
    assert_false(mem_grow(&mem, &items, &cap, SIZE_MAX / 4, 12));
    counted.fail_at = 1;
    assert_false(mem_grow(&mem, &items, &cap, cap + 1, 12));
    assert_int_equal(cap, before);
    mem_free(&mem, items, cap * 12);
    mem_free(&mem, NULL, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, nothing_is_held)
    const struct CMUnitTest tests[] = {
        TEST(text_grows_and_is_cut),
        TEST(without_memory_text_stays),
        TEST(numbers),
        TEST(numbers_as_printf_has_them),
        TEST(sizes_and_spans),
        TEST(addresses),
        TEST(utf8_is_strict),
        TEST(foreign_bytes_are_harmless),
        TEST(json_is_valid),
        TEST(no_byte_pair_gets_through),
        TEST(names),
        TEST(arena_gives_zeroed_memory),
        TEST(items_grow_or_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
