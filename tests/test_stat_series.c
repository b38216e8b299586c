/* label: light */
/* Tests on counts and on binary series, Holm's correction, pooling, and remedies for bias. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

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

/* Digits of a text as answers. */
static size_t answers(const char *text, uint8_t *b) {
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++) b[i] = text[i] == '1';
    return n;
}

static cairn_binary_series series_of(const char *text) {
    uint8_t b[256];
    cairn_binary_series s;
    size_t n = answers(text, b);
    assert_int_equal(cairn_stat_binary_series(ctx, b, n, NULL, 0, &s), CAIRN_OK);
    return s;
}

/* ---- counts ---------------------------------------------------------------------------------------------------- */

static void test_coin_of_worked_cases(void **state) {
    (void)state;
    near(cairn_stat_fair_coin(8, 10), .109375, 1e-12);
    near(cairn_stat_fair_coin(2, 10), .109375, 1e-12);
    near(cairn_stat_fair_coin(5, 10), 1, 0);
    near(cairn_stat_fair_coin(10, 10), 2.0 / 1024, 1e-15);
    near(cairn_stat_fair_coin(32, 100), .000409, 5e-7);
    near(cairn_stat_fair_coin(43, 100), .193, 5e-4);
    near(cairn_stat_fair_coin(38, 100), .0210, 5e-5);
    near(cairn_stat_fair_coin(98, 100) / 8e-27, 1, .02);
    near(cairn_stat_fair_coin(0, 0), 1, 0);
    assert_true(isnan(cairn_stat_fair_coin(3, 2)));
}

/* Of 10 tosses the test rejects 0, 1, 9 and 10 at 5 %: p(1) = 22 / 1024. */
static void test_power_is_the_chance_of_the_rejected_counts(void **state) {
    (void)state;
    near(cairn_stat_fair_coin_power(10, .5, .05), 22.0 / 1024, 1e-12);
    near(cairn_stat_fair_coin_power(10, 1, .05), 1, 1e-12);
    double want = pow(.4, 10) + 10 * .6 * pow(.4, 9) + 10 * .4 * pow(.6, 9) + pow(.6, 10);
    near(cairn_stat_fair_coin_power(10, .6, .05), want, 1e-12);
    near(cairn_stat_fair_coin_power(3, .6, .05), 0, 0);
    assert_true(isnan(cairn_stat_fair_coin_power(10, 2, .05)));
}

static void test_chi_square_tails_have_their_closed_forms(void **state) {
    (void)state;
    near(cairn_stat_chi_square_tail(3.841458820694124, 1), .05, 1e-12);
    near(cairn_stat_chi_square_tail(3, 2), exp(-1.5), 1e-15);
    near(cairn_stat_chi_square_tail(7.814727903251179, 3), .05, 1e-12);
    near(cairn_stat_chi_square_tail(5, 4), exp(-2.5) * 3.5, 1e-15);
    near(cairn_stat_chi_square_tail(0, 5), 1, 0);
    assert_true(isnan(cairn_stat_chi_square_tail(1, 0)));
}

/* Fisher's tea: rows 4 and 4, three of four named rightly; 2 (1 + 16) / 70. */
static void test_exact_test_of_tea(void **state) {
    (void)state;
    near(cairn_stat_fisher_exact(3, 1, 1, 3), 34.0 / 70, 1e-12);
    near(cairn_stat_fisher_exact(4, 0, 0, 4), 2.0 / 70, 1e-12);
    near(cairn_stat_fisher_exact(0, 0, 3, 4), 1, 1e-12);
    assert_true(isnan(cairn_stat_fisher_exact(-1, 2, 3, 4)));
    near(cairn_stat_least_expected(3, 1, 1, 3), 2, 0);
}

/* Five and five: 2, 8, 32, 48, 72, 48, 32, 8, 2 of 252 series have 2 .. 10 runs. */
static void test_exact_runs_of_five_and_five(void **state) {
    (void)state;
    near(cairn_stat_runs_exact(5, 5, 8), 84.0 / 252, 1e-12);
    near(cairn_stat_runs_exact(5, 5, 6), 1, 1e-12);
    near(cairn_stat_runs_exact(5, 5, 10), 4.0 / 252, 1e-12);
    near(cairn_stat_runs_exact(1, 3, 2), 1, 1e-12); /* two of four series, as many as with 3 runs */
    assert_true(isnan(cairn_stat_runs_exact(0, 5, 1)) && isnan(cairn_stat_runs_exact(5, 5, 11)));
}

