/* cairn/loops.h: the loops that searches are made of, and the pure helpers that they share. Layer: search.
 *
 * A search is a short composition: it fills the callbacks of one loop, runs the loop, and picks an answer.
 *
 *     cairn_frontier    all open prefixes grow by one step together     majority, best-of-n, beam, dvts, rebase
 *     cairn_tree_loop   one leaf at a time, by formula or by priority   mcts, gumbel, best-first
 *     cairn_retry       one step, again until it is accepted            retry
 *
 * Every callback gets the workspace and the `arg` that was given to the loop. A callback may call any verb of
 * cairn/search.h. NULL stands for the default. A callback that returns CAIRN_BUDGET ends the loop; what was found by
 * then stands.
 *
 * A whole search, step-level best-of-N (arXiv 2503.13551): N candidates a step, and the best one is appended.
 *
 *     typedef struct config { int64_t n; } config;
 *
 *     static cairn_status append_best(cairn_workspace *workspace, void *arg, const cairn_branch *grown, int32_t n, cairn_branch *open,
 *                                     int32_t *n_open, cairn_finished *finished) {
 *         const config *c = arg;
 *         cairn_branch best = grown[cairn_best_branch(workspace, grown, n)];
 *         best.count = (int32_t)c->n;
 *         if (workspace->tree->flags[best.node] & CAIRN_NODE_TERMINAL) return cairn_finished_add(workspace, finished, best);
 *         open[(*n_open)++] = best;
 *         return CAIRN_OK;
 *     }
 *
 *     static cairn_status run(cairn_workspace *workspace, const void *options, cairn_result *out) {
 *         config c = *(const config *)options;
 *         cairn_frontier loop = {.scores = true, .prune = append_best};
 *         CAIRN_TRY(cairn_frontier_search(workspace, &loop, &c, c.n, 1, out));
 *         return cairn_choose_best(workspace, out);
 *     }
 *
 *     const cairn_search_type step_best_of_n = {.about = {.name = "step-best-of-n", ...}, .needs_reward = true, .run = run};
 *
 * `cairn_solve` (cairn/job.h) runs such a type on many problems without registering it.
 */
#ifndef CAIRN_LOOPS_H
#define CAIRN_LOOPS_H

#include "cairn/search.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Solutions that a search samples where neither a width nor a budget says how many. */
#define CAIRN_DEFAULT_SOLUTIONS 16
/* Samples that grow together, at most. */
#define CAIRN_MOST_WIDTH (1 << 20)

/* ---- finished solutions --------------------------------------------------------------------------------------------------------- */

/* Solutions that have ended, of all rounds of a search. Zeroed to begin with; memory is the workspace's arena. */
typedef struct cairn_finished {
    cairn_branch *solutions; /* [n] in order of generation; count: how many samples ended there */
    int32_t n, capacity;
    int64_t samples, steps; /* of whole solutions (TERMINAL): samples, and the sum of their depths over these */
    bool width_given;       /* the width was given: the search runs as published, and the budget is only a bound */
} cairn_finished;

/* Appends one. Errors: NO_MEMORY. */
CAIRN_API cairn_status cairn_finished_add(cairn_workspace *workspace, cairn_finished *finished, cairn_branch solution);
/* Appends every TERMINAL node of the tree in order of generation, counted as often as it was sampled. Errors:
 * NO_MEMORY. */
CAIRN_API cairn_status cairn_finished_add_tree(cairn_workspace *workspace, cairn_finished *finished);

/* ---- frontier: allocate -> grow -> score -> prune -> finish --------------------------------------------------------------------- */

/* What waits while the budget does not take all open branches to their ends. */
typedef enum cairn_waiting {
    CAIRN_WAIT_NONE,
    CAIRN_WAIT_SAMPLES, /* a branch may grow with a part of its count, the rest waits */
    CAIRN_WAIT_BRANCHES /* a branch grows whole or waits */
} cairn_waiting;

typedef struct cairn_frontier {
    bool scores; /* cairn_score for all grown children, before prune */
    cairn_waiting waits;
    /* Sets open[i].count to the number of samples that branch i grows by next; 0 drops the branch. On entry it is the
     * number of samples that gave the branch. `width`: the round's, less what has finished, at most what the budget
     * affords. NULL: counts stay as they are. */
    cairn_status (*allocate)(cairn_workspace *workspace, void *arg, int64_t width, cairn_branch *open, int32_t n);
    /* Next steps of the open branches, as cairn_propose gives them (children in order of their parents). NULL:
     * cairn_propose as generator. */
    cairn_status (*grow)(cairn_workspace *workspace, void *arg, const cairn_branch *open, int32_t n,
                         cairn_branch *children, int32_t *n_children);
    /* Which of the n (>= 1) grown children stay open, which are finished; others are dropped. open: room for n, *n_open
     * is 0 on entry. NULL: whole solutions are finished, all others stay open. */
    cairn_status (*prune)(cairn_workspace *workspace, void *arg, const cairn_branch *grown, int32_t n,
                          cairn_branch *open, int32_t *n_open, cairn_finished *finished);
    /* The candidates, of cairn_frontier_search. NULL: cairn_candidates of all that is finished. */
    cairn_status (*finish)(cairn_workspace *workspace, void *arg, const cairn_finished *finished, cairn_result *out);
} cairn_frontier;

