/* The algorithms on a tiny world whose tree is known by hand: every step is a digit, the answer is the number written.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "letters_fixture.h"

/* label: light */

/* ---- two steps "0" .. "9"; right is "73" ------------------------------------------------------------------------------------ */

static const char *script[2]; /* [depth] letters drawn there */
static double table[2][10];   /* [depth][digit] score of a step; negative: unknown */

static const char *draws_of(const char *prefix) {
    return script[strlen(prefix)];
}

static bool is_whole(const letters *written) {
    return written->n == 2;
}

static cairn_verdict check(const letters *written) {
    return strcmp(written->text, "73") == 0 ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
}

static double score_of(const char *prefix, bool done) {
    (void)done;
    size_t last = strlen(prefix) - 1;
    return table[last][prefix[last] - '0'];
}

static const letter_rules digits = {.max_steps = 2,
                                    .answer = "73",
                                    .n_tokens = 3,
                                    .draws = draws_of,
                                    .whole = is_whole,
                                    .check = check,
                                    .answers = is_whole,
                                    .score = score_of};

static int set_up(void **state) {
    memset(table, 0, sizeof table);
    return open_letters(state, &digits);
}

/* ---- verbs ---------------------------------------------------------------------------------------------------------------------- */

static void test_propose_merges_equal_texts_and_keeps_their_multiplicity(void **state) {
    fixture *f = *state;
    script[0] = "7717";
    assert_int_equal(cairn_workspace_begin(&f->workspace), CAIRN_OK);
    cairn_branch branch = {.node = CAIRN_ROOT, .count = 4}, children[4];
    int32_t n;
    assert_int_equal(cairn_propose(&f->workspace, CAIRN_ROLE_GENERATOR, &branch, 1, children, &n), CAIRN_OK);
    assert_int_equal(n, 2);
    assert_string_equal(cairn_tree_text(f->tree, children[0].node), "7");
    assert_int_equal(children[0].count, 3);
    assert_int_equal(children[1].count, 1);
    assert_int_equal(f->tree->multiplicity[children[0].node], 3);
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 4);
    assert_int_equal(f->workspace.cost.tokens[CAIRN_ROLE_GENERATOR], 12);
    assert_int_equal(f->tree->draws[CAIRN_ROLE_GENERATOR][CAIRN_ROOT], 4);
}

static void test_propose_stops_at_the_step_budget_and_keeps_what_it_made(void **state) {
    fixture *f = *state;
    script[0] = "123456";
    f->workspace.budget.steps = 4;
    assert_int_equal(cairn_workspace_begin(&f->workspace), CAIRN_OK);
    cairn_branch branches[2] = {{.node = CAIRN_ROOT, .count = 3}, {.node = CAIRN_ROOT, .count = 3}}, children[6];
    int32_t n;
    assert_int_equal(cairn_propose(&f->workspace, CAIRN_ROLE_GENERATOR, branches, 2, children, &n), CAIRN_BUDGET);
    assert_int_equal(n, 4);
    assert_int_equal(children[3].from, 1);
    assert_int_equal(proposals, 4);
    assert_int_equal(cairn_budget_left(&f->workspace), 0);
}

static void test_score_asks_once_and_keeps_unknown_apart_from_zero(void **state) {
    fixture *f = *state;
    script[0] = "12";
    table[0][1] = -1;
    table[0][2] = 0;
    assert_int_equal(cairn_workspace_begin(&f->workspace), CAIRN_OK);
    cairn_branch branch = {.node = CAIRN_ROOT, .count = 2}, children[2];
    int32_t n;
    assert_int_equal(cairn_propose(&f->workspace, CAIRN_ROLE_GENERATOR, &branch, 1, children, &n), CAIRN_OK);
    cairn_node nodes[2] = {children[0].node, children[1].node};
    assert_int_equal(cairn_score(&f->workspace, nodes, 2), CAIRN_OK);
    assert_int_equal(cairn_score(&f->workspace, nodes, 2), CAIRN_OK);
    assert_int_equal(scorings, 2);
    assert_true(isnan(f->tree->score[f->workspace.column][nodes[0]]));
    assert_true(f->tree->score[f->workspace.column][nodes[1]] == 0);
    cairn_node root = CAIRN_ROOT;
    assert_int_equal(cairn_score(&f->workspace, &root, 1), CAIRN_INVALID);
}

/* ---- algorithms ------------------------------------------------------------------------------------------------------------------ */

static void test_majority_counts_samples_not_distinct_leaves(void **state) {
    fixture *f = *state;
    script[0] = "7";
    script[1] = "1123"; /* 71 twice, 72 and 73 once */
    cairn_result r;
    assert_string_equal(answer_of(f, "majority:width=4", &r), "71");
    assert_int_equal(r.n, 3);
    assert_int_equal(r.candidates[0].count, 2);
    assert_int_equal(scorings, 0);
}

