/* Two runs compared: pairing by id, means worked by hand, and the errors. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/store.h"

static cairn_ctx *ctx;
static char folder[] = "/tmp/cairn_compare_XXXXXX";
static char paths[2][64];

static int open_all(void **state) {
    (void)state;
    if (!mkdtemp(folder) || cairn_ctx_open(&ctx) != CAIRN_OK) return -1;
    for (int i = 0; i < 2; i++) snprintf(paths[i], sizeof paths[i], "%s/%c.db", folder, 'a' + i);
    return 0;
}

static int close_all(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return rmdir(folder);
}

/* records: id, record, ... NULL */
static cairn_run *make(int which, const char *const *records) {
    cairn_run *run;
    unlink(paths[which]);
    assert_int_equal(cairn_run_create(ctx, paths[which], &(cairn_manifest){NULL, 0, 100, false}, &run), CAIRN_OK);
    for (int64_t i = 0; records[2 * i]; i++)
        assert_int_equal(cairn_run_put(run, ctx, i, records[2 * i], records[2 * i + 1], strlen(records[2 * i + 1])),
                         CAIRN_OK);
    return run;
}

static cairn_status compare(const char *const *a, const char *const *b, const char *field, cairn_comparison *out) {
    cairn_run *run_a = make(0, a), *run_b = make(1, b);
    cairn_status status = cairn_run_compare(ctx, run_a, run_b, field, 1, out);
    cairn_run_close(run_a);
    cairn_run_close(run_b);
    unlink(paths[0]);
    unlink(paths[1]);
    return status;
}

static void test_runs_are_paired_by_id(void **state) {
    (void)state;
    /* shared: p 1 / 4, q 5 / 5, r 6 / 2, t 0 / 3: means 3 and 3.5 */
    const char *const a[] = {"p", "{\"n\":1}", "q", "{\"n\":5}", "r", "{\"n\":6.0}",
                             "s", "{\"n\":9}", "t", "{\"n\":0}", NULL};
    const char *const b[] = {"t",         "{\"n\":3}", "r",         "{\"n\":2}", "x",         "{\"n\":7}", "q",
                             "{\"n\":5}", "p",         "{\"n\":4}", "y",         "{\"n\":8}", NULL};
    cairn_comparison c;
    assert_int_equal(compare(a, b, "n", &c), CAIRN_OK);
    assert_int_equal(c.shared, 4);
    assert_int_equal(c.only_a, 1);
    assert_int_equal(c.only_b, 2);
    assert_true(c.mean_a == 3 && c.mean_b == 3.5 && c.difference == 0.5);
    assert_int_equal(c.a_better, 1);
    assert_int_equal(c.b_better, 2);
    assert_int_equal(c.equal, 1);
    assert_true(c.low >= -4 && c.low < 0.5 && c.high > 0.5 && c.high <= 3);
}

/* Every pair differs by the same amount, so every resample does. */
static void test_a_constant_difference_has_no_width(void **state) {
    (void)state;
    const char *const a[] = {"p", "{\"c\":{\"s\":1}}", "q", "{\"c\":{\"s\":10}}", NULL};
    const char *const b[] = {"p", "{\"c\":{\"s\":3}}", "q", "{\"c\":{\"s\":12}}", NULL};
    cairn_comparison c;
    assert_int_equal(compare(a, b, "c.s", &c), CAIRN_OK);
    assert_true(c.difference == 2 && c.low == 2 && c.high == 2);
}

/* Mean of n = 64 pairs, half of them +1: sd 0.5 / 8 = 0.0625, so the interval is about 0.5 -+ 0.1225. */
static void test_booleans_have_the_binomial_interval(void **state) {
    (void)state;
    static char ids[64][8];
    const char *a[129] = {NULL}, *b[129] = {NULL};
    for (int i = 0; i < 64; i++) {
        snprintf(ids[i], sizeof ids[i], "p%d", i);
        a[2 * i] = b[2 * i] = ids[i];
        a[2 * i + 1] = "{\"correct\":false}";
        b[2 * i + 1] = i % 2 ? "{\"correct\":true}" : "{\"correct\":false}";
    }
    cairn_comparison c, again;
    assert_int_equal(compare(a, b, "correct", &c), CAIRN_OK);
    assert_true(c.mean_a == 0 && c.mean_b == 0.5 && c.difference == 0.5);
    assert_true(fabs(c.low - 0.3775) < 0.03 && fabs(c.high - 0.6225) < 0.03);
    assert_int_equal(compare(a, b, "correct", &again), CAIRN_OK);
    assert_memory_equal(&c, &again, sizeof c);
}

static void expect_error(const char *record, const char *field, const char *says) {
    const char *const a[] = {"p", "{\"n\":1}", NULL}, *const b[] = {"bad", record, NULL};
    cairn_comparison c;
    char expected[256];
    assert_int_equal(compare(a, b, field, &c), CAIRN_FORMAT);
    snprintf(expected, sizeof expected, "%s: record `bad`: %s", paths[1], says);
    assert_string_equal(cairn_error(ctx), expected);
}

static void test_a_field_that_is_no_number_is_named(void **state) {
    (void)state;
    expect_error("{\"n\":\"1\"}", "n", "field `n`: expected a number, true, false or null, got the text \"1\"");
    expect_error("{\"m\":1}", "n", "field `n`: expected a number, true, false or null, got nothing");
}

