/* label: light */
/* Published figures, recomputed from the files that their authors released. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "cairn/choice.h"
#include "data.h"
#include "near.h"
#include "skip.h"

static cairn_ctx *ctx;

static int open_ctx(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

static int close_ctx(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

/* NULL where the file is absent. */
static json_t *load(const char *name) {
    char path[4096];
    json_error_t error;
    if (!shared_file(name, path)) return NULL;
    json_t *file = json_load_file(path, 0, &error);
    if (!file) fail_msg("%s:%d: %s", path, error.line, error.text);
    return file;
}

static void as_printed(double got, int decimals, const char *want) {
    char text[64];
    snprintf(text, sizeof text, "%.*f", decimals, got);
    assert_string_equal(text, want);
}

/* ---- FoVer: step scores of process reward models (arXiv 2505.15960) -------------------------------------------- */

typedef struct published_level {
    const char *file, *level;
    size_t n, right;
    double threshold, tuned; /* published; found on the file itself */
    cairn_confusion c;
    double auroc;
} published_level;

static const published_level levels[] = {
    {"gsm8k--Llama3.1-8B-PRM-Mistral-Data",
     "instance",
     250,
     127,
     0.796875,
     0.796875,
     {112, 20, 103, 15},
     0.9250368094232123},
    {"gsm8k--Llama3.1-8B-PRM-Mistral-Data",
     "step",
     1000,
     877,
     0.6796875,
     0.6796875,
     {861, 58, 65, 16},
     0.9122980226381511},
    {"gsm8k--Skywork-o1-Open-PRM-Qwen-2.5-7B",
     "instance",
     250,
     127,
     0.2798284924581987,
     0.2798284924581987,
     {115, 18, 105, 12},
     0.9428973817297228},
    {"gsm8k--Skywork-o1-Open-PRM-Qwen-2.5-7B",
     "step",
     1000,
     877,
     0.12940273159163906,
     0.12940273159163906,
     {865, 79, 44, 12},
     0.9225695506670005},
    {"math--Qwen2.5-7B-Instruct",
     "instance",
     250,
     100,
     0.94140625,
     0.012451171875,
     {64, 31, 119, 36},
     0.7917333333333333},
    {"math--Qwen2.5-7B-Instruct",
     "step",
     1102,
     952,
     0.00360107421875,
     0.0006256103515625,
     {931, 104, 46, 21},
     0.760420168067227},
    {"math--Skywork-o1-Open-PRM-Qwen-2.5-7B",
     "instance",
     250,
     100,
     0.2798284924581987,
     0.3548800897081317,
     {77, 16, 134, 23},
     0.9125},
    {"math--Skywork-o1-Open-PRM-Qwen-2.5-7B",
     "step",
     1102,
     952,
     0.12940273159163906,
     0.02976009394596422,
     {883, 101, 49, 69},
     0.8256757703081233},
};

static double published(const json_t *file, const char *level, const char *name) {
    char key[64];
    snprintf(key, sizeof key, "%s_level", level);
    return json_number_value(json_object_get(json_object_get(json_object_get(file, "performance"), key), name));
}

static size_t read_level(const json_t *file, const char *level, double *scores, bool *right) {
    char predicted[64], truth[64];
    snprintf(predicted, sizeof predicted, "y_pred_%s_level", level);
    snprintf(truth, sizeof truth, "y_true_%s_level", level);
    const json_t *p = json_object_get(file, predicted), *t = json_object_get(file, truth);
    size_t n = json_array_size(p);
    assert_true(n <= 2000 && n == json_array_size(t));
    for (size_t i = 0; i < n; i++) {
        scores[i] = json_number_value(json_array_get(p, i));
        right[i] = json_is_true(json_array_get(t, i));
    }
    return n;
}

static void check_level(const published_level *want, const json_t *file) {
    static double scores[2000];
    static bool right[2000];
    size_t n = read_level(file, want->level, scores, right);
    cairn_tuned_f1 tuned;
    cairn_confusion c;
    cairn_auroc roc;
    assert_int_equal(n, want->n);
    assert_int_equal(cairn_tune_f1(ctx, scores, right, n, &tuned), CAIRN_OK);
    assert_true(tuned.threshold == want->tuned);
    assert_int_equal(cairn_stat_confusion(ctx, scores, right, n, want->threshold, &c), CAIRN_OK);
    assert_true(c.tp == want->c.tp && c.fp == want->c.fp && c.tn == want->c.tn && c.fn == want->c.fn);
    cairn_two_class f = cairn_stat_two_class(&c);
    assert_near(f.accuracy, published(file, want->level, "accuracy"), 2.3e-16);
    assert_near(f.precision, published(file, want->level, "precision"), 2.3e-16);
    assert_near(f.recall, published(file, want->level, "recall"), 2.3e-16);
    assert_near(f.f1, published(file, want->level, "f1"), 2.3e-16);
    assert_int_equal(cairn_stat_auroc(ctx, scores, right, n, .95, &roc), CAIRN_OK);
    assert_int_equal(roc.positives, (int64_t)want->right);
    assert_near(roc.auroc, want->auroc, 2.3e-16);
    assert_near(roc.auroc, published(file, want->level, "auroc"), 2.3e-16);
}