static void test_ties_go_to_the_earliest_generated(void **state) {
    fixture *f = *state;
    script[0] = "7";
    script[1] = "2323";
    cairn_result r;
    assert_string_equal(answer_of(f, "majority:width=4", &r), "72");
}

/* Answer a once with 0.9, answer b twice with 0.35: majority b, best-of-N a, weighted a (0.9 against 0.7). */
static void test_majority_weighted_and_best_differ_as_defined(void **state) {
    static const struct {
        const char *spec, *answer;
    } cases[] = {{"majority:width=3", "20"}, {"weighted:width=3", "10"}, {"best-of-n:width=3", "10"}};
    fixture *f = *state;
    script[0] = "122";
    script[1] = "0";
    table[0][1] = 0.9, table[0][2] = 0.35, table[1][0] = 1;
    f->workspace.aggregator = CAIRN_AGGREGATE_MIN;
    for (int i = 0; i < 3; i++) {
        cairn_result r;
        cairn_tree_reset(f->tree);
        assert_string_equal(answer_of(f, cases[i].spec, &r), cases[i].answer);
    }
}

static void test_best_of_n_follows_the_chosen_aggregate(void **state) {
    fixture *f = *state;
    script[0] = "12";
    script[1] = "34";
    table[0][1] = 0.9, table[0][2] = 0.2; /* paths 1-3 (0.9, 0.3) and 2-3 (0.2, 0.3), 2-4 ... */
    table[1][3] = 0.3, table[1][4] = 0.4;
    cairn_result r;
    /* Node 1 is drawn first and gets draw 0 of its own: 13; node 2: 23. last: tie at 0.3 goes to 13. */
    f->workspace.aggregator = CAIRN_AGGREGATE_MIN;
    assert_string_equal(answer_of(f, "best-of-n:width=2", &r), "13");
    assert_true(fabs(r.candidates[0].score - 0.3) < 1e-6);
    assert_true(fabs(r.candidates[1].score - 0.2) < 1e-6);
}

static void test_beam_keeps_the_best_prefixes_and_deals_the_width_in_turn(void **state) {
    fixture *f = *state;
    script[0] = "1274";
    script[1] = "12345678";
    table[0][7] = 0.9, table[0][1] = 0.1, table[0][2] = 0.2, table[0][4] = 0.3;
    table[1][3] = 1;
    cairn_result r;
    assert_string_equal(answer_of(f, "beam:width=4,branch=4", &r), "73"); /* one prefix kept: 7, grown four times */
    assert_int_equal(r.n, 4);
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 8);
}

static void test_dvts_never_compares_across_subtrees(void **state) {
    fixture *f = *state;
    script[0] = "1234"; /* subtree 0 draws 1, 2; subtree 1 draws 3, 4 */
    script[1] = "56";
    table[0][1] = 0.9, table[0][2] = 0.8, table[0][3] = 0.1, table[0][4] = 0.2;
    table[1][5] = 0.5, table[1][6] = 0.4;
    cairn_result r;
    answer_of(f, "dvts:width=4,branch=2", &r);
    assert_int_equal(r.n, 4); /* both children of 1 and both of 4 */
    assert_int_equal(f->tree->parent[r.candidates[0].leaf],
                     cairn_tree_find(f->tree, CAIRN_ROOT, CAIRN_KIND_REASON, "1", 1));
    assert_int_equal(f->tree->parent[r.candidates[2].leaf],
                     cairn_tree_find(f->tree, CAIRN_ROOT, CAIRN_KIND_REASON, "4", 1));
}

/* Rewards 0.9, 0.7, 0.5 at T = 0.2 and width 8 share the children as 6, 2, 0 (arXiv 2502.13575, released code). */
static void test_rebase_shares_the_width_by_a_softmax_of_rewards(void **state) {
    fixture *f = *state;
    script[0] = "12312312";
    script[1] = "0123456789";
    table[0][1] = 0.9, table[0][2] = 0.7, table[0][3] = 0.5;
    cairn_result r;
    answer_of(f, "rebase:width=8", &r);
    assert_int_equal(
        f->tree->draws[CAIRN_ROLE_GENERATOR][cairn_tree_find(f->tree, CAIRN_ROOT, CAIRN_KIND_REASON, "1", 1)], 6);
    assert_int_equal(
        f->tree->draws[CAIRN_ROLE_GENERATOR][cairn_tree_find(f->tree, CAIRN_ROOT, CAIRN_KIND_REASON, "2", 1)], 2);
    assert_int_equal(
        f->tree->draws[CAIRN_ROLE_GENERATOR][cairn_tree_find(f->tree, CAIRN_ROOT, CAIRN_KIND_REASON, "3", 1)], 0);
}

