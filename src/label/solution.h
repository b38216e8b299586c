/* What labellers share: whole solutions, sampled or given, and Monte-Carlo estimates of their prefixes. */
#ifndef CAIRN_LABEL_SOLUTION_H
#define CAIRN_LABEL_SOLUTION_H

#include "cairn/label.h"

/* Completions of the state after a node. Those with an unknown outcome are kept and in neither count. */
typedef struct label_estimate {
    cairn_rollout *rollouts; /* [n] */
    int32_t n, known, ok;
} label_estimate;

/* Samples k completions of `node` as `role`. BUDGET when they cannot be paid for: then none was sampled. */
cairn_status label_estimate_node(cairn_search *search, cairn_role role, cairn_node node, int32_t k,
                                 label_estimate *out);

/* The given solutions as completions of the root. Their outcome is the world's, or the recorded one where it has none. */
cairn_status label_adopt(cairn_search *search, const cairn_record *given, int32_t n_given, cairn_rollout *out);

/* The texts of the steps to `node` and then those of the rollout: [*n]. */
cairn_status label_steps(cairn_search *search, cairn_node node, const cairn_rollout *rollout, const char *const **steps,
                         int32_t *n);

/* The share of right completions: the soft label; above 0 it is the hard label "right" (arXiv 2312.08935, equations 2
 * and 3). NaN when no completion has a known outcome. */
double label_value(const cairn_step_count *count);

#endif
