/* Returns become advantages: one function an estimator. Estimators of whole responses say baseline b and scale s of each
 * member, and A = (u - b) / s; a member without others to compare with has b = 0 and s = 1 (GRPO: s = 1 + epsilon). */
#include <math.h>
#include <stdlib.h>

#include "credit/call.h"

/* Of the whole returns R of a group's members. */
static moments wholes(span g) {
    moments m = {0};
    for (int64_t i = 0; i < g.n; i++)
        if (g.y[i].member) moments_add(&m, g.y[i].whole);
    return m;
}

static void same_for_all(span g, double baseline, double scale) {
    for (int64_t i = 0; i < g.n; i++) g.y[i].baseline = baseline, g.y[i].scale = scale;
}

/* ---- estimators of whole responses --------------------------------------------------------------------------------------- */

/* R - mean (arXiv 2503.20783), over `deviation` + epsilon where one is given. */
static void mean_baseline(const call *c, span g, bool scaled, double deviation) {
    moments m = wholes(g);
    if (m.n < 2 && deviation == 0) deviation = 1; /* one number among equal ones has no spread */
    same_for_all(g, m.n > 1 ? moments_mean(&m) : 0, scaled ? deviation + c->plan->epsilon : 1);
}

/* (R - mean) / (deviation + epsilon) (arXiv 2402.03300). Equal returns have no advantage. */
static void grpo(const call *c, span g) {
    moments m = wholes(g);
    mean_baseline(c, g, !(m.n > 1 && m.equal), m.n > 1 ? moments_deviation(&m) : 1);
}

/* R_i - 1 / (n - 1) sum over the others of R_j (arXiv 2402.14740). */
static void rloo(span g) {
    moments m = wholes(g);
    double sum = m.sum + m.lost; /* of R - first */
    for (int64_t i = 0; i < g.n; i++) {
        response *y = &g.y[i];
        y->scale = 1;
        y->baseline = m.n > 1 ? m.first + (sum - (y->whole - m.first)) / (double)(m.n - 1) : 0;
    }
}

/* u - sum over the others of S_j / ((n - 1) N), with S the sum of a response's returns (arXiv 2504.15275). */
static void rloo_token(const call *c, span g, int64_t N) {
    moments all = {0};
    for (int64_t i = 0; i < g.n; i++) {
        response *y = &g.y[i];
        if (!y->member) continue;
        moments S = {0};
        for (int32_t t = 0; t < y->y->n_tokens; t++)
            if (is_drawn(y->y, t)) moments_add(&S, c->u[y->token + t]);
        y->whole = moments_mean(&S) * (double)S.n;
        moments_add(&all, y->whole);
    }
    double sum = all.n ? moments_mean(&all) * (double)all.n : 0;
    for (int64_t i = 0; i < g.n; i++) {
        response *y = &g.y[i];
        y->scale = 1;
        y->baseline = all.n > 1 ? (sum - y->whole) / ((double)(all.n - 1) * (double)N) : 0;
    }
}

/* R - sum of length R / sum of length (arXiv 2505.23585). */
static void opo(span g) {
    moments m = wholes(g);
    double sum = 0, length = 0;
    for (int64_t i = 0; i < g.n; i++) {
        if (!g.y[i].member) continue;
        sum += (double)g.y[i].drawn * (g.y[i].whole - m.first);
        length += (double)g.y[i].drawn;
    }
    same_for_all(g, m.n > 1 ? m.first + sum / length : 0, 1);
}

/* R - reward of the greedy response (arXiv 2310.10505). */
static void remax(span g) {
    for (int64_t i = 0; i < g.n; i++) g.y[i].baseline = g.y[i].y->baseline, g.y[i].scale = 1;
}

/* Share of the sets of k - `with` out of n - `with` that hold wrong responses only: C(wrong - with, k - with) over
 * C(n - with, k - with). */
static double all_wrong(int64_t n, int64_t wrong, int64_t k, int64_t with) {
    double share = 1;
    for (int64_t i = with; i < k; i++) share *= fmax(0, (double)(wrong - i)) / (double)(n - i);
    return share;
}

/* The reward of a set of k is 1 when one of it is right; a response has the mean advantage of the sets that hold it
 * (arXiv 2508.10751): with P the mean, (1 - P) / s for right ones, (1 - all_wrong - P) / s for wrong ones. */
