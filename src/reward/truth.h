/* What is exactly known of a prefix: the base of the rewards `exact` and `noisy`. */
#ifndef CAIRN_REWARD_TRUTH_H
#define CAIRN_REWARD_TRUTH_H

#include "cairn/reward.h"

typedef enum truth {
    TRUTH_VALUE,     /* the policy's exact V */
    TRUTH_STEP,      /* 1 right, 0 wrong */
    TRUTH_REACHABLE, /* 1 or 0 */
    TRUTH_QUALITY    /* arXiv 2406.03816: climbs by equal increments along right steps, falls at wrong ones */
} truth;
#define TRUTH_CHOICES "value|step|reachable|quality"

/* INVALID when world or policy do not know this truth. `who` opens the text. */
cairn_status truth_check(cairn_ctx *ctx, const char *who, truth what, const cairn_world *world,
                         const cairn_policy *policy);
/* Meaning and range of this truth's scores. */
void truth_scale(truth what, const cairn_world *world, cairn_meaning *meaning, double *low, double *high);
/* The same of expected returns: success probabilities where the world is plain. */
void truth_range(const cairn_world *world, cairn_meaning *meaning, double *low, double *high);
/* Fills score, code and evidence of a request: NaN where the world says unknown. */
cairn_status truth_score(cairn_ctx *ctx, truth what, const cairn_world *world, const cairn_policy *policy,
                         cairn_arena *arena, cairn_scoring *request);

#endif
