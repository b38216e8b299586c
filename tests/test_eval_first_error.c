/* label: light */
/* First wrong step: parsing, voting, scoring, averages, threshold (arXiv 2412.06559). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "cairn/eval.h"
#include "cairn/tool.h"

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

static void test_first_error_is_the_first_score_on_the_bad_side(void **state) {
    (void)state;
    double scores[] = {0.9, 0.4, 0.8, 0.1}, clean[] = {0.9, 0.5, 0.8}, broken[] = {0.1, NAN};
    int32_t got;
    assert_int_equal(cairn_eval_first_error(ctx, scores, 4, 0.5, CAIRN_STAT_WRONG_BELOW, &got), CAIRN_OK);
    assert_int_equal(got, 1);
    assert_int_equal(cairn_eval_first_error(ctx, clean, 3, 0.5, CAIRN_STAT_WRONG_BELOW, &got), CAIRN_OK);
    assert_int_equal(got, CAIRN_EVAL_ALL_RIGHT);
    assert_int_equal(cairn_eval_first_error(ctx, scores, 4, 0.85, CAIRN_STAT_WRONG_ABOVE, &got), CAIRN_OK);
    assert_int_equal(got, 0);
    assert_int_equal(cairn_eval_first_error(ctx, clean, 3, 0.9, CAIRN_STAT_WRONG_ABOVE, &got), CAIRN_OK);
    assert_int_equal(got, CAIRN_EVAL_ALL_RIGHT);
    assert_int_equal(cairn_eval_first_error(ctx, broken, 2, 0.5, CAIRN_STAT_WRONG_BELOW, &got), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "step 1"));
    assert_int_equal(cairn_eval_first_error(ctx, clean, 3, NAN, CAIRN_STAT_WRONG_BELOW, &got), CAIRN_INVALID);
}

static int32_t parse(const char *text) {
    return cairn_boxed_int(text, strlen(text));
}

static void test_the_last_box_is_read_as_an_integer(void **state) {
    (void)state;
    assert_int_equal(parse("so \\boxed{3}, no: \\boxed{ -1 }"), -1);
    assert_int_equal(parse("\\boxed{2\\text{nd}}"), CAIRN_EVAL_NONE);
    assert_int_equal(parse("\\boxed{+7}\n"), 7);
    assert_int_equal(parse("\\boxed{\n12\t}"), 12);
    assert_int_equal(parse("\\boxed{}"), CAIRN_EVAL_NONE);
    assert_int_equal(parse("\\boxed{-}"), CAIRN_EVAL_NONE);
    assert_int_equal(parse("\\boxed{1.0}"), CAIRN_EVAL_NONE);
    assert_int_equal(parse("\\boxed{1 2}"), CAIRN_EVAL_NONE);
    assert_int_equal(parse("no box 3"), CAIRN_EVAL_NONE);
    assert_int_equal(parse("\\boxed{4} and an open \\boxed{5"), 4);
    assert_int_equal(parse("\\boxed{\\boxed{3}}"), CAIRN_EVAL_NONE);
    assert_int_equal(parse("\\boxed{2} \\boxed{two}"), CAIRN_EVAL_NONE);
    assert_int_equal(parse("\\boxed{99999999999999999999999}"), INT32_MAX);
    assert_int_equal(parse("\\boxed{-99999999999999999999999}"), INT32_MIN + 1);
    assert_int_equal(cairn_boxed_int("\\boxed{3}", 8), CAIRN_EVAL_NONE);
    assert_int_equal(cairn_boxed_int("", 0), CAIRN_EVAL_NONE);
}

static void test_replies_vote_by_the_text_in_their_box(void **state) {
    (void)state;
    const char *replies[] = {"\\boxed{2}", "none", "\\boxed{-1}", "\\boxed{ -1 }", NULL};
    assert_int_equal(cairn_boxed_vote(replies, 5), -1);
    const char *tied[] = {"none", "\\boxed{4}", "\\boxed{1}", "\\boxed{1}", "\\boxed{4}"};
    assert_int_equal(cairn_boxed_vote(tied, 5), 4);
    const char *spelled[] = {"\\boxed{3}", "\\boxed{03}", "\\boxed{three}", "\\boxed{three}"};
    assert_int_equal(cairn_boxed_vote(spelled, 4), CAIRN_EVAL_NONE); /* the winner is no integer */
    assert_int_equal(cairn_boxed_vote(spelled, 2), 3);
    const char *silent[] = {NULL, "no"};
    assert_int_equal(cairn_boxed_vote(silent, 2), CAIRN_EVAL_NONE);
}

