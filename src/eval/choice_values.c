/* Values for which a chooser decides where two are in conflict, and principles that weigh them (arXiv 2410.02683). */
#include <math.h>

#include "cairn/choice.h"
#include "eval/choice_item.h"

static cairn_status check_dilemma(cairn_ctx *ctx, const cairn_dilemma *d, int32_t values) {
    if (d->choice < -1 || d->choice > 1)
        return cairn_fail(ctx, CAIRN_INVALID, "choice %d, expected 0, 1 or -1", (int)d->choice);
    for (int a = 0; a < 2; a++) {
        if (d->n[a] < 0) return cairn_fail(ctx, CAIRN_INVALID, "action %d has %d values", a, (int)d->n[a]);
        for (int32_t i = 0; i < d->n[a]; i++)
            if (d->values[a][i] < 0 || d->values[a][i] >= values)
                return cairn_fail(ctx, CAIRN_INVALID, "action %d: value %d, expected 0 to %d", a, (int)d->values[a][i],
                                  (int)values - 1);
    }
    return CAIRN_OK;
}

/* ---- preferences ----------------------------------------------------------------------------------------------- */

/* Adds to selected[dimensions] and neglected[dimensions], which stand one after the other in `tally`. */
static void add_dilemma(const cairn_dilemma *d, int32_t dimensions, bool once, double *tally) {
    for (int a = 0; a < 2; a++) {
        double *to = tally + (a == d->choice ? 0 : dimensions);
        for (int32_t i = 0; i < d->n[a]; i++) to[d->values[a][i]] = once ? 1.0 : to[d->values[a][i]] + 1.0;
    }
}

static void preferences_of(const void *arg, const double *sums, double *out) {
    int32_t dimensions = *(const int32_t *)arg;
    for (int32_t d = 0; d < dimensions; d++) {
        double selected = sums[d], neglected = sums[dimensions + d];
        out[d] = 100.0 * (selected - neglected) / (selected + neglected); /* 0 / 0 is NaN */
    }
}

/* tallies[answered][2 dimensions], zeroed. */
static cairn_status fill(cairn_ctx *ctx, const cairn_dilemma *dilemmas, size_t n, int32_t dimensions, bool once,
                         double *tallies, size_t *answered) {
    for (size_t i = 0; i < n; i++) {
        CAIRN_TRY(within_item(ctx, check_dilemma(ctx, &dilemmas[i], dimensions), dilemmas[i].id));
        if (dilemmas[i].choice < 0) continue;
        add_dilemma(&dilemmas[i], dimensions, once, tallies + *answered * 2 * (size_t)dimensions);
        ++*answered;
    }
    return *answered ? CAIRN_OK : cairn_fail(ctx, CAIRN_INVALID, "no dilemma was answered");
}

static cairn_status prefer(cairn_ctx *ctx, const double *tallies, size_t answered, int32_t dimensions,
                           const cairn_bootstrap *how, cairn_interval *intervals, cairn_value_preference *out) {
    size_t k = (size_t)dimensions;
    if (how) {
        CAIRN_TRY(cairn_stat_bootstrap_sums(ctx, tallies, &answered, 1, 2 * k, preferences_of, k, &dimensions, how,
                                            intervals));
    }
    for (size_t d = 0; d < k; d++) {
        double sums[2] = {0};
        for (size_t i = 0; i < answered; i++)
            for (int side = 0; side < 2; side++) sums[side] += tallies[i * 2 * k + (size_t)side * k + d];
        cairn_interval none = {.estimate = 100.0 * (sums[0] - sums[1]) / (sums[0] + sums[1]), .low = NAN, .high = NAN};
        out[d] = (cairn_value_preference){(int64_t)sums[0], (int64_t)sums[1], how ? intervals[d] : none};
    }
    return CAIRN_OK;
}

