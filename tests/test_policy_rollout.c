/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cairn/policy.h"

enum { N = 6, K = 5 };

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_policy policy;
    cairn_problem problems[N];
    char states[N][64];
    cairn_start starts[N];
} fixture;

static fixture *open_fixture(const char *policy) {
    static fixture held;
    fixture *f = &held;
    *f = (fixture){0};
    assert_int_equal(cairn_ctx_open(&f->ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f->ctx, 4096, &f->arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(f->ctx, f->arena, "chain:steps=6", &f->world), CAIRN_OK);
    assert_true(f->world.type->state_bytes <= sizeof f->states[0]);
    assert_int_equal(cairn_policy_open(f->ctx, f->arena, policy, &f->world, &f->policy), CAIRN_OK);
    for (int i = 0; i < N; i++) {
        assert_int_equal(f->world.type->generate(f->ctx, f->world.self, 9, i, f->arena, &f->problems[i]), CAIRN_OK);
        assert_int_equal(f->world.type->start(f->ctx, f->world.self, &f->problems[i], f->states[i]), CAIRN_OK);
        f->starts[i] = (cairn_start){.problem = &f->problems[i], .state = f->states[i], .path = CAIRN_PATH_ROOT};
    }
    return f;
}

static void close_fixture(fixture *f) {
    cairn_policy_close(&f->policy);
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
}

static void roll(fixture *f, const cairn_start *starts, int32_t n, int32_t k, cairn_rollout *out,
                 cairn_rollout_cost *cost) {
    assert_int_equal(cairn_policy_rollouts(f->ctx, &f->policy, f->arena, 3, CAIRN_VERB_ROLLOUT, 1, starts, n, k,
                                           CAIRN_SAMPLING_DEFAULT, out, cost),
                     CAIRN_OK);
}

static void assert_same(const cairn_rollout *a, const cairn_rollout *b) {
    assert_int_equal(a->n_steps, b->n_steps);
    assert_int_equal(a->n_tokens, b->n_tokens);
    assert_int_equal(a->outcome.verdict, b->outcome.verdict);
    for (int32_t i = 0; i < a->n_steps; i++) {
        assert_string_equal(a->steps[i], b->steps[i]);
        assert_int_equal(a->tokens[i], b->tokens[i]);
    }
}

static void rollouts_are_the_same_whatever_the_batch(void **unused) {
    (void)unused;
    fixture *f = open_fixture("scripted:error=0.3,repair=0.1,paraphrases=4");
    cairn_rollout all[N * K], one;
    roll(f, f->starts, N, K, all, NULL);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < K; j++) {
            cairn_start start = f->starts[i];
            start.first_draw = (uint32_t)j;
            roll(f, &start, 1, 1, &one, NULL);
            assert_int_equal(all[i * K + j].from, i);
            assert_same(&all[i * K + j], &one);
        }
    close_fixture(f);
}

static void later_draws_and_other_paths_give_other_rollouts(void **unused) {
    (void)unused;
    fixture *f = open_fixture("scripted:error=0.3,paraphrases=16");
    cairn_rollout a[K], b[K], c[K];
    cairn_start later = f->starts[0], elsewhere = f->starts[0];
    later.first_draw = K;
    elsewhere.path = cairn_path_child(CAIRN_PATH_ROOT, 3);
    roll(f, f->starts, 1, K, a, NULL);
    roll(f, &later, 1, K, b, NULL);
    roll(f, &elsewhere, 1, K, c, NULL);
    for (int i = 0; i < K; i++)
        for (int j = 0; j < K; j++) {
            bool same_b = true, same_c = true;
            for (int t = 0; t < 6; t++) {
                same_b = same_b && strcmp(a[i].steps[t], b[j].steps[t]) == 0;
                same_c = same_c && strcmp(a[i].steps[t], c[j].steps[t]) == 0;
            }
            assert_false(same_b);
            assert_false(same_c);
        }
    close_fixture(f);
}

/* Node `path`, `draw` is where the step of draw number `draw` lies. A completion from there that repeated the rollout
 * it lies on would count one and the same outcome twice. */
static void completions_of_a_prefix_do_not_repeat_the_rollout_that_it_is_a_prefix_of(void **unused) {
    (void)unused;
    fixture *f = open_fixture("scripted:error=0.3,paraphrases=16");
    int repeated = 0;
    for (int i = 0; i < N; i++) {
        cairn_rollout whole[K], rest;
        char state[64];
        bool done;
        roll(f, &f->starts[i], 1, K, whole, NULL);
        for (uint32_t j = 0; j < K; j++) {
            cairn_start after = f->starts[i];
            after.steps = whole[j].steps;
            after.n_steps = 1;
            after.state = state;
            after.path = cairn_path_child(f->starts[i].path, j);
            after.first_draw = j;
            assert_int_equal(cairn_world_replay(f->ctx, &f->world, &f->problems[i], whole[j].steps, 1, state, &done),
                             CAIRN_OK);
            roll(f, &after, 1, 1, &rest, NULL);
            bool same = true;
            for (int t = 0; t < rest.n_steps; t++) same = same && strcmp(rest.steps[t], whole[j].steps[t + 1]) == 0;
            repeated += same;
        }
    }
    assert_int_equal(repeated, 0);
    close_fixture(f);
}

