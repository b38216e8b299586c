/* Keys and values of many sequences that share beginnings. A node is a run of tokens after its parent's; it owns these
 * tokens and the places of their keys and values in pages of CAIRN_PAGE tokens, and refers to its parent for what comes
 * before. Blocks of a sequence are counted from the root; where a node begins within one, it goes on in its parent's
 * page when nobody else has, and else in a copy of what that holds.
 *
 * Memory is bounded: when no page is free, the least recently used node gives up its pages, those that nobody refers to
 * first. A node that is held or has children keeps its tokens, so that its keys and values can be computed again, with
 * the same bits. What the step under way uses (kv_touch) is never given up. */
#ifndef CAIRN_MODEL_KV_TREE_H
#define CAIRN_MODEL_KV_TREE_H

#include "cairn/tensor.h"

#define KV_ROOT 0
#define KV_NONE (-1)

typedef struct kv_node {
    int32_t parent, first_child, next_sibling, prev_sibling;
    int32_t start, length;       /* its tokens are start .. start + length - 1 of its sequences */
    int32_t capacity;            /* of tokens */
    int32_t *tokens;             /* [length] */
    int32_t *pages;              /* [n_pages] of blocks start / CAIRN_PAGE and on */
    int32_t n_pages, reserved;   /* reserved: its first tokens that have a place in pages */
    int32_t computed, scheduled; /* keys and values are there; will be after the step under way */
    int32_t refs;                /* holders and children */
    bool sealed;                 /* no token is added any more: others may go on from it */
    uint64_t used;               /* number of the step that used it last */
    int32_t list, older,
        newer; /* among the nodes with pages: 0 for those with no refs, 1 for others; KV_NONE in none */
} kv_node;

typedef struct kv_list {
    int32_t oldest, newest;
} kv_list;

typedef struct kv_tree {
    cairn_ctx *ctx;
    kv_node *nodes; /* [n_nodes], the root first; free ones have parent KV_NONE and are linked by `older` */
    size_t node_capacity;
    int32_t n_nodes, first_free_node, live_nodes;
    void *memory; /* [memory_bytes] */
    size_t memory_bytes;
    float *numbers; /* [n_pages][page_numbers], aligned */
    int64_t page_numbers;
    int32_t n_pages;
    int32_t *page_refs, *page_filled; /* [n_pages] nodes that refer to a page; its slots that belong to one */
    int32_t *free_pages, n_free;
    kv_list lists[2];
    uint64_t step;
    int64_t evicted, copied; /* tokens whose keys and values were given up; pages that were copied */
    int64_t taken;           /* pages, ever */
    int32_t most_used;       /* pages at once */
} kv_tree;

typedef enum kv_room { KV_READY, KV_WAIT, KV_FULL } kv_room;

/* pages: the bound; memory is taken from the system as it is touched. Errors: INVALID; NO_MEMORY. */
cairn_status kv_open(cairn_ctx *ctx, int64_t page_numbers, int32_t pages, kv_tree **out);
void kv_close(kv_tree *tree); /* NULL is fine */
void kv_begin_step(kv_tree *tree);

/* The node whose sequence is that of `from` and then `tokens`, found or made: nodes are split where sequences part. It
 * is held. Not within a step. Errors: NO_MEMORY. */
cairn_status kv_insert(kv_tree *tree, int32_t from, const int32_t *tokens, int32_t count, int32_t *out);
/* An empty node after `parent` with room for `capacity` tokens, held, to be grown with kv_append, past its room too,
 * and closed with kv_seal. */
cairn_status kv_grow(kv_tree *tree, int32_t parent, int32_t capacity, int32_t *out);
cairn_status kv_append(kv_tree *tree, int32_t node, const int32_t *tokens, int32_t count);
void kv_seal(kv_tree *tree, int32_t node);
void kv_hold(kv_tree *tree, int32_t node);
void kv_release(kv_tree *tree, int32_t node);

/* Bytes of the nodes and their tokens. */
size_t kv_listed(const kv_tree *tree);
/* Gives up all pages. Not within a step. */
void kv_forget(kv_tree *tree);
/* Tokens of the node's sequence that have keys and values. */
int32_t kv_computed(const kv_tree *tree, int32_t node);

/* Says that the step under way uses this node and all before it. */
void kv_touch(kv_tree *tree, int32_t node);
/* Finds places for the node's first `upto` tokens, as far as there are any. Everything before the node must have its
 * places. FULL: no page can be had; WAIT: a page must be copied that this step fills. */
kv_room kv_reserve(kv_tree *tree, int32_t node, int32_t upto);
/* The pages of the node's sequence, block by block, as far as they are reserved. */
void kv_pages(const kv_tree *tree, int32_t node, float **pages);
int32_t kv_length(const kv_tree *tree, int32_t node); /* of its sequence */

#endif
