/* A packed batch of a surrogate, sequence by sequence: which tokens count, with which importance. Layer: credit. */
#ifndef CAIRN_CREDIT_SURROGATE_BATCH_H
#define CAIRN_CREDIT_SURROGATE_BATCH_H

#include "cairn/surrogate.h"

/* The tokens of one sequence that count, one after the other. */
typedef struct gathered {
    int32_t n;      /* that count */
    int32_t drawn;  /* of the mask */
    int32_t *at;    /* [n] their places in the batch */
    double *weight; /* [n] importance u */
    bool *cut;      /* [n] was u truncated? */
    double log_low, log_high;
} gathered;

static inline bool is_drawn(const cairn_surrogate_batch *b, int32_t t) {
    return !b->mask || b->mask[t];
}
static inline double logp_old(const cairn_surrogate_batch *b, int32_t t) {
    return b->logp_old ? b->logp_old[t] : b->logp[t];
}

/* Errors: those of cairn_surrogate_loss that concern the arrays. `whole`: the current log-probabilities and advantages
 * are checked too, which a count does not need. */
cairn_status batch_check(cairn_ctx *ctx, const cairn_surrogate_terms *terms, const cairn_surrogate_batch *batch,
                         bool whole);
int32_t batch_longest(const cairn_surrogate_batch *batch); /* tokens of the longest sequence */
/* Room for sequences of up to `longest` tokens, to be freed by gathered_close, also after a failure. */
cairn_status gathered_open(cairn_ctx *ctx, const cairn_surrogate_terms *terms, int32_t longest, gathered *g);
void gathered_close(gathered *g);
void gather(const cairn_surrogate_terms *terms, const cairn_surrogate_batch *batch, int32_t i, gathered *g);

#endif
