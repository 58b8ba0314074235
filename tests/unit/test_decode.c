/* What stands below TCP, made by hand; and every truncation of every captured frame. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "core/cksum.h"
#include "unit/frames.h"
#include "plat/heap.h"
#include "plat/mapped.h"
#include "session/pcapfile.h"

static void link_types(void **state)
{
    (void)state;
    static const struct {
        int linktype;
        uint8_t header[180];
        uint32_t len;
        int version;
    } rows[] = {
        {0, {2, 0, 0, 0}, 4, 4},
        {0, {0, 0, 0, 2}, 4, 4},
        {0, {30, 0, 0, 0}, 4, 6},
        {0, {0, 0, 0, 28}, 4, 6},
        {108, {0, 0, 0, 24}, 4, 6},
        {108, {0, 0, 0, 10}, 4, 6},
        {12, {0}, 0, 4},
        {14, {0}, 0, 6},
        {101, {0}, 0, 4},
        {101, {0}, 0, 6},
        {228, {0}, 0, 4},
        {229, {0}, 0, 6},
        {113, {0, 0, 3, 4, [14] = 8, 0}, 16, 4},
        {113, {0, 0, 3, 4, [14] = 0x86, 0xDD}, 16, 6},
        {276, {8, 0, [8] = 3, 4}, 20, 4},
        {276, {0x86, 0xDD, [8] = 3, 4}, 20, 6},
        {9, {0xFF, 3, 0, 0x21}, 4, 4},
        {9, {0x21}, 1, 4},
        {50, {0, 0x57}, 2, 6},
        {104, {0x0F, 0, 8, 0}, 4, 4},
        {10, {0x50, [13] = 6, 6, 3}, 16, 4},
        {129, {1, 2, 0, 0, 240}, 5, 4},
        {129, {1, 2, 0, 0, 212, 0, 0, 7}, 8, 4},
        {242, {[40] = 0x86, 0xDD}, 44, 6},
        {239,
         {2, 0, 0, 1, 5, 0, 1, 0, 9, 0, 0, 0, 53, 0, 9, 0},
         16,
         4},                                               /* an attribute of one byte, padded */
        {239, {10, 0, 0, 1, 0, 65, 0, 9}, 8, 6},           /* the other byte order */
        {1, {[12] = 0x81, 0, 0, 5, 8, 0}, 18, 4},          /* VLAN */
        {1, {[12] = 0x88, 0xA8, 0, 5, 0x86, 0xDD}, 18, 6}, /* QinQ, inner tag missing */
        {1, {[12] = 0x88, 0x47, 0, 0, 0x11, 0xFF}, 18, 4}, /* MPLS */
        {1, {[13] = 0x40, 6, 6, 3}, 17, 4},                /* 802.3 and LLC */
        {113, {0, 0, 3, 4, [14] = 0, 4, 6, 6, 3}, 19, 4},  /* cooked LLC */
        {0, {0xFF, 3, 0, 0x21}, 4, 4},                     /* PPP instead of a family */
        {0, {0, 0, 8, 0}, 4, 4},                           /* an ethertype */
        {0, {0, 8, 0, 0}, 4, 4},
        {0, {0, 2, 0, 0}, 4, 4}, /* a family of 16 bits */
        {51, {0x11, 0, 0, 1, 0xFF, 0xFF, 0, 0x57}, 8, 6},
        {9, {0x0F, 0, 8, 0}, 4, 4},
        {166, {0, 0xFF, 3, 0, 0x21}, 5, 4},
        {205, {1, 0x8F, 0, 8, 0}, 5, 4},
        {107, {0x18, 0x41, 3, 0xCC}, 4, 4},
        {107, {0x18, 0x40, 0x40, 0x41, 3, 0, 0x8E}, 7, 6},
        {107, {0x18, 0x41, 8, 0}, 4, 4}, /* as Cisco has it */
        {206, {1, 0x18, 0x41, 3, 0x80, 0, 0, 0, 8, 0}, 10, 4},
        {107, {0x18, 0x41, 3, 0x80, 0, 0x80, 0xC2, 0, 7, [21] = 8, 0}, 23, 4}, /* bridged */
        {107, {0x18, 0x41, 3, 0xCF, 0x21}, 5, 4},
        {182, {0xC0, 0, 0x18, 0x41, 3, 0xCC}, 6, 4},
        {219, {0, 1, 1, 0xFF}, 4, 6},
        {219, {0, 1, 1, 0xFF, 0, 0, 0, 7, [20] = 8, 0}, 22, 4}, /* a pseudowire, with a control word */
        {219, {0, 1, 1, 0xFF, [16] = 8, 0}, 18, 4},             /* and without */
        {100, {0xAA, 0xAA, 3, 0, 0, 0, 8, 0}, 8, 4},
        {100, {0xAA, 0xAA, 3, 0, 0x80, 0xC2, 0, 7, [22] = 8, 0}, 24, 4},
        {100, {0xFE, 0xFE, 3, 0xCC}, 4, 4},
        {100, {6, 6, 0, 0}, 4, 4}, /* numbered */
        {106, {0}, 0, 4},
        {123, {2, 0, 0, 100, 0xAA, 0xAA, 3, 0, 0, 0, 8, 0}, 12, 4},
        {123, {1, 0, 0, 100, [18] = 8, 0}, 20, 4},
        {6, {0x10, 0x40, [14] = 0xAA, 0xAA, 3, 0, 0, 0, 8, 0}, 22, 4},
        {6, {0x10, 0x40, [8] = 0x80, [14] = 6, 0x30, 1, 2, 3, 4, 0xAA, 0xAA, 3, 0, 0, 0xF8, 8, 0}, 28, 4},
        {7, {1, 2, 240}, 3, 4},
        {122, {[16] = 0xAA, 0xAA, 3, 0, 0, 0, 8, 0}, 24, 4},
        {138, {[16] = 8, 0}, 18, 4},
        {240, {[16] = 8, 0}, 18, 4},
        {241, {[24] = 8, 0}, 26, 4},
        {274, {[20] = 8, 0}, 22, 4},
        {117, {61, 2}, 64, 4},
        {117, {100, 24}, 100, 6},
        {109, {2, 0, 0, 0}, 12, 4},
        {109, {0, 0, 0, 28}, 12, 6},
        {226, {1, 26}, 24, 6},
        {258, {16, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, [28] = 8, 0}, 30, 4},
        {149, {12, 0, 0, 0, 1, 0, 0, 0, 101}, 12, 6},
        {178, {'M', 'G', 'C', 0, [16] = 8, 0}, 18, 4},
        {178, {'M', 'G', 'C', 0x80, 0, 3, 1, 1, 1, [21] = 0x86, 0xDD}, 23, 6},
        {178, {'M', 'G', 'C', 2, 2, 0, 0, 0}, 8, 4},
        {178, {'M', 'G', 'C', 2, 6, 0, 0, 0}, 8, 6},
        {179, {'M', 'G', 'C', 0, 0xFF, 3, 0, 0x21}, 8, 4},
        {180, {'M', 'G', 'C', 0, 0x18, 0x41, 3, 0xCC}, 8, 4},
        {181, {'M', 'G', 'C', 0, 0x0F, 0, 8, 0}, 8, 4},
        {105, {8, 1, [24] = 0xAA, 0xAA, 3, 0, 0, 0, 8, 0}, 32, 4},
        {105, {8, 3, [30] = 0xAA, 0xAA, 3, 0, 0, 0, 0x86, 0xDD}, 38, 6}, /* four addresses */
        {105, {0x88, 0x81, [30] = 0xAA, 0xAA, 3, 0, 0, 0, 8, 0}, 38, 4}, /* QoS and HT control */
        {105, {0x88, 1, [24] = 0x80, [39] = 52, 6, 6, 3}, 43, 4},        /* several payloads, one here */
        {127, {0, 0, 8, 0, [8] = 8, 1, [32] = 0xAA, 0xAA, 3, 0, 0, 0, 8, 0}, 40, 4},
        {127, {0, 0, 9, 0, 2, 0, 0, 0, 0x20, 0x88, 1, [37] = 6, 6, 3}, 40, 4}, /* padded to words */
        {192, {0, 0, 8, 0, 105, 0, 0, 0, 8, 1, [32] = 6, 6, 3}, 35, 4},
        {192, {0, 0, 8, 0, 1, 0, 0, 0, [20] = 8, 0}, 22, 4},
        {119, {0x44, [144] = 8, 1, [168] = 6, 6, 3}, 171, 4},
        {119, {0x80, 0x21, 0x10, 1, 0, 0, 0, 64, [64] = 8, 1, [88] = 6, 6, 3}, 91, 4},
        {163, {0x80, 0x21, 0x10, 2, 0, 0, 0, 80, [80] = 8, 1, [104] = 6, 6, 3}, 107, 4},
        {1, {[12] = 0x88, 0xE7, 0, 0, 0, 1, [30] = 8, 0}, 32, 4}, /* 802.1ah */
        {1, {[12] = 0x89, 0x03, 0, 1, [28] = 8, 0}, 30, 4},       /* FabricPath */
        {1, {[12] = 0x89, 0x3F, [20] = 8, 0}, 22, 4},             /* 802.1BR */
        {1, {[12] = 0x89, 0x4F, 0, 6, 1, 2, [38] = 0}, 38, 6},    /* network service header */
        {1, {1, 0, 0x0C, [13] = 60, [38] = 8, 0}, 40, 4},         /* Inter-Switch Link */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct made m = {.len = rows[i].len};
        memcpy(m.at, rows[i].header, rows[i].len);
        if (rows[i].version == 4)
            ipv4(&m, 6, 2);
        else
            ipv6(&m, 6);
        tcp(&m, TCP_ACK, NULL, 0);
        put8(&m, 'x');
        finish(&m);
        want_segment(rows[i].linktype, &m, 1);
        for (uint32_t cut = 0; cut < m.tcp; cut++) { /* nothing below TCP is enough */
            struct seg s;
            enum frame_kind kind = seg_decode(&s, rows[i].linktype, m.at, cut, m.len);
            assert_int_equal(kind, FRAME_CUT);
        }
    }
    struct seg s;
    assert_int_equal(seg_decode(&s, 147, (const uint8_t *)"", 0, 0), FRAME_UNKNOWN_LINK);
}

