/* label: light */
/* Files of the benchmarks of steps, broken in every place: an error that names the file and the line, or figures, and
 * never anything else. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench_fixture.h"

typedef struct sample {
    const char *bench, *options, *rows, *predictions; /* "": there are none */
} sample;

static const sample samples[] = {
    {"processbench", "",
     "{\"id\": \"g-1\", \"problem\": \"p\", \"steps\": [\"a\", \"b\"], \"label\": 1, \"prediction\": 1}\n"
     "{\"id\": \"g-2\", \"problem\": \"p\", \"steps\": [\"a\", \"b\"], \"label\": -1, \"scores\": [0.9, null]}\n",
     ""},
    {"prmbench", "lengths=official",
     "{\"idx\": \"1\", \"classification\": \"redundency\", \"modified_question\": \"q\", \"original_question\": \"q\", "
     "\"original_process\": [\"a\"], \"modified_process\": [\"a\", \"b\"], \"error_steps\": [2, 7]}\n",
     "{\"idx\": \"redundency_1\", \"scores\": {\"step_level_validity_labels\": [true, false], "
     "\"step_level_redundancy_labels\": [0, 1, 1]}, \"validity\": true}\n"
     "{\"idx\": \"correct_1\", \"scores\": {\"step_level_validity_labels\": [1]}}\n"},
    {"prm-scores", "thresholds=file",
     "{\"performance\": {\"step_level\": {\"threshold\": 0.5}, \"instance_level\": {\"threshold\": 0.5}}, "
     "\"y_pred_step_level\": [0.5, 1e-3], \"y_true_step_level\": [true, false], \"y_pred_instance_level\": [0.001], "
     "\"y_true_instance_level\": [0]}\n",
     ""},
    {"bigbench-mistake", "",
     "{\"input\": \"i\", \"steps\": [\"a\", \"b\"], \"target\": \"1\", \"answer\": \"2\", \"mistake_index\": 1}\n"
     "{\"input\": \"i\", \"steps\": [\"a\", \"b\"], \"target\": \"1\", \"answer\": \"1\", \"mistake_index\": null}\n",
     "{\"id\": \"rows-1\", \"prediction\": 1}\n{\"id\": \"rows-2\", \"valid\": [true, false]}\n"},
    {"mr-gsm8k", "right=0,wrong=0",
     "[{\"uuid\": \"a\", \"question\": \"q\", \"model_output_steps\": [\"s\"], \"model_output_solution_correctness\": "
     "\"correct\", \"x_eval_output\": {\"correctness_pred\": \"correct\", \"error_step_pred\": \"N/A\"}},\n"
     "{\"uuid\": \"b\", \"question\": \"q\", \"model_output_steps\": [\"s\"], \"model_output_solution_correctness\": "
     "\"wrong\", \"model_output_solution_first_error_step\": 1, \"x_eval_output\": {\"correctness_pred\": \"wrong\", "
     "\"error_step_pred\": \"step 1\"}, \"error_reason_correctness\": \"correct\"}]\n",
     "[{\"uuid\": \"b\", \"gpt4_error_reason_correctness_analysis\": {\"Final Decision\": \"Correct\"}}]"},
    {"prm800k", "",
     "{\"id\": \"a\", \"question\": {\"problem\": \"q\"}, \"label\": {\"steps\": [{\"completions\": [{\"text\": \"s\", "
     "\"rating\": 1}], \"human_completion\": null, \"chosen_completion\": 0}, {\"completions\": [{\"text\": \"t\", "
     "\"rating\": -1}], \"human_completion\": null, \"chosen_completion\": null}], \"finish_reason\": "
     "\"found_error\"}}\n",
     "{\"id\": \"a\", \"scores\": [0.5, 0.25]}\n"},
    {"hard2verify", "",
     "{\"unique_id\": \"a\", \"question\": \"q\", \"model_response_by_step\": [\"s\", \"t\"], \"human_labels\": [1, "
     "0]}\n",
     "{\"id\": \"a\", \"valid\": [true, true]}\n"},
    {"visualprocessbench", "neutral=skip",
     "{\"question\": \"q\", \"data_source\": \"MMMU\", \"response\": {\"steps\": [\"s\", \"t\"], "
     "\"process_correctness\": [0, -1]}, \"policy_model\": \"m\"}\n",
     "{\"id\": \"rows-1\", \"prediction\": 0}\n"},
    {"agentprocessbench", "",
     "{\"query_index\": 3, \"sample_index\": 1, \"question\": \"q\", \"messages\": [{\"role\": \"user\", \"content\": "
     "\"u\"}, {\"role\": \"assistant\", \"content\": \"a\"}], \"step_labels\": {\"1\": -1}}\n",
     "{\"dataset\": \"rows\", \"query_index\": 3, \"sample_index\": 1, \"step_labels\": {\"1\": -1, \"12\": 0}, "
     "\"updated_at\": \"2026\", \"comment\": \"\"}\n"},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

/* Reads, predicts and measures; a failure names one of the files. */
static cairn_status all_of(fixture *f, const sample *s, const char *rows, size_t n_rows, const char *said,
                           size_t n_said) {
    cairn_bench_measuring how = {.how = {20, 0.95, 1}, .baselines = true};
    bench_open(f, s->bench, s->options);
    CAIRN_TRY(cairn_bench_read(f->run, bytes_file(f, "rows.json", rows, n_rows), NULL));
    CAIRN_TRY(cairn_bench_end(f->run));
    if (*s->predictions) CAIRN_TRY(cairn_bench_predict(f->run, bytes_file(f, "said.json", said, n_said), NULL));
    return cairn_bench_measure(f->run, &how, &f->result);
}

static cairn_status whole(fixture *f, const sample *s) {
    return all_of(f, s, s->rows, strlen(s->rows), s->predictions, strlen(s->predictions));
}

static void must_be_named(const fixture *f, cairn_status status) {
    const char *error = cairn_error(f->ctx);
    if (status == CAIRN_OK) return;
    if (status != CAIRN_FORMAT && status != CAIRN_INVALID && status != CAIRN_LIMIT)
        fail_msg("status %d: %s", status, error);
    if (status == CAIRN_FORMAT && !strstr(error, "rows.json") && !strstr(error, "said.json"))
        fail_msg("no file is named: %s", error);
}

static void test_the_samples_are_whole_and_every_judge_has_intervals(void **state) {
    fixture *f = *state;
    for (int i = 0; i < SAMPLES; i++) {
        ok(f, whole(f, &samples[i]));
        for (int32_t r = 0; r < f->result.n_rows; r++)
            for (int32_t k = 0; k < f->bench->n_figures; k++)
                assert_true(isinf(f->result.rows[r].figures[k].estimate) == 0);
    }
}

static void test_files_cut_anywhere(void **state) {
    fixture *f = *state;
    for (int i = 0; i < SAMPLES; i++) {
        const sample *s = &samples[i];
        size_t n_rows = strlen(s->rows), n_said = strlen(s->predictions);
        for (size_t n = 0; n < n_rows; n++) must_be_named(f, all_of(f, s, s->rows, n, s->predictions, n_said));
        for (size_t n = 0; n < n_said; n++) must_be_named(f, all_of(f, s, s->rows, n_rows, s->predictions, n));
    }
}

static void test_files_with_any_byte_changed(void **state) {
    fixture *f = *state;
    static const char bytes[] = {'"', '{', ']', '-', '9', ',', 'n', '\n', '\0', '\xff'};
    for (int i = 0; i < SAMPLES; i++) {
        const sample *s = &samples[i];
        char rows[1024], said[1024];
        size_t n_rows = strlen(s->rows), n_said = strlen(s->predictions);
        assert_true(n_rows < sizeof rows && n_said < sizeof said);
        for (size_t at = 0; at < n_rows + n_said; at++) {
            char byte = bytes[at % sizeof bytes];
            memcpy(rows, s->rows, n_rows);
            memcpy(said, s->predictions, n_said);
            if (at < n_rows) rows[at] = byte;
            if (at >= n_rows) said[at - n_rows] = byte;
            must_be_named(f, all_of(f, s, rows, n_rows, said, n_said));
        }
    }
}

/* Every value in turn becomes one of another type: null, a number, an array. */
static void test_values_of_another_type(void **state) {
    fixture *f = *state;
    static const char *const others[] = {"null", "-7", "1e300", "[[]]", "{}", "\"\"", "true", "99999999999"};
    for (int i = 0; i < SAMPLES; i++) {
        const sample *s = &samples[i];
        for (const char *p = strstr(s->rows, ": "); p; p = strstr(p + 1, ": ")) {
            size_t end = strcspn(p + 2, p[2] == '[' ? "]" : ",}");
            const char *rest = p + 2 + end + (p[2] == '[');
            for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
                char rows[2048];
                int n = snprintf(rows, sizeof rows, "%.*s%s%s", (int)(p + 2 - s->rows), s->rows, others[k], rest);
                must_be_named(f, all_of(f, s, rows, (size_t)n, s->predictions, strlen(s->predictions)));
            }
        }
    }
}