static void test_figures_of_step_scorers_to_the_last_digit(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        char name[256];
        snprintf(name, sizeof name, "prm-scores/processbench-%s.json", levels[i].file);
        json_t *file = load(name);
        if (!file) skip_because("the shared step scores are not here");
        check_level(&levels[i], file);
        json_decref(file);
    }
}

/* ---- RewardMATH (arXiv 2410.01729) ----------------------------------------------------------------------------- */

typedef struct rewardmath {
    const char *file;
    int aggregate; /* -1: the file has one score a solution */
    int strict, with_ties;
    const char *ranks; /* sum of 1 / position */
    const char *accuracy, *tie_accuracy, *mrr;
} rewardmath;

static const rewardmath rows[] = {
    {"ArmoRM", -1, 99, 104, "203.737698", "20.497", "21.532", "42.182"},
    {"Math_Shepherd", CAIRN_AGGREGATE_PRODUCT, 83, 83, "167.500397", "17.184", "17.184", "34.679"},
    {"Math_Shepherd", CAIRN_AGGREGATE_MIN, 74, 74, "167.449206", "15.321", "15.321", "34.669"},
    {"Math_Shepherd", CAIRN_AGGREGATE_MEAN, 73, 73, "158.316270", "15.114", "15.114", "32.778"},
    {"Math_Shepherd", CAIRN_AGGREGATE_LAST, 88, 88, "187.570635", "18.219", "18.219", "38.834"},
    {"Math_Shepherd", CAIRN_AGGREGATE_MAX, 19, 32, "105.406746", "3.934", "6.625", "21.823"},
    {"Math_Shepherd", CAIRN_AGGREGATE_GEOMETRIC, 76, 76, "162.346429", "15.735", "15.735", "33.612"},
    {"Math_Shepherd", CAIRN_AGGREGATE_LOGIT, 71, 71, "154.186508", "14.700", "14.700", "31.923"},
    {"Math_Shepherd", CAIRN_AGGREGATE_ODDS, 45, 45, "127.300000", "9.317", "9.317", "26.356"},
    {"ReasonEval_7B", CAIRN_AGGREGATE_PRODUCT, 88, 88, "185.930159", "18.219", "18.219", "38.495"},
    {"ReasonEval_7B", CAIRN_AGGREGATE_MIN, 94, 96, "186.789683", "19.462", "19.876", "38.673"},
    {"ReasonEval_7B", CAIRN_AGGREGATE_MEAN, 97, 97, "189.300397", "20.083", "20.083", "39.193"},
    {"ReasonEval_7B", CAIRN_AGGREGATE_LAST, 72, 72, "175.160317", "14.907", "14.907", "36.265"},
    {"ReasonEval_7B", CAIRN_AGGREGATE_MAX, 58, 87, "164.384524", "12.008", "18.012", "34.034"},
    {"ReasonEval_7B", CAIRN_AGGREGATE_GEOMETRIC, 98, 98, "189.613095", "20.290", "20.290", "39.257"},
    {"ReasonEval_7B", CAIRN_AGGREGATE_LOGIT, 101, 101, "195.351587", "20.911", "20.911", "40.445"},
    {"ReasonEval_7B", CAIRN_AGGREGATE_ODDS, 93, 93, "193.279365", "19.255", "19.255", "40.016"},
    {"internlm2", -1, 180, 180, "266.477381", "37.267", "37.267", "55.171"},
    {"skywork_llama3", -1, 107, 107, "215.869841", "22.153", "22.153", "44.694"},
};

static double score_of(const json_t *score, int aggregate) {
    double steps[200], out;
    size_t n = json_array_size(score);
    if (aggregate < 0) return json_number_value(score);
    assert_true(n <= 200);
    for (size_t i = 0; i < n; i++) steps[i] = json_number_value(json_array_get(score, i));
    cairn_aggregate_policy strict = {0};
    assert_int_equal(cairn_aggregate_checked(ctx, (cairn_aggregator)aggregate, steps, n, &strict, &out), CAIRN_OK);
    return out;
}

