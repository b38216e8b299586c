/* The isotonic fit by pooling adjacent violators. */
#include <math.h>

#include "cairn/stat.h"

/* Neighbours with one fitted value. */
typedef struct block {
    double mean, weight;
    size_t count;
} block;

static cairn_status check(cairn_ctx *ctx, const double *y, const double *weight, size_t n) {
    if (n == 0) return cairn_fail(ctx, CAIRN_INVALID, "isotonic fit: there are no values");
    for (size_t i = 0; i < n; i++)
        if (!isfinite(y[i]) || (weight && !(weight[i] > 0 && isfinite(weight[i]))))
            return cairn_fail(ctx, CAIRN_INVALID, "isotonic fit: value %zu or its weight is out of range", i);
    return CAIRN_OK;
}

cairn_status cairn_stat_isotonic(cairn_ctx *ctx, const double *y, const double *weight, size_t n, double *fitted) {
    CAIRN_TRY(check(ctx, y, weight, n));
    block *blocks = cairn_alloc(ctx, n, sizeof *blocks);
    if (!blocks) return CAIRN_NO_MEMORY;
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        block last = {y[i], weight ? weight[i] : 1, 1};
        for (; used > 0 && blocks[used - 1].mean >= last.mean; used--) { /* each block is pooled once: linear */
            const block *before = &blocks[used - 1];
            double sum = before->weight + last.weight;
            last.mean = (before->mean * before->weight + last.mean * last.weight) / sum;
            last.weight = sum;
            last.count += before->count;
        }
        blocks[used++] = last;
    }
    for (size_t b = 0, i = 0; b < used; b++)
        for (size_t k = 0; k < blocks[b].count; k++) fitted[i++] = blocks[b].mean;
    cairn_free(blocks);
    return CAIRN_OK;
}
