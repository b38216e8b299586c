/* A permutation test of Spearman's correlation. */
#include <math.h>

#include "cairn/stat.h"

static void shuffle(cairn_rng *rng, double *x, size_t n) {
    for (size_t i = n; i > 1; i--) {
        size_t j = cairn_rng_below(rng, (uint32_t)i);
        double kept = x[i - 1];
        x[i - 1] = x[j];
        x[j] = kept;
    }
}

/* Ranks are whole or half numbers, so that sums of products are exact: equal correlations compare as equal. */
static double products(const double *x, const double *y, size_t n, double mean) {
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
    return fabs(sum - (double)n * mean * mean);
}

static cairn_status count_orders(cairn_ctx *ctx, const double *x, double *y, size_t n, int32_t permutations,
                                 uint64_t seed, int32_t *as_far) {
    cairn_rng rng = cairn_rng_open(seed, cairn_key("permutation", 11), 0, CAIRN_VERB_EVAL, 0, 0);
    double mean = 0.5 * ((double)n + 1.0), given = products(x, y, n, mean);
    *as_far = 0;
    for (int32_t i = 0; i < permutations; i++) {
        if (cairn_cancelled(ctx)) return cairn_fail(ctx, CAIRN_CANCELLED, "interrupted");
        shuffle(&rng, y, n);
        *as_far += products(x, y, n, mean) >= given;
    }
    return CAIRN_OK;
}

cairn_status cairn_stat_spearman_test(cairn_ctx *ctx, const double *x, const double *y, size_t n, int32_t permutations,
                                      uint64_t seed, cairn_test *out) {
    cairn_test test = {NAN, NAN};
    int32_t as_far;
    if (permutations < 1 || permutations > 10000000)
        return cairn_fail(ctx, CAIRN_INVALID, "%d permutations, expected 1 to 10000000", (int)permutations);
    if (n > UINT32_MAX) return cairn_fail(ctx, CAIRN_INVALID, "correlation: too many pairs");
    CAIRN_TRY(cairn_stat_spearman(ctx, x, y, n, &test.statistic));
    double *ranks = cairn_alloc(ctx, 2 * n, sizeof *ranks);
    if (!ranks) return CAIRN_NO_MEMORY;
    cairn_status status = cairn_stat_ranks(ctx, x, n, ranks);
    if (status == CAIRN_OK) status = cairn_stat_ranks(ctx, y, n, ranks + n);
    if (status == CAIRN_OK) status = count_orders(ctx, ranks, ranks + n, n, permutations, seed, &as_far);
    cairn_free(ranks);
    CAIRN_TRY(status);
    if (!isnan(test.statistic)) test.p = (1.0 + as_far) / (1.0 + permutations);
    *out = test;
    return CAIRN_OK;
}