static void test_mcts_finds_the_rewarded_path_within_its_budget(void **state) {
    fixture *f = *state;
    script[0] = "1734";
    script[1] = "1234";
    table[0][1] = 0.2, table[0][7] = 0.8, table[0][3] = 0.1, table[0][4] = 0.1;
    table[1][3] = 1;
    f->workspace.aggregator = CAIRN_AGGREGATE_MIN; /* 73: min(0.8, 1); 13: min(0.2, 1) */
    const char *specs[] = {"mcts:branch=4,c=0.5",
                           "mcts:branch=4,rule=uct,c=0.5,first_play=infinite",
                           "mcts:branch=4,rule=muzero,normalise=siblings,first_play=constant",
                           "mcts:branch=4,backup=max,c=0.1",
                           "mcts:branch=4,evaluate=edge,discount=0.9,c=0.2",
                           "mcts:branch=4,prior=logp,pick=weighted",
                           "mcts:branch=4,backup=visit-mean,rule=uct2,c=0.1,pick=best"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        cairn_result r;
        cairn_tree_reset(f->tree);
        f->workspace.cost = (cairn_cost){0};
        f->workspace.budget.steps = 20;
        assert_string_equal(answer_of(f, specs[i], &r), "73");
        assert_true(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR] <= 20);
    }
}

/* Four solutions take 2 + 4 steps. A budget is then spent on samples of two steps, of which 16 in a row that bring
 * nothing new end it. */
static void test_mcts_ends_when_every_solution_was_visited_and_none_is_new(void **state) {
    fixture *f = *state;
    script[0] = "12";
    script[1] = "34";
    f->workspace.budget.steps = 100000;
    cairn_result r;
    answer_of(f, "mcts:branch=2,simulations=1000", &r);
    assert_int_equal(r.n, 4);
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 6);
    cairn_tree_reset(f->tree);
    f->workspace.cost = (cairn_cost){0};
    answer_of(f, "mcts:branch=2", &r);
    assert_int_equal(r.n, 4);
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 6 + 16 * 2);
}

/* Two of ten first steps are drawn at once; the tree of these is finished after 2 + 4 steps, the other eight come by
 * widening it. */
static void test_mcts_widens_a_finished_tree_while_the_budget_lasts(void **state) {
    fixture *f = *state;
    script[0] = "0123456789";
    script[1] = "34";
    f->workspace.budget.steps = 20;
    cairn_result r;
    answer_of(f, "mcts:branch=2", &r);
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 20);
    assert_true(f->tree->n_children[CAIRN_ROOT] > 5);
}

/* Solutions without tokens would never spend a budget of tokens. */
static void test_a_budget_in_tokens_needs_a_policy_that_tells_them(void **state) {
    static letter_rules silent;
    fixture *f = *state;
    const cairn_search_type *type;
    const void *config;
    cairn_result r;
    silent = digits;
    silent.n_tokens = 0;
    f->policy.self = &silent;
    script[0] = "0123456789";
    script[1] = "0123456789";
    f->workspace.budget.tokens = 100;
    assert_int_equal(cairn_workspace_begin(&f->workspace), CAIRN_OK);
    assert_int_equal(cairn_search_find(f->ctx, f->arena, "mcts", &type, &config), CAIRN_OK);
    assert_int_equal(cairn_search_run(&f->workspace, type, config, &r), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(f->ctx), "letters tells no tokens"));
}

/* Plain numbers of a vector head, say: there is nothing to divide them by. */
static void test_scores_without_a_range_are_not_scaled_by_it(void **state) {
    fixture *f = *state;
    const cairn_search_type *type;
    const void *config;
    cairn_result r;
    script[0] = "12";
    script[1] = "12";
    f->reward.low = -INFINITY;
    f->reward.high = INFINITY;
    f->workspace.budget.steps = 20;
    assert_int_equal(cairn_workspace_begin(&f->workspace), CAIRN_OK);
    assert_int_equal(cairn_search_find(f->ctx, f->arena, "mcts:normalise=range", &type, &config), CAIRN_OK);
    assert_int_equal(cairn_search_run(&f->workspace, type, config, &r), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(f->ctx), "have no range"));
    assert_int_equal(cairn_search_find(f->ctx, f->arena, "mcts:normalise=siblings", &type, &config), CAIRN_OK);
    assert_int_equal(cairn_search_run(&f->workspace, type, config, &r), CAIRN_OK);
}

