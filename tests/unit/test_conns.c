/* The list of connections: its orders and its filter, against a plain sort; made in slices of any size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "session/conns.h"
#include "unit/timeline.h"

enum { CONNS = 500 };

static uint32_t dice(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

/* An address and port that are not those of make_frame, in IPv4 and IPv6. */
static void move_client(struct made *m, uint32_t i, bool ipv6)
{
    static uint8_t six[FRAME_MOST];
    uint32_t tcp = m->event.u.segment.caplen - 20;
    if (!ipv6) {
        m->bytes[14] = (uint8_t)(i * 37);
        return;
    }
    memset(six, 0, 40);
    six[0] = 0x60;
    put16(six + 4, tcp);
    six[6] = 6;
    six[8] = six[24] = 0x20; /* source 2000::…, destination 2000::2 */
    six[15] = (uint8_t)(i * 91);
    six[23] = (uint8_t)(i % 3);
    six[39] = 2;
    memcpy(six + 40, m->bytes + 20, tcp);
    memcpy(m->bytes, six, 40 + tcp);
    m->event.u.segment.caplen = m->event.u.segment.wirelen = 40 + tcp;
}

static void one(struct session *s, uint32_t i, uint32_t *seed, uint64_t us)
{
    struct made m;
    bool ipv6 = i % 5 == 4;
    uint32_t n = 1 + dice(seed, 6);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t len = k ? dice(seed, 3) * 100 : 0;
        make_frame(&m, at_us(us + k * dice(seed, 4)), SIDE_CLIENT, (uint16_t)(1024 + dice(seed, 4)),
                   k ? TCP_ACK | TCP_PSH : TCP_SYN, k ? 1 : 0, 1, len);
        put16(m.bytes + 20, 1024 + i % 7 * 1000 + i / 7);
        if (k && dice(seed, 3) == 0)
            put16(m.bytes + 20 + 14, 0);
        move_client(&m, i, ipv6);
        session_apply(s, &m.event);
    }
}

static struct session *many(uint32_t count)
{
    struct session_options o = {.source = "a.pcap", .started_ns = 7, .mem = heap_mem()};
    struct session *s = session_new(&o);
    uint32_t seed = 1;
    for (uint32_t i = 0; i < count; i++)
        one(s, i, &seed, i * 10);
    assert_int_equal(session_conns(s), count);
    return s;
}

/* What qsort is told; it has no other way to know. */
static const struct session *sorted;
static enum conns_column column;
static bool down;

static int by_end(const struct endpoint *a, const struct endpoint *b)
{
    if (a->addr.family != b->addr.family)
        return a->addr.family < b->addr.family ? -1 : 1;
    int order = memcmp(a->addr.at, b->addr.at, 16);
    return order ? order : (a->port > b->port) - (a->port < b->port);
}

static int by_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare(const void *left, const void *right)
{
    uint32_t l = *(const uint32_t *)left, r = *(const uint32_t *)right;
    struct conn_view a, b;
    struct outline oa, ob;
    assert_true(session_conn(sorted, l, &a) && session_conn(sorted, r, &b));
    assert_true(session_outline(sorted, l, &oa) && session_outline(sorted, r, &ob));
#define SUM(v, field) ((v).stats[SIDE_CLIENT].field + (v).stats[SIDE_SERVER].field)
    int order = 0;
    switch (column) {
    case CONNS_NUMBER: order = by_number(l, r); break;
    case CONNS_CLIENT: order = by_end(&a.tuple.end[SIDE_CLIENT], &b.tuple.end[SIDE_CLIENT]); break;
    case CONNS_SERVER: order = by_end(&a.tuple.end[SIDE_SERVER], &b.tuple.end[SIDE_SERVER]); break;
    case CONNS_STATE: order = by_number(conn_state(&a), conn_state(&b)); break;
    case CONNS_SEGMENTS: order = by_number(SUM(a, segments), SUM(b, segments)); break;
    case CONNS_BYTES:
        order = by_number(SUM(a, unique_bytes) + SUM(a, retransmitted_bytes),
                          SUM(b, unique_bytes) + SUM(b, retransmitted_bytes));
        break;
    case CONNS_TIME: order = by_number(a.last_ns - a.first_ns, b.last_ns - b.first_ns); break;
    case CONNS_REXMT: order = by_number(conn_rexmt(&a), conn_rexmt(&b)); break;
    case CONNS_ZERO: order = by_number(SUM(a, zero_windows), SUM(b, zero_windows)); break;
    case CONNS_RTT: order = by_number(conn_rtt_ns(&a), conn_rtt_ns(&b)); break;
    case CONNS_ACTIVITY: order = by_number(a.last_ns, b.last_ns); break;
    case CONNS_COLUMNS: break;
    }
    if (order)
        return down ? -order : order;
    return by_number(l, r);
}

