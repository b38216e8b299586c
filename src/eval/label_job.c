/* A labeller on every problem: records, and how well the labels agree with the world's truth. */
#include <math.h>
#include <string.h>

#include "cairn/label_job.h"
#include "data/json.h"

typedef struct labelling {
    const cairn_labeller_type *type;
    const void *config;
} labelling;

/* ---- one record ----------------------------------------------------------------------------------------------------------- */

static json_t *verdict_json(cairn_verdict verdict) {
    return verdict == CAIRN_VERDICT_UNKNOWN ? json_null() : json_boolean(verdict == CAIRN_VERDICT_RIGHT);
}

static json_t *solution_json(const cairn_labelled *s, const cairn_step_check *truth) {
    json_t *steps = json_array(), *labels = json_array(), *counts = json_array(), *verdicts = json_array();
    for (int32_t i = 0; i < s->n_steps; i++) {
        json_array_append_new(steps, json_string(s->steps[i]));
        json_array_append_new(labels, isnan(s->labels[i]) ? json_null() : json_real(s->labels[i]));
        json_array_append_new(counts, json_pack("[i, i]", (int)s->counts[i].n, (int)s->counts[i].ok));
        json_array_append_new(verdicts, verdict_json(truth[i].verdict));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:i, s:o}", "steps", steps, "labels", labels, "counts", counts, "truth",
                     verdicts, "first_error", (int)s->first_error, "correct", verdict_json(s->outcome.verdict));
}

static cairn_status label_one(cairn_search *search, void *arg, int64_t index, cairn_text *record) {
    (void)index;
    const labelling *l = arg;
    cairn_label_result result = {0};
    CAIRN_TRY(l->type->run(search, l->config, NULL, 0, &result));
    json_t *solutions = json_array();
    for (int32_t i = 0; i < result.n; i++) {
        const cairn_labelled *solution = &result.solutions[i];
        cairn_step_check *truth = cairn_arena_alloc(search->arena, (size_t)solution->n_steps + 1, sizeof *truth);
        cairn_status status = truth ? cairn_world_verify(search->ctx, search->world, search->problem, solution->steps,
                                                         solution->n_steps, search->arena, truth)
                                    : CAIRN_NO_MEMORY;
        if (status != CAIRN_OK) {
            json_decref(solutions);
            return status;
        }
        json_array_append_new(solutions, solution_json(solution, truth));
    }
    json_t *object =
        json_pack("{s:s, s:s, s:o, s:I, s:s}", "id", search->problem->id, "problem", search->problem->text, "solutions",
                  solutions, "rollouts", (json_int_t)result.rollouts, "dropped", result.dropped ? result.dropped : "");
    if (!object) return cairn_fail(search->ctx, CAIRN_NO_MEMORY, "no memory for the record");
    cairn_status status = json_write(search->ctx, object, record);
    json_decref(object);
    return status;
}

/* ---- all records ---------------------------------------------------------------------------------------------------------- */

typedef struct tally {
    cairn_ctx *ctx;
    cairn_label_summary *out;
} tally;

/* First step that the world calls wrong, or CAIRN_NO_ERROR. */
static int32_t first_false(const json_t *truth) {
    for (size_t i = 0; i < json_array_size(truth); i++)
        if (json_is_false(json_array_get(truth, i))) return (int32_t)i;
    return CAIRN_NO_ERROR;
}

static void tally_solution(cairn_label_summary *out, const json_t *solution) {
    const json_t *labels = json_object_get(solution, "labels"), *truth = json_object_get(solution, "truth");
    json_int_t located = json_integer_value(json_object_get(solution, "first_error"));
    out->solutions++;
    if (located >= 0) {
        out->located++;
        out->exact_locations += located == first_false(truth);
    }
    for (size_t i = 0; i < json_array_size(labels); i++) {
        const json_t *label = json_array_get(labels, i), *known = json_array_get(truth, i);
        if (json_is_null(label)) continue;
        bool right = json_number_value(label) > 0;
        out->labelled_steps++;
        out->wrong_steps += !right;
        if (json_is_null(known)) continue;
        out->known_steps++;
        out->agreeing_steps += right == json_is_true(known);
    }
}

