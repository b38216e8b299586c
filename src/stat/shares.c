/* Shares of items that are not independent: several of one problem, or one problem asked twice. */
#include <math.h>

#include "cairn/stat.h"

static double quantile(double level) {
    return -cairn_stat_normal_quantile(0.5 * (1.0 - level));
}

/* How many independent items would leave the share p as uncertain as these clusters do. */
static double effective_items(const double *hits, const double *items, size_t clusters, double p, double total) {
    double squares = 0.0, used = 0.0;
    for (size_t i = 0; i < clusters; i++) {
        double off = hits[i] - p * items[i];
        squares += off * off;
        used += items[i] > 0.0;
    }
    if (p <= 0.0 || p >= 1.0 || used < 2.0) return used;
    double n = squares > 0.0 ? p * (1.0 - p) * total * total / squares : total;
    return n < 1.0 ? 1.0 : n > total ? total : n;
}

cairn_status cairn_stat_cluster_share(cairn_ctx *ctx, const double *hits, const double *items, size_t clusters,
                                      double level, cairn_interval *out) {
    double sum = cairn_stat_sum(hits, clusters), total = cairn_stat_sum(items, clusters);
    if (!(level > 0.0 && level < 1.0))
        return cairn_fail(ctx, CAIRN_INVALID, "interval level %g is not between 0 and 1", level);
    for (size_t i = 0; i < clusters; i++)
        if (!(hits[i] >= 0.0 && hits[i] <= items[i] && isfinite(items[i])))
            return cairn_fail(ctx, CAIRN_INVALID, "share: cluster %zu has %g hits of %g items", i, hits[i], items[i]);
    if (!(total > 0.0)) return cairn_fail(ctx, CAIRN_INVALID, "share: there are no items");
    double p = sum / total, n = effective_items(hits, items, clusters, p, total), z = quantile(level);
    double scale = 1.0 + z * z / n, centre = (p + z * z / (2.0 * n)) / scale;
    double half = z * sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n)) / scale;
    *out = (cairn_interval){.estimate = p, .low = fmax(0.0, centre - half), .high = fmin(1.0, centre + half)};
    return CAIRN_OK;
}

cairn_status cairn_stat_paired_shares(cairn_ctx *ctx, int64_t only_a, int64_t only_b, int64_t n, double level,
                                      cairn_interval *out) {
    if (only_a < 0 || only_b < 0 || n <= 0 || only_a > n - only_b)
        return cairn_fail(ctx, CAIRN_INVALID, "paired shares: %lld and %lld of %lld pairs", (long long)only_a,
                          (long long)only_b, (long long)n);
    if (!(level > 0.0 && level < 1.0))
        return cairn_fail(ctx, CAIRN_INVALID, "interval level %g is not between 0 and 1", level);
    double pairs = (double)n + 2.0, a = (double)only_a + 0.5, b = (double)only_b + 0.5, gap = b - a;
    double half = quantile(level) * sqrt(a + b - gap * gap / pairs) / pairs;
    *out = (cairn_interval){.estimate = (double)(only_b - only_a) / (double)n,
                            .low = fmax(-1.0, gap / pairs - half),
                            .high = fmin(1.0, gap / pairs + half)};
    return CAIRN_OK;
}
