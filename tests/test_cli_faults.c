/* The command when memory, writes or the disk fail: exit status 0 with the same bytes as ever, or 2 with one sentence;
 * no crash, no leak (under the address sanitizer), nothing half written, nothing lost. And memory that stays flat. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <sys/resource.h>

#define SELF CAIRN_BINARY_DIR "/tests/test_cli_faults"
#include "cli_runs.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1, STRIDE = 23 };
#else
enum { SANITIZED = 0, STRIDE = 11 };
#endif

static const char solutions[] = "{\"input\":\"2 + 3 =\",\"steps\":[\"2 + 3 = 5\",\"5 * 2 = "
                                "11\"],\"target\":\"10\",\"answer\":\"11\",\"mistake_index\":1}\n"
                                "{\"input\":\"2 + 3 =\",\"steps\":[\"2 + 3 = 5\",\"5 * 2 = "
                                "10\"],\"target\":\"10\",\"answer\":\"10\",\"mistake_index\":null}\n";

static const char rollouts[] =
    "{\"prompt\":\"2 + 3 =\",\"completions\":[\"2 + 3 = 5\",\"5 * 2 = 11\"],\"scores\":[1,0],"
    "\"target\":\"10\",\"answer\":\"11\"}\n"
    "{\"prompt\":\"2 + 3 =\",\"completions\":[\"2 + 3 = 5\"],\"scores\":[1],\"correct\":true}\n";

/* ---- the n-th allocation ------------------------------------------------------------------------------------------- */

