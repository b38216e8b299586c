/* Reward `pair`, around the calculator: a wrong equation makes the step that has it wrong, and every pair that contains
 * it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "reward_fixture.h"

/* label: light */

static const char *const steps[] = {"2 + 2 = 4", "3 + 3 = 7", "4 + 4 = 8", "so it is large"};

/* Score of step `last` (1-based). */
static double paired(const char *spec, int32_t last) {
    fixture *f = open_fixture("text", NULL, spec);
    cairn_problem problem = {.id = "p", .text = "How many?", .max_steps = 9};
    cairn_scoring q = {.problem = &problem, .steps = steps, .n_steps = last, .fresh = last + 1};
    assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &q, 1, NULL), CAIRN_OK);
    assert_int_equal(q.status, CAIRN_OK);
    close_fixture(f);
    return q.score;
}

static void the_first_step_has_no_pair(void **unused) {
    (void)unused;
    static const char *const specs[] = {"pair:of=calculator", "pair:of=calculator,rule=mean",
                                        "pair:of=calculator,rule=pair", "pair:of=calculator,rule=single"};
    for (int i = 0; i < 4; i++) assert_true(paired(specs[i], 1) == 1);
}

static void each_rule_joins_the_step_and_its_pair(void **unused) {
    (void)unused;
    /* step 3 is right alone, and wrong together with step 2 */
    assert_true(paired("pair:of=calculator,rule=single", 3) == 1);
    assert_true(paired("pair:of=calculator,rule=pair", 3) == 0);
    assert_true(paired("pair:of=calculator,rule=min", 3) == 0);
    assert_true(paired("pair:of=calculator,rule=mean", 3) == 0.5);
    assert_true(paired("pair:of=calculator,rule=mean", 2) == 0); /* wrong alone and with step 1 */
    assert_true(paired("pair:of=calculator,join=newline", 3) == 0);
}

static void an_unknown_step_stays_unknown_unless_the_pair_decides(void **unused) {
    (void)unused;
    assert_true(isnan(paired("calculator", 4)));
    assert_true(isnan(paired("pair:of=calculator,rule=min", 4)));
    assert_true(isnan(paired("pair:of=calculator,rule=mean", 4)));
    assert_true(paired("pair:of=calculator,rule=pair", 4) == 1); /* "4 + 4 = 8" is in it */
}

static void what_it_wraps_is_checked_when_it_opens(void **unused) {
    (void)unused;
    fixture *f = open_fixture("text", NULL, "calculator");
    cairn_reward r;
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "pair", &f->world, NULL, &r), CAIRN_INVALID);
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "pair:of=nothing", &f->world, NULL, &r), CAIRN_NOT_FOUND);
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "pair:of=calculator,join=x", &f->world, NULL, &r),
                     CAIRN_INVALID);
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_step_has_no_pair),
        cmocka_unit_test(each_rule_joins_the_step_and_its_pair),
        cmocka_unit_test(an_unknown_step_stays_unknown_unless_the_pair_decides),
        cmocka_unit_test(what_it_wraps_is_checked_when_it_opens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
