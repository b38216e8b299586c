/* What the readers of all formats share: fields, steps, labels. */
#include <math.h>
#include <string.h>

#include "data/format.h"

/* ---- fields ---------------------------------------------------------------------------------------------------- */

const json_t *format_field(const format_row *row, const char *field) {
    const json_t *value = json_object_get(row->object, field);
    return json_is_null(value) ? NULL : value;
}

cairn_status format_fail_element(const format_row *row, const char *field, size_t i, const char *expected,
                                 const json_t *got) {
    char name[96];
    snprintf(name, sizeof name, "%.64s[%zu]", field, i);
    return json_fail_field(row->ctx, row->where, name, expected, got);
}

cairn_status format_keep(const format_row *row, const char *text, size_t length, const char **out) {
    *out = cairn_arena_copy(row->arena, text, length);
    return *out ? CAIRN_OK : cairn_fail(row->ctx, CAIRN_NO_MEMORY, "%s: no memory for a text", row->where);
}

cairn_status format_text(const format_row *row, const char *field, const char **out) {
    const char *text;
    CAIRN_TRY(json_get_text(row->ctx, row->object, field, row->where, &text));
    return format_keep(row, text, strlen(text), out);
}

cairn_status format_text_or_null(const format_row *row, const char *field, const char **out) {
    const json_t *value = format_field(row, field);
    *out = NULL;
    if (!value) return CAIRN_OK;
    if (!json_is_string(value)) return json_fail_field(row->ctx, row->where, field, "a string or null", value);
    return format_text(row, field, out);
}

cairn_status format_word_or_null(const format_row *row, const char *field, const char **out) {
    const json_t *value = format_field(row, field);
    char number[32];
    *out = NULL;
    if (!value) return CAIRN_OK;
    const char *word = json_word(value, number);
    if (!word) return json_fail_field(row->ctx, row->where, field, "a string, a number or null", value);
    return format_keep(row, word, strlen(word), out);
}

cairn_status format_id(const format_row *row, const char *field, const char **out) {
    const json_t *value = format_field(row, field);
    if (json_is_string(value)) return format_text(row, field, out);
    if (value && !json_is_integer(value))
        return json_fail_field(row->ctx, row->where, field, "a string or an integer", value);
    long long number = value ? (long long)json_integer_value(value) : (long long)row->number;
    *out = cairn_arena_printf(row->arena, "%lld", number);
    return *out ? CAIRN_OK : cairn_fail(row->ctx, CAIRN_NO_MEMORY, "%s: no memory for an id", row->where);
}

cairn_verdict format_verdict_of(bool right) {
    return right ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
}

cairn_status format_verdict(const format_row *row, const char *field, cairn_verdict *out) {
    const json_t *value = format_field(row, field);
    *out = CAIRN_VERDICT_UNKNOWN;
    if (!value) return CAIRN_OK;
    if (!json_is_boolean(value)) return json_fail_field(row->ctx, row->where, field, "true, false or null", value);
    *out = format_verdict_of(json_is_true(value));
    return CAIRN_OK;
}

/* ---- steps ----------------------------------------------------------------------------------------------------- */

cairn_status format_steps_alloc(const format_row *row, size_t n, cairn_record *out, const char ***steps) {
    if (n > INT32_MAX) return cairn_fail(row->ctx, CAIRN_LIMIT, "%s: more than 2^31 steps", row->where);
    *steps = cairn_arena_alloc(row->arena, n, sizeof **steps);
    if (!*steps) return cairn_fail(row->ctx, CAIRN_NO_MEMORY, "%s: no memory for %zu steps", row->where, n);
    out->steps = *steps;
    out->n_steps = (int32_t)n;
    return CAIRN_OK;
}

cairn_status format_steps(const format_row *row, const char *field, cairn_record *out) {
    json_t *array;
    const char **steps;
    CAIRN_TRY(json_get_array(row->ctx, row->object, field, row->where, &array));
    size_t n = json_array_size(array);
    CAIRN_TRY(format_steps_alloc(row, n, out, &steps));
    for (size_t i = 0; i < n; i++) {
        const json_t *step = json_array_get(array, i);
        if (!json_is_string(step)) return format_fail_element(row, field, i, "a string", step);
        CAIRN_TRY(format_keep(row, json_string_value(step), json_string_length(step), &steps[i]));
    }
    return CAIRN_OK;
}