/* One round: grows `start` [n] until nothing is open, `most` samples of whole solutions have finished in this round, or
 * the budget is spent (CAIRN_BUDGET, *finished valid). Errors: LIMIT past 2^31 - 1 steps at once; those of verbs and
 * callbacks. */
CAIRN_API cairn_status cairn_frontier_round(cairn_workspace *workspace, const cairn_frontier *loop, void *arg,
                                            const cairn_branch *start, int32_t n, int64_t most,
                                            cairn_finished *finished);

/* One round of a search at a width. CAIRN_BUDGET: the budget is spent. */
typedef cairn_status (*cairn_round_fn)(cairn_workspace *workspace, void *arg, int64_t width, cairn_finished *finished);

/* Rounds that spend the budget: each is a search of its own with fresh draws from the root, as wide as what is left
 * pays for at the cost of the rounds before it; what they finish adds up. width > 0: one round of that width. Without a
 * width and a budget: one round of CAIRN_DEFAULT_SOLUTIONS. Widths that the budget chooses are multiples of `unit` (>=
 * 1) where they reach it, at most CAIRN_MOST_WIDTH. A spent budget is no error here. Errors: those of the rounds. */
CAIRN_API cairn_status cairn_rounds(cairn_workspace *workspace, cairn_round_fn round, void *arg, int64_t width,
                                    int64_t unit, cairn_finished *finished);

/* The common whole: cairn_rounds of cairn_frontier_round from the root, each with `width` samples and until that many
 * have finished, then loop->finish. Sets no answer: pick one. */
CAIRN_API cairn_status cairn_frontier_search(cairn_workspace *workspace, const cairn_frontier *loop, void *arg,
                                             int64_t width, int64_t unit, cairn_result *out);

/* ---- tree: select -> evaluate -> back up -> expand --------------------------------------------------------------------------------- */

/* Of an open node; NaN: unknown. */
typedef double (*cairn_priority_fn)(cairn_workspace *workspace, void *arg, cairn_node node);

/* One simulation selects a leaf, evaluates it, backs its value up to the root, and expands it; a whole solution is
 * marked COMPLETED instead. A search with another order has it in its callbacks: select may call propose, evaluate may
 * expand first. */
typedef struct cairn_tree_loop {
    /* The leaf to work on; CAIRN_NONE ends the search. NULL: by `priority` where that is set, else cairn_select_leaf
     * from the root by `formula`. */
    cairn_status (*select)(cairn_workspace *workspace, void *arg, cairn_node *leaf);
    cairn_select formula;
    /* Best-first: the open node with the greatest priority is popped, wherever it is; unknown (NaN) last, ties to the
     * earliest. A node is open from its creation until it is popped. Its priority is asked for once, at the first
     * selection after its creation. */
    cairn_priority_fn priority;
    /* Value of a leaf. NULL: cairn_score and cairn_path_value; the root is worth 0. */
    cairn_status (*evaluate)(cairn_workspace *workspace, void *arg, cairn_node leaf, double *value);
    /* NULL: cairn_backup by `rule`. */
    cairn_status (*backup)(cairn_workspace *workspace, void *arg, cairn_node leaf, double value);
    cairn_backup_rule rule;
    /* Samples `count` next steps of `node`; children has room for that many, *n are distinct. CAIRN_BUDGET with *n
     * valid as propose. NULL: cairn_propose as generator. */
    cairn_status (*expand)(cairn_workspace *workspace, void *arg, cairn_node node, int32_t count,
                           cairn_branch *children, int32_t *n);
    int64_t branch; /* steps sampled when a leaf is expanded, 1 .. 2^16 */
    /* at most; 0: until the budget is spent, or the steps of CAIRN_DEFAULT_SOLUTIONS without one */
    int64_t simulations;
} cairn_tree_loop;

/* Runs simulations on the workspace's tree; *finished gets its whole solutions. While no solution is finished and what
 * is left may be what one solution takes, the most promising prefix is finished first: down by greatest mean value,
 * then by single samples. A tree that is finished everywhere before the budget is spent is widened by single samples
 * from the root; 16 in a row that bring no new step end the search. A spent budget is no error here. Errors: CANCELLED;
 * those of verbs and callbacks. */
CAIRN_API cairn_status cairn_tree_search(cairn_workspace *workspace, const cairn_tree_loop *loop, void *arg,
                                         cairn_finished *finished);

/* Of the nodes that are neither DEAD nor COMPLETED (the root left out) the one with the greatest priority; unknown
 * last, ties to the earliest; CAIRN_NONE when there is none. For priorities that change with visits (arXiv 2502.14693).
 * Reads every node of the tree. */
CAIRN_API cairn_node cairn_select_best(cairn_workspace *workspace, cairn_priority_fn priority, void *arg);

