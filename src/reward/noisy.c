/* Reward `noisy`: the truth with declared errors. All noise is a function of (run seed, problem, prefix), so a prefix
 * always gets the same score: of its text for `miss`, `false_alarm` and `sd`; of (depth, state) for `sd_state`; of
 * (depth, state, last step's text) for `sd_text`. */
#include <math.h>
#include <string.h>

#include "reward/truth.h"

typedef struct config {
    int32_t what;
    double miss, false_alarm, sd, sd_state, sd_text, low, high;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(config, what, "value", TRUTH_CHOICES, "the truth that gets errors"),
    CAIRN_REAL(config, miss, "0", 0, 1, "", "probability that a wrong step is called right (what=step)"),
    CAIRN_REAL(config, false_alarm, "0", 0, 1, "", "probability that a right step is called wrong (what=step)"),
    CAIRN_REAL(config, sd, "0", 0, 100, "", "normal noise, one draw a prefix"),
    CAIRN_REAL(config, sd_state, "0", 0, 100, "", "normal noise, one draw a depth and state"),
    CAIRN_REAL(config, sd_text, "0", 0, 100, "", "normal noise, one draw a depth, state and text of the last step"),
    CAIRN_REAL(config, low, "0", -1e6, 1e6, "",
               "smallest score: lower ones are clipped; 0 with high=1: the range of the truth"),
    CAIRN_REAL(config, high, "1", -1e6, 1e6, "", "largest score: higher ones are clipped"),
};

typedef struct noisy {
    const cairn_world *world;
    const cairn_policy *policy;
    config c;
} noisy;

static cairn_status noisy_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, const cairn_policy *policy,
                               const void *configuration, void **out) {
    noisy *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    *self = (noisy){.world = world, .policy = policy, .c = *(const config *)configuration};
    CAIRN_TRY(truth_check(ctx, "noisy", (truth)self->c.what, world, policy));
    if (self->c.what != TRUTH_STEP && (self->c.miss > 0 || self->c.false_alarm > 0))
        return cairn_fail(ctx, CAIRN_INVALID, "noisy: miss and false_alarm need what=step");
    if ((self->c.sd_state > 0 || self->c.sd_text > 0) && world->type->state_bytes == 0)
        return cairn_fail(ctx, CAIRN_INVALID, "noisy: world `%s` has no states for sd_state and sd_text; use sd",
                          world->type->about.name);
    if (self->c.low == 0 && self->c.high == 1) {
        cairn_meaning meaning;
        truth_scale((truth)self->c.what, world, &meaning, &self->c.low, &self->c.high);
    }
    if (self->c.low >= self->c.high)
        return cairn_fail(ctx, CAIRN_INVALID, "noisy: low=%g is not less than high=%g", self->c.low, self->c.high);
    *out = self;
    return CAIRN_OK;
}

static void noisy_scale(void *data, cairn_meaning *meaning, double *low, double *high) {
    const noisy *self = data;
    truth_scale((truth)self->c.what, self->world, meaning, low, high);
    *low = self->c.low;
    *high = self->c.high;
}

/* Roles keep the four kinds of noise apart. */
enum { NOISE_FLIP = 100, NOISE_PREFIX, NOISE_STATE, NOISE_TEXT };

static cairn_rng noise(const cairn_scoring *q, uint64_t key, uint32_t kind) {
    return cairn_rng_open(q->seed, q->problem->key, key, CAIRN_VERB_SCORE, kind, 0);
}

static uint64_t prefix_key(const cairn_scoring *q) {
    uint64_t key = CAIRN_PATH_ROOT;
    for (int32_t i = 0; i < q->n_steps; i++) key = cairn_key_mix(key, cairn_key(q->steps[i], strlen(q->steps[i])));
    return key;
}

static double add_noise(const noisy *self, const cairn_scoring *q, double score) {
    const config *c = &self->c;
    if (c->miss > 0 || c->false_alarm > 0) {
        cairn_rng rng = noise(q, prefix_key(q), NOISE_FLIP);
        if (cairn_rng_unit(&rng) < (score >= 0.5 ? c->false_alarm : c->miss)) score = 1 - score;
    }
    if (c->sd > 0) {
        cairn_rng rng = noise(q, prefix_key(q), NOISE_PREFIX);
        score += c->sd * cairn_rng_normal(&rng);
    }
    if (c->sd_state > 0 || c->sd_text > 0) {
        uint64_t state = cairn_key_mix((uint64_t)q->n_steps, cairn_key(q->state, self->world->type->state_bytes));
        const char *last = q->steps[q->n_steps - 1];
        cairn_rng by_state = noise(q, state, NOISE_STATE);
        cairn_rng by_text = noise(q, cairn_key_mix(state, cairn_key(last, strlen(last))), NOISE_TEXT);
        if (c->sd_state > 0) score += c->sd_state * cairn_rng_normal(&by_state);
        if (c->sd_text > 0) score += c->sd_text * cairn_rng_normal(&by_text);
    }
    return score < c->low ? c->low : score > c->high ? c->high : score;
}

static cairn_status noisy_score(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                                cairn_reward_cost *cost) {
    const noisy *self = data;
    for (int32_t i = 0; i < n; i++) {
        cairn_scoring *q = &requests[i];
        q->status = truth_score(ctx, (truth)self->c.what, self->world, self->policy, arena, q);
        if (q->status == CAIRN_NO_MEMORY) return CAIRN_NO_MEMORY;
        q->code = q->evidence = ""; /* the truth's own words would give the errors away */
        if (q->status == CAIRN_OK && !isnan(q->score)) q->score = add_noise(self, q, q->score);
    }
    if (cost) cost->calls += n;
    return CAIRN_OK;
}

static uint32_t noisy_uses(const void *self) {
    return ((const noisy *)self)->c.what == TRUTH_VALUE ? CAIRN_USES(CAIRN_ROLE_COMPLETER) : 0;
}

const cairn_reward_type cairn_reward_noisy = {
    .about = {.name = "noisy",
              .summary = "the truth with declared error rates or normal noise, fixed for each prefix",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = noisy_open,
    .scale = noisy_scale,
    .uses = noisy_uses,
    .score = noisy_score,
};
