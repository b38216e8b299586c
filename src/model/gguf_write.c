/* Writes GGUF: metadata is kept as the bytes that it will be, tensors as where their values are. The checksum stands
 * before what it covers, so the file is made twice: once for its key, once for the disk. */
#include <string.h>

#include "model/gguf.h"
#include "model/utf8.h"

/* A tensor to be written. */
typedef struct source {
    char *name;
    uint32_t type;
    int32_t rank;
    int64_t shape[CAIRN_GGUF_RANK];
    size_t bytes;     /* in the file, without padding */
    const void *data; /* [bytes], or f32 [bytes / 2] when `round` */
    bool round;       /* f32 values become bf16 on their way out */
} source;

struct cairn_gguf_writer {
    cairn_ctx *ctx;
    cairn_arena *arena; /* of names */
    cairn_text entries; /* bytes of the metadata */
    char **keys;        /* [n_keys] */
    size_t n_keys, keys_capacity;
    source *tensors; /* [n_tensors] */
    size_t n_tensors, tensors_capacity;
};

cairn_status cairn_gguf_writer_open(cairn_ctx *ctx, cairn_gguf_writer **out) {
    cairn_gguf_writer *writer = cairn_alloc(ctx, 1, sizeof *writer);
    if (!writer) return CAIRN_NO_MEMORY;
    writer->ctx = ctx;
    cairn_status status = cairn_arena_open(ctx, 4096, &writer->arena);
    if (status != CAIRN_OK) {
        cairn_free(writer);
        return status;
    }
    *out = writer;
    return CAIRN_OK;
}

void cairn_gguf_writer_close(cairn_gguf_writer *writer) {
    if (!writer) return;
    cairn_text_free(&writer->entries);
    cairn_free(writer->keys);
    cairn_free(writer->tensors);
    cairn_arena_close(writer->arena);
    cairn_free(writer);
}

/* ---- metadata ----------------------------------------------------------------------------------------------------------- */

static cairn_status check_text(cairn_gguf_writer *w, const char *what, const char *key, const char *text,
                               size_t length) {
    size_t valid = utf8_valid(text, length);
    if (valid == length) return CAIRN_OK;
    return cairn_fail(w->ctx, CAIRN_INVALID, "%s `%.100s`: byte %zu is not UTF-8", what, key, valid);
}

static bool is_own(const char *key) {
    return strcmp(key, GGUF_CHECKSUM) == 0 || strcmp(key, GGUF_ALIGNMENT) == 0;
}

static cairn_status check_key(cairn_gguf_writer *w, const char *key) {
    size_t length = strlen(key);
    if (length == 0 || length > GGUF_NAME)
        return cairn_fail(w->ctx, CAIRN_INVALID, "a key has 1 to %d bytes, `%.100s` has %zu", GGUF_NAME, key, length);
    if (is_own(key)) return cairn_fail(w->ctx, CAIRN_INVALID, "key `%s` is put by the writer itself", key);
    CAIRN_TRY(check_text(w, "key", key, key, length));
    for (size_t i = 0; i < w->n_keys; i++)
        if (strcmp(w->keys[i], key) == 0)
            return cairn_fail(w->ctx, CAIRN_INVALID, "key `%.100s` is there already", key);
    return CAIRN_OK;
}

static cairn_status add(cairn_gguf_writer *w, const void *bytes, size_t length) {
    return cairn_text_add(w->ctx, &w->entries, bytes, length);
}

static cairn_status add_string(cairn_gguf_writer *w, const char *text, size_t length) {
    uint64_t n = length;
    CAIRN_TRY(add(w, &n, sizeof n));
    return add(w, text, length);
}

/* Key, kind and `size` bytes of value; of an array its element kind and count between them. */
static cairn_status put_bytes(cairn_gguf_writer *w, const char *key, cairn_gguf_kind kind,
                              const cairn_gguf_kind *element, uint64_t count, const void *value, size_t size) {
    uint32_t code = kind;
    CAIRN_TRY(add_string(w, key, strlen(key)));
    CAIRN_TRY(add(w, &code, sizeof code));
    if (element) {
        code = *element;
        CAIRN_TRY(add(w, &code, sizeof code));
        CAIRN_TRY(add(w, &count, sizeof count));
    }
    return add(w, value, size);
}

