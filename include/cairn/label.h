/* cairn/label.h: automatic process supervision. Labellers gather evidence about steps, rules turn it into labels.
 * Layer: label.
 *
 *     cairn_labeller_find(ctx, arena, "mc:order=left-to-right", &labeller, &config);
 *     labeller->run(&workspace, config, given, n_given, &result);          // evidence, and labels by the labeller's own rule
 *     cairn_rule_find(ctx, arena, "consensus", &rule, &rule_config);
 *     cairn_rule_apply(ctx, rule, rule_config, &result.solutions[0].evidence, labels, &keep);   // keep.dropped: "" or why
 */
#ifndef CAIRN_LABEL_H
#define CAIRN_LABEL_H

#include "cairn/data.h"
#include "cairn/search.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- evidence ------------------------------------------------------------------------------------------------------- */

/* Completions from the state after one step. */
typedef struct cairn_step_count {
    cairn_node node; /* the state after the step */
    int32_t n, ok;   /* completions with a known outcome, and right ones among them; n = 0: never probed */
} cairn_step_count;

/* Solutions from the start of the problem: their share of right ones estimates pass@1, the policy's self-confidence. */
typedef struct cairn_root_count {
    int32_t n, ok;   /* with a known outcome; right ones among them; n = 0: not estimated */
    int32_t unknown; /* with an unknown outcome: not in n */
} cairn_root_count;

/* What was found out about the steps of one solution. A run keeps all of it in its records, so that another rule can
 * label them without sampling again. */
typedef struct cairn_evidence {
    int32_t n_steps;
    cairn_verdict outcome; /* of the whole solution */
    cairn_root_count root;
    /* [n_steps] of each role, NULL where the role completed nothing. The completer's count of the last step is the
     * solution's own outcome (n = 1), unless the last step was probed too. */
    const cairn_step_count *counts[CAIRN_ROLE_COUNT];
    const cairn_verdict *tool; /* [n_steps] verdicts of the world or its calculator; NULL: not asked */
    const double *judge;       /* [n_steps] scores of the judge, NaN unknown; NULL: there is no judge */
    const double *values;      /* [n_steps] Q of each step in [0, 1], NaN unknown; NULL: none were backed up */
} cairn_evidence;

/* ---- rules: evidence becomes labels ----------------------------------------------------------------------------------- */

/* Whether a solution is kept as training data. */
typedef struct cairn_keep {
    const char *dropped; /* why not, in one word ("judge-disagrees"); "" where it is kept. Static */
    int32_t first_error; /* by the rule: 0-based, CAIRN_NO_ERROR, or CAIRN_UNLABELLED where it is not located */
} cairn_keep;

/* A rule is a pure function. It fills labels[n_steps] (1 right .. 0 wrong, NaN unlabelled on entry and where it says
 * nothing) and *keep. Missing evidence drops the solution with a reason; it is no error. */
typedef struct cairn_rule_type {
    cairn_about about;
    cairn_status (*apply)(cairn_ctx *ctx, const void *config, const cairn_evidence *evidence, double *labels,
                          cairn_keep *keep);
} cairn_rule_type;

CAIRN_API const cairn_rule_type *const *cairn_rules(void);
/* Finds "scan" or "scan:window=2" and fills its config in the arena. Errors: NOT_FOUND, INVALID. */
CAIRN_API cairn_status cairn_rule_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec,
                                       const cairn_rule_type **type, const void **config);
/* Labels by a rule: sets labels[n_steps] to NaN and *keep to kept first. Errors: those of the rule; INTERNAL, naming
 * the rule, for a label outside [0, 1]. */
CAIRN_API cairn_status cairn_rule_apply(cairn_ctx *ctx, const cairn_rule_type *type, const void *config,
                                        const cairn_evidence *evidence, double *labels, cairn_keep *keep);

/* Where in a solution its first error stands. */
typedef enum cairn_error_place {
    CAIRN_ERROR_NONE,
    CAIRN_ERROR_EARLY, /* in the first third of the steps */
    CAIRN_ERROR_MIDDLE,
    CAIRN_ERROR_LATE,
    CAIRN_ERROR_UNLOCATED,
    CAIRN_ERROR_PLACES
} cairn_error_place;
CAIRN_API cairn_error_place cairn_error_place_of(int32_t first_error, int32_t n_steps);
CAIRN_API const char *cairn_error_place_name(cairn_error_place place); /* "none", "early", ... */

