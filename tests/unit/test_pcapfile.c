/* Capture files: what tshark 4.0 says of the copied captures, files made by hand, and every way to cut them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/types.h"
#include "plat/heap.h"
#include "plat/mapped.h"
#include "session/pcapfile.h"

static const struct {
    const char *name;
    uint32_t frames;
    uint64_t first_ns, last_ns;
    uint64_t wire_bytes, captured_bytes;
    int linktype;
} captures[] = {
    {"decode-sll2-01.pcap", 5, UINT64_C(1736381483613927000), UINT64_C(1736381483615602000), 458, 458, 276},
    {"fast-open.pcap", 35, UINT64_C(1795348044332566000), UINT64_C(1795348047961229000), 2431, 2431, 1},
    {"fast-retransmit-sack.pcap", 26, UINT64_C(1795348040183924000), UINT64_C(1795348040214564000), 17744,
     3290, 1},
    {"frag-ppp-ipv6-tcp.pcap", 3, UINT64_C(1712917499757959000), UINT64_C(1712917499757959000), 1167, 1167,
     9},
    {"gre.pcap", 7, UINT64_C(1150344981941650000), UINT64_C(1605124619087414000), 725, 725, 1},
    {"ipv6_over_ipv4.pcap", 1, UINT64_C(3000000000), UINT64_C(3000000000), 106, 106, 1},
    {"keepalive-unanswered.pcap", 6, UINT64_C(1795347944035163000), UINT64_C(1795347947105756000), 412, 412,
     1},
    {"mptcp-aa-v1.pcap", 24, UINT64_C(1582742655949492000), UINT64_C(1582742666050757000), 2212, 2212, 1},
    {"nanosecs_big_endian.pcap", 10, UINT64_C(1766361926167647291), UINT64_C(1766361926168451894), 2198, 2198,
     1},
    {"one-stream-through-vlans-and-tunnel.pcap", 6, UINT64_C(1000000000000000000),
     UINT64_C(1000000000050000000), 405, 405, 1},
    {"postgres.pcapng", 2, UINT64_C(1771139498559272000), UINT64_C(1771139498883797000), 536, 536, 1},
    {"total-length-zero.pcap", 5, UINT64_C(1000000000000000000), UINT64_C(1000000000040000000), 1670, 1670,
     1},
    {"truncated-header.pcap", 24, UINT64_C(1103139821634774000), UINT64_C(1103139823145958000), 1993, 1314,
     1},
};

static struct mapped *open_capture(const char *name)
{
    char path[200];
    struct fail f = {0};
    snprintf(path, sizeof path, "tests/captures/%s", name);
    struct mapped *b = mapped_open(heap_mem(), path, false, &f);
    assert_non_null(b);
    return b;
}

static void captures_hold_what_tshark_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(captures); i++) {
        uint64_t base;
        size_t len;
        struct mapped *b = open_capture(captures[i].name);
        struct pcapfile *f = pcapfile_new(heap_mem());
        const uint8_t *bytes = mapped_bytes(b, &base, &len);
        assert_true(mapped_all(b));
        pcapfile_bytes(f, 0, bytes, len, true);
        struct pcap_frame frame = {0};
        uint64_t first = 0, wire = 0, captured = 0;
        while (pcapfile_next(f, &frame) == PCAP_FRAME) {
            if (frame.number == 1)
                first = frame.time_ns;
            wire += frame.wirelen;
            captured += frame.caplen;
            assert_int_equal(frame.linktype, captures[i].linktype);
            assert_ptr_equal(frame.bytes, bytes + frame.at);
        }
        assert_int_equal(pcapfile_next(f, &frame), PCAP_END);
        assert_null(pcapfile_problem(f));
        assert_int_equal(pcapfile_at(f), len);
        assert_int_equal(frame.number, captures[i].frames);
        assert_int_equal(first, captures[i].first_ns);
        assert_int_equal(frame.time_ns, captures[i].last_ns);
        assert_int_equal(wire, captures[i].wire_bytes);
        assert_int_equal(captured, captures[i].captured_bytes);
        pcapfile_free(f);
        mapped_close(b);
    }
}

/* Cut anywhere: every frame that is whole comes, then the place of the cut; as a pipe, the same frames as
 * they come. */
