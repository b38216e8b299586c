/* Token rewards and turns: implicit rewards centred after or before their sum (arXiv 2502.01456), actions of agents
 * (2509.19199), steps from one state (2505.10978), log-ratios to a reference, targets of a critic. */
/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "credit_fixture.h"

/* ---- implicit rewards ---------------------------------------------------------------------------------------------- */

static batch *implicit(void) {
    const double r[2][2] = {{0.2, 0.1}, {-0.1, -0.3}};
    batch *b = batch_new();
    for (int i = 0; i < 2; i++) {
        add_response(b, 2, i == 0);
        memcpy(b->tokens[i], r[i], sizeof r[i]);
    }
    return b;
}

static void token_rewards_are_centred_after_or_before_their_sum(void **state) {
    const struct {
        const char *spec;
        double A[4];
    } cases[] = {
        {"prime:whiten=false", {1.70, 1.50, -1.70, -1.60}},
        {"prime:whiten=false,centre=paper", {1.70, 1.30, -1.70, -1.45}},
        {"prime:whiten=false,centre=code", {1.70, 1.25, -1.70, -1.55}},
        {"prime:whiten=true,centre=code", {0.98598, 0.73602, -0.90266, -0.81934}},
    };
    batch *b = implicit();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        credits *c = run_spec(*state, cases[i].spec, b);
        assert_all_near(c->A, cases[i].A, 4, 1e-5);
        free(c);
    }
    free(b);
}

static void a_batch_is_scaled_by_its_greatest_return(void **state) {
    /* Returns of the scaled rewards 0.5, 0.25 and -0.25, -0.75. */
    const double want[] = {0.75, 0.25, -1, -0.75};
    cairn_credit_plan plan = plan_of(*state, "prime:scale=true,whiten=false");
    plan.streams[0].weight = 0;
    plan.streams[1].estimator = CAIRN_ESTIMATE_NONE;
    batch *b = implicit();
    credits *c = run_plan(*state, &plan, b, 0);
    assert_all_near(c->A, want, 4, 1e-5);
    memset(b->tokens, 0, sizeof b->tokens);
    free(c);
    c = run_plan(*state, &plan, b, 0);
    for (int i = 0; i < 4; i++) assert_near(c->A[i], 0, 0);
    free(c), free(b);
}

static void leave_one_out_of_four_outcomes(void **state) {
    const double o[] = {1, 0, 0, 1}, want[] = {2. / 3, -2. / 3, -2. / 3, 2. / 3};
    batch *b = batch_new();
    for (int i = 0; i < 4; i++) add_response(b, 1, o[i]);
    credits *c = run_spec(*state, "rloo", b);
    assert_all_near(c->A, want, 4, 1e-12);
    free(c), free(b);
}

/* One logit decides after every step whether to go on; reward 1 a step; at most 6 steps. All pairs of lengths, their
 * probabilities and the derivatives of their log-probabilities are known, so the expected gradient is a sum. */
static double expected_gradient(cairn_ctx *ctx, const char *spec) {
    enum { MOST = 6 };
    const double go = 0.3;
    double sum = 0;
    cairn_credit_plan plan = plan_of(ctx, spec);
    for (int32_t a = 1; a <= MOST; a++)
        for (int32_t other = 1; other <= MOST; other++) {
            batch *b = batch_new();
            const int32_t length[] = {a, other};
            double p = 1;
            for (int i = 0; i < 2; i++) {
                add_response(b, length[i], 0);
                for (int32_t t = 0; t < length[i]; t++) b->tokens[i][t] = 1;
                for (int32_t t = 0; t < length[i] && t < MOST - 1; t++) p *= t < length[i] - 1 ? go : 1 - go;
            }
            credits *c = run_plan(ctx, &plan, b, 0);
            /* The decision after step t is taken at token t, and is worth what comes after: the return of t + 1. */
            for (int i = 0, at = 0; i < 2; at += length[i++])
                for (int32_t t = 0; t < length[i] && t < MOST - 1; t++) {
                    bool goes_on = t < length[i] - 1;
                    double slope = goes_on ? 1 - go : -go; /* d log p / d logit */
                    sum += p * slope * c->A[at + t] / 2;
                }
            free(c), free(b);
        }
    return sum;
}

static void centring_before_the_sum_takes_the_gradient_away(void **state) {
    /* d/d logit of 1 + go + ... + go^5, with d go / d logit = go (1 - go). */
    double go = 0.3, derivative = 0;
    for (int k = 1; k < 6; k++) derivative += k * pow(go, k - 1) * go * (1 - go);
    assert_near(derivative, 0.423885, 1e-6);
    const char *after = "prime:low=-1,high=1,whiten=false", *before = "prime:low=-1,high=1,whiten=false,centre=paper";
    assert_near(expected_gradient(*state, after), 0.423885, 1e-6);
    assert_near(expected_gradient(*state, before), 0, 1e-12);
}

/* ---- agents -------------------------------------------------------------------------------------------------------- */

