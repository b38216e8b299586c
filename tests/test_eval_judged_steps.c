/* Scores of steps against labels: figures worked by hand, published figures of real scorers, intervals that are never
 * empty. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "cairn/eval.h"
#include "data.h"
#include "near.h"
#include "skip.h"

static cairn_ctx *ctx;

static cairn_step_setup setup_of(double threshold) {
    return (cairn_step_setup){.threshold = threshold,
                              .right_from = 0.5,
                              .probabilities = true,
                              .n_bins = 2,
                              .how = {.resamples = 200, .level = 0.95, .seed = 1}};
}

static cairn_step_report measure(const cairn_step_item *items, size_t n, uint32_t problems, cairn_step_setup setup,
                                 cairn_calibration_bin *bins) {
    cairn_step_report r;
    if (cairn_eval_steps(ctx, items, n, problems, &setup, bins, &r) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return r;
}

static void expect_figure(const cairn_step_report *r, cairn_step_figure figure, double want) {
    assert_near(r->figures[figure].estimate, want, 1e-12);
    assert_true(r->figures[figure].low <= want && r->figures[figure].high >= want);
    assert_true(r->figures[figure].low < r->figures[figure].high);
}

/* Right steps score .9 .6 .4, wrong ones .6 .2; threshold .5. Pairs: .9 beats both, .6 ties and beats, .4 loses and
 * beats: (2 + 1.5 + 1) / 6. Called right: .9 .6 and the wrong .6: tp 2, fn 1, fp 1, tn 1. F1 right 4/6, wrong 2/4. */
static void test_figures_worked_by_hand(void **state) {
    (void)state;
    static const cairn_step_item items[] = {{0.9, 1, 0}, {0.6, 0, 0}, {0.6, 1, 1}, {0.2, 0, 1}, {0.4, 1, 2}};
    cairn_calibration_bin bins[2];
    cairn_step_report r = measure(items, 5, 3, setup_of(0.5), bins);
    assert_int_equal(r.confusion.tp, 2);
    assert_int_equal(r.confusion.fn, 1);
    assert_int_equal(r.confusion.fp, 1);
    assert_int_equal(r.confusion.tn, 1);
    expect_figure(&r, CAIRN_STEP_AUROC, 4.5 / 6);
    expect_figure(&r, CAIRN_STEP_ACCURACY, 3.0 / 5);
    expect_figure(&r, CAIRN_STEP_F1_RIGHT, 4.0 / 6);
    expect_figure(&r, CAIRN_STEP_F1_WRONG, 0.5);
    expect_figure(&r, CAIRN_STEP_PRMSCORE, (4.0 / 6 + 0.5) / 2);
    expect_figure(&r, CAIRN_STEP_BRIER, (0.01 + 0.36 + 0.16 + 0.04 + 0.36) / 5);
    /* below .5: scores .2 .4 against labels 0 1; above: .9 .6 .6 against 1 0 1 */
    expect_figure(&r, CAIRN_STEP_ECE, (fabs(0.6 - 1) + fabs(2.1 - 2)) / 5);
    assert_int_equal(bins[0].count, 2);
    assert_near(bins[0].mean_p, 0.3, 1e-12);
    assert_near(bins[1].mean_y, 2.0 / 3, 1e-12);
    assert_int_equal(r.problems, 3);
    assert_int_equal(r.wrong_problems, 2);
}

static void test_a_step_at_the_threshold_is_called_right(void **state) {
    (void)state;
    static const cairn_step_item items[] = {{0.5, 1, 0}, {0.4999, 0, 1}};
    cairn_step_report r = measure(items, 2, 2, setup_of(0.5), NULL);
    assert_int_equal(r.confusion.tp, 1);
    assert_int_equal(r.confusion.tn, 1);
}

static void test_a_label_is_right_from_the_bound_and_soft_for_the_brier_score(void **state) {
    (void)state;
    static const cairn_step_item items[] = {{0.9, 0.9, 0}, {0.1, 0.1, 0}, {0.9, 0.5, 1}};
    cairn_step_setup setup = setup_of(0.5);
    cairn_step_report r = measure(items, 3, 2, setup, NULL);
    assert_int_equal(r.confusion.tp, 2); /* 0.5 is right from 0.5 on */
    assert_int_equal(r.confusion.fp, 0);
    expect_figure(&r, CAIRN_STEP_BRIER, 0.16 / 3);
    setup.right_from = 0;
    r = measure(items, 3, 2, setup, NULL);
    assert_int_equal(r.confusion.tp + r.confusion.fn, 3);
}

