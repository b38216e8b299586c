/* label: light */
/* Choices: one against many, the best of several, pairs in both orders, ties, sections, exact curves. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "cairn/choice.h"
#include "near.h"

static cairn_ctx *ctx;

static int open_ctx(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

static int close_ctx(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

static void says(const char *words) {
    if (!strstr(cairn_error(ctx), words)) fail_msg("`%s` does not say `%s`", cairn_error(ctx), words);
}

/* ---- policies -------------------------------------------------------------------------------------------------- */

static void test_policies_have_names(void **state) {
    (void)state;
    for (int i = CAIRN_TIE_LOSS; i <= CAIRN_TIE_EXPECTED; i++) {
        cairn_tie got;
        assert_int_equal(cairn_tie_parse(ctx, cairn_tie_name((cairn_tie)i), &got), CAIRN_OK);
        assert_int_equal(got, i);
    }
    for (int i = CAIRN_MISSING_WRONG; i <= CAIRN_MISSING_ERROR; i++) {
        cairn_missing got;
        assert_int_equal(cairn_missing_parse(ctx, cairn_missing_name((cairn_missing)i), &got), CAIRN_OK);
        assert_int_equal(got, i);
    }
    cairn_tie tie;
    cairn_missing missing;
    assert_int_equal(cairn_tie_parse(ctx, "half", &tie), CAIRN_INVALID);
    says("loss|win|share|expected");
    assert_int_equal(cairn_missing_parse(ctx, "", &missing), CAIRN_INVALID);
    assert_null(cairn_tie_name((cairn_tie)4));
    assert_null(cairn_missing_name((cairn_missing)-1));
}

/* ---- one against many ------------------------------------------------------------------------------------------ */

/* Page 40, unit case a. */
static void test_ties_with_wrong_ones_rank_before_the_right_one(void **state) {
    (void)state;
    double right[] = {.5}, wrong[] = {.5, .5, .4, .3, .3, .2, .2, .1, .1};
    cairn_one_vs_many_result r;
    assert_int_equal(cairn_one_vs_many(ctx, "p1", right, 1, wrong, 9, &r), CAIRN_OK);
    assert_false(r.strict);
    assert_true(r.with_ties);
    assert_int_equal(r.ties, 2);
    assert_near(r.rank_pessimistic, 1 / 3.0, 0);
    assert_near(r.rank_optimistic, 1, 0);
    assert_near(r.rank_expected, (1 + 1 / 2.0 + 1 / 3.0) / 3, 1e-15);
}

/* Two right ones and one wrong one are equal, after one better wrong one: the first right one stands second in 2 of 3
 * orders, third in 1 of 3. */
static void test_all_right_ones_must_beat_all_wrong_ones_and_the_best_ranks(void **state) {
    (void)state;
    double right[] = {.7, .2, .7}, wrong[] = {.9, .7, .1};
    cairn_one_vs_many_result r;
    assert_int_equal(cairn_one_vs_many(ctx, NULL, right, 3, wrong, 3, &r), CAIRN_OK);
    assert_false(r.strict || r.with_ties);
    assert_near(r.rank_pessimistic, 1 / 3.0, 0);
    assert_near(r.rank_optimistic, 1 / 2.0, 0);
    assert_near(r.rank_expected, 2 / 3.0 / 2 + 1 / 3.0 / 3, 1e-15);
    assert_int_equal(cairn_one_vs_many(ctx, NULL, right, 3, wrong + 2, 1, &r), CAIRN_OK);
    assert_true(r.strict && r.with_ties && r.rank_pessimistic == 1);
}

static void test_unknown_scores_and_empty_sides_are_named(void **state) {
    (void)state;
    double right[] = {.5}, wrong[] = {.4, NAN};
    cairn_one_vs_many_result r;
    assert_int_equal(cairn_one_vs_many(ctx, "p7", right, 1, wrong, 2, &r), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "item `p7`: the score of wrong solution 1 is not a number");
    assert_int_equal(cairn_one_vs_many(ctx, "p7", right, 0, wrong, 1, &r), CAIRN_INVALID);
    assert_int_equal(cairn_one_vs_many(ctx, NULL, right, 1, wrong, 0, &r), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "there is no wrong solution");
}

/* ---- the best of several --------------------------------------------------------------------------------------- */

