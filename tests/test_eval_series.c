/* Series of yes/no answers from files: how they are gathered, what is left out, and comparisons of modes, versions and
 * orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cairn/series.h"
#include "near.h"

static cairn_ctx *ctx;
static char path[64];
static char text[1 << 20];
static size_t length;

static void begin_file(void) {
    length = 0;
}

__attribute__((format(printf, 1, 2))) static void add(const char *format, ...) {
    va_list args;
    va_start(args, format);
    length += (size_t)vsnprintf(text + length, sizeof text - length, format, args);
    va_end(args);
    assert_true(length < sizeof text);
}

static cairn_series *series_of(const cairn_series_fields *fields) {
    cairn_series *all;
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(cairn_series_open(ctx, fields, &all), CAIRN_OK);
    if (cairn_series_read(all, ctx, path) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    if (cairn_series_measure(all, ctx, 0.05) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return all;
}

static void test_answers_are_gathered_by_their_fields(void **state) {
    (void)state;
    begin_file();
    for (int i = 0; i < 10; i++) {
        add("{\"model\":\"a\",\"prompt_id\":\"q\",\"mode\":\"oneshot\",\"temperature\":1,\"answer\":\"%s\"}\n",
            "1011010010"[i] == '1' ? "Yes" : " no ");
        add("{\"model\":\"b\",\"prompt_id\":\"q\",\"mode\":\"oneshot\",\"temperature\":1,\"answer\":\"%s\",\"p_yes\":%"
            "g}\n",
            i < 8    ? "yes"
            : i == 8 ? "no"
                     : "I would rather not",
            i / 10.0);
    }
    cairn_series *all = series_of(&(cairn_series_fields){0});
    assert_int_equal(cairn_series_count(all), 2);
    const cairn_series_report *a = cairn_series_at(all, 0), *b = cairn_series_at(all, 1);
    assert_string_equal(a->name, "a q oneshot 1");
    assert_int_equal(a->tests.runs, 8);
    assert_near(a->tests.run_test.p, .179712, 5e-7);
    assert_int_equal(a->verdict, CAIRN_SERIES_FAIR);
    assert_int_equal(b->answers, 10);
    assert_int_equal(b->other, 1);
    assert_int_equal(b->tests.n, 9);
    assert_int_equal(b->tests.yes, 8);
    assert_int_equal(b->with_p_yes, 10);
    assert_near(b->p_yes.estimate, .45, 1e-12);
    const cairn_series_pair *versions;
    assert_int_equal(cairn_series_versions(all, &versions), 1);
    assert_near(versions[0].difference.estimate, 8.0 / 9 - .5, 1e-12);
    assert_near(versions[0].p, cairn_stat_fisher_exact(8, 1, 5, 5), 1e-12); /* an expected count is below 5 */
    cairn_series_close(all);
}

/* A refusal between two answers parts them: they are no neighbours. */
static void test_other_answers_part_their_neighbours(void **state) {
    (void)state;
    begin_file();
    for (int i = 0; i < 5; i++) add("{\"answer\":\"%s\"}\n", i == 2 ? "?" : "yes");
    cairn_series *all = series_of(&(cairn_series_fields){0});
    const cairn_series_report *r = cairn_series_at(all, 0);
    assert_int_equal(r->tests.n, 4);
    assert_int_equal(r->tests.pairs[1][1], 2);
    assert_int_equal(r->verdict, CAIRN_SERIES_UNDECIDABLE);
    cairn_series_close(all);
}

static void test_batches_are_segments_in_order_of_position(void **state) {
    (void)state;
    begin_file();
    add("answer,mode,batch,position\n");
    for (int i = 3; i >= 1; i--)
        for (int b = 0; b < 2; b++) add("%s,batch,%d,%d\n", i % 2 ? "yes" : "no", b, i);
    cairn_series *all = series_of(&(cairn_series_fields){0});
    const cairn_series_report *r = cairn_series_at(all, 0);
    assert_int_equal(r->segments, 2);
    assert_int_equal(r->tests.pairs[1][0], 2); /* yes no yes, twice */
    assert_int_equal(r->tests.pairs[0][1], 2);
    assert_int_equal(r->tests.pairs[1][1] + r->tests.pairs[0][0], 0);
    assert_int_equal(r->positions, 3);
    assert_int_equal(r->at_yes[0], 2);
    assert_int_equal(r->at_yes[1], 0);
    assert_int_equal(r->at_n[1], 2);
    cairn_series_close(all);
}

static void test_modes_of_a_model_are_compared(void **state) {
    (void)state;
    begin_file();
    for (int i = 0; i < 40; i++)
        add("{\"model\":\"m\",\"mode\":\"oneshot\",\"answer\":%s}\n", i < 30 ? "true" : "false");
    for (int i = 0; i < 40; i++)
        add("{\"model\":\"m\",\"mode\":\"batch\",\"batch\":%d,\"answer\":%d}\n", i / 20, i % 2);
    cairn_series *all = series_of(&(cairn_series_fields){0});
    const cairn_series_pair *modes;
    assert_int_equal(cairn_series_modes(all, &modes), 1);
    assert_near(modes[0].difference.estimate, -.25, 1e-12);
    /* (20 20; 30 10): 80 (200 - 600)^2 / (40 40 50 30) */
    assert_near(modes[0].test.statistic, 80.0 * 400 * 400 / (40.0 * 40 * 50 * 30), 1e-12);
    cairn_series_close(all);
}

