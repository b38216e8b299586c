/* Policies of independent decisions as sampling densities, fitted by cross-entropy. */
#include <math.h>
#include <string.h>

#include "cairn/importance.h"
#include "certify/fit.h"
#include "core/maths.h"

cairn_status cairn_ais_fit_categorical(cairn_ctx *ctx, const double *counts, const double *weights, size_t n,
                                       size_t contexts, size_t actions, const double *prior, double smoothing,
                                       double *out) {
    double sum = 0;
    size_t cells = contexts * actions;
    if (!(smoothing >= 0 && smoothing <= 1))
        return cairn_fail(ctx, CAIRN_INVALID, "smoothing %g is not between 0 and 1", smoothing);
    CAIRN_TRY(fit_sum_weights(ctx, weights, n, &sum));
    memset(out, 0, cells * sizeof *out);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < cells; k++) out[k] += weights[i] / sum * counts[i * cells + k];
    for (size_t c = 0; c < contexts; c++) {
        double *q = out + c * actions, made = 0;
        for (size_t a = 0; a < actions; a++) made += q[a];
        for (size_t a = 0; a < actions; a++) {
            double p = prior[c * actions + a];
            q[a] = made > 0 ? (1 - smoothing) * q[a] / made + smoothing * p : p;
        }
    }
    return CAIRN_OK;
}

/* ---- the family ------------------------------------------------------------------------------------------------------- */

double cairn_ais_log_choices(const double *policy, size_t contexts, size_t actions, const double *x) {
    double sum = 0;
    for (size_t c = 0; c < contexts; c++) sum += maths_log(policy[c * actions + (size_t)x[c]]);
    return sum;
}

void cairn_ais_draw_choices(const double *policy, size_t contexts, size_t actions, cairn_rng *rng, double *x) {
    for (size_t c = 0; c < contexts; c++) {
        double unit = cairn_rng_unit(rng);
        size_t a = 0;
        for (; a + 1 < actions && unit >= policy[c * actions + a]; a++) unit -= policy[c * actions + a];
        x[c] = (double)a;
    }
}

static double log_density(const void *arg, const double *parameters, const double *x) {
    const cairn_ais_choices_setup *s = arg;
    return cairn_ais_log_choices(parameters, s->contexts, s->actions, x);
}

static void sample(const void *arg, const double *parameters, cairn_rng *rng, double *x) {
    const cairn_ais_choices_setup *s = arg;
    cairn_ais_draw_choices(parameters, s->contexts, s->actions, rng, x);
}

static cairn_status fit(cairn_ctx *ctx, const void *arg, size_t j, const double *x, const double *weights, size_t n,
                        double *parameters) {
    const cairn_ais_choices_setup *s = arg;
    size_t cells = s->contexts * s->actions;
    double *counts = cairn_alloc(ctx, n, cells * sizeof *counts);
    if (!counts) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < s->contexts; c++)
            counts[i * cells + c * s->actions + (size_t)x[i * s->contexts + c]] = 1;
    cairn_status status = cairn_ais_fit_categorical(ctx, counts, weights, n, s->contexts, s->actions,
                                                    s->prior + j * cells, s->smoothing, parameters);
    cairn_free(counts);
    return status;
}

cairn_ais_family cairn_ais_choices(const cairn_ais_choices_setup *setup) {
    return (cairn_ais_family){.arg = setup,
                              .parameters = setup->contexts * setup->actions,
                              .fit = fit,
                              .log_density = log_density,
                              .sample = sample};
}
