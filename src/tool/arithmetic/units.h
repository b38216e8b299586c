/* Words after numbers: which end a quantity, which scale it, and whether two sides count the same things. */
#ifndef CAIRN_TOOL_ARITHMETIC_UNITS_H
#define CAIRN_TOOL_ARITHMETIC_UNITS_H

#include "tool/arithmetic/calc.h"

/* Whether token `at` is a word that ends a quantity: "and", "so", "which". */
bool unit_stops(const lex *tokens, size_t at);
/* Whether it is a unit of measurement. */
bool unit_measures(const lex *tokens, size_t at);
/* Whether units make a difference of the values uncertain: a scaling word anywhere, two different measures, sides that
 * count different things, or a fraction of something on the left ("1/4 tank = 60/4"). */
bool units_differ(const lex *tokens, const calc_value *left, const calc_value *right);
/* Whether a side counts several kinds of things: "3 apples + 2 pears". */
bool unit_several(const lex *tokens, const calc_value *side);
/* Whether a side adds and subtracts, and does nothing else. */
bool unit_sum(const lex *tokens, const calc_value *side);
/* Whether measures are added number by number: "3 hours + 40 minutes = 43 hours", "2 m + 3 m = 5 cm". */
bool unit_mixture(const lex *tokens, const calc_value *left, const calc_value *right);

#endif