static void vlans_and_sessions_stack(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    ethernet(&m, 0x88A8);
    put32(&m, 0x00018100);
    put32(&m, 0x00029100);
    put32(&m, 0x00038864); /* PPPoE */
    put16(&m, 0x1100);
    put16(&m, 1);
    put16(&m, 2 + 20 + 20 + 1);
    put16(&m, 0x0021);
    ipv4(&m, 6, 0);
    tcp(&m, TCP_ACK, NULL, 0);
    put8(&m, 'x');
    finish(&m);
    want_segment(DLT_EN10MB_, &m, 1);
    struct seg s;
    fill(&m, 0, 5);
    set16(&m, m.ip + 2, m.len - m.ip); /* IP claims the padding: PPPoE's length does not */
    assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_TCP);
    assert_int_equal(s.len, 1);

    struct made snap = {.len = 0};
    ethernet(&snap, 0x100);
    put32(&snap, 0xAAAA0300);
    put32(&snap, 0x00000800);
    ipv4(&snap, 6, 0);
    tcp(&snap, TCP_ACK, NULL, 0);
    finish(&snap);
    want_segment(DLT_EN10MB_, &snap, 0);

    struct made deep = {.len = 0}; /* more tags than any honest frame */
    ethernet(&deep, 0x8100);
    for (int i = 0; i < 900; i++)
        put32(&deep, 0x00018100);
    assert_int_equal(decode(&s, DLT_EN10MB_, &deep), FRAME_OTHER);
}

