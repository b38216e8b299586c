/* Batches and plans that are refused: each by its sentence, and nothing is written. */
/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "credit_fixture.h"

/* ---- batches ------------------------------------------------------------------------------------------------------- */

static void refuses(cairn_ctx *ctx, const cairn_credit_plan *plan, const batch *b, const char *sentence) {
    credits *c = malloc(sizeof *c), *untouched = malloc(sizeof *c);
    assert_true(c && untouched);
    memset(c, 0x5a, sizeof *c);
    memcpy(untouched, c, sizeof *c);
    cairn_credit_result result = {
        .advantage = c->A, .ret = c->ret, .scalar = c->scalar, .step = c->step, .keep = c->keep};
    cairn_credit_stats before = result.stats;
    assert_int_equal(cairn_credit(ctx, plan, b->groups, b->n_groups, 0, &result), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), sentence);
    assert_memory_equal(c, untouched, sizeof *c);
    assert_memory_equal(&result.stats, &before, sizeof before);
    free(c), free(untouched);
}

typedef void (*spoil_fn)(cairn_trajectory *y, batch *b);

static void no_tokens(cairn_trajectory *y, batch *b) {
    (void)b;
    y->n_tokens = 0;
}
static void no_steps(cairn_trajectory *y, batch *b) {
    (void)b;
    y->n_steps = 0;
}
static void negative_steps(cairn_trajectory *y, batch *b) {
    (void)b;
    y->n_steps = -1;
}
static void too_many_steps(cairn_trajectory *y, batch *b) {
    (void)b;
    y->n_steps = 4;
}
static void no_ends(cairn_trajectory *y, batch *b) {
    (void)b;
    y->step_end = NULL;
}
static void equal_ends(cairn_trajectory *y, batch *b) {
    (void)y;
    b->ends[1][1] = 0;
}
static void ends_beyond(cairn_trajectory *y, batch *b) {
    (void)y;
    b->ends[1][2] = 3;
}
static void ends_early(cairn_trajectory *y, batch *b) {
    (void)b;
    y->n_steps = 2;
}
static void no_scores(cairn_trajectory *y, batch *b) {
    (void)b;
    y->step_score = NULL;
}
static void high_score(cairn_trajectory *y, batch *b) {
    (void)y;
    b->scores[1][2] = 1.5;
}
static void infinite_score(cairn_trajectory *y, batch *b) {
    (void)y;
    b->scores[1][0] = -INFINITY;
}
static void no_flags(cairn_trajectory *y, batch *b) {
    (void)b;
    y->step_flag = NULL;
}
static void bad_flag(cairn_trajectory *y, batch *b) {
    (void)y;
    b->flags[1][0] = (cairn_verdict)2;
}
static void no_states(cairn_trajectory *y, batch *b) {
    (void)b;
    y->step_state = NULL;
}
static void infinite_outcome(cairn_trajectory *y, batch *b) {
    (void)b;
    y->outcome = INFINITY;
}
static void outcome_2(cairn_trajectory *y, batch *b) {
    (void)b;
    y->outcome = 2;
}
static void outcome_half(cairn_trajectory *y, batch *b) {
    (void)b;
    y->outcome = 0.5;
}
static void great_outcome(cairn_trajectory *y, batch *b) {
    (void)b;
    y->outcome = 1e308;
}
static void great_score(cairn_trajectory *y, batch *b) {
    (void)y;
    b->scores[1][1] = -1e308;
}
static void no_format(cairn_trajectory *y, batch *b) {
    (void)b;
    y->format = NAN;
}
static void high_think(cairn_trajectory *y, batch *b) {
    (void)b;
    y->think = 1.25;
}
static void no_think(cairn_trajectory *y, batch *b) {
    (void)b;
    y->think = NAN;
}
static void low_pattern(cairn_trajectory *y, batch *b) {
    (void)b;
    y->pattern = -0.5;
}
static void no_baseline(cairn_trajectory *y, batch *b) {
    (void)b;
    y->baseline = NAN;
}
static void no_rewards(cairn_trajectory *y, batch *b) {
    (void)b;
    y->token_reward = NULL;
}
static void nan_reward(cairn_trajectory *y, batch *b) {
    (void)y;
    b->tokens[1][2] = NAN;
}
static void no_reference(cairn_trajectory *y, batch *b) {
    (void)b;
    y->logp_ref = NULL;
}
static void no_logp(cairn_trajectory *y, batch *b) {
    (void)b;
    y->logp = NULL;
}
static void infinite_logp(cairn_trajectory *y, batch *b) {
    (void)y;
    b->logp[1][1] = -INFINITY;
}
static void no_values(cairn_trajectory *y, batch *b) {
    (void)b;
    y->value = NULL;
}
static void nan_value(cairn_trajectory *y, batch *b) {
    (void)y;
    b->values[1][0] = NAN;
}

