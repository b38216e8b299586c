/* layer: tool */
/* Fuzzes final answers: an answer that is found lies in the text and is equal to itself; equality is symmetric. */
#include "cairn/tool.h"
#include "fuzz.h"

static void check(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t size) {
    char *answer = NULL, *form, *again;
    cairn_verdict verdict, turned;
    if (worked(ctx, cairn_answer_find(ctx, arena, text, size, &answer))) {
        must(answer[0] != '\0' && strlen(answer) <= size);
        must(cairn_answer_equal(ctx, arena, answer, answer, &verdict) == CAIRN_OK && verdict != CAIRN_VERDICT_WRONG);
        must(cairn_answer_equal(ctx, arena, answer, text, &verdict) == CAIRN_OK);
        must(cairn_answer_equal(ctx, arena, text, answer, &turned) == CAIRN_OK && turned == verdict);
    }
    must(cairn_answer_canonical(ctx, arena, text, size, &form) == CAIRN_OK);
    must(cairn_answer_canonical(ctx, arena, form, strlen(form), &again) == CAIRN_OK);
    must(strlen(form) <= 4 * size + 2048); /* "1e308" is written out */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cairn_ctx *ctx;
    cairn_arena *arena;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK) {
        char *text = cairn_arena_copy(arena, (const char *)data, size);
        if (text) check(ctx, arena, text, strlen(text));
        cairn_arena_close(arena);
    }
    cairn_ctx_close(ctx);
    return 0;
}
