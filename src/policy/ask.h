/* Free requests and distributions of the next token, from a loaded model file: what policies and rewards on it share.
 */
#ifndef CAIRN_POLICY_ASK_H
#define CAIRN_POLICY_ASK_H

#include "cairn/policy.h"
#include "policy/loaded.h"

/* As cairn_policy_type says of ask and next. `decoding` says how tokens are drawn, but for the temperature, which a
 * request has. */
cairn_status loaded_ask(cairn_ctx *ctx, loaded *l, const cairn_decoding *decoding, cairn_arena *arena,
                        cairn_asking *requests, int32_t n);
cairn_status loaded_next(cairn_ctx *ctx, loaded *l, cairn_arena *arena, cairn_prediction *requests, int32_t n);

#endif
