#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "near.h"
#include "words_fixture.h"

#define MOST_STEPS 64

static cairn_problem problem_of(fixture *f, int64_t index) {
    cairn_problem p;
    assert_int_equal(f->type->generate(f->ctx, f->world.self, 1, index, f->arena, &p), CAIRN_OK);
    return p;
}

/* A whole solution of the script: its steps, the world's checks of them, how it ends. */
typedef struct played {
    const char *steps[MOST_STEPS];
    cairn_step_check checks[MOST_STEPS];
    cairn_outcome outcome;
    int32_t n;
} played;

static played play(fixture *f, const cairn_problem *problem, cairn_rng *rng) {
    words_state s;
    bool done = false;
    played out = {.n = 0};
    f->type->start(f->ctx, f->world.self, problem, &s);
    while (!done && out.n < problem->max_steps && out.n < MOST_STEPS) {
        const char *step = out.steps[out.n] = sample(f, problem, &s, rng).text;
        cairn_step_check *check = &out.checks[out.n++];
        assert_int_equal(f->type->verify_step(f->ctx, f->world.self, problem, &s, out.steps, out.n, f->arena, check),
                         CAIRN_OK);
        apply_step(f->type, f->ctx, f->world.self, problem, &s, step, strlen(step), &s, &done);
    }
    f->type->check(f->ctx, f->world.self, problem, &s, out.steps, out.n, f->arena, &out.outcome);
    return out;
}

/* Of problem i, with random numbers of its own. */
static played play_number(fixture *f, int64_t i, uint64_t seed) {
    cairn_problem problem = problem_of(f, i);
    cairn_rng rng = cairn_rng_open(seed, (uint64_t)i, 1, CAIRN_VERB_ROLLOUT, 0, 0);
    return play(f, &problem, &rng);
}

static void the_teacher_is_right_in_every_step_and_as_short_as_can_be(void **unused) {
    (void)unused;
    static const char *const specs[] = {"words", "words:operations=1,distractors=0", "words:operations=7,largest=30",
                                        "words:operations=12,distractors=8,largest=999,shuffled=true"};
    for (size_t k = 0; k < sizeof specs / sizeof *specs; k++) {
        fixture f = open_fixture(specs[k], "error=0");
        cairn_arena_mark mark = cairn_arena_save(f.arena);
        for (int64_t i = 0; i < 2000; i++) {
            cairn_arena_restore(f.arena, mark);
            cairn_problem problem = problem_of(&f, i);
            played s = play_number(&f, i, 5);
            assert_int_equal(s.n, (int32_t)problem.difficulty + 1);
            for (int32_t t = 0; t < s.n; t++) {
                if (strcmp(s.checks[t].code, "exact"))
                    print_error("%s\n%s: %s\n", problem.text, s.steps[t], s.checks[t].code);
                assert_string_equal(s.checks[t].code, "exact");
                assert_int_equal(s.checks[t].verdict, CAIRN_VERDICT_RIGHT);
            }
            assert_int_equal(s.outcome.verdict, CAIRN_VERDICT_RIGHT);
            assert_string_equal(s.outcome.answer, problem.answer);
        }
        close_fixture(&f);
    }
}

/* Carl's and Dora's pears need only Anna's and Ben's: either may come first. */
static void independent_steps_come_in_any_order(void **unused) {
    (void)unused;
    static const char text[] =
        "Anna has 4 pears. Ben has 9 pears. Carl has twice as many pears as Anna. Dora has 2 fewer "
        "pears than Ben. How many pears do Carl and Dora have together?";
    fixture f = open_fixture("words", "error=0,paraphrases=1");
    words_problem p;
    cairn_problem problem;
    size_t where;
    int carl_first = 0;
    assert_null(words_read(text, strlen(text), &p, &where));
    words_wrap(&p, "by-hand", f.arena, &problem);
    cairn_rng rng = cairn_rng_open(1, 1, 1, CAIRN_VERB_ROLLOUT, 0, 0);
    for (int i = 0; i < 400; i++) {
        played s = play(&f, &problem, &rng);
        assert_int_equal(s.n, 4);
        bool first = strcmp(s.steps[0], "Carl's pears are 2 times Anna's pears (4): 2 * 4 = 8.") == 0;
        carl_first += first;
        assert_string_equal(s.steps[first ? 1 : 0], "Dora's pears are Ben's pears (9) minus 2: 9 - 2 = 7.");
        assert_string_equal(s.steps[first ? 0 : 1], "Carl's pears are 2 times Anna's pears (4): 2 * 4 = 8.");
        assert_string_equal(s.steps[2], "Together that is Carl's pears (8) plus Dora's pears (7): 8 + 7 = 15.");
        assert_string_equal(s.steps[3], "Answer: 15");
        for (int t = 0; t < 4; t++) assert_string_equal(s.checks[t].code, "exact");
    }
    assert_in_range(carl_first, 160, 240); /* 200, sd 10 */
    close_fixture(&f);
}