/* p is unknown in A, r in B: the pairs q and s are left, +1 and 0. */
static void test_unknown_values_are_left_out_and_counted(void **state) {
    (void)state;
    const char *const a[] = {"p", "{\"n\":null}", "q", "{\"n\":1}", "r", "{\"n\":1}", "s", "{\"n\":2}", NULL};
    const char *const b[] = {"p", "{\"n\":5}", "q", "{\"n\":2}", "r", "{\"n\":null}", "s", "{\"n\":2}", NULL};
    cairn_comparison c;
    assert_int_equal(compare(a, b, "n", &c), CAIRN_OK);
    assert_int_equal(c.shared, 4);
    assert_int_equal(c.unknown, 2);
    assert_int_equal(c.only_a + c.only_b, 0);
    assert_true(c.mean_a == 1.5 && c.mean_b == 2 && c.difference == 0.5);
    assert_int_equal(c.b_better, 1);
    assert_int_equal(c.equal, 1);
}

static void test_nothing_known_gives_no_number_and_one_pair_no_interval(void **state) {
    (void)state;
    const char *const unknown[] = {"p", "{\"n\":null}", NULL}, *const one[] = {"p", "{\"n\":1}", NULL};
    cairn_comparison c;
    assert_int_equal(compare(unknown, one, "n", &c), CAIRN_OK);
    assert_int_equal(c.unknown, 1);
    assert_true(isnan(c.mean_a) && isnan(c.difference) && isnan(c.low));
    assert_int_equal(compare(one, one, "n", &c), CAIRN_OK);
    assert_true(c.difference == 0 && isnan(c.low) && isnan(c.high));
}

/* Lines as ids: the second file has the problems in another order. k1 1 / 4, k2 5 / 5. */
static void test_problems_are_paired_by_their_texts_where_these_are_told(void **state) {
    (void)state;
    const char *const a[] = {"1", "{\"n\":1,\"problem_key\":\"k1\"}", "2", "{\"n\":5,\"problem_key\":\"k2\"}", NULL};
    const char *const b[] = {"1", "{\"n\":5,\"problem_key\":\"k2\"}", "2", "{\"n\":4,\"problem_key\":\"k1\"}",
                             "3", "{\"n\":9,\"problem_key\":\"k3\"}", NULL};
    cairn_comparison c;
    assert_int_equal(compare(a, b, "n", &c), CAIRN_OK);
    assert_int_equal(c.shared, 2);
    assert_int_equal(c.only_a, 0);
    assert_int_equal(c.only_b, 1);
    assert_true(c.mean_a == 3 && c.mean_b == 4.5);
    assert_int_equal(c.equal, 1);
}

/* Two problems of one text can be told apart by their ids only; an id that means another text is no pair. */
static void test_ids_pair_problems_of_one_text_but_not_different_texts(void **state) {
    (void)state;
    const char *const a[] = {"1", "{\"n\":1,\"problem_key\":\"k\"}", "2", "{\"n\":2,\"problem_key\":\"k\"}",
                             "3", "{\"n\":3,\"problem_key\":\"m\"}", NULL};
    const char *const b[] = {"1", "{\"n\":1,\"problem_key\":\"k\"}", "2", "{\"n\":4,\"problem_key\":\"k\"}",
                             "3", "{\"n\":9,\"problem_key\":\"o\"}", NULL};
    cairn_comparison c;
    assert_int_equal(compare(a, b, "n", &c), CAIRN_OK);
    assert_int_equal(c.shared, 2);
    assert_int_equal(c.only_a, 1);
    assert_int_equal(c.only_b, 1);
    assert_true(c.mean_a == 1.5 && c.mean_b == 2.5);
}

static void test_runs_that_share_no_problem_cannot_be_compared(void **state) {
    (void)state;
    const char *const a[] = {"p", "{\"n\":1}", NULL}, *const b[] = {"q", "{\"n\":1}", NULL}, *const none[] = {NULL};
    const char *const twice[] = {"p", "{\"n\":1}", "p", "{\"n\":2}", NULL};
    cairn_comparison c;
    assert_int_equal(compare(a, b, "n", &c), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "share no problem"));
    assert_int_equal(compare(none, none, "n", &c), CAIRN_INVALID);
    assert_int_equal(compare(a, twice, "n", &c), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(ctx), "two problems have the id `p`"));
    assert_int_equal(compare(a, a, "", &c), CAIRN_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_are_paired_by_id),
        cmocka_unit_test(test_a_constant_difference_has_no_width),
        cmocka_unit_test(test_booleans_have_the_binomial_interval),
        cmocka_unit_test(test_a_field_that_is_no_number_is_named),
        cmocka_unit_test(test_unknown_values_are_left_out_and_counted),
        cmocka_unit_test(test_nothing_known_gives_no_number_and_one_pair_no_interval),
        cmocka_unit_test(test_problems_are_paired_by_their_texts_where_these_are_told),
        cmocka_unit_test(test_ids_pair_problems_of_one_text_but_not_different_texts),
        cmocka_unit_test(test_runs_that_share_no_problem_cannot_be_compared),
    };
    return cmocka_run_group_tests_name("store/compare", tests, open_all, close_all);
}
