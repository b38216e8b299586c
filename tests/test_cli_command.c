/* The command as a user meets it: help, results, and bad input that costs one clear sentence and exit status 2. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "command.h"

/* Six good lines, then `seventh`, then a good one. */
static void write_with_seventh_line(const char *name, const char *seventh, size_t length) {
    const char *good = "{\"input\":\"2 + 3 =\",\"steps\":[\"2 + 3 = 5. So the answer is "
                       "5\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}\n";
    size_t n = strlen(good);
    char *all = malloc(7 * n + length + 1);
    assert_non_null(all);
    char *at = all;
    for (int i = 0; i < 6; i++, at += n) memcpy(at, good, n);
    memcpy(at, seventh, length);
    at += length;
    *at++ = '\n';
    memcpy(at, good, n);
    at += n;
    write_file(name, all, (size_t)(at - all));
    free(all);
}

/* ---- help ------------------------------------------------------------------------------------------------------------------------- */

static void test_every_verb_explains_itself_with_examples(void **state) {
    (void)state;
    static const char *const verbs[] = {"solve",         "score",          "label",        "eval budget", "eval passk",
                                        "eval mistakes", "eval answers",   "eval labels",  "eval replay", "eval steps",
                                        "run list",      "run show",       "run export",   "run resume",  "run compare",
                                        "world list",    "world generate", "world traces", "doctor",      "help"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        outcome *o = cairn("%s --help", verbs[i]);
        assert_int_equal(o->status, 0);
        assert_non_null(strstr(o->out, "examples"));
        assert_non_null(strstr(o->out, "usage"));
        assert_string_equal(o->error, "");
    }
    assert_int_equal(cairn("--help")->status, 0);
    assert_int_equal(cairn("--version")->status, 0);
    assert_int_equal(cairn("run --help")->status, 0);
    static const char *const topics[] = {"worlds", "policies", "rewards", "searches", "labellers"};
    for (size_t i = 0; i < 5; i++) assert_int_equal(cairn("help %s", topics[i])->status, 0);
    assert_one_clear_error(cairn("help nothing"), WORDS("nothing"));
    assert_one_clear_error(cairn("sovle"), WORDS("sovle"));
    assert_one_clear_error(cairn("solve --sedd 3"), WORDS("sedd", "seed"));
    assert_one_clear_error(cairn("solve --count many"), WORDS("count", "many"));
    assert_one_clear_error(cairn("solve --search beem"), WORDS("beem", "beam"));
    assert_one_clear_error(cairn("solve --world chan"), WORDS("chan", "chain"));
    assert_one_clear_error(cairn("solve --policy scripted:eror=1"), WORDS("eror", "error"));
    assert_one_clear_error(cairn("score"), WORDS("FILE"));
}

/* ---- results ------------------------------------------------------------------------------------------------------------------------ */

static void test_solve_gives_the_same_json_for_the_same_seed(void **state) {
    (void)state;
    json_t *a = parsed(cairn("solve -n 50 --budget 64 --json --workers 1")),
           *b = parsed(cairn("solve -n 50 --budget 64 --json"));
    json_object_del(a, "seconds");
    json_object_del(b, "seconds");
    assert_true(json_equal(a, b));
    assert_int_equal(json_integer_value(json_object_get(a, "problems")), 50);
    json_decref(a);
    json_decref(b);
}

static void test_a_run_is_listed_shown_exported_and_compared(void **state) {
    (void)state;
    assert_int_equal(cairn("solve -n 30 --budget 64 --search majority --run a.db")->status, 0);
    assert_int_equal(cairn("solve -n 30 --budget 64 --search beam --run b.db")->status, 0);
    assert_non_null(strstr(cairn("run list")->out, "a.db"));
    assert_non_null(strstr(cairn("run show a.db")->out, "majority"));
    assert_int_equal(cairn("run export a.db --out a.jsonl")->status, 0);
    json_t *r = parsed(cairn("run compare a.db b.db --json"));
    assert_int_equal(json_integer_value(json_object_get(r, "shared")), 30);
    json_decref(r);
    assert_one_clear_error(cairn("solve -n 30 --budget 64 --search majority --run a.db"), WORDS("a.db", "resume"));
    assert_int_equal(cairn("solve -n 30 --budget 64 --search majority --run a.db --resume")->status, 0);
    assert_one_clear_error(cairn("solve -n 30 --budget 32 --search majority --run a.db --resume"), WORDS("budget"));
    assert_one_clear_error(cairn("run export absent.db"), WORDS("absent.db"));
    assert_one_clear_error(cairn("run show a.jsonl"), WORDS("a.jsonl"));
}

