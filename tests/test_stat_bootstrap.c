/* The percentile bootstrap: determinism, coverage of its bounds by closed forms, strata, undefined resamples. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "cairn/stat.h"

static cairn_ctx *ctx;

static int open_ctx(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

static int close_ctx(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

static void near(double got, double want, double within) {
    if (!(fabs(got - want) <= within)) fail_msg("got %.17g, want %.17g", got, want);
}

static const cairn_bootstrap preset = CAIRN_BOOTSTRAP_PRESET;

static void test_interpolated_quantiles_of_sorted_numbers(void **state) {
    (void)state;
    double x[] = {1, 2, 4, 8};
    near(cairn_stat_quantile_sorted(x, 4, 0.0), 1.0, 0.0);
    near(cairn_stat_quantile_sorted(x, 4, 1.0), 8.0, 0.0);
    near(cairn_stat_quantile_sorted(x, 4, 0.5), 3.0, 0.0);
    near(cairn_stat_quantile_sorted(x, 4, 0.75), 5.0, 1e-15);
    assert_true(isnan(cairn_stat_quantile_sorted(x, 0, 0.5)) && isnan(cairn_stat_quantile_sorted(x, 4, 1.5)));
}

static void test_same_seed_gives_same_bounds_and_another_seed_others(void **state) {
    (void)state;
    double x[40];
    for (int i = 0; i < 40; i++) x[i] = i * i % 17;
    cairn_bootstrap other = preset;
    other.seed = 1;
    cairn_interval a, b, c;
    assert_int_equal(cairn_stat_bootstrap_mean(ctx, x, 40, &preset, &a), CAIRN_OK);
    assert_int_equal(cairn_stat_bootstrap_mean(ctx, x, 40, &preset, &b), CAIRN_OK);
    assert_int_equal(cairn_stat_bootstrap_mean(ctx, x, 40, &other, &c), CAIRN_OK);
    assert_true(a.low == b.low && a.high == b.high);
    assert_true(a.low != c.low || a.high != c.high);
    assert_true(a.estimate == c.estimate);
}

/* The mean of n resampled coin flips is Binomial(n, p) / n, whose quantiles are known. */
static void test_bounds_of_a_proportion_are_the_quantiles_of_a_binomial(void **state) {
    (void)state;
    double x[100] = {0};
    for (int i = 0; i < 40; i++) x[i] = 1.0;
    cairn_bootstrap how = preset;
    how.resamples = 20000;
    cairn_interval got;
    assert_int_equal(cairn_stat_bootstrap_mean(ctx, x, 100, &how, &got), CAIRN_OK);
    near(got.estimate, 0.4, 1e-15);
    near(got.low, 0.31, 0.011); /* P(B <= 30) = .0248, P(B <= 31) = .0398 */
    near(got.high, 0.50, 0.011);
    assert_int_equal(got.left_out, 0);
}

static void test_paired_difference_of_equal_offsets_has_no_width(void **state) {
    (void)state;
    double a[] = {1.5, 2.5, 7.5}, b[] = {1, 2, 7};
    cairn_interval got;
    assert_int_equal(cairn_stat_bootstrap_paired(ctx, a, b, 3, &preset, &got), CAIRN_OK);
    assert_true(got.estimate == 0.5 && got.low == 0.5 && got.high == 0.5);
}

static double counts_per_stratum(const void *arg, const uint32_t *index, size_t n) {
    const size_t *sizes = arg;
    for (size_t i = 0; i < n; i++)
        if ((i < sizes[0]) != (index[i] < sizes[0])) return 1.0;
    return 0.0;
}

static void test_strata_are_resampled_from_their_own_items(void **state) {
    (void)state;
    size_t sizes[] = {3, 50};
    cairn_interval got;
    assert_int_equal(cairn_stat_bootstrap_strata(ctx, sizes, 2, counts_per_stratum, sizes, &preset, &got), CAIRN_OK);
    assert_true(got.high == 0.0);
}

/* Undefined where item 0 was not drawn: with 2 items that happens with probability 1/4. */
static double needs_item_zero(const void *arg, const uint32_t *index, size_t n) {
    (void)arg;
    for (size_t i = 0; i < n; i++)
        if (index[i] == 0) return 1.0;
    return NAN;
}

static double never(const void *arg, const uint32_t *index, size_t n) {
    (void)arg, (void)index, (void)n;
    return NAN;
}

static void test_undefined_resamples_are_left_out_and_counted(void **state) {
    (void)state;
    cairn_interval got;
    assert_int_equal(cairn_stat_bootstrap(ctx, 2, needs_item_zero, NULL, &preset, &got), CAIRN_OK);
    assert_true(got.low == 1.0 && got.high == 1.0);
    near(got.left_out, 500.0, 100.0); /* 5 standard deviations of 19.4 */
    assert_int_equal(cairn_stat_bootstrap(ctx, 2, never, NULL, &preset, &got), CAIRN_INVALID);
}

static void test_bootstrap_refuses_bad_arguments(void **state) {
    (void)state;
    double x[] = {1, INFINITY};
    cairn_interval got;
    cairn_bootstrap how = preset;
    assert_int_equal(cairn_stat_bootstrap_mean(ctx, x, 2, &preset, &got), CAIRN_INVALID);
    assert_int_equal(cairn_stat_bootstrap_mean(ctx, x, 0, &preset, &got), CAIRN_INVALID);
    how.resamples = 0;
    assert_int_equal(cairn_stat_bootstrap_mean(ctx, x, 1, &how, &got), CAIRN_INVALID);
    how = preset;
    how.level = 0.0;
    assert_int_equal(cairn_stat_bootstrap_mean(ctx, x, 1, &how, &got), CAIRN_INVALID);
}

static void test_a_failing_allocation_is_reported_and_leaves_the_output(void **state) {
    (void)state;
    double x[] = {1, 2, 3};
    for (int64_t at = 1; at <= 2; at++) {
        cairn_interval got = {.estimate = 7.0};
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = at});
        assert_int_equal(cairn_stat_bootstrap_mean(ctx, x, 3, &preset, &got), CAIRN_NO_MEMORY);
        assert_true(got.estimate == 7.0);
    }
    cairn_faults_set(ctx, (cairn_faults){0});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interpolated_quantiles_of_sorted_numbers),
        cmocka_unit_test(test_same_seed_gives_same_bounds_and_another_seed_others),
        cmocka_unit_test(test_bounds_of_a_proportion_are_the_quantiles_of_a_binomial),
        cmocka_unit_test(test_paired_difference_of_equal_offsets_has_no_width),
        cmocka_unit_test(test_strata_are_resampled_from_their_own_items),
        cmocka_unit_test(test_undefined_resamples_are_left_out_and_counted),
        cmocka_unit_test(test_bootstrap_refuses_bad_arguments),
        cmocka_unit_test(test_a_failing_allocation_is_reported_and_leaves_the_output),
    };
    return cmocka_run_group_tests_name("stat bootstrap", tests, open_ctx, close_ctx);
}
