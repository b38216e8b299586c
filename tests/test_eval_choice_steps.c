/* label: light */
/* Steps, rubrics, values, acceptance: the arithmetic of their benchmarks. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "cairn/choice.h"
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

static void says(const char *words) {
    if (!strstr(cairn_error(ctx), words)) fail_msg("`%s` does not say `%s`", cairn_error(ctx), words);
}

/* ---- steps ----------------------------------------------------------------------------------------------------- */

/* Page 42, unit case a: TP 2 FP 1 FN 1 TN 6. */
static void test_weighted_f1_by_hand(void **state) {
    (void)state;
    cairn_confusion c = {2, 1, 6, 1}, none_said = {0, 0, 7, 3};
    double f;
    assert_int_equal(cairn_f1_weighted(ctx, &c, CAIRN_F1_INVERSE, &f), CAIRN_OK);
    assert_near(f, .7 * (2 / 3.0) + .3 * (12 / 14.0), 1e-15);
    assert_near(f, .723810, 5e-7);
    assert_int_equal(cairn_f1_weighted(ctx, &c, CAIRN_F1_FREQUENCY, &f), CAIRN_OK);
    assert_near(f, .3 * (2 / 3.0) + .7 * (12 / 14.0), 1e-15);
    assert_int_equal(cairn_f1_weighted(ctx, &c, CAIRN_F1_MACRO, &f), CAIRN_OK);
    assert_near(f, (2 / 3.0 + 12 / 14.0) / 2, 1e-15);
    assert_int_equal(cairn_f1_weighted(ctx, &none_said, CAIRN_F1_INVERSE, &f), CAIRN_OK);
    assert_near(f, .247059, 5e-7);
    assert_int_equal(cairn_f1_weighted(ctx, &(cairn_confusion){0}, CAIRN_F1_INVERSE, &f), CAIRN_INVALID);
    assert_int_equal(cairn_f1_weighted(ctx, &(cairn_confusion){-1, 2, 3, 4}, CAIRN_F1_INVERSE, &f), CAIRN_INVALID);
}

/* Page 42, miniature 1: hit rate .7, false alarm .2, base rate .2. */
static void test_weighted_f1_of_expected_counts(void **state) {
    (void)state;
    cairn_confusion c = {.tp = .2 * .7, .fn = .2 * .3, .fp = .8 * .2, .tn = .8 * .8};
    cairn_two_class f = cairn_stat_two_class(&c);
    double weighted;
    assert_near(f.f1, .56, 1e-15);
    assert_near(f.negative_f1, .853333, 5e-7);
    assert_int_equal(cairn_f1_weighted(ctx, &c, CAIRN_F1_INVERSE, &weighted), CAIRN_OK);
    assert_near(weighted, .618667, 5e-7);
}

/* Two items: 0 1 0 and 1 1. */
static void test_baselines_by_hand(void **state) {
    (void)state;
    bool faulty[] = {false, true, false, true, true};
    int32_t lengths[] = {3, 0, 2}, negative[] = {3, -1};
    cairn_confusion c[CAIRN_BASELINE_COUNT],
        want[] = {{0, 0, 2, 3}, {3, 2, 0, 0}, {1, 1, 1, 2}, {1, 1, 1, 2}, {1.8, 1.2, .8, 1.2}};
    assert_int_equal(cairn_step_baselines(ctx, faulty, lengths, 3, c), CAIRN_OK);
    for (int b = 0; b < CAIRN_BASELINE_COUNT; b++) {
        assert_near(c[b].tp, want[b].tp, 1e-15);
        assert_near(c[b].fp, want[b].fp, 1e-15);
        assert_near(c[b].tn, want[b].tn, 1e-15);
        assert_near(c[b].fn, want[b].fn, 1e-15);
    }
    assert_string_equal(cairn_baseline_name(CAIRN_BASELINE_LAST), "last");
    assert_int_equal(cairn_step_baselines(ctx, faulty, negative, 2, c), CAIRN_INVALID);
    assert_int_equal(cairn_step_baselines(ctx, faulty, lengths, 0, c), CAIRN_INVALID);
}

