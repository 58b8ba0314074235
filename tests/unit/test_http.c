/* Requests end where their heads say, however the stream is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "lab/http.h"
#include "plat/heap.h"

/* Feeds bytes in two pieces cut at `cut`; how many requests were complete, and whether the last asked for a
 * close. */
static unsigned feed_cut(const char *bytes, size_t len, size_t cut, bool *close)
{
    struct http h = {0};
    unsigned requests = 0;
    *close = false;
    for (size_t at = 0, end = cut; at < len; end = at < cut ? cut : len) {
        at += http_feed(&h, bytes + at, end - at);
        if (h.part == HTTP_COMPLETE) {
            requests++;
            *close = h.close;
            http_next(&h);
        }
    }
    return requests;
}

static unsigned feed(const char *text, enum http_part *part)
{
    struct http h = {0};
    unsigned requests = 0;
    for (size_t at = 0, len = strlen(text); at < len;) {
        at += http_feed(&h, text + at, len - at);
        if (h.part == HTTP_COMPLETE) {
            requests++;
            http_next(&h);
        }
    }
    *part = h.part;
    return requests;
}

/* Only the last CR of a line is none of its text, however many there are and however the line comes. */
static void a_version_has_no_cr_inside(void **state)
{
    (void)state;
    char text[300];
    memset(text, '\r', sizeof text);
    memset(text, 'x', 100);
    memcpy(text + 100, " HTTP/1.", 8);
    memcpy(text + 200, "0\r\n\r\n", 6);
    for (size_t cut = 0; cut < 206; cut++) {
        bool close = false;
        assert_int_equal(feed_cut(text, 206, cut, &close), 0);
    }
    struct http h = {0};
    for (size_t at = 0; at < 206; at++)
        assert_int_equal(http_feed(&h, text + at, 1), 1);
    assert_int_equal(h.part, HTTP_START);
}

static void every_cut(void **state)
{
    (void)state;
    static const char text[] =
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        "POST /blog/ HTTP/1.1\r\ncontent-length:  5 \r\nConnection: Keep-Alive, close\r\n\r\nhello"
        "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5;x=1\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n"
        "GET / HTTP/1.0\r\n\r\n";
    for (size_t cut = 0; cut <= sizeof text - 1; cut++) {
        bool close = false;
        assert_int_equal(feed_cut(text, sizeof text - 1, cut, &close), 4);
        assert_true(close); /* HTTP/1.0 without keep-alive */
    }
    bool close = false;
    const char *second = strstr(text, "POST");
    assert_int_equal(feed_cut(second, (size_t)(strstr(text, "POST /x") - second), 3, &close), 1);
    assert_true(close);
}

/* A request line of which only the two ends are looked at, cut anywhere. */
static void long_line(void **state)
{
    (void)state;
    static char text[1200];
    memset(text, 'x', 1000);
    strcpy(text + 1000, " HTTP/1.1\r\nA: b\r\nContent-Length: 3\r\n\r\nabc");
    for (size_t cut = 0, len = strlen(text); cut <= len; cut++) {
        bool close = false;
        assert_int_equal(feed_cut(text, len, cut, &close), 1);
        assert_int_equal(feed_cut(text, len - 1, cut < len ? cut : len - 1, &close), 0);
    }
}

static void not_complete(void **state)
{
    (void)state;
    enum http_part part;
    assert_int_equal(feed("POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\nhello", &part), 0);
    assert_int_equal(part, HTTP_BODY);
    assert_int_equal(feed("GET / HTTP/1.1\r\nHost: a\r\n", &part), 0);
    assert_int_equal(part, HTTP_FIELDS);
    assert_int_equal(feed("hello\n\n\nworld\r\n", &part), 0);
    assert_int_equal(part, HTTP_START);
    assert_int_equal(feed("POST / HTTP/1.1\nContent-Length: 1\n\nx", &part), 1);
}

