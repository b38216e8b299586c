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

static double z_of(double level) {
    return -cairn_stat_normal_quantile(0.5 * (1.0 - level));
}

cairn_status cairn_stat_wald(cairn_ctx *ctx, int64_t hits, int64_t n, double level, cairn_interval *out) {
    CAIRN_TRY(check_proportion(ctx, hits, n, level));
    double p = (double)hits / (double)n, half = z_of(level) * sqrt(p * (1.0 - p) / (double)n);
    *out = (cairn_interval){.estimate = p, .low = p - half, .high = p + half};
    return CAIRN_OK;
}

/* Trials that tell as much as these, were they independent. */
static double effective_trials(const int64_t *hits, const int64_t *sizes, size_t clusters, double p, double n) {
    double squares = 0.0;
    for (size_t i = 0; i < clusters; i++) {
        double off = (double)hits[i] - p * (double)sizes[i];
        squares += off * off;
    }
    double variance = squares / (n * n);
    return variance > 0.0 ? fmin(n, p * (1.0 - p) / variance) : (double)clusters;
}

cairn_status cairn_stat_wilson_clustered(cairn_ctx *ctx, const int64_t *hits, const int64_t *sizes, size_t clusters,
                                         double level, cairn_interval *out) {
    int64_t hit = 0, all = 0;
    for (size_t i = 0; i < clusters; i++) {
        CAIRN_TRY(check_proportion(ctx, hits[i], sizes[i], level));
        if (sizes[i] > INT64_MAX - all) return cairn_fail(ctx, CAIRN_INVALID, "a proportion of more than 2^63 trials");
        hit += hits[i];
        all += sizes[i];
    }
    CAIRN_TRY(cairn_stat_wilson(ctx, hit, all, level, out));
    if ((size_t)all == clusters) return CAIRN_OK;
    double p = out->estimate, n = effective_trials(hits, sizes, clusters, p, (double)all);
    double z = z_of(level), scale = 1.0 + z * z / n, centre = p + z * z / (2.0 * n);
    double half = z * sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
    out->low = hit == 0 ? 0.0 : fmax(0.0, (centre - half) / scale);
    out->high = hit == all ? 1.0 : fmin(1.0, (centre + half) / scale);
    return CAIRN_OK;
}

void cairn_stat_widen(cairn_interval *interval, size_t n, double level, double least, double most) {
    double z = z_of(level), unseen = z * z / ((double)n + z * z);
    double low = interval->estimate - unseen * (interval->estimate - least);
    double high = interval->estimate + unseen * (most - interval->estimate);
    if (isnan(interval->estimate)) return;
    interval->low = fmin(low, interval->low); /* fmin and fmax leave out a NaN */
    interval->high = fmax(high, interval->high);
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

/* Mean of a[i] - b[i] and its standard error; b may be NULL (zeros). Welford's update, since nothing is stored. */
static cairn_status mean_of(cairn_ctx *ctx, const double *a, const double *b, size_t n, double *mean, double *error) {
    double sofar = 0.0, squares = 0.0;
    if (n < 2) return cairn_fail(ctx, CAIRN_INVALID, "the spread of a mean needs two numbers, not %zu", n);
    for (size_t i = 0; i < n; i++) {
        double x = b ? a[i] - b[i] : a[i];
        if (!isfinite(x)) return cairn_fail(ctx, CAIRN_INVALID, "number %zu is not finite", i);
        double d = x - sofar;
        sofar += d / (double)(i + 1);
        squares += d * (x - sofar);
    }
    *mean = sofar;
    *error = sqrt(squares / (double)(n - 1) / (double)n);
    return CAIRN_OK;
}

static cairn_status student(cairn_ctx *ctx, const double *a, const double *b, size_t n, double level,
                            cairn_interval *out) {
    double mean = NAN, error = NAN;
    CAIRN_TRY(check_level(ctx, level));
    CAIRN_TRY(mean_of(ctx, a, b, n, &mean, &error));
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

cairn_status cairn_stat_paired_test(cairn_ctx *ctx, const double *a, const double *b, size_t n, cairn_test *out) {
    double mean = NAN, error = NAN;
    CAIRN_TRY(mean_of(ctx, a, b, n, &mean, &error));
    double t = mean == 0.0 ? 0.0 : mean / error;
    *out = (cairn_test){t, isinf(t) ? 0.0 : 2.0 * cairn_stat_t_cdf(-fabs(t), (double)(n - 1))};
    return CAIRN_OK;
}
