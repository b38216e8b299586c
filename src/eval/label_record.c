/* Labelled solutions as records: evidence to JSON and back. */
#include "eval/label_record.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "data/json.h"
#include "eval/record.h"

/* ---- writing ---------------------------------------------------------------------------------------------------------- */

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

/* Numbers, unknown ones as null; NULL when a part is missing. */
static json_t *numbers_json(const double *numbers, int32_t n) {
    json_t *list = json_array();
    for (int32_t i = 0; i < n && list; i++)
        list = json_append(list, isnan(numbers[i]) ? json_null() : json_real(numbers[i]));
    return list;
}

static json_t *counts_json(const cairn_step_count *counts, int32_t n) {
    json_t *list = json_array();
    for (int32_t i = 0; i < n && list; i++) {
        cairn_step_count count = counts ? counts[i] : (cairn_step_count){0};
        list = json_append(list, json_pack("[i, i]", (int)count.n, (int)count.ok));
    }
    return list;
}

static json_t *verdicts_json(const cairn_verdict *verdicts, int32_t n) {
    json_t *list = json_array();
    for (int32_t i = 0; i < n && list; i++) list = json_append(list, verdict_json(verdicts[i]));
    return list;
}

/* "counts" for the completer's, "counts_prover" for another role's. */
static const char *counts_name(int role, char out[32]) {
    snprintf(out, 32, role == CAIRN_ROLE_COMPLETER ? "counts" : "counts_%s", cairn_role_name((cairn_role)role));
    return out;
}

/* What not every labeller gathers. */
static int set_more(json_t *object, const cairn_evidence *e) {
    char name[32];
    int bad = 0;
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++)
        if (e->counts[role] && role != CAIRN_ROLE_COMPLETER)
            bad |= json_object_set_new(object, counts_name(role, name), counts_json(e->counts[role], e->n_steps));
    if (e->judge) bad |= json_object_set_new(object, "judge", numbers_json(e->judge, e->n_steps));
    if (e->values) bad |= json_object_set_new(object, "values", numbers_json(e->values, e->n_steps));
    return bad;
}

/* NULL when any part of it is missing. */
static json_t *solution_json(const cairn_labelled *s, const char *const *observations) {
    const cairn_evidence *e = &s->evidence;
    int32_t n = s->n_steps;
    json_t *object = json_object();
    int bad = !object;
    if (!bad) bad |= json_object_set_new(object, "steps", json_texts(s->steps, n));
    if (!bad) bad |= json_object_set_new(object, "labels", numbers_json(s->labels, n));
    if (!bad) bad |= json_object_set_new(object, "counts", counts_json(e->counts[CAIRN_ROLE_COMPLETER], n));
    if (!bad) bad |= json_object_set_new(object, "truth", verdicts_json(e->tool, n));
    if (!bad) bad |= json_object_set_new(object, "first_error", json_integer(s->first_error));
    if (!bad) bad |= json_object_set_new(object, "correct", verdict_json(s->outcome.verdict));
    if (!bad && s->prefix) bad |= json_object_set_new(object, "prefix", json_true());
    const char *answer = answer_of(s);
    if (!bad) bad |= json_object_set_new(object, "answer", answer ? json_string(answer) : json_null());
    if (!bad && answer && s->outcome.answer_rule)
        bad |= json_object_set_new(object, "answer_rule", json_string(s->outcome.answer_rule));
    if (!bad) bad |= set_more(object, e);
    if (!bad && s->given) bad |= set_given(object, s->given);
    if (!bad) return json_add_observations(object, observations, n);
    json_decref(object);
    return NULL;
}

/* What the world answered to the steps of a solution; NULL: nothing, or its leaf is not in the tree with these steps.
 */
static cairn_status observations_of(cairn_workspace *workspace, const cairn_labelled *s,
                                    const char *const **observations) {
    const char *const *steps;
    int32_t n;
    *observations = NULL;
    if (s->leaf >= workspace->tree->count) return CAIRN_OK;
    CAIRN_TRY(cairn_tree_steps(workspace->ctx, workspace->tree, s->leaf, workspace->arena, &steps, &n));
    if (n != s->n_steps) return CAIRN_OK;
    return cairn_tree_observations(workspace->ctx, workspace->tree, s->leaf, workspace->arena, observations);
}

