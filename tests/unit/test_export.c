/* Sessions as files: the formats, what a sink gets and when, JSON Lines member by member, text column by
 * column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "export/export.h"
#include "unit/timeline.h"

/* Where an export goes to in these tests. full: how many bytes the disk still takes. */
struct got {
    struct str text;
    size_t puts, full;
};

static bool take(void *ctx, const char *bytes, size_t len)
{
    struct got *g = ctx;
    g->puts++;
    if (g->full && g->text.len + len > g->full)
        return false;
    str_put_n(&g->text, bytes, len);
    return true;
}

static struct export *start(struct got *g, const char *format, const struct session *s, struct voice v)
{
    *g = (struct got){0};
    str_init(&g->text, heap_mem());
    struct export_options o = {.format = export_find(format, strlen(format)), .voice = v, .mem = heap_mem()};
    assert_non_null(o.format);
    struct export *e = export_new(&o, s, (struct export_sink){take, g});
    assert_non_null(e);
    return e;
}

static void whole(struct got *g, const char *format, const struct session *s, struct voice v)
{
    struct export *e = start(g, format, s, v);
    assert_true(export_all(e, 0));
    export_free(e);
}

static void happen(struct session *s, uint64_t us, struct event e)
{
    e.time_ns = at_us(us);
    if (e.kind != EVENT_NOTE && e.kind != EVENT_LISTENER)
        e.key = a_key(CLIENT_PORT);
    assert_true(session_apply(s, &e));
}

/* A connection with one event of each kind. */
static struct session *a_lesson(void)
{
    struct session *s = a_session(heap_mem());
    shake_hands(s);
    happen(s, 50,
           (struct event){.kind = EVENT_CALL,
                          .u.call = {.side = SIDE_CLIENT,
                                     .kind = CALL_WRITE,
                                     .name = "write",
                                     .args = "5, \"GET\t\\r\", 100",
                                     .fd = 5,
                                     .result = 100,
                                     .took_ns = 3000}});
    see(s, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);
    see(s, at_us(70), SIDE_SERVER, TCP_ACK, 1, 101, 0);
    happen(s, 80,
           (struct event){.kind = EVENT_SAMPLE,
                          .u.sample = {.side = SIDE_CLIENT,
                                       .state = STATE_ESTABLISHED,
                                       .recv_q = 0,
                                       .send_q = 0,
                                       .unsent = 0,
                                       .cwnd = 10,
                                       .ssthresh = -1,
                                       .rtt_us = 46,
                                       .rto_us = 204000,
                                       .timer = TIMER_KEEPALIVE,
                                       .timer_ms = 7488}});
    happen(s, 81, (struct event){.kind = EVENT_LISTENER, .u.listener = {STATE_LISTEN, 0, 1, 128}});
    happen(s, 82, (struct event){.kind = EVENT_COUNTER, .u.counter = {SIDE_CLIENT, "TCPLossProbes", 1}});
    happen(s, 83, (struct event){.kind = EVENT_NOTE, .u.note = {"say \"\xff\"", 7, false}});
    happen(s, 84,
           (struct event){.kind = EVENT_STAMP, .u.stamp = {SIDE_CLIENT, STAMP_QDISC, SIDE_CLIENT, 99}});
    return s;
}

static void test_formats_are_found(void **state)
{
    (void)state;
    assert_string_equal(export_by_suffix("a/b.jsonl")->name, "jsonl");
    assert_string_equal(export_by_suffix("x.txt")->name, "txt");
    assert_string_equal(export_by_suffix("x.svg")->name, "svg");
    assert_string_equal(export_by_suffix("x.slide.svg")->name, "slide");
    assert_null(export_by_suffix(".txt"));
    assert_null(export_by_suffix("txt"));
    assert_null(export_find("tx", 2));
    assert_null(export_find("txtx", 4));
    size_t n = 0;
    while (export_format_at(n))
        n++;
    assert_true(n >= 2);
}

static void has(const struct got *g, const char *line)
{
    if (!strstr(g->text.at, line))
        fail_msg("not there: %s\nin: %s", line, g->text.at);
}