static void test_pairs_are_tested_by_a_coin(void **state) {
    (void)state;
    near(cairn_stat_mcnemar(8, 2), .109375, 1e-12);
    near(cairn_stat_mcnemar(0, 0), 1, 0);
}

/* Newcombe (1998), 56/70 against 48/80: .0524 to .3339. */
static void test_difference_of_shares_has_newcombes_interval(void **state) {
    (void)state;
    cairn_interval d;
    assert_int_equal(cairn_stat_share_difference(ctx, 56, 70, 48, 80, .95, &d), CAIRN_OK);
    near(d.estimate, .2, 1e-12), near(d.low, .0524, 5e-5), near(d.high, .3339, 5e-5);
    assert_int_equal(cairn_stat_share_difference(ctx, 0, 10, 0, 10, .95, &d), CAIRN_OK);
    assert_true(d.low < 0 && d.high > 0);
    assert_int_equal(cairn_stat_share_difference(ctx, 1, 0, 0, 10, .95, &d), CAIRN_INVALID);
}

static void test_holm_multiplies_by_what_is_left(void **state) {
    (void)state;
    const double p[] = {.01, .04, NAN, .03, .005}, want[] = {.03, .06, NAN, .06, .02}, bad[] = {1.5};
    double got[5];
    assert_int_equal(cairn_stat_holm(ctx, p, 5, got), CAIRN_OK);
    for (int i = 0; i < 5; i++) {
        if (i == 2)
            assert_true(isnan(got[i]));
        else
            near(got[i], want[i], 1e-15);
    }
    assert_int_equal(cairn_stat_holm(ctx, bad, 1, got), CAIRN_INVALID);
}

/* Two p-values: P(chi-square of 4 >= -2 ln q) = q (1 - ln q) of their product q. */
static void test_pooled_p_of_two_has_a_closed_form(void **state) {
    (void)state;
    const double p[] = {.1, NAN, .2}, none[] = {NAN}, zero[] = {0, .5};
    cairn_test test;
    assert_int_equal(cairn_stat_pool_p(ctx, p, 3, &test), CAIRN_OK);
    near(test.p, .02 * (1 - log(.02)), 1e-14);
    assert_int_equal(cairn_stat_pool_p(ctx, none, 1, &test), CAIRN_OK);
    assert_true(isnan(test.p));
    assert_int_equal(cairn_stat_pool_p(ctx, zero, 2, &test), CAIRN_OK);
    near(test.p, 0, 0);
}

/* ---- a series -------------------------------------------------------------------------------------------------- */

static void test_battery_of_worked_series(void **state) {
    (void)state;
    cairn_binary_series s = series_of("1011010010");
    assert_int_equal(s.yes, 5);
    near(s.p_uniform, 1, 0);
    assert_int_equal(s.pairs[0][0], 1);
    assert_int_equal(s.pairs[0][1], 3);
    assert_int_equal(s.pairs[1][0], 4);
    assert_int_equal(s.pairs[1][1], 1);
    near(s.lag1.statistic, 2.7225, 1e-12), near(s.lag1.p, .098943, 5e-7);
    assert_true(s.lag1_exact);         /* counts below 5 */
    near(s.p_lag1, 26.0 / 126, 1e-12); /* rows 4, 5, columns 5, 4: 20 + 5 + 1 of the 126 tables */
    assert_int_equal(s.runs, 8);
    near(s.runs_expected, 6, 1e-12), near(s.runs_variance, 20.0 / 9, 1e-12);
    near(s.run_test.statistic, 1.341641, 5e-7), near(s.run_test.p, .179712, 5e-7);
    assert_true(s.runs_exact);
    near(s.p_runs, 84.0 / 252, 1e-12);
    near(s.change.estimate, 7.0 / 9, 1e-12), near(s.change_expected, .5, 1e-12);
}

static void test_shares_have_wilsons_interval(void **state) {
    (void)state;
    cairn_binary_series s = series_of("1111111100");
    near(s.share.low, .490162, 5e-7), near(s.share.high, .943318, 5e-7);
    cairn_interval w;
    assert_int_equal(cairn_stat_wilson(ctx, 38, 100, .95, &w), CAIRN_OK);
    near(w.low, .290976, 5e-7), near(w.high, .477902, 5e-7);
}

