/* label: light */
/* Every step judged: PRMBench (arXiv 2501.03124) on its official files, with judges that any reader of its rows can
 * repeat. The expected numbers are from an independent computation. Skips where the data is not here. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench_fixture.h"
#include "data.h"
#include "skip.h"

static const char *const classes[] = {"circular",   "confidence",           "counterfactual",
                                      "deception",  "domain_inconsistency", "missing_condition",
                                      "redundency", "step_contradiction"};
static const char *const parts[] = {"test_p1", "test_p2", "train_p1_first400"};

/* False where the files are not here. */
static bool read_official(fixture *f) {
    char name[256], path[4096];
    bench_open(f, "prmbench", "");
    for (int p = 0; p < 3; p++) {
        for (int c = 0; c < 8; c++) {
            snprintf(name, sizeof name, "prmbench/prm800k_%s_4o_%s.jsonl", parts[p], classes[c]);
            if (!shared_file(name, path)) return false;
            ok(f, cairn_bench_read(f->run, path, NULL));
        }
    }
    if (!shared_file("prmbench/prm_test_p12_multi_solutions.jsonl", path)) return false;
    ok(f, cairn_bench_read(f->run, path, NULL));
    ok(f, cairn_bench_end(f->run));
    return true;
}

static int code_points(const char *text) {
    int n = 0;
    for (; *text; text++) n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

typedef enum judge { HALF, LEN3, LEN3_RED, ORACLE } judge;

static bool says_valid(judge who, const cairn_bench_item *item, int i) {
    if (who == HALF) return i < item->candidates[0].n_steps / 2;
    if (who == ORACLE) return item->truth[i] == 1;
    return code_points(item->candidates[0].steps[i]) % 3 != 0;
}

static void write_labels(FILE *file, const char *name, judge who, const cairn_bench_item *item, bool redundancy) {
    const cairn_bench_candidate *c = &item->candidates[0];
    fprintf(file, "\"%s\": [", name);
    for (int i = 0; i < c->n_steps; i++) {
        bool said = redundancy ? code_points(c->steps[i]) % 5 == 0 : says_valid(who, item, i);
        fprintf(file, "%s%s", i ? ", " : "", said ? "true" : "false");
    }
    fprintf(file, "]");
}

/* A file of predictions in the official form. */
static void predict_as(fixture *f, judge who) {
    FILE *file = fopen(text_file(f, "predictions.jsonl", ""), "w");
    assert_non_null(file);
    for (size_t i = 0; i < cairn_bench_count(f->run); i++) {
        const cairn_bench_item *item = cairn_bench_item_at(f->run, i);
        fprintf(file, "{\"idx\": \"%s\", \"scores\": {", item->id);
        write_labels(file, "step_level_validity_labels", who, item, false);
        if (who == LEN3_RED) fprintf(file, ", ");
        if (who == LEN3_RED) write_labels(file, "step_level_redundancy_labels", who, item, true);
        fprintf(file, "}, \"validity\": true}\n");
    }
    fclose(file);
    ok(f, cairn_bench_predict(f->run, f->path, NULL));
}

/* TP FP TN FN F1 nF1 PRMScore, accuracies of valid, wrong, all and first steps, similarity, n of the last two. */
typedef struct vector {
    const char *row;
    double is[14];
} vector;
static const char *const counts[] = {"tp", "fp", "tn", "fn"};
static const char *const shares[] = {"f1",      "nf1",       "prmscore",   "acc_valid", "acc_error",
                                     "acc_all", "acc_first", "similarity", "n_first",   "n_similar"};

static void check(const fixture *f, const vector *v, size_t n) {
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < 4; k++) assert_near(tallied(f, v[i].row, counts[k]), v[i].is[k], 0);
        for (int k = 0; k < 10; k++) assert_near(figure(f, v[i].row, shares[k]), v[i].is[4 + k], 0.5000001e-6);
    }
}

