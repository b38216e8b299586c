/* The list of rewards, opening one by its spec, meanings, scoring whole solutions. */
#include "cairn/reward.h"

#include <string.h>

#include "reward_list.inc"
#include "core/registry.h"

const cairn_reward_type *const *cairn_rewards(void) {
    return reward_list;
}

static const struct {
    const char *name;
    cairn_aggregator aggregator;
} meanings[CAIRN_MEANING_COUNT] = {
    [CAIRN_MEANING_SUCCESS] = {"success", CAIRN_AGGREGATE_LAST},
    [CAIRN_MEANING_CORRECTNESS] = {"correctness", CAIRN_AGGREGATE_PRODUCT},
    [CAIRN_MEANING_PROGRESS] = {"progress", CAIRN_AGGREGATE_LAST},
    [CAIRN_MEANING_ADVANTAGE] = {"advantage", CAIRN_AGGREGATE_SUM},
    [CAIRN_MEANING_RETURN] = {"return", CAIRN_AGGREGATE_LAST},
    [CAIRN_MEANING_REACHABILITY] = {"reachability", CAIRN_AGGREGATE_LAST},
    [CAIRN_MEANING_LOG_RATIO] = {"log-ratio", CAIRN_AGGREGATE_SUM},
};

const char *cairn_meaning_name(cairn_meaning meaning) {
    return (unsigned)meaning < CAIRN_MEANING_COUNT ? meanings[meaning].name : "unknown";
}

cairn_aggregator cairn_meaning_aggregator(cairn_meaning meaning) {
    return (unsigned)meaning < CAIRN_MEANING_COUNT ? meanings[meaning].aggregator : CAIRN_AGGREGATE_LAST;
}

cairn_status cairn_reward_open(cairn_ctx *ctx, cairn_arena *arena, const char *spec, const cairn_world *world,
                               const cairn_policy *policy, cairn_reward *out) {
    int index;
    const char *options;
    const void *config;
    void *self = NULL;
    const char *source = cairn_arena_copy(arena, spec, strlen(spec));
    if (!source) return CAIRN_NO_MEMORY;
    CAIRN_TRY(registry_find(ctx, arena, "reward", reward_abouts, spec, &index, &options, &config));
    CAIRN_TRY(reward_list[index]->open(ctx, arena, world, policy, config, &self));
    *out = (cairn_reward){.type = reward_list[index], .world = world, .self = self, .source = source};
    out->type->scale(self, &out->meaning, &out->low, &out->high);
    out->n_outputs = out->type->outputs ? out->type->outputs(self, &out->outputs) : 1;
    return CAIRN_OK;
}

void cairn_reward_close(cairn_reward *reward) {
    if (reward->type && reward->type->close) reward->type->close(reward->self);
    *reward = (cairn_reward){0};
}

uint64_t cairn_reward_content(const cairn_reward *reward) {
    return reward->type->content ? reward->type->content(reward->self) : 0;
}

const char *cairn_reward_file(const cairn_reward *reward) {
    const char *name = reward->type->file ? reward->type->file(reward->self) : NULL;
    return name ? name : "";
}

bool cairn_reward_elsewhere(const cairn_reward *reward) {
    return reward->type->elsewhere && reward->type->elsewhere(reward->self);
}

/* A node's path is decided by the texts that lead to it: equal prefixes of two solutions share their random numbers,
 * others do not. */
static cairn_status prefixes_of(cairn_ctx *ctx, const cairn_world *world, cairn_arena *arena, uint64_t seed,
                                const cairn_problem *problem, const char *const *steps, const char *const *given,
                                int32_t n_steps, cairn_scoring *requests) {
    const char **seen = cairn_arena_alloc(arena, (size_t)n_steps, sizeof *seen);
    bool any = false;
    size_t bytes = world->type->state_bytes;
    unsigned char *states = cairn_arena_alloc(arena, (size_t)n_steps + 1, bytes);
    uint64_t path = CAIRN_PATH_ROOT;
    if (!states || !seen) return CAIRN_NO_MEMORY;
    CAIRN_TRY(world->type->start(ctx, world->self, problem, states));
    for (int32_t i = 0; i < n_steps; i++) {
        unsigned char *before = states + (size_t)i * bytes;
        size_t length = strlen(steps[i]);
        cairn_turn turn = {.text = steps[i], .length = length, .arena = arena};
        CAIRN_TRY(cairn_world_apply(ctx, world, problem, before, &turn, before + bytes));
        seen[i] = turn.observation ? turn.observation : given ? given[i] : NULL;
        any |= seen[i] != NULL;
        path = cairn_key_mix(path, cairn_key(steps[i], length));
        requests[i] = (cairn_scoring){.problem = problem,
                                      .steps = steps,
                                      .observations = any ? seen : NULL,
                                      .n_steps = i + 1,
                                      .fresh = i == 0 ? 2 : 1,
                                      .state = before + bytes,
                                      .done = turn.done || i + 1 == n_steps,
                                      .path = path,
                                      .seed = seed};
    }
    return CAIRN_OK;
}

cairn_status cairn_reward_score_turns(cairn_ctx *ctx, const cairn_reward *reward, cairn_arena *arena, uint64_t seed,
                                      const cairn_problem *problem, const char *const *steps,
                                      const char *const *observations, int32_t n_steps, double *scores,
                                      const char **codes, const char **evidence, cairn_reward_cost *cost) {
    if (n_steps <= 0) return CAIRN_OK;
    cairn_scoring *requests = cairn_arena_alloc(arena, (size_t)n_steps, sizeof *requests);
    if (!requests) return CAIRN_NO_MEMORY;
    CAIRN_TRY(prefixes_of(ctx, reward->world, arena, seed, problem, steps, observations, n_steps, requests));
    cairn_score_fn score = reward->type->score_solution ? reward->type->score_solution : reward->type->score;
    CAIRN_TRY(score(ctx, reward->self, arena, requests, n_steps, cost));
    for (int32_t i = 0; i < n_steps; i++)
        if (requests[i].status != CAIRN_OK)
            return cairn_fail_within(ctx, requests[i].status, "problem `%.60s`, step %d", problem->id, (int)i + 1);
    for (int32_t i = 0; i < n_steps; i++) {
        scores[i] = requests[i].score;
        if (codes) codes[i] = requests[i].code ? requests[i].code : "";
        if (evidence) evidence[i] = requests[i].evidence ? requests[i].evidence : "";
    }
    return CAIRN_OK;
}

cairn_status cairn_reward_score_steps(cairn_ctx *ctx, const cairn_reward *reward, cairn_arena *arena, uint64_t seed,
                                      const cairn_problem *problem, const char *const *steps, int32_t n_steps,
                                      double *scores, const char **codes, const char **evidence,
                                      cairn_reward_cost *cost) {
    return cairn_reward_score_turns(ctx, reward, arena, seed, problem, steps, NULL, n_steps, scores, codes, evidence,
                                    cost);
}

uint32_t cairn_reward_uses(const cairn_reward *reward) {
    return reward->type->uses ? reward->type->uses(reward->self) : 0;
}

bool cairn_reward_partial_ok(const cairn_reward *reward) {
    return reward->type->partial_ok && reward->type->partial_ok(reward->self);
}
