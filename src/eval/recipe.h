/* The driver of recipes, inside: from recipes to runs, from runs to numbers, from numbers to verdicts. */
#ifndef CAIRN_EVAL_RECIPE_H
#define CAIRN_EVAL_RECIPE_H

#include <jansson.h>

#include "cairn/recipe.h"

/* One arm on one seed; indices. */
typedef struct recipe_run {
    int32_t recipe, arm, seed;
} recipe_run;

typedef struct planned_recipe {
    const cairn_recipe *recipe;
    const uint64_t *seeds; /* [seed_count] ascending */
    int32_t seed_count;
    int32_t *runs;        /* [arm_count] seeds that each arm is run on, the first ones; 0: not asked for */
    const char **options; /* [arm_count] canonical; "" where not asked for */
    int64_t *first;       /* [arm_count] index of the arm's first run; the others follow in order of seeds */
} planned_recipe;

typedef struct recipe_plan {
    const cairn_verify_setup *setup;
    planned_recipe *recipes; /* [n] */
    int32_t n;
    recipe_run *runs; /* [count] by recipe, arm, seed */
    int64_t count;
} recipe_plan;

/* Checks the recipes and lays out their runs, in the arena. Errors: those of cairn_recipe_verify that need no run. */
cairn_status recipe_plan_make(cairn_ctx *ctx, const cairn_recipe *const *recipes, int32_t n,
                              const cairn_verify_setup *setup, cairn_arena *arena, recipe_plan *out);
/* The configuration of an arm: presets, the arm's options, then those of the setup. In the arena. */
cairn_status recipe_config(cairn_ctx *ctx, cairn_arena *arena, const cairn_recipe *recipe, const cairn_arm *arm,
                           const cairn_verify_setup *setup, void **out);

/* What a run has reported so far. */
struct cairn_lab_state {
    json_t *numbers;     /* object: name to number, or null where unknown */
    const char *skipped; /* the reason, in the lab's arena; NULL: not skipped */
    const char *data;    /* folder of the shared real data */
    int64_t index;       /* of the run in the plan */
    struct recipe_folder *folder;
};

/* Where the files of a verification stand. */
typedef struct recipe_folder recipe_folder;
/* `threads`: that all runs together use. */
cairn_status recipe_folder_open(cairn_ctx *ctx, int32_t threads, recipe_folder **out);
/* Removes the folder with all its files; NULL is fine. */
void recipe_folder_close(recipe_folder *folder);

/* Makes the runs that `run` does not hold (all where it is NULL) and gives the record of every run to visit, in order
 * of the plan. seconds[count] of those made now, the others are left as they are. */
cairn_status recipe_run_all(cairn_ctx *ctx, const recipe_plan *plan, cairn_run *run, double *seconds,
                            cairn_run_visit_fn visit, void *arg);

/* The verdict on values[n], one a seed: the number, the difference or the ratio; NaN where it is unknown. Fills
 * interval, seeds, unknown and verdict. */
cairn_status recipe_judge(cairn_ctx *ctx, const cairn_claim *claim, const double *values, int32_t n,
                          cairn_claim_result *out);

#endif
