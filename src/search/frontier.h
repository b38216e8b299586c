/* The frontier loop: all open prefixes grow by one step together.
 *
 *     allocate -> grow -> score -> prune -> finish
 *
 * Greedy, majority, best-of-N, beam and REBASE differ only in how they allocate the next growth and how they finish.
 *
 * A search whose width nobody gave spends its budget in rounds: each is a search of its own with fresh draws from the root, as wide as
 * what is left pays for at the cost of the rounds before it, and the candidates of all rounds are pooled.
 */
#ifndef CAIRN_SEARCH_FRONTIER_H
#define CAIRN_SEARCH_FRONTIER_H

#include "cairn/search.h"

/* Finished solutions of all rounds. */
typedef struct frontier_pool {
    cairn_branch *done; /* [n] in order of generation */
    int32_t n, capacity;
    int64_t samples,
        depths; /* of whole solutions, each counted as often as it was sampled: how many, and the sum of their steps */
    bool given; /* the width was given: the search is as published, and the budget only a bound */
} frontier_pool;

cairn_status frontier_add(cairn_workspace *workspace, frontier_pool *pool, cairn_branch branch);

typedef struct frontier_rule {
    bool scores; /* grown children are scored */
    bool waits;  /* branches that the budget does not pay for at once wait until others have finished */
    /* Says how often to grow each open branch: sets open[i].count, 0 prunes. Comes with count = how many samples gave it. `width` is the
     * width not yet taken by finished solutions, at most what the budget pays for. */
    cairn_status (*allocate)(cairn_workspace *workspace, const void *config, int64_t width, cairn_branch *open,
                             int32_t n);
} frontier_rule;

/* Grows `width` samples from the root until nothing is open, `most` samples have finished or the budget is spent (CAIRN_BUDGET). Finished
 * solutions leave the frontier for the pool. */
cairn_status frontier_grow(cairn_workspace *workspace, const frontier_rule *rule, const void *config, int64_t width,
                           int64_t most, frontier_pool *pool);

/* Steps that what is open may still take at once, so that each of them can go on to an end from `depth`; at least 1. */
int64_t frontier_affords(const cairn_workspace *workspace, const frontier_pool *pool, int32_t depth);

/* One round at a width. */
typedef cairn_status (*frontier_round)(cairn_workspace *workspace, const void *config, int64_t width,
                                       frontier_pool *pool);

/* One round at `width` when it is given (> 0), or without a budget at FRONTIER_SOLUTIONS; else rounds until the budget pays for no further
 * one. Widths are multiples of `unit` where they reach it. The candidates are in *out. */
cairn_status frontier_rounds(cairn_workspace *workspace, frontier_round round, const void *config, int64_t width,
                             int64_t unit, cairn_result *out);

/* Solutions that a search samples where neither a width nor a budget says how many. */
#define FRONTIER_SOLUTIONS 16
#define FRONTIER_WIDEST    (1 << 20) /* samples that grow together, at most */

#endif
