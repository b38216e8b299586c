/* The tree of kept keys and values: pages, nodes, what is given up when there is no room. */
#include "model/kv_tree.h"

#include <string.h>

enum { ALIGNMENT = 64 };

/* ---- opening -------------------------------------------------------------------------------------------------------- */

/* One block for the tokens of a node and for its pages, which begin after `capacity` tokens. */
static size_t block_numbers(int32_t capacity) {
    return (size_t)capacity + (size_t)(capacity / CAIRN_PAGE + 2);
}

static int32_t *make_block(kv_tree *t, int32_t capacity) {
    return cairn_alloc(t->ctx, block_numbers(capacity), sizeof(int32_t));
}

static cairn_status take_node(kv_tree *t, int32_t capacity, int32_t *out) {
    int32_t *block = make_block(t, capacity);
    if (!block) return CAIRN_NO_MEMORY;
    int32_t id = t->first_free_node;
    if (id == KV_NONE) {
        if (cairn_grow(t->ctx, (void **)&t->nodes, &t->node_capacity, (size_t)t->n_nodes + 1, sizeof *t->nodes) !=
            CAIRN_OK) {
            cairn_free(block);
            return CAIRN_NO_MEMORY;
        }
        id = t->n_nodes++;
    } else {
        t->first_free_node = t->nodes[id].older;
    }
    t->nodes[id] = (kv_node){.parent = KV_NONE,
                             .first_child = KV_NONE,
                             .next_sibling = KV_NONE,
                             .prev_sibling = KV_NONE,
                             .capacity = capacity,
                             .tokens = block,
                             .pages = block + capacity,
                             .list = KV_NONE};
    t->live_nodes++;
    *out = id;
    return CAIRN_OK;
}

static cairn_status open_pages(kv_tree *t) {
    size_t count = (size_t)t->n_pages;
    if (__builtin_mul_overflow(count, (size_t)t->page_numbers * sizeof(float), &t->memory_bytes) ||
        __builtin_add_overflow(t->memory_bytes, ALIGNMENT, &t->memory_bytes))
        return cairn_fail(t->ctx, CAIRN_NO_MEMORY, "no memory for %zu pages of keys and values", count);
    t->memory = cairn_pages(t->ctx, t->memory_bytes);
    t->page_refs = cairn_alloc(t->ctx, count, sizeof *t->page_refs);
    t->page_filled = cairn_alloc(t->ctx, count, sizeof *t->page_filled);
    t->free_pages = cairn_alloc(t->ctx, count, sizeof *t->free_pages);
    if (!t->memory || !t->page_refs || !t->page_filled || !t->free_pages) return CAIRN_NO_MEMORY;
    t->numbers = (float *)((unsigned char *)t->memory + (-(uintptr_t)t->memory & (ALIGNMENT - 1)));
    for (int32_t p = t->n_pages; p-- > 0;) t->free_pages[t->n_free++] = p;
    return CAIRN_OK;
}

cairn_status kv_open(cairn_ctx *ctx, int64_t page_numbers, int32_t pages, kv_tree **out) {
    if (page_numbers < 1 || pages < 1) return cairn_fail(ctx, CAIRN_INVALID, "keys and values need at least one page");
    kv_tree *t = cairn_alloc(ctx, 1, sizeof *t);
    if (!t) return CAIRN_NO_MEMORY;
    *t = (kv_tree){.ctx = ctx, .first_free_node = KV_NONE, .page_numbers = page_numbers, .n_pages = pages};
    t->lists[0] = t->lists[1] = (kv_list){KV_NONE, KV_NONE};
    int32_t root;
    cairn_status status = open_pages(t);
    if (status == CAIRN_OK) status = take_node(t, 0, &root);
    if (status != CAIRN_OK) {
        kv_close(t);
        return status;
    }
    t->nodes[root].refs = 1; /* the tree's own */
    t->nodes[root].sealed = true;
    *out = t;
    return CAIRN_OK;
}

void kv_close(kv_tree *tree) {
    if (!tree) return;
    for (int32_t i = 0; i < tree->n_nodes; i++) cairn_free(tree->nodes[i].tokens);
    cairn_free(tree->nodes);
    cairn_pages_free(tree->memory, tree->memory_bytes);
    cairn_free(tree->page_refs);
    cairn_free(tree->page_filled);
    cairn_free(tree->free_pages);
    cairn_free(tree);
}

size_t kv_listed(const kv_tree *tree) {
    size_t bytes = tree->node_capacity * sizeof *tree->nodes;
    for (int32_t i = 0; i < tree->n_nodes; i++)
        if (tree->nodes[i].tokens) bytes += block_numbers(tree->nodes[i].capacity) * sizeof(int32_t);
    return bytes;
}

