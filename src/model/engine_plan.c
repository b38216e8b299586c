/* What an engine needs, found before its first step. */
#include "model/engine_job.h"

/* ---- the largest step: every row is a sequence of its own, as long as the context, that goes on by one token ------------------------ */

typedef struct widest {
    int32_t *tokens, *starts, *before;
    bool *kept;
    float *const **pages;
} widest;

static void close_widest(widest *w) {
    cairn_free(w->tokens);
    cairn_free(w->starts);
    cairn_free(w->before);
    cairn_free(w->kept);
    cairn_free(w->pages);
}

static cairn_status open_widest(cairn_ctx *ctx, int32_t rows, int32_t context, widest *w) {
    size_t n = (size_t)rows;
    w->tokens = cairn_alloc(ctx, n, sizeof *w->tokens);
    w->starts = cairn_alloc(ctx, n + 1, sizeof *w->starts);
    w->before = cairn_alloc(ctx, n, sizeof *w->before);
    w->kept = cairn_alloc(ctx, n, sizeof *w->kept);
    w->pages = cairn_alloc(ctx, n, sizeof *w->pages);
    if (!w->tokens || !w->starts || !w->before || !w->kept || !w->pages) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < rows; i++) {
        w->starts[i + 1] = i + 1;
        w->before[i] = context - 1;
    }
    return CAIRN_OK;
}

static cairn_status rehearse(cairn_engine *e, const widest *w, int32_t rows) {
    const cairn_spans spans = {rows, w->starts, w->before, w->pages, w->kept};
    size_t blocks = ((size_t)e->model->shape.context + CAIRN_PAGE - 1) / CAIRN_PAGE;
    cairn_tensor *hidden = cairn_transformer_extend(e->tape, e->model, w->tokens, &spans);
    for (int32_t i = 0; i < rows; i++) e->logit_rows[i] = i;
    if (!cairn_transformer_logits(e->tape, e->model, hidden ? cairn_rows(e->tape, hidden, e->logit_rows, rows) : NULL))
        return cairn_fail_within(e->ctx, CAIRN_NO_MEMORY, "an engine");
    e->tape_bytes =
        cairn_tape_used(e->tape) + (size_t)rows * (blocks * sizeof(float *) + 64); /* and the pages of the spans */
    return CAIRN_OK;
}

cairn_status engine_rehearse(cairn_engine *e, cairn_device *device, int32_t rows) {
    widest w = {0};
    cairn_status status = open_widest(e->ctx, rows, e->model->shape.context, &w);
    cairn_device_rehearse(device, true);
    if (status == CAIRN_OK) status = rehearse(e, &w, rows);
    cairn_device_rehearse(device, false);
    close_widest(&w);
    return status == CAIRN_OK ? cairn_tape_reserve(e->tape, e->tape_bytes) : status;
}

/* ---- what is held ------------------------------------------------------------------------------------------------------------------- */

void cairn_engine_add_held(const cairn_engine *engine, cairn_engine_held *sum) {
    const kv_tree *tree = engine->tree;
    size_t page = (size_t)tree->page_numbers * sizeof(float);
    sum->weights += (size_t)cairn_params_size(engine->model->params) * sizeof(float);
    sum->working += cairn_params_packed(engine->model->params) + cairn_device_scratch(engine->device);
    sum->step += engine->tape_bytes;
    sum->stepped += cairn_tape_touched(engine->tape);
    sum->cache += page * (size_t)tree->n_pages;
    sum->cached += page * (size_t)tree->most_used;
    sum->asked += page * (size_t)tree->taken;
    sum->listed += kv_listed(tree);
}

/* ---- the plan ---------------------------------------------------------------------------------------------------------------------- */

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
