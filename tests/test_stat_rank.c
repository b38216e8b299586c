/* label: light */
/* Ranks, AUROC with DeLong's error, correlations, calibration. */
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

static void test_equal_values_share_their_mean_rank(void **state) {
    (void)state;
    double x[] = {3, 1, 3, 2, 3}, ranks[5];
    assert_int_equal(cairn_stat_ranks(ctx, x, 5, ranks), CAIRN_OK);
    double want[] = {4, 1, 4, 2, 4};
    for (int i = 0; i < 5; i++) near(ranks[i], want[i], 0.0);
    x[3] = NAN;
    assert_int_equal(cairn_stat_ranks(ctx, x, 5, ranks), CAIRN_INVALID);
}

/* Positives .9 .5 .4, negatives .5 .1: pairs won 1+1, .5+1, 0+1 = 4.5 of 6. DeLong: placements of positives 1, .75, .5
 * (variance 1/16), of negatives 1/2, 1 (variance 1/8); squared error 1/48 + 1/16 = 1/12. */
static void test_auroc_counts_ties_one_half_and_delong_matches_by_hand(void **state) {
    (void)state;
    double scores[] = {0.9, 0.5, 0.4, 0.5, 0.1};
    bool positive[] = {true, true, true, false, false};
    cairn_auroc got;
    assert_int_equal(cairn_stat_auroc(ctx, scores, positive, 5, 0.95, &got), CAIRN_OK);
    near(got.auroc, 0.75, 1e-15);
    near(got.error, sqrt(1.0 / 12.0), 1e-15);
    near(got.low, 0.75 - 1.959963984540054 * sqrt(1.0 / 12.0), 1e-12);
    near(got.high, 1.0, 0.0);
    assert_int_equal(got.positives, 3);
    assert_int_equal(got.negatives, 2);
}

/* Every pair compared, in O(positives x negatives): AUROC and DeLong's error straight from their definitions. */
static void pairwise(const double *scores, const bool *positive, int n, double *auroc, double *error) {
    double wins[2][64] = {{0}}, total = 0.0;
    int size[2] = {0, 0};
    for (int i = 0; i < n; i++) size[positive[i]]++;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            if (!positive[i] || positive[j]) continue;
            double psi = scores[i] > scores[j] ? 1.0 : scores[i] == scores[j] ? 0.5 : 0.0;
            wins[1][i] += psi / size[0], wins[0][j] += psi / size[1], total += psi;
        }
    *auroc = total / size[0] / size[1];
    double square = 0.0;
    for (int i = 0; i < n; i++) {
        int side = positive[i];
        square += pow(wins[side][i] - *auroc, 2.0) / (size[side] - 1) / size[side];
    }
    *error = sqrt(square);
}