static void test_marks_and_line_ends_of_other_systems_are_read(void **state) {
    fixture *f = *state;
    for (int i = 0; i < SAMPLES; i++) {
        const sample *s = &samples[i];
        char rows[2048] = "\xef\xbb\xbf";
        size_t n = 3;
        for (const char *p = s->rows; *p; p++) {
            if (*p == '\n') rows[n++] = '\r';
            rows[n++] = *p;
        }
        ok(f, all_of(f, s, rows, n, s->predictions, strlen(s->predictions)));
    }
}

static void test_every_allocation_may_fail(void **state) {
    fixture *f = *state;
    for (int i = 0; i < SAMPLES; i++) {
        const sample *s = &samples[i];
        char rows[sizeof f->path];
        cairn_bench_measuring how = {.how = {20, 0.95, 1}, .baselines = true};
        cairn_status status = CAIRN_NO_MEMORY;
        int64_t n = 1;
        strcpy(rows, bytes_file(f, "rows.json", s->rows, strlen(s->rows)));
        bytes_file(f, "said.json", s->predictions, strlen(s->predictions));
        for (; status != CAIRN_OK && n < 2000; n++) {
            bench_open(f, s->bench, s->options);
            cairn_faults_set(f->ctx, (cairn_faults){.alloc_fails_at = n});
            status = cairn_bench_read(f->run, rows, NULL);
            if (status == CAIRN_OK && *s->predictions) status = cairn_bench_predict(f->run, f->path, NULL);
            if (status == CAIRN_OK) status = cairn_bench_measure(f->run, &how, &f->result);
            cairn_faults_set(f->ctx, (cairn_faults){0});
            assert_true(status == CAIRN_OK || status == CAIRN_NO_MEMORY);
        }
        assert_true(n > 10 && status == CAIRN_OK);
    }
}

