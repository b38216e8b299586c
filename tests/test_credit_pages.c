/* The worked cases of the published systems: minimum form (arXiv 2504.15275), clip and delta (2410.15115), selection by
 * consistency (2509.03403), normalised turn scores (2509.25598), penalties on steps (2507.23317, 2508.02298), thinking
 * scores (2508.05170, 2505.17018), noisy outcomes (2505.22653), implicit rewards (2502.01456, 2509.19199), progress
 * (2410.08146). */
/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "credit_fixture.h"

/* Step rewards of one response under a rule, and their sums from each step on. */
static void steps_of(cairn_ctx *ctx, cairn_step_rule rule, double a, cairn_score_unit unit, int32_t n, const double *q,
                     double outcome, double *r, double *to_go) {
    cairn_credit_stream s = {.rule = rule, .a = a};
    cairn_step_inputs in = {.n = n, .scores = q, .outcome = outcome};
    if (cairn_credit_steps(ctx, &s, unit, &in, r) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    double sum = 0;
    for (int32_t k = n - 1; k >= 0; k--) to_go[k] = sum += r[k];
}

/* ---- minimum form --------------------------------------------------------------------------------------------------------- */

static void softmin_leaves_the_worst_step_only(void **state) {
    const double q[] = {0.9, 0.8, -0.6, 0.7}, want[] = {0, 0.000001, -0.599998, 0.000002};
    const double returns[] = {-0.599995, -0.599996, -0.599996, 0.000002};
    double r[4], u[4];
    steps_of(*state, CAIRN_STEP_SOFTMIN, 0.1, CAIRN_SCORE_SIGNED, 4, q, NAN, r, u);
    assert_all_near(r, want, 4, 1e-6);
    assert_all_near(u, returns, 4, 1e-6);
}

static void softmin_of_equal_scores_shares_them(void **state) {
    const double q[] = {0.5, 0.5}, want[] = {0.25, 0.25};
    double r[2], u[2];
    steps_of(*state, CAIRN_STEP_SOFTMIN, 0.1, CAIRN_SCORE_SIGNED, 2, q, NAN, r, u);
    assert_all_near(r, want, 2, 1e-15);
    assert_near(u[0], 0.5, 1e-15);
}

static void softmin_of_close_scores_is_above_the_least(void **state) {
    const double q[] = {0.2, 0.1}, want[] = {0.053788, 0.073106};
    double r[2], u[2];
    steps_of(*state, CAIRN_STEP_SOFTMIN, 0.1, CAIRN_SCORE_SIGNED, 2, q, NAN, r, u);
    assert_all_near(r, want, 2, 1e-6);
    assert_near(u[0], 0.126894, 1e-6);
}

static void the_token_baseline_divides_by_the_horizon(void **state) {
    const double y1[] = {0, -0.2}, y2[] = {0, 0, 0.4, 0}, want[] = {-0.5, -0.5, 0.5, 0.5, 0.5, 0.1};
    cairn_credit_plan plan = plan_of(*state, "sum:answers=0,horizon=4,scores=signed,whiten=false");
    batch *b = batch_new();
    add_scored(b, NAN, 2, y1);
    add_scored(b, NAN, 4, y2);
    credits *c = run_plan(*state, &plan, b, 0);
    assert_all_near(c->A, want, 6, 1e-12);
    free(c), free(b);
}

static void the_code_has_one_stream_and_a_smaller_baseline_for_the_outcome(void **state) {
    const double paper[] = {1, 1, -1, -1, -1, -1}, code[] = {1, 1, -0.5, -0.5, -0.5, -0.5}, zero[4] = {0};
    batch *b = batch_new();
    add_scored(b, 1, 2, zero);
    add_scored(b, 0, 4, zero);
    credits *c = run_spec(*state, "pure:horizon=4,scores=signed,whiten=false,variant=paper", b);
    assert_all_near(c->A, paper, 6, 1e-12);
    free(c);
    c = run_spec(*state, "pure:horizon=4,scores=signed,whiten=false,variant=code", b);
    assert_all_near(c->A, code, 6, 1e-12);
    free(c), free(b);
}

static void problems_without_an_answer_live_on_their_step_scores(void **state) {
    const double y1[] = {0, -0.2}, y2[] = {0, 0, 0.4, 0}, want[] = {-0.5, -0.5, 0.5, 0.5, 0.5, 0.1};
    const char *specs[] = {"variant=paper", "variant=code"};
    for (int i = 0; i < 2; i++) {
        char spec[80];
        snprintf(spec, sizeof spec, "sum:horizon=4,scores=signed,whiten=false,%s", specs[i]);
        batch *b = batch_new();
        add_scored(b, NAN, 2, y1);
        add_scored(b, NAN, 4, y2);
        credits *c = run_spec(*state, spec, b);
        assert_all_near(c->A, want, 6, 1e-12);
        assert_int_equal(c->stats.unknown_outcomes, 2);
        assert_int_equal(c->stats.kept_responses, 2);
        free(c), free(b);
    }
}

static void strict_minimum_pays_the_worst_step_alone(void **state) {
    const double q[] = {0.9, 0.8, -0.6, 0.7}, want[] = {0, 0, -0.6, 0}, returns[] = {-0.6, -0.6, -0.6, 0};
    double r[4], u[4];
    steps_of(*state, CAIRN_STEP_MIN, 0, CAIRN_SCORE_SIGNED, 4, q, NAN, r, u);
    assert_all_near(r, want, 4, 0);
    assert_all_near(u, returns, 4, 0);
}

/* ---- clip and delta --------------------------------------------------------------------------------------------------------- */

static const double four[] = {0.9, 0.4, 0.7, 0.8};

static void delta_returns_each_steps_own_score(void **state) {
    const double want[] = {0.5, -0.3, 0.7, 0}, returns[] = {0.9, 0.4, 0.7, 0};
    double r[4], u[4];
    steps_of(*state, CAIRN_STEP_DELTA, 0, CAIRN_SCORE_PROB, 4, four, NAN, r, u);
    assert_all_near(r, want, 4, 1e-12);
    assert_all_near(u, returns, 4, 1e-12);
}

static void clip_punishes_what_is_below_eta(void **state) {
    const double want[] = {0, -0.1, 0, 0};
    double r[4], u[4];
    steps_of(*state, CAIRN_STEP_CLIP, 0.5, CAIRN_SCORE_PROB, 4, four, NAN, r, u);
    assert_all_near(r, want, 4, 1e-12);
}

static void clip_delta_returns_each_steps_own_penalty(void **state) {
    const double want[] = {0.1, -0.1, 0, 0}, returns[] = {0, -0.1, 0, 0};
    double r[4], u[4];
    steps_of(*state, CAIRN_STEP_CLIP_DELTA, 0.5, CAIRN_SCORE_PROB, 4, four, NAN, r, u);
    assert_all_near(r, want, 4, 1e-12);
    assert_all_near(u, returns, 4, 1e-12);
}

static void ten_more_good_steps_pay_only_the_plain_sum(void **state) {
    double q[14], r[14], u[14];
    memcpy(q, four, sizeof four);
    for (int k = 4; k < 14; k++) q[k] = 0.8;
    steps_of(*state, CAIRN_STEP_DELTA, 0, CAIRN_SCORE_PROB, 14, q, NAN, r, u);
    assert_near(u[0], 0.9, 1e-12);
    steps_of(*state, CAIRN_STEP_CLIP, 0.5, CAIRN_SCORE_PROB, 14, q, NAN, r, u);
    assert_near(u[0], -0.1, 1e-12);
    steps_of(*state, CAIRN_STEP_SUM, 0, CAIRN_SCORE_PROB, 4, q, NAN, r, u);
    assert_near(u[0], 2.8, 1e-12);
    steps_of(*state, CAIRN_STEP_SUM, 0, CAIRN_SCORE_PROB, 14, q, NAN, r, u);
    assert_near(u[0], 10.8, 1e-12);
}

static void a_response_of_one_step_has_no_delta(void **state) {
    double r[1], u[1];
    steps_of(*state, CAIRN_STEP_DELTA, 0, CAIRN_SCORE_PROB, 1, four, NAN, r, u);
    assert_near(r[0], 0, 0);
}

static void progress_sums_to_the_last_value_minus_the_first(void **state) {
    const double q[] = {0.5, 0.9, 0.9, 0.2}, want[] = {-0.1, 0.4, 0, -0.7};
    double r[4], u[4];
    steps_of(*state, CAIRN_STEP_PROGRESS, 0.6, CAIRN_SCORE_PROB, 4, q, NAN, r, u);
    assert_all_near(r, want, 4, 1e-12);
    assert_near(u[0], -0.4, 1e-12);
}

/* ---- selection by consistency ----------------------------------------------------------------------------------------------- */

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

/* ---- turn scores normalised by the outcome -------------------------------------------------------------------------------------- */

static void renorm_adds_the_outcome_to_every_turn(void **state) {
    const double q[] = {4.0 / 6, 2.0 / 5, NAN};
    const double right[] = {0.666667, 0.4, 1}, right_returns[] = {2.066667, 1.4, 1};
    const double wrong[] = {-0.333333, -0.6, 0}, wrong_returns[] = {-0.933333, -0.6, 0};
    double r[3], u[3];
    steps_of(*state, CAIRN_STEP_RENORM, 1, CAIRN_SCORE_PROB, 3, q, 1, r, u);
    assert_all_near(r, right, 3, 1e-6);
    assert_all_near(u, right_returns, 3, 1e-6);
    steps_of(*state, CAIRN_STEP_RENORM, 1, CAIRN_SCORE_PROB, 3, q, 0, r, u);
    assert_all_near(r, wrong, 3, 1e-6);
    assert_all_near(u, wrong_returns, 3, 1e-6);
}

static void an_invalid_judgement_is_missing_or_as_in_the_code_zero(void **state) {
    const double q[] = {NAN, 0.5, NAN}, missing[] = {-0.5, -0.5, 0}, zero[] = {-1.5, -0.5, 0};
    batch *b = batch_new();
    add_scored(b, 0, 3, q);
    credits *c = run_spec(*state, "ppr:whiten=false", b);
    assert_all_near(c->A, missing, 3, 1e-12);
    assert_int_equal(c->stats.unknown_scores, 1); /* the last turn is never judged */
    free(c);
    c = run_spec(*state, "ppr:whiten=false,unknown=zero", b);
    assert_all_near(c->A, zero, 3, 1e-12);
    free(c), free(b);
}

/* ---- thoughts ------------------------------------------------------------------------------------------------------------------- */

static batch *thoughts_batch(void) {
    batch *b = batch_new();
    const double outcomes[] = {1, 1, 0, 1};
    for (int i = 0; i < 4; i++) add_response(b, 3, outcomes[i]);
    b->flags[0][1] = CAIRN_VERDICT_WRONG;
    b->flags[2][0] = b->flags[2][1] = CAIRN_VERDICT_UNKNOWN;
    b->flags[2][2] = CAIRN_VERDICT_WRONG;
    return b;
}

static void thoughts_are_paid_by_what_they_did(void **state) {
    batch *b = thoughts_batch();
    credits *c = run_spec(*state, "thought", b);
    const double right[] = {0.5, -0.25, 0.5}, wrong[] = {0, 0, -1.5};
    assert_all_near(c->A, right, 3, 1e-5);
    assert_all_near(c->A + 6, wrong, 3, 1e-5);
    assert_near(c->A[6], 0, 0); /* exactly */
    assert_int_equal(c->stats.unknown_flags, 2);
    free(c), free(b);
}

static void rewards_of_thoughts_sum_to_the_closed_form(void **state) {
    const double normalised[] = {0.5, -1.5}, outcome[] = {1, 0};
    const cairn_verdict flags[2][3] = {{CAIRN_VERDICT_RIGHT, CAIRN_VERDICT_WRONG, CAIRN_VERDICT_RIGHT},
                                       {CAIRN_VERDICT_UNKNOWN, CAIRN_VERDICT_WRONG, CAIRN_VERDICT_WRONG}};
    const double want[2][3] = {{0.75, -0.75, 0}, {1.5, 0, 0}};
    for (int i = 0; i < 2; i++) {
        cairn_credit_stream s = {.rule = CAIRN_STEP_THOUGHT, .a = 1};
        cairn_step_inputs in = {
            .n = 3, .flags = flags[i], .outcome = outcome[i], .normalised = normalised[i], .accuracy = 0.75};
        double x[3];
        assert_int_equal(cairn_credit_steps(*state, &s, CAIRN_SCORE_PROB, &in, x), CAIRN_OK);
        for (int k = 0; k < 3; k++) assert_near(x[k] - (k < 2 ? x[k + 1] : 0), want[i][k], 1e-12);
    }
}

static void neighbours_with_one_flag_are_one_thought(void **state) {
    const cairn_verdict r = CAIRN_VERDICT_RIGHT, w = CAIRN_VERDICT_WRONG, u = CAIRN_VERDICT_UNKNOWN;
    const cairn_verdict flags[] = {r, r, w, w, r}, unknown[] = {u, w, u, r};
    cairn_thought thoughts[5];
    int32_t n;
    assert_int_equal(cairn_credit_thoughts(*state, flags, 5, thoughts, &n), CAIRN_OK);
    assert_int_equal(n, 3);
    const cairn_thought want[] = {{0, 1, r}, {2, 3, w}, {4, 4, r}};
    assert_memory_equal(thoughts, want, sizeof want);
    assert_int_equal(cairn_credit_thoughts(*state, unknown, 4, thoughts, &n), CAIRN_OK);
    const cairn_thought joined[] = {{0, 0, u}, {1, 2, w}, {3, 3, r}};
    assert_int_equal(n, 3);
    assert_memory_equal(thoughts, joined, sizeof joined);
    assert_int_equal(cairn_credit_thoughts(*state, flags, 0, thoughts, &n), CAIRN_INVALID);
}

/* ---- penalties on steps ----------------------------------------------------------------------------------------------------------- */

static void penalties_are_pooled_over_the_tokens_of_a_group(void **state) {
    const double want[] = {1.118033, 1.118033, 0, 0, -1.118033, -1.118033};
    batch *b = batch_new();
    cairn_trajectory *right = add_response(b, 4, 1);
    right->n_steps = 2, b->ends[0][0] = 1, b->ends[0][1] = 3;
    b->flags[0][1] = CAIRN_VERDICT_WRONG;
    add_response(b, 2, 0);
    credits *c = run_spec(*state, "capo", b);
    assert_all_near(c->A, want, 6, 1e-5);
    free(c), free(b);
}

static void votes_trade_precision_for_recall(void **state) {
    const double fp[] = {0.0001, 0.0523, 0.0037, 0.3439}, recall[] = {0.4096, 0.9728, 0.8192, 0.9984};
    for (int vote = 0; vote < 4; vote++) {
        double f, r;
        assert_int_equal(cairn_credit_vote_quality(*state, 0.1, 0.8, 4, (cairn_critique_vote)vote, &f, &r), CAIRN_OK);
        assert_near(f, fp[vote], 5.1e-5);
        assert_near(r, recall[vote], 5.1e-5);
    }
}

static void critiques_vote_step_by_step(void **state) {
    const cairn_verdict r = CAIRN_VERDICT_RIGHT, w = CAIRN_VERDICT_WRONG;
    const cairn_verdict critiques[] = {r, w, r, r, w, w, r, w, r, r, r, r}; /* {2}, {2, 3}, {2}, {} of 3 steps */
    const bool wrong[4][3] = {{0, 0, 0}, {0, 1, 0}, {0, 1, 0}, {0, 1, 1}};
    cairn_verdict flags[3];
    for (int vote = 0; vote < 4; vote++) {
        assert_int_equal(cairn_credit_vote(*state, critiques, 4, 3, (cairn_critique_vote)vote, flags), CAIRN_OK);
        for (int k = 0; k < 3; k++) assert_int_equal(flags[k] == CAIRN_VERDICT_WRONG, wrong[vote][k]);
    }
    assert_int_equal(cairn_credit_vote(*state, critiques, 0, 3, CAIRN_VOTE_UNION, flags), CAIRN_OK);
    for (int k = 0; k < 3; k++) assert_int_equal(flags[k], CAIRN_VERDICT_UNKNOWN);
    assert_int_equal(cairn_credit_vote(*state, critiques, -1, 3, CAIRN_VOTE_UNION, flags), CAIRN_INVALID);
}

/* ---- thinking scores ---------------------------------------------------------------------------------------------------------------- */

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

/* ---- noisy outcomes ------------------------------------------------------------------------------------------------------------------ */

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
    double score;
    assert_int_equal(
        cairn_credit_pattern_score(*state, "wait a a a", 10, (const char *const[]){"wait"}, 1, 1, 1, &score), CAIRN_OK);
    assert_near(score, 0.75, 1e-12);
    assert_int_equal(cairn_credit_pattern_score(*state, "a", 1, NULL, 0, NAN, 1, &score), CAIRN_INVALID);
}

