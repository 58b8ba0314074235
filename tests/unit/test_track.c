/* The tracker with many connections and long streams; and the table of its sentences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/track.h"
#include "plat/heap.h"

/* What two sentences say differs, in the ladder and in the note; every label has words. */
static void sentences_differ(void **state)
{
    (void)state;
    for (int a = 1; a < ANNOT_COUNT; a++) {
        assert_true(annot_rfc((enum annot_id)a)[0] && annot_why((enum annot_id)a)[0] &&
                    annot_next((enum annot_id)a)[0]);
        for (int b = a + 1; b < ANNOT_COUNT; b++) {
            assert_string_not_equal(annot_brief((enum annot_id)a), annot_brief((enum annot_id)b));
            assert_string_not_equal(annot_what((enum annot_id)a), annot_what((enum annot_id)b));
        }
    }
    for (int a = 0; a < LABEL_COUNT; a++) {
        assert_true(clause_brief((enum label)a, true)[0] && clause_what((enum label)a, true)[0]);
        for (int b = a + 1; b < LABEL_COUNT; b++)
            assert_string_not_equal(clause_brief((enum label)a, true), clause_brief((enum label)b, true));
    }
}

/* An ACK's words hold its number and the row it covers; a copy's the rows it repeats. */
static void sentences_hold_their_numbers(void **state)
{
    (void)state;
    static const enum annot_id acks[] = {
        ANNOT_ACK,           ANNOT_ACK_DELAYED,     ANNOT_ACK_PARTIAL,   ANNOT_ACK_DSACK,
        ANNOT_FIN_ACK,       ANNOT_FIN_ACK_LAST,    ANNOT_FIN_ACK_DATA,  ANNOT_ZERO_WINDOW_ACK,
        ANNOT_FIN_ACK_AGAIN, ANNOT_FIN_ACK_DELAYED, ANNOT_KEEP_ALIVE_ACK};
    static const enum annot_id copies[] = {ANNOT_RETRANSMISSION,
                                           ANNOT_RETRANSMISSION_RTO,
                                           ANNOT_RETRANSMISSION_TLP,
                                           ANNOT_RETRANSMISSION_FAST,
                                           ANNOT_RETRANSMISSION_RECOVERY,
                                           ANNOT_RETRANSMISSION_SPURIOUS,
                                           ANNOT_FIN_AGAIN,
                                           ANNOT_FIN_AGAIN_TLP,
                                           ANNOT_FIN_AGAIN_NEEDLESS,
                                           ANNOT_SYN_AGAIN,
                                           ANNOT_SYN_ACK_AGAIN};
    for (size_t i = 0; i < COUNT_OF(acks); i++) {
        assert_non_null(strstr(annot_brief(acks[i]), "{acks}"));
        assert_non_null(strstr(annot_what(acks[i]), "{acks}"));
        assert_non_null(strstr(annot_brief(acks[i]), "{ack}"));
        assert_non_null(strstr(annot_what(acks[i]), "{ack}"));
    }
    for (size_t i = 0; i < COUNT_OF(copies); i++) {
        assert_non_null(strstr(annot_brief(copies[i]), "{repeats}"));
        assert_non_null(strstr(annot_what(copies[i]), "{repeats}"));
    }
}

static bool feed_into(struct track *t, uint32_t *frame, int from, uint16_t port, const struct seg *part,
                      uint16_t win, struct verdict *v)
{
    struct seg s = *part;
    struct endpoint client = {.addr = {4, {127, 0, 0, 1}}, .port = port},
                    server = {.addr = {4, {127, 0, 0, 1}}, .port = 3344};
    s.src = from == SIDE_CLIENT ? client : server;
    s.dst = from == SIDE_CLIENT ? server : client;
    s.win = win;
    s.time_ns = s.time_ns ? s.time_ns : UINT64_C(1000000000) + *frame * UINT64_C(10000);
    s.cksum = CKSUM_GOOD;
    s.frame = ++*frame;
    return track_segment(t, &s, v);
}

