#include "search/stated.h"

#include <string.h>

struct cairn_stated_end {
    cairn_node node; /* rising */
    const cairn_stated *stated;
};

const cairn_stated *stated_of(const cairn_search *search, cairn_node node) {
    int32_t low = 0, high = search->n_stated;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (search->stated[middle].node < node)
            low = middle + 1;
        else
            high = middle;
    }
    return low < search->n_stated && search->stated[low].node == node ? search->stated[low].stated : NULL;
}

cairn_status stated_keep(cairn_search *search, cairn_node node, const cairn_stated *stated) {
    if (!stated) return CAIRN_OK;
    if (search->n_stated == search->stated_capacity) {
        int32_t capacity = search->stated_capacity ? 2 * search->stated_capacity : 8;
        struct cairn_stated_end *grown = cairn_arena_alloc(search->arena, (size_t)capacity, sizeof *grown);
        if (!grown) return CAIRN_NO_MEMORY;
        if (search->n_stated) memcpy(grown, search->stated, (size_t)search->n_stated * sizeof *grown);
        search->stated = grown;
        search->stated_capacity = capacity;
    }
    search->stated[search->n_stated++] = (struct cairn_stated_end){node, stated};
    return CAIRN_OK;
}

static bool same(const cairn_stated *a, const cairn_stated *b) {
    if (a == b) return true;
    if (!a || !b || a->correct != b->correct || !a->answer != !b->answer) return false;
    return !a->answer || strcmp(a->answer, b->answer) == 0;
}

cairn_node stated_find(const cairn_search *search, cairn_node parent, cairn_kind kind, const char *text, size_t length,
                       const cairn_stated *stated) {
    const cairn_tree *tree = search->tree;
    cairn_node first = cairn_tree_find(tree, parent, kind, text, length);
    if (first == CAIRN_NONE || same(stated_of(search, first), stated)) return first;
    for (cairn_node i = tree->next_sibling[first]; i != CAIRN_NONE; i = tree->next_sibling[i])
        if (tree->key[i] == tree->key[first] && tree->kind[i] == kind && tree->text_length[i] == length &&
            memcmp(cairn_tree_text(tree, i), text, length) == 0 && same(stated_of(search, i), stated))
            return i;
    return CAIRN_NONE;
}