static cairn_one_vs_many_result judge(const json_t *problem, int aggregate) {
    const json_t *sources = json_object_get(problem, "solution_reference"), *scores = json_object_get(problem, "score");
    double right[10], wrong[10];
    int32_t n_right = 0, n_wrong = 0;
    assert_int_equal(json_array_size(sources), 10);
    for (size_t i = 0; i < 10; i++) {
        double score = score_of(json_array_get(scores, i), aggregate);
        if (strcmp(json_string_value(json_array_get(sources, i)), "human_to_GPT-4") == 0)
            right[n_right++] = score;
        else
            wrong[n_wrong++] = score;
    }
    cairn_one_vs_many_result r;
    assert_int_equal(cairn_one_vs_many(ctx, NULL, right, n_right, wrong, n_wrong, &r), CAIRN_OK);
    return r;
}

static void test_figures_of_rewardmath_to_the_last_digit(void **state) {
    (void)state;
    json_t *file = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char name[128];
        snprintf(name, sizeof name, "rewardmath/%s_reward.json", rows[i].file);
        if (i == 0 || strcmp(rows[i].file, rows[i - 1].file) != 0) {
            json_decref(file);
            file = load(name);
        }
        if (!file) skip_because("the shared results of RewardMATH are not here");
        size_t n = json_array_size(file);
        int strict = 0, with_ties = 0;
        double ranks = 0;
        for (size_t k = 0; k < n; k++) {
            cairn_one_vs_many_result r = judge(json_array_get(file, k), rows[i].aggregate);
            strict += r.strict, with_ties += r.with_ties, ranks += r.rank_pessimistic;
        }
        assert_int_equal(n, 483);
        assert_int_equal(strict, rows[i].strict);
        assert_int_equal(with_ties, rows[i].with_ties);
        as_printed(ranks, 6, rows[i].ranks);
        as_printed(100.0 * strict / 483, 3, rows[i].accuracy);
        as_printed(100.0 * with_ties / 483, 3, rows[i].tie_accuracy);
        as_printed(100.0 * ranks / 483, 3, rows[i].mrr);
    }
    json_decref(file);
}

static void test_pairwise_judge_of_rewardmath(void **state) {
    (void)state;
    json_t *file = load("rewardmath/gpt4_pairwise_reward.json");
    if (!file) skip_because("the shared results of RewardMATH are not here");
    int strict = 0, unknown = 0;
    double ranks = 0;
    for (size_t k = 0; k < json_array_size(file); k++) {
        const json_t *problem = json_array_get(file, k), *scores = json_object_get(problem, "score");
        const json_t *positions = json_object_get(problem, "chosen_position");
        cairn_verdict won[9];
        cairn_pairwise_rank_result r;
        for (size_t i = 0; i < 9; i++) {
            const char *said = json_string_value(json_array_get(scores, i));
            bool same = said && strcmp(said, json_string_value(json_array_get(positions, i))) == 0;
            won[i] = !said ? CAIRN_VERDICT_UNKNOWN : same ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
        }
        assert_int_equal(cairn_pairwise_rank(ctx, NULL, won, 9, &r), CAIRN_OK);
        strict += r.strict, unknown += r.unknown, ranks += 1.0 / r.position;
    }
    assert_int_equal(json_array_size(file), 483);
    assert_int_equal(strict, 144);
    assert_int_equal(unknown, 35);
    as_printed(ranks, 6, "250.757937");
    as_printed(100.0 * strict / 483, 3, "29.814");
    as_printed(100.0 * ranks / 483, 3, "51.917");
    json_decref(file);
}

/* ---- VLRMBench (arXiv 2503.07478) ------------------------------------------------------------------------------ */

typedef struct trivial {
    cairn_baseline baseline;
    const char *f1_1, *f1_0, *inverse, *frequency, *macro;
} trivial;

/* Reads JSON lines; -1 where the file is absent. */
static int read_steps(const char *name, bool *faulty, int32_t *lengths, size_t *steps) {
    char path[4096];
    if (!shared_file(name, path)) return -1;
    FILE *in = fopen(path, "r");
    int items = 0;
    assert_non_null(in);
    json_t *row;
    *steps = 0;
    while ((row = json_loadf(in, JSON_DISABLE_EOF_CHECK, NULL))) {
        const json_t *gold = json_object_get(row, "task_gt");
        lengths[items] = (int32_t)json_array_size(gold);
        for (size_t t = 0; t < json_array_size(gold); t++)
            faulty[(*steps)++] = json_integer_value(json_array_get(gold, t)) == 1;
        items++;
        json_decref(row);
    }
    fclose(in);
    return items;
}

