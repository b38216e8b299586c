/* label: light */
/* Where the first mistake is: BIG-Bench-Mistake (arXiv 2311.08516) and MR-GSM8K (arXiv 2312.17080) on their files and
 * by hand. Skips where the data is not here. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench_fixture.h"
#include "data.h"
#include "skip.h"

/* ---- BIG-Bench-Mistake ------------------------------------------------------------------------------------------- */

typedef struct constants {
    const char *task;
    int traces, mistakes, clean, steps, wrong_answer, clean_but_wrong, mistake_but_right, never, most_frequent;
} constants;

static const constants tasks[] = {
    {"multistep_arithmetic", 300, 238, 62, 1506, 255, 18, 1, 62, 76},
    {"word_sorting", 300, 266, 34, 3508, 255, 4, 15, 34, 71},
    {"dyck_languages", 986, 650, 336, 24178, 504, 1, 147, 336, 336},
};

static void test_constants_of_the_traces_and_of_constant_judges(void **state) {
    fixture *f = *state;
    char path[4096], name[64];
    double n = 0, never = 0;
    bench_open(f, "bigbench-mistake", "");
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "big-bench-mistake/%s.jsonl", tasks[i].task);
        if (!shared_file(name, path)) skip_because("no BIG-Bench-Mistake");
        ok(f, cairn_bench_read(f->run, path, NULL));
    }
    bench_measure(f, true);
    for (int i = 0; i < 3; i++) {
        const constants *c = &tasks[i];
        int64_t steps = 0;
        for (size_t k = 0; k < cairn_bench_count(f->run); k++)
            if (strcmp(cairn_bench_item_at(f->run, k)->subset, c->task) == 0)
                steps += cairn_bench_item_at(f->run, k)->candidates[0].n_steps;
        assert_int_equal(steps, c->steps);
        assert_near(tallied(f, c->task, "with_mistake"), c->mistakes, 0);
        assert_near(tallied(f, c->task, "clean"), c->clean, 0);
        assert_near(tallied(f, c->task, "wrong_answer"), c->wrong_answer, 0);
        assert_near(tallied(f, c->task, "clean_but_wrong"), c->clean_but_wrong, 0);
        assert_near(tallied(f, c->task, "mistake_but_right"), c->mistake_but_right, 0);
        assert_near(baseline(f, "always right", c->task, "accuracy"), (double)c->never / c->traces, 1e-15);
        assert_near(baseline(f, "always right", c->task, "f1"), 0, 0);
        assert_near(baseline(f, "most frequent place", c->task, "accuracy"), (double)c->most_frequent / c->traces,
                    1e-15);
        n += c->traces;
        never += c->never;
    }
    assert_near(baseline(f, "always right", "all", "accuracy"), never / n, 1e-15);
    assert_int_equal(f->result.silent, 1586);
}

#define TRACE(index, more)                                                                        \
    "{\"input\": \"q\", \"steps\": [\"a\", \"b\", \"c\"], \"target\": \"1\", \"answer\": \"1\", " \
    "\"mistake_index\": " index more "}\n"

/* Page 37, unit case a, as traces: located 1 of 3, accepted 1 of 2. */
static void test_accuracy_counts_none_as_a_place_and_f1_does_not(void **state) {
    fixture *f = *state;
    bench_open(f, "bigbench-mistake", "");
    ok(f, bench_read_text(f, "t.jsonl",
                          TRACE("null", ", \"prediction\": null") TRACE("null", ", \"prediction\": 1")
                              TRACE("2", ", \"prediction\": 2") TRACE("0", "") TRACE("2", ", \"prediction\": -1")));
    bench_measure(f, false);
    assert_near(figure(f, "t", "accuracy"), 0.4, 1e-15);
    assert_near(figure(f, "t", "acc_mistake"), 1 / 3.0, 1e-15);
    assert_near(figure(f, "t", "acc_clean"), 0.5, 0);
    assert_near(figure(f, "t", "f1"), 0.4, 1e-15);
    assert_int_equal(f->result.silent, 1);
}

