/* Several p-values at once: Holm's correction and Fisher's pooling. */
#include <math.h>
#include <stdlib.h>

#include "cairn/stat.h"
#include "core/maths.h"

static cairn_status check(cairn_ctx *ctx, const double *p, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i]) && !(p[i] >= 0.0 && p[i] <= 1.0))
            return cairn_fail(ctx, CAIRN_INVALID, "p-value %zu is %g, not within 0 and 1", i, p[i]);
    return CAIRN_OK;
}

typedef struct ranked {
    double p;
    size_t index;
} ranked;

static int by_p(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->p != y->p) return x->p < y->p ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

cairn_status cairn_stat_holm(cairn_ctx *ctx, const double *p, size_t n, double *adjusted) {
    CAIRN_TRY(check(ctx, p, n));
    ranked *sorted = cairn_alloc(ctx, n, sizeof *sorted);
    if (!sorted) return CAIRN_NO_MEMORY;
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(p[i])) sorted[known++] = (ranked){p[i], i};
        adjusted[i] = NAN;
    }
    qsort(sorted, known, sizeof *sorted, by_p);
    double greatest = 0.0;
    for (size_t i = 0; i < known; i++) {
        greatest = fmax(greatest, fmin(1.0, (double)(known - i) * sorted[i].p));
        adjusted[sorted[i].index] = greatest;
    }
    cairn_free(sorted);
    return CAIRN_OK;
}

cairn_status cairn_stat_pool_p(cairn_ctx *ctx, const double *p, size_t n, cairn_test *out) {
    CAIRN_TRY(check(ctx, p, n));
    int64_t known = 0;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(p[i])) continue;
        known++;
        sum -= 2.0 * maths_log(p[i]);
    }
    *out = known ? (cairn_test){sum, cairn_stat_chi_square_tail(sum, 2 * known)} : (cairn_test){NAN, NAN};
    return CAIRN_OK;
}
