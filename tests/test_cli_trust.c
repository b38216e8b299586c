/* Files of other people do nothing but hold data: nothing runs, nothing is written over, nothing drives the terminal.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>

#define SELF CAIRN_BINARY_DIR "/tests/test_cli_trust"
#include "cli_runs.h"
#include "sign_run.h"

static int setup(void **state) {
    (void)state;
    snprintf(scratch, sizeof scratch, "/tmp/cairn_trust_XXXXXX");
    if (!mkdtemp(scratch)) return -1;
    write_problems();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", scratch);
    return system(command);
}

static int clean(void **state) {
    (void)state;
    char command[256];
    snprintf(command, sizeof command, "cd %s && find . -mindepth 1 ! -name words.jsonl -delete", scratch);
    return system(command);
}

/* Changes a run file by SQL, as its maker can. */
static void change(const char *run, const char *sql) {
    sqlite3 *db;
    char *said = NULL;
    assert_int_equal(sqlite3_open(in_folder(run), &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &said) != SQLITE_OK) fail_msg("%s: %s", sql, said);
    sqlite3_close(db);
    assert_int_equal(sign_run(in_folder(run)), SQLITE_OK);
}

static size_t content(const char *name, char *out, size_t size) {
    return read_into(in_folder(name), out, size);
}

/* ---- programs ------------------------------------------------------------------------------------------------------- */

static void test_resuming_shows_the_programs_and_starts_none_unless_allowed(void **state) {
    (void)state;
    expect_ok(cairn("%s --run r.db", exec_words("majority", false, in_folder("asked.txt"), 0)));
    assert_true(is_there("asked.txt"));
    change("r.db", "DELETE FROM record");
    unlink(in_folder("asked.txt"));
    outcome *o = cairn("run resume r.db");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, SELF " answer policy 0"));
    assert_non_null(strstr(o->error, "--allow-exec"));
    assert_false(is_there("asked.txt"));
    expect_ok(cairn("run resume r.db --allow-exec"));
    assert_true(is_there("asked.txt"));
}

static void test_no_spelling_of_a_program_in_a_run_file_starts_it(void **state) {
    (void)state;
    static const char *const specs[][2] = {
        {"reward", "exec:touch pwned"},
        {"reward", "exec:command=touch pwned"},
        {"reward", " exec:touch pwned"},
        {"reward", "mean:of=exec:touch pwned"},
        {"reward", "min:of=exec\\:touch pwned+exact"},
        {"policy", "exec:touch pwned"},
        {"policy", "exec:\ntouch pwned"},
    };
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        char sql[256];
        expect_ok(cairn("solve -n 3 --budget 16 --search beam:branch=2 --run evil.db"));
        snprintf(sql, sizeof sql, "DELETE FROM record; UPDATE manifest SET value = '%s' WHERE key = '%s'", specs[i][1],
                 specs[i][0]);
        change("evil.db", sql);
        if (cairn("run resume evil.db")->status != 2) fail_msg("%s=%s was resumed", specs[i][0], specs[i][1]);
        expect_ok(cairn("run list"));
        cairn("run show evil.db");
        cairn("run export evil.db");
        if (is_there("pwned")) fail_msg("%s=%s ran", specs[i][0], specs[i][1]);
        clean(NULL);
    }
}

static void test_secrets_in_commands_are_neither_shown_nor_exported(void **state) {
    (void)state;
    static const char *const hidden[] = {"s1e", "s2e", "s3e", "s4e", "s5e", "s6e"};
    expect_ok(cairn("solve -n 2 --budget 16 --search majority --run r.db"));
    change("r.db",
           "UPDATE manifest SET value = 'exec:command=OPENAI_API_KEY=s1e X_TOKEN=\"s2e s2e\" ./ask --api-key s3e "
           "-H \"Authorization: Bearer s4e\" http://me:s5e@host/ --password=s6e --max_tokens=64' "
           "WHERE key = 'policy'");
    for (int i = 0; i < 2; i++) {
        outcome *o = expect_ok(cairn(i ? "run export r.db" : "run show r.db"));
        for (size_t k = 0; k < sizeof hidden / sizeof *hidden; k++)
            if (strstr(o->out, hidden[k])) fail_msg("%s is in %s", hidden[k], o->out);
        assert_non_null(strstr(o->out, "OPENAI_API_KEY=***"));
        assert_non_null(strstr(o->out, "--max_tokens=64"));
    }
}

static void test_resuming_a_labelling_writes_its_labels_where_it_is_told(void **state) {
    (void)state;
    expect_ok(cairn("label -n 4 --method omegaprm:searches=2 --run whole.db --out whole.jsonl"));
    outcome_of(
        start_cairn("kill=4", "label -n 4 --method omegaprm:searches=2 --workers 1 --run part.db --out part.jsonl"));
    expect_ok(cairn("run resume part.db --out part.jsonl"));
    expect_same_files("whole.jsonl", "part.jsonl");
    expect_ok(cairn("solve -n 2 --budget 16 --search majority --run s.db"));
    expect_one_sentence(cairn("run resume s.db --out x.jsonl"), "no labels", WORDS("solve", "--out"));
}

