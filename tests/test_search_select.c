/* label: light */
/* Selection: the formulas by hand, first play, ties, closed children, and that the layout of children never matters. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "cairn/tree.h"

static cairn_ctx *ctx;
static cairn_tree *tree;

static int setup(void **state) {
    (void)state;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return -1;
    return cairn_tree_open(ctx, 0, &tree) == CAIRN_OK ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    cairn_tree_close(tree);
    cairn_ctx_close(ctx);
    return 0;
}

/* A root of `visits` with `n` children 1 .. n. */
static void family(uint32_t visits, double total, const float *priors, uint32_t n) {
    cairn_node first;
    cairn_tree_reset(tree);
    assert_int_equal(cairn_tree_expand(ctx, tree, CAIRN_ROOT, priors, n, &first), CAIRN_OK);
    tree->visits[CAIRN_ROOT] = visits;
    tree->total[CAIRN_ROOT] = total;
}

static void visited(cairn_node node, uint32_t visits, double q) {
    tree->visits[node] = visits;
    tree->total[node] = visits * q;
}

/* A formula is read off a rival whose score is known (its q, by c = 0 through PUCT's P = 0 or a huge N): the child wins
 * just when its score is above `score - slack` and loses against `score + slack`. */
static void child_scores(const cairn_select *select, cairn_node child, double score) {
    const double slack = 1e-9;
    cairn_node rival = child == 1 ? 2 : 1;
    tree->visits[rival] = INT32_MAX - 1;
    for (int above = 0; above < 2; above++) {
        double bonus = 0;
        if (select->rule == CAIRN_SELECT_UCT || select->rule == CAIRN_SELECT_UCT2)
            bonus =
                select->c * sqrt((select->rule == CAIRN_SELECT_UCT ? 1 : 2) * log(tree->visits[0]) / (INT32_MAX - 1));
        double q = score + (above ? slack : -slack) - bonus;
        tree->total[rival] = q * (INT32_MAX - 1);
        assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, select), above ? rival : child);
    }
}

/* Page 28, unit case 2: V 0.5, c 0.5, N_parent 4, N 2 gives 0.5 + 0.5 sqrt(2 ln 4 / 2) = 1.0887. */
static void uct2_gives_the_published_value(void **state) {
    (void)state;
    family(4, 0, NULL, 2);
    visited(1, 2, 0.5);
    cairn_select select = {.rule = CAIRN_SELECT_UCT2, .c = 0.5};
    double expected = 0.5 + 0.5 * sqrt(log(4.0));
    assert_true(fabs(expected - 1.0887) < 5e-5);
    child_scores(&select, 1, expected);
    visited(2, 2, 0.5);
    child_scores(&select, 2, expected);
}

static void uct_has_no_factor_two(void **state) {
    (void)state;
    family(9, 0, NULL, 2);
    visited(1, 4, 0.25);
    child_scores(&(cairn_select){.rule = CAIRN_SELECT_UCT, .c = 1.5}, 1, 0.25 + 1.5 * sqrt(log(9.0) / 4));
}

/* q 0.5, P 0.25, N 3, N_parent 16, c 2: 0.5 + 2 * 0.25 * 4 / 4 = 1. */
static void puct_by_hand(void **state) {
    (void)state;
    family(16, 0, (const float[]){0.25f, 0}, 2);
    visited(1, 3, 0.5);
    child_scores(&(cairn_select){.rule = CAIRN_SELECT_PUCT, .c = 2}, 1, 1.0);
}

/* base 19, N_parent 4: c = 1.25 + ln(24 / 19); P 0.5, N 1: q + c * 0.5 * 2 / 2. */
static void muzero_by_hand(void **state) {
    (void)state;
    family(4, 0, (const float[]){0.5f, 0}, 2);
    visited(1, 1, 0.125);
    child_scores(&(cairn_select){.rule = CAIRN_SELECT_MUZERO, .pb_c_init = 1.25, .pb_c_base = 19}, 1,
                 0.125 + 0.5 * (1.25 + log(24.0 / 19.0)));
}

/* Edge reward 0.25 and discount 0.5 make q = 0.25 + 0.5 * 0.5 = 0.5. */
static void an_edge_pays_its_reward_and_shrinks_the_value(void **state) {
    (void)state;
    family(16, 0, (const float[]){0, 0}, 2);
    assert_int_equal(cairn_tree_need_edges(ctx, tree), CAIRN_OK);
    visited(1, 3, 0.5);
    tree->edge_reward[1] = 0.25f;
    tree->discount[1] = 0.5f;
    child_scores(&(cairn_select){.rule = CAIRN_SELECT_PUCT, .c = 1}, 1, 0.5);
}

