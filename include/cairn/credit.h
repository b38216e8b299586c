/* cairn/credit.h: step rewards, outcome and group become token advantages in one pure call; a second pure call turns
 * advantages and log-probabilities into a policy-gradient loss and its slope (cairn/surrogate.h).
 *
 *     cairn_credit_find(ctx, arena, "pure:temperature=0.1", &plan);
 *     cairn_credit(ctx, &plan, groups, n_groups, iteration, &result);          // result: your arrays
 *     cairn_surrogate_find(ctx, arena, "ppo:clip=0.2,clip-high=0.28", &surrogate);
 *     cairn_surrogate_loss(ctx, &surrogate, &batch, &loss, slope, &stats);     // slope[t] = d loss / d logp[t]
 *
 * A group is the responses to one prompt. A response is a row of tokens, cut into steps. A plan has five stages:
 *
 *     outcome    the outcome of each response may be changed (noise, calibration)
 *     scalar     outcome, format and thinking score become one number a response
 *     select     responses or groups are left out
 *     streams    each sums its sources into token rewards, these into returns, these into advantages by its estimator;
 *                the advantages of the streams add up, each with its weight
 *     finish     whitening over the batch, importance of sampler against trainer
 *
 * Unknown scores and outcomes are NaN. A step with an unknown score has no reward; a response with an unknown outcome
 * is left out of the streams that use it, and out of their baselines. Nothing is random but noise and selection at random,
 * which are keyed by seed, group and response. Layer: credit (uses core and stat).
 */
#ifndef CAIRN_CREDIT_H
#define CAIRN_CREDIT_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what is given ----------------------------------------------------------------------------------------------- */

typedef struct cairn_trajectory {
    int32_t n_tokens, n_steps;
    const int32_t *step_end;        /* [n_steps] last token of each step, rising; the last is n_tokens - 1 */
    const double *step_score;       /* [n_steps] in the plan's unit, NaN unknown; NULL: none */
    const cairn_verdict *step_flag; /* [n_steps] is the step right?; NULL: none */
    const uint64_t *step_state;     /* [n_steps] key of the state before the step, for anchors; NULL: none */
    const uint8_t *drawn;           /* [n_tokens] 0: observation or forced text, not the policy's; NULL: all 1 */
    const double *token_reward;     /* [n_tokens]; NULL: none */
    const double *logp;             /* [n_tokens] of the trainer's policy at sampling time [nats]; NULL: unknown */
    const double *logp_ref;         /* [n_tokens] of the reference policy; NULL: none */
    const double *logp_sampler;     /* [n_tokens] as the sampling engine reported them; NULL: as logp */
    const double *value;            /* [n_tokens] the critic's, of the state before the token; NULL: none */
    double outcome;                 /* of the response; NaN unknown; right: at least 0.5 */
    double format;                  /* 1: well formed; NaN unknown */
    double think;                   /* score of the reasoning in [0, 1]; NaN unknown */
    double pattern;                 /* reasoning-pattern score in [0, 1]; NaN unknown */
    double baseline;                /* reward of the greedy response, for ReMax; NaN unknown */
    bool truncated;                 /* it ended because it was too long */
    const char *name;               /* in errors, such as "file:7"; NULL: "response 3", its place in the group */
} cairn_trajectory;

typedef struct cairn_credit_group {
    const cairn_trajectory *responses; /* [n] */
    int32_t n;                         /* at least 1 */
    uint64_t id;                       /* keys the random numbers */
} cairn_credit_group;

/* ---- the plan ---------------------------------------------------------------------------------------------------- */

typedef enum cairn_score_unit {
    CAIRN_SCORE_PROB,   /* in [0, 1] */
    CAIRN_SCORE_SIGNED, /* in [-1, 1]: 2 p - 1 */
    CAIRN_SCORE_REAL    /* any finite number, such as a log-ratio; not converted */
} cairn_score_unit;

typedef enum cairn_outcome_stage {
    CAIRN_OUTCOME_RAW,
    CAIRN_OUTCOME_FLIP,     /* 1 - outcome with probability `flip`, a group or a response (2505.22653) */
    CAIRN_OUTCOME_PATTERN,  /* the pattern score instead of the outcome (2505.22653) */
    CAIRN_OUTCOME_CALIBRATE /* below tau: min(1, outcome + alpha pattern) (2505.22653) */
} cairn_outcome_stage;

