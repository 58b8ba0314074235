/* Panels, queues, the way through the layers, and a row whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "scene/detail.h"
#include "scene/states.h"
#include "session/cursor.h"
#include "unit/timeline.h"

static const struct voice english = {LANG_EN, false, false, NULL}, plain = {LANG_EN, true, false, NULL};

static void happen(struct session *s, uint64_t us, struct event e)
{
    e.time_ns = at_us(us);
    e.key = a_key(CLIENT_PORT);
    assert_true(session_apply(s, &e));
}

static struct event a_sample(enum side side, enum tcp_state state)
{
    return (struct event){.kind = EVENT_SAMPLE,
                          .u.sample = {.side = side,
                                       .state = state,
                                       .recv_q = 0,
                                       .send_q = 3000,
                                       .unsent = 1000,
                                       .cwnd = 10,
                                       .ssthresh = -1,
                                       .rtt_us = 46,
                                       .rto_us = 204000,
                                       .rcvbuf = 65536,
                                       .sndbuf = 2626560,
                                       .snd_wnd = 64240,
                                       .timer = TIMER_KEEPALIVE,
                                       .timer_ms = 7500,
                                       .probes = 0,
                                       .probes_max = 9}};
}

/* An open connection whose client wrote 100 bytes. */
static struct session *a_talk(void)
{
    struct session *s = a_session(heap_mem());
    shake_hands(s);
    happen(s, 50,
           (struct event){.kind = EVENT_CALL,
                          .u.call = {.side = SIDE_CLIENT,
                                     .kind = CALL_WRITE,
                                     .name = "write",
                                     .args = "5, \"GET /\", 100",
                                     .fd = 5,
                                     .result = 100,
                                     .took_ns = 3000}});
    see(s, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);
    see(s, at_us(70), SIDE_SERVER, TCP_ACK, 1, 101, 0);
    return s;
}

static void test_a_panel_has_what_the_kernel_says(void **state)
{
    (void)state;
    struct session *s = a_talk();
    struct panel p;
    struct lab_program program = {.waits = WAITS_READ};
    panel_init(&p, heap_mem());
    happen(s, 80, a_sample(SIDE_SERVER, STATE_ESTABLISHED));
    struct panel_of of = {.session = s,
                          .conn = 0,
                          .side = SIDE_SERVER,
                          .now_ns = at_us(80 + 2300000),
                          .program = &program,
                          .keepalive_ms = 8000};
    panel_fill(&p, &english, &of);
    assert_string_equal(p.title.at, "SERVER 10.0.0.2:3344");
    assert_string_equal(p.title_short.at, "SERVER :3344");
    assert_string_equal(p.state_text.at, "ESTABLISHED");
    assert_string_equal(p.state_short.at, "ESTAB");
    assert_true(p.sampled && p.agrees);
    assert_string_equal(p.kernel.at, "kernel ✓");
    assert_string_equal(p.program.at, "waiting in read()");
    assert_string_equal(p.numbers.at, "cwnd 10  ssthresh –  rtt 46 µs  rto 204 ms  window 63 K");
    assert_string_equal(p.timer_text.at, "keepalive in 5.2 s");
    assert_string_equal(p.timer_short.at, "ka 5.2 s");
    assert_string_equal(p.probes.at, "probe 0 of 9");
    assert_int_equal(p.timer_bar.part, 2800);
    assert_int_equal(p.timer_bar.whole, 8000);
    assert_int_equal(p.queues.unacked, 2000);
    assert_int_equal(p.queues.unsent, 1000);
    assert_string_equal(p.queues.send_text.at, "3,000 of 2.5 M  unacked 2,000  unsent 1,000");
    assert_string_equal(p.queues.recv_short.at, "0");
    panel_fill(&p, &plain, &of);
    assert_string_equal(p.kernel.at, "kernel ok");
    assert_null(strstr(p.numbers.at, "µ"));
    panel_release(&p);
    session_free(s);
}

static void test_a_kernel_that_differs_is_shown(void **state)
{
    (void)state;
    struct session *s = a_talk();
    struct panel p;
    panel_init(&p, heap_mem());
    happen(s, 80, a_sample(SIDE_CLIENT, STATE_FIN_WAIT_2));
    struct panel_of of = {.session = s, .conn = 0, .side = SIDE_CLIENT, .now_ns = at_us(90)};
    panel_fill(&p, &english, &of);
    assert_true(p.sampled && !p.agrees);
    assert_string_equal(p.kernel.at, "kernel says FIN-WAIT-2");
    assert_string_equal(p.program.at, "");
    /* Long after the timer should have fired it is due, not negative. */
    of.now_ns = at_us(90000000);
    panel_fill(&p, &english, &of);
    assert_string_equal(p.timer_short.at, "ka 0.0 s");
    panel_release(&p);
    session_free(s);
}

