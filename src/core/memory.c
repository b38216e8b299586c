/* Memory: checked allocation, arenas, growing text. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/context.h"

static bool injected(cairn_ctx *ctx) {
    if (!ctx) return false;
    int_fast64_t at = atomic_load_explicit(&ctx->shared->alloc_fails_at, memory_order_relaxed);
    if (at <= 0) return false;
    return atomic_fetch_add(&ctx->shared->allocations, 1) + 1 == at;
}

void *cairn_alloc(cairn_ctx *ctx, size_t count, size_t size) {
    size_t bytes;
    void *block = NULL;
    if (!__builtin_mul_overflow(count, size, &bytes) && !injected(ctx)) block = calloc(1, bytes ? bytes : 1);
    if (!block) cairn_fail(ctx, CAIRN_NO_MEMORY, "no memory for %zu elements of %zu bytes", count, size);
    return block;
}

cairn_status cairn_grow(cairn_ctx *ctx, void **block, size_t *capacity, size_t need, size_t size) {
    if (need <= *capacity) return CAIRN_OK;
    size_t wanted = *capacity > SIZE_MAX / 2 ? need : 2 * *capacity, bytes;
    if (wanted < need) wanted = need;
    if (wanted < 16) wanted = 16;
    void *grown = NULL;
    if (!__builtin_mul_overflow(wanted, size, &bytes) && !injected(ctx)) grown = realloc(*block, bytes);
    if (!grown) return cairn_fail(ctx, CAIRN_NO_MEMORY, "no memory for %zu elements of %zu bytes", wanted, size);
    memset((char *)grown + *capacity * size, 0, bytes - *capacity * size);
    *block = grown;
    *capacity = wanted;
    return CAIRN_OK;
}

void cairn_free(void *block) {
    free(block);
}

/* ---- arenas ------------------------------------------------------------------------------------------------------------ */

typedef struct chunk {
    struct chunk *next;
    size_t size; /* bytes of data */
    _Alignas(16) unsigned char data[];
} chunk;

struct cairn_arena {
    cairn_ctx *ctx;
    chunk *first, *current;
    size_t used; /* of current */
    size_t bytes, next_size;
};

cairn_status cairn_arena_open(cairn_ctx *ctx, size_t first_chunk_bytes, cairn_arena **out) {
    cairn_arena *arena = cairn_alloc(ctx, 1, sizeof *arena);
    if (!arena) return CAIRN_NO_MEMORY;
    arena->ctx = ctx;
    arena->next_size = first_chunk_bytes < 1024 ? 1024 : first_chunk_bytes;
    *out = arena;
    return CAIRN_OK;
}

void cairn_arena_close(cairn_arena *arena) {
    if (!arena) return;
    for (chunk *c = arena->first, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    free(arena);
}

/* Goes on to a chunk with room for `bytes`: the next one kept from before a reset when it is large enough, else a new one put in
 * front of it. */
static cairn_status next_chunk(cairn_arena *arena, size_t bytes) {
    chunk *following = arena->current ? arena->current->next : arena->first;
    if (!following || following->size < bytes) {
        size_t size = bytes > arena->next_size ? bytes : arena->next_size, total;
        chunk *c = NULL;
        if (!__builtin_add_overflow(size, sizeof *c, &total) && !injected(arena->ctx)) c = malloc(total);
        if (!c) return cairn_fail(arena->ctx, CAIRN_NO_MEMORY, "no memory for an arena chunk of %zu bytes", size);
        c->size = size;
        c->next = following;
        if (arena->current)
            arena->current->next = c;
        else
            arena->first = c;
        following = c;
        arena->bytes += total;
        if (arena->next_size < (size_t)1 << 24) arena->next_size *= 2;
    }
    arena->current = following;
    arena->used = 0;
    return CAIRN_OK;
}

void *cairn_arena_alloc(cairn_arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) {
        cairn_fail(arena->ctx, CAIRN_NO_MEMORY, "no memory for %zu elements of %zu bytes", count, size);
        return NULL;
    }
    bytes = (bytes + 15) & ~(size_t)15;
    if (bytes == 0) bytes = 16;
    if (!arena->current || arena->current->size - arena->used < bytes)
        if (next_chunk(arena, bytes) != CAIRN_OK) return NULL;
    void *block = arena->current->data + arena->used;
    arena->used += bytes;
    return memset(block, 0, bytes);
}

char *cairn_arena_copy(cairn_arena *arena, const char *text, size_t length) {
    char *copy = cairn_arena_alloc(arena, length + 1, 1);
    if (copy && length) memcpy(copy, text, length);
    return copy;
}

char *cairn_arena_printf(cairn_arena *arena, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *text = n < 0 ? NULL : cairn_arena_alloc(arena, (size_t)n + 1, 1);
    if (text) vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

cairn_arena_mark cairn_arena_save(const cairn_arena *arena) {
    return (cairn_arena_mark){arena->current, arena->used};
}

void cairn_arena_restore(cairn_arena *arena, cairn_arena_mark mark) {
    arena->current = mark.chunk;
    arena->used = mark.used;
}

void cairn_arena_reset(cairn_arena *arena) {
    arena->current = NULL;
    arena->used = 0;
}

size_t cairn_arena_bytes(const cairn_arena *arena) {
    return arena->bytes;
}

/* ---- text ---------------------------------------------------------------------------------------------------------------- */

cairn_status cairn_text_add(cairn_ctx *ctx, cairn_text *text, const char *bytes, size_t length) {
    CAIRN_TRY(cairn_grow(ctx, (void **)&text->data, &text->capacity, text->length + length + 1, 1));
    if (length) memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = 0;
    return CAIRN_OK;
}

cairn_status cairn_text_printf(cairn_ctx *ctx, cairn_text *text, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    cairn_status status = n < 0 ? cairn_fail(ctx, CAIRN_INTERNAL, "a format that cannot be printed")
                                : cairn_grow(ctx, (void **)&text->data, &text->capacity, text->length + (size_t)n + 1, 1);
    if (status == CAIRN_OK) {
        vsnprintf(text->data + text->length, (size_t)n + 1, format, again);
        text->length += (size_t)n;
    }
    va_end(again);
    va_end(args);
    return status;
}

void cairn_text_clear(cairn_text *text) {
    text->length = 0;
    if (text->data) text->data[0] = 0;
}

void cairn_text_free(cairn_text *text) {
    free(text->data);
    *text = (cairn_text){0};
}