static void test_one_class_leaves_what_needs_both_undefined(void **state) {
    (void)state;
    static const cairn_step_item items[] = {{0.9, 1, 0}, {0.8, 1, 1}};
    cairn_step_report r = measure(items, 2, 2, setup_of(0.5), NULL);
    static const cairn_step_figure undefined[] = {CAIRN_STEP_AUROC, CAIRN_STEP_F1_WRONG, CAIRN_STEP_PRMSCORE};
    for (int i = 0; i < 3; i++) {
        assert_true(isnan(r.figures[undefined[i]].estimate));
        assert_true(isnan(r.figures[undefined[i]].low));
    }
    expect_figure(&r, CAIRN_STEP_ACCURACY, 1);
    expect_figure(&r, CAIRN_STEP_F1_RIGHT, 1);
}

static void test_scores_that_are_no_probabilities_have_no_calibration(void **state) {
    (void)state;
    static const cairn_step_item items[] = {{-3, 0, 0}, {7, 1, 1}};
    cairn_step_setup setup = setup_of(0);
    setup.probabilities = false;
    cairn_step_report r = measure(items, 2, 2, setup, NULL);
    assert_true(isnan(r.figures[CAIRN_STEP_BRIER].estimate));
    assert_true(isnan(r.figures[CAIRN_STEP_ECE].estimate));
    expect_figure(&r, CAIRN_STEP_AUROC, 1);
}

/* 20 problems without a fault: 1.96^2 / (20 + 1.96^2) of all may be of another kind. */
static void test_a_perfect_score_has_wilsons_bound_over_problems(void **state) {
    (void)state;
    cairn_step_item items[40];
    cairn_interval wilson;
    for (uint32_t i = 0; i < 40; i++) items[i] = (cairn_step_item){i % 2 ? 0.0 : 1.0, i % 2 ? 0 : 1, i / 2};
    cairn_step_report r = measure(items, 40, 20, setup_of(0.5), NULL);
    assert_int_equal(cairn_stat_wilson(ctx, 20, 20, 0.95, &wilson), CAIRN_OK);
    for (int f = 0; f < CAIRN_STEP_BRIER; f++) assert_near(r.figures[f].low, wilson.low, 1e-12);
    for (int f = 0; f < CAIRN_STEP_BRIER; f++) assert_near(r.figures[f].high, 1, 0);
    assert_near(r.figures[CAIRN_STEP_BRIER].high, 1 - wilson.low, 1e-12);
    assert_near(r.figures[CAIRN_STEP_ECE].low, 0, 0);
}

/* Steps of one problem say the same: ten copies of each must not narrow the interval. */
static void test_steps_of_one_problem_are_resampled_together(void **state) {
    (void)state;
    enum { PROBLEMS = 40, COPIES = 10 };
    static cairn_step_item once[PROBLEMS], copied[PROBLEMS * COPIES];
    for (uint32_t p = 0; p < PROBLEMS; p++) {
        once[p] = (cairn_step_item){p % 4 ? 0.9 : 0.1, 1, p};
        for (uint32_t k = 0; k < COPIES; k++) copied[p * COPIES + k] = once[p];
    }
    cairn_step_report a = measure(once, PROBLEMS, PROBLEMS, setup_of(0.5), NULL);
    cairn_step_report b = measure(copied, PROBLEMS * COPIES, PROBLEMS, setup_of(0.5), NULL);
    assert_near(a.figures[CAIRN_STEP_ACCURACY].estimate, 0.75, 1e-12);
    assert_near(a.figures[CAIRN_STEP_ACCURACY].low, b.figures[CAIRN_STEP_ACCURACY].low, 1e-12);
    assert_near(a.figures[CAIRN_STEP_ACCURACY].high, b.figures[CAIRN_STEP_ACCURACY].high, 1e-12);
}

static void test_wrong_arguments_are_refused(void **state) {
    (void)state;
    static const cairn_step_item good = {0.5, 1, 0};
    cairn_step_setup setup = setup_of(0.5);
    cairn_step_report r;
    const cairn_step_item bad[] = {{NAN, 1, 0}, {1.5, 1, 0}, {0.5, 2, 0}, {0.5, NAN, 0}, {0.5, 1, 1}};
    for (int i = 0; i < 5; i++) assert_int_equal(cairn_eval_steps(ctx, &bad[i], 1, 1, &setup, NULL, &r), CAIRN_INVALID);
    assert_int_equal(cairn_eval_steps(ctx, &good, 0, 1, &setup, NULL, &r), CAIRN_INVALID);
    setup.n_bins = 0;
    assert_int_equal(cairn_eval_steps(ctx, &good, 1, 1, &setup, NULL, &r), CAIRN_INVALID);
    setup.n_bins = 1;
    for (int64_t fails = 1; fails <= 8; fails++) {
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = fails});
        assert_int_equal(cairn_eval_steps(ctx, &good, 1, 1, &setup, NULL, &r), CAIRN_NO_MEMORY);
    }
    cairn_faults_set(ctx, (cairn_faults){0});
}

