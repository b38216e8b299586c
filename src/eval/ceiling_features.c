/* Which candidates a proxy overrates most, and what is special about them: it names the hack. */
#include <math.h>
#include <stdlib.h>

#include "cairn/ceiling.h"

typedef struct rated {
    double over; /* rank by proxy minus rank by truth */
    size_t index;
} rated;

static int by_over(const void *a, const void *b) {
    const rated *x = a, *y = b;
    if (x->over != y->over) return x->over > y->over ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

cairn_status cairn_ceiling_overrated(cairn_ctx *ctx, const double *proxy, const double *truth, size_t n, double share,
                                     bool *overrated) {
    if (n == 0 || !(share > 0.0 && share < 1.0))
        return cairn_fail(ctx, CAIRN_INVALID, "a share %g of %zu candidates", share, n);
    double *ranks = n <= SIZE_MAX / 2 ? cairn_alloc(ctx, 2 * n, sizeof *ranks) : NULL;
    rated *order = cairn_alloc(ctx, n, sizeof *order);
    cairn_status status = ranks && order ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = cairn_stat_ranks(ctx, proxy, n, ranks);
    if (status == CAIRN_OK) status = cairn_stat_ranks(ctx, truth, n, ranks + n);
    if (status == CAIRN_OK) {
        size_t top = (size_t)ceil(share * (double)n);
        for (size_t i = 0; i < n; i++) order[i] = (rated){ranks[i] - ranks[n + i], i};
        qsort(order, n, sizeof *order, by_over);
        for (size_t i = 0; i < n; i++) overrated[order[i].index] = i < top;
    }
    cairn_free(ranks);
    cairn_free(order);
    return status;
}

double cairn_ceiling_difference_of(const double *feature, const bool *overrated, size_t n) {
    double sum[2] = {0.0, 0.0}, mean = cairn_stat_mean(feature, n), squares = 0.0;
    size_t count[2] = {0, 0};
    bool varies = false;
    for (size_t i = 0; i < n; i++) {
        double off = feature[i] - mean;
        count[overrated[i]]++;
        sum[overrated[i]] += off;
        squares += off * off;
        varies |= feature[i] != feature[0];
    }
    if (count[0] == 0 || count[1] == 0 || isnan(mean)) return NAN;
    if (!varies) return 0.0;
    return (sum[1] / (double)count[1] - sum[0] / (double)count[0]) / sqrt(squares / (double)n);
}