static const vector half[] = {
    {"all",
     {36642, 3368, 9781, 33580, 0.664816, 0.346169, 0.505492, 0.521802, 0.743859, 0.556824, 0.616404, 0.022246, 6035,
      6211}},
    {"circular",
     {2946, 762, 1373, 2732, 0.627743, 0.440064, 0.533904, 0.518845, 0.643091, 0.552797, 0.357520, 0.027320, 758, 758}},
    {"confidence",
     {5079, 78, 1226, 4365, 0.695706, 0.355620, 0.525663, 0.537802, 0.940184, 0.586621, 0.922872, 0.015299, 752, 757}},
    {"correct",
     {5188, 0, 0, 5644, 0.647690, 0.000000, 0.323845, 0.478951, -1.000000, 0.478951, -1.000000, -1.000000, 0, 0}},
    {"counterfactual",
     {4648, 382, 1692, 3755, 0.692027, 0.449940, 0.570984, 0.553136, 0.815815, 0.605135, 0.687831, 0.020354, 756, 757}},
    {"deception",
     {4463, 366, 1334, 3907, 0.676263, 0.384383, 0.530323, 0.533214, 0.784706, 0.575670, 0.680908, 0.016245, 749, 750}},
    {"domain_inconsistency",
     {4350, 458, 880, 4343, 0.644397, 0.268252, 0.456324, 0.500403, 0.657698, 0.521384, 0.548217, 0.022449, 757, 757}},
    {"missing_condition",
     {3939, 672, 1197, 3805, 0.637637, 0.348421, 0.493029, 0.508652, 0.640449, 0.534277, 0.417671, 0.024346, 747, 756}},
    {"multi_solutions",
     {1083, 0, 0, 1158, 0.651625, 0.000000, 0.325812, 0.483266, -1.000000, 0.483266, -1.000000, 0.029369, 0, 160}},
    {"redundency",
     {5167, 450, 1087, 4909, 0.658510, 0.288597, 0.473554, 0.512803, 0.707222, 0.538534, 0.531662, 0.030878, 758, 758}},
    {"step_contradiction",
     {4967, 200, 992, 4606, 0.673948, 0.292194, 0.483071, 0.518855, 0.832215, 0.553553, 0.784960, 0.019508, 758, 758}},
};
static const vector len3[] = {
    {"all",
     {46843, 8838, 4311, 23379, 0.744113, 0.211122, 0.477617, 0.667070, 0.327858, 0.613571, 0.330075, 0.108082, 6035,
      6211}},
    {"circular",
     {3831, 1434, 701, 1847, 0.700174, 0.299381, 0.499777, 0.674709, 0.328337, 0.580059, 0.344327, 0.142070, 758, 758}},
    {"confidence",
     {6297, 880, 424, 3147, 0.757716, 0.173949, 0.465832, 0.666773, 0.325153, 0.625326, 0.320479, 0.084375, 752, 757}},
    {"correct",
     {7221, 0, 0, 3611, 0.799978, 0.000000, 0.399989, 0.666636, -1.000000, 0.666636, -1.000000, -1.000000, 0, 0}},
    {"counterfactual",
     {5585, 1415, 659, 2818, 0.725183, 0.237435, 0.481309, 0.664644, 0.317743, 0.595972, 0.330688, 0.098104, 756, 757}},
    {"deception",
     {5531, 1121, 579, 2839, 0.736387, 0.226260, 0.481323, 0.660812, 0.340588, 0.606753, 0.347130, 0.102704, 749, 750}},
    {"domain_inconsistency",
     {5805, 902, 436, 2888, 0.753896, 0.187044, 0.470470, 0.667779, 0.325859, 0.622171, 0.313078, 0.110350, 757, 757}},
    {"missing_condition",
     {5205, 1276, 593, 2539, 0.731810, 0.237153, 0.484481, 0.672133, 0.317282, 0.603142, 0.313253, 0.123353, 747, 756}},
    {"multi_solutions",
     {1470, 0, 0, 771, 0.792239, 0.000000, 0.396120, 0.655957, -1.000000, 0.655957, -1.000000, 0.166078, 0, 160}},
    {"redundency",
     {6728, 1007, 530, 3348, 0.755488, 0.195753, 0.475620, 0.667725, 0.344828, 0.624989, 0.333773, 0.066838, 758, 758}},
    {"step_contradiction",
     {6391, 803, 389, 3182, 0.762331, 0.163342, 0.462837, 0.667607, 0.326342, 0.629819, 0.337731, 0.124564, 758, 758}},
};
static const vector len3_red[] = {
    {"all",
     {48995, 9308, 3841, 21227, 0.762420, 0.201010, 0.481715, 0.697716, 0.292113, 0.633746, 0.296437, 0.127867, 6035,
      6211}},
    {"circular",
     {4581, 1679, 456, 1097, 0.767465, 0.247289, 0.507377, 0.806798, 0.213583, 0.644695, 0.221636, 0.188411, 758, 758}},
    {"redundency",
     {8130, 1232, 305, 1946, 0.836506, 0.161035, 0.498770, 0.806868, 0.198439, 0.726341, 0.188654, 0.182612, 758, 758}},
};

