/* Open nodes of a best-first search. */
#include "search/open_nodes.h"

#include <math.h>
#include <string.h>

static bool is_before(open_node a, open_node b) {
    bool a_known = !isnan(a.priority), b_known = !isnan(b.priority);
    if (a_known != b_known) return a_known;
    if (a_known && a.priority != b.priority) return a.priority > b.priority;
    return a.node < b.node;
}

static cairn_status push(cairn_workspace *workspace, open_nodes *open, open_node node) {
    if (open->n == open->capacity) {
        size_t capacity = open->capacity ? 2 * open->capacity : 64;
        open_node *heap = cairn_arena_alloc(workspace->arena, capacity, sizeof *heap);
        if (!heap) return CAIRN_NO_MEMORY;
        if (open->n) memcpy(heap, open->heap, open->n * sizeof *heap);
        open->heap = heap;
        open->capacity = capacity;
    }
    size_t at = open->n++;
    for (size_t up; at > 0 && is_before(node, open->heap[up = (at - 1) / 2]); at = up) open->heap[at] = open->heap[up];
    open->heap[at] = node;
    return CAIRN_OK;
}

static open_node pop(open_nodes *open) {
    open_node top = open->heap[0], moved = open->heap[--open->n];
    size_t at = 0, down;
    while ((down = 2 * at + 1) < open->n) {
        if (down + 1 < open->n && is_before(open->heap[down + 1], open->heap[down])) down++;
        if (!is_before(open->heap[down], moved)) break;
        open->heap[at] = open->heap[down];
        at = down;
    }
    open->heap[at] = moved;
    return top;
}

cairn_status open_nodes_pop(cairn_workspace *workspace, open_nodes *open, cairn_priority_fn priority, void *arg,
                            cairn_node *out) {
    const cairn_tree *tree = workspace->tree;
    cairn_node last = open->last.node;
    if (open->any_popped && tree->first_child[last] == CAIRN_NONE && !(tree->flags[last] & CAIRN_NODE_TERMINAL))
        CAIRN_TRY(push(workspace, open, open->last));
    for (; open->next < tree->count; open->next++) {
        double value = open->next == CAIRN_ROOT ? INFINITY : priority(workspace, arg, open->next);
        CAIRN_TRY(push(workspace, open, (open_node){value, open->next}));
    }
    *out = CAIRN_NONE;
    while (*out == CAIRN_NONE && open->n > 0) {
        open->last = pop(open);
        if (!(tree->flags[open->last.node] & CAIRN_NODE_DEAD)) *out = open->last.node;
    }
    open->any_popped = *out != CAIRN_NONE;
    return CAIRN_OK;
}
