/* The solutions of a run's records, as records of a data set. */
#include <math.h>
#include <string.h>

#include "cairn/label_job.h"
#include "data/json.h"
#include "eval/label_tally.h"
#include "eval/record.h"

typedef struct writing {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_writer *writer;
    const cairn_label_balance *balance;
} writing;

static const char *text_of(const json_t *object, const char *name) {
    return json_string_value(json_object_get(object, name));
}

/* What all solutions of a problem share. `number`: of a solution without a name of its own. */
static cairn_status put(const writing *w, const json_t *problem, size_t number, const json_t *solution,
                        cairn_record *record) {
    const char *id = text_of(solution, "id");
    record->id = id ? id : cairn_arena_printf(w->arena, "%s/%zu", text_of(problem, "id"), number);
    record->problem = text_of(problem, "problem");
    record->target = text_of(problem, "target");
    record->answer = text_of(solution, "answer");
    record->correct = verdict_of(json_object_get(solution, "correct"));
    if (!record->id) return cairn_fail(w->ctx, CAIRN_NO_MEMORY, "no memory for an id");
    return cairn_writer_put(w->writer, record);
}

/* ---- label: solutions with labels ------------------------------------------------------------------------------------ */

static cairn_status put_labelled(const writing *w, const json_t *problem, size_t number, const json_t *solution) {
    const json_t *steps = json_object_get(solution, "steps"), *labels = json_object_get(solution, "labels");
    size_t n = json_array_size(steps);
    const char **texts = cairn_arena_alloc(w->arena, n, sizeof *texts);
    const char **seen = cairn_arena_alloc(w->arena, n, sizeof *seen);
    const json_t *observations = json_object_get(solution, "observations");
    double *values = cairn_arena_alloc(w->arena, n, sizeof *values);
    if (!texts || !seen || !values) return cairn_fail(w->ctx, CAIRN_NO_MEMORY, "no memory for %zu steps", n);
    for (size_t i = 0; i < n; i++) {
        const json_t *label = json_array_get(labels, i);
        texts[i] = json_string_value(json_array_get(steps, i));
        seen[i] = json_string_value(json_array_get(observations, i));
        values[i] = json_is_number(label) ? json_number_value(label) : NAN;
        if (!texts[i]) return cairn_fail(w->ctx, CAIRN_FORMAT, "a step is no text");
    }
    cairn_record record = {.steps = texts,
                           .n_steps = (int32_t)n,
                           .observations = observations ? seen : NULL,
                           .labels = values,
                           .first_error = CAIRN_UNLABELLED};
    return put(w, problem, number, solution, &record);
}

/* ---- solve: the candidates of a tree --------------------------------------------------------------------------------- */

static json_int_t parent_of(const json_t *node) {
    const json_t *parent = json_object_get(node, "parent");
    return json_is_integer(parent) ? json_integer_value(parent) : -1;
}

static bool is_step(const json_t *node) {
    return parent_of(node) >= 0 && !json_is_true(json_object_get(node, "end"));
}

/* The steps from the root to the candidate's leaf. A parent stands before its children, so a path ends. */
static cairn_status put_candidate(const writing *w, const json_t *problem, size_t number, const json_t *candidate) {
    const json_t *tree = json_object_get(problem, "tree");
    json_int_t leaf = json_integer_value(json_object_get(candidate, "leaf")), at, parent;
    size_t n = 0;
    for (at = leaf; at >= 0; at = parent) {
        const json_t *node = at < (json_int_t)json_array_size(tree) ? json_array_get(tree, (size_t)at) : NULL;
        parent = parent_of(node);
        if (!node || parent >= at || (is_step(node) && !text_of(node, "text")))
            return cairn_fail(w->ctx, CAIRN_FORMAT, "its tree has no path to candidate %zu", number);
        n += is_step(node);
    }
    const char **texts = cairn_arena_alloc(w->arena, n, sizeof *texts);
    const char **seen = cairn_arena_alloc(w->arena, n, sizeof *seen);
    if (!texts || !seen) return cairn_fail(w->ctx, CAIRN_NO_MEMORY, "no memory for %zu steps", n);
    cairn_record record = {.steps = texts, .n_steps = (int32_t)n, .first_error = CAIRN_UNLABELLED};
    for (at = leaf; at >= 0; at = parent_of(json_array_get(tree, (size_t)at))) {
        const json_t *node = json_array_get(tree, (size_t)at);
        if (!is_step(node)) continue;
        texts[--n] = text_of(node, "text");
        seen[n] = text_of(node, "observation");
        if (seen[n]) record.observations = seen;
    }
    return put(w, problem, number, candidate, &record);
}

