/* What it takes to load a model file and run an engine on it. */
#include "model/engine_job.h"

/* A model file whose numbers were not read, and an engine on it. */
typedef struct outline {
    cairn_gguf *file;
    cairn_device *device;
    cairn_transformer *model;
    cairn_tokenizer *tokenizer;
    cairn_engine *engine;
    size_t read;   /* bytes that the file took when it was read: an engine at work has none of them */
    size_t before; /* resident before the engine was opened, without these */
} outline;

static cairn_status open_outline(cairn_ctx *ctx, const char *path, cairn_dtype weights, int threads,
                                 const cairn_engine_options *options, outline *o) {
    size_t empty = cairn_resident_memory().now;
    CAIRN_TRY(cairn_gguf_open(ctx, path, &o->file));
    o->read = cairn_resident_memory().now;
    o->read = o->read > empty ? o->read - empty : 0;
    CAIRN_TRY(cairn_device_open(ctx, threads, CAIRN_MATMUL_FASTEST, &o->device));
    CAIRN_TRY(cairn_transformer_outline(ctx, o->device, o->file, weights, &o->model));
    CAIRN_TRY(cairn_tokenizer_get(ctx, o->file, &o->tokenizer));
    o->before = cairn_resident_memory().now - o->read;
    return cairn_engine_open(ctx, o->device, o->model, o->tokenizer, options, &o->engine);
}

static void close_outline(outline *o) {
    cairn_engine_close(o->engine);
    cairn_tokenizer_close(o->tokenizer);
    cairn_transformer_close(o->model);
    cairn_device_close(o->device);
    cairn_gguf_close(o->file);
}

static void measure(const outline *o, cairn_engine_need *need) {
    cairn_memory_plan *m = &need->memory;
    const kv_tree *tree = o->engine->tree;
    size_t page = (size_t)tree->page_numbers * sizeof(float), program = cairn_resident_memory().now - o->read;
    size_t numbers = (size_t)cairn_params_size(o->model->params) * sizeof(float);
    bool bf16 = o->model->embedding->weights == CAIRN_BF16;
    need->parameters = cairn_params_size(o->model->params);
    need->token_bytes = page / CAIRN_PAGE;
    need->cache_tokens = (int64_t)tree->n_pages * CAIRN_PAGE;
    m->reading = o->before + numbers + cairn_gguf_size(o->file); /* which is read whole, for its checksum */
    cairn_memory_add(m, "weights", "f32", numbers);
    cairn_memory_add(m, "packed weights", bf16 ? "copies for products, bf16" : "copies for products, f32",
                     cairn_params_packed(o->model->params));
    cairn_memory_add(m, "keys and values", "of the cache, full", page * (size_t)tree->n_pages);
    cairn_memory_add(m, "activations", "of a step with all rows", o->engine->tape_bytes);
    cairn_memory_add(m, "scratch", "of products and attention, all threads", cairn_device_scratch(o->device));
    cairn_memory_add(m, "program", "with libraries, their products, tokenizer", program);
}

cairn_status cairn_engine_plan(cairn_ctx *ctx, const char *path, cairn_dtype weights, int threads,
                               const cairn_engine_options *options, cairn_engine_need *out) {
    outline o = {0};
    *out = (cairn_engine_need){0};
    cairn_status status = open_outline(ctx, path, weights, threads, options, &o);
    if (status == CAIRN_OK) measure(&o, out);
    close_outline(&o);
    return status;
}
