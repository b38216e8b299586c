/* Conformal p-values of test items against calibration items (arXiv 2210.01408). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/certify.h"
#include "certify/ladder.h"

static cairn_status refuse_nan(cairn_ctx *ctx, const double *x, size_t n, const char *what) {
    for (size_t i = 0; i < n; i++)
        if (isnan(x[i])) return cairn_fail(ctx, CAIRN_INVALID, "%s %zu is not a number", what, i);
    return CAIRN_OK;
}

cairn_status cairn_certify_clip(cairn_ctx *ctx, const double *score, const double *y, size_t n, const double *test,
                                size_t m, double threshold, double *v, double *v_test) {
    double low = INFINITY, high = -INFINITY;
    CAIRN_TRY(refuse_nan(ctx, score, n, "score of calibration item"));
    CAIRN_TRY(refuse_nan(ctx, y, n, "label of calibration item"));
    CAIRN_TRY(refuse_nan(ctx, test, m, "score of test item"));
    for (size_t i = 0; i < n; i++) low = fmin(low, score[i]), high = fmax(high, score[i]);
    for (size_t j = 0; j < m; j++) low = fmin(low, test[j]), high = fmax(high, test[j]);
    double clip = 2 * (high - low) + 1;
    for (size_t i = 0; i < n; i++) {
        double clipped = clip - score[i];
        if (y[i] > threshold) /* the 1 in `clip` may be lost beside large scores */
            v[i] = clipped > -low ? clipped : INFINITY;
        else
            v[i] = -score[i];
    }
    for (size_t j = 0; j < m; j++) v_test[j] = -test[j];
    return CAIRN_OK;
}

int ladder_ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

size_t ladder_below(const double *sorted, size_t n, double x, bool with_equal) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] < x || (with_equal && sorted[middle] == x))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

cairn_status cairn_certify_p(cairn_ctx *ctx, const double *v, size_t n, const double *v_test, size_t m, const double *u,
                             double *p) {
    if (n == 0) return cairn_fail(ctx, CAIRN_INVALID, "conformal p-values: there is no calibration item");
    CAIRN_TRY(refuse_nan(ctx, v, n, "conformity score of calibration item"));
    CAIRN_TRY(refuse_nan(ctx, v_test, m, "conformity score of test item"));
    if (u) CAIRN_TRY(refuse_nan(ctx, u, m, "uniform number"));
    double *sorted = cairn_alloc(ctx, n, sizeof *sorted);
    if (!sorted) return CAIRN_NO_MEMORY;
    memcpy(sorted, v, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, ladder_ascending);
    for (size_t j = 0; j < m; j++) {
        double below = (double)ladder_below(sorted, n, v_test[j], false);
        double through = (double)ladder_below(sorted, n, v_test[j], true);
        p[j] = (u ? below + u[j] * (1 + through - below) : 1 + through) / ((double)n + 1);
    }
    cairn_free(sorted);
    return CAIRN_OK;
}
