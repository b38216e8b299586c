/* label: light */
/* Two classes by a threshold: figures, curves, average precision; lines, correlation tests, strata; rounding. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "cairn/stat.h"
#include "near.h"

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

/* ---- two classes ----------------------------------------------------------------------------------------------- */

static void test_a_score_on_the_threshold_is_not_said_positive(void **state) {
    (void)state;
    double scores[] = {.2, .5, .5, .8};
    bool positive[] = {false, true, false, true};
    cairn_confusion c;
    assert_int_equal(cairn_stat_confusion(ctx, scores, positive, 4, .5, &c), CAIRN_OK);
    assert_true(c.tp == 1 && c.fp == 0 && c.tn == 2 && c.fn == 1);
    assert_int_equal(cairn_stat_confusion(ctx, scores, positive, 4, -1, &c), CAIRN_OK);
    assert_true(c.tp == 2 && c.fp == 2 && c.tn == 0 && c.fn == 0);
    scores[2] = NAN;
    assert_int_equal(cairn_stat_confusion(ctx, scores, positive, 4, .5, &c), CAIRN_INVALID);
}

/* TP 40 FP 10 TN 35 FN 15: precision 4/5, recall 8/11, agreement 3/4 against 1/2 by chance. */
static void test_figures_of_two_classes_by_hand(void **state) {
    (void)state;
    cairn_confusion c = {40, 10, 35, 15};
    cairn_two_class f = cairn_stat_two_class(&c);
    assert_near(f.accuracy, .75, 0);
    assert_near(f.precision, .8, 0);
    assert_near(f.recall, 8.0 / 11, 1e-16);
    assert_near(f.f1, 80.0 / 105, 1e-16);
    assert_near(f.negative_precision, .7, 0);
    assert_near(f.negative_recall, 7.0 / 9, 1e-16);
    assert_near(f.negative_f1, 70.0 / 95, 1e-16);
    assert_near(f.macro_f1, (80.0 / 105 + 70.0 / 95) / 2, 1e-16);
    assert_near(f.balanced_accuracy, (8.0 / 11 + 7.0 / 9) / 2, 1e-16);
    assert_near(f.balanced_f1, 2 * (8.0 / 11) * (7.0 / 9) / (8.0 / 11 + 7.0 / 9), 1e-15);
    assert_near(f.mcc, .502518907629606, 1e-15);
    assert_near(f.kappa, .5, 1e-15);
}

/* MR-GSM8K: 962 of 1427 right and 1056 of 1573 wrong solutions recognised. */
static void test_matthews_correlation_of_mr_gsm8k(void **state) {
    (void)state;
    cairn_confusion c = {962, 1573 - 1056, 1056, 1427 - 962};
    cairn_two_class f = cairn_stat_two_class(&c);
    assert_near(f.recall, .6741415557112824, 1e-15);
    assert_near(f.negative_recall, .6713286713286714, 1e-15);
    assert_near(f.mcc, .34509469192914005, 1e-14);
}

static void test_empty_denominators_give_zero_and_undefined_correlations_nan(void **state) {
    (void)state;
    cairn_confusion none = {0}, only_right = {5, 0, 0, 0};
    cairn_two_class f = cairn_stat_two_class(&none);
    assert_true(isnan(f.accuracy) && isnan(f.mcc) && isnan(f.kappa));
    f = cairn_stat_two_class(&only_right);
    assert_near(f.f1, 1, 0);
    assert_near(f.negative_f1, 0, 0);
    assert_near(f.balanced_f1, 0, 0);
    assert_true(isnan(f.mcc) && isnan(f.kappa));
}

/* Agreement .75, by chance (25 * 30 + 30 * 25 + 45 * 45) / 10^4 = .3525. */
static void test_kappa_of_three_classes(void **state) {
    (void)state;
    double counts[] = {20, 5, 0, 10, 15, 5, 0, 5, 40};
    assert_near(cairn_stat_kappa(counts, 3), (.75 - .3525) / (1 - .3525), 1e-15);
    assert_true(isnan(cairn_stat_kappa(counts, 0)));
}

