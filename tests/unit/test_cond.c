/* Conditions: what they say of a session, where they look, and what is wrong with those that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "session/cond.h"
#include "unit/timeline.h"

static int up(void **state)
{
    *state = a_session(heap_mem());
    return *state ? 0 : -1;
}

static int down(void **state)
{
    session_free(*state);
    return 0;
}

static uint32_t mark(void *ctx, const char *name, size_t len)
{
    const uint32_t *row = ctx;
    return len == 4 && memcmp(name, "here", 4) == 0 ? *row : NO_ROW;
}

static struct cond *parse(const char *text)
{
    struct cmd_error e;
    struct cond *c = cond_parse(heap_mem(), text, strlen(text), &e);
    if (!c)
        fail_msg("%s: %s", text, e.message);
    return c;
}

static bool holds_from(const struct session *s, const char *text, uint32_t from, uint32_t *matched)
{
    uint32_t row = 3;
    const struct cond_window w = {from, from, session_conns(s) ? 0 : NO_CONN, mark, &row};
    struct cond *c = parse(text);
    const bool holds = cond_holds(c, s, &w, matched);
    cond_free(c);
    return holds;
}

static bool holds(const struct session *s, const char *text)
{
    uint32_t matched;
    return holds_from(s, text, 0, &matched);
}

static void sample(struct session *s, enum side side, int64_t recv_q, int64_t send_q)
{
    const struct event e = {.kind = EVENT_SAMPLE,
                            .time_ns = at_us(500),
                            .key = a_key(CLIENT_PORT),
                            .u.sample = {.side = side,
                                         .state = STATE_ESTABLISHED,
                                         .recv_q = recv_q,
                                         .send_q = send_q,
                                         .cwnd = 10,
                                         .ssthresh = -1}};
    assert_true(session_apply(s, &e));
}

static void listener(struct session *s, int64_t syn_q, int64_t accept_q)
{
    const struct event e = {
        .kind = EVENT_LISTENER, .time_ns = at_us(500), .u.listener = {STATE_LISTEN, syn_q, accept_q, 128}};
    assert_true(session_apply(s, &e));
}

static void states(void **state)
{
    struct session *s = *state;
    assert_false(holds(s, "client is ESTABLISHED"));
    shake_hands(s);
    assert_true(holds(s, "client is ESTABLISHED and server is established"));
    assert_false(holds(s, "client is ESTABLISHED and server is CLOSE-WAIT"));
}

static void labels(void **state)
{
    struct session *s = *state;
    uint32_t matched;
    assert_false(holds_from(s, "syn", 0, &matched));
    assert_int_equal(matched, 0);
    shake_hands(s);
    assert_true(holds_from(s, "syn", 0, &matched));
    assert_int_equal(matched, 1);
    assert_true(holds_from(s, "syn-ack from server", 1, &matched));
    assert_int_equal(matched, 2);
    assert_false(holds_from(s, "syn-ack from client", 0, &matched));
    assert_false(holds_from(s, "syn", 1, &matched));
    assert_int_equal(matched, 1);
    assert_true(holds_from(s, "handshake-ack and syn and client is ESTABLISHED", 0, &matched));
    assert_int_equal(matched, 3);
    assert_true(holds_from(s, "client is ESTABLISHED", 2, &matched));
    assert_int_equal(matched, 2);
}

/* One condition asked again and again, as a script does, sees each row once, and follows the window. */
static void asked_again(void **state)
{
    struct session *s = *state;
    struct cond_window w = {0, 0, NO_CONN, NULL, NULL};
    struct cond *c = parse("syn-ack"), *n = parse("segments >= 3");
    uint32_t matched;
    see(s, at_us(0), SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    assert_false(cond_holds(c, s, &w, &matched));
    assert_false(cond_holds(n, s, &w, &matched));
    see(s, at_us(20), SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    assert_true(cond_holds(c, s, &w, &matched));
    assert_true(cond_holds(c, s, &w, &matched));
    assert_int_equal(matched, 2);
    see(s, at_us(40), SIDE_CLIENT, TCP_ACK, 1, 1, 0);
    assert_true(cond_holds(n, s, &w, &matched));
    w.from = matched = 2;
    assert_false(cond_holds(c, s, &w, &matched));
    w.from = 0;
    assert_true(cond_holds(c, s, &w, &matched));
    cond_free(c);
    cond_free(n);
}

static void counts(void **state)
{
    struct session *s = *state;
    assert_true(holds(s, "segments = 0"));
    shake_hands(s);
    assert_true(holds(s, "segments=3"));
    assert_true(holds(s, "rows != 2 and connections = 1"));
    assert_true(holds(s, "retransmissions < 1"));
    assert_true(holds(s, "segments = 0 since here"));
    assert_false(holds(s, "segments >= 0 since nowhere"));
    see(s, at_us(100), SIDE_CLIENT, TCP_PSH | TCP_ACK, 1, 1, 5);
    assert_true(holds(s, "segments = 1 since here"));
}

static void queues(void **state)
{
    struct session *s = *state;
    assert_false(holds(s, "accept-q >= 0"));
    shake_hands(s);
    assert_false(holds(s, "server recv-q >= 0"));
    listener(s, 1, 2);
    sample(s, SIDE_SERVER, 40, 0);
    sample(s, SIDE_CLIENT, -1, 7);
    assert_true(holds(s, "accept-q = 2 and syn-q = 1"));
    assert_true(holds(s, "server recv-q > 39 and server send-q = 0 and client send-q <= 7"));
    assert_false(holds(s, "client recv-q >= 0"));
    assert_true(holds(s, "client cwnd = 10 and server cwnd < 11"));
    assert_false(holds(s, "client cwnd > 10"));
    assert_false(holds(s, "client ssthresh >= 0")); /* there is none yet */
}

/* What a command that waits for its frame asks: of one segment. */
static void of_one_segment(void **state)
{
    struct session *s = *state;
    const struct cond_window w = {0, 0, 0, NULL, NULL};
    struct cond *syn_ack = parse("syn-ack from server"), *any = parse("from client"),
                *both = parse("from client and client is ESTABLISHED");
    shake_hands(s);
    assert_false(cond_meets(syn_ack, s, &w, 0));
    assert_true(cond_meets(syn_ack, s, &w, 1));
    assert_false(cond_meets(syn_ack, s, &w, 2));
    assert_true(cond_meets(any, s, &w, 0) && !cond_meets(any, s, &w, 1) && cond_meets(any, s, &w, 2));
    assert_true(cond_meets(both, s, &w, 2));
    cond_free(syn_ack);
    cond_free(any);
    cond_free(both);
}

static void counters(void **state)
{
    struct session *s = *state;
    uint32_t matched;
    shake_hands(s);
    assert_false(holds(s, "counter TCPTimeouts"));
    const struct event e = {
        .kind = EVENT_COUNTER, .time_ns = at_us(50), .u.counter = {SIDE_CLIENT, "TCPTimeouts", 1}};
    assert_true(session_apply(s, &e));
    assert_true(holds(s, "counter TCPTimeouts"));
    assert_true(holds(s, "counter TCPTimeouts from client and client is ESTABLISHED"));
    assert_false(holds(s, "counter TCPTimeouts from server"));
    assert_false(holds(s, "counter TCPTimeout"));
    assert_false(holds_from(s, "counter TCPTimeouts", 4, &matched));
}

static void is_instead(const struct session *s, const char *text, const char *message, const char *value)
{
    const struct cond_window w = {0, 0, session_conns(s) ? 0 : NO_CONN, mark, NULL};
    struct cond *c = parse(text);
    struct str out;
    str_init(&out, heap_mem());
    assert_string_equal(cond_instead(c, s, &w, &out), message);
    assert_string_equal(out.at, value);
    str_release(&out);
    cond_free(c);
}

static void what_is_instead(void **state)
{
    struct session *s = *state;
    is_instead(s, "client is ESTABLISHED", "there is no connection", "");
    is_instead(s, "from client", "no segment has come", "");
    shake_hands(s);
    is_instead(s, "client is ESTABLISHED and server is CLOSE-WAIT", "it is {value}", "ESTABLISHED");
    is_instead(s, "segments = 4", "it is {value}", "3");
    is_instead(s, "segments = 4 since nowhere", "there is no mark {value}", "nowhere");
    is_instead(s, "server recv-q = 4", "it is not known", "");
    is_instead(s, "fin from client", "no {value} has come", "fin");
    is_instead(s, "counter TCPTimeouts", "{value} has not moved", "TCPTimeouts");
    is_instead(s, "client cwnd = 4", "it is not known", "");
}

static void is_wrong(const char *text, const char *message, const char *word, const char *near)
{
    struct cmd_error e;
    if (cond_parse(heap_mem(), text, strlen(text), &e))
        fail_msg("%s: is taken", text);
    assert_string_equal(e.message, message);
    assert_int_equal(e.len, strlen(word));
    assert_memory_equal(text + e.at, word, e.len);
    if (near)
        assert_string_equal(e.nearest, near);
    else
        assert_null(e.nearest);
}

static void mistakes(void **state)
{
    (void)state;
    is_wrong("", "the condition is not complete", "", NULL);
    is_wrong("client", "the condition is not complete", "", NULL);
    is_wrong("client is", "the condition is not complete", "", NULL);
    is_wrong("client is ESTABLISHD", "{word} is no state; nearest is {nearest}", "ESTABLISHD", "ESTABLISHED");
    is_wrong("client is happy", "{word} is no state", "happy", NULL);
    is_wrong("client accept-q = 1", "{word}: is, recv-q, send-q, cwnd or ssthresh is expected here",
             "accept-q", NULL);
    is_wrong("keepalive from server", "{word} is no condition; nearest is {nearest}", "keepalive",
             "keep-alive");
    is_wrong("frobnication", "{word} is no condition", "frobnication", NULL);
    is_wrong("syn from nobody", "{word}: client or server is expected here", "nobody", NULL);
    is_wrong("segments 4", "{word}: one of = != < > <= >= is expected here", "4", NULL);
    is_wrong("segments = many", "{word} is not a number", "many", NULL);
    is_wrong("segments = 4 since", "the condition is not complete", "", NULL);
    is_wrong("syn ack", "{word} is not expected here: parts are joined by and", "ack", NULL);
    is_wrong("syn and", "the condition is not complete", "", NULL);
    is_wrong("counter", "the condition is not complete", "", NULL);
    is_wrong("counter TCPTimeouts from", "the condition is not complete", "", NULL);
    is_wrong("counter TCPTimeouts from nobody", "{word}: client or server is expected here", "nobody", NULL);
    is_wrong("client cwnd", "the condition is not complete", "", NULL);
    is_wrong("syn and syn and syn and syn and syn and syn and syn and syn and fin",
             "a condition has at most eight parts", "and", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(states, up, down),
        cmocka_unit_test_setup_teardown(labels, up, down),
        cmocka_unit_test_setup_teardown(asked_again, up, down),
        cmocka_unit_test_setup_teardown(counts, up, down),
        cmocka_unit_test_setup_teardown(queues, up, down),
        cmocka_unit_test_setup_teardown(of_one_segment, up, down),
        cmocka_unit_test_setup_teardown(counters, up, down),
        cmocka_unit_test_setup_teardown(what_is_instead, up, down),
        cmocka_unit_test(mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
