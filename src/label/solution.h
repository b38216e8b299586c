/* What labellers share: whole solutions, sampled or given, and Monte-Carlo estimates of their prefixes. */
#ifndef CAIRN_LABEL_SOLUTION_H
#define CAIRN_LABEL_SOLUTION_H

#include "cairn/label.h"

/* The row of an options table for the completions of a prefix: member `rollouts` of a configuration. */
#define LABEL_ROLLOUTS_OPTION(type) \
    CAIRN_INT(type, rollouts, "8", 1, 4096, "completions", "Completions of each probed prefix (k).")

/* What a labeller begins with. */
#define LABEL_NOTHING ((cairn_label_result){.kept = CAIRN_VERDICT_UNKNOWN, .dropped = ""})

/* Completions of the state after a node. Those with an unknown outcome are kept and in neither count. */
typedef struct label_estimate {
    cairn_rollout *rollouts; /* [n] */
    int32_t n, known, ok;
} label_estimate;

/* Samples k completions of `node` as `role`, counted as spent in `result`. BUDGET when they cannot be paid for: then
 * none was sampled. */
cairn_status label_estimate_node(cairn_workspace *workspace, cairn_role role, cairn_node node, int32_t k,
                                 cairn_label_result *result, label_estimate *out);

/* The given solutions as completions of the root. Their outcome is the recorded one, or the world's where none is. */
cairn_status label_adopt(cairn_workspace *workspace, const cairn_record *given, int32_t n_given, label_estimate *out);

/* Makes a rollout of `node` part of the tree: nodes[m], m = 0 .. n_steps, is the state after its first m steps. */
cairn_status label_graft(cairn_workspace *workspace, cairn_node node, const cairn_rollout *rollout, cairn_node **nodes);

/* Labels of a solution's steps, all NaN. */
cairn_status label_alloc(cairn_workspace *workspace, int32_t n_steps, double **labels);
/* Room for the counts and labels of a solution's steps: counts of nothing, labels NaN. */
cairn_status label_room(cairn_workspace *workspace, int32_t n_steps, cairn_step_count **counts, double **labels);

/* The share of right completions: the soft label; above 0 it is the hard label "right" (arXiv 2312.08935, equations 2
 * and 3). NaN when no completion has a known outcome. */
double label_value(const cairn_step_count *count);

#endif