/* Of two wordings the first thrice as often: three quarters of the derivations say where their numbers come from. */
static void a_careful_teacher_says_where_its_numbers_come_from(void **unused) {
    (void)unused;
    fixture f = open_fixture("words:operations=6", "error=0,paraphrases=2,careful=3");
    int careful = 0;
    for (int64_t i = 0; i < 200; i++) {
        played s = play_number(&f, i, 5);
        assert_int_equal(s.n, 7);
        for (int32_t t = 0; t < 6; t++) careful += strchr(s.steps[t], '(') != NULL;
        for (int32_t t = 0; t < 7; t++) assert_string_equal(s.checks[t].code, "exact");
        assert_int_equal(s.outcome.verdict, CAIRN_VERDICT_RIGHT);
    }
    assert_in_range(careful, 825, 975); /* 900, sd 15 */
    close_fixture(&f);
}

static void straying_is_right_but_useless(void **unused) {
    (void)unused;
    fixture f = open_fixture("words:distractors=6", "error=0,wander=0.5");
    int useless = 0, exact = 0;
    for (int64_t i = 0; i < 200; i++) {
        played s = play_number(&f, i, 5);
        for (int32_t t = 0; t < s.n; t++) {
            bool is_useless = strcmp(s.checks[t].code, "useless") == 0;
            if (!is_useless) assert_string_equal(s.checks[t].code, "exact");
            assert_int_equal(s.checks[t].verdict, CAIRN_VERDICT_RIGHT);
            useless += is_useless;
            exact += !is_useless;
        }
        assert_int_equal(s.outcome.verdict, CAIRN_VERDICT_RIGHT);
    }
    assert_int_equal(exact, 200 * 5);
    assert_in_range(useless, 200, 1200);
    close_fixture(&f);
}

/* Each error is drawn alone, so its code is known; what uses a wrong value carries it on. */
static void errors_are_named_as_they_were_made(void **unused) {
    (void)unused;
    static const char *const scripts[] = {"error=0.3,misread=0", "error=0.3,misread=1"};
    for (int kind = 0; kind < 2; kind++) {
        fixture f = open_fixture("words:operations=6", scripts[kind]);
        int slips = 0, operands = 0, carried = 0, right = 0;
        for (int64_t i = 0; i < 500; i++) {
            played s = play_number(&f, i, 6);
            bool wrong = false;
            for (int32_t t = 0; t < s.n; t++) {
                const char *code = s.checks[t].code;
                slips += strcmp(code, "slip") == 0;
                operands += strcmp(code, "wrong-operand") == 0;
                carried += strcmp(code, "carried") == 0;
                if (strcmp(code, "carried") == 0) assert_true(wrong);
                wrong = wrong || s.checks[t].verdict == CAIRN_VERDICT_WRONG;
                assert_int_equal(s.checks[t].evidence[0] == '\0', strcmp(code, "exact") == 0);
            }
            right += !wrong;
            assert_int_equal(s.outcome.verdict, wrong ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_RIGHT);
        }
        assert_near(right, 500 * pow(0.7, 6), 4 * sqrt(500 * pow(0.7, 6) * (1 - pow(0.7, 6))));
        assert_true(carried > 200);
        assert_true(kind == 0 ? operands == 0 && slips > 500 : operands > 300 && operands > 3 * slips);
        close_fixture(&f);
    }
}

static void a_misread_operand_is_another_known_value(void **unused) {
    (void)unused;
    fixture f = open_fixture("words:operations=6", "error=1,misread=1,paraphrases=1");
    for (int64_t i = 0; i < 500; i++) {
        cairn_problem problem = problem_of(&f, i);
        const words_problem *p = problem.data;
        cairn_rng rng = cairn_rng_open(6, (uint64_t)i, 2, CAIRN_VERB_ROLLOUT, 0, 0);
        words_state s;
        words_claim claims[WORDS_CLAIMS];
        int32_t n;
        f.type->start(f.ctx, f.world.self, &problem, &s);
        const char *step = sample(&f, &problem, &s, &rng).text;
        assert_true(words_claims(p, step, strlen(step), claims, &n) && n >= 1);
        const words_claim *derived = &claims[n - 1]; /* behind the operands that it recalls */
        assert_true(derived->equation);
        bool known[2] = {false, false};
        const int64_t operands[2] = {derived->a, derived->b};
        for (int side = 0; side < 2; side++) {
            known[side] = p->q[derived->place].right < 0 && operands[side] == p->q[derived->place].number;
            for (int32_t k = 0; k < p->count; k++)
                known[side] = known[side] || (p->q[k].op == '=' && p->q[k].number == operands[side]);
            assert_true(known[side]);
        }
    }
    close_fixture(&f);
}

