/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "near.h"
#include "cairn/policy.h"

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_policy policy;
    cairn_problem problem;
    char state[256];
} fixture;

static fixture *open_fixture(const char *world, const char *policy) {
    static fixture held; /* a policy points to its world: it may not move */
    fixture *f = &held;
    *f = (fixture){0};
    assert_int_equal(cairn_ctx_open(&f->ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f->ctx, 4096, &f->arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(f->ctx, f->arena, world, &f->world), CAIRN_OK);
    assert_int_equal(cairn_policy_open(f->ctx, f->arena, policy, &f->world, &f->policy), CAIRN_OK);
    assert_int_equal(f->world.type->generate(f->ctx, f->world.self, 1, 0, f->arena, &f->problem), CAIRN_OK);
    assert_int_equal(f->world.type->start(f->ctx, f->world.self, &f->problem, f->state), CAIRN_OK);
    return f;
}

static void close_fixture(fixture *f) {
    cairn_policy_close(&f->policy);
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
}

static cairn_proposal request(const fixture *f, uint32_t draw) {
    return (cairn_proposal){.problem = &f->problem,
                            .state = f->state,
                            .rng = cairn_rng_open(1, f->problem.key, CAIRN_PATH_ROOT, CAIRN_VERB_PROPOSE, 0, draw),
                            .draw = draw,
                            .sampling = CAIRN_SAMPLING_DEFAULT};
}

static void the_same_request_has_the_same_reply_in_any_array(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain", "scripted:error=0.5,paraphrases=8");
    cairn_proposal all[20];
    for (uint32_t i = 0; i < 20; i++) all[i] = request(f, i);
    assert_int_equal(f->policy.type->propose(f->ctx, f->policy.self, f->arena, all, 20), CAIRN_OK);
    int differ = 0;
    for (uint32_t i = 0; i < 20; i++) {
        cairn_proposal one = request(f, i);
        assert_int_equal(f->policy.type->propose(f->ctx, f->policy.self, f->arena, &one, 1), CAIRN_OK);
        assert_int_equal(all[i].status, CAIRN_OK);
        assert_int_equal(one.status, CAIRN_OK);
        assert_string_equal(one.text, all[i].text);
        assert_near(one.logp, all[i].logp, 0);
        assert_int_equal(one.stop, CAIRN_STOP_STEP);
        differ += strcmp(one.text, all[0].text) != 0;
    }
    assert_true(differ > 10);
    close_fixture(f);
}

static void value_and_optimum_are_the_scripts(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=1", "scripted:error=0.25");
    double v;
    assert_int_equal(f->policy.type->value(f->ctx, f->policy.self, &f->problem, f->state, &v), CAIRN_OK);
    assert_near(v, 0.75, 1e-15);
    assert_int_equal(f->policy.type->optimum(f->ctx, f->policy.self, &f->problem, 3, &v), CAIRN_OK);
    assert_near(v, 1 - 0.25 * 0.25 * 0.25, 1e-15);
    close_fixture(f);
    f = open_fixture("countdown", "scripted:skill=1");
    assert_int_equal(f->policy.type->value(f->ctx, f->policy.self, &f->problem, f->state, &v), CAIRN_OK);
    assert_near(v, 1, 1e-15);
    assert_int_equal(f->policy.type->optimum(f->ctx, f->policy.self, &f->problem, 3, &v), CAIRN_UNSUPPORTED);
    close_fixture(f);
}

static void errors_name_the_option_the_policy_or_the_world(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain", "scripted");
    cairn_policy policy;
    assert_int_equal(cairn_policy_open(f->ctx, f->arena, "scripted:eror=1", &f->world, &policy), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(f->ctx), "error"));
    assert_int_equal(cairn_policy_open(f->ctx, f->arena, "scripted:error=2", &f->world, &policy), CAIRN_INVALID);
    assert_int_equal(cairn_policy_open(f->ctx, f->arena, "nobody", &f->world, &policy), CAIRN_NOT_FOUND);
    assert_non_null(strstr(cairn_error(f->ctx), "scripted"));
    cairn_world text;
    assert_int_equal(cairn_world_open(f->ctx, f->arena, "text", &text), CAIRN_OK);
    assert_int_equal(cairn_policy_open(f->ctx, f->arena, "scripted", &text, &policy), CAIRN_INVALID);
    cairn_world_close(&text);
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_request_has_the_same_reply_in_any_array),
        cmocka_unit_test(value_and_optimum_are_the_scripts),
        cmocka_unit_test(errors_name_the_option_the_policy_or_the_world),
    };
    return cmocka_run_group_tests_name("policy scripted", tests, NULL, NULL);
}
