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

#endif
