/* Events become rows and facts: what is kept, what is found again, what belongs to what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/conn.h"
#include "session/facts.h"
#include "session/store.h"
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

static void test_a_handshake_is_three_rows(void **state)
{
    struct session *s = *state;
    shake_hands(s);
    assert_int_equal(session_rows(s), 3);
    assert_int_equal(session_segments(s), 3);
    assert_int_equal(session_conns(s), 1);
    const struct row *r = session_row(s, 1);
    assert_int_equal(r->side, SIDE_SERVER);
    assert_int_equal(r->flags, TCP_SYN | TCP_ACK);
    assert_int_equal(r->ack, 1);
    assert_int_equal(r->frame, 2);
    assert_int_equal(r->before, 0);
    assert_int_equal(row_state(r, SIDE_SERVER), STATE_SYN_RECEIVED);
    assert_true(r->labels & LBL(SYN_ACK));
    assert_int_equal(session_state(s, 0, SIDE_CLIENT), STATE_ESTABLISHED);
    assert_int_equal(session_start(s), at_us(0));
    assert_int_equal(session_started(s), 7);
    assert_string_equal(session_source(s), "private loopback");
    assert_null(session_row(s, 3));
}

static void test_frames_that_are_no_tcp_count_but_make_no_row(void **state)
{
    struct session *s = *state;
    uint8_t udp[28] = {0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2};
    struct event e = {.kind = EVENT_SEGMENT,
                      .time_ns = 5,
                      .u.segment = {.linktype = DLT_RAW_, .bytes = udp, .caplen = 28, .wirelen = 28}};
    see(s, at_us(0), SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    assert_true(session_apply(s, &e));
    see(s, at_us(20), SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    assert_int_equal(session_frames(s), 3);
    assert_int_equal(session_rows(s), 2);
    assert_int_equal(session_frame(s, 1), 0);
    assert_int_equal(session_frame(s, 2), NO_ROW);
    assert_int_equal(session_frame(s, 3), 1);
    assert_int_equal(session_frame(s, 4), NO_ROW);
}

static void test_a_segment_is_decoded_again_from_the_store(void **state)
{
    struct session *s = *state;
    shake_hands(s);
    see(s, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);
    struct seg g;
    uint32_t caplen, wirelen;
    int linktype;
    const struct row *r = session_row(s, 3);
    assert_true(session_seg(s, r, &g));
    assert_int_equal(g.len, 100);
    assert_int_equal(g.seq.v, CLIENT_ISN + 1);
    assert_int_equal(g.frame, 4);
    assert_int_equal(g.time_ns, at_us(60));
    const uint8_t *bytes = session_bytes(s, r, &caplen, &wirelen, &linktype);
    assert_int_equal(caplen, 140);
    assert_int_equal(wirelen, 140);
    assert_int_equal(linktype, DLT_RAW_);
    assert_int_equal(bytes[139], 'x');
    assert_int_equal(row_len(r), 100);
    assert_true(r->labels & LBL(DATA));
}

static void call(struct session *s, uint64_t time_ns, enum call_kind kind, enum side side, const char *data)
{
    char args[] = "5, \"GET\", 3";
    struct event e = {.kind = EVENT_CALL, .time_ns = time_ns, .key = a_key(CLIENT_PORT)};
    e.u.call = (struct event_call){.side = side,
                                   .kind = kind,
                                   .name = "read",
                                   .args = args,
                                   .fd = 5,
                                   .result = 3,
                                   .data = data,
                                   .data_len = data ? strlen(data) : 0};
    assert_true(session_apply(s, &e));
    memset(args, 0, sizeof args);
}

/* A long stream must not fill the memory: of a frame that was judged whole the end is not kept. */
static void test_a_part_of_a_frame_is_kept(void **state)
{
    (void)state;
    struct session_options o = {
        .source = "", .track = {.live = true, .server_port = SERVER_PORT}, .keep = 90, .mem = heap_mem()};
    struct session *whole = a_session(heap_mem()), *part = session_new(&o);
    struct seg a, b;
    uint32_t caplen, wirelen;
    int linktype;
    shake_hands(whole);
    shake_hands(part);
    see(whole, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);
    see(part, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);
    const struct row *r = session_row(whole, 3), *p = session_row(part, 3);
    assert_true(session_seg(whole, r, &a) && session_seg(part, p, &b));
    assert_non_null(session_bytes(part, p, &caplen, &wirelen, &linktype));
    assert_int_equal(caplen, 90);
    assert_int_equal(wirelen, 140);
    assert_int_equal(b.data.len, 50);
    assert_true(p->labels == r->labels && row_len(p) == 100 && p->annot == r->annot);
    assert_false(p->labels & LBL(TRUNCATED));
    assert_false(b.truncated);
    assert_int_equal(b.cksum, a.cksum);
    assert_int_not_equal(b.cksum, CKSUM_UNKNOWN);
    assert_int_equal(b.len, 100);
    session_free(whole);
    session_free(part);
}