/* Above .1: two right, two wrong. Above .7: one right, none wrong. F1 is 2/3 either way. */
static void test_the_tuned_threshold_is_the_lowest_of_equal_ones(void **state) {
    (void)state;
    double scores[] = {.6, .7, .1, .9, .5};
    bool right[] = {false, false, false, true, true};
    cairn_tuned_f1 t;
    assert_int_equal(cairn_tune_f1(ctx, scores, right, 5, &t), CAIRN_OK);
    assert_near(t.threshold, .1, 0);
    assert_near(t.f1, 2 / 3.0, 1e-15);
    assert_true(t.confusion.tp == 2 && t.confusion.fp == 2 && t.confusion.tn == 1 && t.confusion.fn == 0);
    double two[] = {.1, .3, .3, .2};
    bool all[] = {false, true, true, true};
    assert_int_equal(cairn_tune_f1(ctx, two, all, 4, &t), CAIRN_OK);
    assert_true(t.threshold == .1 && t.f1 == 1);
}

/* The lowest score itself is never said right by an observed threshold; where no F1 is above 0 the threshold is 0. */
static void test_a_threshold_that_never_helps_is_zero(void **state) {
    (void)state;
    double scores[] = {.5, .7}, one[] = {.5};
    bool wrong[] = {false, false}, right[] = {true};
    cairn_tuned_f1 t;
    assert_int_equal(cairn_tune_f1(ctx, scores, wrong, 2, &t), CAIRN_OK);
    assert_true(t.threshold == 0 && t.f1 == 0 && t.confusion.fp == 2);
    assert_int_equal(cairn_tune_f1(ctx, one, right, 1, &t), CAIRN_OK);
    assert_true(t.threshold == 0 && t.f1 == 1 && t.confusion.tp == 1);
    scores[1] = NAN;
    assert_int_equal(cairn_tune_f1(ctx, scores, wrong, 2, &t), CAIRN_INVALID);
    assert_int_equal(cairn_tune_f1(ctx, scores, wrong, 0, &t), CAIRN_INVALID);
}

/* ---- rubrics --------------------------------------------------------------------------------------------------- */

enum { YES = CAIRN_SAID_YES, NO = CAIRN_SAID_NO, BOTH = YES | NO };

/* Page 43, unit cases a and b. */
static void test_rubric_by_hand(void **state) {
    (void)state;
    double weights[] = {3, 2, -2, -1};
    uint8_t said[] = {YES, NO, YES, NO}, empty[] = {NO, NO, NO, NO};
    cairn_rubric_score r;
    cairn_rubric_policy plain = {0};
    assert_int_equal(cairn_rubric_measure(ctx, "t", weights, said, 4, &plain, &r), CAIRN_OK);
    assert_true(r.gained == 4 && r.most == 8 && r.score == 50 && r.floor_empty == 37.5 && r.bad == 0);
    assert_int_equal(cairn_rubric_measure(ctx, "t", weights, empty, 4, &plain, &r), CAIRN_OK);
    assert_true(r.gained == 3 && r.score == 37.5);
}

