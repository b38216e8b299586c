/* PPO (1707.06347): l = max(-r A, -clip(r, 1 - clip, 1 + clip_high) A).
 *
 * clip_high > clip leaves unlikely good tokens more room (DAPO, 2503.14476). The loss of a bad token has no bound, since
 * its ratio may grow; the dual clip gives it one: l = min(l, -c A) for A < 0, c > 1 (1912.09729). */
#include "credit/surrogates/kind.h"

typedef struct config {
    cairn_surrogate_terms terms;
    clip_bounds bounds;
    double dual;
} config;

static const cairn_option options[] = {
    CAIRN_REAL_AS("clip", config, bounds.clip, "0.2", 0, 1, "", "The ratio counts down to 1 - clip."),
    CAIRN_REAL_AS("clip-high", config, bounds.clip_high, "0", 0, 1e300, "",
                  "The ratio counts up to 1 + clip-high; 0: the same as clip."),
    CAIRN_REAL(config, dual, "0", 0, 1e300, "",
               "Greater than 1: bad tokens lose at most this times their advantage; 0: no bound."),
    CAIRN_SURROGATE_OPTIONS(config, "token"),
};

static cairn_status check(cairn_ctx *ctx, const void *configuration) {
    const config *c = configuration;
    if (c->dual == 0 || c->dual > 1) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "ppo: dual must be 0 or greater than 1, not %g", c->dual);
}

static double ppo(const void *configuration, const sequence *s, double *slope, uint8_t *clipped) {
    const config *c = configuration;
    double low = low_of(&c->bounds), high = high_of(&c->bounds), loss = 0;
    for (int32_t t = 0; t < s->n; t++) {
        double a = s->advantage[t], w = s->weight[t], pull;
        double l = clipped_loss(a, s->ratio[t], low, high, &pull, &clipped[t]);
        if (c->dual > 0 && a < 0 && l > -c->dual * a) {
            l = -c->dual * a, pull = 0;
            clipped[t] = CAIRN_CLIPPED_DUAL;
        }
        loss += w * l;
        slope[t] = w * pull;
    }
    return loss;
}

const cairn_surrogate_type cairn_surrogate_ppo = {
    .about = {.name = "ppo",
              .summary = "Ratio of each token, clipped where a greater step would lower the loss further.",
              .source = "arXiv 1707.06347",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .loss = ppo,
    .check = check,
};
