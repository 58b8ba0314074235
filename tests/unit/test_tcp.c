/* TCP's header made by hand: its checksum, its options, and what is known when it was cut. */
#include "unit/frames.h"

static void a_whole_segment(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct seg s;
    ethernet(&m, 0x0800);
    ipv4(&m, 6, 0);
    tcp(&m, TCP_NS | TCP_PSH | TCP_ACK, NULL, 0);
    fill(&m, 'x', 3);
    finish(&m);
    fill(&m, 0, 17); /* padding to Ethernet's least: not the segment's */
    want_segment(DLT_EN10MB_, &m, 3);
    assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_TCP);
    assert_int_equal(s.flags, TCP_NS | TCP_PSH | TCP_ACK);
    assert_int_equal(s.ecn, 3);
    assert_int_equal(s.ttl, 64);
    assert_int_equal(s.link.len, 14);
    assert_int_equal(s.data.at, 54);
    assert_int_equal(s.caplen, m.len);
    assert_int_equal(seg_space(&s), 3);
    s.flags = TCP_SYN | TCP_FIN;
    assert_int_equal(seg_space(&s), 5);
}

static void checksums(void **state)
{
    (void)state;
    for (unsigned len = 0; len < 40; len++)
        for (int v6 = 0; v6 < 2; v6++) {
            struct made m = {.len = 0};
            struct seg s;
            if (v6)
                ipv6(&m, 6);
            else
                ipv4(&m, 6, 0);
            tcp(&m, TCP_ACK, NULL, 0);
            for (unsigned i = 0; i < len; i++)
                put8(&m, 0xF7 * i);
            finish(&m);
            want_segment(DLT_RAW_, &m, len);
            m.at[m.len - 1] ^= 0x10;
            assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_TCP);
            assert_int_equal(s.cksum, CKSUM_BAD);
            set16(&m, m.tcp + 16, pseudo_sum(&m)); /* as Linux leaves it for the card */
            assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_TCP);
            assert_int_equal(s.cksum, CKSUM_PARTIAL);
            assert_int_equal(s.checksum, pseudo_sum(&m));
            assert_int_equal(seg_decode(&s, DLT_RAW_, m.at, m.len - (len ? 1 : 4), m.len), FRAME_TCP);
            assert_int_equal(s.cksum, CKSUM_UNKNOWN);
            assert_true(s.truncated);
            assert_int_equal(s.len, len);
        }
}

/* A header that was cut is judged as soon as its window is there. */
static void cut_headers(void **state)
{
    (void)state;
    static const uint8_t options[] = {2, 4, 5, 0xB4, 1, 3, 3, 7};
    struct made m = {.len = 0};
    struct seg s;
    ipv4(&m, 6, 0);
    tcp(&m, TCP_SYN, options, sizeof options);
    fill(&m, 'x', 10);
    finish(&m);
    for (uint32_t cut = m.tcp; cut < m.len; cut++) {
        enum frame_kind kind = seg_decode(&s, DLT_RAW_, m.at, cut, m.len);
        uint32_t captured = cut - m.tcp;
        assert_int_equal(kind, captured < 16 ? FRAME_TCP_CUT : FRAME_TCP);
        assert_int_equal(s.src.port, captured < 2 ? 0 : 40000);
        assert_int_equal(s.dst.port, captured < 4 ? 0 : 3344);
        assert_true(s.truncated);
        assert_int_equal(s.cksum, CKSUM_UNKNOWN);
        if (kind == FRAME_TCP) {
            assert_int_equal(s.len, 10);
            assert_int_equal(s.flags, TCP_SYN);
            assert_int_equal(s.opt.mss, captured >= 24);
            assert_int_equal(s.opt.wscale, captured >= 28);
            assert_false(s.opt.malformed);
            assert_int_equal(s.opt.cut, captured < 28);
            assert_int_equal(s.tcp.len, captured < 28 ? captured : 28);
            assert_int_equal(s.data.len, captured < 28 ? 0 : captured - 28);
        }
    }
}

/* A time stamp that is cut in half: its first half is known. What ends the options ends the cut as well. */
static void options_that_are_cut(void **state)
{
    (void)state;
    static const uint8_t options[] = {1, 1, 8, 10, 0, 0, 0, 7, 0, 0, 0, 9},
                         ended[] = {1, 0, 0, 0, 0, 0, 0, 0};
    struct made m = {.len = 0};
    struct seg s;
    ipv4(&m, 6, 0);
    tcp(&m, TCP_ACK, options, sizeof options);
    finish(&m);
    for (uint32_t left = 0; left <= sizeof options; left++) {
        seg_decode(&s, DLT_RAW_, m.at, m.tcp + 20 + left, m.len);
        assert_int_equal(s.opt.timestamps, left >= 8);
        assert_int_equal(s.opt.tsval, left >= 8 ? 7 : 0);
        assert_int_equal(s.opt.tsecr, left == 12 ? 9 : 0);
        assert_int_equal(s.opt.cut, left < 12);
    }
    m.len = 0;
    ipv4(&m, 6, 0);
    tcp(&m, TCP_ACK, ended, sizeof ended);
    finish(&m);
    seg_decode(&s, DLT_RAW_, m.at, m.tcp + 20 + 2, m.len);
    assert_false(s.opt.cut);
}