/* ---- all records ----------------------------------------------------------------------------------------------------- */

static cairn_status write_problem(const writing *w, const char *id, const json_t *problem) {
    const json_t *labelled = json_object_get(problem, "solutions");
    const json_t *all = labelled ? labelled : json_object_get(problem, "candidates");
    cairn_status status = CAIRN_OK;
    if (!labelled && !json_object_get(problem, "tree"))
        return cairn_fail(
            w->ctx, CAIRN_INVALID,
            "problem `%s`: its record holds no steps: a format of solutions needs a run of `label`, or of "
            "`solve` with --keep-tree",
            id);
    if (!text_of(problem, "problem"))
        return cairn_fail(w->ctx, CAIRN_INVALID, "problem `%s`: its record does not hold the problem's text", id);
    for (size_t i = 0; i < json_array_size(all) && status == CAIRN_OK; i++)
        if (!labelled || !*label_dropped(w->balance, problem, i))
            status = (labelled ? put_labelled : put_candidate)(w, problem, i, json_array_get(all, i));
    return status == CAIRN_OK ? status : cairn_fail_within(w->ctx, status, "problem `%s`", id);
}

static cairn_status write_record(void *arg, int64_t index, const char *id, const char *text, size_t length) {
    (void)index;
    writing *w = arg;
    json_t *record;
    cairn_arena_reset(w->arena);
    CAIRN_TRY(json_parse(w->ctx, text, length, id, &record));
    cairn_status status = write_problem(w, id, record);
    json_decref(record);
    return status;
}

cairn_status label_write_record(cairn_ctx *ctx, const json_t *record, const cairn_label_balance *balance,
                                cairn_writer *writer) {
    const char *id = text_of(record, "id");
    writing w = {.ctx = ctx, .balance = balance, .writer = writer};
    CAIRN_TRY(cairn_arena_open(ctx, 4096, &w.arena));
    cairn_status status = write_problem(&w, id ? id : "?", record);
    cairn_arena_close(w.arena);
    return status;
}

/* Visits the run's records, or those of a job that has none. */
static cairn_status write_all(cairn_ctx *ctx, cairn_job *job, cairn_run *run, const cairn_label_balance *balance,
                              cairn_writer *writer) {
    writing w = {.ctx = ctx, .balance = balance, .writer = writer};
    CAIRN_TRY(cairn_arena_open(ctx, 16384, &w.arena));
    cairn_status status =
        job ? cairn_job_each(job, ctx, run, write_record, &w) : cairn_run_each(run, ctx, write_record, &w);
    if (status == CAIRN_OK) status = cairn_writer_end(writer);
    cairn_arena_close(w.arena);
    return status;
}

cairn_status cairn_label_write(cairn_ctx *ctx, cairn_job *job, cairn_run *run, const cairn_label_balance *balance,
                               cairn_writer *writer) {
    return write_all(ctx, job, run, balance, writer);
}

cairn_status cairn_run_write_solutions(cairn_ctx *ctx, cairn_run *run, cairn_writer *writer) {
    return write_all(ctx, NULL, run, &(const cairn_label_balance){0}, writer);
}
