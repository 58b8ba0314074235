/* The wire without a network: fates, the line and its queue, what is on its way, what a router says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/conn.h"
#include "core/flight.h"
#include "core/icmp.h"
#include "lab/fate.h"
#include "lab/wire_state.h"
#include "plat/heap.h"
#include "unit/frames.h"

enum { MS = 1000000, US = 1000 };

/* --- fates */

static unsigned befallen(uint64_t seed, enum side from, enum fate what, uint32_t chance, unsigned tries)
{
    unsigned n = 0;
    for (unsigned i = 1; i <= tries; i++)
        n += fate_befalls(seed, from, i, what, chance);
    return n;
}

static void fates_are_as_likely_as_they_are_said_to_be(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 4; seed++)
        for (enum fate what = FATE_LOSS; what <= FATE_CORRUPT; what++) {
            const unsigned n = befallen(seed, SIDE_SERVER, what, FATE_CERTAIN / 5, 100000);
            assert_true(n > 19400 && n < 20600); /* 4.7 deviations */
            assert_int_equal(befallen(seed, SIDE_CLIENT, what, 0, 1000), 0);
            assert_int_equal(befallen(seed, SIDE_CLIENT, what, FATE_CERTAIN, 1000), 1000);
        }
}

/* How often two series are alike, of 10000; about half where they have nothing to do with each other. */
static unsigned alike(uint64_t a_seed, enum side a, enum fate a_what, uint64_t b_seed, enum side b,
                      enum fate b_what, unsigned shift)
{
    unsigned n = 0;
    for (unsigned i = 1; i <= 10000; i++)
        n += fate_befalls(a_seed, a, i, a_what, FATE_CERTAIN / 2) ==
             fate_befalls(b_seed, b, i + shift, b_what, FATE_CERTAIN / 2);
    return n;
}

static void fates_depend_on_seed_direction_and_number(void **state)
{
    (void)state;
    const unsigned others[] = {
        alike(7, SIDE_CLIENT, FATE_LOSS, 8, SIDE_CLIENT, FATE_LOSS, 0),
        alike(7, SIDE_CLIENT, FATE_LOSS, 7, SIDE_SERVER, FATE_LOSS, 0),
        alike(7, SIDE_CLIENT, FATE_LOSS, 7, SIDE_CLIENT, FATE_CORRUPT, 0),
        alike(7, SIDE_CLIENT, FATE_LOSS, 7, SIDE_CLIENT, FATE_LOSS, 1),
        alike(0, SIDE_CLIENT, FATE_LOSS, 1, SIDE_SERVER, FATE_LOSS, 0),
    };
    assert_int_equal(alike(7, SIDE_CLIENT, FATE_LOSS, 7, SIDE_CLIENT, FATE_LOSS, 0), 10000);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_true(others[i] > 4750 && others[i] < 5250);
}

static void jitter_is_within_its_bounds(void **state)
{
    (void)state;
    int64_t least = 0, most = 0, sum = 0;
    for (unsigned i = 1; i <= 10000; i++) {
        const int64_t j = fate_jitter(3, SIDE_CLIENT, i, 50);
        least = j < least ? j : least;
        most = j > most ? j : most;
        sum += j;
    }
    assert_int_equal(least, -50);
    assert_int_equal(most, 50);
    assert_true(llabs(sum) < 20000);
    assert_int_equal(fate_jitter(3, SIDE_CLIENT, 1, 0), 0);
}

/* --- one direction */

/* What was told of frames. */
struct told {
    unsigned count[WIRE_EVENTS];
    enum wire_why why;
    uint32_t frame;
};

static void take(void *ctx, const struct event *e)
{
    struct told *t = ctx;
    t->count[e->u.wire.what]++;
    t->why = e->u.wire.why;
    t->frame = e->u.wire.frame;
}

static void begin(struct wire *w, struct told *t)
{
    memset(w, 0, sizeof *w);
    memset(t, 0, sizeof *t);
    w->o = (struct wire_options){.mem = heap_mem(), .sink = {take, t}, .seed = 5};
    w->lane[SIDE_SERVER].from = SIDE_SERVER;
}