/* ---- outputs over inputs ---------------------------------------------------------------------------------------------- */

static void test_no_output_is_written_over_an_input_or_another_output(void **state) {
    (void)state;
    static const char *const words[] = {
        "run export r.db --out r.db",
        "run export r.db --out ./r.db",
        "run export r.db --out link.db",
        "run export r.db --out hard.db",
        "run export link.db --out r.db",
        "run export r.db --out $PWD/r.db",
        "run resume r.db --out r.db",
        "score words.jsonl --out words.jsonl",
        "score words.jsonl --out link.jsonl",
        "score - --out words.jsonl <words.jsonl",
        "solve --problems words.jsonl --world gsm8k --run words.jsonl --resume",
        "solve --reward model:file=words.jsonl --run ./words.jsonl",
        "solve --reward mean:of=model:file=words.jsonl --run ./words.jsonl",
        "label --run new.db --out new.db",
        "label --run new.db --out ./new.db",
        "label --run new.db --out $PWD/new.db",
        "label --run new.db --out new.db-wal",
        "label --run new.db --out new.db-lock",
        "label --world text --solutions words.jsonl --out ./words.jsonl",
        "train sft words.jsonl --out words.jsonl",
        "train sft words.jsonl --out new.gguf --log words.jsonl",
        "train sft words.jsonl --out new.gguf --log new.gguf",
        "train sft words.jsonl --out new.gguf --checkpoint ./words.jsonl",
        "train sft words.jsonl --out new.gguf --log new.gguf.train",
        "train sft words.jsonl --out new.gguf --dev r.db --log link.db",
        "train prm words.jsonl --init r.db --out r.db",
        "world traces words.jsonl --out words.jsonl",
    };
    static char before[65536], after[65536];
    expect_ok(cairn("solve -n 2 --budget 16 --search majority --run r.db"));
    assert_int_equal(symlink("r.db", in_folder("link.db")), 0);
    assert_int_equal(symlink("words.jsonl", in_folder("link.jsonl")), 0);
    assert_int_equal(link(in_folder("r.db"), in_folder("hard.db")), 0);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *const files[] = {"r.db", "words.jsonl"};
        size_t length[2];
        for (int k = 0; k < 2; k++) length[k] = content(files[k], before + 32768 * k, 32768);
        outcome *o = cairn("%s", words[i]);
        if (o->status != 2 || !strstr(o->error, "one file")) fail_msg("%s: %d, %s", words[i], o->status, o->error);
        for (int k = 0; k < 2; k++) {
            assert_int_equal(content(files[k], after + 32768 * k, 32768), length[k]);
            assert_memory_equal(before + 32768 * k, after + 32768 * k, length[k]);
        }
        assert_false(is_there("new.db"));
        assert_false(is_there("new.gguf"));
    }
}

static void test_what_a_killed_export_left_is_removed_by_the_next_one(void **state) {
    (void)state;
    expect_ok(cairn("solve -n 2 --budget 16 --search majority --run r.db"));
    assert_int_equal(outcome_of(start_cairn("kill=1", "run export r.db --out r.jsonl"))->status, 128 + SIGKILL);
    char command[128];
    snprintf(command, sizeof command, "ls -A %s | grep -q '^[.]cairn-'", scratch);
    assert_int_equal(system(command), 0);
    write_file(".cairn-1-0.tmp", "of a process that lives", 23);
    write_file(".cairn-x-0.tmp", "of somebody else", 16);
    expect_ok(cairn("run export r.db --out r.jsonl"));
    assert_true(is_there(".cairn-1-0.tmp"));
    assert_true(is_there(".cairn-x-0.tmp"));
    unlink(in_folder(".cairn-1-0.tmp"));
    unlink(in_folder(".cairn-x-0.tmp"));
    expect_nothing_left_beside("a killed export");
}

static void test_a_run_file_deleted_during_the_run_ends_it_with_a_sentence(void **state) {
    (void)state;
    pid_t child = start_cairn(NULL, "solve -n 100000 --budget 64 --search mcts --run r.db --quiet");
    while (!is_there("r.db-wal")) usleep(1000);
    usleep(50000);
    unlink(in_folder("r.db"));
    outcome *o = outcome_of(child);
    expect_one_sentence(o, "deleted",
                        WORDS("r.db: was deleted or replaced during the run", "saved in", "r.db.saved-1"));
    expect_ok(cairn("run export r.db.saved-1 --out r.jsonl"));
}

/* ---- terminal --------------------------------------------------------------------------------------------------------- */

