/* Wireshark's names for short traces, a segment a line: microseconds, side, flags, seq, payload, ack, window,
 * window scale, and what it is called. Numbers are raw. Expected names are those that tshark 4.0 gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/wireshark.h"

/* One segment. us: microseconds; shift -1: no such option. */
struct line {
    uint64_t us;
    enum side from;
    unsigned flags;
    uint32_t seq, len, ack;
    uint16_t win;
    int shift;
    uint32_t names;
};

#define C SIDE_CLIENT
#define S SIDE_SERVER
enum { A = TCP_ACK, SYN = TCP_SYN, SA = TCP_SYN | TCP_ACK, F = TCP_FIN | TCP_ACK, R = TCP_RST };

#define SHAKE                                                                                                \
    {0, C, SYN, 1000, 0, 0, 64240, 7, 0}, {10000, S, SA, 5000, 0, 1001, 65160, 7, 0},                        \
    {                                                                                                        \
        20000, C, A, 1001, 0, 5001, 502, -1, 0                                                               \
    }
#define RE   WS_BIT(RETRANSMISSION)
#define FAST (WS_BIT(FAST_RETRANSMISSION) | RE)
#define SPUR (WS_BIT(SPURIOUS_RETRANSMISSION) | RE)
#define OOO  WS_BIT(OUT_OF_ORDER)
#define LOST WS_BIT(LOST_SEGMENT)
#define DUP  WS_BIT(DUPLICATE_ACK)
#define ZERO WS_BIT(ZERO_WINDOW)

static struct seg seg_of(const struct line *l)
{
    struct seg s = {.time_ns = 1000000000 + l->us * 1000,
                    .seq = {l->seq},
                    .ack = {l->ack},
                    .len = l->len,
                    .win = l->win,
                    .flags = (uint16_t)l->flags};
    s.src = (struct endpoint){{4, {10, 0, 0, 1}}, l->from == C ? 40000 : 80};
    s.dst = (struct endpoint){{4, {10, 0, 0, 1}}, l->from == C ? 80 : 40000};
    s.opt.wscale = l->shift >= 0;
    s.opt.shift = (uint8_t)(l->shift < 0 ? 0 : l->shift);
    return s;
}

static void tell(const struct line *l, size_t i, uint32_t got)
{
    print_error("line %zu, seq %u: ", i + 1, l->seq);
    for (int n = 0; n < WS_COUNT; n++)
        if ((got ^ l->names) >> n & 1)
            print_error("%s %s ", got >> n & 1 ? "not" : "expected", ws_name((enum ws_label)n));
    fail_msg("named otherwise");
}

/* Where nobody asks for names, what others judge by is the same. */
static void keeps_up(const struct ws_conn *a, const struct ws_conn *b)
{
    assert_int_equal(a->rtt_ns, b->rtt_ns);
    assert_int_equal(a->syn_ns, b->syn_ns);
    for (int i = 0; i < SIDE_COUNT; i++) {
        assert_int_equal(a->flow[i].next_ns, b->flow[i].next_ns);
        assert_int_equal(ws_shift(a, (enum side)i), ws_shift(b, (enum side)i));
    }
}

static void run(const struct line *lines, size_t count)
{
    struct ws_conn c = {0}, unnamed = {0};
    for (size_t i = 0; i < count; i++) {
        struct seg s = seg_of(&lines[i]);
        uint32_t got;
        ws_segment(&c, lines[i].from, &s, false, &got);
        if (got != lines[i].names)
            tell(&lines[i], i, got);
        ws_segment(&unnamed, lines[i].from, &s, false, NULL);
        keeps_up(&unnamed, &c);
    }
}

#define TRACE(name, ...)                                                                                     \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        static const struct line lines[] = {__VA_ARGS__};                                                    \
        (void)state;                                                                                         \
        run(lines, COUNT_OF(lines));                                                                         \
    }

TRACE(ordinary_data, SHAKE, {30000, C, A, 1001, 100, 5001, 502, -1, 0},
      {40000, S, A, 5001, 0, 1101, 508, -1, 0}, {50000, C, F, 1101, 0, 5001, 502, -1, 0},
      {60000, S, F, 5001, 0, 1102, 508, -1, 0}, {70000, C, A, 1102, 0, 5002, 502, -1, 0})

TRACE(lost_and_sent_again, SHAKE, {30000, C, A, 1001, 100, 5001, 502, -1, 0},
      {31000, C, A, 1201, 100, 5001, 502, -1, LOST}, {300000, C, A, 1101, 100, 5001, 502, -1, RE},
      {500000, C, A, 1001, 100, 5001, 502, -1, RE})

