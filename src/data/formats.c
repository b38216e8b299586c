/* The published formats, one reader each (docs/formats.md). */
#include <string.h>

#include "data/format.h"

/* ---- fields ---------------------------------------------------------------------------------------------------- */

static cairn_status keep(const format_line *line, const char *text, size_t length, const char **out) {
    *out = cairn_arena_copy(line->arena, text, length);
    return *out ? CAIRN_OK : cairn_fail(line->ctx, CAIRN_NO_MEMORY, "%s: no memory for a text", line->where);
}

cairn_status format_text(const format_line *line, const char *field, const char **out) {
    const char *text;
    CAIRN_TRY(json_get_text(line->ctx, line->object, field, line->where, &text));
    return keep(line, text, strlen(text), out);
}

cairn_status format_text_or_null(const format_line *line, const char *field, const char **out) {
    const json_t *value = json_object_get(line->object, field);
    *out = NULL;
    if (!value || json_is_null(value)) return CAIRN_OK;
    if (!json_is_string(value)) return json_fail_field(line->ctx, line->where, field, "a string or null", value);
    return format_text(line, field, out);
}

cairn_status format_id(const format_line *line, const char *field, const char **out) {
    const json_t *value = json_object_get(line->object, field);
    if (json_is_string(value)) return format_text(line, field, out);
    if (value && !json_is_null(value) && !json_is_integer(value))
        return json_fail_field(line->ctx, line->where, field, "a string or an integer", value);
    long long number = json_is_integer(value) ? (long long)json_integer_value(value) : (long long)line->number;
    *out = cairn_arena_printf(line->arena, "%lld", number);
    return *out ? CAIRN_OK : cairn_fail(line->ctx, CAIRN_NO_MEMORY, "%s: no memory for an id", line->where);
}

static cairn_status steps_alloc(const format_line *line, size_t n, cairn_record *out, const char ***steps) {
    if (n > INT32_MAX) return cairn_fail(line->ctx, CAIRN_LIMIT, "%s: more than 2^31 steps", line->where);
    *steps = cairn_arena_alloc(line->arena, n, sizeof **steps);
    if (!*steps) return cairn_fail(line->ctx, CAIRN_NO_MEMORY, "%s: no memory for %zu steps", line->where, n);
    out->steps = *steps;
    out->n_steps = (int32_t)n;
    return CAIRN_OK;
}

cairn_status format_steps(const format_line *line, const char *field, cairn_record *out) {
    json_t *array;
    const char **steps;
    CAIRN_TRY(json_get_array(line->ctx, line->object, field, line->where, &array));
    size_t n = json_array_size(array);
    CAIRN_TRY(steps_alloc(line, n, out, &steps));
    for (size_t i = 0; i < n; i++) {
        const json_t *step = json_array_get(array, i);
        char name[64];
        snprintf(name, sizeof name, "%s[%zu]", field, i);
        if (!json_is_string(step)) return json_fail_field(line->ctx, line->where, name, "a string", step);
        CAIRN_TRY(keep(line, json_string_value(step), json_string_length(step), &steps[i]));
    }
    return CAIRN_OK;
}

cairn_status format_steps_of_text(const format_line *line, const char *text, size_t length, cairn_record *out) {
    cairn_slice *slices;
    int32_t n;
    const char **steps;
    CAIRN_TRY(cairn_split_steps(line->ctx, line->arena, CAIRN_SPLIT_LINE, text, length, &slices, &n));
    CAIRN_TRY(steps_alloc(line, (size_t)n, out, &steps));
    for (int32_t i = 0; i < n; i++) CAIRN_TRY(keep(line, text + slices[i].start, slices[i].length, &steps[i]));
    return CAIRN_OK;
}

static cairn_slice trimmed(const char *text, size_t start, size_t end) {
    static const char white[] = " \t\r\n\v\f";
    while (start < end && strchr(white, text[start])) start++;
    while (end > start && strchr(white, text[end - 1])) end--;
    return (cairn_slice){start, end - start};
}

/* Divides a solution whose last line is "<mark> value": *body bytes of steps before it, and the value. False where the last
 * line has no such mark: then *body is all of the text. */
