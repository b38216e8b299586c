/* layer: model */
/* Trains on the input, encodes it, and compares: decoding gives the bytes back, at once and token by token; short pieces give what a
 * plain search for the earliest rule gives; every token is what its bytes as one piece give. The first bytes pick the options; byte 0xff parts texts. */
#include <stdlib.h>
#include <string.h>

#include "model/pieces.h"
#include "model/tokenizer.h"
#include "model/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SHORT = 64 };

static void must(bool holds) {
    if (!holds) abort();
}

static cairn_tokenizer *train(cairn_ctx *ctx, const char *text, size_t size, int merges, int least) {
    static const char *const specials[] = {"<s>", "</s>", "ab"};
    cairn_bpe_options options = {
        .vocabulary = 256 + 3 + merges, .specials = specials, .n_specials = 3, .min_count = least};
    cairn_bpe_trainer *trainer;
    cairn_tokenizer *t;
    must(cairn_bpe_open(ctx, &options, &trainer) == CAIRN_OK);
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, 0xFF, size - at);
        size_t length = end ? (size_t)(end - text) - at : size - at;
        must(cairn_bpe_add(trainer, text + at, length) == CAIRN_OK);
        at += length + 1;
    }
    must(cairn_bpe_train(trainer, &t) == CAIRN_OK);
    cairn_bpe_close(trainer);
    return t;
}

static size_t plain_encode(const cairn_tokenizer *t, const char *piece, size_t length, int32_t *out) {
    size_t n = length;
    for (size_t i = 0; i < n; i++) out[i] = (unsigned char)piece[i];
    for (;;) {
        int32_t rule = INT32_MAX;
        size_t where = 0;
        for (size_t i = 0; i + 1 < n; i++)
            for (int32_t m = 0; m < t->n_merges && m < rule; m++)
                if (t->merges[m].left == out[i] && t->merges[m].right == out[i + 1]) {
                    rule = m;
                    where = i;
                }
        if (rule == INT32_MAX) return n;
        out[where] = t->merges[rule].result;
        memmove(out + where + 1, out + where + 2, (n - where - 2) * sizeof *out);
        n--;
    }
}

static void check_pieces(const cairn_tokenizer *t, const char *text, size_t size, const cairn_tokens *tokens) {
    int32_t expected[SHORT];
    size_t seen = 0;
    for (size_t at = 0, length; at < size; at += length) {
        length = piece_length(text + at, size - at);
        must(length >= 1 && length <= size - at);
        size_t n = 0;
        if (length <= SHORT)
            n = plain_encode(t, text + at, length, expected);
        else
            for (size_t bytes = 0; bytes < length; n++) bytes += cairn_token_text(t, tokens->ids[seen + n]).length;
        must(seen + n <= tokens->count);
        if (length <= SHORT) must(memcmp(tokens->ids + seen, expected, n * sizeof *expected) == 0);
        seen += n;
    }
    must(seen == tokens->count);
}

static void check_decoding(cairn_ctx *ctx, const cairn_tokenizer *t, const char *text, size_t size,
                           const cairn_tokens *tokens) {
    cairn_text whole = {0}, shown = {0};
    cairn_decoder decoder = {0};
    bool valid = utf8_valid(text, size) == size;
    must(cairn_tokenizer_decode(ctx, t, tokens->ids, tokens->count, true, &whole) == CAIRN_OK);
    must(whole.length == size && (size == 0 || memcmp(whole.data, text, size) == 0));
    for (size_t i = 0, before = 0; i < tokens->count; i++, before = shown.length) {
        must(!cairn_token_is_special(t, tokens->ids[i]));
        must(cairn_decoder_add(ctx, &decoder, t, tokens->ids[i], &shown) == CAIRN_OK);
        size_t length = shown.length - before; /* of a good text, good characters only */
        must(!valid || length == 0 || utf8_valid(shown.data + before, length) == length);
    }
    must(cairn_decoder_end(ctx, &decoder, &shown) == CAIRN_OK);
    must(shown.length == size && (size == 0 || memcmp(shown.data, text, size) == 0));
    cairn_text_free(&whole);
    cairn_text_free(&shown);
}

static void check_tokens(cairn_ctx *ctx, const cairn_tokenizer *t) {
    for (int32_t i = 0; i < cairn_tokenizer_size(t); i++) {
        cairn_tokens tokens = {0};
        cairn_bytes text = cairn_token_text(t, i);
        must(text.length > 0);
        if (!cairn_token_is_special(t, i)) {
            must(tokenizer_encode_piece(ctx, t, text.data, text.length, &tokens) == CAIRN_OK);
            must(tokens.count == 1 && tokens.ids[0] == i);
        }
        cairn_tokens_free(&tokens);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static cairn_ctx *ctx;
    cairn_tokens tokens = {0};
    if (!ctx) must(cairn_ctx_open(&ctx) == CAIRN_OK);
    if (size < 2) return 0;
    const char *text = (const char *)data + 2;
    size -= 2;
    cairn_tokenizer *t = train(ctx, text, size, data[0], 1 + data[1] % 4);
    must(cairn_tokenizer_encode(ctx, t, text, size, &tokens) == CAIRN_OK);
    check_pieces(t, text, size, &tokens);
    check_decoding(ctx, t, text, size, &tokens);
    check_tokens(ctx, t);
    cairn_tokens_free(&tokens);
    cairn_tokenizer_close(t);
    return 0;
}
