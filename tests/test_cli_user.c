/* The command with few words: what it does without options, config files, and the numbers of marked mistakes worked by
 * hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>

#include "cli.h"

static void write_text(const char *name, const char *text) {
    write_file(name, text, strlen(text));
}

static void expect_refused(const outcome *o, const char *says) {
    if (o->status != 2) fail_msg("exit status %d; error: %s", o->status, o->error);
    if (!strstr(o->error, says)) fail_msg("expected `%s` in: %s", says, o->error);
}

/* ---- without options ------------------------------------------------------------------------------------------------------------- */

static void test_every_search_works_without_width_and_budget(void **state) {
    (void)state;
    static const char *const searches[] = {"greedy", "majority", "weighted", "best-of-n",  "beam",  "dvts",
                                           "rebase", "mcts",     "retry",    "best-first", "gumbel"};
    assert_int_equal(cairn("solve -n 5")->status, 0);
    for (size_t i = 0; i < sizeof searches / sizeof *searches; i++) {
        const outcome *o = cairn("solve -n 5 --search %s", searches[i]);
        if (o->status != 0) fail_msg("%s: %s", searches[i], o->error);
        assert_null(strstr(o->error, "cairn: "));
    }
    /* 16 solutions of 8 steps */
    json_t *r = parsed(cairn("solve -n 5 --search majority --json"));
    assert_true(json_number_value(json_object_get(r, "steps")) == 128);
    json_decref(r);
}

static void test_doctor_and_reference_need_nothing(void **state) {
    (void)state;
    json_t *r = parsed(cairn("doctor --data /nonexistent --json"));
    assert_non_null(strstr(json_string_value(json_object_get(r, "shared data")), "/nonexistent"));
    json_decref(r);
    const outcome *o = cairn("help reference");
    assert_int_equal(o->status, 0);
    assert_non_null(strstr(o->out, "### cairn eval budget"));
    assert_non_null(strstr(o->out, "### omegaprm"));
}

/* ---- config files ------------------------------------------------------------------------------------------------------------------ */

static double steps_of(const char *words) {
    json_t *r = parsed(cairn("solve --json %s", words));
    double steps = json_number_value(json_object_get(r, "steps"));
    json_decref(r);
    return steps;
}

static void test_a_config_file_sets_options_and_the_command_line_overrides_them(void **state) {
    (void)state;
    write_text("a.conf", "# a comment\n\n  count = 7\nsearch = majority:width=4\nworld=chain:steps=6\r\n");
    write_text("b.conf", "search = majority:width=2");
    json_t *r = parsed(cairn("solve --config a.conf --json"));
    assert_int_equal(json_integer_value(json_object_get(r, "problems")), 7);
    assert_string_equal(json_string_value(json_object_get(r, "search")), "majority:width=4");
    json_decref(r);
    assert_true(steps_of("--config=a.conf") == 24);
    assert_true(steps_of("--config a.conf --config b.conf") == 12);
    assert_true(steps_of("--search majority:width=3 --config a.conf") == 18); /* wherever it stands */
    assert_true(steps_of("--config a.conf --search majority:width=3") == 18);
}

static void test_a_wrong_config_file_is_named_with_its_line(void **state) {
    (void)state;
    write_text("unknown.conf", "count = 7\n\nserch = beam\n");
    expect_refused(cairn("solve --config unknown.conf"), "unknown.conf:3");
    expect_refused(cairn("solve --config unknown.conf"), "search");
    write_text("value.conf", "count = many\n");
    expect_refused(cairn("solve --config value.conf"), "value.conf:1");
    write_text("form.conf", "count 7\n");
    expect_refused(cairn("solve --config form.conf"), "form.conf:1: expected `name = value`");
    expect_refused(cairn("solve --config absent.conf"), "absent.conf");
    expect_refused(cairn("solve --config"), "--config needs a value");
    char *line = calloc(1, 5001);
    assert_non_null(line);
    memset(line, '#', 5000);
    write_text("long.conf", line);
    free(line);
    expect_refused(cairn("solve --config long.conf"), "long.conf:1");
}

/* ---- marked mistakes ----------------------------------------------------------------------------------------------------------------- */

/* Steps are their own scores: the program gives the last step's number. */
#define ECHO_SCORE  \
    "'exec:sed -u " \
    "\"s/.*\\\"id\\\":\\\\([0-9]*\\\\).*\\\"\\\\([0-9.]*\\\\)\\\"\\\\].*/{\\\"id\\\":\\\\1,\\\"score\\\":\\\\2}/\"'"

