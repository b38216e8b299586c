/* A run loses nothing: whenever its process is killed, it goes on to the bytes that it would have had, with little work
 * done twice. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#define SELF CAIRN_BINARY_DIR "/tests/test_cli_resume"
#include "cli_runs.h"

/* ---- killed at a counted moment ---------------------------------------------------------------------------------------------------- */

/* Kills `words` at 20 counted moments over 5 to 95 % of its `problems`, goes on, and compares with whole.db. A fault
 * point lies before and behind the file's creation, and behind each record. */
static void expect_kills_lose_nothing(const char *words, int problems) {
    export_of("whole.db", words);
    for (int i = 0; i < 20; i++) {
        char faults[32], killed[2600];
        int at = 2 + problems * (5 + 90 * i / 19) / 100;
        snprintf(faults, sizeof faults, "kill=%d", at);
        snprintf(killed, sizeof killed, "%s --run killed.db", words);
        assert_int_equal(outcome_of(start_cairn(faults, killed))->status, 128 + SIGKILL);
        json_t *runs = parsed(cairn("run list . --json"));
        assert_int_equal(json_array_size(runs), 2); /* killed.db, whole.db */
        json_int_t done = json_integer_value(json_object_get(json_array_get(runs, 0), "done"));
        assert_true(done >= at - 2); /* other workers may have recorded theirs meanwhile */
        json_decref(runs);
        if (i % 2)
            expect_ok(cairn("run resume killed.db --workers %d", 1 + i % 3));
        else
            expect_ok(cairn("%s --run killed.db --resume", words));
        expect_ok(cairn("run export killed.db --out killed.db.jsonl"));
        expect_same_files("whole.db.jsonl", "killed.db.jsonl");
        forget("killed.db");
    }
    expect_nothing_left_beside("kill and resume");
    forget("whole.db");
}

static void test_a_solve_killed_at_twenty_moments_resumes_to_the_same_bytes(void **state) {
    (void)state;
    expect_kills_lose_nothing("solve -n 200 --budget 48 --search mcts --keep-tree --reward noisy:sd=0.2", 200);
}

static void test_a_label_run_killed_at_twenty_moments_resumes_to_the_same_bytes(void **state) {
    (void)state;
    expect_kills_lose_nothing("label -n 60 --method omegaprm:searches=3", 60);
}

static void test_a_kill_while_the_file_is_made_is_no_obstacle(void **state) {
    (void)state;
    const char *words = "solve -n 20 --budget 24 --search majority";
    export_of("whole.db", words);
    for (int at = 1; at <= 2; at++) {
        char faults[32];
        snprintf(faults, sizeof faults, "kill=%d", at);
        outcome_of(start_cairn(faults, "solve -n 20 --budget 24 --search majority --run early.db"));
        assert_true(is_there("early.db") == (at == 2));
        expect_ok(cairn("%s --run early.db %s", words, at == 2 ? "--resume" : ""));
        expect_ok(cairn("run export early.db --out early.db.jsonl"));
        expect_same_files("whole.db.jsonl", "early.db.jsonl");
        forget("early.db");
    }
    forget("whole.db");
}

/* ---- killed at a moment in time ---------------------------------------------------------------------------------------------------- */

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void pause_for(double s) {
    struct timespec t = {(time_t)s, (long)((s - (double)(time_t)s) * 1e9)};
    nanosleep(&t, NULL);
}

/* Starts the words, kills the process after so many seconds. True: it was still running. */
static bool killed_after(const char *words, double s) {
    pid_t child = start_cairn(NULL, words);
    pause_for(s);
    kill(child, SIGKILL);
    int status = wait_for(child);
    if (status != 0 && status != 128 + SIGKILL) fail_msg("exit status %d", status);
    return status != 0;
}

/* Starts the words and kills the process when its programs have been asked about so many problems. True: it was still
 * running. */
static bool killed_at_work(const char *words, long problems) {
    pid_t child = start_cairn(NULL, words);
    int how = 0;
    bool ended = false;
    while (!ended && size_of("work.txt") < problems) {
        ended = waitpid(child, &how, WNOHANG) == child;
        usleep(200);
    }
    if (!ended) kill(child, SIGKILL);
    if (!ended) assert_int_equal(waitpid(child, &how, 0), child);
    return WIFSIGNALED(how);
}

