/* The one matrix product. Everything that multiplies by weights goes through here, because it owns the rule that a row's bits
 * do not depend on how many rows are computed together or by how many threads.
 *
 * oneDNN multiplies where its kernels are row-invariant (AVX-512) and, with bf16, where that is faster than with floats: rows are cut
 * into blocks of a fixed size, the rest is padded up to the next smaller bucket, and weights are packed once in slices of columns;
 * workers own (block, slice) pairs. Primitives are made once for each bucket. Elsewhere a kernel of ours does (panels.h). */
#ifndef CAIRN_TENSOR_MATMUL_H
#define CAIRN_TENSOR_MATMUL_H

#include "tensor/kernels.h"

typedef struct matmul matmul;
typedef struct weight_pack weight_pack;

/* bf16: let oneDNN multiply bf16 where it can; else, such weights are widened by the kernel for panels, which is one of `floats`. */
cairn_status matmul_open(cairn_ctx *ctx, cairn_pool *pool, const kernels *floats, bool bf16, matmul **out);
void matmul_close(matmul *m);
bool matmul_has_bf16(const matmul *m);
/* In a rehearsal everything that a product needs is made, for any number of rows, and nothing is computed. */
void matmul_rehearse(matmul *m, bool rehearse);
size_t matmul_scratch(const matmul *m);            /* bytes of scratch of all threads */
size_t matmul_pack_bytes(const weight_pack *pack); /* NULL: 0 */

/* Packs w [n, k] (row-major float): for y = x w^T, or with `turned` for y = x w (then x has n columns and y has k). type BF16
 * rounds the weights. *pack is made, or refilled when it is there. */
cairn_status matmul_pack(matmul *m, const float *w, int64_t n, int64_t k, cairn_dtype type, bool turned,
                         weight_pack **pack);
void matmul_unpack(weight_pack *pack);

/* y[rows, out] = or += x[rows, in] by the packed weights. */
cairn_status matmul_run(matmul *m, const weight_pack *pack, const float *x, int64_t rows, float *y, bool add);
/* dw[n, k] += dy[rows, n]^T x[rows, k], summed over the rows in blocks from the first to the last. */
cairn_status matmul_gradient(matmul *m, const float *dy, const float *x, int64_t rows, int64_t n, int64_t k,
                             cairn_dtype type, float *dw);

#endif
