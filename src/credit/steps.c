/* Step rewards: one function a rule, on plain arrays. q[K]: scores of a response's K steps, NaN unknown; r[K]: rewards.
 * An unknown score has reward 0. */
#include <math.h>

#include "core/maths.h"
#include "credit/call.h"

double score_in(cairn_score_unit given, cairn_score_unit used, double score) {
    if (given == CAIRN_SCORE_PROB && used == CAIRN_SCORE_SIGNED) return 2 * score - 1;
    if (given == CAIRN_SCORE_SIGNED && used == CAIRN_SCORE_PROB) return (score + 1) / 2;
    return score;
}

static void rule_sum(const double *q, int32_t K, double *r) {
    for (int32_t k = 0; k < K; k++) r[k] = isnan(q[k]) ? 0 : q[k];
}

/* The place of the least known score, the first of equal ones; -1: none is known. */
static int32_t worst(const double *q, int32_t K) {
    int32_t least = -1;
    for (int32_t k = 0; k < K; k++)
        if (!isnan(q[k]) && (least < 0 || q[k] < q[least])) least = k;
    return least;
}

/* w_k = exp(-q_k / T) / sum of all; r_k = w_k q_k (arXiv 2504.15275). */
static void rule_softmin(const double *q, int32_t K, double T, double *r) {
    int32_t least = worst(q, K);
    double sum = 0;
    for (int32_t k = 0; k < K; k++) sum += r[k] = isnan(q[k]) ? 0 : maths_exp(-(q[k] - q[least]) / T);
    for (int32_t k = 0; k < K; k++) r[k] = isnan(q[k]) ? 0 : r[k] / sum * q[k];
}

/* The limit of softmin for T to 0, over step ends only. */
static void rule_min(const double *q, int32_t K, double *r) {
    int32_t least = worst(q, K);
    for (int32_t k = 0; k < K; k++) r[k] = k == least ? q[k] : 0;
}

/* r_k = min(q_k - eta, 0) (arXiv 2410.15115). */
static double clipped(double q, double eta) {
    return fmin(q - eta, 0);
}

static void rule_clip(const double *q, int32_t K, double eta, double *r) {
    for (int32_t k = 0; k < K; k++) r[k] = isnan(q[k]) ? 0 : clipped(q[k], eta);
}

/* r_k = x_k - x_{k+1} with x the score, clipped or not, and 0 for the last step: the sum from k on is x_k. */
static void rule_delta(const double *q, int32_t K, bool clip, double eta, double *r) {
    double next = 0;
    r[K - 1] = 0;
    for (int32_t k = K - 2; k >= 0; k--) {
        double x = clip ? clipped(q[k], eta) : q[k];
        r[k] = isnan(q[k]) ? 0 : x - next;
        if (!isnan(q[k])) next = x;
    }
}

/* r_k = q_k - q_{k-1}, the first against v_0 (arXiv 2410.08146): the sum is the last score minus v_0. */
static void rule_progress(const double *q, int32_t K, double v_0, double *r) {
    double before = v_0;
    for (int32_t k = 0; k < K; k++) {
        r[k] = isnan(q[k]) ? 0 : q[k] - before;
        if (!isnan(q[k])) before = q[k];
    }
}

/* r_k = q_k + outcome - beta, the last the outcome alone (arXiv 2509.25598). */
static void rule_renorm(const double *q, int32_t K, double beta, bool unknown_as_zero, double outcome, double *r) {
    for (int32_t k = 0; k < K - 1; k++)
        r[k] = !isnan(q[k]) ? q[k] + outcome - beta : unknown_as_zero ? outcome - beta : 0;
    r[K - 1] = outcome;
}

/* -P for a wrong step (arXiv 2508.02298). */
static void rule_penalty(const cairn_verdict *flags, int32_t K, double P, double *r) {
    for (int32_t k = 0; k < K; k++) r[k] = flags[k] == CAIRN_VERDICT_WRONG ? -P : 0;
}

/* In a right response a wrong thought costs alpha accuracy; in a wrong one only the thoughts that its answer rests on are
 * blamed, so the others get the normalised outcome back (arXiv 2507.23317). */
static void rule_thought(const cairn_step_inputs *in, double alpha, double *r) {
    for (int32_t k = 0; k < in->n; k++) {
        bool wrong = in->flags[k] == CAIRN_VERDICT_WRONG;
        r[k] = is_right(in->outcome) ? (wrong ? -alpha * in->accuracy : 0) : (wrong ? 0 : -in->normalised);
    }
}