static cairn_status tally_record(void *arg, int64_t index, const char *id, const char *text, size_t length) {
    (void)index;
    tally *t = arg;
    json_t *record, *solutions = NULL;
    const char *dropped = "";
    int64_t rollouts = 0;
    CAIRN_TRY(json_parse(t->ctx, text, length, id, &record));
    cairn_status status = json_get_array(t->ctx, record, "solutions", id, &solutions);
    if (status == CAIRN_OK) status = json_get_int(t->ctx, record, "rollouts", id, &rollouts);
    if (status == CAIRN_OK) status = json_get_text(t->ctx, record, "dropped", id, &dropped);
    if (status == CAIRN_OK) {
        t->out->problems++;
        t->out->dropped += *dropped != 0;
        t->out->rollouts += rollouts;
        for (size_t i = 0; i < json_array_size(solutions); i++) tally_solution(t->out, json_array_get(solutions, i));
    }
    json_decref(record);
    return status;
}

cairn_status cairn_label_problems(cairn_ctx *ctx, cairn_job *job, const cairn_label_setup *setup, cairn_run *run,
                                  cairn_label_summary *out) {
    *out = (cairn_label_summary){0};
    if (!cairn_job_policy(job)) return cairn_fail(ctx, CAIRN_INVALID, "labelling by completions needs a policy");
    cairn_arena *arena;
    CAIRN_TRY(cairn_arena_open(ctx, 4096, &arena));
    labelling l;
    double start = cairn_seconds();
    cairn_status status = cairn_labeller_find(ctx, arena, setup->method, &l.type, &l.config);
    if (status == CAIRN_OK) status = cairn_job_run(job, ctx, run, label_one, &l);
    if (status == CAIRN_OK) {
        tally t = {.ctx = ctx, .out = out};
        status = cairn_job_each(job, ctx, run, tally_record, &t);
        out->seconds = cairn_seconds() - start;
    }
    cairn_arena_close(arena);
    return status;
}

/* ---- stepwise output --------------------------------------------------------------------------------------------------------- */

typedef struct writing {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_out *out;
    bool soft;
} writing;

static cairn_status write_solution(const writing *w, const char *id, const char *problem, size_t number,
                                   const json_t *solution) {
    const json_t *steps = json_object_get(solution, "steps"), *labels = json_object_get(solution, "labels");
    size_t n = json_array_size(steps);
    const char **texts = cairn_arena_alloc(w->arena, n + 1, sizeof *texts);
    double *values = cairn_arena_alloc(w->arena, n + 1, sizeof *values);
    char *name = cairn_arena_printf(w->arena, "%s/%zu", id, number);
    if (!texts || !values || !name) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const json_t *label = json_array_get(labels, i);
        texts[i] = json_string_value(json_array_get(steps, i));
        values[i] = !json_is_number(label) ? NAN : w->soft ? json_number_value(label) : json_number_value(label) > 0;
    }
    cairn_record record = {.id = name,
                           .problem = problem,
                           .steps = texts,
                           .n_steps = (int32_t)n,
                           .labels = values,
                           .first_error = CAIRN_UNLABELLED,
                           .correct = CAIRN_VERDICT_UNKNOWN};
    return cairn_stepwise_write(w->ctx, w->out, &record, w->soft);
}

static cairn_status write_record(void *arg, int64_t index, const char *id, const char *text, size_t length) {
    (void)index;
    writing *w = arg;
    json_t *record, *solutions = NULL;
    const char *problem = NULL;
    cairn_arena_reset(w->arena);
    CAIRN_TRY(json_parse(w->ctx, text, length, id, &record));
    cairn_status status = json_get_text(w->ctx, record, "problem", id, &problem);
    if (status == CAIRN_OK) status = json_get_array(w->ctx, record, "solutions", id, &solutions);
    for (size_t i = 0; status == CAIRN_OK && i < json_array_size(solutions); i++)
        status = write_solution(w, id, problem, i, json_array_get(solutions, i));
    json_decref(record);
    return status;
}

cairn_status cairn_label_write(cairn_ctx *ctx, cairn_job *job, cairn_run *run, bool soft, cairn_out *out) {
    writing w = {.ctx = ctx, .out = out, .soft = soft};
    CAIRN_TRY(cairn_arena_open(ctx, 16384, &w.arena));
    cairn_status status = cairn_job_each(job, ctx, run, write_record, &w);
    cairn_arena_close(w.arena);
    return status;
}

cairn_status cairn_label_manifest(cairn_ctx *ctx, cairn_job *job, const cairn_label_setup *setup, cairn_arena *arena,
                                  cairn_manifest *out) {
    labelling l;
    CAIRN_TRY(cairn_labeller_find(ctx, arena, setup->method, &l.type, &l.config));
    return cairn_job_manifest(ctx, job, arena, "label", "method", &l.type->about, l.config, false, out);
}
