/* Rows `flip`, `pattern` and `calibrate`: outcomes that are noisy, replaced or repaired (arXiv 2505.22653). */
#include "credit/row.h"

typedef struct config {
    int32_t estimator;
    bool whiten;
    double rate;
    int32_t scope;
    bool fixed;
    uint64_t seed;
    double tau, alpha;
} config;

#define ESTIMATOR_ROW                                       \
    CAIRN_CHOICE(config, estimator, "gae", "gae|grpo|rloo", \
                 "gae needs a critic's values; the others compare the responses of a group.")

static void plan_with(const config *c, cairn_outcome_stage outcome, cairn_credit_plan *p) {
    static const cairn_estimator estimators[] = {CAIRN_ESTIMATE_GAE, CAIRN_ESTIMATE_GRPO, CAIRN_ESTIMATE_RLOO};
    cairn_estimator e = estimators[c->estimator];
    row_stream(p, e == CAIRN_ESTIMATE_GAE ? CAIRN_RETURN_TO_GO : CAIRN_RETURN_TOTAL, e)->scalar = 1;
    p->outcome = outcome;
    p->whiten = c->whiten;
}

/* ---- flip --------------------------------------------------------------------------------------------------------------------- */

static const cairn_option flip_options[] = {
    CAIRN_REAL(config, rate, "0.4", 0, 1, "", "Probability that an outcome becomes its opposite."),
    CAIRN_CHOICE(config, scope, "group", "group|response", "What flips as one."),
    CAIRN_BOOL(config, fixed, "false", "A group flips the same way each time that it is seen."),
    ESTIMATOR_ROW,
    ROW_WHITEN(config),
    ROW_SEED(config),
};

static void plan_flip(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    plan_with(c, CAIRN_OUTCOME_FLIP, p);
    p->flip = c->rate, p->flip_responses = c->scope == 1, p->flip_fixed = c->fixed, p->seed = c->seed;
}

const cairn_credit_type cairn_credit_flip = {
    .about = {.name = "flip",
              .summary = "Outcomes flipped at random: how much noise does training stand?",
              .source = "arXiv 2505.22653",
              .options = flip_options,
              .option_count = sizeof flip_options / sizeof *flip_options,
              .config_size = sizeof(config)},
    .plan = plan_flip,
};

/* ---- pattern ------------------------------------------------------------------------------------------------------------------ */

static const cairn_option pattern_options[] = {ESTIMATOR_ROW, ROW_WHITEN(config)};

static void plan_pattern(const void *configuration, cairn_credit_plan *p) {
    plan_with(configuration, CAIRN_OUTCOME_PATTERN, p);
}

const cairn_credit_type cairn_credit_pattern = {
    .about = {.name = "pattern",
              .summary = "The reasoning-pattern score instead of the outcome.",
              .source = "arXiv 2505.22653",
              .options = pattern_options,
              .option_count = sizeof pattern_options / sizeof *pattern_options,
              .config_size = sizeof(config)},
    .plan = plan_pattern,
};

/* ---- calibrate ---------------------------------------------------------------------------------------------------------------- */

static const cairn_option calibrate_options[] = {
    CAIRN_REAL(config, tau, "0.5", 0, 1, "", "Outcomes below it are raised."),
    CAIRN_REAL(config, alpha, "0.1", 0, 1e6, "", "By alpha times the pattern score, to at most 1."),
    ESTIMATOR_ROW,
    ROW_WHITEN(config),
};

static void plan_calibrate(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    plan_with(c, CAIRN_OUTCOME_CALIBRATE, p);
    p->tau = c->tau, p->alpha = c->alpha;
}

const cairn_credit_type cairn_credit_calibrate = {
    .about = {.name = "calibrate",
              .summary = "Low outcomes of a noisy reward model raised by the reasoning-pattern score.",
              .source = "arXiv 2505.22653",
              .options = calibrate_options,
              .option_count = sizeof calibrate_options / sizeof *calibrate_options,
              .config_size = sizeof(config)},
    .plan = plan_calibrate,
};
