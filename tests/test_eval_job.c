/* Runs over many problems: the same bytes however they are run, nothing lost to a kill, memory flat. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cairn/job.h"
#include "cairn/label_job.h"
#include "json_memory.h"

enum { PROBLEMS = 600 };

typedef struct fixture {
    cairn_ctx *ctx;
    char folder[64];
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    if (!f || cairn_ctx_open(&f->ctx) != CAIRN_OK) return -1;
    strcpy(f->folder, "/tmp/cairn-job-XXXXXX");
    if (!mkdtemp(f->folder)) return -1;
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    int gone = system(command);
    cairn_ctx_close(f->ctx);
    free(f);
    return gone;
}

static cairn_job_setup setup_of(int32_t workers, int32_t in_flight, int64_t problems) {
    return (cairn_job_setup){.what = "test",
                             .world = "chain:steps=6",
                             .policy = "scripted:error=0.2,repair=0.05",
                             .reward = "noisy:sd=0.2",
                             .count = problems,
                             .seed = 7,
                             .workers = workers,
                             .in_flight = in_flight,
                             .budget = {.steps = 48},
                             .sampling = CAIRN_SAMPLING_DEFAULT,
                             .aggregator = -1,
                             .quiet = true};
}

static char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *bytes = malloc((size_t)size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)size, file), size);
    fclose(file);
    *length = (size_t)size;
    return bytes;
}

static char *export_run(cairn_ctx *ctx, const char *path, size_t *length) {
    char target[128];
    cairn_run *run;
    cairn_out *out;
    snprintf(target, sizeof target, "%s.jsonl", path);
    assert_int_equal(cairn_run_open(ctx, path, &run), CAIRN_OK);
    assert_int_equal(cairn_out_open(ctx, target, &out), CAIRN_OK);
    assert_int_equal(cairn_run_export(run, ctx, out), CAIRN_OK);
    assert_int_equal(cairn_out_commit(out), CAIRN_OK);
    cairn_run_close(run);
    return read_file(target, length);
}

/* Solves into a run file with `search`; the status of it all. */
static cairn_status solve_into(cairn_ctx *ctx, const char *path, const char *search, cairn_job_setup setup,
                               bool resume) {
    cairn_arena *arena = NULL;
    cairn_job *job = NULL;
    cairn_run *run = NULL;
    cairn_manifest manifest;
    cairn_solve_summary summary;
    cairn_solve_setup solve = {.search = search, .keep_tree = true};
    cairn_status status = cairn_arena_open(ctx, 4096, &arena);
    if (status == CAIRN_OK) status = cairn_job_open(ctx, &setup, &job);
    if (status == CAIRN_OK) status = cairn_solve_manifest(ctx, job, &solve, arena, &manifest);
    if (status == CAIRN_OK)
        status = resume ? cairn_run_resume(ctx, path, &manifest, &run) : cairn_run_create(ctx, path, &manifest, &run);
    if (status == CAIRN_OK) status = cairn_solve(ctx, job, &solve, run, &summary);
    if (run) cairn_run_close(run);
    if (job) cairn_job_close(job);
    cairn_arena_close(arena);
    return status;
}

static void test_export_is_the_same_bytes_for_any_workers_and_in_flight_limit(void **state) {
    fixture *f = *state;
    static const int shapes[][2] = {{1, 1}, {2, 64}, {7, 3}, {1, 1024}, {7, 64}};
    const char *searches[] = {"mcts", "beam", "rebase"};
    for (size_t s = 0; s < 3; s++) {
        char *first = NULL;
        size_t first_length = 0;
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
            char path[128];
            size_t length;
            snprintf(path, sizeof path, "%s/%zu-%zu.db", f->folder, s, i);
            assert_int_equal(solve_into(f->ctx, path, searches[s], setup_of(shapes[i][0], shapes[i][1], 60), false),
                             CAIRN_OK);
            char *bytes = export_run(f->ctx, path, &length);
            if (!first) {
                first = bytes;
                first_length = length;
                continue;
            }
            assert_int_equal(length, first_length);
            assert_memory_equal(bytes, first, length);
            free(bytes);
        }
        assert_true(first_length > 10000);
        free(first);
    }
}

