/* RewardMATH: the released result files give the published figures to the last digit; unit cases by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/bench.h"
#include "bench_fixture.h"
#include "data.h"
#include "skip.h"

/* Of 483 problems: strict, with ties, sum of 1 / position; -1: not published. */
static const struct {
    const char *file, *row;
    double strict, ties, ranks;
} published[] = {
    {"ArmoRM_reward", "ArmoRM_reward", 99, 104, 203.737698},
    {"Math_Shepherd_reward", "Math_Shepherd_reward product", 83, 83, 167.500397},
    {"Math_Shepherd_reward", "Math_Shepherd_reward min", 74, 74, 167.449206},
    {"Math_Shepherd_reward", "Math_Shepherd_reward mean", 73, 73, 158.316270},
    {"Math_Shepherd_reward", "Math_Shepherd_reward last", 88, 88, 187.570635},
    {"Math_Shepherd_reward", "Math_Shepherd_reward max", 19, 32, 105.406746},
    {"Math_Shepherd_reward", "Math_Shepherd_reward geometric", 76, 76, 162.346429},
    {"Math_Shepherd_reward", "Math_Shepherd_reward logit", 71, 71, 154.186508},
    {"Math_Shepherd_reward", "Math_Shepherd_reward odds", 45, 45, 127.300000},
    {"ReasonEval_7B_reward", "ReasonEval_7B_reward product", 88, 88, 185.930159},
    {"ReasonEval_7B_reward", "ReasonEval_7B_reward min", 94, 96, 186.789683},
    {"ReasonEval_7B_reward", "ReasonEval_7B_reward mean", 97, 97, 189.300397},
    {"ReasonEval_7B_reward", "ReasonEval_7B_reward last", 72, 72, 175.160317},
    {"ReasonEval_7B_reward", "ReasonEval_7B_reward max", 58, 87, 164.384524},
    {"ReasonEval_7B_reward", "ReasonEval_7B_reward geometric", 98, 98, 189.613095},
    {"ReasonEval_7B_reward", "ReasonEval_7B_reward logit", 101, 101, 195.351587},
    {"ReasonEval_7B_reward", "ReasonEval_7B_reward odds", 93, 93, 193.279365},
    {"gpt4_pairwise_reward", "gpt4_pairwise_reward", 144, -1, 250.757937},
    {"internlm2_reward", "internlm2_reward", 180, 180, 266.477381},
    {"skywork_llama3_reward", "skywork_llama3_reward", 107, 107, 215.869841},
};

static void read_shared(fixture *f, const char *file) {
    char name[128], path[4096];
    snprintf(name, sizeof name, "rewardmath/%s.json", file);
    if (!shared_file(name, path)) skip();
    bench_open(f, "rewardmath", "");
    ok(f, cairn_bench_read(f->run, path, NULL));
    bench_measure(f, false);
}

static void test_published_figures_of_released_files(void **state) {
    fixture *f = *state;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        if (i == 0 || strcmp(published[i].file, published[i - 1].file) != 0) read_shared(f, published[i].file);
        const char *row = published[i].row;
        assert_near(tallied(f, row, "items"), 483, 0);
        assert_near(tallied(f, row, "strict"), published[i].strict, 0);
        if (published[i].ties >= 0) assert_near(tallied(f, row, "with_ties"), published[i].ties, 0);
        assert_near(tallied(f, row, "rank"), published[i].ranks, 5e-7);
        assert_near(figure(f, row, "accuracy"), published[i].strict / 483, 1e-15);
        assert_near(tallied(f, row, "not_one_against_nine"), 0, 0);
    }
}

/* Right .5 against .5, .5, .4, .3, .3, .2, .2, .1, .1: a tie is a miss, and the right one stands third. */
static void test_ties_of_the_page(void **state) {
    fixture *f = *state;
    bench_open(f, "rewardmath", "");
    ok(f, bench_read_text(
              f, "ties.json",
              "[{\"problem\":\"p\",\"solution_reference\":[\"a\",\"human_to_GPT-4\",\"b\",\"c\",\"d\",\"e\",\"f\","
              "\"g\",\"h\",\"i\"],\"score\":[0.5,0.5,0.5,0.4,0.3,0.3,0.2,0.2,0.1,0.1]}]"));
    bench_measure(f, true);
    assert_near(figure(f, "ties", "accuracy"), 0, 0);
    assert_near(figure(f, "ties", "with_ties"), 1, 0);
    assert_near(figure(f, "ties", "mrr"), 1.0 / 3, 1e-15);
    assert_near(figure(f, "ties", "tie_rate"), 1, 0);
    assert_near(baseline(f, "all alike", "ties", "mrr"), 0.1, 1e-15);
    assert_true(isnan(baseline(f, "longest", "ties", "accuracy"))); /* the file has no texts */
}

