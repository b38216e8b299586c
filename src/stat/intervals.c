/* Closed-form intervals: proportions and means. */
#include <math.h>

#include "cairn/stat.h"

static cairn_status check_level(cairn_ctx *ctx, double level) {
    if (level > 0.0 && level < 1.0) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "interval level %g is not between 0 and 1", level);
}

static cairn_status check_proportion(cairn_ctx *ctx, int64_t hits, int64_t n, double level) {
    if (n <= 0 || hits < 0 || hits > n)
        return cairn_fail(ctx, CAIRN_INVALID, "a proportion needs 0 <= hits <= n and n > 0, not %lld of %lld",
                          (long long)hits, (long long)n);
    return check_level(ctx, level);
}

cairn_status cairn_stat_wilson(cairn_ctx *ctx, int64_t hits, int64_t n, double level, cairn_interval *out) {
    CAIRN_TRY(check_proportion(ctx, hits, n, level));
    double count = (double)n, p = (double)hits / count, q = (double)(n - hits) / count;
    double z = -cairn_stat_normal_quantile(0.5 * (1.0 - level)), z2 = z * z;
    double centre = p + z2 / (2.0 * count), half = z * sqrt(p * q / count + z2 / (4.0 * count * count));
    double scale = 1.0 + z2 / count;
    double low = hits == 0 ? 0.0 : (centre - half) / scale, high = hits == n ? 1.0 : (centre + half) / scale;
    *out = (cairn_interval){.estimate = p, .low = fmax(0.0, low), .high = fmin(1.0, high)};
    return CAIRN_OK;
}

cairn_status cairn_stat_clopper_pearson(cairn_ctx *ctx, int64_t hits, int64_t n, double level, cairn_interval *out) {
    CAIRN_TRY(check_proportion(ctx, hits, n, level));
    double k = (double)hits, missed = (double)(n - hits), tail = 0.5 * (1.0 - level);
    /* The upper bound is found as the complement of the lower bound of the misses: both keep their digits near 0. */
    double low = hits == 0 ? 0.0 : cairn_stat_beta_quantile(k, missed + 1.0, tail);
    double high = hits == n ? 1.0 : 1.0 - cairn_stat_beta_quantile(missed, k + 1.0, tail);
    *out = (cairn_interval){.estimate = k / (double)n, .low = low, .high = high};
    return CAIRN_OK;
}

/* Student's interval of the mean of a[i] - b[i]; b may be NULL (zeros). Welford's update, since nothing is stored. */
static cairn_status student(cairn_ctx *ctx, const double *a, const double *b, size_t n, double level,
                            cairn_interval *out) {
    CAIRN_TRY(check_level(ctx, level));
    if (n < 2) return cairn_fail(ctx, CAIRN_INVALID, "an interval of a mean needs two numbers, not %zu", n);
    double mean = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        double x = b ? a[i] - b[i] : a[i];
        if (!isfinite(x)) return cairn_fail(ctx, CAIRN_INVALID, "number %zu is not finite", i);
        double d = x - mean;
        mean += d / (double)(i + 1);
        squares += d * (x - mean);
    }
    double error = sqrt(squares / (double)(n - 1) / (double)n);
    double half = error > 0.0 ? -cairn_stat_t_quantile(0.5 * (1.0 - level), (double)(n - 1)) * error : 0.0;
    *out = (cairn_interval){.estimate = mean, .low = mean - half, .high = mean + half};
    return CAIRN_OK;
}

cairn_status cairn_stat_mean_interval(cairn_ctx *ctx, const double *x, size_t n, double level, cairn_interval *out) {
    return student(ctx, x, NULL, n, level, out);
}

cairn_status cairn_stat_paired_interval(cairn_ctx *ctx, const double *a, const double *b, size_t n, double level,
                                        cairn_interval *out) {
    return student(ctx, a, b, n, level, out);
}
