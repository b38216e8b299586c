/* A labeller on every problem: records, and how well the labels agree with the world's truth. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "cairn/label_job.h"
#include "data/json.h"
#include "eval/record.h"

typedef struct labelling {
    const cairn_labeller_type *type;
    const void *config;
    const cairn_solutions *solutions; /* or NULL */
} labelling;

static cairn_status find_labeller(cairn_ctx *ctx, const cairn_job *job, cairn_arena *arena,
                                  const cairn_label_setup *setup, labelling *out) {
    CAIRN_TRY(cairn_labeller_find(ctx, arena, setup->method, &out->type, &out->config));
    const char *what = cairn_arena_printf(arena, "labeller %s", out->type->about.name);
    return what ? cairn_job_check_cast(ctx, job, what, out->type->uses) : CAIRN_NO_MEMORY;
}

/* ---- one record ---------------------------------------------------------------------------------------------------- */

/* The answer, as it was given where it was; NULL where none could be read. */
static const char *answer_of(const cairn_labelled *s) {
    return s->outcome.answer && s->given && s->given->answer ? s->given->answer : s->outcome.answer;
}

/* What a given solution brought with it, besides its answer. */
static int set_given(json_t *object, const cairn_record *given) {
    const char *const fields[][2] = {{"id", given->id},
                                     {"generator", given->generator},
                                     {"group", given->group},
                                     {"subset", given->subset},
                                     {"domain", given->domain}};
    int bad = 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i][1]) bad |= json_object_set_new(object, fields[i][0], json_string(fields[i][1]));
    return bad;
}

/* NULL when any part of it is missing. */
static json_t *solution_json(const cairn_labelled *s, const char *const *observations, const cairn_step_check *truth) {
    json_t *steps = json_array(), *labels = json_array(), *counts = json_array(), *verdicts = json_array();
    int bad = !steps || !labels || !counts || !verdicts;
    for (int32_t i = 0; i < s->n_steps && !bad; i++) {
        bad |= json_array_append_new(steps, json_string(s->steps[i]));
        bad |= json_array_append_new(labels, isnan(s->labels[i]) ? json_null() : json_real(s->labels[i]));
        bad |= json_array_append_new(counts, json_pack("[i, i]", (int)s->counts[i].n, (int)s->counts[i].ok));
        bad |= json_array_append_new(verdicts, verdict_json(truth[i].verdict));
    }
    if (bad) {
        json_decref(steps);
        json_decref(labels);
        json_decref(counts);
        json_decref(verdicts);
        return NULL;
    }
    json_t *object = json_pack("{s:o, s:o, s:o, s:o, s:i, s:s?, s:o}", "steps", steps, "labels", labels, "counts",
                               counts, "truth", verdicts, "first_error", (int)s->first_error, "answer", answer_of(s),
                               "correct", verdict_json(s->outcome.verdict));
    if (object && s->given) bad |= set_given(object, s->given);
    if (!bad) return json_add_observations(object, observations, s->n_steps);
    json_decref(object);
    return NULL;
}

/* What the world answered to the solution's steps; NULL: nothing. */
static cairn_status observations_of(cairn_workspace *workspace, const cairn_labelled *s,
                                    const char *const **observations) {
    const char *const *steps;
    int32_t n;
    CAIRN_TRY(cairn_tree_steps(workspace->ctx, workspace->tree, s->leaf, workspace->arena, &steps, &n));
    *observations = NULL;
    if (n != s->n_steps) return CAIRN_OK;
    return cairn_tree_observations(workspace->ctx, workspace->tree, s->leaf, workspace->arena, observations);
}

