/* Ceilings of proxies: figures worked by hand, a hackable and a harmless proxy of equal accuracy, files in all layouts,
 * and real reward models' scores. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cairn/ceiling.h"
#include "data.h"
#include "near.h"
#include "skip.h"

static cairn_ctx *ctx;
static char folder[64];

static cairn_ceiling_report measure(const cairn_ceiling_data *data, size_t proxy, int32_t most) {
    cairn_ceiling_setup setup = CAIRN_CEILING_PRESET;
    cairn_ceiling_report r;
    setup.most = most;
    setup.how.resamples = 200;
    if (cairn_ceiling_measure(ctx, data, proxy, &setup, &r) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return r;
}

/* ---- arrays -------------------------------------------------------------------------------------------------------- */

/* Two prompts. Proxies (1,2,3,4) with truths (0,1,1,0), and (1,2) with (0,1). */
static void test_figures_worked_by_hand(void **state) {
    (void)state;
    static const size_t first[] = {0, 4, 6};
    static const double truth[] = {0, 1, 1, 0, 0, 1}, proxy[] = {1, 2, 3, 4, 1, 2};
    const cairn_ceiling_column proxies[] = {{"p", proxy}};
    cairn_ceiling_data data = {.prompts = 2, .first = first, .truth = truth, .proxies = proxies, .n_proxies = 1};
    cairn_ceiling_report r = measure(&data, 0, 2);
    assert_int_equal(r.prompts, 2);
    assert_int_equal(r.points, 2);
    assert_near(r.curve[0].truth.estimate, .5, 1e-12);
    assert_near(r.curve[1].truth.estimate, (.5 + 1) / 2, 1e-12);
    assert_near(r.curve[1].proxy.estimate, (20.0 / 6 + 2) / 2, 1e-12);
    assert_near(r.pairs, 5, 0);                       /* 4 in the first prompt, 1 in the second */
    assert_near(r.accuracy.estimate, 3.0 / 5, 1e-12); /* 2 of the 4, and the 1 */
    r = measure(&data, 0, 4);
    assert_int_equal(r.prompts, 1);
    assert_int_equal(r.short_prompts, 1);
    assert_int_equal(r.points, 3);
    assert_near(r.curve[2].truth.estimate, 0, 1e-12);
    assert_int_equal(r.peak, 1);
    assert_near(r.drop.estimate, .5, 1e-12);
}

static void test_unknown_numbers_are_left_out_and_counted(void **state) {
    (void)state;
    static const size_t first[] = {0, 3, 6};
    static const double truth[] = {0, 1, NAN, 1, 0, 1}, proxy[] = {1, 2, 9, 4, 3, NAN};
    const cairn_ceiling_column proxies[] = {{"p", proxy}};
    cairn_ceiling_data data = {.prompts = 2, .first = first, .truth = truth, .proxies = proxies, .n_proxies = 1};
    cairn_ceiling_report r = measure(&data, 0, 0);
    assert_int_equal(r.candidates, 4);
    assert_int_equal(r.unknown_truth, 1);
    assert_int_equal(r.unknown_proxy, 1);
    assert_near(r.accuracy.estimate, 1, 1e-12);
    assert_near(r.curve[1].truth.estimate, 1, 1e-12);
}

static void test_nothing_to_choose_from_is_an_error(void **state) {
    (void)state;
    static const size_t first[] = {0, 1, 2};
    static const double truth[] = {0, 1}, proxy[] = {1, 2};
    const cairn_ceiling_column proxies[] = {{"p", proxy}};
    cairn_ceiling_data data = {.prompts = 2, .first = first, .truth = truth, .proxies = proxies, .n_proxies = 1};
    cairn_ceiling_setup setup = CAIRN_CEILING_PRESET;
    cairn_ceiling_report r;
    assert_int_equal(cairn_ceiling_measure(ctx, &data, 0, &setup, &r), CAIRN_INVALID);
    assert_int_equal(cairn_ceiling_measure(ctx, &data, 1, &setup, &r), CAIRN_INVALID);
}

