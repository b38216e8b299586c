/* Policy `scripted`: the world's own script, whose error rates are known. Its options are the script's. */
#include "cairn/policy.h"
#include "core/registry.h"
#include "policy/partial.h"

typedef struct scripted {
    const cairn_world *world;
    const cairn_script *script;
    const void *config;
} scripted;

static cairn_status scripted_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, const void *config,
                                  const char *options_text, void **out) {
    (void)config;
    const cairn_script *script = world->type->script;
    if (!script)
        return cairn_fail(ctx, CAIRN_INVALID,
                          "scripted: world `%s` has no script; use recorded: or exec:", world->type->about.name);
    scripted *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    *self = (scripted){.world = world, .script = script};
    cairn_status status = registry_config(ctx, arena, &script->about, options_text, &self->config);
    if (status != CAIRN_OK) return cairn_fail_within(ctx, status, "scripted");
    *out = self;
    return CAIRN_OK;
}

static cairn_status scripted_propose(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_proposal *requests,
                                     int32_t n) {
    scripted *self = data;
    for (int32_t i = 0; i < n; i++) {
        cairn_proposal *q = &requests[i];
        cairn_rng rng = q->rng;
        cairn_script_step step;
        q->status =
            self->script->sample(ctx, self->world->self, self->config, q->problem, q->state, &rng, arena, &step);
        if (q->status == CAIRN_NO_MEMORY) return q->status;
        if (q->status != CAIRN_OK) continue;
        q->text = step.text;
        q->n_tokens = step.n_tokens;
        q->logp = step.logp;
        q->stop = CAIRN_STOP_STEP;
        q->status = partial_cut(arena, q);
        if (q->status == CAIRN_NO_MEMORY) return q->status;
    }
    return CAIRN_OK;
}

static cairn_status scripted_value(cairn_ctx *ctx, void *data, const cairn_problem *problem, const void *state,
                                   double *out) {
    scripted *self = data;
    return self->script->value(ctx, self->world->self, self->config, problem, state, out);
}

static cairn_status scripted_optimum(cairn_ctx *ctx, void *data, const cairn_problem *problem, int64_t samples,
                                     double *out) {
    scripted *self = data;
    if (!self->script->optimum)
        return cairn_fail(ctx, CAIRN_UNSUPPORTED, "scripted: world `%s` knows no optimum",
                          self->world->type->about.name);
    return self->script->optimum(ctx, self->world->self, self->config, problem, samples, out);
}

const cairn_policy_type cairn_policy_scripted = {
    .about = {.name = "scripted",
              .summary =
                  "the world's own script, with known error rates and exact values; its options are the script's",
              .source = ""},
    .open = scripted_open,
    .propose = scripted_propose,
    .partial = true,
    .value = scripted_value,
    .optimum = scripted_optimum,
};
