/* label: light */
/* Scores learned from all other items, and the small learners. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

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

/* The mean of the others' first feature. */
static cairn_status mean_learner(cairn_ctx *context, const void *arg, const double *x, const bool *good, size_t n,
                                 size_t d, const double *query, double *score) {
    (void)context, (void)arg, (void)good, (void)query;
    *score = 0;
    for (size_t i = 0; i < n; i++) *score += x[i * d] / (double)n;
    return CAIRN_OK;
}

/* The share of good ones among those learned from. */
static cairn_status share_learner(cairn_ctx *context, const void *arg, const double *x, const bool *good, size_t n,
                                  size_t d, const double *query, double *score) {
    (void)context, (void)arg, (void)query, (void)d, (void)x;
    *score = 0;
    for (size_t i = 0; i < n; i++) *score += good[i] / (double)n;
    return CAIRN_OK;
}

static void test_an_item_is_scored_by_all_others(void **state) {
    (void)state;
    double x[] = {1, 0, 2, 0, 3, 0}, scores[3];
    bool good[] = {true, false, false};
    assert_int_equal(cairn_certify_loo(ctx, mean_learner, NULL, x, good, 3, 2, false, 1, scores), CAIRN_OK);
    assert_near(scores[0], 2.5, 1e-15);
    assert_near(scores[1], 2, 1e-15);
    assert_near(scores[2], 1.5, 1e-15);
    assert_int_equal(cairn_certify_loo(ctx, mean_learner, NULL, x, good, 0, 2, false, 1, scores), CAIRN_INVALID);
}

static void test_oversampling_makes_the_classes_equal(void **state) {
    (void)state;
    double x[6] = {0}, scores[6];
    bool good[] = {true, true, false, false, false, false};
    assert_int_equal(cairn_certify_loo(ctx, share_learner, NULL, x, good, 6, 1, false, 1, scores), CAIRN_OK);
    assert_near(scores[0], .2, 1e-12);
    assert_int_equal(cairn_certify_loo(ctx, share_learner, NULL, x, good, 6, 1, true, 1, scores), CAIRN_OK);
    for (int i = 0; i < 6; i++) assert_near(scores[i], .5, 1e-12);
}

/* x = -1 and 1: the weight w solves penalty w = 2 / (1 + e^w), which is 1 for penalty 2 / (1 + e). The intercept is 0.
 */
static void test_logistic_regression_by_hand(void **state) {
    (void)state;
    double x[] = {-1, 1}, penalty = 2 / (1 + exp(1)), query = 3, score, nan = NAN, none = 0;
    bool good[] = {false, true};
    assert_int_equal(cairn_certify_logistic(ctx, &penalty, x, good, 2, 1, &query, &score), CAIRN_OK);
    assert_near(score, 3, 1e-5);
    x[0] = -1000, x[1] = 1000; /* steps from 0 must not overshoot */
    assert_int_equal(cairn_certify_logistic(ctx, &penalty, x, good, 2, 1, &query, &score), CAIRN_OK);
    assert_true(score > 0 && score < 3);
    assert_int_equal(cairn_certify_logistic(ctx, &penalty, x, good, 2, 1, &nan, &score), CAIRN_INVALID);
    assert_int_equal(cairn_certify_logistic(ctx, &none, x, good, 2, 1, &query, &score), CAIRN_INVALID);
}

static void test_nearest_items_by_hand(void **state) {
    (void)state;
    double x[] = {0, 0, 3, 0, 0, 2, 9, 9}, query[] = {0, 0}, score;
    bool good[] = {true, false, true, false};
    int32_t three = 3, many = 99, none = 0;
    assert_int_equal(cairn_certify_nearest(ctx, &three, x, good, 4, 2, query, &score), CAIRN_OK);
    assert_near(score, 2.0 / 3.0, 1e-15);
    assert_int_equal(cairn_certify_nearest(ctx, &many, x, good, 4, 2, query, &score), CAIRN_OK);
    assert_near(score, .5, 1e-15);
    assert_int_equal(cairn_certify_nearest(ctx, &none, x, good, 4, 2, query, &score), CAIRN_INVALID);
}

/* Three items lie at distance 1 from the query, 2 of them good: the second nearest of five is one of them, so all of
 * them count. */
static void test_equally_near_items_all_count(void **state) {
    (void)state;
    double x[] = {0, 1, -1, 1, 5}, score;
    bool good[] = {false, false, true, true, true};
    int32_t two = 2, one = 1;
    const double query = 0;
    assert_int_equal(cairn_certify_nearest(ctx, &two, x, good, 5, 1, &query, &score), CAIRN_OK);
    assert_near(score, .5, 1e-15); /* items 0 to 3: two are good */
    assert_int_equal(cairn_certify_nearest(ctx, &one, x, good, 5, 1, &query, &score), CAIRN_OK);
    assert_near(score, 0, 0); /* item 0 alone is nearest */
}

