/* The numbers of a run of `label`: labels against what the world says of the steps. */
#include <math.h>
#include <string.h>

#include "cairn/data.h"
#include "data/json.h"
#include "eval/report.h"

typedef struct reading {
    cairn_ctx *ctx;
    cairn_arena *arena;
    report_run *run;
    size_t room_solutions, room_problem_of, n_solutions, n_problems;
    cairn_labelled_solution *solutions;
    size_t *problem_of; /* [n_solutions] index in order of the records */
} reading;

/* ---- records ------------------------------------------------------------------------------------------------------- */

static cairn_status read_steps(reading *r, const json_t *labels, const json_t *truth, const char *where, int32_t n,
                               cairn_labelled_solution *out) {
    double *values = cairn_arena_alloc(r->arena, (size_t)n, sizeof *values);
    cairn_verdict *verdicts = cairn_arena_alloc(r->arena, (size_t)n, sizeof *verdicts);
    if (!values || !verdicts) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        const json_t *label = json_array_get(labels, (size_t)i), *verdict = json_array_get(truth, (size_t)i);
        if (!json_is_number(label) && !json_is_null(label))
            return json_fail_field(r->ctx, where, "labels", "numbers and nulls", label);
        if (!json_is_boolean(verdict) && !json_is_null(verdict))
            return json_fail_field(r->ctx, where, "truth", "as many of true, false and null as labels", verdict);
        values[i] = json_is_null(label) ? NAN : json_number_value(label);
        verdicts[i] = json_is_null(verdict)   ? CAIRN_VERDICT_UNKNOWN
                      : json_is_true(verdict) ? CAIRN_VERDICT_RIGHT
                                              : CAIRN_VERDICT_WRONG;
    }
    *out = (cairn_labelled_solution){values, verdicts, n};
    return CAIRN_OK;
}

/* First step that the world calls wrong, or CAIRN_NO_ERROR; CAIRN_UNLABELLED where it does not know a step before. */
static int32_t true_first_error(const cairn_labelled_solution *s) {
    for (int32_t t = 0; t < s->n_steps; t++) {
        if (s->truth[t] == CAIRN_VERDICT_UNKNOWN) return CAIRN_UNLABELLED;
        if (s->truth[t] == CAIRN_VERDICT_WRONG) return t;
    }
    return CAIRN_NO_ERROR;
}

static void count_location(cairn_report_labelled *labelled, const cairn_labelled_solution *s, int64_t named) {
    int32_t first = true_first_error(s);
    if (named < 0) return;
    labelled->located++;
    labelled->judged += first != CAIRN_UNLABELLED;
    labelled->exact += named == first;
}

static cairn_status add_solution(reading *r, const json_t *object, const char *where) {
    json_t *labels, *truth;
    int64_t named;
    cairn_labelled_solution solution;
    CAIRN_TRY(json_get_array(r->ctx, object, "labels", where, &labels));
    CAIRN_TRY(json_get_array(r->ctx, object, "truth", where, &truth));
    CAIRN_TRY(json_get_int(r->ctx, object, "first_error", where, &named));
    if (json_array_size(labels) > INT32_MAX) return cairn_fail(r->ctx, CAIRN_LIMIT, "%s: too many steps", where);
    CAIRN_TRY(read_steps(r, labels, truth, where, (int32_t)json_array_size(labels), &solution));
    count_location(&r->run->about.labelled, &solution, named);
    size_t n = r->n_solutions;
    CAIRN_TRY(cairn_grow(r->ctx, (void **)&r->solutions, &r->room_solutions, n + 1, sizeof *r->solutions));
    CAIRN_TRY(cairn_grow(r->ctx, (void **)&r->problem_of, &r->room_problem_of, n + 1, sizeof *r->problem_of));
    r->solutions[n] = solution;
    r->problem_of[n] = r->n_problems;
    r->n_solutions++;
    return CAIRN_OK;
}

