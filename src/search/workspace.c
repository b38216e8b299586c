/* The workspace: opening it, and the parts of its cast. */
#include "cairn/search.h"
#include "search/caches.h"

/* The score columns of a role's reward, one an output. */
static cairn_status open_columns(cairn_workspace *workspace, cairn_role role) {
    cairn_part *part = &workspace->cast[role];
    part->column = -1;
    if (!part->reward) return CAIRN_OK;
    const char *name = role == CAIRN_ROLE_JUDGE ? "reward" : cairn_role_name(role);
    cairn_score_column about = {.name = name,
                                .source = part->reward->source,
                                .meaning = (int32_t)part->reward->meaning,
                                .low = (float)part->reward->low,
                                .high = (float)part->reward->high};
    CAIRN_TRY(cairn_tree_need_score(workspace->ctx, workspace->tree, about, &part->column));
    for (int32_t k = 1; k < part->reward->n_outputs; k++) {
        int32_t column;
        const char *output = part->reward->outputs ? part->reward->outputs[k] : NULL;
        about.name = output ? cairn_arena_printf(workspace->arena, "%s.%s", name, output)
                            : cairn_arena_printf(workspace->arena, "%s.%d", name, (int)k + 1);
        if (!about.name) return CAIRN_NO_MEMORY;
        CAIRN_TRY(cairn_tree_need_score(workspace->ctx, workspace->tree, about, &column));
        if (column != part->column + k)
            return cairn_fail(workspace->ctx, CAIRN_INVALID, "score column `%s` is named twice", about.name);
    }
    return CAIRN_OK;
}

cairn_status cairn_workspace_begin(cairn_workspace *workspace) {
    cairn_tree *tree = workspace->tree;
    if (tree->state_bytes != workspace->world->type->state_bytes)
        return cairn_fail(workspace->ctx, CAIRN_INVALID, "the tree holds states of %zu bytes, world %s has %zu",
                          tree->state_bytes, workspace->world->type->about.name, workspace->world->type->state_bytes);
    CAIRN_TRY(workspace->world->type->start(workspace->ctx, workspace->world->self, workspace->problem,
                                            cairn_tree_state(tree, CAIRN_ROOT)));
    workspace->caches = cairn_arena_alloc(workspace->arena, 1, sizeof *workspace->caches);
    if (!workspace->caches) return CAIRN_NO_MEMORY;
    /* The judge's columns come first: they are those that searches look at. */
    CAIRN_TRY(open_columns(workspace, CAIRN_ROLE_JUDGE));
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++)
        if (role != CAIRN_ROLE_JUDGE) CAIRN_TRY(open_columns(workspace, (cairn_role)role));
    workspace->column = workspace->cast[CAIRN_ROLE_JUDGE].column;
    return CAIRN_OK;
}

const cairn_policy *cairn_workspace_policy(const cairn_workspace *workspace, cairn_role role) {
    const cairn_policy *own = workspace->cast[role].policy;
    return own ? own : workspace->cast[CAIRN_ROLE_GENERATOR].policy;
}

cairn_sampling cairn_workspace_sampling(const cairn_workspace *workspace, cairn_role role) {
    const cairn_sampling *own = &workspace->cast[role].sampling;
    return own->max_tokens > 0 ? *own : workspace->cast[CAIRN_ROLE_GENERATOR].sampling;
}

int32_t cairn_workspace_answers(const cairn_workspace *workspace) {
    return workspace->caches->n_answers;
}

const char *cairn_workspace_answer(const cairn_workspace *workspace, int32_t answer) {
    const struct cairn_caches *caches = workspace->caches;
    return answer >= 0 && answer < caches->n_answers ? caches->answers[answer] : NULL;
}

cairn_role caches_owner(const cairn_workspace *workspace, cairn_role role) {
    const cairn_policy *policy = cairn_workspace_policy(workspace, role);
    for (int first = 0; first < (int)role; first++)
        if (cairn_workspace_policy(workspace, (cairn_role)first) == policy) return (cairn_role)first;
    return role;
}