/* Appends one labelled solution with the world's verdict on its steps. */
static cairn_status add_solution(cairn_workspace *workspace, const cairn_labelled *solution, json_t *solutions) {
    cairn_step_check *truth = cairn_arena_alloc(workspace->arena, (size_t)solution->n_steps + 1, sizeof *truth);
    if (!truth) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_world_verify(workspace->ctx, workspace->world, workspace->problem, solution->steps,
                                 solution->n_steps, workspace->arena, truth));
    const char *const *observations;
    CAIRN_TRY(observations_of(workspace, solution, &observations));
    errno = 0;
    if (json_array_append_new(solutions, solution_json(solution, observations, truth)) == 0) return CAIRN_OK;
    return json_fail_build(workspace->ctx, "the record");
}

/* Takes over `solutions`. */
static cairn_status write_object(cairn_workspace *workspace, const cairn_label_result *result, json_t *solutions,
                                 cairn_text *record) {
    char key[20];
    problem_key(workspace->problem, key);
    errno = 0;
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:s, s:o}", "id", workspace->problem->id, "problem_key", key,
                  "problem", workspace->problem->text, "solutions", solutions, "rollouts", (json_int_t)result->rollouts,
                  "unknown", (json_int_t)result->unknown, "dropped", result->dropped, "cost", cost_json(workspace));
    if (object && workspace->problem->answer &&
        json_object_set_new(object, "target", json_string(workspace->problem->answer)) != 0) {
        json_decref(object);
        object = NULL;
    }
    if (!object) return json_fail_build(workspace->ctx, "the record");
    cairn_status status = json_write(workspace->ctx, object, record);
    json_decref(object);
    return status;
}

static cairn_status write_result(cairn_workspace *workspace, const cairn_label_result *result, cairn_text *record) {
    json_t *solutions = json_array();
    cairn_status status = solutions ? CAIRN_OK : cairn_fail(workspace->ctx, CAIRN_NO_MEMORY, "the record: no memory");
    for (int32_t i = 0; i < result->n && status == CAIRN_OK; i++)
        status = add_solution(workspace, &result->solutions[i], solutions);
    if (status == CAIRN_OK) return write_object(workspace, result, solutions, record);
    json_decref(solutions);
    return status;
}

static cairn_status label_one(cairn_workspace *workspace, void *arg, int64_t index, cairn_text *record) {
    const labelling *l = arg;
    cairn_label_result result = {.dropped = ""};
    const cairn_record *given = NULL;
    int32_t n = 0;
    if (l->solutions) given = cairn_solutions_of(l->solutions, index, &n);
    if (n || !l->solutions) CAIRN_TRY(l->type->run(workspace, l->config, given, n, &result));
    return write_result(workspace, &result, record);
}

/* ---- all records ---------------------------------------------------------------------------------------------------------- */

/* A share whose cases come from problems. */
typedef struct shares {
    double *hits, *items; /* [n] of each problem; of cairn_alloc */
    size_t n, hits_capacity, items_capacity;
} shares;

static cairn_status note_share(cairn_ctx *ctx, shares *s, int64_t hits, int64_t items) {
    CAIRN_TRY(cairn_grow(ctx, (void **)&s->hits, &s->hits_capacity, s->n + 1, sizeof *s->hits));
    CAIRN_TRY(cairn_grow(ctx, (void **)&s->items, &s->items_capacity, s->n + 1, sizeof *s->items));
    s->hits[s->n] = (double)hits;
    s->items[s->n++] = (double)items;
    return CAIRN_OK;
}

typedef struct tally {
    cairn_ctx *ctx;
    cairn_job *job;
    cairn_arena *arena; /* of the problem at hand */
    cairn_label_summary *out;
    cairn_outcome_groups outcomes;
    shares exact, agreement, negative;
    double right_from;
    spent cost;
} tally;

/* First step that the world calls wrong, or CAIRN_NO_ERROR; CAIRN_UNLABELLED where it does not know a step before. */
static int32_t true_first_error(const json_t *truth) {
    for (size_t i = 0; i < json_array_size(truth); i++) {
        const json_t *verdict = json_array_get(truth, i);
        if (!json_is_boolean(verdict)) return CAIRN_UNLABELLED;
        if (json_is_false(verdict)) return (int32_t)i;
    }
    return CAIRN_NO_ERROR;
}