static void test_retry_proposes_until_a_step_is_good_enough(void **state) {
    fixture *f = *state;
    script[0] = "127";
    script[1] = "13";
    table[0][7] = 0.8, table[1][3] = 0.6;
    cairn_result r;
    assert_string_equal(answer_of(f, "retry:tries=8,threshold=0.5", &r), "73");
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 5);
}

static void test_retry_takes_the_best_when_none_is_good_enough(void **state) {
    fixture *f = *state;
    script[0] = "127";
    script[1] = "13";
    table[0][2] = 0.4, table[0][1] = 0.3, table[1][3] = 0.1;
    cairn_result r;
    assert_string_equal(answer_of(f, "retry:tries=3,threshold=0.5", &r), "23");
}

static void test_a_spent_budget_leaves_no_answer_but_is_no_error(void **state) {
    fixture *f = *state;
    script[0] = "1";
    script[1] = "1";
    f->workspace.budget.steps = 1;
    cairn_result r;
    assert_string_equal(answer_of(f, "majority:width=1", &r), "");
    assert_int_equal(r.chosen, -1);
}

static void test_width_comes_from_the_budget_when_it_is_not_given(void **state) {
    fixture *f = *state;
    script[0] = "1";
    script[1] = "1";
    f->workspace.budget.steps = 13; /* two steps a solution: six solutions */
    cairn_result r;
    answer_of(f, "majority", &r);
    assert_int_equal(r.candidates[0].count, 6);
    f->workspace.budget.steps = 1; /* not even one: one is tried */
    cairn_tree_reset(f->tree);
    f->workspace.cost = (cairn_cost){0};
    answer_of(f, "majority", &r);
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 1);
}

/* Two steps a solution: 16 solutions are 32 steps. */
static void test_without_width_and_budget_sixteen_solutions_are_sampled(void **state) {
    fixture *f = *state;
    static const char *const specs[] = {"majority", "weighted", "best-of-n", "beam", "dvts", "rebase"};
    script[0] = "0123456789";
    script[1] = "0123456789";
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        cairn_result r;
        cairn_tree_reset(f->tree);
        f->workspace.cost = (cairn_cost){0};
        answer_of(f, specs[i], &r);
        assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 32);
    }
    cairn_result r;
    cairn_tree_reset(f->tree);
    f->workspace.cost = (cairn_cost){0};
    answer_of(f, "mcts:branch=8", &r);
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 32);
}

static void test_unknown_searches_and_options_are_named(void **state) {
    fixture *f = *state;
    const cairn_search_type *type;
    const void *config;
    assert_int_equal(cairn_search_find(f->ctx, f->arena, "beem", &type, &config), CAIRN_NOT_FOUND);
    assert_non_null(strstr(cairn_error(f->ctx), "beam"));
    assert_int_equal(cairn_search_find(f->ctx, f->arena, "beam:brnch=2", &type, &config), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(f->ctx), "branch"));
    assert_int_equal(cairn_search_find(f->ctx, f->arena, "beam:branch=0", &type, &config), CAIRN_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, close_letters)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_propose_merges_equal_texts_and_keeps_their_multiplicity),
        TEST(test_propose_stops_at_the_step_budget_and_keeps_what_it_made),
        TEST(test_score_asks_once_and_keeps_unknown_apart_from_zero),
        TEST(test_majority_counts_samples_not_distinct_leaves),
        TEST(test_ties_go_to_the_earliest_generated),
        TEST(test_majority_weighted_and_best_differ_as_defined),
        TEST(test_best_of_n_follows_the_chosen_aggregate),
        TEST(test_beam_keeps_the_best_prefixes_and_deals_the_width_in_turn),
        TEST(test_dvts_never_compares_across_subtrees),
        TEST(test_rebase_shares_the_width_by_a_softmax_of_rewards),
        TEST(test_mcts_finds_the_rewarded_path_within_its_budget),
        TEST(test_scores_without_a_range_are_not_scaled_by_it),
        TEST(test_mcts_ends_when_every_solution_was_visited_and_none_is_new),
        TEST(test_mcts_widens_a_finished_tree_while_the_budget_lasts),
        TEST(test_a_budget_in_tokens_needs_a_policy_that_tells_them),
        TEST(test_retry_proposes_until_a_step_is_good_enough),
        TEST(test_retry_takes_the_best_when_none_is_good_enough),
        TEST(test_a_spent_budget_leaves_no_answer_but_is_no_error),
        TEST(test_width_comes_from_the_budget_when_it_is_not_given),
        TEST(test_without_width_and_budget_sixteen_solutions_are_sampled),
        TEST(test_unknown_searches_and_options_are_named),
    };
    return cmocka_run_group_tests_name("algorithms", tests, NULL, NULL);
}