static void test_json_lines_have_every_member(void **state)
{
    (void)state;
    struct session *s = a_lesson();
    struct got g;
    whole(&g, "jsonl", s, (struct voice){LANG_EN, false, false, NULL});
    has(&g, "{\"type\":\"session\",\"tool\":\"tcpviz\",\"version\":\"" TCPVIZ_VERSION
            "\",\"source\":\"private loopback\",\"started\":\"1970-01-01T00:00:00.000000Z\"}\n");
    has(&g,
        "\n{\"type\":\"segment\",\"frame\":1,\"time\":1795347030.000000000,\"conn\":1,\"from\":\"client\","
        "\"src\":\"10.0.0.1:40000\",\"dst\":\"10.0.0.2:3344\",\"flags\":\"S\",\"seq\":0,\"ack\":0,\"len\":0,"
        "\"win\":64240,\"options\":{},\"labels\":[\"syn\",\"bad-checksum\"],\"wireshark\":[],\"step\":"
        "\"handshake 1/3\","
        "\"client_state\":\"SYN-SENT\",\"server_state\":");
    has(&g, "\"acks_frame\":1,\"repeats_frames\":[],");
    has(&g, "\"flags\":\"P.\",\"seq\":1,\"ack\":1,\"len\":100,");
    has(&g, "\"cause\":\"write\",\"note\":\"");
    has(&g, "\n{\"type\":\"call\",\"time\":1795347030.000050000,\"took\":0.000003000,\"side\":\"client\","
            "\"conn\":1,"
            "\"name\":\"write\",\"args\":\"5, \\\"GET\\t\\\\r\\\", 100\",\"result\":100}\n");
    has(&g,
        "\n{\"type\":\"sample\",\"time\":1795347030.000080000,\"side\":\"client\",\"conn\":1,\"state\":"
        "\"ESTABLISHED\","
        "\"machine\":\"ESTABLISHED\",\"recv_q\":0,\"send_q\":0,\"unsent\":0,\"cwnd\":10,\"ssthresh\":null,"
        "\"rtt_us\":46,\"rto_us\":204000,\"timer\":\"keepalive\",\"timer_ms\":7488}\n");
    has(&g, "\n{\"type\":\"listener\",\"time\":1795347030.000081000,\"state\":\"LISTEN\",\"syn_q\":0,"
            "\"accept_q\":1,"
            "\"backlog\":128}\n");
    has(&g, "\n{\"type\":\"counter\",\"time\":1795347030.000082000,\"side\":\"client\",\"name\":"
            "\"TCPLossProbes\","
            "\"delta\":1}\n");
    has(&g, "\n{\"type\":\"note\",\"time\":1795347030.000083000,\"text\":\"say \\\"\xef\xbf\xbd\\\"\"}\n");
    has(&g, "\n{\"type\":\"stamp\",\"time\":1795347030.000084000,\"frame\":4,\"point\":\"qdisc\"}\n");
    str_release(&g.text);
    session_free(s);
}

