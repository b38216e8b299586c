/* Rows of agents, whose steps are turns: `per-turn`, `oprl` (arXiv 2509.19199), `pav` (arXiv 2410.08146), `gigpo`
 * (arXiv 2505.10978). */
#include "credit/row.h"

typedef struct config {
    double alpha, gamma, epsilon, start;
    int32_t scores, estimator;
    bool whiten;
} config;

/* ---- per-turn ----------------------------------------------------------------------------------------------------------------- */

static const cairn_option turn_options[] = {
    CAIRN_REAL(config, alpha, "1", 0, 1e6, "", "Weight of the turns' scores."),
    CAIRN_REAL(config, gamma, "1", 1e-6, 1, "", "Discount of a score for each later turn."),
    ROW_SCORES(config),
    ROW_WHITEN(config),
};

static void plan_per_turn(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    row_scalar(p, CAIRN_ESTIMATE_RLOO);
    cairn_credit_stream *s = row_stream(p, CAIRN_RETURN_TO_GO, CAIRN_ESTIMATE_RLOO);
    s->steps = 1, s->rule = CAIRN_STEP_SUM, s->weight = c->alpha, s->gamma = c->gamma, s->by_step = true;
    p->given = p->used = (cairn_score_unit)c->scores;
    p->whiten = c->whiten;
}

const cairn_credit_type cairn_credit_per_turn = {
    .about = {.name = "per-turn",
              .summary = "Outcome, and the scores from each turn on, each minus the mean of the others.",
              .options = turn_options,
              .option_count = sizeof turn_options / sizeof *turn_options,
              .config_size = sizeof(config)},
    .plan = plan_per_turn,
};

/* ---- oprl --------------------------------------------------------------------------------------------------------------------- */

static const cairn_option oprl_options[] = {
    CAIRN_REAL(config, alpha, "1", 0, 1e6, "", "Weight of the step advantage."),
    CAIRN_CHOICE(config, estimator, "grpo", "grpo|rloo", "Of the outcome."),
    ROW_EPSILON(config),
};

static void plan_oprl(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    p->given = p->used = CAIRN_SCORE_REAL;
    p->epsilon = c->epsilon;
    row_scalar(p, c->estimator ? CAIRN_ESTIMATE_RLOO : CAIRN_ESTIMATE_GRPO);
    cairn_credit_stream *s = row_stream(p, CAIRN_RETURN_LOCAL, CAIRN_ESTIMATE_POOLED);
    s->steps = 1, s->rule = CAIRN_STEP_SUM, s->pool = CAIRN_POOL_STEPS, s->weight = c->alpha;
}

const cairn_credit_type cairn_credit_oprl = {
    .about = {.name = "oprl",
              .summary = "Outcome, and log-ratios of actions against all actions of the group.",
              .source = "arXiv 2509.19199",
              .options = oprl_options,
              .option_count = sizeof oprl_options / sizeof *oprl_options,
              .config_size = sizeof(config)},
    .plan = plan_oprl,
};

/* ---- pav ---------------------------------------------------------------------------------------------------------------------- */

static const cairn_option pav_options[] = {
    CAIRN_REAL(config, alpha, "3", 0, 1e6, "", "Weight of the progress under the prover."),
    CAIRN_REAL(config, start, "0", 0, 1, "", "The prover's chance of success before the first step."),
};

static void plan_pav(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    row_scalar(p, CAIRN_ESTIMATE_RLOO);
    cairn_credit_stream *s = row_stream(p, CAIRN_RETURN_LOCAL, CAIRN_ESTIMATE_NONE);
    s->steps = 1, s->rule = CAIRN_STEP_PROGRESS, s->a = c->start, s->weight = c->alpha;
}

const cairn_credit_type cairn_credit_pav = {
    .about = {.name = "pav",
              .summary = "Outcome, and by how much a step raised a prover's chance of success.",
              .source = "arXiv 2410.08146",
              .options = pav_options,
              .option_count = sizeof pav_options / sizeof *pav_options,
              .config_size = sizeof(config)},
    .plan = plan_pav,
};

/* ---- gigpo -------------------------------------------------------------------------------------------------------------------- */

static const cairn_option gigpo_options[] = {
    CAIRN_REAL(config, alpha, "1", 0, 1e6, "", "Weight of the comparison of steps from one state."),
    CAIRN_REAL(config, gamma, "0.95", 1e-6, 1, "", "Discount of the outcome for each later step."),
    ROW_EPSILON(config),
};

static void plan_gigpo(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    p->epsilon = c->epsilon;
    row_scalar(p, CAIRN_ESTIMATE_GRPO);
    cairn_credit_stream *s = row_stream(p, CAIRN_RETURN_TO_GO, CAIRN_ESTIMATE_ANCHOR);
    s->scalar = 1, s->weight = c->alpha, s->gamma = c->gamma, s->by_step = true;
}

const cairn_credit_type cairn_credit_gigpo = {
    .about = {.name = "gigpo",
              .summary = "GRPO of responses, and of steps that start in the same state.",
              .source = "arXiv 2505.10978",
              .options = gigpo_options,
              .option_count = sizeof gigpo_options / sizeof *gigpo_options,
              .config_size = sizeof(config)},
    .plan = plan_gigpo,
};