static void rollouts_go_on_from_their_prefix_and_are_checked_with_it(void **unused) {
    (void)unused;
    fixture *f = open_fixture("scripted:error=0");
    cairn_rollout whole, rest[2];
    roll(f, f->starts, 1, 1, &whole, NULL);
    assert_int_equal(whole.n_steps, 6);
    cairn_start middle = f->starts[0];
    char state[64];
    bool done;
    middle.steps = whole.steps;
    middle.n_steps = 4;
    middle.state = state;
    assert_int_equal(cairn_world_replay(f->ctx, &f->world, &f->problems[0], whole.steps, 4, state, &done), CAIRN_OK);
    cairn_rollout_cost cost = {.steps = 10, .tokens = 100};
    roll(f, &middle, 1, 2, rest, &cost);
    for (int j = 0; j < 2; j++) {
        assert_int_equal(rest[j].n_steps, 2);
        assert_string_equal(rest[j].steps[0], whole.steps[4]);
        assert_string_equal(rest[j].steps[1], whole.steps[5]);
        assert_int_equal(rest[j].outcome.verdict, CAIRN_VERDICT_RIGHT);
        assert_string_equal(rest[j].outcome.answer, f->problems[0].answer);
    }
    assert_int_equal(cost.steps, 10 + 4);
    assert_int_equal(cost.tokens, 100 + 4 * 5);
    close_fixture(f);
}

static void whole_solutions_have_empty_rollouts_that_are_checked_as_they_are(void **unused) {
    (void)unused;
    fixture *f = open_fixture("scripted:error=0");
    cairn_rollout whole, again[3];
    char state[64];
    cairn_start end = f->starts[2];
    roll(f, &end, 1, 1, &whole, NULL);
    end.steps = whole.steps;
    end.n_steps = whole.n_steps;
    end.state = state;
    assert_int_equal(
        cairn_world_replay(f->ctx, &f->world, &f->problems[2], whole.steps, whole.n_steps, state, &end.done), CAIRN_OK);
    assert_true(end.done);
    roll(f, &end, 1, 3, again, NULL);
    for (int j = 0; j < 3; j++) {
        assert_int_equal(again[j].n_steps, 0);
        assert_int_equal(again[j].n_tokens, 0);
        assert_int_equal(again[j].outcome.verdict, CAIRN_VERDICT_RIGHT);
    }
    close_fixture(f);
}

static void a_cancelled_run_has_no_rollouts(void **unused) {
    (void)unused;
    fixture *f = open_fixture("scripted");
    cairn_rollout out[K];
    cairn_cancel(f->ctx);
    assert_int_equal(cairn_policy_rollouts(f->ctx, &f->policy, f->arena, 3, CAIRN_VERB_ROLLOUT, 1, f->starts, 1, K,
                                           CAIRN_SAMPLING_DEFAULT, out, NULL),
                     CAIRN_CANCELLED);
    close_fixture(f);
}

static void counts_out_of_range_are_refused(void **unused) {
    (void)unused;
    fixture *f = open_fixture("scripted");
    cairn_rollout out;
    assert_int_equal(cairn_policy_rollouts(f->ctx, &f->policy, f->arena, 3, CAIRN_VERB_ROLLOUT, 1, f->starts, -1, 1,
                                           CAIRN_SAMPLING_DEFAULT, &out, NULL),
                     CAIRN_INVALID);
    assert_int_equal(cairn_policy_rollouts(f->ctx, &f->policy, f->arena, 3, CAIRN_VERB_ROLLOUT, 1, f->starts, N,
                                           INT32_MAX, CAIRN_SAMPLING_DEFAULT, &out, NULL),
                     CAIRN_LIMIT);
    close_fixture(f);
}

static void any_failing_allocation_is_a_status(void **unused) {
    (void)unused;
    cairn_status status = CAIRN_NO_MEMORY;
    int failures = 0;
    for (int64_t at = 1; status == CAIRN_NO_MEMORY; at++) {
        fixture *f = open_fixture("scripted:paraphrases=4");
        cairn_rollout out[N * 200];
        cairn_faults_set(f->ctx, (cairn_faults){.alloc_fails_at = at});
        status = cairn_policy_rollouts(f->ctx, &f->policy, f->arena, 3, CAIRN_VERB_ROLLOUT, 1, f->starts, N, 200,
                                       CAIRN_SAMPLING_DEFAULT, out, NULL);
        failures += status == CAIRN_NO_MEMORY;
        cairn_faults_set(f->ctx, (cairn_faults){0});
        close_fixture(f);
    }
    assert_int_equal(status, CAIRN_OK);
    assert_true(failures >= 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rollouts_are_the_same_whatever_the_batch),
        cmocka_unit_test(later_draws_and_other_paths_give_other_rollouts),
        cmocka_unit_test(completions_of_a_prefix_do_not_repeat_the_rollout_that_it_is_a_prefix_of),
        cmocka_unit_test(rollouts_go_on_from_their_prefix_and_are_checked_with_it),
        cmocka_unit_test(whole_solutions_have_empty_rollouts_that_are_checked_as_they_are),
        cmocka_unit_test(a_cancelled_run_has_no_rollouts),
        cmocka_unit_test(counts_out_of_range_are_refused),
        cmocka_unit_test(any_failing_allocation_is_a_status),
    };
    return cmocka_run_group_tests_name("policy rollouts", tests, NULL, NULL);
}
