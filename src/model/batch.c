/* Which rows a forward pass computes. */
#include "model/batch.h"

#include <string.h>

cairn_status batch_open(cairn_ctx *ctx, kv_tree *tree, int32_t most_rows, batch **out) {
    if (most_rows < 1) return cairn_fail(ctx, CAIRN_INVALID, "a step needs at least one row");
    batch *b = cairn_alloc(ctx, 1, sizeof *b);
    if (!b) return CAIRN_NO_MEMORY;
    size_t most = (size_t)most_rows;
    *b = (batch){.ctx = ctx, .tree = tree, .most = most_rows};
    b->tokens = cairn_alloc(ctx, most, sizeof *b->tokens);
    b->starts = cairn_alloc(ctx, most + 1, sizeof *b->starts);
    b->before = cairn_alloc(ctx, most, sizeof *b->before);
    b->nodes = cairn_alloc(ctx, most, sizeof *b->nodes);
    b->kept = cairn_alloc(ctx, most, sizeof *b->kept);
    b->pages = cairn_alloc(ctx, most, sizeof *b->pages);
    if (!b->tokens || !b->starts || !b->before || !b->nodes || !b->kept || !b->pages) {
        batch_close(b);
        return CAIRN_NO_MEMORY;
    }
    *out = b;
    return CAIRN_OK;
}

void batch_close(batch *b) {
    if (!b) return;
    cairn_free(b->tokens);
    cairn_free(b->starts);
    cairn_free(b->before);
    cairn_free(b->nodes);
    cairn_free(b->kept);
    cairn_free(b->pages);
    cairn_free(b->path);
    cairn_free(b);
}

void batch_begin(batch *b) {
    for (int32_t s = 0; s < b->spans; s++) { /* of a step that failed: what it would have computed */
        kv_node *n = &b->tree->nodes[b->nodes[s]];
        n->scheduled = n->computed;
    }
    kv_begin_step(b->tree);
    b->rows = b->spans = 0;
}

static void add_span(batch *b, int32_t node, int32_t from, int32_t count, bool kept) {
    const kv_node *n = &b->tree->nodes[node];
    int32_t s = b->spans++;
    b->nodes[s] = node;
    b->before[s] = n->start + from;
    b->kept[s] = kept;
    memcpy(b->tokens + b->rows, n->tokens + from, (size_t)count * sizeof *b->tokens);
    b->rows += count;
    b->starts[b->spans] = b->rows;
}

static cairn_status find_path(batch *b, int32_t leaf) {
    const kv_node *nodes = b->tree->nodes;
    int32_t depth = 0;
    for (int32_t n = leaf; n != KV_ROOT; n = nodes[n].parent) depth++;
    CAIRN_TRY(cairn_grow(b->ctx, (void **)&b->path, &b->path_capacity, (size_t)depth, sizeof *b->path));
    b->depth = depth;
    for (int32_t n = leaf; n != KV_ROOT; n = nodes[n].parent) b->path[--depth] = n;
    return CAIRN_OK;
}

static kv_room schedule_node(batch *b, int32_t node, int32_t upto) {
    int32_t from = b->tree->nodes[node].scheduled, room = b->most - b->rows;
    if (from >= upto) return KV_READY;
    if (room == 0) return KV_WAIT;
    kv_room got = kv_reserve(b->tree, node, upto - from < room ? upto : from + room);
    kv_node *n = &b->tree->nodes[node];
    int32_t count = n->reserved - from < room ? n->reserved - from : room;
    if (count > 0) {
        add_span(b, node, from, count, false);
        n->scheduled += count;
    }
    return got == KV_READY && n->scheduled < upto ? KV_WAIT : got;
}

cairn_status batch_schedule(batch *b, int32_t leaf, int32_t upto, kv_room *out) {
    CAIRN_TRY(find_path(b, leaf));
    kv_touch(b->tree, leaf);
    *out = KV_READY;
    for (int32_t i = 0; i < b->depth && *out == KV_READY; i++)
        *out = schedule_node(b, b->path[i], b->path[i] == leaf ? upto : b->tree->nodes[b->path[i]].length);
    return CAIRN_OK;
}

int32_t batch_row(batch *b, int32_t position) {
    int32_t node = KV_NONE;
    for (int32_t i = 0; i < b->depth && node == KV_NONE; i++) {
        const kv_node *n = &b->tree->nodes[b->path[i]];
        if (n->start + n->scheduled > position)
            node = b->path[i];
        else if (n->scheduled < n->length)
            return KV_NONE;
    }
    if (node == KV_NONE) return KV_NONE;
    for (int32_t s = b->spans; s-- > 0;)
        if (b->nodes[s] == node && b->before[s] <= position &&
            position - b->before[s] < b->starts[s + 1] - b->starts[s])
            return b->starts[s] + position - b->before[s];
    if (b->rows == b->most) return KV_NONE;
    add_span(b, node, position - b->tree->nodes[node].start, 1, true);
    return b->rows - 1;
}

/* The pages of every span, in memory of the tape. */
static cairn_status find_pages(batch *b, cairn_tape *tape) {
    for (int32_t s = 0; s < b->spans; s++) {
        int32_t blocks = (kv_length(b->tree, b->nodes[s]) + CAIRN_PAGE - 1) / CAIRN_PAGE;
        float **pages = cairn_tape_scratch(tape, (size_t)blocks * sizeof *pages);
        if (!pages) return CAIRN_NO_MEMORY;
        kv_pages(b->tree, b->nodes[s], pages);
        b->pages[s] = pages;
    }
    return CAIRN_OK;
}

cairn_status batch_run(batch *b, cairn_tape *tape, const cairn_transformer *model, cairn_tensor **hidden) {
    const cairn_spans spans = {b->spans, b->starts, b->before, b->pages, b->kept};
    cairn_status status = find_pages(b, tape);
    if (status != CAIRN_OK) return status;
    *hidden = cairn_transformer_extend(tape, model, b->tokens, &spans);
    if (!*hidden) return CAIRN_NO_MEMORY; /* the one reason for rows that fit together */
    for (int32_t s = 0; s < b->spans; s++) {
        kv_node *n = &b->tree->nodes[b->nodes[s]];
        if (b->kept[s]) {
            b->recomputed++;
        } else {
            n->computed = n->scheduled;
            b->computed += b->starts[s + 1] - b->starts[s];
        }
    }
    return CAIRN_OK;
}
