/* Writing records: labels as they will stand, each format exactly, what a format does not hold, and reading all of it
 * back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
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
    /* soft labels of 1 and 0 stay numbers: readers make verdicts of true and false */
    r.labels = (const double[]){1, 1, 0}, options.labels = CAIRN_LABELS_KEPT;
    assert_non_null(strstr(write_all(options, &r, 1), "\"scores\":[1,1,0]"));
    r.first_error = 2;
    assert_non_null(strstr(write_all(options, &r, 1), "\"labels\":[true,true,false]"));
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
    assert_string_equal(losses, "trl cannot hold 1 record at all, left out");
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

/* ---- training files with marks ----------------------------------------------------------------------------------------- */

static void test_marks_stand_after_each_step(void **state) {
    (void)state;
    const char *const named[] = {"Step 1: 2 + 2 = 4", "Step 2: 3 + 3 = 7"}, *const marked[] = {"a", "ки"};
    const double soft[] = {0.9, 0.125};
    cairn_record r = flawed();
    r.subset = "GSM8K";
    expect_text(write_one(CAIRN_FORMAT_MATH_SHEPHERD, &r),
                "{\"id\":\"1\",\"input\":\"Q\\n\\n2 + 2 = 4 ки\\n3 + 3 = 7 ки\","
                "\"label\":\"Q\\n\\n2 + 2 = 4 +\\n3 + 3 = 7 -\",\"task\":\"GSM8K\"}\n");
    assert_string_equal(losses, "");
    r.steps = named;
    expect_text(write_one(CAIRN_FORMAT_MATH_SHEPHERD, &r),
                "{\"id\":\"1\",\"input\":\"Q Step 1: 2 + 2 = 4 ки\\nStep 2: 3 + 3 = 7 ки\","
                "\"label\":\"Q Step 1: 2 + 2 = 4 +\\nStep 2: 3 + 3 = 7 -\",\"task\":\"GSM8K\"}\n");
    expect_text(write_one(CAIRN_FORMAT_OPENRLHF, &r),
                "{\"id\":\"1\",\"input\":\"Q Step 1: 2 + 2 = 4 ки\\nStep 2: 3 + 3 = 7 ки\",\"task\":\"GSM8K\","
                "\"value\":[\"+\",\"-\"]}\n");
    expect_text(write_one(CAIRN_FORMAT_RLHFLOW, &r),
                "{\"conversations\":[{\"content\":\"Q Step 1: 2 + 2 = 4\",\"role\":\"user\"},"
                "{\"content\":\"+\",\"role\":\"assistant\"},{\"content\":\"Step 2: 3 + 3 = 7\",\"role\":\"user\"},"
                "{\"content\":\"-\",\"role\":\"assistant\"}],\"id\":\"1\"}\n");
    assert_string_equal(losses, "rlhflow does not hold: subsets of 1 record");
    r.labels = soft, r.first_error = CAIRN_UNLABELLED;
    assert_non_null(strstr(write_one(CAIRN_FORMAT_OPENRLHF, &r), "\"value\":[0.9,0.125]"));
    assert_string_equal(losses, "");
    assert_non_null(strstr(write_one(CAIRN_FORMAT_MATH_SHEPHERD, &r), "Step 2: 3 + 3 = 7 -"));
    assert_string_equal(losses, "math-shepherd does not hold: soft labels of 1 record (written as right from 0.5 on)");
    r.steps = marked;
    expect_refused(write_one(CAIRN_FORMAT_MATH_SHEPHERD, &r), "its step 2 holds `ки`, which divides steps");
    r.steps = two_steps, r.problem = "Say Step 1: what?";
    expect_refused(write_one(CAIRN_FORMAT_OPENRLHF, &r), "its problem holds what starts or divides steps");
}

