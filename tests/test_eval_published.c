/* Published metrics recomputed from the published raw data: real step scorers on ProcessBench subsets, and the
 * regression vectors of PRMBench (arXiv 2501.03124) on its own files. Skips where the data is not here. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "cairn/eval.h"
#include "data.h"

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

static void near(double got, double want, double within) {
    if (!(fabs(got - want) <= within)) fail_msg("got %.17g, want %.17g", got, want);
}

/* ---- real step scorers ---- */

static const char *const scorers[] = {
    "prm-scores/processbench-gsm8k--Llama3.1-8B-PRM-Mistral-Data.json",
    "prm-scores/processbench-gsm8k--Skywork-o1-Open-PRM-Qwen-2.5-7B.json",
    "prm-scores/processbench-math--Qwen2.5-7B-Instruct.json",
    "prm-scores/processbench-math--Skywork-o1-Open-PRM-Qwen-2.5-7B.json",
};

static double metric(const json_t *published, const char *name) {
    return json_number_value(json_object_get(published, name));
}

static void check_level(const json_t *file, const char *level) {
    char name[64];
    snprintf(name, sizeof name, "%s_level", level);
    const json_t *published = json_object_get(json_object_get(file, "performance"), name);
    snprintf(name, sizeof name, "y_pred_%s_level", level);
    const json_t *predicted = json_object_get(file, name);
    snprintf(name, sizeof name, "y_true_%s_level", level);
    const json_t *truth = json_object_get(file, name);
    size_t n = json_array_size(predicted);
    assert_true(n > 0 && n == json_array_size(truth) && json_is_object(published));
    double *scores = calloc(n, sizeof *scores);
    bool *positive = calloc(n, sizeof *positive);
    cairn_labelled_solution *one_step = calloc(n, sizeof *one_step);
    cairn_verdict *verdicts = calloc(n, sizeof *verdicts);
    assert_true(scores && positive && one_step && verdicts);
    for (size_t i = 0; i < n; i++) {
        scores[i] = json_number_value(json_array_get(predicted, i));
        positive[i] = json_is_true(json_array_get(truth, i));
        verdicts[i] = positive[i] ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
        one_step[i] = (cairn_labelled_solution){&scores[i], &verdicts[i], 1};
    }
    cairn_confusion counts;
    double threshold = metric(published, "threshold");
    assert_int_equal(cairn_stat_confusion(ctx, scores, positive, n, threshold, &counts), CAIRN_OK);
    cairn_two_class called = cairn_stat_two_class(&counts);
    near(called.accuracy, metric(published, "accuracy"), 1e-14);
    near(called.precision, metric(published, "precision"), 1e-14);
    near(called.recall, metric(published, "recall"), 1e-14);
    near(called.f1, metric(published, "f1"), 1e-14);
    cairn_auroc ranked;
    assert_int_equal(cairn_stat_auroc(ctx, scores, positive, n, 0.95, &ranked), CAIRN_OK);
    near(ranked.auroc, metric(published, "auroc"), 1e-12);
    assert_true(ranked.low < ranked.auroc && ranked.auroc < ranked.high && ranked.error < 0.05);
    assert_int_equal(cairn_eval_step_auroc(ctx, one_step, n, 0.95, &ranked), CAIRN_OK);
    near(ranked.auroc, metric(published, "auroc"), 1e-12);
    cairn_step_quality quality;
    assert_int_equal(cairn_eval_step_quality(ctx, one_step, n, threshold, &quality), CAIRN_OK);
    near(quality.accuracy, metric(published, "accuracy"), 1e-14);
    free(scores), free(positive), free(one_step), free(verdicts);
}

static void test_published_metrics_of_real_scorers_are_recomputed(void **state) {
    (void)state;
    char path[4096];
    for (size_t f = 0; f < sizeof scorers / sizeof scorers[0]; f++) {
        if (!shared_file(scorers[f], path)) skip();
        json_error_t error;
        json_t *file = json_load_file(path, 0, &error);
        assert_non_null(file);
        check_level(file, "step");
        check_level(file, "instance");
        json_decref(file);
    }
}

/* ---- PRMBench ---- */

static const char *const parts[] = {"prm800k_test_p1_4o_", "prm800k_test_p2_4o_", "prm800k_train_p1_first400_4o_"};
static const char *const classes[] = {
    "circular",   "confidence",        "counterfactual",       "deception",
    "redundency", "missing_condition", "domain_inconsistency", "step_contradiction",
};
enum { n_classes = 8, multi_solutions = n_classes };

typedef struct item {
    int kind;
    int32_t n_steps, n_errors;
    int32_t *errors;
} item;
typedef struct benchmark {
    item *items;
    size_t n, capacity;
    json_t *seen;
} benchmark;

/* First row of a key wins, key = classification_idx. */
static void add_row(benchmark *b, const json_t *row, int kind) {
    char key[256];
    snprintf(key, sizeof key, "%s_%s", json_string_value(json_object_get(row, "classification")),
             json_string_value(json_object_get(row, "idx")));
    if (json_object_get(b->seen, key)) return;
    json_object_set_new(b->seen, key, json_true());
    const json_t *errors = json_object_get(row, "error_steps");
    item *i = &b->items[b->n++];
    assert_true(b->n <= b->capacity);
    i->kind = kind;
    i->n_steps = (int32_t)json_array_size(json_object_get(row, "modified_process"));
    i->n_errors = (int32_t)json_array_size(errors);
    i->errors = calloc((size_t)i->n_errors + 1, sizeof *i->errors);
    for (int32_t e = 0; e < i->n_errors; e++)
        i->errors[e] = (int32_t)json_integer_value(json_array_get(errors, (size_t)e));
}

