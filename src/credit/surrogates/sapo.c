/* SAPO (2511.20347): l = -f(r) A with a soft gate instead of a clip,
 *
 *     f(r) = 4 / tau s(tau (r - 1)),   f'(r) = 4 s (1 - s),   s the logistic function
 *
 * so that f'(1) = 1. tau is `positive` for A > 0 and `negative` elsewhere: bad tokens fade sooner. */
#include "core/maths.h"
#include "credit/surrogates/kind.h"

typedef struct config {
    cairn_surrogate_terms terms;
    double positive, negative;
} config;

static const cairn_option options[] = {
    CAIRN_REAL(config, positive, "1", 1e-6, 100, "", "Steepness of the gate of good tokens."),
    CAIRN_REAL(config, negative, "1.05", 1e-6, 100, "", "Steepness of the gate of bad tokens."),
    CAIRN_SURROGATE_OPTIONS(config, "sequence"),
};

static double sapo(const void *configuration, const sequence *s, double *slope, uint8_t *clipped) {
    const config *c = configuration;
    double loss = 0;
    (void)clipped;
    for (int32_t t = 0; t < s->n; t++) {
        double a = s->advantage[t], r = s->ratio[t], tau = a > 0 ? c->positive : c->negative;
        double away = maths_exp(-tau * (r - 1)), gate = 1 / (1 + away); /* away <= e^tau */
        loss -= s->weight[t] * a * 4 / tau * gate;
        slope[t] = -s->weight[t] * a * 4 * gate * (away / (1 + away)) * r;
    }
    return loss;
}

const cairn_surrogate_type cairn_surrogate_sapo = {
    .about = {.name = "sapo",
              .summary = "Ratio of each token through a soft gate that fades away from 1.",
              .source = "arXiv 2511.20347",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .loss = sapo,
};
