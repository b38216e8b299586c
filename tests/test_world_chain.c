/* World chain: problems, steps, truth, and the exact values of its script. */
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
#include "cairn/world.h"
#include "world/chain.h"

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    const cairn_world_type *type;
    void *config; /* of the script */
} fixture;

static fixture open_fixture(const char *spec, const char *script) {
    fixture f = {0};
    assert_int_equal(cairn_ctx_open(&f.ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f.ctx, 4096, &f.arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(f.ctx, f.arena, spec, &f.world), CAIRN_OK);
    f.type = f.world.type;
    f.config = cairn_arena_alloc(f.arena, 1, f.type->script->about.config_size);
    assert_int_equal(cairn_options_parse(f.ctx, &f.type->script->about, f.arena, script, "test", f.config), CAIRN_OK);
    return f;
}

static void close_fixture(fixture *f) {
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
}

static cairn_problem problem_of(fixture *f, int64_t index) {
    cairn_problem p;
    assert_int_equal(f->type->generate(f->ctx, f->world.self, 1, index, f->arena, &p), CAIRN_OK);
    return p;
}

static double value_at(fixture *f, const cairn_problem *p, const chain_state *s) {
    double v = -1;
    assert_int_equal(f->type->script->value(f->ctx, f->world.self, f->config, p, s, &v), CAIRN_OK);
    return v;
}

static chain_state state_at(const cairn_problem *problem, int32_t position, bool wrong) {
    const chain_problem *p = problem->data;
    chain_state s = {.value = p->truth[position] + wrong, .position = position, .wrong = wrong};
    return s;
}

/* 7, + 5 = 12, * 3 = 36, - 6 = 30. */
static cairn_problem by_hand(fixture *f) {
    chain_problem *p = cairn_arena_alloc(f->arena, 1, sizeof *p);
    *p = (chain_problem){.steps = 3, .operand = {5, 3, 6}, .op = {'+', '*', '-'}, .truth = {7, 12, 36, 30}};
    return (cairn_problem){.id = "by-hand", .key = 1, .text = "", .answer = "30", .max_steps = 3, .data = p};
}

static void a_problem_says_in_words_what_its_answer_computes(void **unused) {
    (void)unused;
    fixture f = open_fixture("chain:steps=12,shortest=3", "");
    for (int64_t i = 0; i < 200; i++) {
        cairn_problem p = problem_of(&f, i);
        long value;
        int used, steps = 0;
        assert_int_equal(sscanf(p.text, "Start with %ld.%n", &value, &used), 1);
        const char *at = p.text + used;
        for (long n; steps < 64; steps++) {
            if (sscanf(at, " Then add %ld.%n", &n, &used) == 1)
                value += n;
            else if (sscanf(at, " Then subtract %ld.%n", &n, &used) == 1)
                value -= n;
            else if (sscanf(at, " Then multiply by %ld.%n", &n, &used) == 1)
                value *= n;
            else
                break;
            at += used;
        }
        assert_string_equal(at, " What is the result?");
        assert_int_equal(steps, p.max_steps);
        assert_in_range(steps, 3, 12);
        assert_int_equal(value, atol(p.answer));
    }
    close_fixture(&f);
}

static void a_problem_depends_on_seed_and_index_only(void **unused) {
    (void)unused;
    fixture f = open_fixture("chain", "");
    cairn_problem a = problem_of(&f, 5), other = problem_of(&f, 6), b = problem_of(&f, 5);
    assert_string_equal(a.text, b.text);
    assert_string_equal(a.id, b.id);
    assert_int_equal(a.key, b.key);
    assert_string_not_equal(a.text, other.text);
    assert_int_not_equal(a.key, other.key);
    close_fixture(&f);
}

/* Sum over all 2^K right/wrong histories of their probabilities. */
static double enumerate(int32_t t, int32_t K, bool wrong, const double *e, double r) {
    if (t == K) return wrong ? 0 : 1;
    double to_wrong = wrong ? 1 - r : e[t];
    return (1 - to_wrong) * enumerate(t + 1, K, false, e, r) + to_wrong * enumerate(t + 1, K, true, e, r);
}

static double shifted(double p, double shift) {
    return 1 / (1 + exp(-log(p / (1 - p)) - shift));
}

static void value_equals_the_enumeration_of_all_histories(void **unused) {
    (void)unused;
    fixture f = open_fixture("chain:steps=7", "error=0.15,repair=0.05,trap=0.5,trap_error=0.4,difficulty_spread=0.8,"
                                              "repair_spread=0.5,paraphrases=3");
    int traps = 0;
    for (int64_t i = 0; i < 40; i++) {
        cairn_problem problem = problem_of(&f, i);
        const chain_problem *p = problem.data;
        double e[7], r = shifted(0.05, 0.5 * p->recovery);
        for (int t = 0; t < 7; t++) e[t] = shifted(0.15, 0.8 * p->hardness);
        if (p->trap_draw < 0.5) e[p->trap_step] = 0.4;
        traps += p->trap_draw < 0.5;
        for (int32_t t = 0; t <= 7; t++)
            for (int wrong = 0; wrong <= (t > 0); wrong++) {
                chain_state s = state_at(&problem, t, wrong);
                assert_near(value_at(&f, &problem, &s), enumerate(t, 7, wrong, e, r), 1e-12);
            }
    }
    assert_in_range(traps, 5, 35);
    close_fixture(&f);
}

/* Plays the script to its end from the start. */
static bool play(fixture *f, const cairn_problem *problem, cairn_rng *rng, chain_state *s) {
    bool done = false;
    assert_int_equal(f->type->start(f->ctx, f->world.self, problem, s), CAIRN_OK);
    while (!done) {
        cairn_script_step step;
        assert_int_equal(f->type->script->sample(f->ctx, f->world.self, f->config, problem, s, rng, f->arena, &step),
                         CAIRN_OK);
        assert_int_equal(apply_step(f->type, f->ctx, f->world.self, problem, s, step.text, strlen(step.text), s, &done),
                         CAIRN_OK);
        assert_false(s->dead);
    }
    return !s->wrong;
}

static void sampled_completions_succeed_as_often_as_value_says(void **unused) {
    (void)unused;
    const int n = 200000;
    fixture f = open_fixture("chain:steps=8", "error=0.1,repair=0.08,trap=1,paraphrases=4");
    cairn_problem problem = problem_of(&f, 3);
    chain_state s = state_at(&problem, 0, false);
    double v = value_at(&f, &problem, &s);
    cairn_arena_mark mark = cairn_arena_save(f.arena);
    cairn_rng rng = cairn_rng_open(7, 1, 2, CAIRN_VERB_ROLLOUT, 0, 0);
    int right = 0;
    for (int i = 0; i < n; i++) {
        right += play(&f, &problem, &rng, &s);
        cairn_arena_restore(f.arena, mark);
    }
    assert_near((double)right / n, v, 4 * sqrt(v * (1 - v) / n));
    close_fixture(&f);
}

static void logp_is_the_log_of_each_texts_frequency(void **unused) {
    (void)unused;
    enum { N = 40000, MOST = 64 };
    fixture f = open_fixture("chain", "error=0.3,repair=0.2,paraphrases=3,wrong_values=4");
    cairn_problem problem = problem_of(&f, 0);
    for (int wrong = 0; wrong <= 1; wrong++) {
        chain_state s = state_at(&problem, 2, wrong);
        const char *texts[MOST];
        double logp[MOST], total = 0;
        int counts[MOST] = {0}, n = 0;
        cairn_rng rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_PROPOSE, 0, (uint32_t)wrong);
        for (int i = 0; i < N; i++) {
            cairn_script_step step;
            assert_int_equal(f.type->script->sample(f.ctx, f.world.self, f.config, &problem, &s, &rng, f.arena, &step),
                             CAIRN_OK);
            int k = 0;
            while (k < n && strcmp(texts[k], step.text) != 0) k++;
            if (k == n) {
                assert_true(n < MOST);
                texts[n] = step.text;
                logp[n++] = step.logp;
            }
            assert_near(step.logp, logp[k], 0);
            counts[k]++;
        }
        assert_int_equal(n, wrong ? 3 + 3 : 3 * (1 + 4));
        for (int k = 0; k < n; k++) {
            double p = exp(logp[k]);
            total += p;
            assert_near((double)counts[k] / N, p, 4.5 * sqrt(p * (1 - p) / N));
        }
        assert_near(total, 1, 1e-12);
    }
    close_fixture(&f);
}

