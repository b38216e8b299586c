/* What the truth says of a prefix, shared by the rewards that are made from it. */
#include "reward/truth.h"

#include <math.h>

cairn_status truth_check(cairn_ctx *ctx, const char *who, truth what, const cairn_world *world,
                         const cairn_policy *policy) {
    const char *name = world->type->about.name;
    if (what == TRUTH_VALUE && (!policy || !policy->type->value))
        return cairn_fail(ctx, CAIRN_INVALID, "%s: what=value needs a policy whose exact value is known (scripted)",
                          who);
    if (what == TRUTH_REACHABLE && !world->type->reachable)
        return cairn_fail(ctx, CAIRN_INVALID, "%s: what=reachable cannot be decided in world `%s`", who, name);
    if ((what == TRUTH_STEP || what == TRUTH_QUALITY) && !world->type->verify_step)
        return cairn_fail(ctx, CAIRN_INVALID, "%s: world `%s` does not verify steps", who, name);
    return CAIRN_OK;
}

void truth_range(const cairn_world *world, cairn_meaning *meaning, double *low, double *high) {
    cairn_range range = cairn_world_outcomes(world);
    *meaning = cairn_world_is_plain(world) ? CAIRN_MEANING_SUCCESS : CAIRN_MEANING_RETURN;
    *low = range.low;
    *high = range.high;
}

void truth_scale(truth what, const cairn_world *world, cairn_meaning *meaning, double *low, double *high) {
    static const cairn_meaning meanings[] = {[TRUTH_STEP] = CAIRN_MEANING_CORRECTNESS,
                                             [TRUTH_REACHABLE] = CAIRN_MEANING_REACHABILITY,
                                             [TRUTH_QUALITY] = CAIRN_MEANING_PROGRESS};
    if (what == TRUTH_VALUE) {
        truth_range(world, meaning, low, high);
        return;
    }
    *meaning = meanings[what];
    *low = 0;
    *high = 1;
}

static double verdict_number(cairn_verdict verdict) {
    return verdict == CAIRN_VERDICT_UNKNOWN ? NAN : verdict == CAIRN_VERDICT_RIGHT ? 1 : 0;
}

static cairn_status score_step(cairn_ctx *ctx, const cairn_world *world, cairn_arena *arena, cairn_scoring *q) {
    bool done;
    cairn_step_check check;
    void *before = cairn_arena_alloc(arena, 1, world->type->state_bytes);
    if (!before) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_world_replay(ctx, world, q->problem, q->steps, q->n_steps - 1, before, &done));
    CAIRN_TRY(world->type->verify_step(ctx, world->self, q->problem, before, q->steps, q->n_steps, arena, &check));
    q->score = verdict_number(check.verdict);
    q->code = check.code;
    q->evidence = check.evidence;
    return CAIRN_OK;
}

/* v_k = max(0, v_(k-1) +- (1 - v_(k-1)) / dist_k), v_0 = 0. A right step k of K has dist K - k + 1; a wrong one has
 * that of the last right prefix before it (K + 1 for none). */
static cairn_status score_quality(cairn_ctx *ctx, const cairn_world *world, cairn_arena *arena, cairn_scoring *q) {
    int32_t K = q->problem->max_steps, dist = K + 1;
    double v = 0;
    cairn_step_check *checks = cairn_arena_alloc(arena, (size_t)q->n_steps, sizeof *checks);
    if (!checks) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_world_verify(ctx, world, q->problem, q->steps, q->n_steps, arena, checks));
    for (int32_t k = 1; k <= q->n_steps; k++) {
        cairn_verdict verdict = checks[k - 1].verdict;
        if (verdict == CAIRN_VERDICT_UNKNOWN) v = NAN;
        if (verdict == CAIRN_VERDICT_RIGHT) dist = K - k + 1;
        double move = (1 - v) / (dist > 0 ? dist : 1);
        v += verdict == CAIRN_VERDICT_RIGHT ? move : -move;
        if (v < 0) v = 0;
    }
    q->code = checks[q->n_steps - 1].code;
    q->evidence = checks[q->n_steps - 1].evidence;
    q->score = v;
    return CAIRN_OK;
}

cairn_status truth_score(cairn_ctx *ctx, truth what, const cairn_world *world, const cairn_policy *policy,
                         cairn_arena *arena, cairn_scoring *q) {
    q->code = q->evidence = "";
    if (q->n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "no step to score");
    switch (what) {
    case TRUTH_VALUE:
        return policy->type->value(ctx, policy->self, q->problem, q->state, &q->score);
    case TRUTH_STEP:
        return score_step(ctx, world, arena, q);
    case TRUTH_REACHABLE:
        return world->type->reachable(ctx, world->self, q->problem, q->state, &q->score);
    case TRUTH_QUALITY:
        break;
    }
    return score_quality(ctx, world, arena, q);
}
