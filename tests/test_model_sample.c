/* label: light */
/* Drawing a token: each rule by hand, and what is drawn against the exact distribution. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "cairn/engine.h"
#include "near.h"

enum { N = 6 };
/* probabilities 0.1, 0.4, 0.05, 0.25, 0.15, 0.05: in order of likelihood 1, 3, 4, 0, 2, 5 */
static const double shares[N] = {0.1, 0.4, 0.05, 0.25, 0.15, 0.05};

static void make_logits(float logits[N], double shift) {
    for (int i = 0; i < N; i++) logits[i] = (float)(log(shares[i]) + shift);
}

static cairn_drawn draw(cairn_ctx *ctx, const float *logits, int32_t n, cairn_decoding d, double u) {
    double weights[64];
    int32_t order[64];
    cairn_drawn out;
    if (cairn_sample(ctx, logits, n, &d, u, weights, order, &out) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return out;
}

/* Draws from a fine grid of u: how often each token comes is its probability to the grid's width. */
static void assert_distribution(cairn_ctx *ctx, cairn_decoding d, const double wanted[N]) {
    enum { GRID = 20000 };
    float logits[N];
    int counts[N] = {0}, choices = 0;
    double entries[N];
    make_logits(logits, 3.25);
    for (int i = 0; i < GRID; i++) {
        cairn_drawn got = draw(ctx, logits, N, d, (i + 0.5) / GRID);
        counts[got.token]++;
        entries[got.token] = got.logp_drawn;
        choices = got.choices;
        assert_near(got.logp_raw, log(shares[got.token]), 1e-6);
    }
    for (int i = 0; i < N; i++) {
        assert_near((double)counts[i] / GRID, wanted[i], 2.0 / GRID);
        if (counts[i]) assert_near(entries[i], log(wanted[i]), 1e-6);
        choices -= wanted[i] > 0;
    }
    assert_int_equal(choices, 0);
}

static void test_without_rules_the_distribution_is_the_softmax(void **state) {
    assert_distribution(*state, CAIRN_DECODING_DEFAULT, shares);
}

static void test_temperature_takes_powers_of_the_probabilities(void **state) {
    double half[N], sum = 0;
    for (int i = 0; i < N; i++) sum += shares[i] * shares[i];
    for (int i = 0; i < N; i++) half[i] = shares[i] * shares[i] / sum;
    assert_distribution(*state, (cairn_decoding){.temperature = 0.5, .top_p = 1}, half);
    sum = 0;
    for (int i = 0; i < N; i++) sum += sqrt(shares[i]);
    for (int i = 0; i < N; i++) half[i] = sqrt(shares[i]) / sum;
    assert_distribution(*state, (cairn_decoding){.temperature = 2, .top_p = 1}, half);
}

static void test_top_k_keeps_the_most_likely_and_of_equals_the_smaller(void **state) {
    assert_distribution(*state, (cairn_decoding){.temperature = 1, .top_k = 2, .top_p = 1},
                        (double[N]){[1] = 0.4 / 0.65, [3] = 0.25 / 0.65});
    assert_distribution(*state, (cairn_decoding){.temperature = 1, .top_k = 5, .top_p = 1}, /* 2 and 5 are equal */
                        (double[N]){0.1 / 0.95, 0.4 / 0.95, 0.05 / 0.95, 0.25 / 0.95, 0.15 / 0.95, 0});
    assert_distribution(*state, (cairn_decoding){.temperature = 1, .top_k = 99, .top_p = 1}, shares);
    assert_distribution(*state, (cairn_decoding){.temperature = 1, .top_k = 1, .top_p = 1}, (double[N]){[1] = 1});
}

static void test_top_p_keeps_the_fewest_that_reach_the_share(void **state) {
    assert_distribution(*state, (cairn_decoding){.temperature = 1, .top_p = 0.6},
                        (double[N]){[1] = 0.4 / 0.65, [3] = 0.25 / 0.65});
    assert_distribution(*state, (cairn_decoding){.temperature = 1, .top_p = 0.7},
                        (double[N]){[1] = 0.4 / 0.8, [3] = 0.25 / 0.8, [4] = 0.15 / 0.8});
    assert_distribution(*state, (cairn_decoding){.temperature = 1, .top_p = 1e-9}, (double[N]){[1] = 1});
    /* of what top-k left: 0.4 / 0.65 = 0.615 reaches 0.6 alone */
    assert_distribution(*state, (cairn_decoding){.temperature = 1, .top_k = 2, .top_p = 0.6}, (double[N]){[1] = 1});
}

static void test_min_p_compares_with_the_most_likely(void **state) {
    assert_distribution(*state, (cairn_decoding){.temperature = 1, .top_p = 1, .min_p = 0.3}, /* from 0.12 on */
                        (double[N]){[1] = 0.4 / 0.8, [3] = 0.25 / 0.8, [4] = 0.15 / 0.8});
    assert_distribution(*state, (cairn_decoding){.temperature = 1, .top_p = 1, .min_p = 1}, (double[N]){[1] = 1});
    /* all three: top-k leaves 1 3 4 0 (0.9), top-p 0.8 of it 1 3 4, min-p 0.5 leaves 1 3 */
    assert_distribution(*state, (cairn_decoding){.temperature = 1, .top_k = 4, .top_p = 0.8, .min_p = 0.5},
                        (double[N]){[1] = 0.4 / 0.65, [3] = 0.25 / 0.65});
}

static void test_temperature_zero_takes_the_first_of_the_greatest(void **state) {
    const float logits[] = {1, 3, -2, 3, 0};
    cairn_drawn got = draw(*state, logits, 5, (cairn_decoding){.temperature = 0, .top_p = 1}, 0.99);
    assert_int_equal(got.token, 1);
    assert_int_equal(got.choices, 1);
    assert_true(got.logp_drawn == 0);
    assert_near(got.logp_raw, 3 - log(exp(1) + 2 * exp(3) + exp(-2) + 1), 1e-12);
}

/* Pearson's statistic of many draws stays below the 99.9 % point of chi-square with n - 1 degrees (Wilson and Hilferty
 * 1931). */
static void test_random_draws_fit_the_exact_distribution(void **state) {
    enum { TOKENS = 40, DRAWS = 200000 };
    const cairn_decoding rules[] = {{.temperature = 1, .top_p = 1},
                                    {.temperature = 0.7, .top_p = 1},
                                    {.temperature = 1.3, .top_k = 17, .top_p = 1},
                                    {.temperature = 1, .top_k = 30, .top_p = 0.8, .min_p = 0.02}};
    cairn_rng rng = cairn_rng_open(5, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    for (size_t c = 0; c < sizeof rules / sizeof *rules; c++) {
        float logits[TOKENS];
        double p[TOKENS], sum = 0, statistic = 0, kept = 0;
        int32_t counts[TOKENS] = {0}, order[TOKENS], n = 0;
        for (int i = 0; i < TOKENS; i++) logits[i] = (float)cairn_rng_normal(&rng);
        for (int i = 0; i < TOKENS; i++) { /* insertion sort, the most likely first */
            int at = i;
            for (; at > 0 && logits[order[at - 1]] < logits[i]; at--) order[at] = order[at - 1];
            order[at] = i;
        }
        int32_t most = rules[c].top_k ? rules[c].top_k : TOKENS;
        for (int i = 0; i < TOKENS; i++) {
            p[i] = exp((double)logits[order[i]] / rules[c].temperature);
            if (i < most) sum += p[i];
        }
        while (n < most && p[n] >= rules[c].min_p * p[0] && (n == 0 || kept < rules[c].top_p * sum)) kept += p[n++];
        for (int d = 0; d < DRAWS; d++) counts[draw(*state, logits, TOKENS, rules[c], cairn_rng_unit(&rng)).token]++;
        for (int i = 0; i < TOKENS; i++) {
            double expected = i < n ? DRAWS * p[i] / kept : 0;
            if (i >= n) assert_int_equal(counts[order[i]], 0);
            if (i < n) statistic += (counts[order[i]] - expected) * (counts[order[i]] - expected) / expected;
        }
        double f = n - 1, root = 1 - 2 / (9 * f) + 3.09 * sqrt(2 / (9 * f)), bound = f * root * root * root;
        print_message("%d tokens kept: chi-square %.1f, bound %.1f\n", n, statistic, bound);
        assert_true(statistic < bound);
    }
}

static void test_what_is_no_distribution_is_refused(void **state) {
    cairn_ctx *ctx = *state;
    float logits[N];
    double weights[N], logp;
    int32_t order[N];
    cairn_drawn out;
    cairn_decoding d = CAIRN_DECODING_DEFAULT;
    const cairn_decoding wrong[] = {{.temperature = -1, .top_p = 1},
                                    {.temperature = NAN, .top_p = 1},
                                    {.temperature = 1, .top_p = 0},
                                    {.temperature = 1, .top_p = 1.5},
                                    {.temperature = 1, .top_p = 1, .top_k = -1},
                                    {.temperature = 1, .top_p = 1, .min_p = 2}};
    make_logits(logits, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(cairn_sample(ctx, logits, N, &wrong[i], 0.5, weights, order, &out), CAIRN_INVALID);
    logits[0] = -INFINITY; /* never drawn */
    for (int i = 0; i < 100; i++) assert_int_not_equal(draw(ctx, logits, N, d, i / 100.0).token, 0);
    logits[4] = NAN;
    assert_int_equal(cairn_sample(ctx, logits, N, &d, 0.5, weights, order, &out), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "token 4"));
    assert_int_equal(cairn_logit_logp(ctx, logits, N, 1, &logp), CAIRN_INVALID);
    for (int i = 0; i < N; i++) logits[i] = -INFINITY;
    assert_int_equal(cairn_sample(ctx, logits, N, &d, 0.5, weights, order, &out), CAIRN_INVALID);
}

static int open_ctx(void **state) {
    return cairn_ctx_open((cairn_ctx **)state) == CAIRN_OK ? 0 : -1;
}

static int close_ctx(void **state) {
    cairn_ctx_close(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_rules_the_distribution_is_the_softmax),
        cmocka_unit_test(test_temperature_takes_powers_of_the_probabilities),
        cmocka_unit_test(test_top_k_keeps_the_most_likely_and_of_equals_the_smaller),
        cmocka_unit_test(test_top_p_keeps_the_fewest_that_reach_the_share),
        cmocka_unit_test(test_min_p_compares_with_the_most_likely),
        cmocka_unit_test(test_temperature_zero_takes_the_first_of_the_greatest),
        cmocka_unit_test(test_random_draws_fit_the_exact_distribution),
        cmocka_unit_test(test_what_is_no_distribution_is_refused),
    };
    return cmocka_run_group_tests_name("model sample", tests, open_ctx, close_ctx);
}
