/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cairn/answer.h"
#include "tool_fixture.h"

/* The canonical text, which is its own canonical text. */
static void canonical(bench *b, const char *text, const char *form) {
    char *out = NULL, *again = NULL;
    assert_int_equal(cairn_answer_canonical(b->ctx, b->arena, text, strlen(text), &out), CAIRN_OK);
    if (strcmp(out, form) != 0) print_error("canonical form of '%s'\n", text);
    assert_string_equal(out, form);
    assert_int_equal(cairn_answer_canonical(b->ctx, b->arena, out, strlen(out), &again), CAIRN_OK);
    assert_string_equal(again, form);
}

static void compares(bench *b, const char *x, const char *y, cairn_verdict expected) {
    cairn_verdict verdict;
    assert_int_equal(cairn_answer_equal(b->ctx, b->arena, x, y, &verdict), CAIRN_OK);
    if (verdict != expected) print_error("'%s' against '%s'\n", x, y);
    assert_int_equal(verdict, expected);
}

static void test_numbers_have_one_form(void **state) {
    canonical(*state, "1,234.50", "1234.5");
    canonical(*state, "18.0", "18");
    canonical(*state, "18.", "18");
    canonical(*state, "1/2", "0.5");
    canonical(*state, "\\frac{1}{3}", "1/3");
    canonical(*state, "\\frac13", "1/3");
    canonical(*state, "\\frac 34", "0.75");
    canonical(*state, "\\dfrac1{3}", "1/3");
    canonical(*state, "$\\tfrac{1}3$", "1/3");
    canonical(*state, "$\\boxed{-0.50}$", "-0.5");
    canonical(*state, "**42**", "42");
    canonical(*state, "1 1/2", "1.5");
    canonical(*state, "\u22127", "-7");
    canonical(*state, "(12)", "12");
    canonical(*state, "2^{10}", "1024");
    canonical(*state, "twenty-one", "21");
    canonical(*state, "\\frac{-3}{4}", "-0.75");
    canonical(*state, "-\\frac{1}{3}", "-1/3");
}

static void test_units_and_percentages_are_kept(void **state) {
    canonical(*state, "50.0 %", "50%");
    canonical(*state, "50\\%", "50%");
    canonical(*state, "$1234.50", "\\$1234.5");
    canonical(*state, "12 \\mathrm{~cm}", "12 cm");
}

static void test_notation_has_one_form(void **state) {
    canonical(*state, "x^{3}+3x-6", "x^3 + 3*x - 6");
    canonical(*state, "\\left( 1, \\frac92 \\right)", "(1, 4.5)");
    canonical(*state, "\\{4,2,3,2.0\\}", "{2, 3, 4}");
    canonical(*state, "4, 2", "4, 2");
    canonical(*state, "\\sqrt{2}", "sqrt(2)");
    canonical(*state, "\\text{(B)}", "(B)");
}

static void test_words_are_kept_as_words(void **state) {
    canonical(*state, "Yes.", "yes");
    canonical(*state, "Monday  morning", "monday morning");
    canonical(*state, "", "");
}

static void test_what_is_not_read_is_kept_as_written(void **state) {
    canonical(*state, " \\frac{1}{ ", "\\frac{1}{");
    canonical(*state, "\\undefined  {1}", "\\undefined {1}");
}

static void test_equal_answers_are_equal(void **state) {
    compares(*state, "1,234.50", "$1234.5", CAIRN_VERDICT_RIGHT);
    compares(*state, "18.0", "18", CAIRN_VERDICT_RIGHT);
    compares(*state, "1/2", "0.5", CAIRN_VERDICT_RIGHT);
    compares(*state, "18", "19", CAIRN_VERDICT_WRONG);
    compares(*state, "yes", "Yes.", CAIRN_VERDICT_RIGHT);
    compares(*state, "50%", "50 percent", CAIRN_VERDICT_RIGHT);
    compares(*state, "50%", "0.5", CAIRN_VERDICT_RIGHT);
}

static void test_what_cannot_be_told_is_unknown(void **state) {
    compares(*state, "5 apples", "5 pears", CAIRN_VERDICT_UNKNOWN);
    compares(*state, "", "5", CAIRN_VERDICT_UNKNOWN);
    compares(*state, "\\frac{1}{", "5", CAIRN_VERDICT_UNKNOWN);
}

static int32_t class_of(bench *b, const char *const *classes, int32_t n, const char *answer) {
    int32_t found = -1;
    assert_int_equal(cairn_answer_class(b->ctx, b->arena, classes, n, answer, &found), CAIRN_OK);
    return found;
}

/* One half in three spellings is one vote. */
static void test_spellings_of_one_answer_are_one_class(void **state) {
    static const char *const classes[] = {"3", "\\frac12", "", "(1, 2)"};
    assert_int_equal(class_of(*state, classes, 4, "\\frac{1}{2}"), 1);
    assert_int_equal(class_of(*state, classes, 4, "0.5"), 1);
    assert_int_equal(class_of(*state, classes, 4, "3"), 0);
    assert_int_equal(class_of(*state, classes, 4, "x = 3"), 0);
    assert_int_equal(class_of(*state, classes, 4, "(1,2.0)"), 3);
    assert_int_equal(class_of(*state, classes, 4, "4"), 4);
    assert_int_equal(class_of(*state, classes, 4, "\\frac{1}{"), 4);
    assert_int_equal(class_of(*state, classes, 4, ""), 2);
    assert_int_equal(class_of(*state, NULL, 0, "5"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_have_one_form),
        cmocka_unit_test(test_units_and_percentages_are_kept),
        cmocka_unit_test(test_notation_has_one_form),
        cmocka_unit_test(test_words_are_kept_as_words),
        cmocka_unit_test(test_what_is_not_read_is_kept_as_written),
        cmocka_unit_test(test_equal_answers_are_equal),
        cmocka_unit_test(test_what_cannot_be_told_is_unknown),
        cmocka_unit_test(test_spellings_of_one_answer_are_one_class),
    };
    return cmocka_run_group_tests_name("tool answer", tests, setup, teardown);
}
