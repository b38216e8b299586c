/* Recorded searches are reproduced: one by mctx, those of tests/replay/ (see its README), others by a plain recursive
 * search in this file on its own structs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/replay.h"
#include "data.h"
#include "search/gumbel.h"

static cairn_ctx *ctx;

static int setup(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

/* ---- the reference: MuZero's search, written from its definition ---------------------------------------------------- */

typedef struct plain {
    struct plain **child; /* [n] */
    int n, visits, index; /* index -1: never evaluated */
    double prior, reward, raw, mean;
} plain;

typedef struct setting {
    double discount, init, base, low, high;
    int least_branch, most_branch, simulations;
    bool min_max;
} setting;

static plain *plain_new(double prior) {
    plain *p = calloc(1, sizeof *p);
    assert_non_null(p);
    p->prior = prior;
    p->index = -1;
    return p;
}

static void plain_free(plain *p) {
    for (int i = 0; i < p->n; i++) plain_free(p->child[i]);
    free(p->child);
    free(p);
}

static float unit(cairn_rng *rng) {
    return (float)cairn_rng_below(rng, 1 << 20) / (1 << 20);
}

/* Draws what a network would say; all numbers fit in a float. */
static void plain_evaluate(plain *p, const setting *s, cairn_rng *rng, int index) {
    p->n = s->least_branch + (int)cairn_rng_below(rng, (uint32_t)(s->most_branch - s->least_branch + 1));
    p->child = calloc((size_t)p->n, sizeof(plain *));
    assert_non_null(p->child);
    for (int i = 0; i < p->n; i++) p->child[i] = plain_new(unit(rng) * 2 / (float)(p->n + 1));
    p->raw = p->mean = 2 * unit(rng) - 1;
    p->reward = index ? 2 * unit(rng) - 1 : 0;
    p->visits = 1;
    p->index = index;
}

static double plain_score(const plain *p, int k, const setting *s, double least, double greatest) {
    const plain *c = p->child[k];
    double q = c->visits ? c->reward + s->discount * c->mean : least;
    double value = (q - least) / fmax(greatest - least, 1e-8);
    double rate = s->init + log((p->visits + s->base + 1) / s->base);
    return value + rate * sqrt(p->visits) * c->prior / (c->visits + 1);
}

/* One simulation below p; returns the value seen from p. */
static double plain_simulate(plain *p, const setting *s, cairn_rng *rng, int index) {
    double least = s->min_max ? s->low : p->mean, greatest = s->min_max ? s->high : p->mean;
    for (int k = 0; k < p->n && !s->min_max; k++) {
        if (!p->child[k]->visits) continue;
        double q = p->child[k]->reward + s->discount * p->child[k]->mean;
        least = fmin(least, q);
        greatest = fmax(greatest, q);
    }
    int best = 0;
    for (int k = 1; k < p->n; k++)
        if (plain_score(p, k, s, least, greatest) > plain_score(p, best, s, least, greatest)) best = k;
    plain *c = p->child[best];
    double value;
    if (c->visits) {
        value = plain_simulate(c, s, rng, index);
    } else {
        plain_evaluate(c, s, rng, index);
        value = c->raw;
    }
    value = c->reward + s->discount * value;
    p->mean = (p->mean * p->visits + value) / (p->visits + 1);
    p->visits++;
    return value;
}

static void plain_write(const plain *p, int action, cairn_text *out) {
    assert_int_equal(cairn_text_printf(ctx, out, "{\"prior\":%.17g,\"child_stats\":[", p->prior), CAIRN_OK);
    for (int i = 0; i < p->n; i++) {
        if (i) cairn_text_printf(ctx, out, ",");
        plain_write(p->child[i], i, out);
    }
    cairn_text_printf(ctx, out, "]");
    if (action >= 0) cairn_text_printf(ctx, out, ",\"action\":%d", action);
    if (p->index > 0) cairn_text_printf(ctx, out, ",\"reward\":%.17g", p->reward);
    if (p->index >= 0)
        cairn_text_printf(ctx, out,
                          ",\"evaluation_index\":%d,\"raw_value_view\":%.17g,\"value_view\":%.17g,\"visit\":%d",
                          p->index, p->raw, p->mean, p->visits);
    assert_int_equal(cairn_text_printf(ctx, out, "}"), CAIRN_OK);
}

