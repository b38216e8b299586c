/* label: light */
/* Every-step evaluation, label quality and budget curves on worked cases. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "cairn/eval.h"

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

static void test_worked_item_of_four_steps(void **state) {
    (void)state;
    int32_t errors[] = {2, 4};
    bool valid[] = {true, true, true, false};
    cairn_step_confusion c = {0};
    assert_int_equal(cairn_eval_step_confusion(ctx, errors, 2, 1, valid, 4, 4, &c), CAIRN_OK);
    assert_int_equal(c.tp, 2);
    assert_int_equal(c.fp, 1);
    assert_int_equal(c.tn, 1);
    assert_int_equal(c.fn, 0);
    assert_int_equal(c.first_n, 1);
    assert_int_equal(c.first_hit, 0);
    cairn_prmscore got;
    assert_int_equal(cairn_eval_prmscore(ctx, &c, CAIRN_UNDEFINED_MINUS_ONE, &got), CAIRN_OK);
    near(got.f1, 0.8, 1e-15);
    near(got.negative_f1, 2.0 / 3.0, 1e-15);
    near(got.prmscore, 11.0 / 15.0, 1e-15);
    near(got.acc_error, 0.5, 0.0);
    near(got.acc_valid, 1.0, 0.0);
    near(got.acc_all, 0.75, 0.0);
    assert_int_equal(got.undefined, 0);
}

static void test_the_base_decides_which_step_is_meant(void **state) {
    (void)state;
    int32_t errors[] = {2, 2, 4, -1};
    bool valid[] = {true, true, false, true};
    cairn_step_confusion c = {0};
    assert_int_equal(cairn_eval_step_confusion(ctx, errors, 4, 0, valid, 4, 4, &c), CAIRN_OK);
    assert_int_equal(c.tn, 1); /* step 2 listed twice counts once */
    assert_int_equal(c.tp, 3);
    assert_int_equal(c.out_of_range, 2);
    assert_int_equal(c.first_hit, 1);
    cairn_step_confusion before = c;
    assert_int_equal(cairn_eval_step_confusion(ctx, errors, 4, 2, valid, 4, 4, &c), CAIRN_INVALID);
    assert_int_equal(cairn_eval_step_confusion(ctx, errors, 4, 0, valid, 3, 4, &c), CAIRN_INVALID);
    assert_int_equal(cairn_eval_step_confusion(ctx, (int32_t[]){INT32_MIN}, 1, 1, valid, 4, 4, &c), CAIRN_OK);
    assert_int_equal(c.out_of_range, before.out_of_range + 1);
}

/* No wrong steps at all: NR has no denominator; NP = 0 / fn, or none either. */
static void test_undefined_ratios_follow_their_policy(void **state) {
    (void)state;
    cairn_step_confusion some = {.tp = 3, .fn = 1}, all = {.tp = 4}, rejected = {.fn = 3, .tn = 1},
                         valid = {.tp = 3, .fp = 1};
    cairn_prmscore got;
    assert_int_equal(cairn_eval_prmscore(ctx, &all, CAIRN_UNDEFINED_MINUS_ONE, &got), CAIRN_OK);
    near(got.negative_f1, -1.0, 0.0); /* 2 (-1)(-1) / (-2) */
    near(got.prmscore, 0.0, 0.0);
    assert_int_equal(got.undefined, 2);
    assert_int_equal(cairn_eval_prmscore(ctx, &valid, CAIRN_UNDEFINED_MINUS_ONE, &got), CAIRN_OK);
    near(got.negative_precision, -1.0, 0.0);
    near(got.negative_f1, 0.0, 0.0); /* NP = -1, NR = 0 */
    assert_int_equal(cairn_eval_prmscore(ctx, &rejected, CAIRN_UNDEFINED_MINUS_ONE, &got), CAIRN_OK);
    near(got.precision, -1.0, 0.0);
    near(got.f1, 0.0, 0.0);
    near(got.negative_f1, 0.4, 1e-15); /* NP = 1/4, NR = 1 */
    assert_int_equal(cairn_eval_prmscore(ctx, &all, CAIRN_UNDEFINED_ZERO, &got), CAIRN_OK);
    near(got.prmscore, 0.5, 0.0);
    assert_int_equal(cairn_eval_prmscore(ctx, &some, CAIRN_UNDEFINED_SKIP, &got), CAIRN_OK);
    assert_true(isnan(got.negative_recall) && isnan(got.negative_f1));
    near(got.prmscore, 6.0 / 7.0, 1e-15); /* F1 alone: P = 1, R = 3/4 */
    assert_true(isnan(got.acc_error) && isnan(got.acc_first));
    assert_int_equal(cairn_eval_prmscore(ctx, &some, (cairn_undefined)9, &got), CAIRN_INVALID);
}

#define R CAIRN_VERDICT_RIGHT
#define W CAIRN_VERDICT_WRONG
#define U CAIRN_VERDICT_UNKNOWN

