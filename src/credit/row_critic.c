/* Rows that sum token rewards: `reinforce-pp` (arXiv 2501.03262) without a critic, `ppo` (arXiv 1707.06347) with one. */
#include "credit/row.h"

typedef struct config {
    double gamma, lambda, kl;
    bool whiten;
} config;

static const cairn_option options[] = {ROW_GAMMA(config, "1"), ROW_KL(config), ROW_WHITEN(config), ROW_LAMBDA(config)};

static void plan_with(const config *c, cairn_estimator estimator, cairn_credit_plan *p) {
    cairn_credit_stream *s = row_stream(p, CAIRN_RETURN_TO_GO, estimator);
    s->scalar = 1, s->kl = c->kl, s->gamma = c->gamma, s->lambda = c->lambda;
    p->whiten = c->whiten;
}

static void plan_reinforce_pp(const void *configuration, cairn_credit_plan *p) {
    config c = *(const config *)configuration;
    c.lambda = 1;
    plan_with(&c, CAIRN_ESTIMATE_NONE, p);
}

static void plan_ppo(const void *configuration, cairn_credit_plan *p) {
    plan_with(configuration, CAIRN_ESTIMATE_GAE, p);
}

const cairn_credit_type cairn_credit_reinforce_pp = {
    .about = {.name = "reinforce-pp",
              .summary = "Outcome minus log-ratios, summed to the end and whitened.",
              .source = "arXiv 2501.03262",
              .options = options,
              .option_count = sizeof options / sizeof *options - 1, /* all but lambda */
              .config_size = sizeof(config)},
    .plan = plan_reinforce_pp,
};
const cairn_credit_type cairn_credit_ppo = {
    .about = ROW_ABOUT("ppo", "Outcome minus log-ratios, against a critic.", "arXiv 1707.06347"),
    .plan = plan_ppo,
};
