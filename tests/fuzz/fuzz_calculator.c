/* layer: tool */
/* Fuzzes the calculator: a value's text is an expression with the same value and the same text. */
#include <math.h>

#include "cairn/tool.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const cairn_binding names[] = {{"A", "-14"}, {"first part", "2/3"}, {"\u03b1", "1.5"}};
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_number number, again;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK) {
        if (worked(ctx, cairn_calc_eval(ctx, arena, (const char *)data, size, names, 3, &number))) {
            must(!isnan(number.value));
            must(cairn_calc_eval(ctx, arena, number.text, strlen(number.text), NULL, 0, &again) == CAIRN_OK);
            must(strcmp(again.text, number.text) == 0 && again.value == number.value);
        }
        cairn_arena_close(arena);
    }
    cairn_ctx_close(ctx);
    return 0;
}
