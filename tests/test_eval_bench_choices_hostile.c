/* label: light */
/* Files of the benchmarks of choices, broken: an error that names file, line and field, and bad rows that leave no trace
 * where they are passed over. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench_fixture.h"

#define JUDGED(judgments)  "{\"pair_id\": 1, \"source\": \"s\", \"label\": \"A>B\", \"judgments\": " judgments "}"
#define TOOL(said)         "{\"prompt\": \"p\", \"prediction_preferred_first\": 1, \"prediction_dispreferred_first\": " said "}"
#define OF_MANY(candidate) "{\"id\": 1, \"question\": \"q\", \"candidates\": [{\"correct\": true}, " candidate "]}"

static void test_values_of_another_type_are_named(void **state) {
    fixture *f = *state;
    static const struct {
        const char *bench, *row, *error;
    } cases[] = {
        {"judgebench", JUDGED("[[]]"), "f.jsonl:1: field `judgments[0]`: expected an object with a `decision` or null"},
        {"judgebench", JUDGED("[null, true]"), "f.jsonl:1: field `judgments[1]`: expected an object"},
        {"judgebench", JUDGED("[{\"decision\": 1}]"),
         "f.jsonl:1: field `judgments[0].decision`: expected a text or null"},
        {"toolcomp", TOOL("true"),
         "f.jsonl:1: field `prediction_dispreferred_first`: expected the judge's words or null"},
        {"toolcomp", TOOL("{\"raw\": []}"), "f.jsonl:1: field `prediction_dispreferred_first`"},
        {"toolcomp", "{}", "f.jsonl:1: expected a pair, with a field `prompt`"},
        {"vilbench", OF_MANY("[]"), "f.jsonl:1: field `candidates[1]`: expected an object"},
        {"rmbench", "{\"id\": \"chat/1\"}", "f.jsonl:1: expected a field `chosen` or `score_chosen`"},
        {"rewardbench", "{\"id\": 1, \"subset\": \"math-prm\", \"results\": NaN}", "f.jsonl:1: field `results`"},
        {"pairs", "{\"chosen\": \"a\", \"rejected\": \"b\", \"score_chosen\": Infinity, \"score_rejected\": 0}",
         "f.jsonl:1: field `score_chosen`"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench_open(f, cases[i].bench, "");
        refused(f, bench_read_text(f, "f.jsonl", cases[i].row), CAIRN_FORMAT, cases[i].error);
    }
}

static void test_judges_that_said_nothing_are_no_bad_rows(void **state) {
    fixture *f = *state;
    static const struct {
        const char *bench, *row;
    } cases[] = {{"judgebench", JUDGED("[null, {\"decision\": null}]")},
                 {"judgebench", JUDGED("[{\"decision\": \"A=B\"}, {}]")},
                 {"toolcomp", TOOL("{\"raw\": null}")},
                 {"toolcomp", TOOL("\"no words that mean anything\"")}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench_open(f, cases[i].bench, "");
        ok(f, bench_read_text(f, "f.jsonl", cases[i].row));
        bench_measure(f, true);
        assert_int_equal(f->result.items, 1);
    }
}

/* The row adds items of subsets that nothing else has before its last way of combining scores fails. */
static void test_a_row_that_is_passed_over_leaves_no_subset(void **state) {
    fixture *f = *state;
    bench_open(f, "rewardmath", "");
    ok(f, cairn_bench_read(
              f->run,
              text_file(
                  f, "r.jsonl",
                  "{\"problem\": \"p\", \"solution_reference\": [\"human_to_GPT-4\", \"b\"], \"score\": [[0.5, 2], "
                  "[0.1]]}\n"
                  "{\"problem\": \"q\", \"solution_reference\": [\"human_to_GPT-4\", \"b\"], \"score\": [0.5, 0.1]}\n"),
              &(cairn_bench_reading){.skip_bad = true}));
    bench_measure(f, true);
    assert_int_equal(f->result.skipped, 1);
    assert_int_equal(f->result.n_subsets, 1);
    assert_near(figure(f, "r", "accuracy"), 1, 0);
}

/* 64 solutions of a problem are as many as there may be; the right one may be the last. */
static void test_no_solution_of_a_problem_is_overlooked(void **state) {
    fixture *f = *state;
    for (int n = 64; n <= 65; n++) {
        cairn_text row = {0};
        bench_open(f, "rewardmath", "");
        ok(f, cairn_text_printf(f->ctx, &row, "{\"problem\": \"p\", \"score\": [1"));
        for (int i = 1; i < n; i++) ok(f, cairn_text_printf(f->ctx, &row, ", 1"));
        ok(f, cairn_text_printf(f->ctx, &row, "], \"solution_reference\": ["));
        for (int i = 1; i < n; i++) ok(f, cairn_text_printf(f->ctx, &row, "\"b\", "));
        ok(f, cairn_text_printf(f->ctx, &row, "\"human_to_GPT-4\"]}"));
        cairn_status status = bench_read_text(f, "r.jsonl", row.data);
        cairn_text_free(&row);
        if (n == 65) {
            assert_int_equal(status, CAIRN_LIMIT);
            assert_non_null(strstr(cairn_error(f->ctx), "r.jsonl:1: more than 64 solutions of one problem"));
            continue;
        }
        ok(f, status);
        bench_measure(f, false);
        assert_near(figure(f, "r", "with_ties"), 1, 0);
        assert_near(figure(f, "r", "mrr"), 1 / 64.0, 1e-15);
    }
}

/* 2,000 subsets of six figures are more than can be resampled at once. */
static void test_very_many_subsets_have_no_intervals(void **state) {
    fixture *f = *state;
    FILE *file = fopen(text_file(f, "s.jsonl", ""), "w");
    assert_non_null(file);
    for (int i = 0; i < 2000; i++)
        fprintf(file,
                "{\"subset\": \"s%d\", \"chosen\": \"a\", \"rejected\": \"b\", \"score_chosen\": 1, "
                "\"score_rejected\": %d}\n",
                i, i % 2 * 2);
    assert_int_equal(fclose(file), 0);
    bench_open(f, "pairs", "");
    ok(f, cairn_bench_read(f->run, f->path, NULL));
    ok(f, cairn_bench_measure(f->run, &(cairn_bench_measuring){.how = {20, 0.95, 1}}, &f->result));
    assert_int_equal(f->result.resamples, 0);
    assert_true(isnan(f->result.rows[0].figures[0].low));
    assert_near(figure(f, "s1", "accuracy"), 0, 0);
    assert_near(figure(f, "s2", "accuracy"), 1, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(test_values_of_another_type_are_named),           TEST(test_judges_that_said_nothing_are_no_bad_rows),
        TEST(test_a_row_that_is_passed_over_leaves_no_subset), TEST(test_no_solution_of_a_problem_is_overlooked),
        TEST(test_very_many_subsets_have_no_intervals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
