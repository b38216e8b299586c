/* What verbs that add steps share. */
#ifndef CAIRN_SEARCH_VERBS_H
#define CAIRN_SEARCH_VERBS_H

#include "cairn/search.h"

/* Every verb begins with it. Errors: CANCELLED. */
cairn_status verb_begin(const cairn_workspace *workspace);
/* Every verb of a policy: the one that acts in the role. Errors: INVALID without one. */
cairn_status verb_policy(const cairn_workspace *workspace, cairn_role role, const cairn_policy **out);
/* Every verb that starts from nodes. `what` the verb does to the node ("propose from"). Errors: INVALID for a PARTIAL
 * node. */
cairn_status verb_start(const cairn_workspace *workspace, const char *what, cairn_node node);

/* The request of draw number `draw` at a node. `before` is a request at the same node, whose steps are the same, or
 * NULL. */
cairn_status verb_request(const cairn_workspace *workspace, cairn_role role, const cairn_sampling *sampling,
                          cairn_node node, uint32_t draw, const cairn_proposal *before, cairn_proposal *request);
/* The complete child of `parent` that equals this sample, or CAIRN_NONE. */
cairn_node verb_find_sibling(const cairn_workspace *workspace, cairn_node parent, const cairn_proposal *sample);
/* The sample as a step of the tree; path and prior are the caller's to set. */
cairn_child verb_step(const cairn_proposal *sample);
/* The world takes the step of a node that the sample has completed: state, observation, reward, flags. */
cairn_status verb_take_step(cairn_workspace *workspace, cairn_role role, cairn_node node, const cairn_proposal *sample);
/* Debits what is new in a sample, at most `most` tokens: a policy that does not bound its steps is taken to have been
 * stopped there. */
void verb_pay(cairn_workspace *workspace, cairn_role role, const cairn_proposal *sample, int32_t most);
/* What the budget's bound of `most` new tokens cut off, and not the limit of `longest` tokens, is no step. */
bool verb_is_cut(const cairn_proposal *sample, int32_t most, int32_t longest);

/* Errors: UNSUPPORTED for a policy that draws no parts of steps; INVALID for max_tokens below 1. */
cairn_status partial_check(const cairn_workspace *workspace, const cairn_policy *policy, int32_t max_tokens);
/* Whether the sample is a part of a step, of which more may be asked for. */
bool partial_is(const cairn_proposal *sample);
/* Makes the newest node, which holds this sample, a PARTIAL one. */
cairn_status partial_keep(cairn_workspace *workspace, cairn_role role, cairn_node node, const cairn_proposal *sample);

#endif
