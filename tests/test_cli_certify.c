/* cairn certify: what is read, selected, refused, kept. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdbool.h>

#include "cairn/certify.h"
#include "cli.h"
#include "data.h"
#include "near.h"
#include "skip.h"

static FILE *create(const char *name) {
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    return file;
}

enum { LABELLED = 39, ITEMS = 20 };

/* Labelled items 0 .. 38: every third is right. `sure` tells right from wrong, `noise` does not. Then 20 items of which
 * the first 8 look right. p of these by `sure` is 1/40, so they are all selected at 0.1: 1/40 <= 0.1 * 8/20. */
static double sure_of(int i) {
    bool right = i < LABELLED ? i % 3 == 0 : i - LABELLED < 8;
    return right ? 2 + i * .01 : (i < LABELLED ? i : i - LABELLED) * .01;
}

static void write_items(const char *name) {
    FILE *file = create(name);
    for (int i = 0; i < LABELLED + ITEMS; i++)
        fprintf(file, "{\"problem\":\"p%d\",\"right\":%s,\"sure\":%.2f,\"noise\":%d,\"steps\":[%.2f,3.5]}\n", i,
                i >= LABELLED ? "null"
                : i % 3 == 0  ? "true"
                              : "false",
                sure_of(i), i * 7 % 11, sure_of(i));
    fclose(file);
}

/* Whether the i-th item without a label is certified; its row in *row. */
static bool item_is_certified(const char *name, int i, json_t **row) {
    char line[4096];
    FILE *file = fopen(in_folder(name), "r");
    assert_non_null(file);
    for (int k = 0; k <= i; k++) assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    *row = json_loads(line, 0, NULL);
    assert_non_null(*row);
    return json_is_true(json_object_get(*row, "certified"));
}

static void test_items_that_beat_every_wrong_label_are_certified_and_their_rows_kept(void **state) {
    (void)state;
    write_items("items.jsonl");
    expect_ok(cairn("certify items.jsonl --choose sure --method cs --out cs.jsonl"));
    for (int i = 0; i < ITEMS; i++) {
        json_t *row;
        char problem[16];
        assert_int_equal(item_is_certified("cs.jsonl", i, &row), i < 8);
        snprintf(problem, sizeof problem, "p%d", LABELLED + i);
        assert_string_equal(json_string_value(json_object_get(row, "problem")), problem);
        assert_string_equal(json_string_value(json_object_get(row, "certified_by")), "sure");
        assert_true(json_is_null(json_object_get(row, "certified_e")));
        if (i < 8) assert_near(json_number_value(json_object_get(row, "certified_p")), 1.0 / 40.0, 1e-15);
        json_decref(row);
    }
    expect_ok(cairn("certify items.jsonl --choose sure --method cs --only-certified --out only.jsonl"));
    char lines[65536];
    read_into(in_folder("only.jsonl"), lines, sizeof lines);
    int n = 0;
    for (const char *at = lines; (at = strchr(at, '\n')); at++) n++;
    assert_int_equal(n, 8);
}

static void test_optcs_finds_the_score_that_tells_and_says_how_often(void **state) {
    (void)state;
    write_items("items.jsonl");
    json_t *r = parsed(cairn("certify items.jsonl --choose 'noise steps:min sure' --prune dtm --ties first --json"));
    assert_int_equal(json_integer_value(json_object_get(r, "certified")), 8);
    assert_int_equal(json_integer_value(json_object_get(r, "labelled")), LABELLED);
    assert_int_equal(json_integer_value(json_object_get(r, "labelled_wrong")), 26);
    assert_int_equal(json_integer_value(json_object_get(r, "least_together")), 5); /* 20 / (.1 * 40) */
    const json_t *scores = json_object_get(r, "scores");
    assert_int_equal(json_integer_value(json_object_get(json_array_get(scores, 1), "certified")), 8);
    json_decref(r);
}

