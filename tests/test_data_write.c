/* Writing records: labels as they will stand, each format exactly, what a format does not hold, and reading all of it back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/data.h"

static cairn_ctx *ctx;
static cairn_arena *arena;
static char path[64];
static cairn_write_counts counts; /* of the last file that was written */
static char losses[1024];

static int setup(void **state) {
    (void)state;
    strcpy(path, "/tmp/cairn_write_XXXXXX");
    int file = mkstemp(path);
    if (file < 0 || close(file) != 0 || cairn_ctx_open(&ctx) != CAIRN_OK) return -1;
    return cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return unlink(path);
}

/* Writes the records; the text of the file, or NULL for an error. */
static const char *write_all(cairn_write_options options, const cairn_record *records, int n) {
    static char text[65536];
    cairn_out *out;
    cairn_writer *writer;
    cairn_text said = {0};
    assert_int_equal(cairn_out_open(ctx, path, &out), CAIRN_OK);
    assert_int_equal(cairn_writer_open(ctx, out, &options, &writer), CAIRN_OK);
    cairn_status status = CAIRN_OK;
    for (int i = 0; i < n && status == CAIRN_OK; i++) status = cairn_writer_put(writer, &records[i]);
    if (status == CAIRN_OK) status = cairn_writer_end(writer);
    counts = *cairn_writer_counts(writer);
    assert_int_equal(cairn_writer_losses(writer, &said), CAIRN_OK);
    snprintf(losses, sizeof losses, "%s", said.data ? said.data : "");
    cairn_text_free(&said);
    cairn_writer_close(writer);
    if (status != CAIRN_OK) {
        cairn_out_drop(out);
        return NULL;
    }
    assert_int_equal(cairn_out_commit(out), CAIRN_OK);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

static const char *write_one(cairn_format format, const cairn_record *record) {
    return write_all((cairn_write_options){.format = format}, record, 1);
}

static void expect_text(const char *got, const char *expected) {
    if (!got) fail_msg("%s", cairn_error(ctx));
    assert_string_equal(got, expected);
}

static void expect_refused(const char *got, const char *says) {
    if (got) fail_msg("was written: %s", got);
    if (!strstr(cairn_error(ctx), says)) fail_msg("expected `%s` in: %s", says, cairn_error(ctx));
}

static const char *const two_steps[] = {"2 + 2 = 4", "3 + 3 = 7"};
static const double right_wrong[] = {1, 0};

static cairn_record flawed(void) {
    return (cairn_record){.id = "1",
                          .problem = "Q",
                          .steps = two_steps,
                          .n_steps = 2,
                          .labels = right_wrong,
                          .first_error = 1,
                          .correct = CAIRN_VERDICT_UNKNOWN};
}

/* ---- filling ------------------------------------------------------------------------------------------------------- */

static void expect_filled(int32_t first_error, double right_from, int n, const double *labels, const double *expected) {
    double all[8];
    int32_t added = 0;
    memcpy(all, labels, (size_t)n * sizeof *all);
    for (int i = 0; i < n; i++) added += isnan(labels[i]) && !isnan(expected[i]);
    assert_int_equal(cairn_labels_fill(all, n, first_error, right_from), added);
    for (int i = 0; i < n; i++)
        if (!(all[i] == expected[i] || (isnan(all[i]) && isnan(expected[i]))))
            fail_msg("label %d: %g instead of %g", i, all[i], expected[i]);
}
#define N        NAN
#define ROW(...) ((const double[]){__VA_ARGS__})

static void test_labels_are_filled_by_what_the_evidence_implies(void **state) {
    (void)state;
    /* a prefix that succeeded holds no error; after the first wrong step all is wrong */
    expect_filled(CAIRN_UNLABELLED, 0.5, 6, ROW(N, N, 1, 0, N, N), ROW(1, 1, 1, 0, 0, 0));
    /* between the last right and the first wrong one nobody knows */
    expect_filled(CAIRN_UNLABELLED, 0.5, 6, ROW(N, 1, N, N, 0, N), ROW(1, 1, N, N, 0, 0));
    expect_filled(CAIRN_UNLABELLED, 0.5, 3, ROW(N, 1, N), ROW(1, 1, N));
    expect_filled(CAIRN_UNLABELLED, 0.5, 3, ROW(N, 0, N), ROW(N, 0, 0));
    expect_filled(CAIRN_UNLABELLED, 0.5, 3, ROW(N, N, N), ROW(N, N, N));
    /* a right step after a wrong one says nothing */
    expect_filled(CAIRN_UNLABELLED, 0.5, 4, ROW(N, 0, N, 1), ROW(N, 0, 0, 1));
    /* a known first error says all; known labels stay */
    expect_filled(2, 0.5, 5, ROW(N, N, N, 0.75, N), ROW(1, 1, 0, 0.75, 0));
    expect_filled(CAIRN_NO_ERROR, 0.5, 3, ROW(N, N, N), ROW(1, 1, 1));
    /* 0.25 is wrong from 0.5 on, right where any completion counts */
    expect_filled(CAIRN_UNLABELLED, 0.5, 3, ROW(N, 0.25, N), ROW(N, 0.25, 0));
    expect_filled(CAIRN_UNLABELLED, 1e-300, 3, ROW(N, 0.25, N), ROW(1, 0.25, N));
    expect_filled(CAIRN_UNLABELLED, 0.5, 0, ROW(0), ROW(0));
}

/* ---- labels -------------------------------------------------------------------------------------------------------- */

static void test_a_soft_label_is_right_from_a_half_on_unless_said_otherwise(void **state) {
    (void)state;
    const char *const steps[] = {"a", "b", "c"};
    const double labels[] = {0.5, 0.25, 0};
    cairn_record r = {.id = "1",
                      .problem = "p",
                      .steps = steps,
                      .n_steps = 3,
                      .labels = labels,
                      .first_error = CAIRN_UNLABELLED,
                      .correct = CAIRN_VERDICT_UNKNOWN};
    cairn_write_options options = {.format = CAIRN_FORMAT_TRL};
    expect_text(write_all(options, &r, 1), "{\"completions\":[\"a\",\"b\",\"c\"],\"labels\":[true,false,false],"
                                           "\"prompt\":\"p\"}\n");
    assert_string_equal(losses, "trl does not hold: soft labels of 1 record (written as right from 0.5 on)");
    options.right_from = 1e-300;
    expect_text(write_all(options, &r, 1), "{\"completions\":[\"a\",\"b\",\"c\"],\"labels\":[true,true,false],"
                                           "\"prompt\":\"p\"}\n");
    options = (cairn_write_options){.labels = CAIRN_LABELS_KEPT};
    assert_non_null(strstr(write_all(options, &r, 1), "\"scores\":[0.5,0.25,0]"));
    assert_string_equal(losses, "");
    options.labels = CAIRN_LABELS_HARD;
    assert_non_null(strstr(write_all(options, &r, 1), "\"labels\":[true,false,false]"));
}

static void test_a_first_error_stays_beside_soft_labels(void **state) {
    (void)state;
    const double soft[] = {0.9, 0.25};
    cairn_record r = flawed();
    r.labels = soft;
    expect_text(write_one(CAIRN_FORMAT_STEPWISE, &r),
                "{\"completions\":[\"2 + 2 = 4\",\"3 + 3 = 7\"],\"id\":\"1\",\"labels\":[true,false],\"prompt\":\"Q\","
                "\"scores\":[0.9,0.25],\"version\":1}\n");
    assert_string_equal(losses, "");
}

static void test_trl_wants_every_label(void **state) {
    (void)state;
    const char *const steps[] = {"a", "b", "c"};
    const double labels[] = {NAN, 1, NAN};
    cairn_record r = {.id = "7",
                      .problem = "p",
                      .steps = steps,
                      .n_steps = 3,
                      .labels = labels,
                      .first_error = CAIRN_UNLABELLED,
                      .correct = CAIRN_VERDICT_UNKNOWN};
    expect_refused(write_one(CAIRN_FORMAT_TRL, &r), "record `7` cannot be written: its step 1 has no label");
    cairn_write_options options = {.format = CAIRN_FORMAT_TRL, .fill = true};
    expect_refused(write_all(options, &r, 1), "its step 3 has no label");
    options.skip_bad = true;
    expect_text(write_all(options, &r, 1), "");
    assert_int_equal(counts.refused, 1);
    assert_int_equal(counts.records, 0);
    assert_int_equal(counts.filled, 0); /* nothing of it was written */
}

/* ---- the formats that say a first error ------------------------------------------------------------------------------ */

static void test_first_errors_are_written(void **state) {
    (void)state;
    cairn_record r = flawed();
    r.target = "7", r.answer = "6", r.correct = CAIRN_VERDICT_WRONG, r.generator = "m";
    expect_text(write_one(CAIRN_FORMAT_MISTAKE, &r),
                "{\"answer\":\"6\",\"id\":\"1\",\"input\":\"Q\",\"mistake_index\":1,"
                "\"steps\":[\"2 + 2 = 4\",\"3 + 3 = 7\"],\"target\":\"7\"}\n");
    assert_string_equal(losses, "mistake does not hold: generators of 1 record");
    expect_text(write_one(CAIRN_FORMAT_PROCESSBENCH, &r),
                "{\"final_answer_correct\":false,\"generator\":\"m\",\"id\":\"1\",\"label\":1,\"problem\":\"Q\","
                "\"steps\":[\"2 + 2 = 4\",\"3 + 3 = 7\"]}\n");
    assert_string_equal(losses, "processbench does not hold: answers of 1 record, targets of 1 record");
    r.labels = NULL, r.first_error = CAIRN_UNLABELLED;
    expect_refused(write_one(CAIRN_FORMAT_PROCESSBENCH, &r), "its first wrong step is not known");
}

/* ---- reference solutions --------------------------------------------------------------------------------------------- */

static void test_gsm8k_holds_right_solutions_of_one_line_steps(void **state) {
    (void)state;
    const char *const steps[] = {"2 + 2 = 4", "4 + 3 = 7"}, *const broken[] = {"2 + 2\n= 4"};
    cairn_record r = {.id = "1",
                      .problem = "Q",
                      .steps = steps,
                      .n_steps = 2,
                      .answer = "7",
                      .target = "7",
                      .correct = CAIRN_VERDICT_RIGHT,
                      .first_error = CAIRN_UNLABELLED};
    expect_text(write_one(CAIRN_FORMAT_GSM8K, &r),
                "{\"answer\":\"2 + 2 = 4\\n4 + 3 = 7\\n#### 7\",\"id\":\"1\",\"question\":\"Q\"}\n");
    assert_string_equal(losses, "");
    r.correct = CAIRN_VERDICT_WRONG;
    expect_refused(write_one(CAIRN_FORMAT_GSM8K, &r), "its answer is wrong");
    r.correct = CAIRN_VERDICT_RIGHT, r.first_error = 1;
    expect_refused(write_one(CAIRN_FORMAT_GSM8K, &r), "a step of it is wrong");
    r.first_error = CAIRN_UNLABELLED, r.steps = broken, r.n_steps = 1;
    expect_refused(write_one(CAIRN_FORMAT_GSM8K, &r), "its 1 steps would read back as 2");
    r.steps = steps, r.answer = r.target = NULL;
    expect_refused(write_one(CAIRN_FORMAT_GSM8K, &r), "it has no answer");
}

/* ---- CSV --------------------------------------------------------------------------------------------------------------- */

static void test_csv_has_a_row_a_step(void **state) {
    (void)state;
    const char *const steps[] = {"a, \"b\"", "c\nd"};
    const double labels[] = {0.25, NAN};
    const int8_t ratings[] = {-1, CAIRN_NO_RATING};
    cairn_record r[2] = {{.id = "1",
                          .problem = "Q",
                          .steps = steps,
                          .n_steps = 2,
                          .labels = labels,
                          .ratings = ratings,
                          .first_error = CAIRN_UNLABELLED,
                          .correct = CAIRN_VERDICT_RIGHT,
                          .subset = "s"},
                         {.id = "2", .problem = "R", .first_error = CAIRN_NO_ERROR, .correct = CAIRN_VERDICT_UNKNOWN}};
    expect_text(write_all((cairn_write_options){.format = CAIRN_FORMAT_CSV}, r, 2),
                "id,problem,step,text,label,rating,steps,first_error,correct,answer,target,generator,group,subset,"
                "domain\r\n"
                "1,Q,1,\"a, \"\"b\"\"\",0.25,-1,2,1,1,,,,,s,\r\n"
                "1,Q,2,\"c\nd\",,,2,1,1,,,,,s,\r\n"
                "2,R,,,,,0,0,,,,,,,\r\n");
    assert_string_equal(losses, "");
    assert_int_equal(counts.records, 2);
}

/* ---- errors ------------------------------------------------------------------------------------------------------------ */

static void test_a_failed_allocation_ends_writing_cleanly(void **state) {
    (void)state;
    cairn_record r = flawed();
    static const cairn_format formats[] = {CAIRN_FORMAT_STEPWISE, CAIRN_FORMAT_TRL, CAIRN_FORMAT_CSV};
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++)
        for (int64_t at = 1;; at++) {
            cairn_out *out;
            assert_int_equal(cairn_out_open(ctx, path, &out), CAIRN_OK);
            cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = at});
            cairn_status status = cairn_record_write(ctx, out, &(cairn_write_options){.format = formats[f]}, &r);
            cairn_faults_set(ctx, (cairn_faults){0});
            cairn_out_drop(out);
            if (status == CAIRN_OK) break;
            assert_int_equal(status, CAIRN_NO_MEMORY);
            assert_true(at < 200);
        }
}

static void test_a_format_that_is_only_read_is_refused(void **state) {
    (void)state;
    cairn_writer *writer;
    cairn_out *out;
    assert_int_equal(cairn_out_open(ctx, path, &out), CAIRN_OK);
    assert_int_equal(
        cairn_writer_open(ctx, out, &(cairn_write_options){.format = CAIRN_FORMAT_GSM8K_SOLUTIONS}, &writer),
        CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "`gsm8k-solutions` is a format that is read, not written");
    cairn_out_drop(out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels_are_filled_by_what_the_evidence_implies),
        cmocka_unit_test(test_a_soft_label_is_right_from_a_half_on_unless_said_otherwise),
        cmocka_unit_test(test_a_first_error_stays_beside_soft_labels),
        cmocka_unit_test(test_trl_wants_every_label),
        cmocka_unit_test(test_first_errors_are_written),
        cmocka_unit_test(test_gsm8k_holds_right_solutions_of_one_line_steps),
        cmocka_unit_test(test_csv_has_a_row_a_step),
        cmocka_unit_test(test_a_failed_allocation_ends_writing_cleanly),
        cmocka_unit_test(test_a_format_that_is_only_read_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
