/* maj@k: how often each answer wins the vote of k samples, averaged over all ways to draw k of n without replacement.
 *
 * For a class with s members and v of them drawn, the others are drawn class by class: a rival with at least v members
 * may get up to v, where v is a tie; smaller classes and samples without an answer cannot win and stay one pool. Each
 * share is a hypergeometric probability given what was drawn before, so that nothing overflows. */
#include <math.h>
#include <string.h>

#include "cairn/stat.h"
#include "core/maths.h"

typedef struct voting {
    const int64_t *sizes; /* [classes] */
    size_t classes;
    int64_t n, k;
    double *log_factorial; /* [n + 1] */
    double *from, *to;     /* [(k + 1) (k + 1)] probability that m are drawn of the rivals so far, t of them tied */
} voting;

static double log_choose(const voting *v, int64_t n, int64_t k) {
    if (k < 0 || k > n) return -INFINITY;
    return v->log_factorial[n] - v->log_factorial[k] - v->log_factorial[n - k];
}

/* Probability that `hits` of `size` are among `drawn` of `pool`. */
static double share_of(const voting *v, int64_t size, int64_t pool, int64_t drawn, int64_t hits) {
    double ways = log_choose(v, size, hits) + log_choose(v, pool - size, drawn - hits);
    return isfinite(ways) ? maths_exp(ways - log_choose(v, pool, drawn)) : 0.0;
}

/* Is any of from[at .. at + n) possible? */
static bool reached(const voting *v, int64_t at, int64_t n) {
    for (int64_t i = at; i < at + n; i++)
        if (v->from[i] > 0) return true;
    return false;
}

/* A rival with `size` members gets up to `most` of what is left of `pool` for `drawn` in all. */
static void add_rival(voting *v, int64_t size, int64_t pool, int64_t drawn, int64_t most, int64_t ties) {
    int64_t wide = ties + 2;
    memset(v->to, 0, (size_t)((drawn + 1) * wide) * sizeof *v->to);
    for (int64_t m = 0; m <= drawn; m++)
        for (int64_t hits = 0; reached(v, m * wide, wide) && hits <= most && m + hits <= drawn; hits++) {
            double share = share_of(v, size, pool, drawn - m, hits);
            for (int64_t t = 0; share > 0 && t <= ties; t++)
                v->to[(m + hits) * wide + t + (hits == most)] += share * v->from[m * wide + t];
        }
    double *swap = v->from;
    v->from = v->to;
    v->to = swap;
}

/* Probability that class `of` wins with `most` votes; a tie among t classes is worth 1/t. */
static double wins_with(voting *v, size_t of, int64_t most) {
    int64_t pool = v->n - v->sizes[of], drawn = v->k - most, ties = drawn / most, wide = ties + 2;
    double mine = share_of(v, v->sizes[of], v->n, v->k, most), sum = 0;
    if (!(mine > 0)) return 0;
    memset(v->from, 0, (size_t)((drawn + 1) * wide) * sizeof *v->from);
    v->from[0] = 1;
    for (size_t i = 0; i < v->classes; i++) {
        if (i == of || v->sizes[i] < most) continue;
        add_rival(v, v->sizes[i], pool, drawn, most, ties);
        pool -= v->sizes[i];
    }
    for (int64_t m = 0; m <= drawn; m++)
        for (int64_t t = 0; t <= ties; t++) sum += v->from[m * wide + t] / (double)(t + 1);
    return mine * sum;
}

static cairn_status open_voting(cairn_ctx *ctx, voting *v) {
    size_t room = ((size_t)v->k + 1) * ((size_t)v->k + 2);
    v->log_factorial = cairn_alloc(ctx, (size_t)v->n + 1, sizeof *v->log_factorial);
    v->from = cairn_alloc(ctx, room, sizeof *v->from);
    v->to = cairn_alloc(ctx, room, sizeof *v->to);
    if (!v->log_factorial || !v->from || !v->to) return CAIRN_NO_MEMORY;
    for (int64_t i = 2; i <= v->n; i++) v->log_factorial[i] = v->log_factorial[i - 1] + maths_log((double)i);
    return CAIRN_OK;
}

static cairn_status check(cairn_ctx *ctx, const int64_t *sizes, size_t classes, int64_t others, int64_t k, int64_t *n) {
    *n = others;
    for (size_t i = 0; i < classes; i++) {
        if (sizes[i] < 1 || sizes[i] > CAIRN_MOST_VOTES)
            return cairn_fail(ctx, CAIRN_INVALID, "maj@%lld: class %zu has %lld samples", (long long)k, i,
                              (long long)sizes[i]);
        *n += sizes[i];
        if (*n > CAIRN_MOST_VOTES) break;
    }
    if (others < 0 || others > CAIRN_MOST_VOTES || *n > CAIRN_MOST_VOTES)
        return cairn_fail(ctx, CAIRN_INVALID, "maj@%lld needs 0 to %d samples", (long long)k, CAIRN_MOST_VOTES);
    if (k < 1 || k > *n)
        return cairn_fail(ctx, CAIRN_INVALID, "maj@%lld needs 1 <= k <= n, not n = %lld", (long long)k, (long long)*n);
    return CAIRN_OK;
}

cairn_status cairn_stat_majority_at_k(cairn_ctx *ctx, const int64_t *sizes, size_t classes, size_t asked,
                                      int64_t others, int64_t k, double *wins) {
    voting v = {.sizes = sizes, .classes = classes, .k = k};
    CAIRN_TRY(check(ctx, sizes, classes, others, k, &v.n));
    cairn_status status = open_voting(ctx, &v);
    for (size_t i = 0; status == CAIRN_OK && i < asked && i < classes; i++) {
        size_t same = 0; /* classes of one size win equally often */
        while (sizes[same] != sizes[i]) same++;
        wins[i] = same < i ? wins[same] : 0;
        for (int64_t most = 1; same == i && most <= sizes[i] && most <= k; most++) wins[i] += wins_with(&v, i, most);
        if (cairn_cancelled(ctx)) status = cairn_fail(ctx, CAIRN_CANCELLED, "interrupted");
    }
    cairn_free(v.log_factorial);
    cairn_free(v.from);
    cairn_free(v.to);
    return status;
}
