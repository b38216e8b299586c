/* Reads a GGUF file: header, metadata, directory of tensors. Whatever a file says about itself is compared with what is
 * there before it is used; arrays of entries and tensors grow as they are read, so that a count alone costs no memory.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/gguf.h"

enum {
    LEAST_ENTRY = 8 + 1 + 4 + 1,      /* bytes: key of one character, kind, value */
    LEAST_TENSOR = 8 + 1 + 4 + 4 + 8, /* bytes: name of one character, rank, type, offset */
    LEAST_STRING = 8,                 /* bytes: the length */
    LEAST_ARRAY = 4 + 8,              /* bytes: kind and count of elements */
    SHOWN = 128                       /* bytes of a field's name in an error */
};

/* ---- fields ------------------------------------------------------------------------------------------------------------ */

/* A key or a tensor's name, NUL-terminated in the file's arena. */
static cairn_status take_name(gguf_cursor *c, cairn_gguf *file, const char *field, const char **out) {
    cairn_bytes text = {0};
    size_t at = c->at;
    CAIRN_TRY(gguf_take_string(c, field, &text));
    if (text.length == 0 || text.length > GGUF_NAME)
        return gguf_fail(c, at, "%s: a name has 1 to %d bytes, this one %zu", field, GGUF_NAME, text.length);
    if (memchr(text.data, 0, text.length)) return gguf_fail(c, at, "%s: it holds a NUL character", field);
    *out = cairn_arena_copy(file->arena, text.data, text.length);
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* ---- metadata ---------------------------------------------------------------------------------------------------------- */

static cairn_status take_kind(gguf_cursor *c, const char *field, cairn_gguf_kind *out) {
    uint32_t kind = 0;
    size_t at = c->at;
    CAIRN_TRY(gguf_take_u32(c, field, &kind));
    if (kind >= CAIRN_GGUF_KINDS) return gguf_fail(c, at, "%s: there is no kind of value %" PRIu32, field, kind);
    *out = (cairn_gguf_kind)kind;
    return CAIRN_OK;
}

/* `count` numbers or bools; their count fits the file. */
static cairn_status skip_numbers(gguf_cursor *c, const char *field, cairn_gguf_kind kind, uint64_t count) {
    const uint8_t *bytes = NULL;
    size_t at = c->at, length = (size_t)count * gguf_kind_size(kind);
    CAIRN_TRY(gguf_take(c, field, length, &bytes));
    for (size_t i = 0; kind == CAIRN_GGUF_BOOL && i < length; i++)
        if (bytes[i] > 1) return gguf_fail(c, at + i, "%s: a bool is 0 or 1, this one %d", field, bytes[i]);
    return CAIRN_OK;
}

static cairn_status skip_elements(gguf_cursor *c, const char *field, cairn_gguf_kind element, uint64_t count,
                                  int depth);

/* An array's kind and count of elements, and the elements. */
static cairn_status skip_array(gguf_cursor *c, const char *field, int depth, cairn_gguf_kind *element, uint64_t *count,
                               size_t *start) {
    if (depth > CAIRN_GGUF_DEPTH)
        return cairn_fail(c->ctx, CAIRN_LIMIT, "%s: byte %zu: %s: arrays are nested deeper than %d", c->path, c->at,
                          field, CAIRN_GGUF_DEPTH);
    CAIRN_TRY(take_kind(c, field, element));
    size_t least = *element == CAIRN_GGUF_STRING  ? LEAST_STRING
                   : *element == CAIRN_GGUF_ARRAY ? LEAST_ARRAY
                                                  : gguf_kind_size(*element);
    CAIRN_TRY(gguf_take_count(c, field, least, count));
    *start = c->at;
    return skip_elements(c, field, *element, *count, depth);
}

static cairn_status skip_elements(gguf_cursor *c, const char *field, cairn_gguf_kind element, uint64_t count,
                                  int depth) {
    cairn_gguf_kind inner = CAIRN_GGUF_U8;
    cairn_bytes text = {0};
    uint64_t inner_count = 0;
    size_t start = 0;
    if (gguf_kind_size(element) > 0) return skip_numbers(c, field, element, count);
    for (uint64_t i = 0; i < count; i++) {
        if (element == CAIRN_GGUF_STRING)
            CAIRN_TRY(gguf_take_string(c, field, &text));
        else
            CAIRN_TRY(skip_array(c, field, depth + 1, &inner, &inner_count, &start));
    }
    return CAIRN_OK;
}

static cairn_status read_entry(gguf_cursor *c, cairn_gguf *file, uint64_t number) {
    char field[SHOWN];
    cairn_gguf_entry entry = {.count = 1};
    snprintf(field, sizeof field, "key number %" PRIu64, number);
    CAIRN_TRY(take_name(c, file, field, &entry.key));
    snprintf(field, sizeof field, "key `%.100s`", entry.key);
    CAIRN_TRY(take_kind(c, field, &entry.kind));
    entry.element = entry.kind;
    size_t start = c->at;
    if (entry.kind == CAIRN_GGUF_ARRAY)
        CAIRN_TRY(skip_array(c, field, 1, &entry.element, &entry.count, &start));
    else
        CAIRN_TRY(skip_elements(c, field, entry.kind, 1, 1));
    entry.offset = start;
    entry.size = c->at - start;
    void *block = file->entries;
    CAIRN_TRY(cairn_grow(c->ctx, &block, &file->entries_capacity, file->n_entries + 1, sizeof entry));
    file->entries = block;
    file->entries[file->n_entries++] = entry;
    return CAIRN_OK;
}

static int compare_entries(const void *a, const void *b) {
    const cairn_gguf_entry *x = *(const cairn_gguf_entry *const *)a, *y = *(const cairn_gguf_entry *const *)b;
    int order = strcmp(x->key, y->key);
    return order ? order : (x > y) - (x < y);
}

static cairn_status index_entries(gguf_cursor *c, cairn_gguf *file) {
    size_t n = file->n_entries;
    file->by_key = cairn_arena_alloc(file->arena, n, sizeof *file->by_key);
    if (!file->by_key) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) file->by_key[i] = &file->entries[i];
    if (n > 1) qsort(file->by_key, n, sizeof *file->by_key, compare_entries);
    for (size_t i = 1; i < n; i++)
        if (strcmp(file->by_key[i - 1]->key, file->by_key[i]->key) == 0)
            return gguf_fail(c, (size_t)file->by_key[i]->offset,
                             "key `%.100s`: it is there twice, first at byte %" PRIu64, file->by_key[i]->key,
                             file->by_key[i - 1]->offset);
    return CAIRN_OK;
}