static void test_calls_are_copied_and_reads_remembered(void **state)
{
    struct session *s = *state;
    shake_hands(s);
    uint32_t len;
    call(s, at_us(70), CALL_READ, SIDE_SERVER, "GET /blog/ \x1b[2J HTTP/1.1\r\nHost: a\r\n");
    const struct row *r = session_row(s, 3);
    assert_int_equal(r->kind, EVENT_CALL);
    assert_int_equal(r->conn, 0);
    assert_int_equal(r->before, 2);
    assert_int_equal(r->frame, 0);
    assert_string_equal(session_call(s, r)->args, "5, \"GET\", 3");
    assert_null(session_sample(s, r));
    assert_string_equal(session_last_read(s, 0, SIDE_SERVER, &len), "GET /blog/ \xe2\x90\x9b[2J HTTP/1.1");
    assert_null(session_last_read(s, 0, SIDE_CLIENT, &len));
    call(s, at_us(80), CALL_READ, SIDE_SERVER, NULL); /* end of file says nothing new */
    assert_non_null(session_last_read(s, 0, SIDE_SERVER, &len));
}

static void test_samples_hold_the_machine_of_their_moment(void **state)
{
    struct session *s = *state;
    shake_hands(s);
    struct event e = {.kind = EVENT_SAMPLE, .time_ns = at_us(90), .key = a_key(CLIENT_PORT)};
    e.u.sample =
        (struct event_sample){.side = SIDE_SERVER, .state = STATE_ESTABLISHED, .recv_q = 9, .timer_ms = 80};
    assert_null(session_kernel(s, 0, SIDE_SERVER));
    assert_true(session_apply(s, &e));
    see(s, at_us(100), SIDE_CLIENT, TCP_RST | TCP_ACK, 1, 1, 0);
    assert_int_equal(session_sample_machine(s, session_row(s, 3)), STATE_ESTABLISHED);
    assert_int_equal(session_state(s, 0, SIDE_SERVER), STATE_CLOSED);
    assert_int_equal(session_kernel(s, 0, SIDE_SERVER)->recv_q, 9);
    assert_int_equal(session_kernel_time(s, 0, SIDE_SERVER), at_us(90));
    assert_null(session_kernel(s, 0, SIDE_CLIENT));

    uint64_t version = session_version(s);
    e.u.sample.timer_ms = 70;
    session_kernel_set(s, 0, &e.u.sample, at_us(95));
    assert_int_equal(session_kernel(s, 0, SIDE_SERVER)->timer_ms, 70);
    assert_int_equal(session_sample(s, session_row(s, 3))->timer_ms, 80);
    assert_int_not_equal(session_version(s), version);
    assert_int_equal(session_rows(s), 5);
}