/* The search of this setting, recorded. */
static cairn_text record(const setting *s, uint64_t seed, int *nodes) {
    cairn_rng rng = cairn_rng_open(seed, 0, 0, CAIRN_VERB_SEARCH, 0, 0);
    plain *root = plain_new(1);
    plain_evaluate(root, s, &rng, 0);
    for (int i = 1; i <= s->simulations; i++) plain_simulate(root, s, &rng, i);
    cairn_text text = {0};
    cairn_text_printf(
        ctx, &text,
        "{\"algorithm\":\"muzero\",\"algorithm_config\":{\"dirichlet_alpha\":0.3,\"dirichlet_fraction\":0,"
        "\"pb_c_init\":%.17g,\"pb_c_base\":%.17g,",
        s->init, s->base);
    if (s->min_max)
        cairn_text_printf(ctx, &text,
                          "\"qtransform\":\"qtransform_by_min_max\",\"qtransform_kwargs\":{\"min_value\":%.17g,\"max_"
                          "value\":%.17g}},",
                          s->low, s->high);
    else
        cairn_text_printf(ctx, &text,
                          "\"qtransform\":\"qtransform_by_parent_and_siblings\",\"qtransform_kwargs\":{}},");
    cairn_text_printf(ctx, &text, "\"env_config\":{\"discount\":%.17g,\"zero_reward\":false},\"tree\":", s->discount);
    plain_write(root, -1, &text);
    cairn_text_printf(ctx, &text, "}");
    plain_free(root);
    *nodes = s->simulations + 1;
    return text;
}

/* ---- reproduced ------------------------------------------------------------------------------------------------------ */

static void a_search_recorded_by_mctx_is_reproduced(void **state) {
    (void)state;
    char path[4096];
    cairn_replay_report report;
    if (!shared_file("mctx/muzero_qtransform_tree.json", path)) skip();
    assert_int_equal(cairn_replay_file(ctx, path, &report), CAIRN_OK);
    assert_int_equal(report.simulations, 50);
    assert_int_equal(report.nodes, 51);
    assert_int_equal(report.visit_mismatches, 0);
    assert_int_equal(report.order_mismatches, 0);
    assert_true(report.greatest_difference < 1e-5);
}

static void the_recorded_searches_of_the_folder_are_reproduced(void **state) {
    (void)state;
    glob_t files;
    assert_int_equal(glob(CAIRN_SOURCE_DIR "/tests/replay/*.json", 0, NULL, &files), 0);
    assert_int_equal(files.gl_pathc, 12);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        cairn_replay_report report;
        cairn_status status = cairn_replay_file(ctx, files.gl_pathv[i], &report);
        if (status != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
        if (report.visit_mismatches || report.order_mismatches || !(report.greatest_difference < 1e-5))
            fail_msg("%s: %d visits, %d places, values by %g", files.gl_pathv[i], (int)report.visit_mismatches,
                     (int)report.order_mismatches, report.greatest_difference);
    }
    globfree(&files);
}

/* By hand: 8 simulations over 2 phases: 4 candidates once each, then 2 of them twice; 10 over 2 phases: 3 candidates
 * once each, then 2 candidates twice in each phase to the end. */