static void test_equal_answers_decide_nothing_but_bias(void **state) {
    (void)state;
    cairn_binary_series s = series_of("1111111111");
    cairn_series_verdict verdict;
    near(s.p_uniform, .001953, 5e-7);
    assert_true(isnan(s.p_lag1) && isnan(s.run_test.p) && isnan(s.p_order2));
    assert_int_equal(cairn_stat_series_verdict(ctx, &s, .05, NULL, &verdict), CAIRN_OK);
    assert_string_equal(cairn_stat_series_verdict_name(verdict), "undecidable");
}

static void test_streaks_are_followed_by_changes(void **state) {
    (void)state;
    cairn_binary_series s = series_of("1110001110001");
    near(s.after_streak[0], 4.0 / 12, 1e-12); /* 12 neighbours */
    near(s.after_streak[1], 4.0 / 8, 1e-12);  /* after two equal: one stays, one changes, in each run of three */
    near(s.after_streak[2], 1, 0);
    assert_true(isnan(series_of("10101").after_streak[1]));
}

/* Triples of 1011010010: 101 011 110 101 010 100 001 010. Middle 0: (1,1) twice, (1,0) and (0,1) once; middle 1: (0,1),
 * (1,0) once, (0,0) twice. G = 2 (2 ln(2 * 4 / 9) + 2 ln(4 / 3)) twice. */
static void test_second_order_of_worked_series(void **state) {
    (void)state;
    cairn_binary_series s = series_of("1011010010");
    double square = 4 * (2 * log(2.0 * 4 / 9) + 2 * log(4.0 / 3));
    near(s.order2.statistic, square, 1e-12);
    assert_int_equal(s.order2_df, 2);
    near(s.order2.p, exp(-square / 2), 1e-12);
    assert_true(s.order2_exact);
    near(s.p_order2, 1, 1e-12); /* margins 3, 1 of 4: both tables have p = 1 */
}

/* Of 1110001110001 four of six answers after a yes are yes, two of six after a no: r = 1/3, twice the variance. */
static void test_share_of_a_chain_has_the_chains_variance(void **state) {
    (void)state;
    near(series_of("1011010010").p_uniform_chain, 1, 1e-12);
    cairn_binary_series s = series_of("1110001110001");
    assert_int_equal(s.pairs[1][1], 4);
    assert_int_equal(s.pairs[0][1], 2);
    double sd = sqrt(.25 * 2 / 13);
    near(s.p_uniform_chain, erfc((7.0 / 13 - .5) / sd / sqrt(2)), 1e-12);
    assert_true(isnan(series_of("1111").p_uniform_chain));
}

/* Within segments no neighbour crosses: 10|01|10 has three changes and no equal neighbours, runs 6. */
static void test_segments_keep_their_neighbours(void **state) {
    (void)state;
    uint8_t b[6];
    const size_t sizes[] = {2, 2, 2}, wrong[] = {2, 3};
    cairn_binary_series s;
    size_t n = answers("100110", b);
    assert_int_equal(cairn_stat_binary_series(ctx, b, n, sizes, 3, &s), CAIRN_OK);
    assert_int_equal(s.pairs[0][0] + s.pairs[1][1], 0);
    assert_int_equal(s.pairs[0][1] + s.pairs[1][0], 3);
    assert_int_equal(s.runs, 6);
    /* q = 2 * 9 / 30 = .6; three pairs that share nothing: both differ with 4 * 3 * 2 * 3 * 2 / 360 = .4 */
    near(s.runs_expected, 3 + 1.8, 1e-12);
    near(s.runs_variance, 1.8 + 6 * .4 - 1.8 * 1.8, 1e-12);
    assert_int_equal(cairn_stat_binary_series(ctx, b, n, wrong, 2, &s), CAIRN_INVALID);
}

static void test_series_refuses_other_answers(void **state) {
    (void)state;
    const uint8_t b[] = {0, 1, 2};
    cairn_binary_series s;
    assert_int_equal(cairn_stat_binary_series(ctx, b, 3, NULL, 0, &s), CAIRN_INVALID);
    assert_int_equal(cairn_stat_binary_series(ctx, b, 1, NULL, 0, &s), CAIRN_INVALID);
}

