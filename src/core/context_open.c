/* The life of contexts. */
#include <stdlib.h>
#include <string.h>

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
    pthread_mutex_init(&shared->things_lock, NULL);
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

static cairn_status make_thing(cairn_ctx *ctx, const char *key, context_make_fn make, const void *arg,
                               context_thing **out) {
    char *copy = cairn_alloc(ctx, strlen(key) + 1, 1);
    if (!copy) return CAIRN_NO_MEMORY;
    cairn_status status = make(ctx, arg, out);
    if (status != CAIRN_OK) {
        cairn_free(copy);
        return status;
    }
    memcpy(copy, key, strlen(key));
    (*out)->key = copy;
    (*out)->next = ctx->shared->things;
    ctx->shared->things = *out;
    return CAIRN_OK;
}

cairn_status context_thing_of(cairn_ctx *ctx, const char *key, context_make_fn make, const void *arg,
                              context_thing **out) {
    context_shared *shared = ctx->shared;
    pthread_mutex_lock(&shared->things_lock);
    context_thing *found = shared->things;
    while (found && strcmp(found->key, key) != 0) found = found->next;
    cairn_status status = found ? CAIRN_OK : make_thing(ctx, key, make, arg, &found);
    pthread_mutex_unlock(&shared->things_lock);
    if (status == CAIRN_OK) *out = found;
    return status;
}

static void close_things(context_shared *shared) {
    for (context_thing *thing = shared->things; thing; thing = thing->next) thing->stop(thing);
    while (shared->things) {
        context_thing *thing = shared->things;
        shared->things = thing->next;
        cairn_free(thing->key);
        thing->close(thing);
    }
}

void cairn_ctx_close(cairn_ctx *ctx) {
    if (!ctx) return;
    if (ctx->root) {
        close_things(ctx->shared);
        pthread_mutex_destroy(&ctx->shared->things_lock);
        pthread_mutex_destroy(&ctx->shared->log_lock);
        free(ctx->shared);
    }
    free(ctx);
}