/* ---- kill and resume ------------------------------------------------------------------------------------------------------------- */

typedef struct counted {
    const cairn_search_type *type;
    const void *config;
    atomic_int *started; /* shared between processes */
} counted;

/* Searches in two halves with a pause between, so that many problems are really under way at once. */
static cairn_status counted_body(cairn_workspace *workspace, void *arg, int64_t index, cairn_text *record) {
    counted *c = arg;
    cairn_result result;
    atomic_fetch_add(c->started, 1);
    cairn_yield(workspace->ctx);
    cairn_status status = cairn_search_run(workspace, c->type, c->config, &result);
    cairn_yield(workspace->ctx);
    if (status != CAIRN_OK) return status;
    return cairn_text_printf(workspace->ctx, record, "{\"answer\":\"%s\",\"index\":%lld,\"nodes\":%u}",
                             result.answer >= 0 ? cairn_workspace_answer(workspace, result.answer) : "",
                             (long long)index, workspace->tree->count);
}

/* One process: opens or resumes the run and works until done or killed. */
static void work(const char *path, bool resume, int64_t kill_at, atomic_int *started) {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_job *job;
    cairn_run *run;
    cairn_manifest manifest;
    counted body = {.started = started};
    cairn_job_setup setup = setup_of(2, 16, PROBLEMS);
    if (cairn_ctx_open(&ctx) != CAIRN_OK || cairn_arena_open(ctx, 4096, &arena) != CAIRN_OK) _exit(3);
    if (cairn_job_open(ctx, &setup, &job) != CAIRN_OK) _exit(4);
    if (cairn_search_find(ctx, arena, "rebase", &body.type, &body.config) != CAIRN_OK) _exit(5);
    if (cairn_job_manifest(ctx, job, arena, "test", "search", &body.type->about, body.config, false, &manifest) !=
        CAIRN_OK)
        _exit(6);
    cairn_faults_set(ctx, (cairn_faults){.kill_at = kill_at});
    cairn_status status =
        resume ? cairn_run_resume(ctx, path, &manifest, &run) : cairn_run_create(ctx, path, &manifest, &run);
    if (status == CAIRN_OK) status = cairn_job_run(job, ctx, run, counted_body, &body);
    if (status != CAIRN_OK) {
        fprintf(stderr, "%s\n", cairn_error(ctx));
        _exit(7);
    }
    cairn_run_close(run);
    cairn_job_close(job);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    _exit(0);
}

/* True when the process ended by itself. */
static bool run_process(const char *path, bool resume, int64_t kill_at, atomic_int *started) {
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) work(path, resume, kill_at, started);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGKILL);
        return false;
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    return true;
}

static void test_a_run_killed_at_any_moment_resumes_to_the_same_bytes_with_little_extra_work(void **state) {
    fixture *f = *state;
    atomic_int *started = mmap(NULL, sizeof *started, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(started, MAP_FAILED);
    char path[128];
    size_t length;
    snprintf(path, sizeof path, "%s/whole.db", f->folder);
    assert_true(run_process(path, false, 0, started));
    char *whole = export_run(f->ctx, path, &length);
    for (int i = 0; i < 20; i++) {
        int64_t at = PROBLEMS * (5 + 90 * i / 19) / 100;
        snprintf(path, sizeof path, "%s/killed-%d.db", f->folder, i);
        atomic_store(started, 0);
        assert_false(run_process(path, false, at, started));
        assert_true(run_process(path, true, 0, started));
        assert_true(atomic_load(started) <= PROBLEMS * 12 / 10);
        size_t again;
        char *bytes = export_run(f->ctx, path, &again);
        assert_int_equal(again, length);
        assert_memory_equal(bytes, whole, length);
        free(bytes);
    }
    free(whole);
    munmap(started, sizeof *started);
}

static void test_a_resumed_run_must_have_the_same_options(void **state) {
    fixture *f = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/options.db", f->folder);
    assert_int_equal(solve_into(f->ctx, path, "beam", setup_of(1, 4, 20), false), CAIRN_OK);
    assert_int_equal(solve_into(f->ctx, path, "beam", setup_of(1, 4, 20), false), CAIRN_INVALID); /* exists */
    cairn_job_setup other = setup_of(1, 4, 20);
    other.seed = 8;
    assert_int_equal(solve_into(f->ctx, path, "beam", other, true), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(f->ctx), "seed"));
    assert_int_equal(solve_into(f->ctx, path, "dvts", setup_of(1, 4, 20), true), CAIRN_INVALID);
    assert_int_equal(solve_into(f->ctx, path, "beam", setup_of(2, 8, 20), true), CAIRN_OK);
}