static cairn_status read_alignment(gguf_cursor *c, cairn_gguf *file) {
    const cairn_gguf_entry *entry = cairn_gguf_find(file, GGUF_ALIGNMENT);
    file->alignment = GGUF_PADDING;
    if (!entry) return CAIRN_OK;
    uint32_t said = 0;
    CAIRN_TRY(cairn_gguf_get_u32(c->ctx, file, GGUF_ALIGNMENT, &said));
    if (said < 8 || said > GGUF_MOST_PADDING || (said & (said - 1)) != 0)
        return gguf_fail(c, (size_t)entry->offset,
                         "key `" GGUF_ALIGNMENT "`: a power of two from 8 to %d, got %" PRIu32, GGUF_MOST_PADDING,
                         said);
    file->alignment = said;
    return CAIRN_OK;
}

/* ---- tensors ----------------------------------------------------------------------------------------------------------- */

/* One line of the directory. `offset` stays relative to the data, which starts after the last line. */
static cairn_status read_tensor(gguf_cursor *c, cairn_gguf *file, uint64_t number) {
    char field[SHOWN];
    cairn_gguf_tensor t = {.shape = {1, 1, 1, 1}};
    uint32_t rank = 0;
    snprintf(field, sizeof field, "name of tensor number %" PRIu64, number);
    CAIRN_TRY(take_name(c, file, field, &t.name));
    snprintf(field, sizeof field, "tensor `%.100s`", t.name);
    size_t at = c->at;
    CAIRN_TRY(gguf_take_u32(c, field, &rank));
    if (rank > CAIRN_GGUF_RANK)
        return gguf_fail(c, at, "%s: it has %" PRIu32 " dimensions, at most %d are read", field, rank, CAIRN_GGUF_RANK);
    t.rank = (int32_t)rank;
    for (uint32_t i = 0; i < rank; i++) {
        uint64_t extent = 0;
        CAIRN_TRY(gguf_take_u64(c, field, &extent));
        t.shape[i] = extent > INT64_MAX ? -1 : (int64_t)extent;
    }
    CAIRN_TRY(gguf_take_u32(c, field, &t.type));
    const char *wrong = gguf_measure(t.type, t.rank, t.shape, &t.elements, &t.bytes);
    if (wrong) return gguf_fail(c, at, "%s: %s", field, wrong);
    at = c->at;
    CAIRN_TRY(gguf_take_u64(c, field, &t.offset));
    if (t.offset % file->alignment != 0)
        return gguf_fail(c, at, "%s: its offset %" PRIu64 " is no multiple of the alignment %zu", field, t.offset,
                         file->alignment);
    void *block = file->tensors;
    CAIRN_TRY(cairn_grow(c->ctx, &block, &file->tensors_capacity, file->n_tensors + 1, sizeof t));
    file->tensors = block;
    file->tensors[file->n_tensors++] = t;
    return CAIRN_OK;
}