static void pass_k(const call *c, const cairn_credit_stream *s, span g) {
    int64_t n = 0, wrong = 0;
    for (int64_t i = 0; i < g.n; i++)
        if (g.y[i].member) n++, wrong += !is_right(g.y[i].whole);
    double P = n < s->k ? 1 : 1 - all_wrong(n, wrong, s->k, 0), spread = P * (1 - P);
    for (int64_t i = 0; i < g.n; i++) {
        response *y = &g.y[i];
        bool none = !(spread > 0), right = is_right(y->whole);
        double mine = right ? 1 : 1 - all_wrong(n, wrong, s->k, 1);
        double A = none ? 0 : (mine - P) / (sqrt(spread) + c->plan->epsilon);
        y->baseline = 0, y->scale = 1;
        for (int32_t t = 0; y->member && t < y->y->n_tokens; t++) c->u[y->token + t] = A;
    }
}

/* ---- estimators of tokens and steps ------------------------------------------------------------------------------------------ */

/* Whether token t is the first drawn one of its step; asked of the drawn tokens in order. `step` starts at -1. */
static bool begins_step(const cairn_trajectory *y, int32_t t, int32_t *step) {
    int32_t before = *step;
    if (*step < 0) *step = 0;
    while (t > y->step_end[*step]) ++*step;
    return *step != before;
}

/* Adds what counts of one response: its drawn tokens, or the first drawn one of each step. */
static void pool_response(const call *c, const response *y, bool by_step, moments *all, moments *own) {
    int32_t step = -1;
    for (int32_t t = 0; t < y->y->n_tokens; t++) {
        if (!is_drawn(y->y, t) || (by_step && !begins_step(y->y, t, &step))) continue;
        moments_add(all, c->u[y->token + t]);
        moments_add(own, c->u[y->token + t]);
    }
}

/* Deviation from the mean of the responses' means, where each response weighs the same and T tokens are in all. */
static double deviation_by_response(const call *c, span g, double mean, int64_t T) {
    double squares = 0, n = 0;
    for (int64_t i = 0; i < g.n; i++) {
        const response *y = &g.y[i];
        if (!y->member) continue;
        double own = 0;
        for (int32_t t = 0; t < y->y->n_tokens; t++) {
            double d = is_drawn(y->y, t) ? c->u[y->token + t] - mean : 0;
            own += d * d;
        }
        squares += own / (double)y->drawn, n++;
    }
    return sqrt(squares / n * (double)T / (double)(T - 1));
}

/* (u - mean) / (deviation + epsilon) over all drawn tokens of the group (arXiv 2508.02298), over its steps
 * (arXiv 2509.19199), or over tokens with weights that make responses equal. One number alone, or equal ones, have no
 * advantage. */
static void pooled(const call *c, const cairn_credit_stream *s, span g) {
    moments all = {0}, means = {0};
    for (int64_t i = 0; i < g.n; i++) {
        moments own = {0};
        if (g.y[i].member) pool_response(c, &g.y[i], s->pool == CAIRN_POOL_STEPS, &all, &own);
        if (own.n) moments_add(&means, moments_mean(&own));
    }
    if (all.n == 0) return;
    if (all.equal) {
        same_for_all(g, all.first, 1);
        return;
    }
    bool by_response = s->pool == CAIRN_POOL_RESPONSES;
    double mean = moments_mean(by_response ? &means : &all);
    double deviation = by_response ? deviation_by_response(c, g, mean, all.n) : moments_deviation(&all);
    same_for_all(g, mean, deviation + c->plan->epsilon);
}

/* delta_t = r_t + gamma V_{t+1} - V_t, A_t = delta_t + gamma lambda A_{t+1} over the drawn tokens (arXiv 1506.02438). */
static void gae_response(const call *c, const cairn_credit_stream *s, const response *y) {
    const double *r = c->r + y->token, *V = y->y->value;
    double *u = c->u + y->token, carried = 0, V_next = 0, A_next = 0;
    int32_t step = y->y->n_steps - 1, next_step = step;
    for (int32_t t = y->y->n_tokens - 1; t >= 0; t--) {
        while (step > 0 && t <= y->y->step_end[step - 1]) step--;
        if (!is_drawn(y->y, t)) {
            carried += r[t];
            continue;
        }
        double gamma = s->by_step && step == next_step ? 1 : s->gamma;
        u[t] = r[t] + carried + gamma * V_next - V[t] + gamma * s->lambda * A_next;
        A_next = u[t], V_next = V[t], carried = 0, next_step = step;
        if (c->ret) c->ret[y->token + t] = u[t] + V[t];
    }
}

