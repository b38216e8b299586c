/* One score's selections, for every test item as an extra calibration item (arXiv 2411.17983, section 3). */
#include "certify/ladder.h"

#include <stdlib.h>

#include "cairn/stat.h"

cairn_status ladder_open(cairn_ctx *ctx, size_t n, size_t m, ladder *out) {
    *out = (ladder){.n = n, .m = m};
    out->bad = cairn_alloc(ctx, n, sizeof *out->bad);
    out->rungs = cairn_alloc(ctx, m, sizeof *out->rungs);
    out->count = cairn_alloc(ctx, m, sizeof *out->count);
    out->reach = cairn_alloc(ctx, m, sizeof *out->reach);
    if (out->bad && out->rungs && out->count && out->reach) return CAIRN_OK;
    ladder_close(out);
    return CAIRN_NO_MEMORY;
}

void ladder_close(ladder *l) {
    cairn_free(l->bad);
    cairn_free(l->rungs);
    cairn_free(l->count);
    cairn_free(l->reach);
    *l = (ladder){0};
}

static int best_first(const void *a, const void *b) {
    const struct rung *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

void ladder_read(ladder *l, const double *calibration, const bool *good, const double *test) {
    l->n_bad = 0;
    for (size_t i = 0; i < l->n; i++)
        if (!good[i]) l->bad[l->n_bad++] = calibration[i];
    qsort(l->bad, l->n_bad, sizeof *l->bad, ladder_ascending);
    for (size_t j = 0; j < l->m; j++) {
        l->rungs[j] = (struct rung){test[j], (uint32_t)j};
        l->count[j] = (uint32_t)(l->n_bad - ladder_below(l->bad, l->n_bad, test[j], false));
    }
    qsort(l->rungs, l->m, sizeof *l->rungs, best_first);
}

/* Whether the item on rung r is selected as number k with `extra` bad items more than the calibration has. */
static bool passes(const ladder *l, size_t r, uint32_t extra, size_t k, double q) {
    double p = (double)(l->count[l->rungs[r].item] + extra) / ((double)l->n + 1);
    return cairn_stat_bh_passes(p, k, q, l->m);
}

/* Item j comes first with p = 0. So an item with a better score than j's on rung r (counted from 0) is number r + 2 and
 * does not see j as a bad one; one with the same or a worse score is number r + 1 and sees it. The last rung that
 * passes in this second sense is the same for all j that it is not above. */
void ladder_reach(ladder *l, double q) {
    size_t last = 0; /* 1 + the last rung that passes with j above or beside it; 0: none */
    for (size_t r = l->m; r > 0 && !last; r--)
        if (passes(l, r - 1, 1, r, q)) last = r;
    size_t above = 0; /* 1 + the last rung above j's that passes without j */
    for (size_t first = 0, next; first < l->m; first = next) {
        for (next = first + 1; next < l->m && l->rungs[next].score == l->rungs[first].score;) next++;
        size_t reach = last > first ? last : above + 1;
        for (size_t r = first; r < next; r++) l->reach[l->rungs[r].item] = (uint32_t)reach;
        for (size_t r = first; r < next; r++)
            if (passes(l, r, 0, r + 2, q)) above = r + 1;
    }
}
