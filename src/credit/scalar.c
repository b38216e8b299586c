/* Stage 2: outcome, format and thinking score become one number a response. */
#include <math.h>

#include "core/maths.h"
#include "credit/call.h"

/* Mean of the known scores, in the unit of the rules; NaN without any. */
static double mean_score(const call *c, const response *y) {
    moments m = {0};
    for (int32_t k = 0; k < y->y->n_steps; k++)
        if (!isnan(c->q[y->step + k])) moments_add(&m, c->q[y->step + k]);
    return m.n ? moments_mean(&m) : NAN;
}

/* 0 up to budget - buffer tokens, falling to -1 at the budget (arXiv 2503.14476). */
static double overlong(const cairn_credit_plan *p, int32_t tokens) {
    double over = (double)(tokens - (p->overlong_budget - p->overlong_buffer)) / (double)p->overlong_buffer;
    return -fmin(1, fmax(0, over));
}

/* The reward for thinking of one group under TRUST (arXiv 2505.17018). */
typedef struct trust {
    double gamma; /* exp(mean of the right minus mean of the wrong), at most 1 */
    bool off;     /* no reward for thinking in this group */
} trust;

/* The released code gives no thinking score to responses with an outcome below 0.2. */
static double think_of(const cairn_credit_plan *p, const response *y) {
    return p->trust == CAIRN_TRUST_CODE && y->outcome < 0.2 ? 0 : y->y->think;
}

static trust trust_of(const cairn_credit_plan *p, span g) {
    moments right = {0}, wrong = {0};
    bool high = true; /* all outcomes are at least 0.9; where all are low, nobody has a thinking score anyway */
    for (int64_t i = 0; i < g.n; i++) {
        const response *y = &g.y[i];
        if (isnan(y->outcome)) continue;
        high = high && y->outcome >= 0.9;
        double think = think_of(p, y);
        if (!isnan(think)) moments_add(is_right(y->outcome) ? &right : &wrong, think);
    }
    bool code = p->trust == CAIRN_TRUST_CODE;
    trust t = {.gamma = 1, .off = (p->trust == CAIRN_TRUST_SAFE && (!right.n || !wrong.n)) || (code && high)};
    /* A missing side has mean 0 in the code; in the paper gamma stays 1. */
    if (!right.n || (!code && !wrong.n) || p->trusting) return t;
    double gap = moments_mean(&right) - (wrong.n ? moments_mean(&wrong) : 0);
    if (gap < 0) t.gamma = maths_exp(gap);
    return t;
}

static void trust_group(call *c, span g, moments *gammas) {
    const cairn_credit_plan *p = c->plan;
    trust t = trust_of(p, g);
    double annealed = p->anneal > 0 ? maths_exp(-(double)c->iteration / p->anneal) : 1;
    for (int64_t i = 0; i < g.n; i++) {
        double think = think_of(p, &g.y[i]);
        bool rewarded = !t.off && !isnan(think);
        g.y[i].scalar = g.y[i].outcome + (rewarded ? t.gamma * p->think_weight * annealed * think : 0);
    }
    moments_add(gammas, t.gamma);
}

static double scalar_of(const call *c, const response *y) {
    const cairn_credit_plan *p = c->plan;
    double o = y->outcome;
    switch (p->scalar) {
    case CAIRN_SCALAR_BLEND:
        return o + p->blend * mean_score(c, y);
    case CAIRN_SCALAR_GATED:
        return y->y->format + o + (o == 1 ? p->think_weight * y->y->think : 0);
    case CAIRN_SCALAR_UNGATED:
        return y->y->format + o + p->think_weight * y->y->think;
    case CAIRN_SCALAR_OVERLONG:
        return o + overlong(p, y->drawn);
    default:
        return o;
    }
}

void scalar_stage(call *c) {
    moments gammas = {0};
    for (int64_t g = 0; g < c->n_groups; g++) {
        span group = group_of(c, g);
        if (c->plan->scalar == CAIRN_SCALAR_TRUST) {
            trust_group(c, group, &gammas);
        } else {
            for (int64_t i = 0; i < group.n; i++) group.y[i].scalar = scalar_of(c, &group.y[i]);
        }
    }
    c->stats.trust = gammas.n ? moments_mean(&gammas) : NAN;
}
