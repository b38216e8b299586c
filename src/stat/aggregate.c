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