static void test_traces_are_known_by_file_and_line(void **state) {
    fixture *f = *state;
    const char *traces = TRACE("1", "") "\n" TRACE("null", "") TRACE("2", "");
    bench_open(f, "bigbench-mistake", "");
    ok(f, bench_read_text(f, "t.jsonl", traces));
    ok(f, bench_predict_text(f, "p.jsonl",
                             "{\"id\": \"t-4\", \"scores\": [0.9, 0.5, 0.4]}\n{\"id\": \"t-1\", \"valid\": [true, "
                             "false, true]}\n{\"id\": \"t-3\", \"prediction\": null}\n"));
    bench_measure(f, false);
    assert_near(figure(f, "t", "accuracy"), 1, 0);
    refused(f, bench_predict_text(f, "p.jsonl", "{\"id\": \"t-4\", \"prediction\": 0}"), CAIRN_FORMAT,
            "p.jsonl:1: field `id`: `t-4` has a prediction already");
    refused(f, bench_predict_text(f, "p.jsonl", "{\"id\": \"t-2\", \"prediction\": 0}"), CAIRN_FORMAT, "no item has");
    bench_open(f, "bigbench-mistake", "");
    ok(f, bench_read_text(f, "t.jsonl", traces));
    refused(f, bench_predict_text(f, "p.jsonl", "{\"id\": \"t-4\"}"), CAIRN_FORMAT, "expected a field `valid`");
    refused(f, bench_predict_text(f, "p.jsonl", "{\"id\": \"t-4\", \"scores\": [0.1]}"), CAIRN_FORMAT,
            "p.jsonl:1: field `scores`: expected 3 scores");
    refused(f, bench_predict_text(f, "p.jsonl", "{\"id\": \"t-4\", \"valid\": [1, 0, 2]}"), CAIRN_FORMAT,
            "p.jsonl:1: field `valid[2]`: expected true or false, got 2");
}

static void test_a_place_that_counts_from_one_is_refused_where_it_leaves_the_trace(void **state) {
    fixture *f = *state;
    bench_open(f, "bigbench-mistake", "");
    refused(f, bench_read_text(f, "t.jsonl", TRACE("0", "") TRACE("3", "")), CAIRN_FORMAT,
            "t.jsonl:2: field `mistake_index`: expected a whole number from 0 to 2, got the number 3");
    bench_open(f, "bigbench-mistake", "");
    refused(f, bench_read_text(f, "t.jsonl", "{\"input\": \"q\", \"steps\": []}"), CAIRN_FORMAT,
            "t.jsonl:1: field `mistake_index`");
}

/* ---- MR-GSM8K ---------------------------------------------------------------------------------------------------- */

static void test_claude_2s_graded_file(void **state) {
    fixture *f = *state;
    char path[4096];
    const char *row = "claude2_eval_results";
    bench_open(f, "mr-gsm8k", "");
    if (!shared_file("mr-gsm8k/claude2_eval_results.json", path)) skip_because("no MR-GSM8K");
    ok(f, cairn_bench_read(f->run, path, NULL));
    bench_measure(f, true);
    assert_near(tallied(f, row, "wrong"), 326, 0);
    assert_near(tallied(f, row, "tn"), 326, 0);
    assert_near(tallied(f, row, "step"), 325, 0);
    assert_near(tallied(f, row, "reason"), 185, 0);
    assert_near(tallied(f, row, "grader"), 224, 0);
    assert_near(tallied(f, row, "agree"), 252, 0);
    assert_near(figure(f, row, "reason"), .1176097, 5e-8);
    assert_near(figure(f, row, "agreement"), .7730061, 5e-8);
    assert_true(isnan(figure(f, row, "mcc")) && isnan(figure(f, row, "mr")));
    bench_open(f, "mr-gsm8k", "reason=substring"); /* nobody wrote Incorrect */
    ok(f, cairn_bench_read(f->run, path, NULL));
    bench_measure(f, true);
    assert_near(tallied(f, row, "grader"), 224, 0);
}

