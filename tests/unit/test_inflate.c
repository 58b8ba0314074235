/* Unpacking: what zlib packed in every way, cut anywhere, and with any bit changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zlib.h>

#include "core/inflate.h"
#include "core/types.h"

enum { LEN = 6000 };

/* Bytes of that many different values, with some repetition. */
static void sample(uint8_t *bytes, size_t len, unsigned values)
{
    uint32_t state = values;
    for (size_t i = 0; i < len; i++) {
        state = state * 1664525 + 1013904223;
        if (i > 300 && state >> 28 < 9)
            bytes[i] = bytes[i - 1 - (state >> 8) % 290];
        else
            bytes[i] = (uint8_t)((state >> 16) % values);
    }
}

static size_t pack(const uint8_t *from, size_t len, int level, int strategy, uint8_t *to, size_t room)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, -MAX_WBITS, 8, strategy), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)from;
    z.avail_in = (uInt)len;
    z.next_out = to;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static void what_zlib_packs(void **state)
{
    (void)state;
    static const unsigned values[] = {1, 2, 7, 60, 256};
    static const int strategies[] = {Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED};
    uint8_t *bytes = malloc(LEN), *packed = malloc(2 * LEN), *out = malloc(LEN);
    for (size_t v = 0; v < COUNT_OF(values); v++)
        for (int level = 0; level <= 9; level += 3)
            for (size_t s = 0; s < COUNT_OF(strategies); s++)
                for (size_t len = 0; len <= LEN; len = len * 3 + 1) {
                    size_t made;
                    sample(bytes, len, values[v]);
                    size_t size = pack(bytes, len, level, strategies[s], packed, 2 * LEN);
                    uint8_t *exact =
                        memcpy(malloc(size), packed, size); /* so that ASan sees a byte too far */
                    memset(out, 0xEE, LEN);
                    assert_int_equal(inflate_bytes(exact, size, out, len, len, &made), INFLATE_WHOLE);
                    assert_int_equal(made, len);
                    assert_memory_equal(out, bytes, len);
                    if (len > 0) /* no room for the last byte */
                        assert_int_equal(inflate_bytes(exact, size, out, len - 1, len - 1, &made),
                                         INFLATE_DAMAGED);
                    free(exact);
                }
    free(bytes);
    free(packed);
    free(out);
}

/* What is only counted is no less right, nor is a byte of it written. Of patterns, which are copied from
 * where they have just come to. */
static void what_is_only_counted(void **state)
{
    (void)state;
    enum { WHOLE = 3000 };
    uint8_t bytes[WHOLE], packed[2 * WHOLE], out[WHOLE];
    for (size_t period = 1; period < 300; period += period < 40 ? 1 : 17) {
        size_t made;
        sample(bytes, period, 256);
        for (size_t i = period; i < WHOLE; i++)
            bytes[i] = bytes[i - period];
        size_t size = pack(bytes, WHOLE, 9, Z_DEFAULT_STRATEGY, packed, sizeof packed);
        for (size_t room = 1; room <= WHOLE; room = room * 3 / 2 + 1) {
            uint8_t *exact = malloc(room);
            assert_int_equal(inflate_bytes(packed, size, exact, room, WHOLE, &made), INFLATE_WHOLE);
            assert_int_equal(made, WHOLE);
            assert_memory_equal(exact, bytes, room);
            assert_int_equal(inflate_bytes(packed, size, exact, room, WHOLE - 1, &made), INFLATE_DAMAGED);
            assert_int_equal(made, WHOLE - 1);
            free(exact);
        }
        memset(out, 0xEE, WHOLE);
        assert_int_equal(inflate_bytes(packed, size, out, 700, WHOLE, &made), INFLATE_WHOLE);
        for (size_t i = 700; i < WHOLE; i++)
            assert_int_equal(out[i], 0xEE);
    }
}

/* What came before the cut is right. */
static void every_cut(void **state)
{
    (void)state;
    enum { SHORT = 700 };
    uint8_t bytes[SHORT], packed[2 * SHORT], out[SHORT];
    sample(bytes, SHORT, 60);
    for (int level = 0; level <= 9; level += 9) {
        size_t size = pack(bytes, SHORT, level, Z_DEFAULT_STRATEGY, packed, sizeof packed), before = 0;
        for (size_t cut = 0; cut < size; cut++) {
            size_t made;
            uint8_t *exact = malloc(cut + 1), *edge = realloc(memcpy(exact, packed, cut), cut ? cut : 1);
            assert_int_equal(inflate_bytes(edge, cut, out, SHORT, SHORT, &made), INFLATE_CUT);
            assert_true(made >= before && made <= SHORT);
            assert_memory_equal(out, bytes, made);
            before = made;
            free(edge);
        }
        assert_true(before > SHORT / 2);
    }
}

/* Any bit changed: it ends, and stays within its room. */
static void every_damage(void **state)
{
    (void)state;
    enum { SHORT = 300 };
    uint8_t bytes[SHORT], packed[2 * SHORT];
    sample(bytes, SHORT, 60);
    for (int level = 0; level <= 9; level += 3) {
        size_t size = pack(bytes, SHORT, level, Z_DEFAULT_STRATEGY, packed, sizeof packed);
        for (size_t bit = 0; bit < size * 8; bit++) {
            size_t made;
            uint8_t *out = malloc(SHORT);
            packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
            (void)inflate_bytes(packed, size, out, SHORT, SHORT, &made);
            assert_true(made <= SHORT);
            packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
            free(out);
        }
    }
    static const uint8_t wrong[][6] = {
        {7},             /* a kind of block that there is not */
        {1, 1, 0, 1, 0}, /* a stored block whose lengths differ */
        {3, 2},          /* a copy from before the beginning */
        {0xFD, 0xFF},    /* too many codes */
        {5, 0, 0x92, 4}, /* four codes of one bit */
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        uint8_t out[100];
        size_t made;
        assert_int_equal(inflate_bytes(wrong[i], sizeof wrong[i], out, sizeof out, sizeof out, &made),
                         INFLATE_DAMAGED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_zlib_packs),
        cmocka_unit_test(what_is_only_counted),
        cmocka_unit_test(every_cut),
        cmocka_unit_test(every_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