/* Four solutions worked by hand: an error found, an error found late, an unlabelled step before the error, all
 * right. A fifth with an unknown truth belongs to no group. */
static const double found[] = {1, 1, 0}, late[] = {1, 0.25, 0}, gap[] = {1, NAN, 0}, clean[] = {1, 0.5};
static const cairn_verdict found_truth[] = {R, R, W}, late_truth[] = {W, W, W}, gap_truth[] = {R, R, W},
                           clean_truth[] = {R, R}, untold_truth[] = {U, W};
static const cairn_labelled_solution labelled[] = {
    {found, found_truth, 3}, {late, late_truth, 3},    {gap, gap_truth, 3},
    {clean, clean_truth, 2}, {clean, untold_truth, 2},
};

static void test_label_quality_of_worked_solutions(void **state) {
    (void)state;
    cairn_step_quality got;
    assert_int_equal(cairn_eval_step_quality(ctx, labelled, 5, 0.0, &got), CAIRN_OK);
    assert_int_equal(got.n_steps, 13);
    assert_int_equal(got.n_unlabelled, 1);
    assert_int_equal(got.n_untold, 1);
    assert_int_equal(got.wrong_wrong, 3);
    assert_int_equal(got.wrong_right, 3);
    assert_int_equal(got.right_wrong, 0);
    assert_int_equal(got.right_right, 5);
    near(got.accuracy, 8.0 / 11.0, 1e-15);
    near(got.precision, 1.0, 0.0);
    near(got.recall, 0.5, 0.0);
    near(got.share_negative, 3.0 / 12.0, 0.0);
    assert_int_equal(got.n_err, 3);
    assert_int_equal(got.hit_err, 1);
    assert_int_equal(got.n_cor, 1);
    assert_int_equal(got.hit_cor, 1);
    assert_int_equal(got.n_unlocated, 1);
    assert_int_equal(got.n_untold_solutions, 1);
    near(got.location, 0.5, 0.0);
    near(got.location_err, 1.0 / 3.0, 1e-15);
    assert_int_equal(cairn_eval_step_quality(ctx, labelled, 5, 0.5, &got), CAIRN_OK);
    assert_int_equal(got.right_wrong, 1); /* a label equal to the threshold is wrong */
    assert_int_equal(got.hit_cor, 0);
    assert_int_equal(cairn_eval_step_quality(ctx, labelled, 5, NAN, &got), CAIRN_INVALID);
    cairn_labelled_solution silent = {(double[]){1, NAN}, (cairn_verdict[]){R, W}, 2};
    assert_int_equal(cairn_eval_step_quality(ctx, &silent, 1, 0.5, &got), CAIRN_OK);
    assert_int_equal(got.hit_err, 0); /* the missing label stands where the error is: still not located */
    assert_int_equal(got.n_unlocated, 1);
    assert_int_equal(cairn_eval_step_quality(ctx, labelled, 0, 0.5, &got), CAIRN_OK);
    assert_true(isnan(got.accuracy) && isnan(got.location));
}

/* Right steps 1 1 1 1 .5 against wrong steps 0 1 .25 0 0 .5: 4 * 5.5 + 4.5 of 30 pairs, ties one half. */
static void test_step_auroc_leaves_unknown_steps_out(void **state) {
    (void)state;
    cairn_auroc got;
    assert_int_equal(cairn_eval_step_auroc(ctx, labelled, 5, 0.95, &got), CAIRN_OK);
    assert_int_equal(got.positives, 5);
    assert_int_equal(got.negatives, 6);
    near(got.auroc, 26.5 / 30.0, 1e-15);
}

static void test_value_error_of_worked_estimates(void **state) {
    (void)state;
    double estimate[] = {0.5, NAN, 0.75, 0.0}, truth[] = {0.25, 0.5, 1.0, 0.5};
    cairn_value_error got;
    assert_int_equal(cairn_eval_value_error(ctx, estimate, truth, 4, &got), CAIRN_OK);
    assert_int_equal(got.n, 3);
    assert_int_equal(got.n_unknown, 1);
    near(got.mean_absolute, 1.0 / 3.0, 1e-15);
    near(got.bias, -0.5 / 3.0, 1e-15);
    near(got.root_mean_square, sqrt(0.125), 1e-15);
    assert_int_equal(cairn_eval_value_error(ctx, estimate + 1, truth, 1, &got), CAIRN_OK);
    assert_true(isnan(got.bias) && got.n == 0);
    truth[0] = NAN;
    assert_int_equal(cairn_eval_value_error(ctx, estimate, truth, 4, &got), CAIRN_INVALID);
}

static const double budgets_a[] = {100, 200, 400}, budgets_b[] = {150, 300};
static const double outcomes_a[] = {0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1}, outcomes_b[] = {0, 0, 0, 0, 0, 0, 1, 0};
static const cairn_curve curve_a = {3, 4, budgets_a, outcomes_a}, curve_b = {2, 4, budgets_b, outcomes_b};

