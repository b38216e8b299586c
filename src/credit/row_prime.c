/* Row `prime`: token rewards of an implicit process reward model beside the outcome (arXiv 2502.01456). By default rewards
 * are centred after they were summed; the paper's equation 5 and its code centre before, which is biased. */
#include "credit/row.h"

typedef struct config {
    double low, high, weight, gamma, epsilon;
    int32_t centre, estimator;
    bool scale, truncated, whiten;
} config;

static const cairn_option options[] = {
    CAIRN_REAL(config, low, "0.2", -1e9, 1e9, "", "Groups with a lower mean outcome are left out."),
    CAIRN_REAL(config, high, "0.8", -1e9, 1e9, "", "Groups with a higher one too."),
    CAIRN_BOOL(config, truncated, "true", "Keep groups with a truncated response."),
    CAIRN_REAL(config, weight, "1", 0, 1e6, "", "Of the token rewards."),
    CAIRN_CHOICE(config, centre, "after", "after|paper|code",
                 "Centre returns, or rewards by equation 5 or by the code."),
    CAIRN_CHOICE(config, estimator, "rloo", "rloo|grpo", "Baseline of both parts."),
    CAIRN_BOOL(config, scale, "false", "Divide token rewards by the greatest return of the batch, as the code does."),
    ROW_GAMMA(config, "1"),
    ROW_WHITEN(config),
    ROW_EPSILON(config),
};

static void plan(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    cairn_estimator e = c->estimator ? CAIRN_ESTIMATE_GRPO : CAIRN_ESTIMATE_RLOO;
    p->select = CAIRN_SELECT_SPREAD;
    p->spread_low = c->low, p->spread_high = c->high, p->drop_truncated = !c->truncated;
    p->epsilon = c->epsilon, p->whiten = c->whiten;
    row_scalar(p, e);
    cairn_credit_stream *s = row_stream(p, CAIRN_RETURN_TO_GO, e);
    s->tokens = 1, s->weight = c->weight, s->gamma = c->gamma;
    s->centre = (cairn_centre)c->centre, s->scaled = c->scale;
}

const cairn_credit_type cairn_credit_prime = {
    .about = ROW_ABOUT("prime", "Outcome and implicit token rewards, each with its baseline.", "arXiv 2502.01456"),
    .plan = plan,
};