/* Real scorers on ProcessBench: AUROC, accuracy, precision, recall and F1 of right steps as published, whose threshold
 * is passed by scores above it. */
static void expect_published(const char *name) {
    char path[4096];
    json_error_t error;
    const char *file = shared_file(name, path);
    if (!file) skip_because("the published scores are not here");
    json_t *all = json_load_file(file, 0, &error);
    assert_non_null(all);
    const json_t *scores = json_object_get(all, "y_pred_step_level"),
                 *truth = json_object_get(all, "y_true_step_level");
    const json_t *want = json_object_get(json_object_get(all, "performance"), "step_level");
    size_t n = json_array_size(scores);
    assert_int_equal(json_array_size(truth), n);
    cairn_step_item *items = malloc(n * sizeof *items);
    assert_non_null(items);
    for (size_t i = 0; i < n; i++) {
        const json_t *right = json_array_get(truth, i);
        items[i] = (cairn_step_item){.score = json_number_value(json_array_get(scores, i)),
                                     .label = json_is_boolean(right) ? json_is_true(right) : json_number_value(right),
                                     .problem = (uint32_t)i};
    }
    cairn_step_setup setup = setup_of(nextafter(json_number_value(json_object_get(want, "threshold")), INFINITY));
    cairn_step_report r = measure(items, n, (uint32_t)n, setup, NULL);
    cairn_prmscore rates;
    assert_int_equal(cairn_eval_prmscore(ctx, &r.confusion, CAIRN_UNDEFINED_ZERO, &rates), CAIRN_OK);
    assert_near(r.figures[CAIRN_STEP_AUROC].estimate, json_number_value(json_object_get(want, "auroc")), 1e-12);
    assert_near(r.figures[CAIRN_STEP_ACCURACY].estimate, json_number_value(json_object_get(want, "accuracy")), 1e-12);
    assert_near(r.figures[CAIRN_STEP_F1_RIGHT].estimate, json_number_value(json_object_get(want, "f1")), 1e-12);
    assert_near(rates.precision, json_number_value(json_object_get(want, "precision")), 1e-12);
    assert_near(rates.recall, json_number_value(json_object_get(want, "recall")), 1e-12);
    assert_near(r.figures[CAIRN_STEP_PRMSCORE].estimate, rates.prmscore, 1e-12);
    free(items);
    json_decref(all);
}

static void test_published_figures_of_real_scorers(void **state) {
    (void)state;
    expect_published("prm-scores/processbench-gsm8k--Llama3.1-8B-PRM-Mistral-Data.json");
    expect_published("prm-scores/processbench-gsm8k--Skywork-o1-Open-PRM-Qwen-2.5-7B.json");
    expect_published("prm-scores/processbench-math--Qwen2.5-7B-Instruct.json");
    expect_published("prm-scores/processbench-math--Skywork-o1-Open-PRM-Qwen-2.5-7B.json");
}

/* ---- first wrong steps ----------------------------------------------------------------------------------------------------- */

static cairn_first_error_intervals intervals(const cairn_first_error_item *items, const uint32_t *problem, size_t n) {
    cairn_first_error_intervals out;
    assert_int_equal(cairn_eval_first_error_intervals(ctx, items, problem, n, 0.95, &out), CAIRN_OK);
    return out;
}

/* Three of three and three of three: Wilson's lower bound of 3/3 is 0.438503; F1 of it and 1 is 0.609666, 0.390334
 * below 1; 1 - sqrt(2) 0.390334 = 0.447984. */
static void test_f1_of_two_perfect_shares_has_an_interval(void **state) {
    (void)state;
    cairn_first_error_item items[6];
    for (int i = 0; i < 6; i++)
        items[i] = (cairn_first_error_item){.n_steps = 1, .label = i % 2 - 1, .prediction = i % 2 - 1};
    cairn_first_error_intervals got = intervals(items, NULL, 6);
    assert_near(got.acc_err.low, 0.438503, 1e-6);
    assert_near(got.acc_cor.high, 1, 0);
    assert_near(got.f1.estimate, 1, 0);
    assert_near(got.f1.low, 0.447984, 1e-6);
    assert_near(got.f1.high, 1, 0);
}

