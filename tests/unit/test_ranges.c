/* Sets of sequence numbers, against a map of bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/ranges.h"

static size_t held;
static bool no_memory;

static void *resize(void *ctx, void *old, size_t old_size, size_t new_size)
{
    (void)ctx;
    if (new_size && no_memory)
        return NULL;
    held += new_size - old_size;
    if (new_size)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

static const struct mem mem = {.resize = resize, .ctx = NULL};

static const struct range *range_at(const struct ranges *r, uint32_t i)
{
    return (r->cap ? r->more : r->few) + i;
}

static void check_order(const struct ranges *r)
{
    for (uint32_t i = 0; i < r->count; i++) {
        assert_true(seq_before(range_at(r, i)->left, range_at(r, i)->right));
        if (i)
            assert_true(seq_before(range_at(r, i - 1)->right, range_at(r, i)->left));
    }
    assert_true(r->count <= r->most);
}

/* Random ranges in a window that spans the wrap of the numbers. */
static void agrees_with_a_map(void **state)
{
    (void)state;
    enum { SPACE = 400, ROUNDS = 200 };
    srand(7);
    for (int round = 0; round < ROUNDS; round++) {
        const uint32_t base = UINT32_MAX - SPACE / 2;
        bool map[SPACE] = {false};
        struct ranges r;
        ranges_init(&r, SPACE);
        for (int step = 0; step < 60; step++) {
            uint32_t left = (uint32_t)(rand() % SPACE), right = left + (uint32_t)(rand() % 12), known = 0,
                     fresh = 99;
            if (right > SPACE)
                right = SPACE;
            for (uint32_t i = left; i < right; i++)
                known += map[i];
            seq_t from = seq_of(base + left), to = seq_of(base + right);
            assert_int_equal(ranges_overlap(&r, from, to), known);
            assert_int_equal(ranges_covers(&r, from, to), known == right - left);
            uint32_t gap = left;
            while (gap < SPACE && map[gap])
                gap++;
            assert_int_equal(ranges_gap(&r, from).v, base + gap);
            assert_true(ranges_add(&r, &mem, from, to, &fresh));
            assert_int_equal(fresh, right - left - known);
            memset(map + left, true, right - left);
            if (step % 20 == 19) {
                ranges_trim(&r, seq_of(base + (uint32_t)step));
                memset(map, false, (size_t)step);
            }
            check_order(&r);
        }
        ranges_release(&r, &mem);
    }
    assert_int_equal(held, 0);
}

static void oldest_gives_way(void **state)
{
    (void)state;
    struct ranges r;
    uint32_t fresh;
    ranges_init(&r, 4);
    for (uint32_t i = 0; i < 6; i++)
        assert_true(ranges_add(&r, &mem, seq_of(100 * i), seq_of(100 * i + 10), NULL));
    assert_int_equal(r.count, 4);
    assert_int_equal(range_at(&r, 0)->left.v, 200);
    assert_true(ranges_add(&r, &mem, seq_of(100), seq_of(110), &fresh)); /* older than all: not kept */
    assert_int_equal(fresh, 10);
    assert_int_equal(r.count, 4);
    assert_true(ranges_add(&r, &mem, seq_of(350), seq_of(360), NULL)); /* in the middle */
    assert_int_equal(range_at(&r, 0)->left.v, 300);
    assert_int_equal(range_at(&r, 1)->left.v, 350);
    ranges_clear(&r);
    assert_int_equal(ranges_overlap(&r, seq_of(0), seq_of(1000)), 0);
    ranges_release(&r, &mem);
}

/* Five times around the number space, in one range. */
static void a_long_stream_stays_in_order(void **state)
{
    (void)state;
    struct ranges r;
    ranges_init(&r, 8);
    uint32_t at = 1, fresh, piece = 10000000;
    for (int i = 0; i < 2150; i++, at += piece) {
        assert_true(ranges_add(&r, &mem, seq_of(at), seq_of(at + piece), &fresh));
        assert_int_equal(fresh, piece);
        assert_int_equal(r.count, 1);
        assert_true(ranges_covers(&r, seq_of(at), seq_of(at + piece)));
        assert_true(seq_dist(range_at(&r, 0)->left, range_at(&r, 0)->right) <= RANGES_SPAN);
    }
    assert_true(ranges_add(&r, &mem, seq_of(at - RANGES_SPAN - 20), seq_of(at - RANGES_SPAN - 10), &fresh));
    assert_int_equal(fresh, 10);
    assert_int_equal(r.count, 1);
    ranges_release(&r, &mem);
}

static void without_memory_it_stays(void **state)
{
    (void)state;
    struct ranges r;
    uint32_t fresh = 0;
    ranges_init(&r, 100);
    no_memory = true;
    assert_true(ranges_add(&r, &mem, seq_of(20), seq_of(30), NULL));
    assert_false(ranges_add(&r, &mem, seq_of(40), seq_of(50), &fresh));
    assert_int_equal(fresh, 10);
    assert_int_equal(r.count, 1);
    assert_true(ranges_add(&r, &mem, seq_of(30), seq_of(50), NULL)); /* touches: needs no room */
    assert_true(ranges_add(&r, &mem, seq_of(9), seq_of(9), NULL));
    assert_true(ranges_add(&r, &mem, seq_of(9), seq_of(3), &fresh));
    assert_int_equal(fresh, 0);
    no_memory = false;
    ranges_release(&r, &mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_map),
        cmocka_unit_test(oldest_gives_way),
        cmocka_unit_test(a_long_stream_stays_in_order),
        cmocka_unit_test(without_memory_it_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
