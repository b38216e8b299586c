/* layer: tool */
/* Fuzzes the finder of equalities: claims lie in order inside the text, their sides are what is written there, and a wrong one
 * has another value. */
#include "cairn/tool.h"
#include "fuzz.h"

static bool quoted(const char *text, size_t start, size_t end, const char *side) {
    return strlen(side) <= end - start && strncmp(text + start, side, end - start) == 0;
}

static void check(const char *text, size_t size, const cairn_equation *found, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const cairn_equation *e = &found[i];
        must(e->start <= e->left_start && e->left_start <= e->left_end && e->left_end <= e->right_start);
        must(e->right_start <= e->right_end && e->right_end <= e->end && e->end <= size);
        must(i == 0 || found[i - 1].start <= e->start);
        must(quoted(text, e->left_start, e->left_end, e->left) && quoted(text, e->right_start, e->right_end, e->right));
        must(e->code == CAIRN_EQUATION_UNPARSABLE ? !e->exact : e->exact && *e->exact);
        must(e->verdict != CAIRN_VERDICT_WRONG || strcmp(e->right, e->exact) != 0 || strcmp(e->left, e->exact) != 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_equation *found = NULL;
    size_t count = 0;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK) {
        if (worked(ctx, cairn_equations_check(ctx, arena, (const char *)data, size, &found, &count)))
            check((const char *)data, size, found, count);
        cairn_arena_close(arena);
    }
    cairn_ctx_close(ctx);
    return 0;
}
