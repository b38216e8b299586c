/* label: light */
/* Distributions and closed-form intervals against closed forms and exact sums. */
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

static void test_sum_keeps_what_plain_addition_loses(void **state) {
    (void)state;
    double x[] = {1e16, 1.0, -1e16, 1.0};
    assert_true(cairn_stat_sum(x, 4) == 2.0);
    assert_true(cairn_stat_sum(x, 0) == 0.0);
    assert_true(isnan(cairn_stat_mean(x, 0)));
    double infinite[] = {1.0, INFINITY};
    assert_true(cairn_stat_sum(infinite, 2) == INFINITY);
}

static void test_variance_does_not_depend_on_the_offset(void **state) {
    (void)state;
    double x[] = {1, 2, 3, 4, 5}, far[] = {1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4, 1e9 + 5};
    near(cairn_stat_variance(x, 5), 2.5, 1e-15);
    near(cairn_stat_variance(far, 5), 2.5, 1e-12);
    assert_true(isnan(cairn_stat_variance(x, 1)));
}

static void test_normal_quantile_inverts_the_cdf(void **state) {
    (void)state;
    near(cairn_stat_normal_quantile(0.975), 1.959963984540054, 1e-13);
    near(cairn_stat_normal_quantile(1e-6), -4.753424308822899, 1e-12);
    assert_true(cairn_stat_normal_quantile(0.5) == 0.0);
    assert_true(cairn_stat_normal_quantile(0.0) == -INFINITY && cairn_stat_normal_quantile(1.0) == INFINITY);
    assert_true(isnan(cairn_stat_normal_quantile(1.5)) && isnan(cairn_stat_normal_quantile(NAN)));
    for (double z = -8.0; z <= 4.0; z += 0.5) near(cairn_stat_normal_quantile(cairn_stat_normal_cdf(z)), z, 1e-9);
}

static void test_incomplete_beta_equals_its_closed_forms(void **state) {
    (void)state;
    for (double x = 0.0; x <= 1.0; x += 1.0 / 64) {
        near(cairn_stat_beta_cdf(1.0, 7.0, x), 1.0 - pow(1.0 - x, 7.0), 1e-14);
        near(cairn_stat_beta_cdf(5.0, 1.0, x), pow(x, 5.0), 1e-14);
        near(cairn_stat_beta_cdf(2.0, 3.0, x), x * x * (6.0 - 8.0 * x + 3.0 * x * x), 1e-14);
        near(cairn_stat_beta_cdf(0.5, 0.5, x), 2.0 / M_PI * asin(sqrt(x)), 1e-13);
    }
    assert_true(isnan(cairn_stat_beta_cdf(0.0, 1.0, 0.5)) && isnan(cairn_stat_beta_cdf(1.0, 1.0, 1.5)));
}

static void test_beta_quantile_inverts_the_cdf(void **state) {
    (void)state;
    near(cairn_stat_beta_quantile(1.0, 7.0, 0.3), 1.0 - pow(0.7, 1.0 / 7.0), 1e-14);
    near(cairn_stat_beta_quantile(0.5, 0.5, 0.25), pow(sin(M_PI / 8.0), 2.0), 1e-13);
    assert_true(cairn_stat_beta_quantile(2.0, 2.0, 0.0) == 0.0 && cairn_stat_beta_quantile(2.0, 2.0, 1.0) == 1.0);
    assert_true(isnan(cairn_stat_beta_quantile(2.0, -1.0, 0.5)));
}

static void test_student_equals_its_closed_forms_at_one_and_two_degrees(void **state) {
    (void)state;
    for (double p = 0.01; p < 1.0; p += 0.07) {
        near(cairn_stat_t_quantile(p, 1.0), tan(M_PI * (p - 0.5)), 1e-9);
        near(cairn_stat_t_quantile(p, 2.0), (2.0 * p - 1.0) / sqrt(2.0 * p * (1.0 - p)), 1e-10);
    }
    near(cairn_stat_t_cdf(1e-8, 1.0), 0.5 + 1e-8 / M_PI, 1e-15);
    near(cairn_stat_t_cdf(-3.0, 1.0), 0.5 - atan(3.0) / M_PI, 1e-14);
    near(cairn_stat_t_quantile(0.975, 10.0), 2.228138851964939, 1e-10);
    near(cairn_stat_t_quantile(0.975, 1e7), 1.959963984540054, 1e-6);
    assert_true(isnan(cairn_stat_t_cdf(1.0, 0.0)) && isnan(cairn_stat_t_quantile(0.5, -1.0)));
}

static void test_binomial_tails_equal_exact_sums(void **state) {
    (void)state;
    near(cairn_stat_binomial_at_most(8, 40, 0.3), 0.11100917524979761, 1e-13);
    near(cairn_stat_binomial_at_least(20, 40, 0.3), 0.006254504372435027, 1e-14);
    near(cairn_stat_binomial_pmf(1000, 2000, 0.5) / 0.01783901114585432, 1.0, 1e-10);
    near(cairn_stat_binomial_at_most(8, 40, 0.3) + cairn_stat_binomial_at_least(9, 40, 0.3), 1.0, 1e-14);
    double sum = 0.0;
    for (int k = 0; k <= 12; k++) sum += cairn_stat_binomial_pmf(k, 12, 0.37);
    near(sum, 1.0, 1e-13);
    assert_true(cairn_stat_binomial_pmf(0, 5, 0.0) == 1.0 && cairn_stat_binomial_pmf(5, 5, 1.0) == 1.0);
    assert_true(cairn_stat_binomial_at_most(-1, 5, 0.5) == 0.0 && cairn_stat_binomial_at_most(5, 5, 0.5) == 1.0);
    assert_true(cairn_stat_binomial_at_least(0, 5, 0.5) == 1.0 && cairn_stat_binomial_at_least(6, 5, 0.5) == 0.0);
    assert_true(isnan(cairn_stat_binomial_pmf(0, 5, 1.5)) && isnan(cairn_stat_binomial_at_most(0, -1, 0.5)));
}