/* Equal items have equal scores to the last bit, and the order of rows changes none. */
static void test_the_order_of_items_changes_no_score(void **state) {
    (void)state;
    enum { N = 12 };
    double x[2 * N], turned[2 * N], scores[2][N], penalty = .5;
    bool good[N], turned_good[N];
    for (int i = 0; i < N; i++) {
        int of = i % (N / 2); /* every item is there twice */
        x[2 * i] = turned[2 * (N - 1 - i)] = of * .37;
        x[2 * i + 1] = turned[2 * (N - 1 - i) + 1] = of * of % 7 * .11;
        good[i] = turned_good[N - 1 - i] = of % 3 == 1;
    }
    assert_int_equal(cairn_certify_loo(ctx, cairn_certify_logistic, &penalty, x, good, N, 2, false, 1, scores[0]),
                     CAIRN_OK);
    assert_int_equal(
        cairn_certify_loo(ctx, cairn_certify_logistic, &penalty, turned, turned_good, N, 2, false, 1, scores[1]),
        CAIRN_OK);
    for (int i = 0; i < N; i++) {
        assert_memory_equal(&scores[0][i], &scores[1][N - 1 - i], sizeof(double));
        assert_memory_equal(&scores[0][i], &scores[0][(i + N / 2) % N], sizeof(double));
    }
}

static void test_learners_are_found_by_name(void **state) {
    (void)state;
    cairn_arena *arena;
    cairn_certify_learner learner;
    const void *arg;
    assert_int_equal(cairn_arena_open(ctx, 1024, &arena), CAIRN_OK);
    assert_int_equal(cairn_certify_learner_find(ctx, arena, "logistic:penalty=0.5", &learner, &arg), CAIRN_OK);
    assert_true(learner == cairn_certify_logistic);
    assert_near(*(const double *)arg, .5, 0);
    assert_int_equal(cairn_certify_learner_find(ctx, arena, "nearest", &learner, &arg), CAIRN_OK);
    assert_true(learner == cairn_certify_nearest);
    assert_int_equal(*(const int32_t *)arg, 10);
    assert_int_equal(cairn_certify_learner_find(ctx, arena, "forest", &learner, &arg), CAIRN_NOT_FOUND);
    assert_int_equal(cairn_certify_learner_find(ctx, arena, "nearest:items=0", &learner, &arg), CAIRN_INVALID);
    cairn_arena_close(arena);
}

/* Features of right answers lie 2 standard deviations from those of wrong ones along the diagonal, which no single
 * feature shows. */
static void test_a_score_that_was_trained_on_the_same_labels_keeps_the_rate(void **state) {
    (void)state;
    enum { LABELLED = 40, ALL = 80, RUNS = 60 };
    double shares[RUNS], powers = 0, penalty = 1, known = 0;
    for (uint32_t run = 0; run < RUNS; run++) {
        double x[2 * ALL], scores[ALL];
        bool truth[ALL], good[ALL];
        cairn_rng rng = cairn_rng_open(5, 0, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, CAIRN_ROLE_GENERATOR, run);
        for (int i = 0; i < ALL; i++) {
            truth[i] = cairn_rng_unit(&rng) < .5;
            good[i] = i < LABELLED && truth[i];
            for (int k = 0; k < 2; k++) x[2 * i + k] = cairn_rng_normal(&rng) + 1.4 * truth[i];
        }
        assert_int_equal(cairn_certify_loo(ctx, cairn_certify_logistic, &penalty, x, good, ALL, 2, true, run, scores),
                         CAIRN_OK);
        cairn_certify_scores s = {
            .calibration = scores, .good = good, .test = scores + LABELLED, .k = 1, .n = LABELLED, .m = ALL - LABELLED};
        cairn_certify_how how = CAIRN_CERTIFY_PRESET;
        cairn_certify_item items[ALL];
        cairn_certify_result result;
        double power;
        how.method = CAIRN_CERTIFY_CS, how.fdr = .2;
        assert_int_equal(cairn_certify_select(ctx, &s, &how, items, &result), CAIRN_OK);
        cairn_certify_outcome(items, truth + LABELLED, ALL - LABELLED, &shares[run], &power);
        if (!isnan(power)) powers += power, known++;
    }
    double error = sqrt(cairn_stat_variance(shares, RUNS) / RUNS);
    assert_true(cairn_stat_mean(shares, RUNS) - 2 * error <= .2);
    assert_true(powers / known > .3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_item_is_scored_by_all_others),
        cmocka_unit_test(test_oversampling_makes_the_classes_equal),
        cmocka_unit_test(test_logistic_regression_by_hand),
        cmocka_unit_test(test_nearest_items_by_hand),
        cmocka_unit_test(test_equally_near_items_all_count),
        cmocka_unit_test(test_the_order_of_items_changes_no_score),
        cmocka_unit_test(test_learners_are_found_by_name),
        cmocka_unit_test(test_a_score_that_was_trained_on_the_same_labels_keeps_the_rate),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
