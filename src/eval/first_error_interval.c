/* Intervals of the figures of first wrong steps. */
#include <math.h>
#include <stdlib.h>

#include "cairn/eval.h"

/* ---- shares over clusters ----------------------------------------------------------------------------------------------- */

typedef struct place {
    uint32_t problem;
    bool hit;
} place;

static int by_problem(const void *a, const void *b) {
    const place *x = a, *y = b;
    return (x->problem > y->problem) - (x->problem < y->problem);
}

/* Hits and sizes of the problems of sorted places[n]; returns the number of problems. */
static size_t cluster(const place *places, size_t n, int64_t *hits, int64_t *sizes) {
    size_t clusters = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || places[i].problem != places[i - 1].problem) hits[clusters] = sizes[clusters] = 0, clusters++;
        hits[clusters - 1] += places[i].hit;
        sizes[clusters - 1]++;
    }
    return clusters;
}

typedef struct part {
    int64_t hits, n;
    cairn_interval share;
} part;

/* The share of hits in one of the two groups; `room` has 2 n numbers. */
static cairn_status measure(cairn_ctx *ctx, const cairn_first_error_item *items, const uint32_t *problem, size_t n,
                            bool mistaken, double level, place *places, int64_t *room, part *out) {
    size_t used = 0;
    *out = (part){.share = {.estimate = NAN, .low = NAN, .high = NAN}};
    for (size_t i = 0; i < n; i++) {
        if ((items[i].label != CAIRN_EVAL_ALL_RIGHT) != mistaken) continue;
        bool hit = items[i].prediction == items[i].label;
        places[used++] = (place){problem ? problem[i] : (uint32_t)i, hit};
        out->hits += hit;
    }
    out->n = (int64_t)used;
    if (used == 0) return CAIRN_OK;
    qsort(places, used, sizeof *places, by_problem);
    size_t clusters = cluster(places, used, room, room + n);
    return cairn_stat_wilson_clustered(ctx, room, room + n, clusters, level, &out->share);
}

/* ---- F1 of two shares --------------------------------------------------------------------------------------------------- */

static double harmonic(double a, double b) {
    return a + b > 0.0 ? 2.0 * a * b / (a + b) : 0.0;
}

static double root_of_squares(double a, double b) {
    return sqrt(a * a + b * b);
}

/* As one quotient of whole numbers, so that equal scores compare equal. */
static double f1_of_counts(const part *err, const part *cor) {
    double below = (double)err->hits * (double)cor->n + (double)cor->hits * (double)err->n;
    return below > 0.0 ? 2.0 * (double)err->hits * (double)cor->hits / below : 0.0;
}

/* Where both shares are 0 neither alone can move F1: its bound is where both stand at theirs. */
static cairn_interval f1_of(const part *err, const part *cor) {
    const cairn_interval *p = &err->share, *q = &cor->share;
    if (err->n == 0 || cor->n == 0) return (cairn_interval){.estimate = NAN, .low = NAN, .high = NAN};
    double f = f1_of_counts(err, cor);
    double down = root_of_squares(f - harmonic(p->low, q->estimate), f - harmonic(p->estimate, q->low));
    double up = root_of_squares(harmonic(p->high, q->estimate) - f, harmonic(p->estimate, q->high) - f);
    if (err->hits == 0 && cor->hits == 0) up = harmonic(p->high, q->high);
    return (cairn_interval){.estimate = f, .low = fmax(0.0, f - down), .high = fmin(1.0, f + up)};
}

cairn_status cairn_eval_first_error_intervals(cairn_ctx *ctx, const cairn_first_error_item *items,
                                              const uint32_t *problem, size_t n, double level,
                                              cairn_first_error_intervals *out) {
    part err, cor;
    if (n > UINT32_MAX / 2) return cairn_fail(ctx, CAIRN_INVALID, "first error: too many items");
    place *places = cairn_alloc(ctx, n, sizeof *places);
    int64_t *room = cairn_alloc(ctx, 2 * n, sizeof *room);
    cairn_status status = places && room ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = measure(ctx, items, problem, n, true, level, places, room, &err);
    if (status == CAIRN_OK) status = measure(ctx, items, problem, n, false, level, places, room, &cor);
    cairn_free(places);
    cairn_free(room);
    CAIRN_TRY(status);
    *out = (cairn_first_error_intervals){err.share, cor.share, f1_of(&err, &cor)};
    return CAIRN_OK;
}

cairn_interval cairn_eval_mean_of(const cairn_interval *numbers, const double *weights, size_t n) {
    double sum = 0.0, weight = 0.0, down = 0.0, up = 0.0;
    cairn_interval mean = {.estimate = NAN, .low = NAN, .high = NAN};
    for (size_t i = 0; i < n; i++) {
        double w = weights ? weights[i] : 1.0;
        if (isnan(numbers[i].estimate)) {
            mean.left_out++;
            continue;
        }
        weight += w;
        sum += w * numbers[i].estimate;
        down = root_of_squares(down, w * (numbers[i].estimate - numbers[i].low));
        up = root_of_squares(up, w * (numbers[i].high - numbers[i].estimate));
    }
    if (weight == 0.0) return mean;
    mean.estimate = sum / weight;
    mean.low = mean.estimate - down / weight;
    mean.high = mean.estimate + up / weight;
    return mean;
}