static void test_verdicts_of_plain_series(void **state) {
    (void)state;
    uint8_t b[200];
    cairn_binary_series s;
    cairn_series_verdict verdict;
    for (int i = 0; i < 200; i++) b[i] = (uint8_t)(i % 2);
    assert_int_equal(cairn_stat_binary_series(ctx, b, 200, NULL, 0, &s), CAIRN_OK);
    assert_int_equal(cairn_stat_series_verdict(ctx, &s, .05, NULL, &verdict), CAIRN_OK);
    assert_int_equal(verdict, CAIRN_SERIES_DEPENDENT);
    for (int i = 0; i < 200; i++) b[i] = i % 4 != 3;
    assert_int_equal(cairn_stat_binary_series(ctx, b, 200, NULL, 0, &s), CAIRN_OK);
    assert_int_equal(cairn_stat_series_verdict(ctx, &s, .05, NULL, &verdict), CAIRN_OK);
    assert_int_equal(verdict, CAIRN_SERIES_BOTH);
    for (int i = 0; i < 200; i++)
        b[i] = i >= 100 || i < 40; /* two changes in all: so few stretches tell nothing of bias */
    assert_int_equal(cairn_stat_binary_series(ctx, b, 200, NULL, 0, &s), CAIRN_OK);
    assert_int_equal(cairn_stat_series_verdict(ctx, &s, .05, NULL, &verdict), CAIRN_OK);
    assert_true(s.p_uniform < 1e-4);
    assert_int_equal(verdict, CAIRN_SERIES_DEPENDENT);
    cairn_rng rng = cairn_rng_open(3, 1, 0, CAIRN_VERB_EVAL, 0, 0);
    for (int i = 0; i < 200; i++) b[i] = cairn_rng_unit(&rng) < .8;
    assert_int_equal(cairn_stat_binary_series(ctx, b, 200, NULL, 0, &s), CAIRN_OK);
    assert_int_equal(cairn_stat_series_verdict(ctx, &s, .05, NULL, &verdict), CAIRN_OK);
    assert_int_equal(verdict, CAIRN_SERIES_BIASED);
}

/* ---- remedies -------------------------------------------------------------------------------------------------- */

static void test_von_neumann_of_worked_series(void **state) {
    (void)state;
    uint8_t b[16], bits[8];
    size_t n = answers("0110110010", b);
    assert_int_equal(cairn_stat_von_neumann(b, n, bits), 3);
    assert_int_equal(bits[0], 0);
    assert_int_equal(bits[1], 1);
    assert_int_equal(bits[2], 1);
    assert_int_equal(cairn_stat_von_neumann(b, 1, bits), 0);
}

/* Offset t on yes and -t on no: logit(p) + 2 t = 0. */
static void test_offset_makes_the_logit_zero(void **state) {
    (void)state;
    near(cairn_stat_logit_offset(.75), -.5 * log(3), 1e-15);
    near(cairn_stat_logit_offset(.5), 0, 1e-16);
    assert_true(isnan(cairn_stat_logit_offset(0)) && isnan(cairn_stat_logit_offset(1)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coin_of_worked_cases),
        cmocka_unit_test(test_power_is_the_chance_of_the_rejected_counts),
        cmocka_unit_test(test_chi_square_tails_have_their_closed_forms),
        cmocka_unit_test(test_exact_test_of_tea),
        cmocka_unit_test(test_exact_runs_of_five_and_five),
        cmocka_unit_test(test_pairs_are_tested_by_a_coin),
        cmocka_unit_test(test_difference_of_shares_has_newcombes_interval),
        cmocka_unit_test(test_holm_multiplies_by_what_is_left),
        cmocka_unit_test(test_pooled_p_of_two_has_a_closed_form),
        cmocka_unit_test(test_battery_of_worked_series),
        cmocka_unit_test(test_shares_have_wilsons_interval),
        cmocka_unit_test(test_equal_answers_decide_nothing_but_bias),
        cmocka_unit_test(test_streaks_are_followed_by_changes),
        cmocka_unit_test(test_second_order_of_worked_series),
        cmocka_unit_test(test_share_of_a_chain_has_the_chains_variance),
        cmocka_unit_test(test_segments_keep_their_neighbours),
        cmocka_unit_test(test_series_refuses_other_answers),
        cmocka_unit_test(test_verdicts_of_plain_series),
        cmocka_unit_test(test_von_neumann_of_worked_series),
        cmocka_unit_test(test_offset_makes_the_logit_zero),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
