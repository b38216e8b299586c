/* The retry loop: propose -> accept or retry. */
#include <math.h>

#include "cairn/loops.h"

static cairn_status propose(cairn_workspace *workspace, const cairn_retry *loop, void *arg, cairn_node node,
                            cairn_branch *child, int32_t *n) {
    *n = 0;
    if (loop->propose) return loop->propose(workspace, arg, node, child, n);
    cairn_branch branch = {.node = node, .count = 1};
    return cairn_propose(workspace, CAIRN_ROLE_GENERATOR, &branch, 1, child, n);
}

/* The step with the greatest score of its own; unknown last, ties to the earliest. */
static cairn_node best_step(const cairn_workspace *workspace, const cairn_branch *seen, int32_t n) {
    const float *score = workspace->tree->score[workspace->column];
    cairn_node best = seen[0].node;
    for (int32_t i = 1; i < n; i++) {
        float a = score[seen[i].node], b = score[best];
        if (a > b || (isnan(b) && !isnan(a))) best = seen[i].node;
    }
    return best;
}

cairn_status cairn_retry_step(cairn_workspace *workspace, const cairn_retry *loop, void *arg, cairn_node node,
                              cairn_node *next) {
    cairn_branch *seen = cairn_arena_alloc(workspace->arena, (size_t)loop->tries, sizeof *seen);
    int32_t n = 0;
    cairn_status status = CAIRN_OK;
    *next = node;
    if (!seen) return CAIRN_NO_MEMORY;
    for (int64_t i = 0; i < loop->tries && status == CAIRN_OK; i++) {
        int32_t made;
        bool accepted;
        status = propose(workspace, loop, arg, node, &seen[n], &made);
        if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
        if (made == 0) break;
        CAIRN_TRY(loop->accept(workspace, arg, seen[n].node, &accepted));
        if (accepted) {
            *next = seen[n].node;
            return CAIRN_OK;
        }
        n++;
    }
    if (n == 0) return status;
    if (loop->settle) return loop->settle(workspace, arg, seen, n, next);
    *next = best_step(workspace, seen, n);
    return CAIRN_OK;
}

cairn_status cairn_retry_solution(cairn_workspace *workspace, const cairn_retry *loop, void *arg, cairn_node node,
                                  cairn_node *leaf) {
    *leaf = node;
    while (!(workspace->tree->flags[*leaf] & CAIRN_NODE_TERMINAL))
        CAIRN_TRY(cairn_retry_step(workspace, loop, arg, *leaf, leaf));
    return CAIRN_OK;
}