/* Aggregate of the scores on the path to a scored node. Where none is known: its parent's mean value (before the
 * parent's first visit its own value), which neither attracts nor repels. */
CAIRN_API double cairn_path_value(const cairn_workspace *workspace, cairn_node node);

/* P of a child. */
typedef enum cairn_prior {
    CAIRN_PRIOR_SAMPLED, /* share of the samples that gave it */
    CAIRN_PRIOR_LOGP,    /* its probability under the policy, as share among its siblings */
    CAIRN_PRIOR_UNIFORM
} cairn_prior;

/* Sets the prior of each child of a node; they sum to 1. Errors: INVALID for LOGP where a child has no log-probability.
 */
CAIRN_API cairn_status cairn_set_priors(cairn_workspace *workspace, cairn_node node, cairn_prior how);

/* ---- retry: propose -> accept or retry ----------------------------------------------------------------------------------------------- */

typedef struct cairn_retry {
    int64_t tries; /* >= 1: proposals for one step */
    /* One next step of `node`; *n 0: there was none. NULL: one sample of cairn_propose as generator. */
    cairn_status (*propose)(cairn_workspace *workspace, void *arg, cairn_node node, cairn_branch *child, int32_t *n);
    cairn_status (*accept)(cairn_workspace *workspace, void *arg, cairn_node step, bool *accepted);
    /* What is taken when none of the n (>= 1) proposals was accepted. NULL: the step with the greatest score, unknown
     * last. */
    cairn_status (*settle)(cairn_workspace *workspace, void *arg, const cairn_branch *refused, int32_t n,
                           cairn_node *step);
} cairn_retry;

/* *next: the step after `node`; `node` itself where every proposal was cut off by the budget's bound of a step. Errors:
 * BUDGET where nothing could be proposed; those of verbs and callbacks. */
CAIRN_API cairn_status cairn_retry_step(cairn_workspace *workspace, const cairn_retry *loop, void *arg, cairn_node node,
                                        cairn_node *next);
/* Steps from `node` to the end of a solution. Errors: those of cairn_retry_step. */
CAIRN_API cairn_status cairn_retry_solution(cairn_workspace *workspace, const cairn_retry *loop, void *arg,
                                            cairn_node node, cairn_node *leaf);

/* ---- order and answer --------------------------------------------------------------------------------------------------------------- */

/* cairn_score of the branches' nodes. */
CAIRN_API cairn_status cairn_score_branches(cairn_workspace *workspace, const cairn_branch *branches, int32_t n);
/* order[n]: indices of the branches by falling aggregate of their scores (workspace->aggregator); unknown last, ties to
 * the earlier. In the arena. Errors: NO_MEMORY. */
CAIRN_API cairn_status cairn_rank_branches(cairn_workspace *workspace, const cairn_branch *branches, int32_t n,
                                           int32_t **order);
/* The first of that order; -1 for n = 0. */
CAIRN_API int32_t cairn_best_branch(const cairn_workspace *workspace, const cairn_branch *branches, int32_t n);

/* Checks the leaves (cairn_check) and lists them with the aggregate of their scores, NaN where none was asked for, and
 * with what the world paid. Recorded solutions stand in their recorded order, all others in that of the array. No
 * candidate is chosen yet. */
CAIRN_API cairn_status cairn_candidates(cairn_workspace *workspace, const cairn_branch *leaves, int32_t n,
                                        cairn_result *out);

/* The answer of a result, by the standard definitions. Answers are compared by class. A candidate without an answer has
 * no vote; when no candidate has one there is no answer (-1). Ties go to the earlier candidate. The chosen candidate of
 * a vote is the one of greatest value (score + paid) of the class, else its first. Errors: NO_MEMORY. */

/* The class with the most samples (arXiv 2203.11171). */
CAIRN_API cairn_status cairn_choose_majority(cairn_workspace *workspace, cairn_result *result);
/* The class with the greatest sum of aggregates over its samples; an unknown one adds nothing. */
CAIRN_API cairn_status cairn_choose_weighted(cairn_workspace *workspace, cairn_result *result);
/* The answer of the candidate with the greatest value, unknown last. */
CAIRN_API cairn_status cairn_choose_best(cairn_workspace *workspace, cairn_result *result);

/* ---- budget (beside cairn_budget_left) ---------------------------------------------------------------------------------------------- */

/* Whether the budget bounds anything. */
CAIRN_API bool cairn_budget_bounded(const cairn_workspace *workspace);
/* How many more units the budget pays for, when `units` (> 0) of them cost all that was spent so far, but for reading
 * the problem. INT64_MAX without a budget; 0 where they cost nothing in a bounded unit: such a budget is never spent.
 */
CAIRN_API int64_t cairn_budget_affords(const cairn_workspace *workspace, int64_t units);
/* Steps that the open branches may take at once so that each can go on to an end from `depth`, by the mean length of
 * what is finished, or the longest that is allowed before that. At least 1; INT64_MAX without a budget. */
CAIRN_API int64_t cairn_frontier_affords(const cairn_workspace *workspace, const cairn_finished *finished,
                                         int32_t depth);

#ifdef __cplusplus
}
#endif
#endif
