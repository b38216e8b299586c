/* cairn/tensor.h: tensors, operations with their gradients, optimisers. Layer: tensor (uses core, stat).
 *
 *   cairn_params_add(params, "w", 2, (int64_t[]){1, 3}, &w);
 *   cairn_tensor *y = cairn_linear(tape, cairn_tape_input(tape, 2, shape, x, false), cairn_tape_param(tape, w), NULL);
 *   cairn_tensor *loss = cairn_loss(tape, y, my_loss, &targets);      // my_loss: numbers -> loss and derivative
 *   if (cairn_tape_backward(tape, loss, 1) == CAIRN_OK) cairn_params_adamw(params, &CAIRN_ADAMW_DEFAULT, step);
 *   cairn_tape_reset(tape);
 *
 * A tape records operations as they are computed; cairn_tape_backward walks it in reverse. Tensors of a tape live until
 * cairn_tape_reset; parameters live in a cairn_params. All numbers of a tape are float, or double on tapes opened for
 * F64 (gradient checks and references); parameters of BF16 products keep float masters.
 *
 * An operation returns its result, or NULL with the text in the context; given a NULL operand it returns NULL, so that
 * a chain needs one check at its end. Shapes are written [rows, n]: an operation on rows takes every leading dimension
 * as rows. A row of a result depends on its own row (attention: on its own prefix) alone, bit for bit, whatever else is
 * in the batch and however many threads work. */
#ifndef CAIRN_TENSOR_H
#define CAIRN_TENSOR_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAIRN_RANK_MOST 4

typedef enum cairn_dtype { CAIRN_F32, CAIRN_F64, CAIRN_BF16 } cairn_dtype;
CAIRN_API const char *cairn_dtype_name(cairn_dtype dtype);
CAIRN_API size_t cairn_dtype_bytes(cairn_dtype dtype);
/* Nearest bfloat16, ties to even; NaN stays NaN. And back, exactly. */
CAIRN_API uint16_t cairn_bf16_round(float value);
CAIRN_API float cairn_bf16_widen(uint16_t value);

/* ---- where it is computed -------------------------------------------------------------------------------------------- */

/* How products of matrices are computed: by the fastest kernels of this processor (with a portable context: as
 * PORTABLE); by kernels whose bits are the same on every processor; or by plain C with sums in another order (the
 * reference of tests; slow). */
typedef enum cairn_matmul_kind { CAIRN_MATMUL_FASTEST, CAIRN_MATMUL_PORTABLE, CAIRN_MATMUL_PLAIN } cairn_matmul_kind;

/* The processor: worker threads, kernels for its instruction set, and packed weights. Used by one thread at a time. */
typedef struct cairn_device cairn_device;
/* threads: 0 for one a processor. Errors: INVALID (also of cairn_kernels_check), NO_MEMORY, IO. */
CAIRN_API cairn_status cairn_device_open(cairn_ctx *ctx, int threads, cairn_matmul_kind kind, cairn_device **out);
CAIRN_API void cairn_device_close(cairn_device *device); /* after every tape and cairn_params of it */
CAIRN_API int cairn_device_threads(const cairn_device *device);
/* Whether products with bf16 weights are the processor's dot products of bf16 pairs, which round the other operand
 * too; else weights are widened as they are used, and the other operand stays as it is. */
CAIRN_API bool cairn_device_has_bf16(const cairn_device *device);
/* Name of the kernels in use: "avx512-bf16", "avx512", "avx2", "plain". */
CAIRN_API const char *cairn_device_kernels(const cairn_device *device);
/* Checks on random products that a row's bits do not depend on how many rows are computed together, and that they are
 * close to the plain kernel's. *worst: greatest relative L2 error of a row. Errors: INTERNAL naming the shape. */
CAIRN_API cairn_status cairn_device_self_test(cairn_device *device, uint64_t seed, double *worst);

/* Between `true` and `false` operations compute nothing and touch no numbers. They make what their products need
 * (packed weights, scratch) and count what the tape would hold: so it is known what a step needs before one is
 * computed. */
