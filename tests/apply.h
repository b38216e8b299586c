/* A step's text applied to a state, where a test looks at nothing else that the world answers. */
#ifndef CAIRN_TESTS_APPLY_H
#define CAIRN_TESTS_APPLY_H

#include "cairn/world.h"

static inline cairn_status apply_step(const cairn_world_type *type, cairn_ctx *ctx, void *self,
                                      const cairn_problem *problem, const void *before, const char *step, size_t length,
                                      void *after, bool *done) {
    cairn_turn turn = {.text = step, .length = length};
    cairn_status status = type->apply(ctx, self, problem, before, &turn, after);
    *done = turn.done;
    return status;
}

#endif