static void a_wrong_value_comes_right_only_by_a_repair(void **unused) {
    (void)unused;
    fixture f = open_fixture("chain:steps=64", "error=0.1,wrong_values=16,trap=1");
    cairn_rng rng = cairn_rng_open(5, 5, 5, CAIRN_VERB_ROLLOUT, 0, 0);
    for (int64_t i = 0; i < 300; i++) {
        cairn_problem problem = problem_of(&f, i);
        chain_state s;
        bool done = false, ever = false;
        f.type->start(f.ctx, f.world.self, &problem, &s);
        while (!done) {
            cairn_script_step step;
            assert_int_equal(f.type->script->sample(f.ctx, f.world.self, f.config, &problem, &s, &rng, f.arena, &step),
                             CAIRN_OK);
            apply_step(f.type, f.ctx, f.world.self, &problem, &s, step.text, strlen(step.text), &s, &done);
            ever = ever || s.wrong;
            assert_int_equal(s.wrong, ever);
            assert_false(s.dead);
        }
    }
    close_fixture(&f);
}

/* Best success probability by brute force: what is held is the whole set of prefixes (bit t of `right`: a right one of
 * t steps). */
static double brute(int K, const double *e, double r, unsigned right, unsigned wrong, int samples) {
    if (right >> K & 1u) return 1;
    if (samples == 0) return 0;
    double best = 0;
    for (int t = 0; t < K; t++) {
        unsigned next = 1u << (t + 1);
        double v = 0;
        if (right >> t & 1u)
            v = (1 - e[t]) * brute(K, e, r, right | next, wrong, samples - 1) +
                e[t] * brute(K, e, r, right, wrong | next, samples - 1);
        if (v > best) best = v;
        if (wrong >> t & 1u)
            v = r * brute(K, e, r, right | next, wrong, samples - 1) +
                (1 - r) * brute(K, e, r, right, wrong | next, samples - 1);
        if (v > best) best = v;
    }
    return best;
}

