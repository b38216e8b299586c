/* The loops of cairn/loops.h and their callbacks, on a tiny world: every step is a digit, two of them are a solution.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cairn/loops.h"
#include "letters_fixture.h"
#include "near.h"

/* label: light */

static const char *script[2]; /* [depth] letters drawn there */
static double table[2][10];   /* [depth][digit] score of a step; negative: unknown */

static const char *draws_of(const char *prefix) {
    return script[strlen(prefix)];
}

static bool is_whole(const letters *written) {
    return written->n == 2;
}

/* A step 9 ends a solution at once. */
static bool is_whole_or_nine(const letters *written) {
    return written->n == 2 || strchr(written->text, '9');
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
                                    .score = score_of};
static const letter_rules nines = {.max_steps = 2,
                                   .answer = "73",
                                   .n_tokens = 3,
                                   .draws = draws_of,
                                   .whole = is_whole_or_nine,
                                   .check = check,
                                   .score = score_of};

static int set_up(void **state) {
    memset(table, 0, sizeof table);
    return open_letters(state, &digits);
}

static int set_up_nines(void **state) {
    memset(table, 0, sizeof table);
    return open_letters(state, &nines);
}

static cairn_node child(const fixture *f, cairn_node parent, const char *text) {
    return cairn_tree_find(f->tree, parent, CAIRN_KIND_REASON, text, strlen(text));
}

static cairn_workspace *begun(fixture *f) {
    assert_int_equal(cairn_workspace_begin(&f->workspace), CAIRN_OK);
    return &f->workspace;
}

/* ---- frontier --------------------------------------------------------------------------------------------------------------------- */

/* Step-level beam search (arXiv 2405.03553): kept children that are whole solutions leave and take their width with
 * them. */
typedef struct beams {
    int32_t width; /* B1: prefixes that may still be kept */
    int32_t branch;
} beams;

static cairn_status keep_best(cairn_workspace *workspace, void *arg, const cairn_branch *grown, int32_t n,
                              cairn_branch *open, int32_t *n_open, cairn_finished *finished) {
    beams *b = arg;
    int32_t *order, keep = b->width < n ? b->width : n;
    CAIRN_TRY(cairn_rank_branches(workspace, grown, n, &order));
    for (int32_t i = 0; i < keep; i++) {
        cairn_branch kept = grown[order[i]];
        if (workspace->tree->flags[kept.node] & CAIRN_NODE_TERMINAL) {
            CAIRN_TRY(cairn_finished_add(workspace, finished, kept));
            b->width--;
            continue;
        }
        kept.count = b->branch;
        open[(*n_open)++] = kept;
    }
    return CAIRN_OK;
}

/* B1 = 2 keeps {whole 0.9, open 0.4} of {0.9, 0.4, 0.1}: one solution, and width 1 for the open one. */
static void test_prune_decides_what_is_finished_and_what_stays_open(void **state) {
    fixture *f = *state;
    script[0] = "949412"; /* 9 is whole */
    script[1] = "3";
    table[0][9] = 0.9, table[0][4] = 0.4, table[0][1] = 0.1, table[0][2] = 0.1, table[1][3] = 0.5;
    beams b = {.width = 2, .branch = 3};
    cairn_frontier loop = {.scores = true, .prune = keep_best};
    cairn_branch start = {.node = CAIRN_ROOT, .count = 6};
    cairn_finished finished = {0};
    cairn_workspace *w = begun(f);
    assert_int_equal(cairn_frontier_round(w, &loop, &b, &start, 1, INT64_MAX, &finished), CAIRN_OK);
    assert_int_equal(finished.n, 2);
    assert_string_equal(cairn_tree_text(f->tree, finished.solutions[0].node), "9");
    assert_int_equal(f->tree->parent[finished.solutions[1].node], child(f, CAIRN_ROOT, "4"));
    assert_int_equal(f->tree->draws[CAIRN_ROLE_GENERATOR][child(f, CAIRN_ROOT, "4")], 3);
    assert_int_equal(f->tree->draws[CAIRN_ROLE_GENERATOR][child(f, CAIRN_ROOT, "1")], 0);
    assert_int_equal(b.width, 0);
}

/* Grows the first branch only, as the completer. */
static cairn_status grow_first(cairn_workspace *workspace, void *arg, const cairn_branch *open, int32_t n,
                               cairn_branch *children, int32_t *n_children) {
    int32_t *calls = arg;
    (void)n;
    ++*calls;
    return cairn_propose(workspace, CAIRN_ROLE_COMPLETER, open, 1, children, n_children);
}

static cairn_status finish_none(cairn_workspace *workspace, void *arg, const cairn_finished *finished,
                                cairn_result *out) {
    (void)arg;
    assert_int_equal(finished->n, 1);
    return cairn_candidates(workspace, NULL, 0, out);
}

