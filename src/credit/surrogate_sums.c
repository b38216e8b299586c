/* Stats of a surrogate: of a batch, and of a step in parts. */
#include "credit/surrogate_sums.h"

#include <math.h>

#include "core/maths.h"

void sums_gaps(sums *all, const cairn_surrogate_batch *batch, const gathered *g, int32_t i) {
    all->drawn += g->drawn;
    all->sequences += g->n > 0;
    all->skipped += g->n == 0;
    if (!batch->logp_sampler) return;
    for (int32_t t = batch->offsets[i]; t < batch->offsets[i + 1]; t++) {
        if (!is_drawn(batch, t)) continue;
        double d = logp_old(batch, t) - batch->logp_sampler[t];
        all->kl_sampler += maths_expm1(d) - d;
        all->largest_gap = fmax(all->largest_gap, fabs(d));
    }
}

void sums_add(sums *all, const cairn_surrogate_batch *batch, const gathered *g, const cairn_surrogate_sequence *s,
              const uint8_t *clipped) {
    all->tokens += s->n;
    for (int32_t k = 0; k < s->n; k++) {
        double rho = s->ratio[k], weight = s->weight[k] * rho;
        all->truncated += g->cut[k];
        all->clipped[clipped[k]]++;
        all->ratio += rho;
        all->largest_ratio = fmax(all->largest_ratio, rho);
        all->weight += weight;
        all->weight_square += weight * weight;
        all->kl_old += rho - 1 - s->log_ratio[k];
        all->surprise -= s->logp[k];
        if (batch->entropy) all->entropy += batch->entropy[g->at[k]];
    }
}

void sums_stats(const sums *all, const cairn_surrogate_batch *batch, cairn_surrogate_stats *out) {
    double n = all->tokens > 0 ? (double)all->tokens : NAN, drawn = all->drawn > 0 ? (double)all->drawn : NAN;
    *out = (cairn_surrogate_stats){
        .sequences = all->sequences,
        .tokens = all->tokens,
        .skipped = all->skipped,
        .masked = all->drawn - all->tokens,
        .truncated = all->truncated,
        .policy_loss = all->policy,
        .kl_loss = all->kl,
        .clipped_low = (double)all->clipped[CAIRN_CLIPPED_LOW] / n,
        .clipped_high = (double)all->clipped[CAIRN_CLIPPED_HIGH] / n,
        .clipped_dual = (double)all->clipped[CAIRN_CLIPPED_DUAL] / n,
        .mean_ratio = all->ratio / n,
        .largest_ratio = all->tokens > 0 ? all->largest_ratio : NAN,
        .mean_weight = all->weight / n,
        .kl_old = all->kl_old / n,
        .kl_ref = batch->logp_ref ? all->kl_ref / n : NAN,
        .kl_sampler = batch->logp_sampler ? all->kl_sampler / drawn : NAN,
        .largest_gap = batch->logp_sampler && all->drawn > 0 ? all->largest_gap : NAN,
        .effective = all->weight * all->weight / all->weight_square, /* NaN without tokens */
        .surprise = all->surprise / n,
        .entropy = batch->entropy ? all->entropy / n : NAN,
    };
}

/* ---- parts of a step --------------------------------------------------------------------------------------------- */

/* The mean of a over n and b over m things; a mean of none is not read. */
static double mean_of(double a, int64_t n, double b, int64_t m) {
    if (n + m == 0) return NAN;
    if (n == 0) return b;
    if (m == 0) return a;
    return (a * (double)n + b * (double)m) / (double)(n + m);
}

/* (sum)^2 / effective size: the sum of the squares. */
static double squares_of(const cairn_surrogate_stats *s) {
    double sum = (double)s->tokens * s->mean_weight;
    return s->tokens > 0 ? sum * sum / s->effective : 0;
}

void cairn_surrogate_merge(cairn_surrogate_stats *total, const cairn_surrogate_stats *part) {
    cairn_surrogate_stats a = *total, b = *part;
    int64_t n = a.tokens, m = b.tokens, drawn = n + a.masked, more = m + b.masked;
    bool first = drawn == 0; /* what was not said so far does not stand beside what is said now */
    total->mean_weight = mean_of(a.mean_weight, n, b.mean_weight, m);
    double sum = total->mean_weight * (double)(n + m);
    total->effective = sum * sum / (squares_of(&a) + squares_of(&b));
    total->sequences += b.sequences;
    total->tokens += b.tokens;
    total->skipped += b.skipped;
    total->masked += b.masked;
    total->truncated += b.truncated;
    total->policy_loss += b.policy_loss;
    total->kl_loss += b.kl_loss;
    total->clipped_low = mean_of(a.clipped_low, n, b.clipped_low, m);
    total->clipped_high = mean_of(a.clipped_high, n, b.clipped_high, m);
    total->clipped_dual = mean_of(a.clipped_dual, n, b.clipped_dual, m);
    total->mean_ratio = mean_of(a.mean_ratio, n, b.mean_ratio, m);
    total->largest_ratio = n > 0 ? fmax(a.largest_ratio, b.largest_ratio) : b.largest_ratio;
    total->kl_old = mean_of(a.kl_old, n, b.kl_old, m);
    total->kl_ref = mean_of(a.kl_ref, n, b.kl_ref, m);
    total->kl_sampler = mean_of(a.kl_sampler, drawn, b.kl_sampler, more);
    total->largest_gap = first ? b.largest_gap : fmax(a.largest_gap, b.largest_gap);
    total->surprise = mean_of(a.surprise, n, b.surprise, m);
    total->entropy = mean_of(a.entropy, n, b.entropy, m);
}
