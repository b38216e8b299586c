/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reward_fixture.h"
#include "world/chain.h"

/* 7, + 5 = 12, * 3 = 36, - 6 = 30. */
static cairn_problem by_hand(fixture *f) {
    chain_problem *p = cairn_arena_alloc(f->arena, 1, sizeof *p);
    *p = (chain_problem){
        .steps = 3, .operand = {5, 3, 6}, .op = {'+', '*', '-'}, .truth = {7, 12, 36, 30}, .trap_draw = 0.99};
    return (cairn_problem){.id = "by-hand", .key = 1, .text = "", .answer = "30", .max_steps = 3, .data = p};
}

static void value_is_the_policys_success_probability_after_each_step(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain", "scripted:error=0.1,repair=0.2", "exact");
    cairn_problem p = by_hand(f);
    const char *steps[] = {"7 + 5 = 13", "Check: the value here is 36.", "36 - 6 = 30"};
    double scores[3];
    score_all(f, 1, &p, steps, 3, scores, NULL, NULL);
    /* Vok(1) = .9, Vbad(1) = .2; Vbad(2) = .2 * .9 + .8 * .2 = .34 */
    assert_near(scores[0], 0.34, 1e-15);
    assert_near(scores[1], 0.9, 1e-15);
    assert_near(scores[2], 1, 0);
    assert_int_equal(f->reward.meaning, CAIRN_MEANING_SUCCESS);
    assert_near(f->reward.low, 0, 0);
    assert_near(f->reward.high, 1, 0);
    close_fixture(f);
}

static void step_is_the_worlds_verdict_with_code_and_evidence(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain", NULL, "exact:what=step");
    cairn_problem p = by_hand(f);
    const char *steps[] = {"7 + 5 = 13", "13 * 3 = 39", "Check: the value here is 30."};
    double scores[3];
    const char *codes[3], *evidence[3];
    score_all(f, 1, &p, steps, 3, scores, codes, evidence);
    assert_near(scores[0], 0, 0);
    assert_near(scores[1], 0, 0);
    assert_near(scores[2], 1, 0);
    assert_string_equal(codes[0], "slip");
    assert_string_equal(codes[1], "carried");
    assert_string_equal(codes[2], "repair");
    assert_string_equal(evidence[0], "7 + 5 is not 13");
    assert_int_equal(f->reward.meaning, CAIRN_MEANING_CORRECTNESS);
    close_fixture(f);
}

static void reachable_is_the_worlds(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain", NULL, "exact:what=reachable");
    cairn_problem p = by_hand(f);
    const char *steps[] = {"7 + 5 = 13", "what?", "36 - 6 = 30"};
    double scores[3];
    score_all(f, 1, &p, steps, 3, scores, NULL, NULL);
    assert_near(scores[0], 1, 0);
    assert_near(scores[1], 0, 0);
    assert_near(scores[2], 0, 0);
    assert_int_equal(f->reward.meaning, CAIRN_MEANING_REACHABILITY);
    close_fixture(f);
}

/* Page case: v = 1/3, 2/3, 1 along a right path of three steps, and 1/9 for a wrong second step (distance 3). */
static void quality_climbs_by_equal_increments_and_falls_at_a_wrong_step(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain", NULL, "exact:what=quality");
    cairn_problem p = by_hand(f);
    const char *right[] = {"7 + 5 = 12", "12 * 3 = 36", "36 - 6 = 30"};
    const char *wrong[] = {"7 + 5 = 12", "12 * 3 = 35"};
    double scores[3];
    score_all(f, 1, &p, right, 3, scores, NULL, NULL);
    assert_near(scores[0], 1.0 / 3, 1e-15);
    assert_near(scores[1], 2.0 / 3, 1e-15);
    assert_near(scores[2], 1, 1e-15);
    score_all(f, 1, &p, wrong, 2, scores, NULL, NULL);
    assert_near(scores[1], 1.0 / 9, 1e-15);
    assert_int_equal(f->reward.meaning, CAIRN_MEANING_PROGRESS);
    close_fixture(f);
}

static void what_is_not_known_is_refused(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain", NULL, "exact:what=step");
    cairn_reward reward;
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "exact", &f->world, NULL, &reward), CAIRN_INVALID);
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "mc", &f->world, NULL, &reward), CAIRN_INVALID);
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "exactly", &f->world, NULL, &reward), CAIRN_NOT_FOUND);
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "exact:what=nothing", &f->world, NULL, &reward),
                     CAIRN_INVALID);
    close_fixture(f);
}

static void each_meaning_has_a_name_and_an_aggregator(void **unused) {
    (void)unused;
    assert_string_equal(cairn_meaning_name(CAIRN_MEANING_LOG_RATIO), "log-ratio");
    assert_int_equal(cairn_meaning_aggregator(CAIRN_MEANING_SUCCESS), CAIRN_AGGREGATE_LAST);
    assert_int_equal(cairn_meaning_aggregator(CAIRN_MEANING_CORRECTNESS), CAIRN_AGGREGATE_PRODUCT);
    assert_int_equal(cairn_meaning_aggregator(CAIRN_MEANING_PROGRESS), CAIRN_AGGREGATE_LAST);
    assert_int_equal(cairn_meaning_aggregator(CAIRN_MEANING_ADVANTAGE), CAIRN_AGGREGATE_SUM);
    assert_int_equal(cairn_meaning_aggregator(CAIRN_MEANING_RETURN), CAIRN_AGGREGATE_LAST);
    assert_int_equal(cairn_meaning_aggregator(CAIRN_MEANING_REACHABILITY), CAIRN_AGGREGATE_LAST);
    assert_int_equal(cairn_meaning_aggregator(CAIRN_MEANING_LOG_RATIO), CAIRN_AGGREGATE_SUM);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(value_is_the_policys_success_probability_after_each_step),
        cmocka_unit_test(step_is_the_worlds_verdict_with_code_and_evidence),
        cmocka_unit_test(reachable_is_the_worlds),
        cmocka_unit_test(quality_climbs_by_equal_increments_and_falls_at_a_wrong_step),
        cmocka_unit_test(what_is_not_known_is_refused),
        cmocka_unit_test(each_meaning_has_a_name_and_an_aggregator),
    };
    return cmocka_run_group_tests_name("reward exact", tests, NULL, NULL);
}
