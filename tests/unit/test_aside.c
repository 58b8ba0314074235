/* Frames that are no segments: counted, told, and where an ICMP error quotes a segment, a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "export/export.h"
#include "scene/detail.h"
#include "scene/ladder.h"
#include "session/filter.h"
#include "unit/timeline.h"

static const struct voice english = {LANG_EN, false, false, NULL}, chinese = {LANG_ZH, false, false, NULL};

static void apply(struct session *s, uint64_t us, int linktype, const uint8_t *bytes, uint32_t caplen,
                  uint32_t wirelen)
{
    const struct event e = {
        .kind = EVENT_SEGMENT,
        .time_ns = at_us(us),
        .u.segment = {.linktype = linktype, .bytes = bytes, .caplen = caplen, .wirelen = wirelen},
    };
    assert_true(session_apply(s, &e));
}

/* An error of 10.9.9.9 about that frame, of which `quoted` bytes are there. */
static void complain(struct session *s, uint64_t us, const struct made *about, uint32_t quoted, unsigned type,
                     unsigned code, unsigned mtu)
{
    uint8_t ip[200] = {0x45, [8] = 64, 1, [12] = 10, 9, 9, 9, 10, 0, 0, 1};
    put16(ip + 2, 28 + quoted);
    ip[20] = (uint8_t)type;
    ip[21] = (uint8_t)code;
    put16(ip + 26, mtu);
    memcpy(ip + 28, about->bytes, quoted);
    apply(s, us, 101, ip, 28 + quoted, 28 + quoted);
}

struct got {
    struct str text;
};

static bool take(void *ctx, const char *bytes, size_t len)
{
    struct got *g = ctx;
    str_put_n(&g->text, bytes, len);
    return true;
}

static void whole(struct got *g, const char *format, const struct session *s, const struct voice *v)
{
    str_init(&g->text, heap_mem());
    const struct export_options o = {
        .format = export_find(format, strlen(format)), .voice = *v, .steady = true, .mem = heap_mem()};
    struct export *e = export_new(&o, s, (struct export_sink){take, g});
    assert_non_null(e);
    assert_true(export_all(e, 0));
    export_free(e);
}

static void errors_name_what_they_quote(void **state)
{
    (void)state;
    struct session *s = a_session(heap_mem());
    struct made data, other;
    uint32_t quotes;
    shake_hands(s);
    make_frame(&data, at_us(50), SIDE_CLIENT, CLIENT_PORT, TCP_ACK | TCP_PSH, 1, 1, 1448);
    assert_true(session_apply(s, &data.event));
    complain(s, 60, &data, 28, 3, 4, 1400);
    make_frame(&other, at_us(0), SIDE_SERVER, 999, TCP_SYN, 0, 0, 0);
    complain(s, 70, &other, 24, 11, 0, 0); /* ports, and no number */
    assert_int_equal(session_rows(s), 6);
    assert_int_equal(session_segments(s), 4);
    assert_int_equal(session_frames(s), 6);
    assert_int_equal(session_frames_of(s, FRAME_TCP_QUOTED), 2);

    const struct row *r = session_row(s, 4);
    const struct icmp_error *e = session_icmp(s, r, &quotes);
    assert_non_null(e);
    assert_true(r->conn == 0 && r->frame == 5 && quotes == 4);
    assert_true(e->id == ICMP_FRAGMENTATION && e->mtu == 1400 && e->seq_known && e->seq.v == CLIENT_ISN + 1);
    assert_true(e->src.port == CLIENT_PORT && e->dst.port == SERVER_PORT && e->from.at[1] == 9);
    size_t len;
    assert_null(session_note(s, r, &len, NULL));
    e = session_icmp(s, session_row(s, 5), &quotes);
    assert_true(e->id == ICMP_TIME_EXCEEDED && !e->seq_known && quotes == 0);
    assert_int_equal(session_row(s, 5)->conn, NO_CONN);
    assert_null(session_icmp(s, session_row(s, 3), &quotes));

    struct got g;
    whole(&g, "jsonl", s, &english);
    assert_non_null(strstr(
        g.text.at, "{\"type\":\"note\",\"time\":1795347030.000060000,\"text\":\"An ICMP error of 10.9.9.9 "
                   "quotes #4, from 10.0.0.1:40000 to 10.0.0.2:3344: too large for the next link, "
                   "MTU 1400.\"}\n"));
    assert_non_null(strstr(g.text.at,
                           "quotes a segment that was not seen, from 10.0.0.2:3344 to 10.0.0.1:999: its time "
                           "to live ran out on the way.\"}\n"));
    str_release(&g.text);
    whole(&g, "txt", s, &english);
    assert_non_null(strstr(g.text.at, "ICMP (#4): too large for the next link, MTU"));
    str_release(&g.text);

    struct detail d;
    detail_init(&d, heap_mem());
    assert_true(detail_of(&d, &english, s, 4, false));
    assert_string_equal(d.title.at, "#5  an ICMP error");
    assert_non_null(strstr(d.next.at, "RFC 1191"));
    assert_true(detail_of(&d, &chinese, s, 4, false));
    assert_non_null(strstr(d.what.at, "10.9.9.9"));
    detail_release(&d);
    session_free(s);
}