static void optimum_equals_brute_force_over_sets_of_prefixes(void **unused) {
    (void)unused;
    static const char *const scripts[] = {"error=0.3,repair=0", "error=0.3,repair=0.65", "error=0.1,repair=0.4",
                                          "error=0.05,repair=0.4,trap=1,trap_error=0.6"};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        for (int K = 1; K <= 3; K++) {
            char spec[32];
            snprintf(spec, sizeof spec, "chain:steps=%d", K);
            fixture f = open_fixture(spec, scripts[i]);
            cairn_problem problem = problem_of(&f, 4);
            const chain_problem *p = problem.data;
            double rates[4][2] = {{.3, 0}, {.3, .65}, {.1, .4}, {.05, .4}},
                   e[3] = {rates[i][0], rates[i][0], rates[i][0]};
            if (i == 3) e[p->trap_step] = 0.6;
            for (int samples = 0; samples <= 6; samples++) {
                double best;
                assert_int_equal(f.type->script->optimum(f.ctx, f.world.self, f.config, &problem, samples, &best),
                                 CAIRN_OK);
                assert_near(best, brute(K, e, rates[i][1], 1, 0, samples), 1e-12);
            }
            close_fixture(&f);
        }
}

static void optimum_refuses_rates_that_it_cannot_solve(void **unused) {
    (void)unused;
    fixture f = open_fixture("chain:steps=4", "error=0.5,repair=0.9");
    cairn_problem problem = problem_of(&f, 0);
    double best;
    assert_int_equal(f.type->script->optimum(f.ctx, f.world.self, f.config, &problem, 10, &best), CAIRN_UNSUPPORTED);
    close_fixture(&f);
}

