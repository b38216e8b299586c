/* cairn/surrogate.h: log-probabilities and advantages become a policy-gradient loss and its slope, in one pure call.
 *
 *     cairn_surrogate_find(ctx, arena, "ppo:clip=0.2,clip-high=0.28,mean=token,kl=0.001", &surrogate);
 *     cairn_surrogate_loss(ctx, &surrogate, &batch, &loss, slope, &stats); // slope[t] = d loss / d logp[t]
 *     x = cairn_weighted_sum(tape, logp, slope_as_float, 1);               // then cairn_tape_backward(x)
 *
 * A batch is packed: the tokens of its sequences (responses) lie one after the other. With rho = exp(logp - logp_old),
 * A the advantage and u the importance of sampler against trainer, which is a constant,
 *
 *     loss = sum over sequences i and their tokens t of scale_i (u_t l_t + kl k_t)
 *
 * where l is the kind's loss of a token, k the chosen form of KL to the reference, and scale_i says of what the loss is
 * a mean. At rho = 1, with one advantage a sequence, every kind's slope is -A scale_i u_t, the policy gradient (of `dro`
 * by sequences and `gspo` of products: times n_i). Layer: credit (uses core). */
#ifndef CAIRN_SURROGATE_H
#define CAIRN_SURROGATE_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what every kind has ----------------------------------------------------------------------------------------- */

/* scale_i, for N tokens that count in S sequences that have any, n_i of them in sequence i, and G sequences given. */
typedef enum cairn_surrogate_mean {
    CAIRN_MEAN_TOKEN,        /* 1 / N (DAPO, 2503.14476) */
    CAIRN_MEAN_SEQUENCE,     /* 1 / (S n_i): mean over sequences of the mean over tokens (GRPO, 2402.03300) */
    CAIRN_MEAN_SEQUENCE_SUM, /* 1 / S: mean over sequences of the sum over tokens */
    CAIRN_MEAN_CONSTANT      /* 1 / (G divisor): nothing in it depends on the responses (Dr. GRPO, 2503.20783) */
} cairn_surrogate_mean;

/* Of d = logp - logp_ref. For tokens drawn from the current policy the means of k1 and k3 are KL(policy || reference).
 * As a loss, what counts is the mean of the slope (2510.01555):
 *     k1  has mean slope 0: no pull at all, noise only.
 *     k2  has the gradient of KL(policy || reference): the unbiased one.
 *     k3  has the gradient of KL(reference || policy), which is the same to first order in d.
 * For tokens drawn from an older policy none is unbiased. */
typedef enum cairn_kl_form {
    CAIRN_KL_K1, /* d */
    CAIRN_KL_K2, /* d^2 / 2 */
    CAIRN_KL_K3  /* exp(-d) - 1 + d */
} cairn_kl_form;

/* w = exp(logp_old - logp_sampler): how much likelier the trainer's policy made a token than the engine that drew it. */
typedef enum cairn_importance_rule {
    CAIRN_IMPORTANCE_NONE,     /* u = 1 */
    CAIRN_IMPORTANCE_TRUNCATE, /* u = min(w, high) */
    CAIRN_IMPORTANCE_MASK      /* u = w within [low, high]; elsewhere the token does not count, also not in means */
} cairn_importance_rule;

typedef enum cairn_importance_level {
    CAIRN_IMPORTANCE_TOKEN,    /* w of each token */
    CAIRN_IMPORTANCE_SEQUENCE, /* the product of w over the sequence's tokens, for all of them */
    CAIRN_IMPORTANCE_GEOMETRIC /* their geometric mean, for all of them */
} cairn_importance_level;

/* The first member of each kind's configuration. */
typedef struct cairn_surrogate_terms {
    int32_t mean;   /* cairn_surrogate_mean */
    double divisor; /* CONSTANT: tokens a sequence */
    double kl;      /* weight of KL; 0: no such term */
    int32_t kl_form;
    double kl_most;     /* k3 of a token is at most this, without slope beyond; 0: no bound */
    int32_t importance; /* cairn_importance_rule */
    int32_t importance_level;
    double importance_low, importance_high;
} cairn_surrogate_terms;

