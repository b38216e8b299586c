/* Which responses and groups are kept: by consistency (arXiv 2509.03403), by the spread of outcomes (2502.01456,
 * 2503.14476), without truncated ones. */
/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "credit_fixture.h"

/* ---- consistency --------------------------------------------------------------------------------------------------- */

static batch *counted(int right, int wrong) {
    batch *b = batch_new();
    for (int i = 0; i < right + wrong; i++) add_response(b, 3, i < right);
    return b;
}

static void selection_balances_right_and_wrong(void **state) {
    const struct { int right, wrong, keep_right, keep_wrong; } cases[] = {{5, 3, 2, 2}, {1, 7, 1, 3}, {8, 0, 4, 0}};
    const char *sides[] = {"both", "correct", "incorrect", "random"};
    for (int i = 0; i < 3; i++)
        for (int s = 0; s < 4; s++) {
            char spec[40];
            snprintf(spec, sizeof spec, "prof:side=%s", sides[s]);
            batch *b = counted(cases[i].right, cases[i].wrong);
            credits *c = run_spec(*state, spec, b);
            int kept[2] = {0, 0};
            for (int k = 0; k < b->n; k++) kept[k < cases[i].right] += c->keep[k];
            assert_int_equal(kept[1], cases[i].keep_right);
            assert_int_equal(kept[0], cases[i].keep_wrong);
            assert_int_equal(c->stats.dropped_right, cases[i].right - cases[i].keep_right);
            assert_int_equal(c->stats.dropped_wrong, cases[i].wrong - cases[i].keep_wrong);
            free(c), free(b);
        }
}

/* Of the right ones ceil((5 - 3 + 5) / 2) = 4 leave. */
static void an_odd_number_to_keep_leaves_one_more_wrong(void **state) {
    batch *b = counted(5, 3);
    credits *c = run_spec(*state, "prof:keep=3", b);
    assert_int_equal(c->stats.dropped_right, 4);
    assert_int_equal(c->stats.dropped_wrong, 1);
    const uint8_t want[] = {1, 0, 0, 0, 0, 1, 1, 0}; /* of equal ones the later leaves */
    assert_memory_equal(c->keep, want, 8);
    free(c), free(b);
}

static void a_single_right_response_is_never_left_out(void **state) {
    batch *b = counted(1, 8);
    credits *c = run_spec(*state, "prof:keep=5", b);
    assert_int_equal(c->keep[0], 1);
    assert_int_equal(c->stats.kept_responses, 5);
    free(c), free(b);
}

static void a_response_without_an_outcome_is_on_neither_side(void **state) {
    batch *b = counted(2, 2);
    add_response(b, 3, NAN);
    credits *c = run_spec(*state, "prof", b);
    assert_int_equal(c->stats.kept_responses, 4);
    assert_int_equal(c->stats.dropped_wrong, 0);
    assert_int_equal(c->keep[4], 0);
    free(c), free(b);
}

static void selection_at_random_changes_with_the_iteration(void **state) {
    cairn_credit_plan plan = plan_of(*state, "prof:side=random");
    batch *b = counted(8, 8);
    credits *first = run_plan(*state, &plan, b, 0);
    int moved = 0;
    for (int i = 1; i < 8; i++) {
        credits *c = run_plan(*state, &plan, b, i);
        moved += memcmp(c->keep, first->keep, 16) != 0;
        free(c);
    }
    assert_true(moved >= 5);
    free(first), free(b);
}

/* c = 2 (score - mean) - penalty: 1.4 ahead by its score, 1 or 1.5 back by the penalty. */
static void a_penalty_weighs_against_twice_the_score(void **state) {
    const char *specs[] = {"prof:keep=2,lambda=1,steps-high=3", "prof:keep=2,lambda=1.5,steps-high=3"};
    for (int i = 0; i < 2; i++) {
        const double good[] = {0.9, 0.9, 0.9, 0.9}, poor[] = {0.2, 0.2, 0.2};
        batch *b = batch_new();
        add_scored(b, 1, 4, good);
        add_scored(b, 1, 3, poor);
        add_scored(b, 0, 3, poor);
        credits *c = run_spec(*state, specs[i], b);
        assert_int_equal(c->keep[0], i == 0);
        assert_int_equal(c->keep[1], i == 1);
        free(c), free(b);
    }
}

/* Five steps of one score each. */
static batch *of_means(int32_t first_steps) {
    const double means[] = {0.9, 0.8, 0.7, 0.6, 0.5, 0.2, 0.4, 0.6};
    batch *b = batch_new();
    for (int i = 0; i < 8; i++) {
        int32_t n = i == 0 ? first_steps : 5;
        double q[5] = {means[i], means[i], means[i], means[i], means[i]};
        add_scored(b, i < 5, n, q);
    }
    return b;
}

static void right_responses_stay_by_high_scores_and_wrong_ones_by_low(void **state) {
    batch *b = of_means(5);
    credits *c = run_spec(*state, "prof", b);
    const uint8_t want[] = {1, 1, 0, 0, 0, 1, 1, 0};
    assert_memory_equal(c->keep, want, 8);
    assert_near(c->A[0], 0.866024, 1e-6);
    assert_near(c->A[5], 0.866024, 1e-6);
    assert_near(c->A[25], -0.866024, 1e-6);
    assert_near(c->A[10], 0, 0);
    free(c), free(b);
}

