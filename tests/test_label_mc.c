/* Labeller mc against the exact values of scripted policies, and against the truth of world `chain`. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "label_fixture.h"

/* ---- estimates ------------------------------------------------------------------------------------------------------- */

/* Sums whose expectation is 0 and whose variance is known. */
typedef struct tally {
    double sum, variance;
} tally;

static void add(tally *t, double value, double variance) {
    t->sum += value;
    t->variance += variance;
}

static void assert_unbiased(tally t, const char *what) {
    assert_true(t.variance > 100);
    double z = t.sum / sqrt(t.variance);
    if (fabs(z) > 4) fail_msg("%s: z = %.2f", what, z);
}

/* k completions of a prefix of value V are right binomially: mean kV, variance kV(1 - V), and independently of those of
 * the next prefix. The square of a binomial's deviation has variance s(1 + 3(k - 2)V(1 - V)) - s^2 with s = kV(1 - V).
 */
static void labels_have_the_mean_and_variance_of_the_exact_value(void **state) {
    (void)state;
    enum { PROBLEMS = 3000, K = 4 };
    fixture *f = open_fixture("chain:steps=6", "scripted:error=0.15,repair=0.1,difficulty_spread=0.5");
    tally mean = {0}, variance = {0}, neighbours = {0};
    for (int64_t i = 0; i < PROBLEMS; i++) {
        cairn_label_result r = label(f, i, "mc:solutions=1,rollouts=4,order=all");
        assert_int_equal(r.n, 1);
        const cairn_labelled *s = &r.solutions[0];
        double last = 0, last_variance = 0;
        for (int32_t m = 0; m + 1 < s->n_steps; m++) {
            double v = value_at(f, counts_of(s)[m].node), spread = K * v * (1 - v), off = counts_of(s)[m].ok - K * v;
            assert_int_equal(counts_of(s)[m].n, K);
            assert_near(s->labels[m], (double)counts_of(s)[m].ok / K, 0);
            if (m) add(&neighbours, last * off, last_variance * spread);
            add(&mean, off, spread);
            add(&variance, off * off - spread, spread * (1 + 3 * (K - 2) * v * (1 - v)) - spread * spread);
            last = off;
            last_variance = spread;
        }
    }
    assert_unbiased(mean, "mean");
    assert_unbiased(variance, "variance");
    assert_unbiased(neighbours, "covariance of neighbouring prefixes");
    close_fixture(f);
}

static void the_last_steps_count_is_the_solutions_own_outcome(void **state) {
    (void)state;
    static const char *const specs[] = {"mc:solutions=4,rollouts=2", "mc:solutions=4,rollouts=2,order=bisect",
                                        "mc:solutions=4,rollouts=2,order=left-to-right,only_wrong=true"};
    fixture *f = open_fixture("chain:steps=4", "scripted:error=0.2");
    int right = 0, wrong = 0;
    for (int64_t i = 0; i < 60; i++) {
        cairn_label_result r = label(f, i, specs[i % 3]);
        assert_int_equal(r.n, 4);
        for (int32_t j = 0; j < r.n; j++) {
            const cairn_labelled *s = &r.solutions[j];
            bool is_right = true_first_error(f, s->steps, s->n_steps) == CAIRN_NO_ERROR;
            assert_int_equal(s->outcome.verdict, is_right ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG);
            assert_int_equal(counts_of(s)[3].n, 1);
            assert_int_equal(counts_of(s)[3].ok, is_right);
            assert_near(s->labels[3], is_right, 0);
            assert_null(s->given);
            right += is_right;
            wrong += !is_right;
        }
    }
    assert_true(right > 20 && wrong > 20);
    close_fixture(f);
}

/* ---- early stop -------------------------------------------------------------------------------------------------------- */

/* The completions are those of a run without early stop, so that their number is bound by its counts; on average (1 -
 * (1 - V)^k) / V of k are made. */
