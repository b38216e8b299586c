/* Groups of responses for the tests of the layer credit, and what a call makes of them. */
#ifndef CAIRN_TESTS_CREDIT_FIXTURE_H
#define CAIRN_TESTS_CREDIT_FIXTURE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/credit.h"
#include "near.h"

enum { MOST_RESPONSES = 64, MOST_TOKENS = 64, MOST_ALL = 1024 };

/* A batch with room for all arrays; what a plan does not read may stand there. */
typedef struct batch {
    cairn_trajectory y[MOST_RESPONSES];
    cairn_credit_group groups[MOST_RESPONSES];
    int32_t n, n_groups;
    int32_t ends[MOST_RESPONSES][MOST_TOKENS];
    double scores[MOST_RESPONSES][MOST_TOKENS];
    cairn_verdict flags[MOST_RESPONSES][MOST_TOKENS];
    uint64_t states[MOST_RESPONSES][MOST_TOKENS];
    uint8_t drawn[MOST_RESPONSES][MOST_TOKENS];
    double tokens[MOST_RESPONSES][MOST_TOKENS], logp[MOST_RESPONSES][MOST_TOKENS], ref[MOST_RESPONSES][MOST_TOKENS];
    double sampler[MOST_RESPONSES][MOST_TOKENS], values[MOST_RESPONSES][MOST_TOKENS];
} batch;

typedef struct credits {
    double A[MOST_ALL], ret[MOST_ALL], scalar[MOST_RESPONSES], step[MOST_ALL];
    uint8_t keep[MOST_RESPONSES];
    cairn_credit_stats stats;
} credits;

static inline batch *batch_new(void) {
    batch *b = calloc(1, sizeof *b);
    assert_non_null(b);
    return b;
}

/* A response of n tokens, each a step of its own, to the group at hand. */
static inline cairn_trajectory *add_response(batch *b, int32_t n, double outcome) {
    int32_t i = b->n++;
    for (int32_t t = 0; t < n; t++) b->ends[i][t] = t, b->drawn[i][t] = 1, b->flags[i][t] = CAIRN_VERDICT_RIGHT;
    b->y[i] = (cairn_trajectory){.n_tokens = n,
                                 .n_steps = n,
                                 .step_end = b->ends[i],
                                 .step_score = b->scores[i],
                                 .step_flag = b->flags[i],
                                 .step_state = b->states[i],
                                 .drawn = b->drawn[i],
                                 .token_reward = b->tokens[i],
                                 .logp = b->logp[i],
                                 .logp_ref = b->ref[i],
                                 .logp_sampler = b->sampler[i],
                                 .value = b->values[i],
                                 .outcome = outcome,
                                 .format = NAN,
                                 .think = NAN,
                                 .pattern = NAN,
                                 .baseline = NAN};
    if (b->n_groups == 0) b->groups[b->n_groups++] = (cairn_credit_group){.responses = b->y, .id = 7};
    b->groups[b->n_groups - 1].n++;
    return &b->y[i];
}

/* The next responses answer another prompt. */
static inline void next_group(batch *b) {
    b->groups[b->n_groups] = (cairn_credit_group){.responses = b->y + b->n, .id = 7 + (uint64_t)b->n_groups};
    b->n_groups++;
}

/* A response of one step a score. */
static inline cairn_trajectory *add_scored(batch *b, double outcome, int32_t n, const double *scores) {
    cairn_trajectory *y = add_response(b, n, outcome);
    memcpy(b->scores[b->n - 1], scores, (size_t)n * sizeof *scores);
    return y;
}

static inline cairn_credit_plan plan_of(cairn_ctx *ctx, const char *spec) {
    cairn_arena *arena;
    cairn_credit_plan plan;
    assert_int_equal(cairn_arena_open(ctx, 4096, &arena), CAIRN_OK);
    if (cairn_credit_find(ctx, arena, spec, &plan) != CAIRN_OK) fail_msg("%s: %s", spec, cairn_error(ctx));
    cairn_arena_close(arena);
    return plan;
}

static inline cairn_status try_plan(cairn_ctx *ctx, const cairn_credit_plan *plan, const batch *b, int64_t iteration,
                                    credits *out) {
    cairn_credit_result result = {
        .advantage = out->A, .ret = out->ret, .scalar = out->scalar, .step = out->step, .keep = out->keep};
    cairn_status status = cairn_credit(ctx, plan, b->groups, b->n_groups, iteration, &result);
    out->stats = result.stats;
    return status;
}

static inline credits *run_plan(cairn_ctx *ctx, const cairn_credit_plan *plan, const batch *b, int64_t iteration) {
    credits *out = calloc(1, sizeof *out);
    assert_non_null(out);
    if (try_plan(ctx, plan, b, iteration, out) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return out;
}

static inline credits *run_spec(cairn_ctx *ctx, const char *spec, const batch *b) {
    cairn_credit_plan plan = plan_of(ctx, spec);
    return run_plan(ctx, &plan, b, 0);
}

#define assert_all_near(got, want, n, tolerance)                                            \
    do {                                                                                    \
        for (int32_t i_ = 0; i_ < (n); i_++) assert_near((got)[i_], (want)[i_], tolerance); \
    } while (0)

#endif
