/* label: light */
/* pass@k, aggregation of step scores, votes. */
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

static void test_pass_at_k_equals_exact_fractions(void **state) {
    (void)state;
    static const struct {
        int64_t n, right, k;
        double want;
    } cases[] = {
        {10, 3, 2, 8.0 / 15.0}, {200, 1, 100, 0.5},
        {5, 5, 1, 1.0},         {20, 0, 5, 0.0},
        {4, 2, 3, 1.0},         {100000, 7, 64, 0.004471541459694085},
        {1000000, 1, 1, 1e-6},  {1000000, 3, 10, 2.999973000045e-05},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double got = -1.0;
        assert_int_equal(cairn_stat_pass_at_k(ctx, cases[i].n, cases[i].right, cases[i].k, &got), CAIRN_OK);
        near(got, cases[i].want, 1e-13 * cases[i].want + 1e-300);
    }
}

static void test_pass_at_k_refuses_what_is_undefined(void **state) {
    (void)state;
    double got = 0.0;
    assert_int_equal(cairn_stat_pass_at_k(ctx, 5, 6, 1, &got), CAIRN_INVALID);
    assert_int_equal(cairn_stat_pass_at_k(ctx, 5, 2, 6, &got), CAIRN_INVALID);
    assert_int_equal(cairn_stat_pass_at_k(ctx, 5, 2, 0, &got), CAIRN_INVALID);
    int64_t n[] = {10, 4}, right[] = {3, 5};
    assert_int_equal(cairn_stat_pass_at_k_mean(ctx, n, right, 2, 2, &got), CAIRN_INVALID);
    right[1] = 4;
    assert_int_equal(cairn_stat_pass_at_k_mean(ctx, n, right, 2, 2, &got), CAIRN_OK);
    near(got, 0.5 * (8.0 / 15.0 + 1.0), 1e-15);
    assert_int_equal(cairn_stat_pass_at_k_mean(ctx, n, right, 0, 2, &got), CAIRN_INVALID);
}

static void test_each_aggregator_of_three_steps(void **state) {
    (void)state;
    double r[] = {0.5, 0.25, 0.75};
    static const double want[] = {0.75, 0.25, 0.09375, 0.5, 1.5, 0.75};
    for (int how = CAIRN_AGGREGATE_LAST; how <= CAIRN_AGGREGATE_MAX; how++)
        near(cairn_aggregate((cairn_aggregator)how, r, 3), want[how], 0.0);
}

static void test_unknown_steps_are_skipped(void **state) {
    (void)state;
    double r[] = {NAN, 0.5, NAN, 0.25, NAN}, unknown[] = {NAN, NAN};
    static const double want[] = {0.25, 0.25, 0.125, 0.375, 0.75, 0.5};
    for (int how = CAIRN_AGGREGATE_LAST; how <= CAIRN_AGGREGATE_MAX; how++) {
        near(cairn_aggregate((cairn_aggregator)how, r, 5), want[how], 0.0);
        assert_true(isnan(cairn_aggregate((cairn_aggregator)how, unknown, 2)));
        assert_true(cairn_aggregate((cairn_aggregator)how, unknown, 0) == 0.0);
    }
}

static void test_aggregator_names_are_read_back(void **state) {
    (void)state;
    cairn_aggregator got;
    for (int how = CAIRN_AGGREGATE_LAST; how <= CAIRN_AGGREGATE_ODDS; how++) {
        assert_int_equal(cairn_aggregator_parse(ctx, cairn_aggregator_name((cairn_aggregator)how), &got), CAIRN_OK);
        assert_int_equal(got, how);
    }
    assert_int_equal(cairn_aggregator_parse(ctx, "product", &got), CAIRN_OK);
    assert_int_equal(got, CAIRN_AGGREGATE_PRODUCT);
    assert_int_equal(cairn_aggregator_parse(ctx, "median", &got), CAIRN_INVALID);
    assert_null(cairn_aggregator_name((cairn_aggregator)(CAIRN_AGGREGATE_ODDS + 1)));
}

