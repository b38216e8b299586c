/* Asking the critic's model or policy. */
#include "reward/critic.h"

cairn_status critic_ask(cairn_ctx *ctx, critic *self, cairn_arena *arena, cairn_asking *asks, int32_t n) {
    const cairn_decoding decoding = CAIRN_DECODING_DEFAULT;
    if (self->policy.type) return self->policy.type->ask(ctx, self->policy.self, arena, asks, n);
    return loaded_ask(ctx, &self->l, &decoding, arena, asks, n);
}

void critic_debit(const cairn_asking *asked, int32_t n, cairn_reward_cost *cost) {
    for (int32_t i = 0; cost && i < n; i++) {
        cost->tokens += asked[i].n_read + asked[i].n_tokens;
        cost->flops += asked[i].flops;
    }
}
