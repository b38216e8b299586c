#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "reward_fixture.h"

typedef struct tally {
    double sum, square;
    int n;
} tally;

static void add(tally *t, double x) {
    t->sum += x;
    t->square += x * x;
    t->n++;
}

static double mean(const tally *t) {
    return t->sum / t->n;
}
static double variance(const tally *t) {
    return t->square / t->n - mean(t) * mean(t);
}

static void declared_error_rates_are_the_measured_ones(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain", "scripted:error=0.2", "noisy:what=step,miss=0.2,false_alarm=0.05");
    cairn_reward exact;
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "exact:what=step", &f->world, NULL, &exact), CAIRN_OK);
    tally missed = {0}, alarmed = {0};
    for (int64_t i = 0; i < 4000; i++) {
        cairn_arena_mark mark = cairn_arena_save(f->arena);
        cairn_problem p = make_problem(f, 1, i);
        cairn_rollout r = solve(f, 1, &p, 0);
        double truth[8], said[8];
        score_all(f, 1, &p, r.steps, r.n_steps, said, NULL, NULL);
        assert_int_equal(
            cairn_reward_score_steps(f->ctx, &exact, f->arena, 1, &p, r.steps, r.n_steps, truth, NULL, NULL, NULL),
            CAIRN_OK);
        for (int t = 0; t < 8; t++) add(truth[t] == 1 ? &alarmed : &missed, said[t] != truth[t]);
        cairn_arena_restore(f->arena, mark);
    }
    assert_true(missed.n > 5000 && alarmed.n > 5000);
    assert_near(mean(&missed), 0.2, 4 * sqrt(0.2 * 0.8 / missed.n));
    assert_near(mean(&alarmed), 0.05, 4 * sqrt(0.05 * 0.95 / alarmed.n));
    assert_int_equal(f->reward.meaning, CAIRN_MEANING_CORRECTNESS);
    cairn_reward_close(&exact);
    close_fixture(f);
}

static void a_prefix_always_gets_the_same_score(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain", "scripted:error=0.2,paraphrases=4",
                              "noisy:sd=0.1,sd_state=0.1,sd_text=0.1,low=-5,high=5");
    cairn_problem p = make_problem(f, 1, 0), other = make_problem(f, 1, 1);
    cairn_rollout r = solve(f, 1, &p, 0);
    double a[8], b[8], one[8], seeded[8], elsewhere[8];
    score_all(f, 1, &p, r.steps, 8, a, NULL, NULL);
    score_all(f, 1, &p, r.steps, 8, b, NULL, NULL);
    score_all(f, 1, &p, r.steps, 3, one, NULL, NULL);
    score_all(f, 2, &p, r.steps, 8, seeded, NULL, NULL);
    other.data = p.data;
    score_all(f, 1, &other, r.steps, 8, elsewhere, NULL, NULL);
    for (int t = 0; t < 8; t++) {
        assert_near(a[t], b[t], 0);
        if (t < 3) assert_near(a[t], one[t], 0);
        assert_true(a[t] != seeded[t]);
        assert_true(a[t] != elsewhere[t]);
    }
    close_fixture(f);
}

/* Two paraphrases of one step lead to one state: they share the state's noise, not that of the text. */
static void noise_of_states_is_shared_by_paraphrases_and_noise_of_texts_is_not(void **unused) {
    (void)unused;
    static const struct {
        const char *reward;
        double shared, own; /* variances */
    } cases[] = {{"noisy:sd_state=0.35,low=-9,high=9", 0.35 * 0.35, 0},
                 {"noisy:sd_text=0.08,low=-9,high=9", 0, 0.08 * 0.08},
                 {"noisy:sd_state=0.35,sd_text=0.08,low=-9,high=9", 0.35 * 0.35, 0.08 * 0.08}};
    const int n = 4000;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture *f = open_fixture("chain", "scripted:error=0", cases[i].reward);
        cairn_reward exact;
        assert_int_equal(cairn_reward_open(f->ctx, f->arena, "exact", &f->world, &f->policy, &exact), CAIRN_OK);
        tally half_sum = {0}, half_difference = {0};
        for (int k = 0; k < n; k++) {
            cairn_arena_mark mark = cairn_arena_save(f->arena);
            cairn_problem p = make_problem(f, 1, k);
            cairn_rollout r = solve(f, 1, &p, 0);
            const char *bare[] = {r.steps[0]}, *so[] = {cairn_arena_printf(f->arena, "So %s.", r.steps[0])};
            double x, y, v;
            score_all(f, 1, &p, bare, 1, &x, NULL, NULL);
            score_all(f, 1, &p, so, 1, &y, NULL, NULL);
            assert_int_equal(cairn_reward_score_steps(f->ctx, &exact, f->arena, 1, &p, bare, 1, &v, NULL, NULL, NULL),
                             CAIRN_OK);
            add(&half_sum, (x + y) / 2 - v);
            add(&half_difference, (x - y) / 2);
            cairn_arena_restore(f->arena, mark);
        }
        double expected_sum = cases[i].shared + cases[i].own / 2, expected_difference = cases[i].own / 2;
        double error = 4 * sqrt(2.0 / n); /* of a variance, relative */
        assert_near(variance(&half_sum), expected_sum, error * expected_sum + 1e-12);
        assert_near(variance(&half_difference), expected_difference, error * expected_difference + 1e-12);
        assert_near(mean(&half_sum), 0, 4 * sqrt(expected_sum / n) + 1e-12);
        cairn_reward_close(&exact);
        close_fixture(f);
    }
}

static void scores_are_clipped_to_the_declared_range(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain", "scripted:error=0.3", "noisy:sd=2,low=0.01,high=0.99");
    assert_near(f->reward.low, 0.01, 0);
    assert_near(f->reward.high, 0.99, 0);
    int low = 0, high = 0;
    for (int64_t i = 0; i < 50; i++) {
        cairn_problem p = make_problem(f, 1, i);
        cairn_rollout r = solve(f, 1, &p, 0);
        double scores[8];
        score_all(f, 1, &p, r.steps, 8, scores, NULL, NULL);
        for (int t = 0; t < 8; t++) {
            assert_true(scores[t] >= 0.01 && scores[t] <= 0.99);
            low += scores[t] == 0.01;
            high += scores[t] == 0.99;
        }
    }
    assert_true(low > 50 && high > 50);
    close_fixture(f);
}

static void options_without_effect_are_refused(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain", "scripted", "noisy");
    cairn_reward reward;
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "noisy:miss=0.1", &f->world, &f->policy, &reward),
                     CAIRN_INVALID);
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "noisy:low=1", &f->world, &f->policy, &reward), CAIRN_INVALID);
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(declared_error_rates_are_the_measured_ones),
        cmocka_unit_test(a_prefix_always_gets_the_same_score),
        cmocka_unit_test(noise_of_states_is_shared_by_paraphrases_and_noise_of_texts_is_not),
        cmocka_unit_test(scores_are_clipped_to_the_declared_range),
        cmocka_unit_test(options_without_effect_are_refused),
    };
    return cmocka_run_group_tests_name("reward noisy", tests, NULL, NULL);
}
