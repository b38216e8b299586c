/* Fields of rows, as the benchmarks read them: checked, and kept in the run's arena. */
#include <math.h>
#include <string.h>

#include "eval/bench_run.h"

static const json_t *field(const json_t *row, const char *name) {
    const json_t *value = json_object_get(row, name);
    return json_is_null(value) ? NULL : value;
}

static cairn_status fail(cairn_bench_run *run, const char *name, const char *expected, const json_t *got) {
    return json_fail_field(run->ctx, cairn_bench_where(run), name, expected, got);
}

static cairn_status fail_element(cairn_bench_run *run, const char *name, size_t i, const char *expected,
                                 const json_t *got) {
    char place[96];
    snprintf(place, sizeof place, "%.64s[%zu]", name, i);
    return fail(run, place, expected, got);
}

bool cairn_bench_has(const json_t *row, const char *name) {
    return field(row, name) != NULL;
}

cairn_status cairn_bench_text(cairn_bench_run *run, const json_t *row, const char *name, const char **out) {
    char number[32];
    const char *text = json_word(field(row, name), number);
    if (!text) return fail(run, name, "a string", json_object_get(row, name));
    *out = cairn_arena_copy(run->arena, text, strlen(text));
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

cairn_status cairn_bench_maybe_text(cairn_bench_run *run, const json_t *row, const char *name, const char **out) {
    *out = NULL;
    return field(row, name) ? cairn_bench_text(run, row, name, out) : CAIRN_OK;
}

cairn_status cairn_bench_int(cairn_bench_run *run, const json_t *row, const char *name, int64_t low, int64_t high,
                             int64_t *out) {
    const json_t *value = field(row, name);
    char expected[80];
    if (value && json_whole(value, low, high, out)) return CAIRN_OK;
    snprintf(expected, sizeof expected, "a whole number from %lld to %lld", (long long)low, (long long)high);
    return fail(run, name, expected, json_object_get(row, name));
}

/* A number, also as CSV has it. */
static bool is_real(const json_t *value, double *out) {
    if (json_is_number(value)) {
        *out = json_number_value(value);
        return true;
    }
    const char *text = json_string_value(value);
    return text && cairn_parse_double(text, strlen(text), out) == CAIRN_OK && isfinite(*out);
}

cairn_status cairn_bench_real(cairn_bench_run *run, const json_t *row, const char *name, double *out) {
    return is_real(field(row, name), out) ? CAIRN_OK : fail(run, name, "a number", json_object_get(row, name));
}

cairn_status cairn_bench_bool(cairn_bench_run *run, const json_t *row, const char *name, bool *out) {
    const json_t *value = field(row, name);
    const char *text = json_string_value(value);
    bool yes = json_is_true(value) || (text && (strcmp(text, "True") == 0 || strcmp(text, "true") == 0));
    bool no = json_is_false(value) || (text && (strcmp(text, "False") == 0 || strcmp(text, "false") == 0));
    *out = yes;
    return yes || no ? CAIRN_OK : fail(run, name, "true or false", json_object_get(row, name));
}

/* The array of this name, and its length. */
static cairn_status array(cairn_bench_run *run, const json_t *row, const char *name, const char *expected,
                          const json_t **out, size_t *n) {
    *out = field(row, name);
    if (!json_is_array(*out)) return fail(run, name, expected, json_object_get(row, name));
    *n = json_array_size(*out);
    return *n <= INT32_MAX ? CAIRN_OK
                           : cairn_fail(run->ctx, CAIRN_LIMIT, "%s: more than 2^31 elements", cairn_bench_where(run));
}

cairn_status cairn_bench_texts(cairn_bench_run *run, const json_t *row, const char *name, const char *const **out,
                               int32_t *n) {
    const json_t *list;
    size_t count;
    CAIRN_TRY(array(run, row, name, "an array of strings", &list, &count));
    const char **texts = cairn_arena_alloc(run->arena, count + 1, sizeof *texts);
    if (!texts) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_array_get(list, i);
        if (!json_is_string(value)) return fail_element(run, name, i, "a string", value);
        texts[i] = cairn_arena_copy(run->arena, json_string_value(value), json_string_length(value));
        if (!texts[i]) return CAIRN_NO_MEMORY;
    }
    *out = texts;
    *n = (int32_t)count;
    return CAIRN_OK;
}

cairn_status cairn_bench_reals(cairn_bench_run *run, const json_t *row, const char *name, double **out, int32_t *n) {
    const json_t *list;
    size_t count;
    CAIRN_TRY(array(run, row, name, "an array of numbers", &list, &count));
    *out = cairn_arena_alloc(run->arena, count + 1, sizeof **out);
    if (!*out) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_array_get(list, i);
        (*out)[i] = NAN;
        if (!json_is_null(value) && !is_real(value, &(*out)[i]))
            return fail_element(run, name, i, "a number or null", value);
    }
    *n = (int32_t)count;
    return CAIRN_OK;
}

cairn_status cairn_bench_ints(cairn_bench_run *run, const json_t *row, const char *name, int32_t **out, int32_t *n) {
    const json_t *list;
    size_t count;
    CAIRN_TRY(array(run, row, name, "an array of whole numbers", &list, &count));
    *out = cairn_arena_alloc(run->arena, count + 1, sizeof **out);
    if (!*out) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_array_get(list, i);
        int64_t number = json_is_true(value);
        if (!json_is_boolean(value) && !json_whole(value, INT32_MIN + 1, INT32_MAX, &number))
            return fail_element(run, name, i, "a whole number", value);
        (*out)[i] = (int32_t)number;
    }
    *n = (int32_t)count;
    return CAIRN_OK;
}
