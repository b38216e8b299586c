/* What stands before an expression: whether it is the value that is spoken of, or something of it. */
#ifndef CAIRN_TOOL_ARITHMETIC_LEAD_H
#define CAIRN_TOOL_ARITHMETIC_LEAD_H

#include "tool/arithmetic/lex.h"

/* Whether the words of tokens [from, start) before an expression make another quantity of it: "the number of digits of
 * 25 * 40", "twice 3 + 4", "the exponent of 2 in 2^3 * 5". `said`: a word such as "is" follows the expression and not a
 * sign, so that anything but plain words may do so. */
bool lead_of_another(const lex *tokens, size_t from, size_t start, bool said);
/* Whether words in an expression or between it and what relates it to the next, token `relation`, make another quantity
 * of it: "3 of 8" is a share, "3 + 4 doubled"; what a power "leaves" is a remainder. */
bool lead_is_changed(const lex *tokens, size_t from, size_t relation);
/* Where in tokens [from, to) a number at their end begins that words or marks other than operators do something to:
 * "5!", "twice 7", "17 mod 5", "10% of 7", "7 squared", "log_2 8"; `to` when there is none. */
size_t lead_applied(const lex *tokens, size_t from, size_t to);
/* Whether every word of a problem asks for the value of its expression and nothing else, tokens [from, stop) apart. */
bool lead_asks_value(const lex *tokens, size_t from, size_t stop);
/* Whether the word at `at` before a bracket is a symbol or a function, so that the bracket's value is not all. What
 * stands before token `from` does not count. */
bool lead_is_symbol(const lex *tokens, size_t from, size_t at);

#endif
