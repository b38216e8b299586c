/* Data sets: every format, every way a line can be wrong, and the real files. */
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
#include "data.h"

static char path[] = "/tmp/cairn_dataset_XXXXXX";
static cairn_ctx *ctx;
static cairn_arena *arena;
static char logged[4096];

static void log_line(void *user, cairn_log_level level, const char *line) {
    (void)user, (void)level;
    snprintf(logged + strlen(logged), sizeof logged - strlen(logged), "%s\n", line);
}

static int open_all(void **state) {
    (void)state;
    int file = mkstemp(path);
    if (file < 0) return -1;
    close(file);
    if (cairn_ctx_open(&ctx) != CAIRN_OK || cairn_arena_open(ctx, 65536, &arena) != CAIRN_OK) return -1;
    cairn_log_to(ctx, CAIRN_LOG_INFO, log_line, NULL);
    return 0;
}

static int close_all(void **state) {
    (void)state;
    unlink(path);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return 0;
}

static void put(const char *bytes, size_t length) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static cairn_dataset *open_text(const char *text, cairn_read_options options) {
    cairn_dataset *dataset = NULL;
    put(text, strlen(text));
    logged[0] = 0;
    assert_int_equal(cairn_dataset_open(ctx, path, options, &dataset), CAIRN_OK);
    return dataset;
}

/* The error of the first record is "<path>:<says>". */
static void expect_error(const char *text, cairn_status status, const char *says) {
    cairn_record record;
    char expected[512];
    cairn_dataset *dataset = open_text(text, (cairn_read_options){0});
    cairn_status got;
    do got = cairn_dataset_next(dataset, arena, &record);
    while (got == CAIRN_OK);
    snprintf(expected, sizeof expected, "%s:%s", path, says);
    assert_string_equal(cairn_error(ctx), expected);
    assert_int_equal(got, status);
    cairn_dataset_close(dataset);
}