static void test_auroc_equals_the_pairwise_definition(void **state) {
    (void)state;
    cairn_rng rng = cairn_rng_open(5, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    for (int round = 0; round < 50; round++) {
        double scores[64], auroc, error;
        bool positive[64];
        for (int i = 0; i < 64; i++) {
            positive[i] = i < 2 || (i >= 4 && cairn_rng_below(&rng, 3) == 0);
            scores[i] = cairn_rng_below(&rng, 8) + (positive[i] ? 2.0 : 0.0);
        }
        pairwise(scores, positive, 64, &auroc, &error);
        cairn_auroc got;
        assert_int_equal(cairn_stat_auroc(ctx, scores, positive, 64, 0.9, &got), CAIRN_OK);
        near(got.auroc, auroc, 1e-13);
        near(got.error, error, 1e-13);
    }
}

static void test_auroc_of_one_member_has_no_error_and_of_one_class_is_refused(void **state) {
    (void)state;
    double scores[] = {0.9, 0.5, 0.4};
    bool one[] = {true, false, false}, none[] = {false, false, false};
    cairn_auroc got;
    assert_int_equal(cairn_stat_auroc(ctx, scores, one, 3, 0.95, &got), CAIRN_OK);
    near(got.auroc, 1.0, 0.0);
    assert_true(isnan(got.error) && isnan(got.low) && isnan(got.high));
    assert_int_equal(cairn_stat_auroc(ctx, scores, none, 3, 0.95, &got), CAIRN_INVALID);
    scores[1] = NAN;
    assert_int_equal(cairn_stat_auroc(ctx, scores, one, 3, 0.95, &got), CAIRN_INVALID);
}

static void test_correlations_of_worked_pairs(void **state) {
    (void)state;
    double x[] = {1, 2, 3, 4, 5}, cubes[] = {1, 8, 27, 64, 125}, y[] = {2, 1, 4, 3, 5}, flat[] = {.1, .1, .1, .1, .1},
           got;
    assert_int_equal(cairn_stat_spearman(ctx, x, cubes, 5, &got), CAIRN_OK);
    near(got, 1.0, 1e-15);
    assert_int_equal(cairn_stat_spearman(ctx, x, y, 5, &got), CAIRN_OK);
    near(got, 0.8, 1e-15); /* 1 - 6 * 4 / (5 * 24) */
    assert_int_equal(cairn_stat_pearson(ctx, x, cubes, 5, &got), CAIRN_OK);
    near(got, 304.0 / sqrt(10.0 * 10390.0), 1e-14); /* Sxy / sqrt(Sxx Syy) */
    assert_int_equal(cairn_stat_pearson(ctx, x, flat, 5, &got), CAIRN_OK);
    assert_true(isnan(got));
    assert_int_equal(cairn_stat_pearson(ctx, x, y, 1, &got), CAIRN_INVALID);
    y[0] = NAN;
    assert_int_equal(cairn_stat_spearman(ctx, x, y, 5, &got), CAIRN_INVALID);
}

static void test_brier_score_and_calibration_error_of_worked_predictions(void **state) {
    (void)state;
    double p[] = {0.1, 0.3, 0.8, 1.0}, y[] = {0, 1, 1, 1}, got;
    assert_int_equal(cairn_stat_brier(ctx, p, y, 4, &got), CAIRN_OK);
    near(got, (0.01 + 0.49 + 0.04) / 4.0, 1e-15);
    cairn_calibration_bin bins[5];
    assert_int_equal(cairn_stat_calibration_error(ctx, p, y, 4, 2, bins, &got), CAIRN_OK);
    near(got, 0.5 * 0.3 + 0.5 * 0.1, 1e-15); /* below .5: .2 against .5; above: .9 against 1 */
    assert_int_equal(bins[0].count, 2);
    near(bins[1].mean_p, 0.9, 1e-15);
    assert_int_equal(cairn_stat_calibration_error(ctx, p, y, 4, 5, bins, &got), CAIRN_OK);
    assert_int_equal(bins[2].count, 0);
    assert_true(isnan(bins[2].mean_p));
    assert_int_equal(bins[4].count, 2); /* 0.8 opens the last bin, 1 closes it */
    p[0] = 1.5;
    assert_int_equal(cairn_stat_brier(ctx, p, y, 4, &got), CAIRN_INVALID);
    assert_int_equal(cairn_stat_calibration_error(ctx, y, y, 4, 0, NULL, &got), CAIRN_INVALID);
}

static void test_a_probability_on_an_edge_opens_the_bin_above(void **state) {
    (void)state;
    cairn_calibration_bin bins[100];
    for (int n_bins = 2; n_bins <= 100; n_bins++)
        for (int b = 1; b < n_bins; b++) {
            double p[] = {(double)b / n_bins, nextafter((double)b / n_bins, 0.0)}, y[] = {0, 0}, got;
            assert_int_equal(cairn_stat_calibration_error(ctx, p, y, 2, n_bins, bins, &got), CAIRN_OK);
            assert_int_equal(bins[b].count, 1);
            assert_int_equal(bins[b - 1].count, 1);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_values_share_their_mean_rank),
        cmocka_unit_test(test_auroc_counts_ties_one_half_and_delong_matches_by_hand),
        cmocka_unit_test(test_auroc_equals_the_pairwise_definition),
        cmocka_unit_test(test_auroc_of_one_member_has_no_error_and_of_one_class_is_refused),
        cmocka_unit_test(test_correlations_of_worked_pairs),
        cmocka_unit_test(test_brier_score_and_calibration_error_of_worked_predictions),
        cmocka_unit_test(test_a_probability_on_an_edge_opens_the_bin_above),
    };
    return cmocka_run_group_tests_name("stat rank", tests, open_ctx, close_ctx);
}
