/* cairn certify --learn: scores that are learned from features with the same labels (OptCS-Full, arXiv 2411.17983). */
#include <math.h>

#include "cli/certified.h"

/* A learner that tells its progress. */
typedef struct learning {
    cairn_certify_learner learner;
    const void *arg;
    cairn_progress *progress;
} learning;

static cairn_status learn(cairn_ctx *ctx, const void *arg, const double *x, const bool *good, size_t n, size_t d,
                          const double *query, double *score) {
    const learning *l = arg;
    cairn_progress_add(l->progress, 1);
    return l->learner(ctx, l->arg, x, good, n, d, query, score);
}

/* ---- what can be learned from ---------------------------------------------------------------------------------------- */

cairn_status certified_check_learners(cli *c, const certified *f) {
    learning l;
    if (!*f->config->learn != !*f->config->features)
        return cairn_fail(c->ctx, CAIRN_INVALID,
                          *f->config->learn ? "--learn needs --features: the fields that scores are learned from"
                                            : "--features needs --learn: logistic, nearest or both");
    for (int k = f->chosen; k < f->k; k++)
        CAIRN_TRY(cairn_certify_learner_find(c->ctx, c->arena, f->scores[k], &l.learner, &l.arg));
    return CAIRN_OK;
}

static cairn_status check_labels(cli *c, const certified *f) {
    size_t right = 0;
    for (size_t i = 0; i < f->n; i++) right += f->right[i];
    if (right >= 2) return CAIRN_OK;
    return cairn_fail(c->ctx, CAIRN_INVALID,
                      "--learn: %zu of %zu labelled items are right, and 2 are needed to learn from the others of each",
                      right, f->n);
}

/* Feature k of item i: labelled items first. */
static double feature(const certified *f, size_t i, size_t k) {
    const cairn_certify_row *row = i < f->n ? f->calibration[i] : f->test[i - f->n];
    return row->scores[(size_t)f->chosen + k];
}

/* Of all items the mean of each feature becomes 0 and its standard deviation 1: learners see no units. A constant
 * feature becomes 0. No label is looked at. */
static cairn_status fill_features(cli *c, const certified *f, double *x) {
    size_t n = f->n + f->m, d = (size_t)f->features;
    for (size_t k = 0; k < d; k++) {
        double mean = 0, square = 0;
        for (size_t i = 0; i < n; i++) mean += feature(f, i, k) / (double)n;
        for (size_t i = 0; i < n; i++) x[i * d + k] = feature(f, i, k) - mean;
        for (size_t i = 0; i < n; i++) square += x[i * d + k] * x[i * d + k] / (double)n;
        if (!isfinite(square))
            return cairn_fail(c->ctx, CAIRN_INVALID, "feature `%s` has values that are too large to learn from",
                              f->columns[(size_t)f->chosen + k]);
        for (size_t i = 0; i < n; i++) x[i * d + k] = square > 0 ? x[i * d + k] / sqrt(square) : 0;
    }
    return CAIRN_OK;
}

/* ---- learning -------------------------------------------------------------------------------------------------------- */

cairn_status certified_learn(cli *c, certified *f) {
    size_t n = f->n + f->m, d = (size_t)f->features, n_learners = (size_t)(f->k - f->chosen);
    if (n_learners == 0) return CAIRN_OK;
    double *x = cairn_arena_alloc(c->arena, n, d * sizeof *x);
    bool *good = cairn_arena_alloc(c->arena, n, sizeof *good);
    f->learned = cairn_arena_alloc(c->arena, n, n_learners * sizeof *f->learned);
    if (!x || !good || !f->learned) return CAIRN_NO_MEMORY;
    CAIRN_TRY(check_labels(c, f));
    CAIRN_TRY(fill_features(c, f, x));
    for (size_t i = 0; i < f->n; i++) good[i] = f->right[i];
    cairn_progress *progress;
    CAIRN_TRY(cairn_progress_open(c->ctx, "learn", (int64_t)(n * n_learners), f->config->quiet, &progress));
    cairn_status status = CAIRN_OK;
    for (size_t k = 0; k < n_learners && status == CAIRN_OK; k++) {
        learning l = {.progress = progress};
        status = cairn_certify_learner_find(c->ctx, c->arena, f->scores[(size_t)f->chosen + k], &l.learner, &l.arg);
        if (status == CAIRN_OK)
            status = cairn_certify_loo(c->ctx, learn, &l, x, good, n, d, f->config->oversample, f->config->seed,
                                       f->learned + k * n);
    }
    cairn_progress_close(progress);
    return status;
}