static bool feed(struct track *t, uint32_t *frame, int from, uint16_t port, const struct seg *part,
                 struct verdict *v)
{
    return feed_into(t, frame, from, port, part, 60000, v);
}

/* Thousands of connections at once, each found again; and their states apart. */
static void many_connections(void **state)
{
    (void)state;
    uint32_t frame = 0;
    struct track *t = track_new(heap_mem(), &(struct track_options){.live = false});
    struct verdict v;
    for (uint16_t port = 10000; port < 13000; port++)
        assert_true(feed(t, &frame, SIDE_CLIENT, port, &(struct seg){.seq = {port}, .flags = TCP_SYN}, &v));
    assert_int_equal(track_count(t), 3000);
    for (uint16_t port = 10000; port < 13000; port += 2) {
        struct seg s = {.seq = {7}, .ack = {port + 1u}, .flags = TCP_SYN | TCP_ACK};
        assert_true(feed(t, &frame, SIDE_SERVER, port, &s, &v));
        assert_int_equal(v.conn, port - 10000);
        assert_int_equal(v.acks_frame, port - 10000 + 1);
    }
    struct conn_view even, odd;
    assert_true(track_view(t, 2000, &even) && track_view(t, 2001, &odd) && !track_view(t, 3000, &odd));
    assert_int_equal(even.state[SIDE_CLIENT], STATE_ESTABLISHED);
    assert_int_equal(odd.state[SIDE_CLIENT], STATE_SYN_SENT);
    track_free(t);
}

static uint64_t swapped(uint64_t word)
{
    return __builtin_bswap64(word);
}

/* An IPv6 address of two words, as they are read from memory; and a port. */
static struct endpoint at_words(uint64_t first, uint64_t second, uint16_t port)
{
    struct endpoint e = {.addr = {.family = 6}, .port = port};
    memcpy(e.addr.at, &first, sizeof first);
    memcpy(e.addr.at + 8, &second, sizeof second);
    return e;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

enum { CHOSEN = 2000 };

/* How many connections from sources of that kind are told apart by their hash. */
static size_t hashes_of(uint64_t seed, int kind)
{
    static uint32_t pair[CHOSEN];
    const uint64_t constant = UINT64_C(0xd6e8feb86659fd93), net = swapped(UINT64_C(0x20010db800000000));
    struct track *t = track_new(heap_mem(), &(struct track_options){.seed = seed});
    size_t different = 1;
    for (uint32_t i = 0; i < CHOSEN; i++) {
        const uint16_t port = (uint16_t)(40000 + i);
        struct seg s = {.dst = at_words(net, swapped(2), 80), .flags = TCP_SYN, .frame = i + 1};
        switch (kind) {
        case 0: s.src = at_words(net ^ swapped(i), constant ^ 40000, 40000); break; /* a factor is 0 */
        case 1:
            s.src = at_words(net ^ port, swapped(7) ^ port, port);
            break; /* the port undoes the address */
        case 2: s.src = at_words(net ^ swapped(i), swapped(7), 40000); break;
        case 3: s.src = at_words(net, swapped(7), port); break;
        default: s.src = s.dst, s.src.port = port; break;
        }
        (void)track_expect(t, &s);
        pair[i] = s.pair;
    }
    track_free(t);
    qsort(pair, CHOSEN, sizeof *pair, by_number);
    for (size_t i = 1; i < CHOSEN; i++)
        different += pair[i] != pair[i - 1];
    return different;
}

/* Nobody can choose endpoints so that many connections have one hash: each search would pass all of them. */
static void chosen_endpoints_do_not_meet(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++)
        for (int kind = 0; kind < 5; kind++)
            assert_true(hashes_of(seed, kind) > CHOSEN - 10);
}