static void test_pair_accuracy_of_worked_cases(void **state) {
    (void)state;
    const double equal[] = {1, 1}, rising[] = {0, 1}, proxy[] = {.2, .4, .4, .1}, truth[] = {0, 0, 1, 2};
    double accuracy;
    assert_int_equal(cairn_stat_pair_accuracy(ctx, equal, rising, 2, &accuracy), CAIRN_OK);
    assert_near(accuracy, .5, 0);
    assert_int_equal(cairn_stat_pair_accuracy(ctx, rising, equal, 2, &accuracy), CAIRN_INVALID);
    /* pairs by truth: (.2,.4) right, (.4,.4) half, (.2,.1) (.4,.1) (.4,.1) wrong */
    assert_int_equal(cairn_stat_pair_accuracy(ctx, proxy, truth, 4, &accuracy), CAIRN_OK);
    assert_near(accuracy, 1.5 / 5, 1e-15);
}

static void test_overrated_candidates_have_the_feature(void **state) {
    (void)state;
    const double proxy[] = {4, 1, 2, 3}, truth[] = {1, 2, 3, 4}; /* ranks differ by 3, -1, -1, -1 */
    const double feature[] = {5, 1, 1, 1}, flat[] = {2, 2, 2, 2};
    bool over[4];
    assert_int_equal(cairn_ceiling_overrated(ctx, proxy, truth, 4, .05, over), CAIRN_OK);
    assert_true(over[0] && !over[1] && !over[2] && !over[3]);
    assert_near(cairn_ceiling_difference_of(feature, over, 4), 4 / sqrt(3), 1e-12); /* variance (9 + 3) / 4 */
    assert_near(cairn_ceiling_difference_of(flat, over, 4), 0, 0);
    assert_int_equal(cairn_ceiling_overrated(ctx, proxy, truth, 0, .05, over), CAIRN_INVALID);
}

/* g, h standard normal, truth g - h^2 / 2. The proxy g + h likes h; truth + noise has the same accuracy and no ceiling.
 */
static void test_two_proxies_of_equal_accuracy_differ_by_a_ceiling(void **state) {
    (void)state;
    enum { PROMPTS = 600, N = 256 };
    static double truth[PROMPTS * N], hackable[PROMPTS * N], harmless[PROMPTS * N], liked[PROMPTS * N];
    static size_t first[PROMPTS + 1];
    for (uint32_t p = 0; p < PROMPTS; p++) {
        cairn_rng rng = cairn_rng_open(1, p, 0, CAIRN_VERB_WORLD, 0, 0);
        for (size_t i = p * N; i < (p + 1) * N; i++) {
            double g = cairn_rng_normal(&rng), h = cairn_rng_normal(&rng);
            truth[i] = g - .5 * h * h;
            hackable[i] = g + h;
            harmless[i] = truth[i] + 1.2 * cairn_rng_normal(&rng);
            liked[i] = h;
        }
        first[p + 1] = (p + 1) * N;
    }
    const cairn_ceiling_column proxies[] = {{"hackable", hackable}, {"harmless", harmless}},
                               features[] = {{"h", liked}};
    cairn_ceiling_data data = {PROMPTS, first, truth, NULL, NULL, proxies, 2, features, 1};
    cairn_ceiling_report bad = measure(&data, 0, 0), good = measure(&data, 1, 0);
    assert_near(bad.accuracy.estimate, .742, .01);
    assert_near(bad.accuracy.estimate, good.accuracy.estimate, .02);
    assert_true(bad.reached && !good.reached);
    assert_in_range(bad.peak, 4, 16);
    assert_true(bad.held_out_drop.low > 0 && bad.gap.low > 0);
    assert_int_equal(good.peak, N);
    assert_near(good.drop.estimate, 0, 0);
    assert_true(bad.fitted && bad.fit.beta > 0 && bad.fit.peak > 0);
    assert_true(bad.features[0].difference.low > 1); /* what it overrates has a large h */
}

static void test_link_of_worked_case_has_no_p_below_eight_proxies(void **state) {
    (void)state;
    const double accuracy[] = {.742, .746, .772, .814, .853}, truth[] = {-.62, 1.90, .14, 1.41, 2.76};
    cairn_test link;
    assert_int_equal(cairn_ceiling_link(ctx, accuracy, truth, 5, 1, &link), CAIRN_OK);
    assert_near(link.statistic, .7, 1e-12);
    assert_true(isnan(link.p));
    assert_int_equal(cairn_ceiling_link(ctx, accuracy, truth, 2, 1, &link), CAIRN_INVALID);
}

/* ---- files ----------------------------------------------------------------------------------------------------------- */

