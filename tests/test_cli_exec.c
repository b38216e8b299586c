/* Programs behind exec: shared by all workers and cells of an invocation, asked for whole solutions, tried again when
 * they fail, and gone when the command is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <time.h>

#define SELF CAIRN_BINARY_DIR "/tests/test_cli_exec"
#include "cli_runs.h"

/* ---- a judge --------------------------------------------------------------------------------------------------------- */

/* Adds a letter to a file: s for a start, 1 for a request of a step, n for one of a whole solution. */
static void note(const char *log, const char *letter) {
    int file = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (file < 0 || write(file, letter, 1) != 1) exit(4);
    close(file);
}

static bool is_in(const char *habits, const char *habit) {
    return strstr(habits, habit) != NULL;
}

/* The digit 8 makes a step wrong, 5 makes it unknown. */
static json_t *score_of(const char *step) {
    return strchr(step, '5') ? json_null() : json_real(strchr(step, '8') ? 0.25 : 0.75);
}

static const char *step_at(const json_t *request, size_t i) {
    return json_string_value(json_array_get(json_object_get(request, "steps"), i));
}

static bool any_step_has(const json_t *request, const char *word) {
    for (size_t i = 0; step_at(request, i); i++)
        if (strstr(step_at(request, i), word)) return true;
    return false;
}

/* The second time that this process is asked for the same. */
static bool is_known(const char *text) {
    static uint64_t seen[4096];
    static int n;
    uint64_t key = hash_text(text);
    for (int i = 0; i < n; i++)
        if (seen[i] == key) return true;
    if (n < 4096) seen[n++] = key;
    return false;
}

static void answer_solution(const json_t *request, json_t *reply, const char *habits) {
    json_t *scores = json_array(), *evidence = json_array();
    size_t n = json_array_size(json_object_get(request, "steps"));
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(scores, score_of(step_at(request, i)));
        json_array_append_new(evidence, json_string("seen"));
    }
    if (is_in(habits, "short")) json_array_remove(scores, n - 1);
    if (is_in(habits, "above")) json_array_set_new(scores, n - 1, json_real(1.5));
    if (is_in(habits, "wordy")) json_array_set_new(scores, n - 1, json_string("0.5"));
    if (is_in(habits, "one-evidence")) json_array_remove(evidence, n - 1);
    if (is_in(habits, "odd-evidence")) json_array_set_new(evidence, n - 1, json_integer(3));
    json_object_set_new(reply, "scores", scores);
    if (is_in(habits, "bare")) json_object_set_new(reply, "scores", json_real(0.5));
    json_object_set_new(reply, "evidence", evidence);
    if (is_in(habits, "no-scores")) json_object_del(reply, "scores");
}

static int judge(const char *log, const char *habits) {
    static char line[1 << 16];
    char *held = NULL;
    note(log, "s");
    if (is_in(habits, "banner")) printf("Loading checkpoint shards: 100%%\n\n[1, 2]\ntook 3 s\n");
    while (fgets(line, sizeof line, stdin)) {
        json_t *request = json_loads(line, 0, NULL), *reply = json_object();
        const char *verb = json_string_value(json_object_get(request, "verb"));
        bool whole = strcmp(verb, "score_solution") == 0;
        size_t last = json_array_size(json_object_get(request, "steps")) - 1;
        note(log, whole ? "n" : "1");
        json_object_set(reply, "id", json_object_get(request, "id"));
        if (whole)
            answer_solution(request, reply, habits);
        else
            json_object_set_new(reply, "score", score_of(step_at(request, last)));
        bool bad = whole ? any_step_has(request, "BAD") : strstr(step_at(request, last), "BAD") != NULL;
        if (bad && is_in(habits, "dies")) raise(SIGKILL);
        if (bad && is_in(habits, "hangs")) sleep(60);
        if (bad && is_in(habits, "raves")) printf("{what?\n"), fflush(stdout);
        json_object_del(request, "id");
        char *text = json_dumps(request, JSON_SORT_KEYS);
        bool refuses = (bad && is_in(habits, "refuses")) || (is_in(habits, "flaky") && !is_known(text));
        if (refuses) json_object_set_new(reply, "error", json_string("CUDA out of memory"));
        char *said = json_dumps(reply, JSON_COMPACT);
        bool holds = is_in(habits, "pairs") && !held;
        if (!holds) puts(said);
        if (!holds && held) puts(held);
        fflush(stdout);
        held = holds ? strdup(said) : NULL;
        free(text), free(said), json_decref(request), json_decref(reply);
    }
    return 0;
}

