/* GMPO (2507.20673): the geometric mean of ratios that are clipped token by token,
 *
 *     g = exp(mean over t of q_t),   q_t = min(ln r_t, clip_high) for A > 0, max(ln r_t, -clip) for A < 0,   l = -g A
 *
 * with one advantage A for the sequence: the mean over its tokens. Bounds are those of the logarithm. */
#include "core/maths.h"
#include "credit/surrogates/kind.h"

typedef struct config {
    cairn_surrogate_terms terms;
    double clip, clip_high;
} config;

static const cairn_option options[] = {
    CAIRN_REAL(config, clip, "0.4", 0, 1e6, "nats", "The log-ratio of a bad response's token counts down to -clip."),
    CAIRN_REAL_AS("clip-high", config, clip_high, "0", 0, 1e6, "nats",
                  "The log-ratio of a good response's token counts up to this; 0: the same as clip."),
    CAIRN_SURROGATE_OPTIONS(config, "sequence"),
};

static double gmpo(const void *configuration, const sequence *s, double *slope, uint8_t *clipped) {
    const config *c = configuration;
    double a = advantage_of(s), high = c->clip_high > 0 ? c->clip_high : c->clip, mean = 0;
    for (int32_t t = 0; t < s->n; t++) {
        double q = s->log_ratio[t];
        if (a > 0 && q > high) q = high, clipped[t] = CAIRN_CLIPPED_HIGH;
        if (a < 0 && q < -c->clip) q = -c->clip, clipped[t] = CAIRN_CLIPPED_LOW;
        mean += q / s->n;
    }
    double loss = -a * maths_exp(mean) * total_weight(s);
    for (int32_t t = 0; t < s->n; t++) slope[t] = clipped[t] ? 0 : loss / s->n;
    return loss;
}

const cairn_surrogate_type cairn_surrogate_gmpo = {
    .about = {.name = "gmpo",
              .summary = "Geometric mean of the ratios of a sequence, clipped token by token.",
              .source = "arXiv 2507.20673",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .loss = gmpo,
};