/* Steps .9, .5 against .7, .6: min .5 < .6, product .45 > .42, geometric .670820 > .648074, mean .7 > .65, logit .75,
 * odds 5 > 1.9167, last .5 < .6, max .9 > .7. */
static void test_aggregates_of_the_page(void **state) {
    static const struct {
        const char *row;
        double accuracy;
    } rows[] = {{"s min", 0},   {"s product", 1}, {"s geometric", 1}, {"s mean", 1},
                {"s logit", 1}, {"s odds", 1},    {"s last", 0},      {"s max", 1}};
    fixture *f = *state;
    bench_open(f, "rewardmath", "");
    ok(f, bench_read_text(
              f, "s.json",
              "[{\"problem\":\"p\",\"solution_reference\":[\"human_to_GPT-4\",\"x\"],\"score\":[[0.9,0.5],[0.7,"
              "0.6]]}]"));
    bench_measure(f, false);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_near(figure(f, rows[i].row, "accuracy"), rows[i].accuracy, 0);
    bench_open(f, "rewardmath", "steps=product");
    ok(f, bench_read_text(
              f, "s.json",
              "[{\"problem\":\"p\",\"solution_reference\":[\"human_to_GPT-4\",\"x\"],\"score\":[[0.9,0.5],[0.7,"
              "0.6]]}]"));
    bench_measure(f, false);
    assert_int_equal(f->result.n_subsets, 1);
}

/* Eight wins and an unreadable verdict: no accuracy, position 2. */
static void test_pairs_of_the_page(void **state) {
    fixture *f = *state;
    bench_open(f, "rewardmath", "");
    ok(f, bench_read_text(
              f, "pairs.json",
              "[{\"problem\":\"p\",\"solution_reference\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"],"
              "\"score\":[\"A\",\"A\",\"A\",\"A\",\"B\",\"B\",\"B\",\"B\",null],"
              "\"chosen_position\":[\"A\",\"A\",\"A\",\"A\",\"B\",\"B\",\"B\",\"B\",\"A\"]}]"));
    bench_measure(f, false);
    assert_near(figure(f, "pairs", "accuracy"), 0, 0);
    assert_near(figure(f, "pairs", "mrr"), 0.5, 1e-15);
}

/* The problems' own file: solutions of one problem stand together, and a reward is asked for each. */
static void test_solutions_for_a_reward(void **state) {
    fixture *f = *state;
    bench_open(f, "rewardmath", "except=c");
    ok(f, bench_read_text(
              f, "direct.json",
              "[{\"problem\":\"p\",\"eval_solution\":[\"1 + 1 = 2\"],\"solution_reference\":\"human_to_GPT-4\"},"
              "{\"problem\":\"p\",\"eval_solution\":[\"1 + 1 = 3\"],\"solution_reference\":\"b\"},"
              "{\"problem\":\"p\",\"eval_solution\":[\"1 + 1 = 2\"],\"solution_reference\":\"c\"},"
              "{\"problem\":\"q\",\"eval_solution\":[\"2 + 2 = 5\"],\"solution_reference\":\"human_to_GPT-4\"},"
              "{\"problem\":\"q\",\"eval_solution\":[\"2 + 2 = 4\"],\"solution_reference\":\"b\"}]"));
    ok(f, cairn_bench_end(f->run));
    assert_int_equal(cairn_bench_count(f->run), 2);
    assert_int_equal(cairn_bench_item_at(f->run, 0)->n, 2);
    cairn_world world;
    cairn_reward reward;
    ok(f, cairn_world_open(f->ctx, f->arena, "text", &world));
    ok(f, cairn_reward_open(f->ctx, f->arena, "calculator", &world, NULL, &reward));
    ok(f, cairn_bench_ask(f->run, &reward, &(cairn_bench_asking){.aggregate = CAIRN_AGGREGATE_MIN}));
    bench_measure(f, true);
    assert_near(figure(f, "direct", "accuracy"), 0.5, 0);
    assert_near(baseline(f, "all alike", "direct", "with_ties"), 1, 0);
    assert_near(baseline(f, "longest", "direct", "with_ties"), 1, 0);
    cairn_reward_close(&reward);
    cairn_world_close(&world);
}