/* Of the past: what closed the socket stopped its timers, though the kernel was asked before. */
static void test_a_closed_socket_has_no_timer(void **state)
{
    (void)state;
    struct session *s = a_talk();
    struct panel p;
    struct moment at = {0};
    panel_init(&p, heap_mem());
    happen(s, 80, a_sample(SIDE_SERVER, STATE_ESTABLISHED));
    struct cursor *c = cursor_new(heap_mem(), s);
    const uint32_t before = (uint32_t)session_rows(s) - 1;
    see(s, at_us(90), SIDE_CLIENT, TCP_RST | TCP_ACK, 101, 1, 0);
    const struct panel_of of = {
        .session = s, .conn = 0, .side = SIDE_SERVER, .now_ns = at_us(90), .at = &at, .keepalive_ms = 8000};
    cursor_at(c, 0, before, &at);
    panel_fill(&p, &english, &of);
    assert_int_equal(p.timer, TIMER_KEEPALIVE);
    cursor_at(c, 0, before + 1, &at);
    panel_fill(&p, &english, &of);
    assert_string_equal(p.state_text.at, "CLOSED");
    assert_int_equal(p.timer, TIMER_NONE);
    assert_string_equal(p.timer_text.at, "no timer runs");
    assert_string_equal(p.probes.at, "");
    cursor_free(c);
    panel_release(&p);
    session_free(s);
}

static void test_without_a_connection_there_is_the_listener(void **state)
{
    (void)state;
    struct session *s = a_session(heap_mem());
    struct panel p;
    panel_init(&p, heap_mem());
    struct event e = {.kind = EVENT_LISTENER, .time_ns = at_us(1), .u.listener = {STATE_LISTEN, 1, 2, 128}};
    assert_true(session_apply(s, &e));
    struct panel_of of = {.session = s, .conn = NO_CONN, .side = SIDE_SERVER, .accepting = true};
    panel_fill(&p, &english, &of);
    assert_string_equal(p.title.at, "SERVER");
    assert_string_equal(p.state_text.at, "");
    assert_string_equal(p.program.at, "waiting in accept()");
    assert_true(p.listener.known);
    assert_string_equal(p.listener.state, "LISTEN");
    assert_string_equal(p.listener.accept_text.at, "2 of 128");
    assert_string_equal(p.listener.syn_text.at, "syn queue 1");
    assert_string_equal(p.queues.send_text.at, "–");
    assert_string_equal(p.last_read.at, "–");
    panel_release(&p);
    session_free(s);
}

static void test_the_way_has_the_times_that_were_measured(void **state)
{
    (void)state;
    struct session *s = a_talk();
    struct path p;
    path_init(&p, heap_mem());
    static const struct {
        uint64_t us;
        enum stamp_point point;
        enum side side;
    } stamps[] = {{53, STAMP_QDISC, SIDE_CLIENT},
                  {54, STAMP_DRIVER, SIDE_CLIENT},
                  {56, STAMP_SOFTIRQ, SIDE_SERVER},
                  {71, STAMP_ACKED, SIDE_CLIENT}};
    for (size_t i = 0; i < COUNT_OF(stamps); i++)
        happen(s, stamps[i].us,
               (struct event){.kind = EVENT_STAMP,
                              .u.stamp = {stamps[i].side, stamps[i].point, SIDE_CLIENT, 99}});
    path_of(&p, &english, s, 4, false);
    assert_int_equal(p.from, SIDE_CLIENT);
    assert_int_equal(p.downs, 8);
    assert_int_equal(p.ups, 8);
    assert_string_equal(p.down[0].name.at, "write(100)");
    assert_true(p.down[0].measured);
    assert_string_equal(p.down[1].adds.at, "100 bytes");
    assert_string_equal(p.down[2].adds.at, "+ 20, sk_buff");
    assert_string_equal(p.down[4].time.at, "3.0 µs");
    assert_string_equal(p.down[5].time.at, "4.0 µs");
    assert_string_equal(p.up[4].time.at, "6.0 µs");
    assert_false(p.up[0].measured);
    assert_string_equal(p.up[0].time.at, "–");
    assert_string_equal(p.acknowledged.at, "acknowledged by #5 after 21 µs");
    for (size_t i = 0; i < p.downs; i++)
        assert_true(p.down[i].sentence.len > 10 && p.up[i].sentence.len > 10);
    path_of(&p, &english, s, 3, false);
    assert_int_equal(p.downs, 0);
    path_release(&p);
    session_free(s);
}

static void test_a_capture_does_not_tell_who_sent(void **state)
{
    (void)state;
    const struct session_options o = {.source = "a.pcap", .mem = heap_mem()};
    struct session *lab = a_session(heap_mem()), *capture = session_new(&o);
    struct path p;
    path_init(&p, heap_mem());
    shake_hands(lab);
    shake_hands(capture);
    path_of(&p, &english, lab, 1, false);
    assert_string_equal(p.down[0].name.at, "the kernel itself");
    for (uint32_t row = 0; row < 3; row++) {
        path_of(&p, &english, capture, row, false);
        assert_string_equal(p.down[0].name.at, "program or kernel");
        assert_null(strstr(p.down[0].sentence.at, "No program called"));
    }
    path_release(&p);
    session_free(lab);
    session_free(capture);
}

