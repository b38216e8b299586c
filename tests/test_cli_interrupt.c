/* Stopping the command: soon, saying how to go on, with the exit status that shells know; a second signal ends it at
 * once. And what it says meanwhile. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <time.h>

#define SELF CAIRN_BINARY_DIR "/tests/test_cli_interrupt"
#include "cli_runs.h"

static const double SOON = 20; /* seconds, on a machine that may be busy */

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Waits until `file` has so many bytes. */
static void wait_for_bytes(const char *file, long bytes) {
    double until = seconds() + 60;
    while (size_of(file) < bytes) {
        if (seconds() > until) fail_msg("%s has %ld bytes, not %ld", file, size_of(file), bytes);
        usleep(5000);
    }
}

/* Whether the process catches the signal: the command has come as far as its work. */
static bool catches(pid_t process, int number) {
    char path[64], status[4096];
    snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    read_into(path, status, sizeof status);
    const char *mask = strstr(status, "SigCgt:");
    assert_non_null(mask);
    return strtoull(mask + strlen("SigCgt:"), NULL, 16) >> (number - 1) & 1;
}

static outcome *interrupt(pid_t child, const char *words, int number) {
    double start = seconds();
    kill(child, number);
    outcome *o = outcome_of(child);
    if (seconds() - start > SOON) fail_msg("%s: stopped after %.1f s", words, seconds() - start);
    return o;
}

/* ---- a run file ---------------------------------------------------------------------------------------------------- */

/* The policy's programs answer until they were asked about 60 of the 100 problems, of which at most 20 are under way;
 * then they wait until the gate is open: the work ends in no other way than by the signal. */
static void close_gate(void) {
    unlink(in_folder("work.txt"));
    write_file("work.txt.gate", "60", 2);
}

static void open_gate(void) {
    assert_int_equal(unlink(in_folder("work.txt.gate")), 0);
}

static void test_an_interrupted_run_says_how_to_go_on_and_does(void **state) {
    (void)state;
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    char words[2400], part[2600];
    write_problems();
    snprintf(words, sizeof words, "%s --workers 2", exec_words("mcts", true, in_folder("work.txt"), 0));
    snprintf(part, sizeof part, "%s --run part.db", words);
    export_of("whole.db", words);
    for (int i = 0; i < 3; i++) {
        close_gate();
        pid_t child = start_cairn(NULL, part);
        wait_for_bytes("work.txt", 60);
        outcome *o = interrupt(child, part, numbers[i]);
        open_gate();
        assert_int_equal(o->status, 128 + numbers[i]);
        assert_string_equal(o->out, "");
        long long done, all;
        char path[64];
        assert_int_equal(
            sscanf(o->error,
                   "cairn: interrupted: %lld of %lld problems are done: go on with `cairn run resume %63[^`]`", &done,
                   &all, path),
            3);
        assert_true(done >= 40 && done < 100);
        assert_int_equal(all, 100);
        assert_string_equal(path, "part.db --allow-exec");
        expect_nothing_left_beside("an interrupted run");
        expect_ok(cairn("run resume %s", path));
        expect_ok(cairn("run export part.db --out part.db.jsonl"));
        expect_same_files("whole.db.jsonl", "part.db.jsonl");
        forget("part.db");
    }
    forget("whole.db");
}

static void test_labelling_is_interrupted_likewise_and_leaves_no_half_file(void **state) {
    (void)state;
    char words[2400];
    write_problems();
    close_gate();
    snprintf(
        words, sizeof words,
        "label --world gsm8k --problems words.jsonl --method mc:solutions=2,rollouts=2 --run part.db --out made.jsonl "
        "--policy 'exec:" SELF " answer policy 0 %s'",
        in_folder("work.txt"));
    pid_t child = start_cairn(NULL, words);
    wait_for_bytes("work.txt", 60);
    outcome *o = interrupt(child, words, SIGTERM);
    open_gate();
    assert_int_equal(o->status, 128 + SIGTERM);
    assert_non_null(strstr(o->error, "cairn run resume part.db"));
    assert_false(is_there("made.jsonl"));
    expect_nothing_left_beside("interrupted labelling");
    forget("part.db");
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
        int number = i % 2 ? SIGTERM : SIGINT;
        pid_t child = start_cairn(NULL, verbs[i]);
        for (double until = seconds() + 60; !catches(child, number) && seconds() < until;) usleep(1000);
        usleep(200000); /* anywhere in work that would take hours */
        outcome *o = interrupt(child, verbs[i], number);
        if (o->status != 128 + number) fail_msg("%s: exit status %d, %s", verbs[i], o->status, o->error);
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
    snprintf(words, sizeof words, "%s --workers 1 --in-flight 1",
             exec_words("majority:width=2", false, in_folder("work.txt"), 0));
    for (int quiet = 0; quiet < 2; quiet++) {
        close_gate();
        pid_t child = start_cairn(NULL, quiet ? strcat(words, " --quiet") : words);
        wait_for_bytes("work.txt", 60);
        usleep(2200000); /* the gate was closed for that long */
        open_gate();
        outcome *o = expect_ok(outcome_of(child));
        if (quiet)
            assert_string_equal(o->error, "");
        else if (!strstr(o->error, "/100  ") || !strstr(o->error, "ETA 0:"))
            fail_msg("no progress: %s", o->error);
    }
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