static int compare_names(const void *a, const void *b) {
    const cairn_gguf_tensor *x = *(const cairn_gguf_tensor *const *)a, *y = *(const cairn_gguf_tensor *const *)b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x > y) - (x < y);
}

static int compare_offsets(const void *a, const void *b) {
    const cairn_gguf_tensor *x = *(const cairn_gguf_tensor *const *)a, *y = *(const cairn_gguf_tensor *const *)b;
    if (x->offset != y->offset) return x->offset < y->offset ? -1 : 1;
    return (x > y) - (x < y);
}

/* Makes offsets absolute and sees to it that every tensor lies inside the file. */
static cairn_status place_tensors(gguf_cursor *c, cairn_gguf *file) {
    size_t padding = (file->alignment - c->at % file->alignment) % file->alignment;
    for (size_t i = 0; i < file->n_tensors; i++) {
        cairn_gguf_tensor *t = &file->tensors[i];
        uint64_t start, end, least = t->bytes ? t->bytes : 1;
        if (__builtin_add_overflow((uint64_t)c->at + padding, t->offset, &start) ||
            __builtin_add_overflow(start, least, &end) || end > c->size)
            return gguf_fail(c, c->at,
                             "tensor `%.100s`: its %zu bytes at offset %" PRIu64 " of the data end after the "
                             "file, which has %zu bytes",
                             t->name, t->bytes, t->offset, c->size);
        t->offset = start;
        t->data = file->bytes + start;
    }
    return CAIRN_OK;
}