static double credit(const double *scores, const char *right, cairn_tie tie, cairn_missing missing) {
    bool is_right[16];
    int32_t k = (int32_t)strlen(right);
    cairn_choice_credit c;
    for (int32_t i = 0; i < k; i++) is_right[i] = right[i] == '+';
    assert_int_equal(cairn_best_credit(ctx, "i", scores, is_right, k, tie, missing, &c), CAIRN_OK);
    assert_true(c.dropped == (bool)isnan(c.credit));
    return c.credit;
}

/* Page 41, unit cases e and f. */
static void test_rewardbench_2_shares_credit_among_equals(void **state) {
    (void)state;
    double tied[] = {.9, .9, .1, .1}, lost[] = {.8, .9, .1, .1}, ratings[] = {7, 7, NAN, 5},
           none[] = {NAN, NAN, NAN, NAN};
    assert_near(credit(tied, "+---", CAIRN_TIE_SHARE, CAIRN_MISSING_ERROR), .5, 0);
    assert_near(credit(lost, "+---", CAIRN_TIE_SHARE, CAIRN_MISSING_ERROR), 0, 0);
    assert_near(credit(ratings, "+---", CAIRN_TIE_SHARE, CAIRN_MISSING_CHANCE), .5, 0);
    assert_near(credit(none, "+---", CAIRN_TIE_SHARE, CAIRN_MISSING_CHANCE), .25, 0);
}

/* Page 38, unit case a: two equal scores, one of them right. */
static void test_tie_policies(void **state) {
    (void)state;
    double two[] = {5, 5}, four[] = {3, 3, 3, 1};
    assert_near(credit(two, "+-", CAIRN_TIE_EXPECTED, CAIRN_MISSING_ERROR), .5, 0);
    assert_near(credit(four, "++-+", CAIRN_TIE_LOSS, CAIRN_MISSING_ERROR), 0, 0);
    assert_near(credit(four, "++-+", CAIRN_TIE_WIN, CAIRN_MISSING_ERROR), 1, 0);
    assert_near(credit(four, "++-+", CAIRN_TIE_SHARE, CAIRN_MISSING_ERROR), 1 / 3.0, 0);
    assert_near(credit(four, "++-+", CAIRN_TIE_EXPECTED, CAIRN_MISSING_ERROR), 2 / 3.0, 0);
    assert_near(credit(four, "+++-", CAIRN_TIE_LOSS, CAIRN_MISSING_ERROR), 1, 0);
    assert_near(credit(four, "---+", CAIRN_TIE_WIN, CAIRN_MISSING_ERROR), 0, 0);
}

static void test_policies_for_missing_scores(void **state) {
    (void)state;
    double scores[] = {5, NAN, 3}, none[] = {NAN, NAN, NAN};
    assert_near(credit(scores, "+--", CAIRN_TIE_LOSS, CAIRN_MISSING_WRONG), 0, 0);
    assert_near(credit(scores, "+--", CAIRN_TIE_LOSS, CAIRN_MISSING_LOWEST), 1, 0);
    assert_near(credit(scores, "+--", CAIRN_TIE_LOSS, CAIRN_MISSING_CHANCE), 1, 0);
    assert_true(isnan(credit(scores, "+--", CAIRN_TIE_LOSS, CAIRN_MISSING_DROP)));
    assert_near(credit(none, "+--", CAIRN_TIE_EXPECTED, CAIRN_MISSING_LOWEST), 1 / 3.0, 0);
    assert_near(credit(none, "+--", CAIRN_TIE_LOSS, CAIRN_MISSING_LOWEST), 0, 0);
    assert_near(credit(none, "+-+", CAIRN_TIE_LOSS, CAIRN_MISSING_CHANCE), 2 / 3.0, 0);
    bool right[] = {true, false, false}, wrong[3] = {false};
    cairn_choice_credit c;
    assert_int_equal(cairn_best_credit(ctx, "q9", scores, right, 3, CAIRN_TIE_LOSS, CAIRN_MISSING_ERROR, &c),
                     CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "item `q9`: the score of candidate 1 is missing");
    assert_int_equal(cairn_best_credit(ctx, "q9", scores, right, 1, CAIRN_TIE_LOSS, CAIRN_MISSING_DROP, &c),
                     CAIRN_INVALID);
    assert_int_equal(cairn_best_credit(ctx, "q9", scores, wrong, 3, CAIRN_TIE_LOSS, CAIRN_MISSING_DROP, &c),
                     CAIRN_INVALID);
    assert_int_equal(cairn_best_credit(ctx, "q9", scores, right, 3, (cairn_tie)9, CAIRN_MISSING_DROP, &c),
                     CAIRN_INVALID);
}

