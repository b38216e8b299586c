/* Step rewards and what becomes of them: minimum form (arXiv 2504.15275), clip and delta (2410.15115), progress
 * (2410.08146), turn scores normalised by the outcome (2509.25598); unknown scores, bounds. */
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

/* ---- minimum form -------------------------------------------------------------------------------------------------- */

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

/* ---- clip, delta, progress ----------------------------------------------------------------------------------------- */

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

/* ---- turn scores normalised by the outcome ------------------------------------------------------------------------- */

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

/* ---- unknown scores, refusals, bounds ------------------------------------------------------------------------------ */

static void unknown_scores_are_passed_over(void **state) {
    const double q[] = {0.9, NAN, 0.4, NAN, 0.7, 0.8};
    const struct {
        cairn_step_rule rule;
        double a, want[6];
    } cases[] = {
        {CAIRN_STEP_SUM, 0, {0.9, 0, 0.4, 0, 0.7, 0.8}},       {CAIRN_STEP_MIN, 0, {0, 0, 0.4, 0, 0, 0}},
        {CAIRN_STEP_CLIP, 0.5, {0, 0, -0.1, 0, 0, 0}},         {CAIRN_STEP_DELTA, 0, {0.5, 0, -0.3, 0, 0.7, 0}},
        {CAIRN_STEP_CLIP_DELTA, 0.5, {0.1, 0, -0.1, 0, 0, 0}}, {CAIRN_STEP_PROGRESS, 0, {0.9, 0, -0.5, 0, 0.3, 0.1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cairn_credit_stream s = {.rule = cases[i].rule, .a = cases[i].a};
        cairn_step_inputs in = {.n = 6, .scores = q};
        double r[6];
        assert_int_equal(cairn_credit_steps(*state, &s, CAIRN_SCORE_PROB, &in, r), CAIRN_OK);
        assert_all_near(r, cases[i].want, 6, 1e-12);
    }
    const double none[] = {NAN, NAN};
    for (int rule = CAIRN_STEP_SUM; rule <= CAIRN_STEP_PROGRESS; rule++) {
        cairn_credit_stream s = {.rule = (cairn_step_rule)rule, .a = 0.5};
        cairn_step_inputs in = {.n = 2, .scores = none};
        double r[2];
        assert_int_equal(cairn_credit_steps(*state, &s, CAIRN_SCORE_PROB, &in, r), CAIRN_OK);
        assert_true(r[0] == 0 && r[1] == 0);
    }
}

static void step_rewards_refuse_what_makes_no_sense(void **state) {
    const double q[] = {0.5, 2};
    const cairn_verdict flags[] = {CAIRN_VERDICT_RIGHT, CAIRN_VERDICT_WRONG};
    const struct {
        cairn_step_rule rule;
        double a;
        cairn_step_inputs in;
        const char *words;
    } cases[] = {
        {CAIRN_STEP_SUM, 0, {.n = 0, .scores = q}, "at least 1 step"},
        {CAIRN_STEP_SUM, 0, {.n = 2, .scores = q}, "step_score[1] is 2, not from 0 to 1"},
        {CAIRN_STEP_SUM, 0, {.n = 1}, "reads scores"},
        {CAIRN_STEP_SOFTMIN, 0, {.n = 1, .scores = q}, "temperature"},
        {CAIRN_STEP_RENORM, 1, {.n = 1, .scores = q, .outcome = NAN}, "reads the outcome"},
        {CAIRN_STEP_RENORM, 1, {.n = 1, .scores = q, .outcome = 2}, "outcome from 0 to 1"},
        {CAIRN_STEP_PENALTY, 1, {.n = 2}, "reads flags"},
        {CAIRN_STEP_THOUGHT, -1, {.n = 2, .flags = flags}, "alpha of at least 0"},
        {CAIRN_STEP_THOUGHT, 1, {.n = 2, .flags = flags, .outcome = 1, .accuracy = 2}, "accuracy is from 0 to 1"},
        {CAIRN_STEP_THOUGHT, 1, {.n = 2, .flags = flags, .outcome = 1}, "accuracy 0"},
        {CAIRN_STEP_THOUGHT, 1, {.n = 2, .flags = flags, .normalised = NAN}, "normalised"},
        {(cairn_step_rule)99, 1, {.n = 2, .scores = q}, "no such step rule"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cairn_credit_stream s = {.rule = cases[i].rule, .a = cases[i].a};
        double r[2] = {7, 7};
        assert_int_equal(cairn_credit_steps(*state, &s, CAIRN_SCORE_PROB, &cases[i].in, r), CAIRN_INVALID);
        if (!strstr(cairn_error(*state), cases[i].words)) fail_msg("%s", cairn_error(*state));
        assert_true(r[0] == 7 && r[1] == 7);
    }
}

static void bounds_are_those_of_the_formulas(void **state) {
    const struct {
        const char *spec;
        int32_t n;
        double low, high;
    } cases[] = {
        {"rloo", 3, 0, 0},
        {"sum", 3, -INFINITY, INFINITY},
        {"process", 3, 0, INFINITY},
        {"pure", 3, -1, 1},
        {"strict-min", 3, -1, 1},
        {"clip", 3, -INFINITY, 0},
        {"delta", 3, 0, 1},
        {"delta", 1, 0, 0},
        {"clip-delta:eta=0.75", 3, -0.75, 0},
        {"clip-delta:eta=0.75", 1, 0, 0},
        {"clip-delta:eta=0.5,scores=signed", 3, -1.5, 0},
        {"progress", 3, 0, 1},
        {"pav:start=0.25", 3, -0.25, 0.75},
        {"ppr", 3, -INFINITY, INFINITY},
        {"capo", 3, -INFINITY, 0},
        {"oprl", 3, -INFINITY, INFINITY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cairn_credit_plan plan = plan_of(*state, cases[i].spec);
        double low, high;
        assert_int_equal(cairn_credit_bound(*state, &plan, cases[i].n, &low, &high), CAIRN_OK);
        assert_true(low == cases[i].low && high == cases[i].high);
        assert_int_equal(cairn_credit_bound(*state, &plan, 0, &low, &high), CAIRN_INVALID);
    }
}

/* Scores at the ends of their range reach the bounds; none leaves them, unknown scores included. */
static void bounds_hold_and_are_reached(void **state) {
    const char *specs[] = {"delta", "clip-delta:eta=0.5", "progress", "process", "clip"};
    cairn_rng rng = cairn_rng_open(1, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        cairn_credit_plan plan = plan_of(*state, specs[i]);
        double low, high, least = INFINITY, most = -INFINITY;
        for (int round = 0; round < 2000; round++) {
            double q[6], r[6], sum = 0;
            int32_t n = (int32_t)cairn_rng_range(&rng, 1, 6);
            for (int32_t k = 0; k < n; k++)
                q[k] = cairn_rng_unit(&rng) < 0.2   ? NAN
                       : cairn_rng_unit(&rng) < 0.5 ? (double)cairn_rng_below(&rng, 2)
                                                    : cairn_rng_unit(&rng);
            cairn_step_inputs in = {.n = n, .scores = q};
            assert_int_equal(cairn_credit_steps(*state, &plan.streams[0], CAIRN_SCORE_PROB, &in, r), CAIRN_OK);
            assert_int_equal(cairn_credit_bound(*state, &plan, n, &low, &high), CAIRN_OK);
            for (int32_t k = 0; k < n; k++) sum += r[k];
            assert_true(sum >= low - 1e-12 && sum <= high + 1e-12);
            least = fmin(least, sum), most = fmax(most, sum);
        }
        if (isfinite(low)) assert_near(least, low, 1e-9);
        if (isfinite(high)) assert_near(most, high, 1e-9);
    }
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
        cmocka_unit_test(renorm_adds_the_outcome_to_every_turn),
        cmocka_unit_test(an_invalid_judgement_is_missing_or_as_in_the_code_zero),
        cmocka_unit_test(unknown_scores_are_passed_over),
        cmocka_unit_test(step_rewards_refuse_what_makes_no_sense),
        cmocka_unit_test(bounds_are_those_of_the_formulas),
        cmocka_unit_test(bounds_hold_and_are_reached),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