static void sequential_halving_considers_equal_visits(void **state) {
    (void)state;
    static const struct {
        int64_t considered, simulations, expected[12];
    } cases[] = {{4, 8, {0, 0, 0, 0, 1, 1, 2, 2}},
                 {3, 10, {0, 0, 0, 1, 1, 2, 2, 3, 3, 4}},
                 {2, 6, {0, 0, 1, 1, 2, 2}},
                 {1, 5, {0, 1, 2, 3, 4}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t visits[8] = {0};
        gumbel_halving halving;
        gumbel_halving_open(&halving, cases[i].considered, cases[i].simulations, visits);
        for (int64_t k = 0; k < cases[i].simulations; k++)
            assert_int_equal(gumbel_halving_next(&halving), cases[i].expected[k]);
    }
}

static void searches_of_a_plain_implementation_are_reproduced(void **state) {
    (void)state;
    const setting settings[] = {
        {.discount = 0.96875, .init = 1.25, .base = 19652, .least_branch = 4, .most_branch = 4, .simulations = 300},
        {.discount = 1, .init = 0.5, .base = 50, .least_branch = 1, .most_branch = 9, .simulations = 800},
        {.discount = -1, .init = 2, .base = 19652, .least_branch = 8, .most_branch = 8, .simulations = 500},
        {.discount = 0.5,
         .init = 1.25,
         .base = 100,
         .low = -3,
         .high = 3,
         .least_branch = 2,
         .most_branch = 30,
         .simulations = 400,
         .min_max = true},
        {.discount = 0.875, .init = 0.25, .base = 19652, .least_branch = 70, .most_branch = 150, .simulations = 200},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        cairn_replay_report report;
        int nodes;
        cairn_text text = record(&settings[i], 100 + i, &nodes);
        cairn_status status = cairn_replay_text(ctx, text.data, text.length, "plain", &report);
        if (status != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
        assert_int_equal(report.simulations, settings[i].simulations);
        assert_int_equal(report.nodes, nodes);
        assert_int_equal(report.visit_mismatches, 0);
        assert_int_equal(report.order_mismatches, 0);
        assert_true(report.greatest_difference < 1e-12);
        cairn_text_free(&text);
    }
}

/* ---- different or hostile -------------------------------------------------------------------------------------------- */

#define CONFIG                                                                                 \
    "\"algorithm_config\":{\"dirichlet_fraction\":0.0,\"pb_c_init\":1.25,\"pb_c_base\":19652," \
    "\"qtransform\":\"qtransform_by_parent_and_siblings\",\"qtransform_kwargs\":{}}"
#define WORLD               "\"env_config\":{\"discount\":0.5,\"zero_reward\":false}"
#define RECORD(tree)        "{\"algorithm\":\"muzero\"," CONFIG "," WORLD ",\"tree\":" tree "}"
#define BARE(action, prior) "{\"action\":" #action ",\"prior\":" #prior ",\"child_stats\":[]}"
#define ROOT(visit, children)        \
    "{\"prior\":1,\"visit\":" #visit \
    ",\"evaluation_index\":0,\"raw_value_view\":0.5,\"value_view\":0.75,\"child_stats\":[" children "]}"
#define CHILD(action, prior, visit, children)                        \
    "{\"action\":" #action ",\"prior\":" #prior ",\"visit\":" #visit \
    ",\"evaluation_index\":1,\"raw_value_view\":1,\"value_view\":1,\"reward\":0.5,\"child_stats\":[" children "]}"

static void refused(const char *text, cairn_status expected, const char *says) {
    cairn_replay_report report;
    cairn_status status = cairn_replay_text(ctx, text, strlen(text), "record", &report);
    if (status != expected) fail_msg("status %s for %s", cairn_status_name(status), text);
    if (!strstr(cairn_error(ctx), says)) fail_msg("`%s` does not say `%s`", cairn_error(ctx), says);
}

/* The root's value: (0.5 + (0.5 + 0.5 * 1)) / 2 = 0.75 after one simulation, which goes to the child of the greater
 * prior. */
static void a_difference_is_counted(void **state) {
    (void)state;
    cairn_replay_report report;
    const char *right = RECORD(ROOT(2, BARE(0, 0.25) "," CHILD(1, 0.75, 1, BARE(0, 1))));
    assert_int_equal(cairn_replay_text(ctx, right, strlen(right), "record", &report), CAIRN_OK);
    assert_int_equal(report.nodes, 2);
    assert_int_equal(report.visit_mismatches, 0);
    assert_true(report.greatest_difference == 0);
    const char *wrong = RECORD(ROOT(2, BARE(0, 0.25) "," CHILD(1, 0.75, 3, CHILD(0, 1, 2, ""))));
    assert_int_equal(cairn_replay_text(ctx, wrong, strlen(wrong), "record", &report), CAIRN_OK);
    assert_int_equal(report.nodes, 3);
    assert_int_equal(report.visit_mismatches, 2); /* child 1 was visited once, and its own child never reached */
}

static void a_walk_out_of_the_record_is_named(void **state) {
    (void)state;
    refused(RECORD(ROOT(2, CHILD(0, 0.25, 1, BARE(0, 1)) "," BARE(1, 0.75))), CAIRN_FORMAT,
            "node root/1: simulation 1 walks here");
    refused(RECORD(ROOT(3, CHILD(0, 0.9, 2, BARE(0, 1)))), CAIRN_FORMAT, "node root/0/0: simulation 2 walks here");
    refused(RECORD(ROOT(9007199254740993, CHILD(0, 0.9, 2, BARE(0, 1)))), CAIRN_FORMAT, "simulation 2 walks here");
}

static void missing_and_wrong_fields_are_named(void **state) {
    (void)state;
    refused("", CAIRN_FORMAT, "record");
    refused("[]", CAIRN_FORMAT, "record");
    refused("{\"algorithm\":\"muzero\"}", CAIRN_FORMAT, "algorithm_config");
    refused("{\"algorithm\":7}", CAIRN_FORMAT, "algorithm");
    refused("{\"algorithm\":\"muzero\"," CONFIG "," WORLD "}", CAIRN_FORMAT, "tree");
    refused("{\"algorithm\":\"muzero\"," CONFIG ",\"env_config\":{\"zero_reward\":false},\"tree\":{}}", CAIRN_FORMAT,
            "discount");
    refused(RECORD("{\"prior\":1}"), CAIRN_FORMAT, "visit");
    refused(RECORD("{\"visit\":0}"), CAIRN_FORMAT, "visit");
    refused(RECORD("{\"visit\":-5}"), CAIRN_FORMAT, "visit");
    refused(RECORD("{\"visit\":1.5}"), CAIRN_FORMAT, "visit");
    refused(RECORD("{\"visit\":1,\"raw_value_view\":\"x\"}"), CAIRN_FORMAT, "raw_value_view");
    refused(RECORD("{\"visit\":1,\"raw_value_view\":1}"), CAIRN_FORMAT, "child_stats");
    refused(RECORD("{\"visit\":1,\"raw_value_view\":1,\"child_stats\":[]}"), CAIRN_FORMAT, "child_stats");
    refused(RECORD(ROOT(2, "3")), CAIRN_FORMAT, "root/0");
    refused(RECORD(ROOT(2, BARE(1, 1))), CAIRN_FORMAT, "action");
    refused(RECORD(ROOT(2, BARE(0, -1))), CAIRN_FORMAT, "prior");
    refused(RECORD(ROOT(2, "{\"action\":0,\"prior\":1,\"raw_value_view\":1,\"child_stats\":[]}")), CAIRN_FORMAT,
            "reward");
}

/* A node at the greatest depth is evaluated again: its value is set afresh. By hand: raw 0.5 at the root, its only
 * child pays 0.5 and is worth 1, discount 0.5: every simulation returns 1, so (0.5 + 1 + 1) / 3. */
static void a_bounded_depth_evaluates_a_leaf_again(void **state) {
    (void)state;
    const char *text = "{\"algorithm\":\"muzero\",\"algorithm_config\":{\"max_depth\":1,\"qtransform\":\"qtransform_by_"
                       "parent_and_siblings\","
                       "\"qtransform_kwargs\":{}}," WORLD
                       ",\"tree\":{\"prior\":1,\"visit\":3,\"evaluation_index\":0,\"raw_value_view\":0.5,"
                       "\"value_view\":0.83333333333333337,\"child_stats\":[" CHILD(0, 1, 2, BARE(0, 1)) "]}}";
    cairn_replay_report report;
    assert_int_equal(cairn_replay_text(ctx, text, strlen(text), "record", &report), CAIRN_OK);
    assert_int_equal(report.visit_mismatches, 0);
    assert_true(report.greatest_difference < 1e-12);
}

static void what_cannot_be_replayed_is_said(void **state) {
    (void)state;
    refused("{\"algorithm\":\"stochastic_muzero\"}", CAIRN_UNSUPPORTED, "stochastic_muzero");
    refused("{\"algorithm\":\"gumbel_muzero\",\"algorithm_config\":{}}", CAIRN_UNSUPPORTED, "gumbel_scale");
    refused(
        "{\"algorithm\":\"gumbel_muzero\",\"algorithm_config\":{\"gumbel_scale\":0,\"max_num_considered_actions\":0}}",
        CAIRN_FORMAT, "max_num_considered_actions");
    refused("{\"algorithm\":\"muzero\",\"algorithm_config\":{\"loop_fn\":3}}", CAIRN_UNSUPPORTED, "loop_fn");
    refused("{\"algorithm\":\"muzero\",\"algorithm_config\":{\"max_depth\":0}}", CAIRN_FORMAT, "max_depth");
    refused("{\"algorithm\":\"muzero\",\"algorithm_config\":{\"dirichlet_fraction\":0,\"pb_c_init\":1,\"pb_c_base\":1,"
            "\"qtransform\":\"qtransform_completed_by_mix_value\",\"qtransform_kwargs\":{}}}",
            CAIRN_UNSUPPORTED, "qtransform_completed_by_mix_value");
    refused("{\"algorithm\":\"muzero\",\"algorithm_config\":{\"dirichlet_fraction\":0,\"pb_c_init\":1,\"pb_c_base\":1,"
            "\"qtransform\":\"qtransform_by_min_max\",\"qtransform_kwargs\":{\"min_value\":1,\"max_value\":1}}}",
            CAIRN_FORMAT, "min_value");
}

static void nesting_without_end_is_refused(void **state) {
    (void)state;
    cairn_text text = {0};
    for (int i = 0; i < 200000; i++) cairn_text_add(ctx, &text, "{\"tree\":[", 9);
    cairn_replay_report report;
    assert_int_not_equal(cairn_replay_text(ctx, text.data, text.length, "record", &report), CAIRN_OK);
    cairn_text_free(&text);
}

static void an_absent_file_is_named(void **state) {
    (void)state;
    cairn_replay_report report;
    assert_int_equal(cairn_replay_file(ctx, "/nonexistent/tree.json", &report), CAIRN_NOT_FOUND);
    assert_non_null(strstr(cairn_error(ctx), "/nonexistent/tree.json"));
}

static void a_failed_allocation_is_reported_and_nothing_leaks(void **state) {
    (void)state;
    const char *text = RECORD(ROOT(2, BARE(0, 0.25) "," CHILD(1, 0.75, 1, BARE(0, 1))));
    cairn_replay_report report;
    for (int64_t at = 1; at < 200; at++) {
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = at});
        cairn_status status = cairn_replay_text(ctx, text, strlen(text), "record", &report);
        if (status == CAIRN_OK) break;
        assert_int_equal(status, CAIRN_NO_MEMORY);
        assert_true(at < 199);
    }
    cairn_faults_set(ctx, (cairn_faults){0});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_search_recorded_by_mctx_is_reproduced, setup, teardown),
        cmocka_unit_test_setup_teardown(the_recorded_searches_of_the_folder_are_reproduced, setup, teardown),
        cmocka_unit_test(sequential_halving_considers_equal_visits),
        cmocka_unit_test_setup_teardown(searches_of_a_plain_implementation_are_reproduced, setup, teardown),
        cmocka_unit_test_setup_teardown(a_difference_is_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_walk_out_of_the_record_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(missing_and_wrong_fields_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(a_bounded_depth_evaluates_a_leaf_again, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_replayed_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(nesting_without_end_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(an_absent_file_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failed_allocation_is_reported_and_nothing_leaks, setup, teardown),
    };
    return cmocka_run_group_tests_name("search_replay", tests, NULL, NULL);
}
