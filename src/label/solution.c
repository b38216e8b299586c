#include "label/solution.h"

#include <math.h>
#include <string.h>

#include "world/tokens.h"

cairn_status label_estimate_node(cairn_search *search, cairn_role role, cairn_node node, int32_t k,
                                 label_estimate *out) {
    int32_t done;
    *out = (label_estimate){.rollouts = cairn_arena_alloc(search->arena, (size_t)k, sizeof(cairn_rollout))};
    if (!out->rollouts) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_rollouts(search, role, &node, 1, k, out->rollouts, &done));
    out->n = done;
    for (int32_t i = 0; i < done; i++) {
        cairn_verdict verdict = out->rollouts[i].outcome.verdict;
        out->known += verdict != CAIRN_VERDICT_UNKNOWN;
        out->ok += verdict == CAIRN_VERDICT_RIGHT;
    }
    return CAIRN_OK;
}

static cairn_status adopt_one(cairn_search *search, const cairn_record *record, cairn_rollout *out) {
    const cairn_world *world = search->world;
    size_t n = (size_t)record->n_steps;
    int32_t *tokens = cairn_arena_alloc(search->arena, n, sizeof *tokens);
    void *state = cairn_arena_alloc(search->arena, 1, world->type->state_bytes);
    bool done;
    if (!tokens || !state) return CAIRN_NO_MEMORY;
    *out = (cairn_rollout){.steps = record->steps, .tokens = tokens, .n_steps = record->n_steps};
    for (size_t i = 0; i < n; i++) out->n_tokens += tokens[i] = token_count(record->steps[i], strlen(record->steps[i]));
    CAIRN_TRY(cairn_world_replay(search->ctx, world, search->problem, record->steps, record->n_steps, state, &done));
    CAIRN_TRY(world->type->check(search->ctx, world->self, search->problem, state, record->steps, record->n_steps,
                                 search->arena, &out->outcome));
    if (out->outcome.verdict == CAIRN_VERDICT_UNKNOWN && record->correct != CAIRN_VERDICT_UNKNOWN) {
        out->outcome.verdict = record->correct;
        out->outcome.value = record->correct == CAIRN_VERDICT_RIGHT;
    }
    return CAIRN_OK;
}

cairn_status label_adopt(cairn_search *search, const cairn_record *given, int32_t n_given, cairn_rollout *out) {
    for (int32_t i = 0; i < n_given; i++) CAIRN_TRY(adopt_one(search, &given[i], &out[i]));
    return CAIRN_OK;
}

cairn_status label_steps(cairn_search *search, cairn_node node, const cairn_rollout *rollout, const char *const **steps,
                         int32_t *n) {
    const char *const *prefix;
    int32_t depth;
    CAIRN_TRY(cairn_tree_steps(search->ctx, search->tree, node, search->arena, &prefix, &depth));
    const char **all = cairn_arena_alloc(search->arena, (size_t)depth + (size_t)rollout->n_steps + 1, sizeof *all);
    if (!all) return CAIRN_NO_MEMORY;
    if (depth) memcpy(all, prefix, (size_t)depth * sizeof *all);
    if (rollout->n_steps) memcpy(all + depth, rollout->steps, (size_t)rollout->n_steps * sizeof *all);
    *steps = all;
    *n = depth + rollout->n_steps;
    return CAIRN_OK;
}

double label_value(const cairn_step_count *count) {
    return count->n > 0 ? (double)count->ok / count->n : NAN;
}