static void test_lines_array_csv_and_a_second_file_say_the_same(void **state) {
    (void)state;
    FILE *csv = create("items.csv"), *array = create("items.json"), *known = create("known.csv");
    FILE *unknown = create("unknown.csv");
    fprintf(csv, "problem,right,sure\n");
    fprintf(known, "problem,right,sure\n");
    fprintf(unknown, "problem,sure\n");
    fprintf(array, "[");
    for (int i = 0; i < LABELLED + ITEMS; i++) {
        const char *label = i >= LABELLED ? "" : i % 3 == 0 ? "true" : "false";
        fprintf(csv, "p%d,%s,%.2f\n", i, label, sure_of(i));
        fprintf(array, "%s{\"problem\":\"p%d\",\"right\":%s,\"sure\":{\"er\":[0,%.2f]}}", i ? "," : "", i,
                *label ? label : "null", sure_of(i));
        if (i < LABELLED)
            fprintf(known, "p%d,%d,%.2f\n", i, i % 3 == 0, sure_of(i));
        else
            fprintf(unknown, "p%d,%.2f\n", i, sure_of(i));
    }
    fprintf(array, "]");
    fclose(csv), fclose(array), fclose(known), fclose(unknown);
    static const char *const words[] = {"items.csv --choose sure", "items.json --choose sure.er.1",
                                        "unknown.csv --calibrate known.csv --choose sure"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        json_t *r = parsed(cairn("certify %s --method cs --json", words[i]));
        assert_int_equal(json_integer_value(json_object_get(r, "certified")), 8);
        assert_int_equal(json_integer_value(json_object_get(r, "items")), ITEMS);
        json_decref(r);
    }
}

static void test_the_draw_is_kept_and_a_second_one_refused(void **state) {
    (void)state;
    write_items("items.jsonl");
    expect_ok(cairn("certify items.jsonl --choose 'sure noise' --out drawn.jsonl"));
    char draw[4096], *second;
    read_into(in_folder("drawn.jsonl.draw"), draw, sizeof draw);
    assert_non_null(second = strchr(draw, '\n')); /* the settings, then what was drawn */
    json_t *settings = json_loadb(draw, (size_t)(second - draw), 0, NULL), *drawn = json_loads(second, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(settings, "prune")), "homo");
    assert_int_equal(json_integer_value(json_object_get(settings, "seed")), 1);
    double xi = json_number_value(json_object_get(drawn, "xi"));
    assert_true(xi > 0 && xi <= 1);
    json_decref(settings), json_decref(drawn);
    expect_ok(cairn("certify items.jsonl --choose 'sure noise' --out drawn.jsonl")); /* the same again */
    static const char *const others[] = {"--choose 'sure noise' --seed 2", "--choose sure",
                                         "--choose 'sure noise' --fdr 0.2", "--choose 'sure noise' --prune dtm"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        expect_one_sentence(cairn("certify items.jsonl %s --out drawn.jsonl", others[i]), others[i],
                            WORDS("drawn.jsonl.draw", "second draw"));
    FILE *file = fopen(in_folder("items.jsonl"), "a");
    assert_non_null(file);
    fprintf(file, "{\"problem\":\"new\",\"right\":false,\"sure\":0,\"noise\":0}\n");
    fclose(file);
    expect_ok(cairn("certify items.jsonl --choose 'sure noise' --seed 2 --out drawn.jsonl")); /* other labels */
    expect_nothing_left_beside("certify");
    assert_false(is_there("drawn.jsonl.draw.new"));
}

static void test_what_cannot_be_guaranteed_is_refused_in_one_sentence(void **state) {
    (void)state;
    write_items("items.jsonl");
    expect_one_sentence(cairn("certify items.jsonl --choose sure --fdr 0.01 --out o"), "few",
                        WORDS("too few labels", "1/40", "99 are needed"));
    expect_one_sentence(cairn("certify items.jsonl --choose 'sure noise'"), "no file",
                        WORDS("--out", "draw is recorded"));
    expect_ok(cairn("certify items.jsonl --choose sure")); /* cs draws nothing */
    expect_one_sentence(cairn("certify items.jsonl --choose 'sure noise' --method cs --out o"), "two",
                        WORDS("--method cs takes one score"));
    expect_one_sentence(cairn("certify items.jsonl --choose '' --out o"), "no score", WORDS("name the scores"));
    expect_one_sentence(cairn("certify items.jsonl --choose 'sure nothing' --out o"), "missing",
                        WORDS("items.jsonl:1", "`nothing`", "59 such items"));
    expect_one_sentence(cairn("certify items.jsonl --choose steps --out o"), "array",
                        WORDS("items.jsonl:1", "`steps`", "steps:min"));
    expect_one_sentence(cairn("certify items.jsonl --choose steps:best --out o"), "aggregate", WORDS("`best`"));
    expect_one_sentence(cairn("certify items.jsonl --choose sure --label sum --out o"), "no label",
                        WORDS("no item has a label in `sum`"));
    expect_one_sentence(cairn("certify items.jsonl --choose sure --label noise --out o"), "all labels",
                        WORDS("every item has a label", "--split"));
    expect_one_sentence(cairn("certify items.jsonl --choose sure --label problem --out o"), "label",
                        WORDS("items.jsonl:1", "`problem`", "true, false, a number or null"));
    expect_one_sentence(cairn("certify items.jsonl --choose sure --unit id --out o"), "unit", WORDS("`id` of --unit"));
    assert_false(is_there("o"));
}

