/* Row `dapo`: groups that are neither all right nor all wrong, and a soft punishment of length (arXiv 2503.14476). */
#include "credit/row.h"

typedef struct config {
    int64_t budget, buffer;
    double low, high, epsilon;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, budget, "20480", 0, 1e9, "tokens", "Longest response; 0: length is not punished."),
    CAIRN_INT(config, buffer, "4096", 1, 1e9, "tokens", "Over its last tokens the outcome falls by up to 1."),
    CAIRN_REAL(config, low, "0", -1e9, 1e9, "", "Groups with a mean outcome up to it are left out."),
    CAIRN_REAL(config, high, "1", -1e9, 1e9, "", "Groups with a mean outcome from it on too."),
    ROW_EPSILON(config),
};

static void plan(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    p->select = CAIRN_SELECT_SPREAD;
    p->spread_low = c->low, p->spread_high = c->high, p->spread_open = true;
    if (c->budget > 0) p->scalar = CAIRN_SCALAR_OVERLONG;
    p->overlong_budget = c->budget, p->overlong_buffer = c->buffer;
    p->epsilon = c->epsilon;
    row_scalar(p, CAIRN_ESTIMATE_GRPO);
}

const cairn_credit_type cairn_credit_dapo = {
    .about = ROW_ABOUT("dapo", "GRPO over groups that are neither all right nor all wrong, with a length limit.",
                       "arXiv 2503.14476"),
    .plan = plan,
};