/* ---- solutions -------------------------------------------------------------------------------------------------------- */

enum { SOLUTIONS = 40, STEPS = 3 };

/* Each with three steps, one of ten steps marked BAD. */
static int write_solutions(void) {
    char text[SOLUTIONS * 256];
    size_t n = 0;
    int bad = 0;
    for (int i = 0; i < SOLUTIONS; i++) {
        n += (size_t)snprintf(
            text + n, sizeof text - n,
            "{\"id\":\"s%d\",\"problem\":\"P%d\",\"final_answer_correct\":false,\"label\":%d,\"steps\":[", i, i,
            i % 4 - 1);
        for (int k = 0; k < STEPS; k++) {
            bool is_bad = (i * STEPS + k) % 10 == 7;
            bad += is_bad;
            n += (size_t)snprintf(text + n, sizeof text - n, "%s\"step %d%s of %d\"", k ? "," : "", i * STEPS + k,
                                  is_bad ? " BAD" : "", i);
        }
        n += (size_t)snprintf(text + n, sizeof text - n, "]}\n");
    }
    write_file("made.jsonl", text, n);
    return bad;
}

static const char *judge_words(const char *habits, const char *options) {
    static char words[1024];
    snprintf(words, sizeof words, "--reward 'exec:command=%s judge log.txt %s%s%s'", SELF, habits, *options ? "," : "",
             options);
    return words;
}

static outcome *score(const char *habits, const char *options, const char *out) {
    unlink(in_folder("log.txt"));
    return cairn("score made.jsonl --json --quiet --out %s %s", out, judge_words(habits, options));
}

static int count_in_log(char letter) {
    char log[16384];
    int n = 0;
    read_into(in_folder("log.txt"), log, sizeof log);
    for (const char *c = log; *c; c++) n += *c == letter;
    return n;
}

static long long number_in(outcome *o, const char *name) {
    json_t *all = parsed(o);
    json_t *value = json_object_get(all, name);
    if (!json_is_integer(value)) fail_msg("no `%s` in %s", name, o->out);
    long long number = json_integer_value(value);
    json_decref(all);
    return number;
}

/* Scores of the records of a file made by `score --out`: -1 for unknown. */
static int scores_in(const char *name, double out[SOLUTIONS * STEPS]) {
    FILE *file = fopen(in_folder(name), "r");
    char line[8192];
    int n = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        json_t *record = json_loads(line, 0, NULL);
        json_t *scores = json_object_get(record, "step_scores");
        for (size_t k = 0; k < json_array_size(scores); k++) {
            json_t *value = json_array_get(scores, k);
            out[n++] = json_is_null(value) ? -1 : json_number_value(value);
        }
        json_decref(record);
    }
    fclose(file);
    return n;
}

static void expect_same_scores(const char *a, const char *b) {
    double of_a[SOLUTIONS * STEPS], of_b[SOLUTIONS * STEPS];
    assert_int_equal(scores_in(a, of_a), SOLUTIONS * STEPS);
    assert_int_equal(scores_in(b, of_b), SOLUTIONS * STEPS);
    assert_memory_equal(of_a, of_b, sizeof of_a);
}

/* ---- one process ------------------------------------------------------------------------------------------------------ */

static void test_an_invocation_starts_each_program_once(void **state) {
    (void)state;
    write_problems();
    unlink(in_folder("policy.txt"));
    unlink(in_folder("log.txt"));
    json_t *rows = parsed(cairn(
        "eval budget --world gsm8k --problems words.jsonl -n 30 --workers 2 --quiet --json --budgets '6 12 24' "
        "--searches 'majority beam:branch=2 best-of-n' --policy 'exec:echo s >>policy.txt; exec %s answer policy 0' %s",
        SELF, judge_words("plain", "")));
    assert_int_equal(json_array_size(rows), 9);
    json_decref(rows);
    assert_int_equal(size_of("policy.txt"), 2);
    assert_int_equal(count_in_log('s'), 1);
}

