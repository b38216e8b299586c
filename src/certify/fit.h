/* What fits by cross-entropy share. */
#ifndef CAIRN_CERTIFY_FIT_H
#define CAIRN_CERTIFY_FIT_H

#include "cairn/core.h"

/* Sum of weights[n]. Errors: INVALID where it is 0, or a weight is negative or not finite. */
cairn_status fit_sum_weights(cairn_ctx *ctx, const double *weights, size_t n, double *out);

#endif