static bool divide(const char *text, const char *mark, size_t *body, cairn_slice *value) {
    cairn_slice all = trimmed(text, 0, strlen(text));
    size_t end = all.start + all.length, start = end;
    while (start > all.start && text[start - 1] != '\n') start--;
    cairn_slice last = trimmed(text, start, end);
    bool marked = last.length >= strlen(mark) && memcmp(text + last.start, mark, strlen(mark)) == 0;
    *body = marked ? start : end;
    if (marked) *value = trimmed(text, last.start + strlen(mark), end);
    return marked;
}

static bool same_trimmed(const char *a, const char *b) {
    cairn_slice x = trimmed(a, 0, strlen(a)), y = trimmed(b, 0, strlen(b));
    return x.length == y.length && memcmp(a + x.start, b + y.start, x.length) == 0;
}

static cairn_verdict verdict_of(bool right) {
    return right ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
}

/* ---- BIG-Bench-Mistake: input, steps, target, answer, mistake_index --------------------------------------------- */

static cairn_status mistake_read(const format_line *line, int32_t item, cairn_record *out) {
    if (item > 0) return CAIRN_END;
    CAIRN_TRY(format_id(line, "id", &out->id));
    CAIRN_TRY(format_text(line, "input", &out->problem));
    CAIRN_TRY(format_steps(line, "steps", out));
    CAIRN_TRY(format_text(line, "target", &out->target));
    CAIRN_TRY(format_text(line, "answer", &out->answer));
    out->correct = verdict_of(same_trimmed(out->answer, out->target));
    const json_t *index = json_object_get(line->object, "mistake_index");
    out->first_error = CAIRN_NO_ERROR;
    if (json_is_null(index)) return CAIRN_OK;
    if (!json_is_integer(index) || json_integer_value(index) < 0 || json_integer_value(index) >= out->n_steps)
        return json_fail_field(line->ctx, line->where, "mistake_index", "null or the index of a step", index);
    out->first_error = (int32_t)json_integer_value(index);
    return CAIRN_OK;
}

/* ---- ProcessBench (arXiv 2412.06559): id, generator, problem, steps, final_answer_correct, label ------------------- */

static cairn_status processbench_read(const format_line *line, int32_t item, cairn_record *out) {
    bool correct;
    if (item > 0) return CAIRN_END;
    CAIRN_TRY(format_id(line, "id", &out->id));
    CAIRN_TRY(format_text_or_null(line, "generator", &out->generator));
    CAIRN_TRY(format_text(line, "problem", &out->problem));
    CAIRN_TRY(format_steps(line, "steps", out));
    CAIRN_TRY(json_get_bool(line->ctx, line->object, "final_answer_correct", line->where, &correct));
    out->correct = verdict_of(correct);
    const json_t *label = json_object_get(line->object, "label");
    if (!json_is_integer(label) || json_integer_value(label) < -1 || json_integer_value(label) >= out->n_steps)
        return json_fail_field(line->ctx, line->where, "label", "-1 or the index of a step", label);
    out->first_error = json_integer_value(label) < 0 ? CAIRN_NO_ERROR : (int32_t)json_integer_value(label);
    return CAIRN_OK;
}

/* ---- GSM8K (arXiv 2110.14168): question, answer ------------------------------------------------------------------- */

static cairn_status gsm8k_read(const format_line *line, int32_t item, cairn_record *out) {
    const char *answer;
    size_t body;
    cairn_slice value;
    if (item > 0) return CAIRN_END;
    CAIRN_TRY(format_id(line, "id", &out->id));
    CAIRN_TRY(format_text(line, "question", &out->problem));
    CAIRN_TRY(json_get_text(line->ctx, line->object, "answer", line->where, &answer));
    if (!divide(answer, "####", &body, &value))
        return json_fail_field(line->ctx, line->where, "answer", "a last line `#### value`",
                               json_object_get(line->object, "answer"));
    CAIRN_TRY(format_steps_of_text(line, answer, body, out));
    CAIRN_TRY(keep(line, answer + value.start, value.length, &out->target));
    out->answer = out->target;
    out->correct = CAIRN_VERDICT_RIGHT; /* the data set's own solution */
    out->first_error = CAIRN_UNLABELLED;
    return CAIRN_OK;
}

/* ---- GSM8K's example solutions: question, ground_truth, per model {is_correct, solution} -------------------------- */

