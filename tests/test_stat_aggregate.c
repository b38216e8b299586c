/* label: light */
/* Step scores to one score, under a policy: the formulas of RewardMATH. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

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

static double whole(cairn_aggregator how, const double *scores, size_t n, cairn_aggregate_policy policy) {
    double out = -1;
    assert_int_equal(cairn_aggregate_checked(ctx, how, scores, n, &policy, &out), CAIRN_OK);
    return out;
}

static void refused(cairn_aggregator how, const double *scores, size_t n, cairn_aggregate_policy policy,
                    const char *words) {
    double out = -1;
    assert_int_equal(cairn_aggregate_checked(ctx, how, scores, n, &policy, &out), CAIRN_INVALID);
    if (!strstr(cairn_error(ctx), words)) fail_msg("`%s` does not say `%s`", cairn_error(ctx), words);
    assert_true(out == -1);
}

static const cairn_aggregate_policy strict;

/* Page 40, unit case b. */
static void test_rewardmath_aggregates_by_hand(void **state) {
    (void)state;
    double p[] = {.9, .5};
    assert_near(whole(CAIRN_AGGREGATE_MIN, p, 2, strict), .5, 0);
    assert_near(whole(CAIRN_AGGREGATE_MAX, p, 2, strict), .9, 0);
    assert_near(whole(CAIRN_AGGREGATE_PRODUCT, p, 2, strict), .45, 1e-16);
    assert_near(whole(CAIRN_AGGREGATE_GEOMETRIC, p, 2, strict), .6708203932499369, 1e-15);
    assert_near(whole(CAIRN_AGGREGATE_MEAN, p, 2, strict), .7, 1e-15);
    assert_near(whole(CAIRN_AGGREGATE_SUM, p, 2, strict), 1.4, 1e-15);
    assert_near(whole(CAIRN_AGGREGATE_LOGIT, p, 2, strict), .75, 1e-15);
    assert_near(whole(CAIRN_AGGREGATE_ODDS, p, 2, strict), 5, 1e-14);
    assert_near(whole(CAIRN_AGGREGATE_LAST, p, 2, strict), .5, 0);
}

/* ViLBench (page 38), unit case a: means 4.667 and 4.0, last 5 and 2, max 5 and 5. */
static void test_scores_of_any_scale_have_mean_last_and_max(void **state) {
    (void)state;
    double a[] = {5, 4, 5}, b[] = {5, 5, 2};
    assert_near(whole(CAIRN_AGGREGATE_MEAN, a, 3, strict), 14.0 / 3, 1e-15);
    assert_near(whole(CAIRN_AGGREGATE_MEAN, b, 3, strict), 4, 0);
    assert_near(whole(CAIRN_AGGREGATE_LAST, b, 3, strict), 2, 0);
    assert_near(whole(CAIRN_AGGREGATE_MAX, b, 3, strict), 5, 0);
    refused(CAIRN_AGGREGATE_GEOMETRIC, a, 3, strict, "step 0 is 5");
    refused(CAIRN_AGGREGATE_LOGIT, a, 3, strict, "expected 0 to 1");
    refused(CAIRN_AGGREGATE_ODDS, (double[]){.5, -.1}, 2, strict, "step 1 is -0.1");
}

static void test_an_empty_list_is_an_error_or_what_the_policy_says(void **state) {
    (void)state;
    cairn_aggregate_policy half = {.allow_empty = true, .empty_value = .5};
    for (int how = CAIRN_AGGREGATE_LAST; how <= CAIRN_AGGREGATE_ODDS; how++) {
        refused((cairn_aggregator)how, NULL, 0, strict, "no step");
        assert_near(whole((cairn_aggregator)how, NULL, 0, half), .5, 0);
    }
}

