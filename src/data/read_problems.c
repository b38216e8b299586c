/* Readers of problems with worked solutions: GSM8K, MATH, samples of a model, problems alone. */
#include <string.h>

#include "data/format.h"

/* ---- GSM8K (arXiv 2110.14168): question, answer ------------------------------------------------------------------- */

cairn_status read_gsm8k(const format_row *row, int32_t item, cairn_record *out) {
    const char *answer;
    size_t body;
    cairn_slice value;
    if (item > 0) return CAIRN_END;
    CAIRN_TRY(format_id(row, "id", &out->id));
    CAIRN_TRY(format_text(row, "question", &out->problem));
    CAIRN_TRY(json_get_text(row->ctx, row->object, "answer", row->where, &answer));
    if (!format_divide(answer, "####", &body, &value))
        return json_fail_field(row->ctx, row->where, "answer", "a last line `#### value`",
                               json_object_get(row->object, "answer"));
    CAIRN_TRY(format_steps_of_text(row, CAIRN_SPLIT_LINE, answer, body, out));
    CAIRN_TRY(format_keep(row, answer + value.start, value.length, &out->target));
    out->answer = out->target;
    out->correct = CAIRN_VERDICT_RIGHT; /* the data set's own solution */
    out->first_error = CAIRN_UNLABELLED;
    return CAIRN_OK;
}

/* ---- GSM8K's example solutions: question, ground_truth, per model {is_correct, solution} -------------------------- */

/* The member that holds model `item`, in the order of the row; NULL after the last one. */
static const char *model_at(const json_t *object, int32_t item, json_t **out) {
    json_t *all = (json_t *)(uintptr_t)object;
    for (void *iter = json_object_iter(all); iter; iter = json_object_iter_next(all, iter)) {
        const char *name = json_object_iter_key(iter);
        if (strcmp(name, "question") == 0 || strcmp(name, "ground_truth") == 0) continue;
        *out = json_object_iter_value(iter);
        if (item-- == 0) return name;
    }
    return NULL;
}

static cairn_status model_fields(const format_row *row, const char *name, const json_t *model, bool *correct,
                                 const char **solution) {
    if (!json_is_object(model))
        return json_fail_field(row->ctx, row->where, name, "an object with `is_correct` and `solution`", model);
    cairn_status status = json_get_bool(row->ctx, model, "is_correct", name, correct);
    if (status == CAIRN_OK) status = json_get_text(row->ctx, model, "solution", name, solution);
    return status == CAIRN_OK ? status : cairn_fail_within(row->ctx, status, "%s", row->where);
}

cairn_status read_gsm8k_solutions(const format_row *row, int32_t item, cairn_record *out) {
    const char *truth, *solution, *name;
    size_t body;
    cairn_slice value;
    bool correct;
    json_t *model;
    for (int32_t i = 0; item == 0 && (name = model_at(row->object, i, &model)); i++)
        CAIRN_TRY(model_fields(row, name, model, &correct, &solution));
    name = model_at(row->object, item, &model);
    if (!name) return CAIRN_END;
    CAIRN_TRY(model_fields(row, name, model, &correct, &solution));
    CAIRN_TRY(format_text(row, "question", &out->problem));
    CAIRN_TRY(json_get_text(row->ctx, row->object, "ground_truth", row->where, &truth));
    if (!format_divide(truth, "A:", &body, &value))
        return json_fail_field(row->ctx, row->where, "ground_truth", "a last line `A: value`",
                               json_object_get(row->object, "ground_truth"));
    CAIRN_TRY(format_keep(row, truth + value.start, value.length, &out->target));
    if (format_divide(solution, "A:", &body, &value))
        CAIRN_TRY(format_keep(row, solution + value.start, value.length, &out->answer));
    CAIRN_TRY(format_steps_of_text(row, CAIRN_SPLIT_LINE, solution, body, out));
    CAIRN_TRY(format_keep(row, name, strlen(name), &out->generator));
    out->id = cairn_arena_printf(row->arena, "%lld/%s", (long long)row->number, name);
    if (!out->id) return cairn_fail(row->ctx, CAIRN_NO_MEMORY, "%s: no memory for an id", row->where);
    out->correct = format_verdict_of(correct);
    out->first_error = CAIRN_UNLABELLED;
    return CAIRN_OK;
}

