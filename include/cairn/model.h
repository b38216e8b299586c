/* cairn/model.h: model files, tokenizers, stepped solutions as tokens. Layer: model (uses core).
 *
 *     cairn_gguf_open(ctx, "policy.gguf", &file);
 *     cairn_gguf_get_u32(ctx, file, "llama.block_count", &layers);
 *     cairn_tokenizer_get(ctx, file, &tokenizer);
 *     cairn_tokenizer_encode(ctx, tokenizer, text, strlen(text), &tokens);   // tokens.ids[0 .. tokens.count)
 *     cairn_solution_format_of(ctx, tokenizer, context, &format);
 *     cairn_solution_encode(ctx, &format, "name", problem, steps, n_steps, true, &solution);
 *
 * GGUF (versions 2 and 3, little-endian) is read whole and written as a stream. A byte-level BPE tokenizer is stored in
 * such a file under the ecosystem's keys (docs/models.md). A model file is hostile input: every count, length, offset
 * and product is checked against the file's size before it is used. An error names file, byte and field. */
#ifndef CAIRN_MODEL_H
#define CAIRN_MODEL_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes owned by another object; not NUL-terminated. */
typedef struct cairn_bytes {
    const char *data;
    size_t length;
} cairn_bytes;

/* ---- GGUF: reading ---------------------------------------------------------------------------------------------------- */

/* What a metadata value is; the numbers are the file's. */
typedef enum cairn_gguf_kind {
    CAIRN_GGUF_U8 = 0,
    CAIRN_GGUF_I8 = 1,
    CAIRN_GGUF_U16 = 2,
    CAIRN_GGUF_I16 = 3,
    CAIRN_GGUF_U32 = 4,
    CAIRN_GGUF_I32 = 5,
    CAIRN_GGUF_F32 = 6,
    CAIRN_GGUF_BOOL = 7,
    CAIRN_GGUF_STRING = 8,
    CAIRN_GGUF_ARRAY = 9,
    CAIRN_GGUF_U64 = 10,
    CAIRN_GGUF_I64 = 11,
    CAIRN_GGUF_F64 = 12,
    CAIRN_GGUF_KINDS
} cairn_gguf_kind;
CAIRN_API const char *cairn_gguf_kind_name(cairn_gguf_kind kind); /* "u32", "string", ... */

/* How a tensor's elements are stored; the numbers are the file's (ggml's). */
enum {
    CAIRN_GGML_F32 = 0,
    CAIRN_GGML_F16 = 1,
    CAIRN_GGML_Q8_0 = 8,
    CAIRN_GGML_Q4_K = 12,
    CAIRN_GGML_Q6_K = 14,
    CAIRN_GGML_BF16 = 30
};
typedef struct cairn_ggml_layout {
    const char *name;    /* "q4_K"; "unknown" for a number that ggml has not given out or has withdrawn */
    int32_t block;       /* elements stored together; 0 when the layout is not known here */
    int32_t block_bytes; /* bytes of such a block */
} cairn_ggml_layout;
CAIRN_API cairn_ggml_layout cairn_ggml_layout_of(uint32_t type);

enum {
    CAIRN_GGUF_RANK = 4 /* dimensions of a tensor, at most */,
    CAIRN_GGUF_DEPTH = 4 /* arrays inside each other, likewise */
};

typedef struct cairn_gguf_entry {
    const char *key;
    cairn_gguf_kind kind;
    cairn_gguf_kind element; /* of an array; else `kind` */
    uint64_t count;          /* elements of an array; else 1 */
    uint64_t offset;         /* of the value in the file [bytes]; of an array, of its first element */
    uint64_t size;           /* of the value (of an array, of its elements) [bytes] */
} cairn_gguf_entry;