/* Whatever the hash: the same connections, in the same order. */
static void the_seed_changes_no_answer(void **state)
{
    (void)state;
    uint32_t frame[2] = {0};
    struct track *t[2];
    struct verdict v[2];
    for (int k = 0; k < 2; k++)
        t[k] = track_new(heap_mem(), &(struct track_options){.seed = k ? UINT64_MAX : 1});
    for (uint32_t i = 0; i < 9000; i++) {
        struct seg s = {.seq = {i / 300}, .flags = i < 300 ? TCP_SYN : TCP_ACK, .len = i >= 300};
        for (int k = 0; k < 2; k++)
            assert_true(feed(t[k], &frame[k], SIDE_CLIENT, (uint16_t)(1000 + i * 7 % 300), &s, &v[k]));
        assert_int_equal(v[0].conn, v[1].conn);
        assert_true(v[0].labels == v[1].labels);
    }
    assert_int_equal(track_count(t[0]), 300);
    assert_int_equal(track_count(t[1]), 300);
    track_free(t[0]);
    track_free(t[1]);
}

/* A long stream: what is out is bounded, and what is remembered gives the right frames. */
static void long_stream(void **state)
{
    (void)state;
    uint32_t frame = 0;
    struct track *t = track_new(heap_mem(), &(struct track_options){.live = false});
    struct verdict v;
    uint32_t seq = 4000000000u, frames[6000];
    for (uint32_t i = 0; i < 6000; i++, seq += 1000) {
        struct seg s = {.seq = {seq}, .ack = {1}, .len = 1000, .flags = TCP_ACK};
        frames[i] = frame + 1;
        assert_true(feed(t, &frame, SIDE_CLIENT, 9, &s, &v));
        assert_int_equal(v.labels & ~LBL(WINDOW_FULL), LBL(DATA));
        if (i < 3000 && i % 20 == 19) {
            assert_true(feed(t, &frame, SIDE_SERVER, 9,
                             &(struct seg){.seq = {1}, .ack = {seq + 1000}, .flags = TCP_ACK}, &v));
            assert_int_equal(v.acks_frame, frames[i]);
            assert_int_equal(v.annot.acked, 20000);
        }
    }
    /* 3000 segments are out; a copy of a recent one names its frame. */
    assert_true(feed(t, &frame, SIDE_CLIENT, 9,
                     &(struct seg){.seq = {seq - 5000}, .ack = {1}, .len = 1000, .flags = TCP_ACK}, &v));
    assert_true(v.labels & LBL(RETRANSMISSION));
    assert_int_equal(v.repeats_count, 1);
    assert_int_equal(v.repeats[0], frames[5995]);
    struct conn_view view;
    track_view(t, 0, &view);
    assert_int_equal(view.stats[SIDE_CLIENT].unique_bytes, 6000000);
    assert_int_equal(view.stats[SIDE_CLIENT].retransmitted_bytes, 1000);
    assert_true(view.stats[SIDE_CLIENT].rtt_samples > 100);
    track_free(t);
}

static struct flow_stats client_stats(const struct track *t)
{
    struct flow_stats stats;
    track_stats(t, 0, SIDE_CLIENT, &stats);
    return stats;
}