static void check_baselines(const char *name, int want_items, size_t want_steps, double want_faulty,
                            const trivial want[4]) {
    static bool faulty[4000];
    static int32_t lengths[500];
    size_t steps;
    int items = read_steps(name, faulty, lengths, &steps);
    if (items < 0) skip_because("the shared files of VLRMBench are not here");
    assert_int_equal(items, want_items);
    assert_int_equal(steps, want_steps);
    cairn_confusion c[CAIRN_BASELINE_COUNT];
    assert_int_equal(cairn_step_baselines(ctx, faulty, lengths, (size_t)items, c), CAIRN_OK);
    assert_true(c[CAIRN_BASELINE_ALL].tp == want_faulty);
    for (int i = 0; i < 4; i++) {
        const cairn_confusion *one = &c[want[i].baseline];
        cairn_two_class f = cairn_stat_two_class(one);
        double inverse, frequency, macro;
        assert_int_equal(cairn_f1_weighted(ctx, one, CAIRN_F1_INVERSE, &inverse), CAIRN_OK);
        assert_int_equal(cairn_f1_weighted(ctx, one, CAIRN_F1_FREQUENCY, &frequency), CAIRN_OK);
        assert_int_equal(cairn_f1_weighted(ctx, one, CAIRN_F1_MACRO, &macro), CAIRN_OK);
        as_printed(f.f1, 6, want[i].f1_1);
        as_printed(f.negative_f1, 6, want[i].f1_0);
        as_printed(inverse, 6, want[i].inverse);
        as_printed(frequency, 6, want[i].frequency);
        as_printed(macro, 6, want[i].macro);
    }
}

static void test_trivial_predictors_of_vlrmbench(void **state) {
    (void)state;
    const trivial images[] = {
        {CAIRN_BASELINE_NONE, "0.000000", "0.885971", "0.181371", "0.704600", "0.442985"},
        {CAIRN_BASELINE_ALL, "0.339856", "0.000000", "0.270282", "0.069573", "0.169928"},
        {CAIRN_BASELINE_LAST, "0.035874", "0.845212", "0.201558", "0.679529", "0.440543"},
        {CAIRN_BASELINE_FIRST, "0.089686", "0.853852", "0.246122", "0.697416", "0.471769"},
    };
    const trivial locations[] = {
        {CAIRN_BASELINE_NONE, "0.000000", "0.934520", "0.114863", "0.819657", "0.467260"},
        {CAIRN_BASELINE_ALL, "0.218916", "0.000000", "0.192009", "0.026907", "0.109458"},
        {CAIRN_BASELINE_LAST, "0.024096", "0.892715", "0.130860", "0.785952", "0.458406"},
        {CAIRN_BASELINE_FIRST, "0.102410", "0.901325", "0.200606", "0.803129", "0.501867"},
    };
    check_baselines("vlrmbench/image_ref_error.jsonl", 58, 806, 165, images);
    check_baselines("vlrmbench/location_error.jsonl", 126, 1676, 206, locations);
}

/* ---- MoReBench (arXiv 2510.16380) ------------------------------------------------------------------------------ */

/* The released rule: lower case, and both words may be in one verdict. */
static uint8_t substrings(const char *verdict) {
    uint8_t said = 0;
    for (const char *c = verdict; *c; c++) {
        said |= strncasecmp(c, "yes", 3) == 0 ? CAIRN_SAID_YES : 0;
        said |= strncasecmp(c, "no", 2) == 0 ? CAIRN_SAID_NO : 0;
    }
    return said;
}

static void check_text(const json_t *text) {
    const json_t *rubrics = json_object_get(text, "rubrics");
    double weights[64];
    uint8_t said[64];
    size_t n = json_array_size(rubrics);
    assert_in_range(n, 1, 64);
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(rubrics, i);
        weights[i] = json_number_value(json_object_get(one, "weight"));
        said[i] = substrings(json_string_value(json_object_get(one, "judgement")));
    }
    cairn_rubric_score r;
    cairn_rubric_policy plain = {0};
    assert_int_equal(cairn_rubric_measure(ctx, NULL, weights, said, (int32_t)n, &plain, &r), CAIRN_OK);
    assert_near(cairn_round_even(r.score, 2), json_number_value(json_object_get(text, "score")), 0);
}

static void test_all_scores_of_the_morebench_site(void **state) {
    (void)state;
    json_t *file = load("morebench/comparison_data.json");
    if (!file) skip_because("the shared judgements of MoReBench are not here");
    int texts = 0;
    for (size_t t = 0; t < json_array_size(file); t++) {
        const json_t *models = json_object_get(json_array_get(file, t), "models");
        for (size_t m = 0; m < json_array_size(models); m++, texts += 2) {
            check_text(json_object_get(json_array_get(models, m), "thinking_trace"));
            check_text(json_object_get(json_array_get(models, m), "model_resp"));
        }
    }
    assert_int_equal(texts, 112);
    json_decref(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_of_step_scorers_to_the_last_digit),
        cmocka_unit_test(test_figures_of_rewardmath_to_the_last_digit),
        cmocka_unit_test(test_pairwise_judge_of_rewardmath),
        cmocka_unit_test(test_trivial_predictors_of_vlrmbench),
        cmocka_unit_test(test_all_scores_of_the_morebench_site),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