static void test_processes_share_the_work_and_change_nothing(void **state) {
    (void)state;
    write_problems();
    for (int processes = 1; processes <= 3; processes += 2) {
        char name[16], words[2048];
        unlink(in_folder("log.txt"));
        snprintf(name, sizeof name, "p%d.db", processes);
        snprintf(words, sizeof words,
                 "solve --world gsm8k --problems words.jsonl --search beam:branch=2 --budget 24 --workers 2 --quiet "
                 "--policy 'exec:command=%s answer policy 0,processes=%d' "
                 "--reward 'exec:command=%s judge log.txt plain,processes=%d'",
                 SELF, processes, SELF, processes);
        export_of(name, words);
        assert_int_equal(count_in_log('s'), processes);
    }
    char command[400];
    snprintf(command, sizeof command,
             "cd %s && grep -v '\"manifest\"' p1.db.jsonl >a; grep -v '\"manifest\"' p3.db.jsonl >b; test -s a",
             scratch);
    assert_int_equal(system(command), 0);
    expect_same_files("a", "b");
}

/* ---- whole solutions ---------------------------------------------------------------------------------------------------- */

static void test_a_solution_is_scored_by_one_request_to_the_same_scores(void **state) {
    (void)state;
    double by_step[SOLUTIONS * STEPS], whole[SOLUTIONS * STEPS];
    write_solutions();
    expect_ok(score("plain", "", "a.jsonl"));
    assert_int_equal(count_in_log('1'), SOLUTIONS * STEPS);
    assert_int_equal(count_in_log('n'), 0);
    expect_ok(score("plain", "reads=solution", "b.jsonl"));
    assert_int_equal(count_in_log('1'), 0);
    assert_int_equal(count_in_log('n'), SOLUTIONS);
    assert_int_equal(scores_in("a.jsonl", by_step), SOLUTIONS * STEPS);
    assert_int_equal(scores_in("b.jsonl", whole), SOLUTIONS * STEPS);
    assert_memory_equal(by_step, whole, sizeof by_step);
    assert_true(by_step[0] > 0.5 && by_step[5] < 0 && by_step[8] < 0.5); /* steps 0, 5, 8 */
    unlink(in_folder("log.txt"));
    expect_ok(cairn("eval mistakes made.jsonl --json --quiet %s", judge_words("plain", "reads=solution")));
    assert_int_equal(count_in_log('n'), SOLUTIONS);
    assert_int_equal(count_in_log('1'), 0);
}

/* The judge answers no request before the next one has come. */
static void test_several_solutions_are_asked_for_at_once(void **state) {
    (void)state;
    write_solutions();
    expect_ok(score("plain", "reads=solution", "a.jsonl"));
    expect_ok(score("pairs", "reads=solution,timeout=20,retries=0", "b.jsonl"));
    expect_same_scores("a.jsonl", "b.jsonl");
    assert_int_equal(count_in_log('n'), SOLUTIONS);
}

static void test_a_reply_for_a_solution_has_one_score_a_step(void **state) {
    (void)state;
    static const struct {
        const char *habit, *words[3];
    } cases[] = {{"short", {"`scores`", "one element a step (3), got 2"}},
                 {"above", {"`scores[2]`", "expected 0 to 1, got 1.5"}},
                 {"wordy", {"`scores[2]`", "a number or null"}},
                 {"bare", {"`scores`", "an array"}},
                 {"no-scores", {"`scores`", "an array"}},
                 {"one-evidence", {"`evidence`", "one element a step (3), got 2"}},
                 {"odd-evidence", {"`evidence`", "texts"}}};
    write_solutions();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        outcome *o = score(cases[i].habit, "reads=solution,retries=0", "a.jsonl");
        expect_one_sentence(o, cases[i].habit, WORDS("`s0`", cases[i].words[0], cases[i].words[1]));
    }
}

/* ---- failures ---------------------------------------------------------------------------------------------------------- */

