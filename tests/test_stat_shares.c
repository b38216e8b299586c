/* label: light */
/* Intervals of shares whose items are not independent. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "cairn/stat.h"
#include "near.h"

static cairn_ctx *ctx;

static int setup(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

static void one_item_a_cluster_is_wilsons_interval(void **state) {
    (void)state;
    double hits[] = {1, 0, 1, 1, 0, 1, 1}, items[] = {1, 1, 1, 1, 1, 1, 1};
    cairn_interval own, wilson;
    assert_int_equal(cairn_stat_cluster_share(ctx, hits, items, 7, 0.95, &own), CAIRN_OK);
    assert_int_equal(cairn_stat_wilson(ctx, 5, 7, 0.95, &wilson), CAIRN_OK);
    assert_near(own.estimate, 5.0 / 7, 1e-12);
    assert_near(own.low, wilson.low, 1e-12);
    assert_near(own.high, wilson.high, 1e-12);
}

/* Ten samples of one problem that always agree say no more than one does. */
static void items_that_agree_within_a_cluster_count_once(void **state) {
    (void)state;
    double hits[] = {10, 0, 10, 10}, items[] = {10, 10, 10, 10};
    cairn_interval own, wilson;
    assert_int_equal(cairn_stat_cluster_share(ctx, hits, items, 4, 0.95, &own), CAIRN_OK);
    assert_int_equal(cairn_stat_wilson(ctx, 3, 4, 0.95, &wilson), CAIRN_OK);
    assert_near(own.low, wilson.low, 1e-12);
    assert_near(own.high, wilson.high, 1e-12);
}

/* All hits: Wilson's low bound for m of m is m / (m + z^2), here 3 / (3 + 3.8415). */
static void a_share_of_one_has_the_width_of_its_clusters(void **state) {
    (void)state;
    double hits[] = {4, 2, 0, 6}, items[] = {4, 2, 0, 6};
    cairn_interval own;
    assert_int_equal(cairn_stat_cluster_share(ctx, hits, items, 4, 0.95, &own), CAIRN_OK);
    assert_near(own.low, 3 / (3 + 3.841459), 1e-6);
    assert_near(own.high, 1, 1e-12);
}

static void shares_of_nothing_are_refused(void **state) {
    (void)state;
    double hits[] = {0, 2}, none[] = {0, 0}, items[] = {1, 1};
    cairn_interval own;
    assert_int_equal(cairn_stat_cluster_share(ctx, none, none, 2, 0.95, &own), CAIRN_INVALID);
    assert_int_equal(cairn_stat_cluster_share(ctx, hits, items, 2, 0.95, &own), CAIRN_INVALID);
    assert_int_equal(cairn_stat_cluster_share(ctx, items, items, 2, 1, &own), CAIRN_INVALID);
}

/* n = 98, b alone 5.5 - .5, a alone 1.5 - .5: gap 4 of 100 pairs, variance (7 - 16 / 100) / 100^2. */
static void paired_shares_by_hand(void **state) {
    (void)state;
    cairn_interval own;
    assert_int_equal(cairn_stat_paired_shares(ctx, 1, 5, 98, 0.95, &own), CAIRN_OK);
    assert_near(own.estimate, 4.0 / 98, 1e-12);
    assert_near(own.low, 0.04 - 1.959964 * sqrt(6.84) / 100, 1e-6);
    assert_near(own.high, 0.04 + 1.959964 * sqrt(6.84) / 100, 1e-6);
}

static void runs_that_agree_everywhere_still_leave_doubt(void **state) {
    (void)state;
    cairn_interval own;
    assert_int_equal(cairn_stat_paired_shares(ctx, 0, 0, 8, 0.95, &own), CAIRN_OK);
    assert_near(own.high, 0.1959964, 1e-6); /* 1.96 * sqrt(1) / 10 */
    assert_near(own.low, -own.high, 1e-12);
    assert_int_equal(cairn_stat_paired_shares(ctx, 5, 4, 8, 0.95, &own), CAIRN_INVALID);
    assert_int_equal(cairn_stat_paired_shares(ctx, 0, 0, 0, 0.95, &own), CAIRN_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_item_a_cluster_is_wilsons_interval),
        cmocka_unit_test(items_that_agree_within_a_cluster_count_once),
        cmocka_unit_test(a_share_of_one_has_the_width_of_its_clusters),
        cmocka_unit_test(shares_of_nothing_are_refused),
        cmocka_unit_test(paired_shares_by_hand),
        cmocka_unit_test(runs_that_agree_everywhere_still_leave_doubt),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