CAIRN_API void cairn_device_rehearse(cairn_device *device, bool rehearse);
CAIRN_API size_t cairn_device_scratch(const cairn_device *device); /* bytes of all threads, and of tables */

/* ---- tensors and parameters ------------------------------------------------------------------------------------------ */

typedef struct cairn_tensor {
    int32_t rank;
    int64_t shape[CAIRN_RANK_MOST]; /* row-major, contiguous */
    int64_t size;                   /* elements */
    cairn_dtype dtype;              /* F32 or F64 */
    void *data;                     /* [size] float or double */
    void *grad;                     /* [size] likewise; NULL until a gradient arrived */
    bool needs_grad;
    struct cairn_param *param; /* whose value it is, or NULL */
    struct cairn_tensor *base; /* of a reshaped view: whose data and gradient it shares */
} cairn_tensor;

CAIRN_API int64_t cairn_tensor_rows(const cairn_tensor *x);              /* size / last dimension */
CAIRN_API double cairn_tensor_at(const cairn_tensor *x, int64_t i);      /* element i as double */
CAIRN_API double cairn_tensor_grad_at(const cairn_tensor *x, int64_t i); /* 0 where none arrived */

/* A trainable tensor with its gradient and the optimiser's moments, all of one size. */
typedef struct cairn_param {
    const char *name; /* "blk.0.attn_q.weight" */
    cairn_tensor value;
    void *moments[3];             /* [size] first, second, greatest second (AMSGrad); made by the optimiser */
    double rate;                  /* factor of the optimiser's learning rate; 1 */
    bool decays;                  /* weight decay applies: matrices, not gains and biases */
    bool frozen;                  /* gets no gradient */
    cairn_dtype weights;          /* in which matrix products see it: F32, F64 or BF16 */
    uint64_t version;             /* counts changes of the value: packed copies follow it */
    struct weight_pack *packs[2]; /* the device's packed copies: for x w^T and for dy w */
    uint64_t packed_version[2];
} cairn_param;

typedef struct cairn_params cairn_params;
/* weights: the type in which matrix products see these parameters, F32 or BF16 (rounded from float masters); F64 makes
 * them double, for tapes of that type. */
CAIRN_API cairn_status cairn_params_open(cairn_ctx *ctx, cairn_device *device, cairn_dtype weights, cairn_params **out);
CAIRN_API void cairn_params_close(cairn_params *params);
/* A zeroed parameter; rank >= 2 decays. Errors: INVALID for a name twice, a shape that is not positive; NO_MEMORY. */
CAIRN_API cairn_status cairn_params_add(cairn_params *params, const char *name, int32_t rank, const int64_t *shape,
                                        cairn_param **out);
CAIRN_API cairn_param *cairn_params_find(const cairn_params *params, const char *name); /* or NULL */
CAIRN_API int32_t cairn_params_count(const cairn_params *params);
CAIRN_API cairn_param *cairn_params_get(const cairn_params *params, int32_t index); /* in order of adding */
CAIRN_API int64_t cairn_params_size(const cairn_params *params);                    /* elements in all */
CAIRN_API size_t cairn_params_packed(const cairn_params *params);                   /* bytes of packed copies */
/* Normal numbers of this standard deviation from a stream of (seed, name) alone; the same as float and as double. */
CAIRN_API void cairn_param_init_normal(cairn_param *param, uint64_t seed, double deviation);
/* Uniform numbers in [low, high) from the same stream. */
CAIRN_API void cairn_param_init_uniform(cairn_param *param, uint64_t seed, double low, double high);
/* gain * Q, where the rows of Q, or its columns when there are fewer, are orthonormal (arXiv 1312.6120). Time grows
 * with the square of the smaller side. Errors: INVALID for a vector; NO_MEMORY. */
CAIRN_API cairn_status cairn_param_init_orthogonal(cairn_ctx *ctx, cairn_param *param, uint64_t seed, double gain);
CAIRN_API void cairn_param_fill(cairn_param *param, double value);
/* Says that the value was written from outside. */
CAIRN_API void cairn_param_changed(cairn_param *param);
/* Makes the packed copy that products x w^T read, if it is not there or not up to date. Such a product makes it by
 * itself; a parameter that was packed and does not change can be multiplied by on several devices at the same time.
 * Errors: INVALID for a parameter that is no matrix; NO_MEMORY. */
