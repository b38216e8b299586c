/* Many hypotheses at once: selections whose false discovery rate is bounded. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/stat.h"

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static cairn_status check(cairn_ctx *ctx, const double *x, size_t m, double q, double most, const char *what) {
    if (m == 0) return cairn_fail(ctx, CAIRN_INVALID, "%s: there is nothing to select from", what);
    if (!(q > 0 && q < 1)) return cairn_fail(ctx, CAIRN_INVALID, "%s: q = %g is not between 0 and 1", what, q);
    for (size_t i = 0; i < m; i++)
        if (!(x[i] >= 0 && x[i] <= most))
            return cairn_fail(ctx, CAIRN_INVALID, "%s: value %zu is %g, expected 0 %s", what, i, x[i],
                              most < INFINITY ? "to 1" : "or more");
    return CAIRN_OK;
}

/* x[m] in ascending order; the caller frees it. */
static double *sorted_copy(cairn_ctx *ctx, const double *x, size_t m) {
    double *sorted = cairn_alloc(ctx, m, sizeof *sorted);
    if (!sorted) return NULL;
    memcpy(sorted, x, m * sizeof *sorted);
    qsort(sorted, m, sizeof *sorted, ascending);
    return sorted;
}

bool cairn_stat_bh_passes(double p, size_t k, double q, size_t m) {
    return p <= q * (double)k / (double)m;
}

cairn_status cairn_stat_bh(cairn_ctx *ctx, const double *p, size_t m, double q, bool *selected, size_t *count,
                           double *threshold) {
    CAIRN_TRY(check(ctx, p, m, q, 1, "BH"));
    double *sorted = sorted_copy(ctx, p, m);
    if (!sorted) return CAIRN_NO_MEMORY;
    size_t k = m;
    while (k > 0 && !cairn_stat_bh_passes(sorted[k - 1], k, q, m)) k--;
    double most = k ? sorted[k - 1] : 0;
    for (size_t i = 0; i < m; i++) selected[i] = k > 0 && p[i] <= most;
    cairn_free(sorted);
    *count = k;
    if (threshold) *threshold = most;
    return CAIRN_OK;
}

cairn_status cairn_stat_ebh(cairn_ctx *ctx, const double *e, size_t m, double q, bool *selected, size_t *count) {
    CAIRN_TRY(check(ctx, e, m, q, INFINITY, "e-BH"));
    double *sorted = sorted_copy(ctx, e, m);
    if (!sorted) return CAIRN_NO_MEMORY;
    size_t k = m;
    while (k > 0 && !(sorted[m - k] >= (double)m / (q * (double)k))) k--;
    for (size_t i = 0; i < m; i++) selected[i] = k > 0 && e[i] >= sorted[m - k];
    cairn_free(sorted);
    *count = k;
    return CAIRN_OK;
}
