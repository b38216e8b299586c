/* Turns in a search: what the world answers is kept in the tree, shown to policies and rewards, and paid on the edges.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "near.h"
#include "cairn/loops.h"
#include "world/lookup.h"

/* A policy whose next step is told by the test, and which remembers what it was shown last. */
static const char *next_step;
static cairn_stop next_stop;
static const char *shown_by_policy[8], *shown_by_reward[8];
static int32_t n_shown_by_policy, n_shown_by_reward;

static void remember(const char *const *observations, int32_t n, const char **out, int32_t *n_out) {
    for (int32_t i = 0; i < n && i < 8; i++) out[i] = observations ? observations[i] : NULL;
    *n_out = n;
}

static cairn_status told_propose(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_proposal *requests, int32_t n) {
    (void)ctx, (void)self, (void)arena;
    for (int32_t i = 0; i < n; i++) {
        remember(requests[i].observations, requests[i].n_steps, shown_by_policy, &n_shown_by_policy);
        requests[i].text = next_step;
        requests[i].n_tokens = 1;
        requests[i].stop = next_stop;
        requests[i].status = CAIRN_OK;
    }
    return CAIRN_OK;
}

static cairn_status told_score(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                               cairn_reward_cost *cost) {
    (void)ctx, (void)self, (void)arena, (void)cost;
    for (int32_t i = 0; i < n; i++) {
        remember(requests[i].observations, requests[i].n_steps, shown_by_reward, &n_shown_by_reward);
        requests[i].score = 0.5;
    }
    return CAIRN_OK;
}

static const cairn_policy_type told_policy = {.about = {.name = "told"}, .propose = told_propose};
static const cairn_reward_type told_reward = {.about = {.name = "told"}, .score = told_score};

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_tree *tree;
    cairn_world world;
    cairn_policy policy;
    cairn_reward reward;
    cairn_problem problem;
    cairn_workspace workspace;
} fixture;

