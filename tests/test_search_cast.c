/* A cast of roles: who proposes, completes and scores in one workspace, with counts, random streams and costs of each
 * role apart. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "cairn/search.h"

/* label: light */

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_tree *tree;
    cairn_world world;
    cairn_policy careful, careless;
    cairn_reward truth, value;
    cairn_problem problem;
    cairn_workspace workspace;
} fixture;

static int set_up(void **state) {
    static fixture f;
    memset(&f, 0, sizeof f);
    assert_int_equal(cairn_ctx_open(&f.ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f.ctx, 65536, &f.arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(f.ctx, f.arena, "chain:steps=6", &f.world), CAIRN_OK);
    assert_int_equal(cairn_tree_open(f.ctx, f.world.type->state_bytes, &f.tree), CAIRN_OK);
    assert_int_equal(cairn_policy_open(f.ctx, f.arena, "scripted:error=0.1", &f.world, &f.careful), CAIRN_OK);
    assert_int_equal(cairn_policy_open(f.ctx, f.arena, "scripted:error=0.6", &f.world, &f.careless), CAIRN_OK);
    assert_int_equal(cairn_reward_open(f.ctx, f.arena, "exact:what=step", &f.world, &f.careful, &f.truth), CAIRN_OK);
    assert_int_equal(cairn_reward_open(f.ctx, f.arena, "exact:what=value", &f.world, &f.careless, &f.value), CAIRN_OK);
    assert_int_equal(f.world.type->generate(f.ctx, f.world.self, 7, 0, f.arena, &f.problem), CAIRN_OK);
    *state = &f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    cairn_reward_close(&f->value);
    cairn_reward_close(&f->truth);
    cairn_policy_close(&f->careless);
    cairn_policy_close(&f->careful);
    cairn_tree_close(f->tree);
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
    return 0;
}

/* A fresh workspace; `prover` and `reward` may be NULL. */
static cairn_workspace *begin(fixture *f, const cairn_policy *prover, const cairn_reward *reward) {
    cairn_tree_reset(f->tree);
    f->workspace = (cairn_workspace){.ctx = f->ctx,
                                     .world = &f->world,
                                     .problem = &f->problem,
                                     .tree = f->tree,
                                     .arena = f->arena,
                                     .seed = 3,
                                     .aggregator = CAIRN_AGGREGATE_LAST};
    f->workspace.cast[CAIRN_ROLE_GENERATOR] = (cairn_part){.policy = &f->careful, .sampling = CAIRN_SAMPLING_DEFAULT};
    f->workspace.cast[CAIRN_ROLE_PROVER].policy = prover;
    f->workspace.cast[CAIRN_ROLE_PROVER].reward = reward;
    f->workspace.cast[CAIRN_ROLE_JUDGE].reward = &f->truth;
    assert_int_equal(cairn_workspace_begin(&f->workspace), CAIRN_OK);
    return &f->workspace;
}

enum { DRAWS = 12 };

/* The texts of the generator's next draws at the root, in order of first draw. */
static int32_t propose(cairn_workspace *w, cairn_role role, int32_t count, const char *texts[DRAWS]) {
    cairn_branch branch = {.node = CAIRN_ROOT, .count = count}, children[DRAWS];
    int32_t n;
    assert_int_equal(cairn_propose(w, role, &branch, 1, children, &n), CAIRN_OK);
    for (int32_t i = 0; i < n; i++) texts[i] = cairn_tree_text(w->tree, children[i].node);
    return n;
}

static void another_role_does_not_shift_the_draws_of_the_first(void **state) {
    fixture *f = *state;
    const char *alone[2 * DRAWS], *beside[2 * DRAWS], *other[DRAWS];
    char kept[2 * DRAWS][64];
    cairn_workspace *w = begin(f, NULL, NULL);
    int32_t first = propose(w, CAIRN_ROLE_GENERATOR, DRAWS, alone), n = first;
    n += propose(w, CAIRN_ROLE_GENERATOR, DRAWS, alone + n);
    for (int32_t i = 0; i < n; i++) snprintf(kept[i], sizeof kept[i], "%s", alone[i]);

    w = begin(f, &f->careless, NULL);
    assert_int_equal(propose(w, CAIRN_ROLE_GENERATOR, DRAWS, beside), first);
    propose(w, CAIRN_ROLE_PROVER, DRAWS, other);
    assert_int_equal(propose(w, CAIRN_ROLE_GENERATOR, DRAWS, beside + first), n - first);
    for (int32_t i = 0; i < n; i++) assert_string_equal(beside[i], kept[i]);
    assert_int_equal(w->tree->draws[CAIRN_ROLE_GENERATOR][CAIRN_ROOT], 2 * DRAWS);
    assert_int_equal(w->tree->draws[CAIRN_ROLE_PROVER][CAIRN_ROOT], DRAWS);
}

/* The children of two roles with the same draw number have random streams of their own. */
static void children_of_two_roles_have_different_paths(void **state) {
    fixture *f = *state;
    const char *texts[DRAWS];
    cairn_workspace *w = begin(f, &f->careless, NULL);
    propose(w, CAIRN_ROLE_GENERATOR, DRAWS, texts);
    propose(w, CAIRN_ROLE_PROVER, DRAWS, texts);
    for (cairn_node a = 1; a < w->tree->count; a++)
        for (cairn_node b = a + 1; b < w->tree->count; b++) assert_true(w->tree->path[a] != w->tree->path[b]);
}

static void counts_and_costs_of_roles_are_apart(void **state) {
    fixture *f = *state;
    cairn_node root = CAIRN_ROOT;
    cairn_rollout rollouts[64];
    int32_t done, ok[2] = {0};
    cairn_workspace *w = begin(f, &f->careless, NULL);
    assert_int_equal(cairn_rollouts(w, CAIRN_ROLE_COMPLETER, &root, 1, 64, rollouts, &done), CAIRN_OK);
    for (int i = 0; i < 64; i++) ok[0] += rollouts[i].outcome.verdict == CAIRN_VERDICT_RIGHT;
    int64_t steps = w->cost.steps[CAIRN_ROLE_COMPLETER];
    assert_int_equal(cairn_rollouts(w, CAIRN_ROLE_PROVER, &root, 1, 64, rollouts, &done), CAIRN_OK);
    for (int i = 0; i < 64; i++) ok[1] += rollouts[i].outcome.verdict == CAIRN_VERDICT_RIGHT;
    assert_int_equal(w->tree->mc_n[CAIRN_ROLE_COMPLETER][CAIRN_ROOT], 64);
    assert_int_equal(w->tree->mc_ok[CAIRN_ROLE_COMPLETER][CAIRN_ROOT], ok[0]);
    assert_int_equal(w->tree->mc_n[CAIRN_ROLE_PROVER][CAIRN_ROOT], 64);
    assert_int_equal(w->tree->mc_ok[CAIRN_ROLE_PROVER][CAIRN_ROOT], ok[1]);
    assert_true(ok[0] > 20 && ok[1] < 10); /* 0.9^6 = 0.53 and 0.4^6 = 0.004 of 64 */
    assert_int_equal(w->cost.steps[CAIRN_ROLE_COMPLETER], steps);
    assert_true(w->cost.steps[CAIRN_ROLE_PROVER] > 0 && w->cost.steps[CAIRN_ROLE_GENERATOR] == 0);
    assert_null(w->tree->mc_n[CAIRN_ROLE_GENERATOR]);
}

/* The completer has no policy of its own: the generator's acts, with random numbers of the completer's role. */
static void an_unbound_role_acts_with_the_generators_policy(void **state) {
    fixture *f = *state;
    cairn_workspace *w = begin(f, NULL, NULL);
    assert_ptr_equal(cairn_workspace_policy(w, CAIRN_ROLE_COMPLETER), &f->careful);
    assert_int_equal(cairn_workspace_sampling(w, CAIRN_ROLE_COMPLETER).max_tokens, 256);
    w->cast[CAIRN_ROLE_COMPLETER].sampling = (cairn_sampling){.temperature = 0.5, .max_tokens = 9};
    assert_int_equal(cairn_workspace_sampling(w, CAIRN_ROLE_COMPLETER).max_tokens, 9);
    w->cast[CAIRN_ROLE_GENERATOR].policy = NULL;
    cairn_branch branch = {.node = CAIRN_ROOT, .count = 1}, child;
    int32_t n;
    assert_int_equal(cairn_propose(w, CAIRN_ROLE_GENERATOR, &branch, 1, &child, &n), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(f->ctx), "generator"));
}

