/* Adaptive importance sampling with control variates (arXiv 2212.00568). J expectations, d numbers a point. */
#include <math.h>
#include <string.h>

#include "cairn/importance.h"
#include "cairn/stat.h"
#include "core/maths.h"

enum { MIXTURE_ITERATIONS = 300, LEAST_BUDGET = 20 };

/* A mixture that points are drawn from. */
typedef struct density {
    double *models;       /* [J][parameters]; NULL: the first round's, which the problem knows */
    double *alpha, *beta; /* [J] */
} density;

/* Points with all that is known of them. */
typedef struct points {
    size_t n;
    double *x, *log_f, *phi; /* [n][d], [n][J], [n][J] */
} points;

typedef struct adapting {
    cairn_ctx *ctx;
    cairn_arena *arena;
    const cairn_ais_problem *problem;
    const cairn_ais_family *family;
    const cairn_ais_how *how;
    size_t j, d;
    points all;      /* of all rounds */
    double *log_sum; /* [all.n] ln of the sum over rounds of their density */
    double *log_g;   /* [all.n][J] scratch */
    double *log_c;   /* [all.n] scratch */
    double *u, *v;   /* [all.n] scratch */
    double *omega;   /* [J] */
    double *spread;  /* [rounds][J] variance of one point's term */
    density rounds[CAIRN_AIS_ROUNDS];
    double variance[CAIRN_AIS_ROUNDS];
    int32_t n_rounds;
} adapting;

/* ---- densities ------------------------------------------------------------------------------------------------------- */

/* ln g_l of a point, for all l: out[J]. */
static void log_components(const adapting *a, const density *g, const double *x, double *out) {
    for (size_t l = 0; l < a->j; l++)
        out[l] = g->models ? a->family->log_density(a->family->arg, g->models + l * a->family->parameters, x)
                           : a->problem->log_density(a->problem->arg, l, x);
}

/* ln sum_l alpha_l g_l from ln g_l; `room` [J]. */
static double log_mixture(const adapting *a, const density *g, const double *log_g, double *room) {
    for (size_t l = 0; l < a->j; l++) room[l] = maths_log(g->alpha[l]) + log_g[l];
    return cairn_stat_log_sum(room, a->j);
}

static double log_add(double a, double b) {
    double pair[] = {a, b};
    return cairn_stat_log_sum(pair, 2);
}

static cairn_status draw(adapting *a, const density *g, size_t n, uint32_t round, points *out) {
    cairn_rng rng = cairn_rng_open(a->how->seed, cairn_key("ais", 3), CAIRN_PATH_ROOT, CAIRN_VERB_EVAL,
                                   CAIRN_ROLE_GENERATOR, round);
    for (size_t i = 0; i < n; i++) {
        double *x = out->x + out->n * a->d, unit = cairn_rng_unit(&rng);
        size_t l = 0;
        for (; l + 1 < a->j && unit >= g->alpha[l]; l++) unit -= g->alpha[l];
        if (g->models)
            a->family->sample(a->family->arg, g->models + l * a->family->parameters, &rng, x);
        else
            a->problem->sample(a->problem->arg, l, &rng, x);
        CAIRN_TRY(
            a->problem->evaluate(a->ctx, a->problem->arg, x, out->log_f + out->n * a->j, out->phi + out->n * a->j));
        for (l = 0; l < a->j; l++)
            if (!(out->phi[out->n * a->j + l] >= 0) || isnan(out->log_f[out->n * a->j + l]))
                return cairn_fail(a->ctx, CAIRN_INVALID, "value or density %zu of a point is out of range", l);
        out->n++;
        if (i % 1024 == 0 && cairn_cancelled(a->ctx)) return CAIRN_CANCELLED;
    }
    return CAIRN_OK;
}

/* ---- one round ------------------------------------------------------------------------------------------------------- */

/* ln of the mean density that all points so far were drawn from. */
static double log_h(const adapting *a, size_t i) {
    return a->log_sum[i] - maths_log((double)a->n_rounds);
}

