/* The rows of the table: names, options, explanations. */
/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "credit_fixture.h"

static void every_row_is_found_by_its_name_with_its_defaults(void **state) {
    for (const cairn_credit_type *const *row = cairn_credits(); *row; row++) {
        cairn_credit_plan plan = plan_of(*state, (*row)->about.name);
        cairn_text text = {0};
        assert_string_equal(plan.name, (*row)->about.name);
        assert_int_equal(cairn_credit_explain(*state, &plan, &text), CAIRN_OK);
        assert_non_null(strstr(text.data, "\nstream 0   ["));
        assert_non_null(strstr(text.data, "\nfinish     "));
        cairn_text_free(&text);
    }
}

static void options_of_a_row_reach_its_plan(void **state) {
    cairn_credit_plan p = plan_of(*state, "pure:temperature=0.5,answers=0,horizon=9,kl=0.01,log-ratio=k1,whiten=false");
    assert_int_equal(p.n_streams, 1);
    assert_near(p.streams[0].a, 0.5, 0);
    assert_near(p.streams[0].kl, 0.01, 0);
    assert_int_equal(p.streams[0].kl_form, CAIRN_CREDIT_K1);
    assert_int_equal(p.streams[0].horizon, 9);
    assert_false(p.whiten);
    p = plan_of(*state, "clip-delta:eta=0.75,alpha=0.2,lambda=0.5");
    assert_int_equal(p.streams[0].rule, CAIRN_STEP_CLIP_DELTA);
    assert_near(p.streams[0].a, 0.75, 0);
    assert_near(p.streams[0].steps, 0.2, 0);
    assert_near(p.streams[0].lambda, 0.5, 0);
    p = plan_of(*state, "trust:mode=code,alpha=1,iterations=100");
    assert_int_equal(p.trust, CAIRN_TRUST_CODE);
    assert_near(p.think_weight, 1, 0);
    assert_near(p.anneal, 100, 0);
    p = plan_of(*state, "prof:keep=6,side=correct,lambda=2,steps-low=1,steps-high=9,seed=5");
    assert_int_equal(p.keep, 6);
    assert_int_equal(p.side, CAIRN_SIDE_CORRECT);
    assert_int_equal(p.steps_high, 9);
    assert_int_equal(p.seed, 5);
}

static void unknown_rows_and_options_are_refused(void **state) {
    cairn_arena *arena;
    cairn_credit_plan plan;
    assert_int_equal(cairn_arena_open(*state, 4096, &arena), CAIRN_OK);
    assert_int_equal(cairn_credit_find(*state, arena, "purr", &plan), CAIRN_NOT_FOUND);
    assert_non_null(strstr(cairn_error(*state), "no credit `purr`; there are: blend, "));
    assert_int_equal(cairn_credit_find(*state, arena, "pure:temprature=1", &plan), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(*state), "the nearest is `temperature`"));
    assert_int_equal(cairn_credit_find(*state, arena, "sum:temperature=1", &plan), CAIRN_INVALID); /* pure's alone */
    assert_int_equal(cairn_credit_find(*state, arena, "delta:eta=0.5", &plan), CAIRN_INVALID);
    assert_int_equal(cairn_credit_find(*state, arena, "reinforce-pp:lambda=0.5", &plan), CAIRN_INVALID);
    assert_int_equal(cairn_credit_find(*state, arena, "pure:temperature=0", &plan), CAIRN_INVALID);
    assert_int_equal(cairn_credit_find(*state, arena, "flip:rate=1.1", &plan), CAIRN_INVALID);
    assert_int_equal(cairn_credit_find(*state, arena, "prof:keep=1", &plan), CAIRN_INVALID);
    cairn_arena_close(arena);
}

static void a_plan_says_what_it_does(void **state) {
    cairn_text text = {0};
    cairn_credit_plan plan = plan_of(*state, "clip-delta:eta=0.5,alpha=0.3,kl=0.1");
    assert_int_equal(cairn_credit_explain(*state, &plan, &text), CAIRN_OK);
    assert_string_equal(text.data,
                        "outcome    as given\n"
                        "scalar     the outcome\n"
                        "select     all\n"
                        "stream 0   [scalar + 0.3 (x - next x), x = min(score - 0.5, 0) - 0.1 k1(policy, reference) -> "
                        "sum to the end -> GAE, lambda 1]\n"
                        "finish     whitened over the batch\n"
                        "bound      the step rewards of a response sum to between -0.5 and 0\n");
    cairn_text_free(&text);
}

static int open_ctx(void **state) {
    return cairn_ctx_open((cairn_ctx **)state) != CAIRN_OK;
}

static int close_ctx(void **state) {
    cairn_ctx_close(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_found_by_its_name_with_its_defaults),
        cmocka_unit_test(options_of_a_row_reach_its_plan),
        cmocka_unit_test(unknown_rows_and_options_are_refused),
        cmocka_unit_test(a_plan_says_what_it_does),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