static void done(struct wire *w)
{
    for (int s = 0; s < SIDE_COUNT; s++)
        while (w->lane[s].way.first) {
            struct wframe *f = w->lane[s].way.first;
            wlist_take(&w->lane[s].way, f);
            wframe_free(w, f);
        }
    assert_int_equal(w->on_wire, 0);
}

/* A frame of 1250 bytes: 10 ms at 1000 kbit/s. */
static struct wframe *enter(struct wire *w, uint64_t now_ns)
{
    static const uint8_t bytes[1250];
    struct wframe *f = wframe_new(w, SIDE_CLIENT, bytes, sizeof bytes);
    f->number = ++w->lane[SIDE_CLIENT].number;
    f->left_ns = now_ns;
    lane_go(w, f, now_ns);
    return f;
}

static void delay_and_rate(void **state)
{
    (void)state;
    struct wire w;
    struct told t;
    struct lane *l = &w.lane[SIDE_CLIENT];
    begin(&w, &t);
    l->set[WIRE_DELAY] = 20000; /* µs */
    assert_int_equal(enter(&w, 1 * MS)->due_ns, 21 * MS);
    l->set[WIRE_RATE] = 1000;
    assert_int_equal(enter(&w, 2 * MS)->due_ns, 32 * MS);
    assert_int_equal(enter(&w, 2 * MS)->due_ns, 42 * MS); /* it waited for the line */
    assert_int_equal(l->queued, 2);
    lane_advance(l, 12 * MS);
    assert_int_equal(l->queued, 1);
    const struct wframe *late = enter(&w, 50 * MS); /* the line was free for long */
    assert_int_equal(late->due_ns, 80 * MS);
    assert_int_equal(late->sent_ns, 60 * MS);
    assert_int_equal(late->way_ns, 20 * MS);
    assert_int_equal(l->way.count, 4);
    done(&w);
}

static void a_full_queue_drops(void **state)
{
    (void)state;
    struct wire w;
    struct told t;
    struct lane *l = &w.lane[SIDE_CLIENT];
    begin(&w, &t);
    l->set[WIRE_RATE] = 1000;
    l->set[WIRE_QUEUE] = 2;
    for (int i = 0; i < 3; i++)
        enter(&w, 0); /* one on the line, two wait */
    assert_int_equal(t.count[WIRE_DROPPED], 0);
    enter(&w, 5 * MS);
    assert_int_equal(t.count[WIRE_DROPPED], 1);
    assert_int_equal(t.why, WIRE_QUEUE_FULL);
    assert_int_equal(l->dropped, 1);
    assert_int_equal(enter(&w, 10 * MS)->due_ns, 40 * MS); /* the first has left: there is room for one */
    assert_int_equal(t.count[WIRE_DROPPED], 1);
    assert_int_equal(l->queued, 3);
    done(&w);
}

static bool in_order(const struct lane *l)
{
    uint32_t n = 0;
    for (const struct wframe *f = l->way.first; f; f = f->next, n++)
        if (f->next && (f->next->due_ns < f->due_ns || f->next->before != f))
            return false;
    return n == l->way.count;
}

static void jitter_is_no_overtaking(void **state)
{
    (void)state;
    struct wire w;
    struct told t;
    struct lane *l = &w.lane[SIDE_CLIENT];
    begin(&w, &t);
    l->set[WIRE_DELAY] = 10000;
    l->set[WIRE_JITTER] = 10000;
    for (uint64_t i = 0; i < 200; i++)
        enter(&w, i * MS);
    uint32_t id = 0;
    for (const struct wframe *f = l->way.first; f; f = f->next) {
        assert_true(f->id > id);
        assert_true(f->due_ns >= f->sent_ns && f->due_ns <= f->sent_ns + 40 * MS);
        id = f->id;
    }
    assert_true(in_order(l));
    done(&w);
}

