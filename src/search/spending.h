/* What a search has spent of its budget, and how much more of the same the rest pays for. */
#ifndef CAIRN_SEARCH_SPENDING_H
#define CAIRN_SEARCH_SPENDING_H

#include "cairn/search.h"

/* Steps and tokens of generator and completer, FLOPs of all roles: what a cairn_budget bounds. */
typedef struct spending {
    double steps, tokens, flops;
} spending;

spending spending_now(const cairn_workspace *workspace);
/* Steps of the step budget alone that are left; INT64_MAX without one. */
int64_t spending_steps_left(const cairn_workspace *workspace);
/* How many of `asked` samples of at most `longest` tokens to draw now, and the most tokens of each, so that the budgets
 * of tokens and FLOPs are kept even if every sample takes that many. `unscored` tokens of earlier samples have still to
 * be scored. 0 when the budget is spent. *most_tokens is INT32_MAX where nothing binds. */
int32_t spending_wave(const cairn_workspace *workspace, int32_t longest, int32_t asked, int64_t unscored,
                      int32_t *most_tokens);

#endif
