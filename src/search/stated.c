#include "search/stated.h"

#include <string.h>

#include "search/caches.h"

struct stated_end {
    cairn_node node; /* rising */
    const cairn_stated *stated;
};

const cairn_stated *stated_of(const cairn_workspace *workspace, cairn_node node) {
    int32_t low = 0, high = workspace->caches->n_stated;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (workspace->caches->stated[middle].node < node)
            low = middle + 1;
        else
            high = middle;
    }
    return low < workspace->caches->n_stated && workspace->caches->stated[low].node == node
               ? workspace->caches->stated[low].stated
               : NULL;
}

cairn_status stated_keep(cairn_workspace *workspace, cairn_node node, const cairn_stated *stated) {
    if (!stated) return CAIRN_OK;
    if (workspace->caches->n_stated == workspace->caches->stated_capacity) {
        int32_t capacity = workspace->caches->stated_capacity ? 2 * workspace->caches->stated_capacity : 8;
        struct stated_end *grown = cairn_arena_alloc(workspace->arena, (size_t)capacity, sizeof *grown);
        if (!grown) return CAIRN_NO_MEMORY;
        if (workspace->caches->n_stated)
            memcpy(grown, workspace->caches->stated, (size_t)workspace->caches->n_stated * sizeof *grown);
        workspace->caches->stated = grown;
        workspace->caches->stated_capacity = capacity;
    }
    struct stated_end *list = workspace->caches->stated;
    int32_t at = workspace->caches->n_stated++;
    for (; at > 0 && list[at - 1].node > node; at--) list[at] = list[at - 1];
    list[at] = (struct stated_end){node, stated};
    return CAIRN_OK;
}

static bool same(const cairn_stated *a, const cairn_stated *b) {
    if (a == b) return true;
    if (!a || !b || a->correct != b->correct || !a->answer != !b->answer) return false;
    return !a->answer || strcmp(a->answer, b->answer) == 0;
}

cairn_node stated_find(const cairn_workspace *workspace, cairn_node parent, cairn_kind kind, const char *text,
                       size_t length, const cairn_stated *stated) {
    const cairn_tree *tree = workspace->tree;
    cairn_node first = cairn_tree_find(tree, parent, kind, text, length);
    if (first == CAIRN_NONE || same(stated_of(workspace, first), stated)) return first;
    for (cairn_node i = tree->next_sibling[first]; i != CAIRN_NONE; i = tree->next_sibling[i])
        if (tree->key[i] == tree->key[first] && tree->kind[i] == kind && tree->text_length[i] == length &&
            !(tree->flags[i] & CAIRN_NODE_PARTIAL) && memcmp(cairn_tree_text(tree, i), text, length) == 0 &&
            same(stated_of(workspace, i), stated))
            return i;
    return CAIRN_NONE;
}