static void test_f1_of_two_shares_of_0_reaches_up_to_both_upper_bounds(void **state) {
    (void)state;
    cairn_first_error_item items[4];
    for (int i = 0; i < 4; i++) items[i] = (cairn_first_error_item){.n_steps = 2, .label = i % 2 - 1, .prediction = 1};
    cairn_first_error_intervals got = intervals(items, NULL, 4);
    assert_near(got.f1.estimate, 0, 0);
    assert_near(got.f1.low, 0, 0);
    assert_near(got.f1.high, got.acc_err.high, 1e-12); /* equal shares: their harmonic mean */
}

static void test_without_one_kind_f1_and_its_interval_are_undefined(void **state) {
    (void)state;
    cairn_first_error_item items[3];
    for (int i = 0; i < 3; i++) items[i] = (cairn_first_error_item){.n_steps = 1, .label = 0, .prediction = 0};
    cairn_first_error_intervals got = intervals(items, NULL, 3);
    assert_true(isnan(got.f1.estimate) && isnan(got.f1.low) && isnan(got.acc_cor.estimate));
    assert_near(got.acc_err.estimate, 1, 0);
}

static void test_solutions_of_one_problem_count_as_one_cluster(void **state) {
    (void)state;
    cairn_first_error_item items[40];
    uint32_t problem[40];
    cairn_interval wilson;
    for (uint32_t i = 0; i < 40; i++) {
        items[i] = (cairn_first_error_item){.n_steps = 1, .label = 0, .prediction = i % 8 < 4 ? 0 : -1};
        problem[i] = i / 4; /* ten problems, five of them right in all four solutions */
    }
    cairn_first_error_intervals got = intervals(items, problem, 40);
    assert_int_equal(cairn_stat_wilson(ctx, 5, 10, 0.95, &wilson), CAIRN_OK);
    assert_near(got.acc_err.low, wilson.low, 1e-12);
    assert_near(got.acc_err.high, wilson.high, 1e-12);
}

static void test_a_mean_leaves_out_what_is_undefined(void **state) {
    (void)state;
    const cairn_interval numbers[] = {{0.5, 0.4, 0.7, 0}, {NAN, NAN, NAN, 0}, {0.7, 0.3, 0.9, 0}};
    cairn_interval mean = cairn_eval_mean_of(numbers, NULL, 3);
    assert_near(mean.estimate, 0.6, 1e-12);
    assert_near(mean.low, 0.6 - sqrt(0.01 + 0.16) / 2, 1e-12);
    assert_near(mean.high, 0.6 + sqrt(0.04 + 0.04) / 2, 1e-12);
    assert_int_equal(mean.left_out, 1);
    mean = cairn_eval_mean_of(numbers, (const double[]){3, 1, 1}, 3);
    assert_near(mean.estimate, (1.5 + 0.7) / 4, 1e-12);
    assert_true(isnan(cairn_eval_mean_of(numbers + 1, NULL, 1).estimate));
}

/* ---- the rules under them -------------------------------------------------------------------------------------------------- */

static void test_clusters_of_one_trial_give_wilsons_interval(void **state) {
    (void)state;
    const int64_t hits[] = {1, 0, 1, 1, 0, 1, 1}, sizes[] = {1, 1, 1, 1, 1, 1, 1};
    cairn_interval clustered, wilson;
    assert_int_equal(cairn_stat_wilson_clustered(ctx, hits, sizes, 7, 0.95, &clustered), CAIRN_OK);
    assert_int_equal(cairn_stat_wilson(ctx, 5, 7, 0.95, &wilson), CAIRN_OK);
    assert_near(clustered.low, wilson.low, 0);
    assert_near(clustered.high, wilson.high, 0);
}

static void test_clusters_that_all_agree_count_once_each(void **state) {
    (void)state;
    const int64_t hits[] = {5, 5, 5}, sizes[] = {5, 5, 5}, bad[] = {6, 5, 5};
    cairn_interval clustered, wilson;
    assert_int_equal(cairn_stat_wilson_clustered(ctx, hits, sizes, 3, 0.95, &clustered), CAIRN_OK);
    assert_int_equal(cairn_stat_wilson(ctx, 3, 3, 0.95, &wilson), CAIRN_OK);
    assert_near(clustered.low, wilson.low, 1e-12);
    assert_near(clustered.high, 1, 0);
    assert_int_equal(cairn_stat_wilson_clustered(ctx, bad, sizes, 3, 0.95, &clustered), CAIRN_INVALID);
    assert_int_equal(cairn_stat_wilson_clustered(ctx, hits, sizes, 0, 0.95, &clustered), CAIRN_INVALID);
}

