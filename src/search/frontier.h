/* The frontier loop: all open prefixes grow by one step together.
 *
 *     allocate -> grow -> score -> prune -> finish
 *
 * Greedy, majority, best-of-N, beam and REBASE differ only in how they allocate the next growth and how they finish.
 */
#ifndef CAIRN_SEARCH_FRONTIER_H
#define CAIRN_SEARCH_FRONTIER_H

#include "cairn/search.h"

typedef struct frontier_rule {
    bool scores; /* grown children are scored */
    /* Says how often to grow each open branch: sets open[i].count, 0 prunes. Comes with count = how many samples gave it. `width` is the
     * width not yet taken by finished solutions. */
    cairn_status (*allocate)(cairn_search *search, const void *config, int64_t width, cairn_branch *open, int32_t n);
    /* Chooses the answer among the finished solutions. */
    cairn_status (*finish)(cairn_search *search, cairn_result *result);
} frontier_rule;

/* Grows `start` (counts set) until nothing is open, the width is used up or the budget is spent. Finished solutions leave the frontier
 * and reduce the width by their count. */
cairn_status frontier_run(cairn_search *search, const frontier_rule *rule, const void *config, int64_t width,
                          const cairn_branch *start, int32_t n_start, cairn_result *out);

/* Keeps every branch at the count it came with: independent samples. */
cairn_status frontier_keep_all(cairn_search *search, const void *config, int64_t width, cairn_branch *open, int32_t n);

/* Solutions that a search samples where neither a width nor a budget says how many. */
#define FRONTIER_SOLUTIONS 16
#define FRONTIER_WIDEST    (1 << 20) /* samples that grow together, at most */

/* `width` when it is given (> 0), else as many whole solutions as the step budget pays for (1 .. FRONTIER_WIDEST), else FRONTIER_SOLUTIONS. */
int64_t frontier_width(const cairn_search *search, int64_t width);

/* n independent solutions from the root, scored or not, chosen by `finish`: the common body of the sampling baselines. Of a policy that
 * replays, each recorded solution is drawn once at most; without width and budget, all are. */
cairn_status frontier_sample(cairn_search *search, int64_t width, bool scores,
                             cairn_status (*finish)(cairn_search *, cairn_result *), cairn_result *out);

#endif
