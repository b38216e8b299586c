/* First wrong step: scoring a judge (arXiv 2412.06559, section 3). Choosing the threshold is in
 * tune_tau.c. */
#include <math.h>
#include <string.h>

#include "cairn/eval.h"

cairn_status cairn_eval_first_error(cairn_ctx *ctx, const double *scores, int32_t n, double tau, cairn_stat_sense sense,
                                    int32_t *out) {
    if (isnan(tau)) return cairn_fail(ctx, CAIRN_INVALID, "first error: the threshold is not a number");
    for (int32_t t = 0; t < n; t++)
        if (isnan(scores[t]))
            return cairn_fail(ctx, CAIRN_INVALID, "first error: score of step %d is not a number", (int)t);
    *out = n > 0 ? cairn_stat_first_error(scores, n, tau, sense) : CAIRN_EVAL_ALL_RIGHT;
    return CAIRN_OK;
}

int32_t cairn_eval_first_below(const double *scores, int32_t n, double tau) {
    bool known = false;
    for (int32_t i = 0; i < n; i++) {
        if (scores[i] < tau) return i;
        known = known || !isnan(scores[i]);
    }
    return known ? CAIRN_EVAL_ALL_RIGHT : CAIRN_EVAL_NONE;
}

/* ---- scores ---- */

/* 2 ab / (a + b) of a = hit_err / n_err and b = hit_cor / n_cor as one quotient of whole numbers: equal scores
 * compare equal. */
static double harmonic(double hit_err, double n_err, double hit_cor, double n_cor) {
    if (n_err == 0.0 || n_cor == 0.0) return NAN;
    double above = 2.0 * hit_err * hit_cor, below = hit_err * n_cor + hit_cor * n_err;
    return below > 0.0 ? above / below : 0.0;
}

static void fill_rates(cairn_first_error_score *score) {
    double n_err = (double)score->n_err, n_cor = (double)score->n_cor;
    score->acc_err = score->n_err ? (double)score->hit_err / n_err : NAN;
    score->acc_cor = score->n_cor ? (double)score->hit_cor / n_cor : NAN;
    score->f1 = harmonic((double)score->hit_err, n_err, (double)score->hit_cor, n_cor);
}

static cairn_status finish(cairn_ctx *ctx, bool allow_empty, cairn_first_error_score *score) {
    if (!allow_empty && (score->n_err == 0 || score->n_cor == 0))
        return cairn_fail(ctx, CAIRN_INVALID, "first error: no solution %s a wrong step, so F1 is undefined",
                          score->n_err == 0 ? "has" : "is without");
    fill_rates(score);
    if (score->n_err && score->n_cor && score->hit_err == 0 && score->hit_cor == 0)
        cairn_log(ctx, CAIRN_LOG_WARN, "first error: both accuracies are 0; their harmonic mean is taken as 0");
    return CAIRN_OK;
}

cairn_status cairn_eval_first_error_counts(cairn_ctx *ctx, int64_t hit_err, int64_t n_err, int64_t hit_cor,
                                           int64_t n_cor, bool allow_empty, cairn_first_error_score *out) {
    if (hit_err < 0 || hit_err > n_err || hit_cor < 0 || hit_cor > n_cor)
        return cairn_fail(ctx, CAIRN_INVALID, "first error: hits must lie between 0 and their group's size");
    cairn_first_error_score score = {.n_err = n_err, .hit_err = hit_err, .n_cor = n_cor, .hit_cor = hit_cor};
    CAIRN_TRY(finish(ctx, allow_empty, &score));
    *out = score;
    return CAIRN_OK;
}

static cairn_status check_item(cairn_ctx *ctx, const cairn_first_error_item *item, size_t index) {
    const char *id = item->id ? item->id : "(no id)";
    if (item->n_steps < 1)
        return cairn_fail(ctx, CAIRN_INVALID, "item %zu `%s`: %d steps", index, id, (int)item->n_steps);
    if (item->label < CAIRN_EVAL_ALL_RIGHT || item->label >= item->n_steps)
        return cairn_fail(ctx, CAIRN_INVALID, "item %zu `%s`: label %d, expected -1 to %d", index, id, (int)item->label,
                          (int)item->n_steps - 1);
    return CAIRN_OK;
}