/* Falling: .9 +, .8 + and -, .7 -, .6 +. */
static void test_curves_take_equal_scores_together(void **state) {
    (void)state;
    double scores[] = {.8, .6, .9, .7, .8}, ap;
    bool positive[] = {false, true, true, false, true};
    cairn_threshold_point points[6];
    size_t n;
    assert_int_equal(cairn_stat_threshold_points(ctx, scores, positive, 5, points, &n), CAIRN_OK);
    assert_int_equal(n, 5);
    double threshold[] = {INFINITY, .9, .8, .7, .6}, recall[] = {0, 1 / 3.0, 2 / 3.0, 2 / 3.0, 1};
    double fall_out[] = {0, 0, .5, 1, 1}, precision[] = {1, 1, 2 / 3.0, .5, .6};
    for (int i = 0; i < 5; i++) {
        assert_true(points[i].threshold == threshold[i]);
        assert_near(points[i].recall, recall[i], 1e-16);
        assert_near(points[i].fall_out, fall_out[i], 1e-16);
        assert_near(points[i].precision, precision[i], 1e-16);
    }
    assert_int_equal(cairn_stat_average_precision(ctx, scores, positive, 5, &ap), CAIRN_OK);
    assert_near(ap, (1 + 2 / 3.0 + .6) / 3, 1e-15);
}

static void test_area_under_the_points_is_auroc(void **state) {
    (void)state;
    double scores[] = {.1, .4, .4, .35, .8, .8, .2, .9}, area = 0;
    bool positive[] = {false, true, false, true, true, false, false, true};
    cairn_threshold_point p[9];
    cairn_auroc roc;
    size_t n;
    assert_int_equal(cairn_stat_threshold_points(ctx, scores, positive, 8, p, &n), CAIRN_OK);
    assert_int_equal(cairn_stat_auroc(ctx, scores, positive, 8, .95, &roc), CAIRN_OK);
    for (size_t i = 1; i < n; i++) area += (p[i].fall_out - p[i - 1].fall_out) * (p[i].recall + p[i - 1].recall) / 2;
    assert_near(area, roc.auroc, 1e-15);
}

static void test_average_precision_of_equal_scores_is_the_base_rate(void **state) {
    (void)state;
    double scores[] = {.5, .5, .5, .5}, ap;
    bool positive[] = {true, false, false, false}, none[4] = {false}, all[] = {true, true, true, true};
    assert_int_equal(cairn_stat_average_precision(ctx, scores, positive, 4, &ap), CAIRN_OK);
    assert_near(ap, .25, 0);
    assert_int_equal(cairn_stat_average_precision(ctx, scores, all, 4, &ap), CAIRN_OK);
    assert_near(ap, 1, 0);
    assert_int_equal(cairn_stat_average_precision(ctx, scores, none, 4, &ap), CAIRN_INVALID);
    assert_int_equal(cairn_stat_average_precision(ctx, scores, positive, 0, &ap), CAIRN_INVALID);
    scores[1] = NAN;
    assert_int_equal(cairn_stat_average_precision(ctx, scores, positive, 4, &ap), CAIRN_INVALID);
}

/* ---- lines ----------------------------------------------------------------------------------------------------- */

/* Sums about the means: xx 74/5, yy 106/5, xy 83/5. With 3 degrees of freedom P(|T| >= t) is 1 - 2/pi (atan u + u / (1
 * + u^2)), u = t / sqrt 3. */
static void test_line_and_correlation_by_hand(void **state) {
    (void)state;
    double x[] = {1, 2, 3, 4, 6}, y[] = {2, 3, 5, 4, 8};
    cairn_line line;
    cairn_correlation r;
    assert_int_equal(cairn_stat_line(ctx, x, y, 5, &line), CAIRN_OK);
    assert_near(line.slope, 83.0 / 74, 1e-15);
    assert_near(line.intercept, 30.0 / 37, 1e-14);
    assert_near(line.slope_error, .2411067331724799, 1e-14);
    assert_near(line.intercept_error, .8759842632779379, 1e-14);
    assert_near(line.residual, .9275561224855132, 1e-14);
    assert_near(line.r2, .8782508924018358, 1e-14);
    assert_int_equal(cairn_stat_pearson_test(ctx, x, y, 5, &r), CAIRN_OK);
    assert_near(r.r, .9371504107675759, 1e-14);
    assert_near(r.t, 4.651971377420025, 1e-12);
    assert_near(r.p, .01873485491127147, 1e-14);
}

