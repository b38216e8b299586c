/* Reward `calculator`: recomputes what a step calculates, with what the steps before it named. Steps with nothing to
 * check are unknown. */
#include <math.h>

#include "cairn/reward.h"
#include "cairn/tool.h"

static cairn_status calculator_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world,
                                    const cairn_policy *policy, const void *configuration, void **out) {
    (void)ctx, (void)arena, (void)world, (void)policy, (void)configuration;
    *out = NULL;
    return CAIRN_OK;
}

static void calculator_scale(void *self, cairn_meaning *meaning, double *low, double *high) {
    (void)self;
    *meaning = CAIRN_MEANING_CORRECTNESS;
    *low = 0;
    *high = 1;
}

static void say(const cairn_trace_finding *finding, cairn_scoring *q) {
    q->score = finding->verdict == CAIRN_VERDICT_UNKNOWN ? NAN : finding->verdict == CAIRN_VERDICT_RIGHT;
    q->code = cairn_trace_code_name(finding->code);
    q->evidence = finding->evidence;
}

/* Checks the steps of one request; `said` gets what is found about each. */
static cairn_status check(cairn_ctx *ctx, cairn_arena *arena, const cairn_scoring *q, bool whole,
                          cairn_trace_finding **said) {
    if (q->n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "calculator: no step to score");
    *said = cairn_arena_alloc(arena, (size_t)q->n_steps, sizeof **said);
    if (!*said) return CAIRN_NO_MEMORY;
    return cairn_trace_check(ctx, arena, q->problem->text, q->steps, (size_t)q->n_steps, whole, *said);
}

static cairn_status calculator_score(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                                     cairn_reward_cost *cost) {
    (void)self;
    for (int32_t i = 0; i < n; i++) {
        cairn_scoring *q = &requests[i];
        cairn_trace_finding *said = NULL;
        q->status = check(ctx, arena, q, q->done, &said);
        if (q->status == CAIRN_NO_MEMORY) return CAIRN_NO_MEMORY;
        if (q->status == CAIRN_OK) say(&said[q->n_steps - 1], q);
    }
    if (cost) cost->calls += n;
    return CAIRN_OK;
}

/* In a whole solution one pass judges every step, and an expression that comes from nowhere is held against the step
 * that wrote it when the end is wrong. */
static cairn_status calculator_score_solution(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_scoring *requests,
                                              int32_t n, cairn_reward_cost *cost) {
    (void)self;
    cairn_trace_finding *said = NULL;
    cairn_status status = check(ctx, arena, &requests[n - 1], true, &said);
    if (status == CAIRN_NO_MEMORY) return status;
    for (int32_t i = 0; i < n; i++) {
        requests[i].status = status;
        if (status == CAIRN_OK) say(&said[i], &requests[i]);
    }
    if (cost) cost->calls += n;
    return CAIRN_OK;
}

const cairn_reward_type cairn_reward_calculator = {
    .about = {.name = "calculator",
              .summary = "recomputes what a step calculates: 1 right, 0 wrong, unknown where nothing can be checked",
              .source = ""},
    .open = calculator_open,
    .scale = calculator_scale,
    .score = calculator_score,
    .score_solution = calculator_score_solution,
};
