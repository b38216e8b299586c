/* Row `trust`: a thinking score that counts less where wrong answers have the better one, and less with time
 * (arXiv 2505.17018). */
#include "credit/row.h"

typedef struct config {
    double alpha, iterations, epsilon;
    int32_t mode;
    bool trusting;
} config;

static const cairn_option options[] = {
    CAIRN_REAL(config, alpha, "0.3", 0, 1e6, "", "Weight of the thinking score."),
    CAIRN_REAL(config, iterations, "1500", 0, 1e12, "iterations",
               "It falls by exp(-iteration / iterations); 0: it stays."),
    CAIRN_CHOICE(
        config, mode, "safe", "paper|code|safe",
        "safe: no thinking reward unless a group has right and wrong answers; paper: full trust then; code: none "
        "for clearly wrong answers, none in groups that agree."),
    CAIRN_BOOL(config, trusting, "false", "Full trust always: the ablation."),
    ROW_EPSILON(config),
};

static void plan(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    p->scalar = CAIRN_SCALAR_TRUST;
    p->think_weight = c->alpha, p->anneal = c->iterations;
    p->trust = (cairn_trust_mode)c->mode, p->trusting = c->trusting;
    p->epsilon = c->epsilon;
    row_scalar(p, CAIRN_ESTIMATE_GRPO);
}

const cairn_credit_type cairn_credit_trust = {
    .about = ROW_ABOUT("trust", "GRPO of outcome and a thinking score that the group vouches for.", "arXiv 2505.17018"),
    .plan = plan,
};