static void test_a_killed_run_is_resumed_from_its_file_alone(void **state) {
    (void)state;
    assert_int_equal(cairn("solve -n 60 --budget 64 --search mcts --run whole.db")->status, 0);
    outcome *o = cairn("CAIRN_FAULTS=kill=25 solve -n 60 --budget 64 --search mcts --run killed.db");
    assert_true(o->status == 137 || o->status == 128 + 9);
    assert_int_equal(cairn("run resume killed.db --workers 1")->status, 0);
    assert_int_equal(cairn("run export whole.db --out whole.jsonl")->status, 0);
    assert_int_equal(cairn("run export killed.db --out killed.jsonl")->status, 0);
    assert_same_files("whole.jsonl", "killed.jsonl");
}

static void test_labels_are_written_in_the_stepwise_format_and_read_again(void **state) {
    (void)state;
    outcome *o =
        cairn("label --world chain:steps=6 -n 10 --method omegaprm:searches=4,question_filter=0 --out labels.jsonl");
    if (o->status != 0) fail_msg("%s", o->error);
    assert_int_equal(cairn("score labels.jsonl --world text --json")->status, 0);
    json_t *r = parsed(cairn("label --world chain:steps=6 -n 10 --method mc:rollouts=4 --json"));
    assert_true(json_integer_value(json_object_get(r, "labelled_steps")) > 0);
    json_decref(r);
}

static void test_traces_made_here_are_judged_by_the_calculator(void **state) {
    (void)state;
    assert_int_equal(cairn("world traces chain:steps=6 --policy scripted:error=0.1 -n 200 --out traces.jsonl")->status,
                     0);
    json_t *r = parsed(cairn("eval mistakes traces.jsonl --json"));
    assert_true(json_number_value(json_object_get(r, "acc_err")) >= 0.95);
    assert_true(json_number_value(json_object_get(r, "acc_cor")) >= 0.95);
    json_decref(r);
}

/* ---- bad input ------------------------------------------------------------------------------------------------------------------------ */

