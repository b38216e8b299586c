/* Whether a plan can be followed: every number in its range, no stage that contradicts another. */
#include <math.h>

#include "credit/call.h"

static bool at_least(double x, double low) {
    return isfinite(x) && x >= low;
}

static bool within(double x, double low, double high) {
    return x >= low && x <= high;
}

static cairn_status check_stages(cairn_ctx *ctx, const cairn_credit_plan *p) {
    REFUSE((unsigned)p->given > CAIRN_SCORE_REAL || (unsigned)p->used > CAIRN_SCORE_REAL, "no such unit of scores");
    REFUSE((p->given == CAIRN_SCORE_REAL) != (p->used == CAIRN_SCORE_REAL),
           "scores of any size and scores within bounds are not converted into each other");
    REFUSE((unsigned)p->outcome > CAIRN_OUTCOME_CALIBRATE, "no such outcome stage");
    REFUSE((unsigned)p->scalar > CAIRN_SCALAR_OVERLONG, "no such scalar stage");
    REFUSE((unsigned)p->select > CAIRN_SELECT_SPREAD, "no such select stage");
    REFUSE((unsigned)p->trust > CAIRN_TRUST_SAFE, "no such mode of trust");
    REFUSE((unsigned)p->side > CAIRN_SIDE_RANDOM, "no such side");
    REFUSE(p->outcome == CAIRN_OUTCOME_FLIP && !within(p->flip, 0, 1), "flip is a probability, not %g", p->flip);
    REFUSE(p->outcome == CAIRN_OUTCOME_CALIBRATE && (!within(p->tau, 0, 1) || !at_least(p->alpha, 0)),
           "calibration has tau in [0, 1] and alpha of at least 0, not %g and %g", p->tau, p->alpha);
    REFUSE(p->scalar == CAIRN_SCALAR_BLEND && !isfinite(p->blend), "the weight of a blend is a number");
    REFUSE(!isfinite(p->think_weight), "the weight of thinking is a number");
    REFUSE(p->scalar == CAIRN_SCALAR_TRUST && !at_least(p->anneal, 0), "trust anneals over at least 0 iterations");
    REFUSE(p->scalar == CAIRN_SCALAR_OVERLONG && (p->overlong_buffer < 1 || p->overlong_budget < p->overlong_buffer),
           "overlong: a buffer of at least 1 token within the budget, not %lld of %lld", (long long)p->overlong_buffer,
           (long long)p->overlong_budget);
    if (p->select == CAIRN_SELECT_CONSISTENT) {
        REFUSE(p->keep < 2, "keep is at least 2, not %lld", (long long)p->keep);
        REFUSE(!at_least(p->step_penalty, 0), "the penalty for too few or too many steps is at least 0");
        REFUSE(p->steps_low > p->steps_high, "at least %lld steps and at most %lld", (long long)p->steps_low,
               (long long)p->steps_high);
    }
    REFUSE(p->select == CAIRN_SELECT_SPREAD && !(p->spread_low <= p->spread_high), "a spread from %g to %g",
           p->spread_low, p->spread_high);
    REFUSE(!at_least(p->importance_max, 0), "importance_max is at least 0, not %g", p->importance_max);
    REFUSE(!at_least(p->epsilon, 0), "epsilon is at least 0, not %g", p->epsilon);
    return CAIRN_OK;
}

/* Which returns an estimator can work on. */
static cairn_status check_estimator(cairn_ctx *ctx, const cairn_credit_stream *s) {
    bool local = s->sum == CAIRN_RETURN_LOCAL, to_go = s->sum == CAIRN_RETURN_TO_GO,
         total = s->sum == CAIRN_RETURN_TOTAL;
    cairn_estimator e = s->estimator;
    REFUSE(local && e != CAIRN_ESTIMATE_NONE && e != CAIRN_ESTIMATE_POOLED && e != CAIRN_ESTIMATE_ANCHOR,
           "local returns have no sum a response: the estimator is none, pooled or anchor");
    REFUSE(e == CAIRN_ESTIMATE_RLOO_TOKEN && !to_go, "the token baseline is one of returns to go");
    REFUSE(e == CAIRN_ESTIMATE_GAE && !to_go, "GAE sums rewards by itself: its return is to go");
    REFUSE(e == CAIRN_ESTIMATE_PASS_K && (!total || s->k < 1), "pass@k has total returns and a k of at least 1");
    REFUSE(e == CAIRN_ESTIMATE_ANCHOR && total, "anchors compare steps: the return is to go or local");
    REFUSE(s->horizon < 0, "the horizon is at least 0 tokens, not %lld", (long long)s->horizon);
    if (s->centre == CAIRN_CENTRE_AFTER) return CAIRN_OK;
    bool known = e == CAIRN_ESTIMATE_RLOO ||
                 (s->centre == CAIRN_CENTRE_PAPER && (e == CAIRN_ESTIMATE_GRPO || e == CAIRN_ESTIMATE_MEAN));
    REFUSE(!to_go || !known, "rewards are centred before their sum for returns to go and the baselines %s",
           s->centre == CAIRN_CENTRE_CODE ? "rloo" : "rloo, grpo, mean");
    return CAIRN_OK;
}

