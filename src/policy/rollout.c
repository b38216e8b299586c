/* Rollouts: all completions of all starting points advance together, one step a call of the policy. */
#include <string.h>

#include "cairn/policy.h"

typedef struct runner {
    cairn_ctx *ctx;
    const cairn_policy *policy;
    cairn_arena *arena;
    uint64_t seed;
    cairn_verb verb;
    uint32_t role;
    const cairn_start *starts;
    int32_t k;
    cairn_sampling sampling;
    cairn_rollout *out; /* [total] */

    int64_t total;
    size_t state_bytes;
    unsigned char *states; /* [total][state_bytes] */
    int32_t *left;         /* [total] steps that it may have */
    const char ***texts;   /* [total] prefix and steps so far */
    const char ***seen;    /* [total] observations of these; NULL as long as there is none */
    int32_t **tokens;      /* [total] of the steps so far */
    uint64_t *paths;       /* [total] of the rollout's current node */
    int64_t *live;         /* [n_live] rollouts not yet ended */
    int64_t n_live;
    int64_t ends;             /* draws that ended a rollout and gave it no step */
    cairn_proposal *requests; /* [total] */
    double flops, problem_flops;
} runner;

static const cairn_start *start_of(const runner *r, int64_t i) {
    return &r->starts[i / r->k];
}
static void *state_of(const runner *r, int64_t i) {
    return r->states + (size_t)i * r->state_bytes;
}

/* Rollouts have paths off the tree: the step of draw number d at a node lies at cairn_path_child(path, d), and d has 32
 * bits. A node grafted where a rollout went has that path, so completions of it would repeat the rollout if it had used
 * the tree's paths. */
static uint64_t path_off_the_tree(uint64_t node_path) {
    return cairn_key_mix(node_path, UINT64_C(1) << 32);
}

static int32_t steps_left(const runner *r, const cairn_start *s) {
    int32_t most = cairn_policy_max_steps(r->policy, s->problem);
    return s->done || s->n_steps >= most ? 0 : most - s->n_steps;
}

/* Room for the observations of rollout i, with those of its prefix. */
static cairn_status open_seen(runner *r, int64_t i) {
    const cairn_start *s = start_of(r, i);
    const char **seen = cairn_arena_alloc(r->arena, (size_t)s->n_steps + (size_t)r->left[i] + 1, sizeof *seen);
    if (!seen) return CAIRN_NO_MEMORY;
    if (s->observations && s->n_steps) memcpy(seen, s->observations, (size_t)s->n_steps * sizeof *seen);
    r->seen[i] = seen;
    return CAIRN_OK;
}

static cairn_status begin(runner *r, int64_t i) {
    const cairn_start *s = start_of(r, i);
    int32_t left = i % r->k ? r->left[i - 1] : steps_left(r, s);
    const char **texts = cairn_arena_alloc(r->arena, (size_t)s->n_steps + (size_t)left + 1, sizeof *texts);
    int32_t *tokens = cairn_arena_alloc(r->arena, (size_t)left, sizeof *tokens);
    if (!texts || !tokens) return CAIRN_NO_MEMORY;
    if (s->n_steps) memcpy(texts, s->steps, (size_t)s->n_steps * sizeof *texts);
    if (r->state_bytes) memcpy(state_of(r, i), s->state, r->state_bytes);
    r->left[i] = left;
    r->texts[i] = texts;
    r->tokens[i] = tokens;
    r->paths[i] = path_off_the_tree(s->path);
    r->out[i] = (cairn_rollout){
        .from = (int32_t)(i / r->k), .steps = texts + s->n_steps, .tokens = tokens, .stated = s->stated};
    if (left > 0) r->live[r->n_live++] = i;
    return s->observations ? open_seen(r, i) : CAIRN_OK;
}

static void ask(runner *r, int64_t i, cairn_proposal *q) {
    const cairn_start *s = start_of(r, i);
    uint32_t draw = s->first_draw + (uint32_t)(i % r->k);
    *q = (cairn_proposal){.problem = s->problem,
                          .steps = r->texts[i],
                          .observations = r->seen[i],
                          .n_steps = s->n_steps + r->out[i].n_steps,
                          .state = state_of(r, i),
                          .rng = cairn_rng_open(r->seed, s->problem->key, r->paths[i], r->verb, r->role, draw),
                          .draw = draw,
                          .sampling = r->sampling,
                          .whole = true};
    r->paths[i] = cairn_path_child(r->paths[i], draw);
}

