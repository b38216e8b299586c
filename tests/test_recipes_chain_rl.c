/* label: light */
/* The world of chains: its exact value against closed forms, and against what its own responses do. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"
#include "worlds/chain_rl.h"

typedef struct bench {
    cairn_ctx *ctx;
    cairn_lab lab;
} bench;

static bench begin(uint64_t seed) {
    bench b = {0};
    assert_int_equal(cairn_ctx_open(&b.ctx), CAIRN_OK);
    b.lab = (cairn_lab){.ctx = b.ctx, .arm = "", .seed = seed, .workers = 1};
    assert_int_equal(cairn_arena_open(b.ctx, 1 << 20, &b.lab.arena), CAIRN_OK);
    return b;
}

static void end(bench *b) {
    cairn_arena_close(b->lab.arena);
    cairn_ctx_close(b->ctx);
}

static void one_position_has_a_closed_form(void **unused) {
    (void)unused;
    bench b = begin(1);
    const chain_rl_setup setup = {.length = 1, .budget = 2, .group = 1, .easy = 1.5, .hard = 1.5, .lucky = 0.25};
    chain_rl *w;
    assert_int_equal(chain_rl_open(&b.lab, &setup, &w), CAIRN_OK);
    chain_rl_exact m = chain_rl_measure(w);
    /* At the position: the right operation, three others, FILL, ANSWER; at the end: FILL, ANSWER. */
    double first = exp(1.5) + 3 + exp(-1) + exp(-2), answer = exp(1) / (exp(1) + exp(-1));
    double clean = exp(1.5) / first * answer, lucky = 3 / first * answer;
    assert_near(m.clean, clean, 1e-12);
    assert_near(m.accuracy, clean + 0.25 * lucky, 1e-12);
    assert_near(m.steps, 2 - exp(-2) / first, 1e-12); /* an early answer ends after one step */
    end(&b);
}

static void the_start_is_the_published_one(void **unused) {
    (void)unused;
    double sum = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        bench b = begin(seed);
        const chain_rl_setup setup = {.length = 4, .budget = 14, .group = 8, .easy = 1};
        chain_rl *w;
        assert_int_equal(chain_rl_open(&b.lab, &setup, &w), CAIRN_OK);
        sum += chain_rl_measure(w).accuracy;
        end(&b);
    }
    assert_near(sum / 20, 0.016, 0.001); /* arXiv 2504.15275's miniature */
}

typedef struct seen {
    double n, clean, steps;
} seen;

static cairn_status look(cairn_lab *lab, void *arg, cairn_rng *rng, chain_rl_group *g) {
    seen *s = arg;
    (void)lab, (void)rng;
    for (int32_t i = 0; i < g->n; i++) {
        s->n++, s->clean += g->responses[i].clean, s->steps += g->responses[i].n;
        assert_true(g->responses[i].clean == (g->trajectories[i].outcome == 1));
        assert_true(g->trajectories[i].truncated == !g->responses[i].answered);
    }
    return CAIRN_OK;
}

/* Without learning, responses of a policy that stays as it is. */
static void expect_value_is_what_responses_do(chain_rl_setup setup) {
    bench b = begin(7);
    seen s = {0};
    cairn_credit_plan plan;
    chain_rl *w;
    setup.group = CHAIN_RL_GROUP, setup.rate = 0, setup.judge = look, setup.arg = &s;
    cairn_credit_default(&plan);
    assert_int_equal(chain_rl_open(&b.lab, &setup, &w), CAIRN_OK);
    chain_rl_exact m = chain_rl_measure(w);
    for (int i = 0; i < 50; i++) assert_int_equal(chain_rl_iterate(w, &plan), CAIRN_OK);
    double deviation = sqrt(m.clean * (1 - m.clean) / s.n);
    assert_true(m.clean > 0.01 && fabs(s.clean / s.n - m.clean) < 4 * deviation);
    assert_true(fabs(s.steps / s.n - m.steps) < 4 * setup.budget / 2.0 / sqrt(s.n));
    end(&b);
}

static void the_exact_value_is_what_responses_do(void **unused) {
    (void)unused;
    expect_value_is_what_responses_do((chain_rl_setup){.length = 4, .budget = 14, .easy = 1});
    expect_value_is_what_responses_do((chain_rl_setup){.length = 3, .budget = 5, .easy = 2, .hard = 0.5});
    expect_value_is_what_responses_do((chain_rl_setup){.length = 4, .budget = 12, .easy = 1, .phrase_boost = 4});
    expect_value_is_what_responses_do((chain_rl_setup){.length = 4, .budget = 16, .easy = 1, .repair = true});
}

static void learning_from_outcomes_raises_accuracy_and_is_repeatable(void **unused) {
    (void)unused;
    double accuracy[2];
    for (int i = 0; i < 2; i++) {
        bench b = begin(3);
        const chain_rl_setup setup = {.length = 3, .budget = 12, .group = 8, .easy = 2, .hard = 0.5, .rate = 0.05};
        cairn_credit_plan plan;
        chain_rl *w;
        assert_int_equal(cairn_credit_find(b.ctx, b.lab.arena, "rloo", &plan), CAIRN_OK);
        assert_int_equal(chain_rl_open(&b.lab, &setup, &w), CAIRN_OK);
        double first = chain_rl_measure(w).accuracy;
        for (int k = 0; k < 60; k++) assert_int_equal(chain_rl_iterate(w, &plan), CAIRN_OK);
        accuracy[i] = chain_rl_measure(w).accuracy;
        assert_true(accuracy[i] > first + 0.3);
        assert_int_equal(chain_rl_stats(w)->responses, CHAIN_RL_TYPES * 8);
        end(&b);
    }
    assert_true(accuracy[0] == accuracy[1]);
}

static void a_setup_out_of_range_is_refused(void **unused) {
    (void)unused;
    bench b = begin(1);
    chain_rl *w;
    const chain_rl_setup bad[] = {{.length = 0, .budget = 4, .group = 1},
                                  {.length = CHAIN_RL_LONGEST + 1, .budget = 4, .group = 1},
                                  {.length = 1, .budget = CHAIN_RL_BUDGET + 1, .group = 1},
                                  {.length = 1, .budget = 4, .group = CHAIN_RL_GROUP + 1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(chain_rl_open(&b.lab, &bad[i], &w), CAIRN_INVALID);
    end(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_position_has_a_closed_form),
        cmocka_unit_test(the_start_is_the_published_one),
        cmocka_unit_test(the_exact_value_is_what_responses_do),
        cmocka_unit_test(learning_from_outcomes_raises_accuracy_and_is_repeatable),
        cmocka_unit_test(a_setup_out_of_range_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
