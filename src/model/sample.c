/* Drawing a token from logits: a pure function of the logits, the options and one number. */
#include <math.h>

#include "cairn/engine.h"
#include "core/maths.h"

/* ---- likelihoods ------------------------------------------------------------------------------------------------------- */

/* The most likely token, of those of which legal[i] holds (NULL: all). */
static cairn_status greatest(cairn_ctx *ctx, const float *logits, int32_t n, const bool *legal, int32_t *out) {
    int32_t best = -1;
    for (int32_t i = 0; i < n; i++) {
        if (legal && !legal[i]) continue;
        if (isnan(logits[i]) || logits[i] == INFINITY)
            return cairn_fail(ctx, CAIRN_INVALID, "the logit of token %d is %s", i,
                              isnan(logits[i]) ? "NaN" : "infinite");
        if (logits[i] != -INFINITY && (best < 0 || logits[i] > logits[best])) best = i;
    }
    if (best < 0)
        return cairn_fail(ctx, CAIRN_INVALID, "%s %d logits are -infinity", legal ? "all legal ones of" : "all", n);
    *out = best;
    return CAIRN_OK;
}

/* sum of e^((logit - most) / temperature), in order; each term to weights[i] where that is not NULL */
static double sum_weights(const float *logits, int32_t n, float most, double temperature, double *weights) {
    enum { BLOCK = 256 };
    double sum = 0, block[BLOCK];
    for (int32_t from = 0; from < n; from += BLOCK) {
        int32_t count = n - from < BLOCK ? n - from : BLOCK;
        double *w = weights ? weights + from : block;
        for (int32_t i = 0; i < count; i++) w[i] = ((double)logits[from + i] - (double)most) / temperature;
        maths_exp_all(w, count);
        for (int32_t i = 0; i < count; i++) sum += w[i];
    }
    return sum;
}

cairn_status cairn_logit_logp(cairn_ctx *ctx, const float *logits, int32_t n, int32_t token, double *out) {
    int32_t best;
    if (token < 0 || token >= n) return cairn_fail(ctx, CAIRN_INVALID, "there is no token %d", token);
    CAIRN_TRY(greatest(ctx, logits, n, NULL, &best));
    *out = (double)logits[token] - (double)logits[best] - maths_log(sum_weights(logits, n, logits[best], 1, NULL));
    return CAIRN_OK;
}

cairn_status cairn_logit_logps(cairn_ctx *ctx, const float *logits, int32_t n, const bool *legal, double *out) {
    int32_t best = 0;
    double sum = 0;
    CAIRN_TRY(greatest(ctx, logits, n, legal, &best));
    for (int32_t i = 0; i < n; i++)
        if (!legal || legal[i]) sum += maths_exp((double)logits[i] - (double)logits[best]);
    sum = maths_log(sum);
    for (int32_t i = 0; i < n; i++)
        out[i] = !legal || legal[i] ? (double)logits[i] - (double)logits[best] - sum : -INFINITY;
    return CAIRN_OK;
}

/* ---- the most likely first: a heap from which the next one is taken when it is needed ------------------------------------------ */

typedef struct ranking {
    const double *weights;
    int32_t *order; /* [n]: a heap of the n - taken others, then those taken, the most likely last */
    int32_t n, taken;
} ranking;

static bool before(const ranking *r, int32_t a, int32_t b) {
    return r->weights[a] > r->weights[b] || (r->weights[a] == r->weights[b] && a < b);
}

static void sink(ranking *r, int32_t at, int32_t count) {
    int32_t id = r->order[at];
    for (int32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && before(r, r->order[child + 1], r->order[child])) child++;
        if (!before(r, r->order[child], id)) break;
        r->order[at] = r->order[child];
    }
    r->order[at] = id;
}

static ranking rank_tokens(const double *weights, int32_t *order, int32_t n) {
    ranking r = {.weights = weights, .order = order, .n = n};
    for (int32_t i = 0; i < n; i++) order[i] = i;
    for (int32_t i = n / 2; i-- > 0;) sink(&r, i, n);
    return r;
}

