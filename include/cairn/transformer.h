/* cairn/transformer.h: a Llama-shaped decoder with any number of named heads on one trunk. Layer: model (uses core,
 * tensor).
 *
 *     cairn_device_open(ctx, 0, CAIRN_MATMUL_FASTEST, &device);
 *     cairn_transformer_load(ctx, device, "policy.gguf", CAIRN_F32, &model, &tokenizer);
 *     cairn_tape_open(ctx, device, CAIRN_F32, &tape);
 *     cairn_tensor *trunk = cairn_transformer_trunk(tape, model, tokens, starts, segments);   // [rows, D]
 *     cairn_tensor *logits = cairn_transformer_logits(tape, model, trunk);                    // [rows, V]
 *     cairn_transformer_save(ctx, model, tokenizer, CAIRN_BF16, "copy.gguf");
 *
 * Sequences are packed: the rows are the tokens of all sequences in order, and starts[] says where each sequence
 * begins. There is no padding. A row depends on the tokens up to it in its own sequence alone. */
#ifndef CAIRN_TRANSFORMER_H
#define CAIRN_TRANSFORMER_H

#include "cairn/model.h"
#include "cairn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cairn_transformer_shape {
    int32_t vocabulary; /* V tokens */
    int32_t width;      /* D: of the trunk; a multiple of 2 * heads */
    int32_t layers, heads, kv_heads;
    int32_t feed_forward; /* F: of the gated layer */
    int32_t context;      /* positions it is meant for */
    double rope_base;     /* 0: 10,000 */
    double norm_eps;      /* 0: 1e-5 */
    bool tied;            /* the vocabulary head shares the embedding */
} cairn_transformer_shape;

typedef enum cairn_head_kind {
    CAIRN_HEAD_VOCABULARY, /* logits of the next token [V]; "output": every decoder has it */
    CAIRN_HEAD_CLASSIFIER, /* logits of classes: of a step's label, of an outcome (arXiv 2501.07301) */
    CAIRN_HEAD_VALUE,      /* one logit of success */
    CAIRN_HEAD_VECTOR      /* plain numbers */
} cairn_head_kind;

typedef struct cairn_head {
    const char *name;
    cairn_head_kind kind;
    int32_t outputs;
    int32_t hidden;  /* 0: one linear map; else linear(D, hidden), relu, linear(hidden, outputs) */
    bool likelihood; /* reads CAIRN_LIKELIHOODS numbers after the D of the row: D below is larger by these */
    cairn_param *inner, *inner_bias; /* [hidden, D], [hidden]; NULL where hidden is 0 */
    cairn_param *outer, *outer_bias; /* [outputs, hidden or D], [outputs] */
} cairn_head;

/* One layer's parameters. All matrices are [out, in]. */
typedef struct cairn_block {
    cairn_param *attention_norm, *feed_forward_norm; /* [D] */
    cairn_param *q, *k, *v, *o;                      /* [D, D], [Dkv, D], [Dkv, D], [D, D] */
    cairn_param *gate, *up, *down;                   /* [F, D], [F, D], [D, F] */
} cairn_block;

typedef struct cairn_transformer {
    cairn_transformer_shape shape;
    cairn_params *params;
    cairn_param *embedding, *norm, *output; /* [V, D], [D], [V, D] or NULL when tied */
    cairn_block *blocks;                    /* [layers] */
    cairn_head **heads;                     /* [n_heads] beside the vocabulary */
    int32_t n_heads;
} cairn_transformer;

/* Parameters named as in GGUF files of this architecture (token_embd.weight, blk.N.attn_q.weight, ...), all zero.
 * `weights` is F32, BF16, or F64 (for tapes of doubles). Errors: INVALID for a shape that does not fit together;
 * NO_MEMORY. */
CAIRN_API cairn_status cairn_transformer_open(cairn_ctx *ctx, cairn_device *device,
                                              const cairn_transformer_shape *shape, cairn_dtype weights,
                                              cairn_transformer **out);
CAIRN_API void cairn_transformer_close(cairn_transformer *model); /* NULL is fine */
/* Random first values from a seed: normal with deviation sqrt(2 / (5 width)) (arXiv:1910.05895), of outputs into the
 * residual stream divided by sqrt(2 layers); gains 1. */
CAIRN_API void cairn_transformer_init(cairn_transformer *model, uint64_t seed);
/* Makes the packed copies of all weights that products read, heads included. While no parameter changes, any number of
 * tapes that do not record, on devices of their own, may then compute with the model at the same time. Errors:
 * NO_MEMORY. */
CAIRN_API cairn_status cairn_transformer_pack(cairn_device *device, const cairn_transformer *model);
/* A head on the trunk's output, zero or (with cairn_transformer_init after it) random. `likelihood`: it also reads how
 * likely the decoder itself finds the tokens of the step (cairn_head_apply_steps). Parameters head.NAME.0.weight,
 * .bias, head.NAME.2.weight, .bias. Errors: INVALID for a name twice. */
CAIRN_API cairn_status cairn_transformer_add_head(cairn_ctx *ctx, cairn_transformer *model, const char *name,
                                                  cairn_head_kind kind, int32_t outputs, int32_t hidden,
                                                  bool likelihood);