static void test_prmbench_of_the_first_half_valid_gives_the_published_vectors(void **state) {
    fixture *f = *state;
    if (!read_official(f)) skip_because("no PRMBench files");
    assert_int_equal(cairn_bench_count(f->run), 6969);
    predict_as(f, HALF);
    bench_measure(f, true);
    check(f, half, sizeof half / sizeof *half);
    assert_int_equal(f->result.silent, 0);
    assert_near(tallied(f, "all", "beyond_the_end"), 151, 0);
    assert_near(figure(f, "multi_solutions", "score"), figure(f, "multi_solutions", "f1"), 0);
    assert_near(figure(f, "simplicity", "score"), (0.533904 + 0.473554) / 2, 1e-6);
    assert_near(figure(f, "soundness", "score"), (0.525663 + 0.570984 + 0.456324 + 0.483071) / 4, 1e-6);
    assert_near(figure(f, "sensitivity", "score"), (0.530323 + 0.493029 + 0.651625) / 3, 1e-6);
    assert_true(isnan(figure(f, "sensitivity", "acc_error")));
    assert_near(baseline(f, "always right", "all", "prmscore"), 0.457195, 5e-7);
    assert_near(baseline(f, "always wrong", "all", "prmscore"), 0.136231, 5e-7);
    static const struct {
        const char *row;
        double all_valid;
    } valid[] = {{"circular", .4209},   {"confidence", .4677},           {"counterfactual", .4451},
                 {"deception", .4539},  {"domain_inconsistency", .4643}, {"missing_condition", .4462},
                 {"redundency", .4646}, {"step_contradiction", .4707}};
    for (int i = 0; i < 8; i++)
        assert_near(baseline(f, "always right", valid[i].row, "prmscore"), valid[i].all_valid, 5e-5);
}

static void test_prmbench_reads_the_corrupted_text_and_its_original(void **state) {
    fixture *f = *state;
    if (!read_official(f)) skip_because("no PRMBench files");
    predict_as(f, LEN3);
    bench_measure(f, false);
    check(f, len3, sizeof len3 / sizeof *len3);
}

static void test_prmbench_uses_redundancy_labels_negated_in_two_classes(void **state) {
    fixture *f = *state;
    if (!read_official(f)) skip_because("no PRMBench files");
    predict_as(f, LEN3_RED);
    bench_measure(f, false);
    check(f, len3_red, sizeof len3_red / sizeof *len3_red);
    for (size_t i = 0; i < sizeof len3 / sizeof *len3; i++)
        if (strcmp(len3[i].row, "all") && strcmp(len3[i].row, "circular") && strcmp(len3[i].row, "redundency"))
            check(f, &len3[i], 1);
}

static void test_prmbench_of_the_oracle_is_one(void **state) {
    fixture *f = *state;
    if (!read_official(f)) skip_because("no PRMBench files");
    predict_as(f, ORACLE);
    bench_measure(f, false);
    assert_near(figure(f, "all", "prmscore"), 1, 0);
    assert_near(figure(f, "all", "acc_first"), 1, 0);
}

/* ---- by hand ----------------------------------------------------------------------------------------------------- */

#define ROW(idx, kind, errors)                                                                \
    "{\"idx\": \"" idx "\", \"classification\": \"" kind "\", \"modified_question\": \"q\", " \
    "\"original_question\": \"q\", \"original_process\": [\"a\", \"b\"], "                    \
    "\"modified_process\": [\"a\", \"b\", \"c\", \"d\"], \"error_steps\": " errors "}\n"
#define SAID(idx, labels) "{\"idx\": \"" idx "\", \"scores\": {\"step_level_validity_labels\": " labels "}}\n"

