/* What the kernel counted and said, and to which segment it is put down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "scene/wire.h"
#include "unit/timeline.h"

static const struct voice english = {.lang = LANG_EN, .ascii = true};

static void count(struct session *s, uint64_t us, enum side side, const char *name)
{
    const struct event e = {
        .kind = EVENT_COUNTER, .time_ns = at_us(us), .u.counter = {.side = side, .name = name, .delta = 1}};
    assert_true(session_apply(s, &e));
}

static void tell(struct session *s, uint64_t us, enum side side, const char *name)
{
    const struct event e = {.kind = EVENT_COUNTER,
                            .time_ns = at_us(us),
                            .key = a_key(CLIENT_PORT),
                            .u.counter = {.side = side, .name = name, .delta = 1}};
    assert_true(session_apply(s, &e));
}

typedef void say_of(struct str *out, const struct voice *v, const struct session *s, const struct row *r);

/* What is said of a frame. */
static const char *said_of(say_of *say_it, const struct session *s, uint32_t frame)
{
    static char text[512];
    struct str out;
    str_init(&out, heap_mem());
    say_it(&out, &english, s, session_row(s, session_frame(s, frame)));
    assert_true(out.len < sizeof text);
    memcpy(text, out.at, out.len + 1);
    str_release(&out);
    return text;
}

/* A counter that may have been moved by either of two segments is certain of neither, whatever was said at a
 * tracepoint in between. */
static void a_counter_is_not_certain_because_something_was_said(void **state)
{
    struct session *s = a_session(heap_mem());
    (void)state;
    shake_hands(s);
    see(s, at_us(50), SIDE_SERVER, TCP_ACK | TCP_PSH, 1, 1, 10);
    see(s, at_us(60), SIDE_SERVER, TCP_ACK | TCP_PSH, 11, 1, 10);
    count(s, 10070, SIDE_CLIENT, "DelayedACKs");
    see(s, at_us(10070), SIDE_CLIENT, TCP_ACK, 1, 11, 0);
    tell(s, 10080, SIDE_SERVER, "kfree_skb:TCP_OLD_DATA");
    see(s, at_us(10090), SIDE_CLIENT, TCP_ACK, 1, 21, 0);
    for (uint32_t frame = 6; frame <= 7; frame++)
        assert_string_equal(said_of(say_counted, s, frame),
                            "The client's kernel counted DelayedACKs, ACKs that the delayed-ACK timer sent: "
                            "for one of 2 segments, maybe this.");
    session_free(s);
}

/* Nor does what was said hide the counters that stand before it. */
static void a_counter_is_found_past_what_was_said(void **state)
{
    struct session *s = a_session(heap_mem());
    (void)state;
    shake_hands(s);
    count(s, 100, SIDE_CLIENT, "OutRsts");
    see(s, at_us(100), SIDE_SERVER, TCP_ACK | TCP_PSH, 1, 1, 10);
    tell(s, 110, SIDE_CLIENT, "kfree_skb:TCP_CLOSE");
    see(s, at_us(120), SIDE_CLIENT, TCP_RST, 1, 0, 0);
    assert_string_equal(said_of(say_counted, s, 5), "The client's kernel counted it: OutRsts, RST sent.");
    session_free(s);
}

/* New data right behind a retransmission is not sent again. */
static void only_a_copy_was_sent_again(void **state)
{
    struct session *s = a_session(heap_mem());
    (void)state;
    shake_hands(s);
    see(s, at_us(100), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 10);
    see(s, at_us(300000), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 10);
    tell(s, 300005, SIDE_CLIENT, "tcp_retransmit_skb");
    see(s, at_us(300010), SIDE_CLIENT, TCP_ACK | TCP_PSH, 11, 1, 10);
    assert_string_equal(said_of(say_traced, s, 5),
                        "The client's kernel says at tcp_retransmit_skb that it sent this again.");
    assert_string_equal(said_of(say_traced, s, 6), "");
    assert_string_equal(said_of(say_traced, s, 4), "");
    session_free(s);
}

/* The reason of a RST, and what is told where nobody heard one: that root may, but not that root did not. */
static void a_reason_is_named_or_was_not_heard(void **state)
{
    (void)state;
    for (int heard = 0; heard < 2; heard++) {
        struct session *s = a_session(heap_mem());
        shake_hands(s);
        see(s, at_us(100), SIDE_CLIENT, TCP_RST | TCP_ACK, 1, 1, 0);
        if (heard)
            tell(s, 105, SIDE_CLIENT, "tcp_send_reset:TCP_ABORT_ON_LINGER");
        assert_string_equal(said_of(say_traced, s, 4),
                            heard ? "The client's kernel names its reason for the RST: "
                                    "tcp_send_reset:TCP_ABORT_ON_LINGER, closed by SO_LINGER 0."
                                  : "");
        assert_string_equal(said_of(say_unheard, s, 4),
                            heard ? ""
                                  : "What reason the client's kernel names was not heard: only root hears "
                                    "it, and not always, at its tracepoint tcp_send_reset.");
        session_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_counter_is_not_certain_because_something_was_said),
        cmocka_unit_test(a_counter_is_found_past_what_was_said),
        cmocka_unit_test(only_a_copy_was_sent_again),
        cmocka_unit_test(a_reason_is_named_or_was_not_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
