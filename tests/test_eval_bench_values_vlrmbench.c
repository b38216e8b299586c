/* label: light */
/* VLRMBench (arXiv 2503.07478): trivial judges on its files to the last digit, and cases by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench_fixture.h"
#include "data.h"
#include "skip.h"

/* ---- official files ---------------------------------------------------------------------------------------------- */

static const char *const columns[] = {"f1_1", "f1_0", "score", "f1_freq", "f1_macro"};
typedef struct trivial {
    const char *task, *judge, *is[5];
} trivial;
/* "always right" says no step is faulty. */
static const trivial judges[] = {
    {"image_ref_error", "always right", {"0.000000", "0.885971", "0.181371", "0.704600", "0.442985"}},
    {"image_ref_error", "always wrong", {"0.339856", "0.000000", "0.270282", "0.069573", "0.169928"}},
    {"image_ref_error", "last step wrong", {"0.035874", "0.845212", "0.201558", "0.679529", "0.440543"}},
    {"image_ref_error", "first step wrong", {"0.089686", "0.853852", "0.246122", "0.697416", "0.471769"}},
    {"location_error", "always right", {"0.000000", "0.934520", "0.114863", "0.819657", "0.467260"}},
    {"location_error", "always wrong", {"0.218916", "0.000000", "0.192009", "0.026907", "0.109458"}},
    {"location_error", "last step wrong", {"0.024096", "0.892715", "0.130860", "0.785952", "0.458406"}},
    {"location_error", "first step wrong", {"0.102410", "0.901325", "0.200606", "0.803129", "0.501867"}},
};
static const char *const tasks[] = {"image_ref_error", "location_error"};

static bool read_official(fixture *f) {
    char name[64], path[4096];
    bench_open(f, "vlrmbench", "");
    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "vlrmbench/%s.jsonl", tasks[i]);
        if (!shared_file(name, path)) return false;
        ok(f, cairn_bench_read(f->run, path, NULL));
    }
    ok(f, cairn_bench_end(f->run));
    return true;
}

static void as_printed(double got, const char *want) {
    char text[64];
    snprintf(text, sizeof text, "%.6f", got);
    assert_string_equal(text, want);
}

static void test_trivial_judges_have_the_published_figures(void **state) {
    fixture *f = *state;
    if (!read_official(f)) skip_because("no VLRMBench files");
    bench_measure(f, true);
    assert_int_equal(f->result.rows[row_of(f, "image_ref_error")].items, 58);
    assert_int_equal(f->result.rows[row_of(f, "location_error")].items, 126);
    for (size_t i = 0; i < sizeof judges / sizeof *judges; i++)
        for (int k = 0; k < 5; k++)
            as_printed(baseline(f, judges[i].judge, judges[i].task, columns[k]), judges[i].is[k]);
    as_printed(baseline(f, "always wrong", "steps", "score"), "0.231146"); /* (0.270282 + 0.192009) / 2 */
}

/* The same figures by way of words: a file of answers for each task, joined by id. */
static void test_recorded_answers_give_the_same_figures_as_the_trivial_judges(void **state) {
    fixture *f = *state;
    for (size_t i = 0; i < sizeof judges / sizeof *judges; i++) {
        if (!read_official(f)) skip_because("no VLRMBench files");
        const char *judge = judges[i].judge;
        char name[64];
        snprintf(name, sizeof name, "%s.jsonl", judges[i].task);
        FILE *file = fopen(text_file(f, name, ""), "w");
        assert_non_null(file);
        for (size_t k = 0; k < cairn_bench_count(f->run); k++) {
            const cairn_bench_item *item = cairn_bench_item_at(f->run, k);
            int32_t n = item->candidates[0].n_steps;
            if (strcmp(item->subset, judges[i].task) != 0) continue;
            fprintf(file, "{\"id\": \"%s\", \"model_answer\": \"[", item->id);
            for (int32_t s = 0; s < n; s++) {
                bool faulty = !strcmp(judge, "always wrong") || (!strcmp(judge, "last step wrong") && s == n - 1) ||
                              (!strcmp(judge, "first step wrong") && s == 0);
                fprintf(file, "%s%d", s ? ", " : "", faulty);
            }
            fprintf(file, "]\"}\n");
        }
        fclose(file);
        ok(f, cairn_bench_predict(f->run, f->path, NULL));
        bench_measure(f, false);
        for (int k = 0; k < 5; k++) as_printed(figure(f, judges[i].task, columns[k]), judges[i].is[k]);
        assert_near(figure(f, judges[i].task, "not_bare"), 0, 0);
        assert_near(figure(f, judges[i].task, "null"), 0, 0);
    }
}

