/* What is unusual about a model file, so that nobody takes a part of a model for the whole or one token for another. */
#include "cli/model_remarks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b) {
    const cairn_bytes *x = a, *y = b;
    size_t least = x->length < y->length ? x->length : y->length;
    int order = least ? memcmp(x->data, y->data, least) : 0;
    return order ? order : (x->length > y->length) - (x->length < y->length);
}

static cairn_status count_same(cli *c, const cairn_gguf *file, cairn_arena *arena, int64_t *out) {
    static const char key[] = "tokenizer.ggml.tokens";
    const cairn_bytes *tokens;
    size_t count = 0;
    if (!cairn_gguf_find(file, key)) return CAIRN_OK;
    cairn_status status = cairn_gguf_get_strings(c->ctx, file, key, arena, &tokens, &count);
    if (status == CAIRN_FORMAT) return CAIRN_OK; /* no list of texts: what reads the tokenizer says so */
    CAIRN_TRY(status);
    cairn_bytes *sorted = cairn_arena_alloc(arena, count, sizeof *sorted);
    if (!sorted) return CAIRN_NO_MEMORY;
    if (count) memcpy(sorted, tokens, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_text);
    for (size_t i = 1; i < count; i++) *out += by_text(&sorted[i - 1], &sorted[i]) == 0;
    return CAIRN_OK;
}

cairn_status model_remarks_of(cli *c, const cairn_gguf *file, model_remarks *out) {
    uint32_t part = 0, parts = 0;
    cairn_arena *arena;
    *out = (model_remarks){.parts = 1};
    if (cairn_gguf_find(file, "split.count") && cairn_gguf_get_u32(c->ctx, file, "split.count", &parts) == CAIRN_OK &&
        parts > 1) {
        out->parts = parts;
        if (cairn_gguf_find(file, "split.no") && cairn_gguf_get_u32(c->ctx, file, "split.no", &part) == CAIRN_OK)
            out->part = (int64_t)part + 1;
    }
    CAIRN_TRY(cairn_arena_open(c->ctx, 4096, &arena));
    cairn_status status = count_same(c, file, arena, &out->same_tokens);
    cairn_arena_close(arena);
    return status;
}

void model_remarks_print(const model_remarks *r) {
    if (r->parts > 1)
        printf("  %-14s one of %" PRId64 " files of a model (number %" PRId64
               "): the other tensors are in the others\n",
               "part", r->parts, r->part);
    if (r->same_tokens)
        printf("  %-14s %" PRId64 " tokens have the text of another one: their texts are not told apart\n", "tokens",
               r->same_tokens);
}
