/* Ranks, correlation and discrimination. */
#include <math.h>
#include <stdlib.h>

#include "cairn/stat.h"

typedef struct keyed {
    double value;
    size_t index;
} keyed;

static int by_value(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

cairn_status cairn_stat_ranks(cairn_ctx *ctx, const double *x, size_t n, double *ranks) {
    keyed *sorted = cairn_alloc(ctx, n, sizeof *sorted);
    if (!sorted) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i])) {
            cairn_free(sorted);
            return cairn_fail(ctx, CAIRN_INVALID, "ranks: value %zu is not a number", i);
        }
        sorted[i] = (keyed){x[i], i};
    }
    qsort(sorted, n, sizeof *sorted, by_value);
    for (size_t first = 0, next; first < n; first = next) {
        for (next = first + 1; next < n && sorted[next].value == sorted[first].value;) next++;
        double rank = 0.5 * ((double)first + 1.0 + (double)next);
        for (size_t i = first; i < next; i++) ranks[sorted[i].index] = rank;
    }
    cairn_free(sorted);
    return CAIRN_OK;
}

/* DeLong's components of one class: placement[i] = (rank among all - rank within the class) / size of the other
 * class. Gives their mean and the variance of that mean. */
typedef struct placement {
    double mean, variance;
} placement;

static cairn_status place(cairn_ctx *ctx, const double *scores, const double *ranks, const bool *positive, size_t n,
                          bool side, size_t size, double *room, placement *out) {
    double *own = room, *own_ranks = room + size;
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (positive[i] == side) own[k++] = scores[i];
    CAIRN_TRY(cairn_stat_ranks(ctx, own, size, own_ranks));
    k = 0;
    for (size_t i = 0; i < n; i++) {
        if (positive[i] != side) continue;
        own[k] = (ranks[i] - own_ranks[k]) / (double)(n - size);
        k++;
    }
    *out = (placement){cairn_stat_mean(own, size), cairn_stat_variance(own, size) / (double)size};
    return CAIRN_OK;
}

cairn_status cairn_stat_auroc(cairn_ctx *ctx, const double *scores, const bool *positive, size_t n, double level,
                              cairn_auroc *out) {
    if (!(level > 0.0 && level < 1.0))
        return cairn_fail(ctx, CAIRN_INVALID, "interval level %g is not between 0 and 1", level);
    size_t positives = 0;
    for (size_t i = 0; i < n; i++) positives += positive[i];
    if (positives == 0 || positives == n)
        return cairn_fail(ctx, CAIRN_INVALID, "AUROC needs both classes: %zu of %zu are positive", positives, n);
    if (n > SIZE_MAX / (3 * sizeof(double))) return cairn_fail(ctx, CAIRN_INVALID, "AUROC: too many scores");
    double *room = cairn_alloc(ctx, 3 * n, sizeof *room); /* ranks[n], then two arrays of one class */
    if (!room) return CAIRN_NO_MEMORY;
    placement above = {0}, below = {0};
    cairn_status status = cairn_stat_ranks(ctx, scores, n, room);
    if (status == CAIRN_OK) status = place(ctx, scores, room, positive, n, true, positives, room + n, &above);
    if (status == CAIRN_OK) status = place(ctx, scores, room, positive, n, false, n - positives, room + n, &below);
    cairn_free(room);
    if (status != CAIRN_OK) return status;
    double z = -cairn_stat_normal_quantile(0.5 * (1.0 - level)), error = sqrt(above.variance + below.variance);
    bool known = !isnan(error);
    *out = (cairn_auroc){.auroc = above.mean,
                         .error = error,
                         .low = known ? fmax(0.0, above.mean - z * error) : NAN,
                         .high = known ? fmin(1.0, above.mean + z * error) : NAN,
                         .positives = (int64_t)positives,
                         .negatives = (int64_t)(n - positives)};
    return CAIRN_OK;
}

