/* Credit from verdicts on steps: thoughts (arXiv 2507.23317), penalties and votes of critiques (2508.02298), good
 * prefixes (after 2601.18984). */
/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "credit_fixture.h"

/* ---- thoughts ------------------------------------------------------------------------------------------------------ */

static batch *thoughts_batch(void) {
    batch *b = batch_new();
    const double outcomes[] = {1, 1, 0, 1};
    for (int i = 0; i < 4; i++) add_response(b, 3, outcomes[i]);
    b->flags[0][1] = CAIRN_VERDICT_WRONG;
    b->flags[2][0] = b->flags[2][1] = CAIRN_VERDICT_UNKNOWN;
    b->flags[2][2] = CAIRN_VERDICT_WRONG;
    return b;
}

static void thoughts_are_paid_by_what_they_did(void **state) {
    batch *b = thoughts_batch();
    credits *c = run_spec(*state, "thought", b);
    const double right[] = {0.5, -0.25, 0.5}, wrong[] = {0, 0, -1.5};
    assert_all_near(c->A, right, 3, 1e-5);
    assert_all_near(c->A + 6, wrong, 3, 1e-5);
    assert_near(c->A[6], 0, 0); /* exactly */
    assert_int_equal(c->stats.unknown_flags, 2);
    free(c), free(b);
}

static void rewards_of_thoughts_sum_to_the_closed_form(void **state) {
    const double normalised[] = {0.5, -1.5}, outcome[] = {1, 0};
    const cairn_verdict flags[2][3] = {{CAIRN_VERDICT_RIGHT, CAIRN_VERDICT_WRONG, CAIRN_VERDICT_RIGHT},
                                       {CAIRN_VERDICT_UNKNOWN, CAIRN_VERDICT_WRONG, CAIRN_VERDICT_WRONG}};
    const double want[2][3] = {{0.75, -0.75, 0}, {1.5, 0, 0}};
    for (int i = 0; i < 2; i++) {
        cairn_credit_stream s = {.rule = CAIRN_STEP_THOUGHT, .a = 1};
        cairn_step_inputs in = {
            .n = 3, .flags = flags[i], .outcome = outcome[i], .normalised = normalised[i], .accuracy = 0.75};
        double x[3];
        assert_int_equal(cairn_credit_steps(*state, &s, CAIRN_SCORE_PROB, &in, x), CAIRN_OK);
        for (int k = 0; k < 3; k++) assert_near(x[k] - (k < 2 ? x[k + 1] : 0), want[i][k], 1e-12);
    }
}

static void wrong_answers_alone_say_nothing_of_their_thoughts(void **state) {
    batch *b = batch_new();
    for (int i = 0; i < 2; i++) add_response(b, 2, 0), b->flags[i][0] = CAIRN_VERDICT_UNKNOWN;
    credits *c = run_spec(*state, "thought:epsilon=0", b);
    for (int t = 0; t < 4; t++) assert_near(c->A[t], 0, 0);
    free(c), free(b);
}

static void neighbours_with_one_flag_are_one_thought(void **state) {
    const cairn_verdict r = CAIRN_VERDICT_RIGHT, w = CAIRN_VERDICT_WRONG, u = CAIRN_VERDICT_UNKNOWN;
    const cairn_verdict flags[] = {r, r, w, w, r}, unknown[] = {u, w, u, r};
    cairn_thought thoughts[5];
    int32_t n;
    assert_int_equal(cairn_credit_thoughts(*state, flags, 5, thoughts, &n), CAIRN_OK);
    assert_int_equal(n, 3);
    const cairn_thought want[] = {{0, 1, r}, {2, 3, w}, {4, 4, r}};
    assert_memory_equal(thoughts, want, sizeof want);
    assert_int_equal(cairn_credit_thoughts(*state, unknown, 4, thoughts, &n), CAIRN_OK);
    const cairn_thought joined[] = {{0, 0, u}, {1, 2, w}, {3, 3, r}};
    assert_int_equal(n, 3);
    assert_memory_equal(thoughts, joined, sizeof joined);
    assert_int_equal(cairn_credit_thoughts(*state, flags, 0, thoughts, &n), CAIRN_INVALID);
}