static void test_exact_lines_and_undefined_ones(void **state) {
    (void)state;
    double x[] = {0, 1, 2, 3}, y[] = {100, 98, 96, 94}, flat[] = {7, 7, 7, 7};
    cairn_line line;
    cairn_correlation r;
    assert_int_equal(cairn_stat_line(ctx, x, y, 4, &line), CAIRN_OK);
    assert_true(line.slope == -2 && line.intercept == 100 && line.slope_error == 0 && line.r2 == 1);
    assert_int_equal(cairn_stat_pearson_test(ctx, x, y, 4, &r), CAIRN_OK);
    assert_near(r.r, -1, 1e-15);
    assert_true(r.t < -1e6 && r.p < 1e-12);
    assert_int_equal(cairn_stat_line(ctx, x, flat, 4, &line), CAIRN_OK);
    assert_true(line.slope == 0 && line.intercept == 7 && isnan(line.r2));
    assert_int_equal(cairn_stat_pearson_test(ctx, x, flat, 4, &r), CAIRN_OK);
    assert_true(isnan(r.r) && isnan(r.t) && isnan(r.p));
    assert_int_equal(cairn_stat_line(ctx, flat, x, 4, &line), CAIRN_INVALID);
    assert_int_equal(cairn_stat_line(ctx, x, y, 1, &line), CAIRN_INVALID);
    assert_int_equal(cairn_stat_line(ctx, x, y, 2, &line), CAIRN_OK);
    assert_true(line.slope == -2 && isnan(line.slope_error));
    assert_int_equal(cairn_stat_pearson_test(ctx, x, y, 2, &r), CAIRN_INVALID);
    y[1] = INFINITY;
    assert_int_equal(cairn_stat_line(ctx, x, y, 4, &line), CAIRN_INVALID);
}

/* Differences 1, 0, 1, 1, -1 of mean .4 and standard error sqrt(.8 / 5) = .4: t is 1. With 4 degrees of freedom
 * P(|T| >= t) = 1 - t (t^2 + 6) / (t^2 + 4)^1.5. */
static void test_paired_t_test_by_hand(void **state) {
    (void)state;
    double a[] = {1, 0, 1, 1, 0}, b[] = {0, 0, 0, 0, 1}, more[] = {2, 1, 2, 2, 1}, nan[] = {0, NAN};
    cairn_test t;
    assert_int_equal(cairn_stat_paired_test(ctx, a, b, 5, &t), CAIRN_OK);
    assert_near(t.statistic, 1, 1e-15);
    assert_near(t.p, 1 - 7 / (5 * sqrt(5)), 1e-14);
    assert_int_equal(cairn_stat_paired_test(ctx, a, a, 5, &t), CAIRN_OK);
    assert_true(t.statistic == 0 && t.p == 1);
    assert_int_equal(cairn_stat_paired_test(ctx, more, a, 5, &t), CAIRN_OK);
    assert_true(isinf(t.statistic) && t.p == 0);
    assert_int_equal(cairn_stat_paired_test(ctx, a, b, 1, &t), CAIRN_INVALID);
    assert_int_equal(cairn_stat_paired_test(ctx, a, nan, 2, &t), CAIRN_INVALID);
}

/* Means 5 and 3; variances 2.5 and 1 with 4 and 2 degrees of freedom: d = 2 / sqrt 2. */
static void test_standardised_gap(void **state) {
    (void)state;
    double a[] = {3, 4, 5, 6, 7}, b[] = {2, 3, 4}, same[] = {5, 5}, d;
    assert_int_equal(cairn_stat_standardised_gap(ctx, a, 5, b, 3, &d), CAIRN_OK);
    assert_near(d, sqrt(2), 1e-15);
    assert_int_equal(cairn_stat_standardised_gap(ctx, b, 3, a, 5, &d), CAIRN_OK);
    assert_near(d, -sqrt(2), 1e-15);
    assert_int_equal(cairn_stat_standardised_gap(ctx, same, 2, same, 2, &d), CAIRN_OK);
    assert_true(d == 0);
    assert_int_equal(cairn_stat_standardised_gap(ctx, a, 1, b, 3, &d), CAIRN_INVALID);
}