static void test_a_bad_seventh_line_is_named_with_file_line_and_field(void **state) {
    (void)state;
    static const struct {
        const char *line;
        size_t length;
        const char *field;
    } cases[] = {
#define LINE(text) text, sizeof text - 1
        {LINE("{\"input\":\"2 + 3 =\",\"steps\":[\"2 + 3 = 5\"],"), ""},
        {LINE("{\"input\":\"2 + 3 =\",\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}"), "steps"},
        {LINE("{\"input\":7,\"steps\":[\"a\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}"), "input"},
        {LINE("{\"input\":\"x\",\"steps\":[1],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}"), "steps"},
        {LINE("{\"input\":\"x\",\"steps\":[\"a\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":"
              "99999999999999999999}"),
         ""},
        {LINE("{\"input\":\"x\",\"steps\":[\"a\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":7}"),
         "mistake_index"},
        {LINE("{\"input\":\"\xff\xfe\",\"steps\":[\"a\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}"),
         ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_with_seventh_line("bad.jsonl", cases[i].line, cases[i].length);
        assert_one_clear_error(cairn("score bad.jsonl"), WORDS("bad.jsonl:7", cases[i].field));
        json_t *r = parsed(cairn("score bad.jsonl --skip-bad --json"));
        assert_int_equal(json_integer_value(json_object_get(r, "solutions")), 7);
        assert_int_equal(json_integer_value(json_object_get(r, "skipped_lines")), 1);
        json_decref(r);
        assert_non_null(strstr(cairn("score bad.jsonl --skip-bad")->error, "bad.jsonl:7"));
    }
}

static void test_a_line_of_fifty_megabytes_is_refused_or_skipped(void **state) {
    (void)state;
    size_t length = 50u << 20;
    char *line = malloc(length);
    assert_non_null(line);
    memset(line, 'x', length);
    write_with_seventh_line("long.jsonl", line, length);
    free(line);
    assert_one_clear_error(cairn("score long.jsonl"), WORDS("long.jsonl:7"));
    json_t *r = parsed(cairn("score long.jsonl --skip-bad --json"));
    assert_int_equal(json_integer_value(json_object_get(r, "solutions")), 7);
    json_decref(r);
}

static void test_absent_and_empty_files_are_named(void **state) {
    (void)state;
    write_file("empty.jsonl", "", 0);
    assert_one_clear_error(cairn("score empty.jsonl"), WORDS("empty.jsonl"));
    assert_one_clear_error(cairn("score absent.jsonl"), WORDS("absent.jsonl"));
    assert_one_clear_error(cairn("score ."), WORDS("."));
    assert_one_clear_error(cairn("eval replay empty.jsonl"), WORDS("empty.jsonl"));
}

static void test_unwritable_places_and_full_disks_leave_nothing_half_written(void **state) {
    (void)state;
    write_file("file", "x", 1);
    assert_one_clear_error(cairn("solve -n 5 --budget 32 --run file/run.db"), WORDS("file/run.db"));
    assert_one_clear_error(cairn("world generate -n 5 --out file/problems.jsonl"), WORDS("file/problems.jsonl"));
    assert_one_clear_error(cairn("CAIRN_FAULTS=disk=100 world generate -n 50 --out full.jsonl"),
                           WORDS("full.jsonl", "space"));
    char path[256];
    snprintf(path, sizeof path, "%s/full.jsonl", folder);
    assert_int_equal(access(path, F_OK), -1);
    outcome *o = cairn("CAIRN_FAULTS=disk=8000 solve -n 50 --budget 32 --run full.db");
    assert_one_clear_error(o, WORDS("full.db"));
    assert_int_equal(cairn("run resume full.db")->status, 0);
}

static void test_a_dead_program_is_named(void **state) {
    (void)state;
    assert_one_clear_error(
        cairn("solve -n 5 --budget 32 --search majority --reward '' --policy 'exec:echo no such model >&2; exit 3'"),
        WORDS("exit", "3", "no such model"));
    assert_one_clear_error(
        cairn("solve -n 5 --budget 32 --search beam:branch=2 --reward 'exec:head -n 1 >/dev/null; echo garbage'"),
        WORDS("head", "garbage"));
    assert_one_clear_error(cairn("solve -n 5 --budget 32 --search beam:branch=2 --reward exec:/no/such/program"),
                           WORDS("/no/such/program"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_verb_explains_itself_with_examples),
        cmocka_unit_test(test_solve_gives_the_same_json_for_the_same_seed),
        cmocka_unit_test(test_a_run_is_listed_shown_exported_and_compared),
        cmocka_unit_test(test_a_killed_run_is_resumed_from_its_file_alone),
        cmocka_unit_test(test_labels_are_written_in_the_stepwise_format_and_read_again),
        cmocka_unit_test(test_traces_made_here_are_judged_by_the_calculator),
        cmocka_unit_test(test_a_bad_seventh_line_is_named_with_file_line_and_field),
        cmocka_unit_test(test_a_line_of_fifty_megabytes_is_refused_or_skipped),
        cmocka_unit_test(test_absent_and_empty_files_are_named),
        cmocka_unit_test(test_unwritable_places_and_full_disks_leave_nothing_half_written),
        cmocka_unit_test(test_a_dead_program_is_named),
    };
    return cmocka_run_group_tests_name("command", tests, make_folder, remove_folder);
}