/* The policy's programs note each problem they are asked about, so that the work of all processes can be counted. */
static void test_a_run_killed_at_any_time_goes_on_with_at_most_a_fifth_of_work_done_twice(void **state) {
    (void)state;
    char words[2048], killed[2400];
    int kills = 0;
    long most = 0;
    write_problems();
    snprintf(words, sizeof words, "%s", exec_words("beam:branch=2", true, in_folder("work.txt"), 300));
    export_of("whole.db", words);
    assert_int_equal(size_of("work.txt"), PROBLEMS);
    snprintf(killed, sizeof killed, "%s --run killed.db", words);
    for (int i = 0; i < 20; i++) {
        unlink(in_folder("work.txt"));
        kills += killed_at_work(killed, PROBLEMS * (5 + 90 * i / 19) / 100);
        if (i % 2)
            expect_ok(cairn("run resume killed.db --allow-exec"));
        else
            expect_ok(cairn("%s --resume", killed));
        expect_ok(cairn("run export killed.db --out killed.db.jsonl"));
        expect_same_files("whole.db.jsonl", "killed.db.jsonl");
        long work = size_of("work.txt");
        if (work < PROBLEMS || work > PROBLEMS * 12 / 10) fail_msg("kill %d: %ld problems worked on", i, work);
        if (work > most) most = work;
        forget("killed.db");
    }
    print_message("%d of 20 kills came during the run; at most %ld problems were begun for %d\n", kills, most,
                  PROBLEMS);
    assert_true(kills >= 15);
    forget("whole.db");
}

static void test_a_run_killed_again_and_again_ends(void **state) {
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    const char *words = "solve -n 300 --budget 128 --search mcts --reward noisy:sd=0.2 --workers 2";
#else
    const char *words = "solve -n 3000 --budget 128 --search mcts --reward noisy:sd=0.2 --workers 2";
#endif
    char killed[256];
    int kills = 0;
    double start = seconds();
    export_of("whole.db", words);
    double patience = (seconds() - start) / 8; /* grows: a machine that becomes slower does not keep it from ending */
    snprintf(killed, sizeof killed, "%s --run killed.db", words);
    for (; killed_after(killed, patience); patience *= 1.2) {
        kills++;
        assert_true(kills < 40);
        if (is_there("killed.db")) snprintf(killed, sizeof killed, "run resume killed.db");
    }
    assert_true(kills > 0);
    expect_ok(cairn("run export killed.db --out killed.db.jsonl"));
    expect_same_files("whole.db.jsonl", "killed.db.jsonl");
    forget("whole.db");
    forget("killed.db");
}

/* ---- what is not the same run ------------------------------------------------------------------------------------------------------ */

static void test_another_run_is_not_gone_on_with(void **state) {
    (void)state;
    static const struct {
        const char *options, *word;
    } cases[] = {
        {"-n 21 --budget 24 --search majority", "21"},
        {"-n 20 --budget 25 --search majority", "budget_steps"},
        {"-n 20 --budget 24 --search majority:width=3", "search"},
        {"-n 20 --budget 24 --search majority --seed 2", "seed"},
        {"-n 20 --budget 24 --search majority --temperature 0.5", "temperature"},
        {"-n 20 --budget 24 --search majority --policy scripted:error=0.3", "policy"},
        {"-n 20 --budget 24 --search majority --world chain:steps=5", "world"},
        {"-n 20 --budget 24 --search majority --keep-tree", "tree"},
    };
    export_of("a.db", "solve -n 20 --budget 24 --search majority");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_one_sentence(cairn("solve %s --run a.db --resume", cases[i].options), cases[i].options,
                            WORDS("a.db", "was made with", cases[i].word));
    expect_ok(cairn("run export a.db --out again.jsonl"));
    expect_same_files("a.db.jsonl", "again.jsonl");
    forget("a.db");
}

static void test_a_changed_file_of_problems_or_solutions_is_not_gone_on_with(void **state) {
    (void)state;
    const char *first = "{\"question\":\"Q?\",\"answer\":\"1 + 1 = 2\\n#### 2\"}\n",
               *other = "{\"question\":\"Q?\",\"answer\":\"2\\n#### 2\"}\n";
    const char *words =
        "solve --world text --problems p.jsonl --policy recorded:file=r.jsonl --search majority --budget 8 --run a.db";
    write_file("p.jsonl", first, strlen(first));
    write_file("r.jsonl", first, strlen(first));
    expect_ok(cairn("%s", words));
    write_file("r.jsonl", other, strlen(other));
    expect_one_sentence(cairn("%s --resume", words), "other solutions", WORDS("a.db", "policy_key"));
    write_file("p.jsonl", other, strlen(other));
    write_file("r.jsonl", first, strlen(first));
    expect_one_sentence(cairn("%s --resume", words), "other problems", WORDS("a.db", "problems_key"));
    forget("a.db");
}

int main(int argc, char **argv) {
    if (is_asked_to_answer(argc, argv)) return answer_as_asked(argc, argv);
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_a_solve_killed_at_twenty_moments_resumes_to_the_same_bytes),
        TEST(test_a_label_run_killed_at_twenty_moments_resumes_to_the_same_bytes),
        TEST(test_a_kill_while_the_file_is_made_is_no_obstacle),
        TEST(test_a_run_killed_at_any_time_goes_on_with_at_most_a_fifth_of_work_done_twice),
        TEST(test_a_run_killed_again_and_again_ends),
        TEST(test_another_run_is_not_gone_on_with),
        TEST(test_a_changed_file_of_problems_or_solutions_is_not_gone_on_with),
    };
    return cmocka_run_group_tests_name("resume", tests, NULL, NULL);
}
