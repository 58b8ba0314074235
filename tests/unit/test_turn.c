/* What waits for what, and in which order events become rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "session/turn.h"
#include "unit/timeline.h"

struct world {
    struct session *s;
    struct turn *t;
    struct event_sink sink;
};

static int up(void **state)
{
    static struct world w;
    w.s = a_session(heap_mem());
    w.t = turn_new(heap_mem(), w.s);
    w.sink = turn_sink(w.t);
    *state = &w;
    return w.s && w.t ? 0 : -1;
}

static int down(void **state)
{
    struct world *w = *state;
    turn_free(w->t);
    session_free(w->s);
    return 0;
}

static void put_frame(struct world *w, uint64_t time_ns)
{
    struct made m;
    make_frame(&m, time_ns, SIDE_CLIENT, CLIENT_PORT, TCP_SYN, 0, 0, 0);
    w->sink.take(w->sink.ctx, &m.event);
    memset(&m, 0xee, sizeof m); /* what was handed in was only borrowed */
}

static void put_call(struct world *w, uint64_t time_ns, const char *name)
{
    char args[] = "7, 8";
    struct event e = {
        .kind = EVENT_CALL, .time_ns = time_ns, .u.call = {.name = name, .args = args, .fd = -1}};
    w->sink.take(w->sink.ctx, &e);
    memset(args, '#', sizeof args);
}

static void put_counter(struct world *w, uint64_t time_ns)
{
    struct event e = {
        .kind = EVENT_COUNTER, .time_ns = time_ns, .u.counter = {SIDE_CLIENT, "TCPTimeouts", 1}};
    w->sink.take(w->sink.ctx, &e);
}

/* What the kernel said at a tracepoint of the connection from that port. */
static void put_said(struct world *w, uint64_t time_ns, uint16_t client_port)
{
    struct event e = {.kind = EVENT_COUNTER,
                      .time_ns = time_ns,
                      .key = a_key(client_port),
                      .u.counter = {SIDE_CLIENT, "tcp_send_reset:NO_SOCKET", 1}};
    w->sink.take(w->sink.ctx, &e);
}

/* The kinds of all rows, a letter each. */
static const char *kinds(struct world *w)
{
    static char text[256];
    size_t n = session_rows(w->s);
    for (size_t i = 0; i < n; i++) {
        enum event_kind k = (enum event_kind)session_row(w->s, i)->kind;
        text[i] = k == EVENT_SEGMENT ? 's' : k == EVENT_CALL ? 'c' : k == EVENT_COUNTER ? 'n' : '?';
    }
    text[n] = 0;
    return text;
}

/* The counters of a host are read now and then; what they tell came after the time before, however much is
 * still to be judged. */
static void test_counters_stand_where_they_moved(void **state)
{
    struct world *w = *state;
    turn_several(w->t);
    for (unsigned us = 10; us <= 40; us += 10)
        put_frame(w, at_us(us));
    put_counter(w, at_us(50));
    turn_counted(w->t, at_us(25));
    assert_int_equal(turn_waiting(w->t), 5);
    assert_int_equal(turn_settle(w->t, at_us(60000)), 5);
    assert_string_equal(kinds(w), "ssnss");
    put_counter(w, at_us(70));
    turn_counted(w->t, at_us(50)); /* no segment came since */
    assert_int_equal(turn_flush(w->t), 1);
    assert_string_equal(kinds(w), "ssnssn");
}

/* It has a time of its own, and a connection that must have been met before it. */
static void test_what_was_said_stands_where_it_was_said(void **state)
{
    struct world *w = *state;
    put_frame(w, at_us(10));
    put_said(w, at_us(20), CLIENT_PORT);
    put_said(w, at_us(25), CLIENT_PORT + 1);
    put_frame(w, at_us(30));
    turn_flush(w->t);
    assert_string_equal(kinds(w), "sns");
    assert_int_equal(session_row(w->s, 1)->time_ns, at_us(20));
    assert_int_equal(session_row(w->s, 1)->conn, 0);
}

struct breaths {
    struct world *w;
    unsigned taken, most;
};

static bool breathe(void *ctx)
{
    struct breaths *b = ctx;
    put_call(b->w, at_us(50000), "read"); /* what comes meanwhile is not judged yet */
    return ++b->taken < b->most;
}

static void test_a_long_turn_breathes(void **state)
{
    enum { EVENTS = 100, BREATH = 32 };
    struct world *w = *state;
    struct breaths b = {w, 0, 2};
    turn_breathe(w->t, breathe, &b);
    for (unsigned us = 1; us <= EVENTS; us++)
        put_call(w, at_us(us), "write");
    assert_int_equal(turn_settle(w->t, at_us(10000)), 2 * BREATH); /* no more is wanted in this turn */
    b = (struct breaths){w, 0, EVENTS};
    assert_int_equal(turn_settle(w->t, at_us(10000)), EVENTS - 2 * BREATH);
    assert_int_equal(b.taken, 1);
    assert_int_equal(turn_waiting(w->t), 3);
    for (unsigned us = 1; us <= EVENTS; us++)
        put_call(w, at_us(50000 + us), "write");
    assert_int_equal(turn_flush(w->t), EVENTS + 3);
    assert_int_equal(b.taken, 1);
}

static void test_a_call_waits_for_the_sniffer(void **state)
{
    struct world *w = *state;
    put_call(w, at_us(10), "write");
    assert_int_equal(turn_settle(w->t, at_us(10)), 0);
    assert_int_equal(turn_settle(w->t, at_us(3009)), 0);
    assert_int_equal(turn_wait(w->t, at_us(3000)), 10000);
    assert_int_equal(turn_settle(w->t, at_us(3010)), 1);
    assert_true(turn_empty(w->t));
    assert_int_equal(turn_wait(w->t, at_us(3010)), 0);
    assert_string_equal(session_call(w->s, session_row(w->s, 0))->args, "7, 8");
}

