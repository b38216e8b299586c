/* Whether a batch has what the plan reads, every number in its range. A failure names group, response and field, all
 * counted from 0. */
#include <math.h>

#include "credit/call.h"

/* What a plan reads of a response. */
typedef struct needs {
    bool steps, scores, flags, states, tokens, kl, values, importance;
    bool formats, thinks, right_thinks, patterns, baselines;
    bool unit_outcome, binary_outcome;
    double low, high; /* of scores */
} needs;

static needs needs_of(const cairn_credit_plan *p) {
    bool consistent = p->select == CAIRN_SELECT_CONSISTENT, gated = p->scalar == CAIRN_SCALAR_GATED;
    bool ungated = p->scalar == CAIRN_SCALAR_UNGATED;
    needs n = {
        .scores = consistent || p->scalar == CAIRN_SCALAR_BLEND,
        .formats = gated || ungated,
        .thinks = ungated,
        .right_thinks = gated,
        .patterns = p->outcome == CAIRN_OUTCOME_PATTERN || p->outcome == CAIRN_OUTCOME_CALIBRATE,
        .importance = p->importance_max > 0,
        .unit_outcome = p->outcome == CAIRN_OUTCOME_FLIP || p->outcome == CAIRN_OUTCOME_CALIBRATE || gated || ungated,
        .binary_outcome = consistent,
        .low = p->given == CAIRN_SCORE_PROB     ? 0
               : p->given == CAIRN_SCORE_SIGNED ? -1
                                                : -INFINITY,
        .high = p->given == CAIRN_SCORE_REAL ? INFINITY : 1,
    };
    for (int32_t i = 0; i < p->n_streams; i++) {
        const cairn_credit_stream *s = &p->streams[i];
        if (s->weight == 0) continue;
        n.scores = n.scores || (s->steps != 0 && rule_reads_scores(s->rule));
        n.flags = n.flags || (s->steps != 0 && rule_reads_flags(s->rule));
        n.unit_outcome = n.unit_outcome || (s->steps != 0 && s->rule == CAIRN_STEP_RENORM);
        n.states = n.states || s->estimator == CAIRN_ESTIMATE_ANCHOR;
        n.steps = n.steps || s->by_step || (s->estimator == CAIRN_ESTIMATE_POOLED && s->pool == CAIRN_POOL_STEPS);
        n.tokens = n.tokens || s->tokens != 0;
        n.kl = n.kl || s->kl != 0;
        n.values = n.values || s->estimator == CAIRN_ESTIMATE_GAE;
        n.baselines = n.baselines || s->estimator == CAIRN_ESTIMATE_REMAX;
    }
    n.steps = n.steps || n.scores || n.flags || n.states;
    return n;
}

static bool outside(double x, double low, double high) {
    return !isnan(x) && !(x >= low && x <= high);
}

/* Sums and squares of greater numbers may overflow. */
static bool too_great(double x) {
    return fabs(x) > 1e100;
}

/* Numbers of drawn tokens that the plan reads. */
static cairn_status check_tokens(cairn_ctx *ctx, const cairn_trajectory *y, const char *field, const double *x,
                                 bool drawn_only) {
    REFUSE(!x, "%s is missing", field);
    for (int32_t t = 0; t < y->n_tokens; t++)
        REFUSE((!drawn_only || is_drawn(y, t)) && !isfinite(x[t]), "%s[%d] is %g, not a finite number", field, (int)t,
               x[t]);
    for (int32_t t = 0; t < y->n_tokens; t++)
        REFUSE((!drawn_only || is_drawn(y, t)) && too_great(x[t]), "%s[%d] is %g, beyond 1e100", field, (int)t, x[t]);
    return CAIRN_OK;
}