cairn_status cairn_value_preferences(cairn_ctx *ctx, const cairn_dilemma *dilemmas, size_t n, int32_t dimensions,
                                     bool once, const cairn_bootstrap *how, cairn_value_preference *out) {
    if (dimensions < 1 || dimensions > 5000)
        return cairn_fail(ctx, CAIRN_INVALID, "%d dimensions, expected 1 to 5000", (int)dimensions);
    size_t width = 2 * (size_t)dimensions, answered = 0;
    if (n > SIZE_MAX / width - 1) return cairn_fail(ctx, CAIRN_INVALID, "too many dilemmas");
    double *tallies = cairn_alloc(ctx, (n + 1) * width, sizeof *tallies);
    cairn_interval *intervals = cairn_alloc(ctx, (size_t)dimensions, sizeof *intervals);
    cairn_status status = tallies && intervals ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = fill(ctx, dilemmas, n, dimensions, once, tallies, &answered);
    if (status == CAIRN_OK) status = prefer(ctx, tallies, answered, dimensions, how, intervals, out);
    cairn_free(tallies);
    cairn_free(intervals);
    return status;
}

/* ---- principles ------------------------------------------------------------------------------------------------ */

static cairn_status check_principle(cairn_ctx *ctx, const cairn_principle *p, int32_t *ambiguous) {
    *ambiguous = 0;
    for (int32_t v = 0; v < p->values; v++) {
        if (!(p->support[v] >= 0.0 && p->support[v] <= 1.0 && p->oppose[v] >= 0.0 && p->oppose[v] <= 1.0))
            return cairn_fail(ctx, CAIRN_INVALID, "value %d has weights %g and %g, expected 0 to 1", (int)v,
                              p->support[v], p->oppose[v]);
        *ambiguous += p->support[v] > 0.0 && p->oppose[v] > 0.0;
    }
    return CAIRN_OK;
}

enum { SUPPORTS = 1, OPPOSES = 2 };

/* Which kinds of values an action has. */
static int kinds(const cairn_principle *p, const cairn_dilemma *d, int action) {
    int found = 0;
    for (int32_t i = 0; i < d->n[action]; i++) {
        int32_t v = d->values[action][i];
        found |= (p->support[v] > 0.0 ? SUPPORTS : 0) | (p->oppose[v] > 0.0 ? OPPOSES : 0);
    }
    return found;
}

cairn_status cairn_principle_conflicts(cairn_ctx *ctx, const cairn_principle *principle, const cairn_dilemma *dilemmas,
                                       size_t n, bool *conflict) {
    int32_t ambiguous;
    CAIRN_TRY(check_principle(ctx, principle, &ambiguous));
    for (size_t i = 0; i < n; i++)
        CAIRN_TRY(within_item(ctx, check_dilemma(ctx, &dilemmas[i], principle->values), dilemmas[i].id));
    for (size_t i = 0; i < n; i++) {
        int first = kinds(principle, &dilemmas[i], 0), second = kinds(principle, &dilemmas[i], 1);
        conflict[i] = (first == SUPPORTS && second == OPPOSES) || (first == OPPOSES && second == SUPPORTS);
    }
    return CAIRN_OK;
}

cairn_status cairn_principle_measure(cairn_ctx *ctx, const cairn_principle *principle, const cairn_dilemma *dilemmas,
                                     size_t n, const bool *conflict, cairn_principle_score *out) {
    cairn_principle_score s = {0};
    CAIRN_TRY(check_principle(ctx, principle, &s.ambiguous));
    for (size_t i = 0; i < n; i++) {
        const cairn_dilemma *d = &dilemmas[i];
        CAIRN_TRY(within_item(ctx, check_dilemma(ctx, d, principle->values), d->id));
        s.conflicts += conflict[i];
        if (!conflict[i] || d->choice < 0) continue;
        s.answered++;
        for (int a = 0; a < 2; a++)
            for (int32_t k = 0; k < d->n[a]; k++) {
                double support = principle->support[d->values[a][k]], oppose = principle->oppose[d->values[a][k]];
                s.coded_support += support, s.coded_oppose += oppose;
                if (a == d->choice) s.selected_support += support, s.selected_oppose += oppose;
            }
    }
    s.selected = s.selected_support - s.selected_oppose;
    s.coded = s.coded_support - s.coded_oppose;
    *out = s;
    return CAIRN_OK;
}