static void write_marked(void) {
    write_text(
        "first.jsonl",
        "{\"id\":\"1\",\"problem\":\"p\",\"steps\":[\"0.9\",\"0.8\"],\"final_answer_correct\":true,\"label\":-1}\n"
        "{\"id\":\"2\",\"problem\":\"q\",\"steps\":[\"0.9\",\"0.6\"],\"final_answer_correct\":false,\"label\":1}\n");
    write_text(
        "second.jsonl",
        "{\"id\":\"1\",\"problem\":\"p\",\"steps\":[\"0.65\"],\"final_answer_correct\":false,\"label\":0}\n"
        "{\"id\":\"2\",\"problem\":\"q\",\"steps\":[\"0.9\",\"0.75\"],\"final_answer_correct\":true,\"label\":-1}\n"
        "{\"id\":\"3\",\"problem\":\"r\",\"steps\":[\"0.69\",\"0.9\"],\"final_answer_correct\":true,\"label\":-1}\n");
}

/* At the middle, 0.5, nothing is wrong: both mistakes are missed. Tuned on the first file the threshold is 0.7: there
 * both are judged rightly, in the second file the mistake is found and one of two clean solutions is rejected, F1 = 2 *
 * 1 * 0.5 / 1.5 = 2/3. */
static void test_a_threshold_is_named_or_chosen_on_the_first_file(void **state) {
    (void)state;
    write_marked();
    json_t *r = parsed(cairn("eval mistakes first.jsonl --json --reward " ECHO_SCORE));
    assert_true(json_number_value(json_object_get(r, "acc_err")) == 0);
    assert_true(json_number_value(json_object_get(r, "acc_cor")) == 1);
    json_decref(r);
    r = parsed(cairn("eval mistakes first.jsonl --threshold 0.85 --json --reward " ECHO_SCORE));
    assert_true(json_number_value(json_object_get(r, "acc_err")) == 1);
    assert_true(json_number_value(json_object_get(r, "acc_cor")) == 0);
    json_decref(r);
    r = parsed(cairn("eval mistakes first.jsonl second.jsonl --tune --json --reward " ECHO_SCORE));
    json_t *files = json_object_get(r, "files"), *first = json_array_get(files, 0), *second = json_array_get(files, 1);
    assert_true(json_number_value(json_object_get(first, "f1")) == 1);
    assert_true(json_is_true(json_object_get(first, "tuned_here")));
    assert_true(fabs(json_number_value(json_object_get(second, "f1")) - 2.0 / 3) < 1e-12);
    assert_null(json_object_get(second, "tuned_here"));
    assert_true(fabs(json_number_value(json_object_get(r, "f1_unweighted")) - 5.0 / 6) < 1e-12);
    assert_true(fabs(json_number_value(json_object_get(r, "f1_weighted")) - (2 * 1 + 3 * 2.0 / 3) / 5) < 1e-12);
    json_decref(r);
    assert_non_null(
        strstr(cairn("eval mistakes first.jsonl second.jsonl --tune --reward " ECHO_SCORE)->out, "tuned here"));
    expect_refused(cairn("eval mistakes first.jsonl --tune --threshold 0.3"), "--tune");
    expect_refused(cairn("eval mistakes first.jsonl --threshold high"), "--threshold");
    expect_refused(cairn("eval mistakes first.jsonl second.jsonl --list"), "single file");
}

/* The shortest wrong claim of those that were found where people marked them. */
static void test_the_example_is_the_plainest_found_mistake(void **state) {
    (void)state;
    write_text("traces.jsonl", "{\"input\":\"(1 + 2) * (3 + 4) =\",\"steps\":[\"(1 + 2) * (3 + 4) = 3 * 8\",\"3 * 8 = "
                               "24. So the answer is 24\"],"
                               "\"target\":\"21\",\"answer\":\"24\",\"mistake_index\":0}\n"
                               "{\"input\":\"2 + 3 =\",\"steps\":[\"2 + 3 = 6. So the answer is "
                               "6\"],\"target\":\"5\",\"answer\":\"6\",\"mistake_index\":0}\n"
                               "{\"input\":\"2 + 2 =\",\"steps\":[\"2 + 2 = 5. So the answer is "
                               "5\"],\"target\":\"4\",\"answer\":\"5\",\"mistake_index\":null}\n");
    const outcome *o = cairn("eval mistakes traces.jsonl --example");
    assert_int_equal(o->status, 0);
    assert_non_null(strstr(o->out, "2 + 3 = 6: the value is 5"));
    assert_null(strstr(o->out, "3 * 8 = 24"));
    /* the third is marked clean and ends wrong: a label error, known by its number for --show */
    assert_non_null(strstr(o->out, "these labels are errors"));
    assert_non_null(strstr(o->out, "2 + 2 = 5: the value is 4"));
    assert_non_null(strstr(cairn("eval mistakes traces.jsonl --show 2")->out, "people marked no mistake"));
    expect_refused(cairn("eval mistakes traces.jsonl --show 3"), "number 3");
    expect_refused(cairn("eval mistakes traces.jsonl --example --show 1"), "--example");
}

