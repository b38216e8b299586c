/* Rows `pure`, `strict-min` and `sum`: the return of a step is the least score from it on, or the sum of all
 * (arXiv 2504.15275). The paper has two streams; its code puts the outcome among the step rewards. */
#include "credit/row.h"

typedef struct config {
    double temperature, answers, kl;
    int64_t horizon;
    int32_t variant, scores;
    bool whiten;
    int32_t log_ratio;
} config;

enum { PAPER, CODE };

static const cairn_option options[] = {
    CAIRN_REAL(config, answers, "1", 0, 1e6, "", "Weight of the outcome; 0: step scores alone."),
    CAIRN_CHOICE(config, variant, "paper", "paper|code",
                 "Outcome with a baseline of its own, or among the step rewards."),
    CAIRN_INT(config, horizon, "0", 0, 1e9, "tokens", "N of the token baseline; 0: the longest response."),
    ROW_KL(config),
    CAIRN_CHOICE_AS("log-ratio", config, log_ratio, "k3", "k1|k3", "Form of the log-ratio."),
    ROW_SCORES(config),
    ROW_WHITEN(config),
    CAIRN_REAL(config, temperature, "0.1", 1e-6, 1e6, "", "Of the soft minimum; towards 0 the minimum itself."),
};

static void plan_with(const config *c, cairn_step_rule rule, cairn_credit_plan *p) {
    p->given = (cairn_score_unit)c->scores;
    p->used = CAIRN_SCORE_SIGNED;
    if (c->variant == PAPER && c->answers > 0) row_scalar(p, CAIRN_ESTIMATE_RLOO)->weight = c->answers;
    cairn_credit_stream *s = row_stream(p, CAIRN_RETURN_TO_GO, CAIRN_ESTIMATE_RLOO_TOKEN);
    if (c->variant == CODE) s->scalar = c->answers;
    s->steps = 1, s->rule = rule, s->kl = c->kl, s->kl_form = (cairn_credit_kl)c->log_ratio, s->horizon = c->horizon;
    p->whiten = c->whiten;
}

static void plan_pure(const void *configuration, cairn_credit_plan *p) {
    const config *c = configuration;
    plan_with(c, CAIRN_STEP_SOFTMIN, p);
    p->streams[p->n_streams - 1].a = c->temperature;
}

static void plan_strict_min(const void *configuration, cairn_credit_plan *p) {
    plan_with(configuration, CAIRN_STEP_MIN, p);
}

static void plan_sum(const void *configuration, cairn_credit_plan *p) {
    plan_with(configuration, CAIRN_STEP_SUM, p);
}

const cairn_credit_type cairn_credit_pure = {
    .about = ROW_ABOUT("pure", "A step returns the softly least score from it on.", "arXiv 2504.15275"),
    .plan = plan_pure,
};
/* All options but the temperature. */
#define ROW_ABOUT_MINIMUM(name_, summary_)                                                        \
    {                                                                                             \
        .name = (name_), .summary = (summary_), .source = "arXiv 2504.15275", .options = options, \
        .option_count = sizeof options / sizeof *options - 1, .config_size = sizeof(config)       \
    }
const cairn_credit_type cairn_credit_strict_min = {
    .about = ROW_ABOUT_MINIMUM("strict-min", "A step returns the least score from it on, if that is its own or later."),
    .plan = plan_strict_min,
};
const cairn_credit_type cairn_credit_sum = {
    .about = ROW_ABOUT_MINIMUM("sum", "A step returns the sum of the scores from it on: the control, easily hacked."),
    .plan = plan_sum,
};