CAIRN_API cairn_status cairn_param_pack(cairn_device *device, cairn_param *param);

/* ---- tape ------------------------------------------------------------------------------------------------------------- */

typedef struct cairn_tape cairn_tape;
/* dtype: F32 or F64. */
CAIRN_API cairn_status cairn_tape_open(cairn_ctx *ctx, cairn_device *device, cairn_dtype dtype, cairn_tape **out);
CAIRN_API void cairn_tape_close(cairn_tape *tape);
/* Forgets all tensors; keeps the memory, so that a repeated step asks the system for none. */
CAIRN_API void cairn_tape_reset(cairn_tape *tape);
/* Without recording (the state after `false`) nothing is kept for gradients. A new tape records. */
CAIRN_API void cairn_tape_record(cairn_tape *tape, bool record);
/* Memory that lives as long as the tape's tensors, not zeroed; NULL with the text set. */
CAIRN_API void *cairn_tape_scratch(cairn_tape *tape, size_t bytes);
CAIRN_API size_t cairn_tape_bytes(const cairn_tape *tape);   /* held from the system */
CAIRN_API size_t cairn_tape_touched(const cairn_tape *tape); /* of these, that steps have used so far */
CAIRN_API size_t cairn_tape_used(const cairn_tape *tape); /* taken since the last reset, in a rehearsal too; at most */
/* Forgets all tensors and holds `bytes` in one piece: what cairn_tape_used said of the largest step. */
CAIRN_API cairn_status cairn_tape_reserve(cairn_tape *tape, size_t bytes);
/* Adds d(loss)/d(.) * scale to the gradient of every tensor and parameter that needs one. `loss` has one element.
 * Parameters keep adding over several calls (accumulation) until cairn_params_zero_grads. Errors: INVALID, NO_MEMORY.
 */
CAIRN_API cairn_status cairn_tape_backward(cairn_tape *tape, cairn_tensor *loss, double scale);

/* A tensor with these values; `needs_grad` for inputs whose gradient is wanted. */
CAIRN_API cairn_tensor *cairn_tape_input(cairn_tape *tape, int32_t rank, const int64_t *shape, const float *values,
                                         bool needs_grad);
/* The parameter as an operand. */
CAIRN_API cairn_tensor *cairn_tape_param(cairn_tape *tape, cairn_param *param);
CAIRN_API cairn_tensor *cairn_reshape(cairn_tape *tape, cairn_tensor *x, int32_t rank, const int64_t *shape);
CAIRN_API cairn_tensor *cairn_stop_gradient(cairn_tape *tape, cairn_tensor *x);

/* ---- products ---------------------------------------------------------------------------------------------------------- */

/* y = x w^T + b: x [rows, k], w [n, k] (a parameter or not), b [n] or NULL; y [rows, n]. */
CAIRN_API cairn_tensor *cairn_linear(cairn_tape *tape, cairn_tensor *x, cairn_tensor *w, cairn_tensor *b);
/* Row ids[i] of table [v, n]: y [count, n]; its transpose adds gradients row by row. ids are copied. INVALID outside 0
 * .. v-1. */
CAIRN_API cairn_tensor *cairn_rows(cairn_tape *tape, cairn_tensor *table, const int32_t *ids, int64_t count);
/* y[ids[i]] += x[i]: x [count, n], y [rows, n]; sums in order of i. */
CAIRN_API cairn_tensor *cairn_scatter_rows(cairn_tape *tape, cairn_tensor *x, const int32_t *ids, int64_t rows);

/* Causal or full attention in packed sequences with grouped queries (arXiv 2305.13245): q [rows, heads * dim], k and v
 * [rows, kv_heads * dim]; starts[segments + 1]: sequence s is rows starts[s] .. starts[s + 1] - 1. Query head h reads
 * key head h / (heads / kv_heads). y = softmax(q k^T / sqrt(dim)) v, in splits of 64 keys counted from the sequence's
 * start, merged from left to right, so that a row's bits depend on its prefix alone. */