/* The round trip took 20 ms: what comes within it may be late; what ends at the highest end was sent again.
 */
TRACE(out_of_order_within_the_round_trip, SHAKE, {30000, C, A, 1101, 100, 5001, 502, -1, LOST},
      {49000, C, A, 1001, 100, 5001, 502, -1, OOO}, {49500, C, A, 1101, 100, 5001, 502, -1, RE},
      {51000, C, A, 1001, 50, 5001, 502, -1, RE})

/* Without a handshake 3 ms count. */
TRACE(out_of_order_without_a_handshake, {0, C, A, 1101, 100, 5001, 502, -1, 0},
      {2900, C, A, 1001, 50, 5001, 502, -1, OOO}, {3100, C, A, 1001, 50, 5001, 502, -1, RE})

TRACE(time_that_runs_backwards, SHAKE, {30000, C, A, 1001, 200, 5001, 502, -1, 0},
      {29000, C, A, 1001, 100, 5001, 502, -1, RE})

TRACE(fast_after_two_duplicates, SHAKE, {30000, C, A, 1001, 100, 5001, 502, -1, 0},
      {30100, C, A, 1101, 100, 5001, 502, -1, 0}, {30200, C, A, 1201, 100, 5001, 502, -1, 0},
      {40000, S, A, 5001, 0, 1101, 508, -1, 0}, {40100, S, A, 5001, 0, 1101, 508, -1, DUP},
      {40200, S, A, 5001, 0, 1101, 508, -1, DUP}, {60000, C, A, 1101, 100, 5001, 502, -1, FAST})

TRACE(too_late_to_be_fast, SHAKE, {30000, C, A, 1001, 100, 5001, 502, -1, 0},
      {30200, C, A, 1101, 200, 5001, 502, -1, 0}, {40000, S, A, 5001, 0, 1101, 508, -1, 0},
      {40100, S, A, 5001, 0, 1101, 508, -1, DUP}, {40200, S, A, 5001, 0, 1101, 508, -1, DUP},
      {60300, C, A, 1101, 100, 5001, 502, -1, RE})

TRACE(a_changed_window_is_no_duplicate, SHAKE, {30000, C, A, 1001, 100, 5001, 502, -1, 0},
      {40000, S, A, 5001, 0, 1101, 508, -1, 0}, {40100, S, A, 5001, 0, 1101, 510, -1, WS_BIT(WINDOW_UPDATE)},
      {40200, S, A, 5001, 0, 1101, 510, -1, DUP})

TRACE(spurious_what_was_acknowledged, SHAKE, {30000, C, A, 1001, 100, 5001, 502, -1, 0},
      {40000, S, A, 5001, 0, 1101, 508, -1, 0}, {90000, C, A, 1001, 100, 5001, 502, -1, SPUR},
      {91000, C, F, 1001, 100, 5001, 502, -1, SPUR})

TRACE(keep_alive_and_answer, SHAKE, {8000000, S, A, 5000, 0, 1001, 508, -1, WS_BIT(KEEP_ALIVE)},
      {8000040, C, A, 1001, 0, 5001, 502, -1, WS_BIT(KEEP_ALIVE_ACK)},
      {8000080, C, A, 1001, 0, 5001, 502, -1, WS_BIT(KEEP_ALIVE_ACK)})

/* Linux probes a closed window without a byte, one number too low: a keep-alive to Wireshark, and zero-window
 * answers. */
TRACE(zero_window_as_linux_probes_it, SHAKE, {30000, C, A, 1001, 100, 5001, 502, -1, 0},
      {40000, S, A, 5001, 0, 1101, 0, -1, ZERO}, {250000, C, A, 1100, 0, 5001, 502, -1, WS_BIT(KEEP_ALIVE)},
      {250040, S, A, 5001, 0, 1101, 0, -1, ZERO},
      {300000, S, A, 5001, 0, 1101, 400, -1, WS_BIT(WINDOW_UPDATE)})

TRACE(zero_window_probed_with_a_byte, SHAKE, {30000, C, A, 1001, 100, 5001, 502, -1, 0},
      {40000, S, A, 5001, 0, 1101, 0, -1, ZERO},
      {250000, C, A, 1101, 1, 5001, 502, -1, WS_BIT(ZERO_WINDOW_PROBE)},
      {250040, S, A, 5001, 0, 1101, 0, -1, ZERO | WS_BIT(ZERO_WINDOW_PROBE_ACK)},
      {300000, S, A, 5001, 0, 1102, 400, -1, WS_BIT(ACK_LOST_SEGMENT)},
      {310000, C, A, 1102, 10, 5001, 502, -1, LOST})