static void outer_lengths(struct made *m, uint32_t outer)
{
    set16(m, outer + 2, m->len - outer);
}

static void tunnels(void **state)
{
    (void)state;
    static const struct {
        uint8_t protocol;
        uint8_t header[20];
        uint32_t len;
        bool v6;
    } rows[] = {
        {4, {0}, 0, false},
        {41, {0}, 0, true},
        {47, {0, 0, 8, 0}, 4, false},
        {47, {0xB0, 0, 0x86, 0xDD}, 16, true},               /* checksum, key, sequence */
        {47, {0x30, 0x81, 0x88, 0x0B, [15] = 1}, 16, false}, /* PPTP; PPP follows */
        {51,
         {
             4,
             4,
             [15] = 1,
         },
         16,
         false}, /* AH of 24 bytes */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct made m = {.len = 0};
        ipv4(&m, rows[i].protocol, 0);
        memcpy(m.at + m.len, rows[i].header, rows[i].len);
        m.len += rows[i].len;
        if (rows[i].header[1] == 0x81)
            put16(&m, 0x0021);
        if (rows[i].header[8] == 8)
            ethernet(&m, 0x0800);
        if (rows[i].protocol == 51)
            fill(&m, 7, 8);
        if (rows[i].v6)
            ipv6(&m, 6);
        else
            ipv4(&m, 6, 0);
        tcp(&m, TCP_ACK, NULL, 0);
        put8(&m, 'x');
        finish(&m);
        outer_lengths(&m, 0);
        want_segment(DLT_RAW_, &m, 1);
        struct seg s;
        m.at[6] = 0x20; /* the outer packet is a fragment, but holds it whole */
        assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_TCP);
        outer_lengths(&m, 0);
        m.len--;
        set16(&m, 2, m.len); /* and here it does not */
        assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_TCP_FRAGMENT);
    }
}

/* What carries a frame or a packet above IP: behind an outer IPv4, perhaps UDP to a port, a header and what
 * is inside. */