static const struct {
    const char *words;
    const char *file; /* that it writes; NULL: its standard output counts */
} commands[] = {
    {"solve -n 3 --budget 24 --search mcts --keep-tree --run made --workers 2", "made"},
    {"solve -n 3 --budget 24 --search beam:branch=2 --reward noisy --workers 1 --quiet", NULL},
    {"solve -n 2 --budget 24 --search rebase --draw 1", NULL},
    {"solve --world gsm8k --problems words.jsonl -n 2 --budget 12 --search majority --workers 1 --policy 'exec:" SELF
     " answer policy 0' --run made",
     "made"},
    {"label -n 2 --method omegaprm:searches=2 --workers 1 --out made", "made"},
    {"label -n 2 --method mc:rollouts=2 --labels soft --workers 2 --out made", "made"},
    {"score solutions.jsonl --out made", "made"},
    {"score solutions.jsonl --show 0", NULL},
    {"credit rollouts.jsonl --credit pure --reward calculator --out made", "made"},
    {"credit rollouts.jsonl --explain", NULL},
    {"eval mistakes solutions.jsonl --list --show 1", NULL},
    {"eval steps solutions.jsonl --json", NULL},
    {"eval answers solutions.jsonl --json", NULL},
    {"eval passk -n 2 --samples 4 --json", NULL},
    {"eval passk solutions.jsonl A=solutions.jsonl --rewards calculator --html made", "made"},
    {"eval budget -n 2 --budgets 16 --searches 'majority beam' --workers 1 --quiet --svg made", "made"},
    {"run export whole.db --out made", "made"},
    {"report whole.db --out made", "made"},
    {"solve -n 2 --budget 24 --search rebase --draw 1 --svg made", "made"},
    {"run compare whole.db whole.db --json", NULL},
    {"world traces -n 3 --out made", "made"},
    {"data convert solutions.jsonl --format processbench --out made", "made"},
    {"data merge solutions.jsonl solutions.jsonl --out made", "made"},
    {"data balance solutions.jsonl --out made", "made"},
    {"data check solutions.jsonl --json", NULL},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void make_inputs(void) {
    write_file("solutions.jsonl", solutions, sizeof solutions - 1);
    write_file("rollouts.jsonl", rollouts, sizeof rollouts - 1);
    write_problems();
    unlink(in_folder("whole.db"));
    expect_ok(cairn("solve -n 6 --budget 24 --search mcts --keep-tree --run whole.db"));
}

/* What a command gave: its file (of a run file the export), else its standard output without times. */
static void keep_result(const char *file, const outcome *o, const char *name) {
    char copy[600];
    if (file && strcmp(name, "failed") != 0) {
        bool run = read_into(in_folder(file), copy, 16) >= 15 && memcmp(copy, "SQLite format 3", 15) == 0;
        if (run) {
            expect_ok(cairn("run export %s --out %s", file, name));
            return;
        }
        snprintf(copy, sizeof copy, "cp %s %s", in_folder(file), in_folder(name));
    } else {
        write_file("said", o->out, strlen(o->out));
        snprintf(copy, sizeof copy, "sed 's/time .*//; s/.seconds.:.*//' %s >%s", in_folder("said"), in_folder(name));
    }
    assert_int_equal(system(copy), 0);
}

/* Exit status 2 and one sentence about memory, with nothing half written. A run file that is there goes on to the whole
 * run. */
static void expect_clean_failure(int i, const outcome *o, const char *name) {
    size_t length = strlen(o->error);
    const char *last = o->error + length - (length > 0);
    while (last > o->error && last[-1] != '\n') last--;
    if (o->status != 2) fail_msg("%s: exit status %d, %s", name, o->status, o->error);
    if (strncmp(last, "cairn: ", 7) != 0 || !strstr(last, "memory")) fail_msg("%s: said %s", name, o->error);
    expect_nothing_left_beside(name);
    if (!commands[i].file || !is_there("made")) return;
    if (!strstr(commands[i].words, "--run made")) fail_msg("%s: left a file", name);
    expect_ok(cairn("run resume made --allow-exec"));
    keep_result("made", NULL, "got");
    expect_same_files("expected", "got");
}

static void try_allocations(int i) {
    char faults[32], name[256];
    unlink(in_folder("made"));
    outcome *whole = expect_ok(cairn("%s", commands[i].words));
    keep_result(commands[i].file, whole, "expected");
    int at = 1, fine = 0, failed = 0;
    for (; fine < 12; at += at < 12 ? 1 : STRIDE) { /* some failures are made up for, so one success is not the end */
        unlink(in_folder("made"));
        snprintf(faults, sizeof faults, "alloc=%d", at);
        snprintf(name, sizeof name, "%s with %s", commands[i].words, faults);
        outcome *o = outcome_of(start_cairn(faults, commands[i].words));
        print_message("%s\n", name); /* shown when it fails */
        if (o->status == 0) {
            fine++;
            keep_result(commands[i].file, o, "got");
            expect_same_files("expected", "got");
        } else {
            fine = 0;
            failed++;
            expect_clean_failure(i, o, name);
        }
        assert_true(at < 20000);
    }
    unlink(in_folder("made"));
    if (failed < 3) fail_msg("%s: only %d allocations failed", commands[i].words, failed);
}

static void test_any_allocation_that_fails_is_said_or_made_up_for(void **state) {
    (void)state;
    make_inputs();
    for (int i = 0; i < COMMANDS; i++) try_allocations(i);
}

/* ---- the n-th write, the full disk --------------------------------------------------------------------------------- */

static void test_a_run_whose_disk_fills_goes_on_when_there_is_room(void **state) {
    (void)state;
    const char *words = "solve -n 60 --budget 24 --search mcts --keep-tree --run full.db";
    export_of("whole.db", "solve -n 60 --budget 24 --search mcts --keep-tree");
    long size = size_of("whole.db.jsonl");
    for (int i = 0; i < 8; i++) {
        char faults[48];
        snprintf(faults, sizeof faults, i % 2 ? "disk=%ld" : "write=%ld", i % 2 ? size * i / 10 : 1L + 8 * i);
        outcome *o = outcome_of(start_cairn(faults, words));
        expect_one_sentence(o, faults, WORDS("full.db", i % 2 ? "disk full" : "Input/output error"));
        expect_ok(is_there("full.db") ? cairn("run resume full.db") : cairn("%s", words));
        expect_ok(cairn("run export full.db --out full.db.jsonl"));
        expect_same_files("whole.db.jsonl", "full.db.jsonl");
        forget("full.db");
    }
    expect_nothing_left_beside("full disks");
    forget("whole.db");
}

/* Runs shell words in the folder, with the command as $cairn. */
static int shell(const char *words) {
    char command[4096];
    snprintf(command, sizeof command, "cd %s && cairn=%s/cairn && { %s; } >out.txt 2>error.txt </dev/null", scratch,
             CAIRN_BINARY_DIR, words);
    return status_of(system(command));
}

static void test_a_limit_on_the_size_of_files_is_an_error_and_no_death(void **state) {
    (void)state;
    char said[4096];
    const char *words = "solve -n 200 --budget 24 --search mcts --keep-tree";
    export_of("whole.db", words);
    assert_int_equal(shell("ulimit -f 64; $cairn solve -n 200 --budget 24 --search mcts --keep-tree --run small.db"),
                     2);
    read_into(in_folder("error.txt"), said, sizeof said);
    assert_non_null(strstr(said, "small.db"));
    expect_ok(cairn("run resume small.db"));
    expect_ok(cairn("run export small.db --out small.db.jsonl"));
    expect_same_files("whole.db.jsonl", "small.db.jsonl");
    assert_int_equal(shell("ulimit -f 1; $cairn world generate -n 100 --out made.jsonl"), 2);
    read_into(in_folder("error.txt"), said, sizeof said);
    assert_string_equal(said, "cairn: cannot write made.jsonl: File too large\n");
    assert_false(is_there("made.jsonl"));
    forget("small.db");
    forget("whole.db");
}

/* A file system of 300 KB in a name space of its own. */
static void test_a_disk_that_is_really_full(void **state) {
    (void)state;
    static const char script[] =
        "mkdir -p disk && mount -t tmpfs -o size=300k none disk || exit 42\n"
        "$cairn solve -n 900 --budget 64 --search mcts --run disk/r.db; test $? = 2 || exit 1\n"
        "grep -q '^cairn: .*disk/r.db: disk full$' error.txt || exit 2\n"
        "$cairn world generate -n 9000 --out disk/g.jsonl; test $? = 2 || exit 3\n"
        "test ! -e disk/g.jsonl || exit 4\n"
        "$cairn run export disk/r.db --out part.jsonl || exit 5\n"
        "test $(wc -l <part.jsonl) -gt 10 || exit 6\n"
        "mount -o remount,size=8m disk || exit 7\n"
        "$cairn run resume disk/r.db || exit 8\n"
        "$cairn run export disk/r.db --out disk.jsonl || exit 9\n";
    write_file("full.sh", script, sizeof script - 1);
    int status = shell("cairn=$cairn unshare --mount --map-root-user sh full.sh");
    if (status == 1 || status == 42 || status == 127) {
        char said[4096];
        read_into(in_folder("error.txt"), said, sizeof said);
        if (status != 1 || strstr(said, "unshare")) {
            fprintf(stderr, "skipped: this user cannot mount a file system of its own\n");
            skip();
        }
    }
    assert_int_equal(status, 0);
    export_of("whole.db", "solve -n 900 --budget 64 --search mcts");
    expect_same_files("whole.db.jsonl", "disk.jsonl");
    forget("whole.db");
}

/* ---- flat memory --------------------------------------------------------------------------------------------------- */

/* Greatest resident size of a command, in KB. */
static long peak_of(const char *words) {
    struct rusage used;
    int how;
    pid_t child = start_cairn(NULL, words);
    assert_int_equal(wait4(child, &how, 0, &used), child);
    assert_int_equal(how, 0);
    return used.ru_maxrss;
}

static void test_ten_thousand_problems_take_no_more_memory_than_a_thousand(void **state) {
    (void)state;
    static const char *const words[] = {"--search mcts --reward noisy:sd=0.2", "--search beam:branch=4",
                                        "--search majority"};
    if (SANITIZED) {
        fprintf(stderr, "skipped: sanitizers keep what is freed\n");
        skip();
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (int kept = 0; kept < 2; kept++) {
            long peak[2];
            for (int ten = 0; ten < 2; ten++) {
                char command[256];
                snprintf(command, sizeof command, "solve --budget 48 --workers 2 %s -n %d%s", words[i],
                         ten ? 10000 : 1000, kept ? " --run flat.db" : "");
                peak[ten] = peak_of(command);
                unlink(in_folder("flat.db"));
            }
            print_message("%s%s: %ld KB for 1,000 problems, %ld KB for 10,000\n", words[i], kept ? ", kept" : "",
                          peak[0], peak[1]);
            /* With a run file: SQLite's cache, 2 MB at most, and a bit a problem. Without: the records, under 1 KB
             * each. */
            assert_true(peak[1] - peak[0] < (kept ? 3000 : 9000 + 1000));
        }
}

int main(int argc, char **argv) {
    if (is_asked_to_answer(argc, argv)) return answer_as_asked(argc, argv);
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_any_allocation_that_fails_is_said_or_made_up_for),
        TEST(test_a_run_whose_disk_fills_goes_on_when_there_is_room),
        TEST(test_a_limit_on_the_size_of_files_is_an_error_and_no_death),
        TEST(test_a_disk_that_is_really_full),
        TEST(test_ten_thousand_problems_take_no_more_memory_than_a_thousand),
    };
    return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
