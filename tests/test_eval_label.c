/* Solutions of a file for the problems of a job, and what labelling them does when memory runs out. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/label_job.h"

static char path[] = "/tmp/cairn-solutions-XXXXXX";

static cairn_job *open_job(cairn_ctx *ctx, const char *world, int64_t count, int32_t workers) {
    cairn_job_setup setup = {.what = "test",
                             .world = world,
                             .policy = "scripted:error=0.2",
                             .count = count,
                             .seed = 3,
                             .workers = workers,
                             .sampling = CAIRN_SAMPLING_DEFAULT,
                             .aggregator = -1,
                             .quiet = true};
    cairn_job *job;
    if (cairn_job_open(ctx, &setup, &job) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return job;
}

static void problem_at(cairn_ctx *ctx, cairn_job *job, int64_t i, cairn_arena *arena, cairn_problem *out) {
    assert_int_equal(cairn_job_problem(job, ctx, i, arena, out), CAIRN_OK);
}

/* Two solutions of every problem, those of the last problem first; the id says which problem, and a or b. */
static void write_solutions(cairn_ctx *ctx, cairn_job *job, cairn_arena *arena) {
    static const char *const steps[] = {"1 + 1 = 2", "2 + 2 = 4"};
    cairn_out *out;
    assert_int_equal(cairn_out_open(ctx, path, &out), CAIRN_OK);
    for (int64_t i = cairn_job_problems(job); i-- > 0;)
        for (int s = 0; s < 2; s++) {
            cairn_problem problem;
            problem_at(ctx, job, i, arena, &problem);
            cairn_record record = {.id = cairn_arena_printf(arena, "%d%c", (int)i, 'a' + s),
                                   .problem = problem.text,
                                   .steps = steps,
                                   .n_steps = 2,
                                   .first_error = CAIRN_UNLABELLED,
                                   .correct = CAIRN_VERDICT_UNKNOWN};
            assert_int_equal(cairn_record_write(ctx, out, &(cairn_write_options){0}, &record), CAIRN_OK);
        }
    assert_int_equal(cairn_out_commit(out), CAIRN_OK);
}

/* With one step there are few texts: of 300 problems some say the same. */
static void of_problems_with_one_text_the_first_has_all_solutions(void **state) {
    enum { PROBLEMS = 300 };
    cairn_ctx *ctx = *state;
    cairn_arena *arena;
    cairn_solutions *solutions;
    cairn_problem problems[PROBLEMS];
    int repeated = 0, all = 0;
    assert_int_equal(cairn_arena_open(ctx, 4096, &arena), CAIRN_OK);
    cairn_job *job = open_job(ctx, "chain:steps=1", PROBLEMS, 3);
    write_solutions(ctx, job, arena);
    for (int i = 0; i < PROBLEMS; i++) problem_at(ctx, job, i, arena, &problems[i]);
    if (cairn_solutions_open(ctx, job, path, CAIRN_SPLIT_AUTO, &solutions) != CAIRN_OK)
        fail_msg("%s", cairn_error(ctx));
    for (int i = 0; i < PROBLEMS; i++) {
        int32_t n, same = 0, earlier = 0;
        const cairn_record *records = cairn_solutions_of(solutions, i, &n);
        for (int j = 0; j < PROBLEMS; j++)
            if (strcmp(problems[i].text, problems[j].text) == 0) same++, earlier += j < i;
        repeated += earlier > 0;
        assert_int_equal(n, earlier ? 0 : 2 * same);
        all += n;
        for (int32_t r = 0; r < n; r++) {
            assert_string_equal(records[r].problem, problems[i].text);
            assert_true(r == 0 || records[r - 1].line < records[r].line); /* in order of the file */
        }
    }
    assert_true(repeated > 5);
    assert_int_equal(all, 2 * PROBLEMS);
    assert_int_equal(cairn_solutions_skipped(solutions), 0);
    cairn_label_setup label = {.method = "mc:rollouts=1", .solutions = solutions};
    cairn_label_summary summary;
    assert_int_equal(cairn_label_problems(ctx, job, &label, NULL, &summary), CAIRN_OK); /* by three threads */
    assert_int_equal(summary.solutions, all);
    cairn_solutions_close(solutions);
    cairn_job_close(job);
    cairn_arena_close(arena);
}

static void any_failing_allocation_is_a_status(void **state) {
    cairn_ctx *ctx = *state;
    cairn_arena *arena;
    assert_int_equal(cairn_arena_open(ctx, 4096, &arena), CAIRN_OK);
    cairn_job *job = open_job(ctx, "chain:steps=2", 3, 1);
    write_solutions(ctx, job, arena);
    cairn_status status = CAIRN_NO_MEMORY;
    int failures = 0;
    for (int64_t at = 1; status == CAIRN_NO_MEMORY; at++) {
        cairn_solutions *solutions = NULL;
        cairn_label_summary summary;
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = at});
        status = cairn_solutions_open(ctx, job, path, CAIRN_SPLIT_AUTO, &solutions);
        if (status == CAIRN_OK) {
            cairn_label_setup label = {.method = "mc:rollouts=2", .solutions = solutions};
            status = cairn_label_problems(ctx, job, &label, NULL, &summary);
            if (status == CAIRN_OK) assert_int_equal(summary.solutions, 6);
            cairn_solutions_close(solutions);
        }
        cairn_faults_set(ctx, (cairn_faults){0});
        failures += status == CAIRN_NO_MEMORY;
    }
    if (status != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    assert_true(failures > 15);
    cairn_job_close(job);
    cairn_arena_close(arena);
}

static int set_up(void **state) {
    return cairn_ctx_open((cairn_ctx **)state) == CAIRN_OK ? 0 : -1;
}
static int tear_down(void **state) {
    cairn_ctx_close(*state);
    return 0;
}
static int make_file(void **state) {
    (void)state;
    int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}
static int remove_file(void **state) {
    (void)state;
    return unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(of_problems_with_one_text_the_first_has_all_solutions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_failing_allocation_is_a_status, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("label job", tests, make_file, remove_file);
}