static void more_tunnels(void **state)
{
    (void)state;
    enum { GRE = 47, UDP = 17 };
    static const struct {
        uint8_t protocol;
        uint16_t port;
        uint8_t header[60];
        uint32_t len;
        bool v6;
    } rows[] = {
        {97, 0, {0x30, 0, [14] = 8, 0}, 16, false},
        {137, 0, {0, 1, 1, 0xFF}, 4, true},
        {GRE, 0, {0x40, 0, 8, 0, 0, 0, 0, 0, 0, 2, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0}, 20, false}, /* a route */
        {GRE, 0, {0, 0, 0x88, 0x0B, 0, 0x21}, 6, false},
        {GRE, 0, {0, 0, 0x65, 0x59, 0x18, 0x41, 3, 0xCC}, 8, false},
        {GRE, 0, {0, 0, 0x88, 0x3E}, 4, false},
        {GRE, 0, {0, 0, 0x88, 0x3E, 1}, 8, false},
        {GRE, 0, {0, 0, 0x82, 0x10, 8, 1, [28] = 6, 6, 3}, 31, false},                       /* Aruba */
        {GRE, 0, {0, 0, 0x88, 0xBE, [16] = 8, 0}, 18, false},                                /* ERSPAN I */
        {GRE, 0, {0x10, 0, 0x88, 0xBE, 0, 0, 0, 1, 0x10, [28] = 8, 0}, 30, false},           /* II */
        {GRE, 0, {0x10, 0, 0x22, 0xEB, 0, 0, 0, 1, 0x20, [32] = 8, 0}, 34, false},           /* III */
        {GRE, 0, {0x10, 0, 0x22, 0xEB, 0, 0, 0, 1, 0x20, [19] = 1, [40] = 8, 0}, 42, false}, /* and more */
        {UDP, 4789, {8, [20] = 8, 0}, 22, false},
        {UDP, 4790, {0x0C, 0, 0, 2}, 8, true},
        {UDP, 4790, {0x0C, 0, 0, 3, [20] = 8, 0}, 22, false},
        {UDP, 4790, {0x0C, 0, 0, 4, [9] = 2, 1, 1}, 16, false}, /* a network service header */
        {UDP, 4790, {0x0C, 0, 0, 5, [8] = 0, 1, 1, 0xFF}, 12, false},
        {UDP, 6081, {2, 0, 0x86, 0xDD}, 16, true},
        {UDP, 2152, {0x30, 255}, 8, false},
        {UDP, 2152, {0x32, 255}, 12, true},
        {UDP, 2152, {0x34, 255, [11] = 0x85, 1, 0, 0, 0xC0, 2}, 24, false}, /* two extensions */
        {UDP, 2152, {0x33, 255, [11] = 0x85}, 12, false},                   /* their flag is not set */
        {UDP, 2152, {0x30, 255, [20] = 8, 0}, 22, false},                   /* Ethernet */
        {UDP, 3386, {0x1E, 255}, 20, false},
        {UDP, 1701, {0, 2, 0, 1, 0, 2, 0xFF, 3, 0, 0x21}, 10, false},
        {UDP, 1701, {0x4A, 2, 0xFF, 0xFF, 0, 1, 0, 2, 0, 1, 0, 1, 0, 2, 9, 9, 0x57}, 17, true},
        {UDP, 3544, {0}, 0, true},
        {UDP, 3544, {0, 0}, 8, true},
        {UDP, 3544, {0, 1, 1, 2}, 16, true},
        {UDP, 4341, {0x80}, 8, true},
        {UDP, 6635, {0, 1, 1, 0xFF}, 4, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct made m = {.len = 0};
        struct seg s;
        ipv4(&m, rows[i].protocol, 0);
        uint32_t udp = m.len;
        if (rows[i].port) {
            put16(&m, 40000);
            put16(&m, rows[i].port);
            put32(&m, 0);
        }
        memcpy(m.at + m.len, rows[i].header, rows[i].len);
        m.len += rows[i].len;
        if (rows[i].v6)
            ipv6(&m, 6);
        else
            ipv4(&m, 6, 0);
        tcp(&m, TCP_ACK, NULL, 0);
        put8(&m, 'x');
        finish(&m);
        outer_lengths(&m, 0);
        if (rows[i].port)
            set16(&m, udp + 4, m.len - udp);
        want_segment(DLT_RAW_, &m, 1);
        for (uint32_t cut = 20; cut < m.tcp; cut++) {
            enum frame_kind kind = seg_decode(&s, DLT_RAW_, m.at, cut, m.len);
            assert_true(kind == FRAME_CUT || (rows[i].port && kind == FRAME_OTHER));
        }
        if (rows[i].port) {
            set16(&m, udp + 2, 53); /* any other port: not a tunnel */
            assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_OTHER);
            set16(&m, udp, rows[i].port); /* the answer */
            want_segment(DLT_RAW_, &m, 1);
            set16(&m, udp + 4, 7); /* a length that cannot be */
            assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_OTHER);
        }
    }
}

/* A payload that IP packed: in a tunnel, and a segment's own. Its bytes are in no frame. */
static void packed_payloads(void **state)
{
    (void)state;
    for (int tunnel = 0; tunnel < 2; tunnel++) {
        struct made m = {.len = 0}, inner = {.len = 0};
        struct seg s;
        ipv4(&inner, 6, 0);
        tcp(&inner, TCP_ACK, NULL, 0);
        fill(&inner, 'x', 100);
        finish(&inner);
        uint32_t from = tunnel ? 0 : 20, len = inner.len - from;
        ipv4(&m, 108, 0);
        put32(&m, tunnel ? 0x04000002 : 0x06000002);
        put8(&m, 1); /* a stored block: packing is tested elsewhere */
        put8(&m, len);
        put8(&m, 0);
        put16(&m, 0xFFFF ^ len << 8);
        memcpy(m.at + m.len, inner.at + from, len);
        m.len += len;
        outer_lengths(&m, 0);
        assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_TCP);
        assert_int_equal(s.len, 100);
        assert_int_equal(s.cksum, CKSUM_GOOD);
        assert_int_equal(s.src.port, 40000);
        assert_true(s.tcp.len == 0 && s.data.len == 0 && (s.ip.len == 20) == !tunnel);
        for (uint32_t cut = 20; cut < m.len; cut++) {
            enum frame_kind kind = seg_decode(&s, DLT_RAW_, m.at, cut, m.len);
            uint32_t there = cut < 29 ? 0 : cut - 29; /* of what was packed */
            uint32_t header = tunnel ? 36 : 16;       /* up to the window */
            assert_int_equal(kind, there >= header                     ? FRAME_TCP
                                   : there + 16 >= header && there > 0 ? FRAME_TCP_CUT
                                                                       : FRAME_CUT);
        }
        m.at[24] ^= 6; /* a kind of block that there is not */
        assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_OTHER);
    }
}

/* An IPv4 packet whose payload, of that protocol, is packed. */
static void pack_into(struct made *m, unsigned protocol, const uint8_t *bytes, uint32_t len)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = len};
    *m = (struct made){.len = 0};
    ipv4(m, 108, 0);
    put32(m, protocol << 24 | 2);
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = m->at + m->len;
    z.avail_out = sizeof m->at - m->len;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    m->len = sizeof m->at - z.avail_out;
    deflateEnd(&z);
    outer_lengths(m, 0);
}

/* Who does not ask for the checksum gets all else, however much stands before the segment, and whatever is
 * cut. */
