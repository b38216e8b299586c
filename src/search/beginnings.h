/* What the policy has read for a search, so that a beginning that several requests share is paid once. */
#ifndef CAIRN_SEARCH_BEGINNINGS_H
#define CAIRN_SEARCH_BEGINNINGS_H

#include "cairn/search.h"

/* A problem, steps after it and what begins the next one: 1 + n_steps parts, and one more where something is begun. */
typedef struct beginning {
    const char *problem;
    const char *const *steps; /* [n_steps] */
    int32_t n_steps;
    const char *begun; /* or NULL */
} beginning;

/* Counts the first parts that the policy of `role` has read before, as steps of the tree or for an earlier call, into
 * *known. From now on it has read all of them. Errors: NO_MEMORY. */
cairn_status beginning_read(cairn_workspace *workspace, cairn_role role, const beginning *b, int32_t *known);

#endif