/* Page 40, unit case c: eight wins and one verdict that could not be read. */
static void test_an_unreadable_verdict_is_a_loss(void **state) {
    (void)state;
    cairn_verdict won[9];
    cairn_pairwise_rank_result r;
    for (int i = 0; i < 9; i++) won[i] = i == 4 ? CAIRN_VERDICT_UNKNOWN : CAIRN_VERDICT_RIGHT;
    assert_int_equal(cairn_pairwise_rank(ctx, "p", won, 9, &r), CAIRN_OK);
    assert_true(r.wins == 8 && r.losses == 1 && r.unknown == 1 && r.position == 2 && !r.strict);
    won[4] = CAIRN_VERDICT_RIGHT;
    assert_int_equal(cairn_pairwise_rank(ctx, "p", won, 9, &r), CAIRN_OK);
    assert_true(r.position == 1 && r.strict);
    assert_int_equal(cairn_pairwise_rank(ctx, "p", won, 0, &r), CAIRN_INVALID);
}

/* ---- both orders ----------------------------------------------------------------------------------------------- */

/* Page 39, unit case a. */
static void test_pairs_asked_in_both_orders(void **state) {
    (void)state;
    cairn_slot first[] = {CAIRN_SLOT_ONE, CAIRN_SLOT_ONE, CAIRN_SLOT_TIE, CAIRN_SLOT_TWO};
    cairn_slot second[] = {CAIRN_SLOT_TWO, CAIRN_SLOT_ONE, CAIRN_SLOT_ONE, CAIRN_SLOT_ONE};
    double want[] = {1, .5, .5, 0};
    cairn_swap_report r;
    for (int i = 0; i < 4; i++) assert_near(cairn_swap_credit(first[i], second[i]), want[i], 0);
    assert_near(cairn_swap_credit(CAIRN_SLOT_UNKNOWN, CAIRN_SLOT_TWO), .5, 0);
    assert_int_equal(cairn_swap_measure(ctx, first, second, 4, &r), CAIRN_OK);
    assert_near(r.total, .5, 0);
    assert_near(r.decided, .5, 0);
    assert_near(r.decided_right, .5, 0);
    assert_near(r.position_bias, .25, 0);
    assert_int_equal(cairn_swap_measure(ctx, first + 1, second + 1, 1, &r), CAIRN_OK);
    assert_true(isnan(r.decided_right) && r.position_bias == 1);
    assert_int_equal(cairn_swap_measure(ctx, first, second, 0, &r), CAIRN_INVALID);
}

/* Page 42, unit case c: 8 + 5 against 6 + 7. */
static void test_ratings_in_both_orders_are_summed(void **state) {
    (void)state;
    assert_int_equal(cairn_swap_ratings((double[]){8, 6}, (double[]){7, 5}), CAIRN_SLOT_TIE);
    assert_int_equal(cairn_swap_ratings((double[]){8, 6}, (double[]){7, 6}), CAIRN_SLOT_ONE);
    assert_int_equal(cairn_swap_ratings((double[]){8, 6}, (double[]){8, 5}), CAIRN_SLOT_TWO);
    assert_int_equal(cairn_swap_ratings((double[]){8, NAN}, (double[]){8, 5}), CAIRN_SLOT_UNKNOWN);
}

/* ---- ties ------------------------------------------------------------------------------------------------------ */

static double ties(const double tied[3], const double ref[2], cairn_ties_score *out) {
    cairn_ties_item items[] = {{"tied:3", tied, 3, 2}, {"ref:3", ref, 2, 1}};
    assert_int_equal(cairn_ties_measure(ctx, items, 2, out), CAIRN_OK);
    return out->score;
}

/* Page 41, unit cases a to d. */
static void test_ties_score_by_hand(void **state) {
    (void)state;
    cairn_ties_score s;
    assert_near(ties((double[]){5, 4, 1}, (double[]){3, 2}, &s), .8, 1e-15);
    assert_true(s.ref_accuracy == 1 && s.tied_accuracy == 1 && s.preferred == 1 && s.hard == 0 && s.margin == 0);
    assert_near(ties((double[]){5, 4, 1}, (double[]){4, 2}, &s), 1 + .01 * .7615941559557649, 1e-15);
    assert_near(ties((double[]){5, 5, 1}, (double[]){3, 1}, &s), 1.01, 1e-15);
    assert_near(ties((double[]){1, 1, 5}, (double[]){3, 1}, &s), .29, 1e-15);
    assert_true(s.margin == -1 && s.tied_accuracy == 0);
}

