/* Products with weights. Everything that multiplies by weights goes through here: operands are packed, and workers of
 * the pool own parts of the result (kernels_product.inc has the tiles, and the rule that a row's bits depend on that
 * row alone). */
#ifndef CAIRN_TENSOR_MATMUL_H
#define CAIRN_TENSOR_MATMUL_H

#include "tensor/kernels.h"

typedef struct matmul matmul;
typedef struct weight_pack weight_pack;

/* portable: bf16 weights are always widened, so that the bits are the same on every processor. */
cairn_status matmul_open(cairn_ctx *ctx, cairn_pool *pool, const kernels *floats, bool portable, matmul **out);
void matmul_close(matmul *m);
/* Whether bf16 is multiplied in pairs, with the other operand rounded too. */
bool matmul_has_pairs(const matmul *m);
/* In a rehearsal everything that a product of so many rows or fewer needs is made, and nothing is computed. */
void matmul_rehearse(matmul *m, bool rehearse);
size_t matmul_scratch(const matmul *m);            /* bytes of scratch */
size_t matmul_pack_bytes(const weight_pack *pack); /* NULL: 0 */

/* Packs w [n, k] (row-major float): for y = x w^T, or with `turned` for y = x w (then x has n columns and y has k).
 * type BF16 rounds the weights. *pack is made, or refilled when it is there. */
cairn_status matmul_pack(matmul *m, const float *w, int64_t n, int64_t k, cairn_dtype type, bool turned,
                         weight_pack **pack);
void matmul_unpack(weight_pack *pack);

/* y[rows, out] = or += x[rows, in] by the packed weights. */
cairn_status matmul_run(matmul *m, const weight_pack *pack, const float *x, int64_t rows, float *y, bool add);
/* dw[n, k] += dy[rows, n]^T x[rows, k], from the first row to the last; type BF16: in pairs where those are used. */
cairn_status matmul_gradient(matmul *m, const float *dy, const float *x, int64_t rows, int64_t n, int64_t k,
                             cairn_dtype type, float *dw);

#endif