static void actions_are_compared_with_all_actions_of_the_group(void **state) {
    const double t1[] = {0.4, 0.2}, t2[] = {0, -0.1, -0.5};
    const double want[] = {1.88664, 1.29687, -0.70711, -1.00199, -2.18153};
    batch *b = batch_new();
    add_scored(b, 1, 2, t1);
    add_scored(b, 0, 3, t2);
    credits *c = run_spec(*state, "oprl:epsilon=0", b);
    assert_all_near(c->A, want, 5, 1e-5);
    free(c), free(b);
}

/* An action of several tokens counts once. */
static void long_actions_weigh_no_more_than_short_ones(void **state) {
    const double t1[] = {0.4, 0.2}, t2[] = {0, -0.1, -0.5};
    batch *b = batch_new();
    add_scored(b, 1, 2, t1);
    cairn_trajectory *y = add_scored(b, 0, 3, t2);
    y->n_tokens = 6, b->ends[1][0] = 3, b->ends[1][1] = 4, b->ends[1][2] = 5;
    for (int t = 0; t < 6; t++) b->drawn[1][t] = 1;
    const double want[] = {1.88664, 1.29687, -0.70711, -0.70711, -0.70711, -0.70711, -1.00199, -2.18153};
    credits *c = run_spec(*state, "oprl:epsilon=0", b);
    assert_all_near(c->A, want, 8, 1e-5);
    free(c), free(b);
}

/* Steps 1 and 2 of both responses start from one state each; gamma 0.5 a step. */
static void steps_from_one_state_are_a_group(void **state) {
    batch *b = batch_new();
    add_response(b, 2, 1);
    add_response(b, 3, 1);
    const uint64_t states[2][3] = {{10, 11}, {10, 12, 11}};
    for (int i = 0; i < 2; i++) memcpy(b->states[i], states[i], sizeof states[i]);
    credits *c = run_spec(*state, "gigpo:gamma=0.5,epsilon=0", b);
    double a = sqrt(0.5); /* 0.5 against 0.25 from state 10; 1 against 1 from state 11; 12 was seen once */
    const double want[] = {a, 0, -a, 0, 0};
    assert_all_near(c->A, want, 5, 1e-12);
    free(c), free(b);
}

/* ---- critics and references ---------------------------------------------------------------------------------------- */

/* exp(-x) + x - 1 of x = 0.5 and 0.2; of x = -20 it is cut to 10. */
static void log_ratios_are_taken_off_the_reward(void **state) {
    batch *b = batch_new();
    add_response(b, 3, 1);
    const double logp[] = {-1, -1, -21}, ref[] = {-1.5, -1.2, -1}, k1[] = {2.93, 2.98, 3};
    memcpy(b->logp[0], logp, sizeof logp), memcpy(b->ref[0], ref, sizeof ref);
    credits *c = run_spec(*state, "reinforce-pp:kl=0.1,whiten=false", b);
    for (int t = 0; t < 3; t++) assert_near(c->A[t], k1[t], 1e-12);
    assert_near(c->stats.mean_kl, -19.3 / 3, 1e-12);
    assert_near(c->stats.mean_return, 2.93, 1e-12);
    free(c);
    cairn_credit_plan plan = plan_of(*state, "reinforce-pp:kl=0.1,whiten=false");
    plan.streams[0].kl_form = CAIRN_CREDIT_K3;
    c = run_plan(*state, &plan, b, 0);
    const double second = 1 - 0.1 * (exp(-0.2) + 0.2 - 1) - 1;
    assert_near(c->A[2], 1 - 1, 1e-12);
    assert_near(c->A[1], second, 1e-12);
    assert_near(c->A[0], second - 0.1 * (exp(-0.5) + 0.5 - 1), 1e-12);
    free(c), free(b);
}

static void a_critics_target_is_advantage_plus_value_or_the_return(void **state) {
    batch *b = batch_new();
    add_response(b, 3, 1);
    const double values[] = {0.5, 0.25, -1}, A[] = {0.5, 0.75, 2};
    memcpy(b->values[0], values, sizeof values);
    credits *c = run_spec(*state, "ppo:whiten=false", b);
    assert_all_near(c->A, A, 3, 1e-12);
    for (int t = 0; t < 3; t++) assert_near(c->ret[t], 1, 1e-12);
    free(c);
    c = run_spec(*state, "reinforce-pp:gamma=0.5,whiten=false", b);
    const double discounted[] = {0.25, 0.5, 1};
    assert_all_near(c->ret, discounted, 3, 1e-12);
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
        cmocka_unit_test(token_rewards_are_centred_after_or_before_their_sum),
        cmocka_unit_test(a_batch_is_scaled_by_its_greatest_return),
        cmocka_unit_test(leave_one_out_of_four_outcomes),
        cmocka_unit_test(centring_before_the_sum_takes_the_gradient_away),
        cmocka_unit_test(actions_are_compared_with_all_actions_of_the_group),
        cmocka_unit_test(long_actions_weigh_no_more_than_short_ones),
        cmocka_unit_test(steps_from_one_state_are_a_group),
        cmocka_unit_test(log_ratios_are_taken_off_the_reward),
        cmocka_unit_test(a_critics_target_is_advantage_plus_value_or_the_return),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
