/* label: light */
/* The bootstrap of figures of sums over groups. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include <stdlib.h>

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

/* Two strata: the mean of their shares, and the share of both together. */
static void shares(const void *arg, const double *sums, double *out) {
    (void)arg;
    out[0] = (sums[0] / sums[1] + sums[2] / sums[3]) / 2;
    out[1] = (sums[0] + sums[2]) / (sums[1] + sums[3]);
}

static void share(const void *arg, const double *sums, double *out) {
    (void)arg;
    out[0] = sums[0] / sums[1];
}

static const double tallies[][2] = {{1, 2}, {0, 3}, {4, 4}, {2, 5}, {1, 1}, {0, 2}, {3, 4}};

/* The statistic itself, over items that may occur many times. */
static double mean_of_shares(const void *arg, const uint32_t *index, size_t n) {
    const double(*t)[2] = arg;
    double sums[4] = {0}, out[2];
    for (size_t i = 0; i < n; i++)
        for (int w = 0; w < 2; w++) sums[(i < 4 ? 0 : 2) + w] += t[index[i]][w];
    shares(NULL, sums, out);
    return out[0];
}

static void test_sums_give_what_the_statistic_itself_gives(void **state) {
    (void)state;
    size_t sizes[] = {4, 3};
    cairn_bootstrap how = {500, .9, 7};
    cairn_interval sums[2], direct;
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, tallies[0], sizes, 2, 2, shares, 2, NULL, &how, sums), CAIRN_OK);
    assert_int_equal(cairn_stat_bootstrap_strata(ctx, sizes, 2, mean_of_shares, tallies, &how, &direct), CAIRN_OK);
    assert_near(sums[0].estimate, (7.0 / 14 + 4.0 / 7) / 2, 1e-15);
    assert_near(sums[1].estimate, 11.0 / 21, 1e-15);
    assert_near(sums[0].low, direct.low, 0);
    assert_near(sums[0].high, direct.high, 0);
    assert_true(sums[0].low < sums[0].estimate && sums[0].estimate < sums[0].high);
}

static void test_groups_stay_in_their_stratum(void **state) {
    (void)state;
    size_t one_each[] = {1, 1, 1, 1, 1, 1, 1};
    cairn_bootstrap how = {50, .95, 1};
    cairn_interval out[2];
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, tallies[0], one_each, 7, 2, shares, 2, NULL, &how, out), CAIRN_OK);
    assert_true(out[0].low == out[0].estimate && out[0].high == out[0].estimate);
}

/* System b hits one more in every group that system a left something in: the difference never falls below 0. */
static void test_paired_systems_are_drawn_together(void **state) {
    (void)state;
    size_t groups = 7;
    double b[7][2];
    for (size_t g = 0; g < groups; g++) {
        b[g][0] = tallies[g][0] + (double)(g % 2);
        b[g][1] = tallies[g][1];
    }
    cairn_bootstrap how = {2000, .95, 3};
    cairn_interval d, same, x, y;
    assert_int_equal(cairn_stat_bootstrap_sums_paired(ctx, tallies[0], b[0], &groups, 1, 2, share, 1, NULL, &how, &d),
                     CAIRN_OK);
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, tallies[0], &groups, 1, 2, share, 1, NULL, &how, &x), CAIRN_OK);
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, b[0], &groups, 1, 2, share, 1, NULL, &how, &y), CAIRN_OK);
    assert_near(d.estimate, y.estimate - x.estimate, 1e-15);
    assert_true(d.low >= 0 && d.high - d.low < y.high - x.low);
    assert_int_equal(cairn_stat_bootstrap_sums_paired(ctx, b[0], b[0], &groups, 1, 2, share, 1, NULL, &how, &same),
                     CAIRN_OK);
    assert_true(same.estimate == 0 && same.low == 0 && same.high == 0);
}

/* Two of three groups have no items: 8 of 27 draws are of these alone. */
static void test_undefined_resamples_are_left_out_and_counted(void **state) {
    (void)state;
    double sparse[][2] = {{0, 0}, {1, 1}, {0, 0}}, never[][2] = {{0, 0}, {0, 0}};
    size_t three = 3, two = 2;
    cairn_bootstrap how = {20000, .95, 5};
    cairn_interval out;
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, sparse[0], &three, 1, 2, share, 1, NULL, &how, &out), CAIRN_OK);
    assert_true(out.estimate == 1 && out.low == 1 && out.high == 1);
    assert_near(out.left_out / 20000.0, 8 / 27.0, .015);
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, never[0], &two, 1, 2, share, 1, NULL, &how, &out), CAIRN_OK);
    assert_true(isnan(out.estimate) && isnan(out.low) && isnan(out.high));
}

