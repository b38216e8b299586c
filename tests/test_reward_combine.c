#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "reward_fixture.h"

/* One right step of two: V = .75, step 1, reachable 1, quality 1/2. */
static double combined(const char *spec, cairn_meaning meaning) {
    fixture *f = open_fixture("chain:steps=2", "scripted:error=0.25", spec);
    cairn_problem p = make_problem(f, 1, 0);
    cairn_rollout r = {0};
    for (uint32_t draw = 0; r.outcome.verdict != CAIRN_VERDICT_RIGHT; draw++) r = solve(f, 1, &p, draw);
    double score;
    char state[64];
    bool done;
    assert_int_equal(cairn_world_replay(f->ctx, &f->world, &p, r.steps, 1, state, &done), CAIRN_OK);
    cairn_scoring q = {.problem = &p, .steps = r.steps, .n_steps = 1, .state = state};
    assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &q, 1, NULL), CAIRN_OK);
    assert_int_equal(q.status, CAIRN_OK);
    assert_int_equal(f->reward.meaning, meaning);
    score = q.score;
    close_fixture(f);
    return score;
}

static void each_rule_is_what_its_name_says(void **unused) {
    (void)unused;
    const cairn_meaning success = CAIRN_MEANING_SUCCESS, progress = CAIRN_MEANING_PROGRESS;
    assert_near(combined("combine:of=exact|exact,rule=product", success), 0.5625, 1e-15);
    assert_near(combined("combine:of=exact|exact:what=quality,meaning=progress", progress), 0.5, 1e-15);
    assert_near(combined("combine:of=exact|exact:what=quality,rule=max,meaning=success", success), 0.75, 1e-15);
    assert_near(combined("combine:of=exact|exact:what=quality,rule=product,meaning=success", success), 0.375, 1e-15);
    assert_near(combined("combine:of=exact|exact:what=quality|exact:what=step,rule=mean,meaning=success", success),
                0.75, 1e-15);
    assert_near(combined("combine:of=exact:what=quality|exact,rule=first-known,meaning=progress", progress), 0.5,
                1e-15);
}

static void commas_inside_rewards_are_escaped(void **unused) {
    (void)unused;
    assert_near(combined("combine:of=noisy:what=value\\,low=0\\,high=0.5|exact,rule=min", CAIRN_MEANING_SUCCESS), 0.5,
                1e-15);
}

static void different_meanings_need_a_declared_one(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain", "scripted", "exact");
    cairn_reward r;
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "combine:of=exact|exact:what=step", &f->world, &f->policy, &r),
                     CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(f->ctx), "correctness"));
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "combine:of=exact|nothing", &f->world, &f->policy, &r),
                     CAIRN_NOT_FOUND);
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "combine:of=", &f->world, &f->policy, &r), CAIRN_NOT_FOUND);
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "combine", &f->world, &f->policy, &r), CAIRN_INVALID);
    close_fixture(f);
}

static void ranges_follow_from_the_parts(void **unused) {
    (void)unused;
    fixture *f =
        open_fixture("chain", "scripted", "combine:of=noisy:low=-2\\,high=3|noisy:low=-1\\,high=0.5,rule=product");
    assert_near(f->reward.low, -3, 0);
    assert_near(f->reward.high, 2, 0);
    close_fixture(f);
    f = open_fixture("chain", "scripted", "combine:of=noisy:low=-2\\,high=3|noisy:low=-1\\,high=5,rule=mean");
    assert_near(f->reward.low, -2, 0);
    assert_near(f->reward.high, 5, 0);
    close_fixture(f);
}

static void an_unknown_part_makes_the_result_unknown_except_for_first_known(void **unused) {
    (void)unused;
    static const struct {
        const char *spec;
        double expected;
    } cases[] = {{"combine:of=calculator|exact:what=step,rule=min", NAN},
                 {"combine:of=exact:what=step|calculator,rule=max", NAN},
                 {"combine:of=calculator|exact:what=step,rule=product", NAN},
                 {"combine:of=calculator|exact:what=step,rule=mean", NAN},
                 {"combine:of=calculator|exact:what=step,rule=first-known", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture *f = open_fixture("chain", "scripted", cases[i].spec);
        cairn_problem p = make_problem(f, 1, 0);
        const char *steps[] = {"I would rather talk about the weather."}; /* nothing to calculate */
        double score;
        score_all(f, 1, &p, steps, 1, &score, NULL, NULL);
        if (isnan(cases[i].expected))
            assert_true(isnan(score));
        else
            assert_near(score, cases[i].expected, 0);
        close_fixture(f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_is_what_its_name_says),
        cmocka_unit_test(commas_inside_rewards_are_escaped),
        cmocka_unit_test(different_meanings_need_a_declared_one),
        cmocka_unit_test(ranges_follow_from_the_parts),
        cmocka_unit_test(an_unknown_part_makes_the_result_unknown_except_for_first_known),
    };
    return cmocka_run_group_tests_name("reward combine", tests, NULL, NULL);
}