static void packed_headers_are_enough(void **state)
{
    (void)state;
    for (uint32_t before = 8; before < 1500; before += 8) {
        struct made m, inner = {.len = 0};
        struct seg whole, again;
        ipv6(&inner, 60);
        put8(&inner, 6);
        put8(&inner, before / 8 - 1);
        fill(&inner, 0, before - 2);
        tcp(&inner, TCP_ACK, "\x02\x04\x05\xb4", 4);
        fill(&inner, 'x', 2000);
        finish(&inner);
        pack_into(&m, 41, inner.at, inner.len);
        for (uint32_t less = 0; less < 40; less += 13) {
            const uint32_t len = m.len - less;
            enum frame_kind kind = seg_decode(&whole, DLT_RAW_, m.at, len, m.len);
            assert_int_equal(seg_decode_again(&again, DLT_RAW_, m.at, len, m.len), kind);
            assert_true(less > 0 || (kind == FRAME_TCP && whole.len == 2000 && whole.opt.mss_value == 1460));
            assert_true(less > 0 || (whole.cksum == CKSUM_GOOD && again.cksum == CKSUM_UNKNOWN));
            again.cksum = whole.cksum;
            assert_memory_equal(&again, &whole, sizeof whole);
        }
    }
}

/* What looks like a way to TCP and is none. */
static void no_way_in(void **state)
{
    (void)state;
    static const struct {
        int linktype;
        uint8_t header[48];
        uint32_t len;
        enum frame_kind kind;
    } rows[] = {
        {105, {8, 0x41, [24] = 6, 6, 3}, 27, FRAME_OTHER},        /* encrypted */
        {105, {8, 5, [24] = 6, 6, 3}, 27, FRAME_OTHER},           /* a piece, and more will follow */
        {105, {8, 1, [22] = 1, [24] = 6, 6, 3}, 27, FRAME_OTHER}, /* not the first piece */
        {105, {0x48, 1, [24] = 6, 6, 3}, 27, FRAME_OTHER},        /* no data */
        {105, {0x80, 0, [24] = 6, 6, 3}, 27, FRAME_OTHER},        /* a beacon */
        {182, {0x80, 0, 0x18, 0x41, 3, 0xCC}, 6, FRAME_OTHER},    /* the first piece of several */
        {258, {12, 0, 0, 0, 1, 0, 0, 0, 147}, 12, FRAME_OTHER},   /* a link type within that is not known */
        {192, {0, 0, 8, 0, 147, 0, 0, 0}, 8, FRAME_OTHER},
        {178, {'M', 'G', 'D', 0, [16] = 8, 0}, 18, FRAME_BROKEN},
        {178, {'M', 'G', 'C', 2, 9, 0, 0, 0}, 8, FRAME_OTHER},
        {1, {[12] = 5, 0xDD, 0xAA, 0xAA, 3, 0, 0, 0, 8, 0}, 22, FRAME_OTHER}, /* neither length nor type */
        {1, {[13] = 60, 0xAA, 0xAA, 3, 0, 0, 12, 8, 0}, 22, FRAME_OTHER},     /* SNAP of somebody's own */
        {1, {[13] = 8, 0xAA, 0xAA, 3, 0, 0, 0, 8, 0}, 22, FRAME_BROKEN},      /* the length ends before IP */
        {1, {[12] = 0x89, 0x4F, 0, 0, 0, 1}, 18, FRAME_BROKEN},               /* a header of no length */
        {219, {0, 1, 1, 0xFF, 0x10, 0, 0, 0x21}, 8, FRAME_OTHER},             /* an associated channel */
        {107, {0x18, 0x41, 3, 8}, 4, FRAME_OTHER},                            /* Q.933 */
        {6, {0x10, 0, [14] = 6, 6, 3}, 17, FRAME_OTHER},                      /* no LLC frame */
        {123, {5, 0, 0, 100}, 4, FRAME_OTHER},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct made m = {.len = rows[i].len};
        struct seg s;
        memcpy(m.at, rows[i].header, rows[i].len);
        ipv4(&m, 6, 0);
        tcp(&m, TCP_ACK, NULL, 0);
        finish(&m);
        assert_int_equal(decode(&s, rows[i].linktype, &m), rows[i].kind);
    }
}

/* A frame check sequence behind the frame is no payload, even where IP's length says nothing. */
static void check_sequences_are_left_out(void **state)
{
    (void)state;
    static const uint8_t radiotap[] = {0, 0, 17, 0, 3, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0x10};
    static const uint8_t ppi[] = {0, 0, 32, 0, 105, 0, 0, 0, 2, 0, 20, 0, [20] = 1, [31] = 0};
    for (int i = 0; i < 2; i++) {
        struct made m = {.len = 0};
        struct seg s;
        m.len = i ? sizeof ppi : sizeof radiotap;
        memcpy(m.at, i ? ppi : radiotap, m.len);
        put16(&m, 0x0801);
        fill(&m, 0, 22);
        put8(&m, 6);
        put16(&m, 0x0603);
        ipv4(&m, 6, 0);
        tcp(&m, TCP_ACK, NULL, 0);
        fill(&m, 'x', 9);
        finish(&m);
        set16(&m, m.ip + 2, 0); /* offload */
        fill(&m, 0xEE, 4);
        assert_int_equal(decode(&s, i ? 192 : 127, &m), FRAME_TCP);
        assert_int_equal(s.len, 9);
        assert_int_equal(s.cksum, CKSUM_GOOD);
    }
}

