/* A table of candidates: columns by name, and candidates by prompt at the end. */
#include "eval/ceiling_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eval/ceiling_text.h"

enum { MOST_PROXIES = 64, MOST_CANDIDATES = 100000000 };

cairn_status cairn_ceiling_table_open(cairn_ctx *ctx, const cairn_ceiling_fields *fields, cairn_ceiling_table **out) {
    cairn_ceiling_table *t = cairn_alloc(ctx, 1, sizeof *t);
    if (!t) return CAIRN_NO_MEMORY;
    t->fields = *fields;
    t->proxies.most = MOST_PROXIES;
    t->proxies.what = "proxies";
    t->features.most = CAIRN_CEILING_FEATURES;
    t->features.what = "features";
    cairn_status status = cairn_arena_open(ctx, 4096, &t->arena);
    if (status == CAIRN_OK) status = cairn_arena_open(ctx, 4096, &t->scratch);
    if (status == CAIRN_OK) status = cairn_arena_open(ctx, 4096, &t->given);
    if (status == CAIRN_OK)
        *out = t;
    else
        cairn_ceiling_table_close(t);
    return status;
}

static void free_columns(ceiling_columns *columns) {
    for (size_t i = 0; i < columns->n; i++) cairn_free(columns->list[i].values);
    cairn_free(columns->list);
}

void cairn_ceiling_table_close(cairn_ceiling_table *t) {
    if (!t) return;
    free_columns(&t->proxies);
    free_columns(&t->features);
    cairn_free(t->list);
    cairn_arena_close(t->arena);
    cairn_arena_close(t->scratch);
    cairn_arena_close(t->given);
    cairn_free(t);
}

/* ---- the candidate at hand ------------------------------------------------------------------------------------------- */

static cairn_status find_column(cairn_ceiling_table *t, cairn_ctx *ctx, ceiling_columns *columns, const char *name,
                                ceiling_column **out) {
    for (size_t i = 0; i < columns->n; i++) {
        *out = &columns->list[i];
        if (strcmp((*out)->name, name) == 0) return CAIRN_OK;
    }
    if (columns->n == columns->most)
        return cairn_fail(ctx, CAIRN_LIMIT, "more than %zu %s: `%s`", columns->most, columns->what, name);
    CAIRN_TRY(cairn_grow(ctx, (void **)&columns->list, &columns->capacity, columns->n + 1, sizeof *columns->list));
    *out = &columns->list[columns->n];
    **out = (ceiling_column){.name = cairn_arena_copy(t->arena, name, strlen(name))};
    if (!(*out)->name) return CAIRN_NO_MEMORY;
    columns->n++;
    return CAIRN_OK;
}

static cairn_status fill(cairn_ctx *ctx, ceiling_column *column, size_t at, double value) {
    CAIRN_TRY(cairn_grow(ctx, (void **)&column->values, &column->capacity, at + 1, sizeof *column->values));
    while (column->count < at) column->values[column->count++] = NAN;
    column->values[at] = value;
    column->count = at + 1;
    return CAIRN_OK;
}

cairn_status ceiling_put(cairn_ceiling_table *t, cairn_ctx *ctx, ceiling_columns *columns, const char *name,
                         double value) {
    ceiling_column *column = NULL;
    CAIRN_TRY(find_column(t, ctx, columns, name, &column));
    return fill(ctx, column, t->n, value);
}

cairn_status ceiling_put_steps(cairn_ceiling_table *t, cairn_ctx *ctx, const char *name, const double *scores,
                               size_t n) {
    for (int how = CAIRN_AGGREGATE_LAST; how <= CAIRN_AGGREGATE_MAX; how++) {
        char full[256];
        if (t->fields.aggregators && !(t->fields.aggregators & 1u << how)) continue;
        snprintf(full, sizeof full, "%s.%s", name, cairn_aggregator_name((cairn_aggregator)how));
        double value = n ? cairn_aggregate((cairn_aggregator)how, scores, n) : NAN;
        CAIRN_TRY(ceiling_put(t, ctx, &t->proxies, full, value));
    }
    return CAIRN_OK;
}

cairn_status ceiling_put_text(cairn_ceiling_table *t, cairn_ctx *ctx, const char *const *steps, size_t n) {
    double values[CEILING_TEXT_FEATURES];
    CAIRN_TRY(ceiling_text_features(t->scratch, steps, n, values));
    for (int f = 0; f < CEILING_TEXT_FEATURES; f++)
        CAIRN_TRY(ceiling_put(t, ctx, &t->features, ceiling_text_names[f], values[f]));
    return CAIRN_OK;
}

static cairn_status repeat_column(cairn_ctx *ctx, ceiling_column *column, size_t at, size_t copies) {
    for (size_t i = 1; i < copies && column->count > at; i++) CAIRN_TRY(fill(ctx, column, at + i, column->values[at]));
    return CAIRN_OK;
}