TRACE(window_filled_to_its_end, SHAKE, {25000, S, A, 5001, 0, 1001, 2, -1, WS_BIT(WINDOW_UPDATE)},
      {30000, C, A, 1001, 255, 5001, 502, -1, 0}, {30100, C, A, 1256, 1, 5001, 502, -1, WS_BIT(WINDOW_FULL)},
      {30200, C, A, 1257, 1, 5001, 502, -1, 0})

TRACE(never_full_while_the_scale_is_unknown, {0, S, A, 5001, 0, 1001, 2, -1, 0},
      {100, C, A, 1001, 2, 5001, 502, -1, 0})

/* The SYN ACK lacks the option: neither side is scaled. */
TRACE(scale_that_one_side_lacks, {0, C, SYN, 1000, 0, 0, 64240, 7, 0}, {10, S, SA, 5000, 0, 1001, 100, -1, 0},
      {20, C, A, 1001, 100, 5001, 64240, -1, WS_BIT(WINDOW_FULL)})

TRACE(acknowledged_but_never_seen, SHAKE, {30000, S, A, 5001, 0, 1501, 508, -1, WS_BIT(ACK_LOST_SEGMENT)},
      {30010, S, A, 5001, 0, 1601, 508, -1, 0}, {31000, C, A, 1601, 10, 5001, 502, -1, LOST},
      {32000, S, A, 5001, 0, 1701, 508, -1, WS_BIT(ACK_LOST_SEGMENT)})

TRACE(resets_are_never_lost_or_empty, SHAKE, {30000, C, R, 2000, 0, 0, 0, -1, 0})

/* A first ACK can be an update; an ACK field of 0 equals the unknown last one. */
TRACE(unknown_is_zero, {0, C, A, 0, 0, 0, 100, -1, WS_BIT(WINDOW_UPDATE)}, {10, C, A, 0, 0, 0, 100, -1, DUP})

TRACE(numbers_wrap, {0, C, A, 0xffffff9c, 100, 5001, 502, -1, 0}, {10, C, A, 0, 100, 5001, 502, -1, 0},
      {500000, C, A, 0xffffff9c, 50, 5001, 502, -1, RE}, {600000, S, A, 5001, 0, 100, 508, -1, 0},
      {700000, C, A, 0xffffff9c, 100, 5001, 502, -1, SPUR})

static uint32_t judge(struct ws_conn *c, struct seg s, enum side from, bool reused)
{
    uint32_t got;
    ws_segment(c, from, &s, reused, &got);
    return got;
}

/* An ACK of what was never seen makes later data of that side a fast retransmission at once. */
TRACE(acknowledged_unseen_counts_as_duplicates, SHAKE,
      {30000, S, A, 5001, 0, 1001, 508, -1, WS_BIT(WINDOW_UPDATE)},
      {30100, C, A, 1001, 0, 5001, 502, -1, DUP},
      {30200, C, A, 1001, 0, 5101, 502, -1, WS_BIT(ACK_LOST_SEGMENT)},
      {30300, C, A, 1001, 0, 5101, 502, -1, DUP}, {30400, C, A, 1001, 0, 5101, 502, -1, DUP},
      {30500, S, A, 5101, 10, 1001, 508, -1, LOST},
      {31000, C, A, 1001, 0, 5101, 502, -1, DUP | WS_BIT(ACK_LOST_SEGMENT)},
      {32000, S, A, 5101, 10, 1001, 508, -1, FAST})

/* An ACK of what was never seen lets more be acknowledged, which a SYN again then falls back to. */
TRACE(acknowledged_unseen_before_a_syn_again, SHAKE, {30000, C, A, 2001, 100, 5001, 502, -1, LOST},
      {30100, S, A, 5001, 0, 2101, 508, -1, WS_BIT(ACK_LOST_SEGMENT)},
      {400000, C, SYN, 1000, 0, 0, 64240, 7, RE}, {410000, C, A, 1001, 100, 5001, 502, -1, SPUR})

/* The SYN comes again: the highest number is again what may be acknowledged. */
TRACE(a_syn_again_forgets, SHAKE, {30000, C, A, 2001, 0, 5001, 502, -1, LOST},
      {30100, C, A, 2001, 0, 5001, 502, -1, DUP}, {40000, C, SYN, 1000, 0, 0, 64240, 7, RE},
      {40100, C, A, 2001, 0, 0, 64240, -1, LOST})

