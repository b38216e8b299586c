/* Candidates of known true value, with a reward that likes something worthless. */
#include "worlds/liked.h"

#include <math.h>

#include "cairn/stat.h"

enum { STEPS = 8 };

void liked_draw(const liked_reward *reward, cairn_rng *rng, double *truth, double *score) {
    double g = cairn_rng_normal(rng), h = cairn_rng_normal(rng), noise = reward->noise * cairn_rng_normal(rng);
    *truth = g - 0.5 * h * h;
    *score = reward->noisy ? *truth + noise : g + reward->liking * h;
}

void liked_draw_steps(const liked_reward *reward, cairn_rng *rng, double *truth, double *score) {
    double quality = cairn_rng_normal(rng), length = cairn_rng_normal(rng);
    *truth = 1;
    *score = INFINITY;
    for (int step = 0; step < STEPS; step++) {
        double g = quality + 0.5 * cairn_rng_normal(rng), h = length + 0.5 * cairn_rng_normal(rng);
        double strength = 3 + g - 0.5 * h * h, noise = reward->noise * cairn_rng_normal(rng);
        *truth *= cairn_stat_normal_cdf(strength / 1.7);
        *score = fmin(*score, reward->noisy ? strength + noise : g + reward->liking * h);
    }
}
