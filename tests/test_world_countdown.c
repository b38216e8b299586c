/* World countdown: problems, steps, reachability, and the values of its script. */
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
#include "world/countdown.h"

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    const cairn_world_type *type;
    void *config;
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

static cairn_problem by_hand(fixture *f, int64_t target, int32_t count, const int64_t *numbers) {
    countdown_problem *p = cairn_arena_alloc(f->arena, 1, sizeof *p);
    *p = (countdown_problem){.count = count, .target = target};
    memcpy(p->numbers, numbers, (size_t)count * sizeof *numbers);
    return (cairn_problem){.id = "by-hand", .key = 1, .text = "", .answer = "", .max_steps = count - 1, .data = p};
}

/* Can `target` be made from all of x[n]? Every ordered pair, every sign, no memory: independent of the library's
 * search. */
static bool brute(const int64_t *x, int n, int64_t target) {
    if (n == 1) return x[0] == target;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            if (i == j) continue;
            int64_t rest[6], a = x[i], b = x[j], results[4] = {a + b, a - b, a * b, a % b == 0 ? a / b : 0};
            int m = 0;
            for (int k = 0; k < n; k++)
                if (k != i && k != j) rest[m++] = x[k];
            for (int o = 0; o < 4; o++) {
                if (results[o] < 1) continue;
                rest[m] = results[o];
                if (brute(rest, m + 1, target)) return true;
            }
        }
    return false;
}

static void every_problem_can_be_solved(void **unused) {
    (void)unused;
    for (int n = 3; n <= 4; n++) {
        char spec[40];
        snprintf(spec, sizeof spec, "countdown:numbers=%d", n);
        fixture f = open_fixture(spec, "");
        for (int64_t i = 0; i < 100; i++) {
            cairn_problem problem = problem_of(&f, i);
            const countdown_problem *p = problem.data;
            assert_int_equal(p->count, n);
            assert_int_equal(problem.max_steps, n - 1);
            assert_in_range(p->target, 1, 999);
            assert_true(brute(p->numbers, n, p->target));
        }
        close_fixture(&f);
    }
}

static void reachable_equals_exhaustive_search(void **unused) {
    (void)unused;
    fixture f = open_fixture("countdown", "");
    int reached = 0;
    for (int64_t i = 0; i < 60; i++) {
        cairn_problem problem = problem_of(&f, i);
        countdown_problem p = *(const countdown_problem *)problem.data;
        p.target = (i * 37) % 120 + 1;
        problem.data = &p;
        countdown_state s;
        double out;
        assert_int_equal(f.type->start(f.ctx, f.world.self, &problem, &s), CAIRN_OK);
        assert_int_equal(f.type->reachable(f.ctx, f.world.self, &problem, &s, &out), CAIRN_OK);
        assert_int_equal(out == 1, brute(p.numbers, 4, p.target));
        reached += out == 1;
    }
    assert_in_range(reached, 5, 55);
    close_fixture(&f);
}

static void six_numbers_are_searched_in_bounds(void **unused) {
    (void)unused;
    fixture f = open_fixture("countdown:numbers=6,largest=100", "skill=0.9");
    cairn_problem problem = problem_of(&f, 0);
    countdown_state s;
    double reachable;
    f.type->start(f.ctx, f.world.self, &problem, &s);
    assert_int_equal(f.type->reachable(f.ctx, f.world.self, &problem, &s, &reachable), CAIRN_OK);
    assert_near(reachable, 1, 0);
    close_fixture(&f);
}

static void legal_steps_are_distinct_and_whole(void **unused) {
    (void)unused;
    fixture f = open_fixture("countdown", "");
    const int64_t numbers[] = {4, 4, 2};
    cairn_problem problem = by_hand(&f, 10, 3, numbers);
    static const char *const expected[] = {"4 + 4 = 8 (left: 8 2)", "4 * 4 = 16 (left: 16 2)", "4 / 4 = 1 (left: 2 1)",
                                           "4 + 2 = 6 (left: 6 4)", "4 - 2 = 2 (left: 4 2)",   "4 * 2 = 8 (left: 8 4)",
                                           "4 / 2 = 2 (left: 4 2)"};
    countdown_state s;
    const char **steps;
    int32_t n;
    f.type->start(f.ctx, f.world.self, &problem, &s);
    assert_int_equal(f.type->legal(f.ctx, f.world.self, &problem, &s, f.arena, &steps, &n), CAIRN_OK);
    assert_int_equal(n, 7);
    for (int i = 0; i < 7; i++) assert_string_equal(steps[i], expected[i]);
    close_fixture(&f);
}

