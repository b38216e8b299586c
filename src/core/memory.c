/* Memory: checked allocation, arenas, growing text. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/context.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
enum { WITH_POISON = 1 };
#else
enum { WITH_POISON = 0 };
#define ASAN_POISON_MEMORY_REGION(at, size)   ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

enum { LEAST_PAGES = 1 << 16 };

/* Every failed allocation is told here. */
static cairn_status no_memory(cairn_ctx *ctx, size_t count, size_t size) {
    if (ctx) ctx->allocations_failed++;
    return cairn_fail(ctx, CAIRN_NO_MEMORY, "no memory for %zu elements of %zu bytes", count, size);
}

uint32_t cairn_allocations_failed(const cairn_ctx *ctx) {
    return ctx->allocations_failed;
}

void *cairn_alloc(cairn_ctx *ctx, size_t count, size_t size) {
    size_t bytes;
    void *block = NULL;
    if (!__builtin_mul_overflow(count, size, &bytes) && !fault_alloc(ctx)) block = calloc(1, bytes ? bytes : 1);
    if (!block) no_memory(ctx, count, size);
    return block;
}

cairn_status cairn_grow(cairn_ctx *ctx, void **block, size_t *capacity, size_t need, size_t size) {
    if (need <= *capacity) return CAIRN_OK;
    size_t wanted = *capacity > SIZE_MAX / 2 ? need : 2 * *capacity, bytes;
    if (wanted < need) wanted = need;
    if (wanted < 16) wanted = 16;
    if (size == 0) size = 1;
    if (wanted > SIZE_MAX / size) wanted = need;
    void *grown = NULL;
    if (!__builtin_mul_overflow(wanted, size, &bytes) && !fault_alloc(ctx)) grown = realloc(*block, bytes);
    if (!grown) return no_memory(ctx, wanted, size);
    memset((char *)grown + *capacity * size, 0, bytes - *capacity * size);
    *block = grown;
    *capacity = wanted;
    return CAIRN_OK;
}

void cairn_shrink(void **block, size_t *capacity, size_t need, size_t size) {
    if (need >= *capacity || need == 0) return;
    void *shrunk = realloc(*block, need * size);
    if (!shrunk) return;
    *block = shrunk;
    *capacity = need;
}

cairn_status cairn_room(cairn_ctx *ctx, void **block, size_t *capacity, size_t need, size_t size) {
    if (need <= *capacity) return CAIRN_OK;
    free(*block);
    *capacity = 0;
    *block = cairn_alloc(ctx, need, size);
    if (!*block) return CAIRN_NO_MEMORY;
    *capacity = need;
    return CAIRN_OK;
}

void cairn_free(void *block) {
    free(block);
}

/* ---- pages ------------------------------------------------------------------------------------------------------------- */

/* Whether a block is so large that it gets pages of its own. The sanitizer watches over blocks of malloc only. */
static bool has_pages(size_t bytes) {
    return bytes >= LEAST_PAGES && !WITH_POISON;
}

void *cairn_pages(cairn_ctx *ctx, size_t bytes) {
    if (!has_pages(bytes)) return cairn_alloc(ctx, bytes, 1);
    void *block = MAP_FAILED;
    if (!fault_alloc(ctx)) block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block != MAP_FAILED) return block;
    no_memory(ctx, bytes, 1);
    return NULL;
}

void cairn_pages_huge(void *block, size_t bytes) {
    if (has_pages(bytes)) madvise(block, bytes, MADV_HUGEPAGE);
}

void cairn_pages_free(void *block, size_t bytes) {
    if (block && has_pages(bytes))
        munmap(block, bytes);
    else
        free(block);
}

/* ---- arenas ------------------------------------------------------------------------------------------------------------ */

enum { ALIGNMENT = 16, CACHE_LINE = 64, SMALLEST_CHUNK = 1024, LARGEST_CHUNK = 1 << 24 };

typedef struct chunk {
    struct chunk *next;
    size_t size;    /* bytes of data */
    size_t touched; /* of these, that were given out at some time */
    _Alignas(ALIGNMENT) unsigned char data[];
} chunk;

struct cairn_arena {
    cairn_ctx *ctx;
    chunk *first, *current;
    size_t used; /* of current */
    size_t bytes, next_size;
};

static void free_chunk(chunk *c) {
    ASAN_UNPOISON_MEMORY_REGION(c->data, c->size);
    free(c);
}

cairn_status cairn_arena_open(cairn_ctx *ctx, size_t first_chunk_bytes, cairn_arena **out) {
    cairn_arena *arena = cairn_alloc(ctx, 1, sizeof *arena);
    if (!arena) return CAIRN_NO_MEMORY;
    arena->ctx = ctx;
    arena->next_size = first_chunk_bytes < SMALLEST_CHUNK ? SMALLEST_CHUNK : first_chunk_bytes;
    *out = arena;
    return CAIRN_OK;
}

void cairn_arena_close(cairn_arena *arena) {
    if (!arena) return;
    for (chunk *c = arena->first, *next; c; c = next) {
        next = c->next;
        free_chunk(c);
    }
    free(arena);
}

