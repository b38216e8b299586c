/* Labels by judges and verdicts, and the options of mc that read the share of right solutions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "label_fixture.h"

enum { STEPS = 3, WRONG = 1 };

/* A judge of the cast, and a given solution whose second step is wrong. */
static cairn_reward judge;
static cairn_record bound(fixture *f, const char *spec) {
    begin(f, 0);
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, spec, &f->world, NULL, &judge), CAIRN_OK);
    return made_solution(f, WRONG, 1);
}

static void a_reward_judges_a_whole_solution(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=3", "scripted:error=0");
    cairn_record given = bound(f, "exact:what=step");
    cairn_judgement said;
    cairn_reward_cost cost = {0};
    assert_int_equal(
        cairn_reward_judge(f->ctx, &judge, f->arena, 1, &f->problem, given.steps, STEPS, 0.5, &said, &cost), CAIRN_OK);
    assert_int_equal(said.first_error, WRONG);
    assert_int_equal(said.verdicts[0], CAIRN_VERDICT_RIGHT);
    assert_int_equal(said.verdicts[1], CAIRN_VERDICT_WRONG);
    assert_int_equal(cairn_reward_judge(f->ctx, &judge, f->arena, 1, &f->problem, given.steps, STEPS, -1, &said, &cost),
                     CAIRN_OK);
    assert_int_equal(said.first_error, CAIRN_NO_ERROR); /* nothing is below that threshold */
    assert_int_equal(cairn_reward_judge(f->ctx, &judge, f->arena, 1, &f->problem, given.steps, 0, 0.5, &said, &cost),
                     CAIRN_INVALID);
    cairn_reward_close(&judge);
    close_fixture(f);
}

/* Labels the given solution by a method with the judge in the cast and without a policy. */
static cairn_label_result label_without_policy(fixture *f, const char *spec, const cairn_record *given,
                                               const cairn_reward *reward) {
    const cairn_labeller_type *type;
    const void *config;
    cairn_label_result r;
    f->workspace.cast[CAIRN_ROLE_GENERATOR].policy = NULL;
    f->workspace.cast[CAIRN_ROLE_JUDGE].reward = reward;
    assert_int_equal(cairn_labeller_find(f->ctx, f->arena, spec, &type, &config), CAIRN_OK);
    assert_true(type->works_without_policy);
    if (type->run(&f->workspace, config, given, 1, &r) != CAIRN_OK) fail_msg("%s", cairn_error(f->ctx));
    return r;
}

static void given_solutions_are_labelled_by_judge_or_world_without_a_policy(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=3", "scripted:error=0");
    cairn_record given = bound(f, "exact:what=step");
    cairn_label_result r = label_without_policy(f, "judge", &given, &judge);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.solutions[0].first_error, WRONG);
    assert_near(r.solutions[0].labels[0], 1, 0);
    assert_near(r.solutions[0].labels[1], 0, 0);
    assert_true(isnan(r.solutions[0].labels[2])); /* a judge stops at the first error */
    assert_int_equal(r.rollouts, 0);
    assert_int_equal(f->workspace.cost.scorings, STEPS);
    assert_ptr_equal(r.solutions[0].given, &given);
    r = label_without_policy(f, "tool", &given, NULL);
    assert_int_equal(r.solutions[0].first_error, WRONG);
    assert_near(r.solutions[0].labels[0], 1, 0);
    assert_near(r.solutions[0].labels[1], 0, 0);
    const double *scores;
    assert_int_equal(cairn_label_judge(&f->workspace, &r.solutions[0], &scores), CAIRN_INVALID);
    cairn_reward_close(&judge);
    close_fixture(f);
}

/* ---- mc: the share of right solutions ------------------------------------------------------------------------------------ */

static void the_last_step_costs_completions_in_the_codes_variant_alone(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=3", "scripted:error=0");
    begin(f, 0);
    cairn_record given = made_solution(f, 2, 1);
    cairn_label_result paper = label_given(f, 0, "mc:order=left-to-right,rollouts=8", &given, 1);
    assert_int_equal(paper.rollouts, 16);
    assert_int_equal(counts_of(&paper.solutions[0])[2].n, 1);
    cairn_label_result code = label_given(f, 0, "mc:order=left-to-right,rollouts=8,variant=code", &given, 1);
    assert_int_equal(code.rollouts, 24);
    assert_int_equal(counts_of(&code.solutions[0])[2].n, 8);
    close_fixture(f);
}

static void a_question_with_a_small_share_of_right_solutions_is_dropped_before_it_costs(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=6", "scripted:error=0.2");
    int kept = 0, dropped = 0;
    for (int64_t i = 0; i < 60; i++) {
        cairn_label_result r = label(f, i, "mc:solutions=8,rollouts=2,share=0.375");
        assert_int_equal(r.root.n, 8);
        bool enough = r.root.ok >= 3;
        assert_string_equal(r.dropped, enough ? "" : "too-hard");
        assert_int_equal(r.kept, enough ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG);
        assert_int_equal(r.n, enough ? 8 : 0);
        assert_int_equal(r.rollouts, enough ? 8 + 8 * 5 * 2 : 8);
        kept += enough;
        dropped += !enough;
        r = label(f, i, "mc:solutions=4,rollouts=1,mixed=true");
        const char *word = r.root.ok == 0 ? "too-hard" : r.root.ok == 4 ? "too-easy" : "";
        assert_string_equal(r.dropped, word);
    }
    assert_true(kept > 5 && dropped > 5);
    close_fixture(f);
}

static void the_share_of_right_solutions_says_how_many_completions_are_made(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=4", "scripted:error=0.3");
    int seen[3] = {0};
    for (int64_t i = 0; i < 40; i++) {
        cairn_label_result r = label(f, i, "mc:solutions=4,completions=by-root");
        int k = cairn_label_completions((double)r.root.ok / r.root.n);
        for (int32_t j = 0; j < r.n; j++)
            for (int32_t m = 0; m < 3; m++) assert_int_equal(counts_of(&r.solutions[j])[m].n, k);
        seen[k / 64]++;
    }
    assert_true(seen[0] && seen[1] && seen[2]); /* 32, 64, 128 */
    cairn_label_result further = label(f, 0, "mc:solutions=1,rollouts=2,root=50");
    assert_int_equal(further.root.n, 50);
    assert_int_equal(further.rollouts, 1 + 50 + 3 * 2);
    assert_int_equal(further.solutions[0].evidence.root.n, 50);
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reward_judges_a_whole_solution),
        cmocka_unit_test(given_solutions_are_labelled_by_judge_or_world_without_a_policy),
        cmocka_unit_test(the_last_step_costs_completions_in_the_codes_variant_alone),
        cmocka_unit_test(a_question_with_a_small_share_of_right_solutions_is_dropped_before_it_costs),
        cmocka_unit_test(the_share_of_right_solutions_says_how_many_completions_are_made),
    };
    return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