static void gae(const call *c, const cairn_credit_stream *s, span g) {
    for (int64_t i = 0; i < g.n; i++)
        if (g.y[i].member) gae_response(c, s, &g.y[i]);
    same_for_all(g, 0, 1);
}

static int by_state(const void *a, const void *b) {
    const visit *x = a, *y = b;
    if (x->state != y->state) return x->state < y->state ? -1 : 1;
    if (x->y != y->y) return x->y < y->y ? -1 : 1;
    return (x->step > y->step) - (x->step < y->step);
}

/* Every token of a step gets the step's advantage. */
static void add_to_step(const call *c, const visit *v, double A) {
    for (int32_t t = step_start(v->y->y, v->step); t <= v->y->y->step_end[v->step]; t++)
        if (is_drawn(v->y->y, t)) c->A[v->y->token + t] += A;
}

/* Steps from one state are compared with each other (arXiv 2505.10978); a state that was visited once says nothing. */
static void anchor(const call *c, const cairn_credit_stream *s, span g) {
    int64_t n = 0;
    for (int64_t i = 0; i < g.n; i++) {
        const response *y = &g.y[i];
        for (int32_t k = 0; y->member && k < y->y->n_steps; k++) {
            int32_t t = step_start(y->y, k);
            while (t <= y->y->step_end[k] && !is_drawn(y->y, t)) t++;
            if (t > y->y->step_end[k]) continue;
            c->visits[n++] = (visit){y->y->step_state[k], y, k, c->u[y->token + t]};
        }
    }
    if (n) qsort(c->visits, (size_t)n, sizeof *c->visits, by_state);
    for (int64_t from = 0, to; from < n; from = to) {
        moments m = {0};
        for (to = from; to < n && c->visits[to].state == c->visits[from].state; to++) moments_add(&m, c->visits[to].u);
        if (m.equal) continue;
        double mean = moments_mean(&m), scale = moments_deviation(&m) + c->plan->epsilon;
        for (int64_t i = from; i < to; i++) add_to_step(c, &c->visits[i], s->weight * (c->visits[i].u - mean) / scale);
    }
}

/* ---- the sum --------------------------------------------------------------------------------------------------------------- */

void estimate(call *c, const cairn_credit_stream *s, span g, batch_facts batch) {
    /* What was centred before it was summed is the advantage. */
    switch (s->centre == CAIRN_CENTRE_AFTER ? s->estimator : CAIRN_ESTIMATE_NONE) {
    case CAIRN_ESTIMATE_NONE:
        same_for_all(g, 0, 1);
        break;
    case CAIRN_ESTIMATE_MEAN:
        mean_baseline(c, g, false, 0);
        break;
    case CAIRN_ESTIMATE_GRPO:
        grpo(c, g);
        break;
    case CAIRN_ESTIMATE_BATCH_STD:
        mean_baseline(c, g, true, batch.deviation);
        break;
    case CAIRN_ESTIMATE_RLOO:
        rloo(g);
        break;
    case CAIRN_ESTIMATE_RLOO_TOKEN:
        rloo_token(c, g, batch.horizon);
        break;
    case CAIRN_ESTIMATE_POOLED:
        pooled(c, s, g);
        break;
    case CAIRN_ESTIMATE_GAE:
        gae(c, s, g);
        break;
    case CAIRN_ESTIMATE_OPO:
        opo(g);
        break;
    case CAIRN_ESTIMATE_REMAX:
        remax(g);
        break;
    case CAIRN_ESTIMATE_PASS_K:
        pass_k(c, s, g);
        break;
    case CAIRN_ESTIMATE_ANCHOR:
        anchor(c, s, g);
        return;
    }
    for (int64_t i = 0; i < g.n; i++) {
        const response *y = &g.y[i];
        for (int32_t t = 0; y->member && t < y->y->n_tokens; t++)
            if (is_drawn(y->y, t)) c->A[y->token + t] += s->weight * ((c->u[y->token + t] - y->baseline) / y->scale);
    }
}
