/* The list of worlds, opening one by its spec, replaying a prefix. */
#include "cairn/world.h"

#include <math.h>
#include <string.h>

#include "core/registry.h"
#include "world_list.inc"

const cairn_world_type *const *cairn_worlds(void) {
    return world_list;
}

cairn_status cairn_world_open(cairn_ctx *ctx, cairn_arena *arena, const char *spec, cairn_world *out) {
    int index;
    const char *options;
    const void *config;
    void *self = NULL;
    CAIRN_TRY(registry_find(ctx, arena, "world", world_abouts, spec, &index, &options, &config));
    CAIRN_TRY(world_list[index]->open(ctx, arena, config, &self));
    *out = (cairn_world){.type = world_list[index], .self = self};
    return CAIRN_OK;
}

void cairn_world_close(cairn_world *world) {
    if (world->type && world->type->close) world->type->close(world->self);
    *world = (cairn_world){0};
}

cairn_status cairn_world_read(cairn_ctx *ctx, const cairn_world *world, cairn_arena *arena, cairn_problem *problem) {
    if (world->type->read) return world->type->read(ctx, world->self, arena, problem);
    cairn_text able = {0};
    cairn_status status = CAIRN_OK;
    for (int i = 0; world_list[i] && status == CAIRN_OK; i++)
        if (world_list[i]->read)
            status = cairn_text_printf(ctx, &able, "%s%s", able.length ? ", " : "", world_list[i]->about.name);
    if (status == CAIRN_OK)
        status = cairn_fail(ctx, CAIRN_INVALID, "world `%s` does not read problems from their words; these do: %s",
                            world->type->about.name, able.data ? able.data : "none");
    cairn_text_free(&able);
    return status;
}

cairn_status cairn_world_outcome(cairn_ctx *ctx, const cairn_world *world, const cairn_problem *problem,
                                 const void *state, const char *const *steps, int32_t n_steps,
                                 const cairn_stated *stated, cairn_arena *arena, cairn_outcome *out) {
    const cairn_world_type *type = world->type;
    *out = (cairn_outcome){.verdict = CAIRN_VERDICT_UNKNOWN, .value = NAN};
    if (stated && stated->answer && type->check_answer)
        CAIRN_TRY(type->check_answer(ctx, world->self, problem, stated->answer, arena, out));
    if (!out->answer) CAIRN_TRY(type->check(ctx, world->self, problem, state, steps, n_steps, arena, out));
    if (!stated || stated->correct == CAIRN_VERDICT_UNKNOWN) return CAIRN_OK;
    out->verdict = stated->correct;
    out->value = stated->correct == CAIRN_VERDICT_RIGHT ? 1 : 0;
    return CAIRN_OK;
}

cairn_status cairn_world_replay(cairn_ctx *ctx, const cairn_world *world, const cairn_problem *problem,
                                const char *const *steps, int32_t n_steps, void *state, bool *done) {
    bool ended = false;
    CAIRN_TRY(world->type->start(ctx, world->self, problem, state));
    for (int32_t i = 0; i < n_steps; i++)
        CAIRN_TRY(world->type->apply(ctx, world->self, problem, state, steps[i], strlen(steps[i]), state, &ended));
    *done = ended;
    return CAIRN_OK;
}
