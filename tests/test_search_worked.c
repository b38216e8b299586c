/* The published algorithms on trees of a few nodes, followed by hand: which steps are drawn, in which order, and what is left. */
/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/search.h"

/* ---- a world of letters: a capital letter ends a solution, whose answer is all its letters --------------------------------------- */

enum { LONGEST = 5 };

typedef struct letters {
    int32_t n;
    char text[LONGEST + 1];
} letters;

static cairn_status letters_start(cairn_ctx *ctx, void *self, const cairn_problem *problem, void *state) {
    (void)ctx, (void)self, (void)problem;
    memset(state, 0, sizeof(letters));
    return CAIRN_OK;
}

static cairn_status letters_apply(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                  const char *step, size_t length, void *after, bool *done) {
    (void)ctx, (void)self, (void)problem, (void)length;
    letters s = *(const letters *)before;
    s.text[s.n++] = step[0];
    *done = isupper((unsigned char)step[0]) || s.n == LONGEST;
    *(letters *)after = s;
    return CAIRN_OK;
}

static cairn_status letters_check(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                                  const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_outcome *out) {
    (void)ctx, (void)self, (void)problem, (void)steps, (void)n_steps;
    const letters *s = state;
    bool whole = s->n && isupper((unsigned char)s->text[s->n - 1]);
    *out = (cairn_outcome){CAIRN_VERDICT_UNKNOWN, NAN, whole ? cairn_arena_copy(arena, s->text, (size_t)s->n) : NULL};
    return CAIRN_OK;
}

static const cairn_world_type letters_world = {.about = {.name = "letters"},
                                               .state_bytes = sizeof(letters),
                                               .start = letters_start,
                                               .apply = letters_apply,
                                               .check = letters_check};

/* What is drawn after a prefix, one letter a draw, and the score of a prefix. Elsewhere "Z" is drawn and the score is 0. */
typedef struct rule {
    const char *prefix, *draws;
} rule;
typedef struct mark {
    const char *prefix;
    double score; /* negative: unknown */
} mark;

static const rule *rules;
static const mark *marks;

static void joined(const char *const *steps, int32_t n, char out[LONGEST + 1]) {
    for (int32_t i = 0; i < n; i++) out[i] = steps[i][0];
    out[n] = 0;
}

static cairn_status rules_propose(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_proposal *requests, int32_t n) {
    (void)ctx, (void)self;
    for (int32_t i = 0; i < n; i++) {
        char prefix[LONGEST + 1];
        const char *draws = "Z";
        joined(requests[i].steps, requests[i].n_steps, prefix);
        for (const rule *r = rules; r->prefix; r++)
            if (strcmp(r->prefix, prefix) == 0) draws = r->draws;
        requests[i].text = cairn_arena_copy(arena, &draws[requests[i].draw % strlen(draws)], 1);
        requests[i].n_tokens = 1;
        requests[i].logp = NAN;
        requests[i].stop = CAIRN_STOP_STEP;
        requests[i].status = CAIRN_OK;
    }
    return CAIRN_OK;
}

static cairn_status marks_score(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                                cairn_reward_cost *cost) {
    (void)ctx, (void)self, (void)arena, (void)cost;
    for (int32_t i = 0; i < n; i++) {
        char prefix[LONGEST + 1];
        joined(requests[i].steps, requests[i].n_steps, prefix);
        requests[i].score = 0;
        for (const mark *m = marks; m->prefix; m++)
            if (strcmp(m->prefix, prefix) == 0) requests[i].score = m->score < 0 ? NAN : m->score;
        requests[i].status = CAIRN_OK;
    }
    return CAIRN_OK;
}

static const cairn_policy_type rules_policy = {.about = {.name = "rules"}, .propose = rules_propose};
static const cairn_reward_type marks_reward = {.about = {.name = "marks"}, .score = marks_score};

/* ---- fixture ---------------------------------------------------------------------------------------------------------------------- */

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_policy policy;
    cairn_reward reward;
    cairn_problem problem;
    cairn_search search;
    cairn_result result;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    if (!f || cairn_ctx_open(&f->ctx) != CAIRN_OK) return -1;
    if (cairn_arena_open(f->ctx, 4096, &f->arena) != CAIRN_OK) return -1;
    if (cairn_tree_open(f->ctx, sizeof(letters), &f->search.tree) != CAIRN_OK) return -1;
    f->world = (cairn_world){&letters_world, NULL};
    f->policy = (cairn_policy){&rules_policy, &f->world, NULL};
    f->reward = (cairn_reward){.type = &marks_reward,
                               .world = &f->world,
                               .meaning = CAIRN_MEANING_SUCCESS,
                               .low = 0,
                               .high = 1,
                               .source = "marks"};
    f->problem = (cairn_problem){.id = "p", .key = 1, .text = "", .max_steps = LONGEST};
    f->search = (cairn_search){.ctx = f->ctx,
                               .world = &f->world,
                               .policy = &f->policy,
                               .reward = &f->reward,
                               .problem = &f->problem,
                               .tree = f->search.tree,
                               .arena = f->arena,
                               .seed = 1,
                               .sampling = CAIRN_SAMPLING_DEFAULT,
                               .aggregator = CAIRN_AGGREGATE_LAST};
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    cairn_tree_close(f->search.tree);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
    free(f);
    return 0;
}