static cairn_record read_one(const char *text, cairn_format format) {
    cairn_record record, next;
    cairn_dataset *dataset = open_text(text, (cairn_read_options){0});
    if (cairn_dataset_next(dataset, arena, &record) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    assert_int_equal(cairn_dataset_format(dataset), format);
    assert_int_equal(cairn_dataset_next(dataset, arena, &next), CAIRN_END);
    cairn_dataset_close(dataset);
    return record;
}

static void expect_steps(const cairn_record *record, int32_t n, const char *const *steps) {
    assert_int_equal(record->n_steps, n);
    for (int32_t i = 0; i < n; i++) assert_string_equal(record->steps[i], steps[i]);
}

/* ---- formats --------------------------------------------------------------------------------------------------- */

static void test_stepwise_labels(void **state) {
    (void)state;
    cairn_record r = read_one("{\"prompt\":\"p\",\"completions\":[\"a\",\"b\",\"c\"],\"labels\":[true,false,null]}\n",
                              CAIRN_FORMAT_STEPWISE);
    expect_steps(&r, 3, (const char *const[]){"a", "b", "c"});
    assert_string_equal(r.problem, "p");
    assert_string_equal(r.id, "1");
    assert_true(r.labels[0] == 1 && r.labels[1] == 0 && isnan(r.labels[2]));
    assert_int_equal(r.first_error, 1);
    assert_int_equal(r.correct, CAIRN_VERDICT_UNKNOWN);
    assert_null(r.answer);
    assert_null(r.target);
    assert_null(r.generator);
    assert_int_equal(r.line, 1);
}

static void test_stepwise_first_error_is_open_behind_an_unlabelled_step(void **state) {
    (void)state;
    const struct {
        const char *labels;
        int32_t first_error;
    } cases[] = {{"[true,true]", CAIRN_NO_ERROR},
                 {"[null,false]", CAIRN_UNLABELLED},
                 {"[true,null]", CAIRN_UNLABELLED},
                 {"[false,null]", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        snprintf(text, sizeof text, "{\"prompt\":\"p\",\"completions\":[\"a\",\"b\"],\"labels\":%s}", cases[i].labels);
        assert_int_equal(read_one(text, CAIRN_FORMAT_STEPWISE).first_error, cases[i].first_error);
    }
}

static void test_stepwise_scores_are_soft_labels(void **state) {
    (void)state;
    cairn_record r = read_one("{\"version\":1,\"id\":42,\"prompt\":\"p\",\"completions\":[\"a\",\"b\",\"c\"],"
                              "\"scores\":[0.25,null,1],\"correct\":false,\"answer\":\"3\",\"target\":null,"
                              "\"generator\":\"m\"}",
                              CAIRN_FORMAT_STEPWISE);
    assert_string_equal(r.id, "42");
    assert_true(r.labels[0] == 0.25 && isnan(r.labels[1]) && r.labels[2] == 1);
    assert_int_equal(r.first_error, CAIRN_UNLABELLED);
    assert_int_equal(r.correct, CAIRN_VERDICT_WRONG);
    assert_string_equal(r.answer, "3");
    assert_null(r.target);
    assert_string_equal(r.generator, "m");
}

static void test_mistake(void **state) {
    (void)state;
    cairn_record r = read_one("{\"input\": \"q\", \"steps\": [\"a\", \"\"], \"target\": \" 7\\n\", \"answer\": \"7\", "
                              "\"mistake_index\": 1}",
                              CAIRN_FORMAT_MISTAKE);
    expect_steps(&r, 2, (const char *const[]){"a", ""});
    assert_int_equal(r.first_error, 1);
    assert_int_equal(r.correct, CAIRN_VERDICT_RIGHT);
    assert_null(r.labels);
    r = read_one("{\"input\":\"q\",\"steps\":[],\"target\":\"7\",\"answer\":\"7.0\",\"mistake_index\":null}",
                 CAIRN_FORMAT_MISTAKE);
    assert_int_equal(r.first_error, CAIRN_NO_ERROR);
    assert_int_equal(r.correct, CAIRN_VERDICT_WRONG);
    assert_int_equal(r.n_steps, 0);
}

static void test_processbench(void **state) {
    (void)state;
    cairn_record r = read_one("{\"id\":\"gsm8k-0\",\"generator\":\"m\",\"problem\":\"q\",\"steps\":[\"a\",\"b\"],"
                              "\"final_answer_correct\":true,\"label\":-1}",
                              CAIRN_FORMAT_PROCESSBENCH);
    assert_string_equal(r.id, "gsm8k-0");
    assert_string_equal(r.generator, "m");
    assert_int_equal(r.first_error, CAIRN_NO_ERROR);
    assert_int_equal(r.correct, CAIRN_VERDICT_RIGHT);
    r = read_one("{\"id\":1,\"problem\":\"q\",\"steps\":[\"a\",\"b\"],\"final_answer_correct\":false,\"label\":1}",
                 CAIRN_FORMAT_PROCESSBENCH);
    assert_int_equal(r.first_error, 1);
    assert_int_equal(r.correct, CAIRN_VERDICT_WRONG);
}

static void test_gsm8k_answer_is_no_step(void **state) {
    (void)state;
    cairn_record r =
        read_one("{\"question\":\"q\",\"answer\":\"one\\n\\n two \\r\\n#### 1,800 \\n\"}", CAIRN_FORMAT_GSM8K);
    expect_steps(&r, 2, (const char *const[]){"one", "two"});
    assert_string_equal(r.answer, "1,800");
    assert_string_equal(r.target, "1,800");
    assert_int_equal(r.correct, CAIRN_VERDICT_RIGHT);
    assert_int_equal(r.first_error, CAIRN_UNLABELLED);
}

static void test_gsm8k_solutions_are_one_record_a_model(void **state) {
    (void)state;
    cairn_record r;
    cairn_dataset *d =
        open_text("\n{\"question\":\"q\",\"ground_truth\":\"x\\nA: 18\",\"big\":{\"is_correct\":true,"
                  "\"solution\":\"s1\\ns2\\nA: 18\"},\"small\":{\"is_correct\":false,\"solution\":\"A b\"},"
                  "\"none\":{\"is_correct\":false,\"solution\":\"\"}}\n"
                  "{\"question\":\"q\",\"ground_truth\":\"A: 1\"}\n"
                  "{\"question\":\"r\",\"ground_truth\":\"A: 2\",\"big\":{\"is_correct\":true,"
                  "\"solution\":\"A:2\"}}\n",
                  (cairn_read_options){0});
    assert_int_equal(cairn_dataset_next(d, arena, &r), CAIRN_OK);
    assert_string_equal(r.id, "2/big");
    assert_string_equal(r.generator, "big");
    expect_steps(&r, 2, (const char *const[]){"s1", "s2"});
    assert_string_equal(r.answer, "18");
    assert_string_equal(r.target, "18");
    assert_int_equal(r.correct, CAIRN_VERDICT_RIGHT);
    assert_int_equal(cairn_dataset_next(d, arena, &r), CAIRN_OK);
    assert_string_equal(r.id, "2/small");
    expect_steps(&r, 1, (const char *const[]){"A b"});
    assert_null(r.answer);
    assert_int_equal(r.correct, CAIRN_VERDICT_WRONG);
    assert_int_equal(cairn_dataset_next(d, arena, &r), CAIRN_OK);
    assert_string_equal(r.id, "2/none");
    assert_int_equal(r.n_steps, 0);
    assert_int_equal(cairn_dataset_next(d, arena, &r), CAIRN_OK);
    assert_string_equal(r.id, "4/big");
    assert_int_equal(r.line, 4);
    assert_int_equal(r.n_steps, 0);
    assert_string_equal(r.answer, "2");
    assert_int_equal(cairn_dataset_next(d, arena, &r), CAIRN_END);
    cairn_dataset_close(d);
}

static void test_format_names_are_read_back(void **state) {
    (void)state;
    cairn_format format;
    for (int i = 0; i < CAIRN_FORMAT_COUNT; i++) {
        assert_int_equal(cairn_format_parse(ctx, cairn_format_name((cairn_format)i), &format), CAIRN_OK);
        assert_int_equal(format, i);
    }
    assert_int_equal(cairn_format_parse(ctx, "tsv", &format), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "`tsv` is no format: expected one of auto, stepwise, mistake, "));
}

static void test_a_given_format_is_not_guessed(void **state) {
    (void)state;
    cairn_record r;
    cairn_dataset *d =
        open_text("{\"question\":\"q\",\"answer\":\"#### 1\"}", (cairn_read_options){.format = CAIRN_FORMAT_MISTAKE});
    assert_int_equal(cairn_dataset_next(d, arena, &r), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(ctx), ":1: field `input`: expected a string, got nothing"));
    cairn_dataset_close(d);
    assert_int_equal(cairn_dataset_open(ctx, path, (cairn_read_options){.format = CAIRN_FORMAT_COUNT}, &d),
                     CAIRN_INVALID);
}

