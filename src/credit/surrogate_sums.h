/* Sums from which the stats of a surrogate are made. Layer: credit. */
#ifndef CAIRN_CREDIT_SURROGATE_SUMS_H
#define CAIRN_CREDIT_SURROGATE_SUMS_H

#include "credit/surrogate_batch.h"

typedef struct sums {
    double policy, kl, slopes; /* parts of the loss; |slopes| */
    int64_t sequences, skipped, tokens, drawn, truncated;
    int64_t clipped[4];                                 /* by cairn_clipped */
    double ratio, largest_ratio, weight, weight_square; /* weight: u rho */
    double kl_old, kl_ref, kl_sampler, largest_gap, surprise, entropy;
} sums;

/* What all drawn tokens of a gathered sequence say: masks and the gap of sampler and trainer. */
void sums_gaps(sums *all, const cairn_surrogate_batch *batch, const gathered *g, int32_t i);
/* What the tokens say that count. */
void sums_add(sums *all, const cairn_surrogate_batch *batch, const gathered *g, const cairn_surrogate_sequence *s,
              const uint8_t *clipped);
void sums_stats(const sums *all, const cairn_surrogate_batch *batch, cairn_surrogate_stats *out);

#endif