/* Page 37, unit case d. */
static void test_prmscore_of_one_solution_by_hand(void **state) {
    fixture *f = *state;
    bench_open(f, "prmbench", "");
    ok(f, bench_read_text(f, "a.jsonl", ROW("1", "deception", "[2, 4]")));
    ok(f, bench_predict_text(f, "p.jsonl", SAID("deception_1", "[true, true, true, false]")));
    bench_measure(f, false);
    assert_near(tallied(f, "deception", "tp"), 2, 0);
    assert_near(tallied(f, "deception", "fp"), 1, 0);
    assert_near(tallied(f, "deception", "tn"), 1, 0);
    assert_near(tallied(f, "deception", "fn"), 0, 0);
    assert_near(figure(f, "deception", "f1"), 0.8, 1e-15);
    assert_near(figure(f, "deception", "nf1"), 2.0 / 3, 1e-15);
    assert_near(figure(f, "all", "prmscore"), 11.0 / 15, 1e-15);
    assert_near(figure(f, "all", "acc_first"), 0, 0);
}

static void test_similarity_is_the_distance_to_the_original_and_needs_a_valid_step_there(void **state) {
    fixture *f = *state;
    bench_open(f, "prmbench", "");
    ok(f, bench_read_text(f, "a.jsonl",
                          ROW("1", "redundency", "[4]") ROW("1", "deception", "[4]") ROW("2", "redundency", "[4]")
                              ROW("2", "deception", "[4]") ROW("3", "deception", "[4]")));
    assert_int_equal(cairn_bench_end(f->run), CAIRN_OK);
    assert_int_equal(cairn_bench_count(f->run), 7);
    ok(f, bench_predict_text(f, "p.jsonl",
                             SAID("correct_1", "[1, 1]") SAID("correct_2", "[0, 0]") SAID("deception_1", "[1, 0, 0, 0]")
                                 SAID("deception_2", "[1, 0, 0, 0]") SAID("deception_3", "[1, 0, 0, 0]")));
    bench_measure(f, false);
    assert_near(figure(f, "deception", "similarity"), 0.75, 0);
    assert_near(figure(f, "deception", "n_similar"), 1, 0);
    assert_int_equal(f->result.silent, 2);
}

static void test_the_first_row_and_the_first_prediction_of_a_key_count(void **state) {
    fixture *f = *state;
    bench_open(f, "prmbench", "");
    ok(f, bench_read_text(f, "a.jsonl", ROW("1", "deception", "[1]") ROW("1", "deception", "[2]")));
    ok(f, bench_predict_text(f, "p.jsonl", SAID("deception_1", "[0, 1, 1, 1]") SAID("deception_1", "[1, 1, 1, 1]")));
    bench_measure(f, false);
    assert_int_equal(f->result.items, 1);
    assert_near(figure(f, "all", "prmscore"), 1, 0);
}

static void test_failed_and_missing_predictions_are_left_out_and_counted(void **state) {
    fixture *f = *state;
    bench_open(f, "prmbench", "");
    ok(f, bench_read_text(f, "a.jsonl",
                          ROW("1", "deception", "[1]") ROW("2", "deception", "[1]") ROW("3", "deception", "[1]")));
    ok(f, bench_predict_text(f, "p.jsonl",
                             SAID("deception_1", "[0, 1, 1, 1]") "{\"idx\": \"deception_2\", \"validity\": false}\n"));
    bench_measure(f, false);
    assert_int_equal(f->result.silent, 2);
    assert_near(tallied(f, "all", "tp"), 3, 0);
}

static void test_a_ratio_without_denominator_follows_the_option(void **state) {
    fixture *f = *state;
    static const struct {
        const char *option;
        double nf1, prmscore;
    } cases[] = {{"", 0, 0.5 * 6 / 7.0}, {"undefined=zero", 0, 0.5 * 6 / 7.0}, {"undefined=skip", NAN, 6 / 7.0}};
    for (int i = 0; i < 3; i++) {
        bench_open(f, "prmbench", cases[i].option);
        ok(f, bench_read_text(f, "a.jsonl", ROW("1", "multi_solutions", "[]")));
        ok(f, bench_predict_text(f, "p.jsonl", SAID("multi_solutions_1", "[1, 1, 1, 0]")));
        bench_measure(f, false);
        double nf1 = figure(f, "all", "nf1");
        if (isnan(cases[i].nf1)) assert_true(isnan(nf1));
        if (!isnan(cases[i].nf1)) assert_near(nf1, cases[i].nf1, 0);
        assert_near(figure(f, "all", "prmscore"), cases[i].prmscore, 1e-15);
        assert_near(figure(f, "all", "score"), 6 / 7.0, 1e-15);
    }
}

