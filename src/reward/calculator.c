/* Reward `calculator`: recomputes what a step calculates, with what the steps before it named. Steps with nothing to check are unknown. */
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

static cairn_status score_one(cairn_ctx *ctx, cairn_arena *arena, cairn_scoring *q) {
    if (q->n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "calculator: no step to score");
    cairn_trace_finding *findings = cairn_arena_alloc(arena, (size_t)q->n_steps, sizeof *findings);
    if (!findings) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_trace_check(ctx, arena, q->problem->text, q->steps, (size_t)q->n_steps, findings));
    const cairn_trace_finding *last = &findings[q->n_steps - 1];
    q->score = last->verdict == CAIRN_VERDICT_UNKNOWN ? NAN : last->verdict == CAIRN_VERDICT_RIGHT ? 1 : 0;
    q->code = cairn_trace_code_name(last->code);
    q->evidence = last->evidence;
    return CAIRN_OK;
}

static cairn_status calculator_score(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                                     cairn_reward_cost *cost) {
    (void)self;
    for (int32_t i = 0; i < n; i++) {
        requests[i].status = score_one(ctx, arena, &requests[i]);
        if (requests[i].status == CAIRN_NO_MEMORY) return CAIRN_NO_MEMORY;
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
};