static void test_math_aps_labels_the_last_steps(void **state) {
    (void)state;
    const double last[] = {NAN, 0};
    cairn_record r = flawed();
    expect_text(write_one(CAIRN_FORMAT_MATH_APS, &r), "{\"id\":\"1\",\"label\":[\"+\",\"-\"],"
                                                      "\"process\":\"2 + 2 = 4\\n\\n3 + 3 = 7\",\"question\":\"Q\"}\n");
    r.labels = last, r.first_error = CAIRN_UNLABELLED;
    expect_text(write_one(CAIRN_FORMAT_MATH_APS, &r), "{\"id\":\"1\",\"label\":[\"-\"],"
                                                      "\"process\":\"2 + 2 = 4\\n\\n3 + 3 = 7\",\"question\":\"Q\"}\n");
    assert_string_equal(losses, "");
}

/* ---- formats of people's judgements -------------------------------------------------------------------------------------- */

static void test_prm800k_holds_ratings(void **state) {
    (void)state;
    const int8_t ratings[] = {0, -1};
    cairn_record r = flawed();
    r.target = "7", r.ratings = ratings;
    expect_text(
        write_one(CAIRN_FORMAT_PRM800K, &r),
        "{\"label\":{\"finish_reason\":\"found_error\",\"steps\":["
        "{\"chosen_completion\":0,\"completions\":[{\"flagged\":false,\"rating\":0,\"text\":\"2 + 2 = 4\"}],"
        "\"human_completion\":null},"
        "{\"chosen_completion\":null,\"completions\":[{\"flagged\":false,\"rating\":-1,\"text\":\"3 + 3 = 7\"}],"
        "\"human_completion\":null}]},"
        "\"question\":{\"ground_truth_answer\":\"7\",\"problem\":\"Q\"}}\n");
    assert_string_equal(losses, "");
    r.ratings = NULL; /* 1 and -1 by the labels */
    assert_non_null(strstr(write_one(CAIRN_FORMAT_PRM800K, &r), "\"rating\":1,\"text\":\"2 + 2 = 4\""));
}

static void test_mr_gsm8k_counts_steps_from_one(void **state) {
    (void)state;
    cairn_record r = flawed();
    r.target = "7", r.correct = CAIRN_VERDICT_WRONG;
    expect_text(write_one(CAIRN_FORMAT_MR_GSM8K, &r),
                "{\"ground_truth_answer\":\"7\",\"model_output_answer_correctness\":\"wrong\","
                "\"model_output_solution_correctness\":\"wrong\",\"model_output_solution_first_error_step\":2,"
                "\"model_output_steps\":[\"2 + 2 = 4\",\"3 + 3 = 7\"],\"question\":\"Q\",\"uuid\":\"1\"}\n");
    assert_string_equal(losses, "");
}

static void test_prmbench_pairs_a_redundant_solution_with_its_original(void **state) {
    (void)state;
    const char *const before[] = {"2 + 2 = 4"};
    const double right[] = {1};
    cairn_record r[2] = {flawed(), flawed()};
    r[0].group = "1", r[0].subset = "redundency";
    r[1].group = "1", r[1].subset = "correct", r[1].steps = before, r[1].n_steps = 1, r[1].labels = right;
    r[1].first_error = CAIRN_NO_ERROR;
    cairn_write_options options = {.format = CAIRN_FORMAT_PRMBENCH};
    expect_text(write_all(options, r, 2),
                "{\"classification\":\"redundency\",\"error_steps\":[2],\"idx\":\"1\","
                "\"modified_process\":[\"2 + 2 = 4\",\"3 + 3 = 7\"],\"modified_question\":\"Q\","
                "\"original_process\":[\"2 + 2 = 4\"],\"original_question\":\"Q\",\"question\":\"Q\"}\n");
    assert_string_equal(losses, "");
    assert_int_equal(counts.records, 2);
    assert_int_equal(counts.steps, 3);
    expect_refused(write_all(options, r, 1), "the right solution that it was made from does not follow it");
    expect_refused(write_all(options, r + 1, 1), "the solution that was made from it does not stand before it");
    options.skip_bad = true;
    cairn_record alone[3] = {r[0], r[0], r[1]}; /* the first has no partner */
    alone[0].group = "0", alone[0].id = "0";
    assert_non_null(write_all(options, alone, 3));
    assert_int_equal(counts.records, 2);
    assert_int_equal(counts.refused, 1);
}

