/* Candidates of known true value, with a reward that likes something worthless. */
#ifndef CAIRN_RECIPES_WORLDS_LIKED_H
#define CAIRN_RECIPES_WORLDS_LIKED_H

#include "cairn/core.h"

typedef struct liked_reward {
    bool noisy;    /* the true value and noise; else quality and `liking` x length */
    double liking; /* b */
    double noise;  /* standard deviation */
} liked_reward;

/* Quality g and length h, both standard normal. True value U = g - h^2 / 2; reward R = g + b h, or U + noise. The same
 * stream gives the same g, h and noise whatever the reward. */
void liked_draw(const liked_reward *reward, cairn_rng *rng, double *truth, double *score);
/* A solution of eight steps of quality g and length h, each the solution's own and half as much again of the step's. A
 * step is right with probability Phi((3 + g - h^2 / 2) / 1.7). The true value is the probability that all are right,
 * the reward that of the worst step: g + b h, or 3 + g - h^2 / 2 and noise. */
void liked_draw_steps(const liked_reward *reward, cairn_rng *rng, double *truth, double *score);

#endif
