#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "apply.h"
#include "reward_fixture.h"

static const cairn_problem apples = {
    .id = "apples", .key = 1, .text = "Ann has 3 bags of 4 apples and eats 2.", .answer = "10", .max_steps = 9};

static void steps_are_right_wrong_or_unknown_with_evidence(void **unused) {
    (void)unused;
    fixture *f = open_fixture("text", NULL, "calculator");
    const char *steps[] = {"Ann has 3 * 4 = 12 apples.", "She likes them.", "12 - 2 = 11 are left."};
    double scores[3];
    const char *codes[3], *evidence[3];
    score_all(f, 1, &apples, steps, 3, scores, codes, evidence);
    assert_near(scores[0], 1, 0);
    assert_true(isnan(scores[1]));
    assert_near(scores[2], 0, 0);
    assert_string_equal(codes[0], "checked");
    assert_string_equal(codes[2], "wrong");
    assert_non_null(strstr(evidence[2], "10"));
    assert_int_equal(f->reward.meaning, CAIRN_MEANING_CORRECTNESS);
    close_fixture(f);
}

/* In world chain a slip is a false equation: the calculator finds it, and has nothing against steps that carry it on.
 */
static void slips_of_the_chain_are_found_and_carried_values_are_not(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=6", "scripted:error=0.2", "calculator");
    int slips = 0, others = 0;
    for (int64_t i = 0; i < 200; i++) {
        cairn_problem p = make_problem(f, 1, i);
        cairn_rollout r = solve(f, 1, &p, 0);
        char state[64];
        bool done;
        assert_int_equal(f->world.type->start(f->ctx, f->world.self, &p, state), CAIRN_OK);
        double scores[6];
        score_all(f, 1, &p, r.steps, 6, scores, NULL, NULL);
        for (int t = 0; t < 6; t++) {
            cairn_step_check check;
            assert_int_equal(
                f->world.type->verify_step(f->ctx, f->world.self, &p, state, r.steps, t + 1, f->arena, &check),
                CAIRN_OK);
            assert_int_equal(apply_step(f->world.type, f->ctx, f->world.self, &p, state, r.steps[t], strlen(r.steps[t]),
                                        state, &done),
                             CAIRN_OK);
            bool slip = strcmp(check.code, "slip") == 0;
            assert_near(scores[t], slip ? 0 : 1, 0);
            slips += slip;
            others += !slip;
        }
    }
    assert_true(slips > 50 && others > 50);
    close_fixture(f);
}

static void unknown_options_are_refused(void **unused) {
    (void)unused;
    fixture *f = open_fixture("text", NULL, "calculator");
    cairn_reward r;
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "calculator:digits=3", &f->world, NULL, &r), CAIRN_INVALID);
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_right_wrong_or_unknown_with_evidence),
        cmocka_unit_test(slips_of_the_chain_are_found_and_carried_values_are_not),
        cmocka_unit_test(unknown_options_are_refused),
    };
    return cmocka_run_group_tests_name("reward calculator", tests, NULL, NULL);
}