static void test_notes_counters_and_the_listener(void **state)
{
    struct session *s = *state;
    size_t len;
    bool said;
    struct event e = {.kind = EVENT_NOTE, .time_ns = 1, .u.note = {"SYN comes\nnow", 9, true}};
    assert_true(session_apply(s, &e));
    e = (struct event){.kind = EVENT_COUNTER, .time_ns = 2, .u.counter = {SIDE_SERVER, "TCPTimeouts", 3}};
    assert_true(session_apply(s, &e));
    e = (struct event){.kind = EVENT_LISTENER, .time_ns = 3, .u.listener = {STATE_LISTEN, 1, 2, 128}};
    assert_null(session_listener(s));
    assert_true(session_apply(s, &e));
    assert_string_equal(session_note(s, session_row(s, 0), &len, &said), "SYN comes");
    assert_int_equal(len, 9);
    assert_true(said);
    assert_null(session_note(s, session_row(s, 1), &len, &said));
    assert_int_equal(session_counter(s, session_row(s, 1))->delta, 3);
    assert_int_equal(session_listener_at(s, session_row(s, 2))->accept_q, 2);
    assert_int_equal(session_listener(s)->backlog, 128);
    assert_int_equal(session_row(s, 2)->conn, NO_CONN);
}

static void stamp(struct session *s, uint64_t time_ns, enum stamp_point point, uint64_t last_byte)
{
    struct event e = {.kind = EVENT_STAMP, .time_ns = time_ns, .key = a_key(CLIENT_PORT)};
    e.u.stamp = (struct event_stamp){SIDE_CLIENT, point, SIDE_CLIENT, last_byte};
    assert_true(session_apply(s, &e));
}

static void test_stamps_find_their_segment(void **state)
{
    struct session *s = *state;
    uint64_t at[STAMP_POINTS];
    uint32_t segment;
    enum stamp_point point;
    shake_hands(s);
    stamp(s, at_us(50), STAMP_QDISC, 99);                          /* row 3: before its segment is seen */
    see(s, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);  /* row 4: bytes 0 to 99 */
    see(s, at_us(61), SIDE_CLIENT, TCP_ACK | TCP_PSH, 101, 1, 50); /* row 5: bytes 100 to 149 */
    stamp(s, at_us(70), STAMP_DRIVER, 149);                        /* row 6 */
    session_stamps_of(s, 4, at);
    assert_int_equal(at[STAMP_QDISC], at_us(50));
    assert_int_equal(at[STAMP_DRIVER], 0);
    session_stamps_of(s, 5, at);
    assert_int_equal(at[STAMP_DRIVER], at_us(70));
    assert_true(session_stamp(s, session_row(s, 3), &segment, &point));
    assert_int_equal(segment, 4);
    assert_int_equal(point, STAMP_QDISC);
    assert_false(session_stamp(s, session_row(s, 4), &segment, &point));
}

static void test_a_second_stamp_of_a_point_belongs_to_the_copy(void **state)
{
    struct session *s = *state;
    uint64_t at[STAMP_POINTS];
    shake_hands(s);
    see(s, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100); /* row 3 */
    stamp(s, at_us(61), STAMP_QDISC, 99);
    stamp(s, at_us(300000), STAMP_QDISC, 99);                         /* waits */
    see(s, at_us(300001), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100); /* row 6 */
    session_stamps_of(s, 3, at);
    assert_int_equal(at[STAMP_QDISC], at_us(61));
    session_stamps_of(s, 6, at);
    assert_int_equal(at[STAMP_QDISC], at_us(300000));
}

/* The times of the layers may come when older rows have given way. */
static void test_a_stamp_outlives_its_segment(void **state)
{
    (void)state;
    const struct session_options o = {
        .source = "private loopback", .track = {.live = true}, .most = 100, .mem = heap_mem()};
    struct session *s = session_new(&o);
    uint32_t segment;
    enum stamp_point point;
    shake_hands(s);
    see(s, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);
    for (uint32_t i = 0; i < 4000; i++) {
        struct made m;
        make_frame(&m, at_us(70), SIDE_CLIENT, CLIENT_PORT + 1, TCP_ACK, 1 + i, 1, 1);
        assert_true(session_apply(s, &m.event));
    }
    assert_true(session_first(s) > 3);
    stamp(s, at_us(80), STAMP_DRIVER, 99);
    assert_true(session_stamp(s, session_row(s, session_rows(s) - 1), &segment, &point));
    assert_int_equal(segment, NO_ROW);
    session_free(s);
}

