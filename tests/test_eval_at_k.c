/* label: light */
/* pass@k, maj@k and best-of-k of recorded samples: cases worked by hand, and all subsets of ten samples. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "cairn/eval.h"

static cairn_ctx *ctx;

static void near(double a, double b) {
    if (!(fabs(a - b) < 1e-10)) fail_msg("%.14g, expected %.14g", a, b);
}

/* ---- the vote of classes ------------------------------------------------------------------------------------------- */

/* Of A A B two are drawn: AA once, AB twice, where both win half. */
static void a_tie_is_shared(void **state) {
    (void)state;
    double wins[2];
    assert_int_equal(cairn_stat_majority_at_k(ctx, (const int64_t[]){2, 1}, 2, 2, 0, 2, wins), CAIRN_OK);
    near(wins[0], 2.0 / 3);
    near(wins[1], 1.0 / 3);
    assert_int_equal(cairn_stat_majority_at_k(ctx, (const int64_t[]){2, 1}, 2, 2, 0, 3, wins), CAIRN_OK);
    near(wins[0], 1);
    near(wins[1], 0);
}

/* A A A B and one without an answer; two of five: AA 3, AB 3, A- 3, B- 1 of 10. */
static void a_sample_without_an_answer_never_wins(void **state) {
    (void)state;
    double wins[2];
    assert_int_equal(cairn_stat_majority_at_k(ctx, (const int64_t[]){3, 1}, 2, 2, 1, 2, wins), CAIRN_OK);
    near(wins[0], 0.75);
    near(wins[1], 0.25);
    assert_int_equal(cairn_stat_majority_at_k(ctx, (const int64_t[]){3, 1}, 2, 2, 1, 1, wins), CAIRN_OK);
    near(wins[0], 0.6); /* with 0.2 nobody wins */
    near(wins[1], 0.2);
    assert_int_equal(cairn_stat_majority_at_k(ctx, NULL, 0, 0, 3, 2, wins), CAIRN_OK);
}

/* Counts all subsets of ten samples in four classes and of two without an answer. */
static void the_formula_counts_all_subsets(void **state) {
    (void)state;
    static const int of[10] = {0, 0, 0, 1, 1, 2, 2, 3, -1, -1};
    for (int k = 1; k <= 10; k++) {
        double expected[4] = {0}, wins[4], draws = 0;
        for (int set = 0; set < 1 << 10; set++) {
            int votes[4] = {0}, most = 0, tied = 0;
            if (__builtin_popcount((unsigned)set) != k) continue;
            draws++;
            for (int i = 0; i < 10; i++)
                if ((set >> i & 1) && of[i] >= 0) votes[of[i]]++;
            for (int c = 0; c < 4; c++) most = votes[c] > most ? votes[c] : most;
            for (int c = 0; c < 4; c++) tied += most > 0 && votes[c] == most;
            for (int c = 0; c < 4; c++)
                if (most > 0 && votes[c] == most) expected[c] += 1.0 / tied;
        }
        assert_int_equal(cairn_stat_majority_at_k(ctx, (const int64_t[]){3, 2, 2, 1}, 4, 4, 2, k, wins), CAIRN_OK);
        for (int c = 0; c < 4; c++) near(wins[c], expected[c] / draws);
    }
}

/* With 512 of 1,024 drawn of two classes of 520 and 504 the larger one wins with P(X > 256) + P(X = 256) / 2 of a
 * hypergeometric X of mean 260: by symmetry of the two the two sum to 1. */
