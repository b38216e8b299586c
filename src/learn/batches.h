/* The order of examples and how they are packed. Layer: learn. */
#ifndef CAIRN_LEARN_BATCHES_H
#define CAIRN_LEARN_BATCHES_H

#include "cairn/learn.h"

/* An endless stream of batches: every epoch is a fresh order by (seed, epoch) alone; a batch never crosses two epochs. */
typedef struct batches {
    uint64_t seed;
    const int32_t *pool; /* [count] examples that take part */
    int32_t *order;      /* [count] this epoch's */
    int32_t count;
    int64_t epoch; /* from 0 */
    int32_t next;  /* of order: not yet given out */
} batches;

cairn_status batches_open(cairn_ctx *ctx, const int32_t *pool, int32_t count, uint64_t seed, batches *out);
void batches_close(batches *b);
/* Goes to a place that was reached before. */
void batches_seek(batches *b, int64_t epoch, int32_t next);
/* The next batch: examples in order as long as they have at most `most` tokens together, at least one. ids: room for `count`. Returns
 * how many. */
int32_t batches_next(batches *b, const cairn_examples *examples, int64_t most, int32_t *ids);
/* Batches of the first `epochs` epochs; the place is left as it is. */
int64_t batches_in(batches *b, const cairn_examples *examples, int64_t most, int64_t epochs);

#endif