static void every_cut_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(captures); i++) {
        uint64_t base;
        size_t len;
        struct mapped *b = open_capture(captures[i].name);
        const uint8_t *bytes = mapped_bytes(b, &base, &len);
        struct pcapfile *pipe = pcapfile_new(heap_mem());
        struct pcap_frame frame;
        uint32_t piped = 0;
        for (size_t cut = 0; cut <= len; cut++) {
            uint8_t *copy = malloc(cut + 1); /* so that ASan sees a read past the cut */
            uint8_t *exact = realloc(memcpy(copy, bytes, cut), cut ? cut : 1);
            struct pcapfile *f = pcapfile_new(heap_mem());
            pcapfile_bytes(f, 0, exact, cut, true);
            uint32_t frames = 0;
            uint64_t end = 0;
            enum pcap_next next;
            while ((next = pcapfile_next(f, &frame)) == PCAP_FRAME) {
                frames++;
                end = frame.at + frame.caplen;
            }
            assert_true(end <= cut && pcapfile_at(f) <= cut);
            assert_true(next == (cut < 4 ? PCAP_NOT_A_CAPTURE : next == PCAP_END ? PCAP_END : PCAP_DAMAGED));
            assert_true(next != PCAP_END || pcapfile_at(f) == cut);
            assert_true((next == PCAP_END) == (pcapfile_problem(f) == NULL));
            pcapfile_free(f);

            pcapfile_bytes(pipe, 0, exact, cut, false);
            while ((next = pcapfile_next(pipe, &frame)) == PCAP_FRAME)
                piped++;
            assert_int_equal(next, PCAP_MORE);
            assert_int_equal(piped, frames);
            free(exact);
        }
        pcapfile_bytes(pipe, 0, bytes, len, true);
        assert_int_equal(pcapfile_next(pipe, &frame), PCAP_END);
        assert_int_equal(piped, captures[i].frames);
        pcapfile_free(pipe);
        mapped_close(b);
    }
}

/* Any byte changed: it ends, and stays within the bytes (ASan looks). */
static void every_damage_ends(void **state)
{
    (void)state;
    static const char *const names[] = {"postgres.pcapng", "keepalive-unanswered.pcap"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        uint64_t base;
        size_t len;
        struct mapped *b = open_capture(names[i]);
        const uint8_t *bytes = mapped_bytes(b, &base, &len);
        uint8_t *copy = malloc(len);
        for (size_t at = 0; at < len; at++)
            for (unsigned bit = 0; bit < 8; bit++) {
                memcpy(copy, bytes, len);
                copy[at] ^= (uint8_t)(1u << bit);
                struct pcapfile *f = pcapfile_new(heap_mem());
                pcapfile_bytes(f, 0, copy, len, true);
                struct pcap_frame frame;
                enum pcap_next next;
                unsigned sum = 0;
                while ((next = pcapfile_next(f, &frame)) == PCAP_FRAME) {
                    assert_true(frame.at + frame.caplen <= len && frame.wirelen >= frame.caplen);
                    for (uint32_t n = 0; n < frame.caplen; n++)
                        sum += frame.bytes[n];
                }
                assert_true(next != PCAP_MORE && sum != 1);
                pcapfile_free(f);
            }
        free(copy);
        mapped_close(b);
    }
}

/* A file made by hand. */
struct made {
    uint8_t at[2000];
    size_t len;
    bool big;
};

static void put(struct made *m, uint64_t v, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        m->at[m->len++] = (uint8_t)(v >> (8 * (m->big ? size - 1 - i : i)));
}

static size_t block(struct made *m, uint32_t type)
{
    size_t start = m->len;
    put(m, type, 4);
    put(m, 0, 4);
    return start;
}

static void block_end(struct made *m, size_t start)
{
    while (m->len % 4)
        put(m, 0, 1);
    size_t end = m->len + 4;
    m->len = start + 4;
    put(m, end - start, 4);
    m->len = end - 4;
    put(m, end - start, 4);
}