/* ---- implicit rewards ------------------------------------------------------------------------------------------------------------------ */

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

static int open_ctx(void **state) {
    return cairn_ctx_open((cairn_ctx **)state) != CAIRN_OK;
}

static int close_ctx(void **state) {
    cairn_ctx_close(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(softmin_leaves_the_worst_step_only),
        cmocka_unit_test(softmin_of_equal_scores_shares_them),
        cmocka_unit_test(softmin_of_close_scores_is_above_the_least),
        cmocka_unit_test(the_token_baseline_divides_by_the_horizon),
        cmocka_unit_test(the_code_has_one_stream_and_a_smaller_baseline_for_the_outcome),
        cmocka_unit_test(problems_without_an_answer_live_on_their_step_scores),
        cmocka_unit_test(strict_minimum_pays_the_worst_step_alone),
        cmocka_unit_test(delta_returns_each_steps_own_score),
        cmocka_unit_test(clip_punishes_what_is_below_eta),
        cmocka_unit_test(clip_delta_returns_each_steps_own_penalty),
        cmocka_unit_test(ten_more_good_steps_pay_only_the_plain_sum),
        cmocka_unit_test(a_response_of_one_step_has_no_delta),
        cmocka_unit_test(progress_sums_to_the_last_value_minus_the_first),
        cmocka_unit_test(selection_balances_right_and_wrong),
        cmocka_unit_test(an_odd_number_to_keep_leaves_one_more_wrong),
        cmocka_unit_test(a_single_right_response_is_never_left_out),
        cmocka_unit_test(a_response_without_an_outcome_is_on_neither_side),
        cmocka_unit_test(selection_at_random_changes_with_the_iteration),
        cmocka_unit_test(a_penalty_weighs_against_twice_the_score),
        cmocka_unit_test(right_responses_stay_by_high_scores_and_wrong_ones_by_low),
        cmocka_unit_test(too_few_steps_leave_before_low_scores),
        cmocka_unit_test(the_papers_penalty_has_the_sign_of_the_outcome),
        cmocka_unit_test(a_blend_adds_the_mean_of_the_known_scores),
        cmocka_unit_test(renorm_adds_the_outcome_to_every_turn),
        cmocka_unit_test(an_invalid_judgement_is_missing_or_as_in_the_code_zero),
        cmocka_unit_test(thoughts_are_paid_by_what_they_did),
        cmocka_unit_test(rewards_of_thoughts_sum_to_the_closed_form),
        cmocka_unit_test(neighbours_with_one_flag_are_one_thought),
        cmocka_unit_test(penalties_are_pooled_over_the_tokens_of_a_group),
        cmocka_unit_test(votes_trade_precision_for_recall),
        cmocka_unit_test(critiques_vote_step_by_step),
        cmocka_unit_test(the_gate_pays_for_thinking_in_right_responses_only),
        cmocka_unit_test(a_share_of_passed_tests_does_not_open_the_gate),
        cmocka_unit_test(the_gate_orders_groups_that_are_all_right),
        cmocka_unit_test(trust_falls_where_wrong_answers_think_better),
        cmocka_unit_test(trust_is_the_exponential_of_the_gap),
        cmocka_unit_test(a_group_without_a_right_answer_trusts_by_mode),
        cmocka_unit_test(trust_as_the_code_has_it),
        cmocka_unit_test(an_unknown_thinking_score_is_neither_rewarded_nor_averaged),
        cmocka_unit_test(a_flipped_group_has_the_opposite_advantages),
        cmocka_unit_test(flips_shrink_the_expected_advantage),
        cmocka_unit_test(fixed_flips_are_the_same_in_every_iteration),
        cmocka_unit_test(calibration_raises_low_outcomes_only),
        cmocka_unit_test(phrases_of_reasoning_count_once_each),
        cmocka_unit_test(repetition_is_the_share_of_runs_that_come_again),
        cmocka_unit_test(token_rewards_are_centred_after_or_before_their_sum),
        cmocka_unit_test(a_batch_is_scaled_by_its_greatest_return),
        cmocka_unit_test(leave_one_out_of_four_outcomes),
        cmocka_unit_test(centring_before_the_sum_takes_the_gradient_away),
        cmocka_unit_test(actions_are_compared_with_all_actions_of_the_group),
        cmocka_unit_test(long_actions_weigh_no_more_than_short_ones),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