/* The window of a SYN ACK is not scaled. */
TRACE(full_by_the_unscaled_window_of_the_syn, {0, C, SYN, 1000, 0, 0, 64240, 7, 0},
      {10, S, SA, 5000, 0, 1001, 100, 7, 0}, {20, C, A, 1001, 100, 5001, 502, -1, WS_BIT(WINDOW_FULL)},
      {30, S, A, 5001, 0, 1001, 100, -1, DUP}, {40, C, A, 1101, 100, 5001, 502, -1, 0},
      {50, C, A, 1201, 12600, 5001, 502, -1, WS_BIT(WINDOW_FULL)})

/* One SYN without the option is enough to know that nobody scales. */
TRACE(full_where_one_syn_had_no_scale, {0, C, SYN, 1000, 0, 0, 64240, -1, 0},
      {10, S, A, 5001, 0, 1001, 100, -1, 0}, {20, C, A, 1001, 100, 5001, 502, -1, WS_BIT(WINDOW_FULL)})

/* Where MPTCP has said something new since the last segment of that side, the next is no duplicate. */
static void mptcp_tolerates_duplicates(void **state)
{
    (void)state;
    struct ws_conn c = {0};
    struct seg ack = seg_of(&(struct line){0, C, A, 1000, 0, 1, 502, -1, 0});
    ack.opt.mptcp = 1 << 2;
    assert_int_equal(judge(&c, ack, C, false), 0);
    assert_int_equal(judge(&c, ack, C, false), 0);
    assert_int_equal(judge(&c, ack, C, false), DUP);
}

static void fast_open(void **state)
{
    (void)state;
    struct ws_conn c = {0};
    struct seg syn = seg_of(&(struct line){0, C, SYN, 1000, 20, 0, 64240, 7, 0});
    syn.opt.fast_open = true;
    assert_int_equal(judge(&c, syn, C, false), 0); /* asks for a cookie only */
    c = (struct ws_conn){0};
    syn.opt.cookie_len = 8;
    syn.len = 0; /* nothing that could be ignored */
    assert_int_equal(judge(&c, syn, C, false), WS_BIT(TFO_SYN));
    assert_false(c.tfo_syn);
    c = (struct ws_conn){0};
    syn.len = 20;
    assert_int_equal(judge(&c, syn, C, false), WS_BIT(TFO_SYN));
    struct ws_conn ignored = c;
    struct seg taken = seg_of(&(struct line){10, S, SA, 5000, 0, 1021, 64240, 7, 0});
    struct seg refused = seg_of(&(struct line){10, S, SA, 5000, 0, 1001, 64240, 7, 0});
    assert_int_equal(judge(&c, taken, S, false), WS_BIT(TFO_ACK));
    assert_int_equal(judge(&ignored, refused, S, false), WS_BIT(TFO_IGNORED));
}

static void ports_used_again(void **state)
{
    (void)state;
    struct ws_conn c = {0};
    struct seg syn = seg_of(&(struct line){0, C, SYN, 1000, 0, 0, 64240, 7, 0});
    assert_int_equal(judge(&c, syn, C, true), WS_BIT(REUSED_PORTS));
}

/* What has no length of its own is not analysed; only that a direction has acknowledged is remembered of it.
 */
static void fragments_are_not_judged(void **state)
{
    (void)state;
    struct ws_conn c = {0};
    struct seg syn = seg_of(&(struct line){0, C, SYN, 1000, 0, 0, 64240, 7, 0});
    judge(&c, syn, C, false);
    struct ws_flow before = c.flow[C];
    struct seg part = seg_of(&(struct line){10, C, A, 9000, 500, 5001, 0, -1, 0});
    part.fragment = true;
    assert_int_equal(judge(&c, part, C, false), 0);
    before.unscaled = false;
    assert_memory_equal(&c.flow[C], &before, sizeof before);
    assert_int_equal(c.rtt_ns, 10000);
    struct seg answer = seg_of(&(struct line){20, S, SA, 5000, 0, 1001, 0, 7, 0});
    answer.broken = true; /* its numbers are raw to Wireshark */
    assert_int_equal(judge(&c, answer, S, false), WS_BIT(TFO_ACK));
}