/* A SYN with every option of a handshake, and an ACK with SACK blocks. */
static void test_options_are_those_of_the_segment(void **state)
{
    (void)state;
    static const uint8_t syn[] = {2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 7, 0, 0, 0, 0, 1, 3, 3, 10};
    static const uint8_t sack[] = {1, 1, 5, 10, 0, 0, 7, 208 + 11, 0, 0, 7, 208 + 21};
    struct session *s = a_session(heap_mem());
    struct made m;
    make_frame(&m, at_us(0), SIDE_CLIENT, CLIENT_PORT, TCP_SYN, 0, 0, sizeof syn);
    memcpy(m.bytes + 40, syn, sizeof syn);
    put16(m.bytes + 32, (5 + sizeof syn / 4) << 12 | TCP_SYN);
    assert_true(session_apply(s, &m.event));
    see(s, at_us(20), SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    make_frame(&m, at_us(40), SIDE_CLIENT, CLIENT_PORT, TCP_ACK, 1, 1, sizeof sack);
    memcpy(m.bytes + 40, sack, sizeof sack);
    put16(m.bytes + 32, (5 + sizeof sack / 4) << 12 | TCP_ACK);
    assert_true(session_apply(s, &m.event));
    struct got g;
    whole(&g, "jsonl", s, (struct voice){LANG_EN, false, false, NULL});
    has(&g, "\"options\":{\"mss\":1460,\"sack_permitted\":true,\"tsval\":7,\"tsecr\":0,\"wscale\":10}");
    has(&g, "\"options\":{\"sack\":[[11,21]]}");
    str_release(&g.text);
    session_free(s);
}

/* tcpdump's letters in its order. */
static void test_flags_have_their_order(void **state)
{
    (void)state;
    struct session *s = a_session(heap_mem());
    shake_hands(s);
    see(s, at_us(60), SIDE_CLIENT, TCP_FIN | TCP_PSH | TCP_ACK | TCP_URG | TCP_ECE | TCP_CWR, 1, 1, 4);
    struct got g;
    whole(&g, "jsonl", s, (struct voice){LANG_EN, false, false, NULL});
    has(&g, "\"flags\":\"FP.UEW\",\"seq\":1");
    str_release(&g.text);
    session_free(s);
}

/* Of an arrow's words as many as fit: a number is whole or not there. */
static void test_arrows_hold_whole_numbers(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {0, 7, 1000, 123456, 12345678, 4294967290};
    struct session *s = a_session(heap_mem());
    shake_hands(s);
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        see(s, at_us(100 + i), SIDE_CLIENT, TCP_FIN | TCP_PSH | TCP_URG | TCP_ECE | TCP_CWR | TCP_ACK,
            numbers[i], numbers[i], 1000);
    struct got g;
    whole(&g, "txt", s, (struct voice){LANG_EN, true, false, NULL});
    for (const char *seq = g.text.at; (seq = strstr(seq, "seq ")) != NULL; seq++) {
        unsigned long n = strtoul(seq + 4, NULL, 10);
        size_t i = 0;
        while (i < COUNT_OF(numbers) && numbers[i] != n)
            i++;
        if (i == COUNT_OF(numbers))
            fail_msg("half a number: %.40s", seq);
    }
    str_release(&g.text);
    session_free(s);
}

static void test_text_keeps_its_columns(void **state)
{
    (void)state;
    const struct voice voices[] = {
        {LANG_EN, false, false, NULL}, {LANG_ZH, false, false, NULL}, {LANG_EN, true, false, NULL}};
    struct session *s = a_lesson();
    for (size_t v = 0; v < COUNT_OF(voices); v++) {
        struct got g;
        whole(&g, "txt", s, voices[v]);
        size_t rails = 0, lines = 0;
        for (const char *at = g.text.at; *at; lines++) {
            size_t len = strcspn(at, "\n");
            assert_true(cells_of(at, len) <= 120);
            if (voices[v].ascii)
                for (size_t i = 0; i < len; i++)
                    assert_true(at[i] >= ' ' && at[i] < 0x7f);
            /* The ladder's rails stand in the same columns on every line that has them. */
            const char *rail = NULL;
            static const char *const strokes[] = {"│", "├", "◀"};
            for (size_t k = 0; k < COUNT_OF(strokes) && !voices[v].ascii; k++) {
                const char *found = strstr(at, strokes[k]);
                if (found && found < at + len && (!rail || found < rail))
                    rail = found;
            }
            if (rail) {
                assert_int_equal(cells_of(at, (size_t)(rail - at)), 29);
                rails++;
            }
            at += len + (at[len] != 0);
        }
        assert_true(lines >= 9);
        assert_true(voices[v].ascii || rails >= 7);
        has(&g, "PSH ACK  100 ");
        has(&g, "write()");
        has(&g, "ESTABLISHED");
        has(&g, voices[v].ascii ? "10.0.0.1:40000 <-> 10.0.0.2:3344" : "10.0.0.1:40000 ⇄ 10.0.0.2:3344");
        str_release(&g.text);
    }
    session_free(s);
}

static void test_a_pipe_gets_each_row_at_once(void **state)
{
    (void)state;
    struct session *s = a_lesson();
    struct got g;
    struct export *e = start(&g, "jsonl", s, (struct voice){LANG_EN, false, false, NULL});
    assert_true(export_begin(e, true));
    assert_int_equal(g.puts, 1);
    size_t before = g.text.len;
    assert_true(export_row(e, 0, true));
    assert_true(g.text.len > before);
    assert_int_equal(g.text.at[g.text.len - 1], '\n');
    before = g.text.len;
    assert_true(export_row(e, 1, false));
    assert_int_equal(g.text.len, before);
    assert_true(export_end(e));
    assert_true(g.text.len > before);
    export_free(e);
    str_release(&g.text);
    session_free(s);
}

static void test_a_full_disk_is_told(void **state)
{
    (void)state;
    struct session *s = a_lesson();
    struct got g;
    struct export *e = start(&g, "txt", s, (struct voice){LANG_EN, false, false, NULL});
    g.full = 10;
    assert_false(export_begin(e, true));
    size_t puts = g.puts;
    assert_false(export_row(e, 0, true));
    assert_false(export_end(e));
    assert_int_equal(g.puts, puts);
    export_free(e);
    str_release(&g.text);
    session_free(s);
}

/* Memory that ends after so many allocations. */
static void *stingy(void *ctx, void *old, size_t old_size, size_t new_size)
{
    size_t *left = ctx;
    if (new_size && (*left)-- == 0)
        return *left = 0, NULL;
    return heap_mem()->resize(heap_mem()->ctx, old, old_size, new_size);
}

static void test_without_memory_nothing_wrong_is_written(void **state)
{
    (void)state;
    struct session *s = a_lesson();
    for (size_t n = 0; n < 60; n++) {
        size_t left = n;
        const struct mem poor = {.resize = stingy, .ctx = &left};
        struct got g = {0};
        str_init(&g.text, heap_mem());
        struct export_options o = {.format = export_find("jsonl", 5), .mem = &poor};
        struct export *e = export_new(&o, s, (struct export_sink){take, &g});
        bool good = e && export_all(e, 0);
        if (good)
            has(&g, "\"point\":\"qdisc\"}\n");
        assert_true(g.text.len == 0 || g.text.at[g.text.len - 1] == '\n');
        export_free(e);
        str_release(&g.text);
    }
    session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats_are_found),
        cmocka_unit_test(test_json_lines_have_every_member),
        cmocka_unit_test(test_options_are_those_of_the_segment),
        cmocka_unit_test(test_flags_have_their_order),
        cmocka_unit_test(test_arrows_hold_whole_numbers),
        cmocka_unit_test(test_text_keeps_its_columns),
        cmocka_unit_test(test_a_pipe_gets_each_row_at_once),
        cmocka_unit_test(test_a_full_disk_is_told),
        cmocka_unit_test(test_without_memory_nothing_wrong_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