static void verify_step_tells_what_is_wrong_with_a_step(void **unused) {
    (void)unused;
    fixture f = open_fixture("chain", "");
    cairn_problem problem = by_hand(&f);
    const struct {
        int32_t position;
        int64_t value;
        const char *step, *code;
        cairn_verdict verdict;
    } cases[] = {
        {0, 7, "7 + 5 = 12", "exact", CAIRN_VERDICT_RIGHT},
        {0, 7, "So 7 + 5 = 12.", "exact", CAIRN_VERDICT_RIGHT},
        {0, 7, "7 + 5 = 13", "slip", CAIRN_VERDICT_WRONG},
        {0, 7, "7 + 6 = 13", "misread", CAIRN_VERDICT_WRONG},
        {1, 13, "13 * 3 = 39", "carried", CAIRN_VERDICT_WRONG},
        {1, 12, "12 x 3 = 36", "exact", CAIRN_VERDICT_RIGHT},
        {1, 12, "12 \xc3\x97 3 = 36", "exact", CAIRN_VERDICT_RIGHT},
        {1, 13, "13 * 3 = 40", "slip", CAIRN_VERDICT_WRONG},
        {1, 13, "Check: the value here is 36.", "repair", CAIRN_VERDICT_RIGHT},
        {1, 13, "12 * 3 = 36", "repair", CAIRN_VERDICT_RIGHT},
        {1, 12, "Now check: the value here is 35.", "slip", CAIRN_VERDICT_WRONG},
        {0, 7, "the answer is 12", "illegal", CAIRN_VERDICT_WRONG},
        {3, 30, "30 + 1 = 31", "illegal", CAIRN_VERDICT_WRONG},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const chain_problem *p = problem.data;
        chain_state s = {.position = cases[i].position, .value = cases[i].value};
        s.wrong = s.value != p->truth[s.position];
        cairn_step_check check;
        assert_int_equal(f.type->verify_step(f.ctx, f.world.self, &problem, &s, &cases[i].step, 1, f.arena, &check),
                         CAIRN_OK);
        assert_string_equal(check.code, cases[i].code);
        assert_int_equal(check.verdict, cases[i].verdict);
        assert_int_equal(check.evidence[0] == '\0', strcmp(check.code, "exact") == 0);
    }
    close_fixture(&f);
}

static void verifying_a_whole_solution_gives_every_steps_verdict(void **unused) {
    (void)unused;
    fixture f = open_fixture("chain", "");
    cairn_problem problem = by_hand(&f);
    const char *steps[] = {"7 + 5 = 13", "13 * 3 = 39", "Check: the value here is 30."};
    static const char *const codes[] = {"slip", "carried", "repair"};
    cairn_step_check checks[3];
    assert_int_equal(cairn_world_verify(f.ctx, &f.world, &problem, steps, 3, f.arena, checks), CAIRN_OK);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(checks[i].code, codes[i]);
        assert_int_equal(checks[i].verdict, i == 2 ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG);
    }
    close_fixture(&f);
}

