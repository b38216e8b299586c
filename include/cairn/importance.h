/* cairn/importance.h: many expectations from one sample, by adaptive importance sampling with control variates (arXiv
 * 2212.00568).
 *
 *     cairn_ais_problem problem = {.expectations = 10, .dimension = 1, .evaluate = moments, .sample = normal, ...};
 *     cairn_ais_family family = cairn_ais_gauss(&setup);      // or densities of your own
 *     cairn_ais_how how = CAIRN_AIS_PRESET;
 *     CAIRN_TRY(cairn_ais(ctx, &problem, &family, &how, estimates, &result));
 *     // estimates[j].estimate +- estimates[j].error
 *
 * The expectations are I_j = E[phi_j(X)] for X ~ f_j, j = 0 .. J - 1: values of many prefixes, policies or outcomes
 * from the same rollouts. All densities are in logs. Layer: certify (uses core, stat). */
#ifndef CAIRN_IMPORTANCE_H
#define CAIRN_IMPORTANCE_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the estimator --------------------------------------------------------------------------------------------------- */

typedef struct cairn_ais_estimate {
    double estimate, error; /* error: standard error */
    /* of the weights f_j phi_j / g_alpha; below 20 the estimate and its error are not to be trusted */
    double effective_size;
} cairn_ais_estimate;

/* I_j = beta_j + mean over i of (f_j phi_j - beta_j g_j) / g_alpha at n points from g_alpha = sum_l alpha_l g_l. Arrays
 * log_f, phi, log_g [n][J], alpha, beta, out [J]. Errors: INVALID for n < 2, alpha that is negative or does not sum to
 * 1 (within 1e-9), NaN, g_alpha = 0 where f_j phi_j > 0; no memory. */
CAIRN_API cairn_status cairn_ais_iscv(cairn_ctx *ctx, const double *log_f, const double *phi, const double *log_g,
                                      size_t n, size_t expectations, const double *alpha, const double *beta,
                                      cairn_ais_estimate *out);
/* Weights of the mixture that minimise F = 1/n sum_i c_i / (g_alpha h) over the simplex, from `alpha` (where the search
 * begins) by alpha_l <- alpha_l sqrt(-dF/dalpha_l), each at least 9e-12, normalised: monotone. Points x_i are from h;
 * log_c, log_h [n], log_g [n][J]. At most `iterations`, until F changes by less than 1e-9 of itself. Where all c = 0,
 * alpha stays and F = 0. Errors: INVALID for n = 0, NaN and +Infinity, a point where all g = 0 and c > 0; no memory. */
CAIRN_API cairn_status cairn_ais_mixture(cairn_ctx *ctx, const double *log_c, const double *log_g, const double *log_h,
                                         size_t n, size_t expectations, int32_t iterations, double *alpha, double *f);
/* Cov(u, v) / Var(v) of u[n] = f_j phi_j / g_alpha and v[n] = g_j / g_alpha; `fallback` where Var(v) < 1e-12. */
CAIRN_API double cairn_ais_beta(const double *u, const double *v, size_t n, double fallback);
/* The weights that begin the search: sqrt(omega_j) means_j, normalised. Arrays [J]. */
CAIRN_API void cairn_ais_first_alpha(const double *means, const double *omega, size_t expectations, double *alpha);
/* Whether a round did not pay: variance `before` / (budget - used + round) <= `after` / (budget - used), where `used`
 * counts it. */
CAIRN_API bool cairn_ais_stops(double before, double after, int64_t budget, int64_t used, int64_t round);

/* ---- densities fitted by cross-entropy --------------------------------------------------------------------------------- */

/* Mean [d] and covariance [d][d] of x[n][d] under weights[n] >= 0, with 1e-6 added to the diagonal. `diagonal`: zeros
 * elsewhere. Errors: INVALID where the weights sum to 0 ("no success seen") or are not finite. */
CAIRN_API cairn_status cairn_ais_fit_gauss(cairn_ctx *ctx, const double *x, const double *weights, size_t n, size_t d,
                                           bool diagonal, double *mean, double *covariance);
/* q(a | c) = (1 - smoothing) sum_i w_i counts_i(c, a) / sum_i w_i counts_i(c, .) + smoothing prior(a | c): a policy of
 * `contexts` decisions with `actions` each. counts [n][contexts][actions], prior and out [contexts][actions]. A
 * decision that no weighted point made keeps the prior. Errors: as cairn_ais_fit_gauss; INVALID for smoothing outside
 * [0, 1]. */