static void check_order(const struct session *s, const struct conns *c, const struct filter *f)
{
    static uint32_t want[2 * CONNS];
    size_t n = 0;
    for (uint32_t i = 0; i < session_conns(s); i++)
        if (!f || filter_passes_conn(f, s, i))
            want[n++] = i;
    sorted = s;
    qsort(want, n, sizeof *want, compare);
    assert_int_equal(conns_count(c), n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(conns_at(c, i), want[i]);
        assert_int_equal(conns_place(c, want[i]), i);
    }
    assert_int_equal(conns_at(c, n), NO_CONN);
}

static struct filter *filter_of(const char *text)
{
    struct cmd_error e;
    struct filter *f = filter_parse(heap_mem(), text, strlen(text), &e);
    assert_non_null(f);
    return f;
}

static void test_every_order(void **state)
{
    (void)state;
    struct session *s = many(CONNS);
    struct conns *c = conns_new(heap_mem(), s);
    struct filter *f = filter_of("conn.segments>2 not port:2024");
    check_order(s, c, NULL);
    for (int i = 0; i < CONNS_COLUMNS * 4; i++) {
        const struct filter *by = i & 1 ? f : NULL;
        column = (enum conns_column)(i / 4);
        down = i & 2;
        conns_set(c, column, down, by);
        uint64_t before = conns_made(c);
        int slices = 0;
        while (conns_work(c, i & 1 ? 0 : UINT64_MAX)) {
            assert_true(conns_busy(c));
            assert_int_equal(conns_made(c), before);
            slices++;
        }
        assert_false(conns_busy(c));
        assert_true(!(i & 1) || slices >= CONNS / 64);
        check_order(s, c, by);
    }
    conns_free(c);
    filter_free(f);
    session_free(s);
}

/* What was shown stays while the next is made, and what is made tells what there was when it began. */
static void test_made_anew(void **state)
{
    (void)state;
    struct session *s = many(100);
    struct conns *c = conns_new(heap_mem(), s);
    uint32_t seed = 3;
    column = CONNS_SEGMENTS;
    down = true;
    conns_set(c, column, down, NULL);
    assert_true(conns_work(c, 0));
    column = CONNS_NUMBER;
    down = false;
    check_order(s, c, NULL);
    while (conns_work(c, 0))
        ;
    column = CONNS_SEGMENTS;
    down = true;
    check_order(s, c, NULL);
    for (uint32_t i = 100; i < 200; i++)
        one(s, i, &seed, i * 10);
    assert_false(conns_work(c, 0));
    assert_int_equal(conns_count(c), 100);
    conns_renew(c);
    assert_true(conns_work(c, 0));
    assert_int_equal(conns_count(c), 100);
    while (conns_work(c, 0))
        ;
    check_order(s, c, NULL);
    conns_set(c, CONNS_NUMBER, true, NULL); /* needs no work, and knows of those that come */
    assert_false(conns_busy(c));
    one(s, 200, &seed, 9000);
    assert_int_equal(conns_at(c, 0), 200);
    assert_int_equal(conns_place(c, 200), 0);
    conns_free(c);
    session_free(s);
}

static void test_nothing_passes(void **state)
{
    (void)state;
    struct session *s = many(10);
    struct conns *c = conns_new(heap_mem(), s);
    struct filter *f = filter_of("label:ce");
    conns_set(c, CONNS_BYTES, true, f);
    assert_false(conns_work(c, UINT64_MAX));
    assert_int_equal(conns_count(c), 0);
    assert_int_equal(conns_at(c, 0), NO_CONN);
    assert_int_equal(conns_place(c, 0), SIZE_MAX);
    conns_free(c);
    filter_free(f);
    session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_order),
        cmocka_unit_test(test_made_anew),
        cmocka_unit_test(test_nothing_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
