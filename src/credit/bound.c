/* What the step rewards of a response can sum to: analytic, so that a bound that is left is a bug. */
#include <math.h>

#include "credit/call.h"

int32_t rule_stream(const cairn_credit_plan *plan) {
    for (int32_t i = 0; i < plan->n_streams; i++)
        if (plan->streams[i].rule != CAIRN_STEP_NONE && plan->streams[i].steps != 0 && plan->streams[i].weight != 0)
            return i;
    return -1;
}

void step_bounds(const cairn_credit_stream *s, cairn_score_unit unit, int32_t n, double *low, double *high) {
    double least = unit == CAIRN_SCORE_PROB ? 0 : unit == CAIRN_SCORE_SIGNED ? -1 : -INFINITY;
    double most = unit == CAIRN_SCORE_REAL ? INFINITY : 1;
    *low = 0, *high = 0;
    switch (s->rule) {
    case CAIRN_STEP_NONE:
        return;
    case CAIRN_STEP_SUM:
        *low = least < 0 ? -INFINITY : 0, *high = INFINITY;
        return;
    case CAIRN_STEP_SOFTMIN: /* a weighted mean of the scores */
    case CAIRN_STEP_MIN:
        *low = least, *high = most;
        return;
    case CAIRN_STEP_CLIP:
        *low = -INFINITY;
        return;
    case CAIRN_STEP_DELTA: /* the first score; one step has no reward */
        if (n > 1) *low = least, *high = most;
        return;
    case CAIRN_STEP_CLIP_DELTA:
        if (n > 1) *low = least - s->a;
        return;
    case CAIRN_STEP_PROGRESS: /* the last score minus the start */
        *low = least - s->a, *high = most - s->a;
        return;
    case CAIRN_STEP_RENORM:
        *low = -INFINITY, *high = INFINITY;
        return;
    case CAIRN_STEP_PENALTY:
        *low = -INFINITY;
        return;
    case CAIRN_STEP_THOUGHT:
    case CAIRN_STEP_PREFIX:
        *low = -INFINITY, *high = INFINITY;
        return;
    }
}

cairn_status cairn_credit_bound(cairn_ctx *ctx, const cairn_credit_plan *plan, int32_t n_steps, double *low,
                                double *high) {
    CAIRN_TRY(check_plan(ctx, plan));
    if (n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "a response has at least 1 step, not %d", (int)n_steps);
    int32_t i = rule_stream(plan);
    *low = 0, *high = 0;
    if (i >= 0) step_bounds(&plan->streams[i], plan->used, n_steps, low, high);
    return CAIRN_OK;
}
