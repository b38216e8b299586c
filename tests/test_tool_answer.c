/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tool_fixture.h"

static void canonical(bench *b, const char *text, const char *form) {
    char *out = NULL;
    assert_int_equal(cairn_answer_canonical(b->ctx, b->arena, text, strlen(text), &out), CAIRN_OK);
    if (strcmp(out, form) != 0) print_error("canonical form of '%s'\n", text);
    assert_string_equal(out, form);
}

static void states(bench *b, const char *text, const char *answer) {
    char *out = NULL;
    cairn_status status = cairn_answer_find(b->ctx, b->arena, text, strlen(text), &out);
    if (!answer) {
        assert_int_equal(status, CAIRN_NOT_FOUND);
        return;
    }
    assert_int_equal(status, CAIRN_OK);
    assert_string_equal(out, answer);
}

static void compares(bench *b, const char *x, const char *y, cairn_verdict expected) {
    cairn_verdict verdict;
    assert_int_equal(cairn_answer_equal(b->ctx, b->arena, x, y, &verdict), CAIRN_OK);
    if (verdict != expected) print_error("'%s' against '%s'\n", x, y);
    assert_int_equal(verdict, expected);
}

static void test_numbers_have_one_form(void **state) {
    canonical(*state, "1,234.50", "1234.5");
    canonical(*state, "$1234.5", "1234.5");
    canonical(*state, "18.0", "18");
    canonical(*state, "18.", "18");
    canonical(*state, " 18 dollars.", "18");
    canonical(*state, "$18 per day", "18");
    canonical(*state, "1/2", "0.5");
    canonical(*state, "\\frac{1}{3}", "1/3");
    canonical(*state, "\\frac13", "1/3");
    canonical(*state, "\\frac 34", "0.75");
    canonical(*state, "\\dfrac1{3}", "1/3");
    canonical(*state, "$\\tfrac{1}3$", "1/3");
    canonical(*state, "\\frac\\pi2", "\\frac\\pi2");
    canonical(*state, "\\frac{1}{", "\\frac{1}{");
    canonical(*state, "$\\boxed{-0.50}$", "-0.5");
    canonical(*state, "x = 5", "5");
    canonical(*state, "**42**", "42");
    canonical(*state, "1 1/2", "1.5");
    canonical(*state, "\u22127", "-7");
    canonical(*state, "50%", "50%");
    canonical(*state, "50.0 %", "50%");
    canonical(*state, "(12)", "12");
}

static void test_text_is_kept_as_text(void **state) {
    canonical(*state, "Yes.", "yes");
    canonical(*state, "(B)", "b");
    canonical(*state, "Monday  morning", "monday morning");
    canonical(*state, "(1, 2)", "(1,2)");
    canonical(*state, "1,2", "1,2");
    canonical(*state, "9:30", "9:30");
    canonical(*state, "2x + 3", "2x+3");
    canonical(*state, "\\left( \\dfrac{\\pi}{2} \\right)", "\\frac{\\pi}{2}");
    canonical(*state, "20 thousand", "20thousand");
    canonical(*state, "\\sqrt{2}", "\\sqrt{2}");
    canonical(*state, "", "");
}

static void test_equal_answers_are_equal(void **state) {
    compares(*state, "1,234.50", "$1234.5", CAIRN_VERDICT_RIGHT);
    compares(*state, "18.0", "18", CAIRN_VERDICT_RIGHT);
    compares(*state, "1/2", "0.5", CAIRN_VERDICT_RIGHT);
    compares(*state, "18", "19", CAIRN_VERDICT_WRONG);
    compares(*state, "0.333", "1/3", CAIRN_VERDICT_WRONG);
    compares(*state, "yes", "Yes.", CAIRN_VERDICT_RIGHT);
    compares(*state, "50%", "50 percent", CAIRN_VERDICT_RIGHT);
}

static void test_what_cannot_be_told_is_unknown(void **state) {
    compares(*state, "50%", "0.5", CAIRN_VERDICT_UNKNOWN);
    compares(*state, "50", "50%", CAIRN_VERDICT_UNKNOWN);
    compares(*state, "", "5", CAIRN_VERDICT_UNKNOWN);
    compares(*state, "51%", "0.5", CAIRN_VERDICT_WRONG);
}

static void test_stated_answers_are_found(void **state) {
    states(*state, "She has 9 * 2 = 18.\nA: 18", "18");
    states(*state, "...\n#### 1,234", "1,234");
    states(*state, "So \\boxed{\\frac{1}{\\sqrt{2}}}.", "\\frac{1}{\\sqrt{2}}");
    states(*state, "Therefore the answer is 3.5. That was easy", "3.5");
    states(*state, "So the answer is 1244", "1244");
    states(*state, "**Final Answer:** 7 apples\n", "7 apples");
    states(*state, "The answer is: 12", "12");
}

static void test_the_last_statement_wins(void **state) {
    states(*state, "The answer is 5. Wait.\n#### 6", "6");
    states(*state, "#### 6\nNo, \\boxed{7}", "7");
    states(*state, "\\boxed{1} and \\boxed{2", "1");
    states(*state, "A: 1\nA: 2\nA:\n", "2");
}

static void test_no_statement_is_not_found(void **state) {
    states(*state, "", NULL);
    states(*state, "She has 18 eggs", NULL);
    states(*state, "We answer nothing", NULL);
    states(*state, "\\boxed{1", NULL);
    states(*state, "PLAZA: 5", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_have_one_form),     cmocka_unit_test(test_text_is_kept_as_text),
        cmocka_unit_test(test_equal_answers_are_equal),   cmocka_unit_test(test_what_cannot_be_told_is_unknown),
        cmocka_unit_test(test_stated_answers_are_found),  cmocka_unit_test(test_the_last_statement_wins),
        cmocka_unit_test(test_no_statement_is_not_found),
    };
    return cmocka_run_group_tests_name("tool answer", tests, setup, teardown);
}