static void test_nothing_in_a_run_file_reaches_the_terminal_raw(void **state) {
    (void)state;
    static const char *const raw[] = {"\x1b",         "\x9b",         "\xc2\x9b", "\xe2\x80\xae",
                                      "\xe2\x80\xa8", "\xe2\x80\x8b", "\x7f",     "\r"};
    expect_ok(cairn("solve -n 2 --budget 16 --search majority --run r.db"));
    change("r.db", "UPDATE manifest SET value = 'a' || char(27,91,50,74,155,8238,8232,8203,127,13) WHERE key IN "
                   "('world','search','verb','policy')");
    for (int i = 0; i < 2; i++) {
        outcome *o = expect_ok(cairn(i ? "run show r.db" : "run list"));
        for (size_t k = 0; k < sizeof raw / sizeof *raw; k++)
            if (strstr(o->out, raw[k])) fail_msg("byte %zu comes out raw: %s", k, o->out);
        assert_non_null(strstr(o->out, "a\\x1b[2J\\xc2\\x9b\\xe2\\x80\\xae"));
    }
    json_t *list = parsed(cairn("run list --json"));
    const char *world = json_string_value(json_object_get(json_array_get(list, 0), "world"));
    assert_string_equal(world,
                        "a\x1b[2J\xc2\x9b\xe2\x80\xae\xe2\x80\xa8\xe2\x80\x8b\x7f\r"); /* the same text, escaped */
    json_decref(list);
}

static void test_show_escapes_what_turns_the_direction_of_text(void **state) {
    (void)state;
    static const char record[] =
        "{\"prompt\":\"1 + 1?\",\"completions\":[\"1 + 1 = \xe2\x80\xae 2\xc2\x9b\"],\"labels\":[true]}\n";
    write_file("steps.jsonl", record, strlen(record));
    outcome *o = expect_ok(cairn("score steps.jsonl --show 0"));
    assert_null(strstr(o->out, "\xe2\x80\xae"));
    assert_null(strstr(o->out, "\xc2\x9b"));
    assert_non_null(strstr(o->out, "\\xe2\\x80\\xae"));
}

/* The calculator reads texts of at most 16 MiB. */
static void test_a_step_that_is_too_long_costs_one_record(void **state) {
    (void)state;
    enum { LONG = 17 << 20 };
    static char text[LONG + 1024];
    size_t n = 0;
    for (int i = 0; i < 3; i++) {
        n += (size_t)sprintf(text + n, "{\"prompt\":\"How much?\",\"completions\":[\"");
        if (i == 1) {
            memset(text + n, 'a', LONG);
            n += LONG;
        }
        n += (size_t)sprintf(text + n, "2 + 2 = 4\"],\"labels\":[true]}\n");
    }
    write_file("long.jsonl", text, n);
    assert_int_equal(cairn("score long.jsonl")->status, 2);
    json_t *result = parsed(cairn("score long.jsonl --skip-bad --json"));
    assert_int_equal(json_integer_value(json_object_get(result, "solutions")), 2);
    assert_int_equal(json_integer_value(json_object_get(result, "skipped_lines")), 1);
    json_decref(result);
    result = parsed(cairn("eval mistakes long.jsonl --skip-bad --json"));
    assert_non_null(strstr(cairn("eval mistakes long.jsonl --skip-bad --json")->out, "\"skipped_lines\":1"));
    json_decref(result);
}

static void test_a_byte_order_mark_before_a_config_file_says_nothing(void **state) {
    (void)state;
    static const char text[] = "\xEF\xBB\xBFsearch = majority\nbudget = 16\ncount = 2\n";
    write_file("a.conf", text, strlen(text));
    outcome *o = expect_ok(cairn("solve --config a.conf"));
    assert_non_null(strstr(o->out, "majority"));
}

int main(int argc, char **argv) {
    if (is_asked_to_answer(argc, argv)) return answer_as_asked(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_resuming_shows_the_programs_and_starts_none_unless_allowed, clean),
        cmocka_unit_test_teardown(test_no_spelling_of_a_program_in_a_run_file_starts_it, clean),
        cmocka_unit_test_teardown(test_secrets_in_commands_are_neither_shown_nor_exported, clean),
        cmocka_unit_test_teardown(test_resuming_a_labelling_writes_its_labels_where_it_is_told, clean),
        cmocka_unit_test_teardown(test_no_output_is_written_over_an_input_or_another_output, clean),
        cmocka_unit_test_teardown(test_what_a_killed_export_left_is_removed_by_the_next_one, clean),
        cmocka_unit_test_teardown(test_a_run_file_deleted_during_the_run_ends_it_with_a_sentence, clean),
        cmocka_unit_test_teardown(test_nothing_in_a_run_file_reaches_the_terminal_raw, clean),
        cmocka_unit_test_teardown(test_show_escapes_what_turns_the_direction_of_text, clean),
        cmocka_unit_test_teardown(test_a_step_that_is_too_long_costs_one_record, clean),
        cmocka_unit_test_teardown(test_a_byte_order_mark_before_a_config_file_says_nothing, clean),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
