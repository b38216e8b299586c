/* Scores of items by learning from all others, and small learners for it (OptCS-Full, arXiv 2411.17983). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/certify.h"
#include "core/maths.h"

/* ---- leaving one out ------------------------------------------------------------------------------------------------- */

/* The others of an item, to learn from. */
typedef struct others {
    double *x;          /* [2 n][d] */
    bool *good;         /* [2 n] */
    size_t *members[2]; /* [n] places of the bad and of the good ones */
    size_t n, count[2];
} others;

static cairn_status open_others(cairn_ctx *ctx, size_t n, size_t d, others *o) {
    *o = (others){.x = cairn_alloc(ctx, n, 2 * d * sizeof *o->x), .good = cairn_alloc(ctx, n, 2 * sizeof *o->good)};
    for (int side = 0; side < 2; side++) o->members[side] = cairn_alloc(ctx, n, sizeof *o->members[side]);
    return o->x && o->good && o->members[0] && o->members[1] ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static void close_others(others *o) {
    cairn_free(o->x);
    cairn_free(o->good);
    cairn_free(o->members[0]);
    cairn_free(o->members[1]);
}

/* An item's place in an order that the values of the items decide, not their rows: equal items are then scored alike to
 * the last bit, and p-values count them as ties. */
typedef struct place {
    const double *x; /* [d] */
    size_t d, item;
    bool good;
} place;

static int by_values(const void *a, const void *b) {
    const place *p = a, *q = b;
    for (size_t k = 0; k < p->d; k++)
        if (p->x[k] < q->x[k] || p->x[k] > q->x[k]) return p->x[k] < q->x[k] ? -1 : 1;
    return p->good - q->good;
}

static void order(const double *x, const bool *good, size_t n, size_t d, place *places) {
    for (size_t i = 0; i < n; i++) places[i] = (place){.x = x + i * d, .d = d, .item = i, .good = good[i]};
    qsort(places, n, sizeof *places, by_values);
}

static void add(others *o, const double *x, bool good, size_t d) {
    memcpy(o->x + o->n * d, x, d * sizeof *x);
    o->good[o->n++] = good;
}

/* Repeats members of the smaller class, drawn at random, until both are equally many. */
static void balance(others *o, size_t d, cairn_rng *rng) {
    bool rare = o->count[1] < o->count[0];
    if (o->count[rare] == 0) return;
    for (size_t more = o->count[!rare] - o->count[rare]; more > 0; more--) {
        size_t drawn = (size_t)cairn_rng_range(rng, 0, (int64_t)o->count[rare] - 1);
        add(o, o->x + o->members[rare][drawn] * d, rare, d);
    }
}

cairn_status cairn_certify_loo(cairn_ctx *ctx, cairn_certify_learner learner, const void *arg, const double *x,
                               const bool *good, size_t n, size_t d, bool oversample, uint64_t seed, double *scores) {
    others o;
    if (n == 0 || d == 0) return cairn_fail(ctx, CAIRN_INVALID, "there is no item or no feature to learn from");
    place *places = cairn_alloc(ctx, n, sizeof *places);
    if (!places) return CAIRN_NO_MEMORY;
    order(x, good, n, d, places);
    cairn_status status = open_others(ctx, n, d, &o);
    for (size_t i = 0; i < n && status == CAIRN_OK; i++) {
        cairn_rng rng = cairn_rng_open(seed, cairn_key("certify", 7), CAIRN_PATH_ROOT, CAIRN_VERB_LEARN,
                                       CAIRN_ROLE_GENERATOR, (uint32_t)i);
        o.n = o.count[0] = o.count[1] = 0;
        for (size_t k = 0; k < n; k++) {
            const place *other = &places[k];
            if (other->item == i) continue;
            o.members[other->good][o.count[other->good]++] = o.n;
            add(&o, other->x, other->good, d);
        }
        if (oversample) balance(&o, d, &rng);
        status = learner(ctx, arg, o.x, o.good, o.n, d, x + i * d, &scores[i]);
        if (status == CAIRN_OK && cairn_cancelled(ctx)) status = CAIRN_CANCELLED;
    }
    close_others(&o);
    cairn_free(places);
    return status;
}

/* ---- logistic regression --------------------------------------------------------------------------------------------- */

enum { NEWTON_STEPS = 50, MOST_FEATURES = 32 };

/* Solves a[p][p] z = b for a symmetric positive definite `a`, which is used up; z over b. */
static bool solve(double *a, double *b, size_t p) {
    for (size_t j = 0; j < p; j++) {
        for (size_t i = j; i < p; i++) {
            double sum = a[i * p + j];
            for (size_t k = 0; k < j; k++) sum -= a[i * p + k] * a[j * p + k];
            if (i == j && !(sum > 0)) return false;
            a[i * p + j] = i == j ? sqrt(sum) : sum / a[j * p + j];
        }
    }
    for (size_t i = 0; i < p; i++) {
        for (size_t k = 0; k < i; k++) b[i] -= a[i * p + k] * b[k];
        b[i] /= a[i * p + i];
    }
    for (size_t i = p; i-- > 0;) {
        for (size_t k = i + 1; k < p; k++) b[i] -= a[k * p + i] * b[k];
        b[i] /= a[i * p + i];
    }
    return true;
}

static double log_odds(const double *weights, const double *x, size_t d) {
    double sum = weights[d];
    for (size_t k = 0; k < d; k++) sum += weights[k] * x[k];
    return sum;
}

/* Gradient[p] and Hessian[p][p] of the loss at weights[p], of which the last is the intercept. Returns the loss. */
static double derive(const double *x, const bool *good, size_t n, size_t d, double penalty, const double *weights,
                     double *gradient, double *hessian) {
    size_t p = d + 1;
    double loss = 0;
    memset(gradient, 0, p * sizeof *gradient);
    memset(hessian, 0, p * p * sizeof *hessian);
    for (size_t k = 0; k < d; k++) {
        loss += 0.5 * penalty * weights[k] * weights[k];
        gradient[k] = penalty * weights[k];
        hessian[k * p + k] = penalty;
    }
    hessian[d * p + d] = 1e-6; /* so that it has an inverse where all items are of one class */
    gradient[d] = 1e-6 * weights[d];
    loss += 0.5e-6 * weights[d] * weights[d];
    for (size_t i = 0; i < n; i++) {
        double z = log_odds(weights, x + i * d, d), share = 1 / (1 + maths_exp(-z)), sign = good[i] ? 1 : -1;
        loss += fmax(-sign * z, 0) + maths_log1p(maths_exp(-fabs(z)));
        for (size_t a = 0; a < p; a++) {
            double xa = a < d ? x[i * d + a] : 1;
            gradient[a] += (share - good[i]) * xa;
            for (size_t b = 0; b <= a; b++) hessian[a * p + b] += share * (1 - share) * xa * (b < d ? x[i * d + b] : 1);
        }
    }
    return loss;
}

/* Newton's method with halved steps: the loss is strictly convex. */
static bool fit(const double *x, const bool *good, size_t n, size_t d, double penalty, double *weights) {
    double step[MOST_FEATURES + 1], trial[MOST_FEATURES + 1], hessian[(MOST_FEATURES + 1) * (MOST_FEATURES + 1)];
    size_t p = d + 1;
    memset(weights, 0, p * sizeof *weights);
    double loss = derive(x, good, n, d, penalty, weights, step, hessian);
    for (int i = 0; i < NEWTON_STEPS; i++) {
        double rate = 1, now = INFINITY, before = loss, gradient[MOST_FEATURES + 1];
        if (!solve(hessian, step, p)) return false;
        for (; rate > 1e-6 && !(now <= before); rate /= 2) {
            for (size_t a = 0; a < p; a++) trial[a] = weights[a] - rate * step[a];
            now = derive(x, good, n, d, penalty, trial, gradient, hessian);
        }
        if (!(now <= before)) return isfinite(before);
        memcpy(weights, trial, p * sizeof *weights);
        memcpy(step, gradient, p * sizeof *step);
        loss = now;
        if (before - now <= 1e-12 * (1 + fabs(now))) break;
    }
    return isfinite(loss);
}

cairn_status cairn_certify_logistic(cairn_ctx *ctx, const void *arg, const double *x, const bool *good, size_t n,
                                    size_t d, const double *query, double *score) {
    double penalty = *(const double *)arg, weights[MOST_FEATURES + 1];
    if (!(penalty > 0 && isfinite(penalty)) || d > MOST_FEATURES)
        return cairn_fail(ctx, CAIRN_INVALID, "logistic regression: a penalty of %g with %zu features is not offered",
                          penalty, d);
    bool fitted = fit(x, good, n, d, penalty, weights);
    *score = fitted ? log_odds(weights, query, d) : NAN;
    if (isnan(*score)) return cairn_fail(ctx, CAIRN_INVALID, "logistic regression: a feature is not finite");
    return CAIRN_OK;
}

/* ---- nearest items ---------------------------------------------------------------------------------------------------- */

typedef struct neighbour {
    double distance;
    size_t item;
} neighbour;

static int nearer(const void *a, const void *b) {
    const neighbour *x = a, *y = b;
    return (x->distance > y->distance) - (x->distance < y->distance);
}

cairn_status cairn_certify_nearest(cairn_ctx *ctx, const void *arg, const double *x, const bool *good, size_t n,
                                   size_t d, const double *query, double *score) {
    int32_t wanted = *(const int32_t *)arg;
    if (wanted < 1) return cairn_fail(ctx, CAIRN_INVALID, "%d nearest items, expected 1 or more", (int)wanted);
    neighbour *all = cairn_alloc(ctx, n, sizeof *all);
    if (!all) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        all[i].item = i;
        for (size_t k = 0; k < d; k++) all[i].distance += (x[i * d + k] - query[k]) * (x[i * d + k] - query[k]);
    }
    qsort(all, n, sizeof *all, nearer);
    size_t used = n < (size_t)wanted ? n : (size_t)wanted, right = 0;
    while (used > 0 && used < n && !(all[used].distance > all[used - 1].distance)) used++;
    for (size_t i = 0; i < used; i++) right += good[all[i].item];
    *score = used ? (double)right / (double)used : 0;
    cairn_free(all);
    return CAIRN_OK;
}
