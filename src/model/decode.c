/* Tokens to text, at once or one by one. */
#include <string.h>

#include "model/tokenizer.h"
#include "model/utf8.h"

static cairn_status check(cairn_ctx *ctx, const cairn_tokenizer *t, int32_t token) {
    if (token >= 0 && token < t->size) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "there is no token %d: the tokenizer has 0 to %d", (int)token,
                      (int)t->size - 1);
}

cairn_status cairn_tokenizer_decode(cairn_ctx *ctx, const cairn_tokenizer *tokenizer, const int32_t *tokens,
                                    size_t count, bool specials, cairn_text *out) {
    for (size_t i = 0; i < count; i++) CAIRN_TRY(check(ctx, tokenizer, tokens[i]));
    for (size_t i = 0; i < count; i++) {
        const cairn_bytes *text = &tokenizer->tokens[tokens[i]];
        if (specials || !tokenizer->special[tokens[i]]) CAIRN_TRY(cairn_text_add(ctx, out, text->data, text->length));
    }
    return CAIRN_OK;
}

/* Moves what is decided out of `bytes`, of which *length are there; what begins a character stays. */
static cairn_status let_go(cairn_ctx *ctx, char *bytes, size_t *length, cairn_text *out) {
    while (*length > 0) {
        size_t size;
        utf8_start start = utf8_look(bytes, *length, &size);
        if (start == UTF8_SHORT) break;
        if (start == UTF8_BAD) size = 1;
        CAIRN_TRY(cairn_text_add(ctx, out, bytes, size));
        *length -= size;
        memmove(bytes, bytes + size, *length);
    }
    return CAIRN_OK;
}

cairn_status cairn_decoder_add(cairn_ctx *ctx, cairn_decoder *decoder, const cairn_tokenizer *tokenizer, int32_t token,
                               cairn_text *out) {
    CAIRN_TRY(check(ctx, tokenizer, token));
    if (tokenizer->special[token]) return CAIRN_OK;
    const cairn_bytes *text = &tokenizer->tokens[token];
    size_t length = (size_t)decoder->n_held;
    for (size_t i = 0; i < text->length; i++) {
        decoder->held[length++] = text->data[i];
        CAIRN_TRY(let_go(ctx, decoder->held, &length, out));
        decoder->n_held = (int32_t)length;
    }
    return CAIRN_OK;
}

cairn_status cairn_decoder_end(cairn_ctx *ctx, cairn_decoder *decoder, cairn_text *out) {
    CAIRN_TRY(cairn_text_add(ctx, out, decoder->held, (size_t)decoder->n_held));
    *decoder = (cairn_decoder){0};
    return CAIRN_OK;
}
