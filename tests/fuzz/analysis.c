/* A stream of segments and of what else happens, on a few connections. The bytes are read as steps, most of
 * which lie near what a real connection would do next: so that a short input reaches far. */
#include "fuzz/shown.h"

#include "unit/timeline.h"

enum { CONNS = 4, CAPTURED = 48 /* bytes of payload */ };

struct feed {
    const uint8_t *at, *end;
    uint64_t now_ns;
    uint32_t nxt[CONNS][SIDE_COUNT], ack[CONNS][SIDE_COUNT];
    uint32_t serial;
    bool live; /* a lab: only there segments have stamps */
};

static uint32_t take(struct feed *f, int bytes)
{
    uint32_t v = 0;
    for (; bytes > 0 && f->at < f->end; bytes--)
        v = v << 8 | *f->at++;
    return v;
}

/* One of four ways to choose a number near `near`. */
static uint32_t number(struct feed *f, unsigned how, uint32_t near, uint32_t before)
{
    switch (how & 3) {
    case 0: return near;
    case 1: return near + (uint32_t)(int8_t)take(f, 1);
    case 2: return before;
    default: return take(f, 4);
    }
}

/* At most 40 bytes of options. */
static uint8_t *put_options(struct feed *f, uint8_t *tcp, unsigned which)
{
    uint8_t *at = tcp + 20;
    if (which & 1) {
        *at++ = 2, *at++ = 4;
        put16(at, take(f, 2)), at += 2;
    }
    if (which & 2)
        *at++ = 3, *at++ = 3, *at++ = (uint8_t)take(f, 1);
    if (which & 4)
        *at++ = 4, *at++ = 2;
    if (which & 8) {
        *at++ = 8, *at++ = 10;
        put32(at, (uint32_t)(f->now_ns / 1000000) + (uint32_t)(int8_t)take(f, 1));
        put32(at + 4, take(f, 2) << 8), at += 8;
    }
    if (which & 16) {
        unsigned blocks = 1 + (!(which & 15) && take(f, 1) % 2);
        *at++ = 5, *at++ = (uint8_t)(2 + 8 * blocks);
        for (unsigned i = 0; i < blocks; i++) {
            uint32_t left = f->ack[0][0] + (uint32_t)(int16_t)take(f, 2);
            put32(at, left), put32(at + 4, left + take(f, 2)), at += 8;
        }
    }
    if (which & 32)
        *at++ = 34, *at++ = 2;
    if (which & 64)
        *at++ = 30, *at++ = 4, *at++ = (uint8_t)take(f, 1), *at++ = 0;
    if (which & 128)
        *at++ = (uint8_t)take(f, 1), *at++ = (uint8_t)take(f, 1);
    while ((at - tcp) % 4)
        *at++ = 1;
    return at;
}

static struct tuple ends_of(unsigned conn)
{
    struct tuple t = a_tuple((uint16_t)(CLIENT_PORT + conn));
    if (conn == 3) /* a socket that is connected to itself */
        t.end[SIDE_CLIENT] = t.end[SIDE_SERVER];
    return t;
}

static void segment(struct feed *f, struct session *s, unsigned op)
{
    uint8_t frame[20 + 60 + CAPTURED + 8] = {0x45, [6] = 0x40, [8] = 64, [9] = 6}, *tcp = frame + 20;
    const unsigned conn = op & 3, from = op >> 2 & 1, flags = take(f, 1), how = take(f, 1);
    const struct tuple t = ends_of(conn);
    uint32_t *nxt = &f->nxt[conn][from], *ack = &f->ack[conn][from], len = take(f, 1);
    static const uint16_t windows[] = {64240, 0, 1000};

    len = len < 128 ? len : (len - 127) * 512;
    const uint32_t seq = number(f, op >> 3, *nxt, f->ack[conn][1 - from]);
    put16(tcp, t.end[from].port), put16(tcp + 2, t.end[1 - from].port);
    put32(tcp + 4, seq);
    put32(tcp + 8, *ack = number(f, how, f->nxt[conn][1 - from], *ack));
    put16(tcp + 14, (how >> 2 & 3) < 3 ? windows[how >> 2 & 3] : take(f, 2));
    const uint8_t *options = put_options(f, tcp, op & 32 ? take(f, 1) : 0);
    const uint32_t header = (uint32_t)(options - tcp);
    MUST(header <= 60);
    put16(tcp + 12, header / 4 << 12 | flags);
    put16(frame + 2, 20 + header + len);
    frame[1] = how & 16 ? 3 : 0;
    if (how & 32)
        put16(frame + 6, 0x2000); /* the first of several fragments */
    memcpy(frame + 12, t.end[from].addr.at, 4), memcpy(frame + 16, t.end[1 - from].addr.at, 4);
    const uint32_t captured = 20 + header + (len < CAPTURED ? len : CAPTURED);
    const struct event e = {.kind = EVENT_SEGMENT,
                            .time_ns = f->now_ns,
                            .u.segment = {DLT_RAW_, frame, captured, 20 + header + len, 0, how & 64}};
    *nxt = seq + len + !!(flags & TCP_SYN) + !!(flags & TCP_FIN);
    MUST(session_apply(s, &e));
}

