/* The life of contexts. */
#include <stdlib.h>

#include "core/context.h"

cairn_status cairn_ctx_open(cairn_ctx **out) {
    *out = NULL;
    cairn_ctx *ctx = calloc(1, sizeof *ctx);
    context_shared *shared = calloc(1, sizeof *shared);
    if (!ctx || !shared) {
        free(ctx);
        free(shared);
        return CAIRN_NO_MEMORY;
    }
    ctx->shared = shared;
    ctx->root = true;
    pthread_mutex_init(&shared->log_lock, NULL);
    atomic_store(&shared->log_most, -1);
    if (faults_from_environment(ctx) != CAIRN_OK) {
        cairn_ctx_close(ctx);
        return CAIRN_INVALID;
    }
    *out = ctx;
    return CAIRN_OK;
}

cairn_status cairn_ctx_child(cairn_ctx *parent, cairn_ctx **out) {
    cairn_ctx *ctx = cairn_alloc(parent, 1, sizeof *ctx);
    if (!ctx) return CAIRN_NO_MEMORY;
    ctx->shared = parent->shared;
    ctx->fiber = parent->fiber;
    ctx->portable = parent->portable;
    *out = ctx;
    return CAIRN_OK;
}

void cairn_ctx_close(cairn_ctx *ctx) {
    if (!ctx) return;
    if (ctx->root) {
        pthread_mutex_destroy(&ctx->shared->log_lock);
        free(ctx->shared);
    }
    free(ctx);
}
