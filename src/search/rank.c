/* Order of open prefixes by the aggregate of their scores. */
#include <math.h>
#include <stdlib.h>

#include "cairn/loops.h"

typedef struct ranked {
    double score;
    int32_t index;
} ranked;

static int by_falling_score(const void *left, const void *right) {
    const ranked *a = left, *b = right;
    bool a_unknown = isnan(a->score), b_unknown = isnan(b->score);
    if (a_unknown != b_unknown) return a_unknown ? 1 : -1;
    if (!a_unknown && a->score != b->score) return a->score > b->score ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

static double aggregate_of(const cairn_workspace *workspace, cairn_node node) {
    return cairn_tree_aggregate(workspace->tree, node, workspace->column, workspace->aggregator);
}

cairn_status cairn_rank_branches(cairn_workspace *workspace, const cairn_branch *branches, int32_t n, int32_t **order) {
    ranked *rows = cairn_arena_alloc(workspace->arena, (size_t)n + 1, sizeof *rows);
    *order = cairn_arena_alloc(workspace->arena, (size_t)n + 1, sizeof **order);
    if (!rows || !*order) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) rows[i] = (ranked){aggregate_of(workspace, branches[i].node), i};
    qsort(rows, (size_t)n, sizeof *rows, by_falling_score);
    for (int32_t i = 0; i < n; i++) (*order)[i] = rows[i].index;
    return CAIRN_OK;
}

int32_t cairn_best_branch(const cairn_workspace *workspace, const cairn_branch *branches, int32_t n) {
    ranked best = {.index = -1};
    for (int32_t i = 0; i < n; i++) {
        ranked row = {aggregate_of(workspace, branches[i].node), i};
        if (i == 0 || by_falling_score(&row, &best) < 0) best = row;
    }
    return best.index;
}

cairn_status cairn_score_branches(cairn_workspace *workspace, const cairn_branch *branches, int32_t n) {
    cairn_node *nodes = cairn_arena_alloc(workspace->arena, (size_t)n + 1, sizeof *nodes);
    if (!nodes) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) nodes[i] = branches[i].node;
    return cairn_score(workspace, nodes, n);
}
