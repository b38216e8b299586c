/* Two classes by a threshold: counts, figures, curves. */
#include <math.h>
#include <stdlib.h>

#include "cairn/stat.h"

cairn_status cairn_stat_confusion(cairn_ctx *ctx, const double *scores, const bool *positive, size_t n,
                                  double threshold, cairn_confusion *out) {
    cairn_confusion c = {0};
    if (isnan(threshold)) return cairn_fail(ctx, CAIRN_INVALID, "the threshold is not a number");
    for (size_t i = 0; i < n; i++) {
        if (isnan(scores[i])) return cairn_fail(ctx, CAIRN_INVALID, "score %zu is not a number", i);
        bool said = scores[i] > threshold;
        c.tp += said && positive[i];
        c.fp += said && !positive[i];
        c.tn += !said && !positive[i];
        c.fn += !said && positive[i];
    }
    *out = c;
    return CAIRN_OK;
}

static double ratio(double above, double below) {
    return below > 0.0 ? above / below : 0.0;
}

static double harmonic(double a, double b) {
    return ratio(2.0 * a * b, a + b);
}

cairn_two_class cairn_stat_two_class(const cairn_confusion *c) {
    double n = c->tp + c->fp + c->tn + c->fn, said = c->tp + c->fp, is = c->tp + c->fn;
    double not_said = c->tn + c->fn, is_not = c->tn + c->fp;
    if (!(n > 0.0)) return (cairn_two_class){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    cairn_two_class f = {
        .accuracy = (c->tp + c->tn) / n,
        .precision = ratio(c->tp, said),
        .recall = ratio(c->tp, is),
        .f1 = ratio(2.0 * c->tp, said + is),
        .negative_precision = ratio(c->tn, not_said),
        .negative_recall = ratio(c->tn, is_not),
        .negative_f1 = ratio(2.0 * c->tn, not_said + is_not),
        .kappa = cairn_stat_kappa((const double[]){c->tp, c->fn, c->fp, c->tn}, 2),
    };
    f.macro_f1 = 0.5 * (f.f1 + f.negative_f1);
    f.balanced_accuracy = 0.5 * (f.recall + f.negative_recall);
    f.balanced_f1 = harmonic(f.recall, f.negative_recall);
    double margins = sqrt(said) * sqrt(is) * sqrt(not_said) * sqrt(is_not);
    f.mcc = margins > 0.0 ? (c->tp * c->tn - c->fp * c->fn) / margins : NAN;
    return f;
}

double cairn_stat_kappa(const double *counts, size_t k) {
    double n = 0.0, agree = 0.0, chance = 0.0;
    for (size_t i = 0; i < k * k; i++) n += counts[i];
    for (size_t i = 0; i < k; i++) {
        double a = 0.0, b = 0.0;
        for (size_t j = 0; j < k; j++) {
            a += counts[i * k + j];
            b += counts[j * k + i];
        }
        agree += counts[i * k + i];
        chance += a * b;
    }
    return n * n > chance ? (n * agree - chance) / (n * n - chance) : NAN;
}

/* ---- curves ------------------------------------------------------------------------------------------------------ */

typedef struct scored {
    double score;
    bool positive;
} scored;

static int falling(const void *a, const void *b) {
    double x = ((const scored *)a)->score, y = ((const scored *)b)->score;
    return (x < y) - (x > y);
}

/* n scores, falling, with how many positives; the caller frees *out. */
static cairn_status sorted(cairn_ctx *ctx, const double *scores, const bool *positive, size_t n, scored **out,
                           int64_t *positives) {
    *positives = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(scores[i])) return cairn_fail(ctx, CAIRN_INVALID, "score %zu is not a number", i);
        *positives += positive[i];
    }
    if (*positives == 0) return cairn_fail(ctx, CAIRN_INVALID, "none of %zu scores is of a positive", n);
    scored *all = cairn_alloc(ctx, n, sizeof *all);
    if (!all) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) all[i] = (scored){scores[i], positive[i]};
    qsort(all, n, sizeof *all, falling);
    *out = all;
    return CAIRN_OK;
}

cairn_status cairn_stat_threshold_points(cairn_ctx *ctx, const double *scores, const bool *positive, size_t n,
                                         cairn_threshold_point *points, size_t *count) {
    scored *all = NULL;
    int64_t positives = 0;
    CAIRN_TRY(sorted(ctx, scores, positive, n, &all, &positives));
    int64_t tp = 0, fp = 0, negatives = (int64_t)n - positives;
    double below = negatives > 0 ? (double)negatives : NAN;
    points[0] = (cairn_threshold_point){INFINITY, 0, 0, 0.0, 0.0 / below, 1.0};
    *count = 1;
    for (size_t i = 0; i < n; i++) {
        tp += all[i].positive;
        fp += !all[i].positive;
        if (i + 1 < n && all[i + 1].score == all[i].score) continue;
        points[(*count)++] = (cairn_threshold_point){.threshold = all[i].score,
                                                     .tp = tp,
                                                     .fp = fp,
                                                     .recall = (double)tp / (double)positives,
                                                     .fall_out = (double)fp / below,
                                                     .precision = (double)tp / (double)(tp + fp)};
    }
    cairn_free(all);
    return CAIRN_OK;
}

cairn_status cairn_stat_average_precision(cairn_ctx *ctx, const double *scores, const bool *positive, size_t n,
                                          double *out) {
    if (n > SIZE_MAX / sizeof(cairn_threshold_point) - 1) return cairn_fail(ctx, CAIRN_INVALID, "too many scores");
    cairn_threshold_point *points = cairn_alloc(ctx, n + 1, sizeof *points);
    size_t count = 0;
    double sum = 0.0;
    if (!points) return CAIRN_NO_MEMORY;
    cairn_status status = cairn_stat_threshold_points(ctx, scores, positive, n, points, &count);
    for (size_t i = 1; i < count; i++) sum += (points[i].recall - points[i - 1].recall) * points[i].precision;
    cairn_free(points);
    if (status == CAIRN_OK) *out = sum;
    return status;
}