/* Page 43, unit case c: "I cannot say" contains "no", and is neither yes nor no. */
static void test_bad_verdicts_lose_or_leave_the_rubric(void **state) {
    (void)state;
    double weights[] = {2, -2};
    uint8_t strict[] = {YES, 0}, substring[] = {YES, NO}, none[] = {0, 0}, both[] = {BOTH, BOTH};
    cairn_rubric_score r;
    cairn_rubric_policy plain = {0}, drop = {.drop_bad = true};
    assert_int_equal(cairn_rubric_measure(ctx, "t", weights, substring, 2, &plain, &r), CAIRN_OK);
    assert_true(r.gained == 4 && r.bad == 0);
    assert_int_equal(cairn_rubric_measure(ctx, "t", weights, strict, 2, &plain, &r), CAIRN_OK);
    assert_true(r.gained == 2 && r.most == 4 && r.score == 50 && r.bad == 1);
    assert_int_equal(cairn_rubric_measure(ctx, "t", weights, strict, 2, &drop, &r), CAIRN_OK);
    assert_true(r.gained == 2 && r.most == 2 && r.score == 100 && r.bad == 1 && r.floor_empty == 0);
    assert_int_equal(cairn_rubric_measure(ctx, "t", weights, both, 2, &plain, &r), CAIRN_OK);
    assert_true(r.gained == 4); /* neither test excludes the other */
    assert_int_equal(cairn_rubric_measure(ctx, "t", weights, none, 2, &drop, &r), CAIRN_OK);
    assert_true(isnan(r.score) && r.bad == 2);
}

static void test_weights_out_of_range_are_refused(void **state) {
    (void)state;
    uint8_t said[] = {YES};
    cairn_rubric_score r;
    double bad[] = {0, 4, -3.5, .5, NAN, INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(cairn_rubric_measure(ctx, "t5", &bad[i], said, 1, &(cairn_rubric_policy){0}, &r),
                         CAIRN_INVALID);
        says("item `t5`: the weight of criterion 0");
        bool fine = isfinite(bad[i]) && bad[i] != 0;
        assert_int_equal(cairn_rubric_measure(ctx, "t5", &bad[i], said, 1, &(cairn_rubric_policy){false, true}, &r),
                         fine ? CAIRN_OK : CAIRN_INVALID);
    }
    assert_int_equal(cairn_rubric_measure(ctx, "t5", bad, said, 0, &(cairn_rubric_policy){0}, &r), CAIRN_INVALID);
}

/* Page 43, unit cases d and e. */
static void test_scores_per_thousand_characters(void **state) {
    (void)state;
    double hard;
    assert_int_equal(cairn_length_correct(ctx, 61.24, 2274.4, true, &hard), CAIRN_OK);
    assert_near(hard, 26.9, 0);
    assert_int_equal(cairn_length_correct(ctx, 61.24, 2274.4, false, &hard), CAIRN_OK);
    assert_near(hard, 61.24 / 2274.4 * 1000, 1e-12);
    assert_int_equal(cairn_length_correct(ctx, 61.24, .4, true, &hard), CAIRN_INVALID);
    assert_int_equal(cairn_length_correct(ctx, 61.24, 0, false, &hard), CAIRN_INVALID);
    assert_near(cairn_round_even(100.0 * 28 / 49, 2), 57.14, 0);
}

/* 10 yes of which 9 are seen, 10 no of which 8 are seen. */
static void test_a_judge_that_errs_can_be_corrected(void **state) {
    (void)state;
    bool gold[20], judged[20];
    for (int i = 0; i < 20; i++) gold[i] = i < 10, judged[i] = i < 9 || i >= 18;
    cairn_judge_calibration c;
    double score;
    assert_int_equal(cairn_judge_calibrate(ctx, gold, judged, 20, &c), CAIRN_OK);
    assert_near(c.sensitivity, .9, 1e-15);
    assert_near(c.specificity, .8, 1e-15);
    assert_near(c.slope, .7, 1e-15);
    assert_near(c.intercept, 20, 1e-13);
    assert_near(c.macro_f1, (18 / 21.0 + 16 / 19.0) / 2, 1e-15);
    assert_near(c.kappa, .7, 1e-15);
    assert_int_equal(cairn_judge_debias(ctx, 20 + .7 * 60, .9, .8, &score), CAIRN_OK);
    assert_near(score, 60, 1e-12);
    assert_int_equal(cairn_judge_debias(ctx, .8 * 30 + 10, .9, .9, &score), CAIRN_OK); /* (34 - 100 e) / (1 - 2 e) */
    assert_near(score, 30, 1e-12);
    assert_int_equal(cairn_judge_debias(ctx, 50, .5, .5, &score), CAIRN_INVALID);
    assert_int_equal(cairn_judge_debias(ctx, 50, .4, .3, &score), CAIRN_INVALID);
    assert_int_equal(cairn_judge_debias(ctx, 50, NAN, .9, &score), CAIRN_INVALID);
    assert_int_equal(cairn_judge_calibrate(ctx, gold, judged, 0, &c), CAIRN_INVALID);
}

