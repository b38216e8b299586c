/* cairn/engine.h: generating, scoring and reading sequences with shared prefixes. Layer: model (uses core, tensor).
 *
 *     cairn_engine_load(ctx, "policy.gguf", CAIRN_F32, &CAIRN_ENGINE_DEFAULT, &engine);
 *     cairn_generation g = {.tokens = prompt, .n_tokens = n, .max_tokens = 64, .decoding = CAIRN_DECODING_DEFAULT, .rng = rng};
 *     cairn_request *all[] = {&g.request};
 *     cairn_await(ctx, cairn_engine_backend(engine), all, 1);   // then g.generated[0 .. g.n_generated), g.logp_raw
 *     cairn_generation_clear(engine, &g);
 *     cairn_engine_unload(engine);
 *
 * An engine is a backend: every step computes one batch of rows of all open requests, and a request is answered as soon
 * as its own rows are done. Sequences with the same prefix share its keys and values, computed once. A reply depends on
 * its request alone, bit for bit: never on other requests, on threads, or on the contents of the cache. */
#ifndef CAIRN_ENGINE_H
#define CAIRN_ENGINE_H

#include "cairn/model.h"
#include "cairn/transformer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- sampling a token ------------------------------------------------------------------------------------------------ */

/* Which tokens can be drawn. The logits are divided by the temperature; then top-k, top-p and min-p remove tokens, in
 * this order. Of equally likely tokens the one with the smaller number comes first. */
typedef struct cairn_decoding {
    double temperature; /* 0: the most likely token */
    int32_t top_k;      /* the k most likely tokens; 0: all (arXiv 1805.04833) */
    double top_p;       /* the fewest of the most likely that together have this share; 1: all (arXiv 1904.09751) */
    double min_p;       /* those at least this times as likely as the most likely; 0: all (arXiv 2407.01082) */
} cairn_decoding;
#define CAIRN_DECODING_DEFAULT ((cairn_decoding){.temperature = 1, .top_k = 0, .top_p = 1, .min_p = 0})

typedef struct cairn_drawn {
    int32_t token;
    int32_t choices;   /* tokens that could have been drawn */
    double logp_raw;   /* ln of its probability at temperature 1 among all tokens [nats] */
    double logp_drawn; /* as it was drawn; 0 at temperature 0 */
} cairn_drawn;
/* The token that the number u in [0, 1) draws. weights [n] and order [n] are scratch. Errors: INVALID for options out
 * of range, and for logits that are NaN, +infinity or all -infinity, naming the first. */
CAIRN_API cairn_status cairn_sample(cairn_ctx *ctx, const float *logits, int32_t n, const cairn_decoding *decoding,
                                    double u, double *weights, int32_t *order, cairn_drawn *out);
/* ln of the probability of `token` at temperature 1 [nats], the same bits as logp_raw. Errors: as above. */
CAIRN_API cairn_status cairn_logit_logp(cairn_ctx *ctx, const float *logits, int32_t n, int32_t token, double *out);

/* The same for every token, into out[n], among those of which legal[i] holds (NULL: all): -infinity for the others.
 * Errors: as above, looking at legal tokens only; INVALID when there are none. */
CAIRN_API cairn_status cairn_logit_logps(cairn_ctx *ctx, const float *logits, int32_t n, const bool *legal,
                                         double *out);

/* ---- the engine -------------------------------------------------------------------------------------------------------- */

typedef struct cairn_engine cairn_engine;
typedef struct cairn_engine_options {
    size_t cache_bytes; /* bound on kept keys and values */
    int32_t rows;       /* computed in one step, at most */
} cairn_engine_options;
#define CAIRN_ENGINE_DEFAULT ((cairn_engine_options){.cache_bytes = (size_t)256 << 20, .rows = 256})

/* An engine on a model of the caller's. Without a tokenizer (NULL) requests have no stop texts. Model, device and
 * tokenizer must outlive the engine. After a change of the model's parameters the caller calls cairn_engine_forget.
 * Errors: INVALID; NO_MEMORY. */