/* An unmatched ref item counts in the accuracy alone; 0 / 0 counts 0. */
static void test_unmatched_ties_and_zero_margins(void **state) {
    (void)state;
    double tied[] = {2, 2, 2}, ref[] = {3, 1}, lost[] = {1, 2};
    cairn_ties_item items[] = {{"ref:9", lost, 2, 1}, {"tied:3", tied, 3, 2}, {"ref:3", ref, 2, 1}};
    cairn_ties_score s;
    assert_int_equal(cairn_ties_measure(ctx, items, 3, &s), CAIRN_OK);
    assert_true(s.n_ref == 2 && s.n_tied == 1 && s.n_pairs == 1 && s.n_unmatched == 1);
    assert_true(s.ref_accuracy == .5 && s.tied_accuracy == 0 && s.margin == 0 && s.hard == 0);
    assert_near(s.score, .15, 1e-15);
}

static void test_malformed_ties_are_named(void **state) {
    (void)state;
    double three[] = {3, 2, 1}, bad[] = {3, NAN, 1};
    cairn_ties_score s;
    const char *const ids[] = {"tie:1", "ref", "ref:",  "ref:x", "ref:1x", "ref:1234567890123456789",
                               "",      NULL,  "ref:-1"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        cairn_ties_item item = {ids[i], three, 3, 1};
        assert_int_equal(cairn_ties_measure(ctx, &item, 1, &s), CAIRN_INVALID);
        says("id");
    }
    cairn_ties_item one = {"tied:1", three, 3, 1}, all = {"tied:1", three, 3, 3}, two = {"ref:1", three, 3, 2};
    cairn_ties_item nan = {"tied:8", bad, 3, 2}, alone = {"ref:1", three, 3, 1};
    cairn_ties_item twice[] = {{"ref:1", three, 3, 1}, {"tied:1", three, 3, 2}, {"ref:1", three, 3, 1}};
    assert_int_equal(cairn_ties_measure(ctx, &one, 1, &s), CAIRN_INVALID);
    assert_int_equal(cairn_ties_measure(ctx, &all, 1, &s), CAIRN_INVALID);
    assert_int_equal(cairn_ties_measure(ctx, &two, 1, &s), CAIRN_INVALID);
    assert_int_equal(cairn_ties_measure(ctx, &alone, 1, &s), CAIRN_INVALID);
    says("no number has both");
    assert_int_equal(cairn_ties_measure(ctx, &nan, 1, &s), CAIRN_INVALID);
    says("item `tied:8`: score 1");
    assert_int_equal(cairn_ties_measure(ctx, twice, 3, &s), CAIRN_INVALID);
    says("twice");
    assert_int_equal(cairn_ties_measure(ctx, NULL, 0, &s), CAIRN_INVALID);
}

/* ---- sections -------------------------------------------------------------------------------------------------- */

static void test_sections_of_rewardbench_1(void **state) {
    (void)state;
    const char *const subsets[] = {"xstest-should-refuse", "xstest-should-respond", "math-prm", "hep-go"};
    double accuracies[] = {1, 0, .5, 1};
    cairn_sections s;
    assert_int_equal(cairn_section_means(ctx, subsets, accuracies, 4, CAIRN_SECTIONS_2024_09, &s), CAIRN_OK);
    assert_near(s.sections[CAIRN_SECTION_SAFETY], 154.0 / 404, 1e-15);
    assert_near(s.sections[CAIRN_SECTION_REASONING], (984 * .5 + 164) / 1148, 1e-15);
    assert_near(s.sections[CAIRN_SECTION_CHAT], 0, 0); /* without a subset */
    assert_near(s.overall, (154.0 / 404 + (984 * .5 + 164) / 1148) / 4, 1e-15);
    assert_int_equal(cairn_section_means(ctx, subsets, accuracies, 4, CAIRN_SECTIONS_2024_03, &s), CAIRN_OK);
    assert_near(s.sections[CAIRN_SECTION_SAFETY], 250.0 / 404, 1e-15);
}

