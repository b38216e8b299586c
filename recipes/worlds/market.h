/* A market of agents that each buy or sell at every step, by the answer yes or no of one decision maker. */
#ifndef CAIRN_RECIPES_WORLDS_MARKET_H
#define CAIRN_RECIPES_WORLDS_MARKET_H

#include "cairn/core.h"

typedef struct market {
    int64_t agents;
    double p_yes;  /* probability that an agent buys; else it sells */
    double impact; /* of an imbalance of 1 on the log price */
    double noise;  /* standard deviation of other moves of the log price in a step */
} market;

/* One step. *imbalance: buyers less sellers, divided by the agents. Returns the move of the log price. */
double market_step(const market *m, cairn_rng *rng, double *imbalance);

#endif
