#include "label/solution.h"

#include <math.h>
#include <string.h>

#include "world/tokens.h"

static cairn_status estimate_alloc(cairn_workspace *workspace, int32_t n, label_estimate *out) {
    *out = (label_estimate){.rollouts = cairn_arena_alloc(workspace->arena, (size_t)n, sizeof *out->rollouts)};
    return out->rollouts ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static void add_outcome(label_estimate *e, cairn_verdict verdict) {
    e->n++;
    e->known += verdict != CAIRN_VERDICT_UNKNOWN;
    e->ok += verdict == CAIRN_VERDICT_RIGHT;
}

cairn_status label_estimate_node(cairn_workspace *workspace, cairn_role role, cairn_node node, int32_t k,
                                 cairn_label_result *result, label_estimate *out) {
    int32_t done;
    CAIRN_TRY(estimate_alloc(workspace, k, out));
    CAIRN_TRY(cairn_rollouts(workspace, role, &node, 1, k, out->rollouts, &done));
    for (int32_t i = 0; i < done; i++) add_outcome(out, out->rollouts[i].outcome.verdict);
    result->rollouts += out->n;
    result->unknown += out->n - out->known;
    return CAIRN_OK;
}

/* ---- given solutions ----------------------------------------------------------------------------------------------- */

static cairn_status outcome_of(cairn_workspace *workspace, const cairn_record *record, cairn_outcome *out) {
    const cairn_world *world = workspace->world;
    void *state = cairn_arena_alloc(workspace->arena, 1, world->type->state_bytes);
    bool done;
    if (!state) return CAIRN_NO_MEMORY;
    CAIRN_TRY(
        cairn_world_replay(workspace->ctx, world, workspace->problem, record->steps, record->n_steps, state, &done));
    cairn_stated stated = {.answer = record->answer, .correct = record->correct};
    return cairn_world_outcome(workspace->ctx, world, workspace->problem, state, record->steps, record->n_steps,
                               &stated, workspace->arena, out);
}

static cairn_status adopt_one(cairn_workspace *workspace, const cairn_record *record, cairn_rollout *out) {
    size_t n = (size_t)record->n_steps;
    int32_t *tokens = cairn_arena_alloc(workspace->arena, n, sizeof *tokens);
    if (!tokens) return CAIRN_NO_MEMORY;
    *out = (cairn_rollout){
        .steps = record->steps, .observations = record->observations, .tokens = tokens, .n_steps = record->n_steps};
    for (size_t i = 0; i < n; i++) out->n_tokens += tokens[i] = token_count(record->steps[i], strlen(record->steps[i]));
    return outcome_of(workspace, record, &out->outcome);
}

cairn_status cairn_label_adopt(cairn_workspace *workspace, const cairn_record *given, int32_t n_given,
                               cairn_rollout **out) {
    *out = cairn_arena_alloc(workspace->arena, (size_t)n_given, sizeof **out);
    if (!*out) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n_given; i++) CAIRN_TRY(adopt_one(workspace, &given[i], &(*out)[i]));
    return CAIRN_OK;
}

cairn_status label_adopt(cairn_workspace *workspace, const cairn_record *given, int32_t n_given, label_estimate *out) {
    *out = (label_estimate){0};
    CAIRN_TRY(cairn_label_adopt(workspace, given, n_given, &out->rollouts));
    for (int32_t i = 0; i < n_given; i++) add_outcome(out, out->rollouts[i].outcome.verdict);
    return CAIRN_OK;
}

/* ---- in the tree --------------------------------------------------------------------------------------------------- */

cairn_status label_graft(cairn_workspace *workspace, cairn_node node, const cairn_rollout *rollout,
                         cairn_node **nodes) {
    int32_t n = rollout->n_steps;
    *nodes = cairn_arena_alloc(workspace->arena, (size_t)n + 1, sizeof **nodes);
    if (!*nodes) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_graft(workspace, node, rollout, n, &(*nodes)[n]));
    for (int32_t m = n; m > 0; m--) (*nodes)[m - 1] = workspace->tree->parent[(*nodes)[m]];
    return CAIRN_OK;
}

cairn_status label_alloc(cairn_workspace *workspace, int32_t n_steps, double **labels) {
    *labels = cairn_arena_alloc(workspace->arena, (size_t)n_steps + 1, sizeof **labels);
    if (!*labels) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n_steps; i++) (*labels)[i] = NAN;
    return CAIRN_OK;
}

cairn_status label_room(cairn_workspace *workspace, int32_t n_steps, cairn_step_count **counts, double **labels) {
    *counts = cairn_arena_alloc(workspace->arena, (size_t)n_steps, sizeof **counts);
    return *counts ? label_alloc(workspace, n_steps, labels) : CAIRN_NO_MEMORY;
}

double label_value(const cairn_step_count *count) {
    return count->n > 0 ? (double)count->ok / count->n : NAN;
}
