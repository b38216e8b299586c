/* Judges of steps: a threshold tuned for F1, F1 over both classes, baselines that look at nothing. */
#include <math.h>
#include <stdlib.h>

#include "cairn/choice.h"

/* ---- the threshold with the best F1 (arXiv 2505.15960) --------------------------------------------------------- */

typedef struct scored {
    double score;
    bool right;
} scored;

static int rising(const void *a, const void *b) {
    double x = ((const scored *)a)->score, y = ((const scored *)b)->score;
    return (x > y) - (x < y);
}

static double f1_of(const cairn_confusion *c) {
    double below = 2.0 * c->tp + c->fp + c->fn;
    return below > 0.0 ? 2.0 * c->tp / below : 0.0;
}

/* Scans sorted[n]; `c` holds the counts below every score: all are said right. */
static cairn_tuned_f1 scan(const scored *sorted, size_t n, cairn_confusion c) {
    cairn_tuned_f1 best = {0};
    for (size_t i = 0; i < n; i++) {
        if (sorted[i].right)
            c.tp--, c.fn++;
        else
            c.fp--, c.tn++;
        if (i + 1 < n && sorted[i + 1].score == sorted[i].score) continue;
        double f1 = f1_of(&c);
        if (f1 > best.f1) best = (cairn_tuned_f1){sorted[i].score, c, f1};
    }
    return best;
}

cairn_status cairn_tune_f1(cairn_ctx *ctx, const double *scores, const bool *right, size_t n, cairn_tuned_f1 *out) {
    if (n == 0) return cairn_fail(ctx, CAIRN_INVALID, "there is no score to tune a threshold on");
    cairn_confusion at_zero = {0};
    CAIRN_TRY(cairn_stat_confusion(ctx, scores, right, n, 0.0, &at_zero));
    scored *sorted = cairn_alloc(ctx, n, sizeof *sorted);
    if (!sorted) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) sorted[i] = (scored){scores[i], right[i]};
    qsort(sorted, n, sizeof *sorted, rising);
    cairn_confusion all = {.tp = at_zero.tp + at_zero.fn, .fp = at_zero.fp + at_zero.tn};
    cairn_tuned_f1 best = scan(sorted, n, all);
    cairn_free(sorted);
    if (best.f1 == 0.0) best = (cairn_tuned_f1){0.0, at_zero, f1_of(&at_zero)};
    *out = best;
    return CAIRN_OK;
}

/* ---- both classes (arXiv 2503.07478) --------------------------------------------------------------------------- */

cairn_status cairn_f1_weighted(cairn_ctx *ctx, const cairn_confusion *c, cairn_f1_weights weights, double *out) {
    double positives = c->tp + c->fn, negatives = c->tn + c->fp, n = positives + negatives;
    if (!(c->tp >= 0.0 && c->fp >= 0.0 && c->tn >= 0.0 && c->fn >= 0.0 && n > 0.0))
        return cairn_fail(ctx, CAIRN_INVALID, "weighted F1 of counts TP %g, FP %g, TN %g, FN %g", c->tp, c->fp, c->tn,
                          c->fn);
    cairn_two_class f = cairn_stat_two_class(c);
    double weight = weights == CAIRN_F1_INVERSE ? negatives / n : weights == CAIRN_F1_FREQUENCY ? positives / n : 0.5;
    *out = weight * f.f1 + (1.0 - weight) * f.negative_f1;
    return CAIRN_OK;
}

/* ---- baselines ------------------------------------------------------------------------------------------------- */

const char *cairn_baseline_name(cairn_baseline baseline) {
    static const char *const names[CAIRN_BASELINE_COUNT] = {"none", "all", "first", "last", "random"};
    return (unsigned)baseline < CAIRN_BASELINE_COUNT ? names[baseline] : NULL;
}

static void add_step(cairn_confusion *c, bool faulty, bool said) {
    c->tp += faulty && said;
    c->fp += !faulty && said;
    c->tn += !faulty && !said;
    c->fn += faulty && !said;
}

cairn_status cairn_step_baselines(cairn_ctx *ctx, const bool *faulty, const int32_t *lengths, size_t items,
                                  cairn_confusion *out) {
    cairn_confusion c[CAIRN_BASELINE_COUNT] = {{0}};
    size_t step = 0;
    for (size_t i = 0; i < items; i++) {
        if (lengths[i] < 0) return cairn_fail(ctx, CAIRN_INVALID, "item %zu has %d steps", i, (int)lengths[i]);
        for (int32_t t = 0; t < lengths[i]; t++, step++) {
            add_step(&c[CAIRN_BASELINE_NONE], faulty[step], false);
            add_step(&c[CAIRN_BASELINE_ALL], faulty[step], true);
            add_step(&c[CAIRN_BASELINE_FIRST], faulty[step], t == 0);
            add_step(&c[CAIRN_BASELINE_LAST], faulty[step], t == lengths[i] - 1);
        }
    }
    if (step == 0) return cairn_fail(ctx, CAIRN_INVALID, "there is no step");
    double positives = c[CAIRN_BASELINE_ALL].tp, negatives = c[CAIRN_BASELINE_ALL].fp;
    double rate = positives / (positives + negatives);
    c[CAIRN_BASELINE_RANDOM] = (cairn_confusion){
        .tp = rate * positives, .fp = rate * negatives, .tn = (1 - rate) * negatives, .fn = (1 - rate) * positives};
    for (int b = 0; b < CAIRN_BASELINE_COUNT; b++) out[b] = c[b];
    return CAIRN_OK;
}
