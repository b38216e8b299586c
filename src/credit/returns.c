/* Rewards of tokens become returns. A reward on a token that the policy did not draw belongs to the last drawn token before
 * it; discounts count drawn tokens only, or steps. */
#include <math.h>

#include "cairn/stat.h"
#include "credit/call.h"

void returns_to_go(const cairn_credit_stream *s, const cairn_trajectory *y, const double *r, double *u) {
    double carried = 0, next = 0; /* rewards of tokens that are not drawn; return of the next drawn token */
    int32_t step = y->n_steps - 1, next_step = step;
    for (int32_t t = y->n_tokens - 1; t >= 0; t--) {
        while (step > 0 && t <= y->step_end[step - 1]) step--;
        if (!is_drawn(y, t)) {
            carried += r[t];
            u[t] = 0;
            continue;
        }
        double gamma = s->by_step && step == next_step ? 1 : s->gamma;
        u[t] = next = r[t] + carried + gamma * next;
        carried = 0, next_step = step;
    }
}

double returns_of(const cairn_credit_stream *s, const cairn_trajectory *y, const double *r, double *u) {
    double R = 0;
    switch (s->sum) {
    case CAIRN_RETURN_TOTAL:
        R = cairn_stat_sum(r, (size_t)y->n_tokens);
        for (int32_t t = 0; t < y->n_tokens; t++) u[t] = R;
        break;
    case CAIRN_RETURN_TO_GO:
        returns_to_go(s, y, r, u);
        for (int32_t t = 0; t < y->n_tokens; t++)
            if (is_drawn(y, t)) {
                R = u[t];
                break;
            }
        break;
    case CAIRN_RETURN_LOCAL:
        for (int32_t t = 0; t < y->n_tokens; t++) u[t] = r[t];
        break;
    }
    return R;
}

/* Mean token reward of a response: all its rewards over its drawn tokens. */
static double token_mean(const call *c, const response *y) {
    return cairn_stat_sum(c->r + y->token, (size_t)y->y->n_tokens) / (double)y->drawn;
}

/* r' = (share r - baseline) / scale on drawn tokens; others have no baseline. */
static void shift(call *c, const response *y, double share, double baseline, double scale) {
    double *r = c->r + y->token;
    for (int32_t t = 0; t < y->y->n_tokens; t++) r[t] = (share * r[t] - (is_drawn(y->y, t) ? baseline : 0)) / scale;
}

void centre_rewards(call *c, const cairn_credit_stream *s, span g) {
    if (s->centre == CAIRN_CENTRE_AFTER) return;
    moments m = {0};
    for (int64_t i = 0; i < g.n; i++) {
        g.y[i].whole = g.y[i].member ? token_mean(c, &g.y[i]) : 0;
        if (g.y[i].member) moments_add(&m, g.y[i].whole);
    }
    if (m.n < 2) return; /* nobody to compare with */
    double K = (double)m.n, mean = moments_mean(&m), deviation = moments_deviation(&m);
    for (int64_t i = 0; i < g.n; i++) {
        const response *y = &g.y[i];
        if (!y->member) continue;
        if (s->centre == CAIRN_CENTRE_CODE) {
            shift(c, y, K / (K - 1), K * mean / (K - 1), 1);
        } else if (s->estimator == CAIRN_ESTIMATE_RLOO) {
            shift(c, y, 1, (K * mean - y->whole) / (K - 1), 1);
        } else {
            shift(c, y, 1, mean, s->estimator == CAIRN_ESTIMATE_GRPO ? deviation + c->plan->epsilon : 1);
        }
    }
}
