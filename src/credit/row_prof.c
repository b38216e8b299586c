/* Row `prof`: of each group the responses whose steps and outcome agree (arXiv 2509.03403). The gradient is that of the
 * outcome alone. */
#include "credit/row.h"

typedef struct config {
    int64_t keep, steps_low, steps_high;
    double lambda, epsilon;
    int32_t side, variant;
    uint64_t seed;
} config;

enum { CODE, PAPER };

static const cairn_option options[] = {
    CAIRN_INT(config, keep, "4", 2, 1000000, "responses", "Kept of each group."),
    CAIRN_CHOICE(config, side, "both", "both|correct|incorrect|random",
                 "Which side leaves by agreement; the other at random."),
    CAIRN_REAL(config, lambda, "10", 0, 1e9, "", "Penalty for too few or too many steps."),
    CAIRN_INT_AS("steps-low", config, steps_low, "2", 0, 1000000, "steps", "Fewer are too few."),
    CAIRN_INT_AS("steps-high", config, steps_high, "30", 0, 1000000, "steps", "More are too many."),
    CAIRN_CHOICE(config, variant, "code", "code|paper",
                 "Scores centred by the batch and the penalty the same for both sides, or neither."),
    ROW_EPSILON(config),
    ROW_SEED(config),
};

static void plan(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    p->select = CAIRN_SELECT_CONSISTENT;
    p->keep = c->keep, p->side = (cairn_select_side)c->side;
    p->step_penalty = c->lambda, p->steps_low = c->steps_low, p->steps_high = c->steps_high;
    p->centred = c->variant == CODE, p->penalty_signed = c->variant == PAPER;
    p->epsilon = c->epsilon, p->seed = c->seed;
    row_scalar(p, CAIRN_ESTIMATE_GRPO);
}

const cairn_credit_type cairn_credit_prof = {
    .about = ROW_ABOUT("prof", "GRPO over the responses whose steps and outcome agree.", "arXiv 2509.03403"),
    .plan = plan,
};