static void test_a_later_segment_settles_what_was_before(void **state)
{
    struct world *w = *state;
    put_call(w, at_us(10), "connect");
    put_call(w, at_us(50), "read");
    put_frame(w, at_us(20));
    assert_int_equal(turn_settle(w->t, at_us(60)), 2);
    assert_string_equal(kinds(w), "cs");
    assert_int_equal(turn_flush(w->t), 1);
    assert_string_equal(kinds(w), "csc");
}

static void test_a_call_waits_for_a_sniffer_that_is_late(void **state)
{
    struct world *w = *state;
    put_call(w, at_us(100), "accept");
    assert_int_equal(turn_oldest(w->t), at_us(100));
    turn_heard(w->t, at_us(99)); /* its ring still holds something */
    assert_int_equal(turn_settle(w->t, at_us(60000)), 0);
    assert_int_equal(turn_wait(w->t, at_us(60000)), 1);
    assert_int_equal(turn_reached(w->t, at_us(60000)), at_us(99));
    put_frame(w, at_us(50));
    assert_int_equal(turn_settle(w->t, at_us(60001)), 1);
    assert_int_equal(turn_oldest(w->t), at_us(100));
    turn_heard(w->t, at_us(200));
    assert_int_equal(turn_reached(w->t, at_us(60002)), at_us(100));
    assert_int_equal(turn_settle(w->t, at_us(60002)), 1);
    assert_int_equal(turn_reached(w->t, at_us(60002)), at_us(200));
    turn_heard(w->t, UINT64_MAX);
    assert_int_equal(turn_reached(w->t, at_us(60002)), at_us(57002));
    assert_string_equal(kinds(w), "sc");
    assert_int_equal(turn_oldest(w->t), UINT64_MAX);
}

static void test_events_are_sorted_by_time(void **state)
{
    struct world *w = *state;
    put_call(w, at_us(40), "d");
    put_frame(w, at_us(10));
    put_call(w, at_us(5), "a");
    put_frame(w, at_us(30));
    put_call(w, at_us(20), "c");
    turn_flush(w->t);
    assert_string_equal(kinds(w), "cscsc");
    assert_string_equal(session_call(w->s, session_row(w->s, 2))->name, "c");
}

static void test_at_equal_times_counters_calls_segments(void **state)
{
    struct world *w = *state;
    put_frame(w, at_us(10));
    put_call(w, at_us(10), "first");
    put_call(w, at_us(10), "second");
    put_counter(w, at_us(10));
    turn_flush(w->t);
    assert_string_equal(kinds(w), "nccs");
    assert_string_equal(session_call(w->s, session_row(w->s, 1))->name, "first");
}

static void test_counters_go_before_the_first_segment_of_the_batch(void **state)
{
    struct world *w = *state;
    put_frame(w, at_us(5));
    assert_int_equal(turn_settle(w->t, at_us(6)), 1);
    put_call(w, at_us(8), "write");
    put_frame(w, at_us(10));
    put_frame(w, at_us(12));
    put_counter(w, at_us(1500)); /* read after them */
    assert_int_equal(turn_settle(w->t, at_us(1500)), 4);
    assert_string_equal(kinds(w), "scnss");
    assert_int_equal(session_row(w->s, 2)->time_ns, at_us(10));
}

static void test_counters_without_a_segment_keep_their_time(void **state)
{
    struct world *w = *state;
    put_counter(w, at_us(10));
    put_call(w, at_us(5), "read");
    assert_int_equal(turn_settle(w->t, at_us(4000)), 2);
    assert_string_equal(kinds(w), "cn");
    assert_int_equal(session_row(w->s, 1)->time_ns, at_us(10));
}

/* Gives memory out until `left` runs out. */
static size_t left;
static void *scarce(void *ctx, void *old, size_t old_size, size_t new_size)
{
    (void)ctx;
    if (new_size > 0 && left-- == 0) {
        left = 0;
        return NULL;
    }
    return heap_mem()->resize(heap_mem()->ctx, old, old_size, new_size);
}

static void test_no_memory_is_told(void **state)
{
    struct world *w = *state;
    struct mem m = {.resize = scarce, .ctx = NULL};
    left = SIZE_MAX;
    struct turn *t = turn_new(&m, w->s);
    struct event_sink sink = turn_sink(t);
    struct event e = {.kind = EVENT_COUNTER, .u.counter = {SIDE_CLIENT, "TCPTimeouts", 1}};
    left = 1;
    sink.take(sink.ctx, &e);
    assert_true(turn_failed(t));
    left = SIZE_MAX;
    turn_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_call_waits_for_the_sniffer, up, down),
        cmocka_unit_test_setup_teardown(test_what_was_said_stands_where_it_was_said, up, down),
        cmocka_unit_test_setup_teardown(test_a_later_segment_settles_what_was_before, up, down),
        cmocka_unit_test_setup_teardown(test_a_call_waits_for_a_sniffer_that_is_late, up, down),
        cmocka_unit_test_setup_teardown(test_events_are_sorted_by_time, up, down),
        cmocka_unit_test_setup_teardown(test_at_equal_times_counters_calls_segments, up, down),
        cmocka_unit_test_setup_teardown(test_counters_go_before_the_first_segment_of_the_batch, up, down),
        cmocka_unit_test_setup_teardown(test_counters_without_a_segment_keep_their_time, up, down),
        cmocka_unit_test_setup_teardown(test_counters_stand_where_they_moved, up, down),
        cmocka_unit_test_setup_teardown(test_a_long_turn_breathes, up, down),
        cmocka_unit_test_setup_teardown(test_no_memory_is_told, up, down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
