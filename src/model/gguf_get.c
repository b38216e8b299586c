/* What a GGUF file holds, by key and by name. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/gguf.h"

const char *cairn_gguf_path(const cairn_gguf *file) {
    return file->path;
}

uint32_t cairn_gguf_version(const cairn_gguf *file) {
    return file->version;
}

size_t cairn_gguf_size(const cairn_gguf *file) {
    return file->size;
}

size_t cairn_gguf_alignment(const cairn_gguf *file) {
    return file->alignment;
}

int32_t cairn_gguf_entries(const cairn_gguf *file) {
    return (int32_t)file->n_entries;
}

const cairn_gguf_entry *cairn_gguf_entry_at(const cairn_gguf *file, int32_t i) {
    return i >= 0 && (size_t)i < file->n_entries ? &file->entries[i] : NULL;
}

int32_t cairn_gguf_tensors(const cairn_gguf *file) {
    return (int32_t)file->n_tensors;
}

const cairn_gguf_tensor *cairn_gguf_tensor_at(const cairn_gguf *file, int32_t i) {
    return i >= 0 && (size_t)i < file->n_tensors ? &file->tensors[i] : NULL;
}

/* ---- finding ------------------------------------------------------------------------------------------------------------ */

static int compare_key(const void *key, const void *entry) {
    return strcmp(key, (*(const cairn_gguf_entry *const *)entry)->key);
}

const cairn_gguf_entry *cairn_gguf_find(const cairn_gguf *file, const char *key) {
    const cairn_gguf_entry **found =
        file->n_entries ? bsearch(key, file->by_key, file->n_entries, sizeof *file->by_key, compare_key) : NULL;
    return found ? *found : NULL;
}

static int compare_name(const void *name, const void *tensor) {
    return strcmp(name, (*(const cairn_gguf_tensor *const *)tensor)->name);
}

const cairn_gguf_tensor *cairn_gguf_find_tensor(const cairn_gguf *file, const char *name) {
    const cairn_gguf_tensor **found =
        file->n_tensors ? bsearch(name, file->by_name, file->n_tensors, sizeof *file->by_name, compare_name) : NULL;
    return found ? *found : NULL;
}

/* "f32 of 3 x 2" */
static const char *write_shape(char out[128], int32_t rank, const int64_t *shape) {
    size_t at = 0;
    if (rank == 0) return "a single number";
    for (int32_t i = 0; i < rank; i++)
        at += (size_t)snprintf(out + at, 128 - at, "%s%" PRId64, i ? " x " : "", shape[i]);
    return out;
}

cairn_status cairn_gguf_get_tensor(cairn_ctx *ctx, const cairn_gguf *file, const char *name, int32_t rank,
                                   const int64_t *shape, const cairn_gguf_tensor **out) {
    const cairn_gguf_tensor *tensor = cairn_gguf_find_tensor(file, name);
    char wanted[128], got[128];
    if (!tensor) return cairn_fail(ctx, CAIRN_NOT_FOUND, "%s: tensor `%.100s` is missing", file->path, name);
    if (shape && rank > CAIRN_GGUF_RANK)
        return cairn_fail(ctx, CAIRN_INVALID, "a tensor has at most %d dimensions", CAIRN_GGUF_RANK);
    if (shape && (tensor->rank != rank || memcmp(tensor->shape, shape, (size_t)rank * sizeof *shape) != 0))
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: tensor `%.100s`: expected the shape %s, got %s", file->path, name,
                          write_shape(wanted, rank, shape), write_shape(got, tensor->rank, tensor->shape));
    *out = tensor;
    return CAIRN_OK;
}

/* ---- errors ------------------------------------------------------------------------------------------------------------- */

static cairn_status fail_value(cairn_ctx *ctx, const cairn_gguf *file, const cairn_gguf_entry *entry,
                               const char *expected, const char *got) {
    return cairn_fail(ctx, CAIRN_FORMAT, "%s: byte %" PRIu64 ": key `%.100s`: expected %s, got %s", file->path,
                      entry->offset, entry->key, expected, got);
}

static cairn_status fail_kind(cairn_ctx *ctx, const cairn_gguf *file, const cairn_gguf_entry *entry,
                              const char *expected) {
    char got[64];
    bool array = entry->kind == CAIRN_GGUF_ARRAY;
    snprintf(got, sizeof got, "%s%s", array ? "an array of " : "", cairn_gguf_kind_name(entry->element));
    return fail_value(ctx, file, entry, expected, got);
}

/* The entry of a key; of an array when `array`. */
static cairn_status find(cairn_ctx *ctx, const cairn_gguf *file, const char *key, const char *expected, bool array,
                         const cairn_gguf_entry **out) {
    const cairn_gguf_entry *entry = cairn_gguf_find(file, key);
    if (!entry) return cairn_fail(ctx, CAIRN_NOT_FOUND, "%s: key `%.100s` is missing (%s)", file->path, key, expected);
    if ((entry->kind == CAIRN_GGUF_ARRAY) != array) return fail_kind(ctx, file, entry, expected);
    *out = entry;
    return CAIRN_OK;
}

