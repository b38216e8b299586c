/* The number of a response: gated thinking scores (arXiv 2508.05170), trust (2505.17018), thinking among right responses
 * (2603.26535), length (2503.14476); noisy and repaired outcomes, reasoning patterns (2505.22653). */
/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "credit_fixture.h"

/* ---- thinking scores ----------------------------------------------------------------------------------------------- */

static batch *thinking(int32_t n, const double *outcome, const double *think) {
    batch *b = batch_new();
    for (int32_t i = 0; i < n; i++) {
        cairn_trajectory *y = add_response(b, 1, outcome[i]);
        y->think = think[i], y->format = 1;
    }
    return b;
}

static void the_gate_pays_for_thinking_in_right_responses_only(void **state) {
    const double o[] = {1, 1, 0}, t[] = {0.8, 0.4, 0.9}, R[] = {2.8, 2.4, 1.0}, A[] = {0.775879, 0.352672, -1.128552};
    batch *b = thinking(3, o, t);
    credits *c = run_spec(*state, "gated", b);
    assert_all_near(c->scalar, R, 3, 1e-12);
    assert_all_near(c->A, A, 3, 1e-6);
    free(c);
    c = run_spec(*state, "ungated", b);
    assert_near(c->scalar[2], 1.9, 1e-12);
    free(c), free(b);
}

static void a_share_of_passed_tests_does_not_open_the_gate(void **state) {
    const double o[] = {0.5, 0}, t[] = {0.9, NAN};
    batch *b = thinking(2, o, t);
    credits *c = run_spec(*state, "gated", b);
    assert_near(c->scalar[0], 1.5, 0);
    assert_near(c->scalar[1], 1, 0);
    free(c), free(b);
}

static void the_gate_orders_groups_that_are_all_right(void **state) {
    const double o[] = {1, 1, 1, 1}, t[] = {0.2, 0.4, 0.6, 0.8}, A[] = {-1.161891, -0.387297, 0.387297, 1.161891};
    batch *b = thinking(4, o, t);
    credits *c = run_spec(*state, "gated", b);
    assert_all_near(c->A, A, 4, 1e-6);
    free(c);
    c = run_spec(*state, "grpo", b);
    for (int i = 0; i < 4; i++) assert_near(c->A[i], 0, 0);
    assert_int_equal(c->stats.flat_groups, 1);
    free(c), free(b);
}

static void trust_falls_where_wrong_answers_think_better(void **state) {
    const double o[] = {1, 1, 0, 0}, t[] = {0.2, 0.4, 0.9, 0.7}, R[] = {1.036392, 1.072784, 0.163763, 0.127371};
    const double A[] = {0.830688, 0.899973, -0.830688, -0.899973};
    cairn_credit_plan plan = plan_of(*state, "trust:mode=paper");
    batch *b = thinking(4, o, t);
    credits *c = run_plan(*state, &plan, b, 0);
    assert_near(c->stats.trust, 0.606531, 1e-6);
    assert_all_near(c->scalar, R, 4, 1e-6);
    assert_all_near(c->A, A, 4, 1e-6);
    free(c);
    c = run_plan(*state, &plan, b, 1500); /* iteration T */
    assert_near(c->scalar[0], 1.013388, 1e-6);
    free(c);
    c = run_spec(*state, "trust:mode=paper,trusting=true", b);
    assert_near(c->scalar[0], 1.06, 1e-12);
    free(c), free(b);
}

static void trust_is_the_exponential_of_the_gap(void **state) {
    const double gaps[] = {0.713, 0.30, 0.80}, gamma[] = {0.490, 0.741, 0.449};
    for (int i = 0; i < 3; i++) {
        const double o[] = {1, 0}, t[] = {0.1, 0.1 + gaps[i]};
        batch *b = thinking(2, o, t);
        credits *c = run_spec(*state, "trust", b);
        assert_near(c->stats.trust, gamma[i], 5e-4);
        free(c), free(b);
    }
}

