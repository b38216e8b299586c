/* label: light */
/* Comparison of answers, pair by pair: grade_pairs.h, grade_traps.h and grade_doubts.h hold them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cairn/answer.h"
#include "grade_doubts.h"
#include "grade_notations.h"
#include "grade_pairs.h"
#include "grade_traps.h"
#include "tool_fixture.h"

static bool as_expected(expected e, cairn_verdict verdict) {
    switch (e) {
    case RIGHT:
        return verdict == CAIRN_VERDICT_RIGHT;
    case WRONG:
        return verdict == CAIRN_VERDICT_WRONG;
    case NOT_RIGHT:
        return verdict != CAIRN_VERDICT_RIGHT;
    case NOT_WRONG:
        return verdict != CAIRN_VERDICT_WRONG;
    }
    return false;
}

static void graded(bench *b, const grade_pair *pairs, size_t n) {
    size_t failed = 0;
    for (size_t i = 0; i < n; i++) {
        cairn_grade grade = {0};
        assert_int_equal(cairn_answer_grade(b->ctx, b->arena, pairs[i].answer, pairs[i].reference, NULL, &grade),
                         CAIRN_OK);
        if (as_expected(pairs[i].verdict, grade.verdict)) continue;
        failed++;
        print_error("'%s' for '%s' is %s by '%s'\n", pairs[i].answer, pairs[i].reference,
                    cairn_verdict_name(grade.verdict), grade.rule);
    }
    assert_int_equal(failed, 0);
}

#define GRADED(pairs) graded(*state, pairs, sizeof(pairs) / sizeof *(pairs))

static void test_numbers(void **state) {
    GRADED(NUMBERS);
}
static void test_fractions(void **state) {
    GRADED(FRACTIONS);
}
static void test_roots_and_constants(void **state) {
    GRADED(ROOTS_AND_CONSTANTS);
}
static void test_complex_numbers(void **state) {
    GRADED(COMPLEX);
}
static void test_expressions(void **state) {
    GRADED(EXPRESSIONS);
}
static void test_equations(void **state) {
    GRADED(EQUATIONS);
}
static void test_inequalities_and_intervals(void **state) {
    GRADED(INEQUALITIES);
}
static void test_tuples_sets_and_lists(void **state) {
    GRADED(LISTS);
}
static void test_matrices(void **state) {
    GRADED(MATRICES);
}
static void test_units_and_money(void **state) {
    GRADED(UNITS);
}
static void test_percent(void **state) {
    GRADED(PERCENT);
}
static void test_what_is_said_in_words(void **state) {
    GRADED(SAID);
}
static void test_bases(void **state) {
    GRADED(BASES);
}
static void test_choices(void **state) {
    GRADED(CHOICES);
}
static void test_words(void **state) {
    GRADED(WORDS);
}
static void test_times_and_dates(void **state) {
    GRADED(TIMES);
}
static void test_wrapped_answers(void **state) {
    GRADED(WRAPPED);
}
static void test_traps_are_not_right(void **state) {
    GRADED(TRAPS);
}
static void test_different_answers_are_wrong(void **state) {
    GRADED(DIFFERENT);
}
static void test_doubtful_answers_are_not_wrong(void **state) {
    GRADED(DOUBTS);
}

/* Equal texts are equal, whatever they say. */
static void test_every_reference_equals_itself(void **state) {
    bench *b = *state;
    static const struct {
        const grade_pair *pairs;
        size_t n;
    } topics[] = {
#define TOPIC(pairs) {pairs, sizeof pairs / sizeof *pairs}
        TOPIC(NUMBERS),      TOPIC(FRACTIONS),   TOPIC(ROOTS_AND_CONSTANTS),
        TOPIC(COMPLEX),      TOPIC(EXPRESSIONS), TOPIC(EQUATIONS),
        TOPIC(INEQUALITIES), TOPIC(LISTS),       TOPIC(MATRICES),
        TOPIC(UNITS),        TOPIC(PERCENT),     TOPIC(BASES),
        TOPIC(CHOICES),      TOPIC(TIMES)};
    for (size_t t = 0; t < sizeof topics / sizeof *topics; t++)
        for (size_t i = 0; i < topics[t].n; i++) {
            cairn_verdict verdict;
            const char *text = topics[t].pairs[i].reference;
            assert_int_equal(cairn_answer_equal(b->ctx, b->arena, text, text, &verdict), CAIRN_OK);
            if (verdict != CAIRN_VERDICT_RIGHT) print_error("'%s' for itself\n", text);
            assert_int_equal(verdict, CAIRN_VERDICT_RIGHT);
        }
}

/* The problem's text decides where the two answers alone do not. */
static void with_problem(bench *b, const char *problem, const char *answer, const char *reference,
                         cairn_verdict expect) {
    cairn_grade grade = {0};
    cairn_grade_options options = {.problem = problem};
    assert_int_equal(cairn_answer_grade(b->ctx, b->arena, answer, reference, &options, &grade), CAIRN_OK);
    if (grade.verdict != expect)
        print_error("'%s' for '%s' is %s by '%s'\n", answer, reference, cairn_verdict_name(grade.verdict), grade.rule);
    assert_int_equal(grade.verdict, expect);
}

