/* World exec: a program is a world; this test plays the program itself. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "near.h"
#include "cairn/world.h"

/* ---- the program: counting up to a goal --------------------------------------------------------------------------- */

/* The state is the count. A step is its next number: another one is answered by "no" and costs 0.5. */
static void answer_step(const json_t *request, json_t *reply) {
    json_int_t count = json_integer_value(json_object_get(request, "state"));
    json_int_t goal = json_integer_value(json_object_get(request, "data"));
    const char *step = json_string_value(json_object_get(request, "step"));
    char next[24];
    snprintf(next, sizeof next, "%lld", (long long)count + 1);
    bool right = strcmp(step, next) == 0;
    if (strcmp(step, "huge") == 0) {
        char text[2000];
        memset(text, 'x', sizeof text);
        json_object_set_new(reply, "state", json_stringn(text, sizeof text));
        return;
    }
    if (strcmp(step, "rich") == 0) json_object_set_new(reply, "reward", json_real(7));
    if (strcmp(step, "odd") == 0) json_object_set_new(reply, "kind", json_string("odd"));
    if (!right) json_object_set_new(reply, "observation", json_string("no"));
    if (!right && !json_object_get(reply, "reward")) json_object_set_new(reply, "reward", json_real(-0.5));
    if (!right && !json_object_get(reply, "kind")) json_object_set_new(reply, "kind", json_string("reflect"));
    json_object_set_new(reply, "state", json_integer(count + right));
    json_object_set_new(reply, "done", json_boolean(right && count + 1 == goal));
}

static void answer(const json_t *request, json_t *reply) {
    const char *verb = json_string_value(json_object_get(request, "verb"));
    const json_t *steps = json_object_get(request, "steps"), *data = json_object_get(request, "data");
    if (strcmp(verb, "generate") == 0) {
        json_int_t goal = 2 + json_integer_value(json_object_get(request, "index"));
        json_object_update_new(reply, json_pack("{s:s, s:I, s:i}", "problem", "Count.", "data", goal, "max_steps", 9));
    } else if (strcmp(verb, "start") == 0) {
        json_object_set_new(reply, "state", json_integer(0));
    } else if (strcmp(verb, "apply") == 0) {
        answer_step(request, reply);
    } else if (strcmp(verb, "check") == 0) {
        bool right = json_integer_value(json_object_get(request, "state")) == json_integer_value(data);
        json_object_set_new(reply, "correct", json_boolean(right));
        json_object_set_new(reply, "answer", json_sprintf("%d steps", (int)json_array_size(steps)));
        if (right) json_object_set_new(reply, "value", json_real(0.25));
    } else {
        json_t *verdicts = json_array();
        for (size_t i = 0; i < json_array_size(steps); i++)
            json_array_append_new(verdicts, i == 1 ? json_null() : json_boolean(i != 2));
        json_object_set_new(reply, "verdicts", verdicts);
    }
}

static int play(void) {
    char line[65536];
    while (fgets(line, sizeof line, stdin)) {
        json_t *request = json_loads(line, 0, NULL);
        json_t *reply = json_pack("{s:O}", "id", json_object_get(request, "id"));
        answer(request, reply);
        json_dumpf(reply, stdout, JSON_COMPACT);
        printf("\n");
        fflush(stdout);
        json_decref(request);
        json_decref(reply);
    }
    return 0;
}

/* ---- the tests ------------------------------------------------------------------------------------------------------ */

static char spec[512];

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_problem problem;
} fixture;

static fixture *open_fixture(void) {
    static fixture held;
    fixture *f = &held;
    *f = (fixture){0};
    assert_int_equal(cairn_ctx_open(&f->ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f->ctx, 4096, &f->arena), CAIRN_OK);
    if (cairn_world_open(f->ctx, f->arena, spec, &f->world) != CAIRN_OK) fail_msg("%s", cairn_error(f->ctx));
    if (f->world.type->generate(f->ctx, f->world.self, 5, 1, f->arena, &f->problem) != CAIRN_OK)
        fail_msg("%s", cairn_error(f->ctx));
    return f;
}

static void close_fixture(fixture *f) {
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
}

static cairn_status take(fixture *f, const cairn_world *world, void *state, const char *step, cairn_turn *turn) {
    *turn = (cairn_turn){.text = step, .length = strlen(step), .arena = f->arena};
    return cairn_world_apply(f->ctx, world, &f->problem, state, turn, state);
}

static void a_program_generates_applies_and_checks(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    char state[4096];
    cairn_turn turn;
    cairn_outcome out;
    assert_string_equal(f->problem.text, "Count.");
    assert_string_equal(f->problem.id, "exec-5-1");
    assert_int_equal(f->problem.max_steps, 9);
    assert_int_equal(f->world.type->start(f->ctx, f->world.self, &f->problem, state), CAIRN_OK);
    assert_int_equal(take(f, &f->world, state, "1", &turn), CAIRN_OK);
    assert_true(!turn.observation && turn.reward == 0 && !turn.done && turn.kind == CAIRN_KIND_REASON);
    assert_int_equal(take(f, &f->world, state, "7", &turn), CAIRN_OK);
    assert_string_equal(turn.observation, "no");
    assert_near(turn.reward, -0.5, 0);
    assert_int_equal(turn.kind, CAIRN_KIND_REFLECT);
    assert_int_equal(f->world.type->check(f->ctx, f->world.self, &f->problem, state, NULL, 0, f->arena, &out),
                     CAIRN_OK);
    assert_int_equal(out.verdict, CAIRN_VERDICT_WRONG);
    assert_near(out.value, -2, 0); /* the least of the range where the program gives no value */
    assert_int_equal(take(f, &f->world, state, "2", &turn), CAIRN_OK);
    assert_int_equal(take(f, &f->world, state, "3", &turn), CAIRN_OK);
    assert_true(turn.done);
    assert_int_equal(f->world.type->check(f->ctx, f->world.self, &f->problem, state, (const char *const[]){"a", "b"}, 2,
                                          f->arena, &out),
                     CAIRN_OK);
    assert_int_equal(out.verdict, CAIRN_VERDICT_RIGHT);
    assert_near(out.value, 0.25, 0);
    assert_string_equal(out.answer, "2 steps");
    close_fixture(f);
}

