/* What the stages of one call of cairn_credit share. The stages in order: check, outcome, scalar, select, streams, finish.
 *
 * Tokens, steps and responses of the whole batch are numbered one after the other; a response knows where its own start.
 * Letters: r reward of a token, u its return, A its advantage, R the whole return of a response, n members of a group. */
#ifndef CAIRN_CREDIT_CALL_H
#define CAIRN_CREDIT_CALL_H

#include "cairn/credit.h"

typedef struct response {
    const cairn_trajectory *y;
    uint64_t group_id;
    int32_t place;       /* in its group */
    int32_t drawn;       /* tokens that the policy drew */
    int64_t token, step; /* of its first */
    double outcome, scalar;
    double accuracy, normalised; /* share of right responses of its group; scalar minus mean over deviation */
    double order;                /* CONSISTENT: those with the least leave first */
    double paid;                 /* sum of its token rewards over the streams, weighted */
    bool kept, live;             /* by the stages so far; member of a stream */
    /* of the stream at hand */
    bool member;
    double whole;           /* R */
    double baseline, scale; /* A = (u - baseline) / scale */
} response;

/* A step of a response, for ANCHOR. */
typedef struct visit {
    uint64_t state; /* before it */
    const response *y;
    int32_t step;
    double u; /* at its first drawn token */
} visit;

typedef struct call {
    const cairn_credit_plan *plan;
    int64_t iteration;
    int64_t n_groups, n_responses, n_tokens, n_steps;
    response *responses; /* [n_responses] */
    int64_t *first;      /* [n_groups + 1] first response of each group */
    double *r, *u;       /* [n_tokens] of the stream at hand */
    double *r_step;      /* [n_steps] by its rule */
    double *q;           /* [n_steps] scores in the unit that rules use */
    visit *visits;       /* [n_steps]; NULL without ANCHOR */
    double *A, *ret;     /* [n_tokens] the caller's; ret may be NULL */
    cairn_credit_stats stats;
} call;

/* Of one group. */
typedef struct span {
    response *y;
    int64_t n;
} span;

/* ---- stages, one file each ------------------------------------------------------------------------------------------ */

cairn_status check_plan(cairn_ctx *ctx, const cairn_credit_plan *plan);
/* Counts groups, responses, tokens and steps on the way. */
cairn_status check_batch(cairn_ctx *ctx, const cairn_credit_plan *plan, const cairn_credit_group *groups,
                         int32_t n_groups, call *c);
void outcome_stage(call *c);
void scalar_stage(call *c);
void select_stage(call *c);
void stream_stage(call *c, int32_t stream);
void finish_stage(call *c);

/* ---- parts of a stream ---------------------------------------------------------------------------------------------- */

/* Scores from the unit in which they are given to the one in which they are used. */
double score_in(cairn_score_unit given, cairn_score_unit used, double score);
/* The rule of a stream on a response's scores q; out[n]. */
void step_rewards(const cairn_credit_stream *s, const cairn_step_inputs *in, double *out);
/* Whether the rule reads scores, flags; a stream without steps reads neither. */
bool rule_reads_scores(cairn_step_rule rule);
bool rule_reads_flags(cairn_step_rule rule);
bool rule_reads_outcome(cairn_step_rule rule);
/* What is wrong with the parameters of the stream's rule, or NULL. */
const char *rule_fault(const cairn_credit_stream *s, cairn_score_unit unit);
/* The first stream with a rule whose step rewards count, or -1. */
int32_t rule_stream(const cairn_credit_plan *plan);
/* Bounds of the summed step reward of n steps. */
void step_bounds(const cairn_credit_stream *s, cairn_score_unit unit, int32_t n, double *low, double *high);

/* Centres the rewards r of a group's members before they are summed, where the stream says so. */
void centre_rewards(call *c, const cairn_credit_stream *s, span group);
/* Returns u[n_tokens] of a response from its rewards r[n_tokens]. Gives R: the sum of all rewards, or the discounted sum
 * from the first drawn token on. */
double returns_of(const cairn_credit_stream *s, const cairn_trajectory *y, const double *r, double *u);
void returns_to_go(const cairn_credit_stream *s, const cairn_trajectory *y, const double *r, double *u);
/* What estimators take from the whole batch. */
typedef struct batch_facts {
    double deviation; /* of R, for BATCH_STD */
    int64_t horizon;  /* for RLOO_TOKEN */
} batch_facts;
/* Adds weight times the advantages of one group's members to A. */
void estimate(call *c, const cairn_credit_stream *s, span group, batch_facts batch);

/* In a check: says why the condition is refused and returns. */
#define REFUSE(condition, ...)                                             \
    do {                                                                   \
        if (condition) return cairn_fail(ctx, CAIRN_INVALID, __VA_ARGS__); \
    } while (0)

/* ---- small things ----------------------------------------------------------------------------------------------------- */

static inline bool is_drawn(const cairn_trajectory *y, int64_t t) {
    return !y->drawn || y->drawn[t];
}

static inline bool is_right(double outcome) {
    return outcome >= 0.5;
}

/* First token of step k. */
static inline int32_t step_start(const cairn_trajectory *y, int32_t k) {
    return k ? y->step_end[k - 1] + 1 : 0;
}

static inline span group_of(const call *c, int64_t g) {
    return (span){c->responses + c->first[g], c->first[g + 1] - c->first[g]};
}

/* Mean and deviation (n - 1) in one pass over any numbers: exact where all are equal. */
typedef struct moments {
    int64_t n;
    double first, sum, lost, squares;
    bool equal;
} moments;

void moments_add(moments *m, double x);
double moments_mean(const moments *m);
double moments_deviation(const moments *m); /* 0 for fewer than two or equal numbers */

#endif
