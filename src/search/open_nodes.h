/* Open nodes of a best-first search: a heap by priority. */
#ifndef CAIRN_SEARCH_OPEN_NODES_H
#define CAIRN_SEARCH_OPEN_NODES_H

#include "cairn/loops.h"

typedef struct open_node {
    double priority; /* NaN: unknown */
    cairn_node node;
} open_node;

/* Zeroed to begin with; memory is the workspace's arena. */
typedef struct open_nodes {
    open_node *heap; /* [n] each before its children 2i + 1 and 2i + 2 */
    size_t n, capacity;
    cairn_node next; /* nodes before it were pushed */
    open_node last;  /* popped last */
    bool any_popped;
} open_nodes;

/* Pushes every node that is new in the tree, then takes out the one with the greatest priority; unknown last, ties to
 * the earliest. A node that was popped last and got no child although it is no whole solution is open again. CAIRN_NONE
 * when nothing is open. Time: log n for each node pushed or popped. Errors: NO_MEMORY. */
cairn_status open_nodes_pop(cairn_workspace *workspace, open_nodes *open, cairn_priority_fn priority, void *arg,
                            cairn_node *out);

#endif