static void early_stop_ends_at_the_first_right_completion(void **state) {
    (void)state;
    enum { K = 8 };
    fixture *f = open_fixture("chain:steps=6", "scripted:error=0.25,repair=0.1");
    tally tries = {0};
    for (int64_t i = 0; i < 1500; i++) {
        cairn_label_result all = label(f, i, "mc:solutions=1,rollouts=8");
        cairn_label_result early = label(f, i, "mc:solutions=1,rollouts=8,early_stop=true");
        int64_t spent = 1;
        const cairn_labelled *a = &all.solutions[0], *e = &early.solutions[0];
        for (int32_t m = 0; m < 5; m++) {
            int32_t n = counts_of(e)[m].n, ok = counts_of(e)[m].ok;
            assert_string_equal(a->steps[m], e->steps[m]);
            assert_int_equal(ok, counts_of(a)[m].ok > 0);
            assert_true(ok ? n >= 1 && n <= K - counts_of(a)[m].ok + 1 : n == K);
            spent += n;
            double v = value_at(f, counts_of(e)[m].node), mean = 0, square = 0;
            for (int t = 1; t <= K; t++) { /* P(n = t) */
                double p = t < K ? pow(1 - v, t - 1) * v : pow(1 - v, K - 1);
                mean += t * p;
                square += t * t * p;
            }
            add(&tries, n - mean, square - mean * mean);
        }
        assert_int_equal(early.rollouts, spent);
        assert_int_equal(all.rollouts, 1 + 5 * K);
    }
    assert_unbiased(tries, "tries");
    close_fixture(f);
}

/* ---- order of probes ----------------------------------------------------------------------------------------------------- */

static void order_all_probes_every_prefix(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=7", "scripted:error=0.2");
    for (int64_t i = 0; i < 20; i++) {
        cairn_label_result r = label(f, i, "mc:solutions=3,rollouts=5");
        for (int32_t j = 0; j < r.n; j++)
            for (int32_t m = 0; m < 6; m++) assert_int_equal(counts_of(&r.solutions[j])[m].n, 5);
        assert_int_equal(r.rollouts, 3 + 3 * 6 * 5);
    }
    close_fixture(f);
}

static void order_left_to_right_ends_at_the_first_prefix_that_no_completion_gets_right(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=7", "scripted:error=0.2,repair=0.05");
    int ended_early = 0;
    for (int64_t i = 0; i < 100; i++) {
        cairn_label_result r = label(f, i, "mc:solutions=3,rollouts=5,order=left-to-right");
        int64_t spent = 3;
        for (int32_t j = 0; j < r.n; j++) {
            const cairn_labelled *s = &r.solutions[j];
            bool over = false;
            for (int32_t m = 0; m < 6; m++) {
                assert_int_equal(counts_of(s)[m].n, over ? 0 : 5);
                assert_true(isnan(s->labels[m]) == over);
                if (!over && counts_of(s)[m].ok == 0) assert_int_equal(s->first_error, m);
                over = over || counts_of(s)[m].ok == 0;
                spent += counts_of(s)[m].n;
            }
            ended_early += over;
            if (!over) assert_int_equal(s->first_error, s->outcome.verdict == CAIRN_VERDICT_RIGHT ? CAIRN_NO_ERROR : 6);
        }
        assert_int_equal(r.rollouts, spent);
    }
    assert_true(ended_early > 50);
    close_fixture(f);
}

/* The prefixes that a bisection of (0, n) probes when the answers are these counts: the others are not probed. */
static void order_bisect_probes_halves_of_wrong_solutions_only(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=13", "scripted:error=0.1,repair=0.05");
    int right = 0, wrong = 0;
    for (int64_t i = 0; i < 100; i++) {
        cairn_label_result r = label(f, i, "mc:solutions=3,rollouts=5,order=bisect");
        for (int32_t j = 0; j < r.n; j++) {
            const cairn_labelled *s = &r.solutions[j];
            bool expected[14] = {0};
            int32_t lo = 0, hi = 13;
            if (s->outcome.verdict == CAIRN_VERDICT_RIGHT)
                hi = lo, right++;
            else
                wrong++;
            while (hi - lo > 1) {
                int32_t m = (lo + hi) / 2;
                expected[m] = true;
                if (counts_of(s)[m - 1].ok)
                    lo = m;
                else
                    hi = m;
            }
            for (int32_t m = 1; m < 13; m++) assert_int_equal(counts_of(s)[m - 1].n, expected[m] ? 5 : 0);
            /* Steps up to the longest prefix with a right completion are right, the probed end of the bisection is
             * wrong. */
            int32_t proven = hi ? lo : 13;
            for (int32_t m = 1; m <= proven; m++) assert_true(s->labels[m - 1] > 0);
            if (hi) assert_true(s->labels[hi - 1] == 0);
            for (int32_t m = hi ? hi + 1 : 14; m < 13; m++) assert_true(isnan(s->labels[m - 1]) == !expected[m]);
            assert_int_equal(s->first_error, hi ? hi - 1 : CAIRN_NO_ERROR);
        }
    }
    assert_true(right > 20 && wrong > 20);
    close_fixture(f);
}

