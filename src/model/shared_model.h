/* Model files that are in memory once, however many engines run on them. */
#ifndef CAIRN_MODEL_SHARED_MODEL_H
#define CAIRN_MODEL_SHARED_MODEL_H

#include "cairn/transformer.h"

/* A model file that was read. Constant, with its weights packed, so that any number of threads may compute with it. */
typedef struct shared_model {
    struct shared_model *next;
    struct shelf *shelf; /* that holds it */
    cairn_transformer *transformer;
    cairn_tokenizer *tokenizer;
    uint64_t content; /* cairn_gguf_key */
    size_t size;      /* of the file [bytes] */
    cairn_dtype weights;
    int64_t uses;
} shared_model;

/* The model in the file at `path`. It is read unless the root context of `ctx` holds one of the same bytes and
 * `weights`; the file is looked at each time, so a path whose content changed gives another model. Thread-safe. Errors:
 * those of cairn_transformer_load. */
cairn_status shared_model_take(cairn_ctx *ctx, const char *path, cairn_dtype weights, shared_model **out);
/* Ends one use; the last one frees the model. Thread-safe. */
void shared_model_give(shared_model *model);

#endif