/* Claude 2's published row, from its counts. */
static void test_mr_score_of_the_published_counts(void **state) {
    fixture *f = *state;
    double t[16] = {0}, out[16];
    static const struct {
        const char *name;
        double is;
    } counts[] = {{"right", 1427}, {"wrong", 1573}, {"tp", 962},     {"tn", 1056},   {"step", 331},
                  {"reason", 185}, {"told", 331},   {"graded", 326}, {"grader", 224}};
    bench_open(f, "mr-gsm8k", "");
    for (int i = 0; i < f->bench->n_tallies; i++)
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
            if (strcmp(f->bench->tallies[i], counts[k].name) == 0) t[i] = counts[k].is;
    f->bench->measure(f->config, t, out);
    assert_near(out[figure_of(f, "tpr")], .6741416, 5e-8);
    assert_near(out[figure_of(f, "tnr")], .6713287, 5e-8);
    assert_near(out[figure_of(f, "mcc")], .3450947, 5e-8);
    assert_near(out[figure_of(f, "step")], .2104, 5e-5);
    assert_near(out[figure_of(f, "mr")], .1909516, 5e-8);
    assert_near(out[figure_of(f, "mr_grader")], .2033482, 5e-8);
}

#define SOLUTION(id, truth, step, said, place, people, grader)                                                     \
    "{\"uuid\": \"" id "\", \"question\": \"q\", \"model_output_steps\": [\"a\", \"b\"], "                         \
    "\"model_output_solution_correctness\": \"" truth "\", \"model_output_solution_first_error_step\": " step ", " \
    "\"x_eval_output\": {\"correctness_pred\": \"" said "\", \"error_step_pred\": \"" place "\"}, "                \
    "\"error_reason_correctness\": \"" people "\", "                                                               \
    "\"gpt4_error_reason_correctness_analysis\": {\"Final Decision\": \"" grader "\"}}"

/* clang-format off */
static const char solutions[] =
    "[" SOLUTION("1", "correct", "\"N/A\"", "Correct", "N/A", "N/A", "")
    ",\n" SOLUTION("2", "wrong", "2", "incorrect", " Step 2 ", "correct", "- Correct")
    ",\n" SOLUTION("3", "wrong", "1", "wrong", "2", "correct", "Incorrect")
    ",\n" SOLUTION("4", "wrong", "1", "correct", "", "", "") "]";
/* clang-format on */

/* tp 1, fn 0, tn 2, fp 1: MCC = 2 / sqrt(2 * 1 * 3 * 2). */
static void test_three_questions_by_hand(void **state) {
    fixture *f = *state;
    bench_open(f, "mr-gsm8k", "right=0,wrong=0");
    ok(f, bench_read_text(f, "m.json", solutions));
    bench_measure(f, true);
    double mcc = 2 / sqrt(12);
    assert_near(figure(f, "m", "mcc"), mcc, 1e-15);
    assert_near(figure(f, "m", "step"), 1 / 3.0, 1e-15);
    assert_near(figure(f, "m", "reason"), 1 / 3.0, 1e-15);
    assert_near(figure(f, "m", "reason_grader"), 1 / 3.0, 1e-15);
    assert_near(figure(f, "m", "mr"), 0.2 * mcc + 0.3 / 3 + 0.5 / 3, 1e-15);
    assert_near(baseline(f, "always wrong", "m", "tnr"), 1, 0);
    bench_open(f, "mr-gsm8k", "right=0,wrong=0,reason=substring");
    ok(f, bench_read_text(f, "m.json", solutions));
    bench_measure(f, false);
    assert_near(figure(f, "m", "reason_grader"), 2 / 3.0, 1e-15); /* Incorrect has the letters */
}

