/* Gaussians as sampling densities, fitted by cross-entropy. */
#include <math.h>
#include <string.h>

#include "cairn/importance.h"
#include "certify/fit.h"
#include "core/maths.h"

#define RIDGE      1e-6 /* keeps covariances from becoming singular */
#define LOG_TWO_PI 1.8378770664093453

enum { MOST_DIMENSIONS = 32 };

cairn_status fit_sum_weights(cairn_ctx *ctx, const double *weights, size_t n, double *out) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(weights[i] >= 0 && isfinite(weights[i])))
            return cairn_fail(ctx, CAIRN_INVALID, "weight %zu is %g", i, weights[i]);
        sum += weights[i];
    }
    *out = sum;
    return sum > 0 ? CAIRN_OK : cairn_fail(ctx, CAIRN_INVALID, "every weight is 0: no success seen");
}

cairn_status cairn_ais_fit_gauss(cairn_ctx *ctx, const double *x, const double *weights, size_t n, size_t d,
                                 bool diagonal, double *mean, double *covariance) {
    double sum = 0;
    CAIRN_TRY(fit_sum_weights(ctx, weights, n, &sum));
    memset(mean, 0, d * sizeof *mean);
    memset(covariance, 0, d * d * sizeof *covariance);
    for (size_t i = 0; i < n; i++)
        for (size_t a = 0; a < d; a++) mean[a] += weights[i] / sum * x[i * d + a];
    for (size_t i = 0; i < n; i++)
        for (size_t a = 0; a < d; a++)
            for (size_t b = 0; b < d; b++)
                if (a == b || !diagonal)
                    covariance[a * d + b] += weights[i] / sum * (x[i * d + a] - mean[a]) * (x[i * d + b] - mean[b]);
    for (size_t a = 0; a < d; a++) covariance[a * d + a] += RIDGE;
    return CAIRN_OK;
}

/* ---- the family of Gaussians ------------------------------------------------------------------------------------------ */

/* Parameters: ln of the normalising constant, mean [d], lower Cholesky factor [d][d] of the covariance. */

/* Writes the factor of a[d][d] over it, and the constant -(ln det + d ln 2 pi) / 2. False: not positive definite. */
static bool factor(double *a, size_t d, double *constant) {
    *constant = -0.5 * (double)d * LOG_TWO_PI;
    for (size_t j = 0; j < d; j++) {
        for (size_t i = j; i < d; i++) {
            double sum = a[i * d + j];
            for (size_t k = 0; k < j; k++) sum -= a[i * d + k] * a[j * d + k];
            if (i == j && !(sum > 0)) return false;
            a[i * d + j] = i == j ? sqrt(sum) : sum / a[j * d + j];
        }
        for (size_t i = 0; i < j; i++) a[i * d + j] = 0;
        *constant -= maths_log(a[j * d + j]);
    }
    return true;
}

static double log_density(const void *arg, const double *parameters, const double *x) {
    size_t d = ((const cairn_ais_gauss_setup *)arg)->dimension;
    const double *mean = parameters + 1, *l = mean + d;
    double z[MOST_DIMENSIONS], square = 0;
    for (size_t i = 0; i < d; i++) { /* solves L z = x - mean */
        z[i] = x[i] - mean[i];
        for (size_t k = 0; k < i; k++) z[i] -= l[i * d + k] * z[k];
        z[i] /= l[i * d + i];
        square += z[i] * z[i];
    }
    return parameters[0] - 0.5 * square;
}

static void sample(const void *arg, const double *parameters, cairn_rng *rng, double *x) {
    size_t d = ((const cairn_ais_gauss_setup *)arg)->dimension;
    const double *mean = parameters + 1, *l = mean + d;
    double z[MOST_DIMENSIONS];
    for (size_t i = 0; i < d; i++) z[i] = cairn_rng_normal(rng);
    for (size_t i = 0; i < d; i++) {
        x[i] = mean[i];
        for (size_t k = 0; k <= i; k++) x[i] += l[i * d + k] * z[k];
    }
}

static cairn_status fit(cairn_ctx *ctx, const void *arg, size_t j, const double *x, const double *weights, size_t n,
                        double *parameters) {
    (void)j;
    const cairn_ais_gauss_setup *s = arg;
    size_t d = s->dimension;
    if (d < 1 || d > MOST_DIMENSIONS)
        return cairn_fail(ctx, CAIRN_INVALID, "Gaussians of %zu dimensions are not offered", d);
    CAIRN_TRY(cairn_ais_fit_gauss(ctx, x, weights, n, d, s->diagonal, parameters + 1, parameters + 1 + d));
    if (factor(parameters + 1 + d, d, &parameters[0])) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "the points have no covariance that can be sampled from");
}

cairn_ais_family cairn_ais_gauss(const cairn_ais_gauss_setup *setup) {
    return (cairn_ais_family){.arg = setup,
                              .parameters = 1 + setup->dimension + setup->dimension * setup->dimension,
                              .fit = fit,
                              .log_density = log_density,
                              .sample = sample};
}
