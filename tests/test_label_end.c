/* Solutions that their policy ends without a step more: the tree, completions and labels have the steps that were said,
 * and no other. */
/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "letters_fixture.h"
#include "near.h"

#include "cairn/label.h"

/* ---- right is "ab", at most three steps, and only the policy says where a solution ends --------------------------------------------- */

static const char *script[3]; /* [depth] letters drawn there */

static const char *draws_of(const char *prefix) {
    return script[strlen(prefix)];
}

/* '.' ends without a text, '_' is an empty step, a capital is the small letter and the end. */
static bool say(char text[2]) {
    char letter = text[0];
    bool capital = letter >= 'A' && letter <= 'Z';
    text[0] = (char)(letter == '.' || letter == '_' ? 0 : capital ? letter + 32 : letter);
    return letter == '.' || capital;
}

static cairn_verdict check(const letters *written) {
    return strcmp(written->text, "ab") == 0 ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
}

/* A tenth a step, and a hundredth for being whole. */
static double score_of(const char *prefix, bool done) {
    return 0.1 * (double)strlen(prefix) + (done ? 0.01 : 0);
}

static const letter_rules small = {
    .max_steps = 3, .answer = "ab", .n_tokens = 1, .draws = draws_of, .say = say, .check = check, .score = score_of};

static int set_up(void **state) {
    script[0] = "a";
    script[1] = "b";
    script[2] = ".c";
    if (open_letters(state, &small) != 0) return -1;
    return cairn_workspace_begin(&((fixture *)*state)->workspace) == CAIRN_OK ? 0 : -1;
}

/* Draws `count` steps at a node; returns how many distinct children they are. */
static int32_t grow(fixture *f, cairn_node node, int32_t count, cairn_branch *children) {
    int32_t n;
    cairn_branch branch = {.node = node, .count = count};
    assert_int_equal(cairn_propose(&f->workspace, CAIRN_ROLE_GENERATOR, &branch, 1, children, &n), CAIRN_OK);
    return n;
}

static cairn_node only_child(fixture *f, cairn_node node) {
    cairn_branch child;
    assert_int_equal(grow(f, node, 1, &child), 1);
    return child.node;
}

static int32_t steps_of(fixture *f, cairn_node node) {
    const char *const *steps;
    int32_t n;
    assert_int_equal(cairn_tree_steps(f->ctx, f->tree, node, f->arena, &steps, &n), CAIRN_OK);
    return n;
}

/* ---- in a tree --------------------------------------------------------------------------------------------------------------------- */

static void test_an_end_is_a_leaf_but_no_step(void **state) {
    fixture *f = *state;
    cairn_branch children[4];
    cairn_node a = only_child(f, CAIRN_ROOT), ab = only_child(f, a);
    assert_int_equal(grow(f, ab, 4, children), 2);
    cairn_node end = children[0].node, abc = children[1].node;
    assert_true(cairn_tree_is_end(f->tree, end));
    assert_false(cairn_tree_is_end(f->tree, abc));
    assert_int_equal(children[0].count, 2);
    assert_true(f->tree->flags[end] & CAIRN_NODE_TERMINAL);
    assert_int_equal(steps_of(f, end), 2);
    assert_int_equal(steps_of(f, abc), 3);
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 6); /* it was drawn, so it is paid for */
    cairn_node leaves[] = {end, abc};
    assert_int_equal(cairn_check(&f->workspace, leaves, 2), CAIRN_OK);
    assert_true(f->tree->outcome[end] == 1 && f->tree->outcome[abc] == 0);
}

