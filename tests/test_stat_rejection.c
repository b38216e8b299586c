/* label: light */
/* Early rejection: the cases of arXiv 2508.01969 by hand, and Kendall's tau-b against all pairs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "near.h"
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

static double risk(int64_t n, double gap, double sigma) {
    double out;
    assert_int_equal(cairn_stat_rejection_risk(ctx, n, gap, sigma, &out), CAIRN_OK);
    return out;
}

static void test_risk_is_the_union_of_sub_gaussian_tails(void **state) {
    (void)state;
    assert_near(risk(16, 1, 0.2), 15 * exp(-6.25), 1e-15);
    assert_near(risk(16, 1, 0.2), 0.02896, 5e-6);
    assert_near(risk(16, 1, 0.25), 0.2747, 5e-5);
    assert_near(risk(16, 2, 1), 1, 0); /* 15 / e */
    assert_near(risk(1, 0, 1), 0, 0);
    assert_near(risk(2, 0, 1), 1, 0);
    double out;
    assert_int_equal(cairn_stat_rejection_risk(ctx, 0, 1, 1, &out), CAIRN_INVALID);
    assert_int_equal(cairn_stat_rejection_risk(ctx, 2, -1, 1, &out), CAIRN_INVALID);
    assert_int_equal(cairn_stat_rejection_risk(ctx, 2, 1, 0, &out), CAIRN_INVALID);
    assert_int_equal(cairn_stat_rejection_risk(ctx, 2, NAN, 1, &out), CAIRN_INVALID);
}

static void test_tau_is_the_share_rho_squared_rounded_up(void **state) {
    (void)state;
    int64_t tau;
    const struct {
        double rho;
        int64_t length, tau;
    } cases[] = {{0.8, 100, 64}, {0.9, 256, 208}, {1, 7, 7}, {0.5, 4, 1}, {0.5, 5, 2}, {1e-9, 100, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cairn_stat_tau_for_correlation(ctx, cases[i].rho, cases[i].length, &tau), CAIRN_OK);
        assert_int_equal(tau, cases[i].tau);
    }
    assert_int_equal(cairn_stat_tau_for_correlation(ctx, 0, 10, &tau), CAIRN_INVALID);
    assert_int_equal(cairn_stat_tau_for_correlation(ctx, 1.01, 10, &tau), CAIRN_INVALID);
    assert_int_equal(cairn_stat_tau_for_correlation(ctx, NAN, 10, &tau), CAIRN_INVALID);
    assert_int_equal(cairn_stat_tau_for_correlation(ctx, 0.5, 0, &tau), CAIRN_INVALID);
}

static void test_each_group_keeps_its_best(void **state) {
    (void)state;
    const double scores[] = {0.2, 0.9, 0.5, 0.5, NAN, 0.1, 0.5};
    const int32_t groups[] = {7, 7, 3, 7, 3, 3, 7};
    bool keep[7];
    assert_int_equal(cairn_stat_keep_top(ctx, scores, groups, 7, 2, keep), CAIRN_OK);
    assert_memory_equal(keep, ((const bool[]){false, true, true, true, false, true, false}), sizeof keep);
    assert_int_equal(cairn_stat_keep_top(ctx, scores, groups, 7, 0, keep), CAIRN_OK);
    for (int i = 0; i < 7; i++) assert_false(keep[i]);
    assert_int_equal(cairn_stat_keep_top(ctx, scores, groups, 7, 4, keep), CAIRN_OK);
    for (int i = 0; i < 7; i++) assert_true(keep[i]);
    assert_int_equal(cairn_stat_keep_top(ctx, scores, groups, 7, -1, keep), CAIRN_INVALID);
}

static double kendall(const double *x, const double *y, size_t n) {
    double out;
    assert_int_equal(cairn_stat_kendall(ctx, x, y, n, &out), CAIRN_OK);
    return out;
}

/* Without ties: of the 6 pairs of 1 3 2 4 one is discordant: (5 - 1) / 6. With ties, x = 1 1 2 3 and y = 1 2 2 3: 6
 * pairs, one tied in x, one in y, the other 4 concordant: 4 / sqrt(5 * 5). */
static void test_kendall_by_hand(void **state) {
    (void)state;
    const double x[] = {1, 2, 3, 4}, y[] = {1, 3, 2, 4}, down[] = {9, 8, 2, 1};
    assert_near(kendall(x, y, 4), 4.0 / 6, 1e-15);
    assert_near(kendall(x, down, 4), -1, 1e-15);
    assert_near(kendall((const double[]){1, 1, 2, 3}, (const double[]){1, 2, 2, 3}, 4), 0.8, 1e-15);
    assert_true(isnan(kendall(x, (const double[]){5, 5, 5, 5}, 4)));
    double out;
    assert_int_equal(cairn_stat_kendall(ctx, x, y, 1, &out), CAIRN_INVALID);
    assert_int_equal(cairn_stat_kendall(ctx, x, (const double[]){1, NAN}, 2, &out), CAIRN_INVALID);
}

static void test_kendall_is_that_of_all_pairs(void **state) {
    (void)state;
    cairn_rng rng = cairn_rng_open(3, 0, 0, CAIRN_VERB_WORLD, 0, 0);
    double x[60], y[60];
    for (int round = 0; round < 300; round++) {
        int n = 2 + round % 59, values = 1 + round % 7;
        double sum = 0, in_x = 0, in_y = 0;
        for (int i = 0; i < n; i++) {
            x[i] = (double)cairn_rng_below(&rng, (uint32_t)values);
            y[i] = round % 2 ? cairn_rng_unit(&rng) : (double)cairn_rng_below(&rng, 3);
        }
        for (int i = 0; i < n; i++)
            for (int k = 0; k < i; k++) {
                int dx = (x[i] > x[k]) - (x[i] < x[k]), dy = (y[i] > y[k]) - (y[i] < y[k]);
                sum += dx * dy;
                in_x += dx != 0;
                in_y += dy != 0;
            }
        double got = kendall(x, y, (size_t)n);
        if (in_x == 0 || in_y == 0)
            assert_true(isnan(got));
        else
            assert_near(got, sum / sqrt(in_x * in_y), 1e-12);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_risk_is_the_union_of_sub_gaussian_tails),
        cmocka_unit_test(test_tau_is_the_share_rho_squared_rounded_up),
        cmocka_unit_test(test_each_group_keeps_its_best),
        cmocka_unit_test(test_kendall_by_hand),
        cmocka_unit_test(test_kendall_is_that_of_all_pairs),
    };
    return cmocka_run_group_tests_name("early rejection", tests, open_ctx, close_ctx);
}