static void test_curve_counts_each_budget(void **state) {
    (void)state;
    cairn_curve_point got[3];
    cairn_interval wilson;
    assert_int_equal(cairn_eval_curve(ctx, &curve_a, 0.95, got), CAIRN_OK);
    static const int64_t correct[] = {1, 2, 4};
    for (int p = 0; p < 3; p++) {
        assert_int_equal(got[p].correct, correct[p]);
        assert_int_equal(got[p].n, 4);
        near(got[p].budget, budgets_a[p], 0.0);
        assert_int_equal(cairn_stat_wilson(ctx, correct[p], 4, 0.95, &wilson), CAIRN_OK);
        near(got[p].accuracy.low, wilson.low, 0.0);
    }
    double falling[] = {100, 100}, half[] = {0, 0.5};
    assert_int_equal(cairn_eval_curve(ctx, &(cairn_curve){2, 2, falling, outcomes_a}, 0.95, got), CAIRN_INVALID);
    assert_int_equal(cairn_eval_curve(ctx, &(cairn_curve){1, 2, falling, half}, 0.95, got), CAIRN_INVALID);
    assert_int_equal(cairn_eval_curve(ctx, &(cairn_curve){0, 2, falling, half}, 0.95, got), CAIRN_INVALID);
    assert_int_equal(cairn_eval_curve(ctx, &curve_a, 1.5, got), CAIRN_INVALID);
}

static void test_matched_budget_compares_the_largest_points_within_it(void **state) {
    (void)state;
    cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET;
    cairn_matched got;
    assert_int_equal(cairn_eval_matched(ctx, &curve_a, &curve_b, 399, &how, &got), CAIRN_OK);
    near(got.budget_a, 200, 0.0);
    near(got.budget_b, 300, 0.0);
    near(got.difference.estimate, 0.25, 1e-15); /* 0 1 0 1 minus 0 0 1 0 */
    near(got.bootstrap.estimate, 0.25, 1e-15);
    assert_int_equal(got.a_better, 2);
    assert_int_equal(got.b_better, 1);
    assert_int_equal(got.equal, 1);
    near(got.sign_p, 1.0, 1e-12); /* 2 P(B(3, 1/2) <= 1) = 1 */
    assert_int_equal(cairn_eval_matched(ctx, &curve_a, &curve_b, 150, &how, &got), CAIRN_OK);
    near(got.budget_a, 100, 0.0);
    near(got.sign_p, 1.0, 1e-12); /* one unequal problem */
    cairn_curve many = {1, 8, budgets_a, (double[]){1, 1, 1, 1, 1, 1, 1, 1}},
                none = {1, 8, budgets_a, (double[]){0, 0, 0, 0, 0, 0, 0, 1}};
    assert_int_equal(cairn_eval_matched(ctx, &many, &none, 100, &how, &got), CAIRN_OK);
    near(got.sign_p, 2.0 / 128.0, 1e-13); /* seven of seven */
    assert_int_equal(cairn_eval_matched(ctx, &curve_a, &curve_b, 120, &how, &got), CAIRN_INVALID);
    assert_int_equal(cairn_eval_matched(ctx, &curve_a, &many, 200, &how, &got), CAIRN_INVALID);
}

static void test_a_failing_allocation_leaves_the_output(void **state) {
    (void)state;
    cairn_step_confusion c = {.tp = 7};
    cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = 1});
    assert_int_equal(cairn_eval_step_confusion(ctx, NULL, 0, 1, (bool[]){true}, 1, 1, &c), CAIRN_NO_MEMORY);
    assert_true(c.tp == 7 && c.fn == 0);
    for (int64_t at = 1; at <= 6; at++) { /* two arrays here, then the ranks' */
        cairn_auroc got = {.auroc = 7.0};
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = at});
        assert_int_equal(cairn_eval_step_auroc(ctx, labelled, 5, 0.95, &got), CAIRN_NO_MEMORY);
        assert_true(got.auroc == 7.0);
    }
    cairn_faults_set(ctx, (cairn_faults){0});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worked_item_of_four_steps),
        cmocka_unit_test(test_the_base_decides_which_step_is_meant),
        cmocka_unit_test(test_undefined_ratios_follow_their_policy),
        cmocka_unit_test(test_label_quality_of_worked_solutions),
        cmocka_unit_test(test_step_auroc_leaves_unknown_steps_out),
        cmocka_unit_test(test_value_error_of_worked_estimates),
        cmocka_unit_test(test_curve_counts_each_budget),
        cmocka_unit_test(test_matched_budget_compares_the_largest_points_within_it),
        cmocka_unit_test(test_a_failing_allocation_leaves_the_output),
    };
    return cmocka_run_group_tests_name("eval steps", tests, open_ctx, close_ctx);
}