static void test_math_holds_right_solutions(void **state) {
    (void)state;
    const char *const steps[] = {"First\nline", "then"};
    cairn_record r = {.id = "test/1.json",
                      .problem = "Q",
                      .steps = steps,
                      .n_steps = 2,
                      .target = "7",
                      .domain = "Algebra",
                      .subset = "5",
                      .answer = "7",
                      .correct = CAIRN_VERDICT_RIGHT,
                      .first_error = CAIRN_UNLABELLED};
    expect_text(write_one(CAIRN_FORMAT_MATH, &r),
                "{\"answer\":\"7\",\"level\":\"5\",\"problem\":\"Q\",\"solution\":\"First\\nline\\n\\nthen\","
                "\"subject\":\"Algebra\",\"unique_id\":\"test/1.json\"}\n");
    assert_string_equal(losses, "");
}

/* ---- round trips --------------------------------------------------------------------------------------------------------- */

static const char *word(cairn_rng *rng, bool wild) {
    static const char *const tame[] = {"2 + 2 = 4",         "so x = 5", "Step 2: add",
                                       "\xc3\xa9 \"q\" \\", "a, b",     "Step 1: go"};
    static const char *const others[] = {"",       " ",       "a\nb", "a\n\nb", "ки",  "+",
                                         "#### 7", "Step 1:", " x ",  "\x01",   "\r\n"};
    if (wild && cairn_rng_below(rng, 3) == 0) return others[cairn_rng_below(rng, sizeof others / sizeof *others)];
    return tame[cairn_rng_below(rng, sizeof tame / sizeof *tame)];
}

static const char *maybe(cairn_rng *rng, const char *text) {
    return cairn_rng_below(rng, 2) ? text : NULL;
}

/* A record with labels of some kind, consistent with its first error. */
static cairn_record random_record(cairn_rng *rng, bool wild) {
    int32_t n = (int32_t)cairn_rng_below(rng, 5) + !wild, kind = (int32_t)cairn_rng_below(rng, 4);
    const char **steps = cairn_arena_alloc(arena, (size_t)n, sizeof *steps);
    double *labels = cairn_arena_alloc(arena, (size_t)n, sizeof *labels);
    int8_t *ratings = cairn_arena_alloc(arena, (size_t)n, sizeof *ratings);
    cairn_record r = {.problem = word(rng, wild), .n_steps = n, .first_error = CAIRN_UNLABELLED};
    int32_t error = (int32_t)cairn_rng_below(rng, (uint32_t)n + 2) - 1;
    if (error >= n) error = -1;
    for (int32_t i = 0; i < n; i++) {
        steps[i] = word(rng, wild);
        labels[i] = kind == 1   ? cairn_rng_below(rng, 9) / 8.0
                    : kind == 2 ? (cairn_rng_below(rng, 2) ? NAN : 1)
                                : error < 0 || i < error;
        ratings[i] = labels[i] == 1 ? 1 : labels[i] == 0 ? -1 : CAIRN_NO_RATING;
    }
    r.steps = steps;
    if (kind != 3) r.labels = labels;
    if (kind == 0 || kind == 3) r.first_error = error;
    if (kind == 0 && cairn_rng_below(rng, 2)) r.ratings = ratings;
    r.id = cairn_arena_printf(arena, "r%u", cairn_rng_below(rng, 1000));
    r.answer = maybe(rng, "7"), r.target = maybe(rng, "8"), r.generator = maybe(rng, "m"), r.group = maybe(rng, "g");
    r.subset = maybe(rng, "s"), r.domain = maybe(rng, "d");
    r.correct =
        (cairn_verdict[]){CAIRN_VERDICT_RIGHT, CAIRN_VERDICT_WRONG, CAIRN_VERDICT_UNKNOWN}[cairn_rng_below(rng, 3)];
    return r;
}

static bool same(const char *a, const char *b) {
    return a ? b && strcmp(a, b) == 0 : true; /* what a record does not have, a format may say */
}

static double label_of(const cairn_record *r, int32_t i) {
    if (r->labels) return r->labels[i];
    if (r->first_error == CAIRN_UNLABELLED || (r->first_error >= 0 && i > r->first_error)) return NAN;
    return r->first_error != i;
}

