/* Rows that read one number a response: the common baselines. */
#include "credit/row.h"

/* ---- one estimator of the scalar and nothing else --------------------------------------------------------------------------- */

typedef struct config {
    double epsilon;
} config;

static const cairn_option options[] = {ROW_EPSILON(config)};

static void plan_outcome(const void *configuration, cairn_credit_plan *p) {
    (void)configuration;
    row_scalar(p, CAIRN_ESTIMATE_NONE);
}

static void plan_grpo(const void *configuration, cairn_credit_plan *p) {
    p->epsilon = ((const config *)configuration)->epsilon;
    row_scalar(p, CAIRN_ESTIMATE_GRPO);
}

static void plan_grpo_batch(const void *configuration, cairn_credit_plan *p) {
    p->epsilon = ((const config *)configuration)->epsilon;
    row_scalar(p, CAIRN_ESTIMATE_BATCH_STD);
}

static void plan_dr_grpo(const void *configuration, cairn_credit_plan *p) {
    (void)configuration;
    row_scalar(p, CAIRN_ESTIMATE_MEAN);
}

static void plan_rloo(const void *configuration, cairn_credit_plan *p) {
    (void)configuration;
    row_scalar(p, CAIRN_ESTIMATE_RLOO);
}

static void plan_opo(const void *configuration, cairn_credit_plan *p) {
    (void)configuration;
    row_scalar(p, CAIRN_ESTIMATE_OPO);
}

static void plan_remax(const void *configuration, cairn_credit_plan *p) {
    (void)configuration;
    row_scalar(p, CAIRN_ESTIMATE_REMAX);
}

static void plan_reinforce_pp_baseline(const void *configuration, cairn_credit_plan *p) {
    (void)configuration;
    row_scalar(p, CAIRN_ESTIMATE_MEAN);
    p->whiten = true;
}

const cairn_credit_type cairn_credit_outcome = {
    .about = {.name = "outcome", .summary = "The outcome itself, without a baseline (REINFORCE)."},
    .plan = plan_outcome,
};
const cairn_credit_type cairn_credit_grpo = {
    .about = ROW_ABOUT("grpo", "Outcome minus the group's mean, over its deviation.", "arXiv 2402.03300"),
    .plan = plan_grpo,
};
const cairn_credit_type cairn_credit_grpo_batch = {
    .about = ROW_ABOUT("grpo-batch", "Outcome minus the group's mean, over the batch's deviation.", "arXiv 2508.08221"),
    .plan = plan_grpo_batch,
};
const cairn_credit_type cairn_credit_dr_grpo = {
    .about = {.name = "dr-grpo", .summary = "Outcome minus the group's mean.", .source = "arXiv 2503.20783"},
    .plan = plan_dr_grpo,
};
const cairn_credit_type cairn_credit_rloo = {
    .about = {.name = "rloo", .summary = "Outcome minus the mean of the others.", .source = "arXiv 2402.14740"},
    .plan = plan_rloo,
};
const cairn_credit_type cairn_credit_opo = {
    .about = {.name = "opo", .summary = "Outcome minus the mean weighted by length.", .source = "arXiv 2505.23585"},
    .plan = plan_opo,
};
const cairn_credit_type cairn_credit_remax = {
    .about = {.name = "remax", .summary = "Outcome minus that of the greedy response.", .source = "arXiv 2310.10505"},
    .plan = plan_remax,
};
const cairn_credit_type cairn_credit_reinforce_pp_baseline = {
    .about = {.name = "reinforce-pp-baseline",
              .summary = "Outcome minus the group's mean, whitened over the batch.",
              .source = "arXiv 2501.03262"},
    .plan = plan_reinforce_pp_baseline,
};
