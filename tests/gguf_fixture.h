/* GGUF files put together byte by byte from the published layout, without the library. */
#ifndef CAIRN_TESTS_GGUF_FIXTURE_H
#define CAIRN_TESTS_GGUF_FIXTURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The numbers of the published format. */
enum { U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64 };

/* The file so far; static storage of the test. */
typedef struct bytes {
    uint8_t data[1 << 16];
    size_t size;
} bytes;

static inline void add(bytes *b, const void *data, size_t size) {
    if (size > sizeof b->data - b->size) abort();
    if (size) memcpy(b->data + b->size, data, size);
    b->size += size;
}

/* `size` bytes of a whole number, the lowest first. */
static inline void add_number(bytes *b, uint64_t value, int size) {
    for (int i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(i < 8 ? value >> (8 * i) : 0);
        add(b, &byte, 1);
    }
}

static inline void add_string(bytes *b, const char *text) {
    add_number(b, strlen(text), 8);
    add(b, text, strlen(text));
}

static inline void add_key(bytes *b, const char *key, uint32_t kind) {
    add_string(b, key);
    add_number(b, kind, 4);
}

static inline void add_array(bytes *b, const char *key, uint32_t element, uint64_t count) {
    add_key(b, key, ARRAY);
    add_number(b, element, 4);
    add_number(b, count, 8);
}

static inline void add_text(bytes *b, const char *key, const char *text) {
    add_key(b, key, STRING);
    add_string(b, text);
}

static inline void start(bytes *b, uint64_t tensors, uint64_t entries) {
    b->size = 0;
    add(b, "GGUF", 4);
    add_number(b, 3, 4);
    add_number(b, tensors, 8);
    add_number(b, entries, 8);
}

/* A line of the directory with up to two dimensions. */
static inline void add_tensor(bytes *b, const char *name, uint32_t rank, uint64_t first, uint64_t second, uint32_t type,
                              uint64_t offset) {
    add_string(b, name);
    add_number(b, rank, 4);
    if (rank > 0) add_number(b, first, 8);
    if (rank > 1) add_number(b, second, 8);
    add_number(b, type, 4);
    add_number(b, offset, 8);
}

static inline void pad(bytes *b, size_t alignment) {
    while (b->size % alignment) add_number(b, 0, 1);
}

#endif
