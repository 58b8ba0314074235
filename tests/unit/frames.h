/* frames.h: frames made by hand, header by header, for the tests of the decoder. */
#ifndef TCPVIZ_TESTS_FRAMES_H
#define TCPVIZ_TESTS_FRAMES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/decode.h"

/* A frame as it grows. */
struct made {
    uint8_t at[4096];
    uint32_t len;
    uint32_t ip, ip_size, tcp; /* where the innermost headers begin; 4 or 16 bytes of address */
};

static inline void put8(struct made *m, unsigned v)
{
    m->at[m->len++] = (uint8_t)v;
}

static inline void put16(struct made *m, unsigned v)
{
    put8(m, v >> 8);
    put8(m, v);
}

static inline void put32(struct made *m, uint32_t v)
{
    put16(m, v >> 16);
    put16(m, v & 0xFFFF);
}

static inline void fill(struct made *m, unsigned v, unsigned times)
{
    while (times--)
        put8(m, v);
}

static inline void ethernet(struct made *m, unsigned type)
{
    fill(m, 2, 6);
    fill(m, 3, 6);
    put16(m, type);
}

static inline void ipv4(struct made *m, unsigned protocol, unsigned option_words)
{
    m->ip = m->len;
    m->ip_size = 4;
    put8(m, 0x45 + option_words);
    put8(m, 0x03); /* congestion experienced */
    put16(m, 0);   /* length: see finish() */
    put32(m, 0x00014000);
    put8(m, 64);
    put8(m, protocol);
    put16(m, 0);
    put32(m, 0x0A000001);
    put32(m, 0x0A000002);
    fill(m, 1, 4 * option_words);
}

static inline void ipv6(struct made *m, unsigned next)
{
    m->ip = m->len;
    m->ip_size = 16;
    put32(m, 0x60200000); /* ECT(0) */
    put16(m, 0);
    put8(m, next);
    put8(m, 63);
    put32(m, 0x20010db8);
    fill(m, 0, 11);
    put8(m, 1);
    put32(m, 0x20010db8);
    fill(m, 0, 11);
    put8(m, 2);
}

static inline void tcp(struct made *m, unsigned flags, const void *options, unsigned options_len)
{
    unsigned padded = (options_len + 3) / 4 * 4;
    m->tcp = m->len;
    put16(m, 40000);
    put16(m, 3344);
    put32(m, 0xFFFFFFF0);
    put32(m, 0x12345678);
    put16(m, (5 + padded / 4) << 12 | flags);
    put16(m, 64240);
    put16(m, 0);
    put16(m, 0);
    if (options_len)
        memcpy(m->at + m->len, options, options_len);
    m->len += options_len;
    fill(m, 0, padded - options_len);
}

/* RFC 1071, byte by byte, unlike the code under test. */
static inline uint16_t plain_sum(const uint8_t *at, uint32_t len, uint32_t sum)
{
    for (uint32_t i = 0; i < len; i++)
        sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)sum;
}

static inline uint16_t pseudo_sum(const struct made *m)
{
    uint32_t sum = m->len - m->tcp + 6;
    return plain_sum(m->at + m->ip + (m->ip_size == 4 ? 12 : 8), 2 * m->ip_size, sum);
}

static inline void set16(struct made *m, uint32_t at, unsigned v)
{
    m->at[at] = (uint8_t)(v >> 8);
    m->at[at + 1] = (uint8_t)v;
}

/* Writes the length of the innermost IP packet and the checksum of TCP. */
static inline void finish(struct made *m)
{
    if (m->ip_size == 4)
        set16(m, m->ip + 2, m->len - m->ip);
    else
        set16(m, m->ip + 4, m->len - m->ip - 40);
    if (m->tcp) {
        set16(m, m->tcp + 16, 0);
        set16(m, m->tcp + 16, (uint16_t)~plain_sum(m->at + m->tcp, m->len - m->tcp, pseudo_sum(m)));
    }
}

static inline enum frame_kind decode(struct seg *s, int linktype, const struct made *m)
{
    return seg_decode(s, linktype, m->at, m->len, m->len);
}

/* What tcp() and data of `len` bytes should be decoded to. */
static inline void want_segment(int linktype, const struct made *m, uint32_t len)
{
    struct seg s;
    assert_int_equal(decode(&s, linktype, m), FRAME_TCP);
    assert_int_equal(s.src.port, 40000);
    assert_int_equal(s.dst.port, 3344);
    assert_int_equal(s.seq.v, 0xFFFFFFF0);
    assert_int_equal(s.ack.v, 0x12345678);
    assert_int_equal(s.win, 64240);
    assert_int_equal(s.len, len);
    assert_int_equal(s.data.len, len);
    assert_int_equal(s.cksum, CKSUM_GOOD);
    assert_int_equal(s.ip.at, m->ip);
    assert_int_equal(s.ip.at + s.ip.len, m->tcp);
    assert_int_equal(s.tcp.at, m->tcp);
    assert_int_equal(s.src.addr.family, m->ip_size == 4 ? 4 : 6);
    assert_memory_equal(s.src.addr.at, m->at + m->ip + (m->ip_size == 4 ? 12 : 8), m->ip_size);
    assert_memory_equal(s.dst.addr.at, m->at + m->ip + (m->ip_size == 4 ? 16 : 24), m->ip_size);
    assert_false(s.truncated || s.fragment || s.offloaded);
}

#endif
