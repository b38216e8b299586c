/* Rows of benchmarks of choices: columns, scores and answers as their files have them. */
#include <math.h>
#include <string.h>

#include "eval/bench_run.h"

/* ---- tables of columns ------------------------------------------------------------------------------------------- */

/* Row i of the columns; other fields hold for all rows. NULL without memory. */
static json_t *row_of_columns(const json_t *columns, size_t i) {
    json_t *row = json_object();
    for (void *at = json_object_iter((json_t *)columns); row && at; at = json_object_iter_next((json_t *)columns, at)) {
        json_t *column = json_object_iter_value(at);
        json_t *value = json_is_array(column) ? json_array_get(column, i) : column;
        if (json_object_set(row, json_object_iter_key(at), value) == 0) continue;
        json_decref(row);
        row = NULL;
    }
    return row;
}

static cairn_status check_columns(cairn_bench_run *run, const json_t *columns, const char *key, size_t n) {
    for (void *at = json_object_iter((json_t *)columns); at; at = json_object_iter_next((json_t *)columns, at)) {
        const json_t *column = json_object_iter_value(at);
        if (json_is_array(column) && json_array_size(column) != n)
            return cairn_fail(run->ctx, CAIRN_FORMAT, "%s: column `%.64s` has %zu rows, but `%s` has %zu",
                              cairn_bench_where(run), json_object_iter_key(at), json_array_size(column), key, n);
    }
    return CAIRN_OK;
}

cairn_status cairn_bench_each(cairn_bench_run *run, const json_t *row, const char *key,
                              cairn_status (*use)(cairn_bench_run *run, const json_t *row)) {
    const json_t *keys = json_object_get(row, key);
    if (!json_is_array(keys)) return use(run, row);
    CAIRN_TRY(check_columns(run, row, key, json_array_size(keys)));
    for (size_t i = 0; i < json_array_size(keys); i++) {
        json_t *one = row_of_columns(row, i);
        if (!one) return cairn_fail(run->ctx, CAIRN_NO_MEMORY, "no memory for a row of columns");
        cairn_status status = use(run, one);
        json_decref(one);
        if (status != CAIRN_OK) return cairn_fail_within(run->ctx, status, "row %zu of the columns", i + 1);
    }
    return CAIRN_OK;
}

/* ---- scores ------------------------------------------------------------------------------------------------------ */

static cairn_status read_score(cairn_bench_run *run, const json_t *value, const char *name, double *out) {
    const json_t *number = json_is_array(value) && json_array_size(value) == 1 ? json_array_get(value, 0) : value;
    const char *text = json_string_value(number);
    *out = NAN;
    if (!number || json_is_null(number) || (text && !*text)) return CAIRN_OK; /* CSV has "" */
    if (json_is_number(number)) *out = json_number_value(number);
    if (text && cairn_parse_double(text, strlen(text), out) != CAIRN_OK) *out = NAN;
    if (isfinite(*out)) return CAIRN_OK;
    return json_fail_field(run->ctx, cairn_bench_where(run), name, "a number, a list of one number, or null", value);
}

cairn_status cairn_bench_score(cairn_bench_run *run, const json_t *row, const char *name, double *out) {
    return read_score(run, json_object_get(row, name), name, out);
}

cairn_status cairn_bench_scores(cairn_bench_run *run, const json_t *row, const char *name, double **out, int32_t *n) {
    const json_t *list = json_object_get(row, name);
    char place[96];
    if (!json_is_array(list) || json_array_size(list) > INT32_MAX)
        return json_fail_field(run->ctx, cairn_bench_where(run), name, "an array of scores", list);
    *n = (int32_t)json_array_size(list);
    *out = cairn_arena_alloc(run->arena, (size_t)*n + 1, sizeof **out);
    if (!*out) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < *n; i++) {
        snprintf(place, sizeof place, "%.64s[%d]", name, (int)i);
        CAIRN_TRY(read_score(run, json_array_get(list, (size_t)i), place, &(*out)[i]));
    }
    return CAIRN_OK;
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