/* ---- values ---------------------------------------------------------------------------------------------------- */

enum { CARE, TRUST, TRUTH, VALUES };
static const int32_t care_trust[] = {CARE, TRUST}, truth[] = {TRUTH}, care[] = {CARE};
static const cairn_dilemma dilemmas[] = {
    {"d1", {care_trust, truth}, {2, 1}, 0}, {"d2", {truth, care}, {1, 1}, 0}, {"d3", {care, truth}, {1, 1}, -1}};

/* Page 44, unit cases a and b. */
static void test_preferences_by_hand(void **state) {
    (void)state;
    cairn_value_preference p[VALUES];
    for (size_t n = 2; n <= 3; n++) {
        assert_int_equal(cairn_value_preferences(ctx, dilemmas, n, VALUES, false, NULL, p), CAIRN_OK);
        assert_true(p[CARE].selected == 1 && p[CARE].neglected == 1 && p[CARE].preference.estimate == 0);
        assert_true(p[TRUST].selected == 1 && p[TRUST].neglected == 0 && p[TRUST].preference.estimate == 100);
        assert_true(p[TRUTH].selected == 1 && p[TRUTH].neglected == 1 && p[TRUTH].preference.estimate == 0);
    }
}

/* Page 44, unit case c. */
static void test_a_dimension_counts_many_times_or_once(void **state) {
    (void)state;
    const int32_t twice[] = {0, 0}, one[] = {0};
    cairn_dilemma d = {"d", {twice, one}, {2, 1}, 0};
    cairn_value_preference p[2];
    assert_int_equal(cairn_value_preferences(ctx, &d, 1, 2, false, NULL, p), CAIRN_OK);
    assert_near(p[0].preference.estimate, 100 / 3.0, 1e-13);
    assert_true(isnan(p[1].preference.estimate)); /* never seen */
    assert_int_equal(cairn_value_preferences(ctx, &d, 1, 2, true, NULL, p), CAIRN_OK);
    assert_near(p[0].preference.estimate, 0, 0);
}

/* 60 dilemmas of 80 choose the value: 50 with a standard error of 100 * 2 * sqrt(.75 * .25 / 80) = 9.7. */
static void test_preferences_have_intervals_over_dilemmas(void **state) {
    (void)state;
    cairn_dilemma many[80];
    for (int i = 0; i < 80; i++) many[i] = (cairn_dilemma){"d", {care, truth}, {1, 1}, i < 60 ? 0 : 1};
    cairn_value_preference p[VALUES];
    cairn_bootstrap how = {2000, .95, 4};
    assert_int_equal(cairn_value_preferences(ctx, many, 80, VALUES, false, &how, p), CAIRN_OK);
    assert_near(p[CARE].preference.estimate, 50, 0);
    assert_near(p[CARE].preference.low, 50 - 1.96 * 9.7, 3);
    assert_near(p[CARE].preference.high, 50 + 1.96 * 9.7, 3);
    assert_near(p[TRUTH].preference.low, -p[CARE].preference.high, 1e-12);
    assert_true(isnan(p[TRUST].preference.estimate) && isnan(p[TRUST].preference.low));
}

