/* How far a side reaches that holds more than numbers and signs: functions of several arguments, factorials, bars,
 * floors. Tokens alone do not value these; the grammar reads such a side whole. */
#ifndef CAIRN_TOOL_ARITHMETIC_EXTENT_H
#define CAIRN_TOOL_ARITHMETIC_EXTENT_H

#include "tool/arithmetic/lex.h"

/* Where the name of the function begins whose arguments stand in the bracket at token `open`: "gcd(", "\gcd(",
 * "\operatorname{lcm}(", "\binom{5}{". `open`: none stands there, or it begins before token `from`. */
size_t extent_name(const lex *tokens, size_t from, size_t open);
/* Whether token `at` is a comma between the arguments of a function. */
bool extent_separates(const lex *tokens, size_t at);
/* Whether token `at` is a factorial sign after an operand that begins at token `from` or later. */
bool extent_factorial(const lex *tokens, size_t from, size_t at);
/* Where the bars or the brackets of a floor or ceiling open that token `at` closes: |3 - 8|. `at`: it closes none. */
size_t extent_opening(const lex *tokens, size_t from, size_t at);
/* Whether tokens [from, to) hold any of these. */
bool extent_holds(const lex *tokens, size_t from, size_t to);
/* Whether they hold no word but the names of functions. */
bool extent_wordless(const lex *tokens, size_t from, size_t to);
/* The end of the longest run of operands and signs from token `from` on, of which one is of these. `from`: there is
 * none, or it is not certain where it ends: "7!" at the end of a sentence. */
size_t extent_end(const lex *tokens, size_t from, size_t to);

#endif