static void test_widening_never_narrows_and_fills_what_is_unknown(void **state) {
    (void)state;
    cairn_interval wide = {0.5, 0.1, 0.95, 0}, point = {0.5, 0.5, 0.5, 0}, unknown = {1, NAN, NAN, 0},
                   none = {NAN, NAN, NAN, 0};
    double z2 = 1.959963984540054 * 1.959963984540054, unseen = z2 / (10 + z2);
    cairn_stat_widen(&wide, 10, 0.95, 0, 1);
    assert_near(wide.low, 0.1, 0);
    assert_near(wide.high, 0.95, 0);
    cairn_stat_widen(&point, 10, 0.95, 0, 1);
    assert_near(point.low, 0.5 - 0.5 * unseen, 1e-12);
    assert_near(point.high, 0.5 + 0.5 * unseen, 1e-12);
    cairn_stat_widen(&unknown, 0, 0.95, 0, 1);
    assert_near(unknown.low, 0, 0);
    assert_near(unknown.high, 1, 0);
    cairn_stat_widen(&none, 10, 0.95, 0, 1);
    assert_true(isnan(none.low));
}

/* Two statistics of one resample: the mean and the mean of every other item, against the bootstrap of one statistic. */
static const double numbers[] = {3, 1, 4, 1, 5, 9, 2, 6};

static void two_means(void *arg, const uint32_t *index, size_t n, double *out) {
    (void)arg;
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += numbers[index[i]];
    out[0] = sum / (double)n;
    out[1] = NAN;
}

static void test_many_statistics_see_the_resamples_of_one(void **state) {
    (void)state;
    const cairn_bootstrap how = {500, 0.9, 7};
    cairn_interval many[2], one;
    assert_int_equal(cairn_stat_bootstrap_many(ctx, 8, 2, two_means, NULL, &how, many), CAIRN_OK);
    assert_int_equal(cairn_stat_bootstrap_mean(ctx, numbers, 8, &how, &one), CAIRN_OK);
    assert_near(many[0].estimate, one.estimate, 1e-12);
    assert_near(many[0].low, one.low, 1e-12);
    assert_near(many[0].high, one.high, 1e-12);
    assert_true(isnan(many[1].estimate) && isnan(many[1].low));
    assert_int_equal(cairn_stat_bootstrap_many(ctx, 0, 1, two_means, NULL, &how, many), CAIRN_INVALID);
    cairn_cancel(ctx);
    assert_int_equal(cairn_stat_bootstrap_many(ctx, 8, 2, two_means, NULL, &how, many), CAIRN_CANCELLED);
}

static int open_context(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

static int close_context(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_worked_by_hand),
        cmocka_unit_test(test_a_step_at_the_threshold_is_called_right),
        cmocka_unit_test(test_a_label_is_right_from_the_bound_and_soft_for_the_brier_score),
        cmocka_unit_test(test_one_class_leaves_what_needs_both_undefined),
        cmocka_unit_test(test_scores_that_are_no_probabilities_have_no_calibration),
        cmocka_unit_test(test_a_perfect_score_has_wilsons_bound_over_problems),
        cmocka_unit_test(test_steps_of_one_problem_are_resampled_together),
        cmocka_unit_test(test_wrong_arguments_are_refused),
        cmocka_unit_test(test_published_figures_of_real_scorers),
        cmocka_unit_test(test_f1_of_two_perfect_shares_has_an_interval),
        cmocka_unit_test(test_f1_of_two_shares_of_0_reaches_up_to_both_upper_bounds),
        cmocka_unit_test(test_without_one_kind_f1_and_its_interval_are_undefined),
        cmocka_unit_test(test_solutions_of_one_problem_count_as_one_cluster),
        cmocka_unit_test(test_a_mean_leaves_out_what_is_undefined),
        cmocka_unit_test(test_clusters_of_one_trial_give_wilsons_interval),
        cmocka_unit_test(test_clusters_that_all_agree_count_once_each),
        cmocka_unit_test(test_widening_never_narrows_and_fills_what_is_unknown),
        cmocka_unit_test(test_many_statistics_see_the_resamples_of_one), /* last: it cancels */
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
