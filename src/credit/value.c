/* The clipped loss of a critic. */
#include <math.h>

#include "cairn/surrogate.h"

static cairn_status check_value(cairn_ctx *ctx, const char *name, double x, int64_t t) {
    if (isfinite(x)) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "value loss: token %lld: %s is %s", (long long)t, name,
                      isnan(x) ? "NaN" : "infinite");
}

static cairn_status check_values(cairn_ctx *ctx, const cairn_value_batch *b, double clip, int64_t *counted) {
    if (!(clip > 0)) return cairn_fail(ctx, CAIRN_INVALID, "value loss: the clip must be greater than 0, not %g", clip);
    if (b->n < 0 || (b->n > 0 && (!b->value || !b->ret)))
        return cairn_fail(ctx, CAIRN_INVALID, "value loss: values and returns are missing");
    for (int64_t t = 0; t < b->n; t++) {
        if (b->mask && !b->mask[t]) continue;
        ++*counted;
        CAIRN_TRY(check_value(ctx, "the value", b->value[t], t));
        CAIRN_TRY(check_value(ctx, "the return", b->ret[t], t));
        if (b->value_old) CAIRN_TRY(check_value(ctx, "the old value", b->value_old[t], t));
    }
    if (b->of == 0 || b->of >= *counted) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "value loss: the whole step counts %lld tokens, fewer than its part, %lld",
                      (long long)b->of, (long long)*counted);
}

/* Is the clipped value further from the return? *away: of the value or the clipped one, whichever is further. */
static bool is_clipped(const cairn_value_batch *b, int64_t t, double clip, double *away) {
    double v = b->value[t], ret = b->ret[t];
    *away = v - ret;
    if (!b->value_old) return false;
    double held = fmin(fmax(v, b->value_old[t] - clip), b->value_old[t] + clip) - ret;
    if (fabs(held) <= fabs(*away)) return false;
    *away = held;
    return true;
}

/* Mean and sum of squares about it, one number at a time (Welford 1962). */
typedef struct spread {
    double n, mean, squares;
} spread;
static void spread_add(spread *s, double x) {
    double from = x - s->mean;
    s->n++;
    s->mean += from / s->n;
    s->squares += from * (x - s->mean);
}

cairn_status cairn_value_loss(cairn_ctx *ctx, const cairn_value_batch *batch, double clip, double *loss, double *slope,
                              cairn_value_stats *stats) {
    int64_t counted = 0, clipped = 0;
    double sum = 0, mean_value = 0, away;
    spread returns = {0}, errors = {0};
    CAIRN_TRY(check_values(ctx, batch, clip, &counted));
    double n = counted > 0 ? (double)counted : NAN, divisor = batch->of > 0 ? (double)batch->of : (double)counted;
    for (int64_t t = 0; t < batch->n; t++) {
        if (batch->mask && !batch->mask[t]) continue;
        clipped += is_clipped(batch, t, clip, &away);
        sum += away * away;
        mean_value += batch->value[t] / n;
        spread_add(&returns, batch->ret[t]);
        spread_add(&errors, batch->ret[t] - batch->value[t]);
    }
    if (!isfinite(sum)) return cairn_fail(ctx, CAIRN_INVALID, "value loss: the square of a difference overflows");
    *loss = counted > 0 ? 0.5 * sum / divisor : 0;
    for (int64_t t = 0; slope && t < batch->n; t++) {
        bool counts = !batch->mask || batch->mask[t];
        slope[t] = counts && !is_clipped(batch, t, clip, &away) ? away / divisor : 0;
    }
    if (stats)
        *stats = (cairn_value_stats){.tokens = counted,
                                     .clipped = (double)clipped / n,
                                     .explained = returns.squares > 0 ? 1 - errors.squares / returns.squares : NAN,
                                     .value = counted > 0 ? mean_value : NAN,
                                     .ret = counted > 0 ? returns.mean : NAN};
    return CAIRN_OK;
}