static void test_an_unknown_step_is_an_error_skipped_spread_or_replaced(void **state) {
    (void)state;
    double p[] = {.8, NAN, .4}, none[] = {NAN, NAN};
    cairn_aggregate_policy skip = {.unknown = CAIRN_UNKNOWN_STEP_SKIP};
    cairn_aggregate_policy spread = {.unknown = CAIRN_UNKNOWN_STEP_SPREAD};
    cairn_aggregate_policy zero = {.unknown = CAIRN_UNKNOWN_STEP_VALUE, .unknown_value = 0};
    refused(CAIRN_AGGREGATE_MIN, p, 3, strict, "step 1 is unknown");
    assert_near(whole(CAIRN_AGGREGATE_MEAN, p, 3, skip), .6, 1e-15);
    assert_near(whole(CAIRN_AGGREGATE_MEAN, p, 3, zero), .4, 1e-15);
    assert_near(whole(CAIRN_AGGREGATE_MIN, p, 3, zero), 0, 0);
    assert_true(isnan(whole(CAIRN_AGGREGATE_MIN, p, 3, spread)));
    assert_true(isnan(whole(CAIRN_AGGREGATE_LAST, none, 2, spread)));
    refused(CAIRN_AGGREGATE_MIN, none, 2, skip, "no step");
}

/* ln(p / (1 - p)) of 0 and 1 is infinite: alone it decides, both together have no mean. */
static void test_certain_steps_have_infinite_logits_unless_clipped(void **state) {
    (void)state;
    cairn_aggregate_policy clip = {.clip = 1e-3};
    assert_near(whole(CAIRN_AGGREGATE_LOGIT, (double[]){1, .5}, 2, strict), 1, 0);
    assert_near(whole(CAIRN_AGGREGATE_LOGIT, (double[]){0, .5}, 2, strict), 0, 0);
    assert_true(isnan(whole(CAIRN_AGGREGATE_LOGIT, (double[]){0, 1}, 2, strict)));
    assert_true(isinf(whole(CAIRN_AGGREGATE_ODDS, (double[]){.5, 1}, 2, strict)));
    assert_near(whole(CAIRN_AGGREGATE_LOGIT, (double[]){0, 1}, 2, clip), .5, 1e-14);
    assert_near(whole(CAIRN_AGGREGATE_ODDS, (double[]){1}, 1, clip), 999, 1e-9);
    assert_near(whole(CAIRN_AGGREGATE_GEOMETRIC, (double[]){0}, 1, clip), 1e-3, 1e-18);
    assert_near(whole(CAIRN_AGGREGATE_PRODUCT, (double[]){0, 1}, 2, clip), 0, 0); /* not of these three */
}

static void test_infinite_scores_and_unknown_policies_are_refused(void **state) {
    (void)state;
    double p[] = {.5, INFINITY};
    refused(CAIRN_AGGREGATE_MEAN, p, 2, strict, "step 1 is infinite");
    refused(CAIRN_AGGREGATE_MEAN, p, 1, (cairn_aggregate_policy){.clip = .5}, "clip");
    refused(CAIRN_AGGREGATE_MEAN, p, 1, (cairn_aggregate_policy){.clip = NAN}, "clip");
    refused(CAIRN_AGGREGATE_MEAN, p, 1, (cairn_aggregate_policy){.unknown = (cairn_unknown_step)9}, "policy");
    refused((cairn_aggregator)17, p, 1, strict, "aggregator");
}

/* Where nothing is clamped or unknown, the two forms differ in rounding at most. */
static void test_both_forms_agree_on_plain_scores(void **state) {
    (void)state;
    double p[] = {.31, .92, .77, .05, .66};
    for (int how = CAIRN_AGGREGATE_LAST; how <= CAIRN_AGGREGATE_ODDS; how++)
        assert_near(whole((cairn_aggregator)how, p, 5, strict), cairn_aggregate((cairn_aggregator)how, p, 5), 1e-14);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rewardmath_aggregates_by_hand),
        cmocka_unit_test(test_scores_of_any_scale_have_mean_last_and_max),
        cmocka_unit_test(test_an_empty_list_is_an_error_or_what_the_policy_says),
        cmocka_unit_test(test_an_unknown_step_is_an_error_skipped_spread_or_replaced),
        cmocka_unit_test(test_certain_steps_have_infinite_logits_unless_clipped),
        cmocka_unit_test(test_infinite_scores_and_unknown_policies_are_refused),
        cmocka_unit_test(test_both_forms_agree_on_plain_scores),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