static void test_requests_that_fail_once_are_asked_again(void **state) {
    (void)state;
    write_solutions();
    expect_ok(score("plain", "", "a.jsonl"));
    outcome *o = expect_ok(score("flaky", "retries=1", "b.jsonl"));
    assert_int_equal(number_in(o, "failed_steps"), 0);
    assert_int_equal(count_in_log('1'), 2 * SOLUTIONS * STEPS);
    assert_int_equal(count_in_log('s'), 1);
    expect_same_scores("a.jsonl", "b.jsonl");
    assert_int_equal(score("flaky", "retries=0", "b.jsonl")->status, 2);
}

static void test_a_program_that_dies_is_started_again_and_loses_nothing(void **state) {
    (void)state;
    char words[2048];
    double whole, broken;
    write_problems();
    for (int dies = 0; dies < 2; dies++) {
        snprintf(words, sizeof words,
                 "solve --world gsm8k --problems words.jsonl -n 40 --workers 2 --budget 12 --search majority --quiet "
                 "--json --policy 'exec:command=%s %s'",
                 SELF, dies ? "leave 30" : "answer policy 0");
        json_t *o = parsed(cairn("%s", words));
        *(dies ? &broken : &whole) = json_number_value(json_object_get(o, "accuracy"));
        json_decref(o);
    }
    assert_true(whole == broken);
}

/* One of ten steps fails for good, in whatever way: it is unknown and counted, all others are as they would have been.
 */
static void test_failures_for_good_are_unknown_and_counted(void **state) {
    (void)state;
    static const char *const habits[] = {"refuses", "dies", "raves"};
    double all[SOLUTIONS * STEPS], some[SOLUTIONS * STEPS];
    int bad = write_solutions();
    assert_int_equal(bad, 12);
    expect_ok(score("plain", "", "a.jsonl"));
    assert_int_equal(scores_in("a.jsonl", all), SOLUTIONS * STEPS);
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++) {
        outcome *o = expect_ok(score(habits[i], "on_error=unknown,retries=1", "b.jsonl"));
        assert_int_equal(number_in(o, "failed_steps"), bad);
        assert_int_equal(scores_in("b.jsonl", some), SOLUTIONS * STEPS);
        for (int k = 0; k < SOLUTIONS * STEPS; k++)
            if (some[k] != (k % 10 == 7 ? -1 : all[k])) fail_msg("%s: step %d has score %g", habits[i], k, some[k]);
    }
    outcome *o = cairn("score made.jsonl --quiet %s", judge_words("refuses", "on_error=unknown"));
    assert_non_null(
        strstr(expect_ok(o)->out, "12 of the unknown steps are those on which the reward's program failed"));
    assert_int_equal(number_in(cairn("eval mistakes made.jsonl --quiet --json %s",
                                     judge_words("refuses", "on_error=unknown,reads=solution")),
                               "failed_steps"),
                     12 * STEPS);
}

static void test_a_request_without_a_reply_is_unknown_after_its_time(void **state) {
    (void)state;
    write_solutions();
    outcome *o = cairn("score made.jsonl -n 4 --json --quiet %s",
                       judge_words("hangs", "on_error=unknown,retries=1,timeout=0.3"));
    assert_int_equal(number_in(o, "failed_steps"), 1);
    o = cairn("score made.jsonl -n 4 --json --quiet %s", judge_words("hangs", "retries=0,timeout=0.3"));
    expect_one_sentence(o, "hangs", WORDS("gave no reply for 0.3 s", "`s2`, step 2"));
}

static void test_searches_count_the_scorings_that_failed(void **state) {
    (void)state;
    write_problems();
    const char *words =
        "solve --world gsm8k --problems words.jsonl -n 20 --budget 12 --search beam:branch=2 --quiet "
        "--policy 'exec:" SELF " answer policy 0' --reward 'exec:command=" SELF " refuse,on_error=unknown,retries=0'";
    json_t *o = parsed(cairn("%s --json", words));
    json_int_t failed = json_integer_value(json_object_get(o, "failed_scorings"));
    double scorings = 20 * json_number_value(json_object_get(o, "scorings"));
    json_decref(o);
    assert_true(failed > 0 && (double)failed > scorings - 0.5 && (double)failed < scorings + 0.5);
    assert_non_null(strstr(expect_ok(cairn("%s", words))->out, "scorings, whose steps are unknown"));
}

