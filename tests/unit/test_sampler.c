/* What the sampler asks and what it writes, with a kernel that says what the test wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "plat/tcpinfo.h"
#include "session/sampler.h"
#include "unit/timeline.h"

static struct world {
    struct session *s;
    struct sampler *p;
    struct event_sample kernel[SIDE_COUNT]; /* its answers; STATE_UNKNOWN: it has no such socket */
    struct event_listener listener;
    int fd;
    unsigned asked, dumps, added;
} w;

static bool fake_ask(void *ctx, const struct endpoint *local, const struct endpoint *remote,
                     struct event_sample *out)
{
    (void)ctx;
    (void)remote;
    enum side side = local->port == SERVER_PORT ? SIDE_SERVER : SIDE_CLIENT;
    w.asked++;
    *out = w.kernel[side];
    return w.kernel[side].state != STATE_UNKNOWN;
}

static bool fake_listener(void *ctx, const struct endpoint *local, struct event_listener *out)
{
    (void)ctx;
    (void)local;
    *out = w.listener;
    return w.listener.state == STATE_LISTEN;
}

static int64_t fake_syn_queue(void *ctx, const struct endpoint *local)
{
    (void)ctx;
    (void)local;
    w.dumps++;
    return 1;
}

static int fake_fd(void *ctx, const struct tuple *t, enum side side)
{
    (void)ctx;
    (void)t;
    return side == SIDE_CLIENT ? w.fd : -1;
}

static void fake_add(int fd, struct event_sample *out)
{
    (void)fd;
    w.added++;
    out->unsent = 3;
    out->state = STATE_CLOSED; /* what TCP_INFO says of the state is not used */
}

static int up(void **state)
{
    struct sampler_hooks h = {fake_ask, fake_listener, fake_syn_queue, fake_fd, fake_add, NULL};
    struct tuple t = a_tuple(CLIENT_PORT);
    w = (struct world){.fd = -1};
    sample_init(&w.kernel[SIDE_CLIENT], STATE_UNKNOWN);
    sample_init(&w.kernel[SIDE_SERVER], STATE_UNKNOWN);
    w.s = a_session(heap_mem());
    w.p = sampler_new(heap_mem(), w.s, &h, &t.end[SIDE_SERVER]);
    *state = &w;
    return w.s && w.p ? 0 : -1;
}

static int down(void **state)
{
    (void)state;
    sampler_free(w.p);
    session_free(w.s);
    return 0;
}

static void kernel_says(enum tcp_state client, enum tcp_state server)
{
    w.kernel[SIDE_CLIENT].state = client;
    w.kernel[SIDE_SERVER].state = server;
}

/* All samples and ends so far: "C:ESTABLISHED/ESTABLISHED S:…": the kernel's state, then the machine's. */
static const char *written(size_t from)
{
    static char text[1000];
    text[0] = 0;
    for (size_t i = from; i < session_rows(w.s); i++) {
        const struct row *r = session_row(w.s, i);
        const struct event_sample *k = session_sample(w.s, r);
        if (!k && r->kind != EVENT_GONE)
            continue;
        strcat(text, text[0] ? " " : "");
        strcat(text, r->side == SIDE_CLIENT ? "C:" : "S:");
        strcat(text, k ? state_brief(k->state) : "gone");
        if (k)
            strcat(strcat(text, "/"), state_brief(session_sample_machine(w.s, r)));
    }
    return text;
}

static void test_agreeing_answers_are_written_once(void **state)
{
    (void)state;
    shake_hands(w.s);
    kernel_says(STATE_ESTABLISHED, STATE_ESTABLISHED);
    assert_true(sampler_run(w.p, at_us(1000)));
    assert_string_equal(written(0), "C:ESTAB/ESTAB S:ESTAB/ESTAB");
    unsigned asked = w.asked;
    assert_false(sampler_run(w.p, at_us(2000)));
    assert_int_equal(w.asked, asked); /* nothing happened: nobody is asked */
    see(w.s, at_us(3000), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 5);
    size_t rows = session_rows(w.s);
    w.kernel[SIDE_SERVER].recv_q = 5;
    assert_true(sampler_run(w.p, at_us(4000)));
    assert_string_equal(written(rows), "S:ESTAB/ESTAB");
    assert_int_equal(sampler_wait(w.p, at_us(4000)), 0);
}

