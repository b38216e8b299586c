/* World lookup: what its tool answers and costs, its outcomes, and the values of its script. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "apply.h"
#include "near.h"
#include "cairn/policy.h"
#include "cairn/stat.h"
#include "world/lookup.h"

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_policy policy;
} fixture;

static fixture *open_fixture(const char *world, const char *policy) {
    static fixture held;
    fixture *f = &held;
    *f = (fixture){0};
    assert_int_equal(cairn_ctx_open(&f->ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f->ctx, 4096, &f->arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(f->ctx, f->arena, world, &f->world), CAIRN_OK);
    assert_int_equal(cairn_policy_open(f->ctx, f->arena, policy, &f->world, &f->policy), CAIRN_OK);
    return f;
}

static void close_fixture(fixture *f) {
    cairn_policy_close(&f->policy);
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
}

static cairn_problem problem_of(fixture *f, int64_t index) {
    cairn_problem p;
    assert_int_equal(f->world.type->generate(f->ctx, f->world.self, 1, index, f->arena, &p), CAIRN_OK);
    return p;
}

static cairn_turn take(fixture *f, const cairn_problem *p, lookup_state *s, const char *step) {
    cairn_turn turn = {.text = step, .length = strlen(step), .arena = f->arena};
    assert_int_equal(cairn_world_apply(f->ctx, &f->world, p, s, &turn, s), CAIRN_OK);
    return turn;
}

static cairn_outcome outcome_of(fixture *f, const cairn_problem *p, const lookup_state *s) {
    cairn_outcome out;
    assert_int_equal(cairn_world_outcome(f->ctx, &f->world, p, s, NULL, 0, NULL, f->arena, &out), CAIRN_OK);
    return out;
}

static double value_of(fixture *f, const cairn_problem *p, const lookup_state *s) {
    double v;
    assert_int_equal(f->policy.type->value(f->ctx, f->policy.self, p, s, &v), CAIRN_OK);
    return v;
}

static const char *say(fixture *f, const char *form, int32_t number) {
    return cairn_arena_printf(f->arena, form, (int)number);
}

static void the_tool_answers_the_amounts_that_add_up_to_the_answer(void **unused) {
    (void)unused;
    fixture *f = open_fixture("lookup:accounts=3,cost=0.04", "scripted");
    for (int64_t i = 0; i < 50; i++) {
        cairn_problem p = problem_of(f, i);
        const lookup_problem *own = p.data;
        lookup_state s = {0};
        int64_t sum = 0, amount;
        for (int k = 0; k < 3; k++) {
            cairn_turn turn = take(f, &p, &s, say(f, "lookup(%d)", own->account[k]));
            assert_int_equal(turn.kind, CAIRN_KIND_TOOL);
            assert_near(turn.reward, -0.04, 0);
            assert_false(turn.done);
            assert_int_equal(cairn_parse_int(turn.observation, strlen(turn.observation), &amount), CAIRN_OK);
            assert_true(amount >= 1 && amount <= LOOKUP_LARGEST);
            sum += amount;
        }
        assert_string_equal(p.answer, say(f, "%d", (int32_t)sum));
        cairn_turn last = take(f, &p, &s, say(f, "answer %d.", (int32_t)sum));
        assert_true(last.done && !last.observation && last.reward == 0 && last.kind == CAIRN_KIND_REASON);
        cairn_outcome out = outcome_of(f, &p, &s);
        assert_int_equal(out.verdict, CAIRN_VERDICT_RIGHT);
        assert_near(out.value, 1, 0);
        assert_string_equal(out.answer, p.answer);
    }
    close_fixture(f);
}

static void amounts_belong_to_the_register_and_not_to_the_problem(void **unused) {
    (void)unused;
    fixture *f = open_fixture("lookup:register=1", "scripted");
    cairn_problem a = problem_of(f, 0), b = problem_of(f, 1);
    lookup_state s = {0}, t = {0};
    assert_string_equal(take(f, &a, &s, "lookup(77)").observation, take(f, &b, &t, "lookup(77)").observation);
    cairn_world other;
    int differ = 0;
    assert_int_equal(cairn_world_open(f->ctx, f->arena, "lookup:register=2", &other), CAIRN_OK);
    for (int32_t i = 0; i < 20; i++) {
        const char *step = say(f, "lookup(%d)", i);
        cairn_turn turn = {.text = step, .length = strlen(step), .arena = f->arena};
        assert_int_equal(cairn_world_apply(f->ctx, &other, &a, &s, &turn, &s), CAIRN_OK);
        differ += strcmp(turn.observation, take(f, &a, &s, step).observation) != 0;
    }
    assert_true(differ > 10);
    cairn_world_close(&other);
    close_fixture(f);
}

static void a_problem_is_read_back_from_its_words(void **unused) {
    (void)unused;
    for (int n = 1; n <= LOOKUP_MOST; n++) {
        char spec[40];
        snprintf(spec, sizeof spec, "lookup:accounts=%d", n);
        fixture *f = open_fixture(spec, "scripted");
        cairn_problem p = problem_of(f, 3), back = {.id = "b", .text = p.text};
        assert_int_equal(cairn_world_read(f->ctx, &f->world, f->arena, &back), CAIRN_OK);
        assert_memory_equal(back.data, p.data, sizeof(lookup_problem));
        assert_string_equal(back.answer, p.answer);
        assert_int_equal(back.max_steps, p.max_steps);
        close_fixture(f);
    }
    static const char *const bad[] = {"",
                                      "What is the sum of accounts 5 and 5? lookup",
                                      "What is the sum of accounts 5, 1000?",
                                      "What is the sum of account -1?",
                                      "What is the sum of accounts 1, 2, 3, 4, 5?",
                                      "What is the sum of account 7",
                                      "What is 2 + 2?"};
    fixture *f = open_fixture("lookup", "scripted");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cairn_problem p = {.id = "bad", .text = bad[i]};
        assert_int_equal(cairn_world_read(f->ctx, &f->world, f->arena, &p), CAIRN_FORMAT);
    }
    cairn_problem p = problem_of(f, 0), wrong = {.id = "w", .text = p.text, .answer = "1"};
    assert_int_equal(cairn_world_read(f->ctx, &f->world, f->arena, &wrong), CAIRN_FORMAT);
    close_fixture(f);
}

static void what_cannot_be_read_is_final_and_unknown_accounts_are_not(void **unused) {
    (void)unused;
    static const char *const bad[] = {"",           "lookup",        "lookup(",  "lookup()",
                                      "lookup(3",   "lookup(3) and", "Answer 3", "answer x",
                                      "answer 3 4", "lookup(999999)"};
    fixture *f = open_fixture("lookup", "scripted");
    cairn_problem p = problem_of(f, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        lookup_state s = {0};
        cairn_turn turn = take(f, &p, &s, bad[i]);
        assert_true(s.dead && !turn.observation && turn.reward == 0);
        take(f, &p, &s, say(f, "answer %d", ((const lookup_problem *)p.data)->sum));
        assert_int_equal(outcome_of(f, &p, &s).verdict, CAIRN_VERDICT_WRONG);
    }
    lookup_state s = {0};
    assert_string_equal(take(f, &p, &s, "lookup(1000)").observation, "no such account");
    assert_string_equal(take(f, &p, &s, "lookup(-4).").observation, "no such account");
    assert_false(s.dead);
    assert_near(outcome_of(f, &p, &s).value, -0.5, 0); /* cut off without an answer */
    close_fixture(f);
}