/* The released script goes through the prediction, not the solution. */
static void test_predictions_of_another_length_are_refused_or_counted_as_the_script_does(void **state) {
    fixture *f = *state;
    const char *said = SAID("deception_1", "[1, 1, 1, 1, 0, 1]") SAID("deception_2", "[0]");
    bench_open(f, "prmbench", "");
    ok(f, bench_read_text(f, "a.jsonl", ROW("1", "deception", "[5]") ROW("2", "deception", "[1, 2]")));
    refused(f, bench_predict_text(f, "p.jsonl", said), CAIRN_FORMAT,
            "p.jsonl:1: field `step_level_validity_labels`: expected 4 values, one a step, got 6");
    bench_open(f, "prmbench", "lengths=official");
    ok(f, bench_read_text(f, "a.jsonl", ROW("1", "deception", "[5]") ROW("2", "deception", "[1, 2]")));
    ok(f, bench_predict_text(f, "p.jsonl", said));
    bench_measure(f, true);
    assert_near(tallied(f, "all", "tp"), 5, 0);
    assert_near(tallied(f, "all", "tn"), 2, 0);
    assert_near(tallied(f, "all", "fp") + tallied(f, "all", "fn"), 0, 0);
}

static void test_broken_rows_are_named_with_file_line_and_field(void **state) {
    fixture *f = *state;
    bench_open(f, "prmbench", "");
    refused(f, bench_read_text(f, "a.jsonl", ROW("1", "deception", "[1]") "{\"idx\": \"2\", \"classification\": \"dec"),
            CAIRN_FORMAT, "a.jsonl:2");
    bench_open(f, "prmbench", "");
    refused(f, bench_read_text(f, "a.jsonl", ROW("1", "deception", "[1]") ROW("2", "deception", "\"1\"")), CAIRN_FORMAT,
            "a.jsonl:2: field `error_steps`: expected an array of whole numbers");
    bench_open(f, "prmbench", "");
    refused(f, bench_read_text(f, "a.jsonl", ROW("1", "deception", "[1, 1.5]")), CAIRN_FORMAT,
            "a.jsonl:1: field `error_steps[1]`: expected a whole number");
    bench_open(f, "prmbench", "");
    refused(f, bench_read_text(f, "a.jsonl", ROW("1", "deception", "[3, 0]")), CAIRN_FORMAT,
            "a.jsonl:1: field `error_steps[1]`: expected the number of a step, counted from 1");
    refused(f, bench_read_text(f, "a.jsonl", ROW("1", "deception", "[true]")), CAIRN_FORMAT,
            "a.jsonl:1: field `error_steps[0]`: expected the number of a step");
    bench_open(f, "prmbench", "");
    ok(f, bench_read_text(f, "a.jsonl", ROW("1", "deception", "[1]")));
    refused(f, bench_predict_text(f, "p.jsonl", SAID("deception_7", "[1, 1, 1, 1]")), CAIRN_FORMAT,
            "p.jsonl:1: field `idx`: no item has the id `deception_7`");
    refused(f, bench_predict_text(f, "p.jsonl", "{\"idx\": \"deception_1\"}"), CAIRN_FORMAT,
            "p.jsonl:1: field `step_level_validity_labels`: expected an array");
    refused(f, bench_predict_text(f, "p.jsonl", SAID("deception_1", "[1, 1, NaN, 1]")), CAIRN_FORMAT, "p.jsonl:1");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(test_prmbench_of_the_first_half_valid_gives_the_published_vectors),
        TEST(test_prmbench_reads_the_corrupted_text_and_its_original),
        TEST(test_prmbench_uses_redundancy_labels_negated_in_two_classes),
        TEST(test_prmbench_of_the_oracle_is_one),
        TEST(test_prmscore_of_one_solution_by_hand),
        TEST(test_similarity_is_the_distance_to_the_original_and_needs_a_valid_step_there),
        TEST(test_the_first_row_and_the_first_prediction_of_a_key_count),
        TEST(test_failed_and_missing_predictions_are_left_out_and_counted),
        TEST(test_a_ratio_without_denominator_follows_the_option),
        TEST(test_predictions_of_another_length_are_refused_or_counted_as_the_script_does),
        TEST(test_broken_rows_are_named_with_file_line_and_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