/* ---- steps by hand ----------------------------------------------------------------------------------------------- */

#define ANSWER(id, gold, answer) "{\"id\": \"" id "\", \"task_gt\": " gold ", \"model_answer\": " answer "}\n"

/* Page 42, unit case a: TP 2, FP 1, FN 1, TN 6. */
static void test_f1_w_weighs_each_class_by_the_share_of_the_other(void **state) {
    fixture *f = *state;
    bench_open(f, "vlrmbench", "");
    ok(f, bench_read_text(f, "detail_error.jsonl",
                          ANSWER("a", "[1, 1, 1, 0, 0]", "\"[1, 1, 0, 1, 0]\"")
                              ANSWER("b", "[0, 0, 0, 0, 0]", "\"[0, 0, 0, 0, 0]\"")));
    bench_measure(f, true);
    as_printed(figure(f, "detail_error", "f1_1"), "0.666667");
    as_printed(figure(f, "detail_error", "f1_0"), "0.857143");
    as_printed(figure(f, "detail_error", "score"), "0.723810");
    as_printed(figure(f, "detail_error", "f1_freq"), "0.800000");
    as_printed(baseline(f, "always right", "detail_error", "f1_0"), "0.823529");
    as_printed(baseline(f, "always right", "detail_error", "score"), "0.247059");
}

/* The gold is what the answer should read as; all steps are then right. Page 42, case b, and the parser's table. */
static void test_answers_are_read_by_their_runs_of_digits(void **state) {
    static const struct {
        const char *options, *gold, *answer;
        double coerced, padded, cut, not_bare;
    } cases[] = {
        {"", "[0, 1, 1, 0]", "\"[0, 1, 2]\"", 1, 1, 0, 0},
        {"", "[1, 0, 1, 1]", "\"STEP 1: 0 STEP 2: 1\"", 1, 0, 0, 1},
        {"", "[0, 0, 0, 0]", "\"\"", 0, 4, 0, 1},
        {"", "[1, 0, 0, 1]", "\"-1, 0, 0, 1\"", 0, 0, 0, 1},
        {"", "[1, 1, 0, 0]", "\"1.5\"", 1, 2, 0, 1},
        {"", "[1, 0]", "\"STEP 1: 0 [0, 1]\"", 0, 0, 2, 1},
        {"parse=digits-last", "[0, 1]", "\"STEP 1: 0 [0, 1]\"", 0, 0, 2, 1},
        {"parse=bracketed", "[0, 1]", "\"[1] STEP 1: 0 [0, 1] [1, 1, 1]\"", 0, 0, 0, 1},
        {"parse=bracketed", "[0, 0]", "\"1, 1\"", 0, 2, 0, 1},
    };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        bench_open(f, "vlrmbench", cases[i].options);
        snprintf(text, sizeof text, "{\"id\": \"a\", \"task_gt\": %s, \"model_answer\": %s}\n", cases[i].gold,
                 cases[i].answer);
        ok(f, bench_read_text(f, "detail_error.jsonl", text));
        bench_measure(f, false);
        assert_near(tallied(f, "detail_error", "fp") + tallied(f, "detail_error", "fn"), 0, 0);
        assert_near(figure(f, "detail_error", "coerced"), cases[i].coerced, 0);
        assert_near(figure(f, "detail_error", "padded"), cases[i].padded, 0);
        assert_near(figure(f, "detail_error", "cut"), cases[i].cut, 0);
        assert_near(figure(f, "detail_error", "not_bare"), cases[i].not_bare, 0);
    }
}

static void test_null_answers_leave_the_denominator_and_rows_with_error_info_are_passed_over(void **state) {
    fixture *f = *state;
    bench_open(f, "vlrmbench", "");
    ok(f, bench_read_text(f, "detail_error.jsonl",
                          ANSWER("a", "[1, 0]", "\"[1, 0]\"")
                              ANSWER("b", "[1, 1]", "null") "{\"id\": \"c\", \"error_info\": \"timeout\"}\n"));
    bench_measure(f, false);
    assert_int_equal(f->result.items, 2);
    assert_int_equal(f->result.silent, 1);
    assert_near(figure(f, "detail_error", "null"), 1, 0);
    assert_near(figure(f, "detail_error", "score"), 1, 0);
    assert_near(tallied(f, "detail_error", "tn"), 1, 0);
}

