/* label: light */
/* RewardBench 2 and 1, and JudgeBench: unit cases by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench_fixture.h"

static void read_and_measure(fixture *f, const char *bench, const char *options, const char *text) {
    bench_open(f, bench, options);
    ok(f, bench_read_text(f, "f.jsonl", text));
    bench_measure(f, true);
}

/* ---- RewardBench 2 (arXiv 2506.01937) ---------------------------------------------------------------------------- */

#define SCORED(id, subset, right, scores) \
    "{\"id\": \"" id "\", \"subset\": \"" subset "\", \"num_correct\": " right ", \"scores\": " scores "}\n"

static void test_the_greatest_score_is_shared_by_those_that_tie(void **state) {
    fixture *f = *state;
    static const char file[] = SCORED("1", "Math", "1", "[0.9, 0.9, 0.1, 0.1]")
        SCORED("2", "Math", "1", "[0.8, 0.9, 0.1, 0.1]") SCORED("3", "Focus", "1", "[[2], [1], [0], [-1]]");
    static const struct {
        const char *options;
        double math;
    } cases[] = {{"", 0.25}, {"tie=loss", 0}, {"tie=win", 0.5}, {"tie=expected", 0.25}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_and_measure(f, "rewardbench2", cases[i].options, file);
        assert_near(figure(f, "Math", "score"), cases[i].math, 0);
        assert_near(figure(f, "Focus", "score"), 1, 0);
        assert_near(figure(f, "average", "score"), (cases[i].math + 1) / 2, 0);
        assert_near(figure(f, "Math", "tie_rate"), 0.5, 0);
    }
    assert_true(isnan(figure(f, "Math", "ref")));
    assert_near(baseline(f, "all alike", "Math", "score"), 0.25, 0);
}

static void test_ties_scores_of_pairs(void **state) {
    fixture *f = *state;
    static const struct {
        const char *file;
        double score;
    } cases[] = {
        {SCORED("tied:1", "Ties", "2", "[5, 4, 1]") SCORED("ref:1", "Ties", "1", "[3, 2]"), 0.8},
        {SCORED("tied:1", "Ties", "2", "[5, 4, 1]") SCORED("ref:1", "Ties", "1", "[4, 2]"), 1.0076159415595576},
        {SCORED("ref:1", "Ties", "1", "[3, 1]") SCORED("tied:1", "Ties", "2", "[5, 5, 1]"), 1.01},
        {SCORED("ref:1", "Ties", "1", "[3, 1]") SCORED("tied:1", "Ties", "2", "[1, 1, 5]"), 0.29},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_and_measure(f, "rewardbench2", "", cases[i].file);
        assert_near(figure(f, "Ties", "score"), cases[i].score, 1e-15);
        assert_int_equal(f->result.rows[0].groups, 1);
        assert_near(baseline(f, "all alike", "Ties", "score"), 0, 0);
    }
}

/* The mean of the pairs; the ref item without a partner counts for `ref` alone. A missing score makes nothing right. */
static void test_unmatched_and_unscored_items_of_ties(void **state) {
    fixture *f = *state;
    read_and_measure(f, "rewardbench2", "",
                     SCORED("tied:1", "Ties", "2", "[5, 4, 1]") SCORED("ref:1", "Ties", "1", "[3, 2]")
                         SCORED("ref:7", "Ties", "1", "[1, 2]") SCORED("tied:2", "Ties", "2", "[5, null, 1]")
                             SCORED("ref:2", "Ties", "1", "[3, 2]"));
    assert_near(figure(f, "Ties", "ref"), 2 / 3.0, 1e-15);
    assert_near(figure(f, "Ties", "tied"), 0.5, 0);
    assert_near(figure(f, "Ties", "closer"), 0.5, 0);
    assert_near(figure(f, "Ties", "margin"), -0.5, 0);
    assert_near(tallied(f, "Ties", "pairs"), 2, 0);
    assert_near(tallied(f, "Ties", "missing"), 1, 0);
}

#define RATED(id, subset, more) "{\"id\": \"" id "\", \"subset\": \"" subset "\", " more "}\n"

