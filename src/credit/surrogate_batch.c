/* Which tokens of a batch count, and the importance of sampler against trainer. */
#include "credit/surrogate_batch.h"

#include <math.h>
#include <stdio.h>

#include "core/maths.h"

static const double most_log_ratio = 700; /* e^700 is a double, and so are its products with advantages */
static const double most_logp = 0.001;    /* single precision may round a certain token's to above 0 */

/* ---- checks ------------------------------------------------------------------------------------------------------ */

/* Numbers of all tokens: `name` in errors; x NULL: absent. */
typedef struct column {
    const char *name;
    const double *x;
} column;

/* "sequence 2, token 3" of the batch's token t. */
static cairn_status refuse(cairn_ctx *ctx, const cairn_surrogate_batch *b, int32_t t, const char *what) {
    int32_t i = 0;
    while (b->offsets[i + 1] <= t) i++;
    return cairn_fail(ctx, CAIRN_INVALID, "surrogate: sequence %d, token %d: %s", i, t - b->offsets[i], what);
}

static cairn_status check_column(cairn_ctx *ctx, const cairn_surrogate_batch *b, column c, double most) {
    char what[128];
    for (int32_t t = 0; c.x && t < b->offsets[b->n_sequences]; t++) {
        if (!is_drawn(b, t) || (isfinite(c.x[t]) && c.x[t] <= most)) continue;
        if (isfinite(c.x[t]))
            snprintf(what, sizeof what, "%s is %g: a log-probability is at most 0", c.name, c.x[t]);
        else
            snprintf(what, sizeof what, "%s is %s", c.name, isnan(c.x[t]) ? "NaN" : "infinite");
        return refuse(ctx, b, t, what);
    }
    return CAIRN_OK;
}

static cairn_status check_apart(cairn_ctx *ctx, const cairn_surrogate_batch *b, column one, column other) {
    char what[128];
    for (int32_t t = 0; one.x && other.x && t < b->offsets[b->n_sequences]; t++) {
        if (!is_drawn(b, t) || fabs(one.x[t] - other.x[t]) <= most_log_ratio) continue;
        snprintf(what, sizeof what, "%s is %g and %s is %g: no more than %g nats apart", one.name, one.x[t], other.name,
                 other.x[t], most_log_ratio);
        return refuse(ctx, b, t, what);
    }
    return CAIRN_OK;
}

static cairn_status check_numbers(cairn_ctx *ctx, const cairn_surrogate_batch *b, bool whole) {
    column now = {"logp", whole || !b->logp_old ? b->logp : NULL}, old = {"logp_old", b->logp_old},
           reference = {"logp_ref", whole ? b->logp_ref : NULL}, sampler = {"logp_sampler", b->logp_sampler};
    CAIRN_TRY(check_column(ctx, b, now, most_logp));
    CAIRN_TRY(check_column(ctx, b, old, most_logp));
    CAIRN_TRY(check_column(ctx, b, reference, most_logp));
    CAIRN_TRY(check_column(ctx, b, sampler, most_logp));
    CAIRN_TRY(check_apart(ctx, b, now, old));
    CAIRN_TRY(check_apart(ctx, b, now, reference));
    CAIRN_TRY(check_apart(ctx, b, old.x ? old : now, sampler));
    if (!whole) return CAIRN_OK;
    CAIRN_TRY(check_column(ctx, b, (column){"entropy", b->entropy}, HUGE_VAL));
    return check_column(ctx, b, (column){"advantage", b->advantage}, HUGE_VAL);
}

