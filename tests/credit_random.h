/* Random batches for the tests of the layer credit: 4 groups, with tokens that were not drawn, unknown scores and outcomes,
 * and groups where all are right or all are wrong. */
#ifndef CAIRN_TESTS_CREDIT_RANDOM_H
#define CAIRN_TESTS_CREDIT_RANDOM_H

#include "credit_fixture.h"

static inline bool coin(cairn_rng *rng, double p) {
    return cairn_rng_unit(rng) < p;
}

static inline void fill_response(batch *b, cairn_rng *rng, double right) {
    int32_t n = (int32_t)cairn_rng_range(rng, 1, 9), i = b->n, steps = 0;
    cairn_trajectory *y = add_response(b, n, coin(rng, 0.15) ? NAN : coin(rng, right));
    bool none = coin(rng, 0.03);
    for (int32_t t = 0; t < n; t++) {
        b->drawn[i][t] = !none && coin(rng, 0.75);
        b->tokens[i][t] = cairn_rng_normal(rng);
        b->logp[i][t] = -cairn_rng_unit(rng), b->ref[i][t] = -cairn_rng_unit(rng);
        b->sampler[i][t] = -cairn_rng_unit(rng), b->values[i][t] = cairn_rng_normal(rng);
        if (t == n - 1 || coin(rng, 0.5)) b->ends[i][steps++] = t;
    }
    for (int32_t k = 0; k < steps; k++) {
        b->scores[i][k] = coin(rng, 0.2) ? NAN : cairn_rng_unit(rng);
        b->flags[i][k] = (cairn_verdict)cairn_rng_range(rng, -1, 1);
        b->states[i][k] = cairn_rng_below(rng, 3);
    }
    y->n_steps = steps;
    y->baseline = cairn_rng_normal(rng);
    y->format = coin(rng, 0.5), y->think = cairn_rng_unit(rng), y->pattern = cairn_rng_unit(rng);
    y->truncated = coin(rng, 0.1);
}

static inline batch *random_batch(uint64_t seed, int32_t least, int32_t most) {
    cairn_rng rng = cairn_rng_open(seed, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    batch *b = batch_new();
    for (int g = 0; g < 4; g++) {
        next_group(b);
        int32_t n = (int32_t)cairn_rng_range(&rng, least, most);
        double right = coin(&rng, 0.3) ? coin(&rng, 0.5) : 0.5; /* one class, or both */
        bool unknown = coin(&rng, 0.15);                        /* a prompt without an answer */
        for (int32_t i = 0; i < n; i++) {
            fill_response(b, &rng, right);
            if (unknown) b->y[b->n - 1].outcome = NAN;
        }
    }
    return b;
}

#endif
