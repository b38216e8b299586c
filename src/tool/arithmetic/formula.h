/* Sides of equalities that are whole formulas, or stand between two signs: read by the grammar, valued on its tree. */
#ifndef CAIRN_TOOL_ARITHMETIC_FORMULA_H
#define CAIRN_TOOL_ARITHMETIC_FORMULA_H

#include "tool/arithmetic/equalities.h"

/* A side as its tokens [from, stop), the ones of its delimiter left out. */
typedef struct formula_side {
    size_t from, stop;
    bool opens;  /* a formula begins with it: what stands before it is prose */
    bool closes; /* a formula ends with it */
    size_t next; /* token after it and its delimiter */
} formula_side;

/* Whether the part's end (`tail`: what a relation follows) or its start is such a side. Signs and numbers alone: no
 * words. */
bool formula_find(const lex *tokens, const chain_part *part, bool tail, formula_side *out);

/* The exact value and what is shown of it, without units. False: the grammar does not read a rational number. */
bool formula_value(calc *machine, const lex *tokens, const formula_side *side, calc_value *out);

/* The exact value of text[length], all of it an expression without names; false where it is none. */
bool formula_expression(calc *machine, const char *text, size_t length, mpq_t out);

#endif