CAIRN_API const cairn_head *cairn_transformer_head(const cairn_transformer *model, const char *name); /* or NULL */

/* The trunk: tokens[rows] of `segments` sequences, starts[segments + 1]; each sequence's positions count from 0.
 * Returns the normalised last layer [rows, D], or NULL. Errors: INVALID for a token outside the vocabulary. */
CAIRN_API cairn_tensor *cairn_transformer_trunk(cairn_tape *tape, const cairn_transformer *model, const int32_t *tokens,
                                                const int32_t *starts, int32_t segments);
/* The same for rows that continue tokens in pages (cairn_attention_paged) of cairn_page_numbers(layers, kv_heads, width
 * / heads) floats. The pages then hold these rows too. The bits of a row are those of cairn_transformer_trunk on its
 * whole sequence. Errors: as above; INVALID on a tape that records. */
CAIRN_API cairn_tensor *cairn_transformer_extend(cairn_tape *tape, const cairn_transformer *model,
                                                 const int32_t *tokens, const cairn_spans *spans);
/* Logits of the next token: hidden [rows, D] to [rows, V]. */
CAIRN_API cairn_tensor *cairn_transformer_logits(cairn_tape *tape, const cairn_transformer *model,
                                                 cairn_tensor *hidden);
/* A head's numbers: hidden [rows, D] to [rows, outputs]. Select the rows to read with cairn_rows before. */
CAIRN_API cairn_tensor *cairn_head_apply(cairn_tape *tape, const cairn_head *head, cairn_tensor *hidden);

/* Steps in rows of a trunk. Step i is read at row marks[i]. Token targets[j] belongs to step of[j], and row text[j]
 * predicts it. */
typedef struct cairn_step_rows {
    const int32_t *marks; /* [n_marks] */
    int64_t n_marks;
    const int32_t *text, *targets, *of; /* [n_text]; for heads that read likelihoods */
    int64_t n_text;
} cairn_step_rows;
enum { CAIRN_LIKELIHOODS = 3 };
/* A head's numbers for steps: [n_marks, outputs]. A head that reads likelihoods also gets three sums over the step's
 * tokens, of ln p, of p - 1 and of (p - 1)^2, where p is the decoder's own probability of the token. */
CAIRN_API cairn_tensor *cairn_head_apply_steps(cairn_tape *tape, const cairn_transformer *model, const cairn_head *head,
                                               cairn_tensor *hidden, const cairn_step_rows *rows);

/* Floating-point operations of computing rows [from, to) of one sequence whose earlier keys are in the cache: matrices
 * of the layers and products of attention, with `logits` the vocabulary head too. A multiplication and an addition
 * count two. */
CAIRN_API double cairn_transformer_flops(const cairn_transformer_shape *shape, int64_t from, int64_t to, bool logits);
/* The same of a head on one row. */
CAIRN_API double cairn_head_flops(const cairn_head *head, int32_t width);

/* ---- files (docs/models.md) ---------------------------------------------------------------------------------------------- */

/* Writes a model with its heads and tokenizer (NULL: none) as one GGUF file: matrices as `stored`, F32 or BF16, gains
 * and biases as f32; the file appears whole or not at all. Errors: INVALID for a model of doubles; IO. */
CAIRN_API cairn_status cairn_transformer_save(cairn_ctx *ctx, const cairn_transformer *model,
                                              const cairn_tokenizer *tokenizer, cairn_dtype stored, const char *path);
/* Reads one: checks its checksum where it has one. `tokenizer` may be NULL: then it is not read. Errors: those of
 * cairn_gguf_open and cairn_transformer_get; NOT_FOUND and FORMAT for a tokenizer that is missing or larger than the
 * vocabulary. */
CAIRN_API cairn_status cairn_transformer_load(cairn_ctx *ctx, cairn_device *device, const char *path,
                                              cairn_dtype weights, cairn_transformer **model,
                                              cairn_tokenizer **tokenizer);
/* The same from a file that is open. */
CAIRN_API cairn_status cairn_transformer_read(cairn_ctx *ctx, cairn_device *device, const cairn_gguf *file,
                                              cairn_dtype weights, cairn_transformer **model,
                                              cairn_tokenizer **tokenizer);
/* The decoder alone, into and out of an open file. `arena` and the model must stay until the file is written. Errors
 * name the file and the key or tensor: NOT_FOUND for what is missing; FORMAT for what does not fit together or is not
 * finite; UNSUPPORTED for another architecture, scaled or partial rotary positions, tensors of other types than f32 and
 * bf16. */
CAIRN_API cairn_status cairn_transformer_put(cairn_ctx *ctx, const cairn_transformer *model, cairn_dtype stored,
                                             cairn_arena *arena, cairn_gguf_writer *writer);
CAIRN_API cairn_status cairn_transformer_get(cairn_ctx *ctx, cairn_device *device, const cairn_gguf *file,
                                             cairn_dtype weights, cairn_transformer **out);
/* What cairn_transformer_get gives, with all numbers zero: only the metadata of the file is read. */
CAIRN_API cairn_status cairn_transformer_outline(cairn_ctx *ctx, cairn_device *device, const cairn_gguf *file,
                                                 cairn_dtype weights, cairn_transformer **out);

#ifdef __cplusplus
}
#endif
#endif