/* ---- what is wrong is named -------------------------------------------------------------------------------------- */

#define GOOD "{\"prompt\":\"p\",\"completions\":[\"a\"],\"labels\":[true]}\n"

static void test_a_broken_line_is_named_by_its_number(void **state) {
    (void)state;
    expect_error(GOOD GOOD "\n" GOOD GOOD "\r\n"
                           "{\"prompt\":\"p\",\"completions\":[\"a\"],\"labels\":[2]}\n" GOOD,
                 CAIRN_FORMAT,
                 "7: field `labels[0]`: expected true or false, a number from 0 to 1, or null, got the number 2");
}

static void test_wrong_fields_are_named(void **state) {
    (void)state;
    expect_error("{\"prompt\":7,\"completions\":[],\"labels\":[]}", CAIRN_FORMAT,
                 "1: field `prompt`: expected a string, got the number 7");
    expect_error("{\"prompt\":\"p\",\"completions\":\"a\",\"labels\":[]}", CAIRN_FORMAT,
                 "1: field `completions`: expected an array, got the text \"a\"");
    expect_error("{\"prompt\":\"p\",\"completions\":[\"a\",null],\"labels\":[]}", CAIRN_FORMAT,
                 "1: field `completions[1]`: expected a string, got null");
    expect_error("{\"prompt\":\"p\",\"completions\":[\"a\"],\"labels\":[true,true]}", CAIRN_FORMAT,
                 "1: field `labels`: expected an array of 1, got an array of 2");
    expect_error("{\"prompt\":\"p\",\"completions\":[\"a\"],\"scores\":[1.5]}", CAIRN_FORMAT,
                 "1: field `scores[0]`: expected a number from 0 to 1 or null, got the number 1.5");
    expect_error("{\"prompt\":\"p\",\"completions\":[],\"labels\":[],\"version\":2}", CAIRN_FORMAT,
                 "1: field `version`: expected 1, got the number 2");
    expect_error("{\"prompt\":\"p\",\"completions\":[],\"labels\":[],\"id\":[]}", CAIRN_FORMAT,
                 "1: field `id`: expected a string or an integer, got an array of 0");
    expect_error("{\"prompt\":\"p\",\"completions\":[],\"labels\":[],\"correct\":1}", CAIRN_FORMAT,
                 "1: field `correct`: expected true, false or null, got the number 1");
    expect_error("{\"input\":\"q\",\"steps\":[\"a\"],\"target\":\"1\",\"answer\":\"1\",\"mistake_index\":1}",
                 CAIRN_FORMAT, "1: field `mistake_index`: expected null or the index of a step, got the number 1");
    expect_error("{\"problem\":\"q\",\"steps\":[\"a\"],\"final_answer_correct\":true,\"label\":-2}", CAIRN_FORMAT,
                 "1: field `label`: expected -1 or the index of a step, got the number -2");
    expect_error("{\"question\":\"q\",\"answer\":\"#### is not last\\n.\"}", CAIRN_FORMAT,
                 "1: field `answer`: expected a last line `#### value`, got the text \"#### is not last\n.\"");
    expect_error("{\"question\":\"q\",\"ground_truth\":\"A: 1\",\"m\":{\"is_correct\":1,\"solution\":\"\"}}",
                 CAIRN_FORMAT, "1: m: field `is_correct`: expected true or false, got the number 1");
    expect_error("{\"question\":\"q\",\"ground_truth\":\"A: 1\",\"m\":7,\"n\":{}}", CAIRN_FORMAT,
                 "1: field `m`: expected an object with `is_correct` and `solution`, got the number 7");
    expect_error("{\"x\":1,\"y\":2}", CAIRN_FORMAT, "1: expected the fields of a known format, got `x`, `y`");
    expect_error("[1]", CAIRN_FORMAT, "1: element 1: expected a JSON object, got the number 1");
}