static void injected_errors_get_their_code_and_the_right_value(void **unused) {
    (void)unused;
    fixture f = open_fixture("words:operations=6,distractors=4", "");
    int seen[4] = {0};
    for (int64_t i = 0; i < 300; i++) {
        cairn_problem problem = problem_of(&f, i);
        const words_problem *p = problem.data;
        words_state s = {.known = (UINT64_C(1) << p->count) - 1};
        for (int32_t k = 0; k < p->count; k++) s.value[k] = p->q[k].truth;
        for (int32_t k = 0; k < p->count; k++) {
            if (p->q[k].op == '=') continue;
            static const char *const codes[] = {"slip", "wrong-operand", "wrong-operation", "carried"};
            for (int error = 0; error < 4; error++) {
                words_state now = s;
                now.known &= ~(UINT64_C(1) << k);
                words_claim claim = words_derive(p, k, &s);
                int64_t was = 0;
                if (error == 1) claim.a += 7;
                if (error == 2) claim.op = claim.op == '+' ? '*' : '+';
                if (error == 3) {
                    now.value[p->q[k].left] += 12;
                    claim = words_derive(p, k, &now);
                }
                if (!words_compute(claim.a, claim.op, claim.b, &was)) continue;
                claim.value = was + (error == 0);
                /* errors that are none: 2 + 2 for 2 * 2, twice as a sum, one operand twice */
                if (error == 2 && was == p->q[k].truth) continue;
                if (error == 2 && p->q[k].op == '*' && claim.a == claim.b) continue;
                if (error == 3 && p->q[k].left == p->q[k].right) continue;
                char text[WORDS_SAID_BYTES], fact[64];
                words_writer w = {fact, fact + 63};
                words_put_fact(&w, p, k, p->q[k].truth);
                words_say(p, &now, &claim, 1, text); /* no operand is recalled */
                const char *step = text;
                cairn_step_check check;
                f.type->verify_step(f.ctx, f.world.self, &problem, &now, &step, 1, f.arena, &check);
                if (strcmp(check.code, codes[error])) print_error("%s\n%s: %s\n", problem.text, text, check.code);
                assert_string_equal(check.code, codes[error]);
                assert_int_equal(check.verdict, CAIRN_VERDICT_WRONG);
                assert_non_null(strstr(check.evidence, fact));
                seen[error]++;
            }
        }
    }
    for (int error = 0; error < 4; error++) assert_true(seen[error] > 500);
    close_fixture(&f);
}

/* ---- the distribution and its value -------------------------------------------------------------------------------------------- */

typedef struct texts {
    const char *text[256];
    double p[256];
    int counts[256], n;
} texts;

/* The script's distribution in a state, from so many samples, or (0) until all texts were seen: each text's probability
 * is what the script says of it. */
static texts distribution(fixture *f, const cairn_problem *problem, const words_state *s, int samples) {
    texts d = {.n = 0};
    cairn_rng rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_PROPOSE, 0, (uint32_t)s->used);
    double total = 0;
    for (int i = 0; samples ? i < samples : total < 1 - 1e-12 && i < 1000000; i++) {
        cairn_arena_mark mark = cairn_arena_save(f->arena);
        cairn_script_step step = sample(f, problem, s, &rng);
        int k = 0;
        while (k < d.n && strcmp(d.text[k], step.text) != 0) k++;
        if (k == d.n) {
            assert_true(d.n < 256);
            d.text[k] = step.text;
            d.p[k] = exp(step.logp);
            total += d.p[d.n++];
        } else {
            assert_near(d.p[k], exp(step.logp), 1e-15);
            cairn_arena_restore(f->arena, mark);
        }
        d.counts[k]++;
    }
    assert_near(total, 1, 1e-9);
    return d;
}