static cairn_status index_tensors(gguf_cursor *c, cairn_gguf *file) {
    size_t n = file->n_tensors;
    file->by_name = cairn_arena_alloc(file->arena, n, sizeof *file->by_name);
    if (!file->by_name) return CAIRN_NO_MEMORY;
    const cairn_gguf_tensor **by = file->by_name;
    for (size_t i = 0; i < n; i++) by[i] = &file->tensors[i];
    if (n > 1) qsort(by, n, sizeof *by, compare_offsets);
    for (size_t i = 1; i < n; i++)
        if (by[i]->offset < by[i - 1]->offset + by[i - 1]->bytes || by[i]->offset == by[i - 1]->offset)
            return gguf_fail(c, (size_t)by[i]->offset,
                             "tensor `%.100s`: it overlaps tensor `%.100s`, which has %zu bytes at byte %" PRIu64,
                             by[i]->name, by[i - 1]->name, by[i - 1]->bytes, by[i - 1]->offset);
    if (n > 1) qsort(by, n, sizeof *by, compare_names);
    for (size_t i = 1; i < n; i++)
        if (strcmp(by[i - 1]->name, by[i]->name) == 0)
            return gguf_fail(c, (size_t)by[i]->offset, "tensor `%.100s`: it is there twice", by[i]->name);
    return CAIRN_OK;
}

/* ---- the file ---------------------------------------------------------------------------------------------------------- */

static cairn_status read_header(gguf_cursor *c, cairn_gguf *file, uint64_t *n_tensors, uint64_t *n_entries) {
    const uint8_t *magic = NULL;
    CAIRN_TRY(gguf_take(c, "magic number", 4, &magic));
    if (memcmp(magic, GGUF_MAGIC, 4) != 0 && c->size > 8 && c->bytes[8] == '{') /* after the length of its header */
        return gguf_fail(c, 0,
                         "this is a safetensors file, and a GGUF file is wanted: convert it, e.g. by llama.cpp's "
                         "convert_hf_to_gguf.py");
    if (memcmp(magic, "FUGG", 4) == 0)
        return cairn_fail(c->ctx, CAIRN_UNSUPPORTED,
                          "%s: byte 0: magic number: FUGG, a big-endian file; only little-endian ones are read",
                          c->path);
    if (memcmp(magic, GGUF_MAGIC, 4) != 0)
        return gguf_fail(c, 0,
                         "magic number: a GGUF file starts with the letters GGUF, this one with %02x %02x %02x %02x",
                         magic[0], magic[1], magic[2], magic[3]);
    CAIRN_TRY(gguf_take_u32(c, "version", &file->version));
    if (file->version < GGUF_OLDEST || file->version > GGUF_VERSION) {
        bool swapped = file->version != 0 && (file->version & 0xFFFF) == 0;
        return cairn_fail(c->ctx, CAIRN_UNSUPPORTED,
                          "%s: byte 4: version: %s %" PRIu32 ", only versions %d and %d are read", c->path,
                          swapped ? "a big-endian file," : "it is",
                          swapped ? __builtin_bswap32(file->version) : file->version, GGUF_OLDEST, GGUF_VERSION);
    }
    CAIRN_TRY(gguf_take_count(c, "number of tensors", LEAST_TENSOR, n_tensors));
    CAIRN_TRY(gguf_take_count(c, "number of keys", LEAST_ENTRY, n_entries));
    if (*n_tensors > INT32_MAX || *n_entries > INT32_MAX)
        return cairn_fail(c->ctx, CAIRN_LIMIT, "%s: byte 8: at most %d tensors and keys are read", c->path, INT32_MAX);
    return CAIRN_OK;
}

cairn_status gguf_read(cairn_ctx *ctx, cairn_gguf *file) {
    gguf_cursor c = {.ctx = ctx, .path = file->path, .bytes = file->bytes, .size = file->size};
    uint64_t n_tensors = 0, n_entries = 0;
    CAIRN_TRY(read_header(&c, file, &n_tensors, &n_entries));
    for (uint64_t i = 0; i < n_entries; i++) CAIRN_TRY(read_entry(&c, file, i));
    CAIRN_TRY(index_entries(&c, file));
    CAIRN_TRY(read_alignment(&c, file));
    for (uint64_t i = 0; i < n_tensors; i++) CAIRN_TRY(read_tensor(&c, file, i));
    CAIRN_TRY(place_tensors(&c, file));
    return index_tensors(&c, file);
}
