/* layer: model */
/* Arbitrary bytes as a model file. What opens must be sound: every value and tensor inside the file, found by its key or name. It is
 * copied through the writer, must be whole by its checksum and hold the same; a tokenizer in it must give back any text; a decoder in it
 * must be read or refused. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/transformer.h"
#include "model/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[64];

static void must(bool holds) {
    if (!holds) abort();
}

static void remove_file(void) {
    unlink(path);
}

/* A file in memory where there is one: it is written and synced for each input. */
static void make_path(void) {
    strcpy(path, access("/dev/shm", W_OK) == 0 ? "/dev/shm/fuzz-gguf-XXXXXX" : "/tmp/fuzz-gguf-XXXXXX");
    int file = mkstemp(path);
    must(file >= 0);
    close(file);
    atexit(remove_file);
}

static void look_at_entry(cairn_ctx *ctx, cairn_arena *arena, const cairn_gguf *file, const cairn_gguf_entry *entry) {
    const cairn_bytes *strings;
    const float *reals;
    const int32_t *wholes;
    cairn_bytes string;
    uint64_t u64;
    uint32_t u32;
    int64_t i64;
    double f64;
    float f32;
    bool truth;
    size_t n;
    int read = 0;
    const char *key = entry->key;
    must(entry->offset <= cairn_gguf_size(file) && entry->size <= cairn_gguf_size(file) - entry->offset);
    must(cairn_gguf_find(file, key) == entry);
    if (cairn_gguf_get_u32(ctx, file, key, &u32) == CAIRN_OK)
        must(cairn_gguf_get_u64(ctx, file, key, &u64) == CAIRN_OK && u64 == u32);
    read +=
        cairn_gguf_get_u64(ctx, file, key, &u64) == CAIRN_OK || cairn_gguf_get_i64(ctx, file, key, &i64) == CAIRN_OK;
    if (cairn_gguf_get_f32(ctx, file, key, &f32) == CAIRN_OK)
        must(cairn_gguf_get_f64(ctx, file, key, &f64) == CAIRN_OK);
    read += cairn_gguf_get_f64(ctx, file, key, &f64) == CAIRN_OK;
    read += cairn_gguf_get_bool(ctx, file, key, &truth) == CAIRN_OK;
    read += cairn_gguf_get_string(ctx, file, key, &string) == CAIRN_OK;
    must(read == (entry->kind != CAIRN_GGUF_ARRAY)); /* exactly one kind of number, bool or string */
    if (cairn_gguf_get_strings(ctx, file, key, arena, &strings, &n) == CAIRN_OK) must(n == entry->count);
    if (cairn_gguf_get_f32s(ctx, file, key, arena, &reals, &n) == CAIRN_OK) must(n == entry->count);
    if (cairn_gguf_get_i32s(ctx, file, key, arena, &wholes, &n) == CAIRN_OK) must(n == entry->count);
    cairn_arena_reset(arena);
}

static void look_at_tensor(const cairn_gguf *file, const uint8_t *data, const cairn_gguf_tensor *t) {
    volatile uint8_t sink;
    must(cairn_gguf_find_tensor(file, t->name) == t);
    must(t->elements >= 1 && t->offset % cairn_gguf_alignment(file) == 0);
    must(t->offset <= cairn_gguf_size(file) && t->bytes <= cairn_gguf_size(file) - t->offset);
    must(t->data == data + t->offset);
    if (t->bytes) sink = ((const uint8_t *)t->data)[t->bytes - 1];
    (void)sink;
}

