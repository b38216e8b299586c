/* The registered algorithms: find one by its spec, run it. */
#include <string.h>

#include "cairn/search.h"
#include "search_list.inc"
#include "core/registry.h"
#include "search/verbs.h"

const cairn_search_type *const *cairn_searches(void) {
    return search_list;
}

cairn_status cairn_search_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec, const cairn_search_type **type,
                               const void **config) {
    int index;
    const char *options;
    CAIRN_TRY(registry_find(ctx, arena, "search", search_abouts, spec, &index, &options, config));
    *type = search_list[index];
    return CAIRN_OK;
}

cairn_status cairn_workspace_ended(const cairn_workspace *workspace, cairn_node leaf, bool *ended) {
    cairn_tree *tree = workspace->tree;
    CAIRN_TRY(verb_start(workspace, "end with", leaf));
    bool whole = tree->flags[leaf] & CAIRN_NODE_TERMINAL;
    *ended = whole && (tree->kind[leaf] == CAIRN_KIND_FINISH || tree->depth[leaf] < workspace->problem->max_steps);
    if (*ended || !whole || leaf == CAIRN_ROOT) return CAIRN_OK;
    const char *text =
        cairn_tree_text(tree, leaf); /* the last step that is allowed: the world says whether it ends there */
    void *after = cairn_arena_alloc(workspace->arena, tree->state_bytes + 1, 1);
    if (!after) return CAIRN_NO_MEMORY;
    cairn_turn turn = {.text = text, .length = strlen(text)};
    CAIRN_TRY(cairn_world_apply(workspace->ctx, workspace->world, workspace->problem,
                                cairn_tree_state(tree, tree->parent[leaf]), &turn, after));
    *ended = turn.done;
    return CAIRN_OK;
}

cairn_status cairn_search_run(cairn_workspace *workspace, const cairn_search_type *type, const void *config,
                              cairn_result *out) {
    *out = (cairn_result){.chosen = -1, .answer = -1};
    if (type->needs_reward && !workspace->cast[CAIRN_ROLE_JUDGE].reward)
        return cairn_fail(workspace->ctx, CAIRN_INVALID, "search %s scores steps: name a reward", type->about.name);
    cairn_status status = type->run(workspace, config, out);
    return status == CAIRN_BUDGET ? CAIRN_OK : status;
}