static void expect_logp_of_frequencies(const char *script) {
    enum { N = 25000 };
    fixture f = open_fixture("words:operations=3,distractors=3", script);
    for (int64_t i = 0; i < 4; i++) {
        cairn_problem problem = problem_of(&f, i);
        words_state s;
        bool done = false;
        cairn_rng rng = cairn_rng_open(2, 2, 2, CAIRN_VERB_PROPOSE, 0, 0);
        f.type->start(f.ctx, f.world.self, &problem, &s);
        while (!done) {
            texts d = distribution(&f, &problem, &s, N);
            for (int k = 0; k < d.n; k++)
                assert_near((double)d.counts[k] / N, d.p[k], 4.8 * sqrt(d.p[k] * (1 - d.p[k]) / N));
            const char *step = sample(&f, &problem, &s, &rng).text;
            apply_step(f.type, f.ctx, f.world.self, &problem, &s, step, strlen(step), &s, &done);
        }
    }
    close_fixture(&f);
}

static void logp_is_the_log_of_each_texts_frequency(void **unused) {
    (void)unused;
    expect_logp_of_frequencies("error=0.4,repair=0.3,wander=0.3,wrong_values=2,paraphrases=2");
    expect_logp_of_frequencies("error=0.4,repair=0.3,wander=0.3,wrong_values=2,paraphrases=3,careful=2.5");
}

/* V by every play: the distribution's texts, the states that they lead to, the outcome at the end. */
static double brute(fixture *f, const cairn_problem *problem, const words_state *s, bool done) {
    if (done || s->used == problem->max_steps) {
        cairn_outcome outcome;
        f->type->check(f->ctx, f->world.self, problem, s, NULL, 0, f->arena, &outcome);
        return outcome.value;
    }
    texts d = distribution(f, problem, s, 0);
    double v = 0;
    for (int k = 0; k < d.n; k++) {
        words_state after;
        bool ended;
        apply_step(f->type, f->ctx, f->world.self, problem, s, d.text[k], strlen(d.text[k]), &after, &ended);
        v += d.p[k] * brute(f, problem, &after, ended);
    }
    return v;
}

static void value_equals_the_enumeration_of_all_plays(void **unused) {
    (void)unused;
    static const struct {
        const char *spec, *script;
        int count;
    } cases[] = {
        {"words:operations=2,distractors=2", "error=0.3,repair=0.4,wander=0.3,paraphrases=1,wrong_values=1", 12},
        {"words:operations=3,distractors=0", "error=0.3,repair=0.4,paraphrases=1,wrong_values=1,misread=0", 12},
        {"words:operations=3,distractors=0", "error=0.2,repair=0,paraphrases=1,wrong_values=1,misread=0", 12}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        fixture f = open_fixture(cases[c].spec, cases[c].script);
        cairn_arena_mark mark = cairn_arena_save(f.arena);
        for (int64_t i = 0; i < cases[c].count; i++) {
            cairn_problem problem = problem_of(&f, i);
            const words_problem *p = problem.data;
            words_state s, left = {0}, leap;
            bool done;
            f.type->start(f.ctx, f.world.self, &problem, &s);
            assert_near(value_at(&f, &problem, &s), brute(&f, &problem, &s, false), 1e-9);
            for (int32_t used = problem.max_steps - 4; used <= problem.max_steps; used++) { /* few steps are left */
                left = s;
                left.used = used > 0 ? used : 0;
                assert_near(value_at(&f, &problem, &left), brute(&f, &problem, &left, false), 1e-9);
            }
            leap = s; /* what the answer directly derives from is stated before its time, and given numbers wrongly */
            for (int32_t k = 0; k < p->count; k++) {
                bool direct = words_operands(&p->q[p->target]) >> k & 1u;
                if (!direct && (p->q[k].op != '=' || i % 2)) continue;
                leap.known |= UINT64_C(1) << k;
                leap.value[k] = p->q[k].truth + (p->q[k].op == '=' ? 1 : 0);
            }
            leap.used = problem.max_steps - 5;
            assert_near(value_at(&f, &problem, &leap), brute(&f, &problem, &leap, false), 1e-9);
            apply_step(f.type, f.ctx, f.world.self, &problem, &s, "Answer: 1", 9, &s, &done);
            assert_near(value_at(&f, &problem, &s), atol(problem.answer) == 1, 0);
            cairn_arena_restore(f.arena, mark);
        }
        close_fixture(&f);
    }
}

