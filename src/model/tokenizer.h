/* The tokenizer inside the library: how one is put together. */
#ifndef CAIRN_MODEL_TOKENIZER_H
#define CAIRN_MODEL_TOKENIZER_H

#include "cairn/model.h"

typedef struct tokenizer_merge {
    int32_t left, right, result;
} tokenizer_merge;

struct cairn_tokenizer {
    cairn_arena *arena;  /* of all that follows */
    cairn_bytes *tokens; /* [size] */
    bool *special;       /* [size] */
    int32_t size, capacity;
    tokenizer_merge *merges; /* [n_merges]; the earlier, the sooner it is applied */
    int32_t n_merges, merges_capacity;
    int32_t byte_token[256];
    int32_t *by_text;              /* [text_slots] hash table: token + 1, 0 is empty */
    int32_t *by_pair;              /* [pair_slots] likewise: merge + 1 */
    size_t text_slots, pair_slots; /* powers of two */
    int32_t bos, eos, pad;
    uint64_t key;
};

/* An empty tokenizer with room for so many tokens and merges. */
cairn_status tokenizer_open(cairn_ctx *ctx, size_t tokens, size_t merges, cairn_tokenizer **out);
/* Adds the next token. False when its text is there already; NO_MEMORY is reported by `status`. */
cairn_status tokenizer_add(cairn_ctx *ctx, cairn_tokenizer *tokenizer, const char *text, size_t length, bool special,
                           bool *fresh);
/* Adds the next merge; false when the pair is there already. The tokens exist. */
bool tokenizer_add_merge(cairn_tokenizer *tokenizer, tokenizer_merge merge);
/* Finds the bytes' tokens and the special ones by their names, and makes the key. -1, or the first byte (0 .. 255) that
 * has no token. */
int32_t tokenizer_seal(cairn_tokenizer *tokenizer);

/* Token with this text, or CAIRN_NO_TOKEN. */
int32_t tokenizer_find(const cairn_tokenizer *tokenizer, const char *text, size_t length);
/* Index of the merge of this pair, or -1. */
int32_t tokenizer_merge_of(const cairn_tokenizer *tokenizer, int32_t left, int32_t right);

/* Reads a vocabulary of the "gpt2" model whatever its pre-tokenizer, which decides on what it must be run. */
cairn_status tokenizer_read(cairn_ctx *ctx, const cairn_gguf *file, cairn_tokenizer **out);
/* Appends the tokens of one piece. */
cairn_status tokenizer_encode_piece(cairn_ctx *ctx, const cairn_tokenizer *tokenizer, const char *piece, size_t length,
                                    cairn_tokens *out);

#endif