/* A run file may come from anybody: its record for the only problem counts a candidate beyond all numbers. */
static void test_a_count_that_no_search_gives_is_named(void **state) {
    fixture *f = *state;
    static const char record[] =
        "{\"candidates\":[{\"correct\":true,\"count\":1},{\"correct\":true,\"count\":9223372036854775807}],"
        "\"correct\":true,\"cost\":{\"flops\":0.0,\"judge_flops\":0.0,\"judge_tokens\":0,\"scorings\":0,\"steps\":1,"
        "\"tokens\":1}}";
    char path[128];
    cairn_arena *arena;
    cairn_job *job;
    cairn_run *run;
    cairn_manifest manifest;
    cairn_solve_summary summary;
    cairn_solve_setup solve = {.search = "beam"};
    cairn_job_setup setup = setup_of(1, 4, 1);
    snprintf(path, sizeof path, "%s/counts.db", f->folder);
    assert_int_equal(cairn_arena_open(f->ctx, 4096, &arena), CAIRN_OK);
    assert_int_equal(cairn_job_open(f->ctx, &setup, &job), CAIRN_OK);
    assert_int_equal(cairn_solve_manifest(f->ctx, job, &solve, arena, &manifest), CAIRN_OK);
    assert_int_equal(cairn_run_create(f->ctx, path, &manifest, &run), CAIRN_OK);
    assert_int_equal(cairn_run_put(run, f->ctx, 0, "chain-1-0", record, sizeof record - 1), CAIRN_OK);
    assert_int_equal(cairn_solve(f->ctx, job, &solve, run, &summary), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(f->ctx), "candidates[1].count"));
    cairn_run_close(run);
    cairn_job_close(job);
    cairn_arena_close(arena);
}

/* ---- failures ----------------------------------------------------------------------------------------------------------------------- */

static cairn_status failing_body(cairn_workspace *workspace, void *arg, int64_t index, cairn_text *record) {
    (void)arg;
    if (index == 13) return cairn_fail(workspace->ctx, CAIRN_IO, "the thirteenth breaks");
    return cairn_text_add(workspace->ctx, record, "{}", 2);
}

static void test_a_failing_problem_stops_the_run_with_its_name_and_loses_nothing_recorded(void **state) {
    fixture *f = *state;
    cairn_job *job;
    cairn_run *run;
    char path[128];
    snprintf(path, sizeof path, "%s/failing.db", f->folder);
    cairn_job_setup setup = setup_of(2, 4, 1000);
    cairn_manifest manifest = {.problems = 1000};
    assert_int_equal(cairn_job_open(f->ctx, &setup, &job), CAIRN_OK);
    assert_int_equal(cairn_run_create(f->ctx, path, &manifest, &run), CAIRN_OK);
    assert_int_equal(cairn_job_run(job, f->ctx, run, failing_body, NULL), CAIRN_IO);
    assert_non_null(strstr(cairn_error(f->ctx), "the thirteenth breaks"));
    assert_non_null(strstr(cairn_error(f->ctx), "problem "));
    assert_true(cairn_run_done(run) >= 12 && cairn_run_done(run) < 1000);
    assert_false(cairn_run_has(run, 13));
    cairn_run_close(run);
    cairn_job_close(job);
}

