/* layer: tool */
/* Fuzzes final answers: an answer that is found lies in the text and is never unequal to itself. */
#include "cairn/answer.h"
#include "fuzz.h"

/* A problem with choices, whose marks the finder knows. */
static const char choices[] = "Which is it? (A) 1 (B) 2";

static void check_found(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t size, const char *problem) {
    cairn_found found;
    cairn_verdict verdict;
    if (!worked(ctx, cairn_answer_find(ctx, arena, text, size, problem, &found))) return;
    must(found.start < found.end && found.end <= size && found.others >= 0);
    must(found.text[0] != '\0' && strlen(found.text) <= 3 * size && found.rule[0] != '\0');
    must(cairn_answer_equal(ctx, arena, found.text, found.text, &verdict) == CAIRN_OK);
    must(verdict != CAIRN_VERDICT_WRONG);
}

static void check(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t size) {
    char *form, *again;
    check_found(ctx, arena, text, size, NULL);
    check_found(ctx, arena, text, size, choices);
    must(cairn_answer_canonical(ctx, arena, text, size, &form) == CAIRN_OK);
    must(cairn_answer_canonical(ctx, arena, form, strlen(form), &again) == CAIRN_OK);
    must(strcmp(form, again) == 0);
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
