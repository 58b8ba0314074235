/* A session is written to a file and read again: every fact, every event, every byte that was kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/decode.h"
#include "session/entry.h"
#include "unit/again.h"

static void happen(struct session *s, uint64_t us, struct event e)
{
    e.time_ns = at_us(us);
    assert_true(session_apply(s, &e));
}

static struct event call(enum side side, enum call_kind kind, const char *name, int64_t result)
{
    return (struct event){.kind = EVENT_CALL,
                          .key = a_key(CLIENT_PORT),
                          .u.call = {.side = side,
                                     .kind = kind,
                                     .name = name,
                                     .args = "5, \"a\\nb → é\", 100",
                                     .fd = 5,
                                     .result = result,
                                     .took_ns = 3000}};
}

/* A lesson with events of every kind, strange values among them. */
static struct session *a_lesson(void)
{
    struct session *s = a_session(heap_mem());
    struct event e = call(SIDE_SERVER, CALL_LISTEN, "listen", 0);
    e.key.known = false;
    e.u.call.value = 128;
    happen(s, 0, e);
    e = (struct event){.kind = EVENT_LISTENER, .u.listener = {STATE_LISTEN, 0, -1, 128}};
    happen(s, 1, e);
    e = call(SIDE_CLIENT, CALL_CONNECT, "connect", -1);
    e.key.serial = 7;
    e.u.call.err = 115;
    e.u.call.errname = "EINPROGRESS";
    happen(s, 2, e);
    assert_true(session_mark(s, "before\nall", 10, 3));
    see(s, at_us(10), SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    see(s, at_us(20), SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    see(s, at_us(40), SIDE_CLIENT, TCP_ACK, 1, 1, 0);
    e = call(SIDE_CLIENT, CALL_WRITE, "write", 100);
    e.key.serial = 7;
    happen(s, 50, e);
    e = (struct event){.kind = EVENT_STAMP, .key = a_key(CLIENT_PORT)};
    e.key.serial = 7;
    e.u.stamp = (struct event_stamp){SIDE_CLIENT, STAMP_QDISC, SIDE_CLIENT, 99};
    happen(s, 59, e);
    see(s, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);
    see(s, at_us(70), SIDE_SERVER, TCP_ACK, 1, 101, 0);
    e = call(SIDE_SERVER, CALL_READ, "read", 6);
    e.u.call.data = "a\0\n\xff"
                    "bc";
    e.u.call.data_len = 6;
    happen(s, 71, e);
    e = (struct event){.kind = EVENT_SAMPLE, .key = a_key(CLIENT_PORT)};
    e.u.sample = (struct event_sample){.side = SIDE_CLIENT,
                                       .state = STATE_ESTABLISHED,
                                       .recv_q = 0,
                                       .send_q = 12345678901,
                                       .unsent = -1,
                                       .cwnd = 10,
                                       .ssthresh = -1,
                                       .rtt_us = 46,
                                       .rto_us = 204000,
                                       .timer = TIMER_KEEPALIVE,
                                       .timer_ms = 7488,
                                       .rcvbuf = 65536,
                                       .sndbuf = 0,
                                       .mss = 1448,
                                       .snd_wnd = 65535,
                                       .probes = 3,
                                       .probes_max = 9,
                                       .backoff = 1};
    happen(s, 80, e);
    e = (struct event){.kind = EVENT_COUNTER, .u.counter = {SIDE_NONE, "TCPLossProbes", 1}};
    happen(s, 81, e);
    e = (struct event){.kind = EVENT_NOTE, .u.note = {"<b>\x1b[31m\n\0你好\xff", 17, true}};
    happen(s, 82, e);
    e = (struct event){.kind = EVENT_NOTE, .u.note = {"", 0, false}};
    happen(s, 83, e);
    e = call(SIDE_SERVER, CALL_CLOSE, "close", 0);
    e.u.call.unread = true;
    happen(s, 84, e);
    e = (struct event){.kind = EVENT_GONE, .key = a_key(CLIENT_PORT), .u.gone = SIDE_SERVER};
    happen(s, 90, e);
    assert_true(session_mark(s, "end", 3, (uint32_t)session_rows(s)));
    return s;
}

static void same_text(const char *a, const char *b)
{
    if (a && b)
        assert_string_equal(a, b);
    else
        assert_true(!a && !b);
}

static void same_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
    assert_int_equal(a_len, b_len);
    if (a && b)
        assert_memory_equal(a, b, a_len);
    else
        assert_true(!a && !b);
}

static void same_event(const struct event *a, const struct event *b)
{
    const struct event_call *c = &a->u.call, *d = &b->u.call;
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->time_ns, b->time_ns);
    assert_int_equal(a->key.known, b->key.known);
    assert_int_equal(a->key.serial, b->key.serial);
    if (a->key.known)
        assert_true(endpoint_equal(&a->key.tuple.end[0], &b->key.tuple.end[0]) &&
                    endpoint_equal(&a->key.tuple.end[1], &b->key.tuple.end[1]));
    switch (a->kind) {
    case EVENT_CALL:
        assert_true(c->side == d->side && c->kind == d->kind && c->fd == d->fd && c->result == d->result &&
                    c->err == d->err && c->took_ns == d->took_ns && c->value == d->value &&
                    c->unread == d->unread);
        same_text(c->name, d->name);
        same_text(c->args, d->args);
        same_text(c->errname, d->errname);
        same_bytes(c->data, c->data_len, d->data, d->data_len);
        break;
    case EVENT_SAMPLE: assert_memory_equal(&a->u.sample, &b->u.sample, sizeof a->u.sample); break;
    case EVENT_LISTENER: assert_memory_equal(&a->u.listener, &b->u.listener, sizeof a->u.listener); break;
    case EVENT_STAMP: assert_memory_equal(&a->u.stamp, &b->u.stamp, sizeof a->u.stamp); break;
    case EVENT_COUNTER:
        assert_true(a->u.counter.side == b->u.counter.side && a->u.counter.delta == b->u.counter.delta);
        same_text(a->u.counter.name, b->u.counter.name);
        break;
    case EVENT_NOTE:
        assert_int_equal(a->u.note.said, b->u.note.said);
        same_bytes(a->u.note.text, a->u.note.len, b->u.note.text, b->u.note.len);
        break;
    case EVENT_GONE: assert_int_equal(a->u.gone, b->u.gone); break;
    case EVENT_SEGMENT: {
        const struct event_segment *x = &a->u.segment, *y = &b->u.segment;
        assert_true(x->linktype == y->linktype && x->wirelen == y->wirelen && x->frame == y->frame &&
                    x->injected == y->injected && x->cut == y->cut && x->cksum == y->cksum);
        same_bytes((const char *)x->bytes, x->caplen, (const char *)y->bytes, y->caplen);
        break;
    }
    case EVENT_WIRE: assert_memory_equal(&a->u.wire, &b->u.wire, sizeof a->u.wire); break;
    case EVENT_KINDS: break;
    }
}