static void test_an_end_is_scored_as_the_last_step_and_replaces_its_score(void **state) {
    fixture *f = *state;
    cairn_node a = only_child(f, CAIRN_ROOT), ab = only_child(f, a), end = only_child(f, ab);
    cairn_node nodes[] = {a, ab, end};
    assert_int_equal(cairn_score(&f->workspace, nodes, 3), CAIRN_OK);
    int32_t column = f->workspace.column;
    assert_near(f->tree->score[column][end], 0.21, 1e-6);
    assert_near(cairn_tree_aggregate(f->tree, end, column, CAIRN_AGGREGATE_PRODUCT), 0.1 * 0.21, 1e-6);
    assert_near(cairn_tree_aggregate(f->tree, end, column, CAIRN_AGGREGATE_MEAN), (0.1 + 0.21) / 2, 1e-6);
    assert_near(cairn_tree_aggregate(f->tree, end, column, CAIRN_AGGREGATE_LAST), 0.21, 1e-6);
    f->tree->score[column][end] = NAN; /* unknown: then what was known of the step stands */
    assert_near(cairn_tree_aggregate(f->tree, end, column, CAIRN_AGGREGATE_PRODUCT), 0.1 * 0.2, 1e-6);
}

static void test_a_solution_of_no_steps_has_no_score(void **state) {
    fixture *f = *state;
    script[0] = ".";
    cairn_node end = only_child(f, CAIRN_ROOT);
    assert_int_equal(steps_of(f, end), 0);
    assert_int_equal(cairn_score(&f->workspace, &end, 1), CAIRN_OK);
    assert_true(isnan(cairn_tree_aggregate(f->tree, end, f->workspace.column, CAIRN_AGGREGATE_PRODUCT)));
    assert_int_equal(cairn_check(&f->workspace, &end, 1), CAIRN_OK);
    assert_true(f->tree->outcome[end] == 0);
}

static void test_what_ends_a_solution_is_not_what_says_the_same_and_goes_on(void **state) {
    fixture *f = *state;
    cairn_branch children[4];
    script[0] = "._xX";
    assert_int_equal(grow(f, CAIRN_ROOT, 4, children), 4);
    for (int i = 0; i < 4; i++) {
        bool ends = i == 0 || i == 3;
        assert_int_equal((f->tree->flags[children[i].node] & CAIRN_NODE_TERMINAL) != 0, ends);
        assert_int_equal(cairn_tree_is_end(f->tree, children[i].node), i == 0);
        assert_int_equal(steps_of(f, children[i].node), i != 0);
    }
}

/* Where rewards are paid on the way, the last step's was paid when it was taken. */
static void test_an_end_is_not_paid_for(void **state) {
    fixture *f = *state;
    const cairn_search_type *type;
    const void *config;
    cairn_result result;
    int ends = 0;
    assert_int_equal(cairn_search_find(f->ctx, f->arena, "mcts:evaluate=edge,simulations=12,branch=2", &type, &config),
                     CAIRN_OK);
    if (cairn_search_run(&f->workspace, type, config, &result) != CAIRN_OK) fail_msg("%s", cairn_error(f->ctx));
    for (cairn_node node = 1; node < f->tree->count; node++) {
        double steps = steps_of(f, node), whole = f->tree->flags[node] & CAIRN_NODE_TERMINAL ? 0.01 : 0;
        bool end = cairn_tree_is_end(f->tree, node);
        assert_near(f->tree->edge_reward[node], end ? 0 : 0.1 * steps + whole, 1e-6);
        ends += end;
    }
    assert_int_equal(ends, 1);
}

/* ---- completions and labels -------------------------------------------------------------------------------------------------------- */

static void test_completions_have_the_steps_that_were_said(void **state) {
    fixture *f = *state;
    cairn_node root = CAIRN_ROOT, ends[2];
    cairn_rollout r[2];
    int32_t done;
    assert_int_equal(cairn_rollouts(&f->workspace, CAIRN_ROLE_GENERATOR, &root, 1, 2, r, &done), CAIRN_OK);
    assert_int_equal(r[0].n_steps, 2);
    assert_int_equal(r[0].n_tokens, 3);
    assert_int_equal(r[0].outcome.verdict, CAIRN_VERDICT_RIGHT);
    assert_int_equal(r[1].n_steps, 3);
    assert_int_equal(r[1].outcome.verdict, CAIRN_VERDICT_WRONG);
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 6);
    for (int i = 0; i < 2; i++)
        assert_int_equal(cairn_graft(&f->workspace, CAIRN_ROOT, &r[i], r[i].n_steps, &ends[i]), CAIRN_OK);
    /* "ab" as a whole solution is not the "ab" that goes on. */
    cairn_node ab = f->tree->parent[ends[1]];
    assert_int_not_equal(ends[0], ab);
    assert_int_equal(f->tree->parent[ends[0]], f->tree->parent[ab]);
    assert_false(f->tree->flags[ab] & CAIRN_NODE_TERMINAL);
    assert_int_equal(steps_of(f, ends[0]), 2);
}