void kv_begin_step(kv_tree *tree) {
    tree->step++;
}

int32_t kv_length(const kv_tree *tree, int32_t node) {
    return tree->nodes[node].start + tree->nodes[node].length;
}

int32_t kv_computed(const kv_tree *tree, int32_t node) {
    int32_t computed = 0;
    for (; node != KV_ROOT; node = tree->nodes[node].parent) computed += tree->nodes[node].computed;
    return computed;
}

/* ---- lists by last use ------------------------------------------------------------------------------------------------- */

static void unlist(kv_tree *t, int32_t id) {
    kv_node *n = &t->nodes[id];
    if (n->list == KV_NONE) return;
    kv_list *list = &t->lists[n->list];
    *(n->older == KV_NONE ? &list->oldest : &t->nodes[n->older].newer) = n->newer;
    *(n->newer == KV_NONE ? &list->newest : &t->nodes[n->newer].older) = n->older;
    n->list = KV_NONE;
}

/* Puts a node where it belongs: by whether it has pages and refs, then by its last use, after those of the same step.
 */
static void enlist(kv_tree *t, int32_t id) {
    kv_node *n = &t->nodes[id];
    unlist(t, id);
    if (n->n_pages == 0) return;
    n->list = n->refs > 0;
    kv_list *list = &t->lists[n->list];
    n->older = list->newest;
    n->newer = KV_NONE;
    while (n->older != KV_NONE && t->nodes[n->older].used > n->used) {
        n->newer = n->older;
        n->older = t->nodes[n->older].older;
    }
    *(n->older == KV_NONE ? &list->oldest : &t->nodes[n->older].newer) = id;
    *(n->newer == KV_NONE ? &list->newest : &t->nodes[n->newer].older) = id;
}

void kv_touch(kv_tree *tree, int32_t node) {
    for (; node != KV_ROOT && tree->nodes[node].used != tree->step; node = tree->nodes[node].parent) {
        tree->nodes[node].used = tree->step;
        enlist(tree, node); /* a parent comes after its children and is given up after them */
    }
}

/* ---- nodes --------------------------------------------------------------------------------------------------------------- */

static void link_child(kv_tree *t, int32_t parent, int32_t id) {
    kv_node *n = &t->nodes[id], *p = &t->nodes[parent];
    n->parent = parent;
    n->prev_sibling = KV_NONE;
    n->next_sibling = p->first_child;
    if (p->first_child != KV_NONE) t->nodes[p->first_child].prev_sibling = id;
    p->first_child = id;
}

static void unlink_child(kv_tree *t, int32_t id) {
    kv_node *n = &t->nodes[id];
    if (n->prev_sibling == KV_NONE)
        t->nodes[n->parent].first_child = n->next_sibling;
    else
        t->nodes[n->prev_sibling].next_sibling = n->next_sibling;
    if (n->next_sibling != KV_NONE) t->nodes[n->next_sibling].prev_sibling = n->prev_sibling;
}

/* Removes nodes from this one up that have neither refs nor pages. */
static void remove_unused(kv_tree *t, int32_t id) {
    while (id != KV_ROOT && t->nodes[id].refs == 0 && t->nodes[id].n_pages == 0) {
        kv_node *n = &t->nodes[id];
        int32_t parent = n->parent;
        unlink_child(t, id);
        cairn_free(n->tokens);
        *n = (kv_node){.parent = KV_NONE, .list = KV_NONE, .older = t->first_free_node};
        t->first_free_node = id;
        t->live_nodes--;
        if (--t->nodes[parent].refs == 0) enlist(t, parent);
        id = parent;
    }
}

void kv_hold(kv_tree *tree, int32_t node) {
    if (tree->nodes[node].refs++ == 0) enlist(tree, node);
}

void kv_release(kv_tree *tree, int32_t node) {
    if (--tree->nodes[node].refs > 0) return;
    enlist(tree, node);
    remove_unused(tree, node);
}

cairn_status kv_grow(kv_tree *tree, int32_t parent, int32_t capacity, int32_t *out) {
    int32_t id;
    CAIRN_TRY(take_node(tree, capacity, &id));
    kv_hold(tree, parent);
    link_child(tree, parent, id);
    tree->nodes[id].start = kv_length(tree, parent);
    tree->nodes[id].refs = 1;
    *out = id;
    return CAIRN_OK;
}