static void test_worked_items_give_a_third_a_half_and_f1_of_two_fifths(void **state) {
    (void)state;
    static const int32_t labels[] = {-1, -1, 2, 0, 3}, predictions[] = {-1, 1, 2, CAIRN_EVAL_NONE, -1};
    cairn_first_error_item items[5];
    for (int i = 0; i < 5; i++) items[i] = (cairn_first_error_item){NULL, 4, labels[i], predictions[i]};
    cairn_first_error_score got;
    assert_int_equal(cairn_eval_first_error_score(ctx, items, 5, false, &got), CAIRN_OK);
    near(got.acc_err, 1.0 / 3.0, 1e-15);
    near(got.acc_cor, 0.5, 1e-15);
    near(got.f1, 0.4, 1e-15);
    assert_int_equal(got.n_missing, 1);
    assert_int_equal(got.n_out_of_range, 0);
    assert_false(got.tuned_here);
    items[0].prediction = 4;
    items[4].prediction = -2;
    assert_int_equal(cairn_eval_first_error_score(ctx, items, 5, false, &got), CAIRN_OK);
    assert_int_equal(got.n_out_of_range, 2);
    near(got.f1, 0.0, 0.0); /* the one accepted solution now points outside */
}

static void test_bad_labels_and_empty_groups_are_named(void **state) {
    (void)state;
    cairn_first_error_item items[] = {{"gsm8k-0", 3, -1, -1}, {"gsm8k-7", 3, 3, 0}};
    cairn_first_error_score got;
    assert_int_equal(cairn_eval_first_error_score(ctx, items, 2, false, &got), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "gsm8k-7"));
    items[1].label = -2;
    assert_int_equal(cairn_eval_first_error_score(ctx, items, 2, false, &got), CAIRN_INVALID);
    assert_int_equal(cairn_eval_first_error_score(ctx, items, 1, false, &got), CAIRN_INVALID);
    assert_int_equal(cairn_eval_first_error_score(ctx, items, 1, true, &got), CAIRN_OK);
    assert_true(got.acc_cor == 1.0 && isnan(got.acc_err) && isnan(got.f1));
    assert_int_equal(cairn_eval_first_error_counts(ctx, 2, 1, 0, 1, false, &got), CAIRN_INVALID);
}

static void count_warnings(void *user, cairn_log_level level, const char *line) {
    (void)line;
    *(int *)user += level == CAIRN_LOG_WARN;
}

static void test_both_accuracies_zero_give_f1_zero_with_a_warning(void **state) {
    (void)state;
    int warnings = 0;
    cairn_first_error_score got;
    cairn_log_to(ctx, CAIRN_LOG_WARN, count_warnings, &warnings);
    assert_int_equal(cairn_eval_first_error_counts(ctx, 0, 5, 0, 5, false, &got), CAIRN_OK);
    cairn_log_to(ctx, CAIRN_LOG_ERROR, NULL, NULL);
    assert_true(got.f1 == 0.0);
    assert_int_equal(warnings, 1);
}

/* Raw counts of a public scorer's printed table: hits and sizes of the two groups, and the three printed per cents. */
static const struct {
    int64_t hit_err, n_err, hit_cor, n_cor;
    double err, cor, f1;
} published[] = {
    {47, 207, 181, 193, 22.71, 93.78, 36.56},
    {227, 594, 287, 406, 38.22, 70.69, 49.61},
    {179, 661, 183, 339, 27.08, 53.98, 36.07},
    {212, 759, 132, 241, 27.93, 54.77, 37.00},
};

static void test_published_counts_give_the_published_scores_and_both_averages(void **state) {
    (void)state;
    cairn_first_error_score subsets[4];
    for (int s = 0; s < 4; s++) {
        assert_int_equal(cairn_eval_first_error_counts(ctx, published[s].hit_err, published[s].n_err,
                                                       published[s].hit_cor, published[s].n_cor, false, &subsets[s]),
                         CAIRN_OK);
        near(100.0 * subsets[s].acc_err, published[s].err, 0.00501);
        near(100.0 * subsets[s].acc_cor, published[s].cor, 0.00501);
        near(100.0 * subsets[s].f1, published[s].f1, 0.00501);
    }
    cairn_first_error_average got;
    assert_int_equal(cairn_eval_first_error_average(ctx, subsets, 4, &got), CAIRN_OK);
    near(100.0 * got.f1_weighted, 40.38, 0.00501);
    near(100.0 * got.f1_unweighted, 39.81, 0.00501);
    assert_int_equal(cairn_eval_first_error_average(ctx, subsets, 0, &got), CAIRN_INVALID);
}