static void test_wilson_interval_of_worked_proportions(void **state) {
    (void)state;
    cairn_interval got;
    assert_int_equal(cairn_stat_wilson(ctx, 7, 20, 0.95, &got), CAIRN_OK);
    near(got.estimate, 0.35, 1e-15);
    near(got.low, 0.18119182410108206, 1e-12);
    near(got.high, 0.5671457233147637, 1e-12);
    assert_int_equal(cairn_stat_wilson(ctx, 0, 10, 0.95, &got), CAIRN_OK);
    double z2 = 1.959963984540054 * 1.959963984540054; /* closed form at no hits: z^2 / (n + z^2) */
    assert_true(got.low == 0.0);
    near(got.high, z2 / (10.0 + z2), 1e-13);
    assert_int_equal(cairn_stat_wilson(ctx, 10, 10, 0.95, &got), CAIRN_OK);
    assert_true(got.high == 1.0);
    near(got.low, 10.0 / (10.0 + z2), 1e-13);
}

static void test_clopper_pearson_bounds_have_the_exact_tails(void **state) {
    (void)state;
    cairn_interval got;
    assert_int_equal(cairn_stat_clopper_pearson(ctx, 7, 20, 0.95, &got), CAIRN_OK);
    near(got.low, 0.15390920478454115, 1e-12);
    near(got.high, 0.592188534532828, 1e-12);
    assert_int_equal(cairn_stat_clopper_pearson(ctx, 0, 30, 0.95, &got), CAIRN_OK);
    assert_true(got.low == 0.0);
    near(got.high, 1.0 - pow(0.025, 1.0 / 30.0), 1e-14);
    assert_int_equal(cairn_stat_clopper_pearson(ctx, 30, 30, 0.95, &got), CAIRN_OK);
    assert_true(got.high == 1.0);
    near(got.low, pow(0.025, 1.0 / 30.0), 1e-14);
}

static void test_student_interval_of_one_to_five(void **state) {
    (void)state;
    double x[] = {1, 2, 3, 4, 5}, a[] = {11, 22, 33, 44, 55}, b[] = {10, 20, 30, 40, 50};
    cairn_interval got;
    assert_int_equal(cairn_stat_mean_interval(ctx, x, 5, 0.95, &got), CAIRN_OK);
    double half = 2.7764451051977987 * sqrt(0.5); /* t(0.975, 4) sqrt(2.5 / 5) */
    near(got.estimate, 3.0, 1e-15);
    near(got.low, 3.0 - half, 1e-10);
    near(got.high, 3.0 + half, 1e-10);
    assert_int_equal(cairn_stat_paired_interval(ctx, a, b, 5, 0.95, &got), CAIRN_OK);
    near(got.low, 3.0 - half, 1e-10);
}

static void test_intervals_refuse_bad_arguments(void **state) {
    (void)state;
    cairn_interval got;
    double x[] = {1, NAN, 3};
    assert_int_equal(cairn_stat_wilson(ctx, 1, 0, 0.95, &got), CAIRN_INVALID);
    assert_int_equal(cairn_stat_wilson(ctx, 3, 2, 0.95, &got), CAIRN_INVALID);
    assert_int_equal(cairn_stat_wilson(ctx, -1, 2, 0.95, &got), CAIRN_INVALID);
    assert_int_equal(cairn_stat_wilson(ctx, 1, 2, 1.0, &got), CAIRN_INVALID);
    assert_int_equal(cairn_stat_clopper_pearson(ctx, 1, 2, NAN, &got), CAIRN_INVALID);
    assert_int_equal(cairn_stat_mean_interval(ctx, x, 3, 0.95, &got), CAIRN_INVALID);
    assert_int_equal(cairn_stat_mean_interval(ctx, x, 1, 0.95, &got), CAIRN_INVALID);
    assert_int_equal(cairn_stat_paired_interval(ctx, x, x, 3, 0.95, &got), CAIRN_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum_keeps_what_plain_addition_loses),
        cmocka_unit_test(test_variance_does_not_depend_on_the_offset),
        cmocka_unit_test(test_normal_quantile_inverts_the_cdf),
        cmocka_unit_test(test_incomplete_beta_equals_its_closed_forms),
        cmocka_unit_test(test_beta_quantile_inverts_the_cdf),
        cmocka_unit_test(test_student_equals_its_closed_forms_at_one_and_two_degrees),
        cmocka_unit_test(test_binomial_tails_equal_exact_sums),
        cmocka_unit_test(test_wilson_interval_of_worked_proportions),
        cmocka_unit_test(test_clopper_pearson_bounds_have_the_exact_tails),
        cmocka_unit_test(test_student_interval_of_one_to_five),
        cmocka_unit_test(test_intervals_refuse_bad_arguments),
    };
    return cmocka_run_group_tests_name("stat intervals", tests, open_ctx, close_ctx);
}
