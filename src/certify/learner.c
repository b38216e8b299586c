/* The list of learners for cairn_certify_loo, and finding one by its spec. */
#include "cairn/certify.h"
#include "core/registry.h"

typedef struct logistic_config {
    double penalty;
} logistic_config;

typedef struct nearest_config {
    int64_t items;
} nearest_config;

static const cairn_option logistic_options[] = {
    CAIRN_REAL(logistic_config, penalty, "1", 1e-6, 1e6, "", "weight of the squared norm in the loss"),
};
static const cairn_option nearest_options[] = {
    CAIRN_INT(nearest_config, items, "10", 1, 1000000, "items", "nearest items that are looked at"),
};

enum { LOGISTIC, NEAREST };
static const cairn_about logistic = {.name = "logistic",
                                     .options = logistic_options,
                                     .option_count = sizeof logistic_options / sizeof *logistic_options,
                                     .config_size = sizeof(logistic_config)};
static const cairn_about nearest = {.name = "nearest",
                                    .options = nearest_options,
                                    .option_count = sizeof nearest_options / sizeof *nearest_options,
                                    .config_size = sizeof(nearest_config)};
static const cairn_about *const learners[] = {[LOGISTIC] = &logistic, [NEAREST] = &nearest, NULL};

cairn_status cairn_certify_learner_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec,
                                        cairn_certify_learner *learner, const void **arg) {
    int index;
    const char *options;
    const void *config;
    CAIRN_TRY(registry_find(ctx, arena, "learner", learners, spec, &index, &options, &config));
    if (index == LOGISTIC) {
        *learner = cairn_certify_logistic;
        *arg = &((const logistic_config *)config)->penalty;
        return CAIRN_OK;
    }
    int32_t *items = cairn_arena_alloc(arena, 1, sizeof *items);
    if (!items) return CAIRN_NO_MEMORY;
    *items = (int32_t)((const nearest_config *)config)->items;
    *learner = cairn_certify_nearest;
    *arg = items;
    return CAIRN_OK;
}
