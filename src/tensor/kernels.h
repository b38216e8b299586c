/* The inner loops of all operations, on plain arrays. kernels.inc is compiled once for double and once for float and
 * each instruction set; every sum has a fixed order, so that a row's bits depend on its own numbers only.
 *
 * A kernel works on items from .. to - 1 (rows, elements, columns or attention units, as its comment says) and writes
 * only what belongs to them. Which members of kernel_args mean what stands with each kernel. */
#ifndef CAIRN_TENSOR_KERNELS_H
#define CAIRN_TENSOR_KERNELS_H

#include <string.h>

#include "cairn/tensor.h"

#define KEY_SPLIT 64 /* keys of one split of attention */

typedef struct kernel_args {
    const void *x[6];
    void *y[4];
    bool add[4]; /* y[i] += instead of y[i] = */
    const int32_t *index;
    int64_t n, m; /* n: the last dimension */
    int64_t i[6];
    double p[4];
    int kind;
    const cairn_rng *rng;
} kernel_args;

typedef void (*kernel)(const kernel_args *a, int64_t from, int64_t to, void *scratch);

/* ---- products of matrices: y = x w (kernels_product.inc says how the operands lie) ------------------------------------------------ */

enum {
    PANEL = 16,                   /* columns of w in a panel, words in a line */
    BLOCK = 256,                  /* numbers of a row of x in a block */
    BLOCK_STRIDE = BLOCK + PANEL, /* from one row of a block to the next */
    PART_ROWS = 120               /* rows of a part at most: a block of all of them fits into a second-level cache */
};

/* A packed w. */
typedef struct packed_shape {
    int64_t depth, columns;
    cairn_dtype type; /* F32 or BF16 */
} packed_shape;

static inline int64_t panel_count(const packed_shape *p) {
    return (p->columns + PANEL - 1) / PANEL;
}

static inline int64_t panel_words(const packed_shape *p) {
    return (p->type == CAIRN_BF16 ? (p->depth + 1) / 2 : p->depth) * PANEL;
}

/* Rows of x by w. */
typedef struct product_part {
    const float *x;    /* packed */
    const uint32_t *w; /* packed: the first panel */
    float *y;          /* [rows, columns] */
    packed_shape of;   /* w's */
    int64_t rows;
    bool pairs; /* x too is bf16 */
    bool add;   /* y += */
} product_part;

/* Numbers of a row of x: floats, or pairs. */
static inline int64_t numbers_of(int64_t depth, bool pairs) {
    return pairs ? (depth + 1) / 2 : depth;
}

/* The bits of cairn_bf16_round. */
static inline uint32_t bf16_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t even = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16, quiet = (bits >> 16) | 0x40;
    return (bits & 0x7fffffff) > 0x7f800000 ? quiet : even; /* NaN stays NaN, quiet */
}

/* Where the block of numbers i .. lies, of the group of `rows` rows from row `first` on; block_at(numbers, rows, 0, 0)
 * is the size of all. */
static inline int64_t block_at(int64_t numbers, int64_t first, int64_t rows, int64_t i) {
    return (first * ((numbers + BLOCK - 1) / BLOCK) + rows * (i / BLOCK)) * BLOCK_STRIDE;
}

typedef struct product_kernels {
    void (*multiply)(const product_part *a, int64_t from, int64_t to);
    void (*pack_rows)(const product_part *a, const float *x, int64_t row, bool turned, float *out);
    void (*pack_panels)(const packed_shape *p, const float *w, int64_t row, int64_t step, int64_t from, int64_t to,
                        uint32_t *out);
    bool pairs; /* multiply can take pairs */
} product_kernels;

typedef enum binary_kind { BINARY_ADD, BINARY_SUB, BINARY_MUL } binary_kind;

typedef struct kernels {
    const char *name;
    /* products, the plain way */
    kernel matmul, matmul_dx, matmul_dw;
    product_kernels product; /* of floats only */
    /* rows and columns */
    kernel rows, scatter, copy_columns, add_columns, row_sum, row_sum_back;
    /* elementwise */
    kernel binary, binary_da, binary_db, binary_db_columns, affine, map, map_back, extreme, extreme_back, clamp,
        clamp_back, swiglu, swiglu_back, dropout;
    /* normalisation */
    kernel rmsnorm, rmsnorm_dx, rmsnorm_dgain, layernorm, layernorm_dx, layernorm_dgain, layernorm_dbias;
    /* attention */
    kernel rope, attention, attention_back, paged_store, paged_attention;
    /* distributions and losses */
    kernel softmax, softmax_back, log_softmax, log_softmax_back, token_logp, token_logp_back, bce, bce_back;
    /* optimisers */
    kernel adamw, amsgrad, rmsprop, sgd, average, scale;
    double (*square_sum)(const void *x, int64_t n);
    double (*weighted_sum)(const void *x, const float *weights, int64_t n);
    size_t (*attention_scratch)(int64_t longest, int64_t dim); /* bytes for one thread */
} kernels;

extern const kernels kernels_f64, kernels_f32;
#if defined(__x86_64__)
extern const kernels kernels_f32_avx2, kernels_f32_avx512, kernels_f32_avx512_bf16;
#endif

/* The float kernels of this processor. */
const kernels *kernels_pick(void);

#endif
