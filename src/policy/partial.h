/* Steps in parts, of policies that know their steps whole. */
#ifndef CAIRN_POLICY_PARTIAL_H
#define CAIRN_POLICY_PARTIAL_H

#include "cairn/policy.h"

/* Cuts a reply that holds a whole step off where a partial request ends. The tokens of a text are taken to be equally
 * long: t of n are the first t/n of its bytes, up to the last whole character. Errors: NO_MEMORY. */
cairn_status partial_cut(cairn_arena *arena, cairn_proposal *q);

#endif
