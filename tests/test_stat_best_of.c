/* label: light */
/* Best-of-n without bias, its distance, the scaling forms, and links between proxies. */
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

static const int32_t one_to_four[] = {1, 2, 3, 4};

static void test_weights_of_best_of_2_are_shares_of_six_pairs(void **state) {
    (void)state;
    double w[16];
    assert_int_equal(cairn_stat_best_of_weights(ctx, 4, one_to_four, 4, w), CAIRN_OK);
    const double want[] = {0, 1.0 / 6, 2.0 / 6, 3.0 / 6};
    for (int i = 0; i < 4; i++) near(w[4 + i], want[i], 1e-15);
    for (int i = 0; i < 4; i++) near(w[12 + i], i == 3, 1e-15);
}

static void test_weights_of_many_candidates_sum_to_one(void **state) {
    (void)state;
    static double w[3 * 4096];
    const int32_t ns[] = {2, 64, 4000};
    assert_int_equal(cairn_stat_best_of_weights(ctx, 4096, ns, 3, w), CAIRN_OK);
    for (int i = 0; i < 3; i++) near(cairn_stat_sum(w + i * 4096, 4096), 1, 1e-10);
}

static void test_curve_of_worked_case(void **state) {
    (void)state;
    const double proxy[] = {3, 1, 4, 2}, truth[] = {1, 0, 0, 1}; /* by proxy: 0 1 1 0 */
    double w[16], r[4], u[4];
    assert_int_equal(cairn_stat_best_of_weights(ctx, 4, one_to_four, 4, w), CAIRN_OK);
    assert_int_equal(cairn_stat_best_of_curve(ctx, proxy, truth, 4, w, 4, r, u), CAIRN_OK);
    const double want_u[] = {.5, .5, .25, 0}, want_r[] = {2.5, 20.0 / 6, 3.75, 4};
    for (int i = 0; i < 4; i++) near(u[i], want_u[i], 1e-14), near(r[i], want_r[i], 1e-14);
}

static void test_equal_proxies_give_the_mean_truth_at_every_n(void **state) {
    (void)state;
    const double proxy[] = {7, 7, 7, 7}, truth[] = {0, 1, 5, 2};
    double w[16], r[4], u[4];
    assert_int_equal(cairn_stat_best_of_weights(ctx, 4, one_to_four, 4, w), CAIRN_OK);
    assert_int_equal(cairn_stat_best_of_curve(ctx, proxy, truth, 4, w, 4, r, u), CAIRN_OK);
    for (int i = 0; i < 4; i++) near(u[i], 2, 1e-14), near(r[i], 7, 1e-13);
}

static void test_curve_equals_enumeration_of_all_draws(void **state) {
    (void)state;
    const double proxy[] = {.3, .9, .1, .9, .5}, truth[] = {2, 1, 7, 4, 3};
    const int32_t three = 3;
    double w[5], r, u, sum_r = 0, sum_u = 0;
    for (int a = 0; a < 5; a++)
        for (int b = a + 1; b < 5; b++)
            for (int c = b + 1; c < 5; c++) {
                double best = fmax(proxy[a], fmax(proxy[b], proxy[c]));
                /* a draw whose best is the tie takes one of the tied, either as often over all draws: their mean */
                sum_r += best / 10;
                sum_u += (best == .9 ? 2.5 : best == .5 ? 3 : NAN) / 10;
            }
    assert_int_equal(cairn_stat_best_of_weights(ctx, 5, &three, 1, w), CAIRN_OK);
    assert_int_equal(cairn_stat_best_of_curve(ctx, proxy, truth, 5, w, 1, &r, &u), CAIRN_OK);
    near(r, sum_r, 1e-14);
    near(u, sum_u, 1e-14);
}

static void test_curve_refuses_what_is_undefined(void **state) {
    (void)state;
    const double bad[] = {1, NAN}, good[] = {1, 2};
    const int32_t none = 0, many = 3, one = 1;
    double w[2], r, u;
    assert_int_equal(cairn_stat_best_of_weights(ctx, 2, &none, 1, w), CAIRN_INVALID);
    assert_int_equal(cairn_stat_best_of_weights(ctx, 2, &many, 1, w), CAIRN_INVALID);
    assert_int_equal(cairn_stat_best_of_weights(ctx, 0, &one, 1, w), CAIRN_INVALID);
    assert_int_equal(cairn_stat_best_of_weights(ctx, 2, &one, 1, w), CAIRN_OK);
    assert_int_equal(cairn_stat_best_of_curve(ctx, bad, good, 2, w, 1, &r, &u), CAIRN_INVALID);
    assert_int_equal(cairn_stat_best_of_curve(ctx, good, bad, 2, w, 1, &r, &u), CAIRN_INVALID);
    assert_int_equal(cairn_stat_best_of_curve(ctx, good, good, 0, w, 1, &r, &u), CAIRN_INVALID);
}