static void write_solution(const char *path, const char *answer) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fprintf(file,
                        "{\"question\":\"Q?\",\"answer\":\"%s\\n#### 2\"}\n"
                        "{\"question\":\"R?\",\"answer\":\"%s\\n#### 2\"}\n",
                        answer, answer) > 0);
    assert_int_equal(fclose(file), 0);
}

/* Each worker reads the policy's file for itself, the first when the job is opened and the others when it is run. */
static void test_workers_do_not_answer_from_different_files(void **state) {
    fixture *f = *state;
    cairn_job *job;
    cairn_solve_summary summary;
    cairn_solve_setup solve = {.search = "majority"};
    char path[128], policy[192];
    snprintf(path, sizeof path, "%s/solutions.jsonl", f->folder);
    snprintf(policy, sizeof policy, "recorded:file=%s", path);
    for (int changes = 0; changes < 2; changes++) {
        write_solution(path, "1 + 1 = 2");
        cairn_job_setup setup = setup_of(2, 1, 0);
        setup.world = "text";
        setup.problems = path;
        setup.policy = policy;
        setup.reward = NULL;
        assert_int_equal(cairn_job_open(f->ctx, &setup, &job), CAIRN_OK);
        if (changes) write_solution(path, "1 + 1 = 3");
        assert_int_equal(cairn_solve(f->ctx, job, &solve, NULL, &summary), changes ? CAIRN_INVALID : CAIRN_OK);
        if (changes) assert_non_null(strstr(cairn_error(f->ctx), "changed while the run began"));
        cairn_job_close(job);
    }
}

static void test_a_full_disk_is_an_error_and_the_run_goes_on_from_there(void **state) {
    fixture *f = *state;
    char path[128];
    size_t length, again;
    snprintf(path, sizeof path, "%s/whole-disk.db", f->folder);
    assert_int_equal(solve_into(f->ctx, path, "beam", setup_of(1, 4, 40), false), CAIRN_OK);
    char *whole = export_run(f->ctx, path, &length);
    snprintf(path, sizeof path, "%s/full-disk.db", f->folder);
    cairn_faults_set(f->ctx, (cairn_faults){.disk_bytes = (int64_t)length / 2});
    assert_int_equal(solve_into(f->ctx, path, "beam", setup_of(1, 4, 40), false), CAIRN_IO);
    cairn_faults_set(f->ctx, (cairn_faults){0});
    assert_int_equal(solve_into(f->ctx, path, "beam", setup_of(1, 4, 40), true), CAIRN_OK);
    char *bytes = export_run(f->ctx, path, &again);
    assert_int_equal(again, length);
    assert_memory_equal(bytes, whole, length);
    free(bytes);
    free(whole);
}

typedef struct copying {
    cairn_ctx *ctx;
    cairn_text *out;
} copying;

static cairn_status copy_record(void *arg, int64_t index, const char *id, const char *record, size_t length) {
    (void)index, (void)id;
    copying *c = arg;
    CAIRN_TRY(cairn_text_add(c->ctx, c->out, record, length));
    return cairn_text_add(c->ctx, c->out, "\n", 1);
}

/* Solves or labels in memory; the records, a line each. */
static cairn_status records_of(cairn_ctx *ctx, bool label, cairn_text *out) {
    cairn_job *job;
    cairn_job_setup setup = setup_of(1, 4, 2);
    cairn_solve_setup solve = {.search = "beam:branch=2", .keep_tree = true};
    cairn_label_setup labels = {.method = "mc:rollouts=1"};
    cairn_solve_summary solved;
    cairn_label_summary labelled;
    copying c = {ctx, out};
    setup.world = "chain:steps=3";
    setup.budget.steps = label ? 0 : 12;
    CAIRN_TRY(cairn_job_open(ctx, &setup, &job));
    cairn_status status =
        label ? cairn_label_problems(ctx, job, &labels, NULL, &labelled) : cairn_solve(ctx, job, &solve, NULL, &solved);
    if (status == CAIRN_OK) status = cairn_job_each(job, ctx, NULL, copy_record, &c);
    cairn_job_close(job);
    return status;
}