typedef enum cairn_scalar_stage {
    CAIRN_SCALAR_OUTCOME,
    CAIRN_SCALAR_BLEND,   /* outcome + blend * mean step score (2509.03403, the baseline) */
    CAIRN_SCALAR_GATED,   /* format + outcome + [outcome = 1] weight * think (2508.05170) */
    CAIRN_SCALAR_UNGATED, /* format + outcome + weight * think: its control */
    CAIRN_SCALAR_TRUST,   /* outcome + gamma alpha exp(-iteration / T) think (2505.17018) */
    CAIRN_SCALAR_OVERLONG /* outcome minus a linear penalty over the last tokens of the budget (2503.14476) */
} cairn_scalar_stage;

typedef enum cairn_trust_mode { CAIRN_TRUST_PAPER, CAIRN_TRUST_CODE, CAIRN_TRUST_SAFE } cairn_trust_mode;

typedef enum cairn_select_stage {
    CAIRN_SELECT_ALL,
    CAIRN_SELECT_CONSISTENT, /* keeps `keep` responses a group, by agreement of steps and outcome (2509.03403) */
    CAIRN_SELECT_SPREAD      /* keeps groups whose mean outcome lies within [spread_low, spread_high] (2502.01456) */
} cairn_select_stage;

typedef enum cairn_select_side {
    CAIRN_SIDE_BOTH,      /* both sides by agreement */
    CAIRN_SIDE_CORRECT,   /* right responses by agreement, wrong ones at random */
    CAIRN_SIDE_INCORRECT, /* the mirror */
    CAIRN_SIDE_RANDOM     /* both at random, balanced alike: the control */
} cairn_select_side;

typedef enum cairn_step_rule {
    CAIRN_STEP_NONE,
    CAIRN_STEP_SUM,        /* the score itself */
    CAIRN_STEP_SOFTMIN,    /* a = temperature: score weighted by softmax(-score / a) over the response (2504.15275) */
    CAIRN_STEP_MIN,        /* the strict form: the worst step's score at the worst step */
    CAIRN_STEP_CLIP,       /* a = eta: min(score - eta, 0) (2410.15115) */
    CAIRN_STEP_DELTA,      /* score minus the next score, the last but one its own, the last 0 (2410.15115) */
    CAIRN_STEP_CLIP_DELTA, /* a = eta: delta of clip (2410.15115) */
    CAIRN_STEP_PROGRESS,   /* a = value at the start: score minus the previous score (2410.08146) */
    CAIRN_STEP_RENORM,  /* a = beta: score + outcome - beta, the last step the outcome (2509.25598); b = 1: an unknown
                              score counts as 0, as in the released code */
    CAIRN_STEP_PENALTY, /* a = P: -P for a wrong step (2508.02298) */
    CAIRN_STEP_THOUGHT, /* a = alpha: by flags, scaled by the group's accuracy (2507.23317) */
    CAIRN_STEP_PREFIX   /* a = penalty, b = reward: of a wrong response, b minus its normalised scalar before the first
                              wrong step, -a from it on (after 2601.18984) */
} cairn_step_rule;

typedef enum cairn_return_rule {
    CAIRN_RETURN_TOTAL, /* the sum of all rewards of the response, at every token */
    CAIRN_RETURN_TO_GO, /* the discounted sum from the token on */
    CAIRN_RETURN_LOCAL /* each token has the response's numbers, its step's reward and its own reward; nothing is summed */
} cairn_return_rule;

typedef enum cairn_estimator {
    CAIRN_ESTIMATE_NONE,       /* the return itself */
    CAIRN_ESTIMATE_MEAN,       /* minus the group's mean (Dr. GRPO, 2503.20783) */
    CAIRN_ESTIMATE_GRPO,       /* minus mean, by the group's deviation (n - 1) plus epsilon (2402.03300) */
    CAIRN_ESTIMATE_BATCH_STD,  /* minus the group's mean, by the deviation of the whole batch (2508.08221) */
    CAIRN_ESTIMATE_RLOO,       /* minus the mean of the others (2402.14740) */
    CAIRN_ESTIMATE_RLOO_TOKEN, /* minus the others' summed returns by (G - 1) N (2504.15275) */
    CAIRN_ESTIMATE_POOLED,     /* as GRPO over all tokens of the group (2508.02298) */
    CAIRN_ESTIMATE_GAE,        /* from the critic's values (1506.02438) */
    CAIRN_ESTIMATE_OPO,        /* minus the length-weighted mean (2505.23585) */
    CAIRN_ESTIMATE_REMAX,      /* minus the reward of the greedy response (2310.10505) */
    CAIRN_ESTIMATE_PASS_K,     /* advantage of pass@k, exact (2508.10751) */
    CAIRN_ESTIMATE_ANCHOR      /* steps from the same state are a group of their own (GiGPO, 2505.10978) */
} cairn_estimator;

