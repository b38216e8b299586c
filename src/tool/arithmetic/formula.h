/* Sides of equalities as trees of the grammar: which are whole formulas, and what is shown of a tree and its value. */
#ifndef CAIRN_TOOL_ARITHMETIC_FORMULA_H
#define CAIRN_TOOL_ARITHMETIC_FORMULA_H

#include "tool/arithmetic/equalities.h"
#include "tool/arithmetic/machine.h"

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
bool formula_value(calc *machine, const lex *tokens, const formula_side *side, calc_reading reading, calc_value *out);
/* The same of the tokens of a run, all of them. What the run knows of its words stays in its value. */
bool formula_tokens(calc_run *run, calc_reading reading);

/* The exact value of text[length], all of it an expression without names; false where it is none. */
bool formula_expression(calc *machine, const char *text, size_t length, mpq_t out);

/* Judges an equality one of whose sides is irrational: by its tree, and to the digits that a decimal shows. */
cairn_equation_code formula_compare(calc *machine, const lex *tokens, const calc_value *left, const calc_value *right,
                                    bool approximate);

/* The bytes of a side, without the dollars around it. */
void formula_bytes(const lex *tokens, const calc_value *side, size_t *start, size_t *length);
/* Whether the two texts are equal, letters being unknowns. True where it cannot be asked. */
bool formula_equal(calc *machine, const char *left, size_t left_length, const char *right, size_t right_length);

#endif
