/* label: light */
/* Selections with a bounded false discovery rate, the isotonic fit, importance sampling. */
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

static void expect(const bool *got, const char *want) {
    for (int i = 0; want[i]; i++) assert_int_equal(got[i], want[i] == '+');
}

/* Sorted .01 .03 .04 .2 .6 against .02 .04 .06 .08 .1: the third is the last that passes. */
static void test_bh_selects_up_to_the_last_value_under_the_line(void **state) {
    (void)state;
    double p[] = {.01, .04, .03, .2, .6}, threshold;
    bool selected[5];
    size_t count;
    assert_int_equal(cairn_stat_bh(ctx, p, 5, .1, selected, &count, &threshold), CAIRN_OK);
    expect(selected, "+++--");
    assert_int_equal(count, 3);
    assert_near(threshold, .04, 0);
}

/* .05 .05 .05 against .025 .05 .075: only the third rank passes, and all of the value enter. */
static void test_bh_selects_equal_values_together_and_steps_over_failing_ranks(void **state) {
    (void)state;
    double p[] = {.05, .9, .05, .05};
    bool selected[4];
    size_t count;
    assert_int_equal(cairn_stat_bh(ctx, p, 4, .1, selected, &count, NULL), CAIRN_OK);
    expect(selected, "+-++");
    assert_int_equal(count, 3);
}

static void test_bh_of_ones_selects_nothing(void **state) {
    (void)state;
    double p[] = {1, 1, 1}, threshold;
    bool selected[3];
    size_t count;
    assert_int_equal(cairn_stat_bh(ctx, p, 3, .5, selected, &count, &threshold), CAIRN_OK);
    expect(selected, "---");
    assert_int_equal(count, 0);
    assert_near(threshold, 0, 0);
}

/* m / (q k) is 8, 4, 2.6667, 2 for k = 1 .. 4. */
static void test_ebh_selects_up_to_the_last_value_over_the_line(void **state) {
    (void)state;
    double e[] = {4, 4, 8.0 / 3.0, 0};
    bool selected[4];
    size_t count;
    assert_int_equal(cairn_stat_ebh(ctx, e, 4, .5, selected, &count), CAIRN_OK);
    expect(selected, "+++-");
    assert_int_equal(count, 3);
}

static void test_ebh_of_zeros_selects_nothing(void **state) {
    (void)state;
    double e[] = {0, 0};
    bool selected[2];
    size_t count;
    assert_int_equal(cairn_stat_ebh(ctx, e, 2, .5, selected, &count), CAIRN_OK);
    expect(selected, "--");
    assert_int_equal(count, 0);
}

static void test_selections_refuse_what_is_out_of_range(void **state) {
    (void)state;
    bool selected[1];
    size_t count;
    double over = 1.5, under = -.1, nan = NAN, fine = .5, great = INFINITY;
    assert_int_equal(cairn_stat_bh(ctx, &over, 1, .1, selected, &count, NULL), CAIRN_INVALID);
    assert_int_equal(cairn_stat_bh(ctx, &nan, 1, .1, selected, &count, NULL), CAIRN_INVALID);
    assert_int_equal(cairn_stat_bh(ctx, &fine, 1, 1, selected, &count, NULL), CAIRN_INVALID);
    assert_int_equal(cairn_stat_bh(ctx, &fine, 1, 0, selected, &count, NULL), CAIRN_INVALID);
    assert_int_equal(cairn_stat_bh(ctx, &fine, 0, .1, selected, &count, NULL), CAIRN_INVALID);
    assert_int_equal(cairn_stat_ebh(ctx, &under, 1, .1, selected, &count), CAIRN_INVALID);
    assert_int_equal(cairn_stat_ebh(ctx, &nan, 1, .1, selected, &count), CAIRN_INVALID);
    assert_int_equal(cairn_stat_ebh(ctx, &great, 1, .1, selected, &count), CAIRN_OK);
    assert_int_equal(count, 1);
}

/* 1 3 2 4: 3 and 2 pool to 2.5. With weights 1 and 3 they pool to 2.25. 5 4 3 pool to 4, after which 1 pools all to
 * 3.25. */
