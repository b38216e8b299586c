/* What a BPE trainer has counted. */
#ifndef CAIRN_MODEL_BPE_H
#define CAIRN_MODEL_BPE_H

#include "cairn/model.h"

#define BPE_MOST_BYTES ((size_t)1 << 29) /* of different pieces: their occurrences are numbered with 32 bits */

/* A piece of text and how often it occurred. */
typedef struct bpe_piece {
    size_t start; /* in `bytes` */
    uint32_t length;
    uint64_t hash;
    int64_t count;
} bpe_piece;

struct cairn_bpe_trainer {
    cairn_ctx *ctx;
    cairn_arena *arena; /* of the special tokens' names */
    int32_t vocabulary, n_specials;
    const char **specials; /* [n_specials] */
    int64_t min_count;
    cairn_text bytes;  /* of all pieces, one after the other */
    bpe_piece *pieces; /* [n_pieces] in the order of their first occurrence */
    size_t n_pieces, pieces_capacity;
    uint32_t *slots; /* [n_slots] hash table: piece + 1, 0 is empty */
    size_t n_slots;  /* a power of two, at least twice n_pieces; 0 before the first piece */
};

#endif
