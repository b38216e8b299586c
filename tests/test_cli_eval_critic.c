/* `cairn eval NAME --critic`: replies kept and resumed after kills to the same files, votes, what the result says of the
 * asking, and options that do not go together. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "cli.h"

/* Answers by the problem's text between << and >>; logs each request. */
#define CRITIC  "--critic 'exec:command=./critic,retries=0'"
#define ANSWERS "s/.*\"id\":([0-9]+),.*<<(.*)>>.*/{\"id\":\\1,\"text\":\"\\2\"}/"

static void write_text(const char *name, const char *text) {
    write_file(name, text, strlen(text));
}

static int set_up(void **state) {
    char line[256];
    if (make_folder(state) != 0) return -1;
    write_text("critic.sed", ANSWERS);
    write_text("critic", "#!/bin/sh\ntee -a asked.log | sed -u -E -f critic.sed\n");
    if (chmod(in_folder("critic"), 0755) != 0) return -1;
    FILE *file = fopen(in_folder("many.jsonl"), "w");
    if (!file) return -1;
    for (int i = 0; i < 60; i++) { /* every third solution has an error, and every fifth reply is wrong */
        int label = i % 3 ? -1 : i % 2, said = i % 5 ? label : 1 - label;
        snprintf(line, sizeof line,
                 "{\"id\":\"m-%d\",\"problem\":\"p%d <<\\\\boxed{%d}>>\",\"steps\":[\"x\",\"y\",\"z\"],\"label\":%d}\n",
                 i, i / 2, said, label);
        fputs(line, file);
    }
    return fclose(file);
}

static int64_t whole(const json_t *object, const char *field) {
    const json_t *value = json_object_get(object, field);
    if (!json_is_integer(value)) fail_msg("no number %s", field);
    return json_integer_value(value);
}

static int64_t lines_in(const char *name) {
    int64_t n = 0;
    FILE *file = fopen(in_folder(name), "r");
    for (int c; file && (c = fgetc(file)) != EOF;) n += c == '\n';
    if (file) fclose(file);
    return n;
}

static void known_errors_give_known_figures(void **state) {
    (void)state;
    json_t *all = parsed(cairn("eval processbench many.jsonl " CRITIC " --json --quiet"));
    const json_t *sums = json_object_get(json_array_get(json_object_get(all, "rows"), 0), "sums");
    const json_t *critic = json_object_get(all, "critic");
    assert_int_equal((int)json_number_value(json_object_get(sums, "with_error")), 20);
    assert_int_equal((int)json_number_value(json_object_get(sums, "located")), 16);
    assert_int_equal((int)json_number_value(json_object_get(sums, "accepted")), 32);
    assert_string_equal(json_string_value(json_object_get(critic, "prompts")), "paragraphs");
    assert_int_equal(whole(critic, "requests"), 60);
    assert_int_equal(whole(critic, "replies"), 60);
    assert_int_equal(whole(json_object_get(critic, "rules"), "boxed"), 60);
    json_decref(all);
}

static void killed_and_resumed_to_the_same_files(void **state) {
    char faults[32];
    (void)state;
    char *table = strdup(expect_ok(cairn("eval processbench many.jsonl " CRITIC " --json --items whole.jsonl"))->out);
    assert_non_null(table);
    bool killed = false;
    for (int at = 3; at < 60; at += 19) {
        snprintf(faults, sizeof faults, "kill=%d", at);
        unlink(in_folder("asked.log"));
        outcome *o = outcome_of(start_cairn(faults, "eval processbench many.jsonl " CRITIC
                                                    " --json --items part.jsonl --run kept.db --quiet"));
        if (o->status == 128 + SIGKILL) {
            int64_t before = lines_in("asked.log");
            killed = true;
            o = cairn("eval processbench many.jsonl " CRITIC
                      " --json --items part.jsonl --run kept.db --resume --quiet");
            assert_true(lines_in("asked.log") >= 60 && lines_in("asked.log") <= 60 + before);
        }
        assert_string_equal(expect_ok(o)->out, table);
        expect_same_files("whole.jsonl", "part.jsonl");
        assert_int_equal(unlink(in_folder("kept.db")), 0);
    }
    assert_true(killed);
    free(table);
}

