/* What a context says: status names, error text, log, cancellation. */
#include <stdarg.h>
#include <string.h>

#include "core/context.h"

const char *cairn_verdict_name(cairn_verdict verdict) {
    if (verdict == CAIRN_VERDICT_UNKNOWN) return "unknown";
    return verdict == CAIRN_VERDICT_RIGHT ? "right" : "wrong";
}

const char *cairn_status_name(cairn_status status) {
    static const char *const names[] = {"ok", "end",       "budget",    "cancelled", "invalid",     "format",
                                        "io", "no memory", "not found", "limit",     "unsupported", "internal"};
    size_t i = (size_t)status;
    return i < sizeof names / sizeof *names ? names[i] : "unknown";
}

const char *cairn_error(const cairn_ctx *ctx) {
    return ctx ? ctx->error : "";
}

size_t utf8_clip(const char *text, size_t length, size_t most) {
    if (length <= most) return length;
    size_t start = most;
    while (start > 0 && most - start < 3 && ((unsigned char)text[start] & 0xC0) == 0x80) start--;
    return ((unsigned char)text[start] & 0xC0) == 0x80 ? most : start; /* not UTF-8: cut anywhere */
}

size_t cairn_utf8_character(const char *text, size_t left) {
    const unsigned char *c = (const unsigned char *)text;
    if (left == 0) return 0;
    if (c[0] < 0x80) return 1;
    size_t n = c[0] >= 0xC2 && c[0] < 0xE0 ? 2 : (c[0] & 0xF0) == 0xE0 ? 3 : c[0] >= 0xF0 && c[0] < 0xF5 ? 4 : 0;
    if (n == 0 || n > left) return 0;
    for (size_t i = 1; i < n; i++)
        if ((c[i] & 0xC0) != 0x80) return 0;
    bool overlong = (c[0] == 0xE0 && c[1] < 0xA0) || (c[0] == 0xF0 && c[1] < 0x90);
    bool surrogate = c[0] == 0xED && c[1] >= 0xA0, beyond = c[0] == 0xF4 && c[1] >= 0x90;
    return overlong || surrogate || beyond ? 0 : n;
}

/* Formats the text and keeps what fits into `size` bytes, up to the end of a character. */
static void format_clipped(char *text, size_t size, const char *format, va_list args) {
    char whole[2048]; /* long enough to see past the cut */
    int n = vsnprintf(whole, sizeof whole, format, args);
    size_t length = n < 0 ? 0 : strnlen(whole, sizeof whole - 1);
    length = utf8_clip(whole, length, size - 1);
    memcpy(text, whole, length);
    text[length] = 0;
}

cairn_status cairn_fail(cairn_ctx *ctx, cairn_status status, const char *format, ...) {
    if (!ctx) return status;
    ctx->failures++;
    va_list args;
    va_start(args, format);
    format_clipped(ctx->error, sizeof ctx->error, format, args);
    va_end(args);
    return status;
}

static void put_clipped(char *text, size_t size, const char *format, ...) CAIRN_PRINTF(3, 4);
static void put_clipped(char *text, size_t size, const char *format, ...) {
    va_list args;
    va_start(args, format);
    format_clipped(text, size, format, args);
    va_end(args);
}

cairn_status cairn_fail_within(cairn_ctx *ctx, cairn_status status, const char *format, ...) {
    if (!ctx) return status;
    char prefix[sizeof ctx->error];
    va_list args;
    va_start(args, format);
    format_clipped(prefix, sizeof prefix, format, args);
    va_end(args);
    put_clipped(ctx->error, sizeof ctx->error, "%s: %s", prefix, *ctx->error ? ctx->error : cairn_status_name(status));
    return status;
}

void cairn_log_to(cairn_ctx *ctx, cairn_log_level most, cairn_log_fn sink, void *user) {
    pthread_mutex_lock(&ctx->shared->log_lock);
    ctx->shared->log_sink = sink;
    ctx->shared->log_user = user;
    atomic_store(&ctx->shared->log_most, sink ? (int)most : -1);
    pthread_mutex_unlock(&ctx->shared->log_lock);
}

void cairn_log(cairn_ctx *ctx, cairn_log_level level, const char *format, ...) {
    if (!ctx || (int)level > atomic_load_explicit(&ctx->shared->log_most, memory_order_relaxed)) return;
    char line[1024];
    va_list args;
    va_start(args, format);
    format_clipped(line, sizeof line, format, args);
    va_end(args);
    pthread_mutex_lock(&ctx->shared->log_lock);
    if (ctx->shared->log_sink && (int)level <= atomic_load(&ctx->shared->log_most))
        ctx->shared->log_sink(ctx->shared->log_user, level, line);
    pthread_mutex_unlock(&ctx->shared->log_lock);
}

void cairn_ctx_set_portable(cairn_ctx *ctx, bool portable) {
    ctx->portable = portable;
}

bool cairn_ctx_portable(const cairn_ctx *ctx) {
    return ctx->portable;
}

void cairn_ctx_refuse_programs(cairn_ctx *ctx, bool refuse) {
    atomic_store(&ctx->shared->no_programs, refuse);
}

bool cairn_ctx_programs_refused(const cairn_ctx *ctx) {
    return atomic_load(&ctx->shared->no_programs);
}

void cairn_cancel(cairn_ctx *ctx) {
    atomic_store(&ctx->shared->cancelled, 1);
}

bool cairn_cancelled(const cairn_ctx *ctx) {
    return atomic_load_explicit(&ctx->shared->cancelled, memory_order_relaxed) != 0;
}
