/* Scores from elsewhere through the command: files of scores, reward `recorded`, `eval steps`, and what stands beside
 * each figure. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>

#include "cli.h"
#include "near.h"

static void write_text(const char *name, const char *text) {
    write_file(name, text, strlen(text));
}

static double real(const json_t *r, const char *key) {
    const json_t *value = json_object_get(r, key);
    if (!json_is_number(value)) fail_msg("no number `%s`", key);
    return json_number_value(value);
}

static int64_t count(const json_t *r, const char *key) {
    const json_t *value = json_object_get(r, key);
    if (!json_is_integer(value)) fail_msg("no count `%s`", key);
    return json_integer_value(value);
}

static void expect_null(const json_t *r, const char *key) {
    const json_t *value = json_object_get(r, key);
    if (!json_is_null(value)) fail_msg("`%s` is not null", key);
}

/* A figure with an interval that holds it and is not empty. */
static void expect_interval(const json_t *r, const char *key) {
    char name[80];
    snprintf(name, sizeof name, "%s_interval", key);
    const json_t *interval = json_object_get(r, name);
    double estimate = real(r, key);
    assert_int_equal(json_array_size(interval), 2);
    double low = json_number_value(json_array_get(interval, 0)), high = json_number_value(json_array_get(interval, 1));
    if (!(low <= estimate && estimate <= high && low < high)) fail_msg("%s: %g .. %g of %g", key, low, high, estimate);
}

static void expect_lines(const char *name, const char *const *lines) {
    static char text[65536];
    read_into(in_folder(name), text, sizeof text);
    char *at = text;
    for (; *lines; lines++) {
        size_t length = strlen(*lines);
        if (strncmp(at, *lines, length) != 0 || at[length] != '\n') fail_msg("expected %s\ngot %s", *lines, at);
        at += length + 1;
    }
    assert_int_equal(*at, 0);
}

/* ---- the file of scores ------------------------------------------------------------------------------------------------------ */

static const char marked[] =
    "{\"id\":\"a\",\"generator\":\"m\",\"problem\":\"P\",\"steps\":[\"1 + 1 = 2\",\"2 + 2 = 5\",\"so it is\"],"
    "\"final_answer_correct\":false,\"label\":1}\n"
    "{\"id\":\"b\",\"problem\":\"Q\",\"steps\":[\"1 + 2 = 3\"],\"final_answer_correct\":true,\"label\":-1}\n";

#define BY                                                                                                  \
    "\"scored_by\":{\"high\":2,\"low\":-2,\"meaning\":\"progress\",\"reward\":\"recorded:file=by-id.jsonl," \
    "meaning=progress,low=-2,high=2\",\"threshold\":0.25},"

static void test_score_writes_the_record_and_what_was_said_of_its_steps(void **state) {
    (void)state;
    write_text("marked.jsonl", marked);
    write_text("by-id.jsonl", "{\"id\":\"a\",\"scores\":[1.5,-0.5,null]}\n");
    expect_ok(cairn("score marked.jsonl --threshold 0.25 --out scores.jsonl --reward "
                    "recorded:file=by-id.jsonl,meaning=progress,low=-2,high=2"));
    expect_lines(
        "scores.jsonl",
        WORDS("{\"codes\":[\"\",\"\",\"\"],\"completions\":[\"1 + 1 = 2\",\"2 + 2 = 5\",\"so it is\"],"
              "\"correct\":false,\"evidence\":[\"\",\"\",\"\"],\"first_wrong\":1,"
              "\"generator\":\"m\",\"id\":\"a\",\"labels\":[true,false,null],\"prompt\":\"P\"," BY
              "\"step_scores\":[1.5,-0.5,null],\"version\":1}",
              "{\"codes\":[\"not recorded\"],\"completions\":[\"1 + 2 = 3\"],\"correct\":true,\"evidence\":[\"\"],"
              "\"first_wrong\":-1,\"id\":\"b\",\"labels\":[true],\"prompt\":\"Q\"," BY
              "\"step_scores\":[null],\"version\":1}"));
    expect_ok(cairn("score marked.jsonl --out scores.jsonl")); /* by the calculator, which says why */
    static char text[16384];
    read_into(in_folder("scores.jsonl"), text, sizeof text);
    assert_non_null(strstr(text, "\\\"2 + 2 = 5\\\": "));
}