/* Rows of an options table for the member `terms` of the configuration struct `type`; `mean_`: the preset of mean. */
#define CAIRN_SURROGATE_OPTIONS(type, mean_)                                                                           \
    CAIRN_CHOICE_AS("mean", type, terms.mean, mean_, "token|sequence|sequence-sum|constant",                           \
                    "Mean over tokens, over sequences of token means, over sequences of token sums, or a fixed one."), \
        CAIRN_REAL_AS("divisor", type, terms.divisor, "0", 0, 1e12, "tokens",                                          \
                      "Of mean=constant: divides the sum over the tokens of a sequence."),                             \
        CAIRN_REAL_AS("kl", type, terms.kl, "0", 0, 1e6, "", "Weight of the KL divergence to the reference."),         \
        CAIRN_CHOICE_AS("kl-form", type, terms.kl_form, "k3", "k1|k2|k3",                                              \
                        "Log-ratio, half its square, or exp(-log-ratio) - 1 + log-ratio."),                            \
        CAIRN_REAL_AS("kl-most", type, terms.kl_most, "10", 0, 1e300, "nats",                                          \
                      "Bound of k3 for a token, without slope beyond; 0: none."),                                      \
        CAIRN_CHOICE_AS("importance", type, terms.importance, "none", "none|truncate|mask",                            \
                        "Weight of the trainer's policy against the engine that drew the tokens."),                    \
        CAIRN_CHOICE_AS("importance-level", type, terms.importance_level, "token", "token|sequence|geometric",         \
                        "Weight of a token, product over its sequence, or geometric mean over it."),                   \
        CAIRN_REAL_AS("importance-low", type, terms.importance_low, "0.5", 0, 1, "",                                   \
                      "Of importance=mask: smaller weights leave the token out."),                                     \
        CAIRN_REAL_AS("importance-high", type, terms.importance_high, "2", 1, 1e300, "",                               \
                      "Greater weights are cut to this, or leave the token out.")

/* ---- a kind ------------------------------------------------------------------------------------------------------ */

/* Which bound a token met: its loss has no slope there (of `cispo`: its weight is cut). */
typedef enum cairn_clipped {
    CAIRN_CLIPPED_NOT,
    CAIRN_CLIPPED_LOW,  /* by the lower bound of the ratio */
    CAIRN_CLIPPED_HIGH, /* by the upper bound */
    CAIRN_CLIPPED_DUAL  /* by the bound of the loss of bad tokens */
} cairn_clipped;

/* The tokens of one sequence that count: n of them, at least 1. All numbers are finite. */
typedef struct cairn_surrogate_sequence {
    int32_t n;
    const double *logp;      /* [n] under the current policy, nats */
    const double *log_ratio; /* [n] logp - logp_old, within -700 .. 700 */
    const double *ratio;     /* [n] exp(log_ratio) */
    const double *advantage; /* [n] */
    const double *weight;    /* [n] u: importance of sampler against trainer */
} cairn_surrogate_sequence;

typedef struct cairn_surrogate_type {
    cairn_about about; /* the configuration begins with cairn_surrogate_terms */
    /* Returns the sum over the tokens of weight times loss and sets slope[t] = d(sum) / d(logp[t]), with what the
     * kind's comment holds constant, and clipped[t], a cairn_clipped, which arrives as NOT. Pure. */
    double (*loss)(const void *config, const cairn_surrogate_sequence *sequence, double *slope, uint8_t *clipped);
    cairn_status (*check)(cairn_ctx *ctx, const void *config); /* of what the table cannot say; or NULL */
} cairn_surrogate_type;

typedef struct cairn_surrogate {
    const cairn_surrogate_type *type;
    const void *config; /* lives in the arena given to find */
} cairn_surrogate;

CAIRN_API const cairn_surrogate_type *const *cairn_surrogates(void); /* NULL-terminated */
/* Finds "ppo" or "ppo:clip=0.2". Errors: NOT_FOUND listing the names; INVALID for options that contradict each other.
 */
CAIRN_API cairn_status cairn_surrogate_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec, cairn_surrogate *out);

/* ---- the call ---------------------------------------------------------------------------------------------------- */

/* What means divide by. */
typedef struct cairn_surrogate_counts {
    int64_t tokens;    /* N */
    int64_t sequences; /* S */
    int64_t given;     /* G */
} cairn_surrogate_counts;