static void test_bad_rows_can_be_passed_over_and_are_counted(void **state) {
    fixture *f = *state;
    cairn_bench_reading how = {.skip_bad = true};
    for (int i = 0; i < SAMPLES; i++) {
        const sample *s = &samples[i];
        if (s->rows[0] == '[' || strcmp(s->bench, "prm-scores") == 0) continue;
        char rows[2048];
        snprintf(rows, sizeof rows, "{\"id\": 1, \"steps\": 3}\n%s{\"trunc", s->rows);
        bench_open(f, s->bench, s->options);
        ok(f, cairn_bench_read(f->run, text_file(f, "rows.json", rows), &how));
        bench_measure(f, false);
        assert_int_equal(f->result.skipped, 2);
        assert_true(f->result.items > 0);
    }
}

/* However long an id is, the error says what is wrong with it. */
static void test_a_long_id_leaves_room_for_the_error(void **state) {
    fixture *f = *state;
    static char row[8192];
    char id[3001];
    memset(id, 'a', 3000);
    id[3000] = 0;
    snprintf(row, sizeof row,
             "{\"id\": \"%s\", \"problem\": \"p\", \"steps\": [\"s\"], \"label\": -1}\n"
             "{\"id\": \"%s\", \"problem\": \"p\", \"steps\": [\"s\"], \"label\": -1}\n",
             id, id);
    bench_open(f, "processbench", "");
    refused(f, bench_read_text(f, "rows.jsonl", row), CAIRN_FORMAT, "` of rows was read before");
}

/* What a bad prediction says is of no item, nor of a threshold that is chosen on them. */
static void test_a_prediction_that_is_passed_over_leaves_no_scores(void **state) {
    fixture *f = *state;
    bench_open(f, "bigbench-mistake", "");
    ok(f, bench_read_text(f, "rows.jsonl",
                          "{\"id\": \"a\", \"input\": \"p\", \"steps\": [\"s\", \"t\", \"u\"], \"mistake_index\": 1}\n"
                          "{\"id\": \"b\", \"input\": \"p\", \"steps\": [\"s\", \"t\"], \"mistake_index\": null}\n"));
    ok(f, cairn_bench_end(f->run));
    ok(f, cairn_bench_predict(f->run,
                              text_file(f, "said.jsonl",
                                        "{\"id\": \"a\", \"scores\": [0.5]}\n"
                                        "{\"id\": \"b\", \"scores\": [0.75, 0.5]}\n"),
                              &(cairn_bench_reading){.skip_bad = true}));
    assert_null(cairn_bench_item_at(f->run, 0)->candidates[0].scores);
    assert_non_null(cairn_bench_item_at(f->run, 1)->candidates[0].scores);
    bench_measure(f, true);
    assert_int_equal(f->result.skipped, 1);
    assert_int_equal(f->result.silent, 1);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(test_the_samples_are_whole_and_every_judge_has_intervals),
        TEST(test_files_cut_anywhere),
        TEST(test_files_with_any_byte_changed),
        TEST(test_values_of_another_type),
        TEST(test_marks_and_line_ends_of_other_systems_are_read),
        TEST(test_every_allocation_may_fail),
        TEST(test_bad_rows_can_be_passed_over_and_are_counted),
        TEST(test_a_prediction_that_is_passed_over_leaves_no_scores),
        TEST(test_a_long_id_leaves_room_for_the_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
