/* Order of open prefixes. */
#ifndef CAIRN_SEARCH_RANK_H
#define CAIRN_SEARCH_RANK_H

#include "cairn/search.h"

/* order[n]: indices of the branches by falling aggregate of their scores; unknown last, ties to the earlier. In the arena. */
cairn_status rank_by_aggregate(cairn_workspace *workspace, const cairn_branch *branches, int32_t n, int32_t **order);

#endif
