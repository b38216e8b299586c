/* Order of open prefixes. */
#include <math.h>
#include <stdlib.h>

#include "search/rank.h"

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

cairn_status rank_by_aggregate(cairn_workspace *workspace, const cairn_branch *branches, int32_t n, int32_t **order) {
    ranked *rows = cairn_arena_alloc(workspace->arena, (size_t)n + 1, sizeof *rows);
    *order = cairn_arena_alloc(workspace->arena, (size_t)n + 1, sizeof **order);
    if (!rows || !*order) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++)
        rows[i] = (ranked){
            cairn_tree_aggregate(workspace->tree, branches[i].node, workspace->column, workspace->aggregator), i};
    qsort(rows, (size_t)n, sizeof *rows, by_falling_score);
    for (int32_t i = 0; i < n; i++) (*order)[i] = rows[i].index;
    return CAIRN_OK;
}