static void share_of_items(void *arg, const uint32_t *index, size_t n, double *out) {
    const double *t = arg;
    double sums[2] = {0};
    for (size_t i = 0; i < n; i++) sums[0] += t[2 * index[i]], sums[1] += t[2 * index[i] + 1];
    share(NULL, sums, out);
}

/* Enough work for several threads; the direct form has one. */
static void test_threads_do_not_change_the_interval(void **state) {
    (void)state;
    enum { GROUPS = 3000 };
    double *t = calloc(2 * GROUPS, sizeof *t);
    size_t groups = GROUPS;
    cairn_rng rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_EVAL, 0, 0);
    assert_non_null(t);
    for (size_t g = 0; g < GROUPS; g++) {
        t[2 * g + 1] = 1 + cairn_rng_below(&rng, 5);
        t[2 * g] = cairn_rng_below(&rng, (uint32_t)t[2 * g + 1] + 1);
    }
    cairn_bootstrap how = {500, .95, 11};
    cairn_interval many, one;
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, t, &groups, 1, 2, share, 1, NULL, &how, &many), CAIRN_OK);
    assert_int_equal(cairn_stat_bootstrap_many(ctx, GROUPS, 1, share_of_items, t, &how, &one), CAIRN_OK);
    assert_near(many.low, one.low, 0);
    assert_near(many.high, one.high, 0);
    free(t);
}

enum { WIDE = 7, MANY = 1300 };

static void all_columns(const void *arg, const double *sums, double *out) {
    (void)arg;
    for (int w = 0; w < WIDE; w++) out[w] = sums[w];
}

static void one_column(const void *arg, const double *sums, double *out) {
    (void)arg;
    out[0] = sums[0];
}

static void test_every_column_is_summed_as_it_would_be_alone(void **state) {
    (void)state;
    static double wide[MANY][WIDE], alone[MANY];
    size_t groups = MANY;
    cairn_rng rng = cairn_rng_open(5, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    for (size_t g = 0; g < MANY; g++)
        for (int w = 0; w < WIDE; w++) wide[g][w] = cairn_rng_normal(&rng);
    cairn_bootstrap how = {40, .9, 2};
    cairn_interval all[WIDE], one;
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, wide[0], &groups, 1, WIDE, all_columns, WIDE, NULL, &how, all),
                     CAIRN_OK);
    for (int w = 0; w < WIDE; w++) {
        for (size_t g = 0; g < MANY; g++) alone[g] = wide[g][w];
        assert_int_equal(cairn_stat_bootstrap_sums(ctx, alone, &groups, 1, 1, one_column, 1, NULL, &how, &one),
                         CAIRN_OK);
        assert_near(all[w].estimate, cairn_stat_sum(alone, MANY), 1e-10);
        assert_near(all[w].low, one.low, 0);
        assert_near(all[w].high, one.high, 0);
    }
}

static void test_what_cannot_be_resampled_is_refused(void **state) {
    (void)state;
    size_t seven = 7, with_empty[] = {7, 0};
    double bad[][2] = {{1, 1}, {NAN, 1}};
    size_t two = 2;
    cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET, none = {0, .95, 0}, level = {10, 1, 0};
    cairn_interval out;
    const double *t = tallies[0];
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, t, with_empty, 2, 2, shares, 1, NULL, &how, &out), CAIRN_INVALID);
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, t, &seven, 0, 2, share, 1, NULL, &how, &out), CAIRN_INVALID);
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, t, &seven, 1, 0, share, 1, NULL, &how, &out), CAIRN_INVALID);
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, t, &seven, 1, 2, share, 0, NULL, &how, &out), CAIRN_INVALID);
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, t, &seven, 1, 2, share, 1, NULL, &none, &out), CAIRN_INVALID);
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, t, &seven, 1, 2, share, 1, NULL, &level, &out), CAIRN_INVALID);
    assert_int_equal(cairn_stat_bootstrap_sums(ctx, bad[0], &two, 1, 2, share, 1, NULL, &how, &out), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "bootstrap: tally 0 of group 1 is not finite");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_give_what_the_statistic_itself_gives),
        cmocka_unit_test(test_groups_stay_in_their_stratum),
        cmocka_unit_test(test_paired_systems_are_drawn_together),
        cmocka_unit_test(test_undefined_resamples_are_left_out_and_counted),
        cmocka_unit_test(test_threads_do_not_change_the_interval),
        cmocka_unit_test(test_every_column_is_summed_as_it_would_be_alone),
        cmocka_unit_test(test_what_cannot_be_resampled_is_refused),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
