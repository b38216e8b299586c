/* Chains of equalities in tokens, and the reading of their sides. */
#ifndef CAIRN_TOOL_ARITHMETIC_EQUALITIES_H
#define CAIRN_TOOL_ARITHMETIC_EQUALITIES_H

#include "cairn/tool.h"
#include "tool/arithmetic/calc.h"
#include "tool/arithmetic/systems.h"

/* What stands between two relations, or between a relation and the end of the sentence. */
typedef struct chain_part {
    size_t from, to; /* tokens */
    char relation;   /* before it: LEX_EQUAL, LEX_APPROXIMATE, LEX_WEAK, or '\0' for the first */
} chain_part;

typedef struct chain {
    chain_part *parts;
    size_t count, capacity;
} chain;

/* The next chain at or after token *at, which moves after it; one part alone when the sentence has no relation.
 * `words`: weak relations count, and a colon after a name. CAIRN_END when there is none. Errors: NO_MEMORY. */
cairn_status chain_next(cairn_ctx *ctx, const lex *tokens, size_t *at, bool words, chain *out);

/* How a text is read: with these names, or NULL; `strict`: a neighbouring whole number is not good enough, and running
 * equalities are wrong; `systems`: what the texts before speak of, or NULL. */
typedef struct chain_setting {
    const calc_names *names;
    bool strict;
    systems_source *systems;
} chain_setting;

/* Reads a part as the right side of what is before it (`tail` false: from its start) or as the left side of what
 * follows (`tail` true: up to its end). False when it is no expression. */
bool chain_side(calc *machine, const lex *tokens, const chain_part *part, bool tail, const calc_names *names,
                calc_reading reading, calc_value *out);

/* Judges `left = right`. `strict`: a neighbouring whole number is not good enough, and running equalities are wrong. */
cairn_equation_code chain_compare(const calc_value *left, const calc_value *right, bool approximate, bool strict);

/* chain_side on both and chain_compare, under the other readings of %, of moduli and of the words around; false when a
 * side is no expression. */
bool chain_judge(calc *machine, const lex *tokens, const chain_part *before, const chain_part *after,
                 const chain_setting *setting, calc_value *left, calc_value *right, cairn_equation_code *out);
/* Whether the side that was computed is the right one: the left one is a number. */
bool chain_turned(const lex *tokens, const calc_value *left, const calc_value *right);

cairn_verdict chain_verdict(cairn_equation_code code);

#endif
