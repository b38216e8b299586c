/* Which nodes of a large tree are shown. */
#ifndef CAIRN_SEARCH_SHOWN_H
#define CAIRN_SEARCH_SHOWN_H

#include "cairn/core.h"

/* Nodes of a tree in which children have greater numbers than their parents, the root being 0. */
typedef struct shown_tree {
    uint32_t count;
    const uint32_t *parent;
    const uint32_t *visits; /* NULL: none */
    const float *score;     /* NaN: unknown */
    const bool *chosen;     /* nodes of the chosen path */
    const bool *left_out;   /* subtrees that are not shown; NULL: none. Chosen nodes are shown all the same */
} shown_tree;

typedef struct shown_nodes {
    uint32_t *order; /* [n] those that may be shown, most interesting first, parents always before their children */
    uint32_t n;
    uint32_t *below;      /* [count] nodes of the subtree that may be shown, itself included; 0 where it is left out */
    uint32_t most_visits; /* of those */
} shown_nodes;

/* Orders nodes by what their subtrees hold: the chosen path, then most visits, then the highest score, then the
 * earliest. All in the arena. Errors: NO_MEMORY. */
cairn_status shown_find(cairn_arena *arena, const shown_tree *tree, shown_nodes *out);

#endif
