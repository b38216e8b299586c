/* Stage 1: the outcome of each response, as it is, or changed as in the study of noisy rewards (arXiv 2505.22653). */
#include <math.h>

#include "core/maths.h"
#include "credit/call.h"

/* Whether the outcome of this response flips: one draw for a group, or one for each response. */
static bool flips(const call *c, const response *y) {
    const cairn_credit_plan *p = c->plan;
    uint64_t path = cairn_key("flip", 4);
    if (p->flip_responses) path = cairn_key_mix(path, (uint64_t)y->place + 1);
    if (!p->flip_fixed) path = cairn_key_mix(path, (uint64_t)c->iteration);
    cairn_rng rng = cairn_rng_open(p->seed, y->group_id, path, CAIRN_VERB_LEARN, 0, 0);
    return cairn_rng_unit(&rng) < p->flip;
}

/* s' = s from tau on, else min(1, s + alpha pattern). */
static double calibrated(const cairn_credit_plan *p, double s, double pattern) {
    return s < p->tau ? fmin(1, s + p->alpha * pattern) : s;
}

void outcome_stage(call *c) {
    const cairn_credit_plan *p = c->plan;
    for (response *y = c->responses; y < c->responses + c->n_responses; y++) {
        double s = y->y->outcome;
        bool flipped = p->outcome == CAIRN_OUTCOME_FLIP && !isnan(s) && flips(c, y);
        if (flipped) s = 1 - s;
        if (p->outcome == CAIRN_OUTCOME_PATTERN) s = y->y->pattern;
        /* fmin drops a NaN: an unknown pattern leaves the calibrated outcome unknown. */
        if (p->outcome == CAIRN_OUTCOME_CALIBRATE && s < p->tau)
            s = isnan(y->y->pattern) ? NAN : calibrated(p, s, y->y->pattern);
        y->outcome = s;
        c->stats.flipped += flipped;
        c->stats.unknown_outcomes += isnan(s);
    }
}