static void section(struct made *m, bool big)
{
    m->big = big;
    size_t start = block(m, 0x0A0D0D0A);
    put(m, 0x1A2B3C4D, 4);
    put(m, 1, 2);
    put(m, 0, 2);
    put(m, UINT64_MAX, 8);
    block_end(m, start);
}

/* resolution 0: no option; offset 0: none. A comment stands before both. */
static void interface(struct made *m, uint16_t linktype, uint32_t snaplen, uint8_t resolution, int64_t offset)
{
    size_t start = block(m, 1);
    put(m, linktype, 2);
    put(m, 0, 2);
    put(m, snaplen, 4);
    put(m, 1, 2);
    put(m, 5, 2);
    for (int i = 0; i < 8; i++)
        put(m, i < 5 ? 'x' : 0, 1);
    if (resolution) {
        put(m, 9, 2);
        put(m, 1, 2);
        put(m, resolution, 1);
        put(m, 0, 3);
    }
    if (offset) {
        put(m, 14, 2);
        put(m, 8, 2);
        put(m, (uint64_t)offset, 8);
    }
    put(m, 0, 4);
    block_end(m, start);
}

static void enhanced(struct made *m, uint32_t interface, uint64_t ticks, uint32_t caplen, uint32_t wirelen)
{
    size_t start = block(m, 6);
    put(m, interface, 4);
    put(m, ticks >> 32, 4);
    put(m, ticks, 4);
    put(m, caplen, 4);
    put(m, wirelen, 4);
    for (uint32_t i = 0; i < caplen; i++)
        put(m, i, 1);
    block_end(m, start);
}

static struct pcapfile *reader(const struct made *m)
{
    struct pcapfile *f = pcapfile_new(heap_mem());
    pcapfile_bytes(f, 0, m->at, m->len, true);
    return f;
}

static void want_frame(struct pcapfile *f, uint64_t time_ns, int linktype, uint32_t caplen, uint32_t wirelen)
{
    struct pcap_frame frame;
    assert_int_equal(pcapfile_next(f, &frame), PCAP_FRAME);
    assert_int_equal(frame.time_ns, time_ns);
    assert_int_equal(frame.linktype, linktype);
    assert_int_equal(frame.caplen, caplen);
    assert_int_equal(frame.wirelen, wirelen);
    for (uint32_t i = 0; i < caplen; i++)
        assert_int_equal(frame.bytes[i], i);
}

static void sections_interfaces_and_clocks(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    section(&m, false);
    interface(&m, 1, 0, 0, 0);   /* microseconds */
    interface(&m, 113, 0, 9, 0); /* nanoseconds */
    enhanced(&m, 1, 1234567890123456789, 5, 60);
    enhanced(&m, 0, 1234567890123456, 4, 4);
    size_t start = block(&m, 9); /* a systemd journal entry, passed over */
    put(&m, 0x41414141, 4);
    block_end(&m, start);
    start = block(&m, 2); /* obsolete: interface and drops share a word */
    put(&m, 1, 2);
    put(&m, 7, 2);
    put(&m, 1000 >> 31 >> 1, 4);
    put(&m, 1000, 4);
    put(&m, 2, 4);
    put(&m, 2, 4);
    put(&m, m.big ? 0x0001 : 0x0100, 2);
    block_end(&m, start);
    section(&m, true);                    /* the other byte order, and interfaces count from 0 again */
    interface(&m, 101, 3, 3, 100);        /* milliseconds, 100 s later */
    interface(&m, 276, 0, 0x80 | 10, -1); /* 1/1024 s, a second earlier */
    interface(&m, 0, 0, 12, 0);           /* picoseconds */
    enhanced(&m, 0, 2500, 1, 1);
    enhanced(&m, 1, 1024 * 5 + 512, 0, 0);
    enhanced(&m, 2, 7000, 1, 0); /* the length on the wire is not known */
    start = block(&m, 3);        /* simple: no time of its own, cut at the interface's snap length */
    put(&m, 9, 4);
    put(&m, 0x00010200, 4);
    block_end(&m, start);
    enhanced(&m, 1, 10, 1, 1); /* before 1970: as early as can be told */

    struct pcapfile *f = reader(&m);
    struct pcap_frame frame;
    want_frame(f, 1234567890123456789, 113, 5, 60);
    want_frame(f, UINT64_C(1234567890123456000), 1, 4, 4);
    want_frame(f, 1000, 113, 2, 2);
    want_frame(f, UINT64_C(102500000000), 101, 1, 1);
    want_frame(f, UINT64_C(4500000000), 276, 0, 0);
    want_frame(f, 7, 0, 1, 1);
    want_frame(f, 7, 101, 3, 9);
    want_frame(f, 0, 276, 1, 1);
    assert_int_equal(pcapfile_next(f, &frame), PCAP_END);
    pcapfile_free(f);
}