/* Two right responses of three steps, the second spoilt. */
static void every_field_that_is_read_is_checked_and_named(void **state) {
    const struct {
        const char *spec;
        spoil_fn spoil;
        const char *sentence;
    } cases[] = {
        {"rloo", no_tokens, "n_tokens is 0"},
        {"sum", no_steps, "n_steps is 0, but the plan reads steps"},
        {"rloo", negative_steps, "n_steps is -1 of 3 tokens"},
        {"rloo", too_many_steps, "n_steps is 4 of 3 tokens"},
        {"rloo", no_ends, "step_end is missing"},
        {"rloo", equal_ends, "step_end[1] is 0, not from 1 to 2"},
        {"rloo", ends_beyond, "step_end[2] is 3, not from 2 to 2"},
        {"rloo", ends_early, "step_end[1] is 1, but the last step ends with token 2"},
        {"sum", no_scores, "step_score is missing"},
        {"sum", high_score, "step_score[2] is 1.5, not from 0 to 1"},
        {"sum:scores=signed", high_score, "step_score[2] is 1.5, not from -1 to 1"},
        {"oprl", infinite_score, "step_score[0] is -inf, not from -inf to inf"},
        {"capo", no_flags, "step_flag is missing"},
        {"thought", bad_flag, "step_flag[0] is 2, not -1, 0 or 1"},
        {"gigpo", no_states, "step_state is missing"},
        {"rloo", infinite_outcome, "outcome is not a finite number"},
        {"grpo", great_outcome, "outcome is 1e+308, beyond 1e100"},
        {"oprl", great_score, "step_score[1] is -1e+308, beyond 1e100"},
        {"flip:estimator=rloo", outcome_2, "outcome is 2, not from 0 to 1"},
        {"calibrate:estimator=rloo", outcome_2, "outcome is 2, not from 0 to 1"},
        {"gated", outcome_2, "outcome is 2, not from 0 to 1"},
        {"ppr", outcome_2, "outcome is 2, not from 0 to 1"},
        {"prof:keep=2", outcome_half, "outcome is 0.5, not 0 or 1"},
        {"gated", no_format, "format is nan, and the plan reads it"},
        {"trust", high_think, "think is 1.25, not from 0 to 1"},
        {"gated", no_think, "think is unknown, and the plan reads it"},
        {"ungated", no_think, "think is unknown, and the plan reads it"},
        {"calibrate:estimator=rloo", low_pattern, "pattern is -0.5, not from 0 to 1"},
        {"remax", no_baseline, "baseline is nan, not a finite number"},
        {"prime", no_rewards, "token_reward is missing"},
        {"prime", nan_reward, "token_reward[2] is nan, not a finite number"},
        {"reinforce-pp:kl=0.1", no_logp, "logp is missing"},
        {"reinforce-pp:kl=0.1", infinite_logp, "logp[1] is -inf, not a finite number"},
        {"reinforce-pp:kl=0.1", no_reference, "logp_ref is missing"},
        {"ppo", no_values, "value is missing"},
        {"ppo", nan_value, "value[0] is nan, not a finite number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cairn_credit_plan plan = plan_of(*state, cases[i].spec);
        batch *b = batch_new();
        for (int k = 0; k < 2; k++) {
            cairn_trajectory *y = add_response(b, 3, 1);
            y->format = y->think = y->pattern = y->baseline = 1;
        }
        credits *c = run_plan(*state, &plan, b, 0); /* as it is, it is fine */
        cases[i].spoil(&b->y[1], b);
        char sentence[160];
        snprintf(sentence, sizeof sentence, "group 0: response 1: %s", cases[i].sentence);
        refuses(*state, &plan, b, sentence);
        free(c), free(b);
    }
}

static void what_a_plan_does_not_read_is_not_asked_for(void **state) {
    batch *b = batch_new();
    for (int i = 0; i < 3; i++) {
        cairn_trajectory *y = add_response(b, 2, i);
        *y = (cairn_trajectory){.n_tokens = 2, .outcome = i, .think = NAN};
    }
    credits *c = run_spec(*state, "rloo", b);
    assert_near(c->A[0], -1.5, 1e-12);
    free(c), free(b);
}

static void groups_that_are_too_small_are_named(void **state) {
    const struct {
        const char *spec, *sentence;
    } cases[] = {
        {"pure", "group 1: n is 1, and the token baseline compares a response with the others"},
        {"prime:centre=paper", "group 1: n is 1, and rewards are centred by those of the other responses"},
        {"pass-k:k=2", "group 1: n is 1, and pass@k has k = 2"},
        {"prof:keep=2", "group 1: keep is 2 of 1 responses"},
        {"capo", "group 1: fewer than 2 drawn tokens to pool"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cairn_credit_plan plan = plan_of(*state, cases[i].spec);
        batch *b = batch_new();
        for (int k = 0; k < 3; k++) {
            if (k == 2) next_group(b);
            add_response(b, 1, 1);
        }
        refuses(*state, &plan, b, cases[i].sentence);
        b->groups[1].n = 0;
        refuses(*state, &plan, b, "group 1: n is 0");
        free(b);
    }
    cairn_credit_plan plan = plan_of(*state, "reinforce-pp");
    batch *b = batch_new();
    add_response(b, 1, 1);
    refuses(*state, &plan, b, "whitening needs at least 2 drawn tokens, not 1");
    free(b);
}

static void an_empty_batch_is_no_failure(void **state) {
    batch *b = batch_new();
    credits *c = run_spec(*state, "pure", b);
    assert_int_equal(c->stats.responses, 0);
    assert_true(isnan(c->stats.mean_return));
    free(c), free(b);
}

/* ---- plans --------------------------------------------------------------------------------------------------------- */

static void contradictions_of_a_plan_are_said(void **state) {
    cairn_credit_plan good;
    cairn_credit_default(&good);
    batch *b = batch_new();
    for (int i = 0; i < 2; i++) add_response(b, 2, 1);
#define REFUSES(change, sentence)                    \
    do {                                             \
        cairn_credit_plan p = good;                  \
        cairn_credit_stream *s = p.streams;          \
        (void)s;                                     \
        change;                                      \
        refuses(*state, &p, b, "credit: " sentence); \
    } while (0)
    REFUSES(p.n_streams = 0, "a plan has 1 to 4 streams, not 0");
    REFUSES(p.n_streams = 5, "a plan has 1 to 4 streams, not 5");
    REFUSES(s->scalar = 0, "stream 0: it has no source");
    REFUSES(s->weight = NAN, "stream 0: weights of a stream and its sources are finite numbers");
    REFUSES(s->steps = 1, "stream 0: step rewards without a rule");
    REFUSES(s->gamma = 0, "stream 0: gamma is in (0, 1] and lambda in [0, 1], not 0 and 1");
    REFUSES(s->lambda = 1.5, "stream 0: gamma is in (0, 1] and lambda in [0, 1], not 1 and 1.5");
    REFUSES(s->estimator = CAIRN_ESTIMATE_GAE, "stream 0: GAE sums rewards by itself: its return is to go");
    REFUSES(s->estimator = CAIRN_ESTIMATE_RLOO_TOKEN, "stream 0: the token baseline is one of returns to go");
    REFUSES(s->estimator = CAIRN_ESTIMATE_ANCHOR, "stream 0: anchors compare steps: the return is to go or local");
    REFUSES(s->estimator = CAIRN_ESTIMATE_PASS_K, "stream 0: pass@k has total returns and a k of at least 1");
    REFUSES((s->estimator = CAIRN_ESTIMATE_GRPO, s->sum = CAIRN_RETURN_LOCAL),
            "stream 0: local returns have no sum a response: the estimator is none, pooled or anchor");
    REFUSES(s->centre = CAIRN_CENTRE_CODE,
            "stream 0: rewards are centred before their sum for returns to go and the baselines rloo");
    REFUSES((s->steps = 1, s->rule = CAIRN_STEP_PENALTY),
            "stream 0: its rule says what each step is worth, not a reward to sum: the return is local");
    REFUSES((s->steps = 1, s->rule = CAIRN_STEP_SOFTMIN), "stream 0: softmin has a temperature above 0");
    REFUSES((s->steps = 1, s->rule = CAIRN_STEP_CLIP, s->a = 1.5), "stream 0: eta is within the range of the scores");
    REFUSES((s->steps = 1, s->rule = CAIRN_STEP_RENORM, s->a = -1), "stream 0: renorm has a beta of at least 0");
    REFUSES((s->steps = 1, s->rule = CAIRN_STEP_RENORM, p.given = p.used = CAIRN_SCORE_SIGNED),
            "stream 0: renorm reads scores in [0, 1]");
    REFUSES((s->steps = 1, s->rule = CAIRN_STEP_SUM, s->a = INFINITY), "stream 0: its parameters are finite numbers");
    REFUSES(s->horizon = -1, "stream 0: the horizon is at least 0 tokens, not -1");
    REFUSES(p.given = CAIRN_SCORE_REAL,
            "scores of any size and scores within bounds are not converted into each other");
    REFUSES((p.outcome = CAIRN_OUTCOME_FLIP, p.flip = 1.5), "flip is a probability, not 1.5");
    REFUSES((p.outcome = CAIRN_OUTCOME_CALIBRATE, p.tau = 2),
            "calibration has tau in [0, 1] and alpha of at least 0, not 2 and 0");
    REFUSES((p.scalar = CAIRN_SCALAR_TRUST, p.anneal = -1), "trust anneals over at least 0 iterations");
    REFUSES(p.scalar = CAIRN_SCALAR_OVERLONG, "overlong: a buffer of at least 1 token within the budget, not 0 of 0");
    REFUSES((p.select = CAIRN_SELECT_CONSISTENT, p.keep = 1), "keep is at least 2, not 1");
    REFUSES((p.select = CAIRN_SELECT_SPREAD, p.spread_low = 1), "a spread from 1 to 0");
    REFUSES(p.importance_max = -1, "importance_max is at least 0, not -1");
    REFUSES(p.epsilon = NAN, "epsilon is at least 0, not nan");
    REFUSES(s->rule = (cairn_step_rule)99, "stream 0: no such step rule");
    REFUSES(s->estimator = (cairn_estimator)99, "stream 0: no such estimator");
    REFUSES(p.outcome = (cairn_outcome_stage)99, "no such outcome stage");
#undef REFUSES
    free(b);
}

static void a_penalty_may_not_reach_the_outcome_unless_it_is_allowed_to(void **state) {
    cairn_arena *arena;
    cairn_credit_plan plan = {.name = "before"};
    assert_int_equal(cairn_arena_open(*state, 4096, &arena), CAIRN_OK);
    assert_int_equal(cairn_credit_find(*state, arena, "capo:penalty=2", &plan), CAIRN_INVALID);
    assert_string_equal(plan.name, "before");
    assert_non_null(strstr(cairn_error(*state), "credit capo: stream 0: a penalty of 2 reaches the weight 2"));
    assert_int_equal(cairn_credit_find(*state, arena, "capo:penalty=5,dominant=true", &plan), CAIRN_OK);
    cairn_arena_close(arena);
}

/* ---- memory -------------------------------------------------------------------------------------------------------- */

static void a_failed_allocation_writes_nothing(void **state) {
    cairn_ctx *ctx = *state;
    cairn_credit_plan plan = plan_of(ctx, "pure");
    batch *b = batch_new();
    for (int i = 0; i < 2; i++) add_response(b, 2, i);
    credits *c = calloc(1, sizeof *c), *untouched = calloc(1, sizeof *c);
    cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = 1});
    assert_int_equal(try_plan(ctx, &plan, b, 0, c), CAIRN_NO_MEMORY);
    cairn_faults_set(ctx, (cairn_faults){0});
    assert_memory_equal(c->A, untouched->A, sizeof c->A);
    assert_int_equal(try_plan(ctx, &plan, b, 0, c), CAIRN_OK);
    free(c), free(untouched), free(b);
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
        cmocka_unit_test(every_field_that_is_read_is_checked_and_named),
        cmocka_unit_test(what_a_plan_does_not_read_is_not_asked_for),
        cmocka_unit_test(groups_that_are_too_small_are_named),
        cmocka_unit_test(an_empty_batch_is_no_failure),
        cmocka_unit_test(contradictions_of_a_plan_are_said),
        cmocka_unit_test(a_penalty_may_not_reach_the_outcome_unless_it_is_allowed_to),
        cmocka_unit_test(a_failed_allocation_writes_nothing),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