/* What is sent again because it was too large is no timer's; and a pure ACK is found, too. */
static void too_large_is_the_cause(void **state)
{
    (void)state;
    struct session *s = a_session(heap_mem());
    struct made data, copy, ack;
    uint32_t quotes;
    shake_hands(s);
    make_frame(&ack, at_us(40), SIDE_CLIENT, CLIENT_PORT, TCP_ACK, 1, 1, 0);
    assert_true(session_apply(s, &ack.event));
    complain(s, 45, &ack, 28, 5, 1, 0);
    assert_non_null(session_icmp(s, session_row(s, 4), &quotes));
    assert_int_equal(quotes, 4);
    make_frame(&data, at_us(50), SIDE_CLIENT, CLIENT_PORT, TCP_ACK | TCP_PSH, 1, 1, 1448);
    assert_true(session_apply(s, &data.event));
    complain(s, 60, &data, 28, 3, 4, 1400);
    make_frame(&copy, at_us(70), SIDE_CLIENT, CLIENT_PORT, TCP_ACK, 1, 1, 1360);
    assert_true(session_apply(s, &copy.event));
    assert_int_equal(session_row(s, session_rows(s) - 1)->annot, ANNOT_RETRANSMISSION_SMALLER);
    session_free(s);
}

static void every_error_has_words(void **state)
{
    (void)state;
    static const struct {
        unsigned type, code;
        enum icmp_id id;
    } rows[] = {{3, 0, ICMP_NET_UNREACHABLE}, {3, 3, ICMP_PORT_UNREACHABLE}, {3, 15, ICMP_UNREACHABLE},
                {4, 7, ICMP_QUENCH},          {5, 1, ICMP_REDIRECT},         {11, 1, ICMP_REASSEMBLY},
                {11, 9, ICMP_OTHER},          {12, 0, ICMP_PARAMETER}};
    struct session *s = a_session(heap_mem());
    struct made syn;
    make_frame(&syn, at_us(0), SIDE_CLIENT, CLIENT_PORT, TCP_SYN, 0, 0, 0);
    assert_true(session_apply(s, &syn.event));
    for (uint32_t i = 0; i < COUNT_OF(rows); i++) {
        uint32_t quotes;
        complain(s, 10 + i, &syn, 40, rows[i].type, rows[i].code, 0);
        const struct icmp_error *e = session_icmp(s, session_row(s, 1 + i), &quotes);
        assert_int_equal(e->id, rows[i].id);
        assert_int_equal(quotes, 1);
    }
    for (int i = 0; i < ICMP_COUNT; i++)
        assert_true(*icmp_what((enum icmp_id)i) && *icmp_means((enum icmp_id)i));
    session_free(s);
}