static void count_item(const cairn_first_error_item *item, cairn_first_error_score *score) {
    bool hit = item->prediction == item->label;
    if (item->label == CAIRN_EVAL_ALL_RIGHT) {
        score->n_cor++;
        score->hit_cor += hit;
    } else {
        score->n_err++;
        score->hit_err += hit;
    }
    if (item->prediction == CAIRN_EVAL_NONE)
        score->n_missing++;
    else if (item->prediction < CAIRN_EVAL_ALL_RIGHT || item->prediction >= item->n_steps)
        score->n_out_of_range++;
}

cairn_status cairn_eval_first_error_score(cairn_ctx *ctx, const cairn_first_error_item *items, size_t n,
                                          bool allow_empty, cairn_first_error_score *out) {
    cairn_first_error_score score = {0};
    for (size_t i = 0; i < n; i++) {
        CAIRN_TRY(check_item(ctx, &items[i], i));
        count_item(&items[i], &score);
    }
    CAIRN_TRY(finish(ctx, allow_empty, &score));
    *out = score;
    return CAIRN_OK;
}

/* ---- averages over subsets ---- */

cairn_status cairn_eval_first_error_average(cairn_ctx *ctx, const cairn_first_error_score *subsets, size_t n,
                                            cairn_first_error_average *out) {
    if (n == 0) return cairn_fail(ctx, CAIRN_INVALID, "first error: no subsets to average");
    double plain = 0.0, weighted = 0.0, weight = 0.0;
    bool tuned = false;
    for (size_t s = 0; s < n; s++) {
        if (isnan(subsets[s].f1))
            return cairn_fail(ctx, CAIRN_INVALID, "first error: F1 of subset %zu is undefined", s);
        double size = (double)(subsets[s].n_err + subsets[s].n_cor);
        plain += subsets[s].f1;
        weighted += size * subsets[s].f1;
        weight += size;
        tuned |= subsets[s].tuned_here;
    }
    *out = (cairn_first_error_average){plain / (double)n, weighted / weight, tuned};
    return CAIRN_OK;
}

typedef struct resampling {
    const cairn_first_error_item *items;
    const size_t *sizes;
    size_t subsets;
    bool by_size;
} resampling;

static double resampled_average(const void *arg, const uint32_t *index, size_t n) {
    const resampling *data = arg;
    double sum = 0.0;
    size_t at = 0;
    for (size_t s = 0; s < data->subsets; s++) {
        cairn_first_error_score score = {0};
        for (size_t k = 0; k < data->sizes[s]; k++) count_item(&data->items[index[at++]], &score);
        fill_rates(&score);
        sum += (data->by_size ? (double)data->sizes[s] : 1.0) * score.f1;
    }
    return sum / (data->by_size ? (double)n : (double)data->subsets);
}

cairn_status cairn_eval_first_error_bootstrap(cairn_ctx *ctx, const cairn_first_error_item *items, const size_t *sizes,
                                              size_t subsets, const cairn_bootstrap *how, cairn_interval *unweighted,
                                              cairn_interval *weighted) {
    size_t n = 0;
    for (size_t s = 0; s < subsets; s++)
        for (size_t end = n + sizes[s]; n < end; n++) CAIRN_TRY(check_item(ctx, &items[n], n));
    resampling data = {items, sizes, subsets, false};
    cairn_interval plain, by_size;
    CAIRN_TRY(cairn_stat_bootstrap_strata(ctx, sizes, subsets, resampled_average, &data, how, &plain));
    data.by_size = true; /* the same seed: the same resamples */
    CAIRN_TRY(cairn_stat_bootstrap_strata(ctx, sizes, subsets, resampled_average, &data, how, &by_size));
    *unweighted = plain;
    *weighted = by_size;
    return CAIRN_OK;
}
