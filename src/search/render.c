/* What the tree as text and the tree as SVG share: which nodes are drawn, and their names and scores. */
#include "search/render.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "search/shown.h"

float render_score(const cairn_tree *tree, const cairn_rendering *how, cairn_node node) {
    return how->column < 0 ? NAN : tree->score[how->column][node];
}

/* The nodes of most interest, as many as may be drawn. */
cairn_status render_choose(const cairn_tree *tree, const cairn_rendering *how, cairn_arena *arena, drawn *out) {
    uint32_t n = tree->count;
    float *score = cairn_arena_alloc(arena, n, sizeof *score);
    bool *hidden = cairn_arena_alloc(arena, n, sizeof *hidden);
    drawn d = {.chosen = cairn_arena_alloc(arena, n, sizeof *d.chosen),
               .shown = cairn_arena_alloc(arena, n, sizeof *d.shown)};
    shown_nodes nodes;
    if (!score || !hidden || !d.chosen || !d.shown) return CAIRN_NO_MEMORY;
    for (cairn_node node = how->chosen; node != CAIRN_NONE; node = tree->parent[node]) d.chosen[node] = true;
    for (cairn_node node = 0; node < n; node++) {
        score[node] = render_score(tree, how, node);
        hidden[node] = tree->flags[node] & CAIRN_NODE_HIDDEN;
        if (tree->depth[node] > d.deepest) d.deepest = tree->depth[node];
    }
    CAIRN_TRY(shown_find(arena, &(shown_tree){n, tree->parent, tree->visits, score, d.chosen, hidden}, &nodes));
    uint32_t most = how->max_nodes > 0 ? (uint32_t)how->max_nodes : nodes.n;
    for (uint32_t i = 0; i < nodes.n && i < most; i++) d.shown[nodes.order[i]] = true;
    d.below = nodes.below;
    d.most_visits = nodes.most_visits;
    *out = d;
    return CAIRN_OK;
}

cairn_node render_next(const cairn_tree *tree, const drawn *d, cairn_node node) {
    while (node != CAIRN_NONE && !d->shown[node]) node = tree->next_sibling[node];
    return node;
}

uint32_t render_folded(const cairn_tree *tree, const drawn *d, cairn_node node) {
    uint32_t folded = 0;
    for (cairn_node i = tree->first_child[node]; i != CAIRN_NONE; i = tree->next_sibling[i])
        if (!d->shown[i]) folded += d->below[i];
    return folded;
}

const char *render_name(const cairn_tree *tree, cairn_node node, char out[16]) {
    if (node == CAIRN_ROOT) return "root";
    if (cairn_tree_is_end(tree, node)) return "(end)";
    snprintf(out, 16, "#%" PRIu32, node);
    return out;
}

cairn_status render_step(const cairn_tree *tree, cairn_node node, cairn_arena *arena, const char **text,
                         size_t *length) {
    static const char arrow[] = " → ";
    const char *observation = cairn_tree_observation(tree, node);
    char number[16];
    *text = cairn_tree_text(tree, node);
    *length = tree->text_length[node];
    if (*length == 0) {
        const char *name = render_name(tree, node, number);
        *length = strlen(name);
        *text = cairn_arena_copy(arena, name, *length);
    }
    if (!observation) return *text ? CAIRN_OK : CAIRN_NO_MEMORY;
    size_t own = *length, seen = strlen(observation), middle = sizeof arrow - 1;
    char *both = cairn_arena_alloc(arena, own + middle + seen + 1, 1);
    if (!both || !*text) return CAIRN_NO_MEMORY;
    memcpy(both, *text, own);
    memcpy(both + own, arrow, middle);
    memcpy(both + own + middle, observation, seen);
    *text = both;
    *length = own + middle + seen;
    return CAIRN_OK;
}