/* How long a node gets is not known before: the room of one that is generated follows what there is. */
static cairn_status grow_block(kv_tree *t, kv_node *n, int32_t need) {
    int32_t capacity = n->capacity > need / 2 ? 2 * n->capacity : need;
    int32_t *block = make_block(t, capacity);
    if (!block) return CAIRN_NO_MEMORY;
    memcpy(block, n->tokens, (size_t)n->length * sizeof *block);
    memcpy(block + capacity, n->pages, (size_t)n->n_pages * sizeof *block);
    cairn_free(n->tokens);
    n->tokens = block;
    n->pages = block + capacity;
    n->capacity = capacity;
    return CAIRN_OK;
}

cairn_status kv_append(kv_tree *tree, int32_t node, const int32_t *tokens, int32_t count) {
    kv_node *n = &tree->nodes[node];
    if (n->length + count > n->capacity) CAIRN_TRY(grow_block(tree, n, n->length + count));
    if (count) memcpy(n->tokens + n->length, tokens, (size_t)count * sizeof *tokens);
    n->length += count;
    return CAIRN_OK;
}

void kv_seal(kv_tree *tree, int32_t node) {
    tree->nodes[node].sealed = true;
}

/* Cuts a node after its first k tokens: they become a new node between it and its parent. */
static cairn_status split(kv_tree *t, int32_t id, int32_t k, int32_t *out) {
    int32_t upper;
    CAIRN_TRY(take_node(t, k, &upper));
    kv_node *u = &t->nodes[upper], *n = &t->nodes[id];
    unlink_child(t, id);
    link_child(t, n->parent, upper);
    link_child(t, upper, id);
    u->refs = 1;
    u->sealed = true;
    u->start = n->start;
    u->length = k;
    u->used = n->used;
    u->reserved = n->reserved < k ? n->reserved : k;
    u->computed = u->scheduled = n->computed < k ? n->computed : k;
    memcpy(u->tokens, n->tokens, (size_t)k * sizeof *u->tokens);

    int32_t first = n->start / CAIRN_PAGE, pages = n->n_pages;
    u->n_pages = u->reserved ? (u->start + u->reserved - 1) / CAIRN_PAGE - first + 1 : 0;
    memcpy(u->pages, n->pages, (size_t)u->n_pages * sizeof *u->pages);
    n->start += k;
    n->length -= k;
    n->reserved -= u->reserved;
    n->computed = n->scheduled = n->computed - u->computed;
    memmove(n->tokens, n->tokens + k, (size_t)n->length * sizeof *n->tokens);
    n->n_pages = 0;
    if (n->reserved) {
        int32_t skipped = n->start / CAIRN_PAGE - first;
        n->n_pages = pages - skipped;
        memmove(n->pages, n->pages + skipped, (size_t)n->n_pages * sizeof *n->pages);
        if (skipped < u->n_pages) t->page_refs[n->pages[0]]++; /* both have tokens in it */
    }
    enlist(t, id);
    enlist(t, upper);
    *out = upper;
    return CAIRN_OK;
}

/* The child that begins with most of these tokens, the earliest of equals; KV_NONE when none begins with the first. */
static int32_t best_child(const kv_tree *t, int32_t parent, const int32_t *tokens, int32_t count, int32_t *common) {
    int32_t best = KV_NONE;
    *common = 0;
    for (int32_t id = t->nodes[parent].first_child; id != KV_NONE; id = t->nodes[id].next_sibling) {
        const kv_node *n = &t->nodes[id];
        int32_t same = 0, most = n->length < count ? n->length : count;
        while (n->sealed && same < most && n->tokens[same] == tokens[same]) same++;
        if (same > 0 && same >= *common) {
            best = id;
            *common = same;
        }
    }
    return best;
}

cairn_status kv_insert(kv_tree *tree, int32_t from, const int32_t *tokens, int32_t count, int32_t *out) {
    while (count > 0) {
        int32_t common, child = best_child(tree, from, tokens, count, &common);
        if (child == KV_NONE) {
            CAIRN_TRY(kv_grow(tree, from, count, out));
            CAIRN_TRY(kv_append(tree, *out, tokens, count));
            kv_seal(tree, *out);
            return CAIRN_OK;
        }
        if (common < tree->nodes[child].length) CAIRN_TRY(split(tree, child, common, &child));
        from = child;
        tokens += common;
        count -= common;
    }
    kv_hold(tree, from);
    *out = from;
    return CAIRN_OK;
}

/* ---- pages ----------------------------------------------------------------------------------------------------------------- */

