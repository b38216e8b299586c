/* Shares of items that come in groups. */
#include <math.h>

#include "cairn/stat.h"

typedef struct grouped {
    double *hits, *items; /* [n] of groups that have items */
    size_t n;
} grouped;

static double share_of(const void *arg, const uint32_t *index, size_t n) {
    const grouped *g = arg;
    double hits = 0, items = 0;
    for (size_t i = 0; i < n; i++) {
        hits += g->hits[index[i]];
        items += g->items[index[i]];
    }
    return hits / items;
}

/* Wilson's interval of a share p of n cases, which need not be whole. */
static cairn_interval wilson(double p, double n, double level) {
    double z = -cairn_stat_normal_quantile(0.5 * (1 - level)), z2 = z * z;
    double centre = p + z2 / (2 * n), half = z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)), scale = 1 + z2 / n;
    return (cairn_interval){.estimate = p,
                            .low = p > 0 ? fmax(0, (centre - half) / scale) : 0,
                            .high = p < 1 ? fmin(1, (centre + half) / scale) : 1};
}

/* Copies the groups that have items; *single: each has one whole item. */
static cairn_status keep(cairn_ctx *ctx, const double *hits, const double *items, size_t groups, grouped *g,
                         bool *single) {
    *single = true;
    for (size_t i = 0; i < groups; i++) {
        if (!(hits[i] >= 0 && hits[i] <= items[i] && isfinite(items[i])))
            return cairn_fail(ctx, CAIRN_INVALID, "group %zu has %g hits of %g items", i, hits[i], items[i]);
        if (items[i] == 0) continue;
        *single &= items[i] == 1 && (hits[i] == 0 || hits[i] == 1);
        g->hits[g->n] = hits[i];
        g->items[g->n++] = items[i];
    }
    return CAIRN_OK;
}

/* Do the groups' shares lie within a thousandth of each other? */
static bool all_agree(const grouped *g) {
    double least = 1, most = 0;
    for (size_t i = 0; i < g->n; i++) {
        least = fmin(least, g->hits[i] / g->items[i]);
        most = fmax(most, g->hits[i] / g->items[i]);
    }
    return most - least < 1e-3;
}

static cairn_status interval(cairn_ctx *ctx, const grouped *g, bool single, const cairn_bootstrap *how,
                             cairn_interval *out) {
    double hits = cairn_stat_sum(g->hits, g->n), items = cairn_stat_sum(g->items, g->n);
    *out = (cairn_interval){.estimate = NAN, .low = NAN, .high = NAN};
    if (g->n == 0) return CAIRN_OK;
    out->estimate = hits / items;
    if (single || (g->n > 1 && all_agree(g)))
        *out = wilson(out->estimate, (double)g->n, how->level);
    else if (g->n > 1)
        return cairn_stat_bootstrap(ctx, g->n, share_of, g, how, out);
    return CAIRN_OK;
}

cairn_status cairn_stat_grouped_share(cairn_ctx *ctx, const double *hits, const double *items, size_t groups,
                                      const cairn_bootstrap *how, cairn_interval *out) {
    grouped g = {.hits = cairn_alloc(ctx, groups + 1, sizeof *g.hits),
                 .items = cairn_alloc(ctx, groups + 1, sizeof *g.items)};
    bool single;
    cairn_status status = g.hits && g.items ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = keep(ctx, hits, items, groups, &g, &single);
    if (status == CAIRN_OK) status = interval(ctx, &g, single, how, out);
    cairn_free(g.hits);
    cairn_free(g.items);
    return status;
}