/* ---- what problems are called -------------------------------------------------------------------------------------- */

/* The first of the fields that is there, or NULL. */
static const char *first_of(const format_row *row, const char *const *fields) {
    while (*fields && !format_field(row, *fields)) fields++;
    return *fields;
}

static cairn_status first_word(const format_row *row, const char *const *fields, const char **out) {
    const char *field = first_of(row, fields);
    *out = NULL;
    return field ? format_word_or_null(row, field, out) : CAIRN_OK;
}

/* The problem, its true answer and where it belongs, as files that nobody standardised name them. An answer that ends
 * with GSM8K's "#### value" is that value. */
static cairn_status read_problem(const format_row *row, cairn_record *out) {
    static const char *const ids[] = {"id", "unique_id", "task_id", "uuid", "idx", NULL};
    static const char *const problems[] = {"problem", "question", "prompt", NULL};
    static const char *const targets[] = {"target", "ground_truth", "answer", NULL};
    static const char *const domains[] = {"domain", "subject", "type", NULL};
    static const char *const subsets[] = {"subset", "level", NULL};
    const char *id = first_of(row, ids), *problem = first_of(row, problems);
    size_t body;
    cairn_slice value;
    CAIRN_TRY(format_id(row, id ? id : "id", &out->id));
    CAIRN_TRY(format_text(row, problem ? problem : "problem", &out->problem));
    CAIRN_TRY(first_word(row, targets, &out->target));
    if (out->target && format_divide(out->target, "####", &body, &value))
        CAIRN_TRY(format_keep(row, out->target + value.start, value.length, &out->target));
    CAIRN_TRY(first_word(row, domains, &out->domain));
    CAIRN_TRY(first_word(row, subsets, &out->subset));
    return format_word_or_null(row, "group", &out->group);
}

/* ---- MATH (arXiv 2103.03874): problem, solution, answer, subject or type, level -------------------------------------- */

/* What stands in the last \boxed{...}, or \fbox{...}, that is in no other; one that never closes ends the search. */
static bool find_boxed(const char *text, cairn_slice *out) {
    bool found = false;
    for (const char *at = text; (at = strstr(at, "box")); at += 3) {
        const char *open = strncmp(at, "boxed", 5) == 0 ? at + 5 : at + 3, *end = open;
        bool command = (at > text && at[-1] == '\\') || (at > text + 1 && at[-1] == 'f' && at[-2] == '\\');
        if (!command || *open != '{') continue;
        int64_t depth = 0;
        for (; *end; end++) {
            if (*end == '\\' && end[1])
                end++;
            else if (*end == '{')
                depth++;
            else if (*end == '}' && --depth == 0)
                break;
        }
        if (!*end) break;
        found = true;
        *out = format_trimmed(text, (size_t)(open + 1 - text), (size_t)(end - text));
        at = end - 3; /* before what is next to be looked at */
    }
    return found;
}

cairn_status read_math(const format_row *row, int32_t item, cairn_record *out) {
    const char *solution;
    cairn_slice boxed;
    if (item > 0) return CAIRN_END;
    CAIRN_TRY(read_problem(row, out));
    CAIRN_TRY(json_get_text(row->ctx, row->object, "solution", row->where, &solution));
    CAIRN_TRY(format_steps_of_text(row, CAIRN_SPLIT_AUTO, solution, strlen(solution), out));
    if (!out->target && find_boxed(solution, &boxed))
        CAIRN_TRY(format_keep(row, solution + boxed.start, boxed.length, &out->target));
    out->answer = out->target;
    out->correct = CAIRN_VERDICT_RIGHT; /* the data set's own solution */
    return CAIRN_OK;
}

/* ---- samples: a problem and solutions as texts --------------------------------------------------------------------- */

