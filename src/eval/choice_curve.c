/* Accuracy of the best, or of the majority, of n samples, averaged exactly over all ways to draw them from a pool. */
#include <math.h>
#include <stdlib.h>

#include "cairn/choice.h"
#include "eval/choice_item.h"

/* ---- best of n ------------------------------------------------------------------------------------------------- */

typedef struct candidate {
    double score;
    bool right;
} candidate;

static int rising(const void *a, const void *b) {
    double x = ((const candidate *)a)->score, y = ((const candidate *)b)->score;
    return (x > y) - (x < y);
}

/* Probability that n of `all` drawn without replacement lie among `some` of them, going from n - 1 to n. */
static double lie_among(double before, int32_t some, int32_t all, int32_t n) {
    return n > some ? 0.0 : before * (double)(some - n + 1) / (double)(all - n + 1);
}

/* Adds what candidates of one score give: `below` have less, `right` and `wrong` have this one. The best of n has this
 * score when all n lie among below + right + wrong and not all among below. */
static void add_group(int32_t below, int32_t right, int32_t wrong, int32_t all, cairn_tie tie, double *curve) {
    double weight = tie == CAIRN_TIE_LOSS || tie == CAIRN_TIE_WIN ? 1.0 : (double)right / (double)(right + wrong);
    int32_t top = tie == CAIRN_TIE_LOSS ? below + right : below + right + wrong; /* no wrong one may tie */
    int32_t floor = tie == CAIRN_TIE_WIN ? below + wrong : below;                /* a right one must be there */
    double up_to_top = 1.0, up_to_floor = 1.0;
    for (int32_t n = 1; n <= all; n++) {
        up_to_top = lie_among(up_to_top, top, all, n);
        up_to_floor = lie_among(up_to_floor, floor, all, n);
        curve[n - 1] += weight * (up_to_top - up_to_floor);
    }
}

static cairn_status best_of_curve(cairn_ctx *ctx, const double *scores, const cairn_verdict *right, int32_t k,
                                  cairn_tie tie, double *curve, cairn_pool_notes *notes) {
    if (k < 1) return cairn_fail(ctx, CAIRN_INVALID, "there is no candidate");
    if (!cairn_tie_name(tie)) return cairn_fail(ctx, CAIRN_INVALID, "tie policy number %d is none", (int)tie);
    candidate *pool = cairn_alloc(ctx, (size_t)k, sizeof *pool);
    if (!pool) return CAIRN_NO_MEMORY;
    cairn_pool_notes found = {0};
    for (int32_t i = 0; i < k; i++) {
        if (right[i] == CAIRN_VERDICT_UNKNOWN) {
            found.untold++;
            continue;
        }
        found.missing += isnan(scores[i]);
        pool[found.used++] = (candidate){isnan(scores[i]) ? -INFINITY : scores[i], right[i] == CAIRN_VERDICT_RIGHT};
    }
    qsort(pool, (size_t)found.used, sizeof *pool, rising);
    for (int32_t i = 0; i < k; i++) curve[i] = 0.0;
    for (int32_t first = 0, next; first < found.used; first = next) {
        int32_t rights = 0;
        for (next = first; next < found.used && pool[next].score == pool[first].score; next++)
            rights += pool[next].right;
        add_group(first, rights, next - first - rights, found.used, tie, curve);
    }
    cairn_free(pool);
    if (found.used == 0) return cairn_fail(ctx, CAIRN_INVALID, "of no candidate is it known whether it is right");
    if (notes) *notes = found;
    return CAIRN_OK;
}

cairn_status cairn_best_of_curve(cairn_ctx *ctx, const char *id, const double *scores, const cairn_verdict *right,
                                 int32_t k, cairn_tie tie, double *curve, cairn_pool_notes *notes) {
    return within_item(ctx, best_of_curve(ctx, scores, right, k, tie, curve, notes), id);
}

/* ---- majority of n --------------------------------------------------------------------------------------------- */

typedef struct votes {
    int32_t *sizes; /* [m] of the classes other than the right one */
    int32_t m, right, silent, all;
    double *choose; /* [all + 1]: C(size, 0 ..) of the class at hand */
    double *ways;   /* [all + 1][all + 1]: ways to draw s, with t classes of exactly j members: ways[t][s] */
} votes;

static void choose_all(double *choose, int32_t size, int32_t most) {
    choose[0] = 1.0;
    for (int32_t i = 1; i <= most; i++) choose[i] = choose[i - 1] * (double)(size - i + 1) / (double)i;
}

static int32_t least(int32_t a, int32_t b) {
    return a < b ? a : b;
}

/* Brings one more group of candidates into the counts, of which at most `most` are drawn. Where exactly `j` of them
 * are drawn, it ties. */
static void bring_in(votes *v, int32_t size, int32_t most, int32_t j, int32_t ties, bool can_tie) {
    size_t stride = (size_t)v->all + 1;
    choose_all(v->choose, size, most);
    for (int32_t t = ties; t >= 0; t--)
        for (int32_t s = v->all; s >= 0; s--) {
            double sum = 0.0;
            for (int32_t c = 0; c <= least(most, s); c++)
                if (!(can_tie && c == j)) sum += v->choose[c] * v->ways[(size_t)t * stride + (size_t)(s - c)];
            if (can_tie && t > 0 && j <= most && j <= s)
                sum += v->choose[j] * v->ways[(size_t)(t - 1) * stride + (size_t)(s - j)];
            v->ways[(size_t)t * stride + (size_t)s] = sum;
        }
}

