/* label: light */
/* The tree's storage: adding, finding, reading back, optional columns, failures. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

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

static cairn_node add(cairn_node parent, const char *text, uint32_t tokens) {
    cairn_child child = {.text = text, .length = strlen(text), .n_tokens = tokens, .logp = NAN, .prior = 1};
    cairn_node node = CAIRN_NONE;
    assert_int_equal(cairn_tree_add(ctx, tree, parent, &child, &node), CAIRN_OK);
    return node;
}

static void a_new_tree_is_a_root(void **state) {
    (void)state;
    assert_int_equal(tree->count, 1);
    assert_int_equal(tree->parent[CAIRN_ROOT], CAIRN_NONE);
    assert_int_equal(tree->first_child[CAIRN_ROOT], CAIRN_NONE);
    assert_int_equal(tree->depth[CAIRN_ROOT], 0);
    assert_true(tree->path[CAIRN_ROOT] == CAIRN_PATH_ROOT);
    assert_true(isnan(tree->outcome[CAIRN_ROOT]));
    assert_int_equal(tree->answer[CAIRN_ROOT], -1);
    assert_string_equal(cairn_tree_text(tree, CAIRN_ROOT), "");
    assert_null(cairn_tree_state(tree, CAIRN_ROOT));
}

static void children_are_linked_in_the_order_in_which_they_came(void **state) {
    (void)state;
    cairn_node a = add(CAIRN_ROOT, "a", 1), b = add(CAIRN_ROOT, "b", 1), aa = add(a, "aa", 1),
               c = add(CAIRN_ROOT, "c", 1);
    assert_int_equal(tree->first_child[CAIRN_ROOT], a);
    assert_int_equal(tree->next_sibling[a], b);
    assert_int_equal(tree->next_sibling[b], c);
    assert_int_equal(tree->next_sibling[c], CAIRN_NONE);
    assert_int_equal(tree->last_child[CAIRN_ROOT], c);
    assert_int_equal(tree->n_children[CAIRN_ROOT], 3);
    assert_int_equal(tree->parent[aa], a);
    assert_int_equal(tree->depth[aa], 2);
}

static void a_child_is_found_by_its_whole_text(void **state) {
    (void)state;
    cairn_node a = add(CAIRN_ROOT, "2 + 3 = 5", 4), b = add(CAIRN_ROOT, "2 + 3 = 6", 4);
    add(a, "below", 1);
    assert_int_equal(cairn_tree_find(tree, CAIRN_ROOT, CAIRN_KIND_REASON, "2 + 3 = 5", 9), a);
    assert_int_equal(cairn_tree_find(tree, CAIRN_ROOT, CAIRN_KIND_REASON, "2 + 3 = 6", 9), b);
    assert_int_equal(cairn_tree_find(tree, CAIRN_ROOT, CAIRN_KIND_REASON, "2 + 3 = ", 8), CAIRN_NONE);
    assert_int_equal(cairn_tree_find(tree, CAIRN_ROOT, CAIRN_KIND_REASON, "below", 5), CAIRN_NONE);
    assert_int_equal(cairn_tree_find(tree, CAIRN_ROOT, CAIRN_KIND_REASON, "", 0), CAIRN_NONE);
    cairn_node nul = CAIRN_NONE; /* equal keys of texts with a NUL inside must not meet a shorter text */
    cairn_child child = {.text = "x\0y", .length = 3, .kind = CAIRN_KIND_TOOL};
    assert_int_equal(cairn_tree_add(ctx, tree, CAIRN_ROOT, &child, &nul), CAIRN_OK);
    assert_int_equal(cairn_tree_find(tree, CAIRN_ROOT, CAIRN_KIND_REASON, "x", 1), CAIRN_NONE);
    assert_int_equal(cairn_tree_find(tree, CAIRN_ROOT, CAIRN_KIND_TOOL, "x\0y", 3), nul);
    assert_int_equal(cairn_tree_find(tree, CAIRN_ROOT, CAIRN_KIND_REASON, "x\0y", 3), CAIRN_NONE);
    assert_int_equal(tree->kind[nul], CAIRN_KIND_TOOL);
}

