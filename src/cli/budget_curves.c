#include "cli/budget_curves.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const axes[] = {"", "sampled steps a problem", "tokens a problem", "scored steps a problem",
                                   "FLOP a problem"};

/* Two means within a thousandth are one place: an algorithm that spends no more where more is allowed. */
#define SAME_PLACE 1.001

const char *budget_axis_text(budget_axis axis) {
    return axes[axis];
}

static int by_x(const void *a, const void *b) {
    double x = ((const budget_place *)a)->x, y = ((const budget_place *)b)->x;
    return (x > y) - (x < y);
}

cairn_status budget_line(cli *c, budget_place *places, size_t n, const char *name, cairn_curve_line *out) {
    double *x = cairn_arena_alloc(c->arena, n + 1, sizeof *x);
    cairn_interval *y = cairn_arena_alloc(c->arena, n + 1, sizeof *y);
    if (!x || !y) return CAIRN_NO_MEMORY;
    *out = (cairn_curve_line){.name = name, .x = x, .y = y};
    if (n > 1) qsort(places, n, sizeof *places, by_x);
    for (size_t i = 0; i < n; i++) {
        if (out->n && !(places[i].x > x[out->n - 1] * SAME_PLACE)) continue;
        x[out->n] = places[i].x;
        y[out->n++] = places[i].y;
    }
    return CAIRN_OK;
}

static const budget_point *point_at(const budget_curves *b, int budget, int search) {
    return &b->points[budget * b->n_searches + search];
}

static cairn_status search_line(cli *c, const budget_curves *b, int search, budget_place *places,
                                cairn_curve_line *out) {
    size_t n = 0;
    for (int i = 0; i < b->n_budgets; i++) {
        const budget_point *p = point_at(b, i, search);
        if (p->spent[b->axis] > 0) places[n++] = (budget_place){p->spent[b->axis], p->accuracy};
    }
    return budget_line(c, places, n, b->searches[search], out);
}

/* What is best possible is a function of the steps alone: at each budget by the search that spent most. */
static cairn_status optimum_line(cli *c, const budget_curves *b, budget_place *places, cairn_curve_line *out) {
    size_t n = 0;
    for (int i = 0; i < b->n_budgets; i++) {
        const budget_point *most = point_at(b, i, 0);
        for (int k = 1; k < b->n_searches; k++)
            if (point_at(b, i, k)->spent[b->axis] > most->spent[b->axis]) most = point_at(b, i, k);
        if (!isnan(most->optimum) && most->spent[b->axis] > 0)
            places[n++] = (budget_place){most->spent[b->axis], {most->optimum, NAN, NAN, 0}};
    }
    return budget_line(c, places, n, "best possible, exactly", out);
}

static cairn_status make_picture(cli *c, const budget_curves *b, cairn_curve_picture *out) {
    int n = b->n_searches;
    cairn_curve_line *lines = cairn_arena_alloc(c->arena, (size_t)n + 1, sizeof *lines);
    budget_place *places = cairn_arena_alloc(c->arena, (size_t)b->n_budgets + 1, sizeof *places);
    if (!lines || !places) return CAIRN_NO_MEMORY;
    for (int i = 0; i < n; i++) CAIRN_TRY(search_line(c, b, i, places, &lines[i]));
    CAIRN_TRY(optimum_line(c, b, places, &lines[n]));
    *out = (cairn_curve_picture){.title = "Right answers by what was spent",
                                 .across = axes[b->axis],
                                 .note = "Intervals are Wilson's. x is what was spent, not what was allowed: an "
                                         "algorithm that does not use its budget stands further left.",
                                 .lines = lines,
                                 .n = n + (lines[n].n > 0)};
    return CAIRN_OK;
}

/* ---- the table ----------------------------------------------------------------------------------------------------- */

static const char *cell_text(cli *c, const cairn_interval *y, bool sign) {
    if (isnan(y->estimate)) return "";
    if (isnan(y->low)) return cairn_arena_printf(c->arena, sign ? "%+.1f" : "%.1f", 100 * y->estimate);
    return cairn_arena_printf(c->arena, sign ? "%+.1f [%+.1f, %+.1f]" : "%.1f [%.1f, %.1f]", 100 * y->estimate,
                              100 * y->low, 100 * y->high);
}

/* A row a search with its accuracies, and one with its differences to the baseline. */
static cairn_status make_table(cli *c, const budget_curves *b, cairn_curve_table *out) {
    int columns = b->n_budgets + 1, rows = 1;
    const char **cells = cairn_arena_alloc(c->arena, (size_t)(columns * (2 * b->n_searches + 1)), sizeof *cells);
    const char *less = cairn_arena_printf(c->arena, "less %s", b->searches[b->base]);
    if (!cells || !less) return CAIRN_NO_MEMORY;
    cells[0] = "";
    for (int i = 0; i < b->n_budgets; i++) cells[i + 1] = b->budgets[i];
    for (int k = 0; k < b->n_searches; k++)
        for (int part = 0; part < 1 + (k != b->base); part++, rows++) {
            cells[rows * columns] = part ? less : b->searches[k];
            for (int i = 0; i < b->n_budgets; i++) {
                const budget_point *p = point_at(b, i, k);
                const char *text = cell_text(c, part ? &p->difference : &p->accuracy, part);
                if (!text) return CAIRN_NO_MEMORY;
                cells[rows * columns + i + 1] = text;
            }
        }
    *out = (cairn_curve_table){.title = "Right answers, per cent", .cells = cells, .rows = rows, .columns = columns};
    return CAIRN_OK;
}

/* ---- files --------------------------------------------------------------------------------------------------------- */

static cairn_status end_out(cairn_out *out, cairn_status status) {
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

cairn_status budget_write_svg(cli *c, const budget_curves *b, const char *path) {
    cairn_curve_picture picture;
    cairn_out *out;
    CAIRN_TRY(make_picture(c, b, &picture));
    CAIRN_TRY(cairn_out_open(c->ctx, path, &out));
    return end_out(out, cairn_curves_image(c->ctx, &picture, 1, out));
}

cairn_status budget_write_html(cli *c, const budget_curves *b, const char *path) {
    cairn_curve_picture picture;
    cairn_curve_table table;
    cairn_out *out;
    CAIRN_TRY(make_picture(c, b, &picture));
    CAIRN_TRY(make_table(c, b, &table));
    cairn_curves_page page = {.title = "Accuracy against budget",
                              .summary = "Algorithms at the same budgets on the same problems. Unknown outcomes count "
                                         "as not right. Differences are paired, by a bootstrap over problems.",
                              .made_by = "eval budget",
                              .facts = b->facts,
                              .n_facts = b->n_facts,
                              .pictures = &picture,
                              .n_pictures = 1,
                              .tables = &table,
                              .n_tables = 1};
    CAIRN_TRY(cairn_out_open(c->ctx, path, &out));
    return end_out(out, cairn_curves_html(c->ctx, &page, out));
}