static void ipv6_extensions(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct seg s;
    ipv6(&m, 0); /* hop-by-hop, destination options, atomic fragment, TCP */
    put16(&m, 60 << 8);
    fill(&m, 0, 6);
    put16(&m, 44 << 8 | 1);
    fill(&m, 0, 14);
    uint32_t fragment = m.len;
    put16(&m, 6 << 8);
    fill(&m, 0, 6);
    tcp(&m, TCP_ACK, NULL, 0);
    finish(&m);
    want_segment(DLT_RAW_, &m, 0);
    assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_TCP);
    assert_int_equal(s.ecn, 2);
    struct made chain = {.len = 0}; /* authentication between the extension headers */
    ipv6(&chain, 0);
    put16(&chain, 51 << 8);
    fill(&chain, 0, 6);
    put16(&chain, 60 << 8 | 4);
    fill(&chain, 0, 22);
    put16(&chain, 6 << 8);
    fill(&chain, 0, 6);
    tcp(&chain, TCP_ACK, NULL, 0);
    finish(&chain);
    want_segment(DLT_RAW_, &chain, 0);
    m.at[fragment + 3] = 1; /* more fragments */
    assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_TCP_FRAGMENT);
    assert_int_equal(s.cksum, CKSUM_UNKNOWN);
    m.at[fragment + 3] = 8; /* not the first */
    assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_LATER_FRAGMENT);
    m.at[fragment] = 17; /* and not TCP's */
    assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_OTHER);
}

/* The checksum counts the last destination and the home address, which stand in extension headers. */
static void ipv6_addresses_elsewhere(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct made m = {.len = 0};
        struct seg s;
        ipv6(&m, kind ? 60 : 43);
        if (kind) { /* Pad1, PadN, home address */
            put32(&m, 0x06020001);
            put32(&m, 0x0100C910);
        } else { /* routing type 0, one segment left */
            put32(&m, 0x06020001);
            put32(&m, 0);
        }
        uint32_t address = m.len;
        fill(&m, 0x77, 16);
        tcp(&m, TCP_ACK, NULL, 0);
        finish(&m);
        uint8_t header[16];
        uint32_t place = m.ip + (kind ? 8 : 24);
        memcpy(header, m.at + place, 16);
        memcpy(m.at + place, m.at + address, 16);
        finish(&m); /* the sum as the end of the way will have it */
        memcpy(m.at + place, header, 16);
        assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_TCP);
        assert_int_equal(s.cksum, CKSUM_GOOD);
        assert_memory_equal(kind ? s.src.addr.at : s.dst.addr.at, header, 16);
    }
}

static void ipv4_fragments_and_offload(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct seg s;
    ethernet(&m, 0x0800);
    ipv4(&m, 6, 0);
    tcp(&m, TCP_ACK, NULL, 0);
    fill(&m, 'x', 100);
    finish(&m);
    set16(&m, m.ip + 2, 0);
    assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_TCP);
    assert_true(s.offloaded);
    assert_int_equal(s.len, 100);
    assert_int_equal(s.cksum, CKSUM_GOOD);
    set16(&m, m.ip + 2, 9999); /* longer than the frame: the frame is believed */
    assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_TCP);
    assert_int_equal(s.len, 100);
    set16(&m, m.ip + 2, 19); /* shorter than its header */
    assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_BROKEN);
    set16(&m, m.ip + 2, 30); /* shorter than TCP's header */
    assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_BROKEN);
    set16(&m, m.ip + 2, 36); /* which says enough of itself here */
    assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_TCP_BROKEN);
    assert_true(s.broken && s.len == 0 && s.data.len == 0);
    finish(&m);
    set16(&m, m.ip + 6, 0x2000);
    assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_TCP_FRAGMENT);
    assert_int_equal(s.len, 100);
    assert_int_equal(s.seq.v, 0xFFFFFFF0);
    set16(&m, m.ip + 6, 0x0001);
    assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_LATER_FRAGMENT);
    m.at[m.ip + 9] = 17;
    assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_OTHER);
    m.at[m.ip] = 0x44; /* a header of 16 bytes */
    assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_BROKEN);
    m.at[m.ip] = 0x65; /* IPv6 under IPv4's ethertype */
    assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_BROKEN);
    finish(&m);
    m.at[m.ip] = 0x45;
    m.at[m.ip + 9] = 6;
    set16(&m, m.ip + 6, 0);
    m.at[m.tcp + 12] = 0x40; /* a TCP header of 16 bytes */
    assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_BROKEN);
}

/* IP's header counts more than the frame has: Wireshark's length, and what is lacking, and not in silence. */
static void ip_counts_more_than_there_is(void **state)
{
    (void)state;
    for (int way = 0; way < 4;
         way++) { /* the usual frame, options, IPv6, a tunnel whose own length is right */
        struct made m = {.len = 0};
        struct seg s;
        ethernet(&m, way == 2 ? 0x86DD : 0x0800);
        if (way == 3)
            ipv4(&m, 4, 0);
        const uint32_t outer = m.ip;
        if (way == 2)
            ipv6(&m, 6);
        else
            ipv4(&m, 6, way == 1 ? 1 : 0);
        tcp(&m, TCP_ACK, NULL, 0);
        fill(&m, 'x', 10);
        finish(&m);
        if (way == 3)
            outer_lengths(&m, outer);
        assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_TCP);
        assert_int_equal(s.lacks, 0);
        assert_false(s.truncated);
        set16(&m, m.ip + (way == 2 ? 4 : 2), m.len - m.ip - (way == 2 ? 40 : 0) + 700);
        assert_int_equal(decode(&s, DLT_EN10MB_, &m), FRAME_TCP);
        assert_int_equal(s.len, 10);
        assert_int_equal(s.lacks, 700);
        assert_true(s.truncated);
        assert_int_equal(s.cksum, CKSUM_UNKNOWN); /* of what is not there no sum can be made */
        assert_int_equal(seg_decode(&s, DLT_EN10MB_, m.at, m.len - 4, m.len + 100), FRAME_TCP);
        assert_int_equal(s.len,
                         way == 3 ? 10 : 110); /* the capture cut it and says so; the tunnel's end holds */
        assert_int_equal(s.lacks, 600);
    }
}

