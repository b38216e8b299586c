/* Two-parameter forms of true value against distance from the reference policy (arXiv 2210.10760). */
#include <math.h>

#include "cairn/stat.h"
#include "core/maths.h"

/* The form is alpha d - beta bend(d). */
static double bend(cairn_scaling form, double d) {
    return form == CAIRN_SCALING_BEST_OF ? d * d : d > 0.0 ? d * maths_log(d) : 0.0;
}

static cairn_status check(cairn_ctx *ctx, const double *d, const double *gold, size_t n) {
    double seen[2] = {0.0, 0.0};
    int distinct = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(d[i]) || !isfinite(gold[i]) || d[i] < 0.0)
            return cairn_fail(ctx, CAIRN_INVALID, "fit: point %zu is (%g, %g)", i, d[i], gold[i]);
        if (d[i] > 0.0 && distinct < 3 && (distinct < 1 || d[i] != seen[0]) && (distinct < 2 || d[i] != seen[1])) {
            if (distinct < 2) seen[distinct] = d[i];
            distinct++;
        }
    }
    if (distinct < 3) return cairn_fail(ctx, CAIRN_INVALID, "fit: fewer than three distinct distances above 0");
    return CAIRN_OK;
}

cairn_status cairn_stat_fit_scaling(cairn_ctx *ctx, cairn_scaling form, const double *d, const double *gold, size_t n,
                                    cairn_scaling_fit *out) {
    double dd = 0.0, db = 0.0, bb = 0.0, dy = 0.0, by = 0.0;
    CAIRN_TRY(check(ctx, d, gold, n));
    for (size_t i = 0; i < n; i++) {
        double b = -bend(form, d[i]);
        dd += d[i] * d[i], db += d[i] * b, bb += b * b;
        dy += d[i] * gold[i], by += b * gold[i];
    }
    double determinant = dd * bb - db * db;
    cairn_scaling_fit fit = {(bb * dy - db * by) / determinant, (dd * by - db * dy) / determinant, NAN, NAN};
    if (fit.beta > 0.0) {
        fit.peak = form == CAIRN_SCALING_BEST_OF ? fit.alpha / (2.0 * fit.beta) : maths_exp(fit.alpha / fit.beta - 1.0);
        fit.value = fit.alpha * fit.peak - fit.beta * bend(form, fit.peak);
    }
    *out = fit;
    return CAIRN_OK;
}
