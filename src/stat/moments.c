/* Sums and moments. */
#include <math.h>

#include "cairn/stat.h"

double cairn_stat_sum(const double *x, size_t n) {
    double sum = 0.0, lost = 0.0;
    for (size_t i = 0; i < n; i++) {
        double next = sum + x[i];
        if (isfinite(next)) lost += fabs(sum) >= fabs(x[i]) ? (sum - next) + x[i] : (x[i] - next) + sum;
        sum = next;
    }
    return sum + lost;
}

double cairn_stat_mean(const double *x, size_t n) {
    return n ? cairn_stat_sum(x, n) / (double)n : NAN;
}

double cairn_stat_variance(const double *x, size_t n) {
    if (n < 2) return NAN;
    double mean = cairn_stat_mean(x, n), squares = 0.0, drift = 0.0;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - mean;
        squares += d * d;
        drift += d;
    }
    /* The second term takes out what the rounding of the mean put in. */
    return (squares - drift * drift / (double)n) / (double)(n - 1);
}
