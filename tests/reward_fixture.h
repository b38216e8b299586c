/* World, policy and reward for the tests of rewards. */
#ifndef CAIRN_TESTS_REWARD_FIXTURE_H
#define CAIRN_TESTS_REWARD_FIXTURE_H

#include <string.h>

#include "near.h"

#include "cairn/reward.h"

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_policy policy;
    cairn_reward reward;
} fixture;

static inline fixture *open_fixture(const char *world, const char *policy, const char *reward) {
    static fixture held;
    fixture *f = &held;
    *f = (fixture){0};
    assert_int_equal(cairn_ctx_open(&f->ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f->ctx, 1 << 16, &f->arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(f->ctx, f->arena, world, &f->world), CAIRN_OK);
    if (policy) assert_int_equal(cairn_policy_open(f->ctx, f->arena, policy, &f->world, &f->policy), CAIRN_OK);
    if (cairn_reward_open(f->ctx, f->arena, reward, &f->world, policy ? &f->policy : NULL, &f->reward) != CAIRN_OK)
        fail_msg("%s", cairn_error(f->ctx));
    return f;
}

static inline void close_fixture(fixture *f) {
    cairn_reward_close(&f->reward);
    cairn_policy_close(&f->policy);
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
}

static inline cairn_problem make_problem(fixture *f, uint64_t seed, int64_t index) {
    cairn_problem p;
    assert_int_equal(f->world.type->generate(f->ctx, f->world.self, seed, index, f->arena, &p), CAIRN_OK);
    return p;
}

/* One completion of the policy from the start. */
static inline cairn_rollout solve(fixture *f, uint64_t seed, const cairn_problem *problem, uint32_t draw) {
    char state[1024];
    cairn_rollout out;
    assert_true(f->world.type->state_bytes <= sizeof state);
    assert_int_equal(f->world.type->start(f->ctx, f->world.self, problem, state), CAIRN_OK);
    cairn_start start = {.problem = problem, .state = state, .path = CAIRN_PATH_ROOT, .first_draw = draw};
    assert_int_equal(cairn_policy_rollouts(f->ctx, &f->policy, f->arena, seed, CAIRN_VERB_ROLLOUT, 0, &start, 1, 1,
                                           CAIRN_SAMPLING_DEFAULT, &out, NULL),
                     CAIRN_OK);
    return out;
}

static inline void score_all(fixture *f, uint64_t seed, const cairn_problem *problem, const char *const *steps,
                             int32_t n, double *scores, const char **codes, const char **evidence) {
    if (cairn_reward_score_steps(f->ctx, &f->reward, f->arena, seed, problem, steps, n, scores, codes, evidence,
                                 NULL) != CAIRN_OK)
        fail_msg("%s", cairn_error(f->ctx));
}

#endif