static bool add_file(benchmark *b, const char *name, int kind) {
    char path[4096], *line = NULL;
    size_t room = 0;
    if (!shared_file(name, path)) return false;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (getline(&line, &room, file) > 0) {
        json_error_t error;
        json_t *row = json_loads(line, 0, &error);
        assert_non_null(row);
        add_row(b, row, kind);
        json_decref(row);
    }
    free(line);
    fclose(file);
    return true;
}

static bool load(benchmark *b) {
    char name[256];
    *b = (benchmark){.capacity = 7000, .seen = json_object()};
    b->items = calloc(b->capacity, sizeof *b->items);
    assert_true(b->items && b->seen);
    for (size_t p = 0; p < 3; p++)
        for (int c = 0; c < n_classes; c++) {
            snprintf(name, sizeof name, "prmbench/%s%s.jsonl", parts[p], classes[c]);
            if (!add_file(b, name, c)) return false;
        }
    return add_file(b, "prmbench/prm_test_p12_multi_solutions.jsonl", multi_solutions);
}

static void unload(benchmark *b) {
    for (size_t i = 0; i < b->n; i++) free(b->items[i].errors);
    free(b->items);
    json_decref(b->seen);
}

typedef bool (*judge_fn)(const item *i, int32_t step); /* step from 0 */

static bool all_valid(const item *i, int32_t step) {
    (void)i, (void)step;
    return true;
}

static bool all_invalid(const item *i, int32_t step) {
    (void)i, (void)step;
    return false;
}

static bool first_half_valid(const item *i, int32_t step) {
    return step < i->n_steps / 2;
}

static bool oracle(const item *i, int32_t step) {
    for (int32_t e = 0; e < i->n_errors; e++)
        if (i->errors[e] == step + 1) return false;
    return true;
}

/* kind -1: all classes pooled. */
static cairn_step_confusion judge(const benchmark *b, judge_fn says, int kind) {
    cairn_step_confusion c = {0};
    bool valid[512];
    for (size_t k = 0; k < b->n; k++) {
        const item *i = &b->items[k];
        if (kind >= 0 && i->kind != kind) continue;
        assert_true(i->n_steps <= 512);
        for (int32_t t = 0; t < i->n_steps; t++) valid[t] = says(i, t);
        assert_int_equal(cairn_eval_step_confusion(ctx, i->errors, i->n_errors, 1, valid, i->n_steps, i->n_steps, &c),
                         CAIRN_OK);
    }
    return c;
}

static cairn_prmscore rate(const cairn_step_confusion *c) {
    cairn_prmscore score;
    assert_int_equal(cairn_eval_prmscore(ctx, c, CAIRN_UNDEFINED_MINUS_ONE, &score), CAIRN_OK);
    return score;
}

static void test_regression_vectors_of_prmbench(void **state) {
    (void)state;
    benchmark b;
    if (!load(&b)) {
        unload(&b);
        skip();
    }
    assert_int_equal(b.n, 6211);
    cairn_step_confusion c = judge(&b, all_valid, -1);
    assert_int_equal(c.tp, 70222);
    assert_int_equal(c.fp, 13149);
    assert_int_equal(c.tn + c.fn, 0);
    cairn_prmscore score = rate(&c);
    near(score.f1, 0.914391, 5e-7);
    near(score.negative_f1, 0.0, 0.0);
    near(score.prmscore, 0.457195, 6e-7);
    c = judge(&b, all_invalid, -1);
    near(rate(&c).prmscore, 0.136231, 5e-7);
    c = judge(&b, first_half_valid, -1);
    assert_int_equal(c.tp, 36642);
    assert_int_equal(c.fp, 3368);
    assert_int_equal(c.tn, 9781);
    assert_int_equal(c.fn, 33580);
    score = rate(&c);
    near(score.f1, 0.664816, 5e-7);
    near(score.negative_f1, 0.346169, 5e-7);
    near(score.prmscore, 0.505492, 6e-7);
    c = judge(&b, oracle, -1);
    near(rate(&c).prmscore, 1.0, 0.0);
    near(rate(&c).acc_first, 1.0, 0.0);
    unload(&b);
}

static void test_all_valid_per_class_of_prmbench(void **state) {
    (void)state;
    /* In the order of `classes`. */
    static const double want[] = {0.4209, 0.4677, 0.4451, 0.4539, 0.4646, 0.4462, 0.4643, 0.4707};
    benchmark b;
    if (!load(&b)) {
        unload(&b);
        skip();
    }
    for (int k = 0; k < n_classes; k++) {
        cairn_step_confusion c = judge(&b, all_valid, k);
        near(rate(&c).prmscore, want[k], 5.1e-5);
    }
    cairn_step_confusion c = judge(&b, all_valid, multi_solutions);
    assert_int_equal(c.fp + c.tn, 0); /* no wrong steps: the printed score is F1 alone */
    cairn_prmscore score;
    assert_int_equal(cairn_eval_prmscore(ctx, &c, CAIRN_UNDEFINED_SKIP, &score), CAIRN_OK);
    near(score.prmscore, 1.0, 0.0);
    unload(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_metrics_of_real_scorers_are_recomputed),
        cmocka_unit_test(test_regression_vectors_of_prmbench),
        cmocka_unit_test(test_all_valid_per_class_of_prmbench),
    };
    return cmocka_run_group_tests_name("eval published", tests, open_ctx, close_ctx);
}