/* The member that holds model `item`, in the order of the line; NULL behind the last one. */
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

static cairn_status model_fields(const format_line *line, const char *name, const json_t *model, bool *correct,
                                 const char **solution) {
    if (!json_is_object(model))
        return json_fail_field(line->ctx, line->where, name, "an object with `is_correct` and `solution`", model);
    cairn_status status = json_get_bool(line->ctx, model, "is_correct", name, correct);
    if (status == CAIRN_OK) status = json_get_text(line->ctx, model, "solution", name, solution);
    return status == CAIRN_OK ? status : cairn_fail_within(line->ctx, status, "%s", line->where);
}

static cairn_status gsm8k_solutions_read(const format_line *line, int32_t item, cairn_record *out) {
    const char *truth, *solution, *name;
    size_t body;
    cairn_slice value;
    bool correct;
    json_t *model;
    for (int32_t i = 0; item == 0 && (name = model_at(line->object, i, &model)); i++)
        CAIRN_TRY(model_fields(line, name, model, &correct, &solution));
    name = model_at(line->object, item, &model);
    if (!name) return CAIRN_END;
    CAIRN_TRY(model_fields(line, name, model, &correct, &solution));
    CAIRN_TRY(format_text(line, "question", &out->problem));
    CAIRN_TRY(json_get_text(line->ctx, line->object, "ground_truth", line->where, &truth));
    if (!divide(truth, "A:", &body, &value))
        return json_fail_field(line->ctx, line->where, "ground_truth", "a last line `A: value`",
                               json_object_get(line->object, "ground_truth"));
    CAIRN_TRY(keep(line, truth + value.start, value.length, &out->target));
    if (divide(solution, "A:", &body, &value))
        CAIRN_TRY(keep(line, solution + value.start, value.length, &out->answer));
    CAIRN_TRY(format_steps_of_text(line, solution, body, out));
    CAIRN_TRY(keep(line, name, strlen(name), &out->generator));
    out->id = cairn_arena_printf(line->arena, "%lld/%s", (long long)line->number, name);
    if (!out->id) return cairn_fail(line->ctx, CAIRN_NO_MEMORY, "%s: no memory for an id", line->where);
    out->correct = verdict_of(correct);
    out->first_error = CAIRN_UNLABELLED;
    return CAIRN_OK;
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

static const format_reader readers[CAIRN_FORMAT_COUNT] = {
    [CAIRN_FORMAT_STEPWISE] = {{"prompt", "completions"}, stepwise_read},
    [CAIRN_FORMAT_TRL] = {{"prompt", "completions"}, stepwise_read},
    [CAIRN_FORMAT_MISTAKE] = {{"input", "steps", "mistake_index"}, mistake_read},
    [CAIRN_FORMAT_PROCESSBENCH] = {{"problem", "steps", "label"}, processbench_read},
    [CAIRN_FORMAT_GSM8K] = {{"question", "answer"}, gsm8k_read},
    [CAIRN_FORMAT_GSM8K_SOLUTIONS] = {{"question", "ground_truth"}, gsm8k_solutions_read},
};

#define NAME(symbol, name) [CAIRN_FORMAT_##symbol] = name,
static const char *const names[CAIRN_FORMAT_COUNT] = {[CAIRN_FORMAT_AUTO] = "auto", CAIRN_FORMATS(NAME)};

const format_reader *format_reader_of(cairn_format format) {
    return &readers[format];
}

const char *cairn_format_name(cairn_format format) {
    return (size_t)format < CAIRN_FORMAT_COUNT ? names[format] : NULL;
}

cairn_status cairn_format_parse(cairn_ctx *ctx, const char *name, cairn_format *out) {
    for (size_t i = 0; i < CAIRN_FORMAT_COUNT; i++)
        if (strcmp(names[i], name) == 0) {
            *out = (cairn_format)i;
            return CAIRN_OK;
        }
    char all[400] = "";
    for (size_t i = 0, n = 0; i < CAIRN_FORMAT_COUNT && n < sizeof all; i++)
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i ? ", " : "", names[i]);
    return cairn_fail(ctx, CAIRN_INVALID, "`%.60s` is no format: expected one of %s", name, all);
}