/* Takes one reply; *ended when the rollout is over. */
static cairn_status take(runner *r, int64_t i, const cairn_proposal *q, bool *ended) {
    const cairn_world *world = r->policy->world;
    const cairn_start *s = start_of(r, i);
    cairn_rollout *out = &r->out[i];
    cairn_turn turn = {.text = q->text, .arena = r->arena};
    if (q->status != CAIRN_OK) return q->status;
    out->n_tokens += q->n_tokens;
    r->flops += q->flops;
    r->problem_flops = q->problem_flops;
    if (q->stop == CAIRN_STOP_END) out->stated = q->stated;
    if (q->stop == CAIRN_STOP_END && !q->text[0]) { /* with the step before */
        r->ends++;
        *ended = true;
        return CAIRN_OK;
    }
    turn.length = strlen(q->text);
    CAIRN_TRY(cairn_world_apply(r->ctx, world, s->problem, state_of(r, i), &turn, state_of(r, i)));
    const char *observation = turn.observation ? turn.observation : q->observation;
    if (observation && !r->seen[i]) CAIRN_TRY(open_seen(r, i));
    if (observation) r->seen[i][s->n_steps + out->n_steps] = observation;
    if (observation) out->observations = r->seen[i] + s->n_steps;
    out->reward += turn.reward;
    r->texts[i][s->n_steps + out->n_steps] = q->text;
    r->tokens[i][out->n_steps] = q->n_tokens;
    out->n_steps++;
    *ended = turn.done || q->stop == CAIRN_STOP_END || out->n_steps == r->left[i];
    return CAIRN_OK;
}

static cairn_status advance(runner *r) {
    if (cairn_cancelled(r->ctx)) return cairn_fail(r->ctx, CAIRN_CANCELLED, "rollouts: the run was cancelled");
    for (int64_t j = 0; j < r->n_live; j++) ask(r, r->live[j], &r->requests[j]);
    CAIRN_TRY(r->policy->type->propose(r->ctx, r->policy->self, r->arena, r->requests, (int32_t)r->n_live));
    int64_t kept = 0;
    for (int64_t j = 0; j < r->n_live; j++) {
        bool ended;
        CAIRN_TRY(take(r, r->live[j], &r->requests[j], &ended));
        if (!ended) r->live[kept++] = r->live[j];
    }
    r->n_live = kept;
    return CAIRN_OK;
}

static cairn_status roll(runner *r, cairn_rollout_cost *cost) {
    const cairn_world *world = r->policy->world;
    for (int64_t i = 0; i < r->total; i++) CAIRN_TRY(begin(r, i));
    while (r->n_live > 0) CAIRN_TRY(advance(r));
    for (int64_t i = 0; i < r->total; i++) {
        const cairn_start *s = start_of(r, i);
        cairn_rollout *out = &r->out[i];
        CAIRN_TRY(cairn_world_outcome(r->ctx, world, s->problem, state_of(r, i), r->texts[i], s->n_steps + out->n_steps,
                                      out->stated, r->arena, &out->outcome));
        if (!cost) continue;
        cost->steps += out->n_steps;
        cost->tokens += out->n_tokens;
    }
    if (cost) {
        cost->steps += r->ends;
        cost->flops += r->flops;
        cost->problem_flops = r->problem_flops;
    }
    return CAIRN_OK;
}

cairn_status cairn_policy_rollouts(cairn_ctx *ctx, const cairn_policy *policy, cairn_arena *arena, uint64_t seed,
                                   cairn_verb verb, uint32_t role, const cairn_start *starts, int32_t n, int32_t k,
                                   cairn_sampling sampling, cairn_rollout *out, cairn_rollout_cost *cost) {
    if (n < 0 || k < 0) return cairn_fail(ctx, CAIRN_INVALID, "rollouts: %d of each of %d starts", (int)k, (int)n);
    if ((int64_t)n * k > INT32_MAX)
        return cairn_fail(ctx, CAIRN_LIMIT, "rollouts: %d of each of %d starts are too many", (int)k, (int)n);
    if (n == 0 || k == 0) return CAIRN_OK;
    runner r = {.ctx = ctx,
                .policy = policy,
                .arena = arena,
                .seed = seed,
                .verb = verb,
                .role = role,
                .starts = starts,
                .k = k,
                .sampling = sampling,
                .out = out,
                .total = (int64_t)n * k,
                .state_bytes = policy->world->type->state_bytes};
    size_t total = (size_t)r.total;
    r.states = cairn_alloc(ctx, total, r.state_bytes);
    r.left = cairn_alloc(ctx, total, sizeof *r.left);
    r.texts = cairn_alloc(ctx, total, sizeof *r.texts);
    r.seen = cairn_alloc(ctx, total, sizeof *r.seen);
    r.tokens = cairn_alloc(ctx, total, sizeof *r.tokens);
    r.paths = cairn_alloc(ctx, total, sizeof *r.paths);
    r.live = cairn_alloc(ctx, total, sizeof *r.live);
    r.requests = cairn_alloc(ctx, total, sizeof *r.requests);
    cairn_status status = CAIRN_NO_MEMORY;
    if (r.states && r.left && r.texts && r.seen && r.tokens && r.paths && r.live && r.requests) status = roll(&r, cost);
    cairn_free(r.states);
    cairn_free(r.left);
    cairn_free(r.texts);
    cairn_free(r.seen);
    cairn_free(r.tokens);
    cairn_free(r.paths);
    cairn_free(r.live);
    cairn_free(r.requests);
    return status;
}