static double tie_weight(cairn_tie tie, int32_t others) {
    return tie == CAIRN_TIE_WIN ? 1.0 : tie == CAIRN_TIE_LOSS ? (others == 0) : 1.0 / (double)(1 + others);
}

/* Adds the draws in which the right class has j members and no other has more. */
static void add_count(votes *v, int32_t j, cairn_tie tie, double *curve) {
    size_t stride = (size_t)v->all + 1;
    int32_t ties = least(v->m, v->all / j);
    for (size_t i = 0; i < (size_t)(ties + 1) * stride; i++) v->ways[i] = 0.0;
    v->ways[0] = 1.0;
    for (int32_t c = 0; c < v->m; c++) bring_in(v, v->sizes[c], least(v->sizes[c], j), j, ties, true);
    bring_in(v, v->silent, v->silent, j, ties, false);
    choose_all(v->choose, v->right, j);
    double right = v->choose[j];
    for (int32_t n = j; n <= v->all; n++)
        for (int32_t t = 0; t <= ties; t++)
            curve[n - 1] += right * tie_weight(tie, t) * v->ways[(size_t)t * stride + (size_t)(n - j)];
}

/* Counts the members of each class; `seen` [k] is zeroed room. */
static void count_classes(const int32_t *classes, int32_t k, int32_t right_class, bool *seen, votes *v) {
    for (int32_t i = 0; i < k; i++) {
        int32_t size = 0;
        if (classes[i] < 0) v->silent++;
        if (classes[i] < 0 || seen[i]) continue;
        for (int32_t j = i; j < k; j++)
            if (classes[j] == classes[i]) seen[j] = true, size++;
        if (classes[i] == right_class)
            v->right = size;
        else
            v->sizes[v->m++] = size;
    }
}

cairn_status cairn_majority_curve(cairn_ctx *ctx, const char *id, const int32_t *classes, int32_t k,
                                  int32_t right_class, cairn_tie tie, double *curve) {
    if (k < 1 || k > CAIRN_MAJORITY_MOST)
        return within_item(
            ctx, cairn_fail(ctx, CAIRN_INVALID, "%d answers, expected 1 to %d", (int)k, (int)CAIRN_MAJORITY_MOST), id);
    if (!cairn_tie_name(tie))
        return within_item(ctx, cairn_fail(ctx, CAIRN_INVALID, "tie policy number %d is none", (int)tie), id);
    size_t stride = (size_t)k + 1;
    bool *seen = cairn_alloc(ctx, stride, sizeof *seen);
    votes v = {.all = k,
               .sizes = cairn_alloc(ctx, stride, sizeof *v.sizes),
               .choose = cairn_alloc(ctx, stride, sizeof *v.choose),
               .ways = cairn_alloc(ctx, stride * stride, sizeof *v.ways)};
    cairn_status status = seen && v.sizes && v.choose && v.ways ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) {
        for (int32_t i = 0; i < k; i++) curve[i] = 0.0;
        count_classes(classes, k, right_class, seen, &v);
        for (int32_t j = 1; j <= v.right; j++) add_count(&v, j, tie, curve);
        choose_all(v.choose, k, k);
        for (int32_t n = 1; n <= k; n++) curve[n - 1] /= v.choose[n];
    }
    cairn_free(seen);
    cairn_free(v.sizes);
    cairn_free(v.choose);
    cairn_free(v.ways);
    return status;
}

/* ---- step form against whole form ------------------------------------------------------------------------------ */

static cairn_status area(cairn_ctx *ctx, const double *scores, const bool *right, size_t n, double *out) {
    cairn_auroc roc;
    size_t rights = 0;
    for (size_t i = 0; i < n; i++) rights += right[i];
    *out = 0.5;
    if (rights == 0 || rights == n) return CAIRN_OK;
    CAIRN_TRY(cairn_stat_auroc(ctx, scores, right, n, 0.95, &roc));
    *out = roc.auroc;
    return CAIRN_OK;
}

cairn_status cairn_step_need(cairn_ctx *ctx, const char *id, const double *steps, const double *whole,
                             const bool *right, int32_t k, cairn_gap_form form, double *out) {
    size_t room = k > 0 ? (size_t)k : 1, n = 0;
    double *kept = cairn_alloc(ctx, 2 * room, sizeof *kept), by_steps = NAN, by_whole = NAN;
    bool *kept_right = cairn_alloc(ctx, room, sizeof *kept_right);
    cairn_status status = kept && kept_right ? CAIRN_OK : CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < k && status == CAIRN_OK; i++) {
        if (isnan(steps[i]) || isnan(whole[i])) continue;
        kept[n] = steps[i], kept[room + n] = whole[i], kept_right[n++] = right[i];
    }
    if (status == CAIRN_OK && n == 0) status = cairn_fail(ctx, CAIRN_INVALID, "no candidate has both scores");
    if (status == CAIRN_OK && form == CAIRN_GAP_MEAN) {
        by_steps = cairn_stat_mean(kept, n), by_whole = cairn_stat_mean(kept + room, n);
    } else if (status == CAIRN_OK) {
        status = area(ctx, kept, kept_right, n, &by_steps);
        if (status == CAIRN_OK) status = area(ctx, kept + room, kept_right, n, &by_whole);
    }
    cairn_free(kept);
    cairn_free(kept_right);
    if (status == CAIRN_OK) *out = by_steps - by_whole;
    return within_item(ctx, status, id);
}
