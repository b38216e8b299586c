/* Steps of known types, and tables over them. */
#include "worlds/typed.h"

#include <math.h>
#include <string.h>

void typed_open(uint64_t seed, int32_t types, double low, double high, typed *w) {
    cairn_rng rng = cairn_rng_open(seed, 0, 0, CAIRN_VERB_WORLD, 0, 0);
    memset(w, 0, sizeof *w);
    w->types = types;
    for (int32_t t = 0; t < types; t++) {
        double error = low + (high - low) * cairn_rng_unit(&rng);
        for (int32_t left = TYPED_VALID; left > 0;) {
            uint32_t a = cairn_rng_below(&rng, TYPED_ACTIONS);
            left -= !w->valid[t][a], w->valid[t][a] = true;
        }
        for (int32_t a = 0; a < TYPED_ACTIONS; a++)
            w->reference[t][a] =
                cairn_ln(w->valid[t][a] ? (1 - error) / TYPED_VALID : error / (TYPED_ACTIONS - TYPED_VALID));
    }
}

void typed_log_probabilities(const double logits[TYPED_ACTIONS], double out[TYPED_ACTIONS]) {
    double most = logits[0], sum = 0;
    for (int32_t a = 1; a < TYPED_ACTIONS; a++) most = fmax(most, logits[a]);
    for (int32_t a = 0; a < TYPED_ACTIONS; a++) sum += cairn_exp(logits[a] - most);
    for (int32_t a = 0; a < TYPED_ACTIONS; a++) out[a] = logits[a] - most - cairn_ln(sum);
}

int32_t typed_draw(const double logits[TYPED_ACTIONS], cairn_rng *rng) {
    double p[TYPED_ACTIONS], u = cairn_rng_unit(rng);
    typed_log_probabilities(logits, p);
    for (int32_t a = 0; a < TYPED_ACTIONS - 1; a++)
        if ((u -= cairn_exp(p[a])) < 0) return a;
    return TYPED_ACTIONS - 1;
}

double typed_success(const typed *w, typed_table logits, int32_t n) {
    double valid = 0;
    for (int32_t t = 0; t < w->types; t++) {
        double p[TYPED_ACTIONS];
        typed_log_probabilities(logits[t], p);
        for (int32_t a = 0; a < TYPED_ACTIONS; a++) valid += w->valid[t][a] ? cairn_exp(p[a]) : 0;
    }
    return cairn_pow(valid / w->types, n);
}

void typed_add_gradient(const double logits[TYPED_ACTIONS], int32_t action, double weight,
                        double gradient[TYPED_ACTIONS]) {
    double p[TYPED_ACTIONS];
    typed_log_probabilities(logits, p);
    for (int32_t a = 0; a < TYPED_ACTIONS; a++) gradient[a] += weight * ((a == action) - cairn_exp(p[a]));
}

void typed_add(typed_table to, double factor, typed_table from) {
    for (int32_t t = 0; t < TYPED_TYPES; t++)
        for (int32_t a = 0; a < TYPED_ACTIONS; a++) to[t][a] += factor * from[t][a];
}

void typed_adam_step(typed_adam *adam, double rate, typed_table gradient, typed_table logits) {
    double t = (double)++adam->steps, first = 1 - cairn_pow(0.9, t), second = 1 - cairn_pow(0.999, t);
    for (int32_t i = 0; i < TYPED_TYPES; i++)
        for (int32_t a = 0; a < TYPED_ACTIONS; a++) {
            double g = gradient[i][a], *m = &adam->mean[i][a], *v = &adam->square[i][a];
            *m = 0.9 * *m + 0.1 * g, *v = 0.999 * *v + 0.001 * g * g;
            logits[i][a] -= rate * (*m / first) / (sqrt(*v / second) + 1e-8);
        }
}
