/* layer: data */
/* Fuzzes the step splitters: slices lie in order inside the text, are not empty, and nothing but white space and markers is
 * left between them. */
#include "cairn/data.h"
#include "fuzz.h"

static bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static void check(cairn_ctx *ctx, cairn_arena *arena, cairn_split how, const char *text, size_t length) {
    cairn_slice *slices;
    int32_t count;
    size_t end = 0;
    must(cairn_split_steps(ctx, arena, how, text, length, &slices, &count) == CAIRN_OK);
    for (int32_t i = 0; i <= count; i++) {
        size_t start = i < count ? slices[i].start : length;
        must(start >= end && start <= length);
        for (size_t k = end; k < start && how != CAIRN_SPLIT_MARKER; k++) must(blank(text[k]) || text[k] == '\0');
        if (i == count) break;
        must(slices[i].length > 0 && slices[i].length <= length - start);
        end = start + slices[i].length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cairn_ctx *ctx;
    cairn_arena *arena;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK) {
        for (int how = CAIRN_SPLIT_AUTO; how <= CAIRN_SPLIT_MARKER; how++)
            check(ctx, arena, (cairn_split)how, (const char *)data, size);
        cairn_arena_close(arena);
    }
    cairn_ctx_close(ctx);
    return 0;
}
