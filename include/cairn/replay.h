/* cairn/replay.h: running a recorded search again, to prove that select and back-up do what another library's do.
 * Layer: search (uses core, data). */
#ifndef CAIRN_REPLAY_H
#define CAIRN_REPLAY_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cairn_replay_report {
    int64_t simulations;        /* run: one less than the record's visits of the root */
    int64_t nodes;              /* evaluated nodes of the record, all compared */
    int64_t visit_mismatches;   /* of them: other visit count, or not reached */
    int64_t order_mismatches;   /* of them: evaluated as another simulation's leaf */
    double greatest_difference; /* between a node's recorded value and ours */
} cairn_replay_report;

/* Searches again on the priors, raw values, rewards, discount and settings of a search tree recorded by mctx (one JSON
 * object with `algorithm`, `algorithm_config`, `env_config`, `tree`) and compares the resulting tree with the recorded
 * one: PUCT of muzero_policy (arXiv 1911.08265), or Sequential Halving and improved policies of gumbel_muzero_policy
 * (Danihelka et al. 2022) without noise. The number of children may differ from node to node. Errors: FORMAT, naming
 * the field and node, also where the search walks into a node that the record holds no evaluation of; UNSUPPORTED for
 * other algorithms and settings, and for Gumbel noise, which records do not hold; IO, NOT_FOUND; LIMIT for files over 1
 * GiB and trees over about 1,000 steps deep. Nesting takes stack: call it on a thread, not a fiber. */
CAIRN_API cairn_status cairn_replay_file(cairn_ctx *ctx, const char *path, cairn_replay_report *out);
/* The same on text in memory; `where` opens the errors. */
CAIRN_API cairn_status cairn_replay_text(cairn_ctx *ctx, const char *text, size_t length, const char *where,
                                         cairn_replay_report *out);

#ifdef __cplusplus
}
#endif
#endif
