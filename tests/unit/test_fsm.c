/* The state machine: every edge of states.def, and that nothing else moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/fsm.h"

static void every_edge(void **state)
{
    (void)state;
    struct fsm_edge e;
    size_t n = 0;
    for (; fsm_edge_at(n, &e); n++) {
        assert_int_equal(fsm_next(e.from, e.in), e.to);
        assert_int_not_equal(e.from, e.to);
        assert_int_not_equal(e.to, STATE_UNKNOWN);
    }
    assert_true(n > 50);
}

static void no_edge_twice(void **state)
{
    (void)state;
    struct fsm_edge a, b;
    for (size_t i = 0; fsm_edge_at(i, &a); i++)
        for (size_t j = i + 1; fsm_edge_at(j, &b); j++)
            assert_false(a.from == b.from && a.in == b.in);
}

static void nothing_else_moves(void **state)
{
    (void)state;
    for (int s = 0; s < STATE_COUNT; s++) {
        for (int in = 0; in < IN_COUNT; in++) {
            struct fsm_edge e;
            bool edge = false;
            for (size_t i = 0; fsm_edge_at(i, &e); i++)
                edge = edge || (e.from == (enum tcp_state)s && e.in == (enum fsm_input)in);
            if (!edge)
                assert_int_equal(fsm_next((enum tcp_state)s, (enum fsm_input)in), s);
        }
    }
}

/* Walks from `s` by inputs that end with IN_COUNT. */
static enum tcp_state walk(enum tcp_state s, const enum fsm_input *in)
{
    for (; *in != IN_COUNT; in++)
        s = fsm_next(s, *in);
    return s;
}

#define WALK(from, ...) walk(STATE_##from, (const enum fsm_input[]){__VA_ARGS__, IN_COUNT})

/* The edges of RFC 9293 that Linux takes, as they are told in words: not read from the table. */
static void lives(void **state)
{
    (void)state;
    assert_int_equal(WALK(CLOSED, IN_CALL_LISTEN), STATE_LISTEN);
    assert_int_equal(WALK(CLOSED, IN_CALL_CONNECT, IN_SENT_SYN), STATE_SYN_SENT);
    assert_int_equal(WALK(CLOSED, IN_CALL_CONNECT, IN_RCVD_SYN_ACK), STATE_ESTABLISHED);
    assert_int_equal(WALK(LISTEN, IN_SENT_SYN_ACK, IN_RCVD_ACK_OF_SYN), STATE_ESTABLISHED);
    assert_int_equal(WALK(LISTEN, IN_CALL_CLOSE), STATE_CLOSED);
    assert_int_equal(WALK(SYN_SENT, IN_RCVD_SYN, IN_RCVD_ACK_OF_SYN), STATE_ESTABLISHED);
    assert_int_equal(WALK(SYN_SENT, IN_CALL_SHUTDOWN), STATE_CLOSED);
    assert_int_equal(WALK(SYN_SENT, IN_SENT_RST), STATE_SYN_SENT);
    assert_int_equal(WALK(SYN_RECEIVED, IN_RCVD_RST), STATE_CLOSED);
    assert_int_equal(WALK(SYN_RECEIVED, IN_RCVD_FIN), STATE_CLOSE_WAIT);
    assert_int_equal(WALK(SYN_RECEIVED, IN_CALL_CLOSE), STATE_FIN_WAIT_1);
    assert_int_equal(WALK(ESTABLISHED, IN_CALL_SHUTDOWN), STATE_ESTABLISHED);
    assert_int_equal(WALK(ESTABLISHED, IN_CALL_CLOSE, IN_SENT_FIN, IN_RCVD_ACK_OF_FIN, IN_RCVD_FIN),
                     STATE_TIME_WAIT);
    assert_int_equal(WALK(ESTABLISHED, IN_CALL_CLOSE, IN_RCVD_FIN_ACK), STATE_TIME_WAIT);
    assert_int_equal(WALK(ESTABLISHED, IN_RCVD_FIN, IN_CALL_CLOSE, IN_SENT_FIN_ACKING, IN_RCVD_ACK_OF_FIN),
                     STATE_CLOSED);
    assert_int_equal(WALK(TIME_WAIT, IN_CALL_ABORT), STATE_TIME_WAIT);
    assert_int_equal(WALK(TIME_WAIT, IN_GONE), STATE_CLOSED);
    assert_int_equal(WALK(FIN_WAIT_2, IN_GONE), STATE_CLOSED);
    assert_int_equal(WALK(ESTABLISHED, IN_GONE), STATE_ESTABLISHED);
    assert_int_equal(WALK(ESTABLISHED, IN_GIVE_UP), STATE_CLOSED);
}

static void crossing_fins(void **state)
{
    (void)state;
    /* Its FIN tells that it did not know of the other's. */
    assert_int_equal(WALK(ESTABLISHED, IN_CALL_CLOSE, IN_RCVD_FIN, IN_SENT_FIN, IN_RCVD_ACK_OF_FIN),
                     STATE_TIME_WAIT);
    assert_int_equal(WALK(CLOSE_WAIT, IN_SENT_FIN), STATE_CLOSING);
    assert_int_equal(WALK(CLOSE_WAIT, IN_CALL_CLOSE, IN_SENT_FIN), STATE_CLOSING);
    /* close() came first, but the other FIN overtook its own. */
    assert_int_equal(WALK(ESTABLISHED, IN_CALL_CLOSE, IN_RCVD_FIN, IN_SENT_FIN_ACKING), STATE_LAST_ACK);
}

static void inputs_have_names(void **state)
{
    (void)state;
    for (int in = 0; in < IN_COUNT; in++)
        assert_true(strlen(fsm_input_name((enum fsm_input)in)) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_edge), cmocka_unit_test(no_edge_twice), cmocka_unit_test(nothing_else_moves),
        cmocka_unit_test(lives),      cmocka_unit_test(crossing_fins), cmocka_unit_test(inputs_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
