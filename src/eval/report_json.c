/* The numbers of a report as JSON. A function gives NULL where a part of its value is missing. */
#include <errno.h>
#include <math.h>

#include "data/json.h"
#include "eval/report.h"

json_t *report_number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

/* [estimate, low, high], or null where there are no data. */
static json_t *interval_json(cairn_interval i) {
    if (isnan(i.estimate)) return json_null();
    return json_pack("[o, o, o]", report_number(i.estimate), report_number(i.low), report_number(i.high));
}

static json_t *manifest_json(const cairn_run *run) {
    json_t *object = json_object();
    for (int32_t i = 0; object && i < cairn_run_manifest_count(run); i++) {
        cairn_manifest_entry entry = cairn_run_manifest_at(run, i);
        if (json_object_set_new(object, entry.key, json_string(entry.value)) == 0) continue;
        json_decref(object);
        object = NULL;
    }
    return object;
}

static json_t *bins_json(const cairn_report_scores *s) {
    json_t *list = json_array();
    for (int i = 0; i < CAIRN_REPORT_BINS; i++) {
        const cairn_report_bin *b = &s->bins[i];
        list =
            json_append(list, json_pack("{s:f, s:f, s:I, s:I, s:o, s:o}", "low", b->low, "high", b->high, "candidates",
                                        (json_int_t)b->candidates, "problems", (json_int_t)b->problems, "mean_score",
                                        report_number(b->mean_score), "right", interval_json(b->right)));
    }
    return list;
}

static json_t *scores_json(const cairn_report_scores *s) {
    const cairn_auroc *a = &s->auroc;
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:I, s:I, s:o, s:o}", "candidates", (json_int_t)s->candidates,
                     "unjudged", (json_int_t)s->unjudged, "unscored", (json_int_t)s->unscored, "outside",
                     (json_int_t)s->outside, "used", (json_int_t)s->used, "brier", report_number(s->brier),
                     "calibration_error", report_number(s->calibration_error), "chosen", (json_int_t)s->chosen,
                     "chosen_left_out", (json_int_t)s->chosen_left_out, "auroc",
                     interval_json((cairn_interval){a->auroc, a->low, a->high, 0}), "bins", bins_json(s));
}

static json_t *solved_json(const cairn_report_solved *s) {
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "right",
                     (json_int_t)s->right, "wrong", (json_int_t)s->wrong, "unknown", (json_int_t)s->unknown, "unjudged",
                     (json_int_t)s->unjudged, "no_answer", (json_int_t)s->no_answer, "accuracy",
                     interval_json(s->accuracy), "found", (json_int_t)s->found, "steps", report_number(s->steps),
                     "tokens", report_number(s->tokens), "flops", report_number(s->flops), "scorings",
                     report_number(s->scorings), "judge_tokens", report_number(s->judge_tokens), "judge_flops",
                     report_number(s->judge_flops), "scores", scores_json(&s->scores));
}

static json_t *position_json(const cairn_report_position *p) {
    return json_pack("{s:I, s:I, s:I, s:I, s:o}", "wrong_wrong", (json_int_t)p->wrong_wrong, "wrong_right",
                     (json_int_t)p->wrong_right, "right_wrong", (json_int_t)p->right_wrong, "right_right",
                     (json_int_t)p->right_right, "agreement", interval_json(p->agreement));
}

static json_t *positions_json(const cairn_report_labelled *l) {
    json_t *list = json_array();
    for (int32_t i = 0; i < l->positions; i++) list = json_append(list, position_json(&l->at[i]));
    return list;
}

static json_t *labelled_json(const cairn_report_labelled *l) {
    const cairn_step_quality *q = &l->quality;
    cairn_report_position all = {q->wrong_wrong, q->wrong_right, q->right_wrong, q->right_right, l->agreement};
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "solutions",
                     (json_int_t)l->solutions, "dropped", (json_int_t)l->dropped, "steps", (json_int_t)q->n_steps,
                     "unlabelled", (json_int_t)q->n_unlabelled, "untold", (json_int_t)q->n_untold, "untold_solutions",
                     (json_int_t)q->n_untold_solutions, "located", (json_int_t)l->located, "judged_locations",
                     (json_int_t)l->judged, "exact_locations", (json_int_t)l->exact, "all", position_json(&all),
                     "precision", report_number(q->precision), "recall", report_number(q->recall), "positions",
                     positions_json(l));
}

static json_t *run_json(const report_run *run) {
    const cairn_report_run *about = &run->about;
    json_t *object = json_pack("{s:s, s:s, s:s, s:I, s:I, s:b, s:o}", "file", about->path, "name", about->name, "verb",
                               about->verb, "problems", (json_int_t)about->problems, "done", (json_int_t)about->done,
                               "trees", about->trees, "manifest", manifest_json(run->file));
    bool solved = *about->verb == 's';
    json_t *numbers = solved ? solved_json(&about->solved) : labelled_json(&about->labelled);
    if (json_object_set_new(object, solved ? "solved" : "labelled", numbers) == 0) return object;
    json_decref(object);
    return NULL;
}

static json_t *pair_json(const cairn_report_pair *p) {
    return json_pack("{s:i, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "a", (int)p->a, "b", (int)p->b,
                     "shared", (json_int_t)p->shared, "unjudged", (json_int_t)p->unjudged, "only_a",
                     (json_int_t)p->only_a, "only_b", (json_int_t)p->only_b, "both_right", (json_int_t)p->both_right,
                     "a_right", (json_int_t)p->a_right, "b_right", (json_int_t)p->b_right, "both_wrong",
                     (json_int_t)p->both_wrong, "difference", interval_json(p->difference));
}

json_t *report_json(const cairn_report *report) {
    json_t *runs = json_array(), *pairs = json_array();
    for (int32_t i = 0; i < report->n_runs; i++) runs = json_append(runs, run_json(&report->runs[i]));
    for (int32_t i = 0; i < report->n_pairs; i++) pairs = json_append(pairs, pair_json(&report->pairs[i]));
    return json_pack("{s:o, s:o}", "runs", runs, "pairs", pairs);
}

cairn_status cairn_report_json(const cairn_report *report, cairn_ctx *ctx, cairn_text *out) {
    errno = 0;
    json_t *json = report_json(report);
    if (!json) return json_fail_build(ctx, "the report (a path or an entry of a manifest)");
    cairn_status status = json_write(ctx, json, out);
    json_decref(json);
    return status;
}
