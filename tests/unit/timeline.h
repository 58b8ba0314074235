/* timeline.h: hand-made frames and events, for the tests of the session. Frames are raw IPv4 with a TCP
 * header; the client is 10.0.0.1:40000 with first number 1000, the server 10.0.0.2:3344 with first number
 * 2000. */
#ifndef TCPVIZ_TESTS_TIMELINE_H
#define TCPVIZ_TESTS_TIMELINE_H

#include <string.h>

#include "plat/heap.h"
#include "session/session.h"

enum { CLIENT_ISN = 1000, SERVER_ISN = 2000, CLIENT_PORT = 40000, SERVER_PORT = 3344, FRAME_MOST = 1600 };

static inline uint64_t at_us(uint64_t us)
{
    return UINT64_C(1795347030000000000) + us * 1000;
}

static inline struct tuple a_tuple(uint16_t client_port)
{
    return (struct tuple){{{{4, {10, 0, 0, 1}}, client_port}, {{4, {10, 0, 0, 2}}, SERVER_PORT}}};
}

static inline struct event_key a_key(uint16_t client_port)
{
    return (struct event_key){.known = true, .tuple = a_tuple(client_port)};
}

static inline void put16(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}

static inline void put32(uint8_t *at, uint32_t v)
{
    put16(at, v >> 16);
    put16(at + 2, v & 0xffff);
}

/* One frame. seq and ack are relative: 0 is the SYN's number. */
struct made {
    uint8_t bytes[FRAME_MOST];
    struct event event;
};

static inline void make_frame(struct made *m, uint64_t time_ns, enum side from, uint16_t client_port,
                              unsigned flags, uint32_t seq, uint32_t ack, uint32_t len)
{
    struct tuple t = a_tuple(client_port);
    const struct endpoint *src = &t.end[from], *dst = &t.end[side_other(from)];
    uint8_t *ip = m->bytes, *tcp = m->bytes + 20;
    memset(m, 0, sizeof *m);
    ip[0] = 0x45;
    put16(ip + 2, 40 + len);
    ip[8] = 64;
    ip[9] = 6;
    memcpy(ip + 12, src->addr.at, 4);
    memcpy(ip + 16, dst->addr.at, 4);
    put16(tcp, src->port);
    put16(tcp + 2, dst->port);
    put32(tcp + 4, seq + (from == SIDE_CLIENT ? CLIENT_ISN : SERVER_ISN));
    put32(tcp + 8, flags & TCP_ACK ? ack + (from == SIDE_CLIENT ? SERVER_ISN : CLIENT_ISN) : 0);
    put16(tcp + 12, 5u << 12 | flags);
    put16(tcp + 14, 64240);
    memset(tcp + 20, 'x', len);
    m->event = (struct event){
        .kind = EVENT_SEGMENT,
        .time_ns = time_ns,
        .u.segment = {.linktype = DLT_RAW_, .bytes = m->bytes, .caplen = 40 + len, .wirelen = 40 + len}};
}

/* The Internet checksum of a made frame's TCP segment, over its data as they are now: a receiver would take
 * it. */
static inline void seal_frame(struct made *m, uint32_t len)
{
    uint8_t *ip = m->bytes, *tcp = ip + 20;
    uint32_t sum = 6 + 20 + len;
    put16(tcp + 16, 0);
    for (int i = 12; i < 20; i++)
        sum += (uint32_t)(i % 2 ? ip[i] : ip[i] << 8);
    for (uint32_t i = 0; i < 20 + len; i++)
        sum += (uint32_t)(i % 2 ? tcp[i] : tcp[i] << 8);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    put16(tcp + 16, ~sum & 0xffff);
}

/* Applies one segment of the ordinary connection. */
static inline bool see(struct session *s, uint64_t time_ns, enum side from, unsigned flags, uint32_t seq,
                       uint32_t ack, uint32_t len)
{
    struct made m;
    make_frame(&m, time_ns, from, CLIENT_PORT, flags, seq, ack, len);
    return session_apply(s, &m.event);
}

/* A handshake at 0, 20 and 40 µs. */
static inline void shake_hands(struct session *s)
{
    see(s, at_us(0), SIDE_CLIENT, TCP_SYN, 0, 0, 0);
    see(s, at_us(20), SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
    see(s, at_us(40), SIDE_CLIENT, TCP_ACK, 1, 1, 0);
}

static inline struct session *a_session(const struct mem *m)
{
    struct session_options o = {.source = "private loopback",
                                .started_ns = 7,
                                .track = {.live = true, .server_port = SERVER_PORT},
                                .mem = m};
    return session_new(&o);
}

#endif