/* Answers a and b to each problem; the better scored of problem p<i> scores sure_of(i). */
static void test_several_answers_to_a_problem_are_refused_and_the_best_can_be_kept(void **state) {
    (void)state;
    FILE *file = create("pairs.jsonl");
    for (int i = 0; i < LABELLED + ITEMS; i++)
        for (int answer = 0; answer < 2; answer++)
            fprintf(file, "{\"problem\":\"p%d\",\"right\":%s,\"sure\":%.2f}\n", i,
                    i >= LABELLED               ? "null"
                    : i % 3 == 0 && answer == 0 ? "true"
                                                : "false",
                    sure_of(i) - answer);
    fclose(file);
    expect_one_sentence(cairn("certify pairs.jsonl --choose sure --out o"), "pairs",
                        WORDS("pairs.jsonl:1 and pairs.jsonl:2", "59 such rows", "--unit-best"));
    json_t *r = parsed(cairn("certify pairs.jsonl --choose sure --method cs --unit-best sure --json"));
    assert_int_equal(json_integer_value(json_object_get(r, "certified")), 8);
    assert_int_equal(json_integer_value(json_object_get(r, "not_best")), LABELLED + ITEMS);
    assert_int_equal(json_integer_value(json_object_get(r, "labelled_wrong")), 26);
    json_decref(r);
    r = parsed(cairn("certify pairs.jsonl --choose sure --method cs --unit - --json"));
    assert_int_equal(json_integer_value(json_object_get(r, "items")), 2 * ITEMS);
    assert_true(json_is_null(json_object_get(r, "unit")));
    json_decref(r);
}

static void test_a_split_compares_with_the_labels_that_were_kept_back(void **state) {
    (void)state;
    FILE *file = create("known.jsonl");
    for (int i = 0; i < 200; i++)
        fprintf(file, "{\"problem\":%d,\"right\":%d,\"sure\":%d}\n", i, i % 2, i % 2 ? 1000 + i : i);
    fprintf(file, "{\"problem\":200,\"sure\":5}\n");
    fclose(file);
    json_t *r = parsed(cairn("certify known.jsonl --choose sure --split 0.5 --fdr 0.2 --out tried.jsonl --json"));
    assert_int_equal(json_integer_value(json_object_get(r, "labelled")), 100);
    assert_int_equal(json_integer_value(json_object_get(r, "items")), 100);
    assert_int_equal(json_integer_value(json_object_get(r, "unlabelled_left_out")), 1);
    assert_near(json_number_value(json_object_get(r, "power")), 1, 0);
    json_decref(r);
}

/* The chosen answers of a run, by the reward's score, with the recorded outcome as label. */
static void test_a_run_file_is_read_by_its_records(void **state) {
    (void)state;
    expect_ok(cairn("solve --quiet --search beam --budget 64 -n 60 --run run.db"));
    json_t *r = parsed(cairn("certify run.db --choose score --split 0.5 --fdr 0.3 --out run.jsonl --json"));
    assert_int_equal(json_integer_value(json_object_get(r, "read")), 60);
    assert_int_equal(json_integer_value(json_object_get(r, "labelled")), 30);
    assert_string_equal(json_string_value(json_object_get(r, "unit")), "problem_key");
    json_decref(r);
}

static void test_bad_rows_are_named_or_counted(void **state) {
    (void)state;
    write_items("items.jsonl");
    char command[400];
    snprintf(command, sizeof command, "echo '{\"right\":[],\"sure\":1}' >>%s/items.jsonl", scratch);
    assert_int_equal(system(command), 0);
    expect_one_sentence(cairn("certify items.jsonl --choose sure --method cs"), "bad",
                        WORDS("items.jsonl:60", "`right`"));
    json_t *r = parsed(cairn("certify items.jsonl --choose sure --method cs --skip-bad --json 2>/dev/null"));
    assert_int_equal(json_integer_value(json_object_get(r, "skipped_rows")), 1);
    assert_int_equal(json_integer_value(json_object_get(r, "certified")), 8);
    json_decref(r);
}

