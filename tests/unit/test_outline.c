/* What is kept of a connection as its segments come: labels, troubles, activity, the one word for its state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "session/outline.h"
#include "unit/timeline.h"

enum { RST_ACK = TCP_RST | TCP_ACK, PSH_ACK = TCP_PSH | TCP_ACK, FIN_ACK = TCP_FIN | TCP_ACK };

static struct session *captured(void)
{
    struct session_options o = {.source = "a.pcap", .started_ns = 7, .mem = heap_mem()};
    return session_new(&o);
}

static unsigned state_of(const struct session *s, uint32_t conn)
{
    struct conn_view v;
    struct outline o;
    assert_true(session_conn(s, conn, &v) && session_outline(s, conn, &o));
    return conn_state(&v);
}

static unsigned trouble_of(const struct session *s, uint32_t conn)
{
    struct outline o;
    assert_true(session_outline(s, conn, &o));
    return o.trouble;
}

static void test_refused(void **state)
{
    (void)state;
    struct session *s = captured();
    see(s, at_us(0), SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    assert_int_equal(state_of(s, 0), STATE_SYN_SENT);
    see(s, at_us(10), SIDE_SERVER, RST_ACK, 0, 1, 0);
    assert_int_equal(state_of(s, 0), CONN_REFUSED);
    assert_int_equal(trouble_of(s, 0), 1u << TROUBLE_REFUSED);
    assert_int_equal(session_troubled(s, TROUBLE_REFUSED), 1);
    assert_int_equal(session_troubled(s, TROUBLE_UNREAD), 0);
    session_free(s);
}

static uint64_t handshake_of(const struct session *s)
{
    struct conn_view v;
    assert_true(session_conn(s, 0, &v));
    return v.irtt_ns;
}

/* A handshake's round trip is that of one that was made, or refused. */
static void test_no_handshake_has_no_round_trip(void **state)
{
    (void)state;
    struct session *given_up = captured(), *refused = captured(), *made = captured();
    see(given_up, at_us(0), SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    see(given_up, at_us(900), SIDE_CLIENT, RST_ACK, 1, 0, 0);
    assert_int_equal(handshake_of(given_up), 0);
    see(refused, at_us(0), SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    see(refused, at_us(10), SIDE_SERVER, RST_ACK, 0, 1, 0);
    assert_int_equal(handshake_of(refused), 10000);
    shake_hands(made);
    assert_int_equal(handshake_of(made), 40000);
    session_free(given_up);
    session_free(refused);
    session_free(made);
}

static void close_window(struct session *s, uint64_t us, enum side from, uint32_t seq, uint32_t ack)
{
    struct made m;
    make_frame(&m, at_us(us), from, CLIENT_PORT, TCP_ACK, seq, ack, 0);
    put16(m.bytes + 34, 0);
    assert_true(session_apply(s, &m.event));
}

/* Who has said all he had to say is not stalled. */
static void test_no_window_stalls_an_end_that_is_done(void **state)
{
    (void)state;
    struct session *s = captured();
    shake_hands(s);
    see(s, at_us(100), SIDE_CLIENT, FIN_ACK, 1, 1, 0);
    close_window(s, 110, SIDE_SERVER, 1, 2);
    assert_int_equal(trouble_of(s, 0), 0);
    close_window(s, 120, SIDE_CLIENT, 2, 1); /* the server may still speak */
    assert_int_equal(trouble_of(s, 0), 1u << TROUBLE_ZERO_WINDOW);
    session_free(s);
}

/* A RST that only answers what came too late leaves nothing unread. */
static void test_answers_leave_nothing_unread(void **state)
{
    (void)state;
    struct session *s = captured();
    see(s, at_us(0), SIDE_CLIENT, PSH_ACK, 1, 1, 10);
    see(s, at_us(10), SIDE_SERVER, TCP_RST, 1, 0, 0);
    assert_int_equal(trouble_of(s, 0), 0);
    session_free(s);
}

/* A RST over the client's data that were never answered, one after an answer, one after the peer's FIN. */
static void test_resets(void **state)
{
    (void)state;
    struct session *s = captured();
    shake_hands(s);
    see(s, at_us(100), SIDE_CLIENT, PSH_ACK, 1, 1, 10);
    see(s, at_us(110), SIDE_SERVER, TCP_ACK, 1, 11, 0);
    assert_int_equal(state_of(s, 0), STATE_ESTABLISHED);
    see(s, at_us(200), SIDE_SERVER, RST_ACK, 1, 11, 0);
    assert_int_equal(state_of(s, 0), CONN_RESET);
    assert_int_equal(trouble_of(s, 0), 1u << TROUBLE_UNREAD);
    session_free(s);

    s = captured();
    shake_hands(s);
    see(s, at_us(100), SIDE_CLIENT, PSH_ACK, 1, 1, 10);
    see(s, at_us(110), SIDE_SERVER, PSH_ACK, 1, 11, 20);
    see(s, at_us(200), SIDE_SERVER, RST_ACK, 21, 11, 0);
    assert_int_equal(state_of(s, 0), CONN_RESET);
    assert_int_equal(trouble_of(s, 0), 0);
    session_free(s);

    s = captured();
    shake_hands(s);
    see(s, at_us(100), SIDE_SERVER, PSH_ACK, 1, 1, 20);
    see(s, at_us(110), SIDE_SERVER, FIN_ACK, 21, 1, 0);
    assert_int_equal(state_of(s, 0), STATE_CLOSE_WAIT);
    see(s, at_us(200), SIDE_CLIENT, RST_ACK, 1, 22, 0);
    assert_int_equal(state_of(s, 0), CONN_RESET);
    assert_int_equal(trouble_of(s, 0), 0);
    session_free(s);
}

/* One segment again of so many: it begins with the first copy and ends when enough others have come. */
static void test_more_than_one_percent_again(void **state)
{
    (void)state;
    struct session *s = captured();
    shake_hands(s);
    see(s, at_us(1000), SIDE_CLIENT, PSH_ACK, 1, 1, 10);
    see(s, at_us(400000), SIDE_CLIENT, PSH_ACK, 1, 1, 10);
    assert_int_equal(trouble_of(s, 0), 1u << TROUBLE_RETRANSMITTED);
    for (uint32_t i = 0; i < 95; i++) {
        assert_int_equal(session_troubled(s, TROUBLE_RETRANSMITTED), 1);
        see(s, at_us(400100 + i * 10), SIDE_SERVER, PSH_ACK, 1 + i, 11, 1);
    }
    assert_int_equal(trouble_of(s, 0), 0);
    assert_int_equal(session_troubled(s, TROUBLE_RETRANSMITTED), 0);
    session_free(s);
}

static void test_a_zero_window(void **state)
{
    (void)state;
    struct session *s = captured();
    struct made m;
    struct outline o;
    shake_hands(s);
    make_frame(&m, at_us(100), SIDE_SERVER, CLIENT_PORT, TCP_ACK, 1, 1, 0);
    put16(m.bytes + 20 + 14, 0);
    session_apply(s, &m.event);
    assert_int_equal(trouble_of(s, 0), 1u << TROUBLE_ZERO_WINDOW);
    assert_true(session_outline(s, 0, &o));
    assert_true(o.labels & LBL(ZERO_WINDOW) && o.labels & LBL(SYN) && !(o.labels & LBL(RST)));
    assert_int_equal(o.flags, TCP_SYN | TCP_ACK);
    session_free(s);
}

/* Ten segments at once, a long silence, and two: the spans keep the shape whatever their width. */
static void test_activity(void **state)
{
    (void)state;
    uint8_t bins[ACTIVITY_BINS];
    struct session *s = captured();
    shake_hands(s);
    assert_int_equal(session_activity(s, 0, bins), 1);
    assert_int_equal(bins[0], 3);
    for (uint32_t i = 0; i < 7; i++)
        see(s, at_us(100 + i), SIDE_CLIENT, PSH_ACK, 1 + i, 1, 1);
    see(s, at_us(9000000), SIDE_CLIENT, PSH_ACK, 8, 1, 1);
    see(s, at_us(9000010), SIDE_SERVER, TCP_ACK, 1, 9, 0);
    size_t n = session_activity(s, 0, bins);
    assert_true(n > ACTIVITY_BINS / 2 && n <= ACTIVITY_BINS);
    assert_int_equal(bins[0], 10);
    for (size_t i = 1; i + 1 < n; i++)
        assert_int_equal(bins[i], 0);
    assert_int_equal(bins[n - 1], 2);
    session_free(s);
}

/* Half a million segments, then a tenth as many in as long: counts were halved, the proportion stands. */
static void test_activity_of_many(void **state)
{
    (void)state;
    enum { MANY = 40000 };
    uint8_t bins[ACTIVITY_BINS];
    struct session *s = captured();
    shake_hands(s);
    for (uint32_t i = 0; i < MANY; i++)
        see(s, at_us(1000 + i * 10), SIDE_CLIENT, PSH_ACK, 1 + i, 1, 1);
    for (uint32_t i = 0; i < MANY / 10; i++)
        see(s, at_us(1000 + MANY * 10 + i * 100), SIDE_CLIENT, PSH_ACK, 1 + MANY + i, 1, 1);
    size_t n = session_activity(s, 0, bins);
    assert_true(n > ACTIVITY_BINS / 2 && n <= ACTIVITY_BINS);
    assert_in_range(bins[1], 9 * bins[n - 2], 11 * bins[n - 2] + 11);
    assert_true(bins[1] > 64);
    session_free(s);
}

/* Whether a row is worth a look for more than the checksum that make_frame leaves out. */
static bool troubled_else(const struct session *s, size_t i)
{
    struct row r = *session_row(s, i);
    r.labels &= LBL(BAD_CHECKSUM) - 1;
    return row_troubled(s, &r);
}

/* Duplicate ACKs are worth a look where they begin; and what TROUBLE_LABELS names. */
static void test_rows_of_trouble(void **state)
{
    (void)state;
    struct session *s = captured();
    shake_hands(s);
    see(s, at_us(100), SIDE_CLIENT, PSH_ACK, 1, 1, 10);
    see(s, at_us(110), SIDE_SERVER, TCP_ACK, 1, 11, 0);
    for (uint32_t i = 0; i < 4; i++) { /* 11 to 20 are lost */
        see(s, at_us(120 + i * 2), SIDE_CLIENT, PSH_ACK, 21 + i * 10, 1, 10);
        see(s, at_us(121 + i * 2), SIDE_SERVER, TCP_ACK, 1, 11, 0);
    }
    static const size_t troubled[] = {5, 6}; /* a segment is missing; the first duplicate ACK */
    size_t at = 0;
    for (size_t i = 0; i < session_rows(s); i++)
        if (troubled_else(s, i)) {
            assert_true(at < COUNT_OF(troubled) && troubled[at++] == i);
        }
    assert_int_equal(at, COUNT_OF(troubled));
    session_free(s);
}

/* Where nobody asks, nothing is kept of a connection but the chain of its rows. */
static void test_unlisted(void **state)
{
    (void)state;
    struct session_options o = {.source = "a.pcap", .unlisted = true, .mem = heap_mem()};
    struct session *s = session_new(&o);
    struct outline of;
    uint8_t bins[ACTIVITY_BINS];
    shake_hands(s);
    see(s, at_us(100), SIDE_CLIENT, RST_ACK, 1, 1, 0);
    assert_false(session_outline(s, 0, &of));
    assert_int_equal(of.labels, 0);
    assert_int_equal(session_activity(s, 0, bins), 0);
    assert_int_equal(session_troubled(s, TROUBLE_UNREAD), 0);
    assert_int_equal(session_end_length(s, SIDE_CLIENT), 0);
    assert_int_equal(session_conn_last(s, 0), 3);
    assert_int_equal(session_row(s, 3)->before, 2);
    assert_int_equal(session_row(s, 0)->before, NO_ROW);
    session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_handshake_has_no_round_trip),
        cmocka_unit_test(test_no_window_stalls_an_end_that_is_done),
        cmocka_unit_test(test_answers_leave_nothing_unread),
        cmocka_unit_test(test_resets),
        cmocka_unit_test(test_a_zero_window),
        cmocka_unit_test(test_more_than_one_percent_again),
        cmocka_unit_test(test_activity),
        cmocka_unit_test(test_activity_of_many),
        cmocka_unit_test(test_rows_of_trouble),
        cmocka_unit_test(test_unlisted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