static cairn_label_result labelled(fixture *f, const char *spec) {
    const cairn_labeller_type *type;
    const void *config;
    cairn_label_result result;
    assert_int_equal(cairn_labeller_find(f->ctx, f->arena, spec, &type, &config), CAIRN_OK);
    if (type->run(&f->workspace, config, NULL, 0, &result) != CAIRN_OK) fail_msg("%s", cairn_error(f->ctx));
    return result;
}

/* Every completion of "a" and of "ab" is "ab" or "abc", by turns. */
static void test_labels_are_of_steps_that_were_said(void **state) {
    fixture *f = *state;
    static const double whole[] = {0.5, 1}, longer[] = {0.5, 0.5, 0};
    cairn_label_result mc = labelled(f, "mc:solutions=2,rollouts=2");
    assert_int_equal(mc.n, 2);
    assert_int_equal(mc.solutions[0].n_steps, 2);
    assert_int_equal(mc.solutions[1].n_steps, 3);
    assert_memory_equal(mc.solutions[0].labels, whole, sizeof whole);
    assert_memory_equal(mc.solutions[1].labels, longer, sizeof longer);
    assert_int_equal(mc.solutions[1].first_error, 2);
}

static void test_bisection_does_not_take_a_whole_solution_for_a_prefix_of_a_longer_one(void **state) {
    fixture *f = *state;
    static const double longer[] = {0.5, 0.5, 0};
    script[2] = ".ccc"; /* "ab" as it is, and longer ones */
    cairn_label_result r = labelled(f, "omegaprm:rollouts=4,question_filter=4,searches=3,confirm=0");
    assert_true(r.n > 0);
    const cairn_labelled *s = &r.solutions[0];
    assert_int_equal(s->n_steps, 3);
    assert_int_equal(s->first_error, 2);
    assert_int_equal(s->evidence.counts[CAIRN_ROLE_COMPLETER][2].ok, 0);
    assert_true(isnan(s->labels[0]) || s->labels[0] == 0.25);
    assert_true(s->labels[1] == 0.25 && s->labels[2] == longer[2]);
}

static void test_solutions_of_no_steps_are_kept_apart(void **state) {
    fixture *f = *state;
    script[0] = ".a";
    cairn_label_result r = labelled(f, "mc:solutions=2,rollouts=2");
    assert_int_equal(r.n, 2);
    assert_int_equal(r.solutions[0].n_steps, 0);
    assert_int_equal(r.solutions[0].first_error, CAIRN_UNLABELLED);
    assert_int_equal(r.solutions[1].n_steps, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, close_letters)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_an_end_is_a_leaf_but_no_step),
        TEST(test_an_end_is_scored_as_the_last_step_and_replaces_its_score),
        TEST(test_a_solution_of_no_steps_has_no_score),
        TEST(test_what_ends_a_solution_is_not_what_says_the_same_and_goes_on),
        TEST(test_an_end_is_not_paid_for),
        TEST(test_completions_have_the_steps_that_were_said),
        TEST(test_labels_are_of_steps_that_were_said),
        TEST(test_bisection_does_not_take_a_whole_solution_for_a_prefix_of_a_longer_one),
        TEST(test_solutions_of_no_steps_are_kept_apart),
    };
    return cmocka_run_group_tests_name("end", tests, NULL, NULL);
}
