/* label: light */
/* Recorded step scores with their truth (FoVer's files): every published number, thresholds found again, and cases by
 * hand. Skips where the data is not here. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>

#include "bench_fixture.h"
#include "data.h"
#include "skip.h"

#define LLAMA     "processbench-gsm8k--Llama3.1-8B-PRM-Mistral-Data"
#define SKYWORK   "processbench-gsm8k--Skywork-o1-Open-PRM-Qwen-2.5-7B"
#define MATH_QWEN "processbench-math--Qwen2.5-7B-Instruct"
#define MATH_SKY  "processbench-math--Skywork-o1-Open-PRM-Qwen-2.5-7B"

typedef struct published {
    const char *file, *level;
    int n, right;
    double threshold, tuned; /* tuned on the file itself */
    double counts[4];        /* tp fp tn fn */
    double auroc;
} published;

static const published table[] = {
    {LLAMA, "instance", 250, 127, 0.796875, 0.796875, {112, 20, 103, 15}, 0.9250368094232123},
    {LLAMA, "step", 1000, 877, 0.6796875, 0.6796875, {861, 58, 65, 16}, 0.9122980226381511},
    {SKYWORK, "instance", 250, 127, 0.2798284924581987, 0.2798284924581987, {115, 18, 105, 12}, 0.9428973817297228},
    {SKYWORK, "step", 1000, 877, 0.12940273159163906, 0.12940273159163906, {865, 79, 44, 12}, 0.9225695506670005},
    {MATH_QWEN, "instance", 250, 100, 0.94140625, 0.012451171875, {64, 31, 119, 36}, 0.7917333333333333},
    {MATH_QWEN, "step", 1102, 952, 0.00360107421875, 0.0006256103515625, {931, 104, 46, 21}, 0.760420168067227},
    {MATH_SKY, "instance", 250, 100, 0.2798284924581987, 0.3548800897081317, {77, 16, 134, 23}, 0.9125},
    {MATH_SKY, "step", 1102, 952, 0.12940273159163906, 0.02976009394596422, {883, 101, 49, 69}, 0.8256757703081233},
};
enum { ROWS = sizeof table / sizeof *table };

static const char *path_of(const char *file, char path[4096]) {
    char name[256];
    snprintf(name, sizeof name, "prm-scores/%s.json", file);
    return shared_file(name, path);
}

/* Reads the file and measures it; with `tuned_on`, by thresholds chosen on that one. False where one is not here. */
static bool measure_file(fixture *f, const char *file, const char *tuned_on) {
    char path[4096];
    bench_open(f, "prm-scores", "");
    if (tuned_on) {
        cairn_bench_run *tuning;
        if (!path_of(tuned_on, path)) return false;
        ok(f, cairn_bench_open(f->ctx, f->bench, f->config, &tuning));
        ok(f, cairn_bench_read(tuning, path, NULL));
        ok(f, cairn_bench_end(tuning));
        ok(f, f->bench->tune(tuning, f->config));
        cairn_bench_close(tuning);
    }
    if (!path_of(file, path)) return false;
    ok(f, cairn_bench_read(f->run, path, NULL));
    bench_measure(f, true);
    return true;
}

static const char *row_name(const published *p) {
    static char name[256];
    snprintf(name, sizeof name, "%s/%s", p->file, p->level);
    return name;
}

static void check(const fixture *f, const published *p) {
    static const char *const counts[] = {"tp", "fp", "tn", "fn"};
    const char *row = row_name(p);
    assert_int_equal(f->result.rows[row_of(f, row)].items, p->n);
    assert_near(tallied(f, row, "tp") + tallied(f, row, "fn"), p->right, 0);
    for (int k = 0; k < 4; k++) assert_near(tallied(f, row, counts[k]), p->counts[k], 0);
    assert_near(figure(f, row, "auroc"), p->auroc, 3e-16);
    assert_near(figure(f, row, "threshold"), p->threshold, 0);
}

static void test_all_numbers_that_the_files_hold_come_out(void **state) {
    fixture *f = *state;
    static const char *const names[] = {"auroc", "accuracy", "f1", "precision", "recall", "threshold"};
    for (int i = 0; i < ROWS; i++) {
        char path[4096], level[32];
        if (!measure_file(f, table[i].file, NULL)) skip_because("no prm-scores");
        check(f, &table[i]);
        json_t *file = json_load_file(path_of(table[i].file, path), 0, NULL);
        snprintf(level, sizeof level, "%s_level", table[i].level);
        const json_t *known = json_object_get(json_object_get(file, "performance"), level);
        for (int k = 0; k < 6; k++)
            assert_near(figure(f, row_name(&table[i]), names[k]), json_real_value(json_object_get(known, names[k])),
                        3e-16);
        json_decref(file);
    }
}

static void test_thresholds_of_gsm8k_are_found_again_and_hold_on_math(void **state) {
    fixture *f = *state;
    static const struct {
        int row;
        const char *tuned_on;
    } cases[] = {{0, LLAMA}, {1, LLAMA}, {2, SKYWORK}, {3, SKYWORK}, {6, SKYWORK}, {7, SKYWORK}};
    for (int i = 0; i < 6; i++) {
        if (!measure_file(f, table[cases[i].row].file, cases[i].tuned_on)) skip_because("no prm-scores");
        check(f, &table[cases[i].row]);
    }
    for (int i = 0; i < ROWS; i++) {
        if (!measure_file(f, table[i].file, table[i].file)) skip_because("no prm-scores");
        assert_near(figure(f, row_name(&table[i]), "threshold"), table[i].tuned, 0);
    }
}

/* ---- by hand ----------------------------------------------------------------------------------------------------- */

#define STEPS(scores, truth)   "\"y_pred_step_level\": " scores ", \"y_true_step_level\": " truth
#define FILE_OF(scores, truth) "{" STEPS(scores, truth) "}"

