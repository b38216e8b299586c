/* What words among the tokens say: names of several words, operations, equalities. */
#ifndef CAIRN_TOOL_ARITHMETIC_NUMBER_WORDS_H
#define CAIRN_TOOL_ARITHMETIC_NUMBER_WORDS_H

#include "tool/arithmetic/lex.h"

/* Merges tokens in place, before brackets are paired. */
void words_merge(lex *tokens, lex_words words);

#endif