/* Where rewards are centred: after they were summed into returns, which keeps the gradient; or each before, by the mean
 * token reward of the other responses, which is biased (2502.01456: its equation 5, and its released code, where a share
 * of a response's own mean is in its baseline). */
typedef enum cairn_centre { CAIRN_CENTRE_AFTER, CAIRN_CENTRE_PAPER, CAIRN_CENTRE_CODE } cairn_centre;

/* What counts once in the statistics of POOLED. */
typedef enum cairn_pool_by { CAIRN_POOL_TOKENS, CAIRN_POOL_RESPONSES, CAIRN_POOL_STEPS } cairn_pool_by;

/* Log-ratio of policy and reference at a token, x = logp - logp_ref: k1 is x, k3 is exp(-x) + x - 1 within +-10. */
typedef enum cairn_credit_kl { CAIRN_CREDIT_K1, CAIRN_CREDIT_K3 } cairn_credit_kl;

/* Sources: what a stream's token rewards are the sum of, each with its weight; 0: not in it. */
typedef struct cairn_credit_stream {
    double weight; /* of its advantage in the sum */
    double scalar; /* the response's scalar, on its last token */
    double format; /* the response's format, on its last token */
    double think;  /* the response's thinking score, on its last token */
    double steps;  /* step rewards by `rule`, on the last token of each step */
    double tokens; /* token_reward */
    double kl;     /* minus kl times the log-ratio of policy and reference, on each drawn token */
    cairn_credit_kl kl_form;
    cairn_step_rule rule;
    double a, b;   /* of the rule */
    bool dominant; /* a PENALTY may reach the weight of the scalar */
    cairn_return_rule sum;
    double gamma, lambda; /* discount in (0, 1]; of GAE in [0, 1] */
    bool by_step;         /* gamma discounts once a step, not once a token */
    bool scaled;          /* rewards over the greatest |sum from a token on| of the batch + 1e-6 (2502.01456) */
    cairn_centre centre;
    cairn_estimator estimator;
    int64_t k;          /* of PASS_K */
    int64_t horizon;    /* N of RLOO_TOKEN [tokens]; 0: the longest response of the batch */
    cairn_pool_by pool; /* of POOLED */
    bool among_right;   /* only right responses have part in it */
} cairn_credit_stream;

enum { CAIRN_CREDIT_STREAMS = 4 };

typedef struct cairn_credit_plan {
    const char *name; /* of the row that it was made from; "" : none */
    /* scores are given in `given` and used by the rules in `used` */
    cairn_score_unit given, used;

    cairn_outcome_stage outcome;
    double flip;         /* probability */
    bool flip_responses; /* a response flips by itself, else a group as a whole */
    bool flip_fixed;     /* the same in every iteration */
    double tau, alpha;   /* CALIBRATE: threshold, weight */

    cairn_scalar_stage scalar;
    double blend;        /* BLEND */
    double think_weight; /* GATED, UNGATED: weight; TRUST: alpha */
    double anneal;       /* TRUST: T [iterations]; 0: no annealing */
    bool trusting;       /* TRUST: gamma always 1 (its ablation) */
    cairn_trust_mode trust;
    int64_t overlong_budget, overlong_buffer; /* OVERLONG [tokens] */

    cairn_select_stage select;
    int64_t keep;        /* CONSISTENT: responses kept a group */
    double step_penalty; /* CONSISTENT: lambda, for fewer than steps_low or more than steps_high steps */
    int64_t steps_low, steps_high;
    bool centred;        /* CONSISTENT: scores minus the batch's mean, and both sides doubled (the released code) */
    bool penalty_signed; /* CONSISTENT: a wrong response's penalty raises it (the paper's equation) */
    cairn_select_side side;
    double spread_low, spread_high; /* SPREAD */
    bool spread_open;               /* SPREAD: the bounds themselves are outside */
    bool drop_truncated;            /* SPREAD: leaves out groups with a truncated response too */

    int32_t n_streams;
    cairn_credit_stream streams[CAIRN_CREDIT_STREAMS];

    bool whiten;           /* over all drawn, kept tokens of the batch: (A - mean) / sqrt(variance + 1e-8) */
    bool mask_truncated;   /* truncated responses get advantage 0 and are in no statistic */
    double importance_max; /* advantage times min(exp(logp - logp_sampler), max); 0: off */
    double epsilon;        /* beside deviations: 1e-6 */
    uint64_t seed;
} cairn_credit_plan;