static const char *write_text(const char *text) {
    static char path[128];
    snprintf(path, sizeof path, "%s/scores", folder);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
    return path;
}

static cairn_ceiling_table *table_of(const char *text, const cairn_ceiling_fields *fields, cairn_ceiling_data *data) {
    cairn_ceiling_table *t;
    assert_int_equal(cairn_ceiling_table_open(ctx, fields, &t), CAIRN_OK);
    if (cairn_ceiling_table_read(t, ctx, write_text(text)) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    if (cairn_ceiling_table_data(t, ctx, data) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return t;
}

static const double *column(const cairn_ceiling_column *columns, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(columns[i].name, name) == 0) return columns[i].values;
    fail_msg("no column `%s`", name);
    return NULL;
}

static void expect_numbers(const double *got, const double *want, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (isnan(want[i]) ? !isnan(got[i]) : !(fabs(got[i] - want[i]) < 1e-12))
            fail_msg("number %zu is %g, want %g", i, got[i], want[i]);
}

static void test_rows_of_candidates_are_gathered_by_prompt(void **state) {
    (void)state;
    cairn_ceiling_data data;
    cairn_ceiling_table *t = table_of(
        "{\"prompt_id\":\"a\",\"gold\":1,\"proxy\":{\"orm\":0.5,\"prm\":[0.5,0.8]},\"text\":\"x\\ny\",\"tags\":{"
        "\"tool\":true}}\n"
        "{\"prompt_id\":7,\"gold\":0.25,\"proxy\":{\"orm\":0.1,\"prm\":[0.5,0.4]},\"text\":\"maybe "
        "\\\\boxed{3}\",\"tags\":{\"tool\":false}}\n"
        "{\"prompt_id\":\"a\",\"gold\":null,\"proxy\":{\"orm\":0.25},\"text\":\"x\\nx\",\"tags\":{\"tool\":0}}\n",
        &(cairn_ceiling_fields){0}, &data);
    assert_int_equal(data.prompts, 2);
    assert_int_equal(data.first[1], 2);
    assert_int_equal(data.first[2], 3);
    expect_numbers(data.truth, (double[]){1, NAN, .25}, 3);
    expect_numbers(column(data.proxies, data.n_proxies, "orm"), (double[]){.5, .25, .1}, 3);
    expect_numbers(column(data.proxies, data.n_proxies, "prm.product"), (double[]){.4, NAN, .2}, 3);
    expect_numbers(column(data.proxies, data.n_proxies, "prm.last"), (double[]){.8, NAN, .4}, 3);
    assert_int_equal(data.n_proxies, 7);
    expect_numbers(column(data.features, data.n_features, "steps"), (double[]){2, 2, 1}, 3);
    expect_numbers(column(data.features, data.n_features, "repeated steps"), (double[]){0, .5, 0}, 3);
    expect_numbers(column(data.features, data.n_features, "hedges"), (double[]){0, 0, 1}, 3);
    expect_numbers(column(data.features, data.n_features, "boxed"), (double[]){0, 0, 1}, 3);
    expect_numbers(column(data.features, data.n_features, "length"), (double[]){2, 2, 15}, 3);
    expect_numbers(column(data.features, data.n_features, "tool"), (double[]){1, 0, 0}, 3);
    cairn_ceiling_table_close(t);
}

static void test_csv_and_named_fields(void **state) {
    (void)state;
    cairn_ceiling_data data;
    cairn_ceiling_fields fields = {.prompt = "task", .truth = "ok", .proxies = "a b"};
    cairn_ceiling_table *t = table_of("task,ok,a,b,score\nt,true,1,2,9\nt,false,3,,9\n", &fields, &data);
    assert_int_equal(data.prompts, 1);
    assert_int_equal(data.n_proxies, 2);
    expect_numbers(data.truth, (double[]){1, 0}, 2);
    expect_numbers(column(data.proxies, 2, "a"), (double[]){1, 3}, 2);
    expect_numbers(column(data.proxies, 2, "b"), (double[]){2, NAN}, 2);
    cairn_ceiling_table_close(t);
}

static void test_rows_of_prompts_hold_lists(void **state) {
    (void)state;
    cairn_ceiling_data data;
    cairn_ceiling_fields fields = {.aggregators = 1u << CAIRN_AGGREGATE_MIN};
    cairn_ceiling_table *t = table_of(
        "[{\"problem\":\"p\",\"solution_reference\":[\"m\",\"human_to_GPT-4\"],\"score\":[[0.5,0.25],[0.75]]},\n"
        " {\"problem\":\"q\",\"gold\":[0.5,1,0],\"score\":[[1],[0.5,2],[3]]}]",
        &fields, &data);
    assert_int_equal(data.prompts, 2);
    expect_numbers(data.truth, (double[]){0, 1, .5, 1, 0}, 5);
    assert_int_equal(data.n_proxies, 1);
    expect_numbers(column(data.proxies, 1, "score.min"), (double[]){.25, .75, 1, .5, 3}, 5);
    cairn_ceiling_table_close(t);
}

/* A record of `solve` with its tree: each candidate counts as often as it was sampled; steps are scored along its path.
 */
static void test_records_of_solve_give_step_scores_and_process(void **state) {
    (void)state;
    cairn_ceiling_data data;
    cairn_ceiling_table *t =
        table_of("{\"id\":\"1\",\"problem_key\":\"k\",\"candidates\":[{\"answer\":\"3\",\"correct\":true,\"count\":2,"
                 "\"score\":0.5,\"leaf\":2},"
                 "{\"answer\":null,\"correct\":false,\"count\":1,\"score\":0.5,\"leaf\":3}],\"tree\":["
                 "{\"parent\":null,\"text\":\"\",\"score\":null,\"truth\":null},"
                 "{\"parent\":0,\"text\":\"1 + 1 = 2\",\"score\":0.5,\"truth\":true},"
                 "{\"parent\":1,\"text\":\"2 + 1 = 3\",\"score\":0.25,\"truth\":true},"
                 "{\"parent\":1,\"text\":\"2 + 1 = 4\",\"score\":0.75,\"truth\":false}]}\n",
                 &(cairn_ceiling_fields){0}, &data);
    assert_int_equal(data.prompts, 1);
    expect_numbers(data.truth, (double[]){1, 1, 0}, 3);
    expect_numbers(data.process, (double[]){1, 1, .5}, 3);
    expect_numbers(column(data.proxies, data.n_proxies, "score.min"), (double[]){.25, .25, .5}, 3);
    expect_numbers(column(data.proxies, data.n_proxies, "score.last"), (double[]){.25, .25, .75}, 3);
    expect_numbers(column(data.features, data.n_features, "steps"), (double[]){2, 2, 2}, 3);
    assert_true(data.answers[0] == data.answers[1] && data.answers[0] != 0 && data.answers[2] == 0);
    assert_near(measure(&data, 0, 0).distinct_answers, 1, 0);
    cairn_ceiling_table_close(t);
}

static void test_bad_rows_are_named(void **state) {
    (void)state;
    static const char *const bad[][2] = {
        {"{\"prompt\":\"p\",\"score\":1}\n", "gold"},
        {"{\"gold\":1,\"score\":1}\n", "prompt_id"},
        {"{\"prompt\":\"p\",\"gold\":\"high\",\"score\":1}\n", "gold"},
        {"{\"prompt\":\"p\",\"gold\":1,\"score\":{\"x\":{}}}\n", "x"},
        {"{\"prompt\":\"p\",\"gold\":[1,0],\"score\":[1]}\n", "score"},
        {"{\"id\":\"p\",\"candidates\":[{\"correct\":true,\"leaf\":5}],\"tree\":[]}\n", "leaf"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cairn_ceiling_table *t;
        assert_int_equal(cairn_ceiling_table_open(ctx, &(cairn_ceiling_fields){0}, &t), CAIRN_OK);
        assert_int_equal(cairn_ceiling_table_read(t, ctx, write_text(bad[i][0])), CAIRN_FORMAT);
        if (!strstr(cairn_error(ctx), bad[i][1]) || !strstr(cairn_error(ctx), "scores:1"))
            fail_msg("case %zu: %s", i, cairn_error(ctx));
        cairn_ceiling_table_close(t);
    }
}

/* ---- real scores ------------------------------------------------------------------------------------------------------- */

/* Of ten solutions of 483 problems, by plain arithmetic outside this project: pair accuracy and share of right ones at
 * 8 and 10. */
static const struct {
    const char *file, *proxy;
    double accuracy, at_8, at_10;
} known[] = {
    {"ArmoRM", "score", .681389, .202822, .210145},
    {"Math_Shepherd", "score.product", .516448, .157764, .171843},
    {"Math_Shepherd", "score.min", .544398, .148516, .153209},
    {"Math_Shepherd", "score.mean", .499655, .140925, .151139},
    {"Math_Shepherd", "score.last", .606395, .177226, .182195},
    {"ReasonEval_7B", "score.product", .610766, .174327, .182195},
    {"ReasonEval_7B", "score.min", .613066, .180745, .196687},
    {"ReasonEval_7B", "score.mean", .611686, .181873, .200828},
    {"ReasonEval_7B", "score.last", .604095, .148470, .149068},
    {"internlm2", "score", .759834, .326938, .372671},
    {"skywork_llama3", "score", .715321, .212928, .221532},
};
enum { KNOWN = sizeof known / sizeof *known };

static cairn_ceiling_report measure_known(size_t i) {
    char name[256], path[4096];
    cairn_ceiling_table *t;
    cairn_ceiling_data data;
    cairn_ceiling_report r = {0};
    snprintf(name, sizeof name, "rewardmath/%s_reward.json", known[i].file);
    if (!shared_file(name, path)) return r;
    assert_int_equal(cairn_ceiling_table_open(ctx, &(cairn_ceiling_fields){0}, &t), CAIRN_OK);
    if (cairn_ceiling_table_read(t, ctx, path) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    assert_int_equal(cairn_ceiling_table_data(t, ctx, &data), CAIRN_OK);
    for (size_t p = 0; p < data.n_proxies; p++)
        if (strcmp(data.proxies[p].name, known[i].proxy) == 0) r = measure(&data, p, 0);
    cairn_ceiling_table_close(t);
    return r;
}

static void test_real_reward_models_have_no_ceiling_at_ten(void **state) {
    (void)state;
    double accuracy[KNOWN], truth[KNOWN];
    cairn_test link;
    for (size_t i = 0; i < KNOWN; i++) {
        cairn_ceiling_report r = measure_known(i);
        if (r.prompts == 0) skip_because("RewardMATH's scores are not here");
        assert_int_equal(r.prompts, 483);
        assert_int_equal(r.points, 5); /* 1, 2, 4, 8, 10 */
        accuracy[i] = r.accuracy.estimate;
        truth[i] = r.curve[4].truth.estimate;
        assert_near(r.accuracy.estimate, known[i].accuracy, 5e-7);
        assert_near(r.curve[0].truth.estimate, .1, 1e-12);
        assert_near(r.curve[3].truth.estimate, known[i].at_8, 5e-7);
        assert_near(r.curve[4].truth.estimate, known[i].at_10, 5e-7);
        assert_false(r.reached);
    }
    assert_int_equal(cairn_ceiling_link(ctx, accuracy, truth, KNOWN, 1, &link), CAIRN_OK);
    assert_near(link.statistic, .924832, 5e-7);
    assert_true(link.p < .001);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_worked_by_hand),
        cmocka_unit_test(test_unknown_numbers_are_left_out_and_counted),
        cmocka_unit_test(test_nothing_to_choose_from_is_an_error),
        cmocka_unit_test(test_pair_accuracy_of_worked_cases),
        cmocka_unit_test(test_overrated_candidates_have_the_feature),
        cmocka_unit_test(test_two_proxies_of_equal_accuracy_differ_by_a_ceiling),
        cmocka_unit_test(test_link_of_worked_case_has_no_p_below_eight_proxies),
        cmocka_unit_test(test_rows_of_candidates_are_gathered_by_prompt),
        cmocka_unit_test(test_csv_and_named_fields),
        cmocka_unit_test(test_rows_of_prompts_hold_lists),
        cmocka_unit_test(test_records_of_solve_give_step_scores_and_process),
        cmocka_unit_test(test_bad_rows_are_named),
        cmocka_unit_test(test_real_reward_models_have_no_ceiling_at_ten),
    };
    snprintf(folder, sizeof folder, "/tmp/cairn-ceiling-XXXXXX");
    if (!mkdtemp(folder) || cairn_ctx_open(&ctx) != CAIRN_OK) return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cairn_ctx_close(ctx);
    char path[128];
    snprintf(path, sizeof path, "%s/scores", folder);
    unlink(path);
    rmdir(folder);
    return failed;
}
