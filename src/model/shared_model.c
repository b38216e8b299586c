#include "model/shared_model.h"

#include "core/context.h"
#include "model/gguf.h"

/* All models of a root context, and what they were read with. */
typedef struct shelf {
    context_thing thing;
    cairn_ctx *ctx;       /* of the models: they outlive the contexts that ask for them */
    cairn_device *device; /* packs their weights */
    pthread_mutex_t lock; /* all below and the uses of the models */
    shared_model *models;
} shelf;

static void shelf_stop(context_thing *thing) {
    (void)thing;
}

static void shelf_close(context_thing *thing) {
    shelf *s = (shelf *)thing;
    cairn_device_close(s->device);
    cairn_ctx_close(s->ctx);
    pthread_mutex_destroy(&s->lock);
    cairn_free(s);
}

static cairn_status shelf_open(cairn_ctx *ctx, const void *arg, context_thing **out) {
    (void)arg;
    shelf *s = cairn_alloc(ctx, 1, sizeof *s);
    if (!s) return CAIRN_NO_MEMORY;
    s->thing = (context_thing){.stop = shelf_stop, .close = shelf_close};
    pthread_mutex_init(&s->lock, NULL);
    cairn_status status = cairn_ctx_child(ctx, &s->ctx);
    if (status == CAIRN_OK) {
        s->ctx->fiber = NULL;
        status = cairn_device_open(s->ctx, 1, CAIRN_MATMUL_FASTEST, &s->device);
        if (status != CAIRN_OK) cairn_fail(ctx, status, "%s", cairn_error(s->ctx));
    }
    if (status != CAIRN_OK) {
        shelf_close(&s->thing);
        return status;
    }
    *out = &s->thing;
    return CAIRN_OK;
}

static cairn_status shelf_of(cairn_ctx *ctx, shelf **out) {
    context_thing *thing;
    CAIRN_TRY(context_thing_of(ctx, "models", shelf_open, NULL, &thing));
    *out = (shelf *)thing;
    return CAIRN_OK;
}

static void close_model(shared_model *m) {
    cairn_transformer_close(m->transformer);
    cairn_tokenizer_close(m->tokenizer);
    cairn_free(m);
}

/* Reads the model and packs its weights. The file's bytes are freed before the packed copies are made. */
static cairn_status read_model(shelf *s, const char *path, cairn_dtype weights, shared_model **out) {
    cairn_gguf *file;
    shared_model *m = cairn_alloc(s->ctx, 1, sizeof *m);
    if (!m) return CAIRN_NO_MEMORY;
    m->weights = weights;
    cairn_status status = cairn_gguf_open(s->ctx, path, &file);
    if (status == CAIRN_OK) {
        m->content = cairn_gguf_key(file);
        m->size = cairn_gguf_size(file);
        status = cairn_transformer_read(s->ctx, s->device, file, weights, &m->transformer, &m->tokenizer);
        cairn_gguf_close(file);
    }
    if (status == CAIRN_OK) status = cairn_transformer_pack(s->device, m->transformer);
    if (status != CAIRN_OK) {
        close_model(m);
        return status;
    }
    *out = m;
    return CAIRN_OK;
}

static shared_model *find(const shelf *s, uint64_t content, size_t size, cairn_dtype weights) {
    shared_model *m = s->models;
    while (m && (m->content != content || m->size != size || m->weights != weights)) m = m->next;
    return m;
}

/* With the lock held, which keeps others from reading the same file meanwhile. */
static cairn_status find_or_read(shelf *s, const char *path, uint64_t content, size_t size, cairn_dtype weights,
                                 shared_model **out) {
    shared_model *read;
    *out = find(s, content, size, weights);
    if (*out) return CAIRN_OK;
    CAIRN_TRY(read_model(s, path, weights, &read));
    *out = find(s, read->content, read->size, weights); /* the file was replaced by one that is here */
    if (*out) {
        close_model(read);
        return CAIRN_OK;
    }
    read->shelf = s;
    read->next = s->models;
    s->models = *out = read;
    return CAIRN_OK;
}

cairn_status shared_model_take(cairn_ctx *ctx, const char *path, cairn_dtype weights, shared_model **out) {
    shelf *s;
    uint64_t content;
    size_t size;
    CAIRN_TRY(shelf_of(ctx, &s));
    CAIRN_TRY(gguf_file_key(ctx, path, &content, &size));
    pthread_mutex_lock(&s->lock);
    cairn_status status = find_or_read(s, path, content, size, weights, out);
    if (status == CAIRN_OK)
        (*out)->uses++;
    else
        cairn_fail(ctx, status, "%s", cairn_error(s->ctx));
    pthread_mutex_unlock(&s->lock);
    return status;
}

void shared_model_give(shared_model *model) {
    shelf *s = model->shelf;
    pthread_mutex_lock(&s->lock);
    bool last = --model->uses == 0;
    shared_model **at = &s->models;
    while (*at != model) at = &(*at)->next;
    if (last) *at = model->next;
    pthread_mutex_unlock(&s->lock);
    if (last) close_model(model);
}