CAIRN_API cairn_status cairn_engine_open(cairn_ctx *ctx, cairn_device *device, const cairn_transformer *model,
                                         const cairn_tokenizer *tokenizer, const cairn_engine_options *options,
                                         cairn_engine **out);
CAIRN_API void cairn_engine_close(cairn_engine *engine); /* no request may be open; NULL is fine */

/* An engine on a model file. Decoder, heads, tokenizer and packed weights are read-only and in memory once for each
 * content of a file and `weights`, however many threads and roles load it: the root context of `ctx` keeps them until
 * the last engine on them is unloaded. The engine itself, with its cache and device of one thread, belongs to `ctx`:
 * what is loaded on one context with equal options is one engine. `ctx` must stay open until then. Errors: those of
 * cairn_transformer_load and cairn_engine_open. */
CAIRN_API cairn_status cairn_engine_load(cairn_ctx *ctx, const char *path, cairn_dtype weights,
                                         const cairn_engine_options *options, cairn_engine **out);
/* Ends one use of a loaded engine, which has none of the caller's requests open; NULL is fine. */
CAIRN_API void cairn_engine_unload(cairn_engine *engine);

/* What an engine runs on. */
CAIRN_API const cairn_transformer *cairn_engine_model(const cairn_engine *engine);
CAIRN_API const cairn_tokenizer *cairn_engine_tokenizer(const cairn_engine *engine); /* NULL: it has none */
CAIRN_API cairn_device *cairn_engine_device(const cairn_engine *engine);
CAIRN_API uint64_t cairn_engine_content(const cairn_engine *engine); /* key of the file it was loaded from, else 0 */
CAIRN_API cairn_backend *cairn_engine_backend(cairn_engine *engine);
/* Empties the cache, because parameters changed. No request may be open. */
CAIRN_API void cairn_engine_forget(cairn_engine *engine);

/* The memory that an engine on a model file takes with a full cache and all rows in a step. `threads`: of the device,
 * as cairn_device_open counts them. The context decides which kernels it has (cairn_ctx_set_portable). */
typedef struct cairn_engine_need {
    int64_t parameters;
    size_t token_bytes;   /* keys and values of one token */
    int64_t cache_tokens; /* capacity of the cache */
    cairn_memory_plan memory;
} cairn_engine_need;
/* Reads the metadata of the file, but no numbers. Errors: those of cairn_transformer_load and cairn_engine_open. */
CAIRN_API cairn_status cairn_engine_plan(cairn_ctx *ctx, const char *path, cairn_dtype weights, int threads,
                                         const cairn_engine_options *options, cairn_engine_need *out);

/* What open engines hold [bytes], added up; zeroed before its first use. An engine that several policies and rewards
 * share counts once in a sum, and so does a model that several engines share (up to CAIRN_HELD_MOST of both). */
enum { CAIRN_HELD_MOST = 64 };
typedef struct cairn_engine_held {
    size_t weights;                       /* of the models, f32 */
    size_t packed;                        /* of the models: packed copies for products */
    size_t working;                       /* scratch of the devices */
    size_t step;                          /* activations of a step with all rows */
    size_t stepped;                       /* activations of the largest step so far */
    size_t cache;                         /* keys and values, when the cache is full */
    size_t cached;                        /* keys and values, the most so far */
    size_t asked;                         /* keys and values that were computed so far, as if none had been evicted */
    size_t listed;                        /* tokens of the cache's sequences */
    const void *counted[CAIRN_HELD_MOST]; /* [n_counted] engines and models in this sum */
    int32_t n_counted;
} cairn_engine_held;
CAIRN_API void cairn_engine_add_held(const cairn_engine *engine, cairn_engine_held *sum);

/* A sequence that the engine knows while it is held. Its keys and values may be evicted; they are then computed again.
 */
