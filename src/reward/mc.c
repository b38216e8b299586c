/* Reward `mc`: Monte-Carlo estimate of the success probability, by completions of the run's policy from the prefix. In
 * a world that pays rewards or declares another range of outcomes it is the mean return of the completions. */
#include <math.h>
#include <string.h>

#include "cairn/reward.h"
#include "reward/truth.h"

typedef struct config {
    int64_t rollouts, role, max_tokens;
    double temperature;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, rollouts, "8", 1, 100000, "completions", "completions from each prefix"),
    CAIRN_INT(config, role, "2", 0, 1000, "", "key of their random numbers: equal roles give equal completions"),
    CAIRN_REAL(config, temperature, "1", 0, 100, "", "of the completions"),
    CAIRN_INT(config, max_tokens, "256", 1, 1000000, "tokens", "longest step of a completion"),
};

typedef struct mc {
    const cairn_world *world;
    const cairn_policy *policy;
    config c;
} mc;

static cairn_status mc_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, const cairn_policy *policy,
                            const void *configuration, void **out) {
    if (!policy) return cairn_fail(ctx, CAIRN_INVALID, "mc: needs a policy that completes solutions");
    mc *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    *self = (mc){.world = world, .policy = policy, .c = *(const config *)configuration};
    *out = self;
    return CAIRN_OK;
}

static void mc_scale(void *data, cairn_meaning *meaning, double *low, double *high) {
    truth_range(((const mc *)data)->world, meaning, low, high);
}

/* The completions of one prefix. */
typedef struct tally {
    int32_t right, known;
    double returns; /* summed over the known */
} tally;

static tally tally_of(const cairn_rollout *rollouts, int32_t k) {
    tally t = {0};
    for (int32_t i = 0; i < k; i++) {
        if (rollouts[i].outcome.verdict == CAIRN_VERDICT_UNKNOWN) continue;
        t.known++;
        t.right += rollouts[i].outcome.verdict == CAIRN_VERDICT_RIGHT;
        t.returns += rollouts[i].outcome.value + rollouts[i].reward;
    }
    return t;
}

/* The completions are of no use after they are counted: their memory goes back to the arena. `tallies` is [n]. */
static cairn_status roll(cairn_ctx *ctx, const mc *self, cairn_arena *arena, const cairn_scoring *requests, int32_t n,
                         tally *tallies, cairn_reward_cost *cost) {
    int32_t k = (int32_t)self->c.rollouts;
    cairn_sampling sampling = {.temperature = self->c.temperature, .max_tokens = (int32_t)self->c.max_tokens};
    cairn_rollout_cost spent = {0};
    cairn_start *starts = cairn_arena_alloc(arena, (size_t)n, sizeof *starts);
    cairn_rollout *rollouts = cairn_arena_alloc(arena, (size_t)n * (size_t)k, sizeof *rollouts);
    if (!starts || !rollouts) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        const cairn_scoring *q = &requests[i];
        starts[i] = (cairn_start){.problem = q->problem,
                                  .steps = q->steps,
                                  .observations = q->observations,
                                  .n_steps = q->n_steps,
                                  .state = q->state,
                                  .done = q->done,
                                  .path = q->path};
    }
    /* Random numbers are keyed by the run's seed, and requests of one call may come from several runs: one call for
     * each stretch. */
    for (int32_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && requests[end].seed == requests[i].seed; end++) {
        }
        CAIRN_TRY(cairn_policy_rollouts(ctx, self->policy, arena, requests[i].seed, CAIRN_VERB_SCORE,
                                        (uint32_t)self->c.role, starts + i, end - i, k, sampling,
                                        rollouts + (int64_t)i * k, &spent));
    }
    for (int32_t i = 0; i < n; i++) tallies[i] = tally_of(rollouts + (int64_t)i * k, k);
    if (cost) {
        cost->calls += n;
        cost->steps += spent.steps;
        cost->tokens += spent.tokens;
        cost->flops += spent.flops; /* the prefixes were computed when they were proposed */
    }
    return CAIRN_OK;
}

static cairn_status mc_score(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                             cairn_reward_cost *cost) {
    const mc *self = data;
    if (n <= 0) return CAIRN_OK;
    tally *tallies = cairn_arena_alloc(arena, (size_t)n, sizeof *tallies);
    if (!tallies) return CAIRN_NO_MEMORY;
    cairn_arena_mark mark = cairn_arena_save(arena);
    cairn_status status = roll(ctx, self, arena, requests, n, tallies, cost);
    cairn_arena_restore(arena, mark);
    CAIRN_TRY(status);
    for (int32_t i = 0; i < n; i++) {
        tally t = tallies[i];
        double sum = cairn_world_is_plain(self->world) ? t.right : t.returns;
        requests[i].score = t.known > 0 ? sum / t.known : NAN;
        requests[i].code = t.known > 0 ? "" : "no-outcome";
        requests[i].evidence = cairn_arena_printf(arena, "%d of %d completions are right", (int)t.right, (int)t.known);
        if (!requests[i].evidence) return CAIRN_NO_MEMORY;
        requests[i].status = CAIRN_OK;
    }
    return CAIRN_OK;
}

static uint32_t mc_uses(const void *self) {
    (void)self;
    return CAIRN_USES(CAIRN_ROLE_COMPLETER);
}

const cairn_reward_type cairn_reward_mc = {
    .about = {.name = "mc",
              .summary = "fraction of right completions by the run's policy, or their mean return",
              .source = "arXiv 2312.08935",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = mc_open,
    .scale = mc_scale,
    .uses = mc_uses,
    .score = mc_score,
};
