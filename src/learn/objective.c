/* Objectives: finding them, applying them to a batch, checking their derivative. */
#include "cairn/objective.h"

#include <math.h>

#include "core/registry.h"
#include "objective_list.inc"

const cairn_objective_type *const *cairn_objectives(void) {
    return objective_list;
}

cairn_status cairn_objective_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec,
                                  const cairn_objective_type **type, const void **config) {
    int index;
    const char *options;
    CAIRN_TRY(registry_find(ctx, arena, "objective", objective_abouts, spec, &index, &options, config));
    *type = objective_list[index];
    return CAIRN_OK;
}

const char *cairn_column_name(cairn_column column) {
    static const char *const names[] = {"label", "weight", "reference", "sampled", "advantage", "domain", "length"};
    return (unsigned)column < CAIRN_COLUMNS ? names[column] : "";
}

int64_t cairn_objective_units(const cairn_objective_type *type, const cairn_numbers *numbers) {
    return type->counts == CAIRN_COUNTS_GROUPS ? numbers->n_groups : numbers->n;
}

/* ---- one group -------------------------------------------------------------------------------------------------------------- */

/* The first column that is needed and missing, or CAIRN_COLUMNS. */
static cairn_column missing_column(const cairn_objective_type *type, const float *const *columns) {
    int c = 0;
    while (c < CAIRN_COLUMNS && !(type->needs >> c & 1 && !columns[c])) c++;
    return (cairn_column)c;
}

static cairn_status need_columns(cairn_ctx *ctx, const cairn_objective_type *type, const float *const *columns) {
    cairn_column missing = missing_column(type, columns);
    if (missing == CAIRN_COLUMNS) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "objective %s needs the column `%s`", type->about.name,
                      cairn_column_name(missing));
}

static cairn_status check_group(cairn_ctx *ctx, const cairn_objective_type *type, const cairn_group *g) {
    CAIRN_TRY(need_columns(ctx, type, g->columns));
    if (g->n >= type->least) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "objective %s: a group has at least %d members, not %lld", type->about.name,
                      type->least, (long long)g->n);
}

cairn_status cairn_objective_check(cairn_ctx *ctx, const cairn_objective_type *type, const void *config,
                                   const cairn_group *group, double *worst) {
    const double h = 1e-5;
    size_t n = (size_t)group->n;
    CAIRN_TRY(check_group(ctx, type, group));
    double *room = cairn_alloc(ctx, 3 * n, sizeof *room),
           loss = 0; /* the numbers, their slopes, slopes that are not used */
    if (!room) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) room[i] = group->x[i];
    cairn_group moved = *group;
    moved.x = room;
    cairn_status status = type->loss(ctx, config, &moved, &loss, room + n);
    *worst = 0;
    for (size_t i = 0; i < n && status == CAIRN_OK; i++) {
        double side[2] = {0, 0};
        for (int up = 0; up < 2 && status == CAIRN_OK; up++) {
            for (size_t k = 0; k < n; k++) room[2 * n + k] = 0;
            room[i] = group->x[i] + (up ? h : -h);
            status = type->loss(ctx, config, &moved, &side[up], room + 2 * n);
        }
        room[i] = group->x[i];
        double difference = (side[1] - side[0]) / (2 * h);
        *worst = fmax(*worst, fabs(room[n + i] - difference) / (1 + fabs(difference)));
    }
    cairn_free(room);
    return status;
}

/* ---- a batch ------------------------------------------------------------------------------------------------------------------ */

typedef struct application {
    const cairn_objective_type *type;
    const void *config;
    const cairn_numbers *numbers;
    double divisor;
} application;

static cairn_status sum_groups(cairn_ctx *ctx, void *arg, int64_t n, const double *x, double *loss, double *slope) {
    const application *a = arg;
    double sum = 0;
    for (int32_t g = 0; g < a->numbers->n_groups; g++) {
        int32_t from = a->numbers->groups[g];
        cairn_group group = {.n = a->numbers->groups[g + 1] - from, .x = x + from};
        double own = 0;
        for (int c = 0; c < CAIRN_COLUMNS; c++)
            if (a->numbers->columns[c]) group.columns[c] = a->numbers->columns[c] + from;
        CAIRN_TRY(check_group(ctx, a->type, &group));
        CAIRN_TRY(a->type->loss(ctx, a->config, &group, &own, slope + from));
        sum += own;
    }
    *loss = sum / a->divisor;
    for (int64_t i = 0; i < n; i++) slope[i] *= 1 / a->divisor;
    return CAIRN_OK;
}

static bool groups_fit(const cairn_numbers *numbers) {
    if (numbers->n_groups < 0 || numbers->groups[0] != 0 || numbers->groups[numbers->n_groups] != numbers->n)
        return false;
    for (int32_t g = 0; g < numbers->n_groups; g++)
        if (numbers->groups[g] > numbers->groups[g + 1]) return false;
    return true;
}

/* Says what of a batch does not fit. */
static cairn_status refuse(cairn_ctx *ctx, void *arg, int64_t n, const double *x, double *loss, double *slope) {
    const application *a = arg;
    const char *name = a->type->about.name;
    (void)x, (void)loss, (void)slope;
    CAIRN_TRY(need_columns(ctx, a->type, a->numbers->columns));
    if (!(a->divisor > 0))
        return cairn_fail(ctx, CAIRN_INVALID, "objective %s: the divisor must be greater than 0, not %g", name,
                          a->divisor);
    return cairn_fail(ctx, CAIRN_INVALID, "objective %s: its groups do not divide %lld numbers", name, (long long)n);
}

cairn_tensor *cairn_objective_apply(cairn_tape *tape, const cairn_objective_type *type, const void *config,
                                    cairn_tensor *x, const cairn_numbers *numbers, double divisor) {
    application a = {type, config, numbers, divisor};
    if (!x) return NULL;
    if (x->size != numbers->n || !groups_fit(numbers) || !(divisor > 0) ||
        missing_column(type, numbers->columns) < CAIRN_COLUMNS)
        return cairn_loss(tape, x, refuse, &a);
    if (type->graph) return type->graph(tape, config, x, numbers->columns, divisor);
    return cairn_loss(tape, x, sum_groups, &a);
}