/* Takes back what a failed call has added. */
static cairn_status keep_or_undo(cairn_gguf_writer *w, size_t before, const char *key, cairn_status status) {
    void *block = w->keys;
    char *name = NULL;
    if (status == CAIRN_OK) status = cairn_grow(w->ctx, &block, &w->keys_capacity, w->n_keys + 1, sizeof *w->keys);
    w->keys = block;
    if (status == CAIRN_OK) {
        name = cairn_arena_copy(w->arena, key, strlen(key));
        if (!name) status = CAIRN_NO_MEMORY;
    }
    if (status == CAIRN_OK)
        w->keys[w->n_keys++] = name;
    else
        w->entries.length = before;
    return status;
}

static cairn_status put(cairn_gguf_writer *w, const char *key, cairn_gguf_kind kind, const cairn_gguf_kind *element,
                        uint64_t count, const void *value, size_t size) {
    size_t before = w->entries.length;
    CAIRN_TRY(check_key(w, key));
    return keep_or_undo(w, before, key, put_bytes(w, key, kind, element, count, value, size));
}

cairn_status cairn_gguf_put_u32(cairn_gguf_writer *writer, const char *key, uint32_t value) {
    return put(writer, key, CAIRN_GGUF_U32, NULL, 1, &value, sizeof value);
}

cairn_status cairn_gguf_put_u64(cairn_gguf_writer *writer, const char *key, uint64_t value) {
    return put(writer, key, CAIRN_GGUF_U64, NULL, 1, &value, sizeof value);
}

cairn_status cairn_gguf_put_i32(cairn_gguf_writer *writer, const char *key, int32_t value) {
    return put(writer, key, CAIRN_GGUF_I32, NULL, 1, &value, sizeof value);
}

cairn_status cairn_gguf_put_i64(cairn_gguf_writer *writer, const char *key, int64_t value) {
    return put(writer, key, CAIRN_GGUF_I64, NULL, 1, &value, sizeof value);
}

cairn_status cairn_gguf_put_f32(cairn_gguf_writer *writer, const char *key, float value) {
    return put(writer, key, CAIRN_GGUF_F32, NULL, 1, &value, sizeof value);
}

cairn_status cairn_gguf_put_bool(cairn_gguf_writer *writer, const char *key, bool value) {
    uint8_t byte = value;
    return put(writer, key, CAIRN_GGUF_BOOL, NULL, 1, &byte, sizeof byte);
}

cairn_status cairn_gguf_put_f32s(cairn_gguf_writer *writer, const char *key, const float *values, size_t count) {
    const cairn_gguf_kind element = CAIRN_GGUF_F32;
    return put(writer, key, CAIRN_GGUF_ARRAY, &element, count, values, count * sizeof *values);
}

cairn_status cairn_gguf_put_i32s(cairn_gguf_writer *writer, const char *key, const int32_t *values, size_t count) {
    const cairn_gguf_kind element = CAIRN_GGUF_I32;
    return put(writer, key, CAIRN_GGUF_ARRAY, &element, count, values, count * sizeof *values);
}

static cairn_status put_strings(cairn_gguf_writer *w, const char *key, cairn_gguf_kind kind, const cairn_bytes *strings,
                                size_t count) {
    const cairn_gguf_kind element = CAIRN_GGUF_STRING;
    size_t before = w->entries.length;
    CAIRN_TRY(check_key(w, key));
    for (size_t i = 0; i < count; i++) CAIRN_TRY(check_text(w, "key", key, strings[i].data, strings[i].length));
    cairn_status status = put_bytes(w, key, kind, kind == CAIRN_GGUF_ARRAY ? &element : NULL, count, NULL, 0);
    for (size_t i = 0; status == CAIRN_OK && i < count; i++) status = add_string(w, strings[i].data, strings[i].length);
    return keep_or_undo(w, before, key, status);
}

cairn_status cairn_gguf_put_text(cairn_gguf_writer *writer, const char *key, const char *text) {
    cairn_bytes string = {text, strlen(text)};
    return put_strings(writer, key, CAIRN_GGUF_STRING, &string, 1);
}

cairn_status cairn_gguf_put_strings(cairn_gguf_writer *writer, const char *key, const cairn_bytes *strings,
                                    size_t count) {
    return put_strings(writer, key, CAIRN_GGUF_ARRAY, strings, count);
}

cairn_status cairn_gguf_put_entry(cairn_gguf_writer *writer, const cairn_gguf *file, int32_t i) {
    const cairn_gguf_entry *entry = cairn_gguf_entry_at(file, i);
    if (!entry) return cairn_fail(writer->ctx, CAIRN_INVALID, "%s has no entry number %d", file->path, (int)i);
    if (is_own(entry->key)) return CAIRN_OK;
    return put(writer, entry->key, entry->kind, entry->kind == CAIRN_GGUF_ARRAY ? &entry->element : NULL, entry->count,
               file->bytes + entry->offset, (size_t)entry->size);
}

