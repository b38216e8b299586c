/* Stage 3: which responses and groups are left out, and what the streams want to know of those that stay. */
#include <math.h>

#include "credit/call.h"

/* ---- CONSISTENT (arXiv 2509.03403): by agreement of steps and outcome ------------------------------------------------- */

/* Mean of all known scores of the batch. */
static double batch_score(const call *c) {
    moments m = {0};
    for (int64_t k = 0; k < c->n_steps; k++)
        if (!isnan(c->q[k])) moments_add(&m, c->q[k]);
    return m.n ? moments_mean(&m) : 0;
}

/* The paper: (mean - penalty) sign; the released code: 2 (mean - batch mean) sign - penalty. `sign`: 1 right, -1 wrong. */
static double consistency(const call *c, const response *y, double centre) {
    const cairn_credit_plan *p = c->plan;
    moments m = {0};
    for (int32_t k = 0; k < y->y->n_steps; k++)
        if (!isnan(c->q[y->step + k])) moments_add(&m, c->q[y->step + k]);
    double sign = is_right(y->outcome) ? 1 : -1;
    double mean = m.n ? moments_mean(&m) - centre : 0; /* without a known score: neither for nor against */
    bool odd = y->y->n_steps < p->steps_low || y->y->n_steps > p->steps_high;
    double penalty = odd ? p->step_penalty : 0;
    return (p->centred ? 2 : 1) * mean * sign - (p->penalty_signed ? sign : 1) * penalty;
}

static double at_random(const call *c, const response *y) {
    uint64_t path = cairn_key_mix(cairn_key("keep", 4), (uint64_t)y->place + 1);
    path = cairn_key_mix(path, (uint64_t)c->iteration);
    cairn_rng rng = cairn_rng_open(c->plan->seed, y->group_id, path, CAIRN_VERB_LEARN, 0, 0);
    return cairn_rng_unit(&rng);
}

/* Leaves out the `k` responses of one side with the least order; of equal ones the later. */
static void drop_least(span g, bool right, int64_t k) {
    for (; k > 0; k--) {
        response *least = NULL;
        for (int64_t i = 0; i < g.n; i++) {
            response *y = &g.y[i];
            if (!y->kept || is_right(y->outcome) != right) continue;
            if (!least || y->order <= least->order) least = y;
        }
        least->kept = false;
    }
}

static void consistent_group(call *c, span g, double centre) {
    const cairn_credit_plan *p = c->plan;
    int64_t n[2] = {0, 0}; /* wrong, right */
    for (int64_t i = 0; i < g.n; i++) {
        response *y = &g.y[i];
        y->kept = y->kept && !isnan(y->outcome); /* on neither side */
        if (!y->kept) continue;
        bool right = is_right(y->outcome);
        bool ordered = p->side == CAIRN_SIDE_BOTH || p->side == (right ? CAIRN_SIDE_CORRECT : CAIRN_SIDE_INCORRECT);
        y->order = ordered ? consistency(c, y, centre) : at_random(c, y);
        n[right]++;
    }
    int64_t leave = n[0] + n[1] - p->keep;
    if (leave <= 0) return;
    /* ceil((n+ - n- + leave) / 2) of the right ones, which leaves as equal sides as can be. */
    int64_t both = n[1] - n[0] + leave, right = both > 0 ? (both + 1) / 2 : 0;
    if (right > leave) right = leave;
    drop_least(g, true, right);
    drop_least(g, false, leave - right);
    c->stats.dropped_right += right;
    c->stats.dropped_wrong += leave - right;
}

/* ---- SPREAD (arXiv 2502.01456, 2503.14476): groups that are neither too easy nor too hard ------------------------------ */

static void spread_group(call *c, span g) {
    const cairn_credit_plan *p = c->plan;
    moments m = {0};
    bool truncated = false;
    for (int64_t i = 0; i < g.n; i++) {
        truncated = truncated || g.y[i].y->truncated;
        if (!isnan(g.y[i].outcome)) moments_add(&m, g.y[i].outcome);
    }
    double mean = m.n ? moments_mean(&m) : NAN;
    bool easy = p->spread_open ? mean >= p->spread_high : mean > p->spread_high;
    bool hard = p->spread_open ? mean <= p->spread_low : mean < p->spread_low;
    bool cut = p->drop_truncated && truncated;
    c->stats.too_easy += easy;
    c->stats.too_hard += hard;
    c->stats.too_long += cut && !easy && !hard;
    for (int64_t i = 0; i < g.n; i++) g.y[i].kept = g.y[i].kept && m.n && !easy && !hard && !cut;
}

/* ---- what is left --------------------------------------------------------------------------------------------------------- */

/* Accuracy and normalised scalars of what is kept of a group. */
static void describe(const call *c, span g) {
    moments right = {0}, scalars = {0};
    for (int64_t i = 0; i < g.n; i++) {
        if (!g.y[i].kept) continue;
        if (!isnan(g.y[i].outcome)) moments_add(&right, is_right(g.y[i].outcome));
        if (!isnan(g.y[i].scalar)) moments_add(&scalars, g.y[i].scalar);
    }
    double mean = scalars.n > 1 ? moments_mean(&scalars) : 0;
    double deviation = scalars.n > 1 ? moments_deviation(&scalars) : 1;
    for (int64_t i = 0; i < g.n; i++) {
        g.y[i].accuracy = right.n ? moments_mean(&right) : NAN;
        g.y[i].normalised = (g.y[i].scalar - mean) / (deviation + c->plan->epsilon);
        if (deviation == 0) g.y[i].normalised = g.y[i].scalar - mean;
    }
}

void select_stage(call *c) {
    const cairn_credit_plan *p = c->plan;
    double centre = p->select == CAIRN_SELECT_CONSISTENT && p->centred ? batch_score(c) : 0;
    for (int64_t i = 0; i < c->n_responses; i++) {
        response *y = &c->responses[i];
        y->kept = y->drawn > 0 && !(p->mask_truncated && y->y->truncated);
    }
    for (int64_t g = 0; g < c->n_groups; g++) {
        span group = group_of(c, g);
        if (p->select == CAIRN_SELECT_CONSISTENT) consistent_group(c, group, centre);
        if (p->select == CAIRN_SELECT_SPREAD) spread_group(c, group);
        describe(c, group);
    }
}
