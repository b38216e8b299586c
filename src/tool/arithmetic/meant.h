/* What a writer may have meant where the numbers of an equality do not agree, and what makes one that holds uncertain.
 */
#ifndef CAIRN_TOOL_ARITHMETIC_MEANT_H
#define CAIRN_TOOL_ARITHMETIC_MEANT_H

#include "tool/arithmetic/equalities.h"

/* Whether an equality that is false of the numbers may be meant of something else: "1/3 = 20 students", "15 * 4 = 1
 * hour", "(1) + (2) = 12", "9-5 = 8 hours". */
bool meant_otherwise(calc *machine, const lex *tokens, const calc_value *left, const calc_value *right);

/* Whether words after a number compare it with something or compute with it. */
bool meant_compared(const lex *tokens, const calc_value *right);

/* Whether an equality that holds of the numbers may be false of what they stand for, or is part of more: "3 hours + 40
 * minutes = 43 hours", "twice 3 + 4 = 7", "3 + 4 = 7 squared", "2 + 3 = 5 > 6". */
bool meant_of_more(calc *machine, const lex *tokens, const calc_value *left, const calc_value *right);

/* Whether a sign of order after a side is false of the next number: "2 + 3 = 5 > 6". */
bool meant_false_order(calc *machine, const lex *tokens, const calc_value *side);

#endif