static void texts_and_tokens_never_move_while_the_tree_grows(void **state) {
    (void)state;
    const int32_t ids[] = {7, 8, 9};
    cairn_child child = {.text = "first", .length = 5, .tokens = ids, .n_tokens = 3};
    cairn_node node;
    assert_int_equal(cairn_tree_add(ctx, tree, CAIRN_ROOT, &child, &node), CAIRN_OK);
    const char *text = cairn_tree_text(tree, node);
    const int32_t *tokens = cairn_tree_tokens(tree, node);
    char name[64], large[9000];
    memset(large, 'z', sizeof large);
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "step %d of many", i);
        add(CAIRN_ROOT, name, 2);
    }
    child = (cairn_child){.text = large, .length = sizeof large}; /* larger than the first chunk */
    cairn_node big;
    assert_int_equal(cairn_tree_add(ctx, tree, CAIRN_ROOT, &child, &big), CAIRN_OK);
    assert_ptr_equal(cairn_tree_text(tree, node), text);
    assert_string_equal(text, "first");
    assert_ptr_equal(cairn_tree_tokens(tree, node), tokens);
    assert_memory_equal(tokens, ids, sizeof ids);
    assert_string_equal(cairn_tree_text(tree, node + 1), "step 0 of many");
    assert_string_equal(cairn_tree_text(tree, node + 2000), "step 1999 of many");
    assert_null(cairn_tree_tokens(tree, node + 1));
    assert_int_equal(tree->n_tokens[node + 1], 2);
    assert_int_equal(tree->text_length[big], sizeof large);
    assert_memory_equal(cairn_tree_text(tree, big), large, sizeof large);
}

static void an_expansion_appends_consecutive_children_as_further_draws(void **state) {
    (void)state;
    const float priors[] = {0.5f, 0.3f, 0.2f};
    cairn_node first, more, none;
    assert_int_equal(cairn_tree_expand(ctx, tree, CAIRN_ROOT, priors, 3, &first), CAIRN_OK);
    assert_int_equal(cairn_tree_expand(ctx, tree, CAIRN_ROOT, NULL, 4, &more), CAIRN_OK);
    assert_int_equal(cairn_tree_expand(ctx, tree, first, NULL, 0, &none), CAIRN_OK);
    assert_int_equal(first, 1);
    assert_int_equal(more, 4);
    assert_int_equal(none, CAIRN_NONE);
    assert_int_equal(tree->n_children[CAIRN_ROOT], 7);
    assert_int_equal(tree->next_sibling[3], 4);
    assert_int_equal(tree->last_child[CAIRN_ROOT], 7);
    assert_true(tree->prior[2] == 0.3f);
    assert_true(tree->prior[5] == 0.25f);
    assert_true(tree->flags[CAIRN_ROOT] & CAIRN_NODE_EXPANDED);
    assert_true(tree->flags[first] & CAIRN_NODE_EXPANDED);
    for (uint32_t i = 0; i < 7; i++) assert_true(tree->path[1 + i] == cairn_path_child(CAIRN_PATH_ROOT, i));
    assert_int_equal(tree->draws[CAIRN_ROLE_GENERATOR][CAIRN_ROOT], 7);
}

static void steps_are_the_texts_from_the_root_on(void **state) {
    (void)state;
    cairn_node a = add(CAIRN_ROOT, "one", 1), b = add(a, "two", 1), c = add(b, "three", 1);
    cairn_arena *arena;
    assert_int_equal(cairn_arena_open(ctx, 256, &arena), CAIRN_OK);
    const char *const *steps;
    int32_t n;
    assert_int_equal(cairn_tree_steps(ctx, tree, c, arena, &steps, &n), CAIRN_OK);
    assert_int_equal(n, 3);
    assert_string_equal(steps[0], "one");
    assert_string_equal(steps[2], "three");
    assert_int_equal(cairn_tree_steps(ctx, tree, CAIRN_ROOT, arena, &steps, &n), CAIRN_OK);
    assert_int_equal(n, 0);
    assert_int_equal(cairn_tree_steps(ctx, tree, 99, arena, &steps, &n), CAIRN_INVALID);
    cairn_arena_close(arena);
}

