/* From leaves to an answer: the standard baselines' definitions. Answers are compared by class, leaves without one are dropped,
 * all dropped gives no answer. Every tie goes to the answer that ended first, of recorded solutions to the one recorded first. */
#ifndef CAIRN_SEARCH_PICK_H
#define CAIRN_SEARCH_PICK_H

#include "cairn/search.h"

/* Checks the leaves and lists them as candidates with the aggregate of their scores. */
cairn_status pick_candidates(cairn_workspace *workspace, const cairn_branch *leaves, int32_t n, cairn_result *out);

/* Class with most samples (arXiv 2203.11171). */
cairn_status pick_majority(cairn_workspace *workspace, cairn_result *result);
/* Class with the largest sum of aggregates; a sample with unknown score has no weight. */
cairn_status pick_weighted(cairn_workspace *workspace, cairn_result *result);
/* Answer of the candidate with the greatest aggregate. */
cairn_status pick_best(cairn_workspace *workspace, cairn_result *result);

#endif