typedef struct cairn_gguf_tensor {
    const char *name;
    int32_t rank; /* 0 (a single number) .. CAIRN_GGUF_RANK */
    /* shape[0] is the dimension whose elements lie beside each other; 1 from `rank` on */
    int64_t shape[CAIRN_GGUF_RANK];
    int64_t elements; /* product of the shape */
    uint32_t type;    /* CAIRN_GGML_... */
    size_t bytes;     /* of the data; 0 when the layout of `type` is not known here */
    uint64_t offset;  /* of the data in the file [bytes] */
    const void *data; /* [bytes], inside the file's bytes */
} cairn_gguf_tensor;

/* A file that was read and checked. It is constant: any number of threads may use it, each with its own context. */
typedef struct cairn_gguf cairn_gguf;
/* Reads a file into memory: it may change afterwards. A file of more than half the machine's memory is mapped, and must
 * not be truncated in place while it is open. Errors: NOT_FOUND; IO, also when it was changed meanwhile; UNSUPPORTED
 * for another version or byte order; LIMIT for arrays deeper than CAIRN_GGUF_DEPTH; FORMAT, "FILE: byte N: FIELD: ...",
 * for everything else, duplicate keys or tensors, tensors that overlap or reach beyond the file, and text that is not
 * UTF-8 among it. Bytes after the last tensor are ignored. */
CAIRN_API cairn_status cairn_gguf_open(cairn_ctx *ctx, const char *path, cairn_gguf **out);
/* The same from memory that the caller keeps; `name` stands for the path in errors. Tensors are as aligned as `bytes`
 * is. */
CAIRN_API cairn_status cairn_gguf_open_memory(cairn_ctx *ctx, const void *bytes, size_t size, const char *name,
                                              cairn_gguf **out);
CAIRN_API void cairn_gguf_close(cairn_gguf *file); /* NULL is fine */

CAIRN_API const char *cairn_gguf_path(const cairn_gguf *file);
CAIRN_API uint32_t cairn_gguf_version(const cairn_gguf *file);
CAIRN_API size_t cairn_gguf_size(const cairn_gguf *file);      /* of the whole file [bytes] */
CAIRN_API size_t cairn_gguf_alignment(const cairn_gguf *file); /* of the tensors [bytes] */
CAIRN_API int32_t cairn_gguf_entries(const cairn_gguf *file);  /* metadata, in file order */
CAIRN_API const cairn_gguf_entry *cairn_gguf_entry_at(const cairn_gguf *file, int32_t i);
CAIRN_API const cairn_gguf_entry *cairn_gguf_find(const cairn_gguf *file, const char *key); /* NULL: no such key */

/* The value of a key. Integers of any width and sign are read as the type asked for when they fit, floats likewise (an
 * f64 is rounded to f32). Errors: NOT_FOUND when the key is missing; FORMAT when the value is of another kind or does
 * not fit. */
CAIRN_API cairn_status cairn_gguf_get_u32(cairn_ctx *ctx, const cairn_gguf *file, const char *key, uint32_t *out);
CAIRN_API cairn_status cairn_gguf_get_u64(cairn_ctx *ctx, const cairn_gguf *file, const char *key, uint64_t *out);
CAIRN_API cairn_status cairn_gguf_get_i64(cairn_ctx *ctx, const cairn_gguf *file, const char *key, int64_t *out);
CAIRN_API cairn_status cairn_gguf_get_f32(cairn_ctx *ctx, const cairn_gguf *file, const char *key, float *out);
CAIRN_API cairn_status cairn_gguf_get_f64(cairn_ctx *ctx, const cairn_gguf *file, const char *key, double *out);
CAIRN_API cairn_status cairn_gguf_get_bool(cairn_ctx *ctx, const cairn_gguf *file, const char *key, bool *out);
/* A string lies in the file's bytes; it may hold NUL characters. */
CAIRN_API cairn_status cairn_gguf_get_string(cairn_ctx *ctx, const cairn_gguf *file, const char *key, cairn_bytes *out);
/* The same NUL-terminated, in `arena`. Errors: FORMAT too when it holds a NUL character. */
CAIRN_API cairn_status cairn_gguf_get_text(cairn_ctx *ctx, const cairn_gguf *file, const char *key, cairn_arena *arena,
                                           const char **out);
