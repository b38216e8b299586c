/* UTF-8 as the Unicode standard's table 3-7 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef CAIRN_MODEL_UTF8_H
#define CAIRN_MODEL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a sequence of bytes begins with. */
typedef enum utf8_start {
    UTF8_BAD,   /* its first byte belongs to no character */
    UTF8_SHORT, /* all of it is the beginning of a character */
    UTF8_WHOLE  /* a character */
} utf8_start;

/* Looks at the first of `length` (>= 1) bytes; *size is the character's length in bytes when it is whole, else 0. */
utf8_start utf8_look(const char *bytes, size_t length, size_t *size);

/* Bytes before the first that belongs to no character; `length` when all of it is UTF-8. */
size_t utf8_valid(const char *bytes, size_t length);

/* Reads the character at `bytes`, which must be valid; *size is its length in bytes. */
uint32_t utf8_read(const char *bytes, size_t *size);

/* Writes a character below U+0800; returns its length in bytes, 1 or 2. */
size_t utf8_write(uint32_t character, char out[2]);

#endif