/* Searches afresh; the answer's letters, "" for none. */
static const char *search(fixture *f, const char *spec, const rule *draws, const mark *scores) {
    const cairn_search_type *type;
    const void *config;
    rules = draws;
    marks = scores;
    cairn_tree_reset(f->search.tree);
    f->search.cost = (cairn_cost){0};
    f->search.n_answers = 0;
    assert_int_equal(cairn_search_find(f->ctx, f->arena, spec, &type, &config), CAIRN_OK);
    assert_int_equal(cairn_search_begin(&f->search), CAIRN_OK);
    cairn_status status = cairn_search_run(&f->search, type, config, &f->result);
    if (status != CAIRN_OK) fail_msg("%s: %s", spec, cairn_error(f->ctx));
    return f->result.answer >= 0 ? f->search.answers[f->result.answer] : "";
}

static cairn_node node_of(const fixture *f, const char *prefix) {
    cairn_node node = CAIRN_ROOT;
    for (; *prefix && node != CAIRN_NONE; prefix++)
        node = cairn_tree_find(f->search.tree, node, CAIRN_KIND_REASON, prefix, 1);
    return node;
}

static int drawn_at(const fixture *f, const char *prefix) {
    cairn_node node = node_of(f, prefix);
    return node == CAIRN_NONE ? -1 : (int)f->search.tree->draws[node];
}

/* The candidates as "aB cD": prefixes in order of generation. */
static const char *candidates(const fixture *f) {
    static char text[256];
    size_t at = 0;
    for (int32_t i = 0; i < f->result.n; i++) {
        const letters *s = cairn_tree_state(f->search.tree, f->result.candidates[i].leaf);
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", i ? " " : "", s->text);
    }
    text[at] = 0;
    return text;
}

/* ---- beam search (search-and-learn) ------------------------------------------------------------------------------------------------- */

/* N = 4, M = 2. First a, b, C, d: C leaves the competition, a and b are the N/M = 2 best of the rest, and N stays 4: each is copied
 * twice. Then aE, af, bG, bh: af and bh go on, twice each. */
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

/* N = 4, M = 2: subtree 0 draws a, B and ends, for B is the better one; subtree 1 draws c, D and goes on from c, then E, f, and ends with
 * E. All four last children are candidates, D is none; a and cf have no answer. */
static void dvts_goes_on_from_the_best_child_until_that_is_whole(void **state) {
    static const rule draws[] = {{"", "aBcD"}, {"c", "Ef"}, {NULL, NULL}};
    static const mark scores[] = {{"a", 0.4}, {"B", 0.6}, {"c", 0.7}, {"D", 0.1}, {"cE", 0.5}, {"cf", 0.2}, {NULL, 0}};
    fixture *f = *state;
    assert_string_equal(search(f, "dvts:width=4,branch=2", draws, scores), "B");
    assert_string_equal(candidates(f), "a B cE cf");
    assert_int_equal(f->search.cost.steps[CAIRN_ROLE_GENERATOR], 6);
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

static void dvts_stops_at_its_budget_with_what_it_has(void **state) {
    static const rule draws[] = {{"", "aBcd"}, {NULL, NULL}};
    static const mark scores[] = {{"a", 0.4}, {"B", 0.1}, {"c", 0.3}, {NULL, 0}};
    fixture *f = *state;
    f->search.budget.steps = 3;
    assert_string_equal(search(f, "dvts:width=4,branch=2", draws, scores), "B");
    assert_string_equal(candidates(f), "a B c");
}

/* ---- REBASE -------------------------------------------------------------------------------------------------------------------------- */

/* Rewards 0.9, 0.7, 0.5 at T = 0.2: e = 90.02, 33.12, 12.18. D has finished: of the width 8 only 7 are left, and 7 * 0.6652 = 4.66 gives
 * 5, 2 * 0.7311 = 1.46 gives 2, then nothing. */
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
    assert_int_equal(f->search.tree->visits[node], visits);
    if (fabs(f->search.tree->total[node] - total) > 1e-6)
        fail_msg("W of `%s` is %g, expected %g", prefix, f->search.tree->total[node], total);
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

/* Edge rewards, discount 0.5, no exploration: q = r + 0.5 Q. A leaf is worth 0, so what travels up is what was paid on the way.
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

/* V of a parent is the visit-weighted mean of its visited children (uct2 of arXiv 2406.03816, c = 0): after a, aC and aD the value of a is
 * (0.9 + 0.1) / 2, not the mean with its own 0.6. */
static void mcts_with_visit_mean_forgets_own_values(void **state) {
    fixture *f = *state;
    search(f, "mcts:rule=uct2,c=0,backup=visit-mean,branch=2,simulations=4", tree_draws, tree_scores);
    assert_visits(f, "a", 3, 3 * 0.5);
    assert_visits(f, "", 4, 4 * 0.5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(beam_keeps_n_over_m_and_copies_them_to_n_whatever_has_finished),
        TEST(beam_copies_what_it_keeps_in_turn),
        TEST(beam_ends_its_last_iteration_without_a_choice),
        TEST(beam_of_ets_keeps_the_root_of_the_width),
        TEST(beam_puts_unknown_scores_last),
        TEST(dvts_goes_on_from_the_best_child_until_that_is_whole),
        TEST(dvts_never_compares_subtrees),
        TEST(dvts_stops_at_its_budget_with_what_it_has),
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