cairn_status cairn_stat_pearson(cairn_ctx *ctx, const double *x, const double *y, size_t n, double *out) {
    if (n < 2) return cairn_fail(ctx, CAIRN_INVALID, "a correlation needs two pairs, not %zu", n);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]) || !isfinite(y[i]))
            return cairn_fail(ctx, CAIRN_INVALID, "correlation: pair %zu is not finite", i);
    double mean_x = cairn_stat_mean(x, n), mean_y = cairn_stat_mean(y, n), xx = 0.0, yy = 0.0, xy = 0.0;
    bool x_varies = false, y_varies = false; /* asked of the data: a rounded mean leaves dust in xx and yy */
    for (size_t i = 0; i < n; i++) {
        double dx = x[i] - mean_x, dy = y[i] - mean_y;
        xx += dx * dx, yy += dy * dy, xy += dx * dy;
        x_varies |= x[i] != x[0], y_varies |= y[i] != y[0];
    }
    *out = x_varies && y_varies ? fmax(-1.0, fmin(1.0, xy / (sqrt(xx) * sqrt(yy)))) : NAN;
    return CAIRN_OK;
}

cairn_status cairn_stat_spearman(cairn_ctx *ctx, const double *x, const double *y, size_t n, double *out) {
    if (n > SIZE_MAX / (2 * sizeof(double))) return cairn_fail(ctx, CAIRN_INVALID, "correlation: too many pairs");
    double *ranks = cairn_alloc(ctx, 2 * n, sizeof *ranks);
    if (!ranks) return CAIRN_NO_MEMORY;
    cairn_status status = cairn_stat_ranks(ctx, x, n, ranks);
    if (status == CAIRN_OK) status = cairn_stat_ranks(ctx, y, n, ranks + n);
    if (status == CAIRN_OK) status = cairn_stat_pearson(ctx, ranks, ranks + n, n, out);
    cairn_free(ranks);
    return status;
}

/* ---- Kendall ------------------------------------------------------------------------------------------------------ */

typedef struct pair {
    double x, y;
} pair;

static int by_x_then_y(const void *a, const void *b) {
    const pair *p = a, *q = b;
    if (p->x != q->x) return p->x < q->x ? -1 : 1;
    return (p->y > q->y) - (p->y < q->y);
}

/* Sorts pairs[n] by y and returns the swaps of neighbours that take: the pairs that stand the other way round. */
static double sort_by_y(pair *pairs, pair *room, size_t n) {
    if (n < 2) return 0;
    size_t half = n / 2, left = 0, right = half;
    double swaps = sort_by_y(pairs, room, half) + sort_by_y(pairs + half, room, n - half);
    for (size_t i = 0; i < n; i++) {
        bool from_right = left == half || (right < n && pairs[right].y < pairs[left].y);
        if (from_right) swaps += (double)(half - left);
        room[i] = from_right ? pairs[right++] : pairs[left++];
    }
    for (size_t i = 0; i < n; i++) pairs[i] = room[i];
    return swaps;
}

/* Pairs of neighbours that agree in x, or in y, or in both: of runs in a sorted array. */
static double tied(const pair *pairs, size_t n, bool x, bool y) {
    double ties = 0;
    for (size_t first = 0, next; first < n; first = next) {
        for (next = first + 1;
             next < n && (!x || pairs[next].x == pairs[first].x) && (!y || pairs[next].y == pairs[first].y);)
            next++;
        ties += 0.5 * (double)(next - first) * (double)(next - first - 1);
    }
    return ties;
}

cairn_status cairn_stat_kendall(cairn_ctx *ctx, const double *x, const double *y, size_t n, double *out) {
    if (n < 2) return cairn_fail(ctx, CAIRN_INVALID, "a correlation needs two pairs, not %zu", n);
    if (n > SIZE_MAX / (2 * sizeof(pair))) return cairn_fail(ctx, CAIRN_INVALID, "correlation: too many pairs");
    for (size_t i = 0; i < n; i++)
        if (isnan(x[i]) || isnan(y[i])) return cairn_fail(ctx, CAIRN_INVALID, "correlation: pair %zu has NaN", i);
    pair *pairs = cairn_alloc(ctx, 2 * n, sizeof *pairs);
    if (!pairs) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) pairs[i] = (pair){x[i], y[i]};
    qsort(pairs, n, sizeof *pairs, by_x_then_y);
    double all = 0.5 * (double)n * (double)(n - 1), tied_x = tied(pairs, n, true, false),
           tied_both = tied(pairs, n, true, true), discordant = sort_by_y(pairs, pairs + n, n),
           tied_y = tied(pairs, n, false, true);
    cairn_free(pairs);
    double difference = all - tied_x - tied_y + tied_both - 2 * discordant;
    *out = tied_x < all && tied_y < all ? difference / (sqrt(all - tied_x) * sqrt(all - tied_y)) : NAN;
    return CAIRN_OK;
}