static void test_prior_sets_weigh_half_and_only_where_they_are(void **state) {
    (void)state;
    const char *const subsets[] = {"alpacaeval-easy", "mt-bench-hard", "donotanswer", "hep-js", "shp", "summarize"};
    double accuracies[] = {1, 1, 1, 1, .5, 0};
    cairn_sections s;
    assert_int_equal(cairn_section_means(ctx, subsets, accuracies, 6, CAIRN_SECTIONS_2024_09, &s), CAIRN_OK);
    assert_near(s.sections[CAIRN_SECTION_PRIOR], .25, 0);
    assert_near(s.overall, 8.25 / 9, 1e-15);
    assert_int_equal(cairn_section_means(ctx, subsets, accuracies, 4, CAIRN_SECTIONS_2024_09, &s), CAIRN_OK);
    assert_near(s.overall, 1, 0);
}

static void test_unknown_and_repeated_subsets_are_refused(void **state) {
    (void)state;
    const char *const unknown[] = {"hep-go", "hep-c"}, *const twice[] = {"hep-go", "hep-go"};
    double accuracies[] = {1, 0}, bad[] = {NAN, 1.5};
    cairn_sections s;
    cairn_section section;
    double weight;
    assert_int_equal(cairn_section_means(ctx, unknown, accuracies, 2, CAIRN_SECTIONS_2024_09, &s), CAIRN_INVALID);
    says("`hep-c`");
    assert_int_equal(cairn_section_means(ctx, twice, accuracies, 2, CAIRN_SECTIONS_2024_09, &s), CAIRN_INVALID);
    assert_int_equal(cairn_section_means(ctx, twice, bad, 1, CAIRN_SECTIONS_2024_09, &s), CAIRN_INVALID);
    assert_int_equal(cairn_section_means(ctx, twice, accuracies, 0, CAIRN_SECTIONS_2024_09, &s), CAIRN_INVALID);
    assert_true(cairn_section_of("llmbar-adver-neighbor", CAIRN_SECTIONS_2024_09, &section, &weight));
    assert_true(section == CAIRN_SECTION_CHAT_HARD && weight == 134);
    assert_false(cairn_section_of("llmbar", CAIRN_SECTIONS_2024_09, &section, &weight));
    assert_string_equal(cairn_section_name(CAIRN_SECTION_PRIOR), "Prior Sets");
}

/* ---- exact curves ---------------------------------------------------------------------------------------------- */

static void truths(const char *text, cairn_verdict *out) {
    for (int i = 0; text[i]; i++)
        out[i] = text[i] == '+' ? CAIRN_VERDICT_RIGHT : text[i] == '-' ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_UNKNOWN;
}

/* Page 38, unit case b: the best one is wrong, the other two right. */
static void test_best_of_n_of_three(void **state) {
    (void)state;
    double scores[] = {.9, .5, .1}, curve[3];
    cairn_verdict right[3];
    truths("-++", right);
    assert_int_equal(cairn_best_of_curve(ctx, "q", scores, right, 3, CAIRN_TIE_EXPECTED, curve, NULL), CAIRN_OK);
    assert_near(curve[0], 2 / 3.0, 1e-15);
    assert_near(curve[1], 1 / 3.0, 1e-15);
    assert_near(curve[2], 0, 1e-15);
}

/* All subsets of the pool, one by one. */
static double best_of_by_enumeration(const double *scores, const char *right, int k, int n, cairn_tie tie) {
    double sum = 0, count = 0;
    for (unsigned set = 0; set < 1u << k; set++) {
        double best = -INFINITY, tied = 0, good = 0;
        if (__builtin_popcount(set) != n) continue;
        for (int i = 0; i < k; i++)
            if (set >> i & 1 && scores[i] > best) best = scores[i];
        for (int i = 0; i < k; i++)
            if (set >> i & 1 && scores[i] == best) tied++, good += right[i] == '+';
        sum += tie == CAIRN_TIE_LOSS ? good == tied : tie == CAIRN_TIE_WIN ? good > 0 : good / tied;
        count++;
    }
    return sum / count;
}

static void test_best_of_n_is_the_mean_over_all_draws(void **state) {
    (void)state;
    double scores[] = {3, 1, 3, 2, 2, 3, 1, 5, 2};
    const char *right = "+-++--+-+";
    cairn_verdict verdicts[9];
    double curve[9];
    truths(right, verdicts);
    for (int tie = CAIRN_TIE_LOSS; tie <= CAIRN_TIE_EXPECTED; tie++) {
        assert_int_equal(cairn_best_of_curve(ctx, "q", scores, verdicts, 9, (cairn_tie)tie, curve, NULL), CAIRN_OK);
        for (int n = 1; n <= 9; n++)
            assert_near(curve[n - 1], best_of_by_enumeration(scores, right, 9, n, (cairn_tie)tie), 1e-14);
    }
}