/* RewardBench 2's 17 reward models: score, PPO and best-of-16 (page 41). */
static void test_correlations_of_the_downstream_table(void **state) {
    (void)state;
    double score[] = {68.7, 67.9, 64.8, 60.0, 60.0, 59.9, 59.1, 55.6, 49.8,
                      42.0, 21.9, 6.1,  72.9, 71.9, 69.4, 66.7, 65.6};
    double ppo[] = {59.8, 60.4, 59.9, 59.5, 60.1, 59.6, 60.3, 60.7, 60.2,
                    56.4, 54.2, 38.0, 54.5, 55.8, 56.4, 57.0, 58.5};
    double best[] = {52.4, 53.8, 51.7, 53.6, 52.2, 51.2, 53.0, 51.5, 48.0,
                     49.8, 39.7, 20.8, 56.4, 55.7, 54.7, 50.0, 49.2};
    struct {
        size_t first, n;
        double with_best, with_ppo;
    } rows[] = {{0, 17, .9155, .7168}, {0, 9, .7164, -.2551}, {12, 5, .9712, -.9466}};
    for (int i = 0; i < 3; i++) {
        double got;
        assert_int_equal(cairn_stat_pearson(ctx, score + rows[i].first, best + rows[i].first, rows[i].n, &got),
                         CAIRN_OK);
        assert_near(cairn_round_even(got, 4), rows[i].with_best, 1e-15);
        assert_int_equal(cairn_stat_pearson(ctx, score + rows[i].first, ppo + rows[i].first, rows[i].n, &got),
                         CAIRN_OK);
        assert_near(cairn_round_even(got, 4), rows[i].with_ppo, 1e-15);
    }
}

/* ---- strata ---------------------------------------------------------------------------------------------------- */

/* Page 54: 100 (1400 - 150)^2 / (50 50 55 45). */
static void test_chi_square_of_solving_and_judging(void **state) {
    (void)state;
    cairn_test test = cairn_stat_chi_square_2x2(40, 10, 15, 35);
    assert_near(cairn_round_even(test.statistic, 4), 25.2525, 1e-12);
    assert_near(test.p, 5e-7, 1e-7);
}

/* Computed with fractions. */
static void test_cochran_mantel_haenszel(void **state) {
    (void)state;
    const int64_t tables[][4] = {{12, 5, 7, 9}, {20, 4, 15, 10}, {3, 2, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}};
    const int64_t empty[][4] = {{3, 2, 0, 0}}, bad[][4] = {{1, -1, 1, 1}};
    cairn_stratified s;
    assert_int_equal(cairn_stat_cmh(ctx, tables, 5, &s), CAIRN_OK);
    assert_near(s.test.statistic, 5.553516609021765, 1e-13);
    assert_near(s.test.p, .01844359583996749, 1e-14);
    assert_near(s.yates.statistic, 4.512017342070519, 1e-13);
    assert_near(s.odds_ratio, 3.218403247631935, 1e-14);
    assert_int_equal(s.used, 2);
    assert_int_equal(cairn_stat_cmh(ctx, empty, 1, &s), CAIRN_OK);
    assert_true(isnan(s.test.statistic) && isnan(s.test.p) && s.used == 0);
    assert_int_equal(cairn_stat_cmh(ctx, bad, 1, &s), CAIRN_INVALID);
}

/* One stratum: (n - 1) / n times chi-square. */
static void test_one_stratum_is_the_chi_square_test(void **state) {
    (void)state;
    const int64_t table[][4] = {{40, 10, 15, 35}};
    cairn_stratified s;
    assert_int_equal(cairn_stat_cmh(ctx, table, 1, &s), CAIRN_OK);
    assert_near(s.test.statistic, .99 * cairn_stat_chi_square_2x2(40, 10, 15, 35).statistic, 1e-12);
    assert_near(s.odds_ratio, 40.0 * 35 / (10 * 15), 1e-13);
}