static void tally_solution(cairn_label_summary *out, double right_from, const json_t *solution) {
    const json_t *labels = json_object_get(solution, "labels"), *truth = json_object_get(solution, "truth");
    json_int_t located = json_integer_value(json_object_get(solution, "first_error"));
    out->solutions++;
    if (located >= 0) {
        int32_t first = true_first_error(truth);
        out->located++;
        out->judged += first != CAIRN_UNLABELLED;
        out->exact_locations += located == first;
    }
    for (size_t i = 0; i < json_array_size(labels); i++) {
        const json_t *label = json_array_get(labels, i), *known = json_array_get(truth, i);
        if (json_is_null(label)) continue;
        bool right = cairn_label_is_right(json_number_value(label), right_from);
        out->labelled_steps++;
        out->wrong_steps += !right;
        if (json_is_null(known)) continue;
        out->known_steps++;
        out->agreeing_steps += right == json_is_true(known);
    }
}

static cairn_status tally_outcomes(tally *t, int64_t index, const json_t *solutions) {
    cairn_outcomes outcomes = {0};
    cairn_problem problem;
    cairn_arena_reset(t->arena);
    CAIRN_TRY(cairn_job_problem(t->job, t->ctx, index, t->arena, &problem));
    for (size_t i = 0; i < json_array_size(solutions); i++) {
        const json_t *solution = json_array_get(solutions, i);
        cairn_outcomes_add(&outcomes, verdict_of(json_object_get(solution, "correct")),
                           json_is_string(json_object_get(solution, "answer")), problem.answer != NULL, 1);
    }
    return cairn_outcome_groups_add(t->ctx, &t->outcomes, &outcomes);
}

/* Counts the solutions of one problem, which are alike. */
static cairn_status tally_solutions(tally *t, const json_t *solutions) {
    cairn_label_summary *out = t->out, before = *out;
    for (size_t i = 0; i < json_array_size(solutions); i++)
        tally_solution(out, t->right_from, json_array_get(solutions, i));
    CAIRN_TRY(
        note_share(t->ctx, &t->exact, out->exact_locations - before.exact_locations, out->judged - before.judged));
    CAIRN_TRY(note_share(t->ctx, &t->agreement, out->agreeing_steps - before.agreeing_steps,
                         out->known_steps - before.known_steps));
    return note_share(t->ctx, &t->negative, out->wrong_steps - before.wrong_steps,
                      out->labelled_steps - before.labelled_steps);
}

static cairn_status measure_shares(cairn_ctx *ctx, const tally *t, uint64_t seed, cairn_label_summary *out) {
    cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET;
    how.seed = seed;
    CAIRN_TRY(cairn_outcome_groups_share(ctx, &t->outcomes, seed, &out->accuracy));
    CAIRN_TRY(cairn_stat_grouped_share(ctx, t->exact.hits, t->exact.items, t->exact.n, &how, &out->exact));
    CAIRN_TRY(
        cairn_stat_grouped_share(ctx, t->agreement.hits, t->agreement.items, t->agreement.n, &how, &out->agreement));
    return cairn_stat_grouped_share(ctx, t->negative.hits, t->negative.items, t->negative.n, &how, &out->negative);
}

static void free_shares(tally *t) {
    shares *const all[] = {&t->exact, &t->agreement, &t->negative};
    for (int i = 0; i < 3; i++) {
        cairn_free(all[i]->hits);
        cairn_free(all[i]->items);
    }
    cairn_outcome_groups_free(&t->outcomes);
}