/* The headline of a published row is the plain mean of its four F1. */
static void test_the_published_headline_is_the_unweighted_mean(void **state) {
    (void)state;
    static const double f1[] = {0.682, 0.626, 0.507, 0.443};
    cairn_first_error_score subsets[4] = {{0}};
    for (int s = 0; s < 4; s++) subsets[s] = (cairn_first_error_score){.n_err = s ? 1000 : 400, .f1 = f1[s]};
    cairn_first_error_average got;
    assert_int_equal(cairn_eval_first_error_average(ctx, subsets, 4, &got), CAIRN_OK);
    near(got.f1_unweighted, 0.5645, 1e-12);
}

static void test_bootstrap_covers_the_score_and_shrinks_with_the_items(void **state) {
    (void)state;
    static cairn_first_error_item items[800];
    for (int i = 0; i < 800; i++)
        items[i] = (cairn_first_error_item){NULL, 5, i % 2 ? 2 : -1, i % 2 ? (i % 5 ? 2 : 1) : (i % 4 ? -1 : 0)};
    cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET;
    how.resamples = 200;
    size_t sizes[] = {200, 600};
    cairn_interval small, one, plain, weighted;
    assert_int_equal(cairn_eval_first_error_bootstrap(ctx, items, sizes, 1, &how, &small, &one), CAIRN_OK);
    assert_true(small.low == one.low && small.high == one.high && small.estimate == one.estimate);
    near(small.estimate, 2.0 * 0.8 * 0.5 / 1.3, 1e-12);
    assert_true(small.low < small.estimate && small.estimate < small.high);
    assert_int_equal(cairn_eval_first_error_bootstrap(ctx, items, sizes, 2, &how, &plain, &weighted), CAIRN_OK);
    assert_true(weighted.high - weighted.low < small.high - small.low);
    near(weighted.estimate, 2.0 * 0.8 * 0.5 / 1.3, 1e-12);
}

/* F1 at one threshold by the definition, for the sweep to be compared with. */
static double f1_at(const cairn_scored_solution *solutions, size_t n, double tau, cairn_stat_sense sense) {
    cairn_first_error_item items[64];
    for (size_t i = 0; i < n; i++) {
        items[i] = (cairn_first_error_item){NULL, solutions[i].n_steps, solutions[i].label, 0};
        assert_int_equal(
            cairn_eval_first_error(ctx, solutions[i].scores, solutions[i].n_steps, tau, sense, &items[i].prediction),
            CAIRN_OK);
    }
    cairn_first_error_score score;
    assert_int_equal(cairn_eval_first_error_score(ctx, items, n, false, &score), CAIRN_OK);
    return score.f1;
}

static void test_threshold_of_a_worked_case(void **state) {
    (void)state;
    double a[] = {0.9, 0.3}, b[] = {0.8, 0.7};
    cairn_scored_solution solutions[] = {{"a", a, 2, 1}, {"b", b, 2, -1}};
    cairn_tuned_tau got;
    assert_int_equal(cairn_eval_tune_tau(ctx, solutions, 2, CAIRN_STAT_WRONG_BELOW, &got), CAIRN_OK);
    near(got.tau, 0.5, 1e-15); /* between .3 and .7: both right */
    assert_true(got.score.f1 == 1.0 && got.score.tuned_here);
    double c[] = {0.1, 0.7}, d[] = {0.2, 0.3};
    cairn_scored_solution above[] = {{"c", c, 2, 1}, {"d", d, 2, -1}};
    assert_int_equal(cairn_eval_tune_tau(ctx, above, 2, CAIRN_STAT_WRONG_ABOVE, &got), CAIRN_OK);
    near(got.tau, 0.5, 1e-15);
    assert_true(got.score.f1 == 1.0);
}