/* Nothing of a line is used when one of its models is wrong. */
static void test_a_line_is_taken_whole_or_not_at_all(void **state) {
    (void)state;
    expect_error(
        "{\"question\":\"q\",\"ground_truth\":\"A: 1\",\"m\":{\"is_correct\":true,\"solution\":\"\"},\"n\":{}}",
        CAIRN_FORMAT, "1: n: field `is_correct`: expected true or false, got nothing");
}

static void test_an_empty_file_is_an_error(void **state) {
    (void)state;
    cairn_dataset *d;
    const char *const empty[] = {"", "\n\r\n  \n", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        put(empty[i], strlen(empty[i]));
        assert_int_equal(cairn_dataset_open(ctx, path, (cairn_read_options){0}, &d), CAIRN_FORMAT);
        assert_non_null(strstr(cairn_error(ctx), ": expected JSON lines, a JSON array or CSV, got an empty file"));
    }
    assert_int_equal(cairn_dataset_open(ctx, "/nowhere.jsonl", (cairn_read_options){0}, &d), CAIRN_NOT_FOUND);
}

static void test_a_byte_order_mark_and_crlf_are_accepted(void **state) {
    (void)state;
    cairn_record r = read_one("\xEF\xBB\xBF\r\n{\"prompt\":\"p\",\"completions\":[\"a\"],\"labels\":[true]}\r\n\r\n",
                              CAIRN_FORMAT_STEPWISE);
    assert_int_equal(r.line, 2);
}