static void test_isotonic_fit_pools_adjacent_violators(void **state) {
    (void)state;
    double y[] = {1, 3, 2, 4}, weight[] = {1, 1, 3, 1}, fitted[4];
    assert_int_equal(cairn_stat_isotonic(ctx, y, NULL, 4, fitted), CAIRN_OK);
    double plain[] = {1, 2.5, 2.5, 4}, weighted[] = {1, 2.25, 2.25, 4};
    for (int i = 0; i < 4; i++) assert_near(fitted[i], plain[i], 1e-15);
    assert_int_equal(cairn_stat_isotonic(ctx, y, weight, 4, fitted), CAIRN_OK);
    for (int i = 0; i < 4; i++) assert_near(fitted[i], weighted[i], 1e-15);
    double falling[] = {5, 4, 3, 1};
    assert_int_equal(cairn_stat_isotonic(ctx, falling, NULL, 4, falling), CAIRN_OK);
    for (int i = 0; i < 4; i++) assert_near(falling[i], 3.25, 1e-15);
    weight[2] = 0;
    assert_int_equal(cairn_stat_isotonic(ctx, y, weight, 4, fitted), CAIRN_INVALID);
}

/* Weights 1, 2, 1 of values 0, 3, 1: mean 7/4. Error^2: (1 * 49/16 + 4 * 25/16 + 1 * 9/16) / 16. Size 16 / 6. */
static void test_importance_sampling_by_hand_whatever_the_weights_scale(void **state) {
    (void)state;
    double ln2 = 0.69314718055994530942, values[] = {0, 3, 1};
    for (int scale = -2000; scale <= 2000; scale += 2000) {
        double w[] = {scale, scale + ln2, scale};
        cairn_importance got;
        assert_int_equal(cairn_stat_importance(ctx, w, values, 3, &got), CAIRN_OK);
        assert_near(got.estimate, 1.75, 1e-12);
        assert_near(got.error, sqrt((49 + 4 * 25 + 9) / 16.0 / 16.0), 1e-12);
        assert_near(got.effective_size, 16.0 / 6.0, 1e-12);
    }
    double none[] = {-INFINITY, -INFINITY, -INFINITY};
    cairn_importance got;
    assert_int_equal(cairn_stat_importance(ctx, none, values, 3, &got), CAIRN_INVALID);
    assert_int_equal(cairn_stat_importance(ctx, values, values, 1, &got), CAIRN_INVALID);
}

static void test_log_sum_and_effective_size_neither_overflow_nor_underflow(void **state) {
    (void)state;
    double logs[] = {1000, 1000}, tiny[] = {1e-200, 1e-200, 0}, none[] = {0, 0};
    assert_near(cairn_stat_log_sum(logs, 2), 1000.69314718055994530942, 1e-12);
    assert_near(cairn_stat_effective_size(tiny, 3), 2, 1e-12);
    assert_near(cairn_stat_effective_size(none, 2), 0, 0);
    assert_true(cairn_stat_log_sum(none, 0) == -INFINITY);
}

/* 1/2 and 1/5: geometric sqrt(1/10); logits 0 and ln(1/4) give odds 1/2, so 1/3; odds 1 and 1/4. */
static void test_means_of_probabilities_on_other_scales(void **state) {
    (void)state;
    double p[] = {.5, NAN, .2}, one[] = {1};
    assert_near(cairn_aggregate(CAIRN_AGGREGATE_GEOMETRIC, p, 3), sqrt(.1), 1e-15);
    assert_near(cairn_aggregate(CAIRN_AGGREGATE_LOGIT, p, 3), 1.0 / 3.0, 1e-15);
    assert_near(cairn_aggregate(CAIRN_AGGREGATE_ODDS, p, 3), .625, 1e-15);
    assert_near(cairn_aggregate(CAIRN_AGGREGATE_LOGIT, one, 1), 1 - 1e-9, 1e-15);
    assert_true(isnan(cairn_aggregate(CAIRN_AGGREGATE_ODDS, p + 1, 1)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bh_selects_up_to_the_last_value_under_the_line),
        cmocka_unit_test(test_bh_selects_equal_values_together_and_steps_over_failing_ranks),
        cmocka_unit_test(test_bh_of_ones_selects_nothing),
        cmocka_unit_test(test_ebh_selects_up_to_the_last_value_over_the_line),
        cmocka_unit_test(test_ebh_of_zeros_selects_nothing),
        cmocka_unit_test(test_selections_refuse_what_is_out_of_range),
        cmocka_unit_test(test_isotonic_fit_pools_adjacent_violators),
        cmocka_unit_test(test_importance_sampling_by_hand_whatever_the_weights_scale),
        cmocka_unit_test(test_log_sum_and_effective_size_neither_overflow_nor_underflow),
        cmocka_unit_test(test_means_of_probabilities_on_other_scales),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
