/* The facts as of any row are those that a session has which ends there: tried with random lives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/str.h"
#include "plat/loop.h"
#include "session/cursor.h"
#include "unit/timeline.h"

static uint32_t chance;

static uint32_t pick(uint32_t n)
{
    chance = chance * 1664525 + 1013904223;
    return (chance >> 8) % n;
}

static struct event_key some_key(void)
{
    struct event_key key = a_key((uint16_t)(CLIENT_PORT + pick(4)));
    key.known = pick(8) > 0;
    key.serial = pick(4) ? 0 : 1 + pick(6);
    return key;
}

static void some_segment(struct session *s, uint64_t time_ns)
{
    static const unsigned flags[] = {TCP_SYN,           TCP_SYN | TCP_ACK, TCP_ACK,           TCP_ACK,
                                     TCP_ACK | TCP_PSH, TCP_ACK | TCP_FIN, TCP_RST | TCP_ACK, TCP_RST};
    struct made m;
    const unsigned f = flags[pick(COUNT_OF(flags))];
    make_frame(&m, time_ns, (enum side)pick(2), (uint16_t)(CLIENT_PORT + pick(4)), f,
               f & TCP_SYN ? pick(3) * 5000 : 1 + pick(4) * 100, 1 + pick(4) * 100, f & TCP_PSH ? 100 : 0);
    assert_true(session_apply(s, &m.event));
}

static void some_call(struct session *s, uint64_t time_ns)
{
    struct event e = {.kind = EVENT_CALL, .time_ns = time_ns, .key = some_key()};
    e.u.call = (struct event_call){.side = (enum side)pick(2),
                                   .kind = (enum call_kind)pick(CALL_KINDS),
                                   .name = "call",
                                   .args = "",
                                   .fd = (int)(3 + pick(3)),
                                   .result = pick(3) ? 0 : 5,
                                   .value = 5,
                                   .data = pick(2) ? "line\r\nmore" : "other\n",
                                   .data_len = pick(5)};
    assert_true(session_apply(s, &e));
}

static void some_answer(struct session *s, uint64_t time_ns)
{
    struct event e = {.kind = pick(4) ? EVENT_SAMPLE : EVENT_LISTENER, .time_ns = time_ns};
    if (e.kind == EVENT_LISTENER) {
        e.u.listener = (struct event_listener){STATE_LISTEN, pick(3), pick(3), 128};
    } else {
        e.key = some_key();
        e.u.sample = (struct event_sample){.side = (enum side)pick(2),
                                           .state = (enum tcp_state)pick(STATE_COUNT),
                                           .recv_q = pick(1000),
                                           .cwnd = pick(100)};
    }
    assert_true(session_apply(s, &e));
}

static void some_other(struct session *s, uint64_t time_ns)
{
    static const char *const names[] = {"TCPAbortOnTimeout", "TCPTimeouts", "TCPLossProbes"};
    struct event e = {.time_ns = time_ns};
    switch (pick(4)) {
    case 0:
        e.kind = EVENT_COUNTER;
        e.u.counter = (struct event_counter){SIDE_NONE, names[pick(COUNT_OF(names))], 1};
        break;
    case 1:
        e.kind = EVENT_GONE;
        e.key = some_key();
        e.u.gone = (enum side)pick(2);
        break;
    case 2:
        e.kind = EVENT_STAMP;
        e.key = some_key();
        e.u.stamp = (struct event_stamp){(enum side)pick(2), (enum stamp_point)pick(STAMP_POINTS),
                                         (enum side)pick(2), pick(300)};
        break;
    default:
        e.kind = EVENT_NOTE;
        e.u.note.text = "note";
        e.u.note.len = 4;
    }
    assert_true(session_apply(s, &e));
}

static struct session *a_life(uint32_t seed, size_t rows)
{
    struct session *s = a_session(heap_mem());
    chance = seed;
    for (uint64_t us = 0; session_rows(s) < rows; us += pick(50)) {
        const uint32_t what = pick(10);
        if (what < 5)
            some_segment(s, at_us(us));
        else if (what < 7)
            some_call(s, at_us(us));
        else if (what < 9)
            some_answer(s, at_us(us));
        else
            some_other(s, at_us(us));
    }
    return s;
}

static void same_read(const struct session *t, uint32_t conn, enum side side, const struct event_call *read)
{
    uint32_t len;
    struct str line;
    const char *last = session_last_read(t, conn, side, &len);
    if (!read) {
        assert_null(last);
        return;
    }
    str_init(&line, heap_mem());
    session_put_read(&line, read);
    assert_non_null(last);
    assert_string_equal(last, line.at);
    assert_int_equal(len, read->result);
    str_release(&line);
}

/* t ends where the moment of s is. */
static void same_moment(const struct session *t, const struct cursor *c, uint32_t row)
{
    struct moment m;
    cursor_at(c, NO_CONN, row, &m);
    const struct event_listener *l = session_listener(t);
    assert_int_equal(m.listener_state, session_listener_state(t));
    assert_true(l ? m.listener && memcmp(l, m.listener, sizeof *l) == 0 : !m.listener);
    for (uint32_t conn = 0; conn < session_conns(t); conn++) {
        cursor_at(c, conn, row, &m);
        for (int side = 0; side < SIDE_COUNT; side++) {
            const struct event_sample *k = session_kernel(t, conn, (enum side)side);
            if (m.row != NO_ROW) /* a connection that was named before anything happened to it has no state */
                assert_int_equal(m.state[side], session_state(t, conn, (enum side)side));
            assert_true(k ? m.kernel[side] && memcmp(k, m.kernel[side], sizeof *k) == 0 : !m.kernel[side]);
            assert_int_equal(m.kernel_ns[side], session_kernel_time(t, conn, (enum side)side));
            same_read(t, conn, (enum side)side, m.read[side]);
        }
    }
}

