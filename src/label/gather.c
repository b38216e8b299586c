/* Evidence about a whole solution that needs no completions: verdicts of the world, scores of the judge. */
#include <math.h>

#include "cairn/label.h"

cairn_status cairn_label_verify(cairn_workspace *workspace, const cairn_labelled *solution, const cairn_verdict **out) {
    size_t n = (size_t)solution->n_steps;
    cairn_step_check *checks = cairn_arena_alloc(workspace->arena, n + 1, sizeof *checks);
    cairn_verdict *verdicts = cairn_arena_alloc(workspace->arena, n + 1, sizeof *verdicts);
    if (!checks || !verdicts) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_world_verify(workspace->ctx, workspace->world, workspace->problem, solution->steps,
                                 solution->n_steps, workspace->arena, checks));
    for (size_t i = 0; i < n; i++) verdicts[i] = checks[i].verdict;
    *out = verdicts;
    return CAIRN_OK;
}

cairn_status cairn_label_judge(cairn_workspace *workspace, const cairn_labelled *solution, const double **out) {
    const cairn_reward *judge = workspace->cast[CAIRN_ROLE_JUDGE].reward;
    int32_t n = solution->n_steps;
    cairn_cost *cost = &workspace->cost;
    cairn_reward_cost spent = {0};
    if (!judge) return cairn_fail(workspace->ctx, CAIRN_INVALID, "no judge is bound: --judge REWARD");
    if (n == 0) {
        static const double none[1];
        *out = none;
        return CAIRN_OK;
    }
    cairn_judgement said; /* rules have thresholds of their own: only the scores are kept */
    CAIRN_TRY(cairn_reward_judge(workspace->ctx, judge, workspace->arena, workspace->seed, workspace->problem,
                                 solution->steps, n, 0.5, &said, &spent));
    cost->scorings += n;
    cost->failed += spent.failed;
    for (int32_t i = 0; i < n; i++) cost->unscored += isnan(said.scores[i]);
    cost->steps[CAIRN_ROLE_JUDGE] += spent.steps;
    cost->tokens[CAIRN_ROLE_JUDGE] += spent.tokens;
    cost->flops[CAIRN_ROLE_JUDGE] += spent.flops;
    *out = said.scores;
    return CAIRN_OK;
}