static fixture *open_fixture(void) {
    static fixture held;
    fixture *f = &held;
    *f = (fixture){0};
    assert_int_equal(cairn_ctx_open(&f->ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f->ctx, 4096, &f->arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(f->ctx, f->arena, "lookup:accounts=2,cost=0.02", &f->world), CAIRN_OK);
    assert_int_equal(cairn_tree_open(f->ctx, f->world.type->state_bytes, &f->tree), CAIRN_OK);
    assert_int_equal(f->world.type->generate(f->ctx, f->world.self, 1, 0, f->arena, &f->problem), CAIRN_OK);
    f->policy = (cairn_policy){.type = &told_policy, .world = &f->world};
    f->reward = (cairn_reward){.type = &told_reward, .world = &f->world, .high = 1, .source = "told", .n_outputs = 1};
    f->workspace = (cairn_workspace){
        .ctx = f->ctx, .world = &f->world, .problem = &f->problem, .tree = f->tree, .arena = f->arena, .seed = 1};
    f->workspace.cast[CAIRN_ROLE_GENERATOR] = (cairn_part){.policy = &f->policy, .sampling = CAIRN_SAMPLING_DEFAULT};
    f->workspace.cast[CAIRN_ROLE_JUDGE] = (cairn_part){.reward = &f->reward};
    assert_int_equal(cairn_workspace_begin(&f->workspace), CAIRN_OK);
    return f;
}

static void close_fixture(fixture *f) {
    cairn_tree_close(f->tree);
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
}

static cairn_node grow(fixture *f, cairn_node node, const char *step) {
    cairn_branch branch = {.node = node, .count = 1}, child;
    int32_t n;
    next_step = step;
    next_stop = CAIRN_STOP_STEP;
    assert_int_equal(cairn_propose(&f->workspace, CAIRN_ROLE_GENERATOR, &branch, 1, &child, &n), CAIRN_OK);
    assert_int_equal(n, 1);
    return child.node;
}

static const char *lookup_step(fixture *f, int place) {
    return cairn_arena_printf(f->arena, "lookup(%d)", (int)((const lookup_problem *)f->problem.data)->account[place]);
}

static const char *amount(fixture *f, int place) {
    return cairn_arena_printf(f->arena, "%d", (int)((const lookup_problem *)f->problem.data)->amount[place]);
}

static void the_tree_keeps_what_the_world_answered(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    cairn_node first = grow(f, CAIRN_ROOT, lookup_step(f, 0)), second = grow(f, first, lookup_step(f, 1));
    cairn_node end = grow(f, second, cairn_arena_printf(f->arena, "answer %s", f->problem.answer));
    assert_string_equal(cairn_tree_observation(f->tree, first), amount(f, 0));
    assert_string_equal(cairn_tree_observation(f->tree, second), amount(f, 1));
    assert_null(cairn_tree_observation(f->tree, end));
    assert_null(cairn_tree_observation(f->tree, CAIRN_ROOT));
    assert_int_equal(f->tree->kind[first], CAIRN_KIND_TOOL);
    assert_int_equal(f->tree->kind[end], CAIRN_KIND_REASON);
    assert_near(f->tree->edge_reward[first], -0.02, 1e-7);
    assert_near(f->tree->edge_reward[end], 0, 0);
    assert_near(f->tree->paid[second], -0.02, 1e-7);
    assert_near(cairn_tree_paid(f->tree, end), -0.04, 1e-7);
    assert_near(cairn_tree_paid(f->tree, CAIRN_ROOT), 0, 0);
    assert_true(f->tree->flags[end] & CAIRN_NODE_TERMINAL);
    assert_int_equal(cairn_check(&f->workspace, &end, 1), CAIRN_OK);
    assert_int_equal(cairn_tree_verdict(f->tree, end), CAIRN_VERDICT_RIGHT);
    const char *const *seen;
    assert_int_equal(cairn_tree_observations(f->ctx, f->tree, end, f->arena, &seen), CAIRN_OK);
    assert_string_equal(seen[0], amount(f, 0));
    assert_string_equal(seen[1], amount(f, 1));
    assert_null(seen[2]);
    close_fixture(f);
}

static void a_wrong_outcome_has_the_value_that_the_world_gives_it(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    cairn_node end = grow(f, CAIRN_ROOT, "answer 0");
    assert_int_equal(cairn_check(&f->workspace, &end, 1), CAIRN_OK);
    assert_int_equal(cairn_tree_verdict(f->tree, end), CAIRN_VERDICT_WRONG);
    assert_near(f->tree->outcome[end], -0.5, 0);
    close_fixture(f);
}

static void equal_tool_steps_merge(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    cairn_node first = grow(f, CAIRN_ROOT, lookup_step(f, 0)), again = grow(f, CAIRN_ROOT, lookup_step(f, 0));
    assert_int_equal(first, again);
    assert_int_equal(f->tree->multiplicity[first], 2);
    close_fixture(f);
}

static void policies_and_rewards_are_shown_the_answers(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    cairn_node first = grow(f, CAIRN_ROOT, lookup_step(f, 0));
    assert_int_equal(n_shown_by_policy, 0);
    cairn_node bad = grow(f, first, "well"), last = grow(f, bad, lookup_step(f, 1));
    assert_int_equal(n_shown_by_policy, 2);
    assert_string_equal(shown_by_policy[0], amount(f, 0));
    assert_null(shown_by_policy[1]);
    assert_int_equal(cairn_score(&f->workspace, &last, 1), CAIRN_OK);
    assert_int_equal(n_shown_by_reward, 3); /* with the answer to the step that is scored */
    assert_string_equal(shown_by_reward[0], amount(f, 0));
    assert_null(shown_by_reward[1]);
    assert_string_equal(shown_by_reward[2], amount(f, 1));
    close_fixture(f);
}

static void rollouts_start_from_the_answers_of_their_prefix(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    cairn_node first = grow(f, CAIRN_ROOT, lookup_step(f, 0));
    cairn_rollout rollout;
    int32_t done;
    next_step = cairn_arena_printf(f->arena, "answer %s", f->problem.answer);
    assert_int_equal(cairn_rollouts(&f->workspace, CAIRN_ROLE_COMPLETER, &first, 1, 1, &rollout, &done), CAIRN_OK);
    assert_int_equal(n_shown_by_policy, 1);
    assert_string_equal(shown_by_policy[0], amount(f, 0));
    assert_int_equal(rollout.outcome.verdict, CAIRN_VERDICT_RIGHT);
    assert_near(rollout.reward, 0, 0); /* what the prefix paid is not the rollout's */
    close_fixture(f);
}

/* Every step is the same lookup, scored 0.5 and paid -0.02: an edge is worth 0.48. The root, then its child, then that
 * one's child are visited; each leaf is worth 0, so the root's three returns are 0, 0.48 and 0.96. */
static void edge_scores_stand_beside_what_the_world_paid(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    const cairn_search_type *type;
    const void *config;
    cairn_result result;
    next_step = lookup_step(f, 0);
    next_stop = CAIRN_STOP_STEP;
    assert_int_equal(cairn_search_find(f->ctx, f->arena, "mcts:evaluate=edge,branch=1,simulations=3", &type, &config),
                     CAIRN_OK);
    if (cairn_search_run(&f->workspace, type, config, &result) != CAIRN_OK) fail_msg("%s", cairn_error(f->ctx));
    assert_int_equal(f->tree->visits[CAIRN_ROOT], 3);
    assert_near(f->tree->total[CAIRN_ROOT], 1.44, 1e-6);
    for (cairn_node node = 1; node < f->tree->count; node++) {
        assert_near(f->tree->edge_reward[node], 0.48, 1e-6);
        assert_near(f->tree->paid[node], -0.02, 1e-7);
    }
    assert_int_equal(result.n, 1);
    assert_near(result.candidates[0].paid, -0.02 * f->tree->depth[result.candidates[0].leaf], 1e-6);
    close_fixture(f);
}

/* Both end right and score 0.5, but one looked an amount up, which costs 0.02: the other has the greater value. */
static void of_two_solutions_with_one_score_the_cheaper_is_chosen(void **unused) {
    (void)unused;
    fixture *f = open_fixture();
    const char *answer = cairn_arena_printf(f->arena, "answer %s", f->problem.answer);
    cairn_node dear = grow(f, grow(f, CAIRN_ROOT, lookup_step(f, 0)), answer), cheap = grow(f, CAIRN_ROOT, answer);
    cairn_branch leaves[] = {{.node = dear, .count = 1}, {.node = cheap, .count = 1}};
    cairn_result result;
    f->workspace.aggregator = CAIRN_AGGREGATE_LAST;
    assert_int_equal(cairn_score_branches(&f->workspace, leaves, 2), CAIRN_OK);
    assert_int_equal(cairn_candidates(&f->workspace, leaves, 2, &result), CAIRN_OK);
    assert_near(result.candidates[0].score, 0.5, 0);
    assert_near(result.candidates[0].paid, -0.02, 1e-7);
    assert_near(result.candidates[1].paid, 0, 0);
    cairn_status (*const choices[])(cairn_workspace *, cairn_result *) = {cairn_choose_best, cairn_choose_majority,
                                                                          cairn_choose_weighted};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(choices[i](&f->workspace, &result), CAIRN_OK);
        assert_int_equal(result.chosen, 1);
    }
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_keeps_what_the_world_answered),
        cmocka_unit_test(a_wrong_outcome_has_the_value_that_the_world_gives_it),
        cmocka_unit_test(equal_tool_steps_merge),
        cmocka_unit_test(policies_and_rewards_are_shown_the_answers),
        cmocka_unit_test(rollouts_start_from_the_answers_of_their_prefix),
        cmocka_unit_test(edge_scores_stand_beside_what_the_world_paid),
        cmocka_unit_test(of_two_solutions_with_one_score_the_cheaper_is_chosen),
    };
    return cmocka_run_group_tests_name("search turns", tests, NULL, NULL);
}