static void new_settings_hold_for_what_is_under_way(void **state)
{
    (void)state;
    struct wire w;
    struct told t;
    struct lane *l = &w.lane[SIDE_CLIENT];
    begin(&w, &t);
    l->set[WIRE_DELAY] = 100000;
    struct wframe *a = enter(&w, 0), *b = enter(&w, 10 * MS);
    l->set[WIRE_DELAY] = 50000;
    lane_reset_times(&w, l, 20 * MS);
    assert_int_equal(a->due_ns, 50 * MS);
    assert_int_equal(b->due_ns, 60 * MS);
    l->set[WIRE_RATE] = 1000;
    struct wframe *c = enter(&w, 30 * MS), *d = enter(&w, 30 * MS);
    assert_int_equal(d->due_ns, 100 * MS);
    l->set[WIRE_RATE] = 10000;
    lane_reset_times(&w, l, 30 * MS); /* both wait still: ten times as fast */
    assert_int_equal(c->due_ns, 81 * MS);
    assert_int_equal(d->due_ns, 82 * MS);
    assert_int_equal(l->queued, 2);
    l->set[WIRE_RATE] = 0;
    lane_reset_times(&w, l, 30 * MS);
    assert_int_equal(l->queued, 0);
    assert_int_equal(d->due_ns, 80 * MS);
    assert_true(in_order(l));
    done(&w);
}

static void what_was_held_goes_the_rest_of_its_way(void **state)
{
    (void)state;
    struct wire w;
    struct told t;
    struct lane *l = &w.lane[SIDE_CLIENT];
    begin(&w, &t);
    l->set[WIRE_DELAY] = 100000;
    struct wframe *a = enter(&w, 0);
    enter(&w, 10 * MS);
    wlist_take(&l->way, a);
    a->rest_ns = 70 * MS;
    lane_go_on(&w, a, 500 * MS);
    assert_int_equal(a->due_ns, 570 * MS);
    assert_ptr_equal(l->way.last, a); /* it was overtaken */
    assert_int_equal(enter(&w, 480 * MS)->due_ns, 580 * MS);
    assert_int_equal(enter(&w, 460 * MS)->due_ns, 580 * MS); /* not before the one that left before it */
    assert_true(in_order(l));
    l->set[WIRE_DELAY] = 0;
    lane_reset_times(&w, l, 500 * MS);
    assert_int_equal(a->due_ns, 570 * MS);
    done(&w);
}

static void frames_and_their_copies_are_found(void **state)
{
    (void)state;
    static const uint8_t bytes[60];
    struct wire w;
    struct told t;
    struct wframe *all[20];
    begin(&w, &t);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        all[i] = wframe_new(&w, SIDE_CLIENT, bytes, sizeof bytes);
    struct wframe *twin = wframe_copy(&w, all[3]), *third = wframe_copy(&w, twin);
    assert_int_equal(twin->id, 4);
    assert_int_equal(twin->copy, 1);
    assert_int_equal(third->copy, 2);
    assert_ptr_equal(wframe_find(&w, 4), all[3]);
    wframe_free(&w, all[3]);
    assert_ptr_equal(wframe_find(&w, 4), twin);
    for (int i = 3; i < COPIES_MOST; i++)
        assert_non_null(wframe_copy(&w, third));
    assert_null(wframe_copy(&w, third));
    assert_null(wframe_find(&w, 21));
    for (struct wframe *f; (f = wframe_find(&w, 4)) != NULL;)
        wframe_free(&w, f);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (i != 3)
            wframe_free(&w, all[i]);
    assert_int_equal(w.on_wire, 0);
}

static void one_bit_is_flipped(void **state)
{
    (void)state;
    struct wire w;
    struct told t;
    uint8_t bytes[100] = {0};
    begin(&w, &t);
    for (uint64_t n = 1; n < 500; n++) {
        struct wframe *f = wframe_new(&w, SIDE_CLIENT, bytes, sizeof bytes);
        unsigned bits = 0;
        f->number = n;
        f->tcp = 34;
        f->data = n % 2 ? 66 : 100; /* with and without payload */
        wframe_flip(&w, f);
        for (uint32_t i = 0; i < f->len; i++) {
            bits += (unsigned)__builtin_popcount(f->bytes[i]);
            assert_true(f->bytes[i] == 0 || i >= (n % 2 ? 66 : 34));
        }
        assert_int_equal(bits, 1);
        assert_true(f->corrupted);
        wframe_free(&w, f);
    }
}

/* --- what the core knows of it */

