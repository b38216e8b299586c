/* Row `ppr`: a turn's reward is its score plus the outcome minus beta, so that with beta = 1 more turns never pay in a
 * failed episode (arXiv 2509.25598). */
#include "credit/row.h"

typedef struct config {
    double beta, gamma, lambda, kl;
    int32_t unknown;
    bool whiten;
} config;

static const cairn_option options[] = {
    CAIRN_REAL(config, beta, "1", 0, 1e6, "", "Price of a turn."),
    CAIRN_CHOICE(config, unknown, "missing", "missing|zero",
                 "A turn without a score has no reward, or as in the released code score 0."),
    ROW_GAMMA(config, "1"),
    ROW_LAMBDA(config),
    ROW_KL(config),
    ROW_WHITEN(config),
};

static void plan(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    cairn_credit_stream *s = row_stream(p, CAIRN_RETURN_TO_GO, CAIRN_ESTIMATE_GAE);
    s->steps = 1, s->rule = CAIRN_STEP_RENORM, s->a = c->beta, s->b = c->unknown;
    s->kl = c->kl, s->gamma = c->gamma, s->lambda = c->lambda;
    p->whiten = c->whiten;
}

const cairn_credit_type cairn_credit_ppr = {
    .about = ROW_ABOUT("ppr", "Turn scores normalised by the outcome.", "arXiv 2509.25598"),
    .plan = plan,
};
