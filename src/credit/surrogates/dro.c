/* DRO (2405.19107): ((A - tau h)^2 - A^2) / (2 tau) = -A h + tau / 2 h^2, h the log-ratio of the whole sequence to the
 * policy that the tokens come from, A its reward minus its value: the mean over its tokens. The paper's half square, less
 * a constant and by tau; its minimum is h = A / tau, the optimum of reward with a KL penalty. To hold to the reference
 * instead, give its log-probabilities as the old ones. With level=token h and A are the token's. */
#include "credit/surrogates/kind.h"

enum { LEVEL_SEQUENCE, LEVEL_TOKEN };

typedef struct config {
    cairn_surrogate_terms terms;
    double tau;
    int32_t level;
} config;

static const cairn_option options[] = {
    CAIRN_REAL(config, tau, "1", 1e-12, 1e12, "", "Strength of the hold."),
    CAIRN_CHOICE(config, level, "sequence", "sequence|token", "The log-ratio is a sequence's or a token's."),
    CAIRN_SURROGATE_OPTIONS(config, "sequence"),
};

static double dro(const void *configuration, const sequence *s, double *slope, uint8_t *clipped) {
    const config *c = configuration;
    double loss = 0;
    (void)clipped;
    if (c->level == LEVEL_TOKEN) {
        for (int32_t t = 0; t < s->n; t++) {
            double a = s->advantage[t], h = s->log_ratio[t], w = s->weight[t];
            loss += w * (-a * h + c->tau / 2 * h * h);
            slope[t] = w * (-a + c->tau * h);
        }
        return loss;
    }
    double a = advantage_of(s), w = total_weight(s), h = 0;
    for (int32_t t = 0; t < s->n; t++) h += s->log_ratio[t];
    for (int32_t t = 0; t < s->n; t++) slope[t] = w * (-a + c->tau * h);
    return w * (-a * h + c->tau / 2 * h * h);
}

const cairn_surrogate_type cairn_surrogate_dro = {
    .about = {.name = "dro",
              .summary = "Squared distance of the log-ratio from advantage / tau.",
              .source = "arXiv 2405.19107",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .loss = dro,
};