/* What labels make of the first error. Without an error counts as one past the last step. */
typedef enum cairn_noise {
    CAIRN_NOISE_NO_ERROR, /* both say that there is none */
    CAIRN_NOISE_SAME,
    CAIRN_NOISE_EARLY, /* the labels name an earlier step than the true one */
    CAIRN_NOISE_LATE,
    CAIRN_NOISE_KINDS
} cairn_noise;
/* Both are 0-based or CAIRN_NO_ERROR. */
CAIRN_API cairn_noise cairn_label_noise(int32_t labelled, int32_t truth, int32_t n_steps);

/* ---- labellers: they gather evidence ----------------------------------------------------------------------------------- */

/* One solution and what was found out about its steps. */
typedef struct cairn_labelled {
    const cairn_record *given; /* the solution that this is, or NULL: it was sampled */
    cairn_node leaf;           /* CAIRN_NONE where the labeller made no tree */
    const char *const *steps;  /* [n_steps] */
    int32_t n_steps;
    cairn_evidence evidence; /* n_steps and outcome are set by who ran the labeller */
    /* [n_steps] by the labeller's own rule; NaN where unlabelled; 1 with no count: implied right */
    const double *labels;
    int32_t first_error; /* 0-based, CAIRN_NO_ERROR, or CAIRN_UNLABELLED where it was not located */
    cairn_outcome outcome;
    bool prefix; /* not a whole solution: it has no outcome, and is not counted among outcomes */
} cairn_labelled;

typedef struct cairn_label_result {
    cairn_labelled *solutions; /* [n] in the workspace's arena */
    int32_t n;
    int64_t rollouts;      /* completions made */
    int64_t unknown;       /* of these, with an unknown outcome: in no count */
    cairn_root_count root; /* of the problem; the same for all its solutions */
    cairn_verdict kept;    /* question filter: RIGHT kept, WRONG dropped, UNKNOWN not asked */
    const char *dropped;   /* "too-easy", "too-hard", "unknown" (no solution with a known outcome) or "" */
} cairn_label_result;

typedef struct cairn_labeller_type {
    cairn_about about;
    uint32_t uses; /* CAIRN_USES of the roles that it acts in, beside the generator */
    /* `given`: solutions to label ([n_given] records of this problem), or none: the labeller samples its own. */
    cairn_status (*run)(cairn_workspace *workspace, const void *config, const cairn_record *given, int32_t n_given,
                        cairn_label_result *out);
    /* It labels given solutions without a policy. */
    bool works_without_policy;
    bool needs_judge; /* the judge's reward must be bound */
    /* Without given solutions, the ones it labels are all that it sampled: their outcomes are the root's counts. */
    bool labels_all_samples;
} cairn_labeller_type;

CAIRN_API const cairn_labeller_type *const *cairn_labellers(void);
CAIRN_API cairn_status cairn_labeller_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec,
                                           const cairn_labeller_type **type, const void **config);

/* What labellers share. */

/* Solutions as completions of the root: given ones with their recorded outcome, or the world's where none is recorded.
 */
CAIRN_API cairn_status cairn_label_adopt(cairn_workspace *workspace, const cairn_record *given, int32_t n_given,
                                         cairn_rollout **out);
/* The world's verdict on each step of a solution, in the arena. */
CAIRN_API cairn_status cairn_label_verify(cairn_workspace *workspace, const cairn_labelled *solution,
                                          const cairn_verdict **out);
/* The judge's score of each step of a solution, in the arena. Errors: INVALID without a judge. */
CAIRN_API cairn_status cairn_label_judge(cairn_workspace *workspace, const cairn_labelled *solution,
                                         const double **out);

/* ---- pure functions ------------------------------------------------------------------------------------------------ */

/* First error of a solution by bisection (arXiv 2406.06592): lo is known good, hi known bad, 0 <= lo < hi. probe gives
 * MC of the prefix of m steps, in [0, 1]. Stops when hi - lo <= min_span (>= 1). At most ceil(log2(hi - lo)) probes,
 * recorded in order in positions[] and mc[] (room for 64). *first = hi at the end: the first bad prefix length. Errors:
 * INVALID for hi <= lo or a probe outside [0, 1]; those of probe. */
typedef cairn_status (*cairn_probe_fn)(void *arg, int32_t m, double *mc);
CAIRN_API cairn_status cairn_first_error_bisect(cairn_ctx *ctx, cairn_probe_fn probe, void *arg, int32_t lo, int32_t hi,
                                                int32_t min_span, int32_t *first, int32_t *positions, double *mc,
                                                int32_t *probes);