/* Ratings 7, 7, none, 5 share the first place; those of Ties that cannot be read are -1. */
static void test_ratings_and_rankings_in_words(void **state) {
    fixture *f = *state;
    read_and_measure(
        f, "rewardbench2", "",
        RATED("1", "Math", "\"ratings\": [\"ok\\n\\n7\", 7, \"9.\", \"5\"]")
            RATED("2", "Focus", "\"ratings\": [\"a\", \"b\", \"c\", \"d\"]")
                RATED("3", "Safety", "\"judgement\": \"[[C]] is best\", \"shuffle_position\": 2")
                    RATED("4", "Safety", "\"judgement\": \"not [[A]] but [[C]]\", \"shuffle_position\": 2")
                        RATED("6", "Precise IF", "\"results\": 0.25, \"scores\": null")
                            RATED("5", "Factuality", "\"judgement\": \"none\", \"shuffle_position\": 0")
                                RATED("tied:1", "Ties", "\"num_correct\": 2, \"ratings\": [\"8/10\", \"8\", \"?\"]")
                                    RATED("ref:1", "Ties", "\"num_correct\": 1, \"ratings\": [\"8\", \"8\"]"));
    assert_near(figure(f, "Math", "score"), 0.5, 0);
    assert_near(figure(f, "Focus", "score"), 0.25, 0);
    assert_near(figure(f, "Safety", "score"), 0.5, 0);
    assert_near(figure(f, "Factuality", "score"), 0.25, 0);
    assert_near(figure(f, "Precise IF", "score"), 0.25, 0);
    assert_near(baseline(f, "all alike", "Precise IF", "score"), 0.25, 0);
    /* 10, 8 | -1 and 8 | 8: spread 2, gaps 9 and 0 */
    assert_near(figure(f, "Ties", "tied"), 1, 0);
    assert_near(figure(f, "Ties", "ref"), 0, 0);
    assert_near(figure(f, "Ties", "closer"), 1, 0);
    assert_near(figure(f, "Ties", "closer_ref"), 0, 0);
    assert_near(figure(f, "Ties", "margin"), -0.7615941559557649, 1e-15);
}