static void test_unknown_truth_leaves_the_pool_and_missing_scores_are_lowest(void **state) {
    (void)state;
    double scores[] = {9, NAN, 1, 5}, curve[4];
    cairn_verdict right[4];
    cairn_pool_notes notes;
    truths("?+-+", right);
    assert_int_equal(cairn_best_of_curve(ctx, "q", scores, right, 4, CAIRN_TIE_LOSS, curve, &notes), CAIRN_OK);
    assert_true(notes.used == 3 && notes.untold == 1 && notes.missing == 1);
    assert_near(curve[0], 2 / 3.0, 1e-15);
    assert_near(curve[1], 2 / 3.0, 1e-15); /* of the three pairs only the one of NaN and 1 is lost */
    assert_near(curve[2], 1, 1e-15);
    truths("????", right);
    assert_int_equal(cairn_best_of_curve(ctx, "q4", scores, right, 4, CAIRN_TIE_LOSS, curve, &notes), CAIRN_INVALID);
    says("item `q4`");
    assert_int_equal(cairn_best_of_curve(ctx, "q4", scores, right, 0, CAIRN_TIE_LOSS, curve, &notes), CAIRN_INVALID);
}

static double majority_by_enumeration(const int32_t *classes, int k, int n, int32_t right, cairn_tie tie) {
    double sum = 0, count = 0;
    for (unsigned set = 0; set < 1u << k; set++) {
        int votes[8] = {0}, most = 0, tied = 0;
        if (__builtin_popcount(set) != n) continue;
        for (int i = 0; i < k; i++)
            if (set >> i & 1 && classes[i] >= 0) votes[classes[i]]++;
        for (int c = 0; c < 8; c++) most = votes[c] > most ? votes[c] : most;
        for (int c = 0; c < 8; c++) tied += most > 0 && votes[c] == most;
        bool in = most > 0 && right >= 0 && votes[right] == most;
        sum += !in ? 0 : tie == CAIRN_TIE_WIN ? 1 : tie == CAIRN_TIE_LOSS ? tied == 1 : 1.0 / tied;
        count++;
    }
    return sum / count;
}

static void test_majority_of_n_is_the_mean_over_all_draws(void **state) {
    (void)state;
    int32_t classes[] = {2, 0, 2, -1, 5, 0, 2, 1, 5, -1, 0, 3};
    double curve[12];
    for (int32_t right = -1; right <= 5; right++)
        for (int tie = CAIRN_TIE_LOSS; tie <= CAIRN_TIE_EXPECTED; tie++) {
            assert_int_equal(cairn_majority_curve(ctx, "q", classes, 12, right, (cairn_tie)tie, curve), CAIRN_OK);
            for (int n = 1; n <= 12; n++)
                assert_near(curve[n - 1], majority_by_enumeration(classes, 12, n, right, (cairn_tie)tie), 1e-13);
        }
    assert_int_equal(cairn_majority_curve(ctx, "q", classes, 0, 0, CAIRN_TIE_LOSS, curve), CAIRN_INVALID);
    assert_int_equal(cairn_majority_curve(ctx, "q", classes, 513, 0, CAIRN_TIE_LOSS, curve), CAIRN_INVALID);
    says("item `q`");
}

/* Page 38, unit case c. */
static void test_need_for_step_rewards(void **state) {
    (void)state;
    double steps[] = {4, 2, NAN}, whole[] = {3, 1, 5}, need;
    bool right[] = {true, false, true}, both[] = {true, true, true};
    assert_int_equal(cairn_step_need(ctx, "q", steps, whole, right, 3, CAIRN_GAP_MEAN, &need), CAIRN_OK);
    assert_near(need, 1, 0);
    assert_int_equal(cairn_step_need(ctx, "q", steps, whole, right, 3, CAIRN_GAP_AUC, &need), CAIRN_OK);
    assert_near(need, 0, 0);
    assert_int_equal(cairn_step_need(ctx, "q", steps, whole, both, 3, CAIRN_GAP_AUC, &need), CAIRN_OK);
    assert_near(need, 0, 0);
    assert_int_equal(
        cairn_step_need(ctx, "q", (double[]){1, 2}, (double[]){2, 1}, (bool[]){false, true}, 2, CAIRN_GAP_AUC, &need),
        CAIRN_OK);
    assert_near(need, 1, 0);
    assert_int_equal(cairn_step_need(ctx, "q3", steps + 2, whole, right, 1, CAIRN_GAP_MEAN, &need), CAIRN_INVALID);
    says("item `q3`");
    assert_int_equal(cairn_step_need(ctx, "q3", steps, whole, right, 0, CAIRN_GAP_MEAN, &need), CAIRN_INVALID);
}