static void test_a_choice_is_its_content(void **state) {
    const char *problem = "Which is prime?\n$\\textbf{(A)}\\ 9 \\qquad \\textbf{(B)}\\ 11 \\qquad \\textbf{(C)}\\ 15$";
    with_problem(*state, problem, "11", "B", CAIRN_VERDICT_RIGHT);
    with_problem(*state, problem, "B", "11", CAIRN_VERDICT_RIGHT);
    with_problem(*state, problem, "(B) 11", "B", CAIRN_VERDICT_RIGHT);
    with_problem(*state, problem, "15", "B", CAIRN_VERDICT_WRONG);
    with_problem(*state, problem, "C", "11", CAIRN_VERDICT_WRONG);
}

static void test_a_small_letter_is_a_choice_of_the_problem(void **state) {
    const char *problem = "How many are even? (A) 2 (B) 3 (C) 4";
    with_problem(*state, problem, "c", "C", CAIRN_VERDICT_RIGHT);
    with_problem(*state, problem, "b", "C", CAIRN_VERDICT_WRONG);
    with_problem(*state, "Find the speed in terms of C and t.", "c", "C", CAIRN_VERDICT_UNKNOWN);
}

static void test_percent_by_the_problem(void **state) {
    const char *problem = "What percent of the students passed?";
    with_problem(*state, problem, "40", "40\\%", CAIRN_VERDICT_RIGHT);
    with_problem(*state, problem, "40\\%", "40", CAIRN_VERDICT_RIGHT);
    with_problem(*state, problem, "41", "40\\%", CAIRN_VERDICT_WRONG);
}

static void test_an_ordered_list_by_the_problem(void **state) {
    const char *problem = "List the three numbers in increasing order, separated by commas.";
    with_problem(*state, problem, "1, 2, 3", "1, 2, 3", CAIRN_VERDICT_RIGHT);
    with_problem(*state, problem, "3, 2, 1", "1, 2, 3", CAIRN_VERDICT_WRONG);
}

static void with_options(bench *b, const cairn_grade_options *options, const char *answer, const char *reference,
                         cairn_verdict expect) {
    cairn_grade grade = {0};
    assert_int_equal(cairn_answer_grade(b->ctx, b->arena, answer, reference, options, &grade), CAIRN_OK);
    if (grade.verdict != expect)
        print_error("'%s' for '%s' is %s by '%s'\n", answer, reference, cairn_verdict_name(grade.verdict), grade.rule);
    assert_int_equal(grade.verdict, expect);
}

/* arXiv 2409.12122: numbers within 1e-4 of the reference, or 100 or 1/100 of it. */
static void test_published_tolerance(void **state) {
    const cairn_grade_options close = {.relative_tolerance = 1e-4}, hundredfold = {.percent_hundredfold = true};
    with_options(*state, &close, "1.00009", "1", CAIRN_VERDICT_RIGHT);
    with_options(*state, &close, "1.0002", "1", CAIRN_VERDICT_WRONG);
    with_options(*state, &close, "33.333", "\\frac{100}{3}", CAIRN_VERDICT_RIGHT);
    with_options(*state, &close, "(1.00001, 2)", "(1, 2)", CAIRN_VERDICT_RIGHT);
    with_options(*state, &hundredfold, "75", "0.75", CAIRN_VERDICT_RIGHT);
    with_options(*state, &hundredfold, "0.75", "75", CAIRN_VERDICT_RIGHT);
    with_options(*state, &hundredfold, "7.5", "75", CAIRN_VERDICT_WRONG);
}

/* Whoever asks is told both readings and the reason. */
static void test_explanations_are_given(void **state) {
    bench *b = *state;
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        cairn_grade grade = {0};
        cairn_grade_options options = {.explain = true};
        assert_int_equal(
            cairn_answer_grade(b->ctx, b->arena, NUMBERS[i].answer, NUMBERS[i].reference, &options, &grade), CAIRN_OK);
        assert_true(grade.rule[0] && grade.why[0] && grade.read[0][0] && grade.read[1][0]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_fractions),
        cmocka_unit_test(test_roots_and_constants),
        cmocka_unit_test(test_complex_numbers),
        cmocka_unit_test(test_expressions),
        cmocka_unit_test(test_equations),
        cmocka_unit_test(test_inequalities_and_intervals),
        cmocka_unit_test(test_tuples_sets_and_lists),
        cmocka_unit_test(test_matrices),
        cmocka_unit_test(test_units_and_money),
        cmocka_unit_test(test_percent),
        cmocka_unit_test(test_what_is_said_in_words),
        cmocka_unit_test(test_bases),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_times_and_dates),
        cmocka_unit_test(test_wrapped_answers),
        cmocka_unit_test(test_traps_are_not_right),
        cmocka_unit_test(test_different_answers_are_wrong),
        cmocka_unit_test(test_doubtful_answers_are_not_wrong),
        cmocka_unit_test(test_every_reference_equals_itself),
        cmocka_unit_test(test_a_choice_is_its_content),
        cmocka_unit_test(test_a_small_letter_is_a_choice_of_the_problem),
        cmocka_unit_test(test_percent_by_the_problem),
        cmocka_unit_test(test_an_ordered_list_by_the_problem),
        cmocka_unit_test(test_published_tolerance),
        cmocka_unit_test(test_explanations_are_given),
    };
    return cmocka_run_group_tests_name("tool grade suite", tests, setup, teardown);
}
