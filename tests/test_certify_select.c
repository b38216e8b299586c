/* label: light */
/* Conformal p-values, conformal selection, OptCS: worked cases by hand, and OptCS against its definition. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "cairn/certify.h"
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

/* ---- p-values ----------------------------------------------------------------------------------------------------- */

/* Labels 0 0 0 1, scores .2 .5 .7 .9; a test score of .6 has one bad item above it, .8 has none. */
static void test_p_counts_bad_items_that_score_at_least_as_high(void **state) {
    (void)state;
    double score[] = {.2, .5, .7, .9}, y[] = {0, 0, 0, 1}, test[] = {.6, .8}, v[4], v_test[2], p[2];
    double u[] = {.5, .5};
    assert_int_equal(cairn_certify_clip(ctx, score, y, 4, test, 2, 0, v, v_test), CAIRN_OK);
    assert_int_equal(cairn_certify_p(ctx, v, 4, v_test, 2, NULL, p), CAIRN_OK);
    assert_near(p[0], 2.0 / 5.0, 1e-15);
    assert_near(p[1], 1.0 / 5.0, 1e-15);
    assert_int_equal(cairn_certify_p(ctx, v, 4, v_test, 2, u, p), CAIRN_OK);
    assert_near(p[0], .3, 1e-15);
}

/* Range .7 of scores .2 to .9: M = 2.4. */
static void test_clip_puts_good_items_above_every_test_item(void **state) {
    (void)state;
    double score[] = {.2, .5}, y[] = {0, 1}, test[] = {.9}, v[2], v_test[1];
    assert_int_equal(cairn_certify_clip(ctx, score, y, 2, test, 1, 0, v, v_test), CAIRN_OK);
    assert_near(v[0], -.2, 0);
    assert_near(v[1], 2.4 - .5, 1e-15);
    assert_near(v_test[0], -.9, 0);
    double large[] = {1e17, 1e17}, infinite[] = {-INFINITY, INFINITY};
    assert_int_equal(cairn_certify_clip(ctx, large, y, 2, large, 1, 0, v, v_test), CAIRN_OK);
    assert_true(v[1] > v_test[0]);
    assert_int_equal(cairn_certify_clip(ctx, infinite, y, 2, infinite, 1, 0, v, v_test), CAIRN_OK);
    assert_true(v[1] == INFINITY);
    score[0] = NAN;
    assert_int_equal(cairn_certify_clip(ctx, score, y, 2, test, 1, 0, v, v_test), CAIRN_INVALID);
}

static void test_p_breaks_ties_by_the_draw(void **state) {
    (void)state;
    double v[] = {1, 2, 2, 3}, at[] = {2}, p[1], u[] = {.25};
    assert_int_equal(cairn_certify_p(ctx, v, 4, at, 1, u, p), CAIRN_OK);
    assert_near(p[0], (1 + .25 * 3) / 5, 1e-15);
    assert_int_equal(cairn_certify_p(ctx, v, 0, at, 1, u, p), CAIRN_INVALID);
    v[0] = NAN;
    assert_int_equal(cairn_certify_p(ctx, v, 4, at, 1, u, p), CAIRN_INVALID);
}

/* ---- OptCS -------------------------------------------------------------------------------------------------------- */

/* s = .25 .25 .375 .125 */
static void test_e_values_by_hand(void **state) {
    (void)state;
    double p[] = {.05, .10, .20, .60}, e[4];
    int32_t reach[] = {2, 2, 3, 1};
    bool selected[4];
    size_t count;
    cairn_certify_e(p, reach, 4, .5, 1, e);
    assert_near(e[0], 4, 0);
    assert_near(e[1], 4, 0);
    assert_near(e[2], 8.0 / 3.0, 1e-15);
    assert_near(e[3], 0, 0);
    assert_int_equal(cairn_stat_ebh(ctx, e, 4, .5, selected, &count), CAIRN_OK);
    assert_int_equal(count, 3);
    assert_false(selected[3]);
}

/* For item 1, A and B would select 2; for item 2, A would select 2 and B 1. Both p are 1/4 under A, both e are 2 = m /
 * (q 2). */
static void test_optcs_of_two_scores_by_hand(void **state) {
    (void)state;
    double calibration[] = {.1, .2, .9, .6, .3, .4}, test[] = {.8, .5, .2, .7};
    bool good[] = {false, false, true};
    cairn_certify_scores scores = {.calibration = calibration, .good = good, .test = test, .k = 2, .n = 3, .m = 2};
    cairn_certify_how how = CAIRN_CERTIFY_PRESET;
    how.fdr = .5, how.prune = CAIRN_PRUNE_DTM, how.first_of_ties = true;
    cairn_certify_item items[2];
    cairn_certify_result result;
    assert_int_equal(cairn_certify_select(ctx, &scores, &how, items, &result), CAIRN_OK);
    for (int j = 0; j < 2; j++) {
        assert_int_equal(items[j].score, 0);
        assert_int_equal(items[j].reach, 2);
        assert_near(items[j].p, .25, 0);
        assert_near(items[j].e, 2, 0);
        assert_true(items[j].selected);
    }
    assert_int_equal(result.selected, 2);
    assert_int_equal(result.bad, 2);
    assert_true(isnan(result.xi));
}

