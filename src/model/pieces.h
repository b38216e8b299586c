/* The pre-tokenizer "cairn-1": cuts a text into pieces that tokens never cross. Bytes decide, no locale and no tables:
 * letters are A-Z, a-z and every byte from 0x80 on, digits 0-9, space is one of tab, line feed, vertical tab, form
 * feed, carriage return and blank, all other bytes are signs. The next piece is the first of these that fits:
 *
 *   1. one digit;
 *   2. 's 't 're 've 'm 'll 'd (lower case only);
 *   3. letters, with one blank before them where there is one;
 *   4. signs, likewise;
 *   5. a run of space up to the end of the text or up to a digit, whole; any other run without its last byte, when it is longer than
 *      one; else that one byte.
 *
 * On ASCII this is GPT-2's pattern applied between single digits, as several published models have it.
 */
#ifndef CAIRN_MODEL_PIECES_H
#define CAIRN_MODEL_PIECES_H

#include <stddef.h>

/* Bytes of the piece at the start of `text`, which has `length` (>= 1) bytes. */
size_t piece_length(const char *text, size_t length);

#endif