static void verify_step_tells_what_is_wrong_with_a_step(void **unused) {
    (void)unused;
    fixture f = open_fixture("countdown", "");
    const int64_t numbers[] = {25, 7, 4, 3};
    cairn_problem problem = by_hand(&f, 96, 4, numbers); /* 25 * 4 - 7 + 3 */
    const struct {
        const char *step, *code;
    } cases[] = {
        {"25 * 4 = 100 (left: 100 7 3)", "exact"},
        {"4 * 25 = 100", "exact"},
        {"25 * 4 = 100 (left: 3 100 7)", "exact"},
        {"7 - 3 = 4 (left: 25 4 4)", "exact"}, /* 25 * 4 - 4 */
        {"25 - 3 = 22 (left: 22 7 4)", "dead-end"},
        {"25 * 4 = 101 (left: 101 7 3)", "slip"},
        {"25 * 4 = 100 (left: 100 7 4)", "slip"},
        {"25 * 5 = 125", "illegal"},
        {"25 / 4 = 6", "illegal"},
        {"3 - 7 = -4", "illegal"},
        {"25 + 25 = 50", "illegal"},
        {"no idea", "illegal"},
    };
    countdown_state s;
    f.type->start(f.ctx, f.world.self, &problem, &s);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cairn_step_check check;
        assert_int_equal(f.type->verify_step(f.ctx, f.world.self, &problem, &s, &cases[i].step, 1, f.arena, &check),
                         CAIRN_OK);
        assert_string_equal(check.code, cases[i].code);
        assert_int_equal(check.verdict == CAIRN_VERDICT_RIGHT, strcmp(cases[i].code, "exact") == 0);
    }
    close_fixture(&f);
}

static void the_last_number_left_is_the_answer(void **unused) {
    (void)unused;
    fixture f = open_fixture("countdown", "");
    const int64_t numbers[] = {25, 7, 4, 3};
    cairn_problem problem = by_hand(&f, 96, 4, numbers);
    const char *right[] = {"25 * 4 = 100 (left: 100 7 3)", "100 - 7 = 93 (left: 93 3)", "93 + 3 = 96 (left: 96)"};
    const char *wrong[] = {"25 * 4 = 100 (left: 100 7 3)", "100 - 7 = 93 (left: 93 3)", "93 - 3 = 90 (left: 90)"};
    countdown_state s;
    bool done;
    cairn_outcome outcome;
    assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, right, 3, &s, &done), CAIRN_OK);
    assert_true(done);
    assert_int_equal(f.type->check(f.ctx, f.world.self, &problem, &s, right, 3, f.arena, &outcome), CAIRN_OK);
    assert_int_equal(outcome.verdict, CAIRN_VERDICT_RIGHT);
    assert_string_equal(outcome.answer, "96");
    assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, wrong, 3, &s, &done), CAIRN_OK);
    assert_int_equal(f.type->check(f.ctx, f.world.self, &problem, &s, wrong, 3, f.arena, &outcome), CAIRN_OK);
    assert_int_equal(outcome.verdict, CAIRN_VERDICT_WRONG);
    assert_string_equal(outcome.answer, "90");
    assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, right, 2, &s, &done), CAIRN_OK);
    assert_false(done);
    close_fixture(&f);
}

static void hostile_steps_are_dead(void **unused) {
    (void)unused;
    static const char *const hostile[] = {"",
                                          "=",
                                          "25 * 4",
                                          "25 * 4 =",
                                          "25 * 4 = 100 (left:",
                                          "25 * 4 = 100 (left: 1 1 1 1 1 1 1 1 1)",
                                          "999999999999999999999 * 4 = 1",
                                          "25 * 4 = 100 (left: 100 7 3) and",
                                          "0 * 0 = 0",
                                          "25 / 0 = 1",
                                          "%n%s",
                                          "\xff\xff"};
    fixture f = open_fixture("countdown", "");
    const int64_t numbers[] = {9, 8, 7, 6, 5, 4};
    cairn_problem problem = by_hand(&f, 96, 6, numbers);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        countdown_state s;
        bool done;
        double v;
        assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, &hostile[i], 1, &s, &done), CAIRN_OK);
        assert_true(s.dead);
        assert_int_equal(f.type->script->value(f.ctx, f.world.self, f.config, &problem, &s, &v), CAIRN_OK);
        assert_near(v, 0, 0);
    }
    close_fixture(&f);
}