/* What most directions never have is kept apart, and counted all the same. */
static void counts_what_is_seldom(void **state)
{
    (void)state;
    uint32_t frame = 0;
    struct track *t = track_new(heap_mem(), &(struct track_options){.live = false});
    struct verdict v;
    const struct seg syn = {.seq = {99}, .flags = TCP_SYN};
    const struct seg answer = {.seq = {0}, .ack = {100}, .flags = TCP_SYN | TCP_ACK};
    const struct seg ack = {.seq = {100}, .ack = {1}, .flags = TCP_ACK};
    const struct seg fin = {.seq = {100}, .ack = {1}, .flags = TCP_ACK | TCP_FIN};
    const struct seg rst = {.seq = {101}, .ack = {1}, .flags = TCP_ACK | TCP_RST};
    assert_true(feed(t, &frame, SIDE_CLIENT, 9, &syn, &v));
    assert_int_equal(client_stats(t).syns, 1);
    assert_int_equal(client_stats(t).retransmitted_segments, 0);
    assert_int_equal(client_stats(t).rtt_min_ns, UINT64_MAX);
    assert_true(feed(t, &frame, SIDE_CLIENT, 9, &syn, &v) && feed(t, &frame, SIDE_SERVER, 9, &answer, &v));
    assert_true(feed(t, &frame, SIDE_CLIENT, 9, &ack, &v) && feed(t, &frame, SIDE_CLIENT, 9, &fin, &v));
    assert_true(feed(t, &frame, SIDE_CLIENT, 9, &fin, &v) && feed(t, &frame, SIDE_CLIENT, 9, &fin, &v));
    assert_true(feed(t, &frame, SIDE_CLIENT, 9, &rst, &v));
    const struct flow_stats n = client_stats(t);
    assert_int_equal(n.segments, 7);
    assert_int_equal(n.syns, 2);
    assert_int_equal(n.fins, 3);
    assert_int_equal(n.resets, 1);
    assert_int_equal(n.pure_acks, 1);
    assert_int_equal(n.retransmitted_segments, 3);
    assert_int_equal(n.zero_windows, 0);
    track_free(t);
}

/* Karn's rule: what was sent twice gives no round-trip time. */
static void copies_give_no_round_trip(void **state)
{
    (void)state;
    uint32_t frame = 0;
    struct track *t = track_new(heap_mem(), &(struct track_options){.live = false});
    struct verdict v;
    const struct seg data = {.seq = {100}, .ack = {1}, .len = 10, .flags = TCP_ACK};
    const struct seg next = {.seq = {110}, .ack = {1}, .len = 10, .flags = TCP_ACK};
    assert_true(feed(t, &frame, SIDE_CLIENT, 9, &data, &v) && feed(t, &frame, SIDE_CLIENT, 9, &data, &v));
    assert_true(
        feed(t, &frame, SIDE_SERVER, 9, &(struct seg){.seq = {1}, .ack = {110}, .flags = TCP_ACK}, &v));
    assert_int_equal(client_stats(t).rtt_samples, 0);
    assert_true(feed(t, &frame, SIDE_CLIENT, 9, &next, &v));
    assert_true(
        feed(t, &frame, SIDE_SERVER, 9, &(struct seg){.seq = {1}, .ack = {120}, .flags = TCP_ACK}, &v));
    assert_int_equal(client_stats(t).rtt_samples, 1);
    assert_int_equal(client_stats(t).rtt_sum_ns, 10000);
    track_free(t);
}

/* One segment of a little stream. */
struct line {
    int from;
    uint32_t seq, ack, len, us;
};

static void feed_lines(struct track *t, const struct line *line, size_t count)
{
    uint32_t frame = 0;
    struct verdict v;
    for (size_t i = 0; i < count; i++) {
        const struct seg s = {.seq = {line[i].seq},
                              .ack = {line[i].ack},
                              .len = line[i].len,
                              .flags = TCP_ACK,
                              .time_ns = UINT64_C(1000000000) + line[i].us * UINT64_C(1000)};
        assert_true(feed(t, &frame, line[i].from, 9, &s, &v));
    }
}

