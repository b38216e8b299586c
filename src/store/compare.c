/* Two runs on the same problems, paired by the problem's text where the records tell it, else by its id. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/stat.h"
#include "data/json.h"
#include "store/file.h"

typedef struct value {
    const char *id, *problem; /* `problem`: key of its text, NULL: the record does not tell */
    double value;             /* NaN: unknown */
} value;

/* One field of all records of a run. */
typedef struct column {
    cairn_ctx *ctx;
    const cairn_run *run;
    const char *field; /* "cost.steps" */
    cairn_arena *arena;
    value *values;
    size_t count, capacity;
} column;

typedef int order_fn(const void *a, const void *b);

static int by_id(const void *a, const void *b) {
    return strcmp(((const value *)a)->id, ((const value *)b)->id);
}

static int by_problem(const void *a, const void *b) {
    return strcmp(((const value *)a)->problem, ((const value *)b)->problem);
}

/* Goes down "a.b.c". NULL where there is no such field. */
static const json_t *field_at(const json_t *object, const char *path) {
    while (object && *path) {
        size_t length = strcspn(path, ".");
        char name[128];
        if (length >= sizeof name) return NULL;
        memcpy(name, path, length);
        name[length] = 0;
        object = json_object_get(object, name);
        path += length + (path[length] == '.');
    }
    return object;
}

static cairn_status add_value(void *arg, int64_t index, const char *id, const char *record, size_t length) {
    (void)index;
    column *c = arg;
    char where[512];
    json_t *object;
    snprintf(where, sizeof where, "%s: record `%s`", c->run->path, id);
    CAIRN_TRY(json_parse(c->ctx, record, length, where, &object));
    const json_t *field = field_at(object, c->field);
    const char *problem = json_string_value(json_object_get(object, "problem_key"));
    value one = {.value = json_is_null(field)      ? NAN
                          : json_is_boolean(field) ? json_is_true(field)
                                                   : json_number_value(field)};
    cairn_status status = CAIRN_OK;
    if (!json_is_number(field) && !json_is_boolean(field) && !json_is_null(field))
        status = json_fail_field(c->ctx, where, c->field, "a number, true, false or null", field);
    if (problem) problem = cairn_arena_copy(c->arena, problem, strlen(problem));
    if (status == CAIRN_OK && json_object_get(object, "problem_key") && !problem)
        status = cairn_fail(c->ctx, CAIRN_NO_MEMORY, "%s: no memory for a key", where);
    json_decref(object);
    CAIRN_TRY(status);
    one.id = cairn_arena_copy(c->arena, id, strlen(id));
    one.problem = problem;
    if (!one.id) return cairn_fail(c->ctx, CAIRN_NO_MEMORY, "%s: no memory for an id", where);
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&c->values, &c->capacity, c->count + 1, sizeof *c->values));
    c->values[c->count++] = one;
    return CAIRN_OK;
}

static cairn_status read_column(column *c, cairn_run *run) {
    CAIRN_TRY(cairn_run_each(run, c->ctx, add_value, c));
    if (c->count > 1) qsort(c->values, c->count, sizeof *c->values, by_id);
    for (size_t i = 1; i < c->count; i++)
        if (by_id(&c->values[i - 1], &c->values[i]) == 0)
            return cairn_fail(c->ctx, CAIRN_FORMAT, "%s: two problems have the id `%s`", run->path, c->values[i].id);
    return CAIRN_OK;
}

/* Brings the values into order of their problems; false where those are not told or not different. */
static bool sort_by_problem(column *c) {
    bool told = true;
    for (size_t i = 0; i < c->count; i++) told &= c->values[i].problem != NULL;
    if (told && c->count > 1) qsort(c->values, c->count, sizeof *c->values, by_problem);
    for (size_t i = 1; told && i < c->count; i++) told = by_problem(&c->values[i - 1], &c->values[i]) != 0;
    return told;
}

/* One id, but different problems: files that give their lines as ids do that. */
static bool differ(const value *x, const value *y) {
    return x->problem && y->problem && strcmp(x->problem, y->problem) != 0;
}

