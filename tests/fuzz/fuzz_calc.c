/* Arbitrary bytes through the calculator, the equation finder, the trace checker and the answer functions. The input is
 * cut at bytes 0xff into the problem and the steps of a trace.
 * clang -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Iinclude -Isrc tests/fuzz/fuzz_calc.c src/tool/<all>.c
 *   src/core/<all>.c -lgmp -lpthread -lm */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/tool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_trace(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t size) {
    const char *steps[16];
    cairn_trace_finding findings[16];
    size_t count = 0;
    char *copy = cairn_arena_copy(arena, text, size);
    for (char *at = copy; at && count < 16; count++) {
        steps[count] = at;
        at = memchr(at, 0xff, size - (size_t)(at - copy));
        if (at) *at++ = '\0';
    }
    if (count < 1 ||
        cairn_trace_check(ctx, arena, steps[0], steps + 1, count - 1, count % 2 == 0, findings) != CAIRN_OK)
        return;
    for (size_t i = 0; i + 1 < count; i++)
        if (!findings[i].evidence || findings[i].start > findings[i].end || findings[i].end > strlen(steps[i + 1]))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static cairn_ctx *ctx;
    static cairn_arena *arena;
    if (!ctx && (cairn_ctx_open(&ctx) != CAIRN_OK || cairn_arena_open(ctx, 1 << 16, &arena) != CAIRN_OK)) abort();
    cairn_arena_reset(arena);
    char *text = cairn_arena_copy(arena, (const char *)data, size);
    const cairn_binding names[] = {{"A", "-14"}, {"first part", "2/3"}};
    cairn_number number;
    cairn_equation *found;
    size_t count;
    char *answer;
    cairn_verdict verdict;
    if (!text) return 0;
    if (cairn_calc_eval(ctx, arena, text, size, names, 2, &number) == CAIRN_OK) {
        cairn_number again; /* the canonical text is its own value */
        if (cairn_calc_eval(ctx, arena, number.text, strlen(number.text), NULL, 0, &again) != CAIRN_OK ||
            strcmp(again.text, number.text) != 0)
            abort();
    }
    if (cairn_equations_check(ctx, arena, text, size, &found, &count) == CAIRN_OK)
        for (size_t i = 0; i < count; i++)
            if (found[i].start > found[i].end || found[i].end > size || found[i].left_end > found[i].right_start)
                abort();
    check_trace(ctx, arena, text, size);
    if (cairn_answer_find(ctx, arena, text, size, &answer) == CAIRN_OK)
        cairn_answer_equal(ctx, arena, answer, text, &verdict);
    if (cairn_answer_canonical(ctx, arena, text, size, &answer) == CAIRN_OK && strlen(answer) > 2 * size + 64) abort();
    return 0;
}
