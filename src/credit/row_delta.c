/* Rows `process`, `clip`, `delta`, `clip-delta` and `progress`: step scores beside the outcome, under a critic; all but
 * the first are bounded against useless steps (arXiv 2410.15115). */
#include "credit/row.h"

typedef struct config {
    double alpha, gamma, lambda, kl;
    int32_t scores;
    bool whiten;
    double eta;
} config;

static const cairn_option options[] = {
    CAIRN_REAL(config, alpha, "0.3", 0, 1e6, "", "Weight of the step rewards."),
    ROW_GAMMA(config, "1"),
    ROW_LAMBDA(config),
    ROW_KL(config),
    ROW_SCORES(config),
    ROW_WHITEN(config),
    CAIRN_REAL(config, eta, "0.5", -1, 1, "", "A step with a lower score is punished, no step is rewarded."),
};

static cairn_credit_stream *plan_with(const config *c, cairn_step_rule rule, cairn_credit_plan *p) {
    cairn_credit_stream *s = row_stream(p, CAIRN_RETURN_TO_GO, CAIRN_ESTIMATE_GAE);
    s->scalar = 1, s->steps = c->alpha, s->rule = rule, s->kl = c->kl;
    s->gamma = c->gamma, s->lambda = c->lambda;
    p->given = p->used = (cairn_score_unit)c->scores;
    p->whiten = c->whiten;
    return s;
}

static void plan_process(const void *configuration, cairn_credit_plan *p) {
    plan_with(configuration, CAIRN_STEP_SUM, p);
}

static void plan_delta(const void *configuration, cairn_credit_plan *p) {
    plan_with(configuration, CAIRN_STEP_DELTA, p);
}

static void plan_progress(const void *configuration, cairn_credit_plan *p) {
    plan_with(configuration, CAIRN_STEP_PROGRESS, p);
}

static void plan_clip(const void *configuration, cairn_credit_plan *p) {
    plan_with(configuration, CAIRN_STEP_CLIP, p)->a = ((const config *)configuration)->eta;
}

static void plan_clip_delta(const void *configuration, cairn_credit_plan *p) {
    plan_with(configuration, CAIRN_STEP_CLIP_DELTA, p)->a = ((const config *)configuration)->eta;
}

/* All options but eta. */
#define ROW_ABOUT_UNCLIPPED(name_, summary_)                                                      \
    {                                                                                             \
        .name = (name_), .summary = (summary_), .source = "arXiv 2410.15115", .options = options, \
        .option_count = sizeof options / sizeof *options - 1, .config_size = sizeof(config)       \
    }
const cairn_credit_type cairn_credit_process = {
    .about = ROW_ABOUT_UNCLIPPED("process", "Every step adds its score: the control, paid by the number of steps."),
    .plan = plan_process,
};
const cairn_credit_type cairn_credit_delta = {
    .about = ROW_ABOUT_UNCLIPPED("delta", "A step returns its own score, whatever follows."),
    .plan = plan_delta,
};
const cairn_credit_type cairn_credit_progress = {
    .about = ROW_ABOUT_UNCLIPPED("progress", "A step adds by how much the score rose."),
    .plan = plan_progress,
};
const cairn_credit_type cairn_credit_clip = {
    .about = ROW_ABOUT("clip", "A step adds what its score falls short of eta.", "arXiv 2410.15115"),
    .plan = plan_clip,
};
const cairn_credit_type cairn_credit_clip_delta = {
    .about = ROW_ABOUT("clip-delta", "A step returns what its own score falls short of eta.", "arXiv 2410.15115"),
    .plan = plan_clip_delta,
};