static void test_rows_stay_where_they_are(void **state)
{
    struct session *s = *state;
    shake_hands(s);
    const struct row *first = session_row(s, 0);
    for (uint32_t i = 0; i < 5000; i++)
        see(s, at_us(100 + i), SIDE_CLIENT, TCP_ACK, 1 + i * 10, 1, 10);
    assert_ptr_equal(session_row(s, 0), first);
    assert_int_equal(session_row(s, 5002)->frame, 5003);
    assert_int_equal(session_frame(s, 2500), 2499);
    struct seg g;
    assert_true(session_seg(s, session_row(s, 5002), &g));
    assert_int_equal(g.seq.v, CLIENT_ISN + 1 + 49990);
}

/* Each has its own hash, unless one is asked for. */
static void test_a_seed_is_drawn(void **state)
{
    (void)state;
    struct session_options o = {.source = "a.pcap", .mem = heap_mem()};
    struct session *a = session_new(&o), *b = session_new(&o);
    o.track.seed = 7;
    struct session *fixed = session_new(&o);
    assert_true(a->track->options.seed != b->track->options.seed);
    assert_true(fixed->track->options.seed == 7);
    session_free(a);
    session_free(b);
    session_free(fixed);
}

static void test_the_store_takes_frames_of_any_size(void **state)
{
    (void)state;
    struct store *t = store_new(heap_mem());
    static uint8_t bytes[70000];
    uint64_t place[3];
    struct frame out;
    memset(bytes, 0x5a, sizeof bytes);
    const uint32_t sizes[3] = {0, 70000, 13};
    for (int i = 0; i < 3; i++)
        assert_true(store_put(t, &(struct frame){bytes, sizes[i], sizes[i] + 1, i, false, 0}, &place[i]));
    for (int i = 0; i < 3; i++) {
        store_get(t, place[i], &out);
        assert_int_equal(out.caplen, sizes[i]);
        assert_int_equal(out.wirelen, sizes[i] + 1);
        assert_int_equal(out.linktype, i);
        assert_memory_equal(out.bytes, bytes, sizes[i]);
    }
    assert_true(store_used(t) >= 70013);
    store_free(t);
}

/* Lets `left` requests through, then none. */
static size_t left;
static void *scarce(void *ctx, void *old, size_t old_size, size_t new_size)
{
    (void)ctx;
    if (new_size > 0 && left == 0)
        return NULL;
    left -= new_size > 0;
    return heap_mem()->resize(heap_mem()->ctx, old, old_size, new_size);
}

static void test_every_failed_allocation_is_survived(void **state)
{
    (void)state;
    struct mem m = {.resize = scarce, .ctx = NULL};
    bool whole = false;
    for (size_t n = 0; n < 200 && !whole; n++) {
        left = n;
        struct session *s = a_session(&m);
        if (!s)
            continue;
        shake_hands(s);
        struct event e = {.kind = EVENT_NOTE, .time_ns = 1, .u.note = {"a", 1, false}};
        session_apply(s, &e);
        whole = !session_out_of_memory(s);
        assert_true(!whole || session_rows(s) == 4);
        left = SIZE_MAX;
        session_free(s);
    }
    assert_true(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_handshake_is_three_rows, up, down),
        cmocka_unit_test_setup_teardown(test_frames_that_are_no_tcp_count_but_make_no_row, up, down),
        cmocka_unit_test_setup_teardown(test_a_segment_is_decoded_again_from_the_store, up, down),
        cmocka_unit_test(test_a_part_of_a_frame_is_kept),
        cmocka_unit_test_setup_teardown(test_calls_are_copied_and_reads_remembered, up, down),
        cmocka_unit_test_setup_teardown(test_samples_hold_the_machine_of_their_moment, up, down),
        cmocka_unit_test_setup_teardown(test_notes_counters_and_the_listener, up, down),
        cmocka_unit_test_setup_teardown(test_stamps_find_their_segment, up, down),
        cmocka_unit_test_setup_teardown(test_a_second_stamp_of_a_point_belongs_to_the_copy, up, down),
        cmocka_unit_test(test_a_stamp_outlives_its_segment),
        cmocka_unit_test_setup_teardown(test_rows_stay_where_they_are, up, down),
        cmocka_unit_test(test_the_store_takes_frames_of_any_size),
        cmocka_unit_test(test_a_seed_is_drawn),
        cmocka_unit_test(test_every_failed_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