static void optional_columns_start_at_what_their_absence_means(void **state) {
    (void)state;
    cairn_node a = add(CAIRN_ROOT, "a", 1);
    assert_null(tree->edge_reward);
    assert_null(tree->mc_n[CAIRN_ROLE_COMPLETER]);
    int32_t reward, length, again;
    cairn_score_column about = {.name = "reward", .source = "truth", .meaning = 0, .low = 0, .high = 1};
    assert_null(tree->paid);
    assert_true(cairn_tree_paid(tree, a) == 0);
    assert_int_equal(cairn_tree_need_edges(ctx, tree), CAIRN_OK);
    assert_int_equal(cairn_tree_need_paid(ctx, tree), CAIRN_OK);
    assert_int_equal(cairn_tree_need_counts(ctx, tree, CAIRN_ROLE_COMPLETER), CAIRN_OK);
    assert_int_equal(cairn_tree_need_score(ctx, tree, about, &reward), CAIRN_OK);
    about.name = "length";
    assert_int_equal(cairn_tree_need_score(ctx, tree, about, &length), CAIRN_OK);
    about.name = "reward";
    assert_int_equal(cairn_tree_need_score(ctx, tree, about, &again), CAIRN_OK);
    assert_int_equal(reward, 0);
    assert_int_equal(length, 1);
    assert_int_equal(again, 0);
    about.high = 2;
    assert_int_equal(cairn_tree_need_score(ctx, tree, about, &again), CAIRN_INVALID);
    cairn_node b = add(a, "b", 1);
    for (cairn_node i = a; i <= b; i++) {
        assert_true(tree->edge_reward[i] == 0 && tree->discount[i] == 1 && tree->paid[i] == 0);
        assert_true(tree->mc_n[CAIRN_ROLE_COMPLETER][i] == 0 && tree->mc_ok[CAIRN_ROLE_COMPLETER][i] == 0);
        assert_true(isnan(tree->score[0][i]) && isnan(tree->score[1][i]));
    }
    assert_string_equal(tree->about_score[1].name, "length");
    char name[16];
    about.name = name;
    for (int i = 2; i < 40; i++) { /* there may be any number of them */
        snprintf(name, sizeof name, "%d", i);
        assert_int_equal(cairn_tree_need_score(ctx, tree, about, &again), CAIRN_OK);
        assert_int_equal(again, i);
        tree->score[i][b] = (float)i;
        tree->marks[i][b] |= CAIRN_SCORE_ASKED;
    }
    for (int i = 0; i < 200; i++) add(b, "more", 1); /* columns move */
    for (int i = 2; i < 40; i++) assert_true(tree->score[i][b] == (float)i && tree->marks[i][b] == CAIRN_SCORE_ASKED);
    assert_true(isnan(tree->score[39][tree->count - 1]) && tree->marks[39][tree->count - 1] == 0);
    assert_string_equal(tree->about_score[2].name, "2"); /* names are the tree's own copies */
}

static void a_node_takes_at_most_128_bytes_of_columns(void **state) {
    (void)state;
    int32_t column;
    assert_int_equal(cairn_tree_column_bytes(tree), 96);
    cairn_score_column about = {.name = "reward", .source = "x"};
    assert_int_equal(cairn_tree_need_score(ctx, tree, about, &column), CAIRN_OK);
    assert_int_equal(cairn_tree_column_bytes(tree), 101);
    assert_int_equal(cairn_tree_need_edges(ctx, tree), CAIRN_OK);
    assert_int_equal(cairn_tree_need_counts(ctx, tree, CAIRN_ROLE_COMPLETER), CAIRN_OK);
    assert_true(cairn_tree_column_bytes(tree) <= 128);
}

static void a_reset_tree_is_like_a_new_one(void **state) {
    (void)state;
    int32_t column;
    cairn_score_column about = {.name = "reward", .source = "x"};
    assert_int_equal(cairn_tree_need_edges(ctx, tree), CAIRN_OK);
    assert_int_equal(cairn_tree_need_score(ctx, tree, about, &column), CAIRN_OK);
    for (int i = 0; i < 500; i++) {
        cairn_node node = add(CAIRN_ROOT, "old step", 3);
        tree->score[0][node] = 1;
    }
    assert_int_equal(cairn_tree_need_paid(ctx, tree), CAIRN_OK);
    tree->edge_reward[3] = tree->paid[3] = 4;
    tree->visits[0] = 9;
    cairn_tree_reset(tree);
    a_new_tree_is_a_root(state);
    assert_null(tree->edge_reward);
    assert_null(tree->paid);
    assert_int_equal(tree->n_scores, 0);
    assert_int_equal(tree->visits[0], 0);
    for (int i = 0; i < 5; i++) add(CAIRN_ROOT, "new", 1);
    assert_int_equal(cairn_tree_need_edges(ctx, tree), CAIRN_OK);
    assert_int_equal(cairn_tree_need_score(ctx, tree, about, &column), CAIRN_OK);
    assert_true(tree->edge_reward[3] == 0);
    assert_true(isnan(tree->score[0][3]));
    assert_string_equal(cairn_tree_text(tree, 5), "new");
}