static void too_few_steps_leave_before_low_scores(void **state) {
    batch *b = of_means(1);
    credits *c = run_spec(*state, "prof", b);
    const uint8_t want[] = {0, 1, 1, 0, 0, 1, 1, 0};
    assert_memory_equal(c->keep, want, 8);
    free(c), free(b);
}

/* By the paper's equation a wrong response with too few steps is kept before others. */
static void the_papers_penalty_has_the_sign_of_the_outcome(void **state) {
    for (int paper = 0; paper < 2; paper++) {
        batch *b = batch_new();
        const double q[] = {0.9, 0.9, 0.9};
        for (int i = 0; i < 6; i++) add_scored(b, 0, i == 5 ? 1 : 3, q);
        credits *c = run_spec(*state, paper ? "prof:variant=paper" : "prof", b);
        assert_int_equal(c->keep[5], paper);
        free(c), free(b);
    }
}

/* ---- spread -------------------------------------------------------------------------------------------------------- */

static void groups_outside_the_spread_are_left_out_and_counted(void **state) {
    batch *b = batch_new();
    for (int g = 0; g < 4; g++) { /* 0, 2, 4 of 4 right; 2 of 4 with a truncated response */
        next_group(b);
        for (int i = 0; i < 4; i++) add_response(b, 1, g == 3 ? i < 2 : i < 2 * g);
    }
    b->y[15].truncated = true;
    credits *c = run_spec(*state, "prime:truncated=false", b);
    assert_int_equal(c->stats.too_hard, 1);
    assert_int_equal(c->stats.too_easy, 1);
    assert_int_equal(c->stats.too_long, 1);
    assert_int_equal(c->stats.kept_groups, 1);
    assert_int_equal(c->stats.kept_responses, 4);
    for (int i = 0; i < 16; i++) assert_int_equal(c->keep[i], i >= 4 && i < 8);
    free(c), free(b);
}

static void groups_that_agree_are_outside_an_open_spread(void **state) {
    batch *b = batch_new();
    for (int g = 0; g < 4; g++) { /* 0, 1, 2 of 2 right; none known */
        next_group(b);
        for (int i = 0; i < 2; i++) add_response(b, 1, g == 3 ? NAN : i < g);
    }
    credits *c = run_spec(*state, "dapo:budget=0", b);
    assert_int_equal(c->stats.too_hard, 1);
    assert_int_equal(c->stats.too_easy, 1);
    assert_int_equal(c->stats.kept_groups, 1);
    free(c);
    c = run_spec(*state, "prime", b); /* its token rewards alone do not keep a group */
    assert_int_equal(c->stats.kept_groups, 1);
    free(c), free(b);
}

static void a_batch_of_which_nothing_is_kept_is_a_normal_result(void **state) {
    batch *b = batch_new();
    for (int i = 0; i < 4; i++) add_response(b, 2, 1);
    credits *c = run_spec(*state, "prime", b);
    for (int t = 0; t < 8; t++) assert_near(c->A[t], 0, 0);
    assert_int_equal(c->stats.kept_groups, 0);
    assert_true(isnan(c->stats.mean_return) && isnan(c->stats.mean_outcome));
    free(c), free(b);
}

static void truncated_responses_are_in_no_statistic(void **state) {
    cairn_credit_plan plan = plan_of(*state, "dr-grpo");
    plan.mask_truncated = true;
    batch *b = batch_new();
    const double o[] = {1, 0, 1};
    for (int i = 0; i < 3; i++) add_response(b, 1, o[i]);
    b->y[2].truncated = true;
    credits *c = run_plan(*state, &plan, b, 0);
    const double want[] = {0.5, -0.5, 0};
    assert_all_near(c->A, want, 3, 1e-12);
    assert_int_equal(c->keep[2], 0);
    free(c), free(b);
}

static int open_ctx(void **state) {
    return cairn_ctx_open((cairn_ctx **)state) != CAIRN_OK;
}

static int close_ctx(void **state) {
    cairn_ctx_close(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selection_balances_right_and_wrong),
        cmocka_unit_test(an_odd_number_to_keep_leaves_one_more_wrong),
        cmocka_unit_test(a_single_right_response_is_never_left_out),
        cmocka_unit_test(a_response_without_an_outcome_is_on_neither_side),
        cmocka_unit_test(selection_at_random_changes_with_the_iteration),
        cmocka_unit_test(a_penalty_weighs_against_twice_the_score),
        cmocka_unit_test(right_responses_stay_by_high_scores_and_wrong_ones_by_low),
        cmocka_unit_test(too_few_steps_leave_before_low_scores),
        cmocka_unit_test(the_papers_penalty_has_the_sign_of_the_outcome),
        cmocka_unit_test(groups_outside_the_spread_are_left_out_and_counted),
        cmocka_unit_test(groups_that_agree_are_outside_an_open_spread),
        cmocka_unit_test(a_batch_of_which_nothing_is_kept_is_a_normal_result),
        cmocka_unit_test(truncated_responses_are_in_no_statistic),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