static void flights_are_found_by_their_frame(void **state)
{
    (void)state;
    enum { FRAMES = 3000 };
    static bool there[FRAMES + 1];
    struct flights l = {0};
    uint64_t r = 1;
    memset(there, 0, sizeof there);
    for (uint32_t next = 1; next <= FRAMES;) {
        r = r * UINT64_C(6364136223846793005) + 1442695040888963407;
        const uint32_t frame = (uint32_t)(r >> 33) % FRAMES + 1;
        if (r >> 63) {
            assert_true(flights_put(&l, heap_mem(), &(struct receipt){.frame = next, .conn = next * 2}));
            there[next++] = true;
        } else if (there[frame]) {
            flights_drop(&l, flights_find(&l, frame));
            there[frame] = false;
        }
        if (next % 100 == 0)
            for (uint32_t i = 1; i <= FRAMES; i++) {
                const struct flight *f = flights_find(&l, i);
                assert_true((f != NULL) == there[i]);
                assert_true(!f || (f->receipt.conn == i * 2 && f->alive == 1 && f->spoilt == 0));
            }
    }
    flights_release(&l, heap_mem());
}

/* --- the router */

static void packet_of(struct made *m, bool six, uint32_t payload)
{
    *m = (struct made){0};
    ethernet(m, six ? 0x86dd : 0x0800);
    if (six)
        ipv6(m, 6);
    else
        ipv4(m, 6, 0);
    const uint32_t at = m->len;
    put16(m, 40000);
    put16(m, 3344);
    put32(m, 777);
    put32(m, 0);
    put16(m, 0x5010);
    put16(m, 500);
    put32(m, 0);
    fill(m, 'x', payload);
    const uint32_t length = m->len - (six ? at : 14);
    m->at[six ? 14 + 4 : 14 + 2] = (uint8_t)(length >> 8);
    m->at[six ? 14 + 5 : 14 + 3] = (uint8_t)length;
}

static void a_router_says_what_fits(void **state)
{
    (void)state;
    struct made m;
    uint8_t out[2048];
    for (int six = 0; six < 2; six++) {
        packet_of(&m, six, 1400);
        assert_int_equal(ip_packet_len(m.at, m.len), m.len - 14);
        const uint32_t len = too_big_reply(m.at, m.len, 1300, out, sizeof out);
        assert_true(len > 60 && len < m.len + 60);
        assert_memory_equal(out, m.at + 6, 6);
        struct seg g;
        struct icmp_error e;
        assert_int_equal(seg_decode(&g, DLT_EN10MB_, out, len, len), FRAME_TCP_QUOTED);
        icmp_error_of(&e, out, &g);
        assert_int_equal(e.mtu, 1300);
        assert_true(e.seq_known && e.seq.v == 777 && e.src.port == 40000 && e.dst.port == 3344);
    }
    packet_of(&m, false, 1400);
    m.at[14 + 6] = 0; /* it may be cut in pieces */
    assert_int_equal(too_big_reply(m.at, m.len, 1300, out, sizeof out), 0);
    m.at[13] = 6; /* ARP */
    assert_int_equal(too_big_reply(m.at, m.len, 1300, out, sizeof out), 0);
    assert_int_equal(ip_packet_len(m.at, m.len), 0);
    packet_of(&m, false, 10);
    assert_int_equal(ip_packet_len(m.at, 33), 0);
    assert_int_equal(too_big_reply(m.at, m.len, 1300, out, 100), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fates_are_as_likely_as_they_are_said_to_be),
        cmocka_unit_test(fates_depend_on_seed_direction_and_number),
        cmocka_unit_test(jitter_is_within_its_bounds),
        cmocka_unit_test(delay_and_rate),
        cmocka_unit_test(a_full_queue_drops),
        cmocka_unit_test(jitter_is_no_overtaking),
        cmocka_unit_test(new_settings_hold_for_what_is_under_way),
        cmocka_unit_test(what_was_held_goes_the_rest_of_its_way),
        cmocka_unit_test(frames_and_their_copies_are_found),
        cmocka_unit_test(one_bit_is_flipped),
        cmocka_unit_test(flights_are_found_by_their_frame),
        cmocka_unit_test(a_router_says_what_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
