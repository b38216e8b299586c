/* Pure functions of trees with outcomes at their leaves: scores, compression, stratified samples, merged steps (arXiv
 * 2503.13551). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/label_tree.h"

static cairn_status check_parents(cairn_ctx *ctx, const cairn_leaf_tree *tree) {
    if (tree->n < 1 || tree->parent[0] != -1)
        return cairn_fail(ctx, CAIRN_INVALID, "a tree begins with its root, whose parent is -1");
    for (int32_t i = 1; i < tree->n; i++)
        if (tree->parent[i] < 0 || tree->parent[i] >= i)
            return cairn_fail(ctx, CAIRN_INVALID, "node %d: expected a parent in 0 .. %d, got %d", (int)i, (int)i - 1,
                              (int)tree->parent[i]);
    return CAIRN_OK;
}

/* children[n] of each node. */
static void count_children(const cairn_leaf_tree *tree, int32_t *children) {
    memset(children, 0, (size_t)tree->n * sizeof *children);
    for (int32_t i = 1; i < tree->n; i++) children[tree->parent[i]]++;
}

/* ---- scores ------------------------------------------------------------------------------------------------------------ */

static cairn_status add_leaves(cairn_ctx *ctx, const cairn_leaf_tree *tree, const int32_t *children, double *leaves,
                               double *right) {
    for (int32_t i = 0; i < tree->n; i++) {
        leaves[i] = right[i] = 0;
        if (children[i]) continue;
        if (!(tree->outcome[i] >= 0 && tree->outcome[i] <= 1))
            return cairn_fail(ctx, CAIRN_INVALID, "leaf %d: expected an outcome in [0, 1], got %g", (int)i,
                              tree->outcome[i]);
        leaves[i] = tree->weight ? tree->weight[i] : 1;
        right[i] = leaves[i] * tree->outcome[i];
    }
    for (int32_t i = tree->n - 1; i > 0; i--) {
        leaves[tree->parent[i]] += leaves[i];
        right[tree->parent[i]] += right[i];
    }
    return CAIRN_OK;
}

cairn_status cairn_leaf_scores(cairn_ctx *ctx, const cairn_leaf_tree *tree, double *score, double *leaves,
                               double *right) {
    CAIRN_TRY(check_parents(ctx, tree));
    size_t n = (size_t)tree->n;
    int32_t *children = cairn_alloc(ctx, n, sizeof *children);
    double *sums = cairn_alloc(ctx, 2 * n, sizeof *sums);
    cairn_status status = children && sums ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) {
        count_children(tree, children);
        status = add_leaves(ctx, tree, children, sums, sums + n);
    }
    for (size_t i = 0; i < n && status == CAIRN_OK; i++) {
        score[i] = sums[i] > 0 ? sums[n + i] / sums[i] : NAN;
        if (leaves) leaves[i] = sums[i];
        if (right) right[i] = sums[n + i];
    }
    cairn_free(children);
    cairn_free(sums);
    return status;
}

/* ---- compression --------------------------------------------------------------------------------------------------------- */

/* The child of `node` that moves, or -1. list[count] are its children in order. */
static int32_t choose_child(const cairn_compress *how, cairn_rng *rng, const int32_t *list, int32_t count) {
    if (how->variant == CAIRN_COMPRESS_PAPER) {
        if (cairn_rng_unit(rng) >= how->p) return -1;
        return list[cairn_rng_below(rng, (uint32_t)count)];
    }
    for (int32_t k = 0; k < count; k++)
        if (cairn_rng_unit(rng) < how->p) return list[k];
    return -1;
}