/* ---- memory ---------------------------------------------------------------------------------------------------- */

static cairn_status all_that_allocate(void) {
    double scores[] = {3, 1, 2}, curve[3], out;
    int32_t classes[] = {0, 1, 0};
    bool right[] = {true, false, true};
    cairn_verdict verdicts[] = {CAIRN_VERDICT_RIGHT, CAIRN_VERDICT_WRONG, CAIRN_VERDICT_RIGHT};
    cairn_ties_item items[] = {{"tied:1", scores, 3, 2}, {"ref:1", scores, 2, 1}};
    cairn_ties_score ties_score;
    cairn_tuned_f1 tuned;
    cairn_dilemma dilemma = {"d", {classes, classes}, {1, 1}, 0};
    cairn_value_preference preference;
    cairn_bootstrap how = {10, .95, 0};
    CAIRN_TRY(cairn_best_of_curve(ctx, "q", scores, verdicts, 3, CAIRN_TIE_LOSS, curve, NULL));
    CAIRN_TRY(cairn_majority_curve(ctx, "q", classes, 3, 0, CAIRN_TIE_LOSS, curve));
    CAIRN_TRY(cairn_step_need(ctx, "q", scores, scores, right, 3, CAIRN_GAP_AUC, &out));
    CAIRN_TRY(cairn_ties_measure(ctx, items, 2, &ties_score));
    CAIRN_TRY(cairn_tune_f1(ctx, scores, right, 3, &tuned));
    CAIRN_TRY(cairn_stat_average_precision(ctx, scores, right, 3, &out));
    return cairn_value_preferences(ctx, &dilemma, 1, 1, false, &how, &preference);
}

static void test_every_failing_allocation_is_reported(void **state) {
    (void)state;
    int failures = 0;
    for (int64_t n = 1; n < 100; n++, failures++) {
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = n});
        cairn_status status = all_that_allocate();
        cairn_faults_set(ctx, (cairn_faults){0});
        if (status == CAIRN_OK) break;
        assert_int_equal(status, CAIRN_NO_MEMORY);
    }
    assert_in_range(failures, 15, 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policies_have_names),
        cmocka_unit_test(test_ties_with_wrong_ones_rank_before_the_right_one),
        cmocka_unit_test(test_all_right_ones_must_beat_all_wrong_ones_and_the_best_ranks),
        cmocka_unit_test(test_unknown_scores_and_empty_sides_are_named),
        cmocka_unit_test(test_rewardbench_2_shares_credit_among_equals),
        cmocka_unit_test(test_tie_policies),
        cmocka_unit_test(test_policies_for_missing_scores),
        cmocka_unit_test(test_an_unreadable_verdict_is_a_loss),
        cmocka_unit_test(test_pairs_asked_in_both_orders),
        cmocka_unit_test(test_ratings_in_both_orders_are_summed),
        cmocka_unit_test(test_ties_score_by_hand),
        cmocka_unit_test(test_unmatched_ties_and_zero_margins),
        cmocka_unit_test(test_malformed_ties_are_named),
        cmocka_unit_test(test_sections_of_rewardbench_1),
        cmocka_unit_test(test_prior_sets_weigh_half_and_only_where_they_are),
        cmocka_unit_test(test_unknown_and_repeated_subsets_are_refused),
        cmocka_unit_test(test_best_of_n_of_three),
        cmocka_unit_test(test_best_of_n_is_the_mean_over_all_draws),
        cmocka_unit_test(test_unknown_truth_leaves_the_pool_and_missing_scores_are_lowest),
        cmocka_unit_test(test_majority_of_n_is_the_mean_over_all_draws),
        cmocka_unit_test(test_need_for_step_rewards),
        cmocka_unit_test(test_every_failing_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
