/* The published algorithms on trees of a few nodes, followed by hand: which steps are drawn, in which order, and what
 * is left. */
/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>

#include "letters_fixture.h"

/* ---- a capital letter ends a solution, whose answer is all its letters ----------------------------------------------------------- */

/* What is drawn after a prefix, one letter a draw, and the score of a prefix. Elsewhere "Z" is drawn and the score is
 * 0. */
typedef struct rule {
    const char *prefix, *draws;
} rule;
typedef struct mark {
    const char *prefix;
    double score; /* negative: unknown */
} mark;

static const rule *rules;
static const mark *marks;
static cairn_result result;

static const char *draws_of(const char *prefix) {
    const char *draws = "Z";
    for (const rule *r = rules; r->prefix; r++)
        if (strcmp(r->prefix, prefix) == 0) draws = r->draws;
    return draws;
}

static double score_of(const char *prefix, bool done) {
    (void)done;
    double score = 0;
    for (const mark *m = marks; m->prefix; m++)
        if (strcmp(m->prefix, prefix) == 0) score = m->score;
    return score;
}

static bool is_answer(const letters *written) {
    return written->n && isupper((unsigned char)written->text[written->n - 1]);
}

static bool is_whole(const letters *written) {
    return is_answer(written) || written->n == LONGEST;
}

static cairn_verdict check(const letters *written) {
    (void)written;
    return CAIRN_VERDICT_UNKNOWN;
}

static const letter_rules capitals = {.max_steps = LONGEST,
                                      .n_tokens = 1,
                                      .draws = draws_of,
                                      .whole = is_whole,
                                      .check = check,
                                      .answers = is_answer,
                                      .score = score_of};

static int set_up(void **state) {
    return open_letters(state, &capitals);
}

/* Searches afresh; the answer's letters, "" for none. */
static const char *search(fixture *f, const char *spec, const rule *draws, const mark *scores) {
    rules = draws;
    marks = scores;
    cairn_tree_reset(f->tree);
    f->workspace.cost = (cairn_cost){0};
    return answer_of(f, spec, &result);
}

static cairn_node node_of(const fixture *f, const char *prefix) {
    cairn_node node = CAIRN_ROOT;
    for (; *prefix && node != CAIRN_NONE; prefix++) node = cairn_tree_find(f->tree, node, CAIRN_KIND_REASON, prefix, 1);
    return node;
}

static int drawn_at(const fixture *f, const char *prefix) {
    cairn_node node = node_of(f, prefix);
    return node == CAIRN_NONE ? -1 : (int)f->tree->draws[CAIRN_ROLE_GENERATOR][node];
}

/* The candidates as "aB cD": prefixes in order of generation. */
static const char *candidates(const fixture *f) {
    static char text[256];
    size_t at = 0;
    for (int32_t i = 0; i < result.n; i++) {
        const letters *s = cairn_tree_state(f->tree, result.candidates[i].leaf);
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", i ? " " : "", s->text);
    }
    text[at] = 0;
    return text;
}

/* ---- beam search (search-and-learn) ------------------------------------------------------------------------------------------------- */

/* N = 4, M = 2. First a, b, C, d: C leaves the competition, a and b are the N/M = 2 best of the rest, and N stays 4:
 * each is copied twice. Then aE, af, bG, bh: af and bh go on, twice each. */
static void beam_keeps_n_over_m_and_copies_them_to_n_whatever_has_finished(void **state) {
    static const rule draws[] = {{"", "abCd"}, {"a", "Ef"}, {"b", "Gh"}, {"af", "IJ"}, {"bh", "KL"}, {NULL, NULL}};
    static const mark scores[] = {{"a", 0.9},   {"b", 0.5},   {"C", 0.3},  {"d", 0.1},   {"aE", 0.2},
                                  {"af", 0.6},  {"bG", 0.4},  {"bh", 0.7}, {"afI", 0.3}, {"afJ", 0.8},
                                  {"bhK", 0.1}, {"bhL", 0.2}, {NULL, 0}};
    fixture *f = *state;
    assert_string_equal(search(f, "beam:width=4,branch=2,finished=best", draws, scores), "afJ");
    assert_int_equal(drawn_at(f, ""), 4);
    assert_int_equal(drawn_at(f, "a"), 2);
    assert_int_equal(drawn_at(f, "b"), 2);
    assert_int_equal(drawn_at(f, "d"), 0);
    assert_int_equal(drawn_at(f, "af"), 2);
    assert_int_equal(drawn_at(f, "bh"), 2);
    assert_string_equal(candidates(f), "C aE bG afI afJ bhK bhL");
    /* As released the answer is the best of the first N finished: C 0.3, aE 0.2, bG 0.4, afI 0.3. */
    assert_string_equal(search(f, "beam:width=4,branch=2", draws, scores), "bG");
    assert_string_equal(candidates(f), "C aE bG afI");
}