/* What was written of `from` holds the same. */
static void compare(cairn_ctx *ctx, const uint8_t *data, const cairn_gguf *from) {
    cairn_gguf *to;
    int32_t own = 0;
    must(cairn_gguf_open(ctx, path, &to) == CAIRN_OK);
    must(cairn_gguf_verify(ctx, to) == CAIRN_OK);
    for (int32_t i = 0; i < cairn_gguf_entries(from); i++) {
        const cairn_gguf_entry *a = cairn_gguf_entry_at(from, i), *b = cairn_gguf_find(to, a->key);
        if (strcmp(a->key, "cairn.checksum") == 0 || strcmp(a->key, "general.alignment") == 0)
            own++;
        else
            must(b && a->kind == b->kind && a->element == b->element && a->count == b->count && a->size == b->size);
    }
    must(cairn_gguf_entries(to) == cairn_gguf_entries(from) - own + 1);
    for (int32_t i = 0; i < cairn_gguf_tensors(from); i++) {
        const cairn_gguf_tensor *a = cairn_gguf_tensor_at(from, i), *b = cairn_gguf_tensor_at(to, i);
        must(strcmp(a->name, b->name) == 0 && a->type == b->type && a->rank == b->rank && a->bytes == b->bytes);
        must(memcmp(data + a->offset, b->data, a->bytes) == 0);
    }
    cairn_gguf_close(to);
}

static void copy(cairn_ctx *ctx, const uint8_t *data, const cairn_gguf *file) {
    cairn_gguf_writer *writer;
    bool all = true;
    if (cairn_gguf_writer_open(ctx, &writer) != CAIRN_OK) return;
    for (int32_t i = 0; i < cairn_gguf_entries(file); i++) must(cairn_gguf_put_entry(writer, file, i) == CAIRN_OK);
    for (int32_t i = 0; i < cairn_gguf_tensors(file); i++) { /* an unknown type or a long name cannot be written */
        const cairn_gguf_tensor *t = cairn_gguf_tensor_at(file, i);
        all &= cairn_gguf_put_data(writer, t->name, t->type, t->rank, t->shape, t->data) == CAIRN_OK;
    }
    if (all) {
        must(cairn_gguf_write(writer, path) == CAIRN_OK);
        compare(ctx, data, file);
    }
    cairn_gguf_writer_close(writer);
}

static void run_tokenizer(cairn_ctx *ctx, const cairn_gguf *file, const uint8_t *data, size_t size) {
    cairn_tokenizer *t;
    cairn_tokens tokens = {0};
    cairn_text text = {0};
    if (tokenizer_read(ctx, file, &t) != CAIRN_OK) return;
    must(cairn_tokenizer_encode(ctx, t, (const char *)data, size, &tokens) == CAIRN_OK);
    must(cairn_tokenizer_decode(ctx, t, tokens.ids, tokens.count, true, &text) == CAIRN_OK);
    must(text.length == size && memcmp(text.data, data, size) == 0);
    cairn_text_free(&text);
    cairn_tokens_free(&tokens);
    cairn_tokenizer_close(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static cairn_ctx *ctx;
    static cairn_arena *arena;
    cairn_gguf *file;
    static cairn_device *device;
    cairn_transformer *model;
    if (!ctx) {
        must(cairn_ctx_open(&ctx) == CAIRN_OK && cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK);
        must(cairn_device_open(ctx, 1, CAIRN_MATMUL_PLAIN, &device) == CAIRN_OK);
        make_path();
    }
    if (cairn_gguf_open_memory(ctx, data, size, "fuzz", &file) != CAIRN_OK) {
        must(strncmp(cairn_error(ctx), "fuzz: byte ", 11) == 0);
        return 0;
    }
    for (int32_t i = 0; i < cairn_gguf_entries(file); i++)
        look_at_entry(ctx, arena, file, cairn_gguf_entry_at(file, i));
    for (int32_t i = 0; i < cairn_gguf_tensors(file); i++) look_at_tensor(file, data, cairn_gguf_tensor_at(file, i));
    (void)cairn_gguf_verify(ctx, file);
    copy(ctx, data, file);
    run_tokenizer(ctx, file, data, size);
    if (cairn_transformer_get(ctx, device, file, CAIRN_F32, &model) == CAIRN_OK)
        cairn_transformer_close(model);
    else
        must(strncmp(cairn_error(ctx), "fuzz: ", 6) == 0);
    cairn_gguf_close(file);
    return 0;
}