static void test_grow_and_finish_can_be_replaced(void **state) {
    fixture *f = *state;
    script[0] = "12";
    script[1] = "3";
    int32_t calls = 0;
    cairn_frontier loop = {.grow = grow_first, .finish = finish_none};
    cairn_result r;
    assert_int_equal(cairn_frontier_search(begun(f), &loop, &calls, 2, 1, &r), CAIRN_OK);
    assert_int_equal(calls, 2); /* the second growth has the prefixes 1 and 2 and takes 1 */
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 0);
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_COMPLETER], 3);
    assert_int_equal(r.n, 0);
}

/* Steps are left for one solution: of two samples one waits until the other has finished. */
static void test_samples_wait_until_the_budget_has_taken_others_to_their_end(void **state) {
    fixture *f = *state;
    script[0] = "12";
    script[1] = "3";
    cairn_frontier loop = {.waits = CAIRN_WAIT_SAMPLES};
    cairn_branch start = {.node = CAIRN_ROOT, .count = 2};
    cairn_finished finished = {0};
    f->workspace.budget.steps = 3;
    assert_int_equal(cairn_frontier_round(begun(f), &loop, NULL, &start, 1, INT64_MAX, &finished), CAIRN_BUDGET);
    assert_int_equal(finished.n, 1);
    assert_int_equal(finished.samples, 1);
    assert_int_equal(finished.steps, 2);
    assert_int_equal(f->tree->count, 4); /* root, 1, 13 and the 2 that was begun */
}

static cairn_status no_round(cairn_workspace *workspace, void *arg, int64_t width, cairn_finished *finished) {
    int64_t *widths = arg;
    (void)finished;
    widths[widths[0]++] = width;
    workspace->cost.steps[CAIRN_ROLE_GENERATOR] += 2 * width;
    return CAIRN_OK;
}

/* 20 steps at 2 a solution are ten; in units of four that is a round of 8, and then what is left pays for 2 (no
 * solution was seen: 1). */
static void test_rounds_spend_the_budget_in_multiples_of_their_unit(void **state) {
    fixture *f = *state;
    int64_t widths[8] = {1};
    cairn_finished finished = {0};
    f->workspace.budget.steps = 20;
    assert_int_equal(cairn_rounds(begun(f), no_round, widths, 0, 4, &finished), CAIRN_OK);
    assert_int_equal(widths[1], 8);
    assert_int_equal(widths[2], 1);
    assert_int_equal(widths[3], 1);
    assert_int_equal(widths[0], 4);
    assert_false(finished.width_given);
}

/* ---- tree --------------------------------------------------------------------------------------------------------------------------- */

/* 1 scores 0.4, 7 scores 0.6, their children lie between or below: 7, then its child 73 (0.5), then 1, wherever each
 * one is. */
static double last_score(cairn_workspace *workspace, void *arg, cairn_node node) {
    (void)arg;
    return workspace->tree->score[workspace->column][node];
}

static cairn_status note_value(cairn_workspace *workspace, void *arg, cairn_node leaf, double *value) {
    cairn_text *order = arg;
    *value = 0;
    return cairn_text_printf(
        workspace->ctx, order, "%s%s ",
        leaf && workspace->tree->parent[leaf] ? cairn_tree_text(workspace->tree, workspace->tree->parent[leaf]) : "",
        leaf ? cairn_tree_text(workspace->tree, leaf) : "root");
}

static cairn_status expand_scored(cairn_workspace *workspace, void *arg, cairn_node node, int32_t count,
                                  cairn_branch *children, int32_t *n) {
    cairn_branch branch = {.node = node, .count = count};
    (void)arg;
    CAIRN_TRY(cairn_propose(workspace, CAIRN_ROLE_GENERATOR, &branch, 1, children, n));
    return cairn_score_branches(workspace, children, *n);
}

static void expect_order(fixture *f, int64_t simulations, const char *expected) {
    cairn_text order = {0};
    cairn_tree_loop loop = {.priority = last_score,
                            .evaluate = note_value,
                            .expand = expand_scored,
                            .branch = 2,
                            .simulations = simulations};
    cairn_finished finished = {0};
    assert_int_equal(cairn_tree_search(begun(f), &loop, &order, &finished), CAIRN_OK);
    assert_string_equal(order.data, expected);
    cairn_text_free(&order);
}

static void test_best_first_pops_the_open_node_of_greatest_priority_wherever_it_is(void **state) {
    fixture *f = *state;
    script[0] = "17";
    script[1] = "34";
    table[0][1] = 0.4, table[0][7] = 0.6, table[1][3] = 0.5, table[1][4] = 0.3;
    expect_order(f, 7, "root 7 73 1 13 74 14 "); /* 74 was created before 14 */
}