/* Everything that is not counted as lost is there when the file is read. */
static void expect_kept(cairn_format format, const cairn_record *r) {
    cairn_dataset *d;
    cairn_record b;
    const int64_t *lost = counts.lost;
    assert_int_equal(cairn_dataset_open(ctx, path, (cairn_read_options){.format = format}, &d), CAIRN_OK);
    if (cairn_dataset_next(d, arena, &b) != CAIRN_OK) fail_msg("%s: %s", cairn_format_name(format), cairn_error(ctx));
    assert_int_equal(b.n_steps, r->n_steps);
    if (!lost[CAIRN_UNHELD_SPACE]) assert_string_equal(b.problem, r->problem);
    for (int32_t i = 0; i < r->n_steps; i++) {
        if (!lost[CAIRN_UNHELD_SPACE]) assert_string_equal(b.steps[i], r->steps[i]);
        double x = label_of(r, i), y = label_of(&b, i);
        bool kept = x == y || (isnan(x) && isnan(y)) || (lost[CAIRN_UNHELD_SOFT] && y == (x >= 0.5)) ||
                    lost[CAIRN_UNHELD_LABELS];
        if (!kept) fail_msg("%s: label %g was read as %g", cairn_format_name(format), x, y);
        if (r->ratings && !lost[CAIRN_UNHELD_RATINGS]) assert_int_equal(b.ratings[i], r->ratings[i]);
    }
    assert_true(lost[CAIRN_UNHELD_FIRST_ERROR] || r->first_error == CAIRN_UNLABELLED ||
                b.first_error == r->first_error);
    assert_true(lost[CAIRN_UNHELD_ID] || same(r->id, b.id));
    assert_true(lost[CAIRN_UNHELD_ANSWER] || same(r->answer, b.answer));
    assert_true(lost[CAIRN_UNHELD_TARGET] || same(r->target, b.target));
    assert_true(lost[CAIRN_UNHELD_CORRECT] || r->correct == b.correct);
    assert_true(lost[CAIRN_UNHELD_GENERATOR] || same(r->generator, b.generator));
    assert_true(lost[CAIRN_UNHELD_GROUP] || same(r->group, b.group));
    assert_true(lost[CAIRN_UNHELD_SUBSET] || same(r->subset, b.subset));
    assert_true(lost[CAIRN_UNHELD_DOMAIN] || same(r->domain, b.domain));
    assert_int_equal(cairn_dataset_next(d, arena, &b), CAIRN_END);
    cairn_dataset_close(d);
}

#define MEMBER(symbol, name) CAIRN_FORMAT_##symbol,

static void test_what_is_not_counted_as_lost_reads_back(void **state) {
    (void)state;
    static const cairn_format formats[] = {CAIRN_FORMATS_BOTH(MEMBER)};
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
        int written = 0;
        for (uint64_t i = 0; i < 400; i++) {
            cairn_rng rng = cairn_rng_open(1, i, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, CAIRN_ROLE_GENERATOR, 0);
            cairn_arena_reset(arena);
            cairn_record r = random_record(&rng, i % 2);
            if (!write_one(formats[f], &r)) continue;
            expect_kept(formats[f], &r);
            written++;
        }
        if (written < 20) fail_msg("%s: only %d records were written", cairn_format_name(formats[f]), written);
        if (formats[f] == CAIRN_FORMAT_STEPWISE) {
            assert_int_equal(written, 400);
        }
    }
}

/* ---- errors ------------------------------------------------------------------------------------------------------------ */

