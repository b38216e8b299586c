/* Row `blend`: outcome plus mean step score, the baseline that arXiv 2509.03403 compares with. */
#include "credit/row.h"

typedef struct config {
    double beta, epsilon;
    int32_t scores;
} config;

static const cairn_option options[] = {
    CAIRN_REAL(config, beta, "0.8", 0, 1e6, "", "Weight of the mean step score."),
    ROW_SCORES(config),
    ROW_EPSILON(config),
};

static void plan(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    p->given = p->used = (cairn_score_unit)c->scores;
    p->scalar = CAIRN_SCALAR_BLEND, p->blend = c->beta;
    p->epsilon = c->epsilon;
    row_scalar(p, CAIRN_ESTIMATE_GRPO);
}

const cairn_credit_type cairn_credit_blend = {
    .about = ROW_ABOUT("blend", "GRPO of outcome plus mean step score.", "arXiv 2509.03403"),
    .plan = plan,
};