/* Arrays, in `arena`; their strings lie in the file's bytes. */
CAIRN_API cairn_status cairn_gguf_get_strings(cairn_ctx *ctx, const cairn_gguf *file, const char *key,
                                              cairn_arena *arena, const cairn_bytes **out, size_t *count);
CAIRN_API cairn_status cairn_gguf_get_f32s(cairn_ctx *ctx, const cairn_gguf *file, const char *key, cairn_arena *arena,
                                           const float **out, size_t *count);
CAIRN_API cairn_status cairn_gguf_get_i32s(cairn_ctx *ctx, const cairn_gguf *file, const char *key, cairn_arena *arena,
                                           const int32_t **out, size_t *count);

CAIRN_API int32_t cairn_gguf_tensors(const cairn_gguf *file); /* in the order of the file's directory */
CAIRN_API const cairn_gguf_tensor *cairn_gguf_tensor_at(const cairn_gguf *file, int32_t i);
CAIRN_API const cairn_gguf_tensor *cairn_gguf_find_tensor(const cairn_gguf *file, const char *name); /* NULL: none */
/* The tensor `name`, which must have this shape ([rank]; NULL: any). Errors: NOT_FOUND; FORMAT with both shapes. */
CAIRN_API cairn_status cairn_gguf_get_tensor(cairn_ctx *ctx, const cairn_gguf *file, const char *name, int32_t rank,
                                             const int64_t *shape, const cairn_gguf_tensor **out);

/* Compares the file with its entry `cairn.checksum`, which the writer below puts into every file: it covers every byte
 * but its own. Errors: NOT_FOUND when there is none; FORMAT when the file has changed since. */
CAIRN_API cairn_status cairn_gguf_verify(cairn_ctx *ctx, const cairn_gguf *file);
CAIRN_API uint64_t cairn_gguf_key(const cairn_gguf *file); /* hash of all bytes: equal files have equal keys */

/* ---- GGUF: writing ---------------------------------------------------------------------------------------------------- */

/* Collects metadata and the places of tensors, then writes them. The same calls with the same values give the same
 * bytes. Metadata is kept in memory; tensors are not copied: they must stay as they are until cairn_gguf_write has
 * returned. */
typedef struct cairn_gguf_writer cairn_gguf_writer;
CAIRN_API cairn_status cairn_gguf_writer_open(cairn_ctx *ctx, cairn_gguf_writer **out);
CAIRN_API void cairn_gguf_writer_close(cairn_gguf_writer *writer); /* NULL is fine */

/* Entries, in the order of the calls. Errors: INVALID for a key that is empty, longer than 65,535 bytes, already there,
 * the writer's own (`cairn.checksum`, `general.alignment`) or not UTF-8, and for text that is not UTF-8. */
CAIRN_API cairn_status cairn_gguf_put_u32(cairn_gguf_writer *writer, const char *key, uint32_t value);
CAIRN_API cairn_status cairn_gguf_put_u64(cairn_gguf_writer *writer, const char *key, uint64_t value);
CAIRN_API cairn_status cairn_gguf_put_i32(cairn_gguf_writer *writer, const char *key, int32_t value);
CAIRN_API cairn_status cairn_gguf_put_i64(cairn_gguf_writer *writer, const char *key, int64_t value);
CAIRN_API cairn_status cairn_gguf_put_f32(cairn_gguf_writer *writer, const char *key, float value);
CAIRN_API cairn_status cairn_gguf_put_bool(cairn_gguf_writer *writer, const char *key, bool value);
CAIRN_API cairn_status cairn_gguf_put_text(cairn_gguf_writer *writer, const char *key, const char *text);
CAIRN_API cairn_status cairn_gguf_put_strings(cairn_gguf_writer *writer, const char *key, const cairn_bytes *strings,
                                              size_t count);
CAIRN_API cairn_status cairn_gguf_put_f32s(cairn_gguf_writer *writer, const char *key, const float *values,
                                           size_t count);