CAIRN_API cairn_tensor *cairn_attention(cairn_tape *tape, cairn_tensor *q, cairn_tensor *k, cairn_tensor *v,
                                        int32_t heads, int32_t kv_heads, const int32_t *starts, int32_t segments,
                                        bool causal);

#define CAIRN_PAGE 16 /* tokens of a page of keys and values */

/* Rows that go on from tokens whose keys and values are kept in pages. Span s is rows starts[s] .. starts[s + 1] - 1,
 * the tokens before[s], before[s] + 1, ... of a sequence; pages[s][p] holds the sequence's tokens 16 p .. 16 p + 15 of
 * all layers, down to the span's last token. One page may stand in several spans, and a span may go on from tokens of
 * another span of the same rows; but each token is written by one span only. */
typedef struct cairn_spans {
    int32_t count;
    const int32_t *starts;      /* [count + 1] */
    const int32_t *before;      /* [count] */
    float *const *const *pages; /* [count][pages of the sequence], each of cairn_page_numbers floats */
    const bool *kept;           /* [count] the span's tokens are in the pages already: they are read and not written */
} cairn_spans;
/* Numbers of a page: keys and values of CAIRN_PAGE tokens in `layers` layers. */
CAIRN_API int64_t cairn_page_numbers(int32_t layers, int32_t kv_heads, int32_t dim);
/* Puts the rows' keys and values into the pages of a layer and gives what cairn_attention gives for these rows of the
 * whole sequences, bit for bit. q [rows, heads * dim], k and v [rows, kv_heads * dim]. Errors: INVALID on a tape that
 * records or is not of F32, and for spans that do not fit the rows. */
CAIRN_API cairn_tensor *cairn_attention_paged(cairn_tape *tape, cairn_tensor *q, cairn_tensor *k, cairn_tensor *v,
                                              int32_t heads, int32_t kv_heads, const cairn_spans *spans, int32_t layer);

/* Rotary positions (arXiv 2104.09864) on x [rows, heads * dim]: elements i and i + dim / 2 of each head turn by
 * positions[row] * base^(-2 i / dim). */
CAIRN_API cairn_tensor *cairn_rope(cairn_tape *tape, cairn_tensor *x, int32_t heads, const int32_t *positions,
                                   double base);

/* ---- normalisation, elementwise ------------------------------------------------------------------------------------------ */

/* x / sqrt(mean(x^2) + eps) * gain (arXiv 1910.07467); gain [n]. */
CAIRN_API cairn_tensor *cairn_rmsnorm(cairn_tape *tape, cairn_tensor *x, cairn_tensor *gain, double eps);
/* (x - mean) / sqrt(var + eps) * gain + bias (arXiv 1607.06450). */
CAIRN_API cairn_tensor *cairn_layernorm(cairn_tape *tape, cairn_tensor *x, cairn_tensor *gain, cairn_tensor *bias,
                                        double eps);
/* a + b, a - b, a * b: equal shapes; b [n] for every row of a; or b [rows, 1] for every column of a. */
CAIRN_API cairn_tensor *cairn_add(cairn_tape *tape, cairn_tensor *a, cairn_tensor *b);
CAIRN_API cairn_tensor *cairn_sub(cairn_tape *tape, cairn_tensor *a, cairn_tensor *b);
CAIRN_API cairn_tensor *cairn_mul(cairn_tape *tape, cairn_tensor *a, cairn_tensor *b);
/* scale * x + shift. */
CAIRN_API cairn_tensor *cairn_affine(cairn_tape *tape, cairn_tensor *x, double scale, double shift);

