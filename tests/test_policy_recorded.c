#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/policy.h"

/* Problem P has three solutions (two share their first step), Q has one. */
static const char records[] = "{\"prompt\":\"P\",\"completions\":[\"a\",\"b\",\"c\"],\"labels\":[true,true,true]}\n"
                              "{\"prompt\":\"Q\",\"completions\":[\"x\"],\"labels\":[true]}\n"
                              "{\"prompt\":\"P\",\"completions\":[\"d\",\"e\"],\"labels\":[true,false]}\n"
                              "{\"prompt\":\"P\",\"completions\":[\"a\",\"f g\"],\"labels\":[true,false]}\n";

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_policy policy;
    char path[64];
} fixture;

static fixture *open_fixture(void) {
    static fixture held; /* a policy points to its world: it may not move */
    fixture *f = &held;
    *f = (fixture){.path = "/tmp/cairn-recorded-XXXXXX"};
    char spec[128];
    int file = mkstemp(f->path);
    assert_true(file >= 0);
    assert_int_equal(write(file, records, sizeof records - 1), sizeof records - 1);
    close(file);
    assert_int_equal(cairn_ctx_open(&f->ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f->ctx, 4096, &f->arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(f->ctx, f->arena, "text", &f->world), CAIRN_OK);
    snprintf(spec, sizeof spec, "recorded:file=%s,format=stepwise", f->path);
    assert_int_equal(cairn_policy_open(f->ctx, f->arena, spec, &f->world, &f->policy), CAIRN_OK);
    return f;
}

static void close_fixture(fixture *f) {
    cairn_policy_close(&f->policy);
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
    unlink(f->path);
}

static cairn_problem problem_with(const char *text) {
    return (cairn_problem){.id = "p", .key = 1, .text = text, .difficulty = NAN, .max_steps = 16};
}

static cairn_proposal ask(fixture *f, const cairn_problem *problem, const char *const *steps, int32_t n,
                          uint32_t draw) {
    cairn_proposal q = {.problem = problem, .steps = steps, .n_steps = n, .draw = draw};
    assert_int_equal(f->policy.type->propose(f->ctx, f->policy.self, f->arena, &q, 1), CAIRN_OK);
    return q;
}

static void draws_from_the_root_replay_the_solutions_in_file_order(void **unused) {
    (void)unused;
    static const char *const solutions[3][4] = {{"a", "b", "c"}, {"d", "e"}, {"a", "f g"}};
    fixture *f = open_fixture();
    cairn_problem p = problem_with("P");
    cairn_start start = {.problem = &p, .state = "", .path = CAIRN_PATH_ROOT};
    cairn_rollout out[6];
    assert_int_equal(cairn_policy_rollouts(f->ctx, &f->policy, f->arena, 1, CAIRN_VERB_ROLLOUT, 0, &start, 1, 6,
                                           CAIRN_SAMPLING_DEFAULT, out, NULL),
                     CAIRN_OK);
    for (int j = 0; j < 6; j++) {
        int32_t n = 0;
        for (; solutions[j % 3][n]; n++) {
            assert_true(n < out[j].n_steps);
            assert_string_equal(out[j].steps[n], solutions[j % 3][n]);
        }
        assert_int_equal(out[j].n_steps, n);
    }
    assert_int_equal(out[2].tokens[1], 2);
    close_fixture(f);
}

static void a_shared_prefix_is_continued_by_the_solutions_that_share_it(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    cairn_problem p = problem_with("P");
    const char *prefix[] = {"a", "b"};
    assert_string_equal(ask(f, &p, prefix, 1, 0).text, "b");
    assert_string_equal(ask(f, &p, prefix, 1, 1).text, "f g"); /* the second of the two that pass */
    assert_string_equal(ask(f, &p, prefix, 1, 2).text, "b");
    assert_string_equal(ask(f, &p, prefix, 1, 5).text, "f g");
    cairn_proposal last = ask(f, &p, prefix, 2, 1);
    assert_string_equal(last.text, "c");
    assert_int_equal(last.stop, CAIRN_STOP_END);
    assert_true(isnan(last.logp));
    assert_int_equal(ask(f, &p, prefix, 1, 0).stop, CAIRN_STOP_STEP);
    close_fixture(f);
}

/* In a rollout the draw keeps its number: draw 2 is solution 2 at all its steps, and draw 1, which goes elsewhere, is 1
 * mod 2 of those that pass. */
static void a_whole_rollout_follows_its_own_solution(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    cairn_problem p = problem_with("P");
    const char *prefix[] = {"a"};
    cairn_proposal all[3] = {{.draw = 0}, {.draw = 1}, {.draw = 2}};
    static const char *const expected[] = {"b", "f g", "f g"};
    for (int i = 0; i < 3; i++) {
        all[i].problem = &p;
        all[i].steps = prefix;
        all[i].n_steps = 1;
        all[i].whole = true;
    }
    assert_int_equal(f->policy.type->propose(f->ctx, f->policy.self, f->arena, all, 3), CAIRN_OK);
    for (int i = 0; i < 3; i++) assert_string_equal(all[i].text, expected[i]);
    close_fixture(f);
}

static void it_says_how_many_solutions_it_has_and_how_long_they_are(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    cairn_problem p = problem_with("P"), q = problem_with("Q"), none = problem_with("R");
    assert_int_equal(cairn_policy_solutions(&f->policy, &p), 3);
    assert_int_equal(cairn_policy_solutions(&f->policy, &q), 1);
    assert_int_equal(cairn_policy_solutions(&f->policy, &none), 0);
    p.max_steps = 2;
    assert_int_equal(cairn_policy_max_steps(&f->policy, &p), 3); /* a b c is not cut off */
    assert_int_equal(cairn_policy_max_steps(&f->policy, &none), 16);
    close_fixture(f);
}

static void a_node_that_no_solution_passes_is_not_found_alone(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    cairn_problem p = problem_with("P"), q = problem_with("Q"), other = problem_with("R");
    const char *unknown[] = {"z"}, *whole[] = {"x"};
    cairn_proposal all[4] = {{.problem = &p, .steps = unknown, .n_steps = 1},
                             {.problem = &q, .steps = NULL, .n_steps = 0},
                             {.problem = &q, .steps = whole, .n_steps = 1},
                             {.problem = &other}};
    assert_int_equal(f->policy.type->propose(f->ctx, f->policy.self, f->arena, all, 4), CAIRN_OK);
    assert_int_equal(all[0].status, CAIRN_NOT_FOUND);
    assert_int_equal(all[1].status, CAIRN_OK);
    assert_string_equal(all[1].text, "x");
    assert_int_equal(all[2].status, CAIRN_NOT_FOUND);
    assert_int_equal(all[3].status, CAIRN_NOT_FOUND);
    close_fixture(f);
}

static void a_missing_file_is_named(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    cairn_policy policy;
    assert_int_not_equal(cairn_policy_open(f->ctx, f->arena, "recorded:file=/nonexistent/x.jsonl", &f->world, &policy),
                         CAIRN_OK);
    assert_non_null(strstr(cairn_error(f->ctx), "/nonexistent/x.jsonl"));
    assert_int_equal(cairn_policy_open(f->ctx, f->arena, "recorded", &f->world, &policy), CAIRN_INVALID);
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_from_the_root_replay_the_solutions_in_file_order),
        cmocka_unit_test(a_shared_prefix_is_continued_by_the_solutions_that_share_it),
        cmocka_unit_test(a_whole_rollout_follows_its_own_solution),
        cmocka_unit_test(it_says_how_many_solutions_it_has_and_how_long_they_are),
        cmocka_unit_test(a_node_that_no_solution_passes_is_not_found_alone),
        cmocka_unit_test(a_missing_file_is_named),
    };
    return cmocka_run_group_tests_name("policy recorded", tests, NULL, NULL);
}
