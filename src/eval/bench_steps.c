/* What judges say of steps: reading it, comparing it with the truth, choosing a threshold. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "eval/bench_run.h"

/* ---- reading ----------------------------------------------------------------------------------------------------- */

cairn_status cairn_bench_print(cairn_bench_run *run, const char **out, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int n = vsnprintf(NULL, 0, format, arguments);
    char *text = n < 0 ? NULL : cairn_arena_alloc(run->arena, (size_t)n + 1, 1);
    if (text) vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    va_end(arguments);
    *out = text;
    return text ? CAIRN_OK : CAIRN_NO_MEMORY;
}

cairn_status cairn_bench_row_id(cairn_bench_run *run, const json_t *row, const char *name, const char **out) {
    if (cairn_bench_has(row, name)) return cairn_bench_text(run, row, name, out);
    return cairn_bench_print(run, out, "%s-%lld", run->stem, (long long)rows_number(run->rows));
}

cairn_status cairn_bench_wanted(cairn_bench_run *run, const json_t *row, const char *name, cairn_bench_item **out) {
    const char *id;
    CAIRN_TRY(cairn_bench_text(run, row, name, &id));
    *out = cairn_bench_find(run, NULL, id);
    if (*out) return CAIRN_OK;
    return cairn_fail(run->ctx, CAIRN_FORMAT, "%s: field `%s`: no item has the id `%.64s`", cairn_bench_where(run),
                      name, id);
}

cairn_status cairn_bench_one_a_step(cairn_bench_run *run, const char *name, int32_t n, const cairn_bench_item *item) {
    int32_t expected = item->candidates[0].n_steps;
    if (n == expected) return CAIRN_OK;
    return cairn_fail(run->ctx, CAIRN_FORMAT, "%s: field `%s`: expected %d values, one a step, got %d",
                      cairn_bench_where(run), name, (int)expected, (int)n);
}

/* One label a step, as what it is by `of`. */
static cairn_status read_labels(cairn_bench_run *run, const json_t *row, const char *name, const int8_t of[3],
                                const cairn_bench_item *item, const int8_t **out) {
    int32_t *given, n;
    CAIRN_TRY(cairn_bench_ints(run, row, name, &given, &n));
    CAIRN_TRY(cairn_bench_one_a_step(run, name, n, item));
    int8_t *labels = cairn_arena_alloc(run->arena, (size_t)n + 1, sizeof *labels);
    if (!labels) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        labels[i] = given[i] < -1 || given[i] > 1 ? CAIRN_BENCH_STEP_REFUSED : of[given[i] + 1];
        if (labels[i] == CAIRN_BENCH_STEP_REFUSED)
            return cairn_fail(run->ctx, CAIRN_FORMAT, "%s: field `%s[%d]`: expected %s, got %d", cairn_bench_where(run),
                              name, (int)i, of[0] == CAIRN_BENCH_STEP_REFUSED ? "true or false" : "1, 0 or -1",
                              (int)given[i]);
    }
    *out = labels;
    return CAIRN_OK;
}

void cairn_bench_set_truth(cairn_bench_item *item, const int8_t *truth) {
    const int8_t *wrong = memchr(truth, 0, (size_t)item->candidates[0].n_steps);
    item->truth = truth;
    item->label = wrong ? (int32_t)(wrong - truth) : CAIRN_EVAL_ALL_RIGHT;
    item->candidates[0].right = wrong ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_RIGHT;
}

cairn_status cairn_bench_step_labels(cairn_bench_run *run, const json_t *row, const char *name, const int8_t of[3],
                                     cairn_bench_item *item) {
    const int8_t *truth = NULL;
    CAIRN_TRY(read_labels(run, row, name, of, item, &truth));
    cairn_bench_set_truth(item, truth);
    return CAIRN_OK;
}