typedef enum cairn_map_kind {
    CAIRN_RELU,
    CAIRN_GELU, /* x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) (arXiv 1606.08415) */
    CAIRN_SILU, /* x sigmoid(x) */
    CAIRN_SIGMOID,
    CAIRN_TANH,
    CAIRN_EXP,
    CAIRN_LOG,
    CAIRN_SOFTPLUS, /* ln(1 + e^x) */
    CAIRN_SQUARE,
    CAIRN_ELU, /* x, or e^x - 1 below 0 */
    CAIRN_ABS, /* its slope at 0 is 0 */
    CAIRN_SQRT,
    CAIRN_RECIPROCAL, /* 1 / x */
    CAIRN_MAP_COUNT
} cairn_map_kind;
CAIRN_API cairn_tensor *cairn_map(cairn_tape *tape, cairn_tensor *x, cairn_map_kind kind);
/* The smaller and the greater of two elements; equal shapes. The gradient goes to the winner, of equals to a. */
CAIRN_API cairn_tensor *cairn_min(cairn_tape *tape, cairn_tensor *a, cairn_tensor *b);
CAIRN_API cairn_tensor *cairn_max(cairn_tape *tape, cairn_tensor *a, cairn_tensor *b);
CAIRN_API cairn_tensor *cairn_extreme(cairn_tape *tape, cairn_tensor *a, cairn_tensor *b, bool greatest);
/* x limited to low .. high; no gradient outside. */
CAIRN_API cairn_tensor *cairn_clamp(cairn_tape *tape, cairn_tensor *x, double low, double high);
/* silu(gate) * up (arXiv 2002.05202). */
CAIRN_API cairn_tensor *cairn_swiglu(cairn_tape *tape, cairn_tensor *gate, cairn_tensor *up);
/* Zeroes each element with probability p and scales the others by 1 / (1 - p): element i by number i of the stream. */
CAIRN_API cairn_tensor *cairn_dropout(cairn_tape *tape, cairn_tensor *x, double p, cairn_rng rng);

/* ---- columns, reductions --------------------------------------------------------------------------------------------------- */

CAIRN_API cairn_tensor *cairn_concat(cairn_tape *tape, cairn_tensor *a, cairn_tensor *b); /* [rows, n + m] */
CAIRN_API cairn_tensor *cairn_columns(cairn_tape *tape, cairn_tensor *x, int64_t from,
                                      int64_t to); /* columns from .. to - 1 */
/* Column `column` of x [rows, n] as [rows]; column columns[r] of each row r. INVALID outside 0 .. n - 1. */
CAIRN_API cairn_tensor *cairn_take(cairn_tape *tape, cairn_tensor *x, int64_t column);
CAIRN_API cairn_tensor *cairn_pick(cairn_tape *tape, cairn_tensor *x, const int32_t *columns);
/* y[r, j] = x[r] for j in 0 .. n - 1: one number for a whole row. x has `rows` elements in any shape. */
CAIRN_API cairn_tensor *cairn_spread(cairn_tape *tape, cairn_tensor *x, int64_t n);
/* The rows of parts[0], then those of parts[1], ...: [all rows, n]. */
CAIRN_API cairn_tensor *cairn_stack(cairn_tape *tape, cairn_tensor *const *parts, int64_t count);
CAIRN_API cairn_tensor *cairn_softmax(cairn_tape *tape, cairn_tensor *x);
CAIRN_API cairn_tensor *cairn_log_softmax(cairn_tape *tape, cairn_tensor *x);
CAIRN_API cairn_tensor *cairn_row_sum(cairn_tape *tape, cairn_tensor *x); /* [rows] */
/* Over segments: starts[segments + 1], rising from 0 to the rows of x; segment s is rows starts[s] .. starts[s + 1] -
 * 1. Sums: x [count] or [count, n] to [segments] or [segments, n]. Softmax: x [count], each segment a distribution. */
CAIRN_API cairn_tensor *cairn_segment_sum(cairn_tape *tape, cairn_tensor *x, const int32_t *starts, int32_t segments);
CAIRN_API cairn_tensor *cairn_segment_softmax(cairn_tape *tape, cairn_tensor *x, const int32_t *starts,
                                              int32_t segments);
/* sum of weights[i] x[i] / divisor, as one number: means, masked means and packed losses. x has `count` elements. */
CAIRN_API cairn_tensor *cairn_weighted_sum(cairn_tape *tape, cairn_tensor *x, const float *weights, double divisor);

/* ---- losses, one number a row ------------------------------------------------------------------------------------------------ */

