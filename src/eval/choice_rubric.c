/* Weighted rubrics, scores corrected for length, and judges that err (arXiv 2510.16380). */
#include <math.h>

#include "cairn/choice.h"
#include "eval/choice_item.h"

static cairn_status check_weight(cairn_ctx *ctx, double weight, int32_t i, bool any) {
    bool whole = weight == floor(weight) && fabs(weight) <= 3.0;
    if (isfinite(weight) && weight != 0.0 && (any || whole)) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "the weight of criterion %d is %g, expected %s", (int)i, weight,
                      any ? "a finite number other than 0" : "-3, -2, -1, 1, 2 or 3");
}

static cairn_status measure(cairn_ctx *ctx, const double *weights, const uint8_t *said, int32_t n,
                            const cairn_rubric_policy *policy, cairn_rubric_score *out) {
    cairn_rubric_score r = {0};
    double negative = 0.0;
    if (n < 1) return cairn_fail(ctx, CAIRN_INVALID, "a rubric without criteria");
    for (int32_t i = 0; i < n; i++) {
        CAIRN_TRY(check_weight(ctx, weights[i], i, policy->free_weights));
        bool bad = !(said[i] & (CAIRN_SAID_YES | CAIRN_SAID_NO));
        double size = fabs(weights[i]);
        r.bad += bad;
        if (bad && policy->drop_bad) continue;
        r.most += size;
        negative += weights[i] < 0.0 ? size : 0.0;
        r.gained += said[i] & (weights[i] > 0.0 ? CAIRN_SAID_YES : CAIRN_SAID_NO) ? size : 0.0;
    }
    r.score = r.most > 0.0 ? 100.0 * r.gained / r.most : NAN;
    r.floor_empty = r.most > 0.0 ? 100.0 * negative / r.most : NAN;
    *out = r;
    return CAIRN_OK;
}

cairn_status cairn_rubric_measure(cairn_ctx *ctx, const char *id, const double *weights, const uint8_t *said, int32_t n,
                                  const cairn_rubric_policy *policy, cairn_rubric_score *out) {
    return within_item(ctx, measure(ctx, weights, said, n, policy, out), id);
}

cairn_status cairn_length_correct(cairn_ctx *ctx, double score, double mean_length, bool rounded, double *out) {
    double length = rounded ? cairn_round_even(mean_length, 0) : mean_length;
    if (!(length > 0.0 && isfinite(length)))
        return cairn_fail(ctx, CAIRN_INVALID, "a mean length of %g characters", mean_length);
    double per = (rounded ? cairn_round_even(score, 1) : score) / length * 1000.0;
    *out = rounded ? cairn_round_even(per, 1) : per;
    return CAIRN_OK;
}

cairn_status cairn_judge_calibrate(cairn_ctx *ctx, const bool *gold, const bool *judged, size_t n,
                                   cairn_judge_calibration *out) {
    cairn_confusion c = {0};
    if (n == 0) return cairn_fail(ctx, CAIRN_INVALID, "there is no verdict to compare");
    for (size_t i = 0; i < n; i++) {
        c.tp += gold[i] && judged[i];
        c.fp += !gold[i] && judged[i];
        c.tn += !gold[i] && !judged[i];
        c.fn += gold[i] && !judged[i];
    }
    cairn_two_class f = cairn_stat_two_class(&c);
    double sensitivity = c.tp / (c.tp + c.fn), specificity = c.tn / (c.tn + c.fp); /* 0 / 0 is NaN */
    *out = (cairn_judge_calibration){.n = (int64_t)n,
                                     .sensitivity = sensitivity,
                                     .specificity = specificity,
                                     .macro_f1 = f.macro_f1,
                                     .kappa = f.kappa,
                                     .slope = sensitivity + specificity - 1.0,
                                     .intercept = 100.0 * (1.0 - specificity)};
    return CAIRN_OK;
}

cairn_status cairn_judge_debias(cairn_ctx *ctx, double score, double sensitivity, double specificity, double *out) {
    bool rates = sensitivity >= 0.0 && sensitivity <= 1.0 && specificity >= 0.0 && specificity <= 1.0;
    if (!rates || !isfinite(score))
        return cairn_fail(ctx, CAIRN_INVALID, "score %g with sensitivity %g and specificity %g", score, sensitivity,
                          specificity);
    double slope = sensitivity + specificity - 1.0;
    if (slope <= 0.0)
        return cairn_fail(ctx, CAIRN_INVALID,
                          "a judge with sensitivity %g and specificity %g tells nothing: their sum must exceed 1",
                          sensitivity, specificity);
    *out = (score - 100.0 * (1.0 - specificity)) / slope;
    return CAIRN_OK;
}