static cairn_status check_steps(cairn_ctx *ctx, const needs *n, const cairn_trajectory *y) {
    REFUSE(y->n_steps < 0 || y->n_steps > y->n_tokens, "n_steps is %d of %d tokens", (int)y->n_steps, (int)y->n_tokens);
    REFUSE(n->steps && y->n_steps == 0, "n_steps is 0, but the plan reads steps");
    REFUSE(y->n_steps > 0 && !y->step_end, "step_end is missing");
    for (int32_t k = 0, before = -1; k < y->n_steps; before = y->step_end[k++])
        REFUSE(y->step_end[k] <= before || y->step_end[k] >= y->n_tokens, "step_end[%d] is %d, not from %d to %d",
               (int)k, (int)y->step_end[k], (int)before + 1, (int)y->n_tokens - 1);
    REFUSE(y->n_steps > 0 && y->step_end[y->n_steps - 1] != y->n_tokens - 1,
           "step_end[%d] is %d, but the last step ends with token %d", (int)y->n_steps - 1,
           (int)y->step_end[y->n_steps - 1], (int)y->n_tokens - 1);
    REFUSE(n->scores && !y->step_score, "step_score is missing");
    for (int32_t k = 0; n->scores && k < y->n_steps; k++)
        REFUSE(isinf(y->step_score[k]) || outside(y->step_score[k], n->low, n->high),
               "step_score[%d] is %g, not from %g to %g", (int)k, y->step_score[k], n->low, n->high);
    for (int32_t k = 0; n->scores && k < y->n_steps; k++)
        REFUSE(too_great(y->step_score[k]), "step_score[%d] is %g, beyond 1e100", (int)k, y->step_score[k]);
    REFUSE(n->flags && !y->step_flag, "step_flag is missing");
    for (int32_t k = 0; n->flags && k < y->n_steps; k++)
        REFUSE(y->step_flag[k] < CAIRN_VERDICT_UNKNOWN || y->step_flag[k] > CAIRN_VERDICT_RIGHT,
               "step_flag[%d] is %d, not -1, 0 or 1", (int)k, (int)y->step_flag[k]);
    REFUSE(n->states && !y->step_state, "step_state is missing");
    return CAIRN_OK;
}

static cairn_status check_numbers(cairn_ctx *ctx, const needs *n, const cairn_trajectory *y) {
    REFUSE(isinf(y->outcome), "outcome is not a finite number");
    REFUSE(too_great(y->outcome), "outcome is %g, beyond 1e100", y->outcome);
    REFUSE(n->unit_outcome && outside(y->outcome, 0, 1), "outcome is %g, not from 0 to 1", y->outcome);
    REFUSE(n->binary_outcome && !isnan(y->outcome) && y->outcome != 0 && y->outcome != 1, "outcome is %g, not 0 or 1",
           y->outcome);
    REFUSE(isinf(y->format) || (n->formats && isnan(y->format)), "format is %g, and the plan reads it", y->format);
    REFUSE(too_great(y->format), "format is %g, beyond 1e100", y->format);
    REFUSE(outside(y->think, 0, 1), "think is %g, not from 0 to 1", y->think);
    REFUSE(isnan(y->think) && (n->thinks || (n->right_thinks && y->outcome == 1)),
           "think is unknown, and the plan reads it");
    REFUSE(n->patterns && outside(y->pattern, 0, 1), "pattern is %g, not from 0 to 1", y->pattern);
    REFUSE(n->baselines && !isfinite(y->baseline), "baseline is %g, not a finite number", y->baseline);
    REFUSE(n->baselines && too_great(y->baseline), "baseline is %g, beyond 1e100", y->baseline);
    return CAIRN_OK;
}

