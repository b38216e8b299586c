/* GSPO (2507.18071): PPO's loss with the ratio of the sequence instead of the token's,
 *
 *     s = exp(mean over t of ln r_t),   l_t = max(-s A_t, -clip(s, 1 - clip, 1 + clip_high) A_t)
 *
 * so that d s / d ln p_t = s / n. With product=true s is the product of the ratios and d s / d ln p_t = s: the ratio of
 * one action, where each action of an agent is a sequence of its own (OPRL, 2509.19199). With token=true (GSPO-token) the ratio of token t is sg[s] p_t / sg[p_t], sg constant:
 * its value is s, and each token is pulled by its own advantage alone. The two agree where a sequence has one. */
#include "core/maths.h"
#include "credit/surrogates/kind.h"

typedef struct config {
    cairn_surrogate_terms terms;
    clip_bounds bounds;
    bool product, token;
} config;

static const cairn_option options[] = {
    CAIRN_REAL_AS("clip", config, bounds.clip, "0.0003", 0, 1, "", "The ratio counts down to 1 - clip."),
    CAIRN_REAL_AS("clip-high", config, bounds.clip_high, "0.0004", 0, 1e300, "",
                  "The ratio counts up to 1 + clip-high; 0: the same as clip."),
    CAIRN_BOOL(config, product, "false", "The ratio is the product of the tokens' ratios, not their geometric mean."),
    CAIRN_BOOL(config, token, "false", "Each token is pulled by its own advantage (GSPO-token)."),
    CAIRN_SURROGATE_OPTIONS(config, "sequence"),
};

static double gspo(const void *configuration, const sequence *s, double *slope, uint8_t *clipped) {
    const config *c = configuration;
    double low = low_of(&c->bounds), high = high_of(&c->bounds), share = c->product ? 1 : 1.0 / s->n;
    double sum = 0, loss = 0, pulls = 0;
    for (int32_t t = 0; t < s->n; t++) sum += s->log_ratio[t];
    double ratio = maths_exp(share * sum);
    for (int32_t t = 0; t < s->n; t++) {
        double pull;
        loss += s->weight[t] * clipped_loss(s->advantage[t], ratio, low, high, &pull, &clipped[t]);
        slope[t] = s->weight[t] * pull;
        pulls += slope[t];
    }
    if (!c->token)
        for (int32_t t = 0; t < s->n; t++) slope[t] = pulls * share;
    return loss;
}

const cairn_surrogate_type cairn_surrogate_gspo = {
    .about = {.name = "gspo",
              .summary = "Clipped ratio of the sequence: the geometric mean of its tokens' ratios.",
              .source = "arXiv 2507.18071",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .loss = gspo,
};
