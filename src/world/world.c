/* The list of worlds, opening one by its spec, what every world does alike. */
#include "cairn/world.h"

#include <math.h>
#include <string.h>

#include "core/registry.h"
#include "world_list.inc"

const cairn_world_type *const *cairn_worlds(void) {
    return world_list;
}

/* ---- opening ------------------------------------------------------------------------------------------------------- */

cairn_status cairn_world_open(cairn_ctx *ctx, cairn_arena *arena, const char *spec, cairn_world *out) {
    int index;
    const char *options;
    const void *config;
    void *self = NULL;
    CAIRN_TRY(registry_find(ctx, arena, "world", world_abouts, spec, &index, &options, &config));
    const cairn_world_type *type = world_list[index];
    CAIRN_TRY(type->open(ctx, arena, config, &self));
    cairn_world opened = {.type = type, .self = self, .shared = type->instance_open ? self : NULL};
    cairn_status status = cairn_world_share(ctx, &opened, out);
    if (status != CAIRN_OK && type->close) type->close(self);
    return status;
}

void cairn_world_close(cairn_world *world) {
    const cairn_world_type *type = world->type;
    void *self = world->shared ? world->shared : world->self;
    if (!type) return;
    cairn_world_unshare(world);
    if (type->close) type->close(self);
}

cairn_status cairn_world_share(cairn_ctx *ctx, const cairn_world *world, cairn_world *out) {
    *out = *world;
    if (!world->shared) return CAIRN_OK;
    cairn_status status = world->type->instance_open(ctx, world->shared, &out->self);
    if (status != CAIRN_OK) *out = (cairn_world){0};
    return status;
}

void cairn_world_unshare(cairn_world *copy) {
    if (copy->type && copy->shared && copy->type->instance_close) copy->type->instance_close(copy->self);
    *copy = (cairn_world){0};
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

uint64_t cairn_world_content(const cairn_world *world) {
    return world->type->content ? world->type->content(world->self) : 0;
}

const char *cairn_world_file(const cairn_world *world) {
    return world->type->file ? world->type->file(world->self) : "";
}

/* ---- ranges -------------------------------------------------------------------------------------------------------- */

static bool is_none(cairn_range range) {
    return range.low == 0 && range.high == 0;
}

typedef struct ranges {
    cairn_range outcome, reward;
} ranges;

static ranges ranges_of(const cairn_world *world) {
    ranges r = {world->type->outcome, world->type->reward};
    if (world->type->ranges) world->type->ranges(world->self, &r.outcome, &r.reward);
    if (is_none(r.outcome)) r.outcome.high = 1;
    return r;
}

cairn_range cairn_world_outcomes(const cairn_world *world) {
    return ranges_of(world).outcome;
}

bool cairn_world_pays(const cairn_world *world) {
    return !is_none(ranges_of(world).reward);
}

bool cairn_world_is_plain(const cairn_world *world) {
    cairn_range outcomes = cairn_world_outcomes(world);
    return outcomes.low == 0 && outcomes.high == 1 && !cairn_world_pays(world);
}

static cairn_status check_range(cairn_ctx *ctx, const cairn_world *world, const char *what, double value,
                                cairn_range range) {
    char text[3][32];
    if (value >= range.low && value <= range.high) return CAIRN_OK;
    cairn_format_double(value, text[0]);
    cairn_format_double(range.low, text[1]);
    cairn_format_double(range.high, text[2]);
    return cairn_fail(ctx, CAIRN_INTERNAL, "world %s: %s of %s, it declares %s to %s", world->type->about.name, what,
                      text[0], text[1], text[2]);
}

/* ---- steps and outcomes ---------------------------------------------------------------------------------------------- */

cairn_status cairn_world_outcome(cairn_ctx *ctx, const cairn_world *world, const cairn_problem *problem,
                                 const void *state, const char *const *steps, int32_t n_steps,
                                 const cairn_stated *stated, cairn_arena *arena, cairn_outcome *out) {
    const cairn_world_type *type = world->type;
    cairn_range range = cairn_world_outcomes(world);
    *out = (cairn_outcome){.verdict = CAIRN_VERDICT_UNKNOWN, .value = NAN};
    if (stated && stated->answer && type->check_answer)
        CAIRN_TRY(type->check_answer(ctx, world->self, problem, stated->answer, arena, out));
    if (!out->answer) CAIRN_TRY(type->check(ctx, world->self, problem, state, steps, n_steps, arena, out));
    if (stated && stated->correct != CAIRN_VERDICT_UNKNOWN) {
        out->verdict = stated->correct;
        out->value = stated->correct == CAIRN_VERDICT_RIGHT ? range.high : range.low;
    }
    if (out->verdict == CAIRN_VERDICT_UNKNOWN) return CAIRN_OK;
    return check_range(ctx, world, "an outcome", out->value, range);
}

cairn_status cairn_world_apply(cairn_ctx *ctx, const cairn_world *world, const cairn_problem *problem,
                               const void *before, cairn_turn *turn, void *after) {
    CAIRN_TRY(world->type->apply(ctx, world->self, problem, before, turn, after));
    return check_range(ctx, world, "a reward", turn->reward, ranges_of(world).reward);
}

cairn_status cairn_world_replay(cairn_ctx *ctx, const cairn_world *world, const cairn_problem *problem,
                                const char *const *steps, int32_t n_steps, void *state, bool *done) {
    bool ended = false;
    CAIRN_TRY(world->type->start(ctx, world->self, problem, state));
    for (int32_t i = 0; i < n_steps; i++) {
        cairn_turn turn = {.text = steps[i], .length = strlen(steps[i])};
        CAIRN_TRY(cairn_world_apply(ctx, world, problem, state, &turn, state));
        ended = turn.done;
    }
    *done = ended;
    return CAIRN_OK;
}

cairn_status cairn_world_observe(cairn_ctx *ctx, const cairn_world *world, const cairn_problem *problem,
                                 const char *const *steps, const char *const *given, int32_t n_steps,
                                 cairn_arena *arena, const char *const **observations) {
    void *state = cairn_arena_alloc(arena, world->type->state_bytes, 1);
    const char **seen = cairn_arena_alloc(arena, (size_t)n_steps, sizeof *seen);
    bool any = false;
    if (!state || !seen) return CAIRN_NO_MEMORY;
    CAIRN_TRY(world->type->start(ctx, world->self, problem, state));
    for (int32_t i = 0; i < n_steps; i++) {
        cairn_turn turn = {.text = steps[i], .length = strlen(steps[i]), .arena = arena};
        CAIRN_TRY(cairn_world_apply(ctx, world, problem, state, &turn, state));
        seen[i] = turn.observation ? turn.observation : given ? given[i] : NULL;
        any |= seen[i] != NULL;
    }
    *observations = any ? seen : NULL;
    return CAIRN_OK;
}

cairn_status cairn_turn_texts(cairn_arena *arena, const char *const *steps, const char *const *observations,
                              int32_t n_steps, const char *const **texts) {
    *texts = steps;
    if (!observations) return CAIRN_OK;
    const char **joined = cairn_arena_alloc(arena, (size_t)n_steps, sizeof *joined);
    if (!joined) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n_steps; i++) {
        joined[i] = observations[i] ? cairn_arena_printf(arena, "%s\n%s", steps[i], observations[i]) : steps[i];
        if (!joined[i]) return CAIRN_NO_MEMORY;
    }
    *texts = joined;
    return CAIRN_OK;
}
