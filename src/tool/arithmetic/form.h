/* What is left of an expression while its pieces are worked out: a text in one spelling, and its value. */
#ifndef CAIRN_TOOL_ARITHMETIC_FORM_H
#define CAIRN_TOOL_ARITHMETIC_FORM_H

#include "tool/arithmetic/calc.h"

enum { FORM_MOST = 4096, FORM_TRIES = 8 };

/* Spelled without spaces: numbers canonically, operators in one way, no brackets around numbers and none twice. */
typedef struct form {
    char text[FORM_MOST]; /* "" when it is not known */
    mpq_t value;
} form;

/* Spells tokens [from, to) without outer brackets; false when they are long or no plain expression. */
bool form_spell(const lex *tokens, size_t from, size_t to, char out[FORM_MOST]);
/* Whether `piece` stands in the text, not in the middle of a number. */
bool form_has(const form *f, const char *piece);
/* Whether `text` of value `value` may be a piece written otherwise: some bracket or some two neighbouring numbers with
 * their sign have the value, and no fewer numbers than `text`. */
bool form_has_value(calc *machine, const form *f, const mpq_t value, const char *text);
/* Signs between operands, those in fractions "(2/3)" apart: 0 for a number or an unknown text. */
size_t form_operations(const form *f);

/* Puts `next` in the place of one occurrence of `piece`, whose value is `value`, and values the whole anew. Only an
 * occurrence counts that is really a part: its value in its place leaves the whole as it is. False when there is none.
 */
bool form_replace(calc *machine, form *f, const char *piece, const mpq_t value, const char *next);

#endif
