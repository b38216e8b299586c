/* The rows of one forward pass over sequences of a tree of kept keys and values: tokens that are not computed yet, and
 * tokens that are computed again because somebody needs what the trunk says there. Which rows stand together changes no
 * row's bits. */
#ifndef CAIRN_MODEL_BATCH_H
#define CAIRN_MODEL_BATCH_H

#include "cairn/transformer.h"
#include "model/kv_tree.h"

typedef struct batch {
    cairn_ctx *ctx;
    kv_tree *tree;
    int32_t most, rows, spans; /* rows at most and so far */
    int32_t *tokens;           /* [rows] */
    int32_t *starts, *before;  /* [spans + 1], [spans] */
    int32_t *nodes;            /* [spans] whose own tokens they are */
    bool *kept;                /* [spans] computed again */
    float *const **pages;      /* [spans] */
    int32_t *path;             /* [depth] nodes from the root's child to the leaf scheduled last */
    int32_t depth;
    size_t path_capacity;
    int64_t computed, recomputed; /* rows of tokens of either kind, ever */
} batch;

cairn_status batch_open(cairn_ctx *ctx, kv_tree *tree, int32_t most_rows, batch **out);
void batch_close(batch *b); /* NULL is fine */
/* Begins a step: nothing is scheduled. */
void batch_begin(batch *b);
/* Schedules what is not computed on the way from the root to the leaf's own token number `upto`, as far as rows and
 * pages are free. READY: all of it is now computed or scheduled; WAIT: the next step goes on; FULL: there is no page.
 */
cairn_status batch_schedule(batch *b, int32_t leaf, int32_t upto, kv_room *out);
/* The row of the sequence's token number `position` on the way scheduled last; a computed token gets a row again.
 * KV_NONE when it has none in this step. */
int32_t batch_row(batch *b, int32_t position);
/* Computes all rows: the trunk [rows, D]. Errors: NO_MEMORY; then nothing counts as computed. */
cairn_status batch_run(batch *b, cairn_tape *tape, const cairn_transformer *model, cairn_tensor **hidden);

#endif