static void test_a_timer_that_runs_is_shown_but_not_written(void **state)
{
    (void)state;
    shake_hands(w.s);
    kernel_says(STATE_ESTABLISHED, STATE_ESTABLISHED);
    w.kernel[SIDE_SERVER].timer = TIMER_KEEPALIVE;
    w.kernel[SIDE_SERVER].timer_ms = 8000;
    sampler_run(w.p, at_us(1000));
    assert_true(sampler_timer_runs(w.p));
    size_t rows = session_rows(w.s);
    uint64_t wait = sampler_wait(w.p, at_us(1000));
    assert_in_range(wait, 1, 100000000);
    w.kernel[SIDE_SERVER].timer_ms = 7900;
    assert_true(sampler_run(w.p, at_us(102000)));
    assert_int_equal(session_rows(w.s), rows);
    assert_int_equal(session_kernel(w.s, 0, SIDE_SERVER)->timer_ms, 7900);
    unsigned asked = w.asked;
    sampler_run(w.p, at_us(110000)); /* not more than 10 a second */
    assert_int_equal(w.asked, asked);
}

static void test_a_difference_is_written_when_seen_twice(void **state)
{
    (void)state;
    shake_hands(w.s);
    kernel_says(STATE_ESTABLISHED, STATE_CLOSE_WAIT);
    sampler_run(w.p, at_us(1000));
    assert_string_equal(written(0), "C:ESTAB/ESTAB");
    assert_true(sampler_unsettled(w.p));
    assert_int_equal(sampler_wait(w.p, at_us(1500)), 1500000);
    sampler_run(w.p, at_us(2900));
    assert_string_equal(written(0), "C:ESTAB/ESTAB");
    sampler_run(w.p, at_us(3000));
    assert_string_equal(written(0), "C:ESTAB/ESTAB S:CLOSE-W/ESTAB");
    assert_false(sampler_unsettled(w.p));
    assert_int_equal(sampler_wait(w.p, at_us(3000)), 0);
}

static void test_a_difference_waits_for_a_sniffer_that_is_late(void **state)
{
    (void)state;
    struct turn *turn = turn_new(heap_mem(), w.s);
    sampler_follow(w.p, turn);
    shake_hands(w.s);
    kernel_says(STATE_ESTABLISHED, STATE_CLOSE_WAIT);
    turn_heard(turn, at_us(900));
    sampler_run(w.p, at_us(1000));
    turn_flush(turn);              /* the client's sample */
    turn_heard(turn, at_us(2999)); /* 2 ms after it was seen first: not everything is told */
    sampler_run(w.p, at_us(50000));
    assert_true(sampler_unsettled(w.p));
    turn_heard(turn, at_us(3000));
    sampler_run(w.p, at_us(51000));
    assert_false(sampler_unsettled(w.p));
    turn_flush(turn);
    assert_string_equal(written(0), "C:ESTAB/ESTAB S:CLOSE-W/ESTAB");
    turn_free(turn);
}

