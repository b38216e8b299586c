/* The loss of a batch: gather a sequence, ask the kind, add KL, scale by what the mean divides by. */
#include <math.h>
#include <string.h>

#include "core/maths.h"
#include "credit/surrogate_batch.h"
#include "credit/surrogate_sums.h"

/* Room for the tokens of one sequence that count, and for the slopes of the batch until all of it went well. */
typedef struct room {
    gathered tokens;
    double *logp, *log_ratio, *ratio, *advantage, *pull; /* [longest] */
    uint8_t *clipped;                                    /* [longest] */
    double *slope;                                       /* [tokens] */
} room;

static cairn_status room_open(cairn_ctx *ctx, const cairn_surrogate_terms *terms, const cairn_surrogate_batch *b,
                              room *r) {
    size_t longest = (size_t)batch_longest(b);
    double **columns[] = {&r->logp, &r->log_ratio, &r->ratio, &r->advantage, &r->pull};
    CAIRN_TRY(gathered_open(ctx, terms, (int32_t)longest, &r->tokens));
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        if (!(*columns[c] = cairn_alloc(ctx, longest, sizeof(double)))) return CAIRN_NO_MEMORY;
    if (!(r->clipped = cairn_alloc(ctx, longest, sizeof *r->clipped))) return CAIRN_NO_MEMORY;
    r->slope = cairn_alloc(ctx, (size_t)b->offsets[b->n_sequences], sizeof *r->slope);
    return r->slope ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static void room_close(room *r) {
    gathered_close(&r->tokens);
    void *blocks[] = {r->logp, r->log_ratio, r->ratio, r->advantage, r->pull, r->clipped, r->slope};
    for (size_t c = 0; c < sizeof blocks / sizeof *blocks; c++) cairn_free(blocks[c]);
}

/* ---- what means divide by ---------------------------------------------------------------------------------------- */

static void count_all(const cairn_surrogate_terms *terms, const cairn_surrogate_batch *b, gathered *g,
                      cairn_surrogate_counts *counts) {
    counts->given += b->n_sequences;
    for (int32_t i = 0; i < b->n_sequences; i++) {
        gather(terms, b, i, g);
        counts->tokens += g->n;
        counts->sequences += g->n > 0;
    }
}

cairn_status cairn_surrogate_count(cairn_ctx *ctx, const cairn_surrogate *surrogate, const cairn_surrogate_batch *batch,
                                   cairn_surrogate_counts *counts) {
    gathered g;
    CAIRN_TRY(batch_check(ctx, surrogate->config, batch, false));
    cairn_status status = gathered_open(ctx, surrogate->config, batch_longest(batch), &g);
    if (status == CAIRN_OK) count_all(surrogate->config, batch, &g, counts);
    gathered_close(&g);
    return status;
}

/* Of a token in a sequence of n that count. */
static double scale_of(const cairn_surrogate_terms *c, const cairn_surrogate_counts *of, int32_t n) {
    switch ((cairn_surrogate_mean)c->mean) {
    case CAIRN_MEAN_TOKEN:
        return 1 / (double)of->tokens;
    case CAIRN_MEAN_SEQUENCE:
        return 1 / ((double)of->sequences * n);
    case CAIRN_MEAN_SEQUENCE_SUM:
        return 1 / (double)of->sequences;
    case CAIRN_MEAN_CONSTANT:
        return 1 / ((double)of->given * c->divisor);
    }
    return NAN;
}

/* ---- KL ---------------------------------------------------------------------------------------------------------- */

/* Of d = ln p - ln reference; *slope is its derivative. */
static double kl_of(const cairn_surrogate_terms *c, double d, double *slope) {
    if (c->kl_form == CAIRN_KL_K1) return *slope = 1, d;
    if (c->kl_form == CAIRN_KL_K2) return *slope = d, d * d / 2;
    double less = maths_expm1(-d);
    if (c->kl_most > 0 && less + d > c->kl_most) return *slope = 0, c->kl_most;
    return *slope = -less, less + d;
}

/* Sum over the tokens; adds `weight` times the slopes. */
static double add_kl(const cairn_surrogate_terms *c, const cairn_surrogate_batch *b, room *r) {
    double sum = 0;
    for (int32_t k = 0; k < r->tokens.n; k++) {
        double slope;
        sum += kl_of(c, r->logp[k] - b->logp_ref[r->tokens.at[k]], &slope);
        r->pull[k] += c->kl * slope;
    }
    return sum;
}

/* ---- the call ---------------------------------------------------------------------------------------------------- */

static void sequence_loss(const cairn_surrogate *s, const cairn_surrogate_batch *b, const cairn_surrogate_counts *of,
                          room *r, sums *all) {
    const cairn_surrogate_terms *terms = s->config;
    const gathered *g = &r->tokens;
    for (int32_t k = 0; k < g->n; k++) {
        int32_t t = g->at[k];
        r->logp[k] = b->logp[t];
        r->ratio[k] = r->log_ratio[k] = b->logp[t] - logp_old(b, t);
        r->advantage[k] = b->advantage[t];
    }
    maths_exp_all(r->ratio, g->n);
    memset(r->clipped, CAIRN_CLIPPED_NOT, (size_t)g->n);
    cairn_surrogate_sequence sequence = {g->n, r->logp, r->log_ratio, r->ratio, r->advantage, g->weight};
    double scale = scale_of(terms, of, g->n);
    all->policy += scale * s->type->loss(s->config, &sequence, r->pull, r->clipped);
    if (b->logp_ref) {
        double kl = add_kl(terms, b, r);
        all->kl_ref += kl;
        all->kl += scale * terms->kl * kl;
    }
    for (int32_t k = 0; k < g->n; k++) {
        r->slope[g->at[k]] = scale * r->pull[k];
        all->slopes += scale * fabs(r->pull[k]);
    }
    sums_add(all, b, g, &sequence, r->clipped);
}

static cairn_status batch_loss(cairn_ctx *ctx, const cairn_surrogate *s, const cairn_surrogate_batch *b, room *r,
                               sums *all) {
    cairn_surrogate_counts own = {0}, of;
    CAIRN_TRY(room_open(ctx, s->config, b, r));
    count_all(s->config, b, &r->tokens, &own);
    of = b->of ? *b->of : own;
    if (of.tokens < own.tokens || of.sequences < own.sequences || of.given < own.given)
        return cairn_fail(ctx, CAIRN_INVALID,
                          "surrogate: the whole step counts %lld tokens in %lld sequences, fewer "
                          "than its part, %lld in %lld",
                          (long long)of.tokens, (long long)of.sequences, (long long)own.tokens,
                          (long long)own.sequences);
    for (int32_t i = 0; i < b->n_sequences; i++) {
        gather(s->config, b, i, &r->tokens);
        sums_gaps(all, b, &r->tokens, i);
        if (r->tokens.n > 0) sequence_loss(s, b, &of, r, all);
    }
    if (isfinite(all->policy + all->kl) && isfinite(all->slopes)) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "surrogate: the loss of %s overflows; the largest ratio is exp(%g)",
                      s->type->about.name, maths_log(all->largest_ratio));
}

cairn_status cairn_surrogate_loss(cairn_ctx *ctx, const cairn_surrogate *surrogate, const cairn_surrogate_batch *batch,
                                  double *loss, double *slope, cairn_surrogate_stats *stats) {
    room r = {0};
    sums all = {0};
    CAIRN_TRY(batch_check(ctx, surrogate->config, batch, true));
    cairn_status status = batch_loss(ctx, surrogate, batch, &r, &all);
    if (status == CAIRN_OK) {
        *loss = all.policy + all.kl;
        if (slope) memcpy(slope, r.slope, (size_t)batch->offsets[batch->n_sequences] * sizeof *slope);
        if (stats) sums_stats(&all, batch, stats);
    }
    room_close(&r);
    return status;
}
