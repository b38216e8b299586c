/* Problems that are known by their words only: loading, outcome by the stated answer, steps by the trace checker. */
#ifndef CAIRN_WORLD_TEXT_H
#define CAIRN_WORLD_TEXT_H

#include "cairn/data.h"
#include "cairn/world.h"

/* The distinct problems of a dataset file in the order of their first records; the answer is the record's target. */
cairn_status text_load(cairn_ctx *ctx, const char *path, cairn_read_options read, int32_t max_steps, cairn_arena *arena,
                       cairn_problem **problems, int64_t *count, uint64_t *content);
/* As cairn_world_type.read: an answer that says nothing is none. */
cairn_status text_read(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_problem *problem);
/* As cairn_world_type.start, .check and .verify_step; no state. */
cairn_status text_start(cairn_ctx *ctx, void *self, const cairn_problem *problem, void *state);
cairn_status text_check(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                        const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_outcome *out);
/* As cairn_world_type.check_answer: compares it with the true one. */
cairn_status text_check_answer(cairn_ctx *ctx, void *self, const cairn_problem *problem, const char *answer,
                               cairn_arena *arena, cairn_outcome *out);
cairn_status text_verify(cairn_ctx *ctx, void *self, const cairn_problem *problem, const char *const *steps,
                         int32_t n_steps, cairn_arena *arena, cairn_step_check *checks);
cairn_status text_verify_step(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                              const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_step_check *out);

#endif