/* Right: .9 .5 .5, wrong: .5 .1. Strictly above .5: one right one. */
static void test_a_score_equal_to_the_threshold_is_wrong(void **state) {
    fixture *f = *state;
    bench_open(f, "prm-scores", "level=step,thresholds=given,step-threshold=0.5");
    ok(f, bench_read_text(f, "a.json", FILE_OF("[0.9, 0.5, 0.5, 0.5, 0.1]", "[true, true, 1, false, 0]")));
    bench_measure(f, true);
    assert_near(figure(f, "a/step", "precision"), 1, 0);
    assert_near(figure(f, "a/step", "recall"), 1 / 3.0, 1e-15);
    assert_near(figure(f, "a/step", "f1"), 0.5, 1e-15);
    assert_near(figure(f, "a/step", "accuracy"), 0.6, 1e-15);
    assert_near(figure(f, "a/step", "auroc"), (2 + 1.5 + 1.5) / 6, 1e-15);
    assert_near(baseline(f, "always right", "a/step", "f1"), 0.75, 1e-15);
    assert_near(baseline(f, "always wrong", "a/step", "f1"), 0, 0);
}

/* F1 when only what is > t counts as right: t = .1: 6/7, .2: 4/5, .5: 1, .8: 0. */
static void test_the_lowest_of_the_best_observed_scores_is_the_threshold(void **state) {
    fixture *f = *state;
    double threshold = 0;
    bench_open(f, "prm-scores", "level=step");
    ok(f, bench_read_text(f, "a.json", FILE_OF("[0.8, 0.1, 0.5, 0.2, 0.8]", "[1, 0, 0, 0, 1]")));
    ok(f, cairn_bench_end(f->run));
    ok(f, f->bench->tune(f->run, f->config));
    bench_measure(f, false);
    threshold = figure(f, "a/step", "threshold");
    assert_near(threshold, 0.5, 0);
    assert_near(figure(f, "a/step", "f1"), 1, 0);
}

/* Released files of the training tasks are such. 0.9 and 0.2 are right, 0.4 is wrong: one of two pairs is in order. */
static void test_a_file_without_thresholds_has_an_auroc_alone(void **state) {
    fixture *f = *state;
    bench_open(f, "prm-scores", "level=step");
    ok(f, bench_read_text(f, "a.json", FILE_OF("[0.9, 0.2, 0.4]", "[true, true, false]")));
    bench_measure(f, false);
    assert_near(figure(f, "a/step", "auroc"), 0.5, 0);
    assert_true(isnan(figure(f, "a/step", "f1")) && isnan(figure(f, "a/step", "threshold")));
    bench_open(f, "prm-scores", "step-threshold=0.3");
    refused(f, bench_read_text(f, "a.json", FILE_OF("[0.9, 0.1]", "[true, false]")), CAIRN_INVALID,
            "--thresholds given");
}

/* Neither a curve without both classes nor a ratio without denominator stops the rest. */
static void test_one_class_alone_has_no_auroc(void **state) {
    fixture *f = *state;
    bench_open(f, "prm-scores", "level=step,thresholds=given");
    ok(f, bench_read_text(f, "a.json", FILE_OF("[0.3, 0.1]", "[false, false]")));
    bench_measure(f, false);
    assert_true(isnan(figure(f, "a/step", "auroc")));
    assert_near(figure(f, "a/step", "f1"), 0, 0);
    assert_near(figure(f, "a/step", "accuracy"), 1, 0);
}

static void test_broken_files_are_named_with_file_line_and_field(void **state) {
    fixture *f = *state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {FILE_OF("[0.9, 0.1]", "[true]"), "a.json:1: field `y_true_step_level`: expected 2 values"},
        {FILE_OF("[0.9, \"high\"]", "[true, false]"), "a.json:1: field `y_pred_step_level[1]`: expected a number"},
        {FILE_OF("[0.9, 0.1]", "[true, 2]"), "a.json:1: field `y_true_step_level[1]`: expected true or false, got 2"},
        {FILE_OF("[0.9, NaN]", "[true, false]"), "a.json:1: field `y_pred_step_level[1]`: expected a number or null"},
        {FILE_OF("[0.9, 1e999]", "[true, false]"), "a.json:1: field `y_pred_step_level[1]`: expected a number or null"},
        {FILE_OF("[0.9, 0.1]", "[true, fal"), "a.json:1"},
        {"\n\n{\"y_true_step_level\": [true]}", "a.json:3: field `y_pred_step_level`: expected an array of numbers"},
        {FILE_OF("[0.9, \"\xff\"]", "[true, false]"), "a.json:1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench_open(f, "prm-scores", "level=step");
        refused(f, bench_read_text(f, "a.json", cases[i].text), CAIRN_FORMAT, cases[i].error);
    }
    bench_open(f, "prm-scores", "level=step,thresholds=given");
    ok(f, bench_read_text(f, "n.json", "{\"auroc\": NaN, " STEPS("[0.9, 0.1]", "[true, false]") "}"));
    ok(f, bench_read_text(f, "a.json", "\xef\xbb\xbf{" STEPS("[0.9,\r\n 0.1]", "[true,\n false]") "}\r\n"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(test_all_numbers_that_the_files_hold_come_out),
        TEST(test_thresholds_of_gsm8k_are_found_again_and_hold_on_math),
        TEST(test_a_score_equal_to_the_threshold_is_wrong),
        TEST(test_the_lowest_of_the_best_observed_scores_is_the_threshold),
        TEST(test_a_file_without_thresholds_has_an_auroc_alone),
        TEST(test_one_class_alone_has_no_auroc),
        TEST(test_broken_files_are_named_with_file_line_and_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