/* The newer script's form: a grader alone, and only where the step is right. */
static void test_the_newer_form_of_results(void **state) {
    fixture *f = *state;
#define NEWER(id, truth, step, said, place, decision)                                                          \
    "{\"uuid\": \"" id "\", \"question\": \"q\", \"model_output_steps\": [\"a\", \"b\"], "                     \
    "\"model_output_solution_correctness\": \"" truth "\", \"model_output_solution_first_error_step\": " step  \
    ", \"Evaluation_Result\": {\"solution_correctness\": \"" said "\", \"first_error_step\": \"" place "\"}, " \
    "\"Error_Reason_Correctness_Analysis\": {\"error_reason_correctness\": \"" decision "\"}}\n"
    bench_open(f, "mr-gsm8k", "right=0,wrong=0");
    ok(f, bench_read_text(f, "n.jsonl",
                          NEWER("1", "correct", "\"N/A\"", "correct", "N/A", "")
                              NEWER("2", "wrong", "2", "Incorrect", "Step 2", "Correct")
                                  NEWER("3", "wrong", "2", "wrong", "1", "correct")
                                      NEWER("4", "wrong", "2", "PARSE_ERROR", "PARSE_ERROR", "wrong")));
    bench_measure(f, false);
    assert_near(figure(f, "n", "tnr"), 2 / 3.0, 1e-15);
    assert_near(figure(f, "n", "step"), 1 / 3.0, 1e-15);
    assert_near(figure(f, "n", "reason_grader"), 1 / 3.0, 1e-15);
    assert_true(isnan(figure(f, "n", "reason")) && isnan(figure(f, "n", "mr")));
    double mcc = (1 * 2 - 1 * 0) / sqrt(2 * 1 * 3 * 2);
    assert_near(figure(f, "n", "mr_grader"), 0.2 * mcc + 0.3 / 3 + 0.5 / 3, 1e-15);
    assert_int_equal(f->result.silent, 1);
}

static void test_broken_solutions_are_named(void **state) {
    fixture *f = *state;
    bench_open(f, "mr-gsm8k", "");
    refused(f, bench_read_text(f, "m.json", "[" SOLUTION("1", "maybe", "1", "wrong", "1", "", "") "]"), CAIRN_FORMAT,
            "m.json:1: element 1: field `model_output_solution_correctness`: expected correct or wrong, got \"maybe\"");
    bench_open(f, "mr-gsm8k", "");
    refused(f, bench_read_text(f, "m.json", "[" SOLUTION("1", "wrong", "0", "wrong", "1", "", "") "]"), CAIRN_FORMAT,
            "field `model_output_solution_first_error_step`");
    bench_open(f, "mr-gsm8k", "");
    refused(f,
            bench_read_text(f, "m.json",
                            "[" SOLUTION("1", "wrong", "1", "wrong", "1", "",
                                         "") ",\n" SOLUTION("1", "wrong", "1", "wrong", "1", "", "") "]"),
            CAIRN_FORMAT, "the id `1` of m was read before");
    bench_open(f, "mr-gsm8k", "");
    refused(f, bench_read_text(f, "m.json", "[" SOLUTION("1", "wrong", "1", "wrong", "1", "", "") ",\n{\"uuid\": "),
            CAIRN_FORMAT, "m.json:2");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(test_constants_of_the_traces_and_of_constant_judges),
        TEST(test_accuracy_counts_none_as_a_place_and_f1_does_not),
        TEST(test_traces_are_known_by_file_and_line),
        TEST(test_a_place_that_counts_from_one_is_refused_where_it_leaves_the_trace),
        TEST(test_claude_2s_graded_file),
        TEST(test_mr_score_of_the_published_counts),
        TEST(test_three_questions_by_hand),
        TEST(test_the_newer_form_of_results),
        TEST(test_broken_solutions_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