static void each_rewards_scores_have_a_column_of_their_own(void **state) {
    fixture *f = *state;
    const char *texts[DRAWS];
    cairn_workspace *w = begin(f, &f->careless, &f->value);
    propose(w, CAIRN_ROLE_GENERATOR, DRAWS, texts);
    cairn_node node = 1;
    int32_t judge = w->cast[CAIRN_ROLE_JUDGE].column, prover = w->cast[CAIRN_ROLE_PROVER].column;
    assert_int_equal(w->column, judge);
    assert_true(judge != prover);
    assert_string_equal(w->tree->about_score[judge].name, "reward");
    assert_string_equal(w->tree->about_score[prover].name, "prover");
    assert_int_equal(cairn_score(w, &node, 1), CAIRN_OK);
    assert_true(isnan(w->tree->score[prover][node]));
    assert_int_equal(w->tree->marks[prover][node], 0);
    assert_int_equal(cairn_score_as(w, CAIRN_ROLE_PROVER, &node, 1), CAIRN_OK);
    double right = w->tree->score[judge][node], value;
    assert_true(right == 0 || right == 1);
    assert_int_equal(
        f->careless.type->value(f->ctx, f->careless.self, &f->problem, cairn_tree_state(w->tree, node), &value),
        CAIRN_OK);
    assert_true(w->tree->score[prover][node] == (float)value);
    assert_int_equal(cairn_score_as(w, CAIRN_ROLE_CRITIC, &node, 1), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(f->ctx), "critic"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_role_does_not_shift_the_draws_of_the_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(children_of_two_roles_have_different_paths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_and_costs_of_roles_are_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unbound_role_acts_with_the_generators_policy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_rewards_scores_have_a_column_of_their_own, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