cairn_status format_observations(const format_row *row, cairn_record *out) {
    const json_t *array = format_field(row, "observations");
    size_t n = (size_t)out->n_steps;
    char expected[48];
    if (!array) return CAIRN_OK;
    snprintf(expected, sizeof expected, "an array of %zu", n);
    if (!json_is_array(array) || json_array_size(array) != n)
        return json_fail_field(row->ctx, row->where, "observations", expected, array);
    const char **seen = cairn_arena_alloc(row->arena, n, sizeof *seen);
    bool any = false;
    if (!seen) return cairn_fail(row->ctx, CAIRN_NO_MEMORY, "%s: no memory for %zu observations", row->where, n);
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(array, i);
        if (json_is_null(value)) continue;
        if (!json_is_string(value)) return format_fail_element(row, "observations", i, "a string or null", value);
        CAIRN_TRY(format_keep(row, json_string_value(value), json_string_length(value), &seen[i]));
        any = true;
    }
    if (any) out->observations = seen;
    return CAIRN_OK;
}

cairn_status format_steps_of_text(const format_row *row, cairn_split preset, const char *text, size_t length,
                                  cairn_record *out) {
    cairn_slice *slices;
    int32_t n;
    const char **steps;
    cairn_split how = row->options->split == CAIRN_SPLIT_AUTO ? preset : row->options->split;
    CAIRN_TRY(cairn_split_steps(row->ctx, row->arena, how, text, length, &slices, &n));
    CAIRN_TRY(format_steps_alloc(row, (size_t)n, out, &steps));
    for (int32_t i = 0; i < n; i++) CAIRN_TRY(format_keep(row, text + slices[i].start, slices[i].length, &steps[i]));
    return CAIRN_OK;
}

cairn_slice format_trimmed(const char *text, size_t start, size_t end) {
    static const char white[] = " \t\r\n\v\f";
    while (start < end && strchr(white, text[start])) start++;
    while (end > start && strchr(white, text[end - 1])) end--;
    return (cairn_slice){start, end - start};
}

bool format_divide(const char *text, const char *mark, size_t *body, cairn_slice *value) {
    cairn_slice all = format_trimmed(text, 0, strlen(text));
    size_t end = all.start + all.length, start = end;
    while (start > all.start && text[start - 1] != '\n') start--;
    cairn_slice last = format_trimmed(text, start, end);
    bool marked = last.length >= strlen(mark) && memcmp(text + last.start, mark, strlen(mark)) == 0;
    *body = marked ? start : end;
    if (marked) *value = format_trimmed(text, last.start + strlen(mark), end);
    return marked;
}

/* Where the last `word` starts in the first `length` bytes; `length` where there is none. */
static size_t last_of(const char *text, size_t length, const char *word) {
    size_t n = strlen(word);
    for (size_t at = length >= n ? length - n + 1 : 0; at-- > 0;)
        if (memcmp(text + at, word, n) == 0) return at;
    return length;
}

bool format_part(const char *text, size_t length, cairn_slice *problem, cairn_slice *step) {
    cairn_slice all = format_trimmed(text, 0, length);
    size_t end = all.start + all.length, at = last_of(text, end, "Step 1:");
    if (at < end)
        while (at > all.start && strchr("#* ", text[at - 1])) at--;
    else
        at = last_of(text, end, "\n\n");
    if (at == end) at = last_of(text, end, "\n");
    if (at == end) return false;
    *problem = format_trimmed(text, 0, at);
    *step = format_trimmed(text, at, end);
    return true;
}

/* ---- labels ---------------------------------------------------------------------------------------------------- */

cairn_status format_labels_alloc(const format_row *row, cairn_record *out, double **labels) {
    *labels = cairn_arena_alloc(row->arena, (size_t)out->n_steps, sizeof **labels);
    if (!*labels) return cairn_fail(row->ctx, CAIRN_NO_MEMORY, "%s: no memory for labels", row->where);
    for (int32_t i = 0; i < out->n_steps; i++) (*labels)[i] = NAN;
    out->labels = *labels;
    return CAIRN_OK;
}

bool format_label(const json_t *value, bool marks, double *label, bool *soft) {
    const char *mark = marks && json_is_string(value) ? json_string_value(value) : "";
    *label = NAN;
    if (json_is_null(value)) return true;
    if (json_is_boolean(value))
        *label = json_is_true(value) ? 1 : 0;
    else if (json_is_number(value))
        *label = json_number_value(value);
    else if (strcmp(mark, "+") == 0 || strcmp(mark, "-") == 0)
        *label = *mark == '+' ? 1 : 0;
    *soft |= json_is_real(value);
    return *label >= 0 && *label <= 1;
}

int32_t format_first_error(const double *labels, int32_t n, bool soft) {
    for (int32_t i = 0; i < n; i++) {
        if (soft || isnan(labels[i])) return CAIRN_UNLABELLED;
        if (labels[i] == 0) return i;
    }
    return CAIRN_NO_ERROR;
}
