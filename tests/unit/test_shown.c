/* Every trace, with any one segment missing and any two neighbours exchanged: whatever a sniffer missed or
 * saw in another order, all that is shown of it is whole, in both languages, and links back only. */
#include "unit/trace.h"

static void not_so(const char *claim, int line);
#define MUST(claim) ((claim) ? (void)0 : not_so(#claim, __LINE__))
#include "fuzz/shown.h"

static struct {
    const char *path;
    size_t first, second; /* the steps that were left out, or exchanged */
} playing;

static void not_so(const char *claim, int line)
{
    fail_msg("%s, steps %zu and %zu: shown.h:%d: not so: %s", playing.path, playing.first, playing.second,
             line, claim);
}

static void put16(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}

static void put32(uint8_t *at, uint32_t v)
{
    put16(at, v >> 16);
    put16(at + 2, v & 0xffff);
}

static uint8_t *put_options(uint8_t *at, const struct tcp_options *o)
{
    const uint8_t *start = at;
    if (o->mss)
        *at++ = 2, *at++ = 4, put16(at, o->mss_value), at += 2;
    if (o->wscale)
        *at++ = 3, *at++ = 3, *at++ = o->shift;
    if (o->sack_permitted)
        *at++ = 4, *at++ = 2;
    if (o->timestamps)
        *at++ = 8, *at++ = 10, put32(at, o->tsval), put32(at + 4, o->tsecr), at += 8;
    if (o->sacks)
        *at++ = 5, *at++ = (uint8_t)(2 + 8 * o->sacks);
    for (int i = 0; i < o->sacks; i++, at += 8)
        put32(at, o->sack[i].left.v), put32(at + 4, o->sack[i].right.v);
    if (o->fast_open)
        *at++ = 34, *at++ = (uint8_t)(2 + o->cookie_len), memset(at, 7, o->cookie_len), at += o->cookie_len;
    if (o->mptcp)
        *at++ = 30, *at++ = 4, put16(at, 0), at += 2;
    while ((at - start) % 4)
        *at++ = 1;
    return at;
}

