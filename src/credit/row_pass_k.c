/* Row `pass-k`: a response is worth what it adds to the chance that one of k is right (arXiv 2508.10751). */
#include "credit/row.h"

typedef struct config {
    int64_t k;
    double epsilon;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, k, "4", 1, 1000000, "responses", "Responses that are tried."),
    ROW_EPSILON(config),
};

static void plan(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    p->epsilon = c->epsilon;
    row_scalar(p, CAIRN_ESTIMATE_PASS_K)->k = c->k;
}

const cairn_credit_type cairn_credit_pass_k = {
    .about = ROW_ABOUT("pass-k", "Advantage of pass@k, computed exactly.", "arXiv 2508.10751"),
    .plan = plan,
};
