/* cairn_key of bytes that come in pieces. */
#ifndef CAIRN_CORE_KEY_H
#define CAIRN_CORE_KEY_H

#include "cairn/core.h"

/* The key of `length` bytes before the first of them. */
uint64_t key_begin(size_t length);
/* Adds the next bytes: any multiple of 8. */
uint64_t key_add(uint64_t key, const void *bytes, size_t length);
/* Adds the last 0 to 7 bytes. */
uint64_t key_end(uint64_t key, const void *bytes, size_t length);

#endif