/* Draws points from the newest density and counts it into log_sum. */
static cairn_status draw_round(adapting *a, size_t n, double *room) {
    int32_t round = a->n_rounds++;
    size_t before = a->all.n;
    CAIRN_TRY(draw(a, &a->rounds[round], n, (uint32_t)round, &a->all));
    for (size_t i = 0; i < a->all.n; i++) {
        int32_t first = i < before ? round : 0;
        if (first == 0) a->log_sum[i] = -INFINITY;
        for (int32_t k = first; k <= round; k++) {
            log_components(a, &a->rounds[k], a->all.x + i * a->d, room);
            a->log_sum[i] = log_add(a->log_sum[i], log_mixture(a, &a->rounds[k], room, room + a->j));
        }
    }
    return CAIRN_OK;
}

static cairn_status no_success(const adapting *a, size_t j) {
    return cairn_fail(
        a->ctx, CAIRN_INVALID,
        "no success seen for expectation %zu in %zu points: begin with densities under which it is not rare", j,
        a->all.n);
}

/* Fits g_j for every j to all points, weighted by f_j phi_j / h. */
static cairn_status fit_all(adapting *a, density *g) {
    double *weights = a->u;
    for (size_t j = 0; j < a->j; j++) {
        double most = -INFINITY;
        for (size_t i = 0; i < a->all.n; i++) {
            double phi = a->all.phi[i * a->j + j];
            weights[i] = phi > 0 ? a->all.log_f[i * a->j + j] + maths_log(phi) - log_h(a, i) : -INFINITY;
            if (weights[i] > most) most = weights[i];
        }
        if (!isfinite(most)) return no_success(a, j);
        for (size_t i = 0; i < a->all.n; i++) weights[i] = maths_exp(weights[i] - most);
        CAIRN_TRY(a->family->fit(a->ctx, a->family->arg, j, a->all.x, weights, a->all.n,
                                 g->models + j * a->family->parameters));
    }
    return CAIRN_OK;
}

/* ln of c = sum_j omega_j (f_j phi_j - beta_j g_j)^2 of point i, whose ln g_j are given. */
static double log_criterion(const adapting *a, size_t i, const double *log_g, const double *beta) {
    double most = -INFINITY, sum = 0;
    for (size_t j = 0; j < a->j; j++) {
        double phi = a->all.phi[i * a->j + j];
        if (phi > 0) most = fmax(most, a->all.log_f[i * a->j + j] + maths_log(phi));
        if (beta[j] != 0) most = fmax(most, maths_log(fabs(beta[j])) + log_g[j]);
    }
    if (isinf(most)) return most;
    for (size_t j = 0; j < a->j; j++) {
        double phi = a->all.phi[i * a->j + j];
        double part = phi > 0 ? phi * maths_exp(a->all.log_f[i * a->j + j] - most) : 0;
        part -= beta[j] * maths_exp(log_g[j] - most);
        sum += a->omega[j] * part * part;
    }
    return 2 * most + maths_log(sum);
}

/* The best weights of the newest densities with the coefficients so far. */
static cairn_status mix(adapting *a, density *g) {
    double f;
    for (size_t i = 0; i < a->all.n; i++) {
        log_components(a, g, a->all.x + i * a->d, a->log_g + i * a->j);
        a->log_c[i] = log_criterion(a, i, a->log_g + i * a->j, g->beta);
        a->u[i] = log_h(a, i);
    }
    return cairn_ais_mixture(a->ctx, a->log_c, a->log_g, a->u, a->all.n, a->j, MIXTURE_ITERATIONS, g->alpha, &f);
}

/* Coefficients of the newest density by the points drawn from it, from `first` on; estimates means[J] and spread[J].
 * With `initial` the coefficients stay 0. `room` [J]. */
static void measure(adapting *a, density *g, size_t first, bool initial, double *means, double *room) {
    size_t n = a->all.n - first;
    double *spread = a->spread + (size_t)(a->n_rounds - 1) * a->j;
    for (size_t i = 0; i < n; i++) {
        double *log_g = a->log_g + i * a->j;
        log_components(a, g, a->all.x + (first + i) * a->d, log_g);
        a->log_c[i] = log_mixture(a, g, log_g, room);
    }
    for (size_t j = 0; j < a->j; j++) {
        for (size_t i = 0; i < n; i++) {
            double phi = a->all.phi[(first + i) * a->j + j];
            a->u[i] = phi > 0 ? phi * maths_exp(a->all.log_f[(first + i) * a->j + j] - a->log_c[i]) : 0;
            a->v[i] = maths_exp(a->log_g[i * a->j + j] - a->log_c[i]);
        }
        if (!initial && a->how->control) g->beta[j] = cairn_ais_beta(a->u, a->v, n, cairn_stat_mean(a->u, n));
        for (size_t i = 0; i < n; i++) a->u[i] -= g->beta[j] * a->v[i];
        means[j] = g->beta[j] + cairn_stat_mean(a->u, n);
        spread[j] = cairn_stat_variance(a->u, n);
    }
}