static void every_step_has_its_verdict(void **unused) {
    (void)unused;
    fixture *f = open_fixture("lookup:accounts=2", "scripted");
    cairn_problem p = problem_of(f, 0);
    const lookup_problem *own = p.data;
    int32_t foreign = 0;
    while (foreign == own->account[0] || foreign == own->account[1]) foreign++;
    const char *steps[] = {say(f, "lookup(%d)", own->account[0]), say(f, "lookup(%d)", own->account[0]),
                           say(f, "lookup(%d)", foreign), say(f, "answer %d", own->sum + 1),
                           say(f, "lookup(%d)", own->account[1])};
    static const char *const codes[] = {"needed", "repeated", "foreign", "early", "illegal"};
    cairn_step_check checks[5];
    assert_int_equal(cairn_world_verify(f->ctx, &f->world, &p, steps, 5, f->arena, checks), CAIRN_OK);
    for (int i = 0; i < 5; i++) {
        assert_string_equal(checks[i].code, codes[i]);
        assert_int_equal(checks[i].verdict, i < 2 ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG);
    }
    const char *whole[] = {steps[0], steps[4], say(f, "answer %d", own->sum + 1)};
    assert_int_equal(cairn_world_verify(f->ctx, &f->world, &p, whole, 3, f->arena, checks), CAIRN_OK);
    assert_string_equal(checks[2].code, "slip");
    whole[2] = say(f, "answer %d", own->sum);
    assert_int_equal(cairn_world_verify(f->ctx, &f->world, &p, whole, 3, f->arena, checks), CAIRN_OK);
    assert_string_equal(checks[2].code, "exact");
    close_fixture(f);
}

