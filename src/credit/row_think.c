/* Rows that read a score of the whole reasoning: `gated` and `ungated` (arXiv 2508.05170), `papo` (arXiv 2603.26535),
 * `gdpo` (arXiv 2601.05242). */
#include "credit/row.h"

typedef struct config {
    double weight, epsilon;
    double outcome, format, think; /* gdpo */
} config;

static const cairn_option options[] = {
    CAIRN_REAL(config, weight, "1", 0, 1e6, "", "Of the thinking score."),
    ROW_EPSILON(config),
};

static void plan_gated(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    p->scalar = CAIRN_SCALAR_GATED, p->think_weight = c->weight, p->epsilon = c->epsilon;
    row_scalar(p, CAIRN_ESTIMATE_GRPO);
}

static void plan_ungated(const void *configuration, cairn_credit_plan *p) {
    plan_gated(configuration, p);
    p->scalar = CAIRN_SCALAR_UNGATED;
}

static void plan_papo(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    p->epsilon = c->epsilon;
    row_scalar(p, CAIRN_ESTIMATE_GRPO);
    cairn_credit_stream *s = row_stream(p, CAIRN_RETURN_TOTAL, CAIRN_ESTIMATE_GRPO);
    s->think = 1, s->among_right = true, s->weight = c->weight;
}

const cairn_credit_type cairn_credit_gated = {
    .about = ROW_ABOUT("gated", "GRPO of format, outcome and, where it is right, thinking score.", "arXiv 2508.05170"),
    .plan = plan_gated,
};
const cairn_credit_type cairn_credit_ungated = {
    .about = ROW_ABOUT("ungated", "GRPO of format, outcome and thinking score: the control.", "arXiv 2508.05170"),
    .plan = plan_ungated,
};
const cairn_credit_type cairn_credit_papo = {
    .about = ROW_ABOUT("papo", "GRPO of the outcome, and GRPO of the thinking score among right responses.",
                       "arXiv 2603.26535"),
    .plan = plan_papo,
};

/* ---- gdpo --------------------------------------------------------------------------------------------------------------------- */

static const cairn_option gdpo_options[] = {
    CAIRN_REAL(config, outcome, "1", 0, 1e6, "", "Weight of the outcome."),
    CAIRN_REAL(config, format, "1", 0, 1e6, "", "Weight of the format."),
    CAIRN_REAL(config, think, "0", 0, 1e6, "", "Weight of the thinking score."),
    ROW_EPSILON(config),
};

static void plan_gdpo(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    row_scalar(p, CAIRN_ESTIMATE_GRPO)->weight = c->outcome;
    cairn_credit_stream *format = row_stream(p, CAIRN_RETURN_TOTAL, CAIRN_ESTIMATE_GRPO);
    format->format = 1, format->weight = c->format;
    cairn_credit_stream *think = row_stream(p, CAIRN_RETURN_TOTAL, CAIRN_ESTIMATE_GRPO);
    think->think = 1, think->weight = c->think;
    p->epsilon = c->epsilon, p->whiten = true;
}

const cairn_credit_type cairn_credit_gdpo = {
    .about = {.name = "gdpo",
              .summary = "GRPO of each reward by itself, then whitened.",
              .source = "arXiv 2601.05242",
              .options = gdpo_options,
              .option_count = sizeof gdpo_options / sizeof *gdpo_options,
              .config_size = sizeof(config)},
    .plan = plan_gdpo,
};
