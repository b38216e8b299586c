/* layer: data */
/* Fuzzes Python literals: a value that is read can be written as JSON and read again. */
#include "data/literal.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cairn_ctx *ctx;
    json_t *value, *again;
    cairn_text text = {0};
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (worked(ctx, literal_parse(ctx, (const char *)data, size, "fuzz", &value))) {
        must(json_write(ctx, value, &text) == CAIRN_OK);
        must(json_parse(ctx, text.data, text.length, "fuzz", &again) == CAIRN_OK);
        json_decref(value);
        json_decref(again);
    }
    cairn_text_free(&text);
    cairn_ctx_close(ctx);
    return 0;
}
