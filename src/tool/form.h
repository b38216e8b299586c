/* The problem's expression as it stands after some of its pieces were worked out: what a solution has left to do. */
#ifndef CAIRN_TOOL_FORM_H
#define CAIRN_TOOL_FORM_H

#include "tool/calc.h"

enum { FORM_MOST = 4096, FORM_TRIES = 8 };

/* Expressions are spelled without spaces, operators in one way, without brackets around a single number. */
typedef struct form {
    char text[FORM_MOST];
    bool in_step; /* every piece worked out so far was found here */
} form;

/* Spells tokens [from, to), without outer brackets; false when long or when a token is no part of an expression. */
bool form_spell(const lex *tokens, size_t from, size_t to, char out[FORM_MOST]);

/* Replaces one occurrence of `piece` by `value` such that the whole keeps the value `whole`. False when there is none. */
bool form_replace(cairn_ctx *ctx, calc *machine, form *f, const char *piece, const mpq_t value, const mpq_t whole);

#endif