static void many_samples_neither_overflow_nor_lose_digits(void **state) {
    (void)state;
    double wins[3];
    assert_int_equal(cairn_stat_majority_at_k(ctx, (const int64_t[]){520, 504}, 2, 2, 0, 512, wins), CAIRN_OK);
    near(wins[0] + wins[1], 1);
    double p = 0;
    for (int64_t x = 256; x <= 512; x++)
        p += (x == 256 ? 0.5 : 1) * exp(cairn_stat_log_choose(520, x) + cairn_stat_log_choose(504, 512 - x) -
                                        cairn_stat_log_choose(1024, 512));
    near(wins[0], p);
    assert_int_equal(cairn_stat_majority_at_k(ctx, (const int64_t[]){3, 3, 3}, 3, 3, 0, 4, wins), CAIRN_OK);
    near(wins[0], 1.0 / 3);
    wins[1] = -1; /* is not asked for */
    assert_int_equal(cairn_stat_majority_at_k(ctx, (const int64_t[]){2, 1}, 2, 1, 0, 2, wins), CAIRN_OK);
    near(wins[0], 2.0 / 3);
    assert_true(wins[1] == -1);
}

static void what_is_out_of_range_is_refused(void **state) {
    (void)state;
    double wins[2];
    assert_int_equal(cairn_stat_majority_at_k(ctx, (const int64_t[]){2, 1}, 2, 2, 0, 4, wins), CAIRN_INVALID);
    assert_int_equal(cairn_stat_majority_at_k(ctx, (const int64_t[]){2, 1}, 2, 2, 0, 0, wins), CAIRN_INVALID);
    assert_int_equal(cairn_stat_majority_at_k(ctx, (const int64_t[]){2, 0}, 2, 2, 0, 1, wins), CAIRN_INVALID);
    assert_int_equal(cairn_stat_majority_at_k(ctx, (const int64_t[]){2, 1}, 2, 2, -1, 1, wins), CAIRN_INVALID);
    assert_int_equal(cairn_stat_majority_at_k(ctx, (const int64_t[]){INT64_MAX, INT64_MAX}, 2, 2, 0, 1, wins),
                     CAIRN_INVALID);
    assert_int_equal(cairn_stat_majority_at_k(ctx, (const int64_t[]){1024, 1}, 2, 2, 0, 1, wins), CAIRN_INVALID);
}

/* ---- rules --------------------------------------------------------------------------------------------------------- */

enum { R = CAIRN_VERDICT_RIGHT, W = CAIRN_VERDICT_WRONG, U = CAIRN_VERDICT_UNKNOWN };

/* right 7 (twice), wrong 5 (once), and one without an answer of unknown outcome */
static const cairn_verdict verdicts[] = {R, W, R, U};
static const int32_t answers[] = {0, 1, 0, -1};
static const double scores[] = {0.2, 0.9, 0.4, 0.95};
static const cairn_samples four = {4, verdicts, answers, scores};

static void at(cairn_at_k_rule rule, const cairn_samples *s, int32_t k, double right, double most) {
    double a, b;
    assert_int_equal(cairn_eval_at_k(ctx, rule, s, k, &a, &b), CAIRN_OK);
    near(a, right);
    near(b, most);
}

/* Two of four: the pairs RW RR R? WR W? R?. */
static void unknown_outcomes_bound_pass_at_k(void **state) {
    (void)state;
    at(CAIRN_AT_K_PASS, &four, 1, 0.5, 0.75);
    at(CAIRN_AT_K_PASS, &four, 2, 5.0 / 6, 1);
    at(CAIRN_AT_K_PASS, &four, 4, 1, 1);
}

/* Pairs 7-5 (tie), 7-7, 7-none, 5-7 (tie), 5-none, 7-none: 7 wins 1/2 + 1 + 1 + 1/2 + 0 + 1 = 4 of 6. */
static void the_vote_is_judged_by_its_answer(void **state) {
    (void)state;
    at(CAIRN_AT_K_MAJORITY, &four, 1, 0.5, 0.75); /* the one without an answer stands for itself */
    at(CAIRN_AT_K_MAJORITY, &four, 2, 4.0 / 6, 4.0 / 6);
    at(CAIRN_AT_K_MAJORITY, &four, 4, 1, 1);
    static const cairn_verdict mixed[] = {R, W, W}; /* one answer, judged differently: 1/3 whoever stands first */
    static const int32_t one[] = {0, 0, 0};
    at(CAIRN_AT_K_MAJORITY, &(cairn_samples){3, mixed, one, NULL}, 2, 1.0 / 3, 1.0 / 3);
}

