/* Beginnings by the keys of their parts, in a table of the search's arena. What is in the tree is not kept twice. */
#include "search/beginnings.h"

#include <string.h>

#include "search/caches.h"

static bool is_listed(const struct cairn_caches *caches, uint64_t key) {
    size_t mask = (size_t)caches->beginnings_capacity - 1, at = (size_t)key;
    if (caches->beginnings_capacity == 0) return false;
    for (at &= mask; caches->beginnings[at]; at = (at + 1) & mask)
        if (caches->beginnings[at] == key) return true;
    return false;
}

static void put(uint64_t *table, int32_t capacity, uint64_t key) {
    size_t mask = (size_t)capacity - 1, at = (size_t)key & mask;
    while (table[at]) at = (at + 1) & mask;
    table[at] = key;
}

/* At most half of the places are taken. */
static cairn_status list(struct cairn_caches *caches, cairn_arena *arena, uint64_t key) {
    if (2 * caches->n_beginnings >= caches->beginnings_capacity) {
        int32_t capacity = caches->beginnings_capacity ? 2 * caches->beginnings_capacity : 16;
        uint64_t *grown = cairn_arena_alloc(arena, (size_t)capacity, sizeof *grown);
        if (!grown) return CAIRN_NO_MEMORY;
        for (int32_t i = 0; i < caches->beginnings_capacity; i++)
            if (caches->beginnings[i]) put(grown, capacity, caches->beginnings[i]);
        caches->beginnings = grown;
        caches->beginnings_capacity = capacity;
    }
    put(caches->beginnings, caches->beginnings_capacity, key);
    caches->n_beginnings++;
    return CAIRN_OK;
}

/* The child that the policy wrote with this text; of a given one no tokens are counted. */
static cairn_node written_child(const cairn_tree *tree, cairn_node parent, const char *text) {
    static const cairn_kind kinds[] = {CAIRN_KIND_REASON, CAIRN_KIND_FINISH, CAIRN_KIND_TOOL, CAIRN_KIND_REFLECT};
    for (size_t i = 0; parent != CAIRN_NONE && i < sizeof kinds / sizeof *kinds; i++) {
        cairn_node node = cairn_tree_find(tree, parent, kinds[i], text, strlen(text));
        if (node != CAIRN_NONE && tree->n_tokens[node] > 0) return node;
    }
    return CAIRN_NONE;
}

/* One more part: *known grows while all parts so far were read. */
static cairn_status add_part(cairn_workspace *workspace, uint64_t key, bool read, int32_t at, int32_t *known) {
    read = read || is_listed(workspace->caches, key);
    if (read && *known == at) (*known)++;
    return read ? CAIRN_OK : list(workspace->caches, workspace->arena, key);
}

cairn_status beginning_read(cairn_workspace *workspace, cairn_role role, const beginning *b, int32_t *known) {
    cairn_role owner = caches_owner(workspace, role);
    bool *problem_read = &workspace->caches->problem_read[owner];
    bool own = strcmp(b->problem, workspace->problem->text) == 0;
    cairn_node node = own && *problem_read ? CAIRN_ROOT : CAIRN_NONE;
    uint64_t key = cairn_key(b->problem, strlen(b->problem)) | 1; /* 0 is a free place, here and below */
    if (owner != CAIRN_ROLE_GENERATOR) key = cairn_key_mix(key, (uint64_t)owner) | 1;
    *known = 0;
    CAIRN_TRY(add_part(workspace, key, node == CAIRN_ROOT, 0, known));
    *problem_read |= own;
    for (int32_t i = 0; i < b->n_steps; i++) {
        node = owner == CAIRN_ROLE_GENERATOR ? written_child(workspace->tree, node, b->steps[i]) : CAIRN_NONE;
        key = cairn_key_mix(key, cairn_key(b->steps[i], strlen(b->steps[i]))) | 1;
        CAIRN_TRY(add_part(workspace, key, node != CAIRN_NONE, i + 1, known));
    }
    if (!b->begun || !*b->begun) return CAIRN_OK;
    key = cairn_key_mix(~key, cairn_key(b->begun, strlen(b->begun))) | 1; /* what is begun is not what is complete */
    return add_part(workspace, key, false, b->n_steps + 1, known);
}
