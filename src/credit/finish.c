/* Stage 5: advantages over the whole batch, and what is told of it. */
#include <math.h>

#include "core/maths.h"
#include "credit/call.h"

/* (A - mean) / sqrt(variance + 1e-8) over the drawn tokens of live responses, variance over n - 1. */
static void whiten(call *c) {
    moments m = {0};
    for (int64_t i = 0; i < c->n_responses; i++) {
        const response *y = &c->responses[i];
        for (int32_t t = 0; y->live && t < y->y->n_tokens; t++)
            if (is_drawn(y->y, t)) moments_add(&m, c->A[y->token + t]);
    }
    if (m.n == 0) return;
    double mean = moments_mean(&m), deviation = moments_deviation(&m), scale = sqrt(deviation * deviation + 1e-8);
    for (int64_t i = 0; i < c->n_responses; i++) {
        const response *y = &c->responses[i];
        for (int32_t t = 0; y->live && t < y->y->n_tokens; t++)
            if (is_drawn(y->y, t)) c->A[y->token + t] = (c->A[y->token + t] - mean) / scale;
    }
}

/* A times min(policy / sampler, max). */
static void weigh_importance(call *c) {
    double most = c->plan->importance_max;
    for (int64_t i = 0; i < c->n_responses; i++) {
        const response *y = &c->responses[i];
        if (!y->live || !y->y->logp_sampler) continue;
        for (int32_t t = 0; t < y->y->n_tokens; t++) {
            if (!is_drawn(y->y, t)) continue;
            double ratio = maths_exp(y->y->logp[t] - y->y->logp_sampler[t]);
            c->stats.clipped_importance += ratio > most;
            c->A[y->token + t] *= fmin(ratio, most);
        }
    }
}

/* ---- what is told ------------------------------------------------------------------------------------------------------------ */

static bool has_signal(const call *c, const response *y) {
    for (int32_t t = 0; t < y->y->n_tokens; t++)
        if (c->A[y->token + t] != 0) return true;
    return false;
}

static void count_groups(call *c) {
    for (int64_t g = 0; g < c->n_groups; g++) {
        span group = group_of(c, g);
        int64_t live = 0;
        bool signal = false;
        for (int64_t i = 0; i < group.n; i++) {
            live += group.y[i].live;
            signal = signal || (group.y[i].live && has_signal(c, &group.y[i]));
        }
        c->stats.kept_responses += live;
        c->stats.kept_groups += live > 0;
        c->stats.flat_groups += live > 0 && !signal;
    }
}

static void describe_kept(call *c) {
    moments paid = {0}, outcome = {0}, kl = {0};
    for (int64_t i = 0; i < c->n_responses; i++) {
        const response *y = &c->responses[i];
        const cairn_trajectory *x = y->y;
        if (!y->live) continue;
        moments_add(&paid, y->paid);
        if (!isnan(y->outcome)) moments_add(&outcome, y->outcome);
        for (int32_t t = 0; x->logp && x->logp_ref && t < x->n_tokens; t++)
            if (is_drawn(x, t)) moments_add(&kl, x->logp[t] - x->logp_ref[t]);
    }
    c->stats.mean_return = paid.n ? moments_mean(&paid) : NAN;
    c->stats.mean_outcome = outcome.n ? moments_mean(&outcome) : NAN;
    c->stats.mean_kl = kl.n ? moments_mean(&kl) : NAN;
}

void finish_stage(call *c) {
    count_groups(c);
    describe_kept(c);
    if (c->plan->whiten) whiten(c);
    if (c->plan->importance_max > 0) weigh_importance(c);
}
