/* Whole searches against closed forms: what an algorithm must reach when policy and reward are known exactly. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/job.h"

enum { PROBLEMS = 4000 };
static const char repairing[] = "scripted:error=0.2,repair=0.05,trap=0.3,difficulty_spread=0.5";
static const char unforgiving[] = "scripted:error=0.2,repair=0,trap=0.3,difficulty_spread=0.5";

static cairn_job_setup setup_of(const char *policy, const char *reward, int64_t budget) {
    return (cairn_job_setup){.what = "test",
                             .world = "chain:steps=6",
                             .policy = policy,
                             .reward = reward,
                             .count = PROBLEMS,
                             .seed = 11,
                             .budget = {.steps = budget},
                             .sampling = CAIRN_SAMPLING_DEFAULT,
                             .aggregator = -1,
                             .quiet = true};
}

static void solve(cairn_ctx *ctx, const char *policy, const char *reward, int64_t budget, const char *search,
                  cairn_solve_summary *out) {
    cairn_job_setup setup = setup_of(policy, reward, budget);
    cairn_solve_setup how = {.search = search};
    cairn_job *job;
    if (cairn_job_open(ctx, &setup, &job) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    if (cairn_solve(ctx, job, &how, NULL, out) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    assert_int_equal(out->problems, PROBLEMS);
    cairn_job_close(job);
}

/* Mean over the problems of f(V(start)), V the policy's exact value. */
static double mean_of_value(cairn_ctx *ctx, double (*f)(double)) {
    cairn_job_setup setup = setup_of(repairing, NULL, 0);
    cairn_job *job;
    cairn_arena *arena;
    double sum = 0;
    assert_int_equal(cairn_job_open(ctx, &setup, &job), CAIRN_OK);
    assert_int_equal(cairn_arena_open(ctx, 4096, &arena), CAIRN_OK);
    const cairn_world *world = cairn_job_world(job);
    const cairn_policy *p = cairn_job_policy(job);
    for (int64_t i = 0; i < PROBLEMS; i++) {
        cairn_problem problem;
        double value;
        cairn_arena_reset(arena);
        assert_int_equal(cairn_job_problem(job, ctx, i, arena, &problem), CAIRN_OK);
        void *state = cairn_arena_alloc(arena, world->type->state_bytes, 1);
        assert_int_equal(world->type->start(ctx, world->self, &problem, state), CAIRN_OK);
        assert_int_equal(p->type->value(ctx, p->self, &problem, state, &value), CAIRN_OK);
        sum += f(value);
    }
    cairn_arena_close(arena);
    cairn_job_close(job);
    return sum / PROBLEMS;
}

static double itself(double v) {
    return v;
}
static double any_of_eight(double v) {
    return 1 - pow(1 - v, 8);
}

static void assert_share(double measured, double expected) {
    double error = sqrt(expected * (1 - expected) / PROBLEMS);
    if (fabs(measured - expected) > 4 * error + 1e-9) fail_msg("measured %.4f, expected %.4f", measured, expected);
}

static void test_greedy_is_right_as_often_as_the_policys_value_says(void **state) {
    cairn_solve_summary s;
    solve(*state, repairing, NULL, 0, "greedy", &s);
    assert_share(s.accuracy.estimate, mean_of_value(*state, itself));
    assert_true(s.steps == 6);
}

static void test_best_of_n_with_the_exact_value_is_right_whenever_a_sample_is(void **state) {
    cairn_solve_summary s;
    solve(*state, repairing, "exact", 0, "best-of-n:width=8", &s);
    assert_true(s.accuracy.estimate == s.oracle);
    assert_share(s.accuracy.estimate, mean_of_value(*state, any_of_eight));
}

/* Where nothing repairs a wrong step, retrying each step until its truth is right is the best use of sampled steps: it
 * must reach the exact optimum. (With repairs, going on from a wrong step is better once the budget is nearly spent.)
 */
static void test_retry_with_the_truth_of_steps_reaches_the_exact_optimum(void **state) {
    static const int64_t budgets[] = {6, 7, 8, 10};
    for (int i = 0; i < 4; i++) {
        cairn_solve_summary s;
        solve(*state, unforgiving, "exact:what=step", budgets[i], "retry:tries=1000", &s);
        assert_true(s.optimum > 0.1 && s.optimum < 0.999);
        assert_share(s.accuracy.estimate, s.optimum);
    }
}

static void test_no_search_exceeds_the_exact_optimum(void **state) {
    static const char *const searches[] = {"majority",       "weighted", "best-of-n",     "beam:branch=2",
                                           "dvts:branch=2",  "rebase",   "mcts:branch=2", "best-first:branch=2",
                                           "gumbel:branch=2"};
    for (size_t i = 0; i < sizeof searches / sizeof *searches; i++) {
        cairn_solve_summary s;
        solve(*state, repairing, "exact", 12, searches[i], &s);
        assert_true(s.accuracy.low <= s.optimum);
        assert_true(s.steps <= 12);
    }
}

static int set_up(void **state) {
    return cairn_ctx_open((cairn_ctx **)state) == CAIRN_OK ? 0 : -1;
}
static int tear_down(void **state) {
    return cairn_ctx_close(*state), 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_greedy_is_right_as_often_as_the_policys_value_says),
        TEST(test_best_of_n_with_the_exact_value_is_right_whenever_a_sample_is),
        TEST(test_retry_with_the_truth_of_steps_reaches_the_exact_optimum),
        TEST(test_no_search_exceeds_the_exact_optimum),
    };
    return cmocka_run_group_tests_name("solve", tests, NULL, NULL);
}
