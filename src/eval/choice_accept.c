/* A model that accepts or refuses its own solutions (arXiv 2505.11227). */
#include <math.h>

#include "cairn/choice.h"
#include "eval/choice_item.h"

cairn_accept_audit cairn_accept_measure(const bool *accepted, const bool *right, size_t n) {
    double both = 0.0, accepts = 0.0, rights = 0.0;
    for (size_t i = 0; i < n; i++) {
        both += accepted[i] && right[i];
        accepts += accepted[i];
        rights += right[i];
    }
    return (cairn_accept_audit){.n = (int64_t)n,
                                .accepted = (int64_t)accepts,
                                .precision = both / accepts, /* 0 / 0 is NaN */
                                .recall = both / rights,
                                .false_positive = (accepts - both) / ((double)n - rights)};
}

static bool is_rate(double x) {
    return x >= 0.0 && x <= 1.0;
}

double cairn_accept_precision(double base, double recall, double false_positive) {
    if (!is_rate(base) || !is_rate(recall) || !is_rate(false_positive)) return NAN;
    double right = base * recall, wrong = (1.0 - base) * false_positive;
    return right / (right + wrong);
}

/* Votes of the class of candidate i among candidates that count. */
typedef struct tally {
    int32_t votes;
    double fraction; /* greatest among its voters */
} tally;

static tally count(const int32_t *classes, const bool *accepted, const double *fractions, int32_t k, int32_t i) {
    tally t = {0, -INFINITY};
    for (int32_t j = 0; j < k; j++) {
        if (classes[j] != classes[i] || (accepted && !accepted[j])) continue;
        t.votes++;
        if (fractions) t.fraction = fmax(t.fraction, fractions[j]);
    }
    return t;
}

/* Index of the candidate picked among the accepted ones (accepted NULL: all); -1: none. */
static int32_t pick(const int32_t *classes, const bool *accepted, const double *fractions, int32_t k) {
    int32_t best = -1;
    tally most = {0};
    for (int32_t i = 0; i < k; i++) {
        if (classes[i] < 0 || (accepted && !accepted[i])) continue;
        tally t = count(classes, accepted, fractions, k, i);
        bool same = best >= 0 && classes[best] == classes[i];
        bool better_class =
            !same && (best < 0 || t.votes > most.votes || (t.votes == most.votes && t.fraction > most.fraction));
        bool better_member = same && fractions && fractions[i] > fractions[best];
        if (better_class || better_member) best = i, most = t;
    }
    return best;
}

cairn_status cairn_accept_select(cairn_ctx *ctx, const char *id, const int32_t *classes, const bool *accepted,
                                 const double *fractions, int32_t k, int32_t *out, bool *fell_back) {
    if (k < 1) return within_item(ctx, cairn_fail(ctx, CAIRN_INVALID, "there is no solution"), id);
    for (int32_t i = 0; i < k && fractions; i++)
        if (isnan(fractions[i]))
            return within_item(
                ctx, cairn_fail(ctx, CAIRN_INVALID, "the fraction of solution %d is not a number", (int)i), id);
    int32_t best = pick(classes, accepted, fractions, k);
    *fell_back = best < 0;
    *out = best < 0 ? pick(classes, NULL, fractions, k) : best;
    return CAIRN_OK;
}
