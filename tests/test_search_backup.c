/* label: light */
/* Back-up and completion by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "cairn/tree.h"

static cairn_ctx *ctx;
static cairn_tree *tree;

/* root 0 -> {1, 2}; 1 -> {3, 4} */
static int setup(void **state) {
    (void)state;
    cairn_node first;
    if (cairn_ctx_open(&ctx) != CAIRN_OK || cairn_tree_open(ctx, 0, &tree) != CAIRN_OK) return -1;
    if (cairn_tree_expand(ctx, tree, 0, NULL, 2, &first) != CAIRN_OK) return -1;
    return cairn_tree_expand(ctx, tree, 1, NULL, 2, &first) == CAIRN_OK ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    cairn_tree_close(tree);
    cairn_ctx_close(ctx);
    return 0;
}

static void mean_counts_and_sums_every_return(void **state) {
    (void)state;
    cairn_backup(tree, 0, 0.5, CAIRN_BACKUP_MEAN);
    cairn_backup(tree, 3, 1, CAIRN_BACKUP_MEAN);
    cairn_backup(tree, 2, 0.25, CAIRN_BACKUP_MEAN);
    assert_int_equal(tree->visits[0], 3);
    assert_true(tree->total[0] == 1.75);
    assert_int_equal(tree->visits[1], 1);
    assert_true(tree->total[1] == 1 && tree->total[2] == 0.25 && tree->total[3] == 1);
    assert_int_equal(tree->visits[4], 0);
    assert_true(tree->value[3] == 0); /* the working value is the search's, not the mean's */
}

/* Leaf 3 worth 2; edge into 3: reward 1, discount 0.5, so node 1 gets 1 + 0.5 * 2 = 2; edge into 1: reward -0.5,
 * discount 0.25, so the root gets -0.5 + 0.25 * 2 = 0. */
static void returns_grow_by_rewards_and_shrink_by_discounts(void **state) {
    (void)state;
    assert_int_equal(cairn_tree_need_edges(ctx, tree), CAIRN_OK);
    tree->edge_reward[3] = 1;
    tree->discount[3] = 0.5f;
    tree->edge_reward[1] = -0.5f;
    tree->discount[1] = 0.25f;
    cairn_backup(tree, 3, 2, CAIRN_BACKUP_MEAN);
    assert_true(tree->total[3] == 2 && tree->total[1] == 2 && tree->total[0] == 0);
    cairn_backup(tree, 3, 4, CAIRN_BACKUP_MEAN); /* 1 + 0.5 * 4 = 3, -0.5 + 0.25 * 3 = 0.25 */
    assert_true(tree->total[3] == 6 && tree->total[1] == 5 && tree->total[0] == 0.25);
    assert_int_equal(tree->visits[0], 2);
}

/* Children 3 (N 2, V 0.5) and 4 (N 1, V 0.875): V(1) = (2 * 0.5 + 0.875) / 3 = 0.625. Node 2 was never visited and does
 * not count. */
static void visit_mean_weighs_visited_children_by_their_visits(void **state) {
    (void)state;
    tree->value[2] = 9;
    cairn_backup(tree, 3, 0.25, CAIRN_BACKUP_VISIT_MEAN);
    cairn_backup(tree, 3, 0.5, CAIRN_BACKUP_VISIT_MEAN);
    cairn_backup(tree, 4, 0.875, CAIRN_BACKUP_VISIT_MEAN);
    assert_true(tree->value[3] == 0.5f);
    assert_true(tree->value[1] == 0.625f);
    assert_true(tree->value[0] == 0.625f);
    assert_int_equal(tree->visits[1], 3);
    assert_true(tree->total[1] == 3 * 0.625);              /* Q = W / N is V */
    cairn_backup(tree, 2, 0.125, CAIRN_BACKUP_VISIT_MEAN); /* (3 * 0.625 + 1 * 0.125) / 4 = 0.5 */
    assert_true(tree->value[0] == 0.5f);
    assert_int_equal(tree->visits[0], 4);
}

static void max_takes_the_best_visited_child_over_its_edge(void **state) {
    (void)state;
    assert_int_equal(cairn_tree_need_edges(ctx, tree), CAIRN_OK);
    tree->edge_reward[2] = 0.5f;
    tree->discount[2] = 0.5f;
    cairn_backup(tree, 3, 0.25, CAIRN_BACKUP_MAX);
    cairn_backup(tree, 4, -1, CAIRN_BACKUP_MAX);
    assert_true(tree->value[1] == 0.25f && tree->value[0] == 0.25f);
    cairn_backup(tree, 2, 0.5, CAIRN_BACKUP_MAX); /* 0.5 + 0.5 * 0.5 = 0.75 */
    assert_true(tree->value[0] == 0.75f);
    assert_true(tree->total[0] == 3 * 0.75);
    cairn_backup(tree, 4, -2, CAIRN_BACKUP_MAX);
    assert_true(tree->value[4] == -2 && tree->value[1] == 0.25f);
}

static void negative_values_beat_unvisited_children(void **state) {
    (void)state;
    cairn_backup(tree, 4, -3, CAIRN_BACKUP_MAX);
    assert_true(tree->value[1] == -3 && tree->value[0] == -3);
}

static void a_parent_is_complete_when_all_children_are_complete_or_dead(void **state) {
    (void)state;
    cairn_complete(tree, 3);
    assert_false(tree->flags[1] & CAIRN_NODE_COMPLETED);
    tree->flags[4] |= CAIRN_NODE_DEAD;
    cairn_complete(tree, 3);
    assert_true(tree->flags[1] & CAIRN_NODE_COMPLETED);
    assert_false(tree->flags[0] & CAIRN_NODE_COMPLETED);
    cairn_complete(tree, 2);
    assert_true(tree->flags[0] & CAIRN_NODE_COMPLETED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(mean_counts_and_sums_every_return, setup, teardown),
        cmocka_unit_test_setup_teardown(returns_grow_by_rewards_and_shrink_by_discounts, setup, teardown),
        cmocka_unit_test_setup_teardown(visit_mean_weighs_visited_children_by_their_visits, setup, teardown),
        cmocka_unit_test_setup_teardown(max_takes_the_best_visited_child_over_its_edge, setup, teardown),
        cmocka_unit_test_setup_teardown(negative_values_beat_unvisited_children, setup, teardown),
        cmocka_unit_test_setup_teardown(a_parent_is_complete_when_all_children_are_complete_or_dead, setup, teardown),
    };
    return cmocka_run_group_tests_name("search_backup", tests, NULL, NULL);
}
