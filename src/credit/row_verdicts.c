/* Rows that read verdicts on steps and put a penalty on each wrong one alone: `thought` (arXiv 2507.23317), `capo`
 * (arXiv 2508.02298) and `vppo` (after arXiv 2601.18984; its constants are ours). */
#include "credit/row.h"

typedef struct config {
    double alpha, epsilon;   /* thought */
    double outcome, penalty; /* capo, vppo */
    int32_t pool;            /* capo */
    bool dominant;           /* capo */
    double reward;           /* vppo */
} config;

/* ---- thought ------------------------------------------------------------------------------------------------------------------ */

static const cairn_option thought_options[] = {
    CAIRN_REAL(config, alpha, "1", 0, 1e6, "",
               "A wrong thought of a right response costs alpha times the group's accuracy."),
    ROW_EPSILON(config),
};

static void plan_thought(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    p->epsilon = c->epsilon;
    row_scalar(p, CAIRN_ESTIMATE_GRPO);
    cairn_credit_stream *s = row_stream(p, CAIRN_RETURN_LOCAL, CAIRN_ESTIMATE_NONE);
    s->steps = 1, s->rule = CAIRN_STEP_THOUGHT, s->a = c->alpha;
}

const cairn_credit_type cairn_credit_thought = {
    .about = {.name = "thought",
              .summary = "GRPO; wrong thoughts cost, thoughts that a wrong answer does not rest on are free.",
              .source = "arXiv 2507.23317",
              .options = thought_options,
              .option_count = sizeof thought_options / sizeof *thought_options,
              .config_size = sizeof(config)},
    .plan = plan_thought,
};

/* ---- capo --------------------------------------------------------------------------------------------------------------------- */

static const cairn_option capo_options[] = {
    CAIRN_REAL(config, outcome, "2", 1e-9, 1e6, "", "Reward of every token of a right response."),
    CAIRN_REAL(config, penalty, "1", 0, 1e6, "", "Of every token of a wrong step."),
    CAIRN_BOOL(config, dominant, "false", "Allow a penalty that is not below the reward."),
    CAIRN_CHOICE(config, pool, "tokens", "tokens|responses", "What weighs the same in a group's mean and deviation."),
    ROW_EPSILON(config),
};

static void plan_capo(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    p->epsilon = c->epsilon;
    cairn_credit_stream *s = row_stream(p, CAIRN_RETURN_LOCAL, CAIRN_ESTIMATE_POOLED);
    s->scalar = c->outcome, s->steps = 1, s->rule = CAIRN_STEP_PENALTY, s->a = c->penalty;
    s->dominant = c->dominant, s->pool = (cairn_pool_by)c->pool;
}

const cairn_credit_type cairn_credit_capo = {
    .about = {.name = "capo",
              .summary = "Outcome minus a penalty on the tokens of wrong steps.",
              .source = "arXiv 2508.02298",
              .options = capo_options,
              .option_count = sizeof capo_options / sizeof *capo_options,
              .config_size = sizeof(config)},
    .plan = plan_capo,
};

/* ---- vppo --------------------------------------------------------------------------------------------------------------------- */

static const cairn_option vppo_options[] = {
    CAIRN_REAL(config, penalty, "0", 0, 1e6, "", "More for tokens from the first wrong step of a wrong response on."),
    CAIRN_REAL(config, reward, "0", 0, 1e6, "", "Advantage of tokens before it."),
    ROW_EPSILON(config),
};

static void plan_vppo(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    p->epsilon = c->epsilon;
    row_scalar(p, CAIRN_ESTIMATE_GRPO);
    cairn_credit_stream *s = row_stream(p, CAIRN_RETURN_LOCAL, CAIRN_ESTIMATE_NONE);
    s->steps = 1, s->rule = CAIRN_STEP_PREFIX, s->a = c->penalty, s->b = c->reward;
}

const cairn_credit_type cairn_credit_vppo = {
    .about = {.name = "vppo",
              .summary = "GRPO; steps before the first wrong one are not blamed.",
              .source = "after arXiv 2601.18984",
              .options = vppo_options,
              .option_count = sizeof vppo_options / sizeof *vppo_options,
              .config_size = sizeof(config)},
    .plan = plan_vppo,
};
