/* label: long */
/* Budgets mean what they say: whatever the world, the search and the unit, whole solutions are what a budget is spent
 * on, and it is never exceeded. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/job.h"
#include "tiny_model.h"

enum { PROBLEMS = 8, SAMPLES = 6 /* recorded, a problem */ };
static char text_file[64] = "/tmp/cairn-budget-XXXXXX", text_policy[128], model_policy[128], head_reward[128];
static const char *const searches[] = {"majority",      "weighted", "best-of-n", "beam",  "beam:variant=ets", "dvts",
                                       "dvts:branch=2", "rebase",   "mcts",      "retry", "best-first",       "gumbel"};
enum { SEARCHES = sizeof searches / sizeof *searches };

typedef struct task {
    const char *world, *policy, *reward, *problems;
    int32_t steps, tokens; /* of the longest solution, at most */
} task;

typedef struct solved {
    cairn_solve_summary summary;
    double outcomes[PROBLEMS];
} solved;

static solved solve(const task *t, const char *search, cairn_budget budget, int32_t workers) {
    cairn_ctx *ctx;
    cairn_job *job;
    solved out;
    cairn_job_setup setup = {.what = "test",
                             .world = t->world,
                             .policy = t->policy,
                             .reward = t->reward ? t->reward : "exact",
                             .problems = t->problems,
                             .count = PROBLEMS,
                             .seed = 7,
                             .workers = workers,
                             .budget = budget,
                             .sampling = {.temperature = 1, .max_tokens = 24},
                             .aggregator = -1,
                             .quiet = true};
    cairn_solve_setup how = {.search = search, .outcomes = out.outcomes};
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    if (cairn_job_open(ctx, &setup, &job) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    if (cairn_solve(ctx, job, &how, NULL, &out.summary) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    cairn_job_close(job);
    cairn_ctx_close(ctx);
    return out;
}

/* Tasks with short and long solutions; of text, solutions of 1 to 9 steps where 64 are allowed. */
static const task tasks[] = {
    {"chain:steps=4", "scripted:error=0.4,repair=0.2", NULL, NULL, 4, 24},
    {"chain:steps=20", "scripted:error=0.3,repair=0.1", NULL, NULL, 20, 120},
    {"chain:steps=20,shortest=3", "scripted:error=0.4,repair=0.2", NULL, NULL, 20, 120},
    {"words:operations=4,fewest=3", "scripted", NULL, NULL, 12, 220},
    {"countdown:numbers=4", "scripted", NULL, NULL, 3, 40},
    {"text", text_policy, "calculator", text_file, 9, 60},
};
enum { TASKS = sizeof tasks / sizeof *tasks };

static void check(const task *t, const char *search, const char *unit, cairn_budget budget, double solutions) {
    solved s = solve(t, search, budget, 1);
    if (!(s.summary.most_spent <= 1))
        fail_msg("%s, %s, %g solutions of %s: spent %g", t->world, search, solutions, unit, s.summary.most_spent);
    if (strcmp(search, "retry") == 0) solutions /= 4; /* a step is proposed up to 8 times */
    if (solutions >= 2 && s.summary.unfinished)
        fail_msg("%s, %s, %g solutions of %s: %lld unfinished", t->world, search, solutions, unit,
                 (long long)s.summary.unfinished);
    if (t->problems &&
        s.summary.spent < 0.85) { /* a replay ends when its recorded solutions are all drawn, or known to MCTS */
        assert_true(s.summary.samples.n >= SAMPLES * PROBLEMS || strcmp(search, "mcts") == 0 || solutions < 16);
        return;
    }
    if (solutions >= 16 && !(s.summary.spent >= 0.85))
        fail_msg("%s, %s, %g solutions of %s: spent %g", t->world, search, solutions, unit, s.summary.spent);
}

static void test_a_budget_of_steps_or_tokens_is_spent_and_never_exceeded(void **state) {
    (void)state;
    static const double solutions[] = {1, 2, 3.5, 16, 64};
    for (size_t i = 0; i < TASKS; i++)
        for (size_t k = 0; k < SEARCHES; k++)
            for (size_t b = 0; b < sizeof solutions / sizeof *solutions; b++) {
                int64_t steps = llround(solutions[b] * tasks[i].steps),
                        tokens = llround(solutions[b] * tasks[i].tokens);
                check(&tasks[i], searches[k], "steps", (cairn_budget){.steps = steps}, solutions[b]);
                check(&tasks[i], searches[k], "tokens", (cairn_budget){.tokens = tokens}, solutions[b]);
            }
}

/* Of a model what one solution costs is measured first: the problem's text and four of them, without a budget. */
static void test_a_budget_of_flops_is_spent_and_never_exceeded(void **state) {
    (void)state;
    const task t = {"chain:steps=4", model_policy, head_reward, NULL, 4, 0};
    cairn_solve_summary four = solve(&t, "best-of-n:width=4", (cairn_budget){0}, 1).summary;
    double some = four.flops + four.judge_flops;
    for (size_t k = 0; k < SEARCHES; k++)
        for (int times = 1; times <= 8; times *= 8) {
            solved s = solve(&t, searches[k], (cairn_budget){.flops = some * times}, 1);
            if (!(s.summary.most_spent <= 1)) fail_msg("%s, %d: spent %g", searches[k], times, s.summary.most_spent);
            if (times > 1 && !(s.summary.spent >= 0.85))
                fail_msg("%s, %d: spent %g", searches[k], times, s.summary.spent);
        }
}

static void test_workers_change_nothing(void **state) {
    (void)state;
    for (size_t k = 0; k < SEARCHES; k++) {
        solved a = solve(&tasks[2], searches[k], (cairn_budget){.tokens = 700}, 1);
        solved b = solve(&tasks[2], searches[k], (cairn_budget){.tokens = 700}, 3);
        assert_memory_equal(a.outcomes, b.outcomes, sizeof a.outcomes);
        assert_true(a.summary.spent == b.summary.spent && a.summary.steps == b.summary.steps);
    }
}

/* Solutions of 5 steps where 64 are allowed: 64 steps are all that are recorded, not one. */
static void test_the_width_follows_the_solutions_and_not_the_bound(void **state) {
    (void)state;
    solved s = solve(&tasks[5], "majority", (cairn_budget){.steps = 64}, 1);
    assert_int_equal(s.summary.samples.n, SAMPLES * PROBLEMS);
    assert_int_equal(s.summary.unfinished, 0);
}

/* With a width the search is as published, and the budget only a bound. */
static void test_a_given_width_is_one_round(void **state) {
    (void)state;
    static const char *const given[] = {"majority:width=4", "beam:width=4", "dvts:width=4", "greedy"};
    for (int i = 0; i < 4; i++) {
        solved s = solve(&tasks[0], given[i], (cairn_budget){.steps = 64}, 1);
        assert_true(s.summary.steps == (i < 3 ? 16 : 4));
        assert_true(s.summary.spent == s.summary.steps / 64);
        solved free = solve(&tasks[0], given[i], (cairn_budget){0}, 1);
        assert_true(isnan(free.summary.spent) && isnan(free.summary.most_spent));
        assert_memory_equal(free.outcomes, s.outcomes, sizeof s.outcomes);
    }
}

/* Sixteen samples at once would all be cut off: those that the budget pays for are finished one after another instead.
 */
static void test_samples_beyond_the_budget_wait(void **state) {
    (void)state;
    solved s = solve(&tasks[1], "majority:width=16", (cairn_budget){.steps = 100}, 1);
    assert_int_equal(s.summary.unfinished, 0);
    assert_true(s.summary.steps == 100);
}

/* A budget below one solution is spent on a part of one, which is no answer, and is counted as unfinished. */
static void test_a_budget_below_one_solution_is_unfinished_and_not_silently_wrong(void **state) {
    (void)state;
    for (size_t k = 0; k < SEARCHES; k++) {
        solved s = solve(&tasks[1], searches[k], (cairn_budget){.steps = 10}, 1);
        assert_int_equal(s.summary.unfinished, PROBLEMS);
        assert_int_equal(s.summary.right, 0);
        assert_true(s.summary.most_spent <= 1);
    }
}

/* Solutions of 1 .. 9 lines for each of PROBLEMS problems, SAMPLES of each; the last line is the answer. */
static void write_text(void) {
    int fd = mkstemp(text_file);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    assert_non_null(file);
    uint32_t random = 1;
    for (int i = 0; i < PROBLEMS * SAMPLES; i++) {
        random = random * 1664525u + 1013904223u;
        int lines = 1 + (int)(random >> 16) % 9, p = i % PROBLEMS;
        fprintf(file, "{\"prompt\":\"What is %d + 1?\",\"target\":\"%d\",\"completions\":[", p, p + 1);
        for (int k = 1; k < lines; k++) fprintf(file, "\"%d + %d = %d\",", p, k + i, p + k + i);
        fprintf(file, "\"The answer is %d\"],\"labels\":[", p + 1 + (i % 3 == 0));
        for (int k = 0; k < lines; k++) fprintf(file, "%snull", k ? "," : "");
        fprintf(file, "]}\n");
    }
    assert_int_equal(fclose(file), 0);
    snprintf(text_policy, sizeof text_policy, "recorded:file=%s", text_file);
}

static int begin(void **state) {
    write_model(state);
    write_text();
    snprintf(model_policy, sizeof model_policy, "model:file=%s", tiny_path);
    snprintf(head_reward, sizeof head_reward, "head:file=%s", tiny_path);
    return 0;
}

static int end(void **state) {
    unlink(text_file);
    return remove_model(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_budget_of_steps_or_tokens_is_spent_and_never_exceeded),
        cmocka_unit_test(test_a_budget_of_flops_is_spent_and_never_exceeded),
        cmocka_unit_test(test_workers_change_nothing),
        cmocka_unit_test(test_the_width_follows_the_solutions_and_not_the_bound),
        cmocka_unit_test(test_a_given_width_is_one_round),
        cmocka_unit_test(test_samples_beyond_the_budget_wait),
        cmocka_unit_test(test_a_budget_below_one_solution_is_unfinished_and_not_silently_wrong),
    };
    return cmocka_run_group_tests_name("eval budget", tests, begin, end);
}
