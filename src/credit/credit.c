/* The call in reading order: check, outcome, scalar, select, streams, finish. All memory is one block a call. */
#include <math.h>
#include <string.h>

#include "core/registry.h"
#include "credit/call.h"
#include "credit_list.inc"

/* ---- plans ------------------------------------------------------------------------------------------------------------------ */

const cairn_credit_type *const *cairn_credits(void) {
    return credit_list;
}

void cairn_credit_default(cairn_credit_plan *plan) {
    *plan = (cairn_credit_plan){.name = "", .trust = CAIRN_TRUST_SAFE, .epsilon = 1e-6, .n_streams = 1};
    plan->streams[0] = (cairn_credit_stream){.weight = 1, .scalar = 1, .gamma = 1, .lambda = 1};
}

cairn_status cairn_credit_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec, cairn_credit_plan *plan) {
    int index;
    const char *options;
    const void *config;
    CAIRN_TRY(registry_find(ctx, arena, "credit", credit_abouts, spec, &index, &options, &config));
    cairn_credit_plan found;
    cairn_credit_default(&found);
    found.name = credit_list[index]->about.name;
    found.n_streams = 0;
    credit_list[index]->plan(config, &found);
    CAIRN_TRY(check_plan(ctx, &found));
    *plan = found;
    return CAIRN_OK;
}

/* ---- the call --------------------------------------------------------------------------------------------------------------- */

/* The next `bytes` of a block, at a multiple of 16. */
static void *take(char **at, int64_t count, size_t size) {
    void *taken = *at;
    *at += ((size_t)count * size + 15) / 16 * 16;
    return taken;
}

static bool reads_states(const cairn_credit_plan *p) {
    for (int32_t i = 0; i < p->n_streams; i++)
        if (p->streams[i].weight != 0 && p->streams[i].estimator == CAIRN_ESTIMATE_ANCHOR) return true;
    return false;
}

/* One block for all arrays of the call, which is freed by the caller. */
static cairn_status lay_out(cairn_ctx *ctx, call *c, char **block) {
    int64_t visits = reads_states(c->plan) ? c->n_steps : 0;
    size_t bytes = (size_t)c->n_responses * sizeof(response) + (size_t)(c->n_groups + 1) * sizeof(int64_t) +
                   (size_t)(2 * c->n_tokens + 2 * c->n_steps) * sizeof(double) + (size_t)visits * sizeof(visit) +
                   7 * 16;
    char *at = *block = cairn_alloc(ctx, bytes, 1);
    if (!at) return CAIRN_NO_MEMORY;
    c->responses = take(&at, c->n_responses, sizeof(response));
    c->first = take(&at, c->n_groups + 1, sizeof(int64_t));
    c->r = take(&at, c->n_tokens, sizeof(double));
    c->u = take(&at, c->n_tokens, sizeof(double));
    c->r_step = take(&at, c->n_steps, sizeof(double));
    c->q = take(&at, c->n_steps, sizeof(double));
    c->visits = take(&at, visits, sizeof(visit));
    return CAIRN_OK;
}

static void number_responses(call *c, const cairn_credit_group *groups) {
    int64_t token = 0, step = 0, i = 0;
    for (int64_t g = 0; g < c->n_groups; g++) {
        c->first[g] = i;
        for (int32_t k = 0; k < groups[g].n; k++, i++) {
            const cairn_trajectory *y = &groups[g].responses[k];
            int32_t drawn = 0;
            for (int32_t t = 0; t < y->n_tokens; t++) drawn += is_drawn(y, t);
            c->responses[i] =
                (response){.y = y, .group_id = groups[g].id, .place = k, .drawn = drawn, .token = token, .step = step};
            for (int32_t s = 0; s < y->n_steps; s++)
                c->q[step + s] = y->step_score ? score_in(c->plan->given, c->plan->used, y->step_score[s]) : NAN;
            token += y->n_tokens;
            step += y->n_steps;
        }
    }
    c->first[c->n_groups] = i;
}

static bool reads_scores(const cairn_credit_plan *p) {
    for (int32_t i = 0; i < p->n_streams; i++)
        if (p->streams[i].weight != 0 && p->streams[i].steps != 0 && rule_reads_scores(p->streams[i].rule)) return true;
    return p->select == CAIRN_SELECT_CONSISTENT || p->scalar == CAIRN_SCALAR_BLEND;
}

static bool reads_flags(const cairn_credit_plan *p) {
    for (int32_t i = 0; i < p->n_streams; i++)
        if (p->streams[i].weight != 0 && p->streams[i].steps != 0 && rule_reads_flags(p->streams[i].rule)) return true;
    return false;
}

static bool reads_thinks(const cairn_credit_plan *p) {
    for (int32_t i = 0; i < p->n_streams; i++)
        if (p->streams[i].weight != 0 && p->streams[i].think != 0) return true;
    return p->scalar == CAIRN_SCALAR_TRUST;
}

/* The last step's score says nothing to rules that give the last step no reward of its own. */
static bool drops_last(cairn_step_rule rule) {
    return rule == CAIRN_STEP_DELTA || rule == CAIRN_STEP_CLIP_DELTA || rule == CAIRN_STEP_RENORM;
}

