/* Reward `exact`: the truth itself, where world and policy know it. */
#include "reward/truth.h"

typedef struct config {
    int32_t what;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(config, what, "value", TRUTH_CHOICES,
                 "the policy's exact value (success probability or expected return), truth of the step, reachability "
                 "of a right answer, or quality value"),
};

typedef struct exact {
    const cairn_world *world;
    const cairn_policy *policy;
    truth what;
} exact;

static cairn_status exact_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, const cairn_policy *policy,
                               const void *configuration, void **out) {
    const config *c = configuration;
    exact *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    *self = (exact){.world = world, .policy = policy, .what = (truth)c->what};
    CAIRN_TRY(truth_check(ctx, "exact", self->what, world, policy));
    *out = self;
    return CAIRN_OK;
}

static void exact_scale(void *data, cairn_meaning *meaning, double *low, double *high) {
    const exact *self = data;
    truth_scale(self->what, self->world, meaning, low, high);
}

static cairn_status exact_score(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                                cairn_reward_cost *cost) {
    const exact *self = data;
    for (int32_t i = 0; i < n; i++) {
        requests[i].status = truth_score(ctx, self->what, self->world, self->policy, arena, &requests[i]);
        if (requests[i].status == CAIRN_NO_MEMORY) return CAIRN_NO_MEMORY;
    }
    if (cost) cost->calls += n;
    return CAIRN_OK;
}

static uint32_t exact_uses(const void *self) {
    return ((const exact *)self)->what == TRUTH_VALUE ? CAIRN_USES(CAIRN_ROLE_COMPLETER) : 0;
}

const cairn_reward_type cairn_reward_exact = {
    .about = {.name = "exact",
              .summary = "the truth itself: exact value, truth of the step, reachability or quality value",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = exact_open,
    .scale = exact_scale,
    .uses = exact_uses,
    .score = exact_score,
};
