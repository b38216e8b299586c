/* Expressions of the calculator: the grammar of read.h, strictly, with named values; and their exact value.
 *
 *     math_node *tree;
 *     mpq_t value;
 *     mpq_init(value);
 *     cairn_status status = math_read_expression(ctx, arena, "20% of A", 8, &names, &tree);
 *     if (status == CAIRN_OK) status = math_evaluate(ctx, tree, &names, value); */
#ifndef CAIRN_TOOL_MATH_EXPRESSION_H
#define CAIRN_TOOL_MATH_EXPRESSION_H

#include <gmp.h>

#include "tool/math/value.h"

/* A key has one to MATH_KEY_WORDS words joined by single blanks, in lower case; a single letter keeps its case. */
enum { MATH_KEY_MOST = 48, MATH_KEY_WORDS = 4 };

/* Values by their key; NULL: none. */
typedef struct math_names {
    mpq_srcptr (*value)(const void *table, const char *key);
    const void *table;
} math_names;

/* The key of a whole text; false where it is none. */
bool math_key(const char *text, size_t length, char out[MATH_KEY_MOST]);

/* Reads text[length], all of it, as one expression. What differs from math_read: the first thing that is not read is an
 * error; words are names, functions and operators ("of", "times", "x" between operands, "multiplied by", "percent");
 * currency is dropped; brackets of all kinds group, commas in them separate thousands but in the arguments of a
 * function; apostrophes and no-break blanks separate thousands; two minus signs are a plus; a percent sign belongs to
 * the number before it. `names` may be NULL; the text of a NAME is its key. Errors, with the byte: FORMAT, NOT_FOUND (a
 * name without value), LIMIT, NO_MEMORY. */
cairn_status math_read_expression(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length,
                                  const math_names *names, math_node **out);

/* The exact value; 0^0 is 1. Errors, with the byte: FORMAT (a structure: no number), NOT_FOUND, INVALID (division by
 * zero), UNSUPPORTED (irrational), LIMIT (beyond CAIRN_TOOL_BITS_MOST bits), NO_MEMORY. */
cairn_status math_evaluate(cairn_ctx *ctx, const math_node *node, const math_names *names, mpq_t out);

/* math_rational for many small trees one after the other: the room for their values is the caller's matter. */
bool math_exact(math_engine *engine, const math_node *node, mpq_t out);

#endif