static cairn_status check_stream(cairn_ctx *ctx, const cairn_credit_plan *p, const cairn_credit_stream *s) {
    const double numbers[] = {s->weight, s->scalar, s->format, s->think, s->steps, s->tokens, s->kl};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        REFUSE(!isfinite(numbers[i]), "weights of a stream and its sources are finite numbers");
    REFUSE((unsigned)s->rule > CAIRN_STEP_PREFIX, "no such step rule");
    REFUSE((unsigned)s->sum > CAIRN_RETURN_LOCAL, "no such return");
    REFUSE((unsigned)s->estimator > CAIRN_ESTIMATE_ANCHOR, "no such estimator");
    REFUSE((unsigned)s->centre > CAIRN_CENTRE_CODE, "no such place to centre");
    REFUSE((unsigned)s->pool > CAIRN_POOL_STEPS, "no such pool");
    REFUSE((unsigned)s->kl_form > CAIRN_CREDIT_K3, "no such form of the log-ratio");
    REFUSE(s->scalar == 0 && s->format == 0 && s->think == 0 && s->steps == 0 && s->tokens == 0 && s->kl == 0,
           "it has no source");
    REFUSE(s->steps != 0 && s->rule == CAIRN_STEP_NONE, "step rewards without a rule");
    REFUSE(!(s->gamma > 0 && s->gamma <= 1) || !within(s->lambda, 0, 1),
           "gamma is in (0, 1] and lambda in [0, 1], not %g and %g", s->gamma, s->lambda);
    const char *fault = s->steps != 0 ? rule_fault(s, p->used) : NULL;
    REFUSE(fault, "%s", fault);
    bool verdicts = s->steps != 0 && rule_reads_flags(s->rule);
    REFUSE(verdicts && s->sum != CAIRN_RETURN_LOCAL, "its rule says what each step is worth, not a reward to sum: the "
                                                     "return is local");
    REFUSE(s->scaled && s->sum == CAIRN_RETURN_LOCAL, "local returns are not scaled by sums");
    REFUSE(verdicts && s->rule == CAIRN_STEP_PENALTY && s->scalar > 0 && !s->dominant && s->a * s->steps >= s->scalar,
           "a penalty of %g reaches the weight %g of the outcome, so that a right answer with a flaw is worth no more "
           "than a wrong one without: dominant allows it",
           s->a * s->steps, s->scalar);
    return check_estimator(ctx, s);
}

cairn_status check_plan(cairn_ctx *ctx, const cairn_credit_plan *plan) {
    cairn_status status = check_stages(ctx, plan);
    if (status == CAIRN_OK && (plan->n_streams < 1 || plan->n_streams > CAIRN_CREDIT_STREAMS))
        status = cairn_fail(ctx, CAIRN_INVALID, "a plan has 1 to %d streams, not %d", CAIRN_CREDIT_STREAMS,
                            (int)plan->n_streams);
    for (int32_t i = 0; i < plan->n_streams && status == CAIRN_OK; i++) {
        status = check_stream(ctx, plan, &plan->streams[i]);
        if (status != CAIRN_OK) cairn_fail_within(ctx, status, "stream %d", (int)i);
    }
    if (status != CAIRN_OK)
        cairn_fail_within(ctx, status, "credit%s%s", plan->name && *plan->name ? " " : "",
                          plan->name ? plan->name : "");
    return status;
}