/* Puts the known values of shared problems into x and y, in order of the problems, and counts the rest. */
static void pair(const column *a, const column *b, order_fn *compare, double *x, double *y, cairn_comparison *out) {
    size_t i = 0, j = 0, n = 0;
    while (i < a->count && j < b->count) {
        const value *of_a = &a->values[i], *of_b = &b->values[j];
        int order = compare(of_a, of_b);
        if (order == 0 && !differ(of_a, of_b)) {
            out->shared++;
            if (isnan(of_a->value) || isnan(of_b->value)) {
                out->unknown++;
            } else {
                x[n] = of_a->value;
                y[n++] = of_b->value;
            }
        }
        i += order <= 0;
        j += order >= 0;
    }
    out->only_a = (int64_t)a->count - out->shared;
    out->only_b = (int64_t)b->count - out->shared;
    for (size_t k = 0; k < n; k++) {
        out->a_better += x[k] > y[k];
        out->b_better += y[k] > x[k];
        out->equal += x[k] == y[k];
    }
}

/* No interval where a single problem is left. */
static cairn_status summarise(cairn_ctx *ctx, const double *x, const double *y, size_t n, uint64_t seed,
                              cairn_comparison *out) {
    cairn_bootstrap how = {.resamples = 2000, .level = 0.95, .seed = seed};
    cairn_interval interval;
    CAIRN_TRY(cairn_stat_bootstrap_paired(ctx, y, x, n, &how, &interval));
    out->mean_a = cairn_stat_mean(x, n);
    out->mean_b = cairn_stat_mean(y, n);
    out->difference = interval.estimate;
    out->low = n > 1 ? interval.low : NAN;
    out->high = n > 1 ? interval.high : NAN;
    return CAIRN_OK;
}

static cairn_status compare_columns(cairn_ctx *ctx, column *a, column *b, uint64_t seed, cairn_comparison *out) {
    size_t most = a->count < b->count ? a->count : b->count;
    double *x = cairn_arena_alloc(a->arena, most, sizeof *x), *y = cairn_arena_alloc(a->arena, most, sizeof *y);
    cairn_comparison result = {.mean_a = NAN, .mean_b = NAN, .difference = NAN, .low = NAN, .high = NAN};
    if (!x || !y) return cairn_fail(ctx, CAIRN_NO_MEMORY, "no memory to compare %zu problems", most);
    bool by_text = sort_by_problem(a);
    if (!sort_by_problem(b)) by_text = false;
    if (!by_text && a->count > 1) qsort(a->values, a->count, sizeof *a->values, by_id);
    if (!by_text && b->count > 1) qsort(b->values, b->count, sizeof *b->values, by_id);
    pair(a, b, by_text ? by_problem : by_id, x, y, &result);
    if (result.shared == 0)
        return cairn_fail(ctx, CAIRN_INVALID, "%s and %s share no problem", a->run->path, b->run->path);
    size_t n = (size_t)(result.shared - result.unknown);
    if (n > 0) CAIRN_TRY(summarise(ctx, x, y, n, seed, &result));
    *out = result;
    return CAIRN_OK;
}

cairn_status cairn_run_compare(cairn_ctx *ctx, cairn_run *a, cairn_run *b, const char *field, uint64_t seed,
                               cairn_comparison *out) {
    cairn_arena *arena;
    if (!*field) return cairn_fail(ctx, CAIRN_INVALID, "the field to compare has no name");
    CAIRN_TRY(cairn_arena_open(ctx, 65536, &arena));
    column of_a = {.ctx = ctx, .run = a, .field = field, .arena = arena};
    column of_b = {.ctx = ctx, .run = b, .field = field, .arena = arena};
    cairn_status status = read_column(&of_a, a);
    if (status == CAIRN_OK) status = read_column(&of_b, b);
    if (status == CAIRN_OK) status = compare_columns(ctx, &of_a, &of_b, seed, out);
    cairn_free(of_a.values);
    cairn_free(of_b.values);
    cairn_arena_close(arena);
    return status;
}