static void test_a_difference_that_passes_is_never_written(void **state)
{
    (void)state;
    see(w.s, at_us(0), SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    kernel_says(STATE_ESTABLISHED, STATE_ESTABLISHED); /* the kernel is ahead of the sniffer */
    sampler_run(w.p, at_us(10));
    assert_string_equal(written(0), "");
    see(w.s, at_us(20), SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    see(w.s, at_us(40), SIDE_CLIENT, TCP_ACK, 1, 1, 0);
    sampler_run(w.p, at_us(1000));
    assert_string_equal(written(0), "C:ESTAB/ESTAB S:ESTAB/ESTAB");
    assert_false(sampler_unsettled(w.p));
}

static void test_a_reset_ends_with_one_closed_each(void **state)
{
    (void)state;
    shake_hands(w.s);
    kernel_says(STATE_ESTABLISHED, STATE_ESTABLISHED);
    sampler_run(w.p, at_us(1000));
    size_t rows = session_rows(w.s);
    see(w.s, at_us(2000), SIDE_CLIENT, TCP_RST | TCP_ACK, 1, 1, 0);
    kernel_says(STATE_UNKNOWN, STATE_UNKNOWN);
    w.kernel[SIDE_CLIENT].cwnd = 10; /* not to be believed of a socket that is not there */
    sampler_run(w.p, at_us(3000));
    if (sampler_unsettled(w.p)) /* how the machine takes the RST is its own business */
        sampler_run(w.p, at_us(9000));
    assert_non_null(strstr(written(rows), "S:CLOSED/CLOSED"));
    assert_int_equal(session_kernel(w.s, 0, SIDE_CLIENT)->cwnd, -1);
    rows = session_rows(w.s);
    unsigned asked = w.asked;
    sampler_run(w.p, at_us(300000));
    assert_int_equal(w.asked, asked);
    assert_int_equal(session_rows(w.s), rows);
}

/* Client closes, server closes: FIN, ACK, FIN, ACK. */
static void close_both(void)
{
    see(w.s, at_us(2000), SIDE_CLIENT, TCP_FIN | TCP_ACK, 1, 1, 0);
    see(w.s, at_us(2100), SIDE_SERVER, TCP_ACK, 1, 2, 0);
    see(w.s, at_us(2200), SIDE_SERVER, TCP_FIN | TCP_ACK, 1, 2, 0);
    see(w.s, at_us(2300), SIDE_CLIENT, TCP_ACK, 2, 2, 0);
}

static void test_time_wait_vanishes_by_gone(void **state)
{
    (void)state;
    shake_hands(w.s);
    close_both();
    assert_int_equal(session_state(w.s, 0, SIDE_CLIENT), STATE_TIME_WAIT);
    kernel_says(STATE_TIME_WAIT, STATE_UNKNOWN);
    w.kernel[SIDE_CLIENT].timer = TIMER_TIME_WAIT;
    w.kernel[SIDE_CLIENT].cwnd = 10;
    sampler_run(w.p, at_us(3000));
    assert_string_equal(written(0), "C:TIME-W/TIME-W S:CLOSED/CLOSED");
    assert_int_equal(session_kernel(w.s, 0, SIDE_CLIENT)->cwnd, -1);
    size_t rows = session_rows(w.s);
    kernel_says(STATE_UNKNOWN, STATE_UNKNOWN);
    w.kernel[SIDE_CLIENT].timer = TIMER_NONE;
    sampler_run(w.p, at_us(200000));
    assert_string_equal(written(rows), "");
    sampler_run(w.p, at_us(203000));
    assert_string_equal(written(rows), "C:gone C:CLOSED/CLOSED");
    assert_int_equal(session_state(w.s, 0, SIDE_CLIENT), STATE_CLOSED);
    assert_false(sampler_timer_runs(w.p));
    assert_int_equal(sampler_wait(w.p, at_us(203000)), 0);
}

static void test_the_descriptor_adds_what_it_knows(void **state)
{
    (void)state;
    w.fd = 5;
    shake_hands(w.s);
    kernel_says(STATE_ESTABLISHED, STATE_ESTABLISHED);
    sampler_run(w.p, at_us(1000));
    assert_int_equal(w.added, 1);
    assert_int_equal(session_kernel(w.s, 0, SIDE_CLIENT)->unsent, 3);
    assert_int_equal(session_kernel(w.s, 0, SIDE_CLIENT)->state, STATE_ESTABLISHED);
    assert_int_equal(session_kernel(w.s, 0, SIDE_SERVER)->unsent, -1);
}

static void test_the_listener_is_written_when_it_changed(void **state)
{
    (void)state;
    w.listener = (struct event_listener){STATE_LISTEN, -1, 0, 128};
    see(w.s, at_us(0), SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    kernel_says(STATE_SYN_SENT, STATE_UNKNOWN);
    sampler_run(w.p, at_us(1000));
    assert_int_equal(session_listener(w.s)->syn_q, 0);
    assert_int_equal(w.dumps, 0); /* nobody is in SYN-RECEIVED: nothing to count */
    see(w.s, at_us(2000), SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    kernel_says(STATE_ESTABLISHED, STATE_SYN_RECEIVED);
    sampler_run(w.p, at_us(3000));
    assert_int_equal(w.dumps, 1);
    assert_int_equal(session_listener(w.s)->syn_q, 1);
    size_t rows = session_rows(w.s);
    see(w.s, at_us(4000), SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    sampler_run(w.p, at_us(5000));
    assert_int_equal(session_rows(w.s), rows + 1); /* the segment alone */
}

static void test_a_newer_connection_takes_the_addresses(void **state)
{
    (void)state;
    shake_hands(w.s);
    close_both();
    kernel_says(STATE_TIME_WAIT, STATE_UNKNOWN);
    sampler_run(w.p, at_us(3000));
    size_t rows = session_rows(w.s);
    see(w.s, at_us(1100000), SIDE_CLIENT, TCP_SYN, 900000, 0, 0);
    assert_int_equal(session_conns(w.s), 2);
    kernel_says(STATE_SYN_SENT, STATE_UNKNOWN);
    sampler_run(w.p, at_us(1101000));
    assert_string_equal(written(rows), "C:SYN-SENT/SYN-SENT");
    assert_int_equal(session_row(w.s, session_rows(w.s) - 1)->conn, 1);
}

static void test_it_waits_for_the_turn_but_not_for_ever(void **state)
{
    (void)state;
    struct turn *turn = turn_new(heap_mem(), w.s);
    struct event_sink sink = turn_sink(turn);
    struct event call = {
        .kind = EVENT_CALL, .time_ns = at_us(900), .u.call = {.name = "read", .args = "5", .fd = 5}};
    sampler_follow(w.p, turn);
    shake_hands(w.s);
    kernel_says(STATE_ESTABLISHED, STATE_ESTABLISHED);
    sink.take(sink.ctx, &call);
    assert_false(sampler_run(w.p, at_us(1000)));
    assert_int_equal(w.asked, 0);
    turn_settle(turn, at_us(4000));
    assert_true(sampler_run(w.p, at_us(4000)));
    assert_int_equal(session_row(w.s, 3)->kind, EVENT_CALL);

    see(w.s, at_us(5000), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 5);
    w.kernel[SIDE_SERVER].recv_q = 5;
    sink.take(sink.ctx, &call);
    assert_false(sampler_run(w.p, at_us(6000)));
    assert_false(sampler_run(w.p, at_us(55999)));
    assert_true(sampler_run(w.p, at_us(56000)));
    turn_free(turn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_agreeing_answers_are_written_once, up, down),
        cmocka_unit_test_setup_teardown(test_a_timer_that_runs_is_shown_but_not_written, up, down),
        cmocka_unit_test_setup_teardown(test_a_difference_is_written_when_seen_twice, up, down),
        cmocka_unit_test_setup_teardown(test_a_difference_waits_for_a_sniffer_that_is_late, up, down),
        cmocka_unit_test_setup_teardown(test_a_difference_that_passes_is_never_written, up, down),
        cmocka_unit_test_setup_teardown(test_a_reset_ends_with_one_closed_each, up, down),
        cmocka_unit_test_setup_teardown(test_time_wait_vanishes_by_gone, up, down),
        cmocka_unit_test_setup_teardown(test_the_descriptor_adds_what_it_knows, up, down),
        cmocka_unit_test_setup_teardown(test_the_listener_is_written_when_it_changed, up, down),
        cmocka_unit_test_setup_teardown(test_it_waits_for_the_turn_but_not_for_ever, up, down),
        cmocka_unit_test_setup_teardown(test_a_newer_connection_takes_the_addresses, up, down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