static void count_unknown(call *c) {
    int32_t stream = rule_stream(c->plan);
    bool scores = reads_scores(c->plan), thinks = reads_thinks(c->plan), flags = reads_flags(c->plan);
    bool but_last = stream >= 0 && drops_last(c->plan->streams[stream].rule);
    for (int64_t i = 0; i < c->n_responses; i++) {
        const response *y = &c->responses[i];
        for (int32_t k = 0; scores && k < y->y->n_steps - but_last; k++)
            c->stats.unknown_scores += isnan(c->q[y->step + k]);
        for (int32_t k = 0; flags && k < y->y->n_steps; k++)
            c->stats.unknown_flags += y->y->step_flag[k] == CAIRN_VERDICT_UNKNOWN;
        c->stats.unknown_thinks += thinks && isnan(y->y->think);
    }
}

/* Step rewards of the first stream that has a rule: told, and held against their bound. */
static void tell_steps(call *c, const cairn_credit_stream *s, double *step) {
    for (int64_t i = 0; i < c->n_responses; i++) {
        const response *y = &c->responses[i];
        double low, high, sum = 0, size = 0;
        for (int32_t k = 0; k < y->y->n_steps; k++) {
            double r = c->r_step[y->step + k];
            sum += r, size += fabs(r);
            c->stats.nonzero_steps += r != 0;
            if (step) step[y->step + k] = r;
        }
        step_bounds(s, c->plan->used, y->y->n_steps, &low, &high);
        double slack = 1e-9 * (1 + size);
        c->stats.out_of_bounds += sum < low - slack || sum > high + slack;
    }
}

static void clear(double *x, int64_t n) {
    if (x && n) memset(x, 0, (size_t)n * sizeof *x);
}

cairn_status cairn_credit(cairn_ctx *ctx, const cairn_credit_plan *plan, const cairn_credit_group *groups,
                          int32_t n_groups, int64_t iteration, cairn_credit_result *result) {
    call c = {.plan = plan, .iteration = iteration, .A = result->advantage, .ret = result->ret};
    char *block;
    CAIRN_TRY(check_plan(ctx, plan));
    CAIRN_TRY(check_batch(ctx, plan, groups, n_groups, &c));
    if (!result->advantage && c.n_tokens) return cairn_fail(ctx, CAIRN_INVALID, "credit: no array for the advantages");
    CAIRN_TRY(lay_out(ctx, &c, &block));

    clear(c.A, c.n_tokens), clear(c.ret, c.n_tokens), clear(result->step, c.n_steps);
    number_responses(&c, groups);
    count_unknown(&c);
    outcome_stage(&c);
    scalar_stage(&c);
    select_stage(&c);
    for (int32_t s = 0; s < plan->n_streams; s++) {
        stream_stage(&c, s);
        if (s == rule_stream(plan)) tell_steps(&c, &plan->streams[s], result->step);
    }
    finish_stage(&c);

    for (int64_t i = 0; i < c.n_responses; i++) {
        if (result->scalar) result->scalar[i] = c.responses[i].scalar;
        if (result->keep) result->keep[i] = c.responses[i].live;
    }
    result->stats = c.stats;
    cairn_free(block);
    return CAIRN_OK;
}

/* ---- one response ------------------------------------------------------------------------------------------------------------ */

cairn_status cairn_credit_steps(cairn_ctx *ctx, const cairn_credit_stream *stream, cairn_score_unit unit,
                                const cairn_step_inputs *in, double *out) {
    cairn_step_rule rule = stream->rule;
    double low = unit == CAIRN_SCORE_PROB ? 0 : unit == CAIRN_SCORE_SIGNED ? -1 : -INFINITY;
    double high = unit == CAIRN_SCORE_REAL ? INFINITY : 1;
    const char *fault = (unsigned)rule > CAIRN_STEP_PREFIX ? "no such step rule" : rule_fault(stream, unit);
    if (!fault && in->n < 1) fault = "a response has at least 1 step";
    if (!fault && rule_reads_scores(rule) && !in->scores) fault = "its rule reads scores";
    if (!fault && rule_reads_flags(rule) && !in->flags) fault = "its rule reads flags";
    if (!fault && rule_reads_outcome(rule) && !isfinite(in->outcome)) fault = "its rule reads the outcome";
    if (!fault && rule == CAIRN_STEP_RENORM && !(in->outcome >= 0 && in->outcome <= 1))
        fault = "renorm has an outcome from 0 to 1";
    bool thought = rule == CAIRN_STEP_THOUGHT;
    if (!fault && thought && !(in->accuracy >= 0 && in->accuracy <= 1)) fault = "an accuracy is from 0 to 1";
    if (!fault && thought && is_right(in->outcome) && in->accuracy == 0)
        fault = "a right response in a group with accuracy 0";
    if (!fault && (thought || rule == CAIRN_STEP_PREFIX) && !isfinite(in->normalised))
        fault = "its rule reads the normalised scalar";
    if (fault) return cairn_fail(ctx, CAIRN_INVALID, "step rewards: %s", fault);
    for (int32_t k = 0; rule_reads_scores(rule) && k < in->n; k++)
        if (isinf(in->scores[k]) || in->scores[k] < low || in->scores[k] > high)
            return cairn_fail(ctx, CAIRN_INVALID, "step rewards: step_score[%d] is %g, not from %g to %g", (int)k,
                              in->scores[k], low, high);
    step_rewards(stream, in, out);
    return CAIRN_OK;
}