static void infinite_first_play_visits_every_child_once_in_order(void **state) {
    (void)state;
    family(3, 2.7, NULL, 4);
    cairn_select select = {.rule = CAIRN_SELECT_UCT, .c = 1, .first_play = CAIRN_FIRST_PLAY_INFINITE};
    for (cairn_node i = 1; i <= 4; i++) {
        assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, &select), i);
        visited(i, 1, i == 2 ? 100 : 0);
    }
    assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, &select), 2);
}

/* P = 0 leaves q alone to decide against a rival of q 0.5. */
static void first_play_gives_the_unvisited_child_its_value(void **state) {
    (void)state;
    family(4, 4 * 0.75, (const float[]){0, 0}, 2);
    cairn_select select = {.rule = CAIRN_SELECT_PUCT, .c = 1, .first_play_value = 0.375};
    select.first_play = CAIRN_FIRST_PLAY_CONSTANT;
    child_scores(&select, 1, 0.375);
    select.first_play = CAIRN_FIRST_PLAY_PARENT;
    child_scores(&select, 1, 0.75);
    select.first_play = CAIRN_FIRST_PLAY_VALUE;
    tree->value[1] = 0.625f;
    child_scores(&select, 1, 0.625);
    select.rule = CAIRN_SELECT_UCT; /* an unvisited child counts as visited once */
    child_scores(&select, 1, 0.625 + sqrt(log(4.0)));
}

/* Parent's value 2, visited q 1 and 3: 1 -> 0, 3 -> 1; the unvisited child stands at the least, 0. */
static void sibling_scaling_spans_parent_and_visited_children(void **state) {
    (void)state;
    cairn_select select = {.rule = CAIRN_SELECT_PUCT,
                           .c = 1,
                           .normalise = CAIRN_NORMALISE_SIBLINGS,
                           .first_play = CAIRN_FIRST_PLAY_INFINITE};
    family(4, 8, (const float[]){0.25f, 0.5f, 0.75f}, 3);
    visited(1, 1, 1); /* 0 + 0.25 * 2 / 2 = 0.25 */
    visited(2, 1, 3); /* 1 + 0.5 * 2 / 2 = 1.5 */
    assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, &select),
                     2); /* third: 0 + 0.75 * 2 = 1.5: the tie goes to the earlier */
    tree->prior[3] = 0.7500001f;
    assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, &select), 3);
    family(4, 8, (const float[]){0.25f, 0.25f}, 2); /* no child visited: parent alone, range 0 */
    assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, &select), 1);
    family(2, 8, (const float[]){0, 1},
           2); /* parent's value 4 above the only visited q of 2: that child is the least, 0 */
    visited(1, 1, 2);
    assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, &select), 2);
}

/* Range -1 .. 3: q 1 becomes 0.5. */
static void range_scaling_uses_the_given_bounds(void **state) {
    (void)state;
    family(16, 0, (const float[]){0.25f, 0}, 2);
    visited(1, 3, 1);
    visited(2, 1, 1.9999); /* 0.749975, below 0.5 + 0.25 */
    cairn_select select = {.rule = CAIRN_SELECT_PUCT, .c = 1, .normalise = CAIRN_NORMALISE_RANGE, .low = -1, .high = 3};
    assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, &select), 1);
    visited(2, 1, 2.0001);
    assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, &select), 2);
}

static void ties_go_to_the_earliest(void **state) {
    (void)state;
    family(10, 5, NULL, 5);
    for (cairn_node i = 1; i <= 5; i++) visited(i, 2, 0.5);
    assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, &(cairn_select){.rule = CAIRN_SELECT_UCT, .c = 1}), 1);
    assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, &(cairn_select){.rule = CAIRN_SELECT_PUCT, .c = 1}), 1);
}

static void dead_and_completed_children_are_skipped(void **state) {
    (void)state;
    cairn_select select = {.rule = CAIRN_SELECT_UCT, .c = 1};
    family(10, 5, NULL, 3);
    for (cairn_node i = 1; i <= 3; i++) visited(i, 2, 1.0 / i);
    tree->flags[1] |= CAIRN_NODE_DEAD;
    assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, &select), 2);
    tree->flags[2] |= CAIRN_NODE_COMPLETED;
    assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, &select), 3);
    tree->flags[3] |= CAIRN_NODE_COMPLETED;
    assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, &select), CAIRN_NONE);
    assert_int_equal(cairn_select_leaf(tree, CAIRN_ROOT, &select), CAIRN_ROOT);
    assert_int_equal(cairn_select_child(tree, 3, &select), CAIRN_NONE); /* a leaf has no child */
}

