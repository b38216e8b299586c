/* GGUF inside the library: the layout that reader, writer and accessors share. */
#ifndef CAIRN_MODEL_GGUF_H
#define CAIRN_MODEL_GGUF_H

#include "cairn/model.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "GGUF is read in place: the machine must be little-endian");

#define GGUF_MAGIC     "GGUF"
#define GGUF_ALIGNMENT "general.alignment"
#define GGUF_CHECKSUM  "cairn.checksum"

enum {
    GGUF_VERSION = 3,
    GGUF_OLDEST = 2,   /* the same layout */
    GGUF_HEADER = 24,  /* bytes: magic, version, tensors, entries */
    GGUF_PADDING = 32, /* alignment where the file does not say */
    GGUF_MOST_PADDING = 1 << 20,
    GGUF_NAME = 65535,      /* bytes of a key or of a tensor's name, at most */
    GGUF_WRITTEN_NAME = 63, /* bytes of a tensor's name that others still read */
    GGUF_BLOCK = 65536      /* bytes; part of what the checksum means: it is a fold of the keys of such blocks */
};

struct cairn_gguf {
    char *path;
    const uint8_t *bytes; /* [size] */
    size_t size;
    bool mapped; /* `bytes` is ours to unmap */
    uint32_t version;
    size_t alignment;
    cairn_arena *arena; /* of keys and names */
    cairn_gguf_entry *entries;
    size_t n_entries, entries_capacity;
    cairn_gguf_tensor *tensors;
    size_t n_tensors, tensors_capacity;
    const cairn_gguf_entry **by_key;   /* [n_entries] sorted */
    const cairn_gguf_tensor **by_name; /* [n_tensors] sorted */
};

/* A place in a file that is being read. */
typedef struct gguf_cursor {
    cairn_ctx *ctx;
    const char *path;
    const uint8_t *bytes;
    size_t size, at;
} gguf_cursor;

/* Records "<path>: byte <at>: <what is wrong>" as CAIRN_FORMAT. */
cairn_status gguf_fail(const gguf_cursor *cursor, size_t at, const char *format, ...) CAIRN_PRINTF(3, 4);
/* The next `length` bytes, which lie in the file's. `field` is the name that errors say. */
cairn_status gguf_take(gguf_cursor *cursor, const char *field, size_t length, const uint8_t **out);
cairn_status gguf_take_u32(gguf_cursor *cursor, const char *field, uint32_t *out);
cairn_status gguf_take_u64(gguf_cursor *cursor, const char *field, uint64_t *out);
/* A count of things of at least `least` bytes each, which must fit into the rest of the file. */
cairn_status gguf_take_count(gguf_cursor *cursor, const char *field, size_t least, uint64_t *out);
/* A string: its length (8 bytes), then UTF-8. */
cairn_status gguf_take_string(gguf_cursor *cursor, const char *field, cairn_bytes *out);

/* Bytes of a number or bool of this kind; 0 for strings and arrays. */
size_t gguf_kind_size(cairn_gguf_kind kind);
/* Reads the whole file: everything that cairn_gguf_open promises. path, bytes and size are set. */
cairn_status gguf_read(cairn_ctx *ctx, cairn_gguf *file);

/* Bytes of a tensor of this type and shape, and its elements. NULL when it is well formed, else what is wrong with it.
 * `bytes` is 0 when the layout of the type is not known. */
const char *gguf_measure(uint32_t type, int32_t rank, const int64_t *shape, int64_t *elements, size_t *bytes);

/* Key and size of the file at `path`, without keeping its bytes: what cairn_gguf_key and cairn_gguf_size say when it is
 * open. Errors: those of cairn_gguf_open for files that cannot be read. */
cairn_status gguf_file_key(cairn_ctx *ctx, const char *path, uint64_t *key, size_t *size);

/* One step of a checksum: `length` (1 .. GGUF_BLOCK) bytes that follow what was folded before, 0 at the start of a
 * file. */
uint64_t gguf_fold(uint64_t folded, const void *block, size_t length);

#endif
