/* Features of a candidate's text that rewards are known to be hacked by. */
#ifndef CAIRN_EVAL_CEILING_TEXT_H
#define CAIRN_EVAL_CEILING_TEXT_H

#include "cairn/core.h"

enum { CEILING_LENGTH, CEILING_STEPS, CEILING_REPEATED, CEILING_HEDGES, CEILING_BOXED, CEILING_TEXT_FEATURES };
extern const char *const ceiling_text_names[CEILING_TEXT_FEATURES];

/* Of steps[n]: characters, steps, share of steps that repeat an earlier one, hedging words, 1 where an answer is boxed.
 * The arena is for scratch. */
cairn_status ceiling_text_features(cairn_arena *arena, const char *const *steps, size_t n,
                                   double out[CEILING_TEXT_FEATURES]);

#endif