static void want_damage(const struct made *m, uint32_t frames, uint64_t at)
{
    struct pcapfile *f = reader(m);
    struct pcap_frame frame;
    for (uint32_t i = 0; i < frames; i++)
        assert_int_equal(pcapfile_next(f, &frame), PCAP_FRAME);
    assert_int_equal(pcapfile_next(f, &frame), PCAP_DAMAGED);
    assert_int_equal(pcapfile_next(f, &frame), PCAP_DAMAGED);
    assert_int_equal(pcapfile_at(f), at);
    assert_non_null(pcapfile_problem(f));
    pcapfile_free(f);
}

/* Each kind of lie, with one good frame before it. */
static void lies_are_found(void **state)
{
    (void)state;
    struct made good = {.len = 0}, m;
    section(&good, false);
    interface(&good, 1, 0, 0, 0);
    enhanced(&good, 0, 0, 8, 8);
    size_t at = good.len;

    m = good;
    enhanced(&m, 1, 0, 8, 8); /* no such interface */
    want_damage(&m, 1, at);
    m = good;
    enhanced(&m, 0, 0, 8, 8);
    m.at[at + 20] = 13; /* longer than its block */
    want_damage(&m, 1, at);
    m = good;
    enhanced(&m, 0, 0, 8, 8);
    m.at[m.len - 4]++; /* the lengths differ */
    want_damage(&m, 1, at);
    m = good;
    enhanced(&m, 0, 0, 8, 8);
    m.at[at + 4] = 8; /* a length below the least */
    want_damage(&m, 1, at);
    m.at[at + 4] = 0xFF;
    m.at[at + 7] = 0xFF; /* and one that nothing has */
    want_damage(&m, 1, at);
    m = good;
    interface(&m, 1, 0, 0x80 | 64, 0); /* a second of 2^64 ticks */
    want_damage(&m, 1, at);
    m = good;
    section(&m, false);
    m.at[at + 8] ^= 1; /* no byte order */
    want_damage(&m, 1, at);
    m = good;
    section(&m, false);
    size_t start = block(&m, 3);
    put(&m, 0, 4);
    block_end(&m, start); /* a frame before any interface */
    want_damage(&m, 1, start);
    m = good;
    start = block(&m, 6);
    put(&m, 0, 4);
    block_end(&m, start); /* too short for a frame */
    want_damage(&m, 1, at);
}

static void old_formats(void **state)
{
    (void)state;
    struct made m = {.big = true};
    put(&m, 0xA1B2CD34, 4); /* record headers with 8 bytes more */
    put(&m, 0x00020004, 4);
    put(&m, 0, 8);
    put(&m, 65535, 4);
    put(&m, 0x30000001, 4); /* above the link type: a frame check sequence */
    put(&m, 10, 4);
    put(&m, 999999, 4);
    put(&m, 2, 4);
    put(&m, 1500, 4);
    put(&m, 0, 8);
    put(&m, 0x0001, 2);
    struct pcapfile *f = reader(&m);
    want_frame(f, UINT64_C(10999999000), 1, 2, 1500);
    pcapfile_free(f);
    m.at[24 + 8] = 0x7F; /* a wild length is found before the pipe ends */
    f = pcapfile_new(heap_mem());
    pcapfile_bytes(f, 0, m.at, m.len, false);
    struct pcap_frame frame;
    assert_int_equal(pcapfile_next(f, &frame), PCAP_DAMAGED);
    assert_int_equal(pcapfile_at(f), 24);
    pcapfile_free(f);
}