/* A round trip is the time of a segment that the ACK ends with, and that nothing sent later held up. */
static void round_trips_are_of_what_was_answered(void **state)
{
    (void)state;
    static const struct {
        struct line line[8];
        uint32_t samples, sum_us;
    } rows[] = {
        /* in the same tick of a coarse clock */
        {{{SIDE_CLIENT, 100, 1, 10, 5}, {SIDE_SERVER, 1, 110, 0, 5}}, 1, 0},
        /* a delayed ACK of two */
        {{{SIDE_CLIENT, 100, 1, 10, 5}, {SIDE_CLIENT, 110, 1, 10, 7}, {SIDE_SERVER, 1, 120, 0, 9}}, 1, 2},
        /* of one and of half the other */
        {{{SIDE_CLIENT, 100, 1, 10, 5}, {SIDE_CLIENT, 110, 1, 10, 7}, {SIDE_SERVER, 1, 115, 0, 9}}, 0, 0},
        /* of what was not seen as well */
        {{{SIDE_CLIENT, 100, 1, 10, 5}, {SIDE_SERVER, 1, 130, 0, 9}}, 0, 0},
        /* a gap before it is filled later, in one ACK */
        {{{SIDE_CLIENT, 100, 1, 10, 5},
          {SIDE_SERVER, 1, 110, 0, 6},
          {SIDE_CLIENT, 120, 1, 10, 7},
          {SIDE_CLIENT, 110, 1, 10, 8},
          {SIDE_SERVER, 1, 130, 0, 9}},
         1,
         1},
        /* a copy before it, acknowledged apart; what is sent after the copy counts again */
        {{{SIDE_CLIENT, 100, 1, 10, 5},
          {SIDE_CLIENT, 110, 1, 10, 6},
          {SIDE_CLIENT, 100, 1, 10, 7},
          {SIDE_SERVER, 1, 110, 0, 8},
          {SIDE_SERVER, 1, 120, 0, 9},
          {SIDE_CLIENT, 120, 1, 10, 10},
          {SIDE_SERVER, 1, 130, 0, 14}},
         1,
         4},
        /* a copy of what comes after it does not matter */
        {{{SIDE_CLIENT, 100, 1, 10, 5},
          {SIDE_CLIENT, 110, 1, 10, 6},
          {SIDE_CLIENT, 110, 1, 10, 7},
          {SIDE_SERVER, 1, 110, 0, 8}},
         1,
         3},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct track *t = track_new(heap_mem(), &(struct track_options){.live = false});
        size_t lines = 0;
        while (lines < COUNT_OF(rows[i].line) && rows[i].line[lines].us)
            lines++;
        feed_lines(t, rows[i].line, lines);
        const struct flow_stats n = client_stats(t);
        if (n.rtt_samples != rows[i].samples || n.rtt_sum_ns != rows[i].sum_us * 1000)
            fail_msg("row %zu: %u samples, %u ns", i, n.rtt_samples, (unsigned)n.rtt_sum_ns);
        track_free(t);
    }
}

/* Many gaps: what was sent is known all the same. */
static void gaps_are_remembered(void **state)
{
    (void)state;
    uint32_t frame = 0;
    struct track *t = track_new(heap_mem(), &(struct track_options){.live = false});
    struct verdict v;
    for (uint32_t i = 0; i < 280; i++) {
        const struct seg s = {.seq = {100 + 20 * (i % 140)}, .ack = {1}, .len = 10, .flags = TCP_ACK};
        assert_true(feed(t, &frame, SIDE_CLIENT, 9, &s, &v));
    }
    const struct flow_stats n = client_stats(t);
    assert_int_equal(n.unique_bytes, 1400);
    assert_int_equal(n.retransmitted_bytes, 1400);
    assert_int_equal(n.out_of_order, 0);
    track_free(t);
}

/* What a SYN without the option means depends on the version of IP (RFC 9293 3.7.1). */
static void silence_about_the_segment_size(void **state)
{
    (void)state;
    for (uint8_t family = 4; family <= 6; family += 2) {
        struct track *t = track_new(heap_mem(), &(struct track_options){.live = false});
        struct verdict v;
        const struct seg syn = {.frame = 1,
                                .src = {.addr = {.family = family, .at = {1}}, .port = 9},
                                .dst = {.addr = {.family = family, .at = {2}}, .port = 80},
                                .flags = TCP_SYN};
        assert_true(track_segment(t, &syn, &v));
        assert_int_equal(track_mss(t, 0, SIDE_CLIENT), family == 6 ? 1220 : 536);
        track_free(t);
    }
}

