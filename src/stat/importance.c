/* Importance sampling from log-weights. */
#include <math.h>

#include "cairn/stat.h"
#include "core/maths.h"

double cairn_stat_log_sum(const double *x, size_t n) {
    double most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i])) return NAN;
        if (x[i] > most) most = x[i];
    }
    if (isinf(most)) return most;
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += maths_exp(x[i] - most);
    return most + maths_log(sum);
}

double cairn_stat_effective_size(const double *weights, size_t n) {
    double sum = 0, squares = 0, most = 0;
    for (size_t i = 0; i < n; i++)
        if (!(fabs(weights[i]) <= most)) most = fabs(weights[i]); /* a NaN stays */
    if (most == 0) return 0;
    for (size_t i = 0; i < n; i++) {
        double w = weights[i] / most; /* so that no square underflows */
        sum += w;
        squares += w * w;
    }
    return sum * sum / squares;
}

cairn_status cairn_stat_importance(cairn_ctx *ctx, const double *log_weights, const double *values, size_t n,
                                   cairn_importance *out) {
    if (n < 2) return cairn_fail(ctx, CAIRN_INVALID, "importance sampling: %zu samples, expected 2 or more", n);
    double most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (isnan(log_weights[i]) || log_weights[i] == INFINITY || !isfinite(values[i]))
            return cairn_fail(ctx, CAIRN_INVALID, "importance sampling: sample %zu has no finite weight and value", i);
        if (log_weights[i] > most) most = log_weights[i];
    }
    if (isinf(most)) return cairn_fail(ctx, CAIRN_INVALID, "importance sampling: every weight is 0");
    double sum = 0, weighted = 0, squares = 0, spread = 0;
    for (size_t i = 0; i < n; i++) {
        double w = maths_exp(log_weights[i] - most);
        sum += w;
        squares += w * w;
        weighted += w * values[i];
    }
    double mean = weighted / sum;
    for (size_t i = 0; i < n; i++) {
        double part = maths_exp(log_weights[i] - most) * (values[i] - mean);
        spread += part * part;
    }
    *out = (cairn_importance){.estimate = mean, .error = sqrt(spread) / sum, .effective_size = sum * sum / squares};
    return CAIRN_OK;
}