static void hostile_steps_are_dead_and_never_come_right(void **unused) {
    (void)unused;
    static const char *const hostile[] = {"",
                                          " ",
                                          "=",
                                          "7 + 5",
                                          "7 + 5 =",
                                          "7 + = 12",
                                          "+ 5 = 12",
                                          "7 + 5 = 12 = 12",
                                          "7 + 5 = 12. 7 + 5 = 13",
                                          "7 / 5 = 12",
                                          "99999999999999999999999999 + 5 = 12",
                                          "7 + 5 = 99999999999999999999",
                                          "check: the value here is ",
                                          ": the value here is 12",
                                          "heck: the value here is 12",
                                          "Check: the value here is 12 or 13",
                                          "- - 7 + 5 = 12",
                                          "\xff\xfe\x80 7 + 5 = 12",
                                          "7 + 5 = 1\n2",
                                          "%s%n%d"};
    fixture f = open_fixture("chain", "error=0,repair=1");
    cairn_problem problem = by_hand(&f);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        const char *steps[] = {hostile[i], "Check: the value here is 36.", "36 - 6 = 30"};
        chain_state s;
        bool done = true;
        double reachable = 1;
        assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, steps, 1, &s, &done), CAIRN_OK);
        assert_true(s.dead);
        assert_false(done);
        assert_near(value_at(&f, &problem, &s), 0, 0);
        assert_int_equal(f.type->reachable(f.ctx, f.world.self, &problem, &s, &reachable), CAIRN_OK);
        assert_near(reachable, 0, 0);
        cairn_script_step step;
        cairn_rng rng = cairn_rng_open(1, 1, 1, CAIRN_VERB_PROPOSE, 0, 0);
        assert_int_equal(f.type->script->sample(f.ctx, f.world.self, f.config, &problem, &s, &rng, f.arena, &step),
                         CAIRN_OK);
        assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, steps, 3, &s, &done), CAIRN_OK);
        assert_true(done);
        cairn_outcome outcome;
        assert_int_equal(f.type->check(f.ctx, f.world.self, &problem, &s, steps, 3, f.arena, &outcome), CAIRN_OK);
        assert_int_equal(outcome.verdict, CAIRN_VERDICT_WRONG);
        assert_null(outcome.answer);
    }
    const char inside[] = "7 + 5 = 12\0 and more";
    chain_state s;
    bool done;
    f.type->start(f.ctx, f.world.self, &problem, &s);
    apply_step(f.type, f.ctx, f.world.self, &problem, &s, inside, sizeof inside - 1, &s, &done);
    assert_true(s.dead);
    close_fixture(&f);
}

static void huge_values_stay_bounded_and_wrong(void **unused) {
    (void)unused;
    fixture f = open_fixture("chain", "error=0,repair=0");
    cairn_problem problem = by_hand(&f);
    const char *first = "7 + 5 = 1000000000000000";
    chain_state s;
    bool done;
    assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, &first, 1, &s, &done), CAIRN_OK);
    assert_int_equal(s.value, CHAIN_BOUND);
    cairn_script_step step;
    cairn_rng rng = cairn_rng_open(1, 1, 1, CAIRN_VERB_PROPOSE, 0, 0);
    assert_int_equal(f.type->script->sample(f.ctx, f.world.self, f.config, &problem, &s, &rng, f.arena, &step),
                     CAIRN_OK);
    apply_step(f.type, f.ctx, f.world.self, &problem, &s, step.text, strlen(step.text), &s, &done);
    assert_true(s.wrong);
    assert_false(s.dead);
    close_fixture(&f);
}

static void check_gives_the_last_value_as_the_answer(void **unused) {
    (void)unused;
    fixture f = open_fixture("chain", "");
    cairn_problem problem = by_hand(&f);
    const char *right[] = {"7 + 5 = 12", "12 * 3 = 36", "36 - 6 = 30"};
    const char *wrong[] = {"7 + 5 = 12", "12 * 3 = 35", "35 - 6 = 29"};
    chain_state s;
    bool done;
    cairn_outcome outcome;
    assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, right, 3, &s, &done), CAIRN_OK);
    assert_true(done);
    assert_int_equal(f.type->check(f.ctx, f.world.self, &problem, &s, right, 3, f.arena, &outcome), CAIRN_OK);
    assert_int_equal(outcome.verdict, CAIRN_VERDICT_RIGHT);
    assert_string_equal(outcome.answer, "30");
    assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, wrong, 3, &s, &done), CAIRN_OK);
    assert_int_equal(f.type->check(f.ctx, f.world.self, &problem, &s, wrong, 3, f.arena, &outcome), CAIRN_OK);
    assert_int_equal(outcome.verdict, CAIRN_VERDICT_WRONG);
    assert_string_equal(outcome.answer, "29");
    assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, right, 2, &s, &done), CAIRN_OK);
    assert_false(done);
    assert_int_equal(f.type->check(f.ctx, f.world.self, &problem, &s, right, 2, f.arena, &outcome), CAIRN_OK);
    assert_int_equal(outcome.verdict, CAIRN_VERDICT_WRONG);
    assert_null(outcome.answer);
    close_fixture(&f);
}