enum { K = 3, N = 14, M = 9 };

/* Step 1 of OptCS as it is written: a BH procedure for every test item and score. */
static size_t reach_by_definition(const cairn_certify_scores *s, size_t j, size_t k, double q) {
    double p[M];
    bool selected[M];
    size_t count;
    for (size_t l = 0; l < s->m; l++) {
        double bad = s->test[k * s->m + j] >= s->test[k * s->m + l];
        for (size_t i = 0; i < s->n; i++) bad += !s->good[i] && s->calibration[k * s->n + i] >= s->test[k * s->m + l];
        p[l] = l == j ? 0 : bad / ((double)s->n + 1);
    }
    assert_int_equal(cairn_stat_bh(ctx, p, s->m, q, selected, &count, NULL), CAIRN_OK);
    return count;
}

/* Scores of few distinct values, so that ties are everywhere. */
static void test_optcs_is_its_definition_on_random_scores_with_ties(void **state) {
    (void)state;
    double calibration[K * N], test[K * M];
    bool good[N];
    cairn_certify_scores s = {.calibration = calibration, .good = good, .test = test, .k = K, .n = N, .m = M};
    cairn_certify_how how = CAIRN_CERTIFY_PRESET;
    how.prune = CAIRN_PRUNE_DTM, how.first_of_ties = true;
    int reaches[M + 1] = {0};
    for (uint32_t trial = 0; trial < 400; trial++) {
        cairn_rng rng = cairn_rng_open(7, 0, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, CAIRN_ROLE_GENERATOR, trial);
        uint32_t values = 2 + trial % 12;
        how.fdr = .2 + .1 * (trial % 5);
        for (int i = 0; i < N; i++) good[i] = cairn_rng_unit(&rng) < .7;
        for (int i = 0; i < K * N; i++) calibration[i] = cairn_rng_below(&rng, values) + (good[i % N] ? 2 : 0);
        for (int i = 0; i < K * M; i++) test[i] = cairn_rng_below(&rng, values) + (i % 3 ? 2 : 0);
        cairn_certify_item items[M];
        cairn_certify_result result;
        assert_int_equal(cairn_certify_select(ctx, &s, &how, items, &result), CAIRN_OK);
        for (size_t j = 0; j < M; j++) {
            size_t best = 0, most = 0;
            for (size_t k = 0; k < K; k++) {
                size_t reach = reach_by_definition(&s, j, k, how.fdr);
                if (reach > most) best = k, most = reach;
            }
            reaches[most]++;
            assert_int_equal(items[j].reach, most);
            assert_int_equal(items[j].score, best);
        }
    }
    int kinds = 0;
    for (int r = 0; r <= M; r++) kinds += reaches[r] > 0;
    assert_true(kinds >= 4); /* the cases are not all alike */
}

static void test_no_signal_at_all_selects_nothing_without_a_division_by_zero(void **state) {
    (void)state;
    double calibration[] = {1, 1, 1, 1}, test[] = {0, 0};
    bool good[] = {false, false, false, false};
    cairn_certify_scores scores = {.calibration = calibration, .good = good, .test = test, .k = 1, .n = 4, .m = 2};
    cairn_certify_item items[2];
    cairn_certify_result result;
    for (int method = 0; method <= CAIRN_CERTIFY_RANDOM; method++) {
        cairn_certify_how how = CAIRN_CERTIFY_PRESET;
        how.method = (cairn_certify_method)method;
        assert_int_equal(cairn_certify_select(ctx, &scores, &how, items, &result), CAIRN_OK);
        assert_int_equal(result.selected, 0);
        assert_near(items[0].p, 1, 0);
    }
}

static void test_without_a_bad_label_every_p_is_the_least_one(void **state) {
    (void)state;
    double calibration[] = {1, 2, 3, 4}, test[] = {0, 9};
    bool good[] = {true, true, true, true};
    cairn_certify_scores scores = {.calibration = calibration, .good = good, .test = test, .k = 1, .n = 4, .m = 2};
    cairn_certify_how how = CAIRN_CERTIFY_PRESET;
    cairn_certify_item items[2];
    cairn_certify_result result;
    how.method = CAIRN_CERTIFY_CS, how.fdr = .2;
    assert_int_equal(cairn_certify_select(ctx, &scores, &how, items, &result), CAIRN_OK);
    assert_int_equal(result.bad, 0);
    assert_near(items[0].p, .2, 0);
    assert_near(items[1].p, .2, 0);
    assert_int_equal(result.selected, 2);
    assert_near(result.least, 2, 1e-12); /* 2 / (.2 * 5) */
}

/* ---- many repetitions --------------------------------------------------------------------------------------------- */

enum { SCORES = 8, ITEMS = 40, RUNS = 400 };