/* By score with an answer first: 5 (0.9, wrong), 7 (0.4), 7 (0.2), none. Of two drawn the wrong one is best in 3 of 6
 * pairs, the others are right. */
static void the_best_has_an_answer_if_one_has(void **state) {
    (void)state;
    at(CAIRN_AT_K_BEST, &four, 1, 0.5, 0.75);
    at(CAIRN_AT_K_BEST, &four, 2, 0.5, 0.5);
    at(CAIRN_AT_K_BEST, &four, 4, 0, 0);
}

/* Scores 1, 1, unknown of right, wrong, right: the pairs 1-1 (half), 1-unknown (right), 1-unknown (wrong). */
static void equal_scores_share_and_unknown_ones_are_last(void **state) {
    (void)state;
    static const cairn_verdict three[] = {R, W, R};
    static const int32_t none[] = {-1, -1, -1};
    const double equal[] = {1, 1, NAN};
    const cairn_samples s = {3, three, none, equal};
    at(CAIRN_AT_K_BEST, &s, 2, 0.5, 0.5);
    at(CAIRN_AT_K_BEST, &s, 3, 0.5, 0.5);
    at(CAIRN_AT_K_BEST, &s, 1, 2.0 / 3, 2.0 / 3);
}

static void k_beyond_the_samples_is_refused(void **state) {
    (void)state;
    double a, b;
    assert_int_equal(cairn_eval_at_k(ctx, CAIRN_AT_K_PASS, &four, 5, &a, &b), CAIRN_INVALID);
    assert_int_equal(cairn_eval_at_k(ctx, CAIRN_AT_K_BEST, &four, 0, &a, &b), CAIRN_INVALID);
    static const int32_t beyond[] = {4, 0, 0, 0};
    assert_int_equal(cairn_eval_at_k(ctx, CAIRN_AT_K_MAJORITY, &(cairn_samples){4, verdicts, beyond, NULL}, 1, &a, &b),
                     CAIRN_INVALID);
}

/* Equal outcomes everywhere: the bootstrap alone would have width 0. With z = 1.95996 and 10 problems z^2 / (n + z^2) =
 * 0.27754. */
static void a_difference_has_a_width(void **state) {
    (void)state;
    double x[10], y[10];
    cairn_interval d;
    for (int i = 0; i < 10; i++) x[i] = y[i] = 1;
    cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET;
    assert_int_equal(cairn_eval_difference(ctx, x, y, 10, &how, &d), CAIRN_OK);
    near(d.estimate, 0);
    assert_true(fabs(d.low + 0.27754) < 1e-5);
    assert_true(fabs(d.high - 0.27754) < 1e-5);
    assert_int_equal(cairn_eval_difference(ctx, x, y, 0, &how, &d), CAIRN_OK);
    assert_true(isnan(d.estimate) && isnan(d.low));
}

static int open_all(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) != CAIRN_OK;
}

static int close_all(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tie_is_shared),
        cmocka_unit_test(a_sample_without_an_answer_never_wins),
        cmocka_unit_test(the_formula_counts_all_subsets),
        cmocka_unit_test(many_samples_neither_overflow_nor_lose_digits),
        cmocka_unit_test(what_is_out_of_range_is_refused),
        cmocka_unit_test(unknown_outcomes_bound_pass_at_k),
        cmocka_unit_test(the_vote_is_judged_by_its_answer),
        cmocka_unit_test(the_best_has_an_answer_if_one_has),
        cmocka_unit_test(equal_scores_share_and_unknown_ones_are_last),
        cmocka_unit_test(k_beyond_the_samples_is_refused),
        cmocka_unit_test(a_difference_has_a_width),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
