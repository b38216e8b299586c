/* pass@k (arXiv 2107.03374, section 2.1). */
#include <math.h>

#include "cairn/stat.h"
#include "core/maths.h"

cairn_status cairn_stat_pass_at_k(cairn_ctx *ctx, int64_t n, int64_t right, int64_t k, double *out) {
    if (right < 0 || right > n || k < 1 || k > n)
        return cairn_fail(ctx, CAIRN_INVALID, "pass@%lld needs 0 <= right <= n and 1 <= k <= n, not %lld right of %lld",
                          (long long)k, (long long)right, (long long)n);
    if (n - right < k) {
        *out = 1.0;
        return CAIRN_OK;
    }
    /* C(n - right, k) / C(n, k) is symmetric in right and k: a product of min(right, k) factors 1 - most / i. */
    int64_t least = right < k ? right : k, most = right < k ? k : right;
    double log_none = 0.0;
    for (int64_t i = n - least + 1; i <= n; i++) log_none += maths_log1p(-(double)most / (double)i);
    *out = -maths_expm1(log_none);
    return CAIRN_OK;
}

cairn_status cairn_stat_pass_at_k_mean(cairn_ctx *ctx, const int64_t *n, const int64_t *right, size_t problems,
                                       int64_t k, double *out) {
    if (problems == 0) return cairn_fail(ctx, CAIRN_INVALID, "pass@%lld: no problems", (long long)k);
    double sum = 0.0;
    for (size_t i = 0; i < problems; i++) {
        double one = 0.0;
        cairn_status status = cairn_stat_pass_at_k(ctx, n[i], right[i], k, &one);
        if (status != CAIRN_OK) return cairn_fail_within(ctx, status, "problem %zu", i);
        sum += one;
    }
    *out = sum / (double)problems;
    return CAIRN_OK;
}