static void same_flight(const struct session *a, const struct row *p, const struct session *b,
                        const struct row *q)
{
    struct session_flight f = {0}, g = {0};
    assert_int_equal(session_flight_of(a, p, &f), session_flight_of(b, q, &g));
    assert_true(f.end_ns == g.end_ns && f.end_row == g.end_row && f.end == g.end && f.state == g.state &&
                f.held == g.held && f.corrupted == g.corrupted && f.duplicated == g.duplicated);
}

/* Frames that are no rows were counted alike. */
static void same_asides(const struct session *a, const struct session *b)
{
    int type[2] = {0};
    uint64_t n[2] = {0};
    for (int kind = 0; kind < FRAME_KINDS; kind++)
        assert_int_equal(session_frames_of(a, (enum frame_kind)kind),
                         session_frames_of(b, (enum frame_kind)kind));
    for (size_t i = 0; i <= LINKS_KEPT; i++) {
        assert_int_equal(session_unknown_link(a, i, &type[0], &n[0]),
                         session_unknown_link(b, i, &type[1], &n[1]));
        assert_true(type[0] == type[1] && n[0] == n[1]);
    }
}

/* All of one session is in the other. */
static void same_session(const struct session *a, const struct session *b)
{
    struct str x, y;
    assert_int_equal(session_rows(a), session_rows(b));
    assert_int_equal(session_conns(a), session_conns(b));
    for (size_t i = 0; i < session_rows(a); i++) {
        struct row p = *session_row(a, i), q = *session_row(b, i);
        struct event e, f;
        session_event(a, &p, &e);
        session_event(b, &q, &f);
        same_event(&e, &f);
        same_flight(a, &p, b, &q);
        if (p.kind == EVENT_SEGMENT)
            p.place = q.place = 0;
        else
            p.kept = q.kept = 0; /* of its own memory */
        assert_memory_equal(&p, &q, sizeof p);
    }
    same_asides(a, b);
    assert_int_equal(session_start(a), session_start(b));
    lines_of(&x, a);
    lines_of(&y, b);
    assert_string_equal(x.at, y.at);
    str_release(&x);
    str_release(&y);
    const struct session_mark *m = session_marks(a), *n = session_marks(b);
    for (; m && n; m = m->next, n = n->next) {
        assert_int_equal(m->row, n->row);
        same_bytes(m->name, m->len, n->name, n->len);
    }
    assert_true(!m && !n);
}