static void states_are_zeroed_rows(void **state) {
    (void)state;
    cairn_tree *with;
    assert_int_equal(cairn_tree_open(ctx, 24, &with), CAIRN_OK);
    cairn_node first;
    for (int round = 0; round < 2; round++) {
        assert_int_equal(cairn_tree_expand(ctx, with, CAIRN_ROOT, NULL, 300, &first), CAIRN_OK);
        const char zero[24] = {0};
        for (cairn_node i = 0; i < with->count; i++) {
            assert_memory_equal(cairn_tree_state(with, i), zero, sizeof zero);
            memset(cairn_tree_state(with, i), 0xff, 24);
        }
        cairn_tree_reset(with);
    }
    cairn_tree_close(with);
}

/* Page 31, unit case 3: leaves of 10 and 20 tokens under one parent of 30 and a root of 5 hold 65 tokens, not 100. */
static void shared_prefixes_are_counted_once(void **state) {
    (void)state;
    tree->n_tokens[CAIRN_ROOT] = 5;
    cairn_node parent = add(CAIRN_ROOT, "p", 30);
    cairn_node leaves[] = {add(parent, "a", 10), add(parent, "b", 20), parent};
    int64_t tokens = -1;
    assert_int_equal(cairn_tree_kv_tokens(ctx, tree, leaves, 2, &tokens), CAIRN_OK);
    assert_int_equal(tokens, 65);
    assert_int_equal(cairn_tree_kv_tokens(ctx, tree, leaves, 3, &tokens), CAIRN_OK);
    assert_int_equal(tokens, 65);
    assert_int_equal(cairn_tree_kv_tokens(ctx, tree, leaves, 1, &tokens), CAIRN_OK);
    assert_int_equal(tokens, 45);
    assert_int_equal(cairn_tree_kv_tokens(ctx, tree, leaves, 0, &tokens), CAIRN_OK);
    assert_int_equal(tokens, 0);
    leaves[1] = 77;
    assert_int_equal(cairn_tree_kv_tokens(ctx, tree, leaves, 2, &tokens), CAIRN_INVALID);
}

static void aggregates_run_over_the_known_scores_of_the_path(void **state) {
    (void)state;
    int32_t c;
    cairn_score_column about = {.name = "reward", .source = "x"};
    assert_int_equal(cairn_tree_need_score(ctx, tree, about, &c), CAIRN_OK);
    cairn_node a = add(CAIRN_ROOT, "a", 1), b = add(a, "b", 1), d = add(b, "d", 1), other = add(a, "o", 1);
    tree->score[c][CAIRN_ROOT] = 0.125f; /* the root is no step */
    tree->score[c][a] = 0.5f;
    tree->score[c][d] = 0.25f;
    tree->score[c][other] = 8;
    assert_true(cairn_tree_aggregate(tree, d, c, CAIRN_AGGREGATE_PRODUCT) == 0.125);
    assert_true(cairn_tree_aggregate(tree, d, c, CAIRN_AGGREGATE_SUM) == 0.75);
    assert_true(cairn_tree_aggregate(tree, d, c, CAIRN_AGGREGATE_MEAN) == 0.375);
    assert_true(cairn_tree_aggregate(tree, b, c, CAIRN_AGGREGATE_LAST) == 0.5);
    assert_true(isnan(cairn_tree_aggregate(tree, CAIRN_ROOT, c, CAIRN_AGGREGATE_LAST)));
    cairn_node deep = d;
    for (int i = 0; i < 400; i++) {
        deep = add(deep, "x", 1);
        tree->score[c][deep] = 1;
    }
    assert_true(cairn_tree_aggregate(tree, deep, c, CAIRN_AGGREGATE_MIN) == 0.25);
    assert_true(cairn_tree_aggregate(tree, deep, c, CAIRN_AGGREGATE_SUM) == 400.75);
}

static void wrong_arguments_and_limits_are_refused_and_change_nothing(void **state) {
    (void)state;
    cairn_node node;
    cairn_child child = {.text = "a", .length = 1};
    assert_int_equal(cairn_tree_add(ctx, tree, 1, &child, &node), CAIRN_INVALID);
    assert_int_equal(cairn_tree_add(ctx, tree, CAIRN_NONE, &child, &node), CAIRN_INVALID);
    assert_int_equal(cairn_tree_expand(ctx, tree, 5, NULL, 1, &node), CAIRN_INVALID);
    assert_int_equal(cairn_tree_expand(ctx, tree, CAIRN_ROOT, NULL, UINT32_MAX, &node), CAIRN_LIMIT);
    child.length = (size_t)5 << 30; /* refused before it is read */
    assert_int_equal(cairn_tree_add(ctx, tree, CAIRN_ROOT, &child, &node), CAIRN_LIMIT);
    child.length = (size_t)3 << 30;
    assert_int_equal(cairn_tree_add(ctx, tree, CAIRN_ROOT, &child, &node), CAIRN_LIMIT);
    child = (cairn_child){.text = NULL, .length = 4};
    assert_int_equal(cairn_tree_add(ctx, tree, CAIRN_ROOT, &child, &node), CAIRN_INVALID);
    child = (cairn_child){.kind = (cairn_kind)9};
    assert_int_equal(cairn_tree_add(ctx, tree, CAIRN_ROOT, &child, &node), CAIRN_INVALID);
    assert_int_equal(tree->count, 1);
    cairn_node deep = CAIRN_ROOT;
    for (int i = 0; i < UINT16_MAX; i++) assert_int_equal(cairn_tree_expand(ctx, tree, deep, NULL, 1, &deep), CAIRN_OK);
    assert_int_equal(tree->depth[deep], UINT16_MAX);
    assert_int_equal(cairn_tree_expand(ctx, tree, deep, NULL, 1, &node), CAIRN_LIMIT);
}