static void test_skip_bad_counts_and_names(void **state) {
    (void)state;
    cairn_record r;
    char expected[512];
    cairn_dataset *d =
        open_text("{broken\n" GOOD "{\"prompt\":\"p\"}\n{\"prompt\":\"p\",\"completions\":[\"a long line, too "
                  "long for the bound of eighty bytes\"],\"labels\":[true]}\n" GOOD "[]",
                  (cairn_read_options){.skip_bad = true, .max_line_bytes = 80});
    assert_int_equal(cairn_dataset_next(d, arena, &r), CAIRN_OK);
    assert_int_equal(r.line, 2);
    assert_int_equal(cairn_dataset_next(d, arena, &r), CAIRN_OK);
    assert_int_equal(r.line, 5);
    assert_int_equal(cairn_dataset_next(d, arena, &r), CAIRN_END);
    assert_int_equal(cairn_dataset_skipped(d), 4);
    cairn_dataset_close(d);
    snprintf(expected, sizeof expected,
             "skipped %s:3: field `completions`: expected an array, got nothing\n"
             "skipped %s:4: the line is longer than 80 bytes\n"
             "skipped %s:6: expected a JSON object, got an array of 0\n",
             path, path, path);
    assert_string_equal(strchr(logged, '\n') + 1, expected);
    assert_memory_equal(logged, "skipped ", 8);
    assert_non_null(strstr(logged, ":1: not JSON"));
}

static void test_reading_goes_on_behind_a_bad_line(void **state) {
    (void)state;
    cairn_record r;
    cairn_dataset *d = open_text("{\n" GOOD, (cairn_read_options){0});
    assert_int_equal(cairn_dataset_next(d, arena, &r), CAIRN_FORMAT);
    assert_int_equal(cairn_dataset_next(d, arena, &r), CAIRN_OK);
    assert_int_equal(cairn_dataset_next(d, arena, &r), CAIRN_END);
    cairn_dataset_close(d);
}

static void test_the_first_line_may_be_the_long_one(void **state) {
    (void)state;
    cairn_record r;
    cairn_dataset *d =
        open_text("{\"prompt\":\"0123456789012345678901234567890123456789012345678901234567890\"}\n" GOOD,
                  (cairn_read_options){.max_line_bytes = 60});
    cairn_fail(ctx, CAIRN_IO, "another error in between");
    assert_int_equal(cairn_dataset_next(d, arena, &r), CAIRN_LIMIT);
    assert_non_null(strstr(cairn_error(ctx), ":1: the line is longer than 60 bytes"));
    assert_int_equal(cairn_dataset_next(d, arena, &r), CAIRN_OK);
    cairn_dataset_close(d);
}

static void test_the_key_is_of_the_whole_file_at_the_end(void **state) {
    (void)state;
    cairn_record r;
    uint64_t keys[3];
    const char *const texts[] = {GOOD GOOD, GOOD GOOD, GOOD GOOD "\n"};
    for (int i = 0; i < 3; i++) {
        cairn_dataset *d = open_text(texts[i], (cairn_read_options){0});
        while (cairn_dataset_next(d, arena, &r) == CAIRN_OK) {
        }
        keys[i] = cairn_dataset_key(d);
        cairn_dataset_close(d);
    }
    assert_true(keys[0] == keys[1] && keys[0] != keys[2]);
}

static void test_a_failed_allocation_ends_reading_cleanly(void **state) {
    (void)state;
    put(GOOD, strlen(GOOD));
    for (int64_t at = 1;; at++) {
        cairn_dataset *d = NULL;
        cairn_record r;
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = at});
        cairn_status status = cairn_dataset_open(ctx, path, (cairn_read_options){.skip_bad = true}, &d);
        if (status == CAIRN_OK) status = cairn_dataset_next(d, arena, &r);
        cairn_faults_set(ctx, (cairn_faults){0});
        if (d) cairn_dataset_close(d);
        if (status == CAIRN_OK) break;
        assert_int_equal(status, CAIRN_NO_MEMORY);
        assert_true(at < 100);
    }
}

/* ---- the stepwise writer ------------------------------------------------------------------------------------------- */