/* A capture that ends within the options shows nothing of what was found; it is found all the same. */
static void cut_options_hide_what_was_found(void **state)
{
    (void)state;
    struct ws_conn c = {0};
    struct seg data = seg_of(&(struct line){0, C, A, 1000, 100, 1, 502, -1, 0});
    assert_int_equal(judge(&c, data, C, false), 0);
    data.opt.cut = true;
    data.time_ns += 1000000000;
    assert_int_equal(judge(&c, data, C, false), 0);
    data.opt.cut = false;
    data.seq.v = 1300;
    assert_int_equal(judge(&c, data, C, false), LOST);
    data.seq.v = 1400;
    data.opt.cut = true;
    judge(&c, data, C, false);
    data.seq.v = 1500;
    data.opt.cut = false;
    assert_int_equal(judge(&c, data, C, false), 0);
}

/* The four bytes that it takes for a check sequence are missing from the payload, or from the header. */
static void a_supposed_check_sequence(void **state)
{
    (void)state;
    struct ws_conn c = {0};
    struct seg data = seg_of(&(struct line){0, C, A, 1000, 100, 1, 502, -1, 0});
    data.fcs = 4;
    judge(&c, data, C, false);
    data.seq.v = 1100;
    assert_int_equal(judge(&c, data, C, false), LOST);
    data.len = 3;
    assert_int_equal(judge(&c, data, C, false), 0);
}

static void a_socket_connected_to_itself_has_one_direction(void **state)
{
    (void)state;
    struct ws_conn c = {0};
    struct seg syn = seg_of(&(struct line){0, C, SYN, 1000, 0, 0, 64240, 7, 0}), answer;
    syn.dst = syn.src;
    answer = syn;
    answer.flags = SA;
    answer.ack.v = 1001;
    answer.time_ns += 10000;
    assert_int_equal(judge(&c, syn, C, false), 0);
    assert_int_equal(judge(&c, answer, S, false), RE);
}

static void shifts(void **state)
{
    (void)state;
    struct ws_conn c = {0};
    struct seg syn = seg_of(&(struct line){0, C, SYN, 1000, 0, 0, 64240, 15, 0});
    assert_int_equal(ws_shift(&c, SIDE_CLIENT), -1);
    judge(&c, syn, C, false);
    assert_int_equal(ws_shift(&c, SIDE_CLIENT), 14);
    assert_int_equal(ws_shift(&c, SIDE_SERVER), -1);
    struct seg without = seg_of(&(struct line){10, S, SA, 5000, 0, 1001, 64240, -1, 0});
    judge(&c, without, S, false);
    assert_int_equal(ws_shift(&c, SIDE_CLIENT), 0);
    assert_int_equal(ws_shift(&c, SIDE_SERVER), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_data),
        cmocka_unit_test(lost_and_sent_again),
        cmocka_unit_test(out_of_order_within_the_round_trip),
        cmocka_unit_test(out_of_order_without_a_handshake),
        cmocka_unit_test(time_that_runs_backwards),
        cmocka_unit_test(fast_after_two_duplicates),
        cmocka_unit_test(too_late_to_be_fast),
        cmocka_unit_test(a_changed_window_is_no_duplicate),
        cmocka_unit_test(spurious_what_was_acknowledged),
        cmocka_unit_test(keep_alive_and_answer),
        cmocka_unit_test(zero_window_as_linux_probes_it),
        cmocka_unit_test(zero_window_probed_with_a_byte),
        cmocka_unit_test(window_filled_to_its_end),
        cmocka_unit_test(never_full_while_the_scale_is_unknown),
        cmocka_unit_test(scale_that_one_side_lacks),
        cmocka_unit_test(acknowledged_but_never_seen),
        cmocka_unit_test(resets_are_never_lost_or_empty),
        cmocka_unit_test(unknown_is_zero),
        cmocka_unit_test(numbers_wrap),
        cmocka_unit_test(fast_open),
        cmocka_unit_test(ports_used_again),
        cmocka_unit_test(fragments_are_not_judged),
        cmocka_unit_test(cut_options_hide_what_was_found),
        cmocka_unit_test(a_supposed_check_sequence),
        cmocka_unit_test(mptcp_tolerates_duplicates),
        cmocka_unit_test(a_syn_again_forgets),
        cmocka_unit_test(acknowledged_unseen_counts_as_duplicates),
        cmocka_unit_test(acknowledged_unseen_before_a_syn_again),
        cmocka_unit_test(full_by_the_unscaled_window_of_the_syn),
        cmocka_unit_test(full_where_one_syn_had_no_scale),
        cmocka_unit_test(a_socket_connected_to_itself_has_one_direction),
        cmocka_unit_test(shifts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