/* N = 5, M = 2: N/M = 2 are kept; copied in turn the earlier one gets 3, the other 2. */
static void beam_copies_what_it_keeps_in_turn(void **state) {
    static const rule draws[] = {{"", "abcde"}, {NULL, NULL}};
    static const mark scores[] = {{"b", 0.5}, {"d", 0.9}, {NULL, 0}};
    fixture *f = *state;
    search(f, "beam:width=5,branch=2", draws, scores);
    assert_int_equal(drawn_at(f, "b"), 3);
    assert_int_equal(drawn_at(f, "d"), 2);
    assert_int_equal(drawn_at(f, "a"), 0);
}

/* N = 2, M = 2 keeps one prefix, but from depth 1 on all go to their end. */
static void beam_ends_its_last_iteration_without_a_choice(void **state) {
    static const rule draws[] = {{"", "ab"}, {"a", "c"}, {"b", "d"}, {NULL, NULL}};
    static const mark scores[] = {{"a", 0.9}, {"acZ", 0.1}, {"bdZ", 0.2}, {NULL, 0}};
    fixture *f = *state;
    assert_string_equal(search(f, "beam:width=2,branch=2,iterations=1", draws, scores), "bdZ");
    assert_string_equal(search(f, "beam:width=2,branch=2", draws, scores), "acZ");
}

/* W = 4 keeps ceil(sqrt(4)) = 2; C has finished, so W' = 3 and each gets ceil(3 / 2) = 2. */
static void beam_of_ets_keeps_the_root_of_the_width(void **state) {
    static const rule draws[] = {{"", "abCd"}, {NULL, NULL}};
    static const mark scores[] = {{"a", 0.9}, {"b", 0.5}, {"d", 0.1}, {NULL, 0}};
    fixture *f = *state;
    search(f, "beam:width=4,variant=ets", draws, scores);
    assert_int_equal(drawn_at(f, "a"), 2);
    assert_int_equal(drawn_at(f, "b"), 2);
    assert_int_equal(drawn_at(f, "d"), 0);
}

static void beam_puts_unknown_scores_last(void **state) {
    static const rule draws[] = {{"", "ab"}, {NULL, NULL}};
    static const mark scores[] = {{"a", -1}, {"b", 0}, {NULL, 0}};
    fixture *f = *state;
    search(f, "beam:width=2,branch=2", draws, scores);
    assert_int_equal(drawn_at(f, "a"), 0);
    assert_int_equal(drawn_at(f, "b"), 2);
}

/* ---- DVTS --------------------------------------------------------------------------------------------------------------------------- */

/* N = 4, M = 2: subtree 0 draws a, B and ends, for B is the better one; subtree 1 draws c, D and goes on from c, then
 * E, f, and ends with E. All four last children are candidates, D is none; a and cf have no answer. */
static void dvts_goes_on_from_the_best_child_until_that_is_whole(void **state) {
    static const rule draws[] = {{"", "aBcD"}, {"c", "Ef"}, {NULL, NULL}};
    static const mark scores[] = {{"a", 0.4}, {"B", 0.6}, {"c", 0.7}, {"D", 0.1}, {"cE", 0.5}, {"cf", 0.2}, {NULL, 0}};
    fixture *f = *state;
    assert_string_equal(search(f, "dvts:width=4,branch=2", draws, scores), "B");
    assert_string_equal(candidates(f), "a B cE cf");
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 6);
    assert_int_equal(drawn_at(f, "a"), 0);
}

/* Subtree 1 has the worse steps throughout and is searched all the same. */
static void dvts_never_compares_subtrees(void **state) {
    static const rule draws[] = {{"", "abcd"}, {"a", "EF"}, {"c", "GH"}, {NULL, NULL}};
    static const mark scores[] = {{"a", 0.9}, {"b", 0.8}, {"c", 0.2}, {"d", 0.1}, {"aE", 0.3}, {"cH", 0.4}, {NULL, 0}};
    fixture *f = *state;
    assert_string_equal(search(f, "dvts:width=4,branch=2", draws, scores), "cH");
    assert_string_equal(candidates(f), "aE aF cG cH");
}

