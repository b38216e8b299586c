/* Which tokens of a batch count, and the importance of sampler against trainer. */
#include "credit/surrogate_batch.h"

#include <math.h>

#include "core/maths.h"

static const double most_log_ratio = 700; /* e^700 is a double, and so are its products with advantages */
static const double most_logp = 0.001;    /* single precision may round a certain token's to above 0 */

/* ---- checks ------------------------------------------------------------------------------------------------------ */

/* A column of log-probabilities: `name` in errors. */
typedef struct column {
    const char *name;
    const double *x; /* NULL: absent */
} column;

static cairn_status check_number(cairn_ctx *ctx, const char *name, double x, int32_t i, int32_t t) {
    if (isfinite(x)) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "surrogate: sequence %d, token %d: %s is %s", i, t, name,
                      isnan(x) ? "NaN" : "infinite");
}

static cairn_status check_apart(cairn_ctx *ctx, const column *a, const column *b, int32_t at, int32_t i, int32_t t) {
    if (!a->x || !b->x || fabs(a->x[at] - b->x[at]) <= most_log_ratio) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID,
                      "surrogate: sequence %d, token %d: %s is %g and %s is %g: no more than %g nats apart", i, t,
                      a->name, a->x[at], b->name, b->x[at], most_log_ratio);
}

static cairn_status check_token(cairn_ctx *ctx, const cairn_surrogate_batch *b, bool whole, int32_t at, int32_t i,
                                int32_t t) {
    enum { NOW, OLD, REFERENCE, SAMPLER, COLUMNS };
    bool now = whole || !b->logp_old;
    const column columns[COLUMNS] = {[NOW] = {"logp", now ? b->logp : NULL},
                                     [OLD] = {"logp_old", b->logp_old},
                                     [REFERENCE] = {"logp_ref", whole ? b->logp_ref : NULL},
                                     [SAMPLER] = {"logp_sampler", b->logp_sampler}};
    for (int c = 0; c < COLUMNS; c++) {
        if (!columns[c].x) continue;
        CAIRN_TRY(check_number(ctx, columns[c].name, columns[c].x[at], i, t));
        if (columns[c].x[at] > most_logp)
            return cairn_fail(ctx, CAIRN_INVALID,
                              "surrogate: sequence %d, token %d: %s is %g: a log-probability is at most 0", i, t,
                              columns[c].name, columns[c].x[at]);
    }
    CAIRN_TRY(check_apart(ctx, &columns[NOW], &columns[OLD], at, i, t));
    CAIRN_TRY(check_apart(ctx, &columns[NOW], &columns[REFERENCE], at, i, t));
    CAIRN_TRY(check_apart(ctx, &columns[b->logp_old ? OLD : NOW], &columns[SAMPLER], at, i, t));
    if (whole && b->entropy) CAIRN_TRY(check_number(ctx, "entropy", b->entropy[at], i, t));
    return whole ? check_number(ctx, "advantage", b->advantage[at], i, t) : CAIRN_OK;
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
    for (int32_t i = 0; i < batch->n_sequences; i++)
        for (int32_t t = batch->offsets[i]; t < batch->offsets[i + 1]; t++)
            if (is_drawn(batch, t)) CAIRN_TRY(check_token(ctx, batch, whole, t, i, t - batch->offsets[i]));
    return CAIRN_OK;
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
