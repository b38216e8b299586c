/* The verbs ask and next on a tree: whom they ask, what they count, when they stop. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "follow_model.h"
#include "near.h"

#include "cairn/search.h"

typedef struct bench {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_policy policy, scripted;
    cairn_problem problem;
    cairn_tree *tree;
    cairn_workspace workspace;
    char path[64], spec[128];
} bench;

static cairn_asking request(double temperature) {
    static const char *const words[] = {"yes", "no"};
    return (cairn_asking){.sampling = {.temperature = temperature, .max_tokens = 32}, .choices = words, .n_choices = 2};
}

static void test_ask_counts_requests_and_tokens_by_role(void **state) {
    bench *b = *state;
    cairn_workspace *s = &b->workspace;
    cairn_asking q[2] = {request(0), request(0)};
    q[1].problem = "another text";
    q[1].one_step = true;
    assert_int_equal(cairn_ask(s, CAIRN_ROLE_CRITIC, q, 2), CAIRN_OK);
    assert_string_equal(q[0].problem, b->problem.text);
    assert_string_equal(q[0].name, b->problem.id);
    assert_int_equal(q[0].n_written, 2);
    assert_int_equal(q[1].n_written, 1);
    assert_int_equal(s->cost.asks[CAIRN_ROLE_CRITIC], 2);
    assert_int_equal(s->cost.tokens[CAIRN_ROLE_CRITIC], 6 + 2); /* g <step> yes </s>; g <step> */
    assert_int_equal(s->cost.tokens[CAIRN_ROLE_GENERATOR], 0);
    assert_near(exp(q[1].choice_logp[0]), 0.75, 1e-6);
}

/* With 3/4 for yes, 40 draws are not all the same; the same seed says them again, in any grouping. */
static void test_draws_follow_one_another(void **state) {
    bench *b = *state;
    enum { N = 40 };
    cairn_asking all[N], one;
    int yes = 0;
    for (int i = 0; i < N; i++) all[i] = request(1);
    assert_int_equal(cairn_ask(&b->workspace, CAIRN_ROLE_CRITIC, all, N), CAIRN_OK);
    b->workspace.cost = (cairn_cost){0};
    for (int i = 0; i < N; i++) {
        one = request(1);
        assert_int_equal(cairn_ask(&b->workspace, CAIRN_ROLE_CRITIC, &one, 1), CAIRN_OK);
        assert_string_equal(one.written[1], all[i].written[1]);
        yes += one.written[1][0] == 'y';
    }
    assert_in_range(yes, 20, 38); /* binomial(40, 3/4): 1 in 10^4 outside */
}

static void test_a_spent_token_budget_ends_the_asking_of_who_is_counted(void **state) {
    bench *b = *state;
    cairn_workspace *s = &b->workspace;
    cairn_asking q = request(0);
    s->budget.tokens = 6;
    assert_int_equal(cairn_ask(s, CAIRN_ROLE_GENERATOR, &q, 1), CAIRN_OK);
    assert_int_equal(cairn_ask(s, CAIRN_ROLE_GENERATOR, &q, 1), CAIRN_BUDGET);
    assert_int_equal(s->cost.asks[CAIRN_ROLE_GENERATOR], 1);
    assert_int_equal(cairn_ask(s, CAIRN_ROLE_CRITIC, &q, 1), CAIRN_OK);
}

/* Behind the root and behind a step: g is all that follows <sep>, y or n what follows <step>. */
static void test_next_reads_the_steps_of_nodes(void **state) {
    bench *b = *state;
    cairn_workspace *s = &b->workspace;
    cairn_child child = {.text = "19 + 8 = 27", .length = 11, .path = 7};
    cairn_node nodes[2] = {CAIRN_ROOT};
    cairn_prediction out[2] = {{0}};
    assert_int_equal(cairn_tree_add(b->ctx, b->tree, CAIRN_ROOT, &child, &nodes[1]), CAIRN_OK);
    assert_int_equal(cairn_next(s, CAIRN_ROLE_GENERATOR, nodes, 2, out), CAIRN_OK);
    assert_int_equal(out[0].n_tokens, FOLLOW_TOKENS);
    assert_near(out[0].logp['g'], 0, 1e-6);
    assert_near(out[1].logp['y'], log(0.75), 1e-5);
    assert_near(out[1].logp['n'], log(0.25), 1e-5);
    static bool legal[FOLLOW_TOKENS] = {['n'] = true, ['x'] = true};
    out[1].legal = legal;
    assert_int_equal(cairn_next(s, CAIRN_ROLE_GENERATOR, &nodes[1], 1, &out[1]), CAIRN_OK);
    assert_near(out[1].logp['n'], 0, 1e-6);
    assert_near(out[1].logp['x'], -60, 1e-4);
    assert_true(out[1].logp['y'] == -INFINITY);
    assert_int_equal(s->cost.nexts[CAIRN_ROLE_GENERATOR], 3);
    assert_int_equal(s->cost.tokens[CAIRN_ROLE_GENERATOR], 0);
}

