/* Accuracy against budget, and two methods at the same budget. */
#include <math.h>

#include "cairn/eval.h"

static cairn_status check(cairn_ctx *ctx, const cairn_curve *curve) {
    if (curve->points < 1 || curve->problems < 1)
        return cairn_fail(ctx, CAIRN_INVALID, "curve: %d points of %d problems", (int)curve->points,
                          (int)curve->problems);
    for (int32_t p = 0; p < curve->points; p++) {
        if (!isfinite(curve->budgets[p]) || (p > 0 && !(curve->budgets[p] > curve->budgets[p - 1])))
            return cairn_fail(ctx, CAIRN_INVALID, "curve: budget %d (%g) is not above the one before", (int)p,
                              curve->budgets[p]);
        for (int32_t i = 0; i < curve->problems; i++) {
            double outcome = curve->outcomes[(size_t)p * (size_t)curve->problems + (size_t)i];
            if (!(outcome >= 0.0 && outcome <= 1.0))
                return cairn_fail(ctx, CAIRN_INVALID, "curve: outcome %g of point %d, problem %d is not within [0, 1]",
                                  outcome, (int)p, (int)i);
        }
    }
    return CAIRN_OK;
}

cairn_status cairn_eval_curve(cairn_ctx *ctx, const cairn_curve *curve, double level, cairn_curve_point *out) {
    CAIRN_TRY(check(ctx, curve));
    size_t problems = (size_t)curve->problems;
    for (size_t i = 0; i < (size_t)curve->points * problems; i++)
        if (curve->outcomes[i] != 0.0 && curve->outcomes[i] != 1.0)
            return cairn_fail(ctx, CAIRN_INVALID, "curve: outcome %g of point %zu, problem %zu is neither 0 nor 1",
                              curve->outcomes[i], i / problems, i % problems);
    if (!(level > 0.0 && level < 1.0))
        return cairn_fail(ctx, CAIRN_INVALID, "interval level %g is not between 0 and 1", level);
    for (int32_t p = 0; p < curve->points; p++) {
        int64_t correct = 0;
        for (size_t i = 0; i < problems; i++) correct += curve->outcomes[(size_t)p * problems + i] == 1.0;
        out[p] = (cairn_curve_point){.budget = curve->budgets[p], .correct = correct, .n = curve->problems};
        CAIRN_TRY(cairn_stat_wilson(ctx, correct, curve->problems, level, &out[p].accuracy));
    }
    return CAIRN_OK;
}

/* The last point within the budget, or -1. */
static int32_t within(const cairn_curve *curve, double budget) {
    int32_t p = -1;
    while (p + 1 < curve->points && curve->budgets[p + 1] <= budget) p++;
    return p;
}

/* Probability, when each unequal problem falls to either side by a fair coin, of a split at least this uneven. */
static double sign_test(int64_t a, int64_t b) {
    return a == b ? 1.0 : fmin(1.0, 2.0 * cairn_stat_binomial_at_most(a < b ? a : b, a + b, 0.5));
}

cairn_status cairn_eval_matched(cairn_ctx *ctx, const cairn_curve *a, const cairn_curve *b, double budget,
                                const cairn_bootstrap *how, cairn_matched *out) {
    CAIRN_TRY(check(ctx, a));
    CAIRN_TRY(check(ctx, b));
    if (a->problems != b->problems)
        return cairn_fail(ctx, CAIRN_INVALID, "matched budget: %d problems against %d", (int)a->problems,
                          (int)b->problems);
    int32_t at_a = within(a, budget), at_b = within(b, budget);
    if (at_a < 0 || at_b < 0)
        return cairn_fail(ctx, CAIRN_INVALID, "matched budget: no point within %g (the smallest are %g and %g)", budget,
                          a->budgets[0], b->budgets[0]);
    size_t n = (size_t)a->problems;
    const double *row_a = a->outcomes + (size_t)at_a * n, *row_b = b->outcomes + (size_t)at_b * n;
    cairn_matched matched = {.budget_a = a->budgets[at_a], .budget_b = b->budgets[at_b]};
    CAIRN_TRY(cairn_stat_paired_interval(ctx, row_a, row_b, n, how->level, &matched.difference));
    CAIRN_TRY(cairn_stat_bootstrap_paired(ctx, row_a, row_b, n, how, &matched.bootstrap));
    for (size_t i = 0; i < n; i++) {
        matched.a_better += row_a[i] > row_b[i];
        matched.b_better += row_a[i] < row_b[i];
        matched.equal += row_a[i] == row_b[i];
    }
    matched.sign_p = sign_test(matched.a_better, matched.b_better);
    *out = matched;
    return CAIRN_OK;
}