static void what_is_no_capture(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "abc", "GET / HTTP/1.1\r\n", "\x1f\x8b\x08\x00 gzip"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct pcap_frame frame;
        struct pcapfile *f = pcapfile_new(heap_mem());
        pcapfile_bytes(f, 0, (const uint8_t *)texts[i], strlen(texts[i]), true);
        assert_int_equal(pcapfile_next(f, &frame), PCAP_NOT_A_CAPTURE);
        assert_non_null(pcapfile_problem(f));
        pcapfile_free(f);
    }
}

/* Memory that fails the Nth time. */
static size_t requests_left;

static void *failing_resize(void *ctx, void *old, size_t old_size, size_t new_size)
{
    (void)ctx;
    (void)old_size;
    if (!new_size) {
        free(old);
        return NULL;
    }
    return requests_left-- ? realloc(old, new_size) : NULL;
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    static const struct mem failing = {.resize = failing_resize, .ctx = NULL};
    requests_left = 0;
    assert_null(pcapfile_new(&failing));
    static const char *const names[] = {"postgres.pcapng", "gre.pcap"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        uint64_t base;
        size_t len;
        struct pcap_frame frame;
        struct mapped *b = open_capture(names[i]);
        requests_left = 1;
        struct pcapfile *f = pcapfile_new(&failing);
        const uint8_t *bytes = mapped_bytes(b, &base, &len);
        pcapfile_bytes(f, 0, bytes, len, true);
        assert_int_equal(pcapfile_next(f, &frame), PCAP_NO_MEMORY);
        pcapfile_free(f);
        mapped_close(b);
    }
    pcapfile_free(NULL);
}

/* What was read may be forgotten: the reader goes on from any offset that is not behind it. */
static void the_beginning_may_go(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(captures); i++) {
        uint64_t base;
        size_t len;
        struct mapped *b = open_capture(captures[i].name);
        const uint8_t *bytes = mapped_bytes(b, &base, &len);
        struct pcapfile *f = pcapfile_new(heap_mem()), *whole = pcapfile_new(heap_mem());
        pcapfile_bytes(whole, 0, bytes, len, true);
        struct pcap_frame frame, same;
        uint32_t frames = 0;
        for (size_t end = 0; end <= len; end++) {
            uint64_t from = pcapfile_at(f);
            uint8_t *piece = malloc(end - from + 1); /* so that ASan sees a look at what has gone */
            memcpy(piece, bytes + from, end - from);
            pcapfile_bytes(f, from, piece, end - from, end == len);
            while (pcapfile_next(f, &frame) == PCAP_FRAME) {
                assert_int_equal(pcapfile_next(whole, &same), PCAP_FRAME);
                assert_true(frame.at == same.at && frame.time_ns == same.time_ns &&
                            frame.number == same.number);
                assert_memory_equal(frame.bytes, same.bytes, same.caplen);
                frames++;
            }
            free(piece);
            pcapfile_bytes(f, pcapfile_at(f), bytes + pcapfile_at(f), 0, false);
        }
        assert_int_equal(frames, captures[i].frames);
        assert_int_equal(pcapfile_frames(f), frames);
        assert_int_equal(pcapfile_next(f, &frame), PCAP_END);
        pcapfile_free(f);
        pcapfile_free(whole);
        mapped_close(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captures_hold_what_tshark_says),
        cmocka_unit_test(every_cut_is_named),
        cmocka_unit_test(every_damage_ends),
        cmocka_unit_test(sections_interfaces_and_clocks),
        cmocka_unit_test(lies_are_found),
        cmocka_unit_test(old_formats),
        cmocka_unit_test(what_is_no_capture),
        cmocka_unit_test(without_memory_it_says_so),
        cmocka_unit_test(the_beginning_may_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