static void wrong(void **state)
{
    (void)state;
    enum http_part part;
    assert_int_equal(feed("POST / HTTP/1.1\r\nContent-Length: 5x\r\n\r\nhello\r\n", &part), 0);
    assert_int_equal(part, HTTP_WRONG);
    assert_int_equal(feed("POST / HTTP/1.1\r\nContent-Length: 999999999999999999999\r\n\r\n", &part), 0);
    assert_int_equal(part, HTTP_WRONG);
    assert_int_equal(feed("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", &part), 0);
    assert_int_equal(part, HTTP_WRONG);
    assert_int_equal(feed("A / HTTP/1.1\r\nContent-Length: x\r\n\r\nGET / HTTP/1.1\r\n\r\n", &part), 1);
}

/* A request behind what was none says so; the next one does not. */
static void refused(void **state)
{
    (void)state;
    static const char text[] =
        "A / HTTP/1.1\r\nContent-Length: x\r\n\r\nB / HTTP/1.1\r\n\r\nC / HTTP/1.1\r\n\r\n";
    struct http h = {0};
    size_t at = http_feed(&h, text, sizeof text - 1);
    assert_int_equal(h.part, HTTP_COMPLETE);
    assert_true(h.refused);
    http_next(&h);
    assert_int_equal(at + http_feed(&h, text + at, sizeof text - 1 - at), sizeof text - 1);
    assert_int_equal(h.part, HTTP_COMPLETE);
    assert_false(h.refused);
}

static void too_long(void **state)
{
    (void)state;
    struct http h = {0};
    static char line[1000];
    memset(line, 'x', sizeof line);
    const char start[] = "GET / HTTP/1.1\r\n";
    assert_int_equal(http_feed(&h, start, sizeof start - 1), sizeof start - 1);
    for (int i = 0; i < 65; i++)
        http_feed(&h, line, sizeof line);
    assert_int_equal(h.part, HTTP_FIELDS);
    http_feed(&h, line, sizeof line);
    assert_int_equal(h.part, HTTP_WRONG);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(http_feed(&h, line, sizeof line), sizeof line);
    const char again[] = "\nGET / HTTP/1.1\r\n\r\n";
    http_feed(&h, again, sizeof again - 1);
    assert_int_equal(h.part, HTTP_COMPLETE);
}

static void big_body(void **state)
{
    (void)state;
    struct http h = {0};
    const char start[] = "POST / HTTP/1.1\r\nContent-Length: 5000000000\r\n\r\n";
    static char chunk[1000000];
    http_feed(&h, start, sizeof start - 1);
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(h.part, HTTP_BODY);
        assert_int_equal(http_feed(&h, chunk, sizeof chunk), sizeof chunk);
    }
    assert_int_equal(h.part, HTTP_COMPLETE);
}

static void made(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, heap_mem());
    struct endpoint six = {.addr = {.family = 6, .at = {[15] = 1}}, .port = 3344};
    http_request_head(&s, &six, 15, true);
    assert_non_null(strstr(s.at, "POST /blog/ HTTP/1.1\r\nHost: [::1]:3344\r\nContent-Length: 15\r\n"));
    assert_non_null(strstr(s.at, "\r\nConnection: keep-alive\r\nCache-Control: max-age=0\r\n"));
    assert_string_equal(s.at + s.len - 4, "\r\n\r\n");
    str_clear(&s);
    http_request_head(&s, &six, 0, false);
    assert_null(strstr(s.at, "Content-Length"));
    enum http_part part;
    assert_int_equal(feed(s.at, &part), 1);
    str_clear(&s);
    http_answer(&s, "很好", strlen("很好"), false);
    assert_string_equal(s.at, "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
                              "X-Frame-Options: SAMEORIGIN\r\nContent-Length: 6\r\n\r\n很好");
    str_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut), cmocka_unit_test(a_version_has_no_cr_inside),
        cmocka_unit_test(long_line), cmocka_unit_test(not_complete),
        cmocka_unit_test(wrong),     cmocka_unit_test(refused),
        cmocka_unit_test(too_long),  cmocka_unit_test(big_body),
        cmocka_unit_test(made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