/* The criterion's variance of one point in every round so far; its weights follow the newest means where they are not
 * given. */
static void judge_rounds(adapting *a, const double *means) {
    for (size_t j = 0; j < a->j && !a->how->omega; j++)
        if (means[j] > 0) a->omega[j] = 1 / (means[j] * means[j]);
    for (int32_t k = 0; k < a->n_rounds; k++) {
        a->variance[k] = 0;
        for (size_t j = 0; j < a->j; j++) a->variance[k] += a->omega[j] * a->spread[(size_t)k * a->j + j];
    }
}

static cairn_status open_density(adapting *a, bool first, density *out) {
    *out = (density){.alpha = cairn_arena_alloc(a->arena, a->j, sizeof *out->alpha),
                     .beta = cairn_arena_alloc(a->arena, a->j, sizeof *out->beta)};
    if (!first) out->models = cairn_arena_alloc(a->arena, a->j * a->family->parameters + 1, sizeof *out->models);
    return out->alpha && out->beta && (first || out->models) ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* Round 0: plain importance sampling from the equal mixture. means[J]. */
static cairn_status first_round(adapting *a, size_t n, double *means, double *room) {
    density *g = &a->rounds[0];
    CAIRN_TRY(open_density(a, true, g));
    for (size_t j = 0; j < a->j; j++) g->alpha[j] = 1 / (double)a->j;
    CAIRN_TRY(draw_round(a, n, room));
    measure(a, g, 0, true, means, room);
    for (size_t j = 0; j < a->j; j++)
        if (!(means[j] > 0)) return no_success(a, j);
    judge_rounds(a, means);
    return CAIRN_OK;
}

/* A further round. It begins with the weights and coefficients of the last one; of the first one, in proportion to the
 * means. */
static cairn_status next_round(adapting *a, size_t n, double *means, double *room) {
    density *g = &a->rounds[a->n_rounds];
    bool second = a->n_rounds == 1;
    CAIRN_TRY(open_density(a, false, g));
    if (second) cairn_ais_first_alpha(means, a->omega, a->j, g->alpha);
    for (size_t j = 0; j < a->j; j++) {
        if (!second) g->alpha[j] = (g - 1)->alpha[j];
        g->beta[j] = !a->how->control ? 0 : second ? means[j] : (g - 1)->beta[j];
    }
    CAIRN_TRY(fit_all(a, g));
    CAIRN_TRY(mix(a, g));
    size_t before = a->all.n;
    CAIRN_TRY(draw_round(a, n, room));
    measure(a, g, before, false, means, room);
    judge_rounds(a, means);
    return CAIRN_OK;
}

/* ---- the whole method ------------------------------------------------------------------------------------------------ */

/* Rounds until one does not pay, or half of the budget is spent. */
static cairn_status adapt(adapting *a, int64_t round) {
    double *means = cairn_arena_alloc(a->arena, a->j, 3 * sizeof *means);
    if (!means) return CAIRN_NO_MEMORY;
    CAIRN_TRY(first_round(a, (size_t)round, means, means + a->j));
    int64_t budget = a->how->budget;
    while ((int64_t)a->all.n < budget / 2 && a->n_rounds < CAIRN_AIS_ROUNDS) {
        CAIRN_TRY(next_round(a, (size_t)round, means, means + a->j));
        const double *now = &a->variance[a->n_rounds - 1];
        if (cairn_ais_stops(now[-1], now[0], budget, (int64_t)a->all.n, round)) break;
    }
    return CAIRN_OK;
}

/* The round with the smallest predicted variance, if no further one had followed. */
static int32_t best_round(const adapting *a, int64_t round) {
    int32_t best = 0;
    for (int32_t k = 1; k < a->n_rounds; k++) {
        double left = (double)(a->how->budget - round * (k + 1)),
               left_best = (double)(a->how->budget - round * (best + 1));
        if (a->variance[k] / left < a->variance[best] / left_best) best = k;
    }
    return a->how->newest ? a->n_rounds - 1 : best;
}

static cairn_status open_points(cairn_arena *arena, size_t n, size_t d, size_t j, points *out) {
    *out = (points){.x = cairn_arena_alloc(arena, n, d * sizeof *out->x),
                    .log_f = cairn_arena_alloc(arena, n, j * sizeof *out->log_f),
                    .phi = cairn_arena_alloc(arena, n, j * sizeof *out->phi)};
    return out->x && out->log_f && out->phi ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* Fresh points from the density: independent of the adaptation, so unbiased. */
static cairn_status finish(adapting *a, const density *g, cairn_ais_estimate *estimates, cairn_ais_result *result) {
    size_t n = (size_t)result->final;
    points fresh;
    CAIRN_TRY(open_points(a->arena, n, a->d, a->j, &fresh));
    CAIRN_TRY(draw(a, g, n, CAIRN_AIS_ROUNDS, &fresh));
    double *log_g = cairn_arena_alloc(a->arena, n, a->j * sizeof *log_g);
    if (!log_g) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) log_components(a, g, fresh.x + i * a->d, log_g + i * a->j);
    return cairn_ais_iscv(a->ctx, fresh.log_f, fresh.phi, log_g, n, a->j, g->alpha, g->beta, estimates);
}

static cairn_status open_all(adapting *a, size_t most) {
    CAIRN_TRY(open_points(a->arena, most, a->d, a->j, &a->all));
    a->log_sum = cairn_arena_alloc(a->arena, most, sizeof *a->log_sum);
    a->log_g = cairn_arena_alloc(a->arena, most, a->j * sizeof *a->log_g);
    a->log_c = cairn_arena_alloc(a->arena, most, sizeof *a->log_c);
    a->u = cairn_arena_alloc(a->arena, most, sizeof *a->u);
    a->v = cairn_arena_alloc(a->arena, most, sizeof *a->v);
    a->omega = cairn_arena_alloc(a->arena, a->j, sizeof *a->omega);
    a->spread = cairn_arena_alloc(a->arena, CAIRN_AIS_ROUNDS * a->j, sizeof *a->spread);
    if (!a->log_sum || !a->log_g || !a->log_c || !a->u || !a->v || !a->omega || !a->spread) return CAIRN_NO_MEMORY;
    for (size_t j = 0; a->how->omega && j < a->j; j++) a->omega[j] = a->how->omega[j];
    return CAIRN_OK;
}

static cairn_status run(adapting *a, cairn_ais_estimate *estimates, cairn_ais_result *result) {
    int64_t budget = a->how->budget, round = budget / 2 / 5;
    CAIRN_TRY(open_all(a, (size_t)(round * CAIRN_AIS_ROUNDS)));
    CAIRN_TRY(adapt(a, round));
    *result = (cairn_ais_result){.rounds = a->n_rounds,
                                 .used = best_round(a, round),
                                 .adaptive = (int64_t)a->all.n,
                                 .final = budget - (int64_t)a->all.n};
    memcpy(result->variance, a->variance, sizeof result->variance);
    double predicted = a->variance[result->used] / (double)result->final;
    result->mixture_preferred = a->variance[0] / (double)budget < predicted;
    return finish(a, &a->rounds[result->used], estimates, result);
}

cairn_status cairn_ais(cairn_ctx *ctx, const cairn_ais_problem *problem, const cairn_ais_family *family,
                       const cairn_ais_how *how, cairn_ais_estimate *estimates, cairn_ais_result *result) {
    if (how->budget < LEAST_BUDGET)
        return cairn_fail(ctx, CAIRN_INVALID, "a budget of %lld points, expected %d or more", (long long)how->budget,
                          LEAST_BUDGET);
    if (problem->expectations == 0 || problem->dimension == 0)
        return cairn_fail(ctx, CAIRN_INVALID, "there is no expectation to estimate");
    for (size_t j = 0; how->omega && j < problem->expectations; j++)
        if (!(how->omega[j] > 0 && isfinite(how->omega[j])))
            return cairn_fail(ctx, CAIRN_INVALID, "weight %zu of the criterion is not above 0", j);
    adapting a = {.ctx = ctx,
                  .problem = problem,
                  .family = family,
                  .how = how,
                  .j = problem->expectations,
                  .d = problem->dimension};
    CAIRN_TRY(cairn_arena_open(ctx, 65536, &a.arena));
    cairn_status status = run(&a, estimates, result);
    cairn_arena_close(a.arena);
    return status;
}
