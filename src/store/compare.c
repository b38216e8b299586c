/* Two runs on the same problems, paired by problem id. */
#include <stdlib.h>
#include <string.h>

#include "cairn/stat.h"
#include "data/json.h"
#include "store/file.h"

typedef struct value {
    const char *id;
    double value;
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

static int by_id(const void *a, const void *b) {
    return strcmp(((const value *)a)->id, ((const value *)b)->id);
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
    cairn_status status = CAIRN_OK;
    if (!json_is_number(field) && !json_is_boolean(field))
        status = json_fail_field(c->ctx, where, c->field, "a number, true or false", field);
    double number = json_is_boolean(field) ? json_is_true(field) : json_number_value(field);
    json_decref(object);
    CAIRN_TRY(status);
    const char *kept = cairn_arena_copy(c->arena, id, strlen(id));
    if (!kept) return cairn_fail(c->ctx, CAIRN_NO_MEMORY, "%s: no memory for an id", where);
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&c->values, &c->capacity, c->count + 1, sizeof *c->values));
    c->values[c->count++] = (value){kept, number};
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

/* Puts the values of shared problems into x and y, in order of their ids, and counts the rest. */
static void pair(const column *a, const column *b, double *x, double *y, cairn_comparison *out) {
    size_t i = 0, j = 0, n = 0;
    while (i < a->count && j < b->count) {
        int order = by_id(&a->values[i], &b->values[j]);
        if (order == 0) {
            x[n] = a->values[i].value;
            y[n++] = b->values[j].value;
        }
        i += order <= 0;
        j += order >= 0;
    }
    out->shared = (int64_t)n;
    out->only_a = (int64_t)(a->count - n);
    out->only_b = (int64_t)(b->count - n);
    for (size_t k = 0; k < n; k++) {
        out->a_better += x[k] > y[k];
        out->b_better += y[k] > x[k];
        out->equal += x[k] == y[k];
    }
}

static cairn_status compare_columns(cairn_ctx *ctx, const column *a, const column *b, uint64_t seed,
                                    cairn_comparison *out) {
    size_t most = a->count < b->count ? a->count : b->count;
    double *x = cairn_arena_alloc(a->arena, most, sizeof *x), *y = cairn_arena_alloc(a->arena, most, sizeof *y);
    cairn_comparison result = {0};
    cairn_interval interval;
    cairn_bootstrap how = {.resamples = 2000, .level = 0.95, .seed = seed};
    if (!x || !y) return cairn_fail(ctx, CAIRN_NO_MEMORY, "no memory to compare %zu problems", most);
    pair(a, b, x, y, &result);
    size_t n = (size_t)result.shared;
    if (n == 0) return cairn_fail(ctx, CAIRN_INVALID, "%s and %s share no problem", a->run->path, b->run->path);
    CAIRN_TRY(cairn_stat_bootstrap_paired(ctx, y, x, n, &how, &interval));
    result.mean_a = cairn_stat_mean(x, n);
    result.mean_b = cairn_stat_mean(y, n);
    result.difference = interval.estimate;
    result.low = interval.low;
    result.high = interval.high;
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
