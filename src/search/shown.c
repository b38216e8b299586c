/* Which nodes of a large tree are shown: those of most interest. */
#include "search/shown.h"

#include <math.h>
#include <stdlib.h>

/* How a node ranks; each is the greatest of its subtree, so a parent never ranks after its children. */
typedef struct interest {
    bool chosen;
    uint32_t visits;
    float score;
    uint32_t node;
} interest;

static int by_interest(const void *a, const void *b) {
    const interest *x = a, *y = b;
    if (x->chosen != y->chosen) return x->chosen ? -1 : 1;
    if (x->visits != y->visits) return x->visits > y->visits ? -1 : 1;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return x->node < y->node ? -1 : 1;
}

/* Children have greater numbers than their parents: one pass down sums subtrees. */
static void measure(const shown_tree *tree, uint32_t *below, interest *rank) {
    for (uint32_t i = 0; i < tree->count; i++) {
        bool out = i && !tree->chosen[i] && ((tree->left_out && tree->left_out[i]) || !below[tree->parent[i]]);
        float score = tree->score[i];
        below[i] = !out;
        rank[i] = (interest){tree->chosen[i], tree->visits ? tree->visits[i] : 0, isnan(score) ? -INFINITY : score, i};
    }
    for (uint32_t i = tree->count - 1; i > 0; i--) {
        interest *up = &rank[tree->parent[i]];
        if (!below[i]) continue;
        below[tree->parent[i]] += below[i];
        if (rank[i].visits > up->visits) up->visits = rank[i].visits;
        if (rank[i].score > up->score) up->score = rank[i].score;
    }
}

cairn_status shown_find(cairn_arena *arena, const shown_tree *tree, shown_nodes *out) {
    uint32_t n = 0;
    interest *rank = cairn_arena_alloc(arena, tree->count, sizeof *rank);
    uint32_t *order = cairn_arena_alloc(arena, tree->count, sizeof *order);
    uint32_t *below = cairn_arena_alloc(arena, tree->count, sizeof *below);
    if (!rank || !order || !below) return CAIRN_NO_MEMORY;
    measure(tree, below, rank);
    uint32_t most_visits = rank[0].visits;
    for (uint32_t i = 0; i < tree->count; i++)
        if (below[i]) rank[n++] = rank[i];
    qsort(rank, n, sizeof *rank, by_interest);
    for (uint32_t i = 0; i < n; i++) order[i] = rank[i].node;
    *out = (shown_nodes){.order = order, .n = n, .below = below, .most_visits = most_visits};
    return CAIRN_OK;
}