static void test_best_first_takes_an_unknown_priority_last_and_ties_in_order_of_creation(void **state) {
    fixture *f = *state;
    script[0] = "17";
    script[1] = "34";
    table[0][1] = -1, table[0][7] = 0.1, table[1][3] = 0.1, table[1][4] = 0.1;
    expect_order(f, 7, "root 7 73 74 1 13 14 ");
}

static cairn_status never(cairn_workspace *workspace, void *arg, cairn_node *leaf) {
    (void)workspace, (void)arg;
    *leaf = CAIRN_NONE;
    return CAIRN_OK;
}

static void test_a_select_that_finds_nothing_ends_the_search(void **state) {
    fixture *f = *state;
    script[0] = script[1] = "1";
    cairn_tree_loop loop = {.select = never, .branch = 2};
    cairn_finished finished = {0};
    f->workspace.budget.steps = 100;
    assert_int_equal(cairn_tree_search(begun(f), &loop, NULL, &finished), CAIRN_OK);
    assert_int_equal(finished.n, 0);
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 0);
}

/* Without a budget the loop takes the steps of 16 solutions, and leaves the caller's budget as it was. */
static void test_the_callers_budget_is_never_overwritten(void **state) {
    fixture *f = *state;
    script[0] = script[1] = "0123456789";
    cairn_tree_loop loop = {.formula = {.rule = CAIRN_SELECT_UCT, .c = 1}, .branch = 8};
    cairn_finished finished = {0};
    assert_int_equal(cairn_tree_search(begun(f), &loop, NULL, &finished), CAIRN_OK);
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 32);
    assert_true(f->workspace.budget.steps == 0);
}

/* I-MCTS (arXiv 2502.14693): S = H + c sqrt(ln N_parent / n), H = w g + (1 - w) W/N, w = v / (N + v), v = 0.2;
 * unvisited: H = g, n = v. With c = 2 and N_parent = 3 the visited child (g 0.8, N 1, W 0.5) has 2.6463, the other (g
 * 0.8) 5.4875. */
static double hybrid(cairn_workspace *workspace, void *arg, cairn_node node) {
    const cairn_tree *tree = workspace->tree;
    double *noted = arg;
    double v = 0.2, c = 2, n = tree->visits[node], w = v / (n + v);
    double h = n > 0 ? w * tree->value[node] + (1 - w) * tree->total[node] / n : tree->value[node];
    return noted[node] = h + c * sqrt(log(tree->visits[tree->parent[node]]) / (n > 0 ? n : v));
}

static void test_select_best_serves_priorities_that_change_with_visits(void **state) {
    fixture *f = *state;
    cairn_node first;
    double noted[4] = {0};
    begun(f);
    assert_int_equal(cairn_tree_expand(f->ctx, f->tree, CAIRN_ROOT, NULL, 3, &first), CAIRN_OK);
    f->tree->visits[CAIRN_ROOT] = 3;
    for (cairn_node i = first; i < first + 3; i++) f->tree->value[i] = 0.8f;
    f->tree->visits[first] = 1, f->tree->total[first] = 0.5;
    f->tree->flags[first + 2] |= CAIRN_NODE_DEAD;
    assert_int_equal(cairn_select_best(&f->workspace, hybrid, noted), first + 1);
    assert_near(noted[first], 2.6463, 5e-5);
    assert_near(noted[first + 1], 5.4875, 5e-5);
    assert_true(noted[first + 2] == 0); /* dead: never asked for */
}

/* Four first steps and eight simulations: in the first of log2(4) phases each gets 8 / (2 * 4) visits, in the second
 * the better two get 8 / (2 * 2) each (Karnin et al. 2013). */
static void test_gumbel_halves_the_first_steps_by_their_values(void **state) {
    fixture *f = *state;
    script[0] = "1734";
    script[1] = "0123456789";
    table[0][1] = 0.2, table[0][7] = 0.8, table[0][3] = 0.1, table[0][4] = 0.1;
    for (int i = 0; i < 10; i++) table[1][i] = 0.5;
    f->workspace.aggregator = CAIRN_AGGREGATE_PRODUCT; /* below 7 everything is worth 0.4, below 1 0.1 */
    cairn_result r;
    f->workspace.budget.steps = 100;
    answer_of(f, "gumbel:considered=4,branch=2,simulations=8", &r);
    assert_int_equal(f->tree->visits[child(f, CAIRN_ROOT, "7")], 3);
    assert_int_equal(f->tree->visits[child(f, CAIRN_ROOT, "1")], 3);
    assert_int_equal(f->tree->visits[child(f, CAIRN_ROOT, "3")], 1);
    assert_int_equal(f->tree->visits[child(f, CAIRN_ROOT, "4")], 1);
}

/* ---- retry -------------------------------------------------------------------------------------------------------------------------- */