static void test_dilemmas_out_of_range_are_named(void **state) {
    (void)state;
    const int32_t far[] = {7};
    cairn_dilemma bad = {"d7", {far, care}, {1, 1}, 0}, odd = {"d8", {care, care}, {1, 1}, 2};
    cairn_value_preference p[VALUES];
    assert_int_equal(cairn_value_preferences(ctx, &bad, 1, VALUES, false, NULL, p), CAIRN_INVALID);
    says("item `d7`: action 0: value 7");
    assert_int_equal(cairn_value_preferences(ctx, &odd, 1, VALUES, false, NULL, p), CAIRN_INVALID);
    says("item `d8`: choice 2");
    assert_int_equal(cairn_value_preferences(ctx, dilemmas + 2, 1, VALUES, false, NULL, p), CAIRN_INVALID);
    says("no dilemma was answered");
    assert_int_equal(cairn_value_preferences(ctx, dilemmas, 3, 0, false, NULL, p), CAIRN_INVALID);
}

/* Page 44, unit case d. */
static void test_principle_score_by_hand(void **state) {
    (void)state;
    double support[VALUES] = {[CARE] = 1}, oppose[VALUES] = {[TRUTH] = .5};
    cairn_principle principle = {support, oppose, VALUES};
    cairn_principle_score s;
    bool conflict[3];
    assert_int_equal(cairn_principle_conflicts(ctx, &principle, dilemmas, 3, conflict), CAIRN_OK);
    assert_true(conflict[0] && conflict[1] && conflict[2]);
    assert_int_equal(cairn_principle_measure(ctx, &principle, dilemmas, 3, conflict, &s), CAIRN_OK);
    assert_true(s.conflicts == 3 && s.answered == 2 && s.ambiguous == 0);
    assert_true(s.selected_support == 1 && s.selected_oppose == .5 && s.selected == .5);
    assert_true(s.coded_support == 2 && s.coded_oppose == 1 && s.coded == 1);
}

/* No conflict: an action of both kinds, one of none, two of the same kind. */
static void test_conflicts_have_one_kind_on_either_side(void **state) {
    (void)state;
    const int32_t both[] = {CARE, TRUTH}, neither[] = {TRUST};
    cairn_dilemma d[] = {{"a", {both, truth}, {2, 1}, 0},
                         {"b", {care, neither}, {1, 1}, 0},
                         {"c", {care, care}, {1, 1}, 0},
                         {"d", {truth, care_trust}, {1, 2}, 1},
                         {"e", {NULL, NULL}, {0, 0}, 1}};
    double support[VALUES] = {[CARE] = .2}, oppose[VALUES] = {[TRUTH] = 1}, bad[VALUES] = {1.5};
    cairn_principle principle = {support, oppose, VALUES};
    cairn_principle_score s;
    bool conflict[5];
    assert_int_equal(cairn_principle_conflicts(ctx, &principle, d, 5, conflict), CAIRN_OK);
    assert_false(conflict[0] || conflict[1] || conflict[2] || conflict[4]);
    assert_true(conflict[3]);
    principle.oppose = bad;
    assert_int_equal(cairn_principle_conflicts(ctx, &principle, d, 5, conflict), CAIRN_INVALID);
    bad[CARE] = 1;
    assert_int_equal(cairn_principle_measure(ctx, &principle, d, 5, conflict, &s), CAIRN_OK);
    assert_int_equal(s.ambiguous, 1);
}

/* ---- acceptance ------------------------------------------------------------------------------------------------ */

static void test_acceptance_by_hand(void **state) {
    (void)state;
    bool accepted[] = {true, true, false, true, false}, right[] = {true, false, true, false, false}, none[5] = {false};
    cairn_accept_audit a = cairn_accept_measure(accepted, right, 5);
    assert_int_equal(a.accepted, 3);
    assert_near(a.precision, 1 / 3.0, 0);
    assert_near(a.recall, .5, 0);
    assert_near(a.false_positive, 2 / 3.0, 0);
    a = cairn_accept_measure(none, right, 5);
    assert_true(isnan(a.precision) && a.recall == 0 && a.false_positive == 0);
    a = cairn_accept_measure(accepted, none, 5);
    assert_true(a.precision == 0 && isnan(a.recall));
}

