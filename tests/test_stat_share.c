/* Shares of grouped items: closed forms by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "cairn/stat.h"

static cairn_ctx *ctx;
static const cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET;

static cairn_interval share(const double *hits, const double *items, size_t n) {
    cairn_interval out;
    if (cairn_stat_grouped_share(ctx, hits, items, n, &how, &out) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return out;
}

static void assert_near(double a, double b) {
    if (fabs(a - b) > 1e-12) fail_msg("%.17g, expected %.17g", a, b);
}

static void single_items_have_wilsons_interval(void **state) {
    (void)state;
    const double hits[] = {1, 0, 1, 1}, items[] = {1, 1, 1, 1};
    cairn_interval wilson, got = share(hits, items, 4);
    assert_int_equal(cairn_stat_wilson(ctx, 3, 4, 0.95, &wilson), CAIRN_OK);
    assert_near(got.estimate, 0.75);
    assert_near(got.low, wilson.low);
    assert_near(got.high, wilson.high);
}

/* 2 of 4 and 0 of 2: 2 of 6. Resamples are (a a), (a b), (b b): shares 1/2, 1/3, 0. */
static void samples_of_one_problem_are_drawn_together(void **state) {
    (void)state;
    const double hits[] = {2, 0}, items[] = {4, 2};
    cairn_interval got = share(hits, items, 2);
    assert_near(got.estimate, 1.0 / 3);
    assert_near(got.low, 0);
    assert_near(got.high, 0.5);
}

/* 50 problems of 100 samples each, right throughout or wrong throughout, are 50 cases and not 5,000: Wilson's for 25 of
 * 50 is 0.366 .. 0.634, for 2,500 of 5,000 it would be 0.486 .. 0.514. */
static void copies_of_a_sample_tell_nothing_new(void **state) {
    (void)state;
    double hits[50], items[50];
    for (int i = 0; i < 50; i++) {
        items[i] = 100;
        hits[i] = i % 2 ? 100 : 0;
    }
    cairn_interval got = share(hits, items, 50);
    assert_near(got.estimate, 0.5);
    assert_true(got.low > 0.33 && got.low < 0.40 && got.high > 0.60 && got.high < 0.67);
}

static void groups_that_agree_still_leave_doubt(void **state) {
    (void)state;
    const double hits[] = {3, 3, 3}, items[] = {3, 3, 3};
    cairn_interval wilson, got = share(hits, items, 3);
    assert_int_equal(cairn_stat_wilson(ctx, 3, 3, 0.95, &wilson), CAIRN_OK);
    assert_near(got.low, wilson.low);
    assert_near(got.high, 1);
    const double half[] = {0.5, 0.5}, one[] = {1, 1};
    got = share(half, one, 2);
    assert_near(got.estimate, 0.5);
    assert_true(got.low > 0 && got.low < 0.2 && got.high > 0.8 && got.high < 1);
}

static void one_problem_of_several_samples_has_no_interval(void **state) {
    (void)state;
    const double hits[] = {1, 0}, items[] = {4, 0}; /* the second has no items */
    cairn_interval got = share(hits, items, 2);
    assert_near(got.estimate, 0.25);
    assert_true(isnan(got.low) && isnan(got.high));
}

static void nothing_has_no_share(void **state) {
    (void)state;
    const double none[] = {0};
    assert_true(isnan(share(none, none, 1).estimate));
    assert_true(isnan(share(none, none, 0).low));
}

static void more_hits_than_items_are_refused(void **state) {
    (void)state;
    const double hits[] = {1, 2}, items[] = {1, 1}, nan_[] = {NAN, 1};
    cairn_interval out;
    assert_int_equal(cairn_stat_grouped_share(ctx, hits, items, 2, &how, &out), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "group 1 has 2 hits of 1 items");
    assert_int_equal(cairn_stat_grouped_share(ctx, nan_, items, 2, &how, &out), CAIRN_INVALID);
}

static int set_up(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}
static int tear_down(void **state) {
    (void)state;
    return cairn_ctx_close(ctx), 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_items_have_wilsons_interval),
        cmocka_unit_test(samples_of_one_problem_are_drawn_together),
        cmocka_unit_test(copies_of_a_sample_tell_nothing_new),
        cmocka_unit_test(groups_that_agree_still_leave_doubt),
        cmocka_unit_test(one_problem_of_several_samples_has_no_interval),
        cmocka_unit_test(nothing_has_no_share),
        cmocka_unit_test(more_hits_than_items_are_refused),
    };
    return cmocka_run_group_tests_name("shares of groups", tests, set_up, tear_down);
}
