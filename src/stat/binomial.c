/* Normal, beta, Student's t and binomial distributions. All tails stand on the incomplete beta function, which is
 * evaluated by its continued fraction on the side where that converges fast. */
#include <math.h>

#include "cairn/stat.h"
#include "core/maths.h"

double cairn_stat_normal_cdf(double z) {
    return 0.5 * maths_erfc(-z * M_SQRT1_2);
}

/* The bracket [low, high] holds exactly one root of a rising cdf(x) - p; halves it until neighbours are reached. */
typedef double (*cdf_fn)(const double shape[2], double x);
static double invert(cdf_fn cdf, const double shape[2], double p, double low, double high) {
    for (int round = 0; round < 1100; round++) { /* doubles between 0 and 1 need at most 1,074 halvings */
        double middle = 0.5 * (low + high);
        if (!(middle > low && middle < high)) break;
        if (cdf(shape, middle) < p)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static double normal_shaped(const double shape[2], double z) {
    (void)shape;
    return cairn_stat_normal_cdf(z);
}

double cairn_stat_normal_quantile(double p) {
    if (!(p >= 0.0 && p <= 1.0)) return NAN;
    if (p == 0.0) return -INFINITY;
    if (p == 1.0) return INFINITY;
    if (p == 0.5) return 0.0;
    /* The lower tail keeps its relative precision, so the upper half is its mirror image. */
    if (p > 0.5) return -invert(normal_shaped, NULL, 1.0 - p, -40.0, 0.0);
    return invert(normal_shaped, NULL, p, -40.0, 0.0);
}

/* Lentz's evaluation of the continued fraction of I_x(a, b), for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x) {
    const double tiny = 1e-300;
    double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / (fabs(d) < tiny ? tiny : d);
    double f = d;
    for (int m = 1; m <= 100000; m++) { /* needs about sqrt(max(a, b)) rounds */
        double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for (int half = 0; half < 2; half++) {
            double term = half ? odd : even;
            d = 1.0 + term * d;
            d = 1.0 / (fabs(d) < tiny ? tiny : d);
            c = 1.0 + term / c;
            if (fabs(c) < tiny) c = tiny;
            f *= c * d;
        }
        if (fabs(c * d - 1.0) < 1e-16) break;
    }
    return f;
}

double cairn_stat_beta_cdf(double a, double b, double x) {
    if (!(a > 0.0 && b > 0.0 && isfinite(a) && isfinite(b) && x >= 0.0 && x <= 1.0)) return NAN;
    if (x == 0.0 || x == 1.0) return x;
    double log_front =
        maths_log_gamma(a + b) - maths_log_gamma(a) - maths_log_gamma(b) + a * maths_log(x) + b * maths_log1p(-x);
    if (x < (a + 1.0) / (a + b + 2.0)) return fmin(1.0, maths_exp(log_front) * beta_fraction(a, b, x) / a);
    return fmax(0.0, 1.0 - maths_exp(log_front) * beta_fraction(b, a, 1.0 - x) / b);
}

static double beta_shaped(const double shape[2], double x) {
    return cairn_stat_beta_cdf(shape[0], shape[1], x);
}

double cairn_stat_beta_quantile(double a, double b, double p) {
    if (!(a > 0.0 && b > 0.0 && isfinite(a) && isfinite(b) && p >= 0.0 && p <= 1.0)) return NAN;
    if (p == 0.0 || p == 1.0) return p;
    return invert(beta_shaped, (const double[2]){a, b}, p, 0.0, 1.0);
}

double cairn_stat_t_cdf(double t, double df) {
    if (!(df > 0.0 && isfinite(df)) || isnan(t)) return NAN;
    if (isinf(t)) return t > 0.0 ? 1.0 : 0.0;
    /* Either argument is formed without cancellation on its side. */
    double square = t * t;
    double tail = square < df ? 0.5 - 0.5 * cairn_stat_beta_cdf(0.5, 0.5 * df, square / (df + square))
                              : 0.5 * cairn_stat_beta_cdf(0.5 * df, 0.5, df / (df + square));
    return t > 0.0 ? 1.0 - tail : tail;
}

double cairn_stat_t_quantile(double p, double df) {
    if (!(p >= 0.0 && p <= 1.0 && df > 0.0 && isfinite(df))) return NAN;
    if (p == 0.0) return -INFINITY;
    if (p == 1.0) return INFINITY;
    if (p == 0.5) return 0.0;
    /* P(T <= -t) = I(df / 2, 1/2) / 2 at df / (df + t^2). Near the middle that argument is close to 1 and its
     * complement carries the digits, so the inversion runs on the complement t^2 / (df + t^2), which is Beta(1/2, df
     * / 2). */
    double tail = p < 0.5 ? p : 1.0 - p;
    double y = cairn_stat_beta_quantile(0.5, 0.5 * df, 1.0 - 2.0 * tail);
    double t;
    if (y < 0.5) {
        t = sqrt(df * y / (1.0 - y));
    } else {
        double x = cairn_stat_beta_quantile(0.5 * df, 0.5, 2.0 * tail);
        t = sqrt(df * (1.0 - x) / x);
    }
    return p < 0.5 ? -t : t;
}

double cairn_stat_log_choose(int64_t n, int64_t k) {
    if (k < 0 || n < 0 || k > n) return -INFINITY;
    if (k == 0 || k == n) return 0.0;
    return maths_log_gamma((double)n + 1.0) - maths_log_gamma((double)k + 1.0) - maths_log_gamma((double)(n - k) + 1.0);
}

double cairn_stat_binomial_pmf(int64_t k, int64_t n, double p) {
    if (n < 0 || !(p >= 0.0 && p <= 1.0)) return NAN;
    if (k < 0 || k > n) return 0.0;
    if (p == 0.0) return k == 0 ? 1.0 : 0.0;
    if (p == 1.0) return k == n ? 1.0 : 0.0;
    return maths_exp(cairn_stat_log_choose(n, k) + (double)k * maths_log(p) + (double)(n - k) * maths_log1p(-p));
}

double cairn_stat_binomial_at_most(int64_t k, int64_t n, double p) {
    if (n < 0 || !(p >= 0.0 && p <= 1.0)) return NAN;
    if (k < 0) return 0.0;
    if (k >= n) return 1.0;
    return cairn_stat_beta_cdf((double)(n - k), (double)k + 1.0, 1.0 - p);
}

double cairn_stat_binomial_at_least(int64_t k, int64_t n, double p) {
    if (n < 0 || !(p >= 0.0 && p <= 1.0)) return NAN;
    if (k <= 0) return 1.0;
    if (k > n) return 0.0;
    return cairn_stat_beta_cdf((double)k, (double)(n - k) + 1.0, p);
}