/* With 64 completions a good prefix of V >= 0.9^8 = 0.43 has none right once in 10^15. */
static void every_order_finds_the_worlds_own_first_wrong_step(void **state) {
    (void)state;
    static const char *const specs[] = {"mc:rollouts=64", "mc:rollouts=64,order=left-to-right",
                                        "mc:rollouts=64,order=bisect",
                                        "mc:rollouts=64,order=left-to-right,early_stop=true"};
    fixture *f = open_fixture("chain:steps=8", "scripted:error=0.1");
    int32_t errors = 0;
    for (int64_t i = 0; i < 40; i++)
        for (int o = 0; o < 4; o++) {
            cairn_label_result r = label(f, i, specs[o]);
            assert_int_equal(r.n, 4);
            for (int32_t j = 0; j < r.n; j++) {
                int32_t truth = true_first_error(f, r.solutions[j].steps, 8);
                assert_int_equal(r.solutions[j].first_error, truth);
                errors += truth >= 0;
            }
        }
    assert_true(errors > 200);
    close_fixture(f);
}

static void only_wrong_spends_nothing_on_right_solutions(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=5", "scripted:error=0.1");
    for (int64_t i = 0; i < 50; i++) {
        cairn_label_result r = label(f, i, "mc:rollouts=4,only_wrong=true");
        int64_t spent = 4;
        for (int32_t j = 0; j < r.n; j++) {
            bool right = r.solutions[j].outcome.verdict == CAIRN_VERDICT_RIGHT;
            for (int32_t m = 0; m < 4; m++) assert_int_equal(counts_of(&r.solutions[j])[m].n, right ? 0 : 4);
            if (right) assert_int_equal(r.solutions[j].first_error, CAIRN_UNLABELLED); /* nobody looked */
            spent += right ? 0 : 4 * 4;
        }
        assert_int_equal(r.rollouts, spent);
    }
    close_fixture(f);
}

/* ---- unknown outcomes ------------------------------------------------------------------------------------------------------ */

static void unknown_outcomes_are_in_no_count(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=5", "scripted:error=0.3");
    make_unknowing(f, even_answer);
    int64_t unknown = 0, partly = 0;
    for (int64_t i = 0; i < 100; i++) {
        cairn_label_result r = label(f, i, "mc:solutions=2,rollouts=6");
        int64_t known = 0;
        for (int32_t j = 0; j < r.n; j++) {
            const cairn_labelled *s = &r.solutions[j];
            assert_int_equal(counts_of(s)[4].n, s->outcome.verdict != CAIRN_VERDICT_UNKNOWN);
            for (int32_t m = 0; m < 5; m++) {
                known += counts_of(s)[m].n;
                partly += m < 4 && counts_of(s)[m].n > 0 && counts_of(s)[m].n < 6;
                bool implied =
                    false; /* a longer prefix has a right completion, and none up to it has only wrong ones */
                for (int32_t k = m + 1; k < 5 && !(counts_of(s)[k].n && !counts_of(s)[k].ok); k++)
                    implied |= counts_of(s)[k].ok > 0;
                for (int32_t k = 0; k < m; k++) implied &= !(counts_of(s)[k].n && !counts_of(s)[k].ok);
                assert_true(isnan(s->labels[m]) == (counts_of(s)[m].n == 0 && !implied));
                if (counts_of(s)[m].n == 0 && implied) assert_true(s->labels[m] == 1);
            }
        }
        assert_int_equal(r.rollouts, 2 + 2 * 4 * 6);
        assert_int_equal(r.unknown, r.rollouts - known);
        unknown += r.unknown;
    }
    assert_true(unknown > 500 && partly > 50);
    close_fixture(f);
}

