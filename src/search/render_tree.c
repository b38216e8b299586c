/* The tree as text or as an SVG image. */
#include <inttypes.h>

#include "search/render.h"

cairn_status cairn_tree_render(cairn_ctx *ctx, const cairn_tree *tree, const cairn_rendering *how, cairn_text *out) {
    if (how->chosen != CAIRN_NONE && how->chosen >= tree->count)
        return cairn_fail(ctx, CAIRN_INVALID, "drawing: chosen node %" PRIu32 " is not in the tree", how->chosen);
    if (how->column >= tree->n_scores)
        return cairn_fail(ctx, CAIRN_INVALID, "drawing: the tree has no score column %" PRId32, how->column);
    cairn_arena *arena;
    CAIRN_TRY(cairn_arena_open(ctx, 4096, &arena));
    cairn_status status = how->svg ? render_svg(ctx, tree, how, arena, out) : render_text(ctx, tree, how, arena, out);
    cairn_arena_close(arena);
    return status;
}
