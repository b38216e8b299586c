/* What holds for every row on random batches, and for whitening, importance and equal returns. */
/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "credit_random.h"

static const char *const every_row[] = {"outcome",
                                        "grpo",
                                        "grpo-batch",
                                        "dr-grpo",
                                        "rloo",
                                        "opo",
                                        "remax",
                                        "reinforce-pp",
                                        "reinforce-pp-baseline",
                                        "ppo:kl=0.1",
                                        "pass-k:k=2",
                                        "dapo:budget=8,buffer=4",
                                        "pure",
                                        "pure:variant=code,kl=0.01",
                                        "sum",
                                        "strict-min",
                                        "process",
                                        "clip",
                                        "delta",
                                        "clip-delta",
                                        "progress",
                                        "prof:keep=2",
                                        "prof:keep=2,side=random,variant=paper",
                                        "blend",
                                        "ppr",
                                        "thought",
                                        "capo",
                                        "capo:pool=responses",
                                        "gated",
                                        "ungated",
                                        "papo",
                                        "gdpo:think=1",
                                        "trust",
                                        "trust:mode=code",
                                        "trust:mode=paper",
                                        "flip",
                                        "pattern",
                                        "calibrate",
                                        "prime",
                                        "prime:centre=paper,scale=true",
                                        "prime:centre=code",
                                        "prime:estimator=grpo,centre=paper,truncated=false",
                                        "per-turn",
                                        "oprl",
                                        "pav",
                                        "vppo:penalty=1,reward=0.5",
                                        "gigpo"};

static void tokens_that_were_not_drawn_get_nothing_and_all_is_finite(void **state) {
    for (size_t row = 0; row < sizeof every_row / sizeof *every_row; row++)
        for (uint64_t seed = 0; seed < 10; seed++) {
            batch *b = random_batch(seed, 4, 9);
            credits *c = run_spec(*state, every_row[row], b);
            for (int32_t i = 0, at = 0; i < b->n; i++)
                for (int32_t t = 0; t < b->y[i].n_tokens; t++, at++) {
                    assert_true(isfinite(c->A[at]) && isfinite(c->ret[at]));
                    if (b->drawn[i][t] && c->keep[i]) continue;
                    assert_true(c->A[at] == 0 && c->ret[at] == 0);
                }
            assert_int_equal(c->stats.out_of_bounds, 0);
            free(c), free(b);
        }
}

static void the_same_call_gives_the_same_bytes(void **state) {
    for (size_t row = 0; row < sizeof every_row / sizeof *every_row; row++) {
        cairn_credit_plan plan = plan_of(*state, every_row[row]);
        batch *b = random_batch(row, 4, 9);
        credits *one = run_plan(*state, &plan, b, 3), *two = run_plan(*state, &plan, b, 3);
        assert_memory_equal(one, two, sizeof *one);
        free(one), free(two), free(b);
    }
}

/* The token that a group precedes or follows changes nothing, but where the plan compares over the batch. */
static void groups_do_not_see_each_other(void **state) {
    const char *specs[] = {"grpo", "rloo", "dr-grpo", "opo",   "thought",
                           "capo", "papo", "gigpo",   "trust", "clip-delta:whiten=false"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        batch *b = random_batch(i, 4, 9);
        credits *all = run_spec(*state, specs[i], b);
        int32_t at = 0;
        for (int32_t g = 0; g < b->n_groups; g++) {
            cairn_credit_plan plan = plan_of(*state, specs[i]);
            credits *own = calloc(1, sizeof *own);
            cairn_credit_result result = {.advantage = own->A};
            assert_int_equal(cairn_credit(*state, &plan, &b->groups[g], 1, 0, &result), CAIRN_OK);
            int32_t n = 0;
            for (int32_t k = 0; k < b->groups[g].n; k++) n += b->groups[g].responses[k].n_tokens;
            assert_memory_equal(own->A, all->A + at, (size_t)n * sizeof(double));
            at += n;
            free(own);
        }
        free(all), free(b);
    }
}

static void equal_returns_have_no_advantage_even_without_epsilon(void **state) {
    const char *specs[] = {"grpo:epsilon=0",
                           "grpo-batch",
                           "rloo",
                           "opo",
                           "capo:epsilon=0",
                           "oprl:epsilon=0",
                           "gigpo:epsilon=0,gamma=1",
                           "pass-k:k=2",
                           "reinforce-pp-baseline",
                           "thought:epsilon=0"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        batch *b = batch_new();
        for (int k = 0; k < 7; k++) add_response(b, 2 + k % 2, 0.7);
        credits *c = run_spec(*state, specs[i], b);
        for (int t = 0; t < 17; t++) assert_near(c->A[t], 0, 0);
        assert_int_equal(c->stats.flat_groups, 1);
        free(c), free(b);
    }
}

static void means_keep_what_rounding_would_lose(void **state) {
    const double R[] = {0, 1e16, 1, -1e16};
    batch *b = batch_new();
    for (int i = 0; i < 4; i++) add_response(b, 1, R[i]);
    credits *c = run_spec(*state, "dr-grpo", b);
    assert_near(c->A[0], -0.25, 0);
    free(c), free(b);
}

static void whitened_advantages_have_mean_0_and_deviation_1(void **state) {
    batch *b = random_batch(5, 4, 9);
    credits *c = run_spec(*state, "reinforce-pp-baseline", b);
    double sum = 0, squares = 0, n = 0;
    for (int32_t i = 0, at = 0; i < b->n; i++)
        for (int32_t t = 0; t < b->y[i].n_tokens; t++, at++)
            if (b->drawn[i][t] && c->keep[i]) sum += c->A[at], squares += c->A[at] * c->A[at], n++;
    assert_near(sum / n, 0, 1e-12);
    assert_near(squares / (n - 1), 1, 1e-6);
    free(c), free(b);
}

static void importance_weights_follow_whitening_and_are_clipped(void **state) {
    cairn_credit_plan plan = plan_of(*state, "reinforce-pp-baseline");
    batch *b = random_batch(6, 4, 9);
    credits *plain = run_plan(*state, &plan, b, 0);
    plan.importance_max = 1.2;
    credits *weighed = run_plan(*state, &plan, b, 0);
    int64_t clipped = 0;
    for (int32_t i = 0, at = 0; i < b->n; i++)
        for (int32_t t = 0; t < b->y[i].n_tokens; t++, at++) {
            double ratio = exp(b->logp[i][t] - b->sampler[i][t]);
            assert_near(weighed->A[at], plain->A[at] * fmin(ratio, 1.2), 1e-12);
            clipped += b->drawn[i][t] && weighed->keep[i] && ratio > 1.2;
        }
    assert_int_equal(weighed->stats.clipped_importance, clipped);
    assert_true(clipped > 0);
    free(plain), free(weighed), free(b);
}

static int open_ctx(void **state) {
    return cairn_ctx_open((cairn_ctx **)state) != CAIRN_OK;
}

static int close_ctx(void **state) {
    cairn_ctx_close(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_that_were_not_drawn_get_nothing_and_all_is_finite),
        cmocka_unit_test(the_same_call_gives_the_same_bytes),
        cmocka_unit_test(groups_do_not_see_each_other),
        cmocka_unit_test(equal_returns_have_no_advantage_even_without_epsilon),
        cmocka_unit_test(means_keep_what_rounding_would_lose),
        cmocka_unit_test(whitened_advantages_have_mean_0_and_deviation_1),
        cmocka_unit_test(importance_weights_follow_whitening_and_are_clipped),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
