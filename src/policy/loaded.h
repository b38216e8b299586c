/* What a policy or a reward needs of an engine on one context: the form of solutions, and a tape for heads. The engine
 * is loaded from a file, or the caller's own. */
#ifndef CAIRN_POLICY_LOADED_H
#define CAIRN_POLICY_LOADED_H

#include "cairn/engine.h"

typedef struct loaded_options {
    const char *file;
    int64_t cache; /* MiB of keys and values */
    int64_t rows;  /* computed in one step, at most */
    bool bf16;
} loaded_options;

/* The rows of an options table for a `loaded_options` at `member` of a configuration. */
#define LOADED_OPTIONS(type, member) LOADED_OPTIONS_WITH(type, member, NULL, "")
/* The same with a preset of the file, and what more is said of it. */
#define LOADED_OPTIONS_WITH(type, member, file_, help_)                                                             \
    CAIRN_TEXT_AS("file", type, member.file, file_, "", "model file (GGUF) by cairn train" help_),                  \
        CAIRN_INT_AS("cache", type, member.cache, "256", 1, 1 << 20, "MiB", "kept keys and values of each worker"), \
        CAIRN_INT_AS("rows", type, member.rows, "256", 1, 65536, "tokens", "computed together, at most"),           \
        CAIRN_BOOL_AS("bf16", type, member.bf16, "false", "multiply in bf16")

typedef struct loaded {
    cairn_engine *engine;
    bool from_file; /* loaded for this: it is unloaded in the end */
    const cairn_transformer *model;
    const cairn_tokenizer *tokenizer;
    cairn_solution_format format;
    cairn_tape *tape; /* for heads on the engine's rows; records nothing */
} loaded;

/* From a file. Errors: those of cairn_engine_load; INVALID for a tokenizer without the special tokens of solutions. On
 * failure nothing is left open. */
cairn_status loaded_open(cairn_ctx *ctx, const loaded_options *options, loaded *out);
/* On an engine of the caller's, which must stay open. Errors: INVALID, also for an engine without a tokenizer. */
cairn_status loaded_on(cairn_ctx *ctx, cairn_engine *engine, loaded *out);
void loaded_close(loaded *l);
/* FLOPs of reading rows [.., to) of a text whose first `known` parts (problem, steps, begun step) are in the cache. The
 * last row of these is computed again, because something follows it. */
double loaded_read_flops(const loaded *l, const cairn_solution_tokens *text, int32_t known, int64_t to);
/* Waits for requests to the engine; each says its own status. Fails when all did: NO_MEMORY; CANCELLED; INVALID where
 * nothing could be asked. */
cairn_status loaded_await(cairn_ctx *ctx, loaded *l, cairn_request *const *requests, int32_t n);

#endif