CAIRN_API cairn_status cairn_gguf_put_i32s(cairn_gguf_writer *writer, const char *key, const int32_t *values,
                                           size_t count);
/* Entry `i` of another file, of whatever kind, as it is; the writer's own keys are left out. */
CAIRN_API cairn_status cairn_gguf_put_entry(cairn_gguf_writer *writer, const cairn_gguf *file, int32_t i);

/* A tensor of f32 values in memory ([product of shape]), stored as CAIRN_GGML_F32 or CAIRN_GGML_BF16 (rounded to
 * nearest, ties to even). Errors: INVALID for a name that is empty, longer than 63 bytes, already there or not UTF-8, a
 * rank or shape out of range, or another type. */
CAIRN_API cairn_status cairn_gguf_put_tensor(cairn_gguf_writer *writer, const char *name, uint32_t type, int32_t rank,
                                             const int64_t *shape, const float *values);
/* A tensor whose bytes are already stored as `type`, e.g. those of another file. Errors: as above; INVALID too when a
 * row does not fill whole blocks or the layout of `type` is not known here. */
CAIRN_API cairn_status cairn_gguf_put_data(cairn_gguf_writer *writer, const char *name, uint32_t type, int32_t rank,
                                           const int64_t *shape, const void *data);
/* Writes all of it to `path` (cairn_out: the file appears whole or not at all) with its checksum; memory stays flat,
 * tensors are read twice. The writer may be used on. Errors: IO; INVALID when a tensor's values changed meanwhile
 * (nothing appears). */
CAIRN_API cairn_status cairn_gguf_write(cairn_gguf_writer *writer, const char *path);

/* ---- tokenizer: byte-level BPE (arXiv 1508.07909 on bytes) -------------------------------------------------------------- */

#define CAIRN_NO_TOKEN (-1)

/* A tokenizer that was trained or read. It is constant: any number of threads may use it, each with its own context.
 * Tokens are numbered from 0. An ordinary token stands for bytes; a special token (<s>, <step>, ...) for itself: no
 * text encodes to it. */
typedef struct cairn_tokenizer cairn_tokenizer;
CAIRN_API void cairn_tokenizer_close(cairn_tokenizer *tokenizer); /* NULL is fine */

CAIRN_API int32_t cairn_tokenizer_size(const cairn_tokenizer *tokenizer);   /* tokens */
CAIRN_API int32_t cairn_tokenizer_merges(const cairn_tokenizer *tokenizer); /* merge rules */
/* 64-bit key of all tokens and rules: equal for equal tokenizers. */
CAIRN_API uint64_t cairn_tokenizer_key(const cairn_tokenizer *tokenizer);
/* The tokens that begin and end a text and fill up a batch (<s>, </s> and <pad> where they were trained), or
 * CAIRN_NO_TOKEN. */
CAIRN_API int32_t cairn_tokenizer_bos(const cairn_tokenizer *tokenizer);
CAIRN_API int32_t cairn_tokenizer_eos(const cairn_tokenizer *tokenizer);
CAIRN_API int32_t cairn_tokenizer_pad(const cairn_tokenizer *tokenizer);
/* The special token of this name ("<step>"), or CAIRN_NO_TOKEN. */
CAIRN_API int32_t cairn_token_special(const cairn_tokenizer *tokenizer, const char *name);
CAIRN_API bool cairn_token_is_special(const cairn_tokenizer *tokenizer, int32_t token);
/* The bytes of an ordinary token (any bytes: a character may be spread over several tokens), the name of a special one;
 * data is NULL when there is no such token. Lives as long as the tokenizer. */
CAIRN_API cairn_bytes cairn_token_text(const cairn_tokenizer *tokenizer, int32_t token);

/* A growing array of tokens; zeroed before its first use. */
typedef struct cairn_tokens {
    int32_t *ids; /* [count] */
    size_t count, capacity;
} cairn_tokens;
CAIRN_API cairn_status cairn_tokens_add(cairn_ctx *ctx, cairn_tokens *tokens, int32_t token);
CAIRN_API void cairn_tokens_free(cairn_tokens *tokens);

