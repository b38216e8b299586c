/* label: light */
/* Philox 4x32-10, streams, keys, and the distributions drawn from them (fixed seeds). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/core.h"

/* kat_vectors of the Random123 distribution: philox4x32 10 */
static void test_philox_gives_the_known_answers(void **state) {
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {{{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
                 {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
                  {0xffffffff, 0xffffffff},
                  {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
                 {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                  {0xa4093822, 0x299f31d0},
                  {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}};
    for (size_t i = 0; i < 3; i++) {
        uint32_t out[4];
        cairn_philox(known[i].counter, known[i].key, out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

static void test_a_stream_is_philox_of_its_key_stream_and_block_number(void **state) {
    (void)state;
    cairn_rng rng = cairn_rng_open(11, 22, 33, CAIRN_VERB_PROPOSE, 1, 2);
    for (uint32_t block = 0; block < 3; block++) {
        uint32_t counter[4] = {block, 0, rng.stream[0], rng.stream[1]}, out[4];
        cairn_philox(counter, rng.key, out);
        for (int i = 0; i < 4; i++) assert_int_equal(cairn_rng_u32(&rng), out[i]);
    }
}

static void test_copies_give_the_same_numbers(void **state) {
    (void)state;
    cairn_rng a = cairn_rng_open(1, 2, 3, CAIRN_VERB_SEARCH, 0, 0);
    cairn_rng_u32(&a);
    cairn_rng b = a;
    for (int i = 0; i < 20; i++) assert_int_equal(cairn_rng_u32(&a), cairn_rng_u32(&b));
}

static uint64_t first_of(uint64_t seed, uint64_t problem, uint64_t path, cairn_verb verb, uint32_t role,
                         uint32_t draw) {
    cairn_rng rng = cairn_rng_open(seed, problem, path, verb, role, draw);
    return cairn_rng_u64(&rng);
}

static void test_every_part_of_the_name_makes_another_stream(void **state) {
    (void)state;
    uint64_t firsts[] = {first_of(1, 2, 3, CAIRN_VERB_SCORE, 4, 5), first_of(9, 2, 3, CAIRN_VERB_SCORE, 4, 5),
                         first_of(1, 9, 3, CAIRN_VERB_SCORE, 4, 5), first_of(1, 2, 9, CAIRN_VERB_SCORE, 4, 5),
                         first_of(1, 2, 3, CAIRN_VERB_LABEL, 4, 5), first_of(1, 2, 3, CAIRN_VERB_SCORE, 9, 5),
                         first_of(1, 2, 3, CAIRN_VERB_SCORE, 4, 9), first_of(2, 1, 3, CAIRN_VERB_SCORE, 4, 5),
                         first_of(1, 2, 3, CAIRN_VERB_SCORE, 5, 4)};
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
        for (size_t j = 0; j < i; j++) assert_true(firsts[i] != firsts[j]);
}

static void test_keys_are_those_of_every_version(void **state) {
    (void)state;
    /* from a second implementation, in another language, of the definition in random.c */
    assert_true(cairn_key("", 0) == UINT64_C(0xb8089bedd1088150));
    assert_true(cairn_key("a", 1) == UINT64_C(0x40dc72d7a4529d64));
    assert_true(cairn_key("problem-17", 10) == UINT64_C(0x68b9ddee676b1262));
    assert_true(cairn_key("12345678", 8) == UINT64_C(0x1ce33b9591b0af9f));
    assert_true(cairn_key("caf\xc3\xa9 \0 after a zero", 20) == UINT64_C(0x995bb71475e9b263));
    assert_true(cairn_key_mix(1, 2) == UINT64_C(0x63bd8f17e95ce77));
    assert_true(cairn_path_child(CAIRN_PATH_ROOT, 3) == UINT64_C(0xdba50924ed908173));
}

static void test_lengths_and_orders_make_other_keys(void **state) {
    (void)state;
    static const char zeros[17];
    for (size_t i = 0; i <= 16; i++)
        for (size_t j = 0; j < i; j++) assert_true(cairn_key(zeros, i) != cairn_key(zeros, j));
    assert_true(cairn_key_mix(1, 2) != cairn_key_mix(2, 1));
    assert_true(cairn_path_child(1, 2) != cairn_path_child(2, 1));
}

/* Each output bit flips with probability 1/2 when one input bit does: 64 x 64 cells of 400 trials each; 5.5 sd. */
static void test_one_bit_of_input_changes_half_the_key(void **state) {
    (void)state;
    enum { TRIALS = 400 };
    static int flips[64][64];
    for (uint64_t t = 0; t < TRIALS; t++)
        for (int in = 0; in < 64; in++) {
            uint64_t other = t ^ UINT64_C(1) << in, change = cairn_key(&t, 8) ^ cairn_key(&other, 8);
            for (int out = 0; out < 64; out++) flips[in][out] += (int)(change >> out & 1);
        }
    for (int in = 0; in < 64; in++)
        for (int out = 0; out < 64; out++) assert_true(abs(flips[in][out] - TRIALS / 2) < 5.5 * sqrt(TRIALS / 4.0));
}

/* Chi-squared of `bins` equal bins; its mean is bins - 1, its sd sqrt(2 (bins - 1)). */
static double chi_squared(const int *counts, int bins, int draws) {
    double sum = 0, expected = (double)draws / bins;
    for (int i = 0; i < bins; i++) sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    return sum;
}

static void test_keys_are_sorted(void **state) {
    (void)state;
    uint64_t keys[] = {5, UINT64_MAX, 0, UINT64_C(1) << 63, 5, 1};
    const uint64_t sorted[] = {0, 1, 5, 5, UINT64_C(1) << 63, UINT64_MAX};
    cairn_keys_sort(keys, 6);
    assert_memory_equal(keys, sorted, sizeof sorted);
    cairn_keys_sort(NULL, 0);
}

static void test_numbers_below_a_bound_are_uniform(void **state) {
    (void)state;
    static const uint32_t bounds[] = {2, 3, 6, 10, 100};
    for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++) {
        cairn_rng rng = cairn_rng_open(5, bounds[b], 0, CAIRN_VERB_EVAL, 0, 0);
        int counts[100] = {0}, bins = (int)bounds[b];
        for (int i = 0; i < 20000; i++) {
            uint32_t x = cairn_rng_below(&rng, bounds[b]);
            assert_true(x < bounds[b]);
            counts[x]++;
        }
        assert_true(fabs(chi_squared(counts, bins, 20000) - (bins - 1)) < 5 * sqrt(2.0 * (bins - 1)));
    }
}

/* With bound 3 * 2^30, a plain modulus of 32 bits would give the lowest third half of all draws, not a third. */
static void test_a_large_bound_is_not_biased(void **state) {
    (void)state;
    cairn_rng rng = cairn_rng_open(6, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    int thirds[3] = {0};
    for (int i = 0; i < 30000; i++) thirds[cairn_rng_below(&rng, UINT32_C(3) << 30) >> 30]++;
    assert_true(chi_squared(thirds, 3, 30000) < 20);
}

static void test_bounds_of_zero_and_one_give_zero(void **state) {
    (void)state;
    cairn_rng rng = cairn_rng_open(7, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(cairn_rng_below(&rng, 0), 0);
        assert_int_equal(cairn_rng_below(&rng, 1), 0);
    }
}

static void test_ranges_include_both_ends_up_to_all_integers(void **state) {
    (void)state;
    cairn_rng rng = cairn_rng_open(8, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    int counts[5] = {0}, negative = 0;
    for (int i = 0; i < 10000; i++) {
        int64_t x = cairn_rng_range(&rng, -2, 2);
        assert_true(x >= -2 && x <= 2);
        counts[x + 2]++;
        negative += cairn_rng_range(&rng, INT64_MIN, INT64_MAX) < 0;
        assert_true(cairn_rng_range(&rng, INT64_MAX - 1, INT64_MAX) >= INT64_MAX - 1);
    }
    assert_true(chi_squared(counts, 5, 10000) < 4 + 5 * sqrt(8));
    assert_true(abs(negative - 5000) < 5 * 50);
    assert_int_equal(cairn_rng_range(&rng, 3, 3), 3);
}

static void test_unit_numbers_are_uniform_below_one(void **state) {
    (void)state;
    cairn_rng rng = cairn_rng_open(9, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    enum { DRAWS = 40000 };
    double sum = 0, squares = 0;
    for (int i = 0; i < DRAWS; i++) {
        double u = cairn_rng_unit(&rng);
        assert_true(u >= 0 && u < 1);
        sum += u, squares += u * u;
    }
    assert_true(fabs(sum / DRAWS - 0.5) < 5 * sqrt(1.0 / 12 / DRAWS));
    assert_true(fabs(squares / DRAWS - 1.0 / 3) < 5 * sqrt(4.0 / 45 / DRAWS));
}

/* Moments 0, 1, 0, 3 with the variances 1, 2, 15, 96 of x, x^2, x^3, x^4; P(|x| < 1) = 0.682689. */
static void test_normal_numbers_have_normal_moments(void **state) {
    (void)state;
    cairn_rng rng = cairn_rng_open(10, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    enum { DRAWS = 40000 };
    double sums[4] = {0}, within = 0;
    for (int i = 0; i < DRAWS; i++) {
        double x = cairn_rng_normal(&rng);
        assert_true(isfinite(x));
        sums[0] += x, sums[1] += x * x, sums[2] += x * x * x, sums[3] += x * x * x * x;
        within += fabs(x) < 1;
    }
    static const double means[4] = {0, 1, 0, 3}, variances[4] = {1, 2, 15, 96};
    for (int k = 0; k < 4; k++) assert_true(fabs(sums[k] / DRAWS - means[k]) < 5 * sqrt(variances[k] / DRAWS));
    assert_true(fabs(within / DRAWS - 0.682689) < 5 * sqrt(0.2166 / DRAWS));
}

static void test_sibling_streams_are_uncorrelated(void **state) {
    (void)state;
    enum { DRAWS = 20000 };
    double sum = 0;
    for (uint32_t draw = 0; draw < DRAWS; draw++) {
        cairn_rng a = cairn_rng_open(1, 2, 3, CAIRN_VERB_ROLLOUT, 0, draw);
        cairn_rng b = cairn_rng_open(1, 2, 3, CAIRN_VERB_ROLLOUT, 0, draw + 1);
        sum += (cairn_rng_unit(&a) - 0.5) * (cairn_rng_unit(&b) - 0.5);
    }
    assert_true(fabs(sum / DRAWS) < 5 * (1.0 / 12) / sqrt(DRAWS));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox_gives_the_known_answers),
        cmocka_unit_test(test_a_stream_is_philox_of_its_key_stream_and_block_number),
        cmocka_unit_test(test_copies_give_the_same_numbers),
        cmocka_unit_test(test_every_part_of_the_name_makes_another_stream),
        cmocka_unit_test(test_keys_are_those_of_every_version),
        cmocka_unit_test(test_lengths_and_orders_make_other_keys),
        cmocka_unit_test(test_one_bit_of_input_changes_half_the_key),
        cmocka_unit_test(test_keys_are_sorted),
        cmocka_unit_test(test_numbers_below_a_bound_are_uniform),
        cmocka_unit_test(test_a_large_bound_is_not_biased),
        cmocka_unit_test(test_bounds_of_zero_and_one_give_zero),
        cmocka_unit_test(test_ranges_include_both_ends_up_to_all_integers),
        cmocka_unit_test(test_unit_numbers_are_uniform_below_one),
        cmocka_unit_test(test_normal_numbers_have_normal_moments),
        cmocka_unit_test(test_sibling_streams_are_uncorrelated),
    };
    return cmocka_run_group_tests_name("core random", tests, NULL, NULL);
}
