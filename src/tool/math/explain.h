/* How a judgement is explained: both trees, the rule, and one sentence. */
#ifndef CAIRN_TOOL_MATH_EXPLAIN_H
#define CAIRN_TOOL_MATH_EXPLAIN_H

#include "tool/math/equal.h"

/* One clause on what a rule says, static; "" for an unknown name. */
const char *math_rule_means(const char *rule);
/* Fills `read` and `why` of `out`, whose verdict and rule stand already. Errors: NO_MEMORY. */
cairn_status math_explain(cairn_arena *arena, const math_node *answer, const math_node *reference,
                          const math_judgement *judgement, cairn_grade *out);

#endif