cairn_status ceiling_add(cairn_ceiling_table *t, cairn_ctx *ctx, const ceiling_candidate *candidate, size_t copies) {
    if (copies > MOST_CANDIDATES - t->n)
        return cairn_fail(ctx, CAIRN_LIMIT, "more than %d candidates", MOST_CANDIDATES);
    CAIRN_TRY(cairn_grow(ctx, (void **)&t->list, &t->capacity, t->n + copies, sizeof *t->list));
    for (size_t i = 0; i < t->proxies.n; i++) CAIRN_TRY(repeat_column(ctx, &t->proxies.list[i], t->n, copies));
    for (size_t i = 0; i < t->features.n; i++) CAIRN_TRY(repeat_column(ctx, &t->features.list[i], t->n, copies));
    for (size_t i = 0; i < copies; i++) t->list[t->n++] = *candidate;
    return CAIRN_OK;
}

/* ---- by prompt ----------------------------------------------------------------------------------------------------------- */

typedef struct place {
    uint64_t prompt;
    size_t first, index; /* first: of the prompt's candidates */
} place;

static int by_prompt(const void *a, const void *b) {
    const place *x = a, *y = b;
    if (x->prompt != y->prompt) return x->prompt < y->prompt ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static int by_first(const void *a, const void *b) {
    const place *x = a, *y = b;
    if (x->first != y->first) return x->first < y->first ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Prompts in order of their first candidates, candidates of a prompt in order. */
static place *order_of(cairn_ceiling_table *t) {
    place *order = cairn_arena_alloc(t->given, t->n, sizeof *order);
    if (!order) return NULL;
    for (size_t i = 0; i < t->n; i++) order[i] = (place){t->list[i].prompt, i, i};
    qsort(order, t->n, sizeof *order, by_prompt);
    for (size_t i = 1; i < t->n; i++)
        if (order[i].prompt == order[i - 1].prompt) order[i].first = order[i - 1].first;
    qsort(order, t->n, sizeof *order, by_first);
    return order;
}

static cairn_status give_columns(cairn_ceiling_table *t, const ceiling_columns *columns, const place *order,
                                 const cairn_ceiling_column **out) {
    cairn_ceiling_column *given = cairn_arena_alloc(t->given, columns->n + 1, sizeof *given);
    if (!given) return CAIRN_NO_MEMORY;
    for (size_t c = 0; c < columns->n; c++) {
        double *values = cairn_arena_alloc(t->given, t->n, sizeof *values);
        const ceiling_column *column = &columns->list[c];
        if (!values) return CAIRN_NO_MEMORY;
        for (size_t i = 0; i < t->n; i++)
            values[i] = order[i].index < column->count ? column->values[order[i].index] : NAN;
        given[c] = (cairn_ceiling_column){column->name, values};
    }
    *out = given;
    return CAIRN_OK;
}

static cairn_status give_candidates(cairn_ceiling_table *t, const place *order, cairn_ceiling_data *out) {
    double *truth = cairn_arena_alloc(t->given, t->n, sizeof *truth);
    double *process = cairn_arena_alloc(t->given, t->n, sizeof *process);
    uint64_t *answers = cairn_arena_alloc(t->given, t->n, sizeof *answers);
    size_t *first = cairn_arena_alloc(t->given, t->n + 1, sizeof *first);
    bool processed = false, answered = false;
    if (!truth || !process || !answers || !first) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < t->n; i++) {
        const ceiling_candidate *c = &t->list[order[i].index];
        if (i == 0 || order[i].first != order[i - 1].first) first[out->prompts++] = i;
        truth[i] = c->truth, process[i] = c->process, answers[i] = c->answer;
        processed |= !isnan(c->process), answered |= c->answer != 0;
    }
    first[out->prompts] = t->n;
    out->first = first;
    out->truth = truth;
    out->process = processed ? process : NULL;
    out->answers = answered ? answers : NULL;
    return CAIRN_OK;
}

cairn_status cairn_ceiling_table_data(cairn_ceiling_table *t, cairn_ctx *ctx, cairn_ceiling_data *out) {
    cairn_ceiling_data data = {.n_proxies = t->proxies.n, .n_features = t->features.n};
    if (t->n == 0) return cairn_fail(ctx, CAIRN_INVALID, "no candidates");
    if (t->proxies.n == 0) return cairn_fail(ctx, CAIRN_INVALID, "no candidate has a score to choose by");
    cairn_arena_reset(t->given);
    cairn_arena_report(t->given, ctx);
    place *order = order_of(t);
    if (!order) return CAIRN_NO_MEMORY;
    CAIRN_TRY(give_candidates(t, order, &data));
    CAIRN_TRY(give_columns(t, &t->proxies, order, &data.proxies));
    CAIRN_TRY(give_columns(t, &t->features, order, &data.features));
    *out = data;
    return CAIRN_OK;
}
