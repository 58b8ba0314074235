/* The filter's language, one expression a line, over a short timeline; and the rows that are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "session/selection.h"
#include "unit/timeline.h"

/* 0 SYN, 1 SYN ACK, 2 ACK, 3 write(), 4 100 bytes at 1 s, 5 ACK, 6 note, 7 SYN of a second connection */
static int up(void **state)
{
    struct session *s = a_session(heap_mem());
    *state = s;
    if (!s)
        return -1;
    shake_hands(s);
    struct event e = {.kind = EVENT_CALL, .time_ns = at_us(999990), .key = a_key(CLIENT_PORT)};
    e.u.call = (struct event_call){.side = SIDE_CLIENT,
                                   .kind = CALL_WRITE,
                                   .name = "write",
                                   .args = "7, \"GET /blog/\"",
                                   .fd = 7,
                                   .result = 100};
    session_apply(s, &e);
    see(s, at_us(1000000), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);
    see(s, at_us(1000040), SIDE_SERVER, TCP_ACK, 1, 101, 0);
    e = (struct event){.kind = EVENT_NOTE, .time_ns = at_us(1000050), .u.note = {"Look Here", 9, true}};
    session_apply(s, &e);
    struct made m;
    make_frame(&m, at_us(2500000), SIDE_CLIENT, CLIENT_PORT + 1, TCP_SYN, 0, 0, 0);
    session_apply(s, &m.event);
    return 0;
}

static int down(void **state)
{
    session_free(*state);
    return 0;
}

/* The rows that pass, a digit each. */
static const char *passing(const struct session *s, const char *text)
{
    static char rows[32];
    struct cmd_error e;
    struct filter *f = filter_parse(heap_mem(), text, strlen(text), &e);
    size_t n = 0;
    if (!f)
        fail_msg("\"%s\": %s at %zu", text, e.message, e.at);
    for (size_t i = 0; i < session_rows(s); i++)
        if (filter_passes(f, s, session_row(s, i)))
            rows[n++] = (char)('0' + i);
    rows[n] = 0;
    filter_free(f);
    return rows;
}