CAIRN_API cairn_status cairn_ais_fit_categorical(cairn_ctx *ctx, const double *counts, const double *weights, size_t n,
                                                 size_t contexts, size_t actions, const double *prior, double smoothing,
                                                 double *out);

/* A family of sampling densities with parameters of `parameters` doubles. */
typedef struct cairn_ais_family {
    const void *arg;
    size_t parameters;
    /* Maximises sum_i weights_i log g_j(x_i) for expectation j; weights[n] are finite and not all 0. */
    cairn_status (*fit)(cairn_ctx *ctx, const void *arg, size_t j, const double *x, const double *weights, size_t n,
                        double *parameters);
    double (*log_density)(const void *arg, const double *parameters, const double *x);
    void (*sample)(const void *arg, const double *parameters, cairn_rng *rng, double *x);
} cairn_ais_family;

/* Gaussians. */
typedef struct cairn_ais_gauss_setup {
    size_t dimension; /* 1 .. 32 */
    bool diagonal;
} cairn_ais_gauss_setup;
/* `setup` must outlive the family. */
CAIRN_API cairn_ais_family cairn_ais_gauss(const cairn_ais_gauss_setup *setup);

/* Policies of independent decisions: a point is the action taken at each of `contexts` decisions, 0 .. actions - 1. */
typedef struct cairn_ais_choices_setup {
    size_t contexts, actions;
    const double *prior; /* [J][contexts][actions] policy that the fit for expectation j is smoothed with, positive */
    double smoothing;    /* in [0, 1], as of cairn_ais_fit_categorical */
} cairn_ais_choices_setup;
/* `setup` must outlive the family. */
CAIRN_API cairn_ais_family cairn_ais_choices(const cairn_ais_choices_setup *setup);
/* ln of the probability of x[contexts] under policy[contexts][actions], and a point drawn from it. */
CAIRN_API double cairn_ais_log_choices(const double *policy, size_t contexts, size_t actions, const double *x);
CAIRN_API void cairn_ais_draw_choices(const double *policy, size_t contexts, size_t actions, cairn_rng *rng, double *x);

/* ---- the whole method ------------------------------------------------------------------------------------------------ */

typedef struct cairn_ais_problem {
    const void *arg;
    size_t expectations; /* J */
    size_t dimension;    /* doubles of a point */
    /* log_f[J] and phi[J] >= 0 of a point. This is what costs: it is called once for each point of the budget. */
    cairn_status (*evaluate)(cairn_ctx *ctx, const void *arg, const double *x, double *log_f, double *phi);
    /* The densities of the first round, f_j itself or one under which success is not rare; the equal mixture of all J
     * is drawn from. */
    void (*sample)(const void *arg, size_t j, cairn_rng *rng, double *x);
    double (*log_density)(const void *arg, size_t j, const double *x);
} cairn_ais_problem;

enum { CAIRN_AIS_ROUNDS = 6 }; /* the first one and what fits into half of the budget, a tenth of it each, at most */

typedef struct cairn_ais_how {
    int64_t budget;      /* N: points, at least 20 */
    const double *omega; /* [J] weights of the variances in the criterion; NULL: 1 / I_j^2 by the newest round */
    bool control;        /* control variates; without them beta = 0 */
    /* samples from the newest mixture at the end, as published; else from that with the smallest predicted variance */
    bool newest;
    uint64_t seed;
} cairn_ais_how;
#define CAIRN_AIS_PRESET \
    { 20000, NULL, true, false, 1 }

typedef struct cairn_ais_result {
    int32_t rounds;                    /* with the first one */
    int32_t used;                      /* the round whose mixture was sampled at the end, from 0 */
    int64_t adaptive, final;           /* points spent before the end, and at the end */
    double variance[CAIRN_AIS_ROUNDS]; /* sum_j omega_j Var of one point, by round */
    /* The criterion of the equal mixture with the whole budget is predicted to be smaller than what adaptation leaves:
     * do without it. */
    bool mixture_preferred;
} cairn_ais_result;

/* Adapts densities g_j, their mixture and beta in rounds, then estimates from fresh points: unbiased. estimates[J].
 * Errors: INVALID for a budget below 20, J = 0, phi < 0 (split it into two expectations), no phi > 0 in the first round
 * for some j; those of the callbacks; no memory; CANCELLED. */
CAIRN_API cairn_status cairn_ais(cairn_ctx *ctx, const cairn_ais_problem *problem, const cairn_ais_family *family,
                                 const cairn_ais_how *how, cairn_ais_estimate *estimates, cairn_ais_result *result);

#ifdef __cplusplus
}
#endif
#endif
