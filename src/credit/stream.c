/* Stage 4, once a stream: its sources become token rewards, these returns, these advantages that are added to A. */
#include <math.h>

#include "cairn/stat.h"
#include "core/maths.h"
#include "credit/call.h"

/* Whether a response has part in the stream: it is kept, and what the stream reads of it is known. `scalars`: the group's
 * scalars are read. */
static bool is_member(const cairn_credit_stream *s, const response *y, bool scalars) {
    if (s->weight == 0 || !y->kept) return false;
    if (scalars && s->scalar != 0 && isnan(y->scalar)) return false;
    if (s->format != 0 && isnan(y->y->format)) return false;
    if (s->think != 0 && isnan(y->y->think)) return false;
    if (s->steps != 0 && rule_reads_outcome(s->rule) && isnan(y->outcome)) return false;
    return !s->among_right || is_right(y->outcome);
}

/* A problem whose outcome cannot be checked has none in any response; a stream with further sources lives on these. */
static bool reads_scalars(const cairn_credit_stream *s, span g) {
    if (s->steps == 0 && s->tokens == 0) return true;
    for (int64_t i = 0; i < g.n; i++)
        if (g.y[i].kept && !isnan(g.y[i].scalar)) return true;
    return false;
}

static double kl_of(const cairn_credit_stream *s, const cairn_trajectory *y, int32_t t) {
    double x = y->logp[t] - y->logp_ref[t];
    return s->kl_form == CAIRN_CREDIT_K1 ? x : fmin(10, maths_exp(-x) + x - 1);
}

/* A number of the tokens from..to: on the last of them, or with local returns on each. */
static void place(const cairn_credit_stream *s, double *r, int32_t from, int32_t to, double number) {
    if (s->sum != CAIRN_RETURN_LOCAL) from = to;
    for (int32_t t = from; t <= to; t++) r[t] += number;
}

/* Token rewards of a member. */
static void reward_tokens(call *c, const cairn_credit_stream *s, const response *y, bool scalars) {
    const cairn_trajectory *x = y->y;
    double *r = c->r + y->token, *r_step = c->r_step + y->step;
    double number = (scalars && s->scalar != 0 ? s->scalar * y->scalar : 0) +
                    (s->format != 0 ? s->format * x->format : 0) + (s->think != 0 ? s->think * x->think : 0);
    for (int32_t t = 0; t < x->n_tokens; t++) r[t] = s->tokens != 0 ? s->tokens * x->token_reward[t] : 0;
    for (int32_t t = 0; s->kl != 0 && t < x->n_tokens; t++)
        if (is_drawn(x, t)) r[t] -= s->kl * kl_of(s, x, t);
    if (s->steps != 0) {
        cairn_step_inputs in = {x->n_steps, c->q + y->step, x->step_flag, y->outcome, y->normalised, y->accuracy};
        step_rewards(s, &in, r_step);
        for (int32_t k = 0; k < x->n_steps; k++) place(s, r, step_start(x, k), x->step_end[k], s->steps * r_step[k]);
    }
    place(s, r, 0, x->n_tokens - 1, number);
}

/* Rewards over the greatest |sum from a token on| of the batch. */
static void scale_batch(call *c) {
    double greatest = 0;
    for (int64_t i = 0; i < c->n_responses; i++) {
        const response *y = &c->responses[i];
        double sum = 0;
        for (int32_t t = y->y->n_tokens - 1; y->member && t >= 0; t--) {
            sum += c->r[y->token + t];
            greatest = fmax(greatest, fabs(sum));
        }
    }
    for (int64_t i = 0; i < c->n_responses; i++) {
        const response *y = &c->responses[i];
        for (int32_t t = 0; y->member && t < y->y->n_tokens; t++) c->r[y->token + t] /= greatest + 1e-6;
    }
}

/* Without a critic of its own, a stream adds its returns to the critic's target. */
static void add_target(call *c, const cairn_credit_stream *s, const response *y) {
    returns_to_go(s, y->y, c->r + y->token, c->u + y->token);
    for (int32_t t = 0; t < y->y->n_tokens; t++)
        if (is_drawn(y->y, t)) c->ret[y->token + t] += s->weight * c->u[y->token + t];
}

static bool has_critic(const cairn_credit_plan *p) {
    for (int32_t i = 0; i < p->n_streams; i++)
        if (p->streams[i].weight != 0 && p->streams[i].estimator == CAIRN_ESTIMATE_GAE) return true;
    return false;
}

/* Who is in the stream, and with which token rewards. */
static void reward_batch(call *c, const cairn_credit_stream *s) {
    for (int64_t g = 0; g < c->n_groups; g++) {
        span group = group_of(c, g);
        bool scalars = reads_scalars(s, group);
        for (int64_t i = 0; i < group.n; i++) {
            response *y = &group.y[i];
            y->member = is_member(s, y, scalars);
            y->live = y->live || y->member;
            if (y->member) reward_tokens(c, s, y, scalars);
        }
    }
    if (s->scaled) scale_batch(c);
}

/* Rewards of one group become returns; whole ones are added to `batch`. */
static void sum_group(call *c, const cairn_credit_stream *s, span group, bool targets, moments *batch) {
    for (int64_t i = 0; i < group.n; i++) {
        response *y = &group.y[i];
        if (!y->member) continue;
        if (targets) add_target(c, s, y);
        y->paid += s->weight * cairn_stat_sum(c->r + y->token, (size_t)y->y->n_tokens);
    }
    centre_rewards(c, s, group);
    for (int64_t i = 0; i < group.n; i++) {
        response *y = &group.y[i];
        if (!y->member) continue;
        y->whole = returns_of(s, y->y, c->r + y->token, c->u + y->token);
        moments_add(batch, y->whole);
    }
}

/* Drawn tokens of the longest response. */
static int64_t longest(const call *c) {
    int64_t most = 0;
    for (int64_t i = 0; i < c->n_responses; i++)
        if (c->responses[i].drawn > most) most = c->responses[i].drawn;
    return most;
}

void stream_stage(call *c, int32_t stream) {
    const cairn_credit_stream *s = &c->plan->streams[stream];
    bool targets = c->ret && !has_critic(c->plan);
    moments batch = {0};
    reward_batch(c, s);
    for (int64_t g = 0; g < c->n_groups; g++) sum_group(c, s, group_of(c, g), targets, &batch);
    batch_facts facts = {.deviation = moments_deviation(&batch), .horizon = s->horizon ? s->horizon : longest(c)};
    for (int64_t g = 0; g < c->n_groups; g++) estimate(c, s, group_of(c, g), facts);
}
