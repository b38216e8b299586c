/* Early rejection by scores of unfinished steps. */
#include <math.h>
#include <stdlib.h>

#include "cairn/stat.h"
#include "core/maths.h"

cairn_status cairn_stat_rejection_risk(cairn_ctx *ctx, int64_t n, double gap, double sigma, double *out) {
    if (n < 1) return cairn_fail(ctx, CAIRN_INVALID, "rejection risk: %lld candidates", (long long)n);
    if (!(gap >= 0) || !(sigma > 0))
        return cairn_fail(ctx, CAIRN_INVALID,
                          "rejection risk: a gap of %g and noise of %g: expected 0 or more, and above 0", gap, sigma);
    double ratio = gap / sigma, bound = (double)(n - 1) * maths_exp(-ratio * ratio / 4);
    *out = bound < 1 ? bound : 1;
    return CAIRN_OK;
}

cairn_status cairn_stat_tau_for_correlation(cairn_ctx *ctx, double rho, int64_t length, int64_t *out) {
    if (!(rho > 0 && rho <= 1))
        return cairn_fail(ctx, CAIRN_INVALID, "a correlation of %g is not above 0 and at most 1", rho);
    if (length < 1) return cairn_fail(ctx, CAIRN_INVALID, "a step of %lld tokens", (long long)length);
    double tokens = rho * rho * (double)length;
    *out = (int64_t)ceil(tokens * (1 - 1e-12)); /* 0.8^2 100 is 64, and a little more when it is rounded */
    return CAIRN_OK;
}

typedef struct member {
    double score;
    size_t index;
    int32_t group;
} member;

static int by_group_then_rank(const void *left, const void *right) {
    const member *a = left, *b = right;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    if (isnan(a->score) != isnan(b->score)) return isnan(a->score) ? 1 : -1;
    if (a->score != b->score && !isnan(a->score)) return a->score > b->score ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

cairn_status cairn_stat_keep_top(cairn_ctx *ctx, const double *scores, const int32_t *groups, size_t n, int64_t k,
                                 bool *keep) {
    if (k < 0) return cairn_fail(ctx, CAIRN_INVALID, "keep the top %lld", (long long)k);
    member *members = cairn_alloc(ctx, n, sizeof *members);
    if (!members) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) members[i] = (member){scores[i], i, groups[i]};
    qsort(members, n, sizeof *members, by_group_then_rank);
    int64_t rank = 0;
    for (size_t i = 0; i < n; i++) {
        rank = i > 0 && members[i].group == members[i - 1].group ? rank + 1 : 0;
        keep[members[i].index] = rank < k;
    }
    cairn_free(members);
    return CAIRN_OK;
}