/* What was kept is not asked again, and other prompts are another run. */
static void a_complete_run_asks_nothing_again(void **state) {
    (void)state;
    expect_ok(cairn("eval processbench many.jsonl " CRITIC " --run kept.db --quiet"));
    int64_t asked = lines_in("asked.log");
    assert_int_equal(asked, 60);
    expect_ok(cairn("eval processbench many.jsonl " CRITIC " --run kept.db --resume --quiet"));
    assert_int_equal(lines_in("asked.log"), asked);
    write_text("mine.txt", "{problem} {solution}");
    outcome *o = cairn("eval processbench many.jsonl " CRITIC " --run kept.db --resume --prompt mine.txt --quiet");
    assert_int_equal(o->status, 2);
    json_t *all = parsed(cairn("eval processbench many.jsonl " CRITIC " --prompt mine.txt --json --quiet"));
    const char *prompts = json_string_value(json_object_get(json_object_get(all, "critic"), "prompts"));
    assert_memory_equal(prompts, "paragraphs=", 11);
    json_decref(all);
}

/* The first reply is kept, a request that failed is not: it is made again on resume. */
static void a_failed_request_is_made_again_on_resume(void **state) {
    (void)state;
    write_text("critic.sed", "/p7 /{s/.*\"id\":([0-9]+),.*/{\"id\":\\1,\"error\":\"busy\"}/;b\n}\n" ANSWERS);
    json_t *all = parsed(cairn("eval processbench many.jsonl " CRITIC " --run kept.db --json --quiet"));
    assert_int_equal(whole(json_object_get(all, "critic"), "failed"), 2);
    assert_int_equal(whole(all, "silent"), 2);
    json_decref(all);
    write_text("critic.sed", ANSWERS);
    all = parsed(cairn("eval processbench many.jsonl " CRITIC " --run kept.db --resume --json --quiet"));
    assert_int_equal(whole(json_object_get(all, "critic"), "failed"), 0);
    assert_int_equal(whole(all, "silent"), 0);
    assert_int_equal(lines_in("asked.log"), 62);
    json_decref(all);
}

static void items_hold_the_reply_and_the_rule(void **state) {
    (void)state;
    char line[4096];
    expect_ok(cairn("eval processbench many.jsonl " CRITIC " --items items.jsonl --quiet"));
    FILE *file = fopen(in_folder("items.jsonl"), "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    if (!strstr(line,
                "\"replies\":[{\"question\":\"paragraphs\",\"rule\":\"boxed\",\"text\":\"\\\\boxed{1}\",\"value\":1"))
        fail_msg("%s", line);
    expect_ok(cairn("eval processbench many.jsonl " CRITIC " --against items.jsonl --quiet"));
}

static void options_that_do_not_go_together(void **state) {
    (void)state;
    const char *const bad[][2] = {{CRITIC " --reward calculator", "give one"},
                                  {CRITIC " --predictions x", "give one"},
                                  {"--votes 3", "--critic"},
                                  {"--prompt x", "--critic"},
                                  {CRITIC " --votes 3", "temperature 0"},
                                  {CRITIC " --tune-on many.jsonl", "--tune-on"},
                                  {"--critic scripted:error=0.1 --world chain", "cannot be asked"},
                                  {CRITIC " --prompt none.txt", "none.txt"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        outcome *o = cairn("eval processbench many.jsonl --quiet %s", bad[i][0]);
        if (o->status == 0 || !strstr(o->error, bad[i][1])) fail_msg("%s: %d %s", bad[i][0], o->status, o->error);
    }
    assert_non_null(strstr(expect_ok(cairn("eval processbench --explain"))->out, "paragraphs"));
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, set_up, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FILES(known_errors_give_known_figures),   WITH_FILES(killed_and_resumed_to_the_same_files),
        WITH_FILES(a_complete_run_asks_nothing_again), WITH_FILES(a_failed_request_is_made_again_on_resume),
        WITH_FILES(items_hold_the_reply_and_the_rule), WITH_FILES(options_that_do_not_go_together),
    };
    return cmocka_run_group_tests_name("cli eval critics", tests, NULL, NULL);
}