/* What the budget cuts off is no answer: of a, B and c only B is a whole solution. */
static void dvts_stops_at_its_budget_with_what_it_finished(void **state) {
    static const rule draws[] = {{"", "aBcd"}, {NULL, NULL}};
    static const mark scores[] = {{"a", 0.4}, {"B", 0.1}, {"c", 0.3}, {NULL, 0}};
    fixture *f = *state;
    f->workspace.budget.steps = 3;
    assert_string_equal(search(f, "dvts:width=4,branch=2", draws, scores), "B");
    assert_string_equal(candidates(f), "B");
}

/* ---- REBASE -------------------------------------------------------------------------------------------------------------------------- */

/* Rewards 0.9, 0.7, 0.5 at T = 0.2: e = 90.02, 33.12, 12.18. D has finished: of the width 8 only 7 are left, and 7 *
 * 0.6652 = 4.66 gives 5, 2 * 0.7311 = 1.46 gives 2, then nothing. */
static void rebase_shares_what_finished_prefixes_have_left(void **state) {
    static const rule draws[] = {{"", "abcDabca"}, {NULL, NULL}};
    static const mark scores[] = {{"a", 0.9}, {"b", 0.7}, {"c", 0.5}, {"D", 0.4}, {NULL, 0}};
    fixture *f = *state;
    search(f, "rebase:width=8", draws, scores);
    assert_int_equal(drawn_at(f, "a"), 5);
    assert_int_equal(drawn_at(f, "b"), 2);
    assert_int_equal(drawn_at(f, "c"), 0);
}

/* The vote weighs by the last step's reward: X twice 0.3 against Y once 0.5. */
static void rebase_ends_with_a_weighted_vote(void **state) {
    static const rule draws[] = {{"", "XXY"}, {NULL, NULL}};
    static const mark scores[] = {{"X", 0.3}, {"Y", 0.5}, {NULL, 0}};
    fixture *f = *state;
    assert_string_equal(search(f, "rebase:width=3", draws, scores), "X");
}

static void rebase_drops_what_is_too_deep(void **state) {
    static const rule draws[] = {{"", "aB"}, {"a", "cD"}, {"ac", "EF"}, {NULL, NULL}};
    static const mark scores[] = {{"a", 0.9}, {"B", 0.1}, {"ac", 0.9}, {"acE", 0.9}, {NULL, 0}};
    fixture *f = *state;
    search(f, "rebase:width=2", draws, scores);
    assert_int_equal(drawn_at(f, "ac"), 1);
    search(f, "rebase:width=2,depth=2", draws, scores);
    assert_int_equal(drawn_at(f, "ac"), 0);
}

/* ---- MCTS ----------------------------------------------------------------------------------------------------------------------------- */

static void assert_visits(const fixture *f, const char *prefix, uint32_t visits, double total) {
    cairn_node node = node_of(f, prefix);
    assert_true(node != CAIRN_NONE);
    assert_int_equal(f->tree->visits[node], visits);
    if (fabs(f->tree->total[node] - total) > 1e-6)
        fail_msg("W of `%s` is %g, expected %g", prefix, f->tree->total[node], total);
}

static const rule tree_draws[] = {{"", "ab"}, {"a", "CD"}, {"b", "EF"}, {NULL, NULL}};
static const mark tree_scores[] = {{"a", 0.6},  {"b", 0.4},  {"aC", 0.9}, {"aD", 0.1},
                                   {"bE", 0.9}, {"bF", 0.1}, {NULL, 0}};

/* PUCT, c = 1, P = 1/2 each, first play by own value V:
 *   1  root (value 0)
 *   2  a: 0.6 + 0.5 against 0.4 + 0.5                            +0.6
 *   3  b: 0.4 + 0.5 * 1.414 against 0.6 + 0.5 * 1.414 / 2         +0.4
 *   4  a: 0.6 + 0.5 * 1.732 / 2 against 0.4 + 0.5 * 1.732 / 2; aC  +0.9, and aC is done
 *   5  a: 0.75 + 0.5 * 2 / 3 against 0.4 + 0.5 * 2 / 2; aD         +0.1, and a is done */
