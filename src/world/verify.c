/* The world's verdict on a whole solution, step by step. */
#include <string.h>

#include "cairn/world.h"

cairn_status cairn_world_verify(cairn_ctx *ctx, const cairn_world *world, const cairn_problem *problem,
                                const char *const *steps, int32_t n_steps, cairn_arena *arena,
                                cairn_step_check *checks) {
    const cairn_world_type *type = world->type;
    if (type->verify) return type->verify(ctx, world->self, problem, steps, n_steps, arena, checks);
    void *state = cairn_arena_alloc(arena, type->state_bytes, 1);
    if (!state) return CAIRN_NO_MEMORY;
    CAIRN_TRY(type->start(ctx, world->self, problem, state));
    for (int32_t i = 0; i < n_steps; i++) {
        cairn_turn turn = {.text = steps[i], .length = strlen(steps[i])};
        if (cairn_cancelled(ctx)) return cairn_fail(ctx, CAIRN_CANCELLED, "verifying was cancelled");
        CAIRN_TRY(type->verify_step(ctx, world->self, problem, state, steps, i + 1, arena, &checks[i]));
        CAIRN_TRY(cairn_world_apply(ctx, world, problem, state, &turn, state));
    }
    return CAIRN_OK;
}
