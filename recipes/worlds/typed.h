/* Problems of steps of known types: a step is one of eight actions, of which four are valid for its type; a solution is
 * right when all of its steps are. A policy, or an implicit process reward, is a table of logits over (type, action).
 *
 *   typed_open(seed, 24, 0.05, 0.35, &w);              // valid actions, and the reference policy's table
 *   typed_draw(&w, table, &rng, type);                 // one action
 *   typed_success(&w, table, 12);                      // exact, over all problems of 12 steps
 */
#ifndef CAIRN_RECIPES_TYPED_H
#define CAIRN_RECIPES_TYPED_H

#include "cairn/core.h"

enum { TYPED_TYPES = 24, TYPED_ACTIONS = 8, TYPED_VALID = 4 };

typedef double typed_table[TYPED_TYPES][TYPED_ACTIONS];

typedef struct typed {
    int32_t types;
    bool valid[TYPED_TYPES][TYPED_ACTIONS];
    typed_table reference; /* logits, normalised: ln p */
} typed;

/* The reference errs at a rate that is uniform in [low, high] for each type, alike on all its invalid actions. */
void typed_open(uint64_t seed, int32_t types, double low, double high, typed *out);
/* ln p[a] of a row. */
void typed_log_probabilities(const double logits[TYPED_ACTIONS], double out[TYPED_ACTIONS]);
int32_t typed_draw(const double logits[TYPED_ACTIONS], cairn_rng *rng);
/* Probability that a solution of n steps, each of a random type, is right. */
double typed_success(const typed *w, typed_table logits, int32_t n);
/* gradient += weight times the gradient of ln p(action). */
void typed_add_gradient(const double logits[TYPED_ACTIONS], int32_t action, double weight,
                        double gradient[TYPED_ACTIONS]);

/* to += factor from. */
void typed_add(typed_table to, double factor, typed_table from);

/* Adam with the usual constants, downwards. */
typedef struct typed_adam {
    typed_table mean, square;
    int64_t steps;
} typed_adam;
void typed_adam_step(typed_adam *adam, double rate, typed_table gradient, typed_table logits);

#endif
