/* Importance sampling with a mixture and control variates: the estimator, its best weights and coefficients (arXiv
 * 2212.00568). */
#include <math.h>
#include <string.h>

#include "cairn/importance.h"
#include "cairn/stat.h"
#include "core/maths.h"

#define LEAST_ALPHA 9e-12 /* the authors' lower bound of a weight */

/* ---- the estimator --------------------------------------------------------------------------------------------------- */

static cairn_status check_alpha(cairn_ctx *ctx, const double *alpha, const double *beta, size_t count) {
    double sum = 0;
    for (size_t j = 0; j < count; j++) {
        if (!(alpha[j] >= 0) || !isfinite(beta[j]))
            return cairn_fail(ctx, CAIRN_INVALID, "weight or coefficient %zu is out of range", j);
        sum += alpha[j];
    }
    if (!(fabs(sum - 1) <= 1e-9)) return cairn_fail(ctx, CAIRN_INVALID, "the weights sum to %g, expected 1", sum);
    return CAIRN_OK;
}

/* ln g_alpha of one point, from log_g[J]; -Infinity where all are 0. */
static double log_mixture(const double *log_g, const double *alpha, size_t count) {
    double most = -INFINITY, sum = 0;
    for (size_t l = 0; l < count; l++)
        if (log_g[l] > most && alpha[l] > 0) most = log_g[l];
    if (isinf(most)) return most;
    for (size_t l = 0; l < count; l++) sum += alpha[l] * maths_exp(log_g[l] - most);
    return most + maths_log(sum);
}

/* Weights w = f phi / g_alpha and terms w - beta g / g_alpha of expectation j. */
static cairn_status terms_of(cairn_ctx *ctx, const double *log_f, const double *phi, const double *log_g,
                             const double *mixture, size_t n, size_t count, size_t j, double beta, double *weights,
                             double *terms) {
    for (size_t i = 0; i < n; i++) {
        double f = log_f[i * count + j], g = log_g[i * count + j], value = phi[i * count + j];
        if (isnan(f) || isnan(g) || !isfinite(value) || isnan(mixture[i]))
            return cairn_fail(ctx, CAIRN_INVALID, "density or value %zu of point %zu is not a number", j, i);
        if (isinf(mixture[i]) && value != 0 && !isinf(f))
            return cairn_fail(ctx, CAIRN_INVALID, "point %zu has density 0, but a value under density %zu", i, j);
        bool nowhere = isinf(mixture[i]);
        weights[i] = nowhere || value == 0 ? 0 : value * maths_exp(f - mixture[i]);
        terms[i] = weights[i] - (nowhere ? 0 : beta * maths_exp(g - mixture[i]));
    }
    return CAIRN_OK;
}

cairn_status cairn_ais_iscv(cairn_ctx *ctx, const double *log_f, const double *phi, const double *log_g, size_t n,
                            size_t expectations, const double *alpha, const double *beta, cairn_ais_estimate *out) {
    if (n < 2) return cairn_fail(ctx, CAIRN_INVALID, "%zu points, expected 2 or more", n);
    CAIRN_TRY(check_alpha(ctx, alpha, beta, expectations));
    double *mixture = cairn_alloc(ctx, n, 3 * sizeof *mixture);
    if (!mixture) return CAIRN_NO_MEMORY;
    double *weights = mixture + n, *terms = weights + n;
    for (size_t i = 0; i < n; i++) mixture[i] = log_mixture(log_g + i * expectations, alpha, expectations);
    cairn_status status = CAIRN_OK;
    for (size_t j = 0; j < expectations && status == CAIRN_OK; j++) {
        status = terms_of(ctx, log_f, phi, log_g, mixture, n, expectations, j, beta[j], weights, terms);
        if (status == CAIRN_OK)
            out[j] = (cairn_ais_estimate){.estimate = beta[j] + cairn_stat_mean(terms, n),
                                          .error = sqrt(cairn_stat_variance(terms, n) / (double)n),
                                          .effective_size = cairn_stat_effective_size(weights, n)};
    }
    cairn_free(mixture);
    return status;
}

double cairn_ais_beta(const double *u, const double *v, size_t n, double fallback) {
    double mean_u = cairn_stat_mean(u, n), mean_v = cairn_stat_mean(v, n), both = 0, square = 0;
    for (size_t i = 0; i < n; i++) {
        both += (u[i] - mean_u) * (v[i] - mean_v);
        square += (v[i] - mean_v) * (v[i] - mean_v);
    }
    return n < 2 || square / ((double)n - 1) < 1e-12 ? fallback : both / square;
}

