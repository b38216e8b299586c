/* A market of agents that each buy or sell. */
#include "worlds/market.h"

double market_step(const market *m, cairn_rng *rng, double *imbalance) {
    int64_t buyers = 0;
    for (int64_t a = 0; a < m->agents; a++) buyers += cairn_rng_unit(rng) < m->p_yes;
    *imbalance = (double)(2 * buyers - m->agents) / (double)m->agents;
    return m->impact * *imbalance + m->noise * cairn_rng_normal(rng);
}