static void a_group_without_a_right_answer_trusts_by_mode(void **state) {
    const double o[] = {0, 0}, t[] = {0.2, 0.9}, paper[] = {0.06, 0.27}, none[] = {0, 0};
    batch *b = thinking(2, o, t);
    const char *specs[] = {"trust:mode=paper", "trust:mode=code", "trust:mode=safe"};
    for (int i = 0; i < 3; i++) {
        credits *c = run_spec(*state, specs[i], b);
        assert_all_near(c->scalar, i ? none : paper, 2, 1e-12);
        free(c);
    }
    free(b);
}

/* The released code: no thinking score below an outcome of 0.2, none where all agree, a missing side has mean 0. */
static void trust_as_the_code_has_it(void **state) {
    const double o[] = {0.9, 0.3, 0.1}, t[] = {0.2, 0.8, 0.9}, gamma = exp(0.2 - 0.4);
    const double want[] = {0.9 + gamma * 0.3 * 0.2, 0.3 + gamma * 0.3 * 0.8, 0.1};
    batch *b = thinking(3, o, t);
    credits *c = run_spec(*state, "trust:mode=code", b);
    assert_all_near(c->scalar, want, 3, 1e-12);
    free(c), free(b);
    const double right[] = {1, 0.8}, agreed[] = {1, 0.95}, think[] = {0.5, 0.6}, paid[] = {1.15, 0.98};
    b = thinking(2, right, think);
    c = run_spec(*state, "trust:mode=code", b);
    assert_all_near(c->scalar, paid, 2, 1e-12);
    free(c), free(b);
    b = thinking(2, agreed, think);
    c = run_spec(*state, "trust:mode=code", b);
    assert_all_near(c->scalar, agreed, 2, 0);
    free(c), free(b);
}

static void an_unknown_thinking_score_is_neither_rewarded_nor_averaged(void **state) {
    const double o[] = {1, 1, 0, 0}, t[] = {0.3, NAN, 0.8, NAN};
    batch *b = thinking(4, o, t);
    credits *c = run_spec(*state, "trust:mode=paper", b);
    assert_near(c->stats.trust, 0.606531, 1e-6);
    assert_near(c->scalar[1], 1, 0);
    assert_int_equal(c->stats.unknown_thinks, 2);
    free(c), free(b);
}

static void rewards_of_thinking_are_compared_among_right_responses(void **state) {
    batch *b = batch_new();
    const double o[] = {1, 1, 0, 0}, t[] = {0.8, 0.4, 0.9, NAN};
    for (int i = 0; i < 4; i++) add_response(b, 1, o[i])->think = t[i];
    credits *c = run_spec(*state, "papo:epsilon=0", b);
    double a = sqrt(0.75), p = sqrt(0.5);
    const double want[] = {a + p, a - p, -a, -a};
    assert_all_near(c->A, want, 4, 1e-12);
    free(c), free(b);
}

/* Each reward is compared among the responses that have it. */
static void an_unknown_reward_is_left_out_of_its_own_stream(void **state) {
    batch *b = batch_new();
    const double o[] = {1, 0, 1}, f[] = {1, 0, NAN}, t[] = {NAN, 0.25, 0.75};
    for (int i = 0; i < 3; i++) {
        cairn_trajectory *y = add_response(b, 1, o[i]);
        y->format = f[i], y->think = t[i];
    }
    cairn_credit_plan plan = plan_of(*state, "gdpo:think=1,epsilon=0");
    plan.whiten = false;
    credits *c = run_plan(*state, &plan, b, 0);
    double a = sqrt(1. / 3), half = sqrt(0.5);
    const double want[] = {a + half, -2 * a - half - half, a + half};
    assert_all_near(c->A, want, 3, 1e-12);
    assert_int_equal(c->stats.unknown_thinks, 1);
    free(c), free(b);
}

/* ---- step scores and length ---------------------------------------------------------------------------------------- */

static void a_blend_adds_the_mean_of_the_known_scores(void **state) {
    const double q[] = {0.9, NAN, 0.3}, none[] = {NAN, NAN};
    batch *b = batch_new();
    add_scored(b, 1, 3, q);
    add_scored(b, 0, 3, q);
    add_scored(b, 1, 2, none);
    credits *c = run_spec(*state, "blend:epsilon=0", b);
    const double want[] = {1.48, 0.48};
    assert_all_near(c->scalar, want, 2, 1e-12);
    assert_near(c->A[0], sqrt(0.5), 1e-12);
    assert_true(isnan(c->scalar[2]) && !c->keep[2]); /* unknown, not 0 */
    assert_int_equal(c->stats.unknown_scores, 4);
    free(c), free(b);
}