static void test_a_program_that_never_answers_ends_the_run_all_the_same(void **state) {
    (void)state;
    write_solutions();
    outcome *o =
        cairn("score made.jsonl --quiet --reward 'exec:command=echo no such model >&2; exit 3,on_error=unknown'");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "status 3: no such model"));
}

static void test_an_error_names_program_request_and_reply(void **state) {
    (void)state;
    write_solutions();
    outcome *o = score("refuses", "", "a.jsonl");
    expect_one_sentence(o, "refuses",
                        WORDS("`s2`, step 2", "test_cli_exec judge", "asked 3 times {\"id\":", "\"problem\":\"P2\"",
                              "\"error\":\"CUDA out of memory\""));
}

static void test_lines_before_the_first_reply_are_logged(void **state) {
    (void)state;
    write_solutions();
    expect_ok(score("plain", "", "a.jsonl"));
    outcome *o = expect_ok(score("banner", "retries=0", "b.jsonl"));
    assert_non_null(strstr(o->error, ": Loading checkpoint shards: 100%\n"));
    assert_non_null(strstr(o->error, ": took 3 s\n"));
    expect_same_scores("a.jsonl", "b.jsonl");
    o = score("raves", "retries=0", "b.jsonl");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "not JSON"));
}

/* ---- which program it was ------------------------------------------------------------------------------------------------ */

static void write_script(const char *text) {
    write_file("judge.sh", text, strlen(text));
}

static void test_a_run_is_not_resumed_with_a_changed_program(void **state) {
    (void)state;
    char whole[512];
    write_problems();
    snprintf(whole, sizeof whole, "exec %s answer policy 0\n", SELF);
    static const char *const commands[] = {"sh judge.sh", "sh -u \"judge.sh\" <&0", "X=1 nice sh ./judge.sh log.txt"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        write_script(whole);
        expect_ok(
            cairn("solve --world gsm8k --problems words.jsonl -n 9 --budget 12 --search majority --quiet --run c.db "
                  "--policy 'exec:command=%s'",
                  commands[i]));
        expect_ok(cairn("run resume c.db --allow-exec --quiet"));
        strcat(whole, "#\n");
        write_script(whole);
        expect_one_sentence(cairn("run resume c.db --allow-exec --quiet"), commands[i],
                            WORDS("c.db", "program changed", "judge.sh"));
        unlink(in_folder("c.db"));
    }
}

/* ---- nothing left running ---------------------------------------------------------------------------------------------- */

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A process is there and no zombie. */
static bool is_running(long process) {
    char path[64], stat_line[512] = "";
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    FILE *file = fopen(path, "r");
    if (!file) return false;
    if (!fgets(stat_line, sizeof stat_line, file)) stat_line[0] = 0;
    fclose(file);
    const char *state_of = strrchr(stat_line, ')');
    return state_of && state_of[2] != 'Z' && state_of[2] != 'X';
}

/* Ignores SIGTERM and the end of its input, as do two processes that it leaves behind; each notes its number. */
static int cling(const char *name) {
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    for (int i = 0; i < 2; i++)
        if (fork() == 0) break;
    int file = open(name, O_WRONLY | O_CREAT | O_APPEND, 0666);
    char number[16];
    int length = snprintf(number, sizeof number, "%10ld\n", (long)getpid());
    if (write(file, number, (size_t)length) != length) return 4;
    close(file);
    sleep(600);
    return 0;
}

static void expect_all_gone(const char *what, double within) {
    char text[256];
    double until = seconds() + within;
    read_into(in_folder("clinging.txt"), text, sizeof text);
    for (char *at = text; *at; at = strchr(at, '\n') + 1) {
        long process = strtol(at, NULL, 10);
        while (is_running(process) && seconds() < until) usleep(5000);
        if (is_running(process)) {
            kill((pid_t)process, SIGKILL);
            fail_msg("%s: process %ld is left", what, process);
        }
    }
}