/* ---- numbers ------------------------------------------------------------------------------------------------------------ */

/* A whole number of any kind: its magnitude and sign. False for another kind. */
static bool read_whole(cairn_gguf_kind kind, const uint8_t *at, uint64_t *magnitude, bool *negative) {
    union {
        uint8_t u8;
        int8_t i8;
        uint16_t u16;
        int16_t i16;
        uint32_t u32;
        int32_t i32;
        uint64_t u64;
        int64_t i64;
    } v;
    int64_t value;
    memcpy(&v, at, gguf_kind_size(kind));
    switch (kind) {
    case CAIRN_GGUF_U8:
        value = v.u8;
        break;
    case CAIRN_GGUF_I8:
        value = v.i8;
        break;
    case CAIRN_GGUF_U16:
        value = v.u16;
        break;
    case CAIRN_GGUF_I16:
        value = v.i16;
        break;
    case CAIRN_GGUF_U32:
        value = v.u32;
        break;
    case CAIRN_GGUF_I32:
        value = v.i32;
        break;
    case CAIRN_GGUF_I64:
        value = v.i64;
        break;
    case CAIRN_GGUF_U64:
        *magnitude = v.u64;
        *negative = false;
        return true;
    default:
        return false;
    }
    *negative = value < 0;
    *magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
    return true;
}

static bool read_real(cairn_gguf_kind kind, const uint8_t *at, double *out) {
    float single;
    if (kind == CAIRN_GGUF_F32) memcpy(&single, at, sizeof single);
    if (kind == CAIRN_GGUF_F64) memcpy(out, at, sizeof *out);
    if (kind == CAIRN_GGUF_F32) *out = (double)single;
    return kind == CAIRN_GGUF_F32 || kind == CAIRN_GGUF_F64;
}

/* A whole number from -`below` to `most`. */
static cairn_status get_whole(cairn_ctx *ctx, const cairn_gguf *file, const char *key, const char *expected,
                              uint64_t below, uint64_t most, uint64_t *magnitude, bool *negative) {
    const cairn_gguf_entry *entry = NULL;
    char got[32];
    CAIRN_TRY(find(ctx, file, key, expected, false, &entry));
    if (!read_whole(entry->kind, file->bytes + entry->offset, magnitude, negative))
        return fail_kind(ctx, file, entry, expected);
    if (*magnitude <= (*negative ? below : most)) return CAIRN_OK;
    snprintf(got, sizeof got, "%s%" PRIu64, *negative ? "-" : "", *magnitude);
    return fail_value(ctx, file, entry, expected, got);
}

cairn_status cairn_gguf_get_u32(cairn_ctx *ctx, const cairn_gguf *file, const char *key, uint32_t *out) {
    uint64_t magnitude = 0;
    bool negative = false;
    CAIRN_TRY(get_whole(ctx, file, key, "a whole number of 32 bits, 0 or more", 0, UINT32_MAX, &magnitude, &negative));
    *out = (uint32_t)magnitude;
    return CAIRN_OK;
}

cairn_status cairn_gguf_get_u64(cairn_ctx *ctx, const cairn_gguf *file, const char *key, uint64_t *out) {
    uint64_t magnitude = 0;
    bool negative = false;
    CAIRN_TRY(get_whole(ctx, file, key, "a whole number, 0 or more", 0, UINT64_MAX, &magnitude, &negative));
    *out = magnitude;
    return CAIRN_OK;
}

cairn_status cairn_gguf_get_i64(cairn_ctx *ctx, const cairn_gguf *file, const char *key, int64_t *out) {
    uint64_t magnitude = 0;
    bool negative = false;
    CAIRN_TRY(get_whole(ctx, file, key, "a whole number of 64 bits", (uint64_t)INT64_MAX + 1, INT64_MAX, &magnitude,
                        &negative));
    *out = (int64_t)(negative ? -magnitude : magnitude);
    return CAIRN_OK;
}

cairn_status cairn_gguf_get_f64(cairn_ctx *ctx, const cairn_gguf *file, const char *key, double *out) {
    const cairn_gguf_entry *entry = NULL;
    CAIRN_TRY(find(ctx, file, key, "f32 or f64", false, &entry));
    return read_real(entry->kind, file->bytes + entry->offset, out) ? CAIRN_OK
                                                                    : fail_kind(ctx, file, entry, "f32 or f64");
}

cairn_status cairn_gguf_get_f32(cairn_ctx *ctx, const cairn_gguf *file, const char *key, float *out) {
    double value = 0;
    CAIRN_TRY(cairn_gguf_get_f64(ctx, file, key, &value));
    if (isfinite(value) && fabs(value) > FLT_MAX) {
        char got[32];
        cairn_format_double(value, got);
        return fail_value(ctx, file, cairn_gguf_find(file, key), "a number that fits f32", got);
    }
    *out = (float)value;
    return CAIRN_OK;
}