static void test_a_failed_allocation_ends_writing_cleanly(void **state) {
    (void)state;
    cairn_record r = flawed();
    static const cairn_format formats[] = {CAIRN_FORMAT_STEPWISE, CAIRN_FORMAT_TRL,           CAIRN_FORMAT_CSV,
                                           CAIRN_FORMAT_PRM800K,  CAIRN_FORMAT_MATH_SHEPHERD, CAIRN_FORMAT_RLHFLOW};
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

static void observations_are_kept_beside_the_steps(void **state) {
    (void)state;
    static const char *const steps[] = {"lookup(7)", "answer 3"}, *const seen[] = {"3", NULL};
    cairn_record record = {.id = "a",
                           .problem = "How much is 7?",
                           .steps = steps,
                           .n_steps = 2,
                           .observations = seen,
                           .correct = CAIRN_VERDICT_UNKNOWN,
                           .first_error = CAIRN_NO_ERROR},
                 back;
    cairn_dataset *dataset;
    expect_text(write_one(CAIRN_FORMAT_STEPWISE, &record),
                "{\"completions\":[\"lookup(7)\",\"answer 3\"],\"id\":\"a\",\"labels\":[true,true],"
                "\"observations\":[\"3\",null],\"prompt\":\"How much is 7?\",\"version\":1}\n");
    assert_int_equal(counts.lost[CAIRN_UNHELD_OBSERVATIONS], 0);
    assert_int_equal(cairn_dataset_open(ctx, path, (cairn_read_options){0}, &dataset), CAIRN_OK);
    assert_int_equal(cairn_dataset_next(dataset, arena, &back), CAIRN_OK);
    assert_string_equal(back.observations[0], "3");
    assert_null(back.observations[1]);
    cairn_dataset_close(dataset);
    assert_non_null(write_one(CAIRN_FORMAT_MISTAKE, &record));
    assert_int_equal(counts.lost[CAIRN_UNHELD_OBSERVATIONS], 0);
    assert_non_null(write_one(CAIRN_FORMAT_PROCESSBENCH, &record));
    assert_int_equal(counts.lost[CAIRN_UNHELD_OBSERVATIONS], 1);
    assert_non_null(strstr(losses, "observations of 1 record"));
    record.observations = (const char *const[]){NULL, NULL}; /* the same as none */
    assert_null(strstr(write_one(CAIRN_FORMAT_STEPWISE, &record), "observations"));
}

static void observations_of_another_length_are_an_error(void **state) {
    (void)state;
    static const char *const bad[] = {"[\"3\"]", "[\"3\",4]", "\"3\""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        FILE *file = fopen(path, "wb");
        cairn_dataset *dataset;
        cairn_record back;
        assert_non_null(file);
        fprintf(file, "{\"prompt\":\"p\",\"completions\":[\"a\",\"b\"],\"labels\":[true,true],\"observations\":%s}\n",
                bad[i]);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(cairn_dataset_open(ctx, path, (cairn_read_options){0}, &dataset), CAIRN_OK);
        assert_int_equal(cairn_dataset_next(dataset, arena, &back), CAIRN_FORMAT);
        assert_non_null(strstr(cairn_error(ctx), "observations"));
        cairn_dataset_close(dataset);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(observations_are_kept_beside_the_steps),
        cmocka_unit_test(observations_of_another_length_are_an_error),
        cmocka_unit_test(test_labels_are_filled_by_what_the_evidence_implies),
        cmocka_unit_test(test_a_soft_label_is_right_from_a_half_on_unless_said_otherwise),
        cmocka_unit_test(test_a_first_error_stays_beside_soft_labels),
        cmocka_unit_test(test_trl_wants_every_label),
        cmocka_unit_test(test_first_errors_are_written),
        cmocka_unit_test(test_gsm8k_holds_right_solutions_of_one_line_steps),
        cmocka_unit_test(test_csv_has_a_row_a_step),
        cmocka_unit_test(test_marks_stand_after_each_step),
        cmocka_unit_test(test_math_aps_labels_the_last_steps),
        cmocka_unit_test(test_prm800k_holds_ratings),
        cmocka_unit_test(test_mr_gsm8k_counts_steps_from_one),
        cmocka_unit_test(test_prmbench_pairs_a_redundant_solution_with_its_original),
        cmocka_unit_test(test_math_holds_right_solutions),
        cmocka_unit_test(test_what_is_not_counted_as_lost_reads_back),
        cmocka_unit_test(test_a_failed_allocation_ends_writing_cleanly),
        cmocka_unit_test(test_a_format_that_is_only_read_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