/* Real scores as they were released: the first answer to each problem is the right one. */
static void test_real_scores_of_a_published_reward_model(void **state) {
    (void)state;
    char path[4096];
    if (!shared_file("rewardmath/Math_Shepherd_reward.json", path)) skip_because("no RewardMATH");
    json_t *all = json_load_file(path, 0, NULL);
    FILE *file = create("real.jsonl");
    for (size_t i = 0; i < json_array_size(all); i++) {
        json_t *p = json_array_get(all, i), *scores = json_object_get(p, "score");
        size_t answer = i % 10;
        char *steps = json_dumps(json_array_get(scores, answer), JSON_COMPACT);
        bool right = strcmp(json_string_value(json_array_get(json_object_get(p, "solution_reference"), answer)),
                            "human_to_GPT-4") == 0;
        fprintf(file, "{\"problem\":%zu,\"right\":%s,\"prm\":%s}\n", i, right ? "true" : "false", steps);
        free(steps);
    }
    fclose(file);
    json_decref(all);
    json_t *r = parsed(cairn("certify real.jsonl --choose 'prm:min prm:product prm:last prm:mean prm:logit' --fdr 0.3 "
                             "--split 0.5 --out real-certified.jsonl --json"));
    assert_int_equal(json_integer_value(json_object_get(r, "read")), 483);
    assert_int_equal(json_integer_value(json_object_get(r, "labelled")), 241);
    json_decref(r);
}

/* ---- learned scores ---------------------------------------------------------------------------------------------------- */

/* Of the items of write_items two features that only together tell right from wrong. `extra`: text added to item 7. */
static void write_features(const char *name, const char *extra) {
    FILE *file = create(name);
    for (int i = 0; i < LABELLED + ITEMS; i++) {
        bool right = i < LABELLED ? i % 3 == 0 : i - LABELLED < 8;
        double sign = right ? 0.6 : 0;
        fprintf(file, "{\"problem\":\"p%d\",\"right\":%s,\"a\":%.4f,\"b\":[%.4f,9],\"large\":%de307%s}\n", i,
                i >= LABELLED ? "null"
                : right       ? "true"
                              : "false",
                i * 7 % 11 * 0.1 + sign + 0.0003 * i * i, i * 5 % 13 * 0.1 - sign + 0.0007 * i * (i % 5), i % 9,
                i == 7 ? extra : "");
    }
    fclose(file);
}

/* p-values times 40 of the 20 items: 1 and the wrong labelled items that score at least as high, by logistic
 * regressions fitted by gradient descent and by nearest items found by sorting, in a program of its own. Selected at
 * 0.2 by Benjamini and Hochberg: p <= 0.2 k / 20. */
static void test_scores_are_learned_from_all_other_items(void **state) {
    (void)state;
    static const struct {
        const char *learner;
        int p[ITEMS], certified, most;
    } cases[] = {
        {"logistic", {1, 1, 8, 1, 2, 14, 1, 5, 1, 13, 26, 3, 18, 2, 9, 22, 4, 13, 26, 5}, 8, 3},
        {"nearest:items=10", {3, 3, 3, 3, 3, 7, 5, 5, 3, 7, 27, 3, 11, 3, 5, 27, 5, 7, 27, 5}, 13, 5},
    };
    write_features("features.jsonl", "");
    for (size_t i = 0; i < 2; i++) {
        json_t *row, *r = parsed(cairn("certify features.jsonl --learn %s --features 'a b:min' --oversample=false "
                                       "--fdr 0.2 --out learned%zu.jsonl --json",
                                       cases[i].learner, i));
        assert_int_equal(json_integer_value(json_object_get(r, "certified")), cases[i].certified);
        assert_string_equal(json_string_value(json_object_get(r, "method")), "cs");
        assert_string_equal(json_string_value(json_array_get(json_object_get(r, "features"), 1)), "b:min");
        json_decref(r);
        for (int j = 0; j < ITEMS; j++) {
            char name[32];
            snprintf(name, sizeof name, "learned%zu.jsonl", i);
            assert_int_equal(item_is_certified(name, j, &row), cases[i].p[j] <= cases[i].most);
            assert_near(json_number_value(json_object_get(row, "certified_p")), cases[i].p[j] / 40.0, 1e-15);
            assert_string_equal(json_string_value(json_object_get(row, "certified_by")), cases[i].learner);
            json_decref(row);
        }
    }
}

