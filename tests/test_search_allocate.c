/* label: light */
/* Allocation of a width by softmax. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "cairn/tree.h"

static void allocated(const double *rewards, int32_t n, int64_t width, double temperature, cairn_allocation how,
                      const int64_t *expected) {
    int64_t counts[16];
    assert_int_equal(cairn_allocate_softmax(rewards, n, width, temperature, how, counts), CAIRN_OK);
    for (int32_t i = 0; i < n; i++) assert_int_equal(counts[i], expected[i]);
}

/* Page 31, unit case 1: rewards 0.9, 0.7, 0.5 at T 0.2: e = 90.02, 33.12, 12.18; 8 * 0.6652 -> 6; 2 * 0.7311 -> 2; 0.
 */
static void ceil_in_order_of_reward_gives_the_published_example(void **state) {
    (void)state;
    allocated((const double[]){0.9, 0.7, 0.5}, 3, 8, 0.2, CAIRN_ALLOCATE_CEIL, (const int64_t[]){6, 2, 0});
    allocated((const double[]){0.5, 0.9, 0.7}, 3, 8, 0.2, CAIRN_ALLOCATE_CEIL, (const int64_t[]){0, 6, 2});
}

/* Shares 0.6652, 0.2447, 0.0900 of 8: 5.32, 1.96, 0.72. */
static void rounding_and_largest_remainder_on_the_same_shares(void **state) {
    (void)state;
    allocated((const double[]){0.9, 0.7, 0.5}, 3, 8, 0.2, CAIRN_ALLOCATE_ROUND, (const int64_t[]){5, 2, 1});
    allocated((const double[]){0.9, 0.7, 0.5}, 3, 8, 0.2, CAIRN_ALLOCATE_LARGEST_REMAINDER, (const int64_t[]){5, 2, 1});
}

/* Four equal nodes share 6: 1.5 each. Ceil gives 2, then ceil(4 / 3) = 2, ceil(2 / 2) = 1, 1; rounding halves away from
 * zero gives 8. */
static void equal_rewards_favour_the_earliest(void **state) {
    (void)state;
    const double equal[] = {0.5, 0.5, 0.5, 0.5};
    allocated(equal, 4, 6, 1, CAIRN_ALLOCATE_CEIL, (const int64_t[]){2, 2, 1, 1});
    allocated(equal, 4, 6, 1, CAIRN_ALLOCATE_LARGEST_REMAINDER, (const int64_t[]){2, 2, 1, 1});
    allocated(equal, 4, 6, 1, CAIRN_ALLOCATE_ROUND, (const int64_t[]){2, 2, 2, 2});
    allocated(equal, 4, 0, 1, CAIRN_ALLOCATE_CEIL, (const int64_t[]){0, 0, 0, 0});
    allocated(equal, 4, 12, 1, CAIRN_ALLOCATE_CEIL, (const int64_t[]){3, 3, 3, 3});
}

static void a_dropped_node_gets_nothing(void **state) {
    (void)state;
    const double rewards[] = {-INFINITY, 0.5, -INFINITY, 0.5};
    for (int how = CAIRN_ALLOCATE_CEIL; how <= CAIRN_ALLOCATE_LARGEST_REMAINDER; how++)
        allocated(rewards, 4, 10, 0.2, (cairn_allocation)how, (const int64_t[]){0, 5, 0, 5});
}

static void extreme_rewards_do_not_overflow(void **state) {
    (void)state;
    allocated((const double[]){1e6, -1e6, 1e6 - 1}, 3, 7, 1e-3, CAIRN_ALLOCATE_CEIL, (const int64_t[]){7, 0, 0});
    allocated((const double[]){1e308, -1e308}, 2, 7, 1e-3, CAIRN_ALLOCATE_LARGEST_REMAINDER, (const int64_t[]){7, 0});
}