/* Options in both orders: nine prompts choose what stands first, one what stands second, two keep their answer. */
static void test_order_of_options_is_paired_by_prompt(void **state) {
    (void)state;
    begin_file();
    for (int i = 0; i < 12; i++) {
        const char *usual = i < 9 || i == 10 ? "yes" : "no", *swapped = i < 9 || i == 11 ? "no" : "yes";
        add("{\"prompt_id\":%d,\"order\":\"yes-first\",\"answer\":\"%s\"}\n", i, usual);
        add("{\"prompt_id\":%d,\"order\":\"no-first\",\"answer\":\"%s\"}\n", i, swapped);
    }
    add("{\"prompt_id\":99,\"order\":\"yes-first\",\"answer\":\"yes\"}\n");
    cairn_series *all = series_of(&(cairn_series_fields){.by = "model"});
    const cairn_series_order *orders;
    assert_int_equal(cairn_series_orders(all, &orders), 1);
    assert_int_equal(orders[0].pairs, 12);
    assert_int_equal(orders[0].unpaired, 1);
    assert_int_equal(orders[0].first_both, 9);
    assert_int_equal(orders[0].second_both, 1);
    assert_near(orders[0].p, 2 * 11.0 / 1024, 1e-12);
    assert_near(orders[0].first.estimate, (18.0 + 2) / 24, 1e-12);
    assert_near(orders[0].effect.estimate, 2 * 20.0 / 24 - 1, 1e-12);
    cairn_series_close(all);
}

/* A judge says which place is better: A both times is the first place both times. */
static void test_judges_choose_places(void **state) {
    (void)state;
    begin_file();
    for (int i = 0; i < 6; i++) {
        add("{\"prompt_id\":%d,\"order\":0,\"answer\":\"A\"}\n", i);
        add("{\"prompt_id\":%d,\"order\":1,\"answer\":\"%s\"}\n", i, i < 4 ? "A" : "B");
    }
    cairn_series *all = series_of(&(cairn_series_fields){.by = "model", .yes = "A", .no = "B", .judge = true});
    const cairn_series_order *orders;
    assert_int_equal(cairn_series_orders(all, &orders), 1);
    assert_int_equal(orders[0].first_both, 4);
    assert_int_equal(orders[0].second_both, 0);
    assert_near(orders[0].first.estimate, 10.0 / 12, 1e-12);
    cairn_series_close(all);
}

/* A verifier that alternates within equal true labels; its labels are lists, one a solution. */
static void test_step_labels_are_tested_within_equal_truth(void **state) {
    (void)state;
    begin_file();
    for (int i = 0; i < 20; i++)
        add("{\"generator\":\"v\",\"labels\":[true,false,true,false,true,null],\"truth\":[true,true,true,true,false,"
            "true]}\n");
    cairn_series *all = series_of(&(cairn_series_fields){.by = "model"});
    assert_int_equal(cairn_series_count(all), 2);
    const cairn_series_report *right = cairn_series_at(all, 0), *wrong = cairn_series_at(all, 1);
    assert_string_equal(right->name, "v truth=right");
    assert_int_equal(right->other, 20);
    assert_int_equal(right->tests.n, 80);
    assert_int_equal(right->tests.pairs[0][1] + right->tests.pairs[1][0], 60);
    assert_int_equal(right->verdict, CAIRN_SERIES_DEPENDENT);
    assert_string_equal(wrong->name, "v truth=wrong");
    assert_int_equal(wrong->verdict, CAIRN_SERIES_UNDECIDABLE);
    const cairn_series_pool *pools;
    assert_int_equal(cairn_series_pools(all, &pools), 1);
    assert_int_equal(pools[0].strata, 2);
    assert_true(pools[0].lag1.p < 1e-6);
    cairn_series_close(all);
}

static void test_bad_rows_are_named(void **state) {
    (void)state;
    static const char *const bad[][2] = {
        {"{\"model\":\"m\"}\n", "answer"},
        {"{\"answer\":\"yes\",\"order\":\"upside down\"}\n", "order"},
        {"{\"answer\":\"yes\",\"p_yes\":1.5}\n", "p_yes"},
        {"{\"answer\":\"yes\",\"position\":\"third\"}\n", "position"},
        {"{\"labels\":[true],\"truth\":[true,false]}\n", "truth"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cairn_series *all;
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fputs(bad[i][0], file);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(cairn_series_open(ctx, &(cairn_series_fields){0}, &all), CAIRN_OK);
        assert_int_equal(cairn_series_read(all, ctx, path), CAIRN_FORMAT);
        if (!strstr(cairn_error(ctx), bad[i][1])) fail_msg("case %zu: %s", i, cairn_error(ctx));
        cairn_series_close(all);
    }
    cairn_series *all;
    assert_int_equal(cairn_series_open(ctx, &(cairn_series_fields){.yes = "x y", .no = "Y"}, &all), CAIRN_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_are_gathered_by_their_fields),
        cmocka_unit_test(test_other_answers_part_their_neighbours),
        cmocka_unit_test(test_batches_are_segments_in_order_of_position),
        cmocka_unit_test(test_modes_of_a_model_are_compared),
        cmocka_unit_test(test_order_of_options_is_paired_by_prompt),
        cmocka_unit_test(test_judges_choose_places),
        cmocka_unit_test(test_step_labels_are_tested_within_equal_truth),
        cmocka_unit_test(test_bad_rows_are_named),
    };
    snprintf(path, sizeof path, "/tmp/cairn-series-XXXXXX");
    int file = mkstemp(path);
    if (file < 0 || cairn_ctx_open(&ctx) != CAIRN_OK) return 1;
    close(file);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cairn_ctx_close(ctx);
    unlink(path);
    return failed;
}
