/* Best-of-n from N candidates, without bias: the value of the best of n, averaged over all ways to draw n of them. */
#include <math.h>
#include <stdlib.h>

#include "cairn/stat.h"
#include "core/maths.h"

cairn_status cairn_stat_best_of_weights(cairn_ctx *ctx, size_t candidates, const int32_t *ns, size_t m,
                                        double *weights) {
    if (candidates == 0 || candidates > INT32_MAX)
        return cairn_fail(ctx, CAIRN_INVALID, "best of n: %zu candidates", candidates);
    for (size_t i = 0; i < m; i++) {
        if (ns[i] < 1 || (size_t)ns[i] > candidates)
            return cairn_fail(ctx, CAIRN_INVALID, "best of %d: there are %zu candidates", (int)ns[i], candidates);
        double all = cairn_stat_log_choose((int64_t)candidates, ns[i]);
        for (size_t r = 0; r < candidates; r++) {
            double ways = cairn_stat_log_choose((int64_t)r, ns[i] - 1);
            weights[i * candidates + r] = isfinite(ways) ? maths_exp(ways - all) : 0.0;
        }
    }
    return CAIRN_OK;
}

typedef struct scored {
    double proxy, truth;
} scored;

static int by_proxy(const void *a, const void *b) {
    double x = ((const scored *)a)->proxy, y = ((const scored *)b)->proxy;
    return (x > y) - (x < y);
}

/* sorted[n] rise by proxy. The order within a tie does not matter: ties add their mean. */
static void add_up(const scored *sorted, size_t n, const double *weights, double *proxy_out, double *truth_out) {
    double proxy = 0.0, truth = 0.0;
    for (size_t first = 0, next; first < n; first = next) {
        double sum = 0.0, weight = 0.0;
        for (next = first; next < n && sorted[next].proxy == sorted[first].proxy; next++) {
            sum += sorted[next].truth;
            weight += weights[next];
        }
        proxy += weight * sorted[first].proxy;
        truth += weight * (sum / (double)(next - first));
    }
    *proxy_out = proxy;
    *truth_out = truth;
}

cairn_status cairn_stat_best_of_curve(cairn_ctx *ctx, const double *proxy, const double *truth, size_t candidates,
                                      const double *weights, size_t m, double *proxy_out, double *truth_out) {
    if (candidates == 0) return cairn_fail(ctx, CAIRN_INVALID, "best of n: no candidates");
    scored *sorted = cairn_alloc(ctx, candidates, sizeof *sorted);
    if (!sorted) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < candidates; i++) {
        if (!isfinite(proxy[i]) || !isfinite(truth[i])) {
            cairn_free(sorted);
            return cairn_fail(ctx, CAIRN_INVALID, "best of n: candidate %zu is not finite", i);
        }
        sorted[i] = (scored){proxy[i], truth[i]};
    }
    qsort(sorted, candidates, sizeof *sorted, by_proxy);
    for (size_t i = 0; i < m; i++) add_up(sorted, candidates, weights + i * candidates, &proxy_out[i], &truth_out[i]);
    cairn_free(sorted);
    return CAIRN_OK;
}

double cairn_stat_best_of_kl(int64_t n) {
    if (n < 1) return NAN;
    return maths_log((double)n) - (double)(n - 1) / (double)n;
}
