/* What stands before an expression: whether it is the value that is spoken of, or something of it. */
#ifndef CAIRN_TOOL_ARITHMETIC_LEAD_H
#define CAIRN_TOOL_ARITHMETIC_LEAD_H

#include "tool/arithmetic/lex.h"

/* Whether the words of tokens [from, start) before an expression make another quantity of it: "the number of digits of
 * 25 * 40", "twice 3 + 4", "the exponent of 2 in 2^3 * 5". `said`: a word such as "is" follows the expression and not a
 * sign, so that anything but plain words may do so. */
bool lead_of_another(const lex *tokens, size_t from, size_t start, bool said);
/* Whether every word of a problem asks for the value of its expression and nothing else, tokens [from, stop) apart. */
bool lead_asks_value(const lex *tokens, size_t from, size_t stop);
/* Whether the word at `at` before a bracket is a symbol or a function, so that the bracket's value is not all. What
 * stands before token `from` does not count. */
bool lead_is_symbol(const lex *tokens, size_t from, size_t at);

#endif