/* Mean false share over runs in which no score says anything, and its standard error. */
static double noise_fdr(cairn_certify_method method, cairn_certify_prune prune, double *error) {
    static double calibration[SCORES * ITEMS], test[SCORES * ITEMS], shares[RUNS];
    bool good[ITEMS], truth[ITEMS];
    cairn_certify_scores s = {
        .calibration = calibration, .good = good, .test = test, .k = SCORES, .n = ITEMS, .m = ITEMS};
    cairn_certify_how how = CAIRN_CERTIFY_PRESET;
    how.method = method, how.prune = prune, how.fdr = .3;
    for (uint32_t run = 0; run < RUNS; run++) {
        cairn_rng rng = cairn_rng_open(3, 0, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, CAIRN_ROLE_GENERATOR, run);
        cairn_certify_item items[ITEMS];
        cairn_certify_result result;
        double power;
        for (int i = 0; i < ITEMS; i++) good[i] = cairn_rng_unit(&rng) < .4, truth[i] = cairn_rng_unit(&rng) < .4;
        for (int i = 0; i < SCORES * ITEMS; i++) calibration[i] = cairn_rng_unit(&rng), test[i] = cairn_rng_unit(&rng);
        how.seed = run;
        assert_int_equal(cairn_certify_select(ctx, &s, &how, items, &result), CAIRN_OK);
        cairn_certify_outcome(items, truth, ITEMS, &shares[run], &power);
    }
    *error = sqrt(cairn_stat_variance(shares, RUNS) / RUNS);
    return cairn_stat_mean(shares, RUNS);
}

static void test_noise_breaks_the_naive_choice_and_not_optcs(void **state) {
    (void)state;
    double error, fdr = noise_fdr(CAIRN_CERTIFY_NAIVE, CAIRN_PRUNE_HOMO, &error);
    assert_true(fdr - 2 * error > .3);
    for (int prune = CAIRN_PRUNE_HOMO; prune <= CAIRN_PRUNE_DTM; prune++) {
        fdr = noise_fdr(CAIRN_CERTIFY_OPTCS, (cairn_certify_prune)prune, &error);
        assert_true(fdr > 0 && fdr - 2 * error <= .3);
    }
    fdr = noise_fdr(CAIRN_CERTIFY_SPLIT, CAIRN_PRUNE_HOMO, &error);
    assert_true(fdr - 2 * error <= .3);
}

static void test_same_seed_same_selection_and_another_draw_with_another_seed(void **state) {
    (void)state;
    double calibration[] = {.1, .2, .9}, test[] = {.8, .5};
    bool good[] = {false, false, true};
    cairn_certify_scores scores = {.calibration = calibration, .good = good, .test = test, .k = 1, .n = 3, .m = 2};
    cairn_certify_how how = CAIRN_CERTIFY_PRESET;
    cairn_certify_item items[2];
    cairn_certify_result first, again, other;
    assert_int_equal(cairn_certify_select(ctx, &scores, &how, items, &first), CAIRN_OK);
    assert_int_equal(cairn_certify_select(ctx, &scores, &how, items, &again), CAIRN_OK);
    how.seed = 2;
    assert_int_equal(cairn_certify_select(ctx, &scores, &how, items, &other), CAIRN_OK);
    assert_true(first.xi > 0 && first.xi <= 1);
    assert_true(first.xi == again.xi && first.xi != other.xi);
}

static void test_refusals(void **state) {
    (void)state;
    double calibration[] = {.1, NAN}, test[] = {.8};
    bool good[] = {false, false};
    cairn_certify_scores scores = {.calibration = calibration, .good = good, .test = test, .k = 1, .n = 2, .m = 1};
    cairn_certify_how how = CAIRN_CERTIFY_PRESET;
    cairn_certify_item items[1];
    cairn_certify_result result;
    assert_int_equal(cairn_certify_select(ctx, &scores, &how, items, &result), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "calibration item 1 is not a number"));
    calibration[1] = .2;
    scores.k = 0;
    assert_int_equal(cairn_certify_select(ctx, &scores, &how, items, &result), CAIRN_INVALID);
    scores.k = 1, how.fdr = 0;
    assert_int_equal(cairn_certify_select(ctx, &scores, &how, items, &result), CAIRN_INVALID);
    how.fdr = .1, how.beta = 1.5;
    assert_int_equal(cairn_certify_select(ctx, &scores, &how, items, &result), CAIRN_INVALID);
    how.beta = 1, how.method = CAIRN_CERTIFY_SPLIT;
    assert_int_equal(cairn_certify_select(ctx, &scores, &how, items, &result), CAIRN_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_p_counts_bad_items_that_score_at_least_as_high),
        cmocka_unit_test(test_clip_puts_good_items_above_every_test_item),
        cmocka_unit_test(test_p_breaks_ties_by_the_draw),
        cmocka_unit_test(test_e_values_by_hand),
        cmocka_unit_test(test_optcs_of_two_scores_by_hand),
        cmocka_unit_test(test_optcs_is_its_definition_on_random_scores_with_ties),
        cmocka_unit_test(test_no_signal_at_all_selects_nothing_without_a_division_by_zero),
        cmocka_unit_test(test_without_a_bad_label_every_p_is_the_least_one),
        cmocka_unit_test(test_noise_breaks_the_naive_choice_and_not_optcs),
        cmocka_unit_test(test_same_seed_same_selection_and_another_draw_with_another_seed),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
