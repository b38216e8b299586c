/* What no reader of arithmetic reads. */
#ifndef CAIRN_TOOL_ARITHMETIC_UNREAD_H
#define CAIRN_TOOL_ARITHMETIC_UNREAD_H

#include "cairn/core.h"

/* Whether a text has characters beside its numbers and signs that the lexer does not read and an eye takes for
 * arithmetic or for nothing: digits and signs of other blocks, letters that look like digits, pictures without a blank,
 * controls, invisible marks, marks that turn the direction of text. Linear in its length. */
bool unread_arithmetic(const char *text, size_t length);

#endif
