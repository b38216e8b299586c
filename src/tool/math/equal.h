/* Comparison of two answers as trees: one table of rules, each for a pair of kinds. */
#ifndef CAIRN_TOOL_MATH_EQUAL_H
#define CAIRN_TOOL_MATH_EQUAL_H

#include "cairn/answer.h"
#include "tool/math/value.h"

/* What a rule says, and its name (static). `why`: one sentence in the arena, or NULL. */
typedef struct math_judgement {
    cairn_verdict verdict;
    const char *rule, *why;
} math_judgement;

/* Compares the answer with the reference by the first rule of the table that fits. Errors: NO_MEMORY. */
cairn_status math_compare(cairn_ctx *ctx, cairn_arena *arena, math_engine *engine, const math_node *answer,
                          const math_node *reference, const cairn_grade_options *options, math_judgement *out);

#endif