static void a_step_has_as_many_tokens_as_words_and_symbols_or_a_size_in_the_given_range(void **unused) {
    (void)unused;
    fixture f = open_fixture("chain", "error=0");
    cairn_problem problem = by_hand(&f);
    cairn_script_step step;
    chain_state s;
    cairn_rng rng = cairn_rng_open(1, 1, 1, CAIRN_VERB_PROPOSE, 0, 0);
    f.type->start(f.ctx, f.world.self, &problem, &s);
    f.type->script->sample(f.ctx, f.world.self, f.config, &problem, &s, &rng, f.arena, &step);
    assert_string_equal(step.text, "7 + 5 = 12");
    assert_int_equal(step.n_tokens, 5);
    close_fixture(&f);

    f = open_fixture("chain", "tokens_low=20,tokens_high=60,paraphrases=16");
    double sum = 0;
    const int n = 4000;
    for (int i = 0; i < n; i++) {
        problem = problem_of(&f, i);
        f.type->start(f.ctx, f.world.self, &problem, &s);
        assert_int_equal(f.type->script->sample(f.ctx, f.world.self, f.config, &problem, &s, &rng, f.arena, &step),
                         CAIRN_OK);
        assert_in_range(step.n_tokens, 20, 60);
        sum += step.n_tokens;
    }
    assert_near(sum / n, 40, 4 * sqrt((41.0 * 41 - 1) / 12 / n));
    close_fixture(&f);
}

static void bad_specs_are_named(void **unused) {
    (void)unused;
    fixture f = open_fixture("chain", "");
    cairn_world world;
    assert_int_equal(cairn_world_open(f.ctx, f.arena, "chainn", &world), CAIRN_NOT_FOUND);
    assert_non_null(strstr(cairn_error(f.ctx), "chain"));
    assert_int_equal(cairn_world_open(f.ctx, f.arena, "chain:steps=65", &world), CAIRN_INVALID);
    assert_int_equal(cairn_world_open(f.ctx, f.arena, "chain:step=6", &world), CAIRN_INVALID);
    assert_int_equal(cairn_world_open(f.ctx, f.arena, "chain:steps=4,shortest=5", &world), CAIRN_INVALID);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_says_in_words_what_its_answer_computes),
        cmocka_unit_test(a_problem_depends_on_seed_and_index_only),
        cmocka_unit_test(value_equals_the_enumeration_of_all_histories),
        cmocka_unit_test(sampled_completions_succeed_as_often_as_value_says),
        cmocka_unit_test(logp_is_the_log_of_each_texts_frequency),
        cmocka_unit_test(a_wrong_value_comes_right_only_by_a_repair),
        cmocka_unit_test(optimum_equals_brute_force_over_sets_of_prefixes),
        cmocka_unit_test(optimum_refuses_rates_that_it_cannot_solve),
        cmocka_unit_test(verify_step_tells_what_is_wrong_with_a_step),
        cmocka_unit_test(verifying_a_whole_solution_gives_every_steps_verdict),
        cmocka_unit_test(hostile_steps_are_dead_and_never_come_right),
        cmocka_unit_test(huge_values_stay_bounded_and_wrong),
        cmocka_unit_test(check_gives_the_last_value_as_the_answer),
        cmocka_unit_test(a_step_has_as_many_tokens_as_words_and_symbols_or_a_size_in_the_given_range),
        cmocka_unit_test(bad_specs_are_named),
    };
    return cmocka_run_group_tests_name("world chain", tests, NULL, NULL);
}