void cairn_arena_report(cairn_arena *arena, cairn_ctx *ctx) {
    arena->ctx = ctx;
}

/* Goes on to a chunk with room for `bytes`. What follows the current chunk is free: the next one kept from before a
 * restore is used when it is large enough and else replaced, so that a repeated pattern of requests soon asks the
 * system for nothing. */
static cairn_status next_chunk(cairn_arena *arena, size_t bytes) {
    chunk **link = arena->current ? &arena->current->next : &arena->first, *following = *link;
    if (!following || following->size < bytes) {
        bool oversize = bytes > arena->next_size;
        size_t size = oversize ? bytes : arena->next_size, total;
        chunk *c = NULL;
        if (!__builtin_add_overflow(size, sizeof *c, &total) && !fault_alloc(arena->ctx)) c = malloc(total);
        if (!c) return no_memory(arena->ctx, size, 1);
        ASAN_POISON_MEMORY_REGION(c->data, size);
        c->size = size;
        c->touched = 0;
        c->next = following ? following->next : NULL;
        *link = c;
        arena->bytes += total;
        if (following) {
            arena->bytes -= following->size + sizeof *following;
            free_chunk(following);
        }
        if (!oversize && arena->next_size <= LARGEST_CHUNK / 2) arena->next_size *= 2;
    }
    arena->current = *link;
    arena->used = 0;
    return CAIRN_OK;
}

/* `bytes` of an arena, not zeroed, at a multiple of 16; NULL with the error text set. */
static void *take(cairn_arena *arena, size_t bytes) {
    size_t taken = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (!arena->current || arena->current->size - arena->used < taken)
        if (next_chunk(arena, taken) != CAIRN_OK) return NULL;
    void *block = arena->current->data + arena->used;
    arena->used += taken;
    if (arena->used > arena->current->touched) arena->current->touched = arena->used;
    ASAN_UNPOISON_MEMORY_REGION(block, bytes);
    return block;
}

static bool byte_count(cairn_arena *arena, size_t count, size_t size, size_t *bytes) {
    if (__builtin_mul_overflow(count, size, bytes) || *bytes > SIZE_MAX / 2) {
        no_memory(arena->ctx, count, size);
        return false;
    }
    if (*bytes == 0) *bytes = 1;
    return true;
}

void *cairn_arena_alloc(cairn_arena *arena, size_t count, size_t size) {
    size_t bytes;
    void *block = byte_count(arena, count, size, &bytes) ? take(arena, bytes) : NULL;
    return block ? memset(block, 0, bytes) : NULL;
}

void *cairn_arena_lines(cairn_arena *arena, size_t count, size_t size) {
    size_t bytes;
    unsigned char *block = byte_count(arena, count, size, &bytes) ? take(arena, bytes + CACHE_LINE - ALIGNMENT) : NULL;
    return block ? block + (-(uintptr_t)block & (CACHE_LINE - 1)) : NULL;
}

char *cairn_arena_copy(cairn_arena *arena, const char *text, size_t length) {
    char *copy = cairn_arena_alloc(arena, length < SIZE_MAX ? length + 1 : length, 1);
    if (copy && length) memcpy(copy, text, length);
    return copy;
}

char *cairn_arena_printf(cairn_arena *arena, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *text = NULL;
    if (n < 0)
        cairn_fail(arena->ctx, CAIRN_INTERNAL, "a format that cannot be printed");
    else
        text = cairn_arena_alloc(arena, (size_t)n + 1, 1);
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
    chunk *free_from = arena->current ? arena->current->next : arena->first;
    if (arena->current) ASAN_POISON_MEMORY_REGION(arena->current->data + mark.used, arena->current->size - mark.used);
    for (chunk *c = free_from; WITH_POISON && c; c = c->next) ASAN_POISON_MEMORY_REGION(c->data, c->size);
}

void cairn_arena_reset(cairn_arena *arena) {
    cairn_arena_restore(arena, (cairn_arena_mark){NULL, 0});
}

size_t cairn_arena_bytes(const cairn_arena *arena) {
    return arena->bytes;
}

size_t cairn_arena_touched(const cairn_arena *arena) {
    size_t sum = 0;
    for (const chunk *c = arena->first; c; c = c->next) sum += c->touched + sizeof *c;
    return sum;
}

/* ---- text ---------------------------------------------------------------------------------------------------------------- */

static cairn_status grow_text(cairn_ctx *ctx, cairn_text *text, size_t need) {
    void *data = text->data;
    CAIRN_TRY(cairn_grow(ctx, &data, &text->capacity, need, 1));
    text->data = data;
    return CAIRN_OK;
}

cairn_status cairn_text_add(cairn_ctx *ctx, cairn_text *text, const char *bytes, size_t length) {
    size_t need;
    if (__builtin_add_overflow(text->length + 1, length, &need)) return no_memory(ctx, length, 1);
    CAIRN_TRY(grow_text(ctx, text, need));
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
                                : grow_text(ctx, text, text->length + (size_t)n + 1);
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