/* ---- tensors ------------------------------------------------------------------------------------------------------------ */

static cairn_status check_name(cairn_gguf_writer *w, const char *name) {
    size_t length = strlen(name);
    if (length == 0 || length > GGUF_WRITTEN_NAME)
        return cairn_fail(w->ctx, CAIRN_INVALID, "a tensor's name has 1 to %d bytes, `%.100s` has %zu",
                          GGUF_WRITTEN_NAME, name, length);
    CAIRN_TRY(check_text(w, "tensor", name, name, length));
    for (size_t i = 0; i < w->n_tensors; i++)
        if (strcmp(w->tensors[i].name, name) == 0)
            return cairn_fail(w->ctx, CAIRN_INVALID, "tensor `%s` is there already", name);
    return CAIRN_OK;
}

static cairn_status put_source(cairn_gguf_writer *w, const char *name, source tensor, const int64_t *shape) {
    int64_t elements;
    CAIRN_TRY(check_name(w, name));
    if (tensor.rank < 0 || tensor.rank > CAIRN_GGUF_RANK)
        return cairn_fail(w->ctx, CAIRN_INVALID, "tensor `%s`: its rank is 0 to %d, got %d", name, CAIRN_GGUF_RANK,
                          (int)tensor.rank);
    const char *wrong = gguf_measure(tensor.type, tensor.rank, shape, &elements, &tensor.bytes);
    if (!wrong && tensor.bytes == 0) wrong = "the layout of its type is not known";
    if (!wrong && tensor.bytes > SIZE_MAX / 4) wrong = "it has more bytes than memory";
    if (wrong) return cairn_fail(w->ctx, CAIRN_INVALID, "tensor `%s`: %s", name, wrong);
    if (tensor.rank > 0) memcpy(tensor.shape, shape, (size_t)tensor.rank * sizeof *shape);
    tensor.name = cairn_arena_copy(w->arena, name, strlen(name));
    if (!tensor.name) return CAIRN_NO_MEMORY;
    void *block = w->tensors;
    CAIRN_TRY(cairn_grow(w->ctx, &block, &w->tensors_capacity, w->n_tensors + 1, sizeof tensor));
    w->tensors = block;
    w->tensors[w->n_tensors++] = tensor;
    return CAIRN_OK;
}

cairn_status cairn_gguf_put_tensor(cairn_gguf_writer *writer, const char *name, uint32_t type, int32_t rank,
                                   const int64_t *shape, const float *values) {
    if (type != CAIRN_GGML_F32 && type != CAIRN_GGML_BF16)
        return cairn_fail(writer->ctx, CAIRN_INVALID, "tensor `%.100s`: numbers are stored as f32 or bf16, not as %s",
                          name, cairn_ggml_layout_of(type).name);
    source tensor = {.type = type, .rank = rank, .data = values, .round = type == CAIRN_GGML_BF16};
    return put_source(writer, name, tensor, shape);
}

cairn_status cairn_gguf_put_data(cairn_gguf_writer *writer, const char *name, uint32_t type, int32_t rank,
                                 const int64_t *shape, const void *data) {
    return put_source(writer, name, (source){.type = type, .rank = rank, .data = data}, shape);
}

/* ---- the file ----------------------------------------------------------------------------------------------------------- */

/* Where the bytes go: into blocks, each of which is folded into the key and, the second time, written. Both see the
 * same copy. */
typedef struct stream {
    cairn_out *out; /* NULL: only the key is wanted */
    uint64_t folded, checksum;
    size_t own;  /* where the checksum stands: zeros for the key */
    size_t at;   /* bytes so far */
    size_t fill; /* bytes in `block` */
    uint8_t block[GGUF_BLOCK];
} stream;

static cairn_status flush_block(stream *s) {
    size_t start = s->at - s->fill, length = s->fill;
    if (length == 0) return CAIRN_OK;
    s->folded = gguf_fold(s->folded, s->block, length);
    s->fill = 0;
    if (!s->out) return CAIRN_OK;
    for (size_t i = 0; i < sizeof s->checksum; i++)
        if (s->own + i >= start && s->own + i < start + length)
            s->block[s->own + i - start] = (uint8_t)(s->checksum >> (8 * i));
    return cairn_out_write(s->out, s->block, length);
}

static cairn_status emit(stream *s, const void *bytes, size_t length) {
    const uint8_t *b = bytes;
    while (length > 0) {
        size_t n = sizeof s->block - s->fill < length ? sizeof s->block - s->fill : length;
        memcpy(s->block + s->fill, b, n);
        s->fill += n;
        s->at += n;
        b += n;
        length -= n;
        if (s->fill == sizeof s->block) CAIRN_TRY(flush_block(s));
    }
    return CAIRN_OK;
}

