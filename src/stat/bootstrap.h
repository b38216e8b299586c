/* What the two bootstraps share: that of items and that of sums over groups. */
#ifndef CAIRN_STAT_BOOTSTRAP_H
#define CAIRN_STAT_BOOTSTRAP_H

#include "cairn/stat.h"

/* *n: the items (or groups, as `what` calls them) of all strata. Errors: INVALID. */
cairn_status bootstrap_check(cairn_ctx *ctx, const size_t *sizes, size_t strata, const char *what,
                             const cairn_bootstrap *how, size_t *n);
/* Puts the quantiles of values[kept], which it sorts, into the bounds of *out, and how many of the resamples were left
 * out. */
void bootstrap_bounds(double *values, size_t kept, const cairn_bootstrap *how, cairn_interval *out);

#endif
