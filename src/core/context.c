/* Contexts: status names, error text, log, cancellation. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/context.h"

const char *cairn_status_name(cairn_status status) {
    static const char *const names[] = {"ok",        "end",   "budget",      "cancelled",   "invalid",
                                        "format",    "io",    "no memory",   "not found",   "limit",
                                        "unsupported", "internal"};
    size_t i = (size_t)status;
    return i < sizeof names / sizeof *names ? names[i] : "unknown";
}

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
    *out = ctx;
    return CAIRN_OK;
}

cairn_status cairn_ctx_child(cairn_ctx *parent, cairn_ctx **out) {
    cairn_ctx *ctx = calloc(1, sizeof *ctx);
    if (!ctx) return cairn_fail(parent, CAIRN_NO_MEMORY, "no memory for a context");
    ctx->shared = parent->shared;
    *out = ctx;
    return CAIRN_OK;
}

void cairn_ctx_close(cairn_ctx *ctx) {
    if (!ctx) return;
    if (ctx->root) free(ctx->shared);
    free(ctx);
}

const char *cairn_error(const cairn_ctx *ctx) {
    return ctx ? ctx->error : "";
}

/* Takes back a multi-byte character that the end of the buffer cut. */
static void end_on_character(char *text, size_t size) {
    size_t n = strlen(text);
    if (n + 1 < size) return;
    while (n > 0 && ((unsigned char)text[n - 1] & 0xC0) == 0x80) n--;
    if (n > 0 && (unsigned char)text[n - 1] >= 0xC0) text[n - 1] = 0;
}

cairn_status cairn_fail(cairn_ctx *ctx, cairn_status status, const char *format, ...) {
    if (!ctx) return status;
    char text[sizeof ctx->error];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    end_on_character(text, sizeof text);
    memcpy(ctx->error, text, sizeof text);
    return status;
}

cairn_status cairn_fail_within(cairn_ctx *ctx, cairn_status status, const char *format, ...) {
    if (!ctx) return status;
    char prefix[sizeof ctx->error], text[2 * sizeof ctx->error + 4];
    va_list args;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    snprintf(text, sizeof text, "%s: %s", prefix, ctx->error);
    text[sizeof ctx->error - 1] = 0;
    end_on_character(text, sizeof ctx->error);
    memcpy(ctx->error, text, sizeof ctx->error);
    return status;
}

void cairn_log_to(cairn_ctx *ctx, cairn_log_level most, cairn_log_fn sink, void *user) {
    ctx->shared->log_most = most;
    ctx->shared->log_sink = sink;
    ctx->shared->log_user = user;
}

void cairn_log(cairn_ctx *ctx, cairn_log_level level, const char *format, ...) {
    if (!ctx || !ctx->shared->log_sink || level > ctx->shared->log_most) return;
    char line[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    ctx->shared->log_sink(ctx->shared->log_user, level, line);
}

void cairn_cancel(cairn_ctx *ctx) {
    atomic_store(&ctx->shared->cancelled, 1);
}

bool cairn_cancelled(const cairn_ctx *ctx) {
    return atomic_load_explicit(&ctx->shared->cancelled, memory_order_relaxed) != 0;
}
