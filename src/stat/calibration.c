/* Calibration of probabilities against outcomes. */
#include <math.h>

#include "cairn/stat.h"

static cairn_status check(cairn_ctx *ctx, const double *p, const double *y, size_t n) {
    if (n == 0) return cairn_fail(ctx, CAIRN_INVALID, "calibration: no predictions");
    for (size_t i = 0; i < n; i++)
        if (!(p[i] >= 0.0 && p[i] <= 1.0 && y[i] >= 0.0 && y[i] <= 1.0))
            return cairn_fail(ctx, CAIRN_INVALID, "calibration: prediction %zu (%g against %g) is not within [0, 1]", i,
                              p[i], y[i]);
    return CAIRN_OK;
}

cairn_status cairn_stat_brier(cairn_ctx *ctx, const double *p, const double *y, size_t n, double *out) {
    CAIRN_TRY(check(ctx, p, y, n));
    double sum = 0.0; /* of at most n terms within [0, 1], none of which cancels */
    for (size_t i = 0; i < n; i++) sum += (p[i] - y[i]) * (p[i] - y[i]);
    *out = sum / (double)n;
    return CAIRN_OK;
}

/* p * n_bins may round across a bin's edge; the edges are the doubles b / n_bins. */
int cairn_stat_calibration_bin(double p, int n_bins) {
    int b = (int)(p * n_bins);
    if (b > 0 && p < (double)b / n_bins) b--;
    if (b + 1 < n_bins && p >= (double)(b + 1) / n_bins) b++;
    return b < n_bins ? b : n_bins - 1;
}

cairn_status cairn_stat_calibration_error(cairn_ctx *ctx, const double *p, const double *y, size_t n, int n_bins,
                                          cairn_calibration_bin *bins, double *out) {
    CAIRN_TRY(check(ctx, p, y, n));
    if (n_bins < 1 || n_bins > 10000)
        return cairn_fail(ctx, CAIRN_INVALID, "calibration: %d bins, expected 1 to 10000", n_bins);
    cairn_calibration_bin *all = cairn_alloc(ctx, (size_t)n_bins, sizeof *all);
    if (!all) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        cairn_calibration_bin *bin = &all[cairn_stat_calibration_bin(p[i], n_bins)];
        bin->count++;
        bin->mean_p += p[i];
        bin->mean_y += y[i];
    }
    double gaps = 0.0;
    for (int b = 0; b < n_bins; b++) {
        gaps += fabs(all[b].mean_p - all[b].mean_y);
        double count = all[b].count ? (double)all[b].count : NAN;
        all[b].mean_p /= count;
        all[b].mean_y /= count;
        if (bins) bins[b] = all[b];
    }
    cairn_free(all);
    *out = gaps / (double)n;
    return CAIRN_OK;
}
