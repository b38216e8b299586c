/* What k samples of a problem are worth: at least one right, the vote, the best by a score. */
#include <math.h>
#include <stdlib.h>

#include "cairn/eval.h"
#include "core/maths.h"

const char *cairn_at_k_name(cairn_at_k_rule rule) {
    static const char *const names[] = {"pass", "majority", "best-of"};
    return (size_t)rule < sizeof names / sizeof *names ? names[rule] : NULL;
}

static bool could_be_right(cairn_verdict verdict) {
    return verdict != CAIRN_VERDICT_WRONG;
}

static cairn_status pass(cairn_ctx *ctx, const cairn_samples *s, int32_t k, double *right, double *most) {
    int64_t known = 0, possible = 0;
    for (int32_t i = 0; i < s->n; i++) {
        known += s->verdicts[i] == CAIRN_VERDICT_RIGHT;
        possible += could_be_right(s->verdicts[i]);
    }
    CAIRN_TRY(cairn_stat_pass_at_k(ctx, s->n, known, k, right));
    return cairn_stat_pass_at_k(ctx, s->n, possible, k, most);
}

/* ---- the vote ------------------------------------------------------------------------------------------------------ */

/* The samples of one answer, or those without one. */
typedef struct tally {
    int64_t n, right, possible;
} tally;

static void count(tally *t, cairn_verdict verdict) {
    t->n++;
    t->right += verdict == CAIRN_VERDICT_RIGHT;
    t->possible += could_be_right(verdict);
}

static void add(const tally *t, double chance, double *right, double *most) {
    *right += chance * (double)t->right / (double)t->n;
    *most += chance * (double)t->possible / (double)t->n;
}

typedef struct voting {
    tally *classes; /* [n] */
    int64_t *sizes; /* [n] of the classes that have a sample */
    double *wins;   /* [n] of these */
    int32_t *seen;  /* [n] their numbers */
} voting;

static cairn_status vote(cairn_ctx *ctx, const cairn_samples *s, int32_t k, voting *v, double *right, double *most) {
    tally none = {0};
    int32_t n = 0, asked = 0;
    for (int32_t i = 0; i < s->n; i++) {
        if (s->answers[i] >= s->n)
            return cairn_fail(ctx, CAIRN_INVALID, "maj@%d: class %d of %d samples", (int)k, (int)s->answers[i],
                              (int)s->n);
        count(s->answers[i] < 0 ? &none : &v->classes[s->answers[i]], s->verdicts[i]);
    }
    for (int wrong = 0; wrong < 2; wrong++) { /* those that may be right first: the others only stand against them */
        for (int32_t i = 0; i < s->n; i++) {
            if (v->classes[i].n == 0 || (v->classes[i].possible == 0) != wrong) continue;
            v->seen[n] = i;
            v->sizes[n++] = v->classes[i].n;
        }
        if (!wrong) asked = n;
    }
    CAIRN_TRY(cairn_stat_majority_at_k(ctx, v->sizes, (size_t)n, (size_t)asked, none.n, k, v->wins));
    *right = *most = 0;
    for (int32_t i = 0; i < asked; i++) add(&v->classes[v->seen[i]], v->wins[i], right, most);
    if (none.n >= k) /* nobody has an answer */
        add(&none, maths_exp(cairn_stat_log_choose(none.n, k) - cairn_stat_log_choose(s->n, k)), right, most);
    return CAIRN_OK;
}

static cairn_status majority(cairn_ctx *ctx, const cairn_samples *s, int32_t k, double *right, double *most) {
    size_t n = (size_t)s->n;
    voting v = {cairn_alloc(ctx, n, sizeof *v.classes), cairn_alloc(ctx, n, sizeof *v.sizes),
                cairn_alloc(ctx, n, sizeof *v.wins), cairn_alloc(ctx, n, sizeof *v.seen)};
    cairn_status status = v.classes && v.sizes && v.wins && v.seen ? vote(ctx, s, k, &v, right, most) : CAIRN_NO_MEMORY;
    cairn_free(v.classes);
    cairn_free(v.sizes);
    cairn_free(v.wins);
    cairn_free(v.seen);
    return status;
}

