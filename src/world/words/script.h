/* World `words`: what its script's sampling and its exact value share. */
#ifndef CAIRN_WORLD_WORDS_SCRIPT_H
#define CAIRN_WORLD_WORDS_SCRIPT_H

#include "world/words/words.h"

/* Probabilities of one problem. */
typedef struct words_rates {
    double error, repair, wander;
} words_rates;

/* What the script can do in a state: sets of places. */
typedef struct words_moves {
    uint64_t mend;  /* needed, stated wrongly, from operands that are right: state again */
    uint64_t stray; /* not needed, not stated, its operands are known */
    uint64_t ready; /* needed, not stated, its operands are known; empty when the target was stated */
    bool answer;    /* the target was stated */
} words_moves;

/* `wrong`: needed places that were stated and are wrong. */
words_moves words_look(const words_problem *p, uint64_t known, uint64_t wrong);
int32_t words_count(uint64_t set);
/* Probability that the script's completions are right, with `left` steps at most. Errors: NO_MEMORY; UNSUPPORTED for
 * too many states. */
cairn_status words_value(cairn_ctx *ctx, const words_problem *p, const words_rates *rates, uint64_t known,
                         uint64_t wrong, int32_t left, double *out);

#endif