/* Completes the evidence of one solution by what needs no completions. */
static cairn_status gather(cairn_workspace *workspace, cairn_labelled *s) {
    cairn_evidence *e = &s->evidence;
    e->n_steps = s->n_steps;
    e->outcome = s->outcome.verdict;
    if (!e->tool) CAIRN_TRY(cairn_label_verify(workspace, s, &e->tool));
    if (!e->judge && workspace->cast[CAIRN_ROLE_JUDGE].reward) CAIRN_TRY(cairn_label_judge(workspace, s, &e->judge));
    return CAIRN_OK;
}

static cairn_status add_solutions(cairn_workspace *workspace, cairn_label_result *result, json_t *solutions) {
    for (int32_t i = 0; i < result->n; i++) {
        CAIRN_TRY(gather(workspace, &result->solutions[i]));
        const char *const *observations;
        CAIRN_TRY(observations_of(workspace, &result->solutions[i], &observations));
        errno = 0;
        if (json_array_append_new(solutions, solution_json(&result->solutions[i], observations)) != 0)
            return json_fail_build(workspace->ctx, "the record");
    }
    return CAIRN_OK;
}

cairn_status label_record_make(cairn_workspace *workspace, cairn_label_result *result, bool keep_root, json_t **out) {
    const cairn_root_count *root = &result->root;
    char key[20];
    json_t *solutions = json_array();
    cairn_status status = solutions ? CAIRN_OK : cairn_fail(workspace->ctx, CAIRN_NO_MEMORY, "the record: no memory");
    if (status == CAIRN_OK) status = add_solutions(workspace, result, solutions);
    if (status != CAIRN_OK) {
        json_decref(solutions);
        return status;
    }
    problem_key(workspace->problem, key);
    errno = 0;
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:s, s:o}", "id", workspace->problem->id, "problem_key", key,
                  "problem", workspace->problem->text, "solutions", solutions, "rollouts", (json_int_t)result->rollouts,
                  "unknown", (json_int_t)result->unknown, "dropped", result->dropped, "cost", cost_json(workspace));
    int bad = !object;
    if (!bad && workspace->problem->answer)
        bad |= json_object_set_new(object, "target", json_string(workspace->problem->answer));
    if (!bad && keep_root)
        bad |= json_object_set_new(object, "root",
                                   json_pack("[i, i, i]", (int)root->n, (int)root->ok, (int)root->unknown));
    *out = object;
    if (!bad) return CAIRN_OK;
    status = json_fail_build(workspace->ctx, "the record");
    json_decref(object);
    return status;
}

/* ---- reading ---------------------------------------------------------------------------------------------------------- */

const char *label_record_dropped(const json_t *solution) {
    const char *word = json_string_value(json_object_get(solution, "dropped"));
    return word ? word : "";
}

cairn_root_count label_record_root(const json_t *record, bool all_samples) {
    const json_t *root = json_object_get(record, "root"), *solutions = json_object_get(record, "solutions");
    cairn_root_count out = {0};
    if (root) {
        out.n = (int32_t)json_integer_value(json_array_get(root, 0));
        out.ok = (int32_t)json_integer_value(json_array_get(root, 1));
        out.unknown = (int32_t)json_integer_value(json_array_get(root, 2));
        return out;
    }
    for (size_t i = 0; all_samples && i < json_array_size(solutions); i++) {
        const json_t *solution = json_array_get(solutions, i), *correct = json_object_get(solution, "correct");
        if (json_object_get(solution, "id")) return (cairn_root_count){0}; /* given */
        out.n += json_is_boolean(correct);
        out.ok += json_is_true(correct);
        out.unknown += !json_is_boolean(correct);
    }
    return out;
}

static double number_at(const json_t *array, int32_t i) {
    const json_t *value = json_array_get(array, (size_t)i);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static cairn_status read_numbers(cairn_arena *arena, const json_t *array, int32_t n, const double **out) {
    if (!array) return CAIRN_OK;
    double *numbers = cairn_arena_alloc(arena, (size_t)n + 1, sizeof *numbers);
    if (!numbers) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) numbers[i] = number_at(array, i);
    *out = numbers;
    return CAIRN_OK;
}