static void quotes_are_no_segments(void **state)
{
    (void)state;
    struct seg s;
    for (int v6 = 0; v6 < 2; v6++)
        for (uint32_t quoted = 8; quoted <= 20; quoted += 12) {
            struct made m = {.len = 0};
            if (v6)
                ipv6(&m, 58);
            else
                ipv4(&m, 1, 0);
            uint32_t outer = m.ip, icmp = m.len;
            put16(&m, v6 ? 0x0104 : 0x0303);
            fill(&m, 0, 6);
            if (v6)
                ipv6(&m, 6);
            else
                ipv4(&m, 6, 0);
            tcp(&m, TCP_SYN, NULL, 0);
            finish(&m);
            m.len = m.tcp + quoted;
            m.ip = outer;
            m.tcp = 0;
            finish(&m);
            assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_TCP_QUOTED);
            assert_int_equal(s.dst.port, 3344);
            assert_int_equal(s.seq.v, 0xFFFFFFF0);
            m.at[icmp] = v6 ? 128 : 8; /* an echo carries whatever it likes */
            assert_int_equal(decode(&s, DLT_RAW_, &m), FRAME_OTHER);
        }
}

/* What must hold of any decoding, whatever the bytes. */
static void check_sense(const struct seg *s, enum frame_kind kind, uint32_t len, uint32_t wirelen)
{
    const struct span *spans[] = {&s->link, &s->ip, &s->tcp, &s->data};
    for (size_t i = 0; i < COUNT_OF(spans); i++)
        assert_true(spans[i]->at <= len && spans[i]->len <= len - spans[i]->at);
    if (frame_is_segment(kind)) {
        assert_true((s->len <= wirelen || s->tcp.len == 0) && s->data.len <= s->len);
        assert_true(s->tcp.len == 0 || (s->tcp.len >= 16 && s->tcp.len <= 60)); /* 0: packed */
        assert_true(s->src.addr.family == 4 || s->src.addr.family == 6);
        assert_true(s->opt.sacks <= SACK_BLOCKS);
    }
}

/* The frame stands at the end of a page that is followed by one that may not be touched: a byte too far is a
 * crash. */
static void every_truncation_stays_inside(void **state)
{
    (void)state;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = 16 * page;
    uint8_t *memory = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    assert_int_equal(mprotect(memory + room, page, PROT_NONE), 0);
    uint32_t segments = 0, payload = 0;
    DIR *folder = opendir("tests/captures");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[sizeof "tests/captures/" + sizeof entry->d_name];
        const char *suffix = strrchr(entry->d_name, '.');
        if (!suffix || (strcmp(suffix, ".pcap") != 0 && strcmp(suffix, ".pcapng") != 0))
            continue;
        struct fail fail = {0};
        uint64_t base;
        size_t size;
        snprintf(path, sizeof path, "tests/captures/%s", entry->d_name);
        struct mapped *b = mapped_open(heap_mem(), path, false, &fail);
        assert_non_null(b);
        struct pcapfile *f = pcapfile_new(heap_mem());
        const uint8_t *bytes = mapped_bytes(b, &base, &size);
        pcapfile_bytes(f, 0, bytes, size, true);
        struct pcap_frame frame;
        while (pcapfile_next(f, &frame) == PCAP_FRAME) {
            struct seg s;
            for (uint32_t len = 0; len <= frame.caplen; len++) {
                uint8_t *at = memory + room - len;
                memcpy(at, frame.bytes, len);
                check_sense(&s, seg_decode(&s, frame.linktype, at, len, frame.wirelen), len, frame.wirelen);
                check_sense(&s, seg_decode(&s, frame.linktype, at, len, len), len, len);
            }
            if (seg_decode(&s, frame.linktype, frame.bytes, frame.caplen, frame.wirelen) == FRAME_TCP) {
                segments++;
                payload += s.len;
            }
        }
        pcapfile_free(f);
        mapped_close(b);
    }
    closedir(folder);
    munmap(memory, room + page);
    /* tshark 4.0 has the same sum of tcp.len, and 16 frames less: SYNs of FabricPath, whose last bytes it
     * takes for a check sequence */
    assert_int_equal(segments, 1020 + 16);
    assert_int_equal(payload, 136921);
}