static void overlong_responses_lose_up_to_one(void **state) {
    batch *b = batch_new();
    for (int n = 3; n <= 9; n++) add_response(b, n, 1);
    b->y[0].outcome = 0;
    credits *c = run_spec(*state, "dapo:budget=8,buffer=4", b);
    const double want[] = {0, 1, 0.75, 0.5, 0.25, 0, 0};
    assert_all_near(c->scalar, want, 7, 1e-12);
    free(c), free(b);
}

/* ---- noisy outcomes ------------------------------------------------------------------------------------------------ */

static void a_flipped_group_has_the_opposite_advantages(void **state) {
    batch *b = batch_new();
    for (int i = 0; i < 4; i++) add_response(b, 1, i == 0);
    credits *c = run_spec(*state, "flip:rate=0,estimator=rloo,whiten=false", b);
    assert_near(c->A[0], 1, 1e-12);
    free(c);
    c = run_spec(*state, "flip:rate=1,estimator=rloo,whiten=false", b);
    assert_near(c->A[0], -1, 1e-12);
    assert_int_equal(c->stats.flipped, 4);
    free(c), free(b);
}

/* E[A_1] = (1 - 2 p) A_1 = 0.2; the mean of n signs has deviation sqrt(0.96 / n). */
static void flips_shrink_the_expected_advantage(void **state) {
    const char *specs[] = {"flip:rate=0.4,estimator=rloo,whiten=false",
                           "flip:rate=0.4,estimator=rloo,whiten=false,scope=response"};
    enum { ITERATIONS = 20000 };
    for (int s = 0; s < 2; s++) {
        cairn_credit_plan plan = plan_of(*state, specs[s]);
        batch *b = batch_new();
        for (int i = 0; i < 4; i++) add_response(b, 1, i == 0);
        double sum = 0;
        for (int i = 0; i < ITERATIONS; i++) {
            credits *c = run_plan(*state, &plan, b, i);
            sum += c->A[0];
            free(c);
        }
        assert_near(sum / ITERATIONS, 0.2, 5 * sqrt(0.96 / ITERATIONS));
        free(b);
    }
}

static void fixed_flips_are_the_same_in_every_iteration(void **state) {
    cairn_credit_plan plan = plan_of(*state, "flip:rate=0.5,fixed=true,scope=response,estimator=rloo,whiten=false");
    batch *b = batch_new();
    for (int i = 0; i < 8; i++) add_response(b, 1, i < 3);
    credits *first = run_plan(*state, &plan, b, 0);
    int moved = 0;
    for (int i = 1; i < 8; i++) {
        credits *c = run_plan(*state, &plan, b, i);
        assert_memory_equal(c->A, first->A, sizeof c->A);
        free(c);
        plan.flip_fixed = false;
        c = run_plan(*state, &plan, b, i);
        moved += memcmp(c->A, first->A, sizeof c->A) != 0;
        free(c);
        plan.flip_fixed = true;
    }
    assert_true(moved > 3);
    free(first), free(b);
}

static void calibration_raises_low_outcomes_only(void **state) {
    const double s[] = {0.3, 0.5, 0.97, 0.49, 0.3}, pattern[] = {0.5, 0.5, 0.5, 1, NAN};
    const double want[] = {0.35, 0.5, 0.97, 0.59};
    batch *b = batch_new();
    for (int i = 0; i < 5; i++) add_response(b, 1, s[i])->pattern = pattern[i];
    credits *c = run_spec(*state, "calibrate:estimator=rloo", b);
    assert_all_near(c->scalar, want, 4, 1e-12);
    assert_true(isnan(c->scalar[4]));
    assert_int_equal(c->keep[4], 0);
    free(c);
    c = run_spec(*state, "pattern:estimator=rloo", b);
    assert_all_near(c->scalar, pattern, 4, 0);
    free(c), free(b);
}

/* ---- reasoning patterns -------------------------------------------------------------------------------------------- */