static const char *write_one(const cairn_record *record, bool soft) {
    static char text[4096];
    cairn_out *out;
    assert_int_equal(cairn_out_open(ctx, path, &out), CAIRN_OK);
    cairn_write_options options = {.labels = soft ? CAIRN_LABELS_SOFT : CAIRN_LABELS_HARD};
    cairn_status status = cairn_record_write(ctx, out, &options, record);
    if (status != CAIRN_OK) {
        cairn_out_drop(out);
        return NULL;
    }
    assert_int_equal(cairn_out_commit(out), CAIRN_OK);
    FILE *file = fopen(path, "rb");
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

static void test_records_are_written_with_hard_or_soft_labels(void **state) {
    (void)state;
    const char *const steps[] = {"a\n", "\"b\"", "c"};
    const double labels[] = {0.5, 0.49, NAN};
    cairn_record r = {.id = "7",
                      .problem = "p",
                      .steps = steps,
                      .n_steps = 3,
                      .labels = labels,
                      .answer = "3",
                      .correct = CAIRN_VERDICT_WRONG,
                      .first_error = CAIRN_UNLABELLED};
    assert_string_equal(
        write_one(&r, false),
        "{\"answer\":\"3\",\"completions\":[\"a\\n\",\"\\\"b\\\"\",\"c\"],\"correct\":false,\"id\":\"7\","
        "\"labels\":[true,false,null],\"prompt\":\"p\",\"version\":1}\n");
    assert_string_equal(
        write_one(&r, true),
        "{\"answer\":\"3\",\"completions\":[\"a\\n\",\"\\\"b\\\"\",\"c\"],\"correct\":false,\"id\":\"7\","
        "\"prompt\":\"p\",\"scores\":[0.5,0.49,null],\"version\":1}\n");
}

static void test_a_first_error_alone_is_written_as_labels(void **state) {
    (void)state;
    const char *const steps[] = {"a", "b", "c"};
    cairn_record r = {.problem = "p", .steps = steps, .n_steps = 3, .first_error = 1, .correct = CAIRN_VERDICT_UNKNOWN};
    assert_non_null(strstr(write_one(&r, false), "\"labels\":[true,false,null]"));
    r.first_error = CAIRN_NO_ERROR;
    assert_non_null(strstr(write_one(&r, false), "\"labels\":[true,true,true]"));
    r.first_error = CAIRN_UNLABELLED;
    assert_string_equal(write_one(&r, true), "{\"completions\":[\"a\",\"b\",\"c\"],\"prompt\":\"p\",\"version\":1}\n");
}

static void test_what_is_written_reads_back(void **state) {
    (void)state;
    const char *const steps[] = {"a\xc3\xa9\x01", ""};
    const double labels[] = {0.1, 1.0 / 3};
    cairn_record r = {.id = "x/1",
                      .problem = "line\nline",
                      .steps = steps,
                      .n_steps = 2,
                      .labels = labels,
                      .target = "t",
                      .generator = "g",
                      .correct = CAIRN_VERDICT_RIGHT,
                      .first_error = CAIRN_UNLABELLED};
    char text[4096];
    snprintf(text, sizeof text, "%s", write_one(&r, true));
    cairn_record back = read_one(text, CAIRN_FORMAT_STEPWISE);
    expect_steps(&back, 2, steps);
    assert_memory_equal(back.labels, labels, sizeof labels);
    assert_string_equal(back.id, r.id);
    assert_string_equal(back.problem, r.problem);
    assert_string_equal(back.target, r.target);
    assert_string_equal(back.generator, r.generator);
    assert_int_equal(back.correct, r.correct);
    assert_null(back.answer);
}

static void test_bad_records_are_not_written(void **state) {
    (void)state;
    const char *const steps[] = {"\xff"};
    const double labels[] = {1.25};
    cairn_record r = {.id = "i", .problem = "p", .steps = steps, .n_steps = 1, .correct = CAIRN_VERDICT_UNKNOWN};
    assert_null(write_one(&r, false));
    assert_string_equal(cairn_error(ctx), "record `i`: a text is not valid UTF-8");
    r.labels = labels;
    assert_null(write_one(&r, true));
    assert_string_equal(cairn_error(ctx), "record `i` cannot be written: the label of step 1 is outside 0 .. 1");
}

/* ---- real files: counts made by another program -------------------------------------------------------------------- */

typedef struct totals {
    int64_t records, steps, right, located, clean, answered;
} totals;

static bool count_file(const char *name, cairn_format format, totals *out) {
    char file[4096];
    cairn_dataset *d;
    cairn_record r;
    cairn_status status;
    if (!shared_file(name, file)) return false;
    assert_int_equal(cairn_dataset_open(ctx, file, (cairn_read_options){0}, &d), CAIRN_OK);
    *out = (totals){0};
    while ((status = cairn_dataset_next(d, arena, &r)) == CAIRN_OK) {
        out->records++;
        out->steps += r.n_steps;
        out->right += r.correct == CAIRN_VERDICT_RIGHT;
        out->located += r.first_error >= 0;
        out->clean += r.first_error == CAIRN_NO_ERROR;
        out->answered += r.answer != NULL;
        cairn_arena_reset(arena);
    }
    if (status != CAIRN_END) fail_msg("%s", cairn_error(ctx));
    assert_int_equal(cairn_dataset_format(d), format);
    cairn_dataset_close(d);
    return true;
}

static void test_real_big_bench_mistake(void **state) {
    (void)state;
    totals t;
    if (!count_file("big-bench-mistake/multistep_arithmetic.jsonl", CAIRN_FORMAT_MISTAKE, &t)) skip();
    assert_memory_equal(&t, (&(totals){300, 1506, 45, 238, 62, 300}), sizeof t);
    count_file("big-bench-mistake/word_sorting.jsonl", CAIRN_FORMAT_MISTAKE, &t);
    assert_memory_equal(&t, (&(totals){300, 3508, 45, 266, 34, 300}), sizeof t);
    count_file("big-bench-mistake/dyck_languages.jsonl", CAIRN_FORMAT_MISTAKE, &t);
    assert_memory_equal(&t, (&(totals){986, 24178, 482, 650, 336, 986}), sizeof t);
}

static void test_real_gsm8k(void **state) {
    (void)state;
    totals t;
    if (!count_file("gsm8k/test.jsonl", CAIRN_FORMAT_GSM8K, &t)) skip();
    assert_memory_equal(&t, (&(totals){1319, 4819, 1319, 0, 0, 1319}), sizeof t);
    count_file("gsm8k/train.jsonl", CAIRN_FORMAT_GSM8K, &t);
    assert_memory_equal(&t, (&(totals){7473, 26720, 7473, 0, 0, 7473}), sizeof t);
    count_file("gsm8k/example_model_solutions.jsonl", CAIRN_FORMAT_GSM8K_SOLUTIONS, &t);
    assert_memory_equal(&t, (&(totals){5276, 17876, 2001, 0, 0, 5265}), sizeof t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stepwise_labels),
        cmocka_unit_test(test_stepwise_first_error_is_open_behind_an_unlabelled_step),
        cmocka_unit_test(test_stepwise_scores_are_soft_labels),
        cmocka_unit_test(test_mistake),
        cmocka_unit_test(test_processbench),
        cmocka_unit_test(test_gsm8k_answer_is_no_step),
        cmocka_unit_test(test_gsm8k_solutions_are_one_record_a_model),
        cmocka_unit_test(test_format_names_are_read_back),
        cmocka_unit_test(test_a_given_format_is_not_guessed),
        cmocka_unit_test(test_a_broken_line_is_named_by_its_number),
        cmocka_unit_test(test_wrong_fields_are_named),
        cmocka_unit_test(test_a_line_is_taken_whole_or_not_at_all),
        cmocka_unit_test(test_an_empty_file_is_an_error),
        cmocka_unit_test(test_a_byte_order_mark_and_crlf_are_accepted),
        cmocka_unit_test(test_skip_bad_counts_and_names),
        cmocka_unit_test(test_reading_goes_on_behind_a_bad_line),
        cmocka_unit_test(test_the_first_line_may_be_the_long_one),
        cmocka_unit_test(test_the_key_is_of_the_whole_file_at_the_end),
        cmocka_unit_test(test_a_failed_allocation_ends_reading_cleanly),
        cmocka_unit_test(test_records_are_written_with_hard_or_soft_labels),
        cmocka_unit_test(test_a_first_error_alone_is_written_as_labels),
        cmocka_unit_test(test_what_is_written_reads_back),
        cmocka_unit_test(test_bad_records_are_not_written),
        cmocka_unit_test(test_real_big_bench_mistake),
        cmocka_unit_test(test_real_gsm8k),
    };
    return cmocka_run_group_tests_name("data/dataset", tests, open_all, close_all);
}