static void test_scores_of_steps_are_compared_with_the_threshold(void **state) {
    fixture *f = *state;
    bench_open(f, "vlrmbench", "threshold=0.4");
    ok(f, bench_read_text(f, "detail_error.jsonl",
                          "{\"id\": \"a\", \"step_list\": [\"x\", \"y\", \"z\"], \"task_gt\": [0, 1, 0], \"scores\": "
                          "[0.41, 0.4, 0.3]}\n"));
    bench_measure(f, false);
    assert_near(tallied(f, "detail_error", "tp"), 1, 0);
    assert_near(tallied(f, "detail_error", "tn"), 1, 0);
    assert_near(tallied(f, "detail_error", "fn"), 1, 0);
    double threshold = 0;
    ok(f, f->bench->tune(f->run, f->config));
    memcpy(&threshold, (const char *)f->config + f->bench->about.options[1].offset, sizeof threshold);
    assert_near(threshold, 0.4, 0); /* 0.4 lets 0.41 pass alone: macro F1 2/3, at most */
}

/* ---- outcomes and critiques by hand ------------------------------------------------------------------------------ */

#define RATED(id, front, back) \
    "{\"id\": \"" id "\", \"task_gt\": [0, 1], \"model_answer_front\": " front ", \"model_answer_back\": " back "}\n"

/* Page 42, unit case c: 8 + 5 against 6 + 7. */
static void test_a_pair_needs_the_greater_sum_over_both_orders(void **state) {
    fixture *f = *state;
    bench_open(f, "vlrmbench", "");
    ok(f, bench_read_text(f, "multi_solution.jsonl",
                          RATED("tie", "\"[8, 6]\"", "\"[7, 5]\"") RATED("win", "\"[9, 6]\"", "\"[7, 5]\"")
                              RATED("last two", "\"Score: 8/10 and 7/10\"", "\"3 and 9\"") RATED("null", "null", "null")
                                  RATED("half", "\"[9, 1]\"", "null")));
    bench_measure(f, true);
    assert_near(figure(f, "multi_solution", "score"), 3 / 5.0, 1e-15); /* 7 + 9 > 10 + 3 */
    assert_near(figure(f, "multi_solution", "tie"), 2 / 5.0, 1e-15);
    assert_near(figure(f, "multi_solution", "null"), 1, 0);
    assert_near(figure(f, "multi_solution", "not_bare"), 2 - 1, 0);
    assert_true(isnan(figure(f, "multi_solution", "f1_1")));
    assert_true(isnan(baseline(f, "always right", "multi_solution", "score")));
}

static void test_foresight_finds_yes_or_no_anywhere(void **state) {
    fixture *f = *state;
    bench_open(f, "vlrmbench", "");
    ok(f, bench_read_text(f, "foresight.jsonl",
                          ANSWER("a", "true", "\"No doubt, yes.\"") ANSWER("b", "false", "\"No doubt, yes.\"")
                              ANSWER("c", "true", "\"It is TRUE\"") ANSWER("d", "false", "\"cannot know\"")
                                  ANSWER("e", "true", "null")));
    bench_measure(f, true);
    assert_near(figure(f, "foresight", "score"), 3 / 4.0, 1e-15);
    assert_near(figure(f, "foresight", "null"), 1, 0);
    assert_near(figure(f, "outcomes", "score"), 3 / 4.0, 1e-15);
    assert_near(baseline(f, "always right", "foresight", "score"), 3 / 5.0, 1e-15);
    assert_near(baseline(f, "always wrong", "foresight", "score"), 2 / 5.0, 1e-15);
}

static void test_the_outcome_average_weighs_tasks_by_their_items(void **state) {
    fixture *f = *state;
    bench_open(f, "vlrmbench", "");
    ok(f, bench_read_text(f, "foresight.jsonl", ANSWER("a", "true", "\"yes\"")));
    ok(f, bench_read_text(f, "multi_solution.jsonl",
                          RATED("a", "\"[1, 2]\"", "\"[2, 1]\"") RATED("b", "\"[1, 2]\"", "\"[2, 1]\"")
                              RATED("c", "\"[2, 1]\"", "\"[1, 2]\"")));
    bench_measure(f, false);
    assert_near(figure(f, "outcomes", "score"), 2 / 4.0, 1e-15);
}

/* Rating 1 is the reference's in front, the model's at the back. */
static void test_a_critique_wins_over_the_reference(void **state) {
    fixture *f = *state;
    bench_open(f, "vlrmbench", "");
    ok(f, bench_read_text(f, "error_correction.jsonl",
                          "{\"id\": \"a\", \"judge_res_1\": [6, 8], \"judge_res_2\": [7, 6]}\n"
                          "{\"id\": \"b\", \"judge_res_1\": [8, 6], \"judge_res_2\": [7, 5]}\n"
                          "{\"id\": \"c\", \"judge_res_1\": [8, 6], \"judge_res_2\": [5, 7]}\n"
                          "{\"id\": \"d\", \"judge_res_1\": [9, 6], \"judge_res_2\": [5, 9]}\n"));
    bench_measure(f, false);
    assert_near(figure(f, "error_correction", "score"), 1 / 4.0, 1e-15);
    assert_near(figure(f, "error_correction", "tie"), 1 / 4.0, 1e-15);
    assert_int_equal(f->result.rows[row_of(f, "outcomes")].items, 0);
}

