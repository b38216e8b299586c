/* Weights kept as bf16 and multiplied as floats: for processors whose own product of bf16 is missing or slower than that of floats.
 * They take half the memory of floats, and a step that few rows share takes half the time.
 *
 * The columns of w [in, out] lie in panels of PANEL_COLUMNS, the last filled up with zeros. A panel holds, for each of `in` rows,
 * PANEL_WORDS words: word l has column l in its lower half and column PANEL_WORDS + l in its upper half. x is not rounded. Each number
 * of y is one chain of products and additions from the first of `in` to the last, whatever else is computed beside it. */
#ifndef CAIRN_TENSOR_PANELS_H
#define CAIRN_TENSOR_PANELS_H

#include "tensor/kernels.h"

size_t panels_bytes(int64_t in, int64_t out);
/* Rounds and packs w: y = x w^T for w [out, in], or with `turned` y = x w for w [in, out]. words: of 64-byte alignment. */
void panels_fill(cairn_pool *pool, uint32_t *words, const float *w, int64_t in, int64_t out, bool turned);
/* y[rows, out] = or += x[rows, in] by the packed weights. */
void panels_run(cairn_pool *pool, const kernels *k, const uint32_t *words, int64_t in, int64_t out, const float *x,
                int64_t rows, float *y, bool add);

#endif
