/* REINFORCE: l = -A ln p. The score function's own estimate (Williams 1992), right for tokens that the current policy
 * drew; no ratio. */
#include "credit/surrogates/kind.h"

typedef struct config {
    cairn_surrogate_terms terms;
} config;

static const cairn_option options[] = {CAIRN_SURROGATE_OPTIONS(config, "token")};

static double reinforce(const void *configuration, const sequence *s, double *slope, uint8_t *clipped) {
    double loss = 0;
    (void)configuration, (void)clipped;
    for (int32_t t = 0; t < s->n; t++) {
        slope[t] = -s->advantage[t] * s->weight[t];
        loss += slope[t] * s->logp[t];
    }
    return loss;
}

const cairn_surrogate_type cairn_surrogate_reinforce = {
    .about = {.name = "reinforce",
              .summary = "Advantage times log-probability, for tokens of the current policy.",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .loss = reinforce,
};
