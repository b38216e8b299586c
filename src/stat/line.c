/* Correlation with its p-value, the least-squares line, the standardised gap. */
#include <math.h>

#include "cairn/stat.h"

cairn_status cairn_stat_pearson_test(cairn_ctx *ctx, const double *x, const double *y, size_t n,
                                     cairn_correlation *out) {
    double r = NAN;
    if (n < 3) return cairn_fail(ctx, CAIRN_INVALID, "a test of a correlation needs three pairs, not %zu", n);
    CAIRN_TRY(cairn_stat_pearson(ctx, x, y, n, &r));
    double df = (double)n - 2.0, rest = (1.0 - r) * (1.0 + r);
    /* P(|T| >= t) = I_{df / (df + t^2)}(df / 2, 1 / 2), and df / (df + t^2) = 1 - r^2 */
    *out = (cairn_correlation){r, r * sqrt(df / rest), cairn_stat_beta_cdf(0.5 * df, 0.5, rest)};
    return CAIRN_OK;
}

/* Sums of squares and products about the means. */
typedef struct spread {
    double mean_x, mean_y, xx, yy, xy;
    bool x_varies, y_varies; /* asked of the data: a rounded mean leaves dust in the sums */
} spread;

static cairn_status spread_of(cairn_ctx *ctx, const double *x, const double *y, size_t n, spread *out) {
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]) || !isfinite(y[i])) return cairn_fail(ctx, CAIRN_INVALID, "point %zu is not finite", i);
    *out = (spread){.mean_x = cairn_stat_mean(x, n), .mean_y = cairn_stat_mean(y, n)};
    for (size_t i = 0; i < n; i++) {
        double dx = x[i] - out->mean_x, dy = y[i] - out->mean_y;
        out->xx += dx * dx, out->yy += dy * dy, out->xy += dx * dy;
        out->x_varies |= x[i] != x[0], out->y_varies |= y[i] != y[0];
    }
    return CAIRN_OK;
}

cairn_status cairn_stat_line(cairn_ctx *ctx, const double *x, const double *y, size_t n, cairn_line *out) {
    spread s = {0};
    if (n < 2) return cairn_fail(ctx, CAIRN_INVALID, "a line needs two points, not %zu", n);
    CAIRN_TRY(spread_of(ctx, x, y, n, &s));
    if (!s.x_varies) return cairn_fail(ctx, CAIRN_INVALID, "a line needs two different x");
    double slope = s.xy / s.xx, intercept = s.mean_y - slope * s.mean_x, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        double off = (y[i] - s.mean_y) - slope * (x[i] - s.mean_x);
        squares += off * off;
    }
    double residual = n > 2 ? sqrt(squares / ((double)n - 2.0)) : NAN;
    *out = (cairn_line){.slope = slope,
                        .intercept = intercept,
                        .slope_error = residual / sqrt(s.xx),
                        .intercept_error = residual * sqrt(1.0 / (double)n + s.mean_x * s.mean_x / s.xx),
                        .residual = residual,
                        .r2 = s.y_varies ? fmax(0.0, 1.0 - squares / s.yy) : NAN};
    return CAIRN_OK;
}

cairn_status cairn_stat_standardised_gap(cairn_ctx *ctx, const double *a, size_t n_a, const double *b, size_t n_b,
                                         double *out) {
    if (n_a < 2 || n_b < 2)
        return cairn_fail(ctx, CAIRN_INVALID, "a standardised gap needs two numbers on each side, not %zu and %zu", n_a,
                          n_b);
    for (size_t i = 0; i < n_a + n_b; i++)
        if (!isfinite(i < n_a ? a[i] : b[i - n_a]))
            return cairn_fail(ctx, CAIRN_INVALID, "standardised gap: number %zu is not finite", i);
    double gap = cairn_stat_mean(a, n_a) - cairn_stat_mean(b, n_b);
    double squares = cairn_stat_variance(a, n_a) * (double)(n_a - 1) + cairn_stat_variance(b, n_b) * (double)(n_b - 1);
    *out = gap == 0.0 ? 0.0 : gap / sqrt(squares / (double)(n_a + n_b - 2));
    return CAIRN_OK;
}