static pid_t start_clinging(const char *shell) {
    char words[1024];
    unlink(in_folder("clinging.txt"));
    snprintf(words, sizeof words,
             "solve -n 9 --budget 64 --search majority --quiet --policy 'exec:%s%s cling clinging.txt%s'", shell, SELF,
             *shell ? "; true" : "");
    pid_t child = start_cairn(NULL, words);
    for (double until = seconds() + 60; size_of("clinging.txt") < 33 && seconds() < until;) usleep(5000);
    assert_int_equal(size_of("clinging.txt"), 33);
    return child;
}

static void test_no_process_of_a_program_is_left(void **state) {
    (void)state;
    static const struct {
        const char *what;
        int first, second;
    } ends[] = {{"one interrupt", SIGINT, 0}, {"two interrupts", SIGINT, SIGINT}, {"kill -9", SIGKILL, 0}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        for (int shell = 0; shell < 2; shell++) {
            pid_t child = start_clinging(shell ? "true; " : "");
            kill(child, ends[i].first);
            if (ends[i].second) {
                usleep(200000);
                kill(child, ends[i].second);
            }
            wait_for(child);
            expect_all_gone(ends[i].what, 20);
        }
}

/* What a program leaves behind when it has ended well is ended too. */
static void test_what_a_program_leaves_in_the_background_is_ended(void **state) {
    (void)state;
    write_solutions();
    unlink(in_folder("clinging.txt"));
    expect_ok(
        cairn("score made.jsonl --quiet --reward 'exec:command=%s cling clinging.txt >/dev/null 2>&1 & exec %s judge "
              "log.txt plain'",
              SELF, SELF));
    assert_int_equal(size_of("clinging.txt"), 33);
    expect_all_gone("background", 20);
}

/* Answers so many requests as a policy and ends. */
static int leave(int requests) {
    static char line[1 << 16];
    for (int n = 0; n < requests && fgets(line, sizeof line, stdin); n++) {
        char *reply = reply_to(line, "policy", NULL);
        puts(reply);
        fflush(stdout);
        free(reply);
    }
    return 0;
}

static int refuse_all(void) {
    static char line[1 << 16];
    long long id;
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "{\"id\":%lld", &id) != 1) return 5;
        printf("{\"id\":%lld,\"error\":\"no\"}\n", id);
        fflush(stdout);
    }
    return 0;
}

int main(int argc, char **argv) {
    if (is_asked_to_answer(argc, argv)) return answer_as_asked(argc, argv);
    if (argc > 3 && strcmp(argv[1], "judge") == 0) return judge(argv[2], argv[3]);
    if (argc > 2 && strcmp(argv[1], "cling") == 0) return cling(argv[2]);
    if (argc > 2 && strcmp(argv[1], "leave") == 0) return leave(atoi(argv[2]));
    if (argc > 1 && strcmp(argv[1], "refuse") == 0) return refuse_all();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_invocation_starts_each_program_once),
        cmocka_unit_test(test_processes_share_the_work_and_change_nothing),
        cmocka_unit_test(test_a_solution_is_scored_by_one_request_to_the_same_scores),
        cmocka_unit_test(test_several_solutions_are_asked_for_at_once),
        cmocka_unit_test(test_a_reply_for_a_solution_has_one_score_a_step),
        cmocka_unit_test(test_requests_that_fail_once_are_asked_again),
        cmocka_unit_test(test_a_program_that_dies_is_started_again_and_loses_nothing),
        cmocka_unit_test(test_failures_for_good_are_unknown_and_counted),
        cmocka_unit_test(test_a_request_without_a_reply_is_unknown_after_its_time),
        cmocka_unit_test(test_searches_count_the_scorings_that_failed),
        cmocka_unit_test(test_a_program_that_never_answers_ends_the_run_all_the_same),
        cmocka_unit_test(test_an_error_names_program_request_and_reply),
        cmocka_unit_test(test_lines_before_the_first_reply_are_logged),
        cmocka_unit_test(test_a_run_is_not_resumed_with_a_changed_program),
        cmocka_unit_test(test_no_process_of_a_program_is_left),
        cmocka_unit_test(test_what_a_program_leaves_in_the_background_is_ended),
    };
    return cmocka_run_group_tests_name("exec", tests, make_folder, remove_folder);
}
