/* layer: data */
/* Fuzzes templates: what is read is filled; without places, and with each "{{" as "{", the text is what it was. */
#include <stdlib.h>
#include <string.h>

#include "cairn/data.h"
#include "fuzz.h"

static const char *const names[] = {"problem", "steps", "step"};
static const char *const same[] = {"{problem}", "{steps}", "{step}"};

static void check(cairn_ctx *ctx, const cairn_template *t, const char *text, size_t length) {
    cairn_text out = {0};
    size_t at = 0, i = 0;
    must(cairn_template_fill(ctx, t, same, &out) == CAIRN_OK);
    for (; i < length; i++, at++) {
        must(at < out.length && out.data[at] == text[i]);
        i += text[i] == '{' && i + 1 < length && text[i + 1] == '{';
    }
    must(at == out.length);
    cairn_text_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_template *t;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK) {
        cairn_status status = cairn_template_parse(ctx, arena, "t", (const char *)data, size, names, 3, &t);
        if (status == CAIRN_OK)
            check(ctx, t, (const char *)data, size);
        else
            must(status == CAIRN_FORMAT || status == CAIRN_LIMIT);
        cairn_arena_close(arena);
    }
    cairn_ctx_close(ctx);
    return 0;
}