/* V from public functions alone: legal texts, the states they lead to, reachability. */
static double value_by_texts(fixture *f, const cairn_problem *problem, const countdown_state *s, double skill,
                             double slip) {
    double reachable, good = 0, sum = 0;
    assert_int_equal(f->type->reachable(f->ctx, f->world.self, problem, s, &reachable), CAIRN_OK);
    if (reachable < 1 || s->count == 1) return reachable;
    const char **steps;
    int32_t n;
    assert_int_equal(f->type->legal(f->ctx, f->world.self, problem, s, f->arena, &steps, &n), CAIRN_OK);
    for (int32_t i = 0; i < n; i++) {
        countdown_state after;
        bool done;
        apply_step(f->type, f->ctx, f->world.self, problem, s, steps[i], strlen(steps[i]), &after, &done);
        f->type->reachable(f->ctx, f->world.self, problem, &after, &reachable);
        good += reachable;
        sum += value_by_texts(f, problem, &after, skill, slip);
    }
    return (1 - slip) * (skill * sum / good + (1 - skill) * sum / n);
}

static void value_is_that_of_every_play_and_of_sampled_plays(void **unused) {
    (void)unused;
    const int n = 4000;
    fixture f = open_fixture("countdown:numbers=4", "skill=0.6,slip=0.05");
    for (int64_t i = 0; i < 3; i++) {
        cairn_problem problem = problem_of(&f, i);
        countdown_state s;
        double v;
        f.type->start(f.ctx, f.world.self, &problem, &s);
        assert_int_equal(f.type->script->value(f.ctx, f.world.self, f.config, &problem, &s, &v), CAIRN_OK);
        assert_near(v, value_by_texts(&f, &problem, &s, 0.6, 0.05), 1e-12);
        int right = 0;
        cairn_rng rng = cairn_rng_open(11, (uint64_t)i, 0, CAIRN_VERB_ROLLOUT, 0, 0);
        cairn_arena_mark mark = cairn_arena_save(f.arena);
        for (int k = 0; k < n; k++) {
            bool done = false;
            f.type->start(f.ctx, f.world.self, &problem, &s);
            while (!done) {
                cairn_script_step step;
                assert_int_equal(
                    f.type->script->sample(f.ctx, f.world.self, f.config, &problem, &s, &rng, f.arena, &step),
                    CAIRN_OK);
                apply_step(f.type, f.ctx, f.world.self, &problem, &s, step.text, strlen(step.text), &s, &done);
            }
            cairn_outcome outcome;
            f.type->check(f.ctx, f.world.self, &problem, &s, NULL, 0, f.arena, &outcome);
            right += outcome.verdict == CAIRN_VERDICT_RIGHT;
            cairn_arena_restore(f.arena, mark);
        }
        assert_near((double)right / n, v, 4 * sqrt(v * (1 - v) / n));
    }
    close_fixture(&f);
}

static void logp_sums_to_one_over_all_texts(void **unused) {
    (void)unused;
    fixture f = open_fixture("countdown:numbers=3", "skill=0.5,slip=0.2");
    cairn_problem problem = problem_of(&f, 1);
    countdown_state s;
    const char *texts[200];
    double total = 0;
    int n = 0;
    f.type->start(f.ctx, f.world.self, &problem, &s);
    cairn_rng rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_PROPOSE, 0, 0);
    for (int i = 0; i < 5000; i++) {
        cairn_script_step step;
        f.type->script->sample(f.ctx, f.world.self, f.config, &problem, &s, &rng, f.arena, &step);
        int k = 0;
        while (k < n && strcmp(texts[k], step.text) != 0) k++;
        if (k < n) continue;
        texts[n++] = step.text;
        total += exp(step.logp);
    }
    assert_near(total, 1, 1e-12);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_problem_can_be_solved),
        cmocka_unit_test(reachable_equals_exhaustive_search),
        cmocka_unit_test(six_numbers_are_searched_in_bounds),
        cmocka_unit_test(legal_steps_are_distinct_and_whole),
        cmocka_unit_test(verify_step_tells_what_is_wrong_with_a_step),
        cmocka_unit_test(the_last_number_left_is_the_answer),
        cmocka_unit_test(hostile_steps_are_dead),
        cmocka_unit_test(value_is_that_of_every_play_and_of_sampled_plays),
        cmocka_unit_test(logp_sums_to_one_over_all_texts),
    };
    return cmocka_run_group_tests_name("world countdown", tests, NULL, NULL);
}