static void call(struct feed *f, struct session *s, struct event *e, unsigned which)
{
    static const char *const names[] = {"other", "socket", "bind", "listen", "connect", "accept", "read"};
    const enum call_kind kind = which % (CALL_CRASH + 1);
    const unsigned more = take(f, 1);
    e->kind = EVENT_CALL;
    e->u.call = (struct event_call){.side = more & 1,
                                    .kind = kind,
                                    .name = names[kind < COUNT_OF(names) ? kind : 0],
                                    .args = "5",
                                    .fd = more & 2 ? 3 : 5,
                                    .result = more >> 4,
                                    .err = more & 4 ? 11 : 0,
                                    .errname = more & 4 ? "EINPROGRESS" : NULL,
                                    .value = 1,
                                    .data = "GET / HTTP/1.1\r\n\x1b",
                                    .data_len = more >> 4,
                                    .unread = more & 8};
    e->key.known = kind != CALL_LISTEN && kind != CALL_SOCKET;
    if (kind == CALL_CONNECT && (more & 32))
        e->key.serial = ++f->serial;
    MUST(session_apply(s, e));
}

/* What is no segment. */
static void other(struct feed *f, struct session *s, unsigned op)
{
    static const char *const counters[] = {"TCPTimeouts", "TCPLossProbes", "TCPDelayedACKs",
                                           "TCPAbortOnTimeout"};
    struct event e = {.time_ns = f->now_ns, .key = {.known = true, .tuple = ends_of(op & 3)}};
    const unsigned what = take(f, 1);
    switch (op >> 2 & 7) {
    case 0:
    case 1:
    case 2: call(f, s, &e, what); return;
    case 3:
        e.kind = EVENT_COUNTER;
        e.u.counter = (struct event_counter){what >> 2 & 1, counters[what & 3], 1};
        break;
    case 4:
        e.kind = EVENT_SAMPLE;
        e.u.sample =
            (struct event_sample){.side = what & 1, .state = what >> 1 & 7, .cwnd = -1, .recv_q = what};
        break;
    case 5:
        e.kind = EVENT_GONE;
        e.u.gone = what & 1;
        break;
    case 6:
        e.kind = EVENT_WIRE;
        e.u.wire.frame = what;
        e.u.wire.what = WIRE_ARRIVED;
        break;
    default:
        e.kind = f->live && what & 1 ? EVENT_STAMP : EVENT_NOTE;
        if (e.kind == EVENT_STAMP)
            e.u.stamp = (struct event_stamp){what >> 1 & 1, what >> 2 & 3, what >> 4 & 1, what >> 5};
        else
            e.u.note.text = "a \x1b[2J note", e.u.note.len = 11;
        break;
    }
    MUST(session_apply(s, &e));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const uint64_t pauses[] = {0,        1000,      10000,      1000000,
                                      40000000, 210000000, 1000000000, UINT64_C(61000000000)};
    struct feed f = {.at = bytes, .end = bytes + len, .now_ns = at_us(0)};
    const unsigned kind = take(&f, 1);
    const struct session_options o = {
        .source = "fuzz",
        .track = {.live = kind & 1, .wire = kind & 2, .server_port = kind & 4 ? SERVER_PORT : 0},
        .most = kind & 8 ? 4 : 0,
        .memory = kind & 8 ? 100 : 0,
        .rowless = (kind & 0xf0) == 0xf0,
        .mem = heap_mem()};
    struct session *s = session_new(&o);

    MUST(s);
    f.live = kind & 1;
    while (f.at < f.end) {
        const unsigned op = take(&f, 1);
        f.now_ns += pauses[take(&f, 1) & 7];
        if (op < 0xC0)
            segment(&f, s, op);
        else
            other(&f, s, op);
    }
    static const unsigned parts[] = {SHOW_ENGLISH, SHOW_CHINESE, SHOW_EXPORTS, SHOW_EXPORTS | SHOW_CHINESE};
    show(s, parts[(kind >> 4) % 4], (unsigned)len); /* words cost most: a part of them at a time */
    session_free(s);
    return 0;
}