void cairn_ais_first_alpha(const double *means, const double *omega, size_t expectations, double *alpha) {
    double sum = 0;
    for (size_t j = 0; j < expectations; j++) sum += alpha[j] = sqrt(omega[j]) * means[j];
    for (size_t j = 0; j < expectations; j++) alpha[j] /= sum;
}

bool cairn_ais_stops(double before, double after, int64_t budget, int64_t used, int64_t round) {
    return before / (double)(budget - used + round) <= after / (double)(budget - used);
}

/* ---- the mixture ------------------------------------------------------------------------------------------------------ */

/* F in units of e^unit / n: sum_i share_i / s_i with s_i = sum_l alpha_l ratio_il, where ratio_il = g_l / max g and
 * share_i = c / (h max g). */
typedef struct mixing {
    size_t n, count;
    double *ratio; /* [n][count] */
    double *share; /* [n] */
    double unit;
} mixing;

static cairn_status prepare(cairn_ctx *ctx, const double *log_c, const double *log_g, const double *log_h, mixing *m) {
    m->unit = -INFINITY;
    for (size_t i = 0; i < m->n; i++) {
        const double *g = log_g + i * m->count;
        double most = -INFINITY;
        for (size_t l = 0; l < m->count; l++) most = isnan(g[l]) || g[l] > most ? g[l] : most;
        bool zero = log_c[i] == -INFINITY;
        if (isnan(most) || !(log_c[i] < INFINITY) || !(fabs(log_h[i]) < INFINITY) || most == INFINITY ||
            (most == -INFINITY && !zero))
            return cairn_fail(ctx, CAIRN_INVALID, "a density or the criterion of point %zu is out of range", i);
        for (size_t l = 0; l < m->count; l++) m->ratio[i * m->count + l] = zero ? 1 : maths_exp(g[l] - most);
        m->share[i] = zero ? -INFINITY : log_c[i] - log_h[i] - most;
        if (m->share[i] > m->unit) m->unit = m->share[i];
    }
    for (size_t i = 0; i < m->n && m->unit > -INFINITY; i++) m->share[i] = maths_exp(m->share[i] - m->unit);
    return CAIRN_OK;
}

/* Returns F, and in gradient[count] minus its derivatives. */
static double derive(const mixing *m, const double *alpha, double *gradient) {
    double f = 0;
    memset(gradient, 0, m->count * sizeof *gradient);
    for (size_t i = 0; i < m->n; i++) {
        const double *ratio = m->ratio + i * m->count;
        double s = 0;
        for (size_t l = 0; l < m->count; l++) s += alpha[l] * ratio[l];
        double part = m->share[i] / s;
        f += part;
        for (size_t l = 0; l < m->count; l++) gradient[l] += part * ratio[l] / s;
    }
    return f;
}

static void update(double *alpha, const double *gradient, size_t count) {
    double z = 0, sum = 0;
    for (size_t l = 0; l < count; l++) z += alpha[l] * gradient[l];
    for (size_t l = 0; l < count; l++) {
        alpha[l] = fmax(alpha[l] * sqrt(gradient[l] / z), LEAST_ALPHA);
        sum += alpha[l];
    }
    for (size_t l = 0; l < count; l++) alpha[l] /= sum;
}

cairn_status cairn_ais_mixture(cairn_ctx *ctx, const double *log_c, const double *log_g, const double *log_h, size_t n,
                               size_t expectations, int32_t iterations, double *alpha, double *f) {
    if (n == 0 || expectations == 0) return cairn_fail(ctx, CAIRN_INVALID, "there is no point or no density");
    mixing m = {.n = n, .count = expectations};
    double *gradient = cairn_alloc(ctx, expectations, sizeof *gradient);
    m.ratio = cairn_alloc(ctx, n, expectations * sizeof *m.ratio);
    m.share = cairn_alloc(ctx, n, sizeof *m.share);
    cairn_status status = gradient && m.ratio && m.share ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = prepare(ctx, log_c, log_g, log_h, &m);
    if (status == CAIRN_OK && m.unit == -INFINITY) {
        *f = 0;
    } else if (status == CAIRN_OK) {
        double now = derive(&m, alpha, gradient), before = INFINITY;
        for (int32_t i = 0; i < iterations && fabs(before - now) >= 1e-9 * now; i++) {
            before = now;
            update(alpha, gradient, expectations);
            now = derive(&m, alpha, gradient);
        }
        *f = now / (double)n * maths_exp(m.unit);
    }
    cairn_free(gradient);
    cairn_free(m.ratio);
    cairn_free(m.share);
    return status;
}