/* The same of IPv6, whose error stands behind extension headers. */
static void errors_of_version_6(void **state)
{
    (void)state;
    uint8_t ip[160] = {
        0x60, [6] = 0, 64, [8] = 0xFD, [23] = 9, [24] = 0xFD, [39] = 1, [40] = 58, [48] = 2, 0};
    uint8_t *quoted = ip + 56;
    put16(ip + 4, 8 + 8 + 60);
    put32(ip + 52, 1280);
    quoted[0] = 0x60;
    put16(quoted + 4, 20);
    quoted[6] = 6;
    memcpy(quoted + 8, ip + 24, 16);
    quoted[24] = 0xFD;
    quoted[39] = 2;
    put16(quoted + 40, 1234);
    put16(quoted + 42, 80);
    put32(quoted + 44, 77);
    quoted[52] = 0x50;
    struct session *s = a_session(heap_mem());
    apply(s, 0, 101, ip, 116, 116);
    uint32_t quotes;
    const struct icmp_error *e = session_icmp(s, session_row(s, 0), &quotes);
    assert_non_null(e);
    assert_true(e->id == ICMP_TOO_BIG_6 && e->mtu == 1280 && e->src.port == 1234 && e->seq.v == 77);
    assert_true(e->from.family == 6 && e->from.at[0] == 0xFD && e->from.at[15] == 9);
    session_free(s);
}

static void what_is_no_row_is_told(void **state)
{
    (void)state;
    struct session *s = a_session(heap_mem());
    struct made m;
    bool usual;
    struct str line;
    str_init(&line, heap_mem());
    assert_false(say_aside(&line, &english, s, 0, &usual));
    for (int linktype = 500; linktype < 512; linktype++)
        for (int i = 500; i <= linktype; i++)
            apply(s, 0, linktype, m.bytes, 0, 0);
    make_frame(&m, at_us(0), SIDE_CLIENT, CLIENT_PORT, TCP_SYN, 0, 0, 0);
    apply(s, 1, 101, m.bytes, 10, 40);
    apply(s, 1, 101, m.bytes, 30, 40);
    apply(s, 1, 101, m.bytes, 31, 40);
    m.bytes[32] = 0x10; /* a header of four bytes */
    apply(s, 1, 101, m.bytes, 40, 40);
    m.bytes[6] = 1;
    apply(s, 1, 101, m.bytes, 40, 40);
    m.bytes[9] = 17;
    apply(s, 1, 101, m.bytes, 40, 40);
    assert_int_equal(session_rows(s), 0);
    static const char *const lines[] = {
        "frames of link type 500, which is not known: 1",
        "frames of link type 501, which is not known: 2",
        "frames of link type 502, which is not known: 3",
        "frames of link type 503, which is not known: 4",
        "frames of link type 504, which is not known: 5",
        "frames of link type 505, which is not known: 6",
        "frames of link type 506, which is not known: 7",
        "frames of link type 507, which is not known: 50", /* and of all that came later */
        "later fragments of segments: 1",
        "frames cut by the capture before TCP begins: 1",
        "TCP headers cut by the capture before the flags: 2",
        "frames with headers that cannot be: 1",
        "frames that are not TCP: 1",
    };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        str_clear(&line);
        assert_true(say_aside(&line, &english, s, i, &usual));
        assert_string_equal(line.at, lines[i]);
        assert_int_equal(usual, i + 1 == COUNT_OF(lines));
    }
    assert_false(say_aside(&line, &english, s, COUNT_OF(lines), &usual));
    struct got g;
    whole(&g, "txt", s, &english);
    assert_non_null(
        strstr(g.text.at, "\n\n                not shown: frames of link type 500, which is not known: 1\n"));
    assert_non_null(strstr(g.text.at, "not shown: frames that are not TCP: 1\n"));
    str_release(&g.text);
    str_release(&line);
    session_free(s);
}

