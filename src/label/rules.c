/* Rules over counts and Monte-Carlo shares: no model, no tree. */
#include <math.h>

#include "cairn/label.h"

double cairn_label_pairwise_target(double p, double q) {
    return (1 + p - q) / 2;
}

cairn_question cairn_question_filter(int32_t n_right, int32_t n) {
    if (n_right <= 0) return CAIRN_QUESTION_TOO_HARD;
    return n_right >= n ? CAIRN_QUESTION_TOO_EASY : CAIRN_QUESTION_KEEP;
}

int32_t cairn_label_completions(double v0) {
    return v0 < 0.1 ? 128 : v0 < 0.9 ? 64 : 32;
}

/* ---- where the first error is --------------------------------------------------------------------------------------- */

cairn_error_place cairn_error_place_of(int32_t first_error, int32_t n_steps) {
    if (first_error == CAIRN_NO_ERROR) return CAIRN_ERROR_NONE;
    if (first_error < 0 || first_error >= n_steps) return CAIRN_ERROR_UNLOCATED;
    return (cairn_error_place)(CAIRN_ERROR_EARLY + 3 * (int64_t)first_error / n_steps);
}

const char *cairn_error_place_name(cairn_error_place place) {
    static const char *const names[CAIRN_ERROR_PLACES] = {"none", "early", "middle", "late", "unlocated"};
    return place < CAIRN_ERROR_PLACES ? names[place] : "unlocated";
}

cairn_noise cairn_label_noise(int32_t labelled, int32_t truth, int32_t n_steps) {
    int32_t a = labelled < 0 ? n_steps : labelled, b = truth < 0 ? n_steps : truth;
    if (a == b) return a == n_steps ? CAIRN_NOISE_NO_ERROR : CAIRN_NOISE_SAME;
    return a < b ? CAIRN_NOISE_EARLY : CAIRN_NOISE_LATE;
}

void cairn_label_imply(double *c, int32_t n) {
    int32_t end = 0;
    while (end < n && c[end] != 0) end++;
    bool right = false;
    for (int32_t i = end - 1; i >= 0; i--) {
        if (c[i] > 0) right = true;
        if (right && isnan(c[i])) c[i] = 1;
    }
}

int32_t cairn_label_first_zero(const double *c, int32_t n, bool implied) {
    int32_t first = 0;
    while (first < n && c[first] != 0) first++;
    for (int32_t i = first - 1; i >= 0; i--) {
        if (isnan(c[i])) return CAIRN_UNLABELLED;
        if (implied) break;
    }
    return n == 0 ? CAIRN_UNLABELLED : first == n ? CAIRN_NO_ERROR : first;
}

/* ---- consensus (arXiv 2501.07301) --------------------------------------------------------------------------------------- */

static bool is_position(int32_t first, int32_t n) {
    return first == CAIRN_NO_ERROR || first == CAIRN_UNLABELLED || (first >= 0 && first < n);
}

cairn_status cairn_label_consensus(cairn_ctx *ctx, int32_t first_a, int32_t first_b, int32_t n, const char **dropped) {
    if (n < 1 || !is_position(first_a, n) || !is_position(first_b, n))
        return cairn_fail(ctx, CAIRN_INVALID, "first errors %d and %d in a solution of %d steps", (int)first_a,
                          (int)first_b, (int)n);
    *dropped = first_a == CAIRN_UNLABELLED   ? "unlocated"
               : first_b == CAIRN_UNLABELLED ? "judge-unknown"
               : first_a != first_b          ? "judge-disagrees"
                                             : "";
    return CAIRN_OK;
}

/* ---- scan (arXiv 2509.16548) ---------------------------------------------------------------------------------------------- */

cairn_status cairn_label_scan(cairn_ctx *ctx, const double *c, int32_t n, int32_t t_pred, double sc, int64_t d,
                              double *y) {
    if (!(sc > 0)) return cairn_fail(ctx, CAIRN_INVALID, "scan: a self-confidence of %g divides nothing", sc);
    if (d < 0) return cairn_fail(ctx, CAIRN_INVALID, "scan: a window of %d steps", (int)d);
    if (t_pred < 0 || t_pred >= n || c[t_pred] != 0)
        return cairn_fail(ctx, CAIRN_INVALID, "scan: step %d of %d is not the first that no completion gets right",
                          (int)t_pred + 1, (int)n);
    for (int32_t t = 0; t < t_pred; t++) {
        bool soft = t_pred - t <= d;
        if (soft && !(c[t] > 0))
            return cairn_fail(ctx, CAIRN_INVALID, "scan: step %d has no share of right completions", (int)t + 1);
        y[t] = soft ? fmin(c[t] / sc, 1) : 1;
    }
    y[t_pred] = 0;
    return CAIRN_OK;
}

/* ---- relative progress (arXiv 2504.00891) ------------------------------------------------------------------------------------ */

cairn_status cairn_label_progress(cairn_ctx *ctx, const double *c, int32_t n, double v0, double eps,
                                  cairn_progress_mode mode, double *y) {
    if (!(v0 >= 0 && v0 <= 1) || (v0 == 0 && mode == CAIRN_RPE_RATIO))
        return cairn_fail(ctx, CAIRN_INVALID, "relative progress: %g right at the start", v0);
    bool over = false;
    double before = v0;
    for (int32_t t = 0; t < n; t++) {
        double after = c[t];
        if (!over && !(after >= 0 && after <= 1))
            return cairn_fail(ctx, CAIRN_INVALID, "relative progress: step %d has no share of right completions",
                              (int)t + 1);
        over = over || after == 0;
        y[t] = !over && (mode == CAIRN_RPE_RATIO ? after / before >= eps : after - before >= eps);
        before = after;
    }
    return CAIRN_OK;
}