typedef struct cairn_surrogate_batch {
    int32_t n_sequences;
    const int32_t *offsets;     /* [n_sequences + 1] sequence i is tokens offsets[i] .. offsets[i + 1] - 1; from 0 */
    const double *logp;         /* [tokens] under the current policy [nats] */
    const double *logp_old;     /* [tokens] when they were drawn; NULL: as logp, a constant, so that ratios are 1 */
    const double *logp_ref;     /* [tokens] under the reference policy; NULL: none */
    const double *logp_sampler; /* [tokens] as the engine that drew them reported; NULL: none */
    const double *advantage;    /* [tokens] read where the mask is 1 */
    const uint8_t *mask;        /* [tokens] 1: drawn by the policy and to be learned from; NULL: all */
    const double *entropy;      /* [tokens] of the current policy's next token [nats], for the stats only; NULL: none */
    const cairn_surrogate_counts *of; /* of the whole step where the batch is a part of it; NULL: of this batch */
} cairn_surrogate_batch;

/* Shares and means are over the tokens that count; NaN where there are none or what they are about is not given. */
typedef struct cairn_surrogate_stats {
    int64_t sequences, tokens;   /* that count */
    int64_t skipped;             /* sequences without a token that counts */
    int64_t masked, truncated;   /* tokens left out by importance; tokens whose weight was cut */
    double policy_loss, kl_loss; /* parts of the loss */
    double clipped_low, clipped_high, clipped_dual;
    double mean_ratio, largest_ratio; /* of rho */
    double mean_weight;               /* of u rho */
    double kl_old;                    /* mean of rho - 1 - ln rho: estimates KL(old || current) for small steps */
    double kl_ref;                    /* mean of the chosen form, bounded as in the loss */
    double kl_sampler;                /* mean of w - 1 - ln w, over all tokens of the mask: KL(sampler || old) */
    double largest_gap;               /* of |logp_old - logp_sampler|, over all tokens of the mask */
    double effective; /* effective sample size of the weights u rho [tokens]: (sum)^2 / sum of squares */
    double surprise;  /* mean of -logp: estimates the entropy while the policy is the sampler */
    double entropy;   /* mean of the given ones */
} cairn_surrogate_stats;

/* Loss, slope [tokens] (0 where a token does not count) and stats; slope and stats may be NULL. A batch in which no
 * token counts has loss 0. Errors: INVALID, with nothing written, naming sequence and token (from 0, in its sequence):
 * a number that is not finite, a log-probability above 0.001, two log-probabilities of one token more than 700 nats
 * apart (their ratio would overflow), an array that the options need and the batch lacks, a loss that overflows. */
CAIRN_API cairn_status cairn_surrogate_loss(cairn_ctx *ctx, const cairn_surrogate *surrogate,
                                            const cairn_surrogate_batch *batch, double *loss, double *slope,
                                            cairn_surrogate_stats *stats);
/* Adds what a batch counts to *counts: over all parts of a step this is what each part's `of` points to. The current
 * log-probabilities are not read unless importance needs them (logp_old NULL) and may else be NULL. Errors: as above. */
CAIRN_API cairn_status cairn_surrogate_count(cairn_ctx *ctx, const cairn_surrogate *surrogate,
                                             const cairn_surrogate_batch *batch, cairn_surrogate_counts *counts);
/* Adds a part's stats to those of the parts before it; *total begins as {0}. */
CAIRN_API void cairn_surrogate_merge(cairn_surrogate_stats *total, const cairn_surrogate_stats *part);

/* ---- the critic -------------------------------------------------------------------------------------------------- */

typedef struct cairn_value_batch {
    int64_t n;
    const double *value;     /* [n] of the critic */
    const double *value_old; /* [n] when the tokens were drawn; NULL: no clip */
    const double *ret;       /* [n] target */
    const uint8_t *mask;     /* [n] 1: counts; NULL: all */
    int64_t of;              /* tokens of the whole step where the batch is a part of it; 0: of this batch */
} cairn_value_batch;

typedef struct cairn_value_stats {
    int64_t tokens;    /* that count */
    double clipped;    /* share of them whose loss is the clipped value's */
    double explained;  /* 1 - Var(ret - value) / Var(ret); NaN where returns do not vary */
    double value, ret; /* means */
} cairn_value_stats;

/* Clipped value loss: 0.5 mean over tokens of max((v - ret)^2, (clip(v, v_old - clip, v_old + clip) - ret)^2), and
 * slope[t] = d loss / d v[t], which is 0 where the clipped value's is the greater. slope and stats may be NULL. Errors: INVALID, with nothing written, for clip <= 0 and numbers that are not
 * finite. */
CAIRN_API cairn_status cairn_value_loss(cairn_ctx *ctx, const cairn_value_batch *batch, double clip, double *loss,
                                        double *slope, cairn_value_stats *stats);

#ifdef __cplusplus
}
#endif
#endif