/* Page 54, unit case 2: .009 / .207. */
static void test_precision_is_mostly_base_rate(void **state) {
    (void)state;
    assert_near(cairn_accept_precision(.01, .9, .2), .043478, 5e-7);
    assert_true(isnan(cairn_accept_precision(.5, 0, 0)));
    assert_true(isnan(cairn_accept_precision(1.5, .9, .2)));
}

/* Page 54, unit case 3. */
static void test_majority_of_the_accepted(void **state) {
    (void)state;
    int32_t classes[] = {7, 7, 9, 9, 9}, silent[] = {-1, -1}, picked;
    bool some[] = {true, true, false, false, true}, none[5] = {false}, fell_back;
    assert_int_equal(cairn_accept_select(ctx, "p", classes, some, NULL, 5, &picked, &fell_back), CAIRN_OK);
    assert_true(classes[picked] == 7 && picked == 0 && !fell_back);
    assert_int_equal(cairn_accept_select(ctx, "p", classes, none, NULL, 5, &picked, &fell_back), CAIRN_OK);
    assert_true(classes[picked] == 9 && picked == 2 && fell_back);
    assert_int_equal(cairn_accept_select(ctx, "p", silent, some, NULL, 2, &picked, &fell_back), CAIRN_OK);
    assert_true(picked == -1 && fell_back);
    assert_int_equal(cairn_accept_select(ctx, "p", classes, some, NULL, 0, &picked, &fell_back), CAIRN_INVALID);
}

static void test_ties_of_the_accepted_go_to_the_longest_right_start(void **state) {
    (void)state;
    int32_t classes[] = {1, 2, 2, 1}, picked;
    bool all[] = {true, true, true, true}, fell_back;
    double fractions[] = {.5, .6, .9, .7}, equal[] = {1, 1, 1, 1}, bad[] = {1, NAN, 1, 1};
    assert_int_equal(cairn_accept_select(ctx, "p", classes, all, fractions, 4, &picked, &fell_back), CAIRN_OK);
    assert_int_equal(picked, 2);
    assert_int_equal(cairn_accept_select(ctx, "p", classes, all, equal, 4, &picked, &fell_back), CAIRN_OK);
    assert_int_equal(picked, 0);
    assert_int_equal(cairn_accept_select(ctx, "p2", classes, all, bad, 4, &picked, &fell_back), CAIRN_INVALID);
    says("item `p2`: the fraction of solution 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weighted_f1_by_hand),
        cmocka_unit_test(test_weighted_f1_of_expected_counts),
        cmocka_unit_test(test_baselines_by_hand),
        cmocka_unit_test(test_the_tuned_threshold_is_the_lowest_of_equal_ones),
        cmocka_unit_test(test_a_threshold_that_never_helps_is_zero),
        cmocka_unit_test(test_rubric_by_hand),
        cmocka_unit_test(test_bad_verdicts_lose_or_leave_the_rubric),
        cmocka_unit_test(test_weights_out_of_range_are_refused),
        cmocka_unit_test(test_scores_per_thousand_characters),
        cmocka_unit_test(test_a_judge_that_errs_can_be_corrected),
        cmocka_unit_test(test_preferences_by_hand),
        cmocka_unit_test(test_a_dimension_counts_many_times_or_once),
        cmocka_unit_test(test_preferences_have_intervals_over_dilemmas),
        cmocka_unit_test(test_dilemmas_out_of_range_are_named),
        cmocka_unit_test(test_principle_score_by_hand),
        cmocka_unit_test(test_conflicts_have_one_kind_on_either_side),
        cmocka_unit_test(test_acceptance_by_hand),
        cmocka_unit_test(test_precision_is_mostly_base_rate),
        cmocka_unit_test(test_majority_of_the_accepted),
        cmocka_unit_test(test_ties_of_the_accepted_go_to_the_longest_right_start),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