/* No candidate, node or label is left out for want of memory. */
static void test_a_record_is_whole_or_an_error(void **state) {
    fixture *f = *state;
    for (int label = 0; label < 2; label++) {
        cairn_text whole = {0}, got = {0};
        assert_int_equal(records_of(f->ctx, label, &whole), CAIRN_OK);
        long at = 1, step = 1, failures = 0;
        for (int fine = 0; fine < 3; at += step) {
            json_fail_at(at);
            cairn_status status = records_of(f->ctx, label, &got);
            json_fail_at(0);
            if (status == CAIRN_OK) {
                fine++;
                assert_string_equal(got.data, whole.data);
            } else {
                assert_int_equal(status, CAIRN_NO_MEMORY);
                if (!strstr(cairn_error(f->ctx), "memory")) fail_msg("%ld: said %s", at, cairn_error(f->ctx));
                failures++;
            }
            cairn_text_clear(&got);
            if (at > 60) step = 7;
        }
        assert_true(failures > 60);
        cairn_text_free(&whole);
        cairn_text_free(&got);
    }
}

/* ---- memory ------------------------------------------------------------------------------------------------------------------------- */

/* Resident bytes of this process. */
static long resident(void) {
    long pages = 0, unused;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &unused, &pages), 2);
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

typedef struct watching {
    counted body;
    atomic_long early, late;
} watching;

static cairn_status watching_body(cairn_workspace *workspace, void *arg, int64_t index, cairn_text *record) {
    watching *w = arg;
    cairn_result result;
    cairn_status status = cairn_search_run(workspace, w->body.type, w->body.config, &result);
    if (index == 2000) atomic_store(&w->early, resident());
    if (index == 9999) atomic_store(&w->late, resident());
    if (status != CAIRN_OK) return status;
    return cairn_text_add(workspace->ctx, record, "{}", 2);
}

static void test_ten_thousand_problems_are_searched_in_flat_memory(void **state) {
    fixture *f = *state;
    cairn_job *job;
    cairn_arena *arena;
    watching w = {0};
    cairn_job_setup setup = setup_of(1, 64, 10000);
    assert_int_equal(cairn_arena_open(f->ctx, 4096, &arena), CAIRN_OK);
    assert_int_equal(cairn_job_open(f->ctx, &setup, &job), CAIRN_OK);
    assert_int_equal(cairn_search_find(f->ctx, arena, "mcts", &w.body.type, &w.body.config), CAIRN_OK);
    assert_int_equal(cairn_job_run(job, f->ctx, NULL, watching_body, &w), CAIRN_OK);
    long growth = atomic_load(&w.late) - atomic_load(&w.early);
    assert_true(growth < 4 << 20); /* 8,000 problems more: the records alone are about 1 MB */
    cairn_job_close(job);
    cairn_arena_close(arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_export_is_the_same_bytes_for_any_workers_and_in_flight_limit),
        TEST(test_a_run_killed_at_any_moment_resumes_to_the_same_bytes_with_little_extra_work),
        TEST(test_a_resumed_run_must_have_the_same_options),
        TEST(test_a_count_that_no_search_gives_is_named),
        TEST(test_a_failing_problem_stops_the_run_with_its_name_and_loses_nothing_recorded),
        TEST(test_workers_do_not_answer_from_different_files),
        TEST(test_a_full_disk_is_an_error_and_the_run_goes_on_from_there),
        TEST(test_a_record_is_whole_or_an_error),
        TEST(test_ten_thousand_problems_are_searched_in_flat_memory),
    };
    return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