static cairn_status add_problem(reading *r, const json_t *record, const char *where) {
    json_t *solutions;
    const char *dropped;
    CAIRN_TRY(json_get_array(r->ctx, record, "solutions", where, &solutions));
    CAIRN_TRY(json_get_text(r->ctx, record, "dropped", where, &dropped));
    for (size_t i = 0; i < json_array_size(solutions); i++)
        CAIRN_TRY(add_solution(r, json_array_get(solutions, i), where));
    r->run->about.labelled.dropped += *dropped != 0;
    r->n_problems++;
    return CAIRN_OK;
}

static cairn_status read_record(void *arg, int64_t index, const char *id, const char *text, size_t length) {
    (void)index;
    reading *r = arg;
    char where[512];
    json_t *record;
    snprintf(where, sizeof where, "%s: record `%s`", r->run->about.path, id);
    CAIRN_TRY(json_parse(r->ctx, text, length, where, &record));
    cairn_status status = add_problem(r, record, where);
    json_decref(record);
    return status;
}

/* ---- numbers ------------------------------------------------------------------------------------------------------- */

static int position_of(int32_t step) {
    return step < CAIRN_REPORT_POSITIONS ? step : CAIRN_REPORT_POSITIONS - 1;
}

/* Steps at one position (all: -1) whose label and truth are known; hits and items [n_problems]. */
static cairn_status compare_at(reading *r, int position, double *hits, double *items, cairn_report_position *out) {
    *out = (cairn_report_position){.agreement = {NAN, NAN, NAN, 0}};
    memset(hits, 0, r->n_problems * sizeof *hits);
    memset(items, 0, r->n_problems * sizeof *items);
    for (size_t i = 0; i < r->n_solutions; i++) {
        const cairn_labelled_solution *s = &r->solutions[i];
        for (int32_t t = 0; t < s->n_steps; t++) {
            if (position >= 0 && position_of(t) != position) continue;
            if (isnan(s->labels[t]) || s->truth[t] == CAIRN_VERDICT_UNKNOWN) continue;
            bool label = s->labels[t] > 0, truth = s->truth[t] == CAIRN_VERDICT_RIGHT;
            *(truth   ? label ? &out->right_right : &out->right_wrong
              : label ? &out->wrong_right
                      : &out->wrong_wrong) += 1;
            hits[r->problem_of[i]] += label == truth;
            items[r->problem_of[i]]++;
        }
    }
    if (out->right_right + out->right_wrong + out->wrong_right + out->wrong_wrong == 0) return CAIRN_OK;
    return cairn_stat_cluster_share(r->ctx, hits, items, r->n_problems, REPORT_LEVEL, &out->agreement);
}

static cairn_status finish(reading *r) {
    cairn_report_labelled *labelled = &r->run->about.labelled;
    cairn_report_position all;
    double *room = cairn_arena_alloc(r->arena, 2 * r->n_problems, sizeof *room);
    if (!room) return CAIRN_NO_MEMORY;
    labelled->solutions = (int64_t)r->n_solutions;
    CAIRN_TRY(cairn_eval_step_quality(r->ctx, r->solutions, r->n_solutions, 0, &labelled->quality));
    CAIRN_TRY(compare_at(r, -1, room, room + r->n_problems, &all));
    labelled->agreement = all.agreement;
    for (size_t i = 0; i < r->n_solutions; i++) {
        int32_t n = r->solutions[i].n_steps;
        if (n > labelled->positions) labelled->positions = n < CAIRN_REPORT_POSITIONS ? n : CAIRN_REPORT_POSITIONS;
    }
    for (int32_t p = 0; p < labelled->positions; p++)
        CAIRN_TRY(compare_at(r, (int)p, room, room + r->n_problems, &labelled->at[p]));
    return CAIRN_OK;
}

cairn_status report_read_labelled(cairn_ctx *ctx, cairn_arena *arena, report_run *run) {
    reading r = {.ctx = ctx, .arena = arena, .run = run};
    cairn_status status = cairn_run_each(run->file, ctx, read_record, &r);
    if (status == CAIRN_OK) status = finish(&r);
    cairn_free(r.solutions);
    cairn_free(r.problem_of);
    return status;
}
