/* Step scores to one score of a solution. */
#include <math.h>
#include <string.h>

#include "cairn/stat.h"
#include "core/maths.h"

static const char *const names[] = {"last", "min", "product", "mean", "sum", "max", "geometric", "logit", "odds"};
static const int name_count = (int)(sizeof names / sizeof names[0]);

/* Means of probabilities on another scale; NaN where all steps are unknown. */
static double mean_on_scale(cairn_aggregator how, const double *scores, size_t n) {
    double sum = 0.0;
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(scores[i])) continue;
        double p = fmin(fmax(scores[i], 1e-9), 1 - 1e-9);
        known++;
        sum += how == CAIRN_AGGREGATE_ODDS        ? p / (1 - p)
               : how == CAIRN_AGGREGATE_GEOMETRIC ? maths_log(p)
                                                  : maths_log(p) - maths_log1p(-p);
    }
    double mean = known ? sum / (double)known : NAN;
    if (how == CAIRN_AGGREGATE_ODDS) return mean;
    return how == CAIRN_AGGREGATE_GEOMETRIC ? maths_exp(mean) : 1 / (1 + maths_exp(-mean));
}

double cairn_aggregate(cairn_aggregator how, const double *scores, size_t n) {
    if (n == 0) return 0.0;
    if (how >= CAIRN_AGGREGATE_GEOMETRIC && how <= CAIRN_AGGREGATE_ODDS) return mean_on_scale(how, scores, n);
    double result = NAN;
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        double r = scores[i];
        if (isnan(r)) continue;
        if (known++ == 0) {
            result = r;
            continue;
        }
        switch (how) {
        case CAIRN_AGGREGATE_LAST:
            result = r;
            break;
        case CAIRN_AGGREGATE_MIN:
            result = r < result ? r : result;
            break;
        case CAIRN_AGGREGATE_MAX:
            result = r > result ? r : result;
            break;
        case CAIRN_AGGREGATE_PRODUCT:
            result *= r;
            break;
        case CAIRN_AGGREGATE_MEAN:
        case CAIRN_AGGREGATE_SUM:
            result += r;
            break;
        default:
            return NAN;
        }
    }
    return how == CAIRN_AGGREGATE_MEAN && known ? result / (double)known : result;
}

/* ---- term by term, under a policy -------------------------------------------------------------------------------- */

static bool of_probabilities(cairn_aggregator how) {
    return how >= CAIRN_AGGREGATE_GEOMETRIC && how <= CAIRN_AGGREGATE_ODDS;
}

static cairn_status check(cairn_ctx *ctx, cairn_aggregator how, const cairn_aggregate_policy *policy) {
    if (!cairn_aggregator_name(how)) return cairn_fail(ctx, CAIRN_INVALID, "aggregator number %d is none", (int)how);
    if (policy->unknown > CAIRN_UNKNOWN_STEP_VALUE)
        return cairn_fail(ctx, CAIRN_INVALID, "policy number %d for unknown steps is none", (int)policy->unknown);
    if (!(policy->clip >= 0.0 && policy->clip < 0.5))
        return cairn_fail(ctx, CAIRN_INVALID, "clip %g is not in [0, 0.5)", policy->clip);
    return CAIRN_OK;
}

/* One step's score as the aggregate takes it; NaN only where it is unknown and the policy leaves it so. */
static cairn_status take(cairn_ctx *ctx, cairn_aggregator how, const cairn_aggregate_policy *policy, double score,
                         size_t step, double *out) {
    if (isnan(score) && policy->unknown == CAIRN_UNKNOWN_STEP_ERROR)
        return cairn_fail(ctx, CAIRN_INVALID, "the score of step %zu is unknown", step);
    if (isnan(score) && policy->unknown == CAIRN_UNKNOWN_STEP_VALUE) score = policy->unknown_value;
    if (isinf(score)) return cairn_fail(ctx, CAIRN_INVALID, "the score of step %zu is infinite", step);
    if (of_probabilities(how) && (score < 0.0 || score > 1.0))
        return cairn_fail(ctx, CAIRN_INVALID, "the score of step %zu is %g, expected 0 to 1 for `%s`", step, score,
                          names[how]);
    if (of_probabilities(how) && !isnan(score)) score = fmin(fmax(score, policy->clip), 1.0 - policy->clip);
    *out = score;
    return CAIRN_OK;
}

/* What is folded over the steps: a product, a sum, a least or greatest score. */
static double fold(cairn_aggregator how, double whole, double p, bool first) {
    double odds = p / (1.0 - p);
    switch (how) {
    case CAIRN_AGGREGATE_PRODUCT:
    case CAIRN_AGGREGATE_GEOMETRIC:
        return first ? p : whole * p;
    case CAIRN_AGGREGATE_MIN:
        return first || p < whole ? p : whole;
    case CAIRN_AGGREGATE_MAX:
        return first || p > whole ? p : whole;
    case CAIRN_AGGREGATE_MEAN:
    case CAIRN_AGGREGATE_SUM:
        return first ? p : whole + p;
    case CAIRN_AGGREGATE_LOGIT:
        return first ? maths_log(odds) : whole + maths_log(odds);
    case CAIRN_AGGREGATE_ODDS:
        return first ? odds : whole + odds;
    default:
        return p; /* last */
    }
}

static double settle(cairn_aggregator how, double whole, size_t n) {
    double count = (double)n;
    switch (how) {
    case CAIRN_AGGREGATE_GEOMETRIC:
        return maths_pow(whole, 1.0 / count);
    case CAIRN_AGGREGATE_MEAN:
        return whole / count;
    case CAIRN_AGGREGATE_LOGIT:
        return 1.0 / (1.0 + maths_exp(-(whole / count)));
    case CAIRN_AGGREGATE_ODDS:
        return fmax(0.0, whole / count);
    default:
        return whole;
    }
}

cairn_status cairn_aggregate_checked(cairn_ctx *ctx, cairn_aggregator how, const double *scores, size_t n,
                                     const cairn_aggregate_policy *policy, double *out) {
    CAIRN_TRY(check(ctx, how, policy));
    double whole = NAN;
    size_t known = 0, unknown = 0;
    for (size_t i = 0; i < n; i++) {
        double p = NAN;
        CAIRN_TRY(take(ctx, how, policy, scores[i], i, &p));
        if (isnan(p))
            unknown++;
        else
            whole = fold(how, whole, p, known++ == 0);
    }
    bool spread = unknown > 0 && policy->unknown != CAIRN_UNKNOWN_STEP_SKIP;
    if (known + unknown == 0 || (known == 0 && !spread)) {
        if (!policy->allow_empty) return cairn_fail(ctx, CAIRN_INVALID, "there is no step with a score");
        *out = policy->empty_value;
    } else {
        *out = spread ? NAN : settle(how, whole, known);
    }
    return CAIRN_OK;
}

const char *cairn_aggregator_name(cairn_aggregator how) {
    return (int)how >= 0 && (int)how < name_count ? names[how] : NULL;
}

cairn_status cairn_aggregator_parse(cairn_ctx *ctx, const char *name, cairn_aggregator *out) {
    for (int i = 0; i < name_count; i++)
        if (strcmp(names[i], name) == 0) {
            *out = (cairn_aggregator)i;
            return CAIRN_OK;
        }
    return cairn_fail(ctx, CAIRN_INVALID, "aggregator `%s` is none of " CAIRN_AGGREGATOR_CHOICES, name);
}
