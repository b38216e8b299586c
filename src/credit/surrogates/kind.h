/* What the kinds of surrogates share. Each kind is a file: its options, its loss of one sequence with the slope, its row
 * in the list. In all of them, for token t: a = A, r = rho, w = u, and loss is the sum of w l. Layer: credit. */
#ifndef CAIRN_CREDIT_SURROGATES_KIND_H
#define CAIRN_CREDIT_SURROGATES_KIND_H

#include "cairn/surrogate.h"

typedef struct cairn_surrogate_sequence sequence;

/* Bounds of a ratio around 1, as options give them. */
typedef struct clip_bounds {
    double clip, clip_high; /* the ratio stays within 1 - clip .. 1 + clip_high; clip_high 0: as clip */
} clip_bounds;

static inline double low_of(const clip_bounds *b) {
    return 1 - b->clip;
}
static inline double high_of(const clip_bounds *b) {
    return 1 + (b->clip_high > 0 ? b->clip_high : b->clip);
}

/* max(-r a, -clip(r, low, high) a); *pull is its derivative by ln r, 0 where the clip holds. (PPO, 1707.06347) */
static inline double clipped_loss(double a, double r, double low, double high, double *pull, uint8_t *clipped) {
    if (a > 0 && r > high) return *pull = 0, *clipped = CAIRN_CLIPPED_HIGH, -high * a;
    if (a < 0 && r < low) return *pull = 0, *clipped = CAIRN_CLIPPED_LOW, -low * a;
    return *pull = -r * a;
}

/* The one advantage of a sequence: the mean over its tokens. */
static inline double advantage_of(const sequence *s) {
    double sum = 0;
    for (int32_t t = 0; t < s->n; t++) sum += s->advantage[t];
    return sum / s->n;
}

static inline double total_weight(const sequence *s) {
    double sum = 0;
    for (int32_t t = 0; t < s->n; t++) sum += s->weight[t];
    return sum;
}

#endif
