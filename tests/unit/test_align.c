/* Two rows of keys side by side: the answer is true, and the shortest where it is not said to be rough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/align.h"
#include "plat/heap.h"

struct side {
    uint64_t *key;
    uint8_t *alone;
    size_t count;
};

static struct side side_new(size_t count)
{
    struct side s = {calloc(count + 1, sizeof *s.key), calloc(count + 1, 1), count};
    assert_non_null(s.key);
    assert_non_null(s.alone);
    return s;
}

static struct side side_of(const char *text)
{
    struct side s = side_new(strlen(text));
    for (size_t i = 0; i < s.count; i++)
        s.key[i] = (uint64_t)text[i] << 32; /* the high half counts too */
    return s;
}

static void side_free(struct side *s)
{
    free(s->key);
    free(s->alone);
}

/* Aligns; those that are not alone are alike, in order. Returns how many are. */
static size_t aligned(struct align *al, const struct side *a, const struct side *b)
{
    const struct align_keys left = {a->key, a->alone, a->count}, right = {b->key, b->alone, b->count};
    size_t pairs = 0, i = 0, j = 0;
    assert_true(align_keys(al, &left, &right));
    for (;; i++, j++, pairs++) {
        while (i < a->count && a->alone[i])
            i++;
        while (j < b->count && b->alone[j])
            j++;
        if (i == a->count || j == b->count)
            break;
        assert_true(a->key[i] == b->key[j]);
    }
    assert_int_equal(i, a->count);
    assert_int_equal(j, b->count);
    return pairs;
}

/* The length of the longest common subsequence by the book. */
static size_t longest(const struct side *a, const struct side *b)
{
    size_t *row = calloc(b->count + 1, sizeof *row), length;
    for (size_t i = 0; i < a->count; i++) {
        size_t corner = 0;
        for (size_t j = 0; j < b->count; j++) {
            const size_t above = row[j + 1], left = row[j];
            row[j + 1] = a->key[i] == b->key[j] ? corner + 1 : above > left ? above : left;
            corner = above;
        }
    }
    length = row[b->count];
    free(row);
    return length;
}

static void says(const char *a, const char *b, const char *alone_a, const char *alone_b)
{
    struct align al;
    struct side left = side_of(a), right = side_of(b);
    align_init(&al, heap_mem());
    aligned(&al, &left, &right);
    for (size_t i = 0; i < left.count; i++)
        assert_int_equal(left.alone[i], alone_a[i] == '-');
    for (size_t i = 0; i < right.count; i++)
        assert_int_equal(right.alone[i], alone_b[i] == '+');
    assert_false(al.rough);
    align_release(&al);
    side_free(&left);
    side_free(&right);
}

static void small_ones(void **state)
{
    (void)state;
    says("", "", "", "");
    says("abc", "abc", "   ", "   ");
    says("abc", "", "---", "");
    says("", "abc", "", "+++");
    says("abc", "xyz", "---", "+++");
    says("abcd", "acd", " -  ", "   ");
    says("acd", "abcd", "   ", " +  ");
    says("aaaa", "aaaaaa", "    ", "    ++");
    says("sdadada", "sdada", "     --", "     ");
}

static void the_shortest_of_any(void **state)
{
    (void)state;
    struct align al;
    align_init(&al, heap_mem());
    srand(7);
    for (int round = 0; round < 2000; round++) {
        struct side a = side_new((size_t)rand() % 60), b = side_new((size_t)rand() % 60);
        const int letters = 1 + rand() % 8;
        for (size_t i = 0; i < a.count; i++)
            a.key[i] = (uint64_t)(rand() % letters);
        for (size_t i = 0; i < b.count; i++)
            b.key[i] = (uint64_t)(rand() % letters);
        const size_t pairs = aligned(&al, &a, &b);
        assert_int_equal(pairs, longest(&a, &b));
        side_free(&a);
        side_free(&b);
    }
    assert_false(al.rough);
    align_release(&al);
}

/* 100,000 keys of which a hundred are not there on the other side: exact, though many are alike. */
static void long_and_close(void **state)
{
    (void)state;
    struct align al;
    struct side a = side_new(100000), b = side_new(100000 - 100);
    align_init(&al, heap_mem());
    for (size_t i = 0, j = 0; i < a.count; i++) {
        a.key[i] = i % 3;
        if (i % 1000 != 500)
            b.key[j++] = a.key[i];
    }
    assert_int_equal(aligned(&al, &a, &b), b.count);
    assert_false(al.rough);
    align_release(&al);
    side_free(&a);
    side_free(&b);
}

/* What has next to nothing in common costs no more than it may, and says that it is rough. */
static void long_and_different(void **state)
{
    (void)state;
    struct align al;
    struct side a = side_new(100000), b = side_new(100000);
    align_init(&al, heap_mem());
    srand(11);
    for (size_t i = 0; i < a.count; i++) {
        a.key[i] = (uint64_t)(rand() % 50);
        b.key[i] = (uint64_t)(rand() % 50);
    }
    assert_true(aligned(&al, &a, &b) > 10000);
    assert_true(al.rough);
    align_release(&al);
    side_free(&a);
    side_free(&b);
}

static void *scarce(void *ctx, void *old, size_t old_size, size_t new_size)
{
    int *left = ctx;
    if (new_size > 0 && (*left)-- <= 0)
        return NULL;
    return heap_mem()->resize(heap_mem()->ctx, old, old_size, new_size);
}

static void without_memory(void **state)
{
    (void)state;
    bool good = false;
    for (int allowed = 0; !good; allowed++) {
        int left = allowed;
        const struct mem mem = {scarce, &left, NULL};
        struct align al;
        struct side a = side_of("abcabcabdkfjgnabc"), b = side_of("bcabdabcabckfgjnb");
        align_init(&al, &mem);
        good = align_keys(&al, &(struct align_keys){a.key, a.alone, a.count},
                          &(struct align_keys){b.key, b.alone, b.count});
        align_release(&al);
        side_free(&a);
        side_free(&b);
        assert_true(allowed < 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_ones),     cmocka_unit_test(the_shortest_of_any),
        cmocka_unit_test(long_and_close), cmocka_unit_test(long_and_different),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