/* The contents of messages from number `from` on, divided by blank lines. */
static cairn_status join_messages(cairn_bench_run *run, const json_t *list, size_t from, const char *name,
                                  const char **out) {
    size_t length = 0;
    for (size_t i = from; i < json_array_size(list); i++) {
        const json_t *content = json_object_get(json_array_get(list, i), "content");
        if (!json_is_string(content))
            return json_fail_field(run->ctx, cairn_bench_where(run), name, "a text, or messages with `content`",
                                   json_array_get(list, i));
        length += json_string_length(content) + 2;
    }
    char *text = cairn_arena_alloc(run->arena, length + 1, 1), *end = text;
    if (!text) return CAIRN_NO_MEMORY;
    for (size_t i = from; i < json_array_size(list); i++) {
        const json_t *content = json_object_get(json_array_get(list, i), "content");
        if (i > from) *end++ = '\n', *end++ = '\n';
        memcpy(end, json_string_value(content), json_string_length(content));
        end += json_string_length(content);
    }
    *out = text;
    return CAIRN_OK;
}

static cairn_status read_text(cairn_bench_run *run, const json_t *value, const char *name, bool last,
                              const char **out) {
    const char *text = json_string_value(value);
    size_t n = json_array_size(value);
    if (n > 0) return join_messages(run, value, last ? n - 1 : 0, name, out);
    if (!text)
        return json_fail_field(run->ctx, cairn_bench_where(run), name, "a text, or messages with `content`", value);
    *out = cairn_arena_copy(run->arena, text, strlen(text));
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

cairn_status cairn_bench_prompt(cairn_bench_run *run, const json_t *row, const char *name, const char **out) {
    *out = NULL;
    return cairn_bench_has(row, name) ? read_text(run, json_object_get(row, name), name, false, out) : CAIRN_OK;
}

static cairn_status read_answer(cairn_bench_run *run, const json_t *value, const char *name,
                                cairn_bench_candidate *out) {
    const char **steps = cairn_arena_alloc(run->arena, 1, sizeof *steps);
    if (!steps) return CAIRN_NO_MEMORY;
    CAIRN_TRY(read_text(run, value, name, true, steps));
    out->steps = steps;
    out->n_steps = 1;
    return CAIRN_OK;
}

cairn_status cairn_bench_answer(cairn_bench_run *run, const json_t *row, const char *name, cairn_bench_candidate *out) {
    return cairn_bench_has(row, name) ? read_answer(run, json_object_get(row, name), name, out) : CAIRN_OK;
}

cairn_status cairn_bench_answers(cairn_bench_run *run, const json_t *row, const char *name, cairn_bench_candidate *out,
                                 int32_t n) {
    const json_t *list = json_object_get(row, name);
    char place[96];
    if (!cairn_bench_has(row, name)) return CAIRN_OK;
    if (!json_is_array(list) || json_array_size(list) != (size_t)n) {
        snprintf(place, sizeof place, "an array of %d answers", (int)n);
        return json_fail_field(run->ctx, cairn_bench_where(run), name, place, list);
    }
    for (int32_t i = 0; i < n; i++) {
        snprintf(place, sizeof place, "%.64s[%d]", name, (int)i);
        CAIRN_TRY(read_answer(run, json_array_get(list, (size_t)i), place, &out[i]));
    }
    return CAIRN_OK;
}

int32_t cairn_bench_length(const json_t *row, const char *name) {
    size_t n = json_array_size(json_object_get(row, name));
    return n > INT32_MAX ? INT32_MAX : (int32_t)n;
}

double cairn_bench_characters(const char *text) {
    int64_t n = 0;
    for (; text && *text; text++) n += ((unsigned char)*text & 0xC0) != 0x80;
    return (double)n;
}

double cairn_bench_code_points(const cairn_bench_candidate *c) {
    double n = 0;
    for (int32_t i = 0; c->steps && i < c->n_steps; i++) n += cairn_bench_characters(c->steps[i]);
    return n;
}

/* ---- one better, one worse --------------------------------------------------------------------------------------- */

cairn_slot cairn_bench_preferred(const cairn_bench_item *item) {
    double one = item->candidates[0].score, two = item->candidates[1].score;
    if (item->said != CAIRN_EVAL_NONE) return (cairn_slot)item->said;
    if (isnan(one) || isnan(two)) return CAIRN_SLOT_UNKNOWN;
    return one > two ? CAIRN_SLOT_ONE : one < two ? CAIRN_SLOT_TWO : CAIRN_SLOT_TIE;
}