static void nothing_is_labelled_where_nothing_is_known(void **state) {
    (void)state;
    static const char *const specs[] = {"mc:rollouts=3", "mc:rollouts=3,order=left-to-right",
                                        "mc:rollouts=3,order=bisect", "mc:rollouts=3,early_stop=true"};
    fixture *f = open_fixture("chain:steps=5", "scripted:error=0.3");
    make_unknowing(f, always);
    for (int o = 0; o < 4; o++) {
        cairn_label_result r = label(f, o, specs[o]);
        assert_int_equal(r.unknown, r.rollouts);
        for (int32_t j = 0; j < r.n; j++) {
            assert_int_equal(r.solutions[j].first_error, CAIRN_UNLABELLED);
            for (int32_t m = 0; m < 5; m++) assert_true(isnan(r.solutions[j].labels[m]));
        }
    }
    close_fixture(f);
}

/* The rollouts of the middle are unknown: bisection cannot go on, and an error behind it is not called located. */
static void bisection_says_nothing_behind_an_unknown_probe(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=8", "scripted:error=0");
    begin(f, 0);
    cairn_record given = made_solution(f, 5, 1);
    given.correct = CAIRN_VERDICT_WRONG;
    make_unknowing(f, always);
    cairn_label_result r = label_given(f, 0, "mc:rollouts=4,order=bisect", &given, 1);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.rollouts, 4); /* one probe */
    assert_int_equal(r.solutions[0].first_error, CAIRN_UNLABELLED);
    assert_near(r.solutions[0].labels[7], 0, 0);
    close_fixture(f);
}

/* ---- given solutions --------------------------------------------------------------------------------------------------------- */

static void given_solutions_are_labelled_instead_of_sampled_ones(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=8", "scripted:error=0");
    begin(f, 3);
    cairn_record given[3] = {made_solution(f, 5, 1), made_solution(f, -1, 0), made_solution(f, 0, -2)};
    cairn_label_result r = label_given(f, 3, "mc:rollouts=1,order=bisect", given, 3);
    assert_int_equal(r.n, 3);
    for (int32_t i = 0; i < 3; i++) {
        const cairn_labelled *s = &r.solutions[i];
        assert_ptr_equal(s->given, &given[i]);
        assert_int_equal(s->n_steps, 8);
        for (int32_t m = 0; m < 8; m++) assert_string_equal(s->steps[m], given[i].steps[m]);
    }
    assert_int_equal(r.solutions[0].first_error, 5);
    assert_int_equal(r.solutions[1].first_error, CAIRN_NO_ERROR);
    assert_int_equal(r.solutions[2].first_error, 0);
    assert_int_equal(r.solutions[1].outcome.verdict, CAIRN_VERDICT_RIGHT);
    assert_int_equal(r.rollouts, 3 + 3); /* probes at 4, 6, 5 and at 4, 2, 1; none for the right one */
    static const double labels[8] = {1, 1, 1,   1,
                                     1, 0, NAN, 0}; /* steps 1 to 3 were not probed: the prefix of 4 proves them */
    for (int32_t m = 0; m < 8; m++) {
        assert_true(isnan(labels[m]) == isnan(r.solutions[0].labels[m]));
        if (!isnan(labels[m])) assert_near(r.solutions[0].labels[m], labels[m], 0);
    }
    close_fixture(f);
}

static void a_recorded_outcome_stands_for_the_worlds(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=4", "scripted:error=0");
    begin(f, 0);
    cairn_record given[2] = {made_solution(f, -1, 0), made_solution(f, 2, 1)};
    given[0].correct = CAIRN_VERDICT_WRONG; /* say, its unit is */
    given[1].correct = CAIRN_VERDICT_RIGHT;
    cairn_label_result r = label_given(f, 0, "mc:rollouts=2", given, 2);
    assert_int_equal(r.solutions[0].outcome.verdict, CAIRN_VERDICT_WRONG);
    assert_near(r.solutions[0].outcome.value, 0, 0);
    assert_near(r.solutions[0].labels[3], 0, 0);
    assert_int_equal(r.solutions[0].first_error, 3);
    assert_int_equal(r.solutions[1].outcome.verdict, CAIRN_VERDICT_RIGHT);
    assert_near(r.solutions[1].labels[3], 1, 0);
    close_fixture(f);
}

static void a_solution_without_steps_has_nothing_to_label(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=4", "scripted:error=0");
    begin(f, 0);
    cairn_record given = {.id = "empty", .problem = f->problem.text, .correct = CAIRN_VERDICT_UNKNOWN};
    cairn_label_result r = label_given(f, 0, "mc:rollouts=2", &given, 1);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.solutions[0].n_steps, 0);
    assert_int_equal(r.solutions[0].first_error, CAIRN_UNLABELLED);
    assert_int_equal(r.rollouts, 0);
    close_fixture(f);
}