/* Gives up a node's pages. Slots that only it had in its parent's page are free to be gone on in again. */
static void drop_pages(kv_tree *t, int32_t id) {
    kv_node *n = &t->nodes[id];
    int32_t slot = n->start % CAIRN_PAGE, end = slot + n->reserved;
    for (int32_t i = 0; i < n->n_pages; i++) {
        int32_t page = n->pages[i];
        if (i == 0 && slot && t->page_filled[page] == (end < CAIRN_PAGE ? end : CAIRN_PAGE))
            t->page_filled[page] = slot;
        if (--t->page_refs[page] == 0) t->free_pages[t->n_free++] = page;
    }
    t->evicted += n->computed;
    n->n_pages = n->reserved = n->computed = n->scheduled = 0;
    unlist(t, id);
}

static bool evict(kv_tree *t) {
    for (int i = 0; i < 2; i++) {
        int32_t id = t->lists[i].oldest;
        if (id == KV_NONE || t->nodes[id].used == t->step) continue;
        drop_pages(t, id);
        remove_unused(t, id);
        return true;
    }
    return false;
}

void kv_forget(kv_tree *tree) {
    for (int i = 0; i < 2; i++)
        for (int32_t id; (id = tree->lists[i].oldest) != KV_NONE;) {
            drop_pages(tree, id);
            remove_unused(tree, id);
        }
}

static int32_t take_page(kv_tree *t) {
    while (t->n_free == 0)
        if (!evict(t)) return KV_NONE;
    int32_t page = t->free_pages[--t->n_free], used = t->n_pages - t->n_free;
    if (used > t->most_used) t->most_used = used;
    t->page_refs[page] = 1;
    t->taken++;
    t->page_filled[page] = 0;
    return page;
}

/* Whether all tokens of the block before the node's first are computed. */
static bool block_computed(const kv_tree *t, int32_t id) {
    int32_t block = t->nodes[id].start / CAIRN_PAGE * CAIRN_PAGE;
    for (int32_t at = t->nodes[id].parent; at != KV_ROOT && kv_length(t, at) > block; at = t->nodes[at].parent)
        if (t->nodes[at].computed < t->nodes[at].length) return false;
    return true;
}

/* The page of a node that begins within a block. */
static kv_room join_page(kv_tree *t, int32_t id, int32_t *out) {
    const kv_node *before = &t->nodes[t->nodes[id].parent];
    int32_t slot = t->nodes[id].start % CAIRN_PAGE, page = before->pages[before->n_pages - 1];
    if (t->page_filled[page] == slot) {
        t->page_refs[page]++;
        *out = page;
        return KV_READY;
    }
    if (!block_computed(t, id)) return KV_WAIT;
    int32_t copy = take_page(t);
    if (copy == KV_NONE) return KV_FULL;
    memcpy(t->numbers + copy * t->page_numbers, t->numbers + page * t->page_numbers,
           (size_t)t->page_numbers * sizeof *t->numbers);
    t->copied++;
    *out = copy;
    return KV_READY;
}

kv_room kv_reserve(kv_tree *tree, int32_t node, int32_t upto) {
    while (tree->nodes[node].reserved < upto) {
        int32_t from = tree->nodes[node].reserved, slot = (tree->nodes[node].start + from) % CAIRN_PAGE;
        if (slot == 0 || from == 0) {
            int32_t page = KV_NONE;
            kv_room room = slot                                  ? join_page(tree, node, &page)
                           : (page = take_page(tree)) == KV_NONE ? KV_FULL
                                                                 : KV_READY;
            if (room != KV_READY) return room;
            kv_node *n = &tree->nodes[node];
            n->pages[n->n_pages++] = page;
        }
        kv_node *n = &tree->nodes[node];
        int32_t to = from + CAIRN_PAGE - slot;
        n->reserved = to < upto ? to : upto;
        tree->page_filled[n->pages[n->n_pages - 1]] = slot + n->reserved - from;
        if (n->list == KV_NONE) enlist(tree, node);
    }
    return KV_READY;
}

void kv_pages(const kv_tree *tree, int32_t node, float **pages) {
    int32_t below = INT32_MAX; /* blocks from here on are set: a later node's page holds the earlier slots too */
    for (; node != KV_ROOT; node = tree->nodes[node].parent) {
        const kv_node *n = &tree->nodes[node];
        int32_t first = n->start / CAIRN_PAGE;
        for (int32_t i = 0; i < n->n_pages && first + i < below; i++)
            pages[first + i] = tree->numbers + n->pages[i] * tree->page_numbers;
        if (n->n_pages && first < below) below = first;
    }
}
