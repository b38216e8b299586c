/* Where a tree's columns, texts and token ids lie. Columns are contiguous and may move when they grow; growing a large
 * one moves pages, not bytes, so that no second copy is ever resident. Texts and tokens lie in chunks that never move.
 */
#ifndef CAIRN_SEARCH_TREE_STORE_H
#define CAIRN_SEARCH_TREE_STORE_H

#include "cairn/tree.h"

/* Memory that grows: from the heap while it is small, a mapping of its own from MAP_FROM_BYTES on. */
typedef struct block {
    void *data;
    size_t bytes;
    bool mapped;
} block;

/* Keeps the contents; grows only. A mapping counts as one allocation for fault injection. New bytes are not defined. */
cairn_status block_grow(cairn_ctx *ctx, block *b, size_t bytes);
/* Gives back what lies past `bytes`, where the block is a mapping. */
void block_shrink(block *b, size_t bytes);
void block_free(block *b);

#define CHUNKS 22

/* Spans of elements addressed by 32-bit offsets: chunk k holds first << k elements and starts at first * (2^k - 1). A
 * span never crosses chunks. */
typedef struct chunks {
    block chunk[CHUNKS];
    uint64_t used; /* elements, skipped ends of chunks included */
    uint32_t first;
    uint32_t element; /* bytes */
} chunks;

/* Room for n elements: their offset and address. Errors: LIMIT past 2^32 elements, NO_MEMORY. */
cairn_status chunks_take(cairn_ctx *ctx, chunks *c, uint64_t n, uint32_t *at, void **place);
const void *chunks_at(const chunks *c, uint32_t at);
void chunks_reset(chunks *c, size_t keep_bytes);
size_t chunks_bytes(const chunks *c);

#define TREE_FIXED_COLUMNS 23

enum { /* numbers of the optional columns; those of a role: the first and its number */
       TREE_VERDICT = TREE_FIXED_COLUMNS,
       TREE_OBSERVATION_AT,
       TREE_OBSERVATION_LENGTH,
       TREE_EDGE_REWARD,
       TREE_DISCOUNT,
       TREE_PAID,
       TREE_DRAWS, /* the generator's place stays empty: its column is fixed */
       TREE_MC_N = TREE_DRAWS + CAIRN_ROLE_COUNT,
       TREE_MC_OK = TREE_MC_N + CAIRN_ROLE_COUNT,
       TREE_STATES = TREE_MC_OK + CAIRN_ROLE_COUNT,
       TREE_COLUMNS
};

/* A score column and its marks. */
typedef struct score_blocks {
    block score, marks;
} score_blocks;

struct cairn_tree_store {
    block column[TREE_COLUMNS];
    uint64_t present;     /* bit k: column k is in use */
    score_blocks *scores; /* [score_room]; those of the tree's n_scores are in use */
    size_t score_room, score_pointers, mark_pointers, abouts; /* capacities of the tree's arrays */
    bool by_role; /* a column of counts of some role is there, other than the generator's draws */
    chunks texts, tokens;
    uint64_t empty_key; /* of the empty text */
};

/* Bytes of column k a node. */
size_t tree_column_width(const cairn_tree *tree, int k);
/* Room for `capacity` nodes in every present column. On failure the tree is as before. */
cairn_status tree_columns_grow(cairn_ctx *ctx, cairn_tree *tree, uint32_t capacity);
/* Brings column k into use at the tree's capacity; its rows are not set. */
cairn_status tree_column_open(cairn_ctx *ctx, cairn_tree *tree, int k);
/* Brings one more score column into use, as number n_scores - 1; its rows are set: NaN and no mark. On failure the tree
 * is as before. */
cairn_status tree_score_open(cairn_ctx *ctx, cairn_tree *tree);
/* Gives up the optional columns (their memory is kept) and what memory a small tree does not need. */
void tree_columns_reset(cairn_tree *tree);

/* Bytes that are not of the heap. */
size_t tree_mapped_bytes(const cairn_tree *tree);

#endif