/* ToolComp: grades of two right ones of four, half-width 1.96 sqrt(.25 / 4). */
static void test_wald_interval(void **state) {
    (void)state;
    cairn_interval i;
    assert_int_equal(cairn_stat_wald(ctx, 2, 4, .95, &i), CAIRN_OK);
    assert_near(i.estimate, .5, 0);
    assert_near(i.high - .5, .49, 1e-4);
    assert_near(i.low, 1 - i.high, 1e-15);
    assert_int_equal(cairn_stat_wald(ctx, 4, 4, .95, &i), CAIRN_OK);
    assert_true(i.low == 1 && i.high == 1);
    assert_int_equal(cairn_stat_wald(ctx, 1, 0, .95, &i), CAIRN_INVALID);
}

/* ---- rounding -------------------------------------------------------------------------------------------------- */

/* 2.675 is 2.67499999999999982236431605997495353221893310546875. */
static void test_rounding_as_python_does(void **state) {
    (void)state;
    struct {
        double x;
        int decimals;
        double want;
    } cases[] = {{2.675, 2, 2.67},   {-2.675, 2, -2.67},    {.5, 0, 0},
                 {1.5, 0, 2},        {2.5, 0, 2},           {56.45, 1, 56.5},
                 {.045, 2, .04},     {2274.4, 0, 2274},     {1e300, 5, 1e300},
                 {1 / 3.0, 3, .333}, {26.9257826, 1, 26.9}, {28 * 100.0 / 49, 2, 57.14},
                 {-0.0001, 2, -0.0}, {123.5, 400, 123.5},   {5e-324, 323, 0},
                 {0.125, 2, 0.12}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(cairn_round_even(cases[i].x, cases[i].decimals), cases[i].want, 0);
    assert_true(isnan(cairn_round_even(NAN, 1)) && isinf(cairn_round_even(-INFINITY, 1)));
}

/* Averages of page 37 as the paper prints them, and carries. */
static void test_rounding_as_on_paper(void **state) {
    (void)state;
    struct {
        double x;
        int decimals;
        double want;
    } cases[] = {{(50.4 + 33.4 + 13.8 + 15.8) / 4, 1, 28.4},
                 {(68.2 + 62.6 + 50.7 + 44.3) / 4, 1, 56.5},
                 {(88.0 + 78.7 + 57.8 + 61.3) / 4, 1, 71.5},
                 {(82.4 + 77.6 + 67.5 + 66.3) / 4, 1, 73.5},
                 {76.05, 1, 76.1},
                 {75.75, 1, 75.8},
                 {2.675, 2, 2.68},
                 {-2.675, 2, -2.68},
                 {.045, 2, .05},
                 {.5, 0, 1},
                 {.49, 0, 0},
                 {.05, 1, .1},
                 {.04, 1, 0},
                 {9.96, 1, 10},
                 {99.95, 1, 100},
                 {.001, 0, 0},
                 {0, 3, 0},
                 {1e20, 2, 1e20},
                 {123456.5, 0, 123457},
                 {-.5, 0, -1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(cairn_round_half_up(cases[i].x, cases[i].decimals), cases[i].want, 0);
    assert_true(isnan(cairn_round_half_up(NAN, 1)) && isinf(cairn_round_half_up(INFINITY, 1)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_score_on_the_threshold_is_not_said_positive),
        cmocka_unit_test(test_figures_of_two_classes_by_hand),
        cmocka_unit_test(test_matthews_correlation_of_mr_gsm8k),
        cmocka_unit_test(test_empty_denominators_give_zero_and_undefined_correlations_nan),
        cmocka_unit_test(test_kappa_of_three_classes),
        cmocka_unit_test(test_curves_take_equal_scores_together),
        cmocka_unit_test(test_area_under_the_points_is_auroc),
        cmocka_unit_test(test_average_precision_of_equal_scores_is_the_base_rate),
        cmocka_unit_test(test_line_and_correlation_by_hand),
        cmocka_unit_test(test_exact_lines_and_undefined_ones),
        cmocka_unit_test(test_paired_t_test_by_hand),
        cmocka_unit_test(test_standardised_gap),
        cmocka_unit_test(test_correlations_of_the_downstream_table),
        cmocka_unit_test(test_chi_square_of_solving_and_judging),
        cmocka_unit_test(test_cochran_mantel_haenszel),
        cmocka_unit_test(test_one_stratum_is_the_chi_square_test),
        cmocka_unit_test(test_wald_interval),
        cmocka_unit_test(test_rounding_as_python_does),
        cmocka_unit_test(test_rounding_as_on_paper),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