static void test_sweep_finds_the_best_threshold_of_a_fine_grid(void **state) {
    (void)state;
    cairn_rng rng = cairn_rng_open(11, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    for (int round = 0; round < 40; round++) {
        double scores[16][4];
        cairn_scored_solution solutions[16];
        cairn_stat_sense sense = round % 2 ? CAIRN_STAT_WRONG_ABOVE : CAIRN_STAT_WRONG_BELOW;
        for (int i = 0; i < 16; i++) {
            for (int t = 0; t < 4; t++) scores[i][t] = cairn_rng_below(&rng, 12); /* whole: ties everywhere */
            solutions[i] = (cairn_scored_solution){NULL, scores[i], 4, i ? (int32_t)cairn_rng_below(&rng, 5) - 1 : -1};
        }
        solutions[1].label = 2;
        double best = 0.0, smallest = NAN;
        for (double tau = -0.5; tau <= 12.5; tau += 0.5) { /* every distinct decision */
            double f1 = f1_at(solutions, 16, tau, sense);
            if (f1 > best || isnan(smallest)) {
                best = f1;
                smallest = tau;
            }
        }
        cairn_tuned_tau got;
        assert_int_equal(cairn_eval_tune_tau(ctx, solutions, 16, sense, &got), CAIRN_OK);
        near(got.score.f1, best, 1e-15);
        near(f1_at(solutions, 16, got.tau, sense), best, 0.0);
        for (int i = 0; i < 16; i++) { /* of equally good thresholds, the one that decides like the smallest */
            int32_t ours = 0, grid = 1;
            assert_int_equal(cairn_eval_first_error(ctx, scores[i], 4, got.tau, sense, &ours), CAIRN_OK);
            assert_int_equal(cairn_eval_first_error(ctx, scores[i], 4, smallest, sense, &grid), CAIRN_OK);
            assert_int_equal(ours, grid);
        }
    }
}

static void test_threshold_tuning_refuses_what_it_cannot_rank(void **state) {
    (void)state;
    double a[] = {0.9, NAN}, b[] = {0.8, INFINITY};
    cairn_scored_solution broken[] = {{"a", a, 2, 1}, {"b", b, 2, -1}}, one_sided[] = {{"b", b, 2, -1}};
    cairn_tuned_tau got;
    assert_int_equal(cairn_eval_tune_tau(ctx, broken, 2, CAIRN_STAT_WRONG_BELOW, &got), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "`a`"));
    assert_int_equal(cairn_eval_tune_tau(ctx, one_sided, 1, CAIRN_STAT_WRONG_BELOW, &got), CAIRN_INVALID);
    double up[] = {INFINITY}, down[] = {-INFINITY};
    cairn_scored_solution infinite[] = {{"up", up, 1, 0}, {"down", down, 1, -1}};
    assert_int_equal(cairn_eval_tune_tau(ctx, infinite, 2, CAIRN_STAT_WRONG_BELOW, &got), CAIRN_OK);
    near(got.score.f1, f1_at(infinite, 2, got.tau, CAIRN_STAT_WRONG_BELOW), 0.0);
    assert_int_equal(cairn_eval_tune_tau(ctx, infinite, 2, CAIRN_STAT_WRONG_ABOVE, &got), CAIRN_OK);
    assert_true(got.score.f1 == 1.0);
    double one[] = {1.0};
    infinite[0] = (cairn_scored_solution){"one", one, 1, -1};
    infinite[1].label = 0;
    assert_int_equal(cairn_eval_tune_tau(ctx, infinite, 2, CAIRN_STAT_WRONG_ABOVE, &got), CAIRN_OK);
    assert_int_equal(got.score.hit_err, 0); /* no threshold lies below -Infinity */
}

static void test_a_failing_allocation_leaves_the_output(void **state) {
    (void)state;
    double a[] = {0.9, 0.3}, b[] = {0.8, 0.7};
    cairn_scored_solution solutions[] = {{"a", a, 2, 1}, {"b", b, 2, -1}};
    for (int64_t at = 1; at <= 2; at++) {
        cairn_tuned_tau got = {.tau = 7.0};
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = at});
        assert_int_equal(cairn_eval_tune_tau(ctx, solutions, 2, CAIRN_STAT_WRONG_BELOW, &got), CAIRN_NO_MEMORY);
        assert_true(got.tau == 7.0);
    }
    cairn_faults_set(ctx, (cairn_faults){0});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_error_is_the_first_score_on_the_bad_side),
        cmocka_unit_test(test_the_last_box_is_read_as_an_integer),
        cmocka_unit_test(test_replies_vote_by_the_text_in_their_box),
        cmocka_unit_test(test_worked_items_give_a_third_a_half_and_f1_of_two_fifths),
        cmocka_unit_test(test_bad_labels_and_empty_groups_are_named),
        cmocka_unit_test(test_both_accuracies_zero_give_f1_zero_with_a_warning),
        cmocka_unit_test(test_published_counts_give_the_published_scores_and_both_averages),
        cmocka_unit_test(test_the_published_headline_is_the_unweighted_mean),
        cmocka_unit_test(test_bootstrap_covers_the_score_and_shrinks_with_the_items),
        cmocka_unit_test(test_threshold_of_a_worked_case),
        cmocka_unit_test(test_sweep_finds_the_best_threshold_of_a_fine_grid),
        cmocka_unit_test(test_threshold_tuning_refuses_what_it_cannot_rank),
        cmocka_unit_test(test_a_failing_allocation_leaves_the_output),
    };
    return cmocka_run_group_tests_name("eval first error", tests, open_ctx, close_ctx);
}