/* A named row: a paper's plan with its defaults. */
typedef struct cairn_credit_type {
    cairn_about about;
    /* Fills what differs from cairn_credit_default; it starts without a stream. */
    void (*plan)(const void *config, cairn_credit_plan *plan);
} cairn_credit_type;

CAIRN_API const cairn_credit_type *const *cairn_credits(void); /* NULL-terminated */
/* Outcome, total return, no estimator, no selection, gamma = lambda = 1, epsilon 1e-6. */
CAIRN_API void cairn_credit_default(cairn_credit_plan *plan);
/* Finds "pure" or "pure:temperature=0.1". Errors: NOT_FOUND listing the names, INVALID. */
CAIRN_API cairn_status cairn_credit_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec, cairn_credit_plan *plan);
/* What a plan does, in words and formulas, a line a stage. */
CAIRN_API cairn_status cairn_credit_explain(cairn_ctx *ctx, const cairn_credit_plan *plan, cairn_text *out);

/* ---- the call ---------------------------------------------------------------------------------------------------- */

typedef struct cairn_credit_stats {
    int64_t groups, responses, tokens; /* given; tokens: drawn ones */
    int64_t kept_groups, kept_responses;
    int64_t flat_groups;                      /* kept, but every advantage before whitening is 0: no signal */
    int64_t unknown_outcomes, unknown_scores; /* responses, steps */
    int64_t unknown_flags;                    /* steps, where a stream reads verdicts */
    int64_t unknown_thinks;                   /* responses, where a stage or stream reads thinking scores */
    int64_t too_easy, too_hard, too_long;     /* groups left out by SPREAD: above, below, truncated */
    int64_t dropped_right, dropped_wrong;     /* responses left out by CONSISTENT */
    int64_t flipped;                          /* responses whose outcome was flipped */
    int64_t nonzero_steps;                    /* steps whose reward by the rule is not 0 */
    int64_t clipped_importance;               /* tokens */
    int64_t out_of_bounds; /* responses whose summed step reward leaves cairn_credit_bound: a bug if > 0 */
    double mean_return;    /* of kept responses: sum of all rewards of the weighted streams; NaN: none */
    double mean_outcome;   /* of kept responses, after its stage; NaN: none known */
    double mean_kl;        /* nats a token, NaN: no reference */
    double trust;          /* mean gamma of TRUST over groups, NaN: another stage */
} cairn_credit_stats;

/* Results lie in the caller's arrays, groups, responses and tokens one after the other. */
typedef struct cairn_credit_result {
    double *advantage; /* [all tokens] 0 where not drawn or not kept */
    double *ret;       /* [all tokens] target of a critic: of the last stream with GAE its advantage plus value, else
                          the weighted streams' discounted sums from the token on; or NULL */
    double *scalar;    /* [all responses] after the scalar stage; or NULL */
    double *step;      /* [all steps] reward by the first stream with a rule; or NULL */
    uint8_t *keep;     /* [all responses] 1: in at least one stream; or NULL */
    cairn_credit_stats stats;
} cairn_credit_result;

/* `iteration` keys noise and anneals. Errors: INVALID naming group, response and field: step ends that do not rise or
 * end elsewhere, scores or outcomes out of their range, a source that the plan needs and the response lacks, a group
 * of one with RLOO_TOKEN, a plan that contradicts itself. Nothing is written then. */
CAIRN_API cairn_status cairn_credit(cairn_ctx *ctx, const cairn_credit_plan *plan, const cairn_credit_group *groups,
                                    int32_t n_groups, int64_t iteration, cairn_credit_result *result);
/* Bounds of the summed step reward of a response with `n_steps` scores in the plan's unit, by its first stream with a
 * rule; infinite where appending steps adds without end. Errors: INVALID for n_steps < 1. */
