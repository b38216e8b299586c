/* cairn/label_tree.h: labels from whole trees of solutions, and hierarchical training samples (arXiv 2503.13551).
 * Layer: label.
 *
 *   double score[n];
 *   cairn_leaf_scores(ctx, &tree, score);                                   // share of right leaves below each node
 *   cairn_leaf_tree_compress(ctx, &tree, &how, &rng, arena, &compressed);   // merged nodes: new samples from the same leaves
 *
 * A tree is plain arrays, so that these functions need no model and no workspace. `cairn help labellers` has `tree`,
 * which grows one. */
#ifndef CAIRN_LABEL_TREE_H
#define CAIRN_LABEL_TREE_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Nodes in an order in which a parent comes before its children; node 0 is the root, which has no text. */
typedef struct cairn_leaf_tree {
    int32_t n;
    const int32_t *parent;   /* [n]; of the root: -1 */
    const char *const *text; /* [n] step of the node; may be NULL where no function reads texts */
    const double *outcome;   /* [n] of a leaf: 1 right, 0 wrong or without an answer; of other nodes nothing is read */
    const double *weight;    /* [n] how often a leaf was drawn; NULL: once each */
} cairn_leaf_tree;

/* score[n]: share of right leaves among the leaves below each node; of a leaf its own outcome. leaves[n] and right[n],
 * the weights of all and of the right leaves, may be NULL. Errors: INVALID for a parent that does not come before its
 * child, an outcome outside [0, 1]. */
CAIRN_API cairn_status cairn_leaf_scores(cairn_ctx *ctx, const cairn_leaf_tree *tree, double *score, double *leaves,
                                         double *right);

typedef enum cairn_compression {
    CAIRN_COMPRESS_PAPER, /* a coin for each node, then one child at random */
    CAIRN_COMPRESS_CODE   /* a coin for each child in order, until one moves: favours the first */
} cairn_compression;
#define CAIRN_COMPRESSION_CHOICES "paper|code"

typedef struct cairn_compress {
    cairn_compression variant;
    double p;               /* probability of the coin: 0.5 */
    int32_t least_children; /* of a node from which a child may move: 4 */
    const char *join;       /* between the two texts that become one: "\n\n" */
} cairn_compress;
#define CAIRN_COMPRESS_DEFAULT \
    ((cairn_compress){.variant = CAIRN_COMPRESS_PAPER, .p = 0.5, .least_children = 4, .join = "\n\n"})

/* Hierarchical node compression: each node with enough children may give up one of them, which becomes a child of its
 * grandparent with both texts joined. The leaves below the root stay the same; the node that lost a child gets another
 * score. Children of the root do not move. *out has the same nodes in the same order, in the arena; moved[n] (may be
 * NULL) says which. `tree` is left as it is. Errors: as cairn_leaf_scores; INVALID for p outside [0, 1], least_children
 * < 2, a node without text. A child whose text is empty is the end of its parent and does not move. */
CAIRN_API cairn_status cairn_leaf_tree_compress(cairn_ctx *ctx, const cairn_leaf_tree *tree, const cairn_compress *how,
                                                cairn_rng *rng, cairn_arena *arena, cairn_leaf_tree *out, bool *moved);

/* Which nodes of one level become training samples: nodes with the same score form a group. With several groups, each
 * gives max(size of the smallest, floor(share of its own)) nodes, at most all; with one group, at most `cap` nodes.
 * chosen[n] is set; nodes are drawn without replacement. Errors: INVALID for NaN, share outside [0, 1], cap < 1;
 * NO_MEMORY. */
CAIRN_API cairn_status cairn_stratify(cairn_ctx *ctx, const double *score, int32_t n, double share, int32_t cap,
                                      cairn_rng *rng, bool *chosen);

/* Steps i and i + 1 of steps[n] as one: out[n - 1], in the arena, `join` between them. Errors: INVALID for i outside 0
 * .. n - 2. */
CAIRN_API cairn_status cairn_merge_steps(cairn_ctx *ctx, const char *const *steps, int32_t n, int32_t i,
                                         const char *join, cairn_arena *arena, const char *const **out);

#ifdef __cplusplus
}
#endif
#endif