static cairn_status check_response(cairn_ctx *ctx, const needs *n, const cairn_trajectory *y) {
    REFUSE(y->n_tokens < 1, "n_tokens is %d", (int)y->n_tokens);
    CAIRN_TRY(check_steps(ctx, n, y));
    CAIRN_TRY(check_numbers(ctx, n, y));
    if (n->tokens) CAIRN_TRY(check_tokens(ctx, y, "token_reward", y->token_reward, false));
    if (n->kl || (n->importance && y->logp_sampler)) CAIRN_TRY(check_tokens(ctx, y, "logp", y->logp, true));
    if (n->kl) CAIRN_TRY(check_tokens(ctx, y, "logp_ref", y->logp_ref, true));
    if (n->importance && y->logp_sampler) CAIRN_TRY(check_tokens(ctx, y, "logp_sampler", y->logp_sampler, true));
    if (n->values) CAIRN_TRY(check_tokens(ctx, y, "value", y->value, true));
    return CAIRN_OK;
}

static int64_t drawn_tokens(const cairn_credit_group *g) {
    int64_t drawn = 0;
    for (int32_t i = 0; i < g->n; i++)
        for (int32_t t = 0; t < g->responses[i].n_tokens; t++) drawn += is_drawn(&g->responses[i], t);
    return drawn;
}

/* Sizes of groups that an estimator or a selection cannot work with. */
static cairn_status check_size(cairn_ctx *ctx, const cairn_credit_plan *p, const cairn_credit_group *g) {
    REFUSE(p->select == CAIRN_SELECT_CONSISTENT && p->keep > g->n, "keep is %lld of %d responses", (long long)p->keep,
           (int)g->n);
    for (int32_t i = 0; i < p->n_streams; i++) {
        const cairn_credit_stream *s = &p->streams[i];
        if (s->weight == 0) continue;
        REFUSE(s->estimator == CAIRN_ESTIMATE_RLOO_TOKEN && g->n < 2,
               "n is 1, and the token baseline compares a response with the others");
        REFUSE(s->centre != CAIRN_CENTRE_AFTER && g->n < 2,
               "n is 1, and rewards are centred by those of the other responses");
        REFUSE(s->estimator == CAIRN_ESTIMATE_PASS_K && s->k > g->n, "n is %d, and pass@k has k = %lld", (int)g->n,
               (long long)s->k);
        REFUSE(s->estimator == CAIRN_ESTIMATE_POOLED && drawn_tokens(g) < 2, "fewer than 2 drawn tokens to pool");
    }
    return CAIRN_OK;
}

static cairn_status check_group(cairn_ctx *ctx, const cairn_credit_plan *p, const needs *n, const cairn_credit_group *g,
                                call *c) {
    REFUSE(g->n < 1 || !g->responses, "n is %d", (int)g->n);
    for (int32_t i = 0; i < g->n; i++) {
        const cairn_trajectory *y = &g->responses[i];
        cairn_status status = check_response(ctx, n, y);
        if (status != CAIRN_OK && y->name) return cairn_fail_within(ctx, status, "%s", y->name);
        if (status != CAIRN_OK) return cairn_fail_within(ctx, status, "response %d", (int)i);
        c->n_tokens += y->n_tokens;
        c->n_steps += y->n_steps;
    }
    c->n_responses += g->n;
    c->stats.tokens += drawn_tokens(g);
    return check_size(ctx, p, g);
}

cairn_status check_batch(cairn_ctx *ctx, const cairn_credit_plan *plan, const cairn_credit_group *groups,
                         int32_t n_groups, call *c) {
    needs n = needs_of(plan);
    REFUSE(n_groups < 0 || (n_groups > 0 && !groups), "credit: n_groups is %d", (int)n_groups);
    for (int32_t g = 0; g < n_groups; g++) {
        cairn_status status = check_group(ctx, plan, &n, &groups[g], c);
        if (status != CAIRN_OK) return cairn_fail_within(ctx, status, "group %d", (int)g);
    }
    REFUSE(plan->whiten && n_groups > 0 && c->stats.tokens < 2, "whitening needs at least 2 drawn tokens, not %lld",
           (long long)c->stats.tokens);
    c->n_groups = n_groups;
    c->stats.groups = n_groups;
    c->stats.responses = c->n_responses;
    return CAIRN_OK;
}
