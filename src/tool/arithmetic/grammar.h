/* A second reading of a side by the grammar of mathematics in text, tool/math/read.h. */
#ifndef CAIRN_TOOL_ARITHMETIC_GRAMMAR_H
#define CAIRN_TOOL_ARITHMETIC_GRAMMAR_H

#include <gmp.h>

#include "cairn/core.h"

/* Reads text[length] as a number. Returns false where the text has commands of LaTeX and the grammar does not cover it,
 * or it is no rational number. Else `value`, which holds the calculator's own reading, becomes the grammar's where
 * there is one: a text without commands may be prose, of which the grammar knows nothing. */
bool grammar_value(cairn_ctx *ctx, const char *text, size_t length, mpq_t value);

/* Whether the two texts are equal by the grammar, letters being unknowns. True where it cannot be asked. */
bool grammar_equal(cairn_ctx *ctx, const char *left, size_t left_length, const char *right, size_t right_length);

#endif