/* eval_res/detail_error/model.jsonl, as the released script writes it. */
static void test_the_task_is_also_the_folder_s_name(void **state) {
    fixture *f = *state;
    char folder[160];
    bench_open(f, "vlrmbench", "");
    snprintf(folder, sizeof folder, "mkdir %s/detail_error %s/foresight", f->folder, f->folder);
    assert_int_equal(system(folder), 0);
    ok(f, bench_read_text(f, "detail_error/gpt.jsonl", ANSWER("a", "[1]", "\"[1]\"")));
    ok(f, bench_read_text(f, "foresight/gpt.jsonl", ANSWER("a", "true", "\"no\"")));
    bench_measure(f, false);
    assert_near(figure(f, "detail_error", "score"), 0, 0); /* no fine step: F1_0 is 0, and counts alone */
    assert_near(figure(f, "detail_error", "f1_1"), 1, 0);
    assert_near(figure(f, "foresight", "score"), 0, 0);
}

static void test_broken_rows_are_named_with_file_line_and_field(void **state) {
    static const struct {
        const char *text, *error;
    } cases[] = {
        {ANSWER("a", "[1]", "\"1\"") ANSWER("b", "[2]", "\"1\""),
         "x.jsonl:2: field `task_gt[0]`: expected 0 or 1, got 2"},
        {ANSWER("a", "\"text\"", "\"1\""), "x.jsonl:1: field `task_gt`: expected an array of whole numbers"},
        {ANSWER("a", "[1]", "[1]"), "x.jsonl:1: field `model_answer`: expected a string"},
        {"{\"id\": \"a\", \"step_list\": [\"s\", \"t\"], \"task_gt\": [1]}\n",
         "x.jsonl:1: field `task_gt`: expected 2 labels, one a step, got 1"},
        {"{\"id\": \"a\", \"task_gt\": [1], \"scores\": [0.5, 1]}\n",
         "x.jsonl:1: field `scores`: expected 1 scores, one a step, got 2"},
        {"{\"id\": \"a\", \"judge_res_1\": [1, 2], \"judge_res_2\": [1]}\n",
         "x.jsonl:1: field `judge_res_2`: expected two numbers"},
        {"{\"task_gt\": [1]}\n", "x.jsonl:1: field `id`: expected a string"},
        {ANSWER("a", "[1]", "\"1\"") ANSWER("a", "[1]", "\"1\""), "x.jsonl:2: the id `a` of x was read before"},
    };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench_open(f, "vlrmbench", "");
        refused(f, bench_read_text(f, "x.jsonl", cases[i].text), CAIRN_FORMAT, cases[i].error);
    }
    bench_open(f, "vlrmbench", "");
    ok(f, bench_read_text(f, "x.jsonl", ANSWER("a", "[1]", "\"1\"")));
    refused(f, bench_predict_text(f, "p.jsonl", "{\"id\": \"b\", \"model_answer\": \"1\"}\n"), CAIRN_FORMAT,
            "p.jsonl:1: field `id`: no item has the id `b`");
    refused(f, bench_predict_text(f, "p.jsonl", "{\"id\": \"a\", \"model_answer\": \"0\"}\n"), CAIRN_FORMAT,
            "p.jsonl:1: field `id`: `a` has an answer already");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(test_trivial_judges_have_the_published_figures),
        TEST(test_recorded_answers_give_the_same_figures_as_the_trivial_judges),
        TEST(test_f1_w_weighs_each_class_by_the_share_of_the_other),
        TEST(test_answers_are_read_by_their_runs_of_digits),
        TEST(test_null_answers_leave_the_denominator_and_rows_with_error_info_are_passed_over),
        TEST(test_scores_of_steps_are_compared_with_the_threshold),
        TEST(test_a_pair_needs_the_greater_sum_over_both_orders),
        TEST(test_foresight_finds_yes_or_no_anywhere),
        TEST(test_the_outcome_average_weighs_tasks_by_their_items),
        TEST(test_a_critique_wins_over_the_reference),
        TEST(test_the_task_is_also_the_folder_s_name),
        TEST(test_broken_rows_are_named_with_file_line_and_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
