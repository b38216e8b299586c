#include "policy/partial.h"

#include <math.h>
#include <string.h>

#include "core/context.h"

cairn_status partial_cut(cairn_arena *arena, cairn_proposal *q) {
    const int32_t most = q->sampling.max_tokens;
    if (!q->partial || q->n_tokens <= most) return CAIRN_OK;
    const size_t length = strlen(q->text), tokens = (size_t)q->n_tokens, kept = (size_t)most;
    size_t bytes = length / tokens * kept + length % tokens * kept / tokens;
    q->text = cairn_arena_copy(arena, q->text, utf8_clip(q->text, length, bytes));
    if (!q->text) return CAIRN_NO_MEMORY;
    q->n_tokens = most;
    q->logp = NAN;
    q->stop = CAIRN_STOP_LENGTH;
    q->stated = NULL;
    q->observation = NULL;
    return CAIRN_OK;
}