typedef int32_t cairn_prefix;
#define CAIRN_PREFIX_EMPTY 0
/* The sequence `from` and then tokens, held; nothing is computed yet. Errors: INVALID for a token outside the
 * vocabulary; NO_MEMORY. */
CAIRN_API cairn_status cairn_engine_prefix(cairn_engine *engine, cairn_prefix from, const int32_t *tokens,
                                           int32_t count, cairn_prefix *out);
CAIRN_API void cairn_engine_hold(cairn_engine *engine, cairn_prefix prefix);
CAIRN_API void cairn_engine_release(cairn_engine *engine, cairn_prefix prefix);
CAIRN_API int32_t cairn_engine_length(const cairn_engine *engine, cairn_prefix prefix); /* tokens */
/* Writes its tokens to out[length]. */
CAIRN_API void cairn_engine_tokens(const cairn_engine *engine, cairn_prefix prefix, int32_t *out);

typedef enum cairn_finish {
    CAIRN_FINISH_LENGTH, /* max_tokens were generated */
    CAIRN_FINISH_TOKEN,  /* a stop token, which is the last of the tokens */
    CAIRN_FINISH_TEXT,   /* a stop text, completed by the last of the tokens */
    CAIRN_FINISH_CONTEXT /* the model's context is full */
} cairn_finish;

/* One request: read the prefix, generate, then read the suffix. Arrays of the request must stay until it is done. */
typedef struct cairn_generation {
    cairn_request request;
    /* asked */
    cairn_prefix from;
    const int32_t *tokens; /* [n_tokens] after `from`; together they are the prefix, of at least one token */
    int32_t n_tokens;
    int32_t max_tokens; /* 0: generate nothing */
    cairn_decoding decoding;
    cairn_rng rng; /* generated token number i is drawn by the stream's block rng.index + i */
    const int32_t *stop_tokens;
    int32_t n_stop_tokens;
    const char *const *stop_texts; /* none is empty */
    int32_t n_stop_texts;
    const int32_t *suffix; /* [n_suffix] tokens to be scored after the generated ones */
    int32_t n_suffix;
    const int32_t *rows; /* [n_rows] positions in the prefix, rising, whose trunk rows are returned */
    int32_t n_rows;
    /* answered, when request.status is OK; lives until cairn_generation_clear */
    int32_t *generated; /* [n_generated] */
    int32_t n_generated;
    double *logp_raw, *logp_drawn; /* [n_generated] as in cairn_drawn */
    double *suffix_logp;           /* [n_suffix] as logp_raw */
    float *trunk;                  /* [n_rows, D] normalised last layer, for cairn_head_apply */
    cairn_finish finish;
    int32_t stop;           /* index of the stop token or stop text; -1 for none */
    size_t text_length;     /* with stop texts: bytes of the generated text before the stop text, or all */
    cairn_prefix end;       /* prefix, generated tokens and suffix, held */
    struct engine_job *job; /* the engine's own */
} cairn_generation;
/* Releases `end` and frees what was answered; the request can be used again. For requests that failed or were cancelled
 * too. */
CAIRN_API void cairn_generation_clear(cairn_engine *engine, cairn_generation *generation);

typedef struct cairn_engine_stats {
    int64_t steps;
    int64_t computed;                      /* rows of tokens that were not in the cache */
    int64_t recomputed;                    /* rows of tokens that were, for their logits or trunk row */
    int64_t found;                         /* prefix tokens of requests that were in the cache at submission */
    int64_t evicted;                       /* tokens whose keys and values were evicted */
    int32_t pages, pages_used, pages_most; /* of CAIRN_PAGE tokens: in all, now, at most so far */
    int32_t prefixes;                      /* nodes of the tree */
    int32_t open;                          /* requests */
} cairn_engine_stats;
CAIRN_API cairn_engine_stats cairn_engine_statistics(const cairn_engine *engine);

#ifdef __cplusplus
}
#endif
#endif
