/* Outcomes of solutions: counts, and shares with intervals. */
#include <math.h>

#include "cairn/eval.h"

void cairn_outcomes_add(cairn_outcomes *o, cairn_verdict verdict, bool answered, bool told, int64_t count) {
    o->n += count;
    if (verdict == CAIRN_VERDICT_RIGHT) o->right += count;
    if (verdict != CAIRN_VERDICT_UNKNOWN) return;
    o->unknown += count;
    if (!told)
        o->untold += count;
    else if (!answered)
        o->unanswered += count;
}

int64_t cairn_outcomes_judged(const cairn_outcomes *o) {
    return o->unknown < o->n ? o->n - o->untold : 0;
}

double cairn_outcomes_most(const cairn_outcomes *o) {
    int64_t told = o->n - o->untold;
    return told ? (double)(o->right + o->unknown - o->untold) / (double)told : NAN;
}

cairn_status cairn_outcome_groups_add(cairn_ctx *ctx, cairn_outcome_groups *g, const cairn_outcomes *problem) {
    g->all.n += problem->n;
    g->all.right += problem->right;
    g->all.unknown += problem->unknown;
    g->all.untold += problem->untold;
    g->all.unanswered += problem->unanswered;
    CAIRN_TRY(cairn_grow(ctx, (void **)&g->right, &g->right_capacity, g->n + 1, sizeof *g->right));
    CAIRN_TRY(cairn_grow(ctx, (void **)&g->judged, &g->judged_capacity, g->n + 1, sizeof *g->judged));
    g->right[g->n] = (double)problem->right;
    g->judged[g->n++] = (double)(problem->n - problem->untold);
    return CAIRN_OK;
}

cairn_status cairn_outcome_groups_share(cairn_ctx *ctx, const cairn_outcome_groups *g, uint64_t seed,
                                        cairn_interval *out) {
    cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET;
    how.seed = seed;
    *out = (cairn_interval){.estimate = NAN, .low = NAN, .high = NAN};
    if (cairn_outcomes_judged(&g->all) == 0) return CAIRN_OK;
    return cairn_stat_grouped_share(ctx, g->right, g->judged, g->n, &how, out);
}

void cairn_outcome_groups_free(cairn_outcome_groups *g) {
    cairn_free(g->right);
    cairn_free(g->judged);
}