/* Random damage in the first bytes, with every link type: no more than that it ends and stays inside. */
static void every_damage_stays_inside(void **state)
{
    (void)state;
    static const int linktypes[] = {0,   1,   6,   7,   9,   10,  12,  14,  50,  51,  100, 101, 104,
                                    105, 106, 107, 108, 109, 113, 117, 119, 122, 123, 127, 129, 130,
                                    138, 149, 163, 166, 167, 178, 179, 180, 181, 182, 192, 204, 205,
                                    206, 219, 226, 228, 229, 239, 240, 241, 242, 258, 274, 276};
    static const uint8_t tempting[] = {0,    1,    2,    3,    4,    6,    17,   41,   43,
                                       44,   47,   51,   58,   60,   0x06, 0x08, 0x45, 0x4F,
                                       0x60, 0x81, 0x88, 0xAA, 0x12, 0xB5, 'M',  0xFF};
    srand(3);
    for (int round = 0; round < 150000; round++) {
        struct seg s;
        uint32_t len = (uint32_t)(rand() % 160);
        uint8_t *frame = malloc(len ? len : 1);
        for (uint32_t i = 0; i < len; i++)
            frame[i] = rand() % 2 ? tempting[(size_t)rand() % sizeof tempting] : (uint8_t)rand();
        int linktype = linktypes[(size_t)rand() % COUNT_OF(linktypes)];
        check_sense(&s, seg_decode(&s, linktype, frame, len, len + 10), len, len + 10);
        free(frame);
    }
}

/* RFC 1071 word by word, for every length up to some hundred bytes, random ones and such whose carry carries.
 */
static void sums(void **state)
{
    (void)state;
    uint8_t bytes[300];
    uint32_t random = 7;
    for (int kind = 0; kind < 3; kind++)
        for (size_t len = 0; len <= sizeof bytes; len++) {
            for (size_t i = 0; i < len; i++) {
                random = random * 1664525 + 1013904223;
                bytes[i] = kind == 0   ? 0xff
                           : kind == 1 ? (uint8_t)(random >> 24)
                                       : (uint8_t)((random >> 24) | 0xf0);
            }
            assert_int_equal(cksum_fold(cksum_add(0, bytes, len)), plain_sum(bytes, (uint32_t)len, 0));
        }
    assert_int_equal(cksum_fold(UINT64_C(0x1FFFF)), cksum_fold(1)); /* 1 + 0xFFFF is 1 0000, and that is 1 */
}

/* Ethernet, IPv4 and TCP are gone through at once where they are plain: that must be told as the layers tell
 * it, which a frame behind four bytes more (NETANALYZER) goes through one by one. With any byte changed, and
 * cut and padded anyhow. */
static void straight_as_layer_by_layer(void **state)
{
    (void)state;
    enum { ETHERNET = 1, NETANALYZER = 240, BEHIND = 4, LEN = 14 + 20 + 32 + 9 };
    static const uint8_t plain[BEHIND + LEN] = {[4] = 2,  [6] = 0x0C /* one byte from ISL */,
                                                [16] = 8, 0,
                                                0x45,     0,
                                                0,        61,
                                                0,        1,
                                                0x40,     0,
                                                64,       6,
                                                0,        0,
                                                10,       0,
                                                0,        1,
                                                10,       0,
                                                0,        2,
                                                0x80,     0,
                                                0x0D,     0x10,
                                                0,        0,
                                                0,        7,
                                                0,        0,
                                                0,        9,
                                                0x80,     0x18,
                                                1,        0,
                                                0,        0,
                                                0,        0,
                                                1,        1,
                                                8,        10,
                                                0,        0,
                                                0,        1,
                                                0,        0,
                                                0,        2,
                                                'a'};
    static const uint8_t values[] = {0, 1, 2, 4, 6, 8, 0x0C, 0x20, 0x3F, 0x40, 0x46, 0x50, 0x7F, 0x80, 0xFF};
    uint8_t frame[BEHIND + LEN];
    size_t segments = 0;
    for (uint32_t at = BEHIND; at < sizeof plain; at++)
        for (size_t v = 0; v < COUNT_OF(values); v++)
            for (uint32_t len = 0; len <= LEN; len++)
                for (uint32_t more = 0; more < 3; more++) {
                    struct seg straight = {0}, layered = {0};
                    memcpy(frame, plain, sizeof plain);
                    frame[at] = values[v];
                    const enum frame_kind kind =
                        seg_decode(&straight, ETHERNET, frame + BEHIND, len, len + more);
                    assert_int_equal(
                        seg_decode(&layered, NETANALYZER, frame, BEHIND + len, BEHIND + len + more), kind);
                    layered.caplen -= BEHIND;
                    layered.wirelen -= BEHIND;
                    layered.link.len -= layered.link.len ? BEHIND : 0;
                    layered.ip.at -= layered.ip.len ? BEHIND : 0;
                    layered.tcp.at -= layered.tcp.at ? BEHIND : 0;
                    layered.data.at -= layered.data.at ? BEHIND : 0;
                    assert_memory_equal(&straight, &layered, sizeof straight);
                    segments += frame_is_segment(kind);
                }
    assert_in_range(segments, 20000, SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(link_types),
        cmocka_unit_test(straight_as_layer_by_layer),
        cmocka_unit_test(vlans_and_sessions_stack),
        cmocka_unit_test(tunnels),
        cmocka_unit_test(more_tunnels),
        cmocka_unit_test(packed_payloads),
        cmocka_unit_test(packed_headers_are_enough),
        cmocka_unit_test(no_way_in),
        cmocka_unit_test(check_sequences_are_left_out),
        cmocka_unit_test(ipv6_extensions),
        cmocka_unit_test(ipv6_addresses_elsewhere),
        cmocka_unit_test(ipv4_fragments_and_offload),
        cmocka_unit_test(ip_counts_more_than_there_is),
        cmocka_unit_test(quotes_are_no_segments),
        cmocka_unit_test(every_truncation_stays_inside),
        cmocka_unit_test(every_damage_stays_inside),
        cmocka_unit_test(sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