/* ---- budget, seeds --------------------------------------------------------------------------------------------------------------- */

/* With every budget: within it, and the counts that were made are those of a run without one. */
static void a_spent_budget_leaves_what_was_done(void **state) {
    (void)state;
    static const char *const specs[] = {"mc:rollouts=3", "mc:rollouts=3,order=bisect", "mc:rollouts=3,early_stop=true"};
    fixture *f = open_fixture("chain:steps=6", "scripted:error=0.25");
    for (int o = 0; o < 3; o++) {
        f->budget = 0;
        cairn_label_result whole = label(f, 5, specs[o]);
        int64_t all = f->workspace.cost.steps[CAIRN_ROLE_GENERATOR] + f->workspace.cost.steps[CAIRN_ROLE_COMPLETER];
        int32_t unfinished = 0, seen = 0;
        for (f->budget = 1; f->budget <= all + 20; f->budget++) {
            cairn_label_result r = label(f, 5, specs[o]);
            int64_t spent =
                f->workspace.cost.steps[CAIRN_ROLE_GENERATOR] + f->workspace.cost.steps[CAIRN_ROLE_COMPLETER];
            assert_true(spent <= f->budget);
            assert_true(r.n >= seen && r.n <= 4); /* more budget, no less done */
            seen = r.n;
            for (int32_t j = 0; j < r.n; j++) {
                const cairn_labelled *s = &r.solutions[j], *w = &whole.solutions[j];
                bool same = same_solution(s, w);
                unfinished += !same;
                assert_true(same || j == r.n - 1);
                for (int32_t m = 0; m < 6; m++)
                    assert_true(counts_of(s)[m].n == 0 ||
                                (counts_of(s)[m].n == counts_of(w)[m].n && counts_of(s)[m].ok == counts_of(w)[m].ok));
                assert_true(s->first_error == CAIRN_UNLABELLED || s->first_error == w->first_error);
            }
            if (f->budget == all + 20) assert_true(same_result(&r, &whole));
        }
        assert_true(unfinished > 0);
    }
    close_fixture(f);
}

static void equal_seeds_give_equal_labels_and_other_seeds_others(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=6", "scripted:error=0.2,repair=0.1,paraphrases=4");
    int different = 0;
    for (int64_t i = 0; i < 20; i++) {
        f->seed = 5;
        cairn_label_result a = label(f, i, "mc:rollouts=8"), b = label(f, i, "mc:rollouts=8");
        f->seed = 6;
        cairn_label_result c = label(f, i, "mc:rollouts=8");
        assert_true(same_result(&a, &b));
        different += !same_result(&a, &c);
    }
    assert_int_equal(different, 20);
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_have_the_mean_and_variance_of_the_exact_value),
        cmocka_unit_test(the_last_steps_count_is_the_solutions_own_outcome),
        cmocka_unit_test(early_stop_ends_at_the_first_right_completion),
        cmocka_unit_test(order_all_probes_every_prefix),
        cmocka_unit_test(order_left_to_right_ends_at_the_first_prefix_that_no_completion_gets_right),
        cmocka_unit_test(order_bisect_probes_halves_of_wrong_solutions_only),
        cmocka_unit_test(every_order_finds_the_worlds_own_first_wrong_step),
        cmocka_unit_test(only_wrong_spends_nothing_on_right_solutions),
        cmocka_unit_test(unknown_outcomes_are_in_no_count),
        cmocka_unit_test(nothing_is_labelled_where_nothing_is_known),
        cmocka_unit_test(bisection_says_nothing_behind_an_unknown_probe),
        cmocka_unit_test(given_solutions_are_labelled_instead_of_sampled_ones),
        cmocka_unit_test(a_recorded_outcome_stands_for_the_worlds),
        cmocka_unit_test(a_solution_without_steps_has_nothing_to_label),
        cmocka_unit_test(a_spent_budget_leaves_what_was_done),
        cmocka_unit_test(equal_seeds_give_equal_labels_and_other_seeds_others),
    };
    return cmocka_run_group_tests_name("label mc", tests, NULL, NULL);
}