/* What is odd about a segment stands in its detail. */
static void oddities_are_remarked(void **state)
{
    (void)state;
    static const char *const words[] = {"no length", "larger than any segment", "a length that cannot be",
                                        "The capture ends within its header"};
    struct session *s = a_session(heap_mem());
    struct made m;
    uint8_t syn[60];
    make_frame(&m, at_us(0), SIDE_SERVER, CLIENT_PORT, TCP_SYN | TCP_ACK, 0, 1, 0);
    memcpy(syn, m.bytes, 40);
    memcpy(syn + 40, "\2\4\5\xB4", 4); /* MSS 1460 */
    put16(syn + 2, 44);
    syn[32] = 0x60;
    apply(s, 0, 101, syn, 44, 44);
    make_frame(&m, at_us(1), SIDE_CLIENT, CLIENT_PORT, TCP_ACK, 1, 1, 1460);
    assert_true(session_apply(s, &m.event)); /* row 1: nothing odd */
    put16(m.bytes + 2, 0);
    apply(s, 2, 101, m.bytes, 1500, 1500);
    make_frame(&m, at_us(3), SIDE_CLIENT, CLIENT_PORT, TCP_ACK, 1461, 1, 1461);
    assert_true(session_apply(s, &m.event));
    struct detail d;
    detail_init(&d, heap_mem());
    assert_true(detail_of(&d, &english, s, 3, false));
    assert_non_null(strstr(d.what.at, "With 1461 bytes it is larger than any segment may be here, 1460:"));
    make_frame(&m, at_us(4), SIDE_SERVER, CLIENT_PORT, TCP_ACK, 1, 1, 4);
    m.bytes[32] = 0x60;
    memcpy(m.bytes + 40, "\2\0\5\xB4", 4);
    apply(s, 4, 101, m.bytes, 44, 44);
    apply(s, 5, 101, m.bytes, 41, 44);
    for (uint32_t row = 0; row < 6; row++) {
        assert_true(detail_of(&d, &english, s, row, false));
        for (uint32_t i = 0; i < COUNT_OF(words); i++)
            assert_int_equal(strstr(d.what.at, words[i]) != NULL, row == i + 2);
    }
    detail_release(&d);
    session_free(s);
}

/* Whatever the ladder shows with a number is found by it. */
static void errors_are_found_by_their_frames(void **state)
{
    (void)state;
    struct session *s = a_session(heap_mem());
    struct made data;
    struct cmd_error error;
    make_frame(&data, at_us(0), SIDE_CLIENT, CLIENT_PORT, TCP_ACK | TCP_PSH, 1, 1, 100);
    complain(s, 0, &data, 28, 3, 1, 0); /* before any segment */
    shake_hands(s);
    complain(s, 50, &data, 28, 3, 1, 0);
    complain(s, 60, &data, 28, 3, 1, 0);
    see(s, at_us(70), SIDE_CLIENT, TCP_ACK, 1, 1, 0);
    complain(s, 80, &data, 28, 3, 1, 0);
    for (uint32_t frame = 1; frame <= 8; frame++) {
        char text[] = "frame:0";
        text[6] = (char)('0' + frame);
        assert_int_equal(session_numbered(s, frame), frame - 1);
        struct filter *f = filter_parse(heap_mem(), text, strlen(text), &error);
        for (uint32_t row = 0; row < 8; row++)
            assert_int_equal(filter_passes(f, s, session_row(s, row)), row == frame - 1);
        filter_free(f);
    }
    assert_int_equal(session_frame(s, 5), NO_ROW);
    assert_int_equal(session_numbered(s, 9), NO_ROW);
    session_free(s);
}

/* A header that is longer than its packet: a row that says so, and changes nothing. */
static void broken_headers_are_rows(void **state)
{
    (void)state;
    struct session *s = a_session(heap_mem());
    struct made m;
    shake_hands(s);
    make_frame(&m, at_us(50), SIDE_CLIENT, CLIENT_PORT, TCP_ACK, 5000, 9, 10);
    m.bytes[32] = 0xF0;
    apply(s, 50, 101, m.bytes, 50, 50);
    see(s, at_us(60), SIDE_CLIENT, TCP_ACK | TCP_PSH, 1, 1, 100);
    const struct row *r = session_row(s, 3), *after = session_row(s, 4);
    struct str text;
    str_init(&text, heap_mem());
    say_note(&text, &english, s, r);
    assert_non_null(strstr(text.at, "longer than the packet"));
    assert_true(r->seq == 5000 && row_len(r) == 0 && !(r->labels & LBL(LOST_SEGMENT)) && r->wireshark == 0);
    assert_false(after->labels & (LBL(LOST_SEGMENT) | LBL(OUT_OF_ORDER) | LBL(RETRANSMISSION)));
    str_release(&text);
    session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_name_what_they_quote), cmocka_unit_test(too_large_is_the_cause),
        cmocka_unit_test(every_error_has_words),       cmocka_unit_test(errors_of_version_6),
        cmocka_unit_test(what_is_no_row_is_told),      cmocka_unit_test(oddities_are_remarked),
        cmocka_unit_test(broken_headers_are_rows),     cmocka_unit_test(errors_are_found_by_their_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