static void test_broken_rows_are_named(void **state) {
    fixture *f = *state;
    bench_open(f, "rewardmath", "");
    refused(f, bench_read_text(f, "a.json", "[{\"problem\":\"p\",\"solution_reference\":[\"a\"],\"score\":[1,2]}]"),
            CAIRN_FORMAT, "a.json:1: element 1: field `score`: expected 1 elements as `solution_reference` has, got 2");
    refused(f, bench_read_text(f, "b.json", "[{\"problem\":\"p\",\"solution_reference\":[\"a\"],\"score\":\"x\"}]"),
            CAIRN_FORMAT, "b.json:1: element 1: field `score`");
    refused(f, bench_read_text(f, "c.json", "[{\"problem\":\"p\",\"solution_reference\":[\"a\"],\"score\":[\"x\"]}]"),
            CAIRN_FORMAT, "score");
    refused(f, bench_read_text(f, "d.json", "[{\"problem\":\"p\",\"solution_reference\":[\"a\"],\"score\":[[2.5]]}]"),
            CAIRN_INVALID, "d.json:1: element 1: field `score`: the score of step 0 is 2.5");
    refused(f,
            bench_read_text(f, "e.json",
                            "{\"problem\":\"p\",\"eval_solution\":[\"s\"],\"solution_type\":\"chosen\","
                            "\"output\":{\"step_scores\":[0.5, -1]}}"),
            CAIRN_INVALID, "e.json:1: field `output.step_scores`: the score of step 1 is -1");
    refused(f,
            bench_read_text(f, "g.json",
                            "{\"problem\":\"p\",\"solution_reference\":[\"a\"],\"score\":[true],"
                            "\"chosen_position\":[\"A\"]}"),
            CAIRN_FORMAT, "g.json:1: field `score[0]`: expected a text or null");
    bench_open(f, "rewardmath", "");
    ok(f, bench_read_text(f, "f.json", "[{\"problem\":\"p\",\"solution_reference\":[\"a\",\"b\"],\"score\":[1,2]}]"));
    refused(f, cairn_bench_end(f->run), CAIRN_INVALID, "no solution is of `human_to_GPT-4`");
}

/* A solution a row, with scores of its steps: 0.4 and 0.8 against 0.5 alone, then 0.2 against nothing, which is 0.5. By
 * the lowest score the first right solution loses, by the mean it wins. */
#define SOLUTION(problem, type, scores)                                                \
    "{\"problem\":\"" problem "\",\"eval_solution\":[\"s\"],\"solution_type\":\"" type \
    "\",\"output\":{\"step_scores\":" scores "}}"
static void test_recorded_step_scores_of_solutions_one_a_row(void **state) {
    fixture *f = *state;
    bench_open(f, "rewardmath", "");
    ok(f, bench_read_text(
              f, "a.json",
              "[" SOLUTION("p", "chosen", "[0.4, 0.8]") ",\n" SOLUTION("p", "rejected", "[0.5]") ",\n" SOLUTION(
                  "q", "rejected", "[]") ",\n" SOLUTION("q", "chosen", "[0.2]") "]"));
    ok(f, bench_read_text(f, "b.json", SOLUTION("q", "rejected", "[0.1]") "\n" SOLUTION("q", "chosen", "[0.2]")));
    bench_measure(f, false);
    assert_near(figure(f, "a min", "accuracy"), 0, 0);
    assert_near(figure(f, "a mean", "accuracy"), 0.5, 0);
    assert_near(figure(f, "a last", "accuracy"), 0.5, 0);
    assert_near(figure(f, "b product", "accuracy"), 1, 0);
    assert_int_equal(f->result.items, 3 * 8);
    bench_open(f, "rewardmath", "steps=min");
    ok(f, bench_read_text(f, "c.json",
                          "{\"problem\":\"p\",\"eval_solution\":[\"s\"],\"solution_type\":\"chosen\"}\n" SOLUTION(
                              "p", "rejected", "[0.1]") "\n" SOLUTION("q", "chosen", "[0.2]")));
    bench_measure(f, true); /* the right solution of p has no score, and never wins */
    assert_near(figure(f, "c min", "accuracy"), 0.5, 0);
    bench_open(f, "rewardmath", "steps=min");
    ok(f, bench_read_text(
              f, "d.json",
              "{\"problem\":\"p\",\"solution_reference\":[\"chosen\",\"b\",\"c\"],"
              "\"score\":[0.7,[0.6,0.9],[0.65]]}\n{\"problem\":\"q\",\"solution_reference\":[\"chosen\",\"b\"],"
              "\"score\":[null,[0.6]]}"));
    bench_measure(f, false); /* a number beside lists stands as it is, and null is no score */
    assert_near(figure(f, "d min", "accuracy"), 0.5, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_published_figures_of_released_files, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_ties_of_the_page, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_aggregates_of_the_page, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_pairs_of_the_page, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_solutions_for_a_reward, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_broken_rows_are_named, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_recorded_step_scores_of_solutions_one_a_row, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests_name("RewardMATH", tests, NULL, NULL);
}
