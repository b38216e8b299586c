/* Step labels measured against truth. */
#include <math.h>

#include "cairn/eval.h"

static double share(int64_t part, int64_t whole) {
    return whole ? (double)part / (double)whole : NAN;
}

/* Adds the steps of one solution. */
static void count_steps(const cairn_labelled_solution *s, double threshold, cairn_step_quality *q, int64_t *negative) {
    for (int32_t t = 0; t < s->n_steps; t++) {
        q->n_steps++;
        if (isnan(s->labels[t])) {
            q->n_unlabelled++;
            continue;
        }
        bool right = s->labels[t] > threshold;
        *negative += !right;
        if (s->truth[t] == CAIRN_VERDICT_UNKNOWN)
            q->n_untold++;
        else if (s->truth[t] == CAIRN_VERDICT_RIGHT)
            *(right ? &q->right_right : &q->right_wrong) += 1;
        else
            *(right ? &q->wrong_right : &q->wrong_wrong) += 1;
    }
}

/* First step that is wrong or unknown, n_steps where there is none. */
static int32_t first_by_truth(const cairn_labelled_solution *s, bool *unknown) {
    int32_t t = 0;
    while (t < s->n_steps && s->truth[t] == CAIRN_VERDICT_RIGHT) t++;
    *unknown = t < s->n_steps && s->truth[t] == CAIRN_VERDICT_UNKNOWN;
    return t;
}

static int32_t first_by_label(const cairn_labelled_solution *s, double threshold, bool *unknown) {
    int32_t t = 0;
    while (t < s->n_steps && s->labels[t] > threshold) t++;
    *unknown = t < s->n_steps && isnan(s->labels[t]);
    return t;
}

static void count_location(const cairn_labelled_solution *s, double threshold, cairn_step_quality *q) {
    bool untold = false, unlocated = false;
    int32_t truth = first_by_truth(s, &untold), label = first_by_label(s, threshold, &unlocated);
    if (untold) {
        q->n_untold_solutions++;
        return;
    }
    q->n_unlocated += unlocated;
    bool hit = !unlocated && truth == label;
    if (truth < s->n_steps) {
        q->n_err++;
        q->hit_err += hit;
    } else {
        q->n_cor++;
        q->hit_cor += hit;
    }
}

cairn_status cairn_eval_step_quality(cairn_ctx *ctx, const cairn_labelled_solution *solutions, size_t n,
                                     double threshold, cairn_step_quality *out) {
    if (isnan(threshold)) return cairn_fail(ctx, CAIRN_INVALID, "step quality: the threshold is not a number");
    cairn_step_quality q = {0};
    int64_t negative = 0;
    for (size_t i = 0; i < n; i++) {
        if (solutions[i].n_steps < 0)
            return cairn_fail(ctx, CAIRN_INVALID, "step quality: solution %zu has %d steps", i,
                              (int)solutions[i].n_steps);
        count_steps(&solutions[i], threshold, &q, &negative);
        count_location(&solutions[i], threshold, &q);
    }
    int64_t compared = q.wrong_wrong + q.wrong_right + q.right_wrong + q.right_right;
    q.accuracy = share(q.wrong_wrong + q.right_right, compared);
    q.precision = share(q.wrong_wrong, q.wrong_wrong + q.right_wrong);
    q.recall = share(q.wrong_wrong, q.wrong_wrong + q.wrong_right);
    q.share_negative = share(negative, q.n_steps - q.n_unlabelled);
    q.location = share(q.hit_err + q.hit_cor, q.n_err + q.n_cor);
    q.location_err = share(q.hit_err, q.n_err);
    *out = q;
    return CAIRN_OK;
}

cairn_status cairn_eval_step_auroc(cairn_ctx *ctx, const cairn_labelled_solution *solutions, size_t n, double level,
                                   cairn_auroc *out) {
    size_t steps = 0, used = 0;
    for (size_t i = 0; i < n; i++) {
        if (solutions[i].n_steps < 0)
            return cairn_fail(ctx, CAIRN_INVALID, "step AUROC: solution %zu has %d steps", i,
                              (int)solutions[i].n_steps);
        steps += (size_t)solutions[i].n_steps;
    }
    double *scores = cairn_alloc(ctx, steps, sizeof *scores);
    bool *right = cairn_alloc(ctx, steps, sizeof *right);
    cairn_status status = scores && right ? CAIRN_OK : CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n && status == CAIRN_OK; i++) {
        for (int32_t t = 0; t < solutions[i].n_steps; t++) {
            if (isnan(solutions[i].labels[t]) || solutions[i].truth[t] == CAIRN_VERDICT_UNKNOWN) continue;
            scores[used] = solutions[i].labels[t];
            right[used++] = solutions[i].truth[t] == CAIRN_VERDICT_RIGHT;
        }
    }
    if (status == CAIRN_OK) status = cairn_stat_auroc(ctx, scores, right, used, level, out);
    cairn_free(scores);
    cairn_free(right);
    return status;
}

cairn_status cairn_eval_value_error(cairn_ctx *ctx, const double *estimate, const double *truth, size_t n,
                                    cairn_value_error *out) {
    double absolute = 0.0, signed_sum = 0.0, squares = 0.0;
    int64_t known = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(truth[i]) || isinf(estimate[i]))
            return cairn_fail(ctx, CAIRN_INVALID, "value error: pair %zu (%g against %g) is not finite", i, estimate[i],
                              truth[i]);
        if (isnan(estimate[i])) continue;
        double error = estimate[i] - truth[i];
        absolute += fabs(error);
        signed_sum += error;
        squares += error * error;
        known++;
    }
    double count = known ? (double)known : NAN;
    *out = (cairn_value_error){.n = known,
                               .n_unknown = (int64_t)n - known,
                               .mean_absolute = absolute / count,
                               .root_mean_square = sqrt(squares / count),
                               .bias = signed_sum / count};
    return CAIRN_OK;
}
