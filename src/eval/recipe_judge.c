/* The verdict on a claim, from one number a seed. */
#include <math.h>

#include "eval/recipe.h"

/* How a number that lies in [low, high] stands to "at least the bar". */
static cairn_claim_verdict against(double low, double high, double bar) {
    return low >= bar ? CAIRN_CLAIM_MET : high < bar ? CAIRN_CLAIM_MISSED : CAIRN_CLAIM_OPEN;
}

static cairn_claim_verdict worse(cairn_claim_verdict a, cairn_claim_verdict b) {
    return a == CAIRN_CLAIM_MISSED || b == CAIRN_CLAIM_MISSED ? CAIRN_CLAIM_MISSED : a == CAIRN_CLAIM_OPEN ? a : b;
}

/* Comparisons with NaN are false, so that an interval which is not there leaves a bar open. */
static cairn_claim_verdict verdict_of_bars(const cairn_claim *c, const cairn_interval *i) {
    cairn_claim_verdict v = CAIRN_CLAIM_MET;
    if (c->at_least.set) v = worse(v, against(i->low, i->high, c->at_least.value));
    if (c->at_most.set) v = worse(v, against(-i->high, -i->low, -c->at_most.value));
    if (c->mean_at_least.set) v = worse(v, against(i->estimate, i->estimate, c->mean_at_least.value));
    if (c->mean_at_most.set) v = worse(v, against(-i->estimate, -i->estimate, -c->mean_at_most.value));
    return v;
}

cairn_status recipe_judge(cairn_ctx *ctx, const cairn_claim *claim, const double *values, int32_t n,
                          cairn_claim_result *out) {
    double *known = cairn_alloc(ctx, (size_t)n, sizeof *known);
    if (!known) return CAIRN_NO_MEMORY;
    int32_t k = 0;
    for (int32_t i = 0; i < n; i++)
        if (!isnan(values[i])) known[k++] = values[i];
    out->interval = (cairn_interval){.estimate = k ? known[0] : NAN, .low = NAN, .high = NAN};
    cairn_status status = CAIRN_OK;
    if (k >= 2) status = cairn_stat_mean_interval(ctx, known, (size_t)k, 0.95, &out->interval);
    cairn_free(known);
    CAIRN_TRY(status);
    out->seeds = k;
    out->unknown = n - k;
    out->verdict = verdict_of_bars(claim, &out->interval);
    if (out->verdict == CAIRN_CLAIM_MET && out->unknown > 0) out->verdict = CAIRN_CLAIM_OPEN;
    return CAIRN_OK;
}