static double pattern_of(cairn_ctx *ctx, const char *text, double unit) {
    int32_t n;
    const char *const *phrases = cairn_credit_phrases(&n);
    double score;
    assert_int_equal(n, 40);
    assert_int_equal(cairn_credit_pattern_score(ctx, text, strlen(text), phrases, n, unit, 20, &score), CAIRN_OK);
    return score;
}

static void phrases_of_reasoning_count_once_each(void **state) {
    assert_near(pattern_of(*state, "First, I need to. Therefore x", 1.0 / 40), 0.075, 1e-12);
    assert_near(pattern_of(*state, "First, I need to. Therefore x", 1.0 / 20), 0.15, 1e-12);
    assert_near(pattern_of(*state, "WAIT wait wait", 1.0 / 40), 0.025, 1e-12);
    assert_near(pattern_of(*state, "enthusiasm", 1.0 / 40), 0.025, 1e-12); /* a known fault of the published rule */
    assert_near(pattern_of(*state, "", 1), 0, 0);
    assert_near(pattern_of(*state, "wait, thus, hence", 0.5), 1, 0);
}

static void repetition_is_the_share_of_runs_that_come_again(void **state) {
    const struct {
        const char *text;
        int32_t n;
        double share;
    } cases[] = {
        {"a b a b a", 2, 0.5}, {"a b  a\tb\na", 2, 0.5}, {"a b c", 2, 0},         {"a", 2, 0}, {"", 1, 0}, {" ", 1, 0},
        {"a a a a", 1, 0.25},  {"a a a a", 2, 1. / 3},   {"a b c a b c", 3, 0.25}};
    double share;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cairn_credit_repetition(*state, cases[i].text, strlen(cases[i].text), cases[i].n, &share),
                         CAIRN_OK);
        assert_near(share, cases[i].share, 1e-12);
    }
    assert_int_equal(cairn_credit_repetition(*state, "a", 1, 0, &share), CAIRN_INVALID);
    /* a loop is one run that comes again, but nearly all of the text */
    assert_int_equal(cairn_credit_repeats(*state, "a a a a a", 9, 2, &share), CAIRN_OK);
    assert_near(share, 0.75, 1e-12);
    assert_int_equal(cairn_credit_repeats(*state, "a b a b a", 9, 2, &share), CAIRN_OK);
    assert_near(share, 0.5, 1e-12);
    assert_int_equal(cairn_credit_repeats(*state, "a", 1, 0, &share), CAIRN_INVALID);
    double score;
    assert_int_equal(
        cairn_credit_pattern_score(*state, "wait a a a", 10, (const char *const[]){"wait"}, 1, 1, 1, &score), CAIRN_OK);
    assert_near(score, 0.75, 1e-12);
    assert_int_equal(cairn_credit_pattern_score(*state, "a", 1, NULL, 0, NAN, 1, &score), CAIRN_INVALID);
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
        cmocka_unit_test(the_gate_pays_for_thinking_in_right_responses_only),
        cmocka_unit_test(a_share_of_passed_tests_does_not_open_the_gate),
        cmocka_unit_test(the_gate_orders_groups_that_are_all_right),
        cmocka_unit_test(trust_falls_where_wrong_answers_think_better),
        cmocka_unit_test(trust_is_the_exponential_of_the_gap),
        cmocka_unit_test(a_group_without_a_right_answer_trusts_by_mode),
        cmocka_unit_test(trust_as_the_code_has_it),
        cmocka_unit_test(an_unknown_thinking_score_is_neither_rewarded_nor_averaged),
        cmocka_unit_test(rewards_of_thinking_are_compared_among_right_responses),
        cmocka_unit_test(an_unknown_reward_is_left_out_of_its_own_stream),
        cmocka_unit_test(a_blend_adds_the_mean_of_the_known_scores),
        cmocka_unit_test(overlong_responses_lose_up_to_one),
        cmocka_unit_test(a_flipped_group_has_the_opposite_advantages),
        cmocka_unit_test(flips_shrink_the_expected_advantage),
        cmocka_unit_test(fixed_flips_are_the_same_in_every_iteration),
        cmocka_unit_test(calibration_raises_low_outcomes_only),
        cmocka_unit_test(phrases_of_reasoning_count_once_each),
        cmocka_unit_test(repetition_is_the_share_of_runs_that_come_again),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
