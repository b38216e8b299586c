/* Products by a kernel of ours, where oneDNN's will not do: for bf16, where the processor multiplies that slower than floats or not at
 * all; for floats, where oneDNN's kernels are not row-invariant. bf16 is widened as it is used: it takes half the memory of floats, and
 * a step that few rows share takes half the time. x is not rounded.
 *
 * The columns of w [in, out] lie in panels of PANEL_COLUMNS, the last filled up with zeros. A panel holds, for each of `in` rows, its
 * columns: floats one after the other, or bf16 in words, of which word l has column l in its lower half and column PANEL_WORDS + l in
 * its upper half. Each number of y is one chain of products and additions from the first of `in` to the last, whatever else is
 * computed beside it. */
#ifndef CAIRN_TENSOR_PANELS_H
#define CAIRN_TENSOR_PANELS_H

#include "tensor/kernels.h"

/* What such a packed w is. */
typedef struct panels {
    int64_t in, out;
    cairn_dtype type; /* F32 or BF16 */
} panels;

size_t panels_bytes(const panels *p);
/* Packs w, rounding it to the type: y = x w^T for w [out, in], or with `turned` y = x w for w [in, out]. words: of 64-byte alignment. */
void panels_fill(cairn_pool *pool, const panels *p, uint32_t *words, const float *w, bool turned);
/* y[rows, out] = or += x[rows, in] by the packed weights. */
void panels_run(cairn_pool *pool, const kernels *k, const panels *p, const uint32_t *words, const float *x,
                int64_t rows, float *y, bool add);

#endif