static const struct detail_field *field(const struct detail *d, const char *name)
{
    for (size_t i = 0; i < d->fields; i++) {
        if (strcmp(d->field[i].name, name) == 0)
            return &d->field[i];
    }
    fail_msg("no field %s", name);
    return NULL;
}

static void test_a_row_whole_has_its_fields_where_they_stand(void **state)
{
    (void)state;
    struct session *s = a_talk();
    struct detail d;
    detail_init(&d, heap_mem());
    assert_true(detail_of(&d, &english, s, 4, false));
    assert_string_equal(d.title.at, "#4  client → server  data  100 bytes");
    assert_int_equal(d.layers, 3);
    assert_string_equal(d.layer[0].name, "IPv4");
    assert_int_equal(d.layer[1].at, 20);
    assert_int_equal(d.layer[2].at, 40);
    assert_int_equal(d.layer[2].len, 100);
    const struct detail_field *f = field(&d, "sequence number");
    assert_string_equal(f->value.at, "1  (raw 1001)");
    assert_int_equal(f->at, 24);
    assert_int_equal(f->len, 4);
    assert_string_equal(field(&d, "flags")->value.at, "PSH ACK");
    assert_string_equal(field(&d, "destination port")->value.at, "3344");
    assert_string_equal(field(&d, "source address")->value.at, "10.0.0.1");
    for (size_t i = 0; i < d.fields; i++)
        assert_true(d.field[i].at + d.field[i].len <= d.caplen && d.field[i].layer < d.layers);
    assert_true(d.why.len > 10 && d.next.len > 10 && d.what.len > 10);
    assert_int_equal(strncmp(d.rfc.at, "RFC ", 4), 0);
    assert_string_equal(d.wireshark.at, "Wireshark calls it: (nothing special)");
    detail_release(&d);
    session_free(s);
}

static void test_a_call_and_a_note_have_words_only(void **state)
{
    (void)state;
    struct session *s = a_talk();
    struct detail d;
    detail_init(&d, heap_mem());
    assert_true(detail_of(&d, &english, s, 3, false));
    assert_string_equal(d.call.at, "write(5, \"GET /\", 100) = 100");
    assert_string_equal(d.why.at, "It took 3.0 µs.");
    assert_int_equal(d.fields, 0);
    happen(s, 90, (struct event){.kind = EVENT_NOTE, .u.note = {"now \x07 look", 10, true}});
    assert_true(detail_of(&d, &english, s, (uint32_t)session_rows(s) - 1, false));
    assert_non_null(strstr(d.what.at, "look"));
    assert_null(strchr(d.what.at, 7));
    assert_false(detail_of(&d, &english, s, 1000, false));
    detail_release(&d);
    session_free(s);
}

/* Frames cut anywhere, with options that lie about their length: no field leaves the captured bytes. */
static void test_fields_stay_within_what_was_captured(void **state)
{
    (void)state;
    static const uint8_t options[] = {2, 4,  5, 180, 4, 2, 8, 10, 0, 0,  0,  7, 0, 0, 0,  0, 1,   3,  3, 10,
                                      5, 10, 0, 0,   0, 9, 0, 0,  0, 12, 30, 4, 1, 2, 34, 2, 253, 99, 1, 1};
    struct detail d;
    detail_init(&d, heap_mem());
    for (uint32_t cap = 54; cap <= 100; cap++) {
        struct session *s = a_session(heap_mem());
        struct made m;
        make_frame(&m, at_us(0), SIDE_CLIENT, CLIENT_PORT, TCP_SYN, 0, 0, 60);
        memcpy(m.bytes + 40, options, sizeof options);
        put16(m.bytes + 32, (5 + sizeof options / 4) << 12 | TCP_SYN);
        m.event.u.segment.caplen = cap;
        assert_true(session_apply(s, &m.event));
        for (uint32_t row = 0; row < session_rows(s); row++) {
            assert_true(detail_of(&d, &english, s, row, false));
            for (size_t i = 0; i < d.fields; i++)
                assert_true(d.field[i].at + d.field[i].len <= cap);
            for (size_t i = 0; i < d.layers; i++)
                assert_true(d.layer[i].at + d.layer[i].len <= cap);
        }
        if (cap == 100) {
            assert_string_equal(field(&d, "maximum segment size")->value.at, "1460");
            assert_string_equal(field(&d, "window scale")->value.at, "10  (× 1024)");
            assert_string_equal(field(&d, "timestamps")->value.at, "7 0");
        }
        session_free(s);
    }
    detail_release(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_panel_has_what_the_kernel_says),
        cmocka_unit_test(test_a_kernel_that_differs_is_shown),
        cmocka_unit_test(test_a_closed_socket_has_no_timer),
        cmocka_unit_test(test_without_a_connection_there_is_the_listener),
        cmocka_unit_test(test_the_way_has_the_times_that_were_measured),
        cmocka_unit_test(test_a_capture_does_not_tell_who_sent),
        cmocka_unit_test(test_a_row_whole_has_its_fields_where_they_stand),
        cmocka_unit_test(test_a_call_and_a_note_have_words_only),
        cmocka_unit_test(test_fields_stay_within_what_was_captured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