static struct tcp_options options_of(const void *bytes, unsigned len)
{
    struct made m = {.len = 0};
    struct seg s;
    ipv4(&m, 6, 0);
    tcp(&m, TCP_ACK, bytes, len);
    finish(&m);
    assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_TCP);
    return s.opt;
}

#define OPTIONS(...) options_of((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void every_option(void **state)
{
    (void)state;
    struct tcp_options o =
        OPTIONS(2, 4, 5, 0xB4, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 15); /* Linux's SYN */
    assert_true(o.mss && o.sack_permitted && o.timestamps && o.wscale);
    assert_false(o.fast_open || o.mptcp || o.malformed);
    assert_int_equal(o.mss_value, 1460);
    assert_int_equal(o.tsval, 0x01020304);
    assert_int_equal(o.tsecr, 0x05060708);
    assert_int_equal(o.shift, 15);
    assert_int_equal(o.sacks, 0);

    o = OPTIONS(1, 1, 5, 34, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6, 0xFF,
                0xFF, 0xFF, 0xFF, 0, 0, 0, 8);
    assert_int_equal(o.sacks, 4);
    assert_int_equal(o.sack[0].left.v, 1);
    assert_int_equal(o.sack[2].right.v, 6);
    assert_int_equal(o.sack[3].left.v, UINT32_MAX);
    assert_int_equal(o.sack[3].right.v, 8);

    o = OPTIONS(34, 2);
    assert_true(o.fast_open);
    assert_int_equal(o.cookie_len, 0);
    o = OPTIONS(34, 10, 1, 2, 3, 4, 5, 6, 7, 8);
    assert_int_equal(o.cookie_len, 8);
    o = OPTIONS(254, 12, 0xF9, 0x89, 1, 2, 3, 4, 5, 6, 7, 8);
    assert_true(o.fast_open);
    assert_int_equal(o.cookie_len, 8);
    o = OPTIONS(253, 4, 0xF9, 0x89);
    assert_true(o.fast_open);
    assert_int_equal(o.cookie_len, 0);
    o = OPTIONS(254, 4, 0xF9, 0x88);
    assert_false(o.fast_open);
    o = OPTIONS(30, 4, 0x21, 0);
    assert_int_equal(o.mptcp, 1 << 2);
    o = OPTIONS(30, 4, 0x21, 0, 30, 4, 0x50, 0);
    assert_int_equal(o.mptcp, 1 << 2 | 1 << 5);
    o = OPTIONS(19, 4, 0, 0, 99, 2, 2, 4, 1, 0); /* those that are not known are passed over */
    assert_true(o.mss && !o.malformed);
    o = OPTIONS(0, 2, 4, 1); /* after the end nothing counts */
    assert_false(o.mss || o.malformed);
}

static void wrong_lengths(void **state)
{
    (void)state;
    struct tcp_options o =
        OPTIONS(2, 3, 9, 3, 2, 4, 3, 0, 5, 9, 0, 0, 0, 0, 0, 0, 0, 8, 4, 0, 0, 30, 2, 5, 2, 1);
    assert_false(o.mss || o.wscale || o.sack_permitted || o.timestamps || o.mptcp || o.malformed);
    assert_int_equal(o.sacks, 0);
    o = OPTIONS(254, 3, 0xF9, 1);
    assert_false(o.fast_open || o.malformed);
    o = OPTIONS(1, 1, 4, 2, 2, 0, 1, 1);
    assert_true(o.malformed && o.sack_permitted); /* what came before it stands */
    o = OPTIONS(2, 1, 1, 1);
    assert_true(o.malformed);
    o = OPTIONS(1, 1, 2, 4);
    assert_true(o.malformed && !o.mss);
    o = OPTIONS(1, 1, 1, 2); /* a kind, and no room for its length */
    assert_true(o.malformed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_segment), cmocka_unit_test(checksums),
        cmocka_unit_test(cut_headers),     cmocka_unit_test(options_that_are_cut),
        cmocka_unit_test(every_option),    cmocka_unit_test(wrong_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
