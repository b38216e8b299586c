/* What the rows of the table are written with. A row is a published plan: its options and the stages that they fill. */
#ifndef CAIRN_CREDIT_ROW_H
#define CAIRN_CREDIT_ROW_H

#include "cairn/credit.h"

/* Adds a stream of weight 1 without discount and without sources. */
static inline cairn_credit_stream *row_stream(cairn_credit_plan *plan, cairn_return_rule sum,
                                              cairn_estimator estimator) {
    cairn_credit_stream *s = &plan->streams[plan->n_streams++];
    *s = (cairn_credit_stream){.weight = 1, .gamma = 1, .lambda = 1, .sum = sum, .estimator = estimator};
    return s;
}

/* The response's scalar through an estimator of whole responses. */
static inline cairn_credit_stream *row_scalar(cairn_credit_plan *plan, cairn_estimator estimator) {
    cairn_credit_stream *s = row_stream(plan, CAIRN_RETURN_TOTAL, estimator);
    s->scalar = 1;
    return s;
}

/* The about of a row with a table `options` of a `config`. */
#define ROW_ABOUT(name_, summary_, source_)                                              \
    {                                                                                    \
        .name = (name_), .summary = (summary_), .source = (source_), .options = options, \
        .option_count = sizeof options / sizeof *options, .config_size = sizeof(config)  \
    }

/* Options that many rows have. */
#define ROW_GAMMA(type, preset) \
    CAIRN_REAL(type, gamma, preset, 1e-6, 1, "", "Discount of a reward for each later token.")
#define ROW_LAMBDA(type) \
    CAIRN_REAL(type, lambda, "1", 0, 1, "", "GAE: how far returns reach beyond the critic's values.")
#define ROW_KL(type)     CAIRN_REAL(type, kl, "0", 0, 100, "", "Weight of the log-ratio to the reference, off the reward.")
#define ROW_WHITEN(type) CAIRN_BOOL(type, whiten, "true", "Whiten the advantages over the batch.")
#define ROW_EPSILON(type) \
    CAIRN_REAL(type, epsilon, "1e-6", 0, 1, "", "Beside deviations: verl 1e-6, TRL 1e-4, OpenRLHF 1e-9.")
#define ROW_SCORES(type)                              \
    CAIRN_CHOICE(type, scores, "prob", "prob|signed", \
                 "Unit of the given step scores: from 0 to 1, or from -1 to 1.") /* of cairn_score_unit */
#define ROW_SEED(type) CAIRN_SEED(type, seed, "0", "Of random choices.")

#endif
