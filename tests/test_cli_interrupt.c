/* Stopping the command: soon, saying how to go on, with the exit status that shells know; a second signal ends it at once. And what it
 * says meanwhile. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <time.h>

#define SELF CAIRN_BINARY_DIR "/tests/test_cli_interrupt"
#include "cli_runs.h"

static const double SOON = 20; /* seconds, on a machine that may be busy; what is interrupted would take hours */

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Waits until `file` has so many bytes: the command is at work. */
static void wait_for_bytes(const char *file, long bytes) {
    double until = seconds() + 60;
    while (size_of(file) < bytes) {
        if (seconds() > until) fail_msg("%s has %ld bytes, not %ld", file, size_of(file), bytes);
        usleep(5000);
    }
}

static outcome *interrupted(const char *words, const char *file, long bytes, int number) {
    pid_t child = start_cairn(NULL, words);
    if (file)
        wait_for_bytes(file, bytes);
    else
        usleep(400000);
    double start = seconds();
    kill(child, number);
    outcome *o = outcome_of(child);
    if (seconds() - start > SOON) fail_msg("%s: stopped after %.1f s", words, seconds() - start);
    return o;
}

/* ---- a run file ---------------------------------------------------------------------------------------------------- */

static void test_an_interrupted_run_says_how_to_go_on_and_does(void **state) {
    (void)state;
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    export_of("whole.db", "solve -n 4000 --budget 96 --search mcts --reward noisy:sd=0.2");
    for (int i = 0; i < 3; i++) {
        outcome *o = interrupted("solve -n 4000 --budget 96 --search mcts --reward noisy:sd=0.2 --run part.db",
                                 "part.db-wal", 100000, numbers[i]);
        assert_int_equal(o->status, 128 + numbers[i]);
        assert_string_equal(o->out, "");
        long long done, all;
        char path[64];
        assert_int_equal(
            sscanf(o->error,
                   "cairn: interrupted: %lld of %lld problems are done: go on with `cairn run resume %63[^`]`", &done,
                   &all, path),
            3);
        assert_true(done > 0 && done < 4000);
        assert_int_equal(all, 4000);
        assert_string_equal(path, "part.db");
        expect_nothing_left_beside("an interrupted run");
        expect_ok(cairn("run resume part.db"));
        expect_ok(cairn("run export part.db --out part.db.jsonl"));
        expect_same_files("whole.db.jsonl", "part.db.jsonl");
        forget("part.db");
    }
    forget("whole.db");
}

static void test_labelling_is_interrupted_likewise_and_leaves_no_half_file(void **state) {
    (void)state;
    outcome *o = interrupted("label -n 1000000 --run part.db --out made.jsonl", "part.db-wal", 50000, SIGTERM);
    assert_int_equal(o->status, 128 + SIGTERM);
    assert_non_null(strstr(o->error, "cairn run resume part.db"));
    assert_false(is_there("made.jsonl"));
    expect_nothing_left_beside("interrupted labelling");
}

/* ---- every other verb ---------------------------------------------------------------------------------------------- */

static void test_whatever_takes_long_stops_soon_and_leaves_nothing_half_written(void **state) {
    (void)state;
    static const char *const verbs[] = {
        "solve -n 1000000000 --budget 64 --search beam",
        "solve -n 200 --in-flight 1 --budget 1000000000 --search majority:width=1000000 --workers 1", /* one problem that takes long */
        "solve -n 200 --in-flight 1 --budget 1000000000 --search mcts:simulations=100000000 --world chain:steps=60 "
        "--policy scripted:error=0.2,paraphrases=16,wrong_values=16",
        "solve -n 200 --in-flight 1 --budget 100000000 --search beam:width=100000",
        "label -n 1000000000 --out made.jsonl",
        "eval budget -n 1000000 --json",
        "eval passk -n 10000000",
        "eval labels -n 10000000",
        "world generate -n 1000000000 --out made.jsonl",
        "world traces -n 1000000000 --out made.jsonl",
        "score pipe.jsonl", /* nobody writes to it */
        "score - <pipe.jsonl",
        "solve --world text --problems pipe.jsonl --policy exec:cat --search majority",
        "solve -n 9 --budget 64 --search majority --policy 'exec:exec sleep 1000'",
    };
    assert_int_equal(mkfifo(in_folder("pipe.jsonl"), 0666), 0);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        bool reads = strstr(verbs[i], "- <pipe");
        int held = reads ? open(in_folder("pipe.jsonl"), O_RDWR) : -1; /* open, and nothing said */
        outcome *o = interrupted(verbs[i], NULL, 0, i % 2 ? SIGTERM : SIGINT);
        if (o->status != 128 + (i % 2 ? SIGTERM : SIGINT))
            fail_msg("%s: exit status %d, %s", verbs[i], o->status, o->error);
        if (!strstr(verbs[i], "eval labels")) assert_string_equal(o->out, ""); /* which has printed a head */
        assert_memory_equal(o->error, "cairn: interrupted", 18);
        assert_false(is_there("made.jsonl"));
        if (held >= 0) close(held);
    }
    expect_nothing_left_beside("interrupted verbs");
}

static void test_a_second_signal_ends_at_once(void **state) {
    (void)state;
    /* A program that will not end: the first signal waits for it for more than a second. */
    pid_t child =
        start_cairn(NULL, "solve -n 2 --budget 64 --search majority --workers 1 --policy "
                          "'exec:trap \"\" TERM; touch started; while kill -0 $PPID; do sleep 0.1; done 2>/dev/null'");
    double until = seconds() + 60;
    while (!is_there("started") && seconds() < until) usleep(5000);
    usleep(100000);
    kill(child, SIGINT);
    usleep(200000);
    kill(child, SIGTERM);
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGTERM);
}

/* ---- progress ------------------------------------------------------------------------------------------------------ */

static void test_after_two_seconds_progress_is_told_with_the_time_left(void **state) {
    (void)state;
    char words[2400];
    write_problems();
    snprintf(words, sizeof words, "%s --workers 1 --in-flight 1", exec_words("majority:width=2", false, NULL, 5000));
    outcome *o = expect_ok(cairn("%s", words));
    if (!strstr(o->error, "/100  ") || !strstr(o->error, "ETA 0:")) fail_msg("no progress: %s", o->error);
    assert_string_equal(expect_ok(cairn("%s --quiet", words))->error, "");
    assert_string_equal(expect_ok(cairn("solve -n 5 --budget 8 --search majority"))->error, "");
}

int main(int argc, char **argv) {
    if (is_asked_to_answer(argc, argv)) return answer_as_asked(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_interrupted_run_says_how_to_go_on_and_does),
        cmocka_unit_test(test_labelling_is_interrupted_likewise_and_leaves_no_half_file),
        cmocka_unit_test(test_whatever_takes_long_stops_soon_and_leaves_nothing_half_written),
        cmocka_unit_test(test_a_second_signal_ends_at_once),
        cmocka_unit_test(test_after_two_seconds_progress_is_told_with_the_time_left),
    };
    return cmocka_run_group_tests_name("interrupt", tests, make_folder, remove_folder);
}
