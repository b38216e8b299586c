/* Every-step evaluation (arXiv 2501.03124): confusion over steps and PRMScore. */
#include <math.h>

#include "eval/prmscore.h"

static cairn_status check_item(cairn_ctx *ctx, int32_t n_errors, int base, int32_t n_valid, int32_t n_steps) {
    if (base != 0 && base != 1)
        return cairn_fail(ctx, CAIRN_INVALID, "step confusion: base %d, expected 0 or 1 (the number of the first step)",
                          base);
    if (n_errors < 0 || n_steps < 0) return cairn_fail(ctx, CAIRN_INVALID, "step confusion: a negative count");
    if (n_valid != n_steps)
        return cairn_fail(ctx, CAIRN_INVALID, "step confusion: %d predictions for %d steps", (int)n_valid,
                          (int)n_steps);
    return CAIRN_OK;
}

cairn_status cairn_eval_step_confusion(cairn_ctx *ctx, const int32_t *errors, int32_t n_errors, int base,
                                       const bool *valid, int32_t n_valid, int32_t n_steps,
                                       cairn_step_confusion *confusion) {
    CAIRN_TRY(check_item(ctx, n_errors, base, n_valid, n_steps));
    bool *wrong = cairn_alloc(ctx, (size_t)n_steps, sizeof *wrong);
    if (!wrong) return CAIRN_NO_MEMORY;
    int64_t first = n_steps;
    for (int32_t e = 0; e < n_errors; e++) {
        int64_t step = (int64_t)errors[e] - base;
        if (step < 0 || step >= n_steps) {
            confusion->out_of_range++;
            continue;
        }
        wrong[step] = true;
        if (step < first) first = step;
    }
    for (int32_t t = 0; t < n_steps; t++) {
        confusion->tp += !wrong[t] && valid[t];
        confusion->fn += !wrong[t] && !valid[t];
        confusion->fp += wrong[t] && valid[t];
        confusion->tn += wrong[t] && !valid[t];
    }
    if (first < n_steps) {
        confusion->first_n++;
        confusion->first_hit += !valid[first];
    }
    cairn_free(wrong);
    return CAIRN_OK;
}

/* A quotient under a policy; counts those without a value. */
typedef struct ratios {
    double undefined_value;
    int undefined;
} ratios;

static double ratio(ratios *r, double above, double below) {
    if (below != 0.0) return above / below;
    r->undefined++;
    return r->undefined_value;
}

static double harmonic(ratios *r, double a, double b) {
    if (isnan(a) || isnan(b)) {
        r->undefined++;
        return NAN;
    }
    return ratio(r, 2.0 * a * b, a + b);
}

static double share(int64_t part, int64_t whole) {
    return whole ? (double)part / (double)whole : NAN;
}

double prmscore_nothing(cairn_undefined policy) {
    return policy == CAIRN_UNDEFINED_MINUS_ONE ? -1.0 : policy == CAIRN_UNDEFINED_ZERO ? 0.0 : NAN;
}

cairn_prmscore prmscore_of(double tp, double fp, double tn, double fn, double nothing) {
    ratios r = {.undefined_value = nothing};
    cairn_prmscore score = {.precision = ratio(&r, tp, tp + fp), .recall = ratio(&r, tp, tp + fn)};
    score.f1 = harmonic(&r, score.precision, score.recall);
    score.negative_precision = ratio(&r, tn, tn + fn);
    score.negative_recall = ratio(&r, tn, tn + fp);
    score.negative_f1 = harmonic(&r, score.negative_precision, score.negative_recall);
    if (isnan(score.f1))
        score.prmscore = score.negative_f1;
    else if (isnan(score.negative_f1))
        score.prmscore = score.f1;
    else
        score.prmscore = 0.5 * score.f1 + 0.5 * score.negative_f1;
    score.undefined = r.undefined;
    return score;
}

cairn_status cairn_eval_prmscore(cairn_ctx *ctx, const cairn_step_confusion *c, cairn_undefined policy,
                                 cairn_prmscore *out) {
    if (c->tp < 0 || c->fp < 0 || c->tn < 0 || c->fn < 0)
        return cairn_fail(ctx, CAIRN_INVALID, "PRMScore: a negative count");
    if (policy != CAIRN_UNDEFINED_MINUS_ONE && policy != CAIRN_UNDEFINED_ZERO && policy != CAIRN_UNDEFINED_SKIP)
        return cairn_fail(ctx, CAIRN_INVALID, "PRMScore: unknown policy %d for undefined ratios", (int)policy);
    cairn_prmscore score =
        prmscore_of((double)c->tp, (double)c->fp, (double)c->tn, (double)c->fn, prmscore_nothing(policy));
    score.acc_valid = share(c->tp, c->tp + c->fn);
    score.acc_error = share(c->tn, c->tn + c->fp);
    score.acc_all = share(c->tp + c->tn, c->tp + c->fn + c->tn + c->fp);
    score.acc_first = share(c->first_hit, c->first_n);
    *out = score;
    return CAIRN_OK;
}
