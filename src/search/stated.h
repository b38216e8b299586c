/* What is recorded of the solutions that end at nodes of a tree. */
#ifndef CAIRN_SEARCH_STATED_H
#define CAIRN_SEARCH_STATED_H

#include "cairn/search.h"

/* Of the solution that ends with this node; NULL: nothing. */
const cairn_stated *stated_of(const cairn_workspace *workspace, cairn_node node);
/* Keeps what is recorded (NULL: nothing) of the solution that ends with `node`. */
cairn_status stated_keep(cairn_workspace *workspace, cairn_node node, const cairn_stated *stated);
/* The child of `parent` of this kind with this text of which the same is recorded, or CAIRN_NONE. */
cairn_node stated_find(const cairn_workspace *workspace, cairn_node parent, cairn_kind kind, const char *text,
                       size_t length, const cairn_stated *stated);

#endif