/* A learned score and a fixed one are chosen among; a feature in other units is the same feature. */
static void test_learned_scores_are_chosen_among_with_fixed_ones(void **state) {
    (void)state;
    write_features("features.jsonl", "");
    json_t *r = parsed(cairn("certify features.jsonl --choose b:max --learn 'logistic nearest' --features 'a b:min' "
                             "--fdr 0.2 --prune dtm --ties first --oversample=false --json"));
    const json_t *scores = json_object_get(r, "scores");
    int64_t chosen[3];
    for (size_t k = 0; k < 3; k++)
        chosen[k] = json_integer_value(json_object_get(json_array_get(scores, k), "chosen_for"));
    assert_string_equal(json_string_value(json_object_get(r, "method")), "optcs");
    assert_int_equal(chosen[0] + chosen[1] + chosen[2], ITEMS);
    assert_int_equal(chosen[0], 0); /* 9 for every item */
    json_decref(r);
    FILE *file = create("units.jsonl"), *from = fopen(in_folder("features.jsonl"), "r");
    char line[4096];
    while (fgets(line, sizeof line, from)) {
        json_t *row = json_loads(line, 0, NULL);
        double a = json_number_value(json_object_get(row, "a"));
        json_object_set_new(row, "a", json_real(1000 * a + 77));
        json_dumpf(row, file, JSON_COMPACT | JSON_REAL_PRECISION(15));
        fputc('\n', file);
        json_decref(row);
    }
    fclose(file), fclose(from);
    r = parsed(cairn("certify units.jsonl --learn logistic --features 'a b:min' --fdr 0.2 --oversample=false --json"));
    assert_int_equal(json_integer_value(json_object_get(r, "certified")), 8);
    json_decref(r);
}

/* Items of the rarer class are drawn again: that draw is kept too. */
static void test_what_oversampling_draws_is_kept(void **state) {
    (void)state;
    const char *const learn = "certify features.jsonl --learn logistic --features 'a b:min' --fdr 0.2";
    write_features("features.jsonl", "");
    expect_one_sentence(cairn("%s", learn), "no file", WORDS("--out", "--oversample=false"));
    expect_ok(cairn("%s --out over.jsonl", learn));
    expect_ok(cairn("%s --out over.jsonl", learn));
    expect_one_sentence(cairn("%s --seed 2 --out over.jsonl", learn), "seed", WORDS("second draw"));
    expect_one_sentence(cairn("%s --oversample=false --out over.jsonl", learn), "oversample", WORDS("second draw"));
    expect_one_sentence(cairn("certify features.jsonl --learn logistic --features a --fdr 0.2 --out over.jsonl"),
                        "features", WORDS("second draw"));
}

static void test_what_cannot_be_learned_from_is_refused_in_one_sentence(void **state) {
    (void)state;
    static const struct {
        const char *options, *said, *also;
    } cases[] = {
        {"--learn logistic", "--learn needs --features", "fields"},
        {"--choose a --features a", "--features needs --learn", "logistic"},
        {"--learn forest --features a", "no learner `forest`", "logistic, nearest"},
        {"--learn logistic:depth=3 --features a", "depth", "logistic"},
        {"--learn nearest:items=0 --features a", "items", "1"},
        {"--learn logistic --features 'a b'", "field `b` is an array", "b:min"},
        {"--learn logistic --features 'a length'", "features.jsonl:1: feature `length` is missing", "59 such items"},
        {"--learn logistic --features 'a extra'", "features.jsonl:1: feature `extra` is missing", "58 such items"},
        {"--learn logistic --features 'a large'", "feature `large` has values", "too large to learn from"},
        {"--learn 'logistic nearest' --features a --method cs", "--method cs takes one score", "several"},
        {"--learn logistic --features a --method split", "split", "auto"},
        {"--learn logistic --features a --above 1", "0 of 39 labelled items are right", "2 are needed"},
    };
    write_features("features.jsonl", ",\"extra\":1");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_one_sentence(cairn("certify features.jsonl %s --fdr 0.2 --out o", cases[i].options), cases[i].options,
                            WORDS(cases[i].said, cases[i].also));
    assert_false(is_there("o"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items_that_beat_every_wrong_label_are_certified_and_their_rows_kept),
        cmocka_unit_test(test_optcs_finds_the_score_that_tells_and_says_how_often),
        cmocka_unit_test(test_lines_array_csv_and_a_second_file_say_the_same),
        cmocka_unit_test(test_the_draw_is_kept_and_a_second_one_refused),
        cmocka_unit_test(test_what_cannot_be_guaranteed_is_refused_in_one_sentence),
        cmocka_unit_test(test_several_answers_to_a_problem_are_refused_and_the_best_can_be_kept),
        cmocka_unit_test(test_a_split_compares_with_the_labels_that_were_kept_back),
        cmocka_unit_test(test_a_run_file_is_read_by_its_records),
        cmocka_unit_test(test_bad_rows_are_named_or_counted),
        cmocka_unit_test(test_real_scores_of_a_published_reward_model),
        cmocka_unit_test(test_scores_are_learned_from_all_other_items),
        cmocka_unit_test(test_learned_scores_are_chosen_among_with_fixed_ones),
        cmocka_unit_test(test_what_oversampling_draws_is_kept),
        cmocka_unit_test(test_what_cannot_be_learned_from_is_refused_in_one_sentence),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
