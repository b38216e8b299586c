/* From leaves to an answer. */
#include <math.h>
#include <stdlib.h>

#include "cairn/loops.h"
#include "search/stated.h"

typedef struct place {
    int64_t order; /* of a recorded solution */
    int32_t index; /* into the leaves, which stand in order of their ends */
} place;

static int by_order(const void *a, const void *b) {
    const place *x = a, *y = b;
    if (x->order != y->order) return x->order < y->order ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* places[n]: recorded solutions in their recorded order, others as they ended. */
static void order_leaves(const cairn_workspace *workspace, const cairn_branch *leaves, int32_t n, place *places) {
    for (int32_t i = 0; i < n; i++) {
        const cairn_stated *stated = stated_of(workspace, leaves[i].node);
        places[i] = (place){stated ? stated->order : INT64_MAX, i};
    }
    if (n > 1) qsort(places, (size_t)n, sizeof *places, by_order);
}

cairn_status cairn_candidates(cairn_workspace *workspace, const cairn_branch *leaves, int32_t n, cairn_result *out) {
    cairn_candidate *candidates = cairn_arena_alloc(workspace->arena, (size_t)(n > 0 ? n : 1), sizeof *candidates);
    place *places = cairn_arena_alloc(workspace->arena, (size_t)(n > 0 ? n : 1), sizeof *places);
    if (!candidates || !places) return CAIRN_NO_MEMORY;
    order_leaves(workspace, leaves, n, places);
    for (int32_t i = 0; i < n; i++) {
        const cairn_branch *branch = &leaves[places[i].index];
        cairn_node leaf = branch->node;
        CAIRN_TRY(cairn_check(workspace, &leaf, 1));
        bool scored = workspace->column >= 0 && (workspace->tree->marks[workspace->column][leaf] & CAIRN_SCORE_ASKED);
        candidates[i] = (cairn_candidate){
            .leaf = leaf,
            .count = branch->count,
            .answer = workspace->tree->answer[leaf],
            .score =
                scored ? cairn_tree_aggregate(workspace->tree, leaf, workspace->column, workspace->aggregator) : NAN,
            .paid = cairn_tree_paid(workspace->tree, leaf)};
    }
    *out = (cairn_result){.candidates = candidates, .n = n, .chosen = -1, .answer = -1};
    return CAIRN_OK;
}

static double value_of(const cairn_candidate *candidate) {
    return candidate->score + candidate->paid;
}

/* The vote over candidates with these weights; its representative is the class's member of greatest value, else its
 * first. Weights are scores alone: what a solution cost makes its answer no less right. */
static cairn_status vote(cairn_workspace *workspace, cairn_result *result, bool weighted) {
    size_t n = (size_t)result->n;
    int32_t *classes = cairn_arena_alloc(workspace->arena, n + 1, sizeof *classes);
    double *weights = cairn_arena_alloc(workspace->arena, n + 1, sizeof *weights);
    if (!classes || !weights) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const cairn_candidate *candidate = &result->candidates[i];
        classes[i] = candidate->answer;
        weights[i] = weighted ? candidate->count * candidate->score : candidate->count;
    }
    result->answer = cairn_vote_weighted(classes, weights, n);
    result->chosen = -1;
    for (int32_t i = 0; i < result->n; i++) {
        const cairn_candidate *candidate = &result->candidates[i];
        if (result->answer < 0 || candidate->answer != result->answer) continue;
        if (result->chosen < 0 || value_of(candidate) > value_of(&result->candidates[result->chosen]))
            result->chosen = i;
    }
    return CAIRN_OK;
}

cairn_status cairn_choose_majority(cairn_workspace *workspace, cairn_result *result) {
    return vote(workspace, result, false);
}

cairn_status cairn_choose_weighted(cairn_workspace *workspace, cairn_result *result) {
    return vote(workspace, result, true);
}

cairn_status cairn_choose_best(cairn_workspace *workspace, cairn_result *result) {
    (void)workspace;
    result->chosen = -1;
    for (int32_t i = 0; i < result->n; i++) {
        const cairn_candidate *candidate = &result->candidates[i];
        if (candidate->answer < 0) continue;
        if (result->chosen < 0) {
            result->chosen = i;
            continue;
        }
        double best = value_of(&result->candidates[result->chosen]), value = value_of(candidate);
        if (value > best || (isnan(best) && !isnan(value))) result->chosen = i;
    }
    result->answer = result->chosen < 0 ? -1 : result->candidates[result->chosen].answer;
    return CAIRN_OK;
}
