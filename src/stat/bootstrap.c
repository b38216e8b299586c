/* The percentile bootstrap. */
#include <math.h>
#include <stdlib.h>

#include "stat/bootstrap.h"

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double cairn_stat_quantile_sorted(const double *x, size_t n, double p) {
    if (n == 0 || !(p >= 0.0 && p <= 1.0)) return NAN;
    double position = p * (double)(n - 1);
    size_t below = (size_t)position;
    if (below + 1 >= n) return x[n - 1];
    double part = position - (double)below;
    return part > 0.0 ? x[below] + part * (x[below + 1] - x[below]) : x[below];
}

cairn_status bootstrap_check(cairn_ctx *ctx, const size_t *sizes, size_t strata, const char *what,
                             const cairn_bootstrap *how, size_t *n) {
    if (how->resamples < 1 || how->resamples > 10000000)
        return cairn_fail(ctx, CAIRN_INVALID, "bootstrap: %d resamples, expected 1 to 10000000", (int)how->resamples);
    if (!(how->level > 0.0 && how->level < 1.0))
        return cairn_fail(ctx, CAIRN_INVALID, "bootstrap: level %g is not between 0 and 1", how->level);
    if (strata == 0) return cairn_fail(ctx, CAIRN_INVALID, "bootstrap: no strata");
    *n = 0;
    for (size_t s = 0; s < strata; s++) {
        if (sizes[s] == 0) return cairn_fail(ctx, CAIRN_INVALID, "bootstrap: stratum %zu has no %s", s, what);
        if (sizes[s] > UINT32_MAX - *n) return cairn_fail(ctx, CAIRN_INVALID, "bootstrap: more than 2^32 - 1 %s", what);
        *n += sizes[s];
    }
    return CAIRN_OK;
}

void bootstrap_bounds(double *values, size_t kept, const cairn_bootstrap *how, cairn_interval *out) {
    double tail = 0.5 * (1.0 - how->level);
    qsort(values, kept, sizeof *values, by_value);
    out->low = cairn_stat_quantile_sorted(values, kept, tail);
    out->high = cairn_stat_quantile_sorted(values, kept, 1.0 - tail);
    out->left_out = how->resamples - (int32_t)kept;
}

static void draw(const size_t *sizes, size_t strata, uint64_t seed, uint32_t resample, uint32_t *index) {
    cairn_rng rng = cairn_rng_open(seed, cairn_key("bootstrap", 9), 0, CAIRN_VERB_EVAL, 0, resample);
    uint32_t first = 0;
    size_t i = 0;
    for (size_t s = 0; s < strata; s++) {
        uint32_t size = (uint32_t)sizes[s];
        for (uint32_t k = 0; k < size; k++) index[i++] = first + cairn_rng_below(&rng, size);
        first += size;
    }
}

cairn_status cairn_stat_bootstrap_strata(cairn_ctx *ctx, const size_t *sizes, size_t strata,
                                         cairn_statistic_fn statistic, const void *arg, const cairn_bootstrap *how,
                                         cairn_interval *out) {
    size_t n = 0;
    CAIRN_TRY(bootstrap_check(ctx, sizes, strata, "items", how, &n));
    uint32_t *index = cairn_alloc(ctx, n, sizeof *index);
    double *values = cairn_alloc(ctx, (size_t)how->resamples, sizeof *values);
    cairn_status status = index && values ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) {
        for (size_t i = 0; i < n; i++) index[i] = (uint32_t)i;
        double estimate = statistic(arg, index, n);
        size_t kept = 0;
        for (int32_t r = 0; r < how->resamples && !isnan(estimate); r++) {
            draw(sizes, strata, how->seed, (uint32_t)r, index);
            values[kept] = statistic(arg, index, n);
            if (!isnan(values[kept])) kept++;
        }
        if (kept == 0) {
            status = cairn_fail(ctx, CAIRN_INVALID, "bootstrap: the statistic is undefined on %s",
                                isnan(estimate) ? "the items themselves" : "every resample");
        } else {
            *out = (cairn_interval){.estimate = estimate};
            bootstrap_bounds(values, kept, how, out);
        }
    }
    cairn_free(index);
    cairn_free(values);
    return status;
}