static void test_any_moment_is_what_was_known_then(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 30; seed++) {
        const size_t rows = 600;
        struct session *s = a_life(seed, rows), *t = a_session(heap_mem());
        struct cursor *whole = cursor_new(heap_mem(), s), *part = cursor_new(heap_mem(), s),
                      *late = cursor_new(heap_mem(), s);
        assert_false(cursor_extend(whole, UINT64_MAX));
        size_t taken = 0;
        for (uint32_t row = 0; row < session_rows(s); row++) {
            struct event e;
            session_event(s, session_row(s, row), &e);
            assert_true(session_apply(t, &e));
            assert_int_equal(session_rows(t), row + 1);
            if (pick(12))
                continue;
            same_moment(t, whole, row);
            if (taken < row && pick(3) == 0) {
                assert_false(cursor_extend(part, UINT64_MAX));
                taken = session_rows(s);
            }
            same_moment(t, part, row);
            if (row < 100)
                same_moment(t, late, row);
        }
        cursor_free(whole);
        cursor_free(part);
        cursor_free(late);
        session_free(s);
        session_free(t);
    }
}

/* Every beginning, as it is taken in while the session goes on. */
static void test_a_cursor_follows(void **state)
{
    (void)state;
    struct session *s = a_life(77, 900), *t = a_session(heap_mem());
    struct cursor *c = cursor_new(heap_mem(), t);
    for (uint32_t row = 0; row < session_rows(s); row++) {
        struct event e;
        session_event(s, session_row(s, row), &e);
        assert_true(session_apply(t, &e));
        if (pick(3))
            assert_false(cursor_extend(c, UINT64_MAX));
        same_moment(t, c, row);
        same_moment(t, c, row + 10);
    }
    cursor_free(c);
    session_free(s);
    session_free(t);
}

/* A million events: what it takes to remember them, and in how many steps. */
static void test_a_long_session_is_remembered_in_little_room(void **state)
{
    (void)state;
    enum { ROWS = 200000 };
    struct session *s = a_session(heap_mem());
    struct cursor *c = cursor_new(heap_mem(), s);
    shake_hands(s);
    for (uint32_t i = 0; session_rows(s) < ROWS; i++)
        see(s, at_us(100 + i), SIDE_CLIENT, TCP_ACK, 1 + 100 * i, 1, 100);
    uint64_t slices = 0;
    while (cursor_extend(c, 0))
        slices++;
    assert_int_equal(slices, (ROWS - 1) / 1024);
    assert_true(cursor_used(c) < ROWS / 2);
    struct moment m;
    for (uint32_t row = 0; row < ROWS; row += 997) {
        cursor_at(c, 0, row, &m);
        assert_int_equal(m.row, row);
    }
    cursor_at(c, 0, NO_ROW - 1, &m);
    assert_int_equal(m.row, ROWS - 1);
    cursor_free(c);
    session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_moment_is_what_was_known_then),
        cmocka_unit_test(test_a_cursor_follows),
        cmocka_unit_test(test_a_long_session_is_remembered_in_little_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
