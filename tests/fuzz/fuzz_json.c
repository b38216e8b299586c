/* layer: data */
/* Fuzzes JSON: every value that parses is written as text that parses again and is then written as the same bytes. */
#include "data/json.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cairn_ctx *ctx;
    json_t *value, *again;
    cairn_text first = {0}, second = {0};
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (worked(ctx, json_parse(ctx, (const char *)data, size, "fuzz", &value))) {
        must(json_write(ctx, value, &first) == CAIRN_OK);
        must(json_parse(ctx, first.data, first.length, "fuzz", &again) == CAIRN_OK);
        must(json_write(ctx, again, &second) == CAIRN_OK);
        must(first.length == second.length && memcmp(first.data, second.data, first.length) == 0);
        json_decref(value);
        json_decref(again);
    }
    cairn_text_free(&first);
    cairn_text_free(&second);
    cairn_ctx_close(ctx);
    return 0;
}