/* RFC 1071, over the pseudo header and the segment. */
static uint32_t sum_of(const uint8_t *ip, const uint8_t *tcp, uint32_t len)
{
    uint32_t sum = 6 + len;
    for (uint32_t i = 12; i < 20; i += 2)
        sum += (uint32_t)ip[i] << 8 | ip[i + 1];
    for (uint32_t i = 0; i < len; i++)
        sum += i % 2 ? tcp[i] : (uint32_t)tcp[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

/* The segment as a frame of raw IP. */
static struct event frame_of(const struct seg *g)
{
    static uint8_t frame[70000];
    uint8_t *tcp = frame + 20;
    memset(frame, 0, 120);
    frame[0] = 0x45, frame[1] = g->ecn, frame[8] = 64, frame[9] = 6;
    frame[4] = (uint8_t)(g->ip_id >> 8), frame[5] = (uint8_t)g->ip_id;
    put16(frame + 6, g->fragment ? 0x2000 : 0);
    memcpy(frame + 12, g->src.addr.at, 4), memcpy(frame + 16, g->dst.addr.at, 4);
    put16(tcp, g->src.port), put16(tcp + 2, g->dst.port), put32(tcp + 4, g->seq.v), put32(tcp + 8, g->ack.v);
    uint8_t *data = put_options(tcp + 20, &g->opt);
    uint32_t header = (uint32_t)(data - tcp), whole = 20 + header + g->len;
    assert_true(whole <= 0xffff);
    put16(tcp + 12, header / 4 << 12 | g->flags), put16(tcp + 14, g->win);
    memset(data, 'x', g->len);
    put16(frame + 2, whole);
    put16(tcp + 16, (g->cksum == CKSUM_BAD ? 1 : 0) + (0xffff & ~sum_of(frame, tcp, header + g->len)));
    return (struct event){.kind = EVENT_SEGMENT,
                          .time_ns = g->time_ns,
                          .u.segment = {.linktype = DLT_RAW_,
                                        .bytes = frame,
                                        .caplen = whole - g->truncated,
                                        .wirelen = whole,
                                        .frame = g->frame,
                                        .injected = g->injected}};
}

static void apply(struct session *s, const struct trace *t, const struct trace_step *p)
{
    struct event e = {.time_ns = p->time_ns, .key = p->key, .u.gone = p->side};
    switch (p->kind) {
    case TRACE_SEGMENT: e = frame_of(&p->seg); break;
    case TRACE_CALL:
        e.kind = EVENT_CALL;
        e.u.call = p->call;
        e.u.call.name = p->name;
        break;
    case TRACE_COUNTER:
        e.kind = EVENT_COUNTER;
        e.u.counter = (struct event_counter){p->side, p->name, 1};
        break;
    case TRACE_GONE:
        e.kind = EVENT_GONE;
        e.key = (struct event_key){.known = true, .tuple = trace_tuple(t)};
        break;
    case TRACE_WIRE:
        e.kind = EVENT_WIRE;
        e.u.wire = p->wire;
        break;
    }
    assert_true(session_apply(s, &e));
}

static struct session *begin(const struct trace *t)
{
    struct session *s = session_new(
        &(struct session_options){.source = playing.path, .track = t->options, .mem = heap_mem()});
    assert_non_null(s);
    return s;
}

/* The steps in an order of their own; `missing` is passed over. Frames are numbered as they come. */
static void play(const struct trace *t, const size_t *order, size_t missing)
{
    struct session *s = begin(t);
    uint32_t frame = 0;
    for (size_t i = 0; i < t->steps; i++) {
        struct trace_step p = t->step[order[i]];
        if (p.kind == TRACE_SEGMENT)
            p.seg.frame = ++frame;
        if (order[i] != missing)
            apply(s, t, &p);
    }
    show(s, SHOW_ALL, (unsigned)missing);
    session_free(s);
}

static char paths[TRACES_MOST][160];
static int path_count;
static struct trace trace;
static size_t order[TRACE_STEPS];

/* Reads the i-th trace; which says with which first numbers. */
static void load(int i)
{
    playing.path = paths[i];
    trace_read(&trace, paths[i], i % 2 ? UINT32_MAX - 5 : 1000, i % 2 ? 7 : UINT32_MAX - 100);
    for (size_t n = 0; n < trace.steps; n++)
        order[n] = n;
}

/* As frames they are judged as they are by themselves. */
static void whole(void **state)
{
    (void)state;
    for (int i = 0; i < path_count; i++) {
        load(i);
        struct session *s = begin(&trace);
        struct track *t = track_new(heap_mem(), &trace.options);
        struct verdict v;
        for (size_t n = 0; n < trace.steps; n++) {
            const struct trace_step *p = &trace.step[n];
            apply(s, &trace, p);
            struct event_call call = p->call;
            call.name = p->name;
            if (p->kind == TRACE_CALL)
                track_call(t, &p->key, &call, p->time_ns, 0);
            if (p->kind == TRACE_COUNTER)
                track_counter(t, &(struct event_counter){p->side, p->name, 1}, p->time_ns, 0);
            if (p->kind == TRACE_GONE)
                track_gone(t, 0, p->side);
            if (p->kind == TRACE_WIRE)
                track_wire(t, &p->wire, p->time_ns, &(enum side){SIDE_CLIENT});
            if (p->kind != TRACE_SEGMENT)
                continue;
            assert_true(track_segment(t, &p->seg, &v));
            const struct row *r = session_row(s, session_frame(s, p->seg.frame));
            assert_non_null(r);
            playing.first = n;
            MUST(r->labels == v.labels && r->wireshark == v.wireshark && r->acks == v.acks_frame);
            MUST(row_state(r, SIDE_CLIENT) == v.state[SIDE_CLIENT] &&
                 row_state(r, SIDE_SERVER) == v.state[SIDE_SERVER]);
            MUST(r->seq == v.seq && r->ack == v.ack && row_win(r) == v.win && r->annot == v.annot.id);
        }
        show_as_all(s);
        track_free(t);
        session_free(s);
    }
}

static void one_missing(void **state)
{
    (void)state;
    for (int i = 0; i < path_count; i++) {
        load(i);
        for (size_t n = 0; n < trace.steps; n++) {
            playing.first = playing.second = n;
            play(&trace, order, n);
        }
    }
}

/* With their times, which then go back, and without. */
static void two_exchanged(void **state)
{
    (void)state;
    for (int i = 0; i < path_count; i++) {
        load(i);
        for (size_t n = 0; n + 1 < trace.steps; n++) {
            playing.first = n, playing.second = n + 1;
            order[n] = n + 1, order[n + 1] = n;
            play(&trace, order, TRACE_STEPS);
            struct trace_step *a = &trace.step[n], *b = &trace.step[n + 1];
            const uint64_t first = a->time_ns, second = b->time_ns;
            a->time_ns = a->seg.time_ns = second, b->time_ns = b->seg.time_ns = first;
            play(&trace, order, TRACE_STEPS);
            a->time_ns = a->seg.time_ns = first, b->time_ns = b->seg.time_ns = second;
            order[n] = n, order[n + 1] = n + 1;
        }
    }
}

/* A header that says that it is longer than its packet: a row, of which only that is said. */
static void broken_header(void **state)
{
    (void)state;
    playing.path = "a broken header";
    trace = (struct trace){.isn = {1000, 2000}};
    struct session *s = begin(&trace);
    const struct seg g = {.frame = 1,
                          .src = trace_end(&trace, SIDE_CLIENT),
                          .dst = trace_end(&trace, SIDE_SERVER),
                          .flags = TCP_ACK};
    struct event e = frame_of(&g);
    uint8_t frame[40];
    memcpy(frame, e.u.segment.bytes, sizeof frame);
    frame[20 + 12] = 0xf0;
    e.u.segment.bytes = frame;
    assert_true(session_apply(s, &e));
    assert_int_equal(session_rows(s), 1);
    show_as_all(s);
    session_free(s);
}

int main(void)
{
    path_count = trace_find(paths);
    assert_true(path_count > 40);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole),
        cmocka_unit_test(one_missing),
        cmocka_unit_test(two_exchanged),
        cmocka_unit_test(broken_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