/* Fails every allocation in turn: the status is NO_MEMORY, what was in the tree stays, and the next try succeeds. */
static void a_failed_allocation_leaves_the_tree_as_it_was(void **state) {
    (void)state;
    const int32_t ids[600] = {0};
    char text[3000];
    memset(text, 't', sizeof text);
    int failures = 0;
    for (int64_t at = 1; at < 400; at++) {
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = at});
        cairn_tree *t = NULL;
        cairn_status status = cairn_tree_open(ctx, 8, &t);
        uint32_t added = 0;
        for (int i = 0; i < 150 && status == CAIRN_OK; i++) {
            cairn_child child = {.text = text, .length = sizeof text, .tokens = ids, .n_tokens = 600};
            cairn_node node;
            status = cairn_tree_add(ctx, t, i ? (cairn_node)i : CAIRN_ROOT, &child, &node);
            if (status == CAIRN_OK) added++;
            if (i == 70 && status == CAIRN_OK) status = cairn_tree_need_edges(ctx, t);
            if (i == 80 && status == CAIRN_OK) status = cairn_tree_need_counts(ctx, t, CAIRN_ROLE_COMPLETER);
        }
        if (status == CAIRN_OK) {
            cairn_tree_close(t);
            break;
        }
        failures++;
        assert_int_equal(status, CAIRN_NO_MEMORY);
        if (!t) continue;
        assert_int_equal(t->count, added + 1);
        cairn_node first;
        assert_int_equal(cairn_tree_need_edges(ctx, t), CAIRN_OK);
        assert_int_equal(cairn_tree_need_counts(ctx, t, CAIRN_ROLE_COMPLETER), CAIRN_OK);
        assert_int_equal(cairn_tree_expand(ctx, t, CAIRN_ROOT, NULL, 1000, &first), CAIRN_OK);
        for (cairn_node i = 0; i < t->count; i++)
            assert_true(t->discount[i] == 1 && t->mc_n[CAIRN_ROLE_COMPLETER][i] == 0);
        for (cairn_node i = 1; i <= added; i++) assert_int_equal(t->text_length[i], sizeof text);
        cairn_tree_close(t);
    }
    cairn_faults_set(ctx, (cairn_faults){0});
    assert_true(failures > 50 && failures < 399);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_tree_is_a_root, setup, teardown),
        cmocka_unit_test_setup_teardown(children_are_linked_in_the_order_in_which_they_came, setup, teardown),
        cmocka_unit_test_setup_teardown(a_child_is_found_by_its_whole_text, setup, teardown),
        cmocka_unit_test_setup_teardown(texts_and_tokens_never_move_while_the_tree_grows, setup, teardown),
        cmocka_unit_test_setup_teardown(an_expansion_appends_consecutive_children_as_further_draws, setup, teardown),
        cmocka_unit_test_setup_teardown(steps_are_the_texts_from_the_root_on, setup, teardown),
        cmocka_unit_test_setup_teardown(optional_columns_start_at_what_their_absence_means, setup, teardown),
        cmocka_unit_test_setup_teardown(a_node_takes_at_most_128_bytes_of_columns, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reset_tree_is_like_a_new_one, setup, teardown),
        cmocka_unit_test_setup_teardown(states_are_zeroed_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(shared_prefixes_are_counted_once, setup, teardown),
        cmocka_unit_test_setup_teardown(aggregates_run_over_the_known_scores_of_the_path, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_arguments_and_limits_are_refused_and_change_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failed_allocation_leaves_the_tree_as_it_was, setup, teardown),
    };
    return cmocka_run_group_tests_name("search_tree", tests, NULL, NULL);
}