static void an_unknown_value_never_wins_over_a_known_one(void **state) {
    (void)state;
    family(10, 5, NULL, 2);
    visited(1, 2, NAN);
    visited(2, 2, -50);
    assert_int_equal(cairn_select_child(tree, CAIRN_ROOT, &(cairn_select){.rule = CAIRN_SELECT_UCT, .c = 1}), 2);
}

static void a_descent_ends_at_the_first_node_that_is_not_expanded(void **state) {
    (void)state;
    cairn_select select = {.rule = CAIRN_SELECT_UCT, .c = 0};
    cairn_node below;
    family(10, 5, NULL, 2);
    visited(1, 5, 0.25);
    visited(2, 5, 0.75);
    assert_int_equal(cairn_tree_expand(ctx, tree, 2, NULL, 3, &below), CAIRN_OK);
    for (cairn_node i = below; i < below + 3; i++) visited(i, 1, i == below + 1 ? 1 : 0);
    assert_int_equal(cairn_select_leaf(tree, CAIRN_ROOT, &select), below + 1);
    tree->flags[2] &= (uint8_t)~CAIRN_NODE_EXPANDED;
    assert_int_equal(cairn_select_leaf(tree, CAIRN_ROOT, &select), 2);
}

/* The formula written out once more over the list of siblings, one child at a time. */
static cairn_node plain_choice(const cairn_tree *t, cairn_node node, const cairn_select *s) {
    double q_parent = t->visits[node] ? t->total[node] / t->visits[node] : t->value[node], least = q_parent,
           most = q_parent;
    double n_parent = t->visits[node], best_score = 0;
    cairn_node best = CAIRN_NONE;
    for (cairn_node i = t->first_child[node]; i != CAIRN_NONE; i = t->next_sibling[i]) {
        if (!t->visits[i]) continue;
        double q = t->total[i] / t->visits[i];
        if (t->edge_reward) q = (double)t->edge_reward[i] + (double)t->discount[i] * q;
        least = fmin(least, q);
        most = fmax(most, q);
    }
    for (cairn_node i = t->first_child[node]; i != CAIRN_NONE; i = t->next_sibling[i]) {
        if (t->flags[i] & (CAIRN_NODE_DEAD | CAIRN_NODE_COMPLETED)) continue;
        double n = t->visits[i], q = n > 0 ? t->total[i] / n : (double)t->value[i];
        if (t->edge_reward) q = (double)t->edge_reward[i] + (double)t->discount[i] * q;
        if (n == 0 && s->normalise == CAIRN_NORMALISE_SIBLINGS)
            q = least;
        else if (n == 0 && s->first_play == CAIRN_FIRST_PLAY_INFINITE)
            q = INFINITY;
        else if (n == 0 && s->first_play == CAIRN_FIRST_PLAY_CONSTANT)
            q = s->first_play_value;
        else if (n == 0 && s->first_play == CAIRN_FIRST_PLAY_PARENT)
            q = q_parent;
        if (s->normalise == CAIRN_NORMALISE_SIBLINGS) q = (q - least) / fmax(most - least, 1e-8);
        if (s->normalise == CAIRN_NORMALISE_RANGE) q = (q - s->low) / (s->high - s->low);
        double c =
            s->rule == CAIRN_SELECT_MUZERO ? s->pb_c_init + log((n_parent + s->pb_c_base + 1) / s->pb_c_base) : s->c;
        double bonus = s->rule == CAIRN_SELECT_UCT    ? sqrt(c * c * log(fmax(n_parent, 1)) / fmax(n, 1))
                       : s->rule == CAIRN_SELECT_UCT2 ? sqrt(2 * c * c * log(fmax(n_parent, 1)) / fmax(n, 1))
                                                      : c * sqrt(n_parent) * (double)t->prior[i] / (1 + n);
        if (best != CAIRN_NONE && !(q + bonus > best_score)) continue;
        best_score = q + bonus;
        best = i;
    }
    return best;
}

