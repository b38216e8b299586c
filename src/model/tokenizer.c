/* A tokenizer's tables: tokens by number and by text, merges by pair. */
#include "model/tokenizer.h"

#include <string.h>

static size_t slots_for(size_t count) {
    size_t slots = 16;
    while (slots < 2 * count) slots *= 2;
    return slots;
}

cairn_status tokenizer_open(cairn_ctx *ctx, size_t tokens, size_t merges, cairn_tokenizer **out) {
    cairn_arena *arena;
    if (tokens > INT32_MAX / 4 || merges > INT32_MAX / 4)
        return cairn_fail(ctx, CAIRN_LIMIT, "a tokenizer has at most %d tokens and merges", INT32_MAX / 4);
    CAIRN_TRY(cairn_arena_open(ctx, 65536, &arena));
    cairn_tokenizer *t = cairn_arena_alloc(arena, 1, sizeof *t);
    if (t) {
        t->arena = arena;
        t->capacity = (int32_t)tokens;
        t->merges_capacity = (int32_t)merges;
        t->text_slots = slots_for(tokens);
        t->pair_slots = slots_for(merges);
        t->tokens = cairn_arena_alloc(arena, tokens, sizeof *t->tokens);
        t->special = cairn_arena_alloc(arena, tokens, sizeof *t->special);
        t->merges = cairn_arena_alloc(arena, merges, sizeof *t->merges);
        t->by_text = cairn_arena_alloc(arena, t->text_slots, sizeof *t->by_text);
        t->by_pair = cairn_arena_alloc(arena, t->pair_slots, sizeof *t->by_pair);
        t->bos = t->eos = t->pad = CAIRN_NO_TOKEN;
    }
    if (!t || !t->tokens || !t->special || !t->merges || !t->by_text || !t->by_pair) {
        cairn_arena_close(arena);
        return CAIRN_NO_MEMORY;
    }
    *out = t;
    return CAIRN_OK;
}

void cairn_tokenizer_close(cairn_tokenizer *tokenizer) {
    if (tokenizer) cairn_arena_close(tokenizer->arena);
}

/* ---- tokens -------------------------------------------------------------------------------------------------------------- */

/* Slot of this text: its token's, or the empty one where it belongs. */
static size_t text_slot(const cairn_tokenizer *t, const char *text, size_t length) {
    size_t slot = cairn_key(text, length) & (t->text_slots - 1);
    for (; t->by_text[slot]; slot = (slot + 1) & (t->text_slots - 1)) {
        const cairn_bytes *there = &t->tokens[t->by_text[slot] - 1];
        if (there->length == length && memcmp(there->data, text, length) == 0) break;
    }
    return slot;
}

int32_t tokenizer_find(const cairn_tokenizer *tokenizer, const char *text, size_t length) {
    return tokenizer->by_text[text_slot(tokenizer, text, length)] - 1;
}

cairn_status tokenizer_add(cairn_ctx *ctx, cairn_tokenizer *tokenizer, const char *text, size_t length, bool special,
                           bool *fresh) {
    cairn_tokenizer *t = tokenizer;
    if (t->size == t->capacity) return cairn_fail(ctx, CAIRN_INTERNAL, "a tokenizer has no room for another token");
    size_t slot = text_slot(t, text, length);
    *fresh = t->by_text[slot] == 0;
    if (!*fresh) return CAIRN_OK;
    char *copy = cairn_arena_copy(t->arena, text, length);
    if (!copy) return CAIRN_NO_MEMORY;
    t->tokens[t->size] = (cairn_bytes){copy, length};
    t->special[t->size] = special;
    t->by_text[slot] = ++t->size;
    return CAIRN_OK;
}

/* ---- merges -------------------------------------------------------------------------------------------------------------- */

static size_t pair_slot(const cairn_tokenizer *t, int32_t left, int32_t right) {
    uint64_t hash = ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) * UINT64_C(0x9E3779B97F4A7C15);
    size_t slot = (hash ^ hash >> 32) & (t->pair_slots - 1);
    for (; t->by_pair[slot]; slot = (slot + 1) & (t->pair_slots - 1)) {
        const tokenizer_merge *there = &t->merges[t->by_pair[slot] - 1];
        if (there->left == left && there->right == right) break;
    }
    return slot;
}

int32_t tokenizer_merge_of(const cairn_tokenizer *tokenizer, int32_t left, int32_t right) {
    return tokenizer->by_pair[pair_slot(tokenizer, left, right)] - 1;
}

bool tokenizer_add_merge(cairn_tokenizer *tokenizer, tokenizer_merge merge) {
    cairn_tokenizer *t = tokenizer;
    size_t slot = pair_slot(t, merge.left, merge.right);
    if (t->by_pair[slot] || t->n_merges == t->merges_capacity) return false;
    t->merges[t->n_merges] = merge;
    t->by_pair[slot] = ++t->n_merges;
    return true;
}

/* ---- the whole ----------------------------------------------------------------------------------------------------------- */

static int32_t find_special(const cairn_tokenizer *t, const char *name) {
    int32_t token = tokenizer_find(t, name, strlen(name));
    return token >= 0 && t->special[token] ? token : CAIRN_NO_TOKEN;
}

int32_t tokenizer_seal(cairn_tokenizer *tokenizer) {
    cairn_tokenizer *t = tokenizer;
    for (int32_t b = 0; b < 256; b++) {
        char byte = (char)b;
        t->byte_token[b] = tokenizer_find(t, &byte, 1);
        if (t->byte_token[b] < 0 || t->special[t->byte_token[b]]) return b;
    }
    t->bos = find_special(t, "<s>");
    t->eos = find_special(t, "</s>");
    t->pad = find_special(t, "<pad>");
    uint64_t key = cairn_key_mix((uint64_t)t->size, (uint64_t)t->n_merges);
    for (int32_t i = 0; i < t->size; i++)
        key = cairn_key_mix(key, cairn_key_mix(cairn_key(t->tokens[i].data, t->tokens[i].length), t->special[i]));
    for (int32_t i = 0; i < t->n_merges; i++)
        key = cairn_key_mix(key, (uint64_t)t->merges[i].left << 32 | (uint32_t)t->merges[i].right);
    t->key = key;
    return -1;
}

int32_t cairn_tokenizer_size(const cairn_tokenizer *tokenizer) {
    return tokenizer->size;
}

int32_t cairn_tokenizer_merges(const cairn_tokenizer *tokenizer) {
    return tokenizer->n_merges;
}

uint64_t cairn_tokenizer_key(const cairn_tokenizer *tokenizer) {
    return tokenizer->key;
}

int32_t cairn_tokenizer_bos(const cairn_tokenizer *tokenizer) {
    return tokenizer->bos;
}

int32_t cairn_tokenizer_eos(const cairn_tokenizer *tokenizer) {
    return tokenizer->eos;
}

int32_t cairn_tokenizer_pad(const cairn_tokenizer *tokenizer) {
    return tokenizer->pad;
}

int32_t cairn_token_special(const cairn_tokenizer *tokenizer, const char *name) {
    return find_special(tokenizer, name);
}

bool cairn_token_is_special(const cairn_tokenizer *tokenizer, int32_t token) {
    return token >= 0 && token < tokenizer->size && tokenizer->special[token];
}

cairn_bytes cairn_token_text(const cairn_tokenizer *tokenizer, int32_t token) {
    return token >= 0 && token < tokenizer->size ? tokenizer->tokens[token] : (cairn_bytes){NULL, 0};
}
