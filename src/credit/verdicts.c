/* Verdicts on steps: neighbours merged into thoughts (arXiv 2507.23317), several critiques combined (arXiv 2508.02298). */
#include <math.h>

#include "cairn/credit.h"

cairn_status cairn_credit_thoughts(cairn_ctx *ctx, const cairn_verdict *flags, int32_t n, cairn_thought *thoughts,
                                   int32_t *count) {
    if (n < 1) return cairn_fail(ctx, CAIRN_INVALID, "thoughts of %d steps", (int)n);
    int32_t J = 0;
    for (int32_t k = 0; k < n; k++) {
        bool joins = J > 0 && (flags[k] == CAIRN_VERDICT_UNKNOWN || flags[k] == thoughts[J - 1].flag);
        if (joins)
            thoughts[J - 1].last = k;
        else
            thoughts[J++] = (cairn_thought){k, k, flags[k]};
    }
    *count = J;
    return CAIRN_OK;
}

/* How many of `voices` it takes to vote a step wrong. */
static int32_t needed(cairn_critique_vote vote, int32_t voices) {
    switch (vote) {
    case CAIRN_VOTE_INTERSECTION:
        return voices;
    case CAIRN_VOTE_MAJORITY:
        return (voices + 1) / 2;
    case CAIRN_VOTE_STRICT_MAJORITY:
        return voices / 2 + 1;
    default:
        return 1;
    }
}

static cairn_status check_vote(cairn_ctx *ctx, int32_t k, cairn_critique_vote vote) {
    if (k < 0) return cairn_fail(ctx, CAIRN_INVALID, "a vote of %d critiques", (int)k);
    if ((unsigned)vote > CAIRN_VOTE_UNION) return cairn_fail(ctx, CAIRN_INVALID, "no such vote");
    return CAIRN_OK;
}

cairn_status cairn_credit_vote(cairn_ctx *ctx, const cairn_verdict *critiques, int32_t k, int32_t n,
                               cairn_critique_vote vote, cairn_verdict *flags) {
    CAIRN_TRY(check_vote(ctx, k, vote));
    if (n < 1) return cairn_fail(ctx, CAIRN_INVALID, "critiques of %d steps", (int)n);
    for (int32_t step = 0; step < n; step++) {
        int32_t voices = 0, wrong = 0;
        for (int32_t j = 0; j < k; j++) {
            cairn_verdict v = critiques[(int64_t)j * n + step];
            voices += v != CAIRN_VERDICT_UNKNOWN;
            wrong += v == CAIRN_VERDICT_WRONG;
        }
        flags[step] = voices == 0                     ? CAIRN_VERDICT_UNKNOWN
                      : wrong >= needed(vote, voices) ? CAIRN_VERDICT_WRONG
                                                      : CAIRN_VERDICT_RIGHT;
    }
    return CAIRN_OK;
}

/* P(at least m of k), each with probability p. */
static double at_least(double p, int32_t k, int32_t m) {
    double row[65] = {1}; /* P(i of those so far) */
    for (int32_t j = 0; j < k; j++)
        for (int32_t i = j + 1; i >= 0; i--) row[i] = row[i] * (1 - p) + (i > 0 ? row[i - 1] * p : 0);
    double sum = 0;
    for (int32_t i = k; i >= m; i--) sum += row[i];
    return sum;
}

cairn_status cairn_credit_vote_quality(cairn_ctx *ctx, double false_positive, double recall, int32_t k,
                                       cairn_critique_vote vote, double *voted_false_positive, double *voted_recall) {
    CAIRN_TRY(check_vote(ctx, k, vote));
    if (k < 1 || k > 64) return cairn_fail(ctx, CAIRN_INVALID, "a vote of 1 to 64 critiques, not %d", (int)k);
    if (!(false_positive >= 0 && false_positive <= 1 && recall >= 0 && recall <= 1))
        return cairn_fail(ctx, CAIRN_INVALID, "rates of a critique are from 0 to 1, not %g and %g", false_positive,
                          recall);
    *voted_false_positive = at_least(false_positive, k, needed(vote, k));
    *voted_recall = at_least(recall, k, needed(vote, k));
    return CAIRN_OK;
}
