/* A judgement of a whole solution from any reward. */
#include <math.h>

#include "cairn/reward.h"

cairn_status cairn_reward_judge(cairn_ctx *ctx, const cairn_reward *reward, cairn_arena *arena, uint64_t seed,
                                const cairn_problem *problem, const char *const *steps, int32_t n_steps,
                                double threshold, cairn_judgement *out, cairn_reward_cost *cost) {
    if (n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "judge: no step to judge");
    size_t n = (size_t)n_steps, at = 0;
    double *scores = cairn_arena_alloc(arena, n, sizeof *scores);
    cairn_verdict *verdicts = cairn_arena_alloc(arena, n, sizeof *verdicts);
    const char **codes = cairn_arena_alloc(arena, n, sizeof *codes);
    if (!scores || !verdicts || !codes) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_reward_score_steps(ctx, reward, arena, seed, problem, steps, n_steps, scores, codes, NULL, cost));
    for (size_t i = 0; i < n; i++)
        verdicts[i] = isnan(scores[i])        ? CAIRN_VERDICT_UNKNOWN
                      : scores[i] < threshold ? CAIRN_VERDICT_WRONG
                                              : CAIRN_VERDICT_RIGHT;
    while (at < n && verdicts[at] == CAIRN_VERDICT_RIGHT) at++;
    *out = (cairn_judgement){.scores = scores,
                             .verdicts = verdicts,
                             .first_error = cairn_stat_first_error(scores, n_steps, threshold, CAIRN_STAT_WRONG_BELOW),
                             .code = at < n ? codes[at] : ""};
    return CAIRN_OK;
}