static void ranges_are_those_of_the_options(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    char state[4096];
    cairn_turn turn;
    cairn_range range = cairn_world_outcomes(&f->world);
    assert_near(range.low, -2, 0);
    assert_near(range.high, 1, 0);
    assert_true(cairn_world_pays(&f->world));
    assert_int_equal(f->world.type->start(f->ctx, f->world.self, &f->problem, state), CAIRN_OK);
    assert_int_equal(take(f, &f->world, state, "rich", &turn), CAIRN_INTERNAL);
    assert_non_null(strstr(cairn_error(f->ctx), "a reward of 7"));
    close_fixture(f);
}

static void replies_that_are_none_are_errors(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    char state[4096];
    cairn_turn turn;
    assert_int_equal(f->world.type->start(f->ctx, f->world.self, &f->problem, state), CAIRN_OK);
    assert_int_equal(take(f, &f->world, state, "odd", &turn), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(f->ctx), "kind"));
    assert_int_equal(take(f, &f->world, state, "huge", &turn), CAIRN_LIMIT);
    close_fixture(f);
}

static void verdicts_come_from_the_program_or_are_unknown(void **unused) {
    (void)unused;
    static const char *const steps[] = {"1", "2", "x"};
    fixture *f = open_fixture();
    cairn_step_check checks[3];
    assert_int_equal(cairn_world_verify(f->ctx, &f->world, &f->problem, steps, 3, f->arena, checks), CAIRN_OK);
    assert_int_equal(checks[0].verdict, CAIRN_VERDICT_RIGHT);
    assert_int_equal(checks[1].verdict, CAIRN_VERDICT_UNKNOWN);
    assert_int_equal(checks[2].verdict, CAIRN_VERDICT_WRONG);
    char mute[600];
    cairn_world other;
    snprintf(mute, sizeof mute, "%s,verify=false", spec);
    assert_int_equal(cairn_world_open(f->ctx, f->arena, mute, &other), CAIRN_OK);
    assert_int_equal(cairn_world_verify(f->ctx, &other, &f->problem, steps, 3, f->arena, checks), CAIRN_OK);
    for (int i = 0; i < 3; i++) assert_int_equal(checks[i].verdict, CAIRN_VERDICT_UNKNOWN);
    cairn_world_close(&other);
    close_fixture(f);
}

static void workers_have_instances_of_their_own(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    cairn_ctx *child;
    cairn_world copy;
    char mine[4096], theirs[4096];
    cairn_turn turn;
    assert_int_equal(cairn_ctx_child(f->ctx, &child), CAIRN_OK);
    assert_int_equal(cairn_world_share(child, &f->world, &copy), CAIRN_OK);
    assert_ptr_not_equal(copy.self, f->world.self);
    assert_ptr_equal(copy.shared, f->world.shared);
    assert_int_equal(f->world.type->start(f->ctx, f->world.self, &f->problem, mine), CAIRN_OK);
    assert_int_equal(copy.type->start(child, copy.self, &f->problem, theirs), CAIRN_OK);
    assert_int_equal(take(f, &f->world, mine, "1", &turn), CAIRN_OK);
    turn = (cairn_turn){.text = "1", .length = 1, .arena = f->arena};
    assert_int_equal(cairn_world_apply(child, &copy, &f->problem, theirs, &turn, theirs), CAIRN_OK);
    assert_memory_equal(mine, theirs, f->world.type->state_bytes);
    cairn_world_unshare(&copy);
    cairn_ctx_close(child);
    assert_int_equal(take(f, &f->world, mine, "2", &turn), CAIRN_OK); /* the first goes on */
    close_fixture(f);
}

static void wrong_ranges_are_refused(void **unused) {
    (void)unused;
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(ctx, 4096, &arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(ctx, arena, "exec:command=true,low=1,high=1", &world), CAIRN_INVALID);
    assert_int_equal(cairn_world_open(ctx, arena, "exec:command=true,reward_low=1", &world), CAIRN_INVALID);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
}

int main(int count, char **arguments) {
    if (count > 1 && strcmp(arguments[1], "play") == 0) return play();
    char self[256];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0) return 1;
    self[n] = 0;
    snprintf(spec, sizeof spec, "exec:command='%s' play,low=-2,reward_low=-0.5,reward_high=0,retries=0", self);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_generates_applies_and_checks),
        cmocka_unit_test(ranges_are_those_of_the_options),
        cmocka_unit_test(replies_that_are_none_are_errors),
        cmocka_unit_test(verdicts_come_from_the_program_or_are_unknown),
        cmocka_unit_test(workers_have_instances_of_their_own),
        cmocka_unit_test(wrong_ranges_are_refused),
    };
    return cmocka_run_group_tests_name("world exec", tests, NULL, NULL);
}