/* `values` [k][resamples], `kept` [k] and `now` [k] are zeroed room. */
static cairn_status resample_all(cairn_ctx *ctx, size_t n, size_t k, cairn_statistics_fn statistics, void *arg,
                                 const cairn_bootstrap *how, uint32_t *index, double *values, int32_t *kept,
                                 double *now, cairn_interval *out) {
    size_t resamples = (size_t)how->resamples;
    for (size_t i = 0; i < n; i++) index[i] = (uint32_t)i;
    statistics(arg, index, n, now);
    for (size_t s = 0; s < k; s++) out[s] = (cairn_interval){.estimate = now[s], .low = NAN, .high = NAN};
    for (int32_t r = 0; r < how->resamples; r++) {
        if (cairn_cancelled(ctx)) return cairn_fail(ctx, CAIRN_CANCELLED, "interrupted");
        draw(&n, 1, how->seed, (uint32_t)r, index);
        statistics(arg, index, n, now);
        for (size_t s = 0; s < k; s++)
            if (!isnan(out[s].estimate) && !isnan(now[s])) values[s * resamples + (size_t)kept[s]++] = now[s];
    }
    for (size_t s = 0; s < k; s++) bootstrap_bounds(values + s * resamples, (size_t)kept[s], how, &out[s]);
    return CAIRN_OK;
}

cairn_status cairn_stat_bootstrap_many(cairn_ctx *ctx, size_t n, size_t k, cairn_statistics_fn statistics, void *arg,
                                       const cairn_bootstrap *how, cairn_interval *out) {
    size_t items;
    CAIRN_TRY(bootstrap_check(ctx, &n, 1, "items", how, &items));
    if (k > 1000) return cairn_fail(ctx, CAIRN_INVALID, "bootstrap: more than 1000 statistics");
    uint32_t *index = cairn_alloc(ctx, n, sizeof *index);
    double *values = cairn_alloc(ctx, k * (size_t)how->resamples, sizeof *values);
    int32_t *kept = cairn_alloc(ctx, k, sizeof *kept);
    double *now = cairn_alloc(ctx, k, sizeof *now);
    cairn_status status = index && values && kept && now ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = resample_all(ctx, n, k, statistics, arg, how, index, values, kept, now, out);
    cairn_free(index);
    cairn_free(values);
    cairn_free(kept);
    cairn_free(now);
    return status;
}

cairn_status cairn_stat_bootstrap(cairn_ctx *ctx, size_t n, cairn_statistic_fn statistic, const void *arg,
                                  const cairn_bootstrap *how, cairn_interval *out) {
    return cairn_stat_bootstrap_strata(ctx, &n, 1, statistic, arg, how, out);
}

typedef struct paired {
    const double *a, *b; /* b NULL: zeros */
} paired;

/* Compensated as cairn_stat_sum, but over drawn items. */
static double mean_difference(const void *arg, const uint32_t *index, size_t n) {
    const paired *pair = arg;
    double sum = 0.0, lost = 0.0;
    for (size_t i = 0; i < n; i++) {
        double x = pair->b ? pair->a[index[i]] - pair->b[index[i]] : pair->a[index[i]];
        double next = sum + x;
        lost += fabs(sum) >= fabs(x) ? (sum - next) + x : (x - next) + sum;
        sum = next;
    }
    return (sum + lost) / (double)n;
}

static cairn_status bootstrap_means(cairn_ctx *ctx, const paired *pair, size_t n, const cairn_bootstrap *how,
                                    cairn_interval *out) {
    for (size_t i = 0; i < n; i++)
        if (!isfinite(pair->b ? pair->a[i] - pair->b[i] : pair->a[i]))
            return cairn_fail(ctx, CAIRN_INVALID, "bootstrap: number %zu is not finite", i);
    return cairn_stat_bootstrap(ctx, n, mean_difference, pair, how, out);
}

cairn_status cairn_stat_bootstrap_mean(cairn_ctx *ctx, const double *x, size_t n, const cairn_bootstrap *how,
                                       cairn_interval *out) {
    return bootstrap_means(ctx, &(paired){x, NULL}, n, how, out);
}

cairn_status cairn_stat_bootstrap_paired(cairn_ctx *ctx, const double *a, const double *b, size_t n,
                                         const cairn_bootstrap *how, cairn_interval *out) {
    return bootstrap_means(ctx, &(paired){a, b}, n, how, out);
}