static const char *const texts[] = {"samples", "completions", "responses", "outputs", "response",
                                    "output",  "completion",  "solution",  NULL};

/* Element `item` of a field that is an array of `n`, or the field itself. */
static cairn_status element_of(const format_row *row, const char *field, size_t n, int32_t item, const json_t **out) {
    const json_t *value = format_field(row, field);
    *out = value;
    if (!json_is_array(value)) return CAIRN_OK;
    char expected[48];
    snprintf(expected, sizeof expected, "an array of %zu", n);
    if (json_array_size(value) != n) return json_fail_field(row->ctx, row->where, field, expected, value);
    *out = json_array_get(value, (size_t)item);
    if (json_is_null(*out)) *out = NULL;
    return CAIRN_OK;
}

/* The outcome that the file states of one sample: `correct` or `is_correct`, one value a row or one a sample. */
static cairn_status sample_outcome(const format_row *row, size_t n, int32_t item, cairn_record *out) {
    static const char *const fields[] = {"correct", "is_correct", NULL};
    const char *field = first_of(row, fields);
    const json_t *value = NULL;
    int64_t whole;
    if (field) CAIRN_TRY(element_of(row, field, n, item, &value));
    if (!value) return CAIRN_OK;
    bool number = !json_is_boolean(value) && json_whole(value, 0, 1, &whole);
    if (!json_is_boolean(value) && !number)
        return json_fail_field(row->ctx, row->where, field, "true, false or null, or an array of them", value);
    out->correct = format_verdict_of(number ? whole == 1 : json_is_true(value));
    return CAIRN_OK;
}

static cairn_status check_texts(const format_row *row, const char *field, const json_t *all) {
    for (size_t i = 0; i < json_array_size(all); i++)
        if (!json_is_string(json_array_get(all, i)))
            return format_fail_element(row, field, i, "a string", json_array_get(all, i));
    if (json_is_array(all) || json_is_string(all)) return CAIRN_OK;
    return json_fail_field(row->ctx, row->where, field, "a string or an array of strings", all);
}

cairn_status read_samples(const format_row *row, int32_t item, cairn_record *out) {
    static const char *const generators[] = {"generator", "model", NULL};
    const char *field = first_of(row, texts);
    const json_t *all = field ? format_field(row, field) : NULL;
    if (!field)
        return json_fail_field(row->ctx, row->where, "samples", "solutions (or `completions`, `response`, ...)", NULL);
    size_t n = json_is_array(all) ? json_array_size(all) : 1;
    if (item == 0) CAIRN_TRY(check_texts(row, field, all));
    for (size_t i = 0; item == 0 && i < n; i++) CAIRN_TRY(sample_outcome(row, n, (int32_t)i, &(cairn_record){0}));
    if ((size_t)item >= n) return CAIRN_END;
    const char *text = json_string_value(json_is_array(all) ? json_array_get(all, (size_t)item) : all);
    CAIRN_TRY(read_problem(row, out));
    if (json_is_array(all)) out->id = cairn_arena_printf(row->arena, "%s/%d", out->id, (int)item + 1);
    if (!out->id) return cairn_fail(row->ctx, CAIRN_NO_MEMORY, "%s: no memory for an id", row->where);
    CAIRN_TRY(first_word(row, generators, &out->generator));
    CAIRN_TRY(sample_outcome(row, n, item, out));
    return format_steps_of_text(row, CAIRN_SPLIT_AUTO, text, strlen(text), out);
}

/* ---- problems ------------------------------------------------------------------------------------------------------ */

cairn_status read_problems(const format_row *row, int32_t item, cairn_record *out) {
    cairn_slice boxed;
    if (item > 0) return CAIRN_END;
    CAIRN_TRY(read_problem(row, out));
    const json_t *solution = format_field(row, "solution");
    if (out->target || !json_is_string(solution)) return CAIRN_OK;
    const char *text = json_string_value(solution);
    if (!find_boxed(text, &boxed)) return CAIRN_OK;
    return format_keep(row, text + boxed.start, boxed.length, &out->target);
}