/* Every field of a record, soft labels, and no labels: what is written is read as the same record and written as it
 * was. */
static void test_a_file_of_scores_is_a_data_set_with_the_same_labels(void **state) {
    (void)state;
    write_text("all.jsonl",
               "{\"prompt\":\"P\",\"completions\":[\"a\",\"b\"],\"scores\":[0.75,0],\"answer\":\"1\",\"target\":\"2\","
               "\"generator\":\"m\",\"group\":\"g\",\"subset\":\"s\",\"domain\":\"d\",\"correct\":false}\n"
               "{\"prompt\":\"P\",\"completions\":[\"a\"],\"labels\":[null],\"id\":\"x\"}\n"
               "{\"prompt\":\"P\",\"completions\":[\"a\",\"c\"]}\n"
               "{\"prompt\":\"P\",\"completions\":[\"a\",\"d\"],\"labels\":[true,false],\"scores\":[0.5,0.25]}\n");
    expect_ok(cairn("score all.jsonl --out once.jsonl"));
    expect_ok(cairn("score once.jsonl --out twice.jsonl"));
    expect_same_files("once.jsonl", "twice.jsonl");
    static char text[16384];
    read_into(in_folder("once.jsonl"), text, sizeof text);
    static const char *const kept[] = {"\"scores\":[0.75,0],",    "\"group\":\"g\"",      "\"subset\":\"s\"",
                                       "\"domain\":\"d\"",        "\"target\":\"2\"",     "\"labels\":[null]",
                                       "\"labels\":[true,false]", "\"scores\":[0.5,0.25]"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (!strstr(text, kept[i])) fail_msg("no %s in %s", kept[i], text);
}

/* ---- reward recorded ----------------------------------------------------------------------------------------------------------- */

static void test_recorded_scores_give_the_figures_of_the_reward_that_made_them(void **state) {
    (void)state;
    write_text("marked.jsonl", marked);
    expect_ok(cairn("score marked.jsonl --out scores.jsonl"));
    json_t *own = parsed(cairn("eval mistakes marked.jsonl --json"));
    json_t *recorded = parsed(cairn("eval mistakes marked.jsonl --reward recorded:file=scores.jsonl --json"));
    assert_true(json_equal(own, recorded));
    expect_ok(cairn("score marked.jsonl --reward recorded:file=scores.jsonl --out again.jsonl"));
    static char text[16384]; /* codes and evidence too */
    read_into(in_folder("again.jsonl"), text, sizeof text);
    assert_non_null(strstr(text, "\"codes\":[\"checked\",\"wrong\","));
    assert_non_null(strstr(text, "\\\"2 + 2 = 5\\\": "));
    json_decref(own);
    json_decref(recorded);
}

static void test_a_pipe_of_scores_is_read_once(void **state) {
    (void)state;
    write_text("marked.jsonl", marked);
    expect_ok(cairn("score marked.jsonl --out scores.jsonl"));
    make_pipe("pipe", "scores.jsonl");
    outcome *o = cairn("eval mistakes marked.jsonl --reward recorded:file=pipe");
    expect_one_sentence(o, "a pipe", WORDS("pipe:", "once", "field or format"));
    json_t *file = parsed(cairn("eval mistakes marked.jsonl --reward recorded:file=scores.jsonl --json"));
    json_t *pipe = parsed(cairn("eval mistakes marked.jsonl --reward recorded:file=pipe,field=step_scores --json"));
    assert_true(json_equal(file, pipe));
    json_decref(file);
    json_decref(pipe);
}

static void test_what_a_file_of_scores_does_not_have_is_counted(void **state) {
    (void)state;
    write_text("marked.jsonl", marked);
    write_text("some.jsonl", "{\"id\":\"b\",\"scores\":[0.9]}\n");
    json_t *r = parsed(cairn("score marked.jsonl --reward recorded:file=some.jsonl --json"));
    assert_int_equal(count(r, "missing"), 3);
    assert_int_equal(count(r, "unknown"), 3);
    json_decref(r);
    assert_non_null(strstr(expect_ok(cairn("score marked.jsonl --reward recorded:file=some.jsonl"))->out,
                           "3 steps are not in the file of scores"));
    r = parsed(cairn("eval mistakes marked.jsonl --reward recorded:file=some.jsonl --json"));
    assert_int_equal(count(r, "missing_steps"), 3);
    assert_int_equal(count(r, "mistaken_not_judged"), 1);
    json_decref(r);
    expect_one_sentence(cairn("score marked.jsonl --reward recorded:file=some.jsonl,missing=error"), "missing=error",
                        WORDS("some.jsonl", "no score"));
    expect_one_sentence(cairn("score marked.jsonl --reward recorded:file=none.jsonl"), "absent", WORDS("none.jsonl"));
    expect_one_sentence(cairn("score marked.jsonl --reward recorded"), "no file", WORDS("file"));
}

/* Products: of the first problem .9 * .1, .8 * .7 and .4 * .6: the second, which is right; of the second .2 * .2 and .9
 * * .5: the second, which is wrong. The third has one solution, whose last step has no score. */
static void test_best_of_n_chooses_by_recorded_scores(void **state) {
    (void)state;
    write_text("n.jsonl",
               "{\"prompt\":\"What is 2 + 2?\",\"target\":\"4\",\"completions\":[\"2 + 2 = 5\",\"The answer is 5\"],"
               "\"step_scores\":[0.9,0.1]}\n"
               "{\"prompt\":\"What is 2 + 2?\",\"target\":\"4\",\"completions\":[\"2 + 2 = 4\",\"The answer is 4\"],"
               "\"step_scores\":[0.8,0.7]}\n"
               "{\"prompt\":\"What is 2 + 2?\",\"target\":\"4\",\"completions\":[\"2 + 2 = 6\",\"The answer is 6\"],"
               "\"step_scores\":[0.4,0.6]}\n"
               "{\"prompt\":\"What is 3 + 3?\",\"target\":\"6\",\"completions\":[\"3 + 3 = 6\",\"The answer is 6\"],"
               "\"step_scores\":[0.2,0.2]}\n"
               "{\"prompt\":\"What is 3 + 3?\",\"target\":\"6\",\"completions\":[\"3 + 3 = 7\",\"The answer is 7\"],"
               "\"step_scores\":[0.9,0.5]}\n"
               "{\"prompt\":\"What is 4 + 4?\",\"target\":\"8\",\"completions\":[\"4 + 4 = 8\",\"The answer is 8\"],"
               "\"step_scores\":[0.5,null]}\n");
#define BEST                                                                                                        \
    "solve --world text --problems n.jsonl --policy recorded:file=n.jsonl --reward recorded:file=n.jsonl --search " \
    "best-of-n:width=3 "
    json_t *r = parsed(cairn(BEST "--json"));
    assert_int_equal(count(r, "problems"), 3);
    assert_int_equal(count(r, "right"), 2);
    assert_int_equal(count(r, "unknown_scores"), 1);
    json_decref(r);
    r = parsed(cairn(BEST "--aggregate min --json")); /* .1 .7 .4; .2 .5 */
    assert_int_equal(count(r, "right"), 2);
    json_decref(r);
    write_text("first.jsonl", "{\"prompt\":\"What is 2 + 2?\",\"completions\":[\"2 + 2 = 5\",\"The answer is 5\"],"
                              "\"step_scores\":[0.9,0.9]}\n");
    r = parsed(cairn("solve --world text --problems n.jsonl --policy recorded:file=n.jsonl --reward "
                     "recorded:file=first.jsonl --search best-of-n:width=3 --json"));
    assert_int_equal(count(r, "right"),
                     2); /* the first solution where nothing has a score: only the first problem is lost */
    assert_int_equal(count(r, "unknown_scores"), 10);
    json_decref(r);
    const outcome *o = expect_ok(cairn(BEST));
    assert_non_null(strstr(o->out, "1 of the steps that were scored have no known score"));
}

/* ---- eval steps ------------------------------------------------------------------------------------------------------------------ */

/* As in test_eval_judged_steps: AUROC 4.5 / 6, three of five called what they are. */
static void test_eval_steps_measures_recorded_scores_against_labels(void **state) {
    (void)state;
    write_text("steps.jsonl",
               "{\"prompt\":\"P\",\"completions\":[\"a\",\"b\"],\"labels\":[true,false],\"step_scores\":[0.9,0.6]}\n"
               "{\"prompt\":\"Q\",\"completions\":[\"a\",\"b\"],\"labels\":[true,false],\"step_scores\":[0.6,0.2]}\n"
               "{\"prompt\":\"R\",\"completions\":[\"a\",\"b\",\"c\"],\"labels\":[true,null,true],"
               "\"step_scores\":[0.4,0.4,null]}\n"
               "{\"prompt\":\"S\",\"completions\":[\"a\"],\"labels\":[null],\"step_scores\":[0.4]}\n");
    json_t *r = parsed(cairn("eval steps steps.jsonl --reward recorded:file=steps.jsonl --bins 2 --json"));
    assert_near(real(r, "auroc"), 0.75, 1e-12);
    assert_near(real(r, "accuracy"), 0.6, 1e-12);
    assert_near(real(r, "f1_right"), 2.0 / 3, 1e-12);
    assert_near(real(r, "f1_wrong"), 0.5, 1e-12);
    assert_near(real(r, "prmscore"), 7.0 / 12, 1e-12);
    assert_near(real(r, "brier"), 0.93 / 5, 1e-12);
    assert_near(real(r, "ece"), 0.1, 1e-12);
    static const char *const figures[] = {"auroc", "accuracy", "f1_right", "f1_wrong", "prmscore", "brier", "ece"};
    for (int i = 0; i < 7; i++) expect_interval(r, figures[i]);
    assert_int_equal(count(r, "steps"), 8);
    assert_int_equal(count(r, "judged_steps"), 5);
    assert_int_equal(count(r, "unlabelled_steps"), 2);
    assert_int_equal(count(r, "unscored_steps"), 1);
    assert_int_equal(count(r, "unlabelled_solutions"), 1);
    const json_t *first = json_object_get(r, "first_errors");
    assert_int_equal(count(first, "mistaken"), 2);
    assert_int_equal(count(first, "located"), 1); /* in Q; in P the wrong step passes */
    assert_int_equal(count(first, "clean"), 0);
    expect_null(first, "f1");
    json_decref(r);
}

static void test_soft_labels_of_a_perfect_scorer_are_perfect(void **state) {
    (void)state;
    char text[4096] = "";
    for (int i = 0; i < 20; i++)
        snprintf(text + strlen(text), 128,
                 "{\"prompt\":\"Q%d\",\"completions\":[\"good\",\"bad\"],\"scores\":[0.9,0.1]}\n", i);
    write_text("soft.jsonl", text);
    json_t *r = parsed(cairn("eval steps soft.jsonl --reward recorded:file=soft.jsonl --json"));
    assert_near(real(r, "accuracy"), 1, 0);
    assert_near(real(r, "auroc"), 1, 0);
    assert_near(real(r, "brier"), 0, 0);
    expect_interval(r, "accuracy");
    expect_interval(r, "auroc");
    json_decref(r);
    r = parsed(cairn("eval steps soft.jsonl --reward recorded:file=soft.jsonl --right-from 0 --json"));
    assert_near(real(r, "accuracy"), 0.5, 0);
    expect_null(r, "auroc");
    assert_non_null(json_object_get(json_object_get(r, "why_null"), "auroc"));
    json_decref(r);
}

static void test_bins_are_written_as_csv(void **state) {
    (void)state;
    write_text("bins.jsonl", "{\"prompt\":\"P\",\"completions\":[\"a\",\"b\",\"c\"],\"labels\":[true,false,true],"
                             "\"step_scores\":[0.5,0.125,0.75]}\n");
    expect_ok(cairn("eval steps bins.jsonl --reward recorded:file=bins.jsonl --bins 4 --csv bins.csv"));
    expect_lines("bins.csv", WORDS("file,low,high,steps,mean_score,mean_label", "\"bins.jsonl\",0,0.25,1,0.125,0",
                                   "\"bins.jsonl\",0.25,0.5,0,,", "\"bins.jsonl\",0.5,0.75,1,0.5,1",
                                   "\"bins.jsonl\",0.75,1,1,0.75,1"));
}

static void test_several_files_are_rows_of_one_table(void **state) {
    (void)state;
    write_text("marked.jsonl", marked);
    json_t *r = parsed(cairn("eval steps marked.jsonl marked.jsonl --json"));
    assert_int_equal(json_array_size(json_object_get(r, "files")), 2);
    json_decref(r);
    const outcome *o = expect_ok(cairn("eval steps marked.jsonl marked.jsonl"));
    assert_non_null(strstr(o->out, "PRMScore"));
    assert_non_null(strstr(o->out, "1 of 4 steps have no label"));
}

static void test_eval_steps_refuses_what_it_cannot_measure(void **state) {
    (void)state;
    write_text("unlabelled.jsonl", "{\"prompt\":\"P\",\"completions\":[\"1 + 1 = 2\"]}\n");
    write_text("marked.jsonl", marked);
    expect_one_sentence(cairn("eval steps unlabelled.jsonl"), "no labels", WORDS("unlabelled.jsonl", "labelled"));
    expect_one_sentence(cairn("eval steps marked.jsonl --json --csv -"), "two outputs", WORDS("--csv"));
    expect_one_sentence(cairn("eval steps marked.jsonl --csv marked.jsonl"), "csv over input", WORDS("one file"));
    write_text("by-id.jsonl", "{\"id\":\"b\",\"scores\":[0.9]}\n");
    expect_one_sentence(cairn("eval steps marked.jsonl --reward recorded:file=by-id.jsonl --csv by-id.jsonl"),
                        "csv over scores", WORDS("one file"));
    expect_one_sentence(cairn("score marked.jsonl --reward recorded:file=by-id.jsonl --out by-id.jsonl"),
                        "scores over scores", WORDS("one file"));
    expect_one_sentence(cairn("eval steps marked.jsonl --bins 0"), "bins", WORDS("bins"));
    const outcome *o = expect_ok(cairn("eval steps marked.jsonl --csv -"));
    assert_int_equal(strncmp(o->out, "file,low,high", 13), 0);
}

/* ---- eval mistakes --------------------------------------------------------------------------------------------------------------- */

static void test_no_interval_is_empty_and_json_has_them_all(void **state) {
    (void)state;
    write_text("six.jsonl",
               "{\"problem\":\"A\",\"steps\":[\"1 + 1 = 3\"],\"final_answer_correct\":false,\"label\":0}\n"
               "{\"problem\":\"B\",\"steps\":[\"1 + 1 = 3\"],\"final_answer_correct\":false,\"label\":0}\n"
               "{\"problem\":\"C\",\"steps\":[\"1 + 1 = 2\"],\"final_answer_correct\":true,\"label\":-1}\n"
               "{\"problem\":\"D\",\"steps\":[\"1 + 1 = 2\"],\"final_answer_correct\":true,\"label\":-1}\n");
    json_t *r = parsed(cairn("eval mistakes six.jsonl --json"));
    static const char *const figures[] = {"acc_err", "acc_cor", "f1", "clean_right_accepted", "step_auroc"};
    for (int i = 0; i < 5; i++) {
        assert_near(real(r, figures[i]), 1, 0);
        expect_interval(r, figures[i]);
    }
    json_decref(r);
    const outcome *o = expect_ok(cairn("eval mistakes six.jsonl"));
    assert_null(strstr(o->out, "100.0 .. 100.0"));
    assert_null(strstr(o->out, "nan"));
}

/* Of three clean solutions one has a wrong answer, and an alarm: without it both accuracies are 1. */
static void test_figures_without_label_errors_have_intervals(void **state) {
    (void)state;
    write_text("doubtful.jsonl",
               "{\"problem\":\"A\",\"steps\":[\"1 + 1 = 3\"],\"final_answer_correct\":false,\"label\":0}\n"
               "{\"problem\":\"B\",\"steps\":[\"1 + 1 = 2\"],\"final_answer_correct\":true,\"label\":-1}\n"
               "{\"problem\":\"C\",\"steps\":[\"1 + 1 = 3\"],\"final_answer_correct\":false,\"label\":-1}\n");
    json_t *r = parsed(cairn("eval mistakes doubtful.jsonl --json"));
    assert_near(real(r, "f1"), 2.0 / 3, 1e-12);
    assert_near(real(r, "f1_without_label_errors"), 1, 0);
    assert_near(real(r, "clean_right_accepted"), 1, 0);
    expect_interval(r, "f1_without_label_errors");
    expect_interval(r, "clean_right_accepted");
    json_decref(r);
}

static void test_one_wrong_step_gives_auroc_an_interval(void **state) {
    (void)state;
    write_text("marked.jsonl", marked);
    json_t *r = parsed(cairn("eval mistakes marked.jsonl --json"));
    expect_interval(r, "step_auroc");
    json_decref(r);
    assert_null(strstr(expect_ok(cairn("eval mistakes marked.jsonl"))->out, "nan"));
}

static void test_a_reward_that_judges_nothing_accepts_nothing(void **state) {
    (void)state;
    write_text("words.jsonl",
               "{\"problem\":\"A\",\"steps\":[\"so\",\"thus\"],\"final_answer_correct\":true,\"label\":-1}\n"
               "{\"problem\":\"B\",\"steps\":[\"hence\"],\"final_answer_correct\":false,\"label\":0}\n");
    json_t *r = parsed(cairn("eval mistakes words.jsonl --json"));
    assert_int_equal(count(r, "accepted"), 0);
    assert_int_equal(count(r, "clean_not_judged"), 1);
    assert_int_equal(count(r, "clean_right_not_judged"), 1);
    assert_int_equal(count(r, "mistaken_not_judged"), 1);
    assert_int_equal(count(r, "unscored_steps"), 3);
    assert_int_equal(count(r, "steps"), 3);
    json_decref(r);
    const outcome *o = expect_ok(cairn("eval mistakes words.jsonl"));
    assert_null(strstr(o->out, "100.0 %"));
    assert_non_null(strstr(o->out, "were not judged"));
    assert_non_null(strstr(o->out, "3 of 3 steps have no score"));
}

static void test_files_without_a_clean_solution_say_what_they_can(void **state) {
    (void)state;
    write_text("wrong.jsonl",
               "{\"problem\":\"A\",\"steps\":[\"1 + 1 = 3\"],\"final_answer_correct\":false,\"label\":0}\n");
    write_text("marked.jsonl", marked);
    json_t *r = parsed(cairn("eval mistakes wrong.jsonl wrong.jsonl --json"));
    const json_t *file = json_array_get(json_object_get(r, "files"), 1);
    assert_near(real(file, "acc_err"), 1, 0);
    expect_null(file, "f1");
    expect_null(file, "f1_interval");
    assert_non_null(json_object_get(file, "f1_why_null"));
    expect_null(r, "f1_unweighted");
    json_decref(r);
    r = parsed(cairn("eval mistakes wrong.jsonl marked.jsonl --json"));
    assert_int_equal(count(r, "files_with_f1"), 1);
    expect_interval(r, "f1_unweighted");
    json_decref(r);
    const outcome *o = expect_ok(cairn("eval mistakes wrong.jsonl marked.jsonl"));
    assert_non_null(strstr(o->out, "1 of 2 files have an F1"));
    assert_non_null(strstr(o->out, "no solution is marked clean"));
}

/* ---- eval labels ------------------------------------------------------------------------------------------------------------------ */

static void test_labellers_are_compared_with_intervals_and_counts(void **state) {
    (void)state;
    json_t *r = parsed(cairn("eval labels --world chain:steps=6 --policy scripted:error=0.2 -n 12 --methods "
                             "mc:rollouts=2 --json"));
    const json_t *row = json_array_get(r, 0);
    static const char *const figures[] = {"exact", "agreement", "negative_share"};
    for (int i = 0; i < 3; i++) expect_interval(row, figures[i]);
    assert_int_equal(count(row, "problems"), 12);
    assert_true(count(row, "known_steps") == count(row, "labelled_steps")); /* this world knows every step */
    json_decref(r);
    /* A policy without errors: no first error is named, so nothing can be exact; all steps are labelled right. */
    r = parsed(
        cairn("eval labels --world chain:steps=3 --policy scripted:error=0 -n 4 --methods mc:rollouts=1 --json"));
    row = json_array_get(r, 0);
    expect_null(row, "exact");
    expect_null(row, "exact_interval");
    assert_near(real(row, "agreement"), 1, 0);
    expect_interval(row, "agreement");
    json_decref(r);
}

/* ---- training ---------------------------------------------------------------------------------------------------------------------- */

#define TINY "--shape width=16,layers=1,heads=2,kv-heads=1,context=64 --vocabulary 270 --rate 0.01 --quiet "

static void test_training_counts_right_labels_and_says_why_there_is_no_auroc(void **state) {
    (void)state;
    char text[8192] = "", one[8192] = "";
    for (int i = 0; i < 30; i++) {
        snprintf(text + strlen(text), 128,
                 "{\"prompt\":\"Q%d\",\"completions\":[\"good\",\"bad\"],\"scores\":[0.9,0.1]}\n", i);
        snprintf(one + strlen(one), 128, "{\"prompt\":\"Q%d\",\"completions\":[\"a\",\"b\"],\"labels\":[true,true]}\n",
                 i);
    }
    write_text("soft.jsonl", text);
    write_text("one.jsonl", one);
    json_t *r =
        parsed(cairn("train prm soft.jsonl --out p.gguf --loss soft --epochs 25 --dev soft.jsonl --json " TINY));
    assert_int_equal(count(r, "marks"), 60);
    assert_int_equal(count(r, "right_marks"), 30);
    assert_near(real(r, "dev_accuracy"), 1, 0);
    assert_near(real(r, "dev_auroc"), 1, 0);
    json_decref(r);
    outcome *o = cairn("train prm one.jsonl --out p.gguf --epochs 1 --dev one.jsonl --json " TINY);
    assert_non_null(strstr(o->error, "all 60 labels are right"));
    r = parsed(o);
    assert_int_equal(count(r, "right_marks"), 60);
    expect_null(r, "dev_auroc");
    assert_non_null(json_object_get(r, "dev_auroc_why_null"));
    json_decref(r);
    o = expect_ok(cairn("train prm one.jsonl --out p.gguf --epochs 1 --dev one.jsonl " TINY));
    assert_non_null(strstr(o->out, "60 of 60 are right (100.0 %)"));
    assert_non_null(strstr(o->out, "no AUROC: all labels of the dev set are right"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_score_writes_the_record_and_what_was_said_of_its_steps),
        cmocka_unit_test(test_a_file_of_scores_is_a_data_set_with_the_same_labels),
        cmocka_unit_test(test_recorded_scores_give_the_figures_of_the_reward_that_made_them),
        cmocka_unit_test(test_a_pipe_of_scores_is_read_once),
        cmocka_unit_test(test_what_a_file_of_scores_does_not_have_is_counted),
        cmocka_unit_test(test_best_of_n_chooses_by_recorded_scores),
        cmocka_unit_test(test_eval_steps_measures_recorded_scores_against_labels),
        cmocka_unit_test(test_soft_labels_of_a_perfect_scorer_are_perfect),
        cmocka_unit_test(test_bins_are_written_as_csv),
        cmocka_unit_test(test_several_files_are_rows_of_one_table),
        cmocka_unit_test(test_eval_steps_refuses_what_it_cannot_measure),
        cmocka_unit_test(test_no_interval_is_empty_and_json_has_them_all),
        cmocka_unit_test(test_figures_without_label_errors_have_intervals),
        cmocka_unit_test(test_one_wrong_step_gives_auroc_an_interval),
        cmocka_unit_test(test_a_reward_that_judges_nothing_accepts_nothing),
        cmocka_unit_test(test_files_without_a_clean_solution_say_what_they_can),
        cmocka_unit_test(test_labellers_are_compared_with_intervals_and_counts),
        cmocka_unit_test(test_training_counts_right_labels_and_says_why_there_is_no_auroc),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
