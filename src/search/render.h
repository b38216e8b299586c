/* Rendering a tree: as text (render_text.c), as SVG (render_svg.c), and what both share (render.c). */
#ifndef CAIRN_SEARCH_RENDER_H
#define CAIRN_SEARCH_RENDER_H

#include "cairn/tree.h"

/* Which nodes are drawn. */
typedef struct drawn {
    bool *chosen, *shown; /* [count] */
    uint32_t *below;      /* [count] nodes of the subtree, itself included; 0 where it is hidden */
    uint32_t deepest;     /* steps */
    uint32_t most_visits; /* of all nodes */
} drawn;

/* In the arena. Errors: NO_MEMORY. */
cairn_status render_choose(const cairn_tree *tree, const cairn_rendering *how, cairn_arena *arena, drawn *out);
/* The score that is drawn beside the node; NaN where there is none. */
float render_score(const cairn_tree *tree, const cairn_rendering *how, cairn_node node);
/* `node` or its next sibling that is drawn, or CAIRN_NONE. */
cairn_node render_next(const cairn_tree *tree, const drawn *d, cairn_node node);
/* Nodes below that are not drawn and hang from `node`. */
uint32_t render_folded(const cairn_tree *tree, const drawn *d, cairn_node node);
/* Text of a node without one: "root", "(end)", "#12". */
const char *render_name(const cairn_tree *tree, cairn_node node, char out[16]);

/* What is drawn of a node: its text, else its name, and what the world answered to it: "lookup(7) → 12". In the arena
 * or of the tree. */
cairn_status render_step(const cairn_tree *tree, cairn_node node, cairn_arena *arena, const char **text,
                         size_t *length);

/* cairn_tree_render as lines of text. */
cairn_status render_text(cairn_ctx *ctx, const cairn_tree *tree, const cairn_rendering *how, cairn_arena *arena,
                         cairn_text *out);
/* cairn_tree_render for how->svg. */
cairn_status render_svg(cairn_ctx *ctx, const cairn_tree *tree, const cairn_rendering *how, cairn_arena *arena,
                        cairn_text *out);

#endif