/* ---- penalties ----------------------------------------------------------------------------------------------------- */

static void penalties_are_pooled_over_the_tokens_of_a_group(void **state) {
    const double want[] = {1.118033, 1.118033, 0, 0, -1.118033, -1.118033};
    batch *b = batch_new();
    cairn_trajectory *right = add_response(b, 4, 1);
    right->n_steps = 2, b->ends[0][0] = 1, b->ends[0][1] = 3;
    b->flags[0][1] = CAIRN_VERDICT_WRONG;
    add_response(b, 2, 0);
    credits *c = run_spec(*state, "capo", b);
    assert_all_near(c->A, want, 6, 1e-5);
    free(c), free(b);
}

static void votes_trade_precision_for_recall(void **state) {
    const double fp[] = {0.0001, 0.0523, 0.0037, 0.3439}, recall[] = {0.4096, 0.9728, 0.8192, 0.9984};
    for (int vote = 0; vote < 4; vote++) {
        double f, r;
        assert_int_equal(cairn_credit_vote_quality(*state, 0.1, 0.8, 4, (cairn_critique_vote)vote, &f, &r), CAIRN_OK);
        assert_near(f, fp[vote], 5.1e-5);
        assert_near(r, recall[vote], 5.1e-5);
    }
}

static void critiques_vote_step_by_step(void **state) {
    const cairn_verdict r = CAIRN_VERDICT_RIGHT, w = CAIRN_VERDICT_WRONG;
    const cairn_verdict critiques[] = {r, w, r, r, w, w, r, w, r, r, r, r}; /* {2}, {2, 3}, {2}, {} of 3 steps */
    const bool wrong[4][3] = {{0, 0, 0}, {0, 1, 0}, {0, 1, 0}, {0, 1, 1}};
    cairn_verdict flags[3];
    for (int vote = 0; vote < 4; vote++) {
        assert_int_equal(cairn_credit_vote(*state, critiques, 4, 3, (cairn_critique_vote)vote, flags), CAIRN_OK);
        for (int k = 0; k < 3; k++) assert_int_equal(flags[k] == CAIRN_VERDICT_WRONG, wrong[vote][k]);
    }
    assert_int_equal(cairn_credit_vote(*state, critiques, 0, 3, CAIRN_VOTE_UNION, flags), CAIRN_OK);
    for (int k = 0; k < 3; k++) assert_int_equal(flags[k], CAIRN_VERDICT_UNKNOWN);
    assert_int_equal(cairn_credit_vote(*state, critiques, -1, 3, CAIRN_VOTE_UNION, flags), CAIRN_INVALID);
}

/* ---- prefixes ------------------------------------------------------------------------------------------------------ */

/* In a wrong response the steps before the first wrong one have no blame; a right response is as GRPO has it. */
static void a_good_prefix_is_not_blamed(void **state) {
    batch *b = batch_new();
    add_response(b, 3, 1);
    add_response(b, 3, 0);
    b->flags[0][1] = b->flags[1][1] = CAIRN_VERDICT_WRONG;
    credits *c = run_spec(*state, "vppo:penalty=0.5,reward=0.25,epsilon=0", b);
    double a = sqrt(0.5);
    const double want[] = {a, a, a, 0.25, -a - 0.5, -a - 0.5};
    assert_all_near(c->A, want, 6, 1e-12);
    free(c), free(b);
}

static int open_ctx(void **state) {
    return cairn_ctx_open((cairn_ctx **)state) != CAIRN_OK;
}

static int close_ctx(void **state) {
    cairn_ctx_close(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thoughts_are_paid_by_what_they_did),
        cmocka_unit_test(rewards_of_thoughts_sum_to_the_closed_form),
        cmocka_unit_test(wrong_answers_alone_say_nothing_of_their_thoughts),
        cmocka_unit_test(neighbours_with_one_flag_are_one_thought),
        cmocka_unit_test(penalties_are_pooled_over_the_tokens_of_a_group),
        cmocka_unit_test(votes_trade_precision_for_recall),
        cmocka_unit_test(critiques_vote_step_by_step),
        cmocka_unit_test(a_good_prefix_is_not_blamed),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
