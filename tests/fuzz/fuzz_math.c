/* layer: tool */
/* Fuzzes the reader of mathematics: every tree is bounded, its spans lie within their parents' text, and what it is
 * written as can be read again. */
#include "fuzz.h"
#include "tool/math/read.h"

static uint32_t count(const math_node *node, size_t size, uint32_t depth) {
    uint32_t nodes = 1;
    must(depth <= MATH_DEPTH_MOST);
    must(node->kind < MATH_KINDS && node->start <= node->end && node->end <= size);
    must(node->kind != MATH_UNREAD || node->text[0] != '\0');
    must(node->kind != MATH_RELATION || (node->kids >= 2 && node->relation));
    must(node->kind != MATH_INTERVAL || node->kids == 2);
    for (uint32_t i = 0; i < node->kids; i++) nodes += count(node->kid[i], size, depth + 1);
    return nodes;
}

static void check(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t size) {
    math_node *node, *again;
    if (!worked(ctx, math_read(ctx, arena, text, size, &node))) return;
    must(count(node, size, 1) <= MATH_NODES_MOST);
    char *written = math_write(arena, node), *drawn = math_draw(arena, node);
    must(written && drawn);
    must(strlen(written) <= 64 * size + 256);
    if (worked(ctx, math_read(ctx, arena, written, strlen(written), &again)))
        must(count(again, strlen(written), 1) <= MATH_NODES_MOST);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cairn_ctx *ctx;
    cairn_arena *arena;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK) {
        check(ctx, arena, (const char *)data, size);
        cairn_arena_close(arena);
    }
    cairn_ctx_close(ctx);
    return 0;
}