/* Twin trees hold the same children, one with consecutive numbers, the other with nodes of other parents between. */
static void the_choice_is_the_same_whatever_the_layout(void **state) {
    (void)state;
    cairn_tree *twin;
    assert_int_equal(cairn_tree_open(ctx, 0, &twin), CAIRN_OK);
    cairn_rng rng = cairn_rng_open(11, 0, 0, CAIRN_VERB_SEARCH, 0, 0);
    for (int round = 0; round < 3000; round++) {
        uint32_t n = round % 10 == 0 ? 1 + cairn_rng_below(&rng, 300) : 1 + cairn_rng_below(&rng, 20);
        cairn_node first, other, ignored;
        cairn_tree_reset(tree);
        cairn_tree_reset(twin);
        bool edges = round % 3 == 0;
        if (edges) assert_int_equal(cairn_tree_need_edges(ctx, tree), CAIRN_OK);
        if (edges) assert_int_equal(cairn_tree_need_edges(ctx, twin), CAIRN_OK);
        assert_int_equal(cairn_tree_expand(ctx, tree, CAIRN_ROOT, NULL, n, &first), CAIRN_OK);
        tree->visits[0] = twin->visits[0] = cairn_rng_below(&rng, 50);
        tree->total[0] = twin->total[0] = cairn_rng_normal(&rng);
        for (uint32_t i = 0; i < n; i++) {
            assert_int_equal(cairn_tree_expand(ctx, twin, CAIRN_ROOT, NULL, 1, &other), CAIRN_OK);
            assert_int_equal(cairn_tree_expand(ctx, twin, other, NULL, 1 + i % 3, &ignored), CAIRN_OK);
            cairn_node node = first + i;
            /* few distinct values, so that ties are frequent */
            tree->visits[node] = twin->visits[other] = cairn_rng_below(&rng, 4);
            tree->total[node] = twin->total[other] = tree->visits[node] * 0.25 * cairn_rng_below(&rng, 4);
            tree->prior[node] = twin->prior[other] = 0.125f * (float)cairn_rng_below(&rng, 4);
            tree->value[node] = twin->value[other] = 0.25f * (float)cairn_rng_below(&rng, 4);
            tree->flags[node] = twin->flags[other] = cairn_rng_below(&rng, 6) ? 0 : CAIRN_NODE_DEAD;
            if (!edges) continue;
            tree->edge_reward[node] = twin->edge_reward[other] = 0.5f * (float)cairn_rng_below(&rng, 3);
            tree->discount[node] = twin->discount[other] = 0.984375f;
        }
        for (int variant = 0; variant < 4 * 3 * 4; variant++) {
            cairn_select s = {.rule = (cairn_select_rule)(variant % 4),
                              .normalise = (cairn_normalise)(variant / 4 % 3),
                              .first_play = (cairn_first_play)(variant / 12),
                              .first_play_value = 0.5,
                              .c = 0.7,
                              .pb_c_init = 1.25,
                              .pb_c_base = 20,
                              .low = -1,
                              .high = 2};
            cairn_node here = cairn_select_child(tree, CAIRN_ROOT, &s),
                       there = cairn_select_child(twin, CAIRN_ROOT, &s);
            assert_int_equal(here, plain_choice(tree, CAIRN_ROOT, &s));
            assert_int_equal(there, plain_choice(twin, CAIRN_ROOT, &s));
            assert_int_equal(here == CAIRN_NONE, there == CAIRN_NONE);
            if (here == CAIRN_NONE) continue;
            uint32_t place = 0;
            for (cairn_node i = twin->first_child[0]; i != there; i = twin->next_sibling[i]) place++;
            assert_int_equal(here - first, place);
        }
    }
    cairn_tree_close(twin);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(uct2_gives_the_published_value, setup, teardown),
        cmocka_unit_test_setup_teardown(uct_has_no_factor_two, setup, teardown),
        cmocka_unit_test_setup_teardown(puct_by_hand, setup, teardown),
        cmocka_unit_test_setup_teardown(muzero_by_hand, setup, teardown),
        cmocka_unit_test_setup_teardown(an_edge_pays_its_reward_and_shrinks_the_value, setup, teardown),
        cmocka_unit_test_setup_teardown(infinite_first_play_visits_every_child_once_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(first_play_gives_the_unvisited_child_its_value, setup, teardown),
        cmocka_unit_test_setup_teardown(sibling_scaling_spans_parent_and_visited_children, setup, teardown),
        cmocka_unit_test_setup_teardown(range_scaling_uses_the_given_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(ties_go_to_the_earliest, setup, teardown),
        cmocka_unit_test_setup_teardown(dead_and_completed_children_are_skipped, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unknown_value_never_wins_over_a_known_one, setup, teardown),
        cmocka_unit_test_setup_teardown(a_descent_ends_at_the_first_node_that_is_not_expanded, setup, teardown),
        cmocka_unit_test_setup_teardown(the_choice_is_the_same_whatever_the_layout, setup, teardown),
    };
    return cmocka_run_group_tests_name("search_select", tests, NULL, NULL);
}