/* Appends the tokens of `text`: any bytes, which need not be UTF-8 and may look like a special token. The text is cut
 * into pieces (docs/models.md); in each, the pair of adjacent tokens with the earliest rule is merged, the leftmost
 * first, until none is left. Time n log n in the length of the longest piece. Errors: no memory; LIMIT for a piece of
 * 2^30 bytes. On failure nothing was appended. */
CAIRN_API cairn_status cairn_tokenizer_encode(cairn_ctx *ctx, const cairn_tokenizer *tokenizer, const char *text,
                                              size_t length, cairn_tokens *out);
/* Appends the bytes of these tokens; special tokens leave nothing, or their names when `specials`. Errors: INVALID for
 * a token that does not exist (then nothing was appended). */
CAIRN_API cairn_status cairn_tokenizer_decode(cairn_ctx *ctx, const cairn_tokenizer *tokenizer, const int32_t *tokens,
                                              size_t count, bool specials, cairn_text *out);

/* Decoding token by token, for display: bytes come out as soon as they end a character, or cannot begin one. Zeroed
 * before its first use. */
typedef struct cairn_decoder {
    char held[4]; /* the beginning of a character */
    int32_t n_held;
} cairn_decoder;
/* Appends what `token` makes complete; special tokens leave nothing. Errors: INVALID for a token that does not exist.
 */
CAIRN_API cairn_status cairn_decoder_add(cairn_ctx *ctx, cairn_decoder *decoder, const cairn_tokenizer *tokenizer,
                                         int32_t token, cairn_text *out);
/* Appends what is still held: with it, all bytes came out as cairn_tokenizer_decode gives them. The decoder is then as
 * new. */
CAIRN_API cairn_status cairn_decoder_end(cairn_ctx *ctx, cairn_decoder *decoder, cairn_text *out);

/* ---- tokenizer: training and files --------------------------------------------------------------------------------------- */

typedef struct cairn_bpe_options {
    int32_t vocabulary;          /* tokens wanted, special ones included; at least 256 + n_specials */
    const char *const *specials; /* [n_specials] names of 2 to 64 printable ASCII characters without spaces */
    int32_t n_specials;
    int64_t min_count; /* a pair that occurs less often is not merged; 0: 2 */
} cairn_bpe_options;

/* Learns from texts in any order: the result depends on what they hold, not on the order, nor on how often memory
 * moved. Each step merges the pair of adjacent tokens that occurs most often (overlapping occurrences count), of equals
 * the one with the smallest left token, then the smallest right token. Tokens 0 to 255 are the bytes, then come the
 * merges in order, then the special tokens. No ordinary token gets the text of a special one. Not thread-safe. */
typedef struct cairn_bpe_trainer cairn_bpe_trainer;
/* Errors: INVALID for options out of range. */
CAIRN_API cairn_status cairn_bpe_open(cairn_ctx *ctx, const cairn_bpe_options *options, cairn_bpe_trainer **out);
/* Counts the pieces of one text. Memory grows with the different pieces only. Errors: no memory; LIMIT when these have
 * 2^30 bytes. */
CAIRN_API cairn_status cairn_bpe_add(cairn_bpe_trainer *trainer, const char *text, size_t length);
/* The tokenizer. It has fewer tokens than asked for when no pair is left that occurs often enough. The trainer can
 * still be added to and trained again. */
CAIRN_API cairn_status cairn_bpe_train(cairn_bpe_trainer *trainer, cairn_tokenizer **out);
CAIRN_API void cairn_bpe_close(cairn_bpe_trainer *trainer); /* NULL is fine */

#define CAIRN_PRETOKENIZER "cairn-1" /* `cairn.pretokenizer`: how text is cut into pieces (docs/models.md) */

/* Puts the tokenizer's entries (tokenizer.ggml.*) into a file under way. */
CAIRN_API cairn_status cairn_tokenizer_put(cairn_ctx *ctx, const cairn_tokenizer *tokenizer, cairn_gguf_writer *writer);
/* The tokenizer inside a file. Errors: NOT_FOUND when it has none; UNSUPPORTED, naming model and pre-tokenizer, when it
 * is not of Cairn's own kind; FORMAT when its entries contradict each other. */