/* Counts are whole numbers with 0 <= ok <= n. */
static cairn_status read_counts(cairn_ctx *ctx, cairn_arena *arena, const json_t *array, int32_t n,
                                const cairn_step_count **out) {
    if (!array) return CAIRN_OK;
    cairn_step_count *counts = cairn_arena_alloc(arena, (size_t)n + 1, sizeof *counts);
    if (!counts) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        const json_t *pair = json_array_get(array, (size_t)i);
        int64_t made, right;
        if (!json_whole(json_array_get(pair, 0), 0, INT32_MAX, &made) ||
            !json_whole(json_array_get(pair, 1), 0, made, &right))
            return json_fail_value(ctx, "field `counts`", "[completions, right ones] of each step", pair);
        counts[i] = (cairn_step_count){.node = CAIRN_NONE, .n = (int32_t)made, .ok = (int32_t)right};
    }
    *out = counts;
    return CAIRN_OK;
}

static cairn_status read_evidence(cairn_ctx *ctx, cairn_arena *arena, const json_t *solution, cairn_root_count root,
                                  cairn_evidence *e) {
    int32_t n = (int32_t)json_array_size(json_object_get(solution, "steps"));
    const json_t *truth = json_object_get(solution, "truth");
    char name[32];
    *e = (cairn_evidence){.n_steps = n, .root = root, .outcome = verdict_of(json_object_get(solution, "correct"))};
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++)
        CAIRN_TRY(read_counts(ctx, arena, json_object_get(solution, counts_name(role, name)), n, &e->counts[role]));
    CAIRN_TRY(read_numbers(arena, json_object_get(solution, "judge"), n, &e->judge));
    CAIRN_TRY(read_numbers(arena, json_object_get(solution, "values"), n, &e->values));
    if (!truth) return CAIRN_OK;
    cairn_verdict *verdicts = cairn_arena_alloc(arena, (size_t)n + 1, sizeof *verdicts);
    if (!verdicts) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) verdicts[i] = verdict_of(json_array_get(truth, (size_t)i));
    e->tool = verdicts;
    return CAIRN_OK;
}

static cairn_status set_labels(cairn_ctx *ctx, json_t *solution, const double *labels, int32_t n,
                               const cairn_keep *keep) {
    errno = 0;
    int bad = json_object_set_new(solution, "labels", numbers_json(labels, n));
    if (!bad) bad |= json_object_set_new(solution, "first_error", json_integer(keep->first_error));
    json_object_del(solution, "dropped");
    if (!bad && *keep->dropped) bad |= json_object_set_new(solution, "dropped", json_string(keep->dropped));
    return bad ? json_fail_build(ctx, "the record") : CAIRN_OK;
}

static cairn_status apply_to(cairn_ctx *ctx, cairn_arena *arena, const label_rule *rule, cairn_root_count root,
                             json_t *solution) {
    cairn_evidence e;
    cairn_keep keep;
    CAIRN_TRY(read_evidence(ctx, arena, solution, root, &e));
    double *labels = cairn_arena_alloc(arena, (size_t)e.n_steps + 1, sizeof *labels);
    if (!labels) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_rule_apply(ctx, rule->type, rule->config, &e, labels, &keep));
    return set_labels(ctx, solution, labels, e.n_steps, &keep);
}

cairn_status label_record_apply(cairn_ctx *ctx, cairn_arena *arena, const label_rule *rule, bool all_samples,
                                const char *id, json_t *record) {
    json_t *solutions;
    cairn_root_count root = label_record_root(record, all_samples);
    if (!rule->type) return CAIRN_OK;
    CAIRN_TRY(json_get_array(ctx, record, "solutions", id, &solutions));
    for (size_t i = 0; i < json_array_size(solutions); i++) {
        cairn_arena_mark mark = cairn_arena_save(arena);
        cairn_status status = apply_to(ctx, arena, rule, root, json_array_get(solutions, i));
        cairn_arena_restore(arena, mark);
        if (status != CAIRN_OK) return cairn_fail_within(ctx, status, "problem `%s`, solution %zu", id, i + 1);
    }
    return CAIRN_OK;
}