cairn_status cairn_bench_step_answer(cairn_bench_run *run, const json_t *row, cairn_bench_item *item) {
    static const int8_t truths[] = {CAIRN_BENCH_STEP_REFUSED, 0, 1};
    int64_t said = run->bench->null_accepts ? CAIRN_EVAL_ALL_RIGHT : CAIRN_EVAL_NONE;
    if (cairn_bench_has(row, "valid")) {
        CAIRN_TRY(read_labels(run, row, "valid", truths, item, &item->valid));
        item->answered = true;
        return CAIRN_OK;
    }
    if (cairn_bench_has(row, "scores")) return cairn_bench_step_scores(run, row, "scores", item);
    if (!json_object_get(row, "prediction")) return CAIRN_OK;
    if (cairn_bench_has(row, "prediction"))
        CAIRN_TRY(cairn_bench_int(run, row, "prediction", INT32_MIN + 1, INT32_MAX, &said));
    item->said = (int32_t)said;
    item->answered = item->said != CAIRN_EVAL_NONE;
    return CAIRN_OK;
}

cairn_status cairn_bench_predict_steps(cairn_bench_run *run, const json_t *row) {
    cairn_bench_item *item;
    CAIRN_TRY(cairn_bench_wanted(run, row, "id", &item));
    if (item->answered)
        return cairn_fail(run->ctx, CAIRN_FORMAT, "%s: field `id`: `%.64s` has a prediction already",
                          cairn_bench_where(run), item->id);
    if (!cairn_bench_has(row, "valid") && !cairn_bench_has(row, "scores") && !json_object_get(row, "prediction"))
        return cairn_fail(run->ctx, CAIRN_FORMAT, "%s: expected a field `valid`, `scores` or `prediction`",
                          cairn_bench_where(run));
    return cairn_bench_step_answer(run, row, item);
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

cairn_verdict cairn_bench_step_said(const cairn_bench_item *item, int32_t i, double tau) {
    const double *scores = item->candidates[0].scores;
    if (!item->answered) return CAIRN_VERDICT_UNKNOWN;
    if (item->valid) return item->valid[i] ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    if (scores && isnan(scores[i])) return CAIRN_VERDICT_UNKNOWN;
    if (scores) return scores[i] > tau ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    if (item->said == CAIRN_EVAL_NONE || (item->said >= 0 && i > item->said)) return CAIRN_VERDICT_UNKNOWN;
    return i == item->said ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_RIGHT;
}

int32_t cairn_bench_first_called_wrong(const cairn_bench_item *item, double tau) {
    for (int32_t i = 0; i < item->candidates[0].n_steps; i++) {
        cairn_verdict said = cairn_bench_step_said(item, i, tau);
        if (said == CAIRN_VERDICT_UNKNOWN) return CAIRN_EVAL_NONE;
        if (said == CAIRN_VERDICT_WRONG) return i;
    }
    return item->answered ? CAIRN_EVAL_ALL_RIGHT : CAIRN_EVAL_NONE;
}

void cairn_bench_tally_steps(const cairn_bench_item *item, double tau, double *t) {
    for (int32_t i = 0; item->truth && i < item->candidates[0].n_steps; i++) {
        if (item->truth[i] == CAIRN_BENCH_STEP_UNTOLD) continue;
        cairn_verdict said = cairn_bench_step_said(item, i, tau);
        bool right = item->truth[i] == 1, hit = said == (right ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG);
        t[CAIRN_BENCH_UNSAID] += said == CAIRN_VERDICT_UNKNOWN;
        t[right ? (hit ? CAIRN_BENCH_TP : CAIRN_BENCH_FN) : (hit ? CAIRN_BENCH_TN : CAIRN_BENCH_FP)] += 1;
    }
}

cairn_two_class cairn_bench_two_class(const double *t) {
    cairn_confusion c = {t[CAIRN_BENCH_TP], t[CAIRN_BENCH_FP], t[CAIRN_BENCH_TN], t[CAIRN_BENCH_FN]};
    return cairn_stat_two_class(&c);
}

double cairn_bench_share(double part, double whole) {
    return whole > 0 ? part / whole : NAN;
}

double cairn_bench_harmonic(double a, double b) {
    return a + b > 0 ? 2 * a * b / (a + b) : a + b;
}

/* ---- thresholds -------------------------------------------------------------------------------------------------- */

/* Scores and truths of the chosen steps; returns how many. Counts only, where `scores` is NULL. */
static size_t gather(const cairn_bench_run *run, bool (*chosen)(const cairn_bench_item *), double *scores,
                     bool *right) {
    size_t n = 0;
    for (size_t i = 0; i < run->n; i++) {
        const cairn_bench_item *item = &run->items[i];
        const cairn_bench_candidate *c = &item->candidates[0];
        if (!c->scores || !item->truth || (chosen && !chosen(item))) continue;
        for (int32_t s = 0; s < c->n_steps; s++) {
            if (isnan(c->scores[s]) || item->truth[s] == CAIRN_BENCH_STEP_UNTOLD) continue;
            if (scores) {
                scores[n] = c->scores[s];
                right[n] = item->truth[s] == 1;
            }
            n++;
        }
    }
    return n;
}

double *bench_threshold(const cairn_bench_type *bench, const void *config) {
    for (int i = 0; i < bench->about.option_count; i++) {
        const cairn_option *option = &bench->about.options[i];
        if (option->kind == CAIRN_OPTION_REAL && strcmp(option->name, "threshold") == 0)
            return (double *)((uintptr_t)config + option->offset);
    }
    return NULL;
}

cairn_status bench_need_threshold(const cairn_bench_run *run, const void *config, double **out) {
    *out = bench_threshold(run->bench, config);
    if (*out) return CAIRN_OK;
    return cairn_fail(run->ctx, CAIRN_INVALID, "%s has no option threshold, a number", run->bench->about.name);
}

static double macro_f1(const cairn_two_class *f) {
    return f->macro_f1;
}

/* The points fall: what a threshold lets pass is the point before it. */
static double best_of(const cairn_threshold_point *points, size_t count, double (*goal)(const cairn_two_class *)) {
    double best = 0, threshold = 0;
    double positives = (double)points[count - 1].tp, negatives = (double)points[count - 1].fp;
    for (size_t i = count; i-- > 1;) {
        double tp = (double)points[i - 1].tp, fp = (double)points[i - 1].fp;
        cairn_two_class figures = cairn_stat_two_class(&(cairn_confusion){tp, fp, negatives - fp, positives - tp});
        double value = goal(&figures);
        if (!(value > best)) continue;
        best = value;
        threshold = points[i].threshold;
    }
    return threshold;
}

cairn_status cairn_bench_tune_steps(cairn_bench_run *tuning, double (*goal)(const cairn_two_class *),
                                    bool (*chosen)(const cairn_bench_item *), double *threshold) {
    size_t n = gather(tuning, chosen, NULL, NULL), count;
    if (n == 0)
        return cairn_fail(tuning->ctx, CAIRN_INVALID,
                          "%s: a threshold is chosen on scores of steps whose truth is known, and there are none",
                          tuning->bench->about.name);
    double *scores = cairn_alloc(tuning->ctx, n, sizeof *scores);
    bool *right = cairn_alloc(tuning->ctx, n, sizeof *right);
    cairn_threshold_point *points = cairn_alloc(tuning->ctx, n + 1, sizeof *points);
    cairn_status status = scores && right && points ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) {
        gather(tuning, chosen, scores, right);
        status = cairn_stat_threshold_points(tuning->ctx, scores, right, n, points, &count);
    }
    if (status == CAIRN_OK) *threshold = best_of(points, count, goal ? goal : macro_f1);
    cairn_free(scores);
    cairn_free(right);
    cairn_free(points);
    return status;
}

cairn_status cairn_bench_tune_macro_f1(cairn_bench_run *tuning, void *config) {
    double *threshold;
    CAIRN_TRY(bench_need_threshold(tuning, config, &threshold));
    return cairn_bench_tune_steps(tuning, NULL, NULL, threshold);
}