/* As tcptrace has it: what asks for a window is neither new nor sent again; sent as data it is new. */
static void window_probes_count_apart(void **state)
{
    (void)state;
    uint32_t frame = 0;
    struct track *t = track_new(heap_mem(), &(struct track_options){.live = false});
    struct verdict v;
    const struct seg data = {.seq = {100}, .ack = {1}, .len = 10, .flags = TCP_ACK};
    const struct seg closed = {.seq = {1}, .ack = {110}, .flags = TCP_ACK};
    const struct seg probe = {.seq = {110}, .ack = {1}, .len = 1, .flags = TCP_ACK};
    const struct seg rest = {.seq = {110}, .ack = {1}, .len = 5, .flags = TCP_ACK};
    assert_true(feed(t, &frame, SIDE_CLIENT, 9, &data, &v));
    for (int i = 0; i < 2; i++) {
        assert_true(feed_into(t, &frame, SIDE_SERVER, 9, &closed, 0, &v));
        assert_true(feed(t, &frame, SIDE_CLIENT, 9, &probe, &v));
        assert_true(v.labels & LBL(ZERO_WINDOW_PROBE));
    }
    const struct flow_stats asked = client_stats(t);
    assert_int_equal(asked.unique_bytes, 10);
    assert_int_equal(asked.probe_bytes, 2);
    assert_int_equal(flow_bytes(&asked), 12);
    assert_true(feed(t, &frame, SIDE_SERVER, 9, &closed, &v) && feed(t, &frame, SIDE_CLIENT, 9, &rest, &v));
    const struct flow_stats n = client_stats(t);
    assert_int_equal(n.unique_bytes, 15);
    assert_int_equal(n.retransmitted_bytes, 0);
    assert_int_equal(n.retransmitted_segments, 0);
    assert_int_equal(flow_bytes(&n), 17);
    track_free(t);
}

/* Flags count as they stand; what IP's header counts was sent, and again with its segment. */
static void counts_what_headers_say(void **state)
{
    (void)state;
    uint32_t frame = 0;
    struct track *t = track_new(heap_mem(), &(struct track_options){.live = false});
    struct verdict v;
    const struct seg odd = {.seq = {99}, .flags = TCP_SYN | TCP_FIN | TCP_RST};
    const struct seg data = {.seq = {200}, .ack = {1}, .len = 10, .lacks = 30, .flags = TCP_ACK};
    const struct seg empty = {.seq = {210}, .ack = {1}, .lacks = 7, .flags = TCP_ACK};
    assert_true(feed(t, &frame, SIDE_CLIENT, 9, &odd, &v) && feed(t, &frame, SIDE_CLIENT, 9, &data, &v));
    assert_true(feed(t, &frame, SIDE_CLIENT, 9, &data, &v) && feed(t, &frame, SIDE_CLIENT, 9, &empty, &v));
    const struct flow_stats n = client_stats(t);
    assert_int_equal(n.syns + n.fins + n.resets, 3);
    assert_int_equal(n.unique_bytes, 47);
    assert_int_equal(n.retransmitted_bytes, 40);
    assert_int_equal(n.data_segments, 3);
    assert_int_equal(n.pure_acks, 0);
    track_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_differ),
        cmocka_unit_test(sentences_hold_their_numbers),
        cmocka_unit_test(many_connections),
        cmocka_unit_test(chosen_endpoints_do_not_meet),
        cmocka_unit_test(the_seed_changes_no_answer),
        cmocka_unit_test(long_stream),
        cmocka_unit_test(counts_what_is_seldom),
        cmocka_unit_test(copies_give_no_round_trip),
        cmocka_unit_test(round_trips_are_of_what_was_answered),
        cmocka_unit_test(window_probes_count_apart),
        cmocka_unit_test(counts_what_headers_say),
        cmocka_unit_test(gaps_are_remembered),
        cmocka_unit_test(silence_about_the_segment_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