/* The pool of wrong rollouts (arXiv 2406.06592): each leaves once, the one with the greatest Q + U first, ties to the
 * earliest added.
 *   Q(s, r) = alpha^(1 - MC(s)) beta^(len(r) / L)      U(s) = c_puct sqrt(sum of N) / (1 + N(s)) */
typedef struct cairn_rollout_queue cairn_rollout_queue;
typedef struct cairn_queue_rule {
    double alpha, beta, length, c_puct;
} cairn_queue_rule; /* 0.5, 0.9, 500 tokens, 0.125 */
CAIRN_API cairn_status cairn_rollout_queue_open(cairn_ctx *ctx, cairn_queue_rule rule, cairn_rollout_queue **out);
CAIRN_API void cairn_rollout_queue_close(cairn_rollout_queue *pool);
/* mc strictly between 0 and 1; length in tokens. */
CAIRN_API cairn_status cairn_rollout_queue_add(cairn_rollout_queue *pool, int32_t state, int32_t rollout, double mc,
                                               double length);
/* visits[state] = N(s), total = sum of N. CAIRN_END when the pool is empty. */
CAIRN_API cairn_status cairn_rollout_queue_pop(cairn_rollout_queue *pool, const int32_t *visits, int64_t total,
                                               int32_t *state, int32_t *rollout);
CAIRN_API double cairn_queue_priority(cairn_queue_rule rule, double mc, double length, int64_t visits, int64_t total);

/* Target of a pairwise loss for two steps from one state: (1 + p - q) / 2. */
CAIRN_API double cairn_label_pairwise_target(double p, double q);
/* Question filter: too hard when nothing was right, too easy when nothing was wrong. */
typedef enum cairn_question { CAIRN_QUESTION_KEEP, CAIRN_QUESTION_TOO_HARD, CAIRN_QUESTION_TOO_EASY } cairn_question;
CAIRN_API cairn_question cairn_question_filter(int32_t n_right, int32_t n);

/* ---- rules on plain arrays: c[n] is the share of right completions after each step, NaN where it was not probed; y may be c ------- */

/* Labels in place: a step before the first 0 that was not probed is right (1) where a longer prefix has a right
 * completion. */
CAIRN_API void cairn_label_imply(double *c, int32_t n);
/* First prefix that no completion gets right: the index of its last step; CAIRN_NO_ERROR where there is none;
 * CAIRN_UNLABELLED where an error before it could have been missed: no step, or a step before was not probed, unless
 * `implied`: then the probed step just before it tells of all earlier ones, as in a bisection. */
CAIRN_API int32_t cairn_label_first_zero(const double *c, int32_t n, bool implied);
/* Two namings of the first error (CAIRN_NO_ERROR: none): "" where they are the same, else why the solution is dropped
 * (arXiv 2501.07301). Errors: INVALID for an index outside -1 .. n - 1 that is not CAIRN_UNLABELLED, n < 1. */
CAIRN_API cairn_status cairn_label_consensus(cairn_ctx *ctx, int32_t first_a, int32_t first_b, int32_t n,
                                             const char **dropped);
/* Labels of a solution with a wrong answer (arXiv 2509.16548): 0 at t_pred, min(c / sc, 1) at the d steps before it, 1
 * at those before; y has room for t_pred + 1. sc > 0: the policy's share of right solutions. Errors: INVALID for sc <=
 * 0, t_pred outside 0 .. n - 1, c[t_pred] != 0, d < 0, an unprobed step that is needed. */
CAIRN_API cairn_status cairn_label_scan(cairn_ctx *ctx, const double *c, int32_t n, int32_t t_pred, double sc,
                                        int64_t d, double *y);
typedef enum cairn_progress_mode { CAIRN_RPE_RATIO, CAIRN_RPE_DIFFERENCE } cairn_progress_mode;
/* Relative progress (arXiv 2504.00891): y = 1 where c_t / c_(t-1) >= eps, or c_t - c_(t-1) >= eps; v0 stands before the
 * first step; 0 from the first c = 0 on. Errors: INVALID for v0 = 0 in RATIO, a share outside [0, 1], an unprobed step
 * before the first 0. */
CAIRN_API cairn_status cairn_label_progress(cairn_ctx *ctx, const double *c, int32_t n, double v0, double eps,
                                            cairn_progress_mode mode, double *y);
/* Completions of each prefix by the share of right solutions of its problem: 128 below 0.1, 64 below 0.9, else 32
 * (arXiv 2504.00891). */
CAIRN_API int32_t cairn_label_completions(double v0);

#ifdef __cplusplus
}
#endif
#endif
