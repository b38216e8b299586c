/* The threshold of a step scorer, by an exact sweep (arXiv 2412.06559, section 3.3). */
#include <math.h>
#include <stdlib.h>

#include "cairn/eval.h"

/* As tau rises past `score`, the prediction of `item` becomes `step`. Only prefix minima ever change a prediction. With
 * CAIRN_STAT_WRONG_ABOVE every score is negated first, and the threshold at the end. */
typedef struct crossing {
    double score;
    size_t item;
    int32_t step;
} crossing;

static int by_score(const void *a, const void *b) {
    const crossing *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

static cairn_status check(cairn_ctx *ctx, const cairn_scored_solution *s, size_t index) {
    const char *id = s->id ? s->id : "(no id)";
    if (s->n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "item %zu `%s`: %d steps", index, id, (int)s->n_steps);
    if (s->label < CAIRN_EVAL_ALL_RIGHT || s->label >= s->n_steps)
        return cairn_fail(ctx, CAIRN_INVALID, "item %zu `%s`: label %d, expected -1 to %d", index, id, (int)s->label,
                          (int)s->n_steps - 1);
    for (int32_t t = 0; t < s->n_steps; t++)
        if (isnan(s->scores[t]))
            return cairn_fail(ctx, CAIRN_INVALID, "item %zu `%s`: score of step %d is not a number", index, id, (int)t);
    return CAIRN_OK;
}

/* crossings NULL: only counts. */
static size_t find_crossings(const cairn_scored_solution *solutions, size_t n, double sign, crossing *crossings) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        for (int32_t t = 0, lowest = -1; t < solutions[i].n_steps; t++) {
            double score = sign * solutions[i].scores[t];
            if (lowest >= 0 && score >= sign * solutions[i].scores[lowest]) continue;
            lowest = t;
            if (crossings) crossings[count] = (crossing){score, i, t};
            count++;
        }
    }
    return count;
}

/* A threshold above `low` and not above `high`: strict comparison puts `low` on the bad side and `high` on the good
 * one. */
static double between(double low, double high) {
    double middle = 0.5 * low + 0.5 * high;
    return middle > low && middle <= high ? middle : high;
}

static void move(const cairn_scored_solution *s, int32_t prediction, int by, cairn_first_error_score *score) {
    if (prediction != s->label) return;
    if (s->label == CAIRN_EVAL_ALL_RIGHT)
        score->hit_cor += by;
    else
        score->hit_err += by;
}

/* One quotient of whole numbers, so that equal scores compare equal. */
static double harmonic_accuracy(const cairn_first_error_score *s) {
    double below = (double)s->hit_err * (double)s->n_cor + (double)s->hit_cor * (double)s->n_err;
    return below > 0.0 ? 2.0 * (double)s->hit_err * (double)s->hit_cor / below : 0.0;
}

static cairn_status sweep(cairn_ctx *ctx, const cairn_scored_solution *solutions, const crossing *crossings,
                          size_t count, int32_t *predictions, bool last_of_equals, cairn_first_error_score start,
                          cairn_tuned_tau *out) {
    cairn_first_error_score now = start;
    double tau = crossings[0].score, best = -1.0;
    for (size_t k = 0;;) {
        double f1 = harmonic_accuracy(&now);
        if (f1 > best || (last_of_equals && f1 == best)) {
            best = f1;
            *out = (cairn_tuned_tau){tau, now};
        }
        if (k == count) break;
        double passed = crossings[k].score;
        for (; k < count && crossings[k].score == passed; k++) {
            const crossing *c = &crossings[k];
            move(&solutions[c->item], predictions[c->item], -1, &now);
            predictions[c->item] = c->step;
            move(&solutions[c->item], c->step, 1, &now);
        }
        tau = k < count ? between(passed, crossings[k].score) : nextafter(passed, INFINITY);
        if (tau == passed) break; /* nothing is above infinity */
    }
    CAIRN_TRY(cairn_eval_first_error_counts(ctx, out->score.hit_err, now.n_err, out->score.hit_cor, now.n_cor, false,
                                            &out->score));
    out->score.tuned_here = true;
    return CAIRN_OK;
}

cairn_status cairn_eval_tune_tau(cairn_ctx *ctx, const cairn_scored_solution *solutions, size_t n,
                                 cairn_stat_sense sense, cairn_tuned_tau *out) {
    cairn_first_error_score start = {0};
    for (size_t i = 0; i < n; i++) {
        CAIRN_TRY(check(ctx, &solutions[i], i));
        start.n_cor += solutions[i].label == CAIRN_EVAL_ALL_RIGHT;
        start.n_err += solutions[i].label != CAIRN_EVAL_ALL_RIGHT;
    }
    if (start.n_err == 0 || start.n_cor == 0)
        return cairn_fail(ctx, CAIRN_INVALID, "tuning a threshold needs solutions with and without a wrong step");
    start.hit_cor = start.n_cor; /* below every score nothing is bad */
    double sign = sense == CAIRN_STAT_WRONG_BELOW ? 1.0 : -1.0;
    size_t count = find_crossings(solutions, n, sign, NULL);
    crossing *crossings = cairn_alloc(ctx, count, sizeof *crossings);
    int32_t *predictions = cairn_alloc(ctx, n, sizeof *predictions);
    cairn_status status = crossings && predictions ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) {
        find_crossings(solutions, n, sign, crossings);
        qsort(crossings, count, sizeof *crossings, by_score);
        for (size_t i = 0; i < n; i++) predictions[i] = CAIRN_EVAL_ALL_RIGHT;
        cairn_tuned_tau tuned = {0};
        status = sweep(ctx, solutions, crossings, count, predictions, sense == CAIRN_STAT_WRONG_ABOVE, start, &tuned);
        if (status == CAIRN_OK) {
            tuned.tau *= sign;
            *out = tuned;
        }
    }
    cairn_free(crossings);
    cairn_free(predictions);
    return status;
}