static cairn_status check_shape(cairn_ctx *ctx, const cairn_surrogate_terms *c, const cairn_surrogate_batch *b,
                                bool whole) {
    if (b->n_sequences < 0 || !b->offsets || b->offsets[0] != 0)
        return cairn_fail(ctx, CAIRN_INVALID, "surrogate: the offsets of the sequences begin with 0");
    for (int32_t i = 0; i < b->n_sequences; i++)
        if (b->offsets[i + 1] < b->offsets[i])
            return cairn_fail(ctx, CAIRN_INVALID, "surrogate: sequence %d: the offsets fall from %d to %d", i,
                              b->offsets[i], b->offsets[i + 1]);
    if (b->offsets[b->n_sequences] == 0) return CAIRN_OK;
    if (!b->logp && (whole || !b->logp_old)) return cairn_fail(ctx, CAIRN_INVALID, "surrogate: logp is missing");
    if (whole && !b->advantage) return cairn_fail(ctx, CAIRN_INVALID, "surrogate: advantages are missing");
    if (whole && c->kl > 0 && !b->logp_ref)
        return cairn_fail(ctx, CAIRN_INVALID, "surrogate: kl=%g needs logp_ref", c->kl);
    if (c->importance != CAIRN_IMPORTANCE_NONE && !b->logp_sampler)
        return cairn_fail(ctx, CAIRN_INVALID, "surrogate: importance needs logp_sampler");
    return CAIRN_OK;
}

cairn_status batch_check(cairn_ctx *ctx, const cairn_surrogate_terms *terms, const cairn_surrogate_batch *batch,
                         bool whole) {
    CAIRN_TRY(check_shape(ctx, terms, batch, whole));
    return check_numbers(ctx, batch, whole);
}

/* ---- importance -------------------------------------------------------------------------------------------------- */

int32_t batch_longest(const cairn_surrogate_batch *batch) {
    int32_t longest = 0;
    for (int32_t i = 0; i < batch->n_sequences; i++) {
        int32_t n = batch->offsets[i + 1] - batch->offsets[i];
        if (n > longest) longest = n;
    }
    return longest;
}

cairn_status gathered_open(cairn_ctx *ctx, const cairn_surrogate_terms *terms, int32_t longest, gathered *g) {
    *g = (gathered){.log_low = maths_log(terms->importance_low), .log_high = maths_log(terms->importance_high)};
    if (!(g->at = cairn_alloc(ctx, (size_t)longest, sizeof *g->at))) return CAIRN_NO_MEMORY;
    if (!(g->weight = cairn_alloc(ctx, (size_t)longest, sizeof *g->weight))) return CAIRN_NO_MEMORY;
    return (g->cut = cairn_alloc(ctx, (size_t)longest, sizeof *g->cut)) ? CAIRN_OK : CAIRN_NO_MEMORY;
}

void gathered_close(gathered *g) {
    cairn_free(g->at);
    cairn_free(g->weight);
    cairn_free(g->cut);
}

/* The logarithms of w for the drawn tokens of a sequence, by token or one for all of them. */
static void weigh(const cairn_surrogate_terms *c, const cairn_surrogate_batch *b, gathered *g) {
    double sum = 0;
    for (int32_t k = 0; k < g->drawn; k++) {
        g->weight[k] = logp_old(b, g->at[k]) - b->logp_sampler[g->at[k]];
        sum += g->weight[k];
    }
    if (c->importance_level == CAIRN_IMPORTANCE_TOKEN) return;
    double one = c->importance_level == CAIRN_IMPORTANCE_SEQUENCE ? sum : sum / g->drawn;
    for (int32_t k = 0; k < g->drawn; k++) g->weight[k] = one;
}

/* Bounds are met in logarithms, where products cannot overflow; u is then min(w, high). */
void gather(const cairn_surrogate_terms *terms, const cairn_surrogate_batch *batch, int32_t i, gathered *g) {
    g->drawn = 0;
    for (int32_t t = batch->offsets[i]; t < batch->offsets[i + 1]; t++)
        if (is_drawn(batch, t)) g->at[g->drawn++] = t;
    g->n = g->drawn;
    if (terms->importance == CAIRN_IMPORTANCE_NONE) {
        for (int32_t k = 0; k < g->n; k++) g->weight[k] = 1, g->cut[k] = false;
        return;
    }
    weigh(terms, batch, g);
    g->n = 0;
    for (int32_t k = 0; k < g->drawn; k++) {
        double w = g->weight[k];
        bool outside = w > g->log_high || (terms->importance == CAIRN_IMPORTANCE_MASK && w < g->log_low);
        if (outside && terms->importance == CAIRN_IMPORTANCE_MASK) continue;
        g->at[g->n] = g->at[k];
        g->weight[g->n] = outside ? terms->importance_high : maths_exp(w);
        g->cut[g->n++] = outside;
    }
}