static void test_distance_of_best_of_n(void **state) {
    (void)state;
    near(cairn_stat_best_of_kl(1), 0, 0);
    near(cairn_stat_best_of_kl(2), .193147, 5e-7);
    near(cairn_stat_best_of_kl(4), .636294, 5e-7);
    near(cairn_stat_best_of_kl(8), 1.204442, 5e-7);
    assert_true(isnan(cairn_stat_best_of_kl(0)));
}

static void test_fit_of_worked_case(void **state) {
    (void)state;
    const double d[] = {0, 1, 2, 3}, gold[] = {0, 1.5, 2, 1.5};
    cairn_scaling_fit fit;
    assert_int_equal(cairn_stat_fit_scaling(ctx, CAIRN_SCALING_BEST_OF, d, gold, 4, &fit), CAIRN_OK);
    near(fit.alpha, 2, 1e-12), near(fit.beta, .5, 1e-12), near(fit.peak, 2, 1e-12), near(fit.value, 2, 1e-12);
}

static void test_fit_of_reinforcement_learning_peaks_at_its_closed_form(void **state) {
    (void)state;
    double d[] = {.5, 1, 2, 4}, gold[4];
    for (int i = 0; i < 4; i++) gold[i] = d[i] * (1.5 - .75 * log(d[i]));
    cairn_scaling_fit fit;
    assert_int_equal(cairn_stat_fit_scaling(ctx, CAIRN_SCALING_RL, d, gold, 4, &fit), CAIRN_OK);
    near(fit.alpha, 1.5, 1e-12), near(fit.beta, .75, 1e-12);
    near(fit.peak, exp(1), 1e-11), near(fit.value, .75 * exp(1), 1e-11);
}

static void test_fit_without_ceiling_has_no_peak(void **state) {
    (void)state;
    const double d[] = {1, 2, 3}, gold[] = {1, 4, 9}, two[] = {1, 2, 2};
    cairn_scaling_fit fit;
    assert_int_equal(cairn_stat_fit_scaling(ctx, CAIRN_SCALING_BEST_OF, d, gold, 3, &fit), CAIRN_OK);
    near(fit.beta, -1, 1e-12);
    assert_true(isnan(fit.peak));
    assert_int_equal(cairn_stat_fit_scaling(ctx, CAIRN_SCALING_BEST_OF, two, gold, 3, &fit), CAIRN_INVALID);
}

static void test_link_of_worked_case(void **state) {
    (void)state;
    const double accuracy[] = {.742, .746, .772, .814, .853}, value[] = {-.62, 1.90, .14, 1.41, 2.76};
    double rho;
    assert_int_equal(cairn_stat_spearman(ctx, accuracy, value, 5, &rho), CAIRN_OK);
    near(rho, .7, 1e-12);
}

/* Of the 120 orders of five numbers 2 have |rho| = 1, and 2 + 2 * 4 have |rho| >= .9. */
static void test_permutation_p_approaches_the_exact_one(void **state) {
    (void)state;
    const double x[] = {1, 2, 3, 4, 5}, y[] = {1, 2, 3, 4, 5}, z[] = {2, 1, 3, 4, 5}, flat[] = {1, 1, 1, 1, 1};
    cairn_test test;
    assert_int_equal(cairn_stat_spearman_test(ctx, x, y, 5, 100000, 1, &test), CAIRN_OK);
    near(test.statistic, 1, 1e-12), near(test.p, 2.0 / 120, .002);
    assert_int_equal(cairn_stat_spearman_test(ctx, x, z, 5, 100000, 1, &test), CAIRN_OK);
    near(test.statistic, .9, 1e-12), near(test.p, 10.0 / 120, .004);
    assert_int_equal(cairn_stat_spearman_test(ctx, x, flat, 5, 100, 1, &test), CAIRN_OK);
    assert_true(isnan(test.statistic) && isnan(test.p));
    assert_int_equal(cairn_stat_spearman_test(ctx, x, y, 5, 0, 1, &test), CAIRN_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights_of_best_of_2_are_shares_of_six_pairs),
        cmocka_unit_test(test_weights_of_many_candidates_sum_to_one),
        cmocka_unit_test(test_curve_of_worked_case),
        cmocka_unit_test(test_equal_proxies_give_the_mean_truth_at_every_n),
        cmocka_unit_test(test_curve_equals_enumeration_of_all_draws),
        cmocka_unit_test(test_curve_refuses_what_is_undefined),
        cmocka_unit_test(test_distance_of_best_of_n),
        cmocka_unit_test(test_fit_of_worked_case),
        cmocka_unit_test(test_fit_of_reinforcement_learning_peaks_at_its_closed_form),
        cmocka_unit_test(test_fit_without_ceiling_has_no_peak),
        cmocka_unit_test(test_link_of_worked_case),
        cmocka_unit_test(test_permutation_p_approaches_the_exact_one),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