cairn_status cairn_gguf_get_bool(cairn_ctx *ctx, const cairn_gguf *file, const char *key, bool *out) {
    const cairn_gguf_entry *entry = NULL;
    CAIRN_TRY(find(ctx, file, key, "a bool", false, &entry));
    if (entry->kind != CAIRN_GGUF_BOOL) return fail_kind(ctx, file, entry, "a bool");
    *out = file->bytes[entry->offset] != 0;
    return CAIRN_OK;
}

/* ---- text --------------------------------------------------------------------------------------------------------------- */

cairn_status cairn_gguf_get_string(cairn_ctx *ctx, const cairn_gguf *file, const char *key, cairn_bytes *out) {
    const cairn_gguf_entry *entry = NULL;
    CAIRN_TRY(find(ctx, file, key, "a string", false, &entry));
    if (entry->kind != CAIRN_GGUF_STRING) return fail_kind(ctx, file, entry, "a string");
    gguf_cursor cursor = {
        .ctx = ctx, .path = file->path, .bytes = file->bytes, .size = file->size, .at = entry->offset};
    return gguf_take_string(&cursor, entry->key, out);
}

cairn_status cairn_gguf_get_text(cairn_ctx *ctx, const cairn_gguf *file, const char *key, cairn_arena *arena,
                                 const char **out) {
    cairn_bytes bytes = {0};
    CAIRN_TRY(cairn_gguf_get_string(ctx, file, key, &bytes));
    if (memchr(bytes.data, 0, bytes.length))
        return fail_value(ctx, file, cairn_gguf_find(file, key), "a text", "one with a NUL character");
    char *text = cairn_arena_copy(arena, bytes.data, bytes.length);
    if (!text) return CAIRN_NO_MEMORY;
    *out = text;
    return CAIRN_OK;
}

/* ---- arrays ------------------------------------------------------------------------------------------------------------- */

cairn_status cairn_gguf_get_strings(cairn_ctx *ctx, const cairn_gguf *file, const char *key, cairn_arena *arena,
                                    const cairn_bytes **out, size_t *count) {
    const cairn_gguf_entry *entry = NULL;
    CAIRN_TRY(find(ctx, file, key, "an array of strings", true, &entry));
    if (entry->element != CAIRN_GGUF_STRING) return fail_kind(ctx, file, entry, "an array of strings");
    gguf_cursor cursor = {
        .ctx = ctx, .path = file->path, .bytes = file->bytes, .size = file->size, .at = entry->offset};
    cairn_bytes *strings = cairn_arena_alloc(arena, entry->count, sizeof *strings);
    if (!strings) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < entry->count; i++) CAIRN_TRY(gguf_take_string(&cursor, entry->key, &strings[i]));
    *out = strings;
    *count = entry->count;
    return CAIRN_OK;
}

cairn_status cairn_gguf_get_f32s(cairn_ctx *ctx, const cairn_gguf *file, const char *key, cairn_arena *arena,
                                 const float **out, size_t *count) {
    const cairn_gguf_entry *entry = NULL;
    CAIRN_TRY(find(ctx, file, key, "an array of f32", true, &entry));
    if (entry->element != CAIRN_GGUF_F32) return fail_kind(ctx, file, entry, "an array of f32");
    float *values = cairn_arena_alloc(arena, entry->count, sizeof *values);
    if (!values) return CAIRN_NO_MEMORY;
    if (entry->count) memcpy(values, file->bytes + entry->offset, entry->count * sizeof *values);
    *out = values;
    *count = entry->count;
    return CAIRN_OK;
}

cairn_status cairn_gguf_get_i32s(cairn_ctx *ctx, const cairn_gguf *file, const char *key, cairn_arena *arena,
                                 const int32_t **out, size_t *count) {
    static const char expected[] = "an array of whole numbers of 32 bits";
    const cairn_gguf_entry *entry = NULL;
    CAIRN_TRY(find(ctx, file, key, expected, true, &entry));
    size_t size = gguf_kind_size(entry->element);
    if (size == 0) return fail_kind(ctx, file, entry, expected);
    int32_t *values = cairn_arena_alloc(arena, entry->count, sizeof *values);
    if (!values) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < entry->count; i++) {
        uint64_t magnitude;
        bool negative;
        if (!read_whole(entry->element, file->bytes + entry->offset + i * size, &magnitude, &negative))
            return fail_kind(ctx, file, entry, expected);
        if (magnitude > (uint64_t)INT32_MAX + negative) {
            char got[96];
            snprintf(got, sizeof got, "%s%" PRIu64 " as number %zu", negative ? "-" : "", magnitude, i);
            return fail_value(ctx, file, entry, expected, got);
        }
        values[i] = (int32_t)(negative ? -(int64_t)magnitude : (int64_t)magnitude);
    }
    *out = values;
    *count = entry->count;
    return CAIRN_OK;
}