static cairn_status emit_string(stream *s, const char *text) {
    uint64_t length = strlen(text);
    CAIRN_TRY(emit(s, &length, sizeof length));
    return emit(s, text, (size_t)length);
}

static size_t padded(size_t length) {
    return (length + GGUF_PADDING - 1) / GGUF_PADDING * GGUF_PADDING;
}

static cairn_status emit_padding(stream *s) {
    static const uint8_t zeros[GGUF_PADDING];
    return emit(s, zeros, padded(s->at) - s->at);
}

static cairn_status emit_head(const cairn_gguf_writer *w, stream *s) {
    static const uint64_t unknown;
    uint32_t version = GGUF_VERSION, kind = CAIRN_GGUF_U64;
    uint64_t n_tensors = w->n_tensors, n_entries = w->n_keys + 1;
    CAIRN_TRY(emit(s, GGUF_MAGIC, 4));
    CAIRN_TRY(emit(s, &version, sizeof version));
    CAIRN_TRY(emit(s, &n_tensors, sizeof n_tensors));
    CAIRN_TRY(emit(s, &n_entries, sizeof n_entries));
    CAIRN_TRY(emit(s, w->entries.data, w->entries.length));
    CAIRN_TRY(emit_string(s, GGUF_CHECKSUM));
    CAIRN_TRY(emit(s, &kind, sizeof kind));
    s->own = s->at;
    return emit(s, &unknown, sizeof unknown);
}

static cairn_status emit_directory(const cairn_gguf_writer *w, stream *s) {
    uint64_t offset = 0;
    for (size_t i = 0; i < w->n_tensors; i++) {
        const source *t = &w->tensors[i];
        uint32_t rank = (uint32_t)t->rank;
        CAIRN_TRY(emit_string(s, t->name));
        CAIRN_TRY(emit(s, &rank, sizeof rank));
        CAIRN_TRY(emit(s, t->shape, rank * sizeof *t->shape));
        CAIRN_TRY(emit(s, &t->type, sizeof t->type));
        CAIRN_TRY(emit(s, &offset, sizeof offset));
        if (__builtin_add_overflow(offset, padded(t->bytes), &offset))
            return cairn_fail(w->ctx, CAIRN_INVALID, "the tensors have more bytes than a file can hold");
    }
    return emit_padding(s);
}

/* Nearest bf16, ties to even; a NaN stays one. */
static uint16_t bf16_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7FFFFFFF) > 0x7F800000) return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

static cairn_status emit_rounded(stream *s, const float *values, size_t count) {
    uint16_t block[1024];
    while (count > 0) {
        size_t n = count < sizeof block / sizeof *block ? count : sizeof block / sizeof *block;
        for (size_t i = 0; i < n; i++) block[i] = bf16_of(values[i]);
        CAIRN_TRY(emit(s, block, n * sizeof *block));
        values += n;
        count -= n;
    }
    return CAIRN_OK;
}

/* The whole file, and the key of all of it. */
static cairn_status emit_all(const cairn_gguf_writer *w, stream *s) {
    s->folded = s->at = 0;
    CAIRN_TRY(emit_head(w, s));
    CAIRN_TRY(emit_directory(w, s));
    for (size_t i = 0; i < w->n_tensors; i++) {
        const source *t = &w->tensors[i];
        CAIRN_TRY(t->round ? emit_rounded(s, t->data, t->bytes / sizeof(uint16_t)) : emit(s, t->data, t->bytes));
        CAIRN_TRY(emit_padding(s));
    }
    return flush_block(s);
}

static cairn_status write_file(const cairn_gguf_writer *w, stream *s, const char *path) {
    CAIRN_TRY(emit_all(w, s));
    s->checksum = s->folded;
    cairn_out *out;
    CAIRN_TRY(cairn_out_open(w->ctx, path, &out));
    s->out = out;
    cairn_status status = emit_all(w, s);
    if (status == CAIRN_OK && s->folded != s->checksum)
        status = cairn_fail(w->ctx, CAIRN_INVALID, "%s is not written: a tensor's values changed meanwhile", path);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

cairn_status cairn_gguf_write(cairn_gguf_writer *writer, const char *path) {
    stream *s = cairn_alloc(writer->ctx, 1, sizeof *s);
    if (!s) return CAIRN_NO_MEMORY;
    cairn_status status = write_file(writer, s, path);
    cairn_free(s);
    return status;
}