static void mcts_with_puct_visits_as_worked_by_hand(void **state) {
    fixture *f = *state;
    assert_string_equal(search(f, "mcts:rule=puct,c=1,branch=2,simulations=5", tree_draws, tree_scores), "aC");
    assert_visits(f, "", 5, 2.0);
    assert_visits(f, "a", 3, 1.6);
    assert_visits(f, "b", 1, 0.4);
    assert_visits(f, "aC", 1, 0.9);
    assert_visits(f, "aD", 1, 0.1);
    assert_visits(f, "bE", 0, 0);
}

/* UCT, c = 0.5, every child once first:
 *   1  root   2  a +0.6   3  b +0.4
 *   4  a: 0.6 + 0.5 sqrt(ln 3) against 0.4 + 0.5 sqrt(ln 3); aC +0.9
 *   5  a: 0.75 + 0.5 sqrt(ln 4 / 2) = 1.166 against b: 0.4 + 0.5 sqrt(ln 4) = 0.989; aD +0.1, and a is done
 *   6  b is all that is left; bE +0.9 */
static void mcts_with_uct_visits_as_worked_by_hand(void **state) {
    fixture *f = *state;
    search(f, "mcts:rule=uct,c=0.5,first_play=infinite,branch=2,simulations=6", tree_draws, tree_scores);
    assert_visits(f, "", 6, 2.9);
    assert_visits(f, "a", 3, 1.6);
    assert_visits(f, "b", 2, 1.3);
    assert_visits(f, "aD", 1, 0.1);
    assert_visits(f, "bE", 1, 0.9);
    assert_visits(f, "bF", 0, 0);
}

/* Edge rewards, discount 0.5, no exploration: q = r + 0.5 Q. A leaf is worth 0, so what travels up is what was paid on
 * the way.
 *   1  root 0
 *   2  a (0.6): W(a) = 0, W(root) = 0.6
 *   3  q(a) = 0.6 + 0.5 * 0, q(b) = 0.4: a, then aC (0.9 against 0.1): W(aC) = 0, W(a) = 0.9, W(root) = 0.6 + 0.6 + 0.5 * 0.9
 *   4  q(a) = 0.6 + 0.5 * 0.9 / 2: a, then aD, as aC is done: W(a) = 0.9 + 0.1, W(root) += 0.6 + 0.5 * 0.1 */
static void mcts_pays_edge_rewards_with_discount(void **state) {
    fixture *f = *state;
    search(f, "mcts:rule=puct,c=0,evaluate=edge,discount=0.5,branch=2,simulations=4", tree_draws, tree_scores);
    assert_visits(f, "", 4, 0.6 + 1.05 + 0.65);
    assert_visits(f, "a", 3, 1.0);
    assert_visits(f, "b", 0, 0);
    assert_visits(f, "aC", 1, 0);
}

/* V of a parent is the visit-weighted mean of its visited children (uct2 of arXiv 2406.03816, c = 0): after a, aC and
 * aD the value of a is (0.9 + 0.1) / 2, not the mean with its own 0.6. */
static void mcts_with_visit_mean_forgets_own_values(void **state) {
    fixture *f = *state;
    search(f, "mcts:rule=uct2,c=0,backup=visit-mean,branch=2,simulations=4", tree_draws, tree_scores);
    assert_visits(f, "a", 3, 3 * 0.5);
    assert_visits(f, "", 4, 4 * 0.5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, close_letters)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(beam_keeps_n_over_m_and_copies_them_to_n_whatever_has_finished),
        TEST(beam_copies_what_it_keeps_in_turn),
        TEST(beam_ends_its_last_iteration_without_a_choice),
        TEST(beam_of_ets_keeps_the_root_of_the_width),
        TEST(beam_puts_unknown_scores_last),
        TEST(dvts_goes_on_from_the_best_child_until_that_is_whole),
        TEST(dvts_never_compares_subtrees),
        TEST(dvts_stops_at_its_budget_with_what_it_finished),
        TEST(rebase_shares_what_finished_prefixes_have_left),
        TEST(rebase_ends_with_a_weighted_vote),
        TEST(rebase_drops_what_is_too_deep),
        TEST(mcts_with_puct_visits_as_worked_by_hand),
        TEST(mcts_with_uct_visits_as_worked_by_hand),
        TEST(mcts_pays_edge_rewards_with_discount),
        TEST(mcts_with_visit_mean_forgets_own_values),
    };
    return cmocka_run_group_tests_name("worked", tests, NULL, NULL);
}