static void ceil_and_largest_remainder_always_sum_to_the_width(void **state) {
    (void)state;
    cairn_rng rng = cairn_rng_open(5, 0, 0, CAIRN_VERB_SEARCH, 0, 0);
    for (int round = 0; round < 5000; round++) {
        double rewards[16];
        int64_t counts[16];
        int32_t n = 1 + (int32_t)cairn_rng_below(&rng, 16);
        int64_t width = cairn_rng_below(&rng, 300);
        for (int32_t i = 0; i < n; i++) rewards[i] = round % 2 ? cairn_rng_unit(&rng) : 0.25 * cairn_rng_below(&rng, 4);
        for (int how = 0; how < 3; how++) {
            if (how == CAIRN_ALLOCATE_ROUND) continue;
            int64_t sum = 0;
            assert_int_equal(
                cairn_allocate_softmax(rewards, n, width, 0.05 + cairn_rng_unit(&rng), (cairn_allocation)how, counts),
                CAIRN_OK);
            for (int32_t i = 0; i < n; i++) {
                assert_true(counts[i] >= 0);
                sum += counts[i];
                for (int32_t j = 0; j < i; j++) /* more reward never gets less */
                    if (rewards[j] > rewards[i] && how == CAIRN_ALLOCATE_LARGEST_REMAINDER)
                        assert_true(counts[j] + 1 >= counts[i]);
            }
            assert_int_equal(sum, width);
        }
    }
}

static void wrong_arguments_are_refused(void **state) {
    (void)state;
    int64_t counts[2];
    const double fine[] = {1, 2}, unknown[] = {1, NAN}, infinite[] = {1, INFINITY}, none[] = {-INFINITY, -INFINITY};
    assert_int_equal(cairn_allocate_softmax(fine, 2, 4, 0, CAIRN_ALLOCATE_CEIL, counts), CAIRN_INVALID);
    assert_int_equal(cairn_allocate_softmax(fine, 2, 4, -1, CAIRN_ALLOCATE_CEIL, counts), CAIRN_INVALID);
    assert_int_equal(cairn_allocate_softmax(fine, 2, 4, NAN, CAIRN_ALLOCATE_CEIL, counts), CAIRN_INVALID);
    assert_int_equal(cairn_allocate_softmax(fine, 2, -1, 1, CAIRN_ALLOCATE_CEIL, counts), CAIRN_INVALID);
    assert_int_equal(cairn_allocate_softmax(fine, -1, 1, 1, CAIRN_ALLOCATE_CEIL, counts), CAIRN_INVALID);
    assert_int_equal(cairn_allocate_softmax(fine, 2, INT64_MAX, 1, CAIRN_ALLOCATE_CEIL, counts), CAIRN_INVALID);
    assert_int_equal(cairn_allocate_softmax(unknown, 2, 4, 1, CAIRN_ALLOCATE_CEIL, counts), CAIRN_INVALID);
    assert_int_equal(cairn_allocate_softmax(infinite, 2, 4, 1, CAIRN_ALLOCATE_CEIL, counts), CAIRN_INVALID);
    assert_int_equal(cairn_allocate_softmax(none, 2, 4, 1, CAIRN_ALLOCATE_CEIL, counts), CAIRN_INVALID);
    assert_int_equal(cairn_allocate_softmax(NULL, 0, 4, 1, CAIRN_ALLOCATE_CEIL, NULL), CAIRN_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ceil_in_order_of_reward_gives_the_published_example),
        cmocka_unit_test(rounding_and_largest_remainder_on_the_same_shares),
        cmocka_unit_test(equal_rewards_favour_the_earliest),
        cmocka_unit_test(a_dropped_node_gets_nothing),
        cmocka_unit_test(extreme_rewards_do_not_overflow),
        cmocka_unit_test(ceil_and_largest_remainder_always_sum_to_the_width),
        cmocka_unit_test(wrong_arguments_are_refused),
    };
    return cmocka_run_group_tests_name("search_allocate", tests, NULL, NULL);
}