/* In a wrong response the steps before the first wrong one are not blamed but rewarded, and those from it on are
 * penalised (after arXiv 2601.18984). Where no step is known to be wrong, nothing is said. */
static void rule_prefix(const cairn_step_inputs *in, double penalty, double reward, double *r) {
    int32_t m = 0;
    while (m < in->n && in->flags[m] != CAIRN_VERDICT_WRONG) m++;
    bool located = !is_right(in->outcome) && m < in->n;
    for (int32_t k = 0; k < in->n; k++) r[k] = !located ? 0 : k < m ? reward - in->normalised : -penalty;
}

void step_rewards(const cairn_credit_stream *s, const cairn_step_inputs *in, double *out) {
    const double *q = in->scores;
    int32_t K = in->n;
    switch (s->rule) {
    case CAIRN_STEP_NONE:
        for (int32_t k = 0; k < K; k++) out[k] = 0;
        return;
    case CAIRN_STEP_SUM:
        rule_sum(q, K, out);
        return;
    case CAIRN_STEP_SOFTMIN:
        rule_softmin(q, K, s->a, out);
        return;
    case CAIRN_STEP_MIN:
        rule_min(q, K, out);
        return;
    case CAIRN_STEP_CLIP:
        rule_clip(q, K, s->a, out);
        return;
    case CAIRN_STEP_DELTA:
        rule_delta(q, K, false, 0, out);
        return;
    case CAIRN_STEP_CLIP_DELTA:
        rule_delta(q, K, true, s->a, out);
        return;
    case CAIRN_STEP_PROGRESS:
        rule_progress(q, K, s->a, out);
        return;
    case CAIRN_STEP_RENORM:
        rule_renorm(q, K, s->a, s->b == 1, in->outcome, out);
        return;
    case CAIRN_STEP_PENALTY:
        rule_penalty(in->flags, K, s->a, out);
        return;
    case CAIRN_STEP_THOUGHT:
        rule_thought(in, s->a, out);
        return;
    case CAIRN_STEP_PREFIX:
        rule_prefix(in, s->a, s->b, out);
        return;
    }
}

/* ---- what a rule asks for ---------------------------------------------------------------------------------------------- */

bool rule_reads_flags(cairn_step_rule rule) {
    return rule == CAIRN_STEP_PENALTY || rule == CAIRN_STEP_THOUGHT || rule == CAIRN_STEP_PREFIX;
}

bool rule_reads_scores(cairn_step_rule rule) {
    return rule != CAIRN_STEP_NONE && !rule_reads_flags(rule);
}

bool rule_reads_outcome(cairn_step_rule rule) {
    return rule == CAIRN_STEP_RENORM || rule == CAIRN_STEP_THOUGHT || rule == CAIRN_STEP_PREFIX;
}

const char *rule_fault(const cairn_credit_stream *s, cairn_score_unit unit) {
    double low = unit == CAIRN_SCORE_PROB ? 0 : unit == CAIRN_SCORE_SIGNED ? -1 : -INFINITY;
    double high = unit == CAIRN_SCORE_REAL ? INFINITY : 1;
    if (!isfinite(s->a) || !isfinite(s->b)) return "its parameters are finite numbers";
    switch (s->rule) {
    case CAIRN_STEP_SOFTMIN:
        return s->a > 0 ? NULL : "softmin has a temperature above 0";
    case CAIRN_STEP_CLIP:
    case CAIRN_STEP_CLIP_DELTA:
        return s->a >= low && s->a <= high ? NULL : "eta is within the range of the scores";
    case CAIRN_STEP_PROGRESS:
        return s->a >= low && s->a <= high ? NULL : "the value at the start is within the range of the scores";
    case CAIRN_STEP_RENORM:
        if (unit != CAIRN_SCORE_PROB) return "renorm reads scores in [0, 1]";
        if (s->a < 0) return "renorm has a beta of at least 0";
        return s->b == 0 || s->b == 1 ? NULL : "renorm has b = 0 or 1";
    case CAIRN_STEP_PENALTY:
        return s->a >= 0 ? NULL : "a penalty is at least 0";
    case CAIRN_STEP_THOUGHT:
        return s->a >= 0 ? NULL : "thought has an alpha of at least 0";
    case CAIRN_STEP_PREFIX:
        return s->a >= 0 && s->b >= 0 ? NULL : "penalty and reward of a prefix are at least 0";
    default:
        return NULL;
    }
}