static cairn_status accept_seven(cairn_workspace *workspace, void *arg, cairn_node step, bool *accepted) {
    int32_t *asked = arg;
    ++*asked;
    *accepted = strcmp(cairn_tree_text(workspace->tree, step), "7") == 0;
    return CAIRN_OK;
}

static cairn_status take_last(cairn_workspace *workspace, void *arg, const cairn_branch *refused, int32_t n,
                              cairn_node *step) {
    (void)workspace, (void)arg;
    *step = refused[n - 1].node;
    return CAIRN_OK;
}

static void test_retry_asks_accept_of_every_proposal_and_settle_when_all_are_refused(void **state) {
    fixture *f = *state;
    script[0] = "127";
    int32_t asked = 0;
    cairn_retry loop = {.tries = 3, .accept = accept_seven, .settle = take_last};
    cairn_node next;
    cairn_workspace *w = begun(f);
    assert_int_equal(cairn_retry_step(w, &loop, &asked, CAIRN_ROOT, &next), CAIRN_OK);
    assert_int_equal(next, child(f, CAIRN_ROOT, "7"));
    assert_int_equal(asked, 3);
    loop.tries = 2; /* draws 3 and 4 are 1 and 2 again */
    assert_int_equal(cairn_retry_step(w, &loop, &asked, CAIRN_ROOT, &next), CAIRN_OK);
    assert_int_equal(next, child(f, CAIRN_ROOT, "2"));
    assert_int_equal(asked, 5);
}

/* ---- order and budget ---------------------------------------------------------------------------------------------------------------- */

static void test_branches_rank_by_aggregate_with_unknown_last_and_ties_to_the_earlier(void **state) {
    fixture *f = *state;
    script[0] = "12345";
    table[0][1] = -1, table[0][2] = 0.3, table[0][3] = 0.9, table[0][4] = 0.3, table[0][5] = 0.9;
    cairn_branch start = {.node = CAIRN_ROOT, .count = 5}, grown[5];
    int32_t n, *order;
    static const int32_t expected[] = {2, 4, 1, 3, 0};
    cairn_workspace *w = begun(f);
    assert_int_equal(cairn_propose(w, CAIRN_ROLE_GENERATOR, &start, 1, grown, &n), CAIRN_OK);
    assert_int_equal(cairn_score_branches(w, grown, n), CAIRN_OK);
    assert_int_equal(cairn_rank_branches(w, grown, n, &order), CAIRN_OK);
    for (int i = 0; i < 5; i++) assert_int_equal(order[i], expected[i]);
    assert_int_equal(cairn_best_branch(w, grown, n), 2);
    assert_int_equal(cairn_best_branch(w, grown, 1), 0); /* unknown, but the only one */
    assert_int_equal(cairn_best_branch(w, grown, 0), -1);
}

/* 4 solutions took 8 of 20 steps: 12 pay for 6 more. The mean length of the finished ones says how many an open growth
 * may hold. */
static void test_a_budget_affords_more_of_what_was_spent(void **state) {
    fixture *f = *state;
    cairn_finished finished = {.samples = 4, .steps = 8};
    cairn_workspace *w = begun(f);
    assert_false(cairn_budget_bounded(w));
    assert_true(cairn_budget_affords(w, 4) == INT64_MAX);
    assert_true(cairn_frontier_affords(w, &finished, 0) == INT64_MAX);
    w->budget.steps = 20;
    w->cost.steps[CAIRN_ROLE_GENERATOR] = 8;
    assert_true(cairn_budget_bounded(w));
    assert_int_equal(cairn_budget_affords(w, 4), 6);
    assert_int_equal(cairn_frontier_affords(w, &finished, 0), 6);
    assert_int_equal(cairn_frontier_affords(w, &finished, 1), 12);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, close_letters)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_prune_decides_what_is_finished_and_what_stays_open, set_up_nines,
                                        close_letters),
        TEST(test_grow_and_finish_can_be_replaced),
        TEST(test_samples_wait_until_the_budget_has_taken_others_to_their_end),
        TEST(test_rounds_spend_the_budget_in_multiples_of_their_unit),
        TEST(test_best_first_pops_the_open_node_of_greatest_priority_wherever_it_is),
        TEST(test_best_first_takes_an_unknown_priority_last_and_ties_in_order_of_creation),
        TEST(test_a_select_that_finds_nothing_ends_the_search),
        TEST(test_the_callers_budget_is_never_overwritten),
        TEST(test_select_best_serves_priorities_that_change_with_visits),
        TEST(test_gumbel_halves_the_first_steps_by_their_values),
        TEST(test_retry_asks_accept_of_every_proposal_and_settle_when_all_are_refused),
        TEST(test_branches_rank_by_aggregate_with_unknown_last_and_ties_to_the_earlier),
        TEST(test_a_budget_affords_more_of_what_was_spent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
