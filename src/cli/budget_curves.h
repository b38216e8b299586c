/* Accuracy against what was spent, as `eval budget` and `report` draw it. */
#ifndef CAIRN_CLI_BUDGET_CURVES_H
#define CAIRN_CLI_BUDGET_CURVES_H

#include "cairn/curves.h"
#include "cairn/job.h"
#include "cli/cli.h"

/* What x is: as --unit has it, else one of these. */
#define BUDGET_AXIS_CHOICES "unit|" BUDGET_AXES
#define BUDGET_AXES         "steps|tokens|scorings|flops"
typedef enum budget_axis { BUDGET_BY_UNIT, BUDGET_STEPS, BUDGET_TOKENS, BUDGET_SCORINGS, BUDGET_FLOPS } budget_axis;

/* "tokens a problem" */
const char *budget_axis_text(budget_axis axis);

/* A point of a line. */
typedef struct budget_place {
    double x;
    cairn_interval y;
} budget_place;
/* The line through places[n], which are sorted; of those in one place (within a thousandth) the first. */
cairn_status budget_line(cli *c, budget_place *places, size_t n, const char *name, cairn_curve_line *out);

/* One search at one budget. */
typedef struct budget_point {
    double spent[BUDGET_FLOPS + 1]; /* a problem, on average, by budget_axis; the first is not used */
    double optimum;                 /* with these steps; NaN: not known */
    cairn_interval accuracy, difference;
} budget_point;

typedef struct budget_curves {
    const char *const *searches;     /* [n_searches] */
    const char *const *budgets;      /* [n_budgets] as the table says them: "64 steps a problem" */
    const budget_point *points;      /* [n_budgets][n_searches] */
    int n_searches, n_budgets, base; /* base: to which the others are compared */
    budget_axis axis;                /* not BUDGET_BY_UNIT */
    const char *const *facts;        /* [n_facts][2] for the page */
    int n_facts;
} budget_curves;

cairn_status budget_write_svg(cli *c, const budget_curves *curves, const char *path);
cairn_status budget_write_html(cli *c, const budget_curves *curves, const char *path);

#endif