static cairn_status tally_record(void *arg, int64_t index, const char *id, const char *text, size_t length) {
    tally *t = arg;
    json_t *record, *solutions = NULL;
    const char *dropped = "";
    int64_t rollouts = 0, unknown = 0;
    CAIRN_TRY(json_parse(t->ctx, text, length, id, &record));
    cairn_status status = json_get_array(t->ctx, record, "solutions", id, &solutions);
    if (status == CAIRN_OK) status = json_get_int(t->ctx, record, "rollouts", id, &rollouts);
    if (status == CAIRN_OK) status = json_get_int(t->ctx, record, "unknown", id, &unknown);
    if (status == CAIRN_OK) status = json_get_text(t->ctx, record, "dropped", id, &dropped);
    if (status == CAIRN_OK) status = cost_add(t->ctx, record, id, &t->cost);
    if (status == CAIRN_OK) status = tally_outcomes(t, index, solutions);
    if (status == CAIRN_OK) {
        t->out->problems++;
        t->out->dropped += *dropped != 0;
        t->out->rollouts += rollouts;
        t->out->unknown += unknown;
        status = tally_solutions(t, solutions);
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
    labelling l = {.solutions = setup->solutions};
    double start = cairn_seconds();
    cairn_status status = find_labeller(ctx, job, arena, setup, &l);
    if (status == CAIRN_OK) status = cairn_job_run(job, ctx, run, label_one, &l);
    if (status == CAIRN_OK) {
        tally t = {.ctx = ctx, .job = job, .arena = arena, .out = out, .right_from = setup->right_from};
        status = cairn_job_each(job, ctx, run, tally_record, &t);
        out->outcomes = t.outcomes.all;
        if (status == CAIRN_OK) status = measure_shares(ctx, &t, cairn_job_setup_of(job)->seed, out);
        free_shares(&t);
        out->steps = t.cost.steps;
        out->tokens = t.cost.tokens;
        out->flops = t.cost.flops;
        out->seconds = cairn_seconds() - start;
    }
    cairn_arena_close(arena);
    return status;
}

cairn_status cairn_label_plan(cairn_ctx *ctx, cairn_job *job, const cairn_label_setup *setup, bool kept,
                              cairn_memory_plan *out) {
    if (!cairn_job_policy(job)) return cairn_fail(ctx, CAIRN_INVALID, "labelling by completions needs a policy");
    cairn_arena *arena;
    CAIRN_TRY(cairn_arena_open(ctx, 4096, &arena));
    labelling l = {.solutions = setup->solutions};
    cairn_status status = find_labeller(ctx, job, arena, setup, &l);
    if (status == CAIRN_OK) status = cairn_job_plan(job, ctx, kept, label_one, &l, out);
    cairn_arena_close(arena);
    return status;
}

/* ---- manifest ------------------------------------------------------------------------------------------------------ */

cairn_status cairn_label_manifest(cairn_ctx *ctx, cairn_job *job, const cairn_label_setup *setup, cairn_arena *arena,
                                  cairn_manifest *out) {
    labelling l;
    const cairn_solutions *s = setup->solutions;
    CAIRN_TRY(find_labeller(ctx, job, arena, setup, &l));
    CAIRN_TRY(cairn_job_manifest(ctx, job, arena, "label", "method", &l.type->about, l.config, false, out));
    size_t n = (size_t)out->count;
    cairn_manifest_entry *entries = cairn_arena_alloc(arena, n + 3, sizeof *entries);
    const char *key = cairn_arena_printf(arena, "%016llx", s ? (unsigned long long)cairn_solutions_content(s) : 0);
    if (!entries || !key) return CAIRN_NO_MEMORY;
    memcpy(entries, out->entries, n * sizeof *entries);
    entries[n] = (cairn_manifest_entry){"solutions_file", s ? cairn_solutions_path(s) : ""};
    entries[n + 1] = (cairn_manifest_entry){"solutions_key", key};
    entries[n + 2] = (cairn_manifest_entry){"solutions_split", cairn_split_name(s ? cairn_solutions_split(s) : 0)};
    out->entries = entries;
    out->count += 3;
    return CAIRN_OK;
}