/* A world that reads problems from their words judges recorded solutions by the graph behind them; others say that they
 * cannot. */
static void test_a_world_reads_the_problems_of_recorded_solutions(void **state) {
    (void)state;
    assert_int_equal(cairn("world traces words --policy scripted:error=0.3 -n 40 --out words.jsonl")->status, 0);
    json_t *r = parsed(cairn("eval mistakes words.jsonl --world words --reward exact:what=step --quiet --json"));
    assert_true(json_integer_value(json_object_get(r, "mistaken")) > 5);
    assert_true(json_number_value(json_object_get(r, "f1")) == 1);
    json_decref(r);
    expect_refused(cairn("eval mistakes words.jsonl --world chain"), "words");
    write_text("other.jsonl",
               "{\"input\":\"Anna has 3 pears. How many pears does Anna have?\",\"steps\":[\"Answer: 3\"],"
               "\"target\":\"4\",\"answer\":\"4\",\"mistake_index\":null}\n");
    expect_refused(cairn("eval mistakes other.jsonl --world words --reward exact:what=step"),
                   "the problem's answer is 3");
    write_text("other.jsonl", "{\"input\":\"2 + 3 =\",\"steps\":[\"Answer: 5\"],\"target\":\"5\",\"answer\":\"5\","
                              "\"mistake_index\":null}\n");
    expect_refused(cairn("score other.jsonl --world words --reward exact:what=step"), "problem");
}

/* Two models on three problems: they agree on the first, rightly, and on the second, wrongly; on the third each says
 * its own. */
static void test_votes_of_models_are_counted_by_agreement(void **state) {
    (void)state;
    write_text(
        "models.jsonl",
        "{\"question\":\"q1\",\"ground_truth\":\"A: 5\",\"a\":{\"is_correct\":true,\"solution\":\"2 + 3 = 5\\nA: 5\"},"
        "\"b\":{\"is_correct\":true,\"solution\":\"x\\nA: 5.0\"}}\n"
        "{\"question\":\"q2\",\"ground_truth\":\"A: 7\",\"a\":{\"is_correct\":false,\"solution\":\"3 + 3 = 7\\nA: 8\"},"
        "\"b\":{\"is_correct\":false,\"solution\":\"x\\nA: 8\"}}\n"
        "{\"question\":\"q3\",\"ground_truth\":\"A: 1\",\"a\":{\"is_correct\":true,\"solution\":\"x\\nA: 1\"},"
        "\"b\":{\"is_correct\":false,\"solution\":\"x\\nA: 2\"}}\n");
    const outcome *o = cairn("eval answers models.jsonl");
    assert_int_equal(o->status, 0);
    assert_non_null(strstr(o->out, "2 of 2                           2    50.0"));
    assert_non_null(strstr(o->out, "majority vote                    3    66.7"));
    json_t *r = parsed(cairn("eval answers models.jsonl --json"));
    assert_int_equal(json_integer_value(json_object_get(r, "all_agree")), 2);
    assert_int_equal(json_integer_value(json_object_get(r, "vote_right")), 2);
    assert_int_equal(json_integer_value(json_object_get(r, "any_right")), 2);
    json_decref(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_search_works_without_width_and_budget),
        cmocka_unit_test(test_doctor_and_reference_need_nothing),
        cmocka_unit_test(test_a_config_file_sets_options_and_the_command_line_overrides_them),
        cmocka_unit_test(test_a_wrong_config_file_is_named_with_its_line),
        cmocka_unit_test(test_a_threshold_is_named_or_chosen_on_the_first_file),
        cmocka_unit_test(test_the_example_is_the_plainest_found_mistake),
        cmocka_unit_test(test_a_world_reads_the_problems_of_recorded_solutions),
        cmocka_unit_test(test_votes_of_models_are_counted_by_agreement),
    };
    return cmocka_run_group_tests_name("user", tests, make_folder, remove_folder);
}
