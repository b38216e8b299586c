/* Engines on model files: a model is there once in the process, an engine once on a context. */
#include "core/context.h"
#include "model/engine_job.h"
#include "model/shared_model.h"

/* An engine and what it runs on; in the list of the context that it was loaded on. */
struct loaded_engine {
    struct loaded_engine *next;
    shared_model *model;
    cairn_device *device; /* of one thread: workers of a run are threads already */
    cairn_engine *engine;
    cairn_engine_options options;
    bool portable;
    int64_t uses;
};

static void close_loaded(struct loaded_engine *l) {
    cairn_engine_close(l->engine);
    cairn_device_close(l->device);
    if (l->model) shared_model_give(l->model);
    cairn_free(l);
}

/* Takes over one use of the model, also when it fails. */
static cairn_status open_loaded(cairn_ctx *ctx, shared_model *model, const cairn_engine_options *options,
                                struct loaded_engine **out) {
    struct loaded_engine *l = cairn_alloc(ctx, 1, sizeof *l);
    if (!l) {
        shared_model_give(model);
        return CAIRN_NO_MEMORY;
    }
    *l = (struct loaded_engine){.model = model, .options = *options, .portable = cairn_ctx_portable(ctx)};
    cairn_status status = cairn_device_open(ctx, 1, CAIRN_MATMUL_FASTEST, &l->device);
    if (status == CAIRN_OK)
        status = cairn_engine_open(ctx, l->device, model->transformer, model->tokenizer, options, &l->engine);
    if (status != CAIRN_OK) {
        close_loaded(l);
        return status;
    }
    l->engine->content = model->content;
    *out = l;
    return CAIRN_OK;
}

/* The engine on the context that this request is for, or NULL. */
static struct loaded_engine *find(const cairn_ctx *ctx, const shared_model *model,
                                  const cairn_engine_options *options) {
    for (struct loaded_engine *l = ctx->engines; l; l = l->next)
        if (l->model == model && l->options.cache_bytes == options->cache_bytes && l->options.rows == options->rows &&
            l->portable == cairn_ctx_portable(ctx))
            return l;
    return NULL;
}

cairn_status cairn_engine_load(cairn_ctx *ctx, const char *path, cairn_dtype weights,
                               const cairn_engine_options *options, cairn_engine **out) {
    shared_model *model;
    CAIRN_TRY(shared_model_take(ctx, path, weights, &model));
    struct loaded_engine *l = find(ctx, model, options);
    if (l) {
        shared_model_give(model); /* the engine has its own use */
    } else {
        CAIRN_TRY(open_loaded(ctx, model, options, &l));
        l->next = ctx->engines;
        ctx->engines = l;
    }
    l->uses++;
    *out = l->engine;
    return CAIRN_OK;
}

void cairn_engine_unload(cairn_engine *engine) {
    if (!engine) return;
    struct loaded_engine **at = &engine->ctx->engines, *l;
    while ((*at)->engine != engine) at = &(*at)->next;
    l = *at;
    if (--l->uses > 0) return;
    *at = l->next;
    close_loaded(l);
}