static cairn_status move_child(cairn_ctx *ctx, const cairn_leaf_tree *tree, const cairn_compress *how, int32_t child,
                               cairn_arena *arena, int32_t *parent, const char **text) {
    int32_t node = tree->parent[child];
    if (!tree->text || !tree->text[node] || !tree->text[child])
        return cairn_fail(ctx, CAIRN_INVALID, "node %d has no text to merge", (int)child);
    parent[child] = tree->parent[node];
    text[child] = cairn_arena_printf(arena, "%s%s%s", tree->text[node], how->join, tree->text[child]);
    return text[child] ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* lists[starts[i] .. starts[i + 1]) are the children of node i, in order; next[n] is scratch. */
static void list_children(const cairn_leaf_tree *tree, int32_t *starts, int32_t *lists, int32_t *next) {
    count_children(tree, next);
    starts[0] = 0;
    for (int32_t i = 0; i < tree->n; i++) {
        starts[i + 1] = starts[i] + next[i];
        next[i] = starts[i];
    }
    for (int32_t i = 1; i < tree->n; i++) lists[next[tree->parent[i]]++] = i;
}

cairn_status cairn_leaf_tree_compress(cairn_ctx *ctx, const cairn_leaf_tree *tree, const cairn_compress *how,
                                      cairn_rng *rng, cairn_arena *arena, cairn_leaf_tree *out, bool *moved) {
    CAIRN_TRY(check_parents(ctx, tree));
    if (!(how->p >= 0 && how->p <= 1) || how->least_children < 2)
        return cairn_fail(ctx, CAIRN_INVALID, "compression: p in [0, 1] and least_children from 2 on");
    size_t n = (size_t)tree->n;
    int32_t *parent = cairn_arena_alloc(arena, n, sizeof *parent);
    const char **text = cairn_arena_alloc(arena, n, sizeof *text);
    int32_t *starts = cairn_arena_alloc(arena, n + 1, sizeof *starts);
    int32_t *lists = cairn_arena_alloc(arena, n, sizeof *lists), *next = cairn_arena_alloc(arena, n, sizeof *next);
    if (!parent || !text || !starts || !lists || !next) return CAIRN_NO_MEMORY;
    memcpy(parent, tree->parent, n * sizeof *parent);
    for (size_t i = 0; i < n; i++) text[i] = tree->text ? tree->text[i] : NULL;
    if (moved) memset(moved, 0, n * sizeof *moved);
    list_children(tree, starts, lists, next);
    for (int32_t i = 1; i < tree->n; i++) {
        int32_t count = starts[i + 1] - starts[i];
        int32_t child = count < how->least_children ? -1 : choose_child(how, rng, lists + starts[i], count);
        if (child < 0 || (tree->text && tree->text[child] && !tree->text[child][0])) continue; /* an end is no step */
        CAIRN_TRY(move_child(ctx, tree, how, child, arena, parent, text));
        if (moved) moved[child] = true;
    }
    *out = *tree;
    out->parent = parent;
    out->text = text;
    return CAIRN_OK;
}

/* ---- samples ---------------------------------------------------------------------------------------------------------------- */

typedef struct scored {
    double score;
    int32_t index;
} scored;

static int by_score(const void *a, const void *b) {
    const scored *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Chooses `count` of group[size] without replacement: the first of a partial shuffle. */
static void choose(scored *group, int32_t size, int32_t count, cairn_rng *rng, bool *chosen) {
    for (int32_t k = 0; k < count; k++) {
        int32_t at = k + (int32_t)cairn_rng_below(rng, (uint32_t)(size - k));
        scored taken = group[at];
        group[at] = group[k];
        group[k] = taken;
        chosen[taken.index] = true;
    }
}

static int32_t group_end(const scored *sorted, int32_t n, int32_t start) {
    int32_t end = start + 1;
    while (end < n && sorted[end].score == sorted[start].score) end++;
    return end;
}

cairn_status cairn_stratify(cairn_ctx *ctx, const double *score, int32_t n, double share, int32_t cap, cairn_rng *rng,
                            bool *chosen) {
    if (!(share >= 0 && share <= 1) || cap < 1)
        return cairn_fail(ctx, CAIRN_INVALID, "stratified sample: share in [0, 1] and cap from 1 on");
    for (int32_t i = 0; i < n; i++) {
        chosen[i] = false;
        if (isnan(score[i])) return cairn_fail(ctx, CAIRN_INVALID, "score %d is NaN", (int)i);
    }
    if (n <= 0) return CAIRN_OK;
    scored *sorted = cairn_alloc(ctx, (size_t)n, sizeof *sorted);
    if (!sorted) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) sorted[i] = (scored){score[i], i};
    qsort(sorted, (size_t)n, sizeof *sorted, by_score);
    int32_t smallest = n;
    for (int32_t start = 0, end; start < n; start = end) {
        end = group_end(sorted, n, start);
        if (end - start < smallest) smallest = end - start;
    }
    for (int32_t start = 0, end; start < n; start = end) {
        end = group_end(sorted, n, start);
        int32_t size = end - start, part = (int32_t)(share * size);
        int32_t count = size == n ? cap : part > smallest ? part : smallest;
        choose(sorted + start, size, count < size ? count : size, rng, chosen);
    }
    cairn_free(sorted);
    return CAIRN_OK;
}

cairn_status cairn_merge_steps(cairn_ctx *ctx, const char *const *steps, int32_t n, int32_t i, const char *join,
                               cairn_arena *arena, const char *const **out) {
    if (i < 0 || i > n - 2)
        return cairn_fail(ctx, CAIRN_INVALID, "steps %d and %d of %d cannot be merged", (int)i, (int)i + 1, (int)n);
    const char **merged = cairn_arena_alloc(arena, (size_t)n, sizeof *merged);
    if (!merged) return CAIRN_NO_MEMORY;
    for (int32_t k = 0; k < n - 1; k++) merged[k] = steps[k < i ? k : k + 1];
    merged[i] = cairn_arena_printf(arena, "%s%s%s", steps[i], join, steps[i + 1]);
    if (!merged[i]) return CAIRN_NO_MEMORY;
    *out = merged;
    return CAIRN_OK;
}