static void values_by_hand(void **unused) {
    (void)unused;
    /* One account, no waste: 0.1 (-0.5) + 0.9 (-0.02 + 0.8 * 1 + 0.2 (-0.5)) = -0.05 + 0.9 * 0.68 = 0.562 */
    fixture *f = open_fixture("lookup:accounts=1,cost=0.02", "scripted:rush=0.1,waste=0,slip=0.2");
    cairn_problem p = problem_of(f, 0);
    lookup_state s = {0};
    assert_near(value_of(f, &p, &s), 0.562, 1e-12);
    take(f, &p, &s, say(f, "lookup(%d)", ((const lookup_problem *)p.data)->account[0]));
    assert_near(value_of(f, &p, &s), 0.7, 1e-12);
    take(f, &p, &s, say(f, "answer %d", ((const lookup_problem *)p.data)->sum));
    assert_near(value_of(f, &p, &s), 1, 0);
    close_fixture(f);
    /* All is wasted: 4 steps, of which the first looks up and three waste, then nothing was answered: 4 (-0.05) - 0.5
     */
    f = open_fixture("lookup:accounts=1,cost=0.05", "scripted:rush=0,waste=1");
    p = problem_of(f, 0);
    s = (lookup_state){0};
    assert_near(value_of(f, &p, &s), -0.7, 1e-12);
    close_fixture(f);
}

/* The mean return of completions of one prefix, with its interval of 99.99 %. */
static cairn_interval mean_return(fixture *f, const cairn_problem *p, const char *const *steps, int32_t n) {
    enum { TRIED = 4000 };
    static cairn_rollout rollouts[TRIED];
    static double returns[TRIED];
    lookup_state s;
    bool done;
    cairn_interval out;
    assert_int_equal(cairn_world_replay(f->ctx, &f->world, p, steps, n, &s, &done), CAIRN_OK);
    cairn_start start = {.problem = p, .steps = steps, .n_steps = n, .state = &s, .path = CAIRN_PATH_ROOT};
    assert_int_equal(cairn_policy_rollouts(f->ctx, &f->policy, f->arena, 5, CAIRN_VERB_ROLLOUT, 1, &start, 1, TRIED,
                                           CAIRN_SAMPLING_DEFAULT, rollouts, NULL),
                     CAIRN_OK);
    for (int i = 0; i < TRIED; i++) returns[i] = rollouts[i].outcome.value + rollouts[i].reward;
    assert_int_equal(cairn_stat_mean_interval(f->ctx, returns, TRIED, 0.9999, &out), CAIRN_OK);
    return out;
}

static void values_are_the_mean_return_of_completions(void **unused) {
    (void)unused;
    fixture *f = open_fixture("lookup:accounts=3,cost=0.05", "scripted:rush=0.15,waste=0.3,slip=0.25");
    cairn_problem p = problem_of(f, 2);
    const lookup_problem *own = p.data;
    const char *const steps[] = {say(f, "lookup(%d)", own->account[1]), say(f, "lookup(%d)", own->account[1]),
                                 say(f, "lookup(%d)", own->account[2])};
    for (int32_t n = 0; n <= 3; n++) {
        lookup_state s;
        bool done;
        assert_int_equal(cairn_world_replay(f->ctx, &f->world, &p, steps, n, &s, &done), CAIRN_OK);
        cairn_interval found = mean_return(f, &p, steps, n);
        double exact = value_of(f, &p, &s);
        assert_true(found.low <= exact && exact <= found.high);
        assert_true(found.high - found.low < 0.1);
    }
    close_fixture(f);
}

static void a_rollout_keeps_what_the_world_answered(void **unused) {
    (void)unused;
    fixture *f = open_fixture("lookup:cost=0.03", "scripted:waste=0.4");
    cairn_problem p = problem_of(f, 4);
    lookup_state s = {0};
    cairn_rollout rollouts[20];
    cairn_start start = {.problem = &p, .state = &s, .path = CAIRN_PATH_ROOT};
    assert_int_equal(cairn_policy_rollouts(f->ctx, &f->policy, f->arena, 5, CAIRN_VERB_ROLLOUT, 1, &start, 1, 20,
                                           CAIRN_SAMPLING_DEFAULT, rollouts, NULL),
                     CAIRN_OK);
    for (int i = 0; i < 20; i++) {
        const cairn_rollout *r = &rollouts[i];
        lookup_state t = {0};
        double paid = 0;
        for (int32_t k = 0; k < r->n_steps; k++) {
            cairn_turn turn = take(f, &p, &t, r->steps[k]);
            const char *kept = r->observations ? r->observations[k] : NULL;
            assert_true(!kept == !turn.observation);
            if (kept) assert_string_equal(kept, turn.observation);
            paid += turn.reward;
        }
        assert_near(r->reward, paid, 1e-12);
    }
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tool_answers_the_amounts_that_add_up_to_the_answer),
        cmocka_unit_test(amounts_belong_to_the_register_and_not_to_the_problem),
        cmocka_unit_test(a_problem_is_read_back_from_its_words),
        cmocka_unit_test(what_cannot_be_read_is_final_and_unknown_accounts_are_not),
        cmocka_unit_test(every_step_has_its_verdict),
        cmocka_unit_test(values_by_hand),
        cmocka_unit_test(values_are_the_mean_return_of_completions),
        cmocka_unit_test(a_rollout_keeps_what_the_world_answered),
    };
    return cmocka_run_group_tests_name("policy lookup", tests, NULL, NULL);
}
