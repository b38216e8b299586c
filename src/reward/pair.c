/* Reward `pair`: judges the last step alone and joined with the step before it, by one other reward (arXiv 2503.13551).
 *
 * The published model reads single steps only, and its hierarchy lies in its training data; how to combine both at
 * inference is an option here. The least of both keeps its accuracy with many candidates, the mean does not have to. */
#include <math.h>
#include <string.h>

#include "cairn/data.h"
#include "cairn/reward.h"

typedef enum rule { RULE_MIN, RULE_MEAN, RULE_PAIR, RULE_SINGLE } rule;

typedef struct config {
    const char *of;
    int32_t rule, join;
} config;

static const cairn_option options[] = {
    CAIRN_TEXT(config, of, NULL, "", "reward that scores both; inside it a comma is written \\,"),
    CAIRN_CHOICE(config, rule, "min", "min|mean|pair|single",
                 "how the scores of the step and of the pair become one; the first step has no pair"),
    CAIRN_CHOICE(config, join, "blank-line", CAIRN_JOIN_CHOICES, "text between the two steps of a pair"),
};

typedef struct pair {
    cairn_reward of;
    const char *join;
    rule rule;
} pair;

static cairn_status pair_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, const cairn_policy *policy,
                              const void *configuration, void **out) {
    const config *c = configuration;
    pair *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    self->rule = (rule)c->rule;
    self->join = cairn_join_text(c->join);
    CAIRN_TRY(cairn_reward_open(ctx, arena, c->of, world, policy, &self->of));
    *out = self;
    return CAIRN_OK;
}

static void pair_close(void *self) {
    cairn_reward_close(&((pair *)self)->of);
}

static void pair_scale(void *data, cairn_meaning *meaning, double *low, double *high) {
    const pair *self = data;
    *meaning = self->of.meaning;
    *low = self->of.low;
    *high = self->of.high;
}

/* The request with its last two steps as one. The joined text is new to the model. */
static cairn_status join_last(cairn_arena *arena, const pair *self, const cairn_scoring *request, cairn_scoring *out) {
    int32_t n = request->n_steps - 1;
    const char **steps = cairn_arena_alloc(arena, (size_t)n, sizeof *steps);
    if (!steps) return CAIRN_NO_MEMORY;
    memcpy(steps, request->steps, (size_t)n * sizeof *steps);
    const char *const *before; /* the first of the two, with what the world answered to it */
    CAIRN_TRY(cairn_turn_texts(arena, request->steps + n - 1,
                               request->observations ? request->observations + n - 1 : NULL, 1, &before));
    steps[n - 1] = cairn_arena_printf(arena, "%s%s%s", before[0], self->join, request->steps[n]);
    if (!steps[n - 1]) return CAIRN_NO_MEMORY;
    *out = *request;
    out->steps = steps;
    if (request->observations) {
        const char **seen = cairn_arena_alloc(arena, (size_t)n, sizeof *seen);
        if (!seen) return CAIRN_NO_MEMORY;
        memcpy(seen, request->observations, (size_t)n * sizeof *seen);
        seen[n - 1] = request->observations[n];
        out->observations = seen;
    }
    out->n_steps = n;
    out->fresh = request->fresh > n ? n + 1 : request->fresh;
    return CAIRN_OK;
}

/* The reply of the step alone is in `out`, that of its pair in `joined`. */
static void combine(const pair *self, const cairn_scoring *joined, cairn_scoring *out) {
    bool take = self->rule == RULE_PAIR;
    if (out->status == CAIRN_OK) out->status = joined->status;
    if (self->rule == RULE_MEAN) {
        out->score = (out->score + joined->score) / 2;
        out->code = out->evidence = "";
    }
    if (self->rule == RULE_MIN) take = !isnan(out->score) && !(joined->score >= out->score); /* an unknown pair too */
    if (!take) return;
    out->score = joined->score;
    out->code = joined->code;
    out->evidence = joined->evidence;
}

static cairn_status pair_score(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                               cairn_reward_cost *cost) {
    const pair *self = data;
    const cairn_reward *of = &self->of;
    if (n <= 0) return CAIRN_OK;
    CAIRN_TRY(of->type->score(ctx, of->self, arena, requests, n, cost));
    if (self->rule == RULE_SINGLE) return CAIRN_OK;
    cairn_scoring *joined = cairn_arena_alloc(arena, (size_t)n, sizeof *joined);
    int32_t *owner = cairn_arena_alloc(arena, (size_t)n, sizeof *owner), m = 0;
    if (!joined || !owner) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        if (requests[i].n_steps < 2) continue;
        CAIRN_TRY(join_last(arena, self, &requests[i], &joined[m]));
        owner[m++] = i;
    }
    if (m > 0) CAIRN_TRY(of->type->score(ctx, of->self, arena, joined, m, cost));
    for (int32_t k = 0; k < m; k++) combine(self, &joined[k], &requests[owner[k]]);
    return CAIRN_OK;
}

static uint64_t pair_content(const void *self) {
    return cairn_reward_content(&((const pair *)self)->of);
}

static const char *pair_file(const void *self) {
    return cairn_reward_file(&((const pair *)self)->of);
}

static bool pair_elsewhere(const void *self) {
    return cairn_reward_elsewhere(&((const pair *)self)->of);
}

static uint32_t pair_uses(const void *self) {
    return cairn_reward_uses(&((const pair *)self)->of);
}

static void pair_held(const void *self, cairn_engine_held *sum) {
    const cairn_reward *of = &((const pair *)self)->of;
    if (of->type->held) of->type->held(of->self, sum);
}

const cairn_reward_type cairn_reward_pair = {
    .about = {.name = "pair",
              .summary = "a step alone and joined with the step before it, by another reward",
              .source = "arXiv 2503.13551",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = pair_open,
    .close = pair_close,
    .scale = pair_scale,
    .uses = pair_uses,
    .score = pair_score,
    .content = pair_content,
    .file = pair_file,
    .elsewhere = pair_elsewhere,
    .held = pair_held,
};