static void without_repair_every_needed_step_must_succeed(void **unused) {
    (void)unused;
    for (int operations = 1; operations <= 12; operations++) {
        char spec[64];
        snprintf(spec, sizeof spec, "words:operations=%d,distractors=4,largest=999", operations);
        fixture f = open_fixture(spec, "error=0.1,wander=0.2");
        for (int64_t i = 0; i < 20; i++) {
            cairn_problem problem = problem_of(&f, i);
            words_state s;
            f.type->start(f.ctx, f.world.self, &problem, &s);
            assert_near(value_at(&f, &problem, &s), pow(0.9, operations), 1e-12);
        }
        close_fixture(&f);
    }
}

/* Rates are the given ones, moved on the logit scale by normal draws: over problems their mean and spread are those. */
static void difficulty_differs_between_problems(void **unused) {
    (void)unused;
    enum { N = 2000 };
    fixture f = open_fixture("words:operations=1,distractors=0", "error=0.2,difficulty_spread=0.7");
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < N; i++) {
        cairn_problem problem = problem_of(&f, i);
        words_state s;
        f.type->start(f.ctx, f.world.self, &problem, &s);
        double e = 1 - value_at(&f, &problem, &s), shift = log(e / (1 - e)) - log(0.2 / 0.8);
        sum += shift;
        squares += shift * shift;
    }
    assert_near(sum / N, 0, 4 * 0.7 / sqrt(N));
    assert_near(sqrt(squares / N), 0.7, 4 * 0.7 / sqrt(2.0 * N));
    close_fixture(&f);
}

static void sampled_completions_succeed_as_often_as_value_says(void **unused) {
    (void)unused;
    static const struct {
        const char *spec, *script;
    } cases[] = {{"words", "error=0.15,repair=0.3,wander=0.2"},
                 {"words:operations=7,distractors=5", "error=0.1,repair=0.5,misread=0.8,difficulty_spread=0.5"},
                 {"words:operations=3,shuffled=true", "error=0.5,repair=0.1"}};
    enum { N = 8000 };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        fixture f = open_fixture(cases[c].spec, cases[c].script);
        for (int64_t i = 0; i < 3; i++) {
            cairn_problem problem = problem_of(&f, i);
            words_state s;
            int right = 0;
            f.type->start(f.ctx, f.world.self, &problem, &s);
            double v = value_at(&f, &problem, &s);
            cairn_arena_mark mark = cairn_arena_save(f.arena);
            cairn_rng rng = cairn_rng_open(8, (uint64_t)i, c, CAIRN_VERB_ROLLOUT, 0, 0);
            for (int k = 0; k < N; k++) {
                bool done = false;
                f.type->start(f.ctx, f.world.self, &problem, &s);
                while (!done && s.used < problem.max_steps) {
                    const char *step = sample(&f, &problem, &s, &rng).text;
                    apply_step(f.type, f.ctx, f.world.self, &problem, &s, step, strlen(step), &s, &done);
                }
                assert_true(done); /* the script is never cut off */
                assert_false(s.dead);
                right += s.answer == atol(problem.answer);
                cairn_arena_restore(f.arena, mark);
            }
            assert_in_range((int)(v * 1000), 20, 980);
            assert_near((double)right / N, v, 4 * sqrt(v * (1 - v) / N));
        }
        close_fixture(&f);
    }
}

static void the_largest_problems_have_a_value(void **unused) {
    (void)unused;
    fixture f = open_fixture("words:operations=12,distractors=8,largest=999", "error=0.1,repair=0.3");
    for (int64_t i = 0; i < 20; i++) {
        cairn_problem problem = problem_of(&f, i);
        words_state s;
        f.type->start(f.ctx, f.world.self, &problem, &s);
        double v = value_at(&f, &problem, &s);
        assert_true(v > pow(0.9, 12) && v < 1);
    }
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_teacher_is_right_in_every_step_and_as_short_as_can_be),
        cmocka_unit_test(independent_steps_come_in_any_order),
        cmocka_unit_test(a_careful_teacher_says_where_its_numbers_come_from),
        cmocka_unit_test(straying_is_right_but_useless),
        cmocka_unit_test(errors_are_named_as_they_were_made),
        cmocka_unit_test(a_misread_operand_is_another_known_value),
        cmocka_unit_test(injected_errors_get_their_code_and_the_right_value),
        cmocka_unit_test(logp_is_the_log_of_each_texts_frequency),
        cmocka_unit_test(value_equals_the_enumeration_of_all_plays),
        cmocka_unit_test(without_repair_every_needed_step_must_succeed),
        cmocka_unit_test(difficulty_differs_between_problems),
        cmocka_unit_test(sampled_completions_succeed_as_often_as_value_says),
        cmocka_unit_test(the_largest_problems_have_a_value),
    };
    return cmocka_run_group_tests_name("world words script", tests, NULL, NULL);
}