/* log softmax(x)[target] in nats: x [rows, n], y [rows]. A target of -1 gives 0 and no gradient. */
CAIRN_API cairn_tensor *cairn_token_logp(cairn_tape *tape, cairn_tensor *logits, const int32_t *targets);
/* Binary cross-entropy of a logit against a target in [0, 1]: -(t ln s(x) + (1 - t) ln(1 - s(x))). x [rows]. */
CAIRN_API cairn_tensor *cairn_bce(cairn_tape *tape, cairn_tensor *logits, const float *targets);

/* A loss from a pure function of all n elements of x: it sets *loss and slope[i] = d(loss)/d(x[i]); slope arrives
 * zeroed. It is called once, when the operation is computed, with doubles on every tape. A status other than OK makes
 * the operation NULL. */
typedef cairn_status (*cairn_loss_fn)(cairn_ctx *ctx, void *arg, int64_t n, const double *x, double *loss,
                                      double *slope);
CAIRN_API cairn_tensor *cairn_loss(cairn_tape *tape, cairn_tensor *x, cairn_loss_fn function, void *arg);

/* ---- optimisers -------------------------------------------------------------------------------------------------------------- */

CAIRN_API void cairn_params_zero_grads(cairn_params *params);
/* L2 norm of all gradients together, in double, in a fixed order. Errors: INVALID naming the parameter whose gradient
 * is not finite. */
CAIRN_API cairn_status cairn_params_grad_norm(cairn_params *params, double *out);
/* Scales all gradients by most / norm when the norm is greater than `most`. *norm: before. Errors: as grad_norm. */
CAIRN_API cairn_status cairn_params_clip(cairn_params *params, double most, double *norm);

typedef struct cairn_adamw {
    double rate, beta1, beta2, epsilon, decay;
    bool amsgrad; /* divide by the greatest second moment so far (arXiv 1904.09237) */
} cairn_adamw;
#define CAIRN_ADAMW_DEFAULT ((cairn_adamw){.rate = 1e-3, .beta1 = 0.9, .beta2 = 0.95, .epsilon = 1e-8, .decay = 0.1})
/* The first `count` moments of all parameters that are not frozen, zero where there were none: so that a checkpoint can
 * fill them. */
CAIRN_API cairn_status cairn_params_moments(cairn_params *params, int count);
/* One step of AdamW (arXiv 1711.05101) with bias correction; step counts from 1. Errors: NO_MEMORY; INVALID. */
CAIRN_API cairn_status cairn_params_adamw(cairn_params *params, const cairn_adamw *options, int64_t step);
typedef struct cairn_rmsprop {
    double rate, smoothing, epsilon, decay;
} cairn_rmsprop;
#define CAIRN_RMSPROP_DEFAULT ((cairn_rmsprop){.rate = 1e-3, .smoothing = 0.99, .epsilon = 1e-8})
/* v = s v + (1 - s) grad^2; value -= rate * (grad / (sqrt(v) + epsilon) + decay * value), s the smoothing. */
CAIRN_API cairn_status cairn_params_rmsprop(cairn_params *params, const cairn_rmsprop *options);
/* velocity = momentum * velocity + grad; value -= rate * (velocity + decay * value). */
CAIRN_API cairn_status cairn_params_sgd(cairn_params *params, double rate, double momentum, double decay);
/* average = decay * average + (1 - decay) * value, parameter by parameter; frozen ones are copied. Errors: INVALID when
 * names or shapes differ. */
CAIRN_API cairn_status cairn_params_average(cairn_params *average, const cairn_params *params, double decay);

typedef enum cairn_schedule_kind {
    CAIRN_SCHEDULE_CONSTANT,
    CAIRN_SCHEDULE_LINEAR,
    CAIRN_SCHEDULE_COSINE
} cairn_schedule_kind;
typedef struct cairn_schedule {
    cairn_schedule_kind kind;
    double peak, last;     /* rate after the warm-up and at the end */
    int64_t warmup, steps; /* steps of linear warm-up; steps in all */
} cairn_schedule;
/* Rate of step 1 .. steps: rises by peak / warmup a step, then falls to `last` along a line or half a cosine. */
CAIRN_API double cairn_schedule_rate(const cairn_schedule *schedule, int64_t step);

#ifdef __cplusplus
}
#endif
#endif