/* ---- the best by a score ------------------------------------------------------------------------------------------- */

typedef struct ranked {
    bool answered;
    double score;
    double right, most;
} ranked;

static int by_rank(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->answered != y->answered) return x->answered ? 1 : -1;
    if (isnan(x->score) != isnan(y->score)) return isnan(y->score) ? 1 : -1;
    return (x->score > y->score) - (x->score < y->score);
}

/* all[n] rise; equal ones share what their ranks are worth. */
static void add_ranks(const ranked *all, size_t n, const double *weights, double *right, double *most) {
    *right = *most = 0;
    for (size_t first = 0, next; first < n; first = next) {
        double weight = 0, of_right = 0, of_most = 0;
        for (next = first; next < n && by_rank(&all[next], &all[first]) == 0; next++) {
            weight += weights[next];
            of_right += all[next].right;
            of_most += all[next].most;
        }
        *right += weight * of_right / (double)(next - first);
        *most += weight * of_most / (double)(next - first);
    }
}

static cairn_status best(cairn_ctx *ctx, const cairn_samples *s, int32_t k, double *right, double *most) {
    size_t n = (size_t)s->n;
    ranked *all = cairn_alloc(ctx, n, sizeof *all);
    double *weights = cairn_alloc(ctx, n, sizeof *weights);
    cairn_status status = all && weights ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = cairn_stat_best_of_weights(ctx, n, &k, 1, weights);
    for (size_t i = 0; status == CAIRN_OK && i < n; i++)
        all[i] = (ranked){s->answers[i] >= 0, s->scores[i], s->verdicts[i] == CAIRN_VERDICT_RIGHT,
                          could_be_right(s->verdicts[i])};
    if (status == CAIRN_OK) {
        qsort(all, n, sizeof *all, by_rank);
        add_ranks(all, n, weights, right, most);
    }
    cairn_free(all);
    cairn_free(weights);
    return status;
}

/* ---- the whole ----------------------------------------------------------------------------------------------------- */

static cairn_status by_rule(cairn_ctx *ctx, cairn_at_k_rule rule, const cairn_samples *samples, int32_t k,
                            double *right, double *most) {
    switch (rule) {
    case CAIRN_AT_K_PASS:
        return pass(ctx, samples, k, right, most);
    case CAIRN_AT_K_MAJORITY:
        return majority(ctx, samples, k, right, most);
    case CAIRN_AT_K_BEST:
        return best(ctx, samples, k, right, most);
    }
    return cairn_fail(ctx, CAIRN_INVALID, "there is no rule number %d", (int)rule);
}

cairn_status cairn_eval_at_k(cairn_ctx *ctx, cairn_at_k_rule rule, const cairn_samples *samples, int32_t k,
                             double *right, double *most) {
    if (k < 1 || k > samples->n)
        return cairn_fail(ctx, CAIRN_INVALID, "at %d of %d samples: expected 1 to all of them", (int)k,
                          (int)samples->n);
    CAIRN_TRY(by_rule(ctx, rule, samples, k, right, most));
    *right = fmin(1, *right); /* sums of chances may round above 1 */
    *most = fmin(1, *most);
    return CAIRN_OK;
}

/* Do the differences lie within a thousandth of each other? Then resamples say nothing. */
static bool all_agree(const double *a, const double *b, size_t n) {
    double least = 1, most = -1;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, a[i] - b[i]);
        most = fmax(most, a[i] - b[i]);
    }
    return most - least < 1e-3;
}

cairn_status cairn_eval_difference(cairn_ctx *ctx, const double *a, const double *b, size_t n,
                                   const cairn_bootstrap *how, cairn_interval *out) {
    *out = (cairn_interval){NAN, NAN, NAN, 0};
    if (n == 0) return CAIRN_OK;
    CAIRN_TRY(cairn_stat_bootstrap_paired(ctx, a, b, n, how, out));
    if (all_agree(a, b, n)) cairn_stat_widen(out, n, how->level, -1, 1);
    return CAIRN_OK;
}
