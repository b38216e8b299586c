/* Dividing a width of children among nodes by the softmax of their rewards. */
#include <math.h>
#include <stdlib.h>

#include "cairn/tree.h"
#include "core/maths.h"

#define MOST_WIDTH (INT64_C(1) << 53) /* shares are computed in double */

typedef struct share {
    double weight;    /* exp((reward - greatest) / temperature) */
    double rest;      /* sum of this weight and all after it */
    double remainder; /* of the quota that was rounded down */
    int32_t index;
} share;

static int by_weight(const void *a, const void *b) {
    const share *x = a, *y = b;
    if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

static int by_remainder(const void *a, const void *b) {
    const share *x = a, *y = b;
    if (x->remainder != y->remainder) return x->remainder > y->remainder ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

/* Sums from the least weight up, so that the last share of what is left is exactly 1. */
static void sum_rest(share *shares, int32_t n) {
    double rest = 0;
    for (int32_t i = n - 1; i >= 0; i--) shares[i].rest = rest += shares[i].weight;
}

static void allocate_ceil(share *shares, int32_t n, int64_t width, int64_t *counts) {
    for (int32_t i = 0; i < n; i++) {
        double count = width ? ceil((double)width * (shares[i].weight / shares[i].rest)) : 0;
        int64_t most = count < (double)width ? (int64_t)count : width;
        counts[shares[i].index] = most;
        width -= most;
    }
}

static void allocate_largest_remainder(share *shares, int32_t n, int64_t width, int64_t *counts) {
    double all = shares[0].rest;
    int64_t left = width;
    for (int32_t i = 0; i < n; i++) {
        double quota = (double)width * (shares[i].weight / all), whole = floor(quota);
        int64_t count = whole < (double)left ? (int64_t)whole : left;
        shares[i].remainder = shares[i].weight > 0 ? quota - whole : -1;
        counts[shares[i].index] = count;
        left -= count;
    }
    qsort(shares, (size_t)n, sizeof *shares, by_remainder);
    for (int32_t i = 0; left > 0; i = (i + 1) % n, left--) counts[shares[i].index]++;
}

static void allocate_round(const share *shares, int32_t n, int64_t width, int64_t *counts) {
    for (int32_t i = 0; i < n; i++)
        counts[shares[i].index] = (int64_t)round((double)width * (shares[i].weight / shares[0].rest));
}

cairn_status cairn_allocate_softmax(const double *rewards, int32_t n, int64_t width, double temperature,
                                    cairn_allocation how, int64_t *counts) {
    if (n < 0 || width < 0 || width > MOST_WIDTH || !(temperature > 0) || isinf(temperature)) return CAIRN_INVALID;
    if (n == 0) return CAIRN_OK;
    double greatest = -INFINITY;
    for (int32_t i = 0; i < n; i++) {
        if (isnan(rewards[i])) return CAIRN_INVALID;
        greatest = rewards[i] > greatest ? rewards[i] : greatest;
    }
    if (isinf(greatest)) return CAIRN_INVALID; /* +infinity leaves no shares; all at -infinity, nobody to give to */
    share *shares = malloc((size_t)n * sizeof *shares);
    if (!shares) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++)
        shares[i] = (share){.weight = maths_exp((rewards[i] - greatest) / temperature), .index = i};
    qsort(shares, (size_t)n, sizeof *shares, by_weight);
    sum_rest(shares, n);
    if (how == CAIRN_ALLOCATE_CEIL)
        allocate_ceil(shares, n, width, counts);
    else if (how == CAIRN_ALLOCATE_ROUND)
        allocate_round(shares, n, width, counts);
    else
        allocate_largest_remainder(shares, n, width, counts);
    free(shares);
    return CAIRN_OK;
}
