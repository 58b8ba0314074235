/* Many values become few points, and neither the highest of them nor their order is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/types.h"
#include "scene/series.h"

/* The highest value of the points whose stretches hold that time. */
static uint64_t shown_at(const struct series *s, uint64_t time_ns)
{
    uint64_t value = 0;
    for (size_t i = 0; i < s->count && s->point[i].time_ns <= time_ns; i++)
        value = s->point[i].value;
    return value;
}

static void test_few_values_stay_as_they_are(void **state)
{
    (void)state;
    struct series s = {0};
    for (uint64_t i = 0; i < SERIES_POINTS; i++)
        series_add(&s, i * 10, i * 7 % 11);
    assert_int_equal(s.count, SERIES_POINTS);
    assert_int_equal(s.most, 10);
    for (uint64_t i = 0; i < SERIES_POINTS; i++)
        assert_true(s.point[i].time_ns == i * 10 && s.point[i].value == i * 7 % 11);
}

static void test_peaks_stay(void **state)
{
    (void)state;
    for (uint64_t values = SERIES_POINTS; values < 40 * SERIES_POINTS; values = values * 3 / 2 + 1) {
        struct series s = {0};
        for (uint64_t i = 0; i < values; i++)
            series_add(&s, i, i % 97 == 13 ? 1000 + i : i % 5);
        assert_in_range(s.count, SERIES_POINTS / 2, SERIES_POINTS);
        for (size_t i = 1; i < s.count; i++)
            assert_true(s.point[i].time_ns > s.point[i - 1].time_ns);
        for (uint64_t i = 13; i < values; i += 97)
            assert_true(shown_at(&s, i) >= 1000 + i);
        assert_true(s.most >= 1000);
    }
}

static void test_time_does_not_run_back(void **state)
{
    (void)state;
    struct series s = {0};
    series_add(&s, 50, 1);
    series_add(&s, 20, 2);
    series_add(&s, 60, 3);
    assert_int_equal(s.count, 3);
    assert_true(s.point[1].time_ns == 50 && s.point[2].time_ns == 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_values_stay_as_they_are),
        cmocka_unit_test(test_peaks_stay),
        cmocka_unit_test(test_time_does_not_run_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