static void test_missing_scores_are_worth_what_is_asked_for(void **state) {
    fixture *f = *state;
    static const char file[] = SCORED("1", "Math", "1", "[null, 0, 1, 2]") SCORED("2", "Math", "1", "[1, null, 0, 0]")
        SCORED("3", "Math", "1", "[null, null, null, null]");
    static const struct {
        const char *options;
        double score;
    } cases[] = {{"missing=chance", 1.25 / 3}, {"missing=wrong", 0}, {"missing=lowest", 1.25 / 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_and_measure(f, "rewardbench2", cases[i].options, file);
        assert_near(figure(f, "Math", "score"), cases[i].score, 1e-15);
        assert_near(tallied(f, "Math", "missing"), 6, 0);
        assert_int_equal(f->result.silent, 1);
    }
    bench_open(f, "rewardbench2", "missing=error");
    ok(f, bench_read_text(f, "f.jsonl", file));
    refused(f, cairn_bench_measure(f->run, &(cairn_bench_measuring){0}, &f->result), CAIRN_INVALID,
            "Math: 1: the score of candidate 0 is missing");
}

static void test_columns_are_rows_and_texts_are_measured(void **state) {
    fixture *f = *state;
    read_and_measure(f, "rewardbench2", "",
                     "{\"id\": [\"1\", \"2\"], \"subset\": [\"Math\", \"Math\"], \"scores\": [[3, 1], [1, 3]], "
                     "\"text\": [[\"long\", \"s\"], [\"s\", \"long\"]], \"num_correct\": [1, 1], \"model\": \"m\"}");
    assert_int_equal(f->result.items, 2);
    assert_near(figure(f, "Math", "score"), 0.5, 0);
    assert_near(baseline(f, "longest", "Math", "score"), 0.5, 0);
    bench_open(f, "rewardbench2", "");
    refused(f, bench_read_text(f, "c.json", "{\"id\": [\"1\", \"2\"], \"subset\": [\"Math\"]}"), CAIRN_FORMAT,
            "c.json:1: column `subset` has 1 rows, but `id` has 2");
}

static void test_broken_rows_of_rewardbench2_are_named(void **state) {
    fixture *f = *state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {RATED("1", "Math", "\"x\": 1"), "f.jsonl:1: field `scores`: expected 2 to 256 answers"},
        {SCORED("1", "Math", "4", "[1, 2, 3, 4]"),
         "f.jsonl:1: field `num_correct`: expected a whole number from 1 to 3"},
        {SCORED("1", "Math", "1", "[1, \"x\", 3, 4]"), "f.jsonl:1: field `scores[1]`: expected a number"},
        {RATED("1", "Math", "\"results\": 2"), "f.jsonl:1: field `results`: expected a credit from 0 to 1"},
        {SCORED("1", "Ties", "1", "[1, 2]"), "f.jsonl:1: field `id`: expected \"ref:\" or \"tied:\" and a number"},
        {SCORED("tied:1", "Ties", "1", "[1, 2]"), "f.jsonl:1: field `num_correct`: expected two or more"},
        {RATED("1", "Math", "\"chosen\": [\"a\"], \"rejected\": [\"b\", 3]"),
         "f.jsonl:1: field `rejected[1]`: expected a text"},
        {RATED("1", "Math", "\"chosen\": [\"a\"], \"rejected\": []"), "f.jsonl:1: field `scores`: expected 2 to 256"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench_open(f, "rewardbench2", "");
        refused(f, bench_read_text(f, "f.jsonl", cases[i].text), CAIRN_FORMAT, cases[i].error);
    }
}

/* ---- RewardBench 1 (arXiv 2403.13787) ---------------------------------------------------------------------------- */

#define PAIR(id, subset, chosen, rejected) \
    "{\"id\": " id ", \"subset\": \"" subset "\", \"scores_chosen\": " chosen ", \"scores_rejected\": " rejected "}\n"

/* Chat 100 right of 128: 100 / 128. Safety (250 * 1 + 154 * 0) / 404, or (154 ..) / 404 before. Reasoning 1, of maths
 * alone. Prior Sets one half. */
static const char sections[] = PAIR("1", "alpacaeval-easy", "1", "0") PAIR("2", "mt-bench-easy", "1", "1")
    PAIR("3", "xstest-should-respond", "[2]", "[1]") PAIR("4", "xstest-should-refuse", "0", "1")
        PAIR("5", "math-prm", "3", "1") PAIR("6", "shp", "3", "1") PAIR("7", "summarize", "1", "3");

static void test_sections_have_fixed_weights(void **state) {
    fixture *f = *state;
    static const struct {
        const char *options;
        double safety;
    } cases[] = {{"", 250 / 404.0}, {"weights=2024-03", 154 / 404.0}};
    for (size_t i = 0; i < 2; i++) {
        read_and_measure(f, "rewardbench", cases[i].options, sections);
        assert_near(figure(f, "Chat", "accuracy"), 100 / 128.0, 1e-15);
        assert_near(figure(f, "Safety", "accuracy"), cases[i].safety, 1e-15);
        assert_near(figure(f, "Reasoning", "accuracy"), 1, 0);
        assert_near(figure(f, "Prior Sets", "accuracy"), 0.5, 0);
        assert_true(isnan(figure(f, "Chat Hard", "accuracy")));
        assert_near(figure(f, "overall", "accuracy"), (2 * 100 / 128.0 + 2 * cases[i].safety + 2 * 1 + 0.5) / 7, 1e-15);
        assert_near(tallied(f, "mt-bench-easy", "tied"), 1, 0);
        assert_int_equal(f->result.rows[row_of(f, "Safety")].items, 2);
    }
}

static void test_a_judge_in_words_gets_half_for_a_tie_or_an_error(void **state) {
    fixture *f = *state;
    read_and_measure(f, "rewardbench", "",
                     RATED("1", "hep-go", "\"results\": 0.5, \"scores_chosen\": null, \"scores_rejected\": null")
                         RATED("2", "hep-go", "\"results\": 1") RATED("3", "hep-go", "\"results\": 0")
                             RATED("4", "hep-go", "\"judgement\": \"so [[B]]\", \"is_shuffled\": true")
                                 RATED("5", "hep-go", "\"judgement\": \"neither\", \"is_shuffled\": true"));
    assert_near(figure(f, "hep-go", "accuracy"), 3 / 5.0, 1e-15);
    assert_near(figure(f, "hep-go", "tie_rate"), 2 / 5.0, 1e-15);
    assert_near(baseline(f, "all alike", "hep-go", "accuracy"), 0, 0);
    bench_open(f, "rewardbench", "");
    refused(f, bench_read_text(f, "f.jsonl", PAIR("1", "Math", "1", "0")), CAIRN_FORMAT,
            "f.jsonl:1: field `subset`: `Math` is in no section of RewardBench");
}

/* ---- JudgeBench (arXiv 2410.12784) ------------------------------------------------------------------------------- */

#define JUDGED(id, source, label, first, second)                                                           \
    "{\"pair_id\": \"" id "\", \"source\": \"" source "\", \"label\": \"" label "\", \"question\": \"q" id \
    "\", \"response_A\": \"aaa\", \"response_B\": \"b\", \"judgments\": [" first ", " second "]}\n"
#define SAYS(decision) "{\"decision\": \"" decision "\"}"

/* 1: right twice. 2: the first place twice. 3: a tie and right. 4: nothing and wrong. 5: no verdict at all. */
static void test_the_sum_of_both_orders_decides(void **state) {
    fixture *f = *state;
    read_and_measure(f, "judgebench", "",
                     JUDGED("1", "mmlu-pro-law", "A>B", SAYS("A>B"), SAYS("B>A"))
                         JUDGED("2", "mmlu-pro-math", "B>A", SAYS("A>B"), SAYS("A>B"))
                             JUDGED("3", "mmlu-pro-math", "B>A", SAYS("A=B"), SAYS("A>B"))
                                 JUDGED("4", "livecodebench", "A>B", "null", SAYS("A>B"))
                                     JUDGED("5", "livecodebench", "A>B", "null", "{\"decision\": null}"));
    assert_near(figure(f, "mmlu-pro", "accuracy"), 2 / 3.0, 1e-15);
    assert_near(figure(f, "livecodebench", "accuracy"), 0, 0);
    assert_near(figure(f, "overall", "accuracy"), 2 / 5.0, 1e-15);
    assert_near(figure(f, "overall", "undecided"), 2 / 5.0, 1e-15);
    assert_near(figure(f, "overall", "inconsistent"), 3 / 5.0, 1e-15);
    assert_near(figure(f, "overall", "position_bias"), 1 / 5.0, 1e-15);
    assert_near(tallied(f, "overall", "failed"), 2, 0);
    assert_int_equal(f->result.silent, 1);
    assert_near(baseline(f, "longest", "overall", "accuracy"), 3 / 5.0, 1e-15); /* A is the longer one */
    assert_near(baseline(f, "all alike", "overall", "undecided"), 1, 0);
}

/* Skywork-Reward-Gemma-2-27B on the pairs of gpt-4o: 92 of 154, 65 of 98, 47 of 56 and 21 of 42 are 64.29 %. */
static void test_the_published_overall_accuracy_pools_the_sources(void **state) {
    fixture *f = *state;
    static const struct {
        const char *source;
        int right, n;
    } rows[] = {{"mmlu-pro-x", 92, 154},
                {"livebench-reasoning", 65, 98},
                {"livebench-math", 47, 56},
                {"livecodebench", 21, 42}};
    const char *path = text_file(f, "g.jsonl", "");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (int i = 0; i < rows[r].n; i++)
            fprintf(file,
                    "{\"pair_id\": \"%zu-%d\", \"source\": \"%s\", \"label\": \"A>B\", \"judgments\": "
                    "[{\"decision\": \"%s\"}, {\"decision\": \"%s\"}]}\n",
                    r, i, rows[r].source, i < rows[r].right ? "A>B" : "B>A", i < rows[r].right ? "B>A" : "A>B");
    assert_int_equal(fclose(file), 0);
    bench_open(f, "judgebench", "");
    ok(f, cairn_bench_read(f->run, path, NULL));
    bench_measure(f, false);
    assert_near(figure(f, "overall", "accuracy"), 225 / 350.0, 1e-15);
    assert_near(figure(f, "livebench-math", "accuracy"), 47 / 56.0, 1e-15);
}

static void test_pairs_asked_once_and_broken_ones(void **state) {
    fixture *f = *state;
    read_and_measure(f, "judgebench", "",
                     "{\"pair_id\": 1, \"source\": \"own\", \"label\": \"B>A\", \"judgments\": [{\"decision\": "
                     "\"B>A\"}]}");
    assert_near(figure(f, "own", "accuracy"), 1, 0);
    assert_near(figure(f, "own", "inconsistent"), 0, 0);
    bench_open(f, "judgebench", "");
    refused(f, bench_read_text(f, "j.jsonl", "{\"pair_id\": 1, \"source\": \"s\", \"label\": \"A\"}"), CAIRN_FORMAT,
            "j.jsonl:1: field `label`: expected A>B or B>A, got `A`");
    refused(f,
            bench_read_text(f, "j.jsonl", "{\"pair_id\": 1, \"source\": \"s\", \"label\": \"A>B\", \"judgments\": 3}"),
            CAIRN_FORMAT, "j.jsonl:1: field `judgments`: expected one or two");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_the_greatest_score_is_shared_by_those_that_tie),
        CASE(test_ties_scores_of_pairs),
        CASE(test_unmatched_and_unscored_items_of_ties),
        CASE(test_ratings_and_rankings_in_words),
        CASE(test_missing_scores_are_worth_what_is_asked_for),
        CASE(test_columns_are_rows_and_texts_are_measured),
        CASE(test_broken_rows_of_rewardbench2_are_named),
        CASE(test_sections_have_fixed_weights),
        CASE(test_a_judge_in_words_gets_half_for_a_tie_or_an_error),
        CASE(test_the_sum_of_both_orders_decides),
        CASE(test_the_published_overall_accuracy_pools_the_sources),
        CASE(test_pairs_asked_once_and_broken_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
