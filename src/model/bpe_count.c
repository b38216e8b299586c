/* Counts the pieces of texts: all that BPE training needs to know of them. */
#include <string.h>

#include "model/bpe.h"
#include "model/pieces.h"

enum { BYTES = 256, MOST_VOCABULARY = 1 << 24, SHORTEST_NAME = 2, LONGEST_NAME = 64 };

static cairn_status check_special(cairn_ctx *ctx, const cairn_bpe_options *options, int32_t i) {
    const char *name = options->specials[i];
    size_t length = strlen(name);
    bool plain = length >= SHORTEST_NAME && length <= LONGEST_NAME;
    for (size_t j = 0; plain && j < length; j++) plain = name[j] > ' ' && name[j] < 0x7F;
    if (!plain)
        return cairn_fail(ctx, CAIRN_INVALID,
                          "special token %d: expected %d to %d printable ASCII characters without spaces, got `%.80s`",
                          (int)i, SHORTEST_NAME, LONGEST_NAME, name);
    for (int32_t j = 0; j < i; j++)
        if (strcmp(options->specials[j], name) == 0)
            return cairn_fail(ctx, CAIRN_INVALID, "special token `%s` is given twice", name);
    return CAIRN_OK;
}

static cairn_status check_options(cairn_ctx *ctx, const cairn_bpe_options *options) {
    if (options->n_specials < 0 || options->n_specials > MOST_VOCABULARY - BYTES)
        return cairn_fail(ctx, CAIRN_INVALID, "there are 0 to %d special tokens, got %d", MOST_VOCABULARY - BYTES,
                          (int)options->n_specials);
    if (options->vocabulary < BYTES + options->n_specials || options->vocabulary > MOST_VOCABULARY)
        return cairn_fail(ctx, CAIRN_INVALID, "a vocabulary with %d special tokens has %d to %d tokens, got %d",
                          (int)options->n_specials, (int)(BYTES + options->n_specials), MOST_VOCABULARY,
                          (int)options->vocabulary);
    if (options->min_count < 0)
        return cairn_fail(ctx, CAIRN_INVALID, "the least count of a pair is 1 or more, 0 for 2; got %lld",
                          (long long)options->min_count);
    for (int32_t i = 0; i < options->n_specials; i++) CAIRN_TRY(check_special(ctx, options, i));
    return CAIRN_OK;
}

static cairn_status keep_specials(cairn_bpe_trainer *t, const cairn_bpe_options *options) {
    CAIRN_TRY(cairn_arena_open(t->ctx, 1024, &t->arena));
    t->specials = cairn_arena_alloc(t->arena, (size_t)options->n_specials, sizeof *t->specials);
    if (!t->specials) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < options->n_specials; i++) {
        t->specials[i] = cairn_arena_copy(t->arena, options->specials[i], strlen(options->specials[i]));
        if (!t->specials[i]) return CAIRN_NO_MEMORY;
    }
    t->n_specials = options->n_specials;
    return CAIRN_OK;
}

cairn_status cairn_bpe_open(cairn_ctx *ctx, const cairn_bpe_options *options, cairn_bpe_trainer **out) {
    CAIRN_TRY(check_options(ctx, options));
    cairn_bpe_trainer *t = cairn_alloc(ctx, 1, sizeof *t);
    if (!t) return CAIRN_NO_MEMORY;
    t->ctx = ctx;
    t->vocabulary = options->vocabulary;
    t->min_count = options->min_count ? options->min_count : 2;
    cairn_status status = keep_specials(t, options);
    if (status != CAIRN_OK) {
        cairn_bpe_close(t);
        return status;
    }
    *out = t;
    return CAIRN_OK;
}

void cairn_bpe_close(cairn_bpe_trainer *trainer) {
    if (!trainer) return;
    cairn_arena_close(trainer->arena);
    cairn_text_free(&trainer->bytes);
    cairn_free(trainer->pieces);
    cairn_free(trainer->slots);
    cairn_free(trainer);
}

/* ---- counting -------------------------------------------------------------------------------------------------------------- */

static cairn_status grow_slots(cairn_bpe_trainer *t) {
    size_t n = t->n_slots ? 2 * t->n_slots : 1024;
    uint32_t *slots = cairn_alloc(t->ctx, n, sizeof *slots);
    if (!slots) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < t->n_pieces; i++) {
        size_t slot = t->pieces[i].hash & (n - 1);
        while (slots[slot]) slot = (slot + 1) & (n - 1);
        slots[slot] = (uint32_t)i + 1;
    }
    cairn_free(t->slots);
    t->slots = slots;
    t->n_slots = n;
    return CAIRN_OK;
}

static cairn_status add_piece(cairn_bpe_trainer *t, const char *text, size_t length, uint64_t hash, size_t slot) {
    if (length > BPE_MOST_BYTES - t->bytes.length)
        return cairn_fail(t->ctx, CAIRN_LIMIT, "the texts have more than %zu bytes of different pieces",
                          BPE_MOST_BYTES);
    void *block = t->pieces;
    CAIRN_TRY(cairn_grow(t->ctx, &block, &t->pieces_capacity, t->n_pieces + 1, sizeof *t->pieces));
    t->pieces = block;
    size_t start = t->bytes.length;
    CAIRN_TRY(cairn_text_add(t->ctx, &t->bytes, text, length));
    t->pieces[t->n_pieces] = (bpe_piece){.start = start, .length = (uint32_t)length, .hash = hash, .count = 1};
    t->slots[slot] = (uint32_t)++t->n_pieces;
    return CAIRN_OK;
}

static cairn_status count_piece(cairn_bpe_trainer *t, const char *text, size_t length) {
    uint64_t hash = cairn_key(text, length);
    if (2 * (t->n_pieces + 1) > t->n_slots) CAIRN_TRY(grow_slots(t));
    size_t slot = hash & (t->n_slots - 1);
    for (; t->slots[slot]; slot = (slot + 1) & (t->n_slots - 1)) {
        bpe_piece *there = &t->pieces[t->slots[slot] - 1];
        if (there->hash != hash || there->length != length || memcmp(t->bytes.data + there->start, text, length) != 0)
            continue;
        there->count++;
        return CAIRN_OK;
    }
    return add_piece(t, text, length, hash, slot);
}

cairn_status cairn_bpe_add(cairn_bpe_trainer *trainer, const char *text, size_t length) {
    for (size_t at = 0, piece; at < length; at += piece) {
        piece = piece_length(text + at, length - at);
        if (piece > 1) CAIRN_TRY(count_piece(trainer, text + at, piece)); /* one byte has no pair */
    }
    return CAIRN_OK;
}