static void test_expressions(void **state)
{
    static const struct {
        const char *text, *rows;
    } cases[] = {
        {"", "01234567"},
        {"  ", "01234567"},
        {"from:client", "02347"},
        {"from:server", "15"},
        {"flag:syn", "017"},
        {"flag:SYN and flag:ack", "1"},
        {"flag:syn flag:ack", "1"},
        {"label:syn or label:syn-ack", "017"},
        {"syn", "07"},
        {"not flag:ack kind:segment", "07"},
        {"not (flag:ack or kind:call) kind=segment", "07"},
        {"kind:segment and not flag:ack", "07"},
        {"flag:syn or len>0 from:server", "017"},
        {"(flag:syn or len>0) from:server", "1"},
        {"len>0", "4"},
        {"len > 99", "4"},
        {"len>=101", ""},
        {"len:0", "01257"},
        {"len!=0", "4"},
        {"conn:2", "7"},
        {"conn!=2 kind:segment", "01245"},
        {"port:3344 flag:psh", "4"},
        {"port:40001", "7"},
        {"port!=40001 flag:syn", "01"},
        {"frame>3", "457"},
        {"frame:#4", "4"},
        {"time<0.5", "012"},
        {"time>=2.5", "7"},
        {"win=64240 frame<2", "0"},
        {"win=0", ""},
        {"ack:101", "5"},
        {"seq=1 flag:psh", "4"},
        {"client:syn-sent", "07"},
        {"server:SYN-RECEIVED", "1"},
        {"state:established flag:syn", "1"},
        {"kind:call", "3"},
        {"text:\"/BLOG/\"", "3"},
        {"\"look here\"", "6"},
        {"text:nowhere", ""},
        {"text!=nowhere kind:note", "6"},
        {"not not flag:psh", "4"},
        {"len<1K len>0", "4"},
        {"len>0.1K", ""},
        {"len=100", "4"},
        {"time<500ms", "012"},
        {"time>=2500000us", "7"},
        {"host:10.0.0.1 flag:psh", "4"},
        {"host:10.0.0.0/30 flag:psh", "4"},
        {"host:10.0.0.4/30", ""},
        {"host!=10.0.0.9 flag:psh", "4"},
        {"host:::1", ""},
        {"conn.segments:1", "7"},
        {"conn.segments>4 flag:syn", "01"},
        {"conn.bytes>=100 flag:psh", "4"},
        {"conn.bytes>1M", ""},
        {"conn.time>1s flag:syn", "01"},
        {"conn.time>1.5", ""},
        {"conn.rtt:40us flag:psh", "4"},
        {"conn.rexmt>0", ""},
        {"conn.zero=0 flag:psh", "4"},
        {"state:refused", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *rows = passing(*state, cases[i].text);
        if (strcmp(rows, cases[i].rows) != 0)
            fail_msg("\"%s\" lets %s through, not %s", cases[i].text, rows, cases[i].rows);
    }
}

static void test_mistakes_are_told_with_their_place(void **state)
{
    static const struct {
        const char *text;
        size_t at, len;
        const char *nearest;
    } cases[] = {
        {"stat:established", 0, 4, "state"},
        {"state:establishd", 6, 10, "ESTABLISHED"},
        {"flag:snn", 5, 3, "syn"},
        {"label:retransmision", 6, 13, "retransmission"},
        {"retransmision", 0, 13, "retransmission"},
        {"len>x", 4, 1, NULL},
        {"len>", 4, 0, NULL},
        {"len", 0, 3, "len"},
        {"from<client", 4, 1, NULL},
        {"len!5", 3, 1, NULL},
        {"(len>0", 0, 1, NULL},
        {"len>0)", 5, 1, NULL},
        {"not", 3, 0, NULL},
        {"len>0 or", 8, 0, NULL},
        {"and len>0", 0, 3, NULL},
        {"\"open", 0, 5, NULL},
        {"time>1.2.3", 5, 5, NULL},
        {"syn:1", 3, 1, NULL},
        {"\xff\xfe", 0, 2, NULL},
        {"len>1X", 4, 2, NULL},
        {"len>1.5", 4, 3, NULL},
        {"conn.byte>1", 0, 9, "conn.bytes"},
        {"conn.rtt>1.", 9, 2, NULL},
        {"host:10.0.0", 5, 6, NULL},
        {"host:10.0.0.1/33", 5, 11, NULL},
        {"host<10.0.0.1", 4, 1, NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct cmd_error e;
        struct filter *f = filter_parse(heap_mem(), cases[i].text, strlen(cases[i].text), &e);
        if (f || !e.message)
            fail_msg("\"%s\" was taken", cases[i].text);
        const char *near = cases[i].nearest ? cases[i].nearest : "";
        if (e.at != cases[i].at || e.len != cases[i].len ||
            (near[0] && strcmp(e.nearest ? e.nearest : "", near) != 0))
            fail_msg("\"%s\": at %zu, %zu bytes, nearest %s: %s", cases[i].text, e.at, e.len,
                     e.nearest ? e.nearest : "none", e.message);
    }
}

static void test_size_and_depth_are_bounded(void **state)
{
    char text[2000];
    struct cmd_error e;
    (void)state;
    memset(text, '(', sizeof text);
    assert_null(filter_parse(heap_mem(), text, sizeof text, &e));
    assert_non_null(e.message);
    for (size_t i = 0; i + 4 <= sizeof text; i += 4)
        memcpy(text + i, "syn ", 4);
    assert_null(filter_parse(heap_mem(), text, sizeof text, &e));
    assert_non_null(e.message);
}

static void test_every_start_of_a_filter_is_read_without_harm(void **state)
{
    static const char text[] =
        "not (state:established or from=client) and len>0 text:\"a b\" time<=2.5 \"x\"";
    (void)state;
    for (size_t n = 0; n < sizeof text; n++) {
        struct cmd_error e;
        char *cut = heap_mem()->resize(heap_mem()->ctx, NULL, 0, n + 1); /* so that a read past n is seen */
        memcpy(cut, text, n);
        cut = heap_mem()->resize(heap_mem()->ctx, cut, n + 1, n ? n : 1);
        struct filter *f = filter_parse(heap_mem(), cut, n, &e);
        assert_true(f || e.message);
        assert_true(f || e.at + e.len <= n);
        filter_free(f);
        mem_free(heap_mem(), cut, n ? n : 1);
    }
}

static void shout(void *ctx, const struct session *s, const struct row *r, struct str *out)
{
    (void)s;
    (void)r;
    str_put(out, ctx);
}

static void shout_conn(void *ctx, const struct session *s, uint32_t conn, struct str *out)
{
    (void)s;
    (void)conn;
    str_put(out, ctx);
}

static void test_words_come_from_whoever_says_them(void **state)
{
    struct session *s = *state;
    struct cmd_error e;
    struct filter *f = filter_parse(heap_mem(), "\"handshake\"", 11, &e);
    assert_non_null(f);
    filter_words(f, shout, shout_conn, "The Handshake begins");
    assert_true(filter_passes(f, s, session_row(s, 6)));
    filter_words(f, shout, shout_conn, "something else");
    assert_false(filter_passes(f, s, session_row(s, 6)));
    assert_false(filter_passes_conn(f, s, 0));
    filter_words(f, shout, shout_conn, "shakes a HANDSHAKE");
    assert_true(filter_passes_conn(f, s, 0));
    filter_free(f);
}

static void collect(void *ctx, const char *word)
{
    char *all = ctx;
    strcat(strcat(all, word), " ");
}

static void test_completion(void **state)
{
    char all[2000] = "";
    (void)state;
    filter_complete("st", 2, false, collect, all);
    assert_string_equal(all, "state: ");
    all[0] = 0;
    filter_complete("len>0 (flag:s", 13, false, collect, all);
    assert_string_equal(all, "flag:syn ");
    all[0] = 0;
    filter_complete("from:", 5, false, collect, all);
    assert_string_equal(all, "from:client from:server ");
    all[0] = 0;
    filter_complete("nothing:", 8, false, collect, all);
    assert_string_equal(all, "");
    filter_complete("not conn.b", 10, false, collect, all);
    assert_string_equal(all, "conn.bytes> ");
    all[0] = 0;
    filter_complete("state:re", 8, false, collect, all);
    assert_string_equal(all, "state:refused state:reset ");
    all[0] = 0;
    filter_complete("retr", 4, false, collect, all);
    assert_string_equal(all, "retransmission ");
    all[0] = 0;
    filter_complete("f", 1, false, collect, all);
    assert_string_equal(all, "from: flag: frame: fast-retransmission fin fin-ack fast-open fragment ");
    all[0] = 0;
    filter_complete("fl", 2, true, collect, all);
    assert_string_equal(all, "flag: ");
    all[0] = 0;
    filter_complete("from:", 5, true, collect, all);
    assert_string_equal(all, "");
}

/* The connections that pass, a digit each, from 1. */
static const char *passing_conns(const struct session *s, const char *text)
{
    static char conns[8];
    struct cmd_error e;
    struct filter *f = filter_parse(heap_mem(), text, strlen(text), &e);
    size_t n = 0;
    if (!f || !filter_of_conns(f, &e))
        fail_msg("\"%s\": %s at %zu", text, e.message, e.at);
    for (uint32_t i = 0; i < session_conns(s); i++)
        if (filter_passes_conn(f, s, i))
            conns[n++] = (char)('1' + i);
    conns[n] = 0;
    filter_free(f);
    return conns;
}

static void test_connections(void **state)
{
    static const struct {
        const char *text, *conns;
    } cases[] = {
        {"", "12"},
        {"label:data", "1"},
        {"syn-ack or rst", "1"},
        {"not data", "2"},
        {"label!=data", "2"},
        {"flag:psh", "1"},
        {"flag:syn", "12"},
        {"flag!=ack", "2"},
        {"wireshark:retransmission", ""},
        {"state:established", "1"},
        {"client:syn-sent", "2"},
        {"server!=established", "2"},
        {"state:reset or state:refused", ""},
        {"conn:2", "2"},
        {"conn>1", "2"},
        {"conn:9223372036854775807", ""},
        {"port:40001", "2"},
        {"port:3344", "12"},
        {"host:10.0.0.2", "12"},
        {"host:192.168.0.0/16", ""},
        {"host:10.0.0.0/24 port!=40000", "2"},
        {"conn.segments>1", "1"},
        {"conn.bytes:100 conn.time>999ms", "1"},
        {"conn.rtt<1", "1"},
        {"conn.rtt>0", "1"},
        {"conn.rexmt:0% conn.zero:0", "12"},
        {"\"40001\"", "2"},
        {"text:\"10.0.0.1:40000\"", "1"},
        {"text!=40001", "1"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *conns = passing_conns(*state, cases[i].text);
        if (strcmp(conns, cases[i].conns) != 0)
            fail_msg("\"%s\" lets %s through, not %s", cases[i].text, conns, cases[i].conns);
    }
}

static void test_what_is_asked_of_rows_alone(void **state)
{
    static const char *const rows[] = {"from:client", "kind:call", "len>0",   "win<1",
                                       "seq:1",       "ack>1",     "frame:1", "time<1"};
    char text[80];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct cmd_error e;
        strcpy(stpcpy(text, "syn or not "), rows[i]);
        struct filter *f = filter_parse(heap_mem(), text, strlen(text), &e);
        assert_non_null(f);
        assert_false(filter_of_conns(f, &e));
        assert_int_equal(e.at, 11);
        assert_int_equal(e.len, strlen(rows[i]));
        filter_free(f);
    }
}

static void test_the_selection_follows_the_session(void **state)
{
    struct session *s = *state;
    struct selection *v = selection_new(heap_mem(), s);
    selection_extend(v);
    assert_int_equal(selection_count(v), 8);
    selection_set(v, 0, NO_CONN, NULL, false);
    assert_int_equal(selection_count(v), 7);
    assert_int_equal(selection_at(v, 3), 4);
    assert_int_equal(selection_at(v, 7), NO_ROW);
    assert_int_equal(selection_near(v, 3), 3);
    assert_int_equal(selection_near(v, 4), 3);
    assert_int_equal(selection_near(v, 99), 7);
    selection_set(v, 0, 1, NULL, true); /* the second connection, and the note, which is of none */
    assert_int_equal(selection_count(v), 2);
    selection_set(v, 5, NO_CONN, NULL, true);
    assert_int_equal(selection_at(v, 0), 5);
    struct cmd_error e;
    struct filter *f = filter_parse(heap_mem(), "len>0", 5, &e);
    selection_set(v, 0, NO_CONN, f, true);
    assert_int_equal(selection_count(v), 1);
    see(s, at_us(3000000), SIDE_CLIENT, TCP_ACK | TCP_PSH, 101, 1, 7);
    see(s, at_us(3000040), SIDE_SERVER, TCP_ACK, 1, 108, 0);
    selection_extend(v);
    assert_int_equal(selection_count(v), 2);
    assert_int_equal(selection_at(v, 1), 8);
    selection_free(v);
    filter_free(f);
}

/* Forty connections of ten segments, in turns, nothing but segments. */
static struct session *a_capture(void)
{
    struct session_options o = {.source = "a.pcap", .started_ns = 7, .mem = heap_mem()};
    struct session *s = session_new(&o);
    for (uint32_t i = 0; i < 10; i++)
        for (uint16_t c = 0; c < 40; c++) {
            struct made m;
            make_frame(&m, at_us(i * 1000 + c), SIDE_CLIENT, (uint16_t)(CLIENT_PORT + c),
                       i ? TCP_ACK | TCP_PSH : TCP_SYN, i, 1, i ? 1 : 0);
            session_apply(s, &m.event);
        }
    return s;
}

/* The rows of a selection are those that it means, in order; whichever way found them, at once or in slices.
 */
static void check_rows(const struct selection *v, const struct session *s, const struct selection_of *of)
{
    size_t n = 0;
    for (uint32_t i = of->first; i < session_rows(s); i++) {
        const struct row *r = session_row(s, i);
        if (of->conn != NO_CONN ? r->conn != of->conn : of->picks && !picks_has(of->picks, r->conn))
            continue;
        if (of->filter && !filter_passes(of->filter, s, r))
            continue;
        assert_int_equal(selection_at(v, n), i);
        assert_int_equal(selection_near(v, i), n);
        n++;
    }
    assert_int_equal(selection_count(v), n);
    assert_int_equal(selection_at(v, n), NO_ROW);
}

static void test_rows_are_found_whichever_way(void **state)
{
    (void)state;
    struct session *s = a_capture();
    struct selection *v = selection_new(heap_mem(), s);
    struct cmd_error e;
    struct filter *f = filter_parse(heap_mem(), "seq>3", 5, &e);
    struct picks few, many, but;
    picks_init(&few, heap_mem());
    picks_init(&many, heap_mem());
    picks_init(&but, heap_mem());
    picks_flip(&few, 39);
    picks_flip(&few, 0);
    picks_flip(&few, 7);
    for (uint32_t c = 3; c < 30; c++)
        picks_flip(&many, c);
    picks_set(&but, true);
    picks_flip(&but, 5);
    const struct selection_of cases[] = {
        {0, NO_CONN, NULL, NULL, true}, {0, 17, NULL, NULL, true},        {0, 17, NULL, f, true},
        {0, NO_CONN, &few, NULL, true}, {0, NO_CONN, &few, f, false},     {0, NO_CONN, &many, NULL, true},
        {0, NO_CONN, &but, NULL, true}, {200, NO_CONN, NULL, NULL, true}, {200, NO_CONN, &few, NULL, true},
        {0, NO_CONN, NULL, f, true},    {0, 40, NULL, NULL, true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        selection_start(v, &cases[i]);
        int slices = 0;
        while (selection_work(v, 0))
            slices++;
        check_rows(v, s, &cases[i]);
        assert_true(slices < 40);
    }
    assert_false(picks_has(&but, 5));
    assert_true(picks_has(&but, 39) && picks_has(&but, 4000));
    assert_int_equal(picks_count(&but, 40), 39);
    assert_int_equal(picks_count(&few, 40), 3);
    selection_free(v);
    filter_free(f);
    picks_release(&few);
    picks_release(&many);
    picks_release(&but);
    session_free(s);
}

/* What comes later is taken in, also where it is no segment and all rows were their own places. */
static void test_a_note_joins_the_segments(void **state)
{
    (void)state;
    struct session *s = a_capture();
    struct selection *v = selection_new(heap_mem(), s);
    selection_extend(v);
    assert_int_equal(selection_count(v), 400);
    struct event e = {
        .kind = EVENT_COUNTER, .time_ns = at_us(20000), .u.counter = {SIDE_NONE, "TCPTimeouts", 1}};
    session_apply(s, &e);
    e = (struct event){.kind = EVENT_NOTE, .time_ns = at_us(20001), .u.note = {"here", 4, true}};
    session_apply(s, &e);
    selection_extend(v);
    assert_int_equal(selection_count(v), 401);
    assert_int_equal(selection_at(v, 400), 401);
    selection_set(v, 0, 3, NULL, true);
    assert_int_equal(selection_count(v), 11);
    struct made m;
    make_frame(&m, at_us(30000), SIDE_SERVER, CLIENT_PORT + 3, TCP_ACK, 1, 2, 0);
    session_apply(s, &m.event);
    selection_extend(v);
    assert_int_equal(selection_count(v), 12);
    assert_int_equal(selection_at(v, 11), 402);
    selection_free(v);
    session_free(s);
}

/* Where the session gives its oldest rows up they go from the selection too, and the others stay. */
static void test_rows_that_are_given_up(void **state)
{
    (void)state;
    struct session_options o = {.source = "a.pcap", .started_ns = 7, .memory = 1000000, .mem = heap_mem()};
    struct session *s = session_new(&o);
    struct cmd_error e;
    struct filter *f = filter_parse(heap_mem(), "port:40001 or len>0", 19, &e);
    struct selection *all = selection_new(heap_mem(), s), *some = selection_new(heap_mem(), s);
    struct selection_of of = {0, NO_CONN, NULL, f, true}, plain = {0, NO_CONN, NULL, NULL, true};
    selection_start(some, &of);
    for (uint32_t i = 0; i < 60000; i++) {
        struct made m;
        make_frame(&m, at_us(i), SIDE_CLIENT, (uint16_t)(CLIENT_PORT + i % 3), TCP_ACK, i, 1, i % 7 ? 0 : 20);
        session_apply(s, &m.event);
        if (i % 999 == 0) {
            selection_extend(all);
            selection_extend(some);
        }
    }
    selection_extend(all);
    selection_extend(some);
    assert_true(session_first(s) > 1000);
    plain.first = of.first = (uint32_t)session_first(s);
    check_rows(all, s, &plain);
    check_rows(some, s, &of);
    assert_int_equal(selection_near(some, 0), 0);
    plain.conn = 1;
    plain.first = 0;
    selection_start(all, &plain);
    selection_extend(all);
    plain.first = (uint32_t)session_first(s);
    check_rows(all, s, &plain);
    selection_free(all);
    selection_free(some);
    filter_free(f);
    session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_expressions, up, down),
        cmocka_unit_test(test_mistakes_are_told_with_their_place),
        cmocka_unit_test(test_size_and_depth_are_bounded),
        cmocka_unit_test(test_every_start_of_a_filter_is_read_without_harm),
        cmocka_unit_test_setup_teardown(test_words_come_from_whoever_says_them, up, down),
        cmocka_unit_test(test_completion),
        cmocka_unit_test_setup_teardown(test_connections, up, down),
        cmocka_unit_test(test_what_is_asked_of_rows_alone),
        cmocka_unit_test_setup_teardown(test_the_selection_follows_the_session, up, down),
        cmocka_unit_test(test_rows_are_found_whichever_way),
        cmocka_unit_test(test_a_note_joins_the_segments),
        cmocka_unit_test(test_rows_that_are_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