static void test_majority_goes_to_the_class_with_most_members(void **state) {
    (void)state;
    assert_int_equal(cairn_vote_majority((int32_t[]){4, 2, 2, 9}, 4), 2);
    assert_int_equal(cairn_vote_majority((int32_t[]){-1, -1, -1, 7}, 4), 7);
    assert_int_equal(cairn_vote_majority((int32_t[]){-1, -1}, 2), -1);
    assert_int_equal(cairn_vote_majority(NULL, 0), -1);
}

static void test_a_tied_vote_goes_to_the_class_generated_first(void **state) {
    (void)state;
    assert_int_equal(cairn_vote_majority((int32_t[]){5, 3, 3, 5}, 4), 5);
    assert_int_equal(cairn_vote_weighted((int32_t[]){5, 3, 3}, (double[]){0.5, 0.25, 0.25}, 3), 5);
    assert_int_equal(cairn_vote_best((int32_t[]){5, 3}, (double[]){0.5, 0.5}, 2), 5);
}

static void test_weighted_vote_sums_weights_and_drops_unknown_ones(void **state) {
    (void)state;
    assert_int_equal(cairn_vote_weighted((int32_t[]){1, 2, 2}, (double[]){0.9, 0.5, 0.5}, 3), 2);
    assert_int_equal(cairn_vote_weighted((int32_t[]){1, 2, 2}, (double[]){0.9, 0.5, NAN}, 3), 1);
    assert_int_equal(cairn_vote_weighted((int32_t[]){1, 2}, (double[]){-2.0, -1.0}, 2), 2);
    assert_int_equal(cairn_vote_weighted((int32_t[]){1, 2}, (double[]){NAN, -1.0}, 2), 2);
    assert_int_equal(cairn_vote_weighted((int32_t[]){1, -1}, (double[]){NAN, 1.0}, 2), -1);
}

static void test_best_of_n_takes_the_highest_score_that_has_an_answer(void **state) {
    (void)state;
    assert_int_equal(cairn_vote_best((int32_t[]){1, -1, 2}, (double[]){0.2, 0.9, 0.4}, 3), 2);
    assert_int_equal(cairn_vote_best((int32_t[]){1, 2}, (double[]){NAN, -9.0}, 2), 2);
    assert_int_equal(cairn_vote_best((int32_t[]){1, 2}, (double[]){NAN, NAN}, 2), 1);
    assert_int_equal(cairn_vote_best((int32_t[]){-1}, (double[]){1.0}, 1), -1);
}

static void test_pick_takes_the_earliest_highest_and_nan_last(void **state) {
    (void)state;
    assert_int_equal(cairn_pick_best((double[]){1, 3, 3, 2}, 4), 1);
    assert_int_equal(cairn_pick_best((double[]){NAN, -INFINITY, NAN}, 3), 1);
    assert_int_equal(cairn_pick_best((double[]){NAN, NAN}, 2), 0);
    assert_int_equal(cairn_pick_best(NULL, 0), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pass_at_k_equals_exact_fractions),
        cmocka_unit_test(test_pass_at_k_refuses_what_is_undefined),
        cmocka_unit_test(test_each_aggregator_of_three_steps),
        cmocka_unit_test(test_unknown_steps_are_skipped),
        cmocka_unit_test(test_aggregator_names_are_read_back),
        cmocka_unit_test(test_majority_goes_to_the_class_with_most_members),
        cmocka_unit_test(test_a_tied_vote_goes_to_the_class_generated_first),
        cmocka_unit_test(test_weighted_vote_sums_weights_and_drops_unknown_ones),
        cmocka_unit_test(test_best_of_n_takes_the_highest_score_that_has_an_answer),
        cmocka_unit_test(test_pick_takes_the_earliest_highest_and_nan_last),
    };
    return cmocka_run_group_tests_name("stat choose", tests, open_ctx, close_ctx);
}
