/* cairn/label.h: automatic process supervision: outcomes of completions become labels of steps. Layer: label (uses core ..
 * search). */
#ifndef CAIRN_LABEL_H
#define CAIRN_LABEL_H

#include "cairn/data.h"
#include "cairn/search.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Counts of one labelled position: what every rule starts from. */
typedef struct cairn_step_count {
    cairn_node node; /* the state after the step */
    int32_t n, ok;   /* rollouts tried from it, and how many were right; n = 0: never probed */
} cairn_step_count;

/* One solution and what was found out about its steps. */
typedef struct cairn_labelled {
    const cairn_record *given; /* the solution that this is, or NULL: it was sampled */
    cairn_node leaf;
    const char *const *steps; /* [n_steps] */
    int32_t n_steps;
    const cairn_step_count *counts; /* [n_steps] */
    const double *labels; /* [n_steps] by the labeller's rule; NaN where unlabelled; 1 with no count: implied right */
    int32_t first_error;  /* 0-based, CAIRN_NO_ERROR, or CAIRN_UNLABELLED where it was not located */
    cairn_outcome outcome;
} cairn_labelled;

typedef struct cairn_label_result {
    cairn_labelled *solutions; /* [n] in the search's arena */
    int32_t n;
    int64_t rollouts;    /* spent */
    int64_t unknown;     /* of these, with an unknown outcome: in no count */
    cairn_verdict kept;  /* question filter: RIGHT kept, WRONG dropped, UNKNOWN not asked */
    const char *dropped; /* "too-easy", "too-hard", "unknown" (no solution with a known outcome) or "" */
} cairn_label_result;

typedef struct cairn_labeller_type {
    cairn_about about;
    uint32_t uses; /* CAIRN_USES of the roles that it acts in, beside the generator */
    /* `given`: solutions to label ([n_given] records of this problem), or none: the labeller samples its own. */
    cairn_status (*run)(cairn_workspace *workspace, const void *config, const cairn_record *given, int32_t n_given,
                        cairn_label_result *out);
} cairn_labeller_type;

CAIRN_API const cairn_labeller_type *const *cairn_labellers(void);
CAIRN_API cairn_status cairn_labeller_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec,
                                           const cairn_labeller_type **type, const void **config);

/* ---- pure functions ------------------------------------------------------------------------------------------------ */

/* First error of a solution by bisection (arXiv 2406.06592): lo is known good, hi known bad, 0 <= lo < hi. probe gives MC of
 * the prefix of m steps, in [0, 1]. Stops when hi - lo <= min_span (>= 1). At most ceil(log2(hi - lo)) probes, recorded in
 * order in positions[] and mc[] (room for 64). *first = hi at the end: the first bad prefix length. Errors: INVALID for
 * hi <= lo or a probe outside [0, 1]; those of probe. */
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

#ifdef __cplusplus
}
#endif
#endif