/* The token at this rank, from 0. */
static int32_t ranked(ranking *r, int32_t rank) {
    for (; r->taken <= rank; r->taken++) {
        int32_t last = r->n - r->taken - 1, first = r->order[0];
        r->order[0] = r->order[last];
        sink(r, 0, last);
        r->order[last] = first;
    }
    return r->order[r->n - 1 - rank];
}

/* ---- drawing --------------------------------------------------------------------------------------------------------------- */

/* Among all tokens, in their order. */
static int32_t draw_any(const double *weights, int32_t n, double threshold) {
    int32_t token = 0;
    double sum = 0;
    for (int32_t i = 0; i < n; i++) {
        if (weights[i] == 0) continue;
        token = i;
        sum += weights[i];
        if (sum > threshold) break;
    }
    return token;
}

/* How many of the most likely tokens remain; *sum: their weight together. */
static int32_t truncate(ranking *r, const cairn_decoding *d, double total, double *sum) {
    int32_t most = d->top_k > 0 && d->top_k < r->n ? d->top_k : r->n, kept = 0;
    if (most < r->n && d->top_p < 1) { /* top-p is a share of what top-k left */
        total = 0;
        for (int32_t i = 0; i < most; i++) total += r->weights[ranked(r, i)];
    }
    *sum = 0;
    for (; kept < most; kept++) {
        double w = r->weights[ranked(r, kept)];
        if (kept && (w == 0 || w < d->min_p || (d->top_p < 1 && *sum >= d->top_p * total))) break;
        *sum += w; /* the most likely has weight 1 */
    }
    return kept;
}

static cairn_status check_decoding(cairn_ctx *ctx, const cairn_decoding *d) {
    if (!(d->temperature >= 0) || isinf(d->temperature))
        return cairn_fail(ctx, CAIRN_INVALID, "a temperature of %g is not from 0 on", d->temperature);
    if (d->top_k < 0) return cairn_fail(ctx, CAIRN_INVALID, "top-k of %d is not from 0 on", d->top_k);
    if (!(d->top_p > 0 && d->top_p <= 1))
        return cairn_fail(ctx, CAIRN_INVALID, "top-p of %g is not above 0 and at most 1", d->top_p);
    if (!(d->min_p >= 0 && d->min_p <= 1))
        return cairn_fail(ctx, CAIRN_INVALID, "min-p of %g is not from 0 to 1", d->min_p);
    return CAIRN_OK;
}

cairn_status cairn_sample(cairn_ctx *ctx, const float *logits, int32_t n, const cairn_decoding *decoding, double u,
                          double *weights, int32_t *order, cairn_drawn *out) {
    int32_t best, token, choices = 1;
    double sum = 1, raw;
    CAIRN_TRY(check_decoding(ctx, decoding));
    CAIRN_TRY(greatest(ctx, logits, n, NULL, &best));
    raw = sum_weights(logits, n, logits[best], 1, weights);
    if (decoding->temperature == 0) {
        token = best;
    } else {
        sum = decoding->temperature == 1 ? raw : sum_weights(logits, n, logits[best], decoding->temperature, weights);
        if (decoding->top_k == 0 && decoding->top_p == 1 && decoding->min_p == 0) {
            token = draw_any(weights, n, u * sum);
            choices = 0;
            for (int32_t i = 0; i < n; i++) choices += weights[i] > 0;
        } else {
            ranking r = rank_tokens(weights, order, n);
            choices = truncate(&r, decoding, sum, &sum);
            double passed = 0;
            int32_t rank = 0;
            while (rank + 1 < choices && (passed += weights[ranked(&r, rank)]) <= u * sum) rank++;
            token = ranked(&r, rank);
        }
    }
    *out = (cairn_drawn){.token = token,
                         .choices = choices,
                         .logp_raw = (double)logits[token] - (double)logits[best] - maths_log(raw),
                         .logp_drawn = decoding->temperature == 0 ? 0 : maths_log(weights[token] / sum)};
    return CAIRN_OK;
}