static void test_a_policy_that_cannot_is_named(void **state) {
    bench *b = *state;
    cairn_asking q = request(0);
    cairn_prediction p = {0};
    cairn_node root = CAIRN_ROOT;
    b->workspace.cast[CAIRN_ROLE_GENERATOR].policy = &b->scripted;
    assert_int_equal(cairn_ask(&b->workspace, CAIRN_ROLE_CRITIC, &q, 1), CAIRN_UNSUPPORTED);
    assert_non_null(strstr(cairn_error(b->ctx), "scripted"));
    assert_int_equal(cairn_next(&b->workspace, CAIRN_ROLE_CRITIC, &root, 1, &p), CAIRN_UNSUPPORTED);
}

/* ---- fixture ------------------------------------------------------------------------------------------------------------------- */

static int begin(void **state) {
    bench *b = *state;
    assert_int_equal(cairn_tree_open(b->ctx, b->world.type->state_bytes, &b->tree), CAIRN_OK);
    b->workspace = (cairn_workspace){.ctx = b->ctx,
                                     .world = &b->world,
                                     .cast[CAIRN_ROLE_GENERATOR].policy = &b->policy,
                                     .problem = &b->problem,
                                     .tree = b->tree,
                                     .arena = b->arena,
                                     .seed = 5,
                                     .cast[CAIRN_ROLE_GENERATOR].sampling = CAIRN_SAMPLING_DEFAULT};
    assert_int_equal(cairn_workspace_begin(&b->workspace), CAIRN_OK);
    return 0;
}

static int end(void **state) {
    bench *b = *state;
    cairn_tree_close(b->tree);
    return 0;
}

static int open_bench(void **state) {
    static bench b = {.path = "/tmp/cairn-hand-XXXXXX"};
    *state = &b;
    assert_int_equal(cairn_ctx_open(&b.ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(b.ctx, 1 << 16, &b.arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(b.ctx, b.arena, "chain:steps=4", &b.world), CAIRN_OK);
    assert_int_equal(b.world.type->generate(b.ctx, b.world.self, 1, 0, b.arena, &b.problem), CAIRN_OK);
    follow_model m = open_follow_model(b.ctx, 512);
    follow_critic(&m);
    write_follow_model(&m, b.path);
    snprintf(b.spec, sizeof b.spec, "model:file=%s", b.path);
    assert_int_equal(cairn_policy_open(b.ctx, b.arena, b.spec, &b.world, &b.policy), CAIRN_OK);
    assert_int_equal(cairn_policy_open(b.ctx, b.arena, "scripted", &b.world, &b.scripted), CAIRN_OK);
    return 0;
}

static int close_bench(void **state) {
    bench *b = *state;
    cairn_policy_close(&b->policy);
    cairn_policy_close(&b->scripted);
    cairn_world_close(&b->world);
    cairn_arena_close(b->arena);
    cairn_ctx_close(b->ctx);
    return unlink(b->path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ask_counts_requests_and_tokens_by_role, begin, end),
        cmocka_unit_test_setup_teardown(test_draws_follow_one_another, begin, end),
        cmocka_unit_test_setup_teardown(test_a_spent_token_budget_ends_the_asking_of_who_is_counted, begin, end),
        cmocka_unit_test_setup_teardown(test_next_reads_the_steps_of_nodes, begin, end),
        cmocka_unit_test_setup_teardown(test_a_policy_that_cannot_is_named, begin, end),
    };
    return cmocka_run_group_tests_name("search ask", tests, open_bench, close_bench);
}