CAIRN_API cairn_status cairn_tokenizer_get(cairn_ctx *ctx, const cairn_gguf *file, cairn_tokenizer **out);

/* ---- stepped solutions as tokens: the one way for training, scoring and serving ------------------------------------------- */

/* The special tokens of a stepped solution, in the order in which trainers are given them. */
#define CAIRN_SOLUTION_SPECIALS \
    { "<s>", "</s>", "<sep>", "<step>", "<pad>" }

/* <s> problem <sep> step_1 <step> step_2 <step> ... step_K <step> </s>; what the world answered to a step stands after
 * it: step_1 <step> observation_1 <sep> step_2 <step> ... */
typedef struct cairn_solution_format {
    const cairn_tokenizer *tokenizer;
    int32_t begin, separator, step, end; /* <s>, <sep>, <step>, </s> */
    int32_t context;                     /* tokens, at most */
} cairn_solution_format;
/* Errors: INVALID naming the special token that the tokenizer lacks, or for a context below 1. */
CAIRN_API cairn_status cairn_solution_format_of(cairn_ctx *ctx, const cairn_tokenizer *tokenizer, int32_t context,
                                                cairn_solution_format *out);

/* One solution; zeroed before its first use, then used again and again. All positions count from the <s>. */
typedef struct cairn_solution_tokens {
    cairn_tokens tokens;
    /* [n_steps] the last token of each step, <step> or the <sep> of its observation: where its score is read. */
    int32_t *step_ends;
    /* [n_steps] the <step> after its text: the tokens from there to the step's end are given, not learned. */
    int32_t *text_ends;
    int32_t n_steps;
    int32_t prompt; /* tokens up to and with <sep>; the first of the solution has this position */
    size_t step_capacity, text_capacity;
} cairn_solution_tokens;
/* Encodes each text for itself and joins the numbers, so that a step's tokens never depend on its neighbours, and text
 * that looks like a special token stays text. `finished`: with </s>. `name` is said in errors. Errors: LIMIT, naming
 * it, for more than `context` tokens (nothing is ever cut off); NO_MEMORY. */
CAIRN_API cairn_status cairn_solution_encode(cairn_ctx *ctx, const cairn_solution_format *format, const char *name,
                                             const char *problem, const char *const *steps, int32_t n_steps,
                                             bool finished, cairn_solution_tokens *out);
/* The same with observations [n_steps], NULL for steps without one; NULL: none has one. */
CAIRN_API cairn_status cairn_solution_encode_turns(cairn_ctx *ctx, const cairn_solution_format *format,
                                                   const char *name, const char *problem, const char *const *steps,
                                                   const char *const *observations, int32_t n_steps, bool finished,
                                                   cairn_solution_tokens *out);
/* Whether the token at `position` belongs to an observation. Positions of one pass rise, and *turn, 0 at first, follows
 * them. */
CAIRN_API bool cairn_solution_is_observed(const cairn_solution_tokens *solution, int32_t position, int32_t *turn);
/* Appends the tokens of a text with which another step begins: those of the whole step's encoding, without <step>.
 * `out` is a solution that is not finished. Errors: LIMIT, naming `name`; NO_MEMORY. */
CAIRN_API cairn_status cairn_solution_begin(cairn_ctx *ctx, const cairn_solution_format *format, const char *name,
                                            const char *text, cairn_solution_tokens *out);
/* targets[i]: the token after position i where that is one of the solution's (its steps, <step>, </s>), else -1:
 * problem, <sep> and observations are given, not learned. [tokens.count] */
CAIRN_API void cairn_solution_targets(const cairn_solution_tokens *solution, int32_t *targets);
CAIRN_API void cairn_solution_free(cairn_solution_tokens *solution);

#ifdef __cplusplus
}
#endif
#endif
