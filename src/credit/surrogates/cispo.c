/* CISPO (2506.13585): l = -sg[clip(r, 1 - clip, 1 + clip_high)] A ln p, sg constant. The weight is cut, not the token:
 * each one keeps a slope. Preset is no lower bound, as in the paper; of the upper one the paper names no value, and
 * weights up to 5 are usual. */
#include "credit/surrogates/kind.h"

typedef struct config {
    cairn_surrogate_terms terms;
    clip_bounds bounds;
} config;

static const cairn_option options[] = {
    CAIRN_REAL_AS("clip", config, bounds.clip, "1", 0, 1, "", "Weights are at least 1 - clip."),
    CAIRN_REAL_AS("clip-high", config, bounds.clip_high, "4", 0, 1e300, "",
                  "Weights are at most 1 + clip-high; 0: the same as clip."),
    CAIRN_SURROGATE_OPTIONS(config, "token"),
};

static double cispo(const void *configuration, const sequence *s, double *slope, uint8_t *clipped) {
    const config *c = configuration;
    double low = low_of(&c->bounds), high = high_of(&c->bounds), loss = 0;
    for (int32_t t = 0; t < s->n; t++) {
        double r = s->ratio[t];
        if (r < low) r = low, clipped[t] = CAIRN_CLIPPED_LOW;
        if (r > high) r = high, clipped[t] = CAIRN_CLIPPED_HIGH;
        slope[t] = -r * s->advantage[t] * s->weight[t];
        loss += slope[t] * s->logp[t];
    }
    return loss;
}

const cairn_surrogate_type cairn_surrogate_cispo = {
    .about = {.name = "cispo",
              .summary = "Advantage times log-probability, weighted by the clipped ratio as a constant.",
              .source = "arXiv 2506.13585",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .loss = cispo,
};