static void round_trip(const struct session *s)
{
    struct str file;
    enum pcap_next how;
    write_session(&file, s);
    struct session *again = read_session(file.at, file.len, &how);
    assert_non_null(again);
    assert_int_equal(how, PCAP_END);
    same_session(s, again);
    session_free(again);
    str_release(&file);
}

static void test_a_session_is_read_again_whole(void **state)
{
    (void)state;
    struct session *s = a_lesson();
    round_trip(s);
    session_free(s);
}

static void wire(struct session *s, uint64_t us, uint32_t frame, enum wire_event what, enum wire_why why,
                 unsigned copy)
{
    happen(s, us, (struct event){.kind = EVENT_WIRE, .u.wire = {frame, what, why, (uint8_t)copy}});
}

/* Each kind of event of the wire, with each reason, and a segment that was made up. */
static void test_the_wire_is_read_again(void **state)
{
    (void)state;
    const struct session_options o = {.source = "the wire",
                                      .track = {.live = true, .server_port = SERVER_PORT, .wire = true},
                                      .mem = heap_mem()};
    struct session *s = session_new(&o);
    see(s, at_us(0), SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    wire(s, 5, 1, WIRE_HELD, WIRE_BY_HOLD, 0);
    wire(s, 6, 1, WIRE_DUPLICATED, WIRE_BY_HAND, 203);
    wire(s, 7, 1, WIRE_RELEASED, WIRE_BY_HAND, 0);
    wire(s, 3000, 1, WIRE_ARRIVED, WIRE_BY_HAND, 0);
    see(s, at_us(3001), SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    wire(s, 3002, 1, WIRE_ARRIVED, WIRE_BY_HAND, 203);
    wire(s, 6000, 2, WIRE_ARRIVED, WIRE_BY_HAND, 0);
    see(s, at_us(6001), SIDE_CLIENT, TCP_ACK, 1, 1, 0);
    wire(s, 9000, 3, WIRE_ARRIVED, WIRE_BY_HAND, 0);
    for (uint32_t why = WIRE_BY_HAND; why < WIRE_WHYS; why++) {
        see(s, at_us(9001 + 10 * why), SIDE_CLIENT, TCP_ACK, 1 + 100 * why, 1, 100);
        wire(s, 9002 + 10 * why, 4 + why, why % 2 ? WIRE_CORRUPTED : WIRE_DROPPED, (enum wire_why)why, 0);
    }
    struct made m;
    make_frame(&m, at_us(9900), SIDE_SERVER, CLIENT_PORT, TCP_ACK, 500, 1, 10);
    m.event.u.segment.injected = true;
    assert_true(session_apply(s, &m.event));
    wire(s, 9901, 4 + WIRE_WHYS, WIRE_ARRIVED, WIRE_BY_HAND, 0);
    struct session_flight f;
    assert_true(session_flight_of(s, session_row(s, 0), &f) && f.duplicated && f.end == WIRE_ARRIVED);
    assert_int_equal(session_rows(s), 4 + WIRE_WHYS + 8 + WIRE_WHYS);
    round_trip(s);
    session_free(s);
}

/* An error of 10.9.9.9 about a frame of 40 bytes; len: with what stands behind it. */
static void complain(struct session *s, uint64_t us, const struct made *about, uint32_t len)
{
    uint8_t ip[1000] = {0x45, 0, 0, 68, [8] = 64, 1, [12] = 10, 9, 9, 9, 10, 0, 0, 1, [20] = 3, 4};
    put16(ip + 26, 1400);
    memcpy(ip + 28, about->bytes, 40);
    happen(s, us,
           (struct event){.kind = EVENT_SEGMENT,
                          .u.segment = {.linktype = DLT_RAW_, .bytes = ip, .caplen = len, .wirelen = len}});
}

/* Frames that are no segments have no rows of their own, but for ICMP errors: those come back with their
 * frames, the others are counted. */
static void test_frames_that_are_no_segments_are_read_again(void **state)
{
    (void)state;
    struct session *s = a_session(heap_mem());
    static const uint8_t udp[28] = {0x45, 0, 0, 28, [8] = 64, 17, [12] = 10, 0, 0, 1, 10, 0, 0, 2};
    struct made m;
    uint32_t quotes;
    for (uint64_t i = 0; i < 30; i++)
        happen(s, i,
               (struct event){.kind = EVENT_SEGMENT,
                              .u.segment = {.linktype = i % 3 ? DLT_RAW_ : (int)(200 + 1000 * i),
                                            .bytes = udp,
                                            .caplen = i % 3 == 1 ? 10 : 28,
                                            .wirelen = 28}});
    round_trip(s);
    see(s, at_us(100), SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    see(s, at_us(120), SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    see(s, at_us(140), SIDE_CLIENT, TCP_ACK, 1, 1, 0);
    assert_int_equal(session_start(s), at_us(0)); /* as Wireshark has it: the first frame's time */
    make_frame(&m, at_us(150), SIDE_CLIENT, CLIENT_PORT, TCP_ACK, 1, 1, 0);
    complain(s, 160, &m, 68);
    assert_non_null(session_icmp(s, session_row(s, 3), &quotes));
    assert_int_equal(session_frames_of(s, FRAME_OTHER), 10);
    assert_int_equal(session_frames_of(s, FRAME_CUT), 10);
    assert_int_equal(session_frames_of(s, FRAME_UNKNOWN_LINK), 10);
    round_trip(s);
    const struct event e = {.kind = EVENT_NOTE, .time_ns = at_us(140), .u.note = {"x", 1, false}};
    assert_true(session_insert(s, 3, &e));
    assert_int_equal(session_frames_of(s, FRAME_OTHER), 10);
    assert_int_equal(session_start(s), at_us(0));
    round_trip(s);
    session_free(s);
}

/* The frame of an ICMP error is there as long as its row is, though all that came before was given up. */
static void test_an_error_keeps_its_frame_as_long_as_its_row(void **state)
{
    (void)state;
    const struct session_options o = {.source = "lo", .most = 100, .mem = heap_mem()};
    struct session *s = session_new(&o);
    struct made m;
    struct event e;
    make_frame(&m, 0, SIDE_CLIENT, CLIENT_PORT, TCP_ACK, 1, 1, 0);
    for (uint32_t i = 0; i < 4000; i++) {
        if (i % 64 == 63) /* rows go away by 64 and more: errors come first then */
            see(s, at_us(i), SIDE_CLIENT, TCP_ACK, 1 + i, 1, 1);
        else
            complain(s, i, &m, 1000);
        for (size_t k = session_first(s); i % 10 == 9 && k < session_rows(s); k++) {
            session_event(s, session_row(s, k), &e);
            assert_non_null(e.u.segment.bytes);
            assert_int_equal(e.u.segment.bytes[0], 0x45);
        }
    }
    assert_true(session_first(s) > 1000);
    session_free(s);
}

static void test_options_are_those_of_the_session(void **state)
{
    (void)state;
    for (int bits = 0; bits < 8; bits++) {
        const struct session_options o = {
            .source = bits & 1 ? "the wire" : "",
            .started_ns = at_us(5) + 7,
            .track = {.live = bits & 2, .wire = bits & 4, .server_port = bits & 1 ? 65535 : 0},
            .mem = heap_mem()};
        struct session *s = session_new(&o);
        struct str file;
        enum pcap_next how;
        write_session(&file, s);
        struct session *again = read_session(file.at, file.len, &how);
        assert_non_null(again);
        assert_string_equal(session_source(again), o.source);
        assert_int_equal(session_started(again), o.started_ns);
        assert_memory_equal(session_track(again), session_track(s), sizeof o.track);
        session_free(again);
        session_free(s);
        str_release(&file);
    }
}

/* What is kept of a frame, whether it was right, how it is numbered and that it was made up. */
static void test_frames_keep_what_their_bytes_do_not_tell(void **state)
{
    (void)state;
    const struct session_options o = {.source = "lo", .keep = 60, .mem = heap_mem()};
    struct session *s = session_new(&o);
    static const uint32_t numbers[] = {3, 4, 9, 0, 100000};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct made m;
        make_frame(&m, at_us(10 * i), SIDE_CLIENT, CLIENT_PORT, TCP_ACK, (uint32_t)(1 + 200 * i), 1, 200);
        m.event.u.segment.frame = numbers[i];
        m.event.u.segment.injected = i == 1;
        if (i == 2) { /* the capture had cut it before */
            m.event.u.segment.wirelen += 700;
            put16(m.bytes + 2, m.event.u.segment.wirelen);
        }
        assert_true(session_apply(s, &m.event));
    }
    assert_false(session_row(s, 0)->labels & LBL(TRUNCATED));
    assert_true(session_row(s, 2)->labels & LBL(TRUNCATED));
    assert_true(session_row(s, 0)->labels & LBL(BAD_CHECKSUM));
    round_trip(s);
    session_free(s);
}

static void test_every_link_type_has_its_interface(void **state)
{
    (void)state;
    struct session *s = a_session(heap_mem());
    for (unsigned i = 0; i < 6; i++) {
        struct made m, ethernet;
        make_frame(&m, at_us(i), SIDE_CLIENT, CLIENT_PORT, TCP_ACK, 1, 1, 0);
        memset(&ethernet, 2, 12);
        put16(ethernet.bytes + 12, 0x0800);
        memcpy(ethernet.bytes + 14, m.bytes, 40);
        if (i % 2)
            m.event.u.segment = (struct event_segment){
                .linktype = DLT_EN10MB_, .bytes = ethernet.bytes, .caplen = 54, .wirelen = 54};
        assert_true(session_apply(s, &m.event));
    }
    assert_int_equal(session_rows(s), 6);
    round_trip(s);
    session_free(s);
}

/* Every beginning of the file gives the rows of its whole blocks. */
static void test_a_torn_file_gives_what_was_whole(void **state)
{
    (void)state;
    struct session *s = a_lesson();
    struct str file;
    size_t before = 0;
    write_session(&file, s);
    for (size_t len = 0; len <= file.len; len++) {
        enum pcap_next how = PCAP_MORE;
        struct session *again = read_session(file.at, len, &how);
        if (!again) {
            assert_int_equal(before, 0);
            continue;
        }
        assert_true(how == PCAP_END || how == PCAP_DAMAGED);
        assert_true(session_rows(again) - before <= 1);
        before = session_rows(again);
        session_free(again);
    }
    assert_int_equal(before, session_rows(s));
    session_free(s);
    str_release(&file);
}

/* No byte of a journal is believed: whatever it is, nothing breaks. */
static void test_a_damaged_file_breaks_nothing(void **state)
{
    (void)state;
    struct session *s = a_lesson();
    struct str file;
    uint32_t chance = 1;
    write_session(&file, s);
    for (size_t at = 0; at < file.len; at++) {
        enum pcap_next how;
        const char byte = file.at[at];
        chance = chance * 1664525 + 1013904223;
        file.at[at] = (char)(chance >> 24);
        struct session *again = read_session(file.at, file.len, &how);
        if (again) {
            struct str lines;
            lines_of(&lines, again);
            str_release(&lines);
            session_free(again);
        }
        file.at[at] = byte;
    }
    session_free(s);
    str_release(&file);
}

static void test_a_newer_version_is_told_apart(void **state)
{
    (void)state;
    struct session_options o = {0};
    struct entry_session head = {.version = ENTRY_VERSION + 1, .source = "later"};
    struct str file;
    struct jread *j = jread_new(heap_mem());
    str_init(&file, heap_mem());
    pcapng_put_section(&file, "tcpviz 9");
    assert_int_equal(jread_head(j, (const uint8_t *)file.at, file.len, false, &o), JREAD_MORE);
    assert_int_equal(jread_head(j, (const uint8_t *)file.at, file.len, true, &o), JREAD_PLAIN);
    entry_put_session(&file, &head, "", 0);
    assert_int_equal(jread_head(j, (const uint8_t *)file.at, file.len, false, &o), JREAD_NEWER);
    str_release(&file);
    jread_free(j);
}

static void test_marks_move_and_stand_before_their_row(void **state)
{
    (void)state;
    struct session *s = a_session(heap_mem());
    shake_hands(s);
    assert_true(session_mark(s, "a", 1, 1));
    assert_true(session_mark(s, "b", 1, 3));
    assert_true(session_mark(s, "c", 1, 2));
    assert_true(session_mark(s, "a", 1, 2)); /* behind c, which was there before */
    assert_true(session_mark(s, "d", 1, 99));
    const struct session_mark *m = session_marks(s);
    const char *names = "cabd";
    static const uint32_t rows[] = {2, 2, 3, 3};
    for (int i = 0; i < 4; i++, m = m->next) {
        assert_int_equal(m->name[0], names[i]);
        assert_int_equal(m->row, rows[i]);
    }
    assert_null(m);
    assert_null(session_mark_find(s, "ab", 2));
    round_trip(s);
    session_free(s);
}

static uint32_t chance;

static uint32_t pick(uint32_t n)
{
    chance = chance * 1664525 + 1013904223;
    return (chance >> 8) % n;
}

/* Notes and marks that are put into a session one by one, and added to its file one by one, are the same. */
static void test_what_is_added_afterwards_stands_in_its_place(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 60; seed++) {
        struct session *s = a_lesson();
        struct str file;
        enum pcap_next how;
        write_session(&file, s);
        const size_t captured = file.len;
        chance = seed;
        for (uint32_t n = 0; n < seed % 9; n++) {
            const uint32_t rows = (uint32_t)session_rows(s), row = pick(rows + 1);
            char name[] = "a";
            name[0] = (char)('a' + pick(3));
            struct event e = {.kind = EVENT_NOTE, .u.note = {name, 1, false}};
            e.time_ns = session_row(s, row < rows ? row : rows - 1)->time_ns;
            if (pick(3) == 0) {
                assert_true(session_mark(s, name, 1, row));
                entry_put_mark(&file, name, 1, row, e.time_ns);
            } else {
                assert_true(row < rows ? session_insert(s, row, &e) : session_apply(s, &e));
                entry_put_note(&file, &e, row);
            }
        }
        struct session *again = read_session(file.at, file.len, &how);
        assert_int_equal(how, PCAP_END);
        same_session(s, again);
        session_free(again);
        /* written as one file it is the same again */
        round_trip(s);
        /* and what was captured has not changed */
        again = read_session(file.at, captured, &how);
        assert_int_equal(how, PCAP_END);
        struct session *first = a_lesson();
        same_session(first, again);
        session_free(first);
        session_free(again);
        session_free(s);
        str_release(&file);
    }
}

static void test_a_note_in_the_past_changes_nothing_else(void **state)
{
    (void)state;
    struct session *s = a_lesson();
    const size_t rows = session_rows(s);
    const struct event e = {.kind = EVENT_NOTE, .time_ns = at_us(40), .u.note = {"x", 1, false}};
    const uint64_t version = session_version(s);
    const uint32_t frame = session_frame(s, 4);
    assert_true(session_insert(s, 3, &e));
    assert_int_equal(session_rows(s), rows + 1);
    assert_true(session_version(s) != version);
    assert_int_equal(session_frame(s, 4), frame + 1);
    assert_int_equal(session_mark_find(s, "before\nall", 10)->row, 3); /* it stands before the note */
    assert_int_equal(session_mark_find(s, "end", 3)->row, rows + 1);
    size_t len;
    assert_string_equal(session_note(s, session_row(s, 3), &len, NULL), "x");
    assert_int_equal(session_note_row(s, 0), 3);
    see(s, at_us(500), SIDE_CLIENT, TCP_ACK, 101, 1, 10);
    assert_int_equal(session_row(s, rows + 1)->frame, 6);
    session_free(s);
}

/* A thousand entries whose places make no sense. */
static void test_places_that_cannot_be(void **state)
{
    (void)state;
    struct session *s = a_lesson();
    struct str file;
    enum pcap_next how;
    chance = 5;
    write_session(&file, s);
    for (int n = 0; n < 6000; n++) {
        const struct event e = {.kind = EVENT_NOTE, .time_ns = pick(9), .u.note = {"x", 1, false}};
        entry_put_note(&file, &e, pick(2) ? NO_ROW - 1 - pick(5) : pick(1000000));
    }
    struct session *again = read_session(file.at, file.len, &how);
    assert_int_equal(how, PCAP_END);
    assert_int_equal(session_rows(again), session_rows(s) + 6000);
    session_free(again);
    session_free(s);
    str_release(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_session_is_read_again_whole),
        cmocka_unit_test(test_the_wire_is_read_again),
        cmocka_unit_test(test_frames_that_are_no_segments_are_read_again),
        cmocka_unit_test(test_an_error_keeps_its_frame_as_long_as_its_row),
        cmocka_unit_test(test_options_are_those_of_the_session),
        cmocka_unit_test(test_frames_keep_what_their_bytes_do_not_tell),
        cmocka_unit_test(test_every_link_type_has_its_interface),
        cmocka_unit_test(test_a_torn_file_gives_what_was_whole),
        cmocka_unit_test(test_a_damaged_file_breaks_nothing),
        cmocka_unit_test(test_a_newer_version_is_told_apart),
        cmocka_unit_test(test_marks_move_and_stand_before_their_row),
        cmocka_unit_test(test_what_is_added_afterwards_stands_in_its_place),
        cmocka_unit_test(test_a_note_in_the_past_changes_nothing_else),
        cmocka_unit_test(test_places_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