CAIRN_API cairn_status cairn_credit_bound(cairn_ctx *ctx, const cairn_credit_plan *plan, int32_t n_steps, double *low,
                                          double *high);
/* What a rule reads of one response. */
typedef struct cairn_step_inputs {
    int32_t n;                  /* steps, at least 1 */
    const double *scores;       /* [n] in the unit that the rule uses, NaN unknown */
    const cairn_verdict *flags; /* [n] for PENALTY, THOUGHT, PREFIX */
    double outcome;             /* for RENORM, THOUGHT, PREFIX */
    double normalised;          /* for THOUGHT, PREFIX: the scalar minus the group's mean over its deviation */
    double accuracy;            /* for THOUGHT: share of right responses of the group */
} cairn_step_inputs;
/* Step rewards out[n] of one response by the stream's rule. A step whose score is unknown gets 0; rules that compare
 * steps pass over it. Errors: INVALID naming the rule: a or b out of range, a score outside `unit`, an input that is
 * missing, right with an accuracy of 0. */
CAIRN_API cairn_status cairn_credit_steps(cairn_ctx *ctx, const cairn_credit_stream *stream, cairn_score_unit unit,
                                          const cairn_step_inputs *inputs, double *out);

/* Consecutive steps with one flag are one thought; an unknown flag joins the thought before it (2507.23317). */
typedef struct cairn_thought {
    int32_t first, last;
    cairn_verdict flag; /* unknown: where the solution starts so */
} cairn_thought;
/* thoughts[n] has room for as many as there are flags[n]. Errors: INVALID for n < 1. */
CAIRN_API cairn_status cairn_credit_thoughts(cairn_ctx *ctx, const cairn_verdict *flags, int32_t n,
                                             cairn_thought *thoughts, int32_t *count);

/* How several critiques of one response vote a step wrong (2508.02298): all of them, at least half, more than half, any
 * of them. */
typedef enum cairn_critique_vote {
    CAIRN_VOTE_INTERSECTION,
    CAIRN_VOTE_MAJORITY,
    CAIRN_VOTE_STRICT_MAJORITY,
    CAIRN_VOTE_UNION
} cairn_critique_vote;
/* flags[n] of critiques[k][n]. UNKNOWN in a critique is no opinion on that step; a step without opinions is unknown.
 * Errors: INVALID for n < 1, k < 0. */
CAIRN_API cairn_status cairn_credit_vote(cairn_ctx *ctx, const cairn_verdict *critiques, int32_t k, int32_t n,
                                         cairn_critique_vote vote, cairn_verdict *flags);
/* What such a vote of k independent critiques makes of one critique's rates: false positives and recall in [0, 1], by
 * exact binomial sums. Errors: INVALID for rates outside [0, 1], k outside 1 .. 64. */
CAIRN_API cairn_status cairn_credit_vote_quality(cairn_ctx *ctx, double false_positive, double recall, int32_t k,
                                                 cairn_critique_vote vote, double *voted_false_positive,
                                                 double *voted_recall);

/* ---- what the pattern stages read -------------------------------------------------------------------------------- */

/* Reasoning-pattern score of a text in [0, 1]: unit times the number of phrases that it has, at most 1, minus the
 * repetition of n words, at least 0. Phrases are in lower case, the text in any; each counts once, and inside words too
 * ("thus" in "enthusiasm"). The paper has unit 0.025 and n 20, its code unit 0.05 (2505.22653). Errors: INVALID, no
 * memory. */
CAIRN_API cairn_status cairn_credit_pattern_score(cairn_ctx *ctx, const char *text, size_t length,
                                                  const char *const *phrases, int32_t n_phrases, double unit, int32_t n,
                                                  double *score);
/* The paper's phrases for mathematics. Static. */
CAIRN_API const char *const *cairn_credit_phrases(int32_t *n);
/* Runs of n words that occur more than once, each counted once, over all runs of n words; 0 for a shorter text. Errors:
 * INVALID for n < 1, no memory. */
CAIRN_API cairn_status cairn_credit_repetition(cairn_ctx *ctx, const char *text, size_t length, int32_t n,
                                               double *share);
/* Share of runs of n words that the text has had before: near 1 for a loop. Errors: likewise. */
CAIRN_API cairn_status cairn_credit_repeats(cairn_ctx *ctx, const char *text, size_t length, int32_t n, double *share);

#ifdef __cplusplus
}
#endif
#endif
